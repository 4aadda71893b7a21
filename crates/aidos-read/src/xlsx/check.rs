//! Measures what `calamine` will read, before it does.

use std::io::{Read, Seek};

use memchr::{memchr, memchr2, memmem};

use crate::{Archive, Limits, MemberReader, ReadError, Reason, Verdict};

/// What a shared string takes in memory beside its bytes.
const STRING_COST: u64 = 48;
/// Longest tag of a cell, a row or the dimension that is looked into.
const TAG: usize = 2048;

fn broken(part: &str, what: &str) -> ReadError {
    ReadError::BrokenWorkbook {
        part: part.to_owned(),
        what: what.to_owned(),
    }
}

/// How a part will be read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Held as strings.
    SharedStrings,
    /// Held in some form: relations, styles, the list of sheets.
    Held,
    /// Streamed, cell by cell.
    Sheet,
    /// Not at all: pictures, drawings, caches.
    Unread,
}

/// Kinds by name, upper and lower case alike, as `calamine` finds them.
fn kind(name: &str) -> Kind {
    let name = name.to_ascii_lowercase();
    let file = name.rsplit('/').next().unwrap_or(&name);
    match file {
        "sharedstrings.xml" => Kind::SharedStrings,
        "styles.xml" | "theme1.xml" | "workbook.xml" => Kind::Held,
        _ if name == "_rels/.rels" || file.starts_with("workbook") => Kind::Held,
        _ if name.contains("worksheets/_rels/") => Kind::Unread,
        _ if name.contains("worksheets/") => Kind::Sheet,
        _ => Kind::Unread,
    }
}

/// Checks the container and every part that will be read.
pub(super) fn container<R: Read + Seek>(reader: &mut R, limits: &Limits) -> Result<(), ReadError> {
    // Embedded archives are not opened, so they may lie there.
    let container = Limits {
        nesting: 1,
        ..limits.clone()
    };
    let mut archive = Archive::open(reader, &container)?;
    let mut strings = 0;
    let mut held = 0;
    for index in 0..archive.members().len() {
        let Some(member) = archive.members().get(index) else {
            break;
        };
        let name = member.name.clone();
        let kind = kind(&name);
        if let Verdict::Refused(reason) = &member.verdict {
            // What is never read may be strange, but nothing may lie about where it is.
            let harmless = kind == Kind::Unread
                && matches!(
                    reason,
                    Reason::Ratio | Reason::Method(_) | Reason::NestedTooDeep
                );
            if !harmless {
                return Err(ReadError::Refused {
                    name,
                    reason: reason.clone(),
                });
            }
        }
        match kind {
            Kind::Unread => {}
            Kind::Sheet => sheet(&mut archive.open_member(index)?, &name, limits)?,
            Kind::SharedStrings => {
                let most = limits.xlsx_shared_strings_bytes.saturating_sub(strings);
                let text = hold(archive.open_member(index)?, &name, most, limits)?;
                strings += shared_strings(&text, &name, limits)?;
            }
            Kind::Held => {
                let most = limits.xlsx_parts_bytes.saturating_sub(held);
                let text = hold(archive.open_member(index)?, &name, most, limits)?;
                held += text.len() as u64;
                if name.to_ascii_lowercase().ends_with(".rels") {
                    relations(&text, &name)?;
                }
            }
        }
    }
    Ok(())
}

/// The whole text of a part, at most `most` bytes.
fn hold<R: Read + Seek>(
    part: MemberReader<'_, R>,
    name: &str,
    most: u64,
    limits: &Limits,
) -> Result<Vec<u8>, ReadError> {
    let mut text = Vec::new();
    part.take(most.saturating_add(1)).read_to_end(&mut text)?;
    if text.len() as u64 > most {
        let strings = kind(name) == Kind::SharedStrings;
        return Err(ReadError::Limit {
            what: "the unpacked size of a part in bytes",
            name: name.to_owned(),
            limit: if strings {
                limits.xlsx_shared_strings_bytes
            } else {
                limits.xlsx_parts_bytes
            },
            found: text.len() as u64,
            way_out: "save the sheets as .csv or raise the limit",
        });
    }
    encoding(&text, name)?;
    Ok(text)
}

/// Only UTF-8 is looked through below, and nothing else is written by anybody.
fn encoding(text: &[u8], name: &str) -> Result<(), ReadError> {
    let head = text.get(..200).unwrap_or(text);
    let declared = head
        .get(..memchr(b'>', head).unwrap_or(head.len()))
        .unwrap_or_default();
    let declared = declared.to_ascii_lowercase();
    let other = memmem::find(&declared, b"encoding").is_some()
        && memmem::find(&declared, b"utf-8").is_none()
        && memmem::find(&declared, b"us-ascii").is_none();
    if other || head.starts_with(b"\xFE\xFF") || head.starts_with(b"\xFF\xFE") {
        return Err(broken(name, "a part is not in UTF-8"));
    }
    if memchr(0, head).is_some() {
        return Err(broken(name, "a part holds zero bytes"));
    }
    Ok(())
}

/// What the strings will take in memory; refused if that is too much.
fn shared_strings(text: &[u8], name: &str, limits: &Limits) -> Result<u64, ReadError> {
    let limit = limits.xlsx_shared_strings_bytes;
    let count = memmem::find_iter(text, "si>").count() as u64
        + memmem::find_iter(text, "si ").count() as u64
        + memmem::find_iter(text, "si/").count() as u64;
    let most = limit / STRING_COST;
    // The declared number is taken as a capacity, so it must be one.
    let mut declared = 0;
    for at in memmem::find_iter(text, "uniqueCount") {
        let value = text.get(at + 11..).unwrap_or_default().trim_ascii_start();
        let value = value.strip_prefix(b"=").unwrap_or(value).trim_ascii_start();
        let digits: Vec<u8> = value
            .iter()
            .skip(1)
            .take(12)
            .take_while(|b| b.is_ascii_digit())
            .copied()
            .collect();
        let number = std::str::from_utf8(&digits)
            .ok()
            .and_then(|d| d.parse::<u64>().ok());
        declared = declared.max(number.unwrap_or(u64::MAX));
    }
    let found = count.max(declared);
    if found > most {
        return Err(ReadError::Limit {
            what: "the number of shared strings",
            name: name.to_owned(),
            limit: most,
            found,
            way_out: "save the sheets as .csv or raise the limit",
        });
    }
    Ok((text.len() as u64).max(count * STRING_COST))
}

/// Relations must lead to parts that were measured as what they will be read as.
fn relations(text: &[u8], name: &str) -> Result<(), ReadError> {
    let root = name.eq_ignore_ascii_case("_rels/.rels");
    let mut rest = text;
    while let Some(at) = memmem::find(rest, b"Relationship") {
        rest = rest.get(at + 12..).unwrap_or_default();
        let tag = rest
            .get(..tag_end(rest).unwrap_or(rest.len()))
            .unwrap_or_default();
        let tag = String::from_utf8_lossy(tag);
        let (mut kinds, mut targets) = (Vec::new(), Vec::new());
        for (key, value) in attributes(&tag) {
            match key {
                "Type" => kinds.push(value),
                "Target" => targets.push(value.to_ascii_lowercase()),
                _ => {}
            }
        }
        let read = kinds.iter().any(|kind| {
            let last = kind.rsplit('/').next().unwrap_or_default();
            if root {
                last == "officeDocument"
            } else {
                last.ends_with("sheet")
            }
        });
        if !read {
            continue;
        }
        let fits = targets.iter().all(|target| {
            let file = target.rsplit('/').next().unwrap_or_default();
            let measured = if root {
                file.starts_with("workbook") && !target.contains("worksheets")
            } else {
                // Chart and dialog sheets are never opened.
                kind(target) == Kind::Sheet || !kinds.iter().any(|k| k.ends_with("/worksheet"))
            };
            measured && !target.contains('&') && !target.contains('\\')
        });
        if kinds.len() != 1 || targets.len() != 1 || !fits {
            return Err(broken(name, "a relation leads to an unusual part"));
        }
    }
    Ok(())
}

/// Where a tag ends: the `>` outside quotes.
fn tag_end(text: &[u8]) -> Option<usize> {
    let mut quote = None;
    text.iter().position(|byte| {
        match (quote, byte) {
            (None, b'"' | b'\'') => quote = Some(*byte),
            (None, b'>') => return true,
            (Some(q), b) if q == *b => quote = None,
            _ => {}
        }
        false
    })
}

/// The attributes of a tag, roughly: whatever a lenient reader could take for one.
fn attributes(tag: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = tag;
    std::iter::from_fn(move || {
        let (before, after) = rest.split_once('=')?;
        let key = before
            .trim_ascii_end()
            .rsplit(|c: char| c.is_ascii_whitespace())
            .next()?;
        let after = after.trim_ascii_start();
        let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let (value, next) = after.get(1..)?.split_once(quote)?;
        rest = next;
        Some((key, value))
    })
}

/// Follows a sheet's XML up to the end of its cells.
///
/// Refused are a stretch longer than a record without a cell or a row (it would be gathered in memory),
/// references that are none, and what has no place in a sheet (document types).
fn sheet(source: &mut impl Read, name: &str, limits: &Limits) -> Result<(), ReadError> {
    let mut tokens = Tokens {
        name,
        most: limits.record_bytes as u64,
        ..Tokens::default()
    };
    let mut block = vec![0; 64 << 10];
    let mut first = true;
    loop {
        let read = source.read(&mut block)?;
        let bytes = block.get(..read).unwrap_or_default();
        if std::mem::take(&mut first) {
            encoding(bytes, name)?;
        }
        if read == 0 || tokens.feed(bytes)? {
            return Ok(());
        }
    }
}

/// A small reader of XML tokens that keeps nothing but the current tag's first bytes.
#[derive(Default)]
struct Tokens<'n> {
    name: &'n str,
    most: u64,
    state: Token,
    /// First bytes of the current tag, comment or the like.
    tag: Vec<u8>,
    quote: Option<u8>,
    /// Last bytes inside a comment, a character section or an instruction.
    tail: [u8; 2],
    /// Bytes since the last cell or row.
    gap: u64,
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Token {
    #[default]
    Text,
    /// After `<`, up to `>` outside quotes.
    Tag,
    Comment,
    Characters,
    Instruction,
}

impl Tokens<'_> {
    /// True when the cells have ended.
    fn feed(&mut self, mut bytes: &[u8]) -> Result<bool, ReadError> {
        while !bytes.is_empty() {
            let used = match self.state {
                Token::Text => match memchr(b'<', bytes) {
                    Some(at) => {
                        self.state = Token::Tag;
                        self.tag.clear();
                        self.quote = None;
                        at + 1
                    }
                    None => bytes.len(),
                },
                Token::Tag => self.tag_bytes(bytes),
                Token::Comment | Token::Characters | Token::Instruction => self.special(bytes),
            };
            self.gap += used as u64;
            bytes = bytes.get(used..).unwrap_or_default();
            if self.state == Token::Text && !self.tag.is_empty() {
                if self.end_of_tag()? {
                    return Ok(true);
                }
                self.tag.clear();
            }
            if self.gap > self.most {
                return Err(ReadError::Limit {
                    what: "the size of a cell in bytes",
                    name: self.name.to_owned(),
                    limit: self.most,
                    found: self.gap,
                    way_out: "shorten the cell or save the sheet as .csv",
                });
            }
        }
        Ok(false)
    }

    /// Takes bytes of a tag; how many.
    fn tag_bytes(&mut self, bytes: &[u8]) -> usize {
        for (i, &byte) in bytes.iter().enumerate() {
            match (self.quote, byte) {
                (None, b'>') => {
                    self.state = Token::Text;
                    // So that an empty tag is one too.
                    self.tag.push(b'>');
                    return i + 1;
                }
                (None, b'"' | b'\'') => self.quote = Some(byte),
                (Some(quote), b) if quote == b => self.quote = None,
                _ => {}
            }
            if self.tag.len() < TAG {
                self.tag.push(byte);
            }
            self.state = match self.tag.as_slice() {
                b"!--" => Token::Comment,
                b"![CDATA[" => Token::Characters,
                b"?" => Token::Instruction,
                _ => continue,
            };
            self.tag.clear();
            self.tail = [0; 2];
            return i + 1;
        }
        bytes.len()
    }

    /// Takes bytes up to the end of a comment, a character section or an instruction; how many.
    fn special(&mut self, bytes: &[u8]) -> usize {
        let mut at = 0;
        while let Some(end) = crate::csv::find(bytes, at, |rest| memchr2(b'>', b'>', rest)) {
            let mut last = self.tail;
            for &byte in bytes.get(end.saturating_sub(2)..end).unwrap_or_default() {
                last = [last[1], byte];
            }
            let ends = match self.state {
                Token::Comment => last == *b"--",
                Token::Characters => last == *b"]]",
                _ => last[1] == b'?',
            };
            if ends {
                self.state = Token::Text;
                return end + 1;
            }
            at = end + 1;
        }
        for &byte in bytes
            .get(bytes.len().saturating_sub(2)..)
            .unwrap_or_default()
        {
            self.tail = [self.tail[1], byte];
        }
        bytes.len()
    }

    /// Looks at a whole tag; true at the end of the cells.
    fn end_of_tag(&mut self) -> Result<bool, ReadError> {
        let tag = String::from_utf8_lossy(&self.tag);
        if tag.starts_with('!') {
            return Err(broken(self.name, "a sheet holds a document type"));
        }
        let end = tag
            .find(|c: char| c.is_ascii_whitespace() || c == '>')
            .unwrap_or(tag.len());
        let qualified = tag.get(..end).unwrap_or_default();
        let closing = qualified.starts_with('/');
        let full = qualified.trim_matches('/');
        let local = full.rsplit(':').next().unwrap_or(full);
        if closing {
            return Ok(local == "sheetData");
        }
        if !matches!(local, "c" | "row" | "dimension") {
            return Ok(false);
        }
        if tag.len() > TAG {
            return Err(broken(self.name, "a cell has too many attributes"));
        }
        let fine = attributes(&tag).all(|(key, value)| match key {
            "r" => reference(value).is_some(),
            "ref" => range(value),
            _ => true,
        });
        if !fine {
            return Err(broken(self.name, "a cell reference is none"));
        }
        self.gap = 0;
        Ok(false)
    }
}

/// `AB12`, `12`: column (0 if none) and row.
fn reference(text: &str) -> Option<(u32, u32)> {
    let split = text
        .find(|c: char| !c.is_ascii_alphabetic())
        .unwrap_or(text.len());
    let (letters, digits) = text.split_at(split);
    if letters.len() > 3 || digits.len() > 7 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let column = letters.bytes().fold(0, |column, b| {
        column * 26 + u32::from(b.to_ascii_uppercase() - b'A') + 1
    });
    Some((column, digits.parse().ok()?))
}

/// `A1`, `A1:C7`: never backwards, because the reader subtracts.
fn range(text: &str) -> bool {
    let mut ends = text.split(':').map(reference);
    match (ends.next(), ends.next(), ends.next()) {
        (Some(Some(_)), None, None) => true,
        (Some(Some(a)), Some(Some(b)), None) => a.0 <= b.0 && a.1 <= b.1,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(xml: &str, most: usize) -> Result<(), ReadError> {
        let limits = Limits::default().with_record_bytes(most);
        // However the bytes arrive, the answer is the same.
        for size in [1, 7, xml.len().max(1)] {
            let mut tokens = Tokens {
                name: "s",
                most: most as u64,
                ..Tokens::default()
            };
            let mut found = Ok(false);
            for piece in xml.as_bytes().chunks(size) {
                found = tokens.feed(piece);
                if !matches!(found, Ok(false)) {
                    break;
                }
            }
            assert_eq!(
                found.is_ok(),
                sheet(&mut xml.as_bytes(), "s", &limits).is_ok()
            );
        }
        sheet(&mut xml.as_bytes(), "s", &limits)
    }

    #[test]
    fn takes_plain_sheets() {
        let cells = "<row r=\"1\"><c r=\"A1\"><v>1</v></c><x:c r='B1'/></row>".repeat(100);
        let xml = format!("<?xml version=\"1.0\"?><s><!-- > --><sheetData>{cells}</sheetData>");
        run(&format!("{xml}{}", "x".repeat(5000)), 200).unwrap();
    }

    #[test]
    fn refuses_what_gathers() {
        let long = "x".repeat(300);
        for text in [
            long.clone(),
            format!("<![CDATA[{}]]>", "<c r=\"A1\">".repeat(40)),
            format!("<!-- {} -->", "<c>".repeat(90)),
            format!("<t>{}</t>", "<u/>".repeat(90)),
            format!("<t a=\"{}\">", "<c>".repeat(90)),
        ] {
            let xml = format!("<sheetData><row><c r=\"A1\"><is>{text}</is></c></row></sheetData>");
            assert!(
                matches!(run(&xml, 200), Err(ReadError::Limit { .. })),
                "{text}"
            );
        }
    }

    #[test]
    fn refuses_what_would_overflow() {
        for tag in [
            "<c r=\"AAAAAAAAA1\">",
            "<c r=\"A99999999999\">",
            "<row r=\"4294967295\">",
            "<dimension ref=\"C9:A1\"/>",
        ] {
            assert!(
                matches!(run(tag, 200), Err(ReadError::BrokenWorkbook { .. })),
                "{tag}"
            );
        }
        run(
            "<dimension ref=\"A1:C9\"/><c r=\"XFD1048576\" s=\"1\">",
            200,
        )
        .unwrap();
    }
}
