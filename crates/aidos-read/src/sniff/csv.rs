//! Whether text is CSV, and how it is written. Conservative: log lines hold commas too.

use super::whole_part;
use crate::{
    Dialect, Quoting,
    csv::{End, is_separator_line, record_end},
};

const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// Records that are looked at.
const SAMPLE: usize = 200;
/// Names of which a header without further proof must hold one.
const KNOWN: [&str; 52] = [
    "timestamp",
    "time",
    "date",
    "datetime",
    "ts",
    "src",
    "dst",
    "source",
    "destination",
    "ip",
    "address",
    "addresses",
    "email",
    "emails",
    "e-mail",
    "mail",
    "from",
    "to",
    "cc",
    "sender",
    "recipient",
    "recipients",
    "user",
    "username",
    "port",
    "protocol",
    "proto",
    "action",
    "event",
    "id",
    "message",
    "msg",
    "severity",
    "level",
    "type",
    "name",
    "count",
    "bytes",
    "host",
    "hostname",
    "url",
    "payload",
    "mac",
    "country",
    "status",
    "subject",
    "rule",
    "category",
    "value",
    "comment",
    "description",
    "domain",
];

/// The dialect and the reason, or why it is no CSV.
pub(super) fn dialect(text: &str, whole: bool, name: &str) -> Result<(Dialect, String), String> {
    let by_name = matches!(name, "csv" | "tsv" | "tab");
    let mut body = text;
    let first = text.lines().next().unwrap_or_default();
    if is_separator_line(first)
        && let Some(&delimiter) = first.as_bytes().last()
    {
        // Excel's own word for it.
        body = text.split_once('\n').map_or("", |(_, rest)| rest);
        let sample = Sample::take(body, whole, delimiter);
        return Ok((
            dialect_of(&sample, true),
            "its first line names the delimiter".into(),
        ));
    }
    let samples: Vec<_> = DELIMITERS
        .iter()
        .map(|d| Sample::take(body, whole, *d))
        .collect();
    // The header's own delimiter wins: rows of addresses hold commas and semicolons in any number.
    let by_header = samples
        .iter()
        .filter(|s| s.header_is_known() && s.rows_have_delimiter())
        .max_by_key(|s| s.header().len());
    if let Some(sample) = by_header {
        let why = format!("its first line names {} columns", sample.header().len());
        return Ok((dialect_of(sample, by_name), why));
    }
    let consistent = samples
        .iter()
        .filter(|s| s.is_consistent())
        .max_by_key(|s| s.records.first().map(Vec::len));
    if by_name {
        let default = if name == "csv" { 0 } else { 2 };
        let most = samples
            .iter()
            .max_by_key(|s| s.delimiters.min(1) * s.same_width());
        let sample = consistent
            .or(most.filter(|s| s.delimiters > 0))
            .or(samples.get(default))
            .ok_or("no sample")?;
        return Ok((dialect_of(sample, true), format!("it is named .{name}")));
    }
    match consistent {
        Some(sample) if sample.looks_like_a_log() => {
            Err("the fields are regular but read like log lines".into())
        }
        Some(sample) => {
            let columns = sample.records.first().map_or(0, Vec::len);
            Ok((
                dialect_of(sample, false),
                format!("every record has {columns} fields"),
            ))
        }
        None => Err("lines of text without regular fields".into()),
    }
}

/// The names of the columns, if the first row of a rendered sheet holds names.
pub(crate) fn sheet_header(text: &str) -> Option<Vec<String>> {
    let head = text
        .get(..text.floor_char_boundary(super::HEAD_BYTES))
        .unwrap_or(text);
    dialect_of(&Sample::take(head, head.len() == text.len(), b','), true).header
}

fn dialect_of(sample: &Sample, loose: bool) -> Dialect {
    let header = sample.header();
    let named = sample.header_is_known() || ((loose || sample.is_consistent()) && names(header));
    Dialect {
        delimiter: sample.delimiter,
        quoting: Quoting::Repair,
        header: named.then(|| header.iter().map(|f| f.trim().to_owned()).collect()),
    }
}

/// The first records, split by one delimiter.
struct Sample {
    delimiter: u8,
    records: Vec<Vec<String>>,
    /// Delimiters outside quotes, and how many of them are followed by a blank.
    delimiters: usize,
    spaced: usize,
}

impl Sample {
    fn take(text: &str, whole: bool, delimiter: u8) -> Self {
        let mut sample = Self {
            delimiter,
            records: Vec::new(),
            delimiters: 0,
            spaced: 0,
        };
        let dialect = Dialect {
            delimiter,
            quoting: Quoting::Repair,
            header: None,
        };
        let mut rest = whole_part(text, whole);
        while sample.records.len() < SAMPLE && !rest.is_empty() {
            let End::At { end, repaired } =
                record_end(rest.as_bytes(), true, &dialect, usize::MAX - 1)
            else {
                break;
            };
            let (raw, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
            rest = after;
            let raw = raw.trim_end_matches(['\n', '\r']);
            if raw.trim().is_empty() {
                continue;
            }
            let fields = crate::csv::split(raw, delimiter, !repaired);
            sample.delimiters += fields.len() - 1;
            sample.spaced += fields.iter().skip(1).filter(|f| f.starts_with(' ')).count();
            sample.records.push(fields);
        }
        sample
    }

    fn header(&self) -> &[String] {
        self.records.first().map(Vec::as_slice).unwrap_or_default()
    }

    /// A first line of at least two names, one of them well known or made as names are made.
    fn header_is_known(&self) -> bool {
        let header = self.header();
        header.len() >= 2
            && names(header)
            && !header
                .iter()
                .any(|f| f.starts_with(' ') && self.delimiter != b'\t')
            && header.iter().any(|field| {
                let field = field.trim().to_lowercase();
                KNOWN.contains(&field.as_str())
                    || field
                        .split(['_', '.', ' ', '-'])
                        .any(|w| KNOWN.contains(&w))
            })
    }

    /// At least half of the further records hold the delimiter; a header alone is fine too.
    fn rows_have_delimiter(&self) -> bool {
        let rows = self.records.len().saturating_sub(1);
        self.records.iter().skip(1).filter(|r| r.len() > 1).count() * 2 >= rows
    }

    /// How many records are as wide as the first.
    fn same_width(&self) -> usize {
        let width = self.header().len();
        self.records
            .iter()
            .filter(|r| r.len() == width && width > 1)
            .count()
    }

    /// The same number of fields, at least two, in nearly all of at least three records.
    fn is_consistent(&self) -> bool {
        let all = self.records.len();
        all >= 3 && self.same_width() * 20 >= all * 19
    }

    /// Blanks after commas, `key=value` fields, or fields of many words.
    fn looks_like_a_log(&self) -> bool {
        if self.delimiter != b'\t' && self.spaced * 5 > self.delimiters {
            return true;
        }
        let fields: Vec<_> = self.records.iter().flatten().collect();
        let pairs = fields.iter().filter(|f| is_pair(f)).count();
        // Free text between commas: `… system,error,critical login failure for user admin from …`.
        let prose =
            |field: &&String| field.contains(": ") || field.split_ascii_whitespace().count() > 3;
        let wordy = self
            .records
            .iter()
            .filter(|r| r.iter().any(|f| prose(&f)))
            .count();
        pairs * 2 > fields.len() || wordy * 2 > self.records.len()
    }
}

/// `key=value` or `key:value`, as in log lines.
fn is_pair(field: &str) -> bool {
    field.split_once('=').is_some_and(|(key, _)| {
        let key = key.trim();
        !key.is_empty()
            && key
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c))
    })
}

/// Whether all fields could be names of columns, and none a value.
fn names(fields: &[String]) -> bool {
    let mut seen = std::collections::HashSet::new();
    !fields.is_empty()
        && fields.iter().any(|f| !f.trim().is_empty())
        && fields.iter().all(|field| {
            let field = field.trim();
            // A nameless column happens; two columns of one name do not.
            field.is_empty() || (is_name(field) && seen.insert(field.to_lowercase()))
        })
}

fn is_name(field: &str) -> bool {
    field.chars().count() <= 64
        && field.split_whitespace().count() <= 4
        && field.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_' || c == '#')
        && field.chars().all(|c| c.is_alphanumeric() || " _.-/()#%".contains(c))
        && !field.contains("->")
        && field.parse::<std::net::IpAddr>().is_err()
        // `router-7.example.org`: a host, not a column.
        && field.matches('.').count() < 3
}
