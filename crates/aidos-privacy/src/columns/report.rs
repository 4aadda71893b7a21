//! The report: one document that people, programs and a recommender read. It holds no value of the table.

use serde::{Serialize, Serializer};

use super::domain::DomainFound;
use super::judge::{Evidence, Source};
use super::kind::Type;
use super::minimise::Minimised;

/// All that is known of a table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// The version of this document's fields.
    pub schema: u32,
    /// Rows of the table.
    pub rows: u64,
    /// Rows of the sample that was looked at.
    pub sampled: u64,
    /// What chose the sample.
    pub seed: u64,
    /// Columns beyond the first 512, which were not looked at.
    pub columns_left_out: u64,
    /// The columns in their order.
    pub columns: Vec<ColumnFound>,
    /// What the table is about.
    pub domain: DomainFound,
    /// What encryption or a partner needs of it, where that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimise: Option<Minimised>,
}

/// What is known of a column.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ColumnFound {
    /// Its name: the header's, a path of JSON, or its number from 1.
    pub name: String,
    /// Its number from 1.
    pub number: usize,
    /// What it is.
    #[serde(flatten)]
    pub kind: Typed,
    /// How sure that is, 0 to 1.
    #[serde(serialize_with = "rounded")]
    pub confidence: f64,
    /// Whether the values are of persons, or lead to one.
    pub personal: bool,
    /// Whether it can name a person together with others.
    pub quasi_identifier: bool,
    /// Whether it is prose or holds different things from cell to cell, so that each cell must be scanned.
    pub free_text: bool,
    /// Whether a person assigned the type.
    pub assigned: bool,
    /// Cells that hold something.
    pub filled: u64,
    /// Their share of all rows, 0 to 1.
    #[serde(serialize_with = "rounded")]
    pub filled_share: f64,
    /// Different values.
    pub distinct: u64,
    /// Whether that number is counted or estimated.
    pub distinct_exact: bool,
    /// Bytes of its values.
    pub bytes: u64,
    /// Why it is what it is, the strongest first.
    pub evidence: Vec<Evidence>,
    /// What else it could be.
    pub alternatives: Vec<Alternative>,
    /// What stands inside cells of a free text, by the share of cells.
    pub inside: Vec<Inside>,
}

/// A type as its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Typed(pub Type);

impl Serialize for Typed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap as _;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("type", self.0.word())?;
        if let Some(subtype) = self.0.subtype() {
            map.serialize_entry("subtype", subtype)?;
        }
        map.end()
    }
}

/// Another type that a column could be.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Alternative {
    /// What it could be.
    #[serde(flatten)]
    pub kind: Typed,
    /// How sure that is, 0 to 1.
    #[serde(serialize_with = "rounded")]
    pub confidence: f64,
}

/// Personal data inside the cells of a column that is something else.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Inside {
    /// The type's word.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// What it is more finely.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subtype: Option<String>,
    /// Share of the cells that hold it, 0 to 1.
    #[serde(serialize_with = "rounded")]
    pub share: f64,
}

impl Serialize for Evidence {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct as _;
        let mut all = serializer.serialize_struct("Evidence", 3)?;
        all.serialize_field("source", self.source.word())?;
        all.serialize_field("why", &self.why)?;
        all.serialize_field("log_odds", &((self.log_odds * 100.0).round() / 100.0))?;
        all.end()
    }
}

impl Serialize for Source {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

/// Three decimals are enough for people and keep the bytes the same on every platform. A share above 0 stays
/// above it.
#[allow(clippy::trivially_copy_pass_by_ref)] // the form that serde asks for
pub(crate) fn rounded<S: Serializer>(share: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    let three = (share * 1000.0).round() / 1000.0;
    let kept = if three == 0.0 && *share > 0.0 {
        0.001
    } else {
        three
    };
    serializer.serialize_f64(kept)
}
