//! Who made a file: Ed25519 (RFC 8032) over its root, checked strictly.

use std::fmt;
use std::str::FromStr;

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use zeroize::Zeroizing;

use super::Sealed;
use crate::seal::{self, Cost};
use crate::{Error, entropy, hex};

/// Before the root, so that a signature of ours is none of another protocol.
const CONTEXT: &[u8] = b"aidos-fhe/1 root";

/// A key that signs files. Wiped when dropped; its `Debug` shows its public side alone.
pub struct Signer(SigningKey);

/// The public side of a [`Signer`], shown as 64 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignerId(pub(crate) [u8; 32]);

impl Signer {
    /// A new key.
    ///
    /// # Errors
    /// The operating system gives no randomness.
    pub fn generate() -> Result<Self, Error> {
        Ok(Self::from_bytes(&Zeroizing::new(entropy::bytes()?)))
    }

    /// The key of these secret bytes.
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(bytes))
    }

    /// The public side.
    pub fn id(&self) -> SignerId {
        SignerId(self.0.verifying_key().to_bytes())
    }

    /// The key sealed under a passphrase, as the bytes of a file.
    ///
    /// # Errors
    /// Costs out of their bounds, or no randomness.
    pub fn seal(&self, passphrase: &[u8], cost: Cost) -> Result<Vec<u8>, Error> {
        seal::close(Sealed::Signer, self.0.as_bytes(), passphrase, cost)
    }

    /// Opens what [`seal`](Self::seal) made.
    ///
    /// # Errors
    /// No such file, or a wrong passphrase.
    pub fn open(file: &[u8], passphrase: &[u8]) -> Result<Self, Error> {
        let plain = seal::open(Sealed::Signer, file, passphrase)?;
        let bytes = plain.as_slice().try_into().map_err(|_| Error::Sealed {
            expected: Sealed::Signer.name(),
        })?;
        Ok(Self::from_bytes(bytes))
    }

    pub(super) fn sign(&self, root: &[u8; 32]) -> [u8; 64] {
        self.0.sign(&message(root)).to_bytes()
    }
}

impl SignerId {
    pub(super) fn verify(self, root: &[u8; 32], signature: &[u8; 64]) -> bool {
        VerifyingKey::from_bytes(&self.0).is_ok_and(|key| {
            let signature = Signature::from_bytes(signature);
            key.verify_strict(&message(root), &signature).is_ok()
        })
    }
}

fn message(root: &[u8; 32]) -> Vec<u8> {
    [CONTEXT, root].concat()
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({}, …)", self.id())
    }
}

impl fmt::Display for SignerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex::show(&self.0, f)
    }
}

impl FromStr for SignerId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        hex::read(text).map(Self).ok_or(Error::Shape {
            expected: "signer",
            reason: "it has not 64 hexadecimal digits; copy it from what `signer` printed",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_of_one_root_by_one_signer() {
        let (ours, theirs) = (Signer::from_bytes(&[1; 32]), Signer::from_bytes(&[2; 32]));
        let signature = ours.sign(&[7; 32]);
        assert!(ours.id().verify(&[7; 32], &signature));
        assert!(!ours.id().verify(&[8; 32], &signature));
        assert!(!theirs.id().verify(&[7; 32], &signature));
        assert!(!SignerId([0; 32]).verify(&[7; 32], &[0; 64]));
        assert_eq!(format!("{ours:?}").len(), "Signer(, …)".len() + 64);
    }

    #[test]
    fn a_sealed_signer_opens_again() {
        let signer = Signer::generate().unwrap();
        let file = signer.seal(b"x", Cost::CHEAP).unwrap();
        assert_eq!(Signer::open(&file, b"x").unwrap().id(), signer.id());
    }
}
