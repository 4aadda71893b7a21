//! `aidos match`: the roles of encrypted correlation over files.
//!
//! The mathematics is `aidos-fhe`, which opens nothing. Here values are read, keys are sealed and opened, files are written
//! whole or not at all and gone on with after an interruption, signers are compared, and what was asked of a list is
//! counted.

mod explain;
mod file;
mod joint;
mod json;
mod ledger;
mod outcome;
mod roles;
mod segments;
mod signer;
mod values;

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::Error;
use crate::progress::{Cancel, Progress};

pub use aidos_fhe::codec::SignerId;
pub use aidos_fhe::normalise::Kind;
pub use aidos_fhe::{Fingerprint, ListOptions};
pub use explain::{Facts, explain, inspect};
pub use file::Scratch;
pub use joint::{Shared, Step, combine, dkg_commit, dkg_finish, dkg_step, share};
pub use ledger::DAILY;
pub use outcome::{Answer, Answers, Format, report};
pub use roles::{
    Correlated, Decrypted, Encrypted, correlate, decrypt, encrypt_list, encrypt_query, hash_key,
    keygen,
};
pub use segments::{Segmented, encrypt_segments};
pub use signer::{Signers, installation};
pub use values::{Left, Taken};

/// What every role has beside its files.
pub struct Desk<'a> {
    /// Where this installation keeps its signer and what it counts.
    pub folder: &'a Path,
    /// Whose signatures are accepted.
    pub signers: &'a Signers,
    /// The time, in seconds since 1970.
    pub now: u64,
    /// Threads to compute with.
    pub threads: usize,
    /// Who follows the work.
    pub progress: &'a dyn Progress,
    /// Who stops it.
    pub cancel: &'a Cancel,
}

/// What both data owners name to encrypt.
#[derive(Debug)]
pub struct Keys<'a> {
    /// The holder's public key.
    pub public_key: &'a Path,
    /// Its name, as the holder said it.
    pub holder: Fingerprint,
    /// What both owners share, sealed.
    pub hash_key: &'a Path,
    /// What opens that.
    pub passphrase: &'a [u8],
}

/// Where values come from.
#[derive(Debug, Default)]
pub struct Choice<'a> {
    /// The column of a table that holds them, by its name or its number from 1.
    pub column: Option<&'a str>,
    /// The column that holds their labels.
    pub labels: Option<&'a str>,
}

/// A file that was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Written {
    /// Its path.
    pub path: PathBuf,
    /// Its length in bytes.
    pub bytes: u64,
}

/// The type of this word.
///
/// # Errors
/// There is none.
pub fn kind(word: &str) -> Result<Kind, Error> {
    Kind::by_word(word).ok_or_else(|| {
        let words: Vec<&str> = Kind::ALL.iter().map(|kind| kind.word()).collect();
        Error::Usage(format!(
            "`{}` is no type of values; types are {}",
            word.escape_debug(),
            words.join(", ")
        ))
    })
}

/// An error of the library, about a file.
fn about(path: &Path) -> impl Fn(aidos_fhe::Error) -> Error + '_ {
    move |source| match source {
        aidos_fhe::Error::Stopped => Error::Cancelled,
        source => Error::Match {
            path: path.to_owned(),
            source: Box::new(source),
        },
    }
}
