//! The body is `aidos_read::fuzzing::csv_at`; the crate's own tests run it with every cut.
#![no_main]

use aidos_read::fuzzing::{one_cut, csv_at};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| csv_at(bytes, one_cut(bytes)));
