//! Files that are read side by side, a line at a time.

use std::io::BufRead;
use std::path::Path;

use serde_json::Value;

/// Lines of a file; damage in them is shown, not refused.
pub(super) struct Lines {
    file: Box<dyn BufRead>,
    bytes: Vec<u8>,
    text: String,
}

impl Lines {
    pub(super) fn open(path: &Path) -> Self {
        Self {
            file: Box::new(super::open(path)),
            bytes: Vec::new(),
            text: String::new(),
        }
    }

    pub(super) fn next(&mut self) -> Option<&str> {
        self.bytes.clear();
        let read = self.file.read_until(b'\n', &mut self.bytes);
        if read.expect("a readable file") == 0 {
            return None;
        }
        self.text.clear();
        self.text.push_str(&String::from_utf8_lossy(&self.bytes));
        Some(self.text.trim_end_matches('\n'))
    }
}

/// Records of a result, in the order of their places.
pub(super) struct Records {
    lines: Lines,
    /// Only changes of this rule.
    rule: Option<&'static str>,
    ahead: Option<Value>,
}

impl Records {
    pub(super) fn open(path: &Path, rule: Option<&'static str>) -> Self {
        Self {
            lines: Lines::open(path),
            rule,
            ahead: None,
        }
    }

    pub(super) fn next(&mut self) -> Option<Value> {
        if let Some(ahead) = self.ahead.take() {
            return Some(ahead);
        }
        loop {
            let line = self.lines.next()?;
            // Most changes are repairs: they need not be parsed.
            if self.rule.is_some_and(|rule| !line.contains(rule)) {
                continue;
            }
            let value: Value = serde_json::from_str(line).expect("JSON");
            if self.rule.is_none_or(|rule| value["rule"] == rule) {
                return Some(value);
            }
        }
    }

    /// All records of this line.
    pub(super) fn take(&mut self, log: &str, line: u64) -> Vec<Value> {
        let mut found = Vec::new();
        while let Some(record) = self.next() {
            if path(&record) == log && number(&record) <= line {
                assert_eq!(number(&record), line, "out of order: {record}");
                found.push(record);
            } else {
                self.ahead = Some(record);
                break;
            }
        }
        found
    }

    /// Asserts that nothing is left of this log.
    pub(super) fn done(&mut self, log: &str) {
        if let Some(record) = self.next() {
            assert_ne!(path(&record), log, "a line that the log has not: {record}");
            self.ahead = Some(record);
        }
    }
}

/// The file of an entry, a change or a reject.
pub(super) fn path(record: &Value) -> &str {
    let file = record.get("file").unwrap_or(&record["log"]["file"]["path"]);
    file.as_str().unwrap_or_default()
}

fn number(record: &Value) -> u64 {
    let line = record
        .get("line")
        .unwrap_or(&record["log"]["origin"]["file"]["line"]);
    line.as_u64().expect("a line")
}
