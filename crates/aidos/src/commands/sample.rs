//! `aidos sample`: a sample that looks like the whole.

use std::io::{self, Read, Write};
use std::path::PathBuf;

use aidos_engine::export::Entries;
use aidos_engine::plan::{Input, Reading};
use aidos_engine::progress::{Followed, Moment, Progress};
use aidos_engine::sample::{self, Plan};
use aidos_engine::steps::{self, Outputs, Style};
use aidos_engine::{Error, Exit};

use crate::cli::Session;
use crate::options::{self, ReadingArgs};
use crate::ui::{Watch, counted};

/// A sample of entries that looks like the whole: seeded and stratified
///
/// Takes entries, a case's folder, or raw logs, which are extracted first. Every stratum (by default each
/// provider's day) is sampled in proportion to its size, with at least one row while there are enough. The
/// same seed gives the same bytes. Memory does not grow with the rows.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos sample out/march --rows 500 --seed 7 > sample.jsonl\n  \
    aidos sample router.log --by source.ip\n  \
    aidos extract router.log | aidos sample --by event.provider,destination.port")]
pub(crate) struct Args {
    /// Entries, a case's folder, or raw logs; - or nothing for standard input
    #[arg(value_name = "INPUT")]
    inputs: Vec<PathBuf>,

    /// Chooses what chance decides
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,

    /// Rows of the sample
    #[arg(long, value_name = "K", default_value_t = 1_000)]
    rows: u64,

    /// Fields whose values make the strata, dotted; `day` is the day in UTC; may be given again
    #[arg(
        long,
        value_name = "FIELD",
        value_delimiter = ',',
        default_values = ["event.provider", "day"]
    )]
    by: Vec<String>,

    #[command(flatten)]
    reading: ReadingArgs,
}

/// Where the entries come from, twice.
enum Source {
    Entries(Entries),
    Raw(Box<Reading>, Option<Entries>),
}

/// Follows a second pass: what was refused, or is worth a note, was said in the first.
struct Again<'w>(&'w Watch);

impl Progress for Again<'_> {
    fn take(&self, moment: &Moment<'_>) {
        match moment {
            Moment::Begin { .. } | Moment::At(_) => self.0.take(moment),
            Moment::Beside(_) | Moment::Note(_) | Moment::Refused { .. } => {}
        }
    }
}

/// Draws a sample.
pub(crate) fn run(args: &Args, session: &Session<'_>) -> anyhow::Result<Exit> {
    let config = session.config([args.reading.given()])?;
    let inputs = options::inputs(&args.inputs);
    let progress = session.ui.progress();
    let source = source(inputs, session, &progress, |inputs| {
        options::reading(&config, inputs)
    })?;
    let plan = Plan {
        rows: args.rows,
        seed: args.seed,
        by: args
            .by
            .iter()
            .filter(|field| !field.is_empty())
            .cloned()
            .collect(),
    };
    let again = Again(&progress);
    let mut refused = 0;
    let mut first = true;
    let mut pass = |writer: Box<dyn Write + Send>| match &source {
        Source::Entries(entries) => {
            let mut writer = writer;
            let mut reader = Followed::begin(entries.open()?, "read", entries.size(), &progress);
            io::copy(&mut reader, &mut writer)
                .map(drop)
                .map_err(|source| Error::File {
                    deed: "read",
                    path: PathBuf::from("the entries"),
                    source,
                })
        }
        Source::Raw(reading, kept) => {
            let stdin = match kept {
                Some(kept) => Some(Box::new(kept.open()?) as Box<dyn Read + Send>),
                None => None,
            };
            let outputs = Outputs {
                entries: writer,
                changes: None,
                rejects: None,
            };
            let watch: &dyn Progress = if std::mem::take(&mut first) {
                &progress
            } else {
                &again
            };
            let cancel = &session.cancel;
            let summary = steps::extract(reading, stdin, outputs, Style::Full, watch, cancel)?;
            refused = summary.refused.len();
            Ok(())
        }
    };
    let result = sample::sample(
        &plan,
        &mut pass,
        Box::new(session.ui.out()),
        &session.cancel,
    );
    drop(progress);
    let done = result?;
    session.ui.say(&format!(
        "{} of {}, {} of {}",
        counted(done.sampled, "entry", "entries"),
        counted(done.entries, "entry", "entries"),
        counted(done.strata_sampled, "stratum", "strata"),
        counted(done.strata, "stratum", "strata"),
    ));
    if done.entries > 0 && done.without_field == done.entries {
        session.ui.say(&format!(
            "note: no entry has `{}`; `aidos inspect` shows which fields there are",
            plan.by.join(",")
        ));
    }
    if session.ui.json() {
        session.ui.object(&done)?;
    }
    Ok(if refused > 0 {
        Exit::Failed
    } else {
        Exit::Done
    })
}

/// Tells entries from raw logs.
fn source(
    inputs: Vec<Input>,
    session: &Session<'_>,
    progress: &Watch,
    reading: impl FnOnce(Vec<Input>) -> anyhow::Result<Reading>,
) -> anyhow::Result<Source> {
    let raw = |inputs, kept| Ok(Source::Raw(Box::new(reading(inputs)?), kept));
    match inputs.as_slice() {
        [Input::Stdin] => {
            // It is needed twice.
            let kept = session.keep(progress)?;
            if kept.are_entries()? {
                Ok(Source::Entries(kept))
            } else {
                raw(inputs, Some(kept))
            }
        }
        [Input::Path(path)] => match Entries::at(path) {
            Ok(entries) if path.is_dir() || entries.are_entries()? => Ok(Source::Entries(entries)),
            // A folder without entries, or a file with something else: raw logs, or refused as such.
            _ => raw(inputs, None),
        },
        _ => {
            let kept = if inputs.contains(&Input::Stdin) {
                Some(session.keep(progress)?)
            } else {
                None
            };
            raw(inputs, kept)
        }
    }
}
