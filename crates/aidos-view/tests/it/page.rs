//! The page as a whole: its bytes, its links, its size, and what it says of nothing.

use std::collections::BTreeSet;

use aidos_view::report::{
    Bucket, Count, Evidence, InputFile, Lines, Matrix, Party, Refused, Report, Sample, Tlp,
    TopList, limits, render,
};
use aidos_view::text::Text;

use crate::full;

/// The values of an attribute, in order.
fn attributes<'a>(page: &'a str, name: &str) -> Vec<&'a str> {
    page.split(&format!(" {name}=\""))
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect()
}

/// Every link leads somewhere and no id stands twice.
fn assert_linked(page: &str) {
    let ids = attributes(page, "id");
    let known: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(known.len(), ids.len(), "an id stands twice");
    for href in attributes(page, "href")
        .into_iter()
        .filter(|href| *href != "data:,")
    {
        assert!(
            href.strip_prefix('#').is_some_and(|id| known.contains(id)),
            "{href} leads nowhere"
        );
    }
    for reference in attributes(page, "aria-labelledby") {
        assert!(known.contains(reference), "{reference} labels nothing");
    }
    for hatch in page
        .split("url(#")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
    {
        assert!(known.contains(hatch), "hatch {hatch} is not there");
    }
}

/// The page without its style sheet, an element a line.
fn readable(page: &str) -> String {
    let (head, rest) = page.split_once("<style>").expect("a style");
    let (_, body) = rest.split_once("</style>").expect("its end");
    format!("{head}{body}")
        .replace('<', "\n<")
        .replace("\n</", "</")
}

#[test]
fn a_small_report_looks_like_this() {
    insta::assert_snapshot!(readable(&render(&full::report(&mut Text::from))));
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    let report = full::report(&mut Text::from);
    assert_eq!(render(&report), render(&report.clone()));
}

#[test]
fn links_lead_somewhere() {
    assert_linked(&render(&full::report(&mut Text::from)));
    assert_linked(&render(&huge()));
    assert_linked(&render(&Report::default()));
}

#[test]
fn a_number_leads_to_its_evidence_and_back() {
    let page = render(&full::report(&mut Text::from));
    assert!(page.contains("<a class=\"n\" href=\"#e-1\" id=\"c-1\">6</a>"));
    assert!(page.contains("<a href=\"#c-1\" aria-label=\"Back to where E1 is cited\">back</a>"));
    assert!(
        page.contains("1–4, 9<span class=\"muted\"> and 1 more, see <code>patterns.json</code>")
    );
}

#[test]
fn evidence_that_nobody_cites_has_no_way_back() {
    let mut report = Report::default();
    report.cite(Evidence {
        title: "alone".into(),
        ..Evidence::default()
    });
    let page = render(&report);
    assert!(page.contains("alone") && !page.contains("#c-1"));
}

#[test]
fn nothing_asks_for_anything() {
    let page = render(&full::report(&mut Text::from));
    assert!(page.contains("default-src 'none'; style-src 'unsafe-inline'; img-src data:"));
    for word in [
        "http:",
        "https:",
        "//",
        "@import",
        "src=",
        "<script",
        "javascript:",
        " style=",
    ] {
        assert!(!page.contains(word), "{word}");
    }
    assert_eq!(page.matches("<h1").count(), 1);
    assert_eq!(page.matches("<style>").count(), 1);
}

#[test]
fn a_report_of_nothing_says_the_next_step() {
    let page = render(&Report::default());
    assert!(page.contains("No rows were read.") && page.contains("give aidos run a log file"));
    assert!(page.contains("Unnamed case") && page.contains("no TLP label set"));

    let refused = Refused {
        path: "a.zip".into(),
        reason: "encrypted: unpack it first".into(),
    };
    let page = render(&Report {
        refused: vec![refused].into(),
        ..Report::default()
    });
    assert!(
        page.contains("The only input was refused") && page.contains("encrypted: unpack it first")
    );
}

#[test]
fn the_label_stands_in_head_and_foot_and_on_every_sheet() {
    for tlp in Tlp::ALL {
        let page = render(&Report {
            tlp: Some(tlp),
            ..Report::default()
        });
        assert_eq!(
            page.matches(&format!(">{}</span>", tlp.label())).count(),
            2,
            "{tlp:?}"
        );
        assert_eq!(
            page.matches(&format!("content: \"{}\"", tlp.label()))
                .count(),
            2,
            "{tlp:?}"
        );
    }
}

#[test]
fn nobody_is_called_sender_or_recipient() {
    let page = render(&full::report(&mut Text::from)).to_lowercase();
    for word in ["sender", "recipient", "receiver", ">from<", ">to<"] {
        assert!(!page.contains(word), "{word}");
    }
}

#[test]
fn numbers_that_do_not_add_up_are_shown_as_such() {
    let mut report = full::report(&mut Text::from);
    assert!(!render(&report).contains("≠"));
    report.summary.rows_read = 13.into();
    let page = render(&report);
    assert!(page.contains("≠") && page.contains("1 row is unaccounted for"));
}

/// Everything longer than the limits, with texts longer than theirs.
fn huge() -> Report {
    let mut report = full::report(&mut |_| "\"<&".repeat(20_000).into());
    let sample = Sample {
        place: "p".repeat(9_000).into(),
        text: "<".repeat(100_000).into(),
    };
    let mut cited = Vec::new();
    for i in 0..500 {
        cited.push(report.cite(Evidence {
            title: "t".repeat(5_000).into(),
            total: u64::MAX,
            lines: vec![
                Lines {
                    ranges: (0..60).map(|r| (r, r + i)).collect(),
                    ..Lines::default()
                };
                5
            ],
            samples: if i < 9 {
                vec![sample.clone(); 20]
            } else {
                Vec::new()
            },
        }));
    }
    let party = |i: usize| Party {
        name: format!("{i}").into(),
        count: cited
            .get(i)
            .map_or(Count::from(0), |id| Count::cited(7, *id)),
        ports: vec!["1".into(); 100],
        providers: vec!["p".into(); 100],
        activity: vec![1; 100],
        ..Party::default()
    };
    report.attackers = TopList {
        rows: (0..300).map(party).collect(),
        total: 1_234_567,
    };
    report.files = vec![
        InputFile {
            notes: vec!["n".into(); 500],
            ..InputFile::default()
        };
        500
    ]
    .into();
    report.notes = vec!["n".into(); 5_000];
    report.options = vec![("o".into(), "v".into()); 5_000];
    report.shared_matrix = Matrix {
        names: vec!["m".into(); 300],
        cells: vec![vec![1.into(); 300]; 300],
    };
    report.timeline.providers = vec!["t".into(); 12];
    report.timeline.buckets = (0..20_000)
        .map(|i| Bucket {
            start: i * 86_400,
            counts: vec![1; 12],
            evidence: cited.first().copied(),
        })
        .collect();
    report
}

#[test]
fn the_page_stays_small_whatever_it_is_given() {
    let page = render(&huge());
    assert!(page.len() < 6_000_000, "{} bytes", page.len());
    assert!(page.contains(&format!("Top {} of 1,234,567 attackers", limits::ROWS)));
    assert!(page.contains(&format!("Top {} of 500 files", limits::FILES)));
    assert!(page.contains(&format!("The first {} of 501 blocks", limits::EVIDENCE)));
    assert!(page.contains("The first 12 of 300 providers"));
    assert!(page.contains("7 others"));
}
