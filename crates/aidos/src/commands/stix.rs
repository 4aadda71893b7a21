//! `aidos stix`: entries to STIX bundles.

use std::io::Write as _;
use std::path::PathBuf;

use aidos_engine::{Exit, steps};

use crate::cli::Session;
use crate::options::{self, maybe};
use crate::ui::counted;

/// Entries to STIX 2.1: one bundle a line for each entry
///
/// The same bytes as the bundles.jsonl that `aidos run` writes.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos extract router.log | aidos stix --tlp green > bundles.jsonl\n  \
    aidos stix out/march/entries.jsonl --objects objects.toml")]
pub(crate) struct Args {
    /// Entries, plain or zstd, or a case's folder; - or nothing for standard input
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,

    /// TLP 2.0 label: clear, green, amber, amber+strict or red [default: amber]
    #[arg(long, value_name = "L")]
    tlp: Option<String>,

    /// Rules for which fields become which STIX objects (TOML)
    #[arg(long, value_name = "FILE")]
    objects: Option<String>,
}

/// Runs the step.
pub(crate) fn run(args: &Args, session: &Session<'_>) -> anyhow::Result<Exit> {
    let given = vec![
        ("tlp", maybe(args.tlp.as_ref())),
        ("objects", maybe(args.objects.as_ref())),
    ];
    let config = session.config([given])?;
    let tlp = options::tlp(&config)?;
    let (objects, _) = options::objects(&config)?;
    let progress = session.ui.progress();
    let mut input = session.entries(args.file.as_deref(), &progress)?;
    let mut out = session.ui.out();
    let result = steps::stix(&mut input, &mut out, tlp, &objects, &session.cancel);
    drop(input);
    drop(progress);
    let summary = result?;
    out.flush()?;
    drop(out);
    session.ui.say(&format!(
        "{} of {} in {:.1} s",
        counted(summary.bundles, "bundle", "bundles"),
        counted(summary.entries, "entry", "entries"),
        summary.seconds
    ));
    if session.ui.json() {
        session.ui.object(&summary)?;
    }
    Ok(Exit::Done)
}
