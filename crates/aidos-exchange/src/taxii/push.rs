//! Pushing: a released bundle to a collection, in envelopes as large as the server takes.

use std::collections::HashSet;
use std::time::Duration;

use aidos_model::Timestamp;

use super::types::{Collection, Record, Status, StatusDetail};
use super::{Filter, Root};
use crate::Error;
use crate::http;
use crate::released::{Print, Released};
use crate::sent::Sent;

/// How a push goes.
#[derive(Clone, Copy, Debug)]
pub struct Push {
    /// The most objects of an envelope.
    pub objects: usize,
    /// The most bytes of an envelope; the server's own limit holds as well.
    pub bytes: u64,
    /// How long is waited for the server to work an envelope in.
    pub patience: Duration,
}

impl Default for Push {
    /// 500 objects, 4 MiB, 5 minutes.
    fn default() -> Self {
        Self {
            objects: 500,
            bytes: 4 << 20,
            patience: Duration::from_mins(5),
        }
    }
}

/// What a push did.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Pushed {
    /// Objects that the server took.
    pub taken: u64,
    /// Objects that were sent before and were left out.
    pub before: u64,
    /// Objects that the server refused because it has them.
    pub there: u64,
    /// Envelopes that were sent.
    pub envelopes: u64,
    /// Objects that the server did not take, and why.
    pub failures: Vec<StatusDetail>,
    /// Objects that the server had not decided on in time.
    pub undecided: u64,
}

/// Sends to a collection what it did not get before. `each` hears after every envelope how many objects are done.
///
/// Every object comes after those it points to, in the same envelope or an earlier one. What the server took is in `sent`
/// before the next envelope leaves: after a cut only an envelope whose answer was lost is sent again.
///
/// # Errors
/// When the server does not answer or refuses an envelope as a whole. Objects that it does not take are no error.
pub fn push(
    root: &Root,
    collection: &str,
    released: &Released,
    sent: &mut Sent,
    how: &Push,
    each: &mut dyn FnMut(u64),
) -> Result<Pushed, Error> {
    let about = root.about()?;
    let found = root.collection(collection)?;
    if !found.can_write {
        return Err(Error::Partner {
            partner: root.address(),
            deed: format!("a push to collection `{}`", found.title),
            why: "this user may not write to it".into(),
        });
    }
    let most = how.bytes.min(about.max_content_length);
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let mut done = Pushed::default();
    let mut envelope = Wrapped::default();
    for number in released.order().into_iter().flatten() {
        let Some(print) = released.print(number) else {
            continue;
        };
        if sent.has(print) {
            done.before += 1;
            continue;
        }
        let bytes = released.bytes(number)?;
        if bytes.len() + Wrapped::AROUND > most {
            done.failures.push(StatusDetail {
                id: Name::of(&bytes).id,
                version: String::new(),
                message: format!("it is larger than the {most} bytes that the server takes"),
            });
            continue;
        }
        let full = envelope.objects.len() >= how.objects
            || envelope.text.len() + bytes.len() + Wrapped::AROUND > most;
        if full && !envelope.objects.is_empty() {
            send(root, &found, &mut envelope, sent, how, &mut done)?;
            each(done.taken + done.there + done.before);
        }
        envelope.push(&bytes, print);
    }
    if !envelope.objects.is_empty() {
        send(root, &found, &mut envelope, sent, how, &mut done)?;
    }
    each(done.taken + done.there + done.before);
    Ok(done)
}

/// Objects on their way.
#[derive(Default)]
struct Wrapped {
    text: Vec<u8>,
    objects: Vec<(Name, Print)>,
}

impl Wrapped {
    /// Bytes of the envelope itself and of a comma.
    const AROUND: usize = 16;

    fn push(&mut self, object: &[u8], print: Print) {
        if !self.objects.is_empty() {
            self.text.push(b',');
        }
        self.text.extend_from_slice(object);
        self.objects.push((Name::of(object), print));
    }

    fn close(&mut self) -> Vec<u8> {
        let mut whole = b"{\"objects\":[".to_vec();
        whole.append(&mut self.text);
        whole.extend_from_slice(b"]}");
        whole
    }
}

/// An object by its id and version.
#[derive(Default, serde::Deserialize)]
struct Name {
    id: String,
    modified: Option<String>,
}

impl Name {
    fn of(object: &[u8]) -> Self {
        serde_json::from_slice(object).unwrap_or_default()
    }

    /// Whether a server that holds this version holds the object.
    fn is(&self, record: &Record) -> bool {
        let Some(modified) = &self.modified else {
            return true;
        };
        let read = Timestamp::parse;
        *modified == record.version
            || read(modified).is_some_and(|own| read(&record.version) == Some(own))
    }
}

/// Of what a server refused, what it holds.
///
/// A push whose answer was lost is sent again, and servers refuse what they have.
fn held(root: &Root, collection: &str, names: &[&Name]) -> HashSet<String> {
    let mut held = HashSet::new();
    for some in names.chunks(40) {
        let filter = Filter {
            ids: some.iter().map(|name| name.id.clone()).collect(),
            versions: vec!["all".into()],
            ..Filter::default()
        };
        // Who cannot say it has not said it.
        let Ok(page) = root.manifest(collection, &filter, 1000, None) else {
            continue;
        };
        for name in some {
            let records = page.body.objects.iter();
            if records
                .filter(|own| own.id == name.id)
                .any(|own| name.is(own))
            {
                held.insert(name.id.clone());
            }
        }
    }
    held
}

fn send(
    root: &Root,
    collection: &Collection,
    envelope: &mut Wrapped,
    sent: &mut Sent,
    how: &Push,
    done: &mut Pushed,
) -> Result<(), Error> {
    let mut status = root.add(&collection.id, envelope.close())?;
    done.envelopes += 1;
    let delivery = status.id.clone();
    let clock = &root.client().settings().clock;
    let stop = &root.client().settings().stop;
    let mut pause = Duration::from_millis(200);
    let mut waited = Duration::ZERO;
    while status.status != "complete" && waited < how.patience {
        if stop.is_stopped() {
            return Err(http::Error::Stopped.into());
        }
        clock.wait(pause, stop);
        waited += pause;
        pause = (pause * 2).min(Duration::from_secs(10));
        status = root.status(&delivery)?;
    }
    account(root, collection, status, envelope, sent, done)
}

/// Writes down what became of an envelope.
fn account(
    root: &Root,
    collection: &Collection,
    mut status: Status,
    envelope: &mut Wrapped,
    sent: &mut Sent,
    done: &mut Pushed,
) -> Result<(), Error> {
    let objects = std::mem::take(&mut envelope.objects);
    if status.status != "complete" {
        // Not known, not written down: it is sent again next time, and the server knows it by its id.
        done.undecided += objects.len() as u64;
        return Ok(());
    }
    let failed: HashSet<&str> = status.failures.iter().map(|own| own.id.as_str()).collect();
    let refused = objects.iter().map(|(name, _)| name);
    let refused: Vec<&Name> = refused
        .filter(|name| failed.contains(name.id.as_str()))
        .collect();
    let there = if collection.can_read {
        held(root, &collection.id, &refused)
    } else {
        HashSet::new()
    };
    let taken = objects.len() - refused.len();
    let known = objects
        .iter()
        .filter(|(name, _)| !failed.contains(name.id.as_str()) || there.contains(&name.id));
    let known: Vec<Print> = known.map(|(_, print)| *print).collect();
    sent.add(Some(&status.id), &known)?;
    sent.end(&status.id)?;
    done.taken += taken as u64;
    done.there += (known.len() - taken) as u64;
    status.failures.retain(|own| !there.contains(&own.id));
    done.failures.append(&mut status.failures);
    Ok(())
}
