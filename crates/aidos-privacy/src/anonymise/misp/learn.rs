//! What an event tells of whose its values are, read before anything is written.

use serde_json::{Map, Value};

use super::super::event::{Work, text};
use super::super::prose::Setting;
use super::types::{Part, parts};
use super::{Place, list, split};
use crate::role::{Clues, Role};

impl Work<'_> {
    pub(super) fn role_at(&self, place: &Place<'_>, kind: &str, value: &str) -> Role {
        let clues = Clues {
            misp: Some(place.misp()),
            ..Clues::of(kind, value)
        };
        self.own.judge.judge(&clues).role
    }

    pub(super) fn learn_event(&mut self, event: &Map<String, Value>) {
        let nowhere = Setting::default();
        for org in ["Org", "Orgc"] {
            if let Some(org) = event.get(org).and_then(Value::as_object) {
                self.know("ORGANIZATION", Role::Own, text(org, "name"));
            }
        }
        let creator = text(event, "event_creator_email");
        self.know("EMAIL_ADDRESS", Role::Own, creator);
        for attribute in list(event, "Attribute").chain(list(event, "ShadowAttribute")) {
            self.learn_attribute(attribute, "");
        }
        for object in list(event, "Object") {
            for attribute in list(object, "Attribute") {
                self.learn_attribute(attribute, text(object, "name"));
            }
            self.learn_prose(text(object, "comment"), &nowhere);
            for reference in list(object, "ObjectReference") {
                self.learn_prose(text(reference, "comment"), &nowhere);
            }
        }
        for galaxy in list(event, "Galaxy") {
            for cluster in list(galaxy, "GalaxyCluster") {
                self.know("NAME", Role::Attacker, text(cluster, "value"));
            }
        }
        self.learn_prose(text(event, "info"), &nowhere);
        for report in list(event, "EventReport") {
            self.learn_prose(text(report, "name"), &nowhere);
            self.learn_prose(text(report, "content"), &nowhere);
        }
        for note in list(event, "Note").chain(list(event, "Opinion")) {
            self.know("PERSON", Role::Own, text(note, "authors"));
            self.learn_prose(text(note, "note"), &nowhere);
            self.learn_prose(text(note, "comment"), &nowhere);
        }
    }

    fn learn_attribute(&mut self, attribute: &Map<String, Value>, object: &str) {
        let place = Place::of(attribute, object);
        let value = text(attribute, "value");
        // What has no type of MISP is written as `other`, and read as that the second time.
        let (first, second) = parts(place.kind).unwrap_or((Part::Prose, None));
        let (one, two) = split(value, second.is_some());
        for (part, value) in [(Some(first), one), (second, two)] {
            match part {
                Some(Part::Value(kind)) => {
                    let role = self.role_at(&place, kind, value);
                    self.know(kind, role, value);
                }
                Some(Part::Prose) => self.learn_prose(value, &place.setting()),
                _ => {}
            }
        }
        if matches!(
            place.kind,
            "threat-actor" | "campaign-name" | "malware-type"
        ) {
            self.know("NAME", Role::Attacker, value);
        }
        self.learn_prose(text(attribute, "comment"), &place.setting());
        for proposal in list(attribute, "ShadowAttribute") {
            self.learn_attribute(proposal, object);
        }
        // The name of what was attached, also where it stands in prose. Types of attachments were read above; in others it is
        // no attacker's for their sake.
        let is_text = matches!(parts(place.kind), None | Some((Part::Prose, _)));
        if is_text && attribute.contains_key("data") {
            let role = match self.role_at(&place, "FILE_NAME", value) {
                Role::Attacker => Role::Bystander,
                role => role,
            };
            self.know("FILE_NAME", role, value);
        }
    }
}
