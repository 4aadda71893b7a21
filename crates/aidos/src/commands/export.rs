//! `aidos export`: entries as a table, attackers as rules of defence.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use aidos_convert::defence::{Head, blocklist, hosts, sigma, suricata};
use aidos_engine::export::{self, Entries};
use aidos_engine::{Error, Exit, defence};
use anyhow::Context as _;
use serde_json::json;

use crate::cli::Session;
use crate::ui::{counted, plain};

/// Entries as a table, or attackers as rules for firewalls, Suricata, Sigma and hosts files
///
/// csv: one row an entry, one column a dotted ECS field in a fixed order, CSV after RFC 4180 in UTF-8. A list stands
/// in one cell, its members apart by `;`. A cell that a spreadsheet would run (it begins with = + - @, a tab or
/// a line end) gets a leading '.
///
/// blocklist, suricata, sigma, hosts: the case's attackers, or the indicators of a STIX bundle. Targets, own and private
/// addresses are never among them.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos export out/march --format csv > march.csv\n  \
    aidos export out/march/entries.jsonl.zst --out march.csv\n  \
    aidos export out/march --format blocklist --collapse > block.txt\n  \
    aidos export out/march --format suricata --sid 1000000 --shareable --out aidos.rules\n  \
    aidos extract router.log | aidos export --columns @timestamp,source.ip,destination.port")]
pub(crate) struct Args {
    /// A case's folder, entries, plain or zstd, or for rules a STIX bundle; - or nothing: entries on standard input
    #[arg(value_name = "CASE|FILE")]
    input: Option<PathBuf>,

    /// What is written
    #[arg(long, value_name = "FORMAT", default_value = "csv")]
    format: Format,

    /// Write to this file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,

    /// Only these columns, in this order [default: all that are filled]
    #[arg(long, value_name = "FIELD", value_delimiter = ',')]
    columns: Vec<String>,

    /// Only attackers that the case's shareable/ shows as they are
    #[arg(long)]
    shareable: bool,

    /// blocklist: addresses that fill a network become that network
    #[arg(long)]
    collapse: bool,

    /// suricata: the number of the first rule
    #[arg(long, value_name = "N", default_value = "1000000")]
    sid: u32,
}

/// What is written.
#[derive(clap::ValueEnum, Clone, Copy, Debug)]
enum Format {
    Csv,
    Blocklist,
    Suricata,
    Sigma,
    Hosts,
}

/// Writes a table or rules.
pub(crate) fn run(args: &Args, session: &Session<'_>) -> anyhow::Result<Exit> {
    let table = matches!(args.format, Format::Csv);
    for (given, wanted, option) in [
        (!args.columns.is_empty(), table, "--columns"),
        (args.shareable, !table, "--shareable"),
        (
            args.collapse,
            matches!(args.format, Format::Blocklist),
            "--collapse",
        ),
    ] {
        if given && !wanted {
            return Err(Error::Usage(format!("{option} does not fit this --format")).into());
        }
    }
    if table {
        self::table(args, session)
    } else {
        rules(args, session)
    }
}

/// Writes rules of defence.
fn rules(args: &Args, session: &Session<'_>) -> anyhow::Result<Exit> {
    let Some(input) = args.input.as_deref().filter(|path| *path != Path::new("-")) else {
        let what = "rules need a case's folder or a file with a STIX bundle; name one";
        return Err(Error::Usage(what.into()).into());
    };
    let found = defence::threats(input, args.shareable)?;
    let head = Head {
        of: &found.of,
        tlp: found.tlp.as_deref(),
    };
    let threats = &found.values;
    let written = match args.format {
        Format::Blocklist | Format::Csv => blocklist(threats, &head, args.collapse),
        Format::Suricata => {
            suricata(threats, &head, args.sid).map_err(|error| Error::Usage(error.to_string()))?
        }
        Format::Sigma => sigma(threats, &head),
        Format::Hosts => hosts(threats, &head),
    };
    put(args.out.as_deref(), session, &mut |out| {
        out.write_all(written.text.as_bytes())
            .context("cannot write the rules")
    })?;
    let mut left = String::new();
    for (count, why) in [
        (found.private, "private"),
        (found.own, "a target too"),
        (found.hidden, "not in shareable/"),
        (written.skipped, "of a kind that the format has no word for"),
    ] {
        if count > 0 {
            left += &format!("; left out: {} {why}", counted(count, "value", "values"));
        }
    }
    session.ui.say(&format!(
        "{}{left}",
        counted(written.values, "value", "values")
    ));
    if session.ui.json() {
        session.ui.object(&json!({
            "values": written.values, "private": found.private, "own": found.own,
            "hidden": found.hidden, "skipped": written.skipped,
        }))?;
    }
    Ok(Exit::Done)
}

/// Writes a table.
fn table(args: &Args, session: &Session<'_>) -> anyhow::Result<Exit> {
    let progress = session.ui.progress();
    let entries = match args.input.as_deref() {
        Some(path) if path != Path::new("-") => Entries::at(path)?,
        // It is needed twice.
        _ => session.keep(&progress)?,
    };
    let columns = (!args.columns.is_empty()).then_some(args.columns.as_slice());
    let mut done = export::Exported::default();
    put(args.out.as_deref(), session, &mut |out| {
        done = export::csv(&entries, columns, out, &progress, &session.cancel)?;
        Ok(())
    })?;
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

/// Writes to a file, or to standard output.
fn put(
    path: Option<&Path>,
    session: &Session<'_>,
    write: &mut dyn FnMut(&mut dyn Write) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let Some(path) = path else {
        let mut out = session.ui.out();
        write(&mut out)?;
        return Ok(out.flush()?);
    };
    // Beside its place first, so that it is there whole or not at all.
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let part = path.with_file_name(format!(".{name}.part"));
    let wrong = || format!("cannot write `{}`", path.display());
    let mut out = BufWriter::with_capacity(256 << 10, File::create(&part).with_context(wrong)?);
    let done = write(&mut out).and_then(|()| out.flush().with_context(wrong));
    drop(out);
    match done {
        Ok(()) => fs::rename(&part, path).with_context(wrong),
        Err(error) => {
            fs::remove_file(&part).ok();
            Err(error)
        }
    }
}
