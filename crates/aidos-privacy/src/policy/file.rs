//! From TOML to a [`Policy`]: every mistake with its line and a way out.

use std::collections::BTreeMap;

use aidos_model::Tlp;
use serde::Deserialize;

use super::{Approver, Asking, Denied, Error, LegalBasis, Pap, Policy, Text, Thresholds, Who};
use crate::key::CommunityKey;
use crate::message::one_line;
use crate::pii::Kind;
use crate::role::{Override, Role};
use crate::technique::Technique;

/// Kinds that are no detector's type, or finer than one.
const FINER: [&str; 17] = [
    "ADDRESS",
    "AS",
    "BIRTHDAY",
    "CITY",
    "COUNTRY",
    "DECEASED_DATE",
    "DOMAIN_NAME",
    "FILE_NAME",
    "FIRST_NAME",
    "HASH",
    "LAST_NAME",
    "MUTEX",
    "NATIONALITY",
    "PATH",
    "REGISTRY_KEY",
    "STATE",
    "USER_AGENT",
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default = "one")]
    schema: u32,
    name: Option<String>,
    #[serde(default)]
    community: String,
    legal_basis: Option<LegalBasis>,
    #[serde(default)]
    approval: Approver,
    tlp: Option<String>,
    pap: Option<String>,
    #[serde(default)]
    text: Text,
    #[serde(default)]
    attacker_persons: bool,
    irreversible: Option<Thresholds>,
    #[serde(default)]
    ask: Ask,
    #[serde(default)]
    allow: Vec<String>,
    #[serde(default)]
    deny: Vec<Denied>,
    #[serde(default, rename = "override")]
    overrides: Vec<Override>,
    #[serde(default)]
    kinds: BTreeMap<String, BTreeMap<String, toml::Value>>,
    #[serde(default)]
    defaults: BTreeMap<String, toml::Value>,
}

/// `[ask]`
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ask {
    tlp: Option<String>,
    pap: Option<String>,
    #[serde(default)]
    unknown: bool,
}

fn one() -> u32 {
    1
}

pub(super) fn parse(source: &str) -> Result<Policy, Error> {
    read(source).map_err(|error| Error {
        problem: one_line(&error.problem),
        ..error
    })
}

fn read(source: &str) -> Result<Policy, Error> {
    // The reader's own text quotes the line, which may hold a person's name: its message alone is shown.
    let file: File = toml::from_str(source).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        Error {
            line: line_at(source, at),
            problem: unquoted(error.message()),
            way_out: "see docs/guides/policy.md for the fields".to_owned(),
        }
    })?;
    let wrong = |needle: &str, problem: String, way_out: &str| Error {
        line: line_of(source, needle),
        problem,
        way_out: way_out.to_owned(),
    };
    if file.schema != 1 {
        let problem = format!("schema {} is not known", file.schema);
        return Err(wrong("schema", problem, "write schema = 1"));
    }
    let mut policy = Policy {
        community: file.community,
        legal_basis: file.legal_basis,
        approval: file.approval,
        text: file.text,
        attacker_persons: file.attacker_persons,
        irreversible: file.irreversible,
        allow: file.allow,
        deny: file.deny,
        overrides: file.overrides,
        ..Policy::default()
    };
    if let Some(name) = file.name {
        policy.name = name;
    }
    if let Some(word) = &file.tlp {
        policy.tlp = word.parse().map_err(|_| {
            let way_out = "use clear, green, amber, amber+strict or red";
            wrong("tlp", "no such TLP label".to_owned(), way_out)
        })?;
    }
    if let Some(word) = &file.pap {
        policy.pap = word.parse::<Pap>().map_err(|_| {
            let way_out = "use clear, green, amber or red";
            wrong("pap", "no such PAP label".to_owned(), way_out)
        })?;
    }
    policy.ask = asking(source, &file.ask)?;
    if let Some(wanted) = policy.irreversible
        && (wanted.k < 2 || wanted.l < 1 || !(0.0..=1.0).contains(&wanted.t))
    {
        let problem = format!(
            "thresholds k {}, l {}, t {} protect nobody",
            wanted.k, wanted.l, wanted.t
        );
        let way_out = "take k from 2, l from 1, t between 0 and 1";
        return Err(wrong("irreversible", problem, way_out));
    }
    for denied in &policy.deny {
        check_kind(source, &denied.kind)?;
        if denied.value.trim().is_empty() {
            let way_out = "write the value to hide, or leave the line out";
            return Err(wrong("deny", "a denied value is empty".to_owned(), way_out));
        }
    }
    for (index, own) in policy.overrides.iter().enumerate() {
        if let Err(problem) = own.check() {
            let line = source
                .match_indices("[[override]]")
                .nth(index)
                .map_or(1, |(at, _)| line_at(source, at));
            return Err(Error {
                line,
                problem: problem.to_owned(),
                way_out: "give one of value, domain, network, misp_category, misp_type, relation or stix_type, and a role"
                    .to_owned(),
            });
        }
    }
    let irreversible = policy.irreversible.is_some();
    for (kind, row) in file.kinds {
        check_kind(source, &kind)?;
        let table = format!("[kinds.{kind}]");
        let row = self::row(source, &table, row, irreversible)?;
        policy.kinds.insert(kind, row);
    }
    policy.defaults = row(source, "[defaults]", file.defaults, irreversible)?;
    Ok(policy)
}

fn asking(source: &str, ask: &Ask) -> Result<Asking, Error> {
    let start = source.find("[ask]").unwrap_or(0);
    let wrong = |needle: &str, problem: &str, way_out: &str| {
        let rest = source.get(start..).unwrap_or_default();
        Error {
            line: line_at(source, start) + line_of(rest, needle) - 1,
            problem: problem.to_owned(),
            way_out: way_out.to_owned(),
        }
    };
    let mut out = Asking {
        unknown: ask.unknown,
        ..Asking::default()
    };
    if let Some(word) = &ask.tlp {
        let way_out = "use clear, green, amber or amber+strict";
        out.tlp = match word.parse() {
            Ok(Tlp::Red) => {
                return Err(wrong(
                    "tlp",
                    "what is TLP:RED is never asked about",
                    way_out,
                ));
            }
            Ok(tlp) => tlp,
            Err(_) => return Err(wrong("tlp", "no such TLP label", way_out)),
        };
    }
    if let Some(word) = &ask.pap {
        let way_out = "use clear, green or amber";
        out.pap = match word.parse() {
            Ok(Pap::Red) => {
                return Err(wrong(
                    "pap",
                    "what is PAP:RED is never asked about",
                    way_out,
                ));
            }
            Ok(pap) => pap,
            Err(_) => return Err(wrong("pap", "no such PAP label", way_out)),
        };
    }
    Ok(out)
}

fn row(
    source: &str,
    table: &str,
    words: BTreeMap<String, toml::Value>,
    irreversible: bool,
) -> Result<BTreeMap<Who, Technique>, Error> {
    let start = source.find(table).unwrap_or(0);
    let mut out = BTreeMap::new();
    for (who, value) in words {
        let wrong = |problem: String, way_out: &str| {
            // The first line below the table's head that begins with the word.
            let rest = source.get(start..).unwrap_or_default();
            let line = rest
                .lines()
                .position(|line| line.trim_start().starts_with(&who))
                .unwrap_or(0);
            Error {
                line: line_at(source, start) + line,
                problem,
                way_out: way_out.to_owned(),
            }
        };
        let person = match who.as_str() {
            "any" => Who::Any,
            word => Role::parse(word).map(Who::from).ok_or_else(|| {
                let way_out = "use attacker, victim, own, bystander or any";
                wrong(format!("no role `{word}`"), way_out)
            })?,
        };
        // `victim = "pseudonym"` is short for `victim = { technique = "pseudonym" }`.
        let value = match value {
            toml::Value::String(word) => {
                let mut table = toml::Table::new();
                table.insert("technique".to_owned(), toml::Value::String(word));
                toml::Value::Table(table)
            }
            other => other,
        };
        let technique: Technique = value.try_into().map_err(|error: toml::de::Error| {
            let way_out = "use keep, redact, replace, mask, hash, encrypt, pseudonym, ip, mac, digits, date, \
                           generalise or custom, with their parameters";
            wrong(unquoted(error.message()), way_out)
        })?;
        if irreversible && person != Who::Attacker && technique.is_linkable() {
            return Err(wrong(
                format!(
                    "`{}` can be linked or undone, and the policy is irreversible",
                    technique.name()
                ),
                "use redact, replace, mask or generalise, or take [irreversible] out",
            ));
        }
        if let Err(reason) = tried(&technique) {
            return Err(wrong(reason, "see docs/guides/policy.md for its range"));
        }
        out.insert(person, technique);
    }
    Ok(out)
}

/// Whether a technique's parameters are in their ranges, by trying it on a value of its own shape.
fn tried(technique: &Technique) -> Result<(), String> {
    let key = CommunityKey::from_bytes([0; 32]);
    for value in ["2001-02-03", "42", "203.0.113.7"] {
        if let Err(crate::technique::Error::Parameter { reason, .. }) =
            technique.apply("TEST", value, &key)
        {
            return Err(reason.to_owned());
        }
    }
    Ok(())
}

fn check_kind(source: &str, kind: &str) -> Result<(), Error> {
    let known = Kind::ALL.iter().any(|own| own.word() == kind) || FINER.contains(&kind);
    if known {
        return Ok(());
    }
    let near = Kind::parse(&kind.to_ascii_uppercase()).map(Kind::word);
    Err(Error {
        line: line_of(source, kind),
        problem: format!("no kind `{kind}`"),
        way_out: near.map_or_else(
            || "use a type that `aidos pii scan` reports, such as EMAIL_ADDRESS".to_owned(),
            |near| format!("did you mean {near}"),
        ),
    })
}

/// A message without what it quotes from the file: only words of ours may be shown.
fn unquoted(message: &str) -> String {
    // `unknown field `x`` names a key, which is no value; `invalid value: string "x"` names a value.
    let mut out = String::new();
    for (index, part) in message.split('"').enumerate() {
        out.push_str(if index % 2 == 0 { part } else { "…" });
    }
    out.replace('\n', " ")
}

fn line_at(source: &str, offset: usize) -> usize {
    let before = source.as_bytes().get(..offset).unwrap_or_default();
    before.split(|byte| *byte == b'\n').count()
}

fn line_of(source: &str, needle: &str) -> usize {
    source.find(needle).map_or(1, |at| line_at(source, at))
}
