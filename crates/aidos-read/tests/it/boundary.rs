//! The boundary law: records do not depend on where chunks or reads are cut, and nothing is lost.

use aidos_read::{Dialect, Format, Limits, Quoting, Shape, fuzzing};
use proptest::prelude::*;

use crate::make;

/// Bytes that mean something to one of the parsers, more often than chance would have it.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => Just(b"\n".to_vec()),
        2 => Just(b"\r\n".to_vec()),
        1 => Just(b"\r".to_vec()),
        4 => Just(b"\"".to_vec()),
        2 => Just(b"\"\"".to_vec()),
        3 => Just(b",".to_vec()),
        1 => Just(b";".to_vec()),
        3 => Just(b"{\"a\":".to_vec()),
        2 => Just(b"{".to_vec()),
        4 => Just(b"}".to_vec()),
        2 => Just(b"[".to_vec()),
        2 => Just(b"]".to_vec()),
        2 => Just(b"{\"events\":[".to_vec()),
        2 => Just(b"\"events\" : ".to_vec()),
        2 => Just(b"\\\"".to_vec()),
        2 => Just(b"{\"a\":1}".to_vec()),
        2 => Just(b"{\"b\":\"x\"},".to_vec()),
        1 => Just(b"true, 12".to_vec()),
        1 => Just(b": ".to_vec()),
        2 => "[a-z .]{1,12}".prop_map(String::into_bytes),
        1 => Just("αβγ".as_bytes().to_vec()),
        1 => Just(b"\xe1\xe2".to_vec()),
        1 => Just(b"\xff".to_vec()),
        1 => Just(b"\0".to_vec()),
        1 => (200usize..700).prop_map(|n| b"long ".repeat(n / 5)),
        1 => (60usize..70).prop_map(|n| b"\n".repeat(n)),
        1 => (1usize..12).prop_map(|n| b"{\"d\":[".repeat(n)),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

fn limits() -> Limits {
    Limits {
        record_bytes: 300,
        json_depth: 8,
        csv_fields: 6,
        ..Limits::default()
    }
}

/// Few cases in a plain run; `PROPTEST_CASES=100000` for a long one.
fn config() -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(150);
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn text(bytes in pieces()) {
        fuzzing::text(&bytes);
    }

    #[test]
    fn csv(bytes in pieces()) {
        fuzzing::csv(&bytes);
    }

    #[test]
    fn json(bytes in pieces()) {
        fuzzing::json(&bytes);
    }

    /// What was written by the rules is read back field for field.
    #[test]
    fn csv_round_trip(rows in prop::collection::vec(
        prop::collection::vec("[a-z,\"\n;\u{3b1}]{0,9}", 1..5), 1..20)
    ) {
        let quote = |field: &String| format!("\"{}\"", field.replace('"', "\"\""));
        let text: String = rows
            .iter()
            .map(|row| row.iter().map(quote).collect::<Vec<_>>().join(",") + "\n")
            .collect();
        for quoting in [Quoting::Repair, Quoting::Trusted] {
            let kind = make::kind(Format::Csv(Dialect { quoting, ..Dialect::default() }));
            let limits = Limits::default();
            let leaf = fuzzing::same_records(text.as_bytes(), &kind, &limits);
            let facts: Vec<_> = leaf.records.iter().map(|r| r.facts.clone()).collect();
            let want: Vec<_> = rows.iter().map(|row| format!("{row:?} true false false")).collect();
            prop_assert_eq!(facts, want);
        }
    }

    /// Valid objects come back whole, however they are laid out.
    #[test]
    fn json_round_trip(
        values in prop::collection::vec(prop::collection::btree_map(
            "[a-z{}\"\\\\]{0,4}", prop_oneof![
                "[ -~]{0,12}".prop_map(serde_json::Value::from),
                any::<i32>().prop_map(serde_json::Value::from),
                prop::collection::vec("[a-z{}\\[\\],\"]{0,5}", 0..3)
                    .prop_map(serde_json::Value::from),
                Just(serde_json::json!({"x": [{"y": "}{"}, {}], "z": null})),
            ], 0..4), 1..12),
        layout in 0..6,
    ) {
        let pretty = layout % 2 == 1;
        let show = |v: &_| if pretty {
            serde_json::to_string_pretty(v).unwrap()
        } else {
            serde_json::to_string(v).unwrap()
        };
        let texts: Vec<String> = values.iter().map(show).collect();
        let (text, shape) = match layout / 2 {
            0 => (format!("[{}]", texts.join(", ")), Shape::Array),
            1 => (texts.join(" "), Shape::Concatenated),
            _ => (
                format!("{{\"n\": 1, \"events\": [{}], \"end\": true}}", texts.join(",\n")),
                Shape::Wrapped { key: "events".to_owned() },
            ),
        };
        let leaf = fuzzing::same_records(
            text.as_bytes(), &make::kind(Format::Json(shape)), &Limits::default());
        let objects: Vec<_> = leaf.records.iter()
            .filter(|r| r.facts == "Object true false").map(|r| r.text.clone()).collect();
        prop_assert_eq!(objects, texts);
    }

    /// Damaged files of every kind, made by changing good ones.
    #[test]
    fn mutated(seed in 0usize..5, changes in prop::collection::vec((any::<u32>(), any::<u8>()), 0..6)) {
        let samples: [&[u8]; 5] = [
            b"timestamp,from,to\n2024-05-01,\"a, b\",c\n2024-05-02,\"x\"\"y\",\"z\n\"\n1,2,3\n",
            b"{\"a\":1,\"b\":{\"c\":[1,2,{\"d\":\"e\"}]}}\n{\"a\":\"\\\"}{\"}\n{\"a\":[]}\n",
            b"{\n \"total\": 2,\n \"events\": [\n  {\"a\": 1},\n  {\"a\": 2}\n ]\n}\n",
            b"[{\"a\":\"x\"},{\"b\":\"y\"},\n{\"c\":[{\"d\":1},{\"d\":2}]}]",
            b"one\ntwo\r\nthree \xce\xb1\xce\xb2\n",
        ];
        let mut bytes = samples[seed].to_vec();
        for (at, byte) in changes {
            let at = at as usize % bytes.len();
            match byte % 3 {
                0 => { bytes.remove(at); }
                1 => bytes.insert(at, byte),
                _ => bytes[at] = byte,
            }
        }
        fuzzing::text(&bytes);
        fuzzing::csv(&bytes);
        fuzzing::json(&bytes);
    }
}

#[test]
fn large_chunks_and_small_limits() {
    let long = "x".repeat(1000);
    let text = format!("a\n{long}\nb\n{long}\r\n\n{long}");
    let leaf = fuzzing::same_records(text.as_bytes(), &make::kind(Format::Text), &limits());
    let lines: Vec<_> = leaf
        .records
        .iter()
        .map(|r| (r.line, r.text.len()))
        .collect();
    assert_eq!(
        lines,
        [(1, 1), (2, 1000), (3, 1), (4, 1000), (5, 0), (6, 1000)]
    );
    assert_eq!(leaf.oversize, 3000);
}

#[test]
fn a_wrapper_with_a_line_end_in_its_name_is_cut_the_same_everywhere() {
    for text in [
        "x\"\u{a0}{\"events\n\":[@",
        "{\"a\":1}{\"events\"\n:[{\"b\":2}]}",
        "{\"a\":1}{\n\"events\" :\n[{\"b\":2}]}",
    ] {
        fuzzing::json(text.as_bytes());
    }
}
