use super::*;
use crate::pii::Options;
use crate::role::Direction;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::OnceLock;

fn with(policy: &str) -> Anonymiser {
    Anonymiser::new(
        Policy::parse(policy).unwrap(),
        CommunityKey::from_bytes([1; 32]),
        Scanner::new(Options::default()).unwrap(),
        Assets::parse(["corp.example", "198.51.100.0/24"])
            .unwrap()
            .with_name("Blue Harbour"),
    )
}

fn plain() -> &'static Anonymiser {
    static ANONYMISER: OnceLock<Anonymiser> = OnceLock::new();
    ANONYMISER.get_or_init(|| with(""))
}

#[test]
fn what_is_found_once_is_hidden_everywhere() {
    let mut document = Document::new();
    let text = plain().text(
        &mut document,
        "mail zorvan.quibble@snark.example, file C:\\tmp\\ZORVAN.QUIBBLE-1.pdf",
    );
    assert!(!text.to_lowercase().contains("quibble"), "{text}");
    let later = plain().text(
        &mut document,
        "seen at snark.example by quibble and quibbler",
    );
    assert!(
        !later.contains("snark") && !later.contains("by quibble "),
        "{later}"
    );
}

#[test]
fn own_names_and_denied_values_are_hidden_in_all_forms() {
    let anonymiser = with("[[deny]]\nkind = 'PERSON'\nvalue = 'Zorvan Quibble'");
    let mut document = Document::new();
    for text in [
        "blue-harbour Ltd",
        "zorvanquibble99",
        "x Wm9ydmFuIFF1aWJibGU= y",
        "corp.example",
    ] {
        let hidden = anonymiser.text(&mut document, text).to_lowercase();
        for part in ["harbour", "quibble", "Wm9y", "corp."] {
            assert!(!hidden.contains(&part.to_lowercase()), "{hidden}");
        }
    }
}

#[test]
fn attackers_stay_but_for_victims_in_them() {
    let mut document = Document::new();
    document.know(
        "URL",
        Role::Attacker,
        "http://evil.example/in?m=ada@lovelace.example",
    );
    document.know("IP_ADDRESS", Role::Attacker, "203.0.113.7");
    document.know("EMAIL_ADDRESS", Role::Victim, "ada@lovelace.example");
    let text = plain().text(
        &mut document,
        "http://evil.example/in?m=ada@lovelace.example from 203.0.113.7, 203.0.113.8",
    );
    assert!(text.starts_with("http://evil.example/in?m=user-"), "{text}");
    assert!(
        text.contains("203.0.113.7,") && !text.contains("203.0.113.8"),
        "{text}"
    );
}

#[test]
fn natural_persons_among_attackers_stay_by_policy_alone() {
    for (policy, kept) in [("", false), ("attacker_persons = true", true)] {
        let hidden = with(policy)
            .value("EMAIL_ADDRESS", Role::Attacker, "john.smith@evil.example")
            .text;
        assert_eq!(hidden == "john.smith@evil.example", kept);
        let office = with(policy)
            .value("EMAIL_ADDRESS", Role::Attacker, "billing@evil.example")
            .text;
        assert_eq!(office, "billing@evil.example");
    }
}

#[test]
fn lists_are_obeyed() {
    let anonymiser =
        with("allow = ['Press@corp.example']").with_warnings(Warnings::new(["9.9.9.9"]));
    assert_eq!(
        anonymiser
            .value("EMAIL_ADDRESS", Role::Own, "press@corp.example")
            .text,
        "press@corp.example"
    );
    assert_eq!(
        anonymiser
            .value("IP_ADDRESS", Role::Bystander, "9.9.9.9")
            .text,
        "9.9.9.9"
    );
    assert_ne!(
        anonymiser.value("IP_ADDRESS", Role::Victim, "9.9.9.9").text,
        "9.9.9.9"
    );
}

fn login() -> Value {
    json!({
        "@timestamp": "2024-05-01T10:00:00Z",
        "event": {"provider": "8bells", "kind": "alert", "category": ["authentication"]},
        "source": {"ip": "203.0.113.7", "port": 4711},
        "destination": {"ip": "198.51.100.9", "mac": "00-1B-44-11-3A-B7"},
        "user": {"name": "zquibble"},
        "related": {"ip": ["203.0.113.7", "198.51.100.9"], "user": ["zquibble"]},
        "log": {"syslog": {"hostname": "gw-athens"}, "file": {"path": "gw-athens/zquibble.log"}},
        "observer": {"ingress": {"interface": {"name": "<pppoe-zquibble>"}}},
        "aidos": {"defects": ["bad_mac"], "note": 5},
        "extra": {"phone": "+30 210 7654321"},
        "message": "gw-athens login failure for user zquibble from 203.0.113.7 to 198.51.100.9 (00:1b:44:11:3a:b7)",
    })
}

#[test]
fn an_entry_keeps_its_attacker_and_loses_all_others() {
    let mut document = Document::new();
    let mut entry = login();
    plain().entry(&mut document, &mut entry, Direction::LoginFailure);
    let text = entry.to_string().to_lowercase();
    for gone in [
        "zquibble",
        "198.51.100.9",
        "athens",
        "113ab7",
        "11:3a:b7",
        "11-3a-b7",
        "7654321",
    ] {
        assert!(!text.contains(gone), "{gone} in {text}");
    }
    assert_eq!(entry["source"]["ip"], "203.0.113.7");
    assert_eq!(entry["related"]["ip"][0], "203.0.113.7");
    assert_eq!(entry["related"]["ip"][1], entry["destination"]["ip"]);
    assert_eq!(entry["event"], login()["event"]);
    assert_eq!(entry["aidos"], login()["aidos"]);
    let message = entry["message"].as_str().unwrap();
    assert!(
        message.contains("from 203.0.113.7 to 198.51.100."),
        "{message}"
    );
    assert!(
        message.contains(entry["user"]["name"].as_str().unwrap()),
        "{message}"
    );
    let mut twice = entry.clone();
    let mut second = Document::after(document.ledger().clone());
    plain().entry(&mut second, &mut twice, Direction::LoginFailure);
    assert_eq!(twice, entry);
    assert!(document.statistics().of("ip") >= 2 && document.statistics().iocs_kept >= 2);
}

#[test]
fn rows_are_hidden_by_column_and_text() {
    let mut document = Document::new();
    let mut cells = [
        "Zorvan Quibble",
        "42",
        "seen: zorvan quibble, 203.0.113.9",
        "x",
    ]
    .map(str::to_owned);
    let columns = [Some(Column::of("PERSON")), Some(Column::of("AGE")), None];
    plain().row(&mut document, &mut cells, &columns);
    assert!(
        cells[0].starts_with("person-") && cells[2].contains(&cells[0]),
        "{cells:?}"
    );
    assert_eq!((cells[1].as_str(), cells[3].as_str()), ("40-49", "x"));
}

#[test]
fn a_policy_can_take_prose_away() {
    let mut document = Document::new();
    let anonymiser = with("text = 'redact'");
    assert_eq!(anonymiser.text(&mut document, "anything"), REDACTED);
    let mut entry = login();
    anonymiser.entry(&mut document, &mut entry, Direction::Inbound);
    assert_eq!(entry["message"], REDACTED);
    assert_eq!(document.statistics().texts_redacted, 2);
}

#[test]
fn reversible_values_come_back() {
    let anonymiser = with("[kinds.PERSON]\nvictim = 'encrypt'");
    for (kind, value) in [("PERSON", "Zorvan Quibble"), ("IP_ADDRESS", "198.51.100.9")] {
        let hidden = anonymiser.value(kind, Role::Victim, value);
        assert!(hidden.reversible && hidden.text != value);
        assert_eq!(
            anonymiser
                .restore(kind, Role::Victim, &hidden.text)
                .unwrap(),
            value
        );
    }
    assert!(
        anonymiser
            .restore("USER_NAME", Role::Victim, "user-x")
            .is_err()
    );
}

#[test]
fn encrypted_values_come_back_beside_letters_too() {
    for text in [
        "stamphttps://u:p@x.example/a",
        "[\"billing@evil.example\", \"@corp.example\"]",
    ] {
        let mut document = Document::new();
        let hidden = reversible().text(&mut document, text);
        assert_ne!(hidden, text);
        assert_eq!(
            reversible().restore_text(document.ledger(), &hidden),
            text,
            "{hidden}"
        );
    }
}

/// Found by the fuzz target `anonymise`: its text held the token of a value that stood in it too.
#[test]
fn a_token_that_stood_there_before_comes_back_with_the_others() {
    let hide = |text: &str| {
        let mut document = Document::new();
        let hidden = reversible().text(&mut document, text);
        (hidden, document)
    };
    let (token, _) = hide("ada@snark.example");
    let (hidden, document) = hide(&format!("{token} and ada@snark.example"));
    assert_eq!(hidden, format!("{token} and {token}"));
    assert_eq!(
        reversible().restore_text(document.ledger(), &hidden),
        "ada@snark.example and ada@snark.example"
    );
}

/// Found by the fuzz target `anonymise`: a token stood inside of a mail address.
#[test]
fn a_token_inside_of_a_value_stays_in_the_value_that_comes_back() {
    let (token, _) = {
        let mut document = Document::new();
        (reversible().text(&mut document, "203.0.113.7"), document)
    };
    let text = format!("203.0.113.7 and ada.{token}@snark.example");
    let mut document = Document::new();
    let hidden = reversible().text(&mut document, &text);
    assert!(!hidden.contains('@'), "{hidden}");
    let back = reversible().restore_text(document.ledger(), &hidden);
    assert_eq!(back, text);
}

fn reversible() -> &'static Anonymiser {
    static ANONYMISER: OnceLock<Anonymiser> = OnceLock::new();
    ANONYMISER.get_or_init(|| {
        let mut policy = String::new();
        for kind in crate::pii::Kind::ALL {
            policy = policy + "[kinds." + kind.word() + "]\nany = 'encrypt'\n";
        }
        for kind in [
            "BIRTHDAY",
            "DECEASED_DATE",
            "DOMAIN_NAME",
            "CITY",
            "ADDRESS",
            "COUNTRY",
            "NATIONALITY",
        ] {
            policy = policy + "[kinds." + kind + "]\nany = 'encrypt'\n";
        }
        with(&policy)
    })
}

const PIECES: &[&str] = &[
    "ada.quibble@snark.example",
    "203.0.113.7",
    "2001:db8::1",
    "00:1a:2b:3c:4d:5e",
    "https://u:p@x.example/a?b=c",
    "+30 210 1234567",
    "4111 1111 1111 1111",
    "GB82 WEST 1234 5698 7654 32",
    "born 7 March 1950",
    "34 years old",
    "<pppoe-ada>",
    "C:\\Users\\ada\\x",
    "/home/ada/.ssh",
    "password=hunter2xyz",
    "Mr. Quibble",
    "Zorvan Quibble",
    " ",
    ",",
    "-",
    ".",
    "9",
    "a",
    "é",
    "[redacted]",
    "<PERSON>",
    "user=",
    "from ",
    "host-",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn twice_is_once(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..12)) {
        let text = pieces.concat();
        let mut first = Document::new();
        let once = plain().text(&mut first, &text);
        let mut second = Document::after(first.ledger().clone());
        prop_assert_eq!(plain().text(&mut second, &once), once);
    }

    #[test]
    fn restored_is_what_was(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..12)) {
        // Texts that hold no output's look-alike: blanks between.
        let text = pieces.iter().filter(|piece| !piece.contains(['<', '['])).copied().collect::<Vec<_>>().join(" ");
        let mut document = Document::new();
        let hidden = reversible().text(&mut document, &text);
        prop_assert_eq!(reversible().restore_text(document.ledger(), &hidden), text);
    }

    #[test]
    fn any_text_is_an_answer(text in "\\PC{0,60}") {
        let mut first = Document::new();
        let once = plain().text(&mut first, &text);
        let mut second = Document::after(first.ledger().clone());
        prop_assert_eq!(plain().text(&mut second, &once), once);
    }

    #[test]
    fn one_value_has_one_stand_in(local in "[a-z]{5,9}", host in "[a-z]{5,9}") {
        let mail = format!("{local}@{host}.example");
        let (mut a, mut b) = (Document::new(), Document::new());
        let first = plain().text(&mut a, &format!("from {mail} to nobody"));
        let second = plain().text(&mut b, &format!("cc: <{mail}>"));
        let token = first.split(' ').nth(1).unwrap();
        prop_assert!(second.contains(token), "{} {}", first, second);
    }
}
