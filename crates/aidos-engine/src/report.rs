//! Fills the report of a case from what the run found.

mod privacy;

use std::collections::BTreeMap;

use aidos_core::analysis::role::Verdict;
use aidos_model::{Defect, Timestamp};
use aidos_read::Format;
use aidos_view::report::{
    Bucket, CaseFile, Count, Counterpart, Evidence, EvidenceId, InputFile, Lines, Matrix, Party,
    Refused, Reject, Repair, Report, Sample, SharedAttacker, Timeline, Tlp, TopList,
};

use crate::feed::{Fed, Leaf};
use crate::lookup::Shown;
use crate::patterns::{Patterns, Shared, Top};
use crate::pipeline::{Found, Kind};
use crate::plan::RunPlan;
use crate::protect::Protected;
use crate::summary::Summary;

/// Entries that are shown in full of each block of evidence.
const SHOWN: usize = 2;
/// Buckets that a timeline may have.
const BUCKETS: i64 = 400;
/// Parts of a sparkline.
const PARTS: usize = 24;

/// The lists of the patterns, cut to what is shown.
pub(crate) struct Tops {
    pub(crate) attackers: (Vec<Top>, u64),
    pub(crate) targets: (Vec<Top>, u64),
    pub(crate) counterparts: (Vec<Top>, u64),
    pub(crate) shared: Vec<Shared>,
}

impl Tops {
    /// Takes the lists out of the patterns.
    pub(crate) fn of(patterns: &mut Patterns) -> Self {
        Self {
            attackers: std::mem::take(&mut patterns.top_attackers).into_rows(),
            targets: std::mem::take(&mut patterns.top_targets).into_rows(),
            counterparts: std::mem::take(&mut patterns.top_counterparts).into_rows(),
            shared: std::mem::take(&mut patterns.shared),
        }
    }

    /// The entries that the report shows in full.
    pub(crate) fn entries(&self) -> impl Iterator<Item = u64> {
        [&self.attackers, &self.targets, &self.counterparts]
            .into_iter()
            .flat_map(|(rows, _)| rows)
            .flat_map(|top| first(&top.ranges))
    }
}

/// The first numbers of some ranges.
fn first(ranges: &[(u64, u64)]) -> impl Iterator<Item = u64> {
    ranges
        .iter()
        .flat_map(|(first, last)| *first..=*last)
        .take(SHOWN)
}

/// All that the report is made of.
pub(crate) struct Facts<'r> {
    pub(crate) plan: &'r RunPlan,
    pub(crate) names: &'r [String],
    pub(crate) summary: &'r Summary,
    pub(crate) fed: &'r Fed,
    pub(crate) found: &'r Found,
    pub(crate) patterns: &'r Patterns,
    pub(crate) tops: &'r Tops,
    pub(crate) shown: &'r BTreeMap<u64, Shown>,
    pub(crate) options: Vec<(String, String)>,
    pub(crate) protected: Option<&'r Protected>,
}

/// Makes the report.
pub(crate) fn report(facts: &Facts<'_>) -> Report {
    let Facts {
        plan,
        summary,
        fed,
        found,
        patterns,
        tops,
        ..
    } = facts;
    let mut report = Report {
        case: summary.case.as_str().into(),
        tlp: Tlp::find(plan.tlp.word()),
        version: env!("CARGO_PKG_VERSION").into(),
        ..Report::default()
    };
    for (name, value) in &facts.options {
        report
            .options
            .push((name.as_str().into(), value.as_str().into()));
    }
    summarise(facts, &mut report);
    report.files = fed
        .leaves
        .iter()
        .map(|leaf| file(facts, leaf))
        .collect::<Vec<_>>()
        .into();
    report.refused = fed
        .refused
        .iter()
        .map(|refused| Refused {
            path: refused.path.as_str().into(),
            reason: refused.reason.as_str().into(),
        })
        .collect::<Vec<_>>()
        .into();
    for own in &patterns.domains {
        let how = if own.learned { "learned" } else { "given" };
        report.notes.push(
            format!(
                "{}: own e-mail domain {how}: {} stands in {} of {} rows",
                facts.names[usize::from(own.provider)],
                own.domain,
                own.rows,
                own.of
            )
            .into(),
        );
    }
    report.repairs = repairs(found, &mut report);
    report.rejects = rejects(found, &mut report);
    report.privacy = facts.protected.map(|own| privacy::privacy(plan, own));
    report.timeline = timeline(facts);
    let attackers: Vec<Party> = tops
        .attackers
        .0
        .iter()
        .map(|top| party(facts, top, "attacker", &mut report))
        .collect();
    report.attackers = TopList {
        rows: attackers,
        total: tops.attackers.1,
    };
    let targets: Vec<Party> = tops
        .targets
        .0
        .iter()
        .map(|top| party(facts, top, "target", &mut report))
        .collect();
    report.targets = TopList {
        rows: targets,
        total: tops.targets.1,
    };
    let counterparts: Vec<Counterpart> = tops
        .counterparts
        .0
        .iter()
        .map(|top| counterpart(facts, top, &mut report))
        .collect();
    report.counterparts = TopList {
        rows: counterparts,
        total: tops.counterparts.1,
    };
    report.shared_matrix = matrix(facts);
    report.shared = TopList {
        rows: tops
            .shared
            .iter()
            .map(|shared| shared_attacker(facts, shared))
            .collect(),
        total: summary.shared_attackers,
    };
    report
}

fn time(time: Option<Timestamp>) -> Option<aidos_view::text::Text> {
    time.map(|time| time.to_string().into())
}

/// A block of evidence over ranges of a file's lines.
fn cite(
    report: &mut Report,
    file: CaseFile,
    title: String,
    total: u64,
    (ranges, more): (&[(u64, u64)], u64),
    samples: Vec<Sample>,
) -> EvidenceId {
    let lines = Lines {
        file,
        ranges: ranges.to_vec(),
        more,
    };
    report.cite(Evidence {
        title: title.into(),
        total,
        lines: vec![lines],
        samples,
    })
}

fn summarise(facts: &Facts<'_>, report: &mut Report) {
    let summary = facts.summary;
    let all = |count: u64| {
        if count > 0 {
            vec![(1, count)]
        } else {
            Vec::new()
        }
    };
    let entries = cite(
        report,
        CaseFile::Entries,
        "all entries".into(),
        summary.entries,
        (&all(summary.entries), 0),
        Vec::new(),
    );
    let bundles = cite(
        report,
        CaseFile::Bundles,
        "a bundle for each entry".into(),
        summary.bundles,
        (&all(summary.bundles), 0),
        Vec::new(),
    );
    let rejected = cite(
        report,
        CaseFile::Rejects,
        "all rejected rows".into(),
        summary.rejected,
        (&all(summary.rejected), 0),
        Vec::new(),
    );
    let changes = cite(
        report,
        CaseFile::Changes,
        "all repairs, losses and duplicates".into(),
        facts.found.changes,
        (&all(facts.found.changes), 0),
        Vec::new(),
    );
    // `patterns.json` has a line for its head, then one an attacker, counterpart and target of a provider.
    let lists = [
        &facts.tops.attackers,
        &facts.tops.counterparts,
        &facts.tops.targets,
    ];
    let [attackers, counterparts, targets] = lists.map(|(_, total)| *total);
    let mut listed = |title: &str, value: u64, before: u64, lines: u64| {
        if lines == 0 {
            return value.into();
        }
        let ranges = [(before + 2, before + 1 + lines)];
        let id = cite(
            report,
            CaseFile::Patterns,
            title.to_owned(),
            value,
            (&ranges, 0),
            Vec::new(),
        );
        Count::cited(value, id)
    };
    let attackers = [
        listed(
            "attackers, a line for each provider that saw them, with all their entries",
            summary.attackers,
            0,
            attackers,
        ),
        listed(
            "targets of each provider, with who attacked them; own addresses of mail among them",
            summary.targets,
            attackers + counterparts,
            targets,
        ),
    ];
    let [attackers, targets] = attackers;
    let counts = &facts.found.counts;
    report.summary = aidos_view::report::Summary {
        rows_read: summary.rows_read.into(),
        entries: Count::cited(summary.entries, entries),
        duplicates: Count::cited(summary.duplicates, changes),
        rejected: Count::cited(summary.rejected, rejected),
        skipped: summary.skipped.into(),
        repaired: Count::cited(summary.repaired, changes),
        attackers,
        targets,
        attacked: facts.patterns.attacked,
        shared_attackers: summary.shared_attackers.into(),
        bundles: Count::cited(summary.bundles, bundles),
        objects: summary.objects.into(),
        first: time(counts.first),
        last: time(counts.last),
    };
}

fn file(facts: &Facts<'_>, leaf: &Leaf) -> InputFile {
    let counts = facts
        .found
        .leaves
        .get(&leaf.number)
        .copied()
        .unwrap_or_default();
    // A file inside an archive has the digest of its archive.
    let input = facts
        .fed
        .inputs
        .iter()
        .filter(|input| {
            leaf.path == input.name || leaf.path.starts_with(&format!("{}/", input.name))
        })
        .max_by_key(|input| input.name.len());
    let mut notes = Vec::new();
    if facts.plan.reading.zone_name.is_none() && counts.first.is_some() {
        notes.push("stamps without a zone were read as UTC; --timezone says otherwise".into());
    }
    if !leaf.sniff.encoding.is_certain() && leaf.sniff.encoding.name() != "UTF-8" {
        notes.push("the encoding is a guess".into());
    }
    let provider = facts.names[usize::from(leaf.provider)].as_str();
    InputFile {
        path: leaf.path.as_str().into(),
        provider: provider.into(),
        why: leaf.score.as_ref().map_or("given by --provider", |score| score.why.as_str()).into(),
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // 0 to 100
        score: leaf.score.as_ref().map(|score| (score.value.clamp(0.0, 1.0) * 100.0) as u8),
        format: format_name(&leaf.sniff.format).into(),
        encoding: leaf.sniff.encoding.name().into(),
        bytes: facts.fed.sizes.get(&leaf.number).copied().unwrap_or(0),
        sha256: input.map_or("", |input| input.sha256.as_str()).into(),
        inside: input
            .filter(|input| input.name != leaf.path)
            .map_or("", |input| input.name.as_str())
            .into(),
        rows: counts.rows.into(),
        entries: counts.entries.into(),
        duplicates: counts.duplicates.into(),
        rejected: counts.rejected.into(),
        skipped: counts.skipped.into(),
        first: time(counts.first),
        last: time(counts.last),
        notes,
    }
}

/// The name of a format for people and `case.json`.
pub(crate) fn format_name(format: &Format) -> &'static str {
    match format {
        Format::Text => "text",
        Format::Csv(_) => "CSV",
        Format::Json(_) => "JSON",
        Format::Xlsx => "XLSX",
        Format::Zip => "ZIP",
        Format::Empty => "empty",
        Format::Binary => "binary",
    }
}

/// Kinds by their counts, most frequent first.
fn ordered<'k>(kinds: &'k BTreeMap<&'static str, Kind>) -> Vec<(&'static str, &'k Kind)> {
    let mut kinds: Vec<_> = kinds.iter().map(|(word, kind)| (*word, kind)).collect();
    kinds.sort_by_key(|(_, kind)| std::cmp::Reverse(kind.count));
    kinds
}

fn repairs(found: &Found, report: &mut Report) -> TopList<Repair> {
    let mut rows = Vec::new();
    for (word, kind) in ordered(&found.defects) {
        let rule = Defect::from_word(word).map_or(
            "The row equals an earlier one of the same provider in all fields; it was counted and dropped.",
            Defect::explanation,
        );
        let id = cite(
            report,
            CaseFile::Changes,
            format!("rows with {word}"),
            kind.count,
            (&kind.ranges, kind.more),
            Vec::new(),
        );
        rows.push(Repair {
            defect: word.into(),
            rule: rule.into(),
            count: Count::cited(kind.count, id),
            examples: kind
                .samples
                .iter()
                .map(|(place, before, after)| aidos_view::report::Change {
                    place: place.as_str().into(),
                    before: before.as_str().into(),
                    after: after.as_deref().unwrap_or_default().into(),
                })
                .collect(),
        });
    }
    rows.into()
}

/// Why rows are refused, for people.
fn explain(reason: &str) -> &'static str {
    match reason {
        "unknown_shape" => "The row has not the shape of the provider's records.",
        "no_address" => "The row holds no e-mail address.",
        "bad_json" => "The row is no JSON object, and nothing could be read from it.",
        "no_known_field" => "The object has none of the fields that the provider's events have.",
        "garbage" => "Text between the events.",
        "too_deep" => "The value is nested deeper than the limit.",
        "too_long" => "The row is longer than the limit; its place, length and digest are kept.",
        _ => "",
    }
}

fn rejects(found: &Found, report: &mut Report) -> TopList<Reject> {
    let mut rows = Vec::new();
    for (reason, kind) in ordered(&found.rejects) {
        let id = cite(
            report,
            CaseFile::Rejects,
            format!("rows rejected: {reason}"),
            kind.count,
            (&kind.ranges, kind.more),
            Vec::new(),
        );
        rows.push(Reject {
            reason: reason.into(),
            explanation: explain(reason).into(),
            count: Count::cited(kind.count, id),
            samples: kind
                .samples
                .iter()
                .map(|(place, text, _)| Sample {
                    place: place.as_str().into(),
                    text: text.as_str().into(),
                })
                .collect(),
        });
    }
    rows.into()
}

fn timeline(facts: &Facts<'_>) -> Timeline {
    let found = &facts.patterns.timeline;
    let hours = |(first, last): (i64, i64)| last - first < BUCKETS;
    let span = found
        .hours
        .first_key_value()
        .zip(found.hours.last_key_value())
        .map(|((first, _), (last, _))| (first.0, last.0));
    let by_hour = !found.too_long && span.is_some_and(hours);
    let (step, counts) = if by_hour {
        (3600, &found.hours)
    } else {
        (86_400, &found.days)
    };
    // Years of days are told in wider steps, so that the page stays a page.
    let spread = match counts.first_key_value().zip(counts.last_key_value()) {
        Some(((first, _), (last, _))) => ((last.0 - first.0) / BUCKETS + 1).max(1),
        None => 1,
    };
    let mut used: Vec<u8> = counts.keys().map(|(_, provider)| *provider).collect();
    used.sort_unstable();
    used.dedup();
    let mut buckets: BTreeMap<i64, Vec<u64>> = BTreeMap::new();
    for ((at, provider), count) in counts {
        let start = at.div_euclid(spread) * spread * step;
        let bucket = buckets.entry(start).or_insert_with(|| vec![0; used.len()]);
        if let Ok(place) = used.binary_search(provider) {
            bucket[place] += count;
        }
    }
    Timeline {
        step: step * spread,
        providers: used
            .iter()
            .map(|number| facts.names[usize::from(*number)].as_str().into())
            .collect(),
        buckets: buckets
            .into_iter()
            .map(|(start, counts)| Bucket {
                start,
                counts,
                evidence: None,
            })
            .collect(),
        undated: found.undated.into(),
    }
}

fn samples(facts: &Facts<'_>, ranges: &[(u64, u64)]) -> Vec<Sample> {
    first(ranges)
        .filter_map(|number| facts.shown.get(&number))
        .map(|shown| Sample {
            place: shown.place.as_str().into(),
            text: shown.text.as_str().into(),
        })
        .collect()
}

fn party(facts: &Facts<'_>, top: &Top, role: &str, report: &mut Report) -> Party {
    let provider = facts.names[usize::from(top.provider)].as_str();
    let id = cite(
        report,
        CaseFile::Entries,
        format!("{} as {role} in {provider}", top.value),
        top.stats.count,
        (&top.ranges, top.more),
        samples(facts, &top.ranges),
    );
    Party {
        name: top.value.as_str().into(),
        count: Count::cited(top.stats.count, id),
        peers: top.peers.into(),
        ports: top.ports.iter().map(|port| port.as_str().into()).collect(),
        providers: vec![provider.into()],
        first: time(top.stats.first),
        last: time(top.stats.last),
        activity: activity(facts, top),
    }
}

/// Rows over the whole time of the case in equal parts.
fn activity(facts: &Facts<'_>, top: &Top) -> Vec<u64> {
    let days = &facts.patterns.timeline.days;
    let Some(((first, _), (last, _))) = days.first_key_value().zip(days.last_key_value()) else {
        return Vec::new();
    };
    let (first, span) = (first.0, last.0 - first.0 + 1);
    let parts = usize::try_from(span).unwrap_or(PARTS).min(PARTS);
    if parts < 2 {
        return Vec::new();
    }
    let mut activity = vec![0; parts];
    for (day, count) in &top.stats.days {
        let at = (i64::from(*day) - first) * i64::try_from(parts).unwrap_or(1) / span;
        if let Some(part) = usize::try_from(at).ok().and_then(|at| activity.get_mut(at)) {
            *part += count;
        }
    }
    activity
}

fn counterpart(facts: &Facts<'_>, top: &Top, report: &mut Report) -> Counterpart {
    let provider = facts.names[usize::from(top.provider)].as_str();
    let id = cite(
        report,
        CaseFile::Entries,
        format!("{} in rows with own addresses in {provider}", top.value),
        top.stats.count,
        (&top.ranges, top.more),
        samples(facts, &top.ranges),
    );
    Counterpart {
        one: top.value.as_str().into(),
        other: "own addresses of its rows".into(),
        count: Count::cited(top.stats.count, id),
        rule: Verdict::Correspondence.rule().into(),
        confidence: Some(Verdict::Correspondence.confidence()),
        first: time(top.stats.first),
        last: time(top.stats.last),
    }
}

fn matrix(facts: &Facts<'_>) -> Matrix {
    let pairs = &facts.patterns.matrix;
    let mut used: Vec<u8> = pairs.keys().map(|(one, _)| *one).collect();
    used.dedup();
    Matrix {
        names: used
            .iter()
            .map(|number| facts.names[usize::from(*number)].as_str().into())
            .collect(),
        cells: used
            .iter()
            .map(|a| {
                used.iter()
                    .map(|b| pairs.get(&(*a, *b)).copied().unwrap_or(0).into())
                    .collect()
            })
            .collect(),
    }
}

fn shared_attacker(facts: &Facts<'_>, shared: &Shared) -> SharedAttacker {
    SharedAttacker {
        name: shared.value.as_str().into(),
        providers: shared
            .by
            .iter()
            .map(|(provider, stats)| {
                (
                    facts.names[usize::from(*provider)].as_str().into(),
                    stats.count.into(),
                )
            })
            .collect(),
        first: time(shared.stats.first),
        last: time(shared.stats.last),
    }
}
