//! What each role does with its files.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use aidos_fhe::codec::{self, Artefact, Maker, Manifest, Progress as Units, Signer};
use aidos_fhe::hash::HashKey;
use aidos_fhe::normalise::Kind;
use aidos_fhe::seal::Cost;
use aidos_fhe::{Entries, EvaluationKey, Fingerprint, ListOptions, PublicKey, SecretKey};
use serde::Serialize;
use zeroize::Zeroize;

use super::file::{self, Unfinished};
use super::ledger::{Ledger, Role};
use super::values::{Input, Taken};
use super::{Choice, Desk, Keys, Written, about, signer};
use crate::Error;
use crate::progress::Moment;

impl Desk<'_> {
    fn note(&self, text: &str) {
        self.progress.take(&Moment::Note(text));
    }

    pub(super) fn signer(&self) -> Result<Signer, Error> {
        signer::installation(self.folder)
    }

    /// Follows the units of a step, and stops it.
    pub(super) fn follow<T>(
        &self,
        step: &'static str,
        signer: &Signer,
        work: impl FnOnce(&Maker<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let begun = AtomicBool::new(false);
        let watch = |units: Units| {
            if !begun.swap(true, Ordering::Relaxed) {
                let total = Some(units.of);
                self.progress.take(&Moment::Begin { step, total });
                if units.done > 1 {
                    self.note(&format!(
                        "went on with {} of {} units",
                        units.done - 1,
                        units.of
                    ));
                }
            }
            self.progress.take(&Moment::At(units.done));
            if self.cancel.is_cancelled() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        };
        work(&Maker {
            signer,
            threads: self.threads,
            watch: &watch,
        })
    }
}

/// Makes a holder's keys in a folder: `secret.key`, sealed; `public/public.key` and `public/evaluation.key`.
///
/// # Errors
/// There is a secret key already, or a file cannot be written.
pub fn keygen(
    kind: Kind,
    out: &Path,
    passphrase: &[u8],
    desk: &Desk<'_>,
) -> Result<Fingerprint, Error> {
    let secret_path = out.join("secret.key");
    file::may_replace(&secret_path, "secret key")?;
    let (secret, evaluation) = SecretKey::generate(kind.set()).map_err(about(&secret_path))?;
    let sealed = secret
        .seal(passphrase, Cost::default())
        .map_err(about(&secret_path))?;
    public_keys(&evaluation, out, desk)?;
    // Last: while it is missing, the keys are made anew.
    file::write_bytes(&secret_path, "secret key", &sealed)?;
    Ok(secret.fingerprint())
}

/// Writes `public/public.key` and `public/evaluation.key` into a folder.
pub(super) fn public_keys(
    evaluation: &EvaluationKey,
    out: &Path,
    desk: &Desk<'_>,
) -> Result<(), Error> {
    let public = out.join("public");
    file::folder(&public)?;
    let signer = desk.signer()?;
    let path = public.join("public.key");
    file::write(&path, codec::Kind::PublicKey.name(), |file| {
        let written = evaluation.public().write(&signer, desk.now, file);
        written.map(|_| ()).map_err(about(&path))
    })?;
    let path = public.join("evaluation.key");
    file::write(&path, codec::Kind::EvaluationKey.name(), |file| {
        let written = evaluation.write(&signer, desk.now, file);
        written.map(|_| ()).map_err(about(&path))
    })?;
    Ok(())
}

/// Makes the key that both data owners share, sealed.
///
/// # Errors
/// There is one already, or it cannot be written.
pub fn hash_key(kind: Kind, out: &Path, passphrase: &[u8]) -> Result<Written, Error> {
    let key = HashKey::generate(kind).map_err(about(out))?;
    let sealed = key.seal(passphrase, Cost::default()).map_err(about(out))?;
    file::write_bytes(out, "hash key", &sealed)
}

/// What was encrypted.
#[derive(Clone, Debug, Serialize)]
pub struct Encrypted {
    /// The file for the server.
    pub file: Written,
    /// The map of a query, which stays here.
    pub map: Option<PathBuf>,
    /// The type of the values.
    pub kind: &'static str,
    /// What was taken of the input.
    pub taken: Taken,
    /// Distinct values.
    pub distinct: u64,
    /// The public size: the most entries of a list of this size, the most values of so many query sets.
    pub size: u64,
    /// Seconds.
    pub seconds: f64,
}

/// The keys that a data owner needs, opened.
pub(super) fn open(keys: &Keys<'_>, desk: &Desk<'_>) -> Result<(PublicKey, HashKey), Error> {
    let source = file::open(keys.public_key)?;
    let public = PublicKey::read(&source, keys.holder).map_err(about(keys.public_key))?;
    let signed = file::artefact(&source, keys.public_key, codec::Kind::PublicKey)?.signer();
    // The fingerprint vouches for the key already: a signer that is not pinned needs no note.
    desk.signers
        .check(keys.public_key, "public key", signed, &mut |_| ())?;
    let hash = HashKey::open(&file::sealed(keys.hash_key)?, keys.passphrase)
        .map_err(about(keys.hash_key))?;
    Ok((public, hash))
}

/// Encrypts the values of an input as a query, and keeps the map by which its answers are read.
///
/// # Errors
/// Keys that do not fit, an input that cannot be read or has nothing of the type, or files that cannot be written.
pub fn encrypt_query(
    input: &Path,
    choice: &Choice<'_>,
    keys: &Keys<'_>,
    out: &Path,
    map_path: &Path,
    desk: &Desk<'_>,
) -> Result<Encrypted, Error> {
    let begun = now();
    let (public, hash) = open(keys, desk)?;
    file::may_replace(map_path, "map of a query")?;
    let asked = match hash.kind() {
        Kind::Cidr => Kind::Ipv4,
        kind => kind,
    };
    let mut texts: Vec<String> = Vec::new();
    let input = Input {
        path: input,
        kind: asked,
        choice,
        progress: desk.progress,
        cancel: desk.cancel,
    };
    let taken = input.each(&mut |text, _| {
        asked.value(text)?;
        texts.push(text.to_owned());
        Ok(())
    })?;
    nothing(&taken, asked, input.path)?;
    let borrowed: Vec<&str> = texts.iter().map(String::as_str).collect();
    let signer = desk.signer()?;
    let mut unfinished = Unfinished::at(out, codec::Kind::Query, desk.now)?;
    let map = desk.follow("encrypt", &signer, |maker| {
        unfinished.make(desk.now, |plan, draft| {
            aidos_fhe::encrypt_query(&public, &hash, &borrowed, plan, maker, draft)
        })
    });
    texts.iter_mut().for_each(Zeroize::zeroize);
    let map = map?;
    let sealed = map
        .seal(keys.passphrase, Cost::default())
        .map_err(about(map_path))?;
    file::write_bytes(map_path, "map of a query", &sealed)?;
    let file = unfinished.finish()?;
    let source = file::open(out)?;
    let size = file::artefact(&source, out, codec::Kind::Query)?
        .header()
        .capacity();
    Ok(Encrypted {
        file,
        map: Some(map_path.to_owned()),
        kind: asked.word(),
        taken,
        distinct: map.len() as u64,
        size,
        seconds: seconds(begun),
    })
}

/// Encrypts the values of an input as a list; writes its manifest besides, if that is asked for.
///
/// # Errors
/// As for [`encrypt_query`].
pub fn encrypt_list(
    input: &Path,
    choice: &Choice<'_>,
    keys: &Keys<'_>,
    options: ListOptions<'_>,
    out: &Path,
    manifest: Option<&Path>,
    desk: &Desk<'_>,
) -> Result<Encrypted, Error> {
    let begun = now();
    let (public, hash) = open(keys, desk)?;
    let mut entries = Entries::new(&public, &hash);
    let input = Input {
        path: input,
        kind: hash.kind(),
        choice,
        progress: desk.progress,
        cancel: desk.cancel,
    };
    let taken = input.each(&mut |text, label| entries.add(text, label))?;
    nothing(&taken, hash.kind(), input.path)?;
    let distinct = entries.distinct() as u64;
    let signer = desk.signer()?;
    let mut unfinished = Unfinished::at(out, codec::Kind::List, desk.now)?;
    let made = desk.follow("encrypt", &signer, |maker| {
        unfinished.make(desk.now, |plan, draft| {
            aidos_fhe::encrypt_list(&public, &hash, &mut entries, options, plan, maker, draft)
        })
    })?;
    let file = unfinished.finish()?;
    if let Some(path) = manifest {
        file::write_bytes(path, codec::Kind::List.name(), &made.bytes())?;
    }
    Ok(Encrypted {
        file,
        map: None,
        kind: hash.kind().word(),
        taken,
        distinct,
        size: made.header().entries().unwrap_or(0),
        seconds: seconds(begun),
    })
}

/// Refuses an input of which nothing was taken, though it has something: most likely it is of another type.
pub(super) fn nothing(taken: &Taken, kind: Kind, path: &Path) -> Result<(), Error> {
    if taken.values > 0 || taken.left_out + taken.others == 0 {
        return Ok(());
    }
    Err(Error::Usage(format!(
        "`{}` holds no value of type {}, for which the hash key is; name another input, or make a hash key of its type",
        path.display(),
        kind.word()
    )))
}

/// What the server did.
#[derive(Clone, Debug, Serialize)]
pub struct Correlated {
    /// The file for the holder.
    pub file: Written,
    /// Lists that were looked through.
    pub lists: u64,
    /// Query sets.
    pub sets: u64,
    /// Answers.
    pub units: u64,
    /// Seconds.
    pub seconds: f64,
}

/// Correlates a query with lists. Takes the evaluation key alone.
///
/// # Errors
/// Files that do not belong together, a signer or a quota that refuses, or a file that cannot be written.
pub fn correlate(
    evaluation_key: &Path,
    query_path: &Path,
    list_paths: &[PathBuf],
    out: &Path,
    daily: u64,
    memory: Option<u64>,
    desk: &Desk<'_>,
) -> Result<Correlated, Error> {
    let begun = now();
    let key_source = file::open(evaluation_key)?;
    let query_source = file::open(query_path)?;
    let list_sources = list_paths
        .iter()
        .map(|path| file::open(path))
        .collect::<Result<Vec<_>, _>>()?;
    let query = file::artefact(&query_source, query_path, codec::Kind::Query)?;
    let lists = list_sources
        .iter()
        .zip(list_paths)
        .map(|(source, path)| file::artefact(source, path, codec::Kind::List))
        .collect::<Result<Vec<Artefact<'_>>, _>>()?;
    let mut note = |text: &str| desk.note(text);
    desk.signers
        .check(query_path, "query", query.signer(), &mut note)?;
    for (list, path) in lists.iter().zip(list_paths) {
        desk.signers.check(path, "list", list.signer(), &mut note)?;
    }
    let key = EvaluationKey::read(&key_source, desk.threads).map_err(about(evaluation_key))?;
    let signer = desk.signer()?;
    let parents: Vec<Manifest> = std::iter::once(&query)
        .chain(&lists)
        .map(Artefact::manifest)
        .collect();
    let threads = threads(query.header(), desk.threads, memory)?;
    // What is counted is the question, so that an interrupted job that is gone on with is counted once.
    let question = hex(&query.root());
    Ledger::open(desk.folder)?.count(
        Role::Server,
        query_path,
        &question,
        &parents,
        desk.now,
        daily,
    )?;
    let mut unfinished = Unfinished::at(out, codec::Kind::Result, desk.now)?;
    desk.follow("correlate", &signer, |maker| {
        unfinished.make(desk.now, |plan, draft| {
            let maker = Maker { threads, ..*maker };
            aidos_fhe::correlate(&key, &query, &lists, plan, &maker, draft)
        })
    })?;
    let sets = u64::from(query.header().sets);
    let parts: u64 = lists
        .iter()
        .map(|list| u64::from(list.header().parts))
        .sum();
    Ok(Correlated {
        file: unfinished.finish()?,
        lists: lists.len() as u64,
        sets,
        units: sets * parts,
        seconds: seconds(begun),
    })
}

/// So many threads as the memory takes: beside the powers of a query set and the key, each has a record of a list, its
/// sums and what becomes of them.
fn threads(query: &codec::Header, threads: usize, memory: Option<u64>) -> Result<usize, Error> {
    let Some(memory) = memory else {
        return Ok(threads);
    };
    let (all, each) = aidos_fhe::server_memory(query);
    let room = memory.saturating_sub(all) / each;
    match usize::try_from(room) {
        Ok(0) => Err(Error::Usage(format!(
            "--memory is too little for this job: {} MiB are needed at least",
            (all + each).div_ceil(1 << 20)
        ))),
        Ok(room) => Ok(threads.min(room)),
        Err(_) => Ok(threads),
    }
}

/// What the holder saw.
#[derive(Clone, Debug, Serialize)]
pub struct Decrypted {
    /// The file for the query owner.
    pub file: Written,
    /// Bits that are set, those of canaries too.
    pub bits: u64,
    /// Seconds.
    pub seconds: f64,
}

/// Decrypts a result to hits. A result whose noise no honest job has is refused whole and locked.
///
/// # Errors
/// A wrong key or passphrase, a signer, a quota or a lock that refuses, lists that are missing or not as their owners
/// said, noise, or a file that cannot be written.
pub fn decrypt(
    secret_key: &Path,
    passphrase: &[u8],
    result_path: &Path,
    manifests: &[PathBuf],
    out: &Path,
    daily: u64,
    desk: &Desk<'_>,
) -> Result<Decrypted, Error> {
    let begun = now();
    file::may_replace(out, codec::Kind::Hits.name())?;
    let source = file::open(result_path)?;
    let result = file::artefact(&source, result_path, codec::Kind::Result)?;
    desk.signers
        .check(result_path, "result", result.signer(), &mut |text| {
            desk.note(text);
        })?;
    desk.signers.check_parents(result_path, result.parents())?;
    expected(result_path, result.parents(), manifests)?;
    let job = hex(&result.root());
    let mut ledger = Ledger::open(desk.folder)?;
    ledger.check(result_path, &job)?;
    let secret =
        SecretKey::open(&file::sealed(secret_key)?, passphrase).map_err(about(secret_key))?;
    if result.header().key == secret.fingerprint() {
        ledger.count(
            Role::Holder,
            result_path,
            &job,
            result.parents(),
            desk.now,
            daily,
        )?;
    }
    let signer = desk.signer()?;
    let opened = desk.follow("decrypt", &signer, |maker| {
        aidos_fhe::decrypt(&secret, &result, maker).map_err(about(result_path))
    });
    ledger.lock_if_noisy(&opened, &job, result.parents(), desk.now)?;
    let hits = opened?;
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

/// Refuses a result in which a list is not that its owner's manifest names.
pub(super) fn expected(
    path: &Path,
    parents: &[Manifest],
    manifests: &[PathBuf],
) -> Result<(), Error> {
    for manifest_path in manifests {
        let bytes = fs::read(manifest_path).map_err(Error::file("read", manifest_path))?;
        let manifest = Manifest::read(&bytes, codec::Kind::List).map_err(about(manifest_path))?;
        if !parents.contains(&manifest) {
            return Err(Error::Refused {
                path: path.to_owned(),
                reason: format!(
                    "the list of the manifest `{}` was not looked through; ask the server's operator",
                    manifest_path.display()
                ),
            });
        }
    }
    Ok(())
}

/// For what is told to a person, and is part of no file.
fn now() -> Instant {
    Instant::now()
}

pub(super) fn seconds(begun: Instant) -> f64 {
    (begun.elapsed().as_secs_f64() * 1000.0).round() / 1000.0
}

pub(super) fn hex(bytes: &[u8]) -> String {
    crate::feed::hex(bytes)
}
