//! ONNX Runtime: models run by a library that the user names. It is loaded at run time; nothing is linked or downloaded.

use std::path::Path;
use std::sync::{Mutex, OnceLock, PoisonError};

use ort::environment::Environment;
use ort::session::{Session, SessionInputValue};
use ort::value::Tensor;

use super::{Answer, Input, OUTPUT, Runner, guarded};
use crate::Error;

/// The oldest ONNX Runtime that has all that is asked of it.
const LEAST: &str = "1.17";

/// ONNX Runtime is loaded once in a process.
static ENVIRONMENT: OnceLock<Result<Environment, String>> = OnceLock::new();

/// A session, its inputs and its output. A session runs one text at a time, on threads of its own.
pub(crate) struct Ort {
    session: Mutex<Session>,
    inputs: Vec<(String, Input)>,
    output: String,
}

impl Ort {
    pub(crate) fn open(path: &Path, library: &Path) -> Result<Ort, Error> {
        std::fs::File::open(path).map_err(|source| Error::File {
            path: path.to_owned(),
            source,
        })?;
        let unfit = |what: String| Error::Runtime {
            path: library.to_owned(),
            what,
            least: LEAST,
        };
        std::fs::File::open(library).map_err(|error| unfit(error.to_string()))?;
        let environment = ENVIRONMENT.get_or_init(|| guarded(|| load(library)));
        let environment = environment.as_ref().map_err(|what| unfit(what.clone()))?;
        let wrong = |what: String| Error::Graph {
            path: path.to_owned(),
            runner: "ONNX Runtime",
            what,
            way: "export the model again, or name a newer libonnxruntime",
        };
        let session = guarded(|| {
            let said = |error: ort::Error| error.to_string();
            Session::builder(environment)
                .map_err(said)?
                .commit_from_file(path)
                .map_err(said)
        })
        .map_err(wrong)?;
        let inputs = session
            .inputs()
            .iter()
            .map(|input| Ok((input.name().to_owned(), Input::parse(path, input.name())?)))
            .collect::<Result<Vec<_>, Error>>()?;
        let outputs = session.outputs();
        let named = outputs.iter().find(|output| output.name() == OUTPUT);
        let output = named.or(outputs.first()).map(|own| own.name().to_owned());
        let output = output.ok_or_else(|| wrong("it has no output".to_owned()))?;
        Ok(Ort {
            session: Mutex::new(session),
            inputs,
            output,
        })
    }
}

/// Loads the library. It tells nobody that it was used.
fn load(library: &Path) -> Result<Environment, String> {
    // A relative path would be looked up beside the program.
    let library = library.canonicalize().map_err(|error| error.to_string())?;
    let builder = ort::init_from(library).map_err(|error| error.to_string())?;
    builder
        .with_name("aidos")
        .with_telemetry(false)
        .build()
        .map_err(|error| error.to_string())
}

impl Runner for Ort {
    fn run(&self, ids: &[i64]) -> Result<Answer, String> {
        let said = |error: ort::Error| error.to_string();
        let mut session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        guarded(|| {
            let mut inputs: Vec<(String, SessionInputValue<'_>)> = Vec::new();
            for (name, input) in &self.inputs {
                let values = input.values(ids);
                let tensor = Tensor::from_array(([1, ids.len()], values)).map_err(said)?;
                inputs.push((name.clone(), tensor.into()));
            }
            let outputs = session.run(inputs).map_err(said)?;
            let output = outputs.get(&self.output).ok_or("it gave no output")?;
            let (shape, numbers) = output.try_extract_tensor::<f32>().map_err(said)?;
            let shape = shape.iter().map(|side| usize::try_from(*side).unwrap_or(0));
            Ok(Answer {
                shape: shape.collect(),
                numbers: numbers.to_vec(),
            })
        })
    }
}
