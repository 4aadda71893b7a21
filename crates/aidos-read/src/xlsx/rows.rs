//! The rows of a sheet as chunks.

use std::{
    borrow::Cow,
    collections::VecDeque,
    io::{Read, Seek},
};

use calamine::XlsxCellReader;

use super::{guarded, render};
use crate::{
    Dialect, Encoding, Format, Limits, Quoting, ReadError, Sniff,
    chunk::{Chunk, Item, Numbering, Oversize, Splitting},
    chunks::Hashed,
};

/// Rows and columns that a sheet can have (ECMA-376 part 1, 18.3.1.73 and Excel's limits).
const ROWS: u32 = 1_048_576;
const COLUMNS: u32 = 16_384;

/// The rows of a sheet, given as a leaf gives its records.
///
/// A sheet with several columns is CSV text of our own making ([`Quoting::Trusted`]); dates are
/// `YYYY-MM-DDTHH:MM:SS`, formulas their last value. A sheet with one column is text; a cell with
/// several lines gives several lines of one number. [`Numbering::ByRecord`] holds the rows, because
/// empty ones are left out.
pub struct SheetRows<'a, R: Read + Seek> {
    cells: XlsxCellReader<'a, R>,
    sheet: String,
    limits: Limits,
    chunk_size: usize,
    format: Format,
    /// The cell that began the next row.
    ahead: Option<(u32, u32, Cow<'a, str>)>,
    /// What is ready to be given: the first chunk, made to know the header, and what comes after one.
    ready: VecDeque<Item>,
    cells_ended: bool,
    cells_seen: u64,
    offset: u64,
    started: bool,
    failed: bool,
}

/// A row, or what is left of one too large to hold.
enum Row<'a> {
    Cells(Vec<(u32, Cow<'a, str>)>),
    Hashed(Box<Hashed>),
}

impl<'a, R: Read + Seek> SheetRows<'a, R> {
    pub(super) fn new(
        cells: XlsxCellReader<'a, R>,
        sheet: &str,
        single: bool,
        limits: &Limits,
        chunk_size: usize,
    ) -> Result<Self, ReadError> {
        let mut rows = Self {
            cells,
            sheet: sheet.to_owned(),
            limits: limits.clone(),
            chunk_size: chunk_size.max(1),
            format: Format::Text,
            ahead: None,
            ready: VecDeque::new(),
            cells_ended: false,
            cells_seen: 0,
            offset: 0,
            started: false,
            failed: false,
        };
        if !single {
            let dialect = Dialect {
                delimiter: b',',
                quoting: Quoting::Trusted,
                header: None,
            };
            rows.format = Format::Csv(dialect);
        }
        let first = rows.advance()?;
        if let (Format::Csv(dialect), Some(Item::Chunk(chunk))) = (&mut rows.format, &first) {
            dialect.header = crate::sniff::sheet_header(&chunk.text);
        }
        // An oversize row may already wait behind it.
        if let Some(first) = first {
            rows.ready.push_front(first);
        }
        Ok(rows)
    }

    /// How to split the chunks: CSV with a dialect, or text.
    pub fn format(&self) -> &Format {
        &self.format
    }

    /// The same in the form that [`crate::sniff()`] gives for other leaves.
    pub fn sniff(&self) -> Sniff {
        Sniff {
            format: self.format.clone(),
            encoding: Encoding::utf8(true),
            had_bom: false,
            why: match self.format {
                Format::Text => "a sheet with one column".to_owned(),
                _ => "a sheet".to_owned(),
            },
        }
    }

    /// The next piece of the sheet; `None` at its end.
    ///
    /// # Errors
    ///
    /// [`ReadError::BrokenWorkbook`] for damage inside the sheet, [`ReadError::Limit`] for too many
    /// cells. What came before stays good; nothing comes after.
    #[expect(clippy::should_implement_trait, reason = "it can fail, as in `Chunks`")]
    pub fn next(&mut self) -> Result<Option<Item>, ReadError> {
        if let Some(item) = self.ready.pop_front() {
            return Ok(Some(item));
        }
        if self.failed {
            return Ok(None);
        }
        let item = self.advance();
        self.failed = item.is_err();
        item
    }

    fn advance(&mut self) -> Result<Option<Item>, ReadError> {
        let mut text = String::new();
        let mut lines = Vec::new();
        while text.len() < self.chunk_size {
            let Some((row, content)) = self.row()? else {
                break;
            };
            let line = u64::from(row) + 1;
            match content {
                Row::Cells(cells) => self.write(&mut text, &mut lines, line, &cells),
                Row::Hashed(hashed) => {
                    let (len, sha256, head) = hashed.finish();
                    let offset = self.offset + text.len() as u64;
                    let oversize = Oversize {
                        line,
                        offset,
                        len,
                        sha256,
                        head,
                        invalid: 0,
                    };
                    self.ready.push_back(Item::Oversize(oversize));
                    break;
                }
            }
        }
        if text.is_empty() {
            return Ok(self.ready.pop_front());
        }
        let chunk = Chunk {
            first_line: lines.first().copied().unwrap_or(1),
            offset: self.offset,
            first: !std::mem::replace(&mut self.started, true),
            numbering: Numbering::ByRecord(lines),
            encoding: Encoding::utf8(true),
            invalid: Vec::new(),
            limits: Splitting::from(&self.limits),
            text,
        };
        self.offset += chunk.text.len() as u64;
        Ok(Some(Item::Chunk(chunk)))
    }

    fn write(
        &self,
        text: &mut String,
        lines: &mut Vec<u64>,
        line: u64,
        cells: &[(u32, Cow<'a, str>)],
    ) {
        if self.format == Format::Text {
            for part in cells
                .iter()
                .flat_map(|(_, cell)| cell.trim_end_matches('\n').split('\n'))
            {
                text.push_str(part);
                text.push('\n');
                lines.push(line);
            }
            return;
        }
        let mut column = 0;
        for (at, cell) in cells {
            while column < *at {
                text.push(',');
                column += 1;
            }
            render::field(text, cell);
        }
        text.push('\n');
        lines.push(line);
    }

    /// The next row that is not empty, with its number from 0.
    fn row(&mut self) -> Result<Option<(u32, Row<'a>)>, ReadError> {
        let mut number = None;
        let mut row = Row::Cells(Vec::new());
        let mut len = 0;
        loop {
            let (at, column, text) = match self.ahead.take() {
                Some(ahead) => ahead,
                None => match self.cell()? {
                    Some(cell) => cell,
                    None => return self.finish(number, row),
                },
            };
            if number.is_some_and(|number| number != at) {
                self.ahead = Some((at, column, text));
                return self.finish(number, row);
            }
            number = Some(at);
            len += text.len() + 1;
            match &mut row {
                Row::Cells(cells) => {
                    // Nearly always the last place.
                    match cells.binary_search_by_key(&column, |(column, _)| *column) {
                        Ok(_) => return Err(self.broken("a cell occurs twice")),
                        Err(place) => cells.insert(place, (column, text)),
                    }
                    let last = cells.last().map_or(0, |(column, _)| *column);
                    if len + last as usize > self.limits.record_bytes {
                        let mut hashed = Hashed::default();
                        for (_, cell) in cells.iter() {
                            hash_field(&mut hashed, cell);
                        }
                        row = Row::Hashed(Box::new(hashed));
                    }
                }
                Row::Hashed(hashed) => hash_field(hashed, &text),
            }
        }
    }

    fn finish(
        &mut self,
        number: Option<u32>,
        row: Row<'a>,
    ) -> Result<Option<(u32, Row<'a>)>, ReadError> {
        if let Row::Cells(cells) = &row {
            // The empty ones between are written as well.
            self.count(cells.last().map_or(0, |(column, _)| u64::from(*column)))?;
        }
        Ok(number.map(|number| (number, row)))
    }

    /// The next cell with text.
    fn cell(&mut self) -> Result<Option<(u32, u32, Cow<'a, str>)>, ReadError> {
        loop {
            if self.cells_ended {
                return Ok(None);
            }
            let Some(cell) = guarded(&self.sheet, || self.cells.next_cell())? else {
                self.cells_ended = true;
                return Ok(None);
            };
            let (row, column) = cell.get_position();
            if row >= ROWS || column >= COLUMNS {
                return Err(self.broken("a cell lies outside of any sheet"));
            }
            let text = render::cell(cell.get_value().clone());
            // Empty cells cost time too.
            self.count(1)?;
            if !text.is_empty() {
                return Ok(Some((row, column, text)));
            }
        }
    }

    fn count(&mut self, cells: u64) -> Result<(), ReadError> {
        self.cells_seen += cells;
        if self.cells_seen <= self.limits.xlsx_cells {
            return Ok(());
        }
        Err(ReadError::Limit {
            what: "the number of cells",
            name: self.sheet.clone(),
            limit: self.limits.xlsx_cells,
            found: self.cells_seen,
            way_out: "split the sheet, save it as .csv or raise the limit",
        })
    }

    fn broken(&self, what: &str) -> ReadError {
        ReadError::BrokenWorkbook {
            part: self.sheet.clone(),
            what: what.to_owned(),
        }
    }
}

/// A field of a row that is not held: its text and a comma.
fn hash_field(hashed: &mut Hashed, text: &str) {
    hashed.update(text.as_bytes());
    hashed.update(b",");
}

/// Whether all text stands in one column.
pub(super) fn is_single_column<R: Read + Seek>(
    mut cells: XlsxCellReader<'_, R>,
    sheet: &str,
) -> Result<bool, ReadError> {
    let mut only = None;
    loop {
        // Damage is told when the rows are read, after what came before it.
        let Ok(Some(cell)) = guarded(sheet, || cells.next_cell()) else {
            return Ok(true);
        };
        if render::cell(cell.get_value().clone()).is_empty() {
            continue;
        }
        let column = cell.get_position().1;
        if *only.get_or_insert(column) != column {
            return Ok(false);
        }
    }
}
