//! EXUS: attack events as JSON objects, one a row (RFC 8259).
//!
//! The schema drifts: keys come in many spellings, nested or dotted, numbers as strings, names of attacks
//! in any case. What a key means is in [`keys`], what a value means in [`value`]. Members that no field
//! takes are kept, as they stand, in `aidos.fields`.
//!
//! The cleansed row is one compact object: the time first, then the fields under one key each, then the
//! other members sorted by key. A damaged value stays in it, where no one takes it for more than it is.

mod attack;
mod keys;
mod record;
mod slots;
mod value;

use aidos_model::Defect;
use bumpalo::Bump;
use bumpalo::collections::String as ArenaString;

use super::{Context, Provider, Row, Sample, Score, Shape, Sink};
use crate::clean::json::{self, Fix, TooDeep};
use keys::{Folded, Slot};
use record::Members;

/// The provider of attack events.
#[derive(Clone, Copy, Debug, Default)]
pub struct Exus;

impl Provider for Exus {
    fn name(&self) -> &'static str {
        "exus"
    }

    /// The share of rows that are attack events: an object with an address and with what an attack has (a
    /// name, a payload, a severity). Events of sensors that have a format of their own count for little.
    fn score(&self, sample: &Sample<'_, '_>) -> Score {
        let arena = Bump::new();
        let (mut sum, mut attacks, mut rows) = (0.0, 0u32, 0u32);
        for row in sample.rows {
            let text = row.text.trim();
            if text.is_empty() {
                continue;
            }
            rows += 1;
            let share = match row.shape {
                Shape::Json { .. } | Shape::Line => likeness(text, &arena),
                _ => 0.0,
            };
            sum += share;
            attacks += u32::from(share > 0.9);
        }
        Score {
            value: sum / f64::from(rows.max(1)),
            why: format!("{attacks} of {rows} rows are attack events in JSON"),
        }
    }

    fn extract<'a>(&self, row: Row<'a, '_>, context: &Context<'a>, sink: &mut Sink<'a>) {
        let text = row
            .text
            .trim_matches(|char: char| char.is_ascii_whitespace() || char == '\u{feff}');
        match row.shape {
            Shape::TooDeep => return sink.reject(row.line, "too_deep", row.text),
            _ if text.is_empty() => return sink.skip(),
            Shape::Garbage => return sink.reject(row.line, "not_json", row.text),
            _ if !text.starts_with('{') => {
                let reason = match row.shape {
                    Shape::Json { .. } => "unknown_shape",
                    _ => "not_json",
                };
                return sink.reject(row.line, reason, row.text);
            }
            _ => {}
        }
        match read(text, sink) {
            Ok((members, defects)) => {
                record::extract(&members, defects, &row, context, sink);
            }
            Err(reason) => sink.reject(row.line, reason, row.text),
        }
    }
}

/// Reads the members of an object: strictly, and where that fails as well as can be.
///
/// Notes what was repaired in the sink; the defects are those of the entry to come.
fn read<'a>(
    text: &'a str,
    sink: &mut Sink<'a>,
) -> Result<(Members<'a>, aidos_model::Defects), &'static str> {
    let arena = sink.arena;
    let mut defects = aidos_model::Defects::default();
    let strict = text.trim_end_matches([',', ';', ' ']);
    if let Ok(members) = Members::read(strict, arena) {
        return Ok((members, defects));
    }
    let mut text = text;
    if memchr::memchr(0, text.as_bytes()).is_some() {
        let mut out = ArenaString::with_capacity_in(text.len(), arena);
        text.split('\0').for_each(|part| out.push_str(part));
        let after = out.into_bump_str();
        defects.add(Defect::ControlCharacters);
        sink.repair(Defect::ControlCharacters, None, text, Some(after));
        text = after;
        if let Ok(members) = Members::read(text, arena) {
            return Ok((members, defects));
        }
    }
    let repaired = json::repair(text, arena).map_err(|TooDeep| "too_deep")?;
    for Fix { before, after } in repaired.fixes {
        defects.add(Defect::BadJson);
        sink.repair(Defect::BadJson, None, before, after);
    }
    if let Some(cut) = repaired.cut {
        defects.add(Defect::Truncated);
        sink.repair(Defect::Truncated, None, cut, None);
    }
    let members = Members::read(repaired.json, arena).map_err(|_| "bad_json")?;
    Ok((members, defects))
}

/// How much an object is like an attack event, from 0 to 1.
fn likeness(text: &str, arena: &Bump) -> f64 {
    let (mut address, mut attack, mut known, mut foreign) = (false, false, 0u32, false);
    let text = arena.alloc_str(text);
    let mut look = |key: &str, value: &str| {
        // Suricata's EVE, Cowrie and Zeek have mappings of their own.
        foreign |= matches!(key, "event_type" | "eventid" | "id.orig_h")
            || (key == "id" && value.contains("\"orig_h\""));
        let Some(folded) = Folded::of(key) else {
            return;
        };
        let is_object = value.starts_with('{') && folded.is_container();
        if let Some(meaning) = folded.meaning() {
            known += 1;
            match meaning.slot {
                Slot::SourceIp | Slot::DestinationIp => address |= !is_object || value.contains("\"ip\""),
                Slot::Attack | Slot::Payload | Slot::Severity => attack = true,
                _ => {}
            }
        } else if is_object && key == "event" {
            attack |= value.contains("\"action\"") || value.contains("\"severity\"");
        }
    };
    if json::members(text.trim_end_matches(','), arena, &mut look).is_err() {
        // A sample may hold a damaged row; it counts as far as it can be read.
        let Ok(repaired) = json::repair(text, arena) else {
            return 0.0;
        };
        if json::members(repaired.json, arena, &mut look).is_err() {
            return 0.0;
        }
    }
    match (address, attack) {
        _ if foreign => 0.2,
        (true, true) => 1.0,
        (false, true) | (true, false) if known >= 2 => 0.4,
        _ if known >= 1 => 0.1,
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests;
