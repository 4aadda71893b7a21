//! The table of clues: what each speaks for, and how loudly.
//!
//! Weights are log-odds by judgement, not fitted: 6 decides against all else of its sort, 4 is strong, 2 a hint.

use std::net::IpAddr;

use super::assets::address_of;
use super::{Clues, Direction, End, Judge, Misp, Role, Stix};

use Role::{Attacker, Bystander, Own, Victim};

/// Tells `say` every clue.
pub(super) fn weigh(
    clues: &Clues<'_>,
    judge: &Judge,
    say: &mut impl FnMut(Role, f32, &'static str),
) {
    let ip = address_of(clues.value);
    if judge.assets.holds_at(clues.value, ip) {
        say(Own, 12.0, "it is on the list of own assets");
    }
    if judge.warnings.holds_at(clues.value, ip) {
        say(Bystander, 8.0, "it is on a list of public, harmless values");
    }
    if let Some(ip) = ip {
        if is_private(ip) {
            say(Own, 6.0, "it is an address of a private range");
        }
        if judge.attackers.holds(ip) {
            say(Attacker, 5.0, "it attacks elsewhere in the case");
        }
    }
    if let Some((direction, end)) = clues.entry {
        entry(direction, end, say);
    }
    if let Some(place) = &clues.misp {
        misp(place, say);
    }
    if let Some(place) = &clues.stix {
        stix(place, say);
    }
}

/// Whether an address cannot be reached from elsewhere.
fn is_private(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => {
            let [a, b, ..] = ip.octets();
            ip.is_private()
                || ip.is_loopback()
                || ip.is_link_local()
                || (a == 100 && (64..128).contains(&b))
        }
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
    }
}

fn entry(direction: Direction, end: End, say: &mut impl FnMut(Role, f32, &'static str)) {
    match end {
        End::Observer => return say(Own, 4.0, "it belongs to the machine that wrote the log"),
        End::User => {
            return match direction {
                Direction::LoginFailure => {
                    say(Victim, 2.0, "the account that a log-in was tried on");
                }
                _ => say(Own, 2.0, "an account in an own log"),
            };
        }
        End::Source | End::Destination | End::Other => {}
    }
    let is_source = end == End::Source;
    match direction {
        Direction::Internal => say(Own, 3.0, "both ends are inside"),
        Direction::Outbound if is_source => say(Own, 3.0, "it acts from inside"),
        Direction::Outbound => say(
            Bystander,
            2.0,
            "an address inside acts towards it, or it answers",
        ),
        Direction::Passing if is_source => {
            say(Attacker, 2.0, "it acts towards others from outside");
        }
        Direction::Inbound if is_source => {
            say(Attacker, 3.0, "it acts from outside towards the inside");
        }
        Direction::LoginFailure if is_source => say(Attacker, 4.0, "a log-in from there failed"),
        Direction::Alert if is_source => say(Attacker, 4.0, "a detector raised an alert about it"),
        Direction::Passing | Direction::Inbound | Direction::LoginFailure | Direction::Alert
            if end == End::Destination =>
        {
            say(Victim, 3.0, "it is acted upon from outside");
        }
        Direction::Correspondence => say(Bystander, 2.0, "it stands in a mail with an own address"),
        _ => say(Bystander, 1.0, "nothing is known of its side"),
    }
}

fn misp(place: &Misp<'_>, say: &mut impl FnMut(Role, f32, &'static str)) {
    match place.category {
        "Network activity"
        | "Payload delivery"
        | "Payload installation"
        | "Payload type"
        | "Artifacts dropped"
        | "Persistence mechanism"
        | "Antivirus detection" => {
            say(Attacker, 2.0, "MISP category of what attackers use");
        }
        "Attribution" => say(Attacker, 2.0, "MISP category of who attacks"),
        "External analysis" => say(Attacker, 1.0, "MISP category of analyses"),
        "Targeting data" => say(Victim, 6.0, "MISP category of who is attacked"),
        "Person" => say(Victim, 6.0, "MISP category of natural persons"),
        "Internal reference" => say(Own, 6.0, "MISP category of the own organisation"),
        "Financial fraud" => say(
            Bystander,
            1.0,
            "MISP category of accounts, whose is not said",
        ),
        _ => say(Bystander, 1.0, "MISP category that says nothing"),
    }
    match place.to_ids {
        Some(true) => say(Attacker, 3.0, "to_ids: it is meant for detection"),
        Some(false) => say(Bystander, 2.5, "to_ids: it is not meant for detection"),
        None => {}
    }
    match place.kind {
        kind if kind.starts_with("target-") => say(Victim, 8.0, "MISP type of who is attacked"),
        "email-src" | "email-src-display-name" | "email-reply-to" => {
            say(Attacker, 1.5, "MISP type of who sent it");
        }
        "email-dst" | "email-dst-display-name" => say(Victim, 8.0, "MISP type of who received it"),
        "threat-actor" | "campaign-name" | "campaign-id" | "malware-type" => {
            say(Attacker, 4.0, "MISP type of who attacks");
        }
        "first-name"
        | "middle-name"
        | "last-name"
        | "full-name"
        | "date-of-birth"
        | "place-of-birth"
        | "gender"
        | "nationality"
        | "passport-number"
        | "identity-card-number"
        | "visa-number"
        | "primary-residence" => say(Victim, 6.0, "MISP type of natural persons"),
        _ => {}
    }
    let object = place.object;
    match place.relation {
        "to"
        | "to-display-name"
        | "cc"
        | "bcc"
        | "cc-display-name"
        | "bcc-display-name"
        | "to-domain"
        | "received-header-hostname" => {
            say(Victim, 8.0, "the relation of who received a mail");
        }
        "from" | "from-display-name" | "from-domain" | "reply-to" | "return-path" | "x-mailer"
            if object == "email" =>
        {
            say(Attacker, 1.5, "the relation of who sent a mail");
        }
        "victim" | "target" | "targeted-machine" => {
            say(Victim, 6.0, "the relation of who is attacked");
        }
        _ => {}
    }
    match object {
        "person" | "victim" | "user-account" | "credential" | "employee" | "passport"
        | "bank-account" | "phone" | "leaked-document" => {
            say(Victim, 6.0, "a MISP object of persons and accounts");
        }
        "organization" | "device" | "asset" => {
            say(Bystander, 2.0, "a MISP object that names others");
        }
        _ => {}
    }
}

fn stix(place: &Stix<'_>, say: &mut impl FnMut(Role, f32, &'static str)) {
    match place.property {
        "to_refs" | "cc_refs" | "bcc_refs" => say(Victim, 8.0, "who received a mail"),
        "from_ref" | "sender_ref" => say(Attacker, 1.0, "who sent a mail"),
        "where_sighted_refs" => say(Victim, 6.0, "where something was sighted"),
        "created_by_ref" | "opinion_author" | "authors" => say(Own, 5.0, "who made the object"),
        "creator_user_ref" | "belongs_to_refs" | "owner" => say(Victim, 2.0, "whose account it is"),
        _ => {}
    }
    if let Some((other, word)) = place.related {
        match (other, word) {
            (_, "targets") => say(Victim, 6.0, "something targets it"),
            ("indicator", _) => say(Attacker, 5.0, "an indicator is based on it"),
            (
                "malware" | "tool" | "infrastructure" | "intrusion-set" | "threat-actor"
                | "campaign" | "attack-pattern" | "malware-analysis",
                _,
            ) => say(Attacker, 5.0, "an attacker's object relates to it"),
            _ => {}
        }
    }
    match place.kind {
        "indicator" if place.property == "pattern_target" => {
            say(Victim, 6.0, "what the source in a pattern acts upon");
        }
        "indicator" if place.property == "pattern_of_harmless" => {
            say(
                Bystander,
                4.0,
                "the pattern of an indicator that is said to be harmless or unknown",
            );
        }
        "indicator" if place.property == "pattern" => {
            say(Attacker, 5.0, "the pattern of an indicator");
        }
        "indicator" | "malware" | "attack-pattern" | "tool" | "infrastructure"
        | "intrusion-set" | "threat-actor" | "campaign" | "malware-analysis" | "vulnerability" => {
            say(Attacker, 3.0, "a STIX object of attackers");
        }
        "identity" => say(Victim, 2.0, "a STIX identity"),
        "user-account" => say(Victim, 3.0, "a STIX user account"),
        "observed-data" | "sighting" | "incident" => say(Bystander, 1.0, "something that was seen"),
        _ => say(
            Bystander,
            0.5,
            "a STIX object that says nothing of whose it is",
        ),
    }
}
