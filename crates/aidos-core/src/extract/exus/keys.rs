//! What the keys of attack events mean, in whatever spelling.
//!
//! A key is its path from the row's object, dots between (`source.ip`); it is folded before it is looked
//! up: letters in lower case, `_`, `-`, `.`, blanks and `@` left out. So `sourceIp`, `SOURCE_IP`,
//! `source-ip` and `{"source": {"ip": …}}` are one key.

/// A field that a key may stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    Time,
    SourceIp,
    SourcePort,
    SourceMac,
    DestinationIp,
    DestinationPort,
    DestinationMac,
    Transport,
    Attack,
    Payload,
    User,
    Severity,
    Bytes,
    Hostname,
}

/// How many slots there are.
pub(super) const SLOTS: usize = 14;

impl Slot {
    /// All of them, in the order in which the cleansed row shows them.
    pub(super) const ALL: [Self; SLOTS] = [
        Self::Time,
        Self::SourceIp,
        Self::SourcePort,
        Self::SourceMac,
        Self::DestinationIp,
        Self::DestinationPort,
        Self::DestinationMac,
        Self::Transport,
        Self::Attack,
        Self::Payload,
        Self::User,
        Self::Severity,
        Self::Bytes,
        Self::Hostname,
    ];

    /// Its key in a cleansed row; the best of its spellings.
    pub(super) const fn key(self) -> &'static str {
        match self {
            Self::Time => "timestamp",
            Self::SourceIp => "source_ip",
            Self::SourcePort => "source_port",
            Self::SourceMac => "source_mac",
            Self::DestinationIp => "destination_ip",
            Self::DestinationPort => "destination_port",
            Self::DestinationMac => "destination_mac",
            Self::Transport => "transport",
            Self::Attack => "attack_type",
            Self::Payload => "payload",
            Self::User => "user",
            Self::Severity => "severity",
            Self::Bytes => "bytes",
            Self::Hostname => "hostname",
        }
    }

    /// Its field in ECS words.
    pub(super) const fn field(self) -> &'static str {
        match self {
            Self::Time => "@timestamp",
            Self::SourceIp => "source.ip",
            Self::SourcePort => "source.port",
            Self::SourceMac => "source.mac",
            Self::DestinationIp => "destination.ip",
            Self::DestinationPort => "destination.port",
            Self::DestinationMac => "destination.mac",
            Self::Transport => "network.transport",
            Self::Attack => "event.action",
            Self::Payload => "aidos.exus.payload",
            Self::User => "user.name",
            Self::Severity => "event.severity",
            Self::Bytes => "network.bytes",
            Self::Hostname => "log.syslog.hostname",
        }
    }
}

/// What a key stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Meaning {
    /// The field.
    pub(super) slot: Slot,
    /// How sure the spelling is: of several keys for a field the one with the lowest rank counts.
    pub(super) rank: u8,
    /// Whether the key is a mere word (`source`, `target`), whose value need not be an address.
    pub(super) is_bare: bool,
}

/// A folded key.
pub(super) struct Folded {
    bytes: [u8; Self::LONGEST],
    len: usize,
}

impl Folded {
    /// No known key is longer.
    const LONGEST: usize = 32;

    /// Folds a key; `None` where it is longer than any known one or not of ASCII.
    #[inline]
    pub(super) fn of(key: &str) -> Option<Self> {
        let mut bytes = [0; Self::LONGEST];
        let mut len = 0;
        for byte in key.bytes() {
            let byte = match byte {
                b'_' | b'-' | b'.' | b' ' | b'@' => continue,
                b'A'..=b'Z' => byte | 0x20,
                0x80.. => return None,
                _ => byte,
            };
            *bytes.get_mut(len)? = byte;
            len += 1;
        }
        Some(Self { bytes, len })
    }

    fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    /// Whether an object at this key may hold members that are known by their whole path.
    pub(super) fn is_container(&self) -> bool {
        matches!(
            self.as_bytes(),
            b"source"
                | b"src"
                | b"attacker"
                | b"destination"
                | b"dest"
                | b"dst"
                | b"victim"
                | b"target"
                | b"network"
                | b"event"
                | b"attack"
                | b"user"
                | b"host"
                | b"sensor"
                | b"log"
                | b"logsyslog"
        )
    }

    /// What the key stands for; `None` where it is not known.
    #[inline]
    pub(super) fn meaning(&self) -> Option<Meaning> {
        let key = self.as_bytes();
        let (slot, rank) = match *key.first()? {
            b's' | b'd' | b'v' | b't' | b'a' | b'i' | b'm' | b'e' | b'p' => {
                if let Some(found) = endpoint(key) {
                    return Some(found);
                }
                other(key)?
            }
            _ => other(key)?,
        };
        Some(Meaning {
            slot,
            rank,
            is_bare: false,
        })
    }
}

fn other(key: &[u8]) -> Option<(Slot, u8)> {
    Some(match key {
        b"timestamp" => (Slot::Time, 0),
        b"time" => (Slot::Time, 1),
        b"ts" => (Slot::Time, 2),
        b"eventtime" | b"eventtimestamp" => (Slot::Time, 3),
        b"datetime" => (Slot::Time, 4),
        b"date" => (Slot::Time, 5),
        b"transport" => (Slot::Transport, 0),
        b"networktransport" => (Slot::Transport, 1),
        b"protocol" => (Slot::Transport, 2),
        b"proto" => (Slot::Transport, 3),
        b"attacktype" => (Slot::Attack, 0),
        b"attack" => (Slot::Attack, 1),
        b"attackname" => (Slot::Attack, 2),
        b"eventaction" => (Slot::Attack, 3),
        b"signature" => (Slot::Attack, 4),
        b"payload" => (Slot::Payload, 0),
        b"request" => (Slot::Payload, 1),
        b"query" => (Slot::Payload, 2),
        b"user" => (Slot::User, 0),
        b"username" => (Slot::User, 1),
        b"severity" => (Slot::Severity, 0),
        b"eventseverity" => (Slot::Severity, 1),
        b"level" => (Slot::Severity, 2),
        b"bytes" => (Slot::Bytes, 0),
        b"networkbytes" => (Slot::Bytes, 1),
        b"length" => (Slot::Bytes, 2),
        b"len" => (Slot::Bytes, 3),
        b"hostname" => (Slot::Hostname, 0),
        b"logsysloghostname" => (Slot::Hostname, 1),
        b"sensor" => (Slot::Hostname, 2),
        b"sensorname" => (Slot::Hostname, 3),
        _ => return None,
    })
}

/// `sourceip`, `dstport`, `attackermac`, `saddr`, `spt`, `ipsrc` …
fn endpoint(key: &[u8]) -> Option<Meaning> {
    let short = match key {
        b"saddr" | b"sip" | b"ipsrc" | b"ipsource" => Some((Slot::SourceIp, 3)),
        b"daddr" | b"dip" | b"ipdst" | b"ipdestination" => Some((Slot::DestinationIp, 3)),
        b"sport" | b"spt" | b"portsrc" => Some((Slot::SourcePort, 3)),
        b"dport" | b"dpt" | b"portdst" => Some((Slot::DestinationPort, 3)),
        b"smac" | b"macsrc" | b"ethsrc" => Some((Slot::SourceMac, 3)),
        b"dmac" | b"macdst" | b"ethdst" => Some((Slot::DestinationMac, 3)),
        _ => None,
    };
    if let Some((slot, rank)) = short {
        return Some(Meaning {
            slot,
            rank,
            is_bare: false,
        });
    }
    const SIDES: [(&[u8], bool, u8); 8] = [
        (b"source", true, 0),
        (b"src", true, 1),
        (b"attacker", true, 2),
        (b"destination", false, 0),
        (b"dst", false, 1),
        (b"dest", false, 1),
        (b"target", false, 2),
        (b"victim", false, 2),
    ];
    let (part, is_source, rank) = SIDES.into_iter().find_map(|(name, is_source, rank)| {
        key.strip_prefix(name).map(|part| (part, is_source, rank))
    })?;
    let (source, destination, is_bare) = match part {
        b"" => (Slot::SourceIp, Slot::DestinationIp, true),
        b"ip" | b"addr" | b"address" | b"ipaddr" | b"ipaddress" => {
            (Slot::SourceIp, Slot::DestinationIp, false)
        }
        b"port" => (Slot::SourcePort, Slot::DestinationPort, false),
        b"mac" | b"macaddr" | b"macaddress" => (Slot::SourceMac, Slot::DestinationMac, false),
        _ => return None,
    };
    Some(Meaning {
        slot: if is_source { source } else { destination },
        rank: if is_bare { rank + 4 } else { rank },
        is_bare,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slot(key: &str) -> Option<Slot> {
        Folded::of(key)?.meaning().map(|meaning| meaning.slot)
    }

    #[test]
    fn spellings_of_a_key_are_one() {
        for (slot_, keys) in [
            (
                Slot::SourceIp,
                "source.ip src_ip srcIP SourceIp source-address attacker attacker_ip saddr src sip ip.src",
            ),
            (
                Slot::DestinationIp,
                "destination.ip dst_ip dest_ip destIp victim target target_ip daddr destination",
            ),
            (Slot::SourcePort, "source.port sport src_port spt srcPort SRC-PORT"),
            (Slot::DestinationPort, "destination.port dport dst_port dpt destPort target_port"),
            (Slot::SourceMac, "source.mac src_mac srcMac smac attacker_mac source_mac_address"),
            (Slot::Time, "timestamp @timestamp time ts event_time eventTime date"),
            (Slot::Transport, "protocol proto transport network.transport PROTO"),
            (Slot::Attack, "attack attack_type attackType attack_name signature event.action attack.type"),
            (Slot::Payload, "payload request query PayLoad"),
            (Slot::User, "user username user.name userName"),
            (Slot::Severity, "severity level event.severity"),
            (Slot::Bytes, "bytes length network.bytes"),
            (Slot::Hostname, "hostname sensor host.name host_name"),
        ] {
            for key in keys.split(' ') {
                assert_eq!(slot(key), Some(slot_), "{key}");
            }
        }
        for key in ["", "sourcetype", "source_country", "ip", "port", "event_type", "id.orig_h", "\u{3b1}", "dstx"] {
            assert_eq!(slot(key), None, "{key}");
        }
    }

    #[test]
    fn the_key_of_a_cleansed_row_is_the_surest() {
        for slot in Slot::ALL {
            let meaning = Folded::of(slot.key()).unwrap().meaning().unwrap();
            assert_eq!((meaning.slot, meaning.rank, meaning.is_bare), (slot, 0, false));
        }
        assert_eq!(Slot::ALL.map(|slot| slot as usize), std::array::from_fn(|index| index));
    }
}
