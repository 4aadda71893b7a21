//! The word lists: files with a heading `# name` before the words of each section.
//! `# file/name` adds to a section of another file.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

/// Sections of words, by `file/section`: `given/de_DE`, `own/legal.en`.
#[derive(Debug, Default)]
pub(crate) struct Lists(BTreeMap<String, Vec<String>>);

/// The files in the folder of lists.
const FILES: [&str; 9] = [
    "given", "family", "city", "region", "country", "street", "word", "job", "own",
];

impl Lists {
    /// Reads all lists of a folder.
    pub(crate) fn read(folder: &Path) -> io::Result<Lists> {
        let mut lists = Lists::default();
        for file in FILES {
            let path = folder.join(file).with_extension("txt");
            let text = fs::read_to_string(&path).map_err(|error| {
                io::Error::new(error.kind(), format!("{}: {error}", path.display()))
            })?;
            let mut section = String::new();
            for line in text.lines() {
                if let Some(name) = line.strip_prefix("# ") {
                    // A heading may name another file's section, which it adds to.
                    section = if name.contains('/') {
                        name.to_owned()
                    } else {
                        format!("{file}/{name}")
                    };
                } else if !line.trim().is_empty() {
                    let words = lists.0.entry(section.clone()).or_default();
                    words.push(line.trim().to_owned());
                }
            }
        }
        Ok(lists)
    }

    /// The words of a section; none where there is no such section.
    pub(crate) fn section(&self, name: &str) -> &[String] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    /// The words of all sections whose name begins so.
    pub(crate) fn all<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a String> {
        let sections = self
            .0
            .iter()
            .filter(move |(name, _)| name.starts_with(prefix));
        sections.flat_map(|(_, words)| words)
    }

    /// The names of the sections that begin so.
    pub(crate) fn names<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .keys()
            .map(String::as_str)
            .filter(move |name| name.starts_with(prefix))
    }
}
