//! What was fetched, told as STIX 2.1.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use aidos_convert::feed::{Definition, Form, parse};
use aidos_convert::misp_stix::{Form as Document, convert};
use aidos_model::Timestamp;
use aidos_model::stix::Uuid;
use serde::{Deserialize, Serialize};

use super::fetch::Fetched;
use crate::{Error, keep};

/// The largest event of a MISP feed that is read back.
const LARGEST: u64 = 256 << 20;

/// What was told of a feed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Told {
    /// `<name>.bundle.json`; of a MISP feed `<name>.bundles.jsonl`, a bundle for each event.
    pub bundle: PathBuf,
    /// Indicators made of a list; objects of a bundle or of events.
    pub objects: u64,
    /// Values left out because they are private.
    pub private: u64,
    /// Lines, rows or items without a value.
    pub unread: u64,
    /// Fields of events and bundles that STIX 2.1 has no place for.
    pub lost: u64,
}

/// Writes what was fetched of a feed as STIX 2.1, beside it.
///
/// An indicator that stood in the bundle before keeps the time at which it was made; one that the feed names no more is not in
/// the new bundle. The bundle is there whole or not at all.
///
/// # Errors
/// Of files; [`Error::Form`] where what was fetched is not what its definition says, with the place.
pub fn tell(feed: &Definition, fetched: &Fetched) -> Result<Told, Error> {
    match feed.form {
        Form::Misp => events(feed, fetched),
        Form::Stix => {
            let made = converted(&fetched.path)?;
            let bundle = beside(feed, fetched, "bundle.json");
            keep::replace(&bundle, &[made.0.as_slice(), b"\n"].concat())?;
            Ok(Told {
                bundle,
                objects: made.1,
                private: 0,
                unread: 0,
                lost: made.2,
            })
        }
        Form::Text | Form::Csv | Form::Json | Form::Rss => list(feed, fetched),
    }
}

/// The file that is told into.
fn beside(feed: &Definition, fetched: &Fetched, ending: &str) -> PathBuf {
    fetched
        .path
        .with_file_name(format!("{}.{ending}", feed.name))
}

fn refuse(path: &Path, why: &impl ToString) -> Error {
    Error::Form {
        path: path.to_owned(),
        why: why.to_string(),
    }
}

fn missing(path: &Path) -> Error {
    Error::file("read", path)(io::ErrorKind::NotFound.into())
}

fn list(feed: &Definition, fetched: &Fetched) -> Result<Told, Error> {
    let path = &fetched.path;
    let bytes = keep::read(path, feed.max_bytes)?.ok_or_else(|| missing(path))?;
    let read = parse(feed, &bytes).map_err(|error| refuse(path, &error))?;
    drop(bytes);
    let bundle = beside(feed, fetched, "bundle.json");
    let before = made_before(&bundle)?;
    let mut objects = 0;
    keep::write(&bundle, |out| {
        objects = read.write(feed, fetched.asked, &|id| before.get(&id).copied(), out)?;
        Ok(())
    })?;
    Ok(Told {
        bundle,
        objects,
        private: read.private,
        unread: read.unread,
        lost: 0,
    })
}

#[derive(Deserialize)]
struct Line {
    id: String,
    created: String,
}

/// When the indicators of the bundle were made that lies here: we wrote it with an object a line.
fn made_before(bundle: &Path) -> Result<HashMap<Uuid, Timestamp>, Error> {
    let mut before = HashMap::new();
    let file = match File::open(bundle) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(before),
        Err(error) => return Err(Error::file("read", bundle)(error)),
    };
    for line in BufReader::new(file).split(b'\n') {
        let line = line.map_err(Error::file("read", bundle))?;
        let line = line.strip_suffix(b",").unwrap_or(&line);
        if let Ok(Line { id, created }) = serde_json::from_slice(line)
            && let Some((_, uuid)) = id.split_once("--")
            && let (Some(uuid), Some(made)) = (Uuid::parse(uuid), Timestamp::parse(&created))
        {
            before.insert(uuid, made);
        }
    }
    Ok(before)
}

/// A bundle of an event or a bundle: its text, its objects, what was lost.
fn converted(path: &Path) -> Result<(Vec<u8>, u64, u64), Error> {
    let bytes = keep::read(path, LARGEST)?.ok_or_else(|| missing(path))?;
    let made = convert(&bytes, Document::Stix).map_err(|error| refuse(path, &error))?;
    Ok((made.text, made.objects as u64, made.losses.len() as u64))
}

fn events(feed: &Definition, fetched: &Fetched) -> Result<Told, Error> {
    let folder = &fetched.path;
    let bundle = beside(feed, fetched, "bundles.jsonl");
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(Error::file("read", folder))? {
        let name = entry.map_err(Error::file("read", folder))?.file_name();
        let Some(uuid) = name.to_str().and_then(|name| name.strip_suffix(".json")) else {
            continue;
        };
        if Uuid::parse(uuid).is_some() {
            files.push(folder.join(&name));
        }
    }
    files.sort();
    let mut told = Told {
        bundle: bundle.clone(),
        objects: 0,
        private: 0,
        unread: 0,
        lost: 0,
    };
    let mut failed = None;
    let written = keep::write(&bundle, |out| {
        for path in &files {
            match converted(path) {
                Ok((text, objects, lost)) => {
                    out.write_all(&text)?;
                    out.write_all(b"\n")?;
                    told.objects += objects;
                    told.lost += lost;
                }
                Err(error) => {
                    failed = Some(error);
                    return Err(io::ErrorKind::InvalidData.into());
                }
            }
        }
        Ok(())
    });
    match failed {
        Some(error) => Err(error),
        None => written.map(|()| told),
    }
}
