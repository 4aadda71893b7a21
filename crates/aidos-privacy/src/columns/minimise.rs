//! What encryption or a partner needs of a table, and what leaving out the rest saves.
//!
//! Two organisations correlate by what both can see: addresses, e-mails, domains, URLs, digests, and when it
//! was. [`Purpose::of`] is that set; everything else can stay at home.

use serde::Serialize;

use super::kind::Type;
use super::report::{ColumnFound, Typed, rounded};

/// What a kept column is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Its values are compared with those of others, under encryption.
    Match,
    /// It says when; rounded, and not encrypted.
    Time,
}

impl Purpose {
    /// What a type is needed for; `None` where it is not needed.
    ///
    /// Compared are IP addresses, e-mail addresses, domains, URLs and digests of files.
    ///
    /// ```
    /// use aidos_privacy::columns::{Purpose, Type};
    /// assert_eq!(Purpose::of(Type::Hash), Some(Purpose::Match));
    /// assert_eq!(Purpose::of(Type::Time), Some(Purpose::Time));
    /// assert_eq!(Purpose::of(Type::Birthday), None);
    /// ```
    pub fn of(kind: Type) -> Option<Purpose> {
        match kind {
            Type::Ip | Type::Email | Type::Domain | Type::Url | Type::Hash => Some(Purpose::Match),
            Type::Time => Some(Purpose::Time),
            _ => None,
        }
    }
}

/// What work costs, to estimate time; all of it stands in the report.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Costs {
    /// Seconds to encrypt and compare one different value.
    pub seconds_per_value: f64,
    /// Bytes that are encrypted and sent a second, for what is not compared.
    pub bytes_per_second: f64,
}

impl Default for Costs {
    /// 25 µs a value (encrypted lists on two cores, with what stands around it), and 100 Mbit/s.
    fn default() -> Costs {
        Costs {
            seconds_per_value: 25e-6,
            bytes_per_second: 12.5e6,
        }
    }
}

/// What is kept and what is left out of a table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Minimised {
    /// Every column, with what it is needed for.
    pub columns: Vec<Need>,
    /// Bytes of the values of all columns.
    pub bytes: u64,
    /// Bytes of those that are kept.
    pub bytes_kept: u64,
    /// Share of the bytes that is saved, 0 to 1.
    #[serde(serialize_with = "rounded")]
    pub bytes_saved_share: f64,
    /// Estimated seconds for all columns.
    #[serde(serialize_with = "rounded")]
    pub seconds: f64,
    /// Estimated seconds for those that are kept.
    #[serde(serialize_with = "rounded")]
    pub seconds_kept: f64,
    /// What the estimate assumes.
    pub costs: Costs,
}

/// A column and what it is needed for.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Need {
    /// The column's name.
    pub name: String,
    /// What it is.
    #[serde(flatten)]
    pub kind: Typed,
    /// Whether it is kept.
    pub keep: bool,
    /// What it is kept for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Purpose>,
    /// Why it is kept or not.
    pub why: &'static str,
    /// Bytes of its values.
    pub bytes: u64,
    /// Different values, which is what encryption costs by.
    pub distinct: u64,
    /// Estimated seconds for this column.
    #[serde(serialize_with = "rounded")]
    pub seconds: f64,
}

/// Says what is needed of the columns.
pub(crate) fn minimise(columns: &[ColumnFound], costs: Costs) -> Minimised {
    let needs: Vec<Need> = columns.iter().map(|column| need(column, costs)).collect();
    let sum = |kept: bool| needs.iter().filter(move |n| n.keep || !kept);
    let bytes: u64 = sum(false).map(|n| n.bytes).sum();
    let bytes_kept: u64 = sum(true).map(|n| n.bytes).sum();
    #[allow(clippy::cast_precision_loss)] // a share for people
    let saved = if bytes == 0 {
        0.0
    } else {
        1.0 - bytes_kept as f64 / bytes as f64
    };
    Minimised {
        bytes,
        bytes_kept,
        bytes_saved_share: saved,
        seconds: sum(false).map(|n| n.seconds).sum(),
        seconds_kept: sum(true).map(|n| n.seconds).sum(),
        costs,
        columns: needs,
    }
}

fn need(column: &ColumnFound, costs: Costs) -> Need {
    let kind = column.kind.0;
    let purpose = Purpose::of(kind);
    let why = match (purpose, kind) {
        (Some(Purpose::Match), _) => "others hold the same kind of value: it is compared",
        (Some(Purpose::Time), _) => "it says when, which order and gaps are told by",
        (None, _) if column.free_text => {
            "free text: nothing to compare, and it may say anything of anyone"
        }
        (None, _) if column.personal => "it is of persons, and nothing is compared by it",
        (None, Type::Empty) => "it is empty",
        (None, _) => "nothing is compared by it",
    };
    #[allow(clippy::cast_precision_loss)] // an estimate
    let (bytes, distinct) = (column.bytes as f64, column.distinct as f64);
    let send = if costs.bytes_per_second > 0.0 {
        bytes / costs.bytes_per_second
    } else {
        0.0
    };
    // Only what is kept as it is escapes encryption: without minimising every value would be encrypted.
    let encrypt = if purpose == Some(Purpose::Time) {
        0.0
    } else {
        distinct * costs.seconds_per_value
    };
    Need {
        name: column.name.clone(),
        kind: column.kind,
        keep: purpose.is_some(),
        purpose,
        why,
        bytes: column.bytes,
        distinct: column.distinct,
        seconds: send + encrypt,
    }
}
