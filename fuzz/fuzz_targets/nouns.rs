//! The body is `aidos_model::fuzzing::nouns`, which the crate's own tests run too.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| aidos_model::fuzzing::nouns(bytes));
