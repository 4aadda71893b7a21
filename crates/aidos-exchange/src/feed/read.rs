//! A MISP feed is read: from a folder, or from behind an address.

use std::collections::BTreeMap;
use std::path::PathBuf;

use aidos_model::stix::Uuid;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::http::{Client, Request};
use crate::misp::as_number;
use crate::{Error, keep};

/// The largest manifest or list of hashes that is read.
const LARGEST: u64 = 256 << 20;

/// Where a feed lies.
#[derive(Clone, Debug)]
pub enum Feed {
    /// In this folder.
    Folder(PathBuf),
    /// Below the address of this client.
    Web(Client),
}

/// What is remembered of a feed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Known {
    /// Of the manifest, when all of it had been taken.
    etag: Option<String>,
    /// The timestamp of each event that was taken.
    seen: BTreeMap<String, i64>,
}

/// What was taken.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Taken {
    /// Events that are new, or newer than before.
    pub events: usize,
    /// Events that had been taken before.
    pub known: usize,
    /// Events of the manifest whose file is missing.
    pub missing: Vec<String>,
    /// The partner said that the manifest has not changed.
    pub unchanged: bool,
}

/// The bytes of a manifest, and its `ETag` where the server gave one.
type Manifest = (Vec<u8>, Option<String>);

impl Feed {
    fn name(&self) -> PathBuf {
        match self {
            Self::Folder(folder) => folder.clone(),
            Self::Web(client) => PathBuf::from(client.address()),
        }
    }

    fn refuse(&self, file: &str, why: impl Into<String>) -> Error {
        Error::Form {
            path: self.name().join(file),
            why: why.into(),
        }
    }

    /// A file of the feed; `None` where it is missing.
    fn file(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        match self {
            Self::Folder(folder) => keep::read(&folder.join(name), LARGEST),
            Self::Web(client) => {
                let answer = client.send(&Request::get(format!("/{name}")).limit(LARGEST))?;
                if answer.status() == 404 {
                    return Ok(None);
                }
                Ok(Some(answer.success()?.into_body()))
            }
        }
    }

    /// Takes what is new since it was `known`, and hands on each event once: `{"Event": {…}}` with its uuid.
    ///
    /// What is known is remembered in the file `state` after each event, so that a run that broke off goes on there.
    ///
    /// # Errors
    /// When there is no manifest, something is of another form, or `take` fails.
    pub fn take(
        &self,
        state: &std::path::Path,
        take: &mut dyn FnMut(&str, &Value) -> Result<(), Error>,
    ) -> Result<Taken, Error> {
        let mut known: Known = keep::recall(state)?;
        let mut taken = Taken::default();
        let Some((manifest, etag)) = self.manifest(known.etag.as_deref())? else {
            taken.unchanged = true;
            taken.known = known.seen.len();
            return Ok(taken);
        };
        let manifest: Map<String, Value> = serde_json::from_slice(&manifest).map_err(|error| {
            self.refuse(
                "manifest.json",
                format!("no manifest, line {}", error.line()),
            )
        })?;
        for (uuid, line) in &manifest {
            // It becomes a part of an address, and the name of a file.
            if Uuid::parse(uuid).is_none() {
                return Err(self.refuse(
                    "manifest.json",
                    "it names an event by something else than a uuid",
                ));
            }
            let uuid = uuid.to_ascii_lowercase();
            let timestamp = line.get("timestamp").and_then(as_number).unwrap_or(0);
            if known.seen.get(&uuid).is_some_and(|seen| *seen >= timestamp) {
                taken.known += 1;
                continue;
            }
            let name = format!("{uuid}.json");
            let Some(bytes) = self.file(&name)? else {
                taken.missing.push(uuid);
                continue;
            };
            let event: Value = serde_json::from_slice(&bytes)
                .map_err(|error| self.refuse(&name, format!("no JSON, line {}", error.line())))?;
            let own = event.pointer("/Event/uuid").and_then(Value::as_str);
            if !own.is_some_and(|own| own.eq_ignore_ascii_case(&uuid)) {
                return Err(
                    self.refuse(&name, "it holds another event than its name says, or none")
                );
            }
            take(&uuid, &event)?;
            taken.events += 1;
            known.seen.insert(uuid, timestamp);
            keep::remember(state, &known)?;
        }
        // With something missing, the manifest has to be read again.
        known.etag = etag.filter(|_| taken.missing.is_empty());
        keep::remember(state, &known)?;
        Ok(taken)
    }

    /// The manifest and its `ETag`; `None` where it has not changed.
    fn manifest(&self, etag: Option<&str>) -> Result<Option<Manifest>, Error> {
        let Self::Web(client) = self else {
            let missing = || self.refuse("manifest.json", "it is missing: this is no MISP feed");
            return Ok(Some((
                self.file("manifest.json")?.ok_or_else(missing)?,
                None,
            )));
        };
        let mut request = Request::get("/manifest.json").limit(LARGEST);
        if let Some(etag) = etag {
            request = request.header("If-None-Match", etag);
        }
        let answer = client.send(&request)?;
        if answer.status() == 304 {
            return Ok(None);
        }
        let answer = answer.success()?;
        let etag = answer.header("etag").map(str::to_owned);
        Ok(Some((answer.into_body(), etag)))
    }

    /// `hashes.csv`: MD5 of a value, and the uuid of an event that has it. Lines of another form do not count.
    ///
    /// # Errors
    /// When the feed has none, or cannot be read.
    pub fn hashes(&self) -> Result<Vec<(String, String)>, Error> {
        let bytes = self
            .file("hashes.csv")?
            .ok_or_else(|| self.refuse("hashes.csv", "it is missing"))?;
        let text = String::from_utf8_lossy(&bytes);
        let pairs = text.lines().filter_map(|line| {
            let (hash, uuid) = line.trim().split_once(',')?;
            let hex = hash.len() == 32 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
            (hex && Uuid::parse(uuid).is_some())
                .then(|| (hash.to_ascii_lowercase(), uuid.to_ascii_lowercase()))
        });
        Ok(pairs.collect())
    }
}
