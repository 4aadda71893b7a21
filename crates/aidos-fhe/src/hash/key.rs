//! The hash key: what both data owners share, and nobody else has.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::Place;
use crate::Error;
use crate::normalise::{Kind, PROFILE};
use crate::seal::{self, Cost};
use crate::set::Set;
use crate::{codec, entropy};

/// 32 random bytes, the list type and how its values are normalised. Wiped when dropped.
///
/// It has no `Clone` and its `Debug` shows nothing of it.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct HashKey {
    bytes: [u8; 32],
    #[zeroize(skip)]
    kind: Kind,
}

/// How many canaries a list has.
pub(crate) const CANARIES: usize = 64;

/// A bin with two numbers that no value and no dummy has: one that every list has, one that none has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Canary {
    pub(crate) listed: Place,
    pub(crate) unlisted: Place,
}

/// What is public of a hash key: equal for equal keys, list types and profiles, and says nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Commitment(pub(crate) [u8; 32]);

impl HashKey {
    /// A new key for lists of this type.
    ///
    /// # Errors
    /// The operating system gives no randomness.
    pub fn generate(kind: Kind) -> Result<Self, Error> {
        Ok(Self::from_bytes(entropy::bytes()?, kind))
    }

    pub(crate) fn from_bytes(bytes: [u8; 32], kind: Kind) -> Self {
        Self { bytes, kind }
    }

    /// The type of the lists it is for.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// What goes into the files, so that those of two keys are not compared.
    pub fn commitment(&self) -> Commitment {
        let subkey = self.subkey("commitment");
        Commitment(*blake3::Hasher::new_keyed(&subkey).finalize().as_bytes())
    }

    /// The key sealed under a passphrase, as the bytes of a file.
    ///
    /// # Errors
    /// Costs out of their bounds, or no randomness.
    pub fn seal(&self, passphrase: &[u8], cost: Cost) -> Result<Vec<u8>, Error> {
        let mut plain = Zeroizing::new(vec![self.kind.id(), PROFILE]);
        plain.extend_from_slice(&self.bytes);
        seal::close(codec::Sealed::HashKey, &plain, passphrase, cost)
    }

    /// Opens what [`seal`](Self::seal) made.
    ///
    /// # Errors
    /// No such file, a wrong passphrase, or a list type or profile that this program does not know.
    pub fn open(file: &[u8], passphrase: &[u8]) -> Result<Self, Error> {
        let sealed = codec::Sealed::HashKey;
        let plain = seal::open(sealed, file, passphrase)?;
        let damaged = || Error::Sealed {
            expected: sealed.name(),
        };
        let [kind, profile, bytes @ ..] = plain.as_slice() else {
            return Err(damaged());
        };
        if *profile != PROFILE {
            return Err(Error::Version {
                expected: "normalisation profile of the hash key",
                found: u16::from(*profile),
                known: u16::from(PROFILE),
            });
        }
        let kind = Kind::by_id(*kind).ok_or_else(damaged)?;
        let bytes = bytes.try_into().map_err(|_| damaged())?;
        Ok(Self::from_bytes(bytes, kind))
    }

    /// Places of no value, in the order of their numbers: what stands there is in every list of this key.
    pub(crate) fn canaries(&self, set: &Set) -> [Canary; CANARIES] {
        let subkey = self.subkey("canaries");
        let mut bytes = Zeroizing::new([0; 16 * CANARIES]);
        blake3::Hasher::new_keyed(&subkey)
            .finalize_xof()
            .fill(bytes.as_mut_slice());
        let first = set.list_dummy() + set.tallest() as u64;
        let kinds = 2 * CANARIES as u64;
        let mut chunks = bytes.as_chunks::<8>().0.iter();
        let mut number = |below: u64| {
            let bytes = chunks.next().copied().unwrap_or_default();
            u64::from_le_bytes(bytes) % below.max(1)
        };
        std::array::from_fn(|index| {
            let bin = u32::try_from(number(set.bins() as u64)).unwrap_or(0);
            // Each has numbers of its own, so that no two are one.
            let row = number((set.plaintext - first) / kinds);
            let listed = first + row * kinds + 2 * index as u64;
            Canary {
                listed: Place {
                    bin,
                    number: listed,
                },
                unlisted: Place {
                    bin,
                    number: listed + 1,
                },
            }
        })
    }

    /// The key of one use: each bound to the list type and the profile.
    pub(crate) fn subkey(&self, label: &str) -> Zeroizing<[u8; 32]> {
        let mut hasher = blake3::Hasher::new_keyed(&self.bytes);
        hasher.update(b"aidos-fhe/1 hash key");
        hasher.update(&[self.kind.id(), PROFILE]);
        hasher.update(label.as_bytes());
        let key = Zeroizing::new(*hasher.finalize().as_bytes());
        hasher.zeroize();
        key
    }
}

impl fmt::Debug for HashKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HashKey({}, …)", self.kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_types_and_uses_do_not_mix() {
        let key = HashKey::from_bytes([1; 32], Kind::Email);
        let commitments = [
            key.commitment(),
            HashKey::from_bytes([1; 32], Kind::Domain).commitment(),
            HashKey::from_bytes([2; 32], Kind::Email).commitment(),
        ];
        assert_ne!(commitments[0], commitments[1]);
        assert_ne!(commitments[0], commitments[2]);
        assert_ne!(*key.subkey("first"), *key.subkey("second"));
        assert_eq!(format!("{key:?}"), "HashKey(e-mail address, …)");
    }

    #[test]
    fn canaries_are_neither_values_nor_dummies_nor_each_other() {
        for set in [&crate::set::IP4_S1, &crate::set::STR_S1, &crate::set::TOY] {
            let canaries = HashKey::from_bytes([1; 32], Kind::Ipv4).canaries(set);
            let numbers = canaries
                .iter()
                .flat_map(|canary| [canary.listed.number, canary.unlisted.number]);
            let distinct: std::collections::BTreeSet<u64> = numbers.collect();
            assert_eq!(distinct.len(), 2 * CANARIES, "{set}");
            let first = set.list_dummy() + set.tallest() as u64;
            assert!(distinct.iter().all(|n| (first..set.plaintext).contains(n)));
            let bins = canaries.iter().map(|canary| canary.listed.bin as usize);
            assert!(bins.into_iter().all(|bin| bin < set.bins()));
            let other = HashKey::from_bytes([2; 32], Kind::Ipv4).canaries(set);
            assert!(other != canaries);
        }
    }

    #[test]
    fn a_sealed_key_opens_again() {
        let key = HashKey::generate(Kind::Ipv4).unwrap();
        let file = key.seal(b"phrase", Cost::CHEAP).unwrap();
        let opened = HashKey::open(&file, b"phrase").unwrap();
        assert_eq!(opened.commitment(), key.commitment());
        assert!(matches!(
            HashKey::open(&file, b"other"),
            Err(Error::Passphrase { .. })
        ));
    }
}
