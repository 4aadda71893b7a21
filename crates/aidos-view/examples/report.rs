//! Writes a rich report of made-up events to standard output, for eyes and for the browser checks.
//!
//! `cargo run -p aidos-view --example report > report.html`; with the word `empty` or `wide`, the page
//! of a case without rows, or one with every list at its limit.
#![expect(clippy::print_stdout, reason = "the page is the output")]

use aidos_view::report::{
    Bucket, CaseFile, Change, Count, Counterpart, Evidence, InputFile, Lines, Matrix, Party,
    Pattern, Refused, Reject, Repair, Report, Sample, SharedAttacker, Timeline, Tlp, TopList,
    render,
};
use aidos_view::text::Text;

const DAY: i64 = 86_400;
/// 2023-03-01 00:00 UTC.
const START: i64 = 1_677_628_800;
const PROVIDERS: [&str; 3] = ["8BELLS", "DPC", "EXUS"];

fn main() {
    let report = match std::env::args().nth(1).as_deref() {
        Some("empty") => Report {
            case: "empty-drop".into(),
            refused: vec![Refused {
                path: "evidence.zip".into(),
                reason: "encrypted: give aidos the files without a password".into(),
            }]
            .into(),
            version: "0.1.0".into(),
            ..Report::default()
        },
        Some("wide") => wide(),
        _ => rich(),
    };
    print!("{}", render(&report));
}

/// A small generator, so that the example is the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides.max(1)
    }
}

fn rich() -> Report {
    let mut report = Report {
        case: "night-shift-2023-03".into(),
        tlp: Some(Tlp::Amber),
        version: "aidos 0.1.0".into(),
        options: options(),
        ..Report::default()
    };
    summary(&mut report);
    inputs(&mut report);
    repairs(&mut report);
    timeline(&mut report);
    patterns(&mut report);
    parties(&mut report);
    mail(&mut report);
    shared(&mut report);
    rejects(&mut report);
    report
}

fn options() -> Vec<(Text, Text)> {
    [
        ("--timezone", "UTC (default)"),
        ("--year", "2023"),
        ("--own", "203.0.113.0/24, hospital.example"),
        ("--tlp", "amber"),
        ("inputs", "evidence.zip"),
    ]
    .map(|(name, value)| (name.into(), value.into()))
    .into()
}

fn cite(
    report: &mut Report,
    title: &str,
    total: u64,
    file: CaseFile,
    ranges: &[(u64, u64)],
    more: u64,
) -> Count {
    let samples = match file {
        CaseFile::Entries => vec![Sample {
            place: format!("evidence.zip/8bells.log:{}", ranges.first().map_or(1, |r| r.0)).into(),
            text: "2023-03-07 10:38:03 firewall,info drop-in input: in:ether1-WAN out:(unknown 0), connection-state:new src-mac 00:17:10:88:bc:02, proto TCP (SYN), 198.51.100.23:44355->203.0.113.9:22, len 40".into(),
        }],
        _ => Vec::new(),
    };
    let lines = vec![Lines {
        file,
        ranges: ranges.to_vec(),
        more,
    }];
    let id = report.cite(Evidence {
        title: title.into(),
        total,
        lines,
        samples,
    });
    Count::cited(total, id)
}

fn summary(report: &mut Report) {
    let entries = CaseFile::Entries;
    report.summary.rows_read = 51_204.into();
    report.summary.entries = cite(report, "all entries", 48_911, entries, &[(1, 48_911)], 0);
    report.summary.duplicates = cite(
        report,
        "rows equal to an earlier one",
        1_203,
        CaseFile::Changes,
        &[(412, 988), (1_400, 2_025)],
        0,
    );
    report.summary.rejected = cite(
        report,
        "rejected rows",
        412,
        CaseFile::Rejects,
        &[(1, 412)],
        0,
    );
    report.summary.skipped = 678.into();
    report.summary.repaired = cite(
        report,
        "entries with a repair",
        2_318,
        CaseFile::Changes,
        &[(1, 2_318)],
        0,
    );
    report.summary.attackers = cite(
        report,
        "different attackers",
        1_284,
        CaseFile::Patterns,
        &[(12, 1_295)],
        0,
    );
    report.summary.targets = cite(
        report,
        "different targets",
        37,
        CaseFile::Patterns,
        &[(1_300, 1_336)],
        0,
    );
    report.summary.attacked = 29;
    report.summary.shared_attackers = cite(
        report,
        "attackers that two or more providers saw",
        19,
        CaseFile::Patterns,
        &[(1_340, 1_358)],
        0,
    );
    report.summary.bundles = 48_911.into();
    report.summary.objects = 212_480.into();
    report.summary.first = Some("2023-03-01T00:00:12Z".into());
    report.summary.last = Some("2023-03-14T23:58:47.25Z".into());
}

fn inputs(report: &mut Report) {
    let file = |path: &str,
                provider: &str,
                why: &str,
                score,
                format: &str,
                encoding: &str,
                bytes,
                numbers: [u64; 5]| {
        let [rows, entries, duplicates, rejected, skipped] = numbers.map(Count::from);
        InputFile {
            path: path.into(),
            provider: provider.into(),
            why: why.into(),
            score,
            format: format.into(),
            encoding: encoding.into(),
            bytes,
            sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".into(),
            inside: path
                .split_once('/')
                .map_or("", |(outside, _)| outside)
                .into(),
            rows,
            entries,
            duplicates,
            rejected,
            skipped,
            first: Some("2023-03-01T00:00:12Z".into()),
            last: Some("2023-03-14T23:58:47.25Z".into()),
            notes: Vec::new(),
        }
    };
    let mut files = vec![
        file(
            "evidence.zip/8bells.log",
            "8BELLS",
            "chain and proto in 98 of 100 rows",
            Some(98),
            "text",
            "UTF-8",
            7_812_331,
            [42_000, 40_310, 1_102, 300, 288],
        ),
        file(
            "evidence.zip/dpc.csv",
            "DPC",
            "e-mail addresses in 100 of 100 rows",
            Some(91),
            "CSV",
            "windows-1253",
            912_004,
            [5_204, 4_801, 21, 12, 370],
        ),
        file(
            "evidence.zip/exus.json",
            "EXUS",
            "named with --provider",
            None,
            "JSON lines",
            "UTF-8 with BOM",
            3_401_772,
            [4_000, 3_800, 80, 100, 20],
        ),
    ];
    if let Some(first) = files.first_mut() {
        first
            .notes
            .push("no zone in the stamps: UTC assumed; give --timezone if that is wrong".into());
    }
    report.files = files.into();
    report
        .notes
        .push("own domain learned: hospital.example stands in 83 % of the e-mail rows".into());
    report.notes.push(
        "own range learned: 203.0.113.0/24 is the destination of 97 % of the firewall rows".into(),
    );
    report.refused = vec![
        Refused {
            path: "evidence.zip/old/backup.zip".into(),
            reason: "an archive two levels deep; unpack it and give it by itself".into(),
        },
        Refused {
            path: "evidence.zip/\u{202e}gpj.exe".into(),
            reason: "no text: 4D 5A at the start is a Windows program".into(),
        },
    ]
    .into();
}

fn repairs(report: &mut Report) {
    let change = |place: &str, before: &str, after: &str| Change {
        place: place.into(),
        before: before.into(),
        after: after.into(),
    };
    let kinds = [
        (
            "missing_comma",
            1_310,
            vec![change(
                "evidence.zip/8bells.log:57",
                "input: in:ether1-WAN out:(unknown 0), connection-state:new src-mac 00:17:10:88:bc:02 proto TCP (SYN), 198.51.100.23:44355->203.0.113.9:22, len 40",
                "input: in:ether1-WAN out:(unknown 0), connection-state:new, src-mac 00:17:10:88:bc:02, proto TCP (SYN), 198.51.100.23:44355->203.0.113.9:22, len 40",
            )],
        ),
        (
            "bad_mac",
            604,
            vec![
                change(
                    "evidence.zip/8bells.log:3",
                    "prerouting: in:ether1 out:(unknown 0), connection-state:new src-mac 1:1:1:1:, proto ICMP (type 8, code 0), 198.51.100.4->203.0.113.9, len 3",
                    "prerouting: in:ether1 out:(unknown 0), connection-state:new, proto ICMP (type 8, code 0), 198.51.100.4->203.0.113.9, len 3",
                ),
                change("evidence.zip/8bells.log:19", "src-mac 00:17:10:88:bc:0", ""),
            ],
        ),
        (
            "merged_line",
            212,
            vec![change(
                "evidence.zip/8bells.log:880",
                "len 40Mar/07/2023 10:38:04 firewall,info forward: in:bridge",
                "len 40␊Mar/07/2023 10:38:04 firewall,info forward: in:bridge",
            )],
        ),
        (
            "masked_ip",
            140,
            vec![change(
                "evidence.zip/exus.json:12",
                "{\"src\":\"198.51.xxx.xxx\",\"attack\":\"SQLi\"}",
                "{\"src\":null,\"attack\":\"SQLi\"}",
            )],
        ),
        ("no_year", 52, Vec::new()),
    ];
    let mut rows = Vec::new();
    for (defect, count, examples) in kinds {
        let count = cite(
            report,
            &format!("repairs: {defect}"),
            count,
            CaseFile::Changes,
            &[(4, 18), (33, 33), (90, 140)],
            count - 67.min(count),
        );
        rows.push(Repair {
            defect: defect.into(),
            rule: Text::default(),
            count,
            examples,
        });
    }
    report.repairs = rows.into();
}

fn timeline(report: &mut Report) {
    let mut dice = Dice(7);
    let mut buckets = Vec::new();
    for quarter in 0..14 * 4 {
        let night = u64::from(quarter % 4 < 2);
        let surge = if (24..=29).contains(&quarter) { 6 } else { 1 };
        let counts = vec![
            (180 + dice.roll(160) + night * 240) * surge,
            40 + dice.roll(60) * (1 - night / 2),
            (30 + dice.roll(70)) * if surge > 1 { 3 } else { 1 },
        ];
        let sum = counts.iter().sum();
        let start = START + quarter * DAY / 4;
        let title = format!("entries of bucket {}", quarter + 1);
        let first = u64::try_from(quarter).unwrap_or(0) * 800 + 1;
        let evidence = cite(
            report,
            &title,
            sum,
            CaseFile::Entries,
            &[(first, first + sum - 1)],
            0,
        )
        .evidence;
        buckets.push(Bucket {
            start,
            counts,
            evidence,
        });
    }
    let undated = cite(
        report,
        "entries without a time",
        52,
        CaseFile::Entries,
        &[(12, 40), (77, 99)],
        0,
    );
    report.timeline = Timeline {
        step: DAY / 4,
        providers: PROVIDERS.map(Text::from).into(),
        buckets,
        undated,
    };
}

fn patterns(report: &mut Report) {
    let all = [
        (
            "brute force",
            "≥ 10 failures or new connections to a log-in port from one source in 5 min",
            "T1110.001",
            80,
            214,
            6,
            20_114,
        ),
        (
            "port scan",
            "≥ 15 ports on one target, or ≥ 20 targets on one port, from one source in 5 min",
            "T1595.001",
            75,
            96,
            31,
            8_902,
        ),
        (
            "coordinated sources",
            "≥ 20 sources against one port of one target in 5 min, windows joined by Jaccard ≥ 0.5",
            "T1584.005",
            55,
            640,
            2,
            6_120,
        ),
        (
            "SQL injection",
            "libinjection on raw and decoded payloads",
            "T1190",
            90,
            41,
            3,
            912,
        ),
    ];
    let mut rows = Vec::new();
    for (name, rule, technique, confidence, sources, targets, entries) in all {
        let entries = cite(
            report,
            name,
            entries,
            CaseFile::Entries,
            &[(1, 40), (57, 57), (90, 93)],
            entries - 45,
        );
        rows.push(Pattern {
            name: name.into(),
            rule: rule.into(),
            technique: technique.into(),
            confidence: Some(confidence),
            sources: sources.into(),
            targets: targets.into(),
            entries,
            first: Some("2023-03-07T00:00:12Z".into()),
            last: Some("2023-03-08T11:58:47Z".into()),
        });
    }
    report.patterns = rows.into();
}

fn party(report: &mut Report, dice: &mut Dice, name: String, role: &str, count: u64) -> Party {
    let count = cite(
        report,
        &format!("{name} as {role}"),
        count,
        CaseFile::Entries,
        &[(1, 40), (57, 57), (90, 93)],
        count.saturating_sub(45),
    );
    let seen = usize::try_from(dice.roll(3)).unwrap_or(0);
    Party {
        name: name.into(),
        count,
        peers: (1 + dice.roll(20)).into(),
        ports: ["22", "3389", "8291", "443", "25"]
            .into_iter()
            .take(1 + usize::try_from(dice.roll(4)).unwrap_or(0))
            .map(Text::from)
            .collect(),
        providers: PROVIDERS
            .iter()
            .take(seen + 1)
            .map(|p| Text::from(*p))
            .collect(),
        first: Some(format!("2023-03-{:02}T0{}:12:09Z", 1 + dice.roll(6), dice.roll(10)).into()),
        last: Some(format!("2023-03-{:02}T1{}:40:51Z", 8 + dice.roll(6), dice.roll(10)).into()),
        activity: (0..28)
            .map(|i| {
                if (10..16).contains(&i) {
                    20 + dice.roll(30)
                } else {
                    dice.roll(14)
                }
            })
            .collect(),
    }
}

fn parties(report: &mut Report) {
    let mut dice = Dice(11);
    let attackers = (0..12_u64)
        .map(|i| {
            let name = if i == 4 {
                "2001:db8:7::5c2e:1f".to_owned()
            } else {
                format!("198.51.100.{}", 23 + i * 7)
            };
            party(
                report,
                &mut dice,
                name,
                "attacker",
                4_812 / (i + 1) + dice_step(i),
            )
        })
        .collect();
    report.attackers = TopList {
        rows: attackers,
        total: 1_284,
    };
    let targets = (0..8_u64)
        .map(|i| {
            party(
                report,
                &mut dice,
                format!("203.0.113.{}", 9 + i * 3),
                "target",
                18_201 / (i + 1),
            )
        })
        .collect();
    report.targets = TopList {
        rows: targets,
        total: 37,
    };
}

fn dice_step(i: u64) -> u64 {
    i * 13 % 29
}

fn mail(report: &mut Report) {
    let pairs = [
        (
            "invoice@biIling.example",
            "a.papadopoulou@hospital.example",
            41,
            "arrow between them",
            80,
        ),
        (
            "hr@hospital.example",
            "newsletter@xn--hspital-n4a.example",
            12,
            "own domain against a look-alike",
            60,
        ),
        (
            "postmaster@mail.example.net",
            "it@hospital.example",
            7,
            "two addresses in one row",
            30,
        ),
    ];
    let mut rows = Vec::new();
    for (one, other, count, rule, confidence) in pairs {
        let count = cite(
            report,
            &format!("{one} with {other}"),
            count,
            CaseFile::Entries,
            &[(41_002, 41_006)],
            count - 5,
        );
        rows.push(Counterpart {
            one: one.into(),
            other: other.into(),
            count,
            rule: rule.into(),
            confidence: Some(confidence),
            first: Some("2023-03-02T08:00:00Z".into()),
            last: Some("2023-03-13T16:20:11Z".into()),
        });
    }
    report.counterparts = TopList { rows, total: 318 };
}

fn shared(report: &mut Report) {
    let mut cells = Vec::new();
    for (r, row) in [[1_102, 4, 14], [4, 61, 3], [14, 3, 140]]
        .into_iter()
        .enumerate()
    {
        let mut line = Vec::new();
        for (c, value) in row.into_iter().enumerate() {
            let title = format!("attackers of {} and {}", PROVIDERS[r], PROVIDERS[c]);
            line.push(if r < c {
                cite(
                    report,
                    &title,
                    value,
                    CaseFile::Patterns,
                    &[(1_340, 1_339 + value)],
                    0,
                )
            } else {
                value.into()
            });
        }
        cells.push(line);
    }
    // The square is symmetric: both halves lead to the same block.
    for (r, c) in [(1, 0), (2, 0), (2, 1)] {
        cells[r][c] = cells[c][r];
    }
    report.shared_matrix = Matrix {
        names: PROVIDERS.map(Text::from).into(),
        cells,
    };
    let mut rows = Vec::new();
    for i in 0..6_u64 {
        let name = format!("198.51.100.{}", 23 + i * 7);
        let mut providers = Vec::new();
        for (p, n) in [("8BELLS", 900 / (i + 1)), ("EXUS", 12 + i)] {
            let count = cite(
                report,
                &format!("{name} at {p}"),
                n,
                CaseFile::Entries,
                &[(1 + i, n + i)],
                0,
            );
            providers.push((p.into(), count));
        }
        rows.push(SharedAttacker {
            name: name.into(),
            providers,
            first: Some("2023-03-02T08:00:00Z".into()),
            last: Some("2023-03-13T16:20:11Z".into()),
        });
    }
    report.shared = TopList { rows, total: 19 };
}

fn rejects(report: &mut Report) {
    let reasons = [
        (
            "no chain and no proto",
            "The row is neither a firewall line nor a failed log-in. If it is of another provider, give --provider.",
            300,
            "evidence.zip/8bells.log:14",
            "\u{1b}[31mconsole\u{1b}[0m <script>alert(1)</script> router rebooted",
        ),
        (
            "not JSON",
            "The row breaks off before its last bracket; the file was probably cut while being copied.",
            100,
            "evidence.zip/exus.json:4000",
            "{\"timestamp\":\"2023-03-14T23:58:47Z\",\"source\":{\"ip\":\"198.51.10",
        ),
        (
            "no e-mail address",
            "",
            12,
            "evidence.zip/dpc.csv:88",
            "\u{202e}moc.elpmaxe@a;;;",
        ),
    ];
    let mut rows = Vec::new();
    for (reason, explanation, count, place, text) in reasons {
        let count = cite(
            report,
            &format!("rejected: {reason}"),
            count,
            CaseFile::Rejects,
            &[(1, count)],
            0,
        );
        let samples = vec![Sample {
            place: place.into(),
            text: text.into(),
        }];
        rows.push(Reject {
            reason: reason.into(),
            explanation: explanation.into(),
            count,
            samples,
        });
    }
    report.rejects = rows.into();
}

/// Every list at its limit and beyond, with long words.
fn wide() -> Report {
    let mut report = rich();
    let mut dice = Dice(3);
    let rows = (0..80)
        .map(|i| {
            party(
                &mut report,
                &mut dice,
                format!("{}.example", "long-name-".repeat(1 + i % 9)),
                "attacker",
                9_000_000_000 - i as u64,
            )
        })
        .collect();
    report.attackers = TopList {
        rows,
        total: 1_234_567,
    };
    report.timeline.buckets = (0..5_000)
        .map(|i| Bucket {
            start: START + i * 3_600,
            counts: (0..9).map(|_| dice.roll(900)).collect(),
            evidence: None,
        })
        .collect();
    report.timeline.step = 3_600;
    report.timeline.providers = (0..9).map(|i| format!("provider-{i}").into()).collect();
    report
}
