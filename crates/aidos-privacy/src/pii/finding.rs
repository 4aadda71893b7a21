//! What a detector says: a place, a type, how sure it is and why. Never the value.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::Kind;

/// Personal data found in a text, by its place.
///
/// It holds no text, so printing or logging one shows nothing of the person.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The first byte.
    pub start: usize,
    /// The byte after the last one.
    pub end: usize,
    /// What it is.
    pub kind: Kind,
    /// What it is more finely: `BIRTHDAY` of a date, `DOMAIN_NAME` of a URL.
    pub subtype: Option<Cow<'static, str>>,
    /// How sure the detector is, 0 to 1.
    pub score: f32,
    /// The detector's name.
    pub detector: Cow<'static, str>,
    /// Why it was found, for a person who decides.
    pub why: Cow<'static, str>,
}

/// Turns rising byte offsets of one text into Unicode code points, in one walk.
///
/// ```
/// use aidos_privacy::pii::CodePoints;
/// let mut points = CodePoints::new("Ἀθήνα 7");
/// assert_eq!(points.at("Ἀθήνα".len()), 5);
/// assert_eq!(points.at("Ἀθήνα 7".len()), 7);
/// ```
#[derive(Clone)]
pub struct CodePoints<'t> {
    bytes: &'t [u8],
    /// Whether every byte is a code point.
    plain: bool,
    byte: usize,
    point: usize,
}

impl<'t> CodePoints<'t> {
    /// Starts at the beginning of a text.
    pub fn new(text: &'t str) -> CodePoints<'t> {
        CodePoints {
            bytes: text.as_bytes(),
            plain: text.is_ascii(),
            byte: 0,
            point: 0,
        }
    }

    /// The number of code points before a byte offset.
    ///
    /// An offset before the one asked last starts the walk again; one beyond the text counts
    /// the whole text.
    pub fn at(&mut self, offset: usize) -> usize {
        if self.plain {
            return offset.min(self.bytes.len());
        }
        if offset < self.byte {
            (self.byte, self.point) = (0, 0);
        }
        let end = offset.min(self.bytes.len());
        let walked = self.bytes.get(self.byte..end).unwrap_or_default();
        // A code point is counted at its first byte.
        self.point += walked.iter().filter(|&&b| b & 0xC0 != 0x80).count();
        self.byte = end;
        self.point
    }
}

/// How a candidate was proved; a better proof wins an overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Proof {
    /// Its shape only.
    Shape,
    /// Words beside it.
    Context,
    /// A grammar of its own that other things do not have, or a checksum that holds.
    Checked,
}

/// A finding before overlaps are resolved.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// What was found.
    pub finding: Finding,
    /// How.
    pub proof: Proof,
}

/// Keeps the best of what overlaps, sorted by start.
///
/// The better [`Proof`] wins, then the longer span, then the higher score, then the earlier
/// start, then the order of [`Kind`]. What touches without sharing a byte is kept.
pub(crate) fn resolve(mut all: Vec<Candidate>, out: &mut Vec<Finding>) {
    all.sort_by_key(|c| c.finding.start);
    let mut rest = all.into_iter().peekable();
    // Only what hangs together can compete: most findings stand alone.
    while let Some(first) = rest.next() {
        let mut end = first.finding.end;
        let mut group = Vec::new();
        while let Some(next) = rest.next_if(|next| next.finding.start < end) {
            end = end.max(next.finding.end);
            group.push(next);
        }
        match group.pop() {
            None => out.push(first.finding),
            Some(next) if group.is_empty() => {
                let better = if rank(&first, &next).is_lt() {
                    first
                } else {
                    next
                };
                out.push(better.finding);
            }
            Some(next) => {
                group.extend([next, first]);
                best(group, out);
            }
        }
    }
}

/// The order in which candidates are kept.
fn rank(a: &Candidate, b: &Candidate) -> Ordering {
    let length = |c: &Candidate| c.finding.end.saturating_sub(c.finding.start);
    (b.proof.cmp(&a.proof))
        .then_with(|| length(b).cmp(&length(a)))
        .then_with(|| b.finding.score.total_cmp(&a.finding.score))
        .then_with(|| a.finding.start.cmp(&b.finding.start))
        .then_with(|| a.finding.kind.cmp(&b.finding.kind))
        .then_with(|| a.finding.subtype.cmp(&b.finding.subtype))
}

/// Keeps the best of candidates that hang together.
fn best(mut group: Vec<Candidate>, out: &mut Vec<Finding>) {
    group.sort_by(rank);
    // Kept spans are disjoint, so the neighbour in start order tells whether one is free.
    let mut kept = std::collections::BTreeMap::<usize, Finding>::new();
    for Candidate { finding, .. } in group {
        let before = kept.range(..finding.end).next_back();
        if before.is_none_or(|(_, other)| other.end <= finding.start) {
            kept.insert(finding.start, finding);
        }
    }
    out.extend(kept.into_values());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(start: usize, end: usize, kind: Kind, proof: Proof) -> Candidate {
        let finding = Finding {
            start,
            end,
            kind,
            subtype: None,
            score: 0.5,
            detector: "test".into(),
            why: "".into(),
        };
        Candidate { finding, proof }
    }

    #[test]
    fn proof_wins_over_length_and_length_over_start() {
        let mut out = Vec::new();
        resolve(
            vec![
                candidate(0, 20, Kind::PhoneNumber, Proof::Shape),
                candidate(2, 18, Kind::CreditCard, Proof::Checked),
                candidate(20, 25, Kind::Age, Proof::Context),
                candidate(21, 29, Kind::Title, Proof::Context),
            ],
            &mut out,
        );
        let kinds: Vec<Kind> = out.iter().map(|f| f.kind).collect();
        assert_eq!(kinds, [Kind::CreditCard, Kind::Title]);
    }

    #[test]
    fn code_points_may_be_asked_backwards() {
        let mut points = CodePoints::new("äöü");
        assert_eq!([points.at(6), points.at(2), points.at(99)], [3, 1, 3]);
    }
}
