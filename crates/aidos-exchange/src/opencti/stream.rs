//! The live stream of a platform: what is created, changed, merged and deleted, as it happens.

use std::fs::{self, OpenOptions};
use std::io::{BufReader, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::client::OpenCti;
use super::sse::{Event, Events};
use crate::Error;
use crate::http::{self, Request, encode};
use crate::pulled::beside;

/// How a stream is followed.
#[derive(Clone, Debug)]
pub struct Follow {
    /// The stream: `live`, or the id of one that was set up.
    pub stream: String,
    /// Where to begin where nothing is remembered: `0-0` for all there is, `1767225600000-0` for a moment.
    pub from: Option<String>,
    /// What changed since this moment (RFC 3339) is sent first.
    pub recover: Option<String>,
    /// Whether deletions are wanted.
    pub deletions: bool,
    /// Ends after so many events.
    pub events: Option<u64>,
    /// Ends after this time.
    pub time: Option<Duration>,
    /// How often is connected anew without an event between.
    pub attempts: u32,
}

impl Default for Follow {
    /// The stream `live` from now on with deletions, without an end, five attempts.
    fn default() -> Self {
        Self {
            stream: "live".into(),
            from: None,
            recover: None,
            deletions: true,
            events: None,
            time: None,
            attempts: 5,
        }
    }
}

/// What was followed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Followed {
    /// Events that were written, by kind.
    pub created: u64,
    /// Updates.
    pub updated: u64,
    /// Deletions.
    pub deleted: u64,
    /// Merges.
    pub merged: u64,
    /// Signs of life.
    pub heartbeats: u64,
    /// How often was connected anew.
    pub reconnected: u64,
    /// The last id, with which it goes on.
    pub last: Option<String>,
}

impl Followed {
    /// All events.
    pub fn events(&self) -> u64 {
        self.created + self.updated + self.deleted + self.merged
    }
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct State {
    schema: u32,
    from: String,
    last: String,
}

/// Remembers the last id of a stream.
#[derive(Debug)]
pub struct Place {
    path: PathBuf,
    from: String,
    last: Option<String>,
}

impl Place {
    /// Reads where the stream of `from` was left.
    ///
    /// # Errors
    /// [`Error::State`] where the file is of another stream.
    pub fn open(path: &Path, from: &str) -> Result<Self, Error> {
        let wrong = |why: String| Error::State {
            path: path.to_owned(),
            why,
        };
        let last = match fs::read(path) {
            Ok(text) => {
                let state: State = serde_json::from_slice(&text)
                    .map_err(|_| wrong("it is no file of ours".into()))?;
                if state.schema != 1 || state.from != from {
                    return Err(wrong(format!("it belongs to `{}`", state.from)));
                }
                Some(state.last)
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(Error::file("read", path)(error)),
        };
        Ok(Self {
            path: path.to_owned(),
            from: from.to_owned(),
            last,
        })
    }

    fn set(&mut self, last: &str) -> Result<(), Error> {
        if self.last.as_deref() == Some(last) || last.is_empty() {
            return Ok(());
        }
        self.last = Some(last.to_owned());
        let state = State {
            schema: 1,
            from: self.from.clone(),
            last: last.to_owned(),
        };
        let fresh = beside(&self.path, "new");
        let write = || {
            let mut file = OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(true)
                .mode(0o600)
                .open(&fresh)?;
            serde_json::to_writer(&mut file, &state)?;
            file.write_all(b"\n")?;
            fs::rename(&fresh, &self.path)
        };
        write().map_err(Error::file("write", &self.path))
    }
}

/// An event as it is written: one object a line.
#[derive(Serialize)]
struct Line<'e> {
    event: &'e str,
    id: &'e str,
    data: Box<RawValue>,
}

/// Follows a stream until it is called off or over, and writes each event as a line of JSON `{"event", "id", "data"}`.
///
/// A line is written before its id is remembered: a cut may bring an event twice, and loses none. When the connection breaks, or
/// nothing comes for as long as the client's `idle`, not even a heartbeat, it is connected anew with the last id.
///
/// # Errors
/// When the platform says no, or cannot be reached `attempts` times in a row.
pub fn follow(
    platform: &OpenCti,
    how: &Follow,
    place: &mut Place,
    out: &mut dyn Write,
    each: &mut dyn FnMut(&Followed),
) -> Result<Followed, Error> {
    let settings = platform.client().settings();
    let begun = Instant::now();
    let mut done = Followed {
        last: place.last.clone().or_else(|| how.from.clone()),
        ..Followed::default()
    };
    let mut failures = 0;
    let mut wait = Duration::from_secs(1);
    let over = |done: &Followed| {
        how.events.is_some_and(|most| done.events() >= most)
            || how.time.is_some_and(|most| begun.elapsed() >= most)
    };
    loop {
        let before = done.events() + done.heartbeats;
        let ended = once(platform, how, place, out, &mut done, each, &over, &mut wait);
        if done.events() + done.heartbeats > before {
            failures = 0;
        } else {
            failures += 1;
        }
        let tired = failures >= how.attempts;
        match ended {
            Ok(true) | Err(Error::Http(http::Error::Stopped)) => return Ok(done),
            // A stream that ends is a server that restarts.
            Ok(false) if !tired => {}
            Err(Error::Http(error)) if error.is_passing() && !tired => {}
            Ok(false) => {
                return Err(Error::Partner {
                    partner: platform.address(),
                    deed: "the stream".into(),
                    why: "it ends again and again without an event".into(),
                });
            }
            Err(error) => return Err(error),
        }
        settings.clock.wait(wait, &settings.stop);
        if settings.stop.is_stopped() {
            return Ok(done);
        }
        done.reconnected += 1;
    }
}

/// Follows one connection; returns whether all is over.
#[allow(clippy::too_many_arguments)] // one loop in two halves
fn once(
    platform: &OpenCti,
    how: &Follow,
    place: &mut Place,
    out: &mut dyn Write,
    done: &mut Followed,
    each: &mut dyn FnMut(&Followed),
    over: &dyn Fn(&Followed) -> bool,
    wait: &mut Duration,
) -> Result<bool, Error> {
    let mut request = Request::get(format!("/stream/{}", encode(&how.stream)))
        .header("accept", "text/event-stream")
        .header(
            "listen-delete",
            if how.deletions { "true" } else { "false" },
        );
    if let Some(last) = &done.last {
        request = request.header("last-event-id", last.as_str());
    }
    if let Some(recover) = how.recover.as_ref().filter(|_| place.last.is_none()) {
        request = request.query("recover", recover);
    }
    let stream = platform.client().stream(&request)?.success()?.patient();
    let asked = stream.asked().clone();
    let mut events = Events::new(BufReader::new(stream));
    loop {
        let event = events.read().map_err(|error| {
            let inner = error.into_inner().and_then(|own| own.downcast().ok());
            inner.map_or_else(
                || http::Error::Cut {
                    asked: asked.clone(),
                    why: "the stream broke".into(),
                },
                |own: Box<http::Error>| *own,
            )
        })?;
        if let Some(milliseconds) = events.retry() {
            *wait = Duration::from_millis(milliseconds.min(60_000));
        }
        let Some(event) = event else { return Ok(false) };
        take(platform, &event, out, done)?;
        if !event.id.is_empty() {
            done.last = Some(event.id.clone());
            place.set(&event.id)?;
        }
        each(done);
        if over(done) {
            return Ok(true);
        }
    }
}

fn take(
    platform: &OpenCti,
    event: &Event,
    out: &mut dyn Write,
    done: &mut Followed,
) -> Result<(), Error> {
    let count = match event.kind.as_str() {
        "create" => &mut done.created,
        "update" => &mut done.updated,
        "delete" => &mut done.deleted,
        "merge" => &mut done.merged,
        _ => {
            done.heartbeats += 1;
            return Ok(());
        }
    };
    let data = RawValue::from_string(event.data.clone()).map_err(|_| Error::Partner {
        partner: platform.address(),
        deed: "the stream".into(),
        why: "an event holds no JSON".into(),
    })?;
    let line = Line {
        event: &event.kind,
        id: &event.id,
        data,
    };
    let mut text = serde_json::to_vec(&line).unwrap_or_default();
    // Line ends inside an object are blanks in JSON.
    for byte in &mut text {
        if *byte == b'\n' {
            *byte = b' ';
        }
    }
    text.push(b'\n');
    out.write_all(&text)
        .and_then(|()| out.flush())
        .map_err(Error::file("write", Path::new("the events")))?;
    *count += 1;
    Ok(())
}
