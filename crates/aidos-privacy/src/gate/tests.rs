use super::*;

const POLICY: &str = "community = \"isac-a\"\ntlp = \"green\"\npap = \"green\"\n\
                      legal_basis = \"legitimate-interests\"";

fn policy() -> Policy {
    Policy::parse(POLICY).unwrap()
}

fn automatic() -> Policy {
    Policy::parse(&format!("{POLICY}\napproval = \"policy\"")).unwrap()
}

fn proposal() -> Proposal<&'static str> {
    Proposal {
        item: "hidden",
        content: "c0ffee".into(),
        marking: Marking {
            community: "isac-a".into(),
            tlp: Tlp::Green,
            pap: Pap::Green,
        },
        attack: Attack::default(),
        anonymity: None,
    }
}

fn digest(path: &str, bytes: &[u8]) -> FileDigest {
    use sha2::{Digest as _, Sha256};
    FileDigest {
        path: path.into(),
        bytes: bytes.len() as u64,
        sha256: crate::technique::hex(&Sha256::digest(bytes)),
    }
}

fn manifest(policy: &Policy) -> Manifest {
    Manifest {
        schema: 1,
        case: "evidence".into(),
        state: State::Released,
        community: "isac-a".into(),
        tlp: Tlp::Green,
        pap: Pap::Green,
        legal_basis: policy.legal_basis,
        policy: manifest::PolicyName {
            name: policy.name.clone(),
            sha256: policy.digest(),
        },
        key: "0011223344556677".into(),
        files: vec![digest("bundle.json", b"{}"), digest("entries.jsonl", b"")],
        attack: Attack::default(),
        anonymity: None,
        utility: serde_json::json!({"correlation": 1.0, "values": {"b": 1, "a": 0.5}}),
        approval: None,
        seal: String::new(),
    }
}

const NOW: Timestamp = Timestamp(1_700_000_000_000_000_000);

fn word(verdict: &Verdict<&str>) -> (&'static str, Vec<String>) {
    let say = |reasons: &[Reason]| reasons.iter().map(ToString::to_string).collect();
    match verdict {
        Verdict::Released(_) => ("released", Vec::new()),
        Verdict::Waiting(reasons) => ("waiting", say(reasons)),
        Verdict::Refused(reasons) => ("refused", say(reasons)),
    }
}

/// Each row: what differs from a proposal that may leave, who approves, and what the gate says.
#[test]
fn the_gate_decides_by_its_table() {
    type Change = fn(&mut Proposal<&'static str>);
    let same: Change = |_| {};
    let rows: [(&str, Change, Policy, &str); 9] = [
        ("a policy decides", same, automatic(), "released"),
        ("a person decides", same, policy(), "waiting"),
        (
            "nobody's ground",
            same,
            Policy::parse("community = \"isac-a\"\ntlp = \"green\"\napproval = \"policy\"")
                .unwrap(),
            "waiting",
        ),
        (
            "tlp",
            |own| own.marking.tlp = Tlp::Amber,
            automatic(),
            "refused",
        ),
        (
            "pap",
            |own| own.marking.pap = Pap::Red,
            automatic(),
            "refused",
        ),
        (
            "community",
            |own| own.marking.community = "isac-b".into(),
            automatic(),
            "refused",
        ),
        ("leak", |own| own.attack.found = 1, automatic(), "refused"),
        (
            "not measured",
            same,
            Policy::parse(&format!(
                "{POLICY}\napproval = \"policy\"\n[irreversible]\nk = 5"
            ))
            .unwrap(),
            "refused",
        ),
        (
            "too few",
            |own| own.anonymity = Some(Anonymity { k: 4, l: 1, t: 0.0 }),
            Policy::parse(&format!(
                "{POLICY}\napproval = \"policy\"\n[irreversible]\nk = 5"
            ))
            .unwrap(),
            "refused",
        ),
    ];
    for (name, change, policy, expected) in rows {
        let mut own = proposal();
        change(&mut own);
        let verdict = release(own, &policy, None, NOW);
        assert_eq!(word(&verdict).0, expected, "{name}: {:?}", word(&verdict).1);
    }
    let enough = Proposal {
        anonymity: Some(Anonymity { k: 5, l: 1, t: 0.4 }),
        ..proposal()
    };
    let policy = Policy::parse(&format!(
        "{POLICY}\napproval = \"policy\"\n[irreversible]\nk = 5"
    ))
    .unwrap();
    assert_eq!(word(&release(enough, &policy, None, NOW)).0, "released");
}

#[test]
fn no_person_lets_leave_what_is_refused() {
    let policy = policy();
    let approval = Approval::new("c0ffee", &policy, "me", "please", NOW, None);
    let mut own = proposal();
    own.attack.found = 3;
    let verdict = release(own, &policy, Some(&approval), NOW);
    assert_eq!(word(&verdict).0, "refused");
}

#[test]
fn an_approval_is_for_one_content_one_policy_and_its_time() {
    let own = policy();
    let hour = 3_600_000_000_000;
    let until = Some(Timestamp(NOW.0 + hour));
    let approval = Approval::new("c0ffee", &own, "me", "fine", NOW, until);
    let at = |policy: &Policy, time, content: &str| {
        let proposal = Proposal {
            content: content.into(),
            ..proposal()
        };
        word(&release(proposal, policy, Some(&approval), Timestamp(time))).0
    };
    assert_eq!(at(&own, NOW.0, "c0ffee"), "released");
    assert_eq!(at(&own, NOW.0 + hour, "c0ffee"), "released");
    assert_eq!(at(&own, NOW.0 + hour + 1, "c0ffee"), "waiting");
    assert_eq!(at(&own, NOW.0, "decaf"), "waiting");
    assert_eq!(at(&automatic(), NOW.0, "c0ffee"), "waiting");
    let mut broken = approval.clone();
    broken.until = Some("tomorrow".into());
    let verdict = release(proposal(), &own, Some(&broken), NOW);
    assert_eq!(word(&verdict).0, "waiting");
}

#[test]
fn a_sealed_manifest_opens_and_any_changed_byte_refuses() {
    let (key, other) = ([1; 32], [2; 32]).into_keys();
    let policy = automatic();
    let text = manifest(&policy).close(&key);
    let files = manifest(&policy).files;
    let opened = open(text.as_bytes(), &files, &policy, &key, NOW).unwrap();
    assert_eq!(opened.item().case, "evidence");
    assert_eq!(opened.marking().tlp, Tlp::Green);
    assert_eq!(
        open(text.as_bytes(), &files, &policy, &other, NOW).unwrap_err(),
        [Reason::NotGenuine]
    );
    for at in 0..text.len() {
        for flip in [1, 0x20, 0x80] {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= flip;
            assert!(
                open(&bytes, &files, &policy, &key, NOW).is_err(),
                "byte {at} with {flip:#x}"
            );
        }
    }
    // Blanks mean nothing to JSON, but are not what was sealed.
    let spaced = format!("{text} ");
    assert!(open(spaced.as_bytes(), &files, &policy, &key, NOW).is_err());
    assert!(
        open(
            &text.as_bytes()[..text.len() - 1],
            &files,
            &policy,
            &key,
            NOW
        )
        .is_err()
    );
}

trait IntoKeys {
    fn into_keys(self) -> (InstallationKey, InstallationKey);
}

impl IntoKeys for ([u8; 32], [u8; 32]) {
    fn into_keys(self) -> (InstallationKey, InstallationKey) {
        (
            InstallationKey::from_bytes(self.0),
            InstallationKey::from_bytes(self.1),
        )
    }
}

#[test]
fn files_policy_and_state_are_held_against_the_disk() {
    let key = InstallationKey::from_bytes([1; 32]);
    let own = automatic();
    let text = manifest(&own).close(&key);
    let right = manifest(&own).files;
    let reasons = |files: &[FileDigest], policy: &Policy| {
        open(text.as_bytes(), files, policy, &key, NOW).unwrap_err()
    };
    let path = || "entries.jsonl".to_owned();
    let changed = [right[0].clone(), digest("entries.jsonl", b"x")];
    assert_eq!(
        reasons(&changed, &own),
        [Reason::FileChanged { path: path() }]
    );
    assert_eq!(
        reasons(&right[..1], &own),
        [Reason::FileMissing { path: path() }]
    );
    let mut more = right.clone();
    more.push(digest("z", b""));
    assert_eq!(
        reasons(&more, &own),
        [Reason::FileUnknown { path: "z".into() }]
    );
    let reason = reasons(&right, &policy());
    assert!(reason.contains(&Reason::PolicyChanged), "{reason:?}");
    let mut waiting = manifest(&own);
    waiting.state = State::Waiting;
    let waiting = waiting.close(&key);
    let reason = open(waiting.as_bytes(), &right, &own, &key, NOW).unwrap_err();
    assert_eq!(reason, [Reason::Waiting]);
}

#[test]
fn an_approval_is_no_part_of_the_content_that_it_is_for() {
    let own = policy();
    let mut manifest = manifest(&own);
    manifest.state = State::Waiting;
    let content = manifest.content();
    manifest.state = State::Released;
    manifest.approval = Some(Approval::new(&content, &own, "me", "fine", NOW, None));
    assert_eq!(manifest.content(), content);
    let key = InstallationKey::from_bytes([1; 32]);
    let files = manifest.files.clone();
    let text = manifest.close(&key);
    assert!(open(text.as_bytes(), &files, &own, &key, NOW).is_ok());
}

#[test]
fn what_misses_a_threshold_does_not_open_whoever_approved_it() {
    let own = Policy::parse(&format!(
        "{POLICY}\napproval = \"policy\"\n[irreversible]\nk = 5"
    ))
    .unwrap();
    let key = InstallationKey::from_bytes([1; 32]);
    for (anonymity, opens) in [
        (None, false),
        (Some(Anonymity { k: 4, l: 1, t: 0.0 }), false),
        (
            Some(Anonymity {
                k: 5,
                l: 1,
                t: 1.0 / 3.0,
            }),
            true,
        ),
    ] {
        let mut manifest = manifest(&own);
        manifest.state = State::Released;
        manifest.anonymity = anonymity;
        let content = manifest.content();
        manifest.approval = Some(Approval::new(&content, &own, "me", "fine", NOW, None));
        let files = manifest.files.clone();
        let opened = open(manifest.close(&key).as_bytes(), &files, &own, &key, NOW);
        assert_eq!(opened.is_ok(), opens, "{anonymity:?}: {opened:?}");
    }
}

#[test]
fn an_attack_names_places_and_no_values() {
    let attacker =
        Attacker::new([("PERSON", "Ada Lovelace"), ("IP_ADDRESS", "198.51.7.9")]).unwrap();
    let mut attack = attacker.begin();
    for (file, line, text) in [
        ("entries.jsonl", 1, "nothing of hers"),
        ("entries.jsonl", 2, "{\"user\":\"ada.lovelace\"}"),
    ] {
        attacker.line(&mut attack, file, line, text.as_bytes());
    }
    let mut part = Attack::default();
    attacker.line(&mut part, "bundle.json", 7, b"MTk4LjUxLjcuOQ==");
    attack.go_on(part);
    assert_eq!((attack.values, attack.found), (2, 2), "{attack:?}");
    let json = serde_json::to_string(&attack).unwrap();
    assert!(
        json.contains("\"line\":2") && json.contains("base64"),
        "{json}"
    );
    assert!(!json.to_lowercase().contains("lovelace"), "{json}");
}

#[test]
fn what_is_shareable_shows_its_labels_alone() {
    let Verdict::Released(shareable) = release(proposal(), &automatic(), None, NOW) else {
        panic!("it may leave");
    };
    let shown = format!("{shareable:?}");
    assert!(
        !shown.contains("hidden") && shown.contains("isac-a"),
        "{shown}"
    );
    assert_eq!(shareable.map(str::len).item(), &6);
}
