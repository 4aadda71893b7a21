//! From labelled pieces of words to spans of whole words.
//!
//! The pieces of a word share one answer: the mean of theirs, added up by group, as a tokenizer cuts words where the reader of a
//! text does not. A word belongs to the group that it most likely belongs to, and begins a span where its first piece does so.
//! The score of a span is the mean of what its words belong to the group with.

use crate::{Labels, Place};

/// A piece of a word, and how likely each label of it is.
#[derive(Debug, Clone, Copy)]
pub struct Piece<'p> {
    /// Its first byte in the text.
    pub start: usize,
    /// The byte behind its last one.
    pub end: usize,
    /// The word of the tokenizer that it is of; pieces of two words are never joined.
    pub word: u32,
    /// The probability of each label.
    pub likely: &'p [f32],
}

/// Words that belong to one group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Span {
    /// The first byte, on a character's boundary.
    pub start: usize,
    /// The byte behind the last one, on a character's boundary.
    pub end: usize,
    /// What it is, by the number of [`Labels::what`].
    pub group: usize,
    /// How likely, 0 to 1.
    pub score: f32,
}

/// A word, its pieces added up.
#[derive(Debug)]
struct Word {
    start: usize,
    end: usize,
    number: u32,
    pieces: f32,
    /// By group.
    likely: Vec<f32>,
    /// By group: that the first piece begins a span, less that it goes on with one.
    begins: Vec<f32>,
    /// By group: that the last piece ends a span, less that it does not.
    ends: Vec<f32>,
}

/// A span that may go on.
#[derive(Debug, Clone, Copy)]
struct Open {
    start: usize,
    end: usize,
    group: usize,
    sum: f32,
    words: f32,
    /// Whether its last word said that it ends here.
    ended: bool,
    /// The end of a mark that touches it and is no part of it unless a word of the same group follows at once: `O'Neil`.
    bridge: Option<usize>,
}

/// Joins pieces, given in the order of the text, to spans.
#[derive(Debug)]
pub struct Spans<'s> {
    labels: &'s Labels,
    text: &'s str,
    word: Option<Word>,
    open: Option<Open>,
    out: Vec<Span>,
}

impl<'s> Spans<'s> {
    /// Begins a text.
    pub fn new(labels: &'s Labels, text: &'s str) -> Spans<'s> {
        Spans {
            labels,
            text,
            word: None,
            open: None,
            out: Vec::new(),
        }
    }

    /// Takes the next piece. Blanks at its ends are not of it; a piece of blanks alone is nothing.
    pub fn take(&mut self, piece: Piece<'_>) {
        let start = self.text.floor_char_boundary(piece.start);
        let end = self.text.ceil_char_boundary(piece.end);
        let Some(own) = self.text.get(start..end) else {
            return;
        };
        let left = own.trim_start();
        let start = end - left.len();
        let end = start + left.trim_end().len();
        if start == end {
            return;
        }
        let joins = self.word.as_ref().is_some_and(|word| {
            let apart = start > word.end || start == word.end && !self.inside_a_word(start);
            word.number == piece.word && !apart
        });
        if !joins {
            self.end_word();
        }
        let groups = self.labels.groups();
        let word = self.word.get_or_insert_with(|| Word {
            start,
            end,
            number: piece.word,
            pieces: 0.0,
            likely: vec![0.0; groups],
            begins: vec![0.0; groups],
            ends: vec![0.0; groups],
        });
        let first = word.pieces == 0.0;
        word.pieces += 1.0;
        word.end = word.end.max(end);
        word.ends.fill(0.0);
        for (mark, &likely) in self.labels.marks().iter().zip(piece.likely) {
            let add = |to: &mut [f32], by: f32| {
                if let Some(own) = to.get_mut(mark.group) {
                    *own += by;
                }
            };
            add(&mut word.likely, likely);
            let begins = matches!(mark.place, Place::Begin | Place::Single);
            if first {
                add(&mut word.begins, if begins { likely } else { -likely });
            }
            let ends = matches!(mark.place, Place::Last | Place::Single);
            add(&mut word.ends, if ends { likely } else { -likely });
        }
    }

    /// Ends the text: all spans, in order, without overlaps.
    pub fn finish(mut self) -> Vec<Span> {
        self.end_word();
        self.end_span();
        self.out
    }

    /// Whether the characters on both sides of a place are of one word, as people see it.
    fn inside_a_word(&self, place: usize) -> bool {
        let (before, after) = self.text.split_at_checked(place).unwrap_or_default();
        let (before, after) = (before.chars().next_back(), after.chars().next());
        before.is_some_and(joins) && after.is_some_and(joins)
    }

    fn end_word(&mut self) {
        let Some(word) = self.word.take() else {
            return;
        };
        let best = |best: usize, (group, likely): (usize, &f32)| match word.likely.get(best) {
            Some(other) if likely <= other => best,
            _ => group,
        };
        let group = word.likely.iter().enumerate().fold(0, best);
        let at = |of: &[f32]| of.get(group).copied().unwrap_or_default();
        if self.labels.what(group).is_none() {
            let mark = self.text.get(word.start..word.end).unwrap_or_default();
            match &mut self.open {
                Some(open)
                    if open.bridge.is_none()
                        && !open.ended
                        && open.end == word.start
                        && is_joint(mark) =>
                {
                    open.bridge = Some(word.end);
                }
                _ => self.end_span(),
            }
            return;
        }
        let likely = at(&word.likely) / word.pieces;
        let begins = at(&word.begins) > 0.0;
        let ended = at(&word.ends) > 0.0;
        match &mut self.open {
            // A mark in the middle of a name splits it for a tokenizer, and its second part then seems to begin one.
            Some(open) if open.group == group && open.bridge == Some(word.start) => {
                open.join(&word, likely, ended);
            }
            Some(open)
                if open.group == group && open.bridge.is_none() && !open.ended && !begins =>
            {
                open.join(&word, likely, ended);
            }
            _ => {
                self.end_span();
                self.open = Some(Open {
                    start: word.start,
                    end: word.end,
                    group,
                    sum: likely,
                    words: 1.0,
                    ended,
                    bridge: None,
                });
            }
        }
    }

    /// Ends a span: marks at its ends are not of it.
    fn end_span(&mut self) {
        let Some(open) = self.open.take() else {
            return;
        };
        let own = self.text.get(open.start..open.end).unwrap_or_default();
        let left = own.trim_start_matches(|c| !is_letter(c));
        let start = open.end - left.len();
        let end = start + left.trim_end_matches(|c| !is_letter(c)).len();
        if start < end {
            self.out.push(Span {
                start,
                end,
                group: open.group,
                score: (open.sum / open.words).clamp(0.0, 1.0),
            });
        }
    }
}

impl Open {
    fn join(&mut self, word: &Word, likely: f32, ended: bool) {
        self.end = word.end;
        self.sum += likely;
        self.words += 1.0;
        self.ended = ended;
        self.bridge = None;
    }
}

/// A letter or digit, or a mark that is written over one.
fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '\u{300}'..='\u{36f}')
}

/// Whether a character joins with its neighbours to a word. Scripts that write no blanks (Chinese, Japanese)
/// have words that only a model knows: there each character stands alone.
fn joins(c: char) -> bool {
    let alone =
        matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}');
    is_letter(c) && !alone
}

/// Whether a mark stands inside of names.
fn is_joint(mark: &str) -> bool {
    matches!(mark, "'" | "’" | "-" | "‐")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The spans of pieces, each given as text, word and label; the label is likely by 0.8, the others share the rest.
    fn spans(names: &[&str], text: &str, pieces: &[(&str, u32, &str)]) -> Vec<(String, f32)> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let labels = Labels::new(&names, None).unwrap();
        let mut spans = Spans::new(&labels, text);
        let mut place = 0;
        for (own, word, label) in pieces {
            let start = place + text[place..].find(own).unwrap();
            place = start + own.len();
            #[allow(clippy::cast_precision_loss)] // a handful of labels
            let rest = 0.2 / (names.len() - 1) as f32;
            let likely: Vec<f32> = names
                .iter()
                .map(|name| if name == label { 0.8 } else { rest })
                .collect();
            spans.take(Piece {
                start,
                end: place,
                word: *word,
                likely: &likely,
            });
        }
        let found = spans.finish();
        found
            .iter()
            .map(|span| (text[span.start..span.end].to_owned(), span.score))
            .collect()
    }

    fn words(found: &[(String, f32)]) -> Vec<&str> {
        found.iter().map(|(text, _)| text.as_str()).collect()
    }

    const BIO: [&str; 5] = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"];

    #[test]
    fn pieces_become_words_and_words_spans() {
        let found = spans(
            &BIO,
            "Call Maria Papadopoulou in Ἀθήνα.",
            &[
                ("Call", 0, "O"),
                ("Maria", 1, "B-PER"),
                ("Papa", 2, "I-PER"),
                ("dopou", 2, "I-PER"),
                ("lou", 2, "O"),
                ("in", 3, "O"),
                ("Ἀθή", 4, "B-LOC"),
                ("να", 4, "I-LOC"),
                (".", 5, "O"),
            ],
        );
        assert_eq!(words(&found), ["Maria Papadopoulou", "Ἀθήνα"]);
        // 0.8 + 0.05 for a word of one piece; the second one's third piece says 0.1.
        assert!(
            (found[0].1 - f32::midpoint(0.85, (0.85 + 0.85 + 0.1) / 3.0)).abs() < 1e-5,
            "{found:?}"
        );
        assert!((found[1].1 - 0.85).abs() < 1e-5);
    }

    #[test]
    fn a_beginning_splits_what_stands_together() {
        let text = "Maria Anna Rome";
        let found = spans(
            &BIO,
            text,
            &[
                ("Maria", 0, "B-PER"),
                ("Anna", 1, "B-PER"),
                ("Rome", 2, "B-LOC"),
            ],
        );
        assert_eq!(words(&found), ["Maria", "Anna", "Rome"]);
        // Some models mark a beginning only where two spans touch; plain labels never do.
        let found = spans(&BIO, text, &[("Maria", 0, "I-PER"), ("Anna", 1, "I-PER")]);
        assert_eq!(words(&found), ["Maria Anna"]);
        let found = spans(
            &["O", "PER"],
            text,
            &[("Maria", 0, "PER"), ("Anna", 1, "PER")],
        );
        assert_eq!(words(&found), ["Maria Anna"]);
    }

    #[test]
    fn last_and_single_words_end_a_span() {
        let names = ["O", "B-PER", "I-PER", "L-PER", "U-PER"];
        let found = spans(
            &names,
            "Maria Anna Rossi Ada Bob",
            &[
                ("Maria", 0, "B-PER"),
                ("Anna", 1, "I-PER"),
                ("Rossi", 2, "L-PER"),
                ("Ada", 3, "I-PER"),
                ("Bob", 4, "U-PER"),
            ],
        );
        assert_eq!(words(&found), ["Maria Anna Rossi", "Ada", "Bob"]);
    }

    #[test]
    fn marks_inside_a_name_are_of_it_and_marks_around_it_are_not() {
        let found = spans(
            &BIO,
            "(O'Neil-Ray), Rome - Maria",
            &[
                ("(O", 0, "B-PER"),
                ("'", 1, "O"),
                ("Neil", 2, "B-PER"),
                ("-", 3, "O"),
                ("Ray),", 4, "I-PER"),
                ("Rome", 5, "B-LOC"),
                ("-", 6, "O"),
                ("Maria", 7, "B-PER"),
            ],
        );
        assert_eq!(words(&found), ["O'Neil-Ray", "Rome", "Maria"]);
        // A mark alone is no name, whatever a model says.
        assert!(spans(&BIO, "a - b", &[("-", 0, "B-PER")]).is_empty());
    }

    #[test]
    fn words_are_cut_at_marks_where_the_tokenizer_does_not() {
        let found = spans(
            &BIO,
            "user=Maria,Rome 東京都",
            &[
                ("user", 0, "O"),
                ("=", 0, "O"),
                ("Mar", 0, "B-PER"),
                ("ia", 0, "I-PER"),
                (",", 0, "O"),
                ("Rome", 0, "B-LOC"),
                // A blank before a word is of no word, and writing without blanks has no words to join.
                (" 東", 1, "B-LOC"),
                ("京", 1, "I-LOC"),
                ("都", 1, "O"),
            ],
        );
        assert_eq!(words(&found), ["Maria", "Rome", "東京"]);
    }

    #[test]
    fn places_beyond_the_text_or_inside_a_character_do_no_harm() {
        let names = BIO.map(str::to_owned);
        let labels = Labels::new(&names, None).unwrap();
        let mut spans = Spans::new(&labels, "né 7");
        let likely = [0.1, 0.9, 0.0, 0.0, 0.0];
        for (start, end) in [(0, 2), (2, 3), (3, 2), (9, 12), (4, 99)] {
            spans.take(Piece {
                start,
                end,
                word: 0,
                likely: &likely,
            });
        }
        let found = spans.finish();
        assert!(
            found
                .iter()
                .all(|span| "né 7".get(span.start..span.end).is_some()),
            "{found:?}"
        );
        assert_eq!((found[0].start, found[0].end), (0, 3));
    }
}
