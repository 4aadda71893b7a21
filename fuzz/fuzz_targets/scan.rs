//! The body is `aidos_privacy::fuzzing::scan`, which the crate's own tests run too.
#![no_main]

use std::sync::LazyLock;

use aidos_privacy::fuzzing::scanners;
use aidos_privacy::pii::Scanner;

/// Building them takes some milliseconds.
static SCANNERS: LazyLock<Vec<Scanner>> = LazyLock::new(scanners);

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| aidos_privacy::fuzzing::scan(&SCANNERS, bytes));
