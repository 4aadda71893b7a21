//! `aidos opencti`: push to an OpenCTI, pull from it, follow its stream.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;
use std::time::Duration;

use aidos_engine::Exit;
use aidos_engine::progress::{Moment, Progress as _};
use aidos_exchange::http::Auth;
use aidos_exchange::opencti::OpenCti;
use aidos_exchange::opencti::pull::{Selection, What as Pulls, pull};
use aidos_exchange::opencti::push::{self, Pushed, Step};
use aidos_exchange::opencti::stream::{Follow, Place, follow};
use aidos_exchange::pulled::Pulled;
use aidos_exchange::sent::Sent;
use aidos_model::Tlp;
use clap::Subcommand;
use serde_json::{Value, json};

use super::partner::{self, ConnectionArgs, Format, failed};
use super::taxii::tell_pulled;
use crate::cli::Session;
use crate::options::PolicyArgs;
use crate::ui::{count, counted, plain, usage};

/// The variable that holds the token.
const TOKEN: &str = "AIDOS_OPENCTI_TOKEN";

/// Push what the gate released to an OpenCTI, pull from it, follow its live stream
///
/// The token stands in the environment, or alone in a file (--token-file). Nothing is contacted but the address that you
/// name. Written for OpenCTI 6.9.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos opencti check --url https://opencti.example.org\n  \
    aidos opencti push out/evidence --url https://opencti.example.org --ceiling amber\n  \
    aidos opencti pull --url https://opencti.example.org --out indicators.json\n  \
    aidos opencti stream --url https://opencti.example.org --out events.ndjson\n\n\
    The token: AIDOS_OPENCTI_TOKEN.\n\n\
    Exit codes: 3 a person has to approve the release, 4 it must not leave, 5 the platform or the network failed.")]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    Check(Check),
    Push(Push),
    Pull(Pull),
    Stream(Stream),
}

/// Ask an OpenCTI for its version, whose token this is, what it offers by TAXII, and our latest works
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos opencti check --url https://opencti.example.org --token-file token.txt\n  \
    aidos opencti check --url https://opencti.example.org --json")]
struct Check {
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Objects of a piece, where nobody says otherwise.
const OBJECTS: usize = 500;

/// Push the released bundle of a case, in pieces, as one work
///
/// Only what the gate released leaves, and only where no object carries a stricter label than the platform takes
/// (--ceiling). Objects get OpenCTI's own ids, so that a second push doubles nothing; what was sent is remembered, and a
/// push that was cut goes on with the same command.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos opencti push out/evidence --url https://opencti.example.org --ceiling amber\n  \
    aidos opencti push out/evidence --url https://opencti.example.org --ceiling green --wait 600\n  \
    aidos opencti push out/evidence --url https://opencti.example.org --ceiling green --dry-run > would-leave.json")]
pub(super) struct Push {
    /// The case's folder
    #[arg(value_name = "CASE")]
    case: PathBuf,

    #[command(flatten)]
    connection: ConnectionArgs,

    /// The strictest label that this platform takes: clear, green, amber or amber+strict
    #[arg(long, value_name = "L", value_parser = partner::ceiling)]
    ceiling: Tlp,

    #[command(flatten)]
    policy: PolicyArgs,

    /// What remembers what was sent [default: beside the case, one file a platform]
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,

    /// The most objects of a piece
    #[arg(long, value_name = "N", default_value_t = OBJECTS)]
    objects: usize,

    /// Seconds to wait until the platform has worked everything in [default: do not wait]
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 0,
        hide_default_value = true
    )]
    wait: u64,

    /// Print the bundle that would be sent, and contact nobody
    #[arg(long)]
    dry_run: bool,
}

/// Pull what changed since the last pull, as STIX
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos opencti pull --url https://opencti.example.org --out indicators.json\n  \
    aidos opencti pull --url https://opencti.example.org --what observables --type IPv4-Addr,Domain-Name \\\n      \
        --since 2026-01-01T00:00:00Z --format ndjson --out observables.ndjson\n\n\
    What an OpenCTI offers by TAXII is pulled with `aidos taxii pull --url https://opencti.example.org/taxii2/root/`.")]
struct Pull {
    #[command(flatten)]
    connection: ConnectionArgs,

    /// What is pulled
    #[arg(long, value_name = "WHAT", default_value = "indicators")]
    what: Kind,

    /// Only these types, in the platform's words, such as Malware or Url; not for indicators
    #[arg(long = "type", value_name = "T", value_delimiter = ',')]
    types: Vec<String>,

    /// Only what these words find
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,

    /// Further conditions: a group of filters of OpenCTI, as JSON
    #[arg(long, value_name = "FILE")]
    filters: Option<PathBuf>,

    /// At first only what changed since this moment (RFC 3339); later pulls begin where the last one ended
    #[arg(long, value_name = "TIME")]
    since: Option<String>,

    /// Write to this file; it is not made where nothing new came
    #[arg(long, short, value_name = "FILE")]
    out: PathBuf,

    /// How objects are written
    #[arg(long, value_name = "FORMAT", default_value = "bundle")]
    format: Format,

    /// What remembers how far the pull is [default: FILE.state]
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,

    /// Objects a page
    #[arg(long, value_name = "N", default_value_t = 200)]
    limit: u32,

    /// Say what would be asked, and ask nothing
    #[arg(long)]
    dry_run: bool,
}

/// What is pulled.
#[derive(clap::ValueEnum, Clone, Copy, Debug)]
enum Kind {
    Indicators,
    Observables,
    Objects,
}

/// Follow the live stream: an event a line, as it happens
///
/// Goes on where it was left, and connects anew when the connection breaks. Ctrl-C ends it in order.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos opencti stream --url https://opencti.example.org --out events.ndjson\n  \
    aidos opencti stream --url https://opencti.example.org --stream 7d2c… --recover 2026-01-01T00:00:00Z --out events.ndjson")]
struct Stream {
    #[command(flatten)]
    connection: ConnectionArgs,

    /// The stream: live, or the id of one that was set up
    #[arg(long = "stream", value_name = "ID", default_value = "live")]
    name: String,

    /// Append to this file
    #[arg(long, short, value_name = "FILE")]
    out: PathBuf,

    /// What remembers the last event [default: FILE.state]
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,

    /// Where to begin the first time: 0-0 for all there is, milliseconds-0 for a moment [default: now]
    #[arg(long, value_name = "ID")]
    from: Option<String>,

    /// The first time, what changed since this moment (RFC 3339) comes first
    #[arg(long, value_name = "TIME")]
    recover: Option<String>,

    /// Leave out deletions
    #[arg(long)]
    no_deletions: bool,

    /// End after so many events
    #[arg(long, value_name = "N")]
    events: Option<u64>,

    /// End after so many seconds, at the next sign of life
    #[arg(long = "for", value_name = "SECONDS")]
    seconds: Option<u64>,
}

/// Does what was asked.
pub(crate) fn run(args: &Args, session: &Session<'_>) -> anyhow::Result<Exit> {
    match &args.what {
        What::Check(args) => check(args, session),
        What::Push(args) => push_to(args, session),
        What::Pull(args) => pull_from(args, session),
        What::Stream(args) => stream(args, session),
    }
}

impl Push {
    /// The push of a case to a partner that is named in a file.
    pub(super) fn of(
        case: PathBuf,
        connection: ConnectionArgs,
        ceiling: Tlp,
        policy: PolicyArgs,
    ) -> Self {
        Self {
            case,
            connection,
            ceiling,
            policy,
            state: None,
            objects: OBJECTS,
            wait: 0,
            dry_run: false,
        }
    }

    /// Whether the platform could be asked: reads the token and the certificates, and asks nothing.
    pub(super) fn check(&self, session: &Session<'_>) -> anyhow::Result<()> {
        opencti(&self.connection, session).map(drop)
    }
}

fn opencti(connection: &ConnectionArgs, session: &Session<'_>) -> anyhow::Result<OpenCti> {
    let token = connection.token(TOKEN)?.ok_or_else(|| {
        usage("an OpenCTI wants a token; give it with --token-file, or in AIDOS_OPENCTI_TOKEN")
    })?;
    let settings = connection.settings(Auth::Bearer(token), session);
    OpenCti::new(&connection.url, settings).map_err(failed)
}

fn check(args: &Check, session: &Session<'_>) -> anyhow::Result<Exit> {
    let platform = opencti(&args.connection, session)?;
    let about = platform.about().map_err(failed)?;
    let offered = platform.collections().map_err(failed)?;
    session.ui.say(&format!(
        "OpenCTI {} at {}, as user `{}`; it offers {} by TAXII",
        plain(&about.version),
        plain(&platform.address()),
        plain(&about.user),
        counted(offered.len() as u64, "collection", "collections"),
    ));
    if !about.version.starts_with("6.") {
        session
            .ui
            .say("note: written for versions 6.9 and near; others may answer otherwise");
    }
    for own in &offered {
        let name = own.name.as_deref().unwrap_or_default();
        session
            .ui
            .say(&format!("  {}  {}", plain(&own.id), plain(name)));
    }
    let works = platform.works(5).map_err(failed)?;
    for own in &works {
        session.ui.say(&format!(
            "  work {}: {}, {} of {} objects worked in",
            plain(&own.id),
            plain(&own.work.status),
            count(own.work.processed),
            count(own.work.expected)
        ));
    }
    if session.ui.json() {
        session.ui.object(&json!({
            "version": about.version, "user": about.user, "collections": offered, "works": works,
        }))?;
    }
    Ok(Exit::Done)
}

pub(super) fn push_to(args: &Push, session: &Session<'_>) -> anyhow::Result<Exit> {
    let config = session.config([args.policy.given()])?;
    let released = partner::released(&args.case, args.ceiling, &config, session)?;
    if args.dry_run {
        let objects = push::preview(&released).map_err(failed)?;
        let number = objects.len() as u64;
        session
            .ui
            .object(&json!({"type": "bundle", "objects": objects}))?;
        session.ui.say(&format!(
            "would send {} to {}, less what was sent before",
            counted(number, "object", "objects"),
            args.connection.url
        ));
        return Ok(Exit::Done);
    }
    let platform = opencti(&args.connection, session)?;
    let to = platform.address();
    let state = match &args.state {
        Some(state) => state.clone(),
        None => partner::sent_beside(&args.case, &to)?,
    };
    let mut sent = Sent::open(&state, &to, true).map_err(failed)?;
    let how = push::Push {
        objects: args.objects.max(1),
        patience: Duration::from_secs(args.wait),
        ..push::Push::default()
    };
    let progress = session.ui.progress();
    progress.take(&Moment::Begin {
        step: "push",
        total: Some(released.len() as u64),
    });
    let mut works = false;
    let result = push::push(
        &platform,
        &released,
        &mut sent,
        &how,
        &mut |step| match step {
            Step::Sent(done) => progress.take(&Moment::At(done)),
            Step::WorkedIn(done, total) => {
                if !works {
                    works = true;
                    progress.take(&Moment::Begin {
                        step: "work",
                        total: Some(total),
                    });
                }
                progress.take(&Moment::At(done));
            }
        },
    );
    drop(progress);
    let done = result.map_err(failed)?;
    tell_pushed(&done, session)
}

fn tell_pushed(done: &Pushed, session: &Session<'_>) -> anyhow::Result<Exit> {
    let merged = match done.merged {
        0 => String::new(),
        merged => format!(", {} that OpenCTI takes for others of them", count(merged)),
    };
    session.ui.say(&format!(
        "{} sent in {}{merged}; {} sent before",
        counted(done.sent, "object", "objects"),
        counted(done.pieces, "piece", "pieces"),
        count(done.before),
    ));
    let mut exit = Exit::Done;
    if let Some(progress) = &done.progress {
        session.ui.say(&format!(
            "worked in: {} of {}, {}",
            count(progress.processed),
            count(progress.expected),
            plain(&progress.status)
        ));
        for error in progress.errors.iter().take(20) {
            session
                .ui
                .say(&format!("  not worked in: {}", plain(error)));
        }
        if !progress.errors.is_empty() || progress.status != "complete" {
            exit = Exit::Partner;
        }
    }
    if session.ui.json() {
        session.ui.object(done)?;
    }
    Ok(exit)
}

fn pull_from(args: &Pull, session: &Session<'_>) -> anyhow::Result<Exit> {
    let filters = match &args.filters {
        Some(file) => {
            let wrong = |why: String| {
                usage(format!(
                    "cannot use the filters `{}`: {why}",
                    file.display()
                ))
            };
            let text = std::fs::read(file).map_err(|error| wrong(error.to_string()))?;
            let filters: Value =
                serde_json::from_slice(&text).map_err(|error| wrong(error.to_string()))?;
            if !filters.is_object() {
                return Err(wrong(
                    "no object; write {\"mode\": \"and\", \"filters\": […], \"filterGroups\": []}"
                        .into(),
                ));
            }
            Some(filters)
        }
        None => None,
    };
    let what = match args.what {
        Kind::Indicators => Pulls::Indicators,
        Kind::Observables => Pulls::Observables,
        Kind::Objects => Pulls::Objects,
    };
    if what == Pulls::Indicators && !args.types.is_empty() {
        return Err(usage(
            "--type is not for indicators; say --what observables or --what objects",
        ));
    }
    let selection = Selection {
        what,
        types: args.types.clone(),
        search: args.search.clone(),
        filters,
        since: args.since.clone(),
    };
    if args.dry_run {
        session.ui.say(&format!(
            "would ask {} for {}, and write {}",
            args.connection.url,
            plain(&selection.line()),
            plain(&args.out.display().to_string())
        ));
        return Ok(Exit::Done);
    }
    let platform = opencti(&args.connection, session)?;
    let state = args.state.clone();
    let state = state.unwrap_or_else(|| partner::beside(&args.out, ".state"));
    let from = format!("{} {}", platform.address(), selection.line());
    let mut into = Pulled::open(&args.out, &state, &from, args.format.into()).map_err(failed)?;
    let progress = session.ui.progress();
    progress.take(&Moment::Begin {
        step: "pull",
        total: None,
    });
    let limit = args.limit.max(1);
    let result = pull(&platform, &selection, limit, &mut into, &mut |done, _| {
        progress.take(&Moment::At(done));
    });
    drop(progress);
    let new = result.map_err(failed)?;
    tell_pulled(new, &into, &args.out, session)
}

fn stream(args: &Stream, session: &Session<'_>) -> anyhow::Result<Exit> {
    let platform = opencti(&args.connection, session)?;
    let state = args.state.clone();
    let state = state.unwrap_or_else(|| partner::beside(&args.out, ".state"));
    let from = format!("{} {}", platform.address(), args.name);
    let mut place = Place::open(&state, &from).map_err(failed)?;
    let mut out = OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(&args.out)
        .map_err(|error| usage(format!("cannot write `{}`: {error}", args.out.display())))?;
    let how = Follow {
        stream: args.name.clone(),
        from: args.from.clone(),
        recover: args.recover.clone(),
        deletions: !args.no_deletions,
        events: args.events,
        time: args.seconds.map(Duration::from_secs),
        ..Follow::default()
    };
    let progress = session.ui.progress();
    progress.take(&Moment::Begin {
        step: "stream",
        total: None,
    });
    let out: &mut dyn Write = &mut out;
    let result = follow(&platform, &how, &mut place, out, &mut |done| {
        progress.take(&Moment::At(done.events()));
    });
    drop(progress);
    let done = result.map_err(failed)?;
    session.ui.say(&format!(
        "{}: {} created, {} updated, {} deleted, {} merged; connected anew {} times",
        counted(done.events(), "event", "events"),
        count(done.created),
        count(done.updated),
        count(done.deleted),
        count(done.merged),
        count(done.reconnected),
    ));
    if session.ui.json() {
        session.ui.object(&done)?;
    }
    Ok(Exit::Done)
}
