//! Text, CSV and JSON that try to swallow what follows or to fill the memory.

use std::io::Read;

use aidos_read::{
    Chunks, Dialect, Format, Item, Limits, Oversize, Quoting, ReadError, Shape, fuzzing, lines,
};
use sha2::{Digest, Sha256};

use crate::make;

/// `count` times `byte`, then `rest`: no memory for the long part.
fn long(byte: u8, count: u64, rest: &'static [u8]) -> impl Read {
    std::io::repeat(byte).take(count).chain(rest)
}

fn hash_of(byte: u8, count: usize) -> [u8; 32] {
    let mut hash = Sha256::new();
    for _ in 0..count / 1000 {
        hash.update([byte; 1000]);
    }
    hash.finalize().into()
}

fn csv() -> Format {
    Format::Csv(Dialect::default())
}

fn first_oversize(mut chunks: Chunks<impl Read>) -> (Oversize, String) {
    let Some(Item::Oversize(found)) = chunks.next().unwrap() else {
        panic!("held")
    };
    let Some(Item::Chunk(rest)) = chunks.next().unwrap() else {
        panic!("nothing after it")
    };
    assert_eq!(rest.first_line, 2);
    assert_eq!(lines(&rest).next().unwrap().0, 2);
    (found, rest.text)
}

#[test]
fn a_line_of_100_megabytes_is_hashed_not_held() {
    let size = 100_000_000;
    let kind = make::kind(Format::Text);
    let reader = long(b'x', size, b"\r\nnext\n");
    let (found, rest) = first_oversize(Chunks::new(reader, &kind, &Limits::default(), 1 << 20));
    assert_eq!((found.line, found.offset, found.len), (1, 0, size));
    assert_eq!(found.sha256, hash_of(b'x', 100_000_000));
    assert_eq!(found.head, [b'x'; 4096]);
    assert_eq!(rest, "next\n");
}

#[test]
fn long_records_of_every_kind_end_with_their_line() {
    for format in [
        csv(),
        Format::Json(Shape::Lines),
        Format::Json(Shape::Array),
    ] {
        let kind = make::kind(format);
        let reader = long(b'x', 9_000_000, b"\n{\"a\":1}\n");
        let (found, rest) = first_oversize(Chunks::new(reader, &kind, &Limits::default(), 1 << 20));
        assert_eq!((found.line, found.len), (1, 9_000_000));
        assert_eq!(rest, "{\"a\":1}\n");
    }
}

#[test]
fn an_object_too_large_ends_with_its_brace() {
    let reader = b"{\"a\":\"".chain(long(b'x', 9_000_000, b"\"}, {\"b\":1}]\n"));
    let kind = make::kind(Format::Json(Shape::Array));
    let mut chunks = Chunks::new(reader, &kind, &Limits::default(), 1 << 20);
    let Some(Item::Oversize(found)) = chunks.next().unwrap() else {
        panic!()
    };
    assert_eq!(found.len, 9_000_008);
    let Some(Item::Chunk(rest)) = chunks.next().unwrap() else {
        panic!()
    };
    assert_eq!(rest.text, ", {\"b\":1}]\n");
    assert_eq!(rest.offset, 9_000_008);
}

#[test]
fn a_stray_quote_damages_its_own_line_only() {
    let mut text = String::from("a,b\n1,\"stray\n");
    for i in 0..200 {
        text += &format!("{i},fine\n");
    }
    text += "9,\"garbage\"after\n8,\"two\nlines\"\n7,\"never closed\n";
    let leaf = fuzzing::same_records(text.as_bytes(), &make::kind(csv()), &Limits::default());
    assert_eq!(leaf.records.len(), 2 + 200 + 3);
    assert_eq!(
        leaf.records[1].facts,
        "[\"1\", \"\\\"stray\"] true true false"
    );
    assert_eq!(leaf.records[2].facts, "[\"0\", \"fine\"] true false false");
    assert_eq!(
        leaf.records[202].facts,
        "[\"9\", \"\\\"garbage\\\"after\"] true true false"
    );
    assert_eq!(
        leaf.records[203].facts,
        "[\"8\", \"two\\nlines\"] true false false"
    );
    assert_eq!(leaf.records[204].line, 206);
    assert_eq!(
        leaf.records[204].facts,
        "[\"7\", \"\\\"never closed\"] true true false"
    );
}

#[test]
fn a_quoted_field_may_span_64_further_lines() {
    let kind = make::kind(csv());
    for (further, records) in [(64, 2), (65, 67)] {
        let text = format!("\"{}\",x\nlast\n", "line\n".repeat(further));
        let leaf = fuzzing::same_records(text.as_bytes(), &kind, &Limits::default());
        assert_eq!(leaf.records.len(), records, "{further} lines");
    }
}

#[test]
fn two_stray_quotes_do_not_join_the_records_between_them() {
    let stamped = "time,address\n2023-03-13 09:57:55,\"a@x.org\n2023-03-13 09:57:56,b@x.org\n\
                   2023-03-13 09:57:57,c@x.org\",d@x.org\n";
    let kind = make::kind(csv());
    let leaf = fuzzing::same_records(stamped.as_bytes(), &kind, &Limits::default());
    assert_eq!(leaf.records.len(), 4, "{:?}", leaf.records);
    // What begins otherwise is the field's own text.
    let text = "time,note\n2023-03-13 09:57:55,\"one\n2023-03-13 two, three\nfour\"\n";
    let leaf = fuzzing::same_records(text.as_bytes(), &kind, &Limits::default());
    assert_eq!(leaf.records.len(), 2, "{:?}", leaf.records);
}

#[test]
fn many_stray_quotes_cost_a_bounded_time() {
    // Each quote is followed for 64 lines, not to the end of the file.
    let text = "\"never closed, it goes on and on and on\n"
        .replace('"', " \"")
        .replacen(' ', "", 1);
    let text = text.repeat(20_000);
    let leaf = fuzzing::leaf(
        text.as_bytes(),
        &make::kind(csv()),
        &Limits::default(),
        1 << 20,
        1 << 20,
    );
    assert!(leaf.records.len() >= 10_000);
}

#[test]
fn more_fields_than_allowed_stay_together_at_the_end() {
    let limits = Limits {
        csv_fields: 3,
        ..Limits::default()
    };
    let leaf = fuzzing::same_records(b"1,2,3\n1,2,3,4,5\n", &make::kind(csv()), &limits);
    assert_eq!(
        leaf.records[0].facts,
        "[\"1\", \"2\", \"3\"] true false false"
    );
    assert_eq!(
        leaf.records[1].facts,
        "[\"1\", \"2\", \"3,4,5\"] false false false"
    );
}

#[test]
fn trusted_quotes_hold_over_any_number_of_lines() {
    let dialect = Dialect {
        quoting: Quoting::Trusted,
        ..Dialect::default()
    };
    let text = format!("\"{}\",x\n", "line\n".repeat(500));
    let kind = make::kind(Format::Csv(dialect));
    assert_eq!(
        fuzzing::same_records(text.as_bytes(), &kind, &Limits::default())
            .records
            .len(),
        1
    );
}

/// The records as text, for one shape.
fn json(text: &str, shape: Shape) -> Vec<String> {
    let kind = make::kind(Format::Json(shape));
    let leaf = fuzzing::same_records(text.as_bytes(), &kind, &Limits::default());
    leaf.records
        .into_iter()
        .map(|r| {
            format!(
                "{} {} {}",
                r.line,
                r.facts.split(' ').take(2).collect::<String>(),
                r.text
            )
        })
        .collect()
}

#[test]
fn a_broken_line_does_not_swallow_the_next() {
    let text = "{\"a\":1}\n{\"a\":{\n{\"a\":\"x\n\n{\"a\":2}{\"a\":3} oops\n[\n5,\n{\"a\":";
    assert_eq!(
        json(text, Shape::Lines),
        [
            "1 Objecttrue {\"a\":1}",
            "2 Objectfalse {\"a\":{",
            "3 Objectfalse {\"a\":\"x",
            "4 Blanktrue ",
            "5 Objecttrue {\"a\":2}",
            "5 Objecttrue {\"a\":3}",
            "5 Garbagetrue oops",
            "6 Wrappertrue [",
            "7 Garbagetrue 5",
            "8 Objectfalse {\"a\":",
        ]
    );
}

#[test]
fn a_lost_brace_or_quote_costs_one_record() {
    let want = [
        "1 Objecttrue {\"a\":1}",
        "2 Objectfalse {\"a\":2,",
        "3 Objecttrue {\"a\":3}",
        "4 Objectfalse {\"a\":\"4},",
        "5 Objecttrue {\"a\":5}",
    ];
    let text = "[{\"a\":1},\n{\"a\":2,\n{\"a\":3},\n{\"a\":\"4},\n{\"a\":5}]";
    assert_eq!(json(text, Shape::Array), want);
    // The same on one line, as machines write it.
    let text = text.replace('\n', "");
    let found = json(&text, Shape::Array);
    let want: Vec<_> = want.iter().map(|w| format!("1{}", &w[1..])).collect();
    assert_eq!(found, want);
}

#[test]
fn what_stands_between_objects_is_kept() {
    let text = "{\"a\":1} garbage, and more {\"a\":2}\n12 true \"x\"\n// note\n{\n \"a\": 3\n}\n";
    assert_eq!(
        json(text, Shape::Concatenated),
        [
            "1 Objecttrue {\"a\":1}",
            "1 Garbagetrue garbage, and more",
            "1 Objecttrue {\"a\":2}",
            "2 Garbagetrue 12 true \"x\"",
            "3 Garbagetrue // note",
            "4 Objecttrue {\n \"a\": 3\n}",
        ]
    );
    assert_eq!(
        json("[1, true, \"x\", {\"a\":1}]", Shape::Array),
        [
            "1 Garbagetrue 1",
            "1 Garbagetrue true",
            "1 Garbagetrue \"x\"",
            "1 Objecttrue {\"a\":1}"
        ]
    );
}

#[test]
fn wrappers_come_apart() {
    let shape = || Shape::Wrapped {
        key: "events".to_owned(),
    };
    let text = "{\"meta\": {\"n\": 2}, \"events\": [\n{\"a\":1},\n{\"a\":2}\n], \"end\": \"x\"}\n\
                {\"events\":[{\"a\":3}]}\n";
    assert_eq!(
        json(text, shape()),
        [
            "1 Wrappertrue \"meta\": {\"n\": 2}",
            "1 Wrappertrue \"events\": [",
            "2 Objecttrue {\"a\":1}",
            "3 Objecttrue {\"a\":2}",
            "4 Wrappertrue \"end\": \"x\"",
            "5 Wrappertrue \"events\":[",
            "5 Objecttrue {\"a\":3}",
        ]
    );
    assert_eq!(
        json("{\"events\":[{\"a\":1},{\"a\":", shape())[1..],
        ["1 Objecttrue {\"a\":1}", "1 Objectfalse {\"a\":"],
        "truncated"
    );
}

#[test]
fn deep_nesting_is_marked() {
    for (depth, deep) in [(128, false), (129, true), (100_000, true)] {
        let text = format!("{}1{}\n", "{\"a\":".repeat(depth), "}".repeat(depth));
        for shape in [Shape::Lines, Shape::Array] {
            let kind = make::kind(Format::Json(shape));
            let bytes = text.as_bytes();
            let leaf = fuzzing::leaf(bytes, &kind, &Limits::default(), 1 << 20, 1 << 20);
            assert_eq!(leaf.records.len(), 1);
            assert_eq!(leaf.records[0].facts, format!("Object true {deep}"));
        }
    }
}

#[test]
fn long_lines_of_small_things_take_linear_time() {
    // 3 MB on one line; looking for the line's end at each of a million things would take minutes.
    for piece in [
        "1,",
        "{}x",
        "\"a\",",
        "{\"},{",
        "x {\"a\":1}",
        "}, {\"a\"",
        "\"events\":[",
        "{\"a\":[{},",
    ] {
        let text = format!("[{}", piece.repeat(3_000_000 / piece.len()));
        for shape in [
            Shape::Array,
            Shape::Wrapped {
                key: "events".to_owned(),
            },
        ] {
            let kind = make::kind(Format::Json(shape));
            let leaf = fuzzing::leaf(text.as_bytes(), &kind, &Limits::default(), 1 << 20, 1 << 20);
            assert!(!leaf.records.is_empty());
        }
    }
}

#[test]
fn a_failing_reader_ends_the_leaf_with_its_error() {
    struct Fails;
    impl Read for Fails {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the disk is gone"))
        }
    }
    let kind = make::kind(Format::Text);
    let mut chunks = Chunks::new(b"one\n".chain(Fails), &kind, &Limits::default(), 1 << 20);
    let error = chunks.next().unwrap_err();
    assert!(matches!(&error, ReadError::Io(_)) && error.to_string().contains("the disk is gone"));
    assert!(chunks.next().unwrap().is_none(), "nothing after an error");
}
