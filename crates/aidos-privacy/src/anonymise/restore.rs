//! Back again: what reversible techniques hid, for a holder of the key.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use super::Anonymiser;
use super::words::Words;
use crate::role::Role;
use crate::technique::encrypt::WORD;
use crate::technique::{Ledger, Technique};

impl Anonymiser {
    /// A text with all values given back that a reversible technique hid.
    ///
    /// `ledger` is that of the pass that hid them: it says which stretches are outputs, and of what kind. What was hidden
    /// one-way stays hidden. Where the policy hides one kind differently by role, an encrypted value is known for what it is; of
    /// the others the victim's technique is taken, then the owner's, then the bystander's.
    ///
    /// Only a holder of the key has an anonymiser. Whoever calls it logs who asked, when and why.
    ///
    /// ```
    /// # use aidos_privacy::anonymise::{Anonymiser, Document};
    /// # use aidos_privacy::{key::CommunityKey, pii::{Options, Scanner}, policy::Policy, role::Assets};
    /// # let own = Anonymiser::new(Policy::default(), CommunityKey::from_bytes([7; 32]),
    /// #     Scanner::new(Options::default())?, Assets::default());
    /// let mut document = Document::new();
    /// let hidden = own.text(&mut document, "from 198.51.7.9, twice");
    /// assert_eq!(own.restore_text(document.ledger(), &hidden), "from 198.51.7.9, twice");
    /// # Ok::<(), aidos_privacy::pii::Error>(())
    /// ```
    pub fn restore_text(&self, ledger: &Ledger, text: &str) -> String {
        Restorer::new(self, ledger).text(text)
    }

    /// A JSON document with all values given back that a reversible technique hid: [`Anonymiser::restore_text`] on each of its texts.
    ///
    /// Ids that were made anew stay as they are.
    pub fn restore_json(&self, ledger: &Ledger, value: &mut Value) {
        Restorer::new(self, ledger).json(value);
    }

    /// The value behind an output of this kind, by whichever role's technique gives one.
    fn behind(&self, kind: &str, hidden: &str) -> Option<String> {
        let roles = [Role::Victim, Role::Own, Role::Bystander, Role::Attacker];
        let techniques = roles.map(|role| self.policy().technique(kind, role));
        let reversible = || {
            techniques
                .iter()
                .filter(|technique| technique.is_reversible() && **technique != Technique::Keep)
        };
        // Only an encrypted value proves that it is one.
        let encrypted = reversible().filter(|technique| **technique == Technique::Encrypt);
        let others = reversible().filter(|technique| **technique != Technique::Encrypt);
        encrypted
            .chain(others)
            .find_map(|technique| technique.restore(kind, hidden, &self.key).ok())
    }
}

struct Restorer {
    words: Words,
    values: Vec<String>,
    /// Encrypted values prove themselves: they are found also where a letter stands beside them.
    encrypted: HashMap<String, usize>,
    /// Their lengths, of which there are few.
    lengths: BTreeSet<usize>,
}

impl Restorer {
    fn new(own: &Anonymiser, ledger: &Ledger) -> Self {
        let (mut words, mut values) = (Words::default(), Vec::new());
        let (mut encrypted, mut lengths) = (HashMap::new(), BTreeSet::new());
        for (kind, hidden) in ledger.outputs() {
            if let Some(value) = own.behind(kind, hidden) {
                if hidden.starts_with(WORD) {
                    encrypted.insert(hidden.to_owned(), values.len());
                    lengths.insert(hidden.len());
                }
                words.push(hidden);
                values.push(value);
            }
        }
        Self {
            words,
            values,
            encrypted,
            lengths,
        }
    }

    fn text(&self, text: &str) -> String {
        let mut found = Vec::new();
        self.words.find(text, &mut |at, start, end| {
            found.push((start, std::cmp::Reverse(end), at));
        });
        for (start, _) in text.match_indices(WORD) {
            let longest = self.lengths.iter().rev().find_map(|length| {
                let own = text.get(start..start + length)?;
                Some((start + length, *self.encrypted.get(own)?))
            });
            if let Some((end, at)) = longest {
                found.push((start, std::cmp::Reverse(end), at));
            }
        }
        found.sort_unstable();
        let mut out = String::with_capacity(text.len());
        let mut done = 0;
        for (start, std::cmp::Reverse(end), at) in found {
            if start >= done
                && let Some(value) = self.values.get(at)
            {
                out.push_str(text.get(done..start).unwrap_or_default());
                out.push_str(value);
                done = end;
            }
        }
        out.push_str(text.get(done..).unwrap_or_default());
        out
    }

    fn json(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.text(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.json(item)),
            Value::Object(members) => members.values_mut().for_each(|member| self.json(member)),
            _ => {}
        }
    }
}
