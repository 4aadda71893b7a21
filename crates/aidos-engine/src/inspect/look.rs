//! What is gathered over the records of a file.

use std::borrow::Cow;

use aidos_core::extract::{Context, Item as RowItem, Row, Shape, Sink};
use aidos_model::event::Value;
use aidos_read::{Chunk, Format, csv_records, json_values, lines};
use bumpalo::Bump;

use super::found::Outcome;
use super::types::Columns;
use crate::export::{each_cell, push_text};
use crate::feed::json_shape;
use crate::plan::Reading;

/// What is gathered over the rows of a leaf.
pub(super) struct Look<'l> {
    pub(super) reading: &'l Reading,
    pub(super) provider: Option<u8>,
    pub(super) header: &'l [&'l str],
    pub(super) year: Option<i16>,
    pub(super) columns: Columns,
    pub(super) fields: Columns,
    pub(super) outcome: Outcome,
    pub(super) rows: u64,
    pub(super) most: u64,
}

impl Look<'_> {
    pub(super) fn chunk(&mut self, chunk: &Chunk, format: &Format, path: &str) {
        let mut arena = Bump::new();
        match format {
            Format::Csv(dialect) => {
                let mut fields: Vec<Cow<'_, str>> = Vec::new();
                for record in csv_records(chunk, dialect) {
                    if record.header || record.is_blank() {
                        self.outcome.skipped += 1;
                        self.rows += 1;
                        continue;
                    }
                    record.fields(&mut fields);
                    for (at, value) in fields.iter().enumerate() {
                        match self.header.get(at) {
                            Some(name) => self.columns.take(name, value),
                            None => self.columns.take(&(at + 1).to_string(), value),
                        }
                    }
                    let shape = Shape::Cells {
                        cells: &fields,
                        repaired: record.quote_repaired,
                    };
                    let row = Row {
                        line: record.line,
                        text: record.raw,
                        shape,
                    };
                    if !self.row(row, path, &mut arena) {
                        return;
                    }
                }
            }
            Format::Json(json) => {
                for value in json_values(chunk, json) {
                    let Some(shape) = json_shape(&value) else {
                        self.outcome.skipped += 1;
                        self.rows += 1;
                        continue;
                    };
                    if let Shape::Json { complete: true } = shape
                        && let Ok(json) = serde_json::from_str::<serde_json::Value>(value.raw)
                    {
                        members(&json, &mut String::new(), &mut self.columns);
                    }
                    let row = Row {
                        line: value.line,
                        text: value.raw,
                        shape,
                    };
                    if !self.row(row, path, &mut arena) {
                        return;
                    }
                }
            }
            _ => {
                for (line, text) in lines(chunk) {
                    let row = Row {
                        line,
                        text,
                        shape: Shape::Line,
                    };
                    if !self.row(row, path, &mut arena) {
                        return;
                    }
                }
            }
        }
    }

    /// Takes a row; false when there were enough.
    fn row(&mut self, row: Row<'_, '_>, path: &str, arena: &mut Bump) -> bool {
        if self.rows >= self.most {
            return false;
        }
        self.rows += 1;
        let Some(number) = self.provider else {
            return true;
        };
        let provider = self.reading.providers.get(number);
        {
            let context = Context {
                provider: provider.name(),
                path,
                zone: &self.reading.zone,
                header: self.header,
                nat: self.reading.nat,
            };
            let mut sink = Sink::new(arena);
            // The sink's texts live no longer than the arena, so the row is lent to it.
            let row = Row {
                text: sink.arena.alloc_str(row.text),
                ..row
            };
            let context = Context {
                provider: sink.arena.alloc_str(context.provider),
                path: sink.arena.alloc_str(context.path),
                ..context
            };
            provider.extract(row, &context, &mut sink);
            let mut text = String::new();
            for item in sink.items {
                match item {
                    RowItem::Entry(mut draft) => {
                        draft.settle(self.reading.year.or(self.year), &self.reading.zone);
                        self.outcome.entries += 1;
                        self.outcome.repaired += u64::from(!draft.event.defects.is_empty());
                        each_cell(&draft.event, &mut |field, value| {
                            if !matches!(
                                field,
                                "message" | "log.file.path" | "log.origin.file.line"
                            ) {
                                each_item(value, &mut |item| {
                                    text.clear();
                                    push_text(&mut text, item);
                                    self.fields.take(field, &text);
                                });
                            }
                        });
                    }
                    RowItem::Reject { .. } => self.outcome.rejected += 1,
                    RowItem::Skip => self.outcome.skipped += 1,
                }
            }
        }
        arena.reset();
        true
    }
}

/// Shows the members of a list one by one, and what is no list as it is.
fn each_item<'a>(value: Value<'a>, show: &mut dyn FnMut(Value<'a>)) {
    match value {
        Value::List(items) => items.iter().for_each(|item| show(Value::Text(item))),
        Value::Ips(ips) => ips.into_iter().flatten().for_each(|ip| show(Value::Ip(ip))),
        Value::Defects(defects) => defects
            .iter()
            .for_each(|defect| show(Value::Text(defect.word()))),
        other => show(other),
    }
}

/// Gives each scalar member of a JSON value to its column, named by its dotted path.
fn members(json: &serde_json::Value, path: &mut String, columns: &mut Columns) {
    use serde_json::Value as Json;
    match json {
        Json::Object(map) => {
            for (key, value) in map {
                let len = path.len();
                if len > 0 {
                    path.push('.');
                }
                path.push_str(key);
                members(value, path, columns);
                path.truncate(len);
            }
        }
        Json::Array(items) => {
            for item in items.iter().take(16) {
                members(item, path, columns);
            }
        }
        Json::Null => drop(columns.declare(path)),
        Json::String(text) => columns.take(path, text),
        other => columns.take(path, &other.to_string()),
    }
}
