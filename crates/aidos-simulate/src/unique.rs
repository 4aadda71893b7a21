//! Keeps rows apart without remembering them all.
//!
//! Rows whose shown times differ in the second differ anyway, so only the keys of the present
//! second are kept.

use std::collections::HashSet;

/// The keys of one second.
#[derive(Debug, Default)]
pub(crate) struct Second {
    present: u64,
    keys: HashSet<u64>,
    damaged: u32,
}

impl Second {
    /// True where `key` is new in `second`; it is then remembered. A false answer may also be a
    /// collision of hashes, which costs the caller one more draw and nothing else.
    pub(crate) fn claim(&mut self, second: u64, key: u64) -> bool {
        self.turn(second);
        self.keys.insert(key)
    }

    /// The number of rows that were damaged in `second` before this one.
    pub(crate) fn damaged(&mut self, second: u64) -> u32 {
        self.turn(second);
        self.damaged += 1;
        self.damaged - 1
    }

    fn turn(&mut self, second: u64) {
        if second != self.present {
            self.present = second;
            self.damaged = 0;
            self.keys.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_free_again_in_the_next_second() {
        let mut seen = Second::default();
        assert!(seen.claim(1, 9));
        assert!(!seen.claim(1, 9));
        assert_eq!((seen.damaged(1), seen.damaged(1)), (0, 1));
        assert!(seen.claim(2, 9));
        assert_eq!(seen.damaged(2), 0);
    }
}
