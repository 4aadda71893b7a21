//! The main job: raw evidence in; entries, STIX bundles, patterns and a report out.
//!
//! ```text
//! begin the case ─► feed ─► workers: extract ─► in order: duplicates, numbers, conversations
//!                                            └► entries, changes, rejects, a bundle an entry
//! finish the fold ─► patterns.json, private/, bundle.json (ending) ─► report.html ─► case.json ─► one rename
//! ```

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use aidos_core::compose::{Composer, Options};
use aidos_core::extract::NatRule;
use aidos_model::Event;
use serde_json::{Value, json};

use crate::case::{Begun, Case, Checkpoint, SCHEMA};
use crate::ending::Ending;
use crate::feed::total_bytes;
use crate::fold::Fold;
use crate::lookup;
use crate::output::{Output, Stream};
use crate::pipeline::{Compose, Outcome, Pipeline, Style};
use crate::plan::RunPlan;
use crate::progress::{Cancel, Moment, Progress};
use crate::protect::{Job, protect};
use crate::report::{Facts, Tops, format_name, report};
use crate::{Error, Summary};

/// Makes the bundle of each entry.
struct Bundles(Composer);

impl Compose for Bundles {
    fn entry(&mut self, event: &Event<'_>, out: &mut Vec<u8>) {
        self.0.bundle(event, out);
    }
}

/// Runs the main job.
///
/// Inputs that are refused are listed in the summary; the others are worked on all the same.
///
/// # Errors
/// When files of the case cannot be written, the case is of other inputs, another process works on it, or
/// somebody cancelled. What is done is kept for a run with `resume`; [`Error::Unfinished`] says so. When all
/// inputs were refused, [`Error::NothingRead`], and no case is left.
pub fn run(
    plan: &RunPlan,
    stdin: Option<Box<dyn Read + Send>>,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<Summary, Error> {
    work_on(plan, stdin, progress, cancel).map_err(Error::of_run)
}

fn work_on(
    plan: &RunPlan,
    stdin: Option<Box<dyn Read + Send>>,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<Summary, Error> {
    let started = Instant::now();
    let options = options(plan)?;
    let (case, from) = match Case::begin(plan, &options)? {
        Begun::Work(case, from) => (case, from),
        Begun::Done(case) => return Ok(summary_of(&case)),
    };
    if from.batches > 0 {
        progress.take(&Moment::Note("going on where the last run stopped"));
    }
    let work = case.work.clone();
    let name = case.name.clone();
    let names: Vec<String> = plan
        .reading
        .providers
        .iter()
        .map(|provider| provider.name().to_owned())
        .collect();
    let mut steps = Steps::default();

    progress.take(&Moment::Begin {
        step: "read",
        total: total_bytes(&plan.reading.inputs),
    });
    let case = Arc::new(Mutex::new(case));
    let outcome = read(
        plan,
        &work,
        &from,
        stdin,
        progress,
        cancel,
        Arc::clone(&case),
    )?;
    steps.end("read", started);
    let Outcome {
        fed,
        found,
        fold,
        outputs,
    } = outcome;
    let fold = fold.ok_or(Error::Worker)?;
    if found.counts.rows == 0 && !fed.refused.is_empty() {
        sole(case)?.abandon()?;
        return Err(Error::NothingRead {
            summary: Box::new(Summary {
                case: name,
                bytes_in: fed.bytes,
                refused: fed.refused,
                seconds: started.elapsed().as_secs_f64(),
                ..Summary::default()
            }),
        });
    }

    progress.take(&Moment::Begin {
        step: "patterns",
        total: None,
    });
    let begun = Instant::now();
    let ending = Ending {
        plan,
        work: &work,
        names: &names,
        memory: usize::try_from(plan.reading.memory).unwrap_or(usize::MAX),
        cancel,
    };
    let half = ending.begin(fold)?;
    steps.end("patterns", begun);
    stop_if(cancel)?;

    progress.take(&Moment::Begin {
        step: "bundle",
        total: None,
    });
    let begun = Instant::now();
    let (mut patterns, objects) = ending.end(half)?;
    steps.end("bundle", begun);
    stop_if(cancel)?;

    let begun = Instant::now();
    let protected = match &plan.protection {
        Some(protection) => Some(protect(&Job {
            plan,
            protection,
            work: &work,
            case: &name,
            domains: patterns
                .domains
                .iter()
                .map(|own| own.domain.clone())
                .collect(),
            counts: (patterns.attackers, patterns.targets),
            progress,
            cancel,
        })?),
        None => None,
    };
    steps.end("protect", begun);

    progress.take(&Moment::Begin {
        step: "report",
        total: None,
    });
    let begun = Instant::now();
    let counts = found.counts;
    let mut summary = Summary {
        case: name,
        rows_read: counts.rows,
        entries: counts.entries,
        duplicates: counts.duplicates,
        rejected: counts.rejected,
        skipped: counts.skipped,
        repaired: counts.repaired,
        bundles: counts.entries,
        objects,
        attackers: patterns.attackers,
        targets: patterns.targets,
        shared_attackers: patterns.shared_attackers,
        counterparts: patterns.counterparts,
        findings: protected
            .as_ref()
            .map_or(0, |own| own.findings.values().sum()),
        release: protected.as_ref().map(|own| own.state),
        bytes_in: fed.bytes,
        refused: fed.refused.clone(),
        ..Summary::default()
    };
    let tops = Tops::of(&mut patterns);
    let shown = match outputs[0].as_ref().and_then(Output::as_file) {
        Some(file) => lookup::entries(file, plan.compress, &found.index, tops.entries())
            .map_err(Error::file("read", &work.join("entries.jsonl")))?,
        None => std::collections::BTreeMap::new(),
    };
    let page = aidos_view::report::render(&report(&Facts {
        plan,
        names: &names,
        summary: &summary,
        fed: &fed,
        found: &found,
        patterns: &patterns,
        tops: &tops,
        shown: &shown,
        options: shown_options(&options),
        protected: protected.as_ref(),
    }));
    put(&work, "report.html", page.as_bytes())?;
    steps.end("report", begun);
    drop(outputs);

    summary.seconds = started.elapsed().as_secs_f64();
    let leaves: Vec<Value> = fed
        .leaves
        .iter()
        .map(|leaf| {
            let counts = found.leaves.get(&leaf.number).copied().unwrap_or_default();
            json!({
                "path": leaf.path,
                "provider": names[usize::from(leaf.provider)],
                "score": leaf.score.as_ref().map(|score| score.value),
                "why": leaf.score.as_ref().map(|score| &score.why),
                "format": format_name(&leaf.sniff.format),
                "encoding": leaf.sniff.encoding.name(),
                "year": leaf.year,
                "rows": counts.rows,
                "entries": counts.entries,
                "duplicates": counts.duplicates,
                "rejected": counts.rejected,
                "skipped": counts.skipped,
            })
        })
        .collect();
    let inputs: Vec<Value> = fed
        .inputs
        .iter()
        .map(|input| {
            json!({
                "name": input.name,
                "bytes": input.bytes,
                "sha256": input.sha256,
                "modified": input.modified.map(|time| time.to_string()),
            })
        })
        .collect();
    let document = json!({
        "schema": SCHEMA,
        "case": summary.case,
        "state": "finished",
        "version": env!("CARGO_PKG_VERSION"),
        "options": options,
        "inputs": inputs,
        "files": leaves,
        "refused": summary.refused,
        "counts": summary,
        "release": protected.as_ref().map(|own| json!({"state": own.state, "reasons": own.reasons})),
        "steps": steps.0,
        "threads": plan.reading.threads,
        "memory": plan.reading.memory,
    });
    let mut text = serde_json::to_vec_pretty(&document).unwrap_or_default();
    text.push(b'\n');
    put(&work, "case.json", &text)?;
    sole(case)?.finish()?;
    Ok(summary)
}

/// The case, once nobody else has it.
fn sole(case: Arc<Mutex<Case>>) -> Result<Case, Error> {
    let case = Arc::into_inner(case).and_then(|case| case.into_inner().ok());
    case.ok_or(Error::Worker)
}

/// Reads the inputs into the NDJSON files and the fold.
fn read<'p>(
    plan: &'p RunPlan,
    work: &'p Path,
    from: &Checkpoint,
    stdin: Option<Box<dyn Read + Send>>,
    progress: &'p dyn Progress,
    cancel: &'p Cancel,
    case: Arc<Mutex<Case>>,
) -> Result<Outcome<'p>, Error> {
    let memory = usize::try_from(plan.reading.memory).unwrap_or(usize::MAX);
    let mut outputs = [None, None, None, None];
    for ((output, stream), keep) in outputs.iter_mut().zip(Stream::ALL).zip(from.offsets) {
        *output = Some(Output::file(&work.join(stream.file(plan.compress)), keep)?);
    }
    let composer = || -> Box<dyn Compose> {
        Box::new(Bundles(Composer::new(Options {
            tlp: plan.tlp,
            rules: plan.objects.clone(),
        })))
    };
    Pipeline {
        reading: &plan.reading,
        progress,
        cancel,
        scratch: work,
        stdin,
        outputs,
        compress: plan.compress,
        style: Style::Full,
        from: from.clone(),
        fold: Some(Fold::new(work, memory / 6, plan.own.clone())),
        composers: (0..plan.reading.threads.max(1))
            .map(|_| composer())
            .collect(),
        checkpoint: Some(Box::new(move |checkpoint: &Checkpoint| {
            case.lock().map_err(|_| Error::Worker)?.note(checkpoint)
        })),
    }
    .run()
}

/// Wall time of each step in seconds.
#[derive(Default)]
struct Steps(serde_json::Map<String, Value>);

impl Steps {
    fn end(&mut self, step: &str, begun: Instant) {
        self.0
            .insert(step.to_owned(), json!(begun.elapsed().as_secs_f64()));
    }
}

fn stop_if(cancel: &Cancel) -> Result<(), Error> {
    if cancel.is_cancelled() {
        Err(Error::Cancelled)
    } else {
        Ok(())
    }
}

fn put(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), Error> {
    let path = folder.join(name);
    let write = || {
        let mut file = File::create(&path)?;
        file.write_all(bytes)?;
        file.sync_data()
    };
    write().map_err(Error::file("write", &path))
}

/// The options that the result depends on.
fn options(plan: &RunPlan) -> Result<Value, Error> {
    let reading = &plan.reading;
    let mut options = json!({
        "provider": reading.provider.map(|number| reading.providers.get(number).name()),
        "timezone": reading.zone_name,
        "year": reading.year,
        "nat": nat_word(reading.nat),
        "own": plan.own.names(),
        "tlp": plan.tlp.word(),
        "protection": plan.protection.as_ref().map(|own| json!({
            "policy": own.policy.digest(),
            "key": own.key.id().to_string(),
            "pap": own.pap.to_string(),
            "decisions": own.decisions.digest(),
        })),
        "objects": plan.objects_text,
        "compress": plan.compress,
    });
    // Only where there is one: cases that were made without go on as they are.
    if let Some(own) = &plan.protection
        && let Some(model) = &own.names.model
    {
        options["protection"]["model"] = model.digest()?.into();
    }
    Ok(options)
}

/// A rule as the option spells it.
fn nat_word(rule: NatRule) -> &'static str {
    match rule {
        NatRule::Semantic => "semantic",
        NatRule::LastIp => "last-ip",
    }
}

/// The options as they are shown: those that were given.
fn shown_options(options: &Value) -> Vec<(String, String)> {
    let Value::Object(map) = options else {
        return Vec::new();
    };
    map.iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| {
            (
                name.clone(),
                value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned),
            )
        })
        .collect()
}

/// The summary of a case that an earlier run finished.
fn summary_of(case: &Value) -> Summary {
    let counts = case.get("counts").cloned().unwrap_or_default();
    let mut summary: Summary = serde_json::from_value(counts).unwrap_or_default();
    summary.already_done = true;
    summary
}
