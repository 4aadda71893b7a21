//! Secrets at rest: sealed under a passphrase, as bytes that the caller writes to a file (mode 0600).
//!
//! ```text
//! "AIDOSFHE" version u16 | kind u8 | 0 | m u32 | t u32 | p u32 | salt 16 | nonce 24 | XChaCha20-Poly1305 + tag 16
//! ```
//!
//! The key of the cipher is Argon2id (RFC 9106, version 0x13) of passphrase and salt with `m` KiB, `t` passes
//! and `p` lanes; numbers are little-endian. All that stands before the ciphertext is authenticated with it, so a
//! changed byte anywhere is refused, and a file of one kind never opens as another.
//!
//! What it leaks: which kind of file it is, its length, and its costs. Who has the file can guess passphrases
//! offline, as slowly as the costs make it.

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use crate::codec::{MAGIC, Sealed, VERSION};
use crate::{Error, entropy};

/// What a guess of the passphrase costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Memory in KiB, 65,536 to 1,048,576.
    pub memory: u32,
    /// Passes over it, 1 to 16.
    pub passes: u32,
    /// Lanes, 1 to 16.
    pub lanes: u32,
}

impl Default for Cost {
    /// 64 MiB, 3 passes, 4 lanes: the second recommendation of RFC 9106, section 4.
    fn default() -> Self {
        Self {
            memory: 65_536,
            passes: 3,
            lanes: 4,
        }
    }
}

impl Cost {
    /// A test's cost.
    #[cfg(test)]
    pub(crate) const CHEAP: Self = Self {
        memory: 64,
        passes: 1,
        lanes: 1,
    };

    const LEAST: u32 = if cfg!(test) { 64 } else { 65_536 };

    /// Bounds hold for foreign files too: one of them must not make this process ask for all memory.
    fn is_sane(self) -> bool {
        (Self::LEAST..=1_048_576).contains(&self.memory)
            && (1..=16).contains(&self.passes)
            && (1..=16).contains(&self.lanes)
    }

    fn derive(self, passphrase: &[u8], salt: &[u8]) -> Result<Zeroizing<[u8; 32]>, Error> {
        let refused = |_| Error::SealCost {
            memory: self.memory,
            passes: self.passes,
            lanes: self.lanes,
        };
        if !self.is_sane() {
            return Err(refused(argon2::Error::MemoryTooMuch));
        }
        let params = Params::new(self.memory, self.passes, self.lanes, Some(32));
        let mut key = Zeroizing::new([0; 32]);
        Argon2::new(
            Algorithm::Argon2id,
            Version::V0x13,
            params.map_err(refused)?,
        )
        .hash_password_into(passphrase, salt, key.as_mut_slice())
        .map_err(refused)?;
        Ok(key)
    }
}

/// Seals bytes as a file of this kind.
pub(crate) fn close(
    kind: Sealed,
    plain: &[u8],
    passphrase: &[u8],
    cost: Cost,
) -> Result<Vec<u8>, Error> {
    let (salt, nonce) = (entropy::bytes::<16>()?, entropy::bytes::<24>()?);
    let key = cost.derive(passphrase, &salt)?;
    let mut file = MAGIC.to_vec();
    file.extend_from_slice(&VERSION.to_le_bytes());
    file.extend_from_slice(&[kind.id(), 0]);
    for number in [cost.memory, cost.passes, cost.lanes] {
        file.extend_from_slice(&number.to_le_bytes());
    }
    file.extend_from_slice(&salt);
    file.extend_from_slice(&nonce);
    let payload = Payload {
        msg: plain,
        aad: &file,
    };
    let sealed = XChaCha20Poly1305::new((&*key).into())
        .encrypt(&XNonce::from(nonce), payload)
        .map_err(|_| Error::Bug {
            what: "the cipher refuses to seal",
        })?;
    file.extend_from_slice(&sealed);
    Ok(file)
}

/// Opens what [`close`] made.
pub(crate) fn open(
    kind: Sealed,
    file: &[u8],
    passphrase: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let expected = kind.name();
    let damaged = || Error::Sealed { expected };
    let rest = file.strip_prefix(MAGIC).ok_or_else(damaged)?;
    let (version, rest) = rest.split_first_chunk().ok_or_else(damaged)?;
    let found = u16::from_le_bytes(*version);
    if found != VERSION {
        return Err(Error::Version {
            expected,
            found,
            known: VERSION,
        });
    }
    let ([id, zero], rest) = rest.split_first_chunk().ok_or_else(damaged)?;
    if *id != kind.id() || *zero != 0 {
        return Err(Error::Kind {
            expected,
            found: crate::codec::name_of(*id),
        });
    }
    let (memory, rest) = number(rest).ok_or_else(damaged)?;
    let (passes, rest) = number(rest).ok_or_else(damaged)?;
    let (lanes, rest) = number(rest).ok_or_else(damaged)?;
    let (salt, rest) = rest.split_first_chunk::<16>().ok_or_else(damaged)?;
    let (nonce, sealed) = rest.split_first_chunk::<24>().ok_or_else(damaged)?;
    let cost = Cost {
        memory,
        passes,
        lanes,
    };
    let key = cost.derive(passphrase, salt)?;
    let payload = Payload {
        msg: sealed,
        aad: file.get(..file.len() - sealed.len()).unwrap_or_default(),
    };
    XChaCha20Poly1305::new((&*key).into())
        .decrypt(&XNonce::from(*nonce), payload)
        .map(Zeroizing::new)
        .map_err(|_| Error::Passphrase { expected })
}

fn number(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (first, rest) = bytes.split_first_chunk()?;
    Some((u32::from_le_bytes(*first), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_changed_byte_is_refused() {
        let kind = Sealed::SecretKey;
        let file = close(kind, b"the secret", b"phrase", Cost::CHEAP).unwrap();
        assert_eq!(*open(kind, &file, b"phrase").unwrap(), b"the secret");
        assert!(open(Sealed::HashKey, &file, b"phrase").is_err());
        assert!(open(kind, &file, b"other").is_err());
        // A changed cost may be in its bounds and slow, so one that is out of them is tried below.
        for at in (0..file.len()).filter(|at| !(12..24).contains(at)) {
            let mut changed = file.clone();
            changed[at] ^= 1;
            assert!(open(kind, &changed, b"phrase").is_err(), "byte {at}");
        }
        for cut in 0..file.len() {
            assert!(open(kind, &file[..cut], b"phrase").is_err(), "cut at {cut}");
        }
        let mut greedy = file;
        greedy[12..16].copy_from_slice(&u32::MAX.to_le_bytes());
        assert!(matches!(
            open(kind, &greedy, b"phrase"),
            Err(Error::SealCost { .. })
        ));
    }
}
