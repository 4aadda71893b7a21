//! Lines of syslog (RFC 3164, RFC 5424) and the Common Event Format in them (`CEF:0|vendor|product|…|key=value …`).

use aidos_model::Timestamp;

use super::{Role, Sighted, Sightings, Spot};
use crate::indicator::scan;

/// The priority of a line of syslog, `<134>`.
pub(super) fn priority(line: &str) -> Option<u16> {
    let (number, _) = line.strip_prefix('<')?.split_once('>')?;
    number.parse().ok().filter(|number| *number < 192)
}

pub(super) fn read(bytes: &[u8], seen: &mut Sightings) {
    for (number, line) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
        let line = String::from_utf8_lossy(line);
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        seen.rows += 1;
        let head = header_time(line);
        match line.find("CEF:") {
            Some(at) => event(&line[at..], head, number, seen),
            None => add(line, Role::Named, head, None, number, false, seen),
        }
    }
}

fn event(text: &str, head: Option<Timestamp>, number: u64, seen: &mut Sightings) {
    let mut rest = text;
    let mut fields = Vec::new();
    while fields.len() < 7 {
        let Some(end) = bare(rest, '|') else { break };
        fields.push(rest[..end].replace("\\|", "|"));
        rest = &rest[end + 1..];
    }
    if fields.len() < 7 {
        seen.bad += 1;
        add(text, Role::Named, head, None, number, false, seen);
        return;
    }
    let name = fields.get(5).map(String::as_str);
    let pairs = pairs(rest);
    let epoch = |key: &str| {
        let (_, value) = pairs.iter().find(|(known, _)| *known == key)?;
        let millis: i64 = value.parse().ok()?;
        Timestamp::from_seconds(millis.div_euclid(1000))
    };
    let time = epoch("rt")
        .or_else(|| epoch("start"))
        .or_else(|| epoch("end"))
        .or(head);
    for (key, value) in &pairs {
        let role = match *key {
            "src" | "shost" | "smac" | "sourceTranslatedAddress" | "sourceDnsDomain" | "c6a2" => {
                Role::Source
            }
            "dst"
            | "dhost"
            | "dmac"
            | "destinationTranslatedAddress"
            | "destinationDnsDomain"
            | "c6a3" => Role::Destination,
            "suser" => Role::Sender,
            "duser" => Role::Recipient,
            // Who made the event.
            "dvc" | "dvchost" | "dvcmac" | "agentAddress" => continue,
            _ => Role::Named,
        };
        add(
            value,
            role,
            time,
            name,
            number,
            role != Role::Destination,
            seen,
        );
    }
}

/// The place of a sign that no backslash escapes.
fn bare(text: &str, sign: char) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().find_map(|(at, here)| {
        let found = here == sign && !escaped;
        escaped = here == '\\' && !escaped;
        found.then_some(at)
    })
}

/// `key=value key=value`, a value may hold blanks, `\=` stands for `=`.
fn pairs(text: &str) -> Vec<(&str, String)> {
    let mut starts = Vec::new();
    let mut from = 0;
    while let Some(at) = bare(&text[from..], '=').map(|at| from + at) {
        let key_from = match text[from..at].rfind(' ') {
            Some(blank) => from + blank + 1,
            None if starts.is_empty() && from == 0 => 0,
            None => {
                from = at + 1;
                continue;
            }
        };
        let key = &text[key_from..at];
        let lawful = !key.is_empty()
            && key.bytes().all(|byte| {
                byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'[' | b']')
            });
        if lawful {
            starts.push((key_from, at));
        }
        from = at + 1;
    }
    let ends = starts
        .iter()
        .skip(1)
        .map(|(start, _)| *start)
        .chain([text.len()]);
    starts
        .iter()
        .zip(ends)
        .map(|((start, equals), end)| {
            let value = text[equals + 1..end].trim();
            (
                &text[*start..*equals],
                value
                    .replace("\\=", "=")
                    .replace("\\n", " ")
                    .replace("\\\\", "\\"),
            )
        })
        .collect()
}

fn add(
    value: &str,
    role: Role,
    time: Option<Timestamp>,
    context: Option<&str>,
    number: u64,
    watch: bool,
    seen: &mut Sightings,
) {
    scan(value.as_bytes(), &mut |find| {
        let sighted = Sighted::of(&find, role, Spot::Line(number), watch);
        seen.add(sighted.at(time).about(context));
    });
}

/// The time at the head of a line, where it has a year.
fn header_time(line: &str) -> Option<Timestamp> {
    let line = match line.strip_prefix('<') {
        Some(rest) => rest.split_once('>')?.1,
        None => line,
    };
    line.split(' ').take(2).find_map(Timestamp::parse)
}
