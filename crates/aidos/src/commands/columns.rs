//! `aidos pii columns`: what each column of a table is, how sure that is, and why.

use std::fmt::Write as _;
use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};

use aidos_engine::columns::{Plan, Profiled};
use aidos_engine::decisions::Ledger;
use aidos_engine::plan::Input;
use aidos_engine::{Error, Exit};
use aidos_privacy::columns::{
    Assignments, ColumnFound, Costs, Minimised, Options, Profiler, Report, Typed,
};
use aidos_privacy::pii::{Custom, Options as ScanOptions, Scanner};
use anyhow::Context as _;

use crate::cli::Session;
use crate::options::{self, ReadingArgs};
use crate::ui::{count, plain, usage};

/// Say what each column of a table is: type, confidence, evidence
///
/// Reads CSV, TSV, JSON, NDJSON and sheets, also in folders and archives; members of JSON are columns by their
/// path. Names, looks and check digits of values, word lists, distributions and relations between columns are
/// evidence, in log-odds; above 0 speaks for the type. What you assign by hand wins. No value is shown. With
/// --json each table is one object on one line.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos pii columns patients.csv\n  \
    aidos pii columns patients.csv --set ref=RECORD_NUMBER --keep-assignment columns.toml\n  \
    aidos pii columns patients.xlsx --assign columns.toml --json > columns.json\n  \
    aidos pii columns events.jsonl --minimise")]
pub(crate) struct Args {
    /// A file, folder or archive; - or nothing for standard input
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,

    /// Types assigned by hand (TOML), with lists of columns that are or are not personal
    #[arg(long, value_name = "FILE")]
    assign: Option<PathBuf>,

    /// Assign one column by hand; a type's word, or NONE. May be given again
    #[arg(long, value_name = "COLUMN=TYPE")]
    set: Vec<String>,

    /// Write all assignments by hand to this file, for --assign the next time
    #[arg(long, value_name = "FILE")]
    keep_assignment: Option<PathBuf>,

    /// Rows that a sample holds; all rows are counted
    #[arg(long, value_name = "N", default_value_t = 2_000)]
    sample: usize,

    /// Chooses the rows of the sample; the same seed gives the same sample
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,

    /// The least share of a column's values that must look like a type, 0.05 to 0.95
    #[arg(long, value_name = "S", default_value_t = 0.6)]
    min_share: f64,

    /// Say what encryption or a partner needs of it, and what leaving out the rest saves
    #[arg(long)]
    minimise: bool,

    /// Detectors of your own (TOML) for free text
    #[arg(long, value_name = "FILE")]
    detectors: Vec<PathBuf>,

    /// What was accepted and rejected, honoured where the file is there
    #[arg(long, value_name = "FILE", default_value = "decisions.jsonl")]
    decisions: PathBuf,

    #[command(flatten)]
    reading: ReadingArgs,
}

/// Does what was asked.
pub(crate) fn run(args: &Args, session: &Session<'_>) -> anyhow::Result<Exit> {
    let mut by_hand = by_hand(args)?;
    let kept = by_hand.clone();
    let decisions = Ledger::at(&args.decisions).read()?;
    decisions.assign(&mut by_hand);
    if !(0.05..=0.95).contains(&args.min_share) {
        let share = args.min_share;
        return Err(usage(format!(
            "--min-share {share}: a share is between 0.05 and 0.95"
        )));
    }
    if args.sample == 0 || args.sample > 1_000_000 {
        return Err(usage("--sample: give 1 to 1,000,000 rows"));
    }
    let mut wanted = ScanOptions::default();
    for path in &args.detectors {
        let custom = Custom::from_toml(&text_of(path)?);
        wanted
            .custom
            .extend(custom.map_err(|error| usage(format!("{}: {error}", path.display())))?);
    }
    let scanner = Scanner::new(wanted).map_err(|error| usage(error.to_string()))?;
    let scanner = scanner.with_decisions(decisions);
    let plan = Plan {
        sample: args.sample,
        seed: args.seed,
        options: Options {
            min_share: args.min_share,
            by_hand,
            minimise: args.minimise.then(Costs::default),
        },
    };
    let config = session.config([args.reading.given()])?;
    let input = args.file.as_deref().map_or(Input::Stdin, options::input);
    let reading = options::reading(&config, Vec::new())?;
    let stdin = (input == Input::Stdin).then(|| Box::new(session.stdin()) as Box<dyn Read + Send>);
    let mut out = session.ui.out();
    let json = session.ui.json();
    let bold = session.ui.paints_out();
    let mut refused = false;
    let progress = session.ui.progress();
    let result = aidos_engine::columns::columns(
        &input,
        stdin,
        (&reading, &plan, &Profiler::new(scanner)),
        &std::env::temp_dir(),
        (&progress, &session.cancel),
        &mut |found| {
            refused |= found.refused.is_some();
            let result = progress.pause(|| {
                if json {
                    serde_json::to_writer(&mut out, &found)
                        .map_err(std::io::Error::from)
                        .and_then(|()| out.write_all(b"\n"))
                } else {
                    out.write_all(describe(&found, bold).as_bytes())
                }
            });
            result.map_err(|source| Error::File {
                deed: "write",
                path: PathBuf::from("standard output"),
                source,
            })
        },
    );
    drop(progress);
    result?;
    out.flush()?;
    if let Some(path) = &args.keep_assignment {
        let document = kept.to_toml()?;
        std::fs::write(path, document)
            .with_context(|| format!("cannot write `{}`", path.display()))?;
        session.ui.say(&format!("assignments: {}", path.display()));
    }
    Ok(if refused { Exit::Failed } else { Exit::Done })
}

fn text_of(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))
}

/// What was assigned by file and by option; the option wins.
fn by_hand(args: &Args) -> anyhow::Result<Assignments> {
    let mut all = match &args.assign {
        None => Assignments::default(),
        Some(path) => Assignments::from_toml(&text_of(path)?)
            .map_err(|error| usage(format!("{}: {error}", path.display())))?,
    };
    for pair in &args.set {
        let (name, kind) = pair
            .rsplit_once('=')
            .ok_or_else(|| usage(format!("--set {pair}: give COLUMN=TYPE")))?;
        all.set(name, kind, None)
            .map_err(|error| usage(format!("--set: {error}")))?;
    }
    Ok(all)
}

/// A table in words, for a person.
fn describe(found: &Profiled, bold: bool) -> String {
    let mut text = plain(&found.path);
    // Writing to a string cannot fail.
    let Some(report) = &found.report else {
        let why = found.refused.as_deref().unwrap_or("nothing in it");
        let _ = writeln!(text, "\n  not read   {}\n", plain(why));
        return text;
    };
    let _ = writeln!(
        text,
        "  {} rows, {} looked at; domain: {} {:.2}",
        count(report.rows),
        count(report.sampled),
        report.domain.name.word(),
        report.domain.confidence
    );
    if let Some(why) = &found.refused {
        let _ = writeln!(text, "  ended early: {}", plain(why));
    }
    for reason in report.domain.evidence.iter().take(3) {
        let _ = writeln!(text, "  {:+.1} {}", reason.log_odds, plain(&reason.why));
    }
    columns(&mut text, report, bold);
    if let Some(minimised) = &report.minimise {
        needs(&mut text, minimised);
    }
    text.push('\n');
    text
}

/// `PERSON/FIRST_NAME`.
fn word(kind: Typed) -> String {
    match kind.0.subtype() {
        Some(subtype) => format!("{}/{subtype}", kind.0.word()),
        None => kind.0.word().to_owned(),
    }
}

/// The width of a column of words.
fn width<'w>(words: impl Iterator<Item = &'w String>, least: usize) -> usize {
    let longest = words.map(|word| word.chars().count()).max();
    longest.unwrap_or(0).clamp(least, 40)
}

fn columns(text: &mut String, report: &Report, bold: bool) {
    let names: Vec<String> = report.columns.iter().map(|c| plain(&c.name)).collect();
    let kinds: Vec<String> = report.columns.iter().map(|c| word(c.kind)).collect();
    let (name_width, kind_width) = (width(names.iter(), 6), width(kinds.iter(), 4));
    let _ = writeln!(
        text,
        "\n  {:<name_width$}  {:<kind_width$}  {:>5}  {:>6}  {:>9}  notes",
        "column", "type", "sure", "filled", "distinct"
    );
    let (strong, weak) = if bold {
        ("\u{1b}[1m", "\u{1b}[0m")
    } else {
        ("", "")
    };
    for ((column, name), kind) in report.columns.iter().zip(&names).zip(&kinds) {
        let about = if column.distinct_exact { "" } else { "~" };
        let distinct = format!("{about}{}", count(column.distinct));
        let (on, off) = if column.personal {
            (strong, weak)
        } else {
            ("", "")
        };
        let _ = writeln!(
            text,
            "  {name:<name_width$}  {on}{kind:<kind_width$}{off}  {:>5.2}  {:>5.0}%  {distinct:>9}  {}",
            column.confidence,
            column.filled_share * 100.0,
            notes(column)
        );
        for reason in column.evidence.iter().take(4) {
            let _ = writeln!(
                text,
                "  {:<name_width$}    {:+5.1} {}: {}",
                "",
                reason.log_odds,
                reason.source.word(),
                plain(&reason.why)
            );
        }
    }
    if report.columns_left_out > 0 {
        let left = count(report.columns_left_out);
        let _ = writeln!(
            text,
            "  {left} cells of columns beyond the first 512 were not looked at"
        );
    }
}

/// What is to be known of a column beside its type.
fn notes(column: &ColumnFound) -> String {
    let mut all: Vec<String> = Vec::new();
    if column.personal {
        all.push("personal".into());
    }
    if column.quasi_identifier {
        all.push("quasi-identifier".into());
    }
    if column.assigned {
        all.push("by hand".into());
    }
    if column.free_text {
        let inside: Vec<String> = column
            .inside
            .iter()
            .take(3)
            .map(|i| format!("{} {:.1} %", i.kind, i.share * 100.0))
            .collect();
        let holds = if inside.is_empty() {
            String::new()
        } else {
            format!(" with {}", inside.join(", "))
        };
        all.push(format!("free text{holds}"));
    }
    if let Some(other) = column.alternatives.first().filter(|a| a.confidence >= 0.05) {
        all.push(format!("or {} {:.2}", word(other.kind), other.confidence));
    }
    all.join("; ")
}

fn needs(text: &mut String, minimised: &Minimised) {
    let _ = writeln!(
        text,
        "\n  to compare with others: keep {} of {} bytes ({:.0} % less), about {:.2} s in place of {:.2} s",
        count(minimised.bytes_kept),
        count(minimised.bytes),
        minimised.bytes_saved_share * 100.0,
        minimised.seconds_kept,
        minimised.seconds
    );
    let names: Vec<String> = minimised.columns.iter().map(|c| plain(&c.name)).collect();
    let name_width = width(names.iter(), 6);
    for (need, name) in minimised.columns.iter().zip(&names) {
        let keep = if need.keep { "keep" } else { "drop" };
        let _ = writeln!(
            text,
            "  {name:<name_width$}  {keep}  {:>12} bytes  {}",
            count(need.bytes),
            need.why
        );
    }
}
