//! Words that tell what stands beside them, found in one walk over the text.
//!
//! Whole words only: a licence must not be seen in "public". A phrase also counts in its
//! written-together forms (`date_of_birth`, `date-of-birth`, `dateOfBirth`), in capitals and
//! without accents.

mod vocabulary;

use super::swar;
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

/// The word finder: every word of the text is looked up by its hash, then compared whole.
///
/// An automaton over some ten thousand spellings would not stay in the near cache; a filter of
/// four kilobytes does, and turns nearly all words of a log away.
pub(crate) struct Words {
    /// A bit for each slot that holds a spelling.
    filter: Vec<u64>,
    /// Where the spellings of each slot begin.
    starts: Vec<u32>,
    /// The spellings, in ASCII lower case, by the slot of their first word.
    entries: Vec<(Box<[u8]>, Topic)>,
}

/// Slots of the table; a power of two.
const SLOTS: usize = 1 << 15;

/// The hash of a word, eight bytes at a time; ASCII letters count without case.
fn hash(bytes: &[u8], start: usize, end: usize) -> u32 {
    const SMALL: u64 = 0x2020_2020_2020_2020;
    let mut hash = (end - start) as u64;
    let mut place = start;
    while place < end {
        // What lies behind the word does not count.
        let behind = 64usize.saturating_sub(8 * (end - place));
        let own = (swar::load(bytes, place) | SMALL) << behind >> behind;
        hash = (hash ^ own).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        hash ^= hash >> 32;
        place += 8;
    }
    u32::try_from(hash & 0xffff_ffff).unwrap_or(0)
}

/// The slot of a hash: its bits folded, since the multiplication mixes upwards.
fn slot(hash: u32) -> usize {
    (hash ^ hash >> 15) as usize % SLOTS
}

impl Words {
    /// Builds the finder from the vocabulary of `language` (all where `None`; English always,
    /// because the keys of logs are English) and from more lists, each `a|b|c`.
    pub(crate) fn new<'w>(
        language: Option<Language>,
        more: impl Iterator<Item = (Topic, &'w str)>,
    ) -> Words {
        let wanted = |of: Language| language.is_none_or(|l| l == of || of == Language::En);
        let fixed = vocabulary::LISTS.iter();
        let fixed = fixed
            .filter(|(_, of, _)| wanted(*of))
            .map(|&(topic, _, list)| (topic, list));
        let mut all: Vec<(usize, Box<[u8]>, Topic)> = Vec::new();
        for (topic, list) in fixed.chain(more) {
            for word in list.split('|').map(str::trim).filter(|w| !w.is_empty()) {
                spellings(word, |spelling| {
                    let bytes: Box<[u8]> = spelling.to_ascii_lowercase().into_bytes().into();
                    let first = next_word(&spelling, 0).unwrap_or((0, 0, 0));
                    if first.0 == 0 && first.1 > 0 {
                        all.push((slot(first.2), bytes, topic));
                    }
                });
            }
        }
        all.sort_by(|a, b| (a.0, &a.1, a.2.0).cmp(&(b.0, &b.1, b.2.0)));
        all.dedup_by(|a, b| a.1 == b.1 && a.2 == b.2);
        let mut filter = vec![0u64; SLOTS / 64];
        let mut starts = vec![0u32; SLOTS + 1];
        for (slot, _, _) in &all {
            if let (Some(bits), Some(count)) = (filter.get_mut(slot / 64), starts.get_mut(slot + 1))
            {
                *bits |= 1 << (slot % 64);
                *count += 1;
            }
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        Words {
            filter,
            starts,
            entries: all.into_iter().map(|(_, w, t)| (w, t)).collect(),
        }
    }

    /// All whole words of the vocabulary, sorted by end; `words` are the text's words of ASCII letters and digits.
    pub(crate) fn find(&self, text: &str, words: &[(usize, usize)], hits: &mut Vec<Hit>) {
        if text.is_ascii() {
            for &(start, end) in words {
                self.look(text, start, hash(text.as_bytes(), start, end), hits);
            }
        } else {
            let mut place = 0;
            while let Some((start, end, hash)) = next_word(text, place) {
                place = end;
                self.look(text, start, hash, hits);
            }
        }
        hits.sort_unstable_by_key(|hit| (hit.end, hit.start, hit.topic.0));
    }

    /// Adds what begins with a word of this hash that starts here.
    #[inline]
    fn look(&self, text: &str, start: usize, hash: u32, hits: &mut Vec<Hit>) {
        let slot = slot(hash);
        let bits = self.filter.get(slot / 64).copied().unwrap_or(0);
        if bits >> (slot % 64) & 1 == 0 {
            return;
        }
        let entry = |slot: usize| self.starts.get(slot).map_or(0, |&n| n as usize);
        let entries = self.entries.get(entry(slot)..entry(slot + 1));
        for (word, topic) in entries.unwrap_or_default() {
            let end = start + word.len();
            let here = text.as_bytes().get(start..end);
            if here.is_some_and(|b| b.eq_ignore_ascii_case(word)) && is_whole(text, start, end) {
                hits.push(Hit {
                    start,
                    end,
                    topic: *topic,
                });
            }
        }
    }
}

/// The first stretch of letters and digits at or behind a place: its start, end and hash.
///
/// Letters of any script count; other characters part words, also where they are not ASCII.
fn next_word(text: &str, from: usize) -> Option<(usize, usize, u32)> {
    let bytes = text.as_bytes();
    let wide = |place: usize| char_at(text, place).unwrap_or(' ');
    let mut start = from;
    loop {
        match *bytes.get(start)? {
            byte if byte.is_ascii_alphanumeric() => break,
            byte if byte.is_ascii() => start += 1,
            _ => match wide(start) {
                c if c.is_alphanumeric() => break,
                c => start += c.len_utf8(),
            },
        }
    }
    let mut end = start;
    loop {
        end = swar::word_end(bytes, end);
        match bytes.get(end) {
            Some(0x80..) if wide(end).is_alphanumeric() => end += wide(end).len_utf8(),
            _ => break,
        }
    }
    Some((start, end, hash(bytes, start, end)))
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
        let words = Words::new(language, std::iter::empty());
        let mut hits = Vec::new();
        let mut own = Vec::new();
        swar::words(text.as_bytes(), &mut own);
        words.find(text, &own, &mut hits);
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
