//! What the shipped mappings find, what they leave alone, and that their messages read again.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::samples::SAMPLES;
use super::*;

fn one(name: &str, line: &str) -> Value {
    let found = read(provider(name), &[], line);
    assert_eq!(found.len(), 1);
    serde_json::from_str(&found[0]).unwrap_or_else(|_| panic!("{line} gave {}", found[0]))
}

/// Whether each path of the entry holds this value; null where it must be absent.
fn holds(name: &str, line: &str, wanted: &[(&str, Value)]) {
    let entry = one(name, line);
    for (path, value) in wanted {
        let found = path
            .split('.')
            .fold(&entry, |at, key| at.get(key).unwrap_or(&Value::Null));
        assert_eq!(found, value, "{path} of {line}\n{entry:#}");
    }
}

#[test]
fn all_parse_and_are_sorted() {
    for (file, toml) in SHIPPED {
        match Mapping::parse_file(file, toml) {
            Err(error) => panic!("{error}"),
            Ok(mapping) => assert_eq!(*file, format!("{}.toml", mapping.name())),
        }
    }
    assert_eq!(shipped().len(), SHIPPED.len());
    assert!(
        all()
            .iter()
            .all(|provider| !provider.mapping().description().is_empty())
    );
}

#[test]
fn every_sample_is_an_entry_that_names_someone_or_something() {
    for (name, line) in SAMPLES {
        let entry = one(name, line);
        assert_eq!(entry["event"]["provider"], *name);
        let is_kernel_time = line.starts_with('[');
        assert!(is_kernel_time || !entry["@timestamp"].is_null(), "{line}");
    }
}

#[test]
fn netfilter() {
    let of = SAMPLES.iter().filter(|(name, _)| *name == "iptables");
    let lines: Vec<_> = of.map(|(_, line)| *line).collect();
    holds(
        "iptables",
        lines[0],
        &[
            ("event.action", json!("block")),
            ("source.ip", json!("198.51.100.7")),
            ("source.mac", json!("aa:bb:cc:dd:ee:02")),
            ("destination.mac", json!("aa:bb:cc:dd:ee:01")),
            ("destination.port", json!(22)),
            ("network.transport", json!("tcp")),
            ("network.bytes", json!(60)),
            ("observer.ingress.interface.name", json!("eth0")),
            ("observer.egress", json!(null)),
            ("log.syslog.hostname", json!("fw")),
        ],
    );
    holds(
        "iptables",
        lines[1],
        &[
            ("@timestamp", json!("2023-03-07T09:38:03.123456Z")),
            ("rule.name", json!("IPT-DROP")),
            ("aidos.icmp.type", json!(8)),
        ],
    );
    holds(
        "iptables",
        lines[2],
        &[
            ("aidos.defects", json!(["bad_mac", "bad_port"])),
            ("source.ip", json!("2001:db8::7")),
            ("network.bytes", json!(72)),
        ],
    );
    holds(
        "iptables",
        lines[3],
        &[
            ("aidos.defects", json!(["bad_ip"])),
            ("source.ip", json!(null)),
            ("source.port", json!(1)),
            ("@timestamp", json!(null)),
        ],
    );
}

#[test]
fn cisco_directions_and_translations() {
    let built = |way: &str, first: &str, second: &str| {
        format!(
            "Mar  7 10:38:03 fw %ASA-6-302013: Built {way} TCP connection 1 for outside:{first} to inside:{second}"
        )
    };
    holds(
        "cisco-asa",
        &built(
            "inbound",
            "198.51.100.7/5 (198.51.100.7/5)",
            "10.0.0.5/80 (192.0.2.10/8080)",
        ),
        &[
            ("source.ip", json!("198.51.100.7")),
            ("source.nat", json!(null)),
            ("destination.ip", json!("10.0.0.5")),
            ("destination.nat.ip", json!("192.0.2.10")),
            ("destination.nat.port", json!(8080)),
        ],
    );
    holds(
        "cisco-asa",
        &built(
            "outbound",
            "198.51.100.7/443 (198.51.100.7/443)",
            "10.0.0.9/51 (192.0.2.10/33)",
        ),
        &[
            ("source.ip", json!("10.0.0.9")),
            ("source.nat.ip", json!("192.0.2.10")),
            ("destination.ip", json!("198.51.100.7")),
            ("destination.port", json!(443)),
            ("observer.ingress.interface.name", json!("inside")),
        ],
    );
    holds(
        "cisco-asa",
        "Mar  7 2023 10:38:03 fw : %ASA-4-106023: Deny icmp src outside:198.51.100.7(LOCAL\\maria) dst inside:192.0.2.10 (type 8, code 0) by access-group \"in\" [0x0, 0x0]",
        &[
            ("aidos.icmp.type", json!(8)),
            ("rule.name", json!("in")),
            ("event.outcome", json!("failure")),
        ],
    );
    holds(
        "cisco-asa",
        "Mar  7 10:38:03 fw %ASA-4-999999: Something new about 192.0.2.1",
        &[
            ("event.code", json!("999999")),
            ("event.severity", json!(4)),
            ("source", json!(null)),
        ],
    );
}

#[test]
fn cef_escapes_and_words() {
    let line = SAMPLES
        .iter()
        .find(|(name, _)| *name == "cef")
        .map(|(_, line)| *line)
        .unwrap();
    holds(
        "cef",
        line,
        &[
            ("observer.vendor", json!("Example | Co")),
            ("rule.name", json!("blocked \\ port scan")),
            ("event.reason", json!("a long text, with a=b")),
            ("url.original", json!("http://www.example.org/?q=1")),
            ("event.severity", json!(8)),
            ("user.name", json!("maria")),
        ],
    );
}

#[test]
fn honeypot_proxies_name_a_domain() {
    let line = |dst: &str| {
        format!(
            r#"{{"eventid":"cowrie.direct-tcpip.request","dst_ip":"{dst}","src_ip":"198.51.100.7","timestamp":"2023-03-07T10:38:03Z"}}"#
        )
    };
    holds(
        "cowrie",
        &line("www.example.org"),
        &[
            ("destination.domain", json!("www.example.org")),
            ("aidos.defects", json!(null)),
        ],
    );
    holds(
        "cowrie",
        &line("192.0.2.1"),
        &[("destination.ip", json!("192.0.2.1"))],
    );
}

#[test]
fn damaged_json_is_refused() {
    let suricata = provider("suricata");
    assert_eq!(read(suricata, &[], "{\"event_type\":"), ["reject bad_json"]);
    assert_eq!(read(suricata, &[], "{\"a\":1}"), ["reject unknown_shape"]);
    assert_eq!(read(suricata, &[], "[1]"), ["reject unknown_shape"]);
    let stats = r#"{"timestamp":"2023-03-07T10:38:03Z","event_type":"stats","stats":{"uptime":1}}"#;
    assert_eq!(read(suricata, &[], stats), ["skip"]);
    let doubled = r#"{"timestamp":"2023-03-07T10:38:03Z","event_type":"x","src_ip":"192.0.2.1","src_ip":"192.0.2.2"}"#;
    holds(
        "suricata",
        doubled,
        &[
            ("source.ip", json!("192.0.2.2")),
            ("aidos.defects", json!(["duplicate_key"])),
        ],
    );
}

#[test]
fn the_order_of_zeeks_fields_line_goes_before_the_usual_one() {
    let zeek = provider("zeek-conn");
    let header = ["uid", "ts", "id.resp_h", "id.orig_h", "conn_state", "proto"];
    let line = "CHhAvVGS1DHFjwGM9\t1678185483.5\t192.0.2.10\t198.51.100.7\tS0\tudp";
    let found = read(zeek, &header, line);
    let entry: Value = serde_json::from_str(&found[0]).unwrap();
    assert_eq!(entry["source"]["ip"], "198.51.100.7");
    assert_eq!(entry["@timestamp"], "2023-03-07T10:38:03.5Z");
    reads_again(zeek, &header, line);
    assert_eq!(read(zeek, &[], "#fields\tts\tuid"), ["skip"]);
    assert_eq!(read(zeek, &[], "ts\tuid\tid.orig_h"), ["skip"]);
    assert_eq!(read(zeek, &[], "a\tb"), ["reject unknown_shape"]);
}

/// The score of every shipped mapping for lines of one log.
fn scores(lines: &[&str], shape: Shape<'_>) -> Vec<(String, f64)> {
    let rows: Vec<Row<'_, '_>> = lines
        .iter()
        .map(|text| Row {
            line: 1,
            text,
            shape,
        })
        .collect();
    let sample = Sample {
        name: "a.log",
        rows: &rows,
        header: &[],
    };
    all()
        .iter()
        .map(|provider| {
            let score = provider.score(&sample);
            assert!(!score.why.is_empty());
            (provider.name().to_owned(), score.value)
        })
        .collect()
}

#[test]
fn logs_of_other_providers_score_nothing() {
    let routeros = [
        "Mar/07/2023 10:38:03 firewall,info forward: in:ether1 out:bridge, proto TCP (SYN), 198.51.100.7:5->192.0.2.6:10, len 60",
        "mar/07 10:38:03 firewall,info input: in:ether1 out:(unknown 0), connection-state:new src-mac aa:bb:cc:dd:ee:ff, proto UDP, 198.51.100.7:53->192.0.2.6:53, len 60",
        "Mar  7 10:38:03 gw system,error,critical login failure for user admin from 198.51.100.7 via ssh",
        "<134>Mar  7 10:38:03 gw forward: in:ether1 out:bridge, proto TCP (SYN), 198.51.100.7:5->192.0.2.6:10, len 60",
    ];
    let mail = [
        "a@example.org;b@example.net",
        "from,to",
        "<a@example.org>,b@example.net,2023-03-07",
    ];
    let attack = [
        r#"{"timestamp":"2023-03-07T10:38:03Z","src_ip":"198.51.100.7","dst_ip":"192.0.2.1","attack_type":"sql injection","payload":"' or 1=1"}"#,
    ];
    let none = [
        scores(&routeros, Shape::Line),
        scores(&mail, Shape::Line),
        scores(&attack, Shape::Json { complete: true }),
        scores(&attack, Shape::Line),
    ];
    for (name, value) in none.into_iter().flatten() {
        assert!(value.abs() < f64::EPSILON, "{name} {value}");
    }
    let cells = [
        Cow::Borrowed("a@example.org"),
        Cow::Borrowed("b@example.net"),
    ];
    for (name, value) in scores(
        &["a@example.org,b@example.net"],
        Shape::Cells {
            cells: &cells,
            repaired: false,
        },
    ) {
        assert!(value.abs() < f64::EPSILON, "{name} {value}");
    }
}

#[test]
fn each_mapping_bids_most_for_its_own_samples() {
    for provider in all() {
        let lines: Vec<&str> = SAMPLES
            .iter()
            .filter(|(name, _)| *name == provider.name())
            .map(|(_, line)| *line)
            .collect();
        let mut bids = scores(&lines, Shape::Line);
        bids.sort_by(|a, b| b.1.total_cmp(&a.1));
        assert_eq!(bids[0].0, provider.name());
        assert!(bids[0].1 > 0.7, "{bids:?}");
        assert!(bids[1].1 < 0.5, "{bids:?}");
    }
}

#[test]
fn every_message_reads_again() {
    for (name, line) in SAMPLES {
        reads_again(provider(name), &[], line);
    }
}

/// Stamps of every form, in place of that of the samples.
const STAMPS: &[&str] = &[
    "Mar  7 10:38:03",
    "2023-03-07T10:38:03.25+01:00",
    "2023-03-07 10:38:03",
    "Mar 07 2023 10:38:03",
    "10:38:03",
    "feb/30/2023 10:38:03",
    "1678185483.5",
    "Feb 29 10:38:03",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]
    /// Whatever is done to a line: it is an entry, a reject or skipped, and an entry reads again.
    #[test]
    fn damaged_lines_read_again(
        sample in 0..SAMPLES.len(),
        stamp in 0..STAMPS.len(),
        edits in proptest::collection::vec((any::<prop::sample::Index>(), "[0-9a-zA-Z:/<>()\\[\\]{}=|,;\"\\\\ \t\u{1b}\0é.%-]{0,2}", 0usize..4), 0..4),
    ) {
        let (name, line) = SAMPLES[sample];
        let mut line = line.replacen("Mar  7 10:38:03", STAMPS[stamp], 1);
        for (at, text, drop) in edits {
            let chars: Vec<char> = line.chars().collect();
            let at = at.index(chars.len() + 1);
            let rest = chars.iter().skip(at + drop);
            line = chars.iter().take(at).copied().chain(text.chars()).chain(rest.copied()).collect();
        }
        reads_again(provider(name), &[], &line);
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,80}|[ -~]{0,80}") {
        for provider in all() {
            reads_again(provider, &[], &text);
        }
    }
}

#[test]
fn a_row_of_a_mapping_is_never_taken_for_another_s_before_it_is_compiled() {
    let providers = shipped();
    for (name, line) in SAMPLES {
        let own = providers.iter().find(|own| own.name() == *name).unwrap();
        let shape = match own.mapped().unwrap().mapping().format() {
            Format::Json => Shape::Json { complete: true },
            _ => Shape::Line,
        };
        let row = Row {
            line: 1,
            text: line,
            shape,
        };
        assert!(own.may_be(&row), "{name}: {line}");
    }
}
