//! Permutations of small domains under a key: a Feistel network with cycle walking, and FF1 where it may be used.
//!
//! FF1 (NIST SP 800-38G, crate `fpe`, not audited) wants at least a million values. Below that stands a balanced
//! Feistel network over the next even number of bits, 24 rounds of HMAC-SHA-256, walking until it
//! lands inside the domain. In so small a domain who sees enough pairs knows the permutation whatever the
//! cipher: it hides from strangers, not from who can ask.

use aes::Aes256;
use fpe::ff1::{FF1, FlexibleNumeralString};
use zeroize::Zeroizing;

use crate::key::{CommunityKey, mac};

const ROUNDS: u8 = 24;

/// Keyed permutations of one use: of numbers below a bound, and of strings of digits.
pub(super) struct Permutation {
    feistel: Zeroizing<[u8; 32]>,
    ff1: Zeroizing<[u8; 32]>,
}

impl Permutation {
    pub(super) fn new(key: &CommunityKey, technique: &str, kind: &str) -> Self {
        Self {
            feistel: key.subkey("feistel", &format!("{technique}/{kind}")),
            ff1: key.subkey("ff1", &format!("{technique}/{kind}")),
        }
    }

    /// The place of a number below `size`; `back` undoes it. A number that is not below stays.
    pub(super) fn number(&self, tweak: &[u8], value: u64, size: u64, back: bool) -> u64 {
        self.walk(tweak, value, size, back, |_| true)
    }

    /// The same over those numbers below `size` that `is_in` holds true of. Others stay.
    ///
    /// Walks on until it lands inside: quick where most numbers are in.
    pub(super) fn walk(
        &self,
        tweak: &[u8],
        value: u64,
        size: u64,
        back: bool,
        is_in: impl Fn(u64) -> bool,
    ) -> u64 {
        if value >= size || !is_in(value) {
            return value;
        }
        let half = (64 - size.saturating_sub(1).leading_zeros())
            .div_ceil(2)
            .max(1);
        let mut at = value;
        loop {
            at = self.feistel(tweak, at, half, back);
            // The start itself is inside, so the cycle ends here at the latest.
            if at < size && is_in(at) {
                return at;
            }
        }
    }

    fn feistel(&self, tweak: &[u8], value: u64, half: u32, back: bool) -> u64 {
        let mask = u64::MAX >> (64 - half);
        let (mut left, mut right) = ((value >> half) & mask, value & mask);
        let round = |number: u8, side: u64| {
            let digest = mac(
                &self.feistel,
                &[tweak, &[number], &half.to_be_bytes(), &side.to_be_bytes()],
            );
            digest
                .first_chunk()
                .map_or(0, |first| u64::from_be_bytes(*first) & mask)
        };
        if back {
            for number in (0..ROUNDS).rev() {
                (left, right) = (right ^ round(number, left), left);
            }
        } else {
            for number in 0..ROUNDS {
                (left, right) = (right, left ^ round(number, right));
            }
        }
        (left << half) | right
    }

    /// A string of digits of this radix (2 to 36), in the same length: FF1 where the domain is a million or more.
    pub(super) fn digits(&self, tweak: &[u8], value: &[u8], radix: u8, back: bool) -> Vec<u8> {
        if value.is_empty() {
            return Vec::new();
        }
        let digits: Vec<u16> = value.iter().map(|digit| u16::from(*digit)).collect();
        let text = FlexibleNumeralString::from(digits);
        let done = FF1::<Aes256>::new(self.ff1.as_slice(), u32::from(radix))
            .ok()
            .and_then(|ff1| {
                let done = if back {
                    ff1.decrypt(tweak, &text)
                } else {
                    ff1.encrypt(tweak, &text)
                };
                done.ok()
            });
        if let Some(done) = done {
            let done: Vec<u16> = done.into();
            return done
                .into_iter()
                .map(|digit| u8::try_from(digit).unwrap_or(0))
                .collect();
        }
        // Too short for FF1: below a million values.
        let size = (0..value.len()).fold(1_u64, |size, _| size.saturating_mul(u64::from(radix)));
        let number = join(value, radix);
        let mut tweak = tweak.to_vec();
        tweak.extend_from_slice(&(value.len() as u64).to_be_bytes());
        split(self.number(&tweak, number, size, back), value.len(), radix)
    }

    /// A number of `width` decimal digits (6 to 18) among those that `is_in` holds true of, by FF1. Others stay.
    pub(super) fn decimal(
        &self,
        tweak: &[u8],
        value: u64,
        width: usize,
        back: bool,
        is_in: impl Fn(u64) -> bool,
    ) -> u64 {
        if !is_in(value) {
            return value;
        }
        let mut at = split(value, width, 10);
        loop {
            at = self.digits(tweak, &at, 10, back);
            let number = join(&at, 10);
            if is_in(number) {
                return number;
            }
        }
    }
}

/// The number of these digits, as far as 64 bits reach.
pub(super) fn join(digits: &[u8], radix: u8) -> u64 {
    digits.iter().fold(0_u64, |sum, digit| {
        sum.saturating_mul(u64::from(radix))
            .saturating_add(u64::from(*digit))
    })
}

/// The last `width` digits of a number.
pub(super) fn split(mut number: u64, width: usize, radix: u8) -> Vec<u8> {
    let mut digits: Vec<u8> = (0..width)
        .map(|_| {
            let digit = number % u64::from(radix);
            number /= u64::from(radix);
            u8::try_from(digit).unwrap_or(0)
        })
        .collect();
    digits.reverse();
    digits
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::technique::testing::{hex, key};
    use aes::{Aes128, Aes192};
    use std::collections::BTreeSet;

    fn digits(text: &str) -> Vec<u16> {
        text.chars()
            .map(|digit| u16::try_from(digit.to_digit(36).unwrap()).unwrap())
            .collect()
    }

    /// NIST's FF1samples.pdf, 1 to 9.
    #[test]
    fn ff1_gives_the_samples_of_nist() {
        let key = "2b7e151628aed2a6abf7158809cf4f3cef4359d8d580aa4f7f036d6f04fc6a94";
        let short = "39383736353433323130";
        let long = "3737373770717273373737";
        for (length, radix, tweak, plain, hidden) in [
            (16, 10, "", "0123456789", "2433477484"),
            (16, 10, short, "0123456789", "6124200773"),
            (16, 36, long, "0123456789abcdefghi", "a9tv40mll9kdu509eum"),
            (24, 10, "", "0123456789", "2830668132"),
            (24, 10, short, "0123456789", "2496655549"),
            (24, 36, long, "0123456789abcdefghi", "xbj3kv35jrawxv32ysr"),
            (32, 10, "", "0123456789", "6657667009"),
            (32, 10, short, "0123456789", "1001623463"),
            (32, 36, long, "0123456789abcdefghi", "xs8a0azh2avyalyzuwd"),
        ] {
            let key = &hex(key)[..length];
            let (tweak, plain) = (hex(tweak), FlexibleNumeralString::from(digits(plain)));
            let out = match length {
                16 => FF1::<Aes128>::new(key, radix)
                    .unwrap()
                    .encrypt(&tweak, &plain),
                24 => FF1::<Aes192>::new(key, radix)
                    .unwrap()
                    .encrypt(&tweak, &plain),
                _ => FF1::<Aes256>::new(key, radix)
                    .unwrap()
                    .encrypt(&tweak, &plain),
            };
            assert_eq!(Vec::<u16>::from(out.unwrap()), digits(hidden));
        }
    }

    #[test]
    fn small_domains_are_permuted() {
        let (ours, theirs) = (
            Permutation::new(&key(1), "test", "x"),
            Permutation::new(&key(2), "test", "x"),
        );
        for size in [1, 2, 3, 10, 100, 257, 1000] {
            let out: BTreeSet<u64> = (0..size)
                .map(|value| {
                    let hidden = ours.number(b"", value, size, false);
                    assert_eq!(ours.number(b"", hidden, size, true), value);
                    hidden
                })
                .collect();
            assert_eq!(out, (0..size).collect());
        }
        let same = (0..1000)
            .filter(|value| {
                ours.number(b"", *value, 1000, false) == theirs.number(b"", *value, 1000, false)
            })
            .count();
        assert!(same < 10, "{same}");
        assert_eq!(ours.number(b"", u64::MAX, u64::MAX, false), u64::MAX);
        let wide = ours.number(b"", 5, u64::MAX, false);
        assert_eq!(ours.number(b"", wide, u64::MAX, true), 5);
    }

    #[test]
    fn strings_of_every_length_come_back() {
        let permutation = Permutation::new(&key(1), "test", "x");
        for length in 0..24 {
            for radix in [2, 10, 26, 36] {
                let value: Vec<u8> = (0..length).map(|at| at % radix).collect();
                let hidden = permutation.digits(b"t", &value, radix, false);
                assert_eq!(hidden.len(), value.len());
                assert!(hidden.iter().all(|digit| *digit < radix));
                assert_eq!(permutation.digits(b"t", &hidden, radix, true), value);
            }
        }
    }
}
