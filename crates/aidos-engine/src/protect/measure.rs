//! What is kept of use in a release, and how anonymous its rows are: its entries beside those of the case.

use std::io::{BufRead, Read};
use std::path::Path;

use aidos_privacy::technique::anonymity::{Distance, Table};
use aidos_privacy::utility::{Measured, Meter};
use serde_json::Value;

use super::LINES;
use super::rare::Row;
use crate::Error;
use crate::entries::{Entries, LONGEST_LINE};

/// What was measured.
pub(super) struct Measures {
    pub(super) utility: Measured,
    /// How far the sensitive values of a class are from those of all, where the policy asks for it.
    pub(super) t: Option<f64>,
}

/// Reads the first entries of a case and of its release side by side. `out` tells which of the former were left out; `t` is wanted
/// where the policy asks for anonymity.
///
/// # Errors
/// When a file cannot be read, or `stop` says so.
pub(super) fn measure(
    case: &Entries,
    release: &Path,
    out: &[bool],
    is_irreversible: bool,
    stop: &dyn Fn() -> Result<(), Error>,
) -> Result<Measures, Error> {
    let mut before = case.open()?;
    let mut after = Entries::File(release.to_owned()).open()?;
    let mut meter = Meter::new();
    let mut rows = Vec::new();
    let (mut old, mut new) = (Vec::new(), Vec::new());
    let mut left_out = out.iter();
    for _ in 0..LINES {
        read(&mut before, &mut old).map_err(Error::file("read", release))?;
        if left_out.next() == Some(&true) {
            continue;
        }
        read(&mut after, &mut new).map_err(Error::file("read", release))?;
        let (Ok(old), Ok(new)) = (
            serde_json::from_slice::<Value>(&old),
            serde_json::from_slice::<Value>(&new),
        ) else {
            break;
        };
        stop()?;
        meter.pair(&old, &new);
        if is_irreversible {
            let row = Row::of(&old, &new);
            rows.push(vec![row.quasi, row.sensitive]);
        }
    }
    Ok(Measures {
        utility: meter.measured(),
        t: is_irreversible.then(|| t(&rows)),
    })
}

fn read(input: &mut dyn BufRead, line: &mut Vec<u8>) -> std::io::Result<()> {
    line.clear();
    input.take(LONGEST_LINE).read_until(b'\n', line).map(drop)
}

/// How far a class is from all rows, at most.
fn t(rows: &[Vec<String>]) -> f64 {
    // Every row has two cells, so no column is missing.
    let table = Table::new(rows, &[0]);
    let t = table.and_then(|table| table.t(1, Distance::Equal));
    t.unwrap_or(1.0)
}
