//! What can end a transfer.

use std::io;
use std::path::{Path, PathBuf};

use aidos_model::Tlp;

use crate::http;
use crate::objects::Broken;

/// What ended a transfer. No variant holds a value of an object.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The partner cannot be asked, does not answer or says no.
    #[error(transparent)]
    Http(#[from] http::Error),
    /// The partner answered, and what was asked failed.
    #[error("{partner} says no to {deed}: {why}")]
    Partner {
        /// Its address.
        partner: String,
        /// What was asked.
        deed: String,
        /// What it said.
        why: String,
    },
    /// A file of ours cannot be written or read back.
    #[error("cannot {deed} `{}`: {source}", path.display())]
    File {
        /// What was tried.
        deed: &'static str,
        /// The file.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// A file is not what it should be.
    #[error("`{}` is not what was expected: {why}", path.display())]
    Form {
        /// The file.
        path: PathBuf,
        /// What is wrong, and the way out.
        why: String,
    },
    /// An event that no MISP would take.
    #[error("event {number} cannot be sent: {why}")]
    Event {
        /// Its number from 1.
        number: usize,
        /// What is missing.
        why: &'static str,
    },
    /// A bundle cannot be read.
    #[error("`{}`: {source}", path.display())]
    Bundle {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: Broken,
    },
    /// An object of a bundle cannot be read.
    #[error("`{}`, object {number}: {why}", path.display())]
    Object {
        /// The file.
        path: PathBuf,
        /// Its number from 1.
        number: usize,
        /// What is wrong.
        why: &'static str,
    },
    /// A released file is not the one that was released.
    #[error("`{}` is not what was released; run `aidos release check`", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// The release holds no bundle.
    #[error("the release of `{case}` holds no bundle.json; run the case again")]
    NoBundle {
        /// The case.
        case: String,
    },
    /// Objects carry a stricter label than the receiver takes.
    #[error(
        "{objects} objects are {label}, and the receiver takes {ceiling} at most; nothing was sent. Choose another \
         receiver, or say --ceiling {word} if this one is trusted with it", word = label.word()
    )]
    Label {
        /// The strictest label.
        label: Tlp,
        /// What the receiver takes.
        ceiling: Tlp,
        /// How many objects are above it.
        objects: u64,
    },
    /// Objects carry a marking that nobody knows.
    #[error(
        "{objects} objects carry marking `{id}`, which the bundle does not define; nothing was sent: an unknown label may \
         be the strictest"
    )]
    Marking {
        /// The marking.
        id: String,
        /// How many objects carry it.
        objects: u64,
    },
    /// The file that remembers earlier transfers cannot be used.
    #[error("`{}`: {why}; name another file with --state", path.display())]
    State {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
}

impl Error {
    /// Wraps an I/O error with its deed and file.
    pub(crate) fn file<'p>(
        deed: &'static str,
        path: &'p Path,
    ) -> impl FnOnce(io::Error) -> Self + 'p {
        move |source| Self::File {
            deed,
            path: path.to_owned(),
            source,
        }
    }

    /// Whether somebody called it off.
    pub fn is_stopped(&self) -> bool {
        matches!(self, Self::Http(http::Error::Stopped))
    }

    /// Whether the gate's rules say no.
    pub fn is_refusal(&self) -> bool {
        matches!(
            self,
            Self::Changed { .. }
                | Self::NoBundle { .. }
                | Self::Label { .. }
                | Self::Marking { .. }
        )
    }

    /// Whether partner or network are the cause.
    pub fn is_partners(&self) -> bool {
        match self {
            Self::Http(error) => !matches!(
                error,
                http::Error::Stopped
                    | http::Error::Address { .. }
                    | http::Error::Secret { .. }
                    | http::Error::Certificate { .. }
            ),
            Self::Partner { .. } => true,
            _ => false,
        }
    }
}
