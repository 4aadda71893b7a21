//! `aidos enrich`: what tables and reputation services know of a case's attackers.
#![allow(
    clippy::doc_markdown,
    reason = "the help shows these comments as they are"
)]

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::PathBuf;
use std::str::FromStr as _;
use std::sync::Arc;

use aidos_engine::Exit;
use aidos_engine::enrich::{self, EnrichPlan, Enriched};
use aidos_exchange::http::{Auth, Client, Settings, Stop, SystemClock};
use aidos_exchange::service::{Account, Desk, Options, Service, Span, Window, fingerprint};
use aidos_exchange::table::Tables;
use aidos_model::Tlp;
use aidos_privacy::policy::Pap;

use super::partner;
use crate::cli::Session;
use crate::config::{Config, Origin};
use crate::options::{self, maybe};
use crate::ui::{count, counted, ended, plain, usage};

/// Ask tables and reputation services about a case's attackers
///
/// Writes enrichment.jsonl into the case. Without --services nobody is asked: offline tables alone are looked at. A question
/// tells a service what was seen; only attackers' values that pass the gate are asked about, and --dry-run shows each.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos enrich out/evidence --mmdb GeoLite2-Country.mmdb --warninglists misp-warninglists/lists\n  \
    aidos enrich out/evidence --services abuseipdb,virustotal --dry-run\n  \
    aidos enrich out/evidence --services abuseipdb --max 200\n\n\
    Keys: AIDOS_ABUSEIPDB_KEY, AIDOS_VIRUSTOTAL_KEY, AIDOS_IPQUALITYSCORE_KEY, AIDOS_HYBRID_ANALYSIS_KEY, or\n\
    --service-key SERVICE=FILE. Exit codes: 0 done, 5 a service failed for all it was asked.")]
pub(crate) struct Args {
    /// The case's folder
    #[arg(value_name = "CASE")]
    case: PathBuf,

    /// Services to ask: abuseipdb, virustotal, ipqualityscore, hybrid-analysis
    #[arg(long, value_name = "NAMES", value_delimiter = ',', value_parser = service, help_heading = "Who is asked")]
    services: Vec<Service>,

    /// A service's key, alone in a file that its owner alone may read: SERVICE=FILE
    #[arg(long, value_name = "SERVICE=FILE", value_parser = pair, help_heading = "Who is asked")]
    service_key: Vec<(Service, String)>,

    /// Another address of a service: SERVICE=URL
    #[arg(long, value_name = "SERVICE=URL", value_parser = pair, help_heading = "Who is asked")]
    service_url: Vec<(Service, String)>,

    /// What a key may ask, in place of a free one: SERVICE=N/minute, hour, day or month; may be given again
    #[arg(long, value_name = "SERVICE=N/TIME", value_parser = quota, help_heading = "Who is asked")]
    quota: Vec<(Service, Window)>,

    /// Ask nobody: cache and tables alone
    #[arg(long, help_heading = "Who is asked")]
    offline: bool,

    /// Show what would be asked and what each service would learn; ask nobody, write nothing
    #[arg(long, help_heading = "Who is asked")]
    dry_run: bool,

    /// Ask about values on warninglists, too
    #[arg(long, help_heading = "Who is asked")]
    ask_listed: bool,

    /// Where answers and quotas are kept [default: $XDG_CACHE_HOME/aidos/services]
    #[arg(long, value_name = "FOLDER", help_heading = "Who is asked")]
    cache: Option<PathBuf>,

    /// MISP's warninglists: a folder
    #[arg(long, value_name = "FOLDER", help_heading = "Tables")]
    warninglists: Option<PathBuf>,

    /// A table in MaxMind's format; may be given again
    #[arg(long, value_name = "FILE", help_heading = "Tables")]
    mmdb: Vec<PathBuf>,

    /// A list of Tor's exits
    #[arg(long, value_name = "FILE", help_heading = "Tables")]
    tor_exits: Option<PathBuf>,

    /// A list of your own: addresses, networks, texts; may be given again
    #[arg(long, value_name = "FILE", help_heading = "Tables")]
    list: Vec<PathBuf>,

    /// The most values, the most important first
    #[arg(
        long,
        value_name = "N",
        default_value_t = 1000,
        help_heading = "What is made of it"
    )]
    max: usize,

    /// All values
    #[arg(long, conflicts_with = "max", help_heading = "What is made of it")]
    all: bool,

    /// Services whose answers may be passed on; those of others are TLP:RED
    #[arg(long, value_name = "NAMES", value_delimiter = ',', value_parser = service, help_heading = "What is made of it")]
    reshare: Vec<Service>,

    /// An address, network or e-mail domain of our own; may be given again
    #[arg(
        long,
        value_name = "X",
        value_delimiter = ',',
        help_heading = "What may leave"
    )]
    own: Vec<String>,

    /// What may be asked (TOML, `[ask]`) [default: the safe policy]
    #[arg(long, value_name = "FILE", help_heading = "What may leave")]
    policy: Option<String>,

    /// A stricter TLP label than the case's
    #[arg(long, value_name = "L", help_heading = "What may leave")]
    tlp: Option<String>,

    /// A stricter PAP label than the case's
    #[arg(long, value_name = "L", help_heading = "What may leave")]
    pap: Option<String>,
}

fn service(text: &str) -> Result<Service, String> {
    Service::parse(text).ok_or_else(|| {
        let words: Vec<&str> = Service::ALL.iter().map(|service| service.word()).collect();
        format!("`{text}` is no service; use {}", words.join(", "))
    })
}

fn pair(text: &str) -> Result<(Service, String), String> {
    let (word, value) = text.split_once('=').ok_or("write SERVICE=VALUE")?;
    if value.is_empty() {
        return Err("nothing stands behind `=`".into());
    }
    Ok((service(word)?, value.to_owned()))
}

fn quota(text: &str) -> Result<(Service, Window), String> {
    let (service, value) = pair(text)?;
    let wrong =
        || format!("`{value}` is no quota; write 1000/day, with minute, hour, day or month");
    let (number, span) = value.split_once('/').ok_or_else(wrong)?;
    let span = match span {
        "minute" => Span::Minute,
        "hour" => Span::Hour,
        "day" => Span::Day,
        "month" => Span::Month,
        _ => return Err(wrong()),
    };
    let most = number
        .parse()
        .ok()
        .filter(|most| *most > 0)
        .ok_or_else(wrong)?;
    Ok((service, Window::new(span, most)))
}

/// Does what was asked.
pub(crate) fn run(args: &Args, session: &Session<'_>) -> anyhow::Result<Exit> {
    let config = session.config([vec![
        ("own", args.own.clone()),
        ("policy", maybe(args.policy.as_ref())),
        ("tlp", maybe(args.tlp.as_ref())),
        ("pap", maybe(args.pap.as_ref())),
    ]])?;
    let ui = session.ui;
    let mut plan = EnrichPlan {
        case: args.case.clone(),
        tables: tables(args, session)?,
        desk: desk(args, session)?,
        policy: options::policy(&config)?,
        own: config.list("own").to_vec(),
        tlp: set(&config, "tlp")
            .then(|| config.read("tlp", Tlp::from_str))
            .transpose()?
            .flatten(),
        pap: set(&config, "pap")
            .then(|| config.read("pap", Pap::from_str))
            .transpose()?
            .flatten(),
        most: if args.all { usize::MAX } else { args.max },
        reshare: args.reshare.iter().copied().collect::<BTreeSet<_>>(),
        ask_listed: args.ask_listed,
    };
    if args.dry_run {
        let mut out = ui.out();
        let json = ui.json();
        let done = enrich::dry_run(&mut plan, &mut |would| {
            if json {
                return writeln!(out, "{}", serde_json::Value::Object(would.clone()));
            }
            let text = |name: &str| {
                would
                    .get(name)
                    .and_then(serde_json::Value::as_str)
                    .unwrap_or_default()
            };
            let line = format!(
                "{} {} {} {}",
                text("service"),
                text("method"),
                text("url"),
                text("body")
            );
            writeln!(out, "{}", plain(line.trim_end()))
        })?;
        out.flush()?;
        for service in plan.desk.iter().flat_map(Desk::services) {
            let about = service.about();
            ui.say(&format!("{} would learn {}", about.name, about.learns));
            ui.say(&format!("  terms: {}", about.terms));
        }
        tell(&done, true, session);
        return Ok(Exit::Done);
    }
    let progress = ui.progress();
    let result = enrich::enrich(&mut plan, &progress, &session.cancel);
    drop(progress);
    let done = result?;
    tell(&done, false, session);
    if ui.json() {
        ui.object(&done)?;
    }
    match done.failed_for_all() {
        Some(service) => Err(ended(
            Exit::Partner,
            format!(
                "`{service}` failed for all it was asked; see `asked` in enrichment.jsonl, and ask again: what was answered is kept"
            ),
        )),
        None => Ok(Exit::Done),
    }
}

/// Whether somebody chose this option.
fn set(config: &Config, key: &str) -> bool {
    config
        .iter()
        .any(|(setting, chosen)| setting.key == key && chosen.origin != Origin::Default)
}

fn tables(args: &Args, session: &Session<'_>) -> anyhow::Result<Tables> {
    let mut tables = Tables::default();
    if let Some(folder) = &args.warninglists {
        for note in tables.warninglists(folder).map_err(partner::failed)? {
            session.ui.say(&format!("note: {}", plain(&note)));
        }
    }
    for file in &args.mmdb {
        tables.mmdb(file).map_err(partner::failed)?;
    }
    if let Some(file) = &args.tor_exits {
        tables.tor(file).map_err(partner::failed)?;
    }
    for file in &args.list {
        tables.list(file).map_err(partner::failed)?;
    }
    Ok(tables)
}

/// The desk with an account of each service; `None` where none is named.
fn desk(args: &Args, session: &Session<'_>) -> anyhow::Result<Option<Desk>> {
    let mut services: Vec<Service> = Vec::new();
    for service in &args.services {
        if !services.contains(service) {
            services.push(*service);
        }
    }
    for (service, what) in args
        .service_key
        .iter()
        .map(|(service, _)| (service, "--service-key"))
        .chain(
            args.service_url
                .iter()
                .map(|(service, _)| (service, "--service-url")),
        )
        .chain(args.quota.iter().map(|(service, _)| (service, "--quota")))
        .chain(args.reshare.iter().map(|service| (service, "--reshare")))
    {
        if !services.contains(service) {
            return Err(usage(format!(
                "{what} {service}: it is not asked; name it with --services"
            )));
        }
    }
    if services.is_empty() {
        return Ok(None);
    }
    let stop = Stop::over(session.cancel.flag());
    let accounts = services
        .iter()
        .map(|service| account(*service, args, &stop))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let folder = match &args.cache {
        Some(folder) => folder.clone(),
        None => cache_folder()?,
    };
    let options = Options {
        offline: args.offline,
        ..Options::of(folder)
    };
    let clock = Arc::new(SystemClock);
    Ok(Some(Desk::new(options, accounts, clock, stop)))
}

fn account(service: Service, args: &Args, stop: &Stop) -> anyhow::Result<Account> {
    let about = service.about();
    let file = args
        .service_key
        .iter()
        .rev()
        .find(|(own, _)| *own == service)
        .map(|(_, file)| PathBuf::from(file));
    let key = partner::secret(file.as_deref(), about.key)?;
    // Who asks nobody needs no key.
    if key.is_none() && !args.offline && !args.dry_run {
        return Err(usage(format!(
            "no key for `{service}`; put it into {} or a file of yours alone, and name that with --service-key {service}=FILE",
            about.key
        )));
    }
    let fingerprint = key
        .as_ref()
        .map_or_else(|| "none".to_owned(), |key| fingerprint(service, key));
    let mut windows = about.windows.to_vec();
    if args.quota.iter().any(|(own, _)| *own == service) {
        windows = args
            .quota
            .iter()
            .filter(|(own, _)| *own == service)
            .map(|(_, window)| *window)
            .collect();
    }
    let address = args
        .service_url
        .iter()
        .rev()
        .find(|(own, _)| *own == service);
    let settings = Settings {
        auth: key.map_or(Auth::None, |key| Auth::header(about.header, key)),
        limit: 8 << 20,
        stop: stop.clone(),
        ..Settings::default()
    };
    let address = address.map_or(about.address, |(_, url)| url.as_str());
    let client = Client::new(address, settings).map_err(|error| partner::failed(error.into()))?;
    Ok(Account {
        service,
        client,
        fingerprint,
        windows,
    })
}

/// The folder of answers: the XDG base directory specification's for what can be made again.
fn cache_folder() -> anyhow::Result<PathBuf> {
    let folder = |name| {
        std::env::var_os(name)
            .filter(|text| !text.is_empty())
            .map(PathBuf::from)
    };
    let folder = folder("XDG_CACHE_HOME")
        .filter(|path| path.is_absolute())
        .or_else(|| Some(folder("HOME")?.join(".cache")))
        .ok_or_else(|| {
            usage("there is no folder for answers: set HOME, or name one with --cache")
        })?;
    Ok(folder.join("aidos").join("services"))
}

fn tell(done: &Enriched, dry: bool, session: &Session<'_>) {
    let ui = session.ui;
    ui.say(&format!(
        "{}, {} on warninglists",
        counted(done.values, "value", "values"),
        count(done.listed)
    ));
    if done.left_out > 0 {
        ui.say(&format!(
            "note: {} less important ones are left out; --max or --all takes more",
            count(done.left_out)
        ));
    }
    for (reason, number) in &done.refused {
        let why = done.whys.get(reason).map_or(*reason, String::as_str);
        ui.say(&format!(
            "not asked about {}: {why}",
            counted(*number, "value", "values")
        ));
    }
    for (service, counts) in &done.services {
        let mut line = format!(
            "{service}: {} {}, {} from the cache",
            count(counts.asked),
            if dry { "would be asked" } else { "asked" },
            count(counts.cached),
        );
        if !dry {
            line.push_str(&format!(
                "; {} known, {} unknown",
                count(counts.known),
                count(counts.unknown)
            ));
        }
        for (reason, number) in &counts.failed {
            line.push_str(&format!(", {} failed ({reason})", count(*number)));
        }
        line.push_str(&format!("; left: {}", counts.left.join(", ")));
        ui.say(&line);
    }
    if let Some(file) = &done.file {
        ui.say(&format!("wrote {}", plain(&file.display().to_string())));
    }
}
