//! What is measured on the sampled values of one column.

use std::collections::BTreeMap;

use super::date;
use super::lexicon::Lexicon;
use super::number::{self, Passed};
use super::sample::{Counted, Table};
use super::shape::{self, Shape, Shapes};

/// Different values of a column that are looked at one by one.
const MOST: usize = 600;

/// The measures of a column.
#[derive(Debug)]
pub(crate) struct Stats<'t> {
    pub(crate) counted: &'t Counted,
    /// Different values of the sample and how often each comes, in the order of their first row.
    pub(crate) values: Vec<(&'t str, f64)>,
    /// The sampled rows that fill it, with the value.
    pub(crate) cells: Vec<(usize, &'t str)>,
    /// Sampled cells that were looked at.
    pub(crate) total: f64,
    shapes: [f64; Shape::Count as usize],
    /// Share of the values in each list of the lexicon: by cells, and by different values.
    pub(crate) lists: Vec<(f64, f64)>,
    /// Different values of each list that came.
    pub(crate) listed: Vec<usize>,
    pub(crate) passed: Vec<Passed>,
    pub(crate) numbers: Option<Numbers>,
    pub(crate) dates: Option<Dates>,
    /// Mean number of words.
    pub(crate) words: f64,
    /// Mean number of characters.
    pub(crate) length: f64,
    /// Share of the values that have the most common form, digits and letters alike.
    pub(crate) form: f64,
    /// Share of values that begin with a zero and have more digits.
    pub(crate) zeros: f64,
}

/// The distribution of numbers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Numbers {
    /// Share of the values that are numbers.
    pub(crate) share: f64,
    pub(crate) min: f64,
    pub(crate) max: f64,
    pub(crate) mean: f64,
    /// Standard deviation.
    pub(crate) spread: f64,
    /// The fifth and the ninety-fifth of a hundred.
    pub(crate) low: f64,
    pub(crate) high: f64,
    /// Share of whole numbers.
    pub(crate) whole: f64,
    /// Share that rises from row to row.
    pub(crate) rising: f64,
}

/// The distribution of dates, in years with fractions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dates {
    pub(crate) first: f64,
    pub(crate) middle: f64,
    pub(crate) last: f64,
}

impl<'t> Stats<'t> {
    /// Measures a column of a table.
    pub(crate) fn of(
        table: &'t Table,
        at: usize,
        counted: &'t Counted,
        lexicon: &Lexicon,
    ) -> Stats<'t> {
        let mut cells = Vec::new();
        for (row, kept) in table.sample.iter().enumerate() {
            let found = kept.binary_search_by_key(&at, |(column, _)| *column as usize);
            if let Some((_, cell)) = found.ok().and_then(|place| kept.get(place)) {
                cells.push((row, cell.as_ref()));
            }
        }
        let mut places: BTreeMap<&str, usize> = BTreeMap::new();
        let mut values: Vec<(&str, f64)> = Vec::new();
        for &(_, cell) in &cells {
            if let Some(&place) = places.get(cell) {
                if let Some(known) = values.get_mut(place) {
                    known.1 += 1.0;
                }
            } else if values.len() < MOST {
                places.insert(cell, values.len());
                values.push((cell, 1.0));
            }
        }
        let total: f64 = values.iter().map(|(_, times)| times).sum();
        let mut stats = Stats {
            counted,
            passed: number::passed(&values),
            numbers: numbers(&cells, total),
            dates: dates(&values),
            values,
            cells,
            total,
            shapes: [0.0; Shape::Count as usize],
            lists: Vec::new(),
            listed: Vec::new(),
            words: 0.0,
            length: 0.0,
            form: 0.0,
            zeros: 0.0,
        };
        stats.measure(lexicon);
        stats
    }

    fn measure(&mut self, lexicon: &Lexicon) {
        if self.total <= 0.0 {
            self.lists = vec![(0.0, 0.0); lexicon.lists().len()];
            self.listed = vec![0; lexicon.lists().len()];
            return;
        }
        let mut lists = vec![(0.0, 0.0); lexicon.lists().len()];
        let mut listed = vec![0usize; lexicon.lists().len()];
        let mut forms: BTreeMap<String, f64> = BTreeMap::new();
        let each = 1.0 / as_float(self.values.len());
        for &(value, times) in &self.values {
            let share = times / self.total;
            let shapes: Shapes = shape::of(value, lexicon);
            for (at, sum) in self.shapes.iter_mut().enumerate() {
                if let Some(shape) = SHAPES.get(at)
                    && shapes.has(*shape)
                {
                    *sum += share;
                }
            }
            let bits = lexicon.look(value);
            for (at, (list, count)) in lists.iter_mut().zip(&mut listed).enumerate() {
                if bits >> at & 1 == 1 {
                    list.0 += share;
                    list.1 += each;
                    *count += 1;
                }
            }
            *forms.entry(shape::form(value)).or_default() += share;
            self.words += share * as_float(value.split_whitespace().count());
            self.length += share * as_float(value.chars().count());
            if value.starts_with('0')
                && value.len() > 1
                && value.bytes().all(|b| b.is_ascii_digit())
            {
                self.zeros += share;
            }
        }
        self.form = forms.into_values().fold(0.0, f64::max);
        self.lists = lists;
        self.listed = listed;
    }

    /// Share of the values that have a shape.
    pub(crate) fn share(&self, shape: Shape) -> f64 {
        self.shapes.get(shape as usize).copied().unwrap_or(0.0)
    }

    /// Different values among those that were looked at.
    pub(crate) fn distinct(&self) -> usize {
        self.values.len()
    }

    /// Different values per value.
    pub(crate) fn variety(&self) -> f64 {
        as_float(self.values.len()) / self.total.max(1.0)
    }
}

/// All shapes by their number.
const SHAPES: &[Shape] = &[
    Shape::Ip,
    Shape::Mac,
    Shape::Email,
    Shape::Url,
    Shape::Domain,
    Shape::Uuid,
    Shape::Hash,
    Shape::Cve,
    Shape::Technique,
    Shape::StixId,
    Shape::Asn,
    Shape::Iban,
    Shape::Crypto,
    Shape::Card,
    Shape::CardDigits,
    Shape::PhoneStrong,
    Shape::PhoneWeak,
    Shape::Date,
    Shape::DateTime,
    Shape::Epoch,
    Shape::Bic,
    Shape::Icd,
    Shape::UserAgent,
    Shape::FilePath,
    Shape::ZipStrong,
    Shape::ZipWeak,
    Shape::LatLon,
    Shape::Integer,
    Shape::Decimal,
    Shape::Money,
    Shape::Json,
    Shape::HostName,
    Shape::UserName,
    Shape::Secret,
    Shape::Person,
    Shape::Names,
    Shape::Account,
    Shape::Address,
    Shape::Capital,
    Shape::Word,
    Shape::Sentence,
    Shape::Digits,
];

/// A count as a number to reckon with.
#[allow(clippy::cast_precision_loss)] // counts of a sample
pub(crate) fn as_float(count: usize) -> f64 {
    count as f64
}

fn numbers(cells: &[(usize, &str)], total: f64) -> Option<Numbers> {
    let all: Vec<f64> = cells
        .iter()
        .filter_map(|(_, cell)| shape::number(cell))
        .collect();
    if all.is_empty() || total <= 0.0 {
        return None;
    }
    let count = as_float(all.len());
    let mean = all.iter().sum::<f64>() / count;
    let spread = (all.iter().map(|n| (n - mean).powi(2)).sum::<f64>() / count).sqrt();
    let whole = as_float(all.iter().filter(|n| n.fract() == 0.0).count()) / count;
    let pairs = as_float(all.len().saturating_sub(1)).max(1.0);
    let rising = as_float(
        all.windows(2)
            .filter(|w| matches!(w, [a, b] if a < b))
            .count(),
    ) / pairs;
    let mut sorted = all;
    sorted.sort_by(f64::total_cmp);
    let at = |share: usize| {
        sorted
            .get((sorted.len() - 1) * share / 100)
            .copied()
            .unwrap_or(mean)
    };
    Some(Numbers {
        share: count / as_float(cells.len()).max(1.0),
        min: at(0),
        max: at(100),
        mean,
        spread,
        low: at(5),
        high: at(95),
        whole,
        rising,
    })
}

fn dates(values: &[(&str, f64)]) -> Option<Dates> {
    let mut years: Vec<f64> = values
        .iter()
        .filter_map(|(value, _)| date::read(value))
        .map(|read| 1970.0 + read.days / 365.2425)
        .collect();
    years.sort_by(f64::total_cmp);
    // The outermost of a hundred are left aside: 1900-01-01 often stands for unknown.
    let at = |share: usize| years.get((years.len() - 1) * share / 100).copied();
    if years.is_empty() {
        return None;
    }
    Some(Dates {
        first: at(2)?,
        middle: at(50)?,
        last: at(98)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_stands_at_its_number() {
        assert_eq!(SHAPES.len(), Shape::Count as usize);
        assert!(
            SHAPES
                .iter()
                .enumerate()
                .all(|(at, shape)| *shape as usize == at)
        );
    }
}
