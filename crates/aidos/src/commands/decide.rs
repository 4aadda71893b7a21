//! `aidos pii accept` and `aidos pii reject`: what a person decides about findings.

#![allow(clippy::doc_markdown)] // help texts: what is typed stands as it is typed

use std::path::PathBuf;

use aidos_engine::Exit;
use aidos_engine::decisions::{Ledger, Spoken};
use aidos_privacy::columns::Type;
use aidos_privacy::decision::Verdict;
use aidos_privacy::pii::{Options, Scanner};

use crate::cli::Session;
use crate::ui::{counted, usage};

/// Accept findings: they are what they were found to be
///
/// FINDING is FILE:LINE:FROM-TO as `aidos pii scan` shows it, or column:NAME=TYPE. An accepted type of a column
/// counts as assigned by hand from then on.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos pii accept mail.txt:3:6-32\n  \
    aidos pii accept column:ref=RECORD_NUMBER --why 'asked the owner'")]
pub(crate) struct Accept {
    #[command(flatten)]
    pub(crate) what: What,
}

/// Reject findings: they are no personal data, and are not reported again
///
/// FINDING is FILE:LINE:FROM-TO as `aidos pii scan` shows it: its value is then no finding in any file. Or it is
/// column:NAME: columns of this name are then not personal. What is kept holds no value, but a keyed digest.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos pii reject mail.txt:3:6-32 --why 'our own hotline'\n  \
    aidos pii reject column:port column:len")]
pub(crate) struct Reject {
    #[command(flatten)]
    pub(crate) what: What,
}

/// What both are told.
#[derive(clap::Args, Debug)]
pub(crate) struct What {
    /// FILE:LINE:FROM-TO, column:NAME or column:NAME=TYPE
    #[arg(value_name = "FINDING", required = true)]
    findings: Vec<String>,

    /// Why, for those who read it later
    #[arg(long, value_name = "TEXT")]
    why: Option<String>,

    /// Who decides [default: the name of your account]
    #[arg(long, value_name = "NAME")]
    by: Option<String>,

    /// Where decisions are kept; their key lies beside it
    #[arg(long, value_name = "FILE", default_value = "decisions.jsonl")]
    decisions: PathBuf,
}

/// Keeps decisions.
pub(crate) fn run(args: &What, verdict: Verdict, session: &Session<'_>) -> anyhow::Result<Exit> {
    let mut spoken = Vec::new();
    for word in &args.findings {
        let one = Spoken::parse(word).ok_or_else(|| {
            usage(format!(
                "`{word}`: give FILE:LINE:FROM-TO as `aidos pii scan` shows it, or column:NAME"
            ))
        })?;
        if let Spoken::Column {
            kind: Some(kind), ..
        } = &one
            && Type::parse(kind).is_none()
        {
            return Err(usage(format!("`{word}`: there is no type `{kind}`")));
        }
        spoken.push(one);
    }
    let account = ["USER", "LOGNAME"]
        .iter()
        .find_map(|name| std::env::var(name).ok());
    let by = args
        .by
        .clone()
        .or(account)
        .unwrap_or_else(|| "unknown".to_owned());
    let ledger = Ledger::at(&args.decisions);
    let scanner = Scanner::new(Options::default())?;
    let subjects = ledger.subjects(&spoken, &scanner)?;
    let decisions = Ledger::decide(subjects, verdict, &by, args.why.as_deref());
    ledger.add(&decisions)?;
    if session.ui.json() {
        session.ui.object(&decisions)?;
    }
    let count = counted(decisions.len() as u64, "decision", "decisions");
    session
        .ui
        .say(&format!("{count} kept in {}", args.decisions.display()));
    Ok(Exit::Done)
}
