//! Entries as a table: CSV after RFC 4180, one row an entry, one column a dotted ECS field.
//!
//! Two passes: the first finds which columns there are, the second writes. The order of the columns is
//! that of `entries.jsonl`, then fields beyond the model by name; so the same entries give the same bytes.
//!
//! **Formula cells are defused.** Log text comes from attackers, and a spreadsheet runs a cell that begins
//! with `=`, `+`, `-`, `@`, a tab, a line end, or a full-width form of the signs. Such a cell gets a leading
//! `'`. Source: OWASP, "CSV Injection".

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::Path;

use aidos_model::Event;
use aidos_model::event::Value;
use bumpalo::Bump;
use serde::Serialize;

pub use crate::entries::Entries;

use crate::Error;
use crate::progress::{Cancel, Progress};

/// Every column of the model, in the order in which they stand in the table.
pub const COLUMNS: &[&str] = &[
    "@timestamp",
    "event.provider",
    "event.kind",
    "event.category",
    "event.action",
    "event.outcome",
    "event.severity",
    "source.ip",
    "source.port",
    "source.mac",
    "source.nat.ip",
    "source.nat.port",
    "destination.ip",
    "destination.port",
    "destination.mac",
    "destination.nat.ip",
    "destination.nat.port",
    "network.transport",
    "network.bytes",
    "observer.ingress.interface.name",
    "observer.egress.interface.name",
    "user.name",
    "email.from.address",
    "email.to.address",
    "related.ip",
    "related.user",
    "log.syslog.hostname",
    "log.syslog.priority",
    "log.file.path",
    "log.origin.file.line",
    "aidos.routeros.topics",
    "aidos.routeros.prefix",
    "aidos.routeros.chain",
    "aidos.routeros.state",
    "aidos.routeros.mark",
    "aidos.routeros.flags",
    "aidos.routeros.icmp",
    "aidos.email_addresses",
    "aidos.exus.payload",
    "aidos.defects",
    "message",
];

/// More columns than this are refused: the fields beyond the model are the log's to choose.
const MOST_COLUMNS: usize = 2_000;

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Exported {
    /// Rows, without the header.
    pub rows: u64,
    /// Columns.
    pub columns: u64,
    /// Cells that got a leading `'`.
    pub defused: u64,
    /// Columns that no entry fills; such were asked for.
    pub empty: Vec<String>,
}

/// Writes entries as CSV.
///
/// Without `columns` every column that at least one entry fills is written. A list stands in one cell, its
/// members apart by `;`. Lines end in CR LF.
///
/// # Errors
/// [`Error::NotEntries`] with the line, [`Error::File`] when `out` cannot take it, [`Error::Usage`] for more
/// than 2,000 columns, [`Error::Cancelled`].
pub fn csv(
    entries: &Entries,
    columns: Option<&[String]>,
    out: &mut dyn Write,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<Exported, Error> {
    let columns = match columns {
        Some(columns) => columns.to_vec(),
        None => find_columns(entries, progress, cancel)?,
    };
    let at: HashMap<&str, usize> = columns
        .iter()
        .enumerate()
        .map(|(index, name)| (name.as_str(), index))
        .collect();
    let mut done = Exported {
        columns: columns.len() as u64,
        ..Exported::default()
    };
    let failed = |source: io::Error| Error::File {
        deed: "write",
        path: Path::new("the table").to_owned(),
        source,
    };
    let mut row = Row::default();
    for name in &columns {
        if COLUMNS.contains(&name.as_str()) {
            // `@timestamp` is a name of ours and no formula.
            row.plain(name);
        } else {
            done.defused += u64::from(row.cell(name));
        }
    }
    out.write_all(row.end()).map_err(failed)?;
    let mut cells = vec![String::new(); columns.len()];
    let mut filled = vec![false; columns.len()];
    each_event(entries, ("table", progress), cancel, &mut |event| {
        each_cell(event, &mut |path, value| {
            if let Some(cell) = at.get(path).and_then(|index| cells.get_mut(*index)) {
                push_text(cell, value);
            }
        });
        for (cell, filled) in cells.iter_mut().zip(&mut filled) {
            *filled |= !cell.is_empty();
            done.defused += u64::from(row.cell(cell));
            cell.clear();
        }
        done.rows += 1;
        out.write_all(row.end()).map_err(failed)
    })?;
    out.flush().map_err(failed)?;
    done.empty = columns
        .into_iter()
        .zip(filled)
        .filter(|(_, filled)| !filled)
        .map(|(name, _)| name)
        .collect();
    Ok(done)
}

/// The columns that at least one entry fills, in order.
fn find_columns(
    entries: &Entries,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<Vec<String>, Error> {
    let mut known = vec![false; COLUMNS.len()];
    let mut extra = BTreeSet::new();
    each_event(entries, ("columns", progress), cancel, &mut |event| {
        let mut next = 0;
        each_cell(event, &mut |path, _| {
            // Fields come in the order of the table, so the search goes on where it stopped.
            let found = COLUMNS
                .get(next..)
                .and_then(|rest| rest.iter().position(|name| *name == path));
            match found {
                Some(ahead) => {
                    next += ahead + 1;
                    if let Some(known) = known.get_mut(next - 1) {
                        *known = true;
                    }
                }
                None if extra.contains(path) => {}
                None => {
                    extra.insert(path.to_owned());
                }
            }
        });
        if extra.len() > MOST_COLUMNS {
            return Err(Error::Usage(format!(
                "the entries have more than {MOST_COLUMNS} fields; name the columns you need with --columns"
            )));
        }
        Ok(())
    })?;
    Ok(COLUMNS
        .iter()
        .zip(known)
        .filter(|(_, known)| *known)
        .map(|(name, _)| (*name).to_owned())
        .chain(extra)
        .collect())
}

/// Reads each entry.
pub(crate) fn each_event(
    entries: &Entries,
    (step, progress): (&'static str, &dyn Progress),
    cancel: &Cancel,
    each: &mut dyn FnMut(&Event<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut arena = Bump::new();
    entries.each_line(step, progress, &mut |line, text| {
        if cancel.is_cancelled() {
            return Err(Error::Cancelled);
        }
        arena.reset();
        let event = Event::parse(text, &arena).map_err(|error| Error::NotEntries {
            line,
            what: error.to_string(),
        })?;
        each(&event)
    })
}

/// Shows each field with its value; the members of an object beyond the model one by one.
pub(crate) fn each_cell(event: &Event<'_>, show: &mut dyn FnMut(&str, Value<'_>)) {
    event.fields(&mut |path, value| match value {
        Value::Json(json) if json.starts_with('{') => {
            match serde_json::from_str::<serde_json::Value>(json) {
                Ok(object) => each_member(&object, &mut path.to_owned(), show),
                Err(_) => show(path, value),
            }
        }
        value => show(path, value),
    });
}

fn each_member(
    value: &serde_json::Value,
    path: &mut String,
    show: &mut dyn FnMut(&str, Value<'_>),
) {
    match value {
        serde_json::Value::Object(members) => {
            for (key, member) in members {
                let len = path.len();
                path.push('.');
                path.push_str(key);
                each_member(member, path, show);
                path.truncate(len);
            }
        }
        serde_json::Value::String(text) => show(path, Value::Text(text)),
        other => show(path, Value::Json(&other.to_string())),
    }
}

/// Appends a value as the text of a cell; a list's members apart by `;`.
pub(crate) fn push_text(out: &mut String, value: Value<'_>) {
    let join = |out: &mut String, items: &mut dyn Iterator<Item = &str>| {
        for (index, item) in items.enumerate() {
            if index > 0 {
                out.push(';');
            }
            out.push_str(item);
        }
    };
    // Writing to a string cannot fail.
    let _ = match value {
        Value::Time(time) => write!(out, "{time}"),
        Value::Ip(ip) => write!(out, "{ip}"),
        Value::Mac(mac) => {
            out.push_str(std::str::from_utf8(&mac.text()).unwrap_or_default());
            Ok(())
        }
        Value::Number(number) => write!(out, "{number}"),
        Value::Text(text) | Value::One(text) => {
            out.push_str(text);
            Ok(())
        }
        Value::List(list) => {
            join(out, &mut list.iter().copied());
            Ok(())
        }
        Value::Ips(ips) => {
            for (index, ip) in ips.into_iter().flatten().enumerate() {
                let _ = write!(out, "{}{ip}", if index > 0 { ";" } else { "" });
            }
            Ok(())
        }
        Value::Defects(defects) => {
            join(out, &mut defects.iter().map(aidos_model::Defect::word));
            Ok(())
        }
        Value::Message(message, time) => {
            message.push_text(time, out);
            Ok(())
        }
        Value::Json(json) => {
            push_json(out, json);
            Ok(())
        }
    };
}

/// Appends JSON as the text of a cell: strings without quotes, lists of scalars as lists, the rest as JSON.
fn push_json(out: &mut String, json: &str) {
    use serde_json::Value as Json;
    fn scalar(value: &Json) -> Option<String> {
        match value {
            Json::Null => Some(String::new()),
            Json::Bool(_) | Json::Number(_) => Some(value.to_string()),
            Json::String(text) => Some(text.clone()),
            Json::Array(_) | Json::Object(_) => None,
        }
    }
    let text = match serde_json::from_str::<Json>(json) {
        Ok(Json::Array(items)) => items
            .iter()
            .map(scalar)
            .collect::<Option<Vec<_>>>()
            .map(|items| items.join(";")),
        Ok(value) => scalar(&value),
        Err(_) => None,
    };
    out.push_str(text.as_deref().unwrap_or(json));
}

/// A row of the table while it is written.
#[derive(Debug, Default)]
pub(crate) struct Row {
    text: Vec<u8>,
    begun: bool,
    ended: bool,
}

impl Row {
    /// Appends a cell; whether it was defused.
    pub(crate) fn cell(&mut self, text: &str) -> bool {
        let formula = is_formula(text);
        self.push(text, formula);
        formula
    }

    /// Appends a cell as it is.
    fn plain(&mut self, text: &str) {
        self.push(text, false);
    }

    fn push(&mut self, text: &str, formula: bool) {
        if std::mem::take(&mut self.ended) {
            self.text.clear();
        }
        if std::mem::replace(&mut self.begun, true) {
            self.text.push(b',');
        }
        let special = |c: u8| matches!(c, b'"' | b',' | b';' | b'\r' | b'\n' | b'\t');
        let quoted = text.bytes().any(special) || text.starts_with(' ') || text.ends_with(' ');
        if quoted {
            self.text.push(b'"');
        }
        if formula {
            self.text.push(b'\'');
        }
        if text.contains('"') {
            self.text
                .extend_from_slice(text.replace('"', "\"\"").as_bytes());
        } else {
            self.text.extend_from_slice(text.as_bytes());
        }
        if quoted {
            self.text.push(b'"');
        }
    }

    /// The whole row with its line end; the next cell begins a new one.
    pub(crate) fn end(&mut self) -> &[u8] {
        if self.ended {
            // A table without columns has empty rows.
            self.text.clear();
        }
        self.text.extend_from_slice(b"\r\n");
        self.begun = false;
        self.ended = true;
        &self.text
    }
}

/// Whether a spreadsheet would run the cell.
fn is_formula(text: &str) -> bool {
    text.starts_with([
        '=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}',
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Silent;

    fn table(lines: &str, columns: Option<&[String]>) -> Result<(String, Exported), Error> {
        let folder = tempfile::tempdir().unwrap();
        let entries = Entries::keep(&mut lines.as_bytes(), folder.path())?;
        let mut out = Vec::new();
        let done = csv(&entries, columns, &mut out, &Silent, &Cancel::default())?;
        Ok((String::from_utf8(out).unwrap(), done))
    }

    #[test]
    fn columns_are_those_of_the_model_in_its_order() {
        let (a, b) = ("10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap());
        let one = ["x"].as_slice();
        let side = |ip| aidos_model::Endpoint {
            ip: Some(ip),
            port: Some(1),
            mac: Some(aidos_model::Mac([0; 6])),
            nat_ip: Some(ip),
            nat_port: Some(2),
        };
        let mut defects = aidos_model::Defects::default();
        defects.add(aidos_model::Defect::BadMac);
        let event = Event {
            timestamp: aidos_model::Timestamp::from_seconds(0),
            provider: "p",
            category: one,
            action: Some("x"),
            outcome: Some(aidos_model::Outcome::Failure),
            severity: Some(1),
            source: side(a),
            destination: side(b),
            transport: Some("tcp"),
            bytes: Some(1),
            ingress: Some("x"),
            egress: Some("x"),
            user: Some("x"),
            email_from: one,
            email_to: one,
            hostname: Some("x"),
            priority: Some(1),
            routeros: aidos_model::RouterOs {
                topics: Some("x"),
                prefix: Some("x"),
                chain: Some("x"),
                state: Some("x"),
                mark: Some("x"),
                flags: Some("x"),
                icmp: Some("x"),
            },
            email_addresses: one,
            payload: Some("x"),
            path: "x",
            line: 1,
            defects,
            ..Event::default()
        };
        let mut paths = Vec::new();
        event.fields(&mut |path, _| paths.push(path));
        assert_eq!(paths, COLUMNS);
    }

    #[test]
    fn a_table_is_tidy() {
        let lines = concat!(
            r#"{"event":{"provider":"dpc","kind":"event"},"zeta":{"b":[1,"two"],"a":{"x":null}},"message":"a, \"b\"\nc"}"#,
            "\n",
            r#"{"@timestamp":"2023-03-07T10:38:03Z","event":{"provider":"8bells","kind":"event"},"source":{"ip":"10.0.0.1"},"related":{"ip":["10.0.0.1"]},"message":"x"}"#,
            "\n"
        );
        let (text, done) = table(lines, None).unwrap();
        assert_eq!(
            text,
            "@timestamp,event.provider,event.kind,source.ip,related.ip,message,zeta.a.x,zeta.b\r\n\
             ,dpc,event,,,\"a, \"\"b\"\"\nc\",,\"1;two\"\r\n\
             2023-03-07T10:38:03Z,8bells,event,10.0.0.1,10.0.0.1,x,,\r\n"
        );
        assert_eq!((done.rows, done.columns, done.defused), (2, 8, 0));
    }

    #[test]
    fn formulas_are_defused() {
        for begin in [
            "=", "+", "-", "@", "\\t", "\\r", "\\n", "\u{ff1d}", "\u{ff20}",
        ] {
            let line = format!(
                r#"{{"event":{{"provider":"p","kind":"event"}},"user":{{"name":"{begin}cmd|' /C calc'!A0"}},"message":"m"}}"#
            );
            let (text, done) = table(&line, Some(&["user.name".to_owned()])).unwrap();
            let cell = text.split_once("\r\n").unwrap().1;
            assert!(
                cell.trim_start_matches('"').starts_with('\''),
                "{begin}: {text}"
            );
            assert_eq!(done.defused, 1, "{begin}");
        }
        // A column's name is the log's to choose, too.
        let line = r#"{"event":{"provider":"p","kind":"event"},"=1+1":"x","message":"m"}"#;
        let (text, _) = table(line, None).unwrap();
        assert!(text.contains(",'=1+1\r\n"), "{text}");
    }

    #[test]
    fn what_is_no_entry_is_told_with_its_line() {
        let good = r#"{"event":{"provider":"p","kind":"event"},"message":"m"}"#;
        let error = table(&format!("{good}\n{{}}\n"), None).unwrap_err();
        assert!(
            matches!(error, Error::NotEntries { line: 2, .. }),
            "{error}"
        );
        let (text, _) = table(&format!("{good}\n"), Some(&[])).unwrap();
        assert_eq!(text, "\r\n\r\n");
    }
}
