//! Whose values a document holds, and where they stand in its texts.

use std::collections::BTreeMap;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::shape;
use crate::leak::{Form, Search};
use crate::role::Role;

/// A value that has to be found wherever it stands.
#[derive(Clone)]
pub(super) struct Hit {
    pub(super) kind: String,
    pub(super) role: Role,
    pub(super) start: usize,
    pub(super) end: usize,
    /// Whether the text there is the value as people read it, so that a technique can take it.
    pub(super) plain: bool,
    /// Whether it is a part of a value, such as a name's last word: not hidden inside an attacker's value.
    pub(super) part: bool,
}

struct Value {
    kind: String,
    role: Role,
    text: String,
    part: bool,
}

/// The values of a document and whose they are.
#[derive(Default)]
pub(super) struct Known {
    roles: BTreeMap<String, Role>,
    values: Vec<Value>,
    attackers: Vec<String>,
    search: Option<Search>,
    attackers_search: Option<Search>,
    /// Finds the first of the values as whole words; the rest are few and looked for one by one.
    index: Option<(AhoCorasick, usize)>,
}

impl Known {
    pub(super) fn add(&mut self, kind: &str, role: Role, value: &str) {
        let value = value.trim();
        let folded = value.to_lowercase();
        if value.is_empty() {
            return;
        }
        // Victims and owners before attackers before bystanders.
        let rank = |role: Role| match role {
            Role::Bystander => 0,
            Role::Attacker => 1,
            Role::Own => 2,
            Role::Victim => 3,
        };
        if self
            .roles
            .get(&folded)
            .is_some_and(|own| rank(*own) >= rank(role))
        {
            return;
        }
        let known = self.roles.insert(folded.clone(), role).is_some();
        self.attackers.retain(|own| *own != folded);
        if known {
            self.values
                .retain(|own| own.part || own.text.to_lowercase() != folded);
            self.index = None;
        }
        if role == Role::Attacker {
            self.attackers.push(folded);
            self.attackers_search = None;
            return;
        }
        self.push(kind, role, value, false);
        shape::parts(kind, value, &mut |kind, part| {
            self.push(kind, role, part, true)
        });
        self.search = None;
        self.reindex();
    }

    /// Builds the index anew when too many values stand outside of it: each value is indexed a few times at most.
    fn reindex(&mut self) {
        let inside = self.index.as_ref().map_or(0, |(_, count)| *count);
        if self.values.len() < 2 * inside + 16 {
            return;
        }
        let finder = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(self.values.iter().map(|value| value.text.as_str()));
        self.index = finder.ok().map(|finder| (finder, self.values.len()));
    }

    fn push(&mut self, kind: &str, role: Role, text: &str, part: bool) {
        self.values.push(Value {
            kind: kind.to_owned(),
            role,
            text: text.to_owned(),
            part,
        });
    }

    /// Whose a value is; a URL or e-mail address in an attacker's domain is an attacker's.
    pub(super) fn role(&self, value: &str) -> Option<Role> {
        if let Some(role) = self.roles.get(&value.trim().to_lowercase()) {
            return Some(*role);
        }
        let host = shape::private_host(value)?;
        match self.roles.get(&host) {
            Some(Role::Attacker) => Some(Role::Attacker),
            _ => None,
        }
    }

    /// Builds what [`Known::find`] looks with: all forms of all values. Takes time; worth it for whole events.
    pub(super) fn prepare(&mut self) {
        if self.search.is_none() {
            self.search = Search::whole(self.values.iter().map(|value| value.text.as_str())).ok();
        }
        if self.attackers_search.is_none() {
            self.attackers_search = Search::plain(self.attackers.iter().map(String::as_str)).ok();
        }
    }

    /// Where values stand in a text: in all forms when prepared, else as whole words whatever their case.
    pub(super) fn find(&self, text: &str) -> Vec<Hit> {
        let mut hits = Vec::new();
        let mut say = |value: &Value, start, end, plain| {
            hits.push(Hit {
                kind: value.kind.clone(),
                role: value.role,
                start,
                end,
                plain,
                part: value.part,
            });
        };
        if let Some(search) = &self.search {
            for leak in search.find(text.as_bytes()) {
                if let Some(value) = self.values.get(leak.value) {
                    let plain = matches!(leak.form, Form::Exact | Form::Folded);
                    say(value, leak.start, leak.end, plain);
                }
            }
        } else {
            let mut rest = 0;
            if let Some((finder, count)) = &self.index {
                rest = *count;
                for found in finder.find_overlapping_iter(text) {
                    let (start, end) = (found.start(), found.end());
                    if let Some(value) = self.values.get(found.pattern().as_usize())
                        && is_word(text, start, end)
                    {
                        say(value, start, end, true);
                    }
                }
            }
            for value in self.values.iter().skip(rest) {
                for (start, end) in words(text, &value.text) {
                    say(value, start, end, true);
                }
            }
        }
        hits
    }

    /// Where attackers' values stand in a text.
    pub(super) fn find_attackers(&self, text: &str) -> Vec<(usize, usize)> {
        let mut places = Vec::new();
        if let Some(search) = &self.attackers_search {
            let leaks = search.find(text.as_bytes());
            places.extend(leaks.iter().map(|leak| (leak.start, leak.end)));
        } else {
            for value in &self.attackers {
                places.extend(words(text, value));
            }
        }
        places
    }
}

/// Where a value stands as a whole word, whatever its case of ASCII.
fn words(text: &str, value: &str) -> Vec<(usize, usize)> {
    let (bytes, value) = (text.as_bytes(), value.as_bytes());
    let mut places = Vec::new();
    let Some((&first, rest)) = value.split_first() else {
        return places;
    };
    if value.len() > bytes.len() {
        return places;
    }
    for (start, byte) in bytes.iter().enumerate() {
        if !byte.eq_ignore_ascii_case(&first) {
            continue;
        }
        let end = start + value.len();
        let same = bytes
            .get(start + 1..end)
            .is_some_and(|found| found.eq_ignore_ascii_case(rest));
        if same && is_word(text, start, end) {
            places.push((start, end));
        }
    }
    places
}

/// Whether no letter or digit of ASCII stands beside, and the places are between characters.
pub(super) fn is_word(text: &str, start: usize, end: usize) -> bool {
    let bytes = text.as_bytes();
    let before = start.checked_sub(1).and_then(|at| bytes.get(at));
    text.is_char_boundary(start)
        && text.is_char_boundary(end)
        && !before.is_some_and(u8::is_ascii_alphanumeric)
        && !bytes.get(end).is_some_and(u8::is_ascii_alphanumeric)
}
