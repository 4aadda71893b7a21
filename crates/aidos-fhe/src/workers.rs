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
    let work = |state: &mut S, job, _| work(state, job);
    let only = |_, pieces: Vec<T>| {
        let what = "a job has no result";
        pieces.into_iter().next().ok_or(Error::Bug { what })
    };
    pieced(threads, jobs, 1, state, work, only, hand_on)
}

/// The same of jobs in so many pieces, at which several threads work at once: who ends the last piece of a job joins all
/// of them. With few jobs no thread is idle while another does a whole one.
pub(crate) fn pieced<S, P: Send, T: Send>(
    threads: usize,
    jobs: Range<usize>,
    pieces: usize,
    state: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, usize, usize) -> Result<P, Error> + Sync,
    join: impl Fn(usize, Vec<P>) -> Result<T, Error> + Sync,
    hand_on: impl FnMut(T) -> Result<(), Error> + Send,
) -> Result<(), Error> {
    let (next, end) = (AtomicUsize::new(0), jobs.len() * pieces);
    let begun = Mutex::new(BTreeMap::<usize, BTreeMap<usize, P>>::new());
    let queue = Mutex::new(Queue {
        expected: jobs.start,
        early: BTreeMap::new(),
        hand_on,
    });
    let one = |state: &mut S, number: usize| {
        let (job, piece) = (jobs.start + number / pieces, number % pieces);
        let done = work(state, job, piece)?;
        let whole = {
            let mut begun = begun.lock().map_err(|_| PANICKED)?;
            let of_job = begun.entry(job).or_default();
            of_job.insert(piece, done);
            if of_job.len() < pieces {
                return Ok(());
            }
            begun.remove(&job).unwrap_or_default()
        };
        let result = join(job, whole.into_values().collect())?;
        queue.lock().map_err(|_| PANICKED)?.take(job, result)
    };
    let run = || {
        let mut state = state();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= end {
                return Ok(());
            }
            if let Err(error) = one(&mut state, number) {
                next.store(end, Ordering::Relaxed);
                return Err(error);
            }
        }
    };
    thread::scope(|scope| {
        let helpers: Vec<_> = (1..threads.min(end)).map(|_| scope.spawn(run)).collect();
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
    fn pieces_of_a_job_come_together_in_order() {
        for (threads, pieces) in [(0, 1), (1, 3), (2, 4), (5, 7)] {
            let mut got = Vec::new();
            pieced(
                threads,
                3..40,
                pieces,
                || (),
                |(), job, piece| Ok((job, piece)),
                |job, all| Ok((job, all)),
                |whole| {
                    got.push(whole);
                    Ok(())
                },
            )
            .unwrap();
            let all = |job| (job, (0..pieces).map(|piece| (job, piece)).collect());
            assert_eq!(got, (3..40).map(all).collect::<Vec<_>>());
        }
    }

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
