//! The folder of a case: begun beside its place, checkpointed, moved there when it is whole.
//!
//! A case is made in `<out>/.<case>.part/`. Its files grow batch by batch; now and then they are synced
//! and a line of `checkpoint` says how far they are good. A run that goes on reads the inputs again up to
//! that line (which rebuilds what is known of duplicates and conversations, several times faster than the
//! first time), cuts the files there and appends. At the end one rename puts the folder in its place.

use std::fs::{self, DirBuilder, File};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Error;
use crate::feed::hex;
use crate::output::Stream;
use crate::plan::{Input, RunPlan};

/// The number of the layout that scripts rely on.
pub(crate) const SCHEMA: u64 = 1;

/// A case while it is made.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) name: String,
    /// Where it will be.
    place: PathBuf,
    /// Where it is made.
    pub(crate) work: PathBuf,
    checkpoints: File,
    /// Held while the case is made.
    _lock: File,
}

/// How far an earlier run got.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Checkpoint {
    /// Batches whose bytes are in the files.
    pub(crate) batches: u64,
    /// The length of each file of [`Stream::ALL`].
    pub(crate) offsets: [u64; 4],
}

/// The first line of the checkpoints: what the case is made of.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Made {
    options: Value,
    inputs: Vec<(String, u64, Option<u64>)>,
}

/// What there is to do.
pub(crate) enum Begun {
    /// The work, from this checkpoint on.
    Work(Case, Checkpoint),
    /// Nothing: the case is finished.
    Done(Value),
}

impl Case {
    /// Opens the place of work of a plan's case.
    pub(crate) fn begin(plan: &RunPlan, options: &Value) -> Result<Begun, Error> {
        let name = plan.case_name()?;
        let place = plan.out.join(&name);
        let work = plan.out.join(format!(".{name}.part"));
        let old = plan.out.join(format!(".{name}.old"));
        fs::create_dir_all(&plan.out).map_err(Error::file("create", &plan.out))?;
        recover(&place, &work, &old)?;
        if place.exists() {
            let finished = finished(&place);
            let same = finished
                .as_ref()
                .is_some_and(|case| same_case(case, plan, options));
            if same && plan.resume {
                return Ok(Begun::Done(finished.unwrap_or_default()));
            }
            // What is no case of ours is never replaced, not even by force.
            let replaceable = plan.force && finished.is_some();
            if !(same || replaceable) {
                return Err(Error::OtherCase {
                    case: name,
                    folder: plan.out.clone(),
                });
            }
        }
        let made = Made {
            options: options.clone(),
            inputs: plan.reading.inputs.iter().map(facts).collect(),
        };
        if !work.exists() {
            DirBuilder::new()
                .mode(0o700)
                .create(&work)
                .map_err(Error::file("create", &work))?;
        }
        let lock_path = work.join("lock");
        let lock = File::create(&lock_path).map_err(Error::file("create", &lock_path))?;
        lock.try_lock()
            .map_err(|_| Error::Busy { case: name.clone() })?;
        let path = work.join("checkpoint");
        let checkpoint = match (plan.resume, read_checkpoints(&path)) {
            (true, Some((before, checkpoint))) => {
                if before.options != made.options {
                    return Err(Error::CannotResume {
                        case: name,
                        what: "an option",
                    });
                }
                if before.inputs != made.inputs {
                    return Err(Error::CannotResume {
                        case: name,
                        what: "an input",
                    });
                }
                checkpoint
            }
            _ => Checkpoint::default(),
        };
        empty(&work, &checkpoint, plan.compress)?;
        let mut checkpoints = File::create(&path).map_err(Error::file("create", &path))?;
        let mut lines = serde_json::to_vec(&made).unwrap_or_default();
        lines.push(b'\n');
        lines.extend(serde_json::to_vec(&checkpoint).unwrap_or_default());
        lines.push(b'\n');
        checkpoints
            .write_all(&lines)
            .and_then(|()| checkpoints.sync_data())
            .map_err(Error::file("write", &path))?;
        let case = Self {
            name,
            place,
            work,
            checkpoints,
            _lock: lock,
        };
        Ok(Begun::Work(case, checkpoint))
    }

    /// Notes that the files are good this far. They must have been synced.
    pub(crate) fn note(&mut self, checkpoint: &Checkpoint) -> Result<(), Error> {
        let mut line = serde_json::to_vec(checkpoint).unwrap_or_default();
        line.push(b'\n');
        self.checkpoints
            .write_all(&line)
            .and_then(|()| self.checkpoints.sync_data())
            .map_err(Error::file("write", &self.work.join("checkpoint")))
    }

    /// Removes what was begun; an earlier case in its place stays.
    pub(crate) fn abandon(self) -> Result<(), Error> {
        fs::remove_dir_all(&self.work).map_err(Error::file("remove", &self.work))
    }

    /// Puts the finished folder in its place.
    pub(crate) fn finish(self) -> Result<PathBuf, Error> {
        let Self {
            place, work, name, ..
        } = &self;
        for file in ["checkpoint", "lock"] {
            let path = work.join(file);
            fs::remove_file(&path).map_err(Error::file("remove", &path))?;
        }
        let old = work.with_file_name(format!(".{name}.old"));
        if place.exists() {
            fs::rename(place, &old).map_err(Error::file("replace", place))?;
        }
        fs::rename(work, place).map_err(Error::file("create", place))?;
        if old.exists() {
            fs::remove_dir_all(&old).map_err(Error::file("remove", &old))?;
        }
        Ok(self.place)
    }
}

/// Finishes what a run was doing when it was killed between two renames.
fn recover(place: &Path, work: &Path, old: &Path) -> Result<(), Error> {
    let whole = work.join("case.json").exists() && !work.join("checkpoint").exists();
    if whole && !place.exists() {
        fs::rename(work, place).map_err(Error::file("create", place))?;
    } else if whole {
        fs::rename(place, old).map_err(Error::file("replace", place))?;
        fs::rename(work, place).map_err(Error::file("create", place))?;
    }
    if old.exists() {
        if place.exists() {
            fs::remove_dir_all(old).map_err(Error::file("remove", old))?;
        } else {
            fs::rename(old, place).map_err(Error::file("create", place))?;
        }
    }
    Ok(())
}

/// The `case.json` of a finished case.
fn finished(place: &Path) -> Option<Value> {
    let case: Value = serde_json::from_slice(&fs::read(place.join("case.json")).ok()?).ok()?;
    (case.get("state")? == "finished").then_some(case)
}

/// Whether a finished case was made of the same inputs with the same options.
fn same_case(case: &Value, plan: &RunPlan, options: &Value) -> bool {
    if case.get("options") != Some(options) {
        return false;
    }
    let inputs = case
        .get("inputs")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    let mut files = Vec::new();
    for input in &plan.reading.inputs {
        match input {
            Input::Path(path) => list(path, &mut files),
            // What came through a pipe is gone; it cannot be told to be the same.
            Input::Stdin => return false,
        }
    }
    files.len() == inputs.len()
        && files.iter().zip(inputs).all(|(path, input)| {
            input.get("sha256").and_then(Value::as_str) == sha256(path).as_deref()
        })
}

/// The files of a path, as the feed reads them.
fn list(path: &Path, files: &mut Vec<PathBuf>) {
    if path.is_dir() {
        let mut inside: Vec<_> = fs::read_dir(path)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path())
            .collect();
        inside.sort();
        for path in inside.iter().filter(|path| !path.is_symlink()) {
            list(path, files);
        }
    } else {
        files.push(path.to_owned());
    }
}

fn sha256(path: &Path) -> Option<String> {
    use sha2::Digest;
    struct Hasher(sha2::Sha256);
    impl Write for Hasher {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.update(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut hasher = Hasher(sha2::Sha256::new());
    std::io::copy(&mut File::open(path).ok()?, &mut hasher).ok()?;
    Some(hex(&hasher.0.finalize()))
}

/// Name, size and time of an input: whether they changed is asked when a case goes on.
fn facts(input: &Input) -> (String, u64, Option<u64>) {
    let Input::Path(path) = input else {
        return ("-".into(), 0, None);
    };
    let mut files = Vec::new();
    list(path, &mut files);
    let mut size = 0;
    let mut latest = None;
    for file in files {
        if let Ok(data) = fs::metadata(&file) {
            size += data.len();
            let modified = data.modified().ok();
            let since = modified.and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
            latest = latest.max(since.and_then(|since| u64::try_from(since.as_nanos()).ok()));
        }
    }
    (input.name(), size, latest)
}

/// The first line and the last whole one of the checkpoints.
fn read_checkpoints(path: &Path) -> Option<(Made, Checkpoint)> {
    let mut lines = BufReader::new(File::open(path).ok()?).lines();
    let made = serde_json::from_str(&lines.next()?.ok()?).ok()?;
    let mut last = Checkpoint::default();
    for line in lines {
        match line.ok().and_then(|line| serde_json::from_str(&line).ok()) {
            Some(checkpoint) => last = checkpoint,
            None => break, // the line that was being written when the run ended
        }
    }
    Some((made, last))
}

/// Removes what the checkpoint does not vouch for.
fn empty(work: &Path, checkpoint: &Checkpoint, compress: bool) -> Result<(), Error> {
    let kept: Vec<PathBuf> = if checkpoint.batches == 0 {
        Vec::new()
    } else {
        Stream::ALL
            .iter()
            .map(|stream| work.join(stream.file(compress)))
            .collect()
    };
    for entry in fs::read_dir(work).map_err(Error::file("read", work))? {
        let path = entry.map_err(Error::file("read", work))?.path();
        if kept.contains(&path) || path.file_name().is_some_and(|name| name == "lock") {
            continue;
        }
        let removed = if path.is_dir() {
            fs::remove_dir_all(&path)
        } else {
            fs::remove_file(&path)
        };
        removed.map_err(Error::file("remove", &path))?;
    }
    Ok(())
}
