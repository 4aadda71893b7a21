//! `aidos convert`: a MISP event to a STIX bundle, or back; other inputs to either.

mod large;

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use aidos_convert::misp_stix::{self, Form, Loss};
use aidos_convert::read::{self, Format, Options, Target};
use aidos_engine::Exit;
use aidos_model::Timestamp;
use anyhow::Context as _;
use serde_json::json;

use self::large::Input;
use super::run::now;
use crate::cli::Session;
use crate::ui::counted;

/// A MISP event to a STIX 2.1 bundle, or back, with a list of what is lost; text, tables and mails to either
///
/// What the file holds is told from its content: a MISP event, a bundle of STIX 2.1 or 2.0. What STIX has no words for
/// stands in an extension of STIX and comes back; what does not survive is listed by place and reason. A bundle with --to stix
/// is written as STIX 2.1. With --from the indicators of another input are told as a bundle or an event. The same file gives the same bytes.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos convert event.json --to stix > bundle.json\n  \
    aidos convert bundle.json --to misp --losses losses.jsonl --out event.json\n  \
    aidos convert report.txt --from text --to misp\n  \
    aidos convert eve.json --from eve --to stix\n  \
    curl -s … | aidos convert - --to stix --json --out bundle.json")]
pub(crate) struct Args {
    /// An event or a bundle; - for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// What it becomes
    #[arg(long, value_name = "FORM")]
    to: To,

    /// What the input is, where it is neither an event nor a bundle: its indicators are taken
    #[arg(long, value_name = "FORMAT", conflicts_with = "losses")]
    from: Option<From>,

    /// Write what does not survive to this file: a line of JSON each, `{"path","reason"}`
    #[arg(long, value_name = "FILE")]
    losses: Option<PathBuf>,

    /// Write to this file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// What a document becomes.
#[derive(clap::ValueEnum, Clone, Copy, Debug)]
enum To {
    /// An event, `{"Event": …}`
    Misp,
    /// A bundle of STIX 2.1
    Stix,
}

/// What an input is that is neither.
#[derive(clap::ValueEnum, Clone, Copy, Debug)]
enum From {
    /// A report, a page, a log of unknown kind
    Text,
    /// A table
    Csv,
    /// Lines of syslog, with CEF in them or without
    Cef,
    /// Suricata's events, one JSON object a line
    Eve,
    /// One message of e-mail
    Email,
}

/// What is told of a conversion.
struct Told {
    from: Form,
    attributes: u64,
    objects: u64,
    losses: u64,
}

/// Converts a document.
pub(crate) fn run(args: &Args, session: &Session<'_>) -> anyhow::Result<Exit> {
    let named = args.file.display();
    let to = match args.to {
        To::Misp => Form::Misp,
        To::Stix => Form::Stix,
    };
    let told = match (large::open(args, session)?, args.from) {
        (Input::Held(bytes), Some(from)) => return read_in(args, from, &bytes, session),
        (Input::Large(file), _) => large::convert(args, file, to, session)?,
        (Input::Held(bytes), None) => {
            let mut made = misp_stix::convert(&bytes, to)
                .with_context(|| format!("cannot convert `{named}`"))?;
            drop(bytes);
            made.text.push(b'\n');
            give(args, &made.text, session)?;
            if let Some(path) = &args.losses {
                replace(path, |out| {
                    made.losses
                        .iter()
                        .try_for_each(|loss| write_line(out, loss))
                })?;
            }
            Told {
                from: made.from,
                attributes: made.attributes as u64,
                objects: made.objects as u64,
                losses: made.losses.len() as u64,
            }
        }
    };
    let losses = told.losses;
    let hint = match (&args.losses, losses) {
        (None, 1..) => "; --losses F lists them",
        _ => "",
    };
    session.ui.say(&format!(
        "{}, {}, {}{hint}",
        counted(told.attributes, "attribute", "attributes"),
        counted(told.objects, "object of STIX", "objects of STIX"),
        counted(
            losses,
            "field that does not survive",
            "fields that do not survive"
        ),
    ));
    if session.ui.json() {
        let from = match told.from {
            Form::Misp => "misp",
            Form::Stix => "stix",
        };
        session.ui.object(&json!({
            "from": from, "attributes": told.attributes, "objects": told.objects, "losses": losses,
        }))?;
    }
    Ok(Exit::Done)
}

/// The indicators of an input as a bundle or an event, made when the file was last written.
fn read_in(args: &Args, from: From, bytes: &[u8], session: &Session<'_>) -> anyhow::Result<Exit> {
    let named = args.file.display();
    let format = match from {
        From::Text => Format::Text,
        From::Csv => Format::Csv,
        From::Cef => Format::Cef,
        From::Eve => Format::Eve,
        From::Email => Format::Email,
    };
    let to = match args.to {
        To::Misp => Target::Misp,
        To::Stix => Target::Stix,
    };
    let written = fs::metadata(&args.file).and_then(|file| file.modified());
    let since = written
        .ok()
        .and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    let made =
        since.and_then(|since| Timestamp::from_seconds(i64::try_from(since.as_secs()).ok()?));
    let title = args.file.file_name().unwrap_or_default().to_string_lossy();
    let options = Options {
        title: if title == "-" {
            "standard input"
        } else {
            &title
        },
        made: made.unwrap_or_else(now),
        tlp: None,
    };
    let document = read::convert(bytes, Some(format), to, &options)
        .with_context(|| format!("cannot convert `{named}`"))?;
    let objects = [&document["objects"], &document["Event"]["Attribute"]];
    let objects = objects
        .iter()
        .find_map(|list| list.as_array())
        .map_or(0, Vec::len);
    let mut text = serde_json::to_vec(&document)?;
    text.push(b'\n');
    give(args, &text, session)?;
    session.ui.say(&match to {
        Target::Stix => counted(objects as u64, "object of STIX", "objects of STIX"),
        Target::Misp => counted(objects as u64, "attribute", "attributes"),
    });
    if session.ui.json() {
        let name = match to {
            Target::Stix => "objects",
            Target::Misp => "attributes",
        };
        session
            .ui
            .object(&json!({"from": format.word(), name: objects}))?;
    }
    Ok(Exit::Done)
}

/// Writes the document where it was asked for.
fn give(args: &Args, text: &[u8], session: &Session<'_>) -> anyhow::Result<()> {
    if let Some(path) = &args.out {
        return replace(path, |out| out.write_all(text));
    }
    let mut out = session.ui.out();
    out.write_all(text)?;
    out.flush()?;
    Ok(())
}

fn write_line(out: &mut dyn Write, loss: &Loss) -> std::io::Result<()> {
    serde_json::to_writer(&mut *out, loss)?;
    out.write_all(b"\n")
}

/// Writes a file beside its place first, so that it is there whole or not at all.
fn replace(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
) -> anyhow::Result<()> {
    let mut part = Part::begin(path)?;
    write(&mut part.out).with_context(|| format!("cannot write `{}`", path.display()))?;
    part.end()
}

/// A file that is written beside its place; it goes where it is not ended.
struct Part {
    path: PathBuf,
    beside: PathBuf,
    out: BufWriter<File>,
}

impl Part {
    fn begin(path: &Path) -> anyhow::Result<Self> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let beside = path.with_file_name(format!(".{name}.part"));
        let file =
            File::create(&beside).with_context(|| format!("cannot write `{}`", path.display()))?;
        Ok(Self {
            path: path.to_owned(),
            beside,
            out: BufWriter::with_capacity(256 << 10, file),
        })
    }

    /// Puts it in its place.
    fn end(mut self) -> anyhow::Result<()> {
        let done = self.out.flush();
        done.and_then(|()| fs::rename(&self.beside, &self.path))
            .with_context(|| format!("cannot write `{}`", self.path.display()))
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // After the renaming there is none.
        fs::remove_file(&self.beside).ok();
    }
}
