//! What the report says, as plain data for the engine to fill.
//!
//! Everything has a default that means "nothing", so a caller names only what it has. Lists are cut by
//! the caller; [`TopList::total`] tells how long they were. The view cuts again at the limits of
//! [`super::limits`], so the page stays small whatever it is given.

use crate::text::Text;

/// Everything that stands on the page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// The name of the case.
    pub case: Text,
    /// The label under which the case may be shared; `None` where nobody has set one.
    pub tlp: Option<Tlp>,
    /// The numbers of the head strip.
    pub summary: Summary,
    /// The files that were read, in the order in which they were read.
    pub files: TopList<InputFile>,
    /// Inputs that were not read at all.
    pub refused: TopList<Refused>,
    /// Sentences about the input as a whole: "own domain learned: hospital.example stands in 83 % of
    /// rows".
    pub notes: Vec<Text>,
    /// What was repaired or lost, most frequent first.
    pub repairs: TopList<Repair>,
    /// When things happened.
    pub timeline: Timeline,
    /// Kinds of attack that rules recognised, strongest first.
    pub patterns: TopList<Pattern>,
    /// Who attacks most.
    pub attackers: TopList<Party>,
    /// Who is attacked most.
    pub targets: TopList<Party>,
    /// Pairs of e-mail addresses that stand in one row.
    pub counterparts: TopList<Counterpart>,
    /// How many attackers two providers have in common.
    pub shared_matrix: Matrix,
    /// Attackers that more than one provider saw.
    pub shared: TopList<SharedAttacker>,
    /// Why rows were rejected, most frequent first.
    pub rejects: TopList<Reject>,
    /// What partners would see; `None` where nothing was made for them.
    pub privacy: Option<Privacy>,
    /// What stands behind the numbers; filled by [`Report::cite`].
    pub evidence: Vec<Evidence>,
    /// The options of the run, as they would be given again: name, value.
    pub options: Vec<(Text, Text)>,
    /// The version of the program.
    pub version: Text,
}

impl Report {
    /// Adds a block of evidence and returns the name by which numbers cite it.
    ///
    /// ```
    /// use aidos_view::report::{Count, Evidence, Report};
    ///
    /// let mut report = Report::default();
    /// let id = report.cite(Evidence { title: "rejected rows".into(), total: 7, ..Evidence::default() });
    /// report.summary.rejected = Count::cited(7, id);
    /// ```
    pub fn cite(&mut self, evidence: Evidence) -> EvidenceId {
        self.evidence.push(evidence);
        EvidenceId(self.evidence.len())
    }
}

/// What partners would see of a case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Privacy {
    /// The community it is for.
    pub community: Text,
    /// The policy's name.
    pub policy: Text,
    /// What the gate said, behind "It …": `may leave`, `waits for a person`.
    pub verdict: Text,
    /// Why it does not leave yet.
    pub reasons: Vec<Text>,
    /// Findings of each type.
    pub findings: Vec<(Text, u64)>,
    /// Values hidden: kind, technique, how many.
    pub hidden: Vec<(Text, Text, u64)>,
    /// What is counted in the case and in what is shared.
    pub kept: Vec<(Text, u64, u64)>,
    /// What was tried to find hidden values in it.
    pub attack: AttackCounts,
    /// Rows before and after.
    pub samples: Vec<(Text, Text)>,
}

/// What an attack on a release tried and found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AttackCounts {
    /// Hidden values that were searched.
    pub values: u64,
    /// Planted values that were searched.
    pub canaries: u64,
    /// Bytes that were searched.
    pub bytes: u64,
    /// Places where one was found.
    pub found: u64,
}

/// The name of a block of evidence, from [`Report::cite`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EvidenceId(pub(crate) usize);

/// A number, and what stands behind it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// The number.
    pub value: u64,
    /// The block that lists what was counted.
    pub evidence: Option<EvidenceId>,
}

impl Count {
    /// A number with its evidence.
    pub const fn cited(value: u64, evidence: EvidenceId) -> Self {
        Self {
            value,
            evidence: Some(evidence),
        }
    }
}

impl From<u64> for Count {
    fn from(value: u64) -> Self {
        Self {
            value,
            evidence: None,
        }
    }
}

/// The longest rows of a list, and how many there were.
#[derive(Clone, Debug, PartialEq)]
pub struct TopList<T> {
    /// The rows that are shown, in the order in which they are shown.
    pub rows: Vec<T>,
    /// How many rows the whole list has; less than `rows` means "just these".
    pub total: u64,
}

impl<T> Default for TopList<T> {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            total: 0,
        }
    }
}

impl<T> From<Vec<T>> for TopList<T> {
    /// A list that was not cut.
    fn from(rows: Vec<T>) -> Self {
        let total = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        Self { rows, total }
    }
}

/// The labels of TLP 2.0 (FIRST), least restricted first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tlp {
    /// No limit on disclosure.
    Clear,
    /// Within the community.
    Green,
    /// Within the organisation and its clients, on a need-to-know basis.
    Amber,
    /// Within the organisation only.
    AmberStrict,
    /// For the eyes and ears of the recipients only.
    Red,
}

impl Tlp {
    /// All labels, least restricted first.
    pub const ALL: [Self; 5] = [
        Self::Clear,
        Self::Green,
        Self::Amber,
        Self::AmberStrict,
        Self::Red,
    ];

    /// The label as it must be written, `TLP:AMBER+STRICT`.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Clear => "TLP:CLEAR",
            Self::Green => "TLP:GREEN",
            Self::Amber => "TLP:AMBER",
            Self::AmberStrict => "TLP:AMBER+STRICT",
            Self::Red => "TLP:RED",
        }
    }

    /// Finds the label, with or without `TLP:`, in any letter case.
    ///
    /// ```
    /// use aidos_view::report::Tlp;
    /// assert_eq!(Tlp::find("amber+strict"), Some(Tlp::AmberStrict));
    /// assert_eq!(Tlp::find("TLP:WHITE"), None);
    /// ```
    pub fn find(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tlp| {
            let label = tlp.label();
            word.eq_ignore_ascii_case(label)
                || label
                    .strip_prefix("TLP:")
                    .is_some_and(|bare| word.eq_ignore_ascii_case(bare))
        })
    }

    /// The class that the style sheet knows.
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Clear => "tlp-clear",
            Self::Green => "tlp-green",
            Self::Amber | Self::AmberStrict => "tlp-amber",
            Self::Red => "tlp-red",
        }
    }
}

/// The numbers of the head strip. Rows read must equal the next four together; where they do not, the
/// page says so.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Summary {
    /// Records in the input.
    pub rows_read: Count,
    /// Records that became entries.
    pub entries: Count,
    /// Records equal to an earlier one.
    pub duplicates: Count,
    /// Records that could not be read.
    pub rejected: Count,
    /// Blank lines, comments and headers.
    pub skipped: Count,
    /// Entries with at least one repair.
    pub repaired: Count,
    /// Different attackers.
    pub attackers: Count,
    /// Different targets, own addresses of e-mail rows among them.
    pub targets: Count,
    /// Those of them that somebody attacks: of mail nobody is said to be attacked.
    pub attacked: u64,
    /// Attackers that more than one provider saw.
    pub shared_attackers: Count,
    /// STIX bundles written.
    pub bundles: Count,
    /// STIX objects in them.
    pub objects: Count,
    /// Time of the first entry, RFC 3339 UTC.
    pub first: Option<Text>,
    /// Time of the last entry, RFC 3339 UTC.
    pub last: Option<Text>,
}

/// A file that was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct InputFile {
    /// The path inside the input, `e.zip/a.log`.
    pub path: Text,
    /// Who made the log.
    pub provider: Text,
    /// Why the provider was recognised: "chain and proto in 98 of 100 rows".
    pub why: Text,
    /// How sure that is, 0 to 100; `None` where the provider was given by option.
    pub score: Option<u8>,
    /// `text`, `CSV`, `JSON`, `xlsx` …
    pub format: Text,
    /// `UTF-8`, `windows-1253` …
    pub encoding: Text,
    /// Its own size, unpacked; 0 where it has none, as a sheet of a workbook.
    pub bytes: u64,
    /// SHA-256 in hexadecimal, of the file or of what it lies in.
    pub sha256: Text,
    /// The archive, workbook or folder of which [`InputFile::sha256`] is; empty where it is the file's own.
    pub inside: Text,
    /// Records in the file.
    pub rows: Count,
    /// Records that became entries.
    pub entries: Count,
    /// Records equal to an earlier one.
    pub duplicates: Count,
    /// Records that could not be read.
    pub rejected: Count,
    /// Blank lines, comments and headers.
    pub skipped: Count,
    /// Time of the first entry, RFC 3339 UTC.
    pub first: Option<Text>,
    /// Time of the last entry, RFC 3339 UTC.
    pub last: Option<Text>,
    /// Sentences about this file: "no zone in the stamps: UTC assumed".
    pub notes: Vec<Text>,
}

/// An input that was not read at all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Refused {
    /// The path inside the input.
    pub path: Text,
    /// Why, and what would help.
    pub reason: Text,
}

/// A kind of repair or loss.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Repair {
    /// The word in `aidos.defects`: `bad_mac`.
    pub defect: Text,
    /// The rule in plain words; empty takes the sentence of [`crate::defects::meaning`].
    pub rule: Text,
    /// How often; its evidence points to lines of `changes.jsonl`.
    pub count: Count,
    /// A few of them.
    pub examples: Vec<Change>,
}

/// One repair.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Change {
    /// Where, `a.log:12`.
    pub place: Text,
    /// The row, or the part of it, as it came.
    pub before: Text,
    /// The same as it is now; empty where nothing is left.
    pub after: Text,
}

/// When things happened, by provider.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Timeline {
    /// Length of a bucket in seconds: 3,600 or 86,400.
    pub step: i64,
    /// The providers.
    pub providers: Vec<Text>,
    /// The buckets, in any order; empty ones may be left out.
    pub buckets: Vec<Bucket>,
    /// Entries without a time, which no bucket holds.
    pub undated: Count,
}

/// One stretch of the timeline.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bucket {
    /// Where it begins, seconds since 1970, UTC.
    pub start: i64,
    /// A count for each provider, in their order.
    pub counts: Vec<u64>,
    /// What stands behind the counts.
    pub evidence: Option<EvidenceId>,
}

/// What a rule recognised.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pattern {
    /// What it is called: "port scan", "coordinated sources".
    pub name: Text,
    /// The rule with its thresholds: "≥ 15 ports on a target in 5 min".
    pub rule: Text,
    /// The ATT&CK technique, `T1046`.
    pub technique: Text,
    /// How sure, 0 to 100.
    pub confidence: Option<u8>,
    /// Different sources.
    pub sources: Count,
    /// Different targets.
    pub targets: Count,
    /// Entries that it rests on.
    pub entries: Count,
    /// Time of the first of them.
    pub first: Option<Text>,
    /// Time of the last of them.
    pub last: Option<Text>,
}

/// An attacker, or a target.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Party {
    /// Its address or name.
    pub name: Text,
    /// Entries in which it has this role.
    pub count: Count,
    /// Different parties on the other side: targets of an attacker, attackers of a target.
    pub peers: Count,
    /// Ports that were tried, as they are to be read: `22`, `3389`.
    pub ports: Vec<Text>,
    /// The providers that saw it.
    pub providers: Vec<Text>,
    /// Time of the first entry.
    pub first: Option<Text>,
    /// Time of the last entry.
    pub last: Option<Text>,
    /// Entries over the whole time in equal parts, for the sparkline; empty leaves it out.
    pub activity: Vec<u64>,
}

/// Two e-mail addresses that stand in one row. Nothing here says who wrote to whom.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counterpart {
    /// One address.
    pub one: Text,
    /// The other.
    pub other: Text,
    /// Rows that hold both.
    pub count: Count,
    /// The rule by which they belong together: "arrow between them".
    pub rule: Text,
    /// How sure that is, 0 to 100.
    pub confidence: Option<u8>,
    /// Time of the first row.
    pub first: Option<Text>,
    /// Time of the last row.
    pub last: Option<Text>,
}

/// A square of numbers, `cells[row][column]`, over the same names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Matrix {
    /// The providers.
    pub names: Vec<Text>,
    /// Attackers that both have; on the diagonal the attackers of that provider.
    pub cells: Vec<Vec<Count>>,
}

/// An attacker that more than one provider saw.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SharedAttacker {
    /// Its address or name.
    pub name: Text,
    /// The providers and in how many of their entries it stands.
    pub providers: Vec<(Text, Count)>,
    /// Time of the first entry.
    pub first: Option<Text>,
    /// Time of the last entry.
    pub last: Option<Text>,
}

/// A reason for which rows were rejected.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reject {
    /// The reason in a few words.
    pub reason: Text,
    /// What it means and what would help; may be empty.
    pub explanation: Text,
    /// How many rows; its evidence points to lines of `rejects.jsonl`.
    pub count: Count,
    /// A few of them.
    pub samples: Vec<Sample>,
}

/// A row as it came, and its place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sample {
    /// Where it stands, `a.log:12`.
    pub place: Text,
    /// The row.
    pub text: Text,
}

/// What stands behind a number.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evidence {
    /// What was counted: "203.0.113.7 as attacker".
    pub title: Text,
    /// How many things were counted.
    pub total: u64,
    /// Where they stand, in up to three files.
    pub lines: Vec<Lines>,
    /// A few of them.
    pub samples: Vec<Sample>,
}

/// Lines of one of the files beside the report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lines {
    /// Which file.
    pub file: CaseFile,
    /// First and last line of each stretch, from 1, both included.
    pub ranges: Vec<(u64, u64)>,
    /// Lines that were cut off the list.
    pub more: u64,
}

/// A file of the case folder that numbers point into.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CaseFile {
    /// `entries.jsonl`
    #[default]
    Entries,
    /// `rejects.jsonl`
    Rejects,
    /// `changes.jsonl`
    Changes,
    /// `patterns.json`
    Patterns,
    /// The folder of STIX bundles, by the number of the bundle.
    Bundles,
}

impl CaseFile {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Entries => "entries.jsonl",
            Self::Rejects => "rejects.jsonl",
            Self::Changes => "changes.jsonl",
            Self::Patterns => "patterns.json",
            Self::Bundles => "the STIX bundles",
        }
    }

    /// Where the lines stand that a list leaves out.
    pub const fn rest(self) -> &'static str {
        match self {
            Self::Entries => "patterns.json",
            other => other.name(),
        }
    }
}
