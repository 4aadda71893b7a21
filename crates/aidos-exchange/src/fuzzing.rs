//! What the fuzz targets and the mutation tests run: each function takes any bytes and panics only if
//! a promise of this crate is broken.
//!
//! Not part of the public interface.

use std::io::{BufReader, Read};

use aidos_model::Timestamp;
use serde_json::Value;

use crate::objects::Objects;
use crate::opencti::sse::{Event, Events};
use crate::service::{Band, Service};

/// Statuses that the first byte of [`answers`] picks from.
const STATUSES: [u16; 10] = [200, 404, 400, 401, 402, 403, 422, 429, 500, 503];

/// Answers of reputation services (the first byte picks service, status and subject): refused with one line that shows
/// nothing of them, or with numbers in their ranges and texts on one line; the same each time.
///
/// # Panics
///
/// If one of these does not hold.
pub fn answers(bytes: &[u8]) {
    let Some((&first, body)) = bytes.split_first() else {
        return;
    };
    let first = usize::from(first);
    let service = Service::ALL[first % 4];
    let status = STATUSES[first / 4 % STATUSES.len()];
    let subjects = service.about().subjects;
    let Some(subject) = subjects.get(first / 40 % subjects.len()) else {
        return;
    };
    let at = Timestamp(1_772_359_200_000_000_000);
    let read = || service.read(*subject, status, body, at);
    let once = read();
    assert_eq!(once, read(), "{service} {status}");
    let answer = match once {
        Ok(answer) => answer,
        Err(trouble) => {
            let said = format!("{trouble} {trouble:?}");
            assert!(!said.contains('\n') && said.len() < 300, "{said:?}");
            return;
        }
    };
    assert!(
        answer.score.is_none_or(|score| score <= 100) && answer.confidence <= 100,
        "{answer:?}"
    );
    let unknown = answer.band == Band::Unknown;
    assert_eq!(unknown, answer.score.is_none(), "{answer:?}");
    assert!(!unknown || answer.confidence == 0, "{answer:?}");
    for (name, fact) in &answer.facts {
        let lawful = |text: &Value| {
            let text = text.as_str().unwrap_or_default();
            text.chars().count() <= 120 && !text.chars().any(char::is_control)
        };
        let texts = fact
            .as_array()
            .map_or(std::slice::from_ref(fact), Vec::as_slice);
        assert!(
            texts.len() <= 10 && texts.iter().all(lawful),
            "{name}: {fact}"
        );
    }
    for text in [&answer.owner, &answer.country].into_iter().flatten() {
        assert!(!text.chars().any(char::is_control), "{text:?}");
    }
}

/// Gives a few bytes at a time.
struct Drip<'d>(&'d [u8], usize);

impl Read for Drip<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let len = self.1.min(into.len());
        let mut some = self.0.take(len as u64);
        let read = some.read(into)?;
        self.0 = self.0.get(read..).unwrap_or_default();
        Ok(read)
    }
}

fn events(bytes: &[u8], step: usize) -> (Vec<Event>, Option<u64>) {
    let mut events = Events::new(BufReader::with_capacity(step, bytes));
    let mut found = Vec::new();
    // Nothing in memory breaks off.
    while let Ok(Some(event)) = events.read() {
        found.push(event);
    }
    (found, events.retry())
}

/// A stream of server-sent events: the same in whatever pieces it comes (the first byte says how long they are), and what was
/// read is read again when it is written.
///
/// # Panics
///
/// If one of these does not hold.
pub fn stream(bytes: &[u8]) {
    let Some((&cut, bytes)) = bytes.split_first() else {
        return;
    };
    let whole = events(bytes, bytes.len().max(1));
    let pieces = events(bytes, usize::from(cut).max(1));
    assert_eq!(whole, pieces, "in pieces of {cut} bytes");
    let mut written = String::new();
    for event in &whole.0 {
        assert!(!event.kind.is_empty(), "{event:?}");
        written += &format!("id: {}\nevent: {}\n", event.id, event.kind);
        for line in event.data.split('\n') {
            written += &format!("data: {line}\n");
        }
        written.push('\n');
    }
    assert_eq!(whole.0, events(written.as_bytes(), 64).0);
}

type Found = (Vec<(u64, Vec<u8>)>, Option<String>);

fn all(bytes: &[u8], step: usize) -> Found {
    let mut objects = Objects::new(Drip(bytes, step));
    let mut found = Vec::new();
    let mut object = Vec::new();
    loop {
        match objects.read(&mut object) {
            Ok(Some(at)) => found.push((at, object.clone())),
            Ok(None) => return (found, None),
            Err(error) => return (found, Some(error.to_string())),
        }
    }
}

/// The objects of a bundle: the same in whatever pieces it comes (the first byte says how long they are), each where it says;
/// and those that a parser of the whole finds.
///
/// # Panics
///
/// If one of these does not hold.
pub fn objects(bytes: &[u8]) {
    let Some((&cut, bytes)) = bytes.split_first() else {
        return;
    };
    let whole = all(bytes, bytes.len().max(1));
    assert_eq!(
        whole,
        all(bytes, usize::from(cut).max(1)),
        "in pieces of {cut} bytes"
    );
    let (found, error) = whole;
    for (at, object) in &found {
        let from = usize::try_from(*at).unwrap_or(usize::MAX);
        let own = bytes.get(from..from.saturating_add(object.len()));
        assert_eq!(own, Some(object.as_slice()), "at {at}");
    }
    if let Some(error) = error {
        assert!(!error.contains('\n'), "{error:?}");
        return;
    }
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let Ok(Value::Object(members)) = serde_json::from_slice::<Value>(text) else {
        return;
    };
    let parsed: Vec<Option<Value>> = found
        .iter()
        .map(|(_, object)| serde_json::from_slice(object).ok())
        .collect();
    let listed = members.get("objects").and_then(Value::as_array);
    let listed: Vec<Option<Value>> = listed.into_iter().flatten().cloned().map(Some).collect();
    assert_eq!(parsed, listed);
}
