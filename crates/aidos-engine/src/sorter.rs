//! Sorting more than fits into memory.
//!
//! Pairs of key and value go in, in any order; they come out ordered by key, pairs of equal keys in the
//! order in which they came in. What does not fit into the budget is sorted and written as a run; the
//! runs are merged at the end.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};

/// Most runs that are merged at once: each takes a read buffer.
const FAN_IN: usize = 48;
const READ_BUFFER: usize = 64 << 10;

/// Sorts pairs of bytes in bounded memory.
#[derive(Debug)]
pub(crate) struct Sorter {
    folder: PathBuf,
    budget: usize,
    bytes: Vec<u8>,
    pairs: Vec<Pair>,
    runs: Vec<File>,
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
        let mut run = BufWriter::with_capacity(256 << 10, unlinked(&self.folder)?);
        for pair in &self.pairs {
            write_pair(&mut run, pair.key(&self.bytes), pair.value(&self.bytes))?;
        }
        self.runs
            .push(run.into_inner().map_err(io::IntoInnerError::into_error)?);
        self.bytes.clear();
        self.pairs.clear();
        if self.runs.len() >= FAN_IN {
            // One longer run of many: what was merged once is merged rarely again.
            let mut merge = Merge::over(std::mem::take(&mut self.runs), Vec::new(), Vec::new())?;
            let mut run = BufWriter::with_capacity(256 << 10, unlinked(&self.folder)?);
            while let Some((key, value)) = merge.next()? {
                write_pair(&mut run, key, value)?;
            }
            self.runs
                .push(run.into_inner().map_err(io::IntoInnerError::into_error)?);
        }
        Ok(())
    }

    /// The pairs in order.
    ///
    /// # Errors
    /// When a run cannot be read back.
    pub(crate) fn finish(mut self) -> io::Result<Merge> {
        self.sort();
        Merge::over(self.runs, self.bytes, self.pairs)
    }
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
    sources: Vec<Source>,
    heap: BinaryHeap<Head>,
    current: Option<Head>,
    // The last buffer, which needed no run.
    bytes: Vec<u8>,
    pairs: std::vec::IntoIter<Pair>,
}

#[derive(Debug)]
struct Source {
    run: BufReader<File>,
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

impl Merge {
    fn over(runs: Vec<File>, bytes: Vec<u8>, pairs: Vec<Pair>) -> io::Result<Self> {
        let mut merge = Self {
            sources: Vec::with_capacity(runs.len()),
            heap: BinaryHeap::with_capacity(runs.len() + 1),
            current: None,
            bytes,
            pairs: pairs.into_iter(),
        };
        for mut run in runs {
            run.rewind()?;
            merge.sources.push(Source {
                run: BufReader::with_capacity(READ_BUFFER, run),
            });
        }
        // The buffer holds the latest pairs: it is the last source.
        for source in 0..=merge.sources.len() {
            merge.refill(Head {
                source,
                ..Head::default()
            })?;
        }
        Ok(merge)
    }

    /// Reads the next pair of the head's source into it and puts it back.
    fn refill(&mut self, mut head: Head) -> io::Result<()> {
        head.key.clear();
        head.value.clear();
        if let Some(source) = self.sources.get_mut(head.source) {
            let mut lengths = [0; 8];
            match source.run.read_exact(&mut lengths) {
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
                result => result?,
            }
            let [a, b, c, d, e, f, g, h] = lengths;
            head.key
                .resize(u32::from_le_bytes([a, b, c, d]) as usize, 0);
            head.value
                .resize(u32::from_le_bytes([e, f, g, h]) as usize, 0);
            source.run.read_exact(&mut head.key)?;
            source.run.read_exact(&mut head.value)?;
        } else {
            let Some(pair) = self.pairs.next() else {
                return Ok(());
            };
            head.key.extend_from_slice(pair.key(&self.bytes));
            head.value.extend_from_slice(pair.value(&self.bytes));
        }
        self.heap.push(head);
        Ok(())
    }

    /// The next pair.
    ///
    /// # Errors
    /// When a run cannot be read back.
    #[allow(clippy::should_implement_trait)] // it lends its buffers and may fail
    pub(crate) fn next(&mut self) -> io::Result<Option<(&[u8], &[u8])>> {
        if let Some(head) = self.current.take() {
            self.refill(head)?;
        }
        self.current = self.heap.pop();
        Ok(self
            .current
            .as_ref()
            .map(|head| (head.key.as_slice(), head.value.as_slice())))
    }

    /// The key that [`Merge::next`] will return.
    ///
    /// # Errors
    /// When a run cannot be read back.
    pub(crate) fn peek_key(&mut self) -> io::Result<Option<&[u8]>> {
        if let Some(head) = self.current.take() {
            self.refill(head)?;
        }
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
}
