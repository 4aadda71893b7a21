//! The face of the crate, as another room uses it. Of the detectors: laws on any text, an oracle of plain
//! expressions, hostile texts, and the lines of the simulator.

#![allow(clippy::unwrap_used)] // a test that cannot go on says so

mod canary;
mod columns;
mod events;
mod judges;
mod laws;
mod logs;
mod names;
mod oracle;
mod score;
mod seeds;
mod techniques;

use std::sync::OnceLock;

use aidos_privacy::pii::{Finding, Options, Scanner};

/// One scanner for all tests.
fn scanner() -> &'static Scanner {
    static SCANNER: OnceLock<Scanner> = OnceLock::new();
    SCANNER.get_or_init(|| Scanner::new(Options::default()).unwrap())
}

/// What is found in a text.
fn scan(text: &str) -> Vec<Finding> {
    let mut out = Vec::new();
    scanner().scan(text, &mut out);
    out
}
