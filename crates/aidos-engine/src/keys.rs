//! Keys on disk: one file a community, one for this installation, made once and used again.
//!
//! A key file holds 32 random bytes, readable by its owner alone (0600); another mode is refused, as `ssh` does. With a
//! passphrase it is sealed ([`seal`]). Who is given a community's file can recognise, and
//! where a technique is reversible undo, what is hidden under it: hand it to members of that community, and to nobody else.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use aidos_privacy::gate::InstallationKey;
use aidos_privacy::key::{CommunityKey, MasterKey, seal};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::Error;

/// The first bytes of a key that is not sealed.
const OPEN: &[u8; 9] = b"AIDOSKEY\x00";
/// The first bytes of one that is.
const SEALED: &[u8; 9] = b"AIDOSKEY\x01";
/// No key file is longer.
const LONGEST: u64 = 4096;

/// Where the keys of this installation are.
#[derive(Clone, Debug)]
pub struct Keys {
    folder: PathBuf,
}

/// A community's key, and whether it was made just now.
#[derive(Debug)]
pub struct Community {
    /// The key.
    pub key: CommunityKey,
    /// The file it stands in.
    pub path: PathBuf,
    /// Whether it was made by this call.
    pub made: bool,
}

/// A use of a key to give values back. Holds no values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Restored {
    /// Who asked: the name of the account.
    pub who: String,
    /// When, RFC 3339.
    pub at: String,
    /// The file as it was named.
    pub file: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// The public name of the key.
    pub key: String,
}

impl Keys {
    /// Whether a community has a key already: in `file` where one is named, else in the folder.
    ///
    /// # Errors
    /// The community's name cannot be a file's.
    pub fn holds(&self, community: &str, file: Option<&Path>) -> Result<bool, Error> {
        Ok(match file {
            Some(path) => path.exists(),
            None => self.folder.join(file_name(community)?).exists(),
        })
    }

    /// Writes down that values were given back: a line in `restored.jsonl` beside the keys.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn note(&self, restored: &Restored) -> Result<(), Error> {
        if !self.folder.exists() {
            DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(&self.folder)
                .map_err(Error::file("create", &self.folder))?;
        }
        let path = self.folder.join("restored.jsonl");
        let write = || -> io::Result<()> {
            let mut line = serde_json::to_vec(restored)?;
            line.push(b'\n');
            let mut file = OpenOptions::new()
                .append(true)
                .create(true)
                .mode(0o600)
                .open(&path)?;
            file.write_all(&line)?;
            file.sync_all()
        };
        write().map_err(Error::file("write", &path))
    }

    /// The keys in this folder, which is made where it is missing.
    pub fn of(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
        }
    }

    /// The key of a community: of `file` where one is named, else `<folder>/<community>.key`.
    ///
    /// # Errors
    /// The file cannot be read or made, is open to others, is no key, or its passphrase is wrong or missing.
    pub fn community(
        &self,
        community: &str,
        file: Option<&Path>,
        passphrase: Option<&[u8]>,
    ) -> Result<Community, Error> {
        let path = match file {
            Some(path) => path.to_owned(),
            None => self.folder.join(file_name(community)?),
        };
        let (bytes, made) = open_or_make(&path, passphrase)?;
        Ok(Community {
            key: MasterKey::from_bytes(*bytes).community(community),
            path,
            made,
        })
    }

    /// The key by which this installation knows its own releases.
    ///
    /// # Errors
    /// As for [`Keys::community`].
    pub fn installation(&self) -> Result<InstallationKey, Error> {
        let (bytes, _) = open_or_make(&self.folder.join("installation.key"), None)?;
        Ok(InstallationKey::from_bytes(*bytes))
    }
}

/// The secret bytes of a key of this installation, in this file, which is made where it is missing.
pub(crate) fn own(path: &Path) -> Result<Zeroizing<[u8; 32]>, Error> {
    Ok(open_or_make(path, None)?.0)
}

/// The file of a community: its name, if that is one part of a path without tricks.
fn file_name(community: &str) -> Result<String, Error> {
    let plain = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.' | ' ');
    let fine = !community.is_empty()
        && community.len() <= 100
        && community.chars().all(plain)
        && !community.starts_with(['.', ' '])
        && community != "installation";
    if fine {
        Ok(format!("{community}.key"))
    } else {
        Err(Error::Usage(format!(
            "`{}` cannot be a community's name; use letters, digits, blanks and - _ . (100 at the most)",
            community.escape_debug()
        )))
    }
}

type Bytes = Zeroizing<[u8; 32]>;

fn open_or_make(path: &Path, passphrase: Option<&[u8]>) -> Result<(Bytes, bool), Error> {
    match File::open(path) {
        Ok(file) => Ok((read(path, file, passphrase)?, false)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => make(path, passphrase),
        Err(error) => Err(Error::file("read", path)(error)),
    }
}

fn read(path: &Path, file: File, passphrase: Option<&[u8]>) -> Result<Bytes, Error> {
    let wrong = |what: &str| Error::Key {
        path: path.to_owned(),
        what: what.to_owned(),
    };
    let mode = file.metadata().map_err(Error::file("read", path))?;
    if mode.permissions().mode() & 0o077 != 0 {
        return Err(wrong("others may read it; make it yours alone: chmod 600"));
    }
    let mut bytes = Zeroizing::new(Vec::new());
    file.take(LONGEST)
        .read_to_end(&mut bytes)
        .map_err(Error::file("read", path))?;
    if bytes.starts_with(SEALED) {
        let passphrase = passphrase.ok_or_else(|| {
            wrong("it is sealed; give its passphrase in a file: --passphrase-file")
        })?;
        let master = seal::open(&bytes, passphrase).map_err(|error| wrong(&error.to_string()))?;
        return Ok(master.to_bytes());
    }
    let secret = bytes
        .strip_prefix(OPEN)
        .and_then(|rest| rest.try_into().ok());
    match secret {
        Some(secret) => Ok(Zeroizing::new(secret)),
        None => Err(wrong("it is no key of Aidos; name another with --key-file")),
    }
}

fn make(path: &Path, passphrase: Option<&[u8]>) -> Result<(Bytes, bool), Error> {
    if let Some(folder) = path.parent().filter(|folder| !folder.exists()) {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(Error::file("create", folder))?;
    }
    let secret: Bytes = random()?;
    let content = match passphrase {
        None => Zeroizing::new([OPEN.as_slice(), secret.as_slice()].concat()),
        Some(passphrase) => {
            let (salt, nonce) = (random()?, random()?);
            let master = MasterKey::from_bytes(*secret);
            seal::close(&master, passphrase, *salt, *nonce, seal::Cost::default())
                .map(Zeroizing::new)
                .map_err(|error| Error::Usage(error.to_string()))?
        }
    };
    // Whole or not at all, and never over another's: two processes may begin at once.
    let part = path.with_extension(format!("{}.part", std::process::id()));
    let write = || {
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&part)?;
        file.write_all(&content)?;
        file.sync_all()
    };
    write().map_err(Error::file("create", &part))?;
    let linked = fs::hard_link(&part, path);
    fs::remove_file(&part).map_err(Error::file("remove", &part))?;
    match linked {
        Ok(()) => Ok((secret, true)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let file = File::open(path).map_err(Error::file("read", path))?;
            Ok((read(path, file, passphrase)?, false))
        }
        Err(error) => Err(Error::file("create", path)(error)),
    }
}

fn random<const N: usize>() -> Result<Zeroizing<[u8; N]>, Error> {
    let mut bytes = Zeroizing::new([0; N]);
    getrandom::fill(bytes.as_mut_slice()).map_err(|error| {
        Error::Usage(format!(
            "the operating system gives no random numbers: {error}"
        ))
    })?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_used_again() {
        let folder = tempfile::tempdir().unwrap();
        let keys = Keys::of(&folder.path().join("aidos/keys"));
        let first = keys.community("isac-a", None, None).unwrap();
        assert!(first.made);
        let again = keys.community("isac-a", None, None).unwrap();
        assert!(!again.made && again.key == first.key);
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&first.path), 0o600);
        assert_eq!(mode(first.path.parent().unwrap()), 0o700);
        assert_ne!(keys.community("isac-b", None, None).unwrap().key, first.key);
        // Nothing else was left in the folder.
        assert_eq!(
            fs::read_dir(first.path.parent().unwrap()).unwrap().count(),
            2
        );
    }

    #[test]
    fn what_is_open_to_others_or_no_key_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let keys = Keys::of(folder.path());
        let path = keys.community("a", None, None).unwrap().path;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let error = keys.community("a", None, None).unwrap_err().to_string();
        assert!(error.contains("chmod 600"), "{error}");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(&path, "no key").unwrap();
        let error = keys.community("a", None, None).unwrap_err().to_string();
        assert!(error.contains("--key-file"), "{error}");
        for name in ["", "../a", "a/b", ".a", "installation", "a\n"] {
            assert!(keys.community(name, None, None).is_err(), "{name:?}");
        }
    }

    #[test]
    fn a_passphrase_seals() {
        let folder = tempfile::tempdir().unwrap();
        let keys = Keys::of(folder.path());
        let made = keys.community("a", None, Some(b"phrase")).unwrap();
        assert!(keys.community("a", None, Some(b"other")).is_err());
        assert!(keys.community("a", None, None).is_err());
        let again = keys.community("a", None, Some(b"phrase")).unwrap();
        assert!(again.key == made.key);
    }
}
