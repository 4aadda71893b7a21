//! `aidos misp`: a MISP as a partner, and MISP feeds.
#![allow(
    clippy::doc_markdown,
    reason = "the help shows these comments as they are"
)]

use std::io::Write as _;
use std::path::{Path, PathBuf};

use aidos_convert::misp_stix::{Form, convert};
use aidos_engine::Exit;
use aidos_engine::progress::{Moment, Progress as _};
use aidos_engine::release;
use aidos_exchange::feed::{self, Feed};
use aidos_exchange::http::{Auth, Client, split};
use aidos_exchange::misp::{self, Filter, Hits, Mark, Misp, into_folder};
use aidos_exchange::released::Released;
use aidos_model::stix::{OURS, Uuid};
use aidos_model::{Timestamp, Tlp};
use aidos_privacy::gate::Shareable;
use clap::Subcommand;
use serde_json::{Value, json};

use super::partner::{self, ConnectionArgs, failed};
use super::run::now;
use crate::cli::Session;
use crate::options::{self, PolicyArgs};
use crate::ui::{count, counted, plain, usage};

/// Pull from a MISP, push what the gate released, and read and write MISP feeds
///
/// The key stands in AIDOS_MISP_KEY or in a file (--token-file), never on the command line. Nothing is contacted but the
/// address that you name.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos misp pull --url https://misp.example.org --out events\n  \
    aidos misp push out/evidence --url https://misp.example.org --ceiling green --distribution 1\n  \
    aidos misp push --match result.csv --url https://misp.example.org\n  \
    aidos misp feed write out/evidence --ceiling green --out feed --organisation \"CERT A\" --organisation-uuid 5f1b3e1c-0000-4000-8000-000000000001\n\n\
    Exit codes: 3 a person has to approve the release, 4 it must not leave, 5 the MISP or the network failed.")]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    Pull(Pull),
    Push(Push),
    Feed(FeedArgs),
}

/// Pull the published events that are new since the last pull, a file an event
///
/// Pages overlap and each event comes once. A pull that was cut goes on with the same command.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos misp pull --url https://misp.example.org --out events\n  \
    aidos misp pull --url https://misp.example.org --out green --tag tlp:green --page 20")]
struct Pull {
    #[command(flatten)]
    connection: ConnectionArgs,

    /// The folder for events: UUID.json
    #[arg(long, short, value_name = "DIR")]
    out: PathBuf,

    /// What remembers what was pulled [default: DIR.state]
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,

    /// Only events with one of these tags; `!tag` keeps out
    #[arg(long, value_name = "TAG", value_delimiter = ',')]
    tag: Vec<String>,

    /// Only events of these organisations
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    organisation: Vec<String>,

    /// Events a page
    #[arg(long, value_name = "N", default_value_t = 50)]
    page: usize,

    /// Say what would be asked, and ask nothing
    #[arg(long)]
    dry_run: bool,
}

/// Push the released bundle of a case as an event, or the hits of a match as sightings
///
/// Only what the gate released leaves, made anew from a list of fields. What was sent is remembered: a second push
/// sends nothing that is there.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos misp push out/evidence --url https://misp.example.org --ceiling green --distribution 1 --publish\n  \
    aidos misp push out/evidence --url https://misp.example.org --ceiling green --dry-run > would-leave.json\n  \
    aidos misp push --match result.csv --url https://misp.example.org --source sensor-7\n\n\
    Exit codes: 3 a person has to approve the release, 4 it must not leave, 5 the MISP or the network failed, or it refused\n\
    an event.")]
pub(super) struct Push {
    /// The case's folder
    #[arg(value_name = "CASE", required_unless_present = "hits")]
    case: Option<PathBuf>,

    #[command(flatten)]
    connection: ConnectionArgs,

    /// The strictest label that this MISP takes: clear, green, amber or amber+strict
    #[arg(long, value_name = "L", value_parser = partner::ceiling, required_unless_present = "hits")]
    ceiling: Option<Tlp>,

    /// How far the event may spread: 0 own organisation, 1 its community, 2 connected communities, 3 all
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=3))]
    distribution: u8,

    /// Publish the event
    #[arg(long)]
    publish: bool,

    /// Tags for the event there; with --match, a tag in place of a sighting
    #[arg(long, value_name = "TAG", value_delimiter = ',')]
    tag: Vec<String>,

    /// A result of `aidos match report` (CSV: value,match): what was matched becomes a sighting of the attributes there
    #[arg(long = "match", value_name = "FILE", conflicts_with = "case")]
    hits: Option<PathBuf>,

    /// The source that a sighting names
    #[arg(long, value_name = "NAME", requires = "hits")]
    source: Option<String>,

    /// What remembers what was sent [default: beside the case or the result]
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,

    /// Print exactly what would be sent, and contact nobody
    #[arg(long)]
    dry_run: bool,

    #[command(flatten)]
    policy: PolicyArgs,
}

/// Read and write MISP feeds: manifest.json, hashes.csv and a file an event
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos misp feed read https://feeds.example/osint/ --out events\n  \
    aidos misp feed write out/evidence --ceiling green --out feed --organisation \"CERT A\" --organisation-uuid 5f1b3e1c-0000-4000-8000-000000000001")]
struct FeedArgs {
    #[command(subcommand)]
    what: FeedWhat,
}

#[derive(Subcommand, Debug)]
enum FeedWhat {
    Read(FeedRead),
    Write(FeedWrite),
}

/// Take the events of a feed that are new since the last time
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos misp feed read https://feeds.example/osint/ --out events\n  \
    aidos misp feed read /srv/feed --out events")]
struct FeedRead {
    /// The feed: an address or a folder
    #[arg(value_name = "URL|DIR")]
    from: String,

    /// The folder for events: UUID.json
    #[arg(long, short, value_name = "DIR")]
    out: PathBuf,

    /// What remembers what was taken [default: DIR.state]
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,

    /// Certificates (PEM) of the authorities to trust, in place of the usual ones
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,

    /// Say what would be asked, and ask nothing
    #[arg(long)]
    dry_run: bool,
}

/// Write the released bundle of a case into a feed; events that are there stay
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos misp feed write out/evidence --ceiling green --out feed --organisation \"CERT A\" --organisation-uuid 5f1b3e1c-0000-4000-8000-000000000001")]
struct FeedWrite {
    /// The case's folder
    #[arg(value_name = "CASE")]
    case: PathBuf,

    /// The strictest label that readers of the feed may have: clear, green, amber or amber+strict
    #[arg(long, value_name = "L", value_parser = partner::ceiling)]
    ceiling: Tlp,

    /// The folder of the feed
    #[arg(long, short, value_name = "DIR")]
    out: PathBuf,

    /// Who made the event, where it does not say
    #[arg(long, value_name = "NAME", requires = "organisation_uuid")]
    organisation: Option<String>,

    /// The uuid of that organisation
    #[arg(long, value_name = "UUID", requires = "organisation")]
    organisation_uuid: Option<String>,

    #[command(flatten)]
    policy: PolicyArgs,
}

/// Does what was asked.
pub(crate) fn run(args: &Args, session: &Session<'_>) -> anyhow::Result<Exit> {
    match &args.what {
        What::Pull(args) => pull(args, session),
        What::Push(args) => match &args.hits {
            Some(hits) => push_hits(args, hits, session),
            None => push(args, session),
        },
        What::Feed(args) => match &args.what {
            FeedWhat::Read(args) => read_feed(args, session),
            FeedWhat::Write(args) => write_feed(args, session),
        },
    }
}

impl Push {
    /// The push of a case to a partner that is named in a file.
    pub(super) fn of(
        case: PathBuf,
        connection: ConnectionArgs,
        ceiling: Tlp,
        (distribution, publish): (u8, bool),
        tag: Vec<String>,
        policy: PolicyArgs,
    ) -> Self {
        Self {
            case: Some(case),
            connection,
            ceiling: Some(ceiling),
            distribution,
            publish,
            tag,
            hits: None,
            source: None,
            state: None,
            dry_run: false,
            policy,
        }
    }

    /// Whether the partner could be asked: reads the key and the certificates, and asks nothing.
    pub(super) fn check(&self, session: &Session<'_>) -> anyhow::Result<()> {
        partner_of(&self.connection, session).map(drop)
    }
}

fn partner_of(connection: &ConnectionArgs, session: &Session<'_>) -> anyhow::Result<Misp> {
    let key = connection.token("AIDOS_MISP_KEY")?.ok_or_else(|| {
        usage("a MISP wants a key; set AIDOS_MISP_KEY, or name a file with --token-file")
    })?;
    let settings = connection.settings(Auth::header("Authorization", key), session);
    let client = Client::new(&connection.url, settings).map_err(|error| failed(error.into()))?;
    Ok(Misp::new(client))
}

fn pull(args: &Pull, session: &Session<'_>) -> anyhow::Result<Exit> {
    if args.dry_run {
        session.ui.say(&format!(
            "would ask {} for its version and index, then for events, {} a page, and write {}",
            plain(&args.connection.url),
            args.page,
            plain(&args.out.display().to_string()),
        ));
        return Ok(Exit::Done);
    }
    let misp = partner_of(&args.connection, session)?;
    let state = args.state.clone();
    let plan = misp::Pull {
        filter: Filter {
            tags: args.tag.clone(),
            organisations: args.organisation.clone(),
        },
        page: args.page,
        state: state.unwrap_or_else(|| partner::beside(&args.out, ".state")),
    };
    let progress = session.ui.progress();
    progress.take(&Moment::Begin {
        step: "pull",
        total: None,
    });
    let mut write = into_folder(&args.out).map_err(failed)?;
    let mut done = 0;
    let result = plan.run(&misp, &mut |uuid, event| {
        done += 1;
        progress.take(&Moment::At(done));
        write(uuid, event)
    });
    drop(progress);
    let pulled = result.map_err(failed)?;
    session.ui.say(&match pulled.events {
        0 => "nothing new".to_owned(),
        events => format!(
            "{} in {}",
            counted(events as u64, "event", "events"),
            plain(&args.out.display().to_string())
        ),
    });
    if session.ui.json() {
        session.ui.object(&pulled)?;
    }
    Ok(Exit::Done)
}

/// The released bundle of a case as one event of MISP.
fn event_of(
    case: &Path,
    ceiling: Tlp,
    policy: &PolicyArgs,
    session: &Session<'_>,
) -> anyhow::Result<Shareable<Vec<Value>>> {
    let config = session.config([policy.given()])?;
    let protection = options::protection(&config, session.ui)?;
    let shareable = release::open(case, &protection, now())?;
    let released = Released::open(&shareable, case, ceiling).map_err(failed)?;
    let mut bundle = b"{\"type\":\"bundle\",\"id\":\"bundle--".to_vec();
    let mut newest = 0;
    let mut objects = Vec::new();
    for number in 0..u32::try_from(released.len())? {
        let object = released.object(number).map_err(failed)?;
        let times = ["modified", "created"].iter().filter_map(|name| {
            Timestamp::parse(object.get(*name)?.as_str()?).map(Timestamp::seconds)
        });
        newest = times.fold(newest, i64::max);
        objects.push(b',');
        objects.extend(released.bytes(number).map_err(failed)?);
    }
    // What is the same has the same id, so that it is not sent twice.
    let id = Uuid::v5(OURS, &objects);
    bundle.extend(id.text());
    bundle.extend(b"\",\"objects\":[");
    bundle.extend(objects.get(1..).unwrap_or_default());
    bundle.extend(b"]}");
    let made = convert(&bundle, Form::Misp)?;
    let mut event: Value = serde_json::from_slice(&made.text)?;
    if let Some(event) = event.get_mut("Event").and_then(Value::as_object_mut) {
        let lacks = |event: &serde_json::Map<String, Value>, name: &str| {
            event
                .get(name)
                .is_none_or(|value| value.is_null() || value == "")
        };
        if lacks(event, "uuid") {
            event.insert("uuid".into(), id.to_string().into());
        }
        if lacks(event, "timestamp") {
            event.insert("timestamp".into(), newest.max(1).to_string().into());
        }
        if lacks(event, "info") {
            event.insert("info".into(), "Indicators of attacks, anonymised".into());
        }
    }
    if !made.losses.is_empty() {
        session.ui.say(&format!(
            "note: {} of the bundle have no place in an event of MISP; `aidos convert --losses` lists them",
            counted(made.losses.len() as u64, "field", "fields")
        ));
    }
    Ok(shareable.map(|_| vec![event]))
}

pub(super) fn push(args: &Push, session: &Session<'_>) -> anyhow::Result<Exit> {
    let (Some(case), Some(ceiling)) = (&args.case, args.ceiling) else {
        return Err(usage(
            "name a case and what the MISP takes (--ceiling), or a result with --match",
        ));
    };
    let events = event_of(case, ceiling, &args.policy, session)?;
    let url = &args.connection.url;
    let state = match &args.state {
        Some(state) => state.clone(),
        None => partner::sent_beside(case, url)?,
    };
    let plan = misp::Push {
        distribution: args.distribution,
        publish: args.publish,
        tags: args.tag.clone(),
        state,
    };
    if args.dry_run {
        let mut out = session.ui.out();
        for event in plan.plan(&events).map_err(failed)? {
            writeln!(out, "{}", event.event)?;
        }
        out.flush()?;
        session.ui.say(&format!(
            "would send {} to {}, unless it has it",
            counted(events.item().len() as u64, "event", "events"),
            plain(url)
        ));
        return Ok(Exit::Done);
    }
    let misp = partner_of(&args.connection, session)?;
    let pushed = plan.run(&misp, &events, &mut |_, _| {}).map_err(failed)?;
    session.ui.say(&format!(
        "{} added, {} edited, {} there already, {} published",
        count(pushed.added as u64),
        count(pushed.edited as u64),
        count((pushed.known + pushed.stale + pushed.unwanted) as u64),
        count(pushed.published as u64),
    ));
    tell_refused(&pushed.refused, session);
    if session.ui.json() {
        session.ui.object(&pushed)?;
    }
    Ok(ended_with(&pushed.refused))
}

fn push_hits(args: &Push, hits: &Path, session: &Session<'_>) -> anyhow::Result<Exit> {
    let mark = match args.tag.as_slice() {
        [] => Mark::Sighting(args.source.clone()),
        [tag] => Mark::Tag(tag.clone()),
        _ => return Err(usage("--match takes one --tag at most")),
    };
    let values = Hits::read(hits).map_err(failed)?;
    let url = &args.connection.url;
    if args.dry_run {
        let mut out = session.ui.out();
        for value in values.values() {
            writeln!(out, "{}", json!({"value": value}))?;
        }
        out.flush()?;
        session.ui.say(&format!(
            "would ask {} for {}, and it would learn that each was seen; {} of private networks left out",
            plain(url),
            counted(values.values().len() as u64, "value", "values"),
            count(values.private as u64),
        ));
        return Ok(Exit::Done);
    }
    let misp = partner_of(&args.connection, session)?;
    let state = args.state.clone();
    let state = state.unwrap_or_else(|| partner::beside(hits, ".sent"));
    let progress = session.ui.progress();
    progress.take(&Moment::Begin {
        step: "push",
        total: Some(values.values().len() as u64),
    });
    let result = values.send(&misp, &mark, &state, &mut |done| {
        progress.take(&Moment::At(done as u64));
    });
    drop(progress);
    let marked = result.map_err(failed)?;
    session.ui.say(&format!(
        "{} marked, {} marked before, {} not there",
        counted(marked.marked as u64, "attribute", "attributes"),
        count(marked.known as u64),
        counted(marked.missing as u64, "value is", "values are"),
    ));
    tell_refused(&marked.refused, session);
    if session.ui.json() {
        session.ui.object(&marked)?;
    }
    Ok(ended_with(&marked.refused))
}

fn tell_refused(refused: &[(String, Vec<String>)], session: &Session<'_>) {
    for (uuid, reasons) in refused {
        session.ui.say(&format!(
            "  refused: {uuid}: {}",
            plain(&reasons.join(", "))
        ));
    }
}

fn ended_with(refused: &[(String, Vec<String>)]) -> Exit {
    if refused.is_empty() {
        Exit::Done
    } else {
        Exit::Partner
    }
}

fn read_feed(args: &FeedRead, session: &Session<'_>) -> anyhow::Result<Exit> {
    let web = split(&args.from).is_some();
    if args.dry_run {
        session.ui.say(&format!(
            "would {} {}/manifest.json, then each event that is new, and write {}",
            if web { "ask for" } else { "read" },
            plain(args.from.trim_end_matches('/')),
            plain(&args.out.display().to_string()),
        ));
        return Ok(Exit::Done);
    }
    let feed = if web {
        let settings = super::feeds::settings(args.ca_file.as_deref(), session);
        Feed::Web(Client::new(&args.from, settings).map_err(|error| failed(error.into()))?)
    } else {
        Feed::Folder(PathBuf::from(&args.from))
    };
    let state = args.state.clone();
    let state = state.unwrap_or_else(|| partner::beside(&args.out, ".state"));
    let mut write = into_folder(&args.out).map_err(failed)?;
    let taken = feed.take(&state, &mut write).map_err(failed)?;
    session.ui.say(&format!(
        "{} new, {} known, {} missing",
        counted(taken.events as u64, "event", "events"),
        count(taken.known as u64),
        count(taken.missing.len() as u64),
    ));
    if session.ui.json() {
        session.ui.object(&taken)?;
    }
    Ok(Exit::Done)
}

fn write_feed(args: &FeedWrite, session: &Session<'_>) -> anyhow::Result<Exit> {
    let events = event_of(&args.case, args.ceiling, &args.policy, session)?;
    if let Some(uuid) = args.organisation_uuid.as_deref()
        && Uuid::parse(uuid).is_none()
    {
        return Err(usage("--organisation-uuid is no uuid"));
    }
    let organisation = args
        .organisation
        .as_deref()
        .zip(args.organisation_uuid.as_deref());
    let written = feed::write(&args.out, &events, organisation).map_err(failed)?;
    session.ui.say(&format!(
        "{} of {} in {}, {}",
        counted(written.events as u64, "event", "events"),
        count(written.all as u64),
        plain(&args.out.display().to_string()),
        counted(written.hashes as u64, "hash", "hashes"),
    ));
    if session.ui.json() {
        session.ui.object(&written)?;
    }
    Ok(Exit::Done)
}
