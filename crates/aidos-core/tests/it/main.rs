//! The face of `aidos-core`: providers against samples that others wrote.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr)] // a test says what it skips

mod postfix;
mod routeros_cases;
mod seeds;
