//! Word lists in one table: what a word is known as, by the hash of its folded spelling.
//!
//! Two tables beside each other: 32-bit keys, and for each a [`Mask`] of 16 bits. A key of 0 is an empty
//! slot. A word that is in no list is taken for one of another in about one of 30,000 cases; the
//! tagger weighs lists as one evidence among many, so such a case does little.

use unicode_normalization::char::{decompose_canonical, is_combining_mark};

/// What the lists say of a word: a bit for each list.
pub type Mask = u16;

/// The bits of a [`Mask`].
pub mod list {
    use super::Mask;

    /// A given name.
    pub const GIVEN: Mask = 1;
    /// A family name.
    pub const FAMILY: Mask = 1 << 1;
    /// A city.
    pub const CITY: Mask = 1 << 2;
    /// A country.
    pub const COUNTRY: Mask = 1 << 3;
    /// Another place.
    pub const PLACE: Mask = 1 << 4;
    /// A nationality or another group of people.
    pub const GROUP: Mask = 1 << 5;
    /// The name of an organisation.
    pub const ORGANIZATION: Mask = 1 << 6;
    /// A word in names of organisations: bank, university.
    pub const KIND_OF_ORGANIZATION: Mask = 1 << 7;
    /// A legal form: `GmbH`, `Inc`.
    pub const LEGAL_FORM: Mask = 1 << 8;
    /// A word in names of streets.
    pub const STREET: Mask = 1 << 9;
    /// A form of address.
    pub const TITLE: Mask = 1 << 10;
    /// A word of everyday language.
    pub const COMMON: Mask = 1 << 11;
    /// What a person is: a job, a role, a relative.
    pub const ROLE: Mask = 1 << 12;
    /// A month or a day of the week.
    pub const TIME: Mask = 1 << 13;
    /// A product, a malware, a word of technique.
    pub const TECHNICAL: Mask = 1 << 14;
    /// A word that the trainer met often: its spelling counts.
    pub const KNOWN: Mask = 1 << 15;
}

/// Adds the folded spelling of a word to a buffer: small letters, no accents, `ς` as `σ`.
///
/// ```
/// use aidos_privacy::pii::tagger::fold;
/// let mut folded = String::new();
/// fold("Μίλος-Straße É", &mut folded);
/// assert_eq!(folded, "μιλοσ-strasse e");
/// ```
pub fn fold(word: &str, out: &mut String) {
    for c in word.chars() {
        if c.is_ascii() {
            out.push(c.to_ascii_lowercase());
            continue;
        }
        for c in c.to_lowercase() {
            match c {
                'ς' => out.push('σ'),
                'ß' => out.push_str("ss"),
                'ø' => out.push('o'),
                'ł' => out.push('l'),
                'đ' => out.push('d'),
                'æ' => out.push_str("ae"),
                'œ' => out.push_str("oe"),
                'ı' => out.push('i'),
                '’' => out.push('\''),
                c => decompose_canonical(c, |part| {
                    if !is_combining_mark(part) {
                        out.push(part);
                    }
                }),
            }
        }
    }
}

/// The hash of a folded word; words of a phrase are joined by one blank.
pub fn key(folded: &str) -> u32 {
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    for byte in folded.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    hash = (hash ^ hash >> 32).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let short = u32::try_from(hash >> 32).unwrap_or(0);
    short.max(1)
}

/// The key of a phrase that is longer by one word.
pub fn phrase_key(phrase: u32, word: u32) -> u32 {
    let joined = (u64::from(phrase) << 32 | u64::from(word)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let short = u32::try_from((joined ^ joined >> 29) >> 16 & 0xffff_ffff).unwrap_or(0);
    short.max(1)
}

/// A table that is read in place.
#[derive(Clone, Copy)]
pub(crate) struct Lexicon<'m> {
    keys: &'m [u8],
    masks: &'m [u8],
}

impl<'m> Lexicon<'m> {
    /// Lists without words.
    pub(crate) const NONE: Lexicon<'static> = Lexicon {
        keys: &[0; 4],
        masks: &[0; 2],
    };

    /// A table of keys of four bytes and masks of two, both with the lower byte first.
    ///
    /// The number of slots must be the same in both; otherwise `None`.
    pub(crate) fn new(keys: &'m [u8], masks: &'m [u8]) -> Option<Lexicon<'m>> {
        let slots = keys.len() / 4;
        let fits = keys.len() == slots * 4 && masks.len() == slots * 2 && slots > 0;
        fits.then_some(Lexicon { keys, masks })
    }

    /// What the lists say of a key; 0 for one that is in none.
    #[inline]
    pub(crate) fn mask(&self, key: u32) -> Mask {
        let slots = self.keys.len() / 4;
        let mut slot = first_slot(key, slots);
        // A full table would never end; the writer leaves room, a foreign table may not.
        for _ in 0..64 {
            let found = (self.keys.get(slot * 4..)).and_then(<[u8]>::first_chunk);
            let found = found.map_or(0, |bytes| u32::from_le_bytes(*bytes));
            if found == key {
                let mask = (self.masks.get(slot * 2..)).and_then(<[u8]>::first_chunk);
                return mask.map_or(0, |bytes| Mask::from_le_bytes(*bytes));
            }
            if found == 0 {
                return 0;
            }
            slot = if slot + 1 < slots { slot + 1 } else { 0 };
        }
        0
    }
}

/// The slot at which the search for a key begins: its share of the whole range.
fn first_slot(key: u32, slots: usize) -> usize {
    let wide = u64::from(key) * slots as u64;
    usize::try_from(wide >> 32).unwrap_or(0)
}

/// Writes a table for [`Lexicon`]: its keys and its masks.
///
/// Words with the same key share the bits of both. Three of four slots are taken; a word
/// whose place is 64 slots away is left out.
pub(crate) fn table(words: &std::collections::BTreeMap<u32, Mask>) -> (Vec<u8>, Vec<u8>) {
    let slots = words.len() * 4 / 3 + 1;
    let mut keys = vec![0u32; slots];
    let mut masks: Vec<Mask> = vec![0; slots];
    for (&key, &mask) in words.iter().filter(|(key, _)| **key != 0) {
        let mut slot = first_slot(key, slots);
        for _ in 0..64 {
            if let (Some(found @ 0), Some(place)) = (keys.get_mut(slot), masks.get_mut(slot)) {
                (*found, *place) = (key, mask);
                break;
            }
            slot = if slot + 1 < slots { slot + 1 } else { 0 };
        }
    }
    let keys = keys.iter().flat_map(|key| key.to_le_bytes()).collect();
    let masks = masks.iter().flat_map(|mask| mask.to_le_bytes()).collect();
    (keys, masks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn folded(word: &str) -> String {
        let mut out = String::new();
        fold(word, &mut out);
        out
    }

    #[test]
    fn spellings_fold() {
        assert_eq!(folded("ΓΙΏΡΓΟΣ"), folded("Γιώργος"));
        assert_eq!(folded("Łódź"), "lodz");
        assert_eq!(folded("Müller"), "muller");
    }

    #[test]
    fn what_was_put_in_is_found_and_little_else() {
        let words: BTreeMap<u32, Mask> = (0..5000u16)
            .map(|n| (key(&format!("word{n}")), n % 16 + 1))
            .collect();
        let (keys, masks) = table(&words);
        let lexicon = Lexicon::new(&keys, &masks).unwrap();
        for n in 0..5000u16 {
            assert_eq!(lexicon.mask(key(&format!("word{n}"))), n % 16 + 1);
        }
        let strangers = (0..5000).filter(|n| lexicon.mask(key(&format!("other{n}"))) != 0);
        assert!(strangers.count() < 3);
    }

    #[test]
    fn tables_of_wrong_size_are_refused_and_full_ones_end() {
        assert!(Lexicon::new(&[], &[]).is_none());
        assert!(Lexicon::new(&[0; 16], &[0; 6]).is_none());
        let full = Lexicon::new(&[9; 16], &[1; 8]).unwrap();
        assert_eq!(full.mask(5), 0);
    }
}
