//! One client for all that is asked over HTTP.
//!
//! It waits with threads and has no runtime. What it does for all who use it:
//!
//! - plain HTTP only to this machine, unless a person says otherwise; TLS by rustls, with a CA or a client certificate of
//!   one's own where they are named;
//! - no proxy of the environment; no redirect to another host, so that no key goes where nobody sent it;
//! - a time for each request and each body, a least rate for what streams, and a greatest size;
//! - `Retry-After`, then exponential back-off with jitter, for requests that may be repeated, a few times only;
//! - errors that name method, host and path, never a query, a key or a body.
//!
//! Sources: RFC 9110 (HTTP), RFC 7617 (basic), RFC 6750 (bearer).
//!
//! ```no_run
//! use aidos_exchange::http::{Auth, Client, Request, Secret, Settings};
//!
//! let settings = Settings {
//!     auth: Auth::header("Authorization", Secret::from_env("AIDOS_MISP_KEY")?),
//!     ..Settings::default()
//! };
//! let misp = Client::new("https://misp.example.org", settings)?;
//! let answer = misp.send(&Request::get("/servers/getVersion"))?.success()?;
//! let version: serde_json::Value = answer.json()?;
//! # Ok::<(), aidos_exchange::http::Error>(())
//! ```

mod address;
mod answer;
mod client;
mod error;
mod pace;
mod request;
mod secret;
mod settings;
mod stop;

pub use address::{encode, split};
pub use answer::{Answer, Stream};
pub use client::Client;
pub use error::{Asked, Error};
pub use pace::{Clock, Retry, SystemClock, retry_after};
pub use request::{Method, Request};
pub use secret::{Auth, Secret};
pub use settings::{Settings, Timeouts};
pub use stop::Stop;
