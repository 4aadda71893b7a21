//! `aidos simulate`: logs whose truth is known.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use aidos_engine::progress::{Moment, Progress as _};
use aidos_engine::{Error, Exit};
use aidos_simulate::{Files, Plan};
use anyhow::Context as _;
use serde_json::json;

use crate::cli::Session;
use crate::size;
use crate::ui::{counted, plain, usage};

/// Make logs of three providers with attacks and dirt in them, and the full truth beside
///
/// Writes 8bells.log, dpc.csv and exus.json, together SIZE, and truth.jsonl and attacks.json. The same seed gives
/// the same bytes.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos simulate --seed 1 --size 1MiB --out sim && aidos run sim\n  \
    aidos simulate --seed 7 --size 1GiB --dirt 0.2 --out big")]
pub(crate) struct Args {
    /// Chooses everything that chance decides
    #[arg(long, value_name = "N")]
    seed: u64,

    /// Size of the three logs together, such as 64MiB, 1GiB or 500MB; 64KiB at the least
    #[arg(long, value_parser = size::parse)]
    size: u64,

    /// Share of damaged, repeated, blank and foreign lines, 0 to 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.05)]
    dirt: f64,

    /// The folder to write to; made if it is not there
    #[arg(long, short, value_name = "DIR")]
    out: PathBuf,

    /// Write also into a folder that holds other things
    #[arg(long)]
    force: bool,
}

/// The files that are made.
const NAMES: [&str; 5] = ["8bells.log", "dpc.csv", "exus.json", "truth.jsonl", "attacks.json"];

/// Makes the logs.
pub(crate) fn run(args: &Args, session: &Session<'_>) -> anyhow::Result<Exit> {
    let begun = Instant::now();
    if !args.force {
        refuse_foreign(&args.out)?;
    }
    fs::create_dir_all(&args.out)
        .with_context(|| format!("cannot create the folder `{}`", args.out.display()))?;
    let plan = Plan {
        seed: args.seed,
        size: args.size,
        dirt: args.dirt,
    };
    let mut folder = Folder {
        path: &args.out,
        begun: Vec::new(),
    };
    let progress = session.ui.progress();
    progress.take(&Moment::Begin {
        step: "simulate",
        total: Some(args.size),
    });
    let result = aidos_simulate::simulate(&plan, &mut folder, &mut |done| {
        progress.take(&Moment::At(done));
        !session.cancel.is_cancelled()
    });
    drop(progress);
    let summary = match result {
        Ok(summary) => summary,
        // The folder removes what it began.
        Err(aidos_simulate::Error::Stopped { .. }) => return Err(Error::Cancelled.into()),
        Err(
            error @ (aidos_simulate::Error::TooSmall { .. } | aidos_simulate::Error::BadDirt { .. }),
        ) => return Err(usage(error.to_string())),
        Err(error) => return Err(error.into()),
    };
    folder.keep()?;
    let lines: u64 = summary.files.iter().map(|file| file.lines).sum();
    session.ui.say(&format!(
        "{} and {} of logs with {} in {}",
        counted(lines, "line", "lines"),
        size::show(summary.bytes()),
        counted(summary.attacks, "attack", "attacks"),
        plain(&args.out.display().to_string())
    ));
    if session.ui.json() {
        session.ui.object(&json!({
            "seed": args.seed,
            "size": args.size,
            "dirt": args.dirt,
            "out": args.out.to_string_lossy(),
            "files": summary.files,
            "lines": lines,
            "bytes": summary.bytes(),
            "attacks": summary.attacks,
            "truth_bytes": summary.truth_bytes,
            "seconds": begun.elapsed().as_secs_f64(),
        }))?;
    }
    Ok(Exit::Done)
}

/// Refuses a folder that holds what no simulation made: its `8bells.log` may be somebody's evidence.
fn refuse_foreign(folder: &Path) -> anyhow::Result<()> {
    let inside = match fs::read_dir(folder) {
        Ok(inside) => inside,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => {
            return Err(error)
                .with_context(|| format!("cannot write to the folder `{}`", folder.display()));
        }
    };
    let mut names = Vec::new();
    for entry in inside {
        let name = entry?.file_name().to_string_lossy().into_owned();
        // What a killed simulation left behind.
        if !NAMES.iter().any(|own| name == part(own)) {
            names.push(name);
        }
    }
    let ours = names.iter().any(|name| name == "truth.jsonl")
        && names.iter().all(|name| NAMES.contains(&name.as_str()));
    if names.is_empty() || ours {
        return Ok(());
    }
    Err(usage(format!(
        "the folder `{}` holds other things; choose another with --out, or pass --force",
        folder.display()
    )))
}

/// The name of a file while it is made.
fn part(name: &str) -> String {
    format!(".{name}.part")
}

/// The folder that is written to. Until [`Folder::keep`], files have other names, and they are removed with
/// this.
struct Folder<'f> {
    path: &'f Path,
    begun: Vec<String>,
}

impl Folder<'_> {
    /// Gives all files their names.
    fn keep(&mut self) -> anyhow::Result<()> {
        for name in self.begun.drain(..) {
            let to = self.path.join(&name);
            fs::rename(self.path.join(part(&name)), &to)
                .with_context(|| format!("cannot write `{}`", to.display()))?;
        }
        Ok(())
    }
}

impl Files for Folder<'_> {
    fn create(&mut self, name: &str) -> io::Result<Box<dyn Write>> {
        let file = File::create(self.path.join(part(name)))?;
        self.begun.push(name.to_owned());
        Ok(Box::new(BufWriter::with_capacity(256 << 10, file)))
    }
}

impl Drop for Folder<'_> {
    fn drop(&mut self) {
        for name in &self.begun {
            // If even this fails, the next simulation takes the leftovers for its own.
            fs::remove_file(self.path.join(part(name))).ok();
        }
    }
}
