//! Hostile rows: each becomes an entry or a reject with its place, and none is lost.

use std::fs;

use crate::{ROW, objects, run};

#[test]
fn a_very_long_line_is_one_reject() {
    let length: usize = std::env::var("AIDOS_LINE")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(20_000_000);
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let text = format!("{ROW}\n{}\n{ROW}5\n", "x".repeat(length));
    fs::write(folder.join("a.log"), text).unwrap();
    let (done, summary) = run(folder, &["--provider", "8bells", "a.log"]);
    assert_eq!(done.code, Some(0), "{}", done.err);
    assert_eq!(summary["rows_read"], 3, "{summary}");
    assert_eq!(summary["rejected"], 1, "{summary}");
    let rejects = objects(&folder.join("out/k/rejects.jsonl"));
    assert_eq!(rejects.len(), 1);
    let line = fs::read_to_string(folder.join("out/k/rejects.jsonl")).unwrap();
    assert!(
        line.contains(&format!(":{length}")),
        "its length: {}",
        &line[..300]
    );
    assert!(
        line.contains(&format!(":{}", ROW.len() + 1)),
        "its offset: {}",
        &line[..300]
    );
    assert!(line.contains(&"x".repeat(4096)) && !line.contains(&"x".repeat(4097)));
    assert!(line.contains("sha256"));
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
