//! Why something may not leave.

use aidos_model::Tlp;
use serde::Serialize;

use crate::policy::Pap;

/// Why something may not leave, or not yet. `Display` says what to do.
#[derive(Clone, Debug, PartialEq, Serialize, thiserror::Error)]
#[serde(tag = "reason", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reason {
    /// For another community than the policy's.
    #[error(
        "it is for community `{asked}`, the policy is for `{allowed}`; use that community's policy"
    )]
    Community {
        /// Of the proposal.
        asked: String,
        /// Of the policy.
        allowed: String,
    },
    /// Above the policy's ceiling.
    #[error("it is TLP:{}, the policy lets leave up to TLP:{}; mark it lower, or change the policy", .asked.word().to_uppercase(), .allowed.word().to_uppercase())]
    Tlp {
        /// Of the proposal.
        #[serde(serialize_with = "tlp")]
        asked: Tlp,
        /// Of the policy.
        #[serde(serialize_with = "tlp")]
        allowed: Tlp,
    },
    /// Above the policy's ceiling.
    #[error(
        "it is {asked}, the policy lets leave up to {allowed}; mark it lower, or change the policy"
    )]
    Pap {
        /// Of the proposal.
        asked: Pap,
        /// Of the policy.
        allowed: Pap,
    },
    /// An attack found values that should be hidden.
    #[error(
        "{found} values that should be hidden can be found in it; see where, and correct the policy or its roles"
    )]
    Leaks {
        /// How many places.
        found: u64,
    },
    /// The irreversible mode asks for a measurement.
    #[error("the policy asks for k-anonymity, and it was not measured")]
    NotMeasured,
    /// The thresholds of the irreversible mode are missed.
    #[error("its rows reach k {}, l {}, t {:.3}; the policy asks for k {}, l {}, t {:.3}: generalise further", .found.0, .found.1, .found.2, .wanted.0, .wanted.1, .wanted.2)]
    Anonymity {
        /// k, l and t as measured.
        found: (usize, usize, f64),
        /// k, l and t as wanted.
        wanted: (usize, usize, f64),
    },
    /// The policy names no ground.
    #[error("the policy names no `legal_basis`; name it there, or let a person approve")]
    NoLegalBasis,
    /// A person has to approve.
    #[error("a person has to approve it: aidos release approve")]
    NoApproval,
    /// What was approved is something else.
    #[error("the approval is for other content; look at it, and approve it again")]
    ApprovedOther,
    /// The policy changed after the approval.
    #[error("the approval was given under another policy; look at it, and approve it again")]
    ApprovedUnderOtherPolicy,
    /// The approval is over.
    #[error("the approval is over since {until}; approve it again")]
    ApprovalOver {
        /// When it ended.
        until: String,
    },
    /// `release.json` is not what this installation wrote.
    #[error("release.json was not written by this installation, or was changed; release it again")]
    NotGenuine,
    /// Nobody let it go yet.
    #[error("it waits for a person; see `aidos release check`")]
    Waiting,
    /// It was refused when it was made.
    #[error("it was refused; see `aidos release check`")]
    NotReleased,
    /// Another policy than the one it was released under.
    #[error("the policy was changed since; release it again")]
    PolicyChanged,
    /// A file has other bytes.
    #[error("`{path}` was changed since; release it again")]
    FileChanged {
        /// The file.
        path: String,
    },
    /// A file is gone.
    #[error("`{path}` is missing; release it again")]
    FileMissing {
        /// The file.
        path: String,
    },
    /// A file that nobody released.
    #[error("`{path}` was not released; take it away, or release again")]
    FileUnknown {
        /// The file.
        path: String,
    },
}

impl Reason {
    /// Whether a person can decide it.
    pub fn waits(&self) -> bool {
        matches!(
            self,
            Self::Waiting
                | Self::NoLegalBasis
                | Self::NoApproval
                | Self::ApprovedOther
                | Self::ApprovedUnderOtherPolicy
                | Self::ApprovalOver { .. }
        )
    }
}

#[allow(clippy::trivially_copy_pass_by_ref)] // the signature that serde asks for
fn tlp<S: serde::Serializer>(tlp: &Tlp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(tlp.word())
}
