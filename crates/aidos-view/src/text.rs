//! Foreign text, shown so that it can do no harm.
//!
//! Three dangers are met here, in one place: markup (`<script>`, a quote that ends an attribute),
//! characters that act on the terminal or the reader without being seen (ESC, bidi overrides, zero-width
//! characters, stacks of combining marks; Unicode UTR 36 and UTS 39), and sheer length.

use std::fmt::{self, Write as _};

use maud::Render;

/// Characters of a label (a name, a reason, a note) that are shown; the rest is counted.
pub const LABEL_CHARS: usize = 600;

/// Characters of a log row that are shown; the rest is counted.
pub const ROW_CHARS: usize = 1_200;

/// Combining marks that may follow one another before they are shown as code points.
const MARKS_IN_A_ROW: u32 = 3;

/// Text that somebody else may have written, such as a path, a reason or a log row.
///
/// It is shown only through [`maud::Render`]: escaped, clipped after [`LABEL_CHARS`] characters, unseen
/// characters made visible. It has no `Display`, and `Debug` tells only its length, because raw log text
/// must reach no log and no error message.
///
/// ```
/// use aidos_view::text::Text;
/// use maud::html;
///
/// let evil = Text::from("\u{1b}[31m<b>\u{202e}");
/// assert_eq!(html! { (evil) }.into_string(), "␛[31m&lt;b&gt;‹U+202E›");
/// ```
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(String);

impl Text {
    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The same text with the longer limit of a log row, [`ROW_CHARS`].
    pub fn row(&self) -> Shown<'_> {
        Shown::new(&self.0, ROW_CHARS)
    }

    /// The text as it came, for comparing and cutting inside this crate.
    pub(crate) fn raw(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Text({} bytes)", self.0.len())
    }
}

impl Render for Text {
    fn render_to(&self, out: &mut String) {
        Shown::new(&self.0, LABEL_CHARS).render_to(out);
    }
}

/// A piece of foreign text with its own limit of characters.
#[derive(Clone, Copy)]
pub struct Shown<'a> {
    text: &'a str,
    limit: usize,
}

impl<'a> Shown<'a> {
    /// Shows the first `limit` characters of `text` and says how many more there are.
    pub fn new(text: &'a str, limit: usize) -> Self {
        Self { text, limit }
    }
}

impl Render for Shown<'_> {
    fn render_to(&self, out: &mut String) {
        let mut marks = 0_u32;
        let mut chars = self.text.chars();
        for c in chars.by_ref().take(self.limit) {
            marks = if is_combining(c) {
                marks.saturating_add(1)
            } else {
                0
            };
            push(c, marks > MARKS_IN_A_ROW, out);
        }
        let more = chars.count();
        if more > 0 {
            out.push_str("… (");
            out.push_str(&crate::number::thousands(
                u64::try_from(more).unwrap_or(u64::MAX),
            ));
            out.push_str(" more characters)");
        }
    }
}

/// Writes one character: escaped if HTML gives it a meaning, as a symbol if it would not be seen.
fn push(c: char, as_code: bool, out: &mut String) {
    match c {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '"' => out.push_str("&quot;"),
        // No attribute here stands in single quotes; escaped all the same, for whoever copies the text.
        '\'' => out.push_str("&#39;"),
        '\u{7f}' => out.push('␡'),
        '\u{a0}' => out.push('⍽'),
        // The control pictures stand in the order of the controls: U+2400 + code.
        c if u32::from(c) < 0x20 => {
            out.push(char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}'));
        }
        c if as_code || is_unseen(c) => {
            // Writing to a string cannot fail.
            let _ = write!(out, "‹U+{:04X}›", u32::from(c));
        }
        c => out.push(c),
    }
}

/// Whether a character is invisible or changes how its neighbours are read.
fn is_unseen(c: char) -> bool {
    matches!(u32::from(c),
        0x80..=0x9f                                  // C1 controls; U+009B starts an ANSI sequence
        | 0xad | 0x34f | 0x61c | 0x115f | 0x1160 | 0x17b4 | 0x17b5
        | 0x180b..=0x180f
        | 0x2000..=0x200f                            // odd blanks, zero width, left and right marks
        | 0x2028..=0x202f                            // line separators, bidi embeddings and overrides
        | 0x205f..=0x206f                            // invisible operators, bidi isolates
        | 0x2800 | 0x3164 | 0xfe00..=0xfe0f | 0xfeff | 0xffa0
        | 0xe000..=0xf8ff                            // private use: no agreed look
        | 0xfff0..=0xfffb
        | 0x1_3430..=0x1_343f | 0x1_bca0..=0x1_bca3 | 0x1_d173..=0x1_d17a
        | 0xe_0000..=0x10_ffff                       // tags, selectors, private planes
    ) || matches!(u32::from(c) & 0xffff, 0xfffe | 0xffff)
        || matches!(u32::from(c), 0xfdd0..=0xfdef)
}

/// Whether a character is drawn on top of the one before it.
fn is_combining(c: char) -> bool {
    matches!(u32::from(c),
        0x300..=0x36f | 0x483..=0x489 | 0x591..=0x5bd | 0x610..=0x61a | 0x64b..=0x65f | 0xe31..=0xe4e
        | 0x1ab0..=0x1aff | 0x1dc0..=0x1dff | 0x20d0..=0x20ff | 0xfe20..=0xfe2f)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        Text::from(text).render().into_string()
    }

    #[test]
    fn markup_is_text() {
        assert_eq!(
            shown("<a b=\"c\">'&"),
            "&lt;a b=&quot;c&quot;&gt;&#39;&amp;"
        );
    }

    #[test]
    fn unseen_characters_are_seen() {
        assert_eq!(shown("a\u{1b}[0m\r\n\t\u{0}"), "a␛[0m␍␊␉␀");
        assert_eq!(
            shown("\u{202e}\u{2066}\u{200b}\u{feff}"),
            "‹U+202E›‹U+2066›‹U+200B›‹U+FEFF›"
        );
        assert_eq!(shown("\u{9b}31m\u{7f}\u{a0}"), "‹U+009B›31m␡⍽");
        assert_eq!(shown("\u{e0041}"), "‹U+E0041›");
    }

    #[test]
    fn ordinary_letters_of_any_script_stay() {
        for text in ["Νοσοκομείο", "日本語", "é", "🛡", "العربية", "e\u{301}"]
        {
            assert_eq!(shown(text), text);
        }
    }

    #[test]
    fn stacks_of_marks_are_cut() {
        let stack = format!("a{}", "\u{301}".repeat(5));
        assert_eq!(shown(&stack), "a\u{301}\u{301}\u{301}‹U+0301›‹U+0301›");
    }

    #[test]
    fn long_text_is_clipped_and_says_so() {
        let long = "é".repeat(LABEL_CHARS + 1_234);
        assert!(shown(&long).ends_with("é… (1,234 more characters)"));
        assert_eq!(shown(&"x".repeat(LABEL_CHARS)), "x".repeat(LABEL_CHARS));
    }

    #[test]
    fn debug_tells_nothing() {
        assert_eq!(format!("{:?}", Text::from("secret")), "Text(6 bytes)");
    }

    proptest::proptest! {
        #[test]
        fn nothing_dangerous_survives(text: String) {
            let html = shown(&text);
            proptest::prop_assert!(!html.contains(['<', '>', '"', '\'']));
            proptest::prop_assert!(!html.chars().any(|c| c.is_control() || is_unseen(c)));
        }
    }
}
