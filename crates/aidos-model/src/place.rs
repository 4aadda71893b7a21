//! Where things stand, and what was done to them.

use crate::Raw;
use crate::json::{push_key, push_str, push_u64};

/// Where a row stands: the one provenance type of changes, rejects, findings and decisions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Place<'a> {
    /// Path inside the input, `/` separated (`a.log`, `e.zip/sub/a.log`), never the machine's.
    pub path: &'a str,
    /// Line from 1, where the record starts; for a sheet its row.
    pub line: u64,
    /// Field inside the row in ECS words, where one is meant.
    pub field: Option<&'a str>,
}

impl Place<'_> {
    /// Writes `"file":…,"line":…[,"field":…]`, without braces.
    pub fn write_json(&self, out: &mut Vec<u8>) {
        push_key(out, "file");
        push_str(out, self.path);
        out.push(b',');
        push_key(out, "line");
        push_u64(out, self.line);
        if let Some(field) = self.field {
            out.push(b',');
            push_key(out, "field");
            push_str(out, field);
        }
    }
}

/// One repair or loss: a line of `changes.jsonl`.
#[derive(Clone, Copy, Debug)]
pub struct Change<'a> {
    /// Provider of the row.
    pub provider: &'a str,
    /// Where.
    pub place: Place<'a>,
    /// The rule that acted: a word of [`crate::Defect`], or `duplicate`.
    pub rule: &'a str,
    /// What stood there.
    pub before: Raw<&'a str>,
    /// What stands there now; `None` where the value is lost or the row was dropped.
    pub after: Option<Raw<&'a str>>,
}

impl Change<'_> {
    /// Writes one JSON object and a newline.
    pub fn write_json(&self, out: &mut Vec<u8>) {
        out.push(b'{');
        push_key(out, "provider");
        push_str(out, self.provider);
        out.push(b',');
        self.place.write_json(out);
        out.push(b',');
        push_key(out, "rule");
        push_str(out, self.rule);
        out.push(b',');
        push_key(out, "before");
        push_str(out, self.before.reveal());
        out.push(b',');
        push_key(out, "after");
        match self.after {
            Some(after) => push_str(out, after.reveal()),
            None => out.extend_from_slice(b"null"),
        }
        out.extend_from_slice(b"}\n");
    }
}

/// One refused row: a line of `rejects.jsonl`.
#[derive(Clone, Debug)]
pub struct Reject<'a> {
    /// Provider of the file.
    pub provider: &'a str,
    /// Where.
    pub place: Place<'a>,
    /// Why, as a word: `unknown_shape`, `too_long`, `too_deep` …
    pub reason: &'a str,
    /// The row; of a row above 1 MiB its first 4 KiB.
    pub text: Raw<&'a str>,
    /// Where and how long the row is when `text` is not all of it.
    pub cut: Option<Cut>,
}

/// The identity of a row too long to be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Offset in the decoded file, in bytes.
    pub offset: u64,
    /// Length in bytes.
    pub length: u64,
    /// SHA-256 of the whole row.
    pub sha256: [u8; 32],
}

impl Reject<'_> {
    /// Writes one JSON object and a newline.
    pub fn write_json(&self, out: &mut Vec<u8>) {
        out.push(b'{');
        push_key(out, "provider");
        push_str(out, self.provider);
        out.push(b',');
        self.place.write_json(out);
        out.push(b',');
        push_key(out, "reason");
        push_str(out, self.reason);
        if let Some(cut) = &self.cut {
            out.push(b',');
            push_key(out, "offset");
            push_u64(out, cut.offset);
            out.push(b',');
            push_key(out, "length");
            push_u64(out, cut.length);
            out.push(b',');
            push_key(out, "sha256");
            out.push(b'"');
            out.extend(crate::json::hex(&cut.sha256));
            out.push(b'"');
        }
        out.push(b',');
        push_key(out, "text");
        push_str(out, self.text.reveal());
        out.extend_from_slice(b"}\n");
    }
}
