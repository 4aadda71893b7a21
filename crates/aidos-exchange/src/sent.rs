//! What was sent to a receiver before: a file of lines that only grows, so that a cut loses at most the last one.

use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use aidos_model::json::hex;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::released::Print;

/// The number of this layout.
const SCHEMA: u32 = 1;

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Head {
    schema: u32,
    /// Where to: address and collection or connector.
    to: String,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Line {
    /// What the receiver called this delivery.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(rename = "as")]
    as_: Option<String>,
    /// Digests of its objects.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    sent: Vec<String>,
    /// The delivery is over.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    done: bool,
}

/// What was sent to a receiver.
#[derive(Debug)]
pub struct Sent {
    path: PathBuf,
    /// `None` where nothing is to be remembered.
    file: Option<File>,
    known: HashSet<Print>,
    open: Option<String>,
}

impl Sent {
    /// Reads what was sent to `to`; a file that is not there is begun when the first thing is sent.
    ///
    /// # Errors
    /// [`Error::State`] where the file is of another receiver, or none of ours.
    pub fn open(path: &Path, to: &str, write: bool) -> Result<Self, Error> {
        let wrong = |why: String| Error::State {
            path: path.to_owned(),
            why,
        };
        let mut sent = Self {
            path: path.to_owned(),
            file: None,
            known: HashSet::new(),
            open: None,
        };
        let failed = || Error::file("open", path);
        let mut file = match File::options().read(true).append(write).open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                if write {
                    let mut file = OpenOptions::new()
                        .append(true)
                        .create_new(true)
                        .mode(0o600)
                        .open(path)
                        .map_err(failed())?;
                    let head = Head {
                        schema: SCHEMA,
                        to: to.to_owned(),
                    };
                    put(&mut file, &head).map_err(failed())?;
                    sent.file = Some(file);
                }
                return Ok(sent);
            }
            Err(error) => return Err(failed()(error)),
        };
        let mut reader = BufReader::new(&mut file);
        let mut whole = 0;
        let mut number = 0;
        let mut text = Vec::new();
        loop {
            text.clear();
            let read = reader.read_until(b'\n', &mut text).map_err(failed())?;
            // The last line of a process that was killed.
            if read == 0 || text.last() != Some(&b'\n') {
                break;
            }
            number += 1;
            if number == 1 {
                let head: Head = serde_json::from_slice(&text)
                    .map_err(|_| wrong("it is no file of ours".into()))?;
                if head.schema != SCHEMA || head.to != to {
                    return Err(wrong(format!("it belongs to `{}`", head.to)));
                }
            } else {
                let line: Line = serde_json::from_slice(&text)
                    .map_err(|_| wrong(format!("line {number} is none of ours")))?;
                for print in &line.sent {
                    let print = read_print(print);
                    sent.known.insert(
                        print.ok_or_else(|| wrong(format!("line {number} is none of ours")))?,
                    );
                }
                sent.open = if line.done { None } else { line.as_ };
            }
            whole += read as u64;
        }
        if number == 0 {
            return Err(wrong("it is no file of ours".into()));
        }
        if write {
            file.set_len(whole).map_err(failed())?;
            file.seek(SeekFrom::End(0)).map_err(failed())?;
            sent.file = Some(file);
        }
        Ok(sent)
    }

    /// Whether this object was sent.
    pub fn has(&self, print: Print) -> bool {
        self.known.contains(&print)
    }

    /// How many objects were sent.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether nothing was sent.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// What the receiver calls a delivery that was begun and not ended.
    pub fn open_delivery(&self) -> Option<&str> {
        self.open.as_deref()
    }

    /// Remembers that these objects were sent; on disk before it returns.
    pub(crate) fn add(&mut self, delivery: Option<&str>, prints: &[Print]) -> Result<(), Error> {
        self.known.extend(prints);
        self.open = delivery.map(str::to_owned);
        self.line(&Line {
            as_: delivery.map(str::to_owned),
            sent: prints.iter().map(text_of).collect(),
            done: false,
        })
    }

    /// Remembers that a delivery is over.
    pub(crate) fn end(&mut self, delivery: &str) -> Result<(), Error> {
        self.open = None;
        self.line(&Line {
            as_: Some(delivery.to_owned()),
            sent: Vec::new(),
            done: true,
        })
    }

    fn line(&mut self, line: &Line) -> Result<(), Error> {
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        put(file, line).map_err(Error::file("write", &self.path))
    }
}

fn put(file: &mut File, line: &impl Serialize) -> std::io::Result<()> {
    let mut text = serde_json::to_vec(line)?;
    text.push(b'\n');
    file.write_all(&text)?;
    file.sync_data()
}

fn text_of(print: &Print) -> String {
    hex(print).map(char::from).collect()
}

fn read_print(text: &str) -> Option<Print> {
    if text.len() != 32 || !text.is_ascii() {
        return None;
    }
    let mut print = [0; 16];
    for (at, byte) in print.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(print)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_was_sent_is_remembered_and_a_cut_line_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        let mut sent = Sent::open(&path, "a", true).unwrap();
        sent.add(Some("w1"), &[[1; 16], [2; 16]]).unwrap();
        drop(sent);
        let mut bytes = fs::read(&path).unwrap();
        bytes.extend_from_slice(b"{\"as\":\"w2\",\"sen");
        fs::write(&path, &bytes).unwrap();
        let mut sent = Sent::open(&path, "a", true).unwrap();
        assert!(sent.has([2; 16]) && !sent.has([3; 16]) && sent.len() == 2);
        assert_eq!(sent.open_delivery(), Some("w1"));
        sent.end("w1").unwrap();
        sent.add(None, &[[3; 16]]).unwrap();
        let sent = Sent::open(&path, "a", false).unwrap();
        assert!(sent.has([3; 16]) && sent.open_delivery().is_none());
    }

    #[test]
    fn files_of_others_are_refused_with_a_way_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        Sent::open(&path, "a", true).unwrap();
        let error = Sent::open(&path, "b", true).unwrap_err().to_string();
        assert!(
            error.contains("belongs to `a`") && error.contains("--state"),
            "{error}"
        );
        for text in ["", "nonsense\n", "{}\n"] {
            fs::write(&path, text).unwrap();
            assert!(Sent::open(&path, "a", true).is_err(), "{text}");
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        assert!(
            Sent::open(&folder.path().join("none"), "a", false)
                .unwrap()
                .is_empty()
        );
        assert!(!folder.path().join("none").exists());
    }
}
