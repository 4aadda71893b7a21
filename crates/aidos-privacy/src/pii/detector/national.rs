//! Numbers that states give to people and firms: one table entry each, a file a region.
//!
//! An entry holds the shapes in which the number is written and how far each is trusted
//! without a word beside it, the check of its digits, and the words that speak of it.

mod america;
mod asia;
mod britain;
mod dach;
mod nordic;
mod south;

use crate::pii::window::{ALPHA, DIGIT, HEX, Report, Run, Window};
use crate::pii::words::{Topic, topic};
use crate::pii::{Kind, Proof};

/// A kind of number.
pub(crate) struct Id {
    pub(crate) kind: Kind,
    pub(crate) subtype: Option<&'static str>,
    pub(crate) detector: &'static str,
    /// How it is written, and the score without context. `9` is a digit, `A` a letter, `U` a
    /// capital letter, `X` either; any other byte is itself.
    pub(crate) shapes: &'static [(&'static str, f32)],
    /// Whether letters and digits, in capitals and without separators, can be such a number.
    pub(crate) check: fn(&[u8]) -> bool,
    /// Whether `check` computes a checksum; without one only shape and context speak.
    pub(crate) checksum: bool,
    /// The score where a word of `words` stands near.
    pub(crate) near: f32,
    /// The words that speak of it, `a|b|c`.
    pub(crate) words: &'static str,
}

/// All tables.
const TABLES: &[&[Id]] = &[
    america::IDS,
    asia::IDS,
    britain::IDS,
    dach::IDS,
    nordic::IDS,
    south::IDS,
];

/// The kinds of number, looked up by the run of letters and digits that they begin with.
pub(crate) struct Index {
    /// By class and length of the first run: the shapes, and a bit for each separator that
    /// follows it in one of them; bit 0 where a shape ends there.
    slots: Vec<(Vec<Entry>, u128)>,
}

/// A shape, with what is needed to turn most runs away.
#[derive(Clone, Copy)]
struct Entry {
    id: &'static Id,
    topic: Topic,
    shape: &'static [u8],
    bare: f32,
    /// The separator behind the first run; 0 where the shape is one run.
    next: u8,
    /// What stands behind the separator.
    beyond: u8,
}

/// The longest first run of a shape, and one more.
const LENGTHS: usize = 20;

/// Where the shapes of a first run are kept: digits only, letters only, both.
fn slot(digits: bool, letters: bool, len: usize) -> usize {
    let class = match (digits, letters) {
        (true, false) => 0,
        (false, _) => 1,
        (true, true) => 2,
    };
    class * LENGTHS + len.min(LENGTHS - 1)
}

impl Index {
    pub(crate) fn new() -> Index {
        let mut slots = vec![(Vec::new(), 0u128); 3 * LENGTHS];
        let all = TABLES.iter().flat_map(|table| table.iter());
        for (number, id) in (topic::FREE..).zip(all) {
            for &(shape, bare) in id.shapes {
                let shape = shape.as_bytes();
                let first: &[u8] = shape
                    .split(|b| !b.is_ascii_alphanumeric())
                    .next()
                    .unwrap_or_default();
                let digits = first.iter().any(u8::is_ascii_digit);
                let letters = first.iter().any(u8::is_ascii_alphabetic);
                // `X` may be either: the shape is kept under both.
                let mut places = vec![slot(digits, letters, first.len())];
                if first.contains(&b'X') {
                    places.push(slot(true, false, first.len()));
                    places.push(slot(true, true, first.len()));
                }
                places.sort_unstable();
                places.dedup();
                for place in places {
                    if let Some(slot) = slots.get_mut(place) {
                        let byte = |place| shape.get(place).copied().unwrap_or(0);
                        let next = byte(first.len());
                        slot.1 |= 1u128.checked_shl(u32::from(next)).unwrap_or(0);
                        slot.0.push(Entry {
                            id,
                            topic: Topic(number),
                            shape,
                            bare,
                            next,
                            beyond: byte(first.len() + 1),
                        });
                    }
                }
            }
        }
        Index { slots }
    }

    /// The words of all entries, for the word finder.
    pub(crate) fn words<'w>() -> impl Iterator<Item = (Topic, &'w str)> {
        let all = TABLES.iter().flat_map(|table| table.iter());
        (topic::FREE..)
            .zip(all)
            .map(|(number, id)| (Topic(number), id.words))
    }

    /// Looks for every number that begins with a run. Nearly all runs begin none, which their length and what follows say.
    #[inline]
    pub(crate) fn at_run(&self, w: &mut Window<'_>, run: Run) {
        if run.len() >= LENGTHS {
            return;
        }
        let (digits, letters) = (run.class & DIGIT != 0, run.class & (ALPHA | HEX) != 0);
        let Some((slot, nexts)) = self.slots.get(slot(digits, letters, run.len())) else {
            return;
        };
        let after = w.at(run.end);
        let follows = 1u128.checked_shl(u32::from(after)).unwrap_or(0) | 1;
        if nexts & follows != 0 {
            compare(slot, w, run, after);
        }
    }
}

/// Reports the numbers of a slot that begin with a run.
fn compare(slot: &[Entry], w: &mut Window<'_>, run: Run, after: u8) {
    let mut clean = None;
    for &Entry {
        id,
        topic,
        shape,
        bare,
        next,
        beyond,
    } in slot
    {
        if next != 0 && (next != after || !fits(beyond, w.at(run.end + 1))) {
            continue;
        }
        // What stands before is the same for all shapes, and most need not ask.
        let free = *clean.get_or_insert_with(|| {
            !w.word_before(run.start) && !joined(w, w.before(run.start), run.start.wrapping_sub(2))
        });
        if !free {
            return;
        }
        let mut payload = [0u8; 32];
        let Some((end, count)) = matches(w, run.start, shape, &mut payload) else {
            continue;
        };
        if !w.wants(id.kind) || w.word_at(end) || joined(w, w.at(end), end + 1) {
            continue;
        }
        let Some(payload) = payload.get(..count) else {
            continue;
        };
        if !(id.check)(payload) {
            continue;
        }
        let close = w
            .nearest_before(topic, run.start)
            .is_some_and(|gap| gap <= 24);
        let near = close || w.near(topic, run.start, end);
        let (proof, why) = match (id.checksum, near) {
            (true, true) => (
                Proof::Checked,
                "its shape, its check digit and a word near it",
            ),
            (true, false) => (Proof::Checked, "its shape and its check digit"),
            (false, true) => (Proof::Context, "its shape and a word near it"),
            (false, false) => (Proof::Shape, "its shape"),
        };
        // Where the words of two kinds stand near, the one right before it speaks.
        let score = match (close, near) {
            (true, _) => id.near,
            (false, true) => bare.max(id.near - 0.15),
            (false, false) => bare,
        };
        let Id {
            kind,
            subtype,
            detector,
            ..
        } = *id;
        w.report(
            run.start,
            end,
            Report {
                kind,
                subtype,
                detector,
                score,
                proof,
                why,
            },
        );
    }
}

/// All kinds of number, in the order of the tables.
pub(crate) fn all() -> impl Iterator<Item = &'static Id> {
    TABLES.iter().flat_map(|table| table.iter())
}

impl Id {
    /// The letters and digits of a value that is written in one of the shapes from its first to its last
    /// byte; whether they pass the check is another question.
    pub(crate) fn payload(&self, value: &str) -> Option<Vec<u8>> {
        let w = Window::of(value, &[]);
        let mut payload = [0u8; 32];
        self.shapes.iter().find_map(|(shape, _)| {
            let (end, count) = matches(&w, 0, shape.as_bytes(), &mut payload)?;
            let payload = payload.get(..count)?;
            (end == value.len()).then(|| payload.to_vec())
        })
    }
}

/// Whether a separator joins a number to more digits beyond it.
fn joined(w: &Window<'_>, separator: u8, beyond: usize) -> bool {
    separator == b'_'
        || matches!(separator, b'-' | b'.' | b'/' | b'+') && w.at(beyond).is_ascii_digit()
}

/// Whether a byte is what a shape wants at a place.
#[inline]
fn fits(wanted: u8, byte: u8) -> bool {
    match wanted {
        b'9' => byte.is_ascii_digit(),
        b'A' => byte.is_ascii_alphabetic(),
        b'U' => byte.is_ascii_uppercase(),
        b'X' => byte.is_ascii_alphanumeric(),
        other => byte.eq_ignore_ascii_case(&other),
    }
}

/// Compares a shape; returns the end of the text and how many letters and digits it held.
fn matches(
    w: &Window<'_>,
    start: usize,
    shape: &[u8],
    payload: &mut [u8; 32],
) -> Option<(usize, usize)> {
    let mut count = 0;
    for (offset, &wanted) in shape.iter().enumerate() {
        let byte = w.at(start + offset);
        if !fits(wanted, byte) {
            return None;
        }
        if byte.is_ascii_alphanumeric() {
            *payload.get_mut(count)? = byte.to_ascii_uppercase();
            count += 1;
        }
    }
    Some((start + shape.len(), count))
}

/// Whether `YYMMDD` (or `DDMMYY` with `day_first`) is a day of some century.
fn is_date6(bytes: &[u8], day_first: bool) -> bool {
    let part = |from: usize| {
        bytes
            .get(from..from + 2)
            .and_then(crate::pii::check::number)
    };
    match (part(0), part(2), part(4)) {
        (Some(a), Some(month), Some(c)) => {
            let day = if day_first { a } else { c };
            crate::pii::check::is_day(0, month, day)
        }
        _ => false,
    }
}

/// No check beyond the shape.
fn any(_: &[u8]) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pii::window::Window;

    #[test]
    fn every_shape_is_short_enough_and_finds_its_slot() {
        for id in TABLES.iter().flat_map(|t| t.iter()) {
            assert!(id.near >= 0.66, "{}: context would not help", id.detector);
            assert!(!id.words.is_empty(), "{}", id.detector);
            for (shape, bare) in id.shapes {
                assert!(shape.len() <= 32 && *bare <= id.near, "{}", id.detector);
                let first = shape
                    .split(|c: char| !c.is_ascii_alphanumeric())
                    .next()
                    .unwrap();
                assert!(
                    !first.is_empty() && first.len() < LENGTHS,
                    "{}",
                    id.detector
                );
            }
        }
    }

    #[test]
    fn shapes_tell_digits_from_letters() {
        let window = |text: &'static str| Window::of(text, &[]);
        let mut payload = [0; 32];
        assert_eq!(
            matches(&window("ab-12"), 0, b"AA-99", &mut payload),
            Some((5, 4))
        );
        assert_eq!(&payload[..4], b"AB12");
        assert_eq!(matches(&window("ab-12"), 0, b"UU-99", &mut payload), None);
        assert_eq!(matches(&window("ab-1"), 0, b"AA-99", &mut payload), None);
    }
}
