//! Hash: a value becomes hexadecimal digits.
//!
//! [`Keyed`] is ours: HMAC-SHA-256 under a key of the community and the type. Keeps: equality inside the
//! community. Leaks: frequency; nothing to who has no key, but everything to a dictionary of who has it.
//!
//! [`Salted`] is Presidio's operator `hash`, for parity: SHA-256 or SHA-512 over the text and then the salt.
//! Who knows the salt tries a dictionary, and small types (telephone numbers, addresses of IPv4) fall in
//! seconds. Presidio draws a new salt for each value unless one is given, so nothing correlates then; here
//! the salt is always given.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256, Sha512};

use super::{Error, fold, hex as digits, token::Tokens};
use crate::key::{CommunityKey, mac};

/// Which function [`Salted`] uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Function {
    /// 64 hexadecimal digits.
    #[default]
    Sha256,
    /// 128 hexadecimal digits.
    Sha512,
}

/// Presidio's `hash`: function(text ‖ salt), lower-case hexadecimal.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Salted {
    /// The function; SHA-256 when left out.
    #[serde(default)]
    pub function: Function,
    /// At least 16 bytes, as Presidio asks.
    pub salt: String,
}

impl fmt::Debug for Salted {
    /// Without the salt: who has it tries a dictionary.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Salted")
            .field("function", &self.function)
            .finish_non_exhaustive()
    }
}

impl Salted {
    /// The digest of a value.
    ///
    /// # Errors
    /// A salt below 16 bytes.
    pub fn apply(&self, value: &str) -> Result<String, Error> {
        if self.salt.len() < 16 {
            return Err(Error::Parameter {
                technique: "salted",
                reason: "the salt is shorter than 16 bytes; give a longer one",
            });
        }
        let parts = [value.as_bytes(), self.salt.as_bytes()];
        Ok(match self.function {
            Function::Sha256 => digits(
                &parts
                    .iter()
                    .fold(Sha256::new(), Digest::chain_update)
                    .finalize(),
            ),
            Function::Sha512 => digits(
                &parts
                    .iter()
                    .fold(Sha512::new(), Digest::chain_update)
                    .finalize(),
            ),
        })
    }
}

/// HMAC-SHA-256 of the folded value: 28 bytes of it and 4 of a tag, as 64 hexadecimal digits.
///
/// The tag makes a digest known to the key's holders, so that hashing it again gives it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keyed;

impl Keyed {
    /// The digest of a value of this kind.
    pub fn apply(self, kind: &str, value: &str, key: &CommunityKey) -> String {
        let tag_key = key.subkey("hash tag", kind);
        let tag = |body: &str| {
            digits(
                mac(&tag_key, &[body.as_bytes()])
                    .get(..4)
                    .unwrap_or_default(),
            )
        };
        if let Some((body, end)) = value.split_at_checked(56)
            && value.len() == 64
            && end == tag(body)
        {
            return value.to_owned();
        }
        let digest = mac(&key.subkey("hash", kind), &[fold(value).as_bytes()]);
        let body = digits(digest.get(..28).unwrap_or_default());
        let end = tag(&body);
        body + &end
    }
}

/// The token of a whole value of a kind without structure.
pub(super) fn whole(kind: &str, word: &str, value: &str, key: &CommunityKey) -> String {
    let tokens = Tokens::new(key, kind);
    if tokens.holds_worded(word, value) {
        return value.to_owned();
    }
    tokens.worded(word, &[fold(value).as_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::technique::testing::key;

    /// Made with presidio-anonymizer 2.2.366: `Hash().operate(text, {"hash_type": …, "salt": …})`.
    #[test]
    fn salted_is_what_presidio_writes() {
        let salted = |function| Salted {
            function,
            salt: "0123456789abcdef".to_owned(),
        };
        for (function, text, digest) in PRESIDIO {
            assert_eq!(salted(*function).apply(text).unwrap(), *digest, "{text}");
        }
        let short = Salted {
            function: Function::Sha256,
            salt: "short".to_owned(),
        };
        assert!(short.apply("x").is_err());
        assert!(!format!("{short:?}").contains("short"));
    }

    const PRESIDIO: &[(Function, &str, &str)] = &[
        (
            Function::Sha256,
            "Ada Lovelace",
            "50925537ba4e57f176a8d7432d686f3b6bff6be55b5bbce96fef199c1aa161fa",
        ),
        (
            Function::Sha256,
            "Γιώργος",
            "fe2a7e63cc439f8fd6997b98daf1942387558d294b1c88e40a3f910520d76c77",
        ),
        (
            Function::Sha256,
            "",
            "9f9f5111f7b27a781f1f1ddde5ebc2dd2b796bfc7365c9c28b548e564176929f",
        ),
        (
            Function::Sha256,
            "10.0.0.1",
            "d8b06ec262ef2dbbd9d3663378231021d21d29a9db425b845fd6a17e883202d8",
        ),
        (
            Function::Sha512,
            "Ada Lovelace",
            "00fbe5e3225f565f2e5114f1a0f36c32186e9eaa60ff72f436ac45d77916b0870c99fdb5ec0b615747befa44cba1f03f5a181f1e68357746b8109f131f44e89e",
        ),
        (
            Function::Sha512,
            "Γιώργος",
            "7ffeba86fa9667e88c3b2b373d18a73e6a4c9c7d3334273d58c89cfc61f1d382da3a7e8a1cb5d3969d2816e12fcb662edba1b250ab140c0e8e4d26b8f4588154",
        ),
        (
            Function::Sha512,
            "",
            "1c043fbe4bca7c7920dae536c680fd44c15d71ec12cd82a2a9491b0043b57f4d0b8905985e85ad13831ee6d39e55a54e8f808cc82c41a0582931bbc0c0221d60",
        ),
        (
            Function::Sha512,
            "10.0.0.1",
            "657061c22c8cb001215e1c3a5511c7674313dd23ae4db0d53ba4f4a081f04be9dc251f1bf48e4f2f6ad45bec97b7ff2f6609370293d0de59d57e5e2c46c29a5b",
        ),
    ];

    #[test]
    fn keyed_hashes_once() {
        let once = Keyed.apply("PERSON", "Ada  Lovelace", &key(1));
        assert_eq!(once.len(), 64);
        assert_eq!(Keyed.apply("PERSON", &once, &key(1)), once);
        assert_eq!(Keyed.apply("PERSON", "ada lovelace", &key(1)), once);
        assert_ne!(Keyed.apply("USER_NAME", "ada lovelace", &key(1)), once);
        assert_ne!(Keyed.apply("PERSON", "ada lovelace", &key(2)), once);
        assert_ne!(Keyed.apply("PERSON", &once, &key(2)), once);
    }
}
