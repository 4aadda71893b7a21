//! `aidos anonymise`: files hidden by policy under a community's key, and given back to its holder.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use aidos_engine::Exit;
use aidos_engine::anonymise::{self, Asked, Done, Plan};
use aidos_engine::plan::Input;

use super::run::{now, refusals};
use crate::cli::Session;
use crate::config::Given;
use crate::options::{self, ModelArgs, maybe};
use crate::ui::{Ui, count, counted, plain, usage};

/// Hide personal and own data in files, by policy, under a community's key
///
/// STIX bundles and MISP events are rebuilt whole, entries field by field, other JSON value by value, tables cell
/// by cell, text line by line; of a workbook each sheet becomes a CSV. Attackers' addresses stay where the document
/// says who attacks: bundles, events, entries. Raw logs do not, and all their addresses are hidden; `aidos run` finds out
/// who attacks first. With --out each output gets a ledger beside it: with that, a second pass changes nothing, and
/// the key's holder can have back what is reversible. What comes out is pseudonymous, not anonymous.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos anonymise ticket.txt --community isac-a > shared.txt\n  \
    aidos anonymise bundle.json event.json staff.csv --own hospital.example --out shared\n  \
    aidos anonymise --restore shared/ticket.txt --community isac-a\n\n\
    A refused input ends with exit code 1; the others are done. Each use of --restore is written down in\n\
    restored.jsonl beside the keys.")]
pub(crate) struct Args {
    /// Files; - for standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,

    /// The folder of the outputs, which keep their names [default: standard output, of one input]
    #[arg(long, short, value_name = "DIR")]
    out: Option<PathBuf>,

    /// Replace files that exist
    #[arg(long)]
    force: bool,

    /// Give back what is reversible, by the ledger beside each file
    #[arg(long)]
    restore: bool,

    /// An address, network or e-mail domain of our own; may be given again
    #[arg(long, value_name = "X", value_delimiter = ',')]
    own: Vec<String>,

    /// How each value is hidden (TOML) [default: the safe policy]
    #[arg(long, value_name = "FILE")]
    policy: Option<String>,

    /// The community that it is for; names the key [default: the policy's, else local]
    #[arg(long, value_name = "NAME")]
    community: Option<String>,

    /// The community's key [default: made once, in the configuration's folder]
    #[arg(long, value_name = "FILE")]
    key_file: Option<String>,

    /// The passphrase that seals the key, alone in a file
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<String>,

    #[command(flatten)]
    model: ModelArgs,
}

impl Args {
    fn given(&self) -> Given {
        vec![
            ("own", self.own.clone()),
            ("policy", maybe(self.policy.as_ref())),
            ("community", maybe(self.community.as_ref())),
            ("key-file", maybe(self.key_file.as_ref())),
            ("passphrase-file", maybe(self.passphrase_file.as_ref())),
        ]
    }
}

/// Does what was asked.
pub(crate) fn run(args: &Args, session: &Session<'_>) -> anyhow::Result<Exit> {
    let config = session.config([args.given(), args.model.given()])?;
    let keys = options::keys()?;
    if args.restore {
        let policy = options::policy(&config)?;
        if !keys.holds(&policy.community, config.one("key-file").map(Path::new))? {
            return Err(usage(format!(
                "there is no key of community `{}` here, and without it nothing can be given back; name it with \
                 --community or --key-file",
                plain(&policy.community)
            )));
        }
    }
    let protection = options::protection(&config, session.ui)?;
    let inputs = options::inputs(&args.files);
    if inputs
        .iter()
        .filter(|input| **input == Input::Stdin)
        .count()
        > 1
    {
        return Err(usage("standard input can be read once: name - once"));
    }
    let plan = Plan {
        inputs,
        out: args.out.clone(),
        force: args.force,
        policy: protection.policy,
        key: protection.key,
        own: options::own(&config)?,
        decisions: protection.decisions,
        names: if args.restore {
            protection.names
        } else {
            options::names(&config, session.ui)?
        },
    };
    let out = Box::new(session.ui.out());
    let progress = session.ui.progress();
    let result = if args.restore {
        let asked = Asked {
            keys: &keys,
            who: &account(),
            when: now(),
        };
        anonymise::restore(&plan, &asked, out, &progress, &session.cancel)
    } else {
        let stdin = plan
            .inputs
            .contains(&Input::Stdin)
            .then(|| Box::new(session.stdin()) as Box<dyn Read + Send>);
        anonymise::anonymise(&plan, stdin, out, &progress, &session.cancel)
    };
    drop(progress);
    let done = result?;
    tell(&done, args.restore, session.ui);
    if session.ui.json() {
        session.ui.object(&done)?;
    }
    Ok(if done.refused.is_empty() {
        Exit::Done
    } else {
        Exit::Failed
    })
}

/// The name of the account.
fn account() -> String {
    ["USER", "LOGNAME"]
        .iter()
        .find_map(|name| std::env::var(name).ok())
        .unwrap_or_else(|| "unknown".to_owned())
}

/// Tells a person what was done.
fn tell(done: &Done, restore: bool, ui: &Ui) {
    for made in &done.made {
        if let Some(output) = &made.output {
            let output = plain(&output.display().to_string());
            let input = plain(&made.input);
            let what = if made.unchanged {
                "was anonymised before, stays as it is".to_owned()
            } else {
                let records = counted(made.documents, "record", "records");
                format!("{}, {records}", made.kind)
            };
            ui.say(&format!("{input} → {output} ({what})"));
        }
    }
    if !done.refused.is_empty() {
        ui.say(&refusals(&done.refused));
    }
    if done.made.is_empty() {
        return;
    }
    if restore {
        ui.say("given back is what is reversible; what was hidden one-way stays hidden. This use was written down in restored.jsonl beside the keys");
        return;
    }
    ui.say(&hidden(done));
    ui.say(&format!(
        "note: pseudonymous is not anonymous: who holds the key of community `{}` ({}), or knows enough of the values, can \
         recognise them",
        plain(&done.community),
        plain(&done.key)
    ));
}

/// What was hidden, in words.
fn hidden(done: &Done) -> String {
    let statistics = &done.statistics;
    let mut kinds = Vec::new();
    let mut all = 0;
    for (kind, row) in &statistics.hidden {
        let row: BTreeMap<_, _> = row.iter().filter(|(name, _)| **name != "keep").collect();
        let sum: u64 = row.values().copied().sum();
        if sum > 0 {
            all += sum;
            let ways: Vec<String> = row
                .iter()
                .map(|(name, number)| format!("{name} {}", count(**number)))
                .collect();
            kinds.push(format!("{kind} ({})", ways.join(", ")));
        }
    }
    let join = if kinds.is_empty() { "" } else { ": " };
    format!(
        "{} hidden{join}{}; {} kept; {} dropped",
        counted(all, "value", "values"),
        kinds.join(", "),
        counted(
            statistics.iocs_kept,
            "attacker's value",
            "attackers' values"
        ),
        counted(
            statistics.dropped + statistics.objects_dropped,
            "field or object",
            "fields and objects"
        ),
    )
}
