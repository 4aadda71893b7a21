//! What the fuzz targets and the mutation tests run: each function takes any bytes and panics only if
//! a promise of this crate is broken.
//!
//! Not part of the public interface.

use crate::codec::{Artefact, HEADER, Header, Kind, Seal, Signer, Writer};
use crate::{Error, EvaluationKey, Hits, PublicKey, normalise};

const KINDS: [Kind; 6] = [
    Kind::PublicKey,
    Kind::EvaluationKey,
    Kind::Query,
    Kind::List,
    Kind::Result,
    Kind::Hits,
];

/// Files as they come: nothing unsigned is taken for anything.
///
/// # Panics
/// If a header that was read is written otherwise.
pub fn file(bytes: &[u8]) {
    let owned = bytes.to_vec();
    for kind in KINDS {
        if let Some(start) = bytes.first_chunk::<HEADER>()
            && let Ok(header) = Header::read(start, kind)
        {
            assert_eq!(&header.bytes(), start, "a header has two spellings");
        }
        let opened = Artefact::open(&owned, kind);
        one_line(opened.err().as_ref());
    }
    one_line(EvaluationKey::read(&owned).err().as_ref());
}

/// A header as it comes, its records filled with the bytes behind it, and all of it signed: what a hostile maker can
/// send. Files above a mebibyte are left out.
///
/// # Panics
/// If a file that is well-formed is refused, or a key is taken under a name that it has not.
pub fn signed(bytes: &[u8]) {
    let Some((start, rest)) = bytes.split_first_chunk::<HEADER>() else {
        return;
    };
    let signer = Signer::from_bytes(&[7; 32]);
    for kind in KINDS {
        let Ok(header) = Header::read(start, kind) else {
            continue;
        };
        let (records, size) = (header.records(), header.record_bytes());
        // What has parents needs true ones: `file` takes it as it comes.
        if records.saturating_mul(size as u64) > 1 << 20 || header.parents > 0 {
            continue;
        }
        let mut source = rest.iter().copied().cycle();
        let mut file = Vec::new();
        let Ok(mut writer) = Writer::new(&mut file, header.clone(), &[]) else {
            return;
        };
        for index in 0..records {
            let record = source.by_ref().take(size).collect::<Vec<u8>>();
            let record = if record.is_empty() {
                vec![0; size]
            } else {
                record
            };
            assert!(writer.record(&Seal::new(index, record)).is_ok());
        }
        assert!(writer.finish(&signer).is_ok());
        let opened = Artefact::open(&file, kind);
        assert!(opened.is_ok_and(|file| file.signer() == signer.id()));
        let outcome = match kind {
            Kind::PublicKey => PublicKey::read(&file, header.key).map(|_| ()),
            Kind::EvaluationKey => EvaluationKey::read(&file).map(|_| ()),
            Kind::Hits => Hits::read(&file).map(|_| ()),
            _ => Ok(()),
        };
        assert!(
            outcome.is_err() || kind == Kind::Hits,
            "nobody finds a key for a name that was given"
        );
        one_line(outcome.err().as_ref());
    }
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
    fn a_key_that_is_signed_and_no_key_is_refused() {
        let mut header = header();
        (header.kind, header.values, header.sets) = (Kind::PublicKey, None, 0);
        (header.parts, header.parents) = (0, 0);
        (header.commitment, header.second) = (Commitment([0; 32]), [0; 32]);
        assert!(Header::read(&header.bytes(), Kind::PublicKey).is_ok());
        signed(&header.bytes());
    }
}
