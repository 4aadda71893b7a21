//! Where a job's NDJSON goes: files written in parallel at offsets given in order, or a stream.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use crate::Error;

/// The files of NDJSON that a job may write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stream {
    Entries,
    Changes,
    Rejects,
    Bundles,
}

impl Stream {
    pub(crate) const ALL: [Self; 4] = [Self::Entries, Self::Changes, Self::Rejects, Self::Bundles];

    /// The file's name in a case.
    pub(crate) fn file(self, compress: bool) -> String {
        let name = match self {
            Self::Entries => "entries.jsonl",
            Self::Changes => "changes.jsonl",
            Self::Rejects => "rejects.jsonl",
            Self::Bundles => "bundles.jsonl",
        };
        format!("{name}{}", if compress { ".zst" } else { "" })
    }
}

/// Takes the bytes of batches.
pub(crate) enum Output<'w> {
    /// A file: bytes go to the place that was reserved for them.
    File { file: File, path: PathBuf },
    /// A stream: bytes go out in batch order.
    Stream {
        writer: Mutex<Box<dyn Write + Send + 'w>>,
        name: &'static str,
    },
}

impl<'w> Output<'w> {
    /// Opens a file, keeping its first `keep` bytes.
    pub(crate) fn file(path: &Path, keep: u64) -> Result<Self, Error> {
        let open = || {
            let file = File::options()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .open(path)?;
            file.set_len(keep)?;
            Ok(file)
        };
        let file = open().map_err(Error::file("create", path))?;
        Ok(Self::File {
            file,
            path: path.to_owned(),
        })
    }

    pub(crate) fn stream(writer: Box<dyn Write + Send + 'w>, name: &'static str) -> Self {
        Self::Stream {
            writer: Mutex::new(writer),
            name,
        }
    }

    /// Writes a batch's bytes in its turn, where the output is a stream.
    pub(crate) fn write_in_turn(&self, bytes: &[u8]) -> Result<(), Error> {
        match self {
            Self::File { .. } => Ok(()),
            Self::Stream { writer, name } => writer
                .lock()
                .map_err(|_| Error::Worker)?
                .write_all(bytes)
                .map_err(Error::file("write", Path::new(name))),
        }
    }

    /// Writes a batch's bytes at their place, where the output is a file.
    pub(crate) fn write_at(&self, bytes: &[u8], offset: u64) -> Result<(), Error> {
        match self {
            Self::File { file, path } => file
                .write_all_at(bytes, offset)
                .map_err(Error::file("write", path)),
            Self::Stream { .. } => Ok(()),
        }
    }

    /// Makes sure that what was written stays.
    pub(crate) fn sync(&self) -> Result<(), Error> {
        match self {
            Self::File { file, path } => file.sync_data().map_err(Error::file("write", path)),
            Self::Stream { writer, name } => writer
                .lock()
                .map_err(|_| Error::Worker)?
                .flush()
                .map_err(Error::file("write", Path::new(name))),
        }
    }

    pub(crate) fn as_file(&self) -> Option<&File> {
        match self {
            Self::File { file, .. } => Some(file),
            Self::Stream { .. } => None,
        }
    }
}

/// Compresses a batch in place, as a zstd frame of its own, so that frames join to a file in any number of
/// threads. `packed` is a buffer to use again: a new one for each batch, several megabytes at its worst, would
/// leave the allocator with holes.
pub(crate) fn compress(bytes: &mut Vec<u8>, packed: &mut Vec<u8>) -> io::Result<()> {
    if bytes.is_empty() {
        return Ok(());
    }
    packed.clear();
    packed.reserve(zstd::compress_bound(bytes.len()));
    zstd::bulk::Compressor::new(1)?.compress_to_buffer(bytes, packed)?;
    bytes.clear();
    bytes.extend_from_slice(packed);
    Ok(())
}
