//! What may leave: personal data is found, hidden, and held at one gate. Pure verbs.
//!
//! Nothing here touches a file, a socket or a clock, starts a thread or keeps global state.

pub mod columns;
pub mod decision;
pub mod key;
pub mod pii;
pub mod technique;
