//! Texts, rows, log entries and whole events, anonymised by a policy under a community's key.
//!
//! An [`Anonymiser`] is built once and shared by all threads: what it gives never changes. What is known of one document
//! (a text, a log entry, a bundle) is in a [`Document`]: whose values were seen, what was written in their place, and
//! counts. A value that was a victim's anywhere in a document is hidden everywhere in it, also inside of URLs, file names and
//! e-mail addresses; what is an attacker's stays byte for byte, but for victims' values inside of it.
//!
//! **Twice is once.** Tokens are known by their tag. An output that keeps the form of its input, such as an
//! address, is known only from the [`Ledger`](crate::technique::Ledger) of the first pass: give it to [`Document::after`]. With it a second pass
//! changes nothing.
//!
//! **Pseudonymous is not anonymous.** See [`technique`] for what each technique leaks.
//!
//! ```
//! use aidos_privacy::anonymise::{Anonymiser, Document};
//! use aidos_privacy::{key::CommunityKey, pii::{Options, Scanner}, policy::Policy, role::Assets};
//!
//! let anonymiser = Anonymiser::new(
//!     Policy::default(),
//!     CommunityKey::from_bytes([7; 32]), // a test's key: never one that can be guessed
//!     Scanner::new(Options::default())?,
//!     Assets::default(),
//! );
//! let mut document = Document::new();
//! let hidden = anonymiser.text(&mut document, "mail of ada@lovelace.example from 198.51.7.9");
//! assert!(hidden.starts_with("mail of user-") && !hidden.contains("198.51.7.9"));
//! let mut second = Document::after(document.ledger().clone());
//! assert_eq!(anonymiser.text(&mut second, &hidden), hidden);
//! # Ok::<(), aidos_privacy::pii::Error>(())
//! ```

#![cfg_attr(not(test), warn(clippy::indexing_slicing))]

mod document;
mod entry;
mod event;
mod known;
mod memo;
mod misp;
mod names;
mod prose;
mod restore;
mod row;
mod shape;
mod stix;
mod words;

use memo::Memo;

use crate::key::{CommunityKey, KeyId};
use crate::leak::Search;
use crate::pii::Scanner;
use crate::policy::{Denied, Policy};
use crate::role::{AddressSet, Assets, Clues, Judge, Role, Warnings};
use crate::technique::ip::Addresses;
use crate::technique::{self, Hidden, Technique, TokenFinder};

pub use document::{Document, Statistics};
pub use event::Refused;
pub use row::Column;

/// What stands in a text where a value was taken away and nothing put in its place.
pub const REDACTED: &str = "[redacted]";

/// Hides what a policy says, under a community's key. Built once, shared by all threads.
pub struct Anonymiser {
    policy: Policy,
    key: CommunityKey,
    scanner: Scanner,
    judge: Judge,
    addresses: Addresses,
    tokens: TokenFinder,
    /// Values that are hidden in every document: own names and the policy's deny list.
    always: Vec<Denied>,
    always_search: Search,
    allow: Vec<String>,
    memo: Memo,
}

impl std::fmt::Debug for Anonymiser {
    /// Names policy and key, shows neither lists nor key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Anonymiser")
            .field("policy", &self.policy.name)
            .field("key", &self.key.id())
            .finish_non_exhaustive()
    }
}

impl Anonymiser {
    /// An anonymiser. The policy's overrides and the assets make its judge of roles.
    pub fn new(policy: Policy, key: CommunityKey, scanner: Scanner, assets: Assets) -> Self {
        let own = assets.names().map(|(kind, value)| Denied {
            kind: kind.to_owned(),
            value: value.to_owned(),
        });
        let always: Vec<Denied> = own.chain(policy.deny.iter().cloned()).collect();
        // A list too large for all forms (2³¹ bytes of them) is searched as it stands.
        let values = || always.iter().map(|own| own.value.as_str());
        let always_search = Search::whole(values()).or_else(|_| Search::plain(values()));
        let mut allow: Vec<String> = policy
            .allow
            .iter()
            .map(|own| own.trim().to_lowercase())
            .collect();
        allow.sort();
        Self {
            judge: Judge::new(assets).with_overrides(policy.overrides.clone()),
            addresses: Addresses::new(&key),
            tokens: TokenFinder::new(&key),
            always_search: always_search.unwrap_or_else(|_| Search::none()),
            always,
            allow,
            memo: Memo::new(),
            policy,
            key,
            scanner,
        }
    }

    /// The anonymiser with addresses that attack somewhere in the case: they are kept in all of its entries.
    #[must_use]
    pub fn with_attackers(mut self, attackers: AddressSet) -> Self {
        self.judge = self.judge.with_attackers(attackers);
        self
    }

    /// The anonymiser with lists of what is publicly known to be harmless, which stays as it is.
    #[must_use]
    pub fn with_warnings(mut self, warnings: Warnings) -> Self {
        self.judge = self.judge.with_warnings(warnings);
        self
    }

    /// What finds personal data in its texts.
    pub fn scanner(&self) -> &Scanner {
        &self.scanner
    }

    /// The policy.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The public name of the key.
    pub fn key_id(&self) -> KeyId {
        self.key.id()
    }

    /// The judge of roles.
    pub fn judge(&self) -> &Judge {
        &self.judge
    }

    /// The technique for this value: the policy's, with its lists and its rule for natural persons applied.
    ///
    /// A value on the allow list or a public, harmless one is kept. An attacker's value that names or reaches a natural
    /// person is treated as a bystander's unless the policy lets it stay.
    pub fn technique(&self, kind: &str, role: Role, value: &str) -> Technique {
        let is_open = matches!(role, Role::Attacker | Role::Bystander);
        if self.is_allowed(value) || (is_open && self.judge.is_listed(value)) {
            return Technique::Keep;
        }
        self.policy
            .technique(kind, self.effective(kind, role, value))
    }

    /// One value, hidden. What a technique refuses is taken away: the text is empty then.
    ///
    /// It is not known from elsewhere: tokens are recognised, other outputs are not (see [`Document`]).
    pub fn value(&self, kind: &str, role: Role, value: &str) -> Hidden {
        let technique = self.technique(kind, role, value);
        self.apply(&technique, kind, value)
    }

    /// The value that an output of [`Anonymiser::value`] stands for.
    ///
    /// Only a holder of the key has an anonymiser, so only he can do it. What he asks is for the caller to log.
    ///
    /// # Errors
    /// The technique of this kind and role is one-way, or the text is none of its outputs under this key.
    pub fn restore(
        &self,
        kind: &str,
        role: Role,
        hidden: &str,
    ) -> Result<String, technique::Error> {
        if self.is_allowed(hidden) {
            return Ok(hidden.to_owned());
        }
        self.policy
            .technique(kind, role)
            .restore(kind, hidden, &self.key)
    }

    /// The role by which a value is treated: of an attacker's natural person as the policy says.
    fn effective(&self, kind: &str, role: Role, value: &str) -> Role {
        let hides = role == Role::Attacker && !self.policy.attacker_persons;
        if hides && shape::is_natural(kind, value) {
            Role::Bystander
        } else {
            role
        }
    }

    /// Tells a document whose a value is. What an earlier pass wrote is nobody's any more.
    fn learn(&self, document: &mut Document, kind: &str, role: Role, value: &str) {
        let role = self.effective(kind, role, value);
        if role != Role::Attacker
            && (document.is_earlier(kind, value) || !self.tokens.find(value).is_empty())
        {
            return;
        }
        document.know(kind, role, value);
    }

    fn is_allowed(&self, value: &str) -> bool {
        !self.allow.is_empty()
            && self
                .allow
                .binary_search(&value.trim().to_lowercase())
                .is_ok()
    }

    /// Applies a technique; what it refuses is redacted.
    fn apply(&self, technique: &Technique, kind: &str, value: &str) -> Hidden {
        if *technique == Technique::Ip
            && let Ok(ip) = value.trim().parse()
        {
            let text = self.addresses.hide(ip).to_string();
            return Hidden {
                text,
                reversible: true,
            };
        }
        if *technique == Technique::Pseudonym && matches!(kind, "FILE_NAME" | "PATH") {
            let text = shape::path(value, &self.key);
            return Hidden {
                text,
                reversible: false,
            };
        }
        let applied = technique.apply(kind, value, &self.key);
        applied.unwrap_or_else(|_| Hidden {
            text: String::new(),
            reversible: false,
        })
    }

    /// The role of a value in a document: what a person decided, then what the document says of it elsewhere, then its place.
    fn role(&self, document: &Document, clues: &Clues<'_>) -> Role {
        self.role_or(document, clues, |clues| self.judge.role(clues))
    }

    /// The same, judged by a rule of its own where neither a person nor the document says.
    fn role_or(
        &self,
        document: &Document,
        clues: &Clues<'_>,
        judge: impl FnOnce(&Clues<'_>) -> Role,
    ) -> Role {
        match self.judge.decided(clues) {
            Some(role) => role,
            None => document.role_of(clues.kind, clues.value, judge(clues)),
        }
    }

    /// The role of a value that prose names, of itself: the place of the prose makes nobody an attacker, a person's decision does.
    fn told_role(&self, clues: &Clues<'_>) -> Role {
        match self.judge.decided(clues) {
            Some(role) => role,
            None => match self.judge.role(clues) {
                Role::Attacker => Role::Bystander,
                role => role,
            },
        }
    }

    /// Hides a value of a document: an output of an earlier pass stays, and what is done is counted.
    fn hide(&self, document: &mut Document, kind: &str, role: Role, value: &str) -> String {
        let technique = self.technique(kind, role, value);
        if technique == Technique::Keep {
            document.count(kind, &technique);
            return value.to_owned();
        }
        if let Some(text) = document.earlier_output(kind, value) {
            document.count(kind, &technique);
            return text;
        }
        // Also what was hidden as a value of another kind is hidden.
        if self.tokens.is_one(value) {
            document.count(kind, &technique);
            return value.to_owned();
        }
        let hidden = self
            .memo
            .get(kind, role, value, || self.apply(&technique, kind, value));
        document.note(kind, &hidden);
        document.count(
            kind,
            if hidden.text.is_empty() {
                &Technique::Redact
            } else {
                &technique
            },
        );
        hidden.text
    }
}

#[cfg(test)]
mod tests;
