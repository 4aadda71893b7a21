//! CSV: where a record ends, and its fields. Source: RFC 4180, read leniently.
//!
//! The rule is the same for framing and for splitting, and it needs no state from before the record,
//! so the records do not depend on where a chunk was cut:
//!
//! - A quote opens a quoted field only as the first byte of a field. `""` inside is a quote.
//! - A quoted field must close before a delimiter or a line end, within [`QUOTE_LINES`] further lines
//!   and [`crate::Limits::record_bytes`], and none of these lines may begin like the record itself: with
//!   a first field of the same digits and signs, such as a stamp. If one field of a record does not close
//!   so, the quotes of the record are plain characters and the record ends with its first line
//!   ([`CsvRecord::quote_repaired`]). So a stray quote damages its own line and no other, also where
//!   another stray quote further down would close it.

use std::borrow::Cow;

use memchr::{memchr, memchr2};

use crate::chunk::{Chunk, Numbering};

/// How many further lines a quoted field may span.
pub(crate) const QUOTE_LINES: usize = 64;

/// How a CSV file is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dialect {
    /// The byte between fields: `,`, `;`, tab or `|`.
    pub delimiter: u8,
    /// What a double quote means.
    pub quoting: Quoting,
    /// The names of the columns, if the first record holds names. That record still comes as a
    /// record, with [`CsvRecord::header`] set.
    pub header: Option<Vec<String>>,
}

impl Default for Dialect {
    fn default() -> Self {
        Self {
            delimiter: b',',
            quoting: Quoting::Repair,
            header: None,
        }
    }
}

/// What a double quote at the start of a field means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Quoting {
    /// Nothing; it is a character.
    Off,
    /// It quotes, unless it is a stray one. For files from outside.
    Repair,
    /// It always quotes, however many lines follow. For text that this crate rendered from a sheet.
    Trusted,
}

/// One CSV record of a chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CsvRecord<'t> {
    /// Line on which it starts, from 1; for a sheet the row.
    pub line: u64,
    /// The record as it stands, without its line end.
    pub raw: &'t str,
    /// Whether its quotes were broken and are taken as plain characters.
    pub quote_repaired: bool,
    /// Whether it repeats the header (also further down, where files were concatenated) or is
    /// Excel's `sep=;` line: no data.
    pub header: bool,
    delimiter: u8,
    quoted: bool,
    max_fields: usize,
}

impl<'t> CsvRecord<'t> {
    /// Whether there is nothing but blanks.
    pub fn is_blank(&self) -> bool {
        self.raw.trim_ascii().is_empty()
    }

    /// Replaces what `fields` holds by the fields of this record, unquoted; none for an empty record.
    ///
    /// Returns false if there are more than [`crate::Limits::csv_fields`]; the last one then holds the
    /// rest of the record as it stands.
    pub fn fields(&self, fields: &mut Vec<Cow<'t, str>>) -> bool {
        fields.clear();
        if self.raw.is_empty() {
            return true;
        }
        let mut rest = self.raw;
        loop {
            if fields.len() + 1 >= self.max_fields
                && memchr(self.delimiter, rest.as_bytes()).is_some()
            {
                fields.push(Cow::Borrowed(rest));
                return false;
            }
            let (field, after) = self.first_field(rest);
            fields.push(field);
            match after {
                Some(after) => rest = after,
                None => return true,
            }
        }
    }

    /// The first field, and what follows its delimiter.
    fn first_field(&self, text: &'t str) -> (Cow<'t, str>, Option<&'t str>) {
        if self.quoted && text.starts_with('"') {
            let bytes = text.as_bytes();
            let mut at = 1;
            let mut doubled = false;
            while let Some(found) = find(bytes, at, |rest| memchr(b'"', rest)) {
                if bytes.get(found + 1) == Some(&b'"') {
                    doubled = true;
                    at = found + 2;
                    continue;
                }
                let inner = text.get(1..found).unwrap_or_default();
                let field = if doubled {
                    Cow::Owned(inner.replace("\"\"", "\""))
                } else {
                    Cow::Borrowed(inner)
                };
                let after = bytes.get(found + 1).and_then(|_| text.get(found + 2..));
                return (field, after);
            }
        }
        match memchr(self.delimiter, text.as_bytes()) {
            Some(end) => (
                Cow::Borrowed(text.get(..end).unwrap_or_default()),
                Some(text.get(end + 1..).unwrap_or_default()),
            ),
            None => (Cow::Borrowed(text), None),
        }
    }
}

/// The CSV records of a chunk. Blank lines are records too.
///
/// ```
/// # use aidos_read::{Chunks, Format, Item, Limits, csv_records, sniff};
/// let text = "time,addresses\n2024-05-01,\"a@x.org, b@y.org\"\n".as_bytes();
/// let kind = sniff("mail.csv", text);
/// let Format::Csv(dialect) = &kind.format else { panic!("{}", kind.why) };
/// let mut chunks = Chunks::new(text, &kind, &Limits::default(), 1 << 20);
/// let Some(Item::Chunk(chunk)) = chunks.next()? else { panic!() };
/// let mut fields = Vec::new();
/// let mut addresses = String::new();
/// for record in csv_records(&chunk, dialect).filter(|r| !r.header) {
///     record.fields(&mut fields);
///     addresses.push_str(&fields[1]);
/// }
/// assert_eq!(addresses, "a@x.org, b@y.org");
/// # Ok::<(), aidos_read::ReadError>(())
/// ```
pub fn csv_records<'t>(chunk: &'t Chunk, dialect: &'t Dialect) -> CsvRecords<'t> {
    CsvRecords {
        chunk,
        dialect,
        at: 0,
        line: chunk.first_line,
        index: 0,
        fields: Vec::new(),
    }
}

/// Iterator of [`csv_records`].
#[derive(Debug)]
pub struct CsvRecords<'t> {
    chunk: &'t Chunk,
    dialect: &'t Dialect,
    at: usize,
    line: u64,
    index: usize,
    fields: Vec<Cow<'t, str>>,
}

impl<'t> Iterator for CsvRecords<'t> {
    type Item = CsvRecord<'t>;

    fn next(&mut self) -> Option<CsvRecord<'t>> {
        let rest = self
            .chunk
            .text
            .get(self.at..)
            .filter(|rest| !rest.is_empty())?;
        let limits = self.chunk.limits;
        let (end, repaired) =
            match record_end(rest.as_bytes(), true, self.dialect, limits.record_bytes) {
                End::At { end, repaired } => (end, repaired),
                // Framing takes these out; if the limits were changed since, the rest is one record.
                End::More | End::Oversize => (rest.len(), true),
            };
        let whole = rest.get(..end).unwrap_or(rest);
        let raw = whole.strip_suffix('\n').unwrap_or(whole);
        let raw = if raw.len() < whole.len() {
            raw.strip_suffix('\r').unwrap_or(raw)
        } else {
            raw
        };
        let line = match &self.chunk.numbering {
            Numbering::ByNewline => self.line,
            Numbering::ByRecord(rows) => rows.get(self.index).copied().unwrap_or(self.line),
        };
        let mut record = CsvRecord {
            line,
            raw,
            quote_repaired: repaired,
            header: false,
            delimiter: self.dialect.delimiter,
            quoted: self.dialect.quoting != Quoting::Off && !repaired,
            max_fields: limits.csv_fields.max(1),
        };
        record.header = self.is_header(&record);
        self.at += whole.len();
        self.index += 1;
        self.line += memchr::memchr_iter(b'\n', whole.as_bytes()).count() as u64;
        Some(record)
    }
}

impl<'t> CsvRecords<'t> {
    fn is_header(&mut self, record: &CsvRecord<'t>) -> bool {
        if record.line == 1 && is_separator_line(record.raw) {
            return true;
        }
        let Some(header) = &self.dialect.header else {
            return false;
        };
        // The first name alone settles it for nearly every record.
        let first = record.first_field(record.raw).0;
        if header
            .first()
            .is_none_or(|name| name.trim() != first.trim())
        {
            return false;
        }
        record.fields(&mut self.fields);
        self.fields.len() == header.len()
            && self
                .fields
                .iter()
                .zip(header)
                .all(|(a, b)| a.trim() == b.trim())
    }
}

/// The fields of one record, for looking at a head.
pub(crate) fn split(raw: &str, delimiter: u8, quoted: bool) -> Vec<String> {
    let record = CsvRecord {
        line: 1,
        raw,
        quote_repaired: !quoted,
        header: false,
        delimiter,
        quoted,
        max_fields: 4096,
    };
    let mut fields = Vec::new();
    record.fields(&mut fields);
    fields.into_iter().map(Cow::into_owned).collect()
}

/// Excel's first line `sep=;`.
pub(crate) fn is_separator_line(line: &str) -> bool {
    line.len() == 5
        && line
            .get(..4)
            .is_some_and(|sep| sep.eq_ignore_ascii_case("sep="))
}

/// Where the first record of some text ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// Before this byte, its line end included.
    At { end: usize, repaired: bool },
    /// More text is needed to tell.
    More,
    /// Its line is longer than the largest record.
    Oversize,
}

/// Finds the end of the first record. `last` says that no more text follows.
#[inline]
pub(crate) fn record_end(bytes: &[u8], last: bool, dialect: &Dialect, max: usize) -> End {
    if dialect.quoting == Quoting::Off {
        return line_end(bytes, last, max, false);
    }
    let trusted = dialect.quoting == Quoting::Trusted;
    let mut at = 0;
    loop {
        // Outside quotes: the next line end, or a quote that opens a field.
        let Some(found) = find(bytes, at, |rest| memchr2(b'"', b'\n', rest)) else {
            return match (bytes.len() > max, last) {
                // Too long as a whole; its first line may still be fine.
                (true, _) => line_end(bytes, last, max, true),
                (false, true) => End::At {
                    end: bytes.len(),
                    repaired: false,
                },
                (false, false) => End::More,
            };
        };
        if bytes.get(found) == Some(&b'\n') {
            if found > max {
                return line_end(bytes, last, max, true);
            }
            return End::At {
                end: found + 1,
                repaired: false,
            };
        }
        let opens = found == 0 || bytes.get(found - 1) == Some(&dialect.delimiter);
        if !opens {
            at = found + 1;
            continue;
        }
        match quoted_end(bytes, found + 1, last, dialect.delimiter, trusted, max) {
            Quoted::Closed(after) => at = after,
            Quoted::Stray => return line_end(bytes, last, max, true),
            Quoted::More => return End::More,
        }
    }
}

/// The first field and its delimiter, where so many digits stand in it that text which begins alike is a
/// record; else nothing.
fn numbered_field(bytes: &[u8], delimiter: u8) -> &[u8] {
    let head = bytes.get(..64).unwrap_or(bytes);
    let Some(end) = memchr(delimiter, head) else {
        return &[];
    };
    let field = head.get(..=end).unwrap_or_default();
    let digits = field.iter().filter(|byte| byte.is_ascii_digit()).count();
    if digits < 6 || field.contains(&b'"') || field.contains(&b'\n') {
        return &[];
    }
    field
}

/// Whether the text begins like the field, one digit or letter standing for another.
fn begins_alike(bytes: &[u8], field: &[u8]) -> bool {
    let alike = |(a, b): (&u8, &u8)| {
        a == b
            || (a.is_ascii_digit() && b.is_ascii_digit())
            || (a.is_ascii_alphabetic() && b.is_ascii_alphabetic())
    };
    !field.is_empty() && bytes.len() >= field.len() && bytes.iter().zip(field).all(alike)
}

enum Quoted {
    /// The byte after the closing quote: a delimiter, a line end or the end of the text.
    Closed(usize),
    Stray,
    More,
}

/// Follows a quoted field from after its opening quote, which is in the record at the start of `bytes`.
#[inline]
fn quoted_end(
    bytes: &[u8],
    mut at: usize,
    last: bool,
    delimiter: u8,
    trusted: bool,
    max: usize,
) -> Quoted {
    let mut lines = 0;
    loop {
        let Some(found) = find(bytes, at, |rest| memchr2(b'"', b'\n', rest)) else {
            return if last || bytes.len() > max {
                Quoted::Stray
            } else {
                Quoted::More
            };
        };
        if found > max {
            return Quoted::Stray;
        }
        if bytes.get(found) == Some(&b'\n') {
            lines += 1;
            at = found + 1;
            // A line that is not all there yet has no quote either: the search below asks for more.
            let line = bytes.get(at..).unwrap_or_default();
            let is_stray =
                lines > QUOTE_LINES || begins_alike(line, numbered_field(bytes, delimiter));
            if is_stray && !trusted {
                return Quoted::Stray;
            }
            continue;
        }
        let mut after = bytes.get(found + 1..).unwrap_or_default().iter();
        return match after.next() {
            Some(b'"') => {
                at = found + 2;
                continue;
            }
            Some(b'\n') => Quoted::Closed(found + 1),
            Some(b) if *b == delimiter => Quoted::Closed(found + 1),
            // A line end of two bytes; the next search finds its `\n`.
            Some(b'\r') => match after.next() {
                Some(b'\n') => Quoted::Closed(found + 1),
                Some(_) => Quoted::Stray,
                None if last => Quoted::Stray,
                None => Quoted::More,
            },
            Some(_) => Quoted::Stray,
            None if last => Quoted::Closed(found + 1),
            None => Quoted::More,
        };
    }
}

/// The end of the first line.
pub(crate) fn line_end(bytes: &[u8], last: bool, max: usize, repaired: bool) -> End {
    let window = bytes.get(..=max).unwrap_or(bytes);
    match memchr(b'\n', window) {
        Some(found) => End::At {
            end: found + 1,
            repaired,
        },
        None if bytes.len() > max => End::Oversize,
        None if last => End::At {
            end: bytes.len(),
            repaired,
        },
        None => End::More,
    }
}

/// A search from `at` on, giving a place in the whole.
#[inline]
pub(crate) fn find(
    bytes: &[u8],
    at: usize,
    search: impl Fn(&[u8]) -> Option<usize>,
) -> Option<usize> {
    search(bytes.get(at..)?).map(|found| at + found)
}
