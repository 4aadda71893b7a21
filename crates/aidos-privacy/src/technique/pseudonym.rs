//! Pseudonyms: stable, readable stand-ins that keep the structure of what they stand for.
//!
//! A person becomes `person-4f7k2m9x0qdpa3cz`, always the same under one key. What has parts keeps them:
//!
//! - an **e-mail address** is a `user-…` and a domain, hidden apart from each other; the user is the token that
//!   the same name has as a `USER_NAME`;
//! - a **domain** or host name keeps its number of labels and its public ending (`.org`, `.co.uk`); each label's
//!   token depends on the label and all that follows it, so sub-domains of one domain share its token, in
//!   URLs, host names and e-mail addresses alike, while `www` is another token under each domain;
//! - a **URL** keeps scheme, port, the number of path segments, well-known file endings and well-known names
//!   of parameters; its host is hidden as above or as an address, all else is tokens; a password is dropped;
//! - an address of IP, alone or inside such a value, goes the way of [`ip`](super::ip).
//!
//! Values are folded first (compatibility forms, case, marks on letters, runs of blanks), so that spellings of
//! one name meet in one token.
//!
//! One-way: who is to go back keeps the originals or uses [`encrypt`](super::encrypt). A holder of the key can
//! still test guesses. Keeps: equality inside the community. Leaks: frequency (the commonest user is the
//! commonest token), structure as said above, and whatever a dictionary yields to a holder of the key.
//! A pseudonym is not anonymous.
//!
//! Idempotent: tokens are recognised with the key. The exception is an address of IP, alone or inside a
//! URL or e-mail address, which cannot carry a mark; see [`Ledger`](super::Ledger).

use std::net::{IpAddr, Ipv6Addr};

use super::hash::whole;
use super::ip::Addresses;
use super::token::Tokens;
use super::{fold, word_of};
use crate::key::CommunityKey;

mod public;

use public::{ENDINGS, FILES, PARAMETERS, SCHEMES, SECOND};

/// Labels in front of the public ending that get a token each; what stands before them shares one, so that
/// a name stays below the 253 characters of RFC 1035.
const DEPTH: usize = 8;

/// The pseudonym of a value of this kind.
///
/// `EMAIL_ADDRESS`, `URL`, `DOMAIN_NAME`, `HOST_NAME` and `IP_ADDRESS` keep their structure; where the value has not that
/// shape, and for all other kinds, it is one token. Nothing is left as it was but what the module names.
///
/// ```
/// # use aidos_privacy::{key::CommunityKey, technique::pseudonym::pseudonym};
/// let key = CommunityKey::from_bytes([7; 32]);
/// let mail = pseudonym("EMAIL_ADDRESS", "ada@mail.lovelace.org", &key);
/// let host = pseudonym("HOST_NAME", "mail.lovelace.org", &key);
/// assert!(mail.starts_with("user-") && mail.ends_with(&host) && host.ends_with(".org"));
/// assert_eq!(pseudonym("EMAIL_ADDRESS", &mail, &key), mail);
/// ```
pub fn pseudonym(kind: &str, value: &str, key: &CommunityKey) -> String {
    let shaped = match kind {
        "EMAIL_ADDRESS" => email(value, key),
        "URL" => url(value, key).or_else(|| bare(value, key)),
        "DOMAIN_NAME" | "HOST_NAME" => host(value, key),
        "IP_ADDRESS" => address(value, key),
        _ => None,
    };
    shaped.unwrap_or_else(|| whole(kind, &word_of(kind), value, key))
}

fn email(value: &str, key: &CommunityKey) -> Option<String> {
    let (local, domain) = value.trim().rsplit_once('@')?;
    if local.is_empty() || local.chars().any(char::is_whitespace) {
        return None;
    }
    let domain = host(domain, key)?;
    Some(format!("{}@{domain}", user(local, key)))
}

fn user(name: &str, key: &CommunityKey) -> String {
    whole("USER_NAME", "user", name, key)
}

fn address(value: &str, key: &CommunityKey) -> Option<String> {
    let ip: IpAddr = value.trim().parse().ok()?;
    Some(Addresses::new(key).hide(ip).to_string())
}

/// A name of labels, an address, or an address in brackets.
fn host(value: &str, key: &CommunityKey) -> Option<String> {
    if let Some(inner) = value
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
    {
        let tagged = inner.strip_prefix("IPv6:");
        let ip: IpAddr = tagged.unwrap_or(inner).parse().ok()?;
        let hidden = Addresses::new(key).hide(ip);
        return Some(format!("[{}{hidden}]", tagged.map_or("", |_| "IPv6:")));
    }
    if let Some(ip) = address(value, key) {
        return Some(ip);
    }
    let (name, dot) = match value.strip_suffix('.') {
        Some(name) => (name, "."),
        None => (value, ""),
    };
    let is_label = |label: &&str| {
        !label.is_empty()
            && label
                .chars()
                .all(|letter| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '*'))
    };
    if name.len() > 253 || !name.split('.').all(|label| is_label(&label)) {
        return None;
    }
    let name = fold(name);
    let labels: Vec<&str> = name.split('.').collect();
    let open = ending(&labels);
    let tokens = Tokens::new(key, "DOMAIN_NAME");
    let split = labels.len().saturating_sub(open);
    let (hidden, public) = labels.split_at_checked(split)?;
    let mut out: Vec<String> = Vec::new();
    for at in 0..hidden.len() {
        let (before, from) = hidden.split_at_checked(at)?;
        let label = *from.first()?;
        if from.len() > DEPTH {
            // All of them go into the token of the first that has one.
            continue;
        }
        let joined = from.len() == DEPTH && !before.is_empty();
        let stays = label == "*" || tokens.holds_worded("host", label);
        if stays && !joined {
            out.push(label.to_owned());
        } else {
            // In context: a label, its domain, and where it is the last what stood before it.
            let context = if joined {
                name.clone()
            } else {
                [from, public].concat().join(".")
            };
            out.push(tokens.worded("host", &[context.as_bytes()]));
        }
    }
    out.extend(public.iter().map(|label| (*label).to_owned()));
    Some(out.join(".") + dot)
}

/// How many labels at the end are public. A name of one label has none, but for `localhost`.
fn ending(labels: &[&str]) -> usize {
    let mut from_end = labels.iter().rev();
    let Some(last) = from_end.next() else {
        return 0;
    };
    let is_country = last.len() == 2 && last.bytes().all(|byte| byte.is_ascii_lowercase());
    if labels.len() == 1 {
        return usize::from(*last == "localhost");
    }
    if !is_country && !ENDINGS.contains(last) {
        return 0;
    }
    let second = from_end.next().is_some_and(|label| SECOND.contains(label));
    if (is_country || *last == "arpa") && second && labels.len() > 2 {
        2
    } else {
        1
    }
}

/// A host without a scheme, with what follows it: what detectors call a URL.
fn bare(value: &str, key: &CommunityKey) -> Option<String> {
    let value = value.trim();
    let authority = value.split(['/', '?', '#']).next()?;
    // Only the host decides, as all else becomes tokens without a dot.
    if !authority.rsplit('@').next()?.contains('.') {
        return None;
    }
    rest_of_url(value, key)
}

fn url(value: &str, key: &CommunityKey) -> Option<String> {
    let value = value.trim();
    let (scheme, rest) = value.split_once(':')?;
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.len() <= 12
        && scheme
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
    if !is_scheme {
        return None;
    }
    let scheme = scheme.to_ascii_lowercase();
    if scheme == "mailto" {
        return Some(format!("mailto:{}", email(rest, key)?));
    }
    if !SCHEMES.contains(&scheme.as_str()) {
        return None;
    }
    let hidden = rest_of_url(rest.strip_prefix("//")?, key)?;
    Some(format!("{scheme}://{hidden}"))
}

/// Authority, path, query and fragment.
fn rest_of_url(rest: &str, key: &CommunityKey) -> Option<String> {
    let (rest, fragment) = match rest.split_once('#') {
        Some((rest, fragment)) => (rest, Some(fragment)),
        None => (rest, None),
    };
    let (rest, query) = match rest.split_once('?') {
        Some((rest, query)) => (rest, Some(query)),
        None => (rest, None),
    };
    let (authority, path) = rest.split_at_checked(rest.find('/').unwrap_or(rest.len()))?;
    let (credentials, place) = match authority.rsplit_once('@') {
        Some((credentials, place)) => (Some(credentials), place),
        None => (None, authority),
    };
    let mut out = String::new();
    if let Some(credentials) = credentials {
        let name = credentials.split(':').next().unwrap_or_default();
        out.push_str(&user(name, key));
        out.push('@');
    }
    // `file:///path` names no host.
    if !place.is_empty() {
        let port_at = place
            .rfind(':')
            .filter(|at| {
                place.get(at + 1..).is_some_and(|port| {
                    port.len() <= 5 && port.bytes().all(|byte| byte.is_ascii_digit())
                })
            })
            .filter(|_| place.parse::<Ipv6Addr>().is_err());
        let (name, port) = place.split_at_checked(port_at.unwrap_or(place.len()))?;
        out.push_str(&host(name, key)?);
        out.push_str(port);
    }
    let tokens = Tokens::new(key, "URL");
    let part = |word: &str, text: &str| {
        if text.is_empty() || tokens.holds_worded(word, text) {
            text.to_owned()
        } else {
            tokens.worded(word, &[word.as_bytes(), text.as_bytes()])
        }
    };
    for segment in path.split('/').skip(1) {
        out.push('/');
        let (stem, end) = match segment.rsplit_once('.') {
            Some((stem, end)) if FILES.contains(&end.to_ascii_lowercase().as_str()) => {
                (stem, Some(end))
            }
            _ => (segment, None),
        };
        out.push_str(&part("path", stem));
        if let Some(end) = end {
            out.push('.');
            out.push_str(&end.to_ascii_lowercase());
        }
    }
    if let Some(query) = query {
        out.push('?');
        for (index, pair) in query.split('&').enumerate() {
            if index > 0 {
                out.push('&');
            }
            let (name, value) = match pair.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (pair, None),
            };
            if PARAMETERS.contains(&name) {
                out.push_str(name);
            } else {
                out.push_str(&part("key", name));
            }
            if let Some(value) = value {
                out.push('=');
                out.push_str(&part("value", value));
            }
        }
    }
    if let Some(fragment) = fragment {
        out.push('#');
        out.push_str(&part("part", fragment));
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::technique::testing::key;
    use proptest::prelude::*;

    fn hidden(kind: &str, value: &str) -> String {
        pseudonym(kind, value, &key(1))
    }

    #[test]
    fn spellings_meet_in_one_token() {
        let token = hidden("PERSON", "Γιώργος  Παπαδόπουλος");
        assert!(token.starts_with("person-"));
        assert_eq!(hidden("PERSON", "ΓΙΩΡΓΟΣ ΠΑΠΑΔΟΠΟΥΛΟΣ"), token);
        assert_eq!(hidden("PERSON", "José"), hidden("PERSON", "Jose\u{301}"));
        assert_ne!(hidden("PERSON", "Jon"), hidden("PERSON", "Jan"));
        assert_ne!(
            hidden("USER_NAME", "jon").get(5..),
            hidden("PERSON", "jon").get(7..)
        );
    }

    #[test]
    fn a_domain_is_the_same_everywhere() {
        let domain = hidden("DOMAIN_NAME", "Lovelace.org");
        assert!(domain.starts_with("host-"));
        assert_eq!(domain.rsplit('.').next(), Some("org"));
        for (kind, value) in [
            ("HOST_NAME", "www.lovelace.org"),
            ("EMAIL_ADDRESS", "ada@lovelace.org"),
            ("URL", "https://lovelace.org"),
            ("URL", "lovelace.org/x"),
            ("URL", "mailto:x@lovelace.org"),
        ] {
            assert!(hidden(kind, value).contains(&domain), "{kind}");
        }
        let names = hidden("HOST_NAME", "a.b.lovelace.co.uk");
        assert_eq!(names.split('.').count(), 5);
        assert!(names.ends_with(".co.uk"));
        let (www, other) = (
            hidden("HOST_NAME", "www.a.org"),
            hidden("HOST_NAME", "www.b.org"),
        );
        assert_ne!(www.split('.').next(), other.split('.').next());
        assert!(!hidden("HOST_NAME", "pc.acmebrand").contains("acme"));
        assert_eq!(hidden("HOST_NAME", "localhost"), "localhost");
        assert!(!hidden("HOST_NAME", &["secretname"; 20].join(".")).contains("secret"));
        let user = hidden("USER_NAME", "Ada");
        assert!(hidden("EMAIL_ADDRESS", "ada@x.org").starts_with(&format!("{user}@")));
    }

    #[test]
    fn a_url_keeps_its_shape() {
        let url = hidden(
            "URL",
            "HTTPS://ada:pw9@www.lovelace.org:8443/home/ada/index.php?user=ada&zz=1#me",
        );
        assert!(url.starts_with("https://user-"), "{url}");
        assert!(url.contains(".org:8443/path-"));
        assert_eq!(url.matches("/path-").count(), 3);
        assert!(url.contains(".php?user=value-"));
        assert!(url.contains("&key-") && url.contains("#part-"));
        for leak in ["ada", "pw9", "lovelace", "home", "index", "zz"] {
            assert!(!url.contains(leak), "{leak} in {url}");
        }
        let local = hidden("URL", "http://10.1.2.3:80/");
        assert!(local.starts_with("http://10.") && local.ends_with(":80/"));
        assert!(!local.contains("10.1.2.3"));
        assert!(hidden("URL", "http://[fe80::1:2]:80/a").starts_with("http://[fe80:"));
        assert!(hidden("URL", "data:text/plain,ada").starts_with("url-"));
        for text in [".@a", "a.b:c@d", "a.b@c.org/x", "a:b@c.org:80"] {
            let once = hidden("URL", text);
            assert_eq!(hidden("URL", &once), once);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn hiding_twice_is_hiding_once(
            value in prop_oneof![
                "\\PC{0,40}",
                "[a-z]{1,9}@[a-z]{1,9}(\\.[a-z]{1,9}){1,12}",
                "https?://[a-z]{1,9}\\.(org|co\\.uk|zz|longone)(:[0-9]{1,5})?(/[a-zA-Z0-9%.]{0,9}){0,4}(\\?[a-z]{1,3}=[a-z&=]{0,6})?(#[a-z]{0,4})?",
                "[a-z0-9]{1,9}(\\.[a-z0-9]{1,9}){0,20}\\.?",
            ],
            kind in prop_oneof![Just("PERSON"), Just("EMAIL_ADDRESS"), Just("URL"), Just("HOST_NAME"), Just("X")],
        ) {
            let once = hidden(kind, &value);
            prop_assume!(!once.split(['@', '/', ':', '[', ']']).any(|part| part.parse::<IpAddr>().is_ok()));
            prop_assert_eq!(hidden(kind, &once), once);
        }

        #[test]
        fn nothing_long_survives(local in "[a-z]{6,12}", label in "[a-z]{6,12}", segment in "[a-z]{6,12}") {
            let url = format!("https://{local}@{label}.{segment}/{segment}/{label}.{local}?{local}={label}#{segment}");
            let once = hidden("URL", &url);
            for leak in [&local, &label, &segment] {
                prop_assume!(!["online", "website", "museum", "internal", "intranet", "username", "search", "session",
                    "redirect", "return", "action", "password", "offset", "filter", "format", "callback"].contains(&leak.as_str()));
                prop_assert!(!once.contains(leak.as_str()), "{} in {}", leak, once);
            }
        }
    }
}
