//! `aidos release`: what may leave, and who let it.

use std::path::PathBuf;

use aidos_engine::Exit;
use aidos_engine::plan::RunPlan;
use aidos_engine::protect::Protection;
use aidos_engine::release::{self, Checked, Word};
use aidos_privacy::gate::State;
use clap::Subcommand;
use serde_json::json;

use super::run::now;
use crate::cli::Session;
use crate::options::{self, ModelArgs, PolicyArgs, SharingArgs};
use crate::ui::{count, plain};

/// What may leave of a case: check it, attack it, approve it
///
/// Nothing leaves but what stands in a case's shareable/ and passes the gate: labels below the policy's
/// ceilings, nothing hidden that an attack finds, and a person's approval where the policy asks for one.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos release check out/evidence\n  \
    aidos release approve out/evidence --by \"M. Papadopoulou\" --why \"seen with the CISO\" --days 30\n\n\
    Exit codes: 0 it may leave, 3 a person has to approve it, 4 it must not leave.")]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    Check(Check),
    Approve(Approve),
}

/// Hold a release against its files, policy and approval, and attack it as an adversary would
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos release check out/evidence\n  \
    aidos release check out/evidence --policy isac-a.toml --json")]
struct Check {
    /// The case's folder
    #[arg(value_name = "CASE")]
    case: PathBuf,

    #[command(flatten)]
    sharing: SharingArgs,

    #[command(flatten)]
    policy: PolicyArgs,

    #[command(flatten)]
    model: ModelArgs,
}

/// Let a release leave that waits for a person
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos release approve out/evidence --by \"M. Papadopoulou\" --why \"seen with the CISO\" --days 30")]
struct Approve {
    /// The case's folder
    #[arg(value_name = "CASE")]
    case: PathBuf,

    /// Who approves
    #[arg(long, value_name = "NAME")]
    by: String,

    /// Why
    #[arg(long, value_name = "TEXT")]
    why: String,

    /// For how many days [default: until content or policy change]
    #[arg(long, value_name = "N")]
    days: Option<u32>,

    #[command(flatten)]
    policy: PolicyArgs,
}

/// Does what was asked.
pub(crate) fn run(args: &Args, session: &Session<'_>) -> anyhow::Result<Exit> {
    match &args.what {
        What::Check(check) => look(check, session),
        What::Approve(approve) => let_leave(approve, session),
    }
}

fn look(args: &Check, session: &Session<'_>) -> anyhow::Result<Exit> {
    let config = session.config([
        args.sharing.given(),
        args.policy.given(),
        args.model.given(),
    ])?;
    let protection = Protection {
        names: options::names(&config, session.ui)?,
        ..options::protection(&config, session.ui)?
    };
    let plan = RunPlan {
        own: options::own(&config)?,
        ..RunPlan::default()
    };
    let progress = session.ui.progress();
    let result = release::check(
        &args.case,
        &plan,
        &protection,
        now(),
        &progress,
        &session.cancel,
    );
    drop(progress);
    let checked = result?;
    tell(&checked, session);
    if session.ui.json() {
        session.ui.object(&checked)?;
    }
    Ok(match checked.state {
        State::Released => Exit::Done,
        State::Waiting => Exit::NeedsPerson,
        State::Refused => Exit::Refused,
    })
}

fn tell(checked: &Checked, session: &Session<'_>) {
    let ui = session.ui;
    let attack = &checked.attack;
    let words = match checked.state {
        State::Released => "may leave",
        State::Waiting => "waits for a person",
        State::Refused => "must not leave",
    };
    ui.say(&format!(
        "case `{}` for community `{}`: {words}",
        plain(&checked.case),
        plain(&checked.community)
    ));
    for reason in &checked.reasons {
        ui.say(&format!("  {}", plain(reason)));
    }
    ui.say(&format!(
        "attack: {} values that are hidden and {} planted ones searched in {} bytes in all forms: {} found",
        count(attack.values - attack.canaries),
        count(attack.canaries),
        count(attack.bytes),
        count(attack.found),
    ));
    for place in &attack.places {
        ui.say(&format!(
            "  {}:{}: a {} as {}",
            plain(&place.path),
            place.line,
            place.kind,
            place.form
        ));
    }
}

fn let_leave(args: &Approve, session: &Session<'_>) -> anyhow::Result<Exit> {
    let config = session.config([args.policy.given()])?;
    let protection = options::protection(&config, session.ui)?;
    let word = Word {
        by: args.by.clone(),
        why: args.why.clone(),
        days: args.days,
    };
    let manifest = release::approve(&args.case, &protection, &word, now())?;
    session.ui.say(&format!(
        "approved: {}/shareable may leave for community `{}`",
        plain(&args.case.display().to_string()),
        plain(&manifest.community)
    ));
    if session.ui.json() {
        session.ui.object(&json!({
            "case": manifest.case, "state": manifest.state, "approval": manifest.approval,
        }))?;
    }
    Ok(Exit::Done)
}
