//! Tables, their columns by name or number.

use super::{Column, Definition, Feed, Item, Wrong, comment};
use crate::indicator::{scan, whole_value};
use crate::read::{date, delimiter, each_row, time};

pub(super) fn read(feed: &Definition, bytes: &[u8], out: &mut Feed) -> Result<(), Wrong> {
    let named = [&feed.value, &feed.date, &feed.comment]
        .into_iter()
        .flatten()
        .any(|column| matches!(column, Column::Name(_)));
    let mut at: Option<[Option<usize>; 3]> = None;
    let mut wrong = None;
    each_row(
        bytes,
        feed.delimiter.unwrap_or_else(|| delimiter(bytes)),
        &mut |line, cells| {
            if wrong.is_some() {
                return;
            }
            let Some([value, when, remark]) = at else {
                match columns(feed, cells) {
                    Ok(found) => at = Some(found),
                    Err(what) => wrong = Some((format!("line {line}"), what)),
                }
                if !named && wrong.is_none() && !row(at.unwrap_or_default(), line, cells, out) {
                    // Names of columns that nobody asked for.
                    out.unread += u64::from(line > 1);
                }
                return;
            };
            out.unread += u64::from(!row([value, when, remark], line, cells, out));
        },
    );
    wrong.map_or(Ok(()), Err)
}

/// Where value, date and comment stand.
fn columns(feed: &Definition, cells: &[String]) -> Result<[Option<usize>; 3], String> {
    let find = |column: &Option<Column>| match column {
        None => Ok(None),
        Some(Column::Number(number)) if *number <= cells.len() => Ok(number.checked_sub(1)),
        Some(Column::Number(number)) => Err(format!(
            "there is no column {number}, the row has {}",
            cells.len()
        )),
        Some(Column::Name(name)) => {
            // A header in a comment: `# a,b,c` is read as a row where `#` is quoted only.
            let found = cells.iter().position(|cell| {
                cell.trim_start_matches('#')
                    .trim()
                    .eq_ignore_ascii_case(name)
            });
            found
                .map(Some)
                .ok_or_else(|| format!("there is no column `{name}`"))
        }
    };
    Ok([find(&feed.value)?, find(&feed.date)?, find(&feed.comment)?])
}

fn row(
    [value, when, remark]: [Option<usize>; 3],
    line: u64,
    cells: &[String],
    out: &mut Feed,
) -> bool {
    let cell = |at: Option<usize>| at.and_then(|at| cells.get(at)).map(String::as_str);
    let seen = cell(when).and_then(|text| time(text).or_else(|| date(text)));
    let note = cell(remark).and_then(comment);
    let mut found = false;
    let mut add = |kind, value| {
        found = true;
        out.add(Item {
            kind,
            value,
            seen,
            comment: note.clone(),
            place: line,
        });
    };
    match value {
        Some(_) => {
            let text = cell(value).unwrap_or_default();
            if let Some((kind, value)) = whole_value(text) {
                add(kind, value);
            } else {
                scan(text.as_bytes(), &mut |find| {
                    add(find.kind, find.value.into_owned());
                });
            }
        }
        // No column is named: all that is found.
        None => {
            for text in cells {
                scan(text.as_bytes(), &mut |find| {
                    add(find.kind, find.value.into_owned());
                });
            }
        }
    }
    found
}
