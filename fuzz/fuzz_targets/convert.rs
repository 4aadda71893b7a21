//! The body is `aidos_convert::fuzzing::convert`, which the crate's own tests run too.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| aidos_convert::fuzzing::convert(bytes));
