//! A hundred thousand events that nobody chose: what is private, a victim's, our own, TLP:RED or PAP:RED is never sent.
//!
//! What may be sent is said here by how a value was made and by rules written anew, not by those of the gate.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::Path;
use std::time::Instant;

use aidos_exchange::service::{Desk, Service, Span, Window};
use aidos_exchange::table::Tables;
use aidos_model::Tlp;
use aidos_privacy::gate::{Asker, Question, Subject};
use aidos_privacy::policy::{Pap, Policy};
use aidos_privacy::role::{AddressSet, Assets, Role};
use serde_json::json;

use crate::scene::{Scene, good};
use crate::stand::{Asked, Reply, Stand};

const EVENTS: u32 = 100_000;
/// The most requests that are sent, so that a debug build is done in time.
const SENT: usize = 6000;

const OWN: [&str; 5] = [
    "62.1.0.0/16",
    "77.7.7.7",
    "2a02:587::/32",
    "corp.gr",
    "ministry.eu",
];
const STRICT: &str = "community = \"isac\"\n[ask]\npap = \"green\"\n[[deny]]\nkind = \"IP_ADDRESS\"\nvalue = \"45.66.6.6\"\n";
const OPEN: &str = "community = \"isac\"\nattacker_persons = true\n[ask]\ntlp = \"amber+strict\"\npap = \"amber\"\nunknown = true\n[[deny]]\nkind = \"IP_ADDRESS\"\nvalue = \"45.66.6.6\"\n";

/// Marsaglia, "Xorshift RNGs", 2003.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, most: u64) -> u64 {
        (self.next() >> 20) % most
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.below(of.len() as u64)).unwrap()]
    }

    fn byte(&mut self) -> u8 {
        u8::try_from(self.below(256)).unwrap()
    }

    fn letters(&mut self, count: u64) -> String {
        let letters = (0..count).map(|_| char::from(self.one(b"abcdefghijklmnopqrstuvwxyz")));
        letters.collect()
    }

    fn hexadecimal(&mut self, count: u64) -> String {
        (0..count)
            .map(|_| char::from(self.one(b"0123456789abcdefABCDEF")))
            .collect()
    }
}

/// How a value was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    PublicV4,
    PublicV6,
    Private,
    Special,
    OwnNetwork,
    VictimAddress,
    ListedAddress,
    DeniedAddress,
    NoAddress,
    PublicDomain,
    OwnDomain,
    SpecialDomain,
    ListedDomain,
    NoDomain,
    PublicMail,
    OwnMail,
    PersonsMail,
    BounceOfOwn,
    BounceOfVictim,
    SpecialMail,
    Url,
    HostOfUrl,
    Hash,
    NoHash,
}

const KINDS: [Kind; 24] = [
    Kind::PublicV4,
    Kind::PublicV6,
    Kind::Private,
    Kind::Special,
    Kind::OwnNetwork,
    Kind::VictimAddress,
    Kind::ListedAddress,
    Kind::DeniedAddress,
    Kind::NoAddress,
    Kind::PublicDomain,
    Kind::OwnDomain,
    Kind::SpecialDomain,
    Kind::ListedDomain,
    Kind::NoDomain,
    Kind::PublicMail,
    Kind::OwnMail,
    Kind::PersonsMail,
    Kind::BounceOfOwn,
    Kind::BounceOfVictim,
    Kind::SpecialMail,
    Kind::Url,
    Kind::HostOfUrl,
    Kind::Hash,
    Kind::NoHash,
];

/// A value, what it is of, and how it is to be sent, if it may be.
struct Made {
    subject: Subject,
    value: String,
    sent: Option<String>,
    /// Only a policy that says so lets it be asked about.
    person: bool,
}

/// The same value in a spelling that the gate has to see through.
fn respell(dice: &mut Dice, value: &str) -> String {
    let text = match dice.below(4) {
        0 => value.to_ascii_uppercase(),
        1 => format!("{value}."),
        _ => value.to_owned(),
    };
    match dice.below(8) {
        0 => format!(" {text}\t"),
        _ => text,
    }
}

fn mapped(dice: &mut Dice, ip: Ipv4Addr) -> String {
    match dice.below(4) {
        0 => format!("::ffff:{ip}"),
        1 => format!(
            "::FFFF:{:x}:{:x}",
            ip.to_bits() >> 16,
            ip.to_bits() & 0xffff
        ),
        2 => format!(" {ip} "),
        _ => ip.to_string(),
    }
}

/// Whether a network of IPv4 is nobody's: each registered range in its own words.
fn is_nobodys(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_documentation()
        || ip.is_multicast()
        || ip.is_broadcast()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 198 && (b == 18 || b == 19))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
}

/// Whether an address may be told to nobody, whatever else is known of it.
fn is_protected(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            let octets = ip.octets();
            is_nobodys(ip)
                || octets[..2] == [62, 1]
                || octets == [77, 7, 7, 7]
                || octets[..3] == [91, 1, 1]
                || octets == [45, 66, 6, 6]
        }
        IpAddr::V6(ip) => {
            let [first, second, ..] = ip.segments();
            !(0x2000..0x4000).contains(&first)
                || first == 0x2002
                || (first == 0x2001 && (second < 0x200 || second == 0xdb8))
                || (first == 0x3fff && second < 0x1000)
                || (first == 0x2a02 && second == 0x587)
                || (first == 0x2a03 && second == 0xbad)
        }
    }
}

fn made(kind: Kind, dice: &mut Dice) -> Made {
    let of = |subject, value: String, sent: Option<String>| Made {
        subject,
        value,
        sent,
        person: false,
    };
    let ip = |value, sent| of(Subject::Ip, value, sent);
    match kind {
        Kind::PublicV4 => loop {
            let found = Ipv4Addr::from_bits(u32::try_from(dice.next() >> 32).unwrap());
            if !is_protected(found.into()) && found.octets()[..3] != [9, 9, 9] {
                return ip(mapped(dice, found), Some(found.to_string()));
            }
        },
        Kind::PublicV6 => loop {
            let first = dice.one(&[
                0x2400_u16, 0x2600, 0x2800, 0x2a00, 0x2a02, 0x2a03, 0x2c0f, 0x2001,
            ]);
            let found = Ipv6Addr::new(
                first,
                u16::try_from(dice.below(0x10000)).unwrap(),
                u16::try_from(dice.below(0x10000)).unwrap(),
                0,
                0,
                0,
                u16::try_from(dice.below(0x10000)).unwrap(),
                u16::try_from(dice.below(0x10000)).unwrap(),
            );
            if !is_protected(found.into()) {
                let text = match dice.below(2) {
                    0 => found.to_string().to_uppercase(),
                    _ => found.segments().map(|part| format!("{part:04x}")).join(":"),
                };
                return ip(text, Some(found.to_string()));
            }
        },
        Kind::Private => {
            let (b, c, d) = (dice.byte(), dice.byte(), dice.byte());
            let found = match dice.below(3) {
                0 => Ipv4Addr::new(10, b, c, d),
                1 => Ipv4Addr::new(172, 16 + b % 16, c, d),
                _ => Ipv4Addr::new(192, 168, c, d),
            };
            if dice.below(4) == 0 {
                let unique = format!("fd{b:02x}:{c:x}::{d:x}");
                return ip(unique, None);
            }
            ip(mapped(dice, found), None)
        }
        Kind::Special => {
            let (b, c, d) = (dice.byte(), dice.byte(), dice.byte());
            let found = match dice.below(20) {
                0 => Ipv4Addr::new(0, b, c, d),
                1 => Ipv4Addr::new(100, 64 + b % 64, c, d),
                2 => Ipv4Addr::new(127, b, c, d),
                3 => Ipv4Addr::new(169, 254, c, d),
                4 => Ipv4Addr::new(192, 0, 0, d),
                5 => Ipv4Addr::new(192, 0, 2, d),
                6 => Ipv4Addr::new(198, 18 + b % 2, c, d),
                7 => Ipv4Addr::new(198, 51, 100, d),
                8 => Ipv4Addr::new(203, 0, 113, d),
                9 => Ipv4Addr::new(224 + b % 16, b, c, d),
                10 => Ipv4Addr::new(240 + b % 16, b, c, d),
                11 => Ipv4Addr::BROADCAST,
                12 => return ip(format!("fe80::{c:x}:{d:x}"), None),
                13 => return ip(format!("ff{b:02x}::{d:x}"), None),
                14 => return ip(format!("2001:db8:{c:x}::{d:x}"), None),
                15 => return ip(format!("2002:a{b:02x}:{c:x}::{d:x}"), None),
                16 => return ip(format!("2001:0:{c:x}::{d:x}"), None),
                17 => return ip(format!("64:ff9b::{c:x}:{d:x}"), None),
                18 => return ip(dice.one(&["::", "::1"]).to_owned(), None),
                _ => return ip(format!("3fff:{c:x}::{d:x}"), None),
            };
            ip(mapped(dice, found), None)
        }
        Kind::OwnNetwork => {
            let (c, d) = (dice.byte(), dice.byte());
            match dice.below(4) {
                0 => ip(mapped(dice, Ipv4Addr::new(77, 7, 7, 7)), None),
                1 => ip(format!("2a02:587:{c:x}::{d:x}"), None),
                _ => ip(mapped(dice, Ipv4Addr::new(62, 1, c, d)), None),
            }
        }
        Kind::VictimAddress => {
            let d = dice.byte();
            match dice.below(3) {
                0 => ip(format!("2a03:bad::{:x}", d % 16), None),
                _ => ip(mapped(dice, Ipv4Addr::new(91, 1, 1, d)), None),
            }
        }
        Kind::ListedAddress => {
            let found = Ipv4Addr::new(9, 9, 9, dice.byte());
            ip(mapped(dice, found), Some(found.to_string()))
        }
        Kind::DeniedAddress => ip(mapped(dice, Ipv4Addr::new(45, 66, 6, 6)), None),
        Kind::NoAddress => {
            let d = dice.byte();
            let text = match dice.below(7) {
                0 => format!("45.3.1.{d}/24"),
                1 => format!("45.3.1.{d}:443"),
                2 => format!("045.3.1.{d}"),
                3 => format!("45.3.{d}"),
                4 => format!("fe80::{d:x}%eth0"),
                5 => String::new(),
                _ => format!("[2a00::{d:x}]"),
            };
            ip(text, None)
        }
        Kind::PublicDomain => {
            let count = 4 + dice.below(8);
            let name = format!(
                "{}-{}.{}",
                dice.letters(count),
                dice.below(1000),
                dice.one(&["gr", "com", "xn--p1ai", "info"])
            );
            let name = if dice.below(3) == 0 {
                format!("www.{name}")
            } else {
                name
            };
            of(Subject::Domain, respell(dice, &name), Some(name))
        }
        Kind::OwnDomain => {
            let own = dice.one(&["corp.gr", "ministry.eu"]);
            let name = if dice.below(3) == 0 {
                own.to_owned()
            } else {
                format!("{}.{own}", dice.letters(5))
            };
            of(Subject::Domain, respell(dice, &name), None)
        }
        Kind::SpecialDomain => {
            let last = dice.one(&[
                "local",
                "lan",
                "internal",
                "home.arpa",
                "example",
                "example.com",
                "example.org",
                "test",
                "invalid",
                "localhost",
                "onion",
                "corp",
                "10.in-addr.arpa",
            ]);
            let name = if dice.below(8) == 0 {
                dice.letters(6)
            } else {
                format!("{}.{last}", dice.letters(6))
            };
            of(Subject::Domain, respell(dice, &name), None)
        }
        Kind::ListedDomain => {
            let name = dice.one(&["popular.org", "www.popular.org", "cdn.static.popular.org"]);
            of(Subject::Domain, respell(dice, name), Some(name.to_owned()))
        }
        Kind::NoDomain => {
            let (name, d) = (dice.letters(6), dice.byte());
            let text = match dice.below(9) {
                0 => format!("10.0.0.{d}"),
                1 => format!("10.0.0.0x{d:x}"),
                2 => format!("{name}.gr:8080"),
                3 => format!("ada@{name}.gr"),
                4 => format!("-{name}.gr"),
                5 => format!("{name}..gr"),
                6 => format!("{name} x.gr"),
                7 => format!("ä{name}.gr"),
                _ => format!("::ffff:10.0.0.{d}"),
            };
            of(Subject::Domain, text, None)
        }
        Kind::PublicMail => {
            let (name, domain) = (dice.letters(7), dice.letters(9));
            let local = match dice.below(3) {
                0 => format!("{name}{}", dice.below(100)),
                1 => format!("Info+{name}"),
                _ => name,
            };
            let sent = format!("{local}@{domain}.com");
            let value = match dice.below(3) {
                0 => format!("{local}@{}.COM", domain.to_uppercase()),
                1 => format!(" {sent}."),
                _ => sent.clone(),
            };
            of(Subject::Email, value, Some(sent))
        }
        Kind::OwnMail => {
            let own = dice.one(&["corp.gr", "CORP.GR.", "mail.corp.gr", "ministry.eu"]);
            of(Subject::Email, format!("{}@{own}", dice.letters(5)), None)
        }
        Kind::PersonsMail => {
            let sent = format!(
                "{}.{}@{}.gr",
                dice.letters(4),
                dice.letters(6),
                dice.letters(9)
            );
            let made = of(Subject::Email, sent.clone(), Some(sent));
            Made {
                person: true,
                ..made
            }
        }
        Kind::BounceOfOwn => {
            let (name, domain) = (dice.letters(4), dice.letters(9));
            let value = match dice.below(5) {
                0 => format!("bounce-{}+{name}=corp.gr@{domain}.com", dice.below(1000)),
                1 => format!("SRS0=ab1=Zq=corp.gr={name}@{domain}.com"),
                2 => format!("{name}%mail.corp.gr@{domain}.com"),
                3 => format!("b_{name}_Ministry.EU_7@{domain}.com"),
                _ => format!("bounce-62.1.{}.9@{domain}.com", dice.byte()),
            };
            of(Subject::Email, value, None)
        }
        Kind::BounceOfVictim => {
            let (name, victim, domain) = (dice.letters(4), dice.letters(6), dice.letters(9));
            if dice.below(4) == 0 {
                let value = format!("bounce-91.1.1.{}@{domain}.com", dice.byte());
                return of(Subject::Email, value, None);
            }
            let sent = match dice.below(3) {
                0 => format!(
                    "bounce-{}+{name}={victim}.gr@{domain}.com",
                    dice.below(1000)
                ),
                1 => format!("SRS0=ab1=Zq={victim}.gr={name}@{domain}.com"),
                _ => format!("{name}%{victim}.gr@{domain}.com"),
            };
            let made = of(Subject::Email, sent.clone(), Some(sent));
            Made {
                person: true,
                ..made
            }
        }
        Kind::SpecialMail => {
            let (name, d) = (dice.letters(4), dice.byte());
            let value = match dice.below(7) {
                0 => format!("{name}@[10.0.0.{d}]"),
                1 => format!("{name}@10.0.0.{d}"),
                2 => format!("{name}@localhost"),
                3 => format!("{name}@printer.local"),
                4 => format!("{name}@example.com"),
                5 => format!("{name}@x@evil.gr"),
                _ => name,
            };
            of(Subject::Email, value, None)
        }
        // No service is asked about a URL: its path may hold anything. As another thing it is refused, too.
        Kind::Url => {
            let (host, path) = (dice.letters(7), dice.letters(5));
            let url = match dice.below(4) {
                0 => format!("http://{host}.com/{path}?user=ada@corp.gr"),
                1 => format!("https://10.0.0.{}/{path}", dice.byte()),
                2 => format!("http://45.3.{}.1/", dice.byte()),
                _ => format!("hxxp://{host}[.]com/{path}"),
            };
            of(dice.one(&Subject::ALL), url, None)
        }
        Kind::HostOfUrl => {
            let name = format!("{}.{}.net", dice.letters(3), dice.letters(9));
            of(Subject::Domain, name.clone(), Some(name))
        }
        Kind::Hash => {
            let length = dice.one(&[32, 40, 64]);
            let text = dice.hexadecimal(length);
            let sent = text.to_ascii_lowercase();
            of(Subject::Hash, text, Some(sent))
        }
        Kind::NoHash => {
            let length = dice.one(&[0, 8, 31, 33, 56, 128]);
            of(Subject::Hash, dice.hexadecimal(length), None)
        }
    }
}

/// The value that a request was about, and whom it was for.
fn asked_about(asked: &Asked) -> (Service, Subject, String) {
    let decode = |text: &str| {
        let mut out = Vec::new();
        let mut bytes = text.bytes();
        while let Some(byte) = bytes.next() {
            if byte == b'%' {
                let digits = [bytes.next().unwrap(), bytes.next().unwrap()];
                let digits = std::str::from_utf8(&digits).unwrap().to_owned();
                out.push(u8::from_str_radix(&digits, 16).unwrap());
            } else {
                out.push(byte);
            }
        }
        String::from_utf8(out).unwrap()
    };
    let (path, query) = asked.path.split_once('?').unwrap_or((&asked.path, ""));
    let last = decode(path.rsplit('/').next().unwrap());
    let body = String::from_utf8(asked.body.clone()).unwrap();
    let pair = |text: &str, name: &str| {
        let mut pairs = text.split('&').filter_map(|pair| pair.split_once('='));
        pairs
            .find(|(own, _)| *own == name)
            .map(|(_, value)| decode(value))
    };
    match path {
        "/api/v2/check" => {
            let value = pair(query, "ipAddress").unwrap();
            (Service::AbuseIpDb, Subject::Ip, value)
        }
        "/api/v2/search/terms" => match pair(&body, "host") {
            Some(value) => (Service::HybridAnalysis, Subject::Ip, value),
            None => (
                Service::HybridAnalysis,
                Subject::Domain,
                pair(&body, "domain").unwrap(),
            ),
        },
        _ if path.starts_with("/api/v3/ip_addresses/") => (Service::VirusTotal, Subject::Ip, last),
        _ if path.starts_with("/api/v3/domains/") => (Service::VirusTotal, Subject::Domain, last),
        _ if path.starts_with("/api/v3/files/") => (Service::VirusTotal, Subject::Hash, last),
        _ if path.starts_with("/api/json/ip/") => (Service::IpQualityScore, Subject::Ip, last),
        _ if path.starts_with("/api/json/email/") => {
            (Service::IpQualityScore, Subject::Email, last)
        }
        _ => panic!("{}", asked.line()),
    }
}

fn tables(folder: &Path) -> Tables {
    fs::create_dir(folder).unwrap();
    for (file, kind, attributes, list) in [
        ("a.json", "cidr", ["ip-src", "ip-dst"], "9.9.9.0/24"),
        ("b.json", "hostname", ["domain", "hostname"], "popular.org"),
    ] {
        let list = json!({"name": file, "type": kind, "matching_attributes": attributes, "list": [list],
            "version": 1, "description": ""});
        fs::write(folder.join(file), list.to_string()).unwrap();
    }
    let mut tables = Tables::default();
    assert!(tables.warninglists(folder).unwrap().is_empty());
    tables
}

fn service_of(asked: &Asked) -> Service {
    asked_about(asked).0
}

#[derive(Debug, Default)]
struct Count {
    made: u32,
    allowed: u32,
    sent: u32,
}

#[test]
fn of_a_hundred_thousand_events_nothing_protected_is_ever_sent() {
    // Each answer and each count is synchronised: in memory that costs nothing.
    let folder = match tempfile::tempdir_in("/dev/shm") {
        Ok(folder) => folder,
        Err(_) => tempfile::tempdir().unwrap(),
    };
    let stand = Stand::start(|asked| Reply::json(&good(service_of(asked))));
    let scene = Scene::of(&stand, &folder.path().join("cache"), &[]);
    let accounts = Service::ALL.map(|service| {
        let mut account = scene.account(service);
        account.windows = vec![Window::new(Span::Month, 1_000_000)];
        account
    });
    let clock = scene.clock.clone();
    let mut desk = Desk::new(
        scene.options.clone(),
        accounts.to_vec(),
        clock,
        scene.settings.stop.clone(),
    );
    let tables = tables(&folder.path().join("lists"));
    let victims = (0..=255).map(|last| IpAddr::from([91, 1, 1, last]));
    let more = (0..16).map(|last| IpAddr::from([0x2a03, 0xbad, 0, 0, 0, 0, 0, last]));
    let victims: AddressSet = victims.chain(more).collect();
    let askers = [STRICT, OPEN].map(|policy| {
        let assets = Assets::parse(OWN).unwrap();
        Asker::new(&Policy::parse(policy).unwrap(), assets, victims.clone())
    });
    let mut dice = Dice(0x0123_4567_89ab_cdef);
    let mut counts: BTreeMap<Kind, Count> = BTreeMap::new();
    let mut sent: BTreeSet<(Service, Subject, String)> = BTreeSet::new();
    let mut labels: BTreeMap<(Tlp, String), u32> = BTreeMap::new();
    let (mut turn, mut requests) = (0, 0);
    let begun = Instant::now();
    for _ in 0..EVENTS {
        let kind = dice.one(&KINDS);
        let made = made(kind, &mut dice);
        let is_open = dice.below(2) == 1;
        let role = dice.one(&[
            Some(Role::Attacker),
            Some(Role::Attacker),
            Some(Role::Attacker),
            None,
            Some(Role::Bystander),
            Some(Role::Own),
            Some(Role::Victim),
        ]);
        let tlp = dice.one(&[
            Tlp::Clear,
            Tlp::Green,
            Tlp::Green,
            Tlp::Amber,
            Tlp::AmberStrict,
            Tlp::Red,
        ]);
        let pap = dice.one(&[Pap::Clear, Pap::Green, Pap::Green, Pap::Amber, Pap::Red]);
        let may_role = match role {
            Some(Role::Attacker) => true,
            None => is_open,
            _ => false,
        };
        let may_tlp = match tlp {
            Tlp::Clear | Tlp::Green | Tlp::Amber => true,
            Tlp::AmberStrict => is_open,
            Tlp::Red => false,
        };
        let may_pap = match pap {
            Pap::Clear | Pap::Green => true,
            Pap::Amber => is_open,
            Pap::Red => false,
        };
        let may_value = made.sent.is_some() && (is_open || !made.person);
        let may = may_role && may_tlp && may_pap && may_value;
        let count = counts.entry(kind).or_default();
        count.made += 1;
        let question = Question {
            subject: made.subject,
            value: made.value.clone(),
            role,
            tlp,
            pap,
        };
        let decided = askers[usize::from(is_open)].ask(question);
        assert_eq!(
            decided.is_ok(),
            may,
            "{kind:?} {} `{}` {role:?} {tlp} {pap}, open: {is_open}: {:?}",
            made.subject,
            made.value,
            decided.as_ref().err()
        );
        let Ok(question) = decided else { continue };
        count.allowed += 1;
        assert_eq!(
            Some(&question.item().value),
            made.sent.as_ref(),
            "{kind:?} `{}`",
            made.value
        );
        // What stands on a warninglist is asked about by nobody.
        let is_listed = !tables
            .look(made.subject, &made.value)
            .warninglists
            .is_empty();
        let wanted = matches!(kind, Kind::ListedAddress | Kind::ListedDomain);
        assert_eq!(is_listed, wanted, "{kind:?} `{}`", made.value);
        if is_listed || requests >= SENT {
            continue;
        }
        let services = Service::ALL
            .into_iter()
            .filter(|service| service.answers(made.subject));
        let services: Vec<Service> = services.collect();
        turn += 1;
        let service = services[turn % services.len()];
        let got = desk.ask(service, &question).unwrap();
        let got = got.unwrap_or_else(|trouble| panic!("{service} {}: {trouble}", made.value));
        if !got.cached {
            requests += 1;
            count.sent += 1;
            *labels.entry((tlp, pap.to_string())).or_default() += 1;
            sent.insert((service, made.subject, question.item().value.clone()));
        }
    }
    let time = begun.elapsed();

    // What was recorded is what was let through, and nothing of it is anybody's whom we protect.
    let recorded: Vec<_> = stand.asked().iter().map(asked_about).collect();
    assert_eq!(recorded.len(), requests);
    assert_eq!(recorded.iter().cloned().collect::<BTreeSet<_>>(), sent);
    for (service, subject, value) in &recorded {
        match subject {
            Subject::Ip => assert!(!is_protected(value.parse().unwrap()), "{service} {value}"),
            Subject::Hash => assert!(value.bytes().all(|byte| byte.is_ascii_hexdigit())),
            Subject::Domain | Subject::Email => {
                let host = value.rsplit('@').next().unwrap();
                let last = host.rsplit('.').next().unwrap();
                assert!(
                    ["gr", "com", "net", "info", "xn--p1ai"].contains(&last),
                    "{value}"
                );
            }
        }
        for never in [
            "corp.gr",
            "ministry.eu",
            "popular.org",
            "example",
            "91.1.1.",
            "62.1.",
            "77.7.7.7",
            "9.9.9.",
            "45.66.6.6",
        ] {
            let is_part = value.to_lowercase().match_indices(never).any(|(at, _)| {
                // 162.1.2.3 is another address than 62.1.2.3.
                *subject == Subject::Email
                    || at == 0
                    || value.as_bytes()[at - 1] == b'.' && never.contains(char::is_alphabetic)
            });
            assert!(!is_part, "{service} {value}");
        }
    }
    assert!(
        labels
            .keys()
            .all(|(tlp, pap)| *tlp != Tlp::Red && !pap.contains("RED"))
    );

    // Nobody passes by refusing all.
    println!("{requests} requests, {time:?}: {counts:#?} {labels:?}");
    for (kind, count) in &counts {
        assert!(count.made > 3500, "{kind:?} {count:?}");
        let is_asked = matches!(
            kind,
            Kind::PublicV4
                | Kind::PublicV6
                | Kind::PublicDomain
                | Kind::PublicMail
                | Kind::PersonsMail
                | Kind::BounceOfVictim
                | Kind::HostOfUrl
                | Kind::Hash
        );
        let is_listed = matches!(kind, Kind::ListedAddress | Kind::ListedDomain);
        if is_asked || is_listed {
            assert!(count.allowed > 500, "{kind:?} {count:?}");
        } else {
            assert_eq!(count.allowed, 0, "{kind:?}");
        }
        if is_asked {
            assert!(count.sent > 250, "{kind:?} {count:?}");
        } else {
            assert_eq!(count.sent, 0, "{kind:?}");
        }
    }
    assert_eq!(counts.len(), KINDS.len());
    for service in Service::ALL {
        for subject in Subject::ALL {
            let all = recorded
                .iter()
                .filter(|one| (one.0, one.1) == (service, subject))
                .count();
            let least = if service.answers(subject) { 100 } else { 0 };
            assert!(
                all >= least && (least > 0 || all == 0),
                "{service} {subject}: {all}"
            );
        }
    }
    assert!(labels.len() >= 8, "{labels:?}");
    assert!(requests >= 4000, "{requests}");
}
