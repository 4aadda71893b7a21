//! Repeatable chance: xoshiro256** seeded by `SplitMix64`.
//!
//! Both are integer algorithms, so every platform draws the same numbers. Source: D. Blackman and
//! S. Vigna, "Scrambled Linear Pseudorandom Number Generators" (2021), reference code in the public
//! domain at <https://prng.di.unimi.it>. Not for secrets.

/// A stream of numbers that depends on its seed and stream number only.
#[derive(Debug, Clone)]
pub(crate) struct Random {
    state: [u64; 4],
}

impl Random {
    /// Starts stream `stream` of `seed`; streams of one seed do not overlap in practice.
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        let mut x = seed ^ mix(stream.wrapping_add(0x5151));
        let mut draw = || {
            x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
            mix(x)
        };
        Self {
            state: [draw(), draw(), draw(), draw()],
        }
    }

    /// The next 64 bits.
    pub(crate) fn next(&mut self) -> u64 {
        let [a, b, c, d] = self.state;
        let result = b.wrapping_mul(5).rotate_left(7).wrapping_mul(9);
        let (c, d) = (c ^ a, d ^ b);
        self.state = [a ^ d, b ^ c, c ^ (b << 17), d.rotate_left(45)];
        result
    }

    /// A number in `0..n`; 0 where `n` is 0. The bias is below `n`/2³².
    pub(crate) fn below(&mut self, n: u32) -> u32 {
        (((self.next() >> 32) * u64::from(n)) >> 32) as u32
    }

    /// True `percent` times out of a hundred.
    pub(crate) fn percent(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    /// A number in `0..n` that prefers the small ones (the density falls like i^(-2/3)), as real
    /// traffic prefers a few talkers.
    pub(crate) fn skewed(&mut self, n: u32) -> u32 {
        let u = self.next() >> 43;
        ((((u * u * u) >> 31) * u64::from(n)) >> 32) as u32
    }

    /// One of `choices`, which must not be empty.
    pub(crate) fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len() as u32) as usize]
    }
}

/// The finishing step of `SplitMix64`: a bijection that scatters neighbours.
pub(crate) fn mix(x: u64) -> u64 {
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_the_reference_step() {
        // First outputs of the authors' xoshiro256starstar.c from the state 1, 2, 3, 4.
        let mut random = Random {
            state: [1, 2, 3, 4],
        };
        let drawn: Vec<u64> = (0..4).map(|_| random.next()).collect();
        assert_eq!(drawn, [11520, 0, 1_509_978_240, 1_215_971_899_390_074_240]);
    }

    #[test]
    fn stays_in_range_and_prefers_small_numbers() {
        let mut random = Random::new(7, 0);
        let mut low = 0;
        for _ in 0..10_000 {
            assert!(random.below(10) < 10);
            let drawn = random.skewed(1000);
            assert!(drawn < 1000);
            low += u32::from(drawn < 125);
        }
        assert!(
            (4_700..5_300).contains(&low),
            "half of the draws fall into the first eighth: {low}"
        );
    }
}
