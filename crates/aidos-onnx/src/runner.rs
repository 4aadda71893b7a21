//! Who runs a model: tokens in, numbers out.

#[cfg(feature = "ort")]
mod ort;
#[cfg(feature = "rten")]
mod rten;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use crate::Error;

#[cfg(feature = "ort")]
pub(crate) use self::ort::Ort;
#[cfg(feature = "rten")]
pub(crate) use self::rten::Rten;

/// The inputs that a token classifier takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Input {
    /// The tokens.
    Ids,
    /// Which of them count: all, as nothing is padded.
    Attention,
    /// Which sentence they are of: all of the first.
    Types,
}

impl Input {
    /// The input of a name.
    pub(crate) fn parse(path: &Path, name: &str) -> Result<Input, Error> {
        match name {
            "input_ids" => Ok(Input::Ids),
            "attention_mask" => Ok(Input::Attention),
            "token_type_ids" => Ok(Input::Types),
            _ => Err(Error::Input {
                path: path.to_owned(),
                name: name.to_owned(),
            }),
        }
    }

    /// Its values for these tokens.
    pub(crate) fn values<T: Copy + From<bool>>(self, ids: &[T]) -> Vec<T> {
        match self {
            Input::Ids => ids.to_vec(),
            Input::Attention => vec![T::from(true); ids.len()],
            Input::Types => vec![T::from(false); ids.len()],
        }
    }
}

/// The output that holds a number for each token and label.
pub(crate) const OUTPUT: &str = "logits";

/// What a model answered: the numbers and their shape.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(crate) shape: Vec<usize>,
    pub(crate) numbers: Vec<f32>,
}

/// An opened model. Threads share it.
pub(crate) trait Runner: Send + Sync {
    /// Runs the model over tokens.
    ///
    /// # Errors
    /// What the runner says.
    fn run(&self, ids: &[i64]) -> Result<Answer, String>;
}

/// What is to run a model.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Runtime {
    /// `rten`, in the program.
    #[default]
    Rten,
    /// ONNX Runtime, by this library.
    Ort(PathBuf),
}

/// Opens a model.
pub(crate) fn open(path: &Path, runtime: &Runtime) -> Result<Box<dyn Runner>, Error> {
    match runtime {
        #[cfg(feature = "rten")]
        Runtime::Rten => Ok(Box::new(Rten::open(path)?)),
        #[cfg(not(feature = "rten"))]
        Runtime::Rten => Err(Error::NoRunner(
            "this program runs models by ONNX Runtime alone; name its library with --onnxruntime FILE, or build with \
             `cargo build --release --features rten`",
        )),
        #[cfg(feature = "ort")]
        Runtime::Ort(library) => Ok(Box::new(Ort::open(path, library)?)),
        #[cfg(not(feature = "ort"))]
        Runtime::Ort(_) => Err(Error::NoRunner(
            "this program was built without ONNX Runtime; leave --onnxruntime out, or build with \
             `cargo build --release --features ort`",
        )),
    }
}

/// Runs a step of others' code over files of others; its panics become errors, too.
pub(crate) fn guarded<T>(step: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    let caught = catch_unwind(AssertUnwindSafe(step));
    caught
        .unwrap_or_else(|_| Err("it is broken in a way that its reader does not expect".to_owned()))
}
