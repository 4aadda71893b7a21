//! Random choices that are the same on every machine (`SplitMix64`).

/// A stream of random numbers.
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    #[cfg(test)]
    pub(crate) fn new(seed: u64) -> Random {
        Random(seed)
    }

    /// The stream of one of many texts.
    pub(crate) fn of(seed: u64, number: u64) -> Random {
        let mut mixed = Random(seed ^ number.wrapping_mul(0xd6e8_feb8_6659_fd93));
        Random(mixed.next())
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    /// A number below a limit; 0 where the limit is 0.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        let wide = (self.next() >> 32) * limit as u64;
        usize::try_from(wide >> 32).unwrap_or(0)
    }

    /// A number of a range, its end included.
    pub(crate) fn between(&mut self, from: usize, to: usize) -> usize {
        from + self.below(to.saturating_sub(from) + 1)
    }

    /// True in so many of a hundred cases.
    pub(crate) fn percent(&mut self, share: usize) -> bool {
        self.below(100) < share
    }

    /// One of some; the empty default where there are none.
    pub(crate) fn pick<'a, T: ?Sized, L: AsRef<T>>(&mut self, list: &'a [L]) -> Option<&'a T> {
        let at = self.below(list.len());
        list.get(at).map(AsRef::as_ref)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_numbers() {
        let (mut a, mut b) = (Random::of(1, 2), Random::of(1, 2));
        let first: Vec<u64> = (0..10).map(|_| a.next()).collect();
        assert_eq!(first, (0..10).map(|_| b.next()).collect::<Vec<_>>());
        assert_ne!(first[0], Random::of(1, 3).next());
        assert!((0..1000).all(|_| a.below(7) < 7));
        assert_eq!(a.below(0), 0);
    }
}
