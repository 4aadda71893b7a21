//! What follows when all rows are read: `patterns.json`, `private/` and `bundle.json` from the fold.
//!
//! ```text
//! conversations in order ─► sources of patterns.json          ─► its targets, shared addresses, private/
//!                       └─► objects, by other threads, sorted ─► bundle.json
//! ```
//!
//! With one thread all of it happens in turn. With more, this thread goes over the conversations while others
//! compose their objects, each into sorters of its own, which are merged afterwards: equal objects have equal
//! keys, so that it does not matter who made which. Then the two files are ended side by side.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use aidos_core::analysis::conversation::{Key, Stats};

use crate::Error;
use crate::bundle::CaseBundle;
use crate::fold::Fold;
use crate::patterns::{self, Begun, Each, Patterns};
use crate::plan::RunPlan;
use crate::progress::Cancel;

/// Conversations that are handed over at once.
const AT_ONCE: usize = 256;
/// Most threads that compose: one that goes over the conversations keeps no more of them busy.
const COMPOSERS: usize = 4;
const WRITE_BUFFER: usize = 128 << 10;

/// What the ending works on.
pub(crate) struct Ending<'e> {
    pub(crate) plan: &'e RunPlan,
    /// The case's folder.
    pub(crate) work: &'e Path,
    /// Names of the providers by their numbers.
    pub(crate) names: &'e [String],
    /// Bytes that all of it together may take, of which its parts take shares.
    pub(crate) memory: usize,
    pub(crate) cancel: &'e Cancel,
}

/// Files of which the first half is written.
pub(crate) struct Half<'e> {
    patterns: Begun,
    out: Out<'e>,
    bundle: CaseBundle<'e>,
}

/// A file that is written until somebody cancels.
type Out<'e> = BufWriter<Until<'e>>;

struct Until<'e> {
    file: File,
    cancel: &'e Cancel,
}

impl Write for Until<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.cancel.is_cancelled() {
            return Err(io::Error::other("cancelled"));
        }
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Conversations on their way to who composes them.
#[derive(Default)]
struct Batch {
    keys: Vec<u8>,
    /// Where each key ends, and its sum without days.
    sums: Vec<(usize, Stats)>,
}

impl Batch {
    fn push(&mut self, key: &[u8], stats: &Stats) {
        self.keys.extend_from_slice(key);
        let stats = Stats {
            days: Vec::new(),
            ..*stats
        };
        self.sums.push((self.keys.len(), stats));
    }

    fn give(&self, bundle: &mut CaseBundle<'_>) -> io::Result<()> {
        let mut from = 0;
        for (to, stats) in &self.sums {
            let key = self.keys.get(from..*to).and_then(Key::read);
            from = *to;
            let key = key.ok_or_else(|| io::Error::other("a conversation has no key"))?;
            bundle.conversation(&key, stats)?;
        }
        Ok(())
    }
}

impl<'e> Ending<'e> {
    /// Goes over the conversations: writes the sources of `patterns.json`, composes the objects of the case.
    ///
    /// # Errors
    /// When a file cannot be made or written, or somebody cancelled.
    pub(crate) fn begin(&self, fold: Fold) -> Result<Half<'e>, Error> {
        let threads = self.plan.reading.threads.max(1);
        let spill = self.failed(self.work);
        let conversations = fold.finish(threads).map_err(&spill)?;
        let (path, mut out) = self.create("patterns.json")?;
        let budget = self.memory / 8;
        let write = |each: &mut Each<'_>| {
            patterns::begin(
                conversations,
                patterns::Sink {
                    out: &mut out,
                    names: self.names,
                    scratch: self.work,
                    budget,
                    each,
                },
            )
            .map_err(self.failed(&path))
        };
        if threads == 1 {
            let mut bundle = self.bundle(1);
            let patterns = write(&mut |_, key, stats| bundle.conversation(key, stats))?;
            return Ok(Half {
                patterns,
                out,
                bundle,
            });
        }
        let composers = (threads - 1).min(COMPOSERS);
        let (sender, receiver) = sync_channel(composers * 2);
        let receiver = Arc::new(Mutex::new(receiver));
        let failed = AtomicBool::new(false);
        let (patterns, bundles) = std::thread::scope(|scope| {
            let running: Vec<_> = (0..composers)
                .map(|_| {
                    let receiver = Arc::clone(&receiver);
                    let failed = &failed;
                    scope.spawn(move || {
                        let result = self.compose(&receiver, composers);
                        failed.fetch_or(result.is_err(), Relaxed);
                        result
                    })
                })
                .collect();
            // Theirs alone now: when the last of them is gone nothing can be sent any more.
            drop(receiver);
            let patterns = hand_over(&sender, &failed, write);
            drop(sender);
            let bundles: Vec<_> = running
                .into_iter()
                .map(|thread| thread.join().map_err(|_| Error::Worker))
                .collect();
            (patterns, bundles)
        });
        // Theirs first: where they failed, what follows says only that they are gone.
        let mut whole: Option<CaseBundle<'e>> = None;
        for bundle in bundles {
            let bundle = bundle?.map_err(&spill)?;
            match &mut whole {
                Some(whole) => whole.join(bundle),
                none => *none = Some(bundle),
            }
        }
        Ok(Half {
            patterns: patterns?,
            out,
            bundle: whole.ok_or(Error::Worker)?,
        })
    }

    /// Composes what comes, until nothing does.
    fn compose(
        &self,
        batches: &Mutex<Receiver<Batch>>,
        parts: usize,
    ) -> io::Result<CaseBundle<'e>> {
        let take = || {
            batches
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .recv()
        };
        let mut bundle = self.bundle(parts);
        while let Ok(batch) = take() {
            batch.give(&mut bundle)?;
        }
        Ok(bundle)
    }

    /// Ends the files; returns what the patterns add up to and the number of the bundle's objects.
    ///
    /// # Errors
    /// When a file cannot be made or written, or somebody cancelled.
    pub(crate) fn end(&self, half: Half<'_>) -> Result<(Patterns, u64), Error> {
        let Half {
            patterns,
            mut out,
            bundle,
        } = half;
        let private = self.work.join("private");
        fs::create_dir(&private).map_err(Error::file("create", &private))?;
        let patterns = || {
            let patterns = patterns.finish(&mut out, self.names, Some(&private));
            let path = self.work.join("patterns.json");
            patterns
                .and_then(|patterns| out.flush().map(|()| patterns))
                .map_err(self.failed(&path))
        };
        let bundle = || {
            let (path, mut out) = self.create("bundle.json")?;
            bundle
                .write(&mut out)
                .and_then(|objects| out.flush().map(|()| objects))
                .map_err(self.failed(&path))
        };
        if self.plan.reading.threads <= 1 {
            return Ok((patterns()?, bundle()?));
        }
        let (patterns, objects) = std::thread::scope(|scope| {
            let bundle = scope.spawn(bundle);
            let patterns = patterns();
            (patterns, bundle.join().unwrap_or(Err(Error::Worker)))
        });
        Ok((patterns?, objects?))
    }

    fn bundle(&self, parts: usize) -> CaseBundle<'e> {
        CaseBundle::new(self.work, self.memory / 6 / parts, self.plan, self.names)
    }

    fn create(&self, name: &str) -> Result<(std::path::PathBuf, Out<'e>), Error> {
        let path = self.work.join(name);
        let file = File::create(&path).map_err(Error::file("create", &path))?;
        let until = Until {
            file,
            cancel: self.cancel,
        };
        Ok((path, BufWriter::with_capacity(WRITE_BUFFER, until)))
    }

    /// Names what could not be written; a request to stop is no failure of the file.
    fn failed<'f>(&'f self, path: &'f Path) -> impl Fn(io::Error) -> Error + 'f {
        move |error| {
            if self.cancel.is_cancelled() {
                Error::Cancelled
            } else {
                Error::file("write to", path)(error)
            }
        }
    }
}

/// Lets `write` run, and sends each conversation that it meets.
fn hand_over<R>(
    sender: &SyncSender<Batch>,
    failed: &AtomicBool,
    write: impl FnOnce(&mut Each<'_>) -> Result<R, Error>,
) -> Result<R, Error> {
    let gone = || io::Error::other("nobody composes the objects any more");
    let mut batch = Batch::default();
    let result = write(&mut |key, _, stats| {
        batch.push(key, stats);
        if batch.sums.len() < AT_ONCE {
            return Ok(());
        }
        if failed.load(Relaxed) {
            return Err(gone());
        }
        sender.send(std::mem::take(&mut batch)).map_err(|_| gone())
    })?;
    sender
        .send(batch)
        .map_err(|_| Error::Worker)
        .map(|()| result)
}
