//! Entries read back: from a case, from a file of lines (plain or zstd), or from a pipe.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use crate::Error;
use crate::progress::{Followed, Progress};
use crate::sorter::unlinked;

/// The longest line that is read: an entry of the largest row, with every character escaped, and its fields.
pub(crate) const LONGEST_LINE: u64 = 64 << 20;
/// The first bytes of a zstd frame, RFC 8878.
const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// Where entries are read from, any number of times.
#[derive(Debug)]
pub enum Entries {
    /// A file: `entries.jsonl`, or the same compressed.
    File(PathBuf),
    /// What came through a pipe, kept in a file without a name.
    Kept(File),
}

impl Entries {
    /// The entries of a case's folder, or of a file.
    ///
    /// # Errors
    /// [`Error::File`] when there is no such file, [`Error::Usage`] when the folder is no case.
    pub fn at(path: &Path) -> Result<Self, Error> {
        let metadata = std::fs::metadata(path).map_err(Error::file("read", path))?;
        if !metadata.is_dir() {
            return Ok(Self::File(path.to_owned()));
        }
        ["entries.jsonl", "entries.jsonl.zst"]
            .iter()
            .map(|name| path.join(name))
            .find(|file| file.is_file())
            .map(Self::File)
            .ok_or_else(|| {
                Error::Usage(format!(
                    "`{}` is no case: it holds no entries.jsonl; name a folder that `aidos run` made",
                    path.display()
                ))
            })
    }

    /// The entries of a pipe; they are kept in `scratch`, in a file without a name, until this is dropped.
    ///
    /// # Errors
    /// [`Error::File`] when the pipe cannot be read or the folder has no room.
    pub fn keep(pipe: &mut dyn Read, scratch: &Path) -> Result<Self, Error> {
        keep(pipe, scratch).map(Self::Kept)
    }

    /// How many bytes [`Entries::open`] will give; `None` where they are compressed.
    pub fn size(&self) -> Option<u64> {
        let file = match self {
            Self::File(path) => &File::open(path).ok()?,
            Self::Kept(file) => file,
        };
        let mut magic = [0; 4];
        // Not from where the file stands: a kept one may be read by somebody just now.
        let compressed = file.read_exact_at(&mut magic, 0).is_ok() && magic == ZSTD_MAGIC;
        (!compressed).then(|| file.metadata().ok().map(|data| data.len()))?
    }

    /// Reads them from the first one on.
    ///
    /// # Errors
    /// [`Error::File`] when the file cannot be opened.
    pub fn open(&self) -> Result<Box<dyn BufRead + Send>, Error> {
        let mut file = match self {
            Self::File(path) => File::open(path).map_err(Error::file("read", path))?,
            Self::Kept(file) => file.try_clone().map_err(self.failed())?,
        };
        let mut magic = Vec::with_capacity(4);
        // A kept file stands where the last reading ended.
        file.rewind()
            .and_then(|()| (&file).take(4).read_to_end(&mut magic))
            .and_then(|_| file.rewind())
            .map_err(self.failed())?;
        if magic == ZSTD_MAGIC {
            let frames = zstd::stream::read::Decoder::new(file).map_err(self.failed())?;
            return Ok(Box::new(BufReader::with_capacity(256 << 10, frames)));
        }
        Ok(Box::new(BufReader::with_capacity(256 << 10, file)))
    }

    /// Calls `each` with the number and text of every line that is not blank; `step` is what is being done,
    /// for `progress`.
    ///
    /// # Errors
    /// [`Error::File`] for a damaged file, [`Error::NotEntries`] for a line that is too long or no UTF-8,
    /// and what `each` returns.
    pub fn each_line(
        &self,
        step: &'static str,
        progress: &dyn Progress,
        each: &mut dyn FnMut(u64, &str) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut reader = Followed::begin(self.open()?, step, self.size(), progress);
        let mut line = Vec::new();
        let mut number = 0;
        loop {
            line.clear();
            let len = (&mut reader)
                .take(LONGEST_LINE)
                .read_until(b'\n', &mut line)
                .map_err(self.failed())?;
            if len == 0 {
                return Ok(());
            }
            number += 1;
            let wrong = |what: &str| Error::NotEntries {
                line: number,
                what: what.to_owned(),
            };
            if len as u64 == LONGEST_LINE && !line.ends_with(b"\n") {
                return Err(wrong("longer than 64 MiB, so it is no entry"));
            }
            let text = std::str::from_utf8(&line).map_err(|_| wrong("it is no UTF-8 text"))?;
            let text = text.trim_end();
            if !text.is_empty() {
                each(number, text)?;
            }
        }
    }

    /// Whether the first line is an entry; false for raw logs and for nothing at all.
    ///
    /// # Errors
    /// [`Error::File`] when it cannot be read.
    pub fn are_entries(&self) -> Result<bool, Error> {
        let mut head = Vec::new();
        // A damaged container of another kind is for the reader of raw logs to refuse.
        let read = self.open()?.take(1 << 20).read_until(b'\n', &mut head);
        if read.is_err() {
            return Ok(false);
        }
        let arena = bumpalo::Bump::new();
        Ok(std::str::from_utf8(&head)
            .is_ok_and(|line| aidos_model::Event::parse(line.trim_end(), &arena).is_ok()))
    }

    fn failed(&self) -> impl FnOnce(io::Error) -> Error {
        let path = match self {
            Self::File(path) => path.clone(),
            Self::Kept(_) => PathBuf::from("-"),
        };
        move |source| Error::File {
            deed: "read",
            path,
            source,
        }
    }
}

/// Copies a pipe into a file without a name.
fn keep(pipe: &mut dyn Read, scratch: &Path) -> Result<File, Error> {
    let mut file = unlinked(scratch).map_err(Error::file("create a file in", scratch))?;
    io::copy(pipe, &mut file)
        .and_then(|_| file.flush())
        .and_then(|()| file.rewind())
        .map_err(Error::file("keep standard input in", scratch))?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Silent;

    const LINE: &str =
        "{\"event\":{\"provider\":\"8bells\",\"kind\":\"event\"},\"message\":\"x\"}\n";

    fn lines(entries: &Entries) -> Vec<(u64, String)> {
        let mut lines = Vec::new();
        entries
            .each_line("read", &Silent, &mut |number, line| {
                lines.push((number, line.to_owned()));
                Ok(())
            })
            .unwrap();
        lines
    }

    #[test]
    fn plain_and_compressed_files_and_pipes_give_the_same_lines() {
        let folder = tempfile::tempdir().unwrap();
        let text = format!("{LINE}\n{LINE}");
        let wanted = vec![(1, LINE.trim().to_owned()), (3, LINE.trim().to_owned())];
        std::fs::write(folder.path().join("entries.jsonl"), &text).unwrap();
        assert_eq!(lines(&Entries::at(folder.path()).unwrap()), wanted);
        // Two frames, as batches are written.
        let mut frames = zstd::bulk::compress(&text.as_bytes()[..20], 1).unwrap();
        frames.extend(zstd::bulk::compress(&text.as_bytes()[20..], 1).unwrap());
        let zst = folder.path().join("e.zst");
        std::fs::write(&zst, &frames).unwrap();
        assert_eq!(lines(&Entries::at(&zst).unwrap()), wanted);
        assert_eq!(Entries::at(&zst).unwrap().size(), None);
        let plain = Entries::at(folder.path()).unwrap();
        assert_eq!(plain.size(), Some(text.len() as u64));
        let kept = Entries::keep(&mut frames.as_slice(), folder.path()).unwrap();
        assert_eq!(lines(&kept), wanted);
        assert_eq!(lines(&kept), wanted, "a second time");
        assert!(kept.are_entries().unwrap());
        assert_eq!(
            std::fs::read_dir(folder.path()).unwrap().count(),
            2,
            "nothing is left in the scratch folder"
        );
    }

    #[test]
    fn what_is_no_case_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let error = Entries::at(folder.path()).unwrap_err();
        assert!(error.to_string().contains("is no case"), "{error}");
        let raw = folder.path().join("a.log");
        std::fs::write(&raw, "input: in:ether1 out:(none), proto UDP\n").unwrap();
        assert!(!Entries::at(&raw).unwrap().are_entries().unwrap());
        std::fs::write(&raw, b"\x28\xb5\x2f\xfdxx").unwrap();
        assert!(!Entries::at(&raw).unwrap().are_entries().unwrap());
        std::fs::write(&raw, b"\xff\xfe\n").unwrap();
        let error = Entries::at(&raw)
            .unwrap()
            .each_line("read", &Silent, &mut |_, _| Ok(()));
        assert!(matches!(error, Err(Error::NotEntries { line: 1, .. })));
    }
}
