//! MIME encoded words (RFC 2047): `=?UTF-8?B?…?=`.

use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;

/// The longest word that is looked at; RFC 2047 allows 75 characters.
const LONGEST: usize = 1024;

/// An encoded word at the start of a text.
pub(super) struct Word<'a> {
    charset: &'a str,
    base64: bool,
    text: &'a str,
    /// Its length in bytes.
    pub(super) len: usize,
}

/// Reads an encoded word at the start of the text.
pub(super) fn read(text: &str) -> Option<Word<'_>> {
    let inner = text.strip_prefix("=?")?;
    let window = inner.as_bytes().get(..LONGEST.min(inner.len()))?;
    let mut marks = memchr::memchr_iter(b'?', window);
    let (first, second, third) = (marks.next()?, marks.next()?, marks.next()?);
    if window.get(third + 1) != Some(&b'=') {
        return None;
    }
    let charset = inner.get(..first)?;
    let base64 = match inner.get(first + 1..second)? {
        "B" | "b" => true,
        "Q" | "q" => false,
        _ => return None,
    };
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'*');
    if charset.is_empty() || !charset.bytes().all(fits) {
        return None;
    }
    let text = inner.get(second + 1..third)?;
    // "=?" before the inner part, "?=" behind it.
    let len = third + 4;
    (!text.contains(' ')).then_some(Word {
        charset,
        base64,
        text,
        len,
    })
}

/// Decodes a text of encoded words and blanks alone. `None` where a character set is not known here.
pub(super) fn decode_all<'a>(text: &str, arena: &'a Bump) -> Option<&'a str> {
    let mut bytes = ArenaVec::new_in(arena);
    let mut rest = text.trim_matches(' ');
    while !rest.is_empty() {
        let word = read(rest)?;
        let start = bytes.len();
        if word.base64 {
            decode_base64(word.text, &mut bytes)?;
        } else {
            decode_quoted(word.text, &mut bytes)?;
        }
        let charset = word.charset.split('*').next().unwrap_or_default();
        let utf8 = charset.eq_ignore_ascii_case("utf-8") || charset.eq_ignore_ascii_case("utf8");
        // Of other sets only ASCII is sure: what an address needs, and all that is taken.
        if !utf8 && !bytes.get(start..)?.is_ascii() {
            return None;
        }
        rest = rest.get(word.len..)?.trim_start_matches(' ');
    }
    std::str::from_utf8(bytes.into_bump_slice()).ok()
}

fn decode_base64(text: &str, out: &mut ArenaVec<'_, u8>) -> Option<()> {
    let mut buffer = 0u32;
    let mut bits = 0;
    for byte in text.trim_end_matches('=').bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        buffer = (buffer << 6) | u32::from(value);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            #[allow(clippy::cast_possible_truncation)] // the eight bits are meant
            out.push((buffer >> bits) as u8);
            buffer &= (1 << bits) - 1;
        }
    }
    Some(())
}

fn decode_quoted(text: &str, out: &mut ArenaVec<'_, u8>) -> Option<()> {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'_' => b' ',
            b'=' => hex(bytes.next()?)? << 4 | hex(bytes.next()?)?,
            _ => byte,
        });
    }
    Some(())
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_encodings_are_read() {
        let arena = Bump::new();
        for (text, plain) in [
            ("=?UTF-8?B?YUB4Lm9yZw==?=", "a@x.org"),
            ("=?utf-8?q?a=40x.org?=", "a@x.org"),
            ("=?ISO-8859-7?Q?a=40x=2Eorg?=", "a@x.org"),
            ("=?UTF-8?B?YUB4?= =?UTF-8*el?B?Lm9yZw?=", "a@x.org"),
            ("=?UTF-8?Q?a_b?=", "a b"),
        ] {
            assert_eq!(decode_all(text, &arena), Some(plain), "{text}");
        }
        for text in [
            "=?UTF-8?X?a?=",
            "=?UTF-8?Q?a=4?=",
            "=?UTF-8?B?a@?=",
            "=?UTF-8?Q?a",
            "=??Q?a?=",
            "=?ISO-8859-7?Q?=E1?=",
            "=?UTF-8?Q?a?= b",
        ] {
            assert_eq!(decode_all(text, &arena), None, "{text}");
        }
    }
}
