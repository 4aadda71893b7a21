//! Encrypt and decrypt: AES-256-SIV (RFC 5297, crate `aes-siv`, not audited), deterministic and authenticated.
//!
//! A value becomes `enc-` and base32 of IV and ciphertext. The key is of the community and the type, so
//! an output moved to another type is refused. Before it is encrypted the value is filled up to a multiple of
//! 16 bytes (0x80, then zeros).
//!
//! Keeps: equality inside the community. Leaks: frequency and the length in steps of 16 bytes. Reversible:
//! whoever has the key reads everything, so use a narrowed key per case and throw it away when the case closes.
//! Idempotent: what decrypts under the key is left alone; another text does so with chance 2⁻¹²⁸.
//!
//! Presidio's `encrypt` is AES-CBC with a random IV and no authentication: nothing correlates, a changed
//! byte goes unnoticed, and a service that decrypts can be asked to decrypt everything (padding oracle). It is
//! not offered here, also not for reading: decrypt such texts with Presidio once and hide them anew.

use aes_siv::KeyInit;
use aes_siv::siv::Aes256Siv;
use zeroize::Zeroizing;

use super::Error;
use crate::key::CommunityKey;

/// What an encrypted value begins with.
pub(crate) const WORD: &str = "enc-";
const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// The value, encrypted: `enc-…`. What is encrypted under this key and kind already stays.
///
/// # Errors
/// None in practice: the cipher refuses only more than 126 headers.
///
/// ```
/// # use aidos_privacy::{key::CommunityKey, technique::encrypt::{decrypt, encrypt}};
/// let key = CommunityKey::from_bytes([7; 32]);
/// let hidden = encrypt("PERSON", "Ada Lovelace", &key)?;
/// assert_eq!(encrypt("PERSON", &hidden, &key)?, hidden);
/// assert_eq!(decrypt("PERSON", &hidden, &key)?, "Ada Lovelace");
/// assert!(decrypt("USER_NAME", &hidden, &key).is_err());
/// # Ok::<(), aidos_privacy::technique::Error>(())
/// ```
pub fn encrypt(kind: &str, value: &str, key: &CommunityKey) -> Result<String, Error> {
    if value.starts_with(WORD) && decrypt(kind, value, key).is_ok() {
        return Ok(value.to_owned());
    }
    let mut padded = Zeroizing::new(value.as_bytes().to_vec());
    padded.push(0x80);
    let length = padded.len().next_multiple_of(16);
    padded.resize(length, 0);
    let sealed = cipher(kind, key)
        .encrypt([kind.as_bytes()], &padded)
        .map_err(|_| Error::Shape {
            kind: kind.to_owned(),
            technique: "encrypt",
            reason: "the cipher refused it",
        })?;
    Ok(WORD.to_owned() + &letters(&sealed))
}

/// The value that [`encrypt`] hid.
///
/// # Errors
/// The text was not made by this key for this kind, or a character of it changed.
pub fn decrypt(kind: &str, hidden: &str, key: &CommunityKey) -> Result<String, Error> {
    let other = || Error::OtherKey {
        kind: kind.to_owned(),
        key: key.id().to_string(),
    };
    let sealed = hidden
        .strip_prefix(WORD)
        .and_then(bytes)
        .ok_or_else(other)?;
    let padded = cipher(kind, key)
        .decrypt([kind.as_bytes()], &sealed)
        .map(Zeroizing::new)
        .map_err(|_| other())?;
    let end = padded
        .iter()
        .rposition(|byte| *byte != 0)
        .ok_or_else(other)?;
    match padded.split_at_checked(end) {
        Some((value, [0x80, ..])) => String::from_utf8(value.to_vec()).map_err(|_| other()),
        _ => Err(other()),
    }
}

fn cipher(kind: &str, key: &CommunityKey) -> Aes256Siv {
    Aes256Siv::new((&*key.subkey::<64>("aes-siv", kind)).into())
}

/// Base32 of RFC 4648 in lower case without padding.
fn letters(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 8 / 5 + 1);
    let (mut bits, mut have) = (0_u32, 0_u32);
    let mut put = |index: u32| {
        text.extend(
            ALPHABET
                .get((index & 31) as usize)
                .map(|letter| char::from(*letter)),
        );
    };
    for byte in bytes {
        bits = ((bits << 8) | u32::from(*byte)) & 0xfff;
        have += 8;
        while have >= 5 {
            have -= 5;
            put(bits >> have);
        }
    }
    if have > 0 {
        put(bits << (5 - have));
    }
    text
}

/// The bytes of such a text; `None` for any other spelling, so that an output has one spelling.
fn bytes(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() * 5 / 8);
    let (mut bits, mut have) = (0_u32, 0_u32);
    for letter in text.bytes() {
        let value = ALPHABET.iter().position(|own| *own == letter)?;
        bits = ((bits << 5) | u32::try_from(value).ok()?) & 0xfff;
        have += 5;
        if have >= 8 {
            have -= 8;
            out.push(u8::try_from((bits >> have) & 0xff).ok()?);
        }
    }
    (letters(&out) == text).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::technique::testing::{hex, key};
    use aes_siv::siv::Aes128Siv;
    use proptest::prelude::*;

    /// RFC 5297, appendix A.1 and A.2.
    #[test]
    fn the_cipher_gives_the_published_vectors() {
        let key = hex("fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff");
        let mut siv = Aes128Siv::new(key.as_slice().try_into().unwrap());
        let sealed = siv
            .encrypt(
                [hex("101112131415161718191a1b1c1d1e1f2021222324252627")],
                &hex("112233445566778899aabbccddee"),
            )
            .unwrap();
        assert_eq!(
            sealed,
            hex("85632d07c6e8f37f950acd320a2ecc9340c02b9690c4dc04daef7f6afe5c")
        );
        let key = hex("7f7e7d7c7b7a79787776757473727170404142434445464748494a4b4c4d4e4f");
        let mut siv = Aes128Siv::new(key.as_slice().try_into().unwrap());
        let headers = [
            hex("00112233445566778899aabbccddeeffdeaddadadeaddadaffeeddccbbaa99887766554433221100"),
            hex("102030405060708090a0"),
            hex("09f911029d74e35bd84156c5635688c0"),
        ];
        let plain = hex(
            "7468697320697320736f6d6520706c61696e7465787420746f20656e6372797074207573696e67205349562d414553",
        );
        assert_eq!(
            siv.encrypt(headers, &plain).unwrap(),
            hex(
                "7bdb6e3b432667eb06f4d14bff2fbd0fcb900f2fddbe404326601965c889bf17dba77ceb094fa663b7a3f748ba8af829ea64ad544a272e9c485b62a3fd5c0d"
            )
        );
    }

    proptest! {
        #[test]
        fn decrypting_gives_the_value(value: String, kind: String) {
            let hidden = encrypt(&kind, &value, &key(1)).unwrap();
            prop_assert_eq!(decrypt(&kind, &hidden, &key(1)).unwrap(), value);
            prop_assert_eq!(&encrypt(&kind, &hidden, &key(1)).unwrap(), &hidden);
            prop_assert!(decrypt(&kind, &hidden, &key(2)).is_err());
        }

        #[test]
        fn base32_is_one_to_one(sealed: Vec<u8>, text in "[a-z2-7]{0,12}") {
            prop_assert_eq!(bytes(&letters(&sealed)), Some(sealed));
            if let Some(read) = bytes(&text) {
                prop_assert_eq!(letters(&read), text);
            }
        }

        #[test]
        fn any_text_is_refused_or_read(text: String) {
            let claimed = format!("enc-{text}");
            let read = decrypt("X", &claimed, &key(1));
            prop_assert!(read.is_err());
        }
    }
}
