//! The truth: one line for each line, nothing twice, no time running backwards.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde_json::Value;

use crate::{Made, made};

/// Holds for every plan: places, counts, distinct rows, known duplicates.
pub(crate) fn check(made: &Made) {
    let mut place: HashMap<&str, u64> = HashMap::new();
    let mut files = Vec::new();
    let mut rows: HashSet<String> = HashSet::new();
    let mut sums: HashMap<(&str, String), u64> = HashMap::new();
    let mut damaged: HashSet<String> = HashSet::new();
    for line in made.text("truth.jsonl").lines() {
        let truth: Value = serde_json::from_str(line).expect("JSON");
        let name = made
            .summary
            .files
            .iter()
            .map(|file| file.file)
            .find(|name| truth["file"] == *name);
        let name = name.expect("a file that was made");
        if files.last() != Some(&name) {
            files.push(name);
        }
        let number = place.entry(name).or_default();
        *number += 1;
        assert_eq!(truth["line"], *number);
        let fate = truth["fate"].as_str().expect("a word");
        let entries = truth["entries"].as_array().expect("a list");
        let dirt = truth["dirt"].as_array().expect("a list");
        let beyond = truth["beyond_repair"] == true;
        let merged = dirt.iter().any(|kind| kind == "merged_line");
        match fate {
            "entry" => {
                assert_eq!(entries.len(), if merged { 2 } else { 1 });
                *sums.entry((name, "entry".to_owned())).or_default() += entries.len() as u64;
            }
            "duplicate" => {
                assert!(entries.len() == 1 && !beyond && dirt[0] == "duplicate");
                assert!(
                    rows.contains(&entries[0].to_string()),
                    "repeats nothing: {line}"
                );
                *sums.entry((name, "duplicate".to_owned())).or_default() += 1;
            }
            "reject" | "skip" => {
                assert!(entries.is_empty());
                *sums.entry((name, fate.to_owned())).or_default() += 1;
            }
            _ => panic!("unknown fate {fate}"),
        }
        for entry in entries.iter().filter(|_| fate == "entry") {
            assert!(rows.insert(entry.to_string()), "twice: {line}");
            if beyond {
                // What is left of two damaged rows must differ, whichever fields are gone.
                for left in remains(name, dirt, entry) {
                    assert!(
                        damaged.insert(left),
                        "looks like another damaged row: {line}"
                    );
                }
            }
        }
    }
    assert_eq!(files, ["8bells.log", "dpc.csv", "exus.json"]);
    for file in &made.summary.files {
        assert_eq!(place[file.file], file.lines);
        assert_eq!(made.lines(file.file).len() as u64, file.lines);
        for (fate, sum) in [
            ("entry", file.entries),
            ("duplicate", file.duplicates),
            ("reject", file.rejects),
            ("skip", file.skipped),
        ] {
            assert_eq!(
                sums.get(&(file.file, fate.to_owned()))
                    .copied()
                    .unwrap_or(0),
                sum,
                "{fate}"
            );
        }
    }
}

/// The pairs of fields of which damage leaves at least one.
fn remains(name: &str, dirt: &[Value], entry: &Value) -> Vec<String> {
    let timeless = dirt
        .iter()
        .any(|kind| kind == "bad_date" || kind == "no_date");
    let second = entry["@timestamp"]
        .as_str()
        .expect("a time")
        .get(..19)
        .expect("a full time");
    let (port, len) = (&entry["source"]["port"], &entry["network"]["bytes"]);
    match (name, timeless) {
        ("8bells.log", true) => vec![format!("8 {port} {len}")],
        ("8bells.log", false) => {
            vec![
                format!("8 {second} port {port}"),
                format!("8 {second} len {len}"),
            ]
        }
        ("exus.json", true) => vec![format!("e {port} {}", entry["destination"]["port"])],
        ("exus.json", false) => vec![format!("e {second} {port}")],
        _ => vec![format!("d {}", entry["aidos"]["email_addresses"][0])],
    }
}

#[test]
fn truth_is_consistent_at_eight_mib() {
    let made = made(11, 8 << 20, 0.05);
    check(&made);
    for file in &made.summary.files {
        #[allow(clippy::cast_precision_loss)]
        let rate = file.dirty as f64 / file.lines as f64;
        assert!((0.044..0.056).contains(&rate), "{rate} in {}", file.file);
        assert!(file.duplicates > 0 && file.rejects > 0 && file.skipped > 0);
        assert!(file.beyond_repair > 0 && file.beyond_repair * 2 < file.dirty);
    }
}

#[test]
fn dense_dirt_repeats_nothing_by_chance() {
    check(&made(5, 3 << 20, 0.9));
}

#[test]
fn every_kind_of_dirt_occurs() {
    let made = made(2, 8 << 20, 0.05);
    let mut kinds: HashMap<String, BTreeSet<String>> = HashMap::new();
    for line in made.text("truth.jsonl").lines() {
        let truth: Value = serde_json::from_str(line).expect("JSON");
        for kind in truth["dirt"].as_array().expect("a list") {
            let file = kinds.entry(truth["file"].as_str().expect("a word").to_owned());
            file.or_default()
                .insert(kind.as_str().expect("a word").to_owned());
        }
    }
    let found = |name: &str| {
        kinds[name]
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(
        found("8bells.log"),
        "ansi_escape bad_date bad_ip bad_mac bad_port blank_line blanks comment crlf duplicate \
         extra_comma garbage mac_form masked_ip merged_line missing_comma \
         missing_interface missing_space misspelt_unknown no_date no_year nul_byte priority truncated \
         unbalanced_paren v4_mapped zone_id"
    );
    assert_eq!(
        found("dpc.csv"),
        "ambiguous_address angle_brackets arrow at_word bad_date blank_line crlf display_name \
         duplicate encoded_word extra_comma mailto merged_line missing_comma nbsp no_address \
         semicolon stray_quote trailing_dot"
    );
    assert_eq!(
        found("exus.json"),
        "bad_date bad_ip bad_mac blank_line bom crlf duplicate garbage merged_line trailing_comma \
         truncated"
    );
}

#[test]
fn time_does_not_run_backwards() {
    let made = made(9, 2 << 20, 0.05);
    let mut latest: HashMap<String, String> = HashMap::new();
    for line in made.text("truth.jsonl").lines() {
        let truth: Value = serde_json::from_str(line).expect("JSON");
        if truth["fate"] != "entry" {
            continue;
        }
        for entry in truth["entries"].as_array().expect("a list") {
            let time = entry["@timestamp"].as_str().expect("a time").to_owned();
            assert!(
                time.starts_with("2023-03-") && time.ends_with('Z'),
                "{time}"
            );
            assert!(!time.contains('.') || !time.ends_with("0Z"), "{time}");
            // Comparable as text once the fraction has a fixed width.
            let (whole, fraction) = time
                .trim_end_matches('Z')
                .split_once('.')
                .unwrap_or((&time[..19], ""));
            let sortable = format!("{whole}.{fraction:0<6}");
            let before = latest.entry(truth["file"].to_string()).or_default();
            assert!(*before <= sortable, "{before} before {sortable}");
            *before = sortable;
        }
    }
}

#[test]
fn conversations_grow_slower_than_the_file() {
    let count = |size: u64| {
        let made = made(4, size, 0.05);
        let mut seen = HashSet::new();
        for line in made.text("truth.jsonl").lines() {
            let truth: Value = serde_json::from_str(line).expect("JSON");
            for entry in truth["entries"].as_array().expect("a list") {
                if entry["event"]["provider"] == "8bells" {
                    seen.insert(format!(
                        "{}{}{}{}",
                        entry["source"]["ip"],
                        entry["destination"]["ip"],
                        entry["destination"]["port"],
                        entry["network"]["transport"]
                    ));
                }
            }
        }
        seen.len()
    };
    let (small, large) = (count(1 << 20), count(8 << 20));
    assert!(large < small * 6, "{small} at 1 MiB, {large} at 8 MiB");
}
