//! Kinds of dirt in the e-mail file (requirement R87 and the broken separators of CSV).

use super::Row;
use super::address::Mailbox;
use crate::random::Random;
use crate::text::base64;

/// What can befall a row that stays a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Brackets,
    Arrow,
    Display,
    Mailto,
    Dot,
    AtWord,
    EncodedWord,
    Nbsp,
    Quote,
    MissingComma,
    ExtraComma,
    Semicolon,
    Crlf,
    Ambiguous,
    BadDate,
}

const KINDS: [Kind; 17] = [
    Kind::Brackets,
    Kind::Brackets,
    Kind::Arrow,
    Kind::Arrow,
    Kind::Display,
    Kind::Mailto,
    Kind::Dot,
    Kind::AtWord,
    Kind::EncodedWord,
    Kind::Nbsp,
    Kind::Quote,
    Kind::MissingComma,
    Kind::ExtraComma,
    Kind::Semicolon,
    Kind::Crlf,
    Kind::Ambiguous,
    Kind::BadDate,
];

impl Kind {
    /// The word in `dirt`.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Brackets => "angle_brackets",
            Self::Arrow => "arrow",
            Self::Display => "display_name",
            Self::Mailto => "mailto",
            Self::Dot => "trailing_dot",
            Self::AtWord => "at_word",
            Self::EncodedWord => "encoded_word",
            Self::Nbsp => "nbsp",
            Self::Quote => "stray_quote",
            Self::MissingComma => "missing_comma",
            Self::ExtraComma => "extra_comma",
            Self::Semicolon => "semicolon",
            Self::Crlf => "crlf",
            Self::Ambiguous => "ambiguous_address",
            Self::BadDate => "bad_date",
        }
    }

    /// True where the dirt destroys information: where one address ends and the next begins, or
    /// when the row was.
    pub(super) fn beyond_repair(self) -> bool {
        matches!(self, Self::Ambiguous | Self::BadDate)
    }

    /// A kind that fits the row; only repairable ones for a repeated row.
    pub(super) fn draw(random: &mut Random, boxes: &[Mailbox], repeat: bool) -> Self {
        for _ in 0..8 {
            let kind = random.pick(&KINDS);
            let fits = match kind {
                Self::Arrow => boxes.len() >= 3,
                Self::MissingComma | Self::Semicolon | Self::Ambiguous => boxes.len() >= 2,
                _ => true,
            };
            if fits && !(repeat && kind.beyond_repair()) {
                return kind;
            }
        }
        Self::Brackets
    }
}

/// Appends the dirty line.
pub(super) fn line(random: &mut Random, kind: Kind, row: &Row, o: &mut Vec<u8>) {
    let start = o.len();
    if kind == Kind::BadDate {
        o.extend_from_slice(random.pick(&[b"2023-02-30 ", b"2023-13-07 ", b"2023-03-32 "]));
        crate::clock::time_of_day(o, row.at);
    } else {
        row.stamp(o);
    }
    let count = row.boxes.len() as u32;
    // The cell that is hit; all of them in one row of four.
    let hit = random.below(count) as usize;
    let all = random.percent(25);
    // Never the first: the row keeps one address that can be read.
    let fused = 1 + random.below(count.saturating_sub(2)) as usize;
    let mut cells = row.boxes.iter().copied().enumerate();
    while let Some((i, mailbox)) = cells.next() {
        separator(random, kind, i, all || hit == i, o);
        match kind {
            Kind::Arrow if i == 0 => {
                // The first three addresses share a cell.
                mailbox.write(o);
                o.extend_from_slice(b" <- ");
                if let Some((_, second)) = cells.next() {
                    second.write(o);
                }
                o.push(b';');
                if let Some((_, third)) = cells.next() {
                    third.write(o);
                }
            }
            Kind::Ambiguous if i == fused => {
                mailbox.write(o);
                if let Some((_, next)) = cells.next() {
                    next.write(o);
                }
            }
            _ if all || hit == i => decorated(random, kind, mailbox, o),
            _ => mailbox.write(o),
        }
    }
    match kind {
        Kind::ExtraComma => o.extend_from_slice(random.pick(&[b",".as_slice(), b",,"])),
        Kind::Crlf => o.push(b'\r'),
        _ => {}
    }
    debug_assert!(!o[start..].contains(&b'\n'));
    o.push(b'\n');
}

fn separator(random: &mut Random, kind: Kind, cell: usize, hit: bool, o: &mut Vec<u8>) {
    match kind {
        // The first separator stays, or the stamp would not be a cell.
        Kind::Semicolon if cell > 0 => o.push(b';'),
        Kind::MissingComma if hit || cell == 1 => o.push(b' '),
        Kind::ExtraComma if hit => o.extend_from_slice(b",,"),
        Kind::Nbsp if hit && random.percent(30) => o.extend_from_slice(", \u{a0}".as_bytes()),
        _ => o.push(b','),
    }
}

fn decorated(random: &mut Random, kind: Kind, mailbox: Mailbox, o: &mut Vec<u8>) {
    match kind {
        Kind::Brackets if random.percent(30) => around(mailbox, b"<<", b">>", o),
        Kind::Brackets => around(mailbox, b"<", b">", o),
        Kind::Display => {
            let (last, first) = mailbox.names();
            let mut name = Vec::new();
            capital(last, &mut name);
            name.extend_from_slice(b", ");
            capital(first, &mut name);
            // RFC 4180: the cell is quoted for its comma, its own quotes are doubled.
            o.extend_from_slice(b"\"\"\"");
            o.extend_from_slice(&name);
            o.extend_from_slice(b"\"\" <");
            mailbox.write(o);
            o.extend_from_slice(b">\"");
        }
        Kind::Mailto => {
            o.extend_from_slice(b"mailto:");
            mailbox.local(o);
            o.push(b'@');
            o.extend(
                mailbox
                    .domain()
                    .bytes()
                    .map(|byte| byte.to_ascii_uppercase()),
            );
        }
        Kind::Dot => around(mailbox, b"", b".", o),
        Kind::AtWord => {
            mailbox.local(o);
            o.extend_from_slice(b" [at] ");
            o.extend_from_slice(mailbox.domain().as_bytes());
        }
        Kind::EncodedWord => {
            let name = random.pick(&["Μαρία Κ.", "Jörg Müller", "Ελένη", "José Núñez"]);
            o.extend_from_slice(b"=?UTF-8?B?");
            o.extend_from_slice(base64(name.as_bytes()).as_bytes());
            o.extend_from_slice(b"?= ");
            around(mailbox, b"<", b">", o);
        }
        Kind::Nbsp => around(mailbox, "\u{a0}".as_bytes(), "\u{a0}".as_bytes(), o),
        // A quote at the begin of a cell opens a quoted field that may swallow the lines after.
        Kind::Quote if random.percent(33) => around(mailbox, b"\"", b"", o),
        Kind::Quote => around(mailbox, b"", b"\"", o),
        _ => mailbox.write(o),
    }
}

fn around(mailbox: Mailbox, before: &[u8], after: &[u8], o: &mut Vec<u8>) {
    o.extend_from_slice(before);
    mailbox.write(o);
    o.extend_from_slice(after);
}

fn capital(name: &str, o: &mut Vec<u8>) {
    let start = o.len();
    o.extend_from_slice(name.as_bytes());
    if let Some(first) = o.get_mut(start) {
        first.make_ascii_uppercase();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> Row {
        Row {
            at: 0,
            boxes: vec![Mailbox::staff(1), Mailbox::staff(2), Mailbox::staff(3)],
        }
    }

    /// All that the kind makes of the row in a hundred draws.
    fn drawn(kind: Kind) -> Vec<String> {
        let mut random = Random::new(1, 1);
        let mut lines: Vec<String> = (0..100)
            .map(|_| {
                let mut out = Vec::new();
                line(&mut random, kind, &row(), &mut out);
                String::from_utf8(out).expect("UTF-8")
            })
            .collect();
        lines.sort();
        lines.dedup();
        lines
    }

    #[test]
    fn every_kind_changes_the_line_and_keeps_it_one() {
        let mut clean = Vec::new();
        row().line(&mut clean);
        let clean = String::from_utf8(clean).expect("UTF-8");
        for kind in KINDS {
            for line in drawn(kind) {
                assert_ne!(line, clean, "{}", kind.word());
                assert!(line.ends_with('\n') && line.matches('\n').count() == 1);
            }
        }
    }

    #[test]
    fn samples() {
        let stamp = "2023-03-01 00:00:00";
        let (a, b, c) = (
            "nikos.papadopoulos@asklepion.example",
            "eleni.papadopoulos@asklepion.example",
            "giorgos.papadopoulos@asklepion.example",
        );
        for (kind, line) in [
            (Kind::Arrow, format!("{stamp},{a} <- {b};{c}\n")),
            (Kind::Ambiguous, format!("{stamp},{a},{b}{c}\n")),
            (Kind::Semicolon, format!("{stamp},{a};{b};{c}\n")),
            (Kind::Dot, format!("{stamp},{a},{b}.,{c}\n")),
            (
                Kind::Display,
                format!("{stamp},{a},{b},\"\"\"Papadopoulos, Giorgos\"\" <{c}>\"\n"),
            ),
            (
                Kind::Mailto,
                format!("{stamp},mailto:nikos.papadopoulos@ASKLEPION.EXAMPLE,{b},{c}\n"),
            ),
            (
                Kind::AtWord,
                format!("{stamp},{a},eleni.papadopoulos [at] asklepion.example,{c}\n"),
            ),
        ] {
            assert!(drawn(kind).contains(&line), "{line}");
        }
    }
}
