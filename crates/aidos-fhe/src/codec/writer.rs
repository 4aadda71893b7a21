//! Writing a file: header, records as they come, and at the end what vouches for them.

use std::io::Write;

use super::{Header, Signer};
use crate::Error;

/// A record's bytes and the hash that vouches for them at its place.
pub(crate) struct Seal {
    pub(crate) bytes: Vec<u8>,
    pub(crate) hash: [u8; 32],
}

impl Seal {
    /// Hashes a record of this number; several threads do so at once.
    pub(crate) fn new(index: u64, bytes: Vec<u8>) -> Self {
        let hash = record_hash(index, &bytes);
        Self { bytes, hash }
    }
}

/// A file that is being written.
pub(crate) struct Writer<W> {
    out: W,
    header: Header,
    hashes: Vec<[u8; 32]>,
}

impl<W: Write> Writer<W> {
    pub(crate) fn new(mut out: W, header: Header) -> Result<Self, Error> {
        out.write_all(&header.bytes()).map_err(failed)?;
        Ok(Self {
            out,
            header,
            hashes: Vec::new(),
        })
    }

    /// Writes the next record.
    pub(crate) fn record(&mut self, seal: &Seal) -> Result<(), Error> {
        if seal.bytes.len() != self.header.record_bytes() {
            return Err(Error::Bug {
                what: "a record has another size than its file",
            });
        }
        self.out.write_all(&seal.bytes).map_err(failed)?;
        self.hashes.push(seal.hash);
        Ok(())
    }

    /// Writes the next records.
    pub(crate) fn records(&mut self, seals: &[Seal]) -> Result<(), Error> {
        seals.iter().try_for_each(|seal| self.record(seal))
    }

    /// The number of the record that comes next.
    pub(crate) fn next(&self) -> u64 {
        self.hashes.len() as u64
    }

    /// Writes hashes and signature, and gives the root by which others name the file.
    pub(crate) fn finish(mut self, signer: &Signer) -> Result<[u8; 32], Error> {
        if self.hashes.len() as u64 != self.header.records() {
            return Err(Error::Bug {
                what: "a file has another number of records than its header",
            });
        }
        let root = root(&self.header, &self.hashes);
        self.out
            .write_all(self.hashes.as_flattened())
            .map_err(failed)?;
        self.out.write_all(&signer.id().0).map_err(failed)?;
        self.out.write_all(&signer.sign(&root)).map_err(failed)?;
        self.out.flush().map_err(failed)?;
        Ok(root)
    }
}

fn failed(source: std::io::Error) -> Error {
    Error::Io {
        deed: "write the file",
        source,
    }
}

pub(super) fn record_hash(index: u64, bytes: &[u8]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key("aidos-fhe/1 record");
    hasher.update(&index.to_le_bytes());
    hasher.update(bytes);
    *hasher.finalize().as_bytes()
}

pub(super) fn root(header: &Header, hashes: &[[u8; 32]]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key("aidos-fhe/1 root");
    hasher.update(&header.bytes());
    hasher.update(hashes.as_flattened());
    *hasher.finalize().as_bytes()
}
