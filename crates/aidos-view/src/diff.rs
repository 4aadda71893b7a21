//! Before → after: which words of a text changed.
//!
//! Words, not characters and not lines: a reader sees `1:1:1:1:` go, not half of it. The longest common
//! subsequence of words is taken after the common ends are cut off.

use maud::{Markup, Render, html};

use crate::text::{Shown, Text};

/// Bytes of a text that are compared; a longer one is cut before.
const COMPARED_BYTES: usize = 16_384;

/// Words on either side that are compared one by one; more count as changed as a whole.
const COMPARED_WORDS: usize = 400;

/// Characters of unchanged text that are shown whole; of a longer stretch only its ends are.
const KEPT_WHOLE: usize = 160;

/// Characters shown of each end of a long stretch.
const KEPT_END: usize = 60;

/// Characters shown of one changed stretch.
const CHANGED_CHARS: usize = 400;

/// A stretch of one side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece<'a> {
    /// The text of the stretch, as it came.
    pub text: &'a str,
    /// Whether it differs from the other side.
    pub changed: bool,
}

/// Compares two texts word by word; each side comes back whole, in pieces.
///
/// ```
/// use aidos_view::diff::compare;
/// let (before, after) = compare("len 3", "len 4");
/// assert_eq!(before.last().map(|p| (p.text, p.changed)), Some(("3", true)));
/// assert_eq!(after.last().map(|p| (p.text, p.changed)), Some(("4", true)));
/// ```
pub fn compare<'a>(before: &'a str, after: &'a str) -> (Vec<Piece<'a>>, Vec<Piece<'a>>) {
    let (old, new) = (words(cut(before)), words(cut(after)));
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let (old_rest, new_rest) = (
        old.get(head..).unwrap_or(&[]),
        new.get(head..).unwrap_or(&[]),
    );
    let tail = old_rest
        .iter()
        .rev()
        .zip(new_rest.iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let old_middle = old_rest.get(..old_rest.len() - tail).unwrap_or(&[]);
    let new_middle = new_rest.get(..new_rest.len() - tail).unwrap_or(&[]);
    let (old_same, new_same) = common(old_middle, new_middle);
    let flags = |all: usize, middle: &[bool]| {
        let mut flags = vec![false; head];
        flags.extend(middle.iter().map(|same| !same));
        flags.resize(all, false);
        flags
    };
    (
        pieces(before, &old, &flags(old.len(), &old_same)),
        pieces(after, &new, &flags(new.len(), &new_same)),
    )
}

/// Draws both sides: what went is underlined dotted, what came underlined solid.
pub fn draw(before: &Text, after: &Text) -> Markup {
    let (old, new) = compare(before.raw(), after.raw());
    html! {
        dl.change {
            dt { "before" }
            dd { code.log { @for piece in Elided::all(&old) { (Side { piece, tag: "del" }) } } }
            dt { "after" }
            dd {
                @if after.is_empty() { span.muted { "nothing is left" } }
                @else { code.log { @for piece in Elided::all(&new) { (Side { piece, tag: "ins" }) } } }
            }
        }
    }
}

/// The first bytes of a text, up to a whole character.
fn cut(text: &str) -> &str {
    let mut end = text.len().min(COMPARED_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or(text)
}

/// Splits into runs of letters and digits, and single other characters.
fn words(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices() {
        if c.is_alphanumeric() {
            start.get_or_insert(at);
            continue;
        }
        if let Some(begin) = start.take() {
            out.extend(text.get(begin..at));
        }
        out.extend(text.get(at..at + c.len_utf8()));
    }
    if let Some(begin) = start {
        out.extend(text.get(begin..));
    }
    out
}

/// Which words of each side stand in their longest common subsequence.
fn common(old: &[&str], new: &[&str]) -> (Vec<bool>, Vec<bool>) {
    let (mut old_same, mut new_same) = (vec![false; old.len()], vec![false; new.len()]);
    if old.is_empty() || new.is_empty() || old.len().max(new.len()) > COMPARED_WORDS {
        return (old_same, new_same);
    }
    // best[i][j]: length of the longest common subsequence of old[i..] and new[j..].
    let mut best = vec![vec![0_u16; new.len() + 1]; old.len() + 1];
    for (i, a) in old.iter().enumerate().rev() {
        for (j, b) in new.iter().enumerate().rev() {
            best[i][j] = if a == b {
                best[i + 1][j + 1] + 1
            } else {
                best[i + 1][j].max(best[i][j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < old.len() && j < new.len() {
        if old[i] == new[j] {
            (old_same[i], new_same[j]) = (true, true);
            (i, j) = (i + 1, j + 1);
        } else if best[i + 1][j] >= best[i][j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    (old_same, new_same)
}

/// Joins neighbouring words with the same flag back into stretches of `text`.
fn pieces<'a>(text: &'a str, words: &[&str], changed: &[bool]) -> Vec<Piece<'a>> {
    let mut out: Vec<Piece<'a>> = Vec::new();
    let (mut start, mut end) = (0, 0);
    let mut flag = None;
    for (word, &changed) in words.iter().zip(changed) {
        if flag.is_some_and(|flag| flag != changed) {
            out.extend(piece(text, start, end, flag));
            start = end;
        }
        flag = Some(changed);
        end += word.len();
    }
    out.extend(piece(text, start, end, flag));
    out
}

fn piece(text: &str, start: usize, end: usize, flag: Option<bool>) -> Option<Piece<'_>> {
    let text = text.get(start..end).filter(|text| !text.is_empty())?;
    Some(Piece {
        text,
        changed: flag.unwrap_or(false),
    })
}

/// A stretch as it is shown: whole, or only its ends.
#[derive(Clone, Copy)]
enum Elided<'a> {
    Whole(Piece<'a>),
    Ends(&'a str, &'a str),
}

impl<'a> Elided<'a> {
    fn all(pieces: &[Piece<'a>]) -> Vec<Self> {
        let last = pieces.len().saturating_sub(1);
        pieces
            .iter()
            .enumerate()
            .map(|(i, &piece)| {
                let chars = piece.text.chars().count();
                if piece.changed || chars <= KEPT_WHOLE {
                    return Self::Whole(piece);
                }
                // The far side of the first and the last stretch is near no change.
                let first = if i == 0 && last > 0 { 0 } else { KEPT_END };
                let then = if i == last && last > 0 { 0 } else { KEPT_END };
                Self::Ends(
                    before_char(piece.text, first),
                    after_char(piece.text, chars - then),
                )
            })
            .collect()
    }
}

fn before_char(text: &str, n: usize) -> &str {
    text.char_indices()
        .nth(n)
        .and_then(|(at, _)| text.get(..at))
        .unwrap_or(text)
}

fn after_char(text: &str, n: usize) -> &str {
    text.char_indices()
        .nth(n)
        .and_then(|(at, _)| text.get(at..))
        .unwrap_or("")
}

/// One stretch in the element of its side.
struct Side<'a> {
    piece: Elided<'a>,
    tag: &'static str,
}

impl Render for Side<'_> {
    fn render_to(&self, out: &mut String) {
        match self.piece {
            Elided::Whole(Piece {
                text,
                changed: true,
            }) => {
                out.push('<');
                out.push_str(self.tag);
                out.push('>');
                Shown::new(text, CHANGED_CHARS).render_to(out);
                out.push_str("</");
                out.push_str(self.tag);
                out.push('>');
            }
            Elided::Whole(Piece { text, .. }) => Shown::new(text, KEPT_WHOLE).render_to(out),
            Elided::Ends(first, last) => {
                Shown::new(first, KEPT_END).render_to(out);
                out.push_str(" … ");
                Shown::new(last, KEPT_END).render_to(out);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(pieces: &[Piece<'_>]) -> String {
        pieces
            .iter()
            .map(|p| {
                if p.changed {
                    format!("[{}]", p.text)
                } else {
                    p.text.to_owned()
                }
            })
            .collect()
    }

    #[test]
    fn only_the_changed_words_are_marked() {
        let (before, after) = compare(
            "state:new src-mac 1:1:1:1:, proto ICMP, 1.2.3.4->5.6.7.8, len 3",
            "state:new, proto ICMP, 1.2.3.4->5.6.7.8, len 3",
        );
        assert_eq!(
            marked(&before),
            "state:new[ src-mac 1:1:1:1:], proto ICMP, 1.2.3.4->5.6.7.8, len 3"
        );
        assert_eq!(
            marked(&after),
            "state:new, proto ICMP, 1.2.3.4->5.6.7.8, len 3"
        );
    }

    #[test]
    fn two_changes_are_two_marks() {
        let (before, after) = compare("a b c d e", "a x c y e");
        assert_eq!(marked(&before), "a [b] c [d] e");
        assert_eq!(marked(&after), "a [x] c [y] e");
    }

    #[test]
    fn long_unchanged_text_shows_its_ends_only() {
        let long = "x".repeat(500);
        let html = draw(
            &format!("{long} <old>").as_str().into(),
            &format!("{long} <new>").as_str().into(),
        );
        let html = html.into_string();
        assert!(
            html.contains("<del>old</del>") && html.contains("<ins>new</ins>"),
            "{html}"
        );
        assert!(html.len() < 400, "{html}");
    }

    proptest::proptest! {
        #[test]
        fn both_sides_come_back_whole(before: String, after: String) {
            let (old, new) = compare(&before, &after);
            let join = |pieces: &[Piece<'_>]| pieces.iter().map(|p| p.text).collect::<String>();
            proptest::prop_assert_eq!(&join(&old), &before);
            proptest::prop_assert_eq!(&join(&new), &after);
            let same = |pieces: &[Piece<'_>]| {
                pieces.iter().filter(|p| !p.changed).map(|p| p.text).collect::<String>()
            };
            proptest::prop_assert_eq!(same(&old), same(&new));
        }
    }
}
