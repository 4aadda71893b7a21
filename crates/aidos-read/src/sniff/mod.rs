//! What are these bytes? Name and first 64 KiB in, format and encoding out, with the reason.

mod csv;
mod json;

pub(crate) use csv::sheet_header;

use std::borrow::Cow;

use crate::{Dialect, Encoding, Shape, encoding};

/// How much of a file [`sniff`] looks at; give it that much, or the whole file if it is shorter.
pub const HEAD_BYTES: usize = 64 << 10;

/// What a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Format {
    /// Lines of text: logs of every kind, also Zeek's with their `#fields` header.
    Text,
    /// Records of fields.
    Csv(Dialect),
    /// JSON objects.
    Json(Shape),
    /// An Office Open XML workbook; see [`crate::Workbook`].
    Xlsx,
    /// A ZIP archive; see [`crate::Archive`].
    Zip,
    /// No byte at all.
    Empty,
    /// None of these; `why` names it where it is known.
    Binary,
}

/// What [`sniff`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sniff {
    /// The format.
    pub format: Format,
    /// The encoding; UTF-8 where the format is no text.
    pub encoding: Encoding,
    /// Whether a byte order mark stands in front.
    pub had_bom: bool,
    /// The reasons, in words for a person.
    pub why: String,
}

/// Tells format and encoding from a file's name and its head ([`HEAD_BYTES`]).
///
/// The content counts; the name decides only where the content leaves it open. Log lines with commas
/// are text: CSV needs a `.csv` or `.tsv` name, or a first line of column names, or the same number of
/// delimiters in at least three records that do not look like log lines.
///
/// ```
/// use aidos_read::{Format, sniff};
/// let found = sniff("mail.txt", b"timestamp,addresses\n2024-05-01,a@x.org,b@y.org\n");
/// assert!(matches!(found.format, Format::Csv(_)), "{}", found.why);
/// assert_eq!(sniff("x", b"").format, Format::Empty);
/// ```
pub fn sniff(name: &str, head: &[u8]) -> Sniff {
    let head = head.get(..HEAD_BYTES).unwrap_or(head);
    let plain = |format, why: &str| Sniff {
        format,
        encoding: Encoding::utf8(false),
        had_bom: false,
        why: why.to_owned(),
    };
    if head.is_empty() {
        return plain(Format::Empty, "there are no bytes");
    }
    let extension = extension(name);
    if let Some((format, why)) = by_magic(head, &extension) {
        return plain(format, why);
    }
    let Some(detected) = encoding::detect(head) else {
        return plain(
            Format::Binary,
            "UTF-32, which is not read; convert it to UTF-8",
        );
    };
    let body = head.get(detected.bom..).unwrap_or_default();
    let text = decode(body, detected.encoding);
    let why_encoding = format!("{} because {}", detected.encoding.name(), detected.why);
    let done = |format, why: String| Sniff {
        format,
        encoding: detected.encoding,
        had_bom: detected.bom > 0,
        why: format!("{why}; {why_encoding}"),
    };
    if let Some(why) = is_binary(&text) {
        return done(Format::Binary, why.to_owned());
    }
    let whole = head.len() < HEAD_BYTES;
    if let Some((shape, why)) = json::shape(&text, whole, &extension) {
        return done(Format::Json(shape), why);
    }
    if let Some(why) = is_zeek(&text) {
        return done(Format::Text, why.to_owned());
    }
    match csv::dialect(&text, whole, &extension) {
        Ok((dialect, why)) => done(Format::Csv(dialect), why),
        Err(why) => done(Format::Text, why),
    }
}

/// The lower-case ending of a name, without compression of meaning: `a.CSV` gives `csv`.
fn extension(name: &str) -> String {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    file.rsplit_once('.')
        .map(|(_, end)| end.to_ascii_lowercase())
        .unwrap_or_default()
}

fn by_magic(head: &[u8], extension: &str) -> Option<(Format, &'static str)> {
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        let holds = |part: &[u8]| memchr::memmem::find(head, part).is_some();
        let workbook = holds(b"xl/") && (holds(b"[Content_Types].xml") || holds(b"_rels/.rels"));
        if workbook {
            return Some((Format::Xlsx, "a ZIP container with the parts of a workbook"));
        }
        if matches!(extension, "xlsx" | "xlsm") && !head.starts_with(b"PK\x05\x06") {
            return Some((Format::Xlsx, "a ZIP container, named as a workbook"));
        }
        return Some((Format::Zip, "it starts as a ZIP archive"));
    }
    let known: [(&[u8], &'static str); 12] = [
        (b"\x1f\x8b", "a gzip stream; unpack it first"),
        (b"BZh", "a bzip2 stream; unpack it first"),
        (b"\xfd7zXZ\0", "an xz stream; unpack it first"),
        (b"\x28\xb5\x2f\xfd", "a zstd stream; unpack it first"),
        (b"7z\xbc\xaf\x27\x1c", "a 7z archive; unpack it first"),
        (b"Rar!\x1a\x07", "a rar archive; unpack it first"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            "an old Office file or an encrypted workbook; save it as .xlsx without password",
        ),
        (b"%PDF-", "a PDF document; export it as text"),
        (b"\x89PNG\r\n", "a PNG picture"),
        (b"\x7fELF", "an ELF program"),
        (b"\xd4\xc3\xb2\xa1", "a packet capture; export it as text"),
        (b"\x0a\x0d\x0d\x0a", "a packet capture; export it as text"),
    ];
    known
        .iter()
        .find(|(magic, _)| head.starts_with(magic))
        .map(|(_, why)| (Format::Binary, *why))
}

fn decode(body: &[u8], encoding: Encoding) -> Cow<'_, str> {
    encoding.inner().decode_without_bom_handling(body).0
}

/// Control characters tell; zeros alone do not, a crash leaves runs of them in honest logs.
fn is_binary(text: &str) -> Option<&'static str> {
    let (mut all, mut zeros, mut others) = (0usize, 0usize, 0usize);
    for c in text.chars() {
        all += 1;
        match c {
            '\0' => zeros += 1,
            '\t' | '\n' | '\r' | '\u{1b}' | '\u{0c}' => {}
            c if c.is_control() || c == '\u{FFFD}' => others += 1,
            _ => {}
        }
    }
    if others * 10 > all - zeros {
        return Some("more than a tenth of it is no text");
    }
    (zeros * 2 > all).then_some("more than half of it is zero bytes")
}

fn is_zeek(text: &str) -> Option<&'static str> {
    text.lines()
        .take(20)
        .any(|line| line.starts_with("#fields\t") || line.starts_with("#separator "))
        .then_some("Zeek's header lines")
}

/// What of a head is whole lines; the last one only if the head is the whole file, as it may be cut.
fn whole_part(text: &str, whole: bool) -> &str {
    let end = if whole {
        text.len()
    } else {
        text.rfind('\n').map_or(text.len(), |at| at + 1)
    };
    text.get(..end).unwrap_or(text)
}

fn whole_lines(text: &str, whole: bool) -> impl Iterator<Item = &str> {
    whole_part(text, whole).lines()
}

#[cfg(test)]
mod tests;
