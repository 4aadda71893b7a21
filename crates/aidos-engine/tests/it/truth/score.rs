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
    /// Of what came out otherwise: says something that is not true, where it should say nothing.
    invented: u64,
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

/// What came out of a line.
#[derive(Default)]
pub(super) struct Found {
    pub(super) entries: Vec<Value>,
    pub(super) rejects: Vec<Value>,
    /// Changes of the rule `duplicate`.
    pub(super) duplicates: Vec<Value>,
}

/// What is to be said of a line.
#[derive(Default)]
struct Verdict {
    tally: Tally,
    /// Kinds of failure, and what failed.
    wrong: Vec<(&'static str, String)>,
}

impl Verdict {
    /// Judges a line that holds entries.
    fn entries(&mut self, expected: &[Value], found: &Found) {
        let tally = &mut self.tally;
        tally.rows = expected.len() as u64;
        let mut got = found.entries.iter();
        let mut refused = found.rejects.iter();
        for expected in expected {
            let Some(entry) = got.next() else {
                // Said to be rejected is said.
                if refused.next().is_some() {
                    tally.flagged += 1;
                    self.wrong
                        .push(("flagged", format!("rejected, not {expected}")));
                } else {
                    tally.missing += 1;
                    self.wrong
                        .push(("missing", format!("nothing, not {expected}")));
                }
                continue;
            };
            let defects = &entry["aidos"]["defects"];
            let mut kept = entry.clone();
            keep_truth(&mut kept);
            if kept == *expected {
                tally.right += 1;
                continue;
            }
            let invented = !agrees(&kept, expected);
            tally.invented += u64::from(invented);
            let failure = match (is_flagged(entry), invented) {
                (false, _) => "unflagged",
                (true, true) => "invented",
                (true, false) => "flagged",
            };
            if is_flagged(entry) {
                tally.flagged += 1;
            } else {
                tally.unflagged += 1;
            }
            self.wrong
                .push((failure, difference(&kept, expected, defects)));
        }
        for entry in got {
            tally.extra += 1;
            tally.unflagged += u64::from(!is_flagged(entry));
            self.wrong.push(("extra", entry.to_string()));
        }
        for reject in refused {
            tally.extra += 1;
            self.wrong.push(("extra", reject.to_string()));
        }
        tally.false_duplicates = found.duplicates.len() as u64;
        if tally.false_duplicates > 0 {
            self.wrong.push(("false duplicate", String::new()));
        }
    }

    /// Judges a line that holds none.
    fn other(&mut self, fate: &str, found: &Found) {
        let tally = &mut self.tally;
        for entry in &found.entries {
            tally.extra += 1;
            tally.unflagged += u64::from(!is_flagged(entry));
            self.wrong.push(("extra", entry.to_string()));
        }
        let (rejected, doubled) = (found.rejects.len() as u64, found.duplicates.len() as u64);
        let nothing = rejected == 0 && doubled == 0 && found.entries.is_empty();
        let as_said = match fate {
            "duplicate" => {
                tally.duplicates = 1;
                tally.found = doubled;
                doubled == 1 && rejected == 0
            }
            "reject" => {
                tally.rejects = (1, rejected);
                tally.false_duplicates = doubled;
                rejected == 1 && doubled == 0
            }
            "skip" => {
                tally.skips = (1, u64::from(nothing));
                tally.false_duplicates = doubled;
                nothing
            }
            _ => panic!("a fate that this test does not know: {fate}"),
        };
        if !as_said {
            self.wrong.push(("other", format!("is no {fate}")));
        }
    }
}

fn is_flagged(entry: &Value) -> bool {
    entry["aidos"]["defects"].is_array()
}

/// Whether all that the entry says is true; it may say less.
fn agrees(got: &Value, expected: &Value) -> bool {
    match (got, expected) {
        (Value::Object(got), Value::Object(expected)) => got.iter().all(|(key, value)| {
            expected
                .get(key)
                .is_some_and(|expected| agrees(value, expected))
        }),
        (Value::Array(got), Value::Array(expected)) => {
            got.iter().all(|value| expected.contains(value))
        }
        _ => got == expected,
    }
}

impl Score {
    /// Judges a line.
    pub(super) fn add(&mut self, provider: &str, raw: &str, truth: &Value, found: &Found) {
        let fate = truth["fate"].as_str().expect("a fate");
        let beyond = truth["beyond_repair"] == true;
        let mut verdict = Verdict::default();
        if fate == "entry" {
            verdict.entries(truth["entries"].as_array().expect("a list"), found);
        } else {
            verdict.other(fate, found);
        }
        let Verdict { tally, wrong } = verdict;
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
        sum.invented += tally.invented;
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
        if let (Some(Value::Object(left)), Some(Value::Object(right))) = (got, expected) {
            for (key, value) in left {
                walk(&format!("{path}.{key}"), Some(value), right.get(key), out);
            }
            for (key, value) in right.iter().filter(|(key, _)| !left.contains_key(*key)) {
                walk(&format!("{path}.{key}"), None, Some(value), out);
            }
        } else {
            let show =
                |value: Option<&Value>| value.map_or_else(|| "-".to_owned(), Value::to_string);
            out.push(format!("{path}: {} not {}", show(got), show(expected)));
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
            "{:<8} {:<24}{:>9}{:>9}{:>8}{:>9}{:>8}{:>8}{:>6}{:>14}{:>6}{:>14}{:>14}",
            "provider",
            "dirt",
            "rows",
            "right",
            "flagged",
            "invented",
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
                "{provider:<8} {kind:<24}{:>9}{:>9}{:>8}{:>9}{:>8}{:>8}{:>6}{:>14}{:>6}{:>14}{:>14}",
                tally.rows,
                tally.right,
                tally.flagged,
                tally.invented,
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
