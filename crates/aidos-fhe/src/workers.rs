//! Jobs for several threads, their results in order.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::Error;

/// Does jobs 0 … `jobs` − 1 on so many threads, each with a state of its own, and gives the results in order.
///
/// The first error ends all: no further job begins.
pub(crate) fn each<S, T: Send>(
    threads: usize,
    jobs: usize,
    state: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, usize) -> Result<T, Error> + Sync,
) -> Result<Vec<T>, Error> {
    let mut done = Vec::with_capacity(jobs);
    ordered(threads, 0..jobs, state, work, |result| {
        done.push(result);
        Ok(())
    })?;
    Ok(done)
}

/// The same, each result handed on in its order as soon as those before it are there.
pub(crate) fn ordered<S, T: Send>(
    threads: usize,
    jobs: Range<usize>,
    state: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, usize) -> Result<T, Error> + Sync,
    hand_on: impl FnMut(T) -> Result<(), Error> + Send,
) -> Result<(), Error> {
    let next = AtomicUsize::new(jobs.start);
    let queue = Mutex::new(Queue {
        expected: jobs.start,
        early: BTreeMap::new(),
        hand_on,
    });
    let run = || {
        let mut state = state();
        loop {
            let job = next.fetch_add(1, Ordering::Relaxed);
            if job >= jobs.end {
                return Ok(());
            }
            let done = work(&mut state, job).and_then(|result| {
                let mut queue = queue.lock().map_err(|_| PANICKED)?;
                queue.take(job, result)
            });
            if let Err(error) = done {
                next.store(jobs.end, Ordering::Relaxed);
                return Err(error);
            }
        }
    };
    thread::scope(|scope| {
        let helpers: Vec<_> = (1..threads.min(jobs.len()))
            .map(|_| scope.spawn(run))
            .collect();
        let ours = run();
        helpers.into_iter().fold(ours, |done, helper| {
            let theirs = helper.join().unwrap_or(Err(PANICKED));
            done.and(theirs)
        })
    })
}

const PANICKED: Error = Error::Bug {
    what: "a thread panicked",
};

/// Results that wait for those before them.
struct Queue<T, F> {
    expected: usize,
    early: BTreeMap<usize, T>,
    hand_on: F,
}

impl<T, F: FnMut(T) -> Result<(), Error>> Queue<T, F> {
    fn take(&mut self, job: usize, result: T) -> Result<(), Error> {
        self.early.insert(job, result);
        while let Some(result) = self.early.remove(&self.expected) {
            self.expected += 1;
            (self.hand_on)(result)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order_and_errors_end_it() {
        for threads in [0, 1, 2, 7] {
            let squares = each(threads, 100, || (), |(), job| Ok(job * job)).unwrap();
            assert_eq!(squares, (0..100).map(|job| job * job).collect::<Vec<_>>());
            assert!(each(threads, 0, || (), |(), _| Ok(())).unwrap().is_empty());
            let begun = AtomicUsize::new(0);
            let failed = each(
                threads,
                1_000_000,
                || (),
                |(), _| {
                    begun.fetch_add(1, Ordering::Relaxed);
                    Err::<(), _>(Error::Entropy)
                },
            );
            assert!(failed.is_err() && begun.load(Ordering::Relaxed) < 100);
        }
    }
}
