//! What happens: all contact with the world, and the order of the steps.
//!
//! [`run`] is the main job and the file to read first.

mod case;
mod error;
mod feed;
mod fold;
mod output;
mod patterns;
mod pipeline;
pub mod plan;
pub mod progress;
mod seen;
mod sorter;
mod summary;
mod turnstile;

pub use error::{Error, Exit};
pub use summary::{Refused, Summary};
