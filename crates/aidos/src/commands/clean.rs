//! `aidos clean`: raw logs to cleansed rows.

use aidos_engine::Exit;
use aidos_engine::steps::Style;

use super::extract::{StepArgs, work};
use crate::cli::Session;

/// Raw logs to cleansed rows: provider, place, the row as text, and what was wrong with it
///
/// Each line holds event.provider, log.file.path, log.origin.file.line, message and aidos.defects.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos clean --provider dpc mail.csv > rows.jsonl\n  \
    aidos clean router.log --changes changes.jsonl | tail -n 3")]
pub(crate) struct Args {
    #[command(flatten)]
    step: StepArgs,
}

/// Runs the step.
pub(crate) fn run(args: &Args, session: &Session<'_>) -> anyhow::Result<Exit> {
    work(&args.step, Style::Rows, session)
}
