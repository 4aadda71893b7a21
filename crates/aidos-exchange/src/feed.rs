//! Feeds: lists that are fetched and told as STIX, and MISP feeds that are read and written.
//!
//! [`list`] reads which feeds a person wants, a [`Fetcher`] has what changed of each, and [`tell`] writes what it has as
//! bundles of STIX 2.1.
//!
//! A MISP feed is a folder, on a disk or behind an address: `manifest.json` with a line an event, `<uuid>.json` with the
//! event, and `hashes.csv` with the MD5 of each value, by which others look values up without taking the events.

mod fetch;
mod read;
mod told;
mod write;

pub use fetch::{Fetched, Fetcher, How, list};
pub use read::{Feed, Known, Taken};
pub use told::{Told, tell};
pub use write::{Written, hashes, write};
