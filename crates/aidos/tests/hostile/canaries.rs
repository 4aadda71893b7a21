//! Log text stays in the case: no word of a row comes out by way of a message, a summary or an error.

use std::fs;
use std::path::Path;

use crate::{ROW, aidos, bytes, run};

/// Stands in every row, and nowhere else.
const TOKEN: &str = "kanarienvogel7310";

/// The files of a case that are made of rows.
const OF_ROWS: [&str; 11] = [
    "bundle.json",
    "bundles.jsonl",
    "changes.jsonl",
    "entries.jsonl",
    "patterns.json",
    "private/dpc.txt",
    "rejects.jsonl",
    "report.html",
    // The token is no personal data: what hides persons lets it stand.
    "shareable/bundle.json",
    "shareable/entries.jsonl",
    "shareable/patterns.json",
];

/// A log of each provider, with whole rows, damaged ones and ones that cannot be read.
fn logs(folder: &Path) -> [&'static str; 3] {
    let mut log = String::new();
    for port in 1000..1040 {
        let row = ROW.replace("33991", &port.to_string());
        log += &row.replace("forward:", &format!("{TOKEN} forward:"));
        log.push('\n');
    }
    // Damaged, merged, cut, and of no shape at all.
    log += &format!(
        "{} , src-mac 1:1:{TOKEN}\n",
        ROW.replace("forward:", &format!("{TOKEN} forward:"))
    );
    log += &format!("{ROW}{}\n", ROW.replace("wireguard1", TOKEN));
    log += &format!(
        "2023-03-01 00:00:01 system,error,critical login failure for user {TOKEN} from 203.0.113.9 via ssh\n"
    );
    log += &format!("{TOKEN} is no row\n\u{0}{TOKEN}\n");
    fs::write(folder.join("a.log"), log).unwrap();
    let mut mail = String::from("date,from,to\n");
    for row in 0..20 {
        mail += &format!("2023-03-01 00:00:{row:02},{TOKEN}{row}@one.example,b@two.example\n");
    }
    mail += &format!("2023-03-01,\"{TOKEN}@one.example<,b@two.example\n{TOKEN},,\n");
    fs::write(folder.join("m.csv"), mail).unwrap();
    let mut events = String::new();
    for port in 1..20 {
        events += &format!(
            "{{\"timestamp\":\"2023-03-01T00:00:00Z\",\"source_ip\":\"203.0.113.7\",\"source_port\":{port},\
             \"payload\":\"' OR {TOKEN}\"}}\n"
        );
    }
    events += &format!(
        "{{\"source_ip\":\"{TOKEN}\",\"timestamp\":\"{TOKEN}\"}}\n{{\"{TOKEN}\":}}\n{TOKEN}\n"
    );
    fs::write(folder.join("e.json"), events).unwrap();
    ["a.log", "m.csv", "e.json"]
}

#[test]
fn rows_show_in_the_case_and_nowhere_else() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let inputs = logs(folder);
    let (done, summary) = run(folder, &inputs);
    assert_eq!(done.code, Some(0), "{}", done.err);
    assert!(summary["rejected"].as_u64().unwrap() >= 3, "{summary}");
    assert!(summary["repaired"].as_u64().unwrap() >= 3, "{summary}");
    let told = |text: &str, what: &str| assert!(!text.contains(TOKEN), "{what}: {text}");
    told(&done.out, "the summary");
    told(&done.err, "the words");
    let case = fs::read_to_string(folder.join("out/k/case.json")).unwrap();
    told(&case, "case.json");
    let mut with = Vec::new();
    for (name, bytes) in bytes(&folder.join("out/k")) {
        told(&name, "the name of a file");
        if bytes
            .windows(TOKEN.len())
            .any(|window| window == TOKEN.as_bytes())
        {
            assert!(OF_ROWS.contains(&name.as_str()), "{name} holds log text");
            with.push(name);
        }
    }
    for name in ["entries.jsonl", "changes.jsonl", "rejects.jsonl"] {
        assert!(
            with.iter().any(|other| other == name),
            "the token is lost: {with:?}"
        );
    }
    // Steps say no row either, also where they fail.
    for input in inputs {
        let done = aidos(folder, &["extract", input, "--fail-on", "rejects"]);
        assert!(done.out.contains(TOKEN));
        told(&done.err, "the words of extract");
        let done = aidos(folder, &["inspect", input, "--json"]);
        told(&done.out, "what inspect tells");
        told(&done.err, "the words of inspect");
        // No entries: the line is told, its text is not.
        for step in ["stix", "analyse", "export", "sample"] {
            let done = aidos(folder, &[step, input]);
            told(&done.err, step);
        }
    }
}
