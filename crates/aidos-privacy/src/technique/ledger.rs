//! What was hidden already: for outputs that cannot show it themselves.
//!
//! [`seal`] is the sure way: a line that the key's holders recognise, over a whole document. A document whose seal
//! verifies was anonymised and not touched since, so a second pass leaves it alone as a whole.
//!
//! [`Ledger`] is for documents that grew since: it holds the outputs of the first pass and leaves those
//! alone in the second. A new value that happens to equal an old output is then taken for hidden and
//! stays: chance n in the size of its domain for n outputs, next to nothing for card numbers, but 1 in 256 for
//! one output inside a /24. So it is given only outputs of the same document, and where the domain is small a
//! caller should hide the original anew.

use std::collections::BTreeSet;

use subtle::ConstantTimeEq;

use super::{Error, Hidden, Technique, hex};
use crate::key::{CommunityKey, mac};

/// The outputs of one pass over one document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    outputs: BTreeSet<(String, String)>,
}

impl Ledger {
    /// Nothing hidden yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes what a technique gave for a value of this kind.
    pub fn note(&mut self, kind: &str, hidden: &Hidden) {
        self.outputs.insert((kind.to_owned(), hidden.text.clone()));
    }

    /// Whether this text is an output that was noted.
    pub fn holds(&self, kind: &str, text: &str) -> bool {
        self.outputs.contains(&(kind.to_owned(), text.to_owned()))
    }

    /// All outputs by kind, in order: what a caller writes beside the document. They are public with it.
    pub fn outputs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.outputs
            .iter()
            .map(|(kind, text)| (kind.as_str(), text.as_str()))
    }

    /// The first pass: every value is a real one. Hides it and notes the output.
    ///
    /// # Errors
    /// Those of [`Technique::apply`].
    pub fn first(
        &mut self,
        technique: &Technique,
        kind: &str,
        value: &str,
        key: &CommunityKey,
    ) -> Result<Hidden, Error> {
        let hidden = technique.apply(kind, value, key)?;
        if !technique.is_idempotent() || matches!(technique, Technique::Pseudonym) {
            self.note(kind, &hidden);
        }
        Ok(hidden)
    }

    /// A later pass: what an earlier one gave stays, all else is hidden. The outputs are noted in `next`.
    ///
    /// New outputs go into another ledger, so that a value met twice in a pass is hidden twice alike, even
    /// where it equals an output of the same pass.
    ///
    /// ```
    /// # use aidos_privacy::{key::CommunityKey, technique::{Ledger, Technique}};
    /// let key = CommunityKey::from_bytes([7; 32]);
    /// let mut ledger = Ledger::new();
    /// let once = ledger.first(&Technique::Ip, "IP_ADDRESS", "198.51.7.9", &key)?;
    /// let twice = ledger.again(&Technique::Ip, "IP_ADDRESS", &once.text, &key, &mut Ledger::new())?;
    /// assert_eq!(once, twice);
    /// # Ok::<(), aidos_privacy::technique::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`Technique::apply`].
    pub fn again(
        &self,
        technique: &Technique,
        kind: &str,
        value: &str,
        key: &CommunityKey,
        next: &mut Self,
    ) -> Result<Hidden, Error> {
        if self.holds(kind, value) {
            let hidden = Hidden {
                text: value.to_owned(),
                reversible: technique.is_reversible(),
            };
            next.note(kind, &hidden);
            return Ok(hidden);
        }
        next.first(technique, kind, value, key)
    }
}

impl<K: Into<String>, T: Into<String>> FromIterator<(K, T)> for Ledger {
    /// A ledger read back from what [`Ledger::outputs`] gave.
    fn from_iter<I: IntoIterator<Item = (K, T)>>(outputs: I) -> Self {
        let outputs = outputs.into_iter();
        Self {
            outputs: outputs
                .map(|(kind, text)| (kind.into(), text.into()))
                .collect(),
        }
    }
}

/// The seal of an anonymised document: the key's public name and 32 hexadecimal digits over its bytes.
///
/// Written beside the document or in a header that is not part of `document`. It is no proof to others, and
/// says nothing of how well it was anonymised: only that a holder of the key sealed these bytes.
pub fn seal(document: &[u8], key: &CommunityKey) -> String {
    let digest = mac(&key.subkey("document seal", ""), &[document]);
    let digits = hex(digest.get(..16).unwrap_or_default());
    format!("aidos-hidden:{}:{digits}", key.id())
}

/// Whether this is the [`seal`] of these bytes under this key. In a time that does not depend on the seal.
pub fn is_sealed(document: &[u8], claimed: &str, key: &CommunityKey) -> bool {
    seal(document, key)
        .as_bytes()
        .ct_eq(claimed.as_bytes())
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::technique::testing::key;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn a_second_pass_changes_nothing(addresses in prop::collection::vec(any::<std::net::Ipv4Addr>(), 1..20)) {
            let mut first = Ledger::new();
            let once: Vec<String> = addresses
                .iter()
                .map(|ip| first.first(&Technique::Ip, "IP_ADDRESS", &ip.to_string(), &key(1)).unwrap().text)
                .collect();
            let read: Ledger = first.outputs().collect();
            let mut next = Ledger::new();
            for text in &once {
                let twice = read.again(&Technique::Ip, "IP_ADDRESS", text, &key(1), &mut next).unwrap();
                prop_assert_eq!(&twice.text, text);
            }
            prop_assert_eq!(next, first);
        }

        #[test]
        fn a_seal_holds_for_its_bytes_alone(document: Vec<u8>, at: prop::sample::Index) {
            let line = seal(&document, &key(1));
            prop_assert!(is_sealed(&document, &line, &key(1)));
            prop_assert!(!is_sealed(&document, &line, &key(2)));
            let mut changed = document.clone();
            changed.push(0);
            prop_assert!(!is_sealed(&changed, &line, &key(1)));
            if !document.is_empty() {
                let mut changed = document.clone();
                let at = at.index(changed.len());
                changed[at] ^= 1;
                prop_assert!(!is_sealed(&changed, &line, &key(1)));
            }
        }
    }
}
