//! The targets of `patterns.json`, and the lists of private infrastructure.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use aidos_core::analysis::conversation::{Party, Stats, read_varint};
use aidos_core::analysis::role::Verdict;
use aidos_model::json::push_str;

use super::{Patterns, Top, push_pair_stats, push_stats, push_value};
use crate::sorter::Merge;

/// The targets, each with who attacked it.
pub(super) fn write_targets(
    mut merge: Merge,
    patterns: &mut Patterns,
    out: &mut dyn Write,
    names: &[String],
    private: Option<&Path>,
) -> io::Result<()> {
    let broken = || io::Error::other("a spilled target cannot be read back");
    let mut list: Option<(u8, BufWriter<std::fs::File>)> = None;
    let mut target: Vec<u8> = Vec::new();
    let mut pair: Vec<u8> = Vec::new();
    let mut attacker = Stats::default();
    let mut top = Top::default();
    let mut attacked = false;
    let mut text = Vec::new();
    loop {
        let next = merge.next()?;
        let (key, mut value) = next.unwrap_or((&[], &[]));
        let at_end = key.is_empty();
        let len = if at_end {
            0
        } else {
            usize::try_from(read_varint(&mut value).ok_or_else(broken)?)
                .map_err(io::Error::other)?
        };
        if !pair.is_empty() && key != pair.as_slice() {
            // The attacker is complete.
            attacked |= attacker.verdict().is_attack();
            let source = source_of(&pair);
            if source != Party::Unknown {
                if top.peers > 0 {
                    text.push(b',');
                }
                text.push(b'{');
                push_value(&mut text, &source);
                text.push(b',');
                push_pair_stats(&mut text, &attacker);
                text.push(b'}');
                top.peers += 1;
                if text.len() > 1 << 16 {
                    out.write_all(&text)?;
                    text.clear();
                }
            }
            // Of e-mail rows each target has a sum of its own: pairs would count a row more than once.
            let pair =
                attacker.verdict() == Verdict::Correspondence && source_of(&pair) != Party::Unknown;
            if !pair {
                top.stats.merge(&attacker);
            }
            attacker = Stats::default();
        }
        let own = key.get(..len).unwrap_or_default();
        if own != target.as_slice() {
            if !target.is_empty() {
                text.extend_from_slice(b"],");
                push_stats(&mut text, &top.stats);
                text.push(b'}');
                top.ranges.sort_unstable();
                patterns.top_targets.offer(std::mem::take(&mut top));
                patterns.targets += 1;
                patterns.attacked += u64::from(std::mem::take(&mut attacked));
            }
            if !at_end {
                if !target.is_empty() {
                    text.push(b',');
                }
                let provider = own[0];
                let (party, _) = Party::read(&own[1..]).ok_or_else(broken)?;
                text.extend_from_slice(b"\n{\"provider\":");
                push_str(&mut text, &names[usize::from(provider)]);
                text.push(b',');
                push_value(&mut text, &party);
                text.extend_from_slice(b",\"attackers\":[");
                top = Top {
                    provider,
                    value: party.to_string(),
                    ..Top::default()
                };
                if let Some(folder) = private {
                    if list.as_ref().is_none_or(|(of, _)| *of != provider) {
                        if let Some((_, mut file)) = list.take() {
                            file.flush()?;
                        }
                        let path = folder.join(format!("{}.txt", names[usize::from(provider)]));
                        list = Some((provider, BufWriter::new(std::fs::File::create(path)?)));
                    }
                    if let Some((_, file)) = &mut list {
                        writeln!(file, "{party}")?;
                    }
                }
            }
            target = own.to_vec();
            out.write_all(&text)?;
            text.clear();
        }
        if at_end {
            break;
        }
        pair = key.to_vec();
        let ranges = read_varint(&mut value).ok_or_else(broken)?;
        for _ in 0..ranges {
            let first = read_varint(&mut value).ok_or_else(broken)?;
            let last = first + read_varint(&mut value).ok_or_else(broken)?;
            if top.ranges.len() < 40 {
                top.ranges.push((first, last));
            } else {
                top.more += last - first + 1;
            }
        }
        top.more += read_varint(&mut value).ok_or_else(broken)?;
        attacker.merge(&Stats::read(value).ok_or_else(broken)?);
    }
    if let Some((_, mut file)) = list {
        file.flush()?;
    }
    Ok(())
}

/// The source in the key of a target: provider, target, source.
fn source_of(pair: &[u8]) -> Party<'_> {
    let rest = pair
        .get(1..)
        .and_then(Party::read)
        .map_or(&[][..], |(_, rest)| rest);
    Party::read(rest).map_or(Party::Unknown, |(source, _)| source)
}
