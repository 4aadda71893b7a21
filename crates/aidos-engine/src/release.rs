//! A release that was made before: looked at again, attacked again, approved.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use aidos_model::Timestamp;
use aidos_privacy::gate::{self, Approval, Attack, Manifest, Reason, Shareable, State};
use serde::Serialize;
use serde_json::{Value, json};

use crate::Error;
use crate::plan::RunPlan;
use crate::progress::{Cancel, Progress};
use crate::protect::{Job, Protection, attack_again, files};

/// The longest `release.json` that is read.
const LONGEST: u64 = 64 << 20;
/// Nanoseconds of a day.
const DAY: i64 = 86_400_000_000_000;

/// What a check found.
#[derive(Debug, Serialize)]
pub struct Checked {
    /// The case.
    pub case: String,
    /// What holds now: may it leave, does it wait, is it refused?
    pub state: State,
    /// Why it may not leave, or not yet.
    pub reasons: Vec<String>,
    /// What an attack on it found, made just now.
    pub attack: Attack,
    /// The files of the release.
    pub files: usize,
    /// The community it is for.
    pub community: String,
}

/// Opens `shareable/` of a case: the only way in which a command that sends gets something to send.
///
/// # Errors
/// [`Error::MayNotLeave`] with all reasons; [`Error::File`] where nothing was released.
pub fn open(
    case: &Path,
    protection: &Protection,
    now: Timestamp,
) -> Result<Shareable<Manifest>, Error> {
    let bytes = read(case)?;
    let found = files(&case.join("shareable"))?;
    gate::open(
        &bytes,
        &found,
        &protection.policy,
        &protection.installation,
        now,
    )
    .map_err(|reasons| Error::MayNotLeave {
        case: case.to_owned(),
        reasons,
    })
}

/// Looks at a release as it stands: is it what was released, does the approval hold, and does an attack find anything?
///
/// # Errors
/// When the case has no release, or cannot be read.
pub fn check(
    case: &Path,
    plan: &RunPlan,
    protection: &Protection,
    now: Timestamp,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<Checked, Error> {
    let mut reasons = match open(case, protection, now) {
        Ok(_) => Vec::new(),
        Err(Error::MayNotLeave { reasons, .. }) => reasons,
        Err(error) => return Err(error),
    };
    let manifest = Manifest::open(&read(case)?, &protection.installation).ok();
    let name = case_name(case);
    let attack = attack_again(&Job {
        plan,
        protection,
        work: case,
        case: &name,
        domains: Vec::new(),
        counts: (0, 0),
        progress,
        cancel,
    })?;
    if attack.found > 0 {
        reasons.retain(|reason| !matches!(reason, Reason::Leaks { .. }));
        reasons.push(Reason::Leaks {
            found: attack.found,
        });
    }
    // That it was not released is no reason of its own where another says why.
    let others = reasons.iter().any(|reason| *reason != Reason::NotReleased);
    reasons.retain(|reason| !(others && *reason == Reason::NotReleased));
    let state = if reasons.is_empty() {
        State::Released
    } else if reasons.iter().all(Reason::waits) {
        State::Waiting
    } else {
        State::Refused
    };
    Ok(Checked {
        case: name,
        state,
        reasons: reasons.iter().map(ToString::to_string).collect(),
        attack,
        files: manifest.as_ref().map_or(0, |own| own.files.len()),
        community: manifest.map(|own| own.community).unwrap_or_default(),
    })
}

/// A person's word.
#[derive(Clone, Debug)]
pub struct Word {
    /// Who.
    pub by: String,
    /// Why.
    pub why: String,
    /// For how many days it holds; for as long as nothing changes where it is `None`.
    pub days: Option<u32>,
}

/// Approves a release: it may leave from now on. Who, when and why stand in `release.json` and `audit.jsonl`.
///
/// # Errors
/// When the release is not what was made, or is refused for a reason that no person can decide.
pub fn approve(
    case: &Path,
    protection: &Protection,
    word: &Word,
    now: Timestamp,
) -> Result<Manifest, Error> {
    let refuse = |reasons| Error::MayNotLeave {
        case: case.to_owned(),
        reasons,
    };
    let mut manifest = Manifest::open(&read(case)?, &protection.installation)
        .map_err(|_| refuse(vec![Reason::NotGenuine]))?;
    if manifest.state == State::Refused {
        let mut reasons = manifest.against(&protection.policy);
        if reasons.is_empty() {
            reasons.push(Reason::NotReleased);
        }
        return Err(refuse(reasons));
    }
    let until = word
        .days
        .map(|days| Timestamp(now.0.saturating_add(DAY.saturating_mul(i64::from(days)))));
    let content = manifest.content();
    manifest.approval = Some(Approval::new(
        &content,
        &protection.policy,
        &word.by,
        &word.why,
        now,
        until,
    ));
    manifest.state = State::Released;
    let text = manifest.clone().close(&protection.installation);
    // Before it is written it has to open: files and policy are held against it.
    let found = files(&case.join("shareable"))?;
    gate::open(
        text.as_bytes(),
        &found,
        &protection.policy,
        &protection.installation,
        now,
    )
    .map_err(refuse)?;
    audit(
        case,
        &json!({
            "at": now.to_string(), "by": word.by, "did": "approve", "why": word.why,
            "content": content, "policy": manifest.policy.sha256,
            "until": until.map(|until| until.to_string()),
        }),
    )?;
    replace(&case.join("release.json"), text.as_bytes())?;
    note_state(case, State::Released)?;
    Ok(manifest)
}

/// Adds a line to the log of what people did with a case.
fn audit(case: &Path, line: &Value) -> Result<(), Error> {
    let path = case.join("audit.jsonl");
    let write = || {
        let mut file = OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .open(&path)?;
        file.write_all(format!("{line}\n").as_bytes())?;
        file.sync_all()
    };
    write().map_err(Error::file("write", &path))
}

/// Says in `case.json` what state the release is in.
fn note_state(case: &Path, state: State) -> Result<(), Error> {
    let path = case.join("case.json");
    let text = fs::read(&path).map_err(Error::file("read", &path))?;
    let mut document: Value = serde_json::from_slice(&text).unwrap_or_default();
    if let Some(release) = document.get_mut("release").filter(|own| own.is_object()) {
        *release = json!({"state": state, "reasons": []});
        let mut text = serde_json::to_vec_pretty(&document).unwrap_or_default();
        text.push(b'\n');
        replace(&path, &text)?;
    }
    Ok(())
}

/// Writes a file anew, whole or not at all.
fn replace(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let part = PathBuf::from(format!("{}.part", path.display()));
    let write = || {
        let mut file = File::create(&part)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&part, path)
    };
    write().map_err(Error::file("write", path))
}

fn read(case: &Path) -> Result<Vec<u8>, Error> {
    let path = case.join("release.json");
    let length = fs::metadata(&path)
        .map_err(Error::file("read", &path))?
        .len();
    if length > LONGEST {
        return Err(Error::Usage(format!(
            "`{}` is longer than any release.json; run the case again",
            path.display()
        )));
    }
    fs::read(&path).map_err(Error::file("read", &path))
}

fn case_name(case: &Path) -> String {
    let path = case.canonicalize().unwrap_or_else(|_| case.to_owned());
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}
