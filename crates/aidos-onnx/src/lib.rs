//! Names found by a model of the user's own: a token classifier in ONNX, as a pass of the scanner.
//!
//! A model is a [`Folder`] with `model.onnx`, `tokenizer.json`, `config.json` and, where its labels need one, a map of them to
//! our types in `labels.toml`. It is opened once and then shared; nothing is ever downloaded. A text is cut into tokens,
//! these into overlapping windows that the model can take, so that memory does not follow the text; the
//! [`spans`] are whole words.
//!
//! Two features say what runs the model: `rten` (pure Rust) and `ort` (ONNX Runtime, from a library that
//! the user names). Without either this crate reads folders and labels, and runs nothing.

mod error;
mod folder;
mod labels;
#[cfg(any(feature = "rten", feature = "ort"))]
mod recogniser;
#[cfg(any(feature = "rten", feature = "ort"))]
mod runner;
pub mod spans;
#[cfg(any(feature = "rten", feature = "ort"))]
mod tokens;

pub use error::Error;
pub use folder::{Folder, LONGEST};
pub use labels::{Labels, Mark, Place, What};
#[cfg(any(feature = "rten", feature = "ort"))]
pub use recogniser::{Recogniser, Runtime};
