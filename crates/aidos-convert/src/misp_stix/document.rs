//! One document to another: what a file holds is told from its content.

use aidos_model::json::{Malformed, Read, Shape, read};
use aidos_model::misp::{Document, Event};
use aidos_model::stix::{Bundle, Object, v20};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::to_stix::to_stix_text;
use super::{Ledger, to_misp};

/// A form of threat intelligence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `{"Event": …}`.
    Misp,
    /// A bundle of STIX 2.0 or 2.1.
    Stix,
}

/// Why a document was not converted.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unconverted {
    /// It is no JSON.
    #[error("{0}; give one JSON document")]
    Malformed(#[from] Malformed),
    /// It is JSON of another kind.
    #[error(
        "it is neither an event of MISP nor a bundle of STIX; an event is `{{\"Event\": …}}`, a bundle has `\"type\": \"bundle\"`"
    )]
    Unknown,
    /// It holds more than one event, or none.
    #[error(
        "it holds {count} events, and one document is made of one event; take them apart, for example with `jq -c '{path}'`"
    )]
    Several {
        /// How many.
        count: usize,
        /// How `jq` finds each.
        path: &'static str,
    },
    /// It has the form already.
    #[error("it is an event of MISP already; pass --to stix")]
    Already,
}

/// What was made of a document.
#[derive(Debug)]
pub struct Converted {
    /// The new document, one JSON text without a newline.
    pub text: Vec<u8>,
    /// What does not survive.
    pub losses: Ledger,
    /// What the old document was.
    pub from: Form,
    /// Attributes of the event, those of its objects among them.
    pub attributes: usize,
    /// Objects of the bundle.
    pub objects: usize,
}

#[derive(Deserialize)]
struct Peek {
    #[serde(rename = "Event")]
    event: Option<IgnoredAny>,
    #[serde(rename = "type")]
    kind: Option<Value>,
    response: Option<Vec<IgnoredAny>>,
}

/// Says what a document is.
///
/// # Errors
/// Where it is neither, or holds several events.
pub fn form_of(bytes: &[u8]) -> Result<Form, Unconverted> {
    if bytes.trim_ascii_start().starts_with(b"[") {
        let list: Vec<IgnoredAny> =
            serde_json::from_slice(bytes).map_err(|error| Malformed::of(&error))?;
        return Err(Unconverted::Several {
            count: list.len(),
            path: ".[]",
        });
    }
    let peek: Peek = serde_json::from_slice(bytes).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => Unconverted::Unknown,
        _ => Malformed::of(&error).into(),
    })?;
    if peek.event.is_some() {
        return Ok(Form::Misp);
    }
    if let Some(list) = peek.response {
        return Err(Unconverted::Several {
            count: list.len(),
            path: ".response[]",
        });
    }
    if peek.kind == Some(Value::from("bundle")) {
        return Ok(Form::Stix);
    }
    Err(Unconverted::Unknown)
}

/// Converts one document.
///
/// A bundle to STIX is read as it is, objects of STIX 2.0 as 2.1.
///
/// ```
/// use aidos_convert::misp_stix::{Form, convert};
///
/// let event = br#"{"Event":{"info":"scan","Attribute":[{"type":"url","value":"https://a.example/"}]}}"#;
/// let made = convert(event, Form::Stix)?;
/// let back = convert(&made.text, Form::Misp)?;
/// assert_eq!((made.attributes, back.attributes), (1, 1));
/// # Ok::<(), aidos_convert::misp_stix::Unconverted>(())
/// ```
///
/// # Errors
/// Where it is neither, holds several events, or is an event already.
pub fn convert(bytes: &[u8], to: Form) -> Result<Converted, Unconverted> {
    // Some editors put a mark before the text.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if to == Form::Stix
        && let Some(event) = event_of(bytes)
    {
        return Ok(to_bundle(*event));
    }
    match (form_of(bytes)?, to) {
        (Form::Misp, Form::Misp) => Err(Unconverted::Already),
        (Form::Misp, Form::Stix) => {
            let document: Document = read(bytes)?;
            Ok(to_bundle(*document.event.ok_or(Unconverted::Unknown)?))
        }
        (Form::Stix, Form::Misp) => {
            let bundle: Bundle = read(bytes)?;
            let objects = bundle.objects().len();
            let (event, losses) = to_misp(bundle);
            let attributes = event.all_attributes().count();
            let document = Document {
                event: Some(Box::new(event)),
                ..Document::default()
            };
            let mut text = Vec::new();
            document.write(&mut text);
            Ok(Converted {
                text,
                losses,
                from: Form::Stix,
                attributes,
                objects,
            })
        }
        (Form::Stix, Form::Stix) => {
            let mut bundle: Bundle = read(bytes)?;
            let old = bundle.spec_version.take().as_deref() == Some("2.0");
            let mut objects = Vec::new();
            for object in bundle.objects.take().unwrap_or_default() {
                upgrade(object, old, &mut objects);
            }
            let count = objects.len();
            bundle.objects = Some(objects);
            Ok(Converted {
                text: bundle.to_vec(),
                losses: Ledger::new(),
                from: Form::Stix,
                attributes: 0,
                objects: count,
            })
        }
    }
}

fn to_bundle(event: Event) -> Converted {
    let attributes = event.all_attributes().count();
    let (text, objects, losses) = to_stix_text(event);
    Converted {
        text,
        losses,
        from: Form::Misp,
        attributes,
        objects,
    }
}

/// The event of a document that begins with one: read at once, where [`form_of`] would look through it before.
///
/// `None` where it is anything else or something is wrong with it, which the slow way tells.
fn event_of(bytes: &[u8]) -> Option<Box<Event>> {
    #[derive(Deserialize)]
    struct Whole {
        #[serde(rename = "Event")]
        event: Read<Box<Event>>,
        #[serde(rename = "type")]
        _kind: Option<Value>,
        #[serde(rename = "response")]
        _response: Option<Vec<IgnoredAny>>,
    }
    let inner = bytes.trim_ascii_start().strip_prefix(b"{")?;
    if !inner.trim_ascii_start().starts_with(b"\"Event\"") {
        return None;
    }
    // Checked once, not a text at a time.
    let whole: Whole = serde_json::from_str(std::str::from_utf8(bytes).ok()?).ok()?;
    whole.event.0.ok()
}

/// An object of STIX 2.0 as those of 2.1 that it is; any other as it stands. `old` says that the bundle is of 2.0.
pub fn upgrade(object: Object, old: bool, out: &mut Vec<Object>) {
    let is_new = object
        .common
        .spec_version
        .as_deref()
        .is_some_and(|version| version != "2.0");
    if is_new && !old {
        return out.push(object);
    }
    let Value::Object(members) = object.to_value() else {
        return out.push(object);
    };
    if !old && !v20::is_old(&members) {
        return out.push(object);
    }
    out.extend(
        v20::upgrade(members)
            .into_iter()
            .filter_map(|one| Object::of(Value::Object(one)).ok()),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_told() {
        let several = |count, path| Err(Unconverted::Several { count, path });
        assert_eq!(form_of(br#"{"Event":{}}"#), Ok(Form::Misp));
        assert_eq!(form_of(br#"{"type":"bundle"}"#), Ok(Form::Stix));
        assert_eq!(
            form_of(br#"{"response":[{"Event":{}},{}]}"#),
            several(2, ".response[]")
        );
        assert_eq!(form_of(b" [1]"), several(1, ".[]"));
        assert_eq!(
            form_of(br#"{"type":"indicator"}"#),
            Err(Unconverted::Unknown)
        );
        assert_eq!(form_of(b"7"), Err(Unconverted::Unknown));
        let cut = form_of(br#"{"Event":"#).unwrap_err().to_string();
        assert!(cut.contains("it ends too early"), "{cut}");
        assert_eq!(
            convert(br#"{"Event":{}}"#, Form::Misp).err(),
            Some(Unconverted::Already)
        );
        // What is read at once is told as what is looked through before.
        for text in [
            r#"{"Event":5}"#,
            r#"{"Event":{},"Event":{}}"#,
            r#"{"Event":{},"response":5}"#,
        ] {
            let refused = convert(text.as_bytes(), Form::Stix).err();
            assert_eq!(refused, Some(Unconverted::Unknown), "{text}");
        }
        for text in [
            &b" {\n\"Event\" : {}, \"response\": []}"[..],
            b"{\"a\":1,\"Event\":{}}",
        ] {
            assert!(convert(text, Form::Stix).is_ok());
        }
        for text in [&b"{\"Event\":{\"info\":\"\xff\"}}"[..], b"{\"Event\":{}} 1"] {
            let refused = convert(text, Form::Stix).err();
            assert!(
                matches!(refused, Some(Unconverted::Malformed(_))),
                "{refused:?}"
            );
        }
    }

    #[test]
    fn old_bundles_are_read() {
        let old = br#"{"type":"bundle","id":"bundle--1","spec_version":"2.0","objects":[
            {"type":"observed-data","id":"observed-data--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","created":"2017-01-01T00:00:00Z",
             "modified":"2017-01-01T00:00:00Z","first_observed":"2017-01-01T00:00:00Z","last_observed":"2017-01-01T00:00:00Z",
             "number_observed":1,"objects":{"0":{"type":"url","value":"https://a.example/"}}}]}"#;
        let event = convert(old, Form::Misp).unwrap();
        let event: Document = read(&event.text).unwrap();
        assert_eq!(
            event.event.unwrap().attributes[0].value.as_deref(),
            Some("https://a.example/")
        );
        assert_eq!(convert(old, Form::Stix).unwrap().objects, 2);
    }

    #[test]
    fn a_network_is_an_address_of_misp() {
        let bundle = br#"{"type":"bundle","id":"bundle--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","objects":[{"type":"indicator","spec_version":"2.1",
            "id":"indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","created":"2017-01-01T00:00:00.000Z","modified":"2017-01-01T00:00:00.000Z",
            "pattern":"[ipv4-addr:value ISSUBSET '198.51.100.0/24']","pattern_type":"stix","valid_from":"2017-01-01T00:00:00Z"}]}"#;
        let made = convert(bundle, Form::Misp).unwrap();
        let document: Document = read(&made.text).unwrap();
        let event = document.event.unwrap();
        let one = &event.attributes[0];
        assert_eq!(
            (one.type_word(), one.value.as_deref()),
            ("ip-dst", Some("198.51.100.0/24"))
        );
        // At home it is asked for as a value: that is told.
        let lost: Vec<&str> = made.losses.iter().map(|loss| loss.path.as_str()).collect();
        assert!(lost.contains(&"/objects/0/pattern"), "{lost:?}");
    }
}
