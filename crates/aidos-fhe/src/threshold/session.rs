//! Who makes a key together, and the messages they exchanged, each checked against those before it.

use crate::codec::{self, Artefact, Header, SignerId};
use crate::hash::Commitment;
use crate::keys::Fingerprint;
use crate::set::MOST_PARTIES;
use crate::{Error, Set};

/// What the parties agreed on before: the name of their session, the parameter set, and who they are. Public.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    name: String,
    set: &'static Set,
    /// In ascending order of their bytes.
    parties: Vec<SignerId>,
    id: [u8; 32],
}

/// The messages of a session so far: at most one of each party for each step.
pub struct Board<'a> {
    session: &'a Session,
    /// For each step, for each party.
    steps: [Vec<Option<Artefact<'a>>>; 4],
}

/// The kinds of messages in the order of their steps.
pub(crate) const STEPS: [codec::Kind; 4] = [
    codec::Kind::Commitment,
    codec::Kind::Opening,
    codec::Kind::FirstRound,
    codec::Kind::SecondRound,
];

/// Bytes of a name.
const LONGEST: usize = 64;

impl Session {
    /// A session of two to eight parties; their order does not matter.
    ///
    /// The name is a text of up to 64 bytes that no other session of theirs has.
    ///
    /// # Errors
    /// The name does not fit, a party is named twice, or there are too few or too many.
    pub fn new(name: &str, set: &'static Set, parties: &[SignerId]) -> Result<Self, Error> {
        let failed = |reason| Err(Error::Session { reason });
        if name.is_empty() || name.len() > LONGEST || name.contains(char::is_control) {
            return failed("its name has 1 to 64 bytes and no control characters");
        }
        let mut parties = parties.to_vec();
        parties.sort_unstable_by_key(|party| party.0);
        if parties.windows(2).any(|pair| pair.first() == pair.last()) {
            return failed("a party is named twice; name each once");
        }
        if !(2..=usize::from(MOST_PARTIES)).contains(&parties.len()) {
            return failed("it takes 2 to 8 parties");
        }
        let mut hasher = blake3::Hasher::new_derive_key("aidos-fhe/1 threshold session");
        hasher.update(&set.id.to_le_bytes());
        // Every part has a length that is fixed or said.
        hasher.update(&(name.len() as u64).to_le_bytes());
        hasher.update(name.as_bytes());
        for party in &parties {
            hasher.update(&party.0);
        }
        Ok(Self {
            name: name.to_owned(),
            set,
            parties,
            id: *hasher.finalize().as_bytes(),
        })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The parameter set of its key.
    pub fn set(&self) -> &'static Set {
        self.set
    }

    /// Its parties, in ascending order of their bytes.
    pub fn parties(&self) -> &[SignerId] {
        &self.parties
    }

    /// Takes messages of this session, in any order, of any steps.
    ///
    /// # Errors
    /// A message of another session or of somebody else, or two of one party for one step.
    pub fn board<'a>(&'a self, messages: Vec<Artefact<'a>>) -> Result<Board<'a>, Error> {
        let mut board = Board {
            session: self,
            steps: STEPS.map(|_| self.parties.iter().map(|_| None).collect()),
        };
        for message in messages {
            let header = message.header();
            let expected = header.kind.name();
            let Some(step) = STEPS.iter().position(|kind| *kind == header.kind) else {
                return Err(Error::Kind {
                    expected: "message of a session",
                    found: expected,
                });
            };
            if header.key.0 != self.id || header.set != self.set {
                return Err(Error::Mixed { what: "sessions" });
            }
            let party = self.place(message.signer(), expected)?;
            let slot = board.steps.get_mut(step).and_then(|all| all.get_mut(party));
            match slot {
                Some(slot @ None) => *slot = Some(message),
                _ => {
                    return Err(Error::Twice {
                        expected,
                        party: message.signer().to_string(),
                    });
                }
            }
        }
        Ok(board)
    }

    /// The place of a party among all.
    pub(crate) fn place(&self, party: SignerId, expected: &'static str) -> Result<usize, Error> {
        let place = self.parties.iter().position(|other| *other == party);
        place.ok_or_else(|| Error::Stranger {
            expected,
            found: party.to_string(),
        })
    }

    /// How many there are.
    pub(crate) fn count(&self) -> u16 {
        u16::try_from(self.parties.len()).unwrap_or(0)
    }

    /// The header of a message of a step, from 0, that answers these messages before it.
    pub(crate) fn header(&self, kind: codec::Kind, before: [u8; 32], created: u64) -> Header {
        Header {
            kind,
            set: self.set,
            values: None,
            labels: false,
            attributed: false,
            sets: 0,
            parts: 0,
            roots: 0,
            parents: 0,
            parties: self.count(),
            created,
            job: [0; 16],
            key: Fingerprint(self.id),
            commitment: Commitment([0; 32]),
            first: before,
            second: [0; 32],
        }
    }

    /// C: what a contribution of a party is hidden under.
    pub(crate) fn commitment(&self, party: SignerId, contribution: &[u8; 32]) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_derive_key("aidos-fhe/1 threshold contribution");
        hasher.update(&self.id);
        hasher.update(&party.0);
        hasher.update(contribution);
        *hasher.finalize().as_bytes()
    }

    /// D: what a party's shares are hidden under, whose records have this digest. Nobody guesses the shares, which hold
    /// thousands of bits that nobody knows: no salt is needed.
    pub(crate) fn shares(
        &self,
        party: SignerId,
        commitments: &[u8; 32],
        digest: &[u8; 32],
    ) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_derive_key("aidos-fhe/1 threshold shares");
        hasher.update(&self.id);
        hasher.update(&party.0);
        hasher.update(commitments);
        hasher.update(digest);
        *hasher.finalize().as_bytes()
    }

    /// To keep it with what belongs to it.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.set.id.to_le_bytes().to_vec();
        for length in [self.name.len(), self.parties.len()] {
            bytes.push(u8::try_from(length).unwrap_or(0));
        }
        bytes.extend_from_slice(self.name.as_bytes());
        for party in &self.parties {
            bytes.extend_from_slice(&party.0);
        }
        bytes
    }

    /// What [`bytes`](Self::bytes) kept, and what stands behind it.
    pub(crate) fn read(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let ([a, b, name, parties], rest) = bytes.split_first_chunk()?;
        let set = Set::by_id(u16::from_le_bytes([*a, *b]))?;
        let (name, rest) = rest.split_at_checked(usize::from(*name))?;
        let (ids, rest) = rest.split_at_checked(32 * usize::from(*parties))?;
        let (ids, _) = ids.as_chunks();
        let parties: Vec<SignerId> = ids.iter().map(|id| SignerId(*id)).collect();
        let session = Self::new(std::str::from_utf8(name).ok()?, set, &parties).ok()?;
        Some((session, rest))
    }
}

impl<'a> Board<'a> {
    pub(crate) fn session(&self) -> &'a Session {
        self.session
    }

    /// The messages of a step by all parties, in their order.
    pub(crate) fn all(&self, step: usize) -> Result<Vec<&Artefact<'a>>, Error> {
        let messages = self.steps.get(step).map(Vec::as_slice).unwrap_or_default();
        let name = STEPS.get(step).map_or("message", |kind| kind.name());
        let parties = self.session.parties.iter().zip(messages);
        parties
            .map(|(party, message)| {
                message.as_ref().ok_or_else(|| Error::Missing {
                    expected: name,
                    party: party.to_string(),
                })
            })
            .collect()
    }

    /// Checks the messages of the first steps, all that there is to check of them, and gives the hash of all messages up
    /// to the end of each: of the first one, of the first two …
    pub(crate) fn check(&self, steps: usize) -> Result<Vec<[u8; 32]>, Error> {
        let mut transcripts: Vec<[u8; 32]> = Vec::new();
        for step in 0..steps {
            let messages = self.all(step)?;
            let before = transcripts.last().copied();
            for message in &messages {
                if message.header().first != before.unwrap_or_default() {
                    return Err(Error::Transcript {
                        expected: message.header().kind.name(),
                        party: message.signer().to_string(),
                    });
                }
                self.opens(step, message, &transcripts)?;
            }
            let mut hasher = blake3::Hasher::new_derive_key("aidos-fhe/1 threshold transcript");
            hasher.update(&self.session.id);
            hasher.update(&(step as u64).to_le_bytes());
            hasher.update(&before.unwrap_or_default());
            for message in &messages {
                hasher.update(&message.root());
            }
            transcripts.push(*hasher.finalize().as_bytes());
        }
        Ok(transcripts)
    }

    /// Whether a message shows what its party committed to in the step before.
    fn opens(
        &self,
        step: usize,
        message: &Artefact<'_>,
        transcripts: &[[u8; 32]],
    ) -> Result<(), Error> {
        let party = message.signer();
        let name = message.header().kind.name();
        let before = || {
            let step = self.steps.get(step.checked_sub(1)?)?;
            step.get(self.session.place(party, name).ok()?)?.as_ref()
        };
        let (said, shown) = match (step, before(), transcripts.first()) {
            (1, Some(commitment), _) => {
                let [contribution, _] = opening(message)?;
                let shown = self.session.commitment(party, &contribution);
                (first_record(commitment)?, shown)
            }
            (2, Some(commitment), Some(first)) => {
                let [_, said] = opening(commitment)?;
                let digest = message.manifest().records;
                (said, self.session.shares(party, first, &digest))
            }
            _ => return Ok(()),
        };
        if said == shown {
            return Ok(());
        }
        Err(Error::Opening {
            expected: name,
            party: party.to_string(),
        })
    }
}

/// The 32 bytes of a commitment.
pub(crate) fn first_record(message: &Artefact<'_>) -> Result<[u8; 32], Error> {
    let mut buffer = Vec::new();
    message.records(0, 1, &mut buffer)?;
    Ok(buffer.first_chunk().copied().unwrap_or_default())
}

/// A contribution, and the commitment to the shares.
pub(crate) fn opening(message: &Artefact<'_>) -> Result<[[u8; 32]; 2], Error> {
    let mut buffer = Vec::new();
    message.records(0, 1, &mut buffer)?;
    let (halves, _) = buffer.as_chunks();
    Ok(match halves {
        [contribution, shares] => [*contribution, *shares],
        _ => [[0; 32]; 2],
    })
}
