//! MISP's warninglists: values that are known to be harmless, or too common to mean anything.
//!
//! Source: <https://github.com/MISP/misp-warninglists>, `schema.json`: `{name, type, matching_attributes, list}`. Types are
//! `cidr`, `hostname` (itself and all below it), `string` (the whole value), `substring` and `regex`.

use std::fs;
use std::path::{Path, PathBuf};

use aidos_privacy::gate::Subject;
use regex::{Regex, RegexBuilder};
use serde::Deserialize;

use super::index::Index;
use crate::Error;
use crate::keep;

/// The largest list.
const LARGEST: u64 = 256 << 20;
/// The deepest folder.
const DEEPEST: usize = 8;

/// All lists of a folder.
#[derive(Debug, Default)]
pub struct Warninglists {
    lists: Vec<About>,
    index: Index,
    parts: Vec<(String, u32)>,
    patterns: Vec<(Regex, u32)>,
}

#[derive(Debug)]
struct About {
    name: String,
    /// For which subjects it is.
    subjects: Vec<Subject>,
}

#[derive(Deserialize)]
struct File {
    name: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    matching_attributes: Vec<String>,
    list: Vec<String>,
}

impl Warninglists {
    /// Reads all lists below a folder, in the order of their paths; JSON that is none is passed over. Returns what is left
    /// out, for a person.
    ///
    /// # Errors
    /// When the folder or a file cannot be read, or no file is a warninglist.
    pub fn read(folder: &Path) -> Result<(Self, Vec<String>), Error> {
        let mut files = Vec::new();
        find(folder, 0, &mut files)?;
        files.sort();
        let mut all = Self::default();
        let mut notes = Vec::new();
        for path in &files {
            let bytes = keep::read(path, LARGEST)?.unwrap_or_default();
            if let Ok(file) = serde_json::from_slice::<File>(&bytes) {
                all.add(&file, &mut notes);
            }
        }
        if all.lists.is_empty() {
            return Err(Error::Form {
                path: folder.to_owned(),
                why: "no warninglist in it; name the folder `lists` of MISP/misp-warninglists"
                    .into(),
            });
        }
        Ok((all, notes))
    }

    /// How many lists there are.
    pub fn len(&self) -> usize {
        self.lists.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.lists.is_empty()
    }

    fn add(&mut self, file: &File, notes: &mut Vec<String>) {
        let number = u32::try_from(self.lists.len()).unwrap_or(u32::MAX);
        let mut left_out = 0_usize;
        for entry in &file.list {
            let entry = entry.trim();
            if entry.is_empty() {
                continue;
            }
            match file.kind.as_str() {
                "cidr" => left_out += usize::from(!self.index.network(entry, number)),
                "hostname" => self.index.host(entry, number),
                "substring" => self.parts.push((entry.to_lowercase(), number)),
                "regex" => match pattern(entry) {
                    Some(regex) => self.patterns.push((regex, number)),
                    None => left_out += 1,
                },
                // The schema's default.
                _ => {
                    if !self.index.network(entry, number) {
                        self.index.text(entry, number);
                    }
                }
            }
        }
        if left_out > 0 {
            notes.push(format!(
                "warninglist `{}`: {left_out} entries are no {}",
                file.name, file.kind
            ));
        }
        let mut subjects: Vec<Subject> = file
            .matching_attributes
            .iter()
            .flat_map(|word| subjects(word))
            .copied()
            .collect();
        subjects.sort_unstable();
        subjects.dedup();
        self.lists.push(About {
            name: file.name.clone(),
            // Without a word on it a list is for all.
            subjects: if file.matching_attributes.is_empty() {
                Subject::ALL.to_vec()
            } else {
                subjects
            },
        });
    }

    /// Names of the lists that a value stands on, in their order.
    pub fn holding(&self, subject: Subject, value: &str) -> Vec<String> {
        let host = value.rsplit_once('@').map_or(value, |(_, host)| host);
        let mut found = Vec::new();
        self.index.holding(value, host, &mut found);
        let lower = value.to_lowercase();
        let parts = self
            .parts
            .iter()
            .filter(|(part, _)| lower.contains(part.as_str()));
        found.extend(parts.map(|(_, list)| *list));
        let patterns = self
            .patterns
            .iter()
            .filter(|(regex, _)| regex.is_match(value));
        found.extend(patterns.map(|(_, list)| *list));
        found.sort_unstable();
        found.dedup();
        let lists = found
            .iter()
            .filter_map(|list| self.lists.get(usize::try_from(*list).ok()?));
        let lists = lists.filter(|list| list.subjects.contains(&subject));
        lists.map(|list| list.name.clone()).collect()
    }
}

/// What a type of MISP's attributes is here.
fn subjects(word: &str) -> &'static [Subject] {
    match word {
        "ip-src" | "ip-dst" | "ip-src|port" | "ip-dst|port" | "ip" => &[Subject::Ip],
        "domain|ip" => &[Subject::Ip, Subject::Domain],
        "domain" | "hostname" | "hostname|port" => &[Subject::Domain],
        "email" | "email-src" | "email-dst" | "email-reply-to" => &[Subject::Email],
        "md5" | "sha1" | "sha256" | "filename|md5" | "filename|sha1" | "filename|sha256" => {
            &[Subject::Hash]
        }
        _ => &[],
    }
}

/// A pattern, also between strokes with flags: `/^a.*b$/i`. It runs in linear time.
fn pattern(text: &str) -> Option<Regex> {
    let framed = text
        .strip_prefix('/')
        .and_then(|rest| rest.rsplit_once('/'));
    let (body, flags) = framed.unwrap_or((text, ""));
    RegexBuilder::new(body)
        .case_insensitive(flags.contains('i'))
        .size_limit(1 << 20)
        .build()
        .ok()
}

fn find(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), Error> {
    for entry in fs::read_dir(folder).map_err(Error::file("read", folder))? {
        let entry = entry.map_err(Error::file("read", folder))?;
        let path = entry.path();
        let kind = entry.file_type().map_err(Error::file("read", &path))?;
        if kind.is_dir() && depth < DEEPEST {
            find(&path, depth + 1, files)?;
        } else if kind.is_file() && path.extension().is_some_and(|ending| ending == "json") {
            files.push(path);
        }
    }
    Ok(())
}
