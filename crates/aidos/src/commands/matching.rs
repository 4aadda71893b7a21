//! `aidos match`: two lists compared while both stay encrypted, by role.

mod joint;
mod others;
mod owners;
mod trial;

use std::path::PathBuf;

use aidos_engine::Exit;
use aidos_engine::matching::{self, Desk, Signers};
use clap::Subcommand;
use zeroize::Zeroizing;

use super::run::now;
use crate::cli::Session;
use crate::config::{self, Config, Given};
use crate::options::{self, maybe};
use crate::ui::usage;

/// Compare two lists while both stay encrypted: which of your addresses does a partner list?
///
/// Who has values to ask for encrypts them (encrypt-cti), who has a list encrypts it (encrypt-blocklist), a server that
/// holds no key compares them (correlate), the holder of the key decrypts bits and nothing else (decrypt), and who
/// asked reads the answers (report). `aidos match try` plays all roles here for a first look.
///
/// Server and key holder together read both lists. A data owner who holds the key can read the other's list: give the
/// key to a third party. Unaudited.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos match try out/evidence blocklist.txt\n  \
    aidos match keygen --out keys/ --passphrase-file pass.txt\n  \
    aidos match hash-key --out hash.key --passphrase-file pass.txt\n\n\
    The guide docs/guides/encrypted-match.md goes through a job role by role.")]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    Keygen(others::Keygen),
    HashKey(owners::HashKey),
    EncryptCti(owners::EncryptCti),
    EncryptBlocklist(owners::EncryptBlocklist),
    Correlate(others::Correlate),
    Decrypt(others::Decrypt),
    Report(owners::Report),
    Dkg(joint::Dkg),
    Share(joint::Share),
    Combine(joint::Combine),
    Try(trial::Try),
    Inspect(others::Inspect),
    Explain(others::Explain),
    Signer(others::Signer),
}

/// Does what was asked.
pub(crate) fn run(args: &Args, session: &Session<'_>) -> anyhow::Result<Exit> {
    match &args.what {
        What::Keygen(args) => others::keygen(args, session),
        What::HashKey(args) => owners::hash_key(args, session),
        What::EncryptCti(args) => owners::encrypt_cti(args, session),
        What::EncryptBlocklist(args) => owners::encrypt_blocklist(args, session),
        What::Correlate(args) => others::correlate(args, session),
        What::Decrypt(args) => others::decrypt(args, session),
        What::Report(args) => owners::report(args, session),
        What::Dkg(args) => joint::dkg(args, session),
        What::Share(args) => joint::share(args, session),
        What::Combine(args) => joint::combine(args, session),
        What::Try(args) => trial::run(args, session),
        What::Inspect(args) => others::inspect(args, session),
        What::Explain(args) => others::explain(args, session),
        What::Signer(args) => others::signer(args, session),
    }
}

/// The passphrase that seals what is secret.
#[derive(clap::Args, Debug)]
struct PassphraseArgs {
    /// The passphrase, alone in a file [default: that of the environment]
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<String>,
}

impl PassphraseArgs {
    fn given(&self) -> Given {
        vec![("passphrase-file", maybe(self.passphrase_file.as_ref()))]
    }
}

/// Whose signatures are accepted.
#[derive(clap::Args, Debug)]
struct SignerArgs {
    /// Who may have signed: a signer a line [default: everyone, named in a note]
    #[arg(long, value_name = "FILE")]
    signers: Option<String>,
}

impl SignerArgs {
    fn given(&self) -> Given {
        vec![("signers", maybe(self.signers.as_ref()))]
    }
}

/// Threads to compute with.
#[derive(clap::Args, Debug)]
struct ThreadArgs {
    /// Worker threads [default: the cores]
    #[arg(long, value_name = "N")]
    threads: Option<String>,
}

impl ThreadArgs {
    fn given(&self) -> Given {
        vec![("threads", maybe(self.threads.as_ref()))]
    }
}

/// The passphrase, which must be there.
fn passphrase(config: &Config, session: &Session<'_>) -> anyhow::Result<Zeroizing<Vec<u8>>> {
    let passphrase = options::passphrase(config, session.ui)?.filter(|phrase| !phrase.is_empty());
    passphrase.ok_or_else(|| {
        usage("a passphrase seals what is secret; give it in a file with --passphrase-file, or in AIDOS_PASSPHRASE")
    })
}

/// Calls `work` with what every role has.
fn at_desk<T>(
    config: &Config,
    session: &Session<'_>,
    work: impl FnOnce(&Desk<'_>) -> Result<T, aidos_engine::Error>,
) -> anyhow::Result<T> {
    let folder = config::folder(&|name| std::env::var_os(name)).ok_or_else(|| {
        usage("there is no folder for the signer's key: set HOME or XDG_CONFIG_HOME")
    })?;
    let folder = folder.join("match");
    let signers = match config.one("signers") {
        Some(file) => Signers::read(&PathBuf::from(file))?,
        None => Signers::everyone(&folder)?,
    };
    let threads = config.read("threads", config::threads)?.unwrap_or(1);
    let progress = session.ui.progress();
    let desk = Desk {
        folder: &folder,
        signers: &signers,
        now: u64::try_from(now().0 / 1_000_000_000).unwrap_or(0),
        threads,
        progress: &progress,
        cancel: &session.cancel,
    };
    let done = work(&desk);
    drop(progress);
    Ok(done?)
}

/// A type of values by its word.
fn kind(word: &str) -> anyhow::Result<matching::Kind> {
    Ok(matching::kind(word)?)
}
