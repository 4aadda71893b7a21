//! The shipped mappings on sample lines, and the laws that hold for all of them.

use std::borrow::Cow;

use aidos_model::Event;

use super::*;
use crate::extract::Draft;

mod errors;
mod guide;
pub(super) mod samples;
mod shipped;

/// What a mapping makes of one line: the items, with the bytes that identify each entry.
fn read(provider: &Mapped, header: &[&str], line: &str) -> Vec<String> {
    let arena = Bump::new();
    let mut sink = Sink::new(&arena);
    let zone = Zone::UTC;
    let context = Context {
        provider: provider.name(),
        path: "a.log",
        zone: &zone,
        header,
        nat: NatRule::default(),
    };
    let shape = if line.trim_start().starts_with('{') {
        Shape::Json { complete: true }
    } else {
        Shape::Line
    };
    let row = Row {
        line: 7,
        text: line,
        shape,
    };
    provider.extract(row, &context, &mut sink);
    assert!(!sink.items.is_empty());
    holds_together(&sink);
    sink.items.iter().map(show).collect()
}

/// One line per item: the JSON of an entry, or what else became of the row.
fn show(item: &Item<'_>) -> String {
    match item {
        Item::Entry(draft) => {
            let mut draft: Draft<'_> = *draft;
            draft.settle(Some(2023), &Zone::UTC);
            json(&draft.event)
        }
        Item::Reject { reason, .. } => format!("reject {reason}"),
        Item::Skip => "skip".to_owned(),
    }
}

fn json(event: &Event<'_>) -> String {
    let mut out = Vec::new();
    event.write_json(&mut out);
    String::from_utf8(out).unwrap()
}

/// Each defect of an entry has a repair, and the other way round; extra fields are sorted and apart.
fn holds_together(sink: &Sink<'_>) {
    for (index, item) in sink.items.iter().enumerate() {
        let Item::Entry(draft) = item else { continue };
        let mut noted = aidos_model::Defects::default();
        for repair in sink.repairs.iter().filter(|repair| repair.item == index) {
            noted.add(repair.rule);
        }
        assert_eq!(draft.event.defects, noted);
        for pair in draft.event.extra.windows(2) {
            assert!(pair[0].0 < pair[1].0);
            assert!(!field::related(pair[0].0, pair[1].0), "{pair:?}");
        }
        let line = json(&draft.event);
        let value: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert!(value.is_object());
        let arena = Bump::new();
        assert_eq!(json(&Event::parse(&line, &arena).unwrap()), line);
    }
}

/// The entry without place and defects.
fn identity(line: &str) -> serde_json::Value {
    let mut value: serde_json::Value = serde_json::from_str(line).unwrap();
    if let Some(aidos) = value
        .get_mut("aidos")
        .and_then(|aidos| aidos.as_object_mut())
    {
        aidos.shift_remove("defects");
        if aidos.is_empty() {
            value.as_object_mut().unwrap().shift_remove("aidos");
        }
    }
    value
}

/// Reading the message of an entry again gives the same entry.
fn reads_again(provider: &Mapped, header: &[&str], line: &str) {
    for first in read(provider, header, line) {
        if !first.starts_with('{') {
            continue;
        }
        let first = identity(&first);
        let message = first["message"].as_str().unwrap();
        let second = read(provider, header, message);
        assert_eq!(second.len(), 1);
        assert!(second[0].starts_with('{'), "{message} gave {}", second[0]);
        assert_eq!(identity(&second[0]), first, "{line}");
    }
}

/// Compiled once for all tests.
fn all() -> &'static [Mapped] {
    static ALL: std::sync::OnceLock<Vec<Mapped>> = std::sync::OnceLock::new();
    ALL.get_or_init(Shipped::compiled)
}

fn provider(name: &str) -> &'static Mapped {
    all()
        .iter()
        .find(|provider| provider.name() == name)
        .unwrap()
}

#[test]
fn a_blank_lost_after_the_stamp_comes_back() {
    let sshd = provider("sshd");
    let line = "Mar  7 10:38:03mx sshd[1]: Failed password for root from 192.0.2.1 port 5 ssh2";
    let event: serde_json::Value = serde_json::from_str(&read(sshd, &[], line)[0]).unwrap();
    assert_eq!(event["log"]["syslog"]["hostname"], "mx");
    assert_eq!(
        event["aidos"]["defects"],
        serde_json::json!(["missing_space"])
    );
    reads_again(sshd, &[], line);
}

#[test]
fn control_characters_are_taken_out() {
    let arena = Bump::new();
    assert_eq!(without_controls("a\tb", &arena), ("a\tb", None));
    assert_eq!(
        without_controls("\u{1b}[31mred\u{1b}[0m\0 x\u{1b}[", &arena).0,
        "red x"
    );
    let found = read(
        provider("sshd"),
        &[],
        "Mar  7 10:38:03 mx sshd[1]: Failed password for ro\0ot from 192.0.2.1 port 5 ssh2",
    );
    let event: serde_json::Value = serde_json::from_str(&found[0]).unwrap();
    assert_eq!(event["user"]["name"], "root");
    assert_eq!(
        event["aidos"]["defects"],
        serde_json::json!(["control_characters"])
    );
}

#[test]
fn cells_of_a_sheet() {
    let mapping = Mapping::parse(
        "name = 'sheet'\nformat = 'csv'\ntime_formats = ['%d.%m.%Y %H:%M']\n[columns]\n\
         When = '@timestamp'\n'Client IP' = 'source.ip'\nMail = ['email.from.address', 'aidos.sheet.mail']\n\
         Note = 'event.reason'\n",
    );
    let provider = Mapped::new(mapping.unwrap());
    let header = ["Note", "when", "CLIENT IP", "Mail"];
    let line = r#""a, ""b""",07.03.2023 10:38,198.51.100.7,<A@Example.ORG>"#;
    // The reader lends copies: the stamp is found in the row all the same.
    let cells: Vec<Cow<'_, str>> = [
        "a, \"b\"",
        "07.03.2023 10:38",
        "198.51.100.7",
        "<A@Example.ORG>",
    ]
    .iter()
    .map(|cell| Cow::Owned((*cell).to_owned()))
    .collect();
    let arena = Bump::new();
    let mut sink = Sink::new(&arena);
    let zone = Zone::UTC;
    let context = Context {
        provider: "sheet",
        path: "a.log",
        zone: &zone,
        header: &header,
        nat: NatRule::default(),
    };
    let names: Vec<Cow<'_, str>> = header.iter().map(|name| Cow::Borrowed(*name)).collect();
    for (cells, text) in [(&cells, line), (&names, "Note,when,CLIENT IP,Mail")] {
        let shape = Shape::Cells {
            cells,
            repaired: false,
        };
        provider.extract(
            Row {
                line: 7,
                text,
                shape,
            },
            &context,
            &mut sink,
        );
    }
    assert!(matches!(sink.items[1], Item::Skip), "the header is no row");
    let first = show(&sink.items[0]);
    let event: serde_json::Value = serde_json::from_str(&first).unwrap();
    assert_eq!(
        event["message"],
        r#""a, ""b""",2023-03-07T10:38:00Z,198.51.100.7,<A@Example.ORG>"#
    );
    assert_eq!(event["event"]["reason"], "a, \"b\"");
    assert_eq!(event["email"]["from"]["address"][0], "A@example.org");
    assert_eq!(read(&provider, &header, line)[0], first);
    reads_again(&provider, &header, line);
    assert_eq!(read(&provider, &header, ",,,"), ["skip"]);
    assert_eq!(
        read(&provider, &["x", "y"], "1,2"),
        ["reject unknown_shape"]
    );
}
