//! Fields that many things of an event have: tags, galaxies, comments, flags, numbers, times.

use aidos_model::Timestamp;
use serde_json::{Map, Value};

use super::super::REDACTED;
use super::super::event::text;
use super::super::prose::Setting;
use super::{Event, is_set, list, types};

impl Event<'_> {
    pub(super) fn tags(&mut self, from: &Map<String, Value>, new: &mut Map<String, Value>) {
        let mut made = Vec::new();
        for tag in list(from, "Tag") {
            let name = text(tag, "name");
            let space = name.split([':', '=']).next().unwrap_or_default();
            let known = types::TAXONOMIES.contains(&space) || space.starts_with("misp-galaxy");
            let setting = Setting {
                careful: !known,
                ..Setting::default()
            };
            let name = self.work.name(name, &setting);
            if name == REDACTED || name.is_empty() {
                self.work.dropped();
                continue;
            }
            let mut own = Map::new();
            own.insert("name".to_owned(), name.into());
            let colour = text(tag, "colour");
            if colour.len() == 7
                && colour.starts_with('#')
                && colour.bytes().skip(1).all(|byte| byte.is_ascii_hexdigit())
            {
                own.insert("colour".to_owned(), colour.into());
            }
            made.push(Value::Object(own));
        }
        if !made.is_empty() {
            new.insert("Tag".to_owned(), Value::Array(made));
        }
    }

    pub(super) fn galaxies(&mut self, from: &Map<String, Value>, new: &mut Map<String, Value>) {
        let nowhere = Setting::default();
        let mut made = Vec::new();
        for galaxy in list(from, "Galaxy") {
            let mut clusters = Vec::new();
            for cluster in list(galaxy, "GalaxyCluster") {
                let mut own = Map::new();
                for name in ["value", "tag_name"] {
                    let made = self.work.name(text(cluster, name), &nowhere);
                    own.insert(name.to_owned(), made.into());
                }
                if self.is_slug(text(cluster, "type")) {
                    own.insert("type".to_owned(), text(cluster, "type").into());
                }
                if let Some(prose) = self.work.prose(text(cluster, "description"), &nowhere) {
                    own.insert("description".to_owned(), prose.into());
                }
                clusters.push(Value::Object(self.named(own, text(cluster, "uuid"))));
            }
            let mut own = Map::new();
            own.insert(
                "name".to_owned(),
                self.work.name(text(galaxy, "name"), &nowhere).into(),
            );
            if self.is_slug(text(galaxy, "type")) {
                own.insert("type".to_owned(), text(galaxy, "type").into());
            }
            own.insert("GalaxyCluster".to_owned(), Value::Array(clusters));
            made.push(Value::Object(self.named(own, text(galaxy, "uuid"))));
        }
        if !made.is_empty() {
            new.insert("Galaxy".to_owned(), Value::Array(made));
        }
    }

    pub(super) fn comment(
        &mut self,
        from: &Map<String, Value>,
        new: &mut Map<String, Value>,
        setting: &Setting<'_>,
    ) {
        let comment = text(from, "comment");
        if !comment.is_empty() {
            let prose = self.work.prose(comment, setting).unwrap_or_default();
            new.insert("comment".to_owned(), prose.into());
        }
    }

    /// Small numbers, as a number or as a text of digits. A sharing group is nobody's elsewhere: the community takes its place.
    pub(super) fn digits(
        &mut self,
        from: &Map<String, Value>,
        new: &mut Map<String, Value>,
        names: &[&str],
    ) {
        for name in names {
            let Some(value) = from.get(*name) else {
                continue;
            };
            let digits = match value {
                Value::Number(number) => number.to_string(),
                Value::String(digits) => digits.clone(),
                _ => continue,
            };
            if digits.is_empty()
                || digits.len() > 3
                || !digits.bytes().all(|byte| byte.is_ascii_digit())
            {
                self.work.dropped();
                continue;
            }
            let digits = if *name == "distribution" && digits == "4" {
                "1".to_owned()
            } else {
                digits
            };
            new.insert((*name).to_owned(), digits.into());
        }
    }

    /// Seconds since 1970, as MISP writes them.
    pub(super) fn times(
        &mut self,
        from: &Map<String, Value>,
        new: &mut Map<String, Value>,
        names: &[&str],
    ) {
        for name in names {
            let seconds = match from.get(*name) {
                Some(Value::Number(number)) => number.as_i64(),
                Some(Value::String(digits)) if digits.len() <= 10 => digits.parse().ok(),
                _ => None,
            };
            // Between 1971 and 2106: what is none of these is no time of an event.
            let time = seconds
                .filter(|seconds| (31_536_000..=4_294_967_295).contains(seconds))
                .map(|seconds| Timestamp(seconds * 1_000_000_000).to_string());
            let made = time.and_then(|time| self.work.time(&time));
            let made = made.and_then(|time| Timestamp::parse(&time));
            if let Some(time) =
                made.filter(|time| self.work.is_clean(&(time.0 / 1_000_000_000).to_string()))
            {
                new.insert(
                    (*name).to_owned(),
                    (time.0 / 1_000_000_000).to_string().into(),
                );
            }
        }
    }

    /// Whether a word of a template may stand: small letters, digits and hyphens in which nothing is known or found.
    pub(super) fn is_slug(&self, word: &str) -> bool {
        let shaped = !word.is_empty()
            && word.len() <= 40
            && word.bytes().all(|byte| {
                byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_')
            })
            && word.bytes().filter(u8::is_ascii_digit).count() <= 4;
        shaped && self.work.is_clean(word)
    }

    /// Counts the fields that no line above reads.
    pub(super) fn count_dropped(&mut self, from: &Map<String, Value>) {
        const GONE: [&str; 9] = [
            "event_creator_email",
            "data",
            "RelatedEvent",
            "SharingGroup",
            "Sighting",
            "CryptographicKey",
            "User",
            "description",
            "template_uuid",
        ];
        let gone = from
            .keys()
            .filter(|name| GONE.contains(&name.as_str()))
            .count();
        self.work.document.statistics.dropped += gone as u64;
    }
}

/// Flags, written as MISP reads them.
pub(super) fn flags(from: &Map<String, Value>, new: &mut Map<String, Value>, names: &[&str]) {
    for name in names {
        if let Some(flag) = from.get(*name).and_then(is_set) {
            new.insert((*name).to_owned(), flag.into());
        }
    }
}
