//! The tagger on hand-labelled texts in six languages, on texts without names, and on logs.

use std::sync::OnceLock;

use aidos_privacy::pii::tagger::Tagger;
use aidos_privacy::pii::{Finding, Kind, Options, Scanner};
use proptest::prelude::*;

use crate::logs::made;
use crate::score::{ALL, NAMES, read, score};

fn scanner() -> &'static Scanner {
    static SCANNER: OnceLock<Scanner> = OnceLock::new();
    SCANNER.get_or_init(|| {
        let scanner = Scanner::new(Options::default()).unwrap();
        scanner.with_pass(Box::new(Tagger::shipped().unwrap()))
    })
}

fn scan(text: &str) -> Vec<Finding> {
    let mut out = Vec::new();
    scanner().scan(text, &mut out);
    out
}

#[test]
fn names_in_hand_labelled_texts_are_found() {
    let texts = read(include_str!("../data/names.jsonl"));
    assert!(texts.iter().filter(|text| !text.spans.is_empty()).count() >= 150);
    assert!(texts.iter().filter(|text| text.spans.is_empty()).count() >= 60);
    let whole = score(scanner(), NAMES, texts.iter());
    let mistakes = || whole.mistakes.join("\n");
    // Somewhat below what the model card says.
    for (kind, floor) in [
        ("PERSON", 0.88),
        ("LOCATION", 0.82),
        ("ORGANIZATION", 0.65),
        ("NRP", 0.7),
        ("TITLE", 0.8),
        ("PII", 0.86),
    ] {
        let count = whole.types[kind];
        assert!(
            count.f2() >= floor,
            "{kind}: F2 {:.3}, {count:?}\n{}",
            count.f2(),
            mistakes()
        );
    }
    let leaked = f64::from(whole.leaked) / f64::from(whole.characters);
    assert!(
        leaked <= 0.08,
        "{leaked:.3} of the labelled characters leak"
    );
    assert!(
        whole.alarmed * 5 <= whole.empty,
        "{} of {} texts without names\n{}",
        whole.alarmed,
        whole.empty,
        mistakes()
    );
    // What is said to be sure is right, most often.
    assert!(whole.sure[&9].precision() >= 0.88, "{:?}", whole.sure);
    for language in ["en", "el", "de", "fr", "es", "it"] {
        let part = score(
            scanner(),
            NAMES,
            texts.iter().filter(|text| text.language == language),
        );
        assert!(
            part.types["PII"].f2() >= 0.75,
            "{language}: {:?}",
            part.types
        );
    }
    for domain in ["mail", "ticket", "cti", "chat", "form"] {
        let of_domain = texts.iter().filter(|text| text.domain == domain);
        let part = score(scanner(), NAMES, of_domain);
        assert!(part.types["PII"].f2() >= 0.75, "{domain}: {:?}", part.types);
    }
}

#[test]
fn personal_data_in_texts_of_another_maker_is_found() {
    let texts = read(include_str!("../data/texts/texts.jsonl"));
    assert_eq!(texts.len(), 1_200);
    let whole = score(scanner(), ALL, texts.iter());
    // Somewhat below what the model card says.
    for (kind, floor) in [
        ("PII", 0.86),
        ("PERSON", 0.84),
        ("LOCATION", 0.73),
        ("ORGANIZATION", 0.67),
        ("NRP", 0.82),
        ("TITLE", 0.9),
        ("AGE", 0.85),
        ("DATE_TIME", 0.9),
        ("PHONE_NUMBER", 0.92),
        ("EMAIL_ADDRESS", 0.99),
        ("URL", 0.99),
        ("IP_ADDRESS", 0.99),
        ("CREDIT_CARD", 0.99),
        ("IBAN_CODE", 0.99),
        ("US_SSN", 0.9),
        ("CRYPTO", 0.99),
    ] {
        let count = whole.types[kind];
        assert!(
            count.f2() >= floor,
            "{kind}: F2 {:.3}, {count:?}",
            count.f2()
        );
    }
    let leaked = f64::from(whole.leaked) / f64::from(whole.characters);
    assert!(leaked <= 0.065, "{leaked:.3} of the characters leak");
    assert!(
        whole.alarmed * 6 <= whole.empty,
        "{} of {} texts without personal data",
        whole.alarmed,
        whole.empty
    );
}

#[test]
fn logs_without_names_have_none() {
    let (mut lines, mut alarms) = (0, 0);
    // Lines of mails may hold the names of senders.
    for file in ["8bells.log", "exus.json"] {
        let text = made(file);
        for line in text.lines() {
            lines += 1;
            let names = scan(line).iter().any(|f| f.detector == "tagger");
            alarms += u32::from(names);
        }
    }
    assert!(lines > 1500, "{lines} lines");
    assert!(alarms * 200 <= lines, "names in {alarms} of {lines} lines");
}

#[test]
fn persons_in_lines_of_logs_are_found_and_nothing_else() {
    let (mut right, mut alarms) = (0, 0);
    let persons = [
        "Maria Rossi",
        "John Whitfield",
        "Anna Schneider",
        "Carlos Moreno",
        "Sophie Laurent",
        "Νίκος Παππάς",
    ];
    let lines = [
        "Jan 14 08:12:55 srv2 portal[412]: Password changed for NAME from 10.1.2.3",
        "2024-03-01 11:20:01 INFO User NAME logged in from 192.0.2.7",
        "2024-03-01 11:20:01 WARN Account of NAME locked after 5 attempts",
        "{\"time\":\"2024-03-01T11:20:01Z\",\"name\":\"NAME\",\"ip\":\"192.0.2.7\"}",
    ];
    for person in persons {
        for line in lines {
            let text = line.replace("NAME", person);
            let found = scan(&text);
            let hits = found.iter().filter(|f| f.kind == Kind::Person);
            for f in hits {
                if &text[f.start..f.end] == person {
                    right += 1;
                } else {
                    alarms += 1;
                }
            }
        }
    }
    let wanted = persons.len() * lines.len();
    assert!(right * 100 >= wanted * 90, "{right} of {wanted}");
    assert!(alarms * 20 <= right, "{alarms} false beside {right}");
}

#[test]
fn spans_are_those_of_the_contract() {
    for (text, kind, value) in [
        (
            "Dear Dr. Helen Marsh, thank you.",
            Kind::Person,
            "Helen Marsh",
        ),
        ("Please call \"Maria Rossi\".", Kind::Person, "Maria Rossi"),
        ("I live in Madrid.", Kind::Location, "Madrid"),
        ("Peter's car is in Berlin.", Kind::Person, "Peter"),
    ] {
        let found = scan(text);
        let values: Vec<&str> = found
            .iter()
            .filter(|f| f.kind == kind)
            .map(|f| &text[f.start..f.end])
            .collect();
        assert_eq!(values, [value], "{text}");
    }
    let found = scan("She moved from Paris to Germany.");
    let subtypes: Vec<Option<&str>> = found.iter().map(|f| f.subtype.as_deref()).collect();
    assert_eq!(subtypes, [Some("CITY"), Some("COUNTRY")]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    #[test]
    fn any_text_is_read_the_same_twice_and_places_are_lawful(
        words in prop::collection::vec(
            prop_oneof![
                "[A-ZΑ-Ω]?[a-zα-ωéñü]{1,9}",
                Just("Maria".to_owned()), Just("Rossi".to_owned()), Just("12".to_owned()), Just("Street".to_owned()),
                Just("Berlin".to_owned()), Just("GmbH".to_owned()), Just("'s".to_owned()), Just("\n\n".to_owned()),
                any::<String>(),
            ],
            0..40,
        ),
    ) {
        let text = words.join(" ");
        let found = scan(&text);
        prop_assert_eq!(&found, &scan(&text));
        let mut last = 0;
        for f in &found {
            prop_assert!(last <= f.start && f.start < f.end && text.get(f.start..f.end).is_some());
            prop_assert!((0.0..=1.0).contains(&f.score));
            last = f.end;
        }
    }
}

#[test]
#[allow(clippy::disallowed_methods)] // a test measures time
fn long_texts_take_time_in_proportion() {
    let sentence = "Maria Rossi of Alpenwerk AG lives at 12 Main Street, Springfield. ";
    for unit in [
        sentence.to_owned(),
        "Aa".to_owned(),
        "A ".to_owned(),
        "O'".to_owned(),
        "a.".to_owned(),
        "Ä,\n".to_owned(),
        "'s".to_owned(),
    ] {
        let text = unit.repeat(300_000 / unit.len());
        let begin = std::time::Instant::now();
        let found = scan(&text);
        assert!(begin.elapsed().as_secs() < 20, "{:?}", begin.elapsed());
        assert!(found.len() <= text.len());
    }
}
