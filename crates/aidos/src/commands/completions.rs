//! `aidos completions`: what a shell needs to complete the command line.

use std::io::Write as _;

use aidos_engine::Exit;
use clap_complete::Shell;

use crate::cli::{Session, command};

/// Completions for a shell, to standard output
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos completions bash > ~/.local/share/bash-completion/completions/aidos\n  \
    aidos completions zsh  > ~/.zfunc/_aidos\n  \
    aidos completions fish > ~/.config/fish/completions/aidos.fish")]
pub(crate) struct Args {
    /// The shell
    shell: Shell,
}

/// Writes the completions.
pub(crate) fn run(args: &Args, session: &Session<'_>) -> anyhow::Result<Exit> {
    // The generator panics when it cannot write, so it writes to memory.
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut command(), "aidos", &mut text);
    let mut out = session.ui.out();
    out.write_all(&text)?;
    out.flush()?;
    Ok(Exit::Done)
}
