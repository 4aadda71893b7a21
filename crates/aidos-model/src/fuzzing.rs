//! What the fuzz targets and the mutation tests run: each function takes any bytes and panics only if
//! a promise of this crate is broken.
//!
//! Not part of the public interface.

use bumpalo::Bump;

use crate::stix::{StixId, canonical};
use crate::{Event, Mac, Timestamp};

/// The event as a line, without its newline.
///
/// # Panics
///
/// If it is not one line of UTF-8.
pub fn line_of(event: &Event<'_>) -> String {
    let mut out = Vec::new();
    event.write_json(&mut out);
    let Ok(text) = String::from_utf8(out) else {
        panic!("an entry is not UTF-8");
    };
    let Some(line) = text.strip_suffix('\n') else {
        panic!("an entry does not end its line: {text}");
    };
    assert!(!line.contains('\n'), "an entry of two lines: {line}");
    line.to_owned()
}

/// Lines of `entries.jsonl`: what is read is written, and what is written reads as the same.
///
/// # Panics
///
/// If an entry is lost or changed on the way.
pub fn entry(bytes: &[u8]) {
    for line in String::from_utf8_lossy(bytes).lines().take(8) {
        let arena = Bump::new();
        let Ok(event) = Event::parse(line, &arena) else {
            continue;
        };
        let written = line_of(&event);
        // What is kept as it stands may hold numbers that no machine has, and be deep.
        let valid = serde_json::from_str::<serde::de::IgnoredAny>(&written);
        assert!(valid.is_ok(), "{line:?} made {written:?}");
        match Event::parse(&written, &arena) {
            Ok(again) => {
                assert_eq!(line_of(&again), written, "of {line:?}");
                if !event.extra.is_empty() {
                    // A dotted key comes back as the object that it stands for.
                    continue;
                }
                let (mut one, mut other) = (Vec::new(), Vec::new());
                event.push_identity(&mut one);
                again.push_identity(&mut other);
                assert_eq!(one, other, "{line:?} is another entry than {written:?}");
            }
            Err(error) => panic!("{line:?} made {written:?}: {error}"),
        }
    }
}

/// Times, hardware addresses, ids and JSON: what parses is rendered as what parses to the same.
///
/// # Panics
///
/// If a value changes on the way.
pub fn nouns(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Some(time) = Timestamp::parse(&text) {
        assert_eq!(Timestamp::parse(&time.to_string()), Some(time), "{text:?}");
    }
    if let Some(mac) = Mac::parse(&text) {
        assert_eq!(Mac::parse(&mac.to_string()), Some(mac), "{text:?}");
    }
    if let Some(id) = StixId::parse(&text) {
        assert_eq!(StixId::parse(&id.to_string()), Some(id), "{text:?}");
    }
    if let Ok(value) = serde_json::from_str::<serde_json::Value>(&text) {
        let mut once = Vec::new();
        canonical::push(&mut once, &value);
        let Ok(again) = serde_json::from_slice::<serde_json::Value>(&once) else {
            panic!("{text:?} made {:?}", String::from_utf8_lossy(&once));
        };
        let mut twice = Vec::new();
        canonical::push(&mut twice, &again);
        assert_eq!(once, twice, "{text:?}");
    }
}

/// Runs a function over damaged copies of the seeds: bytes are changed, dropped, doubled, and pieces of
/// one seed put into another. The same seeds give the same copies.
pub fn mutated(seeds: &[Vec<u8>], rounds: usize, run: &mut dyn FnMut(&[u8])) {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    // Marsaglia, "Xorshift RNGs", 2003.
    let mut below = |limit: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).unwrap_or_default() % limit.max(1)
    };
    for seed in seeds {
        run(seed);
    }
    for round in 0..rounds {
        let mut bytes = seeds
            .get(round % seeds.len().max(1))
            .cloned()
            .unwrap_or_default();
        for _ in 0..=below(4) {
            let at = below(bytes.len() + 1);
            let end = (at + below(6)).min(bytes.len());
            match below(5) {
                0 => drop(bytes.drain(at..end)),
                1 => drop(bytes.splice(
                    at..at,
                    vec![b" ,:\"{}()<>\\\0\t0\xff"[below(15)]; 1 + below(3)],
                )),
                2 => {
                    let piece = bytes.get(at..end).unwrap_or_default().to_vec();
                    let to = below(bytes.len() + 1);
                    drop(bytes.splice(to..to, piece));
                }
                3 => {
                    let other = seeds.get(below(seeds.len())).map_or(&[][..], Vec::as_slice);
                    let from = below(other.len() + 1);
                    let piece = other.get(from..(from + below(40)).min(other.len()));
                    drop(bytes.splice(at..at, piece.unwrap_or_default().to_vec()));
                }
                _ => bytes.truncate(bytes.len().max(8) - below(8)),
            }
        }
        run(&bytes);
    }
}
