//! Words that tell what stands beside them, found in one walk over the text.
//!
//! Whole words only: a licence must not be seen in "public". A phrase also counts in its
//! written-together forms (`date_of_birth`, `date-of-birth`, `dateOfBirth`), in capitals and
//! without accents.

mod vocabulary;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::Error;
use super::window::{char_at, char_before};

pub(crate) use vocabulary::topic;

/// A language whose words a scanner looks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// English.
    En,
    /// Greek.
    El,
    /// German.
    De,
    /// French.
    Fr,
    /// Spanish.
    Es,
    /// Italian.
    It,
}

impl Language {
    /// The language of an ISO 639-1 code, with or without region: `de`, `de-AT`.
    pub fn parse(code: &str) -> Option<Language> {
        match code.split(['-', '_']).next()?.to_ascii_lowercase().as_str() {
            "en" => Some(Language::En),
            "el" => Some(Language::El),
            "de" => Some(Language::De),
            "fr" => Some(Language::Fr),
            "es" => Some(Language::Es),
            "it" => Some(Language::It),
            _ => None,
        }
    }
}

/// What a word tells. The fixed ones stand in [`topic`]; detectors of numbers add their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Topic(pub(crate) u16);

/// A word of the vocabulary in the text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hit {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) topic: Topic,
}

/// The word finder.
pub(crate) struct Words {
    finder: AhoCorasick,
    /// The topic of each pattern.
    topics: Vec<Topic>,
}

impl Words {
    /// Builds the finder from the vocabulary of `language` (all where `None`; English always,
    /// because the keys of logs are English) and from more lists, each `a|b|c`.
    pub(crate) fn new<'w>(
        language: Option<Language>,
        more: impl Iterator<Item = (Topic, &'w str)>,
    ) -> Result<Words, Error> {
        let wanted = |of: Language| language.is_none_or(|l| l == of || of == Language::En);
        let fixed = vocabulary::LISTS.iter();
        let fixed = fixed
            .filter(|(_, of, _)| wanted(*of))
            .map(|&(topic, _, list)| (topic, list));
        let mut pairs: Vec<(String, Topic)> = Vec::new();
        for (topic, list) in fixed.chain(more) {
            for word in list.split('|').map(str::trim).filter(|w| !w.is_empty()) {
                spellings(word, |s| pairs.push((s, topic)));
            }
        }
        pairs.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.0.cmp(&b.1.0)));
        pairs.dedup();
        let finder = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::DFA))
            .build(pairs.iter().map(|(word, _)| word))
            .map_err(|e| Error::Words {
                problem: e.to_string(),
            })?;
        Ok(Words {
            finder,
            topics: pairs.into_iter().map(|(_, topic)| topic).collect(),
        })
    }

    /// All whole words of the vocabulary, sorted by end.
    pub(crate) fn find(&self, text: &str, hits: &mut Vec<Hit>) {
        for found in self.finder.find_overlapping_iter(text) {
            let (start, end) = (found.start(), found.end());
            if is_whole(text, start, end)
                && let Some(&topic) = self.topics.get(found.pattern().as_usize())
            {
                hits.push(Hit { start, end, topic });
            }
        }
    }
}

/// Whether no letter or digit touches a span from outside, where its own edge is one.
pub(crate) fn is_whole(text: &str, start: usize, end: usize) -> bool {
    let bytes = text.as_bytes();
    let edge = |outside: Option<&u8>, wide: &dyn Fn() -> Option<char>| match outside {
        None => true,
        Some(b) if b.is_ascii() => !b.is_ascii_alphanumeric(),
        Some(_) => wide().is_none_or(|c| !c.is_alphanumeric()),
    };
    edge(start.checked_sub(1).and_then(|p| bytes.get(p)), &|| {
        char_before(text, start)
    }) && edge(bytes.get(end), &|| char_at(text, end))
}

/// All spellings of a word that count. ASCII case is left to the finder.
fn spellings(word: &str, mut add: impl FnMut(String)) {
    let plain: String = word.chars().map(without_accent).collect();
    for form in [word, plain.as_str()] {
        let upper = form.to_uppercase();
        let mut letters = form.chars();
        let title: String = letters
            .next()
            .map(char::to_uppercase)
            .into_iter()
            .flatten()
            .chain(letters)
            .collect();
        for form in [form, upper.as_str(), title.as_str()] {
            add(form.to_owned());
            if form.contains(' ') {
                for joint in ["_", "-", ""] {
                    add(form.replace(' ', joint));
                }
            }
        }
    }
}

/// A letter without its accent, as capitals and hurried writers leave it.
fn without_accent(c: char) -> char {
    match c {
        'ά' => 'α',
        'έ' => 'ε',
        'ή' => 'η',
        'ί' | 'ϊ' | 'ΐ' => 'ι',
        'ό' => 'ο',
        'ύ' | 'ϋ' | 'ΰ' => 'υ',
        'ώ' => 'ω',
        'à' | 'á' | 'â' | 'ä' => 'a',
        'ç' => 'c',
        'è' | 'é' | 'ê' | 'ë' => 'e',
        'ì' | 'í' | 'î' | 'ï' => 'i',
        'ñ' => 'n',
        'ò' | 'ó' | 'ô' | 'ö' => 'o',
        'ù' | 'ú' | 'û' | 'ü' => 'u',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn topics(text: &str, language: Option<Language>) -> Vec<Topic> {
        let words = Words::new(language, std::iter::empty()).unwrap();
        let mut hits = Vec::new();
        words.find(text, &mut hits);
        hits.iter().map(|h| h.topic).collect()
    }

    #[test]
    fn words_are_whole_whatever_their_spelling() {
        for text in [
            "date of birth",
            "date_of_birth",
            "dateOfBirth:",
            "DATE-OF-BIRTH",
            "γέννηση",
            "ΓΕΝΝΗΣΗ",
        ] {
            assert!(topics(text, None).contains(&topic::BIRTH), "{text}");
        }
        for text in ["updated of births", "telegram", "πγέννηση"] {
            assert_eq!(topics(text, None), [], "{text}");
        }
    }

    #[test]
    fn a_language_leaves_the_others_out_but_english() {
        assert!(topics("Geburtsdatum", Some(Language::El)).is_empty());
        assert!(!topics("Geburtsdatum", Some(Language::De)).is_empty());
        assert!(!topics("phone", Some(Language::El)).is_empty());
        assert_eq!(Language::parse("de-AT"), Some(Language::De));
        assert_eq!(Language::parse("xx"), None);
    }
}
