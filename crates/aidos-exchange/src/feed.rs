//! Feeds: lists that are fetched, and MISP feeds that are read and written.
//!
//! A MISP feed is a folder, on a disk or behind an address: `manifest.json` with a line an event, `<uuid>.json` with the
//! event, and `hashes.csv` with the MD5 of each value, by which others look values up without taking the events.

mod fetch;
mod list;
mod read;
mod write;

pub use fetch::{Fetched, Fetcher, How};
pub use list::{Entry, Form, List};
pub use read::{Feed, Known, Taken};
pub use write::{Written, hashes, write};
