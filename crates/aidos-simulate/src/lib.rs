//! Makes logs whose truth is known: three providers' files of any size, with dirt, and beside them
//! what a perfect reader would find.
//!
//! The same [`Plan`] gives the same bytes on every platform. Nothing is shared with the crates that
//! read logs, so that a mistake there cannot hide behind the same mistake here. Memory does not
//! grow with the size; the caller owns the disk ([`Files`]).
//!
//! Files: `8bells.log` (RouterOS firewall lines), `dpc.csv` (e-mail addresses), `exus.json` (one
//! sensor event a line), `truth.jsonl` (one object a line of these three, in order), `attacks.json`
//! (a list of [`AttackRecord`]).

// Numbers are reduced to their range before they are narrowed, and where bits are mixed, cutting
// them off is the purpose.
#![allow(clippy::cast_possible_truncation)]

mod campaign;
mod cast;
mod clock;
mod firewall;
mod ledger;
mod mail;
mod random;
mod sensor;
mod text;
mod unique;

use std::io::{self, Write};

use serde::Serialize;

use crate::campaign::{Victim, War};
use crate::ledger::{Ledger, Output};
use crate::random::Random;

/// The smallest size that holds every kind of attack.
pub const LEAST_SIZE: u64 = 64 * 1024;

/// What to make.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plan {
    /// Chooses everything that chance decides.
    pub seed: u64,
    /// Bytes of the three logs together, from [`LEAST_SIZE`]; met within 1 %.
    pub size: u64,
    /// Share of damaged, repeated, blank and foreign lines, 0 to 1.
    pub dirt: f64,
}

/// Where the bytes go: the caller creates the files, this crate only writes to them.
pub trait Files {
    /// Opens the file `name` (a bare file name) for writing from its begin.
    fn create(&mut self, name: &str) -> io::Result<Box<dyn Write>>;
}

/// What stands in one log.
///
/// `entries + duplicates + rejects + skipped` is the number of rows; a line of two merged records
/// counts two entries.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct FileSummary {
    /// The file's name.
    pub file: &'static str,
    /// Physical lines, header and blank lines too.
    pub lines: u64,
    /// Rows that a reader keeps.
    pub entries: u64,
    /// Rows that repeat an earlier one.
    pub duplicates: u64,
    /// Rows that no reader can take.
    pub rejects: u64,
    /// Headers, comments and blank lines.
    pub skipped: u64,
    /// Lines with at least one kind of dirt.
    pub dirty: u64,
    /// Lines whose dirt destroyed information.
    pub beyond_repair: u64,
    /// Bytes.
    pub bytes: u64,
}

/// What was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// One for each log, in the order of the truth.
    pub files: [FileSummary; 3],
    /// Records in `attacks.json`.
    pub attacks: u64,
    /// Bytes of `truth.jsonl`.
    pub truth_bytes: u64,
}

impl Summary {
    /// Bytes of the three logs together.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }
}

/// One attack as `attacks.json` lists it. Only what stands readable in the log is listed: a source
/// whose every row was damaged beyond repair is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AttackRecord {
    /// `scan`, `brute_force`, `botnet`, `sql_injection`, `phishing` or `shared`.
    pub kind: &'static str,
    /// `8bells`, `dpc` or `exus`; `shared` has one record for each provider.
    pub provider: &'static str,
    /// Attackers: addresses, for phishing e-mail addresses. Sorted, each once.
    pub sources: Vec<String>,
    /// The attacked, likewise.
    pub targets: Vec<String>,
    /// Attacked ports, empty for `phishing` and `shared`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ports: Vec<u16>,
    /// Time of the first row.
    pub first: String,
    /// Time of the last row.
    pub last: String,
}

/// Why nothing was made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The size is below [`LEAST_SIZE`].
    #[error("cannot simulate {size} bytes: the least is {LEAST_SIZE}; pass a larger size")]
    TooSmall {
        /// The size asked for.
        size: u64,
    },
    /// The share of dirt is no share.
    #[error("cannot simulate a share of dirt of {dirt}: pass a number from 0 to 1")]
    BadDirt {
        /// The share asked for.
        dirt: f64,
    },
    /// A file could not be created or written.
    #[error("cannot write `{file}`: {source}; make room or choose another folder")]
    Write {
        /// The file's name.
        file: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// The caller's progress function said no.
    #[error("stopped the simulation after {bytes} bytes; run it again for the whole")]
    Stopped {
        /// Bytes of the logs that were made.
        bytes: u64,
    },
}

/// Makes the five files of `plan`.
///
/// `progress` hears the bytes of the logs made so far about once a MiB and at the end; false
/// stops the work.
///
/// # Errors
///
/// [`Error::TooSmall`] and [`Error::BadDirt`] before anything is created; [`Error::Write`] and
/// [`Error::Stopped`] leave unfinished files behind, which the caller removes.
///
/// ```
/// use std::io::{self, Write};
/// use aidos_simulate::{Files, Plan, simulate};
///
/// struct Nowhere;
/// impl Files for Nowhere {
///     fn create(&mut self, _: &str) -> io::Result<Box<dyn Write>> {
///         Ok(Box::new(io::sink()))
///     }
/// }
/// let plan = Plan { seed: 1, size: 100_000, dirt: 0.05 };
/// let summary = simulate(&plan, &mut Nowhere, &mut |_| true)?;
/// assert!(summary.bytes().abs_diff(plan.size) <= plan.size / 100);
/// # Ok::<(), aidos_simulate::Error>(())
/// ```
pub fn simulate(
    plan: &Plan,
    files: &mut dyn Files,
    progress: &mut dyn FnMut(u64) -> bool,
) -> Result<Summary, Error> {
    if plan.size < LEAST_SIZE {
        return Err(Error::TooSmall { size: plan.size });
    }
    if !(0.0..=1.0).contains(&plan.dirt) {
        return Err(Error::BadDirt { dirt: plan.dirt });
    }
    // A share of 2³², which u64 holds exactly and every platform computes alike.
    #[allow(clippy::cast_sign_loss)]
    let dirt = (plan.dirt * 4_294_967_296.0) as u64;
    let setting = Setting {
        seed: plan.seed,
        dirt,
    };
    let mut truth = Output::create(files, "truth.jsonl")?;

    let share = plan.size / 10 * 7;
    let mut ledger = Ledger::open(files, "8bells.log", share, 0, &mut truth, progress)?;
    let mut bells = War::plan(plan.seed, Victim::Bells, share / 190);
    firewall::write(&setting, &mut ledger, &mut bells)?;
    let first = ledger.close()?;

    let share = plan.size / 10;
    let mut ledger = Ledger::open(files, "dpc.csv", share, first.bytes, &mut truth, progress)?;
    let phishing = mail::write(&setting, &mut ledger)?;
    let second = ledger.close()?;

    let done = first.bytes + second.bytes;
    let share = plan.size.saturating_sub(done);
    let mut ledger = Ledger::open(files, "exus.json", share, done, &mut truth, progress)?;
    let mut exus = War::plan(plan.seed, Victim::Exus, share / 330);
    sensor::write(&setting, &mut ledger, &mut exus)?;
    let third = ledger.close()?;
    let truth_bytes = truth.close()?;

    let mut records = bells.records();
    records.extend(phishing);
    records.extend(exus.records());
    records.extend(campaign::shared([&bells, &exus]));
    let mut attacks = Output::create(files, "attacks.json")?;
    attacks.put_records(&records)?;
    attacks.close()?;
    let summary = Summary {
        files: [first, second, third],
        attacks: records.len() as u64,
        truth_bytes,
    };
    if progress(summary.bytes()) {
        Ok(summary)
    } else {
        Err(Error::Stopped {
            bytes: summary.bytes(),
        })
    }
}

/// What every writer needs to know of the plan.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setting {
    pub(crate) seed: u64,
    /// Share of dirty lines, in 1/2³².
    dirt: u64,
}

impl Setting {
    /// Decides whether the next line is dirty.
    pub(crate) fn dirty(&self, random: &mut Random) -> bool {
        (random.next() >> 32) < self.dirt
    }
}
