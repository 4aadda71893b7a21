//! Rows of a table: each cell by the kind of its column.

use super::prose::Setting;
use super::{Anonymiser, Document};
use crate::role::{Clues, Role};

/// What a column holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// The kind of its values: `EMAIL_ADDRESS`.
    pub kind: String,
    /// Whose they are; `None` to judge each value.
    pub role: Option<Role>,
}

impl Column {
    /// A column of values whose role is judged one by one.
    pub fn of(kind: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            role: None,
        }
    }
}

impl Anonymiser {
    /// The cells of a row: those of a column with a kind as values, all others as text.
    ///
    /// Cells beyond the columns are text. What stands in one cell as a value is hidden in the texts of the row too. A cell whose
    /// value is taken away is empty.
    pub fn row(&self, document: &mut Document, cells: &mut [String], columns: &[Option<Column>]) {
        let column = |at: usize| columns.get(at).and_then(Option::as_ref);
        for (at, cell) in cells.iter().enumerate() {
            if let Some(column) = column(at) {
                let role = self.column_role(document, column, cell);
                self.learn(document, &column.kind, role, cell);
            }
        }
        for (at, cell) in cells.iter_mut().enumerate() {
            if cell.trim().is_empty() {
                continue;
            }
            *cell = match column(at) {
                Some(column) => {
                    let role = self.column_role(document, column, cell);
                    self.hide(document, &column.kind, role, cell)
                }
                None => self.prose(document, cell, &Setting::default()),
            };
        }
    }

    fn column_role(&self, document: &Document, column: &Column, cell: &str) -> Role {
        let clues = Clues::of(&column.kind, cell);
        column.role.unwrap_or_else(|| self.role(document, &clues))
    }
}
