//! What a file that takes time needs to be made: who makes it, and what an interrupted one goes on with.

use std::fmt;
use std::ops::ControlFlow;

use rand_chacha::rand_core::SeedableRng;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::Signer;
use crate::Error;
use crate::entropy::{self, Stream};

/// How far a tool is, in units of one size: polynomials of a list, groups of a query, answers of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Units that are done.
    pub done: u64,
    /// Units there are.
    pub of: u64,
}

/// Who makes a file, with how many threads, and who watches.
pub struct Maker<'a> {
    /// Signs it.
    pub signer: &'a Signer,
    /// Threads to compute with; zero counts as one.
    pub threads: usize,
    /// Is told after each unit, by one thread at a time, and may stop the work.
    pub watch: &'a (dyn Fn(Progress) -> ControlFlow<()> + Sync),
}

impl<'a> Maker<'a> {
    /// A maker whom nobody watches.
    pub fn new(signer: &'a Signer, threads: usize) -> Self {
        let watch = &|_| ControlFlow::Continue(());
        Self {
            signer,
            threads,
            watch,
        }
    }

    pub(crate) fn tell(&self, done: u64, of: u64) -> Result<(), Error> {
        match (self.watch)(Progress { done, of }) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Error::Stopped),
        }
    }
}

/// What must stay the same when an interrupted file is gone on with: its name, its date, and the order of what is in it.
///
/// Keep it beside the unfinished file and delete it with the last byte: the order says which polynomial of a list holds
/// a value, to one who has the hash key. Masks, zeros, floods and the noise of encryption are not in it: they are fresh
/// each time.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Plan {
    pub(crate) job: [u8; 16],
    order: [u8; 32],
    pub(crate) created: u64,
}

impl Plan {
    /// Bytes of a plan.
    pub const BYTES: usize = 56;

    /// A new one; `created` in seconds since 1970.
    ///
    /// # Errors
    /// The operating system gives no randomness.
    pub fn new(created: u64) -> Result<Self, Error> {
        Ok(Self {
            job: entropy::bytes()?,
            order: entropy::bytes()?,
            created,
        })
    }

    /// To keep it.
    pub fn bytes(&self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        let fields = self.job.iter().chain(&self.order);
        let created = self.created.to_le_bytes();
        let all = fields.chain(&created);
        bytes
            .iter_mut()
            .zip(all)
            .for_each(|(slot, byte)| *slot = *byte);
        bytes
    }

    /// A kept one.
    pub fn from_bytes(bytes: &[u8; Self::BYTES]) -> Self {
        let mut plan = Self {
            job: [0; 16],
            order: [0; 32],
            created: 0,
        };
        let (mut created, fields) = ([0; 8], bytes.iter());
        let slots = plan.job.iter_mut().chain(&mut plan.order);
        let slots = slots.chain(&mut created);
        slots.zip(fields).for_each(|(slot, byte)| *slot = *byte);
        plan.created = u64::from_le_bytes(created);
        plan
    }

    /// The plan for these contents: of others, neither name nor order are the same, so that nobody goes on with a file that
    /// was begun for something else.
    pub(crate) fn of(&self, contents: impl Iterator<Item = [u8; 18]>) -> Self {
        let mut hasher = blake3::Hasher::new_keyed(&self.order);
        hasher.update(b"aidos-fhe/1 contents");
        hasher.update(&self.job);
        contents.for_each(|bytes| {
            hasher.update(&bytes);
        });
        let (mut job, mut order) = ([0; 16], [0; 32]);
        let mut output = hasher.finalize_xof();
        output.fill(&mut job);
        output.fill(&mut order);
        Self {
            job,
            order,
            created: self.created,
        }
    }

    /// The order of one thing among others: the same whenever it is asked for.
    pub(crate) fn stream(&self, of: u64) -> Stream {
        let mut hasher = blake3::Hasher::new_keyed(&self.order);
        hasher.update(b"aidos-fhe/1 order");
        hasher.update(&of.to_le_bytes());
        Stream::from_seed(*hasher.finalize().as_bytes())
    }
}

impl fmt::Debug for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Plan({}, …)", self.created)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::rand_core::RngCore;

    #[test]
    fn a_plan_comes_back_with_its_orders() {
        let plan = Plan::new(1_700_000_000).unwrap();
        let kept = Plan::from_bytes(&plan.bytes());
        assert!(kept == plan);
        let draw = |of| (plan.stream(of).next_u64(), kept.stream(of).next_u64());
        assert_eq!(draw(1).0, draw(1).1);
        assert_ne!(draw(1).0, draw(2).0);
        assert_eq!(format!("{plan:?}"), "Plan(1700000000, …)");
    }
}
