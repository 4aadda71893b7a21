//! Batches to lines: extract, tell duplicates, number, write. All threads, one order.
//!
//! A worker takes the next batch, reads its rows, waits for its turn to have them numbered, renders, waits
//! for its turn to be given a place in the files, and writes. What happens in a turn is little: a look-up
//! and a count a row.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Mutex, PoisonError};

use aidos_core::extract::{Context, Draft, Item as RowItem, Row, Shape, Sink, Year};
use aidos_model::place::Cut;
use aidos_model::{Change, Defect, Place, Raw, Reject};
use aidos_read::{Chunk, Format, Item, Oversize, csv_records, json_values, lines};
use bumpalo::Bump;
use sha2::{Digest, Sha256};

use crate::Error;
use crate::case::Checkpoint;
use crate::feed::{Batch, Fed, Feed, Leaf, json_shape};
use crate::fold::Fold;
use crate::output::{Output, compress};
use crate::plan::Reading;
use crate::progress::{Cancel, Progress};
use crate::seen::{RowHasher, Seen};
use crate::turnstile::{Broken, Turnstile};

/// A rejected row above this is cut to its head.
const WHOLE_REJECT: usize = 1 << 20;
/// What is kept of it.
const REJECT_HEAD: usize = 4 << 10;
/// Rows shown of each kind of repair and reject.
const SAMPLES: usize = 3;
/// Text shown of a sample.
const SAMPLE_TEXT: usize = 400;

/// What a pipeline makes of entries beyond `entries.jsonl`.
pub(crate) trait Compose: Send {
    /// Appends what belongs to the entry, a line.
    fn entry(&mut self, event: &aidos_model::Event<'_>, out: &mut Vec<u8>);
}

/// How a pipeline works.
pub(crate) struct Pipeline<'p> {
    pub(crate) reading: &'p Reading,
    pub(crate) progress: &'p dyn Progress,
    pub(crate) cancel: &'p Cancel,
    /// Where spilled data lies.
    pub(crate) scratch: &'p Path,
    pub(crate) stdin: Option<Box<dyn std::io::Read + Send>>,
    /// An output for each of [`Stream::ALL`] that is wanted.
    pub(crate) outputs: [Option<Output<'p>>; 4],
    pub(crate) compress: bool,
    /// Writes entries in full, or just what cleaning did.
    pub(crate) style: Style,
    pub(crate) from: Checkpoint,
    pub(crate) fold: Option<Fold>,
    pub(crate) composers: Vec<Box<dyn Compose>>,
    /// Takes checkpoints; called with synced files.
    pub(crate) checkpoint: Option<Keep<'p>>,
}

/// Takes a checkpoint.
pub(crate) type Keep<'p> = Box<dyn FnMut(&Checkpoint) -> Result<(), Error> + Send + 'p>;

/// What is written of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// All fields.
    Full,
    /// Provider, place, cleansed row, defects.
    Rows,
}

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
    pub(crate) changes: u64,
    pub(crate) reject_lines: u64,
    /// Number of the first entry of each batch that has entries, and where its bytes begin.
    pub(crate) index: Vec<(u64, u64)>,
}

/// The state that is kept in the order of the rows.
struct Order {
    seen: Seen,
    fold: Option<Fold>,
    found: Found,
    leaf: usize,
    /// Year of the last stamp of this leaf that has one.
    year: Option<i16>,
    error: Option<Error>,
}

/// Places in the files, given in the order of the batches.
struct Places {
    offsets: [u64; 4],
    index: Vec<(u64, u64)>,
}

/// Batches that are in the files.
#[derive(Default)]
struct Written {
    /// Ends of batches that were written before an earlier one was.
    ahead: BTreeMap<u64, [u64; 4]>,
    upto: Checkpoint,
}

/// What a pipeline gives back.
pub(crate) struct Outcome<'p> {
    pub(crate) fed: Fed,
    pub(crate) found: Found,
    pub(crate) fold: Option<Fold>,
    pub(crate) outputs: [Option<Output<'p>>; 4],
}

impl<'p> Pipeline<'p> {
    /// Runs to the end of the inputs.
    pub(crate) fn run(self) -> Result<Outcome<'p>, Error> {
        let Self {
            reading,
            progress,
            cancel,
            scratch,
            stdin,
            outputs,
            fold,
            from,
            ..
        } = self;
        let threads = reading.threads.max(1);
        let (sender, receiver) = sync_channel(threads);
        let receiver = Mutex::new(receiver);
        let memory = usize::try_from(reading.memory).unwrap_or(usize::MAX);
        let order = Turnstile::new(Order {
            seen: Seen::new(scratch, memory / 6),
            fold,
            found: Found::default(),
            leaf: usize::MAX,
            year: None,
            error: None,
        });
        let places = Turnstile::new(Places {
            offsets: from.offsets,
            index: Vec::new(),
        });
        let written = Mutex::new(Written {
            upto: from.clone(),
            ..Written::default()
        });
        let dead = AtomicBool::new(false);
        let shared = Shared {
            dead: &dead,
            reading,
            outputs: &outputs,
            compress: self.compress,
            style: self.style,
            skip: from.batches,
            hasher: RowHasher::default(),
            order: &order,
            places: &places,
            written: &written,
            batches: &receiver,
            cancel,
        };
        let feed = Feed {
            reading,
            batches: sender,
            progress,
            cancel,
            scratch,
            stdin,
            fed: Fed::default(),
            next: 0,
            dead: &dead,
        };
        let mut composers = self.composers.into_iter();
        let mut checkpoint = self.checkpoint;
        let stop = AtomicBool::new(false);
        let (fed, errors) = std::thread::scope(|scope| {
            let feeding = scope.spawn(|| feed.run());
            let workers: Vec<_> = (0..threads)
                .map(|_| {
                    let shared = &shared;
                    let composer = composers.next();
                    scope.spawn(move || {
                        let result = Worker::new(shared, composer).run();
                        if result.is_err() {
                            shared.break_down();
                        }
                        result
                    })
                })
                .collect();
            let keeper = checkpoint.as_mut().map(|take| {
                let (shared, stop) = (&shared, &stop);
                scope.spawn(move || keep_checkpoints(shared, stop, take))
            });
            let mut errors = Vec::new();
            for worker in workers {
                match worker.join() {
                    Ok(Ok(())) => {}
                    Ok(Err(error)) => errors.push(error),
                    Err(_) => {
                        shared.break_down();
                        errors.push(Some(Error::Worker));
                    }
                }
            }
            // Nobody takes batches any more: the feed, if it still waits, learns it here.
            while shared.take().is_some() {}
            let fed = feeding.join();
            stop.store(true, Relaxed);
            if let Some(keeper) = keeper {
                keeper.thread().unpark();
                match keeper.join() {
                    Ok(Ok(())) => {}
                    Ok(Err(error)) => errors.push(Some(error)),
                    Err(_) => errors.push(Some(Error::Worker)),
                }
            }
            (fed, errors)
        });
        let failed = !errors.is_empty();
        let order = order.into_inner();
        if let Some(error) = errors.into_iter().flatten().next().or(order.error) {
            return Err(error);
        }
        if failed {
            return Err(Error::Worker);
        }
        if cancel.is_cancelled() {
            return Err(Error::Cancelled);
        }
        let mut found = order.found;
        found.index = places.into_inner().index;
        for output in outputs.iter().flatten() {
            output.sync()?;
        }
        Ok(Outcome {
            fed: fed.map_err(|_| Error::Worker)?,
            found,
            fold: order.fold,
            outputs,
        })
    }
}

/// What the workers share.
struct Shared<'s, 'p> {
    /// A worker failed: the feed need not go on.
    dead: &'s AtomicBool,
    reading: &'s Reading,
    outputs: &'s [Option<Output<'p>>; 4],
    compress: bool,
    style: Style,
    skip: u64,
    hasher: RowHasher,
    order: &'s Turnstile<Order>,
    places: &'s Turnstile<Places>,
    written: &'s Mutex<Written>,
    batches: &'s Mutex<Receiver<Batch>>,
    cancel: &'s Cancel,
}

impl Shared<'_, '_> {
    fn take(&self) -> Option<Batch> {
        self.batches
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .recv()
            .ok()
    }

    fn break_down(&self) {
        self.dead.store(true, Relaxed);
        self.order.break_down();
        self.places.break_down();
    }
}

/// Syncs the files every second or so and notes how far they are good.
fn keep_checkpoints(
    shared: &Shared<'_, '_>,
    stop: &AtomicBool,
    take: &mut (dyn FnMut(&Checkpoint) -> Result<(), Error> + Send),
) -> Result<(), Error> {
    let mut noted = shared.skip;
    loop {
        std::thread::park_timeout(std::time::Duration::from_millis(500));
        let last = stop.load(Relaxed);
        let upto = shared
            .written
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .upto
            .clone();
        if upto.batches > noted {
            for output in shared.outputs.iter().flatten() {
                output.sync()?;
            }
            take(&upto)?;
            noted = upto.batches;
        }
        if last {
            return Ok(());
        }
    }
}

/// One thread's work and its buffers.
struct Worker<'w, 's, 'p> {
    shared: &'w Shared<'s, 'p>,
    composer: Option<Box<dyn Compose>>,
    identity: Vec<u8>,
    texts: [Vec<u8>; 4],
}

/// What became of an item once it had its turn.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// The entry of this number.
    Entry(u64),
    Duplicate,
    Other,
}

type Work<T> = Result<T, Option<Error>>;

impl From<Broken> for Option<Error> {
    /// Another worker has the error.
    fn from(_: Broken) -> Self {
        None
    }
}

impl<'w, 's, 'p> Worker<'w, 's, 'p> {
    fn new(shared: &'w Shared<'s, 'p>, composer: Option<Box<dyn Compose>>) -> Self {
        Self {
            shared,
            composer,
            identity: Vec::new(),
            texts: Default::default(),
        }
    }

    fn run(mut self) -> Result<(), Option<Error>> {
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
        let leaf = &*batch.leaf;
        let mut sink = Sink::new(arena);
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
            Item::Chunk(chunk) => rows(
                chunk,
                &leaf.sniff.format,
                &mut |row| {
                    let before = sink.items.len();
                    provider.extract(row, &context, &mut sink);
                    if !chunk.invalid.is_empty() {
                        note_invalid(chunk, row, before, &mut sink);
                    }
                },
                &mut skipped,
            ),
            Item::Oversize(oversize) => {
                let text = arena.alloc_str(&String::from_utf8_lossy(&oversize.head));
                sink.reject(oversize.line, "too_long", text);
                cut = Some(cut_of(oversize));
            }
        }
        let mut hashes = Vec::with_capacity(sink.items.len());
        for item in &sink.items {
            // A row whose year is missing gets its hash when its year is known.
            let hash = match item {
                RowItem::Entry(draft) if !matches!(draft.year, Year::Missing(_)) => {
                    self.hash(draft)
                }
                _ => 0,
            };
            hashes.push(hash);
        }
        let mut fates = Vec::with_capacity(sink.items.len());
        let (first_entry, error) = self.shared.order.pass(batch.number, |order| {
            let first = order.found.counts.entries + 1;
            let result = self.in_order(
                order, leaf, &mut sink, &hashes, skipped, &mut fates, &context,
            );
            (first, result.err())
        })?;
        if let Some(error) = error {
            return Err(Some(error));
        }
        let write = batch.number >= self.shared.skip;
        if write {
            self.render(leaf, &sink, &fates, cut, &context)?;
        }
        let has_entries = fates.iter().any(|fate| matches!(fate, Fate::Entry(_)));
        let lengths: [u64; 4] = std::array::from_fn(|at| self.texts[at].len() as u64);
        let outputs = self.shared.outputs;
        let texts = &self.texts;
        let offsets = self
            .shared
            .places
            .pass(batch.number, |places| {
                let offsets = places.offsets;
                if write {
                    for (output, text) in outputs.iter().zip(texts) {
                        if let Some(output) = output {
                            output.write_in_turn(text)?;
                        }
                    }
                    if has_entries {
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
            written.ahead.insert(batch.number, ends);
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

    fn hash(&mut self, draft: &Draft<'_>) -> u128 {
        self.identity.clear();
        draft.event.push_identity(&mut self.identity);
        self.shared.hasher.hash(&self.identity)
    }

    /// The steps that need the rows in order: years, duplicates, numbers, counts.
    #[allow(clippy::too_many_arguments)]
    fn in_order<'a>(
        &self,
        order: &mut Order,
        leaf: &Leaf,
        sink: &mut Sink<'a>,
        hashes: &[u128],
        skipped: u64,
        fates: &mut Vec<Fate>,
        context: &Context<'a>,
    ) -> Result<(), Error> {
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
        add(&mut order.found.counts, &counts);
        add(order.found.leaves.entry(leaf.number).or_default(), &counts);
        Ok(())
    }

    /// Makes the batch's bytes of each output.
    fn render(
        &mut self,
        leaf: &Leaf,
        sink: &Sink<'_>,
        fates: &[Fate],
        cut: Option<Cut>,
        context: &Context<'_>,
    ) -> Work<()> {
        let wanted: [bool; 4] = std::array::from_fn(|at| self.shared.outputs[at].is_some());
        let [entries, changes, rejects, bundles] = &mut self.texts;
        let mut repairs = sink.repairs.iter().peekable();
        for (at, (item, fate)) in sink.items.iter().zip(fates).enumerate() {
            match (item, fate) {
                (RowItem::Entry(draft), Fate::Entry(_)) => {
                    if wanted[0] {
                        match self.shared.style {
                            Style::Full => draft.event.write_json(entries),
                            Style::Rows => push_row(&draft.event, entries),
                        }
                    }
                    if wanted[3]
                        && let Some(composer) = &mut self.composer
                    {
                        composer.entry(&draft.event, bundles);
                    }
                }
                (RowItem::Reject { line, reason, text }, _) if wanted[2] => {
                    push_reject(rejects, leaf, *line, reason, text.reveal(), cut, context);
                }
                _ => {}
            }
            while let Some(repair) = repairs.next_if(|repair| repair.item <= at) {
                if let (true, RowItem::Entry(draft)) = (wanted[1], item) {
                    Change {
                        provider: context.provider,
                        place: Place {
                            path: &leaf.path,
                            line: draft.event.line,
                            field: repair.field,
                        },
                        rule: repair.rule.word(),
                        before: repair.before,
                        after: repair.after,
                    }
                    .write_json(changes);
                }
            }
            if let (true, RowItem::Entry(draft), Fate::Duplicate) = (wanted[1], item, fate) {
                let mut text = String::new();
                draft
                    .event
                    .message
                    .push_text(draft.event.timestamp, &mut text);
                Change {
                    provider: context.provider,
                    place: Place {
                        path: &leaf.path,
                        line: draft.event.line,
                        field: None,
                    },
                    rule: "duplicate",
                    before: Raw::new(&text),
                    after: None,
                }
                .write_json(changes);
            }
        }
        if self.shared.compress {
            for (text, output) in self.texts.iter_mut().zip(self.shared.outputs) {
                if matches!(output, Some(Output::File { .. })) {
                    *text = compress(text).map_err(|error| {
                        Some(Error::file("compress", Path::new(&leaf.path))(error))
                    })?;
                }
            }
        }
        Ok(())
    }
}

/// Counts repairs in the order of the rows, and keeps a few of each kind.
fn note_repairs(found: &mut Found, leaf: &Leaf, sink: &Sink<'_>, fates: &[Fate]) {
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

fn add(sum: &mut Counts, counts: &Counts) {
    sum.rows += counts.rows;
    sum.entries += counts.entries;
    sum.duplicates += counts.duplicates;
    sum.rejected += counts.rejected;
    sum.skipped += counts.skipped;
    sum.repaired += counts.repaired;
    sum.first = [sum.first, counts.first].into_iter().flatten().min();
    sum.last = sum.last.max(counts.last);
}

/// The beginning of a text, for a person's eye.
fn sample(text: &str) -> String {
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

/// The entry without what was extracted: `aidos clean`.
fn push_row(event: &aidos_model::Event<'_>, out: &mut Vec<u8>) {
    let mut message = String::new();
    event.message.push_text(event.timestamp, &mut message);
    aidos_model::Event {
        provider: event.provider,
        path: event.path,
        line: event.line,
        defects: event.defects,
        message: aidos_model::Message::plain(&message),
        ..aidos_model::Event::default()
    }
    .write_json(out);
}

fn cut_of(oversize: &Oversize) -> Cut {
    Cut {
        offset: oversize.offset,
        length: oversize.len,
        sha256: oversize.sha256,
    }
}

fn push_reject(
    out: &mut Vec<u8>,
    leaf: &Leaf,
    line: u64,
    reason: &str,
    text: &str,
    cut: Option<Cut>,
    context: &Context<'_>,
) {
    let place = Place {
        path: &leaf.path,
        line,
        field: None,
    };
    let (mut text, mut cut) = (text, cut);
    if cut.is_none() && text.len() > WHOLE_REJECT {
        cut = Some(Cut {
            offset: 0,
            length: text.len() as u64,
            sha256: Sha256::digest(text.as_bytes()).into(),
        });
        let mut end = REJECT_HEAD;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text = &text[..end];
    }
    Reject {
        provider: context.provider,
        place,
        reason,
        text: Raw::new(text),
        cut,
    }
    .write_json(out);
}

/// Splits a chunk into rows; counts what is no record into `skipped`.
fn rows<'a>(
    chunk: &'a Chunk,
    format: &'a Format,
    take: &mut dyn FnMut(Row<'a, '_>),
    skipped: &mut u64,
) {
    match format {
        Format::Csv(dialect) => {
            let mut fields = Vec::new();
            for record in csv_records(chunk, dialect) {
                if record.header || record.is_blank() {
                    *skipped += 1;
                    continue;
                }
                record.fields(&mut fields);
                let shape = Shape::Cells {
                    cells: &fields,
                    repaired: record.quote_repaired,
                };
                take(Row {
                    line: record.line,
                    text: record.raw,
                    shape,
                });
            }
        }
        Format::Json(json) => {
            for value in json_values(chunk, json) {
                match json_shape(&value) {
                    Some(shape) => take(Row {
                        line: value.line,
                        text: value.raw,
                        shape,
                    }),
                    None => *skipped += 1,
                }
            }
        }
        _ => {
            for (line, text) in lines(chunk) {
                take(Row {
                    line,
                    text,
                    shape: Shape::Line,
                });
            }
        }
    }
}

/// Flags the entries of a row in which bytes were no text.
fn note_invalid<'a>(chunk: &'a Chunk, row: Row<'a, '_>, before: usize, sink: &mut Sink<'a>) {
    let start = row.text.as_ptr() as usize - chunk.text.as_ptr() as usize;
    let end = start + row.text.len();
    let from = chunk
        .invalid
        .partition_point(|invalid| (invalid.offset_in_chunk as usize) < start);
    let mut shown = String::new();
    for invalid in chunk.invalid[from..]
        .iter()
        .take_while(|i| (i.offset_in_chunk as usize) < end)
    {
        if shown.len() < 200 {
            shown.extend(invalid.bytes().iter().map(|byte| format!("\\x{byte:02x}")));
        }
    }
    if shown.is_empty() {
        return;
    }
    let shown = sink.arena.alloc_str(&shown);
    for at in before..sink.items.len() {
        if let RowItem::Entry(draft) = &mut sink.items[at] {
            draft.event.defects.add(Defect::BadEncoding);
            let repair = aidos_core::extract::Repair {
                item: at,
                rule: Defect::BadEncoding,
                field: None,
                before: Raw::new(shown),
                after: Some(Raw::new("\u{fffd}")),
            };
            let place = sink.repairs.partition_point(|repair| repair.item <= at);
            sink.repairs.insert(place, repair);
        }
    }
}
