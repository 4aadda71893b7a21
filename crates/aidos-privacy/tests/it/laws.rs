//! What holds for any text.

use std::sync::LazyLock;
use std::time::Instant;

use aidos_privacy::pii::{CodePoints, Finding};
use proptest::prelude::*;

use crate::scan;

/// Pieces that detectors begin with or look around for.
const PIECES: &[&str] = &[
    "ada@example.org",
    "203.0.113.7",
    "2001:db8::1",
    "00:1a:2b:3c:4d:5e",
    "https://u:p@x.org/",
    "+30 210 1234567",
    "4111 1111 1111 1111",
    "GB82 WEST 1234 5698 7654 32",
    "536-90-4399",
    "7 March 1950",
    "born",
    "γεννήθηκε",
    "34 ετών",
    "years old",
    "<pppoe-",
    "C:\\Users\\",
    "/home/",
    "password=",
    "eyJ",
    "-----BEGIN",
    "zip",
    "Mr. ",
    "::",
    "..",
    "@",
    "[at]",
    "(0)",
    "0x",
    "Τ.Κ.",
    "user",
    "=",
    ":",
    " ",
    "-",
    "é",
    "Ω",
    "\u{a0}",
    "\u{202e}",
    "😀",
    "1",
    "23",
    "4567",
    "89012345678",
    "a",
    "Z",
    "\n",
    "\"",
    "kg",
    "weight",
    "speaks Greek",
    "IBAN",
    "DE",
    "x123",
    "10:30",
];

/// Texts from pieces, so that detectors meet each other, with any characters between.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => prop::sample::select(PIECES).prop_map(str::to_owned),
        1 => any::<String>(),
        2 => "[ -~]{0,12}",
        1 => "[0-9 .:/+-]{0,24}",
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

fn holds(text: &str, found: &[Finding]) {
    let mut last = 0;
    for finding in found {
        assert!(
            finding.start < finding.end && finding.start >= last,
            "{text:?}: {finding:?}"
        );
        assert!(
            text.get(finding.start..finding.end).is_some(),
            "{text:?}: {finding:?}"
        );
        assert!((0.0..=1.0).contains(&finding.score), "{finding:?}");
        assert!(!finding.why.is_empty() && !finding.detector.is_empty());
        last = finding.end;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn any_text_gives_sorted_spans_on_characters(text in text()) {
        let found = scan(&text);
        holds(&text, &found);
        // The same again: nothing is kept from one text to the next.
        prop_assert_eq!(scan(&text), found);
    }

    #[test]
    fn code_points_agree_with_a_plain_count(text in any::<String>(), parts in prop::collection::vec(any::<prop::sample::Index>(), 0..5)) {
        let mut points = CodePoints::new(&text);
        for part in parts {
            let mut at = part.index(text.len() + 1);
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            prop_assert_eq!(points.at(at), text[..at].chars().count());
        }
    }

    #[test]
    fn plain_sentences_around_it_change_nothing(n in 0usize..VALUES.len()) {
        // Far enough that no word of the sentences is context.
        let before = "Nothing of note was seen on that quiet afternoon; the clouds went by and the river stayed low. . . ";
        let after = " . . . It went on like that, and nothing else of any kind was written down by the old clerk.";
        let value = VALUES[n];
        let alone = scan(value);
        prop_assert!(!alone.is_empty(), "{value}");
        let within = scan(&format!("{before}{value}{after}"));
        let moved: Vec<Finding> = within
            .into_iter()
            .map(|f| Finding { start: f.start - before.len(), end: f.end - before.len(), ..f })
            .collect();
        prop_assert_eq!(moved, alone);
    }
}

/// Values that are found with no word beside them.
const VALUES: &[&str] = &[
    "ada@example.org",
    "203.0.113.7",
    "2001:db8::1",
    "00:1a:2b:3c:4d:5e",
    "https://example.org/a",
    "+30 210 1234567",
    "4111 1111 1111 1111",
    "GB82 WEST 1234 5698 7654 32",
    "536-90-4399",
    "7 March 1950",
    "she is 34 years old",
    "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
    "(415) 555-0132",
    "RSSMRA85T10A562S",
    "password=hunter2",
    "gender: male",
    "2023-03-07T10:15:00Z",
    "SW1A 1AA",
    "AKIAIOSFODNN7EXAMPLE",
    "<pppoe-alice>",
    "12345678Z",
    "86 095 742 719",
];

/// The best of three times, in seconds for a text: of this thread where the system tells (Linux), so that it does not
/// count what else the machine does.
fn seconds(text: &str) -> f64 {
    (0..3)
        .map(|_| {
            let begin = now();
            scan(text);
            now() - begin
        })
        .fold(f64::INFINITY, f64::min)
}

/// The time that this thread has worked, else that of the clock, in seconds.
#[allow(clippy::disallowed_methods)] // a test measures
fn now() -> f64 {
    static BEGIN: LazyLock<Instant> = LazyLock::new(Instant::now);
    let worked = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = worked.and_then(|text| text.split(' ').next()?.parse().ok());
    nanoseconds.map_or_else(|| BEGIN.elapsed().as_secs_f64(), |n: f64| n / 1e9)
}

#[test]
fn hostile_texts_take_time_in_proportion() {
    for piece in [
        "@",
        "a@",
        "a.",
        "a.b@c.",
        "1.",
        "1:",
        "::",
        "+1",
        "1 ",
        "1-",
        "(1",
        "//",
        "://",
        "http://",
        "\\Users\\",
        "eyJ.",
        "user=ab,",
        "user ab;",
        "eyJ.eyJ-",
        "10 anni ",
        "host=ab,",
        "zip 1",
        "kg ",
        "password=p",
        "-----BEGIN PRIVATE KEY-----",
        "password=",
        "x",
        "1",
        "-",
        "é",
        "born ",
        "age ",
        "user ",
        "May 1 ",
        "ab:",
        "bc1",
        "0x",
        "<pppoe-",
        "4111 1111 ",
        "GB82 ",
        "(0)",
        "[at]",
        "Mr. A",
    ] {
        let small = piece.repeat(32 * 1024 / piece.len());
        let large = piece.repeat(256 * 1024 / piece.len());
        // Eight times the text; quadratic work would take sixty-four times the time. Others use
        // the machine too, so one bad measure is not enough.
        let linear = (0..4).any(|_| seconds(&large) < seconds(&small).max(0.001) * 32.0);
        assert!(
            linear,
            "{piece:?}: more than 32 times as long for 8 times the text"
        );
    }
}
