//! The objects themselves, in canonical JSON (RFC 8785): members sorted, no blanks.
//!
//! Each function appends one object. Those of our own namespace are written around their id: the bytes
//! before it and the bytes after it are what the id is the hash of, and then it is put into its place.

use std::net::IpAddr;

use aidos_model::json::{push_ip, push_u64};
use aidos_model::stix::canonical::push_str;
use aidos_model::stix::{Kind, Namer, OURS, StixId, Uuid};
use aidos_model::time::Text;
use aidos_model::{Mac, Timestamp, Tlp};

/// `created` and `modified` of the identities of providers: any constant will do, as they have no history.
pub const CREATED: &str = "2024-01-01T00:00:00.000Z";

/// The most that `number_observed` and `count` may be (sections 4.14 and 5.2 of the standard).
pub(super) const MOST: u64 = 999_999_999;

/// An id whose UUID is text already: most are written several times.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Id {
    pub(super) kind: Kind,
    pub(super) uuid: [u8; 36],
}

impl Id {
    #[inline]
    pub(super) fn new(id: StixId) -> Self {
        Self {
            kind: id.kind,
            uuid: id.uuid.text(),
        }
    }

    /// Appends the id.
    #[inline]
    pub(super) fn push(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.kind.word().as_bytes());
        out.extend_from_slice(b"--");
        out.extend_from_slice(&self.uuid);
    }

    pub(super) fn stix(&self) -> StixId {
        let uuid = std::str::from_utf8(&self.uuid).ok().and_then(Uuid::parse);
        StixId {
            kind: self.kind,
            uuid: uuid.unwrap_or_default(), // never: it is the text of a UUID
        }
    }
}

/// An IP address, its text and its id.
#[derive(Clone, Copy)]
pub(super) struct Address {
    ip: IpAddr,
    uuid: [u8; 36],
    text: [u8; 39],
    len: u8,
}

impl Address {
    pub(super) fn new(ip: IpAddr, scratch: &mut Vec<u8>) -> Self {
        scratch.clear();
        scratch.extend_from_slice(b"{\"value\":\"");
        let start = scratch.len();
        push_ip(scratch, ip);
        let end = scratch.len();
        scratch.extend_from_slice(b"\"}");
        let id = StixId::observable(kind_of(ip), scratch);
        let mut text = [0; 39];
        let written = scratch.get(start..end).unwrap_or_default();
        let len = written.len().min(text.len());
        text[..len].copy_from_slice(&written[..len]);
        Self {
            ip,
            uuid: id.uuid.text(),
            text,
            #[allow(clippy::cast_possible_truncation)] // at most 39
            len: len as u8,
        }
    }

    #[inline]
    pub(super) fn ip(&self) -> IpAddr {
        self.ip
    }

    #[inline]
    pub(super) fn kind(&self) -> Kind {
        kind_of(self.ip)
    }

    #[inline]
    pub(super) fn text(&self) -> &[u8] {
        &self.text[..usize::from(self.len).min(39)]
    }

    #[inline]
    pub(super) fn id(&self) -> Id {
        Id {
            kind: self.kind(),
            uuid: self.uuid,
        }
    }
}

#[inline]
const fn kind_of(ip: IpAddr) -> Kind {
    match ip {
        IpAddr::V4(_) => Kind::Ipv4Addr,
        IpAddr::V6(_) => Kind::Ipv6Addr,
    }
}

/// The id of a hardware address.
pub(super) fn mac_id(mac: Mac, scratch: &mut Vec<u8>) -> Id {
    scratch.clear();
    scratch.extend_from_slice(b"{\"value\":\"");
    scratch.extend_from_slice(&mac.text());
    scratch.extend_from_slice(b"\"}");
    Id::new(StixId::observable(Kind::MacAddr, scratch))
}

/// The member that an observable of one text has.
const fn member(kind: Kind) -> &'static [u8] {
    match kind {
        Kind::UserAccount => b"{\"account_login\":",
        _ => b"{\"value\":",
    }
}

/// The id of an observable of one text, given as JSON with its quotation marks.
pub(super) fn text_id(kind: Kind, json: &[u8], scratch: &mut Vec<u8>) -> Id {
    scratch.clear();
    scratch.extend_from_slice(member(kind));
    scratch.extend_from_slice(json);
    scratch.push(b'}');
    Id::new(StixId::observable(kind, scratch))
}

/// An instant in the two forms that STIX needs.
#[derive(Clone, Copy)]
pub(super) struct Time {
    text: Text,
    milli: [u8; 24],
}

impl Time {
    #[inline]
    pub(super) fn new(time: Timestamp) -> Self {
        // Python's datetime, and so stix2, refuses more than microseconds: what is finer is cut.
        let text = Timestamp(time.0 - time.0.rem_euclid(1000)).text();
        let mut milli = *b"0000-00-00T00:00:00.000Z";
        let bytes = text.as_bytes();
        // All but the `Z`, up to the milliseconds; what is not there stays zero.
        let len = (bytes.len() - 1).min(23);
        milli[..len].copy_from_slice(&bytes[..len]);
        Self { text, milli }
    }

    /// As the log gave it, to the microsecond: of `start`, `first_observed`, `valid_from` and the like.
    #[inline]
    pub(super) fn text(&self) -> &[u8] {
        self.text.as_bytes()
    }

    /// With six digits.
    pub(super) fn padded(&self) -> [u8; 27] {
        let mut padded = *b"0000-00-00T00:00:00.000000Z";
        let bytes = self.text();
        let len = (bytes.len() - 1).min(26);
        padded[..len].copy_from_slice(&bytes[..len]);
        padded
    }

    /// To the millisecond: of `created` and `modified` (section 3.2 of the standard).
    #[inline]
    pub(super) fn milli(&self) -> &[u8; 24] {
        &self.milli
    }
}

/// What all objects of a composer carry.
pub(super) struct Label {
    /// `"object_marking_refs":["marking-definition--…"]`
    pub(super) refs: Vec<u8>,
    /// The marking definition.
    pub(super) json: Vec<u8>,
    pub(super) id: Id,
}

impl Label {
    pub(super) fn new(tlp: Tlp) -> Self {
        let mut refs = b"\"object_marking_refs\":[\"".to_vec();
        tlp.stix_id().push(&mut refs);
        refs.extend_from_slice(b"\"]");
        let mut json = Vec::new();
        tlp.push_marking(&mut json);
        Self {
            refs,
            json,
            id: Id::new(tlp.stix_id()),
        }
    }
}

/// A provider as an identity.
pub(super) struct Author {
    pub(super) name: String,
    pub(super) id: Id,
    /// The identity.
    pub(super) json: Vec<u8>,
    /// `"created_by_ref":"identity--…"`
    pub(super) by: Vec<u8>,
}

impl Author {
    pub(super) fn new(name: &str, label: &Label) -> Self {
        let mut json = b"{\"created\":\"".to_vec();
        json.extend_from_slice(CREATED.as_bytes());
        json.extend_from_slice(b"\",");
        let hole = Hole::open(&mut json, 0, Kind::Identity);
        json.extend_from_slice(b"\"identity_class\":\"organization\",\"modified\":\"");
        json.extend_from_slice(CREATED.as_bytes());
        json.extend_from_slice(b"\",\"name\":");
        push_str(&mut json, name);
        json.push(b',');
        json.extend_from_slice(&label.refs);
        json.extend_from_slice(b",\"spec_version\":\"2.1\",\"type\":\"identity\"}");
        let id = hole.fill(&mut json);
        let mut by = b"\"created_by_ref\":\"".to_vec();
        id.push(&mut by);
        by.push(b'"');
        Self {
            name: name.to_owned(),
            id,
            json,
            by,
        }
    }
}

/// The place of an id that is not known yet.
struct Hole {
    start: usize,
    at: usize,
    kind: Kind,
}

const ZEROS: &[u8; 36] = b"00000000-0000-0000-0000-000000000000";

impl Hole {
    /// Leaves room for `"id":"…",` in the object that began at `start`.
    #[inline]
    fn open(out: &mut Vec<u8>, start: usize, kind: Kind) -> Self {
        let at = out.len();
        out.extend_from_slice(b"\"id\":\"");
        out.extend_from_slice(kind.word().as_bytes());
        out.extend_from_slice(b"--");
        out.extend_from_slice(ZEROS);
        out.extend_from_slice(b"\",");
        Self { start, at, kind }
    }

    /// Hashes the object, which ends here, and puts its id into its place.
    #[inline]
    fn fill(self, out: &mut [u8]) -> Id {
        let uuid_at = self.at + 6 + self.kind.word().len() + 2;
        let mut namer = Namer::new(OURS);
        namer.update(out.get(self.start..self.at).unwrap_or_default());
        namer.update(out.get(uuid_at + 38..).unwrap_or_default());
        let uuid = namer.finish().text();
        if let Some(place) = out.get_mut(uuid_at..uuid_at + 36) {
            place.copy_from_slice(&uuid);
        }
        Id {
            kind: self.kind,
            uuid,
        }
    }
}

/// Appends an observable of one text, given as JSON without quotation marks.
#[inline]
pub(super) fn push_observable(out: &mut Vec<u8>, id: &Id, text: &[u8], label: &Label) {
    if id.kind == Kind::UserAccount {
        out.extend_from_slice(b"{\"account_login\":\"");
        out.extend_from_slice(text);
        out.extend_from_slice(b"\",\"id\":\"");
    } else {
        out.extend_from_slice(b"{\"id\":\"");
    }
    id.push(out);
    out.extend_from_slice(b"\",");
    out.extend_from_slice(&label.refs);
    out.extend_from_slice(b",\"spec_version\":\"2.1\",\"type\":\"");
    out.extend_from_slice(id.kind.word().as_bytes());
    if id.kind != Kind::UserAccount {
        out.extend_from_slice(b"\",\"value\":\"");
        out.extend_from_slice(text);
    }
    out.extend_from_slice(b"\"}");
}

/// Network traffic.
#[derive(Clone, Copy)]
pub(super) struct Traffic<'a> {
    pub(super) source: Option<&'a Address>,
    pub(super) destination: Option<&'a Address>,
    pub(super) source_port: Option<u16>,
    pub(super) destination_port: Option<u16>,
    /// A word of [`super::protocol::word`].
    pub(super) transport: Option<&'a str>,
    pub(super) bytes: Option<u64>,
    pub(super) start: Option<&'a Time>,
    pub(super) end: Option<&'a Time>,
}

impl Traffic<'_> {
    /// The id, or `None` where no end is known.
    pub(super) fn id(&self, scratch: &mut Vec<u8>) -> Option<Id> {
        self.source.or(self.destination)?;
        scratch.clear();
        scratch.push(b'{');
        self.push_head(scratch);
        self.push_protocols(scratch);
        scratch.push(b',');
        self.push_tail(scratch);
        scratch.pop();
        scratch.push(b'}');
        Some(Id::new(StixId::observable(Kind::NetworkTraffic, scratch)))
    }

    /// Appends the object.
    pub(super) fn push(&self, out: &mut Vec<u8>, id: &Id, label: &Label) {
        out.push(b'{');
        self.push_head(out);
        out.extend_from_slice(b"\"id\":\"network-traffic--");
        out.extend_from_slice(&id.uuid);
        out.extend_from_slice(b"\",");
        if self.end.is_some() {
            // Traffic that has an end is over (section 6.12 of the standard).
            out.extend_from_slice(b"\"is_active\":false,");
        }
        out.extend_from_slice(&label.refs);
        out.push(b',');
        self.push_protocols(out);
        out.extend_from_slice(b",\"spec_version\":\"2.1\",");
        if let Some(bytes) = self.bytes {
            out.extend_from_slice(b"\"src_byte_count\":");
            push_u64(out, bytes);
            out.push(b',');
        }
        self.push_tail(out);
        out.extend_from_slice(b"\"type\":\"network-traffic\"}");
    }

    fn push_head(&self, out: &mut Vec<u8>) {
        if let Some(port) = self.destination_port {
            out.extend_from_slice(b"\"dst_port\":");
            push_u64(out, port.into());
            out.push(b',');
        }
        if let Some(destination) = self.destination {
            out.extend_from_slice(b"\"dst_ref\":\"");
            destination.id().push(out);
            out.extend_from_slice(b"\",");
        }
        if let Some(end) = self.end {
            out.extend_from_slice(b"\"end\":\"");
            out.extend_from_slice(end.text());
            out.extend_from_slice(b"\",");
        }
    }

    fn push_protocols(&self, out: &mut Vec<u8>) {
        let six = self
            .source
            .or(self.destination)
            .is_some_and(|address| address.ip.is_ipv6());
        out.extend_from_slice(if six {
            b"\"protocols\":[\"ipv6\""
        } else {
            b"\"protocols\":[\"ipv4\""
        });
        if let Some(transport) = self.transport {
            out.extend_from_slice(b",\"");
            out.extend_from_slice(transport.as_bytes());
            out.push(b'"');
        }
        out.push(b']');
    }

    fn push_tail(&self, out: &mut Vec<u8>) {
        if let Some(port) = self.source_port {
            out.extend_from_slice(b"\"src_port\":");
            push_u64(out, port.into());
            out.push(b',');
        }
        if let Some(source) = self.source {
            out.extend_from_slice(b"\"src_ref\":\"");
            source.id().push(out);
            out.extend_from_slice(b"\",");
        }
        if let Some(start) = self.start {
            out.extend_from_slice(b"\"start\":\"");
            out.extend_from_slice(start.text());
            out.extend_from_slice(b"\",");
        }
    }
}

/// Who says it, when, under which label.
#[derive(Clone, Copy)]
pub(super) struct Said<'a> {
    pub(super) author: &'a Author,
    pub(super) label: &'a Label,
    /// `created` and `modified`.
    pub(super) time: &'a Time,
}

impl Said<'_> {
    /// `"created":"…","created_by_ref":"…",`
    #[inline]
    fn push_created(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"\"created\":\"");
        out.extend_from_slice(self.time.milli());
        out.extend_from_slice(b"\",");
        out.extend_from_slice(&self.author.by);
        out.push(b',');
    }

    /// `"modified":"…",`
    #[inline]
    fn push_modified(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"\"modified\":\"");
        out.extend_from_slice(self.time.milli());
        out.extend_from_slice(b"\",");
    }
}

/// Appends an indicator; `name` and `pattern` append the text of a JSON string without its quotation marks.
pub(super) fn push_indicator(
    out: &mut Vec<u8>,
    said: Said<'_>,
    indicator: Indicator<'_>,
    name: impl FnOnce(&mut Vec<u8>),
    pattern: impl FnOnce(&mut Vec<u8>),
) -> Id {
    let start = out.len();
    out.extend_from_slice(b"{\"confidence\":");
    push_u64(out, indicator.confidence.min(100).into());
    out.push(b',');
    said.push_created(out);
    out.extend_from_slice(b"\"description\":");
    push_str(out, indicator.description);
    out.push(b',');
    let hole = Hole::open(out, start, Kind::Indicator);
    out.extend_from_slice(b"\"indicator_types\":[\"");
    out.extend_from_slice(indicator.word.as_bytes());
    out.extend_from_slice(b"\"],");
    said.push_modified(out);
    out.extend_from_slice(b"\"name\":\"");
    name(out);
    out.extend_from_slice(b"\",");
    out.extend_from_slice(&said.label.refs);
    out.extend_from_slice(b",\"pattern\":\"");
    pattern(out);
    out.extend_from_slice(
        b"\",\"pattern_type\":\"stix\",\"spec_version\":\"2.1\",\"type\":\"indicator\",\"valid_from\":\"",
    );
    out.extend_from_slice(indicator.valid_from.text());
    out.extend_from_slice(b"\"}");
    hole.fill(out)
}

/// What an indicator says beside its name and pattern.
#[derive(Clone, Copy)]
pub(super) struct Indicator<'a> {
    pub(super) confidence: u8,
    pub(super) description: &'a str,
    /// Of `indicator-type-ov`.
    pub(super) word: &'a str,
    pub(super) valid_from: &'a Time,
}

/// When something was seen, and how often.
#[derive(Clone, Copy)]
pub(super) struct Seen<'a> {
    pub(super) first: &'a [u8],
    pub(super) last: &'a [u8],
    pub(super) count: u64,
}

/// Appends observed data on these observables.
pub(super) fn push_observed<'a>(
    out: &mut Vec<u8>,
    said: Said<'_>,
    seen: Seen<'_>,
    observables: impl Iterator<Item = &'a Id>,
) -> Id {
    let start = out.len();
    out.push(b'{');
    said.push_created(out);
    out.extend_from_slice(b"\"first_observed\":\"");
    out.extend_from_slice(seen.first);
    out.extend_from_slice(b"\",");
    let hole = Hole::open(out, start, Kind::ObservedData);
    out.extend_from_slice(b"\"last_observed\":\"");
    out.extend_from_slice(seen.last);
    out.extend_from_slice(b"\",");
    said.push_modified(out);
    out.extend_from_slice(b"\"number_observed\":");
    push_u64(out, seen.count.clamp(1, MOST));
    out.push(b',');
    out.extend_from_slice(&said.label.refs);
    out.extend_from_slice(b",\"object_refs\":[");
    let mut open: &[u8] = b"\"";
    for id in observables {
        out.extend_from_slice(open);
        id.push(out);
        out.push(b'"');
        open = b",\"";
    }
    out.extend_from_slice(b"],\"spec_version\":\"2.1\",\"type\":\"observed-data\"}");
    hole.fill(out)
}

/// Appends the relation "source is based on target".
pub(super) fn push_based_on(out: &mut Vec<u8>, said: Said<'_>, source: &Id, target: &Id) -> Id {
    let start = out.len();
    out.push(b'{');
    said.push_created(out);
    let hole = Hole::open(out, start, Kind::Relationship);
    said.push_modified(out);
    out.extend_from_slice(&said.label.refs);
    out.extend_from_slice(b",\"relationship_type\":\"based-on\",\"source_ref\":\"");
    source.push(out);
    out.extend_from_slice(b"\",\"spec_version\":\"2.1\",\"target_ref\":\"");
    target.push(out);
    out.extend_from_slice(b"\",\"type\":\"relationship\"}");
    hole.fill(out)
}

/// Appends a sighting of an indicator by the author, with the observed data behind it where there is some.
pub(super) fn push_sighting(
    out: &mut Vec<u8>,
    said: Said<'_>,
    seen: Seen<'_>,
    indicator: &Id,
    observed: Option<&Id>,
) -> Id {
    let start = out.len();
    out.extend_from_slice(b"{\"count\":");
    push_u64(out, seen.count.clamp(1, MOST));
    out.push(b',');
    said.push_created(out);
    out.extend_from_slice(b"\"first_seen\":\"");
    out.extend_from_slice(seen.first);
    out.extend_from_slice(b"\",");
    let hole = Hole::open(out, start, Kind::Sighting);
    out.extend_from_slice(b"\"last_seen\":\"");
    out.extend_from_slice(seen.last);
    out.extend_from_slice(b"\",");
    said.push_modified(out);
    out.extend_from_slice(&said.label.refs);
    if let Some(observed) = observed {
        out.extend_from_slice(b",\"observed_data_refs\":[\"");
        observed.push(out);
        out.extend_from_slice(b"\"]");
    }
    out.extend_from_slice(b",\"sighting_of_ref\":\"");
    indicator.push(out);
    out.extend_from_slice(
        b"\",\"spec_version\":\"2.1\",\"type\":\"sighting\",\"where_sighted_refs\":[\"",
    );
    said.author.id.push(out);
    out.extend_from_slice(b"\"]}");
    hole.fill(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn created_has_milliseconds() {
        for (stamp, milli) in [
            ("2023-03-07T10:38:03Z", "2023-03-07T10:38:03.000Z"),
            ("2023-03-07T10:38:03.5Z", "2023-03-07T10:38:03.500Z"),
            ("2023-03-07T10:38:03.734637Z", "2023-03-07T10:38:03.734Z"),
        ] {
            let time = Time::new(Timestamp::parse(stamp).unwrap());
            assert_eq!(time.milli(), milli.as_bytes());
            assert_eq!(time.text(), stamp.as_bytes());
        }
        let time = Time::new(Timestamp::parse("2023-03-07T10:38:03.000000999Z").unwrap());
        assert_eq!(time.text(), b"2023-03-07T10:38:03Z");
    }
}
