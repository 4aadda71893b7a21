//! What is known of one document while it is anonymised.

use std::collections::BTreeMap;

use serde::Serialize;

use super::known::Known;
use super::words::Words;
use crate::role::Role;
use crate::technique::{Hidden, Ledger, Technique};

/// How often what was done. Holds kinds and techniques, never values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Statistics {
    /// Kind → technique → how many values.
    pub hidden: BTreeMap<String, BTreeMap<&'static str, u64>>,
    /// Properties and fields that no rule allows and that were left out.
    pub dropped: u64,
    /// Objects and attributes that were left out as nothing of them may be shown.
    pub objects_dropped: u64,
    /// Attackers' values that stayed byte for byte.
    pub iocs_kept: u64,
    /// Attackers' values in which a victim's had to be hidden.
    pub iocs_changed: u64,
    /// Texts that were taken away whole.
    pub texts_redacted: u64,
}

impl Statistics {
    /// Adds the counts of another document.
    ///
    /// ```
    /// # use aidos_privacy::anonymise::Statistics;
    /// let mut sum = Statistics { dropped: 1, ..Statistics::default() };
    /// sum.add(&Statistics { dropped: 2, ..Statistics::default() });
    /// assert_eq!(sum.dropped, 3);
    /// ```
    pub fn add(&mut self, other: &Self) {
        for (kind, row) in &other.hidden {
            let own = self.hidden.entry(kind.clone()).or_default();
            for (technique, count) in row {
                *own.entry(technique).or_default() += count;
            }
        }
        self.dropped += other.dropped;
        self.objects_dropped += other.objects_dropped;
        self.iocs_kept += other.iocs_kept;
        self.iocs_changed += other.iocs_changed;
        self.texts_redacted += other.texts_redacted;
    }

    /// How many values a technique was used on, over all kinds.
    pub fn of(&self, technique: &str) -> u64 {
        self.hidden
            .values()
            .filter_map(|row| row.get(technique))
            .sum()
    }
}

/// One document: whose values were seen in it, what was written in their place, and counts.
///
/// Make one for each document. Using one for many (all entries of a file) makes what is known of one hold for
/// all, at the price of memory in proportion to what is known. `Debug` shows counts alone.
#[derive(Default)]
pub struct Document {
    pub(super) known: Known,
    earlier: Ledger,
    /// The outputs in `earlier` that are long enough to be told, and their kinds.
    earlier_outputs: Vec<(String, String)>,
    earlier_words: Words,
    ledger: Ledger,
    pub(super) statistics: Statistics,
}

impl std::fmt::Debug for Document {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Document")
            .field("statistics", &self.statistics)
            .finish_non_exhaustive()
    }
}

impl Document {
    /// A document of which nothing is known.
    pub fn new() -> Self {
        Self::default()
    }

    /// A document that was anonymised before, with the ledger of that pass: its outputs are left alone.
    pub fn after(earlier: Ledger) -> Self {
        let mut document = Self::default();
        for (kind, text) in earlier.outputs().filter(|(_, text)| text.len() >= 2) {
            document
                .earlier_outputs
                .push((kind.to_owned(), text.to_owned()));
            document.earlier_words.push(text);
        }
        document.earlier = earlier;
        document
    }

    /// Begins another document with the counts of this one: nothing else of it is known any more.
    pub fn renew(&mut self) {
        let statistics = std::mem::take(&mut self.statistics);
        *self = Self {
            statistics,
            ..Self::default()
        };
    }

    /// Tells that a value is somebody's: a victim's, own or a bystander's value is then hidden wherever it stands, an
    /// attacker's kept.
    ///
    /// Victims and owners come before attackers, and attackers before bystanders.
    pub fn know(&mut self, kind: &str, role: Role, value: &str) {
        self.known.add(kind, role, value);
    }

    /// The outputs of this pass: what a second pass needs, public with the document.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Kinds and values that are hidden in this document, as far as a field or the caller told of them. Raw: for an attack on what
    /// comes out alone.
    pub fn hidden(&self) -> impl Iterator<Item = (&str, &str)> {
        self.known.hidden()
    }

    /// What was done.
    pub fn statistics(&self) -> &Statistics {
        &self.statistics
    }

    /// The role that the document gives a value of this kind that its place judged so.
    pub(super) fn role_of(&self, kind: &str, value: &str, judged: Role) -> Role {
        match (judged, self.known.role_as(kind, value)) {
            (Role::Victim | Role::Own, _) | (_, None) => judged,
            (_, Some(role)) => role,
        }
    }

    /// Whether the earlier pass wrote this text for a value of this kind.
    pub(super) fn is_earlier(&self, kind: &str, text: &str) -> bool {
        self.earlier.holds(kind, text)
    }

    pub(super) fn earlier_output(&mut self, kind: &str, value: &str) -> Option<String> {
        if !self.earlier.holds(kind, value) {
            return None;
        }
        let hidden = Hidden {
            text: value.to_owned(),
            reversible: false,
        };
        self.ledger.note(kind, &hidden);
        Some(hidden.text)
    }

    /// Where outputs of the earlier pass stand in a text; they are noted again, for a third one.
    pub(super) fn earlier_places(&mut self, text: &str) -> Vec<(usize, usize)> {
        let mut places = Vec::new();
        let mut found = Vec::new();
        self.earlier_words.find(text, &mut |at, start, end| {
            places.push((start, end));
            found.push(at);
        });
        for at in found {
            if let Some((kind, text)) = self.earlier_outputs.get(at).cloned() {
                drop(self.earlier_output(&kind, &text));
            }
        }
        places
    }

    pub(super) fn note(&mut self, kind: &str, hidden: &Hidden) {
        if !hidden.text.is_empty() {
            self.ledger.note(kind, hidden);
        }
    }

    pub(super) fn count(&mut self, kind: &str, technique: &Technique) {
        let row = match self.statistics.hidden.get_mut(kind) {
            Some(row) => row,
            None => self.statistics.hidden.entry(kind.to_owned()).or_default(),
        };
        *row.entry(technique.name()).or_default() += 1;
    }
}
