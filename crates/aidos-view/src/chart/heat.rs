//! A heat map: a table whose cells are tinted by their number.

use maud::{Markup, html};

use super::Figure;
use crate::text::Text;

/// Tints besides "none".
const LEVELS: u64 = 5;

/// A square of names against the same names.
#[derive(Clone, Debug, Default)]
pub struct Heat<'a> {
    /// What the table shows, in words.
    pub caption: &'a str,
    /// The names of rows and columns.
    pub names: &'a [Text],
    /// `cells[row][column]`; a missing cell is empty.
    pub cells: Vec<Vec<Figure>>,
}

impl Heat<'_> {
    /// Draws the table. The scale is that of the cells off the diagonal; a cell of the diagonal is the
    /// name's own total and stays untinted.
    pub fn draw(&self) -> Markup {
        let scale = self
            .cells
            .iter()
            .enumerate()
            .flat_map(|(r, row)| {
                row.iter()
                    .enumerate()
                    .map(move |(c, cell)| (r, c, cell.value))
            })
            .filter(|(r, c, _)| r != c)
            .map(|(.., value)| value)
            .max()
            .unwrap_or(0);
        html! {
            table.heat {
                caption { (self.caption) }
                thead { tr { td {} @for name in self.names { th scope="col" { (name) } } } }
                tbody { @for (r, name) in self.names.iter().enumerate() { tr {
                    th scope="row" { (name) }
                    @for c in 0..self.names.len() {
                        @match self.cells.get(r).and_then(|row| row.get(c)) {
                            Some(cell) if r == c => { td.own { (cell.draw()) } }
                            Some(cell) => { td class=(level(cell.value, scale)) { (cell.draw()) } }
                            None => { td.own { "–" } }
                        }
                    }
                } } }
            }
        }
    }
}

/// The class of a tint: `h0` for nothing, `h1` to `h5` for a fifth of the scale each.
fn level(value: u64, scale: u64) -> String {
    if value == 0 || scale == 0 {
        return "h0".to_owned();
    }
    let level = (u128::from(value) * u128::from(LEVELS)).div_ceil(u128::from(scale));
    format!("h{}", level.clamp(1, u128::from(LEVELS)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tints_follow_the_numbers() {
        assert_eq!(level(0, 10), "h0");
        assert_eq!(level(1, 10), "h1");
        assert_eq!(level(10, 10), "h5");
        assert_eq!(level(u64::MAX, u64::MAX), "h5");
    }

    #[test]
    fn missing_cells_are_drawn_empty() {
        let names = ["a".into(), "b".into()];
        let html = Heat {
            names: &names,
            cells: vec![vec![1.into()]],
            ..Heat::default()
        }
        .draw();
        assert_eq!(html.into_string().matches("–").count(), 3);
    }
}
