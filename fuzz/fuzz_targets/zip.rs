//! The body is `aidos_read::fuzzing::zip`, which the crate's own tests run too.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| aidos_read::fuzzing::zip(bytes));
