//! What a sensor event says, and its truth.

use crate::clock::{self, Moment, SECOND};
use crate::random::mix;
use crate::text::{Address, MacText, int, ip, json, mac};

/// Canonical attack names with the spellings of the sensors; the first is none.
pub(super) const ATTACKS: [(&str, &[&str]); 8] = [
    ("", &[""]),
    (
        "sql_injection",
        &[
            "SQL Injection",
            "sqli",
            "SQL_INJECTION",
            "sql-injection",
            "sql injection",
        ],
    ),
    (
        "port_scan",
        &[
            "Port Scan",
            "portscan",
            "PORT_SCAN",
            "port-scan",
            "PortScan",
        ],
    ),
    (
        "brute_force",
        &[
            "brute force",
            "BruteForce",
            "BRUTE_FORCE",
            "brute-force",
            "Brute Force",
        ],
    ),
    ("ddos", &["DDoS", "ddos", "DDOS"]),
    ("xss", &["XSS", "xss"]),
    ("botnet", &["Botnet", "botnet", "BOTNET"]),
    (
        "path_traversal",
        &[
            "Path Traversal",
            "path_traversal",
            "PATH_TRAVERSAL",
            "path-traversal",
        ],
    ),
];

/// Indices into [`ATTACKS`].
pub(super) mod attack {
    pub(in crate::sensor) const SQL_INJECTION: u8 = 1;
    pub(in crate::sensor) const PORT_SCAN: u8 = 2;
    pub(in crate::sensor) const BRUTE_FORCE: u8 = 3;
    pub(in crate::sensor) const DDOS: u8 = 4;
    pub(in crate::sensor) const XSS: u8 = 5;
    pub(in crate::sensor) const BOTNET: u8 = 6;
    pub(in crate::sensor) const PATH_TRAVERSAL: u8 = 7;
}

/// Transports; the first is none.
pub(super) const TRANSPORTS: [&str; 4] = ["", "tcp", "udp", "icmp"];

/// One event before any dirt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) at: Moment,
    pub(super) source: Address,
    pub(super) source_port: Option<u16>,
    pub(super) source_mac: Option<[u8; 6]>,
    pub(super) destination: Address,
    pub(super) destination_port: Option<u16>,
    /// Index into [`TRANSPORTS`].
    pub(super) transport: u8,
    /// Index into [`ATTACKS`].
    pub(super) attack: u8,
    /// Empty for none.
    pub(super) payload: String,
    /// Empty for none.
    pub(super) user: &'static str,
    /// 1 to 10, 0 for none.
    pub(super) severity: u8,
}

impl Event {
    /// The second in which the event is shown.
    pub(super) fn second(&self) -> u64 {
        self.at / SECOND
    }

    /// A number that differs for events that differ in their ends or attack; the rest is left out,
    /// so events must differ in these.
    pub(super) fn key(&self) -> u64 {
        let port = |port: Option<u16>| port.map_or(1 << 16, u64::from);
        let key = mix(self.source.key() ^ port(self.source_port) << 40);
        let key = mix(key ^ self.destination.key() ^ port(self.destination_port) << 40);
        mix(key ^ u64::from(self.attack) << 8 ^ u64::from(self.transport))
    }

    /// Appends the true entry.
    pub(super) fn truth(&self, o: &mut Vec<u8>) {
        o.extend_from_slice(b"{\"@timestamp\":\"");
        clock::stix(o, self.at);
        o.extend_from_slice(
            b"\",\"event\":{\"provider\":\"exus\",\"kind\":\"alert\",\
              \"category\":[\"intrusion_detection\"]",
        );
        if self.attack > 0 {
            o.extend_from_slice(b",\"action\":\"");
            o.extend_from_slice(ATTACKS[usize::from(self.attack)].0.as_bytes());
            o.push(b'"');
        }
        if self.severity > 0 {
            o.extend_from_slice(b",\"severity\":");
            int(o, u64::from(self.severity));
        }
        o.extend_from_slice(b"},\"source\":{\"ip\":\"");
        ip(o, self.source);
        o.push(b'"');
        port(o, self.source_port);
        if let Some(card) = self.source_mac {
            o.extend_from_slice(b",\"mac\":\"");
            mac(o, card, MacText::Colon);
            o.push(b'"');
        }
        o.extend_from_slice(b"},\"destination\":{\"ip\":\"");
        ip(o, self.destination);
        o.push(b'"');
        port(o, self.destination_port);
        o.push(b'}');
        if self.transport > 0 {
            o.extend_from_slice(b",\"network\":{\"transport\":\"");
            o.extend_from_slice(TRANSPORTS[usize::from(self.transport)].as_bytes());
            o.extend_from_slice(b"\"}");
        }
        if !self.user.is_empty() {
            o.extend_from_slice(b",\"user\":{\"name\":");
            json(o, self.user);
            o.push(b'}');
        }
        if !self.payload.is_empty() {
            o.extend_from_slice(b",\"aidos\":{\"exus\":{\"payload\":");
            json(o, &self.payload);
            o.extend_from_slice(b"}}");
        }
        o.push(b'}');
    }
}

fn port(o: &mut Vec<u8>, port: Option<u16>) {
    if let Some(port) = port {
        o.extend_from_slice(b",\"port\":");
        int(o, u64::from(port));
    }
}
