//! `aidos taxii`: the collections of a TAXII 2.1 server.

use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use aidos_engine::Exit;
use aidos_engine::progress::{Moment, Progress as _};
use aidos_exchange::http::{Auth, Client, Settings};
use aidos_exchange::pulled::Pulled;
use aidos_exchange::sent::Sent;
use aidos_exchange::taxii::types::Collection;
use aidos_exchange::taxii::{self, Filter, Root, pull, push};
use aidos_model::Tlp;
use clap::Subcommand;
use serde_json::json;

use super::partner::{self, ConnectionArgs, Format, failed};
use crate::cli::Session;
use crate::options::PolicyArgs;
use crate::ui::{count, counted, plain, usage};

/// Pull from the collections of a TAXII 2.1 server, and push what the gate released
///
/// A user name and a password, a token or a client certificate say who asks; secrets stand in the environment or in
/// files. Nothing is contacted but the address that you name.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos taxii collections --url https://taxii.example.org/taxii2/\n  \
    aidos taxii pull --url https://taxii.example.org/api1/ --collection 91a7b528-80eb-42ed-a74d-c6fbd5a26116 --out feed.json\n  \
    aidos taxii push out/evidence --url https://taxii.example.org/api1/ --collection inbox --ceiling green\n\n\
    Who asks: AIDOS_TAXII_USER and AIDOS_TAXII_PASSWORD, or AIDOS_TAXII_TOKEN.\n\n\
    Exit codes: 3 a person has to approve the release, 4 it must not leave, 5 the server or the network failed.")]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    Collections(Collections),
    Pull(Pull),
    Push(Push),
}

/// Objects of an envelope, where nobody says otherwise.
const OBJECTS: usize = 500;

/// Seconds to wait until a server has worked an envelope in, where nobody says otherwise.
const WAIT: u64 = 300;

/// Who asks, where it is no token.
#[derive(clap::Args, Debug)]
pub(super) struct UserArgs {
    /// The name of the user [default: from the environment]
    #[arg(long, value_name = "NAME", help_heading = "How the partner is reached")]
    pub(super) user: Option<String>,

    /// The password, alone in a file that its owner alone may read [default: from the environment]
    #[arg(long, value_name = "FILE", help_heading = "How the partner is reached")]
    pub(super) password_file: Option<PathBuf>,
}

/// List the collections of a server: id, title, what may be read and written
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos taxii collections --url https://taxii.example.org/taxii2/\n  \
    AIDOS_TAXII_USER=me aidos taxii collections --url https://taxii.example.org/api1/ --password-file pass.txt --json")]
struct Collections {
    #[command(flatten)]
    connection: ConnectionArgs,

    #[command(flatten)]
    user: UserArgs,
}

/// Pull what a collection got since the last pull
///
/// Pages until there is no more, leaves out what came before, and remembers how far it is: a second pull brings what is
/// new. A pull that was cut goes on with the same command.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos taxii pull --url https://taxii.example.org/api1/ --collection inbox --out feed.json\n  \
    aidos taxii pull --url https://taxii.example.org/api1/ --collection inbox --type indicator,malware \\\n      \
        --added-after 2026-01-01T00:00:00Z --format ndjson --out feed.ndjson --state feed.state")]
struct Pull {
    #[command(flatten)]
    connection: ConnectionArgs,

    #[command(flatten)]
    user: UserArgs,

    /// The collection: its id, alias or title
    #[arg(long, value_name = "ID")]
    collection: String,

    /// Write to this file; it is not made where nothing new came
    #[arg(long, short, value_name = "FILE")]
    out: PathBuf,

    /// How objects are written
    #[arg(long, value_name = "FORMAT", default_value = "bundle")]
    format: Format,

    /// What remembers how far the pull is [default: FILE.state]
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,

    /// At first only what the server got after this moment (RFC 3339); later pulls begin where the last one ended
    #[arg(long, value_name = "TIME")]
    added_after: Option<String>,

    /// Only these types
    #[arg(long = "type", value_name = "T", value_delimiter = ',')]
    types: Vec<String>,

    /// Only objects of these ids
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    id: Vec<String>,

    /// Which versions of an object: first, last, all or stamps [default: the server's, last]
    #[arg(long, value_name = "V", value_delimiter = ',')]
    object_version: Vec<String>,

    /// Only objects of these versions of STIX, such as 2.1
    #[arg(long, value_name = "V", value_delimiter = ',')]
    spec_version: Vec<String>,

    /// Objects a page
    #[arg(long, value_name = "N", default_value_t = 500)]
    limit: u32,

    /// Say what would be asked, and ask nothing
    #[arg(long)]
    dry_run: bool,
}

/// Push the released bundle of a case to a collection
///
/// Only what the gate released leaves, and only where no object carries a stricter label than the collection takes
/// (--ceiling). What the server took is remembered: a second push sends what it does not have.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos taxii push out/evidence --url https://taxii.example.org/api1/ --collection inbox --ceiling green\n  \
    aidos taxii push out/evidence --url https://taxii.example.org/api1/ --collection inbox --ceiling green --dry-run > would-leave.json\n\n\
    Exit codes: 3 a person has to approve the release, 4 it must not leave, 5 the server or the network failed, or it did\n\
    not take every object.")]
pub(super) struct Push {
    /// The case's folder
    #[arg(value_name = "CASE")]
    case: PathBuf,

    #[command(flatten)]
    connection: ConnectionArgs,

    #[command(flatten)]
    user: UserArgs,

    /// The collection: its id, alias or title
    #[arg(long, value_name = "ID")]
    collection: String,

    /// The strictest label that this collection takes: clear, green, amber or amber+strict
    #[arg(long, value_name = "L", value_parser = partner::ceiling)]
    ceiling: Tlp,

    #[command(flatten)]
    policy: PolicyArgs,

    /// What remembers what was sent [default: beside the case, one file a collection]
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,

    /// The most objects of an envelope
    #[arg(long, value_name = "N", default_value_t = OBJECTS)]
    objects: usize,

    /// Seconds to wait until the server has worked an envelope in
    #[arg(long, value_name = "SECONDS", default_value_t = WAIT)]
    wait: u64,

    /// Print the objects that would be sent, and contact nobody
    #[arg(long)]
    dry_run: bool,
}

/// Does what was asked.
pub(crate) fn run(args: &Args, session: &Session<'_>) -> anyhow::Result<Exit> {
    match &args.what {
        What::Collections(args) => collections(args, session),
        What::Pull(args) => pull_from(args, session),
        What::Push(args) => push_to(args, session),
    }
}

impl Push {
    /// The push of a case to a partner that is named in a file.
    pub(super) fn of(
        case: PathBuf,
        connection: ConnectionArgs,
        user: UserArgs,
        collection: String,
        ceiling: Tlp,
        policy: PolicyArgs,
    ) -> Self {
        Self {
            case,
            connection,
            user,
            collection,
            ceiling,
            policy,
            state: None,
            objects: OBJECTS,
            wait: WAIT,
            dry_run: false,
        }
    }

    /// Whether the server could be asked: reads secrets and certificates, and asks nothing.
    pub(super) fn check(&self, session: &Session<'_>) -> anyhow::Result<()> {
        let settings = settings(&self.connection, &self.user, session)?;
        let client = Client::new(&self.connection.url, settings);
        client.map(drop).map_err(|error| failed(error.into()))
    }
}

/// Who asks.
fn settings(
    connection: &ConnectionArgs,
    user: &UserArgs,
    session: &Session<'_>,
) -> anyhow::Result<Settings> {
    let name = user.user.clone().or_else(|| {
        let name = std::env::var("AIDOS_TAXII_USER").ok();
        name.filter(|name| !name.is_empty())
    });
    let token = connection.token("AIDOS_TAXII_TOKEN")?;
    let password = partner::secret(user.password_file.as_deref(), "AIDOS_TAXII_PASSWORD")?;
    let auth = match (token, name, password) {
        (Some(_), Some(_), _) => {
            return Err(usage("a token and a user are given; leave one of them out"));
        }
        (Some(token), None, _) => Auth::Bearer(token),
        (None, Some(user), Some(password)) => Auth::Basic { user, password },
        (None, Some(_), None) => {
            return Err(usage(
                "a user needs a password; give it with --password-file, or in AIDOS_TAXII_PASSWORD",
            ));
        }
        (None, None, Some(_)) => {
            return Err(usage(
                "a password needs a user; give it with --user, or in AIDOS_TAXII_USER",
            ));
        }
        (None, None, None) => Auth::None,
    };
    Ok(connection.settings(auth, session))
}

/// The collection of this id, alias or title, and its API root.
fn find(url: &str, settings: &Settings, name: &str) -> anyhow::Result<(Root, Collection)> {
    let roots = taxii::roots(url, settings.clone()).map_err(failed)?;
    let mut found = Vec::new();
    for address in &roots {
        let root = Root::new(address, settings.clone()).map_err(failed)?;
        for own in root.collections().map_err(failed)? {
            let alias = own.alias.as_deref() == Some(name);
            if own.id.eq_ignore_ascii_case(name) || alias || own.title == name {
                found.push((address, own));
            }
        }
    }
    match found.len() {
        1 => {}
        0 => {
            return Err(usage(format!(
                "no collection is called `{name}`; `aidos taxii collections --url {url}` lists them"
            )));
        }
        _ => {
            return Err(usage(format!(
                "several collections are called `{name}`; name one by its id"
            )));
        }
    }
    let (address, own) = found.swap_remove(0);
    let root = Root::new(address, settings.clone()).map_err(failed)?;
    Ok((root, own))
}

fn collections(args: &Collections, session: &Session<'_>) -> anyhow::Result<Exit> {
    let settings = settings(&args.connection, &args.user, session)?;
    let roots = taxii::roots(&args.connection.url, settings.clone()).map_err(failed)?;
    let mut out = session.ui.out();
    for address in roots {
        let root = Root::new(&address, settings.clone()).map_err(failed)?;
        for own in root.collections().map_err(failed)? {
            if session.ui.json() {
                let mut line = serde_json::to_value(&own)?;
                line["root"] = root.address().into();
                writeln!(out, "{line}")?;
            } else {
                let may = match (own.can_read, own.can_write) {
                    (true, true) => "read, write",
                    (true, false) => "read",
                    (false, true) => "write",
                    (false, false) => "nothing",
                };
                let title = plain(&own.title).replace('\n', " ");
                writeln!(out, "{}  {may:11}  {title}", plain(&own.id))?;
            }
        }
    }
    out.flush()?;
    Ok(Exit::Done)
}

fn pull_from(args: &Pull, session: &Session<'_>) -> anyhow::Result<Exit> {
    let settings = settings(&args.connection, &args.user, session)?;
    let url = &args.connection.url;
    let filter = Filter {
        added_after: args.added_after.clone(),
        ids: args.id.clone(),
        types: args.types.clone(),
        versions: args.object_version.clone(),
        spec_versions: args.spec_version.clone(),
    };
    if args.limit == 0 {
        return Err(usage("--limit 0: a page holds at least one object"));
    }
    if args.dry_run {
        session.ui.say(&format!(
            "would ask {url} for collection `{}`{}, {} a page, and write {}",
            plain(&args.collection),
            plain(&filter.line()),
            counted(args.limit.into(), "object", "objects"),
            plain(&args.out.display().to_string()),
        ));
        return Ok(Exit::Done);
    }
    let (root, collection) = find(url, &settings, &args.collection)?;
    if !collection.can_read {
        return Err(usage(format!(
            "collection `{}` may not be read by this user; ask its server for the right",
            plain(&collection.title)
        )));
    }
    let state = args.state.clone();
    let state = state.unwrap_or_else(|| partner::beside(&args.out, ".state"));
    let from = format!("{} {} {}", root.address(), collection.id, filter.line());
    let mut into =
        Pulled::open(&args.out, &state, from.trim_end(), args.format.into()).map_err(failed)?;
    let progress = session.ui.progress();
    progress.take(&Moment::Begin {
        step: "pull",
        total: None,
    });
    let result = pull::pull(
        &root,
        &collection.id,
        &filter,
        args.limit,
        &mut into,
        &mut |done| progress.take(&Moment::At(done)),
    );
    drop(progress);
    let new = result.map_err(failed)?;
    tell_pulled(new, &into, args.out.as_path(), session)
}

/// Says what a pull brought.
pub(super) fn tell_pulled(
    new: bool,
    into: &Pulled,
    out: &std::path::Path,
    session: &Session<'_>,
) -> anyhow::Result<Exit> {
    let path = plain(&out.display().to_string());
    if new {
        session.ui.say(&format!(
            "{} in {path}, {} left out that came before",
            counted(into.objects(), "object", "objects"),
            count(into.doubles())
        ));
    } else {
        session.ui.say("nothing new");
    }
    if session.ui.json() {
        session.ui.object(&json!({
            "objects": into.objects(), "before": into.doubles(), "since": into.mark().since,
            "file": new.then_some(out),
        }))?;
    }
    Ok(Exit::Done)
}

pub(super) fn push_to(args: &Push, session: &Session<'_>) -> anyhow::Result<Exit> {
    let config = session.config([args.policy.given()])?;
    let released = partner::released(&args.case, args.ceiling, &config, session)?;
    if args.dry_run {
        let mut out = session.ui.out();
        out.write_all(b"{\"objects\":[")?;
        for (at, number) in released.order().into_iter().flatten().enumerate() {
            out.write_all(if at > 0 { b",\n" } else { b"\n" })?;
            out.write_all(&released.bytes(number).map_err(failed)?)?;
        }
        out.write_all(b"\n]}\n")?;
        out.flush()?;
        session.ui.say(&format!(
            "would send {} to collection `{}` of {}, less what was sent before",
            counted(released.len() as u64, "object", "objects"),
            plain(&args.collection),
            args.connection.url
        ));
        return Ok(Exit::Done);
    }
    let settings = settings(&args.connection, &args.user, session)?;
    let (root, collection) = find(&args.connection.url, &settings, &args.collection)?;
    let to = format!("{} {}", root.address(), collection.id);
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
    let result = push::push(
        &root,
        &collection.id,
        &released,
        &mut sent,
        &how,
        &mut |done| progress.take(&Moment::At(done)),
    );
    drop(progress);
    let done = result.map_err(failed)?;
    session.ui.say(&format!(
        "{} in {} to `{}`; {} sent before{}",
        counted(done.taken, "object", "objects"),
        counted(done.envelopes, "envelope", "envelopes"),
        plain(&collection.title),
        count(done.before),
        if done.there > 0 {
            format!(", {} there already", count(done.there))
        } else {
            String::new()
        },
    ));
    for failure in &done.failures {
        session.ui.say(&format!(
            "  not taken: {}: {}",
            plain(&failure.id),
            plain(&failure.message)
        ));
    }
    if done.undecided > 0 {
        session.ui.say(&format!(
            "{} not worked in in time; the same command asks again",
            counted(done.undecided, "object was", "objects were")
        ));
    }
    if session.ui.json() {
        session.ui.object(&done)?;
    }
    Ok(if done.failures.is_empty() && done.undecided == 0 {
        Exit::Done
    } else {
        Exit::Partner
    })
}
