//! Reading a result together: a share of each party, and their sum.

use std::fmt;
use std::io::Write;

use zeroize::Zeroizing;

use super::Session;
use crate::codec::{self, Artefact, Header, Maker, Manifest, Seal, Sealed, SignerId, Writer};
use crate::keys::Fingerprint;
use crate::scheme::Opener;
use crate::seal::{self, Cost};
use crate::{Error, Hits, decrypt, entropy, list, workers};

/// A party's part of a joint secret. Wiped when dropped; it has no `Clone` and its `Debug` shows nothing of it.
pub struct SecretShare {
    session: Session,
    me: SignerId,
    fingerprint: Fingerprint,
    coefficients: Zeroizing<Vec<i64>>,
}

impl SecretShare {
    pub(super) fn new(
        session: Session,
        me: SignerId,
        fingerprint: Fingerprint,
        coefficients: Zeroizing<Vec<i64>>,
    ) -> Self {
        Self {
            session,
            me,
            fingerprint,
            coefficients,
        }
    }

    /// The session that made it.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The name of the joint public key.
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    #[cfg(test)]
    pub(super) fn coefficients(&self) -> &[i64] {
        &self.coefficients
    }

    /// Writes this party's share of a result that this server signed; `created` in seconds since 1970, and the maker is the
    /// party.
    ///
    /// The server is named, not taken from the result: a share for a result that somebody made up gives the secret away.
    ///
    /// # Errors
    /// A result by another, for another key, or with a changed record; another's signer; no randomness; the maker's wish
    /// to stop; or the writer's.
    pub fn share(
        &self,
        result: &Artefact<'_>,
        server: SignerId,
        created: u64,
        maker: &Maker<'_>,
        out: impl Write + Send,
    ) -> Result<Manifest, Error> {
        result.signed_by(server)?;
        is_for(&self.session, result)?;
        let header = result.header();
        if header.key != self.fingerprint {
            return Err(Error::Fingerprint {
                what: header.kind.name(),
                found: header.key.to_string(),
                expected: self.fingerprint.to_string(),
            });
        }
        if maker.signer.id() != self.me {
            return Err(Error::Signer {
                expected: codec::Kind::Share.name(),
                found: maker.signer.id().to_string(),
                pinned: self.me.to_string(),
            });
        }
        let (set, limbs) = (header.set, header.result_limbs());
        let opener = Opener::new(set, header.parties)?;
        let key = opener.key(&self.coefficients)?;
        let bits = set.bounds_for(header.parties).share_bits;
        let part = set.poly_bytes(limbs.len());
        let units = usize::try_from(header.records()).unwrap_or(usize::MAX);
        let mut writer = Writer::new(out, header_of(result, created), &[])?;
        workers::ordered(
            maker.threads,
            0..units,
            Vec::new,
            |buffer, unit| {
                let index = unit as u64;
                result.records(index, 1, buffer)?;
                let mut bytes = Vec::with_capacity(buffer.len() / 2);
                for ciphertext in buffer.chunks_exact(2 * part) {
                    let (_, c1) = ciphertext.split_at_checked(part).unwrap_or_default();
                    let mut share = opener.times(result.poly(index, c1, limbs)?, &key)?;
                    // A stream of its own, of which nothing is kept: the same flood twice would give the secret away.
                    *share += &*opener.flood(bits, &mut entropy::fresh()?)?;
                    list::packed(&share, set.limb_bits(), &mut bytes);
                }
                Ok(Seal::new(index, bytes))
            },
            |record| {
                writer.record(&record)?;
                maker.tell(writer.next(), units as u64)
            },
        )?;
        writer.finish(maker.signer)
    }

    /// The share sealed under a passphrase, as the bytes of a file.
    ///
    /// # Errors
    /// Costs out of their bounds, or no randomness.
    pub fn seal(&self, passphrase: &[u8], cost: Cost) -> Result<Vec<u8>, Error> {
        let session = self.session.bytes();
        let length = 2 * 32 + session.len() + self.coefficients.len();
        let mut plain = Zeroizing::new(Vec::with_capacity(length));
        plain.extend_from_slice(&self.fingerprint.0);
        plain.extend_from_slice(&self.me.0);
        plain.extend_from_slice(&session);
        // From −20 to 20: one byte each.
        plain.extend(self.coefficients.iter().map(|c| c.to_le_bytes()[0]));
        seal::close(Sealed::SecretShare, &plain, passphrase, cost)
    }

    /// Opens what [`seal`](Self::seal) made.
    ///
    /// # Errors
    /// No such file, or a wrong passphrase.
    pub fn open(file: &[u8], passphrase: &[u8]) -> Result<Self, Error> {
        let plain = seal::open(Sealed::SecretShare, file, passphrase)?;
        let read = || {
            let (fingerprint, rest) = plain.split_first_chunk()?;
            let (me, rest) = rest.split_first_chunk()?;
            let (session, rest) = Session::read(rest)?;
            session.place(SignerId(*me), "session").ok()?;
            let small = i64::from(crate::set::SMALL);
            let number = |byte: &u8| i64::from(i8::from_le_bytes([*byte]));
            let coefficients: Zeroizing<Vec<i64>> =
                Zeroizing::new(rest.iter().map(number).collect());
            let fits = coefficients.len() == session.set().degree
                && coefficients.iter().all(|c| c.abs() <= small);
            let (me, fingerprint) = (SignerId(*me), Fingerprint(*fingerprint));
            fits.then(|| Self::new(session, me, fingerprint, coefficients))
        };
        read().ok_or(Error::Sealed {
            expected: Sealed::SecretShare.name(),
        })
    }
}

/// Reads a result with the shares of all parties, to hits like those of [`decrypt`](crate::decrypt()). The maker's signer is
/// not needed.
///
/// Whoever has the shares can do so. He learns what the result says, one bit a slot, and the sum of all shares.
///
/// # Errors
/// A share that is missing, given twice, by somebody else, or of another result; a changed record; the maker's wish to
/// stop; or noise above the bound, which a wrong share makes as a wrong result does: then the job must not be tried again.
pub fn combine(
    session: &Session,
    result: &Artefact<'_>,
    shares: &[Artefact<'_>],
    maker: &Maker<'_>,
) -> Result<Hits, Error> {
    is_for(session, result)?;
    let expected = codec::Kind::Share.name();
    let mut given = vec![false; session.parties().len()];
    for share in shares {
        let header = share.header();
        if header.kind != codec::Kind::Share {
            return Err(Error::Kind {
                expected,
                found: header.kind.name(),
            });
        }
        let place = session.place(share.signer(), expected)?;
        // All that a result says of itself, and its root.
        if *header != header_of(result, header.created) {
            return Err(Error::Mixed { what: "results" });
        }
        if let Some(given) = given.get_mut(place)
            && std::mem::replace(given, true)
        {
            return Err(Error::Twice {
                expected,
                party: share.signer().to_string(),
            });
        }
    }
    let missing = session
        .parties()
        .iter()
        .zip(&given)
        .find(|(_, given)| !**given);
    if let Some((party, _)) = missing {
        return Err(Error::Missing {
            expected,
            party: party.to_string(),
        });
    }
    sum(result, shares, maker)
}

/// The result with these shares, whoever made them.
pub(super) fn sum(
    result: &Artefact<'_>,
    shares: &[Artefact<'_>],
    maker: &Maker<'_>,
) -> Result<Hits, Error> {
    let (set, limbs) = (result.header().set, result.header().result_limbs());
    let opener = Opener::new(set, result.header().parties)?;
    let part = set.poly_bytes(limbs.len());
    decrypt::hits(&opener, result, maker, |index, which, _| {
        let mut sum = opener.part(vec![0; limbs.len() * set.degree])?;
        let mut buffer = Vec::new();
        for share in shares {
            share.records(index, 1, &mut buffer)?;
            let bytes = buffer.chunks_exact(part).nth(which).unwrap_or_default();
            *sum += &*opener.part(share.poly(index, bytes, limbs)?)?;
        }
        Ok(sum)
    })
}

/// Refuses what is no result under a key of these parties.
fn is_for(session: &Session, result: &Artefact<'_>) -> Result<(), Error> {
    let header = result.header();
    if header.kind != codec::Kind::Result {
        return Err(Error::Kind {
            expected: codec::Kind::Result.name(),
            found: header.kind.name(),
        });
    }
    if header.set != session.set() {
        return Err(Error::Mixed {
            what: "parameter sets",
        });
    }
    if header.parties != session.count() {
        return Err(Error::Mixed { what: "parties" });
    }
    Ok(())
}

/// The header of a share of a result.
fn header_of(result: &Artefact<'_>, created: u64) -> Header {
    Header {
        kind: codec::Kind::Share,
        parents: 0,
        created,
        first: result.root(),
        ..result.header().clone()
    }
}

impl fmt::Debug for SecretShare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretShare({}, {}, …)", self.fingerprint, self.me)
    }
}
