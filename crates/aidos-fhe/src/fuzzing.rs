//! What the fuzz targets and the mutation tests run: each function takes any bytes and panics only if
//! a promise of this crate is broken.
//!
//! Not part of the public interface.

use crate::codec::{Artefact, HEADER, Header, Kind, Seal, Signer, Writer};
use crate::threshold::{STEPS, Session};
use crate::{Error, EvaluationKey, Hits, PublicKey, normalise};

/// Files as they come: nothing unsigned is taken for anything.
///
/// # Panics
/// If a header that was read is written otherwise.
pub fn file(bytes: &[u8]) {
    let owned = bytes.to_vec();
    for kind in Kind::ALL {
        if let Some(start) = bytes.first_chunk::<HEADER>()
            && let Ok(header) = Header::read(start, kind)
        {
            assert_eq!(&header.bytes(), start, "a header has two spellings");
        }
        let opened = Artefact::open(&owned, kind);
        one_line(opened.err().as_ref());
    }
    one_line(EvaluationKey::read(&owned, 1).err().as_ref());
}

/// A header as it comes, its records filled with the bytes behind it, and all of it signed: what a hostile maker can
/// send. Files above a mebibyte are left out.
///
/// # Panics
/// If a file that is well-formed is refused, a key is taken under a name that it has not, or a message of a session without
/// those before it.
pub fn signed(bytes: &[u8]) {
    let Some((start, rest)) = bytes.split_first_chunk::<HEADER>() else {
        return;
    };
    let [signer, other] = [7, 8].map(|byte| Signer::from_bytes(&[byte; 32]));
    for kind in Kind::ALL {
        let Ok(header) = Header::read(start, kind) else {
            continue;
        };
        // A message of a session is one of this session, by both of its parties.
        let Ok(session) = Session::new("fuzz", header.set, &[signer.id(), other.id()]) else {
            return;
        };
        let step = STEPS.iter().position(|step| *step == kind);
        let header = step.map_or(header.clone(), |_| {
            session.header(kind, header.first, header.created)
        });
        let (records, size) = (header.records(), header.record_bytes());
        // What has parents needs true ones: `file` takes it as it comes.
        if records.saturating_mul(size as u64) > 1 << 20 || header.parents > 0 {
            continue;
        }
        let file = written(&header, rest, &signer).unwrap_or_default();
        let opened = Artefact::open(&file, kind);
        let is_whole = opened
            .as_ref()
            .is_ok_and(|file| file.signer() == signer.id());
        assert!(is_whole, "a well-formed file is refused");
        let outcome = match (kind, step) {
            (Kind::PublicKey, _) => PublicKey::read(&file, header.key).map(|_| ()),
            (Kind::EvaluationKey, _) => EvaluationKey::read(&file, 1).map(|_| ()),
            (Kind::Hits, _) => Hits::read(&file).map(|_| ()),
            (_, Some(step)) => {
                let theirs = written(&header, rest, &other).unwrap_or_default();
                let theirs = Artefact::open(&theirs, kind);
                let messages = opened.into_iter().chain(theirs).collect();
                let board = session.board(messages);
                board.and_then(|board| board.check(step + 1)).map(|_| ())
            }
            (_, None) => opened.and_then(|file| coefficients(&file)),
        };
        assert!(
            outcome.is_err() || matches!(kind, Kind::Hits | Kind::Commitment | Kind::Share),
            "nobody finds a key for a name that was given, nor the messages before a hash"
        );
        one_line(outcome.err().as_ref());
    }
}

/// A file of this header whose records are filled with these bytes, again and again.
fn written(header: &Header, bytes: &[u8], signer: &Signer) -> Option<Vec<u8>> {
    let mut source = bytes.iter().copied().cycle();
    let mut file = Vec::new();
    let mut writer = Writer::new(&mut file, header.clone(), &[]).ok()?;
    for index in 0..header.records() {
        let mut record: Vec<u8> = source.by_ref().take(header.record_bytes()).collect();
        record.resize(header.record_bytes(), 0);
        writer.record(&Seal::new(index, record)).ok()?;
    }
    writer.finish(signer).ok()?;
    Some(file)
}

/// Reads every coefficient of a share of a result.
fn coefficients(file: &Artefact<'_>) -> Result<(), Error> {
    let header = file.header();
    let limbs = header.result_limbs();
    let mut record = Vec::new();
    for index in 0..header.records() {
        file.records(index, 1, &mut record)?;
        for bytes in record.chunks_exact(header.set.poly_bytes(limbs.len())) {
            file.poly(index, bytes, limbs)?;
        }
    }
    Ok(())
}

/// Texts as values of every type.
///
/// # Panics
/// If a type takes a text and refuses or changes it when blanks stand around it.
pub fn value(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for kind in normalise::Kind::ALL {
        let value = kind.value(&text);
        assert!(value == kind.value(&format!(" {text}\n")), "{kind}");
    }
}

/// A message for people: one line, not empty.
fn one_line(error: Option<&Error>) {
    let message = error.map_or_else(|| "none".to_owned(), Error::to_string);
    let is_bad = message.is_empty() || message.contains(char::is_control);
    assert!(!is_bad, "{message:?}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::Commitment;
    use crate::keys::Fingerprint;
    use crate::set::IP4_S1;
    use proptest::prelude::*;

    fn header() -> Header {
        Header {
            kind: Kind::Hits,
            set: &IP4_S1,
            values: Some(normalise::Kind::Ipv4),
            labels: false,
            attributed: false,
            sets: 1,
            parts: 1,
            roots: 0,
            parents: 2,
            parties: 1,
            created: 1,
            job: [1; 16],
            key: Fingerprint([2; 32]),
            commitment: Commitment([3; 32]),
            first: [0; 32],
            second: [0; 32],
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn any_bytes_are_refused_or_read(at in 0..HEADER, byte: u8, rest: Vec<u8>, text: String) {
            let mut bytes = header().bytes().to_vec();
            bytes[at] = byte;
            bytes.extend_from_slice(&rest);
            file(&bytes);
            file(&rest);
            signed(&bytes);
            value(&rest);
            value(text.as_bytes());
        }
    }

    #[test]
    fn messages_of_parties_are_signed_and_looked_into() {
        let mut header = header();
        (header.values, header.sets, header.parts) = (None, 0, 0);
        (header.parents, header.parties, header.job) = (0, 3, [0; 16]);
        (header.commitment, header.second) = (Commitment([0; 32]), [0; 32]);
        for kind in STEPS {
            header.kind = kind;
            let bytes = [header.bytes().as_slice(), &[9; 100]].concat();
            assert!(Header::read(bytes.first_chunk().unwrap(), kind).is_ok());
            signed(&bytes);
        }
        let share = Header {
            kind: Kind::Share,
            values: Some(normalise::Kind::Ipv4),
            sets: 1,
            parts: 1,
            first: [4; 32],
            ..header
        };
        assert!(Header::read(&share.bytes(), Kind::Share).is_ok());
        signed(&share.bytes());
    }

    #[test]
    fn a_key_that_is_signed_and_no_key_is_refused() {
        let mut header = header();
        (header.kind, header.values, header.sets) = (Kind::PublicKey, None, 0);
        (header.parts, header.parents) = (0, 0);
        (header.commitment, header.second) = (Commitment([0; 32]), [0; 32]);
        assert!(Header::read(&header.bytes(), Kind::PublicKey).is_ok());
        signed(&header.bytes());
    }
}
