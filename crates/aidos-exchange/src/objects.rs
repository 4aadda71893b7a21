//! The objects of a STIX bundle, one after the other, whatever its size.

use std::io::{self, Read};

/// The longest object that is read. A longer one is no object that a platform would take.
pub const LONGEST: usize = 64 << 20;
const BUFFER: usize = 64 << 10;

/// A bundle that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// The file cannot be read.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It is no bundle in JSON.
    #[error("byte {at}: {what}; a STIX bundle is expected")]
    Form {
        /// Bytes from the start.
        at: u64,
        /// What is wrong.
        what: &'static str,
    },
}

/// Reads the members of the list `objects` of a JSON object, each as its bytes, and keeps one of them in memory.
///
/// What stands inside an object is not looked at: whoever parses it finds what is wrong there.
///
/// ```
/// use aidos_exchange::objects::Objects;
/// let bundle = br#"{"type": "bundle", "objects": [{"id": "a"}, {"id": "b"}]}"#;
/// let mut objects = Objects::new(bundle.as_slice());
/// let mut object = Vec::new();
/// assert_eq!(objects.read(&mut object)?, Some(31));
/// assert_eq!(object, br#"{"id": "a"}"#);
/// assert_eq!(objects.read(&mut object)?, Some(44));
/// assert_eq!(objects.read(&mut object)?, None);
/// # Ok::<(), aidos_exchange::objects::Broken>(())
/// ```
#[derive(Debug)]
pub struct Objects<R> {
    inner: R,
    buffer: Vec<u8>,
    at: usize,
    end: usize,
    passed: u64,
    place: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Start,
    /// In the list; whether an object was read already.
    List(bool),
    End,
}

impl<R: Read> Objects<R> {
    /// The objects of this bundle.
    pub fn new(inner: R) -> Self {
        Self {
            inner,
            buffer: vec![0; BUFFER],
            at: 0,
            end: 0,
            passed: 0,
            place: Place::Start,
        }
    }

    /// Reads the next object into `object`; returns where it begins, or `None` after the last one.
    ///
    /// # Errors
    /// When the file cannot be read, ends too early, or is no bundle.
    pub fn read(&mut self, object: &mut Vec<u8>) -> Result<Option<u64>, Broken> {
        object.clear();
        if self.place == Place::Start {
            // Notepad's mark of UTF-8.
            if self.peek()? == Some(0xef) {
                for _ in 0..3 {
                    self.take()?;
                }
            }
            self.blank()?;
            self.expect(b'{', "no `{`")?;
            self.place = if self.members(true)? {
                Place::List(false)
            } else {
                Place::End
            };
        }
        let Place::List(some) = self.place else {
            return Ok(None);
        };
        self.blank()?;
        match self.peek()? {
            Some(b']') => {
                self.take()?;
                self.blank()?;
                match self.take()? {
                    Some(b'}') => {}
                    Some(b',') => {
                        // Another list of objects would hide behind the first.
                        if self.members(false)? {
                            return Err(self.wrong("a second list `objects`"));
                        }
                    }
                    _ => return Err(self.wrong("no end after the objects")),
                }
                self.place = Place::End;
                return Ok(None);
            }
            Some(b',') if some => {
                self.take()?;
                self.blank()?;
            }
            Some(_) if !some => {}
            Some(_) => return Err(self.wrong("no comma between two objects")),
            None => return Err(self.wrong("it ends in the middle")),
        }
        let at = self.passed();
        if self.peek()? != Some(b'{') {
            return Err(self.wrong("what should be an object is none"));
        }
        self.value(Some(object))?;
        self.place = Place::List(true);
        Ok(Some(at))
    }

    /// Goes over members up to the list `objects`, or to the end where there is none.
    fn members(&mut self, mut first: bool) -> Result<bool, Broken> {
        let mut key = Vec::new();
        loop {
            self.blank()?;
            if first && self.peek()? == Some(b'}') {
                self.take()?;
                return Ok(false);
            }
            first = false;
            if self.peek()? != Some(b'"') {
                return Err(self.wrong("no name of a member"));
            }
            key.clear();
            self.value(Some(&mut key))?;
            self.blank()?;
            self.expect(b':', "no `:`")?;
            self.blank()?;
            if is_objects(&key) {
                self.expect(b'[', "`objects` is no list")?;
                return Ok(true);
            }
            self.value(None)?;
            self.blank()?;
            match self.take()? {
                Some(b'}') => return Ok(false),
                Some(b',') => {}
                _ => return Err(self.wrong("no end after a member")),
            }
        }
    }

    /// Goes over a value, and keeps its bytes where somebody wants them.
    fn value(&mut self, mut keep: Option<&mut Vec<u8>>) -> Result<(), Broken> {
        let mut depth = 0usize;
        let mut text = false;
        let mut escaped = false;
        let mut begun = false;
        loop {
            let Some(byte) = self.peek()? else {
                return Err(self.wrong("it ends in the middle"));
            };
            if !text && depth == 0 && matches!(byte, b',' | b'}' | b']' | b':') {
                return if begun {
                    Ok(())
                } else {
                    Err(self.wrong("no value"))
                };
            }
            let blank = matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
            if begun && !text && depth == 0 && blank {
                return Ok(());
            }
            begun = true;
            self.take()?;
            if let Some(keep) = keep.as_deref_mut() {
                if keep.len() >= LONGEST {
                    return Err(self.wrong("an object of more than 64 MiB"));
                }
                keep.push(byte);
            }
            if text {
                match byte {
                    _ if escaped => escaped = false,
                    b'\\' => escaped = true,
                    b'"' => {
                        text = false;
                        if depth == 0 {
                            return Ok(());
                        }
                    }
                    _ => {}
                }
                continue;
            }
            match byte {
                b'"' => text = true,
                b'{' | b'[' => depth += 1,
                b'}' | b']' => {
                    depth -= 1;
                    if depth == 0 {
                        return Ok(());
                    }
                }
                _ => {}
            }
        }
    }

    fn blank(&mut self) -> Result<(), Broken> {
        while matches!(self.peek()?, Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
        Ok(())
    }

    fn expect(&mut self, byte: u8, what: &'static str) -> Result<(), Broken> {
        if self.take()? == Some(byte) {
            return Ok(());
        }
        Err(self.wrong(what))
    }

    #[inline]
    fn peek(&mut self) -> Result<Option<u8>, Broken> {
        if self.at == self.end {
            self.passed += self.end as u64;
            self.at = 0;
            self.end = 0;
            loop {
                match self.inner.read(&mut self.buffer) {
                    Ok(len) => {
                        self.end = len;
                        break;
                    }
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(error.into()),
                }
            }
        }
        Ok(self
            .buffer
            .get(self.at)
            .copied()
            .filter(|_| self.at < self.end))
    }

    #[inline]
    fn take(&mut self) -> Result<Option<u8>, Broken> {
        let byte = self.peek()?;
        if byte.is_some() {
            self.at += 1;
        }
        Ok(byte)
    }

    fn passed(&self) -> u64 {
        self.passed + self.at as u64
    }

    fn wrong(&self, what: &'static str) -> Broken {
        Broken::Form {
            at: self.passed(),
            what,
        }
    }
}

/// Whether a name is `objects`, also as `\u006fbjects`: another reader would take that for a list, too.
fn is_objects(name: &[u8]) -> bool {
    let escaped = name.contains(&b'\\');
    name == b"\"objects\""
        || (escaped && serde_json::from_slice::<String>(name).is_ok_and(|name| name == "objects"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    /// Gives a few bytes at a time.
    struct Drip<'d>(&'d [u8], usize);

    impl Read for Drip<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let len = self.1.min(self.0.len()).min(into.len());
            into[..len].copy_from_slice(&self.0[..len]);
            self.0 = &self.0[len..];
            Ok(len)
        }
    }

    fn all(text: &[u8], step: usize) -> Result<Vec<(u64, Vec<u8>)>, Broken> {
        let mut objects = Objects::new(Drip(text, step));
        let mut found = Vec::new();
        let mut object = Vec::new();
        while let Some(at) = objects.read(&mut object)? {
            found.push((at, object.clone()));
        }
        Ok(found)
    }

    #[test]
    fn objects_come_with_their_places() {
        let text = br#" {"a": [1, {"objects": [{}]}, "]}"], "objects" : [ {"x": "}\"]"} , {}
            ], "b": null } "#;
        for step in [1, 2, 7, 4096] {
            let found = all(text, step).unwrap();
            assert_eq!(found.len(), 2);
            for (at, object) in found {
                let at = usize::try_from(at).unwrap();
                assert_eq!(&text[at..at + object.len()], object);
            }
        }
        assert!(all(b"{}", 1).unwrap().is_empty());
        let escaped = br#"{"obj\u0065cts": [{}]}"#;
        assert_eq!(all(escaped, 1).unwrap().len(), 1);
        assert!(all(br#"{"objects": []}"#, 3).unwrap().is_empty());
    }

    #[test]
    fn what_is_no_bundle_is_told_with_its_place() {
        for (text, said) in [
            (r"[]", "no `{`"),
            (r#"{"objects": [{"a": 1}"#, "in the middle"),
            (r#"{"objects": [{"a": 1}]"#, "no end after the objects"),
            (r#"{"objects": {}}"#, "no list"),
            (r#"{"objects": [{} {}]}"#, "no comma"),
            (r#"{"objects": [1]}"#, "none"),
            (r#"{"objects": [{},]}"#, "none"),
            (r#"{"objects": [], "objects": []}"#, "a second list"),
            (r#"{"objects": [], "\u006Fbjects": []}"#, "a second list"),
            (r#"{"a" 1}"#, "no `:`"),
            ("", "no `{`"),
        ] {
            let error = all(text.as_bytes(), 5).unwrap_err().to_string();
            assert!(
                error.contains(said) && error.contains("byte "),
                "{text}: {error}"
            );
        }
    }

    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            "[\\PC\"\\\\\\]}]{0,8}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 16, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[a-z\"]{0,4}", inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_stream_says_what_a_parser_says(
            members in prop::collection::vec(prop::collection::btree_map("[a-z]{1,4}", json(), 0..4), 0..5),
            other in json(), pretty: bool, step in 1usize..40,
        ) {
            let members: Vec<Value> = members.into_iter()
                .map(|map| Value::Object(map.into_iter().collect())).collect();
            let bundle = json!({"type": "bundle", "other": other, "objects": members, "last": other});
            let text = if pretty { serde_json::to_vec_pretty(&bundle) } else { serde_json::to_vec(&bundle) }.unwrap();
            let found: Vec<Value> = all(&text, step).unwrap().iter()
                .map(|(_, object)| serde_json::from_slice(object).unwrap()).collect();
            prop_assert_eq!(found, members);
        }

        #[test]
        fn no_bytes_panic(text in "[\\{\\}\\[\\]\",:a objects\\\\]{0,60}") {
            let _ = all(text.as_bytes(), 3);
            let _ = all(format!("{{\"objects\":[{text}").as_bytes(), 3);
        }
    }
}
