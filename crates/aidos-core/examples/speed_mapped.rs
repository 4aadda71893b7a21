//! How fast lines of shipped mappings are read, one thread: extraction alone, and with the JSON of the
//! entries.
//!
//! `cargo run --release -p aidos-core --example speed_mapped [name of a mapping]`

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::cast_precision_loss
)] // a stop-watch

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use aidos_core::clean::zone::Zone;
use aidos_core::extract::mapped::{Mapped, Shipped};
use aidos_core::extract::{Context, Item, NatRule, Provider, Row, Shape, Sink};
use bumpalo::Bump;

const POSTFIX: &[&str] = &[
    "smtpd[411]: connect from mail.example.net[198.51.100.#]",
    "smtpd[411]: 4104E3D#: client=mail.example.net[198.51.100.#]",
    "cleanup[412]: 4104E3D#: message-id=<2023#.1@example.net>",
    "qmgr[413]: 4104E3D#: from=<user#@example.net>, size=53#, nrcpt=1 (queue active)",
    "smtp[414]: 4104E3D#: to=<b#@example.org>, relay=mx.example.org[192.0.2.25]:25, delay=3.6, \
     delays=0.2/0.02/0.04/3.3, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 153053D)",
    "qmgr[413]: 4104E3D#: removed",
    "smtpd[411]: disconnect from mail.example.net[198.51.100.#] ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5",
    "smtpd[411]: NOQUEUE: reject: RCPT from a.example[198.51.100.#]: 550 5.1.1 <x#@example.org>: Recipient \
     address rejected: User unknown; from=<y@example.net> to=<x#@example.org> proto=ESMTP helo=<a.example>",
    "smtpd[411]: warning: unknown[198.51.100.#]: SASL LOGIN authentication failed: authentication failure, \
     sasl_username=maria",
];

const IPTABLES: &[&str] = &[
    "[12345.678901] [UFW BLOCK] IN=eth0 OUT= MAC=aa:bb:cc:dd:ee:01:aa:bb:cc:dd:ee:02:08:00 \
     SRC=198.51.100.# DST=192.0.2.10 LEN=60 TOS=0x00 PREC=0x00 TTL=52 ID=5441 DF PROTO=TCP SPT=41# DPT=22 \
     WINDOW=64240 RES=0x00 SYN URGP=0",
    "IPT-DROP: IN=ppp0 OUT=br0 MAC= SRC=198.51.100.# DST=192.0.2.10 LEN=84 TOS=0x00 PREC=0x00 TTL=52 ID=0 \
     DF PROTO=ICMP TYPE=8 CODE=0 ID=5 SEQ=1",
];

fn main() {
    let only = std::env::args().nth(1);
    for provider in Shipped::compiled() {
        let (program, bodies) = match provider.name() {
            "postfix" => ("postfix/", POSTFIX),
            "iptables" => ("kernel: ", IPTABLES),
            _ => continue,
        };
        if only.as_ref().is_some_and(|only| only != provider.name()) {
            continue;
        }
        let rows: Vec<String> = (0..20_000)
            .map(|row| {
                let body = bodies.get(row % bodies.len()).unwrap_or(&"");
                let number = (row % 250).to_string();
                format!(
                    "Mar  7 10:{:02}:{:02} mx {program}{}",
                    row / 60 % 60,
                    row % 60,
                    body.replace('#', &number)
                )
            })
            .collect();
        measure(&provider, &rows);
    }
}

/// The CPU time of this thread where the system tells it (Linux), so that other work on the machine does
/// not count; the time of day elsewhere.
fn now() -> Duration {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    std::fs::read_to_string("/proc/thread-self/schedstat")
        .ok()
        .and_then(|text| text.split(' ').next()?.parse().ok())
        .map_or_else(|| START.elapsed(), Duration::from_nanos)
}

fn measure(provider: &Mapped, rows: &[String]) {
    let bytes: usize = rows.iter().map(|row| row.len() + 1).sum();
    let mut arena = Bump::new();
    let (mut extracted, mut written) = (Duration::MAX, Duration::MAX);
    let mut out = Vec::with_capacity(6 * bytes);
    for _ in 0..20 {
        arena.reset();
        let context = Context {
            provider: provider.name(),
            path: "x",
            zone: &Zone::UTC,
            header: &[],
            nat: NatRule::default(),
        };
        let start = now();
        let mut sink = Sink::new(&arena);
        for (index, text) in rows.iter().enumerate() {
            let row = Row {
                line: index as u64 + 1,
                text,
                shape: Shape::Line,
            };
            provider.extract(row, &context, &mut sink);
        }
        extracted = extracted.min(now().saturating_sub(start));
        out.clear();
        for item in &sink.items {
            if let Item::Entry(draft) = item {
                draft.event.write_json(&mut out);
            }
        }
        written = written.min(now().saturating_sub(start));
        assert!(sink.items.iter().all(|item| matches!(item, Item::Entry(_))));
    }
    // One number for the bytes of all entries: a change for speed must leave it as it is.
    let sum = out.iter().fold(0xcbf2_9ce4_8422_2325_u64, |sum, &byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let speed = |time: Duration| bytes as f64 / 1e6 / time.as_secs_f64();
    println!(
        "{:10} {:5.0} bytes a row {:7.1} MB/s extracted {:7.1} MB/s with the JSON written, sum {sum:016x}",
        provider.name(),
        bytes as f64 / rows.len() as f64,
        speed(extracted),
        speed(written),
    );
}
