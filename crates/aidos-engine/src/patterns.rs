//! `patterns.json`: attackers, counterparts, targets and shared addresses, streamed from the fold.

mod shared;
mod targets;

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Seek, Write};
use std::path::Path;

use aidos_core::analysis::conversation::{Key, Party, Stats, date, push_varint};
use aidos_core::analysis::role::Verdict;
use aidos_model::json::{push_key, push_str, push_u64};

use crate::fold::{Folded, OwnDomain, Timeline};
use crate::pipeline::push_range;
use crate::sorter::{Sorter, unlinked};
use shared::write_shared;
use targets::write_targets;

/// Rows of the lists that the report shows.
pub(crate) const TOP: usize = 50;
/// Ranges of entries that a target carries from each of its conversations.
const CARRIED: usize = 8;

/// One row of a top list.
#[derive(Clone, Debug, Default)]
pub(crate) struct Top {
    pub(crate) provider: u8,
    pub(crate) value: String,
    pub(crate) stats: Stats,
    /// Different parties on the other side.
    pub(crate) peers: u64,
    /// Ports that were tried, the most frequent first.
    pub(crate) ports: Vec<String>,
    pub(crate) ranges: Vec<(u64, u64)>,
    pub(crate) more: u64,
}

/// The rows with the highest counts, of a list of any length.
#[derive(Debug, Default)]
pub(crate) struct TopList {
    rows: Vec<Top>,
    pub(crate) total: u64,
}

impl TopList {
    fn offer(&mut self, row: Top) {
        self.total += 1;
        self.rows.push(row);
        if self.rows.len() >= TOP * 4 {
            self.cut();
        }
    }

    fn cut(&mut self) {
        // Stable: rows of the same count stay in the order of provider and value.
        self.rows
            .sort_by_key(|row| std::cmp::Reverse(row.stats.count));
        self.rows.truncate(TOP);
    }

    /// The rows, highest count first.
    pub(crate) fn into_rows(mut self) -> (Vec<Top>, u64) {
        self.cut();
        (self.rows, self.total)
    }
}

/// An attacker that several providers saw.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shared {
    pub(crate) value: String,
    pub(crate) by: Vec<(u8, Stats)>,
    pub(crate) stats: Stats,
}

/// What the patterns add up to.
#[derive(Debug, Default)]
pub(crate) struct Patterns {
    /// Different attackers over all providers.
    pub(crate) attackers: u64,
    pub(crate) counterparts: u64,
    pub(crate) targets: u64,
    /// Targets that somebody attacks: of mail nobody is said to be attacked.
    pub(crate) attacked: u64,
    pub(crate) shared_attackers: u64,
    pub(crate) top_attackers: TopList,
    pub(crate) top_targets: TopList,
    pub(crate) top_counterparts: TopList,
    pub(crate) shared: Vec<Shared>,
    /// Attackers that two providers have in common; of one provider on the diagonal.
    pub(crate) matrix: BTreeMap<(u8, u8), u64>,
    pub(crate) timeline: Timeline,
    pub(crate) domains: Vec<OwnDomain>,
}

/// Takes a conversation: its key as bytes and read, and its sum.
pub(crate) type Each<'e> = dyn FnMut(&[u8], &Key<'_>, &Stats) -> io::Result<()> + 'e;

/// Where patterns go.
pub(crate) struct Sink<'s> {
    /// `patterns.json`.
    pub(crate) out: &'s mut dyn Write,
    /// Names of the providers by their numbers.
    pub(crate) names: &'s [String],
    /// Where spilled data lies, and how much memory there is.
    pub(crate) scratch: &'s Path,
    pub(crate) budget: usize,
    /// Takes each conversation.
    pub(crate) each: &'s mut Each<'s>,
}

/// Patterns of which the sources are written, and the targets and shared addresses wait to be.
pub(crate) struct Begun {
    patterns: Patterns,
    counterparts: std::fs::File,
    targets: Sorter,
    values: Sorter,
}

/// A source whose conversations are being written.
#[derive(Default)]
struct Group {
    key: Vec<u8>,
    top: Top,
    ports: BTreeMap<(u16, String), u64>,
    peers: Vec<u8>,
}

/// Begins to write the patterns of a fold: takes all conversations, and writes the sources.
pub(crate) fn begin(folded: Folded, sink: Sink<'_>) -> io::Result<Begun> {
    let Sink {
        out,
        names,
        scratch,
        budget,
        each,
    } = sink;
    let mut conversations = folded.conversations;
    let mut patterns = Patterns {
        timeline: folded.timeline,
        domains: folded.domains,
        ..Patterns::default()
    };
    let mut targets = Sorter::new(scratch, budget / 2);
    let mut values = Sorter::new(scratch, budget / 4);
    let mut counterparts = BufWriter::new(unlinked(scratch)?);
    let mut group = Group::default();
    let mut wrote = [false; 2];
    let (mut key, mut bytes, mut text) = (Vec::new(), Vec::new(), Vec::new());
    out.write_all(b"{\"schema\":1,\"attackers\":[")?;
    while let Some(stats) = conversations.next(&mut key)? {
        let parsed =
            Key::read(&key).ok_or_else(|| io::Error::other("a conversation has no key"))?;
        each(&key, &parsed, &stats)?;
        let verdict = stats.verdict();
        let mail = verdict == Verdict::Correspondence;
        if !verdict.is_attack() && !mail {
            continue;
        }
        let mut carried = Vec::new();
        let mut more = 0;
        if mail && parsed.source != Party::Unknown && parsed.destination != Party::Unknown {
            // Who met whom is told by the target.
        } else if parsed.source == Party::Unknown {
            conversations.entries(|entry| {
                push_range(&mut carried, &mut more, entry);
                Ok(())
            })?;
        } else {
            let of = &key[..source_len(&key)];
            if group.key != of {
                close(&mut group, &mut patterns, out, &mut counterparts)?;
                open(&mut group, of, &parsed, names);
            }
            let section: &mut dyn Write = if mail { &mut counterparts } else { &mut *out };
            text.clear();
            if group.top.stats.count == 0 {
                if wrote[usize::from(mail)] {
                    text.push(b',');
                }
                wrote[usize::from(mail)] = true;
                push_head(&mut text, &parsed, names, verdict);
            } else {
                text.push(b',');
            }
            if mail {
                push_rule(&mut text, verdict);
                text.extend_from_slice(b",\"entries\":[");
            } else {
                push_target(&mut text, &parsed, &stats, verdict);
            }
            section.write_all(&text)?;
            text.clear();
            let top = &mut group.top;
            conversations.entries(|entry| {
                if !text.is_empty() {
                    text.push(b',');
                }
                push_u64(&mut text, entry);
                if text.len() > 1 << 16 {
                    section.write_all(&text)?;
                    text.clear();
                    text.push(b' ');
                }
                push_range(&mut carried, &mut more, entry);
                Ok(())
            })?;
            section.write_all(&text)?;
            section.write_all(if mail { b"]" } else { b"]}" })?;
            for &(first, last) in &carried {
                if top.ranges.len() < 40 {
                    top.ranges.push((first, last));
                } else {
                    top.more += last - first + 1;
                }
            }
            top.more += more;
            top.stats.merge(&stats);
            note_peer(&mut group, &parsed, &stats);
            bytes.clear();
            parsed.source.push(&mut bytes);
            bytes.push(parsed.provider);
            text.clear();
            Stats {
                days: Vec::new(),
                ..stats.clone()
            }
            .push(&mut text);
            values.push(&bytes, &text)?;
        }
        if parsed.destination != Party::Unknown {
            bytes.clear();
            bytes.push(parsed.provider);
            parsed.destination.push(&mut bytes);
            let target_len = bytes.len();
            parsed.source.push(&mut bytes);
            text.clear();
            push_varint(&mut text, target_len as u64);
            push_varint(&mut text, carried.len().min(CARRIED) as u64);
            for &(first, last) in carried.iter().take(CARRIED) {
                push_varint(&mut text, first);
                push_varint(&mut text, last - first);
            }
            let left: u64 = carried
                .iter()
                .skip(CARRIED)
                .map(|(first, last)| last - first + 1)
                .sum();
            push_varint(&mut text, more + left);
            stats.push(&mut text);
            targets.push(&bytes, &text)?;
        }
    }
    close(&mut group, &mut patterns, out, &mut counterparts)?;
    Ok(Begun {
        patterns,
        counterparts: counterparts
            .into_inner()
            .map_err(io::IntoInnerError::into_error)?,
        targets,
        values,
    })
}

impl Begun {
    /// Writes the rest. `private` is the folder of that name, where it is wanted.
    pub(crate) fn finish(
        self,
        out: &mut dyn Write,
        names: &[String],
        private: Option<&Path>,
    ) -> io::Result<Patterns> {
        let Self {
            mut patterns,
            mut counterparts,
            targets,
            values,
        } = self;
        out.write_all(b"],\"counterparts\":[")?;
        counterparts.rewind()?;
        io::copy(&mut counterparts, out)?;
        drop(counterparts);
        out.write_all(b"],\"targets\":[")?;
        write_targets(targets.finish()?, &mut patterns, out, names, private)?;
        out.write_all(b"],\"shared\":[")?;
        write_shared(values.finish()?, &mut patterns, out, names)?;
        out.write_all(b"],\"own_domains\":[")?;
        write_domains(&patterns.domains, out, names)?;
        out.write_all(b"]}\n")?;
        Ok(patterns)
    }
}

/// Length of the part of a key that names provider and source.
fn source_len(key: &[u8]) -> usize {
    let rest = key
        .get(1..)
        .and_then(Party::read)
        .map_or(0, |(_, rest)| rest.len());
    key.len() - rest
}

fn open(group: &mut Group, key: &[u8], parsed: &Key<'_>, names: &[String]) {
    group.key.clear();
    group.key.extend_from_slice(key);
    group.ports.clear();
    group.peers.clear();
    group.top = Top {
        provider: parsed.provider,
        value: parsed.source.to_string(),
        ..Top::default()
    };
    debug_assert!(usize::from(parsed.provider) < names.len());
}

/// Counts a target of the group; conversations come sorted by destination.
fn note_peer(group: &mut Group, parsed: &Key<'_>, stats: &Stats) {
    let mut peer = Vec::with_capacity(20);
    parsed.destination.push(&mut peer);
    if group.peers != peer {
        group.top.peers += 1;
        group.peers = peer;
    }
    if let Some(port) = parsed.port
        && (group.ports.len() < 1024
            || group
                .ports
                .contains_key(&(port, parsed.transport.to_owned())))
    {
        *group
            .ports
            .entry((port, parsed.transport.to_owned()))
            .or_default() += stats.count;
    }
}

/// Ends the object of the group's source.
fn close(
    group: &mut Group,
    patterns: &mut Patterns,
    out: &mut dyn Write,
    counterparts: &mut dyn Write,
) -> io::Result<()> {
    if group.top.stats.count == 0 {
        return Ok(());
    }
    let mut top = std::mem::take(&mut group.top);
    let mail = top.stats.verdict() == Verdict::Correspondence;
    let mut text = if mail { b",".to_vec() } else { b"],".to_vec() };
    push_stats(&mut text, &top.stats);
    text.push(b'}');
    let mut ports: Vec<_> = std::mem::take(&mut group.ports).into_iter().collect();
    ports.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    top.ports = ports
        .iter()
        .take(8)
        .map(|((port, _), _)| port.to_string())
        .collect();
    group.key.clear();
    if mail {
        counterparts.write_all(&text)?;
        patterns.counterparts += 1;
        patterns.top_counterparts.offer(top);
    } else {
        out.write_all(&text)?;
        patterns.top_attackers.offer(top);
    }
    Ok(())
}

fn push_value(out: &mut Vec<u8>, party: &Party<'_>) {
    out.extend_from_slice(b"\"value\":");
    match party.kind() {
        Some(kind) => {
            push_str(out, &party.to_string());
            out.extend_from_slice(b",\"type\":");
            push_str(out, kind);
        }
        None => out.extend_from_slice(b"null"),
    }
}

fn push_head(out: &mut Vec<u8>, key: &Key<'_>, names: &[String], verdict: Verdict) {
    out.extend_from_slice(b"\n{\"provider\":");
    push_str(out, &names[usize::from(key.provider)]);
    out.push(b',');
    push_value(out, &key.source);
    out.extend_from_slice(b",\"role\":");
    let role = if verdict == Verdict::Correspondence {
        "counterpart"
    } else {
        "attacker"
    };
    push_str(out, role);
    out.extend_from_slice(if verdict == Verdict::Correspondence {
        b","
    } else {
        b",\"targets\":["
    });
}

fn push_rule(out: &mut Vec<u8>, verdict: Verdict) {
    push_key(out, "rule");
    push_str(out, verdict.rule());
    out.push(b',');
    push_key(out, "confidence");
    push_u64(out, verdict.confidence().into());
}

fn push_target(out: &mut Vec<u8>, key: &Key<'_>, stats: &Stats, verdict: Verdict) {
    out.push(b'{');
    push_value(out, &key.destination);
    if let Some(port) = key.port {
        out.push(b',');
        push_key(out, "port");
        push_u64(out, port.into());
    }
    if !key.transport.is_empty() {
        out.push(b',');
        push_key(out, "transport");
        push_str(out, key.transport);
    }
    out.push(b',');
    push_rule(out, verdict);
    out.push(b',');
    push_pair_stats(out, stats);
    out.extend_from_slice(b",\"entries\":[");
}

/// As [`push_stats`], without the days where all rows are of the day of the first: there are many pairs.
fn push_pair_stats(out: &mut Vec<u8>, stats: &Stats) {
    if stats.days.len() > 1 {
        push_stats(out, stats);
    } else {
        push_stats(
            out,
            &Stats {
                days: Vec::new(),
                ..stats.clone()
            },
        );
    }
}

/// `"count":…,"first":…,"last":…,"days":{…}`; times are left out where no row has one.
fn push_stats(out: &mut Vec<u8>, stats: &Stats) {
    push_key(out, "count");
    push_u64(out, stats.count);
    for (key, time) in [("first", stats.first), ("last", stats.last)] {
        if let Some(time) = time {
            out.push(b',');
            push_key(out, key);
            push_str(out, &time.to_string());
        }
    }
    if stats.days.is_empty() {
        return;
    }
    out.push(b',');
    push_key(out, "days");
    out.push(b'{');
    for (index, (day, count)) in stats.days.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        push_key(out, &date(*day));
        push_u64(out, *count);
    }
    out.push(b'}');
}

fn write_domains(domains: &[OwnDomain], out: &mut dyn Write, names: &[String]) -> io::Result<()> {
    for (index, own) in domains.iter().enumerate() {
        let mut text = if index > 0 { vec![b','] } else { Vec::new() };
        text.extend_from_slice(b"{\"provider\":");
        push_str(&mut text, &names[usize::from(own.provider)]);
        text.push(b',');
        push_key(&mut text, "domain");
        push_str(&mut text, &own.domain);
        text.push(b',');
        push_key(&mut text, "rows");
        push_u64(&mut text, own.rows);
        text.push(b',');
        push_key(&mut text, "of");
        push_u64(&mut text, own.of);
        text.push(b',');
        push_key(&mut text, "learned");
        text.extend_from_slice(if own.learned { b"true}" } else { b"false}" });
        out.write_all(&text)?;
    }
    Ok(())
}
