//! An attack on what is to be released, with what an adversary could know.

use serde::{Deserialize, Serialize};

use crate::leak::{Search, TooLarge};

/// Places that are listed; further ones are counted.
const LISTED: usize = 50;

/// What an attack tried and found. Shows places, never values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attack {
    /// Values searched that should be hidden, canaries among them.
    pub values: u64,
    /// Values that were planted to see whether they come through.
    pub canaries: u64,
    /// Hidden values that were not searched, because there were too many of them.
    pub unsearched: u64,
    /// Bytes that were searched.
    pub bytes: u64,
    /// Places where a value was found.
    pub found: u64,
    /// The first of them.
    pub places: Vec<LeakPlace>,
}

/// A place where something that should be hidden can be found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeakPlace {
    /// The file of the release.
    pub path: String,
    /// Its line, from 1.
    pub line: u64,
    /// What the value is, such as `PERSON`.
    pub kind: String,
    /// In what form it stands there, such as `sha1`.
    pub form: String,
}

/// Searches a release line by line. Threads may share it.
#[derive(Debug)]
pub struct Attacker {
    search: Search,
    kinds: Vec<String>,
}

impl Attacker {
    /// An attacker who knows these values, each with its kind.
    ///
    /// # Errors
    /// Too many values at once.
    pub fn new<'v>(values: impl IntoIterator<Item = (&'v str, &'v str)>) -> Result<Self, TooLarge> {
        let (kinds, values): (Vec<&str>, Vec<&str>) = values.into_iter().unzip();
        Ok(Self {
            search: Search::whole(values)?,
            kinds: kinds.into_iter().map(str::to_owned).collect(),
        })
    }

    /// An attack with these values of which nothing is searched yet.
    pub fn begin(&self) -> Attack {
        Attack {
            values: self.kinds.len() as u64,
            ..Attack::default()
        }
    }

    /// Searches a line of a file, and adds what is found to an attack.
    pub fn line(&self, attack: &mut Attack, path: &str, line: u64, text: &[u8]) {
        attack.bytes += text.len() as u64;
        for leak in self.search.find(text) {
            attack.found += 1;
            if attack.places.len() < LISTED {
                let kind = self.kinds.get(leak.value).cloned().unwrap_or_default();
                let form = serde_json::to_value(leak.form).unwrap_or_default();
                attack.places.push(LeakPlace {
                    path: path.to_owned(),
                    line,
                    kind,
                    form: form.as_str().unwrap_or_default().to_owned(),
                });
            }
        }
    }
}

impl Attack {
    /// This attack and another one on the same release, with other values.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.values += other.values;
        self.canaries += other.canaries;
        self.unsearched += other.unsearched;
        self.bytes = self.bytes.max(other.bytes);
        self.list(other.found, other.places);
        self
    }

    /// Adds what was found in a further part of the release.
    pub fn go_on(&mut self, part: Self) {
        self.bytes += part.bytes;
        self.list(part.found, part.places);
    }

    fn list(&mut self, found: u64, places: Vec<LeakPlace>) {
        self.found += found;
        let room = LISTED.saturating_sub(self.places.len());
        self.places.extend(places.into_iter().take(room));
    }
}
