//! Archives and workbooks from people who mean harm: each is refused by name, what is honest is read.

use std::fmt::Write as _;
use std::fs;
use std::io::{Cursor, Write};
use std::path::Path;

use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use crate::{Done, ROW, assert_refused, assert_tidy, run};

fn packed(method: CompressionMethod, files: &[(&str, &[u8])]) -> Vec<u8> {
    let options = SimpleFileOptions::default().compression_method(method);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        zip.start_file(*name, options).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    packed(CompressionMethod::Deflated, files)
}

/// Replaces every occurrence by as many bytes; returns how many there were.
fn patch(bytes: &mut [u8], from: &[u8], to: &[u8]) -> usize {
    assert_eq!(from.len(), to.len());
    let mut found = 0;
    for at in 0..=bytes.len() - from.len() {
        if bytes[at..].starts_with(from) {
            bytes[at..at + from.len()].copy_from_slice(to);
            found += 1;
        }
    }
    found
}

/// Where the n-th header of the archive's directory starts.
fn central(bytes: &[u8], index: usize) -> usize {
    bytes
        .windows(4)
        .enumerate()
        .filter(|(_, window)| *window == b"PK\x01\x02")
        .nth(index)
        .unwrap()
        .0
}

/// Runs on an archive; `entries` come out of it, these members are refused, and nothing is left lying.
fn check(bytes: &[u8], entries: u64, refused: &[(&str, &str)]) {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("e.zip"), bytes).unwrap();
    check_in(folder, "e.zip", entries, refused);
}

fn check_in(folder: &Path, file: &str, entries: u64, refused: &[(&str, &str)]) {
    let (done, summary) = run(folder, &[file]);
    assert_refused(&done, &summary, refused);
    assert_eq!(summary["entries"], entries, "{summary}");
    if entries > 0 {
        assert_tidy(folder, false);
    } else {
        assert_no_case(folder, &done);
    }
}

/// Asserts that nothing could be read and that no case was left.
fn assert_no_case(folder: &Path, done: &Done) {
    assert!(done.err.contains("nothing could be read"), "{}", done.err);
    assert!(crate::names(&folder.join("out")).is_empty());
}

#[test]
fn a_bomb_is_refused_and_its_neighbour_read() {
    let zeros = vec![0; 30 << 20];
    let mut bomb = archive(&[("bomb", &zeros), ("a.log", ROW.as_bytes())]);
    check(&bomb, 1, &[("e.zip/bomb", "")]);
    // One that lies about its size is stopped while it unpacks.
    let size = u32::try_from(zeros.len()).unwrap().to_le_bytes();
    assert!(patch(&mut bomb, &size, &1000u32.to_le_bytes()) >= 1);
    check(&bomb, 1, &[("e.zip/bomb", "")]);
}

#[test]
fn bombs_in_archives_in_archives_are_refused() {
    let zeros = vec![0; 16 << 20];
    let inner = archive(&[("bomb", &zeros)]);
    let middle = archive(&[("1.zip", &inner), ("2.zip", &inner)]);
    check(
        &archive(&[("a.zip", &inner), ("b.log", ROW.as_bytes())]),
        1,
        &[("e.zip/a.zip/bomb", "")],
    );
    check(
        &archive(&[("a.zip", &middle), ("b.log", ROW.as_bytes())]),
        1,
        &[
            ("e.zip/a.zip/1.zip", "too many archives"),
            ("e.zip/a.zip/2.zip", "too many archives"),
        ],
    );
}

#[test]
fn members_that_share_their_data_are_refused() {
    let mut bytes = archive(&[
        ("a", b"aaaaaaaa"),
        ("b", b"aaaaaaaa"),
        ("c.log", ROW.as_bytes()),
    ]);
    let (first, second) = (central(&bytes, 0), central(&bytes, 1));
    let offset: [u8; 4] = bytes[first + 42..first + 46].try_into().unwrap();
    bytes[second + 42..second + 46].copy_from_slice(&offset);
    bytes[second + 46] = b'a';
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("e.zip"), bytes).unwrap();
    let (done, summary) = run(folder, &["e.zip"]);
    assert_eq!(done.code, Some(1), "{}", done.err);
    assert_eq!(summary["refused"].as_array().unwrap().len(), 2, "{summary}");
    assert_eq!(summary["entries"], 1, "{summary}");
}

#[test]
fn names_that_leave_the_folder_are_refused() {
    for (harmless, hostile) in [
        ("aa/bb.log", "../bb.log"),
        ("aa/bb/c.log", "aa/../c.log"),
        ("aetc/passwd", "/etc/passwd"),
        ("Cx/windows", "C:/windows"),
        ("aaxxbb.log", "..\\\\bb.log"),
        ("nul.log", "n\0l.log"),
    ] {
        let mut bytes = archive(&[(harmless, ROW.as_bytes()), ("good.log", ROW.as_bytes())]);
        assert_eq!(
            patch(&mut bytes, harmless.as_bytes(), hostile.as_bytes()),
            2
        );
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("inside");
        fs::create_dir(&inside).unwrap();
        fs::write(inside.join("e.zip"), bytes).unwrap();
        let (done, summary) = run(&inside, &["e.zip"]);
        assert_eq!(done.code, Some(1), "{hostile:?}: {}", done.err);
        assert_eq!(summary["refused"].as_array().unwrap().len(), 1, "{summary}");
        assert_eq!(summary["entries"], 1, "{summary}");
        assert!(!done.err.contains('\0'));
        assert_eq!(crate::names(folder.path()), ["inside"]);
        assert_eq!(crate::names(&inside), ["e.zip", "out"]);
    }
}

#[test]
fn links_and_encrypted_members_are_refused() {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default();
    zip.add_symlink("link", "/etc/passwd", options).unwrap();
    zip.start_file("a.log", options).unwrap();
    zip.write_all(ROW.as_bytes()).unwrap();
    let bytes = zip.finish().unwrap().into_inner();
    check(&bytes, 1, &[("e.zip/link", "link")]);

    let mut bytes = archive(&[("a", b"secret"), ("b.log", ROW.as_bytes())]);
    let at = central(&bytes, 0);
    bytes[at + 8] |= 1;
    bytes[6] |= 1;
    check(&bytes, 1, &[("e.zip/a", "encrypted")]);
}

#[test]
fn too_many_entries_are_refused() {
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    // The second has more than the classic directory can count.
    for entries in [10_050, 100_000] {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for number in 0..entries {
            zip.start_file(format!("{number}.log"), options).unwrap();
        }
        check(
            &zip.finish().unwrap().into_inner(),
            0,
            &[("e.zip", "entries")],
        );
    }
}

#[test]
fn a_wrong_checksum_is_told() {
    let mut bytes = packed(CompressionMethod::Stored, &[("a.log", ROW.as_bytes())]);
    assert_eq!(patch(&mut bytes, b"len 50", b"len 51"), 1);
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("e.zip"), bytes).unwrap();
    let (done, summary) = run(folder, &["e.zip"]);
    assert_refused(&done, &summary, &[("e.zip/a.log", "checksum")]);
    assert_no_case(folder, &done);
}

#[test]
fn truncated_archives_are_refused() {
    let text = format!("{ROW}\n").repeat(500);
    let whole = archive(&[("a.log", text.as_bytes())]);
    for kept in [10, whole.len() / 2, whole.len() - 5] {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        fs::write(folder.join("e.zip"), &whole[..kept]).unwrap();
        let (done, summary) = run(folder, &["e.zip", "e.zip"]);
        assert_eq!(done.code, Some(1), "{}", done.err);
        assert_eq!(summary["refused"].as_array().unwrap().len(), 2, "{summary}");
        assert_eq!(summary["entries"], 0, "{summary}");
        assert_no_case(folder, &done);
    }
}

#[test]
fn a_workbook_that_is_a_bomb_is_refused() {
    const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
    const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let rels = format!(
        "<Relationships xmlns=\"{PACKAGE}\"><Relationship Id=\"rId1\" Type=\"{OFFICE}/officeDocument\" \
         Target=\"xl/workbook.xml\"/></Relationships>"
    );
    let book = format!(
        "<workbook xmlns=\"{MAIN}\" xmlns:r=\"{OFFICE}\"><sheets><sheet name=\"S\" sheetId=\"1\" \
         r:id=\"rId1\"/></sheets></workbook>"
    );
    let links = format!(
        "<Relationships xmlns=\"{PACKAGE}\"><Relationship Id=\"rId1\" Type=\"{OFFICE}/worksheet\" \
         Target=\"worksheets/sheet1.xml\"/></Relationships>"
    );
    let mut sheet = format!("<worksheet xmlns=\"{MAIN}\"><sheetData>");
    write!(sheet, "{}", "<row><c><v>1</v></c></row>".repeat(1 << 20)).unwrap();
    sheet.push_str("</sheetData></worksheet>");
    let bytes = archive(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("_rels/.rels", rels.as_bytes()),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", links.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ]);
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("e.xlsx"), bytes).unwrap();
    fs::write(folder.join("a.log"), ROW).unwrap();
    let (done, summary) = run(folder, &["e.xlsx", "a.log"]);
    assert_eq!(done.code, Some(1), "{}", done.err);
    assert_eq!(summary["refused"].as_array().unwrap().len(), 1, "{summary}");
    assert_eq!(summary["entries"], 1, "{summary}");
    assert_tidy(folder, false);
}
