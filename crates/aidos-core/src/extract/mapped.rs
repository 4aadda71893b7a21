//! Logs that a TOML file describes: no code a provider, ten minutes an analyst.
//!
//! A [`Mapping`] says how the rows look (`template` or `match` for lines, columns for CSV, paths for JSON)
//! and which ECS field each piece fills. [`Mapped`] is the [`Provider`] that follows it; [`shipped`] are
//! those that come with the program. Every key is described in `docs/reference/mappings.md`.

mod build;
mod cells;
mod check;
mod error;
mod field;
mod file;
mod fill;
mod groups;
pub(super) mod head;
pub(super) mod json;
mod nodes;
pub(super) mod pairs;
mod plan;
mod shipped;
mod template;
mod time;

use aidos_model::Defect;
use bumpalo::Bump;

pub use error::MappingError;
pub(crate) use error::one_line;
pub use file::Format;
pub use plan::Mapping;
pub use shipped::{SHIPPED, Shipped, shipped};

use crate::clean::zone::Zone;
use crate::extract::{Context, Item, NatRule, Provider, Row, Sample, Score, Shape, Sink};
use fill::Fill;

/// A provider that follows a mapping.
///
/// ```
/// # use aidos_core::extract::{mapped::{Mapped, Mapping}, Item, NatRule, Context, Provider, Row, Shape, Sink};
/// # use aidos_core::clean::zone::Zone;
/// let door = Mapped::new(Mapping::parse(r#"
/// name = "door"
/// format = "text"
/// [[pattern]]
/// template = "{time} {user} entered from {ip}"
/// "#)?);
/// let arena = bumpalo::Bump::new();
/// let mut sink = Sink::new(&arena);
/// let zone = Zone::UTC;
/// let context = Context { provider: "door", path: "a.log", zone: &zone, header: &[], nat: NatRule::Semantic };
/// let row = Row { line: 1, text: "2023-03-07 10:38:03 maria entered from 192.0.2.1", shape: Shape::Line };
/// door.extract(row, &context, &mut sink);
/// let Item::Entry(entry) = &sink.items[0] else { panic!() };
/// assert_eq!(entry.event.user, Some("maria"));
/// # Ok::<(), aidos_core::extract::mapped::MappingError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Mapped {
    mapping: Mapping,
}

impl Mapped {
    /// The provider of a mapping.
    pub fn new(mapping: Mapping) -> Self {
        Self { mapping }
    }

    /// The mapping that is followed.
    pub fn mapping(&self) -> &Mapping {
        &self.mapping
    }

    fn line<'a>(&self, row: Row<'a, '_>, context: &Context<'a>, sink: &mut Sink<'a>) {
        let mapping = &self.mapping;
        let (text, before) = without_controls(row.text.trim_end(), sink.arena);
        if text.trim_start().is_empty() || mapping.skip.is_match(text) {
            return sink.skip();
        }
        let known = mapping.contains.is_empty()
            || mapping
                .contains
                .iter()
                .any(|word| memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some());
        if !known {
            return sink.reject(row.line, "unknown_shape", row.text);
        }
        let joined = mapping.head.and_then(|_| head::missing_blank(text));
        let parted = joined.and_then(|at| text.split_at_checked(at));
        let original = text;
        let text = parted.map_or(text, |(stamp, rest)| {
            bumpalo::format!(in sink.arena, "{} {}", stamp, rest).into_bump_str()
        });
        let head = match mapping.head {
            Some(_) => head::read(text),
            None => head::Head {
                body: text,
                ..head::Head::default()
            },
        };
        let found = mapping
            .set
            .matches(head.body)
            .into_iter()
            .find_map(|index| {
                let pattern = mapping.patterns.get(index)?;
                let fits = pattern.program.is_empty()
                    || head.program.is_some_and(|program| {
                        pattern.program.iter().any(|test| test.holds(program))
                    });
                fits.then_some(pattern)
            });
        let Some(pattern) = found else {
            return sink.reject(row.line, "unknown_shape", row.text);
        };
        if pattern.skip {
            return sink.skip();
        }
        let mut fill = Fill::new(mapping, context, row, sink);
        if let Some(before) = before {
            fill.note(Defect::ControlCharacters, before, Some(original));
        }
        if parted.is_some() {
            fill.note(Defect::MissingSpace, original, Some(text));
        }
        if let Some(groups) = &pattern.groups {
            fill.groups(groups, &pattern.goals, head.body);
        }
        if let Some(fields) = mapping.head {
            // After the pattern's own groups, which know better: the first value of a field stays.
            for (field, value) in [
                (fields.time, head.stamp),
                (fields.priority, head.priority),
                (fields.host, head.host),
                (fields.program, head.program),
                (fields.pid, head.pid),
            ] {
                if let Some(value) = value {
                    fill.put(field, value);
                }
            }
        }
        fill.finish(pattern, text);
    }

    fn json<'a>(&self, row: Row<'a, '_>, context: &Context<'a>, sink: &mut Sink<'a>) {
        let mapping = &self.mapping;
        // What is read is the text that becomes the message, so that a stamp in it is known by its place.
        let text = json::compact(row.text, sink.arena);
        let Some((node, doubled)) = json::parse(text, sink.arena) else {
            return sink.reject(row.line, "bad_json", row.text);
        };
        if !matches!(node, json::Node::Object(_)) {
            return sink.reject(row.line, "unknown_shape", row.text);
        }
        let found = mapping.patterns.iter().find(|pattern| {
            pattern.when.iter().all(|(path, tests)| {
                let mut holds = false;
                node.each_at(path, &mut |node| {
                    let value = node.scalar();
                    holds |= tests.iter().any(|test| match value {
                        Some(value) => test.holds(value),
                        None => matches!(test, plan::Test::Present) && node != json::Node::Null,
                    });
                });
                holds
            })
        });
        let Some(pattern) = found else {
            return sink.reject(row.line, "unknown_shape", row.text);
        };
        if pattern.skip {
            return sink.skip();
        }
        let mut fill = Fill::new(mapping, context, row, sink);
        for (path, how) in &pattern.uses {
            let mut first = None;
            let mut rest = Vec::new();
            node.each_at(path, &mut |node| match first {
                None => first = Some(node),
                Some(_) => rest.push(node),
            });
            match first {
                None => {}
                Some(node) if rest.is_empty() => fill.apply_node(how, node),
                Some(node) => {
                    rest.insert(0, node);
                    let all = bumpalo::collections::Vec::from_iter_in(rest, fill.arena());
                    fill.apply_node(how, json::Node::List(all.into_bump_slice()));
                }
            }
        }
        if fill.is_empty() {
            return sink.reject(row.line, "unknown_shape", row.text);
        }
        if doubled {
            fill.note(Defect::DuplicateKey, row.text, Some(text));
        }
        fill.finish(pattern, text);
    }
}

impl Provider for Mapped {
    fn name(&self) -> &str {
        &self.mapping.name
    }

    fn score(&self, sample: &Sample<'_, '_>) -> Score {
        let arena = Bump::new();
        let mut sink = Sink::new(&arena);
        let zone = Zone::UTC;
        let context = Context {
            provider: &self.mapping.name,
            path: sample.name,
            zone: &zone,
            header: sample.header,
            nat: NatRule::default(),
        };
        for row in sample.rows {
            self.extract(*row, &context, &mut sink);
        }
        let (mut read, mut told, mut refused) = (0u32, 0u32, 0u32);
        for item in &sink.items {
            match item {
                Item::Entry(draft) => {
                    read += 1;
                    let event = &draft.event;
                    let tells = !event.source.is_empty()
                        || !event.destination.is_empty()
                        || event.user.is_some()
                        || !event.email_from.is_empty()
                        || !event.email_to.is_empty();
                    told += u32::from(tells);
                }
                Item::Reject { .. } => refused += 1,
                Item::Skip => {}
            }
        }
        let rows = read + refused;
        let rows_are = if rows == 1 { "row is" } else { "rows are" };
        let mut why = format!(
            "{read} of {rows} {rows_are} of a shape of `{}`",
            self.mapping.name
        );
        if rows == 0 || told == 0 {
            if read > 0 {
                why.push_str(", but none names an address or a user");
            }
            return Score { value: 0.0, why };
        }
        let share = f64::from(read) / f64::from(rows);
        Score {
            value: share * self.mapping.certainty,
            why,
        }
    }

    fn extract<'a>(&self, row: Row<'a, '_>, context: &Context<'a>, sink: &mut Sink<'a>) {
        let text = row.text.trim_start();
        match (self.mapping.format, row.shape) {
            (_, Shape::Line) if text.is_empty() => sink.skip(),
            (_, Shape::TooDeep) => sink.reject(row.line, "too_deep", row.text),
            (Format::Text, Shape::Line) => self.line(row, context, sink),
            (Format::Csv, Shape::Cells { .. } | Shape::Line) => {
                cells::extract(&self.mapping, row, context, sink);
            }
            (Format::Json, Shape::Json { complete: false }) => {
                sink.reject(row.line, "bad_json", row.text);
            }
            (Format::Json, Shape::Json { complete: true }) => self.json(row, context, sink),
            (Format::Json, Shape::Line) if text.starts_with('{') => self.json(row, context, sink),
            (Format::Json, Shape::Line) if self.mapping.skip.is_match(row.text) => sink.skip(),
            _ => sink.reject(row.line, "unknown_shape", row.text),
        }
    }
}

/// Takes out control characters but tabs, and the escape sequences of terminals; returns the text, and
/// what it was where it changed.
fn without_controls<'a>(text: &'a str, arena: &'a Bump) -> (&'a str, Option<&'a str>) {
    let is_control = |byte: u8| (byte < 0x20 && byte != b'\t') || byte == 0x7f;
    // Blocks without a way out in their middle become vector code; nearly all lines are clean.
    let found = text.as_bytes().chunks(64).any(|block| {
        block
            .iter()
            .fold(false, |found, &byte| found | is_control(byte))
    });
    if !found {
        return (text, None);
    }
    let mut out = bumpalo::collections::String::with_capacity_in(text.len(), arena);
    let mut rest = text;
    while let Some(at) = rest.bytes().position(is_control) {
        out.push_str(rest.get(..at).unwrap_or_default());
        let tail = rest.get(at..).unwrap_or_default();
        // ESC [ parameters letter
        rest = match tail.strip_prefix("\u{1b}[") {
            Some(inside) => {
                let end = inside
                    .find(|c: char| !matches!(c, '0'..='9' | ';' | '?'))
                    .unwrap_or(inside.len());
                let ends = inside.get(end..).unwrap_or_default();
                match ends.bytes().next() {
                    Some(byte) if byte.is_ascii_alphabetic() => ends.get(1..).unwrap_or_default(),
                    _ => ends,
                }
            }
            None => tail.get(1..).unwrap_or_default(),
        };
    }
    out.push_str(rest);
    // A line that ends in a control character may end in a blank now.
    (out.into_bump_str().trim_end(), Some(text))
}

/// A cell as text that lives as long as the row: a piece of it, or a copy.
fn lend<'a>(row: &'a str, cell: &str, arena: &'a Bump) -> &'a str {
    let start = (cell.as_ptr() as usize).wrapping_sub(row.as_ptr() as usize);
    let piece = start
        .checked_add(cell.len())
        .and_then(|end| row.get(start..end))
        .filter(|piece| *piece == cell);
    let text = piece.unwrap_or_else(|| arena.alloc_str(cell));
    without_controls(text, arena).0
}

#[cfg(test)]
mod tests;
