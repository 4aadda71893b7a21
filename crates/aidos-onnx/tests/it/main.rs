//! A folder with a model, as people bring it. `tests/data/make_model.py` says what the model of these tests knows.
#![cfg(any(feature = "rten", feature = "ort"))]
#![allow(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

#[cfg(feature = "ort")]
mod ort;
#[cfg(feature = "rten")]
mod rten;

use std::path::{Path, PathBuf};

#[cfg(feature = "rten")]
use aidos_onnx::Recogniser;
#[cfg(feature = "rten")]
use aidos_privacy::pii::{Candidate, Kind};

/// The folder of the data.
fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data")
}

/// A copy of the model's folder, to be damaged.
#[cfg(feature = "rten")]
fn copy() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in ["model.onnx", "tokenizer.json", "config.json"] {
        std::fs::copy(data().join("names").join(name), folder.path().join(name)).unwrap();
    }
    folder
}

/// What a model finds in a text: its words, type and score.
#[cfg(feature = "rten")]
fn found(model: &Recogniser, text: &str) -> Vec<(String, Kind, f32)> {
    let mut out: Vec<Candidate> = Vec::new();
    model.read(text, &mut out).unwrap();
    out.into_iter()
        .map(|one| one.finding)
        .map(|f| (text[f.start..f.end].to_owned(), f.kind, f.score))
        .collect()
}

/// Texts that hold what is hard: pieces of words, marks, letters beyond ASCII, more tokens than the model takes.
#[cfg(feature = "rten")]
fn texts() -> Vec<String> {
    vec![
        "call Maria Rossi of Acme Ltd, lives in Berlin.".to_owned(),
        "Papadopoulou, O'Neil-Rossi in Ἀθήνα - English".to_owned(),
        "[CLS] New York [SEP] [MASK] user=Maria".to_owned(),
        "call Maria Rossi in New York.\n".repeat(40),
        "\u{feff}e\u{301}\u{0} Maria\u{a0}Rossi".to_owned(),
        "Maria".repeat(5_000),
        "Ἀθήνα ".repeat(3_000),
        String::new(),
    ]
}
