//! The body is `aidos_privacy::fuzzing::model`, which the crate's own tests run too.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| aidos_privacy::fuzzing::model(bytes));
