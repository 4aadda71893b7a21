//! Files that are whole or not there: what an exchange remembers, and what it fetched.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, BufWriter, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Error;

/// The longest file that is read back.
const LONGEST: u64 = 256 << 20;

/// Writes a file anew, for its owner alone, whole or not at all.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    write(path, |out| out.write_all(bytes))
}

/// As [`replace`], piece by piece.
pub(crate) fn write(
    path: &Path,
    pieces: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Error> {
    let part = PathBuf::from(format!("{}.part", path.display()));
    let write = || {
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&part)?;
        let mut out = BufWriter::with_capacity(64 << 10, file);
        pieces(&mut out)?;
        out.into_inner()?.sync_all()?;
        fs::rename(&part, path)
    };
    write().map_err(|error| {
        let _ = fs::remove_file(&part);
        Error::file("write", path)(error)
    })
}

/// Makes a folder for its owner alone, and those above it, where they are missing.
pub(crate) fn make(folder: &Path) -> Result<(), Error> {
    let mut builder = DirBuilder::new();
    builder
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(Error::file("create", folder))
}

/// Reads a file, up to a limit; `None` where it is missing.
pub(crate) fn read(path: &Path, limit: u64) -> Result<Option<Vec<u8>>, Error> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::file("read", path)(error)),
    };
    let mut bytes = Vec::new();
    file.take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(Error::file("read", path))?;
    if bytes.len() as u64 > limit {
        return Err(Error::Form {
            path: path.to_owned(),
            why: format!("it is larger than {limit} bytes"),
        });
    }
    Ok(Some(bytes))
}

/// What was remembered in a file; the default where there is none yet.
pub(crate) fn recall<T: DeserializeOwned + Default>(path: &Path) -> Result<T, Error> {
    let Some(bytes) = read(path, LONGEST)? else {
        return Ok(T::default());
    };
    serde_json::from_slice(&bytes).map_err(|error| Error::Form {
        path: path.to_owned(),
        why: format!(
            "no state of an exchange, line {}; name another file, or remove it to begin anew",
            error.line()
        ),
    })
}

/// Remembers in a file.
pub(crate) fn remember(path: &Path, what: &impl Serialize) -> Result<(), Error> {
    let bytes = serde_json::to_vec(what).map_err(|error| Error::Form {
        path: path.to_owned(),
        why: error.to_string(),
    })?;
    replace(path, &bytes)
}
