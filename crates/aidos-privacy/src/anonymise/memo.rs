//! What techniques gave for values that were met before: logs repeat theirs.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::role::Role;
use crate::technique::Hidden;

/// Parts that are locked apart, so that threads seldom wait.
const PARTS: usize = 16;
/// Values that a part remembers, some 200 bytes each: 3 MiB in all.
const VALUES: usize = 1 << 10;
/// Longer values are seldom repeated.
const LONGEST: usize = 256;

/// Remembers what a technique gave. Techniques are functions of key, policy, kind, role and value: an anonymiser's
/// memory changes how fast it is and nothing else.
pub(super) struct Memo {
    parts: [Mutex<HashMap<Key, Hidden>>; PARTS],
}

#[derive(PartialEq, Eq, Hash)]
struct Key {
    role: Role,
    kind: Box<str>,
    value: Box<str>,
}

impl Memo {
    pub(super) fn new() -> Self {
        Self {
            parts: std::array::from_fn(|_| Mutex::default()),
        }
    }

    /// What was given for this value, or what `make` gives for it now.
    pub(super) fn get(
        &self,
        kind: &str,
        role: Role,
        value: &str,
        make: impl FnOnce() -> Hidden,
    ) -> Hidden {
        if value.len() > LONGEST {
            return make();
        }
        let key = Key {
            role,
            kind: kind.into(),
            value: value.into(),
        };
        let sum = |sum: usize, byte: u8| sum.wrapping_mul(31).wrapping_add(usize::from(byte));
        let Some(part) = self.parts.get(value.bytes().fold(0, sum) % PARTS) else {
            return make();
        };
        let lock = || part.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(hidden) = lock().get(&key) {
            return hidden.clone();
        }
        // Not under the lock: others need not wait for a slow technique.
        let hidden = make();
        let mut part = lock();
        if part.len() >= VALUES {
            part.clear();
        }
        part.insert(key, hidden.clone());
        hidden
    }
}
