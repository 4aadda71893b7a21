//! One bundle an entry.

use std::net::IpAddr;

use aidos_model::event::Value;
use aidos_model::stix::canonical::push_str;
use aidos_model::stix::{Kind, OURS, StixId, Uuid};
use aidos_model::{Event, Mac};

use super::cache::{Addresses, Authors};
use super::object::{
    Address, Id, Indicator, Label, Said, Seen, Time, Traffic, push_based_on, push_indicator,
    push_observable, push_observed, text_id,
};
use super::rules::{LOW, indicator_type};
use super::{ObjectRules, Options, pattern, protocol, value};
use crate::analysis::own::Own;
use crate::analysis::role::{Verdict, verdict};

/// Writes one STIX 2.1 bundle an event, a line of `bundles.jsonl`.
///
/// It keeps what it met, within bounds: use one for many events. What it writes hangs on the event and the
/// options alone, never on what it met before.
///
/// ```
/// # use aidos_core::compose::{Composer, Options};
/// # use aidos_model::Event;
/// let mut composer = Composer::new(Options::default());
/// let event = Event { provider: "8bells", source: "198.51.100.7".parse::<std::net::IpAddr>()?.into(), ..Event::default() };
/// let mut lines = Vec::new();
/// let id = composer.bundle(&event, &mut lines);
/// assert!(String::from_utf8(lines)?.starts_with(&format!("{{\"id\":\"{id}\",\"objects\":[")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Composer {
    rules: ObjectRules,
    label: Label,
    authors: Authors,
    found: Found,
    ids: Vec<u8>,
}

/// A bundle of the usual size fits.
const USUAL: usize = 6 * 1024;

impl Composer {
    /// A composer of these options.
    pub fn new(options: Options) -> Self {
        Self {
            rules: options.rules,
            label: Label::new(options.tlp),
            authors: Authors::new(),
            found: Found::new(),
            ids: Vec::new(),
        }
    }

    /// How many values of fields that should have become observables were none, over all events so far.
    pub fn left_out(&self) -> u64 {
        self.found.left_out
    }

    /// Appends the bundle of an event and a newline; returns its id.
    ///
    /// The objects are ordered by type, then id.
    pub fn bundle(&mut self, event: &Event<'_>, out: &mut Vec<u8>) -> StixId {
        let Self {
            rules,
            label,
            authors,
            found,
            ids,
        } = self;
        out.reserve(USUAL);
        let time = event.timestamp.map(Time::new);
        let (author, _) = authors.get(event.provider, label);

        found.clear();
        let [source, destination] = found.take(event, rules);
        let (source, destination) = (source.as_ref(), destination.as_ref());
        let transport = event.transport.and_then(protocol::word);
        let traffic = Traffic {
            source,
            destination,
            source_port: event.source.port,
            destination_port: event.destination.port,
            transport,
            bytes: event.bytes,
            start: time.as_ref(),
            end: None,
        };
        if rules.traffic
            && let Some(id) = traffic.id(&mut found.scratch)
        {
            found.list.push(Item {
                id,
                start: 0,
                end: 0,
            });
        }
        found.sort();

        let mut bundle = Bundle {
            start: out.len(),
            out,
            ids,
        };
        bundle.open();
        let mut rest = found.list.as_slice();
        let mut observables = |bundle: &mut Bundle<'_>, before: Kind| {
            while let Some((item, tail)) = rest.split_first()
                && item.id.kind < before
            {
                bundle.next(&item.id);
                if item.id.kind == Kind::NetworkTraffic {
                    traffic.push(bundle.out, &item.id, label);
                } else {
                    push_observable(bundle.out, &item.id, found.values.text(item), label);
                }
                rest = tail;
            }
        };

        observables(&mut bundle, Kind::Identity);
        bundle.next(&author.id);
        bundle.out.extend_from_slice(&author.json);

        let said = time.as_ref().map(|time| Said {
            author,
            label,
            time,
        });
        let indicator = said.and_then(|said| {
            let on = On::new(event, rules, source, destination, transport)?;
            bundle.comma();
            let id = on.push(bundle.out, said);
            bundle.note(&id);
            Some(id)
        });
        observables(&mut bundle, Kind::MarkingDefinition);
        bundle.next(&label.id);
        bundle.out.extend_from_slice(&label.json);
        observables(&mut bundle, Kind::ObservedData);
        if let Some(said) = said
            && rules.observed
            && !found.list.is_empty()
        {
            let seen = Seen {
                first: said.time.text(),
                last: said.time.text(),
                count: 1,
            };
            bundle.comma();
            let refs = found.list.iter().map(|item| &item.id);
            let observed = push_observed(bundle.out, said, seen, refs);
            bundle.note(&observed);
            if let Some(indicator) = indicator
                && rules.relationship
            {
                bundle.comma();
                let id = push_based_on(bundle.out, said, &indicator, &observed);
                bundle.note(&id);
            }
        }
        observables(&mut bundle, Kind::X509Certificate);
        bundle.close()
    }
}

/// A bundle on its way.
struct Bundle<'o> {
    start: usize,
    out: &'o mut Vec<u8>,
    /// The name of its id: the bundle with each object replaced by its id.
    ids: &'o mut Vec<u8>,
}

const OPEN: &[u8] = b"{\"id\":\"bundle--00000000-0000-0000-0000-000000000000\",\"objects\":[";
const UUID_AT: usize = 15;

impl Bundle<'_> {
    fn open(&mut self) {
        self.out.extend_from_slice(OPEN);
        self.ids.clear();
        self.ids.extend_from_slice(b"{\"objects\":[");
    }

    /// Separates an object from the one before it.
    #[inline]
    fn comma(&mut self) {
        if self.out.len() > self.start + OPEN.len() {
            self.out.push(b',');
            self.ids.push(b',');
        }
    }

    /// Takes note of the id of an object.
    #[inline]
    fn note(&mut self, id: &Id) {
        self.ids.push(b'"');
        id.push(self.ids);
        self.ids.push(b'"');
    }

    /// An object of this id follows.
    #[inline]
    fn next(&mut self, id: &Id) {
        self.comma();
        self.note(id);
    }

    fn close(self) -> StixId {
        self.out.extend_from_slice(b"],\"type\":\"bundle\"}\n");
        self.ids.extend_from_slice(b"],\"type\":\"bundle\"}");
        let uuid = Uuid::v5(OURS, self.ids);
        let at = self.start + UUID_AT;
        if let Some(place) = self.out.get_mut(at..at + 36) {
            place.copy_from_slice(&uuid.text());
        }
        StixId {
            kind: Kind::Bundle,
            uuid,
        }
    }
}

/// What an indicator is on.
struct On<'a> {
    traffic: Option<pattern::Traffic<'a>>,
    source: Option<&'a Address>,
    named: pattern::Traffic<'a>,
    verdict: Verdict,
    confidence: u8,
}

impl<'a> On<'a> {
    /// `None` where the rules and the event give nothing to watch for.
    #[inline]
    fn new(
        event: &Event<'_>,
        rules: &ObjectRules,
        source: Option<&'a Address>,
        destination: Option<&'a Address>,
        transport: Option<&'a str>,
    ) -> Option<Self> {
        source.or(destination)?;
        let named = pattern::Traffic {
            source,
            destination,
            destination_port: event.destination.port,
            transport,
        };
        // What is own beyond the private ranges is known of a case, not of a single row: its bundle is the
        // same whatever case it stands in.
        let verdict = verdict(event, &Own::default());
        let on = Self {
            traffic: rules.indicator.traffic.then_some(named),
            source: source.filter(|_| rules.indicator.source && verdict.is_attack()),
            named,
            verdict,
            confidence: match verdict {
                Verdict::Passing => rules.indicator.confidence.min(verdict.confidence()),
                _ if verdict.is_attack() => rules.indicator.confidence,
                _ => LOW,
            },
        };
        (on.traffic.is_some() || on.source.is_some()).then_some(on)
    }

    #[inline]
    fn push(&self, out: &mut Vec<u8>, said: Said<'_>) -> Id {
        let indicator = Indicator {
            confidence: self.confidence,
            description: self.verdict.explanation(),
            word: indicator_type(self.verdict),
            valid_from: said.time,
        };
        push_indicator(
            out,
            said,
            indicator,
            |out| pattern::push_name(out, self.named),
            |out| pattern::push(out, self.traffic, self.source),
        )
    }
}

/// The observables of one event.
struct Found {
    list: Vec<Item>,
    values: Values,
    addresses: Addresses,
    scratch: Vec<u8>,
    left_out: u64,
}

/// The texts of observables, escaped for JSON.
struct Values(Vec<u8>);

impl Values {
    #[inline]
    fn text(&self, item: &Item) -> &[u8] {
        self.0.get(item.start..item.end).unwrap_or_default()
    }
}

/// An observable: its id and where its text stands.
#[derive(Clone, Copy)]
struct Item {
    id: Id,
    start: usize,
    end: usize,
}

impl Found {
    fn new() -> Self {
        Self {
            list: Vec::new(),
            values: Values(Vec::new()),
            addresses: Addresses::new(),
            scratch: Vec::new(),
            left_out: 0,
        }
    }

    fn clear(&mut self) {
        self.list.clear();
        self.values.0.clear();
    }

    #[inline]
    fn sort(&mut self) {
        self.list.sort_unstable_by_key(|entry| entry.id);
        self.list.dedup_by(|a, b| a.id == b.id);
    }

    /// Takes the observables of an event; returns those of its two ends.
    fn take(&mut self, event: &Event<'_>, rules: &ObjectRules) -> [Option<Address>; 2] {
        let mut ends = [None; 2];
        let ips = [
            event.source.ip,
            event.destination.ip,
            event.source.nat_ip,
            event.destination.nat_ip,
        ];
        for (at, ip) in ips.into_iter().enumerate() {
            if let Some(ip) = ip
                && rules.wants_ip(at, ip)
            {
                let address = self.ip(ip);
                if let Some(end) = ends.get_mut(at) {
                    *end = Some(address);
                }
            }
        }
        for (mac, wanted) in [event.source.mac, event.destination.mac]
            .into_iter()
            .zip(rules.macs)
        {
            if let Some(mac) = mac.filter(|_| wanted) {
                self.mac(mac);
            }
        }
        for (list, wanted) in [event.email_from, event.email_to, event.email_addresses]
            .into_iter()
            .zip(rules.emails)
        {
            if wanted {
                for text in list {
                    self.text(Kind::EmailAddr, text);
                }
            }
        }
        if let Some(user) = event.user
            && rules.user
        {
            self.text(Kind::UserAccount, user);
        }
        if rules.others_known {
            event.fields(&mut |path, value| self.field(rules, path, value));
        } else {
            for &(path, json) in event.extra {
                self.field(rules, path, Value::Json(json));
            }
        }
        ends
    }

    /// Takes a field, as each object that the rules make of it.
    fn field(&mut self, rules: &ObjectRules, path: &str, value: Value<'_>) {
        for (kind, _) in rules.others.iter().filter(|(_, wanted)| wanted == path) {
            match value {
                Value::Text(text) | Value::One(text) => self.text(*kind, text),
                Value::List(list) => list.iter().for_each(|text| self.text(*kind, text)),
                Value::Ip(ip) => self.ip_as(*kind, ip),
                Value::Ips(ips) => ips
                    .into_iter()
                    .flatten()
                    .for_each(|ip| self.ip_as(*kind, ip)),
                Value::Mac(mac) => self.mac(mac),
                Value::Message(message, time) => {
                    let mut text = String::new();
                    message.push_text(time, &mut text);
                    self.text(*kind, &text);
                }
                // A text or a list of texts; whatever else stands there is no value of an observable.
                Value::Json(json) => match serde_json::from_str(json) {
                    Ok(serde_json::Value::String(text)) => self.text(*kind, &text),
                    Ok(serde_json::Value::Array(items)) => {
                        for text in items.iter().filter_map(serde_json::Value::as_str) {
                            self.text(*kind, text);
                        }
                    }
                    Ok(serde_json::Value::Null) => {}
                    _ => self.left_out += 1,
                },
                Value::Time(_) | Value::Number(_) | Value::Defects(_) => {}
            }
        }
    }

    #[inline]
    fn ip(&mut self, ip: IpAddr) -> Address {
        let (address, _) = self.addresses.ip(ip);
        let start = self.values.0.len();
        self.values.0.extend_from_slice(address.text());
        self.push(address.id(), start);
        address
    }

    /// Takes an address where it is of the wanted version.
    fn ip_as(&mut self, kind: Kind, ip: IpAddr) {
        if (kind == Kind::Ipv6Addr) == ip.is_ipv6() {
            self.ip(ip);
        }
    }

    fn mac(&mut self, mac: Mac) {
        let id = self.addresses.mac(mac);
        let start = self.values.0.len();
        self.values.0.extend_from_slice(&mac.text());
        self.push(id, start);
    }

    /// Takes a text as an observable of this type, if it is one.
    fn text(&mut self, kind: Kind, text: &str) {
        let text = text.trim();
        let value = match kind {
            Kind::Ipv4Addr | Kind::Ipv6Addr => {
                match crate::clean::ip::parse(text) {
                    Some(ip) => self.ip_as(kind, ip),
                    None => self.left_out += 1,
                }
                return;
            }
            Kind::MacAddr => {
                match Mac::parse(text) {
                    Some(mac) => self.mac(mac),
                    None => self.left_out += 1,
                }
                return;
            }
            Kind::EmailAddr => value::email(text),
            Kind::DomainName => value::domain(text),
            Kind::Url => value::url(text),
            _ => (!text.is_empty()).then_some(text.into()),
        };
        let Some(value) = value else {
            self.left_out += 1;
            return;
        };
        // With its quotation marks for the id, without them for the object.
        let quote = self.values.0.len();
        push_str(&mut self.values.0, &value);
        let json = self.values.0.get(quote..).unwrap_or_default();
        let id = text_id(kind, json, &mut self.scratch);
        let item = Item {
            id,
            start: quote + 1,
            end: self.values.0.len() - 1,
        };
        self.list.push(item);
    }

    #[inline]
    fn push(&mut self, id: Id, start: usize) {
        self.list.push(Item {
            id,
            start,
            end: self.values.0.len(),
        });
    }
}
