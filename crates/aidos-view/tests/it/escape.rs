//! Whatever an attacker writes stays text.

use aidos_view::report::{Report, render};
use aidos_view::text::Text;
use proptest::prelude::*;

use crate::full;

/// Elements that the page is made of.
const ELEMENTS: &str = "html head meta link title style body a header footer nav main section article div span \
    p h1 h2 h3 h4 ul ol li dl dt dd b br strong code bdi time del ins table caption thead tbody tfoot tr th td \
    details summary figure svg g rect line path text defs pattern";

/// Attributes that they carry. No `style`, no `src`, nothing that begins with `on`.
const ATTRIBUTES: &str = "lang charset http-equiv content name rel href id class role title datetime scope \
    tabindex width height x y x1 x2 y1 y2 rx d viewBox preserveAspectRatio fill text-anchor patternUnits \
    patternTransform focusable aria-label aria-labelledby aria-hidden";

/// Fields that shape a sentence and are shown only if they are stamps.
const UNSHOWN: [&str; 2] = ["summary.first", "summary.last"];

fn evil(n: usize) -> String {
    format!(
        "{n}k<script>alert({n})</script>\"><img src=x onerror=alert({n})>' style='x\u{1b}]0;\u{7}\u{202e}\u{200b}{n}z"
    )
}

fn shown(n: usize) -> String {
    format!(
        "{n}k&lt;script&gt;alert({n})&lt;/script&gt;&quot;&gt;&lt;img src=x onerror=alert({n})&gt;&#39; \
         style=&#39;x␛]0;␇‹U+202E›‹U+200B›{n}z"
    )
}

/// Takes the page apart and fails on any element or attribute that is not ours.
fn inspect(page: &str) -> Result<(), String> {
    let allowed = |list: &str, word: &str| list.split_whitespace().any(|known| known == word);
    for piece in page.split('<').skip(1) {
        let (tag, text) = piece
            .split_once('>')
            .ok_or_else(|| format!("open tag: {piece}"))?;
        if text.contains('>') {
            // The style sheet is the only text with a bare `>` (a child selector).
            if tag != "style" {
                return Err(format!("a bare > in: {piece}"));
            }
        }
        if tag == "!DOCTYPE html" {
            continue;
        }
        let mut parts = tag.trim_start_matches('/').split('"');
        let mut first = true;
        while let Some(outside) = parts.next() {
            for word in outside.split_whitespace() {
                if std::mem::take(&mut first) {
                    if !allowed(ELEMENTS, word) {
                        return Err(format!("element {word}"));
                    }
                } else if !word
                    .strip_suffix('=')
                    .is_some_and(|name| allowed(ATTRIBUTES, name))
                {
                    return Err(format!("attribute {word} in <{tag}>"));
                }
            }
            let Some(value) = parts.next() else { break };
            if outside.ends_with("href=") && !value.starts_with('#') && value != "data:," {
                return Err(format!("link to {value}"));
            }
        }
    }
    match page.chars().find(|c| c.is_control() && *c != '\n') {
        Some(c) => Err(format!("control character {c:?}")),
        None => Ok(()),
    }
}

#[test]
fn every_text_field_is_shown_and_none_is_markup() {
    let mut fields = Vec::new();
    let report = full::report(&mut |field| {
        fields.push(field);
        Text::from(evil(fields.len() + 1_000))
    });
    let page = render(&report);
    inspect(&page).unwrap();
    // The marks of a change stand within the text.
    let plain = ["<del>", "</del>", "<ins>", "</ins>"]
        .iter()
        .fold(page, |page, tag| page.replace(tag, ""));
    for (i, field) in fields
        .iter()
        .enumerate()
        .filter(|(_, field)| !UNSHOWN.contains(field))
    {
        assert!(
            plain.contains(&shown(i + 1_001)),
            "{field} is not shown as it should be"
        );
    }
    assert!(!plain.contains("<script") && !plain.contains("<img"));
    assert!(!plain.contains(['\u{1b}', '\u{7}', '\u{202e}', '\u{200b}']));
}

#[test]
fn the_inspection_itself_finds_what_is_foreign() {
    for (page, fault) in [
        ("<p><script>x</script></p>", "element script"),
        ("<p onclick=\"x\">", "attribute onclick="),
        ("<p class=\"a\" style=\"x\">", "attribute style="),
        ("<a href=\"javascript:x\">", "link to javascript"),
        ("<p>a > b</p>", "a bare >"),
        ("<p>\u{1b}</p>", "control"),
    ] {
        let found = inspect(page).unwrap_err();
        assert!(found.starts_with(fault), "{page}: {found}");
    }
}

#[test]
fn debug_shows_no_text() {
    let report = full::report(&mut |_| Text::from("canary"));
    assert!(!format!("{report:?}").contains("canary"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_gives_a_page_of_our_own_elements(texts in prop::collection::vec(".{0,80}", 8)) {
        let mut next = texts.iter().cycle();
        let report: Report = full::report(&mut |_| next.next().map_or("", String::as_str).into());
        prop_assert_eq!(inspect(&render(&report)), Ok(()));
    }
}
