//! An object as OpenCTI takes it best: its id, its labels, its score, its type of observable.

use serde_json::{Map, Value, json};

use super::ids;

/// Sources of external references that name a technique or a mitigation of ATT&CK, as pycti lists them.
const MITRE: [&str; 5] = [
    "mitre-attack",
    "mitre-pre-attack",
    "mitre-mobile-attack",
    "mitre-ics-attack",
    "amitt-attack",
];

/// Adds what OpenCTI would work out or ask for, and gives the object OpenCTI's id. Its references have to be OpenCTI's already.
/// The id it had is kept among the other ids, so that it is found by it.
///
/// - location: `x_opencti_location_type`, from what it names;
/// - attack-pattern, course-of-action: `x_mitre_id`, from the external reference;
/// - indicator: `x_opencti_main_observable_type`, where its pattern is about one type alone, and `x_opencti_score`, which
///   is its confidence, where it has none.
///
/// ```
/// use serde_json::json;
/// let mut tool = json!({"type": "tool", "id": "tool--00000000-0000-4000-8000-000000000000", "name": "Mimikatz"});
/// aidos_exchange::opencti::shape::shape(tool.as_object_mut().unwrap());
/// assert_eq!(tool["id"], "tool--dae20ca4-ebdf-5248-83ac-0f7a52f94fcc");
/// assert_eq!(tool["x_opencti_stix_ids"], json!(["tool--00000000-0000-4000-8000-000000000000"]));
/// ```
pub fn shape(object: &mut Map<String, Value>) {
    match object.get("type").and_then(Value::as_str) {
        Some("location") => {
            let has = |name: &str| object.get(name).is_some_and(|value| !value.is_null());
            let kind = if has("city") {
                "City"
            } else if has("country") {
                "Country"
            } else if has("region") {
                "Region"
            } else {
                "Position"
            };
            add(object, "x_opencti_location_type", || Some(kind.into()));
        }
        Some("attack-pattern" | "course-of-action") => {
            let id = mitre(object);
            add(object, "x_mitre_id", || id);
        }
        Some("indicator") => {
            let stix = object.get("pattern_type").is_none_or(|kind| kind == "stix");
            let pattern = object.get("pattern").and_then(Value::as_str);
            let kind = pattern.filter(|_| stix).and_then(main_type);
            add(object, "x_opencti_main_observable_type", || {
                kind.map(Value::from)
            });
            let confidence = object.get("confidence").cloned();
            add(object, "x_opencti_score", || confidence);
        }
        _ => {}
    }
    let Some(id) = ids::of(object) else { return };
    let before = object.insert("id".into(), id.clone().into());
    if let Some(Value::String(before)) = before
        && before != id
    {
        let others = object
            .entry("x_opencti_stix_ids")
            .or_insert_with(|| json!([]));
        if let Value::Array(others) = others
            && !others.iter().any(|own| *own == before)
        {
            others.push(before.into());
        }
    }
}

fn add(object: &mut Map<String, Value>, name: &str, value: impl FnOnce() -> Option<Value>) {
    if object.get(name).is_none_or(Value::is_null)
        && let Some(value) = value()
    {
        object.insert(name.into(), value);
    }
}

fn mitre(object: &Map<String, Value>) -> Option<Value> {
    let references = object.get("external_references")?.as_array()?;
    let own = references.iter().find(|own| {
        let source = own.get("source_name").and_then(Value::as_str);
        source.is_some_and(|source| MITRE.contains(&source))
    })?;
    own.get("external_id").filter(|id| id.is_string()).cloned()
}

/// OpenCTI's name of the one type of observable that a STIX pattern compares; `None` where it compares several.
fn main_type(pattern: &str) -> Option<&'static str> {
    let mut found = None;
    let mut rest = pattern;
    loop {
        // Texts in a pattern stand between apostrophes, and may hold anything.
        let quote = rest.find('\'').unwrap_or(rest.len());
        for part in rest
            .get(..quote)?
            .split(|c: char| !(c.is_ascii_alphanumeric() || "-:_.".contains(c)))
        {
            if let Some((kind, _)) = part.split_once(':').filter(|(kind, _)| !kind.is_empty()) {
                let name = opencti_type(kind)?;
                if found.is_some_and(|found| found != name) {
                    return None;
                }
                found = Some(name);
            }
        }
        rest = rest.get(quote + 1..).unwrap_or_default();
        if rest.is_empty() {
            return found;
        }
        let mut escaped = false;
        let end = rest.find(|c| {
            let ends = c == '\'' && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        })?;
        rest = rest.get(end + 1..)?;
    }
}

fn opencti_type(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "artifact" => "Artifact",
        "autonomous-system" => "Autonomous-System",
        "directory" => "Directory",
        "domain-name" => "Domain-Name",
        "email-addr" => "Email-Addr",
        "email-message" => "Email-Message",
        "file" => "StixFile",
        "ipv4-addr" => "IPv4-Addr",
        "ipv6-addr" => "IPv6-Addr",
        "mac-addr" => "Mac-Addr",
        "mutex" => "Mutex",
        "network-traffic" => "Network-Traffic",
        "process" => "Process",
        "software" => "Software",
        "url" => "Url",
        "user-account" => "User-Account",
        "windows-registry-key" => "Windows-Registry-Key",
        "x509-certificate" => "X509-Certificate",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shaped(mut object: Value) -> Value {
        shape(object.as_object_mut().unwrap());
        object
    }

    #[test]
    fn patterns_of_one_type_say_which() {
        for (pattern, expected) in [
            ("[ipv4-addr:value = '198.51.100.3']", Some("IPv4-Addr")),
            (
                "[file:hashes.'SHA-256' = 'aa' OR file:name = 'it\\'s url:value']",
                Some("StixFile"),
            ),
            (
                "[url:value = 'http://a.example/'] AND [domain-name:value = 'a.example']",
                None,
            ),
            ("[x-own:value = 'a']", None),
            ("nonsense", None),
            ("[ipv4-addr:value = 'open", None),
            ("", None),
        ] {
            assert_eq!(main_type(pattern), expected, "{pattern}");
        }
    }

    #[test]
    fn indicators_get_a_score_and_a_type() {
        let own = shaped(json!({
            "type": "indicator", "id": "indicator--x", "pattern_type": "stix",
            "pattern": "[ipv4-addr:value = '198.51.100.3']", "confidence": 80,
        }));
        assert_eq!(own["x_opencti_score"], 80);
        assert_eq!(own["x_opencti_main_observable_type"], "IPv4-Addr");
        assert_eq!(own["id"], "indicator--ed995101-8e77-5431-836d-feb4296682d4");
        let kept = shaped(json!({
            "type": "indicator", "id": "indicator--x", "pattern_type": "sigma", "pattern": "a: b",
            "confidence": 80, "x_opencti_score": 10, "x_opencti_stix_ids": ["indicator--x"],
        }));
        assert_eq!(kept["x_opencti_score"], 10);
        assert!(kept.get("x_opencti_main_observable_type").is_none());
        assert_eq!(kept["x_opencti_stix_ids"], json!(["indicator--x"]));
    }

    #[test]
    fn techniques_and_places_get_what_makes_their_ids() {
        let own = shaped(
            json!({"type": "attack-pattern", "id": "a", "name": "Brute Force", "external_references": [
                {"source_name": "capec", "external_id": "CAPEC-49"}, {"source_name": "mitre-attack", "external_id": "T1110"},
            ]}),
        );
        assert_eq!(
            own["id"],
            "attack-pattern--272bb55a-8f0d-5d73-bb7c-dee9f8d2e586"
        );
        let own = shaped(
            json!({"type": "location", "id": "a", "name": "Greece", "country": "GR", "region": "europe"}),
        );
        assert_eq!(own["id"], "location--b38c590e-6d73-58f7-91ac-e7adba2a7acd");
    }

    #[test]
    fn shaping_twice_is_shaping_once() {
        let once = shaped(json!({"type": "malware", "id": "malware--a", "name": "Emotet"}));
        assert_eq!(shaped(once.clone()), once);
        let address = json!({"type": "ipv4-addr", "id": "ipv4-addr--a", "value": "198.51.100.3"});
        assert_eq!(shaped(address.clone()), address);
    }
}
