//! The shipped Postfix mapping against the tests of `postfix-grok-patterns` (BSD-3-Clause).
//!
//! They lie in `postfix-grok-tests/test` of the folder that `AIDOS_SHARED_DATA` names; without it the
//! test says so and passes.

use std::fmt::Write as _;

use aidos_core::clean::zone::Zone;
use aidos_core::extract::{Context, Item, NatRule, Provider, Row, Shape, Sink, mapped};
use serde_json::Value;

/// Fields that must agree, of those that mean the same.
const FLOOR: f64 = 0.995;

#[test]
#[allow(clippy::disallowed_methods)] // a test may read the environment and files
fn agrees_with_the_grok_patterns() {
    let Some(shared) = std::env::var_os("AIDOS_SHARED_DATA") else {
        println!("skipped: AIDOS_SHARED_DATA is not set");
        return;
    };
    let folder = std::path::Path::new(&shared).join("postfix-grok-tests/test");
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "yaml"))
        .collect();
    files.sort();
    let provider = mapped::Shipped::compiled()
        .into_iter()
        .find(|provider| provider.name() == "postfix")
        .unwrap();
    let mut tally = Tally::default();
    for path in &files {
        let text = std::fs::read_to_string(path).unwrap();
        let case = Case::read(&text);
        if case.is_fragment() {
            tally.fragments += 1;
            continue;
        }
        let entry = extract(&provider, &case);
        let name = path.file_stem().unwrap().to_string_lossy();
        for (field, expected) in &case.results {
            compare(&mut tally, &name, field, expected, &entry);
        }
    }
    println!(
        "{} of {} fields agree in {} lines; {} fields have no counterpart; {} files are no lines\n{}",
        tally.agree,
        tally.compared,
        files.len() - tally.fragments,
        tally.without,
        tally.fragments,
        tally.differences
    );
    assert!(tally.compared > 500, "the oracle's files were read");
    assert!(f64::from(tally.agree) >= FLOOR * f64::from(tally.compared));
}

#[derive(Default)]
struct Tally {
    agree: u32,
    compared: u32,
    without: u32,
    fragments: usize,
    differences: String,
}

impl Tally {
    fn check(&mut self, case: &str, field: &str, expected: &str, got: &str) {
        self.compared += 1;
        if expected.trim() == got.trim() {
            self.agree += 1;
        } else {
            let _ = writeln!(
                self.differences,
                "{case} {field}: expected `{expected}`, got `{got}`"
            );
        }
    }
}

/// One file: `pattern: ^%{POSTFIX_SMTPD}$`, `data: …`, `results:` and indented fields.
struct Case {
    pattern: String,
    data: String,
    results: Vec<(String, String)>,
}

impl Case {
    fn read(text: &str) -> Self {
        let mut case = Self {
            pattern: String::new(),
            data: String::new(),
            results: Vec::new(),
        };
        for line in text.lines() {
            let is_inner = line.starts_with(' ');
            let Some((key, value)) = line.split_once(':') else {
                continue;
            };
            let (key, value) = (key.trim(), scalar(value.trim()));
            match key {
                _ if key.starts_with('#') => {}
                "pattern" => case.pattern = value,
                "data" if !is_inner => case.data = value,
                "results" if !is_inner => {}
                _ => case.results.push((key.to_owned(), value)),
            }
        }
        case
    }

    /// Some test a piece of a line that their patterns take apart in a second step.
    fn is_fragment(&self) -> bool {
        [
            "COMMAND_COUNTER_DATA",
            "DELAYS",
            "TLS_FEATURES",
            "POSTFIX_RELAY",
        ]
        .iter()
        .any(|piece| self.pattern.contains(piece))
    }

    /// The row as Postfix logs it: the data hold what stands after the syslog header.
    fn row(&self) -> String {
        let service = self
            .pattern
            .trim_matches(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .trim_start_matches("POSTFIX_")
            .to_ascii_lowercase();
        format!("Oct 26 18:13:50 mx postfix/{service}[411]: {}", self.data)
    }
}

/// A YAML scalar: plain, or in double quotes with escapes.
fn scalar(text: &str) -> String {
    let Some(inside) = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'))
    else {
        return text.to_owned();
    };
    let mut out = String::new();
    let mut chars = inside.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n') => out.push('\n'),
                Some('r') => out.push('\r'),
                Some(other) => out.push(other),
                None => {}
            },
            c => out.push(c),
        }
    }
    out
}

/// The entry as JSON; null where the row gave none.
fn extract(provider: &mapped::Mapped, case: &Case) -> Value {
    let arena = bumpalo::Bump::new();
    let mut sink = Sink::new(&arena);
    let zone = Zone::UTC;
    let context = Context {
        provider: "postfix",
        path: "mail.log",
        zone: &zone,
        header: &[],
        nat: NatRule::default(),
    };
    let text = case.row();
    let row = Row {
        line: 1,
        text: arena.alloc_str(&text),
        shape: Shape::Line,
    };
    provider.extract(row, &context, &mut sink);
    let Some(Item::Entry(draft)) = sink.items.first() else {
        return Value::Null;
    };
    let mut out = Vec::new();
    draft.event.write_json(&mut out);
    serde_json::from_slice(&out).expect("an entry is JSON")
}

/// Our value of a field, as text; empty where absent.
fn ours(entry: &Value, path: &str) -> String {
    let mut value = entry;
    for key in path.split('.') {
        value = value.get(key).unwrap_or(&Value::Null);
    }
    if let Value::Array(items) = value {
        value = items.first().unwrap_or(&Value::Null);
    }
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn compare(tally: &mut Tally, case: &str, field: &str, expected: &str, entry: &Value) {
    let field = field.trim_start_matches("postfix_");
    if field == "keyvalue_data" {
        for (key, value) in pairs(expected) {
            compare_pair(tally, case, &key, &value, entry);
        }
        return;
    }
    // What is unknown is absent with us.
    let expected = match expected {
        "unknown" | "NOQUEUE" => "",
        expected => expected,
    };
    let action = ours(entry, "event.action");
    let lower = expected.to_ascii_lowercase();
    // What we take apart, or keep under another name.
    let (expected, got) = match field {
        "client_ip_unknown" => (String::new(), ours(entry, "source.ip")),
        "status"
        | "action"
        | "postsuper_action"
        | "postscreen_access"
        | "postscreen_violation"
        | "smtpd_lostconn_data" => (lower, action),
        // Theirs is the lost connection, or the reason why there was none.
        "smtp_lostconn_data" if action == lower => (lower, action),
        // Of a header check we keep the check's word as the action.
        "message" | "message_level" if action == expected => (lower, action),
        "message" if expected.starts_with("SASL") => {
            let method = ours(entry, "aidos.postfix.sasl_method");
            let reason = ours(entry, "event.reason");
            let whole = format!("SASL {method} authentication failed: {reason}");
            (expected.to_owned(), whole)
        }
        "message" if expected.starts_with("skipped") => {
            let whole = format!("{action}, {}", ours(entry, "event.reason"));
            (expected.to_owned(), whole)
        }
        "milter_result" => (format!("milter-{expected}"), action),
        "proxy_result" => (format!("proxy-{expected}"), action),
        "prepend_type" => ("prepend".to_owned(), action),
        field => {
            let Some(path) = counterpart(field) else {
                tally.without += 1;
                return;
            };
            (expected.to_owned(), ours(entry, path))
        }
    };
    // Addresses are the same in any spelling.
    let expected = match expected.parse::<std::net::IpAddr>() {
        Ok(ip) => ip.to_string(),
        Err(_) => expected,
    };
    tally.check(case, field, &expected, &got);
}

/// Our field of the same meaning.
fn counterpart(field: &str) -> Option<&'static str> {
    Some(match field {
        "queueid" => "email.local_id",
        "message-id" => "email.message_id",
        "from" => "email.from.address",
        "client_ip" => "source.ip",
        "client_port" => "source.port",
        "client_hostname" => "source.domain",
        "relay_ip" | "server_ip" => "destination.ip",
        "relay_port" | "server_port" => "destination.port",
        "relay_hostname" => "destination.domain",
        "message"
        | "smtp_response"
        | "pipe_response"
        | "local_response"
        | "error_response"
        | "milter_message"
        | "smtp_lostconn_data"
        | "smtp_lostconn_reason"
        | "tls_error"
        | "proxy_message"
        | "postscreen_toobusy_data"
        | "bounce_reason"
        | "pix_workaround"
        | "status_message" => "event.reason",
        "message_level" => "log.level",
        "smtp_stage" | "proxy_smtp_stage" => "aidos.postfix.stage",
        "status_code" | "proxy_status_code" => "aidos.postfix.code",
        "status_code_enhanced" | "proxy_status_code_enhanced" => "aidos.postfix.dsn",
        "status_data" | "milter_data" | "prepend_value" => "aidos.postfix.data",
        "anvil_conn_count" | "anvil_conn_rate" | "anvil_cache_size" => "aidos.postfix.count",
        "anvil_conn_period" => "aidos.postfix.period",
        "service" => "aidos.postfix.service",
        "bounce_queueid" => "aidos.postfix.bounce_id",
        "bounce_recipient" => "aidos.postfix.bounce_recipient",
        "dnsbl_domain" => "aidos.postfix.dnsbl",
        "dnsbl_result" => "aidos.postfix.dnsbl_result",
        "postscreen_dnsbl_rank" => "aidos.postfix.dnsbl_rank",
        "postscreen_violation_time" => "aidos.postfix.seconds",
        "tls_trustlevel" => "aidos.postfix.tls_trust",
        "tls_version" => "tls.version",
        "tls_cipher" => "tls.cipher",
        "tls_cipher_size" => "aidos.postfix.tls_bits",
        "tls_key_exchange" => "aidos.postfix.tls_key_exchange",
        "tls_server_signature" => "aidos.postfix.tls_signature",
        "tls_server_digest" => "aidos.postfix.tls_digest",
        "command_counter_data" => "aidos.postfix.commands",
        _ => return None,
    })
}

/// The pairs of `to=<a@example.org>, relay=none, dsn=2.0.0`.
fn pairs(text: &str) -> Vec<(String, String)> {
    text.split_whitespace()
        .filter_map(|word| word.split_once('='))
        .map(|(key, value)| {
            let value = value.trim_matches(|c| matches!(c, '<' | '>' | ','));
            (key.to_owned(), value.to_owned())
        })
        .collect()
}

fn compare_pair(tally: &mut Tally, case: &str, key: &str, value: &str, entry: &Value) {
    let path = match key {
        "from" if value.contains('@') => "email.from.address",
        "from" => "aidos.postfix.from",
        "to" if value.contains('@') => "email.to.address",
        "to" => "aidos.postfix.to",
        "orig_to" => "aidos.postfix.orig_to",
        "helo" => "aidos.smtp.helo",
        "proto" => {
            let got = ours(entry, "network.protocol");
            return tally.check(case, key, &value.to_ascii_lowercase(), &got);
        }
        "client" | "relay" => {
            let side = if key == "client" {
                "source"
            } else {
                "destination"
            };
            let mut got = ours(entry, &format!("{side}.domain"));
            let ip = ours(entry, &format!("{side}.ip"));
            if ip.is_empty() {
                got = ours(entry, "aidos.postfix.relay");
            } else {
                let _ = write!(got, "[{ip}]");
            }
            let port = ours(entry, &format!("{side}.port"));
            if !port.is_empty() {
                let _ = write!(got, ":{port}");
            }
            let value = if value == "none" { "" } else { value };
            return tally.check(case, key, value, &got);
        }
        "uid" => "user.id",
        "size" | "nrcpt" | "delay" | "delays" | "dsn" | "tls" => {
            let got = ours(entry, &format!("aidos.postfix.{key}"));
            return tally.check(case, key, value, &got);
        }
        _ => {
            tally.without += 1;
            return;
        }
    };
    tally.check(case, key, value, &ours(entry, path));
}
