//! `aidos convert`.

use crate::{code, err, feed, folder, out, run, summary};
use serde_json::{Value, json};

const EVENT: &str = r#"{"Event":{"uuid":"a5f5b5c0-0000-4000-8000-000000000001","id":"7","info":"scan","timestamp":"1700000000",
    "Attribute":[{"uuid":"a5f5b5c0-0000-4000-8000-000000000002","type":"ip-src","category":"Network activity","value":"198.51.100.3",
    "to_ids":true,"timestamp":"1700000000"}]}}"#;

#[test]
fn an_event_goes_to_stix_and_comes_back() {
    let folder = folder();
    let path = folder.path();
    std::fs::write(path.join("event.json"), EVENT).unwrap();
    let words = [
        "convert",
        "event.json",
        "--to",
        "stix",
        "--losses",
        "losses.jsonl",
        "--out",
        "bundle.json",
        "--json",
    ];
    let made = run(path, &words);
    assert_eq!(code(&made), 0, "{}", err(&made));
    let told = summary(&made);
    assert_eq!(
        (&told["from"], &told["attributes"], &told["losses"]),
        (&"misp".into(), &1.into(), &1.into())
    );
    let losses = std::fs::read_to_string(path.join("losses.jsonl")).unwrap();
    let loss: Value = serde_json::from_str(losses.trim_end()).unwrap();
    assert_eq!(loss["path"], "/Event/id");
    let bundle = std::fs::read_to_string(path.join("bundle.json")).unwrap();
    assert!(
        bundle.contains("ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4"),
        "{bundle}"
    );

    let back = feed(path, &["convert", "-", "--to", "misp"], bundle.as_bytes());
    assert_eq!(code(&back), 0, "{}", err(&back));
    let home: Value = serde_json::from_str(&out(&back)).unwrap();
    let event: Value = serde_json::from_str(EVENT).unwrap();
    assert_eq!(home["Event"]["Attribute"], event["Event"]["Attribute"]);
    assert_eq!(home["Event"]["info"], "scan");
}

#[test]
fn what_cannot_be_converted_is_told() {
    let folder = folder();
    for (text, to, told) in [
        (
            r#"{"response":[{"Event":{}},{"Event":{}}]}"#,
            "stix",
            "it holds 2 events",
        ),
        ("[]", "stix", "it holds 0 events"),
        (r#"{"Event":{}}"#, "misp", "an event of MISP already"),
        (
            r#"{"a":1}"#,
            "stix",
            "neither an event of MISP nor a bundle of STIX",
        ),
        (r#"{"Event":"#, "stix", "it ends too early"),
    ] {
        let refused = feed(
            folder.path(),
            &["convert", "-", "--to", to],
            text.as_bytes(),
        );
        assert_eq!(code(&refused), 1, "{text}");
        assert!(err(&refused).contains(told), "{text}: {}", err(&refused));
        assert_eq!(out(&refused), "");
    }
}

#[test]
fn a_report_becomes_a_bundle_or_an_event() {
    let folder = folder();
    let report = "Seen at hxxp://evil[.]com/x and 45.9.148[.]7, not at 10.0.0.7.\n";
    std::fs::write(folder.path().join("report.txt"), report).unwrap();
    let convert = |to| {
        let words = ["convert", "report.txt", "--from", "text", "--to", to];
        let done = run(folder.path(), &words);
        assert_eq!(code(&done), 0, "{}", err(&done));
        let again = run(folder.path(), &words);
        assert_eq!(out(&done), out(&again), "the same file, the same bytes");
        serde_json::from_str::<Value>(out(&done).trim()).unwrap()
    };
    let event = convert("misp").to_string();
    let bundle = convert("stix").to_string();
    for value in ["http://evil.com/x", "45.9.148.7"] {
        assert!(event.contains(value) && bundle.contains(value), "{value}");
    }
    let words = ["convert", "report.txt", "--to", "stix"];
    let refused = run(folder.path(), &words);
    assert_eq!(code(&refused), 1);
}

#[test]
fn a_large_bundle_is_converted_piece_by_piece() {
    let folder = folder();
    let path = folder.path();
    // Beyond 32 MiB, of few objects.
    let words = "word ".repeat(200 << 10);
    let time = "2024-01-01T00:00:00.000Z";
    let notes = (0..36).map(|number| {
        json!({"type": "note", "spec_version": "2.1", "id": format!("note--a5f5b5c0-0000-4000-8000-{number:012}"),
            "created": time, "modified": time, "content": words, "object_refs": ["url--1"], "confidence": 5})
    });
    let objects: Vec<Value> = notes.collect();
    let bundle = json!({"type": "bundle", "id": "bundle--1", "objects": objects}).to_string();
    assert!(bundle.len() > 32 << 20);
    std::fs::write(path.join("bundle.json"), &bundle).unwrap();
    let words = [
        "convert",
        "bundle.json",
        "--to",
        "misp",
        "--losses",
        "losses.jsonl",
        "--out",
        "event.json",
        "--json",
    ];
    let made = run(path, &words);
    assert_eq!(code(&made), 0, "{}", err(&made));
    let told = summary(&made);
    let losses = std::fs::read_to_string(path.join("losses.jsonl")).unwrap();
    assert_eq!(
        (&told["objects"], &told["losses"]),
        (&36.into(), &losses.lines().count().into())
    );
    assert!(losses.contains("/objects/35/confidence"), "{losses}");
    let event = std::fs::read_to_string(path.join("event.json")).unwrap();
    let event: Value = serde_json::from_str(&event).unwrap();
    let reports = event["Event"]["EventReport"].as_array().unwrap();
    assert_eq!(reports.len(), 36);
    assert_eq!(reports[35]["content"], objects[35]["content"]);

    // Standard input is kept in a file; a bundle to STIX 2.1 is the bundle.
    let piped = feed(path, &["convert", "-", "--to", "stix"], bundle.as_bytes());
    assert_eq!(code(&piped), 0, "{}", err(&piped));
    let piped: Value = serde_json::from_str(&out(&piped)).unwrap();
    assert_eq!(piped, serde_json::from_str::<Value>(&bundle).unwrap());

    // What is cut leaves the earlier file as it was, and no part of its own.
    std::fs::write(path.join("bundle.json"), &bundle[..bundle.len() - 2]).unwrap();
    let refused = run(path, &words);
    assert_eq!(code(&refused), 1);
    assert!(
        err(&refused).contains("ends too early"),
        "{}",
        err(&refused)
    );
    let left = std::fs::read_to_string(path.join("event.json")).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&left).unwrap(), event);
    assert!(!path.join(".event.json.part").exists());
}
