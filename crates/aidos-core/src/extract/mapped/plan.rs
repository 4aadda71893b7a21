//! A mapping that was checked and made ready: what [`Mapping::parse`] returns.

use std::collections::HashMap;

use regex::{Regex, RegexSet};

use super::build::build;
use super::error::{MappingError, one_line, position};
use super::field::Target;
use super::file::{Case, File, Format};
use super::groups::Groups;
use super::pairs::Style;

/// How the rows of one kind of log become events; made from a TOML file.
///
/// ```
/// # use aidos_core::extract::mapped::Mapping;
/// let mapping = Mapping::parse(r#"
/// name = "door"
/// format = "text"
/// [[pattern]]
/// template = "{time} {user} entered from {ip}"
/// "#)?;
/// assert_eq!(mapping.name(), "door");
/// # Ok::<(), aidos_core::extract::mapped::MappingError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Mapping {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) format: Format,
    pub(super) certainty: f64,
    pub(super) head: Option<HeadFields>,
    pub(super) contains: Vec<String>,
    pub(super) skip: RegexSet,
    pub(super) absent: Vec<String>,
    pub(super) time_formats: Vec<String>,
    pub(super) separator: Option<char>,
    pub(super) header: Vec<String>,
    pub(super) fields: Vec<Field>,
    pub(super) pairs: Option<Pairs>,
    pub(super) patterns: Vec<Pattern>,
    pub(super) set: RegexSet,
}

/// Index into [`Mapping::fields`].
pub(super) type FieldId = usize;

/// More fields than this do not fit the set of those that are filled.
pub(super) const MOST_FIELDS: usize = 256;

/// A field and what is done to its values.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) path: String,
    pub(super) target: Target,
    pub(super) case: Option<Case>,
    pub(super) map: HashMap<String, String>,
    pub(super) has_default: bool,
    pub(super) unescape: bool,
}

/// The fields that a syslog header fills.
#[derive(Clone, Copy, Debug)]
pub(super) struct HeadFields {
    pub(super) time: FieldId,
    pub(super) priority: FieldId,
    pub(super) host: FieldId,
    pub(super) program: FieldId,
    pub(super) pid: FieldId,
}

/// Where a piece of a row goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Goal {
    Nowhere,
    Field(FieldId),
    /// It is read as `key=value` pairs.
    Pairs,
    /// The date of a stamp whose clock time stands elsewhere.
    Date,
    /// The clock time of such a stamp.
    Clock,
}

/// What is done with the value of a column, path or key.
#[derive(Clone, Debug)]
pub(super) enum Use {
    Whole(Vec<Goal>),
    Apart {
        groups: Groups,
        goals: Vec<Vec<Goal>>,
        otherwise: Vec<Goal>,
    },
}

/// How pairs are read and where their values go.
#[derive(Clone, Debug)]
pub(super) struct Pairs {
    pub(super) style: Style,
    pub(super) keys: HashMap<String, Use>,
}

/// A fixed value for a field that the row leaves open.
#[derive(Clone, Debug)]
pub(super) struct Constant {
    pub(super) field: FieldId,
    pub(super) texts: Vec<String>,
    pub(super) json: String,
}

/// A condition on a column or path.
#[derive(Clone, Debug)]
pub(super) enum Test {
    Present,
    Exact(String),
    Begins(String),
    Matches(Regex),
}

impl Test {
    pub(super) fn holds(&self, value: &str) -> bool {
        match self {
            Self::Present => true,
            Self::Exact(text) => value == text,
            Self::Begins(text) => value.starts_with(text.as_str()),
            Self::Matches(regex) => regex.is_match(value),
        }
    }
}

/// One shape of row.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    pub(super) groups: Option<Groups>,
    /// Where each group goes, by its number.
    pub(super) goals: Vec<Vec<Goal>>,
    pub(super) program: Vec<Test>,
    pub(super) when: Vec<(String, Vec<Test>)>,
    pub(super) uses: Vec<(String, Use)>,
    pub(super) constants: Vec<Constant>,
    pub(super) skip: bool,
    pub(super) name: String,
}

impl Mapping {
    /// Reads and checks a mapping.
    ///
    /// # Errors
    ///
    /// [`MappingError`] names the line or key and what to write instead: unknown keys, expressions that
    /// do not compile, fields that do not exist or stand in each other's way, groups for the time that
    /// would not read a cleansed message again.
    pub fn parse(toml: &str) -> Result<Self, MappingError> {
        Self::parse_file("mapping.toml", toml)
    }

    /// Reads and checks a mapping; errors name this file.
    pub fn parse_file(file: &str, toml: &str) -> Result<Self, MappingError> {
        let raw: File = toml::from_str(toml).map_err(|error| {
            let (line, column) = position(toml, error.span().map_or(0, |span| span.start));
            MappingError::Toml {
                file: file.to_owned(),
                line,
                column,
                message: one_line(&error.message().trim().replace('\n', " ")),
            }
        })?;
        build(raw).map_err(|wrong| wrong.of(file, toml))
    }

    /// The name, which becomes `event.provider` unless the caller names the provider.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the mapping is for, in words.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// What the rows are.
    pub fn format(&self) -> Format {
        self.format
    }

    /// The names of the shapes of row it knows, in the order in which they are tried; empty where a
    /// shape has no name.
    pub fn shapes(&self) -> impl Iterator<Item = &str> {
        self.patterns.iter().map(|pattern| pattern.name.as_str())
    }

    /// The ECS fields that the mapping may fill, sorted.
    pub fn fields(&self) -> Vec<&str> {
        let mut fields: Vec<&str> = self.fields.iter().map(|f| f.path.as_str()).collect();
        fields.sort_unstable();
        fields
    }
}
