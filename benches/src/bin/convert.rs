//! What `aidos convert`, reading a bundle and finding indicators in text cost: CPU seconds without the start of a process.
//!
//! `convert stix|parse|text FILE ROUNDS`: a document a line, or a text; prints `{"items", "rounds"}`, and the caller counts the CPU of the whole.

use std::hint::black_box;

use aidos_convert::indicator::scan;
use aidos_convert::misp_stix::{Form, convert};
use aidos_model::json::read;
use aidos_model::stix::Bundle;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, what, path, rounds] = arguments.as_slice() else {
        return Err("convert stix|parse|text FILE ROUNDS".into());
    };
    let text = std::fs::read_to_string(path)?;
    let rounds: u32 = rounds.parse()?;
    let mut items = 0;
    for _ in 0..rounds {
        items = 0;
        if what == "text" {
            scan(text.as_bytes(), &mut |find| {
                items += 1;
                black_box(find);
            });
            continue;
        }
        for line in text.lines() {
            if what == "stix" {
                let made = convert(line.as_bytes(), Form::Stix)?;
                items += made.attributes;
                black_box(made.text);
            } else {
                let bundle: Bundle = read(line.as_bytes())?;
                items += bundle.objects().len();
                black_box(bundle);
            }
        }
    }
    println!("{{\"items\":{items},\"rounds\":{rounds}}}");
    Ok(())
}
