//! The body is `aidos_core::fuzzing::mapped`, which the crate's own tests run too.
#![no_main]

use std::sync::LazyLock;

use aidos_core::extract::mapped::{Mapped, Shipped};

/// Compiling them takes some milliseconds.
static SHIPPED: LazyLock<Vec<Mapped>> = LazyLock::new(Shipped::compiled);

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| aidos_core::fuzzing::mapped(&SHIPPED, bytes));
