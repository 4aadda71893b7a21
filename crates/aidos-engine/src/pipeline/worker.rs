//! One thread's work: takes batches, and lets each through its two turns.

use std::collections::BTreeMap;
use std::path::Path;

use aidos_core::extract::{Context, Item as RowItem, Row, Sink, Year};
use aidos_model::Raw;
use aidos_privacy::pii::{CodePoints, Scanner};
use aidos_read::Item;
use bumpalo::Bump;

use super::found::{Counts, SAMPLES, note_repairs, sample};
use super::render::cut_of;
use super::rows::{note_invalid, rows};
use super::{Compose, Order, Shared, Style};
use crate::Error;
use crate::case::Checkpoint;
use crate::feed::{Batch, Leaf};
use crate::pii::{Form, push_finding};
use crate::turnstile::Broken;

/// Bytes of a usual row; where rows are shorter, their items move as the list of them grows.
const USUAL_ROW: usize = 128;

/// One thread's work and its buffers.
pub(super) struct Worker<'w, 's, 'p> {
    pub(super) shared: &'w Shared<'s, 'p>,
    pub(super) composer: Option<Box<dyn Compose>>,
    pub(super) identity: Vec<u8>,
    pub(super) texts: [Vec<u8>; 4],
    /// What compresses into it first.
    pub(super) packed: Vec<u8>,
}

/// What became of an item once it had its turn.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// The entry of this number.
    Entry(u64),
    Duplicate,
    Other,
}

/// A batch on its way: what its rows became, and what their turn made of them.
pub(super) struct Taken<'t, 'a> {
    pub(super) leaf: &'t Leaf,
    pub(super) context: &'t Context<'a>,
    pub(super) sink: Sink<'a>,
    /// A hash for each item; 0 where it has none yet.
    pub(super) hashes: Vec<u128>,
    /// Rows that are no records.
    pub(super) skipped: u64,
    /// What became of each item, once the batch had its turn.
    pub(super) fates: Vec<Fate>,
}

/// What a worker says; an error that another worker has is `None`.
pub(super) type Work<T> = Result<T, Option<Error>>;

impl From<Broken> for Option<Error> {
    /// Another worker has the error.
    fn from(_: Broken) -> Self {
        None
    }
}

impl<'w, 's, 'p> Worker<'w, 's, 'p> {
    pub(super) fn new(shared: &'w Shared<'s, 'p>, composer: Option<Box<dyn Compose>>) -> Self {
        Self {
            shared,
            composer,
            identity: Vec::new(),
            texts: Default::default(),
            packed: Vec::new(),
        }
    }

    pub(super) fn run(mut self) -> Result<(), Option<Error>> {
        let mut arena = Bump::new();
        while let Some(batch) = self.shared.take() {
            if self.shared.cancel.is_cancelled() {
                return Err(Some(Error::Cancelled));
            }
            self.batch(&batch, &arena)?;
            arena.reset();
        }
        Ok(())
    }

    fn batch(&mut self, batch: &Batch, arena: &Bump) -> Work<()> {
        if let Style::Findings(scanner, form) = self.shared.style {
            return self.findings(batch, scanner, form);
        }
        let leaf = &*batch.leaf;
        let mut sink = Sink::new(arena);
        let mut hashes = Vec::new();
        let header: Vec<&str> = leaf.header.iter().map(String::as_str).collect();
        let provider = self.shared.reading.providers.get(leaf.provider);
        let context = Context {
            provider: provider.name(),
            path: &leaf.path,
            zone: &self.shared.reading.zone,
            header: &header,
            nat: self.shared.reading.nat,
        };
        let mut cut = None;
        let mut skipped = 0;
        match &batch.item {
            Item::Chunk(chunk) => {
                // Lines of the usual length: the items are large, and moving them all costs as much as
                // reading them.
                sink.items.reserve(chunk.text.len() / USUAL_ROW);
                hashes.reserve(chunk.text.len() / USUAL_ROW);
                rows(
                    chunk,
                    &leaf.sniff.format,
                    &mut |row| {
                        let before = sink.items.len();
                        provider.extract(row, &context, &mut sink);
                        if !chunk.invalid.is_empty() {
                            note_invalid(chunk, row, before, &mut sink);
                        }
                        // Now, while the row's items are in the nearest cache.
                        let new = sink.items.get(before..).unwrap_or_default();
                        hashes.extend(new.iter().map(|item| self.hash(item)));
                    },
                    &mut skipped,
                );
            }
            Item::Oversize(oversize) => {
                let text = arena.alloc_str(&String::from_utf8_lossy(&oversize.head));
                sink.reject(oversize.line, "too_long", text);
                cut = Some(cut_of(oversize));
                hashes.push(0);
            }
        }
        let mut taken = Taken {
            leaf,
            context: &context,
            hashes,
            fates: Vec::with_capacity(sink.items.len()),
            sink,
            skipped,
        };
        let (first_entry, error) = self.shared.order.pass(batch.number, |order| {
            let first = order.found.counts.entries + 1;
            let result = self.in_order(order, &mut taken);
            (first, result.err())
        })?;
        if let Some(error) = error {
            return Err(Some(error));
        }
        let write = batch.number >= self.shared.skip;
        if write {
            self.render(&taken, cut)?;
        }
        let has_entries = taken
            .fates
            .iter()
            .any(|fate| matches!(fate, Fate::Entry(_)));
        let first_entry = has_entries.then_some(first_entry);
        self.put(batch.number, write, first_entry)
    }

    /// Scans the rows of a batch for personal data, as they stand.
    fn findings(&mut self, batch: &Batch, scanner: &Scanner, form: Form) -> Work<()> {
        let leaf = &*batch.leaf;
        let mut counts = Counts::default();
        let mut kinds: BTreeMap<&'static str, u64> = BTreeMap::new();
        let mut found = Vec::new();
        let [out, ..] = &mut self.texts;
        match &batch.item {
            Item::Chunk(chunk) => {
                let mut skipped = 0;
                let mut scan = |row: Row<'_, '_>| {
                    counts.rows += 1;
                    found.clear();
                    scanner.scan(row.text, &mut found);
                    let mut points = CodePoints::new(row.text);
                    for finding in &found {
                        *kinds.entry(finding.kind.word()).or_default() += 1;
                        push_finding(out, form, (&leaf.path, row.line), &mut points, finding);
                    }
                };
                rows(chunk, &leaf.sniff.format, &mut scan, &mut skipped);
                counts.rows += skipped;
                counts.skipped = skipped;
            }
            Item::Oversize(_) => (counts.rows, counts.rejected) = (1, 1),
        }
        self.shared.order.pass(batch.number, |order| {
            order.found.counts.add(&counts);
            for (kind, count) in kinds {
                *order.found.findings.entry(kind).or_default() += count;
            }
        })?;
        self.put(batch.number, true, None)
    }

    /// Gives the batch's texts their places in the outputs, in its turn, and writes them.
    fn put(&mut self, number: u64, write: bool, first_entry: Option<u64>) -> Work<()> {
        let lengths: [u64; 4] = std::array::from_fn(|at| self.texts[at].len() as u64);
        let outputs = self.shared.outputs;
        let texts = &self.texts;
        let offsets = self
            .shared
            .places
            .pass(number, |places| {
                let offsets = places.offsets;
                if write {
                    for (output, text) in outputs.iter().zip(texts) {
                        if let Some(output) = output {
                            output.write_in_turn(text)?;
                        }
                    }
                    if let Some(first_entry) = first_entry {
                        places.index.push((first_entry, offsets[0]));
                    }
                    for (offset, length) in places.offsets.iter_mut().zip(lengths) {
                        *offset += length;
                    }
                }
                Ok::<_, Error>(offsets)
            })?
            .map_err(Some)?;
        if write {
            let mut ends = offsets;
            for (at, output) in outputs.iter().enumerate() {
                if let Some(output) = output {
                    output.write_at(&texts[at], offsets[at]).map_err(Some)?;
                }
                ends[at] += lengths[at];
            }
            let mut written = self
                .shared
                .written
                .lock()
                .map_err(|_| Some(Error::Worker))?;
            written.ahead.insert(number, ends);
            let mut next = written.upto.batches;
            while let Some(offsets) = written.ahead.remove(&next) {
                next += 1;
                written.upto = Checkpoint {
                    batches: next,
                    offsets,
                };
            }
        }
        for text in &mut self.texts {
            text.clear();
        }
        Ok(())
    }

    /// The hash of an entry, 0 for other items. A row whose year is missing gets its hash when its year
    /// is known.
    fn hash(&mut self, item: &RowItem<'_>) -> u128 {
        match item {
            RowItem::Entry(draft) if !matches!(draft.year, Year::Missing(_)) => {
                self.identity.clear();
                draft.event.push_identity(&mut self.identity);
                self.shared.hasher.hash(&self.identity)
            }
            _ => 0,
        }
    }

    /// The steps that need the rows in order: years, duplicates, numbers, counts.
    fn in_order(&self, order: &mut Order, taken: &mut Taken<'_, '_>) -> Result<(), Error> {
        let Taken {
            leaf,
            context,
            sink,
            hashes,
            skipped,
            fates,
        } = taken;
        let skipped = *skipped;
        let spilled = |error| Error::file("spill to", Path::new("the case's folder"))(error);
        if order.leaf != leaf.number {
            order.leaf = leaf.number;
            order.year = None;
        }
        let mut counts = Counts {
            rows: skipped,
            skipped,
            ..Counts::default()
        };
        order.seen.fetch(hashes);
        let mut entry = order.found.counts.entries;
        let mut identity = Vec::new();
        for (at, item) in sink.items.iter_mut().enumerate() {
            counts.rows += 1;
            let draft = match item {
                RowItem::Skip => {
                    counts.skipped += 1;
                    fates.push(Fate::Other);
                    continue;
                }
                RowItem::Reject { reason, line, text } => {
                    counts.rejected += 1;
                    order.found.reject_lines += 1;
                    let kind = order.found.rejects.entry(reason).or_default();
                    kind.add(order.found.reject_lines);
                    if kind.samples.len() < SAMPLES {
                        let place = format!("{}:{line}", leaf.path);
                        kind.samples.push((place, sample(text.reveal()), None));
                    }
                    fates.push(Fate::Other);
                    continue;
                }
                RowItem::Entry(draft) => draft,
            };
            let mut hash = hashes[at];
            match draft.year {
                Year::Written(year) => order.year = Some(year),
                Year::None => {}
                Year::Missing(_) => {
                    let limit = self.shared.reading.year.or(order.year).or(leaf.year);
                    if let Some(defect) = draft.settle(limit, context.zone) {
                        let before = draft.event.message.stamp.unwrap_or_default();
                        let repair = aidos_core::extract::Repair {
                            item: at,
                            rule: defect,
                            field: Some("@timestamp"),
                            before: Raw::new(before),
                            after: None,
                        };
                        let place = sink.repairs.partition_point(|repair| repair.item <= at);
                        sink.repairs.insert(place, repair);
                    }
                    identity.clear();
                    draft.event.push_identity(&mut identity);
                    hash = self.shared.hasher.hash(&identity);
                }
            }
            let event = &draft.event;
            counts.repaired += u64::from(!event.defects.is_empty());
            if !order.seen.insert(hash).map_err(spilled)? {
                counts.duplicates += 1;
                fates.push(Fate::Duplicate);
                continue;
            }
            counts.entries += 1;
            entry += 1;
            counts.first = [counts.first, event.timestamp].into_iter().flatten().min();
            counts.last = counts.last.max(event.timestamp);
            if let Some(fold) = &mut order.fold {
                fold.add(event, leaf.provider, entry).map_err(spilled)?;
            }
            fates.push(Fate::Entry(entry));
        }
        note_repairs(&mut order.found, leaf, sink, fates);
        order.found.counts.add(&counts);
        let of_leaf = order.found.leaves.entry(leaf.number).or_default();
        of_leaf.add(&counts);
        Ok(())
    }
}
