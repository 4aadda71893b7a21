//! Keys, passwords and how they go along with a request.

use std::borrow::Cow;
use std::fmt;
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use zeroize::Zeroizing;

use super::Error;

/// The longest file that is read as a secret.
const LONGEST: u64 = 64 << 10;
/// A shorter secret is not looked for in what comes back: it would be found by chance.
const SHORTEST: usize = 8;

/// A key or a password. It is overwritten when it is dropped, and `Debug` shows nothing of it.
///
/// ```
/// use aidos_exchange::http::Secret;
/// assert_eq!(format!("{:?}", Secret::new("s3cret")), "Secret(…)");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// A secret from memory. What stands on a command line is none: others on the machine can read it there.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The secret in an environment variable.
    ///
    /// # Errors
    /// [`Error::Secret`] where it is missing, empty or no text.
    pub fn from_env(name: &str) -> Result<Self, Error> {
        let text = std::env::var(name).map(Zeroizing::new).ok();
        Self::clean(text, || format!("environment variable {name}"))
    }

    /// The secret in a file that its owner alone may read; white space around it does not count.
    ///
    /// # Errors
    /// [`Error::Secret`] where it cannot be read, is empty or longer than 64 KiB, or where others may read it.
    pub fn from_file(path: &Path) -> Result<Self, Error> {
        let refuse = |why: String| Error::Secret {
            place: format!("file `{}`", path.display()),
            why,
        };
        let file = File::open(path).map_err(|error| refuse(error.to_string()))?;
        let about = file.metadata().map_err(|error| refuse(error.to_string()))?;
        if about.permissions().mode() & 0o077 != 0 {
            return Err(refuse(
                "others may read it; give it to its owner alone (chmod 600)".into(),
            ));
        }
        let mut text = Zeroizing::new(String::new());
        file.take(LONGEST + 1)
            .read_to_string(&mut text)
            .map_err(|error| refuse(error.to_string()))?;
        if text.len() as u64 > LONGEST {
            return Err(refuse("it is longer than 64 KiB".into()));
        }
        Self::clean(Some(text), || format!("file `{}`", path.display()))
    }

    fn clean(text: Option<Zeroizing<String>>, place: impl Fn() -> String) -> Result<Self, Error> {
        let refuse = |why: &str| Error::Secret {
            place: place(),
            why: why.into(),
        };
        let text = text.ok_or_else(|| refuse("it is not set, or no text"))?;
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return Err(refuse("it is empty"));
        }
        if trimmed.chars().any(char::is_control) {
            return Err(refuse("it has more than one line, or control characters"));
        }
        Ok(Self(Zeroizing::new(trimmed.to_owned())))
    }

    /// The text, for the one header it goes into.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Bytes of a partner without this secret, should it repeat it; three dots stand in its place.
    ///
    /// ```
    /// use aidos_exchange::http::Secret;
    /// let key = Secret::new("s3cret/key");
    /// assert_eq!(*key.hide_in(br#"{"key": "s3cret\/key"}"#), *r#"{"key": "…"}"#.as_bytes());
    /// ```
    pub fn hide_in<'b>(&self, bytes: &'b [u8]) -> Cow<'b, [u8]> {
        let plain = without(bytes, self.0.as_bytes());
        if !self.0.contains('/') {
            return plain;
        }
        // JSON may write a stroke in two ways.
        let escaped = Zeroizing::new(self.0.replace('/', "\\/"));
        match without(&plain, escaped.as_bytes()) {
            Cow::Borrowed(_) => plain,
            Cow::Owned(hidden) => Cow::Owned(hidden),
        }
    }
}

/// Bytes without a secret of a length that is no chance.
fn without<'b>(bytes: &'b [u8], secret: &[u8]) -> Cow<'b, [u8]> {
    let find = |from: usize| {
        let rest = bytes.get(from..).unwrap_or_default();
        let found = rest.windows(secret.len()).position(|own| own == secret);
        found.map(|at| from + at)
    };
    let Some(mut at) = (secret.len() >= SHORTEST).then(|| find(0)).flatten() else {
        return Cow::Borrowed(bytes);
    };
    let mut out = Vec::with_capacity(bytes.len());
    let mut from = 0;
    loop {
        out.extend_from_slice(bytes.get(from..at).unwrap_or_default());
        out.extend_from_slice("…".as_bytes());
        from = at + secret.len();
        match find(from) {
            Some(next) => at = next,
            None => break,
        }
    }
    out.extend_from_slice(bytes.get(from..).unwrap_or_default());
    Cow::Owned(out)
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Who asks.
#[derive(Clone, Debug, Default)]
pub enum Auth {
    /// Nobody in particular.
    #[default]
    None,
    /// A name and a password (RFC 7617).
    Basic {
        /// The name.
        user: String,
        /// The password.
        password: Secret,
    },
    /// A token (RFC 6750).
    Bearer(Secret),
    /// A key in a header of its own, as MISP (`Authorization`) and `AbuseIPDB` (`Key`) want it.
    Header {
        /// Name of the header.
        name: String,
        /// The key.
        key: Secret,
    },
}

impl Auth {
    /// A key in this header.
    pub fn header(name: impl Into<String>, key: Secret) -> Self {
        Self::Header {
            name: name.into(),
            key,
        }
    }

    /// Bytes of a partner without what it was shown; see [`Secret::hide_in`].
    pub fn hide_in<'b>(&self, bytes: &'b [u8]) -> Cow<'b, [u8]> {
        match self {
            Self::None => Cow::Borrowed(bytes),
            Self::Basic { password, .. } => password.hide_in(bytes),
            Self::Bearer(key) | Self::Header { key, .. } => key.hide_in(bytes),
        }
    }

    /// The header: its name and its value.
    pub(super) fn line(&self) -> Option<(String, Zeroizing<String>)> {
        let authorization = |text: String| Some(("authorization".to_owned(), Zeroizing::new(text)));
        match self {
            Self::None => None,
            Self::Basic { user, password } => {
                let pair = Zeroizing::new(format!("{user}:{}", password.reveal()));
                authorization(format!("Basic {}", *base64(pair.as_bytes())))
            }
            Self::Bearer(token) => authorization(format!("Bearer {}", token.reveal())),
            Self::Header { name, key } => {
                Some((name.clone(), Zeroizing::new(key.reveal().to_owned())))
            }
        }
    }
}

/// Base 64 with padding (RFC 4648 section 4).
fn base64(bytes: &[u8]) -> Zeroizing<String> {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    // Large enough from the start, so that no copy stays behind.
    let mut text = Zeroizing::new(String::with_capacity(bytes.len().div_ceil(3) * 4));
    for three in bytes.chunks(3) {
        let number = three
            .iter()
            .chain([0, 0].iter())
            .take(3)
            .fold(0_u32, |sum, &byte| (sum << 8) | u32::from(byte));
        for place in 0..4 {
            if place <= three.len() {
                let letter = LETTERS[(number >> (18 - 6 * place)) as usize & 63];
                text.push(char::from(letter));
            } else {
                text.push('=');
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn base64_has_the_vectors_of_its_standard() {
        for (plain, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(plain.as_bytes()).as_str(), text);
        }
    }

    #[test]
    fn a_header_says_who_asks() {
        let basic = Auth::Basic {
            user: "Aladdin".into(),
            password: Secret::new("open sesame"),
        };
        let (name, value) = basic.line().unwrap();
        assert_eq!(
            (name.as_str(), value.as_str()),
            ("authorization", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==")
        );
        assert_eq!(
            Auth::Bearer(Secret::new("t")).line().unwrap().1.as_str(),
            "Bearer t"
        );
        let shown = format!(
            "{basic:?} {:?}",
            Auth::header("Key", Secret::new("hidden-key"))
        );
        assert!(
            !shown.contains("sesame") && !shown.contains("hidden-key"),
            "{shown}"
        );
    }

    #[test]
    fn a_secret_that_comes_back_is_hidden_wherever_it_stands() {
        let key = Secret::new("0123456789/x");
        for (came, kept) in [
            ("", ""),
            ("0123456789/", "0123456789/"),
            ("0123456789/x", "…"),
            ("a0123456789/xb0123456789\\/xc0123456789/x", "a…b…c…"),
            ("0123456789/x0123456789/x", "……"),
        ] {
            let hidden = key.hide_in(came.as_bytes());
            assert_eq!(String::from_utf8_lossy(&hidden), kept);
            let auth = Auth::header("Key", key.clone());
            assert_eq!(auth.hide_in(came.as_bytes()), hidden);
        }
        assert_eq!(*Secret::new("short").hide_in(b"short"), *b"short");
        assert_eq!(*Secret::new("").hide_in(b"any"), *b"any");
    }

    #[test]
    fn a_file_that_others_may_read_is_no_secret() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        fs::write(&path, "  0123456789\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let error = Secret::from_file(&path).unwrap_err().to_string();
        assert!(
            error.contains("chmod 600") && !error.contains("0123"),
            "{error}"
        );
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(Secret::from_file(&path).unwrap().reveal(), "0123456789");
        fs::write(&path, "one\ntwo").unwrap();
        assert!(Secret::from_file(&path).is_err());
        fs::write(&path, " \n").unwrap();
        assert!(Secret::from_file(&path).is_err());
        assert!(Secret::from_env("AIDOS_NO_SUCH_VARIABLE").is_err());
    }
}
