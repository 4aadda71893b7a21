//! The peer of `aidos extract`: what an engineer writes in an afternoon with the usual crates, and writes
//! well. One regular expression a line, captures into a struct, `serde_json` out; buffers are used again.
//!
//! It does less than Aidos: no damaged line is repaired, no duplicate found, no encoding told, nothing of a
//! line that does not match is kept.
//!
//!     peer-regex FILE > entries.jsonl

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::net::IpAddr;

use chrono::{DateTime, NaiveDateTime};
use regex::Regex;
use serde::Serialize;

// `[0-9]` and not `\d`, which means the digits of all scripts and is slower.
const PATTERN: &str = r"(?x)
    ^(?:<[0-9]+>)?
    (?P<stamp>
        [A-Z][a-z]{2}/[0-9][0-9]/[0-9]{4}\ [0-9][0-9]:[0-9][0-9]:[0-9][0-9]
      | [0-9]{4}-[0-9][0-9]-[0-9][0-9][\ T][0-9][0-9]:[0-9][0-9]:[0-9][0-9](?:\.[0-9]+)?(?:Z|[+-][0-9][0-9]:[0-9][0-9])?
    )
    (?:\ (?P<host>[0-9A-Za-z.:_-]+))??
    \ (?P<topics>[a-z]+(?:,[a-z]+)*)
    \ (?:(?P<prefix>.+?)\ )??
    (?P<chain>[0-9A-Za-z_-]+):
    \ in:(?P<in>.+?)\ out:(?P<out>.+?),
    \ (?:connection-mark:(?P<mark>[^\ ]+)\ )?
    (?:connection-state:(?P<state>[a-z,]+)\ )?
    (?:src-mac\ (?P<mac>[0-9A-Fa-f:]{17}),\ )?
    (?:packet-mark:(?P<pmark>[^\ ]+)\ )?
    proto\ (?P<proto>[0-9A-Za-z-]+)(?:\ \((?P<detail>[^)]*)\))?,
    \ (?P<src>\[[0-9A-Fa-f:.]+\]|[0-9.]+|[0-9A-Fa-f:]+?)(?::(?P<sport>[0-9]{1,5}))?
    ->(?P<dst>\[[0-9A-Fa-f:.]+\]|[0-9.]+|[0-9A-Fa-f:]+?)(?::(?P<dport>[0-9]{1,5}))?
    (?:,\ NAT\ (?P<nat>[^\ ]+))?
    ,\ len\ (?P<len>[0-9]+)$";

#[derive(Serialize)]
struct Entry<'a> {
    #[serde(rename = "@timestamp")]
    timestamp: String,
    event: Kind,
    source: End<'a>,
    destination: End<'a>,
    network: Network,
    observer: Observer<'a>,
    related: Related,
    log: Log<'a>,
    aidos: Rest<'a>,
    message: &'a str,
}

#[derive(Serialize)]
struct Kind {
    provider: &'static str,
    kind: &'static str,
    category: [&'static str; 1],
}

#[derive(Serialize)]
struct End<'a> {
    ip: IpAddr,
    #[serde(skip_serializing_if = "Option::is_none")]
    port: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mac: Option<&'a str>,
}

#[derive(Serialize)]
struct Network {
    transport: String,
    bytes: u64,
}

#[derive(Serialize)]
struct Observer<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    hostname: Option<&'a str>,
    ingress: &'a str,
    egress: &'a str,
}

#[derive(Serialize)]
struct Related {
    ip: [IpAddr; 2],
}

#[derive(Serialize)]
struct Log<'a> {
    path: &'a str,
    line: u64,
}

#[derive(Serialize)]
struct Rest<'a> {
    topics: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    prefix: Option<&'a str>,
    chain: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mark: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nat: Option<&'a str>,
}

fn timestamp(text: &str) -> Option<String> {
    let naive = NaiveDateTime::parse_from_str(text, "%b/%d/%Y %H:%M:%S")
        .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f"))
        .ok()
        .map(|naive| naive.and_utc())
        .or_else(|| DateTime::parse_from_rfc3339(text).ok().map(|time| time.to_utc()))?;
    Some(naive.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("usage: peer-regex FILE")?;
    let pattern = Regex::new(PATTERN)?;
    let mut slots = pattern.capture_locations();
    let names: Vec<&str> = pattern.capture_names().map(Option::unwrap_or_default).collect();
    let at = |name: &str| names.iter().position(|known| *known == name).unwrap_or_default();
    let [stamp, host, topics, prefix, chain, inward, outward, mark, state, mac, proto, detail] = [
        "stamp", "host", "topics", "prefix", "chain", "in", "out", "mark", "state", "mac", "proto", "detail",
    ]
    .map(at);
    let [src, sport, dst, dport, nat, len] = ["src", "sport", "dst", "dport", "nat", "len"].map(at);

    let mut lines = BufReader::with_capacity(1 << 20, File::open(&path)?);
    let mut out = BufWriter::with_capacity(1 << 20, io::stdout().lock());
    let mut line = String::new();
    let (mut number, mut matched) = (0_u64, 0_u64);
    loop {
        line.clear();
        if lines.read_line(&mut line)? == 0 {
            break;
        }
        number += 1;
        let text = line.trim_end_matches(['\r', '\n']);
        if pattern.captures_read(&mut slots, text).is_none() {
            continue;
        }
        let get = |slot: usize| slots.get(slot).and_then(|(from, to)| text.get(from..to));
        let ip = |slot: usize| {
            get(slot).and_then(|ip| ip.trim_matches(['[', ']']).parse::<IpAddr>().ok())
        };
        let port = |slot: usize| get(slot).and_then(|port| port.parse().ok());
        let (Some(timestamp), Some(source), Some(destination)) =
            (get(stamp).and_then(timestamp), ip(src), ip(dst))
        else {
            continue;
        };
        let entry = Entry {
            timestamp,
            event: Kind { provider: "8bells", kind: "event", category: ["network"] },
            source: End { ip: source, port: port(sport), mac: get(mac) },
            destination: End { ip: destination, port: port(dport), mac: None },
            network: Network {
                transport: get(proto).unwrap_or_default().to_ascii_lowercase(),
                bytes: get(len).and_then(|len| len.parse().ok()).unwrap_or_default(),
            },
            observer: Observer {
                hostname: get(host),
                ingress: get(inward).unwrap_or_default(),
                egress: get(outward).unwrap_or_default(),
            },
            related: Related { ip: [source, destination] },
            log: Log { path: &path, line: number },
            aidos: Rest {
                topics: get(topics).unwrap_or_default(),
                prefix: get(prefix),
                chain: get(chain).unwrap_or_default(),
                state: get(state),
                detail: get(detail),
                mark: get(mark),
                nat: get(nat),
            },
            message: text,
        };
        serde_json::to_writer(&mut out, &entry)?;
        out.write_all(b"\n")?;
        matched += 1;
    }
    out.flush()?;
    eprintln!("{matched} of {number} lines");
    Ok(())
}
