//! A file's lines, taken in batches by as many threads as there are.

use std::io::{BufRead, Read};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use crate::Error;
use crate::entries::LONGEST_LINE;
use crate::turnstile::Turnstile;

/// Bytes that a thread takes at once, and the rest of the line.
pub(super) const BATCH: usize = 256 << 10;

/// The lines that are left.
pub(super) struct Batches {
    lines: Mutex<Lines>,
    /// For errors.
    path: PathBuf,
}

struct Lines {
    input: Box<dyn BufRead + Send>,
    batch: u64,
    first: u64,
    left: u64,
    bytes: u64,
}

/// What a batch is of its file.
pub(super) struct Taken {
    /// Its number, from 0.
    pub(super) batch: u64,
    /// The number of its first line, from 1.
    pub(super) first: u64,
    /// The file's bytes up to its end.
    pub(super) bytes: u64,
}

impl Batches {
    /// The first `most` lines of an input.
    pub(super) fn new(input: Box<dyn BufRead + Send>, most: u64, path: PathBuf) -> Self {
        let lines = Lines {
            input,
            batch: 0,
            first: 1,
            left: most,
            bytes: 0,
        };
        Self {
            lines: Mutex::new(lines),
            path,
        }
    }

    /// Takes the next lines into `text`; `None` when none are left.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(super) fn take(&self, text: &mut Vec<u8>) -> Result<Option<Taken>, Error> {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        text.clear();
        let first = lines.first;
        while text.len() < BATCH && lines.left > 0 {
            let len = (&mut lines.input)
                .take(LONGEST_LINE)
                .read_until(b'\n', text)
                .map_err(Error::file("read", &self.path))?;
            if len == 0 {
                break;
            }
            lines.first += 1;
            lines.left -= 1;
        }
        if text.is_empty() {
            return Ok(None);
        }
        lines.bytes += text.len() as u64;
        let batch = lines.batch;
        lines.batch += 1;
        Ok(Some(Taken {
            batch,
            first,
            bytes: lines.bytes,
        }))
    }
}

/// Lets threads do a work to its end, each with its share of the batches; they write in turn through the turnstile.
///
/// # Errors
/// What the first thread says that failed by itself: `None` is what a thread has that found the turnstile broken.
pub(super) fn on_threads<T: Send>(
    threads: usize,
    turnstile: &Turnstile<T>,
    work: impl Fn() -> Result<(), Option<Error>> + Sync,
) -> Result<(), Error> {
    let run = || {
        let result = work();
        if result.is_err() {
            turnstile.break_down();
        }
        result
    };
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(run)).collect();
        let mut failed: Option<Option<Error>> = None;
        for thread in running {
            match thread.join() {
                Ok(Ok(())) => {}
                // An error of its own says more than that another thread had one.
                Ok(Err(error)) => failed = Some(failed.flatten().or(error)),
                Err(_) => failed = Some(Some(Error::Worker)),
            }
        }
        failed.map_or(Ok(()), |error| Err(error.unwrap_or(Error::Worker)))
    })
}
