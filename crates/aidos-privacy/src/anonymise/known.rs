//! Whose values a document holds, and where they stand in its texts.

use std::collections::{BTreeMap, BTreeSet};

use super::shape;
use super::words::Words;
use crate::leak::{Depth, Form, Search};
use crate::policy::defaults::is_national;
use crate::role::Role;

/// The most values that are searched in all forms: some 50 MiB of automaton.
const FORMS: usize = 2_000;

/// A place of a value.
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
    part: bool,
}

/// Nobody encodes or hashes an address of a file; a person's value may be found in any form.
fn depth_of(kind: &str) -> Depth {
    match kind {
        "URL" | "FILE_NAME" | "PATH" | "MUTEX" | "NAME" => Depth::Plain,
        _ => Depth::Whole,
    }
}

/// What is known of a value, whatever its case.
struct Claim {
    role: Role,
    kind: String,
    /// The deepest of all kinds it was seen under: a card's number that a file is named like is still a card's.
    depth: Depth,
    /// As it was written: each spelling has other encodings and hashes.
    spellings: BTreeSet<String>,
}

/// How strong a claim is: the strongest of a document holds, whatever the order in which they came.
///
/// Victims and owners come before attackers, and attackers before bystanders. But what is only called like somebody's address,
/// telephone, host or card stays his: an attacker's file, account or campaign may be named like anything. So what reaches a
/// person is claimed by its own kind first, then what reaches a machine, then things such as files, then mere names.
fn strength(role: Role, kind: &str, value: &str) -> u8 {
    match role {
        Role::Victim => 9,
        Role::Own => 8,
        Role::Attacker => 2 * reach(kind, value) + 1,
        Role::Bystander => 2 * reach(kind, value),
    }
}

/// How much more than a name a value of this kind is.
fn reach(kind: &str, value: &str) -> u8 {
    match kind {
        kind if is_contact(kind) => 3,
        // A file's name may read as a host's.
        kind if is_host(kind) && !shape::is_file_name(value) => 2,
        kind if is_name(kind) => 0,
        _ => 1,
    }
}

/// Kinds that reach a natural person.
fn is_contact(kind: &str) -> bool {
    matches!(
        kind,
        "EMAIL_ADDRESS" | "PHONE_NUMBER" | "CREDIT_CARD" | "IBAN_CODE"
    ) || is_national(kind)
}

/// Kinds that reach a machine.
fn is_host(kind: &str) -> bool {
    matches!(
        kind,
        "IP_ADDRESS" | "DOMAIN_NAME" | "HOST_NAME" | "URL" | "MAC_ADDRESS"
    )
}

/// Kinds that only name: of an attacker they stay, but shield nothing that is found inside of them.
fn is_name(kind: &str) -> bool {
    matches!(
        kind,
        "NAME" | "LOCATION" | "CITY" | "ADDRESS" | "ZIP_CODE" | "ORGANIZATION" | "PERSON"
    )
}

/// The values of a document and whose they are.
#[derive(Default)]
pub(super) struct Known {
    claims: BTreeMap<String, Claim>,
    /// What is hidden: texts in `words`, the rest beside them.
    values: Vec<Value>,
    words: Words,
    attackers: Words,
    /// Names of attackers, tools, techniques: they shield nothing but themselves.
    names: Words,
    search: Option<Search>,
}

/// Victims and owners before attackers before bystanders.
pub(super) fn rank(role: Role) -> u8 {
    match role {
        Role::Bystander => 0,
        Role::Attacker => 1,
        Role::Own => 2,
        Role::Victim => 3,
    }
}

impl Known {
    pub(super) fn add(&mut self, kind: &str, role: Role, value: &str) {
        let value = value.trim();
        let folded = value.to_lowercase();
        if value.is_empty() {
            return;
        }
        let before = self.claims.get(&folded).map(|claim| claim.role);
        let claim = self.claims.entry(folded.clone()).or_insert_with(|| Claim {
            role,
            kind: kind.to_owned(),
            depth: Depth::Plain,
            spellings: BTreeSet::new(),
        });
        let is_deeper = claim.depth < depth_of(kind);
        claim.depth = claim.depth.max(depth_of(kind));
        let is_new = claim.spellings.insert(value.to_owned());
        let stands = strength(claim.role, &claim.kind, value) >= strength(role, kind, value);
        if before.is_some() && stands {
            let own = claim.role;
            if own != Role::Attacker && is_new {
                self.push(kind, own, value, false);
                self.search = None;
            } else if own != Role::Attacker && is_deeper {
                self.search = None;
            }
            return;
        }
        claim.role = role;
        kind.clone_into(&mut claim.kind);
        let spellings: Vec<String> = claim.spellings.iter().cloned().collect();
        if before == Some(Role::Attacker) {
            self.attackers.retain(|_, own| own.to_lowercase() != folded);
            self.names.retain(|_, own| own.to_lowercase() != folded);
        } else if before.is_some() {
            self.forget(&folded);
        }
        if role == Role::Attacker {
            // A field may hold anything: what has not the shape of its kind is a name at most.
            return if is_name(kind) || !shape::is_shaped(kind, value) {
                self.names.push(value);
            } else {
                self.attackers.push(value);
            };
        }
        for spelling in &spellings {
            self.push(kind, role, spelling, false);
        }
        shape::parts(kind, value, &mut |kind, part| {
            self.push(kind, role, part, true);
        });
        self.search = None;
    }

    fn push(&mut self, kind: &str, role: Role, text: &str, part: bool) {
        self.values.push(Value {
            kind: kind.to_owned(),
            role,
            part,
        });
        self.words.push(text);
    }

    /// Takes a whole value out: it is somebody else's.
    fn forget(&mut self, folded: &str) {
        let values = &self.values;
        self.words.retain(|at, text| {
            values.get(at).is_some_and(|own| own.part) || text.to_lowercase() != folded
        });
        self.search = None;
    }

    /// Whose a value is; a URL or e-mail address in an attacker's domain is an attacker's.
    pub(super) fn role(&self, value: &str) -> Option<Role> {
        if let Some(claim) = self.claims.get(&value.trim().to_lowercase()) {
            return Some(claim.role);
        }
        let host = shape::private_host(value)?;
        let role = self.claims.get(&host).map(|claim| claim.role);
        role.filter(|role| *role == Role::Attacker)
    }

    /// Whose a value of this kind is. What an attacker's campaign or file is called says nothing of a host that is called so.
    pub(super) fn role_as(&self, kind: &str, value: &str) -> Option<Role> {
        let claim = self.claims.get(&value.trim().to_lowercase());
        let is_less = claim.is_some_and(|claim| {
            claim.role == Role::Attacker && reach(&claim.kind, value) < reach(kind, value)
        });
        if is_less { None } else { self.role(value) }
    }

    /// The values of the document that are not an attacker's, but for their parts: kind and value.
    pub(super) fn hidden(&self) -> impl Iterator<Item = (&str, &str)> {
        let values = self.words.texts().zip(&self.values);
        values
            .filter(|(text, value)| !value.part && !text.is_empty())
            .map(|(text, value)| (value.kind.as_str(), text))
    }

    /// Builds what [`Known::find`] looks with: all forms of all values. Takes time; worth it for whole events.
    ///
    /// Each value is some hundred forms. Beyond [`FORMS`] values they are looked for as whole words alone.
    pub(super) fn prepare(&mut self) {
        if self.search.is_none() && self.values.len() <= FORMS {
            let values = self.words.texts().zip(&self.values);
            let sought = values.map(|(text, value)| {
                let claim = self.claims.get(&text.to_lowercase());
                match claim {
                    // The host of somebody's URL that an attacker's host is too: too short a text is not sought.
                    Some(claim) if value.part && claim.role == Role::Attacker => ("", Depth::Plain),
                    Some(claim) if !value.part => (text, claim.depth),
                    // A host may stand in URLs and addresses alone, and is encoded and hashed all the same.
                    _ if is_host(&value.kind) => (text, depth_of(&value.kind)),
                    // Nobody encodes or hashes a word of a name.
                    _ => (text, Depth::Plain),
                }
            });
            self.search = Search::of(sought).ok();
        }
    }

    /// Where values stand in a text: in all forms when prepared, else as whole words whatever their case.
    pub(super) fn find(&self, text: &str) -> Vec<Hit> {
        let mut hits = Vec::new();
        let mut say = |at: usize, start, end, plain| {
            if let Some(value) = self.values.get(at) {
                hits.push(Hit {
                    kind: value.kind.clone(),
                    role: value.role,
                    start,
                    end,
                    plain,
                    part: value.part,
                });
            }
        };
        if let Some(search) = &self.search {
            for leak in search.find(text.as_bytes()) {
                let plain = matches!(leak.form, Form::Exact | Form::Folded);
                say(leak.value, leak.start, leak.end, plain);
            }
        } else {
            self.words
                .find(text, &mut |at, start, end| say(at, start, end, true));
        }
        hits
    }

    /// Where attackers' values stand in a text.
    pub(super) fn find_attackers(&self, text: &str) -> Vec<(usize, usize)> {
        self.attackers.places(text)
    }

    /// Where names of attackers, tools and techniques stand in a text.
    pub(super) fn find_names(&self, text: &str) -> Vec<(usize, usize)> {
        self.names.places(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a value is found in Base64, as a form that only whole values have.
    fn is_deep(known: &mut Known, encoded: &str) -> bool {
        known.prepare();
        !known.find(encoded).is_empty()
    }

    const CARD: &str = "4556737586899855";
    const IN_BASE64: &str = "NDU1NjczNzU4Njg5OTg1NQ==";

    #[test]
    fn a_value_is_searched_as_deep_as_the_deepest_of_its_kinds() {
        for kinds in [["FILE_NAME", "CREDIT_CARD"], ["CREDIT_CARD", "FILE_NAME"]] {
            for roles in [
                [Role::Bystander, Role::Bystander],
                [Role::Bystander, Role::Victim],
                [Role::Victim, Role::Bystander],
            ] {
                let mut known = Known::default();
                for (kind, role) in kinds.iter().zip(roles) {
                    known.add(kind, role, CARD);
                    known.prepare();
                }
                assert!(is_deep(&mut known, IN_BASE64), "{kinds:?}, {roles:?}");
            }
        }
        let mut known = Known::default();
        known.add("FILE_NAME", Role::Victim, CARD);
        assert!(!is_deep(&mut known, IN_BASE64));
    }

    #[test]
    fn another_owner_leaves_no_spelling_behind() {
        let mut known = Known::default();
        known.add("USER_NAME", Role::Bystander, "ZorvanQuibble");
        known.add("USER_NAME", Role::Victim, "zorvanquibblE");
        // `ZorvanQuibble` in Base64.
        assert!(is_deep(&mut known, "Wm9ydmFuUXVpYmJsZQ=="));
    }
}
