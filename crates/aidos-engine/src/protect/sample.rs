//! What the attack searches: some of the values that were hidden, and planted ones.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hasher};
use std::net::IpAddr;

use serde_json::{Value, json};
use siphasher::sip::SipHasher13;

use super::VALUES;

/// Some of the different values: those whose digests are least, so that order and threads do not matter.
#[derive(Default)]
pub(super) struct Sample {
    values: BTreeMap<u64, (String, String)>,
    /// Different values seen, as far as it is known: counts those that were dropped again.
    dropped: u64,
}

/// The digest by which values are chosen. Its key is no secret: who can choose values that are searched gains nothing.
#[derive(Default)]
struct Chosen;

impl BuildHasher for Chosen {
    type Hasher = SipHasher13;

    fn build_hasher(&self) -> SipHasher13 {
        SipHasher13::new_with_keys(0x6169_646f_732d_6174, 0x7461_636b_2d76_616c)
    }
}

impl Sample {
    /// Takes a value that was hidden. Values too short to be told from chance are passed over.
    pub(super) fn add(&mut self, kind: &str, value: &str) {
        if !is_telling(value) {
            return;
        }
        let mut hasher = Chosen.build_hasher();
        hasher.write(kind.as_bytes());
        hasher.write(value.as_bytes());
        let digest = hasher.finish();
        if self.values.contains_key(&digest) {
            return;
        }
        if self.values.len() >= VALUES {
            match self.values.last_key_value() {
                Some((largest, _)) if *largest < digest => {
                    self.dropped += 1;
                    return;
                }
                _ => {}
            }
            self.values.pop_last();
            self.dropped += 1;
        }
        self.values
            .insert(digest, (kind.to_owned(), value.to_owned()));
    }

    /// Takes the values of another part of the case.
    pub(super) fn join(&mut self, other: &Self) {
        for (kind, value) in other.values.values() {
            self.add(kind, value);
        }
        self.dropped += other.dropped;
    }

    /// Kinds and values.
    pub(super) fn values(&self) -> impl Iterator<Item = (&str, &str)> {
        let values = self.values.values();
        values.map(|(kind, value)| (kind.as_str(), value.as_str()))
    }

    /// Whether, and about how often, a value was hidden that is not searched.
    pub(super) fn left_out(&self) -> u64 {
        self.dropped
    }
}

/// Whether a value that is found can have come from nowhere else: `51856,` is the port of somebody, as are most numbers
/// of so few digits.
fn is_telling(value: &str) -> bool {
    let letters = value.chars().filter(|letter| letter.is_alphanumeric());
    let (all, digits) = letters.fold((0, 0), |(all, digits), letter| {
        (all + 1, digits + usize::from(letter.is_ascii_digit()))
    });
    let is_address = value.parse::<IpAddr>().is_ok();
    (is_address && value.len() >= 6) || all >= if digits == all { 8 } else { 6 }
}

/// Values that stand in no log: of a person, a machine, an account.
pub(super) const CANARIES: &[(&str, &str)] = &[
    ("EMAIL_ADDRESS", "xanthippe.canarella@xylo-klinik.example"),
    ("IP_ADDRESS", "10.213.87.41"),
    ("IP_ADDRESS", "2001:db8:5eed:cafe::6d41"),
    ("MAC_ADDRESS", "02:5e:ed:ca:4a:71"),
    ("USER_NAME", "xcanarella77"),
    ("HOST_NAME", "xylo-canary-gw07"),
];

/// An entry in which a value stands wherever the victim's side has room for text.
pub(super) fn planted(canary: &str) -> Value {
    json!({
        "@timestamp": "2023-03-07T10:38:03Z",
        "event": {"provider": "8bells", "kind": "event", "category": ["network"]},
        "source": {"ip": "203.0.113.9", "port": 40_000},
        "destination": {"ip": canary, "mac": canary, "nat": {"ip": canary}},
        "observer": {"ingress": {"interface": {"name": canary}}, "hostname": canary},
        "user": {"name": canary},
        "email": {"to": {"address": [canary]}},
        "related": {"ip": ["203.0.113.9", canary], "user": [canary]},
        "log": {"syslog": {"hostname": canary}, "file": {"path": format!("logs/{canary}/a.log")},
                "origin": {"file": {"line": 1}}},
        "aidos": {"routeros": {"prefix": canary, "mark": canary},
                  "email_addresses": [canary],
                  "exus": {"payload": format!("GET /?u={canary} HTTP/1.1")},
                  "note": canary},
        "message": format!("input: in:{canary} out:x, user {canary} from 203.0.113.9, mail to {canary}."),
    })
}

#[cfg(test)]
mod tests {
    use super::is_telling;

    #[test]
    fn what_may_stand_anywhere_is_not_searched() {
        for value in ["::1", "51856,", "'51856'", "a-b-c", "1234567", ""] {
            assert!(!is_telling(value), "{value}");
        }
        for value in ["10.0.0.1", "maria.k", "02:17:10:88:bc:02", "4111 1111"] {
            assert!(is_telling(value), "{value}");
        }
    }
}
