//! When two values are the same: each type has one way to write a value, and both owners hash that.
//!
//! The rules are a profile with a number, which every file carries through the hash key, so that lists made by
//! different rules are never compared. Source of each: RFC 791 and 4291 (addresses), 4632 (prefixes), 1035 and
//! 5890 (names), 5321 (mail), 3986 (URLs).

mod name;
mod prefix;
mod url;

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use crate::set::{IP4_S1, STR_S1, Set};

pub use prefix::{MOST_ADDRESSES, Prefix, prefixes_of};

/// The number of the rules below.
pub(crate) const PROFILE: u8 = 1;

/// The type of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// IPv4 addresses.
    Ipv4,
    /// IPv6 addresses, in any spelling.
    Ipv6,
    /// IPv4 networks of 8, 12, 16 or 20 bits; see [`Prefix`].
    Cidr,
    /// Domain names: lower case, A-labels, no final dot.
    Domain,
    /// E-mail addresses: lower case on both sides, nothing taken out of the local part.
    Email,
    /// URLs: scheme and host in lower case, no default port, no fragment, no dot segments.
    Url,
    /// MD5, SHA-1, SHA-256 and SHA-512 of files, in hexadecimal digits.
    FileHash,
}

/// A value in the one way in which its type is written. Secret: it has no `Debug`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// An IPv4 address.
    Number(u32),
    /// Anything else, its type before it.
    Bytes(Vec<u8>),
}

impl Kind {
    /// All types.
    pub const ALL: [Self; 7] = [
        Self::Ipv4,
        Self::Ipv6,
        Self::Cidr,
        Self::Domain,
        Self::Email,
        Self::Url,
        Self::FileHash,
    ];

    pub(crate) fn id(self) -> u8 {
        match self {
            Self::Ipv4 => 1,
            Self::Ipv6 => 2,
            Self::Cidr => 3,
            Self::Domain => 4,
            Self::Email => 5,
            Self::Url => 6,
            Self::FileHash => 7,
        }
    }

    pub(crate) fn by_id(id: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.id() == id)
    }

    /// The parameter set in which lists of this type are compared.
    pub fn set(self) -> &'static Set {
        match self {
            Self::Ipv4 => &IP4_S1,
            _ => &STR_S1,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ipv4 => "IPv4 address",
            Self::Ipv6 => "IPv6 address",
            Self::Cidr => "network",
            Self::Domain => "domain name",
            Self::Email => "e-mail address",
            Self::Url => "URL",
            Self::FileHash => "hash of a file",
        }
    }

    /// The type's word on a command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ipv4 => "ipv4",
            Self::Ipv6 => "ipv6",
            Self::Cidr => "cidr",
            Self::Domain => "domain",
            Self::Email => "email",
            Self::Url => "url",
            Self::FileHash => "file-hash",
        }
    }

    /// The type of this word.
    pub fn by_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// A text as a value of this type. Blanks around it do not count.
    ///
    /// ```
    /// # use aidos_fhe::normalise::Kind;
    /// let a = Kind::Email.value(" Jane.Doe@Example.ORG")?;
    /// assert!(a == Kind::Email.value("jane.doe@example.org")?);
    /// assert!(Kind::Ipv4.value("203.0.113.256").is_err());
    /// # Ok::<(), &'static str>(())
    /// ```
    ///
    /// # Errors
    /// Why it is no value of this type, without the text.
    pub fn value(self, text: &str) -> Result<Value, &'static str> {
        let text = text.trim();
        let bytes = match self {
            Self::Ipv4 => {
                let address: Ipv4Addr = text
                    .parse()
                    .map_err(|_| "it is not four numbers of 0 to 255 with dots between")?;
                return Ok(Value::Number(address.into()));
            }
            Self::Ipv6 => {
                let address: Ipv6Addr = text.parse().map_err(|_| "it is no IPv6 address")?;
                if address.to_ipv4_mapped().is_some() {
                    return Err("it is an IPv4 address in IPv6; put it into an IPv4 list");
                }
                address.octets().to_vec()
            }
            Self::Cidr => return Prefix::parse(text)?.value(),
            Self::Domain => name::domain(text)?.into_bytes(),
            Self::Email => name::email(text)?.into_bytes(),
            Self::Url => url::url(text)?.into_bytes(),
            Self::FileHash => file_hash(text)?,
        };
        Ok(self.tagged(&bytes))
    }

    fn tagged(self, bytes: &[u8]) -> Value {
        let mut tagged = vec![self.id()];
        tagged.extend_from_slice(bytes);
        Value::Bytes(tagged)
    }
}

/// The bytes of a digest; its length says which it is.
fn file_hash(text: &str) -> Result<Vec<u8>, &'static str> {
    const DIGITS: &str = "it has other characters than hexadecimal digits";
    if !matches!(text.len(), 32 | 40 | 64 | 128) {
        return Err("it has not the 32, 40, 64 or 128 digits of MD5, SHA-1, SHA-256 or SHA-512");
    }
    let (pairs, _) = text.as_bytes().as_chunks::<2>();
    let digit = |byte: u8| char::from(byte).to_digit(16).ok_or(DIGITS);
    let byte =
        |[high, low]: [u8; 2]| u8::try_from(digit(high)? * 16 + digit(low)?).map_err(|_| DIGITS);
    pairs.iter().map(|pair| byte(*pair)).collect()
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_value_are_one() {
        for (kind, one, other) in [
            (Kind::Ipv4, "203.0.113.7", " 203.0.113.7\n"),
            (Kind::Ipv6, "2001:DB8:0:0::1", "2001:db8::0001"),
            (Kind::Cidr, "10.0.0.0/8", "10.1.2.3/8"),
            (Kind::Domain, "Example.COM.", "example.com"),
            (Kind::Email, "A@Example.com", "a@example.com"),
            (Kind::Url, "HTTP://Example.com:80", "http://example.com/#x"),
            (
                Kind::FileHash,
                "D41D8CD98F00B204E9800998ECF8427E",
                "d41d8cd98f00b204e9800998ecf8427e",
            ),
        ] {
            assert!(kind.value(one) == kind.value(other), "{kind}");
        }
    }

    #[test]
    fn types_do_not_mix() {
        let one = Kind::Domain.value("a.example");
        assert!(one != Kind::Url.value("http://a.example"));
        assert!(Kind::Ipv6.value("::ffff:1.2.3.4").is_err());
        for kind in Kind::ALL {
            assert!(kind.value("").is_err(), "{kind}");
            assert!(kind.value("\u{7f}").is_err(), "{kind}");
            assert_eq!(Kind::by_id(kind.id()), Some(kind));
        }
        assert_eq!(Kind::by_id(0), None);
    }
}
