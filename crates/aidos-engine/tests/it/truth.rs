//! Simulated logs against their truth: what is repaired, what is flagged, what is silently wrong.
//!
//! `AIDOS_TRUTH_SIZE` (bytes, default 6 MiB) sets the size of the logs; 195000000 is a million lines.
//! `AIDOS_TRUTH_SEED` chooses others of the same size.

mod score;
mod source;

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::Path;

use aidos_engine::plan::{Input, Reading, RunPlan};
use aidos_engine::progress::{Cancel, Silent};
use aidos_engine::steps::{self, Outputs, Style};
use aidos_simulate::{Files, Plan, simulate};
use serde_json::Value;

use score::{Found, Score};
use source::{Lines, Records};

/// The logs, in the order in which they are read, and who reads them.
const LOGS: [(&str, &str); 3] = [
    ("8bells.log", "8bells"),
    ("dpc.csv", "dpc"),
    ("exus.json", "exus"),
];

/// Files in a folder.
struct Folder<'p>(&'p Path);

impl Files for Folder<'_> {
    fn create(&mut self, name: &str) -> io::Result<Box<dyn Write>> {
        Ok(Box::new(File::create(self.0.join(name))?))
    }
}

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).map_or(default, |text| text.parse().expect("a number"))
}

#[test]
fn simulated_logs_come_out_as_their_truth() {
    let folder = tempfile::tempdir().expect("a folder");
    let logs = folder.path();
    let plan = Plan {
        seed: number("AIDOS_TRUTH_SEED", 7),
        size: number("AIDOS_TRUTH_SIZE", 6 << 20),
        dirt: 0.05,
    };
    simulate(&plan, &mut Folder(logs), &mut |_| true).expect("logs");
    let reading = Reading {
        inputs: LOGS.map(|(name, _)| Input::Path(logs.join(name))).into(),
        threads: 2,
        year: Some(2023),
        ..Reading::default()
    };
    let run = RunPlan {
        reading,
        out: logs.join("out"),
        case: Some("truth".to_owned()),
        ..RunPlan::default()
    };
    let summary = aidos_engine::run::run(&run, None, &Silent, &Cancel::default()).expect("a run");
    assert_eq!(summary.refused, []);
    let case = logs.join("out/truth");
    let score = score(logs, &case);
    println!("{score}");
    assert_eq!(
        summary.rows_read,
        summary.entries + summary.duplicates + summary.rejected + summary.skipped
    );
    score.check();
    for (log, provider) in LOGS {
        again(&case, &logs.join("again"), log, provider);
    }
}

/// Walks over truth, logs and results side by side; nothing is held but a line of each.
fn score(logs: &Path, case: &Path) -> Score {
    let mut truth = Lines::open(&logs.join("truth.jsonl"));
    let mut entries = Records::open(&case.join("entries.jsonl"), None);
    let mut rejects = Records::open(&case.join("rejects.jsonl"), None);
    let mut duplicates = Records::open(&case.join("changes.jsonl"), Some("duplicate"));
    let mut score = Score::default();
    for (log, provider) in LOGS {
        let mut raw = Lines::open(&logs.join(log));
        let mut line = 0;
        while let Some(text) = raw.next() {
            line += 1;
            let truth: Value =
                serde_json::from_str(truth.next().expect("a truth a line")).expect("JSON");
            assert_eq!(
                (&truth["file"], &truth["line"]),
                (&log.into(), &line.into())
            );
            let found = Found {
                entries: entries.take(log, line),
                rejects: rejects.take(log, line),
                duplicates: duplicates.take(log, line),
            };
            score.add(provider, text, &truth, &found);
        }
        for rest in [&mut entries, &mut rejects, &mut duplicates] {
            rest.done(log);
        }
    }
    assert_eq!(truth.next(), None);
    score
}

/// Extracts the cleansed rows of a log again: nothing changes but places and defects.
fn again(case: &Path, scratch: &Path, log: &str, provider: &str) {
    let _ = std::fs::create_dir(scratch);
    let name = scratch.join(log);
    let mut rows = BufWriter::new(File::create(&name).expect("a file"));
    let mut entries = Records::open(&case.join("entries.jsonl"), None);
    let mut count = 0;
    while let Some(entry) = entries.next() {
        if source::path(&entry) == log {
            let message = entry["message"].as_str().expect("a message");
            writeln!(rows, "{message}").expect("room");
            count += 1;
        }
    }
    rows.into_inner().expect("room");
    assert!(count > 0, "{provider} has no entries");
    let reading = Reading {
        inputs: vec![Input::Path(name.clone())],
        ..Reading::default()
    };
    let reading = Reading {
        provider: Some(reading.providers.find(provider).expect("a provider")),
        ..reading
    };
    let result = scratch.join(format!("{log}.jsonl"));
    let outputs = Outputs {
        entries: Box::new(BufWriter::new(File::create(&result).expect("a file"))),
        changes: None,
        rejects: None,
    };
    let summary = steps::extract(
        &reading,
        None,
        outputs,
        Style::Full,
        &Silent,
        &Cancel::default(),
    )
    .expect("entries");
    let mut first = Records::open(&case.join("entries.jsonl"), None);
    let mut second = Records::open(&result, None);
    let mut differ = 0;
    let mut shown = String::new();
    while let Some(mut before) = first.next() {
        if source::path(&before) != log {
            continue;
        }
        let Some(mut after) = second.next() else {
            break;
        };
        let message = before["message"].clone();
        let lost = after["message"] != message;
        score::keep_truth(&mut before);
        score::keep_truth(&mut after);
        if lost || before != after {
            differ += 1;
            if differ <= 5 {
                let _ = write!(shown, "{message}\n  {before}\n  {after}\n");
            }
        }
    }
    assert_eq!(
        (summary.entries, summary.rows_read, differ),
        (count, count, 0),
        "cleansed rows of {provider} read again: entries, rows, differences\n{shown}"
    );
}

/// A reader of a file.
fn open(path: &Path) -> impl BufRead + use<> {
    BufReader::with_capacity(1 << 20, File::open(path).expect("a file"))
}
