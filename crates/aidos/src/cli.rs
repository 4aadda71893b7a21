//! The command line: what can be asked, and who answers.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use aidos_engine::Exit;
use aidos_engine::export::Entries;
use aidos_engine::progress::{Cancel, Followed, Progress};
use clap::{Args, CommandFactory, Parser, Subcommand};

use crate::commands::{
    analyse, anonymise, clean, completions, config as config_command, convert, doctor, enrich,
    export, extract, feeds, inspect, man, matching, misp, opencti, pii, providers, release,
    run as run_command, sample, simulate, stix, taxii,
};
use crate::config::{Config, Given};
use crate::ui::Ui;
use crate::{stop, ui};

/// Share cyber threat intelligence without giving yourself or your people away.
///
/// Raw logs in; clean entries, STIX 2.1 and first patterns out. Data goes to standard output, words go to
/// standard error.
#[derive(Parser, Debug)]
#[command(
    name = "aidos",
    version,
    propagate_version = true,
    arg_required_else_help = true,
    max_term_width = 100,
    after_help = "Examples:\n  \
        aidos run evidence.zip                      all of it; read out/evidence/report.html\n  \
        aidos inspect router.log                    what is this file?\n  \
        aidos extract router.log | aidos stix       one step after the other\n\n\
        Exit codes: 0 done, 1 failed or an input was refused, 2 wrong usage, 3 --fail-on,\n\
        130 interrupted. Options can stand in the environment (AIDOS_*) and in a file:\n\
        see `aidos config show --origin`."
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command.
#[derive(Args, Debug)]
pub(crate) struct Global {
    /// Print the result for scripts: one JSON object on the last line, of a list one a line
    #[arg(long, global = true, help_heading = "Everywhere")]
    pub(crate) json: bool,

    /// Say nothing but errors and refused inputs
    #[arg(long, short, global = true, help_heading = "Everywhere")]
    pub(crate) quiet: bool,

    // No doc comment: clippy would have it written as Markdown.
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        help_heading = "Everywhere",
        help = "The configuration file [default: $XDG_CONFIG_HOME/aidos/config.toml]"
    )]
    pub(crate) config: Option<PathBuf>,
}

/// What can be asked.
#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    Run(Box<run_command::Args>),
    Extract(extract::Args),
    Clean(clean::Args),
    Stix(stix::Args),
    #[command(visible_alias = "analyze")]
    Analyse(analyse::Args),
    Inspect(inspect::Args),
    Sample(sample::Args),
    Convert(convert::Args),
    Export(export::Args),
    Enrich(enrich::Args),
    Pii(pii::Args),
    #[command(visible_alias = "anonymize")]
    Anonymise(anonymise::Args),
    Release(release::Args),
    Match(matching::Args),
    Misp(misp::Args),
    Feeds(feeds::Args),
    Taxii(taxii::Args),
    #[command(name = "opencti")]
    OpenCti(opencti::Args),
    Providers(providers::Args),
    Simulate(simulate::Args),
    Config(config_command::Args),
    Doctor(doctor::Args),
    Completions(completions::Args),
    Man(man::Args),
}

/// What every command gets beside its own arguments.
#[derive(Debug)]
pub(crate) struct Session<'u> {
    pub(crate) ui: &'u Ui,
    pub(crate) cancel: Cancel,
    config: Option<PathBuf>,
}

impl Session<'_> {
    /// The options, with what the command line gave on top.
    pub(crate) fn config(&self, given: impl IntoIterator<Item = Given>) -> anyhow::Result<Config> {
        let given = given.into_iter().flatten().collect();
        Config::load(given, self.config.as_deref())
    }

    /// Entries of a file (plain or zstd), of a case's folder, or of standard input, to be read once, followed
    /// as they are read.
    pub(crate) fn entries<'p>(
        &self,
        file: Option<&Path>,
        progress: &'p dyn Progress,
    ) -> anyhow::Result<Box<dyn BufRead + 'p>> {
        Ok(match file {
            Some(path) if path != Path::new("-") => {
                let entries = Entries::at(path)?;
                let total = entries.size();
                Box::new(Followed::begin(entries.open()?, "read", total, progress))
            }
            _ => {
                let stdin = BufReader::with_capacity(256 << 10, self.stdin());
                Box::new(Followed::begin(stdin, "read", None, progress))
            }
        })
    }

    /// Entries, or anything else, from standard input, kept because they are needed twice.
    pub(crate) fn keep(&self, progress: &dyn Progress) -> anyhow::Result<Entries> {
        let mut stdin = Followed::begin(self.stdin(), "read", None, progress);
        Ok(Entries::keep(&mut stdin, &std::env::temp_dir())?)
    }

    /// Standard input, for a job that stops when it is asked to.
    pub(crate) fn stdin(&self) -> stop::Stdin {
        if stop::Stdin::is_terminal() {
            self.ui
                .say("note: reading standard input; end it with Ctrl-D, or name a file");
        }
        stop::Stdin::new(&self.cancel)
    }
}

/// Reads the command line; prints help, version and mistakes itself and ends the process then.
pub(crate) fn parse() -> Cli {
    Cli::parse()
}

/// The command line as a value, for completions and manual pages.
pub(crate) fn command() -> clap::Command {
    Cli::command()
}

/// Does what was asked.
pub(crate) fn run(cli: Cli, ui: &ui::Ui) -> anyhow::Result<Exit> {
    let session = Session {
        ui,
        cancel: stop::on_signals()?,
        config: cli.global.config,
    };
    match cli.command {
        Command::Run(args) => run_command::run(&args, &session),
        Command::Extract(args) => extract::run(&args, &session),
        Command::Clean(args) => clean::run(&args, &session),
        Command::Stix(args) => stix::run(&args, &session),
        Command::Analyse(args) => analyse::run(&args, &session),
        Command::Inspect(args) => inspect::run(&args, &session),
        Command::Sample(args) => sample::run(&args, &session),
        Command::Convert(args) => convert::run(&args, &session),
        Command::Export(args) => export::run(&args, &session),
        Command::Enrich(args) => enrich::run(&args, &session),
        Command::Pii(args) => pii::run(&args, &session),
        Command::Anonymise(args) => anonymise::run(&args, &session),
        Command::Release(args) => release::run(&args, &session),
        Command::Match(args) => matching::run(&args, &session),
        Command::Misp(args) => misp::run(&args, &session),
        Command::Feeds(args) => feeds::run(&args, &session),
        Command::Taxii(args) => taxii::run(&args, &session),
        Command::OpenCti(args) => opencti::run(&args, &session),
        Command::Providers(args) => providers::run(&args, &session),
        Command::Simulate(args) => simulate::run(&args, &session),
        Command::Config(args) => config_command::run(&args, &session),
        Command::Doctor(args) => doctor::run(&args, &session),
        Command::Completions(args) => completions::run(&args, &session),
        Command::Man(args) => man::run(&args, &session),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        command().debug_assert();
    }

    #[test]
    fn the_reference_names_everything() {
        fn check(command: &clap::Command, path: &str, commands: &str) {
            for argument in command.get_arguments() {
                if let Some(long) = argument.get_long() {
                    let flag = format!("--{long}");
                    assert!(
                        commands.contains(&flag),
                        "`{path} {flag}` is not in commands.md"
                    );
                }
            }
            for below in command
                .get_subcommands()
                .filter(|below| below.get_name() != "help")
            {
                let path = format!("{path} {}", below.get_name());
                assert!(commands.contains(&path), "`{path}` is not in commands.md");
                check(below, &path, commands);
            }
        }
        let commands = include_str!("../../../docs/reference/commands.md");
        check(&command(), "aidos", commands);
        let configuration = include_str!("../../../docs/reference/configuration.md");
        for setting in crate::config::SETTINGS {
            for name in [setting.key, setting.env] {
                assert!(
                    configuration.contains(&format!("`{name}`")),
                    "{name} is not in configuration.md"
                );
            }
        }
        let files = include_str!("../../../docs/reference/files.md");
        for field in aidos_engine::export::COLUMNS {
            let short = field.rsplit_once('.').map_or(*field, |(_, last)| last);
            let named = files.contains(&format!("`{field}`"))
                || (field.starts_with("destination.") && files.contains("`destination.*`"))
                || (field.starts_with("aidos.routeros.") && files.contains(&format!("`.{short}`")));
            assert!(named, "{field} is not in files.md");
        }
    }

    #[test]
    fn every_command_shows_examples() {
        fn check(command: &clap::Command) {
            if command.get_name() == "help" {
                return;
            }
            let help = command.get_after_help().map(ToString::to_string);
            assert!(
                help.is_some_and(|help| help.contains("aidos ")),
                "{} has no example",
                command.get_name()
            );
            command.get_subcommands().for_each(check);
        }
        check(&command());
    }
}
