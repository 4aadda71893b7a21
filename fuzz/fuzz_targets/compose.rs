//! The body is `aidos_core::fuzzing::compose`, which the crate's own tests run too.
#![no_main]

use std::cell::RefCell;

use aidos_core::compose::{Composer, ObjectRules};
use aidos_core::fuzzing::{compose, composer};

thread_local! {
    /// It holds a megabyte of slots, and what it remembers must not show.
    static COMPOSER: RefCell<Composer> = RefCell::new(composer(ObjectRules::default()));
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| COMPOSER.with_borrow_mut(|one| compose(one, bytes)));
