//! `aidos feeds`: lists of others, fetched when they have changed and told as STIX.

use std::path::{Path, PathBuf};

use aidos_convert::feed::{Definition, Form};
use aidos_engine::Exit;
use aidos_exchange::Error;
use aidos_exchange::feed::{self, Fetched, Fetcher, How, Told};
use aidos_exchange::http::{Settings, Stop};
use clap::Subcommand;
use serde::Serialize;

use super::partner::failed;
use crate::cli::Session;
use crate::ui::{counted, plain};

/// Fetch the feeds of a list, and tell them as STIX
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

/// Fetch what has changed of the feeds of a list (TOML), keep it with its age, and tell it as STIX
///
/// Lists, tables, JSON and RSS become indicators with the confidence, the label and the end that the list of feeds gives
/// them; events of MISP become bundles. A feed that fails leaves what was fetched before, and does not stop the others.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos feeds fetch --list feeds.toml --out feeds\n  \
    aidos feeds fetch --list feeds.toml --out feeds --only osint --again\n  \
    aidos feeds fetch --list feeds.toml --dry-run\n\n\
    Writes NAME.bundle.json, of events of MISP NAME.bundles.jsonl. Exit code 5: a feed could not be had.")]
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
    let list = feed::list(&args.list).map_err(failed)?;
    let fetcher = Fetcher {
        out: args.out.clone(),
        offline: args.offline,
        anew: args.again,
        settings: settings(args.ca_file.as_deref(), session),
    };
    if let Some(unknown) = args
        .only
        .iter()
        .find(|name| list.iter().all(|entry| entry.name != **name))
    {
        return Err(crate::ui::usage(format!(
            "no feed of the list is called `{unknown}`"
        )));
    }
    let mut exit = Exit::Done;
    let wanted = |name: &str| args.only.is_empty() || args.only.iter().any(|own| own == name);
    for entry in list.iter().filter(|entry| wanted(&entry.name)) {
        if args.dry_run {
            session.ui.say(&plain(&fetcher.plan(entry)));
            continue;
        }
        match fetch_one(&fetcher, entry) {
            Ok(both) => {
                session.ui.say(&plain(&line(entry, &both)));
                if session.ui.json() {
                    session.ui.object(&both)?;
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

/// What came of a feed.
#[derive(Serialize)]
struct Both {
    #[serde(flatten)]
    fetched: Fetched,
    #[serde(flatten)]
    told: Told,
}

fn fetch_one(fetcher: &Fetcher, entry: &Definition) -> Result<Both, Error> {
    let fetched = fetcher.fetch(entry)?;
    let told = feed::tell(entry, &fetched)?;
    Ok(Both { fetched, told })
}

fn line(entry: &Definition, Both { fetched, told }: &Both) -> String {
    let how = match &fetched.how {
        How::Fetched { bytes } => counted(*bytes, "byte", "bytes"),
        How::Unchanged => "unchanged".into(),
        How::Kept { age } => format!("kept, {} old", counted(age / 60, "minute", "minutes")),
        How::Events(taken) => counted(taken.events as u64, "new event", "new events"),
    };
    let objects = match entry.form {
        Form::Misp | Form::Stix => counted(told.objects, "object of STIX", "objects of STIX"),
        _ => counted(told.objects, "indicator", "indicators"),
    };
    let left = match told.private {
        0 => String::new(),
        private => format!(
            ", {} left out",
            counted(private, "private value", "private values")
        ),
    };
    format!(
        "{}: {how}; {objects}{left}: {}",
        fetched.name,
        told.bundle.display()
    )
}
