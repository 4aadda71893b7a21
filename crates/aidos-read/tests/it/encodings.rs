//! Encodings: nothing is lost, and legacy text is told from stray bytes.

use aidos_read::{Chunks, Format, Item, Limits, fuzzing, lines, sniff};

const GREEK: &str = "Ο χρήστης συνδέθηκε από τη διεύθυνση 203.0.113.7\nΑποτυχία σύνδεσης\n";

fn encode(text: &str, label: &str) -> Vec<u8> {
    let encoding = encoding_rs::Encoding::for_label(label.as_bytes()).unwrap();
    encoding.encode(text).0.into_owned()
}

fn utf16(text: &str, little: bool) -> Vec<u8> {
    let unit = |u: u16| {
        if little {
            u.to_le_bytes()
        } else {
            u.to_be_bytes()
        }
    };
    text.encode_utf16().flat_map(unit).collect()
}

/// Reads as text and gives the lines.
fn read(bytes: &[u8]) -> Vec<String> {
    let kind = sniff("a.log", bytes);
    assert_eq!(kind.format, Format::Text, "{}", kind.why);
    let leaf = fuzzing::same_records(bytes, &kind, &Limits::default());
    leaf.records.into_iter().map(|r| r.text).collect()
}

#[test]
fn utf16_with_and_without_mark() {
    let want: Vec<_> = GREEK.lines().collect();
    for little in [true, false] {
        let plain = utf16(GREEK, little);
        let mark: &[u8] = if little { b"\xFF\xFE" } else { b"\xFE\xFF" };
        let marked = [mark, &plain].concat();
        assert_eq!(read(&plain), want);
        assert_eq!(read(&marked), want);
        let kind = sniff("a.log", &marked);
        assert!(kind.had_bom && kind.encoding.is_certain());
        let leaf = fuzzing::leaf(&marked, &kind, &Limits::default(), 16, 16);
        assert_eq!(
            leaf.end,
            Some(marked.len() as u64),
            "offsets count bytes of the leaf"
        );
    }
}

#[test]
fn utf8_mark_is_no_text() {
    assert_eq!(read(b"\xEF\xBB\xBFone\ntwo"), ["one", "two"]);
    let kind = sniff("a", b"\xEF\xBB\xBF[{\"a\":1}]");
    assert!(matches!(kind.format, Format::Json(_)), "{}", kind.why);
}

#[test]
fn greek_of_a_legacy_encoding() {
    for label in ["windows-1253", "iso-8859-7"] {
        let bytes = encode(GREEK, label);
        assert_eq!(read(&bytes), GREEK.lines().collect::<Vec<_>>(), "{label}");
        let kind = sniff("a.log", &bytes);
        assert!(!kind.encoding.is_certain(), "a guess is called one");
        let leaf = fuzzing::leaf(&bytes, &kind, &Limits::default(), 16, 16);
        assert_eq!(
            leaf.end,
            Some(bytes.len() as u64),
            "offsets count bytes of the leaf"
        );
    }
}

#[test]
fn legacy_text_after_an_ascii_head() {
    let ascii = "2024-05-01 10:00:00 all is well\n".repeat(3000);
    let bytes = [
        ascii.as_bytes(),
        &encode(&GREEK.repeat(100), "windows-1253"),
    ]
    .concat();
    let kind = sniff("a.log", &bytes);
    assert_eq!(kind.encoding.name(), "UTF-8");
    assert!(!kind.encoding.is_certain());
    let lines = read(&bytes);
    assert_eq!(lines[3000], GREEK.lines().next().unwrap());
    let mut chunks = Chunks::new(bytes.as_slice(), &kind, &Limits::default(), 1 << 16);
    let mut names = Vec::new();
    while let Some(Item::Chunk(chunk)) = chunks.next().unwrap() {
        assert!(chunk.invalid.is_empty());
        names.push(chunk.encoding.name());
    }
    assert_eq!(names.first(), Some(&"UTF-8"));
    assert!(
        names.last().is_some_and(|name| *name != "UTF-8"),
        "{names:?}"
    );
    assert_eq!(chunks.bytes_read(), bytes.len() as u64);
}

#[test]
fn stray_bytes_are_replaced_and_listed() {
    let mut bytes = "all is well\n".repeat(9000).into_bytes();
    bytes[100_005] = 0xFF;
    bytes.extend_from_slice(b"cut \xce");
    let kind = sniff("a.log", &bytes);
    let leaf = fuzzing::same_records(&bytes, &kind, &Limits::default());
    assert_eq!(leaf.invalid.len(), 2);
    assert_eq!(leaf.invalid[0], (100_005, vec![0xFF]));
    assert_eq!(leaf.invalid[1].1, [0xCE]);
    assert!(leaf.text.ends_with("cut \u{FFFD}"));
    assert_eq!(
        leaf.end,
        Some(bytes.len() as u64),
        "offsets count bytes of the leaf"
    );
    // With the list the leaf can be put together again.
    let mut again = Vec::new();
    let mut from = 0;
    for (at, raw) in &leaf.invalid {
        let at = usize::try_from(*at).unwrap();
        again.extend_from_slice(&leaf.text.as_bytes()[from..at]);
        again.extend_from_slice(raw);
        from = at + '\u{FFFD}'.len_utf8();
    }
    again.extend_from_slice(&leaf.text.as_bytes()[from..]);
    assert_eq!(again, bytes);
}

#[test]
fn a_unicode_log_with_stray_bytes_stays_unicode() {
    let mut bytes = GREEK.repeat(10).into_bytes();
    bytes.extend_from_slice(&encode("συνδέθηκε\n", "windows-1253"));
    let kind = sniff("a.log", &bytes);
    let leaf = fuzzing::same_records(&bytes, &kind, &Limits::default());
    assert_eq!(kind.encoding.name(), "UTF-8");
    assert_eq!(leaf.invalid.len(), 9, "each byte is listed");
    assert!(leaf.text.starts_with(GREEK));
}

#[test]
fn zero_bytes_stay() {
    assert_eq!(
        read(b"one\0two\n\0\0\0\nthree\n"),
        ["one\0two", "\0\0\0", "three"]
    );
    assert_eq!(sniff("a.log", &[0; 4096]).format, Format::Binary);
}

#[test]
fn a_chunk_of_noise_stays_small() {
    let bytes = vec![0xFFu8; 1 << 20];
    let kind = sniff("a.log", b"text\n");
    let mut chunks = Chunks::new(bytes.as_slice(), &kind, &Limits::default(), 1 << 20);
    let mut count = 0;
    while let Some(Item::Chunk(chunk)) = chunks.next().unwrap() {
        assert!(size_of_val(chunk.invalid.as_slice()) <= 16 * chunk.invalid.len());
        count += chunk.invalid.len();
        assert_eq!(lines(&chunk).count(), 1);
    }
    assert_eq!(count, 1 << 20);
}

#[test]
fn a_malformed_sequence_over_two_reads_keeps_its_bytes() {
    // A high surrogate without its low one, found out two bytes later.
    let bytes = [
        0xff, 0xfe, 0x6f, 0x45, 0x92, 0xda, 0xff, 0x9a, 0xff, 0xf5, 0xff, 0x05, 0xfe, 0x6f,
    ];
    let kind = aidos_read::sniff("a.log", &bytes);
    let leaf = aidos_read::fuzzing::same_records(&bytes, &kind, &Limits::default());
    assert_eq!(leaf.invalid.first(), Some(&(3, vec![0x92, 0xda])));
    fuzzing::text(&bytes);
}
