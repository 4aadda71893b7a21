//! Mask: characters are covered, as Presidio's operator `mask` does it.
//!
//! Keeps: the length and what is not covered. Leaks: both. The last four digits of a card and the first letter of
//! a name tell much; cover all where the rest is no use.

use serde::{Deserialize, Serialize};

/// How much is covered, and by what.
///
/// Counts are Unicode code points, as in Presidio. Masking twice changes nothing more.
///
/// ```
/// # use aidos_privacy::technique::mask::Mask;
/// let last = Mask { character: '*', count: 4, from_end: true };
/// assert_eq!(last.apply("Ada Lovelace"), "Ada Love****");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mask {
    /// What covers; Presidio's `masking_char`.
    #[serde(default = "star")]
    pub character: char,
    /// How many characters, at most all; Presidio's `chars_to_mask`. Zero and less cover nothing.
    pub count: i64,
    /// Whether the last ones in place of the first ones; Presidio's `from_end`.
    #[serde(default)]
    pub from_end: bool,
}

fn star() -> char {
    '*'
}

impl Mask {
    /// The value with its characters covered.
    pub fn apply(&self, value: &str) -> String {
        let length = value.chars().count();
        let count = usize::try_from(self.count).unwrap_or(0).min(length);
        let covered = if self.from_end {
            length.saturating_sub(count)..length
        } else {
            0..count
        };
        value
            .chars()
            .enumerate()
            .map(|(at, letter)| {
                if covered.contains(&at) {
                    self.character
                } else {
                    letter
                }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Made with presidio-anonymizer 2.2.366.
    #[test]
    fn it_is_what_presidio_writes() {
        for (value, character, count, from_end, masked) in [
            ("Ada Lovelace", '*', 4, true, "Ada Love****"),
            ("Ada Lovelace", '#', 100, false, "############"),
            ("Ada Lovelace", 'x', 0, true, "Ada Lovelace"),
            ("Ada Lovelace", '*', -1, false, "Ada Lovelace"),
            ("Ada Lovelace", '*', 3, false, "*** Lovelace"),
            ("Γιώργος", '*', 4, true, "Γιώ****"),
            ("Γιώργος", '#', 100, false, "#######"),
            ("Γιώργος", '*', 3, false, "***ργος"),
            ("", '#', 100, false, ""),
        ] {
            let mask = Mask {
                character,
                count,
                from_end,
            };
            assert_eq!(mask.apply(value), masked);
        }
    }

    proptest! {
        #[test]
        fn twice_is_once(value: String, character: char, count: i8, from_end: bool) {
            let mask = Mask { character, count: count.into(), from_end };
            let once = mask.apply(&value);
            prop_assert_eq!(mask.apply(&once), once);
        }
    }
}
