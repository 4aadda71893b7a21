//! Values put into objects of STIX, found again, and asked for by a pattern.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use aidos_model::Timestamp;
use aidos_model::stix::{Body, Group, Kind, OURS, Object, StixId, Target, Uuid, canonical};
use serde_json::{Map, Value};

use super::table::Main;

/// What became of a value.
pub(super) enum Put {
    /// It stands there, as it was; the text says where: `{0/hashes/MD5}`.
    Exact(String),
    /// It stands there, spelt as STIX wants it.
    Spelt,
    /// There is no place for it.
    No,
}

/// Objects being made of values: the main one and those that it points to.
pub(super) struct Builder {
    kind: Kind,
    main: Members,
    others: Vec<Object>,
    /// Comparisons of the values that detect, joined; empty or begun with a bracket.
    pattern: String,
}

/// The members of an object being made: few, so that a search is faster than a hash.
type Members = Vec<(&'static str, Value)>;

fn find<'m>(members: &'m Members, name: &str) -> Option<&'m Value> {
    members
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value)
}

fn find_mut<'m>(members: &'m mut Members, name: &str) -> Option<&'m mut Value> {
    members
        .iter_mut()
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value)
}

/// The member of this name, which is made if it is not there.
fn entry<'m>(
    members: &'m mut Members,
    name: &'static str,
    make: impl FnOnce() -> Value,
) -> Option<&'m mut Value> {
    if find(members, name).is_none() {
        members.push((name, make()));
    }
    find_mut(members, name)
}

fn insert(members: &mut Members, name: &'static str, value: Value) {
    match find_mut(members, name) {
        Some(there) => *there = value,
        None => members.push((name, value)),
    }
}

/// An address's type.
pub(super) fn address_kind(text: &str) -> Option<Kind> {
    let ip = match text.split_once('/') {
        None => text,
        Some((ip, bits)) => {
            let most = if ip.contains(':') { 128 } else { 32 };
            if bits.len() > 3 || bits.parse::<u8>().ok().is_none_or(|bits| bits > most) {
                return None;
            }
            ip
        }
    };
    match ip.parse::<IpAddr>().ok()? {
        IpAddr::V4(Ipv4Addr { .. }) => Some(Kind::Ipv4Addr),
        IpAddr::V6(Ipv6Addr { .. }) => Some(Kind::Ipv6Addr),
    }
}

fn is_domain(text: &str) -> bool {
    text.len() <= 253
        && text.contains('.')
        && text.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
        })
        && text.parse::<IpAddr>().is_err()
}

/// Whether a value may stand in a property by the standard.
fn is_valid(kind: Kind, place: &str, text: &str) -> bool {
    if text.is_empty() || text.contains('\0') {
        return false;
    }
    let hex =
        |length: usize| text.len() == length && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    match (kind, place) {
        (_, "hashes/MD5") => hex(32),
        (_, "hashes/SHA-1") => hex(40),
        (_, "hashes/SHA-256" | "hashes/SHA3-256") => hex(64),
        (_, "hashes/SHA-512" | "hashes/SHA3-512") => hex(128),
        (_, "hashes/TLSH") => hex(70),
        (_, "hashes/SSDEEP") => {
            text.len() <= 128
                && text
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"/+:.".contains(&byte))
        }
        (_, "src_port" | "dst_port") => text.parse::<u16>().is_ok(),
        (_, "mime_type") => text.split_once('/').is_some_and(|(one, two)| {
            let word = |part: &str| {
                !part.is_empty()
                    && part
                        .bytes()
                        .all(|byte| byte.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&byte))
            };
            word(one) && word(two)
        }),
        (Kind::Artifact, "payload_bin") => {
            text.len().is_multiple_of(4)
                && text
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte))
        }
        (Kind::DomainName, "value") => is_domain(text),
        (Kind::EmailAddr, "value") => text.rsplit_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && !text.contains(char::is_whitespace) && is_domain(domain)
        }),
        (Kind::Ipv4Addr | Kind::Ipv6Addr, "value") => address_kind(text) == Some(kind),
        (Kind::MacAddr, "value") => {
            text.len() == 17
                && text.bytes().enumerate().all(|(at, byte)| match at % 3 {
                    2 => byte == b':',
                    _ => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
                })
        }
        (Kind::Url | Kind::Artifact, "value" | "url") => {
            text.split_once("://").is_some_and(|(scheme, rest)| {
                scheme
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
                    && scheme.starts_with(|first: char| first.is_ascii_alphabetic())
                    && !rest.is_empty()
                    && !rest
                        .bytes()
                        .any(|byte| byte <= b' ' || b"<>\"{}|\\^`".contains(&byte) || byte >= 0x7f)
            })
        }
        (Kind::WindowsRegistryKey, "values/0/data_type") => {
            text.starts_with("REG_")
                && text
                    .bytes()
                    .all(|byte| byte.is_ascii_uppercase() || byte == b'_')
        }
        // A hive is written out: the standard forbids its short forms.
        (Kind::WindowsRegistryKey, "key") => {
            let upper = text.get(..4).unwrap_or_default().to_ascii_uppercase();
            !matches!(
                upper.as_str(),
                "HKLM" | "HKCU" | "HKCR" | "HKCC" | "HKPD" | "HKU\\" | "HKDD"
            )
        }
        (Kind::Location, "country") => {
            text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic())
        }
        (Kind::Software, "cpe") => text.starts_with("cpe:"),
        (_, "protocols+") => text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'),
        _ => true,
    }
}

/// Appends a text as a pattern has it, escaped.
fn push_quoted(out: &mut String, text: &str) {
    out.push('\'');
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| matches!(byte, b'\\' | b'\'')) {
        let (before, tail) = rest.split_at(at);
        out.push_str(before);
        out.push('\\');
        let (escaped, tail) = tail.split_at(1);
        out.push_str(escaped);
        rest = tail;
    }
    out.push_str(rest);
    out.push('\'');
}

/// Appends a step of a path, in quotation marks where it is no plain word.
fn push_step(out: &mut String, name: &str) {
    if name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    {
        out.push_str(name);
    } else {
        push_quoted(out, name);
    }
}

/// The template of a place in an object of this number.
fn template(at: usize, place: &str) -> Put {
    Put::Exact(if at == 0 {
        ["{0/", place, "}"].concat()
    } else {
        format!("{{{at}/{place}}}")
    })
}

impl Builder {
    /// Begins; `first` is the value that decides what sort of address it is.
    pub(super) fn new(main: Main, first: &str) -> Option<Self> {
        let kind = match main {
            Main::Kind(kind) => kind,
            Main::Address => address_kind(first)?,
        };
        Some(Self {
            kind,
            main: Members::new(),
            others: Vec::new(),
            pattern: String::new(),
        })
    }

    /// The type of the main object.
    pub(super) const fn kind(&self) -> Kind {
        self.kind
    }

    /// Puts a value at a place; `detects` makes it part of the pattern.
    pub(super) fn put(&mut self, place: &'static str, text: &str, detects: bool) -> Put {
        if let Some(name) = place.strip_suffix('@') {
            return self.point(name, text, detects);
        }
        if !is_valid(self.kind, place, text) {
            return Put::No;
        }
        if let Some(name) = place.strip_suffix('+') {
            let list = entry(&mut self.main, name, || Value::Array(Vec::new()));
            let Some(Value::Array(list)) = list else {
                return Put::No;
            };
            list.push(text.into());
            return Put::Exact(format!("{{0/{name}/{}}}", list.len() - 1));
        }
        match place.split_once('/') {
            None => self.property(place, text, detects),
            Some(("values", rest)) => {
                let Some((_, member)) = rest.split_once('/') else {
                    return Put::No;
                };
                let list = entry(&mut self.main, "values", || {
                    Value::Array(vec![Value::Object(Map::new())])
                });
                let Some(Value::Object(first)) = list.and_then(|list| list.get_mut(0)) else {
                    return Put::No;
                };
                if first.contains_key(member) {
                    return Put::No;
                }
                first.insert(member.to_owned(), text.into());
                self.asks(&["values[*].", member], text, detects);
                template(0, place)
            }
            Some((name, member)) if name.ends_with("_ref") => {
                if self.has(name) {
                    return Put::No;
                }
                let Some(Target::Kinds([kind, ..])) = self.target(name) else {
                    return Put::No;
                };
                let at = self.refer(name, finished(*kind, vec![(member, text.into())], b""));
                self.asks(&[name, ".", member], text, detects);
                template(at, member)
            }
            Some((name, member)) => {
                let members = entry(&mut self.main, name, || Value::Object(Map::new()));
                let Some(Value::Object(members)) = members else {
                    return Put::No;
                };
                if members.contains_key(member) {
                    return Put::No;
                }
                members.insert(member.to_owned(), text.into());
                if let Some(out) = self.comparison(detects) {
                    out.push_str(name);
                    out.push('.');
                    push_step(out, member);
                    out.push_str(" = ");
                    push_quoted(out, text);
                }
                template(0, place)
            }
        }
    }

    /// Sets a property that goes with the type.
    pub(super) fn fix(&mut self, name: &'static str, text: &str) {
        insert(&mut self.main, name, text.into());
    }

    fn has(&self, name: &str) -> bool {
        find(&self.main, name).is_some()
    }

    /// Begins a comparison of the pattern; `None` where the value does not detect.
    fn comparison(&mut self, detects: bool) -> Option<&mut String> {
        if !detects {
            return None;
        }
        // Most patterns are shorter: one allocation.
        self.pattern.reserve(128);
        let joint = if self.pattern.is_empty() {
            "["
        } else {
            " AND "
        };
        self.pattern.push_str(joint);
        self.pattern.push_str(self.kind.word());
        self.pattern.push(':');
        Some(&mut self.pattern)
    }

    /// Asks for a text at a path, which comes in pieces.
    fn asks(&mut self, path: &[&str], text: &str, detects: bool) {
        if let Some(out) = self.comparison(detects) {
            out.extend(path.iter().copied());
            out.push_str(" = ");
            push_quoted(out, text);
        }
    }

    fn target(&self, name: &str) -> Option<Target> {
        let properties = Body::properties(self.kind).iter();
        properties
            .clone()
            .find(|one| one.name == name)
            .map(|one| one.target)
    }

    fn property(&mut self, name: &'static str, text: &str, detects: bool) -> Put {
        if self.has(name) {
            return Put::No;
        }
        let properties = Body::properties(self.kind).iter();
        let Some(expected) = properties
            .clone()
            .find(|one| one.name == name)
            .map(|one| one.expected)
        else {
            return Put::No;
        };
        if aidos_model::stix::Times::has(name) {
            // MISP writes times in several ways; those without a zone say nothing sure.
            let Some(time) = Timestamp::parse(text) else {
                return Put::No;
            };
            let time = time.to_string();
            let exact = time == text;
            self.main.push((name, time.into()));
            return if exact { template(0, name) } else { Put::Spelt };
        }
        if expected == "a whole number" {
            // `AS 15169` and `AS15169` are one number.
            let digits = text.strip_prefix("AS").unwrap_or(text);
            let before = &text[..text.len() - digits.len()];
            let Ok(number) = digits.parse::<i64>() else {
                return Put::No;
            };
            if number < 0 || number.to_string() != digits {
                return Put::No;
            }
            self.main.push((name, number.into()));
            if let Some(out) = self.comparison(detects) {
                out.extend([name, " = ", digits]);
            }
            return Put::Exact(format!("{before}{{0/{name}}}"));
        }
        self.main.push((name, text.into()));
        self.asks(&[name], text, detects);
        template(0, name)
    }

    /// Points to an observable of this value.
    fn point(&mut self, name: &'static str, text: &str, detects: bool) -> Put {
        let Some(Target::Kinds(kinds)) = self.target(name) else {
            return Put::No;
        };
        let kind = match address_kind(text) {
            Some(kind) => kind,
            None if is_domain(text) => Kind::DomainName,
            None if text.contains('@') => Kind::EmailAddr,
            None => Kind::MacAddr,
        };
        let is_list = name.ends_with("_refs");
        if !kinds.contains(&kind) || !is_valid(kind, "value", text) || (!is_list && self.has(name))
        {
            return Put::No;
        }
        let at = self.refer(name, finished(kind, vec![("value", text.into())], b""));
        let each = if is_list { "[*]" } else { "" };
        self.asks(&[name, each, ".value"], text, detects);
        template(at, "value")
    }

    fn refer(&mut self, name: &'static str, other: Object) -> usize {
        if let Some(at) = self.others.iter().position(|one| one.id() == other.id()) {
            let id = Value::from(other.id());
            match find_mut(&mut self.main, name) {
                Some(Value::Array(list)) if !list.contains(&id) => list.push(id),
                Some(_) => {}
                None if name.ends_with("_refs") => self.main.push((name, Value::Array(vec![id]))),
                None => self.main.push((name, id)),
            }
            return at + 1;
        }
        let id = Value::from(other.id());
        match find_mut(&mut self.main, name) {
            Some(Value::Array(list)) => list.push(id),
            _ if name.ends_with("_refs") => insert(&mut self.main, name, Value::Array(vec![id])),
            _ => insert(&mut self.main, name, id),
        }
        self.others.push(other);
        self.others.len()
    }

    /// The objects, the main one first, and the pattern; `None` where the main one lacks what the standard wants.
    ///
    /// `owner` makes the id of an observable that has none by the standard.
    pub(super) fn end(mut self, owner: &[u8]) -> Option<(Vec<Object>, Option<String>)> {
        if self.kind == Kind::NetworkTraffic && self.has("end") {
            insert(&mut self.main, "is_active", Value::Bool(false));
        }
        match self.kind {
            Kind::NetworkTraffic if !self.has("protocols") => {
                // The standard wants one. That of the addresses is sure.
                let word = match self.others.first().and_then(Object::kind) {
                    Some(Kind::Ipv4Addr) => "ipv4",
                    Some(Kind::Ipv6Addr) => "ipv6",
                    _ => "tcp",
                };
                self.main.push(("protocols", vec![word].into()));
            }
            Kind::EmailMessage => insert(&mut self.main, "is_multipart", Value::Bool(false)),
            _ => {}
        }
        let has = |name: &str| self.has(name);
        let is_enough = match self.kind {
            Kind::Artifact => has("payload_bin") || has("url"),
            Kind::File => has("hashes") || has("name"),
            Kind::NetworkTraffic => {
                let time = |name| Timestamp::parse(find(&self.main, name)?.as_str()?);
                let ordered = time("start").is_none()
                    || time("end").is_none()
                    || time("start") <= time("end");
                (has("src_ref") || has("dst_ref")) && ordered
            }
            Kind::EmailMessage => self.main.len() > 1,
            _ => !self.main.is_empty(),
        } && Body::properties(self.kind)
            .iter()
            .all(|one| !one.required || has(one.name));
        if self.kind.group() != Group::Observable {
            let mut main = Object::new(self.kind);
            for (name, value) in self.main {
                main.set(name, value);
            }
            return Some((vec![main], None));
        }
        if !is_enough {
            return None;
        }
        let main = finished(self.kind, self.main, owner);
        let mut objects = vec![main];
        objects.append(&mut self.others);
        self.pattern.push(']');
        Some((objects, Some(self.pattern).filter(|text| text.len() > 1)))
    }
}

/// The id of an observable of these properties.
fn id_for(kind: Kind, members: &Members, owner: &[u8]) -> StixId {
    StixId::of_properties(kind, |name| find(members, name)).unwrap_or_else(|| {
        let mut name = owner.to_vec();
        canonical::push_members(&mut name, members.iter().map(|(name, value)| (name, value)));
        // The standard wants a random one here; one of its form that comes of the content is the same each time.
        let mut uuid = Uuid::v5(OURS, &name);
        uuid.0[6] = (uuid.0[6] & 0x0f) | 0x40;
        StixId { kind, uuid }
    })
}

/// An observable of these properties, with its id.
fn finished(kind: Kind, members: Members, owner: &[u8]) -> Object {
    let id = id_for(kind, &members, owner);
    let mut object = Object::new(kind);
    object.common.id = Some(id.text());
    object.common.spec_version = Some("2.1".into());
    for (name, value) in members {
        object.set(name, value);
    }
    object
}

/// The most places of a template: ours have two, and a hostile one would make a long text of a short one.
const PLACES: usize = 16;

/// Writes the text that a template stands for: `{0/name}|{0/hashes/MD5}` of these objects.
pub(super) fn fill(template: &str, objects: &[Value]) -> Option<String> {
    let mut out = String::new();
    let mut rest = template;
    let mut places = 0;
    while let Some((before, tail)) = rest.split_once('{') {
        places += 1;
        if places > PLACES {
            return None;
        }
        out.push_str(before);
        let (place, tail) = tail.split_once('}')?;
        let (at, path) = place.split_once('/')?;
        let object = objects.get(at.parse::<usize>().ok()?)?;
        match object.pointer(&format!("/{path}"))? {
            Value::String(text) => out.push_str(text),
            Value::Number(number) => out.push_str(&number.to_string()),
            _ => return None,
        }
        rest = tail;
    }
    out.push_str(rest);
    Some(out)
}
