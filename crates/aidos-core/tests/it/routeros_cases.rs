//! Public RouterOS samples with expected fields.
//!
//! They are no part of this project: the tests read them from the folder that `AIDOS_SHARED_DATA` names
//! and say `skipped` without it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use aidos_core::clean::zone::Zone;
use aidos_core::extract::routeros::EightBells;
use aidos_core::extract::{Context, Item, NatRule, Provider, Row, Shape, Sink, Year};
use bumpalo::Bump;
use serde_json::{Value, json};

fn folder(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("AIDOS_SHARED_DATA").map(|data| PathBuf::from(data).join(name));
    let found = folder.filter(|folder| folder.is_dir());
    if found.is_none() {
        eprintln!("skipped: AIDOS_SHARED_DATA names no folder with {name}");
    }
    found
}

/// The entries of a line as JSON, with the stamp of a yearless one as `????-…`.
fn entries(line: &str, nat: NatRule) -> (Vec<Value>, usize) {
    let arena = Bump::new();
    let mut sink = Sink::new(&arena);
    let context = Context {
        provider: "8bells",
        path: "a.log",
        zone: &Zone::UTC,
        header: &[],
        nat,
    };
    EightBells::default().extract(
        Row {
            line: 1,
            text: line,
            shape: Shape::Line,
        },
        &context,
        &mut sink,
    );
    let mut skipped = 0;
    let entries = sink
        .items
        .iter()
        .filter_map(|item| match item {
            Item::Entry(draft) => {
                let mut out = Vec::new();
                let mut draft = *draft;
                let yearless = matches!(draft.year, Year::Missing(_));
                draft.settle(Some(2024), &Zone::UTC);
                draft.event.write_json(&mut out);
                let mut value: Value = serde_json::from_slice(&out).unwrap();
                if yearless && let Some(Value::String(time)) = value.get_mut("@timestamp") {
                    time.replace_range(..4, "????");
                }
                Some(value)
            }
            Item::Skip => {
                skipped += 1;
                None
            }
            Item::Reject { .. } => None,
        })
        .collect();
    (entries, skipped)
}

fn at(entry: &Value, path: &str) -> Value {
    path.split('.')
        .try_fold(entry, |value, key| value.get(key))
        .cloned()
        .unwrap_or(Value::Null)
}

/// What the sample calls a field, of one entry.
fn field(entry: &Value, name: &str) -> Value {
    let nat = |part: &str| {
        let of = |side: &str| at(entry, &format!("{side}.nat.{part}"));
        if of("source").is_null() {
            of("destination")
        } else {
            of("source")
        }
    };
    match name {
        "ts" => match at(entry, "@timestamp") {
            Value::String(time) => Value::String(time.trim_end_matches('Z').to_owned()),
            other => other,
        },
        "host" => at(entry, "log.syslog.hostname"),
        "pri" => at(entry, "log.syslog.priority"),
        "topics" | "prefix" | "chain" | "state" | "mark" | "flags" | "icmp" => {
            at(entry, &format!("aidos.routeros.{name}"))
        }
        "src" => at(entry, "source.ip"),
        "sport" => at(entry, "source.port"),
        "mac" => at(entry, "source.mac"),
        "dst" => at(entry, "destination.ip"),
        "dport" => at(entry, "destination.port"),
        "inif" => at(entry, "observer.ingress.interface.name"),
        "outif" => at(entry, "observer.egress.interface.name"),
        "proto" => at(entry, "network.transport"),
        "len" => at(entry, "network.bytes"),
        "nat" | "nat_literal_last" => nat("ip"),
        "natport" => nat("port"),
        "user" => at(entry, "user.name"),
        "service" => match at(entry, "event.action") {
            Value::String(action) => json!(action.rsplit('-').next()),
            other => other,
        },
        "defects" => at(entry, "aidos.defects"),
        _ => panic!("the sample has a field that this test does not know: {name}"),
    }
}

fn expected(name: &str, value: &Value) -> Value {
    match (name, value) {
        ("ts", Value::String(time)) => json!(time.trim_end_matches('Z')),
        ("proto", Value::String(word)) => json!(word.to_lowercase()),
        _ => value.clone(),
    }
}

#[test]
fn all_cases_have_all_expected_fields() {
    let Some(folder) = folder("routeros-cases") else {
        return;
    };
    let text = std::fs::read_to_string(folder.join("cases.jsonl")).unwrap();
    let mut wrong = Vec::new();
    let mut all = 0;
    for line in text.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let log = case["line"].as_str().unwrap();
        let expect: BTreeMap<String, Value> =
            serde_json::from_value(case["expect"].clone()).unwrap();
        let (found, skipped) = entries(log, NatRule::Semantic);
        let (literal, _) = entries(log, NatRule::LastIp);
        all += 1;
        let mut miss = |name: &str, wanted: &Value, found: Value| {
            if expected(name, wanted) != found {
                wrong.push(format!("{log}\n  {name}: wanted {wanted}, found {found}"));
            }
        };
        if !expect.contains_key("defects") && expect.get("kind") != Some(&json!("skip")) {
            let mut defects = field(&found[0], "defects");
            if defects == json!(["no_date"]) {
                defects = Value::Null; // the sample names it on the first such line only
            }
            if log.contains('\u{1b}') && defects == json!(["control_characters"]) {
                defects = Value::Null; // the sample wants the escape neutralised: it is taken out, and said so
            }
            miss("defects", &Value::Null, defects);
        }
        for (name, wanted) in &expect {
            match name.as_str() {
                "kind" if wanted == "skip" => {
                    miss("skipped", &json!([1, 0]), json!([skipped, found.len()]));
                }
                "kind" => {
                    miss(
                        "kind",
                        &json!(["authentication"]),
                        at(&found[0], "event.category"),
                    );
                    miss("outcome", &json!("failure"), at(&found[0], "event.outcome"));
                }
                "records" => {
                    let records = wanted.as_array().unwrap();
                    miss("records", &json!(records.len()), json!(found.len()));
                    for (record, entry) in records.iter().zip(&found) {
                        for (name, wanted) in record.as_object().unwrap() {
                            miss(name, wanted, field(entry, name));
                        }
                    }
                }
                "nat_literal_last" => miss(name, wanted, field(&literal[0], name)),
                _ => miss(name, wanted, field(&found[0], name)),
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {all} lines:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    println!("routeros-cases: {all} of {all} lines with all expected fields");
}

#[test]
fn crowdsec_samples_have_all_expected_fields() {
    let Some(folder) = folder("mikrotik-crowdsec") else {
        return;
    };
    let folder = folder.join(".tests/mikrotik-logs");
    let log = std::fs::read_to_string(folder.join("mikrotik-logs.log")).unwrap();
    let lines: Vec<&str> = log.lines().filter(|line| !line.is_empty()).collect();
    let assertions = std::fs::read_to_string(folder.join("parser.assert")).unwrap();
    let mut checked = 0;
    for assertion in assertions.lines() {
        let Some(rest) = assertion.strip_prefix("results[\"s01-parse\"][\"a1ad/mikrotik-logs\"][")
        else {
            continue;
        };
        let (index, rest) = rest.split_once(']').unwrap();
        let Some((name, wanted)) = rest
            .strip_prefix(".Evt.Parsed[\"")
            .and_then(|rest| rest.split_once("\"] == "))
        else {
            continue;
        };
        let wanted: String = serde_json::from_str(wanted).unwrap();
        let (found, _) = entries(lines[index.parse::<usize>().unwrap()], NatRule::Semantic);
        let name = match name {
            "program" | "message" | "timestamp" => continue,
            "tag" => "prefix",
            "connection_state" => "state",
            "dst_port" => "dport",
            "src_port" => "sport",
            "source_ip" => "src",
            "dst_ip" => "dst",
            "if_in" => "inif",
            "if_out" => "outif",
            "length" => "len",
            "src_mac" => "mac",
            "invalid_user" => "user",
            other => other,
        };
        let value = match field(&found[0], name) {
            Value::String(text) => text,
            Value::Null => String::new(),
            other => other.to_string(),
        };
        let wanted = match name {
            "proto" => wanted.to_lowercase(),
            "outif" | "inif" if wanted == "(unknown 0)" => String::new(),
            _ => wanted,
        };
        assert_eq!(value, wanted, "{name} of line {index}");
        checked += 1;
    }
    assert!(checked > 50, "{checked} fields");
    println!("mikrotik-crowdsec: {checked} of {checked} expected fields");
    for test in ["mikrotik-bf", "mikrotik-scan-multi_ports"] {
        let path = folder.with_file_name(test).join(format!("{test}.log"));
        for line in std::fs::read_to_string(path)
            .unwrap()
            .lines()
            .filter(|line| !line.is_empty())
        {
            let (found, _) = entries(line, NatRule::Semantic);
            assert!(
                found.len() == 1 && !field(&found[0], "src").is_null(),
                "{line}"
            );
        }
    }
}
