//! A key of several parties: the steps that make it, and reading a result together.

use std::fs;
use std::path::{Path, PathBuf};

use aidos_fhe::codec::{self, Artefact, SignerId};
use aidos_fhe::normalise::Kind;
use aidos_fhe::seal::Cost;
use aidos_fhe::threshold::{self, Board, Party, SecretShare, Session};
use aidos_fhe::{EvaluationKey, Fingerprint};
use serde::Serialize;

use super::file::{self, Positioned};
use super::ledger::{Ledger, Role};
use super::roles::{Decrypted, expected, hex, public_keys, seconds};
use super::{Desk, Signers, Written, about};
use crate::Error;

/// A step in which a party writes one message, after the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Shows the contribution; commits to the shares.
    Reveal,
    /// Shows the shares.
    Relin1,
    /// Answers the sums of all shares.
    Relin2,
}

/// Begins a session: writes the party's sealed state, and its first message.
///
/// # Errors
/// The state or the message cannot be written, the parties are too few, too many, or without this installation.
pub fn dkg_commit(
    name: &str,
    kind: Kind,
    parties: &Signers,
    state: &Path,
    passphrase: &[u8],
    out: &Path,
    desk: &Desk<'_>,
) -> Result<Written, Error> {
    file::must_be_new(state)?;
    let session = Session::new(name, kind.set(), &parties.ids()).map_err(about(state))?;
    let signer = desk.signer()?;
    let party = Party::join(session, signer.id()).map_err(about(state))?;
    keep(&party, state, passphrase)?;
    file::write(out, codec::Kind::Commitment.name(), |file| {
        party
            .commit(&signer, desk.now, file)
            .map(|_| ())
            .map_err(about(out))
    })
}

/// Does a step: reads the messages of all parties so far, writes this party's. The state is kept before the message is.
///
/// # Errors
/// A message that is missing or wrong, a step that answered other messages before, or files that cannot be written.
pub fn dkg_step(
    step: Step,
    messages: &[PathBuf],
    state: &Path,
    passphrase: &[u8],
    out: &Path,
    desk: &Desk<'_>,
) -> Result<Written, Error> {
    let mut party = Party::open(&file::sealed(state)?, passphrase).map_err(about(state))?;
    let session = party.session().clone();
    let sources = opened(messages)?;
    let board = board(&session, &sources, messages)?;
    let signer = desk.signer()?;
    let mut message = Vec::new();
    let done = match step {
        Step::Reveal => party.reveal(&board, &signer, desk.now, &mut message),
        Step::Relin1 => party.relin1(&board, &signer, desk.now, &mut message),
        Step::Relin2 => party.relin2(&board, &signer, desk.now, &mut message),
    };
    done.map_err(about(state))?;
    keep(&party, state, passphrase)?;
    let kind = match step {
        Step::Reveal => codec::Kind::Opening,
        Step::Relin1 => codec::Kind::FirstRound,
        Step::Relin2 => codec::Kind::SecondRound,
    };
    file::write_bytes(out, kind.name(), &message)
}

/// Ends a session: writes this party's sealed share and the joint keys, which are the same for all; gives their name.
///
/// # Errors
/// As for [`dkg_step`].
pub fn dkg_finish(
    messages: &[PathBuf],
    state: &Path,
    passphrase: &[u8],
    out: &Path,
    desk: &Desk<'_>,
) -> Result<Fingerprint, Error> {
    let party = Party::open(&file::sealed(state)?, passphrase).map_err(about(state))?;
    let session = party.session().clone();
    let sources = opened(messages)?;
    let board = board(&session, &sources, messages)?;
    let (share, evaluation): (SecretShare, EvaluationKey) =
        party.finish(&board).map_err(about(state))?;
    let path = out.join("share.key");
    file::must_be_new(&path)?;
    public_keys(&evaluation, out, desk)?;
    let sealed = share
        .seal(passphrase, Cost::default())
        .map_err(about(&path))?;
    file::write_bytes(&path, "secret share", &sealed)?;
    Ok(share.fingerprint())
}

/// What a party did for a result.
#[derive(Clone, Debug, Serialize)]
pub struct Shared {
    /// The share, for who combines.
    pub file: Written,
    /// Seconds.
    pub seconds: f64,
}

/// Writes this party's share of a result that this server signed.
///
/// # Errors
/// A result of another server or key, a signer, quota, manifest or lock that refuses, or a file that cannot be written.
#[expect(
    clippy::too_many_arguments,
    reason = "each is a file or a word that the party names"
)]
pub fn share(
    secret_share: &Path,
    passphrase: &[u8],
    result_path: &Path,
    server: SignerId,
    manifests: &[PathBuf],
    out: &Path,
    daily: u64,
    desk: &Desk<'_>,
) -> Result<Shared, Error> {
    let begun = std::time::Instant::now();
    let source = file::open(result_path)?;
    let result = file::artefact(&source, result_path, codec::Kind::Result)?;
    desk.signers.check_parents(result_path, result.parents())?;
    expected(result_path, result.parents(), manifests)?;
    let job = hex(&result.root());
    let mut ledger = Ledger::open(desk.folder)?;
    ledger.check(result_path, &job)?;
    let secret =
        SecretShare::open(&file::sealed(secret_share)?, passphrase).map_err(about(secret_share))?;
    ledger.count(
        Role::Holder,
        result_path,
        &job,
        result.parents(),
        desk.now,
        daily,
    )?;
    let signer = desk.signer()?;
    let file = desk.follow("decrypt", &signer, |maker| {
        file::write(out, codec::Kind::Share.name(), |file| {
            let written = secret.share(&result, server, desk.now, maker, file);
            written.map(|_| ()).map_err(about(out))
        })
    })?;
    Ok(Shared {
        file,
        seconds: seconds(begun),
    })
}

/// Reads a result with the shares of all parties, to hits. One whose noise no honest job has is refused whole and locked.
///
/// # Errors
/// A share that is missing, wrong or of another result; a signer, manifest or lock that refuses; noise.
pub fn combine(
    name: &str,
    parties: &Signers,
    result_path: &Path,
    share_paths: &[PathBuf],
    manifests: &[PathBuf],
    out: &Path,
    desk: &Desk<'_>,
) -> Result<Decrypted, Error> {
    let begun = std::time::Instant::now();
    file::may_replace(out, codec::Kind::Hits.name())?;
    let source = file::open(result_path)?;
    let result = file::artefact(&source, result_path, codec::Kind::Result)?;
    desk.signers.check_parents(result_path, result.parents())?;
    expected(result_path, result.parents(), manifests)?;
    let session =
        Session::new(name, result.header().set, &parties.ids()).map_err(about(result_path))?;
    let sources = opened(share_paths)?;
    let shares = sources
        .iter()
        .zip(share_paths)
        .map(|(source, path)| file::artefact(source, path, codec::Kind::Share))
        .collect::<Result<Vec<Artefact<'_>>, _>>()?;
    let job = hex(&result.root());
    let mut ledger = Ledger::open(desk.folder)?;
    ledger.check(result_path, &job)?;
    let signer = desk.signer()?;
    let combined = desk.follow("decrypt", &signer, |maker| {
        threshold::combine(&session, &result, &shares, maker).map_err(about(result_path))
    });
    ledger.lock_if_noisy(&combined, &job, result.parents(), desk.now)?;
    let hits = combined?;
    let file = file::write(out, codec::Kind::Hits.name(), |file| {
        let written = hits.write(&signer, desk.now, file);
        written.map(|_| ()).map_err(about(out))
    })?;
    Ok(Decrypted {
        file,
        bits: hits.count() as u64,
        seconds: seconds(begun),
    })
}

fn opened(paths: &[PathBuf]) -> Result<Vec<Positioned>, Error> {
    paths.iter().map(|path| file::open(path)).collect()
}

fn board<'a>(
    session: &'a Session,
    sources: &'a [Positioned],
    paths: &[PathBuf],
) -> Result<Board<'a>, Error> {
    let messages = sources
        .iter()
        .zip(paths)
        .map(|(source, path)| {
            let kind = codec::identify(&file::start(path)?).and_then(|(_, kind)| kind);
            let kind = kind.ok_or_else(|| {
                Error::Usage(format!(
                    "`{}` is no message of a session; name those of all parties",
                    path.display()
                ))
            })?;
            file::artefact(source, path, kind)
        })
        .collect::<Result<Vec<_>, Error>>()?;
    let first = paths.first().map_or(Path::new(""), PathBuf::as_path);
    session.board(messages).map_err(about(first))
}

/// Keeps a party's newest state, over the one before.
fn keep(party: &Party, state: &Path, passphrase: &[u8]) -> Result<(), Error> {
    let sealed = party
        .seal(passphrase, Cost::default())
        .map_err(about(state))?;
    file::write_bytes(state, "state of a session", &sealed)?;
    // It is on the disk before a message leaves: an older state would answer again.
    match state
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        Some(folder) => fs::File::open(folder).and_then(|folder| folder.sync_all()),
        None => fs::File::open(".").and_then(|folder| folder.sync_all()),
    }
    .map_err(Error::file("write", state))
}
