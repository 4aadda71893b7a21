//! `aidos run`: the main job.

use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use aidos_engine::plan::{Input, RunPlan};
use aidos_engine::protect::Protection;
use aidos_engine::{Error, Exit, Refused, Summary};
use aidos_model::Timestamp;
use aidos_privacy::gate::State;

use super::share::Partners;
use crate::cli::Session;
use crate::config::{Config, Given, switch};
use crate::options::{self, ModelArgs, PolicyArgs, ReadingArgs, SharingArgs, maybe};
use crate::ui::{Ui, count, counted, plain, usage};

/// Raw evidence in; clean entries, STIX 2.1, patterns and a report out
///
/// Takes files, folders and ZIP archives, mixed: text, CSV, JSON, NDJSON, XLSX, and ZIP of these. Finds each
/// file's format, encoding and provider by itself and writes <out>/<case>/.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos run examples/evidence.zip\n  \
    aidos run fw.log mail.csv --case march --timezone Europe/Athens --own hospital.example\n  \
    zcat fw.log.gz | aidos run - --provider 8bells --case fw --json\n  \
    aidos run big/ --compress --resume          go on after an interruption\n  \
    aidos run fw.log --case march --share misp,taxii\n\n\
    A finished case of the same inputs and options is replaced; of others it is refused without\n\
    --force. Rejected rows are no failure; --fail-on rejects makes them one (exit code 3).\n\n\
    With --share: 3 a person has to approve the release, 4 it must not leave, 5 a partner or the network failed.")]
pub(crate) struct Args {
    /// Files, folders and archives; - for standard input
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,

    /// The folder of cases [default: out]
    #[arg(long, short, value_name = "DIR")]
    out: Option<String>,

    /// The case's name [default: the first input's name without extension]
    #[arg(long, value_name = "NAME")]
    case: Option<String>,

    #[command(flatten)]
    sharing: SharingArgs,

    #[command(flatten)]
    policy: PolicyArgs,

    #[command(flatten)]
    model: ModelArgs,

    /// Make shareable/: what partners would see, hidden by policy, behind the gate [default: true]
    #[arg(
        long,
        value_name = "BOOL",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true",
        help_heading = "What may leave"
    )]
    shareable: Option<String>,

    /// Send what the gate releases to these partners, as their file names them: misp,taxii
    #[arg(
        long,
        value_name = "NAME",
        value_delimiter = ',',
        help_heading = "What may leave"
    )]
    share: Vec<String>,

    /// The file of partners (TOML) [default: partners.toml in the configuration's folder]
    #[arg(long, value_name = "FILE", help_heading = "What may leave")]
    partners: Option<String>,

    /// Compress the NDJSON files with zstd
    #[arg(
        long,
        value_name = "BOOL",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true",
        help_heading = "What is made of it"
    )]
    compress: Option<String>,

    /// Go on with a begun case, start what never began, leave what is finished
    #[arg(long)]
    resume: bool,

    /// Replace a finished case of other inputs or options
    #[arg(long)]
    force: bool,

    /// End with exit code 3 when there are such: rejects
    #[arg(long, value_name = "WHAT")]
    fail_on: Option<String>,

    #[command(flatten)]
    reading: ReadingArgs,
}

impl Args {
    fn given(&self) -> Given {
        vec![
            ("out", maybe(self.out.as_ref())),
            ("compress", maybe(self.compress.as_ref())),
            ("shareable", maybe(self.shareable.as_ref())),
            ("partners", maybe(self.partners.as_ref())),
            ("fail-on", maybe(self.fail_on.as_ref())),
        ]
    }

    fn plan(&self, config: &Config, ui: &Ui) -> anyhow::Result<RunPlan> {
        let (objects, objects_text) = options::objects(config)?;
        Ok(RunPlan {
            reading: options::reading(config, options::inputs(&self.inputs))?,
            out: PathBuf::from(config.one("out").unwrap_or("out")),
            case: self.case.clone(),
            own: options::own(config)?,
            tlp: options::tlp(config)?,
            objects,
            objects_text,
            protection: match config.read("shareable", switch)? {
                Some(false) => None,
                _ => Some(Arc::new(Protection {
                    names: options::names(config, ui)?,
                    ..options::protection(config, ui)?
                })),
            },
            compress: config.read("compress", switch)?.unwrap_or(false),
            resume: self.resume,
            force: self.force,
        })
    }
}

/// The time of this process.
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since
        .ok()
        .and_then(|since| i64::try_from(since.as_secs()).ok())
        .and_then(Timestamp::from_seconds)
        .unwrap_or(Timestamp(0))
}

/// Runs the main job.
pub(crate) fn run(args: &Args, session: &Session<'_>) -> anyhow::Result<Exit> {
    let config = session.config([
        args.given(),
        args.sharing.given(),
        args.policy.given(),
        args.model.given(),
        args.reading.given(),
    ])?;
    let plan = args.plan(&config, session.ui)?;
    if !args.share.is_empty() && plan.protection.is_none() {
        return Err(usage(
            "--share wants what may leave, and shareable is false; leave that out",
        ));
    }
    let case = plan.out.join(plan.case_name()?);
    let partners = Partners::read(&args.share, &config, &case, &args.policy, session)?;
    let stdin = plan
        .reading
        .inputs
        .contains(&Input::Stdin)
        .then(|| Box::new(session.stdin()) as Box<dyn Read + Send>);
    let progress = session.ui.progress();
    let result = aidos_engine::run::run(&plan, stdin, &progress, &session.cancel);
    drop(progress);
    if let Err(Error::NothingRead { summary }) = &result
        && session.ui.json()
    {
        session.ui.object(summary)?;
    }
    let summary = result?;
    tell(&plan, &summary, session.ui);
    if session.ui.json() {
        session.ui.object(&summary)?;
    }
    let fail_on_rejects = config.one("fail-on") == Some("rejects");
    let shared = partners.send(session)?;
    Ok(match exit(&summary, fail_on_rejects) {
        Exit::Done => shared,
        own => own,
    })
}

/// The exit code of a job that came to its end.
pub(crate) fn exit(summary: &Summary, fail_on_rejects: bool) -> Exit {
    if !summary.refused.is_empty() {
        Exit::Failed
    } else if fail_on_rejects && summary.rejected > 0 {
        Exit::NeedsPerson
    } else {
        Exit::Done
    }
}

/// Tells a person what came out, and where.
fn tell(plan: &RunPlan, summary: &Summary, ui: &Ui) {
    let folder = plan.out.join(&summary.case);
    let folder = plain(&folder.display().to_string());
    if summary.already_done {
        ui.say(&format!(
            "case `{}` was finished before, nothing was left to do: {folder}/report.html",
            plain(&summary.case)
        ));
        return;
    }
    ui.say(&rows(summary));
    let shared = match summary.shared_attackers {
        0 => String::new(),
        shared => format!(", {} of them seen by more than one provider", count(shared)),
    };
    ui.say(&format!(
        "{}{shared}; {}; {}",
        counted(summary.attackers, "attacker", "attackers"),
        counted(summary.targets, "target", "targets"),
        counted(summary.objects, "STIX object", "STIX objects"),
    ));
    if !summary.refused.is_empty() {
        ui.say(&refusals(&summary.refused));
    }
    match summary.release {
        Some(State::Released) => ui.say(&format!("may leave: {folder}/shareable")),
        Some(State::Waiting) => ui.say(&format!(
            "waits for a person: {folder}/shareable; look at it, then `aidos release check {folder}`"
        )),
        Some(State::Refused) => ui.say(&format!(
            "must not leave: {folder}/shareable; `aidos release check {folder}` says why"
        )),
        None => {}
    }
    ui.say(&format!("report: {folder}/report.html"));
}

/// How many inputs were refused, and what that means.
pub(crate) fn refusals(refused: &[Refused]) -> String {
    format!(
        "{} refused, see above; the rest is done, the exit code is {} because of that",
        counted(
            refused.len() as u64,
            "input, or file in one, was",
            "inputs, or files in them, were"
        ),
        Exit::Failed as u8
    )
}

/// What became of the rows, in a sentence.
pub(crate) fn rows(summary: &Summary) -> String {
    format!(
        "{} in {:.1} s: {} ({} repaired), {}, {} rejected, {} skipped",
        counted(summary.rows_read, "row", "rows"),
        summary.seconds,
        counted(summary.entries, "entry", "entries"),
        count(summary.repaired),
        counted(summary.duplicates, "duplicate", "duplicates"),
        count(summary.rejected),
        count(summary.skipped),
    )
}
