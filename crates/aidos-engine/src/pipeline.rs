//! Batches to lines: extract, tell duplicates, number, write. All threads, one order.
//!
//! A worker takes the next batch, reads its rows, waits for its turn to have them numbered, renders, waits
//! for its turn to be given a place in the files, and writes. What happens in a turn is little: a look-up
//! and a count a row.

mod found;
mod render;
mod rows;
mod worker;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Mutex, PoisonError};

pub(crate) use found::{Found, Kind, push_range};
use worker::Worker;

use aidos_privacy::pii::Scanner;

use crate::Error;
use crate::case::Checkpoint;
use crate::feed::{Batch, Fed, Feed};
use crate::fold::Fold;
use crate::output::Output;
use crate::pii::Form;
use crate::plan::Reading;
use crate::progress::{Cancel, Progress};
use crate::seen::{RowHasher, Seen};
use crate::turnstile::Turnstile;

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
    pub(crate) style: Style<'p>,
    pub(crate) from: Checkpoint,
    pub(crate) fold: Option<Fold>,
    pub(crate) composers: Vec<Box<dyn Compose>>,
    /// Takes checkpoints; called with synced files.
    pub(crate) checkpoint: Option<Keep<'p>>,
}

/// Takes a checkpoint.
pub(crate) type Keep<'p> = Box<dyn FnMut(&Checkpoint) -> Result<(), Error> + Send + 'p>;

/// What is written of an entry.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Style<'p> {
    /// All fields.
    Full,
    /// Provider, place, cleansed row, defects.
    Rows,
    /// No entries: rows are scanned for personal data as they stand.
    Findings(&'p Scanner, Form),
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
            // Only a case names them.
            digest: self.checkpoint.is_some(),
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
    style: Style<'p>,
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
