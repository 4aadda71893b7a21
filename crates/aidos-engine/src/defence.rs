//! The attackers of a case, or the indicators of a STIX bundle, for rules of defence.
//!
//! Only `attackers` of `patterns.json` are taken, never counterparts. What is also a target of any provider is one's
//! own, and is left out; so is what is private. A file is read as a stream, its rows one by one.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

use aidos_convert::defence::{Threat, fit};
use aidos_convert::indicator::{Kind, values_of};
use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::Error;

/// Values that are kept; a list with more is of no use to a firewall.
const MOST: usize = 1 << 21;

/// What a case or bundle wants to be blocked.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Threats {
    /// The values: sorted, each once.
    #[serde(skip)]
    pub values: Vec<Threat>,
    /// The name of the case or bundle.
    pub of: String,
    /// The label of the case, `TLP:AMBER`.
    pub tlp: Option<String>,
    /// Left out: private addresses and names.
    pub private: u64,
    /// Left out: targets of the case.
    pub own: u64,
    /// Left out: values that `shareable/` does not show.
    pub hidden: u64,
}

/// Reads a case's folder, or a file with a STIX bundle.
///
/// With `shareable`, only values that stand in the case's `shareable/` too, as they are.
///
/// # Errors
/// [`Error::File`] where a file cannot be read or is none of ours, [`Error::Usage`] for a folder that is no case, for a
/// bundle with `shareable`, and for more than two million values.
pub fn threats(input: &Path, shareable: bool) -> Result<Threats, Error> {
    let name = input.file_name().unwrap_or(input.as_os_str());
    let mut found = Threats {
        of: name.to_string_lossy().into_owned(),
        ..Threats::default()
    };
    let mut values = BTreeMap::new();
    if input.is_dir() {
        let path = input.join("patterns.json");
        if !path.is_file() {
            return Err(Error::Usage(format!(
                "`{}` is no case: it holds no patterns.json; name a folder that `aidos run` made",
                input.display()
            )));
        }
        found.own = patterns(&path, &mut values)?;
        if shareable {
            let mut shown = BTreeMap::new();
            patterns(&input.join("shareable/patterns.json"), &mut shown)?;
            let before = values.len();
            values.retain(|value, _| shown.contains_key(value));
            found.hidden = (before - values.len()) as u64;
        }
        found.tlp = label(input);
    } else {
        if shareable {
            return Err(Error::Usage(
                "a bundle has no shareable/; name a case's folder, or leave out --shareable".into(),
            ));
        }
        read(
            input,
            Member("objects", &mut |object: Object| {
                let lives = object.kind == "indicator" && object.revoked != Some(true);
                let pattern = object.pattern.filter(|_| lives).unwrap_or_default();
                for value in values_of(&pattern) {
                    insert(&mut values, value, object.modified.clone())?;
                }
                Ok(())
            }),
        )?;
    }
    found.values = values
        .into_iter()
        .map(|((kind, value), last)| Threat { kind, value, last })
        .collect();
    found.private = fit(&mut found.values);
    Ok(found)
}

type Values = BTreeMap<(Kind, String), Option<String>>;

fn insert(values: &mut Values, value: (Kind, String), last: Option<String>) -> Result<(), String> {
    if values.len() >= MOST && !values.contains_key(&value) {
        return Err(format!(
            "more than {MOST} values, which no firewall takes; export parts of it"
        ));
    }
    let known = values.entry(value).or_default();
    if *known < last {
        *known = last;
    }
    Ok(())
}

/// Takes the attackers and leaves out who is a target, too; gives back how many of these there were.
fn patterns(path: &Path, values: &mut Values) -> Result<u64, Error> {
    read(
        path,
        Member("attackers", &mut |row: Row| {
            let known = row.kind.as_deref().and_then(kind_of).zip(row.value);
            known.map_or(Ok(()), |value| insert(values, value, row.last))
        }),
    )?;
    let mut own = BTreeSet::new();
    read(
        path,
        Member("targets", &mut |row: Row| {
            let known = row.kind.as_deref().and_then(kind_of).zip(row.value);
            if let Some(value) = known.filter(|value| values.contains_key(value)) {
                own.insert(value);
            }
            Ok(())
        }),
    )?;
    for value in &own {
        values.remove(value);
    }
    Ok(own.len() as u64)
}

fn kind_of(word: &str) -> Option<Kind> {
    Some(match word {
        "ipv4-addr" => Kind::Ipv4,
        "ipv6-addr" => Kind::Ipv6,
        "email-addr" => Kind::Email,
        _ => return None,
    })
}

/// The label of a finished case, from its options.
fn label(case: &Path) -> Option<String> {
    #[derive(Deserialize)]
    struct Case {
        options: Options,
    }
    #[derive(Deserialize)]
    struct Options {
        tlp: String,
    }
    let file = File::open(case.join("case.json")).ok()?;
    let case: Case = serde_json::from_reader(BufReader::new(file)).ok()?;
    Some(format!("TLP:{}", case.options.tlp.to_uppercase()))
}

fn read<'r, T: Deserialize<'r>>(path: &Path, member: Member<'_, T>) -> Result<(), Error> {
    let file = File::open(path).map_err(Error::file("read", path))?;
    let mut input = serde_json::Deserializer::from_reader(BufReader::with_capacity(1 << 16, file));
    input
        .deserialize_map(member)
        .map_err(|error| Error::file("read", path)(io::Error::from(error)))
}

/// One member of an object, a list whose rows are handed on one by one.
struct Member<'m, T>(&'static str, &'m mut dyn FnMut(T) -> Result<(), String>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Member<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "an object with `{}`", self.0)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut there = false;
        while let Some(name) = map.next_key::<String>()? {
            if name == self.0 {
                there = true;
                map.next_value_seed(Rows(&mut *self.1))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        if there {
            Ok(())
        } else {
            Err(A::Error::missing_field(self.0))
        }
    }
}

struct Rows<'m, T>(&'m mut dyn FnMut(T) -> Result<(), String>);

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for Rows<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<(), D::Error> {
        input.deserialize_seq(self)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Rows<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<(), A::Error> {
        while let Some(row) = rows.next_element()? {
            self.0(row).map_err(A::Error::custom)?;
        }
        Ok(())
    }
}

#[derive(Deserialize)]
struct Row {
    value: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    last: Option<String>,
}

#[derive(Deserialize)]
struct Object {
    #[serde(rename = "type")]
    kind: String,
    pattern: Option<String>,
    modified: Option<String>,
    revoked: Option<bool>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    const PATTERNS: &str = r#"{"schema":1,"attackers":[
{"provider":"a","value":"198.51.100.7","type":"ipv4-addr","role":"attacker","targets":[{"value":null}],"last":"2023-03-08T00:00:01Z"},
{"provider":"b","value":"198.51.100.7","type":"ipv4-addr","role":"attacker","targets":[],"last":"2023-03-09T00:00:01Z"},
{"provider":"b","value":"198.51.100.8","type":"ipv4-addr","role":"attacker","targets":[]},
{"provider":"b","value":"10.0.0.8","type":"ipv4-addr","role":"attacker","targets":[]},
{"provider":"b","value":"192.0.2.1","type":"ipv4-addr","role":"attacker","targets":[]}
],"counterparts":[{"value":"m@evil.example","type":"email-addr"}],"targets":[{"value":"192.0.2.1","type":"ipv4-addr"}]}"#;

    fn case() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("patterns.json"), PATTERNS).unwrap();
        fs::write(
            folder.path().join("case.json"),
            r#"{"options":{"tlp":"amber"}}"#,
        )
        .unwrap();
        folder
    }

    fn values(found: &Threats) -> Vec<&str> {
        found
            .values
            .iter()
            .map(|threat| threat.value.as_str())
            .collect()
    }

    #[test]
    fn attackers_without_targets_and_private_ones() {
        let case = case();
        let found = threats(case.path(), false).unwrap();
        assert_eq!(values(&found), ["198.51.100.7", "198.51.100.8"]);
        assert_eq!(
            found.values[0].last.as_deref(),
            Some("2023-03-09T00:00:01Z")
        );
        assert_eq!((found.private, found.own, found.hidden), (1, 1, 0));
        assert_eq!(found.tlp.as_deref(), Some("TLP:AMBER"));
    }

    #[test]
    fn of_what_may_be_shared_only_what_stands_there() {
        let case = case();
        let shareable = case.path().join("shareable");
        fs::create_dir(&shareable).unwrap();
        let shown = r#"{"attackers":[{"value":"198.51.100.7","type":"ipv4-addr"},{"value":"203.0.113.1","type":"ipv4-addr"}],"targets":[]}"#;
        fs::write(shareable.join("patterns.json"), shown).unwrap();
        let found = threats(case.path(), true).unwrap();
        assert_eq!(values(&found), ["198.51.100.7"]);
        assert_eq!(found.hidden, 2);
    }

    #[test]
    fn indicators_of_a_bundle() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("b.json");
        let bundle = r#"{"type":"bundle","objects":[
            {"type":"indicator","pattern":"[domain-name:value = 'evil.example']","modified":"2026-01-01T00:00:00Z"},
            {"type":"indicator","pattern":"[url:value = 'http://x.example/']","revoked":true},
            {"type":"domain-name","value":"victim.example"}]}"#;
        fs::write(&path, bundle).unwrap();
        assert_eq!(values(&threats(&path, false).unwrap()), ["evil.example"]);
        assert!(matches!(threats(&path, true), Err(Error::Usage(_))));
        fs::write(&path, "{\"objects\": 3}").unwrap();
        assert!(threats(&path, false).is_err());
        assert!(matches!(
            threats(folder.path(), false),
            Err(Error::Usage(_))
        ));
    }
}
