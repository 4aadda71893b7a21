//! `aidos match try`: all roles on one machine, step by step.

use std::io::Write as _;
use std::path::PathBuf;

use aidos_engine::Exit;
use aidos_engine::matching::{self, Choice, DAILY, Format, Keys, ListOptions};

use super::{SignerArgs, ThreadArgs, at_desk, kind, owners};
use crate::cli::Session;
use crate::options::{self, maybe};
use crate::size;
use crate::ui::{counted, plain};

/// Play all roles here, step by step, for a first look
///
/// Makes keys, encrypts INPUT and LIST, compares them, decrypts, and shows the answers. Everything is in a folder that is
/// removed in the end, unless --keep names one. Nothing is protected while one machine plays all roles.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos match try out/evidence blocklist.txt\n  \
    aidos match try --type email --keep trial staff.csv disposable.txt")]
pub(super) struct Try {
    /// What is asked for: a case's folder, STIX or MISP, text, CSV or JSON
    #[arg(value_name = "INPUT")]
    input: PathBuf,

    /// The list it is compared with
    #[arg(value_name = "LIST")]
    list: PathBuf,

    /// The type of the values: ipv4, ipv6, cidr, domain, email, url or file-hash
    #[arg(long = "type", value_name = "T", default_value = "ipv4")]
    kind: String,

    /// Keep keys and files in this folder; their passphrase is `try`
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,

    /// How the answers are written
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: owners::FormatArg,

    #[command(flatten)]
    threads: ThreadArgs,
}

/// What seals the files of a trial, which protects nothing.
const PASSPHRASE: &[u8] = b"try";

pub(super) fn run(args: &Try, session: &Session<'_>) -> anyhow::Result<Exit> {
    let config = session.config([
        args.threads.given(),
        SignerArgs { signers: None }.given(),
        vec![("tlp", maybe(None))],
    ])?;
    let kind = kind(&args.kind)?;
    let scratch = matching::Scratch::at(args.keep.as_deref())?;
    let path = |name: &str| scratch.path().join(name);
    let ui = session.ui;
    let (hash_key, public_key) = (path("hash.key"), path("keys/public/public.key"));
    let (query, map, list) = (path("query.aidos"), path("query.local"), path("list.aidos"));
    let (result, hits) = (path("result.aidos"), path("hits.aidos"));
    let answers = at_desk(&config, session, |desk| {
        let holder = matching::keygen(kind, &path("keys"), PASSPHRASE, desk)?;
        ui.say(&format!("1. key holder: keys made, fingerprint {holder}"));
        matching::hash_key(kind, &hash_key, PASSPHRASE)?;
        ui.say("2. data owners: a key that both share, and neither server nor holder");
        let keys = Keys {
            public_key: &public_key,
            holder,
            hash_key: &hash_key,
            passphrase: PASSPHRASE,
        };
        let choice = Choice::default();
        let asked = matching::encrypt_query(&args.input, &choice, &keys, &query, &map, desk)?;
        ui.say(&format!(
            "3. query owner: {} encrypted as {} in {} s",
            counted(asked.distinct, "value", "values"),
            size::show(asked.file.bytes),
            asked.seconds
        ));
        owners::taken(&asked.taken, asked.kind, session);
        let options = ListOptions::default();
        let listed =
            matching::encrypt_list(&args.list, &choice, &keys, options, &list, None, desk)?;
        ui.say(&format!(
            "4. list owner: {} encrypted as {} in {} s",
            counted(listed.distinct, "value", "values"),
            size::show(listed.file.bytes),
            listed.seconds
        ));
        owners::taken(&listed.taken, listed.kind, session);
        let evaluation_key = path("keys/public/evaluation.key");
        let lists = [list.clone()];
        let done =
            matching::correlate(&evaluation_key, &query, &lists, &result, DAILY, None, desk)?;
        ui.say(&format!(
            "5. server, without any key: compared in {} s, {}",
            done.seconds,
            size::show(done.file.bytes)
        ));
        let secret_key = path("keys/secret.key");
        let seen = matching::decrypt(&secret_key, PASSPHRASE, &result, &[], &hits, DAILY, desk)?;
        ui.say(&format!(
            "6. key holder: {} set, with those of canaries, in {} s",
            counted(seen.bits, "bit is", "bits are"),
            seen.seconds
        ));
        ui.say("7. query owner: the answers");
        matching::report(&map, PASSPHRASE, &hits, &[], desk)
    })?;
    let format = if ui.json() {
        Format::Json
    } else {
        args.format.into()
    };
    let mut out = ui.out();
    answers.write(format, options::tlp(&config)?, &mut out)?;
    out.flush()?;
    for line in matching::explain(std::slice::from_ref(&result))? {
        ui.say(&format!("- {}", plain(&line)));
    }
    if let Some(folder) = &args.keep {
        ui.say(&format!(
            "kept in {}; the passphrase of its files is `try`",
            plain(&folder.display().to_string())
        ));
    }
    Ok(Exit::Done)
}
