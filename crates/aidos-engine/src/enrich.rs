//! What others and offline tables know of a case's attackers: `enrichment.jsonl`.
//!
//! Values are taken from `patterns.json`, the most important first. Tables are looked at first; what stands on a warninglist
//! is marked. Of the rest each value has to pass the gate before a service hears of it. What was asked once stands in the
//! cache: a job that was stopped goes on where it was.

mod candidates;
mod record;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use aidos_exchange::service::{Answer, Desk, Got, Left, Service, join};
use aidos_exchange::table::{Known, Tables};
use aidos_model::Tlp;
use aidos_privacy::gate::{Asker, NotAsked, Question, Shareable};
use aidos_privacy::policy::{Pap, Policy};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::Error;
use crate::progress::{Cancel, Moment, Progress};
use crate::protect::assets;
use candidates::Row;
use record::{Asked, Why};

/// The file that is written into the case.
const FILE: &str = "enrichment.jsonl";

/// What is to be done.
#[derive(Debug)]
pub struct EnrichPlan {
    /// The case's folder.
    pub case: PathBuf,
    /// Tables that are looked at.
    pub tables: Tables,
    /// Where services are asked; without one nothing is asked.
    pub desk: Option<Desk>,
    /// What may be asked.
    pub policy: Policy,
    /// What is ours beside what the case says.
    pub own: Vec<String>,
    /// The label of the case's values; the case's own where it is `None`, and never less than that.
    pub tlp: Option<Tlp>,
    /// Their permission label; the same.
    pub pap: Option<Pap>,
    /// The most values.
    pub most: usize,
    /// Services whose answers may be passed on.
    pub reshare: BTreeSet<Service>,
    /// What stands on a warninglist is asked about all the same.
    pub ask_listed: bool,
}

/// What came of it.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Enriched {
    /// The file; `None` for a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<PathBuf>,
    /// Values that were looked at.
    pub values: u64,
    /// Values that were left out, as there were more than the most.
    pub left_out: u64,
    /// Values on a warninglist.
    pub listed: u64,
    /// Values that the gate let nobody be asked about, by reason.
    pub refused: BTreeMap<&'static str, u64>,
    /// The same reasons in words, with the way out.
    #[serde(skip)]
    pub whys: BTreeMap<&'static str, String>,
    /// What came of each service.
    pub services: BTreeMap<&'static str, Counts>,
}

/// What came of a service.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Counts {
    /// Questions that were sent; in a dry run that would be.
    pub asked: u64,
    /// Answers that stood in the cache.
    pub cached: u64,
    /// Answers, from it or the cache, that know something.
    pub known: u64,
    /// Answers that know nothing.
    pub unknown: u64,
    /// Values without an answer, by reason.
    pub failed: BTreeMap<&'static str, u64>,
    /// What is left of its quota.
    pub left: Vec<String>,
    /// Values for which it failed by itself.
    #[serde(skip)]
    partners: u64,
}

impl Enriched {
    fn refuse(&mut self, reason: NotAsked) {
        *self.refused.entry(reason.word()).or_default() += 1;
        self.whys
            .entry(reason.word())
            .or_insert_with(|| reason.to_string());
    }

    /// A service that failed for all it was asked.
    pub fn failed_for_all(&self) -> Option<&'static str> {
        let mut services = self.services.iter();
        let found =
            services.find(|(_, counts)| counts.partners > 0 && counts.known + counts.unknown == 0);
        found.map(|(word, _)| *word)
    }
}

/// One request that a dry run shows.
pub type WouldAsk = Map<String, Value>;

/// Enriches a case.
///
/// # Errors
/// When the case cannot be read or the file not written, or when it was called off.
pub fn enrich(
    plan: &mut EnrichPlan,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<Enriched, Error> {
    let (rows, gate, mut done) = begin(plan)?;
    let path = plan.case.join(FILE);
    let part = plan.case.join(format!(".{FILE}.part"));
    let mut options = fs::OpenOptions::new();
    let file = options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&part);
    let mut out = BufWriter::new(file.map_err(Error::file("write", &part))?);
    progress.take(&Moment::Begin {
        step: "enrich",
        total: Some(rows.len() as u64),
    });
    for (number, row) in (1..).zip(&rows) {
        if cancel.is_cancelled() {
            return Err(Error::Cancelled);
        }
        let line = one(plan, &gate, row, &mut done)?;
        let mut line = serde_json::to_vec(&line).unwrap_or_default();
        line.push(b'\n');
        out.write_all(&line).map_err(Error::file("write", &part))?;
        progress.take(&Moment::At(number));
        if let Some(desk) = &plan.desk {
            progress.take(&Moment::Beside(&lefts(desk)?));
        }
    }
    let sync = out
        .into_inner()
        .map_err(std::io::IntoInnerError::into_error)
        .and_then(|file| file.sync_all());
    sync.and_then(|()| fs::rename(&part, &path))
        .map_err(Error::file("write", &path))?;
    finish(plan, &mut done)?;
    done.file = Some(path);
    Ok(done)
}

/// Says what [`enrich`] would ask, and asks nothing.
///
/// # Errors
/// When the case cannot be read, or what `each` says.
pub fn dry_run(
    plan: &mut EnrichPlan,
    each: &mut dyn FnMut(&WouldAsk) -> std::io::Result<()>,
) -> Result<Enriched, Error> {
    let (rows, gate, mut done) = begin(plan)?;
    for row in &rows {
        let known = plan.tables.look(row.0, &row.1);
        let listed = is_listed(plan, &known, &mut done);
        let Some(question) = question(&gate, row, &mut done) else {
            continue;
        };
        let Some(desk) = plan.desk.as_ref().filter(|_| !listed) else {
            continue;
        };
        for service in desk.services() {
            if !service.answers(row.0) {
                continue;
            }
            let counts = done.services.entry(service.word()).or_default();
            if desk.known(service, &question).map_err(exchange)?.is_some() {
                counts.cached += 1;
                continue;
            }
            if desk.is_offline() {
                continue;
            }
            let Some((address, request)) = desk.would_ask(service, &question) else {
                continue;
            };
            counts.asked += 1;
            let body = request.body().map(String::from_utf8_lossy);
            let would =
                record::would_ask(service, request.method().name(), &address, body.as_deref());
            each(&would).map_err(Error::file("write", Path::new("standard output")))?;
        }
    }
    finish(plan, &mut done)?;
    Ok(done)
}

/// The gate, and the labels of what is asked about.
struct Gate {
    asker: Asker,
    tlp: Tlp,
    pap: Pap,
}

fn begin(plan: &EnrichPlan) -> Result<(Vec<Row>, Gate, Enriched), Error> {
    let path = plan.case.join("case.json");
    let bytes = fs::read(&path).map_err(Error::file("read", &path))?;
    let case: Value =
        serde_json::from_slice(&bytes).map_err(|error| Error::file("read", &path)(error.into()))?;
    let options = &case["options"];
    let own = options["own"].as_array().into_iter().flatten();
    let mut own: Vec<String> = own
        .filter_map(|text| text.as_str().map(str::to_owned))
        .collect();
    let found = candidates::read(&plan.case)?;
    own.extend(plan.own.iter().cloned());
    own.extend(found.own.iter().cloned());
    let label = |value: &Value| value.as_str().map(str::to_owned);
    // What a case was marked with is not made freer here.
    let tlp = label(&options["tlp"])
        .and_then(|word| Tlp::from_str(&word).ok())
        .unwrap_or_default();
    let pap = label(&options["protection"]["pap"])
        .and_then(|word| Pap::from_str(&word).ok())
        .unwrap_or_default();
    let gate = Gate {
        asker: Asker::new(&plan.policy, assets(own), found.victims.clone()),
        tlp: plan.tlp.map_or(tlp, |given| given.max(tlp)),
        pap: plan.pap.map_or(pap, |given| given.max(pap)),
    };
    let mut rows = found.rows();
    let left_out = rows.len().saturating_sub(plan.most) as u64;
    rows.truncate(plan.most);
    let mut done = Enriched {
        values: rows.len() as u64,
        left_out,
        ..Enriched::default()
    };
    for service in plan.desk.iter().flat_map(Desk::services) {
        done.services.entry(service.word()).or_default();
    }
    Ok((rows, gate, done))
}

fn finish(plan: &EnrichPlan, done: &mut Enriched) -> Result<(), Error> {
    let Some(desk) = &plan.desk else {
        return Ok(());
    };
    for service in desk.services() {
        let left = desk.left(service).map_err(exchange)?;
        let counts = done.services.entry(service.word()).or_default();
        counts.left = left.iter().map(left_text).collect();
    }
    Ok(())
}

fn left_text(left: &Left) -> String {
    format!(
        "{} of {} a {}",
        left.left, left.window.most, left.window.span
    )
}

/// What is left of each quota, in a line.
fn lefts(desk: &Desk) -> Result<String, Error> {
    let mut words = Vec::new();
    for service in desk.services() {
        let left = desk.left(service).map_err(exchange)?;
        if let Some(least) = left.iter().max_by_key(|left| left.window.span) {
            words.push(format!(
                "{service}: {} left a {}",
                least.left, least.window.span
            ));
        }
    }
    Ok(words.join(", "))
}

/// Whether a value stands on a warninglist, and is not to be asked about for that.
fn is_listed(plan: &EnrichPlan, known: &Known, done: &mut Enriched) -> bool {
    let listed = !known.warninglists.is_empty();
    done.listed += u64::from(listed);
    listed && !plan.ask_listed
}

/// The question about a value, if the gate lets it through.
fn question(gate: &Gate, row: &Row, done: &mut Enriched) -> Option<Shareable<Question>> {
    match ask(gate, row) {
        Ok(question) => Some(question),
        Err(reason) => {
            done.refuse(reason);
            None
        }
    }
}

fn ask(gate: &Gate, row: &Row) -> Result<Shareable<Question>, NotAsked> {
    gate.asker.ask(Question {
        subject: row.0,
        value: row.1.clone(),
        role: row.2.role,
        tlp: gate.tlp,
        pap: gate.pap,
    })
}

/// The line of one value.
fn one(plan: &mut EnrichPlan, gate: &Gate, row: &Row, done: &mut Enriched) -> Result<Value, Error> {
    let known = plan.tables.look(row.0, &row.1);
    let listed = is_listed(plan, &known, done);
    let mut asked = Vec::new();
    let mut refused = None;
    if let Some(desk) = &mut plan.desk {
        match ask(gate, row) {
            Err(reason) => {
                done.refuse(reason);
                refused = Some(reason);
            }
            Ok(question) => {
                for service in desk.services() {
                    if !service.answers(row.0) {
                        continue;
                    }
                    let counts = done.services.entry(service.word()).or_default();
                    let outcome = if listed {
                        Err(Why::Listed)
                    } else {
                        desk.ask(service, &question)
                            .map_err(exchange)?
                            .map_err(Why::Trouble)
                    };
                    count(counts, &outcome);
                    asked.push(Asked {
                        service,
                        outcome,
                        reshare: plan.reshare.contains(&service),
                    });
                }
            }
        }
    }
    let answers: Vec<&Answer> = asked
        .iter()
        .filter_map(|asked| Some(&asked.outcome.as_ref().ok()?.answer))
        .collect();
    let joined = join(answers);
    Ok(record::line(row, &known, refused, &asked, joined, gate.tlp))
}

fn count(counts: &mut Counts, outcome: &Result<Got, Why>) {
    match outcome {
        Ok(got) => {
            counts.cached += u64::from(got.cached);
            counts.asked += u64::from(!got.cached);
            if got.answer.score.is_some() {
                counts.known += 1;
            } else {
                counts.unknown += 1;
            }
        }
        Err(Why::Listed) => {}
        Err(Why::Trouble(trouble)) => {
            counts.asked += u64::from(trouble.was_asked());
            counts.partners += u64::from(trouble.is_partners());
            *counts.failed.entry(trouble.word()).or_default() += 1;
        }
    }
}

/// An error of the exchange as one of ours.
fn exchange(error: aidos_exchange::Error) -> Error {
    if error.is_stopped() {
        return Error::Cancelled;
    }
    Error::Exchange(error)
}
