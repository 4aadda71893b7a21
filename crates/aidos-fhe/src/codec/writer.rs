//! Writing a file: header, records as they come, and at the end what vouches for them.

use std::io::{Read, Seek, SeekFrom, Write};

use super::{HEADER, Header, Manifest, Signer};
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

/// What differs where an unfinished file was begun for something else: it can only be begun anew.
pub const OTHER_PLAN: &str = "plan and unfinished file";

/// Where a file is written, and, after an interruption, what is there already.
pub trait Draft: Read + Write + Seek + Send {}

impl<T: Read + Write + Seek + Send> Draft for T {}

/// A file that is being written.
pub(crate) struct Writer<W> {
    out: W,
    header: Header,
    parents: [u8; 32],
    hashes: Vec<[u8; 32]>,
}

impl<W: Write> Writer<W> {
    pub(crate) fn new(mut out: W, header: Header, parents: &[Manifest]) -> Result<Self, Error> {
        let parents = parents.iter().flat_map(Manifest::bytes).collect::<Vec<_>>();
        out.write_all(&header.bytes()).map_err(failed)?;
        out.write_all(&parents).map_err(failed)?;
        Ok(Self {
            out,
            header,
            parents: family(&parents),
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

    /// Writes hashes and signature, and gives what stands for the file elsewhere.
    pub(crate) fn finish(mut self, signer: &Signer) -> Result<Manifest, Error> {
        if self.hashes.len() as u64 != self.header.records() {
            return Err(Error::Bug {
                what: "a file has another number of records than its header",
            });
        }
        let records = digest(&self.hashes);
        let signature = signer.sign(&root(&self.header, &self.parents, &records));
        self.out
            .write_all(self.hashes.as_flattened())
            .map_err(failed)?;
        self.out.write_all(&signer.id().0).map_err(failed)?;
        self.out.write_all(&signature).map_err(failed)?;
        self.out.flush().map_err(failed)?;
        Ok(Manifest {
            header: self.header,
            parents: self.parents,
            records,
            signer: signer.id(),
            signature,
        })
    }
}

impl<W: Draft> Writer<W> {
    /// Begins a file, or goes on with one that has this header and these manifests: with its whole units, of so many
    /// records each.
    pub(crate) fn resume(
        mut out: W,
        header: Header,
        parents: &[Manifest],
        unit: u64,
    ) -> Result<Self, Error> {
        let there = out.seek(SeekFrom::End(0)).map_err(failed)?;
        out.rewind().map_err(failed)?;
        let start = header.start();
        if there < start {
            return Self::new(out, header, parents);
        }
        let parents = parents.iter().flat_map(Manifest::bytes).collect::<Vec<_>>();
        let mut begin = vec![0; HEADER + parents.len()];
        out.read_exact(&mut begin).map_err(failed)?;
        let (found, rest) = begin.split_at_checked(HEADER).unwrap_or_default();
        if found != header.bytes() || rest != parents {
            return Err(Error::Mixed { what: OTHER_PLAN });
        }
        let size = header.record_bytes();
        let whole = ((there - start) / size as u64).min(header.records());
        let mut record = vec![0; size];
        let hashes = (0..whole - whole % unit.max(1))
            .map(|index| {
                out.read_exact(&mut record).map_err(failed)?;
                Ok(record_hash(index, &record))
            })
            .collect::<Result<Vec<_>, Error>>()?;
        let end = start + hashes.len() as u64 * size as u64;
        out.seek(SeekFrom::Start(end)).map_err(failed)?;
        Ok(Self {
            out,
            header,
            parents: family(&parents),
            hashes,
        })
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

/// The hash over the hashes of all records.
pub(crate) fn digest(hashes: &[[u8; 32]]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key("aidos-fhe/1 records");
    hasher.update(hashes.as_flattened());
    *hasher.finalize().as_bytes()
}

/// The hash of the manifests of what a file came from.
pub(super) fn family(manifests: &[u8]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key("aidos-fhe/1 parents");
    hasher.update(manifests);
    *hasher.finalize().as_bytes()
}

pub(super) fn root(header: &Header, parents: &[u8; 32], records: &[u8; 32]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key("aidos-fhe/1 root");
    hasher.update(&header.bytes());
    hasher.update(parents);
    hasher.update(records);
    *hasher.finalize().as_bytes()
}
