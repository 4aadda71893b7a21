//! The look: tokens (colours and type, in one file) and the rules that use them.
//!
//! The report carries both in its one `<style>` element; the pages serve them as a file.

/// Colours and type as custom properties, light and dark.
pub const TOKENS: &str = include_str!("style/tokens.css");

/// Type, tables, links, charts: what report and pages share.
pub const BASE: &str = include_str!("style/base.css");

/// What only the report needs, and how it is printed.
pub const REPORT: &str = include_str!("style/report.css");

#[cfg(test)]
mod tests {
    use super::*;

    /// The value of a token in the light (first) or dark (second) scheme.
    fn token(name: &str) -> (u32, u32) {
        let marker = format!("--{name}: light-dark(#");
        let rest = TOKENS
            .split(&marker)
            .nth(1)
            .unwrap_or_else(|| panic!("no token {name}"));
        let (light, rest) = rest.split_once(", #").expect("two colours");
        let (dark, _) = rest.split_once(')').expect("an end");
        (
            u32::from_str_radix(light, 16).expect("hex"),
            u32::from_str_radix(dark, 16).expect("hex"),
        )
    }

    /// Relative luminance by WCAG 2.2.
    fn luminance(rgb: u32) -> f64 {
        let channel = |shift: u32| {
            let c = f64::from((rgb >> shift) & 0xff) / 255.0;
            if c <= 0.04045 {
                c / 12.92
            } else {
                ((c + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * channel(16) + 0.7152 * channel(8) + 0.0722 * channel(0)
    }

    fn contrast(a: u32, b: u32) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn text_and_accents_are_readable_in_both_schemes() {
        for ground in ["paper", "panel", "mark", "h1", "h2", "h3", "h4", "h5"] {
            let (light, dark) = token(ground);
            for ink in ["ink", "muted", "clear", "personal", "harm", "infra"] {
                if ground.starts_with('h') && ink != "ink" {
                    continue;
                }
                let (on_light, on_dark) = token(ink);
                for (ground_rgb, ink_rgb) in [(light, on_light), (dark, on_dark)] {
                    let ratio = contrast(ground_rgb, ink_rgb);
                    assert!(ratio >= 4.5, "{ink} on {ground}: {ratio:.2}");
                }
            }
        }
    }

    #[test]
    fn shapes_stand_out_from_the_paper() {
        let (light, dark) = token("paper");
        for shape in ["s0", "s1", "s2", "bar-context", "focus"] {
            let (on_light, on_dark) = token(shape);
            for (ground, ink) in [(light, on_light), (dark, on_dark)] {
                let ratio = contrast(ground, ink);
                assert!(ratio >= 3.0, "{shape}: {ratio:.2}");
            }
        }
    }

    #[test]
    fn tokens_stand_in_both_forms_alike() {
        // The plain light values are for readers without `light-dark()`; they must not drift.
        for line in TOKENS
            .lines()
            .filter(|line| line.trim().starts_with("--") && line.contains("light-dark("))
        {
            let (name, rest) = line.trim().split_once(": light-dark(").expect("a token");
            let light = rest.split(',').next().expect("a colour");
            assert!(TOKENS.contains(&format!("{name}: {light};")), "{name}");
        }
    }

    #[test]
    fn the_style_asks_for_nothing_and_cannot_end_its_element() {
        for css in [TOKENS, BASE, REPORT] {
            for word in ["url(", "@import", "http", "</", "<"] {
                assert!(!css.contains(word), "{word}");
            }
        }
    }
}
