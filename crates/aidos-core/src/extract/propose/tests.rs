//! Proposals for made-up logs: they parse, and read the sample they were made from.

use std::borrow::Cow;

use bumpalo::Bump;
use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::clean::zone::Zone;
use crate::extract::mapped::{Format, Mapped};
use crate::extract::{Context, Item, NatRule, Provider, Row, Shape, Sink};

/// The entries that a proposal makes of rows; every row must be an entry.
fn entries(proposal: &Proposal, rows: &[(&str, Option<Vec<&str>>)], header: &[&str]) -> Vec<Value> {
    let mapping =
        Mapping::parse(&proposal.toml).unwrap_or_else(|error| panic!("{error}\n{}", proposal.toml));
    let is_json = mapping.format() == Format::Json;
    let provider = Mapped::new(mapping);
    let arena = Bump::new();
    let mut sink = Sink::new(&arena);
    let zone = Zone::UTC;
    let context = Context {
        provider: "x",
        path: "",
        zone: &zone,
        header,
        nat: NatRule::default(),
    };
    for (text, cells) in rows {
        let cells: Option<Vec<Cow<'_, str>>> = cells
            .as_ref()
            .map(|cells| cells.iter().map(|cell| Cow::Borrowed(*cell)).collect());
        let shape = match &cells {
            Some(cells) => Shape::Cells {
                cells,
                repaired: false,
            },
            None if is_json => Shape::Json { complete: true },
            None => Shape::Line,
        };
        provider.extract(
            Row {
                line: 1,
                text,
                shape,
            },
            &context,
            &mut sink,
        );
    }
    let mut entries = Vec::new();
    for (index, item) in sink.items.iter().enumerate() {
        match item {
            Item::Entry(draft) => {
                let mut draft = *draft;
                draft.settle(Some(2023), &Zone::UTC);
                let mut out = Vec::new();
                draft.event.write_json(&mut out);
                entries.push(serde_json::from_slice(&out).unwrap());
            }
            Item::Skip => {}
            Item::Reject { reason, .. } => panic!("row {index} {reason}\n{}", proposal.toml),
        }
    }
    entries
}

fn of_lines(lines: &[&str]) -> (Proposal, Vec<Value>) {
    let proposal = propose(Evidence::Lines(lines), "My log").unwrap();
    let rows: Vec<_> = lines.iter().map(|line| (*line, None)).collect();
    let entries = entries(&proposal, &rows, &[]);
    (proposal, entries)
}

fn at<'v>(entry: &'v Value, path: &str) -> &'v Value {
    path.split('.')
        .fold(entry, |at, key| at.get(key).unwrap_or(&Value::Null))
}

fn check(entries: &[Value], wanted: &[(usize, &str, Value)], proposal: &Proposal) {
    for (index, path, value) in wanted {
        assert_eq!(
            at(&entries[*index], path),
            value,
            "{path} of {index}\n{}",
            proposal.toml
        );
    }
}

#[test]
fn free_text() {
    let lines = [
        "2023-03-07 10:38:03 gate1: user maria logged in from 192.0.2.1 port 5123",
        "2023-03-07 10:38:09 gate1: user jan logged in from 192.0.2.7 port 40123",
        "2023-03-07 10:39:00 gate2: user eva logged in from 2001:db8::7 port 22",
        "2023-03-07 10:40:00 denied TCP 198.51.100.7:443 -> 192.0.2.10:51000 (1420 bytes)",
        "2023-03-07 10:40:01 denied UDP 198.51.100.8:53 -> 192.0.2.10:51001 (90 bytes)",
        "2023-03-07 10:40:02 restarted",
    ];
    let (proposal, entries) = of_lines(&lines);
    assert_eq!(entries.len(), lines.len());
    check(
        &entries,
        &[
            (0, "@timestamp", "2023-03-07T10:38:03Z".into()),
            (0, "user.name", "maria".into()),
            (1, "source.ip", "192.0.2.7".into()),
            (1, "source.port", 40123.into()),
            (2, "source.ip", "2001:db8::7".into()),
            (3, "network.transport", "tcp".into()),
            (3, "source.ip", "198.51.100.7".into()),
            (3, "source.port", 443.into()),
            (3, "destination.ip", "192.0.2.10".into()),
            (4, "destination.port", 51001.into()),
            (3, "network.bytes", 1420.into()),
        ],
        &proposal,
    );
    // Values of fields are nowhere in the file.
    for value in ["maria", "198.51.100", "40123"] {
        assert!(!proposal.toml.contains(value), "{}", proposal.toml);
    }
    assert!(proposal.why.len() >= 4, "{:?}", proposal.why);
}

#[test]
fn syslog_with_another_program() {
    let lines = [
        "Mar  7 10:38:03 vpn openvpnd[77]: peer 198.51.100.7:1194 authenticated as 'maria' mac aa:bb:cc:dd:ee:ff",
        "Mar  7 10:38:04 vpn openvpnd[77]: peer 198.51.100.9:1195 authenticated as 'jan' mac aa:bb:cc:dd:ee:fe",
    ];
    let (proposal, entries) = of_lines(&lines);
    check(
        &entries,
        &[
            (0, "@timestamp", "2023-03-07T10:38:03Z".into()),
            (0, "log.syslog.hostname", "vpn".into()),
            (1, "source.ip", "198.51.100.9".into()),
            (1, "source.port", 1195.into()),
            (1, "source.mac", "aa:bb:cc:dd:ee:fe".into()),
        ],
        &proposal,
    );
    assert!(proposal.toml.contains("program = [\"openvpnd\"]"));
}

#[test]
fn keys_and_values() {
    let lines = [
        "# made by gate",
        "date=2023-03-07 time=10:38:03 devname=\"gw 1\" srcip=198.51.100.7 srcport=5 dstip=192.0.2.1 dstport=22 proto=6 action=deny user=\"maria\" sentbyte=90",
        "date=2023-03-07 time=10:38:04 devname=\"gw 1\" srcip=198.51.100.8 srcport=6 dstip=192.0.2.1 dstport=22 proto=6 action=accept sentbyte=91 extra=x",
    ];
    let (proposal, entries) = of_lines(&lines);
    assert_eq!(entries.len(), 2);
    check(
        &entries,
        &[
            (0, "@timestamp", "2023-03-07T10:38:03Z".into()),
            (0, "source.ip", "198.51.100.7".into()),
            (1, "destination.port", 22.into()),
            (1, "event.action", "accept".into()),
            (0, "user.name", "maria".into()),
            (0, "aidos.my_log.sentbyte", 90.into()),
        ],
        &proposal,
    );
}

#[test]
fn keys_and_values_after_a_stamp() {
    let lines = [
        "07.03.2023 10:38:03 gate | src=198.51.100.7|dst=192.0.2.1|msg=two words|mail=a@example.org",
        "27.03.2023 10:38:04 gate | src=198.51.100.8|dst=192.0.2.1|msg=other words|mail=b@example.org",
    ];
    let (proposal, entries) = of_lines(&lines);
    check(
        &entries,
        &[
            (0, "@timestamp", "2023-03-07T10:38:03Z".into()),
            (1, "source.ip", "198.51.100.8".into()),
            (0, "event.reason", "two words".into()),
            (
                1,
                "aidos.email_addresses",
                serde_json::json!(["b@example.org"]),
            ),
        ],
        &proposal,
    );
}

#[test]
fn separated_values_without_and_with_names() {
    let lines = [
        "2023-03-07 10:38:03|198.51.100.7|443|192.0.2.1|blocked",
        "2023-03-07 10:38:04|198.51.100.8|80|192.0.2.1|passed",
    ];
    let (proposal, entries) = of_lines(&lines);
    check(
        &entries,
        &[
            (0, "@timestamp", "2023-03-07T10:38:03Z".into()),
            (1, "source.ip", "198.51.100.8".into()),
            (1, "destination.ip", "192.0.2.1".into()),
            (0, "aidos.my_log.column_5", "blocked".into()),
        ],
        &proposal,
    );
    let lines = [
        "when;dest ip;src ip;dst port;verdict",
        "7/3/2023 10:38;192.0.2.1;198.51.100.7;22;drop",
        "27/3/2023 10:39;192.0.2.1;198.51.100.8;23;drop",
    ];
    let (proposal, entries) = of_lines(&lines);
    assert_eq!(entries.len(), 2, "{}", proposal.toml);
    check(
        &entries,
        &[
            (0, "@timestamp", "2023-03-07T10:38:00Z".into()),
            (1, "source.ip", "198.51.100.8".into()),
            (0, "destination.port", 22.into()),
            (0, "event.action", "drop".into()),
        ],
        &proposal,
    );
}

#[test]
fn cells() {
    let header = ["Time", "Attacker IP", "Target", "Login Name", "Tries"];
    let rows = [
        vec![
            "2023-03-07T10:38:03Z",
            "198.51.100.7",
            "192.0.2.1",
            "root",
            "5",
        ],
        vec!["2023-03-07T10:39:03Z", "198.51.100.8", "192.0.2.2", "", "6"],
    ];
    let proposal = propose(
        Evidence::Cells {
            header: &header,
            rows: &rows,
        },
        "tries",
    )
    .unwrap();
    let texts: Vec<String> = rows.iter().map(|row| row.join(",")).collect();
    let rows: Vec<_> = texts
        .iter()
        .zip(&rows)
        .map(|(text, row)| (text.as_str(), Some(row.clone())))
        .collect();
    let entries = entries(&proposal, &rows, &header);
    check(
        &entries,
        &[
            (0, "@timestamp", "2023-03-07T10:38:03Z".into()),
            (0, "source.ip", "198.51.100.7".into()),
            (1, "destination.ip", "192.0.2.2".into()),
            (0, "user.name", "root".into()),
            (1, "aidos.tries.tries", 6.into()),
        ],
        &proposal,
    );
}

#[test]
fn json_objects() {
    let lines = [
        r#"{"ts":1678185483,"conn":{"client":{"ip":"198.51.100.7","port":5},"server":{"ip":"192.0.2.1","port":22}},"user":"maria","ok":false,"tags":["a"]}"#,
        r#"{"ts":1678185484,"conn":{"client":{"ip":"198.51.100.8","port":6},"server":{"ip":"192.0.2.1","port":22}},"user":null,"ok":true}"#,
    ];
    let (proposal, entries) = of_lines(&lines);
    check(
        &entries,
        &[
            (0, "@timestamp", "2023-03-07T10:38:03Z".into()),
            (0, "source.ip", "198.51.100.7".into()),
            (1, "source.port", 6.into()),
            (1, "destination.port", 22.into()),
            (0, "user.name", "maria".into()),
            (0, "aidos.my_log.ok", false.into()),
        ],
        &proposal,
    );
}

#[test]
fn nothing_comes_of_nothing() {
    assert_eq!(propose(Evidence::Lines(&[]), "x"), None);
    assert_eq!(propose(Evidence::Lines(&["", "# only", "  "]), "x"), None);
    assert_eq!(
        propose(Evidence::Lines(&["just words", "and more words"]), "x"),
        None
    );
    assert_eq!(
        propose(
            Evidence::Cells {
                header: &["a"],
                rows: &[]
            },
            "x"
        ),
        None
    );
    assert_eq!(propose(Evidence::Json(&["{", "[]", "{}"]), "x"), None);
}

proptest! {
    /// Whatever the rows are: a proposal that is made parses, and nothing panics.
    #[test]
    fn proposals_parse(
        lines in proptest::collection::vec("\\PC{0,40}|[a-c=|,:\"{}\\[\\] 0-9.%']{0,40}|[a-z]{1,4}=[0-9.]{1,4} [a-z]{1,3}=.{0,5} c=[\"a-z]{0,3}", 0..5),
        name in "\\PC{0,10}",
    ) {
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let slug = slug(&name);
        if let Some(draft) = from_lines(&lines, &slug) {
            if let Err(error) = Mapping::parse(&draft.toml) {
                panic!("{error}\n{}", draft.toml);
            }
        }
        propose(Evidence::Json(&lines), &name);
        let rows: Vec<Vec<&str>> = lines.iter().map(|line| line.split(',').collect()).collect();
        if let Some(draft) = tables::from_cells(&[], &rows, None, &slug) {
            if let Err(error) = Mapping::parse(&draft.toml) {
                panic!("{error}\n{}", draft.toml);
            }
        }
    }
}
