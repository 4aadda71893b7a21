//! `aidos pii`: where personal data stands, what it is and why.

use std::io::{BufReader, Read, Write};
use std::path::{Path, PathBuf};

use aidos_engine::Exit;
use aidos_engine::decisions::Ledger;
use aidos_engine::names::Names;
use aidos_engine::pii::{self, Form, Scanned};
use aidos_engine::plan::Input;
use aidos_privacy::decision::Verdict;
use aidos_privacy::pii::{Custom, Kind, Language, Options};
use anyhow::Context as _;
use clap::Subcommand;

use super::run::refusals;
use crate::cli::Session;
use crate::config::Config;
use crate::options::{self, ModelArgs, ReadingArgs};
use crate::ui::{count, usage};

/// Personal data: where it stands, what it is and why
///
/// Findings name places and types, never values.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos pii scan tickets.txt\n  \
    aidos pii columns patients.csv\n  \
    aidos pii scan evidence.zip --json > findings.jsonl")]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    Scan(Scan),
    Columns(super::columns::Args),
    Accept(super::decide::Accept),
    Reject(super::decide::Reject),
}

/// Find personal data in files of any kind, row by row
///
/// Patterns, checksums and the words around a value decide; names of persons, places and organisations are
/// found by a model that ships with the program. A place is the file, the line, and the characters of the
/// record, from 1. With --jsonl each line {"id", "text", "types"?, "language"?, "tagger"?} gets an answer {"id",
/// "spans": […]}, in order; there, places count from 0 and the end is the character behind the last one.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos pii scan mail.log tickets.zip\n  \
    aidos pii scan tickets.txt --types PERSON,PHONE_NUMBER --language de\n  \
    aidos pii scan router.log --json | head\n  \
    aidos pii scan tickets.zip --csv > findings.csv\n  \
    aidos pii scan mails.txt --model models/ner\n  \
    aidos pii scan --jsonl texts.jsonl > spans.jsonl")]
struct Scan {
    /// Files, folders and archives; - or nothing for standard input
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Read texts, one JSON object a line, and answer each by its spans
    #[arg(long, conflicts_with = "json")]
    jsonl: bool,

    /// Write a table (CSV) of one row a finding, to count and sort
    #[arg(long, conflicts_with_all = ["json", "jsonl"])]
    csv: bool,

    /// Only these types, apart by commas
    #[arg(long, value_name = "TYPE", value_delimiter = ',')]
    types: Vec<String>,

    /// The language whose words count beside English: en, el, de, fr, es or it [default: all]
    #[arg(long, value_name = "L")]
    language: Option<String>,

    /// The least score to report, 0 to 1
    #[arg(long, value_name = "S", default_value_t = 0.5)]
    min_score: f32,

    /// Look for names by a --model of your own alone, or not at all
    #[arg(long)]
    no_tagger: bool,

    /// Detectors of your own (TOML): dictionaries, patterns, validators, words around
    #[arg(long, value_name = "FILE")]
    detectors: Vec<PathBuf>,

    /// Values that are no findings, one a line
    #[arg(long, value_name = "FILE")]
    allow: Option<PathBuf>,

    /// End with exit code 3 when there are such: findings
    #[arg(long, value_name = "WHAT", value_parser = ["findings"])]
    fail_on: Option<String>,

    /// What was accepted and rejected, honoured where the file is there
    #[arg(long, value_name = "FILE", default_value = "decisions.jsonl")]
    decisions: PathBuf,

    #[command(flatten)]
    model: ModelArgs,

    #[command(flatten)]
    reading: ReadingArgs,
}

/// Does what was asked.
pub(crate) fn run(args: &Args, session: &Session<'_>) -> anyhow::Result<Exit> {
    match &args.what {
        What::Scan(scan) if scan.jsonl => answer(scan, session),
        What::Scan(scan) => work(scan, session),
        What::Columns(columns) => super::columns::run(columns, session),
        What::Accept(accept) => super::decide::run(&accept.what, Verdict::Accept, session),
        What::Reject(reject) => super::decide::run(&reject.what, Verdict::Reject, session),
    }
}

/// What is looked for.
fn wanted(args: &Scan) -> anyhow::Result<Options> {
    let mut wanted = Options {
        min_score: args.min_score,
        ..Options::default()
    };
    if !(0.0..=1.0).contains(&args.min_score) {
        return Err(usage(format!(
            "--min-score {}: a score is between 0 and 1",
            args.min_score
        )));
    }
    if !args.types.is_empty() {
        let kind = |word: &String| {
            Kind::parse(word).ok_or_else(|| {
                let known: Vec<&str> = Kind::ALL.iter().map(|kind| kind.word()).collect();
                usage(format!(
                    "--types: no type `{word}`; known are {}",
                    known.join(", ")
                ))
            })
        };
        wanted.kinds = args.types.iter().map(kind).collect::<Result<_, _>>()?;
    }
    if let Some(code) = &args.language {
        let language = Language::parse(code).ok_or_else(|| {
            usage(format!(
                "--language: `{code}` is none of en, el, de, fr, es, it"
            ))
        })?;
        wanted.language = Some(language);
    }
    let read = |path: &Path| {
        std::fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))
    };
    for path in &args.detectors {
        let custom = Custom::from_toml(&read(path)?);
        wanted
            .custom
            .extend(custom.with_context(|| path.display().to_string())?);
    }
    if let Some(path) = &args.allow {
        let lines = read(path)?;
        let values = lines.lines().map(str::trim).filter(|line| !line.is_empty());
        wanted.allow = values.map(str::to_owned).collect();
    }
    Ok(wanted)
}

/// How names are found.
fn names(args: &Scan, config: &Config, session: &Session<'_>) -> anyhow::Result<Names> {
    Ok(Names {
        tagger: !args.no_tagger,
        ..options::names(config, session.ui)?
    })
}

/// Scans files.
fn work(args: &Scan, session: &Session<'_>) -> anyhow::Result<Exit> {
    let config = session.config([args.model.given(), args.reading.given()])?;
    let scanner = pii::scanner(wanted(args)?, &names(args, &config, session)?)?;
    let scanner = scanner.with_decisions(Ledger::at(&args.decisions).read()?);
    let reading = options::reading(&config, options::inputs(&args.files))?;
    let stdin = reading
        .inputs
        .contains(&Input::Stdin)
        .then(|| Box::new(session.stdin()) as Box<dyn Read + Send>);
    let form = if session.ui.json() {
        Form::Json
    } else if args.csv {
        Form::Csv
    } else {
        Form::Words {
            colour: session.ui.paints_out(),
        }
    };
    let out = Box::new(session.ui.out()) as Box<dyn Write + Send>;
    let progress = session.ui.progress();
    let result = pii::scan(
        reading,
        stdin,
        &scanner,
        form,
        out,
        &progress,
        &session.cancel,
    );
    drop(progress);
    let scanned = result?;
    session.ui.say(&words(&scanned));
    if !scanned.refused.is_empty() {
        session.ui.say(&refusals(&scanned.refused));
    }
    Ok(exit(args, &scanned))
}

/// What was found, in words.
fn words(scanned: &Scanned) -> String {
    let all: u64 = scanned.findings.values().sum();
    let mut words = format!(
        "{} findings in {} rows, {:.1} s",
        count(all),
        count(scanned.rows_read),
        scanned.seconds
    );
    for (index, (kind, number)) in scanned.findings.iter().enumerate() {
        let join = if index == 0 { ": " } else { ", " };
        words.push_str(&format!("{join}{kind} {}", count(*number)));
    }
    if scanned.unscanned > 0 {
        let long = count(scanned.unscanned);
        words.push_str(&format!(
            "\nnot scanned: {long} rows longer than 4 MiB; cut them into lines and scan again"
        ));
    }
    words
}

fn exit(args: &Scan, scanned: &Scanned) -> Exit {
    if !scanned.refused.is_empty() {
        Exit::Failed
    } else if args.fail_on.is_some() && !scanned.findings.is_empty() {
        Exit::NeedsPerson
    } else {
        Exit::Done
    }
}

/// Answers texts.
fn answer(args: &Scan, session: &Session<'_>) -> anyhow::Result<Exit> {
    let wanted = wanted(args)?;
    let config = session.config([args.model.given(), args.reading.given()])?;
    let names = names(args, &config, session)?;
    let reading = options::reading(&config, Vec::new())?;
    let mut out = session.ui.out();
    let mut input: Box<dyn std::io::BufRead + Send> = match args.files.as_slice() {
        [] => Box::new(BufReader::new(session.stdin())),
        [path] if path == Path::new("-") => Box::new(BufReader::new(session.stdin())),
        [path] => {
            let file = std::fs::File::open(path)
                .with_context(|| format!("cannot read `{}`", path.display()))?;
            Box::new(BufReader::with_capacity(256 << 10, file))
        }
        _ => return Err(usage("--jsonl reads one file; join several with cat")),
    };
    pii::spans(
        &mut input,
        &mut out,
        (&wanted, &names),
        reading.threads,
        &session.cancel,
    )?;
    Ok(Exit::Done)
}
