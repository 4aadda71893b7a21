//! Sorting more than fits into memory.
//!
//! Pairs of key and value go in, in any order; they come out ordered by key, pairs of equal keys in the
//! order in which they came in. What does not fit into the budget is sorted and written as a run; the
//! runs are merged at the end.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};

/// Runs of a level that are merged to one of the next.
const FAN_IN: usize = 24;
/// Most runs that are merged at once: each takes a read buffer.
const MOST_RUNS: usize = 64;
/// What the read buffers of a merge take together, however many runs there are.
const READ_BUFFERS: usize = 1 << 20;
const WRITE_BUFFER: usize = 256 << 10;
/// With so many pairs a buffer is given all the room that it may need.
const SMALL: usize = 1 << 10;

/// Sorts pairs of bytes in bounded memory.
#[derive(Debug)]
pub(crate) struct Sorter {
    folder: PathBuf,
    budget: usize,
    bytes: Vec<u8>,
    pairs: Vec<Pair>,
    /// Older runs come first, and are of a higher level or the same.
    runs: Vec<Run>,
}

/// Sorted pairs on disk.
#[derive(Debug)]
struct Run {
    file: File,
    /// How often what is in it was merged.
    level: u32,
}

/// Where a pair stands in the buffer.
#[derive(Debug, Clone, Copy)]
struct Pair {
    /// The key's first eight bytes: most comparisons end here.
    head: u64,
    at: u32,
    key: u32,
    value: u32,
}

impl Pair {
    fn key<'b>(&self, bytes: &'b [u8]) -> &'b [u8] {
        let at = self.at as usize;
        &bytes[at..at + self.key as usize]
    }

    fn value<'b>(&self, bytes: &'b [u8]) -> &'b [u8] {
        let at = self.at as usize + self.key as usize;
        &bytes[at..at + self.value as usize]
    }
}

fn head(key: &[u8]) -> u64 {
    let mut head = [0; 8];
    let len = key.len().min(8);
    head[..len].copy_from_slice(&key[..len]);
    u64::from_be_bytes(head)
}

impl Sorter {
    /// A sorter that keeps about `budget` bytes in memory and its runs in `folder`.
    ///
    /// The runs' files are unlinked at once: they vanish with the process.
    pub(crate) fn new(folder: &Path, budget: usize) -> Self {
        let budget = budget.clamp(1 << 20, 1 << 30);
        Self {
            folder: folder.into(),
            budget,
            bytes: Vec::new(),
            pairs: Vec::new(),
            runs: Vec::new(),
        }
    }

    /// Takes all out, and leaves an empty sorter.
    pub(crate) fn take(&mut self) -> Self {
        let empty = Self::new(&self.folder, self.budget);
        std::mem::replace(self, empty)
    }

    /// Takes a pair in.
    ///
    /// # Errors
    /// When a run cannot be written, for example because the disk is full.
    pub(crate) fn push(&mut self, key: &[u8], value: &[u8]) -> io::Result<()> {
        let used = self.bytes.len() + self.pairs.len() * size_of::<Pair>();
        if used + key.len() + value.len() + size_of::<Pair>() > self.budget
            && !self.pairs.is_empty()
        {
            self.spill()?;
        }
        let number = |len: usize| {
            u32::try_from(len).map_err(|_| io::Error::other("a sorted value is larger than 4 GiB"))
        };
        if self.pairs.len() == SMALL {
            // All at once: growing by and by leaves the allocator with holes of every size. What is not
            // used yet takes no memory.
            self.bytes
                .reserve_exact(self.budget - self.bytes.len().min(self.budget));
            self.pairs
                .reserve_exact(self.budget / 3 / size_of::<Pair>());
        }
        self.pairs.push(Pair {
            head: head(key),
            at: number(self.bytes.len())?,
            key: number(key.len())?,
            value: number(value.len())?,
        });
        self.bytes.extend_from_slice(key);
        self.bytes.extend_from_slice(value);
        Ok(())
    }

    fn sort(&mut self) {
        let bytes = &self.bytes;
        // Equal keys keep their order: a buffer's pairs ascend in `at`.
        self.pairs.sort_unstable_by(|a, b| {
            a.head
                .cmp(&b.head)
                .then_with(|| a.key(bytes).cmp(b.key(bytes)))
                .then_with(|| a.at.cmp(&b.at))
        });
    }

    fn spill(&mut self) -> io::Result<()> {
        self.sort();
        let mut run = BufWriter::with_capacity(WRITE_BUFFER, unlinked(&self.folder)?);
        for pair in &self.pairs {
            write_pair(&mut run, pair.key(&self.bytes), pair.value(&self.bytes))?;
        }
        let file = run.into_inner().map_err(io::IntoInnerError::into_error)?;
        self.runs.push(Run { file, level: 0 });
        self.bytes.clear();
        self.pairs.clear();
        // Runs of one level alone: what was merged once is merged again only with its like, so that a pair
        // is written a few times, however many there are.
        while let Some(from) = self.runs.len().checked_sub(FAN_IN)
            && self.runs[from].level == self.runs[self.runs.len() - 1].level
        {
            let runs = self.runs.split_off(from);
            self.runs.push(merged(&self.folder, runs)?);
        }
        Ok(())
    }

    /// Writes what is in memory to a run and gives the memory back; more may be pushed.
    ///
    /// # Errors
    /// When the run cannot be written.
    pub(crate) fn put_down(&mut self) -> io::Result<()> {
        if !self.pairs.is_empty() {
            self.spill()?;
        }
        (self.bytes, self.pairs) = (Vec::new(), Vec::new());
        Ok(())
    }

    /// The pairs in order.
    ///
    /// # Errors
    /// When a run cannot be read back.
    pub(crate) fn finish(self) -> io::Result<Merge> {
        Self::join(vec![self])
    }

    /// The pairs of several sorters in order; of equal keys, those of an earlier sorter come first.
    ///
    /// The sorters' buffers stay in memory only where all pairs fit into one of them.
    ///
    /// # Errors
    /// When a run cannot be written or read back.
    pub(crate) fn join(mut sorters: Vec<Self>) -> io::Result<Merge> {
        sorters.retain(|sorter| !sorter.runs.is_empty() || !sorter.pairs.is_empty());
        if let [only] = sorters.as_mut_slice()
            && only.runs.is_empty()
        {
            only.sort();
            let (bytes, pairs) = (
                std::mem::take(&mut only.bytes),
                std::mem::take(&mut only.pairs),
            );
            return Merge::over(Vec::new(), bytes, pairs);
        }
        let Some(folder) = sorters.first().map(|sorter| sorter.folder.clone()) else {
            return Merge::over(Vec::new(), Vec::new(), Vec::new());
        };
        let mut runs = Vec::new();
        for mut sorter in sorters {
            sorter.put_down()?;
            runs.append(&mut sorter.runs);
        }
        while runs.len() > MOST_RUNS {
            let mut rest = runs.into_iter().peekable();
            runs = Vec::new();
            while rest.peek().is_some() {
                runs.push(merged(&folder, rest.by_ref().take(MOST_RUNS).collect())?);
            }
        }
        Merge::over(runs, Vec::new(), Vec::new())
    }
}

/// One longer run of many.
fn merged(folder: &Path, runs: Vec<Run>) -> io::Result<Run> {
    let level = runs.iter().map(|run| run.level + 1).max().unwrap_or(0);
    let mut merge = Merge::over(runs, Vec::new(), Vec::new())?;
    let mut run = BufWriter::with_capacity(WRITE_BUFFER, unlinked(folder)?);
    while let Some((key, value)) = merge.next()? {
        write_pair(&mut run, key, value)?;
    }
    let file = run.into_inner().map_err(io::IntoInnerError::into_error)?;
    Ok(Run { file, level })
}

/// A file without a name, for reading and writing.
pub(crate) fn unlinked(folder: &Path) -> io::Result<File> {
    use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let name = format!(
        "spill-{}-{}",
        std::process::id(),
        NUMBER.fetch_add(1, Relaxed)
    );
    let path = folder.join(name);
    let file = File::options()
        .read(true)
        .write(true)
        .create_new(true)
        .open(&path)?;
    std::fs::remove_file(&path)?;
    Ok(file)
}

fn write_pair(out: &mut impl Write, key: &[u8], value: &[u8]) -> io::Result<()> {
    let len = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes();
    out.write_all(&len(key))?;
    out.write_all(&len(value))?;
    out.write_all(key)?;
    out.write_all(value)
}

/// The pairs of a [`Sorter`] in order.
#[derive(Debug)]
pub(crate) struct Merge {
    sources: Sources,
    heap: BinaryHeap<Head>,
    /// Whether the first of the heap was given out.
    lent: bool,
}

/// Where pairs come from.
#[derive(Debug)]
struct Sources {
    runs: Vec<BufReader<File>>,
    // The last buffer, which needed no run.
    bytes: Vec<u8>,
    pairs: std::vec::IntoIter<Pair>,
}

/// The next pair of a source. The greatest of the heap is the pair that comes first.
#[derive(Debug, Default)]
struct Head {
    key: Vec<u8>,
    value: Vec<u8>,
    source: usize,
}

impl PartialEq for Head {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Head {}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Head {
    fn cmp(&self, other: &Self) -> Ordering {
        other
            .key
            .cmp(&self.key)
            .then_with(|| other.source.cmp(&self.source))
    }
}

impl Sources {
    /// Reads the next pair of the head's source into it; false at its end.
    fn refill(&mut self, head: &mut Head) -> io::Result<bool> {
        head.key.clear();
        head.value.clear();
        if let Some(run) = self.runs.get_mut(head.source) {
            let mut lengths = [0; 8];
            match run.read_exact(&mut lengths) {
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(false),
                result => result?,
            }
            let [a, b, c, d, e, f, g, h] = lengths;
            head.key
                .resize(u32::from_le_bytes([a, b, c, d]) as usize, 0);
            head.value
                .resize(u32::from_le_bytes([e, f, g, h]) as usize, 0);
            run.read_exact(&mut head.key)?;
            run.read_exact(&mut head.value)?;
        } else {
            let Some(pair) = self.pairs.next() else {
                return Ok(false);
            };
            head.key.extend_from_slice(pair.key(&self.bytes));
            head.value.extend_from_slice(pair.value(&self.bytes));
        }
        Ok(true)
    }
}

impl Merge {
    fn over(runs: Vec<Run>, bytes: Vec<u8>, pairs: Vec<Pair>) -> io::Result<Self> {
        let buffer = (READ_BUFFERS / runs.len().max(1)).clamp(8 << 10, 256 << 10);
        let mut merge = Self {
            sources: Sources {
                runs: Vec::with_capacity(runs.len()),
                bytes,
                pairs: pairs.into_iter(),
            },
            heap: BinaryHeap::with_capacity(runs.len() + 1),
            lent: false,
        };
        for mut run in runs {
            run.file.rewind()?;
            let reader = BufReader::with_capacity(buffer, run.file);
            merge.sources.runs.push(reader);
        }
        // The buffer holds the latest pairs: it is the last source.
        for source in 0..=merge.sources.runs.len() {
            let mut head = Head {
                source,
                ..Head::default()
            };
            if merge.sources.refill(&mut head)? {
                merge.heap.push(head);
            }
        }
        Ok(merge)
    }

    /// Goes on behind the pair that was given out.
    fn advance(&mut self) -> io::Result<()> {
        if !std::mem::take(&mut self.lent) {
            return Ok(());
        }
        if let Some(mut head) = self.heap.peek_mut()
            && !self.sources.refill(&mut head)?
        {
            PeekMut::pop(head);
        }
        Ok(())
    }

    /// The next pair.
    ///
    /// # Errors
    /// When a run cannot be read back.
    #[allow(clippy::should_implement_trait)] // it lends its buffers and may fail
    pub(crate) fn next(&mut self) -> io::Result<Option<(&[u8], &[u8])>> {
        self.advance()?;
        let head = self.heap.peek();
        self.lent = head.is_some();
        Ok(head.map(|head| (head.key.as_slice(), head.value.as_slice())))
    }

    /// The key that [`Merge::next`] will return.
    ///
    /// # Errors
    /// When a run cannot be read back.
    pub(crate) fn peek_key(&mut self) -> io::Result<Option<&[u8]>> {
        self.advance()?;
        Ok(self.heap.peek().map(|head| head.key.as_slice()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_come_out_in_order_however_many_runs() {
        for (count, runs) in [(1000u32, false), (400_000, true)] {
            let folder = tempfile::tempdir().unwrap();
            let mut sorter = Sorter::new(folder.path(), 0);
            let mut wanted = Vec::new();
            let mut state = 7u32;
            for number in 0..count {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let key = format!("key-{}", state % 5000).into_bytes();
                let value = number.to_le_bytes().to_vec();
                sorter.push(&key, &value).unwrap();
                wanted.push((key, value));
            }
            assert_eq!(sorter.runs.len() > 1, runs);
            wanted.sort_by(|a, b| a.0.cmp(&b.0)); // stable
            let mut merge = sorter.finish().unwrap();
            for (key, value) in &wanted {
                assert_eq!(merge.peek_key().unwrap(), Some(key.as_slice()));
                let (found, of) = merge.next().unwrap().unwrap();
                assert!(found == key && of == value);
            }
            assert!(merge.next().unwrap().is_none());
            assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        }
    }

    #[test]
    fn sorters_join_in_their_order_whether_they_spilled_or_not() {
        for counts in [
            [0, 0, 0],
            [0, 40, 0],
            [30, 40, 50],
            [40, 200_000, 7],
            [90_000, 0, 60_000],
        ] {
            let folder = tempfile::tempdir().unwrap();
            let mut wanted = Vec::new();
            let mut number = 0u32;
            let sorters = counts.map(|count| {
                let mut sorter = Sorter::new(folder.path(), 0);
                for _ in 0..count {
                    number += 1;
                    let key = format!("{}", number.wrapping_mul(2_654_435_761) % 977).into_bytes();
                    sorter.push(&key, &number.to_le_bytes()).unwrap();
                    wanted.push((key, number.to_le_bytes().to_vec()));
                }
                sorter
            });
            wanted.sort_by(|a, b| a.0.cmp(&b.0)); // stable
            let mut merge = Sorter::join(sorters.into()).unwrap();
            for (key, value) in &wanted {
                let (found, of) = merge.next().unwrap().unwrap();
                assert!(found == key && of == value);
            }
            assert!(merge.peek_key().unwrap().is_none() && merge.next().unwrap().is_none());
        }
    }

    #[test]
    fn runs_stay_few_and_of_falling_levels() {
        let folder = tempfile::tempdir().unwrap();
        let mut sorter = Sorter::new(folder.path(), 0);
        let mut pairs = 0u32;
        let value = vec![7; 1 << 19];
        while sorter.runs.len() < 3 || sorter.runs[1].level == 0 {
            // A value of its own run each: what is merged is what is counted here.
            sorter
                .push(&pairs.reverse_bits().to_be_bytes(), &value)
                .unwrap();
            pairs += 1;
            assert!(sorter.runs.is_sorted_by(|a, b| a.level >= b.level));
            assert!(sorter.runs.len() < FAN_IN * 2);
        }
        assert!(pairs as usize > FAN_IN * 2);
        let mut merge = sorter.finish().unwrap();
        let mut found = 0;
        let mut last = Vec::new();
        while let Some((key, value)) = merge.next().unwrap() {
            assert!(last.as_slice() < key && value.len() == 1 << 19);
            last = key.to_vec();
            found += 1;
        }
        assert_eq!(found, pairs);
    }
}
