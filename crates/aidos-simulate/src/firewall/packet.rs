//! What a firewall row says, and its truth.

use crate::clock::{self, Moment, SECOND};
use crate::random::mix;
use crate::text::{Address, MacText, int, ip, json, mac};

/// Interfaces; the first two mean none.
pub(crate) const INTERFACES: [&str; 16] = [
    "(unknown 0)",
    "(none)",
    "ether1-WAN",
    "bridge",
    "ether1",
    "Fibre A",
    "VLAN 20 Staff",
    "sfp-sfpplus1",
    "wireguard1",
    "<pppoe-maria.k>",
    "<pppoe-user>",
    "10.0.0.1-br",
    "ether6.8-DMZ",
    "lo",
    "vlan30",
    "bridge-srv",
];

/// Prefixes that people give their rules; the first is none. Two imitate fields.
pub(crate) const PREFIXES: [&str; 11] = [
    "",
    "drop-in",
    "drop-tcp",
    "A|lan-wan|",
    "pca-accept: pca-accept",
    "log-all",
    "drop:DROP",
    "FW_INPUT_NEW: FW_INPUT_NEW",
    "seen-192.0.2.77",
    "fwd len 5 proto x",
    "A|dmz-in|",
];

/// Chains.
pub(crate) const CHAINS: [&str; 7] = [
    "input",
    "forward",
    "output",
    "prerouting",
    "dstnat",
    "srcnat",
    "postrouting",
];

/// Connection states; the first is none.
pub(crate) const STATES: [&str; 10] = [
    "",
    "new",
    "established",
    "related",
    "invalid",
    "new,snat",
    "established,snat",
    "established,dnat",
    "new,dnat",
    "related,snat",
];

/// Connection marks; the first is none.
pub(crate) const MARKS: [&str; 3] = ["", "conn-VPN", "voip"];

/// TCP flags; the first is none.
pub(crate) const FLAGS: [&str; 8] = [
    "", "SYN", "ACK", "ACK,PSH", "ACK,FIN", "RST", "SYN,ACK", "ACK,RST",
];

/// Hosts that relay lines, each with the offset from UTC in hours that it writes.
pub(crate) const RELAYS: [(&str, u64); 4] = [
    ("10.20.0.1", 1),
    ("gw", 2),
    ("10.20.0.2", 0),
    ("MikroTik", 1),
];

/// Topics; the first is none.
pub(crate) const TOPICS: [&str; 3] = ["", "firewall,info", "system,error,critical"];

/// Log-in services.
pub(crate) const SERVICES: [&str; 6] = ["ssh", "winbox", "web", "telnet", "ftp", "api"];

/// The protocol with its detail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// TCP with an index into [`FLAGS`].
    Tcp(u8),
    /// UDP.
    Udp,
    /// ICMP with type and code.
    Icmp(u8, u8),
    /// A number, without ports.
    Number(u8),
}

impl Protocol {
    /// True where the endpoints have ports.
    pub(crate) fn has_ports(self) -> bool {
        matches!(self, Self::Tcp(_) | Self::Udp)
    }
}

/// The NAT clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nat {
    /// No clause.
    None,
    /// `NAT (src->nat)->dst`: the source is translated.
    Source(Address, u16),
    /// `NAT src->(nat->dst)`: the destination is what was translated.
    Destination(Address, u16),
    /// `NAT src->(dst->nat)`: the destination will be translated.
    Onward(Address, u16),
    /// `NAT src->(nat)`: one member only.
    Lone(Address, u16),
    /// `NAT peer->(nat->dst)` of an ICMP error: peer of the flow that failed, then the member.
    Error(Address, Address),
}

/// What kind of row it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Body {
    /// A packet; the rest of [`Packet`] speaks of it.
    Packet,
    /// A failed log-in: indices into the users and [`SERVICES`]; only `source` counts beside.
    Login(u8, u8),
}

/// How the row's stamp is kept; [`super::style::Stamp`] says how it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The router's own log: whole seconds, no host.
    Local,
    /// A relay, index into [`RELAYS`]: microseconds.
    Relay(u8),
    /// BSD syslog from a host, index into [`RELAYS`]: whole seconds, no year.
    Syslog(u8),
}

/// One row before any dirt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Packet {
    pub(crate) at: Moment,
    pub(crate) origin: Origin,
    pub(crate) priority: Option<u8>,
    pub(crate) body: Body,
    pub(crate) topics: u8,
    pub(crate) prefix: u8,
    pub(crate) chain: u8,
    pub(crate) ingress: u8,
    pub(crate) egress: u8,
    pub(crate) state: u8,
    pub(crate) mark: u8,
    pub(crate) mac: Option<[u8; 6]>,
    pub(crate) protocol: Protocol,
    pub(crate) source: Address,
    pub(crate) source_port: u16,
    pub(crate) destination: Address,
    pub(crate) destination_port: u16,
    pub(crate) nat: Nat,
    pub(crate) len: u32,
}

impl Packet {
    /// The second in which the row is shown.
    pub(crate) fn second(&self) -> u64 {
        self.at / SECOND
    }

    /// A number that differs for rows that differ in what no dirt takes away.
    ///
    /// MAC, interfaces, prefix, state and host are left out: rows must differ in more than those.
    pub(crate) fn key(&self) -> u64 {
        let detail = match (self.body, self.protocol) {
            (Body::Login(user, service), _) => 1 << 24 | u64::from(user) << 8 | u64::from(service),
            (_, Protocol::Tcp(_)) => 2 << 24,
            (_, Protocol::Udp) => 3 << 24,
            (_, Protocol::Icmp(kind, code)) => 4 << 24 | u64::from(kind) << 8 | u64::from(code),
            (_, Protocol::Number(number)) => 5 << 24 | u64::from(number),
        };
        let mut key = mix(detail << 8 | u64::from(self.chain));
        key = mix(key ^ self.source.key());
        if self.body == Body::Packet {
            key = mix(key ^ self.destination.key());
            key = mix(key
                ^ (u64::from(self.len) << 32
                    | u64::from(self.source_port) << 16
                    | u64::from(self.destination_port)));
        }
        key
    }

    /// Appends the true entry.
    pub(crate) fn truth(&self, o: &mut Vec<u8>) {
        o.extend_from_slice(b"{\"@timestamp\":\"");
        clock::stix(o, self.at);
        o.extend_from_slice(
            b"\",\"event\":{\"provider\":\"8bells\",\"kind\":\"event\",\"category\":[\"",
        );
        if let Body::Login(user, service) = self.body {
            o.extend_from_slice(b"authentication\"],\"action\":\"login-failure-");
            o.extend_from_slice(SERVICES[usize::from(service)].as_bytes());
            o.extend_from_slice(b"\",\"outcome\":\"failure\"},\"user\":{\"name\":");
            json(o, crate::cast::USERS[usize::from(user)]);
            o.extend_from_slice(b"},\"source\":{\"ip\":\"");
            ip(o, self.source);
            o.extend_from_slice(b"\"}");
        } else {
            o.extend_from_slice(b"network\"]}");
            self.truth_of_ends(o);
        }
        self.truth_of_syslog(o);
        let mut open = false;
        word(o, &mut open, "topics", TOPICS[usize::from(self.topics)]);
        if self.body == Body::Packet {
            word(o, &mut open, "prefix", PREFIXES[usize::from(self.prefix)]);
            word(o, &mut open, "chain", CHAINS[usize::from(self.chain)]);
            word(o, &mut open, "state", STATES[usize::from(self.state)]);
            word(o, &mut open, "mark", MARKS[usize::from(self.mark)]);
            match self.protocol {
                Protocol::Tcp(flags) => word(o, &mut open, "flags", FLAGS[usize::from(flags)]),
                Protocol::Icmp(kind, code) => {
                    o.extend_from_slice(b",\"icmp\":\"");
                    int(o, u64::from(kind));
                    o.push(b'/');
                    int(o, u64::from(code));
                    o.push(b'"');
                }
                _ => {}
            }
        }
        o.extend_from_slice(if open { b"}}}" } else { b"}" });
    }

    fn truth_of_ends(&self, o: &mut Vec<u8>) {
        let ports = self.protocol.has_ports();
        o.extend_from_slice(b",\"source\":{\"ip\":\"");
        ip(o, self.source);
        o.push(b'"');
        if ports {
            o.extend_from_slice(b",\"port\":");
            int(o, u64::from(self.source_port));
        }
        if let Some(card) = self.mac {
            o.extend_from_slice(b",\"mac\":\"");
            mac(o, card, MacText::Colon);
            o.push(b'"');
        }
        if let Nat::Source(address, port) = self.nat {
            truth_of_nat(o, address, ports.then_some(port));
        }
        o.extend_from_slice(b"},\"destination\":{\"ip\":\"");
        ip(o, self.destination);
        o.push(b'"');
        if ports {
            o.extend_from_slice(b",\"port\":");
            int(o, u64::from(self.destination_port));
        }
        match self.nat {
            Nat::Destination(address, port)
            | Nat::Onward(address, port)
            | Nat::Lone(address, port) => truth_of_nat(o, address, ports.then_some(port)),
            Nat::Error(_, address) => truth_of_nat(o, address, None),
            Nat::None | Nat::Source(..) => {}
        }
        o.extend_from_slice(b"},\"network\":{\"transport\":\"");
        match self.protocol {
            Protocol::Tcp(_) => o.extend_from_slice(b"tcp"),
            Protocol::Udp => o.extend_from_slice(b"udp"),
            Protocol::Icmp(..) => o.extend_from_slice(b"icmp"),
            Protocol::Number(number) => int(o, u64::from(number)),
        }
        o.extend_from_slice(b"\",\"bytes\":");
        int(o, u64::from(self.len));
        o.push(b'}');
        match (self.ingress > 1, self.egress > 1) {
            (false, false) => {}
            (ingress, egress) => {
                o.extend_from_slice(b",\"observer\":{");
                if ingress {
                    truth_of_interface(o, "ingress", self.ingress);
                }
                if ingress && egress {
                    o.push(b',');
                }
                if egress {
                    truth_of_interface(o, "egress", self.egress);
                }
                o.push(b'}');
            }
        }
    }

    fn truth_of_syslog(&self, o: &mut Vec<u8>) {
        let host = match self.origin {
            Origin::Local => None,
            Origin::Relay(host) | Origin::Syslog(host) => Some(host),
        };
        if host.is_none() && self.priority.is_none() {
            return;
        }
        o.extend_from_slice(b",\"log\":{\"syslog\":{");
        if let Some(host) = host {
            o.extend_from_slice(b"\"hostname\":\"");
            o.extend_from_slice(RELAYS[usize::from(host)].0.as_bytes());
            o.push(b'"');
        }
        if let Some(priority) = self.priority {
            if host.is_some() {
                o.push(b',');
            }
            o.extend_from_slice(b"\"priority\":");
            int(o, u64::from(priority));
        }
        o.extend_from_slice(b"}}");
    }
}

fn truth_of_nat(o: &mut Vec<u8>, address: Address, port: Option<u16>) {
    o.extend_from_slice(b",\"nat\":{\"ip\":\"");
    ip(o, address);
    o.push(b'"');
    if let Some(port) = port {
        o.extend_from_slice(b",\"port\":");
        int(o, u64::from(port));
    }
    o.push(b'}');
}

fn truth_of_interface(o: &mut Vec<u8>, side: &str, index: u8) {
    o.push(b'"');
    o.extend_from_slice(side.as_bytes());
    o.extend_from_slice(b"\":{\"interface\":{\"name\":\"");
    o.extend_from_slice(INTERFACES[usize::from(index)].as_bytes());
    o.extend_from_slice(b"\"}}");
}

/// Appends a member of `aidos.routeros`, opening the object before the first.
fn word(o: &mut Vec<u8>, open: &mut bool, key: &str, value: &str) {
    if value.is_empty() {
        return;
    }
    o.extend_from_slice(if *open {
        b",\""
    } else {
        b",\"aidos\":{\"routeros\":{\""
    });
    *open = true;
    o.extend_from_slice(key.as_bytes());
    o.extend_from_slice(b"\":\"");
    o.extend_from_slice(value.as_bytes());
    o.push(b'"');
}
