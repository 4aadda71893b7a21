//! Reading a file: all that vouches for it first, each record when it is used.

use super::writer::{self, digest, record_hash, root};
use super::{HEADER, Header, Kind, Manifest, SignerId, Source};
use crate::Error;
use crate::codec::pack::unpack;
use crate::sources;

/// A file whose header, length and signature were checked. Who signed it is for the caller to judge.
pub struct Artefact<'a> {
    source: &'a dyn Source,
    header: Header,
    parents: Vec<Manifest>,
    family: [u8; 32],
    hashes: Vec<[u8; 32]>,
    root: [u8; 32],
    signer: SignerId,
    signature: [u8; 64],
}

/// Bytes behind the hashes: signer and signature.
const TRAILER: u64 = 96;

impl<'a> Artefact<'a> {
    /// Opens a file of this kind.
    ///
    /// Allocates nothing but the hashes, and these only where the file is as long as they say.
    ///
    /// # Errors
    /// It is another file, of an unknown version or set, cut off or too long, or its signature is wrong.
    pub fn open(source: &'a dyn Source, kind: Kind) -> Result<Self, Error> {
        let expected = kind.name();
        let failed = |source| Error::Io {
            deed: "read the file",
            source,
        };
        let found = source.size().map_err(failed)?;
        if found < HEADER as u64 + TRAILER {
            return Err(Error::Shape {
                expected,
                reason: "it is too short; fetch it again",
            });
        }
        let mut bytes = [0; HEADER];
        source.read_at(0, &mut bytes).map_err(failed)?;
        let header = Header::read(&bytes, kind)?;
        let records = header.records();
        // Counts have 16 bits, a record has no 30: no product wraps, and none is believed before it is compared.
        let payload = records * header.record_bytes() as u64;
        let said = header.start() + payload + 32 * records + TRAILER;
        if found != said {
            return Err(Error::Length {
                expected,
                found,
                said,
            });
        }
        let too_many = |_| Error::Shape {
            expected,
            reason: "it is larger than this machine can address",
        };
        let mut hashes = vec![[0; 32]; usize::try_from(records).map_err(too_many)?];
        let mut manifests = vec![0; usize::from(header.parents) * Manifest::BYTES];
        source
            .read_at(HEADER as u64, &mut manifests)
            .map_err(failed)?;
        let end = header.start() + payload;
        source
            .read_at(end, hashes.as_flattened_mut())
            .map_err(failed)?;
        let (mut signer, mut signature) = ([0; 32], [0; 64]);
        source.read_at(found - 96, &mut signer).map_err(failed)?;
        source.read_at(found - 64, &mut signature).map_err(failed)?;
        let family = writer::family(&manifests);
        let root = root(&header, &family, &digest(&hashes));
        let signer = SignerId(signer);
        if !signer.verify(&root, &signature) {
            return Err(Error::Signature { expected });
        }
        let parents = manifests.chunks_exact(Manifest::BYTES).enumerate();
        let parents = parents.map(|(number, bytes)| {
            let kind = if number == 0 { Kind::Query } else { Kind::List };
            Manifest::read(bytes, kind)
        });
        let parents = parents.collect::<Result<Vec<_>, _>>()?;
        is_of(&header, &parents)?;
        Ok(Self {
            source,
            header,
            parents,
            family,
            hashes,
            root,
            signer,
            signature,
        })
    }

    /// What stands for it where it is not.
    pub fn manifest(&self) -> Manifest {
        Manifest {
            header: self.header.clone(),
            parents: self.family,
            records: digest(&self.hashes),
            signer: self.signer,
            signature: self.signature,
        }
    }

    /// What it came from: the query first, then the lists. Only a result and hits have some.
    pub fn parents(&self) -> &[Manifest] {
        &self.parents
    }

    /// What it says of itself.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Who signed it.
    pub fn signer(&self) -> SignerId {
        self.signer
    }

    /// The hash that stands for all of it.
    pub fn root(&self) -> [u8; 32] {
        self.root
    }

    /// Refuses a file that another signed.
    ///
    /// # Errors
    /// Its signer is another.
    pub fn signed_by(&self, pinned: SignerId) -> Result<(), Error> {
        if self.signer == pinned {
            return Ok(());
        }
        Err(Error::Signer {
            expected: self.header.kind.name(),
            found: self.signer.to_string(),
            pinned: pinned.to_string(),
        })
    }

    /// Reads so many records from this one on into `buffer` and checks each.
    pub(crate) fn records(
        &self,
        first: u64,
        count: usize,
        buffer: &mut Vec<u8>,
    ) -> Result<(), Error> {
        let size = self.header.record_bytes();
        buffer.resize(count * size, 0);
        self.source
            .read_at(self.header.start() + first * size as u64, buffer)
            .map_err(|source| Error::Io {
                deed: "read the file",
                source,
            })?;
        for (index, record) in (first..).zip(buffer.chunks_exact(size)) {
            let said = usize::try_from(index)
                .ok()
                .and_then(|at| self.hashes.get(at));
            if said != Some(&record_hash(index, record)) {
                return Err(Error::Record {
                    expected: self.header.kind.name(),
                    index,
                });
            }
        }
        Ok(())
    }

    /// Reads a polynomial out of a record's bytes, limb after limb, and checks each coefficient.
    pub(crate) fn poly(&self, index: u64, bytes: &[u8], limbs: &[u64]) -> Result<Vec<u64>, Error> {
        let set = self.header.set;
        let mut poly = vec![0; limbs.len() * set.degree];
        let rows = poly
            .chunks_exact_mut(set.degree)
            .zip(bytes.chunks_exact(set.poly_bytes(1)));
        for ((row, packed), limb) in rows.zip(limbs) {
            if !unpack(packed, set.limb_bits(), *limb, row)? {
                return Err(self.coefficient(index));
            }
        }
        Ok(poly)
    }

    /// The error of a coefficient that is not below its limb.
    pub(crate) fn coefficient(&self, index: u64) -> Error {
        Error::Coefficient {
            expected: self.header.kind.name(),
            index,
        }
    }
}

/// Refuses a result or hits that cannot have come from what it says.
fn is_of(header: &Header, parents: &[Manifest]) -> Result<(), Error> {
    let Some((query, lists)) = parents.split_first() else {
        return Ok(());
    };
    let is_child = |parent: &Manifest| {
        let parent = &parent.header;
        parent.set == header.set
            && parent.values == header.values
            && parent.key == header.key
            && parent.commitment == header.commitment
            && parent.parties == header.parties
    };
    let parts = match header.kind {
        Kind::Hits => sources::of(lists).len() as u64,
        _ => lists.iter().map(|list| u64::from(list.header.parts)).sum(),
    };
    if parents.iter().all(is_child)
        && query.header.sets == header.sets
        && parts == u64::from(header.parts)
        && lists.iter().all(|list| list.header.labels == header.labels)
    {
        return Ok(());
    }
    Err(Error::Shape {
        expected: header.kind.name(),
        reason: "it does not fit the query and the lists that it names; refuse its maker",
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::header::tests::list;
    use crate::codec::{Seal, Signer, Writer};

    fn file() -> Vec<u8> {
        let (header, signer) = (list(), Signer::from_bytes(&[3; 32]));
        let (records, size) = (header.records(), header.record_bytes());
        let mut out = Vec::new();
        let mut writer = Writer::new(&mut out, header, &[]).unwrap();
        for index in 0..records {
            let byte = u8::try_from(index).unwrap();
            writer.record(&Seal::new(index, vec![byte; size])).unwrap();
        }
        writer.finish(&signer).unwrap();
        out
    }

    fn read(file: &[u8]) -> Result<(), Error> {
        let artefact = Artefact::open(&file, Kind::List)?;
        let mut buffer = Vec::new();
        let records = artefact.header().records();
        (0..records).try_for_each(|index| artefact.records(index, 1, &mut buffer))
    }

    #[test]
    fn a_file_comes_back() {
        let file = file();
        read(&file).unwrap();
        let artefact = Artefact::open(&file, Kind::List).unwrap();
        let signer = Signer::from_bytes(&[3; 32]).id();
        artefact.signed_by(signer).unwrap();
        assert!(artefact.signed_by(SignerId([1; 32])).is_err());
    }

    #[test]
    fn any_changed_byte_is_refused() {
        let file = file();
        let edges = (0..HEADER).chain(file.len() - 96 - 16 * 32..file.len());
        for at in edges.chain((HEADER..file.len()).step_by(997)) {
            let mut changed = file.clone();
            changed[at] ^= 0x10;
            assert!(read(&changed).is_err(), "byte {at}");
        }
    }

    #[test]
    fn another_length_is_refused() {
        let file = file();
        for cut in (0..file.len()).step_by(499).chain(0..300) {
            assert!(read(&file[..cut]).is_err(), "cut at {cut}");
        }
        let mut long = file.clone();
        long.push(0);
        assert!(matches!(read(&long), Err(Error::Length { .. })));
        let size = list().record_bytes();
        let mut missing = file.clone();
        missing.drain(HEADER..HEADER + size);
        assert!(read(&missing).is_err());
        let mut swapped = file;
        swapped[HEADER..HEADER + 2 * size].rotate_left(size);
        assert!(matches!(
            read(&swapped),
            Err(Error::Record { index: 0, .. })
        ));
    }

    /// A header of a hundred bytes' worth of file that claims terabytes.
    #[test]
    fn a_huge_size_is_refused_unallocated() {
        let mut header = list();
        header.kind = Kind::Result;
        (header.sets, header.parts, header.roots) = (65_535, 65_535, 0);
        header.parents = 257;
        let mut file = header.bytes().to_vec();
        file.extend([0; 96]);
        assert!(matches!(
            Artefact::open(&file, Kind::Result),
            Err(Error::Length { found: 288, .. })
        ));
    }
}
