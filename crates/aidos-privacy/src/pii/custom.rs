//! Detectors of the user's own, in TOML: a dictionary, a pattern, a validator, context words.
//!
//! ```toml
//! [[detector]]
//! name = "employee"             # shown with each finding
//! type = "TAX_ID"               # optional; CUSTOM without it
//! subtype = "EMPLOYEE_NUMBER"   # optional; the name without it, where the type is CUSTOM
//! pattern = 'E-\d{6}'           # whole matches at word edges count
//! validator = "luhn"            # optional, over the match
//! context = ["employee", "staff number"]
//! score = 0.4                   # without a context word near; 0.6 without this field
//! context_score = 0.9           # with one
//!
//! [[detector]]
//! name = "projects"
//! dictionary = ["Project Aurora", "Project Borealis"]
//! ```

use std::borrow::Cow;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use regex::{Regex, RegexBuilder, RegexSet, RegexSetBuilder};
use serde::Deserialize;

use super::check::{luhn, mod11_10, mod97, verhoeff};
use super::window::Window;
use super::words::{Topic, is_whole, topic};
use super::{Candidate, Error, Finding, Kind, Proof};
use crate::message::{of_regex, of_toml, one_line};

/// Bytes that all patterns may take when compiled.
const SIZE_LIMIT: usize = 4 << 20;

/// A detector of the user's own, as its file says it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Custom {
    /// Shown with each finding.
    pub name: String,
    /// The type's word; `CUSTOM` where absent.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// What it is more finely.
    pub subtype: Option<String>,
    /// A regular expression; only matches at word edges count.
    pub pattern: Option<String>,
    /// Values, compared without ASCII case, as whole words.
    #[serde(default)]
    pub dictionary: Vec<String>,
    /// A checksum over the letters and digits of what the pattern matched.
    pub validator: Option<String>,
    /// Words that raise the score where one stands near.
    #[serde(default)]
    pub context: Vec<String>,
    /// The score without a context word; 0.6 where absent.
    pub score: Option<f32>,
    /// The score with a context word; 0.9 where absent.
    pub context_score: Option<f32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default)]
    detector: Vec<Custom>,
}

impl Custom {
    /// Reads the detectors of a TOML document.
    ///
    /// ```
    /// use aidos_privacy::pii::{Custom, Kind, Options, Scanner};
    ///
    /// let custom = Custom::from_toml("[[detector]]\nname = 'ticket'\npattern = 'INC-[0-9]{5}'")?;
    /// let scanner = Scanner::new(Options { custom, ..Options::default() })?;
    /// let mut found = Vec::new();
    /// scanner.scan("see INC-12345", &mut found);
    /// assert_eq!((found[0].kind, found[0].start), (Kind::Custom, 4));
    /// assert_eq!(found[0].subtype.as_deref(), Some("ticket"));
    /// # Ok::<(), aidos_privacy::pii::Error>(())
    /// ```
    ///
    /// # Errors
    /// Where the document is no TOML, or has fields that there are none of.
    pub fn from_toml(document: &str) -> Result<Vec<Custom>, Error> {
        let read: Document = toml::from_str(document).map_err(|e| Error::Toml {
            problem: of_toml(document, &e),
        })?;
        Ok(read.detector)
    }
}

/// Whether letters and digits, in capitals, pass.
type Check = fn(&[u8]) -> bool;

/// The checks that a custom detector may name.
const VALIDATORS: &[(&str, Check)] = &[
    ("luhn", |b| luhn(&digits(b))),
    ("mod97", |b| mod97(b.iter().copied()) == Some(1)),
    ("iban", |b| {
        b.split_at_checked(4)
            .is_some_and(|(head, body)| mod97(body.iter().chain(head).copied()) == Some(1))
    }),
    ("mod11_10", |b| mod11_10(&digits(b))),
    ("verhoeff", |b| verhoeff(&digits(b))),
];

/// The digits among some bytes.
fn digits(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().copied().filter(u8::is_ascii_digit).collect()
}

/// A detector made ready.
struct Ready {
    name: String,
    kind: Kind,
    subtype: Option<String>,
    validator: Option<Check>,
    context: String,
    score: f32,
    context_score: f32,
}

/// All custom detectors made ready.
pub(crate) struct Compiled {
    ready: Vec<Ready>,
    patterns: RegexSet,
    /// The single expressions, and the detector of each.
    single: Vec<(Regex, usize)>,
    dictionary: Option<(AhoCorasick, Vec<usize>)>,
}

/// The first topic of custom detectors: high above those of the built-in ones.
const FIRST: u16 = 0x8000;
const _: () = assert!(topic::FREE < FIRST);

impl Compiled {
    pub(crate) fn new(all: Vec<Custom>) -> Result<Compiled, Error> {
        let mut ready = Vec::new();
        let mut patterns = Vec::new();
        let mut single = Vec::new();
        let mut values = Vec::new();
        let mut owners = Vec::new();
        for custom in all {
            let owner = ready.len();
            let shown = [
                ("name", Some(&custom.name)),
                ("subtype", custom.subtype.as_ref()),
            ];
            for (field, word) in shown {
                if word
                    .is_some_and(|word| word.trim().is_empty() || word.contains(char::is_control))
                {
                    let number = owner + 1;
                    return Err(Error::Word { number, field });
                }
            }
            let name = custom.name.clone();
            if custom.pattern.is_none() && custom.dictionary.iter().all(|v| v.trim().is_empty()) {
                return Err(Error::Empty { name });
            }
            if let Some(pattern) = &custom.pattern {
                let regex = RegexBuilder::new(pattern)
                    .size_limit(SIZE_LIMIT)
                    .build()
                    .map_err(|e| Error::Pattern {
                        name: name.clone(),
                        problem: of_regex(&e),
                    })?;
                single.push((regex, owner));
                patterns.push(pattern.clone());
            }
            for value in custom.dictionary.iter().filter(|v| !v.trim().is_empty()) {
                values.push(value.trim().to_owned());
                owners.push(owner);
            }
            ready.push(Ready::new(custom)?);
        }
        let set = RegexSetBuilder::new(&patterns)
            .size_limit(SIZE_LIMIT)
            .build();
        let patterns = set.map_err(|e| Error::Pattern {
            name: "all together".into(),
            problem: of_regex(&e),
        })?;
        let dictionary = if values.is_empty() {
            None
        } else {
            let finder = AhoCorasick::builder()
                .ascii_case_insensitive(true)
                .match_kind(MatchKind::LeftmostLongest)
                .kind(Some(AhoCorasickKind::ContiguousNFA))
                .build(&values)
                .map_err(|e| Error::Words {
                    problem: e.to_string(),
                })?;
            Some((finder, owners))
        };
        Ok(Compiled {
            ready,
            patterns,
            single,
            dictionary,
        })
    }

    /// The context words, for the word finder.
    pub(crate) fn words(&self) -> impl Iterator<Item = (Topic, &str)> {
        (FIRST..)
            .zip(&self.ready)
            .map(|(n, ready)| (Topic(n), ready.context.as_str()))
    }

    /// Reports what the custom detectors find.
    pub(crate) fn find(&self, w: &mut Window<'_>) {
        for hit in self.patterns.matches(w.text) {
            let Some((regex, owner)) = self.single.get(hit) else {
                continue;
            };
            for found in regex.find_iter(w.text) {
                self.report(w, *owner, found.start(), found.end(), "its pattern");
            }
        }
        if let Some((finder, owners)) = &self.dictionary {
            for found in finder.find_iter(w.text) {
                if let Some(&owner) = owners.get(found.pattern().as_usize()) {
                    self.report(w, owner, found.start(), found.end(), "its dictionary");
                }
            }
        }
    }

    fn report(&self, w: &mut Window<'_>, owner: usize, start: usize, end: usize, how: &str) {
        let Some(ready) = self.ready.get(owner) else {
            return;
        };
        if start >= end || !is_whole(w.text, start, end) {
            return;
        }
        if let Some(validator) = ready.validator {
            let bytes = w
                .slice(start, end)
                .iter()
                .filter(|b| b.is_ascii_alphanumeric());
            if !validator(&bytes.map(u8::to_ascii_uppercase).collect::<Vec<u8>>()) {
                return;
            }
        }
        let topic = Topic(u16::try_from(owner).map_or(u16::MAX, |n| FIRST.saturating_add(n)));
        let near = w.near(topic, start, end);
        let score = if near {
            ready.context_score
        } else {
            ready.score
        };
        if score < w.min_score || !w.wants(ready.kind) {
            return;
        }
        let beside = if near { " and a context word near" } else { "" };
        let finding = Finding {
            start,
            end,
            kind: ready.kind,
            subtype: ready.subtype.clone().map(Cow::Owned),
            score,
            detector: Cow::Owned(ready.name.clone()),
            why: Cow::Owned(format!("custom detector: {how}{beside}")),
        };
        w.found.push(Candidate {
            finding,
            proof: Proof::Checked,
        });
    }
}

impl Ready {
    fn new(custom: Custom) -> Result<Ready, Error> {
        let Custom {
            name,
            kind,
            subtype,
            validator,
            context,
            score,
            context_score,
            ..
        } = custom;
        let kind = match kind {
            None => Kind::Custom,
            Some(word) => {
                let Some(kind) = Kind::parse(&word) else {
                    let word = one_line(&word);
                    return Err(Error::UnknownKind { name, word });
                };
                kind
            }
        };
        let mut check = None;
        if let Some(word) = validator {
            check = VALIDATORS
                .iter()
                .find(|(known, _)| *known == word)
                .map(|&(_, check)| check);
            if check.is_none() {
                let known: Vec<&str> = VALIDATORS.iter().map(|(known, _)| *known).collect();
                let (word, known) = (one_line(&word), known.join(", "));
                return Err(Error::UnknownValidator { name, word, known });
            }
        }
        let (score, context_score) = (score.unwrap_or(0.6), context_score.unwrap_or(0.9));
        for score in [score, context_score] {
            if !(0.0..=1.0).contains(&score) {
                return Err(Error::Score { name, score });
            }
        }
        let subtype = subtype.or_else(|| (kind == Kind::Custom).then(|| name.clone()));
        Ok(Ready {
            name,
            kind,
            subtype,
            validator: check,
            context: context.join("|"),
            score,
            context_score,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pii::{Options, Scanner};

    fn scan(toml: &str, text: &str) -> Vec<Finding> {
        let custom = Custom::from_toml(toml).unwrap();
        let mut out = Vec::new();
        Scanner::new(Options {
            custom,
            ..Options::default()
        })
        .unwrap()
        .scan(text, &mut out);
        out
    }

    fn refused(toml: &str) -> String {
        let custom = match Custom::from_toml(toml) {
            Ok(custom) => custom,
            Err(e) => return e.to_string(),
        };
        Scanner::new(Options {
            custom,
            ..Options::default()
        })
        .unwrap_err()
        .to_string()
    }

    #[test]
    fn pattern_validator_and_context_together() {
        let toml = "[[detector]]\nname='badge'\ntype='TAX_ID'\npattern='B-\\d{4}'\nvalidator='luhn'\n\
                    context=['badge']\nscore=0.3\ncontext_score=0.8";
        assert_eq!(scan(toml, "B-2345"), []);
        assert_eq!(scan(toml, "badge B-2346"), []);
        let out = scan(toml, "badge B-2345");
        assert_eq!(out.len(), 1);
        assert_eq!((out[0].kind, out[0].score), (Kind::TaxId, 0.8));
        assert_eq!(scan(toml, "badge xB-2345"), []);
    }

    #[test]
    fn dictionaries_match_whole_words() {
        let toml = "[[detector]]\nname='projects'\ndictionary=['Project Aurora', 'Έργο Ηώς']";
        assert_eq!(scan(toml, "the project aurora and Έργο Ηώς").len(), 2);
        assert_eq!(scan(toml, "project auroral").len(), 0);
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (toml, part) in [
            ("[[detector]]\nname='a'", "give it `pattern`"),
            ("[[detector]]\nname='a'\npattern='('", "cannot compile"),
            (
                "[[detector]]\nname='a'\npattern='(\\w{50}){900}'",
                "cannot compile",
            ),
            (
                "[[detector]]\nname='a'\npattern='b'\ntype='SHOE'",
                "no type `SHOE`",
            ),
            (
                "[[detector]]\nname='a'\npattern='b'\nvalidator='x'",
                "luhn, mod97",
            ),
            (
                "[[detector]]\nname='a'\npattern='b'\nscore=2.0",
                "not between 0 and 1",
            ),
            (
                "[[detector]]\nname='a'\ncolour='b'",
                "line 3, column 1: unknown field",
            ),
            ("[[detector]]\nname='a'\npattern='('", "unclosed group"),
            (
                "[[detector]]\nname=\"a\\u001B\"\npattern='b'",
                "detector 1: its name",
            ),
            (
                "[[detector]]\nname='a'\nsubtype=\"\\n\"\npattern='b'",
                "its subtype",
            ),
            (
                "[[detector]]\nname='a'\npattern='b'\ntype=\"\\n\"",
                "no type `\\n`",
            ),
        ] {
            let said = refused(toml);
            assert!(said.contains(part), "{toml}: {said}");
            // What a file says is not obeyed by a terminal.
            assert!(!said.contains(char::is_control), "{toml}: {said}");
        }
    }
}
