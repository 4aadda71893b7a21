//! One party's way through a session.

use std::fmt;
use std::io::Write;

use fhe_math::rq::Poly;
use rand_chacha::rand_core::SeedableRng;
use zeroize::Zeroizing;

use super::session::{Board, Session, first_record, opening};
use super::share::SecretShare;
use crate::codec::{self, Artefact, Manifest, Seal, Sealed, Signer, SignerId, Writer, digest};
use crate::entropy::{self, Stream};
use crate::keys::{digit_seed, half, packed};
use crate::scheme::{Pair, Scheme, sample_secret};
use crate::seal::{self, Cost};
use crate::{Error, EvaluationKey, PublicKey};

/// A party's state in a session: a secret seed, and which messages it answered. Wiped when dropped; its `Debug` shows neither.
///
/// All that it draws comes from the seed and the hash of the messages it answers: other messages, another secret. Steps
/// remember what they answered. So [`seal`](Self::seal) it after each step and keep it, before the message leaves; an
/// older copy would answer again, which can give the share away.
pub struct Party {
    session: Session,
    me: SignerId,
    seed: Zeroizing<[u8; 32]>,
    /// The hash of all messages that `reveal`, `relin1` and `relin2` answered; zero before.
    answered: [[u8; 32]; 3],
}

/// What a party draws for the key.
struct Secrets {
    coefficients: Zeroizing<Vec<i64>>,
    key: Zeroizing<Poly>,
    ephemeral: Zeroizing<Poly>,
}

impl Party {
    /// Begins a session as the party of this signer.
    ///
    /// # Errors
    /// The signer is no party, or the operating system gives no randomness.
    pub fn join(session: Session, me: SignerId) -> Result<Self, Error> {
        session.place(me, "session")?;
        Ok(Self {
            session,
            me,
            seed: Zeroizing::new(entropy::bytes()?),
            answered: [[0; 32]; 3],
        })
    }

    /// The same with a known seed, for known answers.
    #[cfg(test)]
    pub(super) fn seeded(session: Session, me: SignerId, seed: [u8; 32]) -> Self {
        Self {
            session,
            me,
            seed: Zeroizing::new(seed),
            answered: [[0; 32]; 3],
        }
    }

    /// The session.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Step `commit`: writes the commitment to a contribution; `created` in seconds since 1970.
    ///
    /// # Errors
    /// Another's signer, or the writer's.
    pub fn commit(
        &self,
        signer: &Signer,
        created: u64,
        out: impl Write,
    ) -> Result<Manifest, Error> {
        let commitment = self.session.commitment(self.me, &self.contribution());
        let records = [Seal::new(0, commitment.to_vec())];
        self.write(
            codec::Kind::Commitment,
            [0; 32],
            &records,
            signer,
            created,
            out,
        )
    }

    /// Step `reveal`: reads the commitments; writes the contribution and the commitment to the shares.
    ///
    /// # Errors
    /// A message that is missing or wrong; a step that answered others; another's signer; the writer's.
    pub fn reveal(
        &mut self,
        board: &Board<'_>,
        signer: &Signer,
        created: u64,
        out: impl Write,
    ) -> Result<Manifest, Error> {
        let transcripts = self.checked(board, 1)?;
        let before = self.answer(&transcripts)?;
        let scheme = Scheme::new(self.session.set())?;
        let shares = self.shares(&scheme, &before)?;
        let mut record = self.contribution().to_vec();
        record.extend_from_slice(&self.commitment_to(&shares, &before));
        let records = [Seal::new(0, record)];
        self.write(codec::Kind::Opening, before, &records, signer, created, out)
    }

    /// Step `relin1`: reads the commitments to all shares; writes this party's.
    ///
    /// # Errors
    /// As of [`reveal`](Self::reveal), and a contribution that does not open its commitment.
    pub fn relin1(
        &mut self,
        board: &Board<'_>,
        signer: &Signer,
        created: u64,
        out: impl Write,
    ) -> Result<Manifest, Error> {
        let transcripts = self.checked(board, 2)?;
        let scheme = Scheme::new(self.session.set())?;
        let first = transcripts.first().copied().unwrap_or_default();
        let shares = self.shares(&scheme, &first)?;
        let [_, said] = opening(self.own(board, 1)?)?;
        if said != self.commitment_to(&shares, &first) {
            return Err(self.foreign(codec::Kind::Opening));
        }
        let before = self.answer(&transcripts)?;
        self.write(
            codec::Kind::FirstRound,
            before,
            &shares,
            signer,
            created,
            out,
        )
    }

    /// Step `relin2`: reads and adds all shares; writes this party's of the second round.
    ///
    /// # Errors
    /// As of [`reveal`](Self::reveal), and a share that does not open its commitment.
    pub fn relin2(
        &mut self,
        board: &Board<'_>,
        signer: &Signer,
        created: u64,
        out: impl Write,
    ) -> Result<Manifest, Error> {
        let transcripts = self.checked(board, 3)?;
        let scheme = Scheme::new(self.session.set())?;
        // All shares are read and their coefficients checked before anything is answered.
        let sums = (0..scheme.set.limbs.len() as u64)
            .map(|limb| {
                let of = |part| sum(board, 2, &scheme, part + 2 * limb);
                Ok([of(1)?, of(2)?])
            })
            .collect::<Result<Vec<_>, Error>>()?;
        let first = transcripts.first().copied().unwrap_or_default();
        let before = self.answer(&transcripts)?;
        let secrets = self.secrets(&scheme, &first)?;
        let mut stream = self.stream("second round", &before);
        let records = (0..)
            .zip(&sums)
            .map(|(index, sums)| {
                let (key, ephemeral) = (&secrets.key, &secrets.ephemeral);
                let share = scheme.second_round(key, ephemeral, sums, &mut stream)?;
                Ok(Seal::new(index, packed(scheme.set, &share)))
            })
            .collect::<Result<Vec<_>, Error>>()?;
        self.write(
            codec::Kind::SecondRound,
            before,
            &records,
            signer,
            created,
            out,
        )
    }

    /// Step `finish`: reads and adds all shares; gives this party's secret share, and the joint keys, the same for all.
    ///
    /// # Errors
    /// As of [`relin2`](Self::relin2).
    pub fn finish(&self, board: &Board<'_>) -> Result<(SecretShare, EvaluationKey), Error> {
        let transcripts = self.checked(board, 4)?;
        let done = transcripts.get(..3) == Some(self.answered.as_slice());
        let Some(first) = transcripts.first().filter(|_| done) else {
            return Err(Error::Answered);
        };
        let scheme = Scheme::new(self.session.set())?;
        let secrets = self.secrets(&scheme, first)?;
        let limbs = scheme.set.limbs.len() as u64;
        let digits = (0..limbs)
            .map(|limb| {
                Ok(Pair {
                    b: sum(board, 3, &scheme, limb)?,
                    a: sum(board, 2, &scheme, 2 + 2 * limb)?,
                })
            })
            .collect::<Result<_, Error>>()?;
        let seed = seed("public key", first);
        let pair = Pair {
            b: sum(board, 2, &scheme, 0)?,
            a: scheme.uniform(seed),
        };
        let public = PublicKey::new(scheme, pair, self.session.count(), seed);
        let share = SecretShare::new(
            self.session.clone(),
            self.me,
            public.fingerprint(),
            secrets.coefficients,
        );
        Ok((share, EvaluationKey::joint(public, digits)))
    }

    /// The state sealed under a passphrase, as the bytes of a file.
    ///
    /// # Errors
    /// Costs out of their bounds, or no randomness.
    pub fn seal(&self, passphrase: &[u8], cost: Cost) -> Result<Vec<u8>, Error> {
        let session = self.session.bytes();
        let mut plain = Zeroizing::new(Vec::with_capacity(5 * 32 + session.len()));
        plain.extend_from_slice(self.seed.as_slice());
        plain.extend_from_slice(&self.me.0);
        plain.extend_from_slice(self.answered.as_flattened());
        plain.extend_from_slice(&session);
        seal::close(Sealed::Party, &plain, passphrase, cost)
    }

    /// Opens what [`seal`](Self::seal) made.
    ///
    /// # Errors
    /// No such file, or a wrong passphrase.
    pub fn open(file: &[u8], passphrase: &[u8]) -> Result<Self, Error> {
        let plain = seal::open(Sealed::Party, file, passphrase)?;
        let read = || {
            let (seed, rest) = plain.split_first_chunk()?;
            let (me, rest) = rest.split_first_chunk()?;
            let (answered, rest) = rest.split_at_checked(3 * 32)?;
            let (session, rest) = Session::read(rest)?;
            session.place(SignerId(*me), "session").ok()?;
            rest.is_empty().then_some(Self {
                session,
                me: SignerId(*me),
                seed: Zeroizing::new(*seed),
                answered: *answered.as_chunks().0.as_array()?,
            })
        };
        read().ok_or(Error::Sealed {
            expected: Sealed::Party.name(),
        })
    }

    /// Checks the messages of so many steps, and that the own ones among them are of this state.
    fn checked(&self, board: &Board<'_>, steps: usize) -> Result<Vec<[u8; 32]>, Error> {
        if *board.session() != self.session {
            return Err(Error::Mixed { what: "sessions" });
        }
        let transcripts = board.check(steps)?;
        let said = first_record(self.own(board, 0)?)?;
        if said != self.session.commitment(self.me, &self.contribution()) {
            return Err(self.foreign(codec::Kind::Commitment));
        }
        Ok(transcripts)
    }

    fn own<'b, 'a>(&self, board: &'b Board<'a>, step: usize) -> Result<&'b Artefact<'a>, Error> {
        let place = self.session.place(self.me, "session")?;
        board.all(step)?.get(place).copied().ok_or(Error::Bug {
            what: "a party is missing",
        })
    }

    /// A message signed by this party that another state of it made.
    fn foreign(&self, kind: codec::Kind) -> Error {
        Error::Opening {
            expected: kind.name(),
            party: self.me.to_string(),
        }
    }

    /// Remembers the messages of the last of these steps as answered; gives the hash of all. Refuses other messages than it
    /// answered before, in this step or those before it.
    fn answer(&mut self, transcripts: &[[u8; 32]]) -> Result<[u8; 32], Error> {
        let (last, before) = transcripts.split_last().ok_or(Error::Answered)?;
        let (answered, now) = self
            .answered
            .split_at_mut_checked(before.len())
            .ok_or(Error::Answered)?;
        let slot = now.first_mut().ok_or(Error::Answered)?;
        if answered != before || (*slot != [0; 32] && slot != last) {
            return Err(Error::Answered);
        }
        *slot = *last;
        Ok(*last)
    }

    /// A stream for one purpose and one set of messages: both are part of its seed, so nothing comes twice under
    /// different circumstances, which would cancel errors out.
    fn stream(&self, purpose: &str, transcript: &[u8; 32]) -> Stream {
        let mut hasher = blake3::Hasher::new_keyed(&self.seed);
        hasher.update(b"aidos-fhe/1 threshold stream");
        hasher.update(transcript);
        hasher.update(purpose.as_bytes());
        Stream::from_seed(*Zeroizing::new(*hasher.finalize().as_bytes()))
    }

    /// What is opened in `reveal`; secret until then.
    fn contribution(&self) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_keyed(&self.seed);
        hasher.update(b"aidos-fhe/1 threshold contribution");
        *hasher.finalize().as_bytes()
    }

    fn secrets(&self, scheme: &Scheme, commitments: &[u8; 32]) -> Result<Secrets, Error> {
        let coefficients = sample_secret(scheme.set, &mut self.stream("secret", commitments));
        let ephemeral = sample_secret(scheme.set, &mut self.stream("ephemeral", commitments));
        Ok(Secrets {
            key: scheme.key(&coefficients)?,
            ephemeral: scheme.key(&ephemeral)?,
            coefficients,
        })
    }

    /// The share of the public key, and those of each digit in the first round.
    fn shares(&self, scheme: &Scheme, commitments: &[u8; 32]) -> Result<Vec<Seal>, Error> {
        let secrets = self.secrets(scheme, commitments)?;
        let mut stream = self.stream("first round", commitments);
        let public = seed("public key", commitments);
        let mut shares = vec![scheme.zero_under(&secrets.key, public, &mut stream)?.b];
        let digits = seed("relinearisation key", commitments);
        for limb in 0..scheme.set.limbs.len() {
            let seed = digit_seed(&digits, limb);
            let (key, ephemeral) = (&secrets.key, &secrets.ephemeral);
            shares.extend(scheme.first_round(key, ephemeral, limb, seed, &mut stream)?);
        }
        let record = |(index, share)| Seal::new(index, packed(scheme.set, share));
        Ok((0..).zip(&shares).map(record).collect())
    }

    fn commitment_to(&self, shares: &[Seal], commitments: &[u8; 32]) -> [u8; 32] {
        let hashes: Vec<[u8; 32]> = shares.iter().map(|share| share.hash).collect();
        self.session.shares(self.me, commitments, &digest(&hashes))
    }

    fn write(
        &self,
        kind: codec::Kind,
        before: [u8; 32],
        records: &[Seal],
        signer: &Signer,
        created: u64,
        out: impl Write,
    ) -> Result<Manifest, Error> {
        if signer.id() != self.me {
            return Err(Error::Signer {
                expected: kind.name(),
                found: signer.id().to_string(),
                pinned: self.me.to_string(),
            });
        }
        let mut writer = Writer::new(out, self.session.header(kind, before, created), &[])?;
        writer.records(records)?;
        writer.finish(signer)
    }
}

/// The seed of a common polynomial, from the hash of all first messages.
fn seed(purpose: &str, commitments: &[u8; 32]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key("aidos-fhe/1 threshold common");
    hasher.update(commitments);
    hasher.update(purpose.as_bytes());
    *hasher.finalize().as_bytes()
}

/// The sum over all parties of one record of a step.
fn sum(board: &Board<'_>, step: usize, scheme: &Scheme, index: u64) -> Result<Poly, Error> {
    let mut record = Vec::new();
    let mut sum: Option<Poly> = None;
    for message in board.all(step)? {
        message.records(index, 1, &mut record)?;
        let share = half(message, scheme, index, &record)?;
        match &mut sum {
            Some(sum) => *sum += &share,
            None => sum = Some(share),
        }
    }
    sum.ok_or(Error::Bug {
        what: "a session has no party",
    })
}

impl fmt::Debug for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Party({:?}, {}, …)", self.session.name(), self.me)
    }
}
