//! The face of the crate: laws for every input, and hostile files.
#![allow(
    clippy::unwrap_used,
    clippy::format_push_string,
    clippy::format_collect,
    reason = "helpers outside of test functions build small files; a failure must stop the test"
)]

mod boundary;
mod encodings;
mod hostile_text;
mod make;
mod workbooks;
mod zips;
