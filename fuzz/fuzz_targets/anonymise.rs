//! The body is `aidos_privacy::fuzzing::anonymise`, which the crate's own tests run too.
#![no_main]

use std::sync::LazyLock;

use aidos_privacy::anonymise::Anonymiser;
use aidos_privacy::fuzzing::anonymisers;

/// Building them takes some milliseconds.
static ANONYMISERS: LazyLock<Vec<Anonymiser>> = LazyLock::new(anonymisers);

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| aidos_privacy::fuzzing::anonymise(&ANONYMISERS, bytes));
