//! What comes back: whole, or as a stream.

use std::io::{self, Read};
use std::time::{Duration, Instant};

use aidos_model::Timestamp;
use serde::de::DeserializeOwned;
use ureq::http::HeaderMap;

use super::error::{Asked, Error};
use super::pace::retry_after;
use super::{Stop, Timeouts};

/// The most characters of a host's reason that an error repeats.
const REASON: usize = 200;

/// An answer that was read whole. Any status is an answer; [`Answer::success`] wants one that says yes.
pub struct Answer {
    pub(super) asked: Asked,
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
    pub(super) at: Timestamp,
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Answer({}, {} bytes)", self.status, self.body.len())
    }
}

impl Answer {
    /// The status code.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// A header, where it is there and text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The body, to keep.
    pub fn into_body(self) -> Vec<u8> {
        self.body
    }

    /// What was asked.
    pub fn asked(&self) -> &Asked {
        &self.asked
    }

    /// For how long the host wants to be left alone.
    pub fn retry_after(&self) -> Option<Duration> {
        retry_after(self.header("retry-after")?, self.at)
    }

    /// Whether the status says yes (2xx).
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The answer, if its status says yes.
    ///
    /// # Errors
    /// [`Error::Status`] otherwise. It repeats no body: that may hold what was asked.
    pub fn success(self) -> Result<Self, Error> {
        if self.is_success() {
            return Ok(self);
        }
        Err(self.refusal(""))
    }

    /// The error that this answer is, with what the host said; of that the first 200 characters, on one line.
    pub fn refusal(&self, reason: &str) -> Error {
        let reason: String = reason
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .chars()
            .filter(|char| !char.is_control())
            .take(REASON)
            .collect();
        Error::Status {
            asked: self.asked.clone(),
            status: self.status,
            retry_after: self.retry_after(),
            reason,
        }
    }

    /// The error that this answer is not what was expected.
    pub fn unexpected(&self, why: impl Into<String>) -> Error {
        Error::Unexpected {
            asked: self.asked.clone(),
            why: why.into(),
        }
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// [`Error::Unexpected`] with line and column; nothing of the body is repeated.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_slice(&self.body).map_err(|error| {
            let kind = match error.classify() {
                serde_json::error::Category::Data => "JSON of another form",
                _ => "no JSON",
            };
            self.unexpected(format!(
                "{kind}, line {} column {}",
                error.line(),
                error.column()
            ))
        })
    }
}

/// An answer whose body is read bit by bit: a large download, a stream of events.
///
/// Reading fails with [`Error`] inside of the [`io::Error`]; [`Stream::error`] takes it out.
pub struct Stream {
    pub(super) asked: Asked,
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) at: Timestamp,
    pub(super) reader: Box<dyn Read + Send>,
    pub(super) guard: Guard,
}

/// What a stream may cost.
pub(super) struct Guard {
    pub(super) timeouts: Timeouts,
    pub(super) limit: Option<u64>,
    pub(super) stop: Stop,
    pub(super) begun: Instant,
    pub(super) taken: u64,
}

impl std::fmt::Debug for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Stream({}, {} bytes read)",
            self.status, self.guard.taken
        )
    }
}

impl Stream {
    /// The status code.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// A header, where it is there and text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// What was asked.
    pub fn asked(&self) -> &Asked {
        &self.asked
    }

    /// Bytes that were read.
    pub fn taken(&self) -> u64 {
        self.guard.taken
    }

    /// For how long the host wants to be left alone.
    pub fn retry_after(&self) -> Option<Duration> {
        retry_after(self.header("retry-after")?, self.at)
    }

    /// Asks for no least rate: for streams that wait for something to happen.
    #[must_use]
    pub fn patient(mut self) -> Self {
        self.guard.timeouts.least_rate = 0;
        self
    }

    /// The stream, if its status says yes.
    ///
    /// # Errors
    /// [`Error::Status`] otherwise.
    pub fn success(self) -> Result<Self, Error> {
        if (200..300).contains(&self.status) {
            return Ok(self);
        }
        Err(Error::Status {
            retry_after: self.retry_after(),
            status: self.status,
            asked: self.asked,
            reason: String::new(),
        })
    }

    /// The error inside of what reading failed with.
    pub fn error(&self, error: io::Error) -> Error {
        unwrap(error, &self.asked)
    }

    fn check(&self) -> Result<(), Error> {
        let guard = &self.guard;
        if guard.stop.is_stopped() {
            return Err(Error::Stopped);
        }
        if let Some(limit) = guard.limit.filter(|limit| guard.taken > *limit) {
            let asked = self.asked.clone();
            return Err(Error::TooLarge { asked, limit });
        }
        let rate = guard.timeouts.least_rate;
        let time = guard.begun.elapsed();
        // Nobody is judged by his first seconds.
        if rate > 0 && time > guard.timeouts.idle {
            let wanted = time.as_secs().saturating_mul(rate);
            if guard.taken < wanted {
                let asked = self.asked.clone();
                return Err(Error::TooSlow { asked, rate });
            }
        }
        Ok(())
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.check().map_err(io::Error::other)?;
        let read = match self.reader.read(buffer) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
            Err(_) if self.guard.stop.is_stopped() => return Err(io::Error::other(Error::Stopped)),
            Err(error) => return Err(io::Error::other(unwrap(error, &self.asked))),
        };
        self.guard.taken += read as u64;
        self.check().map_err(io::Error::other)?;
        Ok(read)
    }
}

/// The error that an error of reading stands for.
pub(super) fn unwrap(error: io::Error, asked: &Asked) -> Error {
    if !error
        .get_ref()
        .is_some_and(<dyn std::error::Error + Send + Sync>::is::<Error>)
    {
        return super::client::failed(ureq::Error::from(error), asked);
    }
    let inner = error
        .into_inner()
        .and_then(|inner| inner.downcast::<Error>().ok());
    inner.map_or_else(
        || Error::Cut {
            asked: asked.clone(),
            why: "it ended".into(),
        },
        |inner| *inner,
    )
}
