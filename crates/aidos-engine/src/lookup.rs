//! Entries by their numbers: samples for the report.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::os::unix::fs::FileExt;

use aidos_model::Event;
use bumpalo::Bump;

/// Place and text of an entry.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shown {
    pub(crate) place: String,
    pub(crate) text: String,
}

/// Longest text that is shown.
const TEXT: usize = 400;

/// Finds entries in `entries.jsonl`, or its compressed form.
///
/// `index` holds the first entry and the offset of batches; what stands before the first of them is read
/// from the start of the file.
pub(crate) fn entries(
    file: &File,
    compressed: bool,
    index: &[(u64, u64)],
    wanted: impl Iterator<Item = u64>,
) -> io::Result<BTreeMap<u64, Shown>> {
    let mut wanted: Vec<u64> = wanted.collect();
    wanted.sort_unstable();
    wanted.dedup();
    let mut found = BTreeMap::new();
    let end = file.metadata()?.len();
    let mut at = 0;
    while at < wanted.len() {
        let block = index.partition_point(|(first, _)| *first <= wanted[at]);
        let (first, from) = if block == 0 { (1, 0) } else { index[block - 1] };
        let (next, to) = index.get(block).copied().unwrap_or((u64::MAX, end));
        let stop = wanted.partition_point(|number| *number < next);
        let bytes = Section {
            file,
            at: from,
            end: to,
        };
        if compressed {
            let reader = zstd::stream::read::Decoder::new(bytes)?;
            read(BufReader::new(reader), first, &wanted[at..stop], &mut found)?;
        } else {
            read(
                BufReader::with_capacity(256 << 10, bytes),
                first,
                &wanted[at..stop],
                &mut found,
            )?;
        }
        at = stop.max(at + 1);
    }
    Ok(found)
}

fn read(
    mut reader: impl BufRead,
    first: u64,
    wanted: &[u64],
    found: &mut BTreeMap<u64, Shown>,
) -> io::Result<()> {
    let mut number = first;
    let mut line = String::new();
    let Some(&last) = wanted.last() else {
        return Ok(());
    };
    while number <= last {
        line.clear();
        if reader.read_line(&mut line)? == 0 {
            break;
        }
        if wanted.binary_search(&number).is_ok() {
            let arena = Bump::new();
            if let Ok(event) = Event::parse(line.trim_end(), &arena) {
                let mut text = String::new();
                event.message.push_text(event.timestamp, &mut text);
                if text.len() > TEXT {
                    let mut end = TEXT;
                    while !text.is_char_boundary(end) {
                        end -= 1;
                    }
                    text.truncate(end);
                    text.push('…');
                }
                found.insert(
                    number,
                    Shown {
                        place: format!("{}:{}", event.path, event.line),
                        text,
                    },
                );
            }
        }
        number += 1;
    }
    Ok(())
}

/// A part of a file as a reader.
pub(crate) struct Section<'f> {
    pub(crate) file: &'f File,
    pub(crate) at: u64,
    pub(crate) end: u64,
}

impl Read for Section<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let len = buffer.len().min(left);
        let len = self.file.read_at(&mut buffer[..len], self.at)?;
        self.at += len as u64;
        Ok(len)
    }
}
