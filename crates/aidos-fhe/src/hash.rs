//! How a value becomes a place: a bin and a number in it, by each of two hash functions.
//!
//! An IPv4 address is permuted under the key; its upper bits are the bin, the rest the number. Nothing is
//! lost, so two addresses that share a place and a number are one address. Other values are hashed under
//! the key to 86 bits: two bins of 14 and a number of 58. The number carries which of the functions made it,
//! so that a value whose two bins are one still has two different numbers.
//!
//! The key is what keeps a key holder from reading which value a slot stands for; the data owners share it, the
//! server and the holder must not have it.

pub(crate) mod bins;
pub(crate) mod cuckoo;
mod feistel;
mod key;

pub(crate) use key::{CANARIES, Canary};
pub use key::{Commitment, HashKey};

use feistel::Permutation;

use crate::normalise::Value;
use crate::set::{Domain, Set};

/// A value as both owners see it: equal for equal values. Secret.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Point(u128);

impl Point {
    /// As bytes, with a label behind.
    pub(crate) fn bytes(self, label: u16) -> [u8; 18] {
        let mut bytes = [0; 18];
        let all = self.0.to_le_bytes().into_iter().chain(label.to_le_bytes());
        bytes
            .iter_mut()
            .zip(all)
            .for_each(|(slot, byte)| *slot = byte);
        bytes
    }
}

impl zeroize::Zeroize for Point {
    fn zeroize(&mut self) {
        self.0.zeroize();
    }
}

/// Where one hash function puts a value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) bin: u32,
    /// Below the dummy of a query.
    pub(crate) number: u64,
}

/// Both hash functions of one key.
pub(crate) struct Hashing {
    set: &'static Set,
    functions: Functions,
}

enum Functions {
    /// A permutation each.
    Exact(Box<[Permutation; 2]>),
    /// One hash, of which each takes its part.
    Hashed(zeroize::Zeroizing<[u8; 32]>),
}

impl Hashing {
    pub(crate) fn new(set: &'static Set, key: &HashKey) -> Self {
        let functions = match set.domain {
            Domain::Exact { bits } => Functions::Exact(Box::new(
                ["first", "second"].map(|name| Permutation::new(&key.subkey(name), bits / 2)),
            )),
            Domain::Hashed { .. } => Functions::Hashed(key.subkey("text")),
        };
        Self { set, functions }
    }

    /// A value of the key's list type as a point; none if the set has no room for it.
    pub(crate) fn point(&self, value: &Value) -> Option<Point> {
        match (&self.functions, value) {
            (Functions::Exact(_), Value::Number(number)) => {
                let Domain::Exact { bits } = self.set.domain else {
                    return None;
                };
                (u64::from(*number) >> bits == 0).then_some(Point(u128::from(*number)))
            }
            (Functions::Hashed(key), Value::Bytes(bytes)) => {
                let digest = blake3::keyed_hash(key, bytes);
                let (first, _) = digest.as_bytes().split_first_chunk()?;
                let bits = 2 * self.set.bin_bits + self.set.residual_bits();
                Some(Point(u128::from_le_bytes(*first) & ((1 << bits) - 1)))
            }
            _ => None,
        }
    }

    /// The two places of a point.
    pub(crate) fn places(&self, point: Point) -> [Place; 2] {
        let residual = self.set.residual_bits();
        let mask = (1_u64 << residual) - 1;
        let bin_mask = (1_u128 << self.set.bin_bits) - 1;
        let place = |bin: u64, rest: u64, function: u64| Place {
            bin: u32::try_from(bin).unwrap_or(0),
            number: rest << 1 | function,
        };
        match &self.functions {
            Functions::Exact(permutations) => {
                let number = u32::try_from(point.0).unwrap_or(0);
                let [first, second] = &**permutations;
                let (first, second) = (
                    u64::from(first.forward(number)),
                    u64::from(second.forward(number)),
                );
                [
                    place(first >> residual, first & mask, 0),
                    place(second >> residual, second & mask, 1),
                ]
            }
            Functions::Hashed(_) => {
                let rest = crate::number::narrow(point.0 & u128::from(mask));
                let bin = |shift: u32| crate::number::narrow((point.0 >> shift) & bin_mask);
                [
                    place(bin(residual), rest, 0),
                    place(bin(residual + self.set.bin_bits), rest, 1),
                ]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalise::Kind;
    use crate::set::{IP4_S1, STR_S1, TOY};
    use std::collections::BTreeSet;

    #[test]
    fn the_toy_domain_is_placed_one_to_one() {
        let hashing = Hashing::new(&TOY, &HashKey::from_bytes([3; 32], Kind::Ipv4));
        let places: Vec<[Place; 2]> = (0..4096)
            .map(|number| hashing.places(hashing.point(&Value::Number(number)).unwrap()))
            .collect();
        for function in 0..2 {
            let distinct: BTreeSet<_> = places
                .iter()
                .map(|two| (two[function].bin, two[function].number))
                .collect();
            assert_eq!(distinct.len(), 4096);
            assert!(distinct.iter().all(|(bin, number)| {
                (*bin as usize) < TOY.bins() && *number < TOY.query_dummy()
            }));
        }
        assert!(
            places
                .iter()
                .all(|[a, b]| a.number & 1 == 0 && b.number & 1 == 1)
        );
        assert!(places.iter().any(|[a, b]| a.bin == b.bin));
        assert!(hashing.point(&Value::Number(4096)).is_none());
        assert!(hashing.point(&Value::Bytes(vec![1])).is_none());
    }

    #[test]
    fn two_functions_and_two_keys_are_independent() {
        let of = |byte: u8| Hashing::new(&IP4_S1, &HashKey::from_bytes([byte; 32], Kind::Ipv4));
        let (ours, theirs) = (of(1), of(2));
        let mut same = [0; 3];
        for number in 0..20_000 {
            let point = ours.point(&Value::Number(number)).unwrap();
            let ([a, b], [c, d]) = (ours.places(point), theirs.places(point));
            same[0] += usize::from(a.bin == b.bin);
            same[1] += usize::from(a.bin == c.bin);
            same[2] += usize::from(b.bin == d.bin);
        }
        // 20,000 chances of one in 16,384.
        assert!(same.iter().all(|count| *count < 12), "{same:?}");
    }

    #[test]
    fn texts_fill_their_bits() {
        let hashing = Hashing::new(&STR_S1, &HashKey::from_bytes([1; 32], Kind::Email));
        let (mut ones, mut zeros) = (0_u64, 0_u64);
        for number in 0_u32..500 {
            let point = hashing
                .point(&Value::Bytes(number.to_le_bytes().to_vec()))
                .unwrap();
            let [a, b] = hashing.places(point);
            assert_eq!(a.number | 1, b.number);
            assert!(a.number < STR_S1.query_dummy());
            ones |= a.number;
            zeros |= !a.number;
        }
        assert_eq!(ones >> 1, (1 << 58) - 1);
        assert_eq!((zeros >> 1) & ((1 << 58) - 1), (1 << 58) - 1);
    }
}
