//! Proposals for lines of text: `key=value` pairs, or shapes that rows have in common.

use std::fmt::Write as _;

use super::names::{guess, known, words};
use super::pieces::{Piece, PieceKind, split};
use super::values::{Kind, kind, needed_format};
use super::write::File;
use super::{Proposal, most};
use crate::clean::stamp::{self, Stamp};
use crate::extract::mapped::{head, pairs};

/// A stamp that the formats of a mapping read, for `[parts]`; RFC 3339 too, as in cleansed messages.
const OTHER_STAMP: &str = r"[0-9]+[./-][0-9A-Za-z]+[./-][0-9]+(?:,? [0-9]+:[0-9]+(?::[0-9]+)?(?: ?[AaPp][Mm])?)?|%{stamp}";

/// At most so many shapes are written.
const MOST_SHAPES: usize = 40;

/// The lines without what stands before the interesting part.
struct Bodies<'a> {
    bodies: Vec<&'a str>,
    is_syslog: bool,
    program: Option<&'a str>,
}

impl<'a> Bodies<'a> {
    fn new(lines: &[&'a str]) -> Self {
        let heads: Vec<head::Head<'a>> = lines.iter().map(|line| head::read(line)).collect();
        let is_syslog = most(&heads, |head| {
            head.stamp.is_some() && head.program.is_some()
        });
        if !is_syslog {
            return Self {
                bodies: lines.to_vec(),
                is_syslog,
                program: None,
            };
        }
        let program = heads.first().and_then(|head| head.program);
        let same = heads.iter().all(|head| head.program == program);
        Self {
            bodies: heads.iter().map(|head| head.body).collect(),
            is_syslog,
            program: program.filter(|_| same),
        }
    }

    fn write(&self, file: &mut File) {
        if self.is_syslog {
            file.comment("Stamp, host and program are read from the syslog header.");
            file.key("head", "syslog");
        }
        if let Some(program) = self.program {
            file.list("program", &[program]);
        }
    }
}

fn start(name: &str, about: &str, bodies: &Bodies<'_>, comments: usize) -> File {
    let mut file = File::new(name, "text", about);
    bodies.write(&mut file);
    if comments > 0 {
        file.list("skip", &["^#", "^//"]);
    }
    file
}

/// The length of the stamp at the start of a body, and whether a format is needed for it.
fn leading_stamp(body: &str) -> Option<(usize, bool)> {
    let words: Vec<usize> = body
        .match_indices(' ')
        .map(|(at, _)| at)
        .chain([body.len()])
        .take(4)
        .collect();
    let own = stamp::read(body).filter(|(found, _)| !matches!(found, Stamp::ClockOnly));
    // The day first, where the known reader takes it for the month.
    let other = words.iter().rev().find_map(|&at| {
        let text = body.get(..at)?.trim_end_matches([',', ':', ';', '|']);
        (kind(text) == Some(Kind::Stamp) && text.len() > 10).then_some(text.len())
    });
    match (own, other) {
        (Some((_, len)), _) => Some((len, false)),
        (None, Some(len)) => Some((len, true)),
        (None, None) => None,
    }
}

/// Lines that are mostly `key=value`.
pub(super) fn from_pairs(lines: &[&str], comments: usize, name: &str) -> Option<Proposal> {
    let bodies = Bodies::new(lines);
    let styles = [
        (" ", "="),
        (",", "="),
        (";", "="),
        ("|", "="),
        ("\t", "="),
        (",", ":"),
        (";", ":"),
        ("|", ":"),
    ];
    let (style, coverage) = styles
        .into_iter()
        .map(|(separator, assign)| {
            let style = pairs::Style {
                separator: separator.to_owned(),
                assign: assign.to_owned(),
                trim: if separator == " " {
                    vec![',']
                } else {
                    Vec::new()
                },
                open_ended: false,
            };
            let covered = coverage(&bodies.bodies, &style);
            (style, covered)
        })
        .reduce(|best, next| if next.1 > best.1 { next } else { best })?;
    if coverage < 50 {
        return None;
    }
    // Values by key, in the order of the keys' first rows.
    let mut columns: Vec<(String, Vec<&str>)> = Vec::new();
    let mut firsts: Vec<&str> = Vec::new();
    let mut times = Vec::new();
    for (row, body) in bodies.bodies.iter().enumerate() {
        let mut is_first = true;
        pairs::each(body, &style, &mut |key, value| {
            let end = (key.as_ptr() as usize).wrapping_sub(body.as_ptr() as usize);
            let before = body.get(..end).unwrap_or_default();
            if is_first {
                is_first = false;
                times.extend(
                    leading_stamp(before.trim()).map(|(len, other)| (before.trim(), len, other)),
                );
                if !firsts.contains(&key) {
                    firsts.push(key);
                }
            }
            let std::borrow::Cow::Borrowed(value) = value else {
                return;
            };
            let at = columns
                .iter()
                .position(|(known, _)| known == key)
                .unwrap_or_else(|| {
                    columns.push((key.to_owned(), Vec::new()));
                    columns.len() - 1
                });
            if let Some((_, values)) = columns.get_mut(at) {
                values.resize(row, "");
                values.push(value);
            }
        });
    }
    columns.truncate(150);
    for (_, values) in &mut columns {
        values.resize(bodies.bodies.len(), "");
    }
    let guesses = guess(&columns, name);
    let about = format!("{} lines of {} keys and values", lines.len(), columns.len());
    let mut file = start(name, &about, &bodies, comments);
    let has_time = times.len() * 10 >= lines.len() * 9;
    let needs_part = has_time && times.iter().any(|(_, _, other)| *other);
    let stamps: Vec<&str> = if has_time {
        times
            .iter()
            .filter_map(|(before, len, _)| before.get(..*len))
            .collect()
    } else {
        let time = guesses
            .iter()
            .position(|guess| guess.field.as_deref() == Some("@timestamp"));
        time.and_then(|at| columns.get(at))
            .map(|(_, values)| values.clone())
            .unwrap_or_default()
    };
    if let Some(format) = needed_format(&stamps) {
        file.list("time_formats", &[format]);
    }
    if needs_part {
        file.table("[parts]");
        file.key("when", OTHER_STAMP);
    }
    file.table("[[pattern]]");
    let time = match (has_time, needs_part) {
        (false, _) => "",
        (true, false) => "[^0-9A-Za-z]*%{stamp:time}",
        (true, true) => "[^0-9A-Za-z]*%{when:time}",
    };
    firsts.truncate(20);
    let firsts: Vec<String> = firsts.iter().map(|key| regex::escape(key)).collect();
    let assign = regex::escape(&style.assign);
    file.key(
        "match",
        &format!("^{time}.*?(?<pairs>(?:{}){assign}.*)$", firsts.join("|")),
    );
    file.table("[pairs]");
    file.key("separator", &style.separator);
    file.key("assign", &style.assign);
    if !style.trim.is_empty() {
        file.key("trim", ",");
    }
    file.table("[pairs.keys]");
    let guesses: Vec<_> = if has_time {
        // The stamp at the start is the row's time, others are facts in it.
        guesses
            .into_iter()
            .map(|mut guess| {
                if guess.field.as_deref() == Some("@timestamp") {
                    guess.field = Some(format!("aidos.{name}.{}_time", super::slug(&guess.source)));
                }
                guess
            })
            .collect()
    } else {
        guesses
    };
    file.guesses(&guesses);
    file.types(&guesses);
    let mut why = vec![about];
    why.extend(guesses.iter().filter_map(|guess| {
        Some(format!(
            "key `{}` is taken for `{}`: {}",
            guess.source,
            guess.field.as_ref()?,
            guess.why
        ))
    }));
    Some(Proposal {
        toml: file.done(),
        why,
    })
}

/// How much of the lines are pairs, in percent; 0 where a line has fewer than three.
fn coverage(bodies: &[&str], style: &pairs::Style) -> usize {
    let mut total = 0;
    let mut covered = 0;
    let mut rich = 0;
    for body in bodies {
        let mut count = 0;
        pairs::each(body, style, &mut |key, value| {
            let sound = key.chars().next().is_some_and(char::is_alphabetic)
                && key
                    .chars()
                    .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
            if sound && key.len() <= 40 {
                count += 1;
                covered += key.len() + value.len() + 2;
            }
        });
        rich += usize::from(count >= 3);
        total += body.len() + 1;
    }
    if rich * 10 < bodies.len() * 7 || rich == 0 {
        return 0;
    }
    covered * 100 / total.max(1)
}

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
        Some(if all == 0 { 100 } else { equal * 100 / all })
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

/// Free text: puts lines of the same shape together and writes a template for each shape.
pub(super) fn from_text(lines: &[&str], comments: usize, name: &str) -> Option<Proposal> {
    let bodies = Bodies::new(lines);
    let mut shapes: Vec<Shape<'_>> = Vec::new();
    let mut stamps: Vec<&str> = Vec::new();
    let mut needs_part = false;
    let mut timed = 0;
    let stamped: Vec<Option<(usize, bool)>> = bodies
        .bodies
        .iter()
        .map(|body| leading_stamp(body))
        .collect();
    let has_time = !bodies.is_syslog && most(&stamped, Option::is_some);
    for (body, stamp) in bodies.bodies.iter().zip(&stamped) {
        let mut rest = *body;
        if has_time {
            let Some((len, other)) = stamp else { continue };
            stamps.extend(body.get(..*len));
            needs_part |= other;
            timed += 1;
            rest = body.get(*len..).unwrap_or_default();
        }
        let pieces = split(rest);
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
    if timed > 0 {
        why.push(format!(
            "{timed} of {} lines begin with a stamp",
            lines.len()
        ));
    }
    let mut types: Vec<super::names::Guess> = Vec::new();
    let mut found = false;
    for shape in &shapes {
        let (template, fields) = template(shape, name, &mut types);
        found |= !fields.is_empty();
        let rows = if shape.rows == 1 {
            "1 row".to_owned()
        } else {
            format!("{} rows", shape.rows)
        };
        let reason = match fields.as_slice() {
            [] => format!("{rows} without values"),
            fields => format!("{rows}: {}", fields.join(", ")),
        };
        file.table("[[pattern]]");
        file.comment(&reason);
        let time = match (has_time, needs_part || format.is_some()) {
            (false, _) => "",
            (true, false) => "{time}",
            (true, true) => "{time:when}",
        };
        file.key("template", &format!("{time}{template}"));
        why.push(format!("a shape of {reason}"));
    }
    if !found && !has_time {
        return None;
    }
    file.types(&types);
    Some(Proposal {
        toml: file.done(),
        why,
    })
}

/// The template of a shape and the fields in it.
fn template(
    shape: &Shape<'_>,
    name: &str,
    types: &mut Vec<super::names::Guess>,
) -> (String, Vec<String>) {
    let mut out = String::new();
    let mut fields: Vec<String> = Vec::new();
    let mut before: Vec<String> = Vec::new();
    let mut last_ip: Option<&'static str> = None;
    let mut after_joint = false;
    let iter = shape.pieces.iter().zip(&shape.values).zip(&shape.varies);
    for (index, ((piece, values), varies)) in iter.enumerate() {
        let is_value = match piece.kind {
            PieceKind::Blank => {
                out.push(' ');
                false
            }
            PieceKind::Mark => {
                push_literal(&mut out, piece.text);
                false
            }
            PieceKind::Word => {
                let names_user = before
                    .last()
                    .is_some_and(|word| matches!(word.as_str(), "user" | "username" | "account"));
                *varies || (shape.rows == 1 && names_user)
            }
            // A number that is always the same belongs to the text, unless it is a port.
            PieceKind::Number => *varies || shape.rows < 3 || (after_joint && last_ip.is_some()),
            _ => true,
        };
        if matches!(piece.kind, PieceKind::Blank | PieceKind::Mark) {
            after_joint = matches!(piece.text, ":" | "/")
                && fields.last().map(String::as_str) == last_ip
                && last_ip.is_some();
            continue;
        }
        if !is_value {
            push_literal(&mut out, piece.text);
            before.extend(words(piece.text));
            after_joint = false;
            continue;
        }
        let next = shape.pieces.get(index + 1..).unwrap_or_default();
        let next_word = next
            .iter()
            .find(|piece| piece.kind == PieceKind::Word)
            .map_or("", |piece| piece.text);
        let wanted = role(
            piece.kind,
            values,
            &before,
            last_ip.filter(|_| after_joint),
            last_ip,
            next_word,
        );
        let base = wanted.map_or_else(
            || {
                let near = before.last().map_or("value", String::as_str);
                format!("aidos.{name}.{}", super::slug(near))
            },
            str::to_owned,
        );
        let mut field = base.clone();
        let mut number = 2;
        let is_other = base.starts_with("aidos.");
        while fields.contains(&field) && number < 20 {
            field = match base.as_str() {
                "source.ip" if number == 2 => "destination.ip".to_owned(),
                _ if is_other => format!("{base}_{number}"),
                _ => format!("aidos.{name}.{}_{number}", super::slug(&base)),
            };
            number += 1;
        }
        if piece.kind == PieceKind::Ip {
            last_ip = match field.as_str() {
                "source.ip" => Some("source.ip"),
                "destination.ip" => Some("destination.ip"),
                _ => None,
            };
        }
        let part = match piece.kind {
            PieceKind::Word if values.iter().any(|value| value.len() > 200) => "",
            PieceKind::Word | PieceKind::Url | PieceKind::Email => ":word",
            PieceKind::Ip => ":ip",
            PieceKind::Mac => ":mac",
            PieceKind::Number => ":num",
            PieceKind::Quoted => ":inner",
            PieceKind::Blank | PieceKind::Mark => "",
        };
        let _ = write!(out, "{{{field}{part}}}");
        let is_int = piece.kind == PieceKind::Number && is_other;
        if is_int
            && !types
                .iter()
                .any(|guess| guess.field.as_deref() == Some(field.as_str()))
        {
            types.push(super::names::Guess {
                source: String::new(),
                field: Some(field.clone()),
                kind: Some("number"),
                why: String::new(),
            });
        }
        before.clear();
        after_joint = false;
        fields.push(field);
    }
    // A template may end in blanks anyway.
    (out.trim_end().to_owned(), fields)
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
