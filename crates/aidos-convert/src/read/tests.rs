use super::*;
use crate::indicator::Kind;
use aidos_model::stix::id_of;
use proptest::prelude::*;

fn options() -> Options<'static> {
    Options {
        title: "input",
        made: Timestamp::parse("2026-03-07T10:38:03Z").unwrap(),
        tlp: Some(Tlp::Green),
    }
}

fn seen(text: &str, format: Format) -> Vec<(Kind, String, Role, bool)> {
    assert_eq!(sniff(text.as_bytes()), format, "{text}");
    read(text.as_bytes(), format)
        .unwrap()
        .values()
        .map(|it| (it.kind, it.value.clone(), it.role, it.watch))
        .collect()
}

fn is(kind: Kind, value: &str, role: Role, watch: bool) -> (Kind, String, Role, bool) {
    (kind, value.to_owned(), role, watch)
}

const EVE: &str = r#"{"timestamp":"2026-03-07T10:38:03.123456+0200","event_type":"alert","src_ip":"45.33.32.156","dest_ip":"10.0.0.5","alert":{"signature":"ET SCAN"},"http":{"hostname":"evil.com","url":"/a.php?b=c","http_port":8080}}
{"timestamp":"2026-03-07T10:39:03.123456+0200","event_type":"dns","src_ip":"10.0.0.5","dest_ip":"8.8.8.8","dns":{"type":"query","rrname":"good.org"}}
{"timestamp":"2026-03-07T10:39:03.123456+0200","event_type":"fileinfo","src_ip":"45.33.32.156","dest_ip":"10.0.0.5","fileinfo":{"filename":"/x/a.exe","sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}}
{"timestamp":"2026-03-07T10:39:03.123456+0200","event_type":"tls","src_ip":"10.0.0.5","dest_ip":"45.33.32.156","tls":{"sni":"cdn.net","ja3":{"hash":"d41d8cd98f00b204e9800998ecf8427e"}}}
{"cut
"#;

#[test]
fn events_of_suricata() {
    assert_eq!(
        seen(EVE, Format::Eve),
        [
            is(Kind::Ipv4, "10.0.0.5", Role::Source, false),
            is(Kind::Ipv4, "10.0.0.5", Role::Destination, false),
            is(Kind::Ipv4, "45.33.32.156", Role::Source, true),
            is(Kind::Ipv4, "45.33.32.156", Role::Destination, false),
            is(Kind::Ipv4, "8.8.8.8", Role::Destination, false),
            is(Kind::Domain, "cdn.net", Role::Named, false),
            is(Kind::Domain, "good.org", Role::Named, false),
            is(
                Kind::Url,
                "http://evil.com:8080/a.php?b=c",
                Role::Named,
                true
            ),
            is(
                Kind::Sha256,
                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                Role::Named,
                false
            ),
            is(
                Kind::Ja3,
                "d41d8cd98f00b204e9800998ecf8427e",
                Role::Named,
                false
            ),
            is(Kind::FileName, "a.exe", Role::Named, false),
        ]
    );
    let all = read(EVE.as_bytes(), Format::Eve).unwrap();
    assert_eq!((all.rows, all.bad), (4, 1));
    let source = all.values().nth(2).unwrap();
    let first = source.times.unwrap().0;
    assert_eq!(
        String::from_utf8_lossy(first.text().as_bytes()),
        "2026-03-07T08:38:03.123456Z"
    );
    assert_eq!(
        (source.count, source.context.as_deref()),
        (2, Some("ET SCAN"))
    );
    let error = read(b"no json", Format::Eve).unwrap_err();
    assert_eq!(
        error.to_string(),
        "line 1 is no JSON object of EVE; name another format with --from"
    );
}

#[test]
fn tables() {
    let table = "time;src;dst;comment\n2026-03-07 10:38:03;45.33.32.156;10.0.0.5;brute \"force\"\n";
    assert_eq!(
        seen(table, Format::Csv),
        [
            is(Kind::Ipv4, "10.0.0.5", Role::Destination, false),
            is(Kind::Ipv4, "45.33.32.156", Role::Source, true),
        ]
    );
    let all = read(table.as_bytes(), Format::Csv).unwrap();
    assert!(
        all.values()
            .all(|it| it.times.is_some() && it.context.is_some() && it.spot == Spot::Line(2))
    );
    assert_eq!(
        seen(
            "evil.com,\"a, b\"\n# a comment\n\"bad[.]org\",x",
            Format::Csv
        ),
        [
            is(Kind::Domain, "bad.org", Role::Named, true),
            is(Kind::Domain, "evil.com", Role::Named, true)
        ]
    );
}

#[test]
fn lines_of_cef() {
    let line = r"<134>2026-03-07T10:38:03Z fw CEF:0|V|P|1|100|Bad \| thing|9|src=45.33.32.156 dst=10.0.0.5 request=http://evil.com/a?b\=c msg=a b c dvc=9.9.9.9 rt=1772879883000";
    assert_eq!(
        seen(line, Format::Cef),
        [
            is(Kind::Ipv4, "10.0.0.5", Role::Destination, false),
            is(Kind::Ipv4, "45.33.32.156", Role::Source, true),
            is(Kind::Url, "http://evil.com/a?b=c", Role::Named, true),
        ]
    );
    let all = read(line.as_bytes(), Format::Cef).unwrap();
    let first = all.values().next().unwrap();
    assert_eq!(first.context.as_deref(), Some("Bad | thing"));
    assert!(first.times.is_some());
}

const MAIL: &str = "Return-Path: <bounce@evil.com>\r\nReceived: from mx.evil.com (mx [45.33.32.156])\r\n by mail.own.gr; x\r\n\
From: =?utf-8?B?zpE=?= <ceo@evil.com>\r\nTo: victim@own.gr\r\nSubject: =?utf-8?Q?Invoice_=E2=82=AC?=\r\n\
Date: Sat, 7 Mar 2026 10:38:03 +0200\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"b1\"\r\n\r\n\
preamble\r\n--b1\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
<a href=3D\"http://evil.com/a?b=3Dc&amp;d=\r\n=3D1\">\r\n--b1\r\nContent-Disposition: attachment; filename=\"in voice.exe\"\r\n\
Content-Transfer-Encoding: base64\r\n\r\naGVsbG8=\r\n--b1--\r\nepilogue http://not.com/\r\n";

#[test]
fn messages_of_mail() {
    assert_eq!(
        seen(MAIL, Format::Email),
        [
            is(Kind::Ipv4, "45.33.32.156", Role::Relay, true),
            is(Kind::Url, "http://evil.com/a?b=c&d=1", Role::Named, true),
            is(Kind::Email, "bounce@evil.com", Role::Sender, true),
            is(Kind::Email, "ceo@evil.com", Role::Sender, true),
            is(Kind::Email, "victim@own.gr", Role::Recipient, false),
            is(
                Kind::Sha256,
                "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
                Role::Attachment,
                true
            ),
            is(Kind::FileName, "in voice.exe", Role::Attachment, false),
        ]
    );
    let mail = read(MAIL.as_bytes(), Format::Email).unwrap().mail.unwrap();
    assert_eq!(mail.subject.as_deref(), Some("Invoice €"));
    assert_eq!(mail.from.as_deref(), Some("ceo@evil.com"));
    assert_eq!(mail.date, Timestamp::parse("2026-03-07T08:38:03Z"));
}

#[test]
fn parts_in_parts_end() {
    let mut text = "Subject: x\nFrom: a@b.com\n".to_owned();
    for depth in 0..2_000 {
        text += &format!("Content-Type: multipart/mixed; boundary=b{depth}\n\n--b{depth}\n");
    }
    text += "Content-Type: text/plain\n\nevil.com\n";
    assert!(!read(text.as_bytes(), Format::Email).unwrap().is_empty());
}

#[test]
fn bundles_are_closed_and_their_ids_are_right() {
    for (text, format) in [
        (EVE, Format::Eve),
        (MAIL, Format::Email),
        (REPORT, Format::Text),
    ] {
        let bundle = convert(text.as_bytes(), Some(format), Target::Stix, &options()).unwrap();
        let objects = bundle["objects"].as_array().unwrap();
        let ids: Vec<&str> = objects
            .iter()
            .map(|it| it["id"].as_str().unwrap())
            .collect();
        assert!(ids.is_sorted());
        for object in objects {
            let id = id_of(object.as_object().unwrap()).unwrap().to_string();
            assert_eq!(id, object["id"], "{object}");
            for (key, value) in object.as_object().unwrap() {
                let refs: Vec<&str> = if key.ends_with("_refs") {
                    value
                        .as_array()
                        .unwrap()
                        .iter()
                        .map(|it| it.as_str().unwrap())
                        .collect()
                } else if key.ends_with("_ref") {
                    vec![value.as_str().unwrap()]
                } else {
                    continue;
                };
                assert!(!refs.is_empty());
                for id in refs {
                    assert!(ids.contains(&id), "{id} of {object}");
                }
            }
        }
        for kind in [
            "observed-data",
            "grouping",
            "indicator",
            "marking-definition",
        ] {
            assert!(objects.iter().any(|it| it["type"] == kind), "{kind}");
        }
        let again = convert(text.as_bytes(), Some(format), Target::Stix, &options()).unwrap();
        assert_eq!(bundle, again);
    }
}

const REPORT: &str = r"APT99 (T1059.001) uses CVE-2024-3400, C:\Windows\Temp\x.dll and hxxp://evil[.]com/; AS15139, 10.0.0.1.";

#[test]
fn private_values_and_recipients_are_never_looked_for() {
    for (text, format) in [
        (EVE, Format::Eve),
        (MAIL, Format::Email),
        (REPORT, Format::Text),
    ] {
        let event = convert(text.as_bytes(), Some(format), Target::Misp, &options()).unwrap();
        for attribute in event["Event"]["Attribute"].as_array().unwrap() {
            let value = attribute["value"].as_str().unwrap();
            if value.starts_with("10.") || value.contains("own.gr") {
                assert_eq!(attribute["to_ids"], false, "{attribute}");
            }
            assert!(attribute["uuid"].as_str().unwrap().len() == 36);
        }
        let bundle = convert(text.as_bytes(), Some(format), Target::Stix, &options()).unwrap();
        for object in bundle["objects"].as_array().unwrap() {
            let pattern = object["pattern"].as_str().unwrap_or_default();
            assert!(
                !pattern.contains("'10.") && !pattern.contains("own.gr"),
                "{pattern}"
            );
        }
    }
    let event = convert(REPORT.as_bytes(), None, Target::Misp, &options()).unwrap();
    assert_eq!(event["Event"]["Tag"][0]["name"], "tlp:green");
}

#[test]
fn an_input_without_values_is_refused() {
    let error = convert(b"nothing here", None, Target::Stix, &options()).unwrap_err();
    assert!(error.to_string().contains("--from"), "{error}");
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400), at in 0..Format::ALL.len()) {
        let _ = sniff(&bytes);
        let _ = read(&bytes, Format::ALL[at]);
    }

    #[test]
    fn no_broken_message_panics(cut in 0..MAIL.len(), bytes in proptest::collection::vec(any::<u8>(), 0..20)) {
        let mut text = MAIL.as_bytes().to_vec();
        text.splice(cut..(cut + bytes.len()).min(text.len()), bytes.iter().copied());
        for format in Format::ALL {
            let _ = read(&text, format);
        }
    }
}

#[test]
fn times_of_stix_have_milliseconds() {
    use super::stix::stamp;
    for (given, written) in [
        ("2026-03-07T10:38:03Z", "2026-03-07T10:38:03.000Z"),
        ("2026-03-07T10:38:03.1Z", "2026-03-07T10:38:03.100Z"),
        ("2026-03-07T10:38:03.999999Z", "2026-03-07T10:38:03.999Z"),
    ] {
        assert_eq!(stamp(Timestamp::parse(given).unwrap()), written);
    }
}
