//! Sigma rules: one document for each log that could show the values.
//!
//! Source: the Sigma rules specification 2.0.

use std::collections::BTreeSet;

use aidos_model::stix::{OURS, Uuid};

use super::{Head, Threat, Written, comment, one_line};
use crate::indicator::Kind;

/// Values of one rule: SIEMs make one search of each.
const A_RULE: usize = 1_000;

/// YAML documents for firewall, DNS, proxy and files, each there if there is something to say in it.
///
/// The id of a rule is a version 5 UUID over what it looks for, so the same values give the same rule.
pub fn sigma(threats: &[Threat], head: &Head<'_>) -> Written {
    let mut written = Written {
        text: comment(head, "Sigma rules"),
        ..Written::default()
    };
    let mut date = "";
    let (mut ips, mut nets, mut names, mut urls) =
        (Vec::new(), Vec::new(), BTreeSet::new(), Vec::new());
    for threat in threats {
        match threat.kind {
            Kind::Ipv4 | Kind::Ipv6 => ips.push(threat.value.as_str()),
            Kind::Cidr => nets.push(threat.value.as_str()),
            Kind::Domain => {
                names.insert(threat.value.as_str());
            }
            Kind::Url => urls.push(threat.value.as_str()),
            _ => {
                written.skipped += 1;
                continue;
            }
        }
        written.values += 1;
        date = date.max(
            threat
                .last
                .as_deref()
                .and_then(|last| last.get(..10))
                .unwrap_or_default(),
        );
    }
    let names: Vec<_> = names.into_iter().collect();
    let mut rule = |what: &str, category: &str, fields: &[(&str, &[&str])]| {
        let fields: Vec<_> = fields
            .iter()
            .filter(|(_, values)| !values.is_empty())
            .collect();
        if fields.is_empty() {
            return;
        }
        let mut selections = String::new();
        for (number, (field, values)) in fields.iter().enumerate() {
            selections += &format!("    selection_{number}:\n        {field}:\n");
            for value in *values {
                selections += &format!("            - {}\n", scalar(value));
            }
        }
        let id = Uuid::v5(OURS, format!("sigma {category}\n{selections}").as_bytes());
        let mut text = format!(
            "---\ntitle: {}\n",
            quoted(&format!("{what} known from {}", head.of))
        );
        text += &format!("id: {id}\nstatus: experimental\n");
        text += &format!(
            "description: {}\n",
            quoted(&format!(
                "Values that attacked or were reported in {}",
                head.of
            ))
        );
        text += "author: Aidos\n";
        if !date.is_empty() {
            text += &format!("date: {}\n", quoted(date));
        }
        if let Some(tlp) = head.tlp {
            let label = tlp
                .trim_start_matches("TLP:")
                .to_ascii_lowercase()
                .replace('+', "-");
            text += &format!("tags:\n    - {}\n", quoted(&format!("tlp.{label}")));
        }
        text += &format!("logsource:\n    category: {category}\ndetection:\n{selections}");
        text += "    condition: 1 of selection_*\n";
        text += "falsepositives:\n    - Addresses and hosts that many share, as of clouds and content networks\n";
        text += "level: medium\n";
        written.text += &text;
    };
    for ips in ips.chunks(A_RULE) {
        rule(
            "Traffic with addresses",
            "firewall",
            &[("src_ip", ips), ("dst_ip", ips)],
        );
    }
    for nets in nets.chunks(A_RULE) {
        rule(
            "Traffic with networks",
            "firewall",
            &[("src_ip|cidr", nets), ("dst_ip|cidr", nets)],
        );
    }
    for names in names.chunks(A_RULE) {
        let below: Vec<String> = names.iter().map(|name| format!(".{name}")).collect();
        let below: Vec<&str> = below.iter().map(String::as_str).collect();
        rule(
            "Questions for domains",
            "dns",
            &[("query", names), ("query|endswith", &below)],
        );
        rule(
            "Requests to domains",
            "proxy",
            &[("cs-host", names), ("cs-host|endswith", &below)],
        );
    }
    for urls in urls.chunks(A_RULE) {
        rule("Requests for URLs", "proxy", &[("c-uri|startswith", urls)]);
    }
    written
}

/// A value of a selection: `*`, `?` and `\` are no wildcards.
fn scalar(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for sign in value.chars() {
        if matches!(sign, '*' | '?' | '\\') {
            escaped.push('\\');
        }
        escaped.push(sign);
    }
    quoted(&escaped)
}

/// A scalar of YAML between single quotes, on one line.
fn quoted(text: &str) -> String {
    format!("'{}'", one_line(text).replace('\'', "''"))
}
