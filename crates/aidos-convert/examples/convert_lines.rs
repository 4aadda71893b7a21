//! Documents, one a line of standard input, converted, one a line of standard output; their losses to standard error.
//!
//! `convert_lines misp|stix < documents > converted 2> losses`: what oracles and benches run. Each line of losses is a list.

use std::io::{BufRead, Write, stderr, stdin, stdout};

use aidos_convert::misp_stix::{Form, convert};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let to = match std::env::args().nth(1).as_deref() {
        Some("misp") => Form::Misp,
        Some("stix") => Form::Stix,
        _ => return Err("convert_lines misp|stix".into()),
    };
    let (mut out, mut losses) = (stdout().lock(), stderr().lock());
    for line in stdin().lock().lines() {
        let mut made = convert(line?.as_bytes(), to)?;
        made.text.push(b'\n');
        out.write_all(&made.text)?;
        serde_json::to_writer(&mut losses, &made.losses)?;
        losses.write_all(b"\n")?;
    }
    Ok(())
}
