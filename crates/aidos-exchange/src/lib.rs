//! Speaks with others: a MISP, a TAXII server, an OpenCTI, feeds and reputation services.
//!
//! Nothing is contacted unless a person names it, and what is sent has passed the gate: its functions take what
//! `aidos-privacy` released, or a question that it let through.

mod error;
pub mod feed;
#[doc(hidden)]
pub mod fuzzing;
pub mod http;
mod keep;
pub mod marks;
pub mod misp;
pub mod objects;
pub mod opencti;
pub mod order;
pub mod pulled;
pub mod released;
pub mod sent;
pub mod service;
pub mod table;
pub mod taxii;

pub use error::Error;
