//! What a job says at its end.

use aidos_privacy::gate::State;
use serde::{Deserialize, Serialize};

/// The counts of a job. Always `rows_read = entries + duplicates + rejected + skipped`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// The case's name.
    pub case: String,
    /// Records of the inputs.
    pub rows_read: u64,
    /// Records that became entries.
    pub entries: u64,
    /// Records equal to an earlier one of the same provider.
    pub duplicates: u64,
    /// Records whose shape was not recognised.
    pub rejected: u64,
    /// Blank lines, comments, headers.
    pub skipped: u64,
    /// Entries and duplicates with at least one defect.
    pub repaired: u64,
    /// STIX bundles, one an entry.
    pub bundles: u64,
    /// Objects of the case's bundle.
    pub objects: u64,
    /// Different attackers.
    pub attackers: u64,
    /// Different targets of each provider.
    pub targets: u64,
    /// Attackers that more than one provider saw.
    pub shared_attackers: u64,
    /// E-mail addresses that stand in a row with an own one.
    pub counterparts: u64,
    /// Personal data found in the messages of the entries.
    #[serde(default)]
    pub findings: u64,
    /// What the gate said of `shareable/`; absent where none was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<State>,
    /// Wall time in seconds.
    pub seconds: f64,
    /// Bytes of input, unpacked and decoded.
    pub bytes_in: u64,
    /// Inputs, and files in them, that were refused.
    pub refused: Vec<Refused>,
    /// Whether an earlier run had finished the case and nothing was done.
    pub already_done: bool,
}

/// An input, or a file in one, that was not read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// Its name.
    pub path: String,
    /// Why, and the way out.
    pub reason: String,
}
