//! E-mail addresses: RFC 5321 as written in the wild, with names of any script, and the
//! disguised `name [at] example.org`.

use crate::pii::swar;
use crate::pii::window::{Report, Window, char_before};
use crate::pii::{Kind, Proof};

/// The longest local part (RFC 5321, 4.5.3.1.1).
const LOCAL: usize = 64;
/// The longest domain.
const DOMAIN: usize = 255;

const FOUND: Report = Report {
    kind: Kind::EmailAddress,
    subtype: None,
    detector: "email",
    score: 1.0,
    proof: Proof::Checked,
    why: "a local part, @, and a domain with a top-level label",
};

/// What a byte is to a local part as people write it: no part of it, a part, one that joins it to what stands before, or
/// a part of a character beyond ASCII.
fn sort(byte: u8) -> u8 {
    SORT.get(usize::from(byte)).copied().unwrap_or(NONE)
}

const NONE: u8 = 0;
const PLAIN: u8 = 1;
const GLUE: u8 = 2;
const WIDE: u8 = 4;
const SORT: [u8; 256] = {
    let mut sort = [NONE; 256];
    let mut b = 0;
    while b < 256 {
        #[allow(clippy::cast_possible_truncation)] // b < 256 by the loop
        let byte = b as u8;
        sort[b] = match byte {
            b'a'..=b'z'
            | b'A'..=b'Z'
            | b'0'..=b'9'
            | b'.'
            | b'_'
            | b'%'
            | b'+'
            | b'-'
            | b'#'
            | b'$'
            | b'*'
            | b'^' => PLAIN,
            b'=' | b'/' | b'?' | b'|' | b'`' | b'{' | b'}' | b'\'' | b'~' | b'&' | b'!' => GLUE,
            0x80.. => WIDE,
            _ => NONE,
        };
        b += 1;
    }
    sort
};

/// Looks for an address around an `@`.
pub(crate) fn at_sign(w: &mut Window<'_>, at: usize) {
    if w.wants(Kind::EmailAddress)
        && let Some(start) = local(w, at)
        && let Some(end) = domain(w, at + 1)
    {
        w.report(start, end, FOUND);
    }
}

/// Looks for an address around a `[at]` or `(at)`, whose bracket stands at `open`.
pub(crate) fn at_bracket(w: &mut Window<'_>, open: usize) {
    let word = w.slice(open, open + 4);
    if !w.wants(Kind::EmailAddress)
        || !(word.eq_ignore_ascii_case(b"[at]") || word.eq_ignore_ascii_case(b"(at)"))
    {
        return;
    }
    let left = if w.before(open) == b' ' {
        open.saturating_sub(1)
    } else {
        open
    };
    let right = w.skip_blanks(open + 4, 1);
    if let (Some(start), Some(end)) = (local(w, left), domain(w, right)) {
        let why = "a local part, a disguised @, and a domain";
        w.report(
            start,
            end,
            Report {
                score: 0.9,
                why,
                ..FOUND
            },
        );
    }
}

/// Where the local part that ends at `end` starts.
fn local(w: &Window<'_>, end: usize) -> Option<usize> {
    if w.before(end) == b'"' {
        return quoted(w, end);
    }
    let mut start = end;
    let mut all = 0;
    while start > 0 && end - start < LOCAL * 2 {
        let sort = sort(w.before(start));
        if sort == NONE {
            break;
        }
        all |= sort;
        start -= 1;
    }
    if all & WIDE != 0 {
        // The window may have cut a character; and foreign punctuation is not part of a name.
        while start < end && !w.text.is_char_boundary(start) {
            start += 1;
        }
        let mut whole = end;
        while whole > start {
            match char_before(w.text, whole) {
                Some(c) if c.is_ascii() || c.is_alphanumeric() => whole -= c.len_utf8(),
                _ => break,
            }
        }
        start = whole;
    }
    // What begins with a separator is glued to what stands before: `to=a@b.c`, `'a@b.c'`.
    let mut part = w.slice(start, end);
    if all & GLUE != 0
        && let Some(glue) = part.iter().rposition(|b| sort(*b) == GLUE)
    {
        // `key=value` and paths end at the last such byte; inside of a name they are rare.
        start += glue + 1;
        part = w.slice(start, end);
    }
    while let Some((b'.' | b'-' | b'*' | b'#' | b'$' | b'%' | b'^' | b'+', rest)) =
        part.split_first()
    {
        start += 1;
        part = rest;
    }
    let dots = part.last() == Some(&b'.') || part.windows(2).any(|two| two == b"..");
    (!part.is_empty() && part.len() <= LOCAL * 2 && !dots).then_some(start)
}

/// Where a quoted local part (`"john doe"@x.org`) starts, its closing quote before `end`.
fn quoted(w: &Window<'_>, end: usize) -> Option<usize> {
    let close = end.checked_sub(1)?;
    let floor = close.saturating_sub(LOCAL);
    let open = (floor..close).rev().find(|&p| w.at(p) == b'"')?;
    let inside = w.slice(open + 1, close);
    (!inside.is_empty() && inside.iter().all(|&b| b >= b' ')).then_some(open)
}

/// Where the domain that starts at `start` ends: labels with a top-level one of two letters or
/// more, or an address in brackets.
fn domain(w: &Window<'_>, start: usize) -> Option<usize> {
    let mut end = start;
    let mut last = start;
    let mut labels = 0;
    while end - start <= DOMAIN {
        let label = label(w, end)?;
        last = end;
        end = label;
        labels += 1;
        if w.at(end) != b'.' || self::label(w, end + 1).is_none() {
            break;
        }
        end += 1;
    }
    let top = w.slice(last, end);
    let named = top.len() >= 2 && (!top.iter().any(u8::is_ascii_digit) || top.starts_with(b"xn--"));
    let glued = w.at(end) == b'@';
    (labels >= 2 && named && !glued && end - start <= DOMAIN).then_some(end)
}

/// Where the label that starts at `start` ends; `None` where there is none.
pub(crate) fn label(w: &Window<'_>, start: usize) -> Option<usize> {
    let mut end = start;
    while end - start < 128 {
        end = swar::word_end(w.bytes, end);
        match w.at(end) {
            b'-' | b'_' => end += 1,
            b @ 0x80.. if w.word_at(end) => end += super::url::char_len(b),
            _ => break,
        }
    }
    while end > start && matches!(w.before(end), b'-' | b'_') {
        end -= 1;
    }
    (end > start && w.at(start) != b'-').then_some(end)
}

#[cfg(test)]
mod tests {
    use crate::pii::Kind;
    use crate::pii::scanner::tests::{found, none};

    #[test]
    fn addresses_as_people_and_logs_write_them() {
        for (text, value) in [
            ("mail ada.lovelace@example.org.", "ada.lovelace@example.org"),
            (
                "<ada+tag@mail.example.co.uk>;",
                "ada+tag@mail.example.co.uk",
            ),
            ("from=<x_y-z@example.com>", "x_y-z@example.com"),
            ("user=ada@example.org", "ada@example.org"),
            ("Schreiben Sie an müller@beispiel.de!", "müller@beispiel.de"),
            ("γράψτε στο γιάννης@παράδειγμα.ελ.", "γιάννης@παράδειγμα.ελ"),
            ("ecrire à o'neil@exemple.fr", "neil@exemple.fr"),
            ("mailto:A@X.ORG", "A@X.ORG"),
            ("\"john doe\"@example.org", "\"john doe\"@example.org"),
            ("ada [at] example.org", "ada [at] example.org"),
            ("“ada@example.org”", "ada@example.org"),
            ("a@xn--mnchen-3ya.de", "a@xn--mnchen-3ya.de"),
        ] {
            found(text, Kind::EmailAddress, value);
        }
    }

    #[test]
    fn things_with_an_at_that_are_no_address() {
        for text in [
            "@handle",
            "a@b",
            "ssh root@10.0.0.1",
            "x@.org",
            "a..b@",
            "pkg@1.2.3",
            "@@ -1,2 +3 @@",
            "meet [at] noon",
            "user@host",
        ] {
            none(text, Kind::EmailAddress);
        }
    }
}
