//! Writes an event as one of the sensor versions would: the schema drifts from version to version.

use super::event::{ATTACKS, Event, TRANSPORTS};
use crate::clock::{EPOCH, SECOND, iso};
use crate::text::{Address, MacText, int, ip, json, json_escaped, mac, padded};

/// How a version writes the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Time {
    /// RFC 3339 with so many digits of fraction.
    Rfc3339(usize),
    /// RFC 3339 two hours east, with so many digits of fraction.
    East(usize),
    /// Seconds since 1970.
    Seconds,
    /// Milliseconds since 1970.
    Millis,
    /// Microseconds since 1970.
    Micros,
}

/// How a version writes what it does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unset {
    /// The key is absent.
    Absent,
    /// `null`
    Null,
    /// `""`
    Empty,
    /// `"-"`
    Dash,
}

/// One sensor version.
#[derive(Debug, Clone, Copy)]
#[allow(clippy::struct_excessive_bools)] // Independent habits of a version.
pub(super) struct Version {
    time_key: &'static str,
    pub(super) time: Time,
    /// Numbers of time and ports are strings.
    numbers_as_text: bool,
    /// Keys of source ip, port, mac, destination ip, port; none where `source` and `destination`
    /// are objects.
    ends: Option<[&'static str; 5]>,
    protocol_key: &'static str,
    /// Upper-case transport.
    shouting: bool,
    attack_key: &'static str,
    user_key: &'static str,
    unset: Unset,
    mac: MacText,
    /// Escapes in strings that need not be.
    escapes: bool,
    /// A blank after colons and commas.
    airy: bool,
}

/// The versions in the field. Cut objects are written by the first, whose first members are time,
/// source and port.
pub(super) const VERSIONS: [Version; 8] = [
    Version {
        time_key: "timestamp",
        time: Time::Rfc3339(0),
        numbers_as_text: false,
        ends: Some(["src_ip", "src_port", "src_mac", "dst_ip", "dst_port"]),
        protocol_key: "protocol",
        shouting: true,
        attack_key: "attack",
        user_key: "user",
        unset: Unset::Absent,
        mac: MacText::Colon,
        escapes: false,
        airy: true,
    },
    Version {
        time_key: "@timestamp",
        time: Time::Rfc3339(3),
        numbers_as_text: false,
        ends: Some([
            "source_ip",
            "source_port",
            "source_mac",
            "destination_ip",
            "destination_port",
        ]),
        protocol_key: "proto",
        shouting: false,
        attack_key: "attack_type",
        user_key: "username",
        unset: Unset::Null,
        mac: MacText::Dash,
        escapes: true,
        airy: false,
    },
    Version {
        time_key: "time",
        time: Time::Millis,
        numbers_as_text: false,
        ends: Some([
            "sourceIp",
            "sourcePort",
            "source_mac",
            "destinationIp",
            "destinationPort",
        ]),
        protocol_key: "protocol",
        shouting: true,
        attack_key: "attackType",
        user_key: "username",
        unset: Unset::Empty,
        mac: MacText::Upper,
        escapes: false,
        airy: false,
    },
    Version {
        time_key: "ts",
        time: Time::Seconds,
        numbers_as_text: true,
        ends: Some([
            "source.ip",
            "source.port",
            "source.mac",
            "destination.ip",
            "destination.port",
        ]),
        protocol_key: "network.transport",
        shouting: false,
        attack_key: "attack",
        user_key: "user.name",
        unset: Unset::Dash,
        mac: MacText::Colon,
        escapes: false,
        airy: true,
    },
    Version {
        time_key: "@timestamp",
        time: Time::Micros,
        numbers_as_text: false,
        ends: None,
        protocol_key: "network.transport",
        shouting: false,
        attack_key: "attack_name",
        user_key: "user.name",
        unset: Unset::Absent,
        mac: MacText::Dotted,
        escapes: true,
        airy: false,
    },
    Version {
        time_key: "time",
        time: Time::East(6),
        numbers_as_text: false,
        ends: None,
        protocol_key: "proto",
        shouting: true,
        attack_key: "attack_type",
        user_key: "user",
        unset: Unset::Null,
        mac: MacText::Colon,
        escapes: false,
        airy: true,
    },
    Version {
        time_key: "ts",
        time: Time::Millis,
        numbers_as_text: true,
        ends: Some(["src_ip", "src_port", "src_mac", "dst_ip", "dst_port"]),
        protocol_key: "proto",
        shouting: false,
        attack_key: "attack_name",
        user_key: "user",
        unset: Unset::Empty,
        mac: MacText::Bare,
        escapes: false,
        airy: false,
    },
    Version {
        time_key: "timestamp",
        time: Time::Seconds,
        numbers_as_text: false,
        ends: Some([
            "source_ip",
            "source_port",
            "src_mac",
            "destination_ip",
            "destination_port",
        ]),
        protocol_key: "protocol",
        shouting: true,
        attack_key: "attackType",
        user_key: "username",
        unset: Unset::Dash,
        mac: MacText::Upper,
        escapes: false,
        airy: false,
    },
];

impl Version {
    /// Microseconds that the version can tell apart.
    pub(super) fn grain(&self) -> u64 {
        match self.time {
            Time::Rfc3339(3) | Time::Millis => 1_000,
            Time::Micros | Time::East(_) => 1,
            Time::Rfc3339(_) | Time::Seconds => SECOND,
        }
    }
}

/// What is destroyed or bent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Harm {
    /// Nothing.
    #[default]
    None,
    /// `,}` at the end.
    TrailingComma,
    /// The object ends early: so many of its members are left.
    Cut(usize),
    /// The MAC lacks its end.
    Mac,
    /// The source has an octet above 255.
    Source(u16),
    /// The destination has an octet above 255.
    Destination(u16),
    /// A time that never was, by choice of three.
    Time(u8),
}

/// Writes members and their commas.
struct Members<'a> {
    o: &'a mut Vec<u8>,
    version: &'a Version,
    written: usize,
    most: usize,
}

impl Members<'_> {
    /// Appends comma and key; false where the object is cut before it.
    fn key(&mut self, key: &str) -> bool {
        if self.written == self.most {
            return false;
        }
        if self.written > 0 {
            self.o.push(b',');
            if self.version.airy {
                self.o.push(b' ');
            }
        }
        self.written += 1;
        self.o.push(b'"');
        self.o.extend_from_slice(key.as_bytes());
        self.o
            .extend_from_slice(if self.version.airy { b"\": " } else { b"\":" });
        true
    }

    fn text(&mut self, key: &str, value: &str) {
        if value.is_empty() {
            self.unset(key);
        } else if self.key(key) {
            if self.version.escapes {
                json_escaped(self.o, value);
            } else {
                json(self.o, value);
            }
        }
    }

    fn unset(&mut self, key: &str) {
        let value: &[u8] = match self.version.unset {
            Unset::Absent => return,
            Unset::Null => b"null",
            Unset::Empty => b"\"\"",
            Unset::Dash => b"\"-\"",
        };
        if self.key(key) {
            self.o.extend_from_slice(value);
        }
    }

    fn number(&mut self, key: &str, value: Option<u64>) {
        match value {
            None => self.unset(key),
            Some(value) => {
                if self.key(key) {
                    self.quoted(self.version.numbers_as_text, |o| int(o, value));
                }
            }
        }
    }

    fn quoted(&mut self, quotes: bool, write: impl FnOnce(&mut Vec<u8>)) {
        if quotes {
            self.o.push(b'"');
        }
        write(self.o);
        if quotes {
            self.o.push(b'"');
        }
    }

    fn address(&mut self, key: &str, value: Address, octet: Option<u16>) {
        if !self.key(key) {
            return;
        }
        self.quoted(true, |o| match (octet, value) {
            (Some(octet), Address::V4(bits)) => {
                let [a, b, c, d] = bits.to_be_bytes();
                // One place of four, so that two addresses can leave the same text.
                let mut parts = [a, b, c, d].map(u64::from);
                parts[usize::from(octet % 4)] = u64::from(octet);
                for (i, part) in parts.into_iter().enumerate() {
                    if i > 0 {
                        o.push(b'.');
                    }
                    int(o, part);
                }
            }
            _ => ip(o, value),
        });
    }

    fn mac(&mut self, key: &str, value: Option<[u8; 6]>, cut: bool) {
        match value {
            None => self.unset(key),
            Some(card) => {
                let spelling = if cut { MacText::Cut } else { self.version.mac };
                if self.key(key) {
                    self.quoted(true, |o| mac(o, card, spelling));
                }
            }
        }
    }

    fn time(&mut self, event: &Event, harm: Harm) {
        if !self.key(self.version.time_key) {
            return;
        }
        if let Harm::Time(choice) = harm {
            let never: &[u8] = match choice {
                0 => b"\"2023-02-30T25:61:00Z\"",
                1 => b"\"2023-13-07T10:00:00Z\"",
                _ => b"\"yesterday\"",
            };
            self.o.extend_from_slice(never);
            return;
        }
        let unix = EPOCH + event.second();
        let micros = event.at % SECOND;
        match self.version.time {
            Time::Rfc3339(digits) => self.quoted(true, |o| {
                iso(o, event.at, b'T', digits);
                o.push(b'Z');
            }),
            Time::East(digits) => self.quoted(true, |o| {
                iso(o, event.at + 2 * 3600 * SECOND, b'T', digits);
                o.extend_from_slice(b"+02:00");
            }),
            Time::Seconds => self.quoted(self.version.numbers_as_text, |o| int(o, unix)),
            Time::Millis => self.quoted(self.version.numbers_as_text, |o| {
                int(o, unix);
                padded(o, micros / 1_000, 3);
            }),
            Time::Micros => self.quoted(self.version.numbers_as_text, |o| {
                int(o, unix);
                padded(o, micros, 6);
            }),
        }
    }
}

/// Appends the object.
pub(super) fn object(event: &Event, version: &Version, spelling: u8, harm: Harm, o: &mut Vec<u8>) {
    let most = if let Harm::Cut(members) = harm {
        members
    } else {
        usize::MAX
    };
    o.push(b'{');
    let mut m = Members {
        o,
        version,
        written: 0,
        most,
    };
    m.time(event, harm);
    let source_octet = if let Harm::Source(octet) = harm {
        Some(octet)
    } else {
        None
    };
    let other_octet = if let Harm::Destination(octet) = harm {
        Some(octet)
    } else {
        None
    };
    let cut_mac = harm == Harm::Mac;
    let port = event.source_port.map(u64::from);
    let other_port = event.destination_port.map(u64::from);
    if let Some(
        [
            source,
            source_port,
            source_mac,
            destination,
            destination_port,
        ],
    ) = version.ends
    {
        m.address(source, event.source, source_octet);
        m.number(source_port, port);
        m.address(destination, event.destination, other_octet);
        m.number(destination_port, other_port);
        m.mac(source_mac, event.source_mac, cut_mac);
    } else {
        for source in [true, false] {
            m.key(if source { "source" } else { "destination" });
            m.o.push(b'{');
            let mut inner = Members {
                o: &mut *m.o,
                version,
                written: 0,
                most: usize::MAX,
            };
            if source {
                inner.address("ip", event.source, source_octet);
                inner.number("port", port);
                inner.mac("mac", event.source_mac, cut_mac);
            } else {
                inner.address("ip", event.destination, other_octet);
                inner.number("port", other_port);
            }
            m.o.push(b'}');
        }
    }
    let transport = TRANSPORTS[usize::from(event.transport)];
    if version.shouting {
        m.text(version.protocol_key, &transport.to_ascii_uppercase());
    } else {
        m.text(version.protocol_key, transport);
    }
    let spellings = ATTACKS[usize::from(event.attack)].1;
    m.text(
        version.attack_key,
        spellings[usize::from(spelling) % spellings.len()],
    );
    if event.severity == 0 {
        m.unset("severity");
    } else if m.key("severity") {
        int(m.o, u64::from(event.severity));
    }
    m.text(version.user_key, event.user);
    m.text("payload", &event.payload);
    match harm {
        Harm::Cut(_) => {
            // The begin of the next key, which names nothing yet.
            o.extend_from_slice(if spelling & 1 == 0 { b", \"d" } else { b"," });
        }
        Harm::TrailingComma => o.extend_from_slice(b",}"),
        _ => o.push(b'}'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Event {
        Event {
            at: 3_000_000,
            source: Address::V4(0xc633_6407),
            source_port: Some(41_000),
            source_mac: Some([0, 0x17, 0x10, 0x88, 0xbc, 2]),
            destination: Address::V4(0xac10_0a01),
            destination_port: Some(443),
            transport: 1,
            attack: 1,
            payload: "id=1' OR '1'='1".to_owned(),
            user: "",
            severity: 8,
        }
    }

    fn written(version: usize, harm: Harm) -> String {
        let mut out = Vec::new();
        object(&sample(), &VERSIONS[version], 0, harm, &mut out);
        String::from_utf8(out).expect("ASCII")
    }

    #[test]
    fn versions_differ_and_are_json() {
        let mut seen = std::collections::BTreeSet::new();
        for version in 0..VERSIONS.len() {
            let text = written(version, Harm::None);
            let event: serde_json::Value = serde_json::from_str(&text).expect("JSON");
            assert_eq!(event["payload"], sample().payload);
            assert!(seen.insert(text));
        }
        assert_eq!(
            written(3, Harm::None),
            r#"{"ts": "1677628803", "source.ip": "198.51.100.7", "source.port": "41000", "destination.ip": "172.16.10.1", "destination.port": "443", "source.mac": "00:17:10:88:bc:02", "network.transport": "tcp", "attack": "SQL Injection", "severity": 8, "user.name": "-", "payload": "id=1' OR '1'='1"}"#
        );
        assert_eq!(
            written(4, Harm::None),
            r#"{"@timestamp":1677628803000000,"source":{"ip":"198.51.100.7","port":41000,"mac":"0017.1088.bc02"},"destination":{"ip":"172.16.10.1","port":443},"network.transport":"tcp","attack_name":"SQL Injection","severity":8,"payload":"id=1\u0027 OR \u00271\u0027=\u00271"}"#
        );
    }

    #[test]
    fn harm() {
        assert_eq!(
            written(0, Harm::Cut(3)),
            r#"{"timestamp": "2023-03-01T00:00:03Z", "src_ip": "198.51.100.7", "src_port": 41000, "d"#
        );
        assert!(written(2, Harm::TrailingComma).ends_with(",}"));
        assert!(written(0, Harm::Source(301)).contains(r#""src_ip": "198.301.100.7""#));
        assert!(written(0, Harm::Mac).contains(r#""src_mac": "00:17:10:88""#));
        assert!(written(2, Harm::Time(1)).starts_with(r#"{"time":"2023-13-07T10:00:00Z""#));
    }
}
