//! `aidos export`: entries as a table.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use aidos_engine::Exit;
use aidos_engine::export::{self, Entries};
use anyhow::Context as _;

use crate::cli::Session;
use crate::ui::{counted, plain};

/// Entries as a table for spreadsheets, statistics or machine learning
///
/// One row an entry, one column a dotted ECS field in a fixed order, CSV after RFC 4180 in UTF-8. A list stands
/// in one cell, its members apart by `;`. A cell that a spreadsheet would run (it begins with = + - @, a tab or
/// a line end) gets a leading '.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos export out/march --format csv > march.csv\n  \
    aidos export out/march/entries.jsonl.zst --out march.csv\n  \
    aidos extract router.log | aidos export --columns @timestamp,source.ip,destination.port")]
pub(crate) struct Args {
    /// A case's folder, or entries, plain or zstd; - or nothing for standard input
    #[arg(value_name = "CASE|FILE")]
    input: Option<PathBuf>,

    /// How the table is written
    #[arg(long, value_name = "FORMAT", default_value = "csv")]
    format: Format,

    /// Write to this file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,

    /// Only these columns, in this order [default: all that are filled]
    #[arg(long, value_name = "FIELD", value_delimiter = ',')]
    columns: Vec<String>,
}

/// How a table is written.
#[derive(clap::ValueEnum, Clone, Copy, Debug)]
enum Format {
    Csv,
}

/// Writes a table.
pub(crate) fn run(args: &Args, session: &Session<'_>) -> anyhow::Result<Exit> {
    let progress = session.ui.progress();
    let entries = match args.input.as_deref() {
        Some(path) if path != Path::new("-") => Entries::at(path)?,
        // It is needed twice.
        _ => session.keep(&progress)?,
    };
    let columns = (!args.columns.is_empty()).then_some(args.columns.as_slice());
    let write = |out: &mut dyn Write| match args.format {
        Format::Csv => export::csv(&entries, columns, out, &progress, &session.cancel),
    };
    let done = match &args.out {
        None => write(&mut session.ui.out())?,
        Some(path) => {
            // Beside its place first, so that a table is there whole or not at all.
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let part = path.with_file_name(format!(".{name}.part"));
            let wrong = || format!("cannot write `{}`", path.display());
            let file = File::create(&part).with_context(wrong)?;
            let mut out = BufWriter::with_capacity(256 << 10, file);
            match write(&mut out) {
                Ok(done) => {
                    drop(out);
                    fs::rename(&part, path).with_context(wrong)?;
                    done
                }
                Err(error) => {
                    fs::remove_file(&part).ok();
                    return Err(error.into());
                }
            }
        }
    };
    drop(progress);
    let defused = match done.defused {
        0 => String::new(),
        cells => format!(
            "; {} defused with a leading '",
            counted(cells, "cell", "cells")
        ),
    };
    session.ui.say(&format!(
        "{}, {}{defused}",
        counted(done.rows, "row", "rows"),
        counted(done.columns, "column", "columns")
    ));
    if columns.is_some() && done.rows > 0 && !done.empty.is_empty() {
        session.ui.say(&format!(
            "note: no entry has `{}`; without --columns all are written that there are",
            plain(&done.empty.join("`, `"))
        ));
    }
    if session.ui.json() {
        session.ui.object(&done)?;
    }
    Ok(Exit::Done)
}
