//! Events to JSON.

use std::net::IpAddr;
use std::ops::Range;

use super::extra::Extra;
use super::{Endpoint, Event, Message, Value};
use crate::Timestamp;
use crate::json::{push_escaped, push_i64, push_ip, push_str, push_u64};
use crate::time::Text;

impl Event<'_> {
    /// Writes the event as one line of `entries.jsonl`, with its newline.
    pub fn write_json(&self, out: &mut Vec<u8>) {
        match Extra::new(self.extra) {
            Some(extra) => self.write_known(out, extra),
            None => self.write_tree(out),
        }
        out.push(b'\n');
    }

    /// The hot path: constants and values, each field in its place, extra fields at the end of their
    /// objects.
    fn write_known(&self, out: &mut Vec<u8>, mut extra: Extra<'_>) {
        let extra = &mut extra;
        let time = self.timestamp.map(Timestamp::text);
        out.push(b'{');
        if let Some(time) = &time {
            out.extend_from_slice(b"\"@timestamp\":\"");
            out.extend_from_slice(time.as_bytes());
            out.extend_from_slice(b"\",");
        }
        out.extend_from_slice(b"\"event\":{\"provider\":");
        push_str(out, self.provider);
        out.extend_from_slice(b",\"kind\":\"");
        out.extend_from_slice(self.kind.word().as_bytes());
        out.push(b'"');
        push_list(out, b",\"category\":", self.category);
        push_text(out, b",\"action\":", self.action);
        if let Some(outcome) = self.outcome {
            push_text(out, b",\"outcome\":", Some(outcome.word()));
        }
        if let Some(severity) = self.severity {
            out.extend_from_slice(b",\"severity\":");
            push_i64(out, severity);
        }
        extra.join(out, "event.");
        out.push(b'}');
        // Where the text of each address stands, so that `related` can repeat it.
        let mut written = [const { 0..0 }; 4];
        if !self.source.is_empty() {
            object(out, b",\"source\":", |out| {
                [written[0], written[2]] = push_endpoint(out, &self.source, extra, "source.nat.");
                extra.join(out, "source.");
            });
        }
        if !self.destination.is_empty() {
            object(out, b",\"destination\":", |out| {
                [written[1], written[3]] =
                    push_endpoint(out, &self.destination, extra, "destination.nat.");
                extra.join(out, "destination.");
            });
        }
        if self.transport.is_some() || self.bytes.is_some() {
            object(out, b",\"network\":", |out| {
                push_text(out, b",\"transport\":", self.transport);
                push_number(out, b",\"bytes\":", self.bytes);
                extra.join(out, "network.");
            });
        }
        if self.ingress.is_some() || self.egress.is_some() {
            object(out, b",\"observer\":", |out| {
                if let Some(name) = self.ingress {
                    out.extend_from_slice(b",\"ingress\":{\"interface\":{\"name\":");
                    push_str(out, name);
                    extra.join(out, "observer.ingress.interface.");
                    out.push(b'}');
                    extra.join(out, "observer.ingress.");
                    out.push(b'}');
                }
                if let Some(name) = self.egress {
                    out.extend_from_slice(b",\"egress\":{\"interface\":{\"name\":");
                    push_str(out, name);
                    extra.join(out, "observer.egress.interface.");
                    out.push(b'}');
                    extra.join(out, "observer.egress.");
                    out.push(b'}');
                }
                extra.join(out, "observer.");
            });
        }
        if let Some(user) = self.user {
            out.extend_from_slice(b",\"user\":{\"name\":");
            push_str(out, user);
            extra.join(out, "user.");
            out.push(b'}');
        }
        if !(self.email_from.is_empty() && self.email_to.is_empty()) {
            object(out, b",\"email\":", |out| {
                for (key, path, list) in [
                    (&b",\"from\":"[..], "email.from.", self.email_from),
                    (b",\"to\":", "email.to.", self.email_to),
                ] {
                    if !list.is_empty() {
                        object(out, key, |out| {
                            push_list(out, b",\"address\":", list);
                            extra.join(out, path);
                        });
                    }
                }
                extra.join(out, "email.");
            });
        }
        let has_ip = written.iter().any(|range| !range.is_empty());
        if has_ip || self.user.is_some() {
            object(out, b",\"related\":", |out| {
                if has_ip {
                    self.write_ips(out, written);
                }
                if let Some(user) = self.user {
                    out.extend_from_slice(b",\"user\":[");
                    push_str(out, user);
                    out.push(b']');
                }
                extra.join(out, "related.");
            });
        }
        self.write_log(out, extra);
        self.write_aidos(out, extra);
        extra.join(out, "");
        out.extend_from_slice(b",\"message\":");
        push_message(out, self.message, time.as_ref().map(Text::as_bytes));
        out.push(b'}');
    }

    /// Repeats the addresses that stand in these places of the output, each once.
    #[inline]
    fn write_ips(&self, out: &mut Vec<u8>, written: [Range<usize>; 4]) {
        let ips = self.all_ips();
        let mut key = &b",\"ip\":["[..];
        for (index, range) in written.into_iter().enumerate() {
            if !range.is_empty() && !ips[..index].contains(&ips[index]) {
                out.extend_from_slice(key);
                out.extend_from_within(range);
                key = b",";
            }
        }
        out.push(b']');
    }

    fn write_log(&self, out: &mut Vec<u8>, extra: &mut Extra<'_>) {
        if self.hostname.is_none()
            && self.priority.is_none()
            && self.path.is_empty()
            && self.line == 0
        {
            return;
        }
        object(out, b",\"log\":", |out| {
            if self.hostname.is_some() || self.priority.is_some() {
                object(out, b",\"syslog\":", |out| {
                    push_text(out, b",\"hostname\":", self.hostname);
                    push_number(out, b",\"priority\":", self.priority);
                    extra.join(out, "log.syslog.");
                });
            }
            if !self.path.is_empty() {
                out.extend_from_slice(b",\"file\":{\"path\":");
                push_str(out, self.path);
                extra.join(out, "log.file.");
                out.push(b'}');
            }
            if self.line > 0 {
                out.extend_from_slice(b",\"origin\":{\"file\":{\"line\":");
                push_u64(out, self.line);
                extra.join(out, "log.origin.file.");
                out.push(b'}');
                extra.join(out, "log.origin.");
                out.push(b'}');
            }
            extra.join(out, "log.");
        });
    }

    fn write_aidos(&self, out: &mut Vec<u8>, extra: &mut Extra<'_>) {
        let routeros = &self.routeros;
        let has_routeros = !routeros.is_empty();
        if !has_routeros
            && self.email_addresses.is_empty()
            && self.payload.is_none()
            && self.defects.is_empty()
        {
            return;
        }
        object(out, b",\"aidos\":", |out| {
            if has_routeros {
                object(out, b",\"routeros\":", |out| {
                    push_text(out, b",\"topics\":", routeros.topics);
                    push_text(out, b",\"prefix\":", routeros.prefix);
                    push_text(out, b",\"chain\":", routeros.chain);
                    push_text(out, b",\"state\":", routeros.state);
                    push_text(out, b",\"mark\":", routeros.mark);
                    push_text(out, b",\"flags\":", routeros.flags);
                    push_text(out, b",\"icmp\":", routeros.icmp);
                    extra.join(out, "aidos.routeros.");
                });
            }
            push_list(out, b",\"email_addresses\":", self.email_addresses);
            if let Some(payload) = self.payload {
                out.extend_from_slice(b",\"exus\":{\"payload\":");
                push_str(out, payload);
                extra.join(out, "aidos.exus.");
                out.push(b'}');
            }
            // Defects close the object.
            extra.join(out, "aidos.");
            if !self.defects.is_empty() {
                out.extend_from_slice(b",\"defects\":");
                push_value(out, Value::Defects(self.defects));
            }
        });
    }

    /// The general path: every field into a tree of keys, so that extra fields join their objects.
    fn write_tree(&self, out: &mut Vec<u8>) {
        let mut leaves = Vec::with_capacity(48);
        self.fields(&mut |path, value| leaves.push((path, value)));
        push_level(out, &leaves);
    }
}

/// Writes the leaves of one object; keys come in the order of their first leaf, the message last.
fn push_level(out: &mut Vec<u8>, leaves: &[(&str, Value<'_>)]) {
    let head = |path: &'_ str| path.find('.').map_or(path.len(), |dot| dot);
    let mut keys: Vec<&str> = Vec::new();
    for (path, _) in leaves {
        let key = &path[..head(path)];
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    // The message closes the line whatever fields were added, and defects close `aidos`.
    for last in ["defects", "message"] {
        if let Some(at) = keys.iter().position(|key| *key == last) {
            let key = keys.remove(at);
            keys.push(key);
        }
    }
    out.push(b'{');
    for (index, key) in keys.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        push_str(out, key);
        out.push(b':');
        let own = |path: &str| &path[..head(path)] == *key;
        if let Some((_, value)) = leaves.iter().find(|(path, _)| path == key) {
            push_value(out, *value);
        } else {
            let inner: Vec<_> = leaves
                .iter()
                .filter(|(path, _)| own(path))
                .map(|(path, value)| (&path[key.len() + 1..], *value))
                .collect();
            push_level(out, &inner);
        }
    }
    out.push(b'}');
}

/// Writes a value as JSON.
pub(super) fn push_value(out: &mut Vec<u8>, value: Value<'_>) {
    match value {
        Value::Time(time) => {
            out.push(b'"');
            out.extend_from_slice(time.text().as_bytes());
            out.push(b'"');
        }
        Value::Ip(ip) => push_quoted_ip(out, ip),
        Value::Mac(mac) => {
            out.push(b'"');
            out.extend_from_slice(&mac.text());
            out.push(b'"');
        }
        Value::Number(number) => push_i64(out, number),
        Value::Text(text) => push_str(out, text),
        Value::One(text) => push_items(out, &[text]),
        Value::List(list) => push_items(out, list),
        Value::Ips(ips) => push_ips(out, &ips),
        Value::Defects(defects) => {
            out.push(b'[');
            for (index, defect) in defects.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                push_str(out, defect.word());
            }
            out.push(b']');
        }
        Value::Message(message, time) => {
            push_message(
                out,
                message,
                time.map(Timestamp::text).as_ref().map(Text::as_bytes),
            );
        }
        Value::Json(json) => out.extend_from_slice(json.as_bytes()),
    }
}

fn push_message(out: &mut Vec<u8>, message: Message<'_>, time: Option<&[u8]>) {
    out.push(b'"');
    push_escaped(out, message.before);
    match (message.stamp, time) {
        (Some(_), Some(time)) => out.extend_from_slice(time),
        (Some(stamp), None) => push_escaped(out, stamp),
        (None, _) => {}
    }
    push_escaped(out, message.after);
    out.push(b'"');
}

/// Writes `key{…}`, dropping the comma with which the first member begins.
#[inline]
fn object(out: &mut Vec<u8>, key: &[u8], members: impl FnOnce(&mut Vec<u8>)) {
    out.extend_from_slice(key);
    let open = out.len();
    members(out);
    if let Some(comma) = out.get_mut(open) {
        *comma = b'{';
    } else {
        out.push(b'{');
    }
    out.push(b'}');
}

#[inline]
fn push_text(out: &mut Vec<u8>, key: &[u8], text: Option<&str>) {
    if let Some(text) = text {
        out.extend_from_slice(key);
        push_str(out, text);
    }
}

#[inline]
fn push_number(out: &mut Vec<u8>, key: &[u8], number: Option<u64>) {
    if let Some(number) = number {
        out.extend_from_slice(key);
        push_u64(out, number);
    }
}

fn push_list(out: &mut Vec<u8>, key: &[u8], list: &[&str]) {
    if !list.is_empty() {
        out.extend_from_slice(key);
        push_items(out, list);
    }
}

fn push_items(out: &mut Vec<u8>, list: &[&str]) {
    out.push(b'[');
    for (index, item) in list.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        push_str(out, item);
    }
    out.push(b']');
}

fn push_quoted_ip(out: &mut Vec<u8>, ip: IpAddr) {
    out.push(b'"');
    push_ip(out, ip);
    out.push(b'"');
}

fn push_ips(out: &mut Vec<u8>, ips: &[Option<IpAddr>; 4]) {
    out.push(b'[');
    for (index, ip) in ips.iter().flatten().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        push_quoted_ip(out, *ip);
    }
    out.push(b']');
}

/// Writes the members of a side; `nat` is the path of its translation. Returns where the quoted texts of
/// its address and of its translation stand.
#[inline]
fn push_endpoint(
    out: &mut Vec<u8>,
    side: &Endpoint,
    extra: &mut Extra<'_>,
    nat: &str,
) -> [Range<usize>; 2] {
    let mut written = [const { 0..0 }; 2];
    if let Some(ip) = side.ip {
        out.extend_from_slice(b",\"ip\":");
        let from = out.len();
        push_quoted_ip(out, ip);
        written[0] = from..out.len();
    }
    push_number(out, b",\"port\":", side.port.map(u64::from));
    if let Some(mac) = side.mac {
        out.extend_from_slice(b",\"mac\":\"");
        out.extend_from_slice(&mac.text());
        out.push(b'"');
    }
    if side.nat_ip.is_some() || side.nat_port.is_some() {
        object(out, b",\"nat\":", |out| {
            if let Some(ip) = side.nat_ip {
                out.extend_from_slice(b",\"ip\":");
                let from = out.len();
                push_quoted_ip(out, ip);
                written[1] = from..out.len();
            }
            push_number(out, b",\"port\":", side.nat_port.map(u64::from));
            extra.join(out, nat);
        });
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    use crate::{Category, Defect, Defects, Kind, Mac, Outcome, RouterOs};

    fn rich() -> Event<'static> {
        let mut defects = Defects::default();
        defects.add(Defect::ExtraComma);
        Event {
            timestamp: Timestamp::parse("2023-03-07T10:38:03.25Z"),
            provider: "8bells",
            kind: Kind::Alert,
            category: Category::NETWORK,
            action: Some("a\"b"),
            outcome: Some(Outcome::Failure),
            severity: Some(-3),
            source: Endpoint {
                ip: "198.51.100.7".parse().ok(),
                port: Some(0),
                mac: Mac::parse("aa:bb:cc:dd:ee:ff"),
                nat_ip: "192.0.2.1".parse().ok(),
                nat_port: Some(9),
            },
            destination: Endpoint {
                ip: "2001:db8::2".parse().ok(),
                ..Endpoint::default()
            },
            transport: Some("tcp"),
            bytes: Some(60),
            ingress: Some("ether1"),
            egress: Some("<pppoe-user>"),
            user: Some("admin"),
            email_from: &["a@x.org"],
            email_to: &["b@x.org", "c@x.org"],
            hostname: Some("gw"),
            priority: Some(134),
            routeros: RouterOs {
                topics: Some("firewall,info"),
                chain: Some("input"),
                flags: Some("SYN"),
                ..RouterOs::default()
            },
            email_addresses: &["d@x.org"],
            payload: Some("' or 1=1 --"),
            extra: &[],
            path: "e.zip/a.log",
            line: 7,
            defects,
            message: Message {
                before: "<134>",
                stamp: Some("Mar/07"),
                after: " gw \u{1b}[2J",
            },
        }
    }

    #[test]
    fn hot_and_general_writer_agree() {
        for event in [
            rich(),
            Event {
                provider: "x",
                ..Event::default()
            },
        ] {
            assert_eq!(hot(&event).unwrap(), tree(&event));
        }
    }

    /// What the hot writer makes of the event; `None` where it leaves it to the general one.
    fn hot(event: &Event<'_>) -> Option<String> {
        let mut out = Vec::new();
        event.write_known(&mut out, Extra::new(event.extra)?);
        Some(String::from_utf8(out).unwrap())
    }

    fn tree(event: &Event<'_>) -> String {
        let mut out = Vec::new();
        event.write_tree(&mut out);
        String::from_utf8(out).unwrap()
    }

    /// Rows that lack some objects, all, or none.
    fn rows() -> [Event<'static>; 4] {
        [
            rich(),
            Event {
                destination: Endpoint::default(),
                transport: None,
                bytes: None,
                user: None,
                email_from: &[],
                ingress: None,
                payload: None,
                hostname: None,
                priority: None,
                ..rich()
            },
            Event {
                source: Endpoint {
                    nat_port: Some(1),
                    ..Endpoint::default()
                },
                path: "",
                line: 0,
                routeros: RouterOs::default(),
                email_addresses: &[],
                defects: Defects::default(),
                ..rich()
            },
            Event {
                provider: "x",
                ..Event::default()
            },
        ]
    }

    /// Paths that lead into known objects, through them and past them; some name a known field.
    fn path() -> impl Strategy<Value = String> {
        let known = "event|source|source.nat|destination|destination.nat|network|observer|\
            observer.ingress|observer.egress.interface|user|email|email.from|email.to|related|log|\
            log.syslog|log.file|log.origin|log.origin.file|aidos|aidos.routeros|aidos.exus|message";
        let known: Vec<&str> = known.split('|').collect();
        let key = proptest::sample::select(vec![
            "a", "b", "ip", "name", "file", "nat", "message", "defects", "exus", "", "\"é", "user",
        ]);
        (
            proptest::option::of(proptest::sample::select(known)),
            proptest::collection::vec(key, 0..4),
        )
            .prop_map(|(object, keys)| {
                let parts: Vec<&str> = object.into_iter().chain(keys).collect();
                parts.join(".")
            })
    }

    proptest! {
        #[test]
        fn extra_fields_stand_where_the_general_writer_has_them(
            paths in proptest::collection::vec(path(), 0..9),
        ) {
            let extra: Vec<_> = paths.iter().map(|path| (path.as_str(), "[1]")).collect();
            for row in rows() {
                let event = Event { extra: &extra, ..row };
                if let Some(hot) = hot(&event) {
                    prop_assert_eq!(hot, tree(&event));
                }
                let mut line = Vec::new();
                event.write_json(&mut line);
                prop_assert!(serde_json::from_slice::<serde_json::Value>(&line).is_ok());
            }
        }
    }

    #[test]
    fn fields_that_join_take_the_hot_path_and_others_do_not() {
        let many: Vec<String> = (0..65).map(|index| format!("m.{index}")).collect();
        let many: Vec<_> = many.iter().map(|path| (path.as_str(), "0")).collect();
        for (extra, is_hot) in [
            (&[("rule.name", "1"), ("aidos.exus.fields", "{}")][..], true),
            (&[("log.origin.file.a.b", "1"), ("defects", "2")], true),
            (&many[..64], true),
            (&many, false),
            (&[("user.name", "1")], false),
            (&[("message.b", "1")], false),
            (&[("source", "1")], false),
            (&[("aidos.message", "1")], false),
        ] {
            let event = Event { extra, ..rich() };
            assert_eq!(hot(&event).is_some(), is_hot, "{extra:?}");
            if let Some(hot) = hot(&event) {
                assert_eq!(hot, tree(&event));
            }
        }
    }

    #[test]
    fn extra_fields_join_their_objects_and_read_back() {
        let extra = [
            ("event.dataset", "\"eve\""),
            ("url.original", "\"/a?b\""),
            ("url.port", "80"),
        ];
        let event = Event {
            extra: &extra,
            ..rich()
        };
        let mut line = Vec::new();
        event.write_json(&mut line);
        let value: serde_json::Value = serde_json::from_slice(&line).unwrap();
        assert_eq!(value["event"]["dataset"], "eve");
        assert_eq!(value["event"]["action"], "a\"b");
        assert_eq!(value["url"]["port"], 80);
        let text = String::from_utf8(line).unwrap();
        let arena = bumpalo::Bump::new();
        let mut again = Vec::new();
        Event::parse(&text, &arena).unwrap().write_json(&mut again);
        assert_eq!(String::from_utf8(again).unwrap(), text);
    }
}
