//! A report in which every field is filled.
//!
//! The literals name every field, so a new one does not compile until it stands here and is thereby put
//! through the escaping test.

use aidos_view::report::{
    AttackCounts, Bucket, CaseFile, Change, Count, Counterpart, Evidence, InputFile, Lines, Matrix,
    Party, Pattern, Privacy, Refused, Reject, Repair, Report, Sample, SharedAttacker, Summary,
    Timeline, Tlp, TopList,
};
use aidos_view::text::Text;

/// Fills every field; `text` gives each text, told the name of its field.
pub(crate) fn report(text: &mut dyn FnMut(&'static str) -> Text) -> Report {
    let mut report = Report {
        case: text("case"),
        tlp: Some(Tlp::AmberStrict),
        summary: summary(text),
        files: one(file(text)),
        refused: one(Refused {
            path: text("refused.path"),
            reason: text("refused.reason"),
        }),
        notes: vec![text("notes")],
        repairs: one(Repair {
            defect: text("repair.defect"),
            rule: text("repair.rule"),
            count: 3.into(),
            examples: vec![Change {
                place: text("change.place"),
                before: text("change.before"),
                after: text("change.after"),
            }],
        }),
        timeline: Timeline {
            step: 86_400,
            providers: vec![text("timeline.provider"), text("timeline.provider")],
            buckets: vec![
                Bucket {
                    start: 1_678_147_200,
                    counts: vec![5, 1],
                    evidence: None,
                },
                Bucket {
                    start: 1_678_233_600,
                    counts: vec![2, 0],
                    evidence: None,
                },
            ],
            undated: 1.into(),
        },
        patterns: one(Pattern {
            name: text("pattern.name"),
            rule: text("pattern.rule"),
            technique: text("pattern.technique"),
            confidence: Some(55),
            sources: 4.into(),
            targets: 2.into(),
            entries: 6.into(),
            first: Some(text("pattern.first")),
            last: Some(text("pattern.last")),
        }),
        attackers: one(party(text)),
        targets: one(party(text)),
        counterparts: one(Counterpart {
            one: text("counterpart.one"),
            other: text("counterpart.other"),
            count: 2.into(),
            rule: text("counterpart.rule"),
            confidence: Some(30),
            first: Some(text("counterpart.first")),
            last: Some(text("counterpart.last")),
        }),
        shared_matrix: Matrix {
            names: vec![text("matrix.name"), text("matrix.name")],
            cells: vec![vec![3.into(), 1.into()], vec![1.into(), 2.into()]],
        },
        shared: one(SharedAttacker {
            name: text("shared.name"),
            providers: vec![(text("shared.provider"), 2.into())],
            first: Some(text("shared.first")),
            last: Some(text("shared.last")),
        }),
        rejects: one(Reject {
            reason: text("reject.reason"),
            explanation: text("reject.explanation"),
            count: 2.into(),
            samples: vec![Sample {
                place: text("sample.place"),
                text: text("sample.text"),
            }],
        }),
        privacy: Some(Privacy {
            community: text("privacy.community"),
            policy: text("privacy.policy"),
            verdict: text("privacy.verdict"),
            reasons: vec![text("privacy.reason")],
            findings: vec![(text("privacy.finding"), 3)],
            hidden: vec![(text("privacy.kind"), text("privacy.technique"), 2)],
            kept: vec![(text("privacy.kept"), 5, 4)],
            attack: AttackCounts {
                values: 7,
                canaries: 2,
                bytes: 900,
                found: 1,
            },
            samples: vec![(text("privacy.before"), text("privacy.after"))],
        }),
        evidence: Vec::new(),
        options: vec![(text("option.name"), text("option.value"))],
        version: text("version"),
    };
    let id = report.cite(Evidence {
        title: text("evidence.title"),
        total: 6,
        lines: vec![Lines {
            file: CaseFile::Entries,
            ranges: vec![(1, 4), (9, 9)],
            more: 1,
        }],
        samples: vec![Sample {
            place: text("evidence.place"),
            text: text("evidence.text"),
        }],
    });
    report.summary.entries = Count::cited(6, id);
    if let Some(bucket) = report.timeline.buckets.first_mut() {
        bucket.evidence = Some(id);
    }
    report
}

fn one<T>(row: T) -> TopList<T> {
    TopList {
        rows: vec![row],
        total: 1_234,
    }
}

fn summary(text: &mut dyn FnMut(&'static str) -> Text) -> Summary {
    Summary {
        rows_read: 12.into(),
        entries: 6.into(),
        duplicates: 1.into(),
        rejected: 2.into(),
        skipped: 3.into(),
        repaired: 3.into(),
        attackers: 4.into(),
        targets: 2.into(),
        attacked: 1,
        shared_attackers: 1.into(),
        bundles: 6.into(),
        objects: 20.into(),
        first: Some(text("summary.first")),
        last: Some(text("summary.last")),
    }
}

fn file(text: &mut dyn FnMut(&'static str) -> Text) -> InputFile {
    InputFile {
        path: text("file.path"),
        provider: text("file.provider"),
        why: text("file.why"),
        score: Some(98),
        format: text("file.format"),
        encoding: text("file.encoding"),
        bytes: 1_234_567,
        sha256: text("file.sha256"),
        inside: text("file.inside"),
        rows: 12.into(),
        entries: 6.into(),
        duplicates: 1.into(),
        rejected: 2.into(),
        skipped: 3.into(),
        first: Some(text("file.first")),
        last: Some(text("file.last")),
        notes: vec![text("file.note")],
    }
}

fn party(text: &mut dyn FnMut(&'static str) -> Text) -> Party {
    Party {
        name: text("party.name"),
        count: 5.into(),
        peers: 2.into(),
        ports: vec![text("party.port")],
        providers: vec![text("party.provider")],
        first: Some(text("party.first")),
        last: Some(text("party.last")),
        activity: vec![0, 2, 1],
    }
}
