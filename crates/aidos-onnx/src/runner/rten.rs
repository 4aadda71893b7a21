//! `rten`: models run in pure Rust.

use std::path::Path;

use rten::{Model, ModelOptions, NodeId, Value};

use super::{Answer, Input, OUTPUT, Runner, guarded};
use crate::Error;

/// A model, its inputs and its output.
pub(crate) struct Rten {
    model: Model,
    inputs: Vec<(NodeId, Input)>,
    output: NodeId,
}

impl Rten {
    pub(crate) fn open(path: &Path) -> Result<Rten, Error> {
        // Told apart from a file that is no model.
        std::fs::File::open(path).map_err(|source| Error::File {
            path: path.to_owned(),
            source,
        })?;
        let wrong = |what: String| Error::Graph {
            path: path.to_owned(),
            runner: "rten",
            what,
            way: "where it names an operator that rten does not know, export with another opset, or use ONNX Runtime \
                  (--onnxruntime)",
        };
        let model = guarded(|| {
            let options = ModelOptions::with_all_ops();
            options.load_file(path).map_err(|error| error.to_string())
        })
        .map_err(wrong)?;
        let name = |id: NodeId| {
            let info = model.node_info(id);
            info.and_then(|info| info.name()).unwrap_or_default()
        };
        let inputs = model
            .input_ids()
            .iter()
            .map(|&id| Ok((id, Input::parse(path, name(id))?)))
            .collect::<Result<Vec<_>, Error>>()?;
        let outputs = model.output_ids();
        let named = outputs.iter().find(|&&id| name(id) == OUTPUT);
        let output = named.or(outputs.first()).copied();
        let output = output.ok_or_else(|| wrong("it has no output".to_owned()))?;
        Ok(Rten {
            model,
            inputs,
            output,
        })
    }
}

impl Runner for Rten {
    fn run(&self, ids: &[i64]) -> Result<Answer, String> {
        // `rten` reads 64-bit inputs as 32-bit ones.
        let ids = ids.iter().map(|id| i32::try_from(*id));
        let ids: Vec<i32> = ids.collect::<Result<_, _>>().map_err(|e| e.to_string())?;
        guarded(|| {
            let mut inputs = Vec::with_capacity(self.inputs.len());
            for (id, input) in &self.inputs {
                let values = input.values(&ids);
                let value = Value::from_shape([1, ids.len()], values).map_err(|e| e.to_string())?;
                inputs.push((*id, value.into()));
            }
            let outputs = self.model.run(inputs, &[self.output], None);
            let output = outputs
                .map_err(|error| error.to_string())?
                .into_iter()
                .next();
            let value = output.ok_or("it gave no output")?;
            let parts = value.into_shape_vec::<f32, 3>();
            let (shape, numbers) = parts.map_err(|error| error.to_string())?;
            Ok(Answer {
                shape: shape.to_vec(),
                numbers,
            })
        })
    }
}
