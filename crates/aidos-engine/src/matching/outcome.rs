//! The query owner again: which of his values a list has, as a person or a script reads it.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use aidos_fhe::codec::{self, Artefact, Manifest};
use aidos_fhe::normalise::Kind;
use aidos_fhe::{Hits, Line, QueryMap};
use aidos_model::stix::{self, Namer, StixId};
use aidos_model::{Timestamp, Tlp};
use serde::Serialize;
use serde_json::{Value, json};

use super::roles::expected;
use super::{Desk, about, file};
use crate::Error;
use crate::progress::Moment;

/// How answers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people: those that match.
    Table,
    /// `value,match` and a line for each distinct value.
    Csv,
    /// One object.
    Json,
    /// A STIX 2.1 bundle of those that match: the observable, an indicator and a sighting of it.
    Stix,
}

/// One value and its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// The value as it was given.
    pub value: String,
    /// Whether a list has it.
    #[serde(rename = "match")]
    pub is_match: bool,
    /// Its label, where the lists have some.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<u16>,
    /// The lists that have it, of those whose owners let them be told apart.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lists: Vec<String>,
}

/// All answers of a job.
#[derive(Clone, Debug, Serialize)]
pub struct Answers {
    /// The type of the values.
    pub kind: &'static str,
    /// Distinct values.
    pub values: u64,
    /// Those that match.
    pub matches: u64,
    /// The lists that were looked through, by name.
    pub lists: Vec<String>,
    /// Each distinct value in the order of the input.
    pub answers: Vec<Answer>,
    #[serde(skip)]
    created: u64,
    #[serde(skip)]
    values_of: Option<Kind>,
}

/// Reads the answers to a query.
///
/// # Errors
/// Hits of another query, a wrong passphrase, a signer or a manifest that refuses, or canaries with a wrong answer.
pub fn report(
    map_path: &Path,
    passphrase: &[u8],
    hits_path: &Path,
    manifests: &[PathBuf],
    desk: &Desk<'_>,
) -> Result<Answers, Error> {
    let source = file::open(hits_path)?;
    let opened = file::artefact(&source, hits_path, codec::Kind::Hits)?;
    let mut note = |text: &str| desk.progress.take(&Moment::Note(text));
    desk.signers
        .check(hits_path, "hits", opened.signer(), &mut note)?;
    desk.signers.check_parents(hits_path, opened.parents())?;
    expected(hits_path, opened.parents(), manifests)?;
    let hits = Hits::of(&opened).map_err(about(hits_path))?;
    let map = QueryMap::open(&file::sealed(map_path)?, passphrase).map_err(about(map_path))?;
    let lines = aidos_fhe::report(&map, &hits).map_err(about(hits_path))?;
    Ok(Answers::of(map.kind(), &lines, &opened))
}

impl Answers {
    pub(super) fn of(kind: Kind, lines: &[Line<'_>], hits: &Artefact<'_>) -> Self {
        let lists: Vec<String> = hits.parents().iter().skip(1).map(name).collect();
        let answer = |line: &Line<'_>| Answer {
            value: line.value.to_owned(),
            is_match: line.is_match,
            label: line.label,
            lists: line
                .lists
                .iter()
                .filter_map(|list| lists.get(*list).cloned())
                .collect(),
        };
        Self {
            kind: kind.word(),
            values: lines.len() as u64,
            matches: lines.iter().filter(|line| line.is_match).count() as u64,
            answers: lines.iter().map(answer).collect(),
            created: hits.header().created,
            values_of: Some(kind),
            lists,
        }
    }

    /// Writes them.
    ///
    /// # Errors
    /// The writer's.
    pub fn write(&self, format: Format, tlp: Tlp, out: &mut dyn Write) -> io::Result<()> {
        match format {
            Format::Csv => self.csv(out),
            Format::Json => {
                serde_json::to_writer(&mut *out, self)?;
                out.write_all(b"\n")
            }
            Format::Stix => self.stix(tlp, out),
            Format::Table => self.table(out),
        }
    }

    fn csv(&self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(b"value,match\n")?;
        for answer in &self.answers {
            let value = &answer.value;
            if value.contains([',', '"', '\n', '\r']) {
                write!(out, "\"{}\"", value.replace('"', "\"\""))?;
            } else {
                out.write_all(value.as_bytes())?;
            }
            writeln!(out, ",{}", u8::from(answer.is_match))?;
        }
        Ok(())
    }

    fn table(&self, out: &mut dyn Write) -> io::Result<()> {
        let found: Vec<&Answer> = self
            .answers
            .iter()
            .filter(|answer| answer.is_match)
            .collect();
        let has_labels = found.iter().any(|answer| answer.label.is_some());
        let has_lists = found.iter().any(|answer| !answer.lists.is_empty());
        let width = found
            .iter()
            .map(|answer| answer.value.chars().count())
            .max()
            .unwrap_or(0)
            .max(5);
        writeln!(out, "{} of {} values are listed", self.matches, self.values)?;
        if found.is_empty() {
            return Ok(());
        }
        writeln!(out)?;
        let mut head = format!("{:width$}", "value");
        if has_labels {
            head.push_str("  label");
        }
        if has_lists {
            head.push_str("  lists");
        }
        writeln!(out, "{}", head.trim_end())?;
        for answer in found {
            let mut line = format!("{:width$}", answer.value);
            if has_labels {
                let label = answer
                    .label
                    .map(|label| label.to_string())
                    .unwrap_or_default();
                line.push_str(&format!("  {label:>5}"));
            }
            if has_lists {
                line.push_str("  ");
                line.push_str(&answer.lists.join(", "));
            }
            writeln!(out, "{}", line.trim_end())?;
        }
        Ok(())
    }

    /// Ids follow from the values, so that two reports of one job are the same bundle.
    fn stix(&self, tlp: Tlp, out: &mut dyn Write) -> io::Result<()> {
        let created = i64::try_from(self.created).ok();
        let time = created
            .and_then(Timestamp::from_seconds)
            .unwrap_or(Timestamp(0));
        // STIX wants milliseconds.
        let time = time.to_string().replace('Z', ".000Z");
        let mut objects: BTreeMap<String, Value> = BTreeMap::new();
        let mut marking = Vec::new();
        tlp.push_marking(&mut marking);
        let marking: Value = serde_json::from_slice(&marking)?;
        let marking_id = marking["id"].clone();
        let mut add = |object: Value| {
            let id = object["id"].as_str().unwrap_or_default().to_owned();
            objects.insert(id.clone(), object);
            id
        };
        add(marking);
        let named = |kind: stix::Kind, text: &str| {
            let mut namer = Namer::new(stix::OURS);
            namer.update(b"aidos match ");
            namer.update(text.as_bytes());
            StixId {
                kind,
                uuid: namer.finish(),
            }
            .to_string()
        };
        let identity = add(json!({
            "type": "identity", "spec_version": "2.1", "id": named(stix::Kind::Identity, "identity"),
            "created": time, "modified": time, "name": "Aidos, encrypted correlation", "identity_class": "system",
            "object_marking_refs": [marking_id],
        }));
        for answer in self.answers.iter().filter(|answer| answer.is_match) {
            let found = self
                .values_of
                .and_then(|kind| observable(kind, &answer.value));
            let Some((mut object, pattern)) = found else {
                continue;
            };
            let id = object.as_object().and_then(stix::id_of);
            object["id"] = Value::from(id.map(|id| id.to_string()).unwrap_or_default());
            object["spec_version"] = Value::from("2.1");
            object["object_marking_refs"] = json!([marking_id]);
            add(object);
            let mut indicator = json!({
                "type": "indicator", "spec_version": "2.1", "id": named(stix::Kind::Indicator, &answer.value),
                "created": time, "modified": time, "created_by_ref": identity, "name": "On a partner's list",
                "indicator_types": ["malicious-activity"], "pattern": pattern, "pattern_type": "stix",
                "valid_from": time, "object_marking_refs": [marking_id],
            });
            let mut words: Vec<String> = answer.lists.clone();
            words.extend(answer.label.map(|label| format!("label:{label}")));
            if !words.is_empty() {
                indicator["labels"] = json!(words);
            }
            let indicator = add(indicator);
            add(json!({
                "type": "sighting", "spec_version": "2.1", "id": named(stix::Kind::Sighting, &answer.value),
                "created": time, "modified": time, "created_by_ref": identity, "sighting_of_ref": indicator,
                "where_sighted_refs": [identity], "object_marking_refs": [marking_id],
            }));
        }
        let bundle = named(
            stix::Kind::Bundle,
            &objects.keys().cloned().collect::<String>(),
        );
        let objects: Vec<Value> = objects.into_values().collect();
        serde_json::to_writer(
            &mut *out,
            &json!({"type": "bundle", "id": bundle, "objects": objects}),
        )?;
        out.write_all(b"\n")
    }
}

/// The list's name, else what its owner is called by.
pub(super) fn name(list: &Manifest) -> String {
    match list.header().name() {
        Some(name) => name.to_owned(),
        None => format!(
            "list of {}",
            list.signer().to_string().get(..16).unwrap_or_default()
        ),
    }
}

/// A value as STIX has it: its object without an id, and the pattern that finds it.
fn observable(kind: Kind, value: &str) -> Option<(Value, String)> {
    let quoted = value.replace('\\', "\\\\").replace('\'', "\\'");
    let word = match kind {
        Kind::Ipv4 | Kind::Cidr => "ipv4-addr",
        Kind::Ipv6 => "ipv6-addr",
        Kind::Domain => "domain-name",
        Kind::Email => "email-addr",
        Kind::Url => "url",
        Kind::FileHash => {
            let name = match value.trim().len() {
                32 => "MD5",
                40 => "SHA-1",
                64 => "SHA-256",
                _ => "SHA-512",
            };
            let object = json!({"type": "file", "hashes": {name: value.trim()}});
            return Some((object, format!("[file:hashes.'{name}' = '{quoted}']")));
        }
        _ => return None,
    };
    let pattern = format!("[{word}:value = '{quoted}']");
    Some((json!({"type": word, "value": value}), pattern))
}
