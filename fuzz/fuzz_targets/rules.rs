//! The body is `aidos_core::fuzzing::rules`, which the crate's own tests run too.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| aidos_core::fuzzing::rules(bytes));
