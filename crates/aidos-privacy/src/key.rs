//! Keys: one master for an installation, one key for each community, sub-keys for each use.
//!
//! ```text
//! MasterKey ──HKDF-Expand("community", name)──► CommunityKey ──("narrow", label, value)──► of a case
//!                                                    └──("use", technique, kind)──► sub-key
//! ```
//!
//! Every derivation is an HKDF-Expand with SHA-256 (RFC 5869) whose `info` starts with `aidos-privacy/1` and lists its
//! labels, each with its length before it. So no two uses ever share a key: what is learned about the
//! tokens of one type, one technique or one community says nothing about another (domain separation). The
//! label of a use never changes; a new construction takes a new label.
//!
//! This room draws no randomness: the caller passes 32 bytes of the operating system's generator to
//! [`MasterKey::from_bytes`]. How a master is kept on a disk is in [`seal`].
//!
//! Rotation is [`CommunityKey::narrow`] with an epoch; erasure is throwing the key away, after which its
//! reversible outputs cannot be undone and its pseudonyms cannot be recomputed.

#![cfg_attr(not(test), warn(clippy::indexing_slicing))]

pub mod seal;

use std::fmt;

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// The first label of every derivation; the number is the version of this scheme.
const SCHEME: &str = "aidos-privacy/1";

/// The secret of an installation, from which the keys of all communities come. Wiped when dropped.
///
/// It has no `Clone`, no `Serialize`, and its `Debug` shows nothing of it.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct MasterKey([u8; 32]);

/// The key that the members of one sharing community have in common. Wiped when dropped.
///
/// The same value gives the same output under the same key; under two keys outputs cannot be linked.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct CommunityKey([u8; 32]);

/// The public name of a key: 8 bytes, shown as 16 hexadecimal digits. Says nothing about the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; 8]);

impl MasterKey {
    /// A master of 32 bytes that the caller drew from the operating system's generator.
    ///
    /// ```
    /// # use aidos_privacy::key::MasterKey;
    /// let master = MasterKey::from_bytes([7; 32]); // a test's key: never one that can be guessed
    /// let a = master.community("isac-a");
    /// assert_ne!(a.id(), master.community("isac-b").id());
    /// assert_eq!(format!("{master:?}"), "MasterKey(…)");
    /// ```
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The key of a community. Names are compared byte by byte.
    pub fn community(&self, name: &str) -> CommunityKey {
        CommunityKey(*derive(&self.0, &["community", name]))
    }

    /// The public name of this key.
    pub fn id(&self) -> KeyId {
        KeyId(*derive(&self.0, &["master id"]))
    }

    /// The bytes, for the file in which the caller keeps the key. Wiped when dropped.
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0)
    }

    /// The bytes, for the sealing of a key file alone.
    fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl CommunityKey {
    /// A community's key that was handed over, as its 32 bytes.
    ///
    /// Members of a community share this key, not anyone's master.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes to hand to another member, over a channel that keeps them secret. Wiped when dropped.
    pub fn export(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0)
    }

    /// The key of one case, subject or epoch inside the community: `narrow("epoch", "2")`.
    ///
    /// Outputs of a narrowed key cannot be linked to those of the wide one without the wide one. Throwing a
    /// case's key away helps only where the wide key is thrown away too, since it gives the case's back.
    #[must_use]
    pub fn narrow(&self, label: &str, value: &str) -> Self {
        Self(*derive(&self.0, &["narrow", label, value]))
    }

    /// The public name of this key.
    pub fn id(&self) -> KeyId {
        KeyId(*derive(&self.0, &["community id"]))
    }

    /// The key of one use: a technique on values of a kind.
    pub(crate) fn subkey<const N: usize>(&self, technique: &str, kind: &str) -> Zeroizing<[u8; N]> {
        derive(&self.0, &["use", technique, kind])
    }
}

/// HKDF-Expand with these labels, each with its length before it.
fn derive<const N: usize>(key: &[u8; 32], labels: &[&str]) -> Zeroizing<[u8; N]> {
    const { assert!(N <= 255 * 32, "RFC 5869 gives at most 255 blocks") };
    let mut info = Vec::new();
    for label in std::iter::once(&SCHEME).chain(labels) {
        info.extend_from_slice(&(label.len() as u64).to_be_bytes());
        info.extend_from_slice(label.as_bytes());
    }
    let mut out = Zeroizing::new([0; N]);
    // The input is a uniform key, so Extract may be left out (RFC 5869, section 3.3).
    Hkdf::<Sha256>::from_prk(key)
        .expect("32 bytes are what SHA-256 gives")
        .expand(&info, out.as_mut_slice())
        .expect("the length is checked when compiled");
    out
}

/// HMAC-SHA-256 over parts, each with its length before it.
pub(crate) fn mac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    // RFC 2104: a key shorter than the block is filled up with zeros.
    let mut block = Zeroizing::new([0; 64]);
    block
        .iter_mut()
        .zip(key)
        .for_each(|(slot, byte)| *slot = *byte);
    let mut hmac = Hmac::<Sha256>::new((&*block).into());
    for part in parts {
        hmac.update(&(part.len() as u64).to_be_bytes());
        hmac.update(part);
    }
    hmac.finalize().into_bytes().into()
}

impl PartialEq for CommunityKey {
    /// In a time that does not depend on the bytes.
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for CommunityKey {}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

impl fmt::Debug for CommunityKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CommunityKey(…)")
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        crate::technique::testing::hex(text)
    }

    /// RFC 5869, appendix A.1 and A.3: the crate below does what the standard says.
    #[test]
    fn hkdf_gives_the_published_vectors() {
        let mut okm = [0; 42];
        Hkdf::<Sha256>::new(Some(&hex("000102030405060708090a0b0c")), &[0x0b; 22])
            .expand(&hex("f0f1f2f3f4f5f6f7f8f9"), &mut okm)
            .unwrap();
        assert_eq!(
            okm.to_vec(),
            hex(
                "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
            )
        );
        Hkdf::<Sha256>::new(None, &[0x0b; 22])
            .expand(&[], &mut okm)
            .unwrap();
        assert_eq!(
            okm.to_vec(),
            hex(
                "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
            )
        );
    }

    #[test]
    fn labels_do_not_run_together() {
        let key = CommunityKey::from_bytes([1; 32]);
        assert_ne!(*key.subkey::<32>("ab", "c"), *key.subkey::<32>("a", "bc"));
        assert_ne!(mac(&[1; 32], &[b"ab", b"c"]), mac(&[1; 32], &[b"a", b"bc"]));
    }

    #[test]
    fn every_use_and_community_has_a_key_of_its_own() {
        let master = MasterKey::from_bytes([9; 32]);
        let (a, b) = (master.community("a"), master.community("b"));
        assert_ne!(a, b);
        assert_eq!(a, master.community("a"));
        assert_ne!(*a.subkey::<32>("hash", "X"), *a.subkey::<32>("hash", "Y"));
        assert_ne!(*a.subkey::<32>("hash", "X"), *a.subkey::<32>("mac", "X"));
        assert_ne!(a.narrow("case", "1"), a.narrow("case", "2"));
        assert_ne!(a.narrow("case", "1"), a.narrow("epoch", "1"));
        assert_eq!(CommunityKey::from_bytes(*a.export()), a);
    }

    #[test]
    fn nothing_of_a_key_is_shown() {
        let master = MasterKey::from_bytes([0x41; 32]);
        let shown = format!("{master:?} {:?}", master.community("x"));
        assert_eq!(shown, "MasterKey(…) CommunityKey(…)");
        assert_eq!(master.id().to_string().len(), 16);
        assert_ne!(master.id().to_string(), "4141414141414141");
    }
}
