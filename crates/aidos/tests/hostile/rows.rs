//! Hostile rows: each becomes an entry or a reject with its place, and none is lost.

use std::fs::{self, File};
use std::io::{BufWriter, Write};

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{ROW, objects, run, simulated};

#[test]
fn a_very_long_line_is_one_reject() {
    const LENGTH: usize = 100_000_000;
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    // Not all the same, so that a digest of a part of it is another.
    let block: Vec<u8> = (b'a'..=b'w').cycle().take(LENGTH / 100).collect();
    let mut hash = Sha256::new();
    let mut file = BufWriter::new(File::create(folder.join("a.log")).unwrap());
    writeln!(file, "{ROW}").unwrap();
    for _ in 0..100 {
        hash.update(&block);
        file.write_all(&block).unwrap();
    }
    writeln!(file, "\n{ROW}5").unwrap();
    file.into_inner().unwrap();
    let digest = hash
        .finalize()
        .iter()
        .fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    let (done, summary) = run(folder, &["--provider", "8bells", "a.log"]);
    assert_eq!(done.code, Some(0), "{}", done.err);
    assert_eq!(summary["rows_read"], 3, "{summary}");
    assert_eq!(summary["entries"], 2, "{summary}");
    let rejects = objects(&folder.join("out/k/rejects.jsonl"));
    assert_eq!(rejects.len(), 1);
    let reject = &rejects[0];
    assert_eq!(reject["reason"], "too_long");
    assert_eq!(reject["file"], "a.log");
    assert_eq!(reject["line"], 2);
    assert_eq!(reject["offset"], ROW.len() + 1);
    assert_eq!(reject["length"], LENGTH);
    assert_eq!(reject["sha256"], digest);
    let text = reject["text"].as_str().unwrap();
    assert!(
        text.as_bytes() == &block[..4096],
        "its first 4 KiB: {}",
        text.len()
    );
}

#[test]
fn one_stray_quote_loses_no_rows() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let mut text = String::from("date,from,to\n");
    for row in 0..500 {
        let quote = if row == 250 { "\"" } else { "" };
        text += &format!(
            "2023-03-01 00:{:02}:{:02},{quote}a{row}@one.example,b{row}@two.example\n",
            row / 60,
            row % 60
        );
    }
    fs::write(folder.join("m.csv"), text).unwrap();
    let (done, summary) = run(folder, &["--provider", "dpc", "m.csv"]);
    assert_eq!(done.code, Some(0), "{}", done.err);
    assert_eq!(summary["rows_read"], 501, "{summary}");
    assert!(summary["entries"].as_u64().unwrap() >= 499, "{summary}");
}

#[test]
fn nul_bytes_and_broken_text_stay_in_their_rows() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let mut bytes = Vec::new();
    for port in 0..200 {
        bytes.extend(ROW.replace("33991", &(1000 + port).to_string()).bytes());
        match port {
            50 => bytes.push(0),
            60 => bytes.extend([0xff, 0xfe, 0xc3]),
            70 => bytes.extend(b"\n\0\0\0\0"),
            80 => bytes.extend(b"\n\xf0\x9f\x80"),
            _ => {}
        }
        bytes.push(b'\n');
    }
    fs::write(folder.join("a.log"), bytes).unwrap();
    let (done, summary) = run(folder, &["--provider", "8bells", "a.log"]);
    assert_eq!(done.code, Some(0), "{}", done.err);
    assert_eq!(summary["rows_read"], 202, "{summary}");
    assert!(summary["entries"].as_u64().unwrap() >= 198, "{summary}");
}

#[test]
fn deep_json_is_one_reject() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let good = |port: u32| {
        format!(
            "{{\"timestamp\":\"2023-03-01T00:00:00Z\",\"source_ip\":\"203.0.113.7\",\"source_port\":{port}}}\n"
        )
    };
    let deep = format!(
        "{{\"source_ip\":{}1{}}}\n",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    let text = [good(1), deep, good(2)].concat();
    fs::write(folder.join("e.json"), text).unwrap();
    let (done, summary) = run(folder, &["--provider", "exus", "e.json"]);
    assert_eq!(done.code, Some(0), "{}", done.err);
    assert_eq!(summary["rows_read"], 3, "{summary}");
    assert!(summary["rejected"].as_u64().unwrap() >= 1, "{summary}");
}

#[test]
fn a_whole_simulated_case_loses_no_row() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let inputs = simulated(folder, "2MB");
    let (done, summary) = run(folder, &inputs);
    assert_eq!(done.code, Some(0), "{}", done.err);
    // A line of two merged records is two rows.
    let rows = |truth: &Value| {
        truth["entries"]
            .as_array()
            .map_or(1, |all| all.len().max(1))
    };
    let truth = objects(&folder.join("sim/truth.jsonl"));
    let lines = ["8bells.log", "dpc.csv", "exus.json"].map(|name| {
        let text = fs::read(folder.join("sim").join(name)).unwrap();
        text.split_inclusive(|byte| *byte == b'\n').count()
    });
    assert_eq!(lines.iter().sum::<usize>(), truth.len(), "a truth a line");
    let wanted: usize = truth.iter().map(rows).sum();
    assert!(wanted > truth.len(), "some lines are merged");
    assert_eq!(summary["rows_read"], wanted, "{summary}");
    let skipped = truth.iter().filter(|truth| truth["fate"] == "skip").count();
    assert_eq!(summary["skipped"], skipped, "{summary}");
}
