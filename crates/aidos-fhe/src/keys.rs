//! The holder's keys: one secret, two public.
//!
//! The uniform halves of the public ones come from public seeds that every user expands again. The evaluation
//! key carries the public key inside, since the server adds a fresh zero to every result, and both name
//! themselves by one fingerprint.

use std::fmt;
use std::io::Write;
use std::str::FromStr;

use fhe_math::rq::{Poly, Representation};
use zeroize::Zeroizing;

use crate::codec::{self, Artefact, Header, Manifest, Seal, Sealed, Signer, Source, Writer, pack};
use crate::entropy::{self, Stream};
use crate::hash::Commitment;
use crate::scheme::{Pair, Scheme, sample_secret};
use crate::seal::{self, Cost};
use crate::{Error, Set, hex, workers};

/// What decrypts. Wiped when dropped; it has no `Clone` and its `Debug` shows nothing of it.
pub struct SecretKey {
    pub(crate) set: &'static Set,
    pub(crate) fingerprint: Fingerprint,
    pub(crate) coefficients: Zeroizing<Vec<i64>>,
}

/// What encrypts queries and lists.
pub struct PublicKey {
    pub(crate) scheme: Scheme,
    pub(crate) fingerprint: Fingerprint,
    pub(crate) pair: Pair,
    /// Organisations that share the secret.
    pub(crate) parties: u16,
    seed: [u8; 32],
}

/// What the server works with: the public key and the relinearisation key.
pub struct EvaluationKey {
    pub(crate) public: PublicKey,
    pub(crate) digits: Vec<Pair>,
    /// Of the uniform halves of the digits; zero where these are the work of several parties.
    seed: [u8; 32],
}

/// The public name of a key, 32 bytes, shown as 64 hexadecimal digits. Who encrypts for a holder compares it with what
/// the holder said: who can replace a public key on its way reads all that is encrypted with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint(pub(crate) [u8; 32]);

impl SecretKey {
    /// Makes a key for this set, and the evaluation key, which holds the public key.
    ///
    /// # Errors
    /// The operating system gives no randomness.
    pub fn generate(set: &'static Set) -> Result<(Self, EvaluationKey), Error> {
        Self::generate_from(set, &mut entropy::fresh()?)
    }

    pub(crate) fn generate_from(
        set: &'static Set,
        stream: &mut Stream,
    ) -> Result<(Self, EvaluationKey), Error> {
        use rand_chacha::rand_core::RngCore;
        let scheme = Scheme::new(set)?;
        let coefficients = sample_secret(set, stream);
        let secret = scheme.key(&coefficients)?;
        let (mut seed, mut digits_seed) = ([0; 32], [0; 32]);
        stream.fill_bytes(&mut seed);
        stream.fill_bytes(&mut digits_seed);
        let pair = scheme.zero_under(&secret, seed, stream)?;
        let digits = (0..set.limbs.len())
            .map(|limb| scheme.digit(&secret, limb, digit_seed(&digits_seed, limb), stream))
            .collect::<Result<_, _>>()?;
        let public = PublicKey::new(scheme, pair, 1, seed);
        let fingerprint = public.fingerprint;
        let secret = Self {
            set,
            fingerprint,
            coefficients,
        };
        let evaluation = EvaluationKey {
            public,
            digits,
            seed: digits_seed,
        };
        Ok((secret, evaluation))
    }

    /// The name of the public key that belongs to it.
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// The key sealed under a passphrase, as the bytes of a file.
    ///
    /// # Errors
    /// Costs out of their bounds, or no randomness.
    pub fn seal(&self, passphrase: &[u8], cost: Cost) -> Result<Vec<u8>, Error> {
        let mut plain = Zeroizing::new(Vec::with_capacity(34 + self.coefficients.len()));
        plain.extend_from_slice(&self.set.id.to_le_bytes());
        plain.extend_from_slice(&self.fingerprint.0);
        // From −20 to 20: one byte each.
        plain.extend(self.coefficients.iter().map(|c| c.to_le_bytes()[0]));
        seal::close(Sealed::SecretKey, &plain, passphrase, cost)
    }

    /// Opens what [`seal`](Self::seal) made.
    ///
    /// # Errors
    /// No such file, or a wrong passphrase.
    pub fn open(file: &[u8], passphrase: &[u8]) -> Result<Self, Error> {
        let plain = seal::open(Sealed::SecretKey, file, passphrase)?;
        let damaged = || Error::Sealed {
            expected: Sealed::SecretKey.name(),
        };
        let (id, rest) = plain.split_first_chunk().ok_or_else(damaged)?;
        let found = u16::from_le_bytes(*id);
        let set = Set::by_id(found).ok_or(Error::UnknownSet { found })?;
        let (fingerprint, rest) = rest.split_first_chunk().ok_or_else(damaged)?;
        let small = i64::from(crate::set::SMALL);
        let coefficients: Zeroizing<Vec<i64>> = Zeroizing::new(
            rest.iter()
                .map(|byte| i64::from(i8::from_le_bytes([*byte])))
                .collect(),
        );
        if coefficients.len() != set.degree || coefficients.iter().any(|c| c.abs() > small) {
            return Err(damaged());
        }
        Ok(Self {
            set,
            fingerprint: Fingerprint(*fingerprint),
            coefficients,
        })
    }
}

impl PublicKey {
    /// The key of these halves, of which this seed gave the uniform one.
    pub(crate) fn new(scheme: Scheme, pair: Pair, parties: u16, seed: [u8; 32]) -> Self {
        let packed = packed(scheme.set, &pair.b);
        Self {
            fingerprint: Fingerprint::of(scheme.set, parties, &seed, &packed),
            scheme,
            pair,
            parties,
            seed,
        }
    }

    /// Organisations that share the secret, all of which must help to decrypt.
    pub fn parties(&self) -> u16 {
        self.parties
    }

    /// Reads a public key and compares it with the fingerprint that the holder said.
    ///
    /// # Errors
    /// What [`Artefact::open`] refuses, and a key of another name.
    pub fn read(source: &dyn Source, holder: Fingerprint) -> Result<Self, Error> {
        let file = Artefact::open(source, codec::Kind::PublicKey)?;
        let key = Self::of(&file)?;
        key.check(holder)?;
        Ok(key)
    }

    /// Writes the file for those who encrypt; `created` in seconds since 1970.
    ///
    /// # Errors
    /// The writer's.
    pub fn write(&self, signer: &Signer, created: u64, out: impl Write) -> Result<Manifest, Error> {
        let mut writer = Writer::new(out, self.header(codec::Kind::PublicKey, created), &[])?;
        writer.record(&Seal::new(0, packed(self.scheme.set, &self.pair.b)))?;
        writer.finish(signer)
    }

    /// Its name.
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// The first record of either public file.
    fn of(file: &Artefact<'_>) -> Result<Self, Error> {
        let header = file.header();
        let scheme = Scheme::new(header.set)?;
        let mut record = Vec::new();
        file.records(0, 1, &mut record)?;
        let fingerprint = Fingerprint::of(header.set, header.parties, &header.first, &record);
        if fingerprint != header.key {
            return Err(Error::Fingerprint {
                what: header.kind.name(),
                found: fingerprint.to_string(),
                expected: header.key.to_string(),
            });
        }
        Ok(Self {
            pair: pair(file, &scheme, 0, &record, header.first)?,
            scheme,
            fingerprint,
            parties: header.parties,
            seed: header.first,
        })
    }

    fn check(&self, holder: Fingerprint) -> Result<(), Error> {
        if self.fingerprint == holder {
            return Ok(());
        }
        Err(Error::Fingerprint {
            what: codec::Kind::PublicKey.name(),
            found: self.fingerprint.to_string(),
            expected: holder.to_string(),
        })
    }

    fn header(&self, kind: codec::Kind, created: u64) -> Header {
        Header {
            kind,
            set: self.scheme.set,
            values: None,
            labels: false,
            attributed: false,
            sets: 0,
            parts: 0,
            roots: 0,
            parents: 0,
            parties: self.parties,
            created,
            job: [0; 16],
            key: self.fingerprint,
            commitment: Commitment([0; 32]),
            first: self.seed,
            second: [0; 32],
        }
    }
}

impl EvaluationKey {
    /// The key of several parties, whose digits no seed gives.
    pub(crate) fn joint(public: PublicKey, digits: Vec<Pair>) -> Self {
        Self {
            public,
            digits,
            seed: [0; 32],
        }
    }

    /// The public key inside.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// Reads an evaluation key, on so many threads.
    ///
    /// # Errors
    /// What [`Artefact::open`] refuses, and a key that has not the name it says.
    pub fn read(source: &dyn Source, threads: usize) -> Result<Self, Error> {
        let file = Artefact::open(source, codec::Kind::EvaluationKey)?;
        let public = PublicKey::of(&file)?;
        let seed = file.header().second;
        let (scheme, limbs) = (&public.scheme, public.scheme.set.limbs.len());
        let digits = workers::each(threads, limbs, Vec::new, |record, limb| {
            let index = 1 + limb as u64;
            file.records(index, 1, record)?;
            if public.parties == 1 {
                return pair(&file, scheme, index, record, digit_seed(&seed, limb));
            }
            let b = half(&file, scheme, index, record)?;
            let index = index + limbs as u64;
            file.records(index, 1, record)?;
            let a = half(&file, scheme, index, record)?;
            Ok(Pair { b, a })
        })?;
        Ok(Self {
            public,
            digits,
            seed,
        })
    }

    /// Writes the file for the server; `created` in seconds since 1970.
    ///
    /// # Errors
    /// The writer's.
    pub fn write(&self, signer: &Signer, created: u64, out: impl Write) -> Result<Manifest, Error> {
        let mut header = self.public.header(codec::Kind::EvaluationKey, created);
        header.second = self.seed;
        let set = header.set;
        let mut writer = Writer::new(out, header, &[])?;
        let is_joint = self.public.parties > 1;
        let digits = self.digits.iter();
        let others = digits.clone().filter(|_| is_joint).map(|pair| &pair.a);
        let halves = std::iter::once(&self.public.pair).chain(digits);
        for (index, half) in (0..).zip(halves.map(|pair| &pair.b).chain(others)) {
            writer.record(&Seal::new(index, packed(set, half)))?;
        }
        writer.finish(signer)
    }
}

impl Fingerprint {
    fn of(set: &Set, parties: u16, seed: &[u8; 32], packed: &[u8]) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key("aidos-fhe/1 public key");
        hasher.update(&set.id.to_le_bytes());
        hasher.update(seed);
        hasher.update(packed);
        // All before it has one length for each set, so this is no other key's beginning.
        if parties > 1 {
            hasher.update(&parties.to_le_bytes());
        }
        Self(*hasher.finalize().as_bytes())
    }
}

/// The seed of one digit of the relinearisation key.
pub(crate) fn digit_seed(seed: &[u8; 32], limb: usize) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key("aidos-fhe/1 relinearisation key");
    hasher.update(seed);
    hasher.update(&(limb as u64).to_le_bytes());
    *hasher.finalize().as_bytes()
}

/// The half of a pair that no seed gives, as a record.
pub(crate) fn packed(set: &Set, half: &Poly) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(set.poly_bytes(set.limbs.len()));
    let coefficients: Vec<u64> = half.into();
    pack::pack(&coefficients, set.limb_bits(), &mut bytes);
    bytes
}

fn pair(
    file: &Artefact<'_>,
    scheme: &Scheme,
    index: u64,
    record: &[u8],
    seed: [u8; 32],
) -> Result<Pair, Error> {
    Ok(Pair {
        b: half(file, scheme, index, record)?,
        a: scheme.uniform(seed),
    })
}

/// A half that stands in a record.
pub(crate) fn half(
    file: &Artefact<'_>,
    scheme: &Scheme,
    index: u64,
    record: &[u8],
) -> Result<Poly, Error> {
    let half = file.poly(index, record, scheme.set.limbs)?;
    let mut half = scheme.public(half, Representation::Ntt)?;
    // It meets what must stay secret when something is encrypted.
    half.disallow_variable_time_computations();
    Ok(half)
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey({}, …)", self.fingerprint)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex::show(&self.0, f)
    }
}

impl FromStr for Fingerprint {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        hex::read(text).map(Self).ok_or(Error::Shape {
            expected: "fingerprint",
            reason: "it has not 64 hexadecimal digits; copy it from what keygen printed",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::set::TOY;
    use rand_chacha::rand_core::SeedableRng;

    #[test]
    fn keys_come_back() {
        let (secret, evaluation) = SecretKey::generate(&TOY).unwrap();
        let signer = Signer::from_bytes(&[1; 32]);
        let (mut public, mut server) = (Vec::new(), Vec::new());
        evaluation.public().write(&signer, 1, &mut public).unwrap();
        evaluation.write(&signer, 1, &mut server).unwrap();
        let holder = secret.fingerprint();
        let read = PublicKey::read(&public, holder).unwrap();
        assert!(read.pair.b == evaluation.public.pair.b && read.pair.a == evaluation.public.pair.a);
        let read = EvaluationKey::read(&server, 1).unwrap();
        assert_eq!(read.public.fingerprint, holder);
        for (read, made) in read.digits.iter().zip(&evaluation.digits) {
            assert!(read.b == made.b && read.a == made.a);
        }
        assert!(EvaluationKey::read(&public, 1).is_err());
        assert!(matches!(
            PublicKey::read(&public, Fingerprint([0; 32])),
            Err(Error::Fingerprint { .. })
        ));
    }

    #[test]
    fn a_sealed_secret_opens_again_and_does_not_show() {
        let (secret, _) = SecretKey::generate(&TOY).unwrap();
        let file = secret.seal(b"x", Cost::CHEAP).unwrap();
        let opened = SecretKey::open(&file, b"x").unwrap();
        assert_eq!(opened.coefficients, secret.coefficients);
        assert_eq!(opened.fingerprint, secret.fingerprint);
        assert!(format!("{secret:?}").ends_with(", …)"));
    }

    #[test]
    fn a_fingerprint_is_read_as_it_is_shown() {
        let print = Fingerprint([0xab; 32]);
        assert_eq!(print.to_string().parse::<Fingerprint>().unwrap(), print);
        for bad in ["", "ab", &"g".repeat(64), &"a".repeat(65)] {
            assert!(bad.parse::<Fingerprint>().is_err());
        }
    }

    /// Known answer: the same stream gives the same keys, whoever changes what.
    #[test]
    fn a_fixed_stream_gives_a_known_key() {
        let mut stream = Stream::seed_from_u64(1);
        let (_, evaluation) = SecretKey::generate_from(&TOY, &mut stream).unwrap();
        let mut file = Vec::new();
        evaluation
            .write(&Signer::from_bytes(&[1; 32]), 1, &mut file)
            .unwrap();
        assert_eq!(
            blake3::hash(&file).to_hex().as_str(),
            "ae800845d07197c00a1709248b6b36aa0f7b949f7387ddff19439454884d2ba8"
        );
    }
}
