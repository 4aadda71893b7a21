//! The one gate: what may leave is [`Shareable`], and only [`release`], [`open`] and [`Asker::ask`] make it.
//!
//! ```text
//! files, hidden ─► attack ─► Proposal ─► release(policy, approval) ─► Shareable │ waits for a person │ refused
//!                                             └► release.json, sealed ─► open(…) in the process that sends
//! ```
//!
//! A command that sends is another process than the one that released, so the decision travels as a [`Manifest`]:
//! digests of all files, policy, labels, community, approval and key, authenticated with the key of this
//! installation. [`open`] believes nothing else. A changed byte, another file, a changed policy, an approval
//! that is over: refused.
//!
//! Nobody else can make a `Shareable`:
//!
//! ```compile_fail,E0451
//! use aidos_privacy::gate::{Marking, Shareable};
//! fn out(marking: Marking) -> Shareable<&'static str> {
//!     Shareable { item: "a victim's name", marking }
//! }
//! ```
//!
//! ```compile_fail,E0277
//! use aidos_privacy::gate::Shareable;
//! let raw: Shareable<String> = "a victim's name".to_owned().into();
//! ```
//!
//! ```compile_fail,E0277
//! use aidos_privacy::gate::Shareable;
//! let raw: Shareable<String> = serde_json::from_str("\"a victim's name\"").unwrap();
//! ```
//!
//! A question to a reputation service is something that leaves, too: only [`Asker::ask`] makes one shareable.
//!
//! What the gate does not do: it cannot know that a value which nobody found is personal. It attacks with what is
//! known of the case, and says how much that was.

#![cfg_attr(not(test), warn(clippy::indexing_slicing))]

mod attack;
mod manifest;
mod question;
mod reason;
mod special;

use std::fmt;

use aidos_model::{Timestamp, Tlp};
use serde::{Deserialize, Serialize};

pub use attack::{Attack, Attacker, LeakPlace};
pub use manifest::{
    Approval, FileDigest, InstallationKey, Manifest, NotGenuine, PolicyName, State,
};
pub use question::{Asker, NotAsked, Question, Subject};
pub use reason::Reason;
pub use special::{is_global, is_public_name};

use crate::policy::{Approver, Pap, Policy};

/// Something that may leave, with the labels under which it may.
///
/// It has no public constructor, no `From`, no `Default` and no `Deserialize`; its `Debug` shows no item.
pub struct Shareable<T> {
    item: T,
    marking: Marking,
}

/// To whom and how openly something may go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marking {
    /// The community.
    pub community: String,
    /// Traffic Light Protocol.
    pub tlp: Tlp,
    /// Permissible Actions Protocol.
    pub pap: Pap,
}

impl<T> Shareable<T> {
    /// What may leave.
    pub fn item(&self) -> &T {
        &self.item
    }

    /// To whom, and how openly.
    pub fn marking(&self) -> &Marking {
        &self.marking
    }

    /// The part of it that is sent: still shareable.
    pub fn map<U>(self, part: impl FnOnce(T) -> U) -> Shareable<U> {
        Shareable {
            item: part(self.item),
            marking: self.marking,
        }
    }
}

impl<T> fmt::Debug for Shareable<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Shareable(…, {:?})", self.marking)
    }
}

/// How anonymous rows are, as [`anonymity::Table`](crate::technique::anonymity::Table) measures it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Anonymity {
    /// The least number of rows that share their quasi-identifiers.
    pub k: usize,
    /// The least number of sensitive values among them.
    pub l: usize,
    /// The largest distance of their sensitive values from those of all.
    pub t: f64,
}

/// What is to be released, and what is known of it.
#[derive(Debug)]
pub struct Proposal<T> {
    /// The thing itself, hidden already.
    pub item: T,
    /// Digest of its content, in hexadecimal digits: what an approval is for.
    pub content: String,
    /// To whom, and how openly.
    pub marking: Marking,
    /// What an attack on it found.
    pub attack: Attack,
    /// How anonymous its rows are; `None` where that was not measured.
    pub anonymity: Option<Anonymity>,
}

/// What the gate says.
#[derive(Debug)]
pub enum Verdict<T> {
    /// It may leave.
    Released(Shareable<T>),
    /// A person has to decide first, for these reasons.
    Waiting(Vec<Reason>),
    /// It may not leave, for these reasons.
    Refused(Vec<Reason>),
}

/// Decides whether something may leave.
///
/// A proposal that goes beyond a ceiling of the policy, that leaks, or that misses a threshold is refused, whoever
/// approves it. Otherwise it is released where the policy says so by itself, or where a person has approved this
/// content under this policy and the approval still holds at `now`.
///
/// ```
/// use aidos_model::{Timestamp, Tlp};
/// use aidos_privacy::gate::{self, Approval, Attack, Marking, Proposal, Verdict};
/// use aidos_privacy::policy::{Pap, Policy};
///
/// let policy = Policy::parse("community = \"isac-a\"\ntlp = \"green\"\nlegal_basis = \"legitimate-interests\"")?;
/// let proposal = |tlp| Proposal {
///     item: "what partners would see",
///     content: "9f86d081".into(),
///     marking: Marking { community: "isac-a".into(), tlp, pap: Pap::Green },
///     attack: Attack::default(),
///     anonymity: None,
/// };
/// let now = Timestamp(0);
/// assert!(matches!(gate::release(proposal(Tlp::Red), &policy, None, now), Verdict::Refused(_)));
/// assert!(matches!(gate::release(proposal(Tlp::Green), &policy, None, now), Verdict::Waiting(_)));
/// let approval = Approval::new("9f86d081", &policy, "M. Papadopoulou", "reviewed with the CISO", now, None);
/// let verdict = gate::release(proposal(Tlp::Green), &policy, Some(&approval), now);
/// assert!(matches!(verdict, Verdict::Released(_)));
/// # Ok::<(), aidos_privacy::policy::Error>(())
/// ```
pub fn release<T>(
    proposal: Proposal<T>,
    policy: &Policy,
    approval: Option<&Approval>,
    now: Timestamp,
) -> Verdict<T> {
    let refused = against(
        &proposal.marking,
        &proposal.attack,
        proposal.anonymity.as_ref(),
        policy,
    );
    if !refused.is_empty() {
        return Verdict::Refused(refused);
    }
    let waits = lacking(policy, &proposal.content, approval, now);
    if !waits.is_empty() {
        return Verdict::Waiting(waits);
    }
    Verdict::Released(Shareable {
        item: proposal.item,
        marking: proposal.marking,
    })
}

/// What speaks against a proposal, whoever approves it.
fn against(
    marking: &Marking,
    attack: &Attack,
    anonymity: Option<&Anonymity>,
    policy: &Policy,
) -> Vec<Reason> {
    let Marking {
        community,
        tlp,
        pap,
    } = marking;
    let mut reasons = Vec::new();
    if policy.community != *community {
        reasons.push(Reason::Community {
            asked: community.clone(),
            allowed: policy.community.clone(),
        });
    }
    if *tlp > policy.tlp {
        reasons.push(Reason::Tlp {
            asked: *tlp,
            allowed: policy.tlp,
        });
    }
    if *pap > policy.pap {
        reasons.push(Reason::Pap {
            asked: *pap,
            allowed: policy.pap,
        });
    }
    if attack.found > 0 {
        reasons.push(Reason::Leaks {
            found: attack.found,
        });
    }
    if let Some(wanted) = &policy.irreversible {
        match anonymity {
            None => reasons.push(Reason::NotMeasured),
            Some(found) => {
                let missed = found.k < wanted.k || found.l < wanted.l || found.t > wanted.t;
                if missed {
                    reasons.push(Reason::Anonymity {
                        found: (found.k, found.l, found.t),
                        wanted: (wanted.k, wanted.l, wanted.t),
                    });
                }
            }
        }
    }
    reasons
}

/// What a person still has to do.
fn lacking(
    policy: &Policy,
    content: &str,
    approval: Option<&Approval>,
    now: Timestamp,
) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if policy.legal_basis.is_none() && approval.is_none() {
        reasons.push(Reason::NoLegalBasis);
    }
    match approval {
        Some(approval) => reasons.extend(approval.lacks(content, policy, now)),
        None if policy.approval == Approver::Person => {
            reasons.push(Reason::NoApproval);
        }
        None => {}
    }
    reasons
}

/// Opens a release that was written by this installation: the manifest as it stands on disk, and what stands beside it.
///
/// # Errors
/// All reasons why it may not leave: it was not sealed with this key, a file is changed, missing or one too many, the policy
/// is another one now, nobody has approved it, or the approval is over.
pub fn open(
    manifest: &[u8],
    files: &[FileDigest],
    policy: &Policy,
    key: &InstallationKey,
    now: Timestamp,
) -> Result<Shareable<Manifest>, Vec<Reason>> {
    let manifest = Manifest::open(manifest, key).map_err(|_| vec![Reason::NotGenuine])?;
    let mut reasons = manifest.differs_from(files);
    if manifest.policy.sha256 != policy.digest() {
        reasons.push(Reason::PolicyChanged);
    }
    reasons.extend(manifest.against(policy));
    match manifest.state {
        State::Released => {}
        State::Waiting => reasons.push(Reason::Waiting),
        State::Refused => reasons.push(Reason::NotReleased),
    }
    reasons.extend(lacking(
        policy,
        &manifest.content(),
        manifest.approval.as_ref(),
        now,
    ));
    if reasons.is_empty() {
        let marking = manifest.marking();
        Ok(Shareable {
            item: manifest,
            marking,
        })
    } else {
        Err(reasons)
    }
}

#[cfg(test)]
mod tests;
