//! How fast firewall lines, e-mail rows and attack events are read, one thread: extraction alone, and with
//! the JSON of the entries.
//!
//! `cargo run --release -p aidos-core --example speed_mailjson [part of a name]`

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::cast_precision_loss
)] // a stop-watch

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use aidos_core::clean::zone::Zone;
use aidos_core::extract::dpc::Dpc;
use aidos_core::extract::exus::Exus;
use aidos_core::extract::routeros::EightBells;
use aidos_core::extract::{Context, Item, NatRule, Provider, Row, Shape, Sink};
use bumpalo::Bump;

fn main() {
    let mail: Vec<String> = (0..20_000)
        .map(|row| {
            let addresses: Vec<String> = (0..=row % 7)
                .map(|who| format!("user{}.{row}@mail{}.example.org", who * 31, who % 5))
                .collect();
            format!(
                "2023-03-07 10:{:02}:{:02},{}",
                row / 60 % 60,
                row % 60,
                addresses.join(",")
            )
        })
        .collect();
    let dirty: Vec<String> = mail
        .iter()
        .map(|row| {
            row.replacen("user0", "Mailto:user0", 1)
                .replace(",user31", ",<user31")
        })
        .collect();
    let events = |payload: &str| -> Vec<String> {
        (0..10_000)
            .map(|row| {
                format!(
                    r#"{{"timestamp":"2023-03-07T10:{:02}:{:02}.{:03}Z","src_ip":"198.51.100.{}","src_port":{},"dst_ip":"203.0.113.{}","dst_port":443,"src_mac":"AA:BB:CC:DD:EE:{:02X}","protocol":"TCP","attack_type":"SQL Injection","severity":"{}","user":"user{row}","payload":"{payload}","sensor":"exus-{}","rule":{{"id":{row},"name":"a rule"}}}}"#,
                    row / 60 % 60,
                    row % 60,
                    row % 1000,
                    row % 250,
                    row % 60_000 + 1024,
                    row % 200,
                    row % 256,
                    row % 10,
                    row % 3,
                )
            })
            .collect()
    };
    let short = events("id=1%27%20or%201=1--");
    let drifted: Vec<String> = short
        .iter()
        .map(|row| {
            row.replace("\"src_ip\":", "\"source.ip\": ")
                .replace("\"attack_type\"", "\"attackType\"")
        })
        .collect();
    let broken: Vec<String> = short
        .iter()
        .map(|row| row.replace("\"}}", "\"},}"))
        .collect();
    let long = events(&"/a?q=\\\"%27+union+select+1,2,3".repeat(40));

    let firewall: Vec<String> = (0..20_000)
        .map(|row| {
            let (host, port) = (row % 250, row % 60_000 + 1024);
            let nat = format!(", NAT 198.51.100.{host}:{port}->(203.0.113.9:8080->192.0.2.10:80)");
            format!(
                "Mar/07/2023 10:{:02}:{:02} firewall,info drop-in forward: in:ether1-WAN out:bridge, \
                 connection-state:new,dnat src-mac 00:17:10:88:bc:{:02x}, proto TCP (SYN), \
                 198.51.100.{host}:{port}->192.0.2.10:80{}, len {}",
                row / 60 % 60,
                row % 60,
                row % 256,
                if row % 10 == 0 { nat.as_str() } else { "" },
                row % 1400 + 40,
            )
        })
        .collect();
    let commaless: Vec<String> = firewall.iter().map(|row| row.replace(", ", " ")).collect();

    let bells = EightBells::default();
    measure("8bells, clean", &bells, &firewall, false);
    measure("8bells, no commas", &bells, &commaless, false);
    measure("dpc, clean", &Dpc, &mail, false);
    measure("dpc, clean, cells of a reader", &Dpc, &mail, true);
    measure("dpc, dirty", &Dpc, &dirty, false);
    measure("exus", &Exus, &short, false);
    measure("exus, drifted", &Exus, &drifted, false);
    measure("exus, long payloads", &Exus, &long, false);
    measure("exus, malformed", &Exus, &broken, false);
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

fn measure(what: &str, provider: &dyn Provider, rows: &[String], as_cells: bool) {
    if std::env::args()
        .nth(1)
        .is_some_and(|part| !what.contains(&part))
    {
        return;
    }
    let bytes: usize = rows.iter().map(|row| row.len() + 1).sum();
    let mut arena = Bump::new();
    let mut extracted = Duration::MAX;
    let mut written = Duration::MAX;
    let mut out = Vec::with_capacity(4 * bytes);
    for _ in 0..20 {
        arena.reset();
        let cells: Vec<Vec<std::borrow::Cow<'_, str>>> = rows
            .iter()
            .filter(|_| as_cells)
            .map(|row| row.split(',').map(Into::into).collect())
            .collect();
        let start = now();
        let mut sink = Sink::new(&arena);
        let context = Context {
            provider: provider.name(),
            path: "x",
            zone: &Zone::UTC,
            header: &["timestamp", "addresses"],
            nat: NatRule::default(),
        };
        for (index, text) in rows.iter().enumerate() {
            let shape = match cells.get(index) {
                Some(cells) => Shape::Cells {
                    cells,
                    repaired: false,
                },
                None => Shape::Line,
            };
            let row = Row {
                line: index as u64 + 1,
                text,
                shape,
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
    let speed = |time: Duration| bytes as f64 / 1e6 / time.as_secs_f64();
    println!(
        "{what:32} {:5.0} bytes a row {:7.0} MB/s extracted {:7.0} MB/s with the JSON written",
        bytes as f64 / rows.len() as f64,
        speed(extracted),
        speed(written),
    );
}
