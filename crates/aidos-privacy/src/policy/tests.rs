use super::*;
use crate::pii::Kind;
use crate::technique::generalise::Ladder;

const FULL: &str = r#"
schema = 1
name = "To the sector's ISAC"
community = "isac-a"
legal_basis = "legitimate-interests"
tlp = "amber+strict"
pap = "green"
text = "redact"
attacker_persons = true
allow = ["www.example.org"]

[[deny]]
kind = "PERSON"
value = "Ada Lovelace"

[kinds.EMAIL_ADDRESS]
victim = "encrypt"
any = { technique = "replace", with = "someone" }

[kinds.ZIP_CODE]
any = { technique = "generalise", ladder = "zip", keep = 3 }

[kinds.PHONE_NUMBER]
attacker = "redact"

[defaults]
bystander = "redact"

[[override]]
network = "203.0.113.0/24"
role = "own"
why = "the lab"
"#;

#[test]
fn every_field_is_read() {
    let policy = Policy::parse(FULL).unwrap();
    assert_eq!(policy.legal_basis, Some(LegalBasis::LegitimateInterests));
    assert_eq!((policy.tlp, policy.pap), (Tlp::AmberStrict, Pap::Green));
    assert_eq!(policy.text, Text::Redact);
    assert!(policy.attacker_persons && policy.irreversible.is_none());
    assert_eq!(policy.overrides[0].role, Some(Role::Own));
    assert!(!format!("{policy:?}").contains("Lovelace"));
}

#[test]
fn the_decision_table_of_the_file() {
    let policy = Policy::parse(FULL).unwrap();
    for (kind, role, technique) in [
        ("EMAIL_ADDRESS", Role::Victim, "encrypt"),
        ("EMAIL_ADDRESS", Role::Own, "replace"),
        ("EMAIL_ADDRESS", Role::Bystander, "replace"),
        // `any` is never of attackers.
        ("EMAIL_ADDRESS", Role::Attacker, "keep"),
        ("PHONE_NUMBER", Role::Attacker, "redact"),
        ("PHONE_NUMBER", Role::Bystander, "redact"),
        ("PHONE_NUMBER", Role::Own, "pseudonym"),
        ("ZIP_CODE", Role::Victim, "generalise"),
        // A default of the file does not touch what is kept.
        ("TITLE", Role::Bystander, "keep"),
        ("SHOE_SIZE", Role::Bystander, "redact"),
        ("SHOE_SIZE", Role::Victim, "pseudonym"),
    ] {
        assert_eq!(
            policy.technique(kind, role).name(),
            technique,
            "{kind} {role}"
        );
    }
    assert_eq!(
        policy.technique("ZIP_CODE", Role::Own),
        Technique::Generalise(Ladder::Zip { keep: 3 })
    );
}

#[test]
fn the_default_keeps_attackers_and_hides_all_others() {
    let policy = Policy::default();
    let kinds = Kind::ALL.iter().map(|kind| kind.word());
    for kind in kinds.chain(["BIRTHDAY", "DOMAIN_NAME", "FILE_NAME", "nobody knows it"]) {
        assert_eq!(
            policy.technique(kind, Role::Attacker),
            Technique::Keep,
            "{kind}"
        );
        for role in [Role::Victim, Role::Own, Role::Bystander] {
            let kept = policy.technique(kind, role) == Technique::Keep;
            assert_eq!(kept, matches!(kind, "DATE_TIME" | "TITLE"), "{kind} {role}");
        }
    }
}

#[test]
fn nothing_irreversible_can_be_linked() {
    let policy = Policy::parse("[irreversible]\nk = 10").unwrap();
    assert_eq!(
        policy.irreversible,
        Some(Thresholds {
            k: 10,
            l: 1,
            t: 1.0
        })
    );
    let kinds = Kind::ALL.iter().map(|kind| kind.word());
    for kind in kinds.chain(["BIRTHDAY", "FILE_NAME", "HASH", "x"]) {
        for role in [Role::Victim, Role::Own, Role::Bystander] {
            let technique = policy.technique(kind, role);
            assert!(!technique.is_linkable() || kind == "TITLE", "{kind} {role}");
        }
    }
}

#[test]
fn mistakes_have_a_line_and_a_way_out() {
    for (source, line, part) in [
        ("tlp = 'amber'\nTLP = 'red'", 2, "unknown field"),
        ("\ntlp = 'pink'", 2, "amber+strict"),
        ("pap = 'pink'", 1, "green"),
        ("schema = 2", 1, "schema = 1"),
        ("\n[kinds.EMAIL]\nvictim = 'keep'", 2, "EMAIL_ADDRESS"),
        (
            "[kinds.email_address]\nvictim = 'keep'",
            1,
            "did you mean EMAIL_ADDRESS",
        ),
        (
            "[kinds.AGE]\nvictim = 'keep'\nfoe = 'keep'",
            3,
            "attacker, victim",
        ),
        ("[kinds.AGE]\nvictim = 'hide'", 2, "pseudonym"),
        (
            "[kinds.AGE]\nany = { technique = 'generalise', ladder = 'age', width = 0 }",
            2,
            "range",
        ),
        (
            "[defaults]\nvictim = 'hash'\n[irreversible]\nk = 5",
            2,
            "linked",
        ),
        ("[irreversible]\nk = 1", 1, "k from 2"),
        ("[irreversible]\nt = 7.0", 1, "t between"),
        ("[[deny]]\nkind = 'PERSON'\nvalue = ' '", 1, "empty"),
        ("[[override]]\nrole = 'own'", 1, "exactly one"),
        (
            "[[override]]\nvalue = 'a'\ndomain = 'b.c'\nrole = 'own'",
            1,
            "exactly one",
        ),
        ("\n[[override]]\nvalue = 'a'", 2, "no role"),
        ("[[override]]\nnetwork = 'a'\nrole = 'own'", 1, "network"),
        ("tlp = ", 1, "docs/guides"),
        (
            "[kinds.\"A\\u001B\"]\nany = 'keep'",
            1,
            "no kind `A\\u{1b}`",
        ),
        ("[defaults]\n\"a\\nb\" = 'keep'", 1, "no role `a\\nb`"),
    ] {
        let error = Policy::parse(source).unwrap_err();
        assert_eq!(error.line, line, "{source}: {error}");
        assert!(error.to_string().contains(part), "{source}: {error}");
        assert!(!error.to_string().contains(char::is_control), "{source}");
    }
    let error = Policy::parse("attacker_persons = \"Ada Lovelace\"").unwrap_err();
    assert!(!error.to_string().contains("Ada"), "{error}");
}

#[test]
fn a_digest_is_of_what_a_policy_means() {
    let a = Policy::parse("tlp = 'green'\n[kinds.AGE]\nown = 'redact'\nvictim = 'redact'").unwrap();
    let b = Policy::parse(
        "# the same\nschema = 1\ntlp = 'TLP:GREEN'\n[kinds.AGE]\nvictim = { technique = 'redact' }\nown = 'redact'",
    )
    .unwrap();
    assert_eq!(a.digest(), b.digest());
    assert_eq!(a.digest().len(), 64);
    let c = Policy {
        tlp: Tlp::Red,
        ..a.clone()
    };
    assert_ne!(a.digest(), c.digest());
}

#[test]
fn labels_above_the_ceiling_are_not_admitted() {
    let policy = Policy::parse("tlp = 'green'\npap = 'amber'").unwrap();
    for (tlp, pap, admitted) in [
        (Tlp::Clear, Pap::Clear, true),
        (Tlp::Green, Pap::Amber, true),
        (Tlp::Amber, Pap::Clear, false),
        (Tlp::Clear, Pap::Red, false),
    ] {
        assert_eq!(policy.admits(tlp, pap), admitted, "{tlp} {pap}");
    }
    assert_eq!("PAP:WHITE".parse::<Pap>(), Ok(Pap::Clear));
    assert!("pink".parse::<Pap>().is_err());
}
