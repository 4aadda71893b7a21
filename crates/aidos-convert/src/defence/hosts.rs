//! A hosts file: names that lead nowhere.

use super::{Head, Threat, Written, comment};
use crate::indicator::{Kind, host_of_url};

/// `0.0.0.0 name` for each domain, and for the host of each URL that is a name.
///
/// Not reversible to URLs: a hosts file blocks a whole host.
pub fn hosts(threats: &[Threat], head: &Head<'_>) -> Written {
    let mut written = Written {
        text: comment(head, "hosts"),
        ..Written::default()
    };
    let mut names = std::collections::BTreeSet::new();
    for threat in threats {
        let name = match threat.kind {
            Kind::Domain => Some(threat.value.as_str()),
            Kind::Url => {
                host_of_url(&threat.value).filter(|host| host.parse::<std::net::IpAddr>().is_err())
            }
            _ => None,
        };
        match name.filter(|name| is_name(name)) {
            Some(name) => {
                written.values += 1;
                names.insert(name);
            }
            None => written.skipped += 1,
        }
    }
    for name in names {
        written.text += &format!("0.0.0.0 {name}\n");
    }
    written
}

/// Whether a resolver would take it.
pub(super) fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 253
        && name.contains('.')
        && name.bytes().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_' | b'.')
        })
}
