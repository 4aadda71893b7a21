//! What is no object: scalars, the parts of a wrapper, and text that is no JSON.

use memchr::{memchr, memchr2, memchr3};

use super::{JsonKind, Piece, Shape, find, is_separator, object, opens_object, scan::is_blank};

/// What is no object: a member of the wrapper, a scalar, or the rest of the line.
///
/// Looks no further than it takes, so that a long line of many small things is read once.
pub(super) fn garbage(bytes: &[u8], last: bool, shape: &Shape, max: usize) -> Piece {
    let window = bytes.get(..max.saturating_add(1)).unwrap_or(bytes);
    let cut = bytes.len() > max;
    let last_here = last && window.len() == bytes.len();
    let at = |end, kind| Piece::At {
        end,
        kind,
        complete: true,
        depth: 0,
    };
    match token(window, last_here) {
        Token::Scalar(end) => return at(end, JsonKind::Garbage),
        Token::Name(colon) if matches!(shape, Shape::Wrapped { .. }) => {
            return wrapper_member(bytes, colon, last, max);
        }
        // The rest of a broken object that was laid out over lines.
        Token::Name(_) => {
            return match memchr(b'\n', window) {
                Some(end) => at(end, JsonKind::Garbage),
                None if cut => Piece::Oversize,
                None if last => at(bytes.len(), JsonKind::Garbage),
                None => Piece::More,
            };
        }
        Token::Neither => {}
        Token::More if cut => return Piece::Oversize,
        Token::More => return Piece::More,
    }
    // Up to the line end, or to an object behind something else, for example a syslog header.
    let mut from = 0;
    while let Some(found) = find(window, from, |rest| memchr2(b'{', b'\n', rest)) {
        if window.get(found) == Some(&b'\n') {
            return at(found, JsonKind::Garbage);
        }
        let before = window.get(..found).unwrap_or_default().trim_ascii_end();
        let is_value = before
            .strip_suffix(b":")
            .is_some_and(|b| b.trim_ascii_end().ends_with(b"\""));
        if !is_value && found > 0 {
            match opens_object(window, found, last_here) {
                Some(true) => return at(found, JsonKind::Garbage),
                Some(false) => {}
                None if cut => return Piece::Oversize,
                None => return Piece::More,
            }
        }
        from = found + 1;
    }
    match (cut, last_here) {
        (true, _) => Piece::Oversize,
        (false, true) => at(bytes.len(), JsonKind::Garbage),
        (false, false) => Piece::More,
    }
}

enum Token {
    /// A scalar that ends before this byte.
    Scalar(usize),
    /// A string followed by the colon at this byte.
    Name(usize),
    Neither,
    More,
}

/// The scalar or name at the front, if there is one.
fn token(bytes: &[u8], last: bool) -> Token {
    let end = if bytes.first() == Some(&b'"') {
        match string_end(bytes) {
            Ok(end) => Some(end),
            Err(true) => None,
            Err(false) if last => None,
            Err(false) => return Token::More,
        }
    } else {
        // Longer than any number or word that JSON knows: something else.
        let head = bytes.get(..64).unwrap_or(bytes);
        match head.iter().position(|b| is_separator(*b, true)) {
            Some(end) => is_word(head.get(..end).unwrap_or_default()).then_some(end),
            None if head.len() < 64 && !last => return Token::More,
            None => (head.len() < 64 && is_word(head)).then_some(head.len()),
        }
    };
    let Some(end) = end else {
        return Token::Neither;
    };
    let after = bytes.get(end..).unwrap_or_default();
    let blanks = after
        .iter()
        .take(4096)
        .take_while(|b| is_blank(**b) && **b != b'\n')
        .count();
    match after.get(blanks) {
        Some(b':') if bytes.first() == Some(&b'"') => Token::Name(end + blanks),
        Some(b',' | b']' | b'}' | b'\n') => Token::Scalar(end),
        // A string is one whatever follows; a word may be the first of many.
        Some(_) if bytes.first() == Some(&b'"') => Token::Scalar(end),
        Some(_) => Token::Neither,
        None if last => Token::Scalar(end),
        None => Token::More,
    }
}

fn is_word(word: &[u8]) -> bool {
    let number = word
        .first()
        .is_some_and(|b| b.is_ascii_digit() || *b == b'-')
        && word
            .iter()
            .all(|b| b.is_ascii_digit() || b"+-.eE".contains(b));
    number || [b"true".as_slice(), b"false", b"null"].contains(&word)
}

/// After the closing quote of the string at the front; `Err` says whether its line ends first.
fn string_end(bytes: &[u8]) -> Result<usize, bool> {
    let mut at = 1;
    while let Some(found) = find(bytes, at, |rest| memchr3(b'"', b'\\', b'\n', rest)) {
        match bytes.get(found) {
            Some(b'"') => return Ok(found + 1),
            Some(b'\\') if bytes.get(found + 1) != Some(&b'\n') => at = found + 2,
            _ => return Err(true),
        }
    }
    Err(false)
}

/// A name of the wrapper, with its value unless that is an array (whose objects are records).
fn wrapper_member(bytes: &[u8], colon: usize, last: bool, max: usize) -> Piece {
    let piece = |end, complete| Piece::At {
        end,
        kind: JsonKind::Wrapper,
        complete,
        depth: 0,
    };
    let after = bytes.get(colon + 1..).unwrap_or_default();
    let Some(blanks) = after.iter().take(4096).position(|b| !is_blank(*b)) else {
        let known = last || after.len() >= 4096;
        return if known {
            piece(colon + 1, true)
        } else {
            Piece::More
        };
    };
    let value = colon + 1 + blanks;
    let rest = bytes.get(value..).unwrap_or_default();
    if rest.first() == Some(&b'{') {
        return match object(rest, last, max.saturating_sub(value)) {
            Piece::At { end, complete, .. } => piece(value + end, complete),
            other => other,
        };
    }
    if rest.first() == Some(&b'[') {
        // With its bracket, so that a further wrapper is known by its own text.
        return piece(value + 1, true);
    }
    let most = max.saturating_sub(value).saturating_add(1);
    let window = rest.get(..most).unwrap_or(rest);
    match value_end(window, last && window.len() == rest.len()) {
        Value::End(end) => piece(value + end, true),
        // Something that the next records tell.
        Value::None => piece(colon + 1, true),
        Value::More if bytes.len() > max => Piece::Oversize,
        Value::More => Piece::More,
    }
}

enum Value {
    End(usize),
    None,
    More,
}

/// The end of the string or word at the front, whatever follows it.
fn value_end(bytes: &[u8], last: bool) -> Value {
    if bytes.first() == Some(&b'"') {
        return match string_end(bytes) {
            Ok(end) => Value::End(end),
            Err(broken) if broken || last => Value::None,
            Err(_) => Value::More,
        };
    }
    let head = bytes.get(..64).unwrap_or(bytes);
    let end = head
        .iter()
        .position(|b| !b.is_ascii_alphanumeric() && !b"+-.".contains(b));
    if end.is_none() && head.len() < 64 && !last {
        return Value::More;
    }
    let word = head.get(..end.unwrap_or(head.len())).unwrap_or_default();
    if word.len() < 64 && is_word(word) {
        Value::End(word.len())
    } else {
        Value::None
    }
}
