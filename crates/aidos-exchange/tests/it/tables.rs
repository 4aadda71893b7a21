//! Offline tables: warninglists, places in `MaxMind`'s format, own lists.

use std::fs;
use std::net::Ipv4Addr;

use aidos_exchange::table::{Places, Tables, Warninglists};
use aidos_privacy::gate::Subject;
use serde_json::json;

/// A value of a table in `MaxMind`'s format (specification 2.0, "data section").
enum Field {
    Text(&'static str),
    Number(u32),
    Map(Vec<(&'static str, Field)>),
    List(Vec<Field>),
    Short(u16),
    Long(u64),
}

fn push(out: &mut Vec<u8>, field: &Field) {
    // Types from 8 on stand in the byte behind the control byte; sizes from 29 on behind that.
    let head = |out: &mut Vec<u8>, kind: u8, size: usize| {
        let size = u8::try_from(size).unwrap();
        let (short, more) = if size < 29 {
            (size, None)
        } else {
            (29, Some(size - 29))
        };
        if kind < 8 {
            out.push((kind << 5) | short);
        } else {
            out.extend([short, kind - 7]);
        }
        out.extend(more);
    };
    match field {
        Field::Text(text) => {
            head(out, 2, text.len());
            out.extend_from_slice(text.as_bytes());
        }
        Field::Short(number) => {
            head(out, 5, 2);
            out.extend_from_slice(&number.to_be_bytes());
        }
        Field::Number(number) => {
            head(out, 6, 4);
            out.extend_from_slice(&number.to_be_bytes());
        }
        Field::Long(number) => {
            head(out, 9, 8);
            out.extend_from_slice(&number.to_be_bytes());
        }
        Field::Map(members) => {
            head(out, 7, members.len());
            for (name, value) in members {
                push(out, &Field::Text(name));
                push(out, value);
            }
        }
        Field::List(items) => {
            head(out, 11, items.len());
            for item in items {
                push(out, item);
            }
        }
    }
}

/// Writes a table of IPv4 with records of 24 bits.
fn mmdb(kind: &'static str, rows: &[(Ipv4Addr, u32, Field)]) -> Vec<u8> {
    #[derive(Clone, Copy)]
    enum Record {
        Empty,
        Node(usize),
        Row(usize),
    }
    let mut data = Vec::new();
    let mut nodes = vec![[Record::Empty; 2]];
    for (ip, length, field) in rows {
        let offset = data.len();
        push(&mut data, field);
        let mut node = 0;
        for depth in 0..*length {
            let bit = ((ip.to_bits() >> (31 - depth)) & 1) as usize;
            if depth + 1 == *length {
                nodes[node][bit] = Record::Row(offset);
            } else if let Record::Node(next) = nodes[node][bit] {
                node = next;
            } else {
                nodes.push([Record::Empty; 2]);
                let next = nodes.len() - 1;
                nodes[node][bit] = Record::Node(next);
                node = next;
            }
        }
    }
    let count = nodes.len();
    let mut out = Vec::new();
    for record in nodes.iter().flatten() {
        let number = match record {
            Record::Empty => count,
            Record::Node(number) => *number,
            Record::Row(offset) => count + 16 + offset,
        };
        out.extend_from_slice(&u32::try_from(number).unwrap().to_be_bytes()[1..]);
    }
    out.extend([0; 16]);
    out.extend(data);
    out.extend_from_slice(b"\xab\xcd\xefMaxMind.com");
    push(
        &mut out,
        &Field::Map(vec![
            ("node_count", Field::Number(u32::try_from(count).unwrap())),
            ("record_size", Field::Short(24)),
            ("ip_version", Field::Short(4)),
            ("database_type", Field::Text(kind)),
            ("languages", Field::List(vec![Field::Text("en")])),
            ("binary_format_major_version", Field::Short(2)),
            ("binary_format_minor_version", Field::Short(0)),
            ("build_epoch", Field::Long(1_772_359_200)),
            (
                "description",
                Field::Map(vec![("en", Field::Text("a test"))]),
            ),
        ]),
    );
    out
}

#[test]
fn countries_and_systems_of_addresses_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let country = |code| {
        Field::Map(vec![(
            "country",
            Field::Map(vec![("iso_code", Field::Text(code))]),
        )])
    };
    let countries = mmdb(
        "Test-Country",
        &[
            (Ipv4Addr::new(45, 3, 0, 0), 16, country("GR")),
            (Ipv4Addr::new(45, 4, 1, 0), 24, country("CY")),
        ],
    );
    let system = Field::Map(vec![
        ("autonomous_system_number", Field::Number(64_500)),
        ("autonomous_system_organization", Field::Text("Example Net")),
    ]);
    let flat = Field::Map(vec![
        ("country_code", Field::Text("MT")),
        ("asn", Field::Text("AS64501")),
        ("as_name", Field::Text("Flat")),
    ]);
    let systems = mmdb(
        "Test-ASN",
        &[
            (Ipv4Addr::new(45, 3, 1, 0), 24, system),
            (Ipv4Addr::new(45, 9, 0, 0), 16, flat),
        ],
    );
    let mut tables = Tables::default();
    for (name, bytes) in [("c.mmdb", &countries), ("a.mmdb", &systems)] {
        fs::write(folder.path().join(name), bytes).unwrap();
        tables.mmdb(&folder.path().join(name)).unwrap();
    }
    let known = |value| tables.look(Subject::Ip, value);
    let both = known("45.3.1.7");
    assert_eq!(
        (both.country.as_deref(), both.asn, both.as_name.as_deref()),
        (Some("GR"), Some(64_500), Some("Example Net"))
    );
    assert_eq!(known("::ffff:45.4.1.9").country.as_deref(), Some("CY"));
    let flat = known("45.9.9.9");
    assert_eq!(
        (flat.country.as_deref(), flat.asn),
        (Some("MT"), Some(64_501))
    );
    assert_eq!(known("45.5.1.1").country, None);
    assert_eq!(known("2606:4700::1").country, None);
    // No table, a cut one, none at all.
    for (bytes, says) in [
        (&b"nothing"[..], "MaxMind"),
        (&countries[..countries.len() / 2], "MaxMind"),
    ] {
        let path = folder.path().join("bad.mmdb");
        fs::write(&path, bytes).unwrap();
        assert!(Places::open(&path).unwrap_err().to_string().contains(says));
    }
    assert!(Places::open(&folder.path().join("gone.mmdb")).is_err());
}

#[test]
fn damaged_tables_know_nothing_and_harm_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let row = Field::Map(vec![(
        "country",
        Field::Map(vec![("iso_code", Field::Text("GR"))]),
    )]);
    let good = mmdb("Test", &[(Ipv4Addr::new(45, 3, 0, 0), 16, row)]);
    let path = folder.path().join("x.mmdb");
    for place in 0..good.len() {
        let mut bytes = good.clone();
        bytes[place] ^= 0x5a;
        fs::write(&path, &bytes).unwrap();
        if let Ok(places) = Places::open(&path) {
            places.look("45.3.1.1".parse().unwrap());
        }
    }
}

#[test]
fn warninglists_of_all_types_hold_what_they_name() {
    let folder = tempfile::tempdir().unwrap();
    let lists = [
        json!({"name": "Networks", "type": "cidr", "matching_attributes": ["ip-src", "ip-dst"], "list": ["8.8.8.0/24", "2606:4700::/32", "nonsense"]}),
        json!({"name": "Hosts", "type": "hostname", "matching_attributes": ["domain", "hostname", "email-src"], "list": [".google.gr", "one.one"]}),
        json!({"name": "Texts", "type": "string", "list": ["9.9.9.9", "Known.gr"]}),
        json!({"name": "Parts", "type": "substring", "matching_attributes": ["domain"], "list": ["cloudfront"]}),
        json!({"name": "Patterns", "type": "regex", "matching_attributes": ["domain"], "list": ["/^MAIL[0-9]+\\./i", "(unclosed"]}),
        json!({"name": "Systems", "type": "string", "matching_attributes": ["AS"], "list": ["9.9.9.9"]}),
    ];
    for (number, list) in lists.iter().enumerate() {
        let place = folder.path().join(format!("list-{number}"));
        fs::create_dir(&place).unwrap();
        fs::write(place.join("list.json"), list.to_string()).unwrap();
    }
    fs::write(
        folder.path().join("schema.json"),
        "{\"title\": \"no list\"}",
    )
    .unwrap();
    let (all, notes) = Warninglists::read(folder.path()).unwrap();
    assert_eq!(all.len(), 6);
    assert_eq!(
        notes,
        [
            "warninglist `Networks`: 1 entries are no cidr",
            "warninglist `Patterns`: 1 entries are no regex"
        ]
    );
    for (subject, value, found) in [
        (Subject::Ip, "8.8.8.8", vec!["Networks"]),
        (Subject::Ip, "::ffff:8.8.8.8", vec!["Networks"]),
        (Subject::Ip, "2606:4700::1", vec!["Networks"]),
        (Subject::Ip, "8.8.9.8", vec![]),
        (Subject::Ip, "9.9.9.9", vec!["Texts"]),
        (Subject::Domain, "google.gr", vec!["Hosts"]),
        (Subject::Domain, "mail.GOOGLE.gr", vec!["Hosts"]),
        (Subject::Domain, "notgoogle.gr", vec![]),
        (Subject::Domain, "known.gr", vec!["Texts"]),
        (Subject::Domain, "d1.cloudfront.net", vec!["Parts"]),
        (Subject::Domain, "mail7.evil.gr", vec!["Patterns"]),
        (Subject::Email, "a@one.one", vec!["Hosts"]),
        (Subject::Ip, "no address", vec![]),
    ] {
        assert_eq!(all.holding(subject, value), found, "{value}");
    }
    let empty = tempfile::tempdir().unwrap();
    assert!(
        Warninglists::read(empty.path())
            .unwrap_err()
            .to_string()
            .contains("no warninglist")
    );
}

#[test]
fn own_lists_and_exits_of_tor_are_known() {
    let folder = tempfile::tempdir().unwrap();
    let tor = "ExitNode 0011BD2485AD45D984EC4159C88FC066E5E3300E\nPublished 2026-03-01 08:00:00\nLastStatus 2026-03-01 09:00:00\nExitAddress 45.3.1.1 2026-03-01 09:10:00\n";
    fs::write(folder.path().join("tor.txt"), tor).unwrap();
    fs::write(
        folder.path().join("seen.txt"),
        "# ours\n45.3.0.0/16\n\n.evil.gr # a family\n",
    )
    .unwrap();
    let mut tables = Tables::default();
    assert_eq!(tables.look(Subject::Ip, "45.3.1.1").tor_exit, None);
    tables.tor(&folder.path().join("tor.txt")).unwrap();
    tables.list(&folder.path().join("seen.txt")).unwrap();
    let known = tables.look(Subject::Ip, "45.3.1.1");
    assert_eq!(
        (known.tor_exit, known.lists),
        (Some(true), vec!["seen".to_owned()])
    );
    let known = tables.look(Subject::Ip, "45.4.1.1");
    assert_eq!((known.tor_exit, known.lists.len()), (Some(false), 0));
    assert_eq!(
        tables.look(Subject::Email, "x@mail.evil.gr").lists,
        ["seen"]
    );
    assert!(tables.list(&folder.path().join("gone")).is_err());
}
