//! What the tests of this room share.

use crate::key::{CommunityKey, MasterKey};

/// A key of a community of its own for each number.
pub(crate) fn key(number: u8) -> CommunityKey {
    MasterKey::from_bytes([number; 32]).community("test")
}

/// Bytes written as hexadecimal digits.
pub(crate) fn hex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}
