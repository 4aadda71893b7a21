//! Identifiers (STIX 2.1 section 2.9) and the name-based UUIDs in them (RFC 9562 section 5.5).

use std::fmt;

use serde_json::{Map, Value};
use sha1::{Digest, Sha1};

use super::{Group, Kind, canonical, tlp};
use crate::Tlp;

/// The namespace of cyber observables, which the standard gives.
pub const OBSERVABLES: Uuid = Uuid(0x00ab_edb4_aa42_466c_9c01_fed2_3315_a9b7_u128.to_be_bytes());

/// The namespace of everything else that Aidos makes: the version 5 UUID of `https://github.com/aidos-cti/aidos`
/// among URLs.
pub const OURS: Uuid = Uuid(0x0811_f79c_2f8d_5ca4_8a7d_67fd_d254_84fd_u128.to_be_bytes());

/// A UUID.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uuid(pub [u8; 16]);

impl Uuid {
    /// The UUID of version 5 of a name in a namespace.
    pub fn v5(namespace: Uuid, name: &[u8]) -> Self {
        let mut namer = Namer::new(namespace);
        namer.update(name);
        namer.finish()
    }

    /// The text: 36 bytes of lower-case ASCII.
    #[inline]
    pub fn text(self) -> [u8; 36] {
        let mut text = [b'-'; 36];
        for (byte, at) in self
            .0
            .iter()
            .zip([0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34])
        {
            text[at..at + 2].copy_from_slice(&HEX_PAIRS[usize::from(*byte)]);
        }
        text
    }

    /// Reads the text in its standard form, of any case.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes: &[u8; 36] = text.as_bytes().try_into().ok()?;
        let mut number = 0u128;
        for (index, &byte) in bytes.iter().enumerate() {
            if matches!(index, 8 | 13 | 18 | 23) {
                if byte != b'-' {
                    return None;
                }
            } else {
                let digit = char::from(byte).to_digit(16)?;
                number = (number << 4) | u128::from(digit);
            }
        }
        Some(Self(number.to_be_bytes()))
    }
}

const HEX_PAIRS: [[u8; 2]; 256] = {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut table = [[0; 2]; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = [DIGITS[byte >> 4], DIGITS[byte & 15]];
        byte += 1;
    }
    table
};

impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.text()).unwrap_or_default())
    }
}

/// Hashes a name that comes in pieces to a UUID of version 5.
#[derive(Clone)]
pub struct Namer(Sha1);

impl Namer {
    /// Begins a name in this namespace.
    #[inline]
    pub fn new(namespace: Uuid) -> Self {
        let mut hash = Sha1::new();
        hash.update(namespace.0);
        Self(hash)
    }

    /// Goes on with the name.
    #[inline]
    pub fn update(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    /// The UUID.
    #[inline]
    pub fn finish(self) -> Uuid {
        let digest: [u8; 20] = self.0.finalize().into();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        bytes[6] = (bytes[6] & 0x0f) | 0x50;
        bytes[8] = (bytes[8] & 0x3f) | 0x80;
        Uuid(bytes)
    }
}

/// An identifier: `type--uuid`. Ordered by type, then UUID, which is the order of the texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StixId {
    /// The type of the object.
    pub kind: Kind,
    /// The UUID.
    pub uuid: Uuid,
}

impl StixId {
    /// The id of an observable of these contributing properties, an object in canonical JSON.
    ///
    /// Values must be normalised before: the standard hashes what it is given.
    ///
    /// ```
    /// # use aidos_model::stix::{Kind, StixId};
    /// let id = StixId::observable(Kind::Ipv4Addr, br#"{"value":"198.51.100.3"}"#);
    /// assert_eq!(id.to_string(), "ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4");
    /// ```
    pub fn observable(kind: Kind, contributing: &[u8]) -> Self {
        Self {
            kind,
            uuid: Uuid::v5(OBSERVABLES, contributing),
        }
    }

    /// The id of an observable whose only contributing property is `value`.
    pub fn of_value(kind: Kind, value: &str) -> Self {
        let mut name = Vec::with_capacity(value.len() + 16);
        name.extend_from_slice(b"{\"value\":");
        canonical::push_str(&mut name, value);
        name.push(b'}');
        Self::observable(kind, &name)
    }

    /// The id of an observable whose properties `get` finds; `None` where none of them contributes.
    ///
    /// Of several hashes one is taken: MD5, SHA-1, SHA-256, SHA-512, else the first by name.
    pub fn of_properties<'v>(kind: Kind, get: impl Fn(&str) -> Option<&'v Value>) -> Option<Self> {
        // All names are ASCII: their order is that of RFC 8785.
        let mut names = kind.contributing().to_vec();
        names.sort_unstable();
        // Most are shorter: one allocation.
        let mut text = Vec::with_capacity(192);
        text.push(b'{');
        for property in names {
            let Some(value) = get(property) else { continue };
            if text.len() > 1 {
                text.push(b',');
            }
            canonical::push_str(&mut text, property);
            text.push(b':');
            match value {
                Value::Object(hashes) if property == "hashes" => {
                    canonical::push_members(&mut text, std::iter::once(choose_hash(hashes)?));
                }
                value => canonical::push(&mut text, value),
            }
        }
        if text.len() == 1 {
            return None;
        }
        text.push(b'}');
        Some(Self::observable(kind, &text))
    }

    /// The text.
    pub fn text(&self) -> String {
        let uuid = self.uuid.text();
        let uuid = std::str::from_utf8(&uuid).unwrap_or_default();
        [self.kind.word(), "--", uuid].concat()
    }

    /// Appends the text.
    #[inline]
    pub fn push(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.kind.word().as_bytes());
        out.extend_from_slice(b"--");
        out.extend_from_slice(&self.uuid.text());
    }

    /// Reads the text; `None` for a custom type or what is no id.
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, uuid) = text.split_once("--")?;
        Some(Self {
            kind: Kind::parse(kind)?,
            uuid: Uuid::parse(uuid)?,
        })
    }
}

impl fmt::Display for StixId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}--{}", self.kind, self.uuid)
    }
}

/// Computes the id that an object should have from what it shows; an `id` in it is not looked at.
///
/// - An observable: the standard's version 5 UUID. Of several hashes one is taken: MD5, SHA-1, SHA-256, SHA-512,
///   else the first by name.
/// - A TLP 2.0 marking: its published id.
/// - A bundle: the version 5 UUID in [`OURS`] over itself, its id left out and each object replaced by its id. As
///   an id stands for all that its object shows, that is what the bundle shows.
/// - Anything else: the version 5 UUID in [`OURS`] over itself, its id left out.
///
/// `None` where no id can be computed: a custom type, an observable without contributing properties (its
/// id is random), an extension definition (its id is its author's), a bundle of objects without ids.
pub fn id_of(object: &Map<String, Value>) -> Option<StixId> {
    let kind = Kind::parse(object.get("type")?.as_str()?)?;
    let mut name = Vec::new();
    let ours = |name: &[u8]| StixId {
        kind,
        uuid: Uuid::v5(OURS, name),
    };
    match kind.group() {
        Group::Observable => StixId::of_properties(kind, |property| object.get(property)),
        Group::Bundle => {
            let ids = match object.get("objects") {
                Some(Value::Array(objects)) => objects
                    .iter()
                    .map(|object| object.get("id").cloned())
                    .collect::<Option<Vec<_>>>()?,
                _ => Vec::new(),
            };
            let mut shown = object.clone();
            shown.shift_remove("id");
            if !ids.is_empty() {
                shown.insert("objects".into(), Value::Array(ids));
            }
            canonical::push_members(&mut name, shown.iter());
            Some(ours(&name))
        }
        _ if kind == Kind::ExtensionDefinition => None,
        _ => {
            if let Some(label) = object
                .get("extensions")
                .and_then(|extensions| extensions.get(tlp::EXTENSION)?.get("tlp_2_0"))
            {
                let label = label.as_str()?;
                return Tlp::ALL
                    .into_iter()
                    .find(|tlp| tlp.word() == label)
                    .map(Tlp::stix_id);
            }
            canonical::push_members(&mut name, object.iter().filter(|(key, _)| *key != "id"));
            Some(ours(&name))
        }
    }
}

fn choose_hash(hashes: &Map<String, Value>) -> Option<(&String, &Value)> {
    let known = ["MD5", "SHA-1", "SHA-256", "SHA-512"]
        .into_iter()
        .find_map(|name| hashes.get_key_value(name));
    known.or_else(|| hashes.iter().min_by(|a, b| a.0.cmp(b.0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn id(object: Value) -> String {
        let Value::Object(object) = object else {
            panic!("no object")
        };
        id_of(&object).map_or_else(String::new, |id| id.to_string())
    }

    #[test]
    fn our_namespace_is_what_it_says() {
        let urls = Uuid::parse("6ba7b811-9dad-11d1-80b4-00c04fd430c8").unwrap();
        assert_eq!(Uuid::v5(urls, b"https://github.com/aidos-cti/aidos"), OURS);
    }

    /// Computed by Python's stix2 3.0.2.
    #[test]
    fn observables_have_the_ids_of_the_standard() {
        for (object, expected) in [
            (
                json!({"type": "ipv4-addr", "value": "198.51.100.3"}),
                "ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4",
            ),
            (
                json!({"type": "email-addr", "value": "john@example.com", "display_name": "John"}),
                "email-addr--7165e2a9-671f-585d-b1e1-ca59c671d934",
            ),
            (
                json!({"type": "domain-name", "value": "example.com"}),
                "domain-name--bedb4899-d24b-5401-bc86-8f6b4cc18ec7",
            ),
            (
                json!({"type": "url", "value": "https://example.com/research/index.html"}),
                "url--47c3cf9a-5027-5bf0-997a-017c7edc7c55",
            ),
            (
                json!({"type": "autonomous-system", "number": 15139}),
                "autonomous-system--3aa27478-50b5-5ab8-9da9-cdc12b657fff",
            ),
            (
                json!({"type": "mac-addr", "value": "d2:fb:49:24:37:18"}),
                "mac-addr--757b1725-9903-54f5-a855-1240691d7659",
            ),
            (
                json!({"type": "mutex", "name": "__CLEANSWEEP__"}),
                "mutex--f93fe911-e545-5239-b9b0-597840d0c871",
            ),
        ] {
            assert_eq!(id(object), expected);
        }
    }

    #[test]
    fn traffic_has_the_id_of_the_standard() {
        let mut traffic = json!({
            "type": "network-traffic",
            "src_ref": StixId::of_value(Kind::Ipv4Addr, "198.51.100.2").to_string(),
            "dst_ref": StixId::of_value(Kind::Ipv4Addr, "198.51.100.3").to_string(),
            "src_port": 2487,
            "dst_port": 1723,
            "src_byte_count": 60,
            "protocols": ["ipv4", "pptp"],
        });
        assert_eq!(
            id(traffic.clone()),
            "network-traffic--a263dc77-e1e7-5313-95a0-ba43b20e2700"
        );
        traffic["start"] = json!("2026-01-01T00:00:00Z");
        assert_eq!(
            id(traffic),
            "network-traffic--110c51bd-37ef-5fc6-af96-6bc607a893a5"
        );
    }

    #[test]
    fn of_several_hashes_one_counts() {
        let two = json!({"type": "file", "hashes": {"SHA-256": "b", "MD5": "a"}});
        let one = json!({"type": "file", "hashes": {"MD5": "a"}});
        assert_eq!(id(two), id(one));
    }

    #[test]
    fn our_ids_cover_all_but_the_id() {
        let identity = json!({"type": "identity", "name": "8bells", "id": "x"});
        let other = json!({"name": "8bells", "type": "identity"});
        assert_eq!(id(identity.clone()), id(other));
        let mut renamed = identity.clone();
        renamed["name"] = json!("dpc");
        assert_ne!(id(identity), id(renamed));
    }

    #[test]
    fn a_bundle_stands_for_its_objects() {
        let bundle = |value: &str| {
            id(json!({"type": "bundle", "id": "bundle--0", "objects": [
                {"type": "url", "id": StixId::of_value(Kind::Url, value).to_string(), "value": value}
            ]}))
        };
        assert_eq!(bundle("http://a.example/"), bundle("http://a.example/"));
        assert_ne!(bundle("http://a.example/"), bundle("http://b.example/"));
    }

    #[test]
    fn what_cannot_be_computed_is_none() {
        for object in [
            json!({"type": "process", "pid": 1}),
            json!({"type": "x-custom"}),
            json!({"type": "extension-definition", "name": "x"}),
            json!({"type": 3}),
            json!({}),
            json!({"type": "file", "hashes": {}}),
        ] {
            assert_eq!(id(object), "");
        }
    }

    proptest! {
        #[test]
        fn ids_read_back(bytes: [u8; 16], at in 0..Kind::ALL.len()) {
            let id = StixId { kind: Kind::ALL[at], uuid: Uuid(bytes) };
            let text = id.to_string();
            prop_assert_eq!(StixId::parse(&text), Some(id));
            let mut out = Vec::new();
            id.push(&mut out);
            prop_assert_eq!(out, text.into_bytes());
        }

        #[test]
        fn order_is_the_order_of_the_texts(a: [u8; 16], b: [u8; 16], i in 0..Kind::ALL.len(), j in 0..Kind::ALL.len()) {
            let a = StixId { kind: Kind::ALL[i], uuid: Uuid(a) };
            let b = StixId { kind: Kind::ALL[j], uuid: Uuid(b) };
            prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,60}") {
            let _ = StixId::parse(&text);
            let _ = Uuid::parse(&text);
        }
    }
}
