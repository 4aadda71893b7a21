//! Why a model cannot be used: the file, what is wrong with it, and the way out.

use std::path::PathBuf;

/// Why a model cannot be opened, or stopped working.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file cannot be read.
    #[error(
        "cannot read `{}`: {source}; the folder of a model holds model.onnx, tokenizer.json and config.json",
        path.display()
    )]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// `config.json` is not what it should be.
    #[error("`{}`: {what}; export the model with its configuration", path.display())]
    Config {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// `labels.toml` is not what it should be.
    #[error("`{}`: {what}", path.display())]
    Labels {
        /// The file.
        path: PathBuf,
        /// What is wrong, and what would be right.
        what: String,
    },
    /// No label of the model is one of our types.
    #[error(
        "`{}`: none of the labels {} is known; say what they are in labels.toml beside it, such as {} = \"PERSON\"",
        path.display(), labels.join(", "), labels.first().map_or("PER", String::as_str)
    )]
    NoLabel {
        /// The file that names them.
        path: PathBuf,
        /// The labels.
        labels: Vec<String>,
    },
    /// `tokenizer.json` is not what it should be.
    #[error(
        "cannot use `{}`: {what}; save the tokenizer as a fast one (`tokenizer.json`)", path.display()
    )]
    Tokenizer {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// The runner does not take the model.
    #[error("{runner} cannot open `{}`: {what}; {way}", path.display())]
    Graph {
        /// The file.
        path: PathBuf,
        /// Who runs it.
        runner: &'static str,
        /// What it says.
        what: String,
        /// The way out.
        way: &'static str,
    },
    /// The model wants an input that a token classifier has not.
    #[error(
        "`{}` wants the input `{name}`; a token classifier takes input_ids, attention_mask and token_type_ids",
        path.display()
    )]
    Input {
        /// The file.
        path: PathBuf,
        /// The input.
        name: String,
    },
    /// The model's answer has another shape than a token classifier's.
    #[error(
        "`{}` answers {tokens} tokens by numbers of shape {shape:?} instead of [1, {tokens}, labels]; export it \
         for token classification, with a length that may change", path.display()
    )]
    Shape {
        /// The file.
        path: PathBuf,
        /// How many tokens it was given.
        tokens: usize,
        /// What came out.
        shape: Vec<usize>,
    },
    /// Model and configuration name different numbers of labels.
    #[error(
        "`{}` gives {found} numbers a token, and config.json names {expected} labels; take both files from one export",
        path.display()
    )]
    Count {
        /// The file.
        path: PathBuf,
        /// What the model gives.
        found: usize,
        /// What the configuration names.
        expected: usize,
    },
    /// The model failed at a text.
    #[error("`{}` failed at {tokens} tokens: {what}; {way}", path.display())]
    Run {
        /// The file.
        path: PathBuf,
        /// How many tokens it was given.
        tokens: usize,
        /// What the runner says.
        what: String,
        /// The way out.
        way: &'static str,
    },
    /// The library that is to run the model cannot be used.
    #[error("cannot use ONNX Runtime `{}`: {what}; name a libonnxruntime of version {least} or later", path.display())]
    Runtime {
        /// The library.
        path: PathBuf,
        /// Why.
        what: String,
        /// The oldest version that serves.
        least: &'static str,
    },
    /// There is no runner that could run the model.
    #[error("{0}")]
    NoRunner(&'static str),
}
