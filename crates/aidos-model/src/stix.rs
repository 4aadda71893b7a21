//! STIX 2.1 (OASIS Standard, 10 June 2021): types, identifiers, canonical JSON, TLP 2.0 markings.
//!
//! - [`Kind`] is the one table of object types.
//! - [`StixId`] is `type--uuid`. An observable's id is the standard's (section 2.9: version 5 UUID over its
//!   contributing properties); every other object's is a version 5 UUID in [`OURS`] over the canonical JSON of
//!   what the object itself shows, its id left out. [`id_of`] computes both, so that whoever changes a value
//!   recomputes each id by the same function.
//! - [`canonical`] is RFC 8785.
//! - [`tlp`] holds the marking definitions that FIRST and OASIS publish for TLP 2.0.
//!
//! An observable's id is an unsalted hash: it gives its value away to whoever can guess it. An id must
//! therefore be recomputed whenever a value is hidden.

mod bundle;
pub mod canonical;
mod check;
mod id;
mod kind;
mod object;
pub mod tlp;
pub mod v20;

pub use bundle::{Bundle, Piece, Splitter, Take, Unsplit, read_bundle};
pub use check::{Fault, Violation};
pub use id::{Namer, OBSERVABLES, OURS, StixId, Uuid, id_of};
pub use kind::{Group, Kind};
pub use object::*;
