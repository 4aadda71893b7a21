//! What is told of a file.

use aidos_read::{Format, Sniff, sniff};
use serde::Serialize;

use super::types::Column;
use crate::plan::Reading;

/// The least score with which `run` takes a provider.
const LEAST_SCORE: f64 = 0.2;

/// A file, or a file in an archive, as it was found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Found {
    /// Its path: the input's name, then the path inside it.
    pub path: String,
    /// `text`, `csv`, `json`, `xlsx`, `zip`, `empty` or `binary`.
    pub format: &'static str,
    /// How the format is spoken: the delimiter of CSV, the layout of JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layout: Option<String>,
    /// The encoding's name of the WHATWG standard; `None` where it is no text.
    pub encoding: Option<&'static str>,
    /// Whether the encoding is proved, not guessed.
    pub encoding_certain: bool,
    /// Whether a byte order mark stands in front.
    pub byte_order_mark: bool,
    /// Why this format and encoding.
    pub why: String,
    /// Whether it would be refused, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// The provider that `run` would take.
    pub provider: Option<String>,
    /// All providers, the surest first.
    pub scores: Vec<Scored>,
    /// Records that were looked at.
    pub rows: u64,
    /// Whether these are all.
    pub whole: bool,
    /// The columns of CSV and sheets, the members of JSON.
    pub columns: Vec<Column>,
    /// Columns beyond the first 512, counted only.
    #[serde(skip_serializing_if = "is_zero")]
    pub columns_left_out: u64,
    /// What the provider makes of the rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for a reference
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// How surely a file is of a provider.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Scored {
    /// The provider.
    pub provider: String,
    /// From 0 to 1.
    pub score: f64,
    /// Why, in words.
    pub why: String,
}

/// What becomes of the rows that were looked at. Duplicates are not told apart here.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Outcome {
    /// Entries.
    pub entries: u64,
    /// Entries with at least one defect.
    pub repaired: u64,
    /// Rows whose shape was not recognised.
    pub rejected: u64,
    /// Blank lines, comments, headers.
    pub skipped: u64,
    /// The fields of the entries.
    pub fields: Vec<Column>,
}

/// A file that is not read.
pub(super) fn refused(path: &str, reason: &str) -> Found {
    let mut found = Found::of(path, &sniff(path, b""));
    found.format = "unread";
    found.why.clear();
    found.refused = Some(reason.to_owned());
    found
}

impl Found {
    pub(super) fn of(path: &str, kind: &Sniff) -> Self {
        let (format, layout) = match &kind.format {
            Format::Text => ("text", None),
            Format::Csv(dialect) => {
                let delimiter = match dialect.delimiter {
                    b'\t' => "tab".to_owned(),
                    other => format!("`{}`", char::from(other)),
                };
                let header = if dialect.header.is_some() {
                    "with"
                } else {
                    "without"
                };
                (
                    "csv",
                    Some(format!("delimiter {delimiter}, {header} header")),
                )
            }
            Format::Json(shape) => {
                let layout = match shape {
                    aidos_read::Shape::Lines => "one object a line".to_owned(),
                    aidos_read::Shape::Array => "one array".to_owned(),
                    aidos_read::Shape::Concatenated => "objects one after the other".to_owned(),
                    aidos_read::Shape::Wrapped { key } => {
                        format!("an object with the list `{key}`")
                    }
                };
                ("json", Some(layout))
            }
            Format::Xlsx => ("xlsx", None),
            Format::Zip => ("zip", None),
            Format::Empty => ("empty", None),
            Format::Binary => ("binary", None),
        };
        let text = matches!(format, "text" | "csv" | "json");
        Self {
            path: path.to_owned(),
            format,
            layout,
            encoding: text.then(|| kind.encoding.name()),
            encoding_certain: text && kind.encoding.is_certain(),
            byte_order_mark: kind.had_bom,
            why: kind.why.clone(),
            refused: None,
            provider: None,
            scores: Vec::new(),
            rows: 0,
            whole: false,
            columns: Vec::new(),
            columns_left_out: 0,
            outcome: None,
        }
    }

    pub(super) fn take_scores(
        &mut self,
        reading: &Reading,
        scores: Vec<(u8, aidos_core::extract::Score)>,
    ) {
        self.scores = scores
            .into_iter()
            .map(|(number, score)| Scored {
                provider: reading.providers.get(number).name().to_owned(),
                score: score.value,
                why: score.why,
            })
            .collect();
        // Stable: the same score keeps the order of names, as `run` does.
        self.scores.sort_by(|a, b| b.score.total_cmp(&a.score));
        self.provider = match reading.provider {
            Some(number) => Some(reading.providers.get(number).name().to_owned()),
            None => self
                .scores
                .first()
                .filter(|best| best.score >= LEAST_SCORE)
                .map(|best| best.provider.clone()),
        };
        if self.provider.is_none() {
            self.refused = Some(
                "no provider recognises it; name one with --provider, or write a mapping with \
                 `aidos providers propose`"
                    .to_owned(),
            );
        }
    }
}
