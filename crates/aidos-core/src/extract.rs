//! Rows to events: one file a provider, all with the same rooms inside.
//!
//! A [`Provider`] recognises a log ([`Provider::score`]) and reads one row at a time
//! ([`Provider::extract`]), pushing what it finds into a [`Sink`]. It never fails: a row becomes entries,
//! a reject with its reason, or is skipped.

pub mod dpc;
pub mod exus;
pub mod mapped;
pub mod propose;
pub mod routeros;

use std::borrow::Cow;

use aidos_model::{Civil, Defect, Event, Raw};
use bumpalo::Bump;

use crate::clean::stamp::{When, last_year_with};
use crate::clean::zone::Zone;

/// One record as the reader found it.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a, 'c> {
    /// Line of the file (or row of the sheet) at which it starts, from 1.
    pub line: u64,
    /// The whole record as it stands, without its newline.
    pub text: &'a str,
    /// Its parts, where the file's format has such.
    pub shape: Shape<'c>,
}

/// What the file's format says about a record.
#[derive(Clone, Copy, Debug)]
pub enum Shape<'c> {
    /// A line of text.
    Line,
    /// Cells of a CSV record or a sheet row; `repaired` when a stray quote was read as a character.
    Cells {
        /// The cells, quoting undone.
        cells: &'c [Cow<'c, str>],
        /// Whether a stray quotation mark was read as a character.
        repaired: bool,
    },
    /// The text of one JSON value; not `complete` when the file ends in its middle.
    Json {
        /// Whether all brackets are closed.
        complete: bool,
    },
    /// What stands between JSON values and is none.
    Garbage,
    /// A JSON value nested deeper than the limit.
    TooDeep,
}

/// Which address of a NAT clause is the translated one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NatRule {
    /// The member of the parenthesised pair that is no endpoint of the main tuple.
    #[default]
    Semantic,
    /// The last address of the line, as some older tools take it.
    LastIp,
}

/// What holds for all rows of a file.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// Name of the provider, `event.provider`.
    pub provider: &'a str,
    /// Path inside the input, `log.file.path`.
    pub path: &'a str,
    /// Zone of stamps that name none.
    pub zone: &'a Zone,
    /// Column names of a CSV file or sheet; empty where it has none.
    pub header: &'a [&'a str],
    /// How NAT clauses are read.
    pub nat: NatRule,
}

/// An entry on its way: its year may still be missing.
#[derive(Clone, Copy, Debug)]
pub struct Draft<'a> {
    /// The entry.
    pub event: Event<'a>,
    /// What its stamp says of the year.
    pub year: Year,
}

/// What the stamp of a row says of the year.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Year {
    /// The row has no stamp, or one without a date.
    #[default]
    None,
    /// The log wrote it.
    Written(i16),
    /// The log left it out: [`Draft::settle`] needs it.
    Missing(Civil),
}

impl Draft<'_> {
    /// Gives a stamp without a year its year: the last one not after `limit` in which its date exists;
    /// without a limit the time stays unknown. Returns the defect that this adds to the entry.
    pub fn settle(&mut self, limit: Option<i16>, zone: &Zone) -> Option<Defect> {
        let Year::Missing(civil) = self.year else {
            return None;
        };
        let found = limit
            .and_then(|limit| last_year_with(civil, limit))
            .and_then(|year| zone.instant(Civil { year, ..civil }));
        let defect = match found {
            Some((time, oddity)) => {
                self.event.timestamp = Some(time);
                oddity
            }
            None => Some(Defect::NoYear),
        };
        if let Some(defect) = defect {
            self.event.defects.add(defect);
        }
        defect
    }
}

/// What became of a row.
// Nearly all items are entries: a box around them would cost an allocation a row.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug)]
pub enum Item<'a> {
    /// An entry.
    Entry(Draft<'a>),
    /// Refused, with line, reason and text.
    Reject {
        /// Line of the record.
        line: u64,
        /// The reason as a word.
        reason: &'static str,
        /// The record.
        text: Raw<&'a str>,
    },
    /// A blank line, a comment or a header.
    Skip,
}

/// One repair or loss in an item.
#[derive(Clone, Copy, Debug)]
pub struct Repair<'a> {
    /// Which item of the sink it belongs to.
    pub item: usize,
    /// The rule that acted.
    pub rule: Defect,
    /// The field in ECS words, where one is meant.
    pub field: Option<&'static str>,
    /// What stood there.
    pub before: Raw<&'a str>,
    /// What stands there now; `None` where it is lost.
    pub after: Option<Raw<&'a str>>,
}

/// Takes what a provider finds in the rows of one batch.
#[derive(Debug)]
pub struct Sink<'a> {
    /// Where text lives that does not stand in the row as such.
    pub arena: &'a Bump,
    /// What became of the rows, in order.
    pub items: Vec<Item<'a>>,
    /// What was repaired or lost in them, in order.
    pub repairs: Vec<Repair<'a>>,
}

impl<'a> Sink<'a> {
    /// An empty sink over an arena.
    pub fn new(arena: &'a Bump) -> Self {
        Self {
            arena,
            items: Vec::new(),
            repairs: Vec::new(),
        }
    }

    /// Notes a repair or loss in the entry that is pushed next.
    ///
    /// The same defect must be added to that entry's `defects`; each defect of an entry has at least
    /// one repair.
    pub fn repair(
        &mut self,
        rule: Defect,
        field: Option<&'static str>,
        before: &'a str,
        after: Option<&'a str>,
    ) {
        let item = self.items.len();
        let (before, after) = (Raw::new(before), after.map(Raw::new));
        self.repairs.push(Repair {
            item,
            rule,
            field,
            before,
            after,
        });
    }

    /// Forgets the repairs noted for an item that was not pushed after all.
    pub fn forget(&mut self) {
        let item = self.items.len();
        while self
            .repairs
            .last()
            .is_some_and(|repair| repair.item == item)
        {
            self.repairs.pop();
        }
    }

    /// Pushes an entry.
    pub fn entry(&mut self, event: Event<'a>, year: Year) {
        self.items.push(Item::Entry(Draft { event, year }));
    }

    /// Refuses a row; what was noted of repairs in it is forgotten.
    pub fn reject(&mut self, line: u64, reason: &'static str, text: &'a str) {
        let item = self.items.len();
        while self
            .repairs
            .last()
            .is_some_and(|repair| repair.item == item)
        {
            self.repairs.pop();
        }
        self.items.push(Item::Reject {
            line,
            reason,
            text: Raw::new(text),
        });
    }

    /// Counts a row that holds no record.
    pub fn skip(&mut self) {
        self.items.push(Item::Skip);
    }
}

/// How surely a sample is of a provider, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Score {
    /// From 0 (no row fits) to 1 (all do).
    pub value: f64,
    /// In words: `37 of 40 lines are firewall lines`.
    pub why: String,
}

/// A sample of a file: its first records.
#[derive(Clone, Copy, Debug)]
pub struct Sample<'a, 'c> {
    /// Name of the file, without folders.
    pub name: &'a str,
    /// Up to 200 records.
    pub rows: &'c [Row<'a, 'c>],
    /// What holds for the file.
    pub header: &'a [&'a str],
}

/// Who makes a kind of log, and how its rows are read.
pub trait Provider: Send + Sync {
    /// The name, `event.provider`.
    fn name(&self) -> &str;

    /// How surely the sample is of this provider.
    fn score(&self, sample: &Sample<'_, '_>) -> Score;

    /// Reads one row. Pushes at least one item.
    fn extract<'a>(&self, row: Row<'a, '_>, context: &Context<'a>, sink: &mut Sink<'a>);
}

/// Applies a stamp to an entry: its time, or the defect that says why it has none.
///
/// Returns what the stamp says of the year. `text` is the stamp as it stands in the row.
pub fn apply_stamp<'a>(
    event: &mut Event<'a>,
    when: When,
    text: &'a str,
    sink: &mut Sink<'a>,
) -> Year {
    match when {
        When::At(time, year, oddity) => {
            event.timestamp = Some(time);
            if let Some(oddity) = oddity {
                event.defects.add(oddity);
                sink.repair(oddity, Some("@timestamp"), text, None);
            }
            Year::Written(year)
        }
        When::NeedsYear(civil) => Year::Missing(civil),
        When::Unknown(defect) => {
            event.defects.add(defect);
            sink.repair(defect, Some("@timestamp"), text, None);
            Year::None
        }
    }
}
