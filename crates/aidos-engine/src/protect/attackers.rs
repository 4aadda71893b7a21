//! Addresses that attack somewhere in a case, from its `patterns.json`.

use std::fs::File;
use std::io::{self, BufReader};
use std::net::IpAddr;
use std::path::Path;

use aidos_privacy::role::AddressSet;
use serde::de::{Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::Error;

/// Attackers that are kept wherever they stand, at 4 bytes for IPv4 and 16 for IPv6; of more, the rest go by the direction of
/// each entry.
const MOST: usize = 1 << 21;

/// The addresses that a case calls attackers. A file of any length: rows are read one by one.
///
/// # Errors
/// When the file cannot be read or is none of ours.
pub(super) fn read(case: &Path) -> Result<AddressSet, Error> {
    let path = case.join("patterns.json");
    let file = File::open(&path).map_err(Error::file("read", &path))?;
    let mut input = serde_json::Deserializer::from_reader(BufReader::with_capacity(1 << 16, file));
    input
        .deserialize_map(Whole)
        .map_err(|error| Error::file("read", &path)(io::Error::from(error)))
}

/// The whole of `patterns.json`.
struct Whole;

impl<'de> Visitor<'de> for Whole {
    type Value = AddressSet;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the patterns of a case")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<AddressSet, A::Error> {
        let mut attackers = None;
        while let Some(name) = map.next_key::<String>()? {
            if name == "attackers" {
                attackers = Some(map.next_value::<Rows>()?.0);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        attackers.ok_or_else(|| A::Error::missing_field("attackers"))
    }
}

/// The rows of `attackers`.
struct Rows(AddressSet);

impl<'de> Deserialize<'de> for Rows {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        input.deserialize_seq(List)
    }
}

struct List;

impl<'de> Visitor<'de> for List {
    type Value = Rows;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("rows of attackers")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<Rows, A::Error> {
        let mut left = MOST;
        let addresses = std::iter::from_fn(|| rows.next_element::<Row>().transpose());
        let addresses = addresses.filter_map(|row| match row {
            // All rows are read, so that what follows them is.
            Ok(row) => {
                let ip: IpAddr = row.value.parse().ok()?;
                left = left.checked_sub(1)?;
                Some(Ok(ip))
            }
            Err(error) => Some(Err(error)),
        });
        addresses.collect::<Result<AddressSet, _>>().map(Rows)
    }
}

#[derive(Deserialize)]
struct Row {
    value: String,
}
