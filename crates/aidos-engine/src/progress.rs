//! How a long job is followed and stopped.

use std::io::{self, BufRead, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// One moment of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Moment<'a> {
    /// A step begins; `total` is in bytes of input where it is known.
    Begin {
        /// The step: `read`, `patterns`, `bundle`, `report`.
        step: &'static str,
        /// What is to be done, if known.
        total: Option<u64>,
    },
    /// So much of the step is done, in the unit of `total`.
    At(u64),
    /// What stands beside the bar: what is left of quotas.
    Beside(&'a str),
    /// Something that a person should know.
    Note(&'a str),
    /// An input or a file in it was refused, and why.
    Refused {
        /// The input.
        path: &'a str,
        /// Why, and the way out.
        reason: &'a str,
    },
}

/// Follows a job; shared by its threads.
pub trait Progress: Sync {
    /// Takes a moment. Must be quick and must not fail.
    fn take(&self, moment: &Moment<'_>);
}

/// Follows nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn take(&self, _: &Moment<'_>) {}
}

/// Bytes between two moments of a [`Followed`] reader.
const OFTEN: u64 = 256 << 10;

/// A reader that says how many bytes of it were taken.
pub struct Followed<'p, R> {
    inner: R,
    progress: &'p dyn Progress,
    taken: u64,
    said: u64,
}

impl<R> std::fmt::Debug for Followed<'_, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Followed")
            .field("taken", &self.taken)
            .finish_non_exhaustive()
    }
}

impl<'p, R> Followed<'p, R> {
    /// Begins a step with this name over a reader of `total` bytes, where that is known.
    pub fn begin(
        inner: R,
        step: &'static str,
        total: Option<u64>,
        progress: &'p dyn Progress,
    ) -> Self {
        progress.take(&Moment::Begin { step, total });
        Self {
            inner,
            progress,
            taken: 0,
            said: 0,
        }
    }

    fn note(&mut self, len: usize) {
        self.taken += len as u64;
        if self.taken - self.said >= OFTEN {
            self.said = self.taken;
            self.progress.take(&Moment::At(self.taken));
        }
    }
}

impl<R: Read> Read for Followed<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let len = self.inner.read(buffer)?;
        self.note(len);
        Ok(len)
    }
}

impl<R: BufRead> BufRead for Followed<'_, R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, len: usize) {
        self.inner.consume(len);
        self.note(len);
    }
}

/// Asks a job to stop.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// A token around a flag that a signal handler sets.
    pub fn over(flag: Arc<AtomicBool>) -> Self {
        Self(flag)
    }

    /// The flag itself, for who waits on sockets.
    pub fn flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.0)
    }

    /// Asks.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether somebody asked.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[derive(Default)]
    struct Heard(Mutex<Vec<String>>);

    impl Progress for Heard {
        fn take(&self, moment: &Moment<'_>) {
            self.0.lock().unwrap().push(format!("{moment:?}"));
        }
    }

    #[test]
    fn what_is_taken_is_said_now_and_then() {
        let heard = Heard::default();
        let text = vec![b'x'; 600 << 10];
        let mut reader = Followed::begin(text.as_slice(), "read", Some(600 << 10), &heard);
        let mut half = vec![0; 300 << 10];
        reader.read_exact(&mut half).unwrap();
        assert_eq!(reader.read_until(b'\n', &mut half).unwrap(), 300 << 10);
        let heard = heard.0.into_inner().unwrap();
        assert!(heard[0].starts_with("Begin"), "{heard:?}");
        assert_eq!(heard[1..], ["At(307200)", "At(614400)"]);
    }
}
