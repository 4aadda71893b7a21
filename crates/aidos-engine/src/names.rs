//! How names of persons, places and organisations are found: by the tagger that ships with the program, and by a model of
//! the user's own beside it.
//!
//! What either finds counts; where both agree, a finding is surer. A model is opened once and shared by all scanners. Programs are
//! built without what runs one, unless the features `rten` or `ort` are on.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use aidos_privacy::pii::{Kinds, Pass};

use crate::Error;

#[cfg(any(feature = "ort", feature = "rten"))]
use aidos_onnx::Recogniser;

/// How names are found.
#[derive(Clone, Debug)]
pub struct Names {
    /// Whether by the tagger.
    pub tagger: bool,
    /// By this model of the user's own, too.
    pub model: Option<Model>,
}

impl Default for Names {
    /// By the tagger alone.
    fn default() -> Self {
        Self {
            tagger: true,
            model: None,
        }
    }
}

impl Names {
    /// Names are not looked for.
    pub const NONE: Self = Self {
        tagger: false,
        model: None,
    };

    /// Why not all names were found: the model failed at a text.
    pub(crate) fn failure(&self) -> Option<String> {
        self.model.as_ref().and_then(Model::failure)
    }
}

/// What is opened where this program has nothing that runs a model.
#[cfg(not(any(feature = "ort", feature = "rten")))]
#[derive(Debug)]
enum Recogniser {}

/// A model of the user's own: a token classifier in ONNX. Clones share it.
#[derive(Clone, Debug)]
pub struct Model {
    folder: PathBuf,
    inside: Arc<Recogniser>,
}

#[cfg(any(feature = "ort", feature = "rten"))]
impl Model {
    /// Opens the model in a folder, to be run by the ONNX Runtime in `library`, or in the program without one.
    ///
    /// # Errors
    /// When the folder holds no model that can be run; the words say what is missing.
    pub fn open(folder: &Path, library: Option<&Path>) -> Result<Self, Error> {
        let runtime = match library {
            Some(library) => aidos_onnx::Runtime::Ort(library.to_owned()),
            None => aidos_onnx::Runtime::Rten,
        };
        let opened = Recogniser::open(folder, &runtime);
        Ok(Self {
            folder: folder.to_owned(),
            inside: Arc::new(opened.map_err(|error| Error::Usage(error.to_string()))?),
        })
    }

    /// The model's labels that are left out, because they are no types of ours.
    pub fn ignored(&self) -> &[String] {
        self.inside.ignored()
    }

    fn failure(&self) -> Option<String> {
        self.inside.failure()
    }

    /// The model as a pass of a scanner, where any of the types is one that it finds.
    pub(crate) fn pass(&self, kinds: Kinds) -> Option<Box<dyn Pass>> {
        let serves = self.inside.serves(kinds);
        serves.then(|| Box::new(Arc::clone(&self.inside)) as Box<dyn Pass>)
    }
}

#[cfg(not(any(feature = "ort", feature = "rten")))]
impl Model {
    /// Says that this program runs no model, and how to build one that does.
    ///
    /// # Errors
    /// Always.
    pub fn open(folder: &Path, _library: Option<&Path>) -> Result<Self, Error> {
        Err(Error::Usage(format!(
            "this program was built without what runs a model (`{}`); build it with `cargo build --release --features rten`, \
             or with `--features ort` for --onnxruntime",
            folder.display()
        )))
    }

    /// The model's labels that are left out, because they are no types of ours.
    pub fn ignored(&self) -> &[String] {
        match *self.inside {}
    }

    fn failure(&self) -> Option<String> {
        match *self.inside {}
    }

    /// The model as a pass of a scanner.
    pub(crate) fn pass(&self, _kinds: Kinds) -> Option<Box<dyn Pass>> {
        match *self.inside {}
    }
}

/// The files that a model is made of, beside `model.onnx` and what lies beside that under a longer name: its weights.
const FILES: [&str; 3] = ["config.json", "labels.toml", "tokenizer.json"];

impl Model {
    /// What tells this model from others: the SHA-256 of its files, in hexadecimal.
    ///
    /// # Errors
    /// When the folder or a file of it cannot be read.
    pub(crate) fn digest(&self) -> Result<String, Error> {
        use sha2::{Digest as _, Sha256};
        let mut all = Sha256::new();
        let entries = std::fs::read_dir(&self.folder)
            .and_then(Iterator::collect::<std::io::Result<Vec<_>>>)
            .map_err(Error::file("read", &self.folder))?;
        let names = entries
            .iter()
            .filter_map(|entry| entry.file_name().into_string().ok());
        let mut names: Vec<String> = names
            .filter(|name| FILES.contains(&name.as_str()) || name.starts_with("model.onnx"))
            .collect();
        names.sort_unstable();
        for name in names {
            all.update(&name);
            all.update(crate::anonymise::digest(&self.folder.join(&name))?);
        }
        Ok(crate::feed::hex(&all.finalize()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(not(any(feature = "ort", feature = "rten")))]
    fn a_program_without_a_runner_says_how_to_build_one() {
        let error = Model::open(Path::new("m"), None).unwrap_err();
        assert!(matches!(error, Error::Usage(_)));
        let words = error.to_string();
        assert!(
            words.contains("cargo build --release --features rten"),
            "{words}"
        );
    }

    #[test]
    #[cfg(feature = "rten")]
    fn a_model_joins_the_tagger_and_makes_it_surer() {
        use crate::pii::scanner;
        use aidos_privacy::pii::{Kind, Options};

        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../aidos-onnx/tests/data/names");
        let model = Model::open(&folder, None).unwrap();
        assert_eq!(model.ignored(), ["MISC"]);
        assert_eq!(model.digest().unwrap().len(), 64);
        let text = "Please call Maria Rossi in Berlin, says Papadopoulou.";
        let found = |names: &Names, kinds: Kinds| {
            let options = Options {
                kinds,
                ..Options::default()
            };
            let mut found = Vec::new();
            scanner(options, names).unwrap().scan(text, &mut found);
            found
        };
        let both = Names {
            tagger: true,
            model: Some(model.clone()),
        };
        let own = Names {
            tagger: false,
            model: Some(model),
        };
        let (tagger, own_found) = (
            found(&Names::default(), Kinds::ALL),
            found(&own, Kinds::ALL),
        );
        let person = |found: &[aidos_privacy::pii::Finding]| {
            let maria = found
                .iter()
                .find(|f| &text[f.start..f.end] == "Maria Rossi");
            maria.cloned().unwrap()
        };
        let joined = found(&both, Kinds::ALL);
        let (a, b, c) = (
            person(&tagger).score,
            person(&own_found).score,
            person(&joined),
        );
        assert!(
            (c.score - (1.0 - (1.0 - a) * (1.0 - b))).abs() < 1e-5,
            "{a} {b} {c:?}"
        );
        assert!(c.why.ends_with("agrees"), "{c:?}");
        // Nothing that either finds is lost.
        for one in tagger.iter().chain(&own_found) {
            assert!(
                joined
                    .iter()
                    .any(|other| other.start < one.end && one.start < other.end),
                "{one:?}"
            );
        }
        let none: Kinds = [Kind::IbanCode].into_iter().collect();
        assert_eq!(found(&both, none), []);
    }
}
