//! A key of several parties: making it, and reading a result together.

use std::io::Write as _;
use std::path::PathBuf;
use std::str::FromStr as _;

use aidos_engine::Exit;
use aidos_engine::matching::{self, DAILY, SignerId, Signers, Step, Written};
use clap::Subcommand;
use serde_json::json;

use super::{PassphraseArgs, SignerArgs, ThreadArgs, at_desk, kind, passphrase};
use crate::cli::Session;
use crate::size;
use crate::ui::{counted, plain, usage};

/// Make a key together with other parties, so that all of them must help to decrypt
///
/// Five steps. In each every party runs the command of the same name and sends the file that it wrote to all others: commit,
/// reveal, relin1, relin2, finish. From the second step on, name the files of all parties of all steps so far.
///
/// One party that is missing blocks every decryption, for ever. Unaudited.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos match dkg commit --session spring-2026 --parties parties.txt --state party.local --out commit-a.aidos\n  \
    aidos match dkg reveal --state party.local --out reveal-a.aidos commit-*.aidos\n  \
    aidos match dkg finish --state party.local --out keys/ commit-*.aidos reveal-*.aidos relin*.aidos")]
pub(super) struct Dkg {
    #[command(subcommand)]
    step: DkgStep,
}

#[derive(Subcommand, Debug)]
enum DkgStep {
    Commit(Commit),
    Reveal(Next),
    Relin1(Next),
    Relin2(Next),
    Finish(Finish),
}

/// First: agree on a session, and commit to a contribution
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos match dkg commit --session spring-2026 --parties parties.txt --state party.local --out commit-a.aidos")]
struct Commit {
    /// A name of the session that all parties use, and no other session of theirs
    #[arg(long, value_name = "NAME")]
    session: String,

    /// All parties, two to eight, this installation among them: what `aidos match signer` prints, a line each
    #[arg(long, value_name = "FILE")]
    parties: PathBuf,

    /// The type of the values: ipv4, or ipv6, cidr, domain, email, url or file-hash, which share their parameters
    #[arg(long = "type", value_name = "T", default_value = "ipv4")]
    kind: String,

    /// What this party has to remember until the end, sealed
    #[arg(long, value_name = "FILE")]
    state: PathBuf,

    /// The message for all other parties
    #[arg(long, short, value_name = "FILE")]
    out: PathBuf,

    #[command(flatten)]
    passphrase: PassphraseArgs,
}

/// Read the messages of all parties so far, and write the next one
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos match dkg reveal --state party.local --out reveal-a.aidos commit-*.aidos\n  \
    aidos match dkg relin1 --state party.local --out relin1-a.aidos commit-*.aidos reveal-*.aidos\n  \
    aidos match dkg relin2 --state party.local --out relin2-a.aidos commit-*.aidos reveal-*.aidos relin1-*.aidos")]
struct Next {
    /// What this party remembers; it is brought up to date
    #[arg(long, value_name = "FILE")]
    state: PathBuf,

    /// The message for all other parties
    #[arg(long, short, value_name = "FILE")]
    out: PathBuf,

    /// The messages of all parties of all steps so far
    #[arg(value_name = "MESSAGE", required = true)]
    messages: Vec<PathBuf>,

    #[command(flatten)]
    passphrase: PassphraseArgs,
}

/// Last: write this party's share of the secret and the joint keys, and print their fingerprint
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos match dkg finish --state party.local --out keys/ commit-*.aidos reveal-*.aidos relin*.aidos\n\n\
    All parties get the same fingerprint; compare it. Delete the state then.")]
struct Finish {
    /// What this party remembers
    #[arg(long, value_name = "FILE")]
    state: PathBuf,

    /// The folder for share.key (sealed), public/public.key and public/evaluation.key
    #[arg(long, short, value_name = "DIR")]
    out: PathBuf,

    /// The messages of all parties of all steps
    #[arg(value_name = "MESSAGE", required = true)]
    messages: Vec<PathBuf>,

    #[command(flatten)]
    passphrase: PassphraseArgs,
}

/// Help to decrypt a result, as a party of its key
///
/// The share goes to who may read the answers, and never to the server.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos match share --secret-share keys/share.key --server $SERVER --result result.aidos --out share-a.aidos")]
pub(super) struct Share {
    /// This party's share of the secret
    #[arg(long = "secret-share", value_name = "FILE")]
    key: PathBuf,

    /// The signer of the server that made the result: a share for a result that somebody else made up gives the secret away
    #[arg(long, value_name = "SIGNER")]
    server: String,

    /// What the server computed
    #[arg(long, value_name = "FILE")]
    result: PathBuf,

    /// The share of the result
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

/// Read a result with the shares of all parties
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos match combine --session spring-2026 --parties parties.txt --result result.aidos \\\n      \
        --share share-a.aidos --share share-b.aidos --share share-c.aidos --out hits.aidos")]
pub(super) struct Combine {
    /// The name of the session that made the key
    #[arg(long, value_name = "NAME")]
    session: String,

    /// All its parties
    #[arg(long, value_name = "FILE")]
    parties: PathBuf,

    /// What the server computed
    #[arg(long, value_name = "FILE")]
    result: PathBuf,

    /// A party's share of it; give that of each
    #[arg(long, value_name = "FILE", required = true)]
    share: Vec<PathBuf>,

    /// The bits, for who asked
    #[arg(long, short, value_name = "FILE")]
    out: PathBuf,

    /// A list owner's manifest that must be among the lists; may be given again
    #[arg(long, value_name = "FILE")]
    manifest: Vec<PathBuf>,

    #[command(flatten)]
    signers: SignerArgs,

    #[command(flatten)]
    threads: ThreadArgs,
}

pub(super) fn dkg(args: &Dkg, session: &Session<'_>) -> anyhow::Result<Exit> {
    match &args.step {
        DkgStep::Commit(args) => {
            let config = session.config([args.passphrase.given()])?;
            let (kind, passphrase) = (kind(&args.kind)?, passphrase(&config, session)?);
            let parties = Signers::read(&args.parties)?;
            let written = at_desk(&config, session, |desk| {
                let (name, state) = (&args.session, &args.state);
                matching::dkg_commit(name, kind, &parties, state, &passphrase, &args.out, desk)
            })?;
            sent(&written, "commit", session)
        }
        DkgStep::Reveal(args) => next(Step::Reveal, "reveal", args, session),
        DkgStep::Relin1(args) => next(Step::Relin1, "relin1", args, session),
        DkgStep::Relin2(args) => next(Step::Relin2, "relin2", args, session),
        DkgStep::Finish(args) => finish(args, session),
    }
}

fn next(step: Step, name: &str, args: &Next, session: &Session<'_>) -> anyhow::Result<Exit> {
    let config = session.config([args.passphrase.given()])?;
    let passphrase = passphrase(&config, session)?;
    let written = at_desk(&config, session, |desk| {
        matching::dkg_step(
            step,
            &args.messages,
            &args.state,
            &passphrase,
            &args.out,
            desk,
        )
    })?;
    sent(&written, name, session)
}

fn sent(written: &Written, step: &str, session: &Session<'_>) -> anyhow::Result<Exit> {
    let following = match step {
        "commit" => "reveal",
        "reveal" => "relin1",
        "relin1" => "relin2",
        _ => "finish",
    };
    session.ui.say(&format!(
        "{}, {}: send it to all other parties; when you have theirs, `aidos match dkg {following}`",
        plain(&written.path.display().to_string()),
        size::show(written.bytes)
    ));
    if session.ui.json() {
        session.ui.object(written)?;
    }
    Ok(Exit::Done)
}

fn finish(args: &Finish, session: &Session<'_>) -> anyhow::Result<Exit> {
    let config = session.config([args.passphrase.given()])?;
    let passphrase = passphrase(&config, session)?;
    let print = at_desk(&config, session, |desk| {
        matching::dkg_finish(&args.messages, &args.state, &passphrase, &args.out, desk)
    })?;
    session.ui.say(&format!(
        "{}: share.key stays here; public/ is the same for all parties, as is the fingerprint: compare it",
        plain(&args.out.display().to_string())
    ));
    if session.ui.json() {
        session
            .ui
            .object(&json!({"fingerprint": print.to_string()}))?;
    } else {
        let mut out = session.ui.out();
        writeln!(out, "{print}")?;
        out.flush()?;
    }
    Ok(Exit::Done)
}

pub(super) fn share(args: &Share, session: &Session<'_>) -> anyhow::Result<Exit> {
    let config = session.config([
        args.passphrase.given(),
        args.signers.given(),
        args.threads.given(),
    ])?;
    let passphrase = passphrase(&config, session)?;
    let server =
        SignerId::from_str(&args.server).map_err(|error| usage(format!("--server: {error}")))?;
    let done = at_desk(&config, session, |desk| {
        let (key, result, manifests) = (&args.key, &args.result, &args.manifest);
        matching::share(
            key,
            &passphrase,
            result,
            server,
            manifests,
            &args.out,
            args.daily,
            desk,
        )
    })?;
    session.ui.say(&format!(
        "{}: the share, {} in {} s; it goes to who may read the answers",
        plain(&done.file.path.display().to_string()),
        size::show(done.file.bytes),
        done.seconds
    ));
    if session.ui.json() {
        session.ui.object(&done)?;
    }
    Ok(Exit::Done)
}

pub(super) fn combine(args: &Combine, session: &Session<'_>) -> anyhow::Result<Exit> {
    let config = session.config([args.signers.given(), args.threads.given()])?;
    let parties = Signers::read(&args.parties)?;
    let done = at_desk(&config, session, |desk| {
        let (name, result) = (&args.session, &args.result);
        matching::combine(
            name,
            &parties,
            result,
            &args.share,
            &args.manifest,
            &args.out,
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
