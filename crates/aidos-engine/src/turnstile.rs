//! Steps that must happen in batch order while everything else runs in parallel.

use std::sync::{Condvar, Mutex, PoisonError};

/// Lets one batch at a time through, in the order of their numbers.
///
/// A worker takes the numbered batches in order and never waits for a later one than its own, so there is
/// always a worker that can go on.
#[derive(Debug)]
pub(crate) struct Turnstile<T> {
    state: Mutex<State<T>>,
    moved: Condvar,
}

#[derive(Debug)]
struct State<T> {
    next: u64,
    broken: bool,
    value: T,
}

/// Another worker failed; its error is the one to report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Broken;

impl<T> Turnstile<T> {
    /// A turnstile that lets batch 0 through first, over the state that the steps share.
    pub(crate) fn new(value: T) -> Self {
        let state = State {
            next: 0,
            broken: false,
            value,
        };
        Self {
            state: Mutex::new(state),
            moved: Condvar::new(),
        }
    }

    /// Waits for the turn of this batch and runs the step.
    ///
    /// If the step panics or [`Turnstile::break_down`] was called, all who wait get [`Broken`].
    pub(crate) fn pass<R>(&self, number: u64, step: impl FnOnce(&mut T) -> R) -> Result<R, Broken> {
        let mut state = self.state.lock().map_err(|_| Broken)?;
        while state.next != number {
            if state.broken {
                return Err(Broken);
            }
            state = self.moved.wait(state).map_err(|_| Broken)?;
        }
        if state.broken {
            return Err(Broken);
        }
        let result = step(&mut state.value);
        state.next += 1;
        drop(state);
        self.moved.notify_all();
        Ok(result)
    }

    /// Wakes all who wait and lets nobody through any more.
    pub(crate) fn break_down(&self) {
        self.state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .broken = true;
        self.moved.notify_all();
    }

    /// The state, when all is done.
    pub(crate) fn into_inner(self) -> T {
        self.state
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
            .value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_happen_in_order() {
        let turnstile = Turnstile::new(Vec::new());
        std::thread::scope(|scope| {
            for worker in 0..4u64 {
                let turnstile = &turnstile;
                scope.spawn(move || {
                    for number in (worker..100).step_by(4) {
                        turnstile.pass(number, |seen| seen.push(number)).unwrap();
                    }
                });
            }
        });
        assert_eq!(turnstile.into_inner(), (0..100).collect::<Vec<_>>());
    }

    #[test]
    fn a_breakdown_wakes_who_waits() {
        let turnstile = Turnstile::new(());
        std::thread::scope(|scope| {
            let waiter = scope.spawn(|| turnstile.pass(1, |()| ()));
            turnstile.break_down();
            assert_eq!(waiter.join().unwrap(), Err(Broken));
        });
    }
}
