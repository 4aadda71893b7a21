//! Results of a match go back: what was seen becomes a sighting, or a tag, of the attributes of that value.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::api::Misp;
use crate::{Error, keep};

/// The longest result that is read.
const LONGEST: u64 = 256 << 20;

/// What becomes of an attribute that was matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// A sighting of type 0, with this source where one is given.
    Sighting(Option<String>),
    /// This tag.
    Tag(String),
}

/// The values of a result that were matched.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Hits {
    /// Each value once, in order.
    values: Vec<String>,
    /// Values of private networks, which are asked of nobody.
    pub private: usize,
    /// Rows that were not matched.
    pub others: usize,
}

impl std::fmt::Debug for Hits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Hits({} values)", self.values.len())
    }
}

/// What was marked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Marked {
    /// Attributes that were marked.
    pub marked: usize,
    /// Attributes that had been marked before.
    pub known: usize,
    /// Values that the partner does not have.
    pub missing: usize,
    /// Attributes whose mark was refused, and why.
    pub refused: Vec<(String, Vec<String>)>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct State {
    schema: u32,
    partner: String,
    /// `uuid mark` of each attribute that was marked.
    marked: BTreeSet<String>,
}

impl Hits {
    /// Reads a result: CSV with the columns `value` and `match`; a match is 1.
    ///
    /// # Errors
    /// When the file cannot be read, or has no such columns.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let bytes = keep::read(path, LONGEST)?
            .ok_or_else(|| Error::file("read", path)(std::io::ErrorKind::NotFound.into()))?;
        Self::parse(&String::from_utf8_lossy(&bytes)).map_err(|why| Error::Form {
            path: path.to_owned(),
            why,
        })
    }

    fn parse(text: &str) -> Result<Self, String> {
        let mut lines = text.trim_start_matches('\u{feff}').lines();
        let head = fields(lines.next().unwrap_or_default());
        let column = |name: &str| head.iter().position(|own| own.trim() == name);
        let (Some(value), Some(hit)) = (column("value"), column("match")) else {
            return Err("its first line has no columns `value` and `match`".into());
        };
        let mut hits = Self::default();
        let mut seen = BTreeSet::new();
        for line in lines.filter(|line| !line.trim().is_empty()) {
            let row = fields(line);
            let text = row.get(value).map_or("", |text| text.trim());
            if row.get(hit).is_none_or(|hit| hit.trim() != "1") || text.is_empty() {
                hits.others += 1;
            } else if is_private(text) {
                hits.private += 1;
            } else if seen.insert(text.to_owned()) {
                hits.values.push(text.to_owned());
            }
        }
        Ok(hits)
    }

    /// The values that the partner is asked for.
    pub fn values(&self) -> &[String] {
        &self.values
    }

    /// Marks the attributes of these values, each once.
    ///
    /// The partner learns each of the values: that somebody saw it, and when he was told. Leave out those it must not know.
    ///
    /// # Errors
    /// Of the partner and of the file of state.
    pub fn send(
        &self,
        misp: &Misp,
        mark: &Mark,
        state: &Path,
        follow: &mut dyn FnMut(usize),
    ) -> Result<Marked, Error> {
        let path = state;
        let mut state: State = keep::recall(path)?;
        let partner = misp.client.address();
        if state.schema == 0 {
            state.schema = 1;
            state.partner.clone_from(&partner);
        }
        if state.schema != 1 || state.partner != partner {
            return Err(Error::Form {
                path: path.to_owned(),
                why: "it remembers another partner; name another file with --state".into(),
            });
        }
        misp.version()?;
        let mut marked = Marked::default();
        for (at, value) in self.values.iter().enumerate() {
            let attributes = misp.attributes(value)?;
            if attributes.is_empty() {
                marked.missing += 1;
            }
            for uuid in attributes {
                let done = match mark {
                    Mark::Sighting(_) => format!("{uuid} sighting"),
                    Mark::Tag(tag) => format!("{uuid} tag {tag}"),
                };
                if state.marked.contains(&done) {
                    marked.known += 1;
                    continue;
                }
                let sent = match mark {
                    Mark::Sighting(source) => misp.sighting(&uuid, source.as_deref())?,
                    Mark::Tag(tag) => misp.tag(&uuid, tag)?,
                };
                match sent {
                    Ok(()) => {
                        marked.marked += 1;
                        state.marked.insert(done);
                        keep::remember(path, &state)?;
                    }
                    Err(refusal) => marked.refused.push((uuid, refusal.told())),
                }
            }
            follow(at + 1);
        }
        Ok(marked)
    }
}

/// The cells of a line of CSV (RFC 4180, without line breaks in cells: values of a match have none).
fn fields(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    let mut chars = line.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                push(&mut cells, '"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            char => push(&mut cells, char),
        }
    }
    cells
}

fn push(cells: &mut [String], char: char) {
    if let Some(cell) = cells.last_mut() {
        cell.push(char);
    }
}

/// Addresses that mean something at home only (RFC 1918, 4193, 3927, 6598).
fn is_private(value: &str) -> bool {
    match value.parse() {
        Ok(IpAddr::V4(address)) => {
            let shared = address.octets()[0] == 100 && (64..128).contains(&address.octets()[1]);
            address.is_private()
                || address.is_loopback()
                || address.is_link_local()
                || address.is_unspecified()
                || shared
        }
        Ok(IpAddr::V6(address)) => {
            address.is_loopback()
                || address.is_unique_local()
                || address.is_unicast_link_local()
                || address.is_unspecified()
        }
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hits_are_the_ones() {
        let hits = Hits::parse("\u{feff}value,match\r\n198.51.100.3,1\n198.51.100.4,0\n10.0.0.1,1\n\"a,\"\"b\",1\n198.51.100.3,1\n,1\n").unwrap();
        assert_eq!(hits.values(), ["198.51.100.3", "a,\"b"]);
        assert_eq!((hits.private, hits.others), (1, 2));
        assert_eq!(format!("{hits:?}"), "Hits(2 values)");
        let turned = Hits::parse("match,x,value\n1,,b\n").unwrap();
        assert_eq!(turned.values(), ["b"]);
        assert!(Hits::parse("a,b\n1,2\n").is_err());
        assert!(Hits::parse("").is_err());
    }
}
