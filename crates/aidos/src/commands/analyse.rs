//! `aidos analyse`: entries to patterns.

use std::io::Write as _;
use std::path::PathBuf;

use aidos_engine::plan::DEFAULT_MEMORY;
use aidos_engine::steps::Analysis;
use aidos_engine::{Exit, steps};

use crate::cli::Session;
use crate::config;
use crate::options::{self, maybe};
use crate::ui::{count, counted};

/// Entries to patterns: who attacks whom, how often and when
///
/// The same bytes as the patterns.json that `aidos run` writes.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos extract router.log | aidos analyse > patterns.json\n  \
    aidos analyse out/march --own 198.51.100.0/24 --own hospital.example")]
pub(crate) struct Args {
    /// Entries, plain or zstd, or a case's folder; - or nothing for standard input
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,

    /// An address, network or e-mail domain of our own; may be given again
    #[arg(long, value_name = "X", value_delimiter = ',')]
    own: Vec<String>,

    /// A file that describes a log of another provider; may be given again
    #[arg(long, value_name = "FILE")]
    mapping: Vec<String>,

    /// Memory to keep to, such as 224MiB or 1GiB [default: 224MiB]
    #[arg(long, value_name = "SIZE")]
    memory: Option<String>,
}

/// Runs the step.
pub(crate) fn run(args: &Args, session: &Session<'_>) -> anyhow::Result<Exit> {
    let given = vec![
        ("own", args.own.clone()),
        ("mapping", args.mapping.clone()),
        ("memory", maybe(args.memory.as_ref())),
    ];
    let config = session.config([given])?;
    let own = options::own(&config)?;
    let memory = config
        .read("memory", config::memory)?
        .unwrap_or(DEFAULT_MEMORY);
    let analysis = Analysis {
        own: &own,
        providers: &options::providers(&config)?,
        memory,
    };
    let progress = session.ui.progress();
    let mut input = session.entries(args.file.as_deref(), &progress)?;
    let mut out = session.ui.out();
    let result = steps::analyse(&mut input, &mut out, &analysis, &progress, &session.cancel);
    drop(input);
    drop(progress);
    let summary = result?;
    out.flush()?;
    drop(out);
    session.ui.say(&format!(
        "{}, {}, {} shared, of {} in {:.1} s",
        counted(summary.attackers, "attacker", "attackers"),
        counted(summary.targets, "target", "targets"),
        count(summary.shared_attackers),
        counted(summary.entries, "entry", "entries"),
        summary.seconds
    ));
    if session.ui.json() {
        session.ui.object(&summary)?;
    }
    Ok(Exit::Done)
}
