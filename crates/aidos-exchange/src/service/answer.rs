//! What a service says, in one form: a score, how much stands behind it, and single facts.
//!
//! # Confidence
//!
//! All numbers are whole, 0 to 100; divisions round down.
//!
//! ```text
//! score        s   how bad, 0 to 100: the service's own where it has one, else by the rule in its file
//! decisiveness d = max(s, 100 − s)           a score in the middle says least
//! evidence     e = 100·n / (n + k)           n witnesses, k of the service: k witnesses weigh half
//! freshness    f = 100·90 / (90 + a)         a days since the youngest evidence, 0 where that is not known
//! confidence   c = d·e·f / 10000
//! ```
//!
//! Bands: from a score of 75 `malicious`, from 25 `suspicious`, below `harmless`; without any witness `unknown`, with a
//! confidence of 0. Several services join to the mean of their scores, weighed by their confidences, and to the highest
//! confidence less their disagreement: c·(100 − (largest score − least score)/2)/100.

use aidos_model::Timestamp;
use serde_json::{Map, Value};

/// Days after which evidence counts half.
const HALF: u64 = 90;
const DAY: i64 = 86_400;

/// What to make of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Band {
    /// Nobody said anything.
    Unknown,
    /// Witnesses say that it is harmless.
    Harmless,
    /// Some say it is not.
    Suspicious,
    /// It is bad.
    Malicious,
}

impl Band {
    /// The word that files and labels use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Harmless => "harmless",
            Self::Suspicious => "suspicious",
            Self::Malicious => "malicious",
        }
    }

    /// The band of a score.
    pub const fn of(score: u8) -> Self {
        match score {
            75.. => Self::Malicious,
            25.. => Self::Suspicious,
            _ => Self::Harmless,
        }
    }
}

/// What stands behind a score.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Witnesses: reporters, engines, samples.
    pub witnesses: u64,
    /// So many weigh half.
    pub half: u64,
    /// The youngest evidence.
    pub youngest: Option<Timestamp>,
}

/// One fact: its name, which is that of the service in snake case, and a flag, number or text.
pub type Fact = (&'static str, Value);

/// What a service says of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What to make of it.
    pub band: Band,
    /// How bad, 0 to 100; `None` where the service has no record.
    pub score: Option<u8>,
    /// How sure, 0 to 100.
    pub confidence: u8,
    /// Words for it: `tor`, `proxy`.
    pub labels: Vec<&'static str>,
    /// Code of its country.
    pub country: Option<String>,
    /// Number of its autonomous system.
    pub asn: Option<u32>,
    /// Who runs that, or the provider.
    pub owner: Option<String>,
    /// All else, in the service's order.
    pub facts: Vec<Fact>,
}

impl Answer {
    /// The service has no record.
    pub fn unknown() -> Self {
        Self {
            band: Band::Unknown,
            score: None,
            confidence: 0,
            labels: Vec::new(),
            country: None,
            asn: None,
            owner: None,
            facts: Vec::new(),
        }
    }

    /// An answer of this score, with what stands behind it at the time of asking.
    ///
    /// ```
    /// use aidos_exchange::service::{Answer, Band, Evidence};
    /// use aidos_model::Timestamp;
    /// let at = Timestamp::parse("2026-04-01T00:00:00Z").unwrap();
    /// let evidence = Evidence { witnesses: 9, half: 3, youngest: Timestamp::parse("2026-01-01T00:00:00Z") };
    /// // 100 · 75 · 50 / 10000: three in four of the weight, half of it for ninety days.
    /// let answer = Answer::scored(100, evidence, at);
    /// assert_eq!((answer.band, answer.confidence), (Band::Malicious, 37));
    /// ```
    pub fn scored(score: u8, evidence: Evidence, at: Timestamp) -> Self {
        let score = score.min(100);
        let known = evidence.witnesses > 0;
        Self {
            band: if known {
                Band::of(score)
            } else {
                Band::Unknown
            },
            score: known.then_some(score),
            confidence: confidence(score, evidence, at),
            ..Self::unknown()
        }
    }

    /// The answer with these facts; those that are not there are left out.
    #[must_use]
    pub(super) fn with(
        mut self,
        facts: impl IntoIterator<Item = (&'static str, Option<Value>)>,
    ) -> Self {
        let known = facts.into_iter();
        self.facts
            .extend(known.filter_map(|(name, value)| Some((name, value?))));
        self
    }

    /// The answer with a label where a flag is set.
    #[must_use]
    pub(super) fn label(mut self, set: Option<bool>, label: &'static str) -> Self {
        if set == Some(true) {
            self.labels.push(label);
        }
        self
    }

    /// The facts as a JSON object.
    pub fn facts(&self) -> Map<String, Value> {
        let facts = self.facts.iter();
        facts
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect()
    }
}

fn confidence(score: u8, evidence: Evidence, at: Timestamp) -> u8 {
    let decisive = u64::from(score.max(100 - score));
    let witnesses = evidence.witnesses.min(1_000_000);
    let weight = witnesses * 100 / (witnesses + evidence.half).max(1);
    let days = evidence.youngest.map_or(0, |youngest| {
        let age = at.seconds().saturating_sub(youngest.seconds()) / DAY;
        u64::try_from(age).unwrap_or(0)
    });
    let fresh = 100 * HALF / (HALF + days);
    u8::try_from(decisive * weight * fresh / 10_000).unwrap_or(100)
}

/// What several answers come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Joined {
    /// What to make of it.
    pub band: Band,
    /// How bad.
    pub score: Option<u8>,
    /// How sure.
    pub confidence: u8,
}

/// Joins the answers of several services about one value, as this module says.
pub fn join<'a>(answers: impl IntoIterator<Item = &'a Answer>) -> Joined {
    let (mut sum, mut weight, mut best) = (0_u64, 0_u64, 0_u8);
    let (mut least, mut largest) = (100_u8, 0_u8);
    for answer in answers {
        let Some(score) = answer.score.filter(|_| answer.confidence > 0) else {
            continue;
        };
        sum += u64::from(score) * u64::from(answer.confidence);
        weight += u64::from(answer.confidence);
        best = best.max(answer.confidence);
        least = least.min(score);
        largest = largest.max(score);
    }
    let Some(mean) = sum.checked_div(weight) else {
        return Joined {
            band: Band::Unknown,
            score: None,
            confidence: 0,
        };
    };
    let score = u8::try_from(mean).unwrap_or(100);
    let agreed = 100 - u64::from(largest.saturating_sub(least)) / 2;
    Joined {
        band: Band::of(score),
        score: Some(score),
        confidence: u8::try_from(u64::from(best) * agreed / 100).unwrap_or(100),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn confidence_follows_its_formula() {
        let now = at("2026-03-01T00:00:00Z");
        let evidence = |witnesses, youngest| Evidence {
            witnesses,
            half: 10,
            youngest,
        };
        for (score, witnesses, youngest, said) in [
            (100, 0, None, 0),
            (100, 10, None, 50),
            (100, 90, None, 90),
            (50, 90, None, 45),
            (0, 90, None, 90),
            (100, 90, Some("2026-03-01T00:00:00Z"), 90),
            (100, 90, Some("2027-03-01T00:00:00Z"), 90),
            (100, 90, Some("2025-12-01T00:00:00Z"), 45),
            (100, u64::MAX, Some("1970-01-01T00:00:00Z"), 0),
        ] {
            let got = confidence(score, evidence(witnesses, youngest.map(at)), now);
            assert_eq!(got, said, "{score} {witnesses} {youngest:?}");
        }
        assert_eq!(
            Answer::scored(100, evidence(0, None), now).band,
            Band::Unknown
        );
        assert_eq!(
            Answer::scored(74, evidence(1, None), now).band,
            Band::Suspicious
        );
        assert_eq!(Answer::scored(255, evidence(1, None), now).score, Some(100));
    }

    #[test]
    fn who_disagrees_makes_less_sure() {
        let now = at("2026-03-01T00:00:00Z");
        let answer = |score, witnesses| {
            let evidence = Evidence {
                witnesses,
                half: 10,
                youngest: None,
            };
            Answer::scored(score, evidence, now)
        };
        let (bad, good) = (answer(100, 90), answer(0, 90));
        let alone = join([&bad]);
        assert_eq!((alone.score, alone.confidence), (Some(100), 90));
        let both = join([&bad, &good]);
        assert_eq!(
            (both.band, both.score, both.confidence),
            (Band::Suspicious, Some(50), 45)
        );
        assert_eq!(join([&Answer::unknown()]).band, Band::Unknown);
        assert_eq!(join([&bad, &Answer::unknown()]), alone);
    }
}
