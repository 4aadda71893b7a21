//! A whole and its parts, as one strip.

use maud::{Markup, html};

use super::Tone;
use crate::number::{coordinate, percent};

/// Draws the parts one after another; their numbers must stand beside the strip.
///
/// A part that is not nothing is at least half a per cent wide; the widest part pays for it. Parts
/// that are all zero draw an empty strip.
pub fn strip(label: &str, parts: &[(&str, u64, Tone)]) -> Markup {
    let whole = parts
        .iter()
        .fold(0_u64, |sum, part| sum.saturating_add(part.1));
    let widths = widths(parts, whole);
    let shown = parts.iter().zip(widths).scan(0, |end, (part, width)| {
        let x = *end;
        *end += width;
        Some((part, x, width))
    });
    html! {
        svg.strip width="100%" height="10" role="img" aria-label=(label) {
            rect.track width="100%" height="10" rx="2" {}
            @for ((name, value, tone), x, width) in shown {
                @if width > 0 {
                    rect class=(tone.class()) x=(coordinate(x)) width=(coordinate(width)) height="10" {
                        title { (name) " " (percent(*value, whole)) }
                    }
                    @if x > 0 { line.gap x1=(coordinate(x)) x2=(coordinate(x)) y1="0" y2="10" {} }
                }
            }
        }
    }
}

/// The colour of a part, to stand beside its name.
pub fn swatch(tone: Tone) -> Markup {
    html! {
        svg.swatch width="8" height="8" aria-hidden="true" focusable="false" {
            rect class=(tone.class()) width="8" height="8" rx="2" {}
        }
    }
}

/// The widths in hundredths of a per cent; together 10,000, or 0 where there is nothing.
fn widths(parts: &[(&str, u64, Tone)], whole: u64) -> Vec<u128> {
    if whole == 0 {
        return vec![0; parts.len()];
    }
    let mut widths: Vec<u128> = parts
        .iter()
        .map(|part| match part.1 {
            0 => 0,
            n => (u128::from(n) * 10_000 / u128::from(whole)).max(50),
        })
        .collect();
    let sum: u128 = widths.iter().sum();
    if let Some(widest) = widths.iter_mut().max() {
        *widest = (*widest + 10_000).saturating_sub(sum);
    }
    widths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_fill_the_strip() {
        let part = |n| ("x", n, Tone::Context);
        assert_eq!(
            widths(&[part(999_999), part(1), part(0)], 1_000_000),
            [9_950, 50, 0]
        );
        assert_eq!(
            widths(&[part(1), part(1), part(1)], 3).iter().sum::<u128>(),
            10_000
        );
        assert_eq!(widths(&[part(0)], 0), [0]);
    }

    #[test]
    fn sums_beyond_the_number_type_do_not_overflow() {
        let html = strip(
            "x",
            &[("a", u64::MAX, Tone::Clear), ("b", u64::MAX, Tone::Harm)],
        );
        assert!(html.into_string().contains("<title>a 100 %</title>"));
    }
}
