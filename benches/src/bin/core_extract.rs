//! The part of Aidos that does what `peer_regex` does: lines in, entries out. What `aidos extract` does
//! beyond (encodings, duplicates, the order of many threads) is left out, as it is in the peer.
//!
//!     core_extract FILE > entries.jsonl

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};

use aidos_core::clean::zone::Zone;
use aidos_core::extract::routeros::EightBells;
use aidos_core::extract::{Context, Item, NatRule, Provider, Row, Shape, Sink};
use bumpalo::Bump;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("usage: core_extract FILE")?;
    let provider = EightBells::default();
    let context = Context {
        provider: provider.name(),
        path: &path,
        zone: &Zone::UTC,
        header: &[],
        nat: NatRule::default(),
    };
    let mut lines = BufReader::with_capacity(1 << 20, File::open(&path)?);
    let mut out = BufWriter::with_capacity(1 << 20, io::stdout().lock());
    let mut arena = Bump::new();
    let (mut line, mut json) = (String::new(), Vec::new());
    let (mut number, mut entries) = (0, 0_u64);
    loop {
        line.clear();
        if lines.read_line(&mut line)? == 0 {
            break;
        }
        number += 1;
        arena.reset();
        let text: &str = arena.alloc_str(line.trim_end_matches(['\r', '\n']));
        let context = Context { ..context };
        let mut sink = Sink::new(&arena);
        let row = Row { line: number, text, shape: Shape::Line };
        provider.extract(row, &context, &mut sink);
        for item in &sink.items {
            if let Item::Entry(draft) = item {
                draft.event.write_json(&mut json);
                entries += 1;
            }
        }
        out.write_all(&json)?;
        json.clear();
    }
    out.flush()?;
    eprintln!("{entries} entries of {number} lines");
    Ok(())
}
