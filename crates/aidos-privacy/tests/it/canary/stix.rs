//! Bundles of one object of each type, every property of the standard planted.

use aidos_privacy::leak::Search;
use serde_json::{Map, Value, json};

use super::{Canary, Iocs, Made};

/// Types and their properties besides the common ones, as the standard lists them; `#` is a number, `!` a time, `?` a
/// flag, `*` a list, `>` a reference, `)` references, else a text.
const TYPES: &str = "\
attack-pattern name description aliases* | campaign name description aliases* !first_seen !last_seen objective \
| course-of-action name description action | grouping name description context )object_refs \
| identity name description roles* identity_class sectors* contact_information \
| incident name description | indicator name description indicator_types* pattern pattern_type pattern_version !valid_from !valid_until \
| infrastructure name description infrastructure_types* aliases* !first_seen !last_seen \
| intrusion-set name description aliases* !first_seen !last_seen goals* resource_level primary_motivation secondary_motivations* \
| location name description #latitude #longitude #precision region country administrative_area city street_address postal_code \
| malware name description malware_types* ?is_family aliases* !first_seen !last_seen architecture_execution_envs* \
implementation_languages* capabilities* )sample_refs \
| malware-analysis product version configuration_version modules* analysis_engine_version analysis_definition_version !submitted \
!analysis_started !analysis_ended result_name result )analysis_sco_refs >sample_ref \
| note abstract content authors* )object_refs | observed-data !first_observed !last_observed #number_observed )object_refs \
| opinion explanation authors* opinion )object_refs | report name description report_types* !published )object_refs \
| threat-actor name description threat_actor_types* aliases* !first_seen !last_seen roles* goals* sophistication resource_level \
primary_motivation secondary_motivations* personal_motivations* | tool name description tool_types* aliases* tool_version \
| vulnerability name description | relationship relationship_type description >source_ref >target_ref !start_time !stop_time \
| sighting description !first_seen !last_seen #count >sighting_of_ref )observed_data_refs )where_sighted_refs ?summary \
| language-content >object_ref !object_modified contents | artifact mime_type payload_bin url encryption_algorithm decryption_key \
| autonomous-system #number name rir | directory path path_enc !ctime !mtime !atime )contains_refs \
| domain-name value )resolves_to_refs | email-addr value display_name >belongs_to_ref \
| email-message ?is_multipart !date content_type >from_ref >sender_ref )to_refs )cc_refs )bcc_refs message_id subject received_lines* \
body >raw_email_ref | file #size name name_enc magic_number_hex mime_type !ctime !mtime !atime >parent_directory_ref )contains_refs >content_ref \
| ipv4-addr value )resolves_to_refs )belongs_to_refs | ipv6-addr value | mac-addr value | mutex name \
| network-traffic !start !end ?is_active >src_ref >dst_ref #src_port #dst_port protocols* #src_byte_count >src_payload_ref )encapsulates_refs \
| process ?is_hidden #pid !created_time cwd command_line )opened_connection_refs >creator_user_ref >image_ref >parent_ref )child_refs \
| software name cpe swid languages* vendor version | url value \
| user-account user_id credential account_login account_type display_name ?is_service_account ?is_privileged ?can_escalate_privs \
?is_disabled !account_created !account_expires !credential_last_changed !account_first_login !account_last_login \
| windows-registry-key key !modified_time >creator_user_ref #number_of_subkeys \
| x509-certificate ?is_self_signed version serial_number signature_algorithm issuer subject !validity_not_before !validity_not_after \
subject_public_key_algorithm subject_public_key_modulus | x-canary-object name secret";

const OBSERVABLES: [&str; 18] = [
    "artifact",
    "autonomous-system",
    "directory",
    "domain-name",
    "email-addr",
    "email-message",
    "file",
    "ipv4-addr",
    "ipv6-addr",
    "mac-addr",
    "mutex",
    "network-traffic",
    "process",
    "software",
    "url",
    "user-account",
    "windows-registry-key",
    "x509-certificate",
];

/// Objects that say of what they refer to that it is an attacker's.
const ATTACKERS: [&str; 10] = [
    "attack-pattern",
    "campaign",
    "indicator",
    "infrastructure",
    "intrusion-set",
    "malware",
    "malware-analysis",
    "threat-actor",
    "tool",
    "vulnerability",
];

/// The sample that malware is known by: attackers' as its hashes stand in an indicator.
const SAMPLE: &str = "file--22222222-2222-4222-8222-222222222222";

/// A bundle of all types. In every second one also what should be a time, number, flag or word is a canary.
pub(super) fn bundle(seed: u64, canary: &mut Canary, iocs: &Iocs) -> Made {
    let wild = seed.is_multiple_of(2);
    let types: Vec<Vec<&str>> = TYPES
        .split('|')
        .map(|line| line.split_whitespace().collect())
        .collect();
    let ids: Vec<String> = types
        .iter()
        .map(|words| format!("{}--{}", words[0], canary.uuid()))
        .collect();
    let mut objects = Vec::new();
    for (words, id) in types.iter().zip(&ids) {
        let mut object = Map::new();
        object.insert("type".into(), words[0].into());
        object.insert("spec_version".into(), "2.1".into());
        object.insert("id".into(), id.as_str().into());
        for word in &words[1..] {
            let (name, value) = property(words[0], word, wild, canary, &ids);
            object.insert(name.to_owned(), value);
        }
        if words[0] == "relationship" && !wild {
            aim(&mut object);
        }
        common(
            &mut object,
            wild,
            canary,
            &ids,
            OBSERVABLES.contains(&words[0]),
        );
        objects.push(Value::Object(object));
    }
    let kept = attackers(&mut objects, iocs);
    let bundle = json!({"type": "bundle", "id": format!("bundle--{}", canary.uuid()), "objects": objects, "x_note": canary.prose()});
    (bundle, kept)
}

/// What an attacker's object relates to is his and has to stay, so it can be no canary: unless he targets it.
fn aim(relationship: &mut Map<String, Value>) {
    let kind = |name: &str| {
        let id = relationship[name].as_str().unwrap();
        id.split_once("--").unwrap().0.to_owned()
    };
    let (source, target) = (kind("source_ref"), kind("target_ref"));
    let is_attacker = |kind: &String| ATTACKERS.contains(&kind.as_str());
    let is_observable = |kind: &String| OBSERVABLES.contains(&kind.as_str());
    if is_attacker(&target) && is_observable(&source) {
        let source = relationship.remove("source_ref").unwrap();
        let target = relationship
            .insert("target_ref".to_owned(), source)
            .unwrap();
        relationship.insert("source_ref".to_owned(), target);
    } else if !(is_attacker(&source) && is_observable(&target)) {
        return;
    }
    relationship.insert("relationship_type".to_owned(), "targets".into());
}

fn property<'w>(
    kind: &str,
    word: &'w str,
    wild: bool,
    canary: &mut Canary,
    ids: &[String],
) -> (&'w str, Value) {
    let pick = |canary: &mut Canary| ids[canary.dice.place(ids.len())].clone();
    let one = |canary: &mut Canary, prefix: &str| {
        let fitting: Vec<&String> = ids.iter().filter(|id| id.starts_with(prefix)).collect();
        fitting
            .first()
            .map_or_else(|| pick(canary), |id| (*id).clone())
    };
    if let Some(name) = word.strip_prefix('!') {
        let time = if wild {
            canary.prose()
        } else {
            "2024-03-01T10:00:00.000Z".to_owned()
        };
        return (name, time.into());
    }
    if let Some(name) = word.strip_prefix('#') {
        let digits: u64 = canary.card.parse().unwrap();
        return (name, if wild { digits.into() } else { 7.into() });
    }
    if let Some(name) = word.strip_prefix('?') {
        return (
            name,
            if wild {
                canary.prose().into()
            } else {
                true.into()
            },
        );
    }
    if let Some(name) = word.strip_prefix('>') {
        let id = match name {
            "src_ref" | "dst_ref" => one(canary, "ipv4-addr"),
            "from_ref" | "sender_ref" => one(canary, "email-addr"),
            // Of what malware was seen with it is said that it is an attacker's.
            "sample_ref" => SAMPLE.to_owned(),
            _ => pick(canary),
        };
        return (name, id.into());
    }
    if let Some(name) = word.strip_prefix(')') {
        let other = format!("ipv4-addr--{}", canary.uuid());
        if matches!(name, "sample_refs" | "analysis_sco_refs") {
            let (file, ip) = (canary.strange_uuid(), canary.strange_uuid());
            let (file, ip) = (format!("file--{file}"), format!("ipv4-addr--{ip}"));
            return (name, json!([SAMPLE, file, ip]));
        }
        return (name, json!([pick(canary), other, pick(canary)]));
    }
    if let Some(name) = word.strip_suffix('*') {
        let own = canary.form();
        return (name, json!([canary.prose(), own]));
    }
    let form = canary.form();
    let value = match (kind, word) {
        ("identity", "name") | ("user-account" | "email-addr", "display_name") => {
            canary.name.clone()
        }
        ("identity", "identity_class") if !wild => "individual".to_owned(),
        ("ipv4-addr", "value") => canary.ip.clone(),
        ("email-addr", "value") => canary.mail.clone(),
        ("domain-name", "value") => canary.host.clone(),
        ("url", "value") => format!("https://{}/{}", canary.host, form),
        ("ipv6-addr", "value") => format!("::ffff:{}", canary.ip),
        ("mac-addr", "value") => "00:1b:44:11:3a:b7".to_owned(),
        ("relationship", "relationship_type") if !wild => "related-to".to_owned(),
        ("indicator", "pattern") => format!(
            "[email-addr:value = '{}' OR user-account:display_name = '{}' OR x-thing:'{}' = '{}']",
            canary.mail, canary.name, canary.name, form
        ),
        ("indicator", "pattern_type") if !wild => "stix".to_owned(),
        ("note", "content") => format!(
            "Call {}, paid with {} from {} ({})",
            canary.phone, canary.card, canary.host, canary.ip
        ),
        _ => canary.prose(),
    };
    (word, value.into())
}

fn common(
    object: &mut Map<String, Value>,
    wild: bool,
    canary: &mut Canary,
    ids: &[String],
    observable: bool,
) {
    let time = |canary: &mut Canary| {
        if wild {
            canary.prose()
        } else {
            "2024-01-01T00:00:00.000Z".to_owned()
        }
    };
    let identity = ids.iter().find(|id| id.starts_with("identity")).cloned();
    object.insert("created_by_ref".into(), identity.into());
    if !observable {
        object.insert("created".into(), time(canary).into());
        object.insert("modified".into(), time(canary).into());
    }
    let (a, b, c) = (canary.form(), canary.prose(), canary.prose());
    object.insert("labels".into(), json!([a, b]));
    object.insert("lang".into(), canary.prose().into());
    object.insert("external_references".into(), json!([
        {"source_name": a, "description": b, "url": c, "external_id": canary.form(), "hashes": {"MD5": canary.form()}},
        {"source_name": "cve", "external_id": "CVE-2024-0001", "url": canary.prose()},
    ]));
    object.insert(
        "hashes".into(),
        json!({
            "MD5": super::hex(&<md5::Md5 as sha2::Digest>::digest(&canary.mail)),
            "SHA-256": super::hex(&<sha2::Sha256 as sha2::Digest>::digest(&canary.name)),
            canary.name.clone(): canary.form(),
        }),
    );
    object.insert(
        "kill_chain_phases".into(),
        json!([{"kill_chain_name": canary.prose(), "phase_name": canary.form()}]),
    );
    object.insert(
        "extensions".into(),
        json!({"x-ext": {canary.name.clone(): canary.prose()}}),
    );
    object.insert(
        "environment_variables".into(),
        json!({"USER": canary.prose()}),
    );
    object.insert(
        "additional_header_fields".into(),
        json!({"Reply-To": [canary.mail]}),
    );
    object.insert(
        "values".into(),
        json!([{"name": canary.prose(), "data": canary.prose(), "data_type": canary.form()}]),
    );
    object.insert("granular_markings".into(), json!([{"marking_ref": ids[0], "lang": canary.form(), "selectors": [canary.form(), "name"]}]));
    object.insert(
        "object_marking_refs".into(),
        json!([format!("marking-definition--{}", canary.uuid())]),
    );
    object.insert(
        format!("x_{}", canary.name.to_lowercase().replace(' ', "_")),
        canary.prose().into(),
    );
    object.insert("x_custom".into(), canary.prose().into());
}

/// What attackers use, and how each of it is written: it has to stay.
fn attackers(objects: &mut Vec<Value>, iocs: &Iocs) -> Vec<String> {
    let time = "2024-01-01T00:00:00.000Z";
    let indicator = "indicator--11111111-1111-4111-8111-111111111111";
    let malware = "malware--44444444-4444-4444-8444-444444444444";
    let escaped = |text: &str| text.replace('\\', "\\\\");
    let pattern = format!(
        "[ipv4-addr:value = '{}' OR domain-name:value = '{}' OR ipv6-addr:value IN ('{}')] FOLLOWEDBY [url:value = '{}' OR \
         file:hashes.'SHA-256' = '{}' OR file:hashes.MD5 = '{}'] AND [email-addr:value = '{}' OR file:name = '{}' OR mutex:name = '{}' OR \
         windows-registry-key:key = '{}' OR email-message:from_ref.value = '{}' OR network-traffic:dst_ref.value = '{}']",
        iocs.ip,
        iocs.domain,
        iocs.ip6,
        iocs.url,
        iocs.sha256,
        iocs.md5,
        iocs.mail,
        iocs.file,
        escaped(&iocs.mutex),
        escaped(&iocs.key),
        iocs.mail,
        iocs.ip
    );
    let mut kept = vec![json!(pattern).to_string(), json!(iocs.prose()).to_string()];
    objects.push(json!({
        "type": "indicator", "spec_version": "2.1", "id": indicator, "created": time, "modified": time, "pattern": pattern,
        "pattern_type": "stix", "valid_from": time, "indicator_types": ["malicious-activity"], "description": iocs.prose(),
    }));
    objects.push(json!({
        "type": "malware", "spec_version": "2.1", "id": malware, "created": time, "modified": time, "is_family": true,
        "name": "Dasebarat", "sample_refs": [SAMPLE],
    }));
    let hashes = json!({"MD5": iocs.md5, "SHA-1": iocs.sha1, "SHA-256": iocs.sha256});
    kept.push(hashes.to_string());
    objects.push(json!({
        "type": "file", "spec_version": "2.1", "id": SAMPLE, "name": iocs.file, "hashes": hashes,
    }));
    kept.push(format!("\"name\":\"{}\"", iocs.file));
    let seen = [
        (indicator, "based-on", "ipv4-addr", "value", &iocs.ip),
        (
            malware,
            "communicates-with",
            "ipv6-addr",
            "value",
            &iocs.ip6,
        ),
        (malware, "beacons-to", "domain-name", "value", &iocs.domain),
        (malware, "downloads", "url", "value", &iocs.url),
        (indicator, "based-on", "email-addr", "value", &iocs.mail),
        (malware, "related-to", "mutex", "name", &iocs.mutex),
        (
            malware,
            "related-to",
            "windows-registry-key",
            "key",
            &iocs.key,
        ),
        (indicator, "based-on", "file", "", &iocs.file),
    ];
    for (at, (source, word, kind, property, value)) in seen.into_iter().enumerate() {
        let number = 70 + at;
        let mut target = format!("{kind}--55555555-5555-4555-8555-5555555555{number}");
        if property.is_empty() {
            SAMPLE.clone_into(&mut target);
        } else {
            objects
                .push(json!({"type": kind, "spec_version": "2.1", "id": target, property: value}));
            kept.push(
                json!({property: value})
                    .to_string()
                    .trim_matches(['{', '}'])
                    .to_owned(),
            );
        }
        objects.push(json!({
            "type": "relationship", "spec_version": "2.1", "id": format!("relationship--66666666-6666-4666-8666-6666666666{number}"),
            "created": time, "modified": time, "relationship_type": word, "source_ref": source, "target_ref": target,
        }));
    }
    kept
}

/// The statement of the last check: a bundle that was planted holds canaries in all forms.
#[test]
fn the_search_sees_what_is_planted() {
    let mut canary = Canary::new(9);
    let planted = bundle(2, &mut canary, &Iocs::new(9)).0.to_string();
    let found = Search::new(canary.values())
        .unwrap()
        .find(planted.as_bytes());
    let mut forms: Vec<_> = found.iter().map(|leak| leak.form).collect();
    forms.sort();
    forms.dedup();
    assert!(forms.len() >= 9, "{forms:?}");
}
