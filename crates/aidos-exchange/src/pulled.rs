//! What a pull writes: objects as they came, into a bundle or lines of JSON, without doubles and across cuts.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use aidos_model::stix::{OURS, Uuid};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::Error;

/// The number of the layout of a state file.
const SCHEMA: u32 = 1;
/// Bytes by which an object is known again.
const PRINT: usize = 16;

/// How objects are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One STIX bundle.
    Bundle,
    /// An object a line.
    Lines,
}

/// How far pulling is; what stands in a state file.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    schema: u32,
    /// Whom it is about: address, collection, selection.
    from: String,
    /// All that the partner got up to this moment was pulled, by its own clock.
    pub since: Option<String>,
    /// Where a pull that was cut goes on.
    pub cut: Option<Cut>,
    /// Objects of which the prints stand in the file beside this one.
    known: u64,
}

/// A pull that was cut.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Cut {
    /// The page that comes next.
    pub next: Option<String>,
    /// The latest moment so far.
    pub latest: Option<String>,
    /// The file that was being written.
    out: PathBuf,
    /// It is one of lines.
    lines: bool,
    /// Its whole part in bytes.
    bytes: u64,
    /// Objects in it.
    objects: u64,
}

/// Writes what a pull brings, and remembers how far it is.
///
/// A page counts once it is on disk and the state says so; what a cut leaves beyond that is cut off. Memory: about 40 bytes
/// for each object that ever came, and a page.
#[derive(Debug)]
pub struct Pulled {
    state: PathBuf,
    mark: Mark,
    known: HashSet<[u8; PRINT]>,
    prints: File,
    out: PathBuf,
    part: PathBuf,
    file: Option<File>,
    form: Form,
    bytes: u64,
    objects: u64,
    doubles: u64,
}

impl Pulled {
    /// Begins, or goes on with, a pull into `out` from a partner that `from` tells from all others.
    ///
    /// # Errors
    /// [`Error::State`] where the state is of another partner or selection, or a cut pull wrote into another file.
    pub fn open(out: &Path, state: &Path, from: &str, form: Form) -> Result<Self, Error> {
        let wrong = |why: String| Error::State {
            path: state.to_owned(),
            why,
        };
        let mark = match fs::read(state) {
            Ok(text) => {
                let mark: Mark = serde_json::from_slice(&text)
                    .map_err(|_| wrong("it is no file of ours".into()))?;
                if mark.schema != SCHEMA || mark.from != from {
                    return Err(wrong(format!("it belongs to `{}`", mark.from)));
                }
                mark
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Mark {
                schema: SCHEMA,
                from: from.to_owned(),
                ..Mark::default()
            },
            Err(error) => return Err(Error::file("read", state)(error)),
        };
        let beside = beside(state, "known");
        let mut prints = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&beside)
            .map_err(Error::file("open", &beside))?;
        let known = known(&mut prints, mark.known)
            .map_err(Error::file("read", &beside))?
            .ok_or_else(|| Error::State {
                path: beside.clone(),
                why: "it is shorter than the state says".into(),
            })?;
        let part = self::beside(out, "part");
        let (mut bytes, mut objects) = (0, 0);
        if let Some(cut) = &mark.cut {
            if cut.out != out {
                return Err(wrong(format!(
                    "a pull into `{}` was cut; go on with it first",
                    cut.out.display()
                )));
            }
            if cut.lines != (form == Form::Lines) {
                return Err(wrong(
                    "a pull in the other format was cut; go on with it first".into(),
                ));
            }
            (bytes, objects) = (cut.bytes, cut.objects);
        }
        let mut pulled = Self {
            state: state.to_owned(),
            mark,
            known,
            prints,
            out: out.to_owned(),
            part,
            file: None,
            form,
            bytes,
            objects,
            doubles: 0,
        };
        if bytes > 0 {
            pulled.reopen()?;
        }
        Ok(pulled)
    }

    /// How far the last pull came.
    pub fn mark(&self) -> &Mark {
        &self.mark
    }

    /// Objects that were written.
    pub fn objects(&self) -> u64 {
        self.objects
    }

    /// Objects that came and were there already.
    pub fn doubles(&self) -> u64 {
        self.doubles
    }

    /// Forgets a page that the partner does not know any more; the pull begins where the last whole one ended, and what was
    /// written stays.
    pub(crate) fn begin_again(&mut self) {
        if let Some(cut) = &mut self.mark.cut {
            cut.next = None;
        }
    }

    /// Writes a page: objects that did not come before.
    ///
    /// # Errors
    /// When a file cannot be written; [`Error::Partner`] where an object is none.
    pub(crate) fn page<'p>(
        &mut self,
        objects: impl Iterator<Item = &'p str>,
        next: Option<&str>,
        latest: Option<&str>,
    ) -> Result<(), Error> {
        let mut text = Vec::new();
        let mut fresh = Vec::new();
        for object in objects {
            let print = print(object).ok_or_else(|| Error::Partner {
                partner: self.mark.from.clone(),
                deed: "a pull".into(),
                why: "something came that is no STIX object".into(),
            })?;
            if !self.known.insert(print) {
                self.doubles += 1;
                continue;
            }
            fresh.extend_from_slice(&print);
            if self.form == Form::Bundle && self.objects > 0 {
                text.push(b',');
            }
            if self.form == Form::Bundle {
                text.push(b'\n');
                text.extend_from_slice(object.as_bytes());
            } else {
                one_line(object, &mut text);
                text.push(b'\n');
            }
            self.objects += 1;
        }
        if !text.is_empty() {
            if self.file.is_none() {
                self.begin()?;
            }
            if let Some(file) = &mut self.file {
                file.write_all(&text)
                    .and_then(|()| file.sync_data())
                    .map_err(Error::file("write", &self.part))?;
            }
            self.bytes += text.len() as u64;
            let beside = beside(&self.state, "known");
            self.prints
                .write_all(&fresh)
                .and_then(|()| self.prints.sync_data())
                .map_err(Error::file("write", &beside))?;
            self.mark.known += (fresh.len() / PRINT) as u64;
        }
        let before = self.mark.cut.take().unwrap_or_default();
        let latest = later(before.latest, latest.map(str::to_owned));
        self.mark.cut = Some(Cut {
            next: next.map(str::to_owned),
            latest,
            out: self.out.clone(),
            lines: self.form == Form::Lines,
            bytes: self.bytes,
            objects: self.objects,
        });
        self.save()
    }

    /// Ends the pull: the file is there under its name, if anything came. Returns whether it is.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub(crate) fn end(&mut self) -> Result<bool, Error> {
        let wrote = self.file.is_some();
        if let Some(mut file) = self.file.take() {
            let end: &[u8] = match self.form {
                Form::Bundle => b"\n]}\n",
                Form::Lines => b"",
            };
            file.write_all(end)
                .and_then(|()| file.sync_all())
                .and_then(|()| fs::rename(&self.part, &self.out))
                .map_err(Error::file("write", &self.out))?;
        }
        let latest = self.mark.cut.take().and_then(|cut| cut.latest);
        self.mark.since = later(self.mark.since.take(), latest);
        self.save()?;
        Ok(wrote)
    }

    fn begin(&mut self) -> Result<(), Error> {
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&self.part)
            .map_err(Error::file("create", &self.part))?;
        if self.form == Form::Bundle {
            // By what it holds: the same pull gives the same id.
            let name = format!("{} {}", self.mark.from, self.mark.known);
            let id = Uuid::v5(OURS, name.as_bytes());
            let head = format!("{{\"type\":\"bundle\",\"id\":\"bundle--{id}\",\"objects\":[");
            file.write_all(head.as_bytes())
                .map_err(Error::file("write", &self.part))?;
            self.bytes = head.len() as u64;
        }
        self.file = Some(file);
        Ok(())
    }

    /// Goes on with a file that a cut left.
    fn reopen(&mut self) -> Result<(), Error> {
        let mut file = OpenOptions::new()
            .write(true)
            .open(&self.part)
            .map_err(Error::file("go on with", &self.part))?;
        let there = file.metadata().map_or(0, |about| about.len());
        if there < self.bytes {
            return Err(Error::State {
                path: self.state.clone(),
                why: format!("`{}` is shorter than it was", self.part.display()),
            });
        }
        file.set_len(self.bytes)
            .and_then(|()| file.seek(SeekFrom::End(0)))
            .map_err(Error::file("go on with", &self.part))?;
        self.file = Some(file);
        Ok(())
    }

    fn save(&self) -> Result<(), Error> {
        let fresh = beside(&self.state, "new");
        let write = || {
            let mut file = OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(true)
                .mode(0o600)
                .open(&fresh)?;
            serde_json::to_writer(&mut file, &self.mark)?;
            file.write_all(b"\n")?;
            file.sync_all()?;
            fs::rename(&fresh, &self.state)
        };
        write().map_err(Error::file("write", &self.state))
    }
}

/// The later of two moments; each is as its partner writes them, and where one cannot be read the second counts.
fn later(a: Option<String>, b: Option<String>) -> Option<String> {
    match (a, b) {
        (Some(a), Some(b)) => {
            let read = aidos_model::Timestamp::parse;
            match (read(&a), read(&b)) {
                (Some(first), Some(second)) if first > second => Some(a),
                _ => Some(b),
            }
        }
        (a, b) => b.or(a),
    }
}

/// A file beside another: its name with an ending more.
pub(crate) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

/// The prints of the file; what a cut left beyond the known ones is cut off. `None` where it is too short.
fn known(file: &mut File, count: u64) -> std::io::Result<Option<HashSet<[u8; PRINT]>>> {
    let whole = count.saturating_mul(PRINT as u64);
    if file.metadata()?.len() < whole {
        return Ok(None);
    }
    file.set_len(whole)?;
    let mut known = HashSet::new();
    let mut reader = std::io::BufReader::new(&mut *file);
    let mut print = [0; PRINT];
    for _ in 0..count {
        reader.read_exact(&mut print)?;
        known.insert(print);
    }
    drop(reader);
    file.seek(SeekFrom::End(0))?;
    Ok(Some(known))
}

/// What tells a version of an object from all others: id and `modified`; where it has no versions, all of it.
fn print(object: &str) -> Option<[u8; PRINT]> {
    #[derive(Deserialize)]
    struct Own<'o> {
        #[serde(borrow)]
        id: std::borrow::Cow<'o, str>,
        #[serde(borrow, default)]
        modified: Option<std::borrow::Cow<'o, str>>,
    }
    let own: Own<'_> = serde_json::from_str(object).ok()?;
    let mut digest = Sha256::new();
    digest.update(own.id.as_bytes());
    digest.update([0]);
    match &own.modified {
        Some(modified) => digest.update(modified.as_bytes()),
        None => digest.update(object.as_bytes()),
    }
    let mut print = [0; PRINT];
    print.copy_from_slice(&digest.finalize()[..PRINT]);
    Some(print)
}

/// Appends an object on one line: line ends between its members become blanks. In texts JSON has none.
fn one_line(object: &str, out: &mut Vec<u8>) {
    out.extend(object.bytes().map(|byte| match byte {
        b'\n' | b'\r' => b' ',
        byte => byte,
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn objects(text: &str) -> Vec<String> {
        let bundle: serde_json::Value = serde_json::from_str(text).unwrap();
        let objects = bundle["objects"].as_array().unwrap();
        objects
            .iter()
            .map(|own| own["id"].as_str().unwrap().to_owned())
            .collect()
    }

    const A: &str = r#"{"id": "a", "modified": "2026-01-01T00:00:00Z"}"#;
    const A2: &str = r#"{"id": "a", "modified": "2026-01-02T00:00:00Z"}"#;
    const B: &str = "{\"id\": \"b\",\n \"value\": \"x\"}";

    #[test]
    fn doubles_are_left_out_versions_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out.json");
        let state = folder.path().join("state");
        let mut pulled = Pulled::open(&out, &state, "x", Form::Bundle).unwrap();
        pulled
            .page(
                [A, B, A].into_iter(),
                Some("2"),
                Some("2026-01-01T00:00:00Z"),
            )
            .unwrap();
        pulled
            .page([A2, B].into_iter(), None, Some("2026-01-02T00:00:00Z"))
            .unwrap();
        assert!(pulled.end().unwrap());
        assert_eq!((pulled.objects(), pulled.doubles()), (3, 2));
        assert_eq!(objects(&fs::read_to_string(&out).unwrap()), ["a", "b", "a"]);
        let next = folder.path().join("next.json");
        let mut pulled = Pulled::open(&next, &state, "x", Form::Bundle).unwrap();
        assert_eq!(pulled.mark().since.as_deref(), Some("2026-01-02T00:00:00Z"));
        pulled.page([A2, B].into_iter(), None, None).unwrap();
        assert!(!pulled.end().unwrap());
        assert!(!next.exists());
        assert_eq!(pulled.mark().since.as_deref(), Some("2026-01-02T00:00:00Z"));
    }

    #[test]
    fn a_cut_loses_and_doubles_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out.ndjson");
        let state = folder.path().join("state");
        let mut pulled = Pulled::open(&out, &state, "x", Form::Lines).unwrap();
        pulled.page([A].into_iter(), Some("2"), None).unwrap();
        drop(pulled);
        // The half of a page that no state knows of.
        for path in [beside(&out, "part"), beside(&state, "known")] {
            let mut file = OpenOptions::new().append(true).open(path).unwrap();
            file.write_all(b"{\"id\": \"half").unwrap();
        }
        let other = folder.path().join("other");
        let error = Pulled::open(&other, &state, "x", Form::Lines).unwrap_err();
        assert!(error.to_string().contains("was cut"), "{error}");
        assert!(Pulled::open(&out, &state, "x", Form::Bundle).is_err());
        let mut pulled = Pulled::open(&out, &state, "x", Form::Lines).unwrap();
        assert_eq!(
            pulled.mark().cut.as_ref().unwrap().next.as_deref(),
            Some("2")
        );
        pulled.page([A, B].into_iter(), None, None).unwrap();
        assert!(pulled.end().unwrap());
        let text = fs::read_to_string(&out).unwrap();
        assert_eq!(text, format!("{A}\n{}\n", B.replace('\n', " ")));
    }

    #[test]
    fn states_of_others_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out");
        let state = folder.path().join("state");
        Pulled::open(&out, &state, "x", Form::Lines)
            .unwrap()
            .end()
            .unwrap();
        let error = Pulled::open(&out, &state, "y", Form::Lines).unwrap_err();
        assert!(error.to_string().contains("belongs to `x`"), "{error}");
        fs::write(&state, "{}").unwrap();
        assert!(Pulled::open(&out, &state, "x", Form::Lines).is_err());
    }

    #[test]
    fn what_is_no_object_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("state");
        let mut pulled = Pulled::open(&folder.path().join("o"), &state, "x", Form::Lines).unwrap();
        let error = pulled.page(["[1]"].into_iter(), None, None).unwrap_err();
        assert!(error.is_partners(), "{error}");
    }
}
