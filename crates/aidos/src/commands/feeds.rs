//! `aidos feeds`: lists of others, fetched when they have changed.

use std::path::{Path, PathBuf};

use aidos_engine::Exit;
use aidos_exchange::feed::{Fetched, Fetcher, How, List};
use aidos_exchange::http::{Settings, Stop};
use clap::Subcommand;

use super::partner::failed;
use crate::cli::Session;
use crate::ui::{counted, plain};

/// Fetch the feeds of a list
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos feeds fetch --list feeds.toml --out feeds\n  \
    aidos feeds fetch --list feeds.toml --out feeds --offline --json")]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    Fetch(Fetch),
}

/// Fetch what has changed of the feeds of a list (TOML), and keep it with its age
///
/// A feed that fails leaves what was fetched before, and does not stop the others.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos feeds fetch --list feeds.toml --out feeds\n  \
    aidos feeds fetch --list feeds.toml --out feeds --only osint --again\n  \
    aidos feeds fetch --list feeds.toml --dry-run\n\n\
    Exit code 5: a feed could not be had.")]
struct Fetch {
    /// The list: a table of TOML for each feed, with name, url and form
    #[arg(long, value_name = "FILE")]
    list: PathBuf,

    /// The folder where feeds are kept
    #[arg(long, short, value_name = "DIR", default_value = "feeds")]
    out: PathBuf,

    /// Only these feeds of the list
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    only: Vec<String>,

    /// Ask nobody; say what lies here and how old it is
    #[arg(long)]
    offline: bool,

    /// Ask also for what is young enough
    #[arg(long, conflicts_with = "offline")]
    again: bool,

    /// Certificates (PEM) of the authorities to trust, in place of the usual ones
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,

    /// Say what would be asked, and ask nothing
    #[arg(long)]
    dry_run: bool,
}

/// Does what was asked.
pub(crate) fn run(args: &Args, session: &Session<'_>) -> anyhow::Result<Exit> {
    let What::Fetch(args) = &args.what;
    fetch(args, session)
}

/// How feeds are asked for.
pub(super) fn settings(ca_file: Option<&Path>, session: &Session<'_>) -> Settings {
    Settings {
        ca_file: ca_file.map(Path::to_owned),
        stop: Stop::over(session.cancel.flag()),
        ..Settings::default()
    }
}

fn fetch(args: &Fetch, session: &Session<'_>) -> anyhow::Result<Exit> {
    let list = List::read(&args.list).map_err(failed)?;
    let fetcher = Fetcher {
        out: args.out.clone(),
        offline: args.offline,
        anew: args.again,
        settings: settings(args.ca_file.as_deref(), session),
    };
    if let Some(unknown) = args
        .only
        .iter()
        .find(|name| list.feed.iter().all(|entry| entry.name != **name))
    {
        return Err(crate::ui::usage(format!(
            "no feed of the list is called `{unknown}`"
        )));
    }
    let mut exit = Exit::Done;
    let wanted = |name: &str| args.only.is_empty() || args.only.iter().any(|own| own == name);
    for entry in list.feed.iter().filter(|entry| wanted(&entry.name)) {
        if args.dry_run {
            session.ui.say(&plain(&fetcher.plan(entry)));
            continue;
        }
        match fetcher.fetch(entry) {
            Ok(fetched) => {
                session.ui.say(&plain(&line(&fetched)));
                if session.ui.json() {
                    session.ui.object(&fetched)?;
                }
            }
            Err(error) if error.is_stopped() => return Err(failed(error)),
            Err(error) => {
                session.ui.say(&plain(&format!("{}: {error}", entry.name)));
                exit = if error.is_partners() {
                    Exit::Partner
                } else {
                    Exit::Failed
                };
            }
        }
    }
    Ok(exit)
}

fn line(fetched: &Fetched) -> String {
    let how = match &fetched.how {
        How::Fetched { bytes } => counted(*bytes, "byte", "bytes"),
        How::Unchanged => "unchanged".into(),
        How::Kept { age } => format!("kept, {} old", counted(age / 60, "minute", "minutes")),
        How::Events(taken) => counted(taken.events as u64, "new event", "new events"),
    };
    format!("{}: {how}, {}", fetched.name, fetched.path.display())
}
