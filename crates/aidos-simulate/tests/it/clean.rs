//! Lines without dirt say what their truth says, by naive readers.

use serde_json::Value;

use crate::{Made, made};

/// Lines and truths of a file where there is no dirt.
fn pairs<'a>(made: &'a Made, name: &str) -> Vec<(&'a str, Value)> {
    let truths = made.text("truth.jsonl").lines().filter_map(|line| {
        let truth: Value = serde_json::from_str(line).expect("JSON");
        (truth["file"] == name).then_some(truth)
    });
    made.lines(name)
        .into_iter()
        .zip(truths)
        .filter(|(_, truth)| truth["fate"] == "entry")
        .map(|(line, truth)| (line, truth["entries"][0].clone()))
        .collect()
}

fn end(side: &Value) -> String {
    let ip = side["ip"].as_str().expect("an address");
    match side["port"].as_u64() {
        Some(port) if ip.contains(':') => format!("[{ip}]:{port}"),
        Some(port) => format!("{ip}:{port}"),
        None => ip.to_owned(),
    }
}

#[test]
fn nothing_but_clean_lines_without_dirt() {
    let made = made(31, 1 << 20, 0.0);
    for file in &made.summary.files {
        assert_eq!(
            (
                file.dirty,
                file.duplicates,
                file.rejects,
                file.beyond_repair
            ),
            (0, 0, 0, 0)
        );
        assert_eq!(file.skipped, u64::from(file.file == "dpc.csv"));
    }
}

#[test]
fn firewall_lines_are_as_long_as_real_ones_and_true() {
    let made = made(32, 4 << 20, 0.0);
    let lines = pairs(&made, "8bells.log");
    let mean = made.summary.files[0].bytes / made.summary.files[0].lines;
    assert!((178..=194).contains(&mean), "{mean} bytes a line");
    let (mut nat, mut v6, mut logins) = (0, 0, 0);
    for (line, entry) in lines {
        let routeros = &entry["aidos"]["routeros"];
        if entry["event"]["category"][0] == "authentication" {
            logins += 1;
            let action = entry["event"]["action"].as_str().expect("a word");
            let tail = format!(
                "login failure for user {} from {} via {}",
                entry["user"]["name"].as_str().expect("a word"),
                end(&entry["source"]),
                action.strip_prefix("login-failure-").expect("its begin")
            );
            assert!(line.ends_with(&tail), "{line}");
            continue;
        }
        let (source, destination) = (end(&entry["source"]), end(&entry["destination"]));
        let (head, tail) = line.split_once("proto ").map_or_else(
            || panic!("{line}"),
            |(head, tail)| match tail.rsplit_once("proto ") {
                // The prefix may imitate the field.
                Some((more, tail)) => (format!("{head}proto {more}"), tail),
                None => (head.to_owned(), tail),
            },
        );
        assert!(
            tail.contains(&format!(", {source}->{destination}, ")),
            "{line}"
        );
        assert!(
            tail.ends_with(&format!(", len {}", entry["network"]["bytes"])),
            "{line}"
        );
        let transport = entry["network"]["transport"].as_str().expect("a word");
        assert!(tail.starts_with(&transport.to_uppercase()), "{line}");
        let chain = routeros["chain"].as_str().expect("a word");
        assert!(head.contains(&format!(" {chain}: in:")), "{line}");
        for (key, before) in [
            ("state", "connection-state:"),
            ("mark", "connection-mark:"),
            ("prefix", " "),
        ] {
            if let Some(value) = routeros[key].as_str() {
                assert!(
                    head.contains(&format!("{before}{value} ")),
                    "{key} of {line}"
                );
            }
        }
        if let Some(mac) = entry["source"]["mac"].as_str() {
            assert!(head.ends_with(&format!("src-mac {mac}, ")), "{line}");
        }
        for (side, word) in [("ingress", "in:"), ("egress", "out:")] {
            match entry["observer"][side]["interface"]["name"].as_str() {
                Some(name) => assert!(head.contains(&format!("{word}{name}")), "{line}"),
                None => assert!(
                    head.contains(&format!("{word}(unknown 0)"))
                        || head.contains(&format!("{word}(none)")),
                    "{line}"
                ),
            }
        }
        v6 += u32::from(source.contains("::") || source.starts_with('['));
        let translated: Vec<&Value> = [&entry["source"]["nat"], &entry["destination"]["nat"]]
            .into_iter()
            .filter(|side| side.is_object())
            .collect();
        assert_eq!(
            translated.len(),
            usize::from(tail.contains("NAT ")),
            "{line}"
        );
        for side in translated {
            nat += 1;
            let pair = tail
                .split(['(', ')'])
                .rfind(|part| part.contains(&end(side)));
            assert!(pair.is_some(), "{line}");
            assert!(end(side) != source && end(side) != destination, "{line}");
        }
    }
    assert!(
        nat > 300 && v6 > 400 && logins > 300,
        "{nat} NAT, {v6} IPv6, {logins} log-ins"
    );
}

#[test]
fn mail_rows_are_true() {
    let made = made(33, 2 << 20, 0.0);
    for (line, entry) in pairs(&made, "dpc.csv") {
        let mut cells = line.split(',');
        let stamp = cells.next().expect("a stamp").replace(' ', "T") + "Z";
        assert_eq!(entry["@timestamp"], stamp);
        let addresses: Vec<&str> = cells.collect();
        assert_eq!(
            entry["aidos"]["email_addresses"],
            serde_json::json!(addresses)
        );
    }
}

#[test]
fn sensor_events_are_json_and_true() {
    let made = made(34, 2 << 20, 0.0);
    let mut keys = std::collections::BTreeSet::new();
    for (line, entry) in pairs(&made, "exus.json") {
        let event: Value = serde_json::from_str(line).expect("JSON");
        let object = event.as_object().expect("an object");
        keys.extend(object.keys().cloned());
        let of = |names: &[&str], inner: [&str; 2]| -> Value {
            let found = names.iter().find_map(|name| object.get(*name));
            let value = found.unwrap_or(&event[inner[0]][inner[1]]).clone();
            if value == "" || value == "-" {
                Value::Null
            } else {
                value
            }
        };
        let number = |value: Value| match value {
            Value::String(text) => text.parse::<u64>().ok().map_or(Value::Null, Value::from),
            other => other,
        };
        let source = of(
            &["src_ip", "source_ip", "sourceIp", "source.ip"],
            ["source", "ip"],
        );
        assert_eq!(entry["source"]["ip"], source, "{line}");
        let port = of(
            &[
                "dst_port",
                "destination_port",
                "destinationPort",
                "destination.port",
            ],
            ["destination", "port"],
        );
        assert_eq!(entry["destination"]["port"], number(port), "{line}");
        assert_eq!(
            entry["aidos"]["exus"]["payload"],
            of(&["payload"], ["", ""]),
            "{line}"
        );
        let user = of(&["user", "username", "user.name"], ["", ""]);
        assert_eq!(entry["user"]["name"], user, "{line}");
        let severity = of(&["severity"], ["", ""]);
        assert_eq!(entry["event"]["severity"], severity, "{line}");
        let mac = of(&["src_mac", "source_mac", "source.mac"], ["source", "mac"]);
        let digits = |value: &Value| -> String {
            let text = value.as_str().unwrap_or_default().to_lowercase();
            text.chars().filter(char::is_ascii_hexdigit).collect()
        };
        assert_eq!(digits(&entry["source"]["mac"]), digits(&mac), "{line}");
        let time = of(&["timestamp", "@timestamp", "time", "ts"], ["", ""]);
        let day = &entry["@timestamp"].as_str().expect("a time")[..10];
        if let Some(text) = time.as_str().filter(|text| text.ends_with('Z')) {
            assert_eq!(&text[..10], day);
        } else if let Some(mut unix) = number(time).as_u64() {
            while unix > 10_000_000_000 {
                unix /= 1_000;
            }
            let date = 1 + (unix - 1_677_628_800) / 86_400;
            assert_eq!(format!("2023-03-{date:02}"), day, "{line}");
        }
    }
    for key in [
        "timestamp",
        "@timestamp",
        "time",
        "ts",
        "source",
        "source.ip",
        "sourceIp",
    ] {
        assert!(keys.contains(key), "no version writes {key}");
    }
}
