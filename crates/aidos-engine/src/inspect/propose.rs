//! A mapping for an unknown log, proposed from its first rows.

use std::fs::File;
use std::io::{Cursor, Read};
use std::path::Path;

use aidos_core::extract::Shape;
use aidos_core::extract::propose::{self, Evidence, Proposal};
use aidos_read::{Chunks, Format, Item, Workbook, csv_records, json_values, lines, sniff};

use super::walk::read_head;
use crate::Error;
use crate::feed::json_shape;
use crate::plan::{Input, Reading};

/// Text that a proposal looks at.
const PROPOSE: usize = 1 << 20;
/// Rows that a proposal looks at.
const MOST_ROWS: usize = 2_000;

/// Proposes a mapping for an unknown log from its first rows, about 1 MiB of them.
///
/// # Errors
/// [`Error::File`] when it cannot be read, [`Error::Usage`] when it is no text or shows nothing that could be
/// told apart.
pub fn propose(
    input: &Input,
    stdin: Option<Box<dyn Read + Send>>,
    name: &str,
    reading: &Reading,
) -> Result<Proposal, Error> {
    let shown = input.name();
    let bad = |why: String| Error::Usage(format!("cannot propose a mapping for `{shown}`: {why}"));
    let unread = |error: aidos_read::ReadError| bad(error.to_string());
    let path = match input {
        Input::Path(path) => path.as_path(),
        Input::Stdin => Path::new("-"),
    };
    let mut reader: Box<dyn Read> = match (input, stdin) {
        (Input::Path(path), _) => Box::new(File::open(path).map_err(Error::file("read", path))?),
        (Input::Stdin, Some(stdin)) => stdin,
        (Input::Stdin, None) => return Err(bad("standard input is not there".to_owned())),
    };
    let head = read_head(&mut *reader).map_err(Error::file("read", path))?;
    let kind = sniff(&shown, &head);
    let (kind, first) = match kind.format {
        Format::Empty | Format::Binary => return Err(bad(format!("{}; give a log", kind.why))),
        Format::Zip => {
            return Err(bad(
                "it is an archive; unpack it and give one file".to_owned()
            ));
        }
        Format::Xlsx => {
            let file = File::open(path).map_err(Error::file("read", path))?;
            let mut book = Workbook::open(file, &reading.limits).map_err(unread)?;
            let Some(sheet) = book.sheets().first().cloned() else {
                return Err(bad("it has no sheets; give a log".to_owned()));
            };
            let mut rows = book.rows(&sheet, PROPOSE).map_err(unread)?;
            (rows.sniff(), rows.next().map_err(unread)?)
        }
        _ => {
            let whole = Cursor::new(head).chain(reader);
            let first = Chunks::new(whole, &kind, &reading.limits, PROPOSE).next();
            (kind, first.map_err(unread)?)
        }
    };
    let Some(Item::Chunk(chunk)) = first else {
        return Err(bad(
            "its first record is too long; give a log with shorter ones".to_owned(),
        ));
    };
    let proposal = match &kind.format {
        Format::Csv(dialect) => {
            let mut cells = Vec::new();
            for record in csv_records(&chunk, dialect)
                .filter(|record| !record.header)
                .take(MOST_ROWS)
            {
                let mut fields = Vec::new();
                record.fields(&mut fields);
                cells.push(fields);
            }
            let rows: Vec<Vec<&str>> = cells
                .iter()
                .map(|fields| fields.iter().map(AsRef::as_ref).collect())
                .collect();
            let header: Vec<&str> = dialect
                .header
                .iter()
                .flatten()
                .map(String::as_str)
                .collect();
            let (header, rows) = (&header, &rows);
            propose::propose(Evidence::Cells { header, rows }, name)
        }
        Format::Json(json) => {
            let whole = |value: &aidos_read::JsonText<'_>| {
                matches!(json_shape(value), Some(Shape::Json { complete: true }))
            };
            let objects: Vec<&str> = json_values(&chunk, json)
                .filter(whole)
                .map(|value| value.raw)
                .take(MOST_ROWS)
                .collect();
            propose::propose(Evidence::Json(&objects), name)
        }
        _ => {
            let lines: Vec<&str> = lines(&chunk)
                .map(|(_, line)| line)
                .take(MOST_ROWS)
                .collect();
            propose::propose(Evidence::Lines(&lines), name)
        }
    };
    proposal.ok_or_else(|| {
        bad(
            "its rows show nothing that could be told apart; write a mapping by hand, \
             docs/reference/mappings.md says how"
                .to_owned(),
        )
    })
}
