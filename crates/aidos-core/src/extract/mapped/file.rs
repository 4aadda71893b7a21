//! A mapping file as it is written, before anything in it is checked.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::field::Type;

/// The keys of a mapping file. Unknown ones are refused with their place.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) name: String,
    #[serde(default)]
    pub(super) description: String,
    pub(super) format: Format,
    #[serde(default = "usual_certainty")]
    pub(super) certainty: f64,
    #[serde(default)]
    pub(super) head: Head,
    #[serde(default)]
    pub(super) program: Vec<String>,
    #[serde(default)]
    pub(super) contains: Vec<String>,
    #[serde(default)]
    pub(super) skip: Vec<String>,
    #[serde(default = "usual_absent")]
    pub(super) absent: Vec<String>,
    #[serde(default)]
    pub(super) time_formats: Vec<String>,
    pub(super) separator: Option<String>,
    #[serde(default)]
    pub(super) header: Vec<String>,
    #[serde(default)]
    pub(super) parts: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) names: BTreeMap<String, OneOrMore>,
    #[serde(default)]
    pub(super) constants: toml::Table,
    #[serde(default)]
    pub(super) when: toml::Table,
    #[serde(default)]
    pub(super) columns: toml::Table,
    #[serde(default)]
    pub(super) paths: toml::Table,
    pub(super) pairs: Option<Pairs>,
    #[serde(default)]
    pub(super) fields: toml::Table,
    #[serde(default)]
    pub(super) pattern: Vec<Pattern>,
}

/// One text, or a list of texts.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, expecting = "a field or a list of fields")]
pub(super) enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl OneOrMore {
    pub(super) fn as_slice(&self) -> &[String] {
        match self {
            Self::One(text) => std::slice::from_ref(text),
            Self::More(texts) => texts,
        }
    }
}

fn usual_certainty() -> f64 {
    0.9
}

fn usual_absent() -> Vec<String> {
    vec!["-".to_owned()]
}

/// What the rows are.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Lines of text.
    Text,
    /// Cells under named columns.
    Csv,
    /// JSON objects.
    Json,
}

/// What stands before the part of a line that the patterns read.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Head {
    /// Nothing: the patterns read the whole line.
    #[default]
    None,
    /// A syslog header (RFC 3164, RFC 5424), which may be missing.
    Syslog,
}

/// One shape of row.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pattern {
    #[serde(default)]
    pub(super) name: String,
    #[serde(rename = "match")]
    pub(super) expression: Option<String>,
    pub(super) template: Option<String>,
    #[serde(default)]
    pub(super) program: Vec<String>,
    #[serde(default)]
    pub(super) when: toml::Table,
    #[serde(default)]
    pub(super) columns: toml::Table,
    #[serde(default)]
    pub(super) paths: toml::Table,
    #[serde(default)]
    pub(super) constants: toml::Table,
    #[serde(default)]
    pub(super) skip: bool,
}

/// How `key=value` pairs are told apart.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pairs {
    #[serde(default = "blank")]
    pub(super) separator: String,
    #[serde(default = "equals")]
    pub(super) assign: String,
    #[serde(default)]
    pub(super) trim: String,
    #[serde(default)]
    pub(super) open_ended: bool,
    pub(super) keys: toml::Table,
}

fn blank() -> String {
    " ".to_owned()
}

fn equals() -> String {
    "=".to_owned()
}

/// A key that is taken apart, instead of going into a field whole.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Apart {
    #[serde(rename = "match")]
    pub(super) expression: String,
    #[serde(rename = "else")]
    pub(super) otherwise: Option<String>,
}

/// What is done to the values of one field.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Setting {
    #[serde(default)]
    pub(super) map: BTreeMap<String, String>,
    pub(super) case: Option<Case>,
    #[serde(default)]
    pub(super) unescape: bool,
    #[serde(rename = "type")]
    pub(super) kind: Option<Type>,
}

/// How letters are changed.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Case {
    Lower,
    Upper,
}
