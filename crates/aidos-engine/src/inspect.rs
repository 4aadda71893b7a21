//! What a file is, before anything is done with it: format, encoding, whose log, columns and their types,
//! and what its first rows would become. Nothing is written, and no value of the file is shown.

mod found;
mod look;
mod propose;
mod tables;
mod types;
mod walk;

use std::io::Read;
use std::path::Path;

pub use found::{Found, Outcome, Scored};
pub use propose::propose;
pub(crate) use tables::Gather;
pub use types::{Column, Type};

use crate::Error;
use crate::plan::{Input, Reading};
use crate::progress::{Cancel, Moment, Progress};
use walk::Inspector;

/// Looks at an input, and in an archive at each of its files. `most` rows of each file are read.
///
/// `each` gets what was found, file by file, and may end the work with an error.
///
/// # Errors
/// [`Error::File`] when the input cannot be read, [`Error::Cancelled`], and what `each` returns. A file in an
/// archive that cannot be read is found as refused.
pub fn inspect(
    input: &Input,
    stdin: Option<Box<dyn Read + Send>>,
    reading: &Reading,
    most: u64,
    scratch: &Path,
    (progress, cancel): (&dyn Progress, &Cancel),
    each: &mut dyn FnMut(Found) -> Result<(), Error>,
) -> Result<(), Error> {
    let how = (reading, most, None);
    walk(input, stdin, how, scratch, (progress, cancel), each)
}

/// Walks over an input; each leaf is looked at, or becomes a table.
pub(crate) fn walk(
    input: &Input,
    stdin: Option<Box<dyn Read + Send>>,
    (reading, most, gather): (&Reading, u64, Option<&Gather>),
    scratch: &Path,
    (progress, cancel): (&dyn Progress, &Cancel),
    each: &mut dyn FnMut(Found) -> Result<(), Error>,
) -> Result<(), Error> {
    progress.take(&Moment::Begin {
        step: "look",
        total: None,
    });
    let mut inspector = Inspector {
        reading,
        most,
        scratch,
        progress,
        cancel,
        each,
        gather,
        bytes: 0,
    };
    match (input, stdin) {
        (Input::Path(path), _) => inspector.path(path, &input.name()),
        (Input::Stdin, Some(mut stdin)) => inspector.pipe(&mut stdin),
        (Input::Stdin, None) => Err(Error::Usage(
            "standard input was named but is not there".to_owned(),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Silent;

    fn look(name: &str, bytes: &[u8]) -> Vec<Found> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let mut all = Vec::new();
        inspect(
            &Input::Path(path),
            None,
            &Reading::default(),
            1_000,
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

    #[test]
    fn a_firewall_log_is_known() {
        let line = "mar/07/2023 10:38:03 firewall,info input: in:ether1 out:(none), \
                    src-mac 00:1a:2b:3c:4d:5e, proto TCP (SYN), 198.51.100.7:4444->192.0.2.1:22, len 60\n";
        let all = look("a.log", format!("{line}\n{line}nonsense\n").as_bytes());
        let [found] = all.as_slice() else {
            panic!("{all:?}")
        };
        assert_eq!(found.provider.as_deref(), Some("8bells"), "{found:?}");
        assert_eq!((found.format, found.rows, found.whole), ("text", 4, true));
        let outcome = found.outcome.as_ref().unwrap();
        assert_eq!(
            (outcome.entries, outcome.skipped, outcome.rejected),
            (2, 1, 1)
        );
        let field = |name: &str| outcome.fields.iter().find(|c| c.name == name).unwrap();
        assert_eq!(field("source.ip").kind, Type::Ip);
        assert_eq!(field("destination.port").kind, Type::Port);
        assert_eq!(field("@timestamp").kind, Type::Time);
        assert_eq!(field("related.ip").kind, Type::Ip);
        assert_eq!(
            (field("related.ip").filled, field("related.ip").distinct),
            (4, 2)
        );
    }

    #[test]
    fn columns_of_csv_and_json_have_types() {
        let all = look(
            "a.csv",
            b"time,host,dst_port\n2023-03-07 10:38:03,192.0.2.1,22\n2023-03-07 10:38:04,192.0.2.2,-\n",
        );
        let shown: Vec<_> = all[0]
            .columns
            .iter()
            .map(|c| (c.name.as_str(), c.kind, c.filled, c.distinct))
            .collect();
        assert_eq!(
            shown,
            [
                ("time", Type::Time, 2, 2),
                ("host", Type::Ip, 2, 2),
                ("dst_port", Type::Port, 1, 1)
            ]
        );
        assert!(all[0].layout.as_deref().unwrap().contains("with header"));
        let all = look(
            "a.json",
            b"{\"a\":{\"ip\":\"192.0.2.1\"},\"n\":[1,2]}\n{\"a\":{\"ip\":null}}\n",
        );
        let shown: Vec<_> = all[0]
            .columns
            .iter()
            .map(|c| (c.name.as_str(), c.kind, c.filled))
            .collect();
        assert_eq!(shown, [("a.ip", Type::Ip, 1), ("n", Type::Integer, 2)]);
    }

    #[test]
    fn what_cannot_be_read_is_refused_with_a_reason() {
        let all = look("a.bin", b"\x7fELF\x02\x01\x01\0\0\0");
        assert!(all[0].refused.as_deref().unwrap().contains("ELF"));
        let all = look("a.zip", b"PK\x03\x04 and no more");
        assert!(all[0].refused.is_some(), "{all:?}");
        let all = look("a.log", b"hello\nworld\n");
        assert!(all[0].refused.as_deref().unwrap().contains("propose"));
        assert_eq!(look("a.log", b"")[0].format, "empty");
    }

    #[test]
    fn a_mapping_is_proposed_for_an_unknown_log() {
        let propose = |text: &'static str| {
            let stdin: Box<dyn Read + Send> = Box::new(text.as_bytes());
            super::propose(&Input::Stdin, Some(stdin), "door", &Reading::default())
        };
        let line = "2023-03-07 10:38:03 door opened by maria from 192.0.2.1\n\
                    2023-03-07 10:39:10 door opened by jan from 192.0.2.7\n";
        let proposal = propose(line).unwrap();
        assert!(
            proposal.toml.contains("door opened by"),
            "{}",
            proposal.toml
        );
        let proposal = propose("when,who,address\n2023-03-07 10:38:03,maria,192.0.2.1\n").unwrap();
        assert!(proposal.toml.contains("csv"), "{}", proposal.toml);
        let proposal = propose("{\"who\":\"maria\",\"address\":\"192.0.2.1\"}\n").unwrap();
        assert!(proposal.toml.contains("json"), "{}", proposal.toml);
        for nothing in ["", "\n\n", "\u{7f}ELF\u{2}\u{1}\u{1}"] {
            let error = propose(nothing).unwrap_err();
            assert!(matches!(error, Error::Usage(_)), "{error}");
        }
    }

    #[test]
    fn only_so_many_rows_are_read() {
        let text = "192.0.2.1,a\n".repeat(100_000);
        let all = look("a.csv", text.as_bytes());
        assert_eq!((all[0].rows, all[0].whole), (1_000, false));
    }
}
