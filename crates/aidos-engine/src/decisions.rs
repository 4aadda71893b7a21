//! Decisions about findings, kept in `decisions.jsonl` with the key that hides their values beside it.

use std::cell::RefCell;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use aidos_model::Timestamp;
use aidos_privacy::decision::{Decision, Decisions, Subject, Verdict};
use aidos_privacy::pii::{CodePoints, Kind, Scanner};

use crate::Error;
use crate::feed::hex;
use crate::inspect::{Gather, walk};
use crate::plan::{Input, Reading};
use crate::progress::{Cancel, Silent};

/// A file of decisions: a JSON object a line, added and never changed. Its key lies beside it in a file of the
/// same name with `.key` behind it, 64 hexadecimal digits, for its owner only.
#[derive(Clone, Debug)]
pub struct Ledger {
    path: PathBuf,
}

/// A finding that a person speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spoken {
    /// `FILE:LINE:FROM-TO`, as `aidos pii scan` shows it: characters of the record from 1, the last one included.
    Place {
        /// The file, and the path inside it where it is an archive.
        file: String,
        /// The line of the record, from 1.
        line: u64,
        /// The first character, from 1.
        from: usize,
        /// The last character.
        to: usize,
    },
    /// `column:NAME` or `column:NAME=TYPE`.
    Column {
        /// The column's name.
        name: String,
        /// The type that it is.
        kind: Option<String>,
    },
}

impl Spoken {
    /// Reads how a person names a finding; `None` for other words.
    ///
    /// ```
    /// use aidos_engine::decisions::Spoken;
    /// let place = Spoken::parse("mail.txt:3:6-32");
    /// assert!(matches!(place, Some(Spoken::Place { line: 3, from: 6, to: 32, .. })));
    /// assert!(matches!(Spoken::parse("column:ref=CITY"), Some(Spoken::Column { .. })));
    /// assert_eq!(Spoken::parse("mail.txt"), None);
    /// ```
    pub fn parse(word: &str) -> Option<Spoken> {
        if let Some(column) = word.strip_prefix("column:") {
            let (name, kind) = match column.rsplit_once('=') {
                Some((name, kind)) => (name, Some(kind.to_owned())),
                None => (column, None),
            };
            let name = name.to_owned();
            return (!name.is_empty()).then_some(Spoken::Column { name, kind });
        }
        let (rest, span) = word.rsplit_once(':')?;
        let (file, line) = rest.rsplit_once(':')?;
        let (from, to) = span.split_once('-')?;
        let (from, to) = (from.parse().ok()?, to.parse().ok()?);
        let line = line.parse().ok()?;
        (line > 0 && from > 0 && from <= to && !file.is_empty()).then(|| Spoken::Place {
            file: file.to_owned(),
            line,
            from,
            to,
        })
    }
}

impl Ledger {
    /// The ledger of a path, which need not be there yet.
    pub fn at(path: &Path) -> Ledger {
        Ledger {
            path: path.to_owned(),
        }
    }

    fn key_path(&self) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(".key");
        PathBuf::from(name)
    }

    /// Reads all decisions; none where the file is not there.
    ///
    /// # Errors
    /// [`Error::File`] when it cannot be read, [`Error::Usage`] when a line is no decision or the key is missing.
    pub fn read(&self) -> Result<Decisions, Error> {
        let text = match std::fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Decisions::default()),
            Err(error) => return Err(Error::file("read", &self.path)(error)),
        };
        let mut all: Vec<Decision> = Vec::new();
        for (number, line) in text
            .lines()
            .enumerate()
            .filter(|(_, l)| !l.trim().is_empty())
        {
            let decision = serde_json::from_str(line).map_err(|_| {
                let (path, number) = (self.path.display(), number + 1);
                Error::Usage(format!(
                    "`{path}` line {number}: it is no decision; correct or remove it"
                ))
            })?;
            all.push(decision);
        }
        let values = all
            .iter()
            .any(|d| matches!(d.subject, Subject::Value { .. }));
        let key = match self.key() {
            Ok(Some(key)) => key,
            Ok(None) if values => {
                let path = self.key_path();
                let path = path.display();
                return Err(Error::Usage(format!(
                    "`{path}` is not there, without which decisions about values cannot be honoured; bring it back, or begin another file of decisions"
                )));
            }
            Ok(None) => [0; 32],
            Err(error) => return Err(error),
        };
        Ok(Decisions::new(key, all))
    }

    /// Adds decisions: all of them or none.
    ///
    /// # Errors
    /// [`Error::File`] when the file or its key cannot be written.
    pub fn add(&self, decisions: &[Decision]) -> Result<(), Error> {
        let mut text = String::new();
        for decision in decisions {
            // A decision holds strings only, which JSON can always write.
            text.push_str(&serde_json::to_string(decision).unwrap_or_default());
            text.push('\n');
        }
        let failed = || Error::file("write", &self.path);
        let mut file = OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .open(&self.path)
            .map_err(failed())?;
        // One write, so that two people's decisions do not mix.
        file.write_all(text.as_bytes()).map_err(failed())?;
        file.sync_all().map_err(failed())
    }

    /// The key, where there is one.
    fn key(&self) -> Result<Option<[u8; 32]>, Error> {
        let path = self.key_path();
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::file("read", &path)(error)),
        };
        let text = text.trim();
        let mut key = [0u8; 32];
        let whole = text.len() == 64 && text.is_ascii();
        for (at, byte) in key.iter_mut().enumerate() {
            let pair = text.get(2 * at..2 * at + 2).filter(|_| whole);
            *byte = pair
                .and_then(|pair| u8::from_str_radix(pair, 16).ok())
                .ok_or_else(|| {
                    let path = path.display();
                    Error::Usage(format!("`{path}` is no key of 64 hexadecimal digits"))
                })?;
        }
        Ok(Some(key))
    }

    /// The key, made where there is none yet.
    fn key_or_new(&self) -> Result<[u8; 32], Error> {
        if let Some(key) = self.key()? {
            return Ok(key);
        }
        let source = Path::new("/dev/urandom");
        let mut key = [0u8; 32];
        File::open(source)
            .and_then(|mut random| random.read_exact(&mut key))
            .map_err(Error::file("read", source))?;
        let path = self.key_path();
        let made = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .and_then(|mut file| file.write_all(hex(&key).as_bytes()));
        made.map_err(Error::file("create", &path))?;
        Ok(key)
    }

    /// What decisions about these findings are about; the values are read again from their files.
    ///
    /// # Errors
    /// [`Error::Usage`] where a finding is not there, [`Error::File`] where its file cannot be read.
    pub fn subjects(&self, spoken: &[Spoken], scanner: &Scanner) -> Result<Vec<Subject>, Error> {
        let mut all = Vec::new();
        for one in spoken {
            all.push(match one {
                Spoken::Column { name, kind } => Subject::Column {
                    column: name.clone(),
                    kind: kind.clone(),
                },
                Spoken::Place {
                    file,
                    line,
                    from,
                    to,
                } => {
                    let (kind, value) = value_at(file, *line, (*from, *to), scanner)?;
                    Subject::value(&self.key_or_new()?, kind, &value)
                }
            });
        }
        Ok(all)
    }

    /// Decides about subjects now.
    pub fn decide(
        subjects: Vec<Subject>,
        verdict: Verdict,
        by: &str,
        why: Option<&str>,
    ) -> Vec<Decision> {
        let seconds = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |t| t.as_secs());
        let now = i64::try_from(seconds)
            .ok()
            .and_then(Timestamp::from_seconds);
        let at = now.map_or_else(String::new, |now| now.to_string());
        subjects
            .into_iter()
            .map(|subject| Decision {
                verdict,
                subject,
                by: by.to_owned(),
                at: at.clone(),
                why: why.map(str::to_owned),
            })
            .collect()
    }
}

/// The type and text of a finding.
fn value_at(
    file: &str,
    line: u64,
    (from, to): (usize, usize),
    scanner: &Scanner,
) -> Result<(Kind, String), Error> {
    // Of `e.zip/a.log` the part that is a file, and the path inside it.
    let mut path = Path::new(file);
    while !path.is_file() {
        match path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty())
        {
            Some(parent) => path = parent,
            None => {
                return Err(Error::Usage(format!(
                    "`{file}`: there is no such file; name it as `aidos pii scan` shows it, in the same folder"
                )));
            }
        }
    }
    let input = Input::Path(path.to_owned());
    let inside = file.get(path.as_os_str().len()..).unwrap_or_default();
    let gather = Gather {
        most: 1,
        seed: 0,
        table: RefCell::new(None),
        wanted: Some((format!("{}{inside}", input.name()), line)),
        record: RefCell::new(None),
    };
    let how = (&Reading::default(), u64::MAX, Some(&gather));
    let quiet = (&Silent as _, &Cancel::default());
    walk(&input, None, how, &std::env::temp_dir(), quiet, &mut |_| {
        Ok(())
    })?;
    let record = gather.record.take().unwrap_or_default();
    let mut found = Vec::new();
    scanner.scan(&record, &mut found);
    let mut points = CodePoints::new(&record);
    let hit = found
        .iter()
        .find(|finding| points.at(finding.start) + 1 == from && points.at(finding.end) == to);
    match hit.and_then(|f| Some((f.kind, record.get(f.start..f.end)?.to_owned()))) {
        Some(found) => Ok(found),
        None => Err(Error::Usage(format!(
            "`{file}:{line}:{from}-{to}`: there is no finding; `aidos pii scan` shows them"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use aidos_privacy::pii::Options;

    use super::*;

    #[test]
    fn decisions_are_kept_and_honoured_and_hold_no_value() {
        let folder = tempfile::tempdir().unwrap();
        let mail = folder.path().join("mail.txt");
        std::fs::write(&mail, "Ἀθήνα: mail ada@example.org\nfrom 203.0.113.7\n").unwrap();
        let ledger = Ledger::at(&folder.path().join("decisions.jsonl"));
        assert!(ledger.read().unwrap().is_empty());
        let scanner = Scanner::new(Options::default()).unwrap();
        let place = |line, from, to| Spoken::Place {
            file: mail.display().to_string(),
            line,
            from,
            to,
        };
        let column = Spoken::Column {
            name: "port".into(),
            kind: None,
        };
        let subjects = ledger
            .subjects(&[place(1, 13, 27), column], &scanner)
            .unwrap();
        ledger
            .add(&Ledger::decide(
                subjects,
                Verdict::Reject,
                "ada",
                Some("ours"),
            ))
            .unwrap();
        let kept = std::fs::read_to_string(folder.path().join("decisions.jsonl")).unwrap();
        assert!(
            kept.lines().count() == 2 && !kept.contains("example.org"),
            "{kept}"
        );
        assert!(
            kept.contains("\"by\":\"ada\"") && kept.contains("\"why\":\"ours\""),
            "{kept}"
        );
        let decisions = ledger.read().unwrap();
        assert_eq!(decisions.len(), 2);
        let scanner = scanner.with_decisions(decisions);
        let mut found = Vec::new();
        scanner.scan("again ada@example.org from 203.0.113.7", &mut found);
        let kinds: Vec<Kind> = found.iter().map(|f| f.kind).collect();
        assert_eq!(kinds, [Kind::IpAddress]);
        let wrong = ledger.subjects(&[place(2, 1, 4)], &scanner).unwrap_err();
        assert!(wrong.to_string().contains("no finding"), "{wrong}");
        std::fs::remove_file(folder.path().join("decisions.jsonl.key")).unwrap();
        assert!(ledger.read().is_err());
    }
}
