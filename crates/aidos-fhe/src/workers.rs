//! Jobs for several threads, their results in order.

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
    let next = AtomicUsize::new(0);
    let run = || {
        let mut state = state();
        let mut done = Vec::new();
        loop {
            let job = next.fetch_add(1, Ordering::Relaxed);
            if job >= jobs {
                return Ok(done);
            }
            match work(&mut state, job) {
                Ok(result) => done.push((job, result)),
                Err(error) => {
                    next.store(jobs, Ordering::Relaxed);
                    return Err(error);
                }
            }
        }
    };
    let mut done = thread::scope(|scope| {
        let helpers: Vec<_> = (1..threads.min(jobs)).map(|_| scope.spawn(run)).collect();
        let mut done = run();
        for helper in helpers {
            let theirs = helper.join().unwrap_or(Err(Error::Bug {
                what: "a thread panicked",
            }));
            done = done.and_then(|mut done| {
                done.extend(theirs?);
                Ok(done)
            });
        }
        done
    })?;
    done.sort_unstable_by_key(|(job, _)| *job);
    Ok(done.into_iter().map(|(_, result)| result).collect())
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
