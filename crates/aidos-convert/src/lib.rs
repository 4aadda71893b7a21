//! One form of threat intelligence to another, and what was lost on the way.
//!
//! Pure: text in, values out. What reaches a partner passes the gate of `aidos-privacy` afterwards; what speaks with a
//! partner's server is `aidos-exchange`.

pub mod defence;
pub mod feed;
#[doc(hidden)]
pub mod fuzzing;
pub mod indicator;
pub mod misp_stix;
pub mod read;
