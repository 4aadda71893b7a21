//! Files anonymised for a community, and given back to the holder of its key.
//!
//! What a file is says its content: a STIX bundle and a MISP event are rebuilt whole, lines of `entries.jsonl` field by
//! field, other JSON string by string, tables cell by cell, text line by line. Text, tables and NDJSON are streamed, one
//! record a document; JSON documents and sheets of a workbook are read as far as their limits allow.
//!
//! What comes out is pseudonymous, not anonymous: who holds the key, or knows enough of the values, can find them again.

mod hide;
mod ledger;
mod place;
mod read;
mod restore;

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use aidos_core::analysis::own::Own;
use aidos_model::Timestamp;
use aidos_privacy::anonymise::{Anonymiser, Statistics};
use aidos_privacy::decision::Decisions;
use aidos_privacy::key::CommunityKey;
use aidos_privacy::policy::Policy;
use aidos_privacy::technique::ledger::seal;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::Error;
use crate::entries::Entries;
use crate::feed::hex;
use crate::keys::{Keys, Restored};
use crate::names::Names;
use crate::pii;
use crate::plan::Input;
use crate::progress::{Cancel, Moment, Progress};
use crate::protect::assets;
use crate::summary::Refused;

use hide::Hide;
use ledger::Sealed;
use place::{Place, Target};
use read::{Failed, Leaf};
use restore::Restore;

/// How the names of ledgers end.
pub const LEDGER: &str = ".ledger.json";

/// What is to be anonymised, by what, and where to.
#[derive(Debug)]
pub struct Plan {
    /// Files, or standard input.
    pub inputs: Vec<Input>,
    /// The folder of the outputs; standard output without it, which takes one input.
    pub out: Option<PathBuf>,
    /// Whether outputs may take the place of files that exist.
    pub force: bool,
    /// How each value is hidden.
    pub policy: Policy,
    /// The key of the policy's community.
    pub key: CommunityKey,
    /// What is our own.
    pub own: Own,
    /// What persons said of findings: what they rejected is not found.
    pub decisions: Decisions,
    /// How names are found.
    pub names: Names,
}

/// Who asks for values back, and where that is written down.
#[derive(Debug)]
pub struct Asked<'a> {
    /// Where the keys are; the log is beside them.
    pub keys: &'a Keys,
    /// Who asks.
    pub who: &'a str,
    /// When.
    pub when: Timestamp,
}

/// What an input became.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Made {
    /// The input as it was named; of a workbook also the number of the sheet.
    pub input: String,
    /// What it was taken for: `text`, `csv`, `json`, `ndjson`.
    pub kind: &'static str,
    /// The output; absent for standard output.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<PathBuf>,
    /// The ledger beside it; absent where none is needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ledger: Option<PathBuf>,
    /// Documents: lines, rows, or 1.
    pub documents: u64,
    /// Whether it was anonymised before, by the same policy, and nothing was left to do.
    pub unchanged: bool,
}

/// What was done. Holds no values.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Done {
    /// The policy's name.
    pub policy: String,
    /// The community.
    pub community: String,
    /// The public name of its key.
    pub key: String,
    /// What the inputs became, in their order.
    pub made: Vec<Made>,
    /// What was hidden, by kind and technique; nothing where values were given back.
    pub statistics: Statistics,
    /// Inputs that were refused, and why.
    pub refused: Vec<Refused>,
}

/// Anonymises the inputs. An input that is refused is told and counted; the others are done.
///
/// # Errors
/// When the plan fits no place, the scanner cannot be made, standard output cannot be written, or somebody cancelled.
pub fn anonymise(
    plan: &Plan,
    stdin: Option<Box<dyn Read + Send + '_>>,
    out: Box<dyn Write + '_>,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<Done, Error> {
    Job::new(plan, progress, cancel)?.run(stdin, out, None)
}

/// Gives back what reversible techniques hid. Each use is written down first.
///
/// # Errors
/// As for [`anonymise`], and when the use cannot be written down.
pub fn restore(
    plan: &Plan,
    asked: &Asked<'_>,
    out: Box<dyn Write + '_>,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<Done, Error> {
    if plan.inputs.contains(&Input::Stdin) {
        return Err(Error::Usage(
            "--restore needs files: the ledger of an output lies beside it".into(),
        ));
    }
    Job::new(plan, progress, cancel)?.run(None, out, Some(asked))
}

/// A plan under work.
struct Job<'j> {
    plan: &'j Plan,
    anonymiser: Anonymiser,
    policy: String,
    progress: &'j dyn Progress,
    cancel: &'j Cancel,
    bytes: u64,
    done: Done,
}

impl<'j> Job<'j> {
    fn new(plan: &'j Plan, progress: &'j dyn Progress, cancel: &'j Cancel) -> Result<Self, Error> {
        if plan.out.is_none() && plan.inputs.len() != 1 {
            return Err(Error::Usage(
                "several inputs need a folder: name it with --out".into(),
            ));
        }
        let anonymiser = Anonymiser::new(
            plan.policy.clone(),
            CommunityKey::from_bytes(*plan.key.export()),
            pii::scanner(aidos_privacy::pii::Options::default(), &plan.names)?
                .with_decisions(plan.decisions.clone()),
            assets(plan.own.names()),
        );
        let done = Done {
            policy: plan.policy.name.clone(),
            community: plan.policy.community.clone(),
            key: anonymiser.key_id().to_string(),
            ..Done::default()
        };
        Ok(Self {
            // Under the key: a bare digest would let anybody try short lists of the policy.
            policy: seal(plan.policy.digest().as_bytes(), &plan.key),
            plan,
            anonymiser,
            progress,
            cancel,
            bytes: 0,
            done,
        })
    }

    fn run(
        mut self,
        mut stdin: Option<Box<dyn Read + Send + '_>>,
        mut out: Box<dyn Write + '_>,
        asked: Option<&Asked<'_>>,
    ) -> Result<Done, Error> {
        let step = if asked.is_some() {
            "restore"
        } else {
            "anonymise"
        };
        self.progress.take(&Moment::Begin {
            step,
            total: crate::feed::total_bytes(&self.plan.inputs),
        });
        let mut place = Place::new(self.plan.out.as_deref(), self.plan.force, &mut *out)?;
        for input in &self.plan.inputs {
            let name = match input {
                Input::Path(path) => path.display().to_string(),
                Input::Stdin => "-".to_owned(),
            };
            let result = match (input, stdin.as_mut()) {
                (Input::Path(path), _) => self.file(path, &name, &mut place, asked),
                (Input::Stdin, Some(stdin)) => self.pipe(stdin, &mut place),
                (Input::Stdin, None) => Err(Failed::Refused("it was read before".to_owned())),
            };
            match result {
                Ok(()) => {}
                Err(Failed::Ours(error)) => return Err(error),
                Err(Failed::Refused(reason)) => {
                    self.progress.take(&Moment::Refused {
                        path: &name,
                        reason: &reason,
                    });
                    self.done.refused.push(Refused { path: name, reason });
                }
            }
        }
        place.flush()?;
        Ok(self.done)
    }

    fn pipe(&mut self, stdin: &mut dyn Read, place: &mut Place<'_>) -> Result<(), Failed> {
        let (head, kind) = read::look("-", stdin)?;
        read::refuse(&kind)?;
        let mut whole = head.as_slice().chain(stdin);
        self.hide(&mut whole, &kind, ("-", "stdin"), None, place)
    }

    fn file(
        &mut self,
        path: &Path,
        name: &str,
        place: &mut Place<'_>,
        asked: Option<&Asked<'_>>,
    ) -> Result<(), Failed> {
        let file_name = read::file_name(path)?;
        let earlier = Sealed::beside(path, &self.plan.key)?;
        if let Some(asked) = asked {
            return self.give_back(path, (name, &file_name), earlier, place, asked);
        }
        if let Some(earlier) = &earlier
            && earlier.is_of(&self.policy, &digest(path)?)
        {
            return self.copy(path, (name, &file_name), earlier, place);
        }
        let entries = Entries::File(path.to_owned());
        let packed = entries.size().is_none();
        let mut reader = entries.open()?;
        let (head, kind) = read::look(&file_name, &mut reader)?;
        if matches!(kind.format, aidos_read::Format::Xlsx) {
            return self.workbook(path, (name, &file_name), place);
        }
        read::refuse(&kind)?;
        let output = match file_name.strip_suffix(".zst") {
            Some(plain) if packed => plain,
            _ => &file_name,
        };
        let mut whole = head.as_slice().chain(reader);
        self.hide(&mut whole, &kind, (name, output), earlier.as_ref(), place)
    }

    /// Each sheet becomes a table of its own, named by its number: its name may be a person's.
    fn workbook(
        &mut self,
        path: &Path,
        (name, file_name): (&str, &str),
        place: &mut Place<'_>,
    ) -> Result<(), Failed> {
        let file = File::open(path).map_err(Error::file("read", path))?;
        let mut book = aidos_read::Workbook::open(file, &read::limits())?;
        let sheets = book.sheets().to_vec();
        if sheets.len() != 1 && place.is_stream() {
            return Err(Failed::Refused(format!(
                "the workbook has {} sheets, which become a CSV each; name a folder with --out",
                sheets.len()
            )));
        }
        for (number, sheet) in (1..).zip(&sheets) {
            let mut rows = book.rows(sheet, read::CHUNK)?;
            let kind = rows.sniff();
            let output = format!("{file_name}.sheet{number}.csv");
            let input = format!("{name}, sheet {number}");
            let mut next = || rows.next();
            self.hide_leaf(
                &mut Leaf::new(&mut next, &kind),
                (&input, &output),
                None,
                place,
            )?;
        }
        Ok(())
    }

    fn hide(
        &mut self,
        reader: &mut dyn Read,
        kind: &aidos_read::Sniff,
        names: (&str, &str),
        earlier: Option<&Sealed>,
        place: &mut Place<'_>,
    ) -> Result<(), Failed> {
        let kind = read::plain(kind);
        let mut chunks = aidos_read::Chunks::new(reader, &kind.cut, &read::limits(), read::CHUNK);
        let mut next = || chunks.next();
        let mut leaf = Leaf::new(&mut next, &kind.as_is);
        self.hide_leaf(&mut leaf, names, earlier, place)
    }

    fn hide_leaf(
        &mut self,
        leaf: &mut Leaf<'_>,
        (name, output): (&str, &str),
        earlier: Option<&Sealed>,
        place: &mut Place<'_>,
    ) -> Result<(), Failed> {
        let mut act = Hide::new(
            &self.anonymiser,
            &self.plan.own,
            earlier,
            !place.is_stream(),
        )?;
        let mut target = place.begin(output, input_of(name))?;
        let (progress, cancel, bytes) = (self.progress, self.cancel, &mut self.bytes);
        let mut go_on = |len: usize| {
            *bytes += len as u64;
            progress.take(&Moment::At(*bytes));
            !cancel.is_cancelled()
        };
        read::through(leaf, &mut act, &mut target, &mut go_on)?;
        let documents = act.documents;
        self.done.statistics.add(&act.statistics);
        let ledger = Sealed::new(&self.policy, &target.digest(), act.outputs, &self.plan.key);
        let kind = leaf.word();
        let (output, ledger) = publish(target, &ledger)?;
        self.done.made.push(Made {
            input: name.to_owned(),
            kind,
            output,
            ledger,
            documents,
            unchanged: false,
        });
        Ok(())
    }

    /// What was anonymised by the same policy and not touched since stays as it is.
    fn copy(
        &mut self,
        path: &Path,
        (name, output): (&str, &str),
        earlier: &Sealed,
        place: &mut Place<'_>,
    ) -> Result<(), Failed> {
        let mut target = place.begin(output, input_of(name))?;
        let mut file = File::open(path).map_err(Error::file("read", path))?;
        std::io::copy(&mut file, &mut target).map_err(Error::file("copy", path))?;
        let (output, ledger) = publish(target, earlier)?;
        self.done.made.push(Made {
            input: name.to_owned(),
            kind: "anonymised",
            output,
            ledger,
            documents: 0,
            unchanged: true,
        });
        Ok(())
    }

    fn give_back(
        &mut self,
        path: &Path,
        (name, output): (&str, &str),
        ledger: Option<Sealed>,
        place: &mut Place<'_>,
        asked: &Asked<'_>,
    ) -> Result<(), Failed> {
        let Some(ledger) = ledger else {
            return Err(Failed::Refused(format!(
                "there is no ledger beside it (`{output}{LEDGER}`), so nothing says what was hidden"
            )));
        };
        if ledger.policy() != self.policy {
            return Err(Failed::Refused(
                "it was anonymised by another policy; name that one with --policy".to_owned(),
            ));
        }
        let restored = Restored {
            who: asked.who.to_owned(),
            at: asked.when.to_string(),
            file: name.to_owned(),
            sha256: digest(path)?,
            key: self.done.key.clone(),
        };
        asked.keys.note(&restored)?;
        let mut reader = File::open(path).map_err(Error::file("read", path))?;
        let (head, kind) = read::look(output, &mut reader)?;
        read::refuse(&kind)?;
        let kind = read::plain(&kind);
        let whole = head.as_slice().chain(reader);
        let mut chunks = aidos_read::Chunks::new(whole, &kind.cut, &read::limits(), read::CHUNK);
        let mut next = || chunks.next();
        let mut leaf = Leaf::new(&mut next, &kind.as_is);
        let mut act = Restore::new(&self.anonymiser, ledger.ledger());
        let mut target = place.begin(output, input_of(name))?;
        let (progress, cancel, bytes) = (self.progress, self.cancel, &mut self.bytes);
        let mut go_on = |len: usize| {
            *bytes += len as u64;
            progress.take(&Moment::At(*bytes));
            !cancel.is_cancelled()
        };
        read::through(&mut leaf, &mut act, &mut target, &mut go_on)?;
        self.done.made.push(Made {
            input: name.to_owned(),
            kind: leaf.word(),
            output: target.finish(None)?.0,
            ledger: None,
            documents: act.documents,
            unchanged: false,
        });
        Ok(())
    }
}

/// Puts an output into its place, its ledger beside it where one is needed.
fn publish(
    target: Target<'_>,
    ledger: &Sealed,
) -> Result<(Option<PathBuf>, Option<PathBuf>), Failed> {
    let bytes = ledger.bytes();
    target.finish(ledger.is_needed().then_some(bytes.as_slice()))
}

/// SHA-256 of a file.
pub(crate) fn digest(path: &Path) -> Result<String, Error> {
    let mut file = File::open(path).map_err(Error::file("read", path))?;
    let mut sha = Sha256::new();
    let mut bytes = vec![0; read::CHUNK];
    loop {
        let len = file.read(&mut bytes).map_err(Error::file("read", path))?;
        if len == 0 {
            return Ok(hex(&sha.finalize()));
        }
        sha.update(bytes.get(..len).unwrap_or_default());
    }
}

/// The file of an input's name; a sheet's output has another name than its workbook.
fn input_of(name: &str) -> Option<&Path> {
    (name != "-").then(|| Path::new(name))
}
