//! A list in segments: a folder with a file for each, and beside them the sealed state that says what is in which.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use aidos_fhe::codec;
use aidos_fhe::seal::Cost;
use aidos_fhe::{Entries, ListOptions, Segments};
use serde::Serialize;

use super::file::{self, Unfinished};
use super::roles::{nothing, open, seconds};
use super::values::{Input, Taken};
use super::{Choice, Desk, Keys, Written, about};
use crate::Error;

/// What became of a list in segments.
#[derive(Clone, Debug, Serialize)]
pub struct Segmented {
    /// The type of the values.
    pub kind: &'static str,
    /// What was taken of the input.
    pub taken: Taken,
    /// Entries that were not there before.
    pub added: u64,
    /// Entries that are there no more.
    pub removed: u64,
    /// Segments that were encrypted.
    pub encrypted: Vec<Written>,
    /// Segments that were taken away.
    pub gone: Vec<PathBuf>,
    /// All segments, for the server: `--list` each.
    pub segments: Vec<PathBuf>,
    /// Seconds.
    pub seconds: f64,
}

/// Brings the segments of a list in a folder up to date with an input; with `merge` makes them one, in a new order.
///
/// # Errors
/// As for [`encrypt_list`](super::encrypt_list).
pub fn encrypt_segments(
    input: &Path,
    choice: &Choice<'_>,
    keys: &Keys<'_>,
    options: ListOptions<'_>,
    folder: &Path,
    merge: bool,
    desk: &Desk<'_>,
) -> Result<Segmented, Error> {
    let begun = Instant::now();
    let (public, hash) = open(keys, desk)?;
    file::folder(folder)?;
    let state = folder.join("segments.local");
    let mut segments = if state.exists() {
        Segments::open(&file::sealed(&state)?, keys.passphrase).map_err(about(&state))?
    } else {
        Segments::default()
    };
    let mut entries = Entries::new(&public, &hash);
    let input = Input {
        path: input,
        kind: hash.kind(),
        choice,
        progress: desk.progress,
        cancel: desk.cancel,
    };
    let taken = input.each(&mut |text, label| entries.add(text, label))?;
    nothing(&taken, hash.kind(), input.path)?;
    let path = |segment: &u16| folder.join(format!("segment-{segment:05}.aidos"));
    let update = segments
        .update(entries, &hash, merge)
        .map_err(about(&state))?;
    let signer = desk.signer()?;
    let mut encrypted = Vec::new();
    for (segment, mut entries) in update.changed {
        let out = path(&segment);
        let mut unfinished = Unfinished::at(&out, codec::Kind::List, desk.now)?;
        desk.follow("encrypt", &signer, |maker| {
            unfinished.make(desk.now, |plan, draft| {
                aidos_fhe::encrypt_list(&public, &hash, &mut entries, options, plan, maker, draft)
            })
        })?;
        encrypted.push(unfinished.finish()?);
    }
    // The state is written when all segments are: an interrupted update is made again from the state before.
    let sealed = segments
        .seal(keys.passphrase, Cost::default())
        .map_err(about(&state))?;
    file::write_bytes(&state, "segments of a list", &sealed)?;
    let gone: Vec<PathBuf> = update.gone.iter().map(path).collect();
    for path in gone.iter().filter(|path| path.exists()) {
        fs::remove_file(path).map_err(Error::file("remove", path))?;
    }
    Ok(Segmented {
        kind: hash.kind().word(),
        taken,
        added: update.added,
        removed: update.removed,
        encrypted,
        gone,
        segments: segments.numbers().iter().map(path).collect(),
        seconds: seconds(begun),
    })
}
