use std::fmt::Write;

use aidos_model::Event;
use bumpalo::Bump;
use proptest::prelude::*;

use super::*;
use crate::clean::zone::Zone;
use crate::extract::{Item, NatRule};

fn context<'a>(nat: NatRule) -> Context<'a> {
    Context {
        provider: "8bells",
        path: "a.log",
        zone: &Zone::UTC,
        header: &[],
        nat,
    }
}

fn read<'a>(text: &'a str, arena: &'a Bump) -> Sink<'a> {
    let mut sink = Sink::new(arena);
    let row = Row {
        line: 1,
        text,
        shape: Shape::Line,
    };
    EightBells::default().extract(row, &context(NatRule::Semantic), &mut sink);
    sink
}

fn only<'a>(text: &'a str, arena: &'a Bump) -> Event<'a> {
    let sink = read(text, arena);
    match sink.items.as_slice() {
        [Item::Entry(draft)] => draft.event,
        other => panic!("{text}: {other:?}"),
    }
}

/// Message and identity of each entry: what extracting the message again must give.
fn essence(sink: &Sink<'_>) -> Vec<(String, Vec<u8>)> {
    sink.items
        .iter()
        .filter_map(|item| match item {
            Item::Entry(draft) => {
                let mut text = String::new();
                draft
                    .event
                    .message
                    .push_text(draft.event.timestamp, &mut text);
                let mut identity = Vec::new();
                let mut event = draft.event;
                // The stamp's own text is not part of what the row says.
                event.message.stamp = None;
                event.push_identity(&mut identity);
                Some((text, identity))
            }
            _ => None,
        })
        .collect()
}

const CLEAN: &str = "Mar/07/2023 10:38:03 firewall,info drop-in forward: in:ether1 out:bridge, \
    connection-state:new,dnat src-mac 00:17:10:88:bc:02, proto TCP (SYN), \
    198.51.100.7:41000->192.0.2.10:80, NAT 198.51.100.7:41000->(203.0.113.9:8080->192.0.2.10:80), len 60";

#[test]
fn a_clean_line_has_all_fields_and_no_defect() {
    let arena = Bump::new();
    let event = only(CLEAN, &arena);
    let mut shown = String::new();
    event.fields(&mut |path, value| {
        let _ = writeln!(shown, "{path} {value:?}");
    });
    for expected in [
        "source.ip Ip(198.51.100.7)",
        "source.port Number(41000)",
        "destination.nat.ip Ip(203.0.113.9)",
        "destination.nat.port Number(8080)",
        "network.transport Text(\"tcp\")",
        "network.bytes Number(60)",
        "observer.ingress.interface.name Text(\"ether1\")",
        "aidos.routeros.prefix Text(\"drop-in\")",
        "aidos.routeros.state Text(\"new,dnat\")",
        "aidos.routeros.flags Text(\"SYN\")",
    ] {
        assert!(shown.contains(expected), "{expected} in\n{shown}");
    }
    assert!(event.defects.is_empty());
    assert_eq!(event.timestamp.unwrap().to_string(), "2023-03-07T10:38:03Z");
}

#[test]
fn literal_nat_is_the_last_address() {
    let arena = Bump::new();
    let mut sink = Sink::new(&arena);
    let row = Row {
        line: 1,
        text: CLEAN,
        shape: Shape::Line,
    };
    EightBells::default().extract(row, &context(NatRule::LastIp), &mut sink);
    let Some(Item::Entry(draft)) = sink.items.first() else {
        panic!("an entry")
    };
    assert_eq!(draft.event.destination.nat_ip, "192.0.2.10".parse().ok());
}

#[test]
fn merged_lines_are_two_records_however_they_touch() {
    let second = CLEAN.replace("10:38:03", "10:38:04");
    let bare = "forward: in:ether1 out:bridge, proto UDP, 198.51.100.8:1->192.0.2.10:53, len 61";
    for line in [
        format!("{CLEAN}{second}"),
        format!("{CLEAN} {second}"),
        format!("{CLEAN}2023-03-07 10:38:04 firewall,info {bare}"),
        format!("{CLEAN}10:38:04 firewall,info {bare}"),
        format!("{CLEAN}firewall,info {bare}"),
        format!("{CLEAN}{bare}"),
        format!("{CLEAN}<134>Mar  7 10:38:04 gw {bare}"),
        format!(
            "{CLEAN}Mar/07/2023 10:38:04 system,error,critical login failure for user x from 198.51.100.9 via ssh"
        ),
        format!(
            "Mar/07/2023 10:38:04 system,error,critical login failure for user x from 198.51.100.9 via ssh{CLEAN}"
        ),
    ] {
        let arena = Bump::new();
        let sink = read(&line, &arena);
        assert_eq!(sink.items.len(), 2, "{line}");
        for item in &sink.items {
            let Item::Entry(draft) = item else {
                panic!("{line}: {item:?}")
            };
            let words: Vec<_> = draft.event.defects.iter().map(Defect::word).collect();
            assert_eq!(words.last(), Some(&"merged_line"), "{line}");
            assert!(
                words.len() == 1 || words[0] == "no_date",
                "{line}: {words:?}"
            );
            assert!(draft.event.source.ip.is_some());
            if draft.event.bytes.is_some() {
                assert!([Some(60), Some(61)].contains(&draft.event.bytes), "{line}");
            }
        }
    }
}

const LOGIN_LINE: &str = "Mar/07/2023 10:38:03 system,error,critical login failure for user root from 198.51.100.7 via ssh";

/// Fields of the entry without its place and defects.
fn identity(line: &str) -> String {
    let arena = Bump::new();
    let event = only(line, &arena);
    let mut bytes = Vec::new();
    event.push_identity(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn escapes_tabs_and_doubled_blanks_leave_the_fields_alone() {
    let escaped = CLEAN.replace("drop-in", "\u{1b}[1;31mdrop-in\u{1b}[0m");
    let mut changed = vec![
        (CLEAN, escaped, Some("control_characters")),
        (
            CLEAN,
            CLEAN.replace("drop-in", "\u{1b}drop-in"),
            Some("control_characters"),
        ),
        (CLEAN, CLEAN.replace(' ', "\t"), Some("extra_space")),
        (CLEAN, CLEAN.replace("23 10", "23  10"), None),
        (
            LOGIN_LINE,
            LOGIN_LINE.replace(" from ", "  from  "),
            Some("extra_space"),
        ),
        (
            LOGIN_LINE,
            LOGIN_LINE.replace(" via", "\tvia"),
            Some("extra_space"),
        ),
    ];
    // One tab, wherever it stands.
    for (at, _) in CLEAN.match_indices(' ') {
        let mut line = CLEAN.to_owned();
        line.replace_range(at..=at, "\t");
        changed.push((CLEAN, line, Some("extra_space")));
    }
    for (line, dirty, word) in changed {
        assert_eq!(identity(&dirty), identity(line), "{dirty:?}");
        let arena = Bump::new();
        let event = only(&dirty, &arena);
        let words: Vec<_> = event.defects.iter().map(Defect::word).collect();
        assert_eq!(words, word.into_iter().collect::<Vec<_>>(), "{dirty:?}");
    }
}

#[test]
fn the_message_reads_as_the_same_entry() {
    for line in [
        CLEAN.to_owned(),
        CLEAN.replace(", ", " "),
        CLEAN.replace(", ", ",, "),
        CLEAN.replace(' ', "  "),
        CLEAN.replace(' ', "\t"),
        CLEAN.replace("drop-in", "\u{1b}[31mdrop-in\u{1b}[0m"),
        LOGIN_LINE.to_owned(),
        LOGIN_LINE
            .replace(' ', "\t")
            .replace("failure\tfor\tuser\t", "failure for user "),
        LOGIN_LINE.replace(" from ", "  from  "),
        CLEAN.replace("00:17:10:88:bc:02", "00-17-10-88-BC-02"),
        CLEAN.replace("00:17:10:88:bc:02", "1:1:1:1:"),
        CLEAN.replace("198.51.100.7", "999.51.100.7"),
        CLEAN.replace("firewall,info ", ""),
        CLEAN.replace("firewall,info ", "gw firewall,info "),
        CLEAN
            .replace("Mar/07/2023", "feb/30/2023")
            .replace("firewall,info ", ""),
        CLEAN.replace("Mar/07/2023", "mar/07"),
        CLEAN.replace("Mar/07/2023 10:38:03", "<134>Mar  7 10:38:03 gw"),
        CLEAN.replace("(SYN)", "(SYN"),
        CLEAN.replace(", len 60", ", prio 0->4, len 60"),
        CLEAN.replace("10:38:03 firewall", "10:38:03firewall"),
        CLEAN.replace(
            "Mar/07/2023 10:38:03 firewall,info ",
            "<134>Mar  7 10:38:03r/07 gw",
        ),
        LOGIN_LINE.replace("10:38:03 system", "10:38:03system"),
        CLEAN.replace(
            "proto TCP",
            "info drop-in forward: in:ether1 out:bridge proto TCP",
        ),
        format!("{CLEAN}{CLEAN}"),
    ] {
        let arena = Bump::new();
        let first = essence(&read(&line, &arena));
        assert!(!first.is_empty(), "{line}");
        for (message, identity) in first {
            let arena = Bump::new();
            let again = essence(&read(&message, &arena));
            assert_eq!(again, [(message.clone(), identity)], "{line}\n{message}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_cut_line_reads_as_the_same_entry(cut in 0..CLEAN.len()) {
        let arena = Bump::new();
        let line = &CLEAN[..cut];
        for (message, identity) in essence(&read(line, &arena)) {
            let arena = Bump::new();
            prop_assert_eq!(essence(&read(&message, &arena)), [(message.clone(), identity)], "{}", line);
        }
    }

    #[test]
    fn damage_never_panics_and_conserves_rows(
        at in 0..CLEAN.len(), with in "\\PC{0,6}|[ ,:()>-]{0,4}|\\x00", twice: bool
    ) {
        let mut line = CLEAN.to_owned();
        line.replace_range(at..=at, &with);
        if twice {
            line.push_str(CLEAN);
        }
        let arena = Bump::new();
        let sink = read(&line, &arena);
        prop_assert!(!sink.items.is_empty());
        for (message, _) in essence(&sink) {
            let arena = Bump::new();
            let again = read(&message, &arena);
            prop_assert_eq!(again.items.len(), 1, "{}\n{}", line, message);
        }
    }
}
