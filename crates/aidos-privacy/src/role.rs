//! Whose a value is: an attacker's, a victim's, our own, or somebody's who only stands by.
//!
//! A [`Judge`] weighs [`Clues`]: what it knows of own infrastructure ([`Assets`]), what is publicly known to be harmless
//! ([`Warnings`]), the direction of a log entry, the category, type and `to_ids` of a MISP attribute and its place in
//! an object, the type of a STIX object and the property a value stands in. Each clue adds to a role or takes
//! from it, in the manner of log-odds; the role with the most wins, and of equals the one whose values are hidden:
//! victim, own, bystander, attacker. Without any clue a value is a bystander's.
//!
//! Every [`Judgement`] says how sure it is and why, and a person's [`Override`] comes before all of it.
//!
//! ```
//! use aidos_privacy::role::{Assets, Clues, Judge, Misp, Role};
//! let judge = Judge::new(Assets::parse(["victim.example", "198.51.100.0/24"])?);
//! let misp = Misp { category: "Network activity", kind: "ip-dst", to_ids: Some(true), ..Misp::default() };
//! let clues = Clues { misp: Some(misp), ..Clues::of("IP_ADDRESS", "203.0.113.7") };
//! let judged = judge.judge(&clues);
//! assert_eq!(judged.role, Role::Attacker);
//! assert!(judged.score > 0.8 && judged.reasons[0].why.contains("to_ids"));
//! // What is ours stays ours, whatever a feed says of it.
//! let clues = Clues { value: "198.51.100.9", ..clues };
//! assert_eq!(judge.judge(&clues).role, Role::Own);
//! # Ok::<(), aidos_privacy::role::NoAsset>(())
//! ```

#![cfg_attr(not(test), warn(clippy::indexing_slicing))]

mod addresses;
mod assets;
mod clues;
mod weights;

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

pub use addresses::AddressSet;
pub use assets::{Assets, Network, NoAsset, Warnings};
pub(crate) use assets::{address_of, host_of, is_in_domain};
pub use clues::{Clues, Direction, End, Misp, Stix};

use crate::technique::Technique;

/// Whose a value is. Ordered from the least to the most protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Of who attacks: its values are what is shared.
    Attacker,
    /// Of somebody who has nothing to do with it.
    Bystander,
    /// Of the organisation that shares.
    Own,
    /// Of who is attacked.
    Victim,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Attacker, Self::Bystander, Self::Own, Self::Victim];

    /// The word that policies and reports use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Attacker => "attacker",
            Self::Bystander => "bystander",
            Self::Own => "own",
            Self::Victim => "victim",
        }
    }

    /// The role of a word; `None` for a word that names none.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// What is done with a value, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It stays.
    Keep,
    /// Something else stands for it, the same each time.
    Pseudonymise,
    /// It becomes wider.
    Generalise,
    /// It goes.
    Redact,
}

impl Verdict {
    /// What a technique does.
    ///
    /// ```
    /// # use aidos_privacy::{role::Verdict, technique::Technique};
    /// assert_eq!(Verdict::of(&Technique::Ip), Verdict::Pseudonymise);
    /// assert_eq!(Verdict::of(&Technique::Redact), Verdict::Redact);
    /// ```
    pub fn of(technique: &Technique) -> Self {
        match technique {
            Technique::Keep => Self::Keep,
            Technique::Redact | Technique::Replace { .. } => Self::Redact,
            Technique::Generalise(_) | Technique::Mask(_) => Self::Generalise,
            _ => Self::Pseudonymise,
        }
    }
}

/// One reason of a judgement.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reason {
    /// The role it speaks for.
    pub role: Role,
    /// How loudly, in log-odds; less than 0 speaks against it.
    pub weight: f32,
    /// A sentence for a person. Holds nothing of the value.
    pub why: Cow<'static, str>,
}

/// A role, how sure it is, and why.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Judgement {
    /// The role.
    pub role: Role,
    /// The share of the odds that the role has, 0 to 1. 0.25 where nothing is known.
    pub score: f32,
    /// What spoke for or against any role, the loudest first.
    pub reasons: Vec<Reason>,
}

/// A role that a person decided, for a value or for a place.
///
/// Exactly one of the fields beside `role` and `why` is given. `Debug` shows no value.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Override {
    /// This value, compared without case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// This domain, all below it, and e-mail addresses and URLs in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// All addresses of this network: `203.0.113.0/24`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<String>,
    /// All MISP attributes of this category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub misp_category: Option<String>,
    /// All MISP attributes of this type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub misp_type: Option<String>,
    /// All MISP attributes with this object relation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relation: Option<String>,
    /// All values of STIX objects of this type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stix_type: Option<String>,
    /// The role.
    pub role: Option<Role>,
    /// Why, for who reads it later.
    #[serde(default)]
    pub why: String,
}

impl fmt::Debug for Override {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Override")
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}

impl Override {
    /// Whether it says one thing and names a role.
    pub(crate) fn check(&self) -> Result<(), &'static str> {
        let given = [
            &self.value,
            &self.domain,
            &self.network,
            &self.misp_category,
            &self.misp_type,
            &self.relation,
            &self.stix_type,
        ];
        let mut given = given.into_iter().flatten();
        match (given.next(), given.next()) {
            (Some(one), None) if one.trim().is_empty() => return Err("an override is empty"),
            (Some(_), None) => {}
            _ => return Err("an override needs exactly one thing that it is for"),
        }
        if self.role.is_none() {
            return Err("an override names no role");
        }
        if let Some(network) = &self.network
            && network.parse::<Network>().is_err()
        {
            return Err("the network of an override is none");
        }
        Ok(())
    }

    /// Whether it is for this value in this place.
    fn covers(&self, clues: &Clues<'_>) -> bool {
        let same = |given: &Option<String>, found: Option<&str>| {
            given
                .as_deref()
                .zip(found)
                .is_some_and(|(given, found)| given.eq_ignore_ascii_case(found))
        };
        let misp = clues.misp.as_ref();
        same(&self.value, Some(clues.value))
            || same(&self.misp_category, misp.map(|misp| misp.category))
            || same(&self.misp_type, misp.map(|misp| misp.kind))
            || same(&self.relation, misp.map(|misp| misp.relation))
            || same(&self.stix_type, clues.stix.as_ref().map(|stix| stix.kind))
            || self
                .domain
                .as_deref()
                .is_some_and(|domain| assets::is_in_domain(clues.value, domain))
            || self
                .network
                .as_deref()
                .and_then(|network| network.parse::<Network>().ok())
                .is_some_and(|network| {
                    assets::address_of(clues.value).is_some_and(|ip| network.holds(ip))
                })
    }
}

/// Judges roles. Built once, then shared.
#[derive(Clone, Debug, Default)]
pub struct Judge {
    assets: Assets,
    warnings: Warnings,
    attackers: AddressSet,
    overrides: Vec<Override>,
}

impl Judge {
    /// A judge who knows what is own.
    pub fn new(assets: Assets) -> Self {
        Self {
            assets,
            ..Self::default()
        }
    }

    /// The judge with lists of what is publicly known to be harmless.
    #[must_use]
    pub fn with_warnings(mut self, warnings: Warnings) -> Self {
        self.warnings = warnings;
        self
    }

    /// The judge with addresses that attack somewhere in the case, so that they are attackers' in every entry of it, also
    /// where they are answered.
    #[must_use]
    pub fn with_attackers(mut self, attackers: AddressSet) -> Self {
        self.attackers = attackers;
        self
    }

    /// The judge with what persons decided; the first that covers a value holds.
    #[must_use]
    pub fn with_overrides(mut self, overrides: Vec<Override>) -> Self {
        self.overrides = overrides;
        self
    }

    /// What is own.
    pub fn assets(&self) -> &Assets {
        &self.assets
    }

    /// Whether a value stands on a list of harmless ones.
    pub fn is_listed(&self, value: &str) -> bool {
        self.warnings.holds(value)
    }

    /// The role that a person decided for this value or its place.
    pub fn decided(&self, clues: &Clues<'_>) -> Option<Role> {
        let covering = self.overrides.iter().find(|own| own.covers(clues));
        covering.and_then(|own| own.role)
    }

    /// Weighs what is known of a value.
    pub fn judge(&self, clues: &Clues<'_>) -> Judgement {
        if let Some(own) = self.overrides.iter().find(|own| own.covers(clues))
            && let Some(role) = own.role
        {
            let why = if own.why.is_empty() {
                Cow::Borrowed("a person decided it")
            } else {
                Cow::Owned(format!("a person decided it: {}", own.why))
            };
            let reasons = vec![Reason {
                role,
                weight: f32::MAX,
                why,
            }];
            return Judgement {
                role,
                score: 1.0,
                reasons,
            };
        }
        let mut reasons = Vec::new();
        let mut totals = Totals::default();
        weights::weigh(clues, self, &mut |role, weight, why| {
            totals.add(role, weight);
            reasons.push(Reason {
                role,
                weight,
                why: Cow::Borrowed(why),
            });
        });
        reasons.sort_by(|a, b| b.weight.abs().total_cmp(&a.weight.abs()));
        let role = totals.role();
        let odds: f32 = Role::ALL
            .into_iter()
            .map(|role| totals.of(role).exp())
            .sum();
        Judgement {
            role,
            score: totals.of(role).exp() / odds,
            reasons,
        }
    }

    /// The role of [`Judge::judge`] without its reasons: for values that are many.
    pub fn role(&self, clues: &Clues<'_>) -> Role {
        if let Some(role) = self.decided(clues) {
            return role;
        }
        let mut totals = Totals::default();
        weights::weigh(clues, self, &mut |role, weight, _| {
            totals.add(role, weight);
        });
        totals.role()
    }
}

/// What speaks for each role, summed up.
#[derive(Default)]
struct Totals {
    sums: [f32; Role::ALL.len()],
    clues: usize,
}

impl Totals {
    fn add(&mut self, role: Role, weight: f32) {
        self.clues += 1;
        if let Some(sum) = self.sums.get_mut(role as usize) {
            *sum += weight;
        }
    }

    fn of(&self, role: Role) -> f32 {
        self.sums.get(role as usize).copied().unwrap_or(0.0)
    }

    /// The role with the most; of equals the more protected one. Without any clue a bystander's.
    fn role(&self) -> Role {
        if self.clues == 0 {
            return Role::Bystander;
        }
        // `max_by` takes the last.
        Role::ALL
            .into_iter()
            .max_by(|a, b| self.of(*a).total_cmp(&self.of(*b)))
            .unwrap_or(Role::Victim)
    }
}

#[cfg(test)]
mod tests;
