//! What a person decided about findings: accepted or rejected, by whom, when and why.
//!
//! A decision about a value holds its type and a keyed digest, so that the file of decisions names nobody and
//! cannot be searched without the key. A decision about a column holds the column's name.
//!
//! ```
//! use aidos_privacy::decision::{Decision, Decisions, Subject, Verdict};
//! use aidos_privacy::pii::Kind;
//!
//! let key = [7; 32];
//! let decision = Decision {
//!     verdict: Verdict::Reject,
//!     subject: Subject::value(&key, Kind::PhoneNumber, "0800 1234567"),
//!     by: "ada".into(),
//!     at: "2024-03-07T10:00:00Z".into(),
//!     why: Some("our own hotline".into()),
//! };
//! let decisions = Decisions::new(key, [decision]);
//! assert_eq!(decisions.value(Kind::PhoneNumber, "0800 1234567 "), Some(Verdict::Reject));
//! assert_eq!(decisions.value(Kind::PhoneNumber, "0800 7654321"), None);
//! ```

use std::collections::HashMap;

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::columns::{Assignments, Type};
use crate::pii::Kind;

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It is what it was found to be.
    Accept,
    /// It is no personal data: it is not reported again.
    Reject,
}

/// What a decision is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Subject {
    /// A value of a type, wherever it stands.
    Value {
        /// The type's word.
        #[serde(rename = "type")]
        kind: String,
        /// HMAC-SHA-256 over type and value, in hexadecimal.
        digest: String,
    },
    /// A column of tables.
    Column {
        /// The column's name.
        column: String,
        /// The type that it was accepted as.
        #[serde(rename = "as", default, skip_serializing_if = "Option::is_none")]
        kind: Option<String>,
    },
}

impl Subject {
    /// A value, by its digest. Blanks around it and ASCII case make no difference.
    pub fn value(key: &[u8; 32], kind: Kind, value: &str) -> Subject {
        Subject::Value {
            kind: kind.word().to_owned(),
            digest: digest(key, kind.word(), value),
        }
    }
}

/// One decision: a line of `decisions.jsonl`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// What was decided.
    pub verdict: Verdict,
    /// What it is about.
    #[serde(flatten)]
    pub subject: Subject,
    /// Who decided.
    pub by: String,
    /// When: RFC 3339, UTC.
    pub at: String,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// All decisions, ready to be honoured; of several about one thing the last counts.
#[derive(Clone, Default)]
pub struct Decisions {
    key: [u8; 32],
    values: HashMap<(String, String), Verdict>,
    columns: Vec<(String, Verdict, Option<String>)>,
}

impl std::fmt::Debug for Decisions {
    /// Says how many there are; the key is not shown.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Decisions")
            .field("values", &self.values.len())
            .field("columns", &self.columns.len())
            .finish_non_exhaustive()
    }
}

impl Decisions {
    /// Decisions made under a key, in the order in which they were made.
    pub fn new(key: [u8; 32], decisions: impl IntoIterator<Item = Decision>) -> Decisions {
        let mut all = Decisions {
            key,
            ..Decisions::default()
        };
        for decision in decisions {
            match decision.subject {
                Subject::Value { kind, digest } => {
                    all.values.insert((kind, digest), decision.verdict);
                }
                Subject::Column { column, kind } => {
                    all.columns.retain(|(known, ..)| *known != column);
                    all.columns.push((column, decision.verdict, kind));
                }
            }
        }
        all
    }

    /// Whether nothing was decided.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty() && self.columns.is_empty()
    }

    /// How many decisions count.
    pub fn len(&self) -> usize {
        self.values.len() + self.columns.len()
    }

    /// A digest of all that was decided, in hexadecimal digits: equal decisions have equal ones. `None` where there are none.
    pub fn digest(&self) -> Option<String> {
        if self.is_empty() {
            return None;
        }
        let mut values: Vec<_> = self.values.iter().collect();
        values.sort_by(|a, b| a.0.cmp(b.0));
        let mut columns: Vec<_> = self.columns.iter().collect();
        columns.sort_by(|a, b| a.0.cmp(&b.0));
        // Lists of texts cannot fail to serialise.
        let text = serde_json::to_vec(&(values, columns)).unwrap_or_default();
        Some(crate::technique::hex(&Sha256::digest(text)))
    }

    /// What was decided of a value.
    pub fn value(&self, kind: Kind, value: &str) -> Option<Verdict> {
        if self.values.is_empty() {
            return None;
        }
        let word = kind.word().to_owned();
        let digest = digest(&self.key, &word, value);
        self.values.get(&(word, digest)).copied()
    }

    /// Adds what was decided of columns to assignments by hand; these win where both speak of one column.
    pub fn assign(&self, by_hand: &mut Assignments) {
        for (column, verdict, kind) in &self.columns {
            if by_hand.of(column).is_some() {
                continue;
            }
            let known = kind.as_deref().filter(|kind| Type::parse(kind).is_some());
            match (verdict, known) {
                // A name is no pattern: where it holds a star, the list would mean other columns too.
                (Verdict::Reject, _) if !column.contains('*') => by_hand.allow.push(column.clone()),
                (Verdict::Accept, Some(kind)) if !column.contains('*') => {
                    // The type was just read, so it cannot be refused.
                    let _ = by_hand.set(column, kind, Some("accepted by a person".to_owned()));
                }
                _ => {}
            }
        }
    }
}

fn digest(key: &[u8; 32], kind: &str, value: &str) -> String {
    // A key of 32 bytes is always taken.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return String::new();
    };
    mac.update(b"aidos decision 1\0");
    mac.update(kind.as_bytes());
    mac.update(b"\0");
    mac.update(value.trim().to_ascii_lowercase().as_bytes());
    let bytes = mac.finalize().into_bytes();
    aidos_model::json::hex(&bytes).map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decision(verdict: Verdict, subject: Subject) -> Decision {
        Decision {
            verdict,
            subject,
            by: "ada".into(),
            at: "2024-03-07T10:00:00Z".into(),
            why: None,
        }
    }

    #[test]
    fn the_last_decision_counts_and_only_for_its_type_and_key() {
        let subject = || Subject::value(&[1; 32], Kind::EmailAddress, "Ada@example.org");
        let all = [
            decision(Verdict::Reject, subject()),
            decision(Verdict::Accept, subject()),
        ];
        let decisions = Decisions::new([1; 32], all.clone());
        assert_eq!(
            decisions.value(Kind::EmailAddress, "ada@example.org"),
            Some(Verdict::Accept)
        );
        assert_eq!(decisions.value(Kind::Url, "ada@example.org"), None);
        assert_eq!(
            Decisions::new([2; 32], all).value(Kind::EmailAddress, "ada@example.org"),
            None
        );
        assert_eq!(decisions.len(), 1);
    }

    #[test]
    fn columns_become_assignments() {
        let column = |name: &str, kind: Option<&str>| Subject::Column {
            column: name.into(),
            kind: kind.map(str::to_owned),
        };
        let decisions = Decisions::new(
            [0; 32],
            [
                decision(Verdict::Reject, column("port", None)),
                decision(Verdict::Accept, column("ref", Some("RECORD_NUMBER"))),
                decision(Verdict::Accept, column("own", Some("CITY"))),
                decision(Verdict::Reject, column("*", None)),
            ],
        );
        let mut by_hand = Assignments::default();
        by_hand.set("own", "COUNTRY", None).unwrap();
        decisions.assign(&mut by_hand);
        assert!(by_hand.allows("port") && !by_hand.allows("else"));
        assert_eq!(by_hand.of("ref"), Some(Some(Type::RecordNumber)));
        assert_eq!(by_hand.of("own"), Some(Some(Type::Country)));
    }

    #[test]
    fn neither_value_nor_key_is_shown() {
        let subject = Subject::value(&[9; 32], Kind::EmailAddress, "ada@example.org");
        let shown = format!(
            "{subject:?} {:?}",
            Decisions::new([9; 32], [decision(Verdict::Reject, subject.clone())])
        );
        assert!(
            !shown.contains("ada@") && !shown.contains("[9, 9"),
            "{shown}"
        );
        let Subject::Value { digest, .. } = subject else {
            panic!("no value")
        };
        assert_eq!(digest.len(), 64);
    }
}
