//! Detectors and the tagger: findings are in order, disjoint, between characters, and depend on their text alone.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::{one_line, picked, text_of};
use crate::pii::tagger::{LANES, Parts, Tagger};
use crate::pii::{CodePoints, Custom, Finding, Kind, Kinds, Language, Options, Pass, Scanner};

/// Detectors of one's own, lists of both kinds beside them.
const OWN: &str = r#"
[[detector]]
name = "ticket"
pattern = 'INC-\d{3,6}|\b'
context = ["ticket", "δελτίο"]

[[detector]]
name = "badge"
type = "TAX_ID"
pattern = '(?i)b-?\d{4}'
validator = "luhn"
score = 0.1

[[detector]]
name = "projects"
dictionary = ["Project Aurora", "Έργο Ηώς", "-"]
"#;

/// Scanners as different as they can be asked for: the usual one, one that reports all however unsure, one for each
/// language, one with lists and detectors of its own.
///
/// # Panics
///
/// If one cannot be built.
pub fn scanners() -> Vec<Scanner> {
    use Language::{De, El, En, Es, Fr, It};
    let mut all = vec![
        Options::default(),
        Options {
            min_score: 0.0,
            ..Options::default()
        },
    ];
    all.extend([En, El, De, Fr, Es, It].map(|language| Options {
        language: Some(language),
        min_score: 0.3,
        ..Options::default()
    }));
    all.push(Options {
        min_score: 0.0,
        allow: vec!["203.0.113.7".to_owned(), "Ada".to_owned()],
        deny: vec![
            (Kind::Person, "Quibble".to_owned()),
            (Kind::Organization, "Μπλε Λιμάνι".to_owned()),
        ],
        custom: custom(OWN),
        ..Options::default()
    });
    all.into_iter().map(built).collect()
}

fn custom(toml: &str) -> Vec<Custom> {
    Custom::from_toml(toml).unwrap_or_else(|error| panic!("{error}"))
}

fn built(options: Options) -> Scanner {
    Scanner::new(options).unwrap_or_else(|error| panic!("{error}"))
}

/// What every list of findings in a text promises.
fn lawful<'f>(text: &str, found: impl IntoIterator<Item = &'f Finding>) {
    let mut points = CodePoints::new(text);
    let mut last = 0;
    for finding in found {
        let Finding { start, end, .. } = *finding;
        assert!(last <= start && start < end, "{finding:?} of {text:?}");
        let Some(before) = text.get(..start) else {
            panic!("{finding:?} of {text:?}: inside of a character");
        };
        assert!(text.get(start..end).is_some(), "{finding:?} of {text:?}");
        assert!((0.0..=1.0).contains(&finding.score), "{finding:?}");
        assert!(!finding.detector.is_empty() && !finding.why.is_empty());
        assert_eq!(points.at(start), before.chars().count(), "of {text:?}");
        last = end;
    }
}

/// Patterns over the records of a text, by the scanner that the first byte picks.
///
/// `scanners` are built once by the caller.
///
/// # Panics
///
/// If findings are out of order, overlap, lie inside of a character or depend on other records than their own.
pub fn scan(scanners: &[Scanner], bytes: &[u8]) {
    let Some((scanner, rest)) = picked(scanners, bytes) else {
        return;
    };
    let text = text_of(rest);
    let mut found = Vec::new();
    scanner.scan(&text, &mut found);
    lawful(&text, &found);
    // A reader gives records, and all findings may go to one list.
    let mut together = Vec::new();
    let mut alone = Vec::new();
    for record in text.split('\n').take(8) {
        scanner.scan(record, &mut together);
        let mut own = Vec::new();
        scanner.scan(record, &mut own);
        lawful(record, &own);
        alone.append(&mut own);
    }
    assert_eq!(together, alone, "of {text:?}");
}

/// The tagger over a text.
///
/// # Panics
///
/// If tokens or names are out of order, lie inside of a character, or differ the second time.
pub fn tagger(tagger: &Tagger, bytes: &[u8]) {
    let text = text_of(bytes);
    let find = || {
        let mut found = Vec::new();
        tagger.find(&text, &mut found);
        found
    };
    let found = find();
    lawful(&text, found.iter().map(|candidate| &candidate.finding));
    assert_eq!(found, find(), "of {text:?}");
    // What the gate keeps from the model has to be lawful too.
    let tokens = tagger.tokens(&text, 0, text.len());
    let mut last = 0;
    for token in &tokens {
        let (start, end) = (token.piece.start, token.piece.end);
        assert!(last <= start && start < end, "{token:?} of {text:?}");
        assert!(text.get(start..end).is_some(), "{token:?} of {text:?}");
        last = end;
    }
    let mut last = 0;
    for name in tagger.names(&tokens) {
        assert!(
            last <= name.first && name.first < name.end && name.end <= tokens.len(),
            "{name:?} of {text:?}"
        );
        last = name.end;
    }
}

/// Names, addresses and groups in several scripts: enough prose for the gate.
const PROSE: &str = "Dear Ms Maria Rossi, please ask Dr. Zorvan Quibble of Blue Harbour Ltd in Athens about it.\n\
    Ο κ. Γιώργος Παπαδόπουλος μένει στην οδό Ερμού 12, 105 63 Αθήνα, και εργάζεται στην Τράπεζα.\n\
    Ihr Ansprechpartner ist Jürgen Müller, Hauptstraße 5, 10115 Berlin; er ist Deutscher.\n";

/// The bytes of a model: refused with a reason, or read; and the same bytes in place of the numbers of a whole model,
/// which is always read.
///
/// # Panics
///
/// If a model that was read gives unlawful names, or a whole one is refused.
pub fn model(bytes: &[u8]) {
    match Tagger::from_bytes(Cow::Owned(bytes.to_vec())) {
        Err(error) => one_line(&error.to_string()),
        Ok(own) => tagger(&own, PROSE.as_bytes()),
    }
    let parts = Parts {
        calibration: Default::default(),
        transitions: [[0; LANES]; LANES],
        weights: vec![[0; LANES]; 1 + bytes.len().min(1 << 14) / LANES],
        words: (1..20)
            .map(|key| (key << 27, 1))
            .collect::<BTreeMap<_, _>>(),
    };
    let mut whole = parts.to_bytes();
    // Behind the name and the two lengths.
    for (own, byte) in whole.iter_mut().skip(16).zip(bytes) {
        *own = *byte;
    }
    match Tagger::from_bytes(Cow::Owned(whole)) {
        Err(error) => panic!("a whole model is refused: {error}"),
        Ok(own) => tagger(&own, PROSE.as_bytes()),
    }
}

/// A file of custom detectors: refused with a reason, or they find.
///
/// # Panics
///
/// If a reason is no line, or findings are unlawful.
pub fn detector(bytes: &[u8]) {
    const TEXT: &str =
        "badge B-2345 of Project Aurora, ticket INC-12345; Έργο Ηώς, 4111 1111 1111 1111, GB82WEST";
    let scanner = Custom::from_toml(&text_of(bytes)).and_then(|custom| {
        Scanner::new(Options {
            kinds: Kinds::ALL,
            min_score: 0.0,
            custom,
            ..Options::default()
        })
    });
    match scanner {
        Err(error) => one_line(&error.to_string()),
        Ok(scanner) => {
            let mut found = Vec::new();
            scanner.scan(TEXT, &mut found);
            lawful(TEXT, &found);
            for finding in &found {
                one_line(&finding.detector);
                one_line(finding.subtype.as_deref().unwrap_or("none"));
            }
        }
    }
}
