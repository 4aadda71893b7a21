//! Values of a case that can be asked about, and who must not be: from its `patterns.json`, row by row.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs::File;
use std::io::{self, BufReader};
use std::marker::PhantomData;
use std::net::IpAddr;
use std::path::Path;

use aidos_privacy::gate::Subject;
use aidos_privacy::role::{AddressSet, Role};
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::Error;

/// What a case knows of a value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Candidate {
    /// Whose it is, where the case knows.
    pub(super) role: Option<Role>,
    /// Who saw it.
    pub(super) providers: BTreeSet<String>,
    /// The highest confidence that it attacks.
    pub(super) confidence: u64,
    /// Its entries.
    pub(super) count: u64,
    /// The last of them.
    pub(super) last: Option<String>,
}

/// The rows of a case.
#[derive(Debug, Default)]
pub(super) struct Found {
    values: BTreeMap<(Subject, String), Candidate>,
    /// Addresses that somebody attacks.
    pub(super) victims: AddressSet,
    /// Domains that were taken for own ones, and own addresses of mail.
    pub(super) own: Vec<String>,
}

/// A value with what the case knows of it.
pub(super) type Row = (Subject, String, Candidate);

impl Found {
    /// The values, the most important first: seen by more providers, surer to attack, in more entries.
    pub(super) fn rows(self) -> Vec<Row> {
        let mut rows: Vec<Row> = self
            .values
            .into_iter()
            .map(|((subject, value), own)| (subject, value, own))
            .collect();
        // Stable: what is alike stays in the order of kind and value.
        rows.sort_by_key(|(_, _, own)| {
            std::cmp::Reverse((own.providers.len(), own.confidence, own.count))
        });
        rows
    }
}

/// Reads the patterns of a case.
pub(super) fn read(case: &Path) -> Result<Found, Error> {
    let path = case.join("patterns.json");
    let file = File::open(&path).map_err(Error::file("read", &path))?;
    let mut input = serde_json::Deserializer::from_reader(BufReader::with_capacity(1 << 16, file));
    let mut found = Found::default();
    input
        .deserialize_map(Whole(&mut found))
        .map_err(|error| Error::file("read", &path)(io::Error::from(error)))?;
    Ok(found)
}

struct Whole<'f>(&'f mut Found);

impl<'de> Visitor<'de> for Whole<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the patterns of a case")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let found = self.0;
        let mut victims = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            match name.as_str() {
                "attackers" | "counterparts" => {
                    let role = (name == "attackers").then_some(Role::Attacker);
                    map.next_value_seed(rows(|row: Source| note(found, row, role)))?;
                }
                "targets" => map.next_value_seed(rows(|row: Target| {
                    let Some(value) = row.value else { return };
                    match value.parse::<IpAddr>() {
                        Ok(ip) => victims.push(ip),
                        // Own addresses of mail.
                        Err(_) => found.own.push(value),
                    }
                }))?,
                "own_domains" => {
                    map.next_value_seed(rows(|row: OwnDomain| found.own.push(row.domain)))?;
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        found.victims = victims.into_iter().collect();
        Ok(())
    }
}

fn note(found: &mut Found, row: Source, role: Option<Role>) {
    let subject = match row.kind.as_deref() {
        Some("ipv4-addr" | "ipv6-addr") => Subject::Ip,
        Some("email-addr") => Subject::Email,
        Some("domain-name") => Subject::Domain,
        _ => return,
    };
    let Some(value) = row.value else { return };
    let own = found.values.entry((subject, value)).or_default();
    own.role = own.role.or(role);
    own.providers.extend(row.provider);
    let confidences = row.targets.iter().map(|target| target.confidence);
    own.confidence = own.confidence.max(confidences.max().unwrap_or(0));
    own.count = own.count.saturating_add(row.count);
    own.last = own.last.take().max(row.last);
}

#[derive(Deserialize)]
struct Source {
    provider: Option<String>,
    value: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    targets: Vec<Attacked>,
    #[serde(default)]
    count: u64,
    last: Option<String>,
}

#[derive(Deserialize)]
struct Attacked {
    #[serde(default)]
    confidence: u64,
}

#[derive(Deserialize)]
struct Target {
    value: Option<String>,
}

#[derive(Deserialize)]
struct OwnDomain {
    domain: String,
}

/// Gives each row of a list to a function, one after the other.
struct Rows<T, F>(F, PhantomData<T>);

fn rows<T, F: FnMut(T)>(each: F) -> Rows<T, F> {
    Rows(each, PhantomData)
}

impl<'de, T: Deserialize<'de>, F: FnMut(T)> DeserializeSeed<'de> for Rows<T, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<(), D::Error> {
        input.deserialize_seq(self)
    }
}

impl<'de, T: Deserialize<'de>, F: FnMut(T)> Visitor<'de> for Rows<T, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("rows")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut rows: A) -> Result<(), A::Error> {
        while let Some(row) = rows.next_element()? {
            (self.0)(row);
        }
        Ok(())
    }
}
