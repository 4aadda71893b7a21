//! What stands for a file where the file itself is not: its header, the hash of its records, and the signature.

use super::writer::root;
use super::{HEADER, Header, Kind, SignerId};
use crate::Error;

/// A file's header and its maker's signature, without the records: enough to know the file again and to know who made
/// it. A result carries those of the query and the lists it came from, a list owner may hand out his own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    pub(crate) header: Header,
    /// The hash of the manifests of what the file came from.
    pub(crate) parents: [u8; 32],
    /// The hash over the hashes of all records.
    pub(crate) records: [u8; 32],
    pub(crate) signer: SignerId,
    pub(crate) signature: [u8; 64],
}

impl Manifest {
    /// Bytes of a manifest.
    pub const BYTES: usize = HEADER + 3 * 32 + 64;

    /// What the file says of itself.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Who signed the file.
    pub fn signer(&self) -> SignerId {
        self.signer
    }

    /// The hash that stands for all of the file.
    pub fn root(&self) -> [u8; 32] {
        root(&self.header, &self.parents, &self.records)
    }

    /// Its bytes, as a file of its own or within another.
    pub fn bytes(&self) -> Vec<u8> {
        let fields: [&[u8]; 5] = [
            &self.header.bytes(),
            &self.parents,
            &self.records,
            &self.signer.0,
            &self.signature,
        ];
        fields.concat()
    }

    /// Reads the manifest of a file of this kind, and checks its signature.
    ///
    /// # Errors
    /// It is of another kind or length, or its signature is wrong.
    pub fn read(bytes: &[u8], kind: Kind) -> Result<Self, Error> {
        let expected = kind.name();
        let fields = || {
            let (header, rest) = bytes.split_first_chunk::<HEADER>()?;
            let (parents, rest) = rest.split_first_chunk()?;
            let (records, rest) = rest.split_first_chunk()?;
            let (signer, rest) = rest.split_first_chunk()?;
            Some((
                header,
                *parents,
                *records,
                SignerId(*signer),
                *rest.as_array()?,
            ))
        };
        let (header, parents, records, signer, signature) = fields().ok_or(Error::Shape {
            expected,
            reason: "its manifest has another length; fetch it again",
        })?;
        let manifest = Self {
            header: Header::read(header, kind)?,
            parents,
            records,
            signer,
            signature,
        };
        if manifest
            .signer
            .verify(&manifest.root(), &manifest.signature)
        {
            Ok(manifest)
        } else {
            Err(Error::Signature { expected })
        }
    }
}
