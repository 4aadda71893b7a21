//! A line as a row of pieces: words, values, and what stands between them.

use crate::clean::ip;
use aidos_model::Mac;

/// A piece of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece<'a> {
    pub(super) kind: PieceKind,
    pub(super) text: &'a str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PieceKind {
    Blank,
    Mark,
    Word,
    Ip,
    Mac,
    Email,
    Url,
    Number,
    /// What stands between quotation marks, which are marks of their own.
    Quoted,
}

/// Splits a line.
pub(super) fn split(line: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        if first.is_whitespace() {
            let len = rest.len() - rest.trim_start().len();
            rest = take(&mut pieces, PieceKind::Blank, rest, len);
        } else if first == '"' {
            rest = take(&mut pieces, PieceKind::Mark, rest, 1);
            if let Some(len) = rest.find('"') {
                rest = take(&mut pieces, PieceKind::Quoted, rest, len);
                rest = take(&mut pieces, PieceKind::Mark, rest, 1);
            }
        } else if is_mark(first) {
            rest = take(&mut pieces, PieceKind::Mark, rest, first.len_utf8());
        } else {
            let len = rest
                .find(|c: char| c.is_whitespace() || c == '"' || is_mark(c))
                .unwrap_or(rest.len());
            let (chunk, after) = rest.split_at_checked(len).unwrap_or((rest, ""));
            push_chunk(&mut pieces, chunk);
            rest = after;
        }
    }
    pieces
}

fn is_mark(c: char) -> bool {
    matches!(
        c,
        '(' | ')' | '[' | ']' | '<' | '>' | '{' | '}' | ',' | ';' | '=' | '|' | '\''
    )
}

fn take<'a>(pieces: &mut Vec<Piece<'a>>, kind: PieceKind, text: &'a str, len: usize) -> &'a str {
    let (piece, rest) = text.split_at_checked(len).unwrap_or((text, ""));
    pieces.push(Piece { kind, text: piece });
    rest
}

/// A run of other characters: one value, several joined by `:` or `/`, or a word.
fn push_chunk<'a>(pieces: &mut Vec<Piece<'a>>, chunk: &'a str) {
    // `[2001:db8::1]:22`
    if let Some(number) = chunk.strip_prefix(':')
        && number
            .bytes()
            .next()
            .is_some_and(|byte| byte.is_ascii_digit())
        && !number.contains(':')
    {
        let after = take(pieces, PieceKind::Mark, chunk, 1);
        return push_chunk(pieces, after);
    }
    let trimmed = chunk.trim_end_matches([':', '.', '!', '?']);
    if trimmed.is_empty() {
        pieces.push(Piece {
            kind: PieceKind::Mark,
            text: chunk,
        });
        return;
    }
    let (body, end) = chunk.split_at_checked(trimmed.len()).unwrap_or((chunk, ""));
    let kind = classify(body);
    let joint = body.find([':', '/']).filter(|_| kind == PieceKind::Word);
    let parts =
        joint.and_then(|at| Some((body.get(..at)?, body.get(at..at + 1)?, body.get(at + 1..)?)));
    match parts {
        // `192.0.2.1:443`, `192.0.2.1/443`, `outside:192.0.2.1/443`
        Some((before, mark, after)) if !before.is_empty() && has_value(body) => {
            pieces.push(Piece {
                kind: classify(before),
                text: before,
            });
            pieces.push(Piece {
                kind: PieceKind::Mark,
                text: mark,
            });
            if !after.is_empty() {
                push_chunk(pieces, after);
            }
        }
        _ => pieces.push(Piece { kind, text: body }),
    }
    if !end.is_empty() {
        pieces.push(Piece {
            kind: PieceKind::Mark,
            text: end,
        });
    }
}

/// Whether some part between `:` and `/` is an address.
fn has_value(text: &str) -> bool {
    text.split([':', '/']).any(|part| ip::parse(part).is_some())
}

fn classify(text: &str) -> PieceKind {
    let is_email = text.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && domain.contains('.') && !domain.contains('@')
    });
    if ip::parse(text).is_some() || ip::is_masked(text) {
        PieceKind::Ip
    } else if text.contains([':', '-', '.']) && Mac::parse(text).is_some() {
        PieceKind::Mac
    } else if text.contains("://") {
        PieceKind::Url
    } else if is_email {
        PieceKind::Email
    } else if is_number(text) {
        PieceKind::Number
    } else {
        PieceKind::Word
    }
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let all = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    all(whole) && all(part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn values(line: &str) -> Vec<(PieceKind, &str)> {
        split(line)
            .into_iter()
            .filter(|piece| !matches!(piece.kind, PieceKind::Blank | PieceKind::Mark))
            .map(|piece| (piece.kind, piece.text))
            .collect()
    }

    #[test]
    fn values_are_found_in_words() {
        use PieceKind::{Email, Ip, Number, Quoted, Url, Word};
        assert_eq!(
            values(
                "deny outside:192.0.2.1/443 -> [2001:db8::1]:22, by <a@example.org>: \"GET /\" at http://x.example/ (5)."
            ),
            [
                (Word, "deny"),
                (Word, "outside"),
                (Ip, "192.0.2.1"),
                (Number, "443"),
                (Word, "-"),
                (Ip, "2001:db8::1"),
                (Number, "22"),
                (Word, "by"),
                (Email, "a@example.org"),
                (Quoted, "GET /"),
                (Word, "at"),
                (Url, "http://x.example/"),
                (Number, "5"),
            ]
        );
    }

    proptest! {
        #[test]
        fn pieces_make_the_line_again(line in "\\PC{0,60}|[a-z0-9.:/\"<>=, ]{0,60}") {
            let again: String = split(&line).iter().map(|piece| piece.text).collect();
            prop_assert_eq!(again, line);
        }
    }
}
