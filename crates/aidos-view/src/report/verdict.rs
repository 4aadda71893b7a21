//! The sentence that says it first, made from the numbers.

use super::model::{Report, Summary};
use crate::number::{counted, percent, thousands};
use crate::text::Text;
use crate::time::short;

/// The share of rejected rows, in per cent, from which a reader is warned.
const WARN_PERCENT: u64 = 5;

/// What the page says before anything else.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    /// One sentence: what the case holds.
    pub(super) says: String,
    /// What became of the rows, or what to do next.
    pub(super) then: String,
    /// Whether the numbers call for a look before they are used.
    pub(super) caution: Option<String>,
}

/// Finds the words for the numbers.
pub(super) fn verdict(report: &Report) -> Verdict {
    let n = &report.summary;
    if n.rows_read.value == 0 {
        return nothing_read(report);
    }
    let says = if n.entries.value == 0 {
        format!(
            "{} could be read as a log entry.",
            none_of(n.rows_read.value)
        )
    } else if n.attackers.value == 0 {
        format!(
            "{}{}, and no attacker among them.",
            counted(n.entries.value, "entry", "entries"),
            period(n)
        )
    } else {
        let reached = match n.attacked {
            0 => "left traces".to_owned(),
            targets => format!("reached for {}", counted(targets, "target", "targets")),
        };
        let shared = match n.shared_attackers.value {
            0 => String::new(),
            1 => "; 1 of them was seen by more than one provider".to_owned(),
            n => format!(
                "; {} of them were seen by more than one provider",
                thousands(n)
            ),
        };
        format!(
            "{} {reached}{}{shared}.",
            counted(n.attackers.value, "attacker", "attackers"),
            period(n)
        )
    };
    Verdict {
        says,
        then: fate(n),
        caution: caution(n),
    }
}

fn nothing_read(report: &Report) -> Verdict {
    let refused = super::parts::total(&report.refused);
    let then = match refused {
        0 => "Next: give aidos run a log file, a folder or an archive.".to_owned(),
        1 => "The only input was refused; the reason and what would help stand below.".to_owned(),
        n => format!(
            "{} were refused; the reasons and what would help stand below.",
            counted(n, "", "inputs")
        ),
    };
    Verdict {
        says: "No rows were read.".to_owned(),
        then,
        caution: caution(&report.summary),
    }
}

fn none_of(rows: u64) -> String {
    if rows == 1 {
        "The only row read is nothing that".to_owned()
    } else {
        format!("None of {}", counted(rows, "row", "rows"))
    }
}

/// " between … and …", to the day; nothing where no time is known.
fn period(n: &Summary) -> String {
    let day = |stamp: &Option<Text>| {
        let stamp = short(stamp.as_ref()?.raw())?;
        stamp.split_once(' ').map(|(day, _)| day.to_owned())
    };
    match (day(&n.first), day(&n.last)) {
        (Some(first), Some(last)) if first == last => format!(" on {first}"),
        (Some(first), Some(last)) => format!(" between {first} and {last}"),
        _ => String::new(),
    }
}

/// What became of the rows.
fn fate(n: &Summary) -> String {
    if n.entries.value == 0 {
        return "Next: look at the reasons for rejection below, and name the maker of the log with \
                --provider."
            .to_owned();
    }
    let rejected = match n.rejected.value {
        0 => "no row was rejected".to_owned(),
        1 => "1 row was rejected, with its reason".to_owned(),
        n => format!(
            "{} were rejected, each with its reason",
            counted(n, "", "rows")
        ),
    };
    format!(
        "{} of {} became entries, {}; {rejected}.",
        percent(n.entries.value, n.rows_read.value),
        counted(n.rows_read.value, "row", "rows"),
        match n.repaired.value {
            0 => "none of them repaired".to_owned(),
            1 => "1 of them repaired".to_owned(),
            r => format!("{} of them repaired", thousands(r)),
        },
    )
}

/// Rows that the identity does not account for, or too many rejected.
fn caution(n: &Summary) -> Option<String> {
    let rows = n.rows_read.value;
    if let Some(gap) = gap(n) {
        return Some(format!(
            "The parts do not add up to the rows read: {} unaccounted for. Please report this as a bug.",
            counted(gap, "row is", "rows are"),
        ));
    }
    (n.rejected.value > 0
        && u128::from(n.rejected.value) * 100 >= u128::from(rows) * u128::from(WARN_PERCENT))
    .then(|| {
        format!(
            "{} of the rows were rejected: look at the reasons before you rely on these numbers.",
            percent(n.rejected.value, rows),
        )
    })
}

/// How far rows read and the sum of their fates lie apart.
pub(super) fn gap(n: &Summary) -> Option<u64> {
    let parts = [n.entries, n.duplicates, n.rejected, n.skipped];
    let sum: u128 = parts.iter().map(|part| u128::from(part.value)).sum();
    let gap = sum.abs_diff(u128::from(n.rows_read.value));
    (gap > 0).then(|| u64::try_from(gap).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::super::model::{Refused, TopList};
    use super::*;

    fn report(rows: u64, entries: u64, rejected: u64, attackers: u64) -> Report {
        let mut report = Report::default();
        let n = &mut report.summary;
        (n.rows_read, n.entries) = (rows.into(), entries.into());
        (n.rejected, n.attackers) = (rejected.into(), attackers.into());
        report
    }

    #[test]
    fn the_sentence_follows_the_numbers() {
        let mut full = report(100, 98, 2, 12);
        // Own addresses of mail are targets that nobody attacks.
        full.summary.targets = 400.into();
        full.summary.attacked = 1;
        full.summary.shared_attackers = 3.into();
        full.summary.first = Some("2023-03-01T00:00:00Z".into());
        full.summary.last = Some("2023-03-07T10:00:00Z".into());
        let verdict = verdict(&full);
        assert_eq!(
            verdict.says,
            "12 attackers reached for 1 target between 2023-03-01 and 2023-03-07; 3 of them were seen by \
             more than one provider."
        );
        assert_eq!(
            verdict.then,
            "98 % of 100 rows became entries, none of them repaired; 2 rows were rejected, each with its \
             reason."
        );
        assert_eq!(verdict.caution, None);
    }

    #[test]
    fn nothing_read_says_the_next_step() {
        let mut empty = Report::default();
        assert_eq!(verdict(&empty).says, "No rows were read.");
        assert!(verdict(&empty).then.starts_with("Next: "));
        empty.refused = TopList::from(vec![Refused::default(); 3]);
        assert!(verdict(&empty).then.starts_with("3 inputs were refused"));
    }

    #[test]
    fn many_rejected_rows_and_lost_rows_call_for_a_look() {
        assert!(
            verdict(&report(100, 90, 10, 1))
                .caution
                .is_some_and(|c| c.starts_with("10 % of"))
        );
        assert!(
            verdict(&report(100, 90, 9, 1))
                .caution
                .is_some_and(|c| c.contains("1 row is unaccounted"))
        );
        assert!(
            verdict(&report(100, 0, 100, 0))
                .says
                .starts_with("None of 100 rows could")
        );
        assert!(verdict(&report(5, 5, 0, 0)).says.contains("no attacker"));
    }

    #[test]
    fn extremes_do_not_overflow() {
        let all = verdict(&report(u64::MAX, u64::MAX, u64::MAX, u64::MAX));
        assert!(all.caution.is_some_and(|c| c.contains("unaccounted")));
    }
}
