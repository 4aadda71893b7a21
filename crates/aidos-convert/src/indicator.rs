//! Indicators of compromise out of free text: reports, mails, logs.
//!
//! [`scan`] walks a text once. A word is looked at only when its bytes can begin something, so most of a text costs one
//! look-up a byte; what is found is checked by hand-written readers (octets, labels, checksums), not by a search for
//! patterns. Defanged spellings (`hxxp`, `[.]`, `(at)`, ` dot `, invisible characters) are read as what they mean, and the
//! place is that of the spelling.
//!
//! - Finds are in order and disjoint: a URL is one find, its host and the names in its path are not found again.
//! - Private and reserved values are kept and marked by [`Reach`]: whoever makes rules of them decides.
//! - A value may not go over a line end. A line longer than 64 KiB is cut at a blank, by its content alone, so that
//!   finds do not depend on the pieces in which a text arrives ([`Scanner`]).
//!
//! What looks alike and is none: version numbers (`v1.2.3.4`, `Chrome/120.0.0.0`), names of files (`readme.md`), fields and
//! methods of code (`user.name`, `list.in(`), dates, products (`ASP.NET`), words without the blank between sentences
//! (`done.In`).

mod hash;
mod host;
mod name;
mod path;
mod pattern;
mod refang;
mod scanner;
mod tally;
mod url;
mod walk;

use std::borrow::Cow;

#[cfg(test)]
pub(crate) use host::network_of;
pub(crate) use host::whole_value;
pub use host::{host_of_url, reach_of};
pub use pattern::{pattern_of, values_of, whole_hive};
pub use refang::{defang, refang};
pub use scanner::{Scanner, scan};
pub use tally::{Tallied, Tally};

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// An IPv4 address.
    Ipv4,
    /// An IPv6 address, in the spelling of RFC 5952.
    Ipv6,
    /// An IPv4 or IPv6 network, `address/bits`.
    Cidr,
    /// A domain name, lower case, its labels in ASCII.
    Domain,
    /// A URL, scheme and host in lower case.
    Url,
    /// An address of e-mail, its domain in lower case.
    Email,
    /// An MD5 digest, lower case.
    Md5,
    /// A SHA-1 digest, lower case.
    Sha1,
    /// A SHA-256 digest, lower case.
    Sha256,
    /// A SHA-512 digest, lower case.
    Sha512,
    /// A fuzzy hash of ssdeep.
    Ssdeep,
    /// A fingerprint of a TLS client that the text calls JA3.
    Ja3,
    /// A fingerprint of a TLS server that the text calls JA3S.
    Ja3s,
    /// A fingerprint of a TLS server that the text calls JARM.
    Jarm,
    /// A vulnerability, `CVE-2024-3400`.
    Cve,
    /// An autonomous system, `AS15139`.
    Asn,
    /// A hardware address, pairs with colons.
    Mac,
    /// A technique of MITRE ATT&CK, `T1059.001`.
    Technique,
    /// A key of the Windows registry.
    RegistryKey,
    /// A path of a file, of Windows or of Unix.
    FilePath,
    /// A name of a file.
    FileName,
    /// An address of Bitcoin whose checksum holds.
    Bitcoin,
}

impl Kind {
    /// Each of them, in the order of their declaration.
    pub const ALL: [Self; 22] = [
        Self::Ipv4,
        Self::Ipv6,
        Self::Cidr,
        Self::Domain,
        Self::Url,
        Self::Email,
        Self::Md5,
        Self::Sha1,
        Self::Sha256,
        Self::Sha512,
        Self::Ssdeep,
        Self::Ja3,
        Self::Ja3s,
        Self::Jarm,
        Self::Cve,
        Self::Asn,
        Self::Mac,
        Self::Technique,
        Self::RegistryKey,
        Self::FilePath,
        Self::FileName,
        Self::Bitcoin,
    ];

    /// The word for it in output and in definitions of feeds.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ipv4 => "ipv4",
            Self::Ipv6 => "ipv6",
            Self::Cidr => "cidr",
            Self::Domain => "domain",
            Self::Url => "url",
            Self::Email => "email",
            Self::Md5 => "md5",
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
            Self::Ssdeep => "ssdeep",
            Self::Ja3 => "ja3",
            Self::Ja3s => "ja3s",
            Self::Jarm => "jarm",
            Self::Cve => "cve",
            Self::Asn => "asn",
            Self::Mac => "mac",
            Self::Technique => "technique",
            Self::RegistryKey => "registry-key",
            Self::FilePath => "file-path",
            Self::FileName => "file-name",
            Self::Bitcoin => "bitcoin",
        }
    }

    /// Reads the word.
    ///
    /// ```
    /// # use aidos_convert::indicator::Kind;
    /// assert_eq!(Kind::parse("sha256"), Some(Kind::Sha256));
    /// assert_eq!(Kind::parse("checksum"), None);
    /// ```
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// How far a value is known: who may own it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// Anybody's.
    #[default]
    Public,
    /// Of a network of one's own: RFC 1918, loopback, link-local, unique local, `.local`, `.internal` …
    Private,
    /// Set aside: documentation, benchmarks, multicast, `.example`, `.test`.
    Reserved,
}

impl Reach {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Private => "private",
            Self::Reserved => "reserved",
        }
    }
}

/// One value in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Find<'t> {
    /// What it is.
    pub kind: Kind,
    /// The value as its kind is spelled, refanged.
    pub value: Cow<'t, str>,
    /// Where its spelling begins, bytes from the start of the text.
    pub start: u64,
    /// How long its spelling is, bytes.
    pub len: usize,
    /// Whether the text spells it so that nobody clicks on it.
    pub defanged: bool,
    /// Who may own it.
    pub reach: Reach,
}

impl Find<'_> {
    /// The first byte behind the spelling.
    pub const fn end(&self) -> u64 {
        self.start + self.len as u64
    }
}

#[cfg(test)]
mod tests;
