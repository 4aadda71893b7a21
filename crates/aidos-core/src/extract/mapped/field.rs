//! The fields that a mapping may fill: those of [`aidos_model::Event`] and others of ECS.

use super::error::Wrong;

/// Where a value goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Time,
    Kind,
    Category,
    Action,
    Outcome,
    Severity,
    Ip(Side),
    Port(Side),
    Mac(Side),
    NatIp(Side),
    NatPort(Side),
    Transport,
    Bytes,
    Ingress,
    Egress,
    User,
    From,
    To,
    Hostname,
    Priority,
    Addresses,
    Payload,
    /// A field beyond those of the model, of this type.
    Extra(Type),
}

/// Which end of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Source,
    Destination,
}

/// How the value of an extra field is written in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Type {
    /// As the log has it: text of text, the JSON value of JSON.
    #[serde(skip)]
    Auto,
    Text,
    Integer,
    Number,
    Boolean,
    Ip,
    Mac,
    List,
}

use Side::{Destination, Source};

/// The fields of the model that a mapping may fill.
const TYPED: &[(&str, Target)] = &[
    ("@timestamp", Target::Time),
    ("event.kind", Target::Kind),
    ("event.category", Target::Category),
    ("event.action", Target::Action),
    ("event.outcome", Target::Outcome),
    ("event.severity", Target::Severity),
    ("source.ip", Target::Ip(Source)),
    ("source.port", Target::Port(Source)),
    ("source.mac", Target::Mac(Source)),
    ("source.nat.ip", Target::NatIp(Source)),
    ("source.nat.port", Target::NatPort(Source)),
    ("destination.ip", Target::Ip(Destination)),
    ("destination.port", Target::Port(Destination)),
    ("destination.mac", Target::Mac(Destination)),
    ("destination.nat.ip", Target::NatIp(Destination)),
    ("destination.nat.port", Target::NatPort(Destination)),
    ("network.transport", Target::Transport),
    ("network.bytes", Target::Bytes),
    ("observer.ingress.interface.name", Target::Ingress),
    ("observer.egress.interface.name", Target::Egress),
    ("user.name", Target::User),
    ("email.from.address", Target::From),
    ("email.to.address", Target::To),
    ("log.syslog.hostname", Target::Hostname),
    ("log.syslog.priority", Target::Priority),
    ("aidos.email_addresses", Target::Addresses),
    ("aidos.exus.payload", Target::Payload),
];

/// The fields that are made from others, or say where the row stands.
const RESERVED: &[&str] = &[
    "event.provider",
    "related.ip",
    "related.user",
    "log.file.path",
    "log.origin.file.line",
    "aidos.defects",
    "aidos.routeros",
    "message",
];

/// Short names that analysts may write for the most common fields.
const SHORT: &[(&str, &str)] = &[
    ("time", "@timestamp"),
    ("stamp", "@timestamp"),
    ("timestamp", "@timestamp"),
    ("host", "log.syslog.hostname"),
    ("hostname", "log.syslog.hostname"),
    ("program", "process.name"),
    ("pid", "process.pid"),
    ("user", "user.name"),
    ("ip", "source.ip"),
    ("src", "source.ip"),
    ("src_ip", "source.ip"),
    ("port", "source.port"),
    ("sport", "source.port"),
    ("src_port", "source.port"),
    ("mac", "source.mac"),
    ("src_mac", "source.mac"),
    ("dst", "destination.ip"),
    ("dst_ip", "destination.ip"),
    ("dport", "destination.port"),
    ("dst_port", "destination.port"),
    ("dst_mac", "destination.mac"),
    ("proto", "network.transport"),
    ("bytes", "network.bytes"),
    ("action", "event.action"),
    ("outcome", "event.outcome"),
    ("severity", "event.severity"),
    ("from", "email.from.address"),
    ("to", "email.to.address"),
    ("url", "url.original"),
    ("method", "http.request.method"),
];

/// Resolves a short name.
pub(super) fn long_name(name: &str) -> &str {
    SHORT
        .iter()
        .find(|(short, _)| *short == name)
        .map_or(name, |(_, long)| long)
}

impl Target {
    /// The ECS path of a field of the model; `None` for an extra field.
    pub(super) fn path(self) -> Option<&'static str> {
        TYPED
            .iter()
            .find(|(_, target)| *target == self)
            .map(|(path, _)| *path)
    }

    /// The target of an ECS path; the type of an extra field is that of its last part.
    ///
    /// `key` is where the mapping names it.
    pub(super) fn of(path: &str, key: &str) -> Result<Self, Wrong> {
        if let Some((_, target)) = TYPED.iter().find(|(typed, _)| *typed == path) {
            return Ok(*target);
        }
        if let Some(reserved) = RESERVED.iter().find(|reserved| related(reserved, path)) {
            return Err(Wrong::new(
                key,
                format!("fills `{path}`, but `{reserved}` is filled by the program itself"),
                "leave it out, or choose another field, for example below `aidos.`",
            ));
        }
        if let Some((typed, _)) = TYPED.iter().find(|(typed, _)| related(typed, path)) {
            return Err(Wrong::new(
                key,
                format!("fills `{path}`, which cannot stand beside the field `{typed}`"),
                format!("write `{typed}` itself, or a field that is not above or below it"),
            ));
        }
        let sound = path.contains('.')
            && path.split('.').all(|part| {
                !part.is_empty()
                    && part
                        .bytes()
                        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
            });
        if !sound {
            return Err(Wrong::new(
                key,
                format!("names `{path}`, which is no field"),
                "write an ECS field such as `source.ip` or `url.original`, give the name a field in \
                 `[names]`, or begin it with `_` to leave it out",
            ));
        }
        let last = path.rsplit('.').next().unwrap_or_default();
        Ok(Self::Extra(match last {
            "ip" | "resolved_ip" => Type::Ip,
            "mac" => Type::Mac,
            "port" | "bytes" | "packets" | "pid" | "status_code" | "size" => Type::Integer,
            _ => Type::Auto,
        }))
    }
}

/// Whether two paths are the same, or one is the beginning of the other.
pub(super) fn related(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() <= other.len() {
        (one, other)
    } else {
        (other, one)
    };
    long.strip_prefix(short)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_the_model_are_the_models() {
        // Each name must be one that the model itself knows, or a value would end up nowhere.
        let known = std::cell::RefCell::new(Vec::new());
        let arena = bumpalo::Bump::new();
        let line = r#"{"@timestamp":"2023-03-07T10:38:03Z","event":{"provider":"p","kind":"alert","category":["a"],
            "action":"a","outcome":"success","severity":1},"source":{"ip":"192.0.2.1","port":1,
            "mac":"aa:bb:cc:dd:ee:ff","nat":{"ip":"192.0.2.2","port":2}},"destination":{"ip":"192.0.2.1","port":1,
            "mac":"aa:bb:cc:dd:ee:ff","nat":{"ip":"192.0.2.2","port":2}},"network":{"transport":"tcp","bytes":1},
            "observer":{"ingress":{"interface":{"name":"a"}},"egress":{"interface":{"name":"b"}}},
            "user":{"name":"u"},"email":{"from":{"address":["a@x.org"]},"to":{"address":["b@x.org"]}},
            "log":{"syslog":{"hostname":"h","priority":1}},
            "aidos":{"email_addresses":["c@x.org"],"exus":{"payload":"p"}}}"#;
        let event = aidos_model::Event::parse(line, &arena).unwrap();
        event.fields(&mut |path, value| {
            if !matches!(value, aidos_model::event::Value::Json(_)) {
                known.borrow_mut().push(path.to_owned());
            }
        });
        for (path, _) in TYPED {
            assert!(known.borrow().iter().any(|known| known == path), "{path}");
        }
        for (_, long) in SHORT {
            assert!(Target::of(long, "k").is_ok(), "{long}");
        }
    }

    #[test]
    fn no_path_may_begin_another() {
        assert!(related("source", "source.ip"));
        assert!(related("source.ip", "source.ip"));
        assert!(!related("source.ip", "source.ip_x"));
        for wrong in [
            "source",
            "source.ip.x",
            "message",
            "related.ip",
            "aidos.routeros.chain",
            "plain",
            "a..b",
            "a.b\"c",
        ] {
            assert!(Target::of(wrong, "k").is_err(), "{wrong}");
        }
        assert_eq!(
            Target::of("client.port", "k").ok(),
            Some(Target::Extra(Type::Integer))
        );
    }
}
