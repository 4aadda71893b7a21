//! The body is `aidos_read::fuzzing::json_at`; the crate's own tests run it with every cut.
#![no_main]

use aidos_read::fuzzing::{one_cut, json_at};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| json_at(bytes, one_cut(bytes)));
