//! How a value is hidden: each technique a file, one type over all of them.
//!
//! **Pseudonymous is not anonymous.** All techniques that keep a value apart from others (hash, encrypt,
//! pseudonym, ip, mac, digits, date) leave a person recognisable to who holds the key, knows enough of the
//! frequencies, or can plant values and read the release. Under the GDPR their outputs stay personal data.
//! What removes a person is redaction, generalisation with measured k, l and t ([`anonymity`]), and the
//! destruction of the key.
//!
//! | technique | keeps | leaks | back with the key | twice is once |
//! |---|---|---|---|---|
//! | keep | all | all | is the value | yes |
//! | redact | nothing | that something stood there | no | yes |
//! | replace | the type | that something stood there | no | yes |
//! | mask | length, unmasked characters | these | no | yes |
//! | hash | equality | frequency | no | yes (salted: no) |
//! | encrypt | equality | frequency, length to 16 bytes | yes | yes |
//! | pseudonym | equality, structure | frequency, structure | no | yes (IP inside: no) |
//! | ip | subnets, special ranges | frequency, prefixes; planted values | yes | no |
//! | mac | vendor | frequency, vendor | yes | no |
//! | digits | format, valid check digits | frequency; dictionary where few | yes | no |
//! | date | order, gaps, clock pattern in part | one known date undoes its subject | yes | no |
//! | generalise | a band | the band | no | yes |
//! | custom | what the template says | frequency | no | yes |
//!
//! **Twice.** Anonymising what is anonymised must change nothing. Tokens carry a short keyed tag, so with the
//! key they are known for what they are. An output that keeps the format of its input (an address, a card
//! number, a date) has no room for a tag: by the value alone it cannot be told. For these a caller keeps a
//! [`Ledger`] of a document's outputs, or better a [`Seal`](ledger::seal) over the whole document: a document whose seal holds is
//! left alone as a whole.
//!
//! Not audited by anyone: `fpe`, `aes-siv`, `ipcrypt-rs`, `argon2`, and the permutation of small domains here.

#![cfg_attr(not(test), warn(clippy::indexing_slicing))]

pub mod anonymity;
pub mod custom;
pub mod date;
pub mod digits;
pub mod encrypt;
mod error;
pub mod generalise;
pub mod hash;
pub mod ip;
pub mod ledger;
pub mod mac;
pub mod mask;
mod permute;
pub mod pseudonym;
#[cfg(test)]
pub(crate) mod testing;
mod token;

use serde::{Deserialize, Serialize};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

pub use error::Error;
pub use ledger::Ledger;

use crate::key::CommunityKey;

/// How a value is hidden, with its parameters, as a policy names it.
///
/// ```
/// # use aidos_privacy::{key::CommunityKey, technique::Technique};
/// let key = CommunityKey::from_bytes([7; 32]);
/// let hidden = Technique::Pseudonym.apply("PERSON", "Ada Lovelace", &key)?;
/// assert!(hidden.text.starts_with("person-") && !hidden.reversible);
/// assert_eq!(Technique::Pseudonym.apply("PERSON", &hidden.text, &key)?, hidden);
/// # Ok::<(), aidos_privacy::technique::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "technique", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Technique {
    /// Leaves the value as it is: a decision, not an omission.
    Keep,
    /// Takes the value away. Presidio's `redact`.
    Redact,
    /// Writes a constant: `<PERSON>`, or what is given. Presidio's `replace`.
    Replace {
        /// What to write in place of the type in angle brackets.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        with: Option<String>,
    },
    /// Covers characters. Presidio's `mask`.
    Mask(mask::Mask),
    /// HMAC-SHA-256 under the key.
    Hash,
    /// Presidio's `hash` with a salt, for parity alone.
    Salted(hash::Salted),
    /// AES-SIV under the key; back with [`Technique::restore`].
    Encrypt,
    /// A stable token that keeps the structure of addresses and names.
    Pseudonym,
    /// Prefix-preserving encryption of IPv4 and IPv6.
    Ip,
    /// A hardware address that keeps its vendor.
    Mac,
    /// Format-preserving encryption of numbers, with right check digits.
    Digits(digits::Digits),
    /// A shift of dates by a keyed amount.
    Date(date::Shift),
    /// A wider value: a band, a prefix, a month.
    Generalise(generalise::Ladder),
    /// A template of one's own.
    Custom {
        /// The template, such as `{type}-{token:12}`.
        template: custom::Template,
    },
}

/// A value after a technique.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hidden {
    /// What stands in place of the value.
    pub text: String,
    /// Whether the key's holder can go back by [`Technique::restore`].
    pub reversible: bool,
}

impl Technique {
    /// The word by which a policy calls it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Redact => "redact",
            Self::Replace { .. } => "replace",
            Self::Mask(_) => "mask",
            Self::Hash => "hash",
            Self::Salted(_) => "salted",
            Self::Encrypt => "encrypt",
            Self::Pseudonym => "pseudonym",
            Self::Ip => "ip",
            Self::Mac => "mac",
            Self::Digits(_) => "digits",
            Self::Date(_) => "date",
            Self::Generalise(_) => "generalise",
            Self::Custom { .. } => "custom",
        }
    }

    /// Whether [`Technique::restore`] gives values back.
    pub fn is_reversible(&self) -> bool {
        matches!(
            self,
            Self::Keep | Self::Encrypt | Self::Ip | Self::Mac | Self::Digits(_) | Self::Date(_)
        )
    }

    /// Whether the output stands for one value that a holder of the key can find again, or is the value.
    ///
    /// Such outputs are pseudonymous at best. An irreversible release takes none of them: redact, replace,
    /// mask and generalise are left, and of these the last two only with [`anonymity`] measured.
    ///
    /// ```
    /// # use aidos_privacy::technique::Technique;
    /// assert!(Technique::Hash.is_linkable() && !Technique::Redact.is_linkable());
    /// ```
    pub fn is_linkable(&self) -> bool {
        !matches!(
            self,
            Self::Redact | Self::Replace { .. } | Self::Mask(_) | Self::Generalise(_)
        )
    }

    /// Whether hiding a hidden value gives it back by the value alone; else a [`Ledger`] is needed.
    ///
    /// `Pseudonym` says yes, with the exception that its module states.
    pub fn is_idempotent(&self) -> bool {
        !matches!(
            self,
            Self::Salted(_) | Self::Ip | Self::Mac | Self::Digits(_) | Self::Date(_)
        )
    }

    /// Hides a value of this kind (the detector's type: `PERSON`, `EMAIL_ADDRESS`, …).
    ///
    /// # Errors
    /// The value has not the shape that the technique needs, or a parameter is out of range. Nothing of the
    /// value is in the error. A caller that gets one redacts.
    pub fn apply(&self, kind: &str, value: &str, key: &CommunityKey) -> Result<Hidden, Error> {
        let text = match self {
            Self::Keep => value.to_owned(),
            Self::Redact => String::new(),
            Self::Replace { with } => match with.as_deref() {
                // Presidio takes an empty replacement for none.
                Some(text) if !text.is_empty() => text.to_owned(),
                _ => format!("<{kind}>"),
            },
            Self::Mask(mask) => mask.apply(value),
            Self::Hash => hash::Keyed.apply(kind, value, key),
            Self::Salted(salted) => salted.apply(value)?,
            Self::Encrypt => encrypt::encrypt(kind, value, key)?,
            Self::Pseudonym => pseudonym::pseudonym(kind, value, key),
            Self::Ip => {
                let ip = parse_ip(kind, value)?;
                ip::Addresses::new(key).hide(ip).to_string()
            }
            Self::Mac => mac::hide(kind, value, key)?,
            Self::Digits(digits) => digits.hide(kind, value, key)?,
            Self::Date(shift) => shift.hide(kind, value, key)?,
            Self::Generalise(ladder) => ladder.apply(kind, value)?,
            Self::Custom { template } => template.apply(kind, value, key),
        };
        Ok(Hidden {
            text,
            reversible: self.is_reversible(),
        })
    }

    /// The value that a hidden text stands for.
    ///
    /// Format-preserving techniques cannot tell their own outputs from others': any text of the right shape
    /// is turned back into something. Only what was hidden with the same technique, kind and key gives truth.
    ///
    /// # Errors
    /// The technique is one-way, or the text is none of its outputs under this key.
    pub fn restore(&self, kind: &str, hidden: &str, key: &CommunityKey) -> Result<String, Error> {
        match self {
            Self::Keep => Ok(hidden.to_owned()),
            Self::Encrypt => encrypt::decrypt(kind, hidden, key),
            Self::Ip => {
                let ip = parse_ip(kind, hidden)?;
                Ok(ip::Addresses::new(key).restore(ip).to_string())
            }
            Self::Mac => mac::restore(kind, hidden, key),
            Self::Digits(digits) => digits.restore(kind, hidden, key),
            Self::Date(shift) => shift.restore(kind, hidden, key),
            _ => Err(Error::OneWay {
                technique: self.name(),
            }),
        }
    }
}

/// Finds the tokens of a key in texts, of any kind: what a second pass leaves alone.
pub(crate) struct TokenFinder(token::Tokens);

impl TokenFinder {
    /// For the tokens of this key.
    pub(crate) fn new(key: &CommunityKey) -> Self {
        Self(token::Tokens::new(key, ""))
    }

    /// Whether a text is a token and nothing else.
    pub(crate) fn is_one(&self, text: &str) -> bool {
        self.find(text) == [(0, text.len())]
    }

    /// Start and end of each, in order, disjoint.
    pub(crate) fn find(&self, text: &str) -> Vec<(usize, usize)> {
        self.0.inside(text)
    }
}

fn parse_ip(kind: &str, value: &str) -> Result<std::net::IpAddr, Error> {
    value.trim().parse().map_err(|_| Error::Shape {
        kind: kind.to_owned(),
        technique: "ip",
        reason: "it is no address of IPv4 or IPv6",
    })
}

/// One spelling for all: compatibility forms, lower case, no marks on letters, single blanks.
pub(crate) fn fold(value: &str) -> String {
    let letters = value
        .nfkd()
        .filter(|letter| !is_combining_mark(*letter))
        .flat_map(char::to_lowercase)
        // The sigma at a word's end is the same letter.
        .map(|letter| if letter == 'ς' { 'σ' } else { letter })
        .collect::<String>();
    let words: Vec<&str> = letters.split_whitespace().collect();
    words.join(" ")
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|nibble| char::from_digit(u32::from(nibble), 16))
        .collect()
}

/// The word before the tokens of a kind.
fn word_of(kind: &str) -> String {
    let word = match kind {
        "PERSON" => "person",
        "USER_NAME" => "user",
        "HOST_NAME" | "DOMAIN_NAME" => "host",
        "EMAIL_ADDRESS" => "email",
        "ORGANIZATION" => "org",
        "LOCATION" => "place",
        "PHONE_NUMBER" => "phone",
        "IP_ADDRESS" => "ip",
        "MAC_ADDRESS" => "mac",
        "DATE_TIME" => "date",
        _ => "",
    };
    if !word.is_empty() {
        return word.to_owned();
    }
    let word: String = kind
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .take(16)
        .collect();
    if word.is_empty() {
        "value".to_owned()
    } else {
        word
    }
}
