//! A permutation of numbers under a key: a balanced Feistel network of twelve rounds.
//!
//! Its round functions are tables of the extendable output of keyed BLAKE3, so each is uniform and independent.
//! Source: Patarin 2004, "Security of random Feistel schemes with 5 or more rounds".

use zeroize::Zeroizing;

const ROUNDS: u8 = 12;

/// Entries of a table: a half has at most 16 bits.
const ENTRIES: usize = 1 << 16;

pub(super) struct Permutation {
    half: u32,
    /// A round after another, each for all values of a half.
    rounds: Vec<Zeroizing<Vec<u16>>>,
}

impl Permutation {
    /// A permutation of the numbers of `2 · half` bits.
    pub(super) fn new(key: &[u8; 32], half: u32) -> Self {
        let mask = u16::MAX >> 16_u32.saturating_sub(half);
        let rounds = (0..ROUNDS)
            .map(|round| {
                let mut bytes = Zeroizing::new(vec![0; 2 * ENTRIES]);
                blake3::Hasher::new_keyed(key)
                    .update(&[round])
                    .finalize_xof()
                    .fill(&mut bytes);
                let (pairs, _) = bytes.as_chunks();
                Zeroizing::new(
                    pairs
                        .iter()
                        .map(|pair| u16::from_le_bytes(*pair) & mask)
                        .collect(),
                )
            })
            .collect();
        Self { half, rounds }
    }

    pub(super) fn forward(&self, number: u32) -> u32 {
        let (mut left, mut right) = self.halves(number);
        for round in &self.rounds {
            (left, right) = (right, left ^ look(round, right));
        }
        self.whole(left, right)
    }

    #[cfg(test)]
    fn back(&self, number: u32) -> u32 {
        let (mut left, mut right) = self.halves(number);
        for round in self.rounds.iter().rev() {
            (left, right) = (right ^ look(round, left), left);
        }
        self.whole(left, right)
    }

    fn halves(&self, number: u32) -> (u16, u16) {
        let mask = (1 << self.half) - 1;
        let half = |bits: u32| u16::try_from(bits & mask).unwrap_or(0);
        (half(number >> self.half), half(number))
    }

    fn whole(&self, left: u16, right: u16) -> u32 {
        u32::from(left) << self.half | u32::from(right)
    }
}

fn look(round: &[u16], half: u16) -> u16 {
    round.get(usize::from(half)).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_domains_are_permuted() {
        for half in [1, 3, 6, 8] {
            let permutation = Permutation::new(&[7; 32], half);
            let size = 1_u32 << (2 * half);
            let mut seen = vec![false; size as usize];
            for number in 0..size {
                let out = permutation.forward(number);
                assert!(!std::mem::replace(&mut seen[out as usize], true));
                assert_eq!(permutation.back(out), number);
            }
        }
    }

    #[test]
    fn addresses_come_back() {
        let permutation = Permutation::new(&[9; 32], 16);
        let edges = [0, 1, u32::MAX, u32::MAX - 1, 0x7fff_ffff, 0x8000_0000];
        let spread = (0..100_000_u32).map(|n| n.wrapping_mul(2_654_435_761));
        for number in edges.into_iter().chain(spread) {
            assert_eq!(permutation.back(permutation.forward(number)), number);
        }
        assert_ne!(
            permutation.forward(0),
            Permutation::new(&[8; 32], 16).forward(0)
        );
    }
}
