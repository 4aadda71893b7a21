//! How anonymous a table is: k-anonymity, l-diversity, t-closeness, and the risk of re-identification.
//!
//! A *class* is the set of rows that agree in all quasi-identifiers (age band, postal prefix, gender, …).
//!
//! - **k**: the size of the smallest class (Samarati and Sweeney, 1998). Who knows a person's quasi-identifiers
//!   finds k candidates at least.
//! - **l**: the least number of sensitive values in a class, counted (distinct) or as exp of the entropy
//!   (Machanavajjhala et al., 2007). With k large and l = 1 the class tells the value all the same.
//! - **t**: the largest distance of a class' sensitive values from those of the whole table (Li et al., 2007):
//!   earth mover's distance, with equal distances for categories, along the order for numbers. 0 to 1.
//! - **risk**: 1 / size of the class, for a prosecutor who knows that the person is in the table; the journalist
//!   knows only the population it was drawn from; the marketer wants the mean over all rows.
//!
//! What these numbers do not see: other tables, other columns, text. They hold for the columns named as
//! quasi-identifiers and for no others. An empty table has k and l of 0, and t and risk of 0.

use std::collections::BTreeMap;

use super::Error;

/// A table of texts: rows of equal length.
#[derive(Clone, Copy)]
pub struct Table<'a> {
    rows: &'a [Vec<String>],
    quasi: &'a [usize],
}

/// How far apart two sensitive values are, for [`Table::t`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Distance {
    /// Any two different values are one apart: categories.
    Equal,
    /// By the rank among the values of the table: numbers. All of them must read as numbers.
    Ordered,
}

/// Thresholds to reach; 0 (for t: 1) asks nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wanted {
    /// The least size of a class.
    pub k: usize,
    /// The least number of sensitive values in a class.
    pub l: usize,
    /// The largest distance of a class from the table.
    pub t: f64,
}

/// Risks of re-identification, each 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Risk {
    /// Of the row in the smallest class.
    pub largest: f64,
    /// Over all rows: classes / rows. The share that a marketer links rightly.
    pub mean: f64,
    /// The share of rows that stand alone in their class.
    pub unique: f64,
}

impl<'a> Table<'a> {
    /// A table and the indices of its quasi-identifiers.
    ///
    /// # Errors
    /// Rows of different lengths, or an index that no column has.
    ///
    /// ```
    /// # use aidos_privacy::technique::anonymity::{Distance, Table};
    /// let rows = ["40-49 f flu", "40-49 f ulcer", "50-59 m flu", "50-59 m flu"]
    ///     .map(|row| row.split(' ').map(str::to_owned).collect::<Vec<_>>());
    /// let table = Table::new(&rows, &[0, 1])?;
    /// assert_eq!((table.k(), table.l(2)?), (2, 1));
    /// assert!((table.t(2, Distance::Equal)? - 0.25).abs() < 1e-12);
    /// # Ok::<(), aidos_privacy::technique::Error>(())
    /// ```
    pub fn new(rows: &'a [Vec<String>], quasi: &'a [usize]) -> Result<Self, Error> {
        let width = rows.first().map_or(usize::MAX, Vec::len);
        if rows.iter().any(|row| row.len() != width) {
            return Err(Error::Table {
                reason: "its rows have different lengths; fill up the short ones",
            });
        }
        if quasi.iter().any(|column| *column >= width) {
            return Err(no_column());
        }
        Ok(Self { rows, quasi })
    }

    /// The rows of each class, by their indices.
    pub fn classes(&self) -> Vec<Vec<usize>> {
        let mut classes: BTreeMap<Vec<&str>, Vec<usize>> = BTreeMap::new();
        for (index, row) in self.rows.iter().enumerate() {
            let key = self
                .quasi
                .iter()
                .filter_map(|column| row.get(*column).map(String::as_str))
                .collect();
            classes.entry(key).or_default().push(index);
        }
        classes.into_values().collect()
    }

    /// The size of the smallest class.
    pub fn k(&self) -> usize {
        self.classes().iter().map(Vec::len).min().unwrap_or(0)
    }

    /// The least number of different values of a sensitive column in a class.
    ///
    /// # Errors
    /// There is no such column.
    pub fn l(&self, sensitive: usize) -> Result<usize, Error> {
        let column = self.column(sensitive)?;
        let classes = self.classes();
        Ok(classes
            .iter()
            .map(|class| counts(&column, class).len())
            .min()
            .unwrap_or(0))
    }

    /// The least exp(entropy) of a sensitive column in a class: as many values as would be equally frequent.
    ///
    /// # Errors
    /// There is no such column.
    pub fn entropy_l(&self, sensitive: usize) -> Result<f64, Error> {
        let column = self.column(sensitive)?;
        let diversity = |class: &Vec<usize>| {
            let entropy: f64 = counts(&column, class)
                .values()
                .map(|count| {
                    let share = ratio(*count, class.len());
                    -share * share.ln()
                })
                .sum();
            entropy.exp()
        };
        Ok(self
            .classes()
            .iter()
            .map(diversity)
            .reduce(f64::min)
            .unwrap_or(0.0))
    }

    /// The largest distance of a class' sensitive values from those of the table.
    ///
    /// # Errors
    /// There is no such column, or it is to be ordered and a value is no number.
    pub fn t(&self, sensitive: usize, distance: Distance) -> Result<f64, Error> {
        let ranks = self.ranks(sensitive, distance)?;
        let classes = self.classes();
        let spreads: Vec<Spread> = classes.iter().map(|class| spread(&ranks, class)).collect();
        let whole = total(&spreads);
        Ok(spreads
            .iter()
            .map(|own| far(own, &whole, distance))
            .fold(0.0, f64::max))
    }

    /// The place of each row's sensitive value among those of the table; spellings of one number share it.
    fn ranks(&self, sensitive: usize, distance: Distance) -> Result<Vec<usize>, Error> {
        let column = self.column(sensitive)?;
        let mut values: BTreeMap<&str, usize> = column.iter().map(|value| (*value, 0)).collect();
        match distance {
            Distance::Equal => {
                for (rank, slot) in values.values_mut().enumerate() {
                    *slot = rank;
                }
            }
            Distance::Ordered => {
                let mut numbers = Vec::with_capacity(values.len());
                for (value, slot) in &mut values {
                    let number = value.trim().parse::<f64>().ok();
                    let number = number.filter(|number| number.is_finite()).ok_or(Error::Table {
                        reason: "a value of the ordered column is no number; take equal distances",
                    })?;
                    // Zero has one sign here.
                    numbers.push((number + 0.0, slot));
                }
                numbers.sort_by(|a, b| a.0.total_cmp(&b.0));
                let mut rank = 0;
                let mut before = None;
                for (number, slot) in numbers {
                    if before.is_some_and(|before: f64| before.total_cmp(&number).is_ne()) {
                        rank += 1;
                    }
                    before = Some(number);
                    *slot = rank;
                }
            }
        }
        Ok(column
            .iter()
            .filter_map(|value| values.get(value).copied())
            .collect())
    }

    /// The risk for who knows that a person is in the table (prosecutor); its mean is the marketer's.
    pub fn risk(&self) -> Risk {
        let classes = self.classes();
        self.risk_of(&classes, <[usize]>::len)
    }

    /// The risk for who knows only that a person is in the population (journalist).
    ///
    /// `population` is a table of it with the same quasi-identifiers, named in the same order. A class that the
    /// population lacks counts with its own size: the population was not whole.
    pub fn risk_in(&self, population: &Table<'_>) -> Risk {
        let key = |table: &Table<'_>, class: &[usize]| -> Vec<String> {
            let row = class.first().and_then(|index| table.rows.get(*index));
            let cells = table.quasi.iter();
            cells
                .filter_map(|column| row.and_then(|row| row.get(*column)).cloned())
                .collect()
        };
        let sizes: BTreeMap<Vec<String>, usize> = population
            .classes()
            .iter()
            .map(|class| (key(population, class), class.len()))
            .collect();
        let classes = self.classes();
        self.risk_of(&classes, |class| {
            sizes
                .get(&key(self, class))
                .map_or(class.len(), |size| (*size).max(class.len()))
        })
    }

    fn risk_of(&self, classes: &[Vec<usize>], size: impl Fn(&[usize]) -> usize) -> Risk {
        let rows = self.rows.len().max(1);
        let mut risk = Risk {
            largest: 0.0,
            mean: 0.0,
            unique: 0.0,
        };
        for class in classes {
            let size = size(class).max(1);
            risk.largest = risk.largest.max(ratio(1, size));
            risk.mean += ratio(class.len(), size) / ratio(rows, 1);
            if size == 1 {
                risk.unique += ratio(class.len(), rows);
            }
        }
        risk
    }

    /// The rows to leave out so that the rest reaches the thresholds, in order.
    ///
    /// Whole classes go: those below `k` or `l` first; then, as long as one is further than `t` from what is
    /// left, the furthest. All rows go where nothing else helps. Greedy: it reaches the thresholds, not always
    /// with the fewest rows. Each class that goes for `t` costs a look at every other class. Generalise first, suppress what is left.
    ///
    /// # Errors
    /// As for [`Table::t`].
    pub fn suppress(
        &self,
        sensitive: usize,
        distance: Distance,
        wanted: Wanted,
    ) -> Result<Vec<usize>, Error> {
        let column = self.column(sensitive)?;
        let ranks = self.ranks(sensitive, distance)?;
        let mut left: Vec<(Vec<usize>, Spread)> = self
            .classes()
            .into_iter()
            .filter(|class| class.len() >= wanted.k && counts(&column, class).len() >= wanted.l)
            .map(|class| {
                let own = spread(&ranks, &class);
                (class, own)
            })
            .collect();
        // No distance is above 1.
        while wanted.t < 1.0 && !left.is_empty() {
            let whole = total(left.iter().map(|(_, own)| own));
            let worst = left
                .iter()
                .map(|(_, own)| far(own, &whole, distance))
                .enumerate()
                .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
            match worst {
                Some((at, far)) if far > wanted.t + 1e-12 => {
                    left.remove(at);
                }
                _ => break,
            }
        }
        let mut stays = vec![false; self.rows.len()];
        for index in left.iter().flat_map(|(class, _)| class) {
            if let Some(slot) = stays.get_mut(*index) {
                *slot = true;
            }
        }
        let all = stays.iter().enumerate();
        Ok(all
            .filter(|(_, stays)| !**stays)
            .map(|(index, _)| index)
            .collect())
    }

    fn column(&self, index: usize) -> Result<Vec<&'a str>, Error> {
        self.rows
            .iter()
            .map(|row| row.get(index).map(String::as_str).ok_or_else(no_column))
            .collect()
    }
}

fn no_column() -> Error {
    Error::Table {
        reason: "there is no such column; give an index below the width of the table",
    }
}

/// How often each value stands in these rows.
fn counts<'v>(column: &[&'v str], rows: &[usize]) -> BTreeMap<&'v str, usize> {
    let mut counts = BTreeMap::new();
    for index in rows {
        if let Some(value) = column.get(*index) {
            *counts.entry(*value).or_insert(0) += 1;
        }
    }
    counts
}

/// How often each rank stands in some rows.
type Spread = BTreeMap<usize, usize>;

fn spread(ranks: &[usize], rows: &[usize]) -> Spread {
    let mut spread = Spread::new();
    for rank in rows.iter().filter_map(|row| ranks.get(*row)) {
        *spread.entry(*rank).or_insert(0) += 1;
    }
    spread
}

fn total<'s>(spreads: impl IntoIterator<Item = &'s Spread>) -> Spread {
    let mut whole = Spread::new();
    for (rank, count) in spreads.into_iter().flatten() {
        *whole.entry(*rank).or_insert(0) += count;
    }
    whole
}

/// The earth mover's distance of a class from the whole, which holds all of its ranks.
fn far(own: &Spread, whole: &Spread, distance: Distance) -> f64 {
    let size = own.values().sum::<usize>().max(1);
    let all = whole.values().sum::<usize>().max(1);
    let mut carried = 0.0_f64;
    let mut sum = 0.0;
    for (rank, count) in whole {
        let here = ratio(own.get(rank).copied().unwrap_or(0), size);
        let surplus = here - ratio(*count, all);
        carried += surplus;
        // Along the order the last rank has nowhere to carry to: what is left there is 0.
        sum += match distance {
            Distance::Equal => surplus.abs() / 2.0,
            Distance::Ordered => carried.abs(),
        };
    }
    match distance {
        Distance::Equal => sum,
        Distance::Ordered => sum / ratio(whole.len().saturating_sub(1).max(1), 1),
    }
}

#[allow(clippy::cast_precision_loss)] // numbers of rows are far below 2⁵²
fn ratio(part: usize, whole: usize) -> f64 {
    part as f64 / whole as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn is(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-9
    }

    /// Each table of the file with the numbers that stand before it.
    fn tables() -> Vec<(Vec<f64>, Vec<Vec<String>>)> {
        let mut tables: Vec<(Vec<f64>, Vec<Vec<String>>)> = Vec::new();
        for line in include_str!("anonymity/pycanon.txt").lines() {
            if let Some(numbers) = line.strip_prefix("table ") {
                let numbers = numbers.split(' ').map(|number| number.parse().unwrap());
                tables.push((numbers.collect(), Vec::new()));
            } else if !line.starts_with('#') {
                let rows = line.split(' ').map(|row| {
                    vec![
                        row[..1].to_owned(),
                        row[1..2].to_owned(),
                        row[2..3].to_owned(),
                        row[3..].to_owned(),
                    ]
                });
                tables.last_mut().unwrap().1.extend(rows);
            }
        }
        tables
    }

    #[test]
    #[allow(clippy::cast_precision_loss)]
    fn the_numbers_are_those_of_pycanon() {
        assert_eq!(tables().len(), 8);
        for (numbers, rows) in tables() {
            let table = Table::new(&rows, &[0, 1]).unwrap();
            let risk = table.risk();
            let ours = [
                table.k() as f64,
                table.l(2).unwrap() as f64,
                table.entropy_l(2).unwrap(),
                table.t(2, Distance::Equal).unwrap(),
                table.t(3, Distance::Ordered).unwrap(),
                table.classes().len() as f64,
                risk.largest,
                risk.mean,
            ];
            for (at, (ours, theirs)) in ours.iter().zip(&numbers).enumerate() {
                assert!(is(*ours, *theirs), "number {at}: {ours} is not {theirs}");
            }
        }
    }

    #[test]
    fn edges_have_answers() {
        let empty = Table::new(&[], &[0]).unwrap();
        assert_eq!((empty.k(), empty.l(0).unwrap()), (0, 0));
        assert!(is(empty.t(0, Distance::Equal).unwrap(), 0.0) && is(empty.risk().mean, 0.0));
        let rows = [vec!["a".to_owned(), "x".to_owned()], vec!["b".to_owned()]];
        assert!(Table::new(&rows, &[0]).is_err());
        let rows = [vec!["a".to_owned(), "x".to_owned()]];
        let one = Table::new(&rows, &[0]).unwrap();
        assert!(one.l(2).is_err() && one.t(1, Distance::Ordered).is_err());
        assert!(Table::new(&rows, &[2]).is_err());
        assert!(is(one.risk().unique, 1.0));
    }

    #[test]
    fn a_journalist_sees_the_population() {
        let rows = |text: &str| -> Vec<Vec<String>> {
            text.split(' ').map(|row| vec![row.to_owned()]).collect()
        };
        let (sample, population) = (rows("a a b"), rows("a a a a b b c"));
        let table = Table::new(&sample, &[0]).unwrap();
        let risk = table.risk_in(&Table::new(&population, &[0]).unwrap());
        assert!(is(risk.largest, 0.5) && is(risk.unique, 0.0));
        assert!(is(risk.mean, (2.0 / 4.0 + 1.0 / 2.0) / 3.0));
        assert!(is(table.risk().largest, 1.0));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100))]

        #[test]
        fn what_is_left_reaches_the_thresholds(
            cells in prop::collection::vec((0..4_u8, 0..3_u8, 0..4_u8), 0..60),
            k in 0..6_usize, l in 0..4_usize, t in 0.0..1.0_f64, ordered: bool,
        ) {
            let rows: Vec<Vec<String>> = cells
                .iter()
                .map(|(a, b, c)| vec![a.to_string(), b.to_string(), c.to_string()])
                .collect();
            let distance = if ordered { Distance::Ordered } else { Distance::Equal };
            let table = Table::new(&rows, &[0, 1]).unwrap();
            let gone = table.suppress(2, distance, Wanted { k, l, t }).unwrap();
            let rest: Vec<Vec<String>> = rows
                .iter()
                .enumerate()
                .filter(|(index, _)| !gone.contains(index))
                .map(|(_, row)| row.clone())
                .collect();
            if !rest.is_empty() {
                let rest = Table::new(&rest, &[0, 1]).unwrap();
                prop_assert!(rest.k() >= k && rest.l(2).unwrap() >= l);
                prop_assert!(rest.t(2, distance).unwrap() <= t + 1e-9);
            }
        }
    }
}
