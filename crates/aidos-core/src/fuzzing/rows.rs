//! Providers: a row is at least one item, and an entry holds together and reads again.

use std::borrow::Cow;

use aidos_model::fuzzing::line_of;
use aidos_model::{Defects, Event};
use bumpalo::Bump;

use super::text_of;
use crate::clean::zone::Zone;
use crate::extract::dpc::Dpc;
use crate::extract::exus::Exus;
use crate::extract::mapped::{Format, Mapped, Mapping};
use crate::extract::propose::{Evidence, propose as proposal};
use crate::extract::routeros::EightBells;
use crate::extract::{Context, Item, NatRule, Provider, Row, Shape, Sink};

/// An entry as it is compared: without its place and its defects.
#[derive(Debug, PartialEq)]
struct Entry {
    /// The JSON of all other fields.
    line: String,
    /// The cleansed row.
    message: String,
}

/// How rows are read.
#[derive(Clone, Copy)]
struct Reading<'p> {
    provider: &'p dyn Provider,
    header: &'p [&'p str],
    nat: NatRule,
    /// The year of stamps that have none.
    year: Option<i16>,
}

impl<'p> Reading<'p> {
    fn new(provider: &'p dyn Provider) -> Self {
        Self {
            provider,
            header: &[],
            nat: NatRule::Semantic,
            year: Some(2023),
        }
    }

    /// Reads a row and demands what every provider promises; returns its entries.
    fn read(&self, text: &str, shape: Shape<'_>) -> Vec<Entry> {
        let arena = Bump::new();
        let mut sink = Sink::new(&arena);
        let zone = Zone::UTC;
        let context = Context {
            provider: self.provider.name(),
            path: "a.log",
            zone: &zone,
            header: self.header,
            nat: self.nat,
        };
        let row = Row {
            line: 7,
            text,
            shape,
        };
        self.provider.extract(row, &context, &mut sink);
        assert!(!sink.items.is_empty(), "no item of {text:?}");
        for repair in &sink.repairs {
            assert!(
                matches!(sink.items.get(repair.item), Some(Item::Entry(_))),
                "{:?} belongs to no entry of {text:?}",
                repair.rule
            );
        }
        let mut entries = Vec::new();
        for (index, item) in sink.items.iter().enumerate() {
            let Item::Entry(draft) = item else { continue };
            let mut told = Defects::default();
            for repair in sink.repairs.iter().filter(|repair| repair.item == index) {
                told.add(repair.rule);
            }
            assert_eq!(draft.event.defects, told, "defects of {text:?}");
            let mut draft = *draft;
            draft.settle(self.year, &zone);
            entries.push(entry_of(&draft.event, text));
        }
        entries
    }

    /// Reads a row; each message that comes of it reads, as rows of these shapes, as the same entry.
    fn read_twice(&self, text: &str, shape: Shape<'_>, again: &[Shape<'_>]) {
        for first in self.read(text, shape) {
            for shape in again {
                let second = self.read(&first.message, *shape);
                assert_eq!(
                    second.as_slice(),
                    std::slice::from_ref(&first),
                    "the message of {text:?}"
                );
            }
        }
    }
}

/// The JSON of an event is valid and reads back.
fn entry_of(event: &Event<'_>, text: &str) -> Entry {
    let whole = line_of(event);
    let arena = Bump::new();
    match Event::parse(&whole, &arena) {
        Ok(back) => assert_eq!(line_of(&back), whole, "of {text:?}"),
        Err(error) => panic!("{text:?} made {whole:?}: {error}"),
    }
    let plain = Event {
        defects: Defects::default(),
        ..*event
    };
    let mut message = String::new();
    event.message.push_text(event.timestamp, &mut message);
    Entry {
        line: line_of(&plain),
        message,
    }
}

/// Up to four lines of a text, as rows.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split('\n').take(4)
}

/// Whether a text is of the half that tries the rarer way.
fn is_odd(text: &str) -> bool {
    text.len() % 2 == 1
}

/// Firewall lines of RouterOS.
///
/// # Panics
///
/// If a row is lost, or an entry's message reads as another entry.
pub fn routeros(bytes: &[u8]) {
    let provider = EightBells::default();
    for line in lines(&text_of(bytes)) {
        let reading = Reading {
            nat: if is_odd(line) {
                NatRule::LastIp
            } else {
                NatRule::Semantic
            },
            year: (line.len() % 3 > 0).then_some(2023),
            ..Reading::new(&provider)
        };
        reading.read_twice(line, Shape::Line, &[Shape::Line]);
    }
}

/// Rows of e-mail addresses, as lines and as cells under several headers.
///
/// # Panics
///
/// If a row is lost, or an entry's message reads as another entry.
pub fn dpc(bytes: &[u8]) {
    let headers: [&[&str]; 4] = [
        &[],
        &["timestamp", "addresses"],
        &["date", "from", "to", "subject", "note"],
        &["email", "time"],
    ];
    let text = text_of(bytes);
    let header = headers.get(text.len() % 4).copied().unwrap_or_default();
    let reading = Reading {
        header,
        ..Reading::new(&Dpc)
    };
    let cells: Vec<Cow<'_, str>> = fields(&text).into_iter().map(Cow::Owned).collect();
    let shape = Shape::Cells {
        cells: &cells,
        repaired: is_odd(&text),
    };
    let alone = Reading::new(&Dpc);
    for entry in reading.read(&text, shape) {
        same_alone(&alone, &text, &entry);
    }
    for line in lines(&text) {
        for entry in alone.read(line, Shape::Line) {
            same_alone(&alone, line, &entry);
        }
    }
}

/// The message of an e-mail row reads alone, as a line and as the cells that a reader makes of it.
fn same_alone(reading: &Reading<'_>, text: &str, entry: &Entry) {
    let arena = Bump::new();
    let (cells, repaired) = crate::extract::dpc::split(&entry.message, &arena);
    let cells: Vec<Cow<'_, str>> = cells.into_iter().map(Cow::Borrowed).collect();
    for shape in [
        Shape::Line,
        Shape::Cells {
            cells: &cells,
            repaired,
        },
    ] {
        let again = reading.read(&entry.message, shape);
        assert_eq!(
            again.as_slice(),
            std::slice::from_ref(entry),
            "the message of {text:?}"
        );
    }
}

/// The fields of a CSV record by RFC 4180, line ends inside quotation marks kept.
fn fields(text: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        let Some(field) = fields.last_mut() else {
            break;
        };
        match char {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                field.push('"');
            }
            '"' if quoted || field.is_empty() => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            _ => field.push(char),
        }
    }
    fields
}

/// Attack events in JSON, whole, cut and as lines.
///
/// # Panics
///
/// If a row is lost, a message is no JSON, or reads as another entry.
pub fn exus(bytes: &[u8]) {
    let text = text_of(bytes);
    let whole = Shape::Json { complete: true };
    let shape = match text.len() % 4 {
        0 => Shape::Line,
        1 => Shape::Json { complete: false },
        _ => whole,
    };
    let reading = Reading::new(&Exus);
    for entry in reading.read(&text, shape) {
        assert!(
            serde_json::from_str::<serde::de::IgnoredAny>(&entry.message).is_ok(),
            "the message {:?} of {text:?} is no JSON",
            entry.message
        );
    }
    reading.read_twice(&text, shape, &[whole, Shape::Line]);
}

/// A shipped mapping, picked by the first byte, over the lines that follow.
///
/// `providers` are compiled once by the caller.
///
/// # Panics
///
/// If a row is lost, or an entry's message reads as another entry.
pub fn mapped(providers: &[Mapped], bytes: &[u8]) {
    let Some((pick, rows)) = bytes.split_first() else {
        return;
    };
    let picked = usize::from(*pick) % providers.len().max(1);
    let Some(provider) = providers.get(picked) else {
        return;
    };
    for line in lines(&text_of(rows)) {
        follow(provider, &[], line);
    }
}

/// Reads a line by a mapping, and the messages that come of it.
fn follow(provider: &Mapped, header: &[&str], line: &str) {
    let reading = Reading {
        header,
        ..Reading::new(provider)
    };
    let shape = match provider.mapping().format() {
        Format::Json => Shape::Json { complete: true },
        Format::Csv | Format::Text => Shape::Line,
    };
    reading.read_twice(line, shape, &[shape]);
}

/// A mapping file: refused with a reason, or one that can be followed.
///
/// # Panics
///
/// If an error does not say where, or a row is lost.
pub fn mapping(bytes: &[u8]) {
    let text = text_of(bytes);
    match Mapping::parse(&text) {
        Err(error) => one_line(&error.to_string()),
        Ok(mapping) => {
            assert!(!mapping.name().is_empty(), "a mapping without a name");
            let provider = Mapped::new(mapping);
            let reading = Reading {
                header: &["time", "ip", "user", "mail"],
                ..Reading::new(&provider)
            };
            for (row, shape) in ROWS {
                reading.read(row, *shape);
            }
        }
    }
}

/// Rows that many mappings know.
const ROWS: &[(&str, Shape<'static>)] = &[
    (
        "<38>Mar  7 10:38:03 mx sshd[411]: Failed password for root from 198.51.100.7 port 51234 ssh2: a=b c=\"d e\"",
        Shape::Line,
    ),
    (
        "2023-03-07 10:38:03,198.51.100.7,maria,<a@example.org>",
        Shape::Line,
    ),
    (
        "{\"time\":1678185483.5,\"ip\":\"198.51.100.7\",\"port\":\"22\",\"user\":{\"name\":\"maria\"},\"mail\":[\"a@example.org\",null]}",
        Shape::Json { complete: true },
    ),
    (
        "2023-03-07T10:38:03+01:00 maria entered from 2001:db8::7 at 10:38",
        Shape::Line,
    ),
];

/// A sample of an unknown log: the proposal is a mapping, and loses no row of the sample.
///
/// # Panics
///
/// If a proposal does not parse.
pub fn propose(bytes: &[u8]) {
    let Some((kind, rest)) = bytes.split_first() else {
        return;
    };
    let text = text_of(rest);
    let rows: Vec<&str> = text.split('\n').take(6).collect();
    let cells: Vec<Vec<&str>> = rows.iter().map(|row| row.split(',').collect()).collect();
    let (evidence, header) = match kind % 4 {
        0 => (Evidence::Json(&rows), &[][..]),
        1 => (
            Evidence::Cells {
                header: &[],
                rows: &cells,
            },
            &[][..],
        ),
        2 => match cells.split_first() {
            Some((header, rows)) => (Evidence::Cells { header, rows }, header.as_slice()),
            None => return,
        },
        _ => (Evidence::Lines(&rows), &[][..]),
    };
    let Some(found) = proposal(evidence, "My log") else {
        return;
    };
    match Mapping::parse(&found.toml) {
        Ok(mapping) => {
            let provider = Mapped::new(mapping);
            let reading = Reading {
                header,
                ..Reading::new(&provider)
            };
            let shape = match provider.mapping().format() {
                Format::Json => Shape::Json { complete: true },
                Format::Csv | Format::Text => Shape::Line,
            };
            for row in rows.iter().take(3) {
                reading.read(row, shape);
            }
        }
        Err(error) => panic!("{error}\n{}\nof {rows:?}", found.toml),
    }
}

/// A message for people: one line, not empty.
pub(super) fn one_line(message: &str) {
    assert!(
        !message.is_empty() && !message.contains(char::is_control),
        "a message of several lines: {message:?}"
    );
}
