#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| aidos_fhe::fuzzing::signed(bytes));
