//! Rows of a leaf as a table: the cells of CSV and sheets, the members of JSON, the lines of text.

use std::borrow::Cow;
use std::cell::RefCell;

use aidos_privacy::columns::{Sampler, Table};
use aidos_read::{Chunk, Format, Item, ReadError, Sniff, csv_records, json_values, lines};
use serde_json::Value as Json;

/// Members of one JSON value that are looked at.
const MEMBERS: usize = 4_096;
/// Members of one list that are looked at.
const LIST: usize = 16;
/// How deep a JSON value is followed.
const DEEP: usize = 64;

/// Where the walk leaves the tables that it finds.
#[derive(Debug)]
pub(crate) struct Gather {
    /// Rows that a sample holds.
    pub(crate) most: usize,
    /// What chooses them.
    pub(crate) seed: u64,
    /// The table of the leaf that was read last.
    pub(crate) table: RefCell<Option<Table>>,
    /// The leaf's path and the line of a single record that is wanted in place of tables.
    pub(crate) wanted: Option<(String, u64)>,
    /// The text of that record.
    pub(crate) record: RefCell<Option<String>>,
}

/// A table that is being filled.
struct Filling {
    sampler: Sampler,
    /// Records that are no row: too long, or no JSON.
    unread: u64,
}

impl Gather {
    /// Begins a table of a leaf.
    fn begin(&self, kind: &Sniff) -> Filling {
        let mut sampler = Sampler::new(self.most, self.seed);
        match &kind.format {
            Format::Csv(dialect) => {
                sampler.header(dialect.header.iter().flatten().map(String::as_str));
            }
            Format::Json(_) => {}
            // A text is one column without a name.
            _ => sampler.header([""]),
        }
        Filling { sampler, unread: 0 }
    }

    /// Reads all records of a leaf; false where it ended early by `go_on`.
    pub(super) fn fill(
        &self,
        next: &mut dyn FnMut() -> Result<Option<Item>, ReadError>,
        (kind, path): (&Sniff, &str),
        go_on: &mut dyn FnMut(usize) -> bool,
    ) -> Result<bool, ReadError> {
        if let Some((wanted, line)) = &self.wanted {
            if wanted == path && self.record.borrow().is_none() {
                *self.record.borrow_mut() = record(next, kind, *line, go_on)?;
            }
            return Ok(true);
        }
        let mut filling = self.begin(kind);
        let ended = loop {
            match next() {
                Ok(None) => break Ok(true),
                Ok(Some(Item::Chunk(chunk))) => {
                    filling.chunk(&chunk, &kind.format);
                    if !go_on(chunk.text.len()) {
                        break Ok(false);
                    }
                }
                Ok(Some(Item::Oversize(_))) => filling.unread += 1,
                // What came before a damaged place is profiled all the same.
                Err(error) => break Err(error),
            }
        };
        *self.table.borrow_mut() = Some(filling.sampler.finish());
        ended
    }
}

/// The text of the record that begins at a line.
fn record(
    next: &mut dyn FnMut() -> Result<Option<Item>, ReadError>,
    kind: &Sniff,
    line: u64,
    go_on: &mut dyn FnMut(usize) -> bool,
) -> Result<Option<String>, ReadError> {
    while let Some(item) = next()? {
        let Item::Chunk(chunk) = item else { continue };
        let found = match &kind.format {
            Format::Csv(dialect) => csv_records(&chunk, dialect)
                .find(|record| record.line == line)
                .map(|record| record.raw.to_owned()),
            Format::Json(json) => json_values(&chunk, json)
                .find(|value| value.line == line)
                .map(|value| value.raw.to_owned()),
            _ => lines(&chunk)
                .find(|(at, _)| *at == line)
                .map(|(_, text)| text.to_owned()),
        };
        if found.is_some() || !go_on(chunk.text.len()) {
            return Ok(found);
        }
    }
    Ok(None)
}

impl Filling {
    fn chunk(&mut self, chunk: &Chunk, format: &Format) {
        match format {
            Format::Csv(dialect) => {
                let mut fields: Vec<Cow<'_, str>> = Vec::new();
                for record in csv_records(chunk, dialect) {
                    if record.header || record.is_blank() {
                        continue;
                    }
                    record.fields(&mut fields);
                    self.sampler.row(fields.iter().map(AsRef::as_ref));
                }
            }
            Format::Json(json) => {
                for value in json_values(chunk, json) {
                    match serde_json::from_str::<Json>(value.raw) {
                        Ok(value) => {
                            let mut all = Vec::new();
                            members(&value, &mut String::new(), 0, &mut all);
                            let all = all
                                .iter()
                                .map(|(path, cell)| (path.as_str(), cell.as_ref()));
                            self.sampler.members(all);
                        }
                        Err(_) => self.unread += 1,
                    }
                }
            }
            _ => {
                for (_, line) in lines(chunk) {
                    if !line.trim().is_empty() {
                        self.sampler.row([line]);
                    }
                }
            }
        }
    }
}

/// Every scalar member with its dotted path; the members of a list share the path of the list.
fn members<'j>(
    json: &'j Json,
    path: &mut String,
    deep: usize,
    all: &mut Vec<(String, Cow<'j, str>)>,
) {
    if all.len() >= MEMBERS || deep > DEEP {
        return;
    }
    let name = |path: &str| {
        if path.is_empty() {
            "value".to_owned()
        } else {
            path.to_owned()
        }
    };
    match json {
        Json::Object(map) => {
            for (key, value) in map {
                let len = path.len();
                if len > 0 {
                    path.push('.');
                }
                path.push_str(key);
                members(value, path, deep + 1, all);
                path.truncate(len);
            }
        }
        Json::Array(items) => {
            for item in items.iter().take(LIST) {
                members(item, path, deep + 1, all);
            }
        }
        // A column that is always null is still a column.
        Json::Null => all.push((name(path), Cow::Borrowed(""))),
        Json::String(text) => all.push((name(path), Cow::Borrowed(text))),
        other => all.push((name(path), Cow::Owned(other.to_string()))),
    }
}
