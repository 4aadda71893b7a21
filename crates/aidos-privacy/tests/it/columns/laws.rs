//! What holds for any table.

use aidos_privacy::columns::{Options, Report, Sampler};
use proptest::prelude::*;

use super::profiler;

/// Cells that detectors and lists begin with, and what breaks readers.
const CELLS: &[&str] = &[
    "",
    "-",
    "203.0.113.7",
    "ada@example.org",
    "1980-03-07",
    "0",
    "1e308",
    "-1",
    "99999999999999999999",
    "NaN",
    "Ada",
    "Ada Smith",
    "M",
    "yes",
    "=A1",
    "\u{0}",
    "é",
    "ß",
    "Σίσυφος",
    "1,234.50",
    "+30 210 1234567",
    "T1059",
    "a.b.c",
    "[.]",
    "{\"a\":1}",
    "::",
    "日本語",
    "x\u{301}",
];

fn profile(rows: &[Vec<String>], most: usize) -> Report {
    let mut sampler = Sampler::new(most, 3);
    sampler.header(["dob", "x", "IP address"]);
    for row in rows {
        sampler.row(row.iter().map(String::as_str));
    }
    profiler().profile(&sampler.finish(), &Options::default())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn any_table_gives_a_sound_report(
        rows in prop::collection::vec(
            prop::collection::vec(
                prop_oneof![prop::sample::select(CELLS).prop_map(str::to_owned), "\\PC{0,40}", "[0-9./:-]{0,16}"],
                0..6,
            ),
            0..40,
        ),
        most in 1usize..50,
    ) {
        let found = profile(&rows, most);
        prop_assert_eq!(&found, &profile(&rows, most));
        prop_assert_eq!(found.rows, rows.len() as u64);
        prop_assert!(found.sampled <= most as u64);
        for column in &found.columns {
            prop_assert!((0.0..=1.0).contains(&column.confidence), "{:?}", column);
            prop_assert!((0.0..=1.0).contains(&column.filled_share));
            prop_assert!(column.distinct <= column.filled);
            prop_assert!(column.evidence.iter().all(|e| e.log_odds.is_finite()));
        }
    }

    /// More of the same rows change no type.
    #[test]
    fn rows_given_twice_change_no_type(seed in 0u64..1_000) {
        let made = super::generate::table(super::generate::GENERATORS[3].1, &super::generate::locales()[0], true, seed);
        let once = super::report(&made);
        let twice: Vec<super::Made> = made
            .into_iter()
            .map(|mut m| {
                // A rising number would not rise any more.
                m.cells.extend_from_within(..);
                m
            })
            .collect();
        let again = super::report(&twice);
        for (a, b) in once.columns.iter().zip(&again.columns) {
            prop_assert_eq!(a.kind, b.kind, "{}", a.name);
        }
    }
}
