//! Which feeds a person wants, in TOML.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::{Error, keep};

/// The longest list that is read.
const LONGEST: u64 = 4 << 20;

/// A list of feeds.
///
/// ```
/// let list = aidos_exchange::feed::List::parse(r#"
/// [[feed]]
/// name = "cinsscore"
/// url = "https://lists.example/ci-badguys.txt"
/// form = "text"
/// max-age-hours = 6
/// "#).unwrap();
/// assert_eq!(list.feed[0].name, "cinsscore");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct List {
    /// The feeds.
    #[serde(default)]
    pub feed: Vec<Entry>,
}

/// A feed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Entry {
    /// Its name: letters, digits, `-`, `_` and `.`; files are called after it.
    pub name: String,
    /// Where it lies: `https://…`, of a MISP feed also a folder.
    pub url: String,
    /// What it is.
    pub form: Form,
    /// The most bytes it may have.
    #[serde(default = "usual_size")]
    pub max_bytes: u64,
    /// For how long what was fetched is good enough.
    #[serde(default)]
    pub max_age_hours: u32,
    /// The header of a key that it wants.
    pub key_header: Option<String>,
    /// The environment variable that holds the key.
    pub key_env: Option<String>,
    /// The file that holds the key.
    pub key_file: Option<PathBuf>,
}

/// What a feed is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// One value a line.
    Text,
    /// Comma-separated values.
    Csv,
    /// JSON.
    Json,
    /// RSS or Atom.
    Rss,
    /// A MISP feed.
    Misp,
    /// A STIX bundle.
    Stix,
}

impl Form {
    /// The ending of a file of this form.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Text => "txt",
            Self::Csv => "csv",
            Self::Json | Self::Stix | Self::Misp => "json",
            Self::Rss => "xml",
        }
    }
}

const fn usual_size() -> u64 {
    64 << 20
}

impl List {
    /// Reads a list from its file.
    ///
    /// # Errors
    /// When it cannot be read, or is none.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let refuse = |why: String| Error::Form {
            path: path.to_owned(),
            why,
        };
        let bytes = keep::read(path, LONGEST)?
            .ok_or_else(|| Error::file("read", path)(std::io::ErrorKind::NotFound.into()))?;
        let text = String::from_utf8(bytes).map_err(|_| refuse("it is no UTF-8".into()))?;
        Self::parse(&text).map_err(refuse)
    }

    /// Reads a list.
    ///
    /// # Errors
    /// What is wrong with it, for a person.
    pub fn parse(text: &str) -> Result<Self, String> {
        let list: Self = toml::from_str(text).map_err(|error| error.message().to_owned())?;
        let mut names = std::collections::BTreeSet::new();
        for entry in &list.feed {
            let fine = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
            let name = &entry.name;
            if name.is_empty() || name.starts_with('.') || !name.bytes().all(fine) {
                return Err(format!(
                    "`{}` is no name of a feed; take letters, digits, -, _ and .",
                    name.escape_debug()
                ));
            }
            if !names.insert(name) {
                return Err(format!("two feeds are called `{name}`"));
            }
            if entry.key_env.is_some() && entry.key_file.is_some() {
                return Err(format!(
                    "feed `{name}` has both key-env and key-file; keep one"
                ));
            }
        }
        if list.feed.is_empty() {
            return Err("it names no feed; add [[feed]] with name, url and form".into());
        }
        Ok(list)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_checked() {
        let with = |more: &str| {
            List::parse(&format!(
                "[[feed]]\nname = \"a\"\nurl = \"https://a.example\"\nform = \"csv\"\n{more}"
            ))
        };
        assert_eq!(with("").unwrap().feed[0].max_bytes, 64 << 20);
        for bad in [
            "colour = \"red\"",
            "key-env = \"A\"\nkey-file = \"b\"",
            "[[feed]]\nname = \"a\"\nurl = \"u\"\nform = \"csv\"",
            "[[feed]]\nname = \"../a\"\nurl = \"u\"\nform = \"csv\"",
            "[[feed]]\nname = \".a\"\nurl = \"u\"\nform = \"csv\"",
            "[[feed]]\nname = \"b\"\nurl = \"u\"\nform = \"pdf\"",
        ] {
            assert!(with(bad).is_err(), "{bad}");
        }
        assert!(List::parse("").is_err());
    }
}
