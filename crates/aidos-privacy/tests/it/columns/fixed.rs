//! Single tables: what other tools get wrong, and what a person decides.

use aidos_privacy::columns::{Assignments, Costs, Options, Report, Sampler, Type};

use super::profiler;

fn profile(header: &[&str], rows: &[Vec<String>], options: &Options) -> Report {
    let mut sampler = Sampler::new(1_000, 1);
    sampler.header(header.iter().copied());
    for row in rows {
        sampler.row(row.iter().map(String::as_str));
    }
    profiler().profile(&sampler.finish(), options)
}

fn one(header: &str, cells: impl Iterator<Item = String>) -> Report {
    let rows: Vec<Vec<String>> = cells.map(|c| vec![c]).collect();
    profile(&[header], &rows, &Options::default())
}

/// presidio-structured takes the type of any cell for the column's.
#[test]
fn one_address_among_words_makes_no_column_of_addresses() {
    let cells = (0..200).map(|n| {
        if n == 117 {
            "203.0.113.7".into()
        } else {
            "ok".to_owned()
        }
    });
    let found = one("status", cells);
    let column = &found.columns[0];
    assert_eq!(column.kind.0, Type::Category, "{column:?}");
    assert!(column.free_text && !column.personal);
    assert_eq!(column.inside.len(), 1);
    assert_eq!(column.inside[0].kind, "IP_ADDRESS");
    assert!((column.inside[0].share - 0.005).abs() < 1e-9);
}

/// presidio-structured reads postal codes as telephone numbers.
#[test]
fn postal_codes_are_no_telephone_numbers() {
    for header in ["zip", "ZIP", "postal_code", "plz"] {
        let found = one(header, (0..300).map(|n| format!("{:05}", 601 + n * 331)));
        assert_eq!(found.columns[0].kind.0, Type::Zip, "{header}");
    }
    let found = one(
        "col3",
        (0..300).map(|n| format!("{:05}", 601 + n * 331 % 99_000)),
    );
    assert_ne!(found.columns[0].kind.0, Type::Phone);
}

/// nerpii sees a postal code in every header that contains "cap".
#[test]
fn a_header_that_contains_cap_is_no_postal_code() {
    for header in ["capacity", "recap", "capital_gain", "cap", "escape"] {
        let found = one(header, (0..200).map(|n| (n * 37 % 1_900).to_string()));
        assert_ne!(found.columns[0].kind.0, Type::Zip, "{header}");
        let found = one(
            header,
            (0..200).map(|n| ["red", "blue", "green hat"][n % 3].to_owned()),
        );
        assert_ne!(found.columns[0].kind.0, Type::Zip, "{header}");
    }
    let found = one("CAP", (0..200).map(|n| format!("{:05}", n * 487 % 98_000)));
    assert_eq!(found.columns[0].kind.0, Type::Zip);
}

/// presidio-structured has no gender, age, smoking or marital status.
#[test]
fn what_is_said_of_persons_is_found() {
    let rows: Vec<Vec<String>> = (0..200usize)
        .map(|n| {
            vec![
                ["M", "F"][n * 7 % 2].to_owned(),
                (19 + n * 31 % 64).to_string(),
                ["never", "former", "current"][n * 5 % 3].to_owned(),
                ["single", "married", "widowed"][n * 11 % 3].to_owned(),
            ]
        })
        .collect();
    for header in [["sex", "age", "smoking", "marital"], ["a", "b", "c", "d"]] {
        let found = profile(&header, &rows, &Options::default());
        let kinds: Vec<Type> = found.columns.iter().map(|c| c.kind.0).collect();
        assert_eq!(
            kinds,
            [Type::Gender, Type::Age, Type::Smoking, Type::MaritalStatus],
            "{header:?}"
        );
        assert!(
            found
                .columns
                .iter()
                .all(|c| !c.evidence.is_empty() && c.personal)
        );
        assert!(found.columns[0].quasi_identifier && found.columns[3].quasi_identifier);
    }
}

#[test]
fn a_hand_wins_and_lists_are_honoured() {
    let rows: Vec<Vec<String>> = (0..50)
        .map(|n| vec![format!("u{n}@example.org"), format!("R-{n}"), "x y".into()])
        .collect();
    let by_hand = Assignments::from_toml("allow = ['mail']\ndeny = ['note*']\n[[column]]\nname = 'ref'\ntype = 'RECORD_NUMBER'\nwhy = 'asked'").unwrap();
    let options = Options {
        by_hand,
        ..Options::default()
    };
    let found = profile(&["mail", "ref", "notes"], &rows, &options);
    assert!(!found.columns[0].personal, "{:?}", found.columns[0]);
    assert_eq!(found.columns[1].kind.0, Type::RecordNumber);
    assert!(found.columns[1].assigned && found.columns[1].confidence >= 1.0);
    assert_eq!(found.columns[1].evidence[0].why, "asked");
    assert!(found.columns[2].personal);
}

#[test]
fn domains_are_told_apart() {
    let told = |header: &[&str], row: &[&str]| {
        let rows: Vec<Vec<String>> = (0..40)
            .map(|_| row.iter().map(|c| (*c).to_owned()).collect())
            .collect();
        let found = profile(header, &rows, &Options::default()).domain;
        assert!(!found.evidence.is_empty() || found.name.word() == "none");
        found.name.word()
    };
    assert_eq!(
        told(
            &["patient", "diagnosis", "bmi"],
            &["Ada Smith", "I10", "24.1"]
        ),
        "health"
    );
    assert_eq!(
        told(
            &["iban", "amount", "ccy"],
            &["DE89370400440532013000", "12.50", "EUR"]
        ),
        "finance"
    );
    assert_eq!(
        told(
            &["src_ip", "dst_port", "signature"],
            &["203.0.113.7", "22", "scan"]
        ),
        "threat_intelligence"
    );
    assert_eq!(told(&["colour", "shape"], &["red", "round"]), "none");
}

#[test]
fn minimising_keeps_what_is_compared() {
    let rows: Vec<Vec<String>> = (0..100)
        .map(|n| {
            vec![
                format!("2024-03-07T10:00:{:02}Z", n % 60),
                format!("203.0.113.{n}"),
                "Ada Smith".into(),
                "a long remark about nothing".into(),
            ]
        })
        .collect();
    let options = Options {
        minimise: Some(Costs::default()),
        ..Options::default()
    };
    let found = profile(&["time", "src_ip", "name", "note"], &rows, &options)
        .minimise
        .unwrap();
    let kept: Vec<bool> = found.columns.iter().map(|c| c.keep).collect();
    assert_eq!(kept, [true, true, false, false]);
    assert!(found.bytes_saved_share > 0.4 && found.seconds_kept < found.seconds);
    let bytes: u64 = rows.iter().flatten().map(|c| c.len() as u64).sum();
    assert_eq!(found.bytes, bytes);
}

#[test]
fn numbers_that_pass_a_check_by_chance_are_nothing() {
    // Sixteen random digits: one in ten passes Luhn.
    let mut state = 88_172_645_463_325_252u64;
    let cells = (0..300).map(|_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        format!("4{:015}", state % 1_000_000_000_000_000)
    });
    let found = one("x", cells);
    assert_ne!(found.columns[0].kind.0, Type::Card);
}

#[test]
fn empty_tables_and_columns_are_fine() {
    let none = profile(&[], &[], &Options::default());
    assert!(none.columns.is_empty());
    let found = profile(
        &["a", "b"],
        &[vec![String::new(), "-".into()]],
        &Options::default(),
    );
    assert!(found.columns.iter().all(|c| c.kind.0 == Type::Empty));
}
