//! What can end a job, and the exit code that says so.

use std::io;
use std::path::{Path, PathBuf};

use aidos_privacy::gate::Reason;

use crate::Summary;

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
    /// What remembers for services cannot be read or written.
    #[error(transparent)]
    Exchange(aidos_exchange::Error),
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
    /// A line given to a scan of texts is no request.
    #[error("line {line} of the input: {what}; expected {{\"id\": …, \"text\": \"…\"}}")]
    NotTexts {
        /// Line from 1.
        line: u64,
        /// Why.
        what: String,
    },
    /// Every input was refused, and each was told as it was met: there is nothing to make a case of.
    #[error(
        "cannot make case `{}`: nothing could be read of its inputs ({} refused); see above why, or ask \
         `aidos inspect`", summary.case, summary.refused.len()
    )]
    NothingRead {
        /// What was refused, and why; all counts are 0.
        summary: Box<Summary>,
    },
    /// A key file cannot be used.
    #[error("cannot use the key `{}`: {what}", path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// Why, and what to do.
        what: String,
    },
    /// The gate is closed.
    #[error("`{}` may not leave: {}", case.display(), all(reasons))]
    MayNotLeave {
        /// The case.
        case: PathBuf,
        /// Why.
        reasons: Vec<Reason>,
    },
    /// A file of encrypted correlation cannot be made or used.
    #[error("`{}`: {source}", path.display())]
    Match {
        /// The file.
        path: PathBuf,
        /// Why.
        source: Box<aidos_fhe::Error>,
    },
    /// A file of a partner that is not accepted.
    #[error("`{}` is refused: {reason}", path.display())]
    Refused {
        /// The file.
        path: PathBuf,
        /// Why, and the way out.
        reason: String,
    },
    /// A model of the user's failed at a text, so that names in it were not found.
    #[error("{what}")]
    Model {
        /// The file, what is wrong and the way out.
        what: String,
    },
    /// Somebody asked to stop.
    #[error("stopped on request")]
    Cancelled,
    /// A run ended before its time, and can go on where it stopped.
    #[error("{0}{rest}", rest = go_on(.0))]
    Unfinished(Box<Error>),
    /// An option has a value that does not fit.
    #[error("{0}")]
    Usage(String),
    /// A thread panicked: a bug of ours.
    #[error("a worker failed unexpectedly; this is a bug, please report it with the input's kind")]
    Worker,
}

fn all(reasons: &[Reason]) -> String {
    let reasons: Vec<String> = reasons.iter().map(ToString::to_string).collect();
    reasons.join("; ")
}

fn hint(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "; free space",
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "; choose a folder that you may write to with --out"
        }
        _ => "",
    }
}

/// What is said after the error of a run that can go on.
fn go_on(error: &Error) -> &'static str {
    match error {
        Error::Cancelled => "; what is done is kept, go on with --resume",
        _ => " and go on with --resume",
    }
}

impl Error {
    /// The error of a run that began a case: where it can go on later, it says so.
    pub(crate) fn of_run(self) -> Self {
        let full = |kind| {
            matches!(
                kind,
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
            )
        };
        match self {
            Self::Cancelled => Self::Unfinished(Box::new(self)),
            Self::File { ref source, .. } if full(source.kind()) => {
                Self::Unfinished(Box::new(self))
            }
            other => other,
        }
    }

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
            Self::MayNotLeave { reasons, .. } if reasons.iter().all(Reason::waits) => {
                Exit::NeedsPerson
            }
            Self::MayNotLeave { .. } | Self::Refused { .. } => Exit::Refused,
            Self::Cancelled => Exit::Cancelled,
            Self::Unfinished(error) => error.exit(),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_run_is_told_to_go_on() {
        let full =
            || Error::file("write", Path::new("x"))(io::Error::from(io::ErrorKind::StorageFull));
        assert!(full().to_string().ends_with("; free space"), "{}", full());
        let of_run = full().of_run();
        assert!(
            of_run
                .to_string()
                .ends_with("; free space and go on with --resume"),
            "{of_run}"
        );
        assert_eq!(of_run.exit(), Exit::Failed);
        assert_eq!(Error::Cancelled.to_string(), "stopped on request");
        let of_run = Error::Cancelled.of_run();
        assert!(of_run.to_string().ends_with("go on with --resume"));
        assert_eq!(of_run.exit(), Exit::Cancelled);
        let other = Error::Usage("no".into()).of_run();
        assert!(matches!(other, Error::Usage(_)), "{other}");
    }
}
