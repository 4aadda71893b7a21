use std::collections::BTreeSet;
use std::net::IpAddr;

use proptest::prelude::*;

use super::*;

fn threat(kind: Kind, value: &str) -> Threat {
    Threat {
        kind,
        value: value.into(),
        last: Some("2026-03-07T10:38:03Z".into()),
    }
}

fn all() -> Vec<Threat> {
    let mut threats = vec![
        threat(Kind::Ipv4, "198.51.100.7"),
        threat(Kind::Ipv6, "2001:db8::1"),
        threat(Kind::Cidr, "203.0.113.0/24"),
        threat(Kind::Domain, "evil.example"),
        threat(Kind::Url, "http://evil.example:8080/a;b?c=\"d'*|e"),
        threat(Kind::Email, "mallory@evil.example"),
        threat(Kind::Ipv4, "192.168.1.1"),
    ];
    assert_eq!(fit(&mut threats), 1);
    threats
}

const HEAD: Head<'_> = Head {
    of: "march\n'\"; drop",
    tlp: Some("TLP:AMBER+STRICT"),
};

/// A rule of Suricata, taken apart as the engine does: head, then options up to `;` that is not escaped.
fn parse_rule(line: &str) -> (Vec<&str>, Vec<(String, String)>) {
    let (head, body) = line.split_once(" (").expect("a head");
    let body = body.strip_suffix(')').expect("an end");
    let head: Vec<&str> = head.split(' ').collect();
    assert_eq!(head.len(), 7, "{line}");
    assert!(matches!(head[4], "->" | "<>"), "{line}");
    let mut options = Vec::new();
    let mut option = String::new();
    let (mut quoted, mut escaped) = (false, false);
    for sign in body.chars() {
        match sign {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            ';' if !quoted => {
                let (name, value) = option.split_once(':').unwrap_or((&option, ""));
                options.push((name.trim().to_owned(), value.to_owned()));
                option.clear();
                continue;
            }
            ';' => panic!("a bare `;` in quotes: {line}"),
            _ => {}
        }
        option.push(sign);
    }
    assert!(option.trim().is_empty() && !quoted, "{line}");
    (head, options)
}

fn bytes_of(content: &str) -> Vec<u8> {
    let content = content.trim_matches('"');
    let mut out = Vec::new();
    for (number, part) in content.split('|').enumerate() {
        if number % 2 == 0 {
            out.extend_from_slice(part.as_bytes());
        } else {
            out.extend(
                part.split(' ')
                    .map(|pair| u8::from_str_radix(pair, 16).expect("hex")),
            );
        }
    }
    out
}

#[test]
fn suricata_rules_parse_and_say_what_was_meant() {
    let written = suricata(&all(), &HEAD, 1_000_000).unwrap();
    assert_eq!((written.values, written.skipped), (5, 1));
    let mut sids = BTreeSet::new();
    let mut contents = Vec::new();
    let mut lines = written.text.lines();
    assert!(
        lines
            .next()
            .unwrap()
            .starts_with("# Suricata rules of march ")
    );
    for line in lines {
        let (head, options) = parse_rule(line);
        assert_eq!(head[0], "alert");
        assert!(["ip", "dns", "tls", "http"].contains(&head[1]), "{line}");
        assert_eq!(options[0].0, "msg");
        let sid = options
            .iter()
            .find(|(name, _)| name == "sid")
            .expect("a sid");
        assert!(sids.insert(sid.1.parse::<u32>().unwrap()), "{line}");
        for (name, value) in &options {
            let known = [
                "msg",
                "sid",
                "rev",
                "classtype",
                "metadata",
                "content",
                "dotprefix",
                "endswith",
                "startswith",
                "nocase",
                "bsize",
                "dns.query",
                "tls.sni",
                "http.host",
                "http.uri.raw",
            ];
            assert!(known.contains(&name.as_str()), "{name} in {line}");
            if name == "content" {
                contents.push(String::from_utf8(bytes_of(value)).unwrap());
            }
        }
        // The host of a request is in lower case and takes no `nocase`.
        let host = options.iter().position(|(name, _)| name == "http.host");
        assert!(
            host.is_none() || !options.iter().any(|(name, _)| name == "nocase"),
            "{line}"
        );
    }
    assert_eq!(sids.first().copied(), Some(1_000_000));
    assert_eq!(sids.len(), 7);
    assert!(contents.contains(&".evil.example".to_owned()));
    assert!(
        contents.contains(&"/a;b?c=\"d'*|e".to_owned()),
        "{contents:?}"
    );
}

#[test]
fn sids_end_somewhere() {
    let error = suricata(&all(), &HEAD, u32::MAX).unwrap_err();
    assert!(error.to_string().contains("--sid"), "{error}");
}

#[test]
fn sigma_documents_are_flat_yaml_with_what_the_specification_wants() {
    let written = sigma(&all(), &HEAD);
    assert_eq!((written.values, written.skipped), (5, 1));
    let documents: Vec<&str> = written.text.split("---\n").skip(1).collect();
    assert_eq!(documents.len(), 5);
    let mut ids = BTreeSet::new();
    for document in documents {
        let mut keys = Vec::new();
        for line in document.lines() {
            let indent = line.len() - line.trim_start().len();
            assert_eq!(indent % 4, 0, "{line}");
            let item = line.trim_start().strip_prefix("- ");
            let scalar = if let Some(item) = item {
                item
            } else {
                let (key, value) = line.split_once(':').expect("a key");
                if indent == 0 {
                    keys.push(key);
                }
                value.trim_start()
            };
            if let Some(rest) = scalar.strip_prefix('\'') {
                let inner = rest.strip_suffix('\'').expect("an end");
                assert!(!inner.replace("''", "").contains('\''), "{line}");
            } else {
                let plain = |sign: char| sign.is_ascii_alphanumeric() || " -_,*".contains(sign);
                assert!(scalar.chars().all(plain), "{line}");
            }
        }
        for key in ["title", "id", "status", "logsource", "detection", "level"] {
            assert!(keys.contains(&key), "{key}");
        }
        let id = document
            .lines()
            .find_map(|line| line.strip_prefix("id: "))
            .unwrap();
        assert!(ids.insert(id));
        assert!(document.contains("condition: 1 of selection_*"));
        assert!(document.contains("'tlp.amber-strict'"));
        assert!(document.contains("date: '2026-03-07'"));
    }
    assert_eq!(written, sigma(&all(), &HEAD));
    assert!(
        written
            .text
            .contains(r#"- 'http://evil.example:8080/a;b\?c="d''\*|e'"#),
        "{}",
        written.text
    );
}

#[test]
fn hosts_hold_names_alone() {
    let written = hosts(&all(), &HEAD);
    assert_eq!((written.values, written.skipped), (2, 4));
    let lines: Vec<&str> = written.text.lines().skip(1).collect();
    assert_eq!(lines, ["0.0.0.0 evil.example"]);
}

#[test]
fn a_blocklist_has_a_value_a_line() {
    let written = blocklist(&all(), &HEAD, false);
    let lines: Vec<&str> = written.text.lines().collect();
    assert_eq!(lines[0], "# blocklist of march '\"; drop, TLP:AMBER+STRICT");
    assert_eq!(
        &lines[1..4],
        ["198.51.100.7", "2001:db8::1", "203.0.113.0/24"]
    );
    assert_eq!(lines.len(), 7);
}

#[test]
fn the_last_day_of_a_value_stays() {
    let mut threats = vec![
        threat(Kind::Ipv4, "198.51.100.7"),
        threat(Kind::Ipv4, "198.51.100.7"),
    ];
    threats[1].last = Some("2026-04-01T00:00:00Z".into());
    fit(&mut threats);
    assert_eq!(threats[0].last.as_deref(), Some("2026-04-01T00:00:00Z"));
}

fn holds(networks: &[String], ip: IpAddr) -> bool {
    networks
        .iter()
        .any(|network| match network.split_once('/') {
            None => network.parse() == Ok(ip),
            Some((_, bits)) => {
                crate::indicator::network_of(ip, bits.parse().unwrap()).as_deref()
                    == Some(network.as_str())
            }
        })
}

proptest! {
    #[test]
    fn collapsed_networks_hold_the_same_addresses(last in proptest::collection::btree_set(0u8..64, 0..64), bits in 26u32..=32, at in 0u8..64) {
        let mut values: Vec<String> = last.iter().map(|last| format!("198.51.100.{last}")).collect();
        values.push(format!("198.51.100.{at}/{bits}"));
        let out = collapsed(values.iter().map(String::as_str));
        for last in 0..=255u8 {
            let ip = IpAddr::from([198, 51, 100, last]);
            prop_assert_eq!(holds(&values_masked(&values), ip), holds(&out, ip), "{}", ip);
        }
        prop_assert_eq!(collapsed(out.iter().map(String::as_str)), out);
    }

    #[test]
    fn contents_read_back(text in "\\PC{0,40}") {
        prop_assert_eq!(bytes_of(&format!("\"{}\"", super::suricata::content(&text))), text.into_bytes());
    }
}

fn values_masked(values: &[String]) -> Vec<String> {
    values
        .iter()
        .map(|value| match value.split_once('/') {
            Some((ip, bits)) => {
                crate::indicator::network_of(ip.parse().unwrap(), bits.parse().unwrap()).unwrap()
            }
            None => value.clone(),
        })
        .collect()
}
