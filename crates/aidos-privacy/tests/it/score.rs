//! Scores findings as Presidio's span evaluator does: a finding is right where it has the type of a labelled span
//! and the two share nine tenths of the characters that they cover together.

use std::collections::BTreeMap;

use aidos_privacy::pii::{CodePoints, Finding, Scanner};

/// The share of common characters from which two spans are the same.
const SAME: f64 = 0.9;
/// The types of names, which the tagger finds.
pub(crate) const NAMES: &[&str] = &["PERSON", "LOCATION", "ORGANIZATION", "NRP", "TITLE"];
/// The types that are labelled in texts of all sorts.
pub(crate) const ALL: &[&str] = &[
    "PERSON",
    "LOCATION",
    "ORGANIZATION",
    "NRP",
    "TITLE",
    "AGE",
    "ZIP_CODE",
    "DATE_TIME",
    "PHONE_NUMBER",
    "EMAIL_ADDRESS",
    "URL",
    "IP_ADDRESS",
    "CREDIT_CARD",
    "IBAN_CODE",
    "US_SSN",
    "CRYPTO",
];

/// A labelled text.
pub(crate) struct Labelled {
    pub(crate) language: String,
    pub(crate) domain: String,
    pub(crate) text: String,
    /// Start and end in code points, and the type.
    pub(crate) spans: Vec<(usize, usize, String)>,
}

/// Reads the lines of a labelled set.
pub(crate) fn read(lines: &str) -> Vec<Labelled> {
    let word = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let number =
        |value: &serde_json::Value| usize::try_from(value.as_u64().unwrap_or(0)).unwrap_or(0);
    lines
        .lines()
        .map(|line| {
            let value: serde_json::Value = serde_json::from_str(line).unwrap();
            let spans = value["spans"].as_array().into_iter().flatten();
            Labelled {
                language: word(&value["language"]),
                domain: word(&value["domain"]),
                text: word(&value["text"]),
                spans: spans
                    .map(|span| {
                        (
                            number(&span["start"]),
                            number(&span["end"]),
                            word(&span["type"]),
                        )
                    })
                    .collect(),
            }
        })
        .collect()
}

/// Right, too much and missed.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub(crate) struct Count {
    pub(crate) right: u32,
    pub(crate) false_alarms: u32,
    pub(crate) missed: u32,
}

impl Count {
    pub(crate) fn precision(self) -> f64 {
        share(self.right, self.right + self.false_alarms)
    }

    pub(crate) fn recall(self) -> f64 {
        share(self.right, self.right + self.missed)
    }

    /// The F-measure that counts recall twice.
    pub(crate) fn f2(self) -> f64 {
        let (p, r) = (self.precision(), self.recall());
        if p + r > 0.0 {
            5.0 * p * r / (4.0 * p + r)
        } else {
            0.0
        }
    }
}

fn share(part: u32, whole: u32) -> f64 {
    if whole == 0 {
        1.0
    } else {
        f64::from(part) / f64::from(whole)
    }
}

/// The scores of a set of texts.
#[derive(Debug, Default)]
pub(crate) struct Score {
    /// By type; `PII` is any of them, whatever its type.
    pub(crate) types: BTreeMap<String, Count>,
    /// Labelled characters, and those that no finding covers.
    pub(crate) characters: u32,
    pub(crate) leaked: u32,
    /// Texts without labels, and those in which something was found.
    pub(crate) empty: u32,
    pub(crate) alarmed: u32,
    /// Findings of the tagger: score in tenths, right or not.
    pub(crate) sure: BTreeMap<u32, Count>,
    /// What went wrong, for a person who looks at it.
    pub(crate) mistakes: Vec<String>,
}

/// Scores what a scanner finds of some types in texts.
pub(crate) fn score<'t>(
    scanner: &Scanner,
    types: &[&str],
    texts: impl Iterator<Item = &'t Labelled>,
) -> Score {
    let mut score = Score::default();
    let mut found: Vec<Finding> = Vec::new();
    for labelled in texts {
        found.clear();
        scanner.scan(&labelled.text, &mut found);
        let mut points = CodePoints::new(&labelled.text);
        let all: Vec<(usize, usize, &Finding)> = found
            .iter()
            .map(|f| (points.at(f.start), points.at(f.end), f))
            .collect();
        let names: Vec<(usize, usize, &Finding)> = all
            .iter()
            .copied()
            .filter(|f| types.contains(&f.2.kind.word()))
            .collect();
        let part = |start: usize, end: usize| -> String {
            labelled
                .text
                .chars()
                .skip(start)
                .take(end.saturating_sub(start))
                .collect()
        };
        for kind in types.iter().copied().chain(std::iter::once("PII")) {
            let fits = |word: &str| kind == "PII" || kind == word;
            let count = score.types.entry(kind.to_owned()).or_default();
            for (start, end, word) in labelled.spans.iter().filter(|span| fits(&span.2)) {
                let hit = names
                    .iter()
                    .any(|f| fits(f.2.kind.word()) && same((*start, *end), (f.0, f.1)));
                if hit {
                    count.right += 1;
                } else {
                    count.missed += 1;
                    if kind != "PII" {
                        let line = format!(
                            "missed {word} `{}` in: {}",
                            part(*start, *end),
                            labelled.text.replace('\n', "⏎")
                        );
                        score.mistakes.push(line);
                    }
                }
            }
            for &(start, end, finding) in names.iter().filter(|f| fits(f.2.kind.word())) {
                let hit = labelled
                    .spans
                    .iter()
                    .any(|s| fits(&s.2) && same((s.0, s.1), (start, end)));
                if !hit {
                    count.false_alarms += 1;
                    if kind != "PII" {
                        let word = finding.kind.word();
                        let line = format!(
                            "  alarm {word} `{}` {:.2} in: {}",
                            part(start, end),
                            finding.score,
                            labelled.text.replace('\n', "⏎")
                        );
                        score.mistakes.push(line);
                    }
                }
                if kind != "PII" && finding.detector == "tagger" {
                    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // 0 to 10
                    let tenth = score.sure.entry((finding.score * 10.0) as u32).or_default();
                    *(if hit {
                        &mut tenth.right
                    } else {
                        &mut tenth.false_alarms
                    }) += 1;
                }
            }
        }
        for (start, end, _) in &labelled.spans {
            for at in *start..*end {
                score.characters += 1;
                score.leaked += u32::from(!all.iter().any(|f| f.0 <= at && at < f.1));
            }
        }
        if labelled.spans.is_empty() {
            score.empty += 1;
            score.alarmed += u32::from(!names.is_empty());
        }
    }
    score
}

/// Whether two spans share nine tenths of what they cover.
fn same(a: (usize, usize), b: (usize, usize)) -> bool {
    let common = a.1.min(b.1).saturating_sub(a.0.max(b.0));
    let whole = a.1.max(b.1).saturating_sub(a.0.min(b.0));
    #[allow(clippy::cast_precision_loss)] // short texts
    let share = common as f64 / whole.max(1) as f64;
    share >= SAME
}
