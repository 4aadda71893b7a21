//! Which fields of an event become which objects.
//!
//! A rules file is TOML. What it does not name stays as in [`DEFAULT`]; what it names wrongly is refused
//! with its place. Fields are dotted ECS paths, those of mapped providers among them.

use std::net::IpAddr;
use std::ops::Range;

use aidos_model::stix::Kind;
use serde::Deserialize;
use toml::Spanned;

use crate::analysis::role::Verdict;
use crate::extract::mapped::one_line;

/// The rules that hold without a file.
pub const DEFAULT: &str = r#"# Which fields of an entry become which STIX 2.1 objects.
# An object that is not named here keeps its default; `from = []` switches it off.

[objects.ipv4-addr]
from = ["source.ip", "destination.ip", "source.nat.ip", "destination.nat.ip"]

[objects.ipv6-addr]
from = ["source.ip", "destination.ip", "source.nat.ip", "destination.nat.ip"]

[objects.mac-addr]
from = ["source.mac", "destination.mac"]

[objects.email-addr]
from = ["email.from.address", "email.to.address", "aidos.email_addresses"]

[objects.user-account]
from = ["user.name"]

[objects.domain-name]
from = ["dns.question.name", "url.domain", "source.domain", "destination.domain"]

[objects.url]
from = ["url.full", "url.original"]

# Traffic between the source.ip and destination.ip that became addresses above.
[objects.network-traffic]
enabled = true

# All observables of an entry, seen once.
[objects.observed-data]
enabled = true

# on: the traffic, and its source where that is taken for an attacker.
# confidence: 0 to 100, of an indicator on the traffic of an attacker in the bundle of an entry; 30 at most where
# the attacked is not known to be own. All others have 15, which STIX calls low.
[objects.indicator]
enabled = true
on = ["traffic", "source"]
confidence = 40

# indicator based-on observed-data
[objects.relationship]
enabled = true

# An indicator was seen so many times from then to then. In the bundle of the whole case only.
[objects.sighting]
enabled = true
"#;

/// A rules file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RulesError {
    /// No TOML, or a key, word or type that rules do not have.
    #[error("cannot read the object rules at line {line}, column {column}: {problem}")]
    Toml {
        /// Line from 1.
        line: usize,
        /// Column from 1, in characters.
        column: usize,
        /// What is wrong there.
        problem: String,
    },
    /// A field that cannot hold such a value.
    #[error(
        "cannot read the object rules at line {line}, column {column}: `{}` holds no `{kind}`; \
         name a field that does",
        one_line(field)
    )]
    Field {
        /// Line from 1.
        line: usize,
        /// Column from 1, in characters.
        column: usize,
        /// The field.
        field: String,
        /// The object it should become.
        kind: Kind,
    },
}

/// Which fields of an event become which objects; the default is [`DEFAULT`].
///
/// ```
/// # use aidos_core::compose::ObjectRules;
/// let rules = ObjectRules::parse("[objects.mac-addr]\nfrom = []")?;
/// assert_ne!(rules, ObjectRules::default());
/// let error = ObjectRules::parse("[objects.mac]\nfrom = []").unwrap_err();
/// assert!(error.to_string().contains("line 1, column 10"), "{error}");
/// # Ok::<(), aidos_core::compose::RulesError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectRules {
    /// For each of [`ENDS`]: becomes an address of version 4, of version 6.
    pub(super) ips: [[bool; 2]; 4],
    /// For each of [`MACS`].
    pub(super) macs: [bool; 2],
    /// For each of [`EMAILS`].
    pub(super) emails: [bool; 3],
    pub(super) user: bool,
    /// Fields beyond those above, sorted.
    pub(super) others: Vec<(Kind, String)>,
    /// Whether one of the others is a field of the model, not of a mapped provider.
    pub(super) others_known: bool,
    pub(super) traffic: bool,
    pub(super) observed: bool,
    pub(super) relationship: bool,
    pub(super) sighting: bool,
    pub(super) indicator: IndicatorRules,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct IndicatorRules {
    pub(super) traffic: bool,
    pub(super) source: bool,
    pub(super) confidence: u8,
}

/// The confidence of indicators on what is no attack: low (appendix A of the standard).
pub(super) const LOW: u8 = 15;

/// The word of STIX's `indicator-type-ov` for traffic of this verdict.
pub(super) const fn indicator_type(verdict: Verdict) -> &'static str {
    match verdict {
        _ if verdict.is_attack() => "anomalous-activity",
        _ if verdict.is_benign() => "benign",
        _ => "unknown",
    }
}

/// Addresses of an event that are looked up without searching for their path.
pub(super) const ENDS: [&str; 4] = [
    "source.ip",
    "destination.ip",
    "source.nat.ip",
    "destination.nat.ip",
];
const MACS: [&str; 2] = ["source.mac", "destination.mac"];
const EMAILS: [&str; 3] = [
    "email.from.address",
    "email.to.address",
    "aidos.email_addresses",
];
const USER: &str = "user.name";

/// Fields of the model that hold text, and so may hold anything.
const TEXTS: [&str; 8] = [
    "event.action",
    "log.syslog.hostname",
    "observer.ingress.interface.name",
    "observer.egress.interface.name",
    "aidos.routeros.prefix",
    "aidos.exus.payload",
    "related.user",
    "message",
];

/// Fields of the model that hold what no object is made of.
const OTHERS: [&str; 24] = [
    "@timestamp",
    "event.provider",
    "event.kind",
    "event.category",
    "event.outcome",
    "event.severity",
    "source.port",
    "source.nat.port",
    "destination.port",
    "destination.nat.port",
    "network.transport",
    "network.bytes",
    "log.syslog.priority",
    "log.file.path",
    "log.origin.file.line",
    "aidos.routeros.topics",
    "aidos.routeros.chain",
    "aidos.routeros.state",
    "aidos.routeros.mark",
    "aidos.routeros.flags",
    "aidos.routeros.icmp",
    "aidos.defects",
    "source.nat",
    "destination.nat",
];

impl Default for ObjectRules {
    fn default() -> Self {
        Self {
            ips: [[true; 2]; 4],
            macs: [true; 2],
            emails: [true; 3],
            user: true,
            others: [
                (Kind::DomainName, "destination.domain"),
                (Kind::DomainName, "dns.question.name"),
                (Kind::DomainName, "source.domain"),
                (Kind::DomainName, "url.domain"),
                (Kind::Url, "url.full"),
                (Kind::Url, "url.original"),
            ]
            .map(|(kind, path)| (kind, path.to_owned()))
            .into(),
            others_known: false,
            traffic: true,
            observed: true,
            relationship: true,
            sighting: true,
            indicator: IndicatorRules {
                traffic: true,
                source: true,
                confidence: 40,
            },
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    objects: Objects,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
struct Objects {
    ipv4_addr: Option<Fields>,
    ipv6_addr: Option<Fields>,
    mac_addr: Option<Fields>,
    email_addr: Option<Fields>,
    user_account: Option<Fields>,
    domain_name: Option<Fields>,
    url: Option<Fields>,
    network_traffic: Option<Switch>,
    observed_data: Option<Switch>,
    indicator: Option<Indicator>,
    relationship: Option<Switch>,
    sighting: Option<Switch>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    from: Vec<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Switch {
    enabled: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Indicator {
    enabled: Option<bool>,
    on: Option<Vec<On>>,
    confidence: Option<Spanned<u8>>,
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum On {
    Traffic,
    Source,
}

impl ObjectRules {
    /// Reads a rules file.
    ///
    /// # Errors
    /// [`RulesError`] with the place, where the text is no TOML, names an object, key or word that rules do
    /// not have, or a field that cannot hold what it should become.
    pub fn parse(text: &str) -> Result<Self, RulesError> {
        let wrong = |span: Option<Range<usize>>, problem: String| {
            let (line, column) = place(text, span.map_or(0, |span| span.start));
            RulesError::Toml {
                line,
                column,
                problem: one_line(&problem),
            }
        };
        let file: File = toml::from_str(text)
            .map_err(|error| wrong(error.span(), error.message().replace('\n', " ")))?;
        let mut rules = Self::default();
        let objects = file.objects;
        for (kind, section) in [
            (Kind::Ipv4Addr, objects.ipv4_addr),
            (Kind::Ipv6Addr, objects.ipv6_addr),
            (Kind::MacAddr, objects.mac_addr),
            (Kind::EmailAddr, objects.email_addr),
            (Kind::UserAccount, objects.user_account),
            (Kind::DomainName, objects.domain_name),
            (Kind::Url, objects.url),
        ] {
            let Some(section) = section else { continue };
            rules.clear(kind);
            for field in section.from {
                let span = field.span();
                let field = field.into_inner();
                if !rules.add(kind, &field) {
                    let (line, column) = place(text, span.start);
                    return Err(RulesError::Field {
                        line,
                        column,
                        field,
                        kind,
                    });
                }
            }
        }
        rules.others.sort();
        rules.others.dedup();
        let switch = |section: Option<Switch>, rule: &mut bool| {
            if let Some(section) = section {
                *rule = section.enabled;
            }
        };
        switch(objects.network_traffic, &mut rules.traffic);
        switch(objects.observed_data, &mut rules.observed);
        switch(objects.relationship, &mut rules.relationship);
        switch(objects.sighting, &mut rules.sighting);
        if let Some(section) = objects.indicator {
            if let Some(on) = section.on {
                rules.indicator.traffic = on.contains(&On::Traffic);
                rules.indicator.source = on.contains(&On::Source);
            }
            if let Some(confidence) = section.confidence {
                if *confidence.get_ref() > 100 {
                    return Err(wrong(
                        Some(confidence.span()),
                        "a confidence is 0 to 100".into(),
                    ));
                }
                rules.indicator.confidence = confidence.into_inner();
            }
            if section.enabled == Some(false) {
                rules.indicator.traffic = false;
                rules.indicator.source = false;
            }
        }
        Ok(rules)
    }

    /// Whether an address at this place of [`ENDS`] becomes an object.
    #[inline]
    pub(super) fn wants_ip(&self, at: usize, ip: IpAddr) -> bool {
        self.ips
            .get(at)
            .is_some_and(|versions| versions[usize::from(ip.is_ipv6())])
    }

    /// Whether e-mail addresses become objects, from whatever field.
    pub(super) fn wants_email(&self) -> bool {
        self.emails.contains(&true)
    }

    fn clear(&mut self, kind: Kind) {
        match kind {
            Kind::Ipv4Addr => self.ips.iter_mut().for_each(|versions| versions[0] = false),
            Kind::Ipv6Addr => self.ips.iter_mut().for_each(|versions| versions[1] = false),
            Kind::MacAddr => self.macs = [false; 2],
            Kind::EmailAddr => self.emails = [false; 3],
            Kind::UserAccount => self.user = false,
            _ => {}
        }
        self.others.retain(|(other, _)| *other != kind);
    }

    /// Adds a field; false where it cannot hold such a value.
    fn add(&mut self, kind: Kind, field: &str) -> bool {
        let position = |list: &[&str]| list.iter().position(|path| *path == field);
        if let Some(at) = position(&ENDS) {
            match kind {
                Kind::Ipv4Addr => self.ips[at][0] = true,
                Kind::Ipv6Addr => self.ips[at][1] = true,
                _ => return false,
            }
        } else if let Some(at) = position(&MACS) {
            if kind != Kind::MacAddr {
                return false;
            }
            self.macs[at] = true;
        } else if let Some(at) = position(&EMAILS)
            && kind == Kind::EmailAddr
        {
            self.emails[at] = true;
        } else if field == USER && kind == Kind::UserAccount {
            self.user = true;
        } else if field == "related.ip" {
            if !matches!(kind, Kind::Ipv4Addr | Kind::Ipv6Addr) {
                return false;
            }
            self.others.push((kind, field.to_owned()));
            self.others_known = true;
        } else {
            if position(&OTHERS).is_some() || !is_path(field) {
                return false;
            }
            self.others_known |=
                position(&TEXTS).is_some() || position(&EMAILS).is_some() || field == USER;
            self.others.push((kind, field.to_owned()));
        }
        true
    }
}

/// A dotted path without empty parts, blanks or control characters.
fn is_path(field: &str) -> bool {
    field
        .split('.')
        .all(|part| !part.is_empty() && !part.chars().any(|c| c.is_whitespace() || c.is_control()))
}

/// Line and column of an offset, both from 1.
fn place(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    let column = before
        .rsplit('\n')
        .next()
        .map_or(0, |last| last.chars().count())
        + 1;
    (line, column)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_default_is_the_default() {
        assert_eq!(ObjectRules::parse(DEFAULT), Ok(ObjectRules::default()));
        assert_eq!(ObjectRules::parse(""), Ok(ObjectRules::default()));
    }

    #[test]
    fn what_is_wrong_is_refused_with_its_place() {
        for (text, place) in [
            ("[objects.ipv4]\nfrom = []", (1, 10)),
            ("[object.ipv4-addr]\nfrom = []", (1, 2)),
            ("\n[objects.url]\nform = []", (3, 1)),
            ("[objects.indicator]\non = [\"trafic\"]", (2, 7)),
            ("[objects.indicator]\nconfidence = 101", (2, 14)),
            ("[objects.indicator]\nconfidence = 300", (2, 14)),
            ("[objects.indicator]\nenabled = \"yes\"", (2, 11)),
            ("[objects.network-traffic]\nfrom = []", (2, 1)),
            (
                "[objects.ipv4-addr]\nfrom = [\"source.ip\", \"source.port\"]",
                (2, 22),
            ),
            ("[objects.url]\nfrom = [\"source.mac\"]", (2, 9)),
            ("[objects.url]\nfrom = [\"a..b\"]", (2, 9)),
            ("[objects.url\nfrom = []", (1, 13)),
            ("[objects.url]\nfrom = [\"a\\nb\"]", (2, 9)),
        ] {
            let error = ObjectRules::parse(text).unwrap_err();
            let found = match &error {
                RulesError::Toml { line, column, .. } | RulesError::Field { line, column, .. } => {
                    (*line, *column)
                }
            };
            assert_eq!(found, place, "{text}: {error}");
            let message = error.to_string();
            assert!(
                !message.contains('\n') && !message.ends_with('.'),
                "{message}"
            );
        }
    }

    #[test]
    fn a_named_object_replaces_its_default_only() {
        let rules = ObjectRules::parse(
            "[objects.ipv4-addr]\nfrom = [\"source.ip\", \"client.ip\"]\n\
             [objects.indicator]\non = [\"traffic\"]",
        )
        .unwrap();
        assert_eq!(
            rules.ips,
            [[true, true], [false, true], [false, true], [false, true]]
        );
        assert_eq!(rules.others.len(), 7);
        assert!(!rules.others_known);
        assert!(rules.indicator.traffic && !rules.indicator.source);
        assert_eq!(rules.indicator.confidence, 40);
    }
}
