//! `aidos providers`: whose logs are known, and a mapping for one that is not.

use std::fs;
use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};

use aidos_core::extract::mapped::{Mapping, SHIPPED};
use aidos_engine::Exit;
use aidos_engine::plan::{Input, Providers, Reading};
use anyhow::Context as _;
use clap::Subcommand;
use serde::Serialize;

use crate::cli::Session;
use crate::config::Config;
use crate::options;
use crate::ui::plain;

/// Whose logs are known: list them, show one, or propose a mapping for an unknown log
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos providers list\n  \
    aidos providers show iptables > mine.toml\n  \
    aidos providers propose unknown.log --out mine.toml && aidos run unknown.log --mapping mine.toml")]
pub(crate) struct Args {
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Subcommand, Debug)]
enum What {
    List(List),
    Show(Show),
    Propose(Propose),
}

/// List the providers, by name
#[derive(clap::Args, Debug, Default)]
#[command(after_help = "Examples:\n  \
    aidos providers list\n  \
    aidos providers list --json --mapping mine.toml")]
struct List {
    /// A file that describes a log of another provider; may be given again
    #[arg(long, value_name = "FILE")]
    mapping: Vec<String>,
}

/// Show a provider: its mapping file, or what it reads
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos providers show 8bells\n  \
    aidos providers show zeek-conn > mine.toml    a mapping to begin with")]
struct Show {
    /// The provider
    name: String,

    /// A file that describes a log of another provider; may be given again
    #[arg(long, value_name = "FILE")]
    mapping: Vec<String>,
}

/// Propose a mapping for a log that nobody described yet
///
/// Looks at the first rows, puts those of the same shape together, and writes a mapping file with comments. It
/// is a beginning: read it before you trust it.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos providers propose unknown.log --out mine.toml\n  \
    head -n 200 unknown.log | aidos providers propose --name door")]
struct Propose {
    /// A sample of the log; - or nothing for standard input
    #[arg(value_name = "SAMPLE")]
    sample: Option<PathBuf>,

    /// Write to this file instead of standard output; it must not be there yet
    #[arg(long, short, value_name = "F")]
    out: Option<PathBuf>,

    /// The provider's name [default: the sample's name without extension]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
}

/// A provider that is code: name, other name, what it reads.
const CODE: [(&str, Option<&str>, &str); 3] = [
    (
        "8bells",
        None,
        "RouterOS (MikroTik) firewall lines and log-in failures, as text",
    ),
    (
        "dpc",
        Some("dbc"),
        "rows of e-mail addresses, as CSV or sheets",
    ),
    ("exus", None, "events of a network sensor, as JSON"),
];

/// A provider as a list shows it.
#[derive(Debug, Serialize)]
struct Known {
    name: String,
    /// `code`, `mapping`, or `user` for a mapping that was given.
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    alias: Option<&'static str>,
    description: String,
    /// The text of its mapping file, where it has one.
    #[serde(skip)]
    mapping: Option<String>,
}

/// Lists, shows or proposes.
pub(crate) fn run(args: &Args, session: &Session<'_>) -> anyhow::Result<Exit> {
    match &args.what {
        None => list(&List::default(), session),
        Some(What::List(args)) => list(args, session),
        Some(What::Show(args)) => show(args, session),
        Some(What::Propose(args)) => propose(args, session),
    }
}

fn list(args: &List, session: &Session<'_>) -> anyhow::Result<Exit> {
    let config = session.config([vec![("mapping", args.mapping.clone())]])?;
    let providers = options::providers(&config)?;
    let known = known(&config, &providers)?;
    if session.ui.json() {
        for provider in &known {
            session.ui.object(provider)?;
        }
        return Ok(Exit::Done);
    }
    let width = known.iter().map(|known| known.name.chars().count()).max();
    let width = width.unwrap_or(0);
    let mut out = session.ui.out();
    for provider in &known {
        let alias = match provider.alias {
            Some(alias) => format!(" (also {alias})"),
            None => String::new(),
        };
        writeln!(
            out,
            "{:<width$}  {:<7}  {}{alias}",
            plain(&provider.name),
            provider.kind,
            plain(&provider.description)
        )?;
    }
    out.flush()?;
    Ok(Exit::Done)
}

/// All providers with what is known of them.
fn known(config: &Config, providers: &Providers) -> anyhow::Result<Vec<Known>> {
    let mut mappings = Vec::new();
    for file in config.list("mapping") {
        let (mapping, text) = options::mapping(file)?;
        mappings.push(("user", mapping, text));
    }
    for (file, toml) in SHIPPED {
        let mapping = Mapping::parse_file(file, toml)?;
        mappings.push(("mapping", mapping, (*toml).to_owned()));
    }
    Ok(providers
        .iter()
        .map(|provider| {
            let name = provider.name();
            // A mapping of the user's replaces a provider of the same name, so these come first.
            let mapped = mappings
                .iter()
                .find(|(_, mapping, _)| mapping.name() == name);
            let code = CODE.iter().find(|(code, ..)| *code == name);
            let (kind, description) = match (mapped, code) {
                (Some((kind, mapping, _)), _) => (*kind, mapping.description()),
                (None, Some((.., description))) => ("code", *description),
                (None, None) => ("code", ""),
            };
            Known {
                name: name.to_owned(),
                kind,
                alias: code.and_then(|(_, alias, _)| *alias),
                description: description.to_owned(),
                mapping: mapped.map(|(.., text)| text.clone()),
            }
        })
        .collect())
}

fn show(args: &Show, session: &Session<'_>) -> anyhow::Result<Exit> {
    let config = session.config([vec![("mapping", args.mapping.clone())]])?;
    let providers = options::providers(&config)?;
    let name = providers.get(providers.find(&args.name)?).name();
    let all = known(&config, &providers)?;
    let Some(known) = all.into_iter().find(|known| known.name == name) else {
        return Ok(Exit::Done);
    };
    let mut out = session.ui.out();
    if session.ui.json() {
        let mut object = serde_json::to_value(&known)?;
        if let (Some(object), Some(text)) = (object.as_object_mut(), known.mapping) {
            object.insert("mapping".to_owned(), text.into());
        }
        writeln!(out, "{object}")?;
    } else if let Some(text) = known.mapping {
        out.write_all(text.as_bytes())?;
    } else {
        writeln!(out, "{}: {}", known.name, known.description)?;
        if let Some(alias) = known.alias {
            writeln!(out, "also called {alias}")?;
        }
        writeln!(
            out,
            "It is code, not a mapping; docs/reference/providers.md says how it reads them."
        )?;
    }
    out.flush()?;
    Ok(Exit::Done)
}

fn propose(args: &Propose, session: &Session<'_>) -> anyhow::Result<Exit> {
    let input = args.sample.as_deref().map_or(Input::Stdin, options::input);
    let stdin = (input == Input::Stdin).then(|| Box::new(session.stdin()) as Box<dyn Read + Send>);
    let name = match (&args.name, &input) {
        (Some(name), _) => name.clone(),
        (None, Input::Path(path)) => path
            .file_stem()
            .map_or_else(String::new, |stem| stem.to_string_lossy().into_owned()),
        (None, Input::Stdin) => "log".to_owned(),
    };
    let proposal = aidos_engine::inspect::propose(&input, stdin, &name, &Reading::default())?;
    for why in &proposal.why {
        session.ui.say(&plain(why));
    }
    if let Some(path) = &args.out {
        write_new(path, &proposal.toml)?;
        let shown = plain(&path.display().to_string());
        session.ui.say(&format!(
            "mapping: {shown}; read it, then try `aidos inspect --mapping {shown}`"
        ));
    } else {
        let mut out = session.ui.out();
        out.write_all(proposal.toml.as_bytes())?;
        out.flush()?;
    }
    Ok(Exit::Done)
}

/// Writes a file that is not there yet: a mapping is somebody's work.
fn write_new(path: &Path, text: &str) -> anyhow::Result<()> {
    fs::File::create_new(path)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .with_context(|| format!("cannot write `{}`", path.display()))
}
