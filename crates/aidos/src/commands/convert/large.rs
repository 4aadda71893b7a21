//! Bundles that are not read into memory.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek as _, Write};
use std::path::Path;

use aidos_convert::misp_stix::{self, Follow, Form, Loss, Unstreamed, begins_bundle};
use aidos_engine::Error;
use aidos_engine::export::Entries;
use aidos_engine::progress::{Cancel, Moment, Progress};
use anyhow::Context as _;

use super::{Args, Part, Told, write_line};
use crate::cli::Session;

/// Bundles of more bytes are converted piece by piece: held whole, a byte takes 13 to 33 bytes of memory, which is a gibibyte
/// here. Below, what is wrong with a bundle is told before anything is written.
const LARGE: u64 = 32 << 20;

/// What the input is.
pub(super) enum Input {
    /// It is held.
    Held(Vec<u8>),
    /// It is a large bundle.
    Large(File),
}

/// Reads the input, or only its begin where it is a large bundle; one of standard input is kept in a file without a name.
pub(super) fn open(args: &Args, session: &Session<'_>) -> anyhow::Result<Input> {
    let named = args.file.display();
    // What is not converted as a document is held.
    let may_be_large = args.from.is_none();
    let mut bytes = Vec::new();
    if args.file == Path::new("-") {
        let mut stdin = session.stdin();
        let wrong = "cannot read standard input";
        (&mut stdin)
            .take(LARGE)
            .read_to_end(&mut bytes)
            .context(wrong)?;
        let full = bytes.len() as u64 == LARGE;
        if full && may_be_large && begins_bundle(&bytes) {
            let mut all = bytes.chain(stdin);
            let Entries::Kept(file) = Entries::keep(&mut all, &std::env::temp_dir())? else {
                anyhow::bail!("what was kept of standard input cannot be read again");
            };
            return Ok(Input::Large(file));
        }
        stdin.read_to_end(&mut bytes).context(wrong)?;
        return Ok(Input::Held(bytes));
    }
    let wrong = || format!("cannot read `{named}`");
    let mut file = File::open(&args.file).with_context(wrong)?;
    let data = file.metadata().with_context(wrong)?;
    if data.is_file() && data.len() > LARGE && may_be_large {
        (&mut file)
            .take(4 << 10)
            .read_to_end(&mut bytes)
            .with_context(wrong)?;
        if begins_bundle(&bytes) {
            return Ok(Input::Large(file));
        }
        bytes.clear();
        file.rewind().with_context(wrong)?;
    }
    file.read_to_end(&mut bytes).with_context(wrong)?;
    Ok(Input::Held(bytes))
}

/// Converts a large bundle.
pub(super) fn convert(
    args: &Args,
    file: File,
    to: Form,
    session: &Session<'_>,
) -> anyhow::Result<Told> {
    let mut out = args.out.as_deref().map(Part::begin).transpose()?;
    let mut losses = args.losses.as_deref().map(Part::begin).transpose()?;
    let mut stdout = session.ui.out();
    let progress = session.ui.progress();
    let mut following = Following {
        progress: &progress,
        cancel: &session.cancel,
        losses: losses.as_mut().map(|part| &mut part.out),
    };
    let into: &mut dyn Write = match &mut out {
        Some(part) => &mut part.out,
        None => &mut stdout,
    };
    let made = misp_stix::stream(file, to, into, &mut following).and_then(|made| {
        into.write_all(b"\n")
            .and_then(|()| into.flush())
            .map_err(Unstreamed::Write)?;
        Ok(made)
    });
    drop(progress);
    let made = match made {
        Ok(made) => made,
        Err(Unstreamed::Stopped) => return Err(Error::Cancelled.into()),
        Err(error) => {
            return Err(error).with_context(|| format!("cannot convert `{}`", args.file.display()));
        }
    };
    for part in [out, losses].into_iter().flatten() {
        part.end()?;
    }
    Ok(Told {
        from: Form::Stix,
        attributes: made.attributes,
        objects: made.objects,
        losses: made.losses,
    })
}

/// Shows how it goes, and writes what is lost.
struct Following<'f> {
    progress: &'f dyn Progress,
    cancel: &'f Cancel,
    losses: Option<&'f mut BufWriter<File>>,
}

impl Follow for Following<'_> {
    fn begin(&mut self, step: &'static str, bytes: u64) {
        self.progress.take(&Moment::Begin {
            step,
            total: Some(bytes),
        });
    }

    fn at(&mut self, done: u64) -> bool {
        self.progress.take(&Moment::At(done));
        !self.cancel.is_cancelled()
    }

    fn loss(&mut self, loss: Loss) -> io::Result<()> {
        match &mut self.losses {
            Some(out) => write_line(*out, &loss),
            None => Ok(()),
        }
    }
}
