//! Proposals for free text: rows of the same shape, and a template for each.

use std::fmt::Write as _;

use super::lines::{Bodies, OTHER_STAMP, leading_stamp, start};
use super::names::{Guess, known, words};
use super::pieces::{Piece, PieceKind, split};
use super::values::{Kind, needed_format};
use super::{Proposal, most};

/// At most so many shapes are written.
const MOST_SHAPES: usize = 40;

/// Lines of the same shape: their pieces, and which words vary.
struct Shape<'a> {
    pieces: Vec<Piece<'a>>,
    /// For each piece the values that it had.
    values: Vec<Vec<&'a str>>,
    varies: Vec<bool>,
    rows: usize,
}

impl<'a> Shape<'a> {
    fn new(pieces: Vec<Piece<'a>>) -> Self {
        Self {
            values: pieces.iter().map(|piece| vec![piece.text]).collect(),
            varies: vec![false; pieces.len()],
            rows: 1,
            pieces,
        }
    }

    /// How alike a line is, in percent of its words; `None` where it is of another shape.
    fn likeness(&self, pieces: &[Piece<'a>]) -> Option<usize> {
        if pieces.len() != self.pieces.len() {
            return None;
        }
        let (mut all, mut equal) = (0, 0);
        for (own, other) in self.pieces.iter().zip(pieces) {
            match (own.kind, other.kind) {
                (a, b) if a != b => return None,
                (PieceKind::Mark, _) if own.text != other.text => return None,
                (PieceKind::Word, _) => {
                    all += 1;
                    equal += usize::from(own.text == other.text);
                }
                _ => {}
            }
        }
        Some((equal * 100usize).checked_div(all).unwrap_or(100))
    }

    fn join(&mut self, pieces: &[Piece<'a>]) {
        self.rows += 1;
        let slots = self.values.iter_mut().zip(&mut self.varies);
        for (piece, (values, varies)) in pieces.iter().zip(slots) {
            if values.first() != Some(&piece.text) {
                *varies = true;
            }
            values.push(piece.text);
        }
    }
}

/// Puts lines of the same shape together, the most frequent first.
fn group<'a>(lines: &[&'a str]) -> Vec<Shape<'a>> {
    let mut shapes: Vec<Shape<'a>> = Vec::new();
    for line in lines {
        let pieces = split(line);
        if pieces.is_empty() || pieces.len() > 120 {
            continue;
        }
        let likeness =
            |shape: &Shape<'_>| shape.likeness(&pieces).filter(|likeness| *likeness >= 60);
        let best = (0..shapes.len())
            .filter_map(|index| Some((likeness(shapes.get(index)?)?, index)))
            .max_by_key(|(likeness, _)| *likeness)
            .and_then(|(_, index)| shapes.get_mut(index));
        if let Some(shape) = best {
            shape.join(&pieces);
        } else if shapes.len() < 400 {
            shapes.push(Shape::new(pieces));
        }
    }
    shapes.sort_by_key(|shape| std::cmp::Reverse(shape.rows));
    shapes
}

/// Free text: puts lines of the same shape together and writes a template for each shape.
pub(super) fn from_text(lines: &[&str], comments: usize, name: &str) -> Option<Proposal> {
    let bodies = Bodies::new(lines);
    let stamped: Vec<Option<(usize, bool)>> = bodies
        .texts
        .iter()
        .map(|text| leading_stamp(text))
        .collect();
    let has_time = !bodies.is_syslog && most(&stamped, Option::is_some);
    let mut stamps: Vec<&str> = Vec::new();
    let mut needs_part = false;
    let mut rests = Vec::new();
    for (text, stamp) in bodies.texts.iter().zip(&stamped) {
        match stamp.filter(|_| has_time) {
            Some((len, other)) => {
                stamps.extend(text.get(..len));
                rests.extend(text.get(len..));
                needs_part |= other;
            }
            None if has_time => {}
            None => rests.push(*text),
        }
    }
    let mut shapes = group(&rests);
    shapes.truncate(MOST_SHAPES);
    let about = format!("{} lines of {} shapes", lines.len(), shapes.len());
    let mut file = start(name, &about, &bodies, comments);
    let format = needed_format(&stamps);
    if let Some(format) = format {
        if format.contains("%d/%m") || format.contains("%m/%d") {
            file.comment("Day and month: check which goes first.");
        }
        file.list("time_formats", &[format]);
    }
    file.table("[parts]");
    file.key("num", "-?[0-9]+(?:[.][0-9]+)?");
    file.key("inner", "[^\"]*");
    if needs_part || format.is_some() {
        file.key("when", OTHER_STAMP);
    }
    let mut why = vec![about];
    if has_time {
        why.push(format!(
            "{} of {} lines begin with a stamp",
            stamps.len(),
            lines.len()
        ));
    }
    let mut numbers: Vec<(String, bool)> = Vec::new();
    let mut found = false;
    let time = match (has_time, needs_part || format.is_some()) {
        (false, _) => "",
        (true, false) => "{time}",
        (true, true) => "{time:when}",
    };
    for shape in &shapes {
        let template = Template::of(shape, name, &mut numbers);
        found |= !template.fields.is_empty();
        let rows = match shape.rows {
            1 => "1 row".to_owned(),
            rows => format!("{rows} rows"),
        };
        let reason = match template.fields.as_slice() {
            [] => format!("{rows} without values"),
            fields => format!("{rows}: {}", fields.join(", ")),
        };
        file.table("[[pattern]]");
        file.comment(&reason);
        file.key("template", &format!("{time}{}", template.text));
        why.push(format!("a shape of {reason}"));
    }
    if !found && !has_time {
        return None;
    }
    let own = numbers
        .into_iter()
        .filter(|(field, all)| *all && field.starts_with("aidos."));
    let types: Vec<Guess> = own
        .map(|(field, _)| Guess {
            source: String::new(),
            field: Some(field),
            kind: Some("number"),
            why: String::new(),
        })
        .collect();
    file.types(&types);
    Some(Proposal {
        toml: file.done(),
        why,
    })
}

/// A template on its way.
#[derive(Default)]
struct Template {
    text: String,
    fields: Vec<String>,
    /// The words since the last value.
    before: Vec<String>,
    /// The side of the last address.
    last_ip: Option<&'static str>,
    /// Whether `:` or `/` joins the next piece to that address.
    is_joined: bool,
}

impl Template {
    /// The template of a shape; the fields that hold numbers are noted in `numbers`, with whether each
    /// of their uses is one.
    fn of(shape: &Shape<'_>, name: &str, numbers: &mut Vec<(String, bool)>) -> Self {
        let mut template = Self::default();
        let iter = shape.pieces.iter().zip(&shape.values).zip(&shape.varies);
        for (index, ((piece, values), varies)) in iter.enumerate() {
            match piece.kind {
                PieceKind::Blank | PieceKind::Mark => template.mark(piece),
                _ if template.is_value(piece.kind, *varies, shape.rows) => {
                    let next = shape.pieces.get(index + 1..).unwrap_or_default();
                    let word = next.iter().find(|piece| piece.kind == PieceKind::Word);
                    let field = template.value(
                        piece.kind,
                        values,
                        word.map_or("", |piece| piece.text),
                        name,
                    );
                    let is_number = piece.kind == PieceKind::Number;
                    match numbers.iter_mut().find(|(known, _)| *known == field) {
                        Some((_, all)) => *all &= is_number,
                        None => numbers.push((field, is_number)),
                    }
                }
                _ => {
                    push_literal(&mut template.text, piece.text);
                    template.before.extend(words(piece.text));
                    template.is_joined = false;
                }
            }
        }
        // A template may end in blanks anyway.
        template.text.truncate(template.text.trim_end().len());
        template
    }

    fn mark(&mut self, piece: &Piece<'_>) {
        if piece.kind == PieceKind::Blank {
            self.text.push(' ');
        } else {
            push_literal(&mut self.text, piece.text);
        }
        self.is_joined = matches!(piece.text, ":" | "/")
            && self.last_ip.is_some()
            && self.fields.last().map(String::as_str) == self.last_ip;
    }

    fn is_value(&self, kind: PieceKind, varies: bool, rows: usize) -> bool {
        match kind {
            PieceKind::Word => {
                let names_user =
                    |word: &String| matches!(word.as_str(), "user" | "username" | "account");
                // One row alone does not show that its user varies.
                varies || (rows == 1 && self.before.last().is_some_and(names_user))
            }
            // A number that is always the same belongs to the text, unless it is a port.
            PieceKind::Number => varies || rows < 3 || self.is_joined,
            _ => true,
        }
    }

    /// Writes a value; returns its field.
    fn value(&mut self, kind: PieceKind, values: &[&str], next: &str, name: &str) -> String {
        let joined = self.last_ip.filter(|_| self.is_joined);
        let known = role(kind, values, &self.before, joined, self.last_ip, next);
        let base = known.map_or_else(
            || {
                let near = self.before.last().map_or("value", String::as_str);
                format!("aidos.{name}.{}", super::slug(near))
            },
            str::to_owned,
        );
        let field = self.free(&base, name);
        if kind == PieceKind::Ip {
            self.last_ip = match field.as_str() {
                "source.ip" => Some("source.ip"),
                "destination.ip" => Some("destination.ip"),
                _ => None,
            };
        }
        let part = match kind {
            PieceKind::Word | PieceKind::Url | PieceKind::Email => ":word",
            PieceKind::Ip => ":ip",
            PieceKind::Mac => ":mac",
            PieceKind::Number => ":num",
            PieceKind::Quoted => ":inner",
            PieceKind::Blank | PieceKind::Mark => "",
        };
        let _ = write!(self.text, "{{{field}{part}}}");
        self.before.clear();
        self.is_joined = false;
        self.fields.push(field.clone());
        field
    }

    /// The field, or another one where the template has it already.
    fn free(&self, base: &str, name: &str) -> String {
        let is_taken = |field: &str| self.fields.iter().any(|taken| taken == field);
        if !is_taken(base) {
            return base.to_owned();
        }
        if base == "source.ip" && !is_taken("destination.ip") {
            return "destination.ip".to_owned();
        }
        let base = if base.starts_with("aidos.") {
            base.to_owned()
        } else {
            format!("aidos.{name}.{}", super::slug(base))
        };
        // No more fields than pieces, so that one of these is free.
        (2..=self.fields.len() + 2)
            .map(|number| format!("{base}_{number}"))
            .find(|field| !is_taken(field))
            .unwrap_or(base)
    }
}

fn push_literal(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '{' => out.push_str("{{"),
            '}' => out.push_str("}}"),
            c => out.push(c),
        }
    }
}

/// The field of a value by its kind and the words before it.
fn role(
    kind: PieceKind,
    values: &[&str],
    before: &[String],
    joined_ip: Option<&'static str>,
    last_ip: Option<&'static str>,
    next: &str,
) -> Option<&'static str> {
    let near: Vec<String> = before.iter().rev().take(2).cloned().collect();
    let last = near.first().map_or("", String::as_str);
    let side_port = |ip: Option<&str>| match ip {
        Some("destination.ip") => Some("destination.port"),
        Some(_) => Some("source.port"),
        None => None,
    };
    let all = |known: &[&str]| {
        values
            .iter()
            .all(|value| known.iter().any(|k| value.eq_ignore_ascii_case(k)))
    };
    match kind {
        PieceKind::Ip => known(near.get(..1).unwrap_or_default(), Kind::Ip)
            .or_else(|| known(&near, Kind::Ip))
            .or(Some("source.ip")),
        PieceKind::Mac => known(&near, Kind::Mac).or(Some("source.mac")),
        PieceKind::Email => known(&near, Kind::Email),
        PieceKind::Url => Some("url.original"),
        PieceKind::Number => {
            if joined_ip.is_some() {
                return side_port(joined_ip);
            }
            if last == "port" {
                return known(&near, Kind::Integer)
                    .filter(|_| near.len() > 1 && near.get(1).is_some_and(|word| word != "port"))
                    .filter(|field| *field == "source.port")
                    .or_else(|| side_port(last_ip))
                    .or(Some("destination.port"));
            }
            if matches!(next, "bytes" | "octets") || matches!(last, "bytes" | "len" | "length") {
                return Some("network.bytes");
            }
            known(near.get(..1).unwrap_or_default(), Kind::Integer)
        }
        PieceKind::Word => {
            if all(&["tcp", "udp", "icmp", "icmpv6", "gre", "esp", "sctp"]) {
                Some("network.transport")
            } else if all(&[
                "allow",
                "allowed",
                "accept",
                "accepted",
                "permit",
                "permitted",
                "pass",
                "deny",
                "denied",
                "drop",
                "dropped",
                "block",
                "blocked",
                "reject",
                "rejected",
                "success",
                "succeeded",
                "failure",
                "failed",
                "opened",
                "closed",
                "started",
                "stopped",
            ]) {
                Some("event.action")
            } else if matches!(
                last,
                "user" | "username" | "by" | "account" | "login" | "for"
            ) {
                Some("user.name")
            } else {
                known(near.get(..1).unwrap_or_default(), Kind::Word)
            }
        }
        PieceKind::Quoted if values.iter().all(|value| value.starts_with('/')) => {
            Some("url.original")
        }
        PieceKind::Quoted => known(near.get(..1).unwrap_or_default(), Kind::Text),
        PieceKind::Blank | PieceKind::Mark => None,
    }
}
