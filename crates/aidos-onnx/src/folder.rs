//! A folder that holds a model: `config.json`, `labels.toml`, and where the other files are.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::labels::bases;
use crate::{Error, Labels};

/// The most tokens that a model is given at once: memory and time grow with their square.
pub const LONGEST: usize = 512;
/// Fewer tokens at once would leave no room for words around a name.
const SHORTEST: usize = 16;

/// A folder that holds a model, its configuration read.
#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
    labels: Labels,
    longest: usize,
}

impl Folder {
    /// Reads the configuration of the model in a folder.
    ///
    /// # Errors
    /// When `config.json` or `labels.toml` cannot be read, or no label of the model is known.
    pub fn read(path: &Path) -> Result<Folder, Error> {
        let config = path.join("config.json");
        let text = text(&config)?;
        let wrong = |what: String| Error::Config {
            path: config.clone(),
            what,
        };
        let (names, longest) = parse(&text).map_err(wrong)?;
        let map = path.join("labels.toml");
        let own = match std::fs::read_to_string(&map) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(source) => return Err(Error::File { path: map, source }),
        };
        let labels = Labels::new(&names, own.as_deref()).map_err(|what| Error::Labels {
            path: map.clone(),
            what,
        })?;
        if labels.kinds().next().is_none() {
            return Err(Error::NoLabel {
                path: config,
                labels: bases(&names),
            });
        }
        Ok(Folder {
            path: path.to_owned(),
            labels,
            longest,
        })
    }

    /// The model itself.
    pub fn model(&self) -> PathBuf {
        self.path.join("model.onnx")
    }

    /// Its tokenizer.
    pub fn tokenizer(&self) -> PathBuf {
        self.path.join("tokenizer.json")
    }

    /// Its labels.
    pub fn labels(&self) -> &Labels {
        &self.labels
    }

    /// The most tokens that it takes at once, [`LONGEST`] at most.
    pub fn longest(&self) -> usize {
        self.longest
    }
}

fn text(path: &Path) -> Result<String, Error> {
    std::fs::read_to_string(path).map_err(|source| Error::File {
        path: path.to_owned(),
        source,
    })
}

/// The labels by their numbers, and the longest input.
fn parse(text: &str) -> Result<(Vec<String>, usize), String> {
    let config: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let Some(map) = config.get("id2label").and_then(Value::as_object) else {
        return Err("it has no `id2label`, which names the labels".to_owned());
    };
    let mut names = vec![None; map.len()];
    for (id, name) in map {
        let place = id.parse().ok().and_then(|id: usize| names.get_mut(id));
        let (Some(place), Some(name)) = (place, name.as_str()) else {
            return Err(format!(
                "`id2label` does not count from 0 to {} (`{}`)",
                map.len().saturating_sub(1),
                id.escape_debug()
            ));
        };
        *place = Some(name.to_owned());
    }
    // As many places as members, and each member has its own: `1` and `01` would leave one empty.
    let names: Option<Vec<String>> = names.into_iter().collect();
    let names = names.ok_or("`id2label` has a number twice")?;
    let most = config
        .get("max_position_embeddings")
        .and_then(Value::as_u64);
    let kind = config.get("model_type").and_then(Value::as_str);
    let kind = kind.unwrap_or_default();
    // These count positions from behind the number of their padding, 1: two are never used.
    let unused = if kind.contains("roberta") || kind == "camembert" {
        2
    } else {
        0
    };
    let most = most.map_or(LONGEST, |most| usize::try_from(most).unwrap_or(LONGEST));
    let longest = most.saturating_sub(unused).min(LONGEST);
    if longest < SHORTEST {
        return Err(format!(
            "`max_position_embeddings` leaves {longest} tokens; at least {SHORTEST} are needed"
        ));
    }
    Ok((names, longest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_and_length_are_read() {
        let read = |text: &str| parse(text);
        let labels = r#""id2label": {"1": "B-PER", "0": "O"}"#;
        let (names, longest) = read(&format!("{{{labels}}}")).unwrap();
        assert_eq!(
            (names.as_slice(), longest),
            (&["O", "B-PER"].map(String::from)[..], 512)
        );
        for (more, longest) in [
            (r#""max_position_embeddings": 128"#, 128),
            (r#""max_position_embeddings": 8192"#, 512),
            (
                r#""max_position_embeddings": 514, "model_type": "xlm-roberta""#,
                512,
            ),
            (
                r#""max_position_embeddings": 130, "model_type": "roberta""#,
                128,
            ),
        ] {
            let read = read(&format!("{{{labels}, {more}}}")).unwrap();
            assert_eq!(read.1, longest, "{more}");
        }
        for (text, says) in [
            ("{", "EOF"),
            ("{}", "no `id2label`"),
            (r#"{"id2label": {"1": "O"}}"#, "count from 0 to 0"),
            (r#"{"id2label": {"0": "O", "00": "B-PER"}}"#, "twice"),
            (r#"{"id2label": {"0": 7}}"#, "count from 0"),
            (
                r#"{"id2label": {"0": "O"}, "max_position_embeddings": 8}"#,
                "leaves 8 tokens",
            ),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(says), "{text}: {error}");
        }
    }

    #[test]
    fn a_folder_says_what_it_lacks() {
        let folder = tempfile::tempdir().unwrap();
        let says = |says: &str| {
            let error = Folder::read(folder.path()).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        };
        says("config.json`: No such file");
        let config = folder.path().join("config.json");
        std::fs::write(&config, r#"{"id2label": {"0": "O", "1": "LABEL_1"}}"#).unwrap();
        says(
            "none of the labels LABEL_1 is known; say what they are in labels.toml beside it, such as LABEL_1 = \"PERSON\"",
        );
        let map = folder.path().join("labels.toml");
        std::fs::write(&map, "LABEL_2 = \"PERSON\"").unwrap();
        says("labels.toml`: the model has no label `LABEL_2`");
        std::fs::write(&map, "LABEL_1 = \"PERSON\"").unwrap();
        let read = Folder::read(folder.path()).unwrap();
        assert_eq!(read.labels().kinds().count(), 1);
    }
}
