//! The body is `aidos_exchange::fuzzing::objects`, which the crate's own tests run too.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| aidos_exchange::fuzzing::objects(bytes));
