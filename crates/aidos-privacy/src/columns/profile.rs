//! The verdict on each column of a table.

use std::collections::BTreeMap;

use super::assign::Assignments;
use super::domain;
use super::header::Names;
use super::judge::{self, Candidates, Evidence, Source};
use super::kind::Type;
use super::lexicon::Lexicon;
use super::minimise::{self, Costs};
use super::relation;
use super::report::{Alternative, ColumnFound, Inside, Report, Typed};
use super::sample::Table;
use super::shape::Shape;
use super::stats::{Stats, as_float};
use crate::pii::{Finding, Kind, Scanner};

/// Different cells of a free text that are scanned.
const SCANNED: usize = 400;
/// Other types that are named beside the verdict.
const ALTERNATIVES: usize = 3;
/// A column of at most this many different words may be a category.
const CATEGORY: usize = 24;

/// How a table is profiled.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// The least share of the filled cells that must look like a type, 0.05 to 0.95.
    pub min_share: f64,
    /// What was assigned by hand.
    pub by_hand: Assignments,
    /// Whether to say what encryption or a partner needs, and at which costs.
    pub minimise: Option<Costs>,
}

impl Default for Options {
    /// A share of 0.6, nothing by hand, no minimising.
    fn default() -> Options {
        Options {
            min_share: 0.6,
            by_hand: Assignments::default(),
            minimise: None,
        }
    }
}

/// Profiles tables. Built once, then shared: a profile changes nothing in it.
#[derive(Debug)]
pub struct Profiler {
    names: Names,
    lexicon: Lexicon,
    scanner: Scanner,
}

/// A column's type, how sure, and why.
struct Verdict {
    kind: Type,
    confidence: f64,
    evidence: Vec<Evidence>,
    alternatives: Vec<Alternative>,
}

impl Profiler {
    /// A profiler that reads free text by this scanner.
    pub fn new(scanner: Scanner) -> Profiler {
        Profiler {
            names: Names::new(),
            lexicon: Lexicon::new(),
            scanner,
        }
    }

    /// Profiles a table. The same sample gives the same report.
    pub fn profile(&self, table: &Table, options: &Options) -> Report {
        let min_share = options.min_share.clamp(0.05, 0.95);
        let stats: Vec<Stats<'_>> = table
            .columns
            .iter()
            .enumerate()
            .map(|(at, counted)| Stats::of(table, at, counted, &self.lexicon))
            .collect();
        let mut candidates: Vec<Candidates> = stats
            .iter()
            .map(|stats| {
                let claims = if stats.counted.named {
                    self.names.claims(&stats.counted.name)
                } else {
                    Vec::new()
                };
                judge::judge(stats, &claims, &self.lexicon, min_share)
            })
            .collect();
        relation::relate(&stats, &mut candidates);
        let columns: Vec<ColumnFound> = stats
            .iter()
            .zip(candidates)
            .enumerate()
            .map(|(at, (stats, candidates))| self.column(table, at, stats, candidates, options))
            .collect();
        Report {
            schema: 1,
            rows: table.rows,
            sampled: table.sample.len() as u64,
            seed: table.seed,
            columns_left_out: table.left_out,
            domain: domain::classify(&columns),
            minimise: options
                .minimise
                .map(|costs| minimise::minimise(&columns, costs)),
            columns,
        }
    }

    fn column(
        &self,
        table: &Table,
        at: usize,
        stats: &Stats<'_>,
        candidates: Candidates,
        options: &Options,
    ) -> ColumnFound {
        let name = &stats.counted.name;
        let mut verdict = decide(stats, candidates);
        let by_hand = options.by_hand.of(name);
        if let Some(given) = by_hand {
            let why = options.by_hand.why(name).unwrap_or("assigned by hand");
            let evidence = Evidence {
                source: Source::Assignment,
                why: why.to_owned(),
                log_odds: 20.0,
            };
            verdict.evidence.insert(0, evidence);
            verdict.kind = given.unwrap_or_else(|| plain(stats));
            verdict.confidence = 1.0;
        }
        let (allowed, denied) = (options.by_hand.allows(name), options.by_hand.denies(name));
        if allowed && by_hand.is_none() && verdict.kind.is_personal() {
            verdict.kind = plain(stats);
            verdict.confidence = 1.0;
            verdict
                .evidence
                .insert(0, listed("it stands on the allow list"));
        }
        if denied && by_hand.is_none() && !verdict.kind.is_personal() {
            verdict.kind = Type::Number(Kind::Custom, None);
            verdict.confidence = 1.0;
            verdict
                .evidence
                .insert(0, listed("it stands on the deny list"));
        }
        let kind = verdict.kind;
        let inside =
            if kind.is_plain() && !matches!(kind, Type::Empty | Type::Boolean | Type::Identifier) {
                self.inside(stats)
            } else {
                Vec::new()
            };
        let prose = kind == Type::Text && stats.words >= 4.0;
        let (distinct, distinct_exact) = stats.counted.distinct();
        let filled = stats.counted.filled;
        let few = distinct.saturating_mul(2) <= filled || distinct <= 24;
        #[allow(clippy::cast_precision_loss)] // a share for people
        let filled_share = if table.rows == 0 {
            0.0
        } else {
            (filled as f64 / table.rows as f64).min(1.0)
        };
        let by_name = verdict.evidence.iter().any(|e| {
            e.log_odds > 0.0 && !matches!(e.source, Source::Distribution | Source::Relation)
        });
        ColumnFound {
            name: name.clone(),
            number: at + 1,
            kind: Typed(kind),
            confidence: verdict.confidence,
            personal: (kind.is_personal() || denied) && !allowed,
            // A birthday is all but one a person, and still what persons are linked by.
            quasi_identifier: kind.is_quasi_identifier()
                && !allowed
                && (by_name || by_hand.is_some())
                && (few
                    || matches!(
                        kind,
                        Type::Birthday
                            | Type::Zip
                            | Type::City
                            | Type::JobTitle
                            | Type::DeceasedDate
                            | Type::Age
                            | Type::Weight
                            | Type::Height
                    )),
            free_text: prose || !inside.is_empty(),
            assigned: by_hand.is_some(),
            filled,
            filled_share,
            distinct,
            distinct_exact,
            bytes: stats.counted.bytes,
            evidence: verdict.evidence,
            alternatives: verdict.alternatives,
            inside,
        }
    }

    /// What stands in the cells of a column that is no one thing.
    fn inside(&self, stats: &Stats<'_>) -> Vec<Inside> {
        let mut found: Vec<Finding> = Vec::new();
        let mut kinds: BTreeMap<(Kind, Option<String>), f64> = BTreeMap::new();
        let mut looked = 0.0;
        for &(value, times) in stats.values.iter().take(SCANNED) {
            looked += times;
            if value.bytes().all(|b| b.is_ascii_digit()) {
                continue;
            }
            found.clear();
            self.scanner.scan(value, &mut found);
            let mut seen: Vec<(Kind, Option<String>)> = found
                .iter()
                .map(|f| (f.kind, f.subtype.as_deref().map(str::to_owned)))
                .collect();
            seen.sort();
            seen.dedup();
            for kind in seen {
                *kinds.entry(kind).or_default() += times;
            }
        }
        let mut all: Vec<Inside> = kinds
            .into_iter()
            .map(|((kind, subtype), times)| Inside {
                kind: kind.word(),
                subtype,
                share: times / looked.max(1.0),
            })
            .collect();
        all.sort_by(|a, b| b.share.total_cmp(&a.share));
        all
    }
}

fn listed(why: &str) -> Evidence {
    Evidence {
        source: Source::Assignment,
        why: why.to_owned(),
        log_odds: 20.0,
    }
}

/// The most likely type, or what the values plainly are where none is more likely than not.
fn decide(stats: &Stats<'_>, candidates: Candidates) -> Verdict {
    let mut scored: Vec<(Type, f64, Vec<Evidence>)> = candidates
        .0
        .into_iter()
        .map(|c| (c.kind, c.score(), c.evidence))
        .collect();
    // By type where scores are the same, so that the verdict does not depend on the order of evidence.
    scored.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let sum: f64 = 1.0
        + scored
            .iter()
            .map(|(_, score, _)| score.min(60.0).exp())
            .sum::<f64>();
    let share = |score: f64| score.min(60.0).exp() / sum;
    let alternatives = |skip: usize| -> Vec<Alternative> {
        scored
            .iter()
            .skip(skip)
            .filter(|(_, score, _)| share(*score) >= 0.01)
            .take(ALTERNATIVES)
            .map(|(kind, score, _)| Alternative {
                kind: Typed(*kind),
                confidence: share(*score),
            })
            .collect()
    };
    let named_only = |kind: Type| {
        matches!(
            kind,
            Type::Text | Type::Category | Type::Integer | Type::Decimal
        )
    };
    match scored.first() {
        Some((kind, score, evidence)) if *score > 0.0 && !named_only(*kind) => {
            let mut evidence = evidence.clone();
            evidence.sort_by(|a, b| b.log_odds.abs().total_cmp(&a.log_odds.abs()));
            Verdict {
                kind: *kind,
                confidence: share(*score),
                evidence,
                alternatives: alternatives(1),
            }
        }
        first => {
            let kind = plain(stats);
            let named = first.filter(|(k, score, _)| named_only(*k) && *score > 0.0);
            let rest: f64 = scored
                .iter()
                .filter(|(k, _, _)| !named_only(*k))
                .map(|(_, score, _)| share(*score))
                .sum();
            Verdict {
                kind,
                confidence: (1.0 - rest).clamp(0.0, 1.0),
                evidence: named.map(|(_, _, e)| e.clone()).unwrap_or_default(),
                alternatives: alternatives(usize::from(named.is_some())),
            }
        }
    }
}

/// What the values plainly are, without meaning.
fn plain(stats: &Stats<'_>) -> Type {
    if stats.total <= 0.0 {
        return Type::Empty;
    }
    if stats.share(Shape::Json) >= 0.8 {
        return Type::Json;
    }
    if let Some(numbers) = stats.numbers.filter(|n| n.share >= 0.95) {
        return if numbers.whole >= 1.0 && stats.share(Shape::Decimal) < 0.5 {
            Type::Integer
        } else {
            Type::Decimal
        };
    }
    let often = stats.total >= 4.0 * as_float(stats.distinct());
    if stats.distinct() <= CATEGORY && often && stats.words < 4.0 {
        return Type::Category;
    }
    Type::Text
}
