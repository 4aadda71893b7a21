//! `aidos extract`: raw logs to entries.

use std::io::{Read, Write};
use std::path::PathBuf;

use aidos_engine::Exit;
use aidos_engine::plan::Input;
use aidos_engine::steps::{self, Outputs, Style};

use super::run::{exit, refusals, rows};
use crate::cli::Session;
use crate::options::{self, ReadingArgs, maybe};

/// Raw logs to entries: one JSON object a line, ECS field names
///
/// The same bytes as the entries.jsonl that `aidos run` writes.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos extract --provider 8bells router.log > entries.jsonl\n  \
    cat router.log | aidos extract | aidos stix > bundles.jsonl\n  \
    aidos extract mail.csv --rejects rejects.jsonl --changes changes.jsonl | head")]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) step: StepArgs,
}

/// What `extract` and `clean` take.
#[derive(clap::Args, Debug)]
pub(crate) struct StepArgs {
    /// Files, folders and archives; - or nothing for standard input
    #[arg(value_name = "INPUT")]
    inputs: Vec<PathBuf>,

    /// Write every repair, with before, after and rule, to this file
    #[arg(long, value_name = "F")]
    changes: Option<PathBuf>,

    /// Write every refused row with its reason to this file
    #[arg(long, value_name = "F")]
    rejects: Option<PathBuf>,

    /// End with exit code 3 when there are such: rejects
    #[arg(long, value_name = "WHAT")]
    fail_on: Option<String>,

    #[command(flatten)]
    reading: ReadingArgs,
}

/// Runs the step.
pub(crate) fn run(args: &Args, session: &Session<'_>) -> anyhow::Result<Exit> {
    work(&args.step, Style::Full, session)
}

/// Reads raw logs and writes what the style says.
pub(crate) fn work(args: &StepArgs, style: Style, session: &Session<'_>) -> anyhow::Result<Exit> {
    let own = vec![("fail-on", maybe(args.fail_on.as_ref()))];
    let config = session.config([own, args.reading.given()])?;
    let reading = options::reading(&config, options::inputs(&args.inputs))?;
    let stdin = reading
        .inputs
        .contains(&Input::Stdin)
        .then(|| Box::new(session.stdin()) as Box<dyn Read + Send>);
    let outputs = Outputs {
        entries: Box::new(session.ui.out()) as Box<dyn Write + Send>,
        changes: args.changes.clone(),
        rejects: args.rejects.clone(),
    };
    let progress = session.ui.progress();
    let result = steps::extract(&reading, stdin, outputs, style, &progress, &session.cancel);
    drop(progress);
    let summary = result?;
    session.ui.say(&rows(&summary));
    if !summary.refused.is_empty() {
        session.ui.say(&refusals(&summary.refused));
    }
    if session.ui.json() {
        session.ui.object(&summary)?;
    }
    let fail_on_rejects = config.one("fail-on") == Some("rejects");
    Ok(exit(&summary, fail_on_rejects))
}
