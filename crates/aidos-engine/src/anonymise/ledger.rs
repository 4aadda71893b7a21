//! The ledger of an output on disk: what a second pass and a restoration need, sealed with the community's key.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use aidos_privacy::key::CommunityKey;
use aidos_privacy::technique::Ledger;
use aidos_privacy::technique::ledger::{is_sealed, seal};
use serde::{Deserialize, Serialize};

use super::LEDGER;
use super::read::Failed;
use crate::Error;

/// Outputs of a pass by kind. They stand in the output too.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Outputs(BTreeMap<String, BTreeSet<String>>);

impl Outputs {
    /// Bytes that the outputs of one file may take in memory.
    pub(super) const ROOM: usize = 128 << 20;

    /// Adds what a document wrote; `room` is what is left of [`Outputs::ROOM`].
    pub(super) fn add(&mut self, ledger: &Ledger, room: &mut usize) -> Result<(), Failed> {
        for (kind, text) in ledger.outputs() {
            let texts = match self.0.get_mut(kind) {
                Some(texts) => texts,
                None => self.0.entry(kind.to_owned()).or_default(),
            };
            if !texts.contains(text) {
                *room = room.checked_sub(text.len() + 64).ok_or_else(|| {
                    Failed::Refused(
                        "more was hidden than a ledger holds; cut it, or write it to standard output without one"
                            .to_owned(),
                    )
                })?;
                texts.insert(text.to_owned());
            }
        }
        Ok(())
    }

    pub(super) fn each(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .flat_map(|(kind, texts)| texts.iter().map(move |text| (kind.as_str(), text.as_str())))
    }
}

/// What is sealed.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Content {
    schema: u32,
    /// The digest of the policy, sealed.
    policy: String,
    /// The public name of the key.
    key: String,
    /// SHA-256 of the output.
    sha256: String,
    outputs: Outputs,
}

/// A ledger with its seal: without it, a forged one could pass real values off as outputs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Sealed {
    #[serde(flatten)]
    content: Content,
    seal: String,
}

/// No ledger is longer.
const LONGEST: u64 = 1 << 30;

impl Sealed {
    pub(super) fn new(policy: &str, sha256: &str, outputs: Outputs, key: &CommunityKey) -> Self {
        let content = Content {
            schema: 1,
            policy: policy.to_owned(),
            key: key.id().to_string(),
            sha256: sha256.to_owned(),
            outputs,
        };
        let seal = seal(&content.bytes(), key);
        Self { content, seal }
    }

    /// The ledger beside a file, if there is one.
    pub(super) fn beside(path: &Path, key: &CommunityKey) -> Result<Option<Self>, Failed> {
        let mut name = path.as_os_str().to_owned();
        name.push(LEDGER);
        let path = PathBuf::from(name);
        if !path.is_file() {
            return Ok(None);
        }
        let wrong = |what: &str| Failed::Refused(format!("its ledger `{}` {what}", path.display()));
        let mut bytes = Vec::new();
        File::open(&path)
            .and_then(|file| file.take(LONGEST).read_to_end(&mut bytes))
            .map_err(Error::file("read", &path))?;
        let read: Self = serde_json::from_slice(&bytes)
            .map_err(|_| wrong("is no ledger of Aidos; move it away"))?;
        if !is_sealed(&read.content.bytes(), &read.seal, key) {
            return Err(wrong(
                "was made under another key, or changed since; name its community and key, or move it away",
            ));
        }
        Ok(Some(read))
    }

    /// Whether it is of this output of this policy.
    pub(super) fn is_of(&self, policy: &str, sha256: &str) -> bool {
        self.content.policy == policy && self.content.sha256 == sha256
    }

    pub(super) fn policy(&self) -> &str {
        &self.content.policy
    }

    pub(super) fn each(&self) -> impl Iterator<Item = (&str, &str)> {
        self.content.outputs.each()
    }

    pub(super) fn ledger(&self) -> Ledger {
        self.each().collect()
    }

    /// Whether anything was hidden: without, a second pass needs nothing.
    pub(super) fn is_needed(&self) -> bool {
        self.each().next().is_some()
    }

    /// As it is written.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }
}

impl Content {
    fn bytes(&self) -> Vec<u8> {
        // Texts and sorted maps of texts: it always becomes JSON.
        serde_json::to_vec(self).unwrap_or_default()
    }
}
