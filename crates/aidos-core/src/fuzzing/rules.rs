//! Object rules: refused with a place, or followed.

use aidos_model::{Endpoint, Event, Mac, Timestamp};

use super::event::{bundle_of, composer};
use super::rows::one_line;
use super::text_of;
use crate::compose::{ObjectRules, RulesError};

/// A file of object rules, followed over an event that has all that rules can name.
///
/// # Panics
///
/// If an error names no place of the file, or the bundle breaks a law.
pub fn rules(bytes: &[u8]) {
    let text = text_of(bytes);
    match ObjectRules::parse(&text) {
        Ok(rules) => bundle_of(&mut composer(rules), &event()),
        Err(error) => {
            one_line(&error.to_string());
            let (RulesError::Toml { line, column, .. } | RulesError::Field { line, column, .. }) =
                error;
            let lines = text.split('\n').count();
            let length = text
                .split('\n')
                .nth(line.saturating_sub(1))
                .map(|line| line.chars().count());
            assert!(
                line >= 1 && column >= 1 && length.is_some_and(|length| column <= length + 1),
                "{line}:{column} is no place in {lines} lines: {text:?}"
            );
        }
    }
}

fn event() -> Event<'static> {
    Event {
        timestamp: Some(Timestamp(1_678_185_483_250_000_000)),
        provider: "8bells",
        source: Endpoint {
            ip: Some([198, 51, 100, 7].into()),
            port: Some(4711),
            mac: Some(Mac([0xaa, 0xbb, 0xcc, 0, 0, 1])),
            ..Endpoint::default()
        },
        destination: Endpoint {
            ip: Some([0x2001, 0xdb8, 0, 0, 0, 0, 0, 1].into()),
            port: Some(22),
            nat_ip: Some([192, 168, 1, 2].into()),
            ..Endpoint::default()
        },
        transport: Some("tcp"),
        bytes: Some(60),
        user: Some("maria"),
        hostname: Some("gw.example"),
        email_addresses: &["a@x.example", "no address"],
        email_to: &["b@X.example"],
        extra: &[
            ("client.ip", "[\"203.0.113.77\", \"2001:db8::1\", 7]"),
            ("dns.question.name", "\"x.example\""),
            ("server.mac", "\"AA-BB-CC-00-00-01\""),
            ("url.original", "\"http://x.example/a b\""),
        ],
        ..Event::default()
    }
}
