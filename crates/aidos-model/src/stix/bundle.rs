//! Bundles, whole and in pieces (STIX 2.1 section 8).

use serde_json::Value;

use super::{Kind, Object, StixId};
use crate::json::shape::noun;
use crate::json::{Malformed, Shape, read};

noun! {
    /// A bundle: objects in one envelope.
    Bundle {
        /// `bundle`.
        kind = "type": Option<String>;
        /// Id.
        id = "id": Option<String>;
        /// The version of STIX, which only 2.0 says here.
        spec_version = "spec_version": Option<String>;
        /// The objects.
        objects = "objects": Option<Vec<Object>>;
    }
}

/// Cuts a bundle into its objects as its bytes come, so that a bundle of any size needs the memory of its largest object.
///
/// It knows strings and brackets and no more; whoever takes the pieces reads them.
///
/// ```
/// use aidos_model::stix::Splitter;
///
/// let text = br#"{"type":"bundle","objects":[{"type":"url"},{"type":"mutex","name":"a]}"}],"id":"bundle--1"}"#;
/// let mut pieces = Vec::new();
/// let mut splitter = Splitter::new(1 << 20);
/// for chunk in text.chunks(7) {
///     splitter.feed(chunk, &mut |piece| { pieces.push(piece.len()); Ok(()) })?;
/// }
/// let envelope = splitter.end()?;
/// assert_eq!(pieces, [14, 29]);
/// assert_eq!(envelope["id"], "bundle--1");
/// # Ok::<(), aidos_model::stix::Unsplit>(())
/// ```
#[derive(Debug)]
pub struct Splitter {
    /// What of the envelope was seen, its objects left out; then, inside of them, the object.
    envelope: Vec<u8>,
    object: Vec<u8>,
    most: usize,
    depth: u32,
    state: State,
    /// Inside of a text, and whether the next byte is escaped.
    text: bool,
    escaped: bool,
    seen: u64,
    objects: u64,
    found: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Envelope,
    Between,
    Object,
}

/// Why bytes could not be cut into objects.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Unsplit {
    /// An object is larger than is allowed.
    #[error(
        "object {number} of the bundle has more than {most} bytes; raise the limit or split it"
    )]
    Large {
        /// Its number, from 1.
        number: u64,
        /// What is allowed.
        most: usize,
    },
    /// What stands among the objects is none.
    #[error("byte {at} of the bundle: an object was expected in `objects`")]
    NoObject {
        /// Where, from 0.
        at: u64,
    },
    /// It ends too early.
    #[error("the bundle ends too early, after {objects} objects; fetch it again")]
    Cut {
        /// Objects before the end.
        objects: u64,
    },
    /// The envelope is no JSON object.
    #[error("the bundle's envelope: {0}")]
    Envelope(#[from] Malformed),
    /// Whoever takes the pieces stopped.
    #[error("object {number} of the bundle: {reason}")]
    Stopped {
        /// Number of the object, from 1.
        number: u64,
        /// Why.
        reason: String,
    },
}

impl Splitter {
    /// Begins; no object may have more than `most` bytes.
    pub fn new(most: usize) -> Self {
        Self {
            envelope: Vec::new(),
            object: Vec::new(),
            most,
            depth: 0,
            state: State::Envelope,
            text: false,
            escaped: false,
            seen: 0,
            objects: 0,
            found: false,
        }
    }

    /// Objects that were given away.
    pub const fn objects(&self) -> u64 {
        self.objects
    }

    /// Takes the next bytes and gives each object that ends in them.
    ///
    /// # Errors
    /// Where the bytes are no bundle, or `take` refuses.
    pub fn feed(
        &mut self,
        chunk: &[u8],
        take: &mut dyn FnMut(&[u8]) -> Result<(), String>,
    ) -> Result<(), Unsplit> {
        let mut at = 0;
        while let Some(&byte) = chunk.get(at) {
            // Inside of a text most bytes are plain: copy them at once.
            if self.text && !self.escaped {
                let rest = chunk.get(at..).unwrap_or_default();
                let plain = rest
                    .iter()
                    .position(|&byte| byte == b'"' || byte == b'\\')
                    .unwrap_or(rest.len());
                if plain > 0 {
                    self.keep(rest.get(..plain).unwrap_or_default())?;
                    at += plain;
                    continue;
                }
            }
            self.byte(byte, at, take)?;
            at += 1;
        }
        self.seen += chunk.len() as u64;
        Ok(())
    }

    fn keep(&mut self, bytes: &[u8]) -> Result<(), Unsplit> {
        let kept = match self.state {
            State::Object => &mut self.object,
            _ => &mut self.envelope,
        };
        if kept.len() + bytes.len() > self.most {
            return Err(Unsplit::Large {
                number: self.objects + 1,
                most: self.most,
            });
        }
        kept.extend_from_slice(bytes);
        Ok(())
    }

    fn byte(
        &mut self,
        byte: u8,
        at: usize,
        take: &mut dyn FnMut(&[u8]) -> Result<(), String>,
    ) -> Result<(), Unsplit> {
        if self.text {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => self.text = false,
                _ => {}
            }
            return self.keep(&[byte]);
        }
        if self.state == State::Between {
            match byte {
                b'{' => {
                    self.state = State::Object;
                    self.object.clear();
                    self.depth += 1;
                    return self.keep(&[byte]);
                }
                b']' => {
                    self.state = State::Envelope;
                    self.depth -= 1;
                    return self.keep(&[byte]);
                }
                b',' | b' ' | b'\n' | b'\r' | b'\t' => return Ok(()),
                _ => {
                    return Err(Unsplit::NoObject {
                        at: self.seen + at as u64,
                    });
                }
            }
        }
        match byte {
            b'"' => self.text = true,
            b'{' | b'[' => {
                let begins = byte == b'['
                    && self.state == State::Envelope
                    && self.depth == 1
                    && !self.found
                    && self.envelope_asks();
                self.depth += 1;
                self.keep(&[byte])?;
                if begins {
                    self.state = State::Between;
                    self.found = true;
                }
                return Ok(());
            }
            b'}' | b']' => {
                self.depth = self.depth.saturating_sub(1);
                self.keep(&[byte])?;
                // The envelope and the list are two.
                if self.state == State::Object && self.depth == 2 {
                    self.state = State::Between;
                    self.objects += 1;
                    return take(&self.object).map_err(|reason| Unsplit::Stopped {
                        number: self.objects,
                        reason,
                    });
                }
                return Ok(());
            }
            _ => {}
        }
        self.keep(&[byte])
    }

    /// Whether the envelope so far ends with `"objects":`.
    fn envelope_asks(&self) -> bool {
        let text = self.envelope.trim_ascii_end();
        text.strip_suffix(b":")
            .is_some_and(|text| text.trim_ascii_end().ends_with(b"\"objects\""))
    }

    /// Ends, and gives the envelope with an empty list of objects.
    ///
    /// # Errors
    /// Where the bundle is not whole, or its envelope is no JSON object.
    pub fn end(self) -> Result<Value, Unsplit> {
        if self.depth != 0 || self.text || self.envelope.is_empty() {
            return Err(Unsplit::Cut {
                objects: self.objects,
            });
        }
        let envelope: Value = read(&self.envelope)?;
        if !envelope.is_object() {
            return Err(Malformed::Shape {
                expected: "an object",
            }
            .into());
        }
        Ok(envelope)
    }
}

/// Reads a whole bundle.
///
/// # Errors
/// Where it is no JSON object.
pub fn read_bundle(bytes: &[u8]) -> Result<Bundle, Malformed> {
    read(bytes)
}

impl Bundle {
    /// A bundle of these objects, its id from theirs.
    pub fn of(objects: Vec<Object>) -> Self {
        let id = Self::id_of(objects.iter().map(Object::id));
        Self {
            kind: Some("bundle".into()),
            id: Some(id.text()),
            objects: Some(objects),
            ..Self::default()
        }
    }

    /// The id of a bundle of objects of these ids, as [`super::id_of`] has it.
    pub fn id_of<'i>(ids: impl Iterator<Item = &'i str>) -> StixId {
        // Canonical JSON, each object replaced by its id.
        let mut name = b"{".to_vec();
        for (at, id) in ids.enumerate() {
            let before: &[u8] = if at == 0 { b"\"objects\":[" } else { b"," };
            name.extend_from_slice(before);
            super::canonical::push_str(&mut name, id);
        }
        if name.len() > 1 {
            name.extend_from_slice(b"],");
        }
        name.extend_from_slice(b"\"type\":\"bundle\"}");
        StixId {
            kind: Kind::Bundle,
            uuid: super::Uuid::v5(super::OURS, &name),
        }
    }

    /// The objects.
    pub fn objects(&self) -> &[Object] {
        self.objects.as_deref().unwrap_or_default()
    }

    /// The text.
    pub fn to_vec(&self) -> Vec<u8> {
        // Most objects are shorter: one allocation for the whole.
        let mut out = Vec::with_capacity(256 + self.objects().len() * 768);
        self.write(&mut out);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn split(text: &[u8], size: usize) -> Result<(Vec<Value>, Value), Unsplit> {
        let mut found = Vec::new();
        let mut splitter = Splitter::new(1 << 16);
        for chunk in text.chunks(size) {
            splitter.feed(chunk, &mut |piece| {
                found.push(serde_json::from_slice(piece).map_err(|error| error.to_string())?);
                Ok(())
            })?;
        }
        Ok((found, splitter.end()?))
    }

    proptest! {
        #[test]
        fn pieces_are_the_objects(texts in prop::collection::vec("[\\[\\]{}\",:\\\\ a-z\\n]{0,12}", 0..8), size in 1usize..40) {
            let objects: Vec<Value> = texts.iter().map(|text| json!({"type": text, "in": [{"a": [text]}]})).collect();
            let bundle = json!({"type": "bundle", "x": {"objects": [1]}, "objects": objects, "id": "]}"});
            let text = serde_json::to_vec_pretty(&bundle).unwrap();
            let (found, envelope) = split(&text, size).unwrap();
            prop_assert_eq!(&found, &objects);
            let mut whole = envelope;
            whole["objects"] = json!(found);
            prop_assert_eq!(whole, bundle);
        }

        #[test]
        fn no_bytes_panic(bytes: Vec<u8>, size in 1usize..9) {
            let _ = split(&bytes, size);
        }
    }

    #[test]
    fn what_is_no_bundle_is_told() {
        assert_eq!(
            split(br#"{"objects":[{"a":1},"#, 4).unwrap_err(),
            Unsplit::Cut { objects: 1 }
        );
        assert_eq!(
            split(br#"{"objects":[7]}"#, 4).unwrap_err(),
            Unsplit::NoObject { at: 12 }
        );
        let mut small = Splitter::new(8);
        let refused = small.feed(br#"{"objects":["#, &mut |_| Ok(()));
        assert_eq!(refused, Err(Unsplit::Large { number: 1, most: 8 }));
    }
}
