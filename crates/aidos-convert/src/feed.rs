//! Feeds of others: lists, tables, JSON, RSS and Atom, by a definition in TOML.
//!
//! ```toml
//! [[feed]]
//! name = "blocklist"
//! url = "https://feeds.example/list.txt"
//! form = "text"          # or csv, json, rss, misp, stix
//! confidence = 60        # 0 to 100
//! tlp = "green"
//! labels = ["scanner"]
//! age = 30               # days until an indicator ends
//!
//! [[feed]]
//! name = "table"
//! url = "https://feeds.example/urls.csv"
//! form = "csv"
//! columns = { value = "url", date = "dateadded", comment = "threat" }   # names, or numbers from 1
//!
//! [[feed]]
//! name = "some-json"
//! url = "https://feeds.example/api"
//! form = "json"
//! list = "/data/items"   # JSON pointers: to the list, and within an item
//! columns = { value = "/ioc", date = "/first_seen" }
//! ```
//!
//! [`definitions`] reads it, [`parse`] what was fetched, [`Feed::write`] writes indicators. The id of an indicator is over the
//! feed's name and its pattern alone: the same feed read twice adds nothing.

mod definition;
mod json;
mod rss;
mod table;
mod text;

use std::collections::BTreeMap;
use std::io::{self, Write};

use aidos_model::Timestamp;
use aidos_model::stix::{Kind as StixKind, OURS, StixId, Uuid};
use serde_json::{Value, json};

pub use definition::{Column, Definition, Form, definitions};

use crate::indicator::{Kind, Reach, pattern_of, reach_of};
use crate::read::stamp;

/// Indicators of one feed that are kept.
const MOST: usize = 2_000_000;

/// Why a feed or its definition is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The definition is wrong.
    #[error("line {line} of the feeds: {what}; see docs/guides/feeds.md for the fields")]
    Definition {
        /// Line from 1.
        line: usize,
        /// What is wrong.
        what: String,
    },
    /// The feed is not what its definition says.
    #[error("feed `{name}`, {place}: {what}; correct its definition")]
    Feed {
        /// The feed's name.
        name: String,
        /// A line, a byte or a pointer.
        place: String,
        /// What is wrong there.
        what: String,
    },
}

/// One value of a feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What it is.
    pub kind: Kind,
    /// The value.
    pub value: String,
    /// When the feed says that it saw it.
    pub seen: Option<Timestamp>,
    /// What the feed says of it.
    pub comment: Option<String>,
    /// Where it stands first: a line, or the number of an item, from 1.
    pub place: u64,
}

/// What a feed said.
#[derive(Clone, Debug, Default)]
pub struct Feed {
    values: BTreeMap<(Kind, String), Item>,
    /// Lines, rows or items without a value.
    pub unread: u64,
    /// Values left out because they are private.
    pub private: u64,
    beyond: bool,
}

impl Feed {
    /// Each value once, in the order of kinds and values.
    pub fn items(&self) -> impl Iterator<Item = &Item> {
        self.values.values()
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    fn add(&mut self, item: Item) {
        if reach_of(item.kind, &item.value) == Reach::Private || item.value.starts_with("0.0.0.0") {
            self.private += 1;
            return;
        }
        let full = self.values.len() >= MOST;
        let key = (item.kind, item.value.clone());
        if let Some(known) = self.values.get_mut(&key) {
            // The earliest time is the one an indicator is valid from.
            known.seen = match (known.seen, item.seen) {
                (Some(one), Some(other)) => Some(one.min(other)),
                (one, other) => one.or(other),
            };
        } else if full {
            self.beyond = true;
        } else {
            self.values.insert(key, item);
        }
    }

    /// Writes a bundle of indicators, by the feed as an identity, with its label, confidence and age; gives their number.
    ///
    /// `day` is when the feed was fetched (or its own day): values without a time of their own begin then, and end `age` days
    /// behind the last day that listed them. `before` tells when an indicator of this id was made first, which stays so.
    /// What STIX has no pattern for is left out.
    ///
    /// # Errors
    /// Of `out`.
    pub fn write(
        &self,
        feed: &Definition,
        day: Timestamp,
        before: &dyn Fn(Uuid) -> Option<Timestamp>,
        out: &mut dyn Write,
    ) -> io::Result<u64> {
        let ours = |kind: StixKind, name: &str| StixId {
            kind,
            uuid: Uuid::v5(OURS, format!("feed {} {name}", feed.name).as_bytes()),
        };
        let bundle = ours(StixKind::Bundle, &stamp(day));
        write!(
            out,
            "{{\"type\":\"bundle\",\"id\":\"{bundle}\",\"objects\":["
        )?;
        let mut first = true;
        let mut put = |object: &Value| {
            out.write_all(if std::mem::take(&mut first) {
                b"\n"
            } else {
                b",\n"
            })?;
            serde_json::to_writer(&mut *out, object).map_err(io::Error::from)
        };
        let marks = feed.tlp.map(|tlp| json!([tlp.stix_id().to_string()]));
        if let Some(tlp) = feed.tlp {
            let mut marking = Vec::new();
            tlp.push_marking(&mut marking);
            put(&serde_json::from_slice(&marking)?)?;
        }
        let author = ours(StixKind::Identity, "");
        let made = before(author.uuid).unwrap_or(day);
        let mut identity = json!({
            "type": "identity", "spec_version": "2.1", "id": author.to_string(), "created": stamp(made),
            "modified": stamp(made), "name": feed.name, "identity_class": "organization",
        });
        if let Some(marks) = &marks {
            identity["object_marking_refs"] = marks.clone();
        }
        put(&identity)?;
        let author = author.to_string();
        let mut count = 0;
        for item in self.items() {
            let Some(pattern) = pattern_of(item.kind, &item.value) else {
                continue;
            };
            let id = ours(StixKind::Indicator, &pattern);
            let known = before(id.uuid);
            let from = item.seen.or(known).unwrap_or(day);
            let made = known.unwrap_or(from).min(day);
            let mut object = json!({
                "type": "indicator", "spec_version": "2.1", "id": id.to_string(), "created_by_ref": author,
                "created": stamp(made), "modified": stamp(made.max(day)), "name": item.value,
                "indicator_types": ["malicious-activity"], "pattern": pattern, "pattern_type": "stix",
                "valid_from": stamp(from),
            });
            let last = item.seen.unwrap_or(day);
            if let Some(until) = feed
                .age
                .and_then(|days| end_of(last, days))
                .filter(|until| *until > from)
            {
                object["valid_until"] = stamp(until).into();
            }
            if let Some(confidence) = feed.confidence {
                object["confidence"] = confidence.into();
            }
            if !feed.labels.is_empty() {
                object["labels"] = json!(feed.labels);
            }
            if let Some(comment) = &item.comment {
                object["description"] = comment.as_str().into();
            }
            if let Some(marks) = &marks {
                object["object_marking_refs"] = marks.clone();
            }
            put(&object)?;
            count += 1;
        }
        out.write_all(b"\n]}\n")?;
        Ok(count)
    }
}

/// So many days later, where a calendar can say it.
fn end_of(from: Timestamp, days: u32) -> Option<Timestamp> {
    const DAY: i64 = 86_400;
    Timestamp::from_seconds(from.seconds().checked_add(i64::from(days) * DAY)?)?.readable()
}

/// Reads what was fetched of a feed.
///
/// ```
/// # use aidos_convert::feed::{definitions, parse};
/// let feeds = definitions("[[feed]]\nname = \"x\"\nurl = \"https://feeds.example/x\"\nform = \"text\"\n")?;
/// let feed = parse(&feeds[0], b"# a comment\n45.33.32.156\n45.33.32.160-45.33.32.163 ; scanners\n")?;
/// let values: Vec<_> = feed.items().map(|item| item.value.as_str()).collect();
/// assert_eq!(values, ["45.33.32.156", "45.33.32.160/30"]);
/// # Ok::<(), aidos_convert::feed::Error>(())
/// ```
///
/// # Errors
/// [`Error::Feed`] with the place: a column or list that is not there, text that is no JSON or XML, nothing at all read from
/// a feed that is not empty, more than two million values, a feed that is no list.
pub fn parse(feed: &Definition, bytes: &[u8]) -> Result<Feed, Error> {
    let mut out = Feed::default();
    let wrong = |place: String, what: String| Error::Feed {
        name: feed.name.clone(),
        place,
        what,
    };
    let read = match feed.form {
        Form::Text => {
            text::read(bytes, &mut out);
            Ok(())
        }
        Form::Csv => table::read(feed, bytes, &mut out),
        Form::Json => json::read(feed, bytes, &mut out),
        Form::Rss => rss::read(feed, bytes, &mut out),
        Form::Misp | Form::Stix => Err((
            "all of it".into(),
            "it is events or a bundle, and no list".into(),
        )),
    };
    read.map_err(|(place, what)| wrong(place, what))?;
    if out.beyond {
        return Err(wrong(
            "at its end".into(),
            format!("more than {MOST} values"),
        ));
    }
    if out.is_empty() && out.unread > 0 {
        return Err(wrong(
            "all of it".into(),
            "no line, row or item has a value".into(),
        ));
    }
    Ok(out)
}

/// Where, and what.
type Wrong = (String, String);

/// A comment on one line, not too long.
fn comment(text: &str) -> Option<String> {
    let text: String = text
        .trim()
        .chars()
        .map(|sign| if sign.is_control() { ' ' } else { sign })
        .take(400)
        .collect();
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests;
