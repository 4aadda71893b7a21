//! The `aidos` command: arguments become a plan once, then the plan runs.
#![allow(rustdoc::invalid_html_tags)] // the doc comments of arguments are help text: `<out>` is no HTML

mod cli;
mod commands;
mod config;
mod options;
mod size;
mod stop;
mod ui;

use std::process::ExitCode;

fn main() -> ExitCode {
    // What we make is for its owner only: raw logs name people.
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    let cli = cli::parse();
    let ui = ui::Ui::new(cli.global.quiet, cli.global.json);
    let exit = cli::run(cli, &ui).unwrap_or_else(|error| ui.fail(&error));
    ExitCode::from(exit as u8)
}
