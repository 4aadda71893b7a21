//! `release.json`: what was released, and the seal that shows that this installation did it.

use std::collections::BTreeMap;
use std::fmt;

use aidos_model::{Timestamp, Tlp};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::{Anonymity, Attack, Marking, Reason, against};
use crate::key;
use crate::policy::{LegalBasis, Pap, Policy};
use crate::technique::hex;

/// The secret by which an installation knows its own releases. Wiped when dropped; shows nothing.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct InstallationKey([u8; 32]);

impl InstallationKey {
    /// A key of 32 bytes that the caller drew from the operating system's generator.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    fn seal(&self, text: &[u8]) -> [u8; 32] {
        key::mac(&self.0, &[b"aidos release 1", text])
    }
}

impl fmt::Debug for InstallationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InstallationKey(…)")
    }
}

/// A file of a release.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileDigest {
    /// Path inside the release, `/` between its parts.
    pub path: String,
    /// Its length.
    pub bytes: u64,
    /// Its SHA-256, in hexadecimal digits.
    pub sha256: String,
}

/// A policy, by name and digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyName {
    /// What people call it.
    pub name: String,
    /// [`Policy::digest`].
    pub sha256: String,
}

/// What the gate said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It may leave.
    Released,
    /// A person has to decide.
    Waiting,
    /// It may not leave.
    Refused,
}

/// A person's word for one content under one policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// Who.
    pub by: String,
    /// Why.
    pub why: String,
    /// When, RFC 3339.
    pub at: String,
    /// The last moment at which it holds, RFC 3339; without, it holds until content or policy change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// Digest of the content.
    pub content: String,
    /// Digest of the policy.
    pub policy: String,
}

impl Approval {
    /// The word of a person, given at `at`.
    pub fn new(
        content: &str,
        policy: &Policy,
        by: &str,
        why: &str,
        at: Timestamp,
        until: Option<Timestamp>,
    ) -> Self {
        Self {
            by: by.to_owned(),
            why: why.to_owned(),
            at: at.to_string(),
            until: until.map(|until| until.to_string()),
            content: content.to_owned(),
            policy: policy.digest(),
        }
    }

    /// Why it does not hold for this content under this policy now.
    pub(super) fn lacks(&self, content: &str, policy: &Policy, now: Timestamp) -> Vec<Reason> {
        let mut reasons = Vec::new();
        if self.content != content {
            reasons.push(Reason::ApprovedOther);
        }
        if self.policy != policy.digest() {
            reasons.push(Reason::ApprovedUnderOtherPolicy);
        }
        if let Some(until) = &self.until {
            // An end that cannot be read is one that is over.
            let holds = Timestamp::parse(until).is_some_and(|until| now <= until);
            if !holds {
                reasons.push(Reason::ApprovalOver {
                    until: until.clone(),
                });
            }
        }
        reasons
    }
}

/// What stands in `release.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The number of this layout: 1.
    pub schema: u32,
    /// The case.
    pub case: String,
    /// What the gate said.
    pub state: State,
    /// To whom.
    pub community: String,
    /// How openly.
    #[serde(with = "tlp_word")]
    pub tlp: Tlp,
    /// What receivers may do.
    pub pap: Pap,
    /// On which ground.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_basis: Option<LegalBasis>,
    /// Under which policy.
    pub policy: PolicyName,
    /// The public name of the community's key.
    pub key: String,
    /// All files of the release, by path.
    pub files: Vec<FileDigest>,
    /// What an attack on them found.
    pub attack: Attack,
    /// How anonymous its rows are, where the policy asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anonymity: Option<Anonymity>,
    /// What was kept and what was hidden, as measured.
    pub utility: serde_json::Value,
    /// Who approved it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<Approval>,
    /// HMAC-SHA-256 of all of the above under the installation's key, in hexadecimal digits.
    pub seal: String,
}

/// The manifest was not sealed by this installation, or was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("release.json was not written by this installation, or was changed")]
pub struct NotGenuine;

impl Manifest {
    /// The digest of what is released and how, but not of who approves it: what an approval is for.
    pub fn content(&self) -> String {
        let mut open = self.clone();
        open.state = State::Waiting;
        open.approval = None;
        open.seal = String::new();
        hex(&Sha256::digest(open.text()))
    }

    /// Labels and community.
    pub fn marking(&self) -> Marking {
        Marking {
            community: self.community.clone(),
            tlp: self.tlp,
            pap: self.pap,
        }
    }

    /// What speaks against it under a policy, whoever approves it, with what was found and measured when it was made.
    pub fn against(&self, policy: &Policy) -> Vec<Reason> {
        against(
            &self.marking(),
            &self.attack,
            self.anonymity.as_ref(),
            policy,
        )
    }

    /// Seals the manifest and writes it.
    pub fn close(mut self, key: &InstallationKey) -> String {
        self.seal = String::new();
        self.seal = hex(&key.seal(self.text().as_bytes()));
        self.text()
    }

    /// Reads a manifest that this key sealed. Only the very bytes that [`close`](Self::close) wrote are read.
    ///
    /// # Errors
    /// Anything else.
    pub fn open(bytes: &[u8], key: &InstallationKey) -> Result<Self, NotGenuine> {
        let manifest: Self = serde_json::from_slice(bytes).map_err(|_| NotGenuine)?;
        let mut open = manifest.clone();
        open.seal = String::new();
        let seal = hex(&key.seal(open.text().as_bytes()));
        let same = seal.as_bytes().ct_eq(manifest.seal.as_bytes());
        // Blanks and the order of members are no part of what the seal covers.
        if bool::from(same) && manifest.text().as_bytes() == bytes {
            Ok(manifest)
        } else {
            Err(NotGenuine)
        }
    }

    /// What stands on disk other than it was released.
    pub(super) fn differs_from(&self, files: &[FileDigest]) -> Vec<Reason> {
        let found: BTreeMap<&str, &FileDigest> = files
            .iter()
            .map(|file| (file.path.as_str(), file))
            .collect();
        let mut reasons = Vec::new();
        for file in &self.files {
            let path = file.path.clone();
            match found.get(file.path.as_str()) {
                None => reasons.push(Reason::FileMissing { path }),
                Some(other) if *other != file => reasons.push(Reason::FileChanged { path }),
                Some(_) => {}
            }
        }
        for file in files {
            if !self.files.iter().any(|own| own.path == file.path) {
                let path = file.path.clone();
                reasons.push(Reason::FileUnknown { path });
            }
        }
        reasons
    }

    fn text(&self) -> String {
        // Nothing in it can fail to serialise: no map with other keys than text, no foreign type.
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }
}

/// TLP as its word.
mod tlp_word {
    use aidos_model::Tlp;
    use serde::{Deserialize, Deserializer, Serializer};

    #[allow(clippy::trivially_copy_pass_by_ref)] // the signature that serde asks for
    pub(super) fn serialize<S: Serializer>(tlp: &Tlp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(tlp.word())
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(deserializer: D) -> Result<Tlp, D::Error> {
        let word = String::deserialize(deserializer)?;
        word.parse()
            .map_err(|_| serde::de::Error::custom("no such TLP label"))
    }
}
