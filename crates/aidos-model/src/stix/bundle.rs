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
/// It knows strings, brackets and commas and no more; whoever takes the pieces reads them.
///
/// ```
/// use aidos_model::stix::{Piece, Splitter};
///
/// let text = br#"{"type":"bundle","objects":[{"type":"url"},{"type":"mutex","name":"a]}"}],"id":"bundle--1"}"#;
/// let mut pieces = Vec::new();
/// let mut splitter = Splitter::new(1 << 20);
/// for chunk in text.chunks(7) {
///     splitter.feed(chunk, &mut |piece: Piece<'_>| { pieces.push((piece.at, piece.len)); Ok(()) })?;
/// }
/// let envelope = splitter.end()?;
/// assert_eq!(pieces, [(28, 14), (43, 29)]);
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
    /// Bytes before the chunk, and where the object began.
    seen: u64,
    began: u64,
    objects: u64,
    found: bool,
    /// The list of an object that may be cut, behind how many bytes; where the one that is open began.
    list: Option<(&'static str, usize)>,
    open: Option<usize>,
    is_cut: bool,
    item: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Envelope,
    /// In the list of objects, where this may come.
    Between(Next),
    Object,
    /// In what is left out of a list.
    LeftOut(Next),
}

/// What may come in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    /// The first item or the end.
    First,
    /// A comma or the end.
    Comma,
    /// An item.
    Item,
}

/// An object of a bundle, as a [`Splitter`] cuts it out.
#[derive(Clone, Copy, Debug)]
pub struct Piece<'p> {
    /// The object; less the end of a list, where it is cut.
    pub bytes: &'p [u8],
    /// Where it begins, in bytes from the begin of what was fed.
    pub at: u64,
    /// How many bytes it has there.
    pub len: u64,
    /// Whether a list of it was cut; see [`Splitter::cut`].
    pub is_cut: bool,
}

/// Takes what a [`Splitter`] finds.
pub trait Take {
    /// Takes an object.
    ///
    /// # Errors
    /// Why no more is wanted.
    fn object(&mut self, piece: Piece<'_>) -> Result<(), String>;

    /// Takes a text that is left out of a list, before the object that it belongs to.
    fn left_out(&mut self, text: &str) {
        let _ = text;
    }
}

impl<F: FnMut(Piece<'_>) -> Result<(), String>> Take for F {
    fn object(&mut self, piece: Piece<'_>) -> Result<(), String> {
        self(piece)
    }
}

/// The longest text that is left out of a list: an id is far shorter.
const ITEM: usize = 4 << 10;

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
    /// Begins; neither an object nor the envelope may have more than `most` bytes.
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
            began: 0,
            objects: 0,
            found: false,
            list: None,
            open: None,
            is_cut: false,
            item: Vec::new(),
        }
    }

    /// Begins at an object, inside of the list of objects.
    pub fn inside(most: usize) -> Self {
        Self {
            state: State::Between(Next::First),
            depth: 2,
            found: true,
            ..Self::new(most)
        }
    }

    /// Cuts the list of texts that an object has by this name, where it is longer than `behind` bytes: the others go to
    /// [`Take::left_out`]. A report may refer to each object of its bundle.
    #[must_use]
    pub fn cut(mut self, name: &'static str, behind: usize) -> Self {
        self.list = Some((name, behind));
        self
    }

    /// Objects that were given away.
    pub const fn objects(&self) -> u64 {
        self.objects
    }

    /// What of the envelope was seen so far, before or behind its objects.
    pub fn seen(&self) -> &[u8] {
        &self.envelope
    }

    /// Takes the next bytes and gives each object that ends in them.
    ///
    /// # Errors
    /// Where the bytes are no bundle, or `take` refuses.
    pub fn feed(&mut self, chunk: &[u8], take: &mut dyn Take) -> Result<(), Unsplit> {
        let mut at = 0;
        while let Some(&byte) = chunk.get(at) {
            let rest = chunk.get(at..).unwrap_or_default();
            // Most bytes mean nothing to us: copy them at once.
            let plain = if self.text && !self.escaped {
                rest.iter().position(|byte| matches!(byte, b'"' | b'\\'))
            } else if !self.text && matches!(self.state, State::Envelope | State::Object) {
                rest.iter()
                    .position(|byte| matches!(byte, b'"' | b'{' | b'}' | b'[' | b']' | b','))
            } else {
                Some(0)
            };
            let plain = plain.unwrap_or(rest.len());
            if plain > 0 {
                self.keep(rest.get(..plain).unwrap_or_default())?;
                at += plain;
                continue;
            }
            self.byte(byte, self.seen + at as u64, take)?;
            at += 1;
        }
        self.seen += chunk.len() as u64;
        Ok(())
    }

    fn large(&self) -> Unsplit {
        Unsplit::Large {
            number: self.objects + 1,
            most: self.most,
        }
    }

    fn keep(&mut self, bytes: &[u8]) -> Result<(), Unsplit> {
        let (kept, most) = match self.state {
            State::Object => (&mut self.object, self.most),
            State::LeftOut(_) => (&mut self.item, ITEM.min(self.most)),
            _ => (&mut self.envelope, self.most),
        };
        if kept.len() + bytes.len() > most {
            return Err(self.large());
        }
        kept.extend_from_slice(bytes);
        Ok(())
    }

    fn byte(&mut self, byte: u8, at: u64, take: &mut dyn Take) -> Result<(), Unsplit> {
        if self.text {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => self.text = false,
                _ => {}
            }
            self.keep(&[byte])?;
            if let (State::LeftOut(_), false) = (self.state, self.text) {
                self.state = State::LeftOut(Next::Comma);
                let item = read::<String>(&self.item).map_err(|error| self.stopped(&error))?;
                take.left_out(&item);
            }
            return Ok(());
        }
        match self.state {
            State::Between(next) => self.between(next, byte, at),
            State::LeftOut(next) => self.left_out(next, byte),
            State::Envelope | State::Object => self.inner(byte, at, take),
        }
    }

    fn stopped(&self, reason: &Malformed) -> Unsplit {
        Unsplit::Stopped {
            number: self.objects + 1,
            reason: reason.to_string(),
        }
    }

    fn between(&mut self, next: Next, byte: u8, at: u64) -> Result<(), Unsplit> {
        match byte {
            b'{' if next != Next::Comma => {
                self.state = State::Object;
                self.object.clear();
                self.began = at;
                self.is_cut = false;
                self.open = None;
                self.depth += 1;
                return self.keep(&[byte]);
            }
            b']' if next != Next::Item => {
                self.state = State::Envelope;
                self.depth -= 1;
                return self.keep(&[byte]);
            }
            b',' if next == Next::Comma => self.state = State::Between(Next::Item),
            b' ' | b'\n' | b'\r' | b'\t' => {}
            _ => return Err(Unsplit::NoObject { at }),
        }
        Ok(())
    }

    fn left_out(&mut self, next: Next, byte: u8) -> Result<(), Unsplit> {
        match byte {
            b'"' if next == Next::Item => {
                self.item.clear();
                self.text = true;
                return self.keep(&[byte]);
            }
            b',' if next == Next::Comma => self.state = State::LeftOut(Next::Item),
            b']' if next == Next::Comma => {
                self.state = State::Object;
                self.open = None;
                self.depth -= 1;
                return self.keep(&[byte]);
            }
            b' ' | b'\n' | b'\r' | b'\t' => {}
            // It is no list of texts, or no JSON: it would have to be held whole.
            _ => return Err(self.large()),
        }
        Ok(())
    }

    /// A byte of the envelope or of an object, outside of texts.
    fn inner(&mut self, byte: u8, at: u64, take: &mut dyn Take) -> Result<(), Unsplit> {
        match byte {
            b'"' => self.text = true,
            b'{' | b'[' => {
                let is_list = byte == b'[';
                let begins = is_list
                    && self.state == State::Envelope
                    && self.depth == 1
                    && !self.found
                    && asks(&self.envelope, "objects");
                if let (State::Object, 3, true, Some((name, _))) =
                    (self.state, self.depth, is_list, self.list)
                    && asks(&self.object, name)
                {
                    self.open = Some(self.object.len());
                }
                self.depth = self.depth.saturating_add(1);
                self.keep(&[byte])?;
                if begins {
                    self.state = State::Between(Next::First);
                    self.found = true;
                }
                return Ok(());
            }
            b'}' | b']' => {
                self.depth = self.depth.saturating_sub(1);
                self.keep(&[byte])?;
                if self.depth == 3 {
                    self.open = None;
                }
                // The envelope and the list are two.
                if self.state == State::Object && self.depth == 2 {
                    self.state = State::Between(Next::Comma);
                    self.objects += 1;
                    let piece = Piece {
                        bytes: &self.object,
                        at: self.began,
                        len: at + 1 - self.began,
                        is_cut: self.is_cut,
                    };
                    return take.object(piece).map_err(|reason| Unsplit::Stopped {
                        number: self.objects,
                        reason,
                    });
                }
                return Ok(());
            }
            b',' => {
                if let (State::Object, 4, Some(open), Some((_, behind))) =
                    (self.state, self.depth, self.open, self.list)
                    && self.object.len() - open > behind
                {
                    self.is_cut = true;
                    self.state = State::LeftOut(Next::Item);
                    return Ok(());
                }
            }
            _ => {}
        }
        self.keep(&[byte])
    }

    /// Ends, and gives the envelope with an empty list of objects.
    ///
    /// # Errors
    /// Where the bundle is not whole, or its envelope is no JSON object.
    pub fn end(self) -> Result<Value, Unsplit> {
        let envelope: Value = read(&self.envelope()?)?;
        if !envelope.is_object() {
            return Err(Malformed::Shape {
                expected: "an object",
            }
            .into());
        }
        Ok(envelope)
    }

    /// Ends, and gives the bytes of the envelope, with an empty list of objects; they may be no JSON.
    ///
    /// # Errors
    /// Where the bundle is not whole.
    pub fn envelope(self) -> Result<Vec<u8>, Unsplit> {
        if self.depth != 0 || self.text || self.envelope.is_empty() {
            return Err(Unsplit::Cut {
                objects: self.objects,
            });
        }
        Ok(self.envelope)
    }
}

/// Whether a text ends with `"name":`, which begins a member.
fn asks(text: &[u8], name: &str) -> bool {
    let quoted = |text: &[u8]| {
        let text = text.strip_suffix(b"\"")?.strip_suffix(name.as_bytes())?;
        text.strip_suffix(b"\"")
            .map(|before| !before.ends_with(b"\\"))
    };
    text.trim_ascii_end()
        .strip_suffix(b":")
        .and_then(|text| quoted(text.trim_ascii_end()))
        .unwrap_or(false)
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
            splitter.feed(chunk, &mut |piece: Piece<'_>| {
                let from = usize::try_from(piece.at).unwrap();
                let to = from + usize::try_from(piece.len).unwrap();
                assert_eq!(text.get(from..to), Some(piece.bytes));
                found.push(serde_json::from_slice(piece.bytes).map_err(|error| error.to_string())?);
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
        let refused = small.feed(br#"{"objects":["#, &mut |_: Piece<'_>| Ok(()));
        assert_eq!(refused, Err(Unsplit::Large { number: 1, most: 8 }));
        for (text, at) in [
            (&br#"{"objects":[{}{}]}"#[..], 14),
            (br#"{"objects":[,{}]}"#, 12),
            (br#"{"objects":[{},]}"#, 15),
            (br#"{"objects":[{},,{}]}"#, 15),
        ] {
            assert_eq!(split(text, 4).unwrap_err(), Unsplit::NoObject { at });
        }
    }

    #[derive(Default)]
    struct Taken {
        objects: Vec<Value>,
        left_out: Vec<String>,
        cut: usize,
    }

    impl Take for Taken {
        fn object(&mut self, piece: Piece<'_>) -> Result<(), String> {
            self.cut += usize::from(piece.is_cut);
            self.objects
                .push(serde_json::from_slice(piece.bytes).map_err(|error| error.to_string())?);
            Ok(())
        }

        fn left_out(&mut self, text: &str) {
            self.left_out.push(text.to_owned());
        }
    }

    #[test]
    fn long_lists_are_cut() {
        let ids: Vec<String> = (0..100).map(|number| format!("url--{number}\"]")).collect();
        let report = json!({"object_refs": ids, "in": {"object_refs": ids}, "type": "report"});
        let short = json!({"object_refs": ["a", "b"]});
        let bundle = json!({"objects": [short, report, short]});
        let text = serde_json::to_vec_pretty(&bundle).unwrap();
        for size in [1, 7, 10_000] {
            let mut taken = Taken::default();
            let mut splitter = Splitter::new(1 << 16).cut("object_refs", 200);
            for chunk in text.chunks(size) {
                splitter.feed(chunk, &mut taken).unwrap();
            }
            splitter.end().unwrap();
            assert_eq!(taken.cut, 1);
            let [first, cut, last] = taken.objects.as_slice() else {
                panic!("three objects")
            };
            assert_eq!((first, last), (&short, &short));
            assert_eq!(cut["in"], report["in"]);
            let mut all: Vec<Value> = cut["object_refs"].as_array().unwrap().clone();
            assert!(all.len() < 20);
            all.extend(taken.left_out.iter().map(|id| json!(id)));
            assert_eq!(Value::Array(all), report["object_refs"]);
        }
        for (list, told) in [
            ("[\"a\",\"b\",1]", "more than"),
            ("[\"a\",\"b\",]", "more than"),
            ("[\"a\",\"b\",\"\\x\"]", "no JSON"),
        ] {
            let text = format!("{{\"objects\":[{{\"object_refs\":{list}}}]}}");
            let mut splitter = Splitter::new(1 << 16).cut("object_refs", 2);
            let refused = splitter
                .feed(text.as_bytes(), &mut Taken::default())
                .unwrap_err();
            assert!(refused.to_string().contains(told), "{refused}");
        }
    }
}
