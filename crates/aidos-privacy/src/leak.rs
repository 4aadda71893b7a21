//! The search of an adversary: whether values that should be gone can still be found in what is released.
//!
//! A [`Search`] is built from the values and looks for each in these [`Form`]s:
//!
//! | form | what |
//! |---|---|
//! | exact | the value, whatever its case |
//! | folded, without separators | letters and digits alone, marks on letters and case away: `Ada-Lovelace` for `ada lovelace` |
//! | digits | its digits alone, from 7 of them |
//! | part | any 6 letters and digits of it in a row (8 where they are digits alone); none of addresses of IP |
//! | base64 | at any of the three alignments, so also inside a longer text; standard and URL alphabet |
//! | URL, escapes | `%2B`, all bytes as `%xx`, `\u00e9` |
//! | hexadecimal | of UTF-8 and UTF-16LE |
//! | MD5, SHA-1, SHA-256 | of the value, in lower and upper case, without separators; hexadecimal and base64 |
//! | UUID | of version 5, of the value and of an observable with it, in the namespaces of STIX, DNS, URL, OID and ours |
//!
//! What it cannot find: a value split over two places further apart than three separators, other encodings,
//! other hashes, a picture. A clean search is no proof; a leak is one.
//!
//! The bytes are walked over twice: as they are, and their letters and digits alone.
//!
//! ```
//! use aidos_privacy::leak::{Form, Search};
//! let search = Search::new(["ada@lovelace.example"])?;
//! let leaks = search.find(b"{\"note\":\"QURBIGFkYUBsb3ZlbGFjZS5leGFtcGxl\"}");
//! assert_eq!(leaks[0].form, Form::Base64);
//! assert!(search.find(b"nothing of hers").is_empty());
//! # Ok::<(), aidos_privacy::leak::TooLarge>(())
//! ```

#![cfg_attr(not(test), warn(clippy::indexing_slicing))]

mod forms;
mod matcher;

use matcher::Matcher;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// In what form a value was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// As it is, whatever its case.
    Exact,
    /// Its letters and digits, marks and separators away.
    Folded,
    /// Its digits alone.
    Digits,
    /// Six letters or digits of it in a row.
    Part,
    /// In base64.
    Base64,
    /// Percent-encoded, or with escapes of JSON.
    Escaped,
    /// In hexadecimal digits.
    Hex,
    /// Its MD5.
    Md5,
    /// Its SHA-1.
    Sha1,
    /// Its SHA-256.
    Sha256,
    /// A UUID of version 5 made from it.
    Uuid,
}

impl Form {
    /// Whether what was found is the value in letters that a person reads.
    pub fn is_plain(self) -> bool {
        matches!(self, Self::Exact | Self::Folded | Self::Digits | Self::Part)
    }
}

/// A value, found. Holds no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Leak {
    /// Which of the values, by its place in the list.
    pub value: usize,
    /// In what form.
    pub form: Form,
    /// The first byte.
    pub start: usize,
    /// The byte after the last one.
    pub end: usize,
}

/// The values make too large an automaton.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot search for so many values at once: {problem}; search in parts of 10000 values")]
pub struct TooLarge {
    /// What the builder says.
    problem: String,
}

/// Looks for values in all forms. Built once, then shared.
pub struct Search {
    raw: Option<Matcher>,
    raw_forms: Vec<(usize, Form, bool)>,
    folded: Option<Matcher>,
    folded_forms: Vec<(usize, Form, Beside)>,
    /// The most bytes that a form takes in a text.
    reach: usize,
}

impl std::fmt::Debug for Search {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Search({} forms)",
            self.raw_forms.len() + self.folded_forms.len()
        )
    }
}

/// In how many forms a value is searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Depth {
    /// As people read it.
    Plain,
    /// In all forms, of its usual spellings.
    Whole,
    /// In all forms of all spellings, and in parts.
    Parts,
}

fn with<S>(values: impl IntoIterator<Item = S>, depth: Depth) -> impl Iterator<Item = (S, Depth)> {
    values.into_iter().map(move |value| (value, depth))
}

/// What may stand beside or inside of a form that is found.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Beside {
    /// Anything.
    Anything,
    /// No letter or digit beside.
    Nothing,
    /// That, and no dot or colon inside.
    NoDots,
}

/// Up to this many separators may stand between two letters of one value.
const GAP: usize = 3;

/// Bytes of a text that are searched at once: folding takes nine times as many.
const PIECE: usize = 256 << 10;
/// Bytes before a piece that are looked at, for what stands beside of a form.
const BEFORE: usize = 16;

impl Search {
    /// A search for these values, in all forms. Values of fewer than 3 characters are passed over.
    ///
    /// # Errors
    /// The automaton would be larger than its numbers reach.
    pub fn new<S: AsRef<str>>(values: impl IntoIterator<Item = S>) -> Result<Self, TooLarge> {
        Self::of(with(values, Depth::Parts))
    }

    /// A search for whole values: all forms but [`Form::Part`].
    ///
    /// # Errors
    /// As for [`Search::new`].
    pub fn whole<S: AsRef<str>>(values: impl IntoIterator<Item = S>) -> Result<Self, TooLarge> {
        Self::of(with(values, Depth::Whole))
    }

    /// A search for values as they are, whatever their case, with no letter or digit beside.
    pub(crate) fn plain<S: AsRef<str>>(
        values: impl IntoIterator<Item = S>,
    ) -> Result<Self, TooLarge> {
        let raw: Vec<Vec<u8>> = values
            .into_iter()
            .map(|value| value.as_ref().as_bytes().to_vec())
            .collect();
        let raw_forms = (0..raw.len())
            .map(|index| (index, Form::Exact, true))
            .collect();
        Ok(Self {
            reach: reach(&raw, &[]),
            raw: matcher(&raw)?,
            raw_forms,
            ..Self::none()
        })
    }

    /// A search that finds nothing.
    pub(crate) fn none() -> Self {
        Self {
            raw: None,
            raw_forms: Vec::new(),
            folded: None,
            folded_forms: Vec::new(),
            reach: 0,
        }
    }

    /// A search for values, each as deep as it says.
    pub(crate) fn of<S: AsRef<str>>(
        values: impl IntoIterator<Item = (S, Depth)>,
    ) -> Result<Self, TooLarge> {
        let (mut raw, mut raw_forms) = (Vec::new(), Vec::new());
        let (mut folded, mut folded_forms) = (Vec::new(), Vec::new());
        for (index, (value, depth)) in values.into_iter().enumerate() {
            let value = value.as_ref().trim();
            if value.chars().count() < 3 {
                continue;
            }
            forms::raw(value, depth, &mut |form, bytes, edges| {
                raw.push(bytes);
                raw_forms.push((index, form, edges));
            });
            forms::folded(value, depth == Depth::Parts, &mut |form, text, edges| {
                folded.push(text);
                folded_forms.push((index, form, edges));
            });
        }
        Ok(Self {
            reach: reach(&raw, &folded),
            raw: matcher(&raw)?,
            raw_forms,
            folded: matcher(&folded)?,
            folded_forms,
        })
    }

    /// Whether it looks for nothing.
    pub fn is_empty(&self) -> bool {
        self.raw.is_none() && self.folded.is_none()
    }

    /// All places where a value is found, sorted by value, form and place. Bytes that are no UTF-8 are searched as
    /// far as their forms are of ASCII. Takes a few megabytes, however long the text is.
    pub fn find(&self, haystack: &[u8]) -> Vec<Leak> {
        self.by_pieces(haystack, PIECE)
    }

    fn by_pieces(&self, haystack: &[u8], piece: usize) -> Vec<Leak> {
        if haystack.len() <= piece {
            return self.find_at_once(haystack);
        }
        let mut leaks = Vec::new();
        for from in (0..haystack.len()).step_by(piece) {
            let begin = from.saturating_sub(BEFORE);
            let to = from + piece;
            let end = haystack.len().min(to + self.reach);
            let found = self.find_at_once(haystack.get(begin..end).unwrap_or_default());
            leaks.extend(found.into_iter().filter_map(|leak| {
                let start = leak.start + begin;
                let end = leak.end + begin;
                (from..to)
                    .contains(&start)
                    .then_some(Leak { start, end, ..leak })
            }));
        }
        leaks.sort_unstable();
        leaks
    }

    fn find_at_once(&self, haystack: &[u8]) -> Vec<Leak> {
        let mut leaks = Vec::new();
        if let Some(raw) = &self.raw {
            raw.find(haystack, &mut |pattern, start, end| {
                if let Some(&(value, form, edges)) = self.raw_forms.get(pattern)
                    && (!edges || is_whole(haystack, start, end))
                {
                    leaks.push(Leak {
                        value,
                        form,
                        start,
                        end,
                    });
                }
            });
        }
        if let Some(folded) = &self.folded
            && (!haystack.is_ascii() || folded.may_stand_in(letters(haystack)))
        {
            let projected = Projection::of(haystack);
            folded.find(&projected.text, &mut |pattern, start, end| {
                let Some(&(value, form, edges)) = self.folded_forms.get(pattern) else {
                    return;
                };
                let Some((start, end)) = projected.back(start, end) else {
                    return;
                };
                let stretch = haystack.get(start..end).unwrap_or_default();
                let counts = match edges {
                    Beside::Anything => true,
                    Beside::Nothing => is_whole(haystack, start, end),
                    // With its dots elsewhere it is another address; with the same ones it is found as it is.
                    Beside::NoDots => {
                        is_whole(haystack, start, end)
                            && !stretch.iter().any(|byte| matches!(byte, b'.' | b':'))
                    }
                };
                if counts {
                    leaks.push(Leak {
                        value,
                        form,
                        start,
                        end,
                    });
                }
            });
        }
        leaks.sort_unstable();
        leaks.dedup();
        leaks
    }
}

/// The most bytes that one of these forms takes, and one beside it. A folded letter may come of four bytes, and so may each of the
/// separators behind it.
fn reach(raw: &[Vec<u8>], folded: &[Vec<u8>]) -> usize {
    let longest = |forms: &[Vec<u8>]| forms.iter().map(Vec::len).max().unwrap_or(0);
    longest(raw).max(longest(folded) * 4 * (1 + GAP)) + 4
}

fn matcher(patterns: &[Vec<u8>]) -> Result<Option<Matcher>, TooLarge> {
    if patterns.is_empty() {
        return Ok(None);
    }
    Matcher::new(patterns).map(Some).map_err(|error| TooLarge {
        problem: error.to_string(),
    })
}

/// Whether no letter or digit stands right before or after.
fn is_whole(text: &[u8], start: usize, end: usize) -> bool {
    let before = start.checked_sub(1).and_then(|at| text.get(at));
    !before.is_some_and(u8::is_ascii_alphanumeric)
        && !text.get(end).is_some_and(u8::is_ascii_alphanumeric)
}

/// The bytes of [`Projection`] of a text of ASCII.
fn letters(haystack: &[u8]) -> impl Iterator<Item = u8> {
    let mut gap = 0;
    haystack.iter().filter_map(move |byte| {
        if byte.is_ascii_alphanumeric() {
            gap = 0;
            return Some(byte.to_ascii_lowercase());
        }
        gap += 1;
        (gap == GAP + 1).then_some(b' ')
    })
}

/// Letters and digits of a text, each with the place it came from.
struct Projection<'h> {
    haystack: &'h [u8],
    text: Vec<u8>,
    /// Where the letter begins that a byte was made of.
    places: Vec<usize>,
}

impl<'h> Projection<'h> {
    fn of(haystack: &'h [u8]) -> Self {
        let mut own = Self {
            haystack,
            text: Vec::with_capacity(haystack.len()),
            places: Vec::with_capacity(haystack.len()),
        };
        let mut gap = 0;
        let mut at = 0;
        for chunk in haystack.utf8_chunks() {
            let valid = chunk.valid();
            for (offset, letter) in valid.char_indices() {
                let start = at + offset;
                if letter.is_ascii_alphanumeric() {
                    let small = u8::try_from(letter.to_ascii_lowercase());
                    own.push(small.unwrap_or(b' '), start);
                    gap = 0;
                } else if letter.is_ascii() || !letter.is_alphanumeric() {
                    gap += 1;
                    if gap == GAP + 1 {
                        // A byte that no folded value holds: nothing is found across it.
                        own.push(b' ', start);
                    }
                } else {
                    gap = 0;
                    let mut bytes = [0; 4];
                    fold_letter(letter, &mut |folded| {
                        for byte in folded.encode_utf8(&mut bytes).bytes() {
                            own.push(byte, start);
                        }
                    });
                }
            }
            at += valid.len() + chunk.invalid().len();
            if !chunk.invalid().is_empty() {
                own.push(b' ', at);
            }
        }
        own
    }

    fn push(&mut self, byte: u8, start: usize) {
        self.text.push(byte);
        self.places.push(start);
    }

    /// The bytes of the haystack from which a stretch of the projection comes: all of its letters.
    fn back(&self, start: usize, end: usize) -> Option<(usize, usize)> {
        let first = *self.places.get(start)?;
        let last = *self.places.get(end.checked_sub(1)?)?;
        let is_inside = |byte: &&u8| **byte & 0xc0 == 0x80;
        let more = self.haystack.get(last + 1..).unwrap_or_default();
        Some((first, last + 1 + more.iter().take_while(is_inside).count()))
    }
}

/// A letter without marks and case.
fn fold_letter(letter: char, say: &mut impl FnMut(char)) {
    for part in letter.nfkd().filter(|part| !is_combining_mark(*part)) {
        for small in part.to_lowercase().filter(|small| small.is_alphanumeric()) {
            say(if small == 'ς' { 'σ' } else { small });
        }
    }
}

#[cfg(test)]
mod tests;
