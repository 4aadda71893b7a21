//! Writes a row as RouterOS would, or as damage left it.

use super::ends::{endpoints, nat};
use super::packet::{
    Body, CHAINS, FLAGS, INTERFACES, MARKS, Nat, Origin, PREFIXES, Packet, Protocol, RELAYS,
    SERVICES, STATES, TOPICS,
};
use super::style::{Loss, Stamp, Style, comma};
use crate::clock::{EPOCH, SECOND, day, day_blank, iso, time_of_day};
use crate::text::{int, ip, mac};

/// Appends the line without its end, where another record follows on the same line.
pub(crate) fn record(p: &Packet, s: &Style, o: &mut Vec<u8>) {
    if s.nul == 1 {
        o.push(0);
    }
    if let Some(priority) = p.priority {
        o.push(b'<');
        int(o, u64::from(priority));
        o.push(b'>');
    }
    stamp(p, s, o);
    gap(s, 0, o);
    if s.nul == 3 {
        o.push(0);
    }
    if let Origin::Relay(host) | Origin::Syslog(host) = p.origin {
        o.extend_from_slice(RELAYS[usize::from(host)].0.as_bytes());
        gap(s, 1, o);
    }
    if p.topics > 0 {
        o.extend_from_slice(TOPICS[usize::from(p.topics)].as_bytes());
        extra(s, comma::TOPICS, o);
        gap(s, 2, o);
    }
    match p.body {
        Body::Packet => packet(p, s, o),
        Body::Login(user, service) => {
            o.extend_from_slice(b"login failure for user ");
            o.extend_from_slice(crate::cast::USERS[usize::from(user)].as_bytes());
            gap(s, 3, o);
            o.extend_from_slice(b"from");
            gap(s, 4, o);
            ip(o, p.source);
            gap(s, 5, o);
            o.extend_from_slice(b"via ");
            o.extend_from_slice(SERVICES[usize::from(service)].as_bytes());
        }
    }
    if s.nul == 2 {
        o.push(0);
    }
}

/// Appends the line with its end.
pub(crate) fn line(p: &Packet, s: &Style, o: &mut Vec<u8>) {
    record(p, s, o);
    o.extend_from_slice(if s.crlf { b"\r\n" } else { b"\n" });
}

fn packet(p: &Packet, s: &Style, o: &mut Vec<u8>) {
    if p.prefix > 0 {
        let prefix = PREFIXES[usize::from(p.prefix)].as_bytes();
        if s.ansi {
            o.extend_from_slice(b"\x1b[31m");
            o.extend_from_slice(prefix);
            o.extend_from_slice(b"\x1b[0m");
        } else {
            o.extend_from_slice(prefix);
        }
        gap(s, 3, o);
    }
    o.extend_from_slice(CHAINS[usize::from(p.chain)].as_bytes());
    if s.loss == Loss::Interfaces {
        o.extend_from_slice(b": out ");
    } else {
        o.push(b':');
        gap(s, 4, o);
        o.extend_from_slice(b"in:");
        interface(p.ingress, s, o);
        extra(s, comma::INGRESS, o);
        gap(s, 5, o);
        o.extend_from_slice(b"out:");
        interface(p.egress, s, o);
        separator(s, comma::INTERFACE, 6, o);
    }
    if p.mark > 0 {
        o.extend_from_slice(b"connection-mark:");
        o.extend_from_slice(MARKS[usize::from(p.mark)].as_bytes());
        gap(s, 7, o);
    }
    if p.state > 0 {
        o.extend_from_slice(b"connection-state:");
        o.extend_from_slice(STATES[usize::from(p.state)].as_bytes());
        extra(s, comma::STATE, o);
        if p.mac.is_none() || !s.tight {
            gap(s, 8, o);
        }
    }
    if let Some(card) = p.mac {
        o.extend_from_slice(b"src-mac");
        if !s.tight {
            gap(s, 9, o);
        }
        mac(o, card, s.mac);
        separator(s, comma::MAC, 10, o);
    }
    protocol(p, s, o);
    separator(s, comma::PROTOCOL, 12, o);
    let ends = endpoints(p, s, o);
    let after_ends = o.len();
    if p.nat != Nat::None {
        separator(s, comma::ENDS, 13, o);
        nat(p, s, o);
    }
    let before_len = o.len();
    let last = if p.nat == Nat::None {
        comma::ENDS
    } else {
        comma::NAT
    };
    separator(s, last, 14, o);
    o.extend_from_slice(b"len");
    if !s.tight {
        gap(s, 15, o);
    }
    let Loss::Tail(choice) = s.loss else {
        int(o, u64::from(p.len));
        extra(s, comma::END, o);
        return;
    };
    // Never inside a number: what is left must not read as another one.
    match choice {
        0 => o.truncate(ends),
        1 => {
            let dots = o[ends..after_ends].iter().position(|&byte| byte == b'.');
            o.truncate(dots.map_or(ends, |dot| ends + dot + 1));
        }
        2 => o.truncate(before_len + 1),
        _ => {}
    }
}

fn stamp(p: &Packet, s: &Style, o: &mut Vec<u8>) {
    match (p.origin, s.stamp) {
        (Origin::Relay(host), _) => {
            let offset = RELAYS[usize::from(host)].1;
            iso(o, p.at + offset * 3600 * SECOND, b'T', 6);
            if offset == 0 {
                o.push(b'Z');
            } else {
                o.extend_from_slice(b"+0");
                int(o, offset);
                o.extend_from_slice(b":00");
            }
            return;
        }
        (Origin::Syslog(_), _) => {
            o.extend_from_slice(b"Mar ");
            day_blank(o, p.at);
        }
        (Origin::Local, Stamp::Iso) => return iso(o, p.at, b' ', 0),
        (Origin::Local, Stamp::Rfc3339) => {
            iso(o, p.at, b'T', 0);
            o.push(b'Z');
            return;
        }
        (Origin::Local, Stamp::Epoch) => return int(o, EPOCH + p.second()),
        (Origin::Local, Stamp::NoDate) => return time_of_day(o, p.at),
        (Origin::Local, Stamp::Usual | Stamp::Lower) => {
            o.extend_from_slice(if s.stamp == Stamp::Usual {
                b"Mar/"
            } else {
                b"mar/"
            });
            day(o, p.at);
            o.extend_from_slice(b"/2023");
        }
        (Origin::Local, Stamp::NoYear) => {
            o.extend_from_slice(b"mar/");
            day(o, p.at);
        }
        (Origin::Local, Stamp::NoYearIso) => {
            o.extend_from_slice(b"03-");
            day(o, p.at);
        }
        (Origin::Local, Stamp::Never(choice)) => o.extend_from_slice(match choice {
            0 => b"Feb/30/2023",
            1 => b"2023-13-07".as_slice(),
            _ => b"Mar/32/2023",
        }),
    }
    gap(s, 11, o);
    time_of_day(o, p.at);
}

fn interface(index: u8, s: &Style, o: &mut Vec<u8>) {
    if index == 0 && s.misspelt {
        o.extend_from_slice(b"(unkown 0)");
    } else {
        o.extend_from_slice(INTERFACES[usize::from(index)].as_bytes());
    }
}

fn protocol(p: &Packet, s: &Style, o: &mut Vec<u8>) {
    o.extend_from_slice(b"proto ");
    let open: &[u8] = if s.tight { b"(" } else { b" (" };
    match p.protocol {
        Protocol::Tcp(flags) => {
            o.extend_from_slice(b"TCP");
            o.extend_from_slice(open);
            o.extend_from_slice(FLAGS[usize::from(flags)].as_bytes());
        }
        Protocol::Icmp(kind, code) => {
            o.extend_from_slice(b"ICMP");
            o.extend_from_slice(open);
            o.extend_from_slice(b"type ");
            int(o, u64::from(kind));
            o.extend_from_slice(b", code ");
            int(o, u64::from(code));
        }
        Protocol::Udp => return o.extend_from_slice(b"UDP"),
        Protocol::Number(number) => return int(o, u64::from(number)),
    }
    if !s.open_paren {
        o.push(b')');
    }
}

fn gap(s: &Style, index: u16, o: &mut Vec<u8>) {
    if s.wide >> index & 1 == 0 {
        o.push(b' ');
    } else if s.tabs {
        o.push(b'\t');
    } else {
        o.extend_from_slice(b"  ");
    }
}

fn extra(s: &Style, bit: u16, o: &mut Vec<u8>) {
    if s.with_comma & bit != 0 {
        o.push(b',');
    }
}

fn separator(s: &Style, bit: u16, index: u16, o: &mut Vec<u8>) {
    if s.without_comma & bit == 0 {
        o.push(b',');
    }
    extra(s, bit, o);
    if !s.tight || bit == comma::INTERFACE || s.without_comma & bit != 0 {
        gap(s, index, o);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Address;

    const V4: fn(u8, u8, u8, u8) -> Address =
        |a, b, c, d| Address::V4(u32::from_be_bytes([a, b, c, d]));

    fn sample() -> Packet {
        Packet {
            at: (6 * 86_400 + 10 * 3600 + 38 * 60 + 3) * SECOND,
            origin: Origin::Local,
            priority: None,
            body: Body::Packet,
            topics: 1,
            prefix: 1,
            chain: 0,
            ingress: 2,
            egress: 0,
            state: 1,
            mark: 0,
            mac: Some([0, 0x17, 0x10, 0x88, 0xbc, 2]),
            protocol: Protocol::Tcp(1),
            source: V4(198, 51, 100, 7),
            source_port: 41_000,
            destination: V4(203, 0, 113, 9),
            destination_port: 22,
            nat: Nat::None,
            len: 60,
        }
    }

    fn written(p: &Packet, s: &Style) -> String {
        let mut out = Vec::new();
        line(p, s, &mut out);
        String::from_utf8(out).expect("ASCII")
    }

    #[test]
    fn a_clean_line() {
        assert_eq!(
            written(&sample(), &Style::default()),
            "Mar/07/2023 10:38:03 firewall,info drop-in input: in:ether1-WAN out:(unknown 0), \
             connection-state:new src-mac 00:17:10:88:bc:02, proto TCP (SYN), \
             198.51.100.7:41000->203.0.113.9:22, len 60\n"
        );
    }

    #[test]
    fn stamps() {
        let begin = |p: &Packet, stamp| {
            let text = written(
                p,
                &Style {
                    stamp,
                    ..Style::default()
                },
            );
            text.split_once(" firewall,info")
                .expect("topics")
                .0
                .to_owned()
        };
        for (stamp, text) in [
            (Stamp::Lower, "mar/07/2023 10:38:03"),
            (Stamp::Iso, "2023-03-07 10:38:03"),
            (Stamp::Rfc3339, "2023-03-07T10:38:03Z"),
            (Stamp::Epoch, "1678185483"),
            (Stamp::NoYear, "mar/07 10:38:03"),
            (Stamp::NoYearIso, "03-07 10:38:03"),
            (Stamp::NoDate, "10:38:03"),
            (Stamp::Never(0), "Feb/30/2023 10:38:03"),
        ] {
            assert_eq!(begin(&sample(), stamp), text);
        }
        let relay = Packet {
            origin: Origin::Relay(1),
            at: sample().at + 5_000,
            ..sample()
        };
        assert_eq!(
            begin(&relay, Stamp::Usual),
            "2023-03-07T12:38:03.005000+02:00 gw"
        );
        let syslog = Packet {
            origin: Origin::Syslog(3),
            priority: Some(134),
            ..sample()
        };
        assert_eq!(
            begin(&syslog, Stamp::Usual),
            "<134>Mar  7 10:38:03 MikroTik"
        );
    }

    #[test]
    fn nat_clauses() {
        let public = V4(203, 0, 113, 2);
        for (nat, text) in [
            (
                Nat::Source(public, 41_000),
                "NAT (198.51.100.7:41000->203.0.113.2:41000)->203.0.113.9:22, len 60",
            ),
            (
                Nat::Destination(public, 2222),
                "NAT 198.51.100.7:41000->(203.0.113.2:2222->203.0.113.9:22), len 60",
            ),
            (
                Nat::Onward(public, 2222),
                "NAT 198.51.100.7:41000->(203.0.113.9:22->203.0.113.2:2222), len 60",
            ),
            (
                Nat::Lone(public, 2222),
                "NAT 198.51.100.7:41000->(203.0.113.2:2222), len 60",
            ),
        ] {
            let line = written(&Packet { nat, ..sample() }, &Style::default());
            assert!(
                line.ends_with(&format!("->203.0.113.9:22, {text}\n")),
                "{line}"
            );
        }
        let error = Packet {
            protocol: Protocol::Icmp(11, 0),
            nat: Nat::Error(V4(192, 0, 2, 1), public),
            ..sample()
        };
        assert!(written(&error, &Style::default()).ends_with(
            "proto ICMP (type 11, code 0), 198.51.100.7->203.0.113.9, \
             NAT 192.0.2.1->(203.0.113.2->203.0.113.9), len 60\n"
        ));
    }

    #[test]
    fn separators() {
        let all = |style: Style| written(&sample(), &style);
        assert_eq!(
            all(Style {
                without_comma: 0x1f,
                ..Style::default()
            }),
            "Mar/07/2023 10:38:03 firewall,info drop-in input: in:ether1-WAN out:(unknown 0) \
             connection-state:new src-mac 00:17:10:88:bc:02 proto TCP (SYN) \
             198.51.100.7:41000->203.0.113.9:22 len 60\n"
        );
        assert_eq!(
            all(Style {
                with_comma: 0x1ff,
                ..Style::default()
            }),
            "Mar/07/2023 10:38:03 firewall,info, drop-in input: in:ether1-WAN, out:(unknown 0),, \
             connection-state:new, src-mac 00:17:10:88:bc:02,, proto TCP (SYN),, \
             198.51.100.7:41000->203.0.113.9:22,, len 60,\n"
        );
        assert_eq!(
            all(Style {
                tight: true,
                ..Style::default()
            }),
            "Mar/07/2023 10:38:03 firewall,info drop-in input: in:ether1-WAN out:(unknown 0), \
             connection-state:newsrc-mac00:17:10:88:bc:02,proto TCP(SYN),\
             198.51.100.7:41000->203.0.113.9:22,len60\n"
        );
    }

    #[test]
    fn cut_lines_never_end_inside_a_number() {
        let ends = [
            "->",
            "->203.",
            "->203.0.113.9:22,",
            "->203.0.113.9:22, len ",
        ];
        for (choice, end) in (0_u8..).zip(ends) {
            let style = Style {
                loss: Loss::Tail(choice),
                ..Style::default()
            };
            let line = written(&sample(), &style);
            assert!(
                line.ends_with(&format!("198.51.100.7:41000{end}\n")),
                "{line}"
            );
        }
    }

    #[test]
    fn losses() {
        for (loss, text) in [
            (
                Loss::SourceOctet(999),
                "198.51.100.999:41000->203.0.113.9:22",
            ),
            (
                Loss::DestinationOctet(300),
                "198.51.100.7:41000->300.0.113.9:22",
            ),
            (
                Loss::SourcePort(70_000),
                "198.51.100.7:70000->203.0.113.9:22",
            ),
            (
                Loss::DestinationPort(65_536),
                "198.51.100.7:41000->203.0.113.9:65536",
            ),
            (Loss::MaskedSource, "x.x.x.x:41000->203.0.113.9:22"),
            (Loss::MaskedDestination, "198.51.100.7:41000->y.y.y.y:22"),
            (Loss::Interfaces, "input: out connection-state:new"),
        ] {
            let line = written(
                &sample(),
                &Style {
                    loss,
                    ..Style::default()
                },
            );
            assert!(line.contains(text), "{line}");
        }
    }
}
