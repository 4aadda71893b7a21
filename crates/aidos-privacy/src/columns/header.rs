//! What the name of a column says: words in eight languages, however they are written together.

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use super::kind::Type;
use super::{number, words};

/// Log-odds of a name that is a word of the type and nothing else.
const WHOLE: f64 = 5.0;
/// Log-odds where the words end the name: `customer_email`.
const LAST: f64 = 4.0;
/// Log-odds where they stand elsewhere: `email_customer`.
const ELSEWHERE: f64 = 3.0;
/// Log-odds where they are written together with others: `custemail`.
const INSIDE: f64 = 2.5;

/// Words that, behind a type's words, say that the column is about it and not it: `email_verified`.
const CHANGERS: &[&str] = &[
    "count",
    "counts",
    "verified",
    "valid",
    "validated",
    "flag",
    "status",
    "type",
    "kind",
    "length",
    "len",
    "size",
    "total",
    "sum",
    "avg",
    "mean",
    "bounced",
    "optin",
    "enabled",
    "score",
    "rank",
    "ratio",
    "rate",
    "hash",
    "hashed",
    "confirmed",
    "consent",
    "change",
    "changes",
    "provider",
    "format",
    "required",
    "ok",
    "anzahl",
    "nombre",
    "cantidad",
    "numero_di",
    "αριθμος",
    "πληθος",
    "present",
    "known",
    "source",
];

/// Words between others that are often left out.
const STOPS: &[&str] = &[
    "de", "del", "di", "da", "do", "of", "d", "della", "des", "du", "la", "van", "the", "e", "y",
    "und", "et",
];

/// Words that may stand behind and change nothing.
const FILLERS: &[&str] = &[
    "value",
    "values",
    "field",
    "raw",
    "text",
    "str",
    "string",
    "txt",
    "old",
    "new",
    "primary",
    "secondary",
    "main",
    "home",
    "work",
    "no",
    "nr",
    "num",
    "number",
    "of",
    "the",
    "col",
    "column",
    "orig",
    "norm",
    "clean",
];

/// A claim of a name.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Claim {
    pub(crate) kind: Type,
    pub(crate) log_odds: f64,
    /// The word that claims it.
    pub(crate) word: String,
}

/// The dictionary of names, built once.
#[derive(Debug)]
pub(crate) struct Names {
    /// By the words written together, without accents.
    phrases: HashMap<String, Vec<(Type, f64)>>,
    /// Phrases long enough to be seen inside a word.
    long: Vec<String>,
}

impl Names {
    pub(crate) fn new() -> Names {
        let mut phrases: HashMap<String, Vec<(Type, f64)>> = HashMap::new();
        let mut add = |phrase: &str, kind: Type, factor: f64| {
            let words = tokens(phrase);
            // `date de naissance` is also written `date_naissance`.
            let short: Vec<&String> = words
                .iter()
                .filter(|w| !STOPS.contains(&w.as_str()))
                .collect();
            let short: String = short.into_iter().map(String::as_str).collect();
            let mut spellings = vec![words.concat(), short];
            spellings.dedup();
            for joined in spellings.into_iter().filter(|s| !s.is_empty()) {
                let claims = phrases.entry(joined).or_default();
                match claims.iter_mut().find(|(known, _)| *known == kind) {
                    Some((_, known)) => *known = known.max(factor),
                    None => claims.push((kind, factor)),
                }
            }
        };
        for &(kind, factor, list) in words::HEADERS {
            for phrase in list.split('|') {
                add(phrase.trim(), kind, factor);
            }
        }
        for &(kind, list) in words::NUMBERS {
            if let Some(kind) = Type::parse(kind) {
                for phrase in list.split('|') {
                    add(phrase.trim(), kind, 1.0);
                }
            }
        }
        // The words of the detectors are meant for running text; as names they say a little less.
        for (kind, list) in number::words() {
            for phrase in list.split('|').filter(|p| p.chars().count() > 3) {
                add(phrase, kind, 0.8);
            }
            add(kind.own_word(), kind, 1.0);
            if let Some((_, short)) = kind.own_word().split_once('_') {
                add(short, kind, 0.7);
            }
        }
        let mut long: Vec<String> = phrases
            .keys()
            .filter(|p| p.chars().count() >= 5)
            .cloned()
            .collect();
        // The longest first, then by name, so that what is found is the same in every run.
        long.sort_by_key(|p| (std::cmp::Reverse(p.len()), p.clone()));
        Names { phrases, long }
    }

    /// What a name claims, the strongest first; a claim a type.
    pub(crate) fn claims(&self, name: &str) -> Vec<Claim> {
        let mut claims: Vec<Claim> = Vec::new();
        let mut all = tokens(name);
        // Of a path the last member says most; the others stay before it as words.
        let last = name.rsplit(['.', '/', ':']).next().unwrap_or(name);
        let member = tokens(last);
        while all.len() > 1 && all.last().is_some_and(|t| is_filler(t)) {
            let without = all.get(..all.len() - 1).unwrap_or_default();
            // `phone number` is a phrase of its own; `phone_1` is `phone`.
            // Also at the end of a path: `file.hashes.SHA-256`.
            let phrase = |from: usize| {
                let last = all.get(from..).unwrap_or_default();
                self.phrases.contains_key(&last.concat())
            };
            if (0..all.len() - 1).any(phrase) {
                break;
            }
            all = without.to_vec();
        }
        let count = all.len();
        for start in 0..count {
            for end in (start + 1..=count.min(start + 6)).rev() {
                let joined = all.get(start..end).unwrap_or_default().concat();
                let Some(known) = self.phrases.get(&joined) else {
                    continue;
                };
                let behind = all.get(end..).unwrap_or_default();
                if behind.iter().any(|t| CHANGERS.contains(&t.as_str())) {
                    continue;
                }
                let strength = if end == count && (start == 0 || joined == member.concat()) {
                    WHOLE
                } else if end == count {
                    LAST
                } else {
                    ELSEWHERE
                };
                // More words say more: `date of birth` beats `date` inside it.
                #[allow(clippy::cast_precision_loss)] // at most six
                let length = 0.35 * (end - start - 1) as f64;
                for &(kind, factor) in known {
                    claim(&mut claims, kind, (strength + length) * factor, &joined);
                }
            }
        }
        if claims.is_empty() {
            let whole = all.concat();
            let changed = all.iter().any(|t| CHANGERS.contains(&t.as_str()));
            let inside = |p: &&String| whole.ends_with(p.as_str()) || whole.starts_with(p.as_str());
            if let Some(phrase) = self.long.iter().find(inside)
                && !changed
            {
                for &(kind, factor) in self.phrases.get(phrase).into_iter().flatten() {
                    claim(&mut claims, kind, INSIDE * factor, phrase);
                }
            }
        }
        claims.sort_by(|a, b| {
            b.log_odds
                .total_cmp(&a.log_odds)
                .then_with(|| a.kind.cmp(&b.kind))
        });
        claims
    }
}

fn claim(claims: &mut Vec<Claim>, kind: Type, log_odds: f64, word: &str) {
    match claims.iter_mut().find(|c| c.kind == kind) {
        Some(known) if known.log_odds >= log_odds => {}
        Some(known) => (known.log_odds, known.word) = (log_odds, word.to_owned()),
        None => claims.push(Claim {
            kind,
            log_odds,
            word: word.to_owned(),
        }),
    }
}

fn is_filler(token: &str) -> bool {
    FILLERS.contains(&token) || token.bytes().all(|b| b.is_ascii_digit())
}

/// The words of a name: `dateOfBirth`, `date_of_birth`, `IPAddress`, `patient.birth-date`; without accents,
/// in lower case.
///
/// ```text
/// HTTPStatus2 → http status 2
/// ```
pub(crate) fn tokens(name: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut word = String::new();
    let letters: Vec<char> = name
        .nfd()
        .filter(|c| !is_combining_mark(*c))
        .take(512)
        .collect();
    for (at, &letter) in letters.iter().enumerate() {
        if !letter.is_alphanumeric() {
            if !word.is_empty() {
                all.push(std::mem::take(&mut word));
            }
            continue;
        }
        let before = at.checked_sub(1).and_then(|at| letters.get(at)).copied();
        let behind = letters.get(at + 1).copied();
        let starts = before.is_some_and(|before| {
            letter.is_uppercase() && before.is_lowercase()
                || letter.is_uppercase()
                    && before.is_uppercase()
                    && behind.is_some_and(char::is_lowercase)
                || letter.is_numeric() != before.is_numeric() && before.is_alphanumeric()
        });
        if starts && !word.is_empty() {
            all.push(std::mem::take(&mut word));
        }
        word.extend(letter.to_lowercase());
    }
    if !word.is_empty() {
        all.push(word);
    }
    all.iter().map(|word| fold(word)).collect()
}

/// A text in lower case without accents, final sigma as any other.
pub(crate) fn fold(text: &str) -> String {
    text.nfd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .map(|c| match c {
            'ς' => 'σ',
            'ß' => 's',
            'ø' => 'o',
            'ł' => 'l',
            'ı' => 'i',
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn best(name: &str) -> Option<Type> {
        Names::new().claims(name).first().map(|c| c.kind)
    }

    #[test]
    fn names_are_cut_into_words() {
        for (name, wanted) in [
            ("dateOfBirth", "date of birth"),
            ("DATE_OF_BIRTH", "date of birth"),
            ("patient.birth-date", "patient birth date"),
            ("IPAddress", "ip address"),
            ("HTTPStatus2", "http status 2"),
            ("Ημ/νία Γέννησης", "ημ νια γεννησησ"),
            ("Straße", "strase"),
            ("prénom", "prenom"),
            ("", ""),
        ] {
            assert_eq!(tokens(name).join(" "), wanted);
        }
    }

    #[test]
    fn names_of_eight_languages_are_known() {
        for (name, wanted) in [
            ("dob", Type::Birthday),
            ("gndr", Type::Gender),
            ("ccno", Type::Card),
            ("customerEmailAddress", Type::Email),
            ("custemail", Type::Email),
            ("Επώνυμο", Type::LastName),
            ("ΕΠΩΝΥΜΟ", Type::LastName),
            ("Geburtsdatum", Type::Birthday),
            ("code postal", Type::Zip),
            ("apellidos", Type::LastName),
            ("cognome", Type::LastName),
            ("voornaam", Type::FirstName),
            ("data de nascimento", Type::Birthday),
            ("user.email", Type::Email),
            ("source.ip", Type::Ip),
            ("phone_number_2", Type::Phone),
            ("sha256", Type::Hash),
            ("file.hashes.SHA-256", Type::Hash),
        ] {
            assert_eq!(best(name), Some(wanted), "{name}");
        }
        assert_eq!(best("afm").map(Type::own_word), Some("GR_AFM"));
        assert_eq!(best("ΑΦΜ").map(Type::own_word), Some("GR_AFM"));
        assert_eq!(best("ssn").map(Type::own_word), Some("US_SSN"));
    }

    #[test]
    fn a_word_inside_another_or_changed_by_the_next_claims_nothing() {
        for name in [
            "capacity",
            "capital_gain",
            "public",
            "message",
            "col7",
            "x",
            "tip",
            "shipping",
        ] {
            let claims = Names::new().claims(name);
            let wrong = [Type::Zip, Type::Age, Type::Ip, Type::Card];
            assert!(
                claims.iter().all(|c| !wrong.contains(&c.kind)),
                "{name}: {claims:?}"
            );
        }
        assert_eq!(best("email_verified"), Some(Type::Boolean));
        assert_eq!(best("ip_count"), Some(Type::Integer));
    }
}
