//! Which field a column, path or key may be, by its name and its values.

use super::slug;
use super::values::{Kind, common_kind};

/// A column and what is thought of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Guess {
    /// The column, path or key as the log names it.
    pub(super) source: String,
    /// The ECS field; `None` where its values are always empty.
    pub(super) field: Option<String>,
    /// The type of a field of our own, where it is not text.
    pub(super) kind: Option<&'static str>,
    /// Why, in words, without values.
    pub(super) why: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Source,
    Destination,
}

/// Guesses the fields of all columns of a log. No field is given twice.
pub(super) fn guess(columns: &[(String, Vec<&str>)], log: &str) -> Vec<Guess> {
    let mut taken: Vec<String> = Vec::new();
    let mut guesses: Vec<Guess> = columns
        .iter()
        .map(|(source, values)| Guess {
            source: source.clone(),
            field: None,
            kind: None,
            why: about(values),
        })
        .collect();
    // A date and a clock time in two columns are one stamp.
    let all = |values: &[&str], is: fn(&str) -> bool| {
        !values.is_empty() && values.iter().all(|v| is(v.trim()))
    };
    let position = |is: fn(&str) -> bool| columns.iter().position(|(_, values)| all(values, is));
    if let (Some(date), Some(clock)) = (position(is_date), position(is_clock)) {
        for (index, field) in [(date, "date"), (clock, "clock")] {
            if let Some(guess) = guesses.get_mut(index) {
                guess.field = Some(field.to_owned());
            }
        }
        taken.push("@timestamp".to_owned());
    }
    // Names that say the side go first, so that a plain `ip` takes what is left.
    for pass in 0..3 {
        for ((source, values), guess) in columns.iter().zip(&mut guesses) {
            if guess.field.is_some() {
                continue;
            }
            let Some(kind) = common_kind(values) else {
                continue;
            };
            let words = words(source);
            let field = match pass {
                0 => known(&words, kind).filter(|_| side(&words).is_some()),
                1 => known(&words, kind),
                _ => by_value(kind, &taken),
            };
            if let Some(field) = field.filter(|field| !taken.iter().any(|taken| taken == field)) {
                taken.push(field.to_owned());
                guess.field = Some(field.to_owned());
            }
        }
    }
    for ((source, values), guess) in columns.iter().zip(&mut guesses) {
        if guess.field.is_some() {
            continue;
        }
        let Some(kind) = common_kind(values) else {
            continue;
        };
        let base = format!("aidos.{log}.{}", slug(source));
        let mut field = base.clone();
        let mut number = 2;
        while taken.contains(&field) {
            field = format!("{base}_{number}");
            number += 1;
        }
        taken.push(field.clone());
        guess.field = Some(field);
        guess.kind = match kind {
            Kind::Integer => Some("integer"),
            Kind::Number => Some("number"),
            Kind::Boolean => Some("boolean"),
            _ => None,
        };
    }
    guesses
}

/// `2023-03-07`, the only form of a date that joins to a known stamp.
fn is_date(value: &str) -> bool {
    let shape = |(index, byte): (usize, u8)| match index {
        4 | 7 => matches!(byte, b'-' | b'/'),
        _ => byte.is_ascii_digit(),
    };
    value.len() == 10 && value.bytes().enumerate().all(shape)
}

/// `10:38:03`, with or without a fraction.
fn is_clock(value: &str) -> bool {
    matches!(crate::clean::stamp::read(value), Some((crate::clean::stamp::Stamp::ClockOnly, len)) if len == value.len())
}

/// How many of the values are what.
fn about(values: &[&str]) -> String {
    let filled = values
        .iter()
        .filter(|value| super::values::kind(value).is_some())
        .count();
    let Some(kind) = common_kind(values) else {
        return "always empty".to_owned();
    };
    let what = match kind {
        Kind::Ip => "addresses",
        Kind::Mac => "hardware addresses",
        Kind::Email => "e-mail addresses",
        Kind::Url => "URLs",
        Kind::Hash(_) => "hashes",
        Kind::Stamp => "stamps",
        Kind::Epoch => "numbers that may be stamps",
        Kind::Integer => "whole numbers",
        Kind::Number => "numbers",
        Kind::Boolean => "true or false",
        Kind::Word => "words",
        Kind::Text => "text",
    };
    format!("{what}, in {filled} of {} rows", values.len())
}

/// The words of a name: `srcIp`, `src_ip`, `source.ip` and `SourceIP` are two words.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut was_lower = false;
    for c in name.chars() {
        let starts = !c.is_ascii_alphanumeric() || (c.is_ascii_uppercase() && was_lower);
        if starts && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if c.is_ascii_alphanumeric() {
            word.push(c.to_ascii_lowercase());
        }
        was_lower = c.is_ascii_lowercase() || c.is_ascii_digit();
    }
    if !word.is_empty() {
        words.push(word);
    }
    // Names that are written as one word.
    words.into_iter().flat_map(|word| apart(&word)).collect()
}

fn apart(word: &str) -> Vec<String> {
    let ends = [
        "ip", "port", "mac", "addr", "address", "host", "user", "name", "time", "stamp",
    ];
    let sides = [
        "src",
        "source",
        "dst",
        "dest",
        "destination",
        "client",
        "server",
        "remote",
        "local",
        "attacker",
        "victim",
        "target",
        "s",
        "d",
    ];
    for side in sides {
        if let Some(rest) = word.strip_prefix(side)
            && ends.contains(&rest)
        {
            return vec![side.to_owned(), rest.to_owned()];
        }
    }
    match word {
        "saddr" => vec!["src".to_owned(), "addr".to_owned()],
        "daddr" => vec!["dst".to_owned(), "addr".to_owned()],
        "spt" => vec!["src".to_owned(), "port".to_owned()],
        "dpt" => vec!["dst".to_owned(), "port".to_owned()],
        "rhost" => vec!["src".to_owned(), "host".to_owned()],
        "username" => vec!["user".to_owned(), "name".to_owned()],
        other => vec![other.to_owned()],
    }
}

fn side(words: &[String]) -> Option<Side> {
    words.iter().find_map(|word| match word.as_str() {
        "src" | "source" | "s" | "client" | "remote" | "attacker" | "orig" | "origin"
        | "originator" | "from" | "sender" | "peer" | "foreign" => Some(Side::Source),
        "dst" | "dest" | "destination" | "d" | "server" | "target" | "victim" | "resp"
        | "responder" | "to" | "recipient" | "rcpt" | "local" => Some(Side::Destination),
        _ => None,
    })
}

/// The field that a name and the kind of its values stand for.
pub(super) fn known(words: &[String], kind: Kind) -> Option<&'static str> {
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
    let side = side(words);
    let sided = |source: &'static str, destination: &'static str| match side {
        Some(Side::Source) => Some(source),
        Some(Side::Destination) => Some(destination),
        None => None,
    };
    let is_nat = has(&["nat", "xlate", "translated", "mapped", "snat", "dnat"]);
    match kind {
        Kind::Ip if is_nat => {
            sided("source.nat.ip", "destination.nat.ip").or(Some("source.nat.ip"))
        }
        Kind::Ip => sided("source.ip", "destination.ip"),
        Kind::Mac => sided("source.mac", "destination.mac"),
        Kind::Email => {
            sided("email.from.address", "email.to.address").or(Some("aidos.email_addresses"))
        }
        Kind::Hash(32) => Some("file.hash.md5"),
        Kind::Hash(40) => Some("file.hash.sha1"),
        Kind::Hash(_) => Some("file.hash.sha256"),
        Kind::Stamp => Some("@timestamp"),
        Kind::Epoch
            if has(&[
                "time",
                "ts",
                "date",
                "timestamp",
                "stamp",
                "epoch",
                "when",
                "at",
                "datetime",
            ]) =>
        {
            Some("@timestamp")
        }
        Kind::Url => Some("url.original"),
        Kind::Integer | Kind::Epoch => {
            if has(&["port"]) {
                if is_nat {
                    return sided("source.nat.port", "destination.nat.port");
                }
                sided("source.port", "destination.port").or(Some("destination.port"))
            } else if has(&["bytes", "len", "length", "octets"]) {
                sided("source.bytes", "destination.bytes").or(Some("network.bytes"))
            } else if has(&["packets", "pkts"]) {
                sided("source.packets", "destination.packets").or(Some("network.packets"))
            } else if has(&["severity", "sev"]) {
                Some("event.severity")
            } else if has(&["pid"]) {
                Some("process.pid")
            } else if has(&["status", "response"]) {
                Some("http.response.status_code")
            } else {
                None
            }
        }
        Kind::Number | Kind::Boolean => None,
        Kind::Word | Kind::Text => {
            if has(&["user", "login", "account", "uname"]) {
                // The user at the other end is somebody else.
                if side == Some(Side::Destination) {
                    return Some("destination.user.name");
                }
                Some("user.name")
            } else if has(&["proto", "protocol", "transport"]) && kind == Kind::Word {
                Some("network.transport")
            } else if has(&["service", "app", "application"]) {
                Some("network.protocol")
            } else if has(&["action", "verdict", "disposition", "decision", "act"]) {
                Some("event.action")
            } else if has(&["url", "uri", "path", "request"]) {
                Some("url.original")
            } else if has(&["method"]) {
                Some("http.request.method")
            } else if has(&["agent", "useragent", "ua"]) {
                Some("user_agent.original")
            } else if has(&["in", "iif", "ingress"]) {
                Some("observer.ingress.interface.name")
            } else if has(&["out", "oif", "egress"]) {
                Some("observer.egress.interface.name")
            } else if has(&["domain", "host", "hostname", "fqdn"]) {
                sided("source.domain", "destination.domain").or(Some("log.syslog.hostname"))
            } else if has(&["rule", "signature", "policy"]) {
                Some("rule.name")
            } else if has(&["reason", "msg", "description", "cause"]) {
                Some("event.reason")
            } else if has(&["file", "filename"]) {
                Some("file.name")
            } else if has(&["cmd", "command", "cmdline"]) {
                Some("process.command_line")
            } else if has(&["payload"]) {
                Some("aidos.exus.payload")
            } else {
                None
            }
        }
    }
}

/// What values alone say: the first address is the source, the second the destination.
fn by_value(kind: Kind, taken: &[String]) -> Option<&'static str> {
    let free = |field: &&&'static str| !taken.iter().any(|taken| taken == **field);
    let choices: &[&'static str] = match kind {
        Kind::Ip => &["source.ip", "destination.ip"],
        Kind::Mac => &["source.mac", "destination.mac"],
        _ => &[],
    };
    choices.iter().find(free).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(columns: &[(&str, &str)]) -> Vec<String> {
        let columns: Vec<(String, Vec<&str>)> = columns
            .iter()
            .map(|(name, value)| ((*name).to_owned(), vec![*value]))
            .collect();
        guess(&columns, "x")
            .into_iter()
            .map(|guess| guess.field.unwrap_or_default())
            .collect()
    }

    #[test]
    fn names_and_values_say_the_field() {
        assert_eq!(
            fields(&[
                ("ts", "1678185483"),
                ("srcIp", "192.0.2.1"),
                ("dst_port", "443"),
                ("DestinationAddress", "192.0.2.2"),
                ("sport", "5"),
                ("username", "maria"),
                ("proto", "TCP"),
                ("sender", "a@example.org"),
                ("score", "7"),
                ("note", ""),
            ]),
            [
                "@timestamp",
                "source.ip",
                "destination.port",
                "destination.ip",
                "source.port",
                "user.name",
                "network.transport",
                "email.from.address",
                "aidos.x.score",
                "",
            ]
        );
        // A side that is named goes before one that is not.
        assert_eq!(
            fields(&[("ip", "192.0.2.1"), ("src", "192.0.2.2")]),
            ["destination.ip", "source.ip"]
        );
    }

    #[test]
    fn names_are_words() {
        assert_eq!(words("SourceIP"), ["source", "ip"]);
        assert_eq!(words("client.ip_address"), ["client", "ip", "address"]);
        assert_eq!(words("dstport"), ["dst", "port"]);
    }
}
