//! The extension that carries what STIX has no words for (STIX 2.1 section 7.3).

use aidos_model::json::{push_key, push_str};
use aidos_model::stix::{Body, Extensions, Kind, Object};
use serde_json::{Map, Value, json};

/// Id of the extension: version 5 UUID of `misp` in the namespace of Aidos.
pub const EXTENSION: &str = "extension-definition--16f272a1-8236-5639-8a29-09f31812a07a";

/// Who defines it: version 5 UUID of `identity` in the namespace of Aidos.
pub(super) const AUTHOR: &str = "identity--ed11f90c-d4f6-5ebf-abf9-80977ff8c5f3";

const SINCE: &str = "2026-01-01T00:00:00.000Z";

/// The definition and its author, which stand in each bundle.
pub(super) fn definition() -> [Object; 2] {
    let mut author = Object::new(Kind::Identity);
    let mut definition = Object::new(Kind::ExtensionDefinition);
    for (object, id) in [(&mut author, AUTHOR), (&mut definition, EXTENSION)] {
        object.common.id = Some(id.into());
        object.common.spec_version = Some("2.1".into());
        object.common.created = Some(SINCE.into());
        object.common.modified = Some(SINCE.into());
    }
    if let Body::Identity(body) = &mut author.body {
        body.name = Some("Aidos".into());
        body.identity_class = Some("system".into());
    }
    definition.common.created_by_ref = Some(AUTHOR.into());
    if let Body::ExtensionDefinition(body) = &mut definition.body {
        body.name = Some("MISP in STIX".into());
        body.description =
            Some("What an event of MISP says and STIX has no words for, as MISP's own JSON".into());
        body.schema = Some("https://github.com/aidos-cti/aidos".into());
        body.version = Some("1.0.0".into());
        body.extension_types = Some(vec!["new-sdo".into(), "property-extension".into()]);
    }
    [author, definition]
}

/// Puts a part of MISP into an object.
pub(super) fn attach(object: &mut Object, name: &str, content: Value) {
    let custom = object.kind().is_none();
    let extensions = object.common.extensions.get_or_insert_default();
    let own = extensions
        .values_mut()
        .entry(EXTENSION.to_owned())
        .or_insert_with(|| json!({"extension_type": type_of(custom)}));
    if let Value::Object(own) = own {
        own.insert(name.to_owned(), content);
    }
}

/// Puts a part of MISP into an object without extensions, as text that `write` appends.
pub(super) fn attach_text(object: &mut Object, name: &str, write: impl FnOnce(&mut Vec<u8>)) {
    // Most parts are shorter: one allocation.
    let mut text = Vec::with_capacity(512);
    text.push(b'{');
    push_key(&mut text, EXTENSION);
    text.extend_from_slice(b"{\"extension_type\":");
    push_str(&mut text, type_of(object.kind().is_none()));
    text.push(b',');
    push_key(&mut text, name);
    write(&mut text);
    text.extend_from_slice(b"}}");
    object.common.extensions = Some(Extensions::of_json(text));
}

const fn type_of(custom: bool) -> &'static str {
    if custom {
        "new-sdo"
    } else {
        "property-extension"
    }
}

/// Takes a part of MISP out of an object.
pub(super) fn detach(object: &Object, name: &str) -> Option<Map<String, Value>> {
    let extensions = object.common.extensions.as_ref()?.values();
    match extensions.get(EXTENSION)?.get(name)? {
        Value::Object(content) => Some(content.clone()),
        _ => None,
    }
}

/// Whether an object is one of ours of this part.
pub(super) fn is_ours(object: &Object, name: &str) -> bool {
    let extensions = object.common.extensions.as_ref();
    extensions.is_some_and(|all| {
        all.values()
            .get(EXTENSION)
            .is_some_and(|own| own.get(name).is_some())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use aidos_model::stix::{OURS, Uuid};

    #[test]
    fn ids_are_what_they_say() {
        let id = |name: &str| Uuid::v5(OURS, name.as_bytes());
        assert_eq!(EXTENSION, format!("extension-definition--{}", id("misp")));
        assert_eq!(AUTHOR, format!("identity--{}", id("identity")));
        for object in definition() {
            assert_eq!(object.check(), []);
        }
    }
}
