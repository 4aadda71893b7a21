//! A cell, from left to right: addresses, names that are dropped, words that are kept.

use aidos_model::{Defect, Defects};
use bumpalo::Bump;

use super::{Piece, domain, word};

/// How far a closing quotation mark or parenthesis is looked for; names are shorter.
const REACH: usize = 512;

/// Reads a normalised cell.
pub(super) struct Scanner<'a, 'o> {
    text: &'a str,
    at: usize,
    arena: &'a Bump,
    out: &'o mut Vec<Piece<'a>>,
    defects: Defects,
    /// Words since the last address: where the first begins and the last ends.
    words: Option<(usize, usize)>,
    /// Whether the last thing seen is `<`.
    angle: bool,
    /// Whether an address was seen and nothing but blanks since.
    blanks_since: bool,
    encoded: bool,
    other: bool,
}

/// What a scan found besides its pieces.
pub(super) struct Scanned {
    pub(super) defects: Defects,
    /// Whether the cell holds encoded words and nothing else.
    pub(super) only_encoded: bool,
}

impl<'a, 'o> Scanner<'a, 'o> {
    pub(super) fn new(text: &'a str, arena: &'a Bump, out: &'o mut Vec<Piece<'a>>) -> Self {
        Self {
            text,
            at: 0,
            arena,
            out,
            defects: Defects::default(),
            words: None,
            angle: false,
            blanks_since: false,
            encoded: false,
            other: false,
        }
    }

    pub(super) fn run(mut self) -> Scanned {
        while let Some(byte) = self.peek(0) {
            match byte {
                b' ' => self.at += 1,
                b',' | b';' | b'|' => self.skip(1),
                b'<' => self.open_angle(),
                b'>' => self.stray(1),
                b'"' => self.quotation(),
                b'(' => self.comment(),
                b')' | b'[' | b']' | b':' | b'\\' => self.punctuation(),
                b'=' if self.encoded_word() => {}
                _ => self.word(),
            }
        }
        self.flush_words();
        Scanned {
            defects: self.defects,
            only_encoded: self.encoded && !self.other,
        }
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + ahead).copied()
    }

    fn slice(&self, start: usize, end: usize) -> &'a str {
        self.text.get(start..end).unwrap_or_default()
    }

    /// Goes on after something that is no blank.
    fn skip(&mut self, len: usize) {
        self.at += len;
        self.angle = false;
        self.blanks_since = false;
        self.other = true;
    }

    /// Drops characters.
    fn stray(&mut self, len: usize) {
        self.skip(len);
        self.defects.add(Defect::StrayCharacters);
    }

    /// `<` before an address, or the arrow of `a@x.org <- b@y.org`.
    fn open_angle(&mut self) {
        if self.peek(1) == Some(b'-') {
            self.flush_words();
            self.stray(2);
        } else {
            self.stray(1);
            self.angle = true;
        }
    }

    /// A quoted local part, a quoted name, or a mark that stands alone.
    fn quotation(&mut self) {
        let Some(close) = self.closing_quote() else {
            return self.stray(1);
        };
        let behind = self.text.get(close + 1..).unwrap_or_default();
        if behind.starts_with('@') {
            let end = self.word_end(close + 2);
            self.address(self.at, close + 1, end);
        } else if behind.trim_start_matches(' ').starts_with('<') {
            self.stray(close + 1 - self.at);
        } else {
            self.stray(1);
        }
    }

    fn closing_quote(&self) -> Option<usize> {
        let mut escaped = false;
        for (index, &byte) in self.text.as_bytes().iter().enumerate().skip(self.at + 1).take(REACH) {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => return Some(index),
                _ => {}
            }
        }
        None
    }

    /// `(a remark)`, dropped as a whole unless it holds an address.
    fn comment(&mut self) {
        let inner = self.text.as_bytes().get(self.at + 1..).unwrap_or_default();
        let end = inner
            .iter()
            .take(REACH)
            .position(|byte| matches!(byte, b'(' | b')' | b'@'));
        match end {
            Some(end) if inner.get(end) == Some(&b')') => self.stray(end + 2),
            _ => self.punctuation(),
        }
    }

    /// A mark that belongs to the words before it, if there are some.
    fn punctuation(&mut self) {
        let end = self.at + 1;
        match &mut self.words {
            Some(words) => words.1 = end,
            None => self.defects.add(Defect::StrayCharacters),
        }
        self.skip(1);
    }

    fn encoded_word(&mut self) -> bool {
        let Some(word) = self.text.get(self.at..).and_then(word::read) else {
            return false;
        };
        self.defects.add(Defect::EncodedWord);
        self.encoded = true;
        self.at += word.len;
        self.angle = false;
        self.blanks_since = false;
        true
    }

    /// Where the word that begins here ends.
    fn word_end(&self, start: usize) -> usize {
        let rest = self.text.as_bytes().get(start..).unwrap_or_default();
        let ends = |byte: &u8| {
            matches!(
                byte,
                b' ' | b',' | b';' | b'|' | b'<' | b'>' | b'"' | b'(' | b')' | b'[' | b']' | b':' | b'\\'
            )
        };
        start + rest.iter().position(ends).unwrap_or(rest.len())
    }

    fn word(&mut self) {
        let start = self.at;
        let end = self.word_end(start);
        let text = self.slice(start, end);
        if text.contains('@') {
            return self.addresses(start, end);
        }
        let is_scheme = ["mailto", "smtp", "email", "e-mail", "mail"]
            .into_iter()
            .any(|scheme| scheme.eq_ignore_ascii_case(text));
        if is_scheme && self.text.as_bytes().get(end) == Some(&b':') && self.words.is_none() {
            return self.stray(end + 1 - start);
        }
        let says_something = text.chars().any(char::is_alphanumeric);
        match &mut self.words {
            Some(words) => words.1 = end,
            None if says_something => self.words = Some((start, end)),
            None => self.defects.add(Defect::StrayCharacters),
        }
        self.skip(end - start);
    }

    /// A word with `@`: one address, some that a sure mark separates, or some that nothing does.
    fn addresses(&mut self, start: usize, end: usize) {
        let mut from = start;
        let mut ats = 0;
        let mut last_at = start;
        let bytes = self.text.as_bytes();
        for at in start..end {
            if bytes.get(at) != Some(&b'@') {
                continue;
            }
            if ats > 0 {
                let between = self.slice(last_at + 1, at);
                let name = domain_len(between);
                let cut = between.as_bytes().get(name).copied().is_some_and(is_edge);
                if cut && name > 0 {
                    let cut = last_at + 1 + name;
                    self.group(from, cut, ats);
                    self.blanks_since = false;
                    self.defects.add(Defect::StrayCharacters);
                    from = cut;
                    ats = 0;
                }
            }
            ats += 1;
            last_at = at;
        }
        self.group(from, end, ats);
    }

    fn group(&mut self, start: usize, end: usize, ats: usize) {
        if ats > 1 {
            return self.push(Piece::Ambiguous(self.slice(start, end)), end);
        }
        let text = self.slice(start, end);
        let trimmed = text.trim_start_matches(|char: char| char.is_ascii() && is_edge(char as u8));
        if trimmed.len() < text.len() {
            self.defects.add(Defect::StrayCharacters);
        }
        let start = end - trimmed.len();
        let local = start + trimmed.find('@').unwrap_or(trimmed.len());
        self.address(start, local, end);
    }

    /// An address whose local part ends at `local` (where `@` stands) and whose word ends at `end`.
    fn address(&mut self, start: usize, local: usize, end: usize) {
        let name = self.slice(start, local);
        let behind = self.slice(local + 1, end);
        if behind.contains('@') {
            return self.push(Piece::Ambiguous(self.slice(start, end)), end);
        }
        if behind.is_empty()
            && let Some(len) = self.literal(end)
        {
            let piece = if is_local(name) {
                Piece::Address(self.slice(start, end + len))
            } else {
                Piece::Bad(self.slice(start, end + len))
            };
            return self.push(piece, end + len);
        }
        let (host, rest) = behind.split_at(domain_len(behind));
        let bare = host.trim_end_matches('.');
        // `?subject=hi` of a link, or marks that close what others opened.
        let harmless = rest.starts_with('?') || !rest.chars().any(char::is_alphanumeric);
        let found = domain::canonical(bare, self.arena).filter(|_| harmless && is_local(name));
        let Some(host_name) = found else {
            return self.push(Piece::Bad(self.slice(start, end)), end);
        };
        if bare.len() < behind.len() {
            self.defects.add(Defect::StrayCharacters);
        }
        let text = if host_name == bare {
            self.slice(start, local + 1 + bare.len())
        } else {
            bumpalo::format!(in self.arena, "{}@{}", name, host_name).into_bump_str()
        };
        self.push(Piece::Address(text), end);
    }

    /// The length of `[192.0.2.1]` or `[IPv6:2001:db8::1]` where it stands (RFC 5321, section 4.1.3).
    fn literal(&self, at: usize) -> Option<usize> {
        let inner = self.text.get(at..)?.strip_prefix('[')?;
        let len = inner.bytes().take(64).position(|byte| byte == b']')?;
        let text = inner.get(..len)?;
        let valid = match text.strip_prefix("IPv6:") {
            Some(v6) => v6.parse::<std::net::Ipv6Addr>().is_ok(),
            None => text.parse::<std::net::Ipv4Addr>().is_ok(),
        };
        valid.then_some(len + 2)
    }

    /// Pushes what was read up to `end`, after the words before it.
    fn push(&mut self, piece: Piece<'a>, end: usize) {
        if self.angle {
            // Words before `<` are the name of its owner; they are no part of the address.
            self.words = None;
        } else if self.words.is_some() {
            self.flush_words();
        } else if self.blanks_since {
            self.defects.add(Defect::MissingComma);
        }
        self.out.push(piece);
        self.skip(0);
        self.at = end;
        self.blanks_since = true;
    }

    fn flush_words(&mut self) {
        if let Some((start, end)) = self.words.take() {
            self.out.push(Piece::Text(self.slice(start, end)));
        }
    }
}

/// Characters that no one puts at the edge of an address: they separate.
fn is_edge(byte: u8) -> bool {
    matches!(byte, b'/' | b'=' | b'&' | b'?' | b'\'' | b'`' | b'{' | b'}')
}

/// How many bytes at the start of the text may be a domain name.
fn domain_len(text: &str) -> usize {
    text.bytes()
        .position(|byte| byte.is_ascii() && !byte.is_ascii_alphanumeric() && !matches!(byte, b'-' | b'.'))
        .unwrap_or(text.len())
}

/// Whether the text is a local part: words and dots, or a quotation (RFC 5321, section 4.1.2).
fn is_local(text: &str) -> bool {
    if text.is_empty() || text.len() > 64 {
        return false;
    }
    if text.starts_with('"') {
        return text.len() > 2; // its end was found by the quotation mark that closes it
    }
    let fits = |char: char| {
        char.is_ascii_alphanumeric()
            || "!#$%&'*+-/=?^_`{}~.".contains(char)
            || (!char.is_ascii() && (char.is_alphanumeric() || matches!(char, '\u{300}'..='\u{36f}')))
    };
    !text.starts_with('.') && !text.ends_with('.') && !text.contains("..") && text.chars().all(fits)
}
