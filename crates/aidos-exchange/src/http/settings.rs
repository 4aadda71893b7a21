//! How a client asks.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::pace::{Clock, Retry, SystemClock};
use super::{Auth, Stop};

/// How long is waited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// For a connection, TLS included.
    pub connect: Duration,
    /// For a request and its whole answer: who drips is cut off here.
    pub whole: Duration,
    /// For the head of an answer that streams.
    pub head: Duration,
    /// For the next bytes of an answer that streams.
    pub idle: Duration,
    /// Bytes a second that a stream has to bring on average once it runs for as long as `idle`; 0 asks for none.
    pub least_rate: u64,
}

impl Default for Timeouts {
    /// 10 s, 60 s, 30 s, 60 s, and 1 KiB a second.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            whole: Duration::from_mins(1),
            head: Duration::from_secs(30),
            idle: Duration::from_mins(1),
            least_rate: 1024,
        }
    }
}

/// How a client asks.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Who asks.
    pub auth: Auth,
    /// Certificates (PEM) of the authorities that are trusted, in place of those that come with the program.
    pub ca_file: Option<PathBuf>,
    /// A client certificate with its chain, and its private key (PEM), for mutual TLS.
    pub client_certificate: Option<(PathBuf, PathBuf)>,
    /// Lets plain HTTP go to other machines.
    pub insecure_http: bool,
    /// The proxy of the environment (`HTTPS_PROXY`, `NO_PROXY` …) is asked.
    pub proxy_from_environment: bool,
    /// How long is waited.
    pub timeouts: Timeouts,
    /// The most bytes of an answer that is held in memory.
    pub limit: u64,
    /// How often and after what time is asked again.
    pub retry: Retry,
    /// Clock, waiting and chance.
    pub clock: Arc<dyn Clock>,
    /// Calls off.
    pub stop: Stop,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            auth: Auth::None,
            ca_file: None,
            client_certificate: None,
            insecure_http: false,
            proxy_from_environment: false,
            timeouts: Timeouts::default(),
            limit: 64 << 20,
            retry: Retry::default(),
            clock: Arc::new(SystemClock),
            stop: Stop::default(),
        }
    }
}
