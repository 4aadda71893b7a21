//! What came out of each line, counted by provider and kind of dirt.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

/// Lines shown of each kind of failure.
const SHOWN: usize = 2;

/// Counts of a kind of dirt.
#[derive(Clone, Copy, Default)]
struct Tally {
    /// True entries.
    rows: u64,
    /// Came out as they should.
    right: u64,
    /// Came out otherwise, with a defect or as a reject.
    flagged: u64,
    /// Came out otherwise, and nothing says so.
    unflagged: u64,
    /// Did not come out at all.
    missing: u64,
    /// Came out where nothing should.
    extra: u64,
    /// True duplicates.
    duplicates: u64,
    /// Of these, found.
    found: u64,
    /// Counted as duplicates, but none.
    false_duplicates: u64,
    /// True rejects, and how many came out as such.
    rejects: (u64, u64),
    /// True skips, and how many left nothing behind.
    skips: (u64, u64),
}

/// All that was counted.
#[derive(Default)]
pub(super) struct Score {
    /// By provider; kind `(all)`, `(repairable)`, `(clean)`, and each kind of dirt, `beyond:` in front where it
    /// is beyond repair. A line of two kinds counts in both.
    tallies: BTreeMap<(String, String), Tally>,
    /// Lines that failed, by provider, kind and failure.
    shown: BTreeMap<String, Vec<String>>,
}

/// Leaves of an entry what truth speaks of: neither its place, nor defects and text, nor what was derived.
pub(super) fn keep_truth(entry: &mut Value) {
    let Some(fields) = entry.as_object_mut() else {
        return;
    };
    fields.remove("message");
    fields.remove("related");
    for (outer, inner) in [("log", "file"), ("log", "origin"), ("aidos", "defects")] {
        if let Some(object) = fields.get_mut(outer).and_then(Value::as_object_mut) {
            object.remove(inner);
            if object.is_empty() {
                fields.remove(outer);
            }
        }
    }
}

impl Score {
    /// Judges a line.
    pub(super) fn add(
        &mut self,
        provider: &str,
        raw: &str,
        truth: &Value,
        entries: Vec<Value>,
        rejects: Vec<Value>,
        duplicates: Vec<Value>,
    ) {
        let fate = truth["fate"].as_str().expect("a fate");
        let beyond = truth["beyond_repair"] == true;
        let expected = truth["entries"].as_array().expect("a list");
        let mut tally = Tally::default();
        let mut wrong = Vec::new();
        let flagged = |entry: &Value| entry["aidos"]["defects"].is_array();
        match fate {
            "entry" => {
                tally.rows = expected.len() as u64;
                let mut got = entries.into_iter();
                let mut refused = rejects.len();
                for expected in expected {
                    let Some(mut entry) = got.next() else {
                        // Said to be rejected is said.
                        if refused > 0 {
                            refused -= 1;
                            tally.flagged += 1;
                            wrong.push(("flagged", format!("rejected, not {expected}")));
                        } else {
                            tally.missing += 1;
                            wrong.push(("missing", format!("nothing, not {expected}")));
                        }
                        continue;
                    };
                    let said = flagged(&entry);
                    let defects = entry["aidos"]["defects"].clone();
                    keep_truth(&mut entry);
                    if entry == *expected {
                        tally.right += 1;
                    } else if said {
                        tally.flagged += 1;
                        wrong.push(("flagged", difference(&entry, expected, &defects)));
                    } else {
                        tally.unflagged += 1;
                        wrong.push(("unflagged", difference(&entry, expected, &defects)));
                    }
                }
                for entry in got {
                    tally.extra += 1;
                    tally.unflagged += u64::from(!flagged(&entry));
                    wrong.push(("extra", entry.to_string()));
                }
                for reject in &rejects[rejects.len() - refused..] {
                    tally.extra += 1;
                    wrong.push(("extra", reject.to_string()));
                }
                tally.false_duplicates = duplicates.len() as u64;
            }
            _ => {
                for entry in &entries {
                    tally.extra += 1;
                    tally.unflagged += u64::from(!flagged(entry));
                    wrong.push(("extra", entry.to_string()));
                }
                let (rejected, doubled) = (rejects.len() as u64, duplicates.len() as u64);
                let nothing = rejected == 0 && doubled == 0 && entries.is_empty();
                match fate {
                    "duplicate" => {
                        tally.duplicates = 1;
                        tally.found = doubled;
                    }
                    "reject" => tally.rejects = (1, rejected),
                    "skip" => tally.skips = (1, u64::from(nothing)),
                    _ => panic!("a fate that this test does not know: {fate}"),
                }
                let as_said = match fate {
                    "duplicate" => doubled == 1,
                    "reject" => rejected == 1,
                    _ => nothing,
                };
                if !as_said {
                    wrong.push(("other", format!("is no {fate}")));
                }
                tally.false_duplicates = if fate == "duplicate" { 0 } else { doubled };
            }
        }
        if tally.false_duplicates > 0 {
            wrong.push(("false duplicate", String::new()));
        }
        let dirt: Vec<&str> = truth["dirt"]
            .as_array()
            .expect("a list")
            .iter()
            .filter_map(Value::as_str)
            .collect();
        self.count(provider, "(all)", &tally);
        if !beyond {
            self.count(provider, "(repairable)", &tally);
        }
        if dirt.is_empty() {
            self.count(provider, "(clean)", &tally);
        } else if !beyond {
            self.count(provider, "(dirty, repairable)", &tally);
        }
        for kind in &dirt {
            let before = if beyond { "beyond:" } else { "" };
            self.count(provider, &format!("{before}{kind}"), &tally);
        }
        for (failure, what) in wrong {
            // What is beyond repair cannot come out right.
            if beyond && failure == "flagged" {
                continue;
            }
            let key = format!("{provider} {failure} [{}]", dirt.join(" "));
            let shown = self.shown.entry(key).or_default();
            if shown.len() < SHOWN {
                let line = &truth["line"];
                shown.push(format!("{line}: {}\n    {what}", raw.escape_debug()));
            }
        }
    }

    fn count(&mut self, provider: &str, kind: &str, tally: &Tally) {
        let key = (provider.to_owned(), kind.to_owned());
        let sum = self.tallies.entry(key).or_default();
        sum.rows += tally.rows;
        sum.right += tally.right;
        sum.flagged += tally.flagged;
        sum.unflagged += tally.unflagged;
        sum.missing += tally.missing;
        sum.extra += tally.extra;
        sum.duplicates += tally.duplicates;
        sum.found += tally.found;
        sum.false_duplicates += tally.false_duplicates;
        for (sum, more) in [
            (&mut sum.rejects, tally.rejects),
            (&mut sum.skips, tally.skips),
        ] {
            sum.0 += more.0;
            sum.1 += more.1;
        }
    }

    /// Asserts what is promised: of each provider, and so of all.
    pub(super) fn check(&self) {
        let mut seen = 0;
        for ((provider, kind), tally) in &self.tallies {
            match kind.as_str() {
                // Clean rows are not repaired, and they must not lift the share.
                "(dirty, repairable)" => {
                    seen += 1;
                    assert!(tally.rows > 0, "{provider} has no dirt");
                    assert!(
                        tally.right * 100 >= tally.rows * 99,
                        "{provider}: {} of {} repairable rows were repaired",
                        tally.right,
                        tally.rows
                    );
                }
                "(clean)" => assert_eq!(
                    (tally.right, tally.extra),
                    (tally.rows, 0),
                    "{provider}: clean rows"
                ),
                "(all)" => {
                    seen += 1;
                    let silent = tally.unflagged + tally.missing;
                    assert!(
                        silent * 10_000 <= tally.rows * 5,
                        "{provider}: {silent} of {} rows are silently wrong",
                        tally.rows
                    );
                    assert!(tally.duplicates > 0, "{provider} has no duplicates");
                    assert_eq!(
                        (tally.found, tally.false_duplicates),
                        (tally.duplicates, 0),
                        "{provider}: duplicates found, and false ones"
                    );
                    assert_eq!(tally.rejects.0, tally.rejects.1, "{provider}: rejects");
                    assert_eq!(tally.skips.0, tally.skips.1, "{provider}: skipped");
                }
                _ => {}
            }
        }
        assert_eq!(seen, 6, "three providers");
    }
}

/// The fields in which two entries differ.
fn difference(got: &Value, expected: &Value, defects: &Value) -> String {
    fn walk(path: &str, got: Option<&Value>, expected: Option<&Value>, out: &mut Vec<String>) {
        if got == expected {
            return;
        }
        match (got, expected) {
            (Some(Value::Object(left)), Some(Value::Object(right))) => {
                for (key, value) in left {
                    walk(&format!("{path}.{key}"), Some(value), right.get(key), out);
                }
                for (key, value) in right.iter().filter(|(key, _)| !left.contains_key(*key)) {
                    walk(&format!("{path}.{key}"), None, Some(value), out);
                }
            }
            _ => {
                let show =
                    |value: Option<&Value>| value.map_or_else(|| "-".to_owned(), Value::to_string);
                out.push(format!("{path}: {} not {}", show(got), show(expected)));
            }
        }
    }
    let mut out = Vec::new();
    walk("", Some(got), Some(expected), &mut out);
    format!("{} {defects}", out.join("; "))
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (key, lines) in &self.shown {
            writeln!(f, "{key}")?;
            for line in lines {
                writeln!(f, "  {line}")?;
            }
        }
        writeln!(
            f,
            "{:<8} {:<24}{:>9}{:>9}{:>8}{:>8}{:>8}{:>6}{:>14}{:>6}{:>14}{:>14}",
            "provider",
            "dirt",
            "rows",
            "right",
            "flagged",
            "silent",
            "missing",
            "extra",
            "duplicates",
            "false",
            "rejects",
            "skips"
        )?;
        for ((provider, kind), tally) in &self.tallies {
            let of = |found: u64, all: u64| match all {
                0 if found == 0 => "-".to_owned(),
                _ => format!("{found}/{all}"),
            };
            writeln!(
                f,
                "{provider:<8} {kind:<24}{:>9}{:>9}{:>8}{:>8}{:>8}{:>6}{:>14}{:>6}{:>14}{:>14}",
                tally.rows,
                tally.right,
                tally.flagged,
                tally.unflagged,
                tally.missing,
                tally.extra,
                of(tally.found, tally.duplicates),
                tally.false_duplicates,
                of(tally.rejects.1, tally.rejects.0),
                of(tally.skips.1, tally.skips.0),
            )?;
        }
        Ok(())
    }
}
