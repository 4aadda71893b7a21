//! DPC: rows of a stamp and any number of e-mail addresses.
//!
//! A row has the cells that it needs, from one address to hundreds. Who sent and who received is known
//! only where a header says so; otherwise the addresses stand in [`Event::email_addresses`] in row order.
//!
//! The cleansed row is the stamp and the canonical addresses as CSV (RFC 4180). What a header told of a
//! cell is told by the cell itself, so that the row can be read alone: `from:a@x.org`, `to:b@y.org`,
//! `subject:…`, and all other columns in one `fields:{…}`. Words that are no address stand as they are, or
//! behind `text:` (`ambiguous:`) where they would be read as something else.

mod cells;
mod columns;
mod record;

use std::borrow::Cow;

use aidos_model::{Category, Defect, Event, Kind, Message};
use bumpalo::collections::Vec as ArenaVec;

use super::{Context, Provider, Row, Sample, Score, Shape, Sink, apply_stamp};
use crate::clean::{email, moment};
pub(crate) use cells::split;
use columns::{Columns, Role};

/// The provider of e-mail rows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Dpc;

impl Provider for Dpc {
    fn name(&self) -> &'static str {
        "dpc"
    }

    /// The share of rows whose cells, their stamp aside, are mostly addresses.
    fn score(&self, sample: &Sample<'_, '_>) -> Score {
        let (mut fit, mut rows) = (0u32, 0u32);
        for row in sample.rows {
            let is_mail = match row.shape {
                Shape::Line => is_mostly_addresses(row.text.split([',', ';', '\t'])),
                Shape::Cells { cells, .. } => is_mostly_addresses(cells.iter().map(Cow::as_ref)),
                Shape::Json { .. } | Shape::Garbage | Shape::TooDeep => false,
            };
            let is_header = || {
                let names: Vec<&str> = row.text.split([',', ';', '\t']).collect();
                cells::is_header(&names)
            };
            if is_mail {
                fit += 1;
                rows += 1;
            } else if !row.text.trim().is_empty() && !is_header() {
                rows += 1;
            }
        }
        Score {
            value: f64::from(fit) / f64::from(rows.max(1)),
            why: format!("{fit} of {rows} rows are mostly e-mail addresses"),
        }
    }

    fn extract<'a>(&self, row: Row<'a, '_>, context: &Context<'a>, sink: &mut Sink<'a>) {
        if columns::are_usual(context.header) && clean_row(&row, context, sink) {
            return;
        }
        let arena = sink.arena;
        let (list, stray) = match row.shape {
            Shape::Line => cells::split(row.text, arena),
            Shape::Cells { cells, repaired } => (cells::borrow(cells, row.text, arena), repaired),
            Shape::Json { .. } | Shape::Garbage | Shape::TooDeep => {
                return sink.reject(row.line, "unknown_shape", row.text);
            }
        };
        if cells::says_nothing(&list) || cells::is_header(&list) {
            return sink.skip();
        }
        let list = cells::join_names(list, arena);
        let columns = Columns::of(context.header);
        let records = if columns.role(0) == Role::Stamp {
            cells::split_merged(list)
        } else {
            vec![list]
        };
        let is_merged = records.len() > 1;
        for cells in records {
            record::extract(
                &record::Record {
                    cells: &cells,
                    columns: &columns,
                    stray,
                    is_merged,
                },
                &row,
                context,
                sink,
            );
        }
    }
}

/// Whether more than half of the cells that say something, stamps aside, hold an address.
fn is_mostly_addresses<'c>(cells: impl Iterator<Item = &'c str>) -> bool {
    let (mut with, mut others) = (0u32, 0u32);
    for cell in cells {
        let cell = cell.trim();
        if cell.is_empty() || (with + others == 0 && moment::read_prefix(cell).is_some()) {
            continue;
        }
        // Cells of prose may hold an address too; an address is most of its cell.
        let is_address = cell.len() < 320
            && cell.split_once('@').is_some_and(|(local, domain)| {
                !local.is_empty() && domain.contains('.') && !cell.contains(['=', '{', '/'])
            });
        if is_address {
            with += 1;
        } else {
            others += 1;
        }
    }
    with > others
}

/// Reads a row that is clean as it stands: a stamp, then canonical addresses, nothing else.
///
/// Nothing is copied but the list of addresses. Returns false, and leaves the sink as it was, where
/// anything else is in the row.
fn clean_row<'a>(row: &Row<'a, '_>, context: &Context<'a>, sink: &mut Sink<'a>) -> bool {
    let text = row.text;
    let bytes = text.as_bytes();
    let Some(comma) = memchr::memchr(b',', bytes) else {
        return false;
    };
    let Some((first, rest)) = text.get(..comma).zip(text.get(comma + 1..)) else {
        return false;
    };
    // The reader's cells must be what stands between the commas; of a sheet they need not be.
    let mut cells = match row.shape {
        Shape::Line => None,
        Shape::Cells {
            cells,
            repaired: false,
        } => Some(cells.iter()),
        _ => return false,
    };
    let mut agrees = |piece: &str| {
        cells
            .as_mut()
            .is_none_or(|cells| cells.next().is_some_and(|cell| cell == piece))
    };
    let Some((stamp, len)) = moment::read_prefix(first) else {
        return false;
    };
    if len != first.len() || !agrees(first) {
        return false;
    }
    let mut addresses = ArenaVec::new_in(sink.arena);
    let mut start = 0;
    let ends = memchr::memchr_iter(b',', rest.as_bytes()).chain([rest.len()]);
    for end in ends {
        let Some(cell) = rest.get(start..end) else {
            return false;
        };
        if !email::is_plain(cell.as_bytes()) || !agrees(cell) {
            return false;
        }
        addresses.push(cell);
        start = end + 1;
    }
    if cells.is_some_and(|cells| cells.len() > 0) {
        return false;
    }
    let mut event = event_of(row, context);
    event.email_addresses = addresses.into_bump_slice();
    event.message = Message {
        before: "",
        stamp: Some(first),
        after: text.get(comma..).unwrap_or_default(),
    };
    let year = apply_stamp(&mut event, stamp.when(context.zone), first, sink);
    sink.entry(event, year);
    true
}

fn event_of<'a>(row: &Row<'a, '_>, context: &Context<'a>) -> Event<'a> {
    Event {
        provider: context.provider,
        kind: Kind::Event,
        category: Category::EMAIL,
        path: context.path,
        line: row.line,
        ..Event::default()
    }
}

/// Notes a defect and what it did.
fn note<'a>(
    event: &mut Event<'a>,
    sink: &mut Sink<'a>,
    rule: Defect,
    field: Option<&'static str>,
    change: (&'a str, Option<&'a str>),
) {
    event.defects.add(rule);
    sink.repair(rule, field, change.0, change.1);
}

#[cfg(test)]
mod tests;
