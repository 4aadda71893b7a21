//! Pushing: a released bundle in pieces, as one work of the platform.
//!
//! ```text
//! bundle ─► order: nothing points ahead ─► OpenCTI's ids, label by label, reference by reference ─► pieces ─► stixBundlePush
//!                                                                          └► state: what was sent, under which work
//! ```
//!
//! A piece never points to what was not sent: each object comes after those it points to, in its piece or an earlier one, and
//! objects in a circle share a piece. The platform's workers split every piece into single objects and work these in by
//! themselves, several at a time; one that comes before what it points to is tried again by them.
//!
//! Expectations: the workers add to the work what they split a piece into. A piece of one object is not split, so that we add
//! it. Were we to add all of them, the work would wait for twice as many and never end.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use aidos_model::stix::{OURS, Uuid};
use serde_json::{Map, Value};

use super::client::{OpenCti, PUSH, Work, connector};
use super::{ids, shape};
use crate::Error;
use crate::http;
use crate::marks;
use crate::order;
use crate::released::{Print, Released};
use crate::sent::Sent;

/// How a push goes.
#[derive(Clone, Copy, Debug)]
pub struct Push {
    /// The most objects of a piece.
    pub objects: usize,
    /// The most bytes of a piece, unless one circle or object is larger.
    pub bytes: usize,
    /// How long is waited for the platform to work everything in; zero does not wait.
    pub patience: Duration,
}

impl Default for Push {
    /// 500 objects, 4 MiB, no waiting.
    fn default() -> Self {
        Self {
            objects: 500,
            bytes: 4 << 20,
            patience: Duration::ZERO,
        }
    }
}

/// What a push did.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Pushed {
    /// Objects that were sent.
    pub sent: u64,
    /// Objects that were sent before and were left out.
    pub before: u64,
    /// Objects that OpenCTI takes for others of the bundle: one of each was sent.
    pub merged: u64,
    /// Pieces that were sent.
    pub pieces: u64,
    /// The work on the platform.
    pub work: Option<String>,
    /// How far the platform was at the end, where that was waited for.
    pub progress: Option<Work>,
}

/// What is heard of a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// So many objects of the bundle are sent.
    Sent(u64),
    /// The platform has worked in so many of so many.
    WorkedIn(u64, u64),
}

/// Sends what was not sent before. After every piece it is written down what was sent: a cut loses nothing, and the next push
/// goes on with the same work.
///
/// # Errors
/// When the platform does not answer or says no.
pub fn push(
    platform: &OpenCti,
    released: &Released,
    sent: &mut Sent,
    how: &Push,
    each: &mut dyn FnMut(Step),
) -> Result<Pushed, Error> {
    let mut run = Run {
        platform,
        sent,
        connector: connector(),
        name: format!("Aidos: {}", released.community()),
        work: None,
        done: Pushed::default(),
        piece: Piece::default(),
    };
    let mut names = HashMap::new();
    let mut seen = HashSet::new();
    let mut passed = 0;
    for group in released.order() {
        let objects = renamed(released, &group, &mut names)?;
        let mut fresh = Vec::new();
        for (number, object) in objects {
            passed += 1;
            let id = object.get("id").and_then(Value::as_str).unwrap_or_default();
            let first = seen.insert(id.to_owned());
            let Some(print) = released.print(number) else {
                continue;
            };
            if run.sent.has(print) {
                run.done.before += 1;
                continue;
            }
            let text = if first {
                let text = serde_json::to_string(&object);
                Some(text.map_err(|_| platform.refusal(PUSH, "an object is no JSON"))?)
            } else {
                run.done.merged += 1;
                None
            };
            fresh.push((text, print));
        }
        let bytes: usize = fresh
            .iter()
            .filter_map(|(text, _)| text.as_ref())
            .map(String::len)
            .sum();
        let full = run.piece.objects + fresh.len() > how.objects
            || run.piece.text.len() + bytes > how.bytes;
        if full {
            run.send()?;
            each(Step::Sent(passed - fresh.len() as u64));
        }
        for (text, print) in fresh {
            run.piece.push(text.as_deref(), print);
        }
    }
    run.send()?;
    each(Step::Sent(passed));
    run.end()?;
    if !how.patience.is_zero() {
        run.wait(how.patience, each)?;
    }
    Ok(run.done)
}

/// The bytes that a push would send: for a look at it.
///
/// # Errors
/// When the bundle changes meanwhile.
pub fn preview(released: &Released) -> Result<Vec<Map<String, Value>>, Error> {
    let mut names = HashMap::new();
    let mut all = Vec::new();
    let mut seen = HashSet::new();
    for group in released.order() {
        for (_, object) in renamed(released, &group, &mut names)? {
            let id = object.get("id").and_then(Value::as_str).unwrap_or_default();
            if seen.insert(id.to_owned()) {
                all.push(object);
            }
        }
    }
    Ok(all)
}

/// An object by its number in the bundle.
type Numbered = (u32, Map<String, Value>);

/// Objects of a group with OpenCTI's ids and references; `names` says what each id became.
fn renamed(
    released: &Released,
    group: &[u32],
    names: &mut HashMap<String, String>,
) -> Result<Vec<Numbered>, Error> {
    let read = |number: &u32| released.object(*number).map(|object| (*number, object));
    let mut objects: Vec<_> = group.iter().map(read).collect::<Result<_, _>>()?;
    // In a circle the ids come first, then the references to them. An id that is made of references is made of those that
    // are known by then.
    let rounds = if objects.len() > 1 { 2 } else { 1 };
    for round in 1..=rounds {
        for (_, object) in &mut objects {
            let was = object.get("id").and_then(Value::as_str).map(str::to_owned);
            let mut own = object.clone();
            order::rename(&mut own, &|id| {
                let published = marks::published(id).map(|tlp| marks::opencti_id(tlp).to_owned());
                names.get(id).cloned().or(published)
            });
            if own.get("type").and_then(Value::as_str) == Some("marking-definition")
                && let Some(tlp) = marks::given(&own)
                && let Value::Object(marking) = ids::marking(tlp)
            {
                own = marking;
            } else {
                shape::shape(&mut own);
            }
            let is = own.get("id").and_then(Value::as_str).map(str::to_owned);
            if let (Some(was), Some(is)) = (was, is)
                && was != is
            {
                names.insert(was, is);
            }
            if round == rounds {
                *object = own;
            }
        }
    }
    Ok(objects)
}

struct Run<'r> {
    platform: &'r OpenCti,
    sent: &'r mut Sent,
    connector: String,
    name: String,
    work: Option<String>,
    done: Pushed,
    piece: Piece,
}

/// What is sent at once.
#[derive(Default)]
struct Piece {
    text: String,
    objects: usize,
    prints: Vec<Print>,
}

impl Piece {
    fn push(&mut self, object: Option<&str>, print: Print) {
        if let Some(object) = object {
            if self.objects > 0 {
                self.text.push(',');
            }
            self.text.push_str(object);
            self.objects += 1;
        }
        self.prints.push(print);
    }
}

impl Run<'_> {
    fn send(&mut self) -> Result<(), Error> {
        let piece = std::mem::take(&mut self.piece);
        if self.platform.client().settings().stop.is_stopped() {
            return Err(http::Error::Stopped.into());
        }
        if piece.prints.is_empty() {
            return Ok(());
        }
        let work = self.work()?;
        if piece.objects > 0 {
            if piece.objects == 1 {
                self.platform.work_expect(&work, 1)?;
            }
            let id = Uuid::v5(OURS, piece.text.as_bytes());
            let bundle = format!(
                "{{\"type\":\"bundle\",\"id\":\"bundle--{id}\",\"objects\":[{}]}}",
                piece.text
            );
            self.platform.push_bundle(&self.connector, &bundle, &work)?;
            self.done.pieces += 1;
            self.done.sent += piece.objects as u64;
        }
        self.sent.add(Some(&work), &piece.prints)
    }

    /// The work that this push is, begun where it is not.
    fn work(&mut self) -> Result<String, Error> {
        if let Some(work) = &self.work {
            return Ok(work.clone());
        }
        self.platform.register(&self.connector, "Aidos")?;
        let begun = match self.sent.open_delivery().map(str::to_owned) {
            // The platform clears works away after a while.
            Some(work) => self.platform.work(&work)?.map(|_| work),
            None => None,
        };
        let work = if let Some(work) = begun {
            work
        } else {
            let work = self.platform.work_add(&self.connector, &self.name)?;
            self.platform
                .work_received(&work, "Aidos sends a released bundle")?;
            work
        };
        self.work = Some(work.clone());
        self.done.work = Some(work.clone());
        Ok(work)
    }

    fn end(&mut self) -> Result<(), Error> {
        // A push that was cut after its last piece still has to be ended.
        if self.work.is_none() && self.sent.open_delivery().is_some() {
            self.work()?;
        }
        let Some(work) = self.work.clone() else {
            return Ok(());
        };
        let message = format!(
            "{} objects in {} pieces, {} sent before",
            self.done.sent, self.done.pieces, self.done.before
        );
        self.platform.work_processed(&work, &message, false)?;
        self.sent.end(&work)
    }

    fn wait(&mut self, patience: Duration, each: &mut dyn FnMut(Step)) -> Result<(), Error> {
        let Some(work) = self.work.clone() else {
            return Ok(());
        };
        let settings = self.platform.client().settings();
        let pause = Duration::from_secs(1);
        let mut waited = Duration::ZERO;
        loop {
            let Some(progress) = self.platform.work(&work)? else {
                return Ok(());
            };
            each(Step::WorkedIn(progress.processed, progress.expected));
            let over = progress.status == "complete" || waited >= patience;
            self.done.progress = Some(progress);
            if over {
                return Ok(());
            }
            settings.clock.wait(pause, &settings.stop);
            if settings.stop.is_stopped() {
                return Err(http::Error::Stopped.into());
            }
            waited += pause;
        }
    }
}
