//! The program among hostile files, kills and full disks: what it says, and what it leaves behind.
#![allow(
    clippy::unwrap_used,
    clippy::format_push_string,
    reason = "helpers outside of test functions; a failure must stop the test"
)]

mod archives;
mod canaries;
mod rows;
mod same;
mod world;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;

/// No run of these tests may take longer, however loaded the machine is.
const GUARD: Duration = Duration::from_mins(2);

/// What a row of the first provider looks like.
const ROW: &str = "2023-03-01 00:00:00 firewall,info forward: in:wireguard1 out:ether1-WAN, proto TCP (ACK), \
                   10.20.8.179:33991->113.17.155.128:443, len 50";

/// What a finished case holds, sorted; those with `.jsonl` end in `.zst` where compressed.
const DOCUMENTED: [&str; 12] = [
    "bundle.json",
    "bundles.jsonl",
    "case.json",
    "changes.jsonl",
    "entries.jsonl",
    "findings.jsonl",
    "patterns.json",
    "private",
    "rejects.jsonl",
    "release.json",
    "report.html",
    "shareable",
];

/// What a process said and how it ended.
struct Done {
    code: Option<i32>,
    out: String,
    err: String,
}

/// Starts the program in a folder; what it says goes to files of that folder's `.says`, never to a pipe
/// that could fill up.
struct Started {
    child: Child,
    says: tempfile::TempDir,
}

impl Started {
    fn new(folder: &Path, args: &[&str], stdin: Stdio) -> Self {
        let says = tempfile::tempdir().unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_aidos"))
            .args(args)
            .current_dir(folder)
            // One installation for all tests: its keys are used again.
            .env(
                "XDG_CONFIG_HOME",
                concat!(env!("CARGO_TARGET_TMPDIR"), "/config"),
            )
            .env("RUST_BACKTRACE", "0")
            .stdin(stdin)
            .stdout(File::create(says.path().join("out")).unwrap())
            .stderr(File::create(says.path().join("err")).unwrap())
            .spawn()
            .unwrap();
        Self { child, says }
    }

    /// Waits for the end; a process that does not come to it is killed and fails the test.
    fn status(&mut self) -> ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            if begun.elapsed() > GUARD {
                self.child.kill().unwrap();
                self.child.wait().unwrap();
                panic!("the program did not end within {GUARD:?}");
            }
            sleep(Duration::from_millis(5));
        }
    }

    fn done(mut self) -> Done {
        let code = self.status().code();
        let read = |name| {
            let bytes = fs::read(self.says.path().join(name)).unwrap();
            String::from_utf8_lossy(&bytes).into_owned()
        };
        let (out, err) = (read("out"), read("err"));
        for word in ["panicked", "RUST_BACKTRACE", "this is a bug"] {
            assert!(!err.contains(word), "{err}");
        }
        Done { code, out, err }
    }
}

/// Runs the program to its end.
fn aidos(folder: &Path, args: &[&str]) -> Done {
    Started::new(folder, args, Stdio::null()).done()
}

/// The counts of a run, after checking that no row was lost.
fn counts(done: &Done) -> Value {
    let line = done.out.lines().last().unwrap_or_default();
    let summary: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("{}", done.err));
    let count = |name: &str| summary[name].as_u64().unwrap();
    assert_eq!(
        count("rows_read"),
        count("entries") + count("duplicates") + count("rejected") + count("skipped"),
        "{summary}"
    );
    summary
}

/// Runs the main job with `--json` on inputs, in a case called `k`, with two threads.
fn run(folder: &Path, args: &[&str]) -> (Done, Value) {
    let mut all = vec!["run", "--case", "k", "--json", "--threads", "2"];
    all.extend(args);
    let done = aidos(folder, &all);
    let summary = counts(&done);
    (done, summary)
}

/// Asserts that exactly these things were refused, each for a reason with this word, and that people were
/// told so.
fn assert_refused(done: &Done, summary: &Value, expected: &[(&str, &str)]) {
    let refused = summary["refused"].as_array().unwrap();
    assert_eq!(refused.len(), expected.len(), "{summary}");
    for (refused, (path, word)) in refused.iter().zip(expected) {
        assert_eq!(refused["path"], *path, "{summary}");
        assert!(
            refused["reason"].as_str().unwrap().contains(word),
            "{refused}"
        );
    }
    assert_eq!(
        done.code,
        Some(i32::from(!expected.is_empty())),
        "{}",
        done.err
    );
    assert_eq!(
        done.err.contains("refused"),
        !expected.is_empty(),
        "{}",
        done.err
    );
}

/// The bytes of all files below a folder but `case.json`.
fn bytes(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(inside) = folders.pop() {
        for entry in fs::read_dir(inside).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path
                    .strip_prefix(folder)
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .to_owned();
                files.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    files.remove("case.json").unwrap();
    files
}

/// Asserts equal bytes, naming the file that differs rather than printing it.
fn assert_same(one: &BTreeMap<String, Vec<u8>>, other: &BTreeMap<String, Vec<u8>>) {
    assert!(
        one.keys().eq(other.keys()),
        "{:?} {:?}",
        one.keys(),
        other.keys()
    );
    for (name, bytes) in one {
        assert!(Some(bytes) == other.get(name), "{name} differs");
    }
}

/// Names in a folder, sorted.
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// Asserts that `out` holds the finished case `k` and nothing else, and that the case holds what is
/// documented and nothing else.
fn assert_tidy(folder: &Path, compressed: bool) {
    assert_eq!(names(&folder.join("out")), ["k"]);
    let expected: Vec<_> = DOCUMENTED
        .iter()
        .map(|name| match name.strip_suffix(".jsonl") {
            Some(stem) if compressed => format!("{stem}.jsonl.zst"),
            _ => (*name).to_owned(),
        })
        .collect();
    assert_eq!(names(&folder.join("out/k")), expected);
}

/// Objects of an NDJSON file.
fn objects(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Simulated logs in `sim`, and their paths.
fn simulated(folder: &Path, size: &str) -> [&'static str; 3] {
    let done = aidos(
        folder,
        &[
            "simulate", "--seed", "7", "--size", size, "--dirt", "0.05", "--out", "sim",
        ],
    );
    assert_eq!(done.code, Some(0), "{}", done.err);
    ["sim/8bells.log", "sim/dpc.csv", "sim/exus.json"]
}
