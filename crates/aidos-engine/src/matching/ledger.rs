//! What was asked of which list, and which jobs are locked: the server and the holder each keep count.
//!
//! A line of JSON an event, in a file of this installation. Whoever asks for all addresses there are needs 715,828 query
//! sets; so many a day and no more makes that take years.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use aidos_fhe::codec::Manifest;
use serde::{Deserialize, Serialize};

use super::file;
use crate::Error;

/// Query sets of up to 6,000 values each that one requester may have compared with one list in a day.
pub const DAILY: u64 = 200;

/// Who counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Role {
    Server,
    Holder,
}

/// One event.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Line {
    role: Role,
    /// Days since 1970, in UTC.
    day: u64,
    /// The list: its name and its signer, so that a list that grows is one list.
    list: String,
    /// The query's signer.
    requester: String,
    /// Query sets.
    sets: u64,
    /// The result.
    job: String,
    /// The result was refused by its noise: it is never opened again.
    #[serde(default)]
    locked: bool,
}

/// The file, held by this process alone until it is dropped.
pub(super) struct Ledger {
    path: PathBuf,
    file: File,
    lines: Vec<Line>,
}

impl Ledger {
    pub(super) fn open(folder: &Path) -> Result<Self, Error> {
        file::folder(folder)?;
        let path = folder.join("ledger.jsonl");
        let failed = || Error::file("read", &path);
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(failed())?;
        // Two jobs at once must not both take the last of a quota.
        file.lock().map_err(failed())?;
        let mut lines = Vec::new();
        for (number, line) in (1..).zip(BufReader::new(&file).lines()) {
            let line = line.map_err(failed())?;
            lines.push(serde_json::from_str(&line).map_err(|_| {
                Error::Usage(format!(
                    "`{}` line {number} is damaged; what was asked before cannot be counted: repair it, or move it away",
                    path.display()
                ))
            })?);
        }
        Ok(Self { path, file, lines })
    }

    /// Refuses a job that is locked.
    pub(super) fn check(&self, path: &Path, job: &str) -> Result<(), Error> {
        if self.lines.iter().any(|line| line.locked && line.job == job) {
            return Err(Error::Refused {
                path: path.to_owned(),
                reason: "its job is locked: a result of it had noise that no honest job has; ask who made its files"
                    .to_owned(),
            });
        }
        Ok(())
    }

    /// Counts a job against the quota of each of its lists, or refuses it. The same job is counted once.
    pub(super) fn count(
        &mut self,
        role: Role,
        path: &Path,
        job: &str,
        parents: &[Manifest],
        now: u64,
        daily: u64,
    ) -> Result<(), Error> {
        let day = now / 86_400;
        let Some((query, lists)) = parents.split_first() else {
            return Ok(());
        };
        let (requester, sets) = (query.signer().to_string(), u64::from(query.header().sets));
        let mut added = Vec::new();
        for list in lists {
            let name = list.header().name().unwrap_or("(no name)");
            let list = format!("{name} of {}", list.signer());
            let of_list = |line: &&Line| {
                line.role == role
                    && line.day == day
                    && line.list == list
                    && line.requester == requester
            };
            let counted = self.lines.iter().filter(of_list);
            if counted.clone().any(|line| line.job == job) {
                continue;
            }
            let asked: u64 = counted.map(|line| line.sets).sum();
            if asked + sets > daily {
                return Err(Error::Refused {
                    path: path.to_owned(),
                    reason: format!(
                        "its requester has had {asked} query sets of a day's {daily} compared with list `{}`, and this \
                         has {sets}; wait until tomorrow (UTC), or raise --daily",
                        name.escape_debug()
                    ),
                });
            }
            added.push(Line {
                role,
                day,
                list,
                requester: requester.clone(),
                sets,
                job: job.to_owned(),
                locked: false,
            });
        }
        added.into_iter().try_for_each(|line| self.push(line))
    }

    /// Locks a job that was refused by its noise.
    pub(super) fn lock_if_noisy<T>(
        &mut self,
        done: &Result<T, Error>,
        job: &str,
        parents: &[Manifest],
        now: u64,
    ) -> Result<(), Error> {
        match done {
            Err(Error::Match { source, .. })
                if matches!(**source, aidos_fhe::Error::Noise { .. }) =>
            {
                self.lock(job, parents, now)
            }
            _ => Ok(()),
        }
    }

    /// Locks a job.
    fn lock(&mut self, job: &str, parents: &[Manifest], now: u64) -> Result<(), Error> {
        let requester = parents
            .first()
            .map_or_else(String::new, |query| query.signer().to_string());
        self.push(Line {
            role: Role::Holder,
            day: now / 86_400,
            list: String::new(),
            requester,
            sets: 0,
            job: job.to_owned(),
            locked: true,
        })
    }

    fn push(&mut self, line: Line) -> Result<(), Error> {
        let mut bytes = serde_json::to_vec(&line)
            .map_err(|error| Error::file("write", &self.path)(error.into()))?;
        bytes.push(b'\n');
        self.file
            .seek(SeekFrom::End(0))
            .and_then(|_| self.file.write_all(&bytes))
            .and_then(|()| self.file.sync_data())
            .map_err(Error::file("write", &self.path))?;
        self.lines.push(line);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_that_was_noisy_stays_locked() {
        let folder = tempfile::tempdir().unwrap();
        let noisy: Result<(), Error> = Err(Error::Match {
            path: PathBuf::from("result.aidos"),
            source: Box::new(aidos_fhe::Error::Noise {
                found: 40,
                bound: 22,
            }),
        });
        let path = Path::new("result.aidos");
        let mut ledger = Ledger::open(folder.path()).unwrap();
        ledger.lock_if_noisy(&Ok(()), "aa", &[], 1).unwrap();
        ledger.lock_if_noisy(&noisy, "bb", &[], 1).unwrap();
        drop(ledger);
        let ledger = Ledger::open(folder.path()).unwrap();
        ledger.check(path, "aa").unwrap();
        let refused = ledger.check(path, "bb").unwrap_err();
        assert_eq!(refused.exit(), crate::Exit::Refused);
        assert!(refused.to_string().contains("locked"), "{refused}");
        drop(ledger);
        std::fs::write(folder.path().join("ledger.jsonl"), "{").unwrap();
        assert!(Ledger::open(folder.path()).is_err());
    }
}
