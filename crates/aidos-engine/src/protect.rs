//! What a partner would see of a case: `findings.jsonl`, `shareable/` and `release.json`.
//!
//! ```text
//! entries.jsonl ─► in batches, by all threads: findings; each entry hidden by policy and role ─► shareable/entries.jsonl
//!               └► hidden entries folded like any others ─► shareable/bundle.json, shareable/patterns.json
//! shareable/ ─► attacked with what was hidden, canaries, own names; measured beside the case ─► the gate ─► release.json
//! ```
//!
//! An irreversible policy asks for k rows of a kind: there hidden entries wait in a file without a name until all are known, and
//! those of a kind that is too rare are left out before the rest is folded.
//!
//! Everything behind the first step reads hidden entries alone, so that ids, patterns and counts are made of what is
//! shown. The attack searches all of the two documents, and the first 100,000 lines of the entries.

mod attackers;
mod batches;
mod digest;
mod measure;
mod rare;
mod sample;
mod worker;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, DirBuilder, File};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::net::IpAddr;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use aidos_core::analysis::own::Own;
use aidos_model::{Event, Timestamp};
use aidos_privacy::anonymise::{Anonymiser, Document, Statistics};
use aidos_privacy::decision::Decisions;
use aidos_privacy::gate::{
    self, Anonymity, Attack, Attacker, InstallationKey, Manifest, PolicyName, Proposal, Reason,
    State, Verdict,
};
use aidos_privacy::key::CommunityKey;
use aidos_privacy::policy::{Pap, Policy};
use aidos_privacy::role::Assets;
use aidos_privacy::utility::Measured;
use bumpalo::Bump;
use serde::Serialize;
use serde_json::json;

use crate::Error;
use crate::ending::Ending;
use crate::entries::Entries;
use crate::fold::Fold;
use crate::names::Names;
use crate::numbers::Numbers;
use crate::output::compress;
use crate::pii;
use crate::plan::RunPlan;
use crate::progress::{Cancel, Moment, Progress};
use crate::sorter::unlinked;
use crate::turnstile::Turnstile;

use batches::{Batches, on_threads};
pub(crate) use digest::files;
use rare::{Rows, Weighed};
use sample::Sample;
use worker::{Batch, Done, Worker};
pub(crate) use worker::{assets, direction};

/// Hidden values that the attack searches in all forms.
const VALUES: usize = 256;
/// Lines of entries that the attack searches.
const LINES: u64 = 100_000;
/// Messages that are shown before and after.
const SHOWN: usize = 6;
/// Own addresses that are hidden wherever they stand; of more, those in no known network go by their direction.
const TARGETS: usize = 1 << 18;

/// How a case is protected. Holds the key: it is not shown.
#[derive(Debug)]
pub struct Protection {
    /// What may leave, and how it is hidden.
    pub policy: Policy,
    /// The key of the policy's community.
    pub key: CommunityKey,
    /// The key that seals releases of this installation.
    pub installation: InstallationKey,
    /// What receivers may do.
    pub pap: Pap,
    /// What persons said of findings: what they rejected is not found.
    pub decisions: Decisions,
    /// How names are found.
    pub names: Names,
}

/// What became of it.
#[derive(Clone, Debug, Serialize)]
pub struct Protected {
    /// Findings of each type in the messages of the entries.
    pub findings: BTreeMap<&'static str, u64>,
    /// What was hidden, by kind and technique.
    pub statistics: Statistics,
    /// What the gate said.
    pub state: State,
    /// Why, where it is not released.
    pub reasons: Vec<String>,
    /// What the attack tried and found.
    pub attack: Attack,
    /// What was kept of use.
    pub utility: Utility,
    /// The first message of each provider, before and after. Raw: for the owner's report alone.
    #[serde(skip)]
    pub samples: Vec<Pair>,
}

/// A message before and after it was hidden. `Debug` shows neither.
#[derive(Clone)]
pub struct Pair {
    provider: String,
    /// As it is.
    pub before: String,
    /// As partners would see it.
    pub after: String,
}

impl std::fmt::Debug for Pair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pair(…)")
    }
}

/// What was kept of use, counted before and after.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Utility {
    /// Entries that are shared.
    pub entries: u64,
    /// Entries that are not: too few are like them. Only an irreversible policy leaves any out.
    pub suppressed: u64,
    /// Different attackers in the case.
    pub attackers: u64,
    /// Different attackers in what is shared.
    pub attackers_shared: u64,
    /// Different targets in the case.
    pub targets: u64,
    /// Different pseudonymous targets in what is shared.
    pub targets_shared: u64,
    /// What the first 100,000 entries keep of what correlates.
    pub kept: Measured,
}

/// What is given to protect a case.
pub(crate) struct Job<'j> {
    pub(crate) plan: &'j RunPlan,
    pub(crate) protection: &'j Protection,
    /// The folder of the case.
    pub(crate) work: &'j Path,
    pub(crate) case: &'j str,
    /// Own e-mail domains that were learned.
    pub(crate) domains: Vec<String>,
    /// Attackers and targets of the case.
    pub(crate) counts: (u64, u64),
    pub(crate) progress: &'j dyn Progress,
    pub(crate) cancel: &'j Cancel,
}

/// Protects a case whose entries and patterns are written.
///
/// # Errors
/// When a file cannot be read or written, or somebody cancelled.
pub(crate) fn protect(job: &Job<'_>) -> Result<Protected, Error> {
    let folder = job.work.join("shareable");
    DirBuilder::new()
        .mode(0o700)
        .create(&folder)
        .map_err(Error::file("create", &folder))?;
    let own = job.own()?;
    let anonymiser = job.anonymiser(own.assets)?;
    let worker = Worker {
        anonymiser: &anonymiser,
        own: &own.raw,
    };
    let hidden_own = worker.hidden_own(&own.targets, own.raw.domains());
    let mut hidden = job.hide(&worker, &folder, hidden_own)?;
    job.stop()?;

    let canaries = worker.canaries();
    // What hides is done with: its memory is for what follows.
    drop((anonymiser, own.raw, own.targets));
    let names = std::mem::take(&mut hidden.names);
    let ending = Ending {
        plan: job.plan,
        work: &folder,
        names: &names,
        memory: job.memory(),
        cancel: job.cancel,
    };
    let half = ending.begin(hidden.fold)?;
    let (patterns, _) = ending.end(half)?;
    let private = folder.join("private");
    fs::remove_dir_all(&private).map_err(Error::file("remove", &private))?;
    job.stop()?;

    let attack = job.attack(canaries, &folder, &hidden.sample)?;
    let end = if job.plan.compress { ".zst" } else { "" };
    let measures = measure::measure(
        &Entries::at(job.work)?,
        &folder.join(format!("entries.jsonl{end}")),
        &hidden.rare.out,
        job.protection.policy.irreversible.is_some(),
        &|| job.stop(),
    )?;
    let (k, l) = hidden.rare.reached;
    let anonymity = measures.t.map(|t| Anonymity { k, l, t });
    let utility = Utility {
        entries: hidden.entries,
        suppressed: hidden.rare.suppressed,
        attackers: job.counts.0,
        attackers_shared: patterns.attackers,
        targets: job.counts.1,
        targets_shared: patterns.targets,
        kept: measures.utility,
    };
    let (state, reasons) = job.release(&folder, &attack, utility, anonymity)?;
    Ok(Protected {
        findings: hidden.findings,
        statistics: hidden.statistics,
        state,
        reasons: reasons.iter().map(ToString::to_string).collect(),
        attack,
        utility,
        samples: hidden.samples,
    })
}

/// Attacks a release that was made before, with the values that its case would hide now.
///
/// # Errors
/// When a file cannot be read, or somebody cancelled.
pub(crate) fn attack_again(job: &Job<'_>) -> Result<Attack, Error> {
    let own = job.own()?;
    let anonymiser = job.anonymiser(own.assets)?;
    let worker = Worker {
        anonymiser: &anonymiser,
        own: &own.raw,
    };
    let entries = Entries::at(job.work)?;
    job.progress.take(&Moment::Begin {
        step: "attack",
        total: None,
    });
    let lines = Batches::new(entries.open()?, LINES, job.work.join("entries.jsonl"));
    let sample = Turnstile::new(Sample::default());
    on_threads(job.threads(), &sample, || {
        let mut text = Vec::new();
        while let Some(taken) = lines.take(&mut text).map_err(Some)? {
            let out = job.batch(&worker, &text, taken.first).map_err(Some)?;
            let step = |sample: &mut Sample| sample.join(&out.done.sample);
            sample.pass(taken.batch, step).map_err(|_| None)?;
            job.progress.take(&Moment::At(taken.bytes));
        }
        Ok(())
    })?;
    let canaries = worker.canaries();
    job.attack(canaries, &job.work.join("shareable"), &sample.into_inner())
}

/// What is the organisations' own.
struct Owned {
    raw: Own,
    assets: Assets,
    targets: BTreeSet<IpAddr>,
}

impl Job<'_> {
    fn stop(&self) -> Result<(), Error> {
        if self.cancel.is_cancelled() {
            Err(Error::Cancelled)
        } else {
            Ok(())
        }
    }

    fn anonymiser(&self, assets: Assets) -> Result<Anonymiser, Error> {
        Ok(Anonymiser::new(
            self.protection.policy.clone(),
            CommunityKey::from_bytes(*self.protection.key.export()),
            pii::scanner(
                aidos_privacy::pii::Options::default(),
                &self.protection.names,
            )?
            .with_decisions(self.protection.decisions.clone()),
            assets,
        )
        .with_attackers(attackers::read(self.work)?))
    }

    fn threads(&self) -> usize {
        self.plan.reading.threads
    }

    /// Half of what a run may take: what was freed by its steps before is in pieces, and not all of it is used again.
    fn memory(&self) -> usize {
        usize::try_from(self.plan.reading.memory / 2).unwrap_or(usize::MAX)
    }

    /// What was named, and the targets that the case found.
    fn own(&self) -> Result<Owned, Error> {
        let mut targets = BTreeSet::new();
        let mut domains: BTreeSet<String> = self.plan.own.domains().iter().cloned().collect();
        domains.extend(self.domains.iter().cloned());
        let private = self.work.join("private");
        let mut folders: Vec<_> = fs::read_dir(&private)
            .and_then(Iterator::collect::<io::Result<Vec<_>>>)
            .map_err(Error::file("read", &private))?;
        folders.sort_by_key(fs::DirEntry::file_name);
        for entry in folders {
            let path = entry.path();
            let file = File::open(&path).map_err(Error::file("read", &path))?;
            for line in BufReader::new(file).lines() {
                let line = line.map_err(Error::file("read", &path))?;
                if let Ok(ip) = line.parse()
                    && targets.len() < TARGETS
                {
                    targets.insert(ip);
                }
            }
        }
        let mut texts = self.plan.own.names();
        texts.extend(domains.iter().cloned());
        texts.extend(targets.iter().map(ToString::to_string));
        Ok(Owned {
            raw: self.plan.own.clone(),
            assets: assets(texts),
            targets,
        })
    }

    /// Writes findings and hidden entries, and folds the latter.
    fn hide(&self, worker: &Worker<'_>, folder: &Path, own: Own) -> Result<Hidden, Error> {
        let entries = Entries::at(self.work)?;
        self.progress.take(&Moment::Begin {
            step: "protect",
            total: entries.size(),
        });
        let end = if self.plan.compress { ".zst" } else { "" };
        let create = |path: &Path| File::create(path).map_err(Error::file("create", path));
        let findings = self.work.join(format!("findings.jsonl{end}"));
        let shared = folder.join(format!("entries.jsonl{end}"));
        let names = self
            .plan
            .reading
            .providers
            .iter()
            .map(|own| own.name().to_owned());
        let names: Vec<String> = names.collect();
        let folding = Folding {
            fold: Fold::new(folder, self.memory() / 6, own),
            numbers: Numbers::of(names.iter().map(String::as_str)),
            entries: 0,
            arena: Bump::new(),
        };
        let is_irreversible = self.protection.policy.irreversible.is_some();
        let budget = self.memory() / 6;
        let written = Turnstile::new(Written {
            findings: BufWriter::new(create(&findings)?),
            shared: BufWriter::new(if is_irreversible {
                unlinked(self.work).map_err(Error::file("create", self.work))?
            } else {
                create(&shared)?
            }),
            folding,
            rows: is_irreversible.then(|| Rows::new(self.work, budget)),
            done: Done::default(),
        });
        let lines = Batches::new(entries.open()?, u64::MAX, self.work.join("entries.jsonl"));
        on_threads(self.threads(), &written, || {
            self.work(worker, &lines, &written)
        })?;
        let mut written = written.into_inner();
        written
            .findings
            .flush()
            .map_err(Error::file("write", &findings))?;
        let kept = written.shared.into_inner();
        let kept = kept.map_err(|error| Error::file("write", &shared)(error.into_error()))?;
        let mut folding = written.folding;
        let rare = match (written.rows, self.protection.policy.irreversible) {
            (Some(rows), Some(wanted)) => {
                let rows = rows.weigh(&wanted, self.work);
                let rows = rows.map_err(Error::file("spill to", self.work))?;
                let shared = (shared.as_path(), create(&shared)?);
                self.leave_out(&Entries::Kept(kept), rows, shared, &mut folding)?
            }
            _ => Rare::default(),
        };
        Ok(Hidden {
            fold: folding.fold,
            names: folding.numbers.into_names(),
            sample: written.done.sample,
            findings: written.done.findings,
            statistics: written.done.statistics,
            entries: folding.entries,
            rare,
            samples: written.done.samples,
        })
    }

    /// Writes and folds the hidden entries that enough others are like.
    fn leave_out(
        &self,
        hidden: &Entries,
        mut rows: Weighed,
        (path, file): (&Path, File),
        folding: &mut Folding,
    ) -> Result<Rare, Error> {
        let mut rare = Rare {
            reached: (rows.k, rows.l),
            ..Rare::default()
        };
        let mut shared = BufWriter::new(file);
        let (mut lines, mut packed) = (Vec::new(), Vec::new());
        let mut write = |lines: &mut Vec<u8>| -> io::Result<()> {
            if self.plan.compress {
                compress(lines, &mut packed)?;
            }
            shared.write_all(lines)?;
            lines.clear();
            shared.flush()
        };
        hidden.each_line("leave out", self.progress, &mut |number, line| {
            let stays = rows.stays().map_err(Error::file("read", self.work))?;
            if number <= LINES {
                rare.out.push(!stays);
            }
            if !stays {
                rare.suppressed += 1;
                return Ok(());
            }
            folding.add(line)?;
            lines.extend_from_slice(line.as_bytes());
            lines.push(b'\n');
            if lines.len() < batches::BATCH {
                return Ok(());
            }
            self.stop()?;
            write(&mut lines).map_err(Error::file("write", path))
        })?;
        write(&mut lines).map_err(Error::file("write", path))?;
        Ok(rare)
    }

    /// One thread's batches; an error that another thread has is `None`.
    fn work(
        &self,
        worker: &Worker<'_>,
        lines: &Batches,
        written: &Turnstile<Written>,
    ) -> Result<(), Option<Error>> {
        let mut text = Vec::new();
        while let Some(taken) = lines.take(&mut text).map_err(Some)? {
            let mut out = self.batch(worker, &text, taken.first).map_err(Some)?;
            let mut packed = [Vec::new(), Vec::new()];
            if self.plan.compress {
                let [findings, shared] = &mut packed;
                let failed = |error| Some(Error::file("write", self.work)(error));
                compress(&mut out.findings, findings).map_err(failed)?;
                // The lines themselves are still to be folded.
                compress(&mut out.shared.clone(), shared).map_err(failed)?;
            }
            let step = |written: &mut Written| -> Result<(), Error> {
                let failed = Error::file("write", self.work);
                let [findings, shared] = if self.plan.compress {
                    [&packed[0], &packed[1]]
                } else {
                    [&out.findings, &out.shared]
                };
                let put = |written: &mut Written| {
                    written.findings.write_all(findings)?;
                    written.shared.write_all(shared)
                };
                put(written).map_err(failed)?;
                written.count(&out)?;
                self.progress.take(&Moment::At(taken.bytes));
                Ok(())
            };
            written
                .pass(taken.batch, step)
                .map_err(|_| None)?
                .map_err(Some)?;
        }
        Ok(())
    }

    /// Hides the entries of a batch.
    fn batch(&self, worker: &Worker<'_>, text: &[u8], first: u64) -> Result<Batch, Error> {
        self.stop()?;
        let mut out = Batch::default();
        let mut document = Document::new();
        let mut arena = Bump::new();
        for (number, line) in (first..).zip(text.split(|byte| *byte == b'\n')) {
            if !line.is_empty() {
                worker.entry(number, line, &arena, &mut document, &mut out)?;
                document.renew();
                arena.reset();
            }
        }
        out.done.statistics.add(document.statistics());
        Ok(out)
    }

    /// Searches what is to be released as an adversary would who knows what was hidden.
    fn attack(&self, canaries: Attack, folder: &Path, sample: &Sample) -> Result<Attack, Error> {
        let attacker = Attacker::new(sample.values());
        let attacker = attacker.map_err(|error| Error::Usage(error.to_string()))?;
        let mut found = attacker.begin();
        let mut names: Vec<String> = fs::read_dir(folder)
            .and_then(Iterator::collect::<io::Result<Vec<_>>>)
            .map_err(Error::file("read", folder))?
            .into_iter()
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        for name in names {
            let path = folder.join(&name);
            let most = if name.starts_with("entries.") {
                LINES
            } else {
                u64::MAX
            };
            let lines = Batches::new(Entries::File(path.clone()).open()?, most, path);
            let searched = Turnstile::new(found);
            on_threads(self.threads(), &searched, || {
                let mut text = Vec::new();
                while let Some(taken) = lines.take(&mut text).map_err(Some)? {
                    self.stop().map_err(Some)?;
                    let mut part = Attack::default();
                    for (number, line) in (taken.first..).zip(text.split_inclusive(|b| *b == b'\n'))
                    {
                        attacker.line(&mut part, &name, number, line);
                    }
                    let step = |found: &mut Attack| found.go_on(part);
                    searched.pass(taken.batch, step).map_err(|_| None)?;
                }
                Ok(())
            })?;
            found = searched.into_inner();
        }
        found.unsearched = sample.left_out();
        Ok(canaries.and(found))
    }

    /// Asks the gate, and writes down what it said.
    fn release(
        &self,
        folder: &Path,
        attack: &Attack,
        utility: Utility,
        anonymity: Option<Anonymity>,
    ) -> Result<(State, Vec<Reason>), Error> {
        let policy = &self.protection.policy;
        let mut manifest = Manifest {
            schema: 1,
            case: self.case.to_owned(),
            state: State::Waiting,
            community: policy.community.clone(),
            tlp: self.plan.tlp,
            pap: self.protection.pap,
            legal_basis: policy.legal_basis,
            policy: PolicyName {
                name: policy.name.clone(),
                sha256: policy.digest(),
            },
            key: self.protection.key.id().to_string(),
            files: files(folder)?,
            attack: attack.clone(),
            anonymity,
            utility: json!(utility),
            approval: None,
            seal: String::new(),
        };
        let proposal = Proposal {
            item: (),
            content: manifest.content(),
            marking: manifest.marking(),
            attack: attack.clone(),
            anonymity,
        };
        // Without an approval no clock is asked: the same bytes at any time.
        let (state, reasons) = match gate::release(proposal, policy, None, Timestamp(0)) {
            Verdict::Released(_) => (State::Released, Vec::new()),
            Verdict::Waiting(reasons) => (State::Waiting, reasons),
            Verdict::Refused(reasons) => (State::Refused, reasons),
        };
        manifest.state = state;
        let path = self.work.join("release.json");
        fs::write(&path, manifest.close(&self.protection.installation))
            .map_err(Error::file("write", &path))?;
        Ok((state, reasons))
    }
}

/// What all entries together gave.
struct Hidden {
    fold: Fold,
    names: Vec<String>,
    sample: Sample,
    findings: BTreeMap<&'static str, u64>,
    statistics: Statistics,
    entries: u64,
    rare: Rare,
    samples: Vec<Pair>,
}

/// What is written in order.
struct Written {
    findings: BufWriter<File>,
    /// What is shared; of an irreversible release, what may be.
    shared: BufWriter<File>,
    folding: Folding,
    /// The rows of an irreversible release, which are folded when all are known.
    rows: Option<Rows>,
    done: Done,
}

impl Written {
    /// Folds the hidden entries of a batch, and adds its counts.
    fn count(&mut self, batch: &Batch) -> Result<(), Error> {
        if let Some(rows) = &mut self.rows {
            for row in &batch.rows {
                let pushed = rows.push(row);
                pushed.map_err(Error::file("spill to", Path::new("the case")))?;
            }
        } else {
            for line in batch.shared.split(|byte| *byte == b'\n') {
                if let Ok(text) = std::str::from_utf8(line)
                    && !text.is_empty()
                {
                    self.folding.add(text)?;
                }
            }
        }
        for (kind, count) in &batch.done.findings {
            *self.done.findings.entry(kind).or_default() += count;
        }
        self.done.statistics.add(&batch.done.statistics);
        self.done.sample.join(&batch.done.sample);
        for pair in &batch.done.samples {
            self.done.show(pair.clone());
        }
        Ok(())
    }
}

/// The hidden entries that are shared, folded.
struct Folding {
    fold: Fold,
    numbers: Numbers,
    entries: u64,
    arena: Bump,
}

impl Folding {
    /// Folds the next entry.
    fn add(&mut self, text: &str) -> Result<(), Error> {
        self.entries += 1;
        let number = self.entries;
        let event = Event::parse(text, &self.arena).map_err(|error| Error::NotEntries {
            line: number,
            what: error.to_string(),
        })?;
        let provider = self.numbers.get(event.provider).ok_or_else(|| {
            Error::Usage("the entries name more than 256 providers; share them apart".into())
        })?;
        self.fold
            .add(&event, provider, number)
            .map_err(Error::file("spill to", Path::new("the case")))?;
        self.arena.reset();
        Ok(())
    }
}

/// What was left out, as too few are like it.
#[derive(Default)]
struct Rare {
    suppressed: u64,
    /// Of the first entries of the case, whether each is left out; empty where none is.
    out: Vec<bool>,
    /// k and l of what is left.
    reached: (usize, usize),
}
