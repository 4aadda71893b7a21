//! Policies and manifests: what is refused says why, and what is read means what it says.

use aidos_model::Timestamp;
use toml::{Table, Value};

use super::{one_line, text_of};
use crate::gate::{self, InstallationKey, Manifest};
use crate::key::CommunityKey;
use crate::policy::Policy;
use crate::role::Role;
use crate::technique::{Error, Technique};

/// Values of many kinds, each in the one spelling in which it comes back.
const VALUES: [(&str, &str); 9] = [
    ("AGE", "42"),
    ("CREDIT_CARD", "4111111111111111"),
    ("DATE_TIME", "2024-05-01T10:00:00Z"),
    ("EMAIL_ADDRESS", "ada@lovelace.example"),
    ("IP_ADDRESS", "203.0.113.7"),
    ("IP_ADDRESS", "2001:db8::7"),
    ("MAC_ADDRESS", "00:1b:44:11:3a:b7"),
    ("PERSON", "Ada Lovelace"),
    ("SHOE_SIZE", "é 7"),
];

/// A policy file: refused with a place and a reason, or read as what its own canonical form says.
///
/// # Panics
///
/// If a reason is no line or its place not in the file, if a policy that was read and written is another one, or if one
/// of its techniques has a parameter out of range or does not do what it says of itself.
pub fn policy(bytes: &[u8]) {
    let text = text_of(bytes);
    let policy = match Policy::parse(&text) {
        Err(error) => {
            one_line(&error.to_string());
            let lines = text.split('\n').count();
            assert!(
                (1..=lines).contains(&error.line),
                "{error} of {lines} lines"
            );
            return;
        }
        Ok(policy) => policy,
    };
    let written = written(&policy);
    match Policy::parse(&written) {
        Err(error) => panic!("{text:?} made {written:?}: {error}"),
        Ok(again) => {
            assert_eq!(again, policy, "{written}");
            assert_eq!(again.digest(), policy.digest(), "{written}");
        }
    }
    let key = CommunityKey::from_bytes([7; 32]);
    let named = policy.kinds.keys().map(String::as_str);
    for kind in named.chain(["IP_ADDRESS", "SHOE_SIZE"]) {
        for role in Role::ALL {
            let technique = policy.technique(kind, role);
            if policy.irreversible.is_some() && role != Role::Attacker && kind != "TITLE" {
                assert!(!technique.is_linkable(), "{kind} of {role}: {technique:?}");
            }
            for (kind, value) in VALUES {
                tried(&technique, kind, value, &key);
            }
        }
    }
}

/// A policy as a file: its canonical form, which calls the table of overrides by another word.
fn written(policy: &Policy) -> String {
    let table = Table::try_from(policy).and_then(|mut table| {
        if let Some(overrides) = table.remove("overrides") {
            table.insert("override".to_owned(), overrides);
        }
        // A table without rows is one that was not there.
        table.retain(|_, value| !matches!(value, Value::Table(rows) if rows.is_empty()));
        toml::to_string(&table)
    });
    table.unwrap_or_else(|error| panic!("{policy:?} cannot be written: {error}"))
}

/// A technique on a value: in range, twice is once, and back again, as far as it promises.
fn tried(technique: &Technique, kind: &str, value: &str, key: &CommunityKey) {
    let hidden = match technique.apply(kind, value, key) {
        Ok(hidden) => hidden,
        Err(Error::Parameter { reason, .. }) => panic!("{technique:?} on {value}: {reason}"),
        Err(_) => return,
    };
    // What a pseudonym leaves of an address of IP cannot show that it was hidden.
    if technique.is_idempotent() && *technique != Technique::Pseudonym {
        let twice = technique.apply(kind, &hidden.text, key);
        assert_eq!(twice.as_ref(), Ok(&hidden), "{technique:?} on {value}");
    }
    if technique.is_reversible() {
        let back = technique.restore(kind, &hidden.text, key);
        assert_eq!(back.as_deref(), Ok(value), "{technique:?}");
    }
}

/// A release's manifest: only the very bytes that the key sealed are opened.
///
/// # Panics
///
/// If bytes that were not sealed are opened, a sealed manifest is not or is another one, or a changed byte is not seen.
pub fn manifest(bytes: &[u8]) {
    let key = InstallationKey::from_bytes([7; 32]);
    if let Ok(open) = Manifest::open(bytes, &key) {
        assert_eq!(open.close(&key).as_bytes(), bytes, "opened, not sealed");
    }
    let Ok(manifest) = serde_json::from_slice::<Manifest>(bytes) else {
        return;
    };
    let sealed = manifest.clone().close(&key);
    match Manifest::open(sealed.as_bytes(), &key) {
        Err(error) => panic!("{error}: {sealed}"),
        Ok(open) => {
            assert_eq!(open.content(), manifest.content(), "{sealed}");
            assert_eq!(open.marking(), manifest.marking(), "{sealed}");
            assert_eq!(open.files, manifest.files, "{sealed}");
            assert_eq!(open.approval, manifest.approval, "{sealed}");
        }
    }
    let other = InstallationKey::from_bytes([8; 32]);
    assert!(Manifest::open(sealed.as_bytes(), &other).is_err());
    // A byte that the input picks, and the bits of it that the input picks.
    let mut changed = sealed.clone().into_bytes();
    let (place, bits) = bytes.iter().fold((0usize, 1u8), |(place, bits), byte| {
        (
            place.wrapping_mul(31).wrapping_add(usize::from(*byte)),
            bits.wrapping_add(*byte),
        )
    });
    let place = place % changed.len().max(1);
    if let Some(byte) = changed.get_mut(place) {
        *byte ^= bits.max(1);
        let refused = Manifest::open(&changed, &key).is_err();
        assert!(refused, "byte {place} changed by {bits}: {sealed}");
    }
    // Whatever it says of itself, a file that it does not name is one too many.
    let files = [gate::FileDigest {
        path: "\0".to_owned(),
        bytes: 0,
        sha256: String::new(),
    }];
    let now = Timestamp(1_700_000_000_000_000_000);
    let opened = gate::open(sealed.as_bytes(), &files, &Policy::default(), &key, now);
    assert!(opened.is_err() || manifest.files == files, "{sealed}");
}
