use super::*;
use crate::clean::zone::Zone;
use crate::extract::{Item, NatRule};
use aidos_model::{Defects, Event};
use proptest::prelude::*;
use serde_json::json;

type Outcome = Result<(serde_json::Value, String, String), &'static str>;

/// What became of a row: its entry without defects and places, its defects, its message.
fn run_as(text: &str, shape: Shape<'_>) -> Outcome {
    let arena = Bump::new();
    let mut sink = Sink::new(&arena);
    let context = Context {
        provider: "exus",
        path: "exus.json",
        zone: &Zone::UTC,
        header: &[],
        nat: NatRule::default(),
    };
    let row = Row {
        line: 3,
        text,
        shape,
    };
    Exus.extract(row, &context, &mut sink);
    assert_eq!(sink.items.len(), 1, "{text}");
    match sink.items.first() {
        Some(Item::Entry(draft)) => {
            let event = draft.event;
            let mut told = Defects::default();
            for repair in &sink.repairs {
                told.add(repair.rule);
            }
            assert_eq!(told, event.defects, "repairs and defects of {text}");
            let mut message = String::new();
            event.message.push_text(event.timestamp, &mut message);
            let words: Vec<&str> = event.defects.iter().map(Defect::word).collect();
            let plain = Event {
                defects: Defects::default(),
                ..event
            };
            let mut line = Vec::new();
            plain.write_json(&mut line);
            let written = String::from_utf8(line).unwrap();
            let back = Event::parse(&written, &arena).unwrap();
            let mut again = Vec::new();
            back.write_json(&mut again);
            assert_eq!(String::from_utf8(again).unwrap(), written);
            Ok((
                serde_json::from_str(&written).unwrap(),
                words.join(","),
                message,
            ))
        }
        Some(Item::Reject { reason, .. }) => {
            assert!(sink.repairs.is_empty());
            Err(*reason)
        }
        _ => Err("skip"),
    }
}

fn run(text: &str) -> Outcome {
    run_as(text, Shape::Json { complete: true })
}

fn entry(text: &str) -> (serde_json::Value, String, String) {
    run(text).unwrap_or_else(|reason| panic!("{text}: {reason}"))
}

const FULL: &str = r#"{"timestamp":"2023-03-07T10:38:03.250Z","source":{"ip":"198.51.100.7","port":"443","mac":"AABB.CCDD.EEFF"},"dst_ip":"203.0.113.9","dport":80,"protocol":"TCP","attackType":"SQL Injection","payload":"id=1' or \"1\"=\"1\u0026x=%27","user.name":"maria","severity":"5","length":1200,"sensor":"s1","zeta":[1, 2.50],"alpha":{"x" : null}}"#;

#[test]
fn a_whole_event_is_read() {
    let (event, defects, message) = entry(FULL);
    assert_eq!(defects, "");
    assert_eq!(event["@timestamp"], "2023-03-07T10:38:03.25Z");
    assert_eq!(
        event["event"],
        json!({"provider": "exus", "kind": "alert", "category": ["intrusion_detection"],
            "action": "sql_injection", "severity": 5})
    );
    assert_eq!(
        event["source"],
        json!({"ip": "198.51.100.7", "port": 443, "mac": "aa:bb:cc:dd:ee:ff"})
    );
    assert_eq!(
        event["destination"],
        json!({"ip": "203.0.113.9", "port": 80})
    );
    assert_eq!(event["network"], json!({"transport": "tcp", "bytes": 1200}));
    assert_eq!(event["user"]["name"], "maria");
    assert_eq!(event["log"]["syslog"]["hostname"], "s1");
    assert_eq!(
        event["aidos"]["exus"]["payload"],
        "id=1' or \"1\"=\"1&x=%27"
    );
    assert_eq!(
        event["aidos"]["fields"].to_string(),
        r#"{"alpha":{"x":null},"zeta":[1,2.5]}"#
    );
    assert_eq!(
        message,
        r#"{"timestamp":"2023-03-07T10:38:03.25Z","source_ip":"198.51.100.7","source_port":443,"source_mac":"aa:bb:cc:dd:ee:ff","destination_ip":"203.0.113.9","destination_port":80,"transport":"tcp","attack_type":"sql_injection","payload":"id=1' or \"1\"=\"1\u0026x=%27","user":"maria","severity":5,"bytes":1200,"hostname":"s1","alpha":{"x":null},"zeta":[1,2.50]}"#
    );
}

#[test]
fn drift_gives_the_same_event() {
    let (expected, ..) = entry(
        r#"{"timestamp":"2023-03-07T10:38:03Z","source_ip":"198.51.100.7","source_port":5,"attack":"port_scan"}"#,
    );
    for text in [
        r#"{"@timestamp":1678185483,"src":"198.51.100.7","sport":"5","attack_name":"Port Scan"}"#,
        r#"{"ts":"1678185483000","attacker":{"ip":"198.51.100.7","port":5},"event":{"action":"portscan"}}"#,
        r#"{"event_time":1678185483000000,"saddr":"::ffff:198.51.100.7","spt":5.0,"signature":"PORT-SCAN"}"#,
        r#"{"time":"2023-03-07 10:38:03 UTC","source":"198.51.100.7:5","attack":{"type":"PortScan"},"user":null,"mac":"-"}"#,
        r#"{"date":"2023-03-07","time":"10:38:03","srcIp":["198.51.100.7"],"srcPort":"5","attackType":"portscan","dst":""}"#,
        r#"{"timestamp":"07/Mar/2023:11:38:03 +0100","Source-IP":"198.51.100.7","SOURCE_PORT":"5","attack_type":"port scan","level":"-"}"#,
    ] {
        let (mut event, defects, message) = entry(text);
        // `mac` alone names no side: it is kept.
        event.as_object_mut().unwrap().remove("aidos");
        let mut wanted = expected.clone();
        assert_eq!(defects, "", "{text}");
        wanted["message"] = json!(message);
        assert_eq!(event, wanted, "{text}");
    }
}

#[test]
fn damage_is_told_and_left_out() {
    for (text, defects, message) in [
        (
            r#"{"src_ip":"998.1.1.1","dst_ip":"203.0.113.9"}"#,
            "bad_ip",
            r#"{"source_ip":"998.1.1.1","destination_ip":"203.0.113.9"}"#,
        ),
        (
            r#"{"src_ip":"x.x.x.x"}"#,
            "masked_ip",
            r#"{"source_ip":"x.x.x.x"}"#,
        ),
        (
            r#"{"sport":70000,"src_mac":"1:1:1:1:"}"#,
            "bad_mac,bad_port",
            r#"{"source_port":70000,"source_mac":"1:1:1:1:"}"#,
        ),
        (
            r#"{"ts":"10:38:03","user":"m"}"#,
            "no_date",
            r#"{"timestamp":"10:38:03","user":"m"}"#,
        ),
        (
            r#"{"ts":"soon \"x\"","user":"m"}"#,
            "bad_date",
            r#"{"timestamp":"soon \"x\"","user":"m"}"#,
        ),
        (
            r#"{"bytes":"12x","user":"m"}"#,
            "bad_number",
            r#"{"user":"m","bytes":"12x"}"#,
        ),
        (
            r#"{"severity":"high","user":"m"}"#,
            "bad_type",
            r#"{"user":"m","severity":"high"}"#,
        ),
        (
            r#"{"severity":"high","level":3}"#,
            "",
            r#"{"level":3,"severity":"high"}"#,
        ),
        (
            r#"{"user":"a","user":"b","z":1,"z":2}"#,
            "duplicate_key",
            r#"{"user":"b","z":2}"#,
        ),
        (
            r#"{"src_ip":"1.2.3.4","source.ip":"1.2.3.5"}"#,
            "",
            r#"{"source_ip":"1.2.3.5","src_ip":"1.2.3.4"}"#,
        ),
        (
            r#"{"user":"m","note":"\ud800"}"#,
            "bad_encoding",
            "{\"user\":\"m\",\"note\":\"\u{fffd}\"}",
        ),
        (
            r#"{"source":"sensor-1","user":"m"}"#,
            "",
            r#"{"user":"m","source":"sensor-1"}"#,
        ),
    ] {
        let (event, words, shown) = entry(text);
        assert_eq!(
            (words.as_str(), shown.as_str()),
            (defects, message),
            "{text}"
        );
        assert!(event.get("@timestamp").is_none(), "{text}");
        assert!(event["source"].get("port").is_none(), "{text}");
    }
}

#[test]
fn malformed_json_is_repaired() {
    for (text, defects, message) in [
        (
            "{'src_ip': '1.2.3.4', user: maria,}",
            "bad_json",
            r#"{"source_ip":"1.2.3.4","user":"maria"}"#,
        ),
        (r#"{"bytes":NaN,"user":"m"}"#, "bad_json", r#"{"user":"m"}"#),
        (
            r#"{"user":"m","src_ip":"1.2.3."#,
            "truncated",
            r#"{"user":"m"}"#,
        ),
        (
            r#"{"user":"m","src":{"ip":"1.2.3.4","po"#,
            "truncated",
            r#"{"source_ip":"1.2.3.4","user":"m"}"#,
        ),
        (
            "{\"user\":\"m\0a\"}",
            "control_characters",
            r#"{"user":"ma"}"#,
        ),
        (
            "{\"user\":\"m\u{1b}[2J\"}",
            "bad_json",
            r#"{"user":"m\u001b[2J"}"#,
        ),
        (
            r#"{"payload":"' or "1"="1","user":"m"}"#,
            "bad_json",
            r#"{"payload":"' or \"1\"=\"1","user":"m"}"#,
        ),
        (r#"{"user":"m"},"#, "", r#"{"user":"m"}"#),
        ("\u{feff}{\"user\":\"m\"}", "", r#"{"user":"m"}"#),
    ] {
        let (_, words, shown) = entry(text);
        assert_eq!(
            (words.as_str(), shown.as_str()),
            (defects, message),
            "{text}"
        );
    }
    let (_, words, _) = run_as(r#"{"user":"m","b":1"#, Shape::Json { complete: false }).unwrap();
    assert_eq!(words, "truncated");
}

#[test]
fn what_is_no_event_is_refused() {
    for (text, shape, reason) in [
        ("", Shape::Line, "skip"),
        ("  ", Shape::Garbage, "skip"),
        ("]", Shape::Garbage, "not_json"),
        ("{\"user\":1", Shape::TooDeep, "too_deep"),
        ("hello", Shape::Line, "not_json"),
        ("[1]", Shape::Json { complete: true }, "unknown_shape"),
        ("12", Shape::Json { complete: true }, "unknown_shape"),
        ("{}", Shape::Json { complete: true }, "unknown_shape"),
        ("{\"a\":1}", Shape::Json { complete: true }, "unknown_shape"),
        (
            "{\"user\":null,\"src_ip\":\"-\"}",
            Shape::Json { complete: true },
            "unknown_shape",
        ),
        (
            "{\"user\":\"",
            Shape::Json { complete: false },
            "unknown_shape",
        ),
    ] {
        assert_eq!(run_as(text, shape), Err(reason), "{text}");
    }
    let deep = format!("{{'user':{}", "[".repeat(200));
    assert_eq!(run(&deep), Err("too_deep"));
    assert!(run_as("{\"user\":\"m\"}", Shape::Line).is_ok());
}

#[test]
fn a_long_payload_is_kept_whole() {
    let payload = "%41\\\"".repeat(250_000);
    let text = format!("{{\"payload\":\"{payload}\"}}");
    let (event, ..) = entry(&text);
    let kept = event["aidos"]["exus"]["payload"].as_str().map(str::len);
    assert_eq!(kept, Some(4 * 250_000));
}

#[test]
fn the_score_knows_other_sensors() {
    let score = |text: &str| {
        let rows = [Row {
            line: 1,
            text,
            shape: Shape::Json { complete: true },
        }];
        let sample = Sample {
            name: "x.json",
            rows: &rows,
            header: &[],
        };
        Exus.score(&sample).value
    };
    assert!(score(FULL) > 0.99);
    assert!(
        score(r#"{"ts":1678185483,"attacker":"1.2.3.4","victim":"1.2.3.5","attack":"xss"}"#) > 0.99
    );
    assert!(score("{'src_ip':'1.2.3.4','payload':'x'}") > 0.99);
    for text in [
        r#"{"timestamp":"2023-03-07T10:38:03.250000+0000","flow_id":1,"event_type":"alert","src_ip":"1.2.3.4","src_port":1,"dest_ip":"1.2.3.5","proto":"TCP","alert":{"signature":"ET SCAN","severity":2},"payload":"aa"}"#,
        r#"{"eventid":"cowrie.login.failed","username":"root","password":"x","src_ip":"1.2.3.4","timestamp":"2023-03-07T10:38:03Z","sensor":"h","message":"login"}"#,
        r#"{"ts":1678185483.25,"uid":"C1","id.orig_h":"1.2.3.4","id.orig_p":5,"id.resp_h":"1.2.3.5","proto":"tcp"}"#,
        r#"{"name":"Maria","age":5}"#,
        "[1]",
        "hello",
    ] {
        assert!(score(text) <= 0.3, "{text}");
    }
}

/// Rows whose messages once did not read back.
#[test]
fn messages_of_odd_rows_read_back() {
    for text in [
        r#"{"source.ip":"998.1.1.1","Source-Ip":"998.1.1.1"}"#,
        r#"{"Source-Ip":"198.51.100.7:443","src_ip":"198.51.100.7"}"#,
        r#"{"source_port":[],"src_ip":"198.51.100.7:443"}"#,
        r#"{"source_port":5,"src_ip":"[2001:db8::1]:443"}"#,
    ] {
        let (event, _, message) = entry(text);
        let (same, _, shown) = entry(&message);
        assert_eq!((same, shown), (event, message), "{text}");
    }
}

/// Objects in every schema that was seen, and worse.
fn hostile() -> impl Strategy<Value = String> {
    let key = prop::sample::select(vec![
        "timestamp",
        "@timestamp",
        "time",
        "date",
        "ts",
        "src_ip",
        "source.ip",
        "source_ip",
        "source",
        "attacker",
        "sport",
        "source_port",
        "src_mac",
        "dst",
        "destination_ip",
        "dport",
        "proto",
        "protocol",
        "transport",
        "attack",
        "attack_type",
        "event.action",
        "payload",
        "request",
        "user",
        "user.name",
        "severity",
        "level",
        "bytes",
        "length",
        "hostname",
        "zeta",
        "note",
        "a\\u0022b",
        "a b",
        "",
        "Source-Ip",
        "source.geo",
    ]);
    let scalar = prop::sample::select(vec![
        "null",
        "true",
        "\"\"",
        "\"-\"",
        "1678185483",
        "1678185483250",
        "\"2023-03-07T10:38:03.5+02:00\"",
        "\"2023-03-07 10:38:03\"",
        "\"2023-03-07\"",
        "\"10:38:03\"",
        "\"mar/07 10:38:03\"",
        "\"198.51.100.7\"",
        "\"198.51.100.7:443\"",
        "\"2001:db8::1\"",
        "\"998.1.1.1\"",
        "\"x.x.x.x\"",
        "443",
        "\"443\"",
        "70000",
        "-1",
        "\"AABB.CCDD.EEFF\"",
        "\"1:1:1\"",
        "\"TCP\"",
        "\"SQL Injection\"",
        "\"high\"",
        "7.50",
        "1e3",
        "\"a\\nb\"",
        "\"\\ud800\"",
        "\"\\u0041\\/\"",
        "\"\u{7f}\"",
        "\" x \"",
        "[]",
        "[1, 2]",
        "[\"198.51.100.7\"]",
        "{}",
        "{ \"a\" : [ 1 ] }",
        "'x'",
        "NaN",
        "x y",
        "\"\u{3a3}\u{130}\"",
        "\"it\"s\"",
        "12345678901234567890",
        "\"=1\"",
        "\"\0\"",
        "\"\u{1b}\"",
    ]);
    let flat = (key, scalar.clone()).prop_map(|(key, value)| format!("\"{key}\":{value}"));
    let nested = (
        prop::sample::select(vec![
            "source",
            "destination",
            "event",
            "user",
            "attack",
            "other",
            "log",
        ]),
        prop::collection::vec(
            (
                prop::sample::select(vec!["ip", "port", "mac", "name", "action", "geo", "syslog"]),
                scalar,
            ),
            0..3,
        ),
    )
        .prop_map(|(key, inner)| {
            let inner: Vec<_> = inner
                .iter()
                .map(|(key, value)| format!("\"{key}\": {value}"))
                .collect();
            format!("\"{key}\":{{{}}}", inner.join(","))
        });
    let member = prop_oneof![4 => flat, 1 => nested];
    (
        prop::collection::vec(member, 0..8),
        prop::sample::select(vec!["}", "}", "}", "", ",}", "} x", "},"]),
    )
        .prop_map(|(members, end)| format!("{{{}{end}", members.join(",")))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_message_extracts_to_itself(text in hostile()) {
        if let Ok((event, _, message)) = run(&text) {
            let strict: Result<serde_json::Value, _> = serde_json::from_str(&message);
            prop_assert!(strict.is_ok(), "{:?} made {:?}", text, message);
            let (same, defects, shown) = entry(&message);
            prop_assert_eq!(&shown, &message, "{:?}", text);
            prop_assert_eq!(same, event, "{:?}", text);
            for word in ["bad_json", "truncated", "duplicate_key", "bad_encoding", "control_characters"] {
                prop_assert!(!defects.contains(word), "{:?} made {:?}: {}", text, message, defects);
            }
        }
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,60}|\\{[\\x00-\\x7f]{0,60}") {
        for shape in [Shape::Line, Shape::Json { complete: true }, Shape::Json { complete: false }] {
            let _ = run_as(&text, shape);
        }
    }

    #[test]
    fn a_cut_event_loses_no_member_before_the_cut(cut in 40usize..FULL.len() - 1) {
        let text = FULL.get(..cut).unwrap();
        let (event, defects, _) = run_as(text, Shape::Json { complete: false }).unwrap();
        prop_assert_eq!(defects, "truncated");
        prop_assert_eq!(&event["@timestamp"], "2023-03-07T10:38:03.25Z");
        if cut > 160 {
            prop_assert_eq!(&event["destination"]["ip"], "203.0.113.9");
        }
    }
}
