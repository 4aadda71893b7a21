//! What happens: all contact with the world, and the order of the steps.
//!
//! [`run`] is the main job and the file to read first.

mod case;
mod entries;
mod error;
pub mod export;
mod feed;
mod fold;
pub mod inspect;
mod output;
mod pipeline;
pub mod plan;
pub mod progress;
pub mod sample;
mod seen;
mod sorter;
mod summary;
mod turnstile;

pub use error::{Error, Exit};
pub use summary::{Refused, Summary};
