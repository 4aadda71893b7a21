//! Where outputs go: standard output, or files of a folder that appear whole or not at all.

use std::collections::BTreeSet;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::LEDGER;
use super::read::Failed;
use crate::Error;
use crate::feed::hex;

/// Standard output, or a folder.
pub(super) struct Place<'p> {
    folder: Option<PathBuf>,
    force: bool,
    stream: &'p mut dyn Write,
    /// Names that this job wrote.
    taken: BTreeSet<String>,
}

impl<'p> Place<'p> {
    pub(super) fn new(
        folder: Option<&Path>,
        force: bool,
        stream: &'p mut dyn Write,
    ) -> Result<Self, Error> {
        if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
            DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(folder)
                .map_err(Error::file("create", folder))?;
        }
        Ok(Self {
            folder: folder.map(Path::to_owned),
            force,
            stream,
            taken: BTreeSet::new(),
        })
    }

    /// Whether all goes to standard output.
    pub(super) fn is_stream(&self) -> bool {
        self.folder.is_none()
    }

    pub(super) fn flush(&mut self) -> Result<(), Error> {
        self.stream
            .flush()
            .map_err(Error::file("write", Path::new("standard output")))
    }

    /// Begins an output of this name.
    ///
    /// `input` is never written over, whatever was asked for.
    pub(super) fn begin(&mut self, name: &str, input: Option<&Path>) -> Result<Target<'_>, Failed> {
        let Some(folder) = &self.folder else {
            return Ok(Target {
                to: To::Stream(&mut *self.stream),
                sha: Sha256::new(),
            });
        };
        let path = folder.join(name);
        let ledger = folder.join(format!("{name}{LEDGER}"));
        if !self.taken.insert(name.to_owned()) {
            return Err(Failed::Refused(format!(
                "another input of this job became `{}`; name another folder for this one",
                path.display()
            )));
        }
        let real = |path: &Path| path.canonicalize().ok();
        if let Some(input) = input
            && real(&path).is_some_and(|path| real(input) == Some(path))
        {
            return Err(Failed::Refused(
                "its output would take its own place; name another folder with --out".to_owned(),
            ));
        }
        for path in [&path, &ledger] {
            if !self.force && path.symlink_metadata().is_ok() {
                return Err(Failed::Refused(format!(
                    "`{}` is there already; replace it with --force, or name another folder with --out",
                    path.display()
                )));
            }
        }
        let part = folder.join(format!(".{name}.{}.part", std::process::id()));
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&part)
            .map_err(Error::file("create", &part))?;
        let to = To::File(Part {
            file: Some(BufWriter::new(file)),
            half: part,
            path,
            ledger,
            force: self.force,
        });
        Ok(Target {
            to,
            sha: Sha256::new(),
        })
    }
}

enum To<'t> {
    Stream(&'t mut dyn Write),
    File(Part),
}

/// A file that is not yet whole; gone when it is dropped so.
struct Part {
    file: Option<BufWriter<File>>,
    half: PathBuf,
    path: PathBuf,
    ledger: PathBuf,
    force: bool,
}

impl Drop for Part {
    fn drop(&mut self) {
        if self.file.is_some() {
            // What is half done would only mislead; if it cannot be removed, its name tells it.
            let _ = fs::remove_file(&self.half);
        }
    }
}

/// An output that is being written, and its digest.
pub(super) struct Target<'t> {
    to: To<'t>,
    sha: Sha256,
}

impl Write for Target<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let len = match &mut self.to {
            To::Stream(stream) => stream.write(bytes)?,
            To::File(part) => match &mut part.file {
                Some(file) => file.write(bytes)?,
                None => 0,
            },
        };
        self.sha.update(bytes.get(..len).unwrap_or_default());
        Ok(len)
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.to {
            To::Stream(stream) => stream.flush(),
            To::File(part) => part.file.as_mut().map_or(Ok(()), Write::flush),
        }
    }
}

impl Target<'_> {
    /// SHA-256 of what was written.
    pub(super) fn digest(&self) -> String {
        hex(&self.sha.clone().finalize())
    }

    /// Where it is written to, for errors.
    pub(super) fn path(&self) -> PathBuf {
        match &self.to {
            To::Stream(_) => PathBuf::from("standard output"),
            To::File(part) => part.path.clone(),
        }
    }

    /// Puts the output into its place, and the ledger beside it; the latter first, so that no output is without.
    pub(super) fn finish(
        self,
        ledger: Option<&[u8]>,
    ) -> Result<(Option<PathBuf>, Option<PathBuf>), Failed> {
        let To::File(mut part) = self.to else {
            return Ok((None, None));
        };
        let end = |part: &mut Part| -> io::Result<()> {
            if let Some(file) = &mut part.file {
                file.flush()?;
                file.get_ref().sync_all()?;
            }
            Ok(())
        };
        end(&mut part).map_err(Error::file("write", &part.half))?;
        if let Some(bytes) = ledger {
            let ledger = part.half.with_extension("ledger");
            let write = || -> io::Result<()> {
                let mut file = OpenOptions::new()
                    .write(true)
                    .create_new(true)
                    .mode(0o600)
                    .open(&ledger)?;
                file.write_all(bytes)?;
                file.sync_all()
            };
            write().map_err(Error::file("write", &part.ledger))?;
            settle(&ledger, &part.ledger, part.force)?;
        } else if part.force && part.ledger.is_file() {
            // That of another output would mislead.
            fs::remove_file(&part.ledger).map_err(Error::file("remove", &part.ledger))?;
        }
        settle(&part.half, &part.path, part.force)?;
        part.file = None;
        Ok((Some(part.path.clone()), ledger.map(|_| part.ledger.clone())))
    }
}

/// Gives a finished file its name, over nobody else's unless that was asked for.
fn settle(part: &Path, path: &Path, force: bool) -> Result<(), Error> {
    if force {
        return fs::rename(part, path).map_err(Error::file("create", path));
    }
    let linked = fs::hard_link(part, path);
    fs::remove_file(part).map_err(Error::file("remove", part))?;
    linked.map_err(Error::file("create", path))
}
