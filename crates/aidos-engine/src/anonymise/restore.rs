//! Values given back, piece by piece.

use aidos_privacy::anonymise::Anonymiser;
use aidos_privacy::technique::Ledger;
use serde_json::Value;

use super::read::{Act, Failed};

/// Gives back what a ledger knows of.
pub(super) struct Restore<'r> {
    anonymiser: &'r Anonymiser,
    ledger: Ledger,
    /// Lines, rows and documents so far.
    pub(super) documents: u64,
}

impl<'r> Restore<'r> {
    pub(super) fn new(anonymiser: &'r Anonymiser, ledger: Ledger) -> Self {
        Self {
            anonymiser,
            ledger,
            documents: 0,
        }
    }
}

impl Act for Restore<'_> {
    fn lines(&mut self, text: &str, json: bool, out: &mut String) -> Result<(), Failed> {
        // Together, as each call opens all that the ledger holds.
        let mut lines: Vec<(Value, &str)> = Vec::new();
        for line in text.split_inclusive('\n') {
            self.documents += 1;
            let body = line.trim_end_matches(['\n', '\r']);
            let end = line.get(body.len()..).unwrap_or_default();
            let value = if json {
                serde_json::from_str(body).ok()
            } else {
                None
            };
            lines.push((value.unwrap_or_else(|| Value::String(body.to_owned())), end));
        }
        let (values, ends): (Vec<Value>, Vec<&str>) = lines.into_iter().unzip();
        let mut all = Value::Array(values);
        self.anonymiser.restore_json(&self.ledger, &mut all);
        for (value, end) in all.as_array().into_iter().flatten().zip(ends) {
            match value {
                Value::String(text) => out.push_str(text),
                other => out.push_str(&other.to_string()),
            }
            out.push_str(end);
        }
        Ok(())
    }

    fn columns(&mut self, _: &[String], _: &[Vec<String>]) {}

    fn rows(&mut self, rows: &mut [Vec<String>]) -> Result<(), Failed> {
        self.documents += rows.len() as u64;
        let cells =
            |row: &Vec<String>| Value::Array(row.iter().cloned().map(Value::String).collect());
        let mut all = Value::Array(rows.iter().map(cells).collect());
        self.anonymiser.restore_json(&self.ledger, &mut all);
        for (row, restored) in rows.iter_mut().zip(all.as_array().into_iter().flatten()) {
            for (cell, restored) in row
                .iter_mut()
                .zip(restored.as_array().into_iter().flatten())
            {
                restored.as_str().unwrap_or_default().clone_into(cell);
            }
        }
        Ok(())
    }

    fn whole(&mut self, mut value: Value) -> Result<Value, Failed> {
        self.documents += 1;
        self.anonymiser.restore_json(&self.ledger, &mut value);
        Ok(value)
    }
}
