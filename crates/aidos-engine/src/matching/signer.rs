//! Who signed: this installation's signer, and whose signatures are taken.

use std::fs;
use std::path::Path;

use aidos_fhe::codec::{Manifest, Signer, SignerId};

use crate::Error;
use crate::keys;

/// Whose signatures are accepted.
#[derive(Debug, Default)]
pub struct Signers {
    /// None: everyone's, and each but this installation is named in a note.
    pinned: Option<Vec<(SignerId, String)>>,
    /// This installation, which trusts itself where nobody is pinned.
    own: Option<SignerId>,
}

impl Signers {
    /// Everyone; of all but this installation it is said who signed.
    ///
    /// # Errors
    /// As for [`installation`].
    pub fn everyone(folder: &Path) -> Result<Self, Error> {
        Ok(Self {
            pinned: None,
            own: Some(installation(folder)?.id()),
        })
    }

    /// Reads a file with a signer a line: 64 hexadecimal digits, and behind them a name.
    ///
    /// # Errors
    /// It cannot be read, or a line is no signer.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = fs::read_to_string(path).map_err(Error::file("read", path))?;
        let mut pinned = Vec::new();
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.split('#').next().unwrap_or_default().trim();
            if line.is_empty() {
                continue;
            }
            let (id, name) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
            let id = id.parse().map_err(|_| {
                Error::Usage(format!(
                    "`{}` line {number}: no signer; a line is what `aidos match signer` prints, and a name",
                    path.display()
                ))
            })?;
            pinned.push((id, name.trim().to_owned()));
        }
        Ok(Self {
            pinned: Some(pinned),
            own: None,
        })
    }

    /// All who are named.
    pub(super) fn ids(&self) -> Vec<SignerId> {
        let pinned = self.pinned.iter().flatten();
        pinned.map(|(id, _)| *id).collect()
    }

    /// The name of a signer, if he is accepted; the way out, if not.
    pub(super) fn name(&self, signer: SignerId) -> Result<Option<&str>, String> {
        let Some(pinned) = &self.pinned else {
            return Ok(None);
        };
        match pinned.iter().find(|(id, _)| *id == signer) {
            Some((_, name)) => Ok(Some(name)),
            None => Err(format!(
                "it is signed by {signer}, who is not among the accepted signers; ask its maker, or add the signer to --signers"
            )),
        }
    }

    /// Refuses a file whose signer is not accepted; says who it is where everyone is.
    pub(super) fn check(
        &self,
        path: &Path,
        what: &str,
        signer: SignerId,
        note: &mut dyn FnMut(&str),
    ) -> Result<(), Error> {
        match self.name(signer) {
            Ok(Some(_)) => Ok(()),
            Ok(None) if self.own == Some(signer) => Ok(()),
            Ok(None) => {
                note(&format!(
                    "the {what} `{}` is signed by {signer}; pin who may sign with --signers",
                    path.display()
                ));
                Ok(())
            }
            Err(reason) => Err(Error::Refused {
                path: path.to_owned(),
                reason,
            }),
        }
    }

    /// The same for what a result came from.
    pub(super) fn check_parents(&self, path: &Path, parents: &[Manifest]) -> Result<(), Error> {
        for parent in parents {
            if let Err(reason) = self.name(parent.signer()) {
                return Err(Error::Refused {
                    path: path.to_owned(),
                    reason: format!(
                        "of the {} that it came from: {reason}",
                        parent.header().kind.name()
                    ),
                });
            }
        }
        Ok(())
    }
}

/// The signer of this installation, made at first use.
///
/// # Errors
/// The key cannot be read or made, or others may read it.
pub fn installation(folder: &Path) -> Result<Signer, Error> {
    let bytes = keys::own(&folder.join("signer.key"))?;
    Ok(Signer::from_bytes(&bytes))
}
