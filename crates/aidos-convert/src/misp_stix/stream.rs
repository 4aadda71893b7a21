//! Bundles that are larger than the memory.
//!
//! [`stream`] gives what [`convert`](super::convert) gives and holds of a bundle what it needs to find its objects again: 32
//! bytes an object, 16 a sighting, 64 a reference between objects of MISP, some 20 an attribute inside of an object and a
//! cluster, and 8 for each object that the report of the event refers to. Beside these stand the object at hand, the objects
//! that it takes values from, and some that were read before.
//!
//! It reads the bundle several times: once for its index; once more for its observed data; once for all objects, which gives the
//! attributes; then those that become objects, reports and clusters. For the ledger each part goes home again as it is
//! written, and is compared with the object that it comes from.

mod event;
mod facts;
mod home;
mod library;

use std::io::{self, Read, Seek, SeekFrom, Write};

use aidos_model::json::{Malformed, Shape, read};
use aidos_model::stix::{Bundle, Object, Piece, Splitter, Unsplit};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::document::upgrade;
use super::{Form, Loss, Unconverted, form_of};

/// Why a bundle was not converted piece by piece.
#[derive(Debug, thiserror::Error)]
pub enum Unstreamed {
    /// It cannot be read.
    #[error("it cannot be read: {0}")]
    Read(io::Error),
    /// The document or the list of losses cannot be written.
    #[error("what is made of it cannot be written: {0}")]
    Write(io::Error),
    /// It cannot be cut into objects.
    #[error(transparent)]
    Unsplit(#[from] Unsplit),
    /// It is no bundle.
    #[error(transparent)]
    Unconverted(#[from] Unconverted),
    /// An object that has to be held whole is too large for it.
    #[error("object {number} of the bundle has more than {most} bytes; split it")]
    Large {
        /// Its number, from 1.
        number: u64,
        /// What is allowed.
        most: usize,
    },
    /// Objects refer to so much that each would have to be read again and again.
    #[error(
        "object {number} of the bundle is one of those that refer to too much; split the bundle"
    )]
    Entangled {
        /// Its number, from 1.
        number: u64,
    },
    /// There are too many objects for one index.
    #[error("it has more than 4,294,967,295 objects, or one of more than 4 GiB; split it")]
    Many,
    /// It is not what it was when it was read first.
    #[error("it changed while it was read; convert a copy")]
    Changed,
    /// Whoever follows asked for it.
    #[error("stopped on request")]
    Stopped,
}

/// Follows a conversion, and takes what is lost.
pub trait Follow {
    /// A step begins, of so many bytes.
    fn begin(&mut self, step: &'static str, bytes: u64) {
        let _ = (step, bytes);
    }

    /// So many bytes of the step are done; `false` stops the conversion.
    fn at(&mut self, done: u64) -> bool {
        let _ = done;
        true
    }

    /// Takes a loss; they come in no order.
    ///
    /// # Errors
    /// Where it cannot be kept.
    fn loss(&mut self, loss: Loss) -> io::Result<()>;
}

/// Holds all losses, and follows nothing else.
impl Follow for Vec<Loss> {
    fn loss(&mut self, loss: Loss) -> io::Result<()> {
        self.push(loss);
        Ok(())
    }
}

/// What was made of a bundle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Streamed {
    /// Attributes of the event, those of its objects among them.
    pub attributes: u64,
    /// Objects of the bundle; of the new one, where it is one.
    pub objects: u64,
    /// Fields that do not survive.
    pub losses: u64,
}

/// Converts a bundle of any size, from its begin, and writes the document without a newline at its end.
///
/// The document has the value, a bundle the bytes, that [`convert`](super::convert) gives, and the losses are the same.
/// Held whole are the object at hand (64 MiB at most) and the objects that it takes values from (128 MiB at most), all sightings of one
/// attribute and all references of one object among these; but not what the report or the grouping of the event refers to,
/// except on the way to STIX. What differs: members of the event stand in another order; a bundle that needs more, or
/// that refers to the same large objects again and again, is refused; and where two objects of one id both are the event, or an object of
/// MISP has the id of a cluster, their losses may be other ones.
///
/// ```
/// use std::io::Cursor;
/// use aidos_convert::misp_stix::{Form, Loss, convert, stream};
///
/// let bundle = br#"{"type":"bundle","id":"bundle--1","objects":[
///     {"type":"ipv4-addr","id":"ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4","value":"198.51.100.3"}]}"#;
/// let (mut event, mut losses) = (Vec::new(), Vec::<Loss>::new());
/// let made = stream(Cursor::new(bundle), Form::Misp, &mut event, &mut losses)?;
/// let value = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes);
/// assert_eq!(value(&event)?, value(&convert(bundle, Form::Misp)?.text)?);
/// assert_eq!((made.attributes, losses.len()), (1, 0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Where it is no whole bundle, or cannot be read, written or held; a part of the document may be written then.
pub fn stream<R: Read + Seek>(
    mut source: R,
    to: Form,
    out: &mut dyn Write,
    follow: &mut dyn Follow,
) -> Result<Streamed, Unstreamed> {
    let size = source.seek(SeekFrom::End(0)).map_err(Unstreamed::Read)?;
    match to {
        Form::Stix => bundle(source, size, out, follow),
        Form::Misp => event::event(source, size, out, follow),
    }
}

/// Whether a document begins as a bundle does: its first member is one of a bundle's. What begins otherwise is for
/// [`convert`](super::convert).
///
/// ```
/// use aidos_convert::misp_stix::begins_bundle;
///
/// assert!(begins_bundle(br#" {"type": "bundle", "#));
/// assert!(!begins_bundle(br#"{"Event":{"#));
/// ```
pub fn begins_bundle(head: &[u8]) -> bool {
    let text = head.strip_prefix(BOM).unwrap_or(head).trim_ascii_start();
    let name = text.strip_prefix(b"{").map(<[u8]>::trim_ascii_start);
    name.is_some_and(|name| {
        ["type", "id", "spec_version", "objects"]
            .iter()
            .any(|member| name.starts_with(format!("\"{member}\"").as_bytes()))
    })
}

/// Some editors put it before the text.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// Goes to the begin of the document; says where that is.
fn begin(source: &mut (impl Read + Seek)) -> Result<u64, Unstreamed> {
    let mut head = Vec::new();
    source
        .seek(SeekFrom::Start(0))
        .and_then(|_| source.take(3).read_to_end(&mut head))
        .map_err(Unstreamed::Read)?;
    let base = if head == BOM { 3 } else { 0 };
    source
        .seek(SeekFrom::Start(base))
        .map_err(Unstreamed::Read)?;
    Ok(base)
}

/// Reads until the chunk is full or nothing is left.
fn fill(source: &mut impl Read, chunk: &mut [u8]) -> Result<usize, Unstreamed> {
    let mut len = 0;
    while let Some(rest) = chunk.get_mut(len..).filter(|rest| !rest.is_empty()) {
        match source.read(rest) {
            Ok(0) => break,
            Ok(read) => len += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Unstreamed::Read(error)),
        }
    }
    Ok(len)
}

/// Whether the first bytes of a bundle, `seen` and then `next`, say that it is of STIX 2.0; a guess.
fn says_old(seen: &[u8], next: &[u8]) -> bool {
    let head = [seen, next.get(..4096).unwrap_or(next)].concat();
    let mut splitter = Splitter::new(head.len());
    // What is no envelope, or too long for one, is told by who reads it.
    let stop = |_: Piece<'_>| Err(String::new());
    let _ = splitter.feed(&head, &mut { stop });
    let head = splitter.seen();
    let words = head
        .windows(b"\"spec_version\"".len())
        .position(|at| at == b"\"spec_version\"");
    words.is_some_and(|at| {
        let rest = head.get(at + 14..).unwrap_or_default().trim_ascii_start();
        rest.strip_prefix(b":")
            .is_some_and(|rest| rest.trim_ascii_start().starts_with(b"\"2.0\""))
    })
}

/// Reads an envelope whose objects were left out.
fn envelope_of(bytes: &[u8]) -> Result<Bundle, Unstreamed> {
    /// Refuses two lists of objects.
    #[derive(Deserialize)]
    struct Once {
        #[serde(rename = "objects")]
        _objects: Option<IgnoredAny>,
    }
    let malformed = |error: &serde_json::Error| Unsplit::Envelope(Malformed::of(error));
    if form_of(bytes)? != Form::Stix {
        return Err(Unconverted::Unknown.into());
    }
    serde_json::from_slice::<Once>(bytes).map_err(|error| malformed(&error))?;
    let bundle: Bundle = read(bytes).map_err(Unsplit::Envelope)?;
    // A list whose name is written with escapes.
    if !bundle.objects().is_empty() {
        return Err(Unconverted::Unknown.into());
    }
    Ok(bundle)
}

/// A bundle as one of STIX 2.1.
fn bundle<R: Read + Seek>(
    mut source: R,
    size: u64,
    out: &mut dyn Write,
    follow: &mut dyn Follow,
) -> Result<Streamed, Unstreamed> {
    let mut envelope = Vec::new();
    each(
        &mut source,
        size,
        "index",
        follow,
        &mut envelope,
        &mut |_| Ok(()),
    )?;
    let mut envelope = envelope_of(&envelope)?;
    let old = envelope.spec_version.take().as_deref() == Some("2.0");
    envelope.objects = Some(Vec::new());
    let text = envelope.to_vec();
    // A text has a backslash before its quotation marks.
    let list = b"\"objects\":[";
    let at = text.windows(list.len()).position(|at| at == list);
    let (head, tail) = text.split_at(at.map_or(text.len(), |at| at + list.len()));
    out.write_all(head).map_err(Unstreamed::Write)?;
    let mut made = Vec::new();
    let mut buffer = Vec::new();
    let mut count = 0;
    let mut take = |piece: Piece<'_>| {
        let object: Object = read(piece.bytes).map_err(|error: Malformed| {
            Unstreamed::Unsplit(Unsplit::Stopped {
                number: 0,
                reason: error.to_string(),
            })
        })?;
        upgrade(object, old, &mut made);
        buffer.clear();
        for object in made.drain(..) {
            if count > 0 {
                buffer.push(b',');
            }
            count += 1;
            object.write(&mut buffer);
        }
        out.write_all(&buffer).map_err(Unstreamed::Write)
    };
    each(
        &mut source,
        size,
        "convert",
        follow,
        &mut Vec::new(),
        &mut take,
    )?;
    out.write_all(tail).map_err(Unstreamed::Write)?;
    Ok(Streamed {
        attributes: 0,
        objects: count,
        losses: 0,
    })
}

/// Gives each object of a bundle, then its envelope.
fn each(
    source: &mut (impl Read + Seek),
    size: u64,
    step: &'static str,
    follow: &mut dyn Follow,
    envelope: &mut Vec<u8>,
    take: &mut dyn FnMut(Piece<'_>) -> Result<(), Unstreamed>,
) -> Result<(), Unstreamed> {
    let mut done = begin(source)?;
    follow.begin(step, size);
    let mut splitter = Splitter::new(library::OBJECT);
    let mut chunk = vec![0; 256 << 10];
    loop {
        let read = fill(source, &mut chunk)?;
        let Some(bytes) = chunk.get(..read).filter(|bytes| !bytes.is_empty()) else {
            break;
        };
        let mut failed = None;
        let fed = splitter.feed(bytes, &mut |piece: Piece<'_>| {
            take(piece).map_err(|error| {
                let reason = match &error {
                    Unstreamed::Unsplit(Unsplit::Stopped { reason, .. }) => reason.clone(),
                    _ => String::new(),
                };
                failed = (reason.is_empty()).then_some(error);
                reason
            })
        });
        if let Some(error) = failed {
            return Err(error);
        }
        fed?;
        done += read as u64;
        if !follow.at(done) {
            return Err(Unstreamed::Stopped);
        }
    }
    *envelope = splitter.envelope()?;
    Ok(())
}
