//! The fast writer against a slow and obvious one, and the laws that every bundle keeps.

mod folded;

use std::net::IpAddr;

use aidos_model::event::Kind as EventKind;
use aidos_model::{Category, Endpoint, Event, Mac, Outcome, RouterOs, Timestamp, Tlp};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::slow::{obeys_the_laws, slow};
use super::{Composer, ObjectRules, Options};

fn compose(event: &Event<'_>, rules: &str) -> Value {
    let mut out = Vec::new();
    let rules = ObjectRules::parse(rules).unwrap();
    let tlp = Tlp::Amber;
    let id = Composer::new(Options { tlp, rules }).bundle(event, &mut out);
    let value: Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(value["id"], id.to_string());
    obeys_the_laws(&value, &out);
    value
}

fn objects<'v>(bundle: &'v Value, kind: &str) -> Vec<&'v Value> {
    let all = bundle["objects"].as_array().unwrap();
    all.iter().filter(|object| object["type"] == kind).collect()
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn attack() -> Event<'static> {
    Event {
        timestamp: Timestamp::parse("2023-03-07T10:38:03Z"),
        provider: "8bells",
        source: Endpoint {
            ip: Some(ip("198.51.100.7")),
            port: Some(4711),
            mac: Mac::parse("aa:bb:cc:dd:ee:ff"),
            ..Endpoint::default()
        },
        destination: Endpoint {
            ip: Some(ip("203.0.113.9")),
            port: Some(22),
            nat_ip: Some(ip("192.168.1.2")),
            ..Endpoint::default()
        },
        transport: Some("tcp"),
        bytes: Some(60),
        ..Event::default()
    }
}

#[test]
fn an_attack_is_what_it_should_be() {
    let bundle = compose(&attack(), "");
    assert_eq!(bundle, slow(&attack(), Tlp::Amber));
    let indicator = objects(&bundle, "indicator")[0];
    assert_eq!(indicator["indicator_types"], json!(["anomalous-activity"]));
    assert_eq!(
        indicator["pattern"],
        "[network-traffic:src_ref.type = 'ipv4-addr' AND network-traffic:src_ref.value = '198.51.100.7' \
         AND network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '203.0.113.9' \
         AND network-traffic:dst_port = 22 AND network-traffic:protocols[*] = 'tcp'] \
         OR [ipv4-addr:value = '198.51.100.7']"
    );
    let observed = objects(&bundle, "observed-data")[0];
    assert_eq!(observed["object_refs"].as_array().unwrap().len(), 5);
    assert_eq!(observed["first_observed"], "2023-03-07T10:38:03Z");
    assert_eq!(observed["created"], "2023-03-07T10:38:03.000Z");
}

#[test]
fn a_log_in_that_worked_accuses_nobody() {
    let mut log_in = Event {
        category: Category::AUTHENTICATION,
        user: Some("admin"),
        outcome: Some(Outcome::Failure),
        destination: Endpoint::default(),
        ..attack()
    };
    let bundle = compose(&log_in, "");
    let indicator = objects(&bundle, "indicator")[0];
    assert_eq!(indicator["indicator_types"], json!(["anomalous-activity"]));
    assert!(indicator["pattern"].as_str().unwrap().contains(" OR "));
    log_in.outcome = Some(Outcome::Success);
    let bundle = compose(&log_in, "");
    let indicator = objects(&bundle, "indicator")[0];
    assert_eq!(indicator["indicator_types"], json!(["unknown"]));
    assert!(!indicator["pattern"].as_str().unwrap().contains(" OR "));
}

#[test]
fn without_a_time_what_needs_one_is_left_out() {
    let event = Event {
        timestamp: None,
        ..attack()
    };
    let bundle = compose(&event, "");
    assert_eq!(bundle, slow(&event, Tlp::Amber));
    for kind in ["indicator", "observed-data", "relationship"] {
        assert!(objects(&bundle, kind).is_empty());
    }
    assert_eq!(objects(&bundle, "network-traffic").len(), 1);
}

#[test]
fn mail_gives_addresses_and_no_indicator() {
    let event = Event {
        timestamp: Timestamp::parse("2023-03-07T10:38:03Z"),
        provider: "dpc",
        email_addresses: &[
            "a@X.example",
            "b@x.example",
            "a@x.example",
            "o'brien@x.example",
        ],
        ..Event::default()
    };
    let mut composer = Composer::new(Options::default());
    let mut out = Vec::new();
    composer.bundle(&event, &mut out);
    assert_eq!(composer.left_out(), 1);
    let bundle: Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(bundle, slow(&event, Tlp::Amber));
    assert_eq!(objects(&bundle, "email-addr").len(), 2);
    assert_eq!(objects(&bundle, "observed-data").len(), 1);
    assert!(objects(&bundle, "indicator").is_empty());
}

#[test]
fn rules_choose_the_objects() {
    let extra = [
        ("client.ip", "[\"203.0.113.77\", \"2001:db8::1\", 7]"),
        ("dns.question.name", "\"x.example\""),
        ("server.mac", "\"AA-BB-CC-00-00-01\""),
        ("url.original", "\"http://x.example/a b\""),
    ];
    let event = Event {
        extra: &extra,
        hostname: Some("gw.example"),
        ..attack()
    };
    let count = |rules: &str, kind: &str| objects(&compose(&event, rules), kind).len();
    assert_eq!(count("", "ipv4-addr"), 3);
    assert_eq!(
        count("[objects.ipv4-addr]\nfrom = [\"client.ip\"]", "ipv4-addr"),
        1
    );
    assert_eq!(
        count("[objects.ipv6-addr]\nfrom = [\"client.ip\"]", "ipv6-addr"),
        1
    );
    assert_eq!(
        count("[objects.ipv4-addr]\nfrom = [\"related.ip\"]", "ipv4-addr"),
        3
    );
    assert_eq!(
        count("[objects.mac-addr]\nfrom = [\"server.mac\"]", "mac-addr"),
        1
    );
    assert_eq!(
        count(
            "[objects.domain-name]\nfrom = [\"log.syslog.hostname\"]",
            "domain-name"
        ),
        1
    );
    assert_eq!(count("[objects.url]\nfrom = []", "url"), 0);
    for kind in [
        "network-traffic",
        "observed-data",
        "indicator",
        "relationship",
    ] {
        assert_eq!(count("", kind), 1);
        assert_eq!(
            count(&format!("[objects.{kind}]\nenabled = false"), kind),
            0
        );
    }
    // An end that became no address is in no traffic and in no pattern.
    let hidden = compose(&event, "[objects.ipv4-addr]\nfrom = [\"source.ip\"]");
    assert!(!hidden.to_string().contains("203.0.113.9"));
    let only_source = compose(
        &event,
        "[objects.indicator]\non = [\"source\"]\nconfidence = 55",
    );
    let indicator = objects(&only_source, "indicator")[0];
    assert_eq!(indicator["pattern"], "[ipv4-addr:value = '198.51.100.7']");
    assert_eq!(indicator["confidence"], 55);
}

#[test]
fn a_composer_forgets_nothing_that_shows() {
    // More addresses than the cache holds, and providers too: each bundle is as if it were the first.
    let mut composer = Composer::new(Options::default());
    for number in 0..20_000_u32 {
        let provider = format!("p{}", number % 100);
        let mut event = attack();
        event.provider = &provider;
        event.source.ip = Some(IpAddr::from(
            (0xc633_0000 + (number * 7919) % 9973).to_be_bytes(),
        ));
        let mut out = Vec::new();
        composer.bundle(&event, &mut out);
        if number % 1999 == 0 {
            let mut fresh = Vec::new();
            Composer::new(Options::default()).bundle(&event, &mut fresh);
            assert_eq!(out, fresh);
        }
    }
}

fn any_ip() -> impl Strategy<Value = Option<IpAddr>> {
    prop_oneof![
        Just(None),
        (0..4u8).prop_map(|host| Some(IpAddr::from([198, 51, 100, host]))),
        (0..4u8).prop_map(|host| Some(IpAddr::from([10, 0, 0, host]))),
        any::<[u8; 4]>().prop_map(|octets| Some(IpAddr::from(octets))),
        any::<[u16; 8]>().prop_map(|parts| Some(IpAddr::from(parts).to_canonical())),
    ]
}

fn any_end() -> impl Strategy<Value = Endpoint> {
    let mac = proptest::option::of(any::<[u8; 6]>().prop_map(Mac));
    (any_ip(), any::<Option<u16>>(), mac, any_ip()).prop_map(|(ip, port, mac, nat_ip)| Endpoint {
        ip,
        port,
        mac,
        nat_ip,
        nat_port: None,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_fast_bundle_is_the_slow_one(
        source in any_end(),
        destination in any_end(),
        micros in proptest::option::of(0..2_000_000_000_000_000_i64),
        transport in proptest::option::of("[a-z]{3,4}|[0-9]{1,3}|\\PC{0,5}"),
        bytes in proptest::option::of(0..1_u64 << 40),
        user in proptest::option::of("\\PC{0,9}|[\\x00-\\x7f]{0,9}"),
        provider in "[a-z]{1,5}|\\PC{1,5}",
        emails in proptest::collection::vec("[a-c.']{1,3}@[a-cX]{1,2}\\.org", 0..5),
        texts in proptest::collection::vec("\\PC{0,12}|http://[a-c.]{1,5}/\\PC{0,5}", 2),
        chain in proptest::option::of("input|output|forward"),
        alert in any::<bool>(),
        worked in any::<bool>(),
    ) {
        let emails: Vec<&str> = emails.iter().map(String::as_str).collect();
        let quoted = texts.iter().map(|text| json!(text).to_string()).collect::<Vec<_>>();
        let extra = [("dns.question.name", &*quoted[0]), ("url.original", &*quoted[1])];
        let event = Event {
            timestamp: micros.map(|micros| Timestamp(micros * 1000)),
            provider: &provider,
            source,
            destination,
            transport: transport.as_deref(),
            bytes,
            user: user.as_deref(),
            kind: if alert { EventKind::Alert } else { EventKind::Event },
            category: if user.is_some() { Category::AUTHENTICATION } else { Category::NETWORK },
            outcome: Some(if worked { Outcome::Success } else { Outcome::Failure }),
            email_addresses: &emails,
            extra: &extra,
            routeros: RouterOs { chain: chain.as_deref(), ..RouterOs::default() },
            ..Event::default()
        };
        prop_assert_eq!(compose(&event, ""), slow(&event, Tlp::Amber));
    }
}
