//! The columns of tables in files: what they are and why. Never their values.

use std::cell::RefCell;
use std::io::Read;
use std::path::Path;

use aidos_privacy::columns::{Options, Profiler, Report};
use serde::Serialize;

use crate::Error;
use crate::inspect::{Gather, walk};
use crate::plan::{Input, Reading};
use crate::progress::{Cancel, Progress};

/// How tables are sampled and profiled.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Rows that a sample holds.
    pub sample: usize,
    /// What chooses them.
    pub seed: u64,
    /// What a profile is told.
    pub options: Options,
}

/// A table, or why there is none.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Profiled {
    /// Its path: the input's name, then the path inside it; of a workbook the sheet.
    pub path: String,
    /// `text`, `csv`, `json`, `empty` or `binary`.
    pub format: &'static str,
    /// Why it was refused, or where reading ended early.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// What its columns are; absent where nothing could be read.
    #[serde(flatten)]
    pub report: Option<Report>,
}

/// Profiles the tables of an input: CSV, TSV, JSON, sheets, also in folders and archives. A text is a table of one
/// column. All rows are counted, a sample of them is looked at; memory does not grow with the input.
///
/// `each` gets table by table and may end the work with an error.
///
/// # Errors
/// [`Error::File`] when the input cannot be read, [`Error::Cancelled`], and what `each` returns.
pub fn columns(
    input: &Input,
    stdin: Option<Box<dyn Read + Send>>,
    (reading, plan, profiler): (&Reading, &Plan, &Profiler),
    scratch: &Path,
    (progress, cancel): (&dyn Progress, &Cancel),
    each: &mut dyn FnMut(Profiled) -> Result<(), Error>,
) -> Result<(), Error> {
    let gather = Gather {
        most: plan.sample,
        seed: plan.seed,
        table: RefCell::new(None),
        wanted: None,
        record: RefCell::new(None),
    };
    let how = (reading, u64::MAX, Some(&gather));
    walk(
        input,
        stdin,
        how,
        scratch,
        (progress, cancel),
        &mut |found| {
            let table = gather.table.borrow_mut().take();
            let report = table.map(|table| profiler.profile(&table, &plan.options));
            // An archive and a workbook hold tables and are none.
            if report.is_none() && found.refused.is_none() && matches!(found.format, "zip" | "xlsx")
            {
                return Ok(());
            }
            each(Profiled {
                path: found.path,
                format: found.format,
                refused: found.refused,
                report,
            })
        },
    )
}

#[cfg(test)]
mod tests {
    use aidos_privacy::columns::Type;
    use aidos_privacy::pii::{Options as ScanOptions, Scanner};

    use super::*;
    use crate::progress::Silent;

    fn profile(name: &str, bytes: &[u8]) -> Vec<Profiled> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let profiler = Profiler::new(Scanner::new(ScanOptions::default()).unwrap());
        let plan = Plan {
            sample: 500,
            seed: 1,
            options: Options::default(),
        };
        let mut all = Vec::new();
        columns(
            &Input::Path(path),
            None,
            (&Reading::default(), &plan, &profiler),
            folder.path(),
            (&Silent, &Cancel::default()),
            &mut |found| {
                all.push(found);
                Ok(())
            },
        )
        .unwrap();
        all
    }

    fn kinds(found: &Profiled) -> Vec<(String, Type)> {
        let report = found.report.as_ref().unwrap();
        report
            .columns
            .iter()
            .map(|c| (c.name.clone(), c.kind.0))
            .collect()
    }

    #[test]
    fn tables_of_every_format_are_profiled() {
        let mut csv = String::from("when\tuser.mail\tsrc\n");
        let mut json = String::new();
        for n in 0..60 {
            csv.push_str(&format!(
                "2024-03-{:02} 10:00:00\tu{n}@example.org\t203.0.113.{n}\n",
                n % 28 + 1
            ));
            json.push_str(&format!(
                "{{\"a\":{{\"ip\":\"203.0.113.{n}\"}},\"tags\":[\"x\",\"y\"],\"none\":null}}\n"
            ));
        }
        let found = profile("a.tsv", csv.as_bytes());
        let wanted = [
            ("when", Type::Time),
            ("user.mail", Type::Email),
            ("src", Type::Ip),
        ];
        assert_eq!(kinds(&found[0]), wanted.map(|(n, t)| (n.to_owned(), t)));
        assert_eq!(found[0].report.as_ref().unwrap().rows, 60);
        let found = profile("a.jsonl", json.as_bytes());
        let wanted = [
            ("a.ip", Type::Ip),
            ("tags", Type::Category),
            ("none", Type::Empty),
        ];
        assert_eq!(kinds(&found[0]), wanted.map(|(n, t)| (n.to_owned(), t)));
        let found = profile(
            "a.txt",
            b"mail ada@example.org from there to here\nnothing at all in this line\n",
        );
        let column = &found[0].report.as_ref().unwrap().columns[0];
        assert!(
            column.free_text && column.inside[0].kind == "EMAIL_ADDRESS",
            "{column:?}"
        );
        let found = profile("a.bin", b"\x7fELF\x02\x01\x01\0\0\0");
        assert!(found[0].refused.is_some() && found[0].report.is_none());
    }

    #[test]
    fn the_report_holds_no_value() {
        let mut csv = String::from("name,mail,note\n");
        for n in 0..40 {
            csv.push_str(&format!(
                "Zebulon Quux{n},quux{n}@example.org,call zebulon{n}@example.org at once please\n"
            ));
        }
        let found = profile("a.csv", csv.as_bytes());
        let json = serde_json::to_string(&found[0]).unwrap();
        assert!(
            !json.to_lowercase().contains("quux") && !json.to_lowercase().contains("zebulon"),
            "{json}"
        );
        let value: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(value["columns"][1]["type"], "EMAIL_ADDRESS");
        assert_eq!(value["path"], "a.csv");
    }
}
