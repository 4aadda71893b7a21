//! Events come in, page by page, each once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::api::{Misp, as_number};
use crate::http;
use crate::{Error, keep};

/// Seconds before the last publication from which is asked again: clocks differ, and a page may have changed while we read.
const OVERLAP: i64 = 3600;
/// How many events are asked for by name at once, where paging missed them.
const MISSED: usize = 50;

/// Which events.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    /// Tags that an event has; one of them is enough, `!tag` keeps out.
    pub tags: Vec<String>,
    /// Organisations that made it.
    pub organisations: Vec<String>,
}

impl Filter {
    fn is_open(&self) -> bool {
        *self == Self::default()
    }
}

/// What is to be pulled.
#[derive(Clone, Debug)]
pub struct Pull {
    /// Which events.
    pub filter: Filter,
    /// Events a page.
    pub page: usize,
    /// Where is remembered what was pulled.
    pub state: PathBuf,
}

/// What came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Pulled {
    /// Events that are new or newer than before.
    pub events: usize,
    /// Events that came again, as pages overlap.
    pub again: usize,
    /// Events that were missed by paging and asked for by name.
    pub missed: usize,
    /// Pages that were asked.
    pub pages: usize,
    /// The partner said that nothing has changed.
    pub unchanged: bool,
}

/// What is remembered of a partner.
#[derive(Debug, Default, Serialize, Deserialize)]
struct State {
    schema: u32,
    partner: String,
    #[serde(default)]
    filter: Filter,
    /// Of the index, when all of it had been pulled.
    etag: Option<String>,
    /// The last publication that was seen when all had been pulled.
    published: Option<i64>,
    /// The timestamp of each event that was handed on.
    seen: BTreeMap<String, i64>,
}

impl Pull {
    /// Pulls what is new since the last time, and hands on each event once: `{"Event": {…}}` with its uuid.
    ///
    /// After each page it is remembered what was handed on. A pull that broke off goes on there; nothing is lost, as the
    /// cursor moves only when all pages have come, and nothing comes twice.
    ///
    /// # Errors
    /// Of the partner, and of `take`, which ends the pull.
    pub fn run(
        &self,
        misp: &Misp,
        take: &mut dyn FnMut(&str, &Value) -> Result<(), Error>,
    ) -> Result<Pulled, Error> {
        let mut state = self.recall(&misp.client.address())?;
        let mut pulled = Pulled::default();
        misp.version()?;
        let Some((index, etag)) = misp.index(state.etag.as_deref())? else {
            pulled.unchanged = true;
            return Ok(pulled);
        };
        let wanted: Vec<(String, i64)> = index
            .into_iter()
            .map(|line| (line.uuid.to_ascii_lowercase(), line.timestamp))
            .filter(|(uuid, timestamp)| state.seen.get(uuid).is_none_or(|seen| seen < timestamp))
            .collect();
        let mut latest = state.published;
        if !wanted.is_empty() {
            self.pages(misp, &mut state, &mut latest, &mut pulled, take)?;
            if self.filter.is_open() {
                self.missed(misp, &wanted, &mut state, &mut pulled, take)?;
            }
        }
        state.etag = etag;
        state.published = latest;
        keep::remember(&self.state, &state)?;
        Ok(pulled)
    }

    fn recall(&self, partner: &str) -> Result<State, Error> {
        let mut state: State = keep::recall(&self.state)?;
        if state.schema == 0 {
            state.schema = 1;
            partner.clone_into(&mut state.partner);
            state.filter = self.filter.clone();
        }
        if state.schema != 1 || state.partner != partner || state.filter != self.filter {
            return Err(Error::Form {
                path: self.state.clone(),
                why:
                    "it remembers another partner or other filters; name another file with --state"
                        .into(),
            });
        }
        Ok(state)
    }

    fn pages(
        &self,
        misp: &Misp,
        state: &mut State,
        latest: &mut Option<i64>,
        pulled: &mut Pulled,
        take: &mut dyn FnMut(&str, &Value) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut limit = self.page.max(1);
        let mut page = 1;
        loop {
            let query = self.query(state.published, page, limit);
            let events = match misp.search(&query) {
                // Fewer at a time; what came already is known by its uuid.
                Err(http::Error::TooLarge { .. }) if limit > 1 => {
                    limit = (limit / 4).max(1);
                    page = 1;
                    continue;
                }
                events => events?,
            };
            pulled.pages += 1;
            for event in &events {
                *latest = (*latest).max(hand_on(event, state, pulled, take)?);
            }
            keep::remember(&self.state, state)?;
            if events.len() < limit {
                return Ok(());
            }
            page += 1;
        }
    }

    /// Events move between pages while we read; those that slipped through are asked for by name.
    fn missed(
        &self,
        misp: &Misp,
        wanted: &[(String, i64)],
        state: &mut State,
        pulled: &mut Pulled,
        take: &mut dyn FnMut(&str, &Value) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let missed: Vec<&str> = wanted
            .iter()
            .filter(|(uuid, timestamp)| state.seen.get(uuid).is_none_or(|seen| seen < timestamp))
            .map(|(uuid, _)| uuid.as_str())
            .collect();
        for some in missed.chunks(MISSED) {
            let query = json!({"returnFormat": "json", "published": 1, "uuid": some});
            for event in misp.search(&query)? {
                let before = pulled.events;
                hand_on(&event, state, pulled, take)?;
                pulled.missed += pulled.events - before;
            }
            keep::remember(&self.state, state)?;
        }
        Ok(())
    }

    fn query(&self, published: Option<i64>, page: usize, limit: usize) -> Value {
        let mut query = Map::new();
        query.insert("returnFormat".into(), "json".into());
        query.insert("page".into(), page.into());
        query.insert("limit".into(), limit.into());
        query.insert("published".into(), 1.into());
        if let Some(published) = published {
            let since = published.saturating_sub(OVERLAP).max(0);
            query.insert("publish_timestamp".into(), since.into());
        }
        if !self.filter.tags.is_empty() {
            query.insert("tags".into(), json!(self.filter.tags));
        }
        if !self.filter.organisations.is_empty() {
            query.insert("org".into(), json!(self.filter.organisations));
        }
        Value::Object(query)
    }
}

/// Hands an event on if it is new; gives the time of its publication.
fn hand_on(
    event: &Value,
    state: &mut State,
    pulled: &mut Pulled,
    take: &mut dyn FnMut(&str, &Value) -> Result<(), Error>,
) -> Result<Option<i64>, Error> {
    let inner = event.get("Event").unwrap_or(event);
    let uuid = inner
        .get("uuid")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let timestamp = inner.get("timestamp").and_then(as_number);
    // The uuid becomes the name of a file.
    let (Some(_), Some(timestamp)) = (aidos_model::stix::Uuid::parse(uuid), timestamp) else {
        return Err(Error::Event {
            number: pulled.events + pulled.again + 1,
            why: "the partner gave it no uuid or no timestamp",
        });
    };
    let uuid = uuid.to_ascii_lowercase();
    if state.seen.get(&uuid).is_some_and(|seen| *seen >= timestamp) {
        pulled.again += 1;
    } else {
        if event.get("Event").is_some() {
            take(&uuid, event)?;
        } else {
            take(&uuid, &json!({"Event": event}))?;
        }
        pulled.events += 1;
        state.seen.insert(uuid, timestamp);
    }
    Ok(inner.get("publish_timestamp").and_then(as_number))
}

/// Writes events into a folder, a file each: what [`Pull::run`] hands them to.
///
/// # Errors
/// When the folder or a file cannot be written.
pub fn into_folder(
    folder: &Path,
) -> Result<impl FnMut(&str, &Value) -> Result<(), Error> + use<>, Error> {
    std::fs::create_dir_all(folder).map_err(Error::file("create", folder))?;
    let folder = folder.to_owned();
    Ok(move |uuid: &str, event: &Value| {
        let mut bytes = event.to_string().into_bytes();
        bytes.push(b'\n');
        keep::replace(&folder.join(format!("{uuid}.json")), &bytes)
    })
}
