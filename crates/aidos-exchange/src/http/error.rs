//! What can go wrong between two machines.

use std::fmt;
use std::time::Duration;

/// What was asked, as far as it may be told: method, host and path. No query, no header, no body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The method.
    pub method: &'static str,
    /// Host, with its port where that is not the usual one.
    pub host: String,
    /// Path, without its query; or what the request says in its place.
    pub path: String,
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}{}", self.method, self.host, self.path)
    }
}

/// Why there is no answer, or none that helps.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An address that cannot be asked.
    #[error("cannot use the address `{address}`: {why}")]
    Address {
        /// The address without query and user.
        address: String,
        /// Why, and the way out.
        why: &'static str,
    },
    /// A key that cannot be had.
    #[error("cannot take the key from {place}: {why}")]
    Secret {
        /// Where it should be.
        place: String,
        /// Why not.
        why: String,
    },
    /// A certificate or a private key that cannot be used.
    #[error("cannot use `{path}` for TLS: {why}")]
    Certificate {
        /// The file.
        path: String,
        /// Why not.
        why: String,
    },
    /// A request that cannot be made: a header with a line break, a body that is no JSON.
    #[error("cannot make the request {asked}: {why}")]
    Request {
        /// What was to be asked.
        asked: Asked,
        /// Why not.
        why: String,
    },
    /// Nobody answers there.
    #[error("cannot reach {host} for {asked}: {why}", host = asked.host)]
    Connect {
        /// What was asked.
        asked: Asked,
        /// Why.
        why: String,
    },
    /// It took too long.
    #[error("no whole answer to {asked} in time ({what})")]
    Timeout {
        /// What was asked.
        asked: Asked,
        /// Which time was over.
        what: &'static str,
    },
    /// The connection ended, or what came was no HTTP.
    #[error("the answer to {asked} broke off: {why}")]
    Cut {
        /// What was asked.
        asked: Asked,
        /// Why.
        why: String,
    },
    /// More came than is taken.
    #[error("the answer to {asked} is larger than {limit} bytes; ask for less, or raise the limit")]
    TooLarge {
        /// What was asked.
        asked: Asked,
        /// The limit in bytes.
        limit: u64,
    },
    /// The answer came slower than the least rate.
    #[error("the answer to {asked} comes too slowly: less than {rate} bytes a second")]
    TooSlow {
        /// What was asked.
        asked: Asked,
        /// The least rate in bytes a second.
        rate: u64,
    },
    /// The host sends on to another one, or around in a circle.
    #[error(
        "{asked} sends on to {to}, which nobody named; name that address if it is to be trusted"
    )]
    Redirect {
        /// What was asked.
        asked: Asked,
        /// Where to: scheme and host alone.
        to: String,
    },
    /// An answer that says no.
    #[error("{asked} was answered with {status}{}{}", wait(*.retry_after), said(.reason))]
    Status {
        /// What was asked.
        asked: Asked,
        /// The status code.
        status: u16,
        /// For how long the host wants to be left alone.
        retry_after: Option<Duration>,
        /// What the host said, shortened and cleaned; empty where it said nothing.
        reason: String,
    },
    /// An answer that is no JSON, or another one than was expected.
    #[error("the answer to {asked} is not what was expected: {why}")]
    Unexpected {
        /// What was asked.
        asked: Asked,
        /// What is wrong with it, and where.
        why: String,
    },
    /// Somebody called it off.
    #[error("called off")]
    Stopped,
}

fn wait(time: Option<Duration>) -> String {
    time.map(|time| format!(", and asks to wait {} seconds", time.as_secs()))
        .unwrap_or_default()
}

fn said(reason: &str) -> String {
    if reason.is_empty() {
        String::new()
    } else {
        format!(": {reason}")
    }
}

impl Error {
    /// The status of the answer, where there is one.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Status { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// Whether the same request may fare better later: nobody there, too slow, broken off, or a host that asks to wait.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Connect { .. }
            | Self::Timeout { .. }
            | Self::Cut { .. }
            | Self::TooSlow { .. } => true,
            Self::Status { status, .. } => matches!(status, 408 | 429 | 502 | 503 | 504),
            _ => false,
        }
    }
}
