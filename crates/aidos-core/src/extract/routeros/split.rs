//! Lines that hold more, or other, than one record.

use bumpalo::Bump;

use super::{EightBells, IN, LOGIN};
use crate::clean::stamp::{self, Stamp};

/// The line without NUL and other control characters that no log writes on purpose, and without the
/// escape sequences that colour a terminal (ECMA-48: `ESC [ … letter`); `None` if it has none.
pub(super) fn without_controls<'a>(text: &str, arena: &'a Bump) -> Option<&'a str> {
    let bad = |byte: u8| byte == 0x7f || (byte < 0x20 && byte != b'\t');
    // Counted, not searched: the compiler makes vector code of that, and nearly no line has one.
    if text.bytes().filter(|byte| bad(*byte)).count() == 0 {
        return None;
    }
    let mut clean = bumpalo::collections::String::with_capacity_in(text.len(), arena);
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let after = rest.get(c.len_utf8()..).unwrap_or_default();
        rest = after;
        if c == '\u{1b}' {
            rest = after.get(sequence(after)..).unwrap_or_default();
        } else if !u8::try_from(c).is_ok_and(bad) {
            clean.push(c);
        }
    }
    Some(clean.into_bump_str())
}

/// Bytes of the escape sequence behind its ESC; 0 where none is complete.
fn sequence(after: &str) -> usize {
    let Some(body) = after.strip_prefix('[') else {
        return 0;
    };
    let parameters = body
        .bytes()
        .take_while(|byte| (0x20..0x40).contains(byte))
        .count();
    let is_final = |byte: &u8| (0x40..0x7f).contains(byte);
    match body
        .as_bytes()
        .get(parameters)
        .filter(|byte| is_final(byte))
    {
        Some(_) => parameters + 2,
        None => 0,
    }
}

/// The line with a blank for each tab; `None` if it has none. No field of RouterOS holds a tab.
pub(super) fn without_tabs<'a>(text: &str, arena: &'a Bump) -> Option<&'a str> {
    if !text.contains('\t') {
        return None;
    }
    let mut blank = bumpalo::collections::String::with_capacity_in(text.len(), arena);
    blank.extend(text.chars().map(|c| if c == '\t' { ' ' } else { c }));
    Some(blank.into_bump_str())
}

/// The line with runs of blanks made one blank; `None` if it has none.
pub(super) fn with_single_blanks<'a>(text: &str, arena: &'a Bump) -> Option<&'a str> {
    if !text.contains("  ") {
        return None;
    }
    let mut single = bumpalo::collections::String::with_capacity_in(text.len(), arena);
    let mut blank = false;
    for c in text.chars() {
        let is_blank = c == ' ';
        if !(is_blank && blank) {
            single.push(c);
        }
        blank = is_blank;
    }
    Some(single.into_bump_str())
}

/// Cuts a line before each further record: before its stamp, or else before its topics or chain.
pub(super) fn records<'a>(provider: &EightBells, text: &'a str) -> Vec<&'a str> {
    let mut anchors: Vec<usize> = provider
        .ingress
        .find_iter(text.as_bytes())
        .chain(provider.log_in.find_iter(text.as_bytes()))
        .collect();
    anchors.sort_unstable();
    let mut pieces = Vec::with_capacity(anchors.len().max(1));
    let mut start = 0;
    for pair in anchors.windows(2) {
        let (first, second) = (pair[0], pair[1]);
        // A prefix may imitate a chain: only what follows an endpoint or a service is a new record.
        let Some(cut) = boundary(text, first.max(start), second) else {
            continue;
        };
        if let Some(piece) = text.get(start..cut) {
            pieces.push(piece.trim_end());
            start = cut;
        }
    }
    pieces.push(text.get(start..).unwrap_or_default());
    pieces
}

/// Where, between two anchors, the second record begins.
fn boundary(text: &str, first: usize, second: usize) -> Option<usize> {
    let body = text.get(first..second)?;
    let login = body.starts_with(LOGIN);
    let whole = if login {
        body.rfind(" via ").map(|via| via + " via ".len())
    } else {
        let proto = body.find("proto");
        proto.and_then(|proto| Some(proto + body.get(proto..)?.find("->")? + 2))
    };
    // A record that did not get as far as its addresses ends at nothing less than a dated stamp.
    let from = whole.unwrap_or(IN.len());
    let mut clock_only = None;
    for (offset, _) in body.get(from..)?.char_indices() {
        let at = first + from + offset;
        let rest = text.get(at..)?;
        if rest.starts_with('<')
            && let Some(close) = rest.find('>').filter(|close| (2..=4).contains(close))
            && rest
                .get(close + 1..)
                .is_some_and(|rest| stamp::read(rest).is_some())
        {
            return Some(at);
        }
        match stamp::read(rest) {
            Some((Stamp::ClockOnly, len)) => {
                // A hardware address reads like a clock; a clock is followed by topics.
                let follows = rest.get(len..).unwrap_or_default();
                if clock_only.is_none() && super::head::starts_with_topics(follows.trim_start()) {
                    clock_only = Some(at);
                }
            }
            Some((Stamp::Epoch(_), _)) | None => {}
            Some(_) => {
                // `len 602023-03-07`: digits before a numeric stamp belong to the field before it.
                return Some(at);
            }
        }
    }
    whole.and(clock_only.or_else(|| stampless(text, first + from, second, login)))
}

/// The begin of a record without a stamp: its topics, else the word that is its chain.
fn stampless(text: &str, from: usize, second: usize, login: bool) -> Option<usize> {
    let body = text.get(from..second)?;
    for (offset, _) in body.char_indices() {
        if super::head::starts_with_topics(body.get(offset..)?) {
            return Some(from + offset);
        }
    }
    if login {
        return None;
    }
    // After `len 60` everything is of the next record.
    if let Some(len) = body.find("len ") {
        let digits = body
            .get(len + 4..)?
            .bytes()
            .take_while(u8::is_ascii_digit)
            .count();
        return Some(from + len + 4 + digits);
    }
    let chain = body.rfind(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'))?;
    Some(from + chain + 1)
}
