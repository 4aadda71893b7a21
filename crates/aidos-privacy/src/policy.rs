//! What may leave, to whom, on which ground, and how each value is hidden: one TOML file.
//!
//! A policy answers three questions. **May it leave?** The ceilings of TLP and PAP, the community and the legal
//! basis, which the gate compares with a release. **How is a value hidden?** A technique for each kind of value and
//! each [`Role`]; what the file leaves out has a safe default ([`defaults`]): attackers are kept, all others are
//! pseudonymous or gone, and a kind nobody knows is hidden as well. **Who is who?** Overrides of roles, for values and for
//! places in events.
//!
//! Pseudonymous is not anonymous. Only [`Policy::irreversible`] gives outputs that no key undoes or links, and even these
//! are anonymous only as far as its thresholds are measured.
//!
//! ```
//! use aidos_privacy::{policy::Policy, role::Role};
//! let policy = Policy::parse(r#"
//!     community = "isac-a"
//!     tlp = "green"
//!     [kinds.EMAIL_ADDRESS]
//!     victim = "encrypt"
//! "#)?;
//! assert_eq!(policy.technique("EMAIL_ADDRESS", Role::Victim).name(), "encrypt");
//! assert_eq!(policy.technique("EMAIL_ADDRESS", Role::Own).name(), "pseudonym");
//! assert_eq!(policy.technique("SHOE_SIZE", Role::Victim).name(), "pseudonym");
//! assert_eq!(policy.technique("IP_ADDRESS", Role::Attacker).name(), "keep");
//! # Ok::<(), aidos_privacy::policy::Error>(())
//! ```

#![cfg_attr(not(test), warn(clippy::indexing_slicing))]

mod asking;
pub mod defaults;
mod file;

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use aidos_model::Tlp;
use aidos_model::stix::canonical;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::role::{Override, Role};
use crate::technique::{Technique, hex};

pub use asking::Asking;

/// A policy, read and checked.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Policy {
    /// What people call it.
    pub name: String,
    /// The community that releases go to; names its key. Empty where the file names none.
    pub community: String,
    /// The ground of Article 6(1) GDPR on which the release stands; `None` where the file names none.
    pub legal_basis: Option<LegalBasis>,
    /// Who has the last word on a release.
    pub approval: Approver,
    /// The strictest label that may leave under this policy.
    #[serde(serialize_with = "word_of_tlp")]
    pub tlp: Tlp,
    /// The strictest permission label that may leave under this policy.
    pub pap: Pap,
    /// What becomes of prose: descriptions, comments, notes, reports.
    pub text: Text,
    /// Whether an attacker's value that names or reaches a natural person may stay: a name, a telephone number, an
    /// e-mail address of the form `first.last@…`. Else it is treated as a bystander's.
    pub attacker_persons: bool,
    /// Thresholds of the irreversible mode; `None` where outputs may be pseudonymous.
    pub irreversible: Option<Thresholds>,
    /// What reputation services may be asked about.
    #[serde(skip_serializing_if = "Asking::is_default")]
    pub ask: Asking,
    /// Values that are never hidden, compared without case: public things, one's own public name.
    pub allow: Vec<String>,
    /// Values that are always hidden, as a victim's.
    pub deny: Vec<Denied>,
    /// Roles that a person decided.
    pub overrides: Vec<Override>,
    /// Techniques that the file names: kind → role (or `any`) → technique.
    pub kinds: BTreeMap<String, BTreeMap<Who, Technique>>,
    /// Techniques that the file names for all kinds it does not name.
    pub defaults: BTreeMap<Who, Technique>,
}

/// Who has the last word on a release.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Approver {
    /// A person looks at each release and approves it.
    #[default]
    Person,
    /// What passes the gate leaves. Needs a legal basis.
    Policy,
}

/// Whom a row of a policy is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// Attackers.
    Attacker,
    /// Those who are attacked.
    Victim,
    /// The organisation that shares.
    Own,
    /// Everyone else.
    Bystander,
    /// All but attackers, where no row of their own stands.
    Any,
}

impl From<Role> for Who {
    fn from(role: Role) -> Self {
        match role {
            Role::Attacker => Self::Attacker,
            Role::Victim => Self::Victim,
            Role::Own => Self::Own,
            Role::Bystander => Self::Bystander,
        }
    }
}

/// A value that is always hidden. `Debug` shows its kind alone.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Denied {
    /// What it is, such as `PERSON`.
    pub kind: String,
    /// The value.
    pub value: String,
}

impl fmt::Debug for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Denied({}, …)", self.kind)
    }
}

/// What becomes of prose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Text {
    /// What detectors find and what is known of the document is hidden.
    Scan,
    /// As `scan`; besides, in events, runs of words that look like names are hidden unless they name an attacker,
    /// a tool or a technique. Hides too much rather than too little.
    #[default]
    Careful,
    /// Prose is left out. Nothing of a person can hide in it, and nothing else either.
    Redact,
}

/// The ground of Article 6(1) GDPR.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LegalBasis {
    /// (a) The person agreed.
    Consent,
    /// (b) A contract with the person needs it.
    Contract,
    /// (c) A law demands it, such as a duty to report under NIS2.
    LegalObligation,
    /// (d) A life depends on it.
    VitalInterests,
    /// (e) A public task.
    PublicTask,
    /// (f) A legitimate interest that outweighs the person's, such as security of networks (recital 49).
    LegitimateInterests,
}

/// Permissible Actions Protocol: what receivers may do, ordered from the freest to the strictest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pap {
    /// No restrictions. Called white before.
    #[serde(alias = "white")]
    Clear,
    /// Active actions allowed.
    Green,
    /// Passive cross-checks only.
    #[default]
    Amber,
    /// Only on own infrastructure that cannot be seen.
    Red,
}

impl FromStr for Pap {
    type Err = NoSuchPap;

    fn from_str(text: &str) -> Result<Self, NoSuchPap> {
        let lower = text.trim().to_ascii_lowercase();
        match lower.strip_prefix("pap:").unwrap_or(&lower) {
            "clear" | "white" => Ok(Self::Clear),
            "green" => Ok(Self::Green),
            "amber" => Ok(Self::Amber),
            "red" => Ok(Self::Red),
            _ => Err(NoSuchPap),
        }
    }
}

impl fmt::Display for Pap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Clear => "PAP:CLEAR",
            Self::Green => "PAP:GREEN",
            Self::Amber => "PAP:AMBER",
            Self::Red => "PAP:RED",
        })
    }
}

/// The text is no label of PAP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no such PAP label; use clear, green, amber or red")]
pub struct NoSuchPap;

/// What an irreversible release has to reach, measured by [`anonymity`](crate::technique::anonymity).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thresholds {
    /// The least number of rows that share their quasi-identifiers.
    #[serde(default = "five")]
    pub k: usize,
    /// The least number of sensitive values among them.
    #[serde(default = "one")]
    pub l: usize,
    /// The largest distance of their sensitive values from those of all, 0 to 1; 1 asks nothing.
    #[serde(default = "whole")]
    pub t: f64,
}

fn five() -> usize {
    5
}
fn one() -> usize {
    1
}
fn whole() -> f64 {
    1.0
}

impl Default for Thresholds {
    /// k of 5; nothing asked of l and t.
    fn default() -> Self {
        Self {
            k: five(),
            l: one(),
            t: whole(),
        }
    }
}

/// Why a policy cannot be read. Holds no value of a person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cannot read the policy: line {line}: {problem}; {way_out}")]
pub struct Error {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there.
    pub problem: String,
    /// What to do.
    pub way_out: String,
}

impl Default for Policy {
    /// Nobody's policy: TLP:AMBER and PAP:AMBER, no legal basis, careful with prose, all the safe defaults.
    fn default() -> Self {
        Self {
            name: "default".to_owned(),
            community: String::new(),
            legal_basis: None,
            approval: Approver::Person,
            tlp: Tlp::Amber,
            pap: Pap::Amber,
            text: Text::Careful,
            attacker_persons: false,
            irreversible: None,
            ask: Asking::default(),
            allow: Vec::new(),
            deny: Vec::new(),
            overrides: Vec::new(),
            kinds: BTreeMap::new(),
            defaults: BTreeMap::new(),
        }
    }
}

impl Policy {
    /// Reads a policy from TOML.
    ///
    /// # Errors
    /// Unknown fields, techniques, roles or labels, parameters out of range, a technique that an irreversible policy
    /// cannot have. The error names the line and what to do.
    pub fn parse(toml: &str) -> Result<Self, Error> {
        file::parse(toml)
    }

    /// The technique for a value of this kind in this role.
    ///
    /// The file's row for kind and role comes first, then its row for the kind and `any`, then its `[defaults]`, then
    /// [`defaults::technique`]. `any` never covers attackers. An irreversible policy gives no technique whose outputs can be
    /// linked, except for attackers.
    pub fn technique(&self, kind: &str, role: Role) -> Technique {
        let who = Who::from(role);
        let pick = |row: &BTreeMap<Who, Technique>| {
            row.get(&who)
                .or_else(|| row.get(&Who::Any).filter(|_| role != Role::Attacker))
                .cloned()
        };
        let named = self.kinds.get(kind).and_then(pick);
        let chosen = named.or_else(|| {
            // A default of the file is for what defaults would hide, and hides no more finely than they.
            let safe = defaults::technique(kind, role, self.irreversible.is_some());
            match pick(&self.defaults) {
                Some(given) if safe != Technique::Keep || role == Role::Attacker => Some(given),
                _ => Some(safe),
            }
        });
        chosen.unwrap_or(Technique::Redact)
    }

    /// Whether a release with these labels may leave under this policy.
    pub fn admits(&self, tlp: Tlp, pap: Pap) -> bool {
        tlp <= self.tlp && pap <= self.pap
    }

    /// SHA-256 over the canonical form, as 64 hexadecimal digits: equal for files that mean the same.
    ///
    /// The canonical form is the canonical JSON (RFC 8785) of all fields, defaults filled in. Comments, blanks and the order
    /// of tables do not matter. It covers values of allow and deny lists, so it is no secret-keeping commitment to
    /// a short list.
    pub fn digest(&self) -> String {
        let mut bytes = Vec::new();
        // A policy is a tree of texts and finite numbers: it always becomes JSON.
        let value = serde_json::to_value(self).unwrap_or_default();
        canonical::push(&mut bytes, &value);
        hex(&Sha256::digest(&bytes))
    }
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde gives a reference
fn word_of_tlp<S: serde::Serializer>(tlp: &Tlp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(tlp.word())
}

#[cfg(test)]
mod tests;
