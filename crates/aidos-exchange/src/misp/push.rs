//! Events go out, each once, and only what the gate released.

use std::collections::BTreeMap;
use std::path::PathBuf;

use aidos_privacy::gate::Shareable;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::api::{Misp, Refusal};
use super::outgoing::{Outgoing, prepare};
use crate::http;
use crate::{Error, keep};

/// How often an event is tried whose answer broke off.
const TRIES: usize = 3;

/// How is pushed.
#[derive(Clone, Debug)]
pub struct Push {
    /// How far events may spread: 0 own organisation, 1 its community, 2 connected communities, 3 all.
    pub distribution: u8,
    /// Publishes each event.
    pub publish: bool,
    /// Tags that each event gets there.
    pub tags: Vec<String>,
    /// Where is remembered what was sent.
    pub state: PathBuf,
}

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sent {
    /// It is new there.
    Added,
    /// It is newer than what was there.
    Edited,
    /// What is there is as new, or newer.
    Stale,
    /// It was sent before.
    Known,
    /// The partner did not want it.
    Unwanted,
    /// The partner refused it.
    Refused,
}

/// What was pushed.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Pushed {
    /// How many events came to which end.
    pub added: usize,
    /// Newer than what was there.
    pub edited: usize,
    /// As old as what is there, or older.
    pub stale: usize,
    /// Sent before: nothing was asked.
    pub known: usize,
    /// Not wanted.
    pub unwanted: usize,
    /// Published.
    pub published: usize,
    /// Refused: uuid and why.
    pub refused: Vec<(String, Vec<String>)>,
    /// Names of fields that stayed here.
    pub left_out: Vec<String>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct State {
    schema: u32,
    partner: String,
    /// The timestamp of each event that is there.
    sent: BTreeMap<String, i64>,
    /// Those that were published, with their timestamp.
    #[serde(default)]
    published: BTreeMap<String, i64>,
}

impl Push {
    /// What would be sent: the very bodies, in order. Nothing is asked.
    ///
    /// # Errors
    /// [`Error::Event`] for an event that no MISP would take.
    pub fn plan(&self, events: &Shareable<Vec<Value>>) -> Result<Vec<Outgoing>, Error> {
        let events = events.item().iter().enumerate();
        events
            .map(|(at, event)| prepare(at + 1, event, self.distribution))
            .collect()
    }

    /// Sends what the partner does not have. A refused event does not stop the others.
    ///
    /// What was sent is remembered after each event; a push that broke off goes on there. An event whose answer broke off is
    /// looked for, and sent again only where it is missing.
    ///
    /// # Errors
    /// Of the partner and of the file of state.
    pub fn run(
        &self,
        misp: &Misp,
        events: &Shareable<Vec<Value>>,
        follow: &mut dyn FnMut(&str, Sent),
    ) -> Result<Pushed, Error> {
        let events = self.plan(events)?;
        let mut state = self.recall(&misp.client.address())?;
        let mut pushed = Pushed::default();
        let mut fields: Vec<String> = events
            .iter()
            .flat_map(|event| event.left_out.clone())
            .collect();
        fields.sort();
        fields.dedup();
        pushed.left_out = fields;
        let version = misp.version()?;
        let gzip = version.request_encoding.iter().any(|name| name == "gzip");
        let open: Vec<&Outgoing> = events
            .iter()
            .filter(|event| !state.is_done(event, self.publish))
            .collect();
        for event in events
            .iter()
            .filter(|event| state.is_done(event, self.publish))
        {
            pushed.known += 1;
            follow(&event.uuid, Sent::Known);
        }
        if open.is_empty() {
            return Ok(pushed);
        }
        let wanted = Self::wanted(misp, &version, &open, gzip)?;
        for event in open {
            let there = state
                .sent
                .get(&event.uuid)
                .is_some_and(|sent| *sent >= event.timestamp);
            let sent = if there {
                Sent::Known
            } else if wanted
                .as_ref()
                .is_some_and(|wanted| !wanted.contains(&event.uuid))
            {
                Sent::Unwanted
            } else {
                self.one(misp, event, gzip, &mut pushed)?
            };
            match sent {
                Sent::Added => pushed.added += 1,
                Sent::Edited => pushed.edited += 1,
                Sent::Stale => pushed.stale += 1,
                Sent::Known => pushed.known += 1,
                Sent::Unwanted => pushed.unwanted += 1,
                Sent::Refused => {}
            }
            if matches!(sent, Sent::Added | Sent::Edited | Sent::Stale | Sent::Known) {
                state.sent.insert(event.uuid.clone(), event.timestamp);
                keep::remember(&self.state, &state)?;
                if self.publish {
                    // What is newer there is somebody else's to publish.
                    if sent != Sent::Stale {
                        Self::publish(misp, event, &mut pushed)?;
                    }
                    state.published.insert(event.uuid.clone(), event.timestamp);
                    keep::remember(&self.state, &state)?;
                }
            }
            follow(&event.uuid, sent);
        }
        Ok(pushed)
    }

    fn recall(&self, partner: &str) -> Result<State, Error> {
        let mut state: State = keep::recall(&self.state)?;
        if state.schema == 0 {
            state.schema = 1;
            partner.clone_into(&mut state.partner);
        }
        if state.schema != 1 || state.partner != partner {
            return Err(Error::Form {
                path: self.state.clone(),
                why: "it remembers another partner; name another file with --state".into(),
            });
        }
        Ok(state)
    }

    /// Which events the partner wants; `None` where it does not say, and each is asked for by itself.
    fn wanted(
        misp: &Misp,
        version: &super::Version,
        events: &[&Outgoing],
        gzip: bool,
    ) -> Result<Option<Vec<String>>, Error> {
        // Only a key that synchronises may ask.
        if !version.perm_sync {
            return Ok(None);
        }
        let ids: Vec<Value> = events
            .iter()
            .map(|event| json!({"Event": {"uuid": event.uuid, "timestamp": event.timestamp.to_string()}}))
            .collect();
        let wanted = misp.wanted(&ids, gzip)?;
        Ok(wanted.map(|wanted| {
            wanted
                .iter()
                .map(|uuid| uuid.to_ascii_lowercase())
                .collect()
        }))
    }

    fn one(
        &self,
        misp: &Misp,
        event: &Outgoing,
        gzip: bool,
        pushed: &mut Pushed,
    ) -> Result<Sent, Error> {
        let mut broken = None;
        for _ in 0..TRIES {
            let edit = misp.has(&event.uuid)?;
            let sent = match misp.put(&event.uuid, &event.event, edit, gzip) {
                // Whether it came there nobody knows yet: look.
                Err(error @ (http::Error::Cut { .. } | http::Error::Timeout { .. })) => {
                    broken = Some(error);
                    continue;
                }
                Err(error) => return Err(error.into()),
                Ok(sent) => sent,
            };
            return Ok(match (sent, edit) {
                (Ok(()), false) => {
                    self.tag(misp, event, pushed)?;
                    Sent::Added
                }
                (Ok(()), true) => {
                    self.tag(misp, event, pushed)?;
                    Sent::Edited
                }
                // It came there before its answer broke off.
                (Err(refusal), true) if refusal.is_stale() && broken.is_some() => {
                    self.tag(misp, event, pushed)?;
                    Sent::Added
                }
                (Err(refusal), true) if refusal.is_stale() => Sent::Stale,
                (Err(refusal), _) => {
                    pushed.refused.push((event.uuid.clone(), refusal.told()));
                    Sent::Refused
                }
            });
        }
        Err(broken.map_or(http::Error::Stopped, |error| error).into())
    }

    fn tag(&self, misp: &Misp, event: &Outgoing, pushed: &mut Pushed) -> Result<(), Error> {
        for tag in &self.tags {
            if let Err(refusal) = misp.tag(&event.uuid, tag)? {
                pushed.refused.push((event.uuid.clone(), refusal.told()));
            }
        }
        Ok(())
    }

    fn publish(misp: &Misp, event: &Outgoing, pushed: &mut Pushed) -> Result<(), Error> {
        match misp.publish(&event.uuid)? {
            Ok(()) => pushed.published += 1,
            Err(refusal) => pushed.refused.push((event.uuid.clone(), refusal.told())),
        }
        Ok(())
    }
}

impl State {
    fn is_done(&self, event: &Outgoing, publish: bool) -> bool {
        let at = |list: &BTreeMap<String, i64>| {
            list.get(&event.uuid)
                .is_some_and(|sent| *sent >= event.timestamp)
        };
        at(&self.sent) && (!publish || at(&self.published))
    }
}

impl Refusal {
    /// An edit of what is as new there: the one refusal that means no harm.
    fn is_stale(&self) -> bool {
        self.status == 403 && !self.validation
    }

    /// For a person.
    pub(super) fn told(&self) -> Vec<String> {
        if self.reasons.is_empty() {
            vec![format!("answered with {}", self.status)]
        } else {
            self.reasons.clone()
        }
    }
}
