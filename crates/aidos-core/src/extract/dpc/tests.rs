use super::*;
use crate::clean::zone::Zone;
use crate::extract::{Item, NatRule};
use aidos_model::Defects;
use bumpalo::Bump;
use proptest::prelude::*;

/// How a row reaches the provider.
#[derive(Clone, Copy)]
enum Way<'h> {
    Line,
    Cells(&'h [&'h str]),
}

/// What became of a row: a line of JSON without defects and places, its defects, its message.
fn run(text: &str, way: Way<'_>) -> Vec<Result<(serde_json::Value, String, String), &'static str>> {
    let arena = Bump::new();
    let mut sink = Sink::new(&arena);
    let header = match way {
        Way::Line => &[],
        Way::Cells(header) => header,
    };
    let context = Context {
        provider: "dpc",
        path: "dpc.csv",
        zone: &Zone::UTC,
        header,
        nat: NatRule::default(),
    };
    let (split, repaired) = cells::split(text, &arena);
    let split: Vec<Cow<'_, str>> = split.into_iter().map(Cow::Borrowed).collect();
    let shape = match way {
        Way::Line => Shape::Line,
        Way::Cells(_) => Shape::Cells {
            cells: &split,
            repaired,
        },
    };
    let row = Row {
        line: 7,
        text,
        shape,
    };
    Dpc.extract(row, &context, &mut sink);
    assert!(!sink.items.is_empty());
    let told = |item: usize| -> Vec<Defect> {
        let own = sink.repairs.iter().filter(|repair| repair.item == item);
        own.map(|repair| repair.rule).collect()
    };
    sink.items
        .iter()
        .enumerate()
        .map(|(index, item)| match item {
            Item::Entry(draft) => {
                let event = draft.event;
                for defect in event.defects.iter() {
                    assert!(
                        told(index).contains(&defect),
                        "{defect:?} has no repair: {text}"
                    );
                }
                for rule in told(index) {
                    assert!(
                        event.defects.contains(rule),
                        "{rule:?} is not flagged: {text}"
                    );
                }
                let mut message = String::new();
                event.message.push_text(event.timestamp, &mut message);
                let words: Vec<&str> = event.defects.iter().map(Defect::word).collect();
                let plain = Event {
                    defects: Defects::default(),
                    ..event
                };
                let mut line = Vec::new();
                plain.write_json(&mut line);
                Ok((
                    serde_json::from_slice(&line).unwrap(),
                    words.join(","),
                    message,
                ))
            }
            Item::Reject { reason, .. } => Err(*reason),
            Item::Skip => Err("skip"),
        })
        .collect()
}

fn entry(text: &str, way: Way<'_>) -> (serde_json::Value, String, String) {
    let mut all = run(text, way);
    assert_eq!(all.len(), 1, "{text}");
    all.remove(0)
        .unwrap_or_else(|reason| panic!("{text}: {reason}"))
}

const HEADER: &[&str] = &["timestamp", "addresses"];

#[test]
fn a_clean_row_is_read_either_way() {
    let text = "2023-03-07 10:38:03,a@x.org,b@y.org,a@x.org";
    for way in [Way::Line, Way::Cells(HEADER), Way::Cells(&[])] {
        let (event, defects, message) = entry(text, way);
        assert_eq!(defects, "");
        assert_eq!(event["@timestamp"], "2023-03-07T10:38:03Z");
        assert_eq!(event["event"]["category"], serde_json::json!(["email"]));
        assert_eq!(event["event"]["kind"], "event");
        assert_eq!(
            event["aidos"]["email_addresses"],
            serde_json::json!(["a@x.org", "b@y.org", "a@x.org"])
        );
        assert_eq!(event["log"]["origin"]["file"]["line"], 7);
        assert_eq!(message, "2023-03-07T10:38:03Z,a@x.org,b@y.org,a@x.org");
    }
}

#[test]
fn dirty_rows_are_cleansed() {
    for (text, addresses, defects, message) in [
        (
            "2023-03-07 10:38:03,<A@X.ORG>",
            "A@x.org",
            "stray_characters",
            ",A@x.org",
        ),
        (
            "2023-03-07 10:38:03,a@x.org <- b@y.org;c@z.org",
            "a@x.org b@y.org c@z.org",
            "stray_characters",
            ",a@x.org,b@y.org,c@z.org",
        ),
        (
            "2023-03-07 10:38:03,\"Doe, John\" <j@x.org>,b@y.org",
            "j@x.org b@y.org",
            "stray_characters",
            ",j@x.org,b@y.org",
        ),
        (
            "2023-03-07 10:38:03,\"\"\"Doe, John\"\" <j@x.org>\"",
            "j@x.org",
            "stray_characters",
            ",j@x.org",
        ),
        (
            "2023-03-07 10:38:03,\"Doe, John <j@x.org>",
            "j@x.org",
            "stray_characters,stray_quote,extra_text",
            ",Doe,j@x.org",
        ),
        ("2023-03-07 10:38:03,,a@x.org,,", "a@x.org", "", ",a@x.org"),
        (
            "2023-03-07 10:38:03;a@x.org;b@y.org",
            "a@x.org b@y.org",
            "",
            ",a@x.org,b@y.org",
        ),
        (
            "2023-03-07 10:38:03 a@x.org",
            "a@x.org",
            "missing_comma",
            ",a@x.org",
        ),
        (
            "2023-03-07 10:38:03,a@x.orgb@y.org,c@z.org",
            "c@z.org",
            "ambiguous_address",
            ",a@x.orgb@y.org,c@z.org",
        ),
        (
            "2023-03-07 10:38:03,a@x.org,b@",
            "a@x.org",
            "bad_address",
            ",a@x.org,b@",
        ),
        (
            "2023-03-07 10:38:03,a@x.org,hello",
            "a@x.org",
            "extra_text",
            ",a@x.org,hello",
        ),
        (
            "2023-03-07 10:38:03,\"\"\"john, d\"\"@x.org\"",
            "\"john, d\"@x.org",
            "",
            ",\"\"\"john, d\"\"@x.org\"",
        ),
        (
            "2023-03-07 12:38:03 +0200,a@x.org\u{0}",
            "a@x.org",
            "control_characters",
            ",a@x.org",
        ),
        (
            "\u{feff}2023-03-07 10:38:03,a@x.org",
            "a@x.org",
            "",
            ",a@x.org",
        ),
        (
            "2023-03-07 10:38:03 UTC,a [at] x.org",
            "a@x.org",
            "obfuscated",
            ",a@x.org",
        ),
        (
            "1678185483,\u{a0}a@x.org",
            "a@x.org",
            "stray_characters",
            ",a@x.org",
        ),
    ] {
        for way in [Way::Line, Way::Cells(HEADER)] {
            let (event, words, shown) = entry(text, way);
            let list: Vec<&str> = event["aidos"]["email_addresses"]
                .as_array()
                .unwrap()
                .iter()
                .filter_map(|address| address.as_str())
                .collect();
            assert_eq!(
                list.join(" ").replace("john  d", "john, d"),
                addresses,
                "{text}"
            );
            assert_eq!(words, defects, "{text}");
            assert_eq!(shown, format!("2023-03-07T10:38:03Z{message}"), "{text}");
        }
    }
}

#[test]
fn rows_without_a_time_say_why() {
    for (text, defects, message) in [
        (
            "2023-02-30 10:38:03,a@x.org",
            "bad_date",
            "2023-02-30 10:38:03,a@x.org",
        ),
        (
            "2023-03-07 10h,a@x.org",
            "bad_date",
            "2023-03-07 10h,a@x.org",
        ),
        ("10:38:03,a@x.org", "no_date", "10:38:03,a@x.org"),
        (",a@x.org", "", ",a@x.org"),
        ("a@x.org", "", ",a@x.org"),
        ("a1 [at] x.org,b@y.org", "obfuscated", ",a1@x.org,b@y.org"),
    ] {
        let (event, words, shown) = entry(text, Way::Line);
        assert_eq!(
            (words.as_str(), shown.as_str()),
            (defects, message),
            "{text}"
        );
        assert!(event.get("@timestamp").is_none(), "{text}");
    }
}

#[test]
fn a_stamp_without_a_year_waits_for_it() {
    let arena = Bump::new();
    let mut sink = Sink::new(&arena);
    let context = Context {
        provider: "dpc",
        path: "",
        zone: &Zone::UTC,
        header: &[],
        nat: NatRule::default(),
    };
    let row = Row {
        line: 1,
        text: "mar/07 10:38:03,a@x.org",
        shape: Shape::Line,
    };
    Dpc.extract(row, &context, &mut sink);
    let Some(Item::Entry(draft)) = sink.items.first_mut() else {
        panic!("no entry");
    };
    assert_eq!(draft.settle(Some(2023), &Zone::UTC), None);
    let mut message = String::new();
    draft
        .event
        .message
        .push_text(draft.event.timestamp, &mut message);
    assert_eq!(message, "2023-03-07T10:38:03Z,a@x.org");
}

#[test]
fn what_holds_no_record_is_told_apart() {
    for (text, fate) in [
        ("", "skip"),
        (" , ,", "skip"),
        ("timestamp,addresses", "skip"),
        ("Date;From;To", "no_address"),
        ("date,from,to,subject", "skip"),
        ("# exported by a@x.org", "skip"),
        ("#comment", "skip"),
        ("2023-03-07 10:38:03", "no_address"),
        ("2023-03-07 10:38:03,hello", "no_address"),
        ("2023-03-07 10:38:03,a@", "no_address"),
        ("hello world", "no_address"),
    ] {
        let fates: Vec<_> = run(text, Way::Line)
            .into_iter()
            .map(|item| item.err().unwrap_or("entry"))
            .collect();
        assert_eq!(fates, [fate], "{text}");
    }
}

#[test]
fn merged_rows_are_two_entries() {
    let text = "2023-03-07 10:38:03,a@x.org2023-03-07 10:38:04,b@y.org";
    for way in [Way::Line, Way::Cells(HEADER)] {
        let items = run(text, way);
        let told: Vec<_> = items
            .into_iter()
            .map(|item| item.map(|(_, words, message)| (words, message)))
            .collect();
        assert_eq!(
            told,
            [
                Ok(("merged_line".into(), "2023-03-07T10:38:03Z,a@x.org".into())),
                Ok(("merged_line".into(), "2023-03-07T10:38:04Z,b@y.org".into())),
            ]
        );
    }
}

#[test]
fn a_header_gives_roles() {
    let header = &["date", "from", "to", "cc", "subject", "size", "message-id"];
    let text = "2023-03-07 10:38:03,<a@x.org>,b@y.org;c@z.org,\"\"\"d e\"\"@w.org\",\"Hi, \"\"you\"\"\",12,<1@x.org>";
    let (event, words, message) = entry(text, Way::Cells(header));
    assert_eq!(words, "stray_characters");
    assert_eq!(
        event["email"]["from"]["address"],
        serde_json::json!(["a@x.org"])
    );
    assert_eq!(
        event["email"]["to"]["address"],
        serde_json::json!(["b@y.org", "c@z.org", "\"d e\"@w.org"])
    );
    assert_eq!(event["email"]["subject"], "Hi, \"you\"");
    assert_eq!(
        event["aidos"]["fields"],
        serde_json::json!({"size": "12", "message-id": "<1@x.org>"})
    );
    assert!(event["aidos"].get("email_addresses").is_none());
    // The message alone says the same, without the header.
    let (again, words, same) = entry(&message, Way::Line);
    assert_eq!((again, words.as_str(), same), (event, "", message));
}

#[test]
fn cells_of_another_separator_are_read() {
    let arena = Bump::new();
    let mut sink = Sink::new(&arena);
    let context = Context {
        provider: "dpc",
        path: "",
        zone: &Zone::UTC,
        header: HEADER,
        nat: NatRule::default(),
    };
    let cells = ["2023-03-07 10:38:03", "a@x.org", "b,c@y.org"].map(Cow::Borrowed);
    let row = Row {
        line: 1,
        text: "2023-03-07 10:38:03;a@x.org;\"b,c@y.org\"",
        shape: Shape::Cells {
            cells: &cells,
            repaired: false,
        },
    };
    Dpc.extract(row, &context, &mut sink);
    let Some(Item::Entry(draft)) = sink.items.first() else {
        panic!("no entry");
    };
    assert_eq!(draft.event.email_addresses, ["a@x.org", "c@y.org"]);
    assert_eq!(draft.event.message.after, ",a@x.org,b,c@y.org");
}

#[test]
fn hostile_rows_take_linear_time() {
    for unit in [
        "\"a,b\"@x,",
        "\"",
        "\"\"\",",
        "a@x.org2023-03-07 10:38:04,",
        "2023-03-07 10:38:04,",
        "fields:{},",
        "@,",
        "text:\",",
    ] {
        let text = unit.repeat(400_000 / unit.len());
        assert!(!run(&text, Way::Line).is_empty());
    }
}

#[test]
fn two_hundred_addresses_are_kept() {
    let addresses: Vec<String> = (0..200).map(|index| format!("u{index}@x.org")).collect();
    let text = format!("2023-03-07 10:38:03,{}", addresses.join(","));
    let (event, ..) = entry(&text, Way::Cells(HEADER));
    assert_eq!(
        event["aidos"]["email_addresses"].as_array().map(Vec::len),
        Some(200)
    );
}

#[test]
fn a_first_row_taken_for_a_header_does_no_harm() {
    let header = &["2023-03-07 10:38:02", "z@x.org"];
    let (event, ..) = entry("2023-03-07 10:38:03,a@x.org", Way::Cells(header));
    assert_eq!(
        event["aidos"]["email_addresses"],
        serde_json::json!(["a@x.org"])
    );
}

#[test]
fn the_score_knows_mail_from_other_logs() {
    let score = |lines: &[&str]| {
        let rows: Vec<Row<'_, '_>> = lines
            .iter()
            .zip(1..)
            .map(|(text, line)| Row {
                line,
                text,
                shape: Shape::Line,
            })
            .collect();
        let sample = Sample {
            name: "x.csv",
            rows: &rows,
            header: &[],
        };
        Dpc.score(&sample).value
    };
    let full = score(&[
        "timestamp,addresses",
        "2023-03-07 10:38:03,a@x.org,<b@y.org>",
        "",
    ]);
    assert!((full - 1.0).abs() < 1e-9);
    for other in [
        "Mar  7 10:38:03 mx postfix/smtp[1]: 4F9: to=<a@x.org>, relay=mx[1.2.3.4]:25, status=sent",
        "mar/07 10:38:03 firewall,info input: in:ether1 out:(none), proto TCP (SYN), 1.2.3.4:5->1.2.3.4:5, len 60",
        "1,Maria,Papadopoulou,maria@x.org,Athens",
        "{\"user\":\"a@x.org\"}",
    ] {
        assert!(score(&[other]) < 0.01, "{other}");
    }
    assert!(score(&[]) < 0.01);
}

/// Rows whose messages once did not read back.
#[test]
fn messages_of_odd_rows_read_back() {
    for (text, header) in [
        ("[at],2023-03-07 10:38:03,a@x.org", &[][..]),
        (
            ",a@x.org\"Doe, John\" <j@x.org>hello\"Doe, John\" <j@x.org>",
            &["date", "from", "to", "subject", "note"],
        ),
        ("\"q r\"@x.orga@x.orgb@y.org", &[]),
        (
            "=?UTF-8?Q?a=40x.org?=,#\u{85}=?UTF-8?Q?a=40x.org?=",
            &["email", "time"],
        ),
        ("7\"x,\"a\\\"b\"@x.org", &[]),
    ] {
        for (event, _, message) in run(text, Way::Cells(header)).into_iter().flatten() {
            let (same, _, shown) = entry(&message, Way::Line);
            assert_eq!((same, shown), (event, message), "{text}");
        }
    }
}

/// Rows of what is found in such files, and worse.
fn hostile() -> impl Strategy<Value = String> {
    let part = prop::sample::select(vec![
        "2023-03-07 10:38:03",
        "2023-03-07 10:38:03,",
        "mar/07 10:38:03",
        "1678185483",
        "10:38:03",
        "2023-13-07 10:38:03",
        "a@x.org",
        "<b@Y.org>",
        "c@z.org;d@w.org",
        "\"Doe, John\" <j@x.org>",
        ",",
        ",",
        ",",
        "\"",
        "\"\"",
        " ",
        "hello",
        "a@x.orgb@y.org",
        "x@",
        "@",
        "from:",
        "to:",
        "text:",
        "subject:",
        "fields:",
        "{\"a\":1}",
        "\"fields:{\"\"a\"\":1}\"",
        "\u{0}",
        "\u{a0}",
        "\u{feff}",
        "\t",
        "\n",
        "=?UTF-8?Q?a=40x.org?=",
        "[at]",
        "(dot)",
        "\"q r\"@x.org",
        "\u{3b1}@\u{3b2}.gr",
        "#",
        "7",
        "'",
        "\\",
        ";",
        "<",
        "(",
        "[192.0.2.1]",
        "\u{7f}",
        "-",
        "Z",
        "\u{85}",
    ]);
    prop_oneof![
        4 => prop::collection::vec(part, 0..12).prop_map(|parts| parts.concat()),
        1 => "\\PC{0,60}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_message_extracts_to_itself(text in hostile(), header in prop::sample::select(vec![
        &[][..], HEADER, &["date", "from", "to", "subject", "note"][..], &["email", "time"][..],
    ])) {
        for way in [Way::Line, Way::Cells(header)] {
            for (event, _, message) in run(&text, way).into_iter().flatten() {
                for again in [Way::Line, Way::Cells(&[])] {
                    let items = run(&message, again);
                    prop_assert_eq!(items.len(), 1, "{:?} made {:?}", text, message);
                    for item in items {
                        match item {
                            Ok((same, _, shown)) => {
                                prop_assert_eq!(&shown, &message, "{:?}", text);
                                prop_assert_eq!(same, event.clone(), "{:?}", text);
                            }
                            Err(reason) => prop_assert!(false, "{:?} made {:?}: {}", text, message, reason),
                        }
                    }
                }
            }
        }
    }
}
