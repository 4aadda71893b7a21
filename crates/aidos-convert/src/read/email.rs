//! One message of e-mail: RFC 5322 headers, RFC 2045 parts, RFC 2047 words.
//!
//! Senders, relays (`Received`, the part before `by`), recipients; what the body names; names and SHA-256 of attachments.
//! Parts are walked with a list, not by recursion, and only so deep: a message of a stranger does not choose how much stack
//! is used.

use std::fmt::Write as _;

use aidos_model::Timestamp;
use sha2::{Digest, Sha256};

use super::{Mail, Role, Sighted, Sightings, Spot};
use crate::indicator::{Kind, Reach, scan};

/// Parts that are looked at, and how deep they may lie in each other.
const MOST_PARTS: usize = 1_000;
const DEEPEST: usize = 16;

/// Whether a text begins with headers of a message.
pub(super) fn looks_like(head: &str) -> bool {
    let mut known = 0;
    for line in head.lines().take(200) {
        if line.is_empty() {
            break;
        }
        if line.starts_with([' ', '\t']) {
            continue;
        }
        let Some((name, _)) = line.split_once(':') else {
            // The first line of a mailbox.
            if known == 0 && line.starts_with("From ") {
                continue;
            }
            return false;
        };
        if name.contains(' ') {
            return false;
        }
        let name = name.to_ascii_lowercase();
        let headers = [
            "from",
            "to",
            "subject",
            "date",
            "received",
            "return-path",
            "message-id",
            "mime-version",
            "delivered-to",
        ];
        known += u32::from(headers.contains(&name.as_str()));
    }
    known >= 2
}

pub(super) fn read(bytes: &[u8], seen: &mut Sightings) {
    let (headers, body) = headers(bytes);
    seen.rows = 1;
    let first = |name: &str| {
        headers
            .iter()
            .find(|header| header.name == name)
            .map(|header| decoded_words(&header.value))
    };
    let mut mail = Mail {
        subject: first("subject"),
        date: first("date").as_deref().and_then(date),
        ..Mail::default()
    };
    let time = mail.date;
    for header in &headers {
        let text = decoded_words(&header.value);
        let (text, role, only) = match header.name.as_str() {
            "from" | "return-path" | "reply-to" | "sender" => {
                (text.as_str(), Role::Sender, Some(Kind::Email))
            }
            "to" | "cc" | "bcc" | "delivered-to" => {
                (text.as_str(), Role::Recipient, Some(Kind::Email))
            }
            "received" => (before_by(&text), Role::Relay, None),
            "x-originating-ip" | "x-sender-ip" => (text.as_str(), Role::Source, None),
            "subject" => (text.as_str(), Role::Named, None),
            _ => continue,
        };
        scan(text.as_bytes(), &mut |find| {
            let address = matches!(find.kind, Kind::Ipv4 | Kind::Ipv6);
            let wanted = match (only, role) {
                (Some(kind), _) => kind == find.kind,
                // Names in `Received` are what the other side called itself.
                (None, Role::Relay | Role::Source) => address,
                _ => true,
            };
            if !wanted {
                return;
            }
            match header.name.as_str() {
                "from" => {
                    mail.from.get_or_insert_with(|| find.value.to_string());
                }
                "to" => mail.to.push(find.value.to_string()),
                _ => {}
            }
            let sighted = Sighted::of(&find, role, Spot::Line(header.line), true);
            seen.add(sighted.at(time).about(Some(&header.name)));
        });
    }
    parts(&headers, body, time, seen);
    mail.to.sort();
    mail.to.dedup();
    seen.mail = Some(mail);
}

/// What the sending side is called: `from mx.example (mx.example [198.51.100.7]) by …`.
fn before_by(text: &str) -> &str {
    text.find(" by ").map_or(text, |at| &text[..at])
}

fn parts(top: &[Header], body: &[u8], time: Option<Timestamp>, seen: &mut Sightings) {
    let mut waiting = vec![(0, Part::of(top), body)];
    let mut count = 0;
    while let Some((depth, part, body)) = waiting.pop() {
        count += 1;
        if count > MOST_PARTS {
            return;
        }
        if let Some(boundary) = part.boundary.as_deref().filter(|_| depth < DEEPEST) {
            let mut inner: Vec<_> = split(body, boundary)
                .map(|piece| {
                    let (headers, body) = headers(piece);
                    (depth + 1, Part::of(&headers), body)
                })
                .collect();
            // In order: the last is taken first.
            inner.reverse();
            waiting.append(&mut inner);
            continue;
        }
        let content = match part.encoding.as_str() {
            "base64" => base64(body),
            "quoted-printable" => quoted_printable(body),
            _ => body.to_vec(),
        };
        if part.name.is_some() || part.attached {
            let digest = Sha256::digest(&content);
            let mut hash = String::with_capacity(64);
            for byte in digest {
                let _ = write!(hash, "{byte:02x}");
            }
            let name = part.name.as_deref();
            let mut add = |kind: Kind, value: &str| {
                seen.add(
                    Sighted {
                        kind,
                        value: value.to_owned(),
                        role: Role::Attachment,
                        spot: Spot::Line(1),
                        times: None,
                        context: None,
                        count: 1,
                        // A picture of a signature is attached to a million mails.
                        watch: kind == Kind::Sha256 && !part.kind.starts_with("image/"),
                        reach: Reach::Public,
                    }
                    .at(time)
                    .about(name),
                );
            };
            if let Some(name) = name {
                add(Kind::FileName, name);
            }
            add(Kind::Sha256, &hash);
        } else if part.kind.starts_with("text/") || part.kind.is_empty() {
            let text = String::from_utf8_lossy(&content);
            let text = if part.kind == "text/html" {
                text.replace("&amp;", "&")
            } else {
                text.into_owned()
            };
            scan(text.as_bytes(), &mut |find| {
                let sighted = Sighted::of(&find, Role::Named, Spot::Byte(find.start), true);
                seen.add(sighted.at(time).about(Some("body")));
            });
        }
    }
}

struct Header {
    /// In lower case.
    name: String,
    value: String,
    line: u64,
}

/// The headers, unfolded, and what follows the empty line.
fn headers(bytes: &[u8]) -> (Vec<Header>, &[u8]) {
    let mut out: Vec<Header> = Vec::new();
    let mut rest = bytes;
    for number in 1.. {
        let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
        let (line, behind) = rest.split_at(end);
        if line.is_empty() {
            break;
        }
        rest = behind;
        let text = String::from_utf8_lossy(line);
        let text = text.trim_end_matches(['\r', '\n']);
        if text.is_empty() {
            break;
        }
        if text.starts_with([' ', '\t']) {
            if let Some(last) = out.last_mut() {
                last.value.push(' ');
                last.value += text.trim();
            }
        } else if let Some((name, value)) = text.split_once(':') {
            out.push(Header {
                name: name.trim().to_ascii_lowercase(),
                value: value.trim().to_owned(),
                line: number,
            });
        }
    }
    (out, rest)
}

/// What the headers of a part say of it.
struct Part {
    kind: String,
    boundary: Option<String>,
    encoding: String,
    name: Option<String>,
    attached: bool,
}

impl Part {
    fn of(headers: &[Header]) -> Self {
        let get = |name: &str| {
            let header = headers.iter().find(|header| header.name == name);
            header.map_or("", |header| header.value.as_str())
        };
        let (kind, disposition) = (get("content-type"), get("content-disposition"));
        let word = |text: &str| {
            text.split(';')
                .next()
                .unwrap_or_default()
                .trim()
                .to_ascii_lowercase()
        };
        let media = word(kind);
        Self {
            boundary: parameter(kind, "boundary")
                .filter(|it| media.starts_with("multipart/") && !it.is_empty()),
            kind: media,
            encoding: word(get("content-transfer-encoding")),
            name: parameter(disposition, "filename")
                .or_else(|| parameter(kind, "name"))
                .map(|name| decoded_words(&name))
                .filter(|name| !name.is_empty()),
            attached: word(disposition) == "attachment",
        }
    }
}

/// `name="value"`, `name=value`, or `name*=utf-8''va%20lue` (RFC 2231), of a header.
fn parameter(header: &str, name: &str) -> Option<String> {
    let mut rest = header;
    while let Some(at) = rest.find(';') {
        rest = rest[at + 1..].trim_start();
        let (key, value) = rest.split_once('=')?;
        let key = key.trim().to_ascii_lowercase();
        let (value, behind) = if let Some(quoted) = value.trim_start().strip_prefix('"') {
            quoted.split_once('"').unwrap_or((quoted, ""))
        } else {
            let end = value.find(';').unwrap_or(value.len());
            (value[..end].trim(), &value[end..])
        };
        rest = behind;
        if key == name {
            return Some(value.to_owned());
        }
        if key.strip_suffix('*') == Some(name) {
            let text = value.rsplit('\'').next().unwrap_or(value);
            let bytes = escaped(text.as_bytes(), b'%');
            return Some(String::from_utf8_lossy(&bytes).into_owned());
        }
    }
    None
}

/// The pieces between lines of `--boundary`; what stands before the first and behind the last is left out.
fn split<'b>(body: &'b [u8], boundary: &str) -> impl Iterator<Item = &'b [u8]> {
    let mark = format!("--{boundary}");
    let mut starts = Vec::new();
    for at in memchr::memmem::find_iter(body, mark.as_bytes()) {
        let fresh = at == 0 || body[at - 1] == b'\n';
        let behind = &body[at + mark.len()..];
        let end = memchr::memchr(b'\n', behind).map_or(behind.len(), |at| at + 1);
        let tail = behind[..end].trim_ascii();
        if fresh && (tail.is_empty() || tail == b"--") {
            starts.push((at, at + mark.len() + end, tail == b"--"));
        }
        if starts.len() > MOST_PARTS {
            break;
        }
    }
    let ends: Vec<usize> = starts
        .iter()
        .skip(1)
        .map(|(at, ..)| *at)
        .chain([body.len()])
        .collect();
    starts
        .into_iter()
        .zip(ends)
        .take_while(|((_, _, last), _)| !last)
        .map(|((_, from, _), to)| {
            let piece = &body[from.min(to)..to];
            let piece = piece.strip_suffix(b"\n").unwrap_or(piece);
            piece.strip_suffix(b"\r").unwrap_or(piece)
        })
}

/// `=?utf-8?B?…?=` and `=?utf-8?Q?…?=` in a text; Latin-1 is read, other encodings as far as they are ASCII.
fn decoded_words(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    let mut word_before = false;
    while let Some(at) = rest.find("=?") {
        let decoded = (|| {
            let (charset, behind) = rest[at + 2..].split_once('?')?;
            let (encoding, behind) = behind.split_once('?')?;
            let (word, behind) = behind.split_once("?=")?;
            let bytes = match encoding {
                "B" | "b" => base64(word.as_bytes()),
                "Q" | "q" => escaped(word.replace('_', " ").as_bytes(), b'='),
                _ => return None,
            };
            let latin = ["iso-8859-1", "latin1", "windows-1252"];
            let text = if latin.iter().any(|name| charset.eq_ignore_ascii_case(name)) {
                bytes.iter().map(|byte| char::from(*byte)).collect()
            } else {
                String::from_utf8_lossy(&bytes).into_owned()
            };
            Some((text, behind))
        })();
        let between = &rest[..at];
        let Some((text, behind)) = decoded else {
            out += &rest[..at + 2];
            rest = &rest[at + 2..];
            word_before = false;
            continue;
        };
        // Blanks between two words are of the folding.
        if !(word_before && between.trim().is_empty()) {
            out += between;
        }
        out += &text;
        rest = behind;
        word_before = true;
    }
    out + rest
}

fn base64(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut have) = (0u32, 0);
    for &byte in text {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => break,
            _ => continue,
        };
        bits = bits << 6 | u32::from(value);
        have += 6;
        if have >= 8 {
            have -= 8;
            out.push((bits >> have).to_le_bytes()[0]);
        }
    }
    out
}

fn quoted_printable(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        let bare = line.trim_ascii_end();
        match bare.strip_suffix(b"=") {
            // The line goes on.
            Some(bare) => out.append(&mut escaped(bare, b'=')),
            None => out.append(&mut escaped(line, b'=')),
        }
    }
    out
}

/// Two hexadecimal digits behind a sign stand for a byte.
fn escaped(text: &[u8], sign: u8) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        let digit = |at: usize| char::from(*text.get(at)?).to_digit(16);
        if byte == sign
            && let (Some(high), Some(low)) = (digit(at + 1), digit(at + 2))
        {
            out.push((high << 4 | low).to_le_bytes()[0]);
            at += 3;
        } else {
            out.push(byte);
            at += 1;
        }
    }
    out
}

/// RFC 5322's date: `Sat, 7 Mar 2026 10:38:03 +0200 (EET)`.
pub(crate) fn date(text: &str) -> Option<Timestamp> {
    const MONTHS: [&str; 12] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    let text = text.split_once(',').map_or(text, |(_, rest)| rest);
    let mut words = text.split_ascii_whitespace();
    let day: u8 = words.next()?.parse().ok()?;
    let month = words.next()?.get(..3)?.to_ascii_lowercase();
    let month = MONTHS.iter().position(|known| *known == month)? + 1;
    let year: u16 = words.next()?.parse().ok()?;
    let clock = words.next()?;
    let clock = if clock.len() == 5 {
        format!("{clock}:00")
    } else {
        clock.to_owned()
    };
    let zone = match words.next() {
        Some(zone) if zone.len() == 5 && zone.starts_with(['+', '-']) => {
            format!("{}:{}", zone.get(..3)?, zone.get(3..)?)
        }
        Some("GMT" | "UT" | "UTC" | "Z") | None => "Z".to_owned(),
        Some(_) => return None,
    };
    Timestamp::parse(&format!("{year:04}-{month:02}-{day:02}T{clock}{zone}"))
}
