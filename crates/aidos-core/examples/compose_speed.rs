//! Measures how fast bundles are written, or prints some for the oracles.
//!
//!     cargo run --release -p aidos-core --example compose_speed            # bundles per CPU second
//!     cargo run --release -p aidos-core --example compose_speed print 9999 # a mixed bundles.jsonl

use std::fmt::Write as _;
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use aidos_core::compose::{Composer, Options};
use aidos_model::{Category, Endpoint, Event, Mac, Outcome, RouterOs, Timestamp};

/// Numbers that only look random (splitmix64), so that each run does the same.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }

    #[allow(clippy::cast_possible_truncation)] // below 2^16 by the bound
    fn port(&mut self) -> u16 {
        self.below(65_536) as u16
    }

    #[allow(clippy::cast_possible_truncation)] // below 2^32 by the bound
    fn v4(&mut self, base: [u8; 4], hosts: u64) -> IpAddr {
        IpAddr::V4(Ipv4Addr::from_bits(
            u32::from_be_bytes(base) + self.below(hosts) as u32,
        ))
    }
}

/// A firewall entry: 20,000 sources, 200 destinations, five entries a second.
fn firewall(numbers: &mut Numbers, index: u64) -> Event<'static> {
    let start = 1_678_185_483_000_000_000_i64;
    let inward = numbers.below(4) > 0;
    let outside = numbers.v4([198, 51, 0, 0], 20_000);
    let inside = numbers.v4([192, 168, 1, 1], 200);
    let (source, destination) = if inward {
        (outside, inside)
    } else {
        (inside, outside)
    };
    Event {
        timestamp: Some(Timestamp(
            start + i64::try_from(index / 5).unwrap_or_default() * 1_000_000_000,
        )),
        provider: "8bells",
        category: Category::NETWORK,
        source: Endpoint {
            ip: Some(source),
            port: Some(numbers.port()),
            mac: Some(Mac([0xd4, 0xca, 0x6d, 1, 2, 3])),
            ..Endpoint::default()
        },
        destination: Endpoint {
            ip: Some(destination),
            port: Some(
                [22, 23, 80, 443, 3389, 8291]
                    [usize::try_from(numbers.below(6)).unwrap_or_default()],
            ),
            ..Endpoint::default()
        },
        transport: Some(if numbers.below(3) == 0 { "udp" } else { "tcp" }),
        bytes: Some(40 + numbers.below(1400)),
        routeros: RouterOs {
            chain: Some("forward"),
            ..RouterOs::default()
        },
        ..Event::default()
    }
}

/// An entry of any kind.
fn mixed(numbers: &mut Numbers, index: u64) -> Event<'static> {
    let mut event = firewall(numbers, index);
    match numbers.below(12) {
        0 => {
            event.source.nat_ip = Some(numbers.v4([203, 0, 113, 0], 256));
            event.source.nat_port = Some(numbers.port());
        }
        1 => {
            event.source.ip = Some(IpAddr::V6(Ipv6Addr::from_bits(
                0x2001_0db8 << 96 | u128::from(numbers.below(9999)),
            )));
            event.destination.ip = Some(IpAddr::V6(Ipv6Addr::LOCALHOST));
            event.transport = Some("58");
            (event.source.port, event.destination.port) = (None, None);
        }
        2 => {
            event = Event {
                timestamp: event.timestamp,
                provider: "8bells",
                category: Category::AUTHENTICATION,
                outcome: Some(Outcome::Failure),
                user: Some("o'brien \"\\ é \u{1}"),
                source: Endpoint {
                    ip: event.source.ip,
                    ..Endpoint::default()
                },
                ..Event::default()
            };
        }
        3 => {
            event = Event {
                timestamp: event.timestamp.filter(|_| numbers.below(4) > 0),
                provider: "dpc",
                category: Category::EMAIL,
                email_addresses: &[
                    "maria@x.example",
                    "Eve+1@Mail.Y.example",
                    "o'brien@x.example",
                ],
                ..Event::default()
            };
        }
        4 => event.timestamp = None,
        5 => {
            event.provider = "exus \"é\"";
            event.timestamp = event.timestamp.map(|time| {
                Timestamp(time.0 + i64::try_from(numbers.below(1_000_000_000)).unwrap_or_default())
            });
            event.extra = &[
                ("dns.question.name", "\"WWW.Example.com.\""),
                ("url.original", "\"http://x.example/a b<c>'\\\"é\""),
            ];
        }
        6 => (event.transport, event.destination.ip) = (Some("253"), None),
        7 => event.destination.ip = event.source.ip,
        _ => {}
    }
    event
}

#[allow(clippy::disallowed_methods)] // to measure is what this is for
fn cpu_seconds() -> f64 {
    let stat = std::fs::read("/proc/self/schedstat").unwrap_or_default();
    let nanos = String::from_utf8_lossy(&stat)
        .split(' ')
        .next()
        .and_then(|nanos| nanos.parse::<f64>().ok());
    nanos.unwrap_or(f64::NAN) / 1e9
}

fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut numbers = Numbers(7);
    let mut composer = Composer::new(Options::default());
    let mut out = Vec::new();
    if let [verb, count] = arguments.as_slice()
        && verb == "print"
    {
        for index in 0..count.parse().unwrap_or(100) {
            composer.bundle(&mixed(&mut numbers, index), &mut out);
        }
        return std::io::stdout().write_all(&out);
    }
    let events: Vec<_> = (0..400_000)
        .map(|index| firewall(&mut numbers, index))
        .collect();
    let mut report = String::new();
    for _ in 0..5 {
        let mut bytes = 0;
        let before = cpu_seconds();
        for batch in events.chunks(1000) {
            out.clear();
            for event in batch {
                composer.bundle(event, &mut out);
            }
            bytes += out.len();
        }
        let seconds = cpu_seconds() - before;
        #[allow(clippy::cast_precision_loss)] // far below 2^53
        let (count, bytes) = (events.len() as f64, bytes as f64);
        let _ = writeln!(
            report,
            "{:.0} bundles per CPU second, {:.0} bytes each, {:.0} MB per CPU second",
            count / seconds,
            bytes / count,
            bytes / seconds / 1e6
        );
    }
    std::io::stdout().write_all(report.as_bytes())
}
