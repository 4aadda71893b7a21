//! How a long job is followed and stopped.

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

/// Asks a job to stop.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// A token around a flag that a signal handler sets.
    pub fn over(flag: Arc<AtomicBool>) -> Self {
        Self(flag)
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
