//! The body is `aidos_privacy::fuzzing::tagger`, which the crate's own tests run too.
#![no_main]

use std::sync::LazyLock;

use aidos_privacy::pii::tagger::Tagger;

/// The one that ships with the program.
static SHIPPED: LazyLock<Tagger> =
    LazyLock::new(|| Tagger::shipped().unwrap_or_else(|error| panic!("{error}")));

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| aidos_privacy::fuzzing::tagger(&SHIPPED, bytes));
