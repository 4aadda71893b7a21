//! The cells of one record to an entry.

use aidos_model::{Defect, Event, Message};
use bumpalo::Bump;
use bumpalo::collections::{String as ArenaString, Vec as ArenaVec};

use super::columns::{Role, role};
use super::{cells, event_of, note};
use crate::clean::email::{self, Piece};
use crate::clean::stamp::Stamp;
use crate::clean::{json, moment};
use crate::extract::{Context, Row, Sink, Year, apply_stamp};

/// A record of a row.
pub(super) struct Record<'a, 'r> {
    pub(super) cells: &'r [&'a str],
    /// Whether a quotation mark in the row was read as a character.
    pub(super) stray: bool,
    /// Whether the row held more records than this.
    pub(super) is_merged: bool,
}

/// What the cells have told so far.
struct Found<'a, 's> {
    arena: &'a Bump,
    event: Event<'a>,
    sink: &'s mut Sink<'a>,
    from: ArenaVec<'a, &'a str>,
    to: ArenaVec<'a, &'a str>,
    addresses: ArenaVec<'a, &'a str>,
    has_ambiguous: bool,
    subject: Option<&'a str>,
    /// Columns that have no field of their own: name and JSON text.
    fields: Vec<(&'a str, &'a str)>,
    stamp: Option<(Option<Stamp>, &'a str)>,
    /// The cleansed row behind its stamp.
    after: ArenaString<'a>,
    pieces: Vec<Piece<'a>>,
}

/// Pushes the entry of a record, or its reject where it holds no address.
pub(super) fn extract<'a>(
    record: &Record<'a, '_>,
    row: &Row<'a, '_>,
    context: &Context<'a>,
    sink: &mut Sink<'a>,
) {
    let arena = sink.arena;
    let mut found = Found {
        arena,
        event: event_of(row, context),
        sink,
        from: ArenaVec::new_in(arena),
        to: ArenaVec::new_in(arena),
        addresses: ArenaVec::with_capacity_in(record.cells.len(), arena),
        has_ambiguous: false,
        subject: None,
        fields: Vec::new(),
        stamp: None,
        after: ArenaString::with_capacity_in(row.text.len() + 32, arena),
        pieces: Vec::new(),
    };
    for (index, cell) in record.cells.iter().enumerate() {
        found.cell(index, cell, context.header);
    }
    let text = if record.is_merged {
        join(record.cells, arena)
    } else {
        row.text
    };
    if found.from.is_empty() && found.to.is_empty() && found.addresses.is_empty() && !found.has_ambiguous {
        return found.sink.reject(row.line, "no_address", text);
    }
    if record.is_merged {
        found.note(Defect::MergedLine, None, row.text, Some(text));
    }
    if record.stray {
        let cell = record.cells.iter().copied().find(|cell| cell.contains('"'));
        let cell = cell.unwrap_or(text);
        found.note(Defect::StrayQuote, None, cell, Some(cell));
    }
    found.finish(context);
}

fn join<'a>(cells: &[&'a str], arena: &'a Bump) -> &'a str {
    let mut out = ArenaString::new_in(arena);
    for (index, cell) in cells.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        cells::push_cell(&mut out, cell);
    }
    out.into_bump_str()
}

impl<'a> Found<'a, '_> {
    fn note(
        &mut self,
        rule: Defect,
        field: Option<&'static str>,
        before: &'a str,
        after: Option<&'a str>,
    ) {
        note(&mut self.event, self.sink, rule, field, (before, after));
    }

    fn cell(&mut self, index: usize, cell: &'a str, header: &[&'a str]) {
        let name = header.get(index).copied().unwrap_or_default();
        let role = role(header, index);
        match role {
            Role::Stamp => self.stamp_cell(cell),
            // A header that forgot the stamp before its addresses.
            Role::Address if index == 0 && moment::read_prefix(cell.trim()).is_some() => {
                self.stamp_cell(cell);
            }
            Role::Address => self.address_cell(Role::Address, cell),
            Role::From | Role::To => self.addresses(role, cell),
            Role::Subject => self.subject(cell),
            Role::Opaque => self.field(name, cell),
            Role::Other => {
                let is_addresses = cell.contains('@') && {
                    let mut pieces = Vec::new();
                    email::clean(cell, self.arena, &mut pieces);
                    let is_one = |piece: &Piece<'_>| {
                        matches!(piece, Piece::Address(_) | Piece::Ambiguous(_))
                    };
                    !pieces.is_empty() && pieces.iter().all(is_one)
                };
                if is_addresses {
                    self.addresses(Role::Address, cell);
                } else {
                    self.field(name, cell);
                }
            }
        }
    }

    /// A stamp; behind it addresses whose comma is missing.
    fn stamp_cell(&mut self, cell: &'a str) {
        let text = self.without_controls(cell);
        let text = text.trim_matches(|char: char| char.is_whitespace() || char == '\u{feff}');
        if text.is_empty() || self.stamp.is_some() {
            return self.address_cell(Role::Address, text);
        }
        if let Some((stamp, len)) = moment::read_prefix(text) {
            let (own, rest) = text.split_at(len);
            self.stamp = Some((Some(stamp), own));
            let behind = rest.trim_start_matches([' ', ';', '|', ',']);
            if behind.contains('@') && !rest.trim_start().starts_with([';', '|', ',']) {
                self.note(Defect::MissingComma, None, cell, Some(own));
            }
            return self.address_cell(Role::Address, behind);
        }
        let whole = moment::read_whole(text);
        let has_digit = text.bytes().any(|byte| byte.is_ascii_digit());
        if whole.is_some() || (has_digit && self.holds_no_address(text)) {
            self.stamp = Some((whole, text));
        } else {
            self.address_cell(Role::Address, text);
        }
    }

    fn holds_no_address(&self, text: &'a str) -> bool {
        let mut pieces = Vec::new();
        email::clean(text, self.arena, &mut pieces);
        !text.contains('@') && pieces.iter().all(|piece| matches!(piece, Piece::Text(_)))
    }

    /// The text on one line, without control characters; blanks around it do not count.
    fn without_controls(&mut self, cell: &'a str) -> &'a str {
        let cell = cell.trim();
        if !cell.chars().any(char::is_control) {
            return cell;
        }
        let mut out = ArenaString::with_capacity_in(cell.len(), self.arena);
        for char in cell.chars() {
            if !char.is_control() {
                out.push(char);
            } else if char.is_whitespace() {
                out.push(' ');
            }
        }
        let after = out.into_bump_str().trim();
        self.note(Defect::ControlCharacters, None, cell, Some(after));
        after
    }

    /// A cell of addresses; it may say itself what it is.
    fn address_cell(&mut self, role: Role, cell: &'a str) {
        let Some((label, rest)) = labelled(cell) else {
            return self.addresses(role, cell);
        };
        match label {
            "from" | "sender" => self.addresses(Role::From, rest),
            "to" | "cc" | "bcc" => self.addresses(Role::To, rest),
            "subject" => self.subject(rest),
            "text" | "ambiguous" => {
                let rest = self.without_controls(rest);
                if rest.is_empty() {
                } else if label == "text" {
                    self.keep(rest, "text:");
                    self.note(Defect::ExtraText, None, rest, Some(rest));
                } else {
                    self.has_ambiguous = true;
                    self.keep(rest, "ambiguous:");
                    self.note(Defect::AmbiguousAddress, None, rest, None);
                }
            }
            _ => {
                let mut fields = Vec::new();
                let read = json::members(rest, self.arena, &mut |key, value| {
                    fields.push((key, value));
                });
                if read.is_err() {
                    return self.addresses(role, cell);
                }
                for (key, value) in fields {
                    let mut compact = ArenaString::new_in(self.arena);
                    json::push_compact(&mut compact, value, self.arena);
                    self.fields.push((key, compact.into_bump_str()));
                }
            }
        }
    }

    fn addresses(&mut self, role: Role, cell: &'a str) {
        let (list, label, field) = match role {
            Role::From => (&mut self.from, "from:", "email.from.address"),
            Role::To => (&mut self.to, "to:", "email.to.address"),
            _ => (&mut self.addresses, "", "aidos.email_addresses"),
        };
        if email::is_plain(cell.as_bytes()) {
            list.push(cell);
            self.after.push(',');
            self.after.push_str(label);
            return self.after.push_str(cell);
        }
        let mut pieces = std::mem::take(&mut self.pieces);
        pieces.clear();
        let defects = email::clean(cell, self.arena, &mut pieces);
        let before = list.len();
        list.extend(pieces.iter().filter_map(|piece| match piece {
            Piece::Address(text) => Some(*text),
            _ => None,
        }));
        let read = list.get(before..).unwrap_or_default();
        let after = if defects.is_empty() {
            None
        } else if let [one] = read {
            Some(*one)
        } else {
            Some(join(read, self.arena))
        };
        for rule in defects.iter() {
            match rule {
                // These are told piece by piece.
                Defect::AmbiguousAddress | Defect::BadAddress | Defect::ExtraText => {}
                _ => self.note(rule, Some(field), cell, after),
            }
        }
        for piece in &pieces {
            match *piece {
                Piece::Address(text) => {
                    self.after.push(',');
                    if label.is_empty() || !text.contains(['"', ',']) {
                        self.after.push_str(label);
                        cells::push_cell(&mut self.after, text);
                    } else {
                        let cell = bumpalo::format!(in self.arena, "{}{}", label, text);
                        cells::push_cell(&mut self.after, &cell);
                    }
                }
                Piece::Ambiguous(text) => {
                    self.has_ambiguous = true;
                    self.note(Defect::AmbiguousAddress, Some(field), text, None);
                    self.keep_piece(*piece);
                }
                Piece::Bad(text) => {
                    self.note(Defect::BadAddress, Some(field), text, None);
                    self.keep_piece(*piece);
                }
                Piece::Text(text) => {
                    self.note(Defect::ExtraText, None, text, Some(text));
                    self.keep_piece(*piece);
                }
            }
        }
        self.pieces = pieces;
    }

    /// Keeps a piece that is no address as a cell of the message.
    fn keep_piece(&mut self, piece: Piece<'a>) {
        let text = piece.text();
        let guard = labelled(text).is_some()
            || text.bytes().filter(|byte| *byte == b'"').count() % 2 == 1
            || cells::begins_record(text)
            || !email::reads_back(piece, self.arena);
        let label = match piece {
            _ if !guard => "",
            Piece::Ambiguous(_) => "ambiguous:",
            _ => "text:",
        };
        self.keep(text, label);
    }

    fn keep(&mut self, text: &'a str, label: &str) {
        if !text.is_empty() {
            self.after.push(',');
            let cell = bumpalo::format!(in self.arena, "{}{}", label, text);
            cells::push_cell(&mut self.after, &cell);
        }
    }

    fn subject(&mut self, cell: &'a str) {
        let text = self.without_controls(cell);
        if text.is_empty() {
        } else if self.subject.is_none() {
            self.subject = Some(text);
            self.after.push(',');
            let cell = bumpalo::format!(in self.arena, "subject:{}", text);
            cells::push_cell(&mut self.after, &cell);
        } else {
            self.field("subject", text);
        }
    }

    fn field(&mut self, name: &'a str, cell: &'a str) {
        let text = self.without_controls(cell);
        if !text.is_empty() {
            let mut quoted = ArenaString::with_capacity_in(text.len() + 2, self.arena);
            json::push_quoted(&mut quoted, text);
            self.fields.push((name.trim(), quoted.into_bump_str()));
        }
    }

    fn finish(mut self, context: &Context<'a>) {
        let arena = self.arena;
        let mut extra = ArenaVec::new_in(arena);
        if !self.fields.is_empty() {
            let object = fields_object(&mut self.fields, arena);
            extra.push(("aidos.fields", object));
            self.after.push(',');
            let cell = bumpalo::format!(in arena, "fields:{}", object);
            cells::push_cell(&mut self.after, &cell);
        }
        if let Some(subject) = self.subject {
            let mut quoted = ArenaString::with_capacity_in(subject.len() + 2, arena);
            json::push_quoted(&mut quoted, subject);
            extra.push(("email.subject", quoted.into_bump_str()));
        }
        let mut event = self.event;
        event.email_from = self.from.into_bump_slice();
        event.email_to = self.to.into_bump_slice();
        event.email_addresses = self.addresses.into_bump_slice();
        event.extra = extra.into_bump_slice();
        let mut year = Year::None;
        let mut shown = None;
        if let Some((stamp, text)) = self.stamp {
            match stamp {
                Some(stamp) => {
                    year = apply_stamp(&mut event, stamp.when(context.zone), text, self.sink);
                }
                None => note(
                    &mut event,
                    self.sink,
                    Defect::BadDate,
                    Some("@timestamp"),
                    (text, None),
                ),
            }
            let mut cell = ArenaString::new_in(arena);
            cells::push_cell(&mut cell, text);
            shown = Some(&*cell.into_bump_str());
        }
        event.message = Message {
            before: "",
            stamp: shown,
            after: self.after.into_bump_str(),
        };
        self.sink.entry(event, year);
    }
}

/// One object of all fields, sorted by name; columns of one name become a list, so that all are kept.
fn fields_object<'a>(fields: &mut [(&'a str, &'a str)], arena: &'a Bump) -> &'a str {
    fields.sort_by_key(|(name, _)| *name);
    let mut object = ArenaString::new_in(arena);
    for group in fields.chunk_by(|(one, _), (other, _)| one == other) {
        object.push(if object.is_empty() { '{' } else { ',' });
        json::push_quoted(&mut object, group.first().map_or("", |(name, _)| *name));
        object.push(':');
        if let [(_, only)] = group {
            object.push_str(only);
            continue;
        }
        for (index, (_, value)) in group.iter().enumerate() {
            object.push(if index == 0 { '[' } else { ',' });
            object.push_str(value);
        }
        object.push(']');
    }
    object.push('}');
    object.into_bump_str()
}

/// The label at the start of a cell that says itself what it is, and what follows it.
pub(super) fn labelled(cell: &str) -> Option<(&'static str, &str)> {
    let cell = cell.trim_start();
    let colon = cell.as_bytes().iter().take(10).position(|byte| *byte == b':')?;
    let (name, rest) = cell.split_at(colon);
    let labels = ["from", "sender", "to", "cc", "bcc", "subject", "text", "ambiguous", "fields"];
    let label = labels
        .into_iter()
        .find(|label| label.eq_ignore_ascii_case(name))?;
    Some((label, rest.get(1..)?))
}
