//! The mappings that come with the program, compiled when a row may be theirs.

use std::sync::OnceLock;

use serde::Deserialize;

use super::file::Format;
use super::{Mapped, Mapping};
use crate::extract::{Context, Provider, Row, Sample, Score, Shape, Sink};

/// The mappings that come with the program: file name and TOML text.
pub const SHIPPED: &[(&str, &str)] = &[
    ("cef.toml", include_str!("../../../mappings/cef.toml")),
    (
        "cisco-asa.toml",
        include_str!("../../../mappings/cisco-asa.toml"),
    ),
    ("cowrie.toml", include_str!("../../../mappings/cowrie.toml")),
    (
        "iptables.toml",
        include_str!("../../../mappings/iptables.toml"),
    ),
    (
        "postfix.toml",
        include_str!("../../../mappings/postfix.toml"),
    ),
    ("sshd.toml", include_str!("../../../mappings/sshd.toml")),
    (
        "suricata.toml",
        include_str!("../../../mappings/suricata.toml"),
    ),
    (
        "zeek-conn.toml",
        include_str!("../../../mappings/zeek-conn.toml"),
    ),
    (
        "zeek-conn-json.toml",
        include_str!("../../../mappings/zeek-conn-json.toml"),
    ),
];

/// The providers of the shipped mappings, sorted by name.
pub fn shipped() -> Vec<Shipped> {
    // A test holds that each of them parses.
    SHIPPED
        .iter()
        .filter_map(|(file, toml)| Shipped::new(file, toml))
        .collect()
}

/// A [`Mapped`] that compiles its expressions at its first row: those of all mappings take longer than
/// most files do.
#[derive(Clone, Debug)]
pub struct Shipped {
    gist: Gist,
    source: (&'static str, &'static str),
    mapped: OnceLock<Option<Mapped>>,
}

/// What tells without an expression that rows belong to others.
#[derive(Clone, Debug, Deserialize)]
struct Gist {
    name: String,
    format: Format,
    #[serde(default)]
    contains: Vec<String>,
    separator: Option<String>,
}

impl Gist {
    fn may_be(&self, row: &Row<'_, '_>) -> bool {
        let holds =
            |word: &String| memchr::memmem::find(row.text.as_bytes(), word.as_bytes()).is_some();
        match (self.format, row.shape) {
            (Format::Text, Shape::Line) => {
                self.contains.is_empty() || self.contains.iter().any(holds)
            }
            (Format::Csv, Shape::Cells { .. }) | (Format::Json, Shape::Json { .. }) => true,
            (Format::Csv, Shape::Line) => self.separator.as_ref().is_none_or(holds),
            (Format::Json, Shape::Line) => row.text.trim_start().starts_with('{'),
            _ => false,
        }
    }
}

impl Shipped {
    fn new(file: &'static str, toml: &'static str) -> Option<Self> {
        Some(Self {
            gist: toml::from_str(toml).ok()?,
            source: (file, toml),
            mapped: OnceLock::new(),
        })
    }

    /// All of them, compiled.
    pub fn compiled() -> Vec<Mapped> {
        let providers = shipped().into_iter();
        providers.filter_map(|own| own.mapped().cloned()).collect()
    }

    /// Whether an expression has to tell whether the row is one of the mapping's.
    pub(super) fn may_be(&self, row: &Row<'_, '_>) -> bool {
        self.gist.may_be(row)
    }

    /// The provider, compiled.
    pub fn mapped(&self) -> Option<&Mapped> {
        let (file, toml) = self.source;
        self.mapped
            .get_or_init(|| Mapping::parse_file(file, toml).ok().map(Mapped::new))
            .as_ref()
    }
}

impl Provider for Shipped {
    fn name(&self) -> &str {
        &self.gist.name
    }

    fn score(&self, sample: &Sample<'_, '_>) -> Score {
        if sample.rows.iter().any(|row| self.may_be(row))
            && let Some(mapped) = self.mapped()
        {
            return mapped.score(sample);
        }
        Score {
            value: 0.0,
            why: format!("no row looks like one of `{}`", self.gist.name),
        }
    }

    fn extract<'a>(&self, row: Row<'a, '_>, context: &Context<'a>, sink: &mut Sink<'a>) {
        match self.mapped() {
            Some(mapped) => mapped.extract(row, context, sink),
            None => sink.reject(row.line, "unknown_shape", row.text),
        }
    }
}
