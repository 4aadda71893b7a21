//! The files of a release and their digests.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use aidos_privacy::gate::FileDigest;
use sha2::{Digest as _, Sha256};

use crate::Error;
use crate::feed::hex;

/// All files below a folder with their digests, by path. What is neither file nor folder is listed with an empty digest, so
/// that no release can hold it.
pub(crate) fn files(folder: &Path) -> Result<Vec<FileDigest>, Error> {
    let mut found = Vec::new();
    walk(folder, "", &mut found)?;
    found.sort();
    Ok(found)
}

fn walk(folder: &Path, inside: &str, found: &mut Vec<FileDigest>) -> Result<(), Error> {
    let entries = fs::read_dir(folder)
        .and_then(Iterator::collect::<io::Result<Vec<_>>>)
        .map_err(Error::file("read", folder))?;
    for entry in entries {
        let path = entry.path();
        let name = format!("{inside}{}", entry.file_name().to_string_lossy());
        let kind = entry.file_type().map_err(Error::file("read", &path))?;
        if kind.is_dir() {
            walk(&path, &format!("{name}/"), found)?;
        } else if kind.is_file() {
            let (bytes, sha256) = digest(&path).map_err(Error::file("read", &path))?;
            found.push(FileDigest {
                path: name,
                bytes,
                sha256,
            });
        } else {
            found.push(FileDigest {
                path: name,
                bytes: 0,
                sha256: String::new(),
            });
        }
    }
    Ok(())
}

fn digest(path: &Path) -> io::Result<(u64, String)> {
    let mut file = File::open(path)?;
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 128 << 10];
    let mut bytes = 0;
    loop {
        let len = file.read(&mut buffer)?;
        if len == 0 {
            return Ok((bytes, hex(&digest.finalize())));
        }
        digest.update(&buffer[..len]);
        bytes += len as u64;
    }
}
