//! The other peer of `aidos extract`: one regular expression a line as such scripts are usually written, with
//! the shorthand classes, captures by name, and a `serde_json` value a line. [`peer_regex`](../peer_regex)
//! is the same written for speed.
//!
//!     peer_plain FILE > entries.jsonl

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::net::IpAddr;

use chrono::{DateTime, NaiveDateTime};
use regex::Regex;
use serde_json::{Map, Value, json};

const PATTERN: &str = r"(?x)
    ^(?:<\d+>)?
    (?P<stamp>[A-Z][a-z]{2}/\d\d/\d{4}\ \d\d:\d\d:\d\d
      | \d{4}-\d\d-\d\d[\ T]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?)
    (?:\ (?P<host>[\w.:-]+))??
    \ (?P<topics>[a-z]+(?:,[a-z]+)*)
    \ (?:(?P<prefix>.+?)\ )??
    (?P<chain>[\w-]+):
    \ in:(?P<in>.+?)\ out:(?P<out>.+?),
    \ (?:connection-mark:(?P<mark>\S+)\ )?
    (?:connection-state:(?P<state>[a-z,]+)\ )?
    (?:src-mac\ (?P<mac>[0-9A-Fa-f:]{17}),\ )?
    (?:packet-mark:\S+\ )?
    proto\ (?P<proto>[\w-]+)(?:\ \((?P<detail>[^)]*)\))?,
    \ (?P<src>\[[0-9A-Fa-f:.]+\]|[\d.]+|[0-9A-Fa-f:]+?)(?::(?P<sport>\d{1,5}))?
    ->(?P<dst>\[[0-9A-Fa-f:.]+\]|[\d.]+|[0-9A-Fa-f:]+?)(?::(?P<dport>\d{1,5}))?
    (?:,\ NAT\ (?P<nat>\S+))?
    ,\ len\ (?P<len>\d+)$";

fn timestamp(text: &str) -> Option<String> {
    let naive = NaiveDateTime::parse_from_str(text, "%b/%d/%Y %H:%M:%S")
        .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f"))
        .ok()
        .map(|naive| naive.and_utc())
        .or_else(|| DateTime::parse_from_rfc3339(text).ok().map(|time| time.to_utc()))?;
    Some(naive.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("usage: peer_plain FILE")?;
    let pattern = Regex::new(PATTERN)?;
    let mut out = BufWriter::new(io::stdout().lock());
    let (mut number, mut matched) = (0_u64, 0_u64);
    for line in BufReader::new(File::open(&path)?).lines() {
        let line = line?;
        number += 1;
        let Some(found) = pattern.captures(&line) else { continue };
        let text = |name: &str| found.name(name).map(|part| part.as_str());
        let ip = |name: &str| text(name)?.trim_matches(['[', ']']).parse::<IpAddr>().ok();
        let number_of = |name: &str| text(name)?.parse::<u64>().ok();
        let (Some(time), Some(source), Some(destination)) =
            (text("stamp").and_then(timestamp), ip("src"), ip("dst"))
        else {
            continue;
        };
        let end = |ip: IpAddr, port: Option<u64>, mac: Option<&str>| {
            let mut end = Map::new();
            end.insert("ip".into(), json!(ip));
            if let Some(port) = port {
                end.insert("port".into(), json!(port));
            }
            if let Some(mac) = mac {
                end.insert("mac".into(), json!(mac));
            }
            Value::Object(end)
        };
        let mut rest = Map::new();
        for name in ["topics", "prefix", "chain", "state", "detail", "mark", "nat"] {
            if let Some(part) = text(name) {
                rest.insert(name.into(), json!(part));
            }
        }
        let entry = json!({
            "@timestamp": time,
            "event": {"provider": "8bells", "kind": "event", "category": ["network"]},
            "source": end(source, number_of("sport"), text("mac")),
            "destination": end(destination, number_of("dport"), None),
            "network": {
                "transport": text("proto").unwrap_or_default().to_lowercase(),
                "bytes": number_of("len"),
            },
            "observer": {"hostname": text("host"), "ingress": text("in"), "egress": text("out")},
            "related": {"ip": [source, destination]},
            "log": {"path": path, "line": number},
            "aidos": rest,
            "message": line,
        });
        writeln!(out, "{entry}")?;
        matched += 1;
    }
    out.flush()?;
    eprintln!("{matched} of {number} lines");
    Ok(())
}
