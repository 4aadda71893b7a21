//! Malformed JSON made valid, where it is plain what was meant.
//!
//! A transcoder, not a parser: it reads the text once, from left to right, and writes valid JSON. It
//! never fails but for depth. What it repairs: single quotes, keys and words without quotes, trailing,
//! doubled and missing commas, `NaN`, `None`, `True`, quotation marks and raw control characters inside
//! strings, escapes that are none, brackets that do not match, and an end in the middle.

use bumpalo::Bump;
use bumpalo::collections::String as ArenaString;

use super::push_escaped;

/// As deep as objects and lists may stand in each other.
const DEPTH: usize = 128;

/// As many repairs of one text as are told one by one.
const TOLD: usize = 16;

/// Objects and lists stand in each other more than 128 deep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooDeep;

/// One repair: what stood there, and what was made of it (`None` where it was dropped).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fix<'a> {
    /// The text as it stood.
    pub before: &'a str,
    /// The text in its place.
    pub after: Option<&'a str>,
}

/// A repaired text.
#[derive(Debug)]
pub struct Repaired<'a> {
    /// Valid JSON.
    pub json: &'a str,
    /// The first sixteen repairs; none where only the end was missing.
    pub fixes: Vec<Fix<'a>>,
    /// What was dropped because the text ends in its middle.
    pub cut: Option<&'a str>,
}

/// Makes valid JSON of the object or list at the start of the text.
///
/// A member whose value is not whole is dropped with its key, so that no number or address is read
/// shorter than it was.
///
/// ```
/// # use aidos_core::clean::json::repair;
/// # let arena = bumpalo::Bump::new();
/// let repaired = repair("{'ip': \"10.0.0.1\", port: 22, note: \"cut he", &arena).unwrap();
/// assert_eq!(repaired.json, r#"{"ip":"10.0.0.1","port":22}"#);
/// assert_eq!(repaired.cut, Some(" note: \"cut he"));
/// ```
pub fn repair<'a>(text: &'a str, arena: &'a Bump) -> Result<Repaired<'a>, TooDeep> {
    let mut writer = Writer {
        text,
        bytes: text.as_bytes(),
        at: 0,
        arena,
        out: ArenaString::with_capacity_in(text.len() + 16, arena),
        open: Vec::new(),
        fixes: Vec::new(),
    };
    let cut = writer.run()?;
    Ok(Repaired {
        json: writer.out.into_bump_str(),
        fixes: writer.fixes,
        cut,
    })
}

/// An object or list that is not closed yet.
struct Open {
    is_object: bool,
    /// Where the current member begins, in the output and in the text.
    out_start: usize,
    text_start: usize,
    members: usize,
}

struct Writer<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    arena: &'a Bump,
    out: ArenaString<'a>,
    open: Vec<Open>,
    fixes: Vec<Fix<'a>>,
}

/// The text ended.
struct End;

/// What comes next.
enum Step {
    Value,
    Member,
    After,
}

impl<'a> Writer<'a> {
    fn run(&mut self) -> Result<Option<&'a str>, TooDeep> {
        let mut step = Step::Value;
        loop {
            if self.open.len() > DEPTH {
                return Err(TooDeep);
            }
            let next = match step {
                Step::Value => self.value(),
                Step::Member => self.member(),
                Step::After => self.after(),
            };
            match next {
                Ok(Some(next)) => step = next,
                Ok(None) => {
                    self.tail();
                    return Ok(None);
                }
                Err(End) => return Ok(Some(self.close_all())),
            }
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn blanks(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn fix(&mut self, start: usize, after: Option<&'a str>) {
        if self.fixes.len() < TOLD {
            let before = self.text.get(start..self.at).unwrap_or_default();
            self.fixes.push(Fix { before, after });
        }
    }

    /// The end came too soon: the member that is not whole is taken back, what is open is closed.
    fn close_all(&mut self) -> &'a str {
        let cut = if let Some(open) = self.open.last() {
            self.out.truncate(open.out_start);
            self.text.get(open.text_start..).unwrap_or_default()
        } else {
            self.out.clear();
            self.out.push_str("null");
            self.text
        };
        while let Some(open) = self.open.pop() {
            self.out.push(if open.is_object { '}' } else { ']' });
        }
        cut
    }

    /// What stands behind the value; a comma or a semicolon of the list around it says nothing.
    fn tail(&mut self) {
        let start = self.at;
        let rest = self.text.get(start..).unwrap_or_default();
        if !rest.trim().trim_matches([',', ';']).trim().is_empty() {
            self.at = self.bytes.len();
            self.fix(start, None);
        }
    }

    /// Marks where a member begins, and writes its comma.
    fn begin_member(&mut self) {
        let (start, at) = (self.out.len(), self.at);
        if let Some(open) = self.open.last_mut() {
            open.out_start = start;
            open.text_start = at;
            open.members += 1;
            if open.members > 1 {
                self.out.push(',');
            }
        }
    }

    /// A member of an object, an element of a list, or the bracket that closes them.
    fn member(&mut self) -> Result<Option<Step>, End> {
        let text_start = self.at;
        if let Some(open) = self.open.last_mut() {
            open.out_start = self.out.len();
            open.text_start = text_start;
        }
        self.blanks();
        let is_object = self.open.last().is_some_and(|open| open.is_object);
        let has_members = self.open.last().is_some_and(|open| open.members > 0);
        match self.peek().ok_or(End)? {
            b'}' | b']' => {
                if has_members {
                    self.fix(text_start.saturating_sub(1), None); // a trailing comma
                }
                Ok(self.close())
            }
            b',' => {
                let start = self.at;
                self.at += 1;
                self.fix(start, None);
                Ok(Some(Step::Member))
            }
            _ => {
                self.at = text_start;
                self.begin_member();
                self.blanks();
                if is_object { self.key() } else { Ok(Some(Step::Value)) }
            }
        }
    }

    fn key(&mut self) -> Result<Option<Step>, End> {
        let start = self.at;
        match self.peek().ok_or(End)? {
            quote @ (b'"' | b'\'') => self.string(quote, true)?,
            _ => {
                let ends = |byte: &u8| matches!(byte, b':' | b'=' | b',' | b'}' | b'{' | b'[' | b'"');
                let rest = self.bytes.get(start..).unwrap_or_default();
                let len = rest.iter().position(ends).ok_or(End)?;
                self.at = start + len;
                let key = self.text.get(start..self.at).unwrap_or_default();
                let quoted = self.quoted(key.trim());
                self.out.push_str(quoted);
                self.fix(start, Some(quoted));
            }
        }
        self.blanks();
        match self.peek().ok_or(End)? {
            b':' => {
                self.at += 1;
                Ok(Some(Step::Value))
            }
            b'=' => {
                let start = self.at;
                self.at += 1;
                if self.peek() == Some(b'>') {
                    self.at += 1;
                }
                self.fix(start, Some(":"));
                self.out.push(':');
                self.value_of_key()
            }
            _ => {
                // A key without a value: nothing is known of it.
                self.out.push_str(":null");
                self.fix(start, Some(":null"));
                if self.at == start {
                    self.at += 1; // a bracket where a key should be
                    while !self.text.is_char_boundary(self.at) {
                        self.at += 1;
                    }
                }
                Ok(Some(Step::After))
            }
        }
    }

    fn value(&mut self) -> Result<Option<Step>, End> {
        if self.open.last().is_some_and(|open| open.is_object) {
            self.out.push(':');
        }
        self.value_of_key()
    }

    fn value_of_key(&mut self) -> Result<Option<Step>, End> {
        self.blanks();
        match self.peek().ok_or(End)? {
            byte @ (b'{' | b'[') => {
                self.at += 1;
                self.out.push(char::from(byte));
                self.open.push(Open {
                    is_object: byte == b'{',
                    out_start: self.out.len(),
                    text_start: self.at,
                    members: 0,
                });
                Ok(Some(Step::Member))
            }
            quote @ (b'"' | b'\'') => {
                self.string(quote, false)?;
                Ok(Some(Step::After))
            }
            b',' | b'}' | b']' => {
                let start = self.at;
                self.out.push_str("null");
                self.fix(start, Some("null"));
                Ok(Some(Step::After))
            }
            _ => {
                self.word()?;
                Ok(Some(Step::After))
            }
        }
    }

    /// A number or a name; anything else without quotation marks is a string that lost them.
    fn word(&mut self) -> Result<(), End> {
        let start = self.at;
        let ends = |byte: &u8| matches!(byte, b',' | b'}' | b']' | b'\n' | b'\r');
        let rest = self.bytes.get(start..).unwrap_or_default();
        let len = rest.iter().position(ends);
        // At the top no bracket follows a word.
        let len = if self.open.is_empty() { len.unwrap_or(rest.len()) } else { len.ok_or(End)? };
        self.at = start + len;
        let is_value = |word: &str| matches!(word, "null" | "true" | "false") || is_number(word);
        let mut word = self.text.get(start..self.at).unwrap_or_default().trim();
        // `1 "key":` and `1; "key":` want a comma.
        if let Some((first, rest)) = word.split_once([' ', ';'])
            && is_value(first)
            && key_ahead(rest.trim_start())
        {
            word = first;
            self.at = start + first.len();
        }
        let strict = is_value(word);
        let after = match word {
            _ if strict => word,
            "True" | "TRUE" => "true",
            "False" | "FALSE" => "false",
            "None" | "NULL" | "Null" | "nil" | "undefined" | "NaN" | "nan" | "-NaN"
            | "Infinity" | "-Infinity" | "inf" | "-inf" => "null",
            _ => match word.strip_prefix('+') {
                Some(number) if is_number(number) => number,
                _ => self.quoted(word),
            },
        };
        self.out.push_str(after);
        if !strict {
            self.fix(start, Some(after));
        }
        Ok(())
    }

    fn quoted(&self, text: &str) -> &'a str {
        let mut out = ArenaString::with_capacity_in(text.len() + 2, self.arena);
        super::push_quoted(&mut out, text);
        out.into_bump_str()
    }

    /// Behind a value: a comma, a bracket, or the next member whose comma is missing.
    fn after(&mut self) -> Result<Option<Step>, End> {
        if self.open.is_empty() {
            return Ok(None);
        }
        // What is whole stays, should the text end here.
        let out_start = self.out.len();
        let text_start = self.at;
        if let Some(open) = self.open.last_mut() {
            open.out_start = out_start;
            open.text_start = text_start;
        }
        self.blanks();
        match self.peek().ok_or(End)? {
            b',' => {
                self.at += 1;
                Ok(Some(Step::Member))
            }
            b'}' | b']' => Ok(self.close()),
            b';' => {
                let start = self.at;
                self.at += 1;
                self.fix(start, Some(","));
                Ok(Some(Step::Member))
            }
            _ => {
                self.fix(text_start, Some(","));
                Ok(Some(Step::Member))
            }
        }
    }

    /// Closes what a bracket closes, and what stands open inside of it.
    fn close(&mut self) -> Option<Step> {
        let start = self.at;
        let is_object = self.peek() == Some(b'}');
        self.at += 1;
        let fits = self.open.iter().rposition(|open| open.is_object == is_object);
        let Some(fits) = fits else {
            self.fix(start, None); // nothing of this kind is open
            return Some(Step::After);
        };
        if fits + 1 < self.open.len() {
            self.fix(start, None);
        }
        while self.open.len() > fits {
            if let Some(open) = self.open.pop() {
                self.out.push(if open.is_object { '}' } else { ']' });
            }
        }
        (!self.open.is_empty()).then_some(Step::After)
    }

    /// A string in either kind of quotation marks.
    fn string(&mut self, quote: u8, is_key: bool) -> Result<(), End> {
        let (start, out_start) = (self.at, self.out.len());
        self.at += 1;
        self.out.push('"');
        let mut bad = quote == b'\'';
        loop {
            let run = self.at;
            let rest = self.bytes.get(run..).unwrap_or_default();
            let stops = |byte: &u8| *byte == quote || *byte == b'\\' || *byte == b'"' || *byte < 0x20;
            let len = rest.iter().position(stops).ok_or(End)?;
            self.at = run + len;
            self.out.push_str(self.text.get(run..self.at).unwrap_or_default());
            match self.peek().ok_or(End)? {
                b'\\' => bad |= self.escape()?,
                byte if byte == quote && self.closes(is_key) => {
                    self.at += 1;
                    break;
                }
                byte => {
                    // A quotation mark or a raw control character inside.
                    bad = true;
                    self.at += 1;
                    let mut one = [0; 4];
                    push_escaped(&mut self.out, char::from(byte).encode_utf8(&mut one));
                }
            }
        }
        self.out.push('"');
        if bad {
            let written = self.out.get(out_start..).unwrap_or_default();
            let after = self.arena.alloc_str(head(written, 256));
            self.fix(start, Some(after));
        }
        Ok(())
    }

    /// Whether the quotation mark here ends the string: what follows could not follow inside.
    fn closes(&self, is_key: bool) -> bool {
        let rest = self.text.get(self.at + 1..).unwrap_or_default().trim_start();
        let mut chars = rest.chars();
        let next = chars.next();
        if is_key {
            return matches!(next, None | Some(':' | '='));
        }
        match next {
            None | Some('}' | ']') => true,
            Some(',') => {
                let behind = chars.as_str().trim_start();
                let is_object = self.open.last().is_some_and(|open| open.is_object);
                match behind.chars().next() {
                    None | Some('"' | '\'' | '}' | ']' | ',') => true,
                    Some(_) if is_object => key_ahead(behind),
                    Some(char) => matches!(char, '{' | '[' | '-') || char.is_alphanumeric(),
                }
            }
            Some(';') => key_ahead(chars.as_str().trim_start()),
            // The next key, whose comma is missing.
            Some('"' | '\'') => key_ahead(rest),
            _ => false,
        }
    }

    /// An escape; returns whether it was none.
    fn escape(&mut self) -> Result<bool, End> {
        let next = *self.bytes.get(self.at + 1).ok_or(End)?;
        let rest = self.text.get(self.at + 2..).unwrap_or_default();
        let digits = |count: usize| {
            rest.get(..count)
                .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
        };
        match next {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {
                self.out.push('\\');
                self.out.push(char::from(next));
                self.at += 2;
                Ok(false)
            }
            b'u' if rest.len() < 4 && rest.bytes().all(|byte| byte.is_ascii_hexdigit()) => Err(End),
            b'u' if digits(4).is_some() => Ok(self.code_unit()),
            b'x' if digits(2).is_some() => {
                self.out.push_str("\\u00");
                self.out.push_str(digits(2).unwrap_or_default());
                self.at += 4;
                Ok(true)
            }
            b'\'' => {
                self.out.push('\'');
                self.at += 2;
                Ok(true)
            }
            _ => {
                self.out.push_str("\\\\");
                self.at += 1;
                Ok(true)
            }
        }
    }

    /// `\uXXXX`; half a surrogate pair is no character. Returns whether it was one.
    fn code_unit(&mut self) -> bool {
        let rest = self.text.get(self.at..).unwrap_or_default();
        match super::unicode(rest) {
            Some((_, len)) => {
                self.out.push_str(rest.get(..len).unwrap_or_default());
                self.at += len;
                false
            }
            None => {
                self.out.push(char::REPLACEMENT_CHARACTER);
                self.at += 6;
                true
            }
        }
    }
}

/// Whether a key and its colon stand at the start of the text.
fn key_ahead(text: &str) -> bool {
    let window = head(text, 64);
    let inner = window.trim_start_matches(['"', '\'']);
    let name = inner
        .bytes()
        .position(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'@')));
    name.is_some_and(|end| {
        let behind = inner.get(end..).unwrap_or_default();
        let behind = behind.strip_prefix(['"', '\'']).unwrap_or(behind);
        end > 0 && behind.trim_start().starts_with([':', '='])
    })
}

/// At most `len` bytes of the text.
fn head(text: &str, len: usize) -> &str {
    let mut end = text.len().min(len);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

/// Whether the text is a JSON number (RFC 8259, section 6).
fn is_number(text: &str) -> bool {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let text = text.strip_prefix('-').unwrap_or(text);
    let whole = digits(text);
    if whole == 0 || (whole > 1 && text.starts_with('0')) {
        return false;
    }
    let mut rest = text.get(whole..).unwrap_or_default();
    if let Some(fraction) = rest.strip_prefix('.') {
        let len = digits(fraction);
        if len == 0 {
            return false;
        }
        rest = fraction.get(len..).unwrap_or_default();
    }
    if let Some(exponent) = rest.strip_prefix(['e', 'E']) {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        return !exponent.is_empty() && digits(exponent) == exponent.len();
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests;
