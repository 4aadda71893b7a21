//! What is done with a file's pieces when it is anonymised.

use aho_corasick::AhoCorasick;
use aidos_core::analysis::own::Own;
use aidos_model::Event;
use aidos_privacy::anonymise::{Anonymiser, Column, Document, Statistics};
use aidos_privacy::columns::{Options, Profiler, Sampler};
use aidos_privacy::role::Role;
use aidos_privacy::technique::{Ledger, Technique};
use bumpalo::Bump;
use serde_json::Value;

use super::ledger::{Outputs, Sealed};
use super::read::{Act, Failed};
use crate::Error;
use crate::names::Names;
use crate::pii;
use crate::protect::direction;

/// How sure the kind of a column must be, 0 to 1.
const SURE: f64 = 0.9;
/// Rows that the kinds of columns are told by.
const ROWS: usize = 500;
/// A number of fewer digits is no number that names anybody.
const DIGITS: usize = 7;

/// Hides what a policy says.
pub(super) struct Hide<'h> {
    anonymiser: &'h Anonymiser,
    own: &'h Own,
    earlier: Option<Earlier>,
    columns: Vec<Option<Column>>,
    arena: Bump,
    /// Room that is left for outputs; `None` where nobody keeps them.
    room: Option<usize>,
    /// What was written in place of values.
    pub(super) outputs: Outputs,
    /// What was done.
    pub(super) statistics: Statistics,
    /// Lines, rows and documents so far.
    pub(super) documents: u64,
}

/// The outputs of an earlier pass, to be found in a text.
struct Earlier {
    all: Vec<(String, String)>,
    search: AhoCorasick,
}

impl Earlier {
    fn new(sealed: &Sealed) -> Result<Self, Failed> {
        let all: Vec<(String, String)> = sealed
            .each()
            .map(|(kind, text)| (kind.to_owned(), text.to_owned()))
            .collect();
        let search = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(all.iter().map(|(_, text)| text))
            .map_err(|error| Failed::Refused(format!("its ledger is too large: {error}")))?;
        Ok(Self { all, search })
    }

    /// Those that stand in a text.
    fn of(&self, text: &str) -> Ledger {
        self.search
            .find_overlapping_iter(text)
            .filter_map(|found| self.all.get(found.pattern().as_usize()))
            .map(|(kind, text)| (kind.as_str(), text.as_str()))
            .collect()
    }
}

impl<'h> Hide<'h> {
    pub(super) fn new(
        anonymiser: &'h Anonymiser,
        own: &'h Own,
        earlier: Option<&Sealed>,
        keep: bool,
    ) -> Result<Self, Failed> {
        Ok(Self {
            anonymiser,
            own,
            earlier: earlier.map(Earlier::new).transpose()?,
            columns: Vec::new(),
            arena: Bump::new(),
            room: keep.then_some(Outputs::ROOM),
            outputs: Outputs::default(),
            statistics: Statistics::default(),
            documents: 0,
        })
    }

    /// A document with these texts.
    fn begin<'t>(&self, texts: impl IntoIterator<Item = &'t str>) -> Document {
        let Some(earlier) = &self.earlier else {
            return Document::new();
        };
        let mut all = String::new();
        for text in texts {
            all.push_str(text);
            all.push('\n');
        }
        Document::after(earlier.of(&all))
    }

    fn end(&mut self, document: &Document) -> Result<(), Failed> {
        // Before it is written: what could not be read was not hidden.
        pii::whole(self.anonymiser.scanner())?;
        self.documents += 1;
        self.statistics.add(document.statistics());
        match &mut self.room {
            Some(room) => self.outputs.add(document.ledger(), room),
            None => Ok(()),
        }
    }

    fn text(&mut self, text: &str) -> Result<String, Failed> {
        let mut document = self.begin([text]);
        let hidden = self.anonymiser.text(&mut document, text);
        self.end(&document)?;
        Ok(hidden)
    }

    /// A JSON value by what it says it is; `text` is what it was read from, if that is a line.
    fn value(&mut self, mut value: Value, line: Option<&str>) -> Result<Value, Failed> {
        let mut texts = Vec::new();
        strings(&value, &mut texts);
        let mut document = self.begin(texts.iter().map(AsRef::as_ref));
        let refused = |error: aidos_privacy::anonymise::Refused| Failed::Refused(error.to_string());
        let value = if is_bundle(&value) {
            self.anonymiser
                .stix(&mut document, &value)
                .map_err(refused)?
        } else if is_misp(&value) {
            self.misp(&mut document, value)?
        } else if let Some(direction) = line.and_then(|line| {
            let event = Event::parse(line, &self.arena).ok()?;
            Some(direction(&event, self.own))
        }) {
            self.anonymiser.entry(&mut document, &mut value, direction);
            value
        } else {
            // What one text tells is hidden in all, also in those before it.
            if texts.len() > 1 {
                let mut first = self.begin(texts.iter().map(AsRef::as_ref));
                for text in &texts {
                    self.anonymiser.text(&mut first, text);
                }
                for (kind, value) in first.hidden() {
                    document.know(kind, Role::Bystander, value);
                }
            }
            self.each(&mut document, &mut value);
            value
        };
        self.arena.reset();
        self.end(&document)?;
        Ok(value)
    }

    fn one(&mut self, value: Value) -> Result<Value, Failed> {
        let line = value.to_string();
        self.value(value, Some(&line))
    }

    fn misp(&self, document: &mut Document, value: Value) -> Result<Value, Failed> {
        let refused = |error: aidos_privacy::anonymise::Refused| Failed::Refused(error.to_string());
        match value {
            Value::Array(events) => events
                .iter()
                .map(|event| self.anonymiser.misp(document, event).map_err(refused))
                .collect::<Result<Vec<_>, _>>()
                .map(Value::Array),
            event => self.anonymiser.misp(document, &event).map_err(refused),
        }
    }

    /// Each text of a value. The parser bounds how deep it is.
    fn each(&self, document: &mut Document, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.anonymiser.text(document, text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.each(document, item)),
            Value::Object(members) => members
                .values_mut()
                .for_each(|member| self.each(document, member)),
            Value::Number(number) => {
                let text = number.to_string();
                if text.len() >= DIGITS {
                    let hidden = self.anonymiser.text(document, &text);
                    if hidden != text {
                        *value = Value::String(hidden);
                    }
                }
            }
            _ => {}
        }
    }

    /// The kind of a column's values, where that is sure and the policy hides it.
    fn column(&self, found: &aidos_privacy::columns::ColumnFound) -> Option<Column> {
        let kind = found.kind.0;
        if found.confidence < SURE || found.free_text || !found.personal || kind.kind().is_none() {
            return None;
        }
        let known = matches!(
            kind.subtype(),
            Some(
                "BIRTHDAY"
                    | "DECEASED_DATE"
                    | "DOMAIN_NAME"
                    | "CITY"
                    | "ADDRESS"
                    | "COUNTRY"
                    | "NATIONALITY"
            )
        );
        let word = kind.subtype().filter(|_| known).unwrap_or(kind.word());
        // What stays as a value is still to be searched as text.
        let policy = self.anonymiser.policy();
        let kept = [Role::Victim, Role::Own, Role::Bystander]
            .into_iter()
            .any(|role| policy.technique(word, role) == Technique::Keep);
        (!kept).then(|| Column::of(word))
    }
}

impl Act for Hide<'_> {
    fn lines(&mut self, text: &str, json: bool, out: &mut String) -> Result<(), Failed> {
        for line in text.split_inclusive('\n') {
            let body = line.trim_end_matches(['\n', '\r']);
            let value = if json {
                serde_json::from_str::<Value>(body).ok()
            } else {
                None
            };
            match value {
                Some(value) => out.push_str(&self.value(value, Some(body))?.to_string()),
                None if body.is_empty() => {}
                None => out.push_str(&self.text(body)?),
            }
            out.push_str(line.get(body.len()..).unwrap_or_default());
        }
        Ok(())
    }

    fn columns(&mut self, header: &[String], rows: &[Vec<String>]) {
        if header.is_empty() {
            return;
        }
        let mut sampler = Sampler::new(ROWS, 1);
        sampler.header(header.iter().map(String::as_str));
        for row in rows {
            sampler.row(row.iter().map(String::as_str));
        }
        // Without a scanner all cells are texts, which hides as well.
        let scanner: Result<_, Error> =
            pii::scanner(aidos_privacy::pii::Options::default(), &Names::NONE);
        let Ok(scanner) = scanner else { return };
        let report = Profiler::new(scanner).profile(&sampler.finish(), &Options::default());
        self.columns = vec![None; header.len()];
        for found in &report.columns {
            let kind = self.column(found);
            if let Some(column) = self.columns.get_mut(found.number.saturating_sub(1)) {
                *column = kind;
            }
        }
    }

    fn rows(&mut self, rows: &mut [Vec<String>]) -> Result<(), Failed> {
        for row in rows {
            let mut document = self.begin(row.iter().map(String::as_str));
            self.anonymiser.row(&mut document, row, &self.columns);
            self.end(&document)?;
        }
        Ok(())
    }

    fn whole(&mut self, value: Value) -> Result<Value, Failed> {
        // A list of records: each is a document, unless they are events.
        let is_list = value.is_array() && !is_misp(&value);
        match value {
            Value::Array(items) if is_list => items
                .into_iter()
                .map(|item| self.one(item))
                .collect::<Result<Vec<_>, _>>()
                .map(Value::Array),
            value => self.one(value),
        }
    }
}

/// Whether it is a STIX bundle.
fn is_bundle(value: &Value) -> bool {
    value.get("type").and_then(Value::as_str) == Some("bundle")
}

/// Whether it is a MISP event, or several.
fn is_misp(value: &Value) -> bool {
    let event = |value: &Value| value.get("Event").is_some_and(Value::is_object);
    let all = |list: &Vec<Value>| !list.is_empty() && list.iter().all(event);
    event(value)
        || value.as_array().is_some_and(all)
        || value
            .get("response")
            .and_then(Value::as_array)
            .is_some_and(all)
}

/// All texts of a value, and numbers long enough to be looked at.
fn strings(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| strings(item, texts)),
        Value::Object(members) => members.values().for_each(|member| strings(member, texts)),
        _ => {}
    }
}
