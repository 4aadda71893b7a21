//! Encrypted correlation: two lists are compared while both stay encrypted, and the answer is one bit a query.
//!
//! **A server and the holder of the secret key who work together read both lists; so does the holder, if he gets the
//! uploaded files.** That lies in the nature of one key. A data owner who holds the key himself can read the
//! other's list: give the key to a third party who owns no data, or share it among several parties ([`threshold`]).
//!
//! ```text
//!  holder            query owner              list owner             server
//!  keygen ─┬─ public.key ──► Query::encrypt      List::encrypt ◄── public.key
//!          │                     │ powers x … x^L     │ coefficients of ∏(X − y)
//!          └─ evaluation.key ────┼────────────────────┼──────────► correlate
//!  decrypt ◄─────────────────────┼────────────────────┼───────── r·P(x), r ≠ 0 uniform
//!     │ one bit a slot           ▼                    │
//!     └──────────────────────► report                 │
//! ```
//!
//! The scheme is BFV (Fan, Vercauteren, eprint 2012/144) over the polynomials of `fhe-math` 0.1.1, which nobody
//! has audited; neither was this crate. It claims 128 bits against classical computers, fewer against quantum
//! ones, and rests on ring learning with errors and the circular security of the relinearisation key.
//!
//! - [`set`]: the parameters, [`noise`]: what bounds them.
//! - [`hash`]: how a value becomes a place and a number; [`normalise`]: when two values are the same.
//! - [`codec`]: the files, and what is refused of them; [`seal`]: secrets at rest.
//!
//! A file that takes time is made after a [`codec::Plan`] by a [`codec::Maker`], who may be watched and stopped; with the same plan
//! it is gone on with, unit by unit.
//!
//! Nothing here opens a file or a socket, reads a clock, or logs. Randomness comes from the operating system alone
//! and cannot be handed in: a mask that is used twice gives a list away.

#![cfg_attr(not(test), warn(clippy::indexing_slicing))]

pub mod codec;
#[cfg(test)]
mod damage;
mod decrypt;
mod entropy;
mod error;
#[doc(hidden)]
pub mod fuzzing;
pub mod hash;
mod hex;
mod kernel;
mod keys;
mod list;
mod mask;
pub mod noise;
pub mod normalise;
mod number;
mod polynomial;
mod query;
mod report;
mod scheme;
pub mod seal;
mod segments;
mod server;
pub mod set;
mod sources;
#[cfg(test)]
mod tests;
pub mod threshold;
mod unit;
mod workers;

pub use decrypt::{Hits, decrypt};
pub use error::Error;
pub use keys::{EvaluationKey, Fingerprint, PublicKey, SecretKey};
pub use list::{Entries, ListOptions, encrypt_list};
pub use query::{QueryMap, encrypt_query};
pub use report::{Line, report};
pub use segments::{Segments, Update};
pub use server::{correlate, server_memory};
pub use set::Set;
