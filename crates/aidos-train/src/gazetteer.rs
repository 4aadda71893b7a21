//! The word lists of the model: what each word and phrase is known as.

use std::collections::BTreeMap;

use aidos_privacy::pii::tagger::{Mask, fold, key, list, phrase_key, pieces};

use crate::lists::Lists;
use crate::text::Text;
use crate::value::{Case, Language, decline, forms};

/// A word outside of names that the generated texts hold so many times counts by its spelling.
const OFTEN: u32 = 8;

/// All words and phrases by their keys.
pub(crate) fn words(lists: &Lists, texts: &[Text]) -> BTreeMap<u32, Mask> {
    let mut words = BTreeMap::new();
    let lists_of = [
        ("given/", list::GIVEN),
        ("family/", list::FAMILY),
        ("city/", list::CITY),
        ("own/city", list::CITY),
        ("country/", list::COUNTRY),
        ("own/country", list::COUNTRY),
        ("region/", list::PLACE),
        ("own/place", list::PLACE),
        ("own/group", list::GROUP),
        ("own/org.", list::ORGANIZATION),
        ("own/orgkind", list::KIND_OF_ORGANIZATION | list::KNOWN),
        ("own/legal", list::LEGAL_FORM | list::KNOWN),
        ("own/street.", list::STREET | list::KNOWN),
        ("own/unit", list::STREET | list::KNOWN),
        ("own/title", list::TITLE | list::KNOWN),
        ("word/", list::COMMON),
        ("own/word", list::COMMON | list::KNOWN),
        ("own/role", list::ROLE | list::KNOWN),
        ("own/time", list::TIME | list::KNOWN),
        ("own/product", list::TECHNICAL),
        ("own/particle", list::KNOWN),
    ];
    for (section, mask) in lists_of {
        for name in lists.all(section) {
            put(&mut words, name, mask);
            let greek = name.chars().any(|c| ('\u{370}'..='\u{3ff}').contains(&c));
            if greek
                && mask & (list::GIVEN | list::FAMILY | list::CITY | list::COUNTRY | list::PLACE)
                    != 0
            {
                put(&mut words, &decline(name, Case::Genitive), mask);
                put(&mut words, &decline(name, Case::Accusative), mask);
            }
        }
    }
    for language in Language::ALL {
        for word in lists.section(&format!("own/group.{}", language.code())) {
            for form in forms(word, language) {
                put(&mut words, &form, list::GROUP);
            }
        }
    }
    for (key, count) in spoken(texts) {
        if count >= OFTEN {
            *words.entry(key).or_default() |= list::KNOWN;
        }
    }
    words
}

/// Adds a name: itself where it is one word, else the phrase, and for persons its words.
fn put(words: &mut BTreeMap<u32, Mask>, name: &str, mask: Mask) {
    let keys = keys(name);
    match keys.as_slice() {
        [] => {}
        [one] => *words.entry(*one).or_default() |= mask,
        [first, rest @ ..] => {
            if keys.len() <= 4 {
                let joined = rest
                    .iter()
                    .fold(*first, |joined, word| phrase_key(joined, *word));
                *words.entry(joined).or_default() |= mask & !list::KNOWN;
            }
            let apart = list::GIVEN | list::FAMILY | list::LEGAL_FORM | list::TITLE | list::STREET;
            if mask & apart != 0 {
                for (key, word) in keys.iter().zip(name.split([' ', '-'])) {
                    if word.chars().count() > 2 {
                        *words.entry(*key).or_default() |= mask;
                    }
                }
            }
        }
    }
}

/// The keys of the tokens of a name, as the tagger makes them.
fn keys(name: &str) -> Vec<u32> {
    let mut cut = Vec::new();
    pieces(name, 0, name.len(), &mut cut);
    let one = |piece: &aidos_privacy::pii::tagger::Piece| {
        let mut folded = String::new();
        fold(
            name.get(piece.start..piece.end).unwrap_or_default(),
            &mut folded,
        );
        if folded.chars().count() > 1 {
            folded.retain(|c| c != '.');
        }
        key(&folded)
    };
    cut.iter().map(one).collect()
}

/// How often each word stands outside of names.
fn spoken(texts: &[Text]) -> BTreeMap<u32, u32> {
    let mut counts = BTreeMap::new();
    let mut cut = Vec::new();
    for text in texts {
        let mut place = 0;
        let ends = text
            .names
            .iter()
            .map(|name| (name.0, name.1))
            .chain(std::iter::once((text.text.len(), 0)));
        for (start, end) in ends {
            cut.clear();
            pieces(&text.text, place, start, &mut cut);
            for piece in &cut {
                let word = text.text.get(piece.start..piece.end).unwrap_or_default();
                if word.chars().next().is_some_and(char::is_alphabetic) {
                    for key in keys(word) {
                        *counts.entry(key).or_default() += 1;
                    }
                }
            }
            place = end;
        }
    }
    counts
}
