//! Workbooks (Office Open XML) as rows. Source: ECMA-376, parts 1 and 2.
//!
//! A workbook is a ZIP archive of XML parts. `calamine` reads the XML; it holds the shared strings and
//! the styles, allocates by what the file declares, and can be made to gather a cell of any size. So
//! everything it will read is unpacked and measured here first (`check`), and then it only streams.

mod check;
mod render;
mod rows;

use std::{
    io::{Read, Seek, SeekFrom},
    panic::{AssertUnwindSafe, catch_unwind},
};

use calamine::{Reader, SheetType, Xlsx};
pub use rows::SheetRows;

use crate::{Limits, ReadError};

/// An opened workbook.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let file = std::io::Cursor::new(Vec::new());
/// use aidos_read::{Item, Limits, Workbook};
/// let mut book = Workbook::open(file, &Limits::default())?;
/// for sheet in book.sheets().to_vec() {
///     let mut rows = book.rows(&sheet, 1 << 20)?;
///     while let Some(item) = rows.next()? {
///         if let Item::Chunk(chunk) = item {
///             println!("{sheet}: {} bytes of {:?}", chunk.text.len(), rows.format());
///         }
///     }
/// }
/// # Ok(()) }
/// ```
pub struct Workbook<R: Read + Seek> {
    book: Xlsx<R>,
    sheets: Vec<String>,
    limits: Limits,
}

impl<R: Read + Seek> Workbook<R> {
    /// Opens a workbook after measuring its parts.
    ///
    /// # Errors
    ///
    /// What [`crate::Archive::open`] and its members return; [`ReadError::Limit`] for shared strings,
    /// other parts or sheets above the limits; [`ReadError::BrokenWorkbook`].
    pub fn open(mut reader: R, limits: &Limits) -> Result<Self, ReadError> {
        check::container(&mut reader, limits)?;
        reader.seek(SeekFrom::Start(0))?;
        let book: Xlsx<R> = guarded("workbook.xml", || Xlsx::new(reader))?;
        let mut sheets = Vec::new();
        for sheet in book.sheets_metadata() {
            if sheet.typ == SheetType::WorkSheet {
                sheets.push(sheet.name.clone());
            }
        }
        if sheets.len() > limits.xlsx_sheets {
            return Err(ReadError::Limit {
                what: "the number of sheets",
                name: "the workbook".to_owned(),
                limit: limits.xlsx_sheets as u64,
                found: sheets.len() as u64,
                way_out: "split it or raise the limit",
            });
        }
        Ok(Self {
            book,
            sheets,
            limits: limits.clone(),
        })
    }

    /// The names of its sheets with cells, in order, hidden ones too.
    pub fn sheets(&self) -> &[String] {
        &self.sheets
    }

    /// Starts reading a sheet; it gives chunks as a leaf does. `chunk_size` is in bytes, about.
    ///
    /// # Errors
    ///
    /// [`ReadError::NotFound`]; [`ReadError::BrokenWorkbook`].
    pub fn rows(&mut self, sheet: &str, chunk_size: usize) -> Result<SheetRows<'_, R>, ReadError> {
        if !self.sheets.iter().any(|name| name == sheet) {
            return Err(ReadError::NotFound {
                what: format!("a sheet named `{sheet}`"),
            });
        }
        // One column of text is a log that somebody pasted. It takes a look at the whole sheet to know
        // that there is no second column, but the first row with two ends it.
        let single = {
            let cells = guarded(sheet, || self.book.worksheet_cells_reader(sheet))?;
            rows::is_single_column(cells, sheet)?
        };
        let cells = guarded(sheet, || self.book.worksheet_cells_reader(sheet))?;
        SheetRows::new(cells, sheet, single, &self.limits, chunk_size)
    }
}

/// Runs a step of `calamine`; its errors and also its panics become errors.
///
/// Known ways to panic are refused before (`check`); this is the second net, because a foreign file
/// must never end the process.
fn guarded<T, E: std::fmt::Display>(
    part: &str,
    step: impl FnOnce() -> Result<T, E>,
) -> Result<T, ReadError> {
    let broken = |what| ReadError::BrokenWorkbook {
        part: part.to_owned(),
        what,
    };
    match catch_unwind(AssertUnwindSafe(step)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(broken(error.to_string())),
        Err(_) => Err(broken(
            "it is damaged in a way the reader does not expect".to_owned(),
        )),
    }
}
