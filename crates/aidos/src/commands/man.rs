//! `aidos man`: the manual pages.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

use aidos_engine::Exit;
use anyhow::Context as _;

use crate::cli::{Session, command};

/// The manual page, or with --out one page a command
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos man | man -l -\n  \
    aidos man --out ~/.local/share/man/man1")]
pub(crate) struct Args {
    /// Write all pages into this folder
    #[arg(long, short, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Writes the pages.
pub(crate) fn run(args: &Args, session: &Session<'_>) -> anyhow::Result<Exit> {
    let Some(folder) = &args.out else {
        let mut page = Vec::new();
        clap_mangen::Man::new(command()).render(&mut page)?;
        let mut out = session.ui.out();
        out.write_all(&page)?;
        out.flush()?;
        return Ok(Exit::Done);
    };
    fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(command(), folder))
        .with_context(|| format!("cannot write the manual pages to `{}`", folder.display()))?;
    session
        .ui
        .say(&format!("manual pages: {}", folder.display()));
    Ok(Exit::Done)
}
