//! The face of the crate: jobs over files, judged by what they write.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::needless_pass_by_value,
    clippy::single_match_else
)] // a score is judged by value, and says what it skips

mod truth;
