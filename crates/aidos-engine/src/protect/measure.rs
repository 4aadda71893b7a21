//! What is kept of use in a release, and how anonymous its rows are: its entries beside those of the case.

use std::io::{BufRead, Read};
use std::path::Path;

use aidos_privacy::gate::Anonymity;
use aidos_privacy::technique::anonymity::{Distance, Table};
use aidos_privacy::utility::{Measured, Meter};
use serde_json::Value;

use super::LINES;
use crate::Error;
use crate::entries::{Entries, LONGEST_LINE};

/// What was measured.
pub(super) struct Measures {
    pub(super) utility: Measured,
    /// Where the policy asks for it.
    pub(super) anonymity: Option<Anonymity>,
}

/// Reads the first entries of a case and of its release side by side.
///
/// A row of the table whose anonymity is measured is an entry: its quasi-identifiers are all values that were changed and are
/// still there (networks, months), by their fields; its sensitive value is who attacks, as far as that is shown.
///
/// # Errors
/// When a file cannot be read, or `stop` says so.
pub(super) fn measure(
    case: &Entries,
    release: &Path,
    is_irreversible: bool,
    stop: &dyn Fn() -> Result<(), Error>,
) -> Result<Measures, Error> {
    let mut before = case.open()?;
    let mut after = Entries::File(release.to_owned()).open()?;
    let mut meter = Meter::new();
    let mut rows = Vec::new();
    let (mut old, mut new) = (Vec::new(), Vec::new());
    for _ in 0..LINES {
        let read = read(&mut before, &mut old).and_then(|()| read(&mut after, &mut new));
        read.map_err(Error::file("read", release))?;
        let (Ok(old), Ok(new)) = (
            serde_json::from_slice::<Value>(&old),
            serde_json::from_slice::<Value>(&new),
        ) else {
            break;
        };
        stop()?;
        meter.pair(&old, &new);
        if is_irreversible {
            rows.push(row(&old, &new));
        }
    }
    let anonymity = is_irreversible.then(|| anonymity(&rows));
    Ok(Measures {
        utility: meter.measured(),
        anonymity,
    })
}

fn read(input: &mut dyn BufRead, line: &mut Vec<u8>) -> std::io::Result<()> {
    line.clear();
    input.take(LONGEST_LINE).read_until(b'\n', line).map(drop)
}

/// The quasi-identifiers of an entry as one cell, and its sensitive value.
fn row(before: &Value, after: &Value) -> Vec<String> {
    let mut quasi = String::new();
    changed(&mut String::new(), before, after, &mut quasi);
    let attacker = after.pointer("/source/ip").and_then(Value::as_str);
    let kept =
        attacker.filter(|ip| before.pointer("/source/ip").and_then(Value::as_str) == Some(*ip));
    vec![quasi, kept.unwrap_or_default().to_owned()]
}

/// Writes each field whose value is another one afterwards, but for prose, which is no column.
fn changed(path: &mut String, before: &Value, after: &Value, out: &mut String) {
    match (before, after) {
        (Value::Object(old), Value::Object(new)) => {
            for (name, new) in new {
                let length = path.len();
                path.push('.');
                path.push_str(name);
                if let Some(old) = old.get(name)
                    && path != ".message"
                {
                    changed(path, old, new, out);
                }
                path.truncate(length);
            }
        }
        (Value::Array(old), Value::Array(new)) => {
            for (old, new) in old.iter().zip(new) {
                changed(path, old, new, out);
            }
        }
        (Value::String(old), Value::String(new)) if old != new => {
            out.push_str(path);
            out.push('=');
            out.push_str(new);
            out.push('\n');
        }
        _ => {}
    }
}

/// k, l and t of rows of [`row`].
fn anonymity(rows: &[Vec<String>]) -> Anonymity {
    // Every row has two cells, so no column is missing.
    let Ok(table) = Table::new(rows, &[0]) else {
        return Anonymity { k: 0, l: 0, t: 1.0 };
    };
    Anonymity {
        k: table.k(),
        l: table.l(1).unwrap_or(0),
        t: table.t(1, Distance::Equal).unwrap_or(1.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn rows_are_told_apart_by_what_was_changed() {
        let pair = |source: &str, victim: &str, network: &str| {
            row(
                &json!({"source": {"ip": source}, "destination": {"ip": victim, "port": 22},
                    "related": {"ip": [source, victim]}, "message": victim}),
                &json!({"source": {"ip": source}, "destination": {"ip": network, "port": 22},
                    "related": {"ip": [source, network]}, "message": network}),
            )
        };
        let rows = [
            pair("203.0.113.7", "10.1.0.1", "10.1.0.0/16"),
            pair("203.0.113.8", "10.1.0.2", "10.1.0.0/16"),
            pair("203.0.113.7", "10.2.0.1", "10.2.0.0/16"),
            pair("203.0.113.7", "10.2.0.9", "10.2.0.0/16"),
        ];
        assert_eq!(
            rows[0],
            [
                ".destination.ip=10.1.0.0/16\n.related.ip=10.1.0.0/16\n",
                "203.0.113.7"
            ]
        );
        let measured = anonymity(&rows);
        assert_eq!((measured.k, measured.l), (2, 1));
        assert!((measured.t - 0.25).abs() < 1e-12, "{measured:?}");
        assert_eq!(anonymity(&[]).k, 0);
    }
}
