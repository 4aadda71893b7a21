//! Events of any fields: the bundle of each is the one that a slow writer makes.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use aidos_model::{Endpoint, Event, Kind, Mac, Outcome, RouterOs, Timestamp, Tlp};
use serde_json::Value;

use crate::compose::slow::{is_the_slow_one, obeys_the_laws};
use crate::compose::{Composer, ObjectRules};

/// Takes fields off the front of the bytes; what is missing is zero.
struct Taker<'a>(&'a [u8]);

impl<'a> Taker<'a> {
    fn byte(&mut self) -> u8 {
        let (first, rest) = self.0.split_first().unwrap_or((&0, &[]));
        self.0 = rest;
        *first
    }

    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| self.byte())
    }

    /// Up to 31 bytes, their number first.
    fn text(&mut self) -> std::borrow::Cow<'a, str> {
        let len = usize::from(self.byte() & 31).min(self.0.len());
        let (text, rest) = self.0.split_at(len);
        self.0 = rest;
        String::from_utf8_lossy(text)
    }

    fn maybe_text(&mut self) -> Option<std::borrow::Cow<'a, str>> {
        (self.byte() & 1 == 1).then(|| self.text())
    }

    fn ip(&mut self) -> Option<IpAddr> {
        match self.byte() % 6 {
            0 => None,
            1 => Some(Ipv4Addr::new(198, 51, 100, self.byte()).into()),
            2 => Some(Ipv4Addr::new(10, 0, 0, self.byte()).into()),
            3 => Some(Ipv4Addr::from_bits(u32::from_be_bytes(self.bytes())).into()),
            4 => {
                let host = u16::from(self.byte());
                Some(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, host).into())
            }
            // Parsers keep mapped addresses as IPv4.
            _ => Some(IpAddr::from(self.bytes::<16>()).to_canonical()),
        }
    }

    fn end(&mut self) -> Endpoint {
        let known = self.byte();
        Endpoint {
            ip: self.ip(),
            port: (known & 1 == 1).then(|| u16::from_be_bytes(self.bytes())),
            mac: (known & 2 == 2).then(|| Mac(self.bytes())),
            nat_ip: if known & 4 == 4 { self.ip() } else { None },
            nat_port: (known & 8 == 8).then(|| u16::from_be_bytes(self.bytes())),
        }
    }

    fn time(&mut self) -> Option<Timestamp> {
        match self.byte() % 4 {
            0 => None,
            1 => Some(Timestamp(1_678_185_483_000_000_000)),
            2 => Some(Timestamp(
                i64::from(u32::from_be_bytes(self.bytes())) * 1_000_000_000
                    + i64::from(u16::from_be_bytes(self.bytes())) * 10_000,
            )),
            // To the microsecond, as bundles are, and in the years that the type covers.
            _ => Some(Timestamp(
                i64::from_be_bytes(self.bytes()) / 2_000_000 * 1000,
            )),
        }
    }
}

/// An event whose fields are taken from the bytes, composed by one composer of the default rules.
///
/// The composer is the caller's, so that what it remembers is part of what is tried; its label must be
/// the default one.
///
/// # Panics
///
/// If the bundle breaks a law or is not what the slow writer makes.
pub fn compose(composer: &mut Composer, bytes: &[u8]) {
    let mut taker = Taker(bytes);
    let source = taker.end();
    let destination = taker.end();
    let timestamp = taker.time();
    let flags = taker.byte();
    let provider = taker.text();
    let transport = taker.maybe_text();
    let user = taker.maybe_text();
    let chain = ["input", "output", "forward", ""].get(usize::from(flags >> 6));
    let emails: Vec<_> = (0..flags & 3).map(|_| taker.text()).collect();
    let emails: Vec<&str> = emails.iter().map(AsRef::as_ref).collect();
    let (role_less, from) = emails.split_at(emails.len() / 2);
    let quoted = [taker.text(), taker.text()].map(|text| Value::from(text.as_ref()).to_string());
    let [domain, url] = &quoted;
    let all_extra = [
        ("dns.question.name", domain.as_str()),
        ("url.original", url.as_str()),
    ];
    let event = Event {
        timestamp,
        provider: &provider,
        kind: if flags & 4 == 4 {
            Kind::Alert
        } else {
            Kind::Event
        },
        outcome: (flags & 8 == 8).then_some(Outcome::Failure),
        source,
        destination,
        transport: transport.as_deref(),
        bytes: (flags & 16 == 16).then(|| u64::from(u32::from_be_bytes(taker.bytes()))),
        user: user.as_deref(),
        email_addresses: role_less,
        email_from: from,
        extra: if flags & 32 == 32 { &all_extra } else { &[] },
        routeros: RouterOs {
            chain: chain.copied().filter(|chain| !chain.is_empty()),
            ..RouterOs::default()
        },
        ..Event::default()
    };
    let mut out = Vec::new();
    composer.bundle(&event, &mut out);
    is_the_slow_one(&event, Tlp::default(), &out);
}

/// Composes an event and demands the laws of its bundle.
pub(super) fn bundle_of(composer: &mut Composer, event: &Event<'_>) {
    let mut out = Vec::new();
    let id = composer.bundle(event, &mut out);
    let Ok(bundle) = serde_json::from_slice::<Value>(&out) else {
        panic!(
            "{event:?} made {:?}, which is no JSON",
            String::from_utf8_lossy(&out)
        );
    };
    assert_eq!(bundle["id"], id.to_string());
    obeys_the_laws(&bundle, &out);
}

/// Composers of rules, for the targets that hold one.
pub fn composer(rules: ObjectRules) -> Composer {
    Composer::new(crate::compose::Options {
        rules,
        ..crate::compose::Options::default()
    })
}
