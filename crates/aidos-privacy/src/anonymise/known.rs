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

impl Value {
    /// Nobody encodes or hashes a part, or an address of a file; a person's value may be found in any form.
    fn depth(&self) -> Depth {
        let is_long = matches!(
            self.kind.as_str(),
            "URL" | "FILE_NAME" | "PATH" | "MUTEX" | "NAME"
        );
        if self.part || is_long {
            Depth::Plain
        } else {
            Depth::Whole
        }
    }
}

/// Who claims a value before whom: victims and owners, attackers, bystanders.
///
/// But an address of a person that an attacker's file or account is named like stays the person's.
fn stands(old: &(Role, String), role: Role, kind: &str) -> bool {
    let is_contact = |kind: &str| {
        matches!(
            kind,
            "EMAIL_ADDRESS" | "PHONE_NUMBER" | "CREDIT_CARD" | "IBAN_CODE"
        ) || is_national(kind)
    };
    match (old.0, role) {
        (Role::Bystander, Role::Attacker) if old.1 != kind && is_contact(&old.1) => true,
        (Role::Attacker, Role::Bystander) if old.1 != kind && is_contact(kind) => false,
        _ => rank(old.0) >= rank(role),
    }
}

/// The values of a document and whose they are.
#[derive(Default)]
pub(super) struct Known {
    roles: BTreeMap<String, (Role, String)>,
    /// What is hidden: texts in `words`, the rest beside them.
    values: Vec<Value>,
    words: Words,
    spellings: BTreeSet<String>,
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
        if let Some(old) = self.roles.get(&folded)
            && stands(old, role, kind)
        {
            // Another spelling of what is hidden: its encodings and hashes are others.
            let own = old.0;
            if own != Role::Attacker
                && role != Role::Attacker
                && self.spellings.insert(value.to_owned())
            {
                self.push(kind, own, value, false);
                self.search = None;
            }
            return;
        }
        self.spellings.insert(value.to_owned());
        let before = self.roles.insert(folded.clone(), (role, kind.to_owned()));
        let before = before.map(|(role, _)| role);
        match (role, kind) {
            (Role::Attacker, "NAME") => return self.names.push(value),
            (Role::Attacker, _) => {
                if before.is_some() {
                    self.forget(&folded);
                }
                return self.attackers.push(value);
            }
            _ => {}
        }
        if before == Some(Role::Attacker) {
            self.attackers.retain(|_, own| own.to_lowercase() != folded);
            self.names.retain(|_, own| own.to_lowercase() != folded);
        } else if before.is_some() {
            self.forget(&folded);
        }
        self.push(kind, role, value, false);
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
        let keep: Vec<bool> = values
            .iter()
            .zip(self.words.texts())
            .map(|(own, text)| own.part || text.to_lowercase() != folded)
            .collect();
        let stays = |at: usize| keep.get(at).copied().unwrap_or(true);
        self.words.retain(|at, _| stays(at));
        let mut at = 0;
        self.values.retain(|_| {
            at += 1;
            stays(at - 1)
        });
        self.search = None;
    }

    /// Whose a value is; a URL or e-mail address in an attacker's domain is an attacker's.
    pub(super) fn role(&self, value: &str) -> Option<Role> {
        if let Some(role) = self.roles.get(&value.trim().to_lowercase()) {
            return Some(role.0);
        }
        let host = shape::private_host(value)?;
        let role = self.roles.get(&host).map(|(role, _)| *role);
        role.filter(|role| *role == Role::Attacker)
    }

    /// The values of the document that are not an attacker's, but for their parts: kind and value.
    pub(super) fn hidden(&self) -> impl Iterator<Item = (&str, &str)> {
        let values = self.words.texts().zip(&self.values);
        values
            .filter(|(_, value)| !value.part)
            .map(|(text, value)| (value.kind.as_str(), text))
    }

    /// Builds what [`Known::find`] looks with: all forms of all values. Takes time; worth it for whole events.
    ///
    /// Each value is some hundred forms. Beyond [`FORMS`] values they are looked for as whole words alone.
    pub(super) fn prepare(&mut self) {
        if self.search.is_none() && self.values.len() <= FORMS {
            let values = self.words.texts().zip(&self.values);
            self.search = Search::of(values.map(|(text, value)| (text, value.depth()))).ok();
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
