//! Workbooks: rows as text, and what must not be opened.

use std::io::Cursor;

use aidos_read::{
    Format, Item, Limits, Numbering, Quoting, ReadError, Workbook, csv_records, fuzzing, lines,
};
use proptest::prelude::*;

use crate::make::{archive, shared_strings, workbook, workbook_with};

fn open(bytes: Vec<u8>) -> Result<Workbook<Cursor<Vec<u8>>>, ReadError> {
    Workbook::open(Cursor::new(bytes), &Limits::default())
}

/// All rows of a sheet with their numbers and fields.
fn rows(bytes: Vec<u8>, sheet: &str, chunk_size: usize) -> Vec<(u64, Vec<String>)> {
    let mut book = open(bytes).unwrap();
    let mut rows = book.rows(sheet, chunk_size).unwrap();
    let Format::Csv(dialect) = rows.format().clone() else {
        panic!("one column")
    };
    let mut found = Vec::new();
    while let Some(item) = rows.next().unwrap() {
        let Item::Chunk(chunk) = item else {
            panic!("oversize")
        };
        for record in csv_records(&chunk, &dialect) {
            let mut fields = Vec::new();
            assert!(record.fields(&mut fields));
            found.push((record.line, fields.into_iter().map(String::from).collect()));
        }
    }
    found
}

fn owned(rows: &[(u64, &[&str])]) -> Vec<(u64, Vec<String>)> {
    rows.iter()
        .map(|(n, row)| (*n, row.iter().map(ToString::to_string).collect()))
        .collect()
}

const MAIL: &str = r#"<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>
<row r="2"><c r="A2" s="1"><v>45413.5</v></c><c r="B2" t="s"><v>2</v></c></row>
<row r="5"><c r="A5"><v>7</v></c><c r="D5" t="inlineStr"><is><t>said "hi",
twice</t></is></c></row>
<row r="6"><c r="A6" s="1"/></row>
<row r="7"><c r="B7" t="str"><f>A1&amp;B1</f><v>cached</v></c><c r="C7" t="b"><v>1</v></c></row>"#;

#[test]
fn rows_come_as_csv_with_their_numbers() {
    let bytes = || {
        workbook(
            &[("mail", MAIL)],
            &["time", "addresses", "a@x.org, b@y.org"],
        )
    };
    let want = owned(&[
        (1, &["time", "addresses"]),
        (2, &["2024-05-01T12:00:00", "a@x.org, b@y.org"]),
        (5, &["7", "", "", "said \"hi\",\ntwice"]),
        (7, &["", "cached", "TRUE"]),
    ]);
    for chunk_size in [1, 30, 1 << 20] {
        assert_eq!(
            rows(bytes(), "mail", chunk_size),
            want,
            "chunks of {chunk_size}"
        );
    }
    let mut book = open(bytes()).unwrap();
    assert_eq!(book.sheets(), ["mail"]);
    assert!(matches!(
        book.rows("other", 1),
        Err(ReadError::NotFound { .. })
    ));
    let found = book.rows("mail", 1 << 20).unwrap().sniff();
    let Format::Csv(dialect) = found.format else {
        panic!()
    };
    assert_eq!(
        dialect.header,
        Some(vec!["time".to_owned(), "addresses".to_owned()])
    );
    assert_eq!(dialect.quoting, Quoting::Trusted);
}

#[test]
fn one_column_is_text() {
    let data = r#"<row r="3"><c r="B3" t="s"><v>0</v></c></row>
                  <row r="9"><c r="A9"/><c r="B9" t="s"><v>1</v></c></row>"#;
    let strings = ["forward: in:ether1, out:b", "two&#10;lines&#10;"];
    let mut book = open(workbook(&[("log", data)], &strings)).unwrap();
    let mut rows = book.rows("log", 1 << 20).unwrap();
    assert_eq!(*rows.format(), Format::Text);
    let Some(Item::Chunk(chunk)) = rows.next().unwrap() else {
        panic!()
    };
    let found: Vec<_> = lines(&chunk).collect();
    assert_eq!(
        found,
        [(3, "forward: in:ether1, out:b"), (9, "two"), (9, "lines")]
    );
    assert_eq!(chunk.numbering, Numbering::ByRecord(vec![3, 9, 9]));
    assert!(rows.next().unwrap().is_none());
}

#[test]
fn several_sheets_and_empty_ones() {
    let bytes = workbook(&[("a", MAIL), ("empty", ""), ("c", MAIL)], &["x", "y", "z"]);
    let mut book = open(bytes).unwrap();
    assert_eq!(book.sheets(), ["a", "empty", "c"]);
    assert!(book.rows("empty", 100).unwrap().next().unwrap().is_none());
    assert!(book.rows("c", 100).unwrap().next().unwrap().is_some());
    assert!(
        book.rows("a", 100).unwrap().next().unwrap().is_some(),
        "in any order, again too"
    );
}

#[test]
fn a_sheet_that_unpacks_too_far_is_refused() {
    let data = "<c/>".repeat(3_000_000);
    let error = open(workbook(&[("bomb", &data)], &[])).err().unwrap();
    assert!(
        matches!(error, ReadError::Ratio { .. } | ReadError::Refused { .. }),
        "{error}"
    );
}

#[test]
fn shared_strings_are_capped() {
    let limits = Limits {
        xlsx_shared_strings_bytes: 100_000,
        ..Limits::default()
    };
    let large = shared_strings(&["x".repeat(200_000).as_str()]);
    let many = shared_strings(&["y"; 2500]);
    let liar =
        shared_strings(&["z"]).replace("uniqueCount=\"1\"", "uniqueCount=\"99999999999999\"");
    let spaced = shared_strings(&["z"]).replace("uniqueCount=\"1\"", "uniqueCount = '88888888888'");
    for strings in [large, many, liar, spaced] {
        let bytes = workbook_with(&[("a", MAIL)], &strings, &[]);
        let error = Workbook::open(Cursor::new(bytes), &limits).err().unwrap();
        assert!(matches!(error, ReadError::Limit { .. }), "{error}");
    }
}

#[test]
fn a_cell_larger_than_a_record_is_refused() {
    let noise: String = (0..900_000u32)
        .map(|i| format!("{:x}", i.wrapping_mul(2_654_435_761)))
        .collect();
    let data =
        format!("<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>{noise}</t></is></c></row>");
    let error = open(workbook(&[("a", &data)], &[])).err().unwrap();
    assert!(matches!(error, ReadError::Limit { .. }), "{error}");
}

#[test]
fn a_row_larger_than_a_record_is_hashed() {
    let cells: String = (0..200).map(|_| "<c t=\"s\"><v>0</v></c>").collect();
    let data =
        format!("<row r=\"4\">{cells}</row><row r=\"5\"><c><v>1</v></c><c><v>2</v></c></row>");
    let limits = Limits::default().with_record_bytes(100_000);
    let bytes = workbook(&[("a", &data)], &["x".repeat(1000).as_str()]);
    let mut book = Workbook::open(Cursor::new(bytes), &limits).unwrap();
    let mut rows = book.rows("a", 1 << 20).unwrap();
    let Some(Item::Oversize(row)) = rows.next().unwrap() else {
        panic!()
    };
    assert_eq!((row.line, row.len, row.head.len()), (4, 200 * 1001, 4096));
    let Some(Item::Chunk(chunk)) = rows.next().unwrap() else {
        panic!()
    };
    assert_eq!(chunk.text, "1,2\n");
    assert_eq!(chunk.first_line, 5);
}

#[test]
fn cells_far_out_do_not_fill_the_memory() {
    let data: String = (1..=200)
        .map(|i| format!("<row r=\"{i}\"><c r=\"XFD{i}\"><v>{i}</v></c></row>"))
        .collect();
    let limits = Limits {
        xlsx_cells: 1_000_000,
        ..Limits::default()
    };
    let bytes = workbook(
        &[("a", &format!("<row><c r=\"A1\"><v>0</v></c></row>{data}"))],
        &[],
    );
    let mut book = Workbook::open(Cursor::new(bytes), &limits).unwrap();
    let mut rows = book.rows("a", 1000).unwrap();
    let error = loop {
        match rows.next() {
            Ok(Some(_)) => {}
            Ok(None) => panic!("3 million cells passed"),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, ReadError::Limit { .. }), "{error}");
    assert!(rows.next().unwrap().is_none());
}

#[test]
fn hostile_structure_is_an_error_not_a_panic() {
    let row = |cell: &str| format!("<row r=\"1\"><c r=\"A1\"><v>1</v></c>{cell}</row>");
    for cell in [
        "<c r=\"AAAAAAAAAAAA1\"><v>1</v></c>",
        "<c r=\"B99999999999\"><v>1</v></c>",
        "<c r=\"\"><v>1</v></c>",
        "<c r=\"A1\"><v>2</v></c>",
        "<c r=\"B1\" t=\"s\"><v>7777</v></c>",
        "<c r=\"ZZZ1\"><v>1</v></c>",
        "<c r=\"B1\"><v>1</c",
    ] {
        let mut rows = Vec::new();
        let failed = open(workbook(&[("a", &row(cell))], &["s"])).and_then(|mut book| {
            let mut sheet = book.rows("a", 1)?;
            while let Some(item) = sheet.next()? {
                rows.push(item);
            }
            Ok(())
        });
        assert!(
            matches!(failed, Err(ReadError::BrokenWorkbook { .. })),
            "{cell}: {failed:?}"
        );
    }
}

#[test]
fn a_sheet_outside_the_measured_parts_is_refused() {
    let bytes = workbook(&[("a", MAIL)], &["x", "y", "z"]);
    let mut archive = aidos_read::Archive::open(Cursor::new(&bytes), &Limits::default()).unwrap();
    let mut files = Vec::new();
    for index in 0..archive.members().len() {
        let mut content = String::new();
        let name = archive.members()[index].name.clone();
        let mut member = archive.open_member(index).unwrap();
        std::io::Read::read_to_string(&mut member, &mut content).unwrap();
        let content = content.replace("worksheets/sheet1.xml", "media/sheet1.xml");
        files.push((name.replace("worksheets", "media"), content));
    }
    let files: Vec<_> = files
        .iter()
        .map(|(n, c)| (n.as_str(), c.as_bytes()))
        .collect();
    let error = open(crate::make::archive(&files)).err().unwrap();
    assert!(matches!(error, ReadError::BrokenWorkbook { .. }), "{error}");
}

#[test]
fn an_archive_that_is_no_workbook_is_an_error() {
    let error = open(archive(&[("a.log", b"x")])).err().unwrap();
    assert!(matches!(error, ReadError::BrokenWorkbook { .. }), "{error}");
    assert!(matches!(
        open(b"no archive".to_vec()),
        Err(ReadError::BrokenArchive { .. })
    ));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    /// Changed bytes anywhere, in the container and in the XML.
    #[test]
    fn mutated(changes in prop::collection::vec((any::<u32>(), any::<u8>()), 1..6), xml in any::<bool>()) {
        let change = |bytes: &mut Vec<u8>| {
            for (at, byte) in &changes {
                let at = *at as usize % bytes.len();
                bytes[at] = *byte;
            }
        };
        let mut data = MAIL.as_bytes().to_vec();
        if xml {
            change(&mut data);
        }
        let mut bytes = workbook(&[("a", &String::from_utf8_lossy(&data))], &["x", "y", "z"]);
        if !xml {
            change(&mut bytes);
        }
        fuzzing::xlsx(&bytes);
    }
}
