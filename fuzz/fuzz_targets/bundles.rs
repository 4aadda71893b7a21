//! The body is `aidos_convert::fuzzing::bundles`, which the crate's own tests run too.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| aidos_convert::fuzzing::bundles(bytes));
