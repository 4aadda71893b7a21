//! A case with a release, as the gate lets it leave.

use std::fs;
use std::path::Path;

use aidos_model::{Timestamp, Tlp};
use aidos_privacy::gate::{
    self, Attack, FileDigest, Manifest, Marking, PolicyName, Proposal, Shareable, State, Verdict,
};
use aidos_privacy::policy::{Pap, Policy};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Writes a bundle of these objects into the case, and has the gate release it under a label.
pub(crate) fn release(case: &Path, objects: &[Value], tlp: Tlp) -> Shareable<Manifest> {
    let bundle = json!({"type": "bundle", "id": "bundle--00000000-0000-4000-8000-000000000000", "objects": objects});
    let text = serde_json::to_vec_pretty(&bundle).unwrap();
    let folder = case.join("shareable");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("bundle.json"), &text).unwrap();
    let digest: String = aidos_model::json::hex(&Sha256::digest(&text))
        .map(char::from)
        .collect();
    let policy = "community = \"isac-a\"\ntlp = \"red\"\npap = \"red\"\nlegal_basis = \"legitimate-interests\"\napproval = \"policy\"";
    let policy = Policy::parse(policy).unwrap();
    let manifest = Manifest {
        schema: 1,
        case: "march".into(),
        state: State::Released,
        community: "isac-a".into(),
        tlp,
        pap: Pap::Green,
        legal_basis: policy.legal_basis,
        policy: PolicyName {
            name: "p".into(),
            sha256: policy.digest(),
        },
        key: "k".into(),
        files: vec![FileDigest {
            path: "bundle.json".into(),
            bytes: text.len() as u64,
            sha256: digest,
        }],
        attack: Attack::default(),
        anonymity: None,
        utility: Value::Null,
        approval: None,
        seal: String::new(),
    };
    let proposal = Proposal {
        content: manifest.content(),
        item: manifest,
        marking: Marking {
            community: "isac-a".into(),
            tlp,
            pap: Pap::Green,
        },
        attack: Attack::default(),
        anonymity: None,
    };
    match gate::release(proposal, &policy, None, Timestamp(0)) {
        Verdict::Released(released) => released,
        other => panic!("{other:?}"),
    }
}

/// An object with this label.
pub(crate) fn marked(mut object: Value, tlp: Tlp) -> Value {
    object["object_marking_refs"] = json!([tlp.stix_id().to_string()]);
    object
}

/// The marking definition of a label.
pub(crate) fn definition(tlp: Tlp) -> Value {
    let mut text = Vec::new();
    tlp.push_marking(&mut text);
    serde_json::from_slice(&text).unwrap()
}

/// A number as a UUID.
pub(crate) fn uuid(number: usize) -> String {
    format!("{number:08x}-0000-4000-8000-000000000000")
}
