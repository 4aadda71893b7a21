//! How many megabytes of text a second of processor time are searched: `speed [FILE]`.
//!
//! Without a file: 64 MB of report prose and log lines, half each, all made here.

#![allow(clippy::disallowed_methods, clippy::print_stdout)] // a program of its own

use std::time::Instant;

use aidos_convert::indicator::scan;

fn main() {
    let text = std::env::args().nth(1).map_or_else(mixed, |path| {
        std::fs::read(path).expect("a file that can be read")
    });
    for _ in 0..3 {
        let begin = Instant::now();
        let mut finds = 0u64;
        scan(&text, &mut |_| finds += 1);
        let seconds = begin.elapsed().as_secs_f64();
        #[allow(clippy::cast_precision_loss)] // for people
        let speed = text.len() as f64 / 1e6 / seconds;
        println!(
            "{} bytes, {finds} finds, {seconds:.3} s, {speed:.0} MB/s",
            text.len()
        );
    }
}

fn mixed() -> Vec<u8> {
    let mut out = String::with_capacity(65 << 20);
    let mut number = 0u32;
    while out.len() < 64 << 20 {
        number = number.wrapping_add(2_654_435_769);
        let [a, b, c, d] = number.to_be_bytes();
        out += &format!(
            "The operators moved laterally (T1021.{:03}) with stolen credentials and staged tools in \
             C:\\ProgramData\\Intel\\svc{a}.exe before they beaconed to hxxps://cdn{b}[.]update-{c}[.]com/api/v{d}. Victims in \
             three countries, among them energy suppliers, saw the same loader; see CVE-2024-{:04} and the digest \
             {number:08x}{number:08x}{number:08x}{number:08x}.\n\
             2026-03-07T10:{:02}:{:02}.123Z fw1 firewall,info forward: in:ether1 out:bridge, connection-state:new src-mac \
             00:1a:2b:3c:{c:02x}:{d:02x}, proto TCP (SYN), 198.51.{a}.{b}:{}->192.0.2.{d}:443, len 60\n\
             203.0.{c}.{d} - - [07/Mar/2026:10:38:03 +0000] \"GET /assets/app.{a}.js?v=1.2.{b} HTTP/1.1\" 200 {number} \
             \"https://www.example.org/\" \"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/120.0.0.0 Safari/537.36\"\n",
            1 + d % 9,
            1000 + u32::from(d),
            a % 60,
            b % 60,
            1024 + u32::from(c),
        );
    }
    out.into_bytes()
}
