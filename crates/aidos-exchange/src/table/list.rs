//! A list of one's own: addresses, networks and texts, one a line. Tor's exits come in this form, and in another one.

use std::path::Path;

use super::index::Index;
use crate::Error;
use crate::keep;

/// The largest file.
const LARGEST: u64 = 256 << 20;

/// A list.
#[derive(Debug)]
pub struct List {
    name: String,
    index: Index,
}

impl List {
    /// Reads a list; its name is that of the file. What stands behind `#` does not count.
    ///
    /// Lines of Tor's `exit-addresses` are understood, too: `ExitAddress 203.0.113.7 2026-03-01 10:00:00`.
    ///
    /// # Errors
    /// When it is missing, cannot be read or is no text.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let missing = || Error::file("read", path)(std::io::ErrorKind::NotFound.into());
        let bytes = keep::read(path, LARGEST)?.ok_or_else(missing)?;
        let text = String::from_utf8(bytes).map_err(|_| Error::Form {
            path: path.to_owned(),
            why: "it is no UTF-8; write one address, network or text a line".into(),
        })?;
        let name = path
            .file_stem()
            .map(|name| name.to_string_lossy().into_owned());
        Ok(Self::of(name.unwrap_or_default(), &text))
    }

    /// The list of a text.
    pub fn of(name: String, text: &str) -> Self {
        let mut index = Index::default();
        for line in text.lines() {
            let line = line.split('#').next().unwrap_or_default().trim();
            let mut words = line.split_whitespace();
            let entry = match words.next() {
                Some("ExitAddress") => words.next().unwrap_or_default(),
                // The other lines of that file.
                Some("ExitNode" | "Published" | "LastStatus") if words.next().is_some() => continue,
                _ => line,
            };
            if entry.is_empty() || index.network(entry, 0) {
                continue;
            }
            match entry.strip_prefix('.') {
                Some(domain) => index.host(domain, 0),
                None => index.text(entry, 0),
            }
        }
        Self { name, index }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether a value stands on it: as itself, in one of its networks, or below a domain that begins with a dot.
    ///
    /// ```
    /// use aidos_exchange::table::List;
    /// let list = List::of("seen".into(), "203.0.113.0/24 # a network\n.evil.example\nExitAddress 198.51.100.7 2026-03-01 10:00:00");
    /// assert!(list.holds("203.0.113.9") && list.holds("a.evil.example") && list.holds("198.51.100.7"));
    /// assert!(!list.holds("203.0.114.9"));
    /// ```
    pub fn holds(&self, value: &str) -> bool {
        let mut found = Vec::new();
        let host = value.rsplit_once('@').map_or(value, |(_, host)| host);
        self.index.holding(value, host, &mut found);
        !found.is_empty()
    }
}
