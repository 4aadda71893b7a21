//! Ordinary traffic, and the packets of an attack.
//!
//! Conversation n is a function of the seed and n; only source port, length, flags and state are
//! drawn for each packet. So the distinct conversations are as many as the pool has, however large
//! the file.

use super::packet::{Body, Nat, Origin, Packet, Protocol};
use crate::campaign::{Deed, Strike, of_strike};
use crate::cast;
use crate::clock::Moment;
use crate::random::{Random, mix};
use crate::text::Address;

/// Conversations of ordinary traffic in a file of about `lines` lines: some thousand more for each
/// doubling.
pub(crate) fn pool(lines: u64) -> u32 {
    let doublings = (lines / 256).max(2).ilog2();
    3_500 * doublings
}

/// Interfaces, prefixes and chains by their place in the tables of [`super::packet`].
mod word {
    pub(super) const NOWHERE: u8 = 0;
    pub(super) const NONE: u8 = 1;
    pub(super) const WAN: u8 = 2;
    pub(super) const LO: u8 = 13;
    pub(super) const SERVERS: u8 = 15;
    pub(super) const INPUT: u8 = 0;
    pub(super) const FORWARD: u8 = 1;
    pub(super) const OUTPUT: u8 = 2;
    pub(super) const PREROUTING: u8 = 3;
    pub(super) const DSTNAT: u8 = 4;
    pub(super) const SRCNAT: u8 = 5;
    pub(super) const POSTROUTING: u8 = 6;
}
use word::{
    DSTNAT, FORWARD, INPUT, LO, NONE, NOWHERE, OUTPUT, POSTROUTING, PREROUTING, SERVERS, SRCNAT,
    WAN,
};

/// The gateway's card, the source MAC of all that comes in from outside.
const GATEWAY: [u8; 6] = [0x02, 0x17, 0x10, 0x88, 0xbc, 0x02];
/// Inner interfaces by network.
const INNER: [u8; 12] = [3, 3, 14, 6, 14, 3, 4, 8, 11, 12, 3, 7];

fn blank(at: Moment, source: Address, destination: Address) -> Packet {
    Packet {
        at,
        origin: Origin::Local,
        priority: None,
        body: Body::Packet,
        topics: 1,
        prefix: 0,
        chain: FORWARD,
        ingress: WAN,
        egress: NOWHERE,
        state: 1,
        mark: 0,
        mac: Some(GATEWAY),
        protocol: Protocol::Tcp(1),
        source,
        source_port: 0,
        destination,
        destination_port: 0,
        nat: Nat::None,
        len: 0,
    }
}

/// A packet of ordinary conversation `n`, shown at `at`.
pub(crate) fn packet(random: &mut Random, seed: u64, n: u32, at: Moment) -> Packet {
    let bits = mix(seed ^ mix(u64::from(n) ^ 0xb0b));
    let (low, high) = (bits as u32 >> 8, (bits >> 40) as u32);
    let mut p = match bits % 100 {
        0..52 => outbound(random, seed, n, low, high, at),
        52..62 => reply(random, seed, n, low, high, at),
        62..74 => inbound(random, seed, n, low, high, at),
        74..82 => noise(random, seed, n, low, at),
        82..87 => echo(random, seed, n, low, at),
        87..92 => outbound6(random, seed, n, low, at),
        92..94 => tunnel(seed, n, low, at),
        94..97 => inner(random, low, high, at),
        97 => unreachable(seed, n, low, at),
        98 => own(random, low, at),
        _ => neighbour(low, at),
    };
    if p.protocol.has_ports() && p.source_port == 0 {
        p.source_port = ephemeral(random);
    }
    if let Nat::Source(address, 0) = p.nat
        && p.protocol.has_ports()
    {
        p.nat = Nat::Source(address, p.source_port);
    }
    if p.len == 0 {
        p.len = length(random, p.protocol);
    }
    p
}

fn ephemeral(random: &mut Random) -> u16 {
    32_768 + random.below(28_000) as u16
}

/// A length that suits the protocol.
pub(crate) fn length(random: &mut Random, protocol: Protocol) -> u32 {
    match protocol {
        Protocol::Tcp(1 | 6) => random.pick(&[40, 44, 48, 52, 60]),
        Protocol::Tcp(3) => 53 + random.below(1_447),
        Protocol::Tcp(_) => 40 + random.below(13),
        Protocol::Udp => 29 + random.below(500),
        Protocol::Icmp(..) => 28 + random.below(1_400),
        Protocol::Number(_) => 60 + random.below(1_400),
    }
}

/// TCP flags and state of a packet in the middle of an ordinary flow.
fn flow(random: &mut Random, p: &mut Packet, nat: bool) {
    let (flags, state) = match random.below(10) {
        0..4 => (1, if nat { 5 } else { 1 }),
        4..7 => (2, if nat { 6 } else { 2 }),
        7 | 8 => (3, if nat { 6 } else { 2 }),
        _ => (4, if nat { 6 } else { 2 }),
    };
    p.state = state;
    if let Protocol::Tcp(_) = p.protocol {
        p.protocol = Protocol::Tcp(flags);
    }
}

fn outbound(random: &mut Random, seed: u64, n: u32, low: u32, high: u32, at: Moment) -> Packet {
    let host = cast::bells_host(low);
    let mut p = blank(at, host, cast::peer(seed, n));
    (p.protocol, p.destination_port) = match high % 16 {
        0..9 => (Protocol::Tcp(1), 443),
        9 | 10 => (Protocol::Tcp(1), 80),
        11 | 12 => (Protocol::Udp, 443),
        13 => (Protocol::Udp, 53),
        14 => (Protocol::Udp, 123),
        _ => (
            Protocol::Tcp(1),
            [993, 587, 5228, 853][(high >> 8) as usize % 4],
        ),
    };
    p.ingress = if low.is_multiple_of(41) {
        9 + (low / 41 % 2) as u8
    } else {
        INNER[low as usize % 12]
    };
    p.egress = if high.is_multiple_of(5) { 5 } else { WAN };
    // Tunnels have no card.
    p.mac = (!matches!(p.ingress, 8..=10)).then(|| cast::card(host));
    p.prefix = [0, 3, 0, 5, 0, 0, 4, 0, 0, 9, 0, 0, 0, 5, 3, 0][(high >> 12) as usize % 16];
    let nat = (high >> 4).is_multiple_of(12);
    flow(random, &mut p, nat);
    if low % 3 == 1 {
        // RouterOS 6 writes no state.
        p.state = 0;
    }
    if nat {
        p.nat = Nat::Source(cast::bells_public(low), 0);
        p.chain = if low.is_multiple_of(7) {
            SRCNAT
        } else {
            FORWARD
        };
    }
    p.mark = if (high >> 20).is_multiple_of(32) {
        1 + (high >> 25 & 1) as u8
    } else {
        0
    };
    p
}

fn reply(random: &mut Random, seed: u64, n: u32, low: u32, high: u32, at: Moment) -> Packet {
    let mut p = blank(at, cast::peer(seed, n), cast::bells_host(low));
    p.egress = INNER[low as usize % 12];
    p.prefix = [0, 0, 5, 0, 0, 4][high as usize % 6];
    p.protocol = Protocol::Tcp(if random.percent(70) { 3 } else { 2 });
    p.source_port = 443;
    p.destination_port = 49_152 + (high >> 8 & 0x3fff) as u16;
    p.state = 2;
    if (high >> 4).is_multiple_of(10) {
        p.state = 6;
        p.nat = Nat::Destination(cast::bells_public(low), p.destination_port);
    }
    p
}

fn inbound(random: &mut Random, seed: u64, n: u32, low: u32, high: u32, at: Moment) -> Packet {
    let server = cast::bells_server(low);
    let mut p = blank(at, cast::peer(seed, n), server);
    p.egress = SERVERS;
    p.prefix = [0, 10, 10, 8][high as usize % 4];
    p.destination_port = [443, 443, 80, 25, 993, 8443][low as usize / 64 % 6];
    p.ingress = if high & 4 == 0 { WAN } else { 7 };
    match high >> 4 & 15 {
        0 => {
            flow(random, &mut p, false);
            p.state = if p.state == 1 { 8 } else { 7 };
            p.nat = Nat::Destination(cast::bells_public(low), p.destination_port);
        }
        1 => {
            p.chain = DSTNAT;
            p.egress = NOWHERE;
            p.state = 8;
            p.destination = cast::bells_public(low);
            p.nat = Nat::Onward(server, p.destination_port);
        }
        2 => {
            p.chain = DSTNAT;
            p.egress = NONE;
            p.state = 0;
            p.destination = cast::bells_public(low);
            p.nat = Nat::Lone(server, [8080, 8443][low as usize & 1]);
        }
        _ => flow(random, &mut p, false),
    }
    p
}

/// A stranger's single packet against an own public address.
fn noise(random: &mut Random, seed: u64, n: u32, low: u32, at: Moment) -> Packet {
    let stranger = cast::attacker(seed, cast::BELLS_NOISE + n % 200_000);
    let mut p = blank(at, stranger, cast::bells_public(low));
    p.chain = INPUT;
    p.prefix = [1, 1, 2, 6, 0][low as usize / 16 % 5];
    if low & 1 == 0 {
        p.protocol = Protocol::Udp;
        p.destination_port = [53, 123, 161, 1900, 5060, 389][low as usize / 128 % 6];
    } else {
        p.destination_port = [445, 5555, 8080, 7547, 1433, 6379, 60_023][low as usize / 128 % 7];
        if random.percent(10) {
            p.state = 4;
            p.protocol = Protocol::Tcp(7);
        }
    }
    p
}

fn echo(random: &mut Random, seed: u64, n: u32, low: u32, at: Moment) -> Packet {
    let host = cast::bells_host(low);
    let mut p = if low & 1 == 0 {
        let mut p = blank(at, host, cast::peer(seed, n));
        p.ingress = INNER[low as usize % 12];
        p.egress = WAN;
        p.mac = Some(cast::card(host));
        p
    } else {
        let mut p = blank(at, cast::peer(seed, n), cast::bells_public(low));
        p.chain = if low & 2 == 0 { INPUT } else { PREROUTING };
        p.prefix = 1;
        p
    };
    p.protocol = if random.percent(85) {
        Protocol::Icmp(8, 0)
    } else {
        Protocol::Icmp(3, 1)
    };
    p
}

fn outbound6(random: &mut Random, seed: u64, n: u32, low: u32, at: Moment) -> Packet {
    let host = cast::bells_host6(low);
    let mut p = blank(at, host, cast::peer6(seed, n));
    p.ingress = 3;
    p.egress = WAN;
    p.mac = (low & 1 == 0).then(|| cast::card(host));
    p.destination_port = 443;
    match low >> 4 & 7 {
        0 => p.protocol = Protocol::Icmp(128, 0),
        1 | 2 => p.protocol = Protocol::Udp,
        _ => flow(random, &mut p, false),
    }
    p
}

fn tunnel(seed: u64, n: u32, low: u32, at: Moment) -> Packet {
    let mut p = blank(at, cast::peer(seed, n), cast::bells_public(low));
    p.chain = INPUT;
    p.protocol = Protocol::Number(if low & 1 == 0 { 47 } else { 50 });
    p
}

/// Inner name and time look-ups, logged by the router's output chain or between networks.
fn inner(random: &mut Random, low: u32, high: u32, at: Moment) -> Packet {
    let host = cast::bells_host(low);
    let mut p = blank(at, host, cast::bells_server(high % 4));
    p.ingress = INNER[low as usize % 12];
    p.egress = SERVERS;
    p.mac = Some(cast::card(host));
    p.protocol = Protocol::Udp;
    p.destination_port = if high & 8 == 0 { 53 } else { 123 };
    p.state = 1 + random.below(2) as u8;
    if low.is_multiple_of(5) {
        p.source = cast::bells_server(40);
        p.ingress = NOWHERE;
        p.chain = OUTPUT;
        p.mac = None;
    }
    p
}

/// An ICMP error: the NAT clause speaks of the flow that failed, so five addresses stand in the
/// line.
fn unreachable(seed: u64, n: u32, low: u32, at: Moment) -> Packet {
    let mut p = blank(at, cast::peer(seed, n), cast::bells_host(low));
    p.egress = INNER[low as usize % 12];
    p.prefix = 4;
    p.protocol = Protocol::Icmp(11, 0);
    p.state = 9;
    p.nat = Nat::Error(cast::peer(seed, 400_000 + n), cast::bells_public(low));
    p
}

/// The router to itself.
fn own(random: &mut Random, low: u32, at: Moment) -> Packet {
    let router = cast::bells_server(40 + low % 8);
    let mut p = blank(at, router, router);
    p.ingress = NOWHERE;
    p.egress = LO;
    p.chain = if low & 8 == 0 { OUTPUT } else { POSTROUTING };
    p.mac = None;
    p.state = 3;
    p.protocol = Protocol::Icmp(3, random.below(2) as u8);
    p
}

/// Link-local IPv6 to the neighbours.
fn neighbour(low: u32, at: Moment) -> Packet {
    let source = Address::V6(0xfe80 << 112 | u128::from(mix(u64::from(low % 60))));
    let mut p = blank(at, source, Address::V6(0xff02 << 112 | 1));
    p.ingress = 4;
    p.chain = INPUT;
    p.mac = Some(cast::card(source));
    p.protocol = Protocol::Udp;
    p.destination_port = 5353;
    p.state = 0;
    p
}

/// The row of a blow.
pub(crate) fn strike(random: &mut Random, blow: &Strike, at: Moment) -> Packet {
    let bits = of_strike(blow);
    let mut p = blank(at, blow.source, blow.target);
    p.source_port = ephemeral(random);
    p.destination_port = blow.port;
    p.chain = if matches!(blow.target, Address::V4(a) if a >> 8 == 0x00cb_0071) {
        INPUT
    } else {
        FORWARD
    };
    p.egress = if p.chain == INPUT { NOWHERE } else { SERVERS };
    p.prefix = [1, 2, 0, 0][blow.campaign % 4];
    let service = match blow.port {
        22 => 0,
        8291 => 1,
        80 | 443 | 8080 => 2,
        23 => 3,
        21 => 4,
        _ => 5,
    };
    match blow.deed {
        Deed::BruteForce if bits % 5 < 2 && blow.port != 3389 => {
            p.body = Body::Login(random.below(cast::USERS.len() as u32) as u8, service);
            p.topics = 2;
        }
        Deed::Scan if blow.port == 53 || blow.port == 5060 => p.protocol = Protocol::Udp,
        Deed::Botnet if blow.port == 53 => p.protocol = Protocol::Udp,
        _ => {}
    }
    if blow.campaign % 4 == 3 {
        p.mac = None;
    }
    p.len = length(random, p.protocol);
    p
}
