//! The word lists made ready: which lists a value stands in.

use std::collections::HashMap;

use super::header::fold;
use super::kind::Type;
use super::words;

/// A list, and how likely its words are inside and outside of such a column.
#[derive(Debug, Clone, Copy)]
pub(crate) struct List {
    pub(crate) kind: Type,
    /// Share of a column's values that stand in it.
    pub(crate) coverage: f64,
    /// Share of other values that do.
    pub(crate) chance: f64,
}

/// All lists.
#[derive(Debug)]
pub(crate) struct Lexicon {
    lists: Vec<List>,
    whole: HashMap<String, u64>,
    exact: HashMap<String, u64>,
    inside: HashMap<String, u64>,
    endings: Vec<(String, u64)>,
    names: HashMap<String, u8>,
}

/// The bit of first and of last names in [`Lexicon::name`].
pub(crate) const FIRST: u8 = 1;
pub(crate) const LAST: u8 = 2;

impl Lexicon {
    pub(crate) fn new() -> Lexicon {
        let mut new = Lexicon {
            lists: Vec::new(),
            whole: HashMap::new(),
            exact: HashMap::new(),
            inside: HashMap::new(),
            endings: Vec::new(),
            names: HashMap::new(),
        };
        for &(kind, coverage, chance, list) in words::CLOSED.iter().chain(words::PLACES) {
            new.add(kind, (coverage, chance), list, false);
        }
        for &(kind, coverage, chance, list) in words::WORK {
            new.add(kind, (coverage, chance), list, true);
        }
        new.add(Type::FirstName, (0.42, 0.01), words::FIRST, false);
        new.add(Type::LastName, (0.36, 0.01), words::LAST, false);
        for (bit, list) in [(FIRST, words::FIRST), (LAST, words::LAST)] {
            for name in list.split('|') {
                // Of `de luca` the last word tells; `de` is in many names.
                if let Some(word) = fold(name).split(' ').next_back() {
                    *new.names.entry(word.to_owned()).or_default() |= bit;
                }
            }
        }
        new
    }

    fn add(&mut self, kind: Type, (coverage, chance): (f64, f64), list: &str, inside: bool) {
        let bit = 1u64.checked_shl(u32::try_from(self.lists.len()).unwrap_or(64));
        let bit = bit.unwrap_or(0);
        self.lists.push(List {
            kind,
            coverage,
            chance,
        });
        for word in list.split('|') {
            if let Some(exact) = word.strip_prefix('=') {
                *self.exact.entry(exact.to_owned()).or_default() |= bit;
            } else if let Some(ending) = word.strip_prefix('~') {
                self.endings.push((fold(ending), bit));
            } else if inside {
                *self.inside.entry(fold(word)).or_default() |= bit;
            } else {
                *self.whole.entry(fold(word)).or_default() |= bit;
            }
        }
    }

    /// The lists; their place is their bit.
    pub(crate) fn lists(&self) -> &[List] {
        &self.lists
    }

    /// A bit for each list that a value stands in.
    pub(crate) fn look(&self, value: &str) -> u64 {
        if value.len() > 200 {
            return 0;
        }
        let folded = fold(value);
        let get = |map: &HashMap<String, u64>, key: &str| map.get(key).copied().unwrap_or(0);
        let mut bits = get(&self.whole, &folded) | get(&self.exact, value);
        bits |= get(&self.inside, &folded);
        let mut before = String::new();
        for word in split(&folded) {
            bits |= get(&self.inside, word);
            if !before.is_empty() {
                before.push(' ');
                before.push_str(word);
                bits |= get(&self.inside, &before);
            }
            before.clear();
            before.push_str(word);
            for (ending, bit) in &self.endings {
                if word.len() > ending.len() + 1 && word.ends_with(ending.as_str()) {
                    bits |= bit;
                }
            }
        }
        bits
    }

    /// Whether a word, folded, is a first name, a last name, or both, by bits.
    pub(crate) fn name(&self, word: &str) -> u8 {
        self.names.get(word).copied().unwrap_or(0)
    }

    /// Whether a name of persons begins or ends a word such as `jsmith` or `anna.k`, folded.
    pub(crate) fn name_inside(&self, word: &str) -> bool {
        let parts = word.split(|c: char| !c.is_alphabetic());
        let mut parts = parts.filter(|p| p.len() >= 3);
        parts.any(|part| {
            if self.name(part) != 0 {
                return true;
            }
            let mut letters = part.char_indices();
            letters.next();
            let initial = letters.next().and_then(|(at, _)| part.get(at..));
            if initial.is_some_and(|rest| rest.len() >= 3 && self.name(rest) & LAST != 0) {
                return true;
            }
            // `mariak`, `annasmith`.
            part.char_indices().skip(3).any(|(at, _)| {
                let (head, tail) = part.split_at(at);
                let tail_fits = tail.len() == 1 || self.name(tail) & LAST != 0;
                head.len() >= 3 && self.name(head) & FIRST != 0 && tail_fits
            })
        })
    }
}

/// The words of a folded value; points and hyphens inside a word belong to it.
fn split(folded: &str) -> impl Iterator<Item = &str> {
    folded
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '(' | ')' | '"' | ':' | '/'))
        .map(|word| word.trim_matches(|c: char| matches!(c, '.' | '-' | '\'' | '&' | '#')))
        .filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(value: &str) -> Vec<Type> {
        let lexicon = Lexicon::new();
        let bits = lexicon.look(value);
        let mut all: Vec<Type> = Vec::new();
        for (at, list) in lexicon.lists().iter().enumerate() {
            if bits >> at & 1 == 1 {
                all.push(list.kind);
            }
        }
        all
    }

    #[test]
    fn values_stand_in_their_lists() {
        assert!(Lexicon::new().lists().len() <= 64);
        for (value, kind) in [
            ("Germany", Type::Country),
            ("GR", Type::Country),
            ("ΕΛΛΆΔΑ", Type::Country),
            ("en", Type::Language),
            ("Married", Type::MaritalStatus),
            ("έγγαμος", Type::MaritalStatus),
            ("Nichtraucher", Type::Smoking),
            ("Hauptstraße 5", Type::Address),
            ("12 Oak Street", Type::Address),
            ("Example Holdings Ltd.", Type::Organization),
            ("Software Engineer", Type::JobTitle),
            ("Type 2 diabetes", Type::Diagnosis),
            ("αγγελική", Type::FirstName),
            ("Papadopoulos", Type::LastName),
            ("St. Petersburg", Type::City),
        ] {
            assert!(kinds(value).contains(&kind), "{value}: {:?}", kinds(value));
        }
        assert!(!kinds("gr").contains(&Type::Country));
        assert!(kinds("qwzx").is_empty());
    }

    #[test]
    fn names_are_seen_inside_names_of_accounts() {
        let lexicon = Lexicon::new();
        for word in ["jsmith", "anna.k", "maria.garcia92", "mariak"] {
            assert!(lexicon.name_inside(word), "{word}");
        }
        for word in ["srv-01", "backup", "x9"] {
            assert!(!lexicon.name_inside(word), "{word}");
        }
    }
}
