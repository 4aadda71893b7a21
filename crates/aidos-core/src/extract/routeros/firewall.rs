//! One firewall record.
//!
//! The same pass serves clean and damaged lines. As `STRICT` it gives up at the first thing that the
//! grammar does not ask for, before anything was allocated or noted; otherwise it repairs and goes on.

mod address;
mod attributes;
mod cursor;
mod entry;
mod interfaces;
mod packet;

use aidos_model::{Defects, Mac};

use super::{EightBells, LOGIN, head, nat, render};
use crate::extract::{Context, Sink};

pub(super) use address::{Address, Ends, endpoint};

use attributes::attributes;
use cursor::Pass;
use entry::push;
use interfaces::interfaces;
use packet::{protocol, tail, tuple};

/// What the pass has found of a record.
#[derive(Default)]
pub(super) struct Record<'a> {
    pub(super) chain: &'a str,
    pub(super) ingress: Option<&'a str>,
    pub(super) egress: Option<&'a str>,
    pub(super) mark: Option<&'a str>,
    pub(super) packet_mark: Option<&'a str>,
    pub(super) state: Option<&'a str>,
    /// The state without the blanks in its list, where it has some.
    pub(super) spaced_state: bool,
    pub(super) mac: Option<Mac>,
    /// The hardware address as it stands.
    pub(super) mac_text: Option<&'a str>,
    pub(super) protocol: Option<&'a str>,
    /// What stands in parentheses behind the protocol.
    pub(super) detail: Option<&'a str>,
    pub(super) source: Address,
    pub(super) source_text: &'a str,
    pub(super) arrow: bool,
    pub(super) destination: Address,
    pub(super) destination_text: &'a str,
    pub(super) nat: Option<nat::Clause>,
    pub(super) nat_text: Option<&'a str>,
    pub(super) len: Option<u64>,
    /// Text that belongs to no field.
    pub(super) rest: Option<&'a str>,
    pub(super) defects: Defects,
    /// Whether the row must be written anew although it has no defect.
    pub(super) respelt: bool,
}

/// What the strict pass says where the line is not clean: the tolerant pass will look.
struct NotClean;

type Step<T> = Result<T, NotClean>;

/// Reads a clean line to its end; false, with nothing pushed, when it is not clean.
#[inline]
pub(super) fn read_clean<'a>(
    provider: &EightBells,
    line: u64,
    text: &'a str,
    anchor: usize,
    context: &Context<'a>,
    sink: &mut Sink<'a>,
) -> bool {
    // A NUL, an escape sequence or a tab may stand inside a name, where no step would stumble over it.
    if memchr::memchr3(0, 0x1b, b'\t', text.as_bytes()).is_some() {
        return false;
    }
    let mut record = Record::default();
    if !matches!(pass::<true>(provider, text, anchor, &mut record), Ok(true)) {
        return false;
    }
    let start = anchor - record.chain.len();
    // A log-in merged with this record would read as its prefix.
    if start > LOGIN.len() && provider.log_in.find(&text.as_bytes()[..start]).is_some() {
        return false;
    }
    let head = head::read(&text[..start]);
    // A word joined to the stamp would be joined to its `Z` in the message.
    if head.stamp.is_some() && text.as_bytes().get(head.after_stamp) != Some(&b' ') {
        return false;
    }
    let clean = Defects::default();
    push(line, text, &head, &record, clean, context, sink);
    true
}

/// Reads a line that may be damaged; false, with nothing pushed, when it is no record.
pub(super) fn read<'a>(
    provider: &EightBells,
    line: u64,
    text: &'a str,
    anchor: usize,
    given: Defects,
    context: &Context<'a>,
    sink: &mut Sink<'a>,
) -> bool {
    let mut record = Record::default();
    if !matches!(pass::<false>(provider, text, anchor, &mut record), Ok(true)) {
        return false;
    }
    let start = anchor - record.chain.len();
    let head = head::read(&text[..start]);
    push(line, text, &head, &record, given, context, sink);
    true
}

/// Finds the colon of a chain whose `in:` is missing or misplaced, where `proto` follows.
pub(super) fn loose_anchor(text: &str) -> Option<usize> {
    text.match_indices(':').map(|(at, _)| at).find(|&at| {
        let rest = text[at + 1..].trim_start();
        let chain = text[..at].ends_with(|c: char| c.is_ascii_alphanumeric());
        let interface = ["in:", "out:", "out ", "in "]
            .iter()
            .any(|word| rest.starts_with(word));
        chain && interface && rest.contains("proto")
    })
}

/// Fills the record from the line; false where it is none.
#[inline]
fn pass<'a, const STRICT: bool>(
    provider: &EightBells,
    text: &'a str,
    anchor: usize,
    record: &mut Record<'a>,
) -> Step<bool> {
    let before = &text.as_bytes()[..anchor];
    let start = before
        .iter()
        .rposition(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')))
        .map_or(0, |at| at + 1);
    record.chain = text.get(start..anchor).unwrap_or_default();
    if record.chain.is_empty() {
        return Ok(false);
    }
    let mut pass = Pass {
        text,
        at: anchor + 1,
    };
    interfaces::<STRICT>(provider, &mut pass, record)?;
    if !attributes::<STRICT>(&mut pass, record)? {
        return Ok(false);
    }
    protocol::<STRICT>(&mut pass, record)?;
    tuple::<STRICT>(&mut pass, record)?;
    tail::<STRICT>(&mut pass, record)?;
    Ok(true)
}
