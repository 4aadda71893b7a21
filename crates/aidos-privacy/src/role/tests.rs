use super::*;
use proptest::prelude::*;

fn judge() -> Judge {
    Judge::new(Assets::parse(["corp.example", "198.51.100.0/24"]).unwrap())
        .with_warnings(Warnings::new(["9.9.9.9", ".cdn.example"]))
}

fn entry(value: &str, direction: Direction, end: End) -> Role {
    let clues = Clues {
        entry: Some((direction, end)),
        ..Clues::of("IP_ADDRESS", value)
    };
    judge().judge(&clues).role
}

#[test]
fn directions_tell_roles() {
    use Direction::{Alert, Inbound, Internal, LoginFailure, Outbound, Passing, Unknown};
    use End::{Destination, Observer, Source, User};
    for (value, direction, end, role) in [
        ("203.0.113.7", Inbound, Source, Role::Attacker),
        ("203.0.113.7", Passing, Source, Role::Attacker),
        ("203.0.113.7", LoginFailure, Source, Role::Attacker),
        ("203.0.113.7", Alert, Source, Role::Attacker),
        ("203.0.113.7", Alert, Destination, Role::Victim),
        ("198.51.100.7", Inbound, Destination, Role::Own),
        ("198.51.100.7", Alert, Source, Role::Own),
        ("203.0.113.7", Outbound, Destination, Role::Bystander),
        ("203.0.113.7", Outbound, Source, Role::Own),
        ("10.0.0.7", Internal, Destination, Role::Own),
        ("10.0.0.7", Unknown, Source, Role::Own),
        ("203.0.113.7", Unknown, Source, Role::Bystander),
        ("9.9.9.9", Inbound, Source, Role::Bystander),
        ("root", LoginFailure, User, Role::Victim),
        ("ada", Internal, User, Role::Own),
        ("gw", Unknown, Observer, Role::Own),
    ] {
        assert_eq!(
            entry(value, direction, end),
            role,
            "{value} {direction:?} {end:?}"
        );
    }
}

#[test]
fn misp_tells_roles() {
    for (category, kind, to_ids, object, relation, role) in [
        ("Network activity", "ip-dst", true, "", "", Role::Attacker),
        ("Network activity", "ip-dst", false, "", "", Role::Bystander),
        (
            "Payload delivery",
            "email-src",
            true,
            "email",
            "from",
            Role::Attacker,
        ),
        (
            "Payload delivery",
            "email-dst",
            false,
            "email",
            "to",
            Role::Victim,
        ),
        (
            "Payload delivery",
            "email-dst",
            true,
            "email",
            "cc",
            Role::Victim,
        ),
        ("Targeting data", "target-user", false, "", "", Role::Victim),
        (
            "Person",
            "first-name",
            false,
            "person",
            "first-name",
            Role::Victim,
        ),
        ("Internal reference", "text", false, "", "", Role::Own),
        ("Other", "text", false, "", "", Role::Bystander),
        ("External analysis", "md5", true, "", "", Role::Attacker),
        (
            "Other",
            "text",
            true,
            "credential",
            "username",
            Role::Victim,
        ),
        ("no such", "x", false, "", "", Role::Bystander),
    ] {
        let misp = Misp {
            category,
            kind,
            to_ids: Some(to_ids),
            object,
            relation,
        };
        let clues = Clues {
            misp: Some(misp),
            ..Clues::of("TEXT", "value")
        };
        assert_eq!(
            judge().judge(&clues).role,
            role,
            "{category} {kind} {relation}"
        );
    }
}

#[test]
fn stix_tells_roles() {
    let found = |kind, property, related| {
        let clues = Clues {
            stix: Some(Stix {
                kind,
                property,
                related,
            }),
            ..Clues::of("IP_ADDRESS", "203.0.113.7")
        };
        judge().judge(&clues).role
    };
    assert_eq!(found("indicator", "pattern", None), Role::Attacker);
    assert_eq!(found("malware", "name", None), Role::Attacker);
    assert_eq!(found("identity", "name", None), Role::Victim);
    assert_eq!(found("identity", "created_by_ref", None), Role::Own);
    assert_eq!(found("user-account", "user_id", None), Role::Victim);
    assert_eq!(found("email-addr", "to_refs", None), Role::Victim);
    assert_eq!(found("ipv4-addr", "value", None), Role::Bystander);
    assert_eq!(
        found("ipv4-addr", "value", Some(("indicator", "based-on"))),
        Role::Attacker
    );
    assert_eq!(
        found("identity", "name", Some(("campaign", "targets"))),
        Role::Victim
    );
}

#[test]
fn a_person_decides() {
    let decided = |own: Override, clues: &Clues<'_>| judge().with_overrides(vec![own]).judge(clues);
    let base = Override {
        role: Some(Role::Victim),
        why: "a customer".to_owned(),
        ..Override::default()
    };
    let misp = Misp {
        category: "Network activity",
        kind: "ip-dst",
        to_ids: Some(true),
        ..Misp::default()
    };
    let clues = Clues {
        misp: Some(misp),
        ..Clues::of("IP_ADDRESS", "203.0.113.7")
    };
    for own in [
        Override {
            value: Some("203.0.113.7".to_owned()),
            ..base.clone()
        },
        Override {
            network: Some("203.0.113.0/24".to_owned()),
            ..base.clone()
        },
        Override {
            misp_category: Some("network activity".to_owned()),
            ..base.clone()
        },
        Override {
            misp_type: Some("ip-dst".to_owned()),
            ..base.clone()
        },
    ] {
        assert!(own.check().is_ok());
        let judged = decided(own, &clues);
        assert_eq!((judged.role, judged.score), (Role::Victim, 1.0));
        assert!(judged.reasons[0].why.contains("a customer"));
    }
    let domain = Override {
        domain: Some("evil.example".to_owned()),
        ..base
    };
    assert_eq!(
        decided(domain.clone(), &Clues::of("URL", "http://a.evil.example/x")).role,
        Role::Victim
    );
    assert_eq!(
        decided(domain, &Clues::of("URL", "http://notevil.example/x")).role,
        Role::Bystander
    );
}

#[test]
fn nothing_known_is_a_bystander() {
    let judged = judge().judge(&Clues::of("PERSON", "Ada"));
    assert_eq!((judged.role, judged.score), (Role::Bystander, 0.25));
    assert!(!format!("{:?}", Clues::of("PERSON", "Ada")).contains("Ada"));
}

proptest! {
    #[test]
    fn scores_are_shares(value in "\\PC{0,20}", category in "\\PC{0,9}", to_ids: Option<bool>) {
        let misp = Misp { category: &category, to_ids, ..Misp::default() };
        let judged = judge().judge(&Clues { misp: Some(misp), ..Clues::of("X", &value) });
        prop_assert!(judged.score > 0.0 && judged.score <= 1.0);
    }
}
