//! The addresses of `patterns.json` that more than one provider saw.

use std::io::{self, Write};

use aidos_core::analysis::conversation::{Party, Stats};
use aidos_model::json::{push_key, push_str};

use super::{Patterns, Shared, TOP, push_stats};
use crate::sorter::Merge;

/// Values that more than one provider saw; counts attackers over all providers.
pub(super) fn write_shared(
    mut merge: Merge,
    patterns: &mut Patterns,
    out: &mut dyn Write,
    names: &[String],
) -> io::Result<()> {
    let broken = || io::Error::other("a spilled address cannot be read back");
    let mut shared = Shared::default();
    let mut kind = "";
    let mut current: Vec<u8> = Vec::new();
    let mut wrote = false;
    loop {
        let next = merge.next()?;
        let (key, value) = next.unwrap_or((&[], &[]));
        let (provider, party) = key
            .split_last()
            .map_or((0, &[][..]), |(last, rest)| (*last, rest));
        if party != current.as_slice() && !current.is_empty() {
            let attacks = shared.stats.verdict().is_attack();
            patterns.attackers += u64::from(attacks);
            if attacks {
                for (a, _) in &shared.by {
                    for (b, _) in &shared.by {
                        *patterns.matrix.entry((*a, *b)).or_default() += 1;
                    }
                }
            }
            if shared.by.len() > 1 {
                patterns.shared_attackers += u64::from(attacks);
                let mut text = if wrote {
                    b",\n".to_vec()
                } else {
                    b"\n".to_vec()
                };
                wrote = true;
                push_shared(&mut text, &shared, kind, names);
                out.write_all(&text)?;
                if attacks {
                    patterns.shared.push(std::mem::take(&mut shared));
                    if patterns.shared.len() >= TOP * 4 {
                        cut_shared(&mut patterns.shared);
                    }
                }
            }
        }
        if key.is_empty() {
            break;
        }
        if party != current.as_slice() {
            let (value, _) = Party::read(party).ok_or_else(broken)?;
            kind = value.kind().unwrap_or_default();
            shared = Shared {
                value: value.to_string(),
                ..Shared::default()
            };
            current = party.to_vec();
        }
        let stats = Stats::read(value).ok_or_else(broken)?;
        shared.stats.merge(&stats);
        match shared.by.last_mut() {
            Some((last, sum)) if *last == provider => sum.merge(&stats),
            _ => shared.by.push((provider, stats)),
        }
    }
    cut_shared(&mut patterns.shared);
    Ok(())
}

fn cut_shared(shared: &mut Vec<Shared>) {
    shared.sort_by_key(|shared| std::cmp::Reverse((shared.by.len(), shared.stats.count)));
    shared.truncate(TOP);
}

fn push_shared(out: &mut Vec<u8>, shared: &Shared, kind: &str, names: &[String]) {
    out.push(b'{');
    push_key(out, "value");
    push_str(out, &shared.value);
    out.push(b',');
    push_key(out, "type");
    push_str(out, kind);
    out.push(b',');
    push_key(out, "role");
    let attacks = shared.stats.verdict().is_attack();
    push_str(out, if attacks { "attacker" } else { "counterpart" });
    out.push(b',');
    push_key(out, "providers");
    out.push(b'[');
    for (index, (provider, stats)) in shared.by.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        out.push(b'{');
        push_key(out, "provider");
        push_str(out, &names[usize::from(*provider)]);
        out.push(b',');
        push_stats(out, stats);
        out.push(b'}');
    }
    out.extend_from_slice(b"],");
    push_stats(out, &shared.stats);
    out.push(b'}');
}
