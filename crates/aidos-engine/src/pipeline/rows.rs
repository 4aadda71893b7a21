//! A chunk's records, in the shapes that providers read.

use aidos_core::extract::{Item as RowItem, Row, Shape, Sink};
use aidos_model::{Defect, Raw};
use aidos_read::{Chunk, Format, csv_records, json_values, lines};

use crate::feed::json_shape;

/// Splits a chunk into rows; counts what is no record into `skipped`.
pub(super) fn rows<'a>(
    chunk: &'a Chunk,
    format: &'a Format,
    take: &mut dyn FnMut(Row<'a, '_>),
    skipped: &mut u64,
) {
    match format {
        Format::Csv(dialect) => {
            let mut fields = Vec::new();
            for record in csv_records(chunk, dialect) {
                if record.header || record.is_blank() {
                    *skipped += 1;
                    continue;
                }
                record.fields(&mut fields);
                let shape = Shape::Cells {
                    cells: &fields,
                    repaired: record.quote_repaired,
                };
                take(Row {
                    line: record.line,
                    text: record.raw,
                    shape,
                });
            }
        }
        Format::Json(json) => {
            for value in json_values(chunk, json) {
                match json_shape(&value) {
                    Some(shape) => take(Row {
                        line: value.line,
                        text: value.raw,
                        shape,
                    }),
                    None => *skipped += 1,
                }
            }
        }
        _ => {
            for (line, text) in lines(chunk) {
                take(Row {
                    line,
                    text,
                    shape: Shape::Line,
                });
            }
        }
    }
}

/// Flags the entries of a row in which bytes were no text.
pub(super) fn note_invalid<'a>(
    chunk: &'a Chunk,
    row: Row<'a, '_>,
    before: usize,
    sink: &mut Sink<'a>,
) {
    let start = row.text.as_ptr() as usize - chunk.text.as_ptr() as usize;
    let end = start + row.text.len();
    let from = chunk
        .invalid
        .partition_point(|invalid| (invalid.offset_in_chunk as usize) < start);
    let mut shown = String::new();
    for invalid in chunk.invalid[from..]
        .iter()
        .take_while(|i| (i.offset_in_chunk as usize) < end)
    {
        if shown.len() < 200 {
            shown.extend(invalid.bytes().iter().map(|byte| format!("\\x{byte:02x}")));
        }
    }
    if shown.is_empty() {
        return;
    }
    let shown = sink.arena.alloc_str(&shown);
    for at in before..sink.items.len() {
        if let RowItem::Entry(draft) = &mut sink.items[at] {
            draft.event.defects.add(Defect::BadEncoding);
            let repair = aidos_core::extract::Repair {
                item: at,
                rule: Defect::BadEncoding,
                field: None,
                before: Raw::new(shown),
                after: Some(Raw::new("\u{fffd}")),
            };
            let place = sink.repairs.partition_point(|repair| repair.item <= at);
            sink.repairs.insert(place, repair);
        }
    }
}
