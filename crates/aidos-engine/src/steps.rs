//! The parts of the main job as commands of their own, over streams of NDJSON.
//!
//! They give the same bytes as the files of a case.

use std::io::{BufRead, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use aidos_core::analysis::own::Own;
use aidos_core::compose::{Composer, ObjectRules, Options};
use aidos_core::extract::Provider;
use aidos_model::{Event, Tlp};
use bumpalo::Bump;

use crate::case::Checkpoint;
use crate::entries::LONGEST_LINE;
use crate::feed::total_bytes;
use crate::fold::Fold;
use crate::numbers::Numbers;
use crate::output::Output;
use crate::patterns;
use crate::pipeline::{Pipeline, Style as Written};
use crate::plan::{Providers, Reading};
use crate::progress::{Cancel, Moment, Progress};
use crate::{Error, Summary};

/// What is written of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// All fields: `aidos extract`.
    Full,
    /// Provider, place, cleansed row and defects: `aidos clean`.
    Rows,
}

/// Where extraction writes.
pub struct Outputs<'w> {
    /// Takes the entries, a line each, in order.
    pub entries: Box<dyn Write + Send + 'w>,
    /// The file of changes, where it is wanted.
    pub changes: Option<PathBuf>,
    /// The file of rejects, where it is wanted.
    pub rejects: Option<PathBuf>,
}

impl std::fmt::Debug for Outputs<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outputs")
            .field("changes", &self.changes)
            .field("rejects", &self.rejects)
            .finish_non_exhaustive()
    }
}

/// Raw logs to entries.
///
/// # Errors
/// When an output cannot be written, or somebody cancelled.
pub fn extract(
    reading: &Reading,
    stdin: Option<Box<dyn Read + Send>>,
    outputs: Outputs<'_>,
    style: Style,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<Summary, Error> {
    let started = Instant::now();
    let scratch = std::env::temp_dir();
    let file = |path: Option<&PathBuf>| path.map(|path| Output::file(path, 0)).transpose();
    let outputs = [
        Some(Output::stream(outputs.entries, "standard output")),
        file(outputs.changes.as_ref())?,
        file(outputs.rejects.as_ref())?,
        None,
    ];
    progress.take(&Moment::Begin {
        step: "read",
        total: total_bytes(&reading.inputs),
    });
    let outcome = Pipeline {
        reading,
        progress,
        cancel,
        scratch: &scratch,
        stdin,
        outputs,
        compress: false,
        style: match style {
            Style::Full => Written::Full,
            Style::Rows => Written::Rows,
        },
        from: Checkpoint::default(),
        fold: None,
        composers: Vec::new(),
        checkpoint: None,
    }
    .run()?;
    let counts = outcome.found.counts;
    Ok(Summary {
        case: reading
            .inputs
            .first()
            .map(crate::plan::Input::name)
            .unwrap_or_default(),
        rows_read: counts.rows,
        entries: counts.entries,
        duplicates: counts.duplicates,
        rejected: counts.rejected,
        skipped: counts.skipped,
        repaired: counts.repaired,
        bytes_in: outcome.fed.bytes,
        refused: outcome.fed.refused,
        seconds: started.elapsed().as_secs_f64(),
        ..Summary::default()
    })
}

/// Reads entries line by line; blank lines are passed over.
fn each_entry(
    input: &mut dyn BufRead,
    cancel: &Cancel,
    mut take: impl FnMut(&Event<'_>, u64) -> Result<(), Error>,
) -> Result<(u64, u64), Error> {
    let mut arena = Bump::new();
    let mut line = Vec::new();
    let (mut number, mut entries, mut bytes) = (0, 0, 0);
    loop {
        line.clear();
        let len = (&mut *input)
            .take(LONGEST_LINE)
            .read_until(b'\n', &mut line)
            .map_err(|error| {
                // A reader that stops on request says so by an error of its own.
                if cancel.is_cancelled() {
                    Error::Cancelled
                } else {
                    Error::file("read", Path::new("the input"))(error)
                }
            })?;
        if len == 0 {
            return Ok((entries, bytes));
        }
        number += 1;
        bytes += len as u64;
        let wrong = |what: &str| Error::NotEntries {
            line: number,
            what: what.to_owned(),
        };
        if len as u64 == LONGEST_LINE && !line.ends_with(b"\n") {
            return Err(wrong("longer than 64 MiB, so it is no entry"));
        }
        let text = std::str::from_utf8(&line).map_err(|_| wrong("it is no UTF-8 text"))?;
        let text = text.trim();
        if text.is_empty() {
            continue;
        }
        if number % 4096 == 0 && cancel.is_cancelled() {
            return Err(Error::Cancelled);
        }
        let event = Event::parse(text, &arena).map_err(|error| Error::NotEntries {
            line: number,
            what: error.to_string(),
        })?;
        entries += 1;
        take(&event, entries)?;
        if arena.allocated_bytes() > 1 << 20 {
            arena.reset();
        }
    }
}

/// Entries to bundles, one a line.
///
/// # Errors
/// When a line is no entry, the output cannot be written, or somebody cancelled.
pub fn stix(
    input: &mut dyn BufRead,
    out: &mut dyn Write,
    tlp: Tlp,
    objects: &ObjectRules,
    cancel: &Cancel,
) -> Result<Summary, Error> {
    let started = Instant::now();
    let mut composer = Composer::new(Options {
        tlp,
        rules: objects.clone(),
    });
    let mut text = Vec::new();
    let mut put = |text: &mut Vec<u8>| {
        let result = out.write_all(text);
        text.clear();
        result.map_err(Error::file("write", Path::new("standard output")))
    };
    let (entries, bytes_in) = each_entry(input, cancel, |event, _| {
        composer.bundle(event, &mut text);
        if text.len() > 1 << 18 {
            put(&mut text)
        } else {
            Ok(())
        }
    })?;
    put(&mut text)?;
    Ok(Summary {
        rows_read: entries,
        entries,
        bundles: entries,
        bytes_in,
        seconds: started.elapsed().as_secs_f64(),
        ..Summary::default()
    })
}

/// How entries are analysed.
#[derive(Clone, Debug)]
pub struct Analysis<'a> {
    /// What is the organisations' own.
    pub own: &'a Own,
    /// The providers of the run whose order the results are to have.
    pub providers: &'a Providers,
    /// Memory to keep to, in bytes.
    pub memory: u64,
}

/// Entries to patterns, as one JSON document.
///
/// Providers that are not among `providers` find their place by their names, so that the results are those
/// of a run that knows them. Where too many fall between two known ones their order is not that of a run, and
/// `progress` gets a note; entries of more than 256 providers are refused.
///
/// # Errors
/// When a line is no entry, the output cannot be written, or somebody cancelled.
pub fn analyse(
    input: &mut dyn BufRead,
    out: &mut dyn Write,
    how: &Analysis<'_>,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<Summary, Error> {
    let started = Instant::now();
    let scratch = std::env::temp_dir();
    let memory = usize::try_from(how.memory).unwrap_or(usize::MAX);
    let spilled = |error| Error::file("spill to", &scratch)(error);
    let mut fold = Fold::new(&scratch, memory / 4, how.own.clone());
    let mut numbers = Numbers::of(how.providers.iter().map(Provider::name));
    let (entries, bytes_in) = each_entry(input, cancel, |event, number| {
        let provider = numbers.get(event.provider).ok_or_else(|| {
            Error::Usage("the entries name more than 256 providers; analyse them apart".into())
        })?;
        fold.add(event, provider, number).map_err(spilled)
    })?;
    if !numbers.in_order() {
        progress.take(&Moment::Note(
            "so many providers are unknown here that their order is not that of `aidos run`; name their \
             mappings with --mapping",
        ));
    }
    let names = numbers.into_names();
    progress.take(&Moment::Begin {
        step: "patterns",
        total: None,
    });
    let patterns = patterns::begin(
        fold.finish(1).map_err(spilled)?,
        patterns::Sink {
            out,
            names: &names,
            scratch: &scratch,
            budget: memory / 4,
            each: &mut |_, _, _| Ok(()),
        },
    )
    .and_then(|begun| begun.finish(out, &names, None))
    .map_err(Error::file("write", Path::new("standard output")))?;
    out.flush()
        .map_err(Error::file("write", Path::new("standard output")))?;
    Ok(Summary {
        rows_read: entries,
        entries,
        attackers: patterns.attackers,
        targets: patterns.targets,
        shared_attackers: patterns.shared_attackers,
        counterparts: patterns.counterparts,
        bytes_in,
        seconds: started.elapsed().as_secs_f64(),
        ..Summary::default()
    })
}
