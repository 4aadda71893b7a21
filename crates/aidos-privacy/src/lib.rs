//! What may leave: personal data is found, hidden, and held at one gate. Pure verbs.
//!
//! Nothing here touches a file, a socket or a clock, starts a thread or keeps global state.

pub mod anonymise;
pub mod columns;
pub mod decision;
pub mod fuzzing;
pub mod gate;
pub mod key;
pub mod leak;
mod message;
pub mod pii;
pub mod policy;
pub mod role;
pub mod technique;
pub mod utility;
