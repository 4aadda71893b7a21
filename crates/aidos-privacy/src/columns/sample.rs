//! Rows one by one into a sample of bounded size: every row has the same chance, and the
//! same rows and seed give the same sample.

use std::collections::{BTreeSet, BinaryHeap, HashMap};

/// Columns that are kept; what else a hostile table has is counted only.
const MOST_COLUMNS: usize = 512;
/// Bytes of a cell that are kept.
const CELL: usize = 2_048;
/// Bytes that all kept cells may take.
const BUDGET: usize = 24 << 20;
/// Different values of a column that are counted one by one; beyond, their number is estimated.
const EXACT: usize = 1_024;
/// Bytes that a name of a column may have.
const NAME: usize = 512;

/// Takes a table row by row and keeps a sample, and counts over all of it.
///
/// Memory is bounded whatever comes: some 24 MiB of cells and 512 columns.
///
/// ```
/// use aidos_privacy::columns::Sampler;
/// let mut sampler = Sampler::new(1_000, 1);
/// sampler.header(["ip", "port"]);
/// sampler.row(["203.0.113.7", "443"]);
/// sampler.row(["-", "22"]);
/// let table = sampler.finish();
/// assert_eq!((table.rows(), table.columns()), (2, 2));
/// ```
#[derive(Debug)]
pub struct Sampler {
    most: usize,
    seed: u64,
    rows: u64,
    columns: Vec<Counted>,
    places: HashMap<String, usize>,
    left_out: u64,
    kept: BinaryHeap<Kept>,
    bytes: usize,
}

/// What is counted of a column over all rows.
#[derive(Debug, Clone)]
pub(crate) struct Counted {
    pub(crate) name: String,
    /// Whether the name is a header's or a path, or its number only.
    pub(crate) named: bool,
    /// Cells that hold something.
    pub(crate) filled: u64,
    /// Bytes of these.
    pub(crate) bytes: u64,
    /// The smallest hashes of its values, and whether there were more.
    hashes: BTreeSet<u64>,
    more: bool,
}

impl Counted {
    /// Different values, and whether their number is exact.
    pub(crate) fn distinct(&self) -> (u64, bool) {
        if !self.more {
            return (self.hashes.len() as u64, true);
        }
        // The k-th smallest of n even hashes lies near k/n of the range (Bar-Yossef et al. 2002).
        let last = self.hashes.last().copied().unwrap_or(u64::MAX).max(1);
        let estimate = (EXACT as u128 - 1) * u128::from(u64::MAX) / u128::from(last);
        let estimate = u64::try_from(estimate).unwrap_or(u64::MAX);
        (
            estimate.clamp(EXACT as u64, self.filled.max(EXACT as u64)),
            false,
        )
    }

    fn take(&mut self, value: &str) {
        self.filled += 1;
        self.bytes += value.len() as u64;
        let hash = mix(value.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
        }));
        if self.hashes.len() < EXACT {
            self.hashes.insert(hash);
        } else if self.hashes.last().is_some_and(|last| hash < *last) {
            if self.hashes.insert(hash) {
                self.hashes.pop_last();
                self.more = true;
            }
        } else if !self.hashes.contains(&hash) {
            self.more = true;
        }
    }
}

/// A row of the sample, by the key that chance gave it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Kept {
    key: u64,
    row: u64,
    cells: Vec<(u32, Box<str>)>,
}

impl Kept {
    fn size(&self) -> usize {
        self.cells
            .iter()
            .map(|(_, cell)| cell.len() + 24)
            .sum::<usize>()
            + 64
    }
}

/// A sample with what was counted, ready to be profiled.
pub struct Table {
    pub(crate) rows: u64,
    pub(crate) seed: u64,
    pub(crate) columns: Vec<Counted>,
    pub(crate) left_out: u64,
    /// The sampled rows in their order; a cell that holds nothing is not in it.
    pub(crate) sample: Vec<Vec<(u32, Box<str>)>>,
}

impl std::fmt::Debug for Table {
    /// Says how large it is; the cells may hold personal data and are not shown.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Table")
            .field("rows", &self.rows)
            .field("columns", &self.columns.len())
            .field("sampled", &self.sample.len())
            .finish_non_exhaustive()
    }
}

impl Table {
    /// Rows that were given.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Columns that are kept.
    pub fn columns(&self) -> usize {
        self.columns.len()
    }
}

impl Sampler {
    /// Starts with nothing; `most` rows are kept, the `seed` chooses which.
    pub fn new(most: usize, seed: u64) -> Sampler {
        Sampler {
            most: most.max(1),
            seed,
            rows: 0,
            columns: Vec::new(),
            places: HashMap::new(),
            left_out: 0,
            kept: BinaryHeap::new(),
            bytes: 0,
        }
    }

    /// Names the columns, from the first. A name that comes twice gets its number behind it.
    pub fn header<'n>(&mut self, names: impl IntoIterator<Item = &'n str>) {
        for (at, name) in names.into_iter().enumerate() {
            let name = cut(name.trim(), NAME);
            let number = (at + 1).to_string();
            if name.is_empty() {
                self.declare(&number, false);
            } else if self.places.contains_key(name) {
                self.declare(&format!("{name} ({number})"), true);
            } else {
                self.declare(name, true);
            }
        }
    }

    /// Takes a row by place; cells beyond the header open columns that are named by their number from 1.
    pub fn row<'c>(&mut self, cells: impl IntoIterator<Item = &'c str>) {
        let mut row = Vec::new();
        for (at, cell) in cells.into_iter().enumerate() {
            if at >= self.columns.len() && self.declare(&(at + 1).to_string(), false).is_none() {
                break;
            }
            self.cell(&mut row, at, cell);
        }
        self.keep(row);
    }

    /// Takes a row by name, such as the paths of a JSON object. Of a name that comes several times, as a list
    /// does, each value is counted and the first is kept.
    pub fn members<'c>(&mut self, members: impl IntoIterator<Item = (&'c str, &'c str)>) {
        let mut row: Vec<(u32, Box<str>)> = Vec::new();
        for (name, cell) in members {
            if let Some(at) = self.declare(cut(name, NAME), true) {
                self.cell(&mut row, at, cell);
            }
        }
        row.sort_by_key(|(at, _)| *at);
        row.dedup_by_key(|(at, _)| *at);
        self.keep(row);
    }

    /// The sample.
    pub fn finish(self) -> Table {
        let mut kept = self.kept.into_vec();
        kept.sort_by_key(|kept| kept.row);
        Table {
            rows: self.rows,
            seed: self.seed,
            columns: self.columns,
            left_out: self.left_out,
            sample: kept.into_iter().map(|kept| kept.cells).collect(),
        }
    }

    fn declare(&mut self, name: &str, named: bool) -> Option<usize> {
        if let Some(&at) = self.places.get(name) {
            return Some(at);
        }
        if self.columns.len() >= MOST_COLUMNS {
            self.left_out += 1;
            return None;
        }
        self.columns.push(Counted {
            name: name.to_owned(),
            named,
            filled: 0,
            bytes: 0,
            hashes: BTreeSet::new(),
            more: false,
        });
        let at = self.columns.len() - 1;
        self.places.insert(name.to_owned(), at);
        Some(at)
    }

    fn cell(&mut self, row: &mut Vec<(u32, Box<str>)>, at: usize, cell: &str) {
        let cell = cell.trim();
        if is_absent(cell) {
            return;
        }
        if let (Some(column), Ok(at)) = (self.columns.get_mut(at), u32::try_from(at)) {
            column.take(cell);
            row.push((at, cut(cell, CELL).into()));
        }
    }

    fn keep(&mut self, cells: Vec<(u32, Box<str>)>) {
        let key = mix(self.seed ^ mix(self.rows));
        let row = self.rows;
        self.rows += 1;
        let full = self.kept.len() >= self.most;
        if full && self.kept.peek().is_some_and(|top| top.key < key) {
            return;
        }
        let kept = Kept { key, row, cells };
        self.bytes += kept.size();
        self.kept.push(kept);
        while self.kept.len() > self.most || self.bytes > BUDGET && self.kept.len() > 1 {
            let gone = self.kept.pop().map_or(0, |gone| gone.size());
            self.bytes = self.bytes.saturating_sub(gone);
            // Where the budget is what binds, the room shrinks for good, so that chances stay equal.
            self.most = self.most.min(self.kept.len().max(1));
        }
    }
}

/// The ways in which tables write that there is nothing.
fn is_absent(value: &str) -> bool {
    value.is_empty()
        || matches!(
            value,
            "-" | "--" | "?" | "\\N" | "(none)" | "(null)" | "(empty)" | "NA" | "#N/A"
        )
        || ["null", "none", "n/a", "nan", "nil"]
            .iter()
            .any(|word| value.eq_ignore_ascii_case(word))
}

/// The beginning of a text, at most so many bytes, whole letters.
fn cut(text: &str, most: usize) -> &str {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

/// Mixes the bits of a number (the finaliser of splitmix64).
pub(crate) fn mix(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ z >> 31
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_the_same_chance() {
        let mut seen = [0u32; 10];
        for seed in 0..400 {
            let mut sampler = Sampler::new(50, seed);
            for row in 0..500 {
                sampler.row([row.to_string().as_str()]);
            }
            let table = sampler.finish();
            assert_eq!(table.sample.len(), 50);
            for row in &table.sample {
                let number: usize = row[0].1.parse().unwrap();
                seen[number / 50] += 1;
            }
        }
        // 2,000 each are expected; five standard deviations are some 210.
        assert!(seen.iter().all(|n| (1_780..2_220).contains(n)), "{seen:?}");
    }

    #[test]
    fn counts_are_of_all_rows_and_different_values_are_estimated() {
        let mut sampler = Sampler::new(10, 1);
        sampler.header(["a", "b", "a", ""]);
        for row in 0..20_000u32 {
            let unique = row.to_string();
            sampler.row([unique.as_str(), ["x", "y", "-"][row as usize % 3]]);
        }
        let table = sampler.finish();
        let names: Vec<&str> = table.columns.iter().map(|c| c.name.as_str()).collect();
        assert_eq!(names, ["a", "b", "a (3)", "4"]);
        assert_eq!((table.rows, table.sample.len()), (20_000, 10));
        let (distinct, exact) = table.columns[0].distinct();
        assert!(
            !exact && (18_000..=20_000).contains(&distinct),
            "{distinct}"
        );
        assert_eq!(table.columns[1].distinct(), (2, true));
        assert_eq!(table.columns[1].filled, 13_334);
    }

    #[test]
    fn memory_is_bounded() {
        let cell = "x".repeat(1_900);
        let mut sampler = Sampler::new(1_000_000, 1);
        for _ in 0..40_000 {
            sampler.row([cell.as_str(), "y"]);
        }
        assert!(sampler.bytes <= BUDGET);
        let many: Vec<String> = (0..5_000).map(|n| n.to_string()).collect();
        sampler.row(many.iter().map(String::as_str));
        let table = sampler.finish();
        assert_eq!(table.columns(), MOST_COLUMNS);
        assert!(table.left_out > 0);
    }

    #[test]
    fn members_open_columns_and_lists_count() {
        let mut sampler = Sampler::new(10, 1);
        sampler.members([("a.b", "1"), ("a.b", "2"), ("c", "x")]);
        let table = sampler.finish();
        assert_eq!(table.columns[0].filled, 2);
        assert_eq!(table.sample[0].len(), 2);
        assert!(!format!("{table:?}").contains('x'));
    }
}
