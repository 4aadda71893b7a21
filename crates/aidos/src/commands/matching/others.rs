//! What the holder of the key and the server do, and what anybody can ask of a file.

use std::io::Write as _;
use std::path::PathBuf;

use aidos_engine::Exit;
use aidos_engine::matching::{self, DAILY};
use serde_json::json;

use super::{PassphraseArgs, SignerArgs, ThreadArgs, at_desk, kind, passphrase};
use crate::cli::Session;
use crate::options::maybe;
use crate::size;
use crate::ui::{counted, plain};

/// Make the holder's keys, and print their fingerprint
///
/// Writes keys/secret.key (sealed; it stays with you), keys/public/public.key (for those who encrypt) and
/// keys/public/evaluation.key (for the server). Say the fingerprint to the data owners by a way of its own.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos match keygen --out keys/ --passphrase-file pass.txt\n  \
    aidos match keygen --out keys-mail/ --type email --passphrase-file pass.txt")]
pub(super) struct Keygen {
    /// The folder to write to; made if it is not there
    #[arg(long, short, value_name = "DIR")]
    out: PathBuf,

    /// The type of the values: ipv4, or ipv6, cidr, domain, email, url or file-hash, which share their parameters
    #[arg(long = "type", value_name = "T", default_value = "ipv4")]
    kind: String,

    #[command(flatten)]
    passphrase: PassphraseArgs,
}

/// Compare a query with lists, all of them encrypted (the server's tool)
///
/// Needs no secret and learns no answer: it takes the evaluation key, and no other key fits.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos match correlate --evaluation-key evaluation.key --query query.aidos --list list.aidos --out result.aidos\n  \
    aidos match correlate --evaluation-key evaluation.key --query query.aidos --list a.aidos --list b.aidos \\\n      \
        --signers partners.txt --out result.aidos\n\n\
    An interrupted job is gone on with by the same command. Exit code 4: a signer or a quota refuses it.")]
pub(super) struct Correlate {
    /// The holder's evaluation key
    #[arg(long, value_name = "FILE")]
    evaluation_key: PathBuf,

    /// The query
    #[arg(long, value_name = "FILE")]
    query: PathBuf,

    /// A list, or a segment of one; may be given again
    #[arg(long, value_name = "FILE", required = true)]
    list: Vec<PathBuf>,

    /// The result for the holder
    #[arg(long, short, value_name = "FILE")]
    out: PathBuf,

    /// Query sets that one requester may have compared with one list in a day
    #[arg(long, value_name = "N", default_value_t = DAILY)]
    daily: u64,

    /// Memory to keep to, such as 150MiB [default: 224MiB]
    #[arg(long, value_name = "SIZE")]
    memory: Option<String>,

    #[command(flatten)]
    signers: SignerArgs,

    #[command(flatten)]
    threads: ThreadArgs,
}

/// Decrypt a result to bits, and nothing else (the holder's tool)
///
/// Every coefficient's noise is measured first. A result in which one has more than an honest job can have is refused whole, and
/// its job is locked: its files may have been made to read the other's list.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos match decrypt --secret-key keys/secret.key --result result.aidos --out hits.aidos --passphrase-file pass.txt\n\n\
    Exit code 4: a signer, a quota, a manifest or a lock refuses it.")]
pub(super) struct Decrypt {
    /// The holder's secret key
    #[arg(long, value_name = "FILE")]
    secret_key: PathBuf,

    /// What the server computed
    #[arg(long, value_name = "FILE")]
    result: PathBuf,

    /// The bits, for who asked
    #[arg(long, short, value_name = "FILE")]
    out: PathBuf,

    /// A list owner's manifest that must be among the lists; may be given again
    #[arg(long, value_name = "FILE")]
    manifest: Vec<PathBuf>,

    /// Query sets that one requester may have decrypted of one list in a day
    #[arg(long, value_name = "N", default_value_t = DAILY)]
    daily: u64,

    #[command(flatten)]
    passphrase: PassphraseArgs,

    #[command(flatten)]
    signers: SignerArgs,

    #[command(flatten)]
    threads: ThreadArgs,
}

/// Say what a file is, and check what can be checked without a key
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  aidos match inspect result.aidos")]
pub(super) struct Inspect {
    /// The file
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Say who learns what in a job, computed from its files
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos match explain query.aidos list.aidos\n  \
    aidos match explain result.aidos")]
pub(super) struct Explain {
    /// A query and lists, or a result, or hits
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
}

/// Print the signer of this installation, which partners pin with --signers
///
/// Everything that leaves its maker is signed with it. Made at first use, readable by you alone.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  aidos match signer")]
pub(super) struct Signer {}

pub(super) fn keygen(args: &Keygen, session: &Session<'_>) -> anyhow::Result<Exit> {
    let config = session.config([args.passphrase.given()])?;
    let (kind, passphrase) = (kind(&args.kind)?, passphrase(&config, session)?);
    let print = at_desk(&config, session, |desk| {
        matching::keygen(kind, &args.out, &passphrase, desk)
    })?;
    let out = plain(&args.out.display().to_string());
    session.ui.say(&format!(
        "{out}: secret.key stays here; public/public.key is for those who encrypt, public/evaluation.key for the server; \
         say the fingerprint to the data owners by a way of its own"
    ));
    if session.ui.json() {
        session
            .ui
            .object(&json!({"fingerprint": print.to_string()}))?;
    } else {
        let mut stdout = session.ui.out();
        writeln!(stdout, "{print}")?;
        stdout.flush()?;
    }
    Ok(Exit::Done)
}

pub(super) fn correlate(args: &Correlate, session: &Session<'_>) -> anyhow::Result<Exit> {
    let config = session.config([
        args.signers.given(),
        args.threads.given(),
        vec![("memory", maybe(args.memory.as_ref()))],
    ])?;
    let memory = config.read("memory", crate::config::memory)?;
    let done = at_desk(&config, session, |desk| {
        let (key, query) = (&args.evaluation_key, &args.query);
        matching::correlate(key, query, &args.list, &args.out, args.daily, memory, desk)
    })?;
    session.ui.say(&format!(
        "{}: {} against {}; {} in {} s",
        plain(&done.file.path.display().to_string()),
        counted(done.sets, "query set", "query sets"),
        counted(done.lists, "list", "lists"),
        size::show(done.file.bytes),
        done.seconds
    ));
    if session.ui.json() {
        session.ui.object(&done)?;
    }
    Ok(Exit::Done)
}

pub(super) fn decrypt(args: &Decrypt, session: &Session<'_>) -> anyhow::Result<Exit> {
    let config = session.config([
        args.passphrase.given(),
        args.signers.given(),
        args.threads.given(),
    ])?;
    let passphrase = passphrase(&config, session)?;
    let done = at_desk(&config, session, |desk| {
        let (key, result) = (&args.secret_key, &args.result);
        matching::decrypt(
            key,
            &passphrase,
            result,
            &args.manifest,
            &args.out,
            args.daily,
            desk,
        )
    })?;
    session.ui.say(&format!(
        "{}: {} set, with those of canaries; {} in {} s",
        plain(&done.file.path.display().to_string()),
        counted(done.bits, "bit is", "bits are"),
        size::show(done.file.bytes),
        done.seconds
    ));
    if session.ui.json() {
        session.ui.object(&done)?;
    }
    Ok(Exit::Done)
}

pub(super) fn inspect(args: &Inspect, session: &Session<'_>) -> anyhow::Result<Exit> {
    let facts = matching::inspect(&args.file)?;
    if session.ui.json() {
        session.ui.object(&facts)?;
        return Ok(Exit::Done);
    }
    let mut out = session.ui.out();
    writeln!(out, "{}, {}", facts.kind, size::show(facts.bytes))?;
    if facts.sealed {
        writeln!(out, "sealed: its passphrase opens it")?;
    }
    let width = facts
        .facts
        .iter()
        .map(|(name, _)| name.len())
        .max()
        .unwrap_or(0);
    for (name, value) in &facts.facts {
        writeln!(out, "  {name:width$}  {}", plain(value))?;
    }
    out.flush()?;
    Ok(Exit::Done)
}

pub(super) fn explain(args: &Explain, session: &Session<'_>) -> anyhow::Result<Exit> {
    let lines = matching::explain(&args.files)?;
    if session.ui.json() {
        session.ui.object(&json!({"explained": lines}))?;
        return Ok(Exit::Done);
    }
    let mut out = session.ui.out();
    for line in lines {
        writeln!(out, "- {}", plain(&line))?;
    }
    out.flush()?;
    Ok(Exit::Done)
}

pub(super) fn signer(_: &Signer, session: &Session<'_>) -> anyhow::Result<Exit> {
    let config = session.config([])?;
    let id = at_desk(&config, session, |desk| {
        Ok(matching::installation(desk.folder)?.id())
    })?;
    if session.ui.json() {
        session.ui.object(&json!({"signer": id.to_string()}))?;
    } else {
        let mut out = session.ui.out();
        writeln!(out, "{id}")?;
        out.flush()?;
    }
    Ok(Exit::Done)
}
