//! Cuts a text into tokens: words, numbers, marks, ends of lines, and what machines write.
//!
//! Letters of any script and digits that touch are one token. Blanks are none, ends of lines are:
//! an address may go over several lines, a name may not. What holds an `@`, a path or a host name is
//! one token, so that its pieces are not taken for words.

use crate::pii::window::{char_at, char_before};

/// The sort of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Class {
    /// A word in small letters, or of a script without capitals.
    Lower,
    /// A word with a capital at its begin only.
    Title,
    /// A word in capitals, two letters or more.
    Upper,
    /// A single capital.
    Initial,
    /// Capitals within: `McDonald`, `iPhone`.
    Camel,
    /// Letters and digits.
    Mixed,
    /// Digits, with marks between them.
    Number,
    /// One other character.
    Mark,
    /// An e-mail address, URL, host, path or such.
    Machine,
    /// The end of a line.
    Line,
    /// The end of a line with a blank one behind it.
    Blank,
}

/// A token and where it stands, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// The first byte.
    pub start: usize,
    /// The byte after the last one.
    pub end: usize,
    /// Its sort.
    pub class: Class,
}

/// Adds the tokens of a part of a text, in order.
///
/// A part that is not on character boundaries has none. Takes time in proportion to the part.
pub fn pieces(text: &str, start: usize, end: usize, out: &mut Vec<Piece>) {
    let Some(text) = text.get(..end) else {
        return;
    };
    let bytes = text.as_bytes();
    let mut place = start;
    // Chunks are looked at once: up to here it is known that none is a machine's.
    let mut looked = start;
    while let Some(c) = char_at(text, place) {
        if c.is_whitespace() {
            place = blank(text, place, out);
            continue;
        }
        if place >= looked && (c.is_alphanumeric() || matches!(c, '/' | '\\' | '~' | '%')) {
            let (chunk, is_machine) = chunk(bytes, place);
            looked = chunk;
            if is_machine {
                out.push(Piece {
                    start: place,
                    end: chunk,
                    class: Class::Machine,
                });
                place = chunk;
                continue;
            }
        }
        let piece = if c.is_alphabetic() {
            word(text, place)
        } else if c.is_ascii_digit() {
            number(text, place)
        } else if c.is_numeric() {
            Piece {
                start: place,
                end: place + c.len_utf8(),
                class: Class::Number,
            }
        } else if (c == '\'' || c == '’') && possessive(text, place) {
            Piece {
                start: place,
                end: place + c.len_utf8() + 1,
                class: Class::Mark,
            }
        } else {
            Piece {
                start: place,
                end: place + c.len_utf8(),
                class: Class::Mark,
            }
        };
        // Every way above takes a character at least.
        place = piece.end.max(place + c.len_utf8());
        out.push(piece);
    }
}

/// Skips white space; one token stands for the ends of lines in it.
fn blank(text: &str, start: usize, out: &mut Vec<Piece>) -> usize {
    let (mut place, mut lines, mut first) = (start, 0, start);
    while let Some(c) = char_at(text, place).filter(|c| c.is_whitespace()) {
        if c == '\n' {
            if lines == 0 {
                first = place;
            }
            lines += 1;
        }
        place += c.len_utf8();
    }
    if lines > 0 {
        let class = if lines == 1 {
            Class::Line
        } else {
            Class::Blank
        };
        out.push(Piece {
            start: first,
            end: first + 1,
            class,
        });
    }
    place
}

/// Where the chunk at a place ends, its last marks left out, and whether a machine wrote it.
fn chunk(bytes: &[u8], start: usize) -> (usize, bool) {
    let (mut end, mut slashes, mut at, mut dots, mut odd) = (start, 0, 0, 0, false);
    while let Some(&b) = bytes.get(end) {
        match b {
            0..=b' '
            | b'"'
            | b'\''
            | b'<'
            | b'>'
            | b'('
            | b')'
            | b'['
            | b']'
            | b'{'
            | b'}'
            | b'|'
            | b','
            | b';'
            | b'=' => break,
            b'@' => at += 1,
            b'/' => slashes += 1,
            b'\\' | b'_' | b'%' | b'$' => odd = true,
            b':' => odd |= bytes.get(end + 1..end + 3) == Some(b"//"),
            b'.' => {
                // `host.example`: small letters or digits right behind the dot.
                let before = end.checked_sub(2).filter(|p| *p >= start);
                let two = before.and_then(|p| bytes.get(p..end)).is_some_and(|b| {
                    b.iter()
                        .all(|b| b.is_ascii_alphanumeric() || *b == b'-' || *b >= 0x80)
                });
                let behind = bytes.get(end + 1..end + 3).is_some_and(|b| {
                    b.iter()
                        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-')
                });
                dots += i32::from(two && behind);
            }
            _ => {}
        }
        end += 1;
    }
    let chunk = bytes.get(start..end).unwrap_or_default();
    let letters = chunk.iter().any(u8::is_ascii_alphabetic);
    let begins = matches!(chunk.first(), Some(b'/' | b'~'));
    let is_machine = (at > 0 && chunk.len() > at + 1)
        || odd && chunk.len() > 1
        || letters && (dots > 0 || slashes > 1 || begins && slashes > 0 && chunk.len() > 1);
    if is_machine {
        let kept = chunk
            .iter()
            .rposition(|b| !matches!(b, b'.' | b':' | b'!' | b'?'))
            .map_or(1, |last| last + 1);
        (start + kept, true)
    } else {
        (end, false)
    }
}

/// Whether `'s` stands at a place, and no letter behind it.
fn possessive(text: &str, place: usize) -> bool {
    let mut rest = text.get(place..).unwrap_or_default().chars().skip(1);
    let letter = char_before(text, place).is_some_and(char::is_alphabetic);
    letter
        && matches!(rest.next(), Some('s' | 'S'))
        && !rest.next().is_some_and(char::is_alphanumeric)
}

/// A word: letters, the digits that touch, accents, and an apostrophe within a name.
fn word(text: &str, start: usize) -> Piece {
    let mut end = start;
    let (mut letters, mut capitals, mut digits) = (0u32, 0u32, 0u32);
    let (mut first, mut small) = (false, 0u32);
    while let Some(c) = char_at(text, end) {
        if c.is_alphabetic() {
            let capital = c.is_uppercase();
            first |= letters == 0 && capital;
            capitals += u32::from(capital);
            small += u32::from(c.is_lowercase());
            letters += 1;
        } else if c.is_ascii_digit() {
            digits += 1;
        } else if (c == '\'' || c == '’') && within(text, end, c) {
            // `O'Brien` is one word; `l'Italia` and `John's` are two.
        } else if c == '.' && abbreviation(text, start, end) {
            letters = letters.max(1);
        } else if !mark_above(c) {
            break;
        }
        end += c.len_utf8();
    }
    let class = match () {
        () if digits > 0 => Class::Mixed,
        () if first && letters == 1 => Class::Initial,
        () if capitals == letters && small == 0 && letters > 1 => Class::Upper,
        () if first && capitals == 1 => Class::Title,
        () if capitals == 0 => Class::Lower,
        () => Class::Camel,
    };
    Piece { start, end, class }
}

/// A combining accent.
fn mark_above(c: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&c)
}

/// Whether an apostrophe joins two parts of a name: a capital on both sides, and no French or Italian article.
fn within(text: &str, place: usize, mark: char) -> bool {
    let before = char_before(text, place).is_some_and(|c| c.is_uppercase() && c != 'L');
    before && char_at(text, place + mark.len_utf8()).is_some_and(char::is_uppercase)
}

/// Whether a dot belongs to letters with dots between them: `S.A.`, `U.S.`, `s.r.l.`.
fn abbreviation(text: &str, start: usize, dot: usize) -> bool {
    let bytes = text.as_bytes();
    // One letter before the dot, parted from the word's begin by a dot or nothing.
    let Some(before) = char_before(text, dot).filter(|c| c.is_alphabetic()) else {
        return false;
    };
    let letter = dot - before.len_utf8();
    let alone = letter == start || letter > start && bytes.get(letter - 1) == Some(&b'.');
    let next = char_at(text, dot + 1).filter(|c| c.is_alphabetic());
    let goes_on = next.is_some_and(|c| bytes.get(dot + 1 + c.len_utf8()) == Some(&b'.'));
    alone && (goes_on || letter > start)
}

/// A number: digits, single marks between them, and letters that touch (`12b`, `5th`).
fn number(text: &str, start: usize) -> Piece {
    let bytes = text.as_bytes();
    let mut end = start;
    let mut class = Class::Number;
    while let Some(c) = char_at(text, end) {
        let goes_on = match c {
            '0'..='9' => true,
            '.' | ',' | ':' | '/' | '-' => {
                class == Class::Number && bytes.get(end + 1).is_some_and(u8::is_ascii_digit)
            }
            c => c.is_alphabetic(),
        };
        if !goes_on {
            break;
        }
        if c.is_alphabetic() {
            class = Class::Mixed;
        }
        end += c.len_utf8();
    }
    Piece { start, end, class }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<&str> {
        let mut out = Vec::new();
        pieces(text, 0, text.len(), &mut out);
        out.iter()
            .map(|piece| &text[piece.start..piece.end])
            .collect()
    }

    #[test]
    fn words_of_six_languages() {
        assert_eq!(
            cut("Dr. Jean-Luc O'Brien's mail"),
            ["Dr", ".", "Jean", "-", "Luc", "O'Brien", "'s", "mail"]
        );
        assert_eq!(
            cut("l'Italia dell’Aquila"),
            ["l", "'", "Italia", "dell", "’", "Aquila"]
        );
        assert_eq!(cut("L'ENI, D'Amico"), ["L", "'", "ENI", ",", "D'Amico"]);
        assert_eq!(
            cut("Alfa S.A. und Co. KG."),
            ["Alfa", "S.A.", "und", "Co", ".", "KG", "."]
        );
        assert_eq!(
            cut("η κ. Παπαδοπούλου,"),
            ["η", "κ", ".", "Παπαδοπούλου", ","]
        );
        assert_eq!(
            cut("Str. 12b, 10117 Berlin"),
            ["Str", ".", "12b", ",", "10117", "Berlin"]
        );
    }

    #[test]
    fn what_machines_write_is_one_token() {
        for text in [
            "ada@example.org",
            "https://a.example/x?y",
            "/var/log/mail.log",
            "C:\\Users\\ada",
            "db01.example.org",
            "src_ip",
            "malware.exe",
        ] {
            assert_eq!(cut(text), [text]);
        }
        assert_eq!(cut("See a.example."), ["See", "a", ".", "example", "."]);
        assert_eq!(cut("See mail.example."), ["See", "mail.example", "."]);
        assert_eq!(cut("the end.Next one"), ["the", "end", ".", "Next", "one"]);
        assert_eq!(
            cut("name=\"John Doe\""),
            ["name", "=", "\"", "John", "Doe", "\""]
        );
        assert_eq!(cut("10.0.0.1:80 2024-01-02"), ["10.0.0.1:80", "2024-01-02"]);
    }

    #[test]
    fn ends_of_lines_are_tokens() {
        use Class::{Blank, Line, Lower};
        let text = "a \r\n\n  b\nc";
        let mut out = Vec::new();
        pieces(text, 0, text.len(), &mut out);
        let classes: Vec<Class> = out.iter().map(|piece| piece.class).collect();
        assert_eq!(classes, [Lower, Blank, Lower, Line, Lower]);
    }

    #[test]
    fn bounds_that_cut_a_character_give_nothing() {
        let mut out = Vec::new();
        pieces("é", 0, 1, &mut out);
        pieces("é", 1, 2, &mut out);
        assert_eq!(out, []);
    }
}
