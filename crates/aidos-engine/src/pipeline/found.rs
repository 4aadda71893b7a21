//! What a pipeline has found: counts, and a few rows of each kind.

use std::collections::BTreeMap;

use aidos_core::extract::{Item as RowItem, Sink};

use super::worker::Fate;
use crate::feed::Leaf;

/// Rows shown of each kind of repair and reject.
pub(super) const SAMPLES: usize = 3;

/// Text shown of a sample.
const SAMPLE_TEXT: usize = 400;

/// Counts of rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) rows: u64,
    pub(crate) entries: u64,
    pub(crate) duplicates: u64,
    pub(crate) rejected: u64,
    pub(crate) skipped: u64,
    pub(crate) repaired: u64,
    pub(crate) first: Option<aidos_model::Timestamp>,
    pub(crate) last: Option<aidos_model::Timestamp>,
}

impl Counts {
    /// Adds the counts of a batch.
    pub(super) fn add(&mut self, counts: &Self) {
        self.rows += counts.rows;
        self.entries += counts.entries;
        self.duplicates += counts.duplicates;
        self.rejected += counts.rejected;
        self.skipped += counts.skipped;
        self.repaired += counts.repaired;
        self.first = [self.first, counts.first].into_iter().flatten().min();
        self.last = self.last.max(counts.last);
    }
}

/// A few rows of a kind, and where all of them stand.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kind {
    pub(crate) count: u64,
    /// Lines of the file in which they are listed, joined to ranges, the first few.
    pub(crate) ranges: Vec<(u64, u64)>,
    /// Lines beyond these.
    pub(crate) more: u64,
    /// Place, before, after.
    pub(crate) samples: Vec<(String, String, Option<String>)>,
}

/// Ranges of lines that are kept of a kind.
const RANGES: usize = 40;

impl Kind {
    pub(crate) fn add(&mut self, line: u64) {
        self.count += 1;
        push_range(&mut self.ranges, &mut self.more, line);
    }
}

/// Adds a line to ranges that are kept short; lines come in order.
pub(crate) fn push_range(ranges: &mut Vec<(u64, u64)>, more: &mut u64, line: u64) {
    let short = ranges.len() < RANGES;
    match ranges.last_mut() {
        Some((_, last)) if *last + 1 == line && *more == 0 => *last = line,
        _ if short => ranges.push((line, line)),
        _ => *more += 1,
    }
}

/// What a pipeline has found, in the order of the rows.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) counts: Counts,
    pub(crate) leaves: BTreeMap<usize, Counts>,
    pub(crate) defects: BTreeMap<&'static str, Kind>,
    pub(crate) rejects: BTreeMap<&'static str, Kind>,
    /// Findings of each type of personal data, where rows are scanned for it.
    pub(crate) findings: BTreeMap<&'static str, u64>,
    pub(crate) changes: u64,
    pub(crate) reject_lines: u64,
    /// Number of the first entry of each batch that has entries, and where its bytes begin.
    pub(crate) index: Vec<(u64, u64)>,
}

/// Counts repairs in the order of the rows, and keeps a few of each kind.
pub(super) fn note_repairs(found: &mut Found, leaf: &Leaf, sink: &Sink<'_>, fates: &[Fate]) {
    let mut repairs = sink.repairs.iter().peekable();
    for (at, (item, fate)) in sink.items.iter().zip(fates).enumerate() {
        let RowItem::Entry(draft) = item else {
            continue;
        };
        let mut seen = aidos_model::Defects::default();
        while let Some(repair) = repairs.next_if(|repair| repair.item <= at) {
            found.changes += 1;
            let kind = found.defects.entry(repair.rule.word()).or_default();
            // Each defect counts once a row, each repair has its line.
            if seen.contains(repair.rule) {
                kind.more += u64::from(
                    kind.ranges
                        .last()
                        .is_none_or(|(_, last)| *last + 1 != found.changes),
                );
            } else {
                kind.add(found.changes);
                seen.add(repair.rule);
            }
            if kind.samples.len() < SAMPLES {
                let place = format!("{}:{}", leaf.path, draft.event.line);
                let after = repair.after.map(|after| sample(after.reveal()));
                kind.samples
                    .push((place, sample(repair.before.reveal()), after));
            }
        }
        if *fate == Fate::Duplicate {
            found.changes += 1;
            found
                .defects
                .entry("duplicate")
                .or_default()
                .add(found.changes);
        }
    }
}

/// The beginning of a text, for a person's eye.
pub(super) fn sample(text: &str) -> String {
    let mut end = text.len().min(SAMPLE_TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let mut sample = text[..end].to_owned();
    if end < text.len() {
        sample.push('…');
    }
    sample
}
