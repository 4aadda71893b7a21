//! Files that the tests make themselves.

use std::io::{Cursor, Write};

use aidos_read::{Encoding, Format, Sniff};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

/// What the sniffer would say, said outright.
pub(crate) fn kind(format: Format) -> Sniff {
    Sniff {
        format,
        encoding: Encoding::utf8(false),
        had_bom: false,
        why: String::new(),
    }
}

pub(crate) fn deflated() -> SimpleFileOptions {
    SimpleFileOptions::default().compression_method(CompressionMethod::Deflated)
}

pub(crate) fn stored() -> SimpleFileOptions {
    SimpleFileOptions::default().compression_method(CompressionMethod::Stored)
}

/// An archive of these files, deflated.
pub(crate) fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    archive_with(files, deflated())
}

pub(crate) fn archive_with(files: &[(&str, &[u8])], options: SimpleFileOptions) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        zip.start_file(*name, options).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// Replaces every occurrence; both of the same length, so that no offset moves.
pub(crate) fn patch(bytes: &mut [u8], from: &[u8], to: &[u8]) -> usize {
    assert_eq!(from.len(), to.len());
    let mut count = 0;
    for at in 0..=bytes.len() - from.len() {
        if &bytes[at..at + from.len()] == from {
            bytes[at..at + from.len()].copy_from_slice(to);
            count += 1;
        }
    }
    count
}

/// Where the n-th central header starts.
pub(crate) fn central(bytes: &[u8], index: usize) -> usize {
    (0..bytes.len() - 4)
        .filter(|at| &bytes[*at..*at + 4] == b"PK\x01\x02")
        .nth(index)
        .unwrap()
}

/// A workbook: the sheets' `<sheetData>` content and the shared strings.
pub(crate) fn workbook(sheets: &[(&str, &str)], strings: &[&str]) -> Vec<u8> {
    workbook_with(sheets, &shared_strings(strings), &[])
}

pub(crate) fn shared_strings(strings: &[&str]) -> String {
    let items: String = strings
        .iter()
        .map(|s| format!("<si><t xml:space=\"preserve\">{s}</t></si>"))
        .collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><sst xmlns=\"http://schemas.openxmlformats.org/\
         spreadsheetml/2006/main\" uniqueCount=\"{}\">{items}</sst>",
        strings.len()
    )
}

/// As [`workbook`], with the part of the shared strings as given and further parts.
pub(crate) fn workbook_with(
    sheets: &[(&str, &str)],
    strings: &str,
    more: &[(&str, &[u8])],
) -> Vec<u8> {
    const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
    const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let rels = format!(
        "<Relationships xmlns=\"{PACKAGE}\"><Relationship Id=\"rId1\" \
         Type=\"{OFFICE}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
    );
    let (mut list, mut links, mut parts) = (String::new(), String::new(), Vec::new());
    for (i, (name, data)) in sheets.iter().enumerate() {
        let n = i + 1;
        list += &format!("<sheet name=\"{name}\" sheetId=\"{n}\" r:id=\"rId{n}\"/>");
        links += &format!(
            "<Relationship Id=\"rId{n}\" Type=\"{OFFICE}/worksheet\" \
             Target=\"worksheets/sheet{n}.xml\"/>"
        );
        parts.push((
            format!("xl/worksheets/sheet{n}.xml"),
            format!("<worksheet xmlns=\"{MAIN}\"><sheetData>{data}</sheetData></worksheet>"),
        ));
    }
    let book = format!(
        "<workbook xmlns=\"{MAIN}\" xmlns:r=\"{OFFICE}\"><sheets>{list}</sheets></workbook>"
    );
    let links = format!("<Relationships xmlns=\"{PACKAGE}\">{links}</Relationships>");
    let styles = format!(
        "<styleSheet xmlns=\"{MAIN}\"><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"22\"/>\
         </cellXfs></styleSheet>"
    );
    let mut files: Vec<(&str, &[u8])> = vec![
        ("[Content_Types].xml", b"<Types/>"),
        ("_rels/.rels", rels.as_bytes()),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", links.as_bytes()),
        ("xl/styles.xml", styles.as_bytes()),
        ("xl/sharedStrings.xml", strings.as_bytes()),
    ];
    files.extend(
        parts
            .iter()
            .map(|(name, data)| (name.as_str(), data.as_bytes())),
    );
    files.extend_from_slice(more);
    archive(&files)
}
