//! Server-sent events (WHATWG HTML, section 9.2), as OpenCTI's streams send them.

use std::io::{self, BufRead};

/// The longest line that is read: an event holds an object and a few words.
const LONGEST: u64 = 64 << 20;

/// An event of a stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    /// What goes on with `Last-Event-ID`; that of an earlier event where this one has none.
    pub id: String,
    /// `create`, `update`, `delete`, `merge`, `heartbeat`, `connected`; `message` where the stream names none.
    pub kind: String,
    /// What it carries.
    pub data: String,
}

/// Reads events off a stream.
///
/// ```
/// use aidos_exchange::opencti::sse::Events;
/// let stream = b"id: 17-0\nevent: create\ndata: {\ndata: }\n\n: a comment\n\n";
/// let mut events = Events::new(stream.as_slice());
/// let event = events.read()?.expect("an event");
/// assert_eq!((event.id.as_str(), event.kind.as_str(), event.data.as_str()), ("17-0", "create", "{\n}"));
/// assert_eq!(events.read()?, None);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Events<R> {
    inner: R,
    line: Vec<u8>,
    last: String,
    begun: bool,
    /// The line before ended with a carriage return: a line feed that follows belongs to it.
    returned: bool,
    /// How long to wait before connecting anew, in milliseconds, where the stream said so.
    retry: Option<u64>,
}

impl<R: BufRead> Events<R> {
    /// The events of this stream.
    pub fn new(inner: R) -> Self {
        Self {
            inner,
            line: Vec::new(),
            last: String::new(),
            begun: false,
            returned: false,
            retry: None,
        }
    }

    /// How long the stream asks to wait before connecting anew, in milliseconds.
    pub fn retry(&self) -> Option<u64> {
        self.retry
    }

    /// Waits for the next event; `None` where the stream has ended. An event that the end cuts is none: it comes again.
    ///
    /// # Errors
    /// When the stream breaks, or holds a line of more than 64 MiB.
    pub fn read(&mut self) -> io::Result<Option<Event>> {
        let mut kind = String::new();
        let mut data = String::new();
        let mut some = false;
        loop {
            if !self.next_line()? {
                return Ok(None);
            }
            if self.line.is_empty() {
                // What has no data is no event, whatever else it says.
                if some {
                    if data.ends_with('\n') {
                        data.pop();
                    }
                    if kind.is_empty() {
                        kind.push_str("message");
                    }
                    return Ok(Some(Event {
                        id: self.last.clone(),
                        kind,
                        data,
                    }));
                }
                kind.clear();
                continue;
            }
            let line = String::from_utf8_lossy(&self.line);
            let (field, value) = line.split_once(':').unwrap_or((&line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match field {
                "event" => value.clone_into(&mut kind),
                "data" => {
                    some = true;
                    if (data.len() + value.len()) as u64 > LONGEST {
                        return Err(too_long());
                    }
                    data.push_str(value);
                    data.push('\n');
                }
                "id" if !value.contains('\0') => {
                    let value = value.to_owned();
                    self.last = value;
                }
                "retry" => {
                    let wait = value.parse().ok();
                    self.retry = wait.or(self.retry);
                }
                _ => {}
            }
        }
    }

    /// Reads a line into `self.line` without its end; `false` where the stream has ended.
    fn next_line(&mut self) -> io::Result<bool> {
        self.line.clear();
        loop {
            let buffer = match self.inner.fill_buf() {
                Ok(buffer) => buffer,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if buffer.is_empty() {
                return Ok(false);
            }
            if self.returned {
                self.returned = false;
                if buffer.first() == Some(&b'\n') {
                    self.inner.consume(1);
                    continue;
                }
            }
            let end = buffer.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let piece = buffer
                .get(..end.unwrap_or(buffer.len()))
                .unwrap_or_default();
            self.line.extend_from_slice(piece);
            if self.line.len() as u64 > LONGEST {
                return Err(too_long());
            }
            self.returned = end.is_some_and(|end| buffer.get(end) == Some(&b'\r'));
            let taken = piece.len() + usize::from(end.is_some());
            self.inner.consume(taken);
            if end.is_some() {
                if !self.begun {
                    self.begun = true;
                    if self.line.starts_with(b"\xef\xbb\xbf") {
                        self.line.drain(..3);
                    }
                }
                return Ok(true);
            }
        }
    }
}

fn too_long() -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        "an event of more than 64 MiB; no platform sends such",
    )
}

#[cfg(test)]
mod tests {
    use std::io::{BufReader, Read as _};

    use proptest::prelude::*;

    use super::*;

    fn all(stream: &[u8], step: usize) -> Vec<Event> {
        let mut events = Events::new(BufReader::with_capacity(step, stream));
        let mut found = Vec::new();
        while let Some(event) = events.read().unwrap() {
            found.push(event);
        }
        found
    }

    fn event(id: &str, kind: &str, data: &str) -> Event {
        Event {
            id: id.into(),
            kind: kind.into(),
            data: data.into(),
        }
    }

    #[test]
    fn lines_end_in_three_ways_and_ids_last() {
        let stream = "\u{feff}id:1\r\nevent: create\rdata: a\r\ndata:  b\n\r\n: x\nevent: nothing\n\nretry: 50\ndata\n\nid\ndata: c\n\ndata: cut";
        for step in [1, 2, 3, 5, 100] {
            assert_eq!(
                all(stream.as_bytes(), step),
                [
                    event("1", "create", "a\n b"),
                    event("1", "message", ""),
                    event("", "message", "c")
                ],
                "{step}"
            );
        }
        let mut events = Events::new(stream.as_bytes());
        while events.read().unwrap().is_some() {}
        assert_eq!(events.retry(), Some(50));
    }

    #[test]
    fn what_never_ends_is_refused() {
        let line = io::repeat(b'x').take(LONGEST + 10);
        let mut events = Events::new(BufReader::new(line));
        assert!(events.read().is_err());
    }

    proptest! {
        #[test]
        fn events_read_back(sent in prop::collection::vec(("[a-z0-9-]{1,8}", "[a-z]{1,8}", "[^\r\n\0]{0,20}(\n[^\r\n\0]{0,20}){0,3}"), 0..6), step in 1usize..50) {
            let mut stream = String::new();
            for (id, kind, data) in &sent {
                stream += &format!("id: {id}\nevent: {kind}\n");
                for line in data.split('\n') {
                    stream += &format!("data: {line}\n");
                }
                stream.push('\n');
            }
            let expected: Vec<Event> = sent.iter().map(|(id, kind, data)| event(id, kind, data)).collect();
            prop_assert_eq!(all(stream.as_bytes(), step), expected);
        }

        #[test]
        fn no_bytes_panic(stream: Vec<u8>) {
            all(&stream, 7);
        }
    }
}
