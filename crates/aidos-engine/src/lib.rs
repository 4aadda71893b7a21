//! What happens: all contact with the world, and the order of the steps.
//!
//! [`run`] is the main job and the file to read first. [`steps`] are its parts as commands of their own.

pub mod anonymise;
mod bundle;
mod case;
pub mod columns;
pub mod decisions;
pub mod defence;
mod ending;
pub mod enrich;
mod entries;
mod error;
pub mod export;
mod feed;
mod fold;
pub mod inspect;
pub mod keys;
mod lookup;
pub mod matching;
pub mod names;
mod numbers;
mod output;
mod patterns;
pub mod pii;
mod pipeline;
pub mod plan;
pub mod progress;
pub mod protect;
pub mod release;
mod report;
pub mod run;
pub mod sample;
mod seen;
mod sorter;
pub mod steps;
mod summary;
mod turnstile;

pub use error::{Error, Exit};
pub use summary::{Refused, Summary};
