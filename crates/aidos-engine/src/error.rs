//! What can end a job, and the exit code that says so.

use std::io;
use std::path::{Path, PathBuf};

/// What ended a job. Damaged rows and refused inputs are no errors: they are counted and listed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file of ours cannot be written or read back.
    #[error("cannot {deed} `{}`: {source}{}", path.display(), hint(source))]
    File {
        /// What was tried: `write`, `create`, `read`.
        deed: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// The finished case is of other inputs or options.
    #[error(
        "case `{case}` in `{}` is of other inputs or options; choose another name with --case, or \
         replace it with --force", folder.display()
    )]
    OtherCase {
        /// Its name.
        case: String,
        /// Its folder.
        folder: PathBuf,
    },
    /// The begun case is of other inputs or options.
    #[error(
        "case `{case}` was begun with other inputs or options ({what} differs); begin anew by leaving \
         out --resume"
    )]
    CannotResume {
        /// Its name.
        case: String,
        /// What differs.
        what: &'static str,
    },
    /// Another process works on the case.
    #[error(
        "case `{case}` is being worked on by another process; wait for it, or choose another --case"
    )]
    Busy {
        /// Its name.
        case: String,
    },
    /// No such provider.
    #[error(
        "no provider is called `{name}`; `aidos providers` lists them, a mapping file adds one"
    )]
    NoProvider {
        /// The name that was given.
        name: String,
    },
    /// The lines given to a step are no entries.
    #[error("line {line} of the input: {what}")]
    NotEntries {
        /// Line from 1.
        line: u64,
        /// Why.
        what: String,
    },
    /// Somebody asked to stop.
    #[error("stopped on request; what is done is kept, go on with --resume")]
    Cancelled,
    /// An option has a value that does not fit.
    #[error("{0}")]
    Usage(String),
    /// A thread panicked: a bug of ours.
    #[error("a worker failed unexpectedly; this is a bug, please report it with the input's kind")]
    Worker,
}

fn hint(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "; free space and go on with --resume"
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "; choose a folder that you may write to with --out"
        }
        _ => "",
    }
}

impl Error {
    /// Wraps an I/O error with its deed and file.
    pub(crate) fn file(deed: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::File {
            deed,
            path: path.to_owned(),
            source,
        }
    }

    /// The exit code of a process that ends with this error.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Usage(_) | Self::NoProvider { .. } => Exit::Usage,
            Self::Cancelled => Exit::Cancelled,
            _ => Exit::Failed,
        }
    }
}

/// How a process of Aidos ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done, also with rejected rows.
    Done = 0,
    /// Failed, or a whole input was refused.
    Failed = 1,
    /// The command line or the configuration is wrong.
    Usage = 2,
    /// A person is needed, or `--fail-on` found what it names.
    NeedsPerson = 3,
    /// Refused by policy.
    Refused = 4,
    /// A partner or the network failed.
    Partner = 5,
    /// Interrupted by Ctrl-C or a signal (128 + SIGINT, as shells say it).
    Cancelled = 130,
}
