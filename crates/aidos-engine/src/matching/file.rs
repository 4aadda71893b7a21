//! Files of encrypted correlation: read by position, written whole or not at all, secrets for their owner alone.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use aidos_fhe::codec::{self, Artefact, Kind, Plan, Source};
use zeroize::Zeroizing;

use super::{Written, about};
use crate::Error;

/// The largest sealed file: the map of a query of several million values.
const LARGEST_SEALED: u64 = 1 << 30;

/// A file that is read by position.
pub(super) struct Positioned(File);

impl Source for Positioned {
    fn size(&self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.0.read_exact_at(buffer, offset)
    }
}

/// Opens a file to read it by position.
pub(super) fn open(path: &Path) -> Result<Positioned, Error> {
    let file = File::open(path).map_err(Error::file("read", path))?;
    if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
        return Err(Error::Usage(format!(
            "`{}` is a folder; name one file, so that no secret beside it is read",
            path.display()
        )));
    }
    Ok(Positioned(file))
}

/// The first bytes of a file.
pub(super) fn start(path: &Path) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(Error::file("read", path))?;
    file.take(codec::HEADER as u64)
        .read_to_end(&mut bytes)
        .map_err(Error::file("read", path))?;
    Ok(bytes)
}

/// Opens an artefact of this kind.
pub(super) fn artefact<'a>(
    source: &'a Positioned,
    path: &Path,
    kind: Kind,
) -> Result<Artefact<'a>, Error> {
    Artefact::open(source, kind).map_err(about(path))
}

/// The bytes of a sealed file.
pub(super) fn sealed(path: &Path) -> Result<Zeroizing<Vec<u8>>, Error> {
    let mut bytes = Zeroizing::new(Vec::new());
    let file = File::open(path).map_err(Error::file("read", path))?;
    file.take(LARGEST_SEALED)
        .read_to_end(&mut bytes)
        .map_err(Error::file("read", path))?;
    Ok(bytes)
}

/// Makes a folder with those above it, for its owner alone.
pub(super) fn folder(path: &Path) -> Result<(), Error> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(Error::file("create", path))
}

/// Refuses to write over what cannot be made again, or is no file of ours of this kind.
pub(super) fn may_replace(path: &Path, name: &str) -> Result<(), Error> {
    if !path.exists() {
        return Ok(());
    }
    let found = codec::identify(&start(path)?).map(|(name, _)| name);
    // What is sealed holds what nobody can make again; the map of a query goes with its query.
    let is_secret = ["secret key", "hash key", "secret share"].contains(&name);
    if found == Some(name) && !is_secret {
        return Ok(());
    }
    let reason = match found {
        Some(found) => format!("is a {found}"),
        None => "is another file".to_owned(),
    };
    Err(Error::Usage(format!(
        "`{}` {reason} and is not written over; name another, or move it away",
        path.display()
    )))
}

/// Refuses to write over a file.
pub(super) fn must_be_new(path: &Path) -> Result<(), Error> {
    if path.exists() {
        return Err(Error::Usage(format!(
            "`{}` exists and is not written over; name another, or move it away",
            path.display()
        )));
    }
    Ok(())
}

/// Writes a file at once, for its owner alone: beside its place first, then in it.
pub(super) fn write(
    path: &Path,
    name: &str,
    content: impl FnOnce(&mut File) -> Result<(), Error>,
) -> Result<Written, Error> {
    may_replace(path, name)?;
    let part = beside(path, "part");
    let failed = || Error::file("write", path);
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&part)
        .map_err(failed())?;
    content(&mut file)?;
    file.sync_all().map_err(failed())?;
    fs::rename(&part, path).map_err(failed())?;
    written(path)
}

/// Writes these bytes so.
pub(super) fn write_bytes(path: &Path, name: &str, bytes: &[u8]) -> Result<Written, Error> {
    write(path, name, |file| {
        file.write_all(bytes).map_err(Error::file("write", path))
    })
}

fn written(path: &Path) -> Result<Written, Error> {
    let metadata = fs::metadata(path).map_err(Error::file("read", path))?;
    Ok(Written {
        path: path.to_owned(),
        bytes: metadata.len(),
    })
}

/// A file that takes time: what is done of it, beside its place, with the plan to go on by.
pub(super) struct Unfinished {
    path: PathBuf,
    part: PathBuf,
    plan_path: PathBuf,
    pub(super) plan: Plan,
    file: File,
}

impl Unfinished {
    /// Begins a file, or finds one that was begun.
    pub(super) fn at(path: &Path, kind: Kind, now: u64) -> Result<Self, Error> {
        may_replace(path, kind.name())?;
        let (part, plan_path) = (beside(path, "part"), beside(path, "plan"));
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&part)
            .map_err(Error::file("create", &part))?;
        if file.try_lock().is_err() {
            return Err(Error::Usage(format!(
                "`{}` is being written by another process; wait for it",
                path.display()
            )));
        }
        let mut unfinished = Self {
            path: path.to_owned(),
            plan: fresh(now)?,
            part,
            plan_path,
            file,
        };
        match fs::read(&unfinished.plan_path).map(<[u8; Plan::BYTES]>::try_from) {
            Ok(Ok(bytes)) => unfinished.plan = Plan::from_bytes(&bytes),
            _ => unfinished.begin()?,
        }
        Ok(unfinished)
    }

    /// Forgets what is there.
    fn begin(&mut self) -> Result<(), Error> {
        let failed = Error::file("create", &self.plan_path);
        let keep = || {
            self.file.set_len(0)?;
            let mut file = OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(true)
                .mode(0o600)
                .open(&self.plan_path)?;
            file.write_all(&self.plan.bytes())
        };
        keep().map_err(failed)
    }

    /// Makes the file: goes on with what is there, or begins anew where that was begun for something else.
    pub(super) fn make<T>(
        &mut self,
        now: u64,
        mut work: impl FnMut(&Plan, &File) -> Result<T, aidos_fhe::Error>,
    ) -> Result<T, Error> {
        let mut done = work(&self.plan, &self.file);
        if matches!(done, Err(aidos_fhe::Error::Mixed { what }) if what == codec::OTHER_PLAN) {
            self.plan = fresh(now)?;
            self.begin()?;
            done = work(&self.plan, &self.file);
        }
        done.map_err(about(&self.path))
    }

    /// Puts the file in its place.
    pub(super) fn finish(mut self) -> Result<Written, Error> {
        let failed = || Error::file("write", &self.path);
        self.file.seek(SeekFrom::End(0)).map_err(failed())?;
        self.file.sync_all().map_err(failed())?;
        fs::rename(&self.part, &self.path).map_err(failed())?;
        fs::remove_file(&self.plan_path).map_err(failed())?;
        written(&self.path)
    }
}

fn fresh(now: u64) -> Result<Plan, Error> {
    Plan::new(now).map_err(|error| Error::Usage(error.to_string()))
}

/// The path with a word behind its name.
fn beside(path: &Path, word: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(word);
    PathBuf::from(name)
}

/// A folder for the files of a trial: one that is kept, or one that goes with the trial.
#[derive(Debug)]
pub struct Scratch {
    path: PathBuf,
    is_kept: bool,
}

impl Scratch {
    /// This folder, or a new one among the system's temporary ones.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn at(kept: Option<&Path>) -> Result<Self, Error> {
        if let Some(path) = kept {
            folder(path)?;
            return Ok(Self {
                path: path.to_owned(),
                is_kept: true,
            });
        }
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|error| {
            Error::Usage(format!(
                "the operating system gives no random numbers: {error}"
            ))
        })?;
        let name = format!("aidos-match-{}", crate::feed::hex(&random));
        let path = std::env::temp_dir().join(name);
        folder(&path)?;
        Ok(Self {
            path,
            is_kept: false,
        })
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if !self.is_kept {
            // What cannot be removed is sealed or public.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}
