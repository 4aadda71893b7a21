//! What a detector says: a place, a type, how sure it is and why. Never the value.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeMap;

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

/// Raises the scores of what several passes found: where two agree on a type and overlap, the better span's score becomes
/// that of two witnesses who do not know of each other, 1 − (1 − a)(1 − b), and its reason says who agrees.
///
/// `begins` says where the candidates of each pass begin in `all`. Nothing is dropped: what one pass alone found stays.
/// Of several spans of one pass the surest counts. Time grows with the pairs that overlap.
pub(crate) fn agree(all: &mut [Candidate], begins: &[usize]) {
    let first = begins.first().copied().unwrap_or(all.len());
    let pass = |place: usize| begins.partition_point(|begin| *begin <= place);
    let mut order: Vec<usize> = (first..all.len()).collect();
    order.sort_by_key(|&place| all.get(place).map_or(0, |c| c.finding.start));
    // The better of two, and the pass of the other: the other's score and name.
    let mut witnesses = BTreeMap::<(usize, usize), (f32, Cow<'static, str>)>::new();
    for (number, &one) in order.iter().enumerate() {
        let Some(a) = all.get(one) else { continue };
        for &other in order.get(number + 1..).unwrap_or_default() {
            let Some(b) = all.get(other) else { continue };
            if b.finding.start >= a.finding.end {
                break;
            }
            if a.finding.kind != b.finding.kind || pass(one) == pass(other) {
                continue;
            }
            let (better, worse, says) = match rank(a, b) {
                Ordering::Greater => (other, one, a),
                _ => (one, other, b),
            };
            let witness = witnesses
                .entry((better, pass(worse)))
                .or_insert_with(|| (0.0, says.finding.detector.clone()));
            witness.0 = witness.0.max(says.finding.score);
        }
    }
    for ((better, _), (score, detector)) in witnesses {
        if let Some(Candidate { finding, .. }) = all.get_mut(better) {
            finding.score = 1.0 - (1.0 - finding.score) * (1.0 - score);
            finding.why = format!("{}; {detector} agrees", finding.why).into();
        }
    }
}

/// Keeps the best of what overlaps, sorted by start.
///
/// The better [`Proof`] wins, then the longer span, then the higher score, then the earlier
/// start, then the order of [`Kind`]. What touches without sharing a byte is kept. Of a checked loser that reaches
/// beyond what is kept, that part stays a finding: the name in `/home/adahttps://…` is not in the URL, and not gone.
pub(crate) fn resolve(text: &str, mut all: Vec<Candidate>, out: &mut Vec<Finding>) {
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
            Some(next) => {
                group.extend([next, first]);
                best(text, group, out);
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

/// Keeps the best of candidates that hang together, and what checked losers have beyond them.
fn best(text: &str, mut group: Vec<Candidate>, out: &mut Vec<Finding>) {
    group.sort_by(rank);
    // Kept spans are disjoint, so the neighbour in start order tells whether one is free.
    let mut kept = BTreeMap::<usize, Finding>::new();
    for Candidate { finding, proof } in group {
        let before = kept.range(..finding.end).next_back();
        if before.is_none_or(|(_, other)| other.end <= finding.start) {
            kept.insert(finding.start, finding);
        } else if proof == Proof::Checked {
            keep_beyond(text, finding, &mut kept);
        }
    }
    out.extend(kept.into_values());
}

/// Keeps those parts of a finding that no kept one covers, where they hold a letter or a digit.
///
/// Where no blank parts them they become one finding with what they run into: two tokens without a blank between would read as one
/// name of its own.
fn keep_beyond(text: &str, finding: Finding, kept: &mut BTreeMap<usize, Finding>) {
    let overlapped: Vec<usize> = kept
        .range(..finding.end)
        .rev()
        .take_while(|(_, other)| other.end > finding.start)
        .map(|(&start, _)| start)
        .collect();
    let mut parts = Vec::new();
    let mut from = finding.start;
    for other in overlapped.iter().rev().filter_map(|start| kept.get(start)) {
        parts.push((from, other.start));
        from = other.end;
    }
    parts.push((from, finding.end));
    let is_part = |c: char| c.is_alphanumeric();
    let (mut bare, mut glued) = (Vec::new(), false);
    for (from, to) in parts {
        let part = text.get(from..to).unwrap_or_default();
        let (Some(first), Some(last)) = (part.find(is_part), part.rfind(is_part)) else {
            continue;
        };
        let end = last
            + part
                .get(last..)
                .and_then(|c| c.chars().next())
                .map_or(1, char::len_utf8);
        let runs_on = |gap: Option<&str>| gap.is_some_and(|gap| !gap.contains(char::is_whitespace));
        glued |= from > finding.start && runs_on(part.get(..first));
        glued |= to < finding.end && runs_on(part.get(end..));
        bare.push((from + first, from + end));
    }
    if !glued {
        kept.extend(bare.into_iter().map(|(start, end)| {
            let part = Finding {
                start,
                end,
                ..finding.clone()
            };
            (start, part)
        }));
        return;
    }
    let mut whole = finding;
    for other in overlapped.iter().filter_map(|start| kept.remove(start)) {
        let (start, end) = (whole.start.min(other.start), whole.end.max(other.end));
        // As what says more of a person: a policy that keeps addresses may hide names.
        let better = if is_technical(other.kind) {
            whole
        } else {
            other
        };
        whole = Finding {
            start,
            end,
            ..better
        };
    }
    kept.insert(whole.start, whole);
}

/// Whether a type says more of a machine than of a person.
fn is_technical(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Url | Kind::IpAddress | Kind::MacAddress | Kind::HostName
    )
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
            &"x".repeat(30),
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
    fn two_passes_that_agree_are_surer_and_lose_nothing() {
        let scored = |start, end, kind, score| {
            let mut one = candidate(start, end, kind, Proof::Context);
            one.finding.score = score;
            one.finding.detector = "first".into();
            one
        };
        let mut all = vec![
            // A detector's, which is no pass.
            candidate(0, 11, Kind::Person, Proof::Shape),
            // The first pass: a name in two parts, a place, an organisation.
            scored(0, 5, Kind::Person, 0.6),
            scored(6, 11, Kind::Person, 0.8),
            scored(20, 26, Kind::Location, 0.7),
            scored(30, 36, Kind::Organization, 0.7),
            // The second: the whole name, another type, something of its own.
            scored(0, 11, Kind::Person, 0.5),
            scored(20, 26, Kind::Organization, 0.9),
            scored(40, 44, Kind::Person, 0.9),
        ];
        let before = all.clone();
        agree(&mut all, &[1, 5]);
        assert_eq!(all.len(), before.len());
        // Only the whole name is surer, by the surer of its two parts: 1 − 0.5 · 0.2.
        assert!((all[5].finding.score - 0.9).abs() < 1e-6);
        assert_eq!(all[5].finding.why, "; first agrees");
        for place in [0, 1, 2, 3, 4, 6, 7] {
            assert_eq!(all[place], before[place], "{place}");
        }
        let mut out = Vec::new();
        resolve(&"x".repeat(50), all, &mut out);
        let spans: Vec<_> = out.iter().map(|f| (f.start, f.kind)).collect();
        assert_eq!(
            spans,
            [
                (0, Kind::Person),
                (20, Kind::Organization),
                (30, Kind::Organization),
                (40, Kind::Person)
            ]
        );
    }

    #[test]
    fn a_checked_loser_keeps_what_lies_beyond_the_winner() {
        let text = "/home/ada.https://ada.example/x, later";
        let mut out = Vec::new();
        let all = vec![
            candidate(6, 33, Kind::UserName, Proof::Checked),
            candidate(10, 31, Kind::Url, Proof::Checked),
            // Only by its shape: what is left of it is nothing.
            candidate(30, 38, Kind::Person, Proof::Shape),
        ];
        let mut surer = all.clone();
        surer[1].proof = Proof::Checked;
        surer[0].finding.score = 0.4;
        surer[1].finding.end = 38;
        resolve(text, all, &mut out);
        let spans =
            |out: &[Finding]| -> Vec<_> { out.iter().map(|f| (f.start, f.end, f.kind)).collect() };
        assert_eq!(spans(&out), [(6, 33, Kind::UserName)]);
        out.clear();
        resolve(text, surer.clone(), &mut out);
        assert_eq!(spans(&out), [(6, 38, Kind::UserName)], "they run on");
        out.clear();
        surer[1].finding.start = 11;
        resolve("/home/ada: https://ada.example/xyz, and", surer, &mut out);
        assert_eq!(
            spans(&out),
            [(6, 9, Kind::UserName), (11, 38, Kind::Url)],
            "the name, without the sign between"
        );
    }

    #[test]
    fn code_points_may_be_asked_backwards() {
        let mut points = CodePoints::new("äöü");
        assert_eq!([points.at(6), points.at(2), points.at(99)], [3, 1, 3]);
    }
}
