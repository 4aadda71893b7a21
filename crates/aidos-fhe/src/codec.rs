//! The files: what they say of themselves, and what is refused of them.
//!
//! ```text
//! header 192 bytes | manifests 352 each | records, all of one size | a BLAKE3 hash for each record | signer 32 | signature 64
//! ```
//!
//! The header says kind, parameter set and counts; these alone give the exact length of the file, so nothing is
//! allocated that the file does not have. Only a result and hits have manifests: of the query and the lists they came
//! from. The hash of a record covers its number, so records cannot change places. The root is a hash over header,
//! manifests and the hash of all hashes, the signature (Ed25519, strict) over the root. A reader takes
//! the end first: header, hashes and signature are checked before the first record is looked at, each record
//! before it is used. Numbers are little-endian; coefficients are packed at the width of their modulus, in the
//! transform of `fhe-math` 0.1.1, limb after limb.
//!
//! Hashes protect against accidents alone; against people it is the signature, with the signer pinned.

mod artefact;
mod header;
mod manifest;
pub(crate) mod pack;
mod plan;
mod sign;
mod source;
mod writer;

pub use artefact::Artefact;
pub use header::{HEADER, Header};
pub(crate) use header::{MOST_PARENTS, is_name};
pub use manifest::Manifest;
pub use plan::{Maker, Plan, Progress};
pub use sign::{Signer, SignerId};
pub use source::Source;
pub use writer::{Draft, OTHER_PLAN};
pub(crate) use writer::{Seal, Writer, digest};

/// The first bytes of every file.
pub(crate) const MAGIC: &[u8; 8] = b"AIDOSFHE";

/// The version of all that is written here.
pub(crate) const VERSION: u16 = 1;

/// What kind of file it is, among those that leave their maker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// For those who encrypt.
    PublicKey,
    /// For the server: the public key and the relinearisation key.
    EvaluationKey,
    /// Powers of the values of a query.
    Query,
    /// Coefficients of the polynomials of a list.
    List,
    /// What the server computed.
    Result,
    /// Bits.
    Hits,
    /// Of a session that makes a joint key: a commitment to a random contribution.
    Commitment,
    /// The contribution opened, and a commitment to the shares of the key.
    Opening,
    /// A party's shares of the public key and of the first round of the relinearisation key.
    FirstRound,
    /// A party's shares of the second round.
    SecondRound,
    /// What a party adds to a result, without which it does not decrypt.
    Share,
}

/// What kind of secret a sealed file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sealed {
    SecretKey,
    HashKey,
    QueryMap,
    Signer,
    SecretShare,
    Party,
    Segments,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 11] = [
        Self::PublicKey,
        Self::EvaluationKey,
        Self::Query,
        Self::List,
        Self::Result,
        Self::Hits,
        Self::Commitment,
        Self::Opening,
        Self::FirstRound,
        Self::SecondRound,
        Self::Share,
    ];

    fn id(self) -> u8 {
        match self {
            Self::PublicKey => 1,
            Self::EvaluationKey => 2,
            Self::Query => 3,
            Self::List => 4,
            Self::Result => 5,
            Self::Hits => 6,
            Self::Commitment => 7,
            Self::Opening => 8,
            Self::FirstRound => 9,
            Self::SecondRound => 10,
            Self::Share => 11,
        }
    }

    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::PublicKey => "public key",
            Self::EvaluationKey => "evaluation key",
            Self::Query => "encrypted query",
            Self::List => "encrypted list",
            Self::Result => "encrypted result",
            Self::Hits => "hits",
            Self::Commitment => "commitment",
            Self::Opening => "opening",
            Self::FirstRound => "key share of the first round",
            Self::SecondRound => "key share of the second round",
            Self::Share => "share of a result",
        }
    }
}

impl Sealed {
    const ALL: [Self; 7] = [
        Self::SecretKey,
        Self::HashKey,
        Self::QueryMap,
        Self::Signer,
        Self::SecretShare,
        Self::Party,
        Self::Segments,
    ];

    pub(crate) fn id(self) -> u8 {
        match self {
            Self::SecretKey => 129,
            Self::HashKey => 130,
            Self::QueryMap => 131,
            Self::Signer => 132,
            Self::SecretShare => 133,
            Self::Party => 134,
            Self::Segments => 135,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::SecretKey => "secret key",
            Self::HashKey => "hash key",
            Self::QueryMap => "map of a query",
            Self::Signer => "signer key",
            Self::SecretShare => "secret share",
            Self::Party => "state of a session",
            Self::Segments => "segments of a list",
        }
    }
}

/// What the file that begins with these bytes says it is, and whether it is sealed; none if it is no file of this crate.
pub fn identify(start: &[u8]) -> Option<(&'static str, Option<Kind>)> {
    let [_, _, id, ..] = start.strip_prefix(MAGIC)? else {
        return None;
    };
    let kind = Kind::ALL.into_iter().find(|kind| kind.id() == *id);
    Some((name_of(*id), kind))
}

/// What a file with this number in its header is.
pub(crate) fn name_of(id: u8) -> &'static str {
    let open = Kind::ALL.into_iter().find(|kind| kind.id() == id);
    let sealed = Sealed::ALL.into_iter().find(|kind| kind.id() == id);
    open.map(Kind::name)
        .or(sealed.map(Sealed::name))
        .unwrap_or("file of an unknown kind")
}
