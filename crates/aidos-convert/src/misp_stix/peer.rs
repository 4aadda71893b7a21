//! Bundles as MISP itself writes them (its `misp-stix`): what they say in labels and `x_misp_` properties.

use aidos_model::json::Shape;
use aidos_model::misp::{Attribute, Object as MispObject};
use aidos_model::stix::{Body, Object};
use serde_json::Value;

use super::natural::{Made, context, time};
use super::restore::{Index, uuid_of};
use super::table;

/// The value of a label: `misp:type="ip-src"`.
fn label<'o>(object: &'o Object, name: &str) -> Option<&'o str> {
    let labels = object.common.labels.iter().flatten();
    labels
        .filter_map(|label| {
            label
                .strip_prefix("misp:")?
                .strip_prefix(name)?
                .strip_prefix("=\"")
        })
        .find_map(|rest| rest.strip_suffix('"'))
}

fn text<'o>(object: &'o Object, name: &str) -> Option<&'o str> {
    object.common.rest.get(name)?.as_str()
}

/// What an object of MISP's own making was; `None` for one of others.
pub(super) fn made(object: &Object, index: &Index<'_>) -> Option<Made> {
    match object.type_word() {
        "x-misp-attribute" => {
            let mut attribute =
                Attribute::new(text(object, "x_misp_type")?, text(object, "x_misp_value")?);
            attribute.category = text(object, "x_misp_category").map(str::to_owned);
            attribute.comment = text(object, "x_misp_comment").map(str::to_owned);
            attribute.to_ids = Some((label(object, "to_ids") == Some("True")).into());
            context(&mut attribute, object);
            Some(Made::Attributes(vec![attribute]))
        }
        "x-misp-object" => {
            let mut made = MispObject::new(text(object, "x_misp_name")?);
            made.uuid = Some(uuid_of(object.id()).to_owned());
            made.timestamp = time(object);
            made.meta_category = text(object, "x_misp_meta_category").map(str::to_owned);
            made.comment = text(object, "x_misp_comment").map(str::to_owned);
            if let Some(Value::Array(list)) = object.common.rest.get("x_misp_attributes") {
                made.attributes = list
                    .iter()
                    .filter_map(|one| Attribute::of(one.clone()).ok())
                    .collect();
            }
            Some(Made::Object(Box::new(made)))
        }
        "observed-data" | "indicator" => {
            attribute(object, index).map(|one| Made::Attributes(vec![one]))
        }
        _ => None,
    }
}

fn attribute(object: &Object, index: &Index<'_>) -> Option<Attribute> {
    let kind = label(object, "type")?;
    let indicator = index.get(&format!("indicator--{}", uuid_of(object.id())));
    let observed = index.get(&format!("observed-data--{}", uuid_of(object.id())));
    let value = match (&object.body, observed) {
        (Body::ObservedData(body), _) => {
            let refs = body.object_refs.iter().flatten();
            let seen: Vec<Value> = refs
                .filter_map(|id| index.get(id))
                .map(|one| one.to_value())
                .collect();
            value(kind, &seen)?
        }
        (Body::Indicator(body), None) => {
            let pattern = body.pattern.as_deref()?;
            // MISP puts rules of other languages between brackets.
            table::language(kind)?;
            let inner = pattern
                .strip_prefix('[')
                .and_then(|inner| inner.strip_suffix(']'));
            match (kind, inner) {
                ("stix2-pattern", _) | (_, None) => pattern.to_owned(),
                (_, Some(inner)) => inner.to_owned(),
            }
        }
        // An indicator beside observed data comes with these.
        _ => return None,
    };
    let mut made = Attribute::new(kind, value);
    made.category = label(object, "category").map(str::to_owned);
    made.to_ids = Some(indicator.is_some().into());
    if let Some(Body::Indicator(body)) = indicator.as_deref().map(|one| &one.body) {
        made.comment.clone_from(&body.description);
    }
    context(&mut made, object);
    Some(made)
}

/// The value of a type in what was observed.
fn value(kind: &str, seen: &[Value]) -> Option<String> {
    let parts: Vec<&str> = kind.split('|').collect();
    let values: Option<Vec<String>> = parts.iter().map(|part| part_of(part, kind, seen)).collect();
    Some(values?.join("|"))
}

fn part_of(part: &str, kind: &str, seen: &[Value]) -> Option<String> {
    let find = |of: &[&str], path: &str| {
        seen.iter()
            .filter(|one| {
                one.get("type")
                    .and_then(Value::as_str)
                    .is_some_and(|word| of.contains(&word))
            })
            .find_map(|one| match one.pointer(path)? {
                Value::String(text) => Some(text.clone()),
                Value::Number(number) => Some(number.to_string()),
                _ => None,
            })
    };
    match part {
        "ip" | "ip-src" | "ip-dst" => find(&["ipv4-addr", "ipv6-addr"], "/value"),
        "domain" | "hostname" => find(&["domain-name"], "/value"),
        "port" => find(&["network-traffic"], "/dst_port")
            .or_else(|| find(&["network-traffic"], "/src_port")),
        "email" | "email-src" | "email-dst" | "target-email" => find(&["email-addr"], "/value"),
        "email-subject" => find(&["email-message"], "/subject"),
        "email-body" => find(&["email-message"], "/body"),
        "email-reply-to" => find(&["email-message"], "/additional_header_fields/Reply-To"),
        "email-x-mailer" => find(&["email-message"], "/additional_header_fields/X-Mailer"),
        "email-attachment" | "filename" | "attachment" | "malware-sample" => {
            find(&["file"], "/name")
        }
        "url" | "uri" | "link" => find(&["url"], "/value"),
        "mutex" => find(&["mutex"], "/name"),
        "mac-address" => find(&["mac-addr"], "/value"),
        "AS" => find(&["autonomous-system"], "/number").map(|number| format!("AS{number}")),
        "regkey" => find(&["windows-registry-key"], "/key"),
        "value" => find(&["windows-registry-key"], "/values/0/data"),
        "size-in-bytes" => find(&["file"], "/size"),
        "github-username" => find(&["user-account"], "/account_login"),
        // A hash: of a file or a certificate, whose only one it is.
        _ => {
            let hash = kind.rsplit('|').next() == Some(part);
            let holder = seen.iter().find(|one| one.get("hashes").is_some())?;
            let hashes = holder.get("hashes")?.as_object()?;
            let first = hashes.values().next()?.as_str()?;
            (hash && hashes.len() == 1).then(|| first.to_owned())
        }
    }
}
