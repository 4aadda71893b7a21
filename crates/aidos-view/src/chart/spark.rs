//! A sparkline: the shape of a few numbers, the size of a word.

use std::fmt::Write as _;

use maud::{Markup, html};

/// Points that are drawn; more are cut off.
pub const MAX_POINTS: usize = 60;

/// Draws small columns, the highest filling the height; `label` says in words what they show.
///
/// Nothing at all is drawn for no numbers.
pub fn spark(values: &[u64], label: &str) -> Markup {
    let values = values.get(..MAX_POINTS).unwrap_or(values);
    let top = values.iter().copied().max().unwrap_or(0);
    let mut path = String::new();
    for (i, &value) in values.iter().enumerate().filter(|(_, value)| **value > 0) {
        // At least 2 of 16 high: one lonely event must be seen.
        let height = (u128::from(value) * 16 / u128::from(top)).max(2);
        let _ = write!(path, "M{i} 16v-{height}h.8v{height}z");
    }
    html! {
        @if !values.is_empty() {
            svg.spark viewBox=(format!("0 0 {} 16", values.len())) preserveAspectRatio="none"
                width="72" height="16" role="img" aria-label=(label) { path d=(path) {} }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_scaled_to_the_highest() {
        let html = spark(&[0, 8, 16, 1], "x").into_string();
        assert!(
            html.contains("d=\"M1 16v-8h.8v8zM2 16v-16h.8v16zM3 16v-2h.8v2z\""),
            "{html}"
        );
    }

    #[test]
    fn extremes_draw() {
        assert_eq!(spark(&[], "x").into_string(), "");
        assert!(spark(&[0, 0], "x").into_string().contains("d=\"\""));
        assert!(
            spark(&[u64::MAX; 100], "x")
                .into_string()
                .contains("0 0 60 16")
        );
    }
}
