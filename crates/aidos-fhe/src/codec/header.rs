//! The header: 192 bytes that say what a file is, of which nothing may be otherwise than its kind has it.

use super::{Kind, MAGIC, Manifest, VERSION, name_of};
use crate::Error;
use crate::hash::Commitment;
use crate::keys::Fingerprint;
use crate::normalise;
use crate::set::{MOST_PARTIES, Set};

/// Bytes of a header.
pub const HEADER: usize = 192;

/// Files that a result can come from: a query and 256 lists.
pub(crate) const MOST_PARENTS: u16 = 257;

/// What a file says of itself. Public, all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// What it is.
    pub kind: Kind,
    /// The parameter set.
    pub set: &'static Set,
    /// The type of the values; none in keys.
    pub values: Option<normalise::Kind>,
    /// Whether a list's entries carry labels, which its result and hits then do too.
    pub labels: bool,
    /// Whether a list may be told from others in a result: its owner's word. In no other file.
    pub attributed: bool,
    /// Query sets, of a query, a result and hits.
    pub sets: u32,
    /// Polynomials of each bin, of a list and a result over all its lists; sources that are told apart, of hits.
    pub parts: u32,
    /// Powers of a query, roots of a list's polynomials.
    pub roots: u32,
    /// Files that a result or hits came from: the query and its lists, whose [`Manifest`](super::Manifest)s stand behind
    /// the header.
    pub parents: u16,
    /// Organisations that share the key: one, or all that must help to decrypt.
    pub parties: u16,
    /// When it was made, in seconds since 1970; what its maker says.
    pub created: u64,
    /// The job or segment.
    pub job: [u8; 16],
    /// The key under which it is encrypted; in the messages of a session that makes a key, the session.
    pub key: Fingerprint,
    /// The hash key behind it; zero in keys and their messages.
    pub commitment: Commitment,
    /// In keys the seed of the public key's uniform half; in a list its name, zeros behind it; in a message of a session
    /// the messages before it; in a share the root of its result.
    pub first: [u8; 32],
    /// In an evaluation key of one holder the seed of its uniform halves.
    pub second: [u8; 32],
}

/// Bits of the flags.
const LABELS: u16 = 1;
const ATTRIBUTED: u16 = 2;

impl Header {
    /// How many records there are.
    pub(crate) fn records(&self) -> u64 {
        let (groups, limbs) = (self.set.groups() as u64, self.set.limbs.len() as u64);
        let (sets, parts) = (u64::from(self.sets), u64::from(self.parts));
        match self.kind {
            Kind::PublicKey | Kind::Commitment | Kind::Opening => 1,
            // The halves that are uniform come from a seed, or from all parties.
            Kind::EvaluationKey if self.parties == 1 => 1 + limbs,
            Kind::EvaluationKey | Kind::FirstRound => 1 + 2 * limbs,
            Kind::SecondRound => limbs,
            // Two numbers of 16 bits and two small ones: no overflow.
            Kind::Query => sets * groups * limbs,
            Kind::List => groups * parts * limbs,
            Kind::Result | Kind::Share => sets * groups * parts,
            Kind::Hits => sets * parts,
        }
    }

    /// Bytes of the header and the manifests behind it.
    pub(crate) fn start(&self) -> u64 {
        (HEADER + usize::from(self.parents) * Manifest::BYTES) as u64
    }

    /// The most entries that a list of its size has; the exact number is not told.
    pub fn entries(&self) -> Option<u64> {
        let is_this = |rung: &&crate::set::Rung| {
            rung.parts(self.set) == self.parts as usize
                && rung.roots(self.set) == self.roots as usize
        };
        let rung = self.set.ladder.iter().find(is_this)?;
        (self.kind == Kind::List).then_some(rung.entries)
    }

    /// The most values that a query of so many sets has.
    pub fn capacity(&self) -> u64 {
        u64::from(self.sets) * self.set.capacity as u64
    }

    /// The name that its owner gave a list.
    pub fn name(&self) -> Option<&str> {
        let name = self.first.split(|byte| *byte == 0).next()?;
        let name = std::str::from_utf8(name).ok()?;
        (self.kind == Kind::List && !name.is_empty()).then_some(name)
    }

    /// Limbs of a result under this key.
    pub(crate) fn result_limbs(&self) -> &'static [u64] {
        let kept = self.set.limbs.get(..self.set.kept_limbs(self.parties));
        kept.unwrap_or_default()
    }

    /// Bytes of each record.
    pub(crate) fn record_bytes(&self) -> usize {
        let poly = self.set.poly_bytes(self.set.limbs.len());
        match self.kind {
            Kind::PublicKey | Kind::EvaluationKey | Kind::FirstRound | Kind::SecondRound => poly,
            Kind::Commitment => 32,
            Kind::Opening => 64,
            // One limb of as many ciphertexts as there are roots: `unit` says in which order.
            Kind::Query => 2 * self.roots as usize * self.set.poly_bytes(1),
            Kind::List => self.polynomials() * 2 * self.roots as usize * self.set.poly_bytes(1),
            Kind::Result => self.polynomials() * 2 * self.set.poly_bytes(self.result_limbs().len()),
            // One part of each ciphertext of the result.
            Kind::Share => self.polynomials() * self.set.poly_bytes(self.result_limbs().len()),
            // A bit for each bin, and a label where there are some.
            Kind::Hits => self.set.bins() / 8 + (self.polynomials() - 1) * 2 * self.set.bins(),
        }
    }

    /// Polynomials that are evaluated for a bin's part: one says whether, the other with which label.
    pub(crate) fn polynomials(&self) -> usize {
        1 + usize::from(self.labels)
    }

    pub(crate) fn bytes(&self) -> [u8; HEADER] {
        let mut out = [0; HEADER];
        let flags = (LABELS * u16::from(self.labels)) | (ATTRIBUTED * u16::from(self.attributed));
        let fields: [&[u8]; 16] = [
            MAGIC,
            &VERSION.to_le_bytes(),
            &[self.kind.id(), self.values.map_or(0, normalise::Kind::id)],
            &self.set.id.to_le_bytes(),
            &flags.to_le_bytes(),
            &self.sets.to_le_bytes(),
            &self.parts.to_le_bytes(),
            &self.roots.to_le_bytes(),
            &self.parents.to_le_bytes(),
            &self.parties.to_le_bytes(),
            &self.created.to_le_bytes(),
            &self.job,
            // Ends at 56; the rest is four times 32 and eight zeros.
            &self.key.0,
            &self.commitment.0,
            &self.first,
            &self.second,
        ];
        let all = fields.into_iter().flatten();
        out.iter_mut()
            .zip(all)
            .for_each(|(slot, byte)| *slot = *byte);
        out
    }

    /// Reads a header of a file that should be of this kind.
    pub(crate) fn read(bytes: &[u8; HEADER], kind: Kind) -> Result<Self, Error> {
        let expected = kind.name();
        let shape = |reason| Error::Shape { expected, reason };
        let mut rest = bytes.as_slice();
        if take::<8>(&mut rest) != *MAGIC {
            return Err(shape(
                "it is no file of encrypted correlation; pass the right file",
            ));
        }
        let found = u16::from_le_bytes(take(&mut rest));
        if found != VERSION {
            return Err(Error::Version {
                expected,
                found,
                known: VERSION,
            });
        }
        let [id, values] = take(&mut rest);
        if id != kind.id() {
            return Err(Error::Kind {
                expected,
                found: name_of(id),
            });
        }
        let found = u16::from_le_bytes(take(&mut rest));
        let set = Set::by_id(found).ok_or(Error::UnknownSet { found })?;
        let flags = u16::from_le_bytes(take(&mut rest));
        let number = |rest: &mut &[u8]| u32::from_le_bytes(take(rest));
        let (sets, parts, roots) = (number(&mut rest), number(&mut rest), number(&mut rest));
        let header = Self {
            kind,
            set,
            values: normalise::Kind::by_id(values),
            labels: flags & LABELS != 0,
            attributed: flags & ATTRIBUTED != 0,
            sets,
            parts,
            roots,
            parents: u16::from_le_bytes(take(&mut rest)),
            parties: u16::from_le_bytes(take(&mut rest)),
            created: u64::from_le_bytes(take(&mut rest)),
            job: take(&mut rest),
            key: Fingerprint(take(&mut rest)),
            commitment: Commitment(take(&mut rest)),
            first: take(&mut rest),
            second: take(&mut rest),
        };
        header.check(values).map_err(shape)?;
        // What is written is what was read: no byte without a meaning.
        if header.bytes() != *bytes {
            return Err(shape(
                "its header has bits that must be zero; update the program",
            ));
        }
        Ok(header)
    }

    /// What each kind has and has not.
    fn check(&self, values: u8) -> Result<(), &'static str> {
        const COUNTS: &str = "its counts fit no such file; refuse its maker";
        // More than any job needs, and small enough that no product overflows.
        const MOST: u32 = u16::MAX as u32;
        let most_powers = u32::try_from(self.set.powers).unwrap_or(0);
        let (sets, parts, roots, parents) = match self.kind {
            Kind::PublicKey
            | Kind::EvaluationKey
            | Kind::Commitment
            | Kind::Opening
            | Kind::FirstRound
            | Kind::SecondRound => (0..=0, 0..=0, 0..=0, 0..=0),
            Kind::Share => (1..=MOST, 1..=MOST, 0..=0, 0..=0),
            Kind::Query => (1..=MOST, 0..=0, most_powers..=most_powers, 0..=0),
            Kind::List => (0..=0, 1..=MOST, 1..=most_powers, 0..=0),
            Kind::Result | Kind::Hits => (1..=MOST, 1..=MOST, 0..=0, 2..=MOST_PARENTS),
        };
        // A message among parties, or of one of them, has several.
        let is_shared = self.is_of_session() || self.kind == Kind::Share;
        let least_parties = if is_shared { 2 } else { 1 };
        if !(sets.contains(&self.sets)
            && parts.contains(&self.parts)
            && roots.contains(&self.roots)
            && parents.contains(&self.parents)
            && (least_parties..=MOST_PARTIES).contains(&self.parties))
        {
            return Err(COUNTS);
        }
        if self.kind == Kind::List && !self.is_on_ladder() {
            return Err(COUNTS);
        }
        if self.kind == Kind::List && !is_name(&self.first) {
            return Err("its name is no text of up to 32 bytes; refuse its maker");
        }
        let is_key =
            matches!(self.kind, Kind::PublicKey | Kind::EvaluationKey) || self.is_of_session();
        let has_values = self
            .values
            .is_some_and(|kind| kind.set() == self.set || (cfg!(test) && self.set.id == u16::MAX));
        if is_key != (values == 0) || is_key == has_values {
            return Err(
                "its values are not of a type that its parameter set takes; refuse its maker",
            );
        }
        let none = [0; 32];
        let unused = match self.kind {
            Kind::PublicKey => self.commitment.0 != none || self.second != none,
            Kind::EvaluationKey => {
                self.commitment.0 != none || (self.parties > 1 && self.second != none)
            }
            Kind::Commitment => {
                self.commitment.0 != none || self.first != none || self.second != none
            }
            Kind::Opening | Kind::FirstRound | Kind::SecondRound => {
                self.commitment.0 != none || self.second != none
            }
            Kind::List | Kind::Share => self.second != none,
            Kind::Query | Kind::Result | Kind::Hits => self.first != none || self.second != none,
        };
        let is_data = matches!(
            self.kind,
            Kind::List | Kind::Result | Kind::Hits | Kind::Share
        );
        let flagged = (self.labels && !is_data) || (self.attributed && self.kind != Kind::List);
        if unused || flagged || (self.is_of_session() && self.job != [0; 16]) {
            return Err("its header has bits that must be zero; update the program");
        }
        Ok(())
    }

    /// Whether it is a message of a session that makes a joint key.
    fn is_of_session(&self) -> bool {
        matches!(
            self.kind,
            Kind::Commitment | Kind::Opening | Kind::FirstRound | Kind::SecondRound
        )
    }

    fn is_on_ladder(&self) -> bool {
        self.entries().is_some()
    }
}

/// Whether bytes are a text without control characters, and zeros behind it.
pub(crate) fn is_name(bytes: &[u8; 32]) -> bool {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(32);
    let (name, rest) = bytes.split_at_checked(end).unwrap_or_default();
    let text = std::str::from_utf8(name);
    text.is_ok_and(|text| !text.contains(char::is_control)) && rest.iter().all(|byte| *byte == 0)
}

/// Takes the next bytes; the slice is as long as the header.
fn take<const N: usize>(rest: &mut &[u8]) -> [u8; N] {
    let Some((first, after)) = rest.split_first_chunk() else {
        return [0; N];
    };
    *rest = after;
    *first
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::set::{IP4_S1, TOY};

    pub(crate) fn list() -> Header {
        Header {
            kind: Kind::List,
            set: &TOY,
            values: Some(normalise::Kind::Ipv4),
            labels: false,
            attributed: false,
            sets: 0,
            parts: 2,
            roots: 8,
            parents: 0,
            parties: 1,
            created: 1_700_000_000,
            job: [5; 16],
            key: Fingerprint([6; 32]),
            commitment: Commitment([7; 32]),
            first: [0; 32],
            second: [0; 32],
        }
    }

    #[test]
    fn a_header_comes_back() {
        let header = list();
        assert_eq!(Header::read(&header.bytes(), Kind::List).unwrap(), header);
        assert!(matches!(
            Header::read(&header.bytes(), Kind::Query),
            Err(Error::Kind {
                found: "encrypted list",
                ..
            })
        ));
    }

    #[test]
    fn what_a_list_has_not_is_refused() {
        let cases: [fn(&mut Header); 13] = [
            |header| header.parents = 2,
            |header| header.parties = 0,
            |header| header.first = [b'\n'; 32],
            |header| header.sets = 1,
            |header| header.parts = 0,
            |header| header.parts = u32::MAX,
            |header| header.roots = 5,
            |header| header.roots = 0,
            |header| header.first = [0xff; 32],
            |header| header.second = [1; 32],
            |header| header.values = None,
            |header| header.set = &IP4_S1,
            |header| (header.parts, header.roots) = (5, 7),
        ];
        for (number, change) in cases.into_iter().enumerate() {
            let mut header = list();
            change(&mut header);
            assert!(
                Header::read(&header.bytes(), Kind::List).is_err(),
                "{number}"
            );
        }
        let mut values = list();
        values.set = &IP4_S1;
        (values.parts, values.roots) = (7, 32);
        assert!(Header::read(&values.bytes(), Kind::List).is_ok());
        values.values = Some(normalise::Kind::Email);
        assert!(Header::read(&values.bytes(), Kind::List).is_err());
    }

    /// One holder's files have one party, those among parties two to eight; a message has nothing beside what it answers.
    #[test]
    fn what_parties_send_has_two_to_eight_of_them() {
        let message = Header {
            kind: Kind::FirstRound,
            values: None,
            parts: 0,
            roots: 0,
            parties: 3,
            job: [0; 16],
            commitment: Commitment([0; 32]),
            first: [1; 32],
            ..list()
        };
        let share = Header {
            kind: Kind::Share,
            sets: 1,
            roots: 0,
            parties: 3,
            first: [1; 32],
            ..list()
        };
        let is_read = |header: &Header| Header::read(&header.bytes(), header.kind).is_ok();
        for whole in [&message, &share] {
            for parties in 0..10 {
                let mut header = whole.clone();
                header.parties = parties;
                assert_eq!(is_read(&header), (2..=8).contains(&parties), "{parties}");
            }
        }
        for parties in 0..10 {
            let mut header = list();
            header.parties = parties;
            assert_eq!(is_read(&header), (1..=8).contains(&parties), "{parties}");
        }
        let cases: [fn(&mut Header); 7] = [
            |header| header.second = [1; 32],
            |header| header.parents = 2,
            |header| header.roots = 1,
            |header| header.attributed = true,
            |header| header.set = &IP4_S1,
            |header| header.sets = u32::MAX,
            |header| (header.kind, header.values) = (Kind::Commitment, None),
        ];
        for (number, change) in cases.into_iter().enumerate() {
            for whole in [&message, &share] {
                let mut header = whole.clone();
                change(&mut header);
                // Both may be of any set.
                let is_whole = number == 4;
                assert_eq!(is_read(&header), is_whole, "{number}");
            }
        }
        assert_eq!(
            (message.records(), message.record_bytes()),
            (9, 4 * 64 * 53 / 8)
        );
        assert_eq!(
            (share.records(), share.record_bytes()),
            (4, 2 * 64 * 53 / 8)
        );
    }

    #[test]
    fn bytes_that_must_be_zero_are() {
        let bytes = list().bytes();
        for at in [0, 8, 10, 12, 14, 15, 29, 31, 184, 191] {
            let mut changed = bytes;
            changed[at] ^= 0x80;
            assert!(Header::read(&changed, Kind::List).is_err(), "byte {at}");
        }
    }
}
