//! Many patterns at once, at the speed of memory.
//!
//! Each pattern is known by six bytes of it, those that the fewest others share. One walk over a text keeps the last
//! six bytes; a filter of some bits a pattern turns nearly all of them away, a table tells which patterns the rest
//! may be, and these are compared whole. An automaton over as many patterns (some hundred a value, most of them
//! digests) has millions of states, misses the cache at each byte and takes most of a second to build.
//!
//! Patterns of fewer bytes are few and left to an automaton.

use aho_corasick::{AhoCorasick, AhoCorasickKind, BuildError, MatchKind};

/// Bytes by which a pattern is known.
const WINDOW: usize = 6;
/// Bits of the filter for each pattern.
const BITS: usize = 32;

/// Finds all places of all patterns, whatever their case of ASCII.
pub(super) struct Matcher {
    /// All patterns, one behind the other, and where each ends.
    text: Vec<u8>,
    ends: Vec<usize>,
    /// A bit for the hash of each window.
    filter: Vec<u64>,
    /// The window, the pattern, and the bytes of it before the window's end; sorted by the window's slot.
    known: Vec<(u64, u32, u32)>,
    /// Where each slot begins in them.
    starts: Vec<u32>,
    /// How far a hash is shifted to be a bit of the filter, and to be a slot.
    shifts: (u32, u32),
    /// What is too short for a window, and which patterns these are.
    short: Option<(AhoCorasick, Vec<usize>)>,
}

/// The window behind one more byte: the first of its bytes is the lowest.
fn shifted(window: u64, byte: u8) -> u64 {
    (window >> 8) | (u64::from(byte.to_ascii_lowercase()) << (8 * (WINDOW - 1)))
}

fn hash(window: u64) -> u64 {
    window.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

impl Matcher {
    /// A matcher of patterns, of which none may be empty.
    ///
    /// # Errors
    /// There are too many short ones for an automaton.
    pub(super) fn new(patterns: &[Vec<u8>]) -> Result<Self, BuildError> {
        let long = patterns.iter().filter(|own| own.len() >= WINDOW).count();
        // Not below what the nearest cache holds: so few patterns turn more away.
        let size = (long * BITS).next_power_of_two().max(1 << 16);
        let slots = (long * 2).next_power_of_two().max(2);
        let mut own = Self {
            text: Vec::with_capacity(patterns.iter().map(Vec::len).sum()),
            ends: Vec::with_capacity(patterns.len()),
            filter: vec![0; size / 64],
            known: Vec::with_capacity(long),
            starts: vec![0; slots + 1],
            shifts: (64 - size.trailing_zeros(), 64 - slots.trailing_zeros()),
            short: None,
        };
        let (mut short, mut shorts) = (Vec::new(), Vec::new());
        for (index, pattern) in patterns.iter().enumerate() {
            own.text.extend_from_slice(pattern);
            own.ends.push(own.text.len());
            if pattern.len() < WINDOW {
                short.push(pattern);
                shorts.push(index);
                continue;
            }
            let (window, end) = own.rarest(pattern);
            let bit = hash(window) >> own.shifts.0;
            if let Some(bits) = own.filter.get_mut(place(bit >> 6)) {
                *bits |= 1 << (bit & 63);
            }
            let slot = own.slot(window);
            if let Some(count) = own.starts.get_mut(slot + 1) {
                *count += 1;
            }
            // 2³² patterns of six bytes are more than memory holds.
            let index = u32::try_from(index).unwrap_or(u32::MAX);
            let end = u32::try_from(end).unwrap_or(u32::MAX);
            own.known.push((window, index, end));
        }
        let mut sum = 0;
        for start in &mut own.starts {
            sum += *start;
            *start = sum;
        }
        let shift = own.shifts.1;
        own.known
            .sort_unstable_by_key(|(window, index, _)| (hash(*window) >> shift, *index));
        if !short.is_empty() {
            let automaton = AhoCorasick::builder()
                .ascii_case_insensitive(true)
                .match_kind(MatchKind::Standard)
                .kind(Some(AhoCorasickKind::ContiguousNFA))
                .build(short)?;
            own.short = Some((automaton, shorts));
        }
        Ok(own)
    }

    /// The window of a pattern, at its end, its middle or its begin, whose slot the fewest have, and where it ends.
    fn rarest(&self, pattern: &[u8]) -> (u64, usize) {
        let at = |end: usize| {
            let bytes = pattern.get(end - WINDOW..end).unwrap_or_default();
            (bytes.iter().fold(0, |own, byte| shifted(own, *byte)), end)
        };
        let ends = [pattern.len(), WINDOW + (pattern.len() - WINDOW) / 2, WINDOW];
        let count = |window: u64| self.starts.get(self.slot(window) + 1).copied();
        // Of equals the first: an address differs from its neighbours at its end.
        let best = ends.map(at).into_iter();
        best.min_by_key(|(window, _)| count(*window))
            .unwrap_or((0, WINDOW))
    }

    fn slot(&self, window: u64) -> usize {
        place(hash(window) >> self.shifts.1)
    }

    /// Tells the pattern, the start and the end of all that stands in a text, in no certain order.
    pub(super) fn find(&self, text: &[u8], say: &mut impl FnMut(usize, usize, usize)) {
        if let Some((automaton, patterns)) = &self.short {
            for found in automaton.find_overlapping_iter(text) {
                if let Some(index) = patterns.get(found.pattern().as_usize()) {
                    say(*index, found.start(), found.end());
                }
            }
        }
        if self.known.is_empty() {
            return;
        }
        let mut window = 0;
        // A window that is not full yet begins with zeros, which a pattern may hold: comparing tells.
        for (last, byte) in text.iter().enumerate() {
            window = shifted(window, *byte);
            if self.passes(window) {
                self.compare(text, window, last + 1, say);
            }
        }
    }

    /// Whether any pattern may stand in a text: `false` is sure. Several times as quick as to make a text first.
    pub(super) fn may_stand_in(&self, text: impl Iterator<Item = u8>) -> bool {
        if self.short.is_some() {
            return true;
        }
        let mut window = 0;
        for byte in text {
            window = shifted(window, byte);
            if self.passes(window) && self.known_of(window).iter().any(|own| own.0 == window) {
                return true;
            }
        }
        false
    }

    /// Whether the filter lets a window through.
    fn passes(&self, window: u64) -> bool {
        let bit = hash(window) >> self.shifts.0;
        let bits = self.filter.get(place(bit >> 6)).copied().unwrap_or(0);
        (bits >> (bit & 63)) & 1 == 1
    }

    /// What is known in the slot of a window.
    fn known_of(&self, window: u64) -> &[(u64, u32, u32)] {
        let slot = self.slot(window);
        let start = |slot: usize| self.starts.get(slot).map_or(0, |start| *start as usize);
        let known = self.known.get(start(slot)..start(slot + 1));
        known.unwrap_or_default()
    }

    /// Tells the patterns that have this window and stand whole around its end.
    fn compare(
        &self,
        text: &[u8],
        window: u64,
        at: usize,
        say: &mut impl FnMut(usize, usize, usize),
    ) {
        for &(own, index, end) in self.known_of(window) {
            let index = index as usize;
            let Some(begin) = at.checked_sub(end as usize) else {
                continue;
            };
            if own != window {
                continue;
            }
            let from = index
                .checked_sub(1)
                .and_then(|before| self.ends.get(before));
            let (from, to) = (from.copied().unwrap_or(0), self.ends.get(index));
            let Some(pattern) = to.and_then(|to| self.text.get(from..*to)) else {
                continue;
            };
            let stands = text
                .get(begin..begin + pattern.len())
                .is_some_and(|found| found.eq_ignore_ascii_case(pattern));
            if stands {
                say(index, begin, begin + pattern.len());
            }
        }
    }
}

/// A number of a table's length at most.
fn place(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn finds_what_an_automaton_finds(
            patterns in prop::collection::vec("[ab\u{0}]{1,12}|[0-9.]{6,9}", 0..40),
            text in "[abAB\u{0}]{0,60}|[0-9.]{0,60}",
        ) {
            let patterns: Vec<Vec<u8>> = patterns.into_iter().map(String::into_bytes).collect();
            let mut found = Vec::new();
            Matcher::new(&patterns).unwrap()
                .find(text.as_bytes(), &mut |index, start, end| found.push((index, start, end)));
            let automaton = AhoCorasick::builder().ascii_case_insensitive(true).build(&patterns).unwrap();
            let mut wanted: Vec<_> = automaton
                .find_overlapping_iter(&text)
                .map(|own| (own.pattern().as_usize(), own.start(), own.end()))
                .collect();
            let matcher = Matcher::new(&patterns).unwrap();
            prop_assert!(wanted.is_empty() || matcher.may_stand_in(text.bytes()));
            found.sort_unstable();
            wanted.sort_unstable();
            prop_assert_eq!(found, wanted);
        }
    }
}
