//! A master key at rest: sealed under a passphrase, as bytes that the caller writes to a file (mode 0600).
//!
//! ```text
//! "AIDOSKEY" 1 | m u32 | t u32 | p u32 | salt 16 | nonce 24 | XChaCha20-Poly1305(master 32) + tag 16
//! ```
//!
//! The key of the cipher is Argon2id (RFC 9106, version 0x13) of passphrase and salt with `m` KiB, `t` passes
//! and `p` lanes; numbers are little-endian. All that stands before the ciphertext is authenticated with it,
//! so a changed byte anywhere is refused. `chacha20poly1305` was audited (NCC Group, 2020, an earlier version),
//! `argon2` was not.
//!
//! What it leaks: that it is such a file, and its costs. Who has the file can guess passphrases offline, as
//! slowly as the costs make it.

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use super::MasterKey;
use crate::technique::Error;

const MAGIC: &[u8; 9] = b"AIDOSKEY\x01";
const HEADER: usize = MAGIC.len() + 12 + 16 + 24;

/// What a guess of the passphrase costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Memory in KiB, 8,192 to 1,048,576.
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
    /// Bounds hold for foreign files too: one of them must not make this process ask for all memory.
    fn is_sane(self) -> bool {
        (8_192..=1_048_576).contains(&self.memory)
            && (1..=16).contains(&self.passes)
            && (1..=16).contains(&self.lanes)
    }

    fn derive(self, passphrase: &[u8], salt: &[u8]) -> Result<Zeroizing<[u8; 32]>, Error> {
        let refused = |_| Error::KeyCost {
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

/// Seals a master key under a passphrase. `salt` and `nonce` are fresh randomness for every call.
///
/// # Errors
/// Costs out of their bounds.
///
/// ```
/// # use aidos_privacy::key::{seal, MasterKey};
/// let cost = seal::Cost { memory: 8_192, passes: 1, lanes: 1 }; // a test's cost
/// let file = seal::close(&MasterKey::from_bytes([7; 32]), b"a phrase", [1; 16], [2; 24], cost)?;
/// assert!(seal::open(&file, b"another").is_err());
/// assert_eq!(seal::open(&file, b"a phrase")?.id(), MasterKey::from_bytes([7; 32]).id());
/// # Ok::<(), aidos_privacy::technique::Error>(())
/// ```
pub fn close(
    master: &MasterKey,
    passphrase: &[u8],
    salt: [u8; 16],
    nonce: [u8; 24],
    cost: Cost,
) -> Result<Vec<u8>, Error> {
    let key = cost.derive(passphrase, &salt)?;
    let mut file = Vec::with_capacity(HEADER + 48);
    file.extend_from_slice(MAGIC);
    for number in [cost.memory, cost.passes, cost.lanes] {
        file.extend_from_slice(&number.to_le_bytes());
    }
    file.extend_from_slice(&salt);
    file.extend_from_slice(&nonce);
    let payload = Payload {
        msg: master.bytes(),
        aad: &file,
    };
    let sealed = XChaCha20Poly1305::new((&*key).into())
        .encrypt(&XNonce::from(nonce), payload)
        .map_err(|_| Error::KeyFile)?;
    file.extend_from_slice(&sealed);
    Ok(file)
}

/// Opens what [`close`] made.
///
/// # Errors
/// No such file, costs out of their bounds, or a wrong passphrase or a changed byte: which of the two last
/// cannot be told.
pub fn open(file: &[u8], passphrase: &[u8]) -> Result<MasterKey, Error> {
    let (header, sealed) = file.split_at_checked(HEADER).ok_or(Error::KeyFile)?;
    let rest = header.strip_prefix(MAGIC).ok_or(Error::KeyFile)?;
    let (memory, rest) = number(rest)?;
    let (passes, rest) = number(rest)?;
    let (lanes, rest) = number(rest)?;
    let (salt, nonce) = rest.split_at_checked(16).ok_or(Error::KeyFile)?;
    let nonce: [u8; 24] = nonce.try_into().map_err(|_| Error::KeyFile)?;
    let cost = Cost {
        memory,
        passes,
        lanes,
    };
    let key = cost.derive(passphrase, salt)?;
    let payload = Payload {
        msg: sealed,
        aad: header,
    };
    let opened = XChaCha20Poly1305::new((&*key).into())
        .decrypt(&XNonce::from(nonce), payload)
        .map(Zeroizing::new)
        .map_err(|_| Error::Passphrase)?;
    let bytes: [u8; 32] = opened.as_slice().try_into().map_err(|_| Error::KeyFile)?;
    Ok(MasterKey::from_bytes(bytes))
}

fn number(bytes: &[u8]) -> Result<(u32, &[u8]), Error> {
    let (first, rest) = bytes.split_first_chunk().ok_or(Error::KeyFile)?;
    Ok((u32::from_le_bytes(*first), rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::technique::testing::hex;

    const CHEAP: Cost = Cost {
        memory: 8_192,
        passes: 1,
        lanes: 1,
    };

    /// RFC 9106, section 5.3 (with secret and associated data, which a key file does not use).
    #[test]
    fn argon2id_gives_the_published_vector() {
        let mut params = argon2::ParamsBuilder::new();
        params
            .m_cost(32)
            .t_cost(3)
            .p_cost(4)
            .data(argon2::AssociatedData::new(&[4; 12]).unwrap());
        let context = Argon2::new_with_secret(
            &[3; 8],
            Algorithm::Argon2id,
            Version::V0x13,
            params.build().unwrap(),
        );
        let mut out = [0; 32];
        context
            .unwrap()
            .hash_password_into(&[1; 32], &[2; 16], &mut out)
            .unwrap();
        assert_eq!(
            out.to_vec(),
            hex("0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659")
        );
    }

    #[test]
    fn any_changed_byte_is_refused() {
        let master = MasterKey::from_bytes([5; 32]);
        let file = close(&master, b"phrase", [1; 16], [2; 24], CHEAP).unwrap();
        assert_eq!(open(&file, b"phrase").unwrap().id(), master.id());
        // A changed cost may be in bounds and slow, so its bytes are changed to what is out of them.
        for at in (0..file.len())
            .filter(|at| !(9..21).contains(at))
            .step_by(5)
        {
            let mut changed = file.clone();
            changed[at] ^= 1;
            assert!(open(&changed, b"phrase").is_err(), "byte {at}");
        }
        for cut in [0, 8, 9, 20, HEADER, file.len() - 1] {
            assert!(open(&file[..cut], b"phrase").is_err(), "cut at {cut}");
        }
        let mut greedy = file;
        greedy[9..13].copy_from_slice(&u32::MAX.to_le_bytes());
        assert!(matches!(
            open(&greedy, b"phrase"),
            Err(Error::KeyCost { .. })
        ));
    }
}
