//! What we think: rows become entries, entries become patterns and STIX. Pure verbs.
//!
//! Nothing here touches a file, a socket or a clock, starts a thread or keeps global state: rows come in
//! as arguments, results go out through sinks, and the time is an argument where one is needed.
//!
//! - [`clean`] repairs values: stamps, addresses, zones.
//! - [`analysis`] finds who attacks whom.
//! - [`extract`] turns a row into an [`aidos_model::Event`], one file a provider.
//! - [`compose`] turns events into STIX 2.1 objects.

pub mod analysis;
pub mod clean;
pub mod compose;
pub mod extract;
#[doc(hidden)]
pub mod fuzzing;
