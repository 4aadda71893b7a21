//! URLs (RFC 3986) with a scheme or `www.`, and bare domain names by their top-level label.

use std::borrow::Cow;

use crate::pii::window::{Report, Window};
use crate::pii::{Kind, Proof};

/// The longest URL that is followed; what is longer is cut here.
const LONGEST: usize = 2048;

const FOUND: Report = Report {
    kind: Kind::Url,
    subtype: None,
    detector: "url",
    score: 0.95,
    proof: Proof::Checked,
    why: "a scheme and a host",
};

const SCHEMES: &[&[u8]] = &[
    b"https",
    b"http",
    b"hxxps",
    b"hxxp",
    b"ftps",
    b"ftp",
    b"sftp",
    b"ssh",
    b"wss",
    b"ws",
    b"ldaps",
    b"ldap",
    b"smb",
    b"tcp",
    b"udp",
    b"git",
    b"rtsp",
    b"mongodb",
    b"mysql",
    b"postgresql",
    b"postgres",
    b"redis",
    b"amqps",
    b"amqp",
    b"jdbc",
    b"file",
    b"tftp",
    b"telnet",
    b"sip",
    b"nfs",
    b"mongodb+srv",
    b"s3",
    b"imap",
    b"smtp",
];

/// The bytes of a character by its first one.
pub(crate) fn char_len(first: u8) -> usize {
    match first {
        0xF0.. => 4,
        0xE0.. => 3,
        0xC0.. => 2,
        _ => 1,
    }
}

/// Looks for a URL around a `://` whose colon stands at `colon`. Returns its end.
pub(crate) fn at_colon(w: &mut Window<'_>, colon: usize) -> Option<usize> {
    if !w.wants(Kind::Url) && !w.wants(Kind::Secret) && !w.wants(Kind::UserName) {
        return None;
    }
    let mut start = colon;
    while colon - start < 12 && (w.before(start).is_ascii_alphanumeric() || w.before(start) == b'+')
    {
        start -= 1;
    }
    let scheme = w.slice(start, colon).to_ascii_lowercase();
    // `xhttp://` is odd but still leads to a host: the longest known tail counts.
    let known = SCHEMES
        .iter()
        .filter(|s| scheme.ends_with(s))
        .map(|s| s.len())
        .max()?;
    start = colon - known;
    let first = w.at(colon + 3);
    let real = first.is_ascii_alphanumeric()
        || first >= 0x80
        || first == b'['
        || scheme.ends_with(b"file") && first == b'/';
    if !real {
        return None;
    }
    let end = tail(w, colon + 3);
    let host = w.slice(colon + 3, end);
    let authority = host
        .split(|b| matches!(b, b'/' | b'?' | b'#'))
        .next()
        .unwrap_or_default();
    if let Some(at) = authority.iter().rposition(|&b| b == b'@')
        && let Some(colon_at) = authority
            .iter()
            .position(|&b| b == b':')
            .filter(|&c| c < at)
        && at > colon_at + 1
    {
        // With a password in it, the parts are told apart: who, the secret, where.
        let (from, at) = (colon + 3, colon + 3 + at);
        let part = Report {
            score: 0.95,
            why: "the credentials of a URL",
            ..FOUND
        };
        let user = Report {
            kind: Kind::UserName,
            detector: "user_name",
            ..part
        };
        w.report(from, from + colon_at, user);
        w.report(
            from + colon_at + 1,
            at,
            Report {
                kind: Kind::Secret,
                detector: "secret",
                ..part
            },
        );
        w.report(at + 1, end, FOUND);
        return Some(end);
    }
    w.report(start, end, FOUND);
    Some(end)
}

/// Where a URL that has begun before `start` ends: without final punctuation, and without a
/// closing bracket that none opened.
fn tail(w: &Window<'_>, start: usize) -> usize {
    let mut end = start;
    let mut depth = 0i32;
    while end - start < LONGEST {
        let b = w.at(end);
        match b {
            b'(' => depth += 1,
            b')' if depth == 0 => break,
            b')' => depth -= 1,
            0..=b' ' | b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' | 0x7F => {
                break;
            }
            0x80.. if !w.word_at(end) => break,
            _ => {}
        }
        end += char_len(b);
    }
    end = end.min(w.bytes.len());
    while end > start
        && matches!(
            w.before(end),
            b'.' | b',' | b';' | b':' | b'!' | b'?' | b'\'' | b'*' | b'_'
        )
    {
        end -= 1;
    }
    while end > start && w.before(end) == b']' && !w.slice(start, end).contains(&b'[') {
        end -= 1;
    }
    end
}

/// Looks for a domain name around a dot between two labels. Returns the end of what it read.
pub(crate) fn at_dot(w: &mut Window<'_>, dot: usize) -> Option<usize> {
    if !w.wants(Kind::Url) {
        return None;
    }
    let mut start = dot;
    while dot - start < 63 && start > w.host_end {
        let b = w.before(start);
        if !(b.is_ascii_alphanumeric() || b == b'-' || b == b'_' || b >= 0x80) {
            break;
        }
        start -= 1;
    }
    while start < dot && (!w.text.is_char_boundary(start) || matches!(w.at(start), b'-' | b'_')) {
        start += 1;
    }
    if start == dot || !w.word_at(start) {
        return None;
    }
    let mut end = dot;
    let mut last = dot;
    let mut labels = 1;
    while end - start < 253 && w.at(end) == b'.' {
        let Some(label) = super::email::label(w, end + 1) else {
            break;
        };
        last = end + 1;
        end = label;
        labels += 1;
    }
    let top = w.slice(last, end);
    // No top-level label begins with a digit, but the numbers of an address do.
    if top.first().is_none_or(u8::is_ascii_digit) {
        return Some(end);
    }
    let outside = w.before(start);
    let part = matches!(outside, b'@' | b'\\' | b'/' | b'.' | b'$' | b'=')
        && outside != b'/'
        && outside != b'=';
    let called = matches!(w.at(end), b'(' | b'@' | b'\\') || w.at(end) == b'=' || w.at(end) == b'[';
    if last == dot || part || called {
        return Some(end);
    }
    let www = w.slice(start, start + 4).eq_ignore_ascii_case(b"www.");
    if www && labels >= 3 && !top.iter().any(u8::is_ascii_digit) {
        let rest = tail(w, end);
        let end = if matches!(w.at(end), b'/' | b'?' | b':' | b'#') {
            rest
        } else {
            end
        };
        w.report(
            start,
            end,
            Report {
                score: 0.9,
                why: "www and a domain",
                ..FOUND
            },
        );
        return Some(end);
    }
    let top = if top.iter().any(u8::is_ascii_uppercase) {
        Cow::Owned(top.to_ascii_lowercase())
    } else {
        Cow::Borrowed(top)
    };
    let score = match aidos_model::tld::sureness(&top) {
        aidos_model::tld::Sure::Plain => 0.7,
        // Also the ending of a file's name: only where the name is deep.
        aidos_model::tld::Sure::File if labels >= 3 => 0.5,
        _ => return Some(end),
    };
    // A person's initials and abbreviations (`e.g.`), and versions (`v2.de`), are no domains.
    let name = w.slice(start, last.saturating_sub(1));
    let longest = name
        .split(|&b| b == b'.')
        .map(<[u8]>::len)
        .max()
        .unwrap_or(0);
    if longest < 2 || name.iter().all(|b| !b.is_ascii_alphabetic() && *b < 0x80) {
        return Some(end);
    }
    // With a path behind it, it is a URL without its scheme.
    if matches!(w.at(end), b'/') && w.at(end + 1) > b' '
        || w.at(end) == b':'
            && w.at(end + 1).is_ascii_digit()
            && w.digits(end + 1, 6) < w.bytes.len()
            && w.at(w.digits(end + 1, 6)) == b'/'
    {
        let end = tail(w, end);
        w.report(
            start,
            end,
            Report {
                score,
                why: "a domain with a known top-level label, and a path",
                ..FOUND
            },
        );
        return Some(end);
    }
    let why = "a domain with a known top-level label";
    w.report(
        start,
        end,
        Report {
            score,
            why,
            subtype: Some("DOMAIN_NAME"),
            ..FOUND
        },
    );
    Some(end)
}

#[cfg(test)]
mod tests {
    use crate::pii::Kind;
    use crate::pii::scanner::tests::{found, found_as, none};

    #[test]
    fn addresses_with_and_without_scheme() {
        for (text, value) in [
            (
                "see https://example.org/a?b=c#d.",
                "https://example.org/a?b=c#d",
            ),
            ("(http://example.org/x_(y))", "http://example.org/x_(y)"),
            ("siehe www.beispiel.de, bitte", "www.beispiel.de"),
            ("hxxp://203.0.113.7:8080/x", "hxxp://203.0.113.7:8080/x"),
            ("<ftp://ftp.exemple.fr/>", "ftp://ftp.exemple.fr/"),
            ("example.org/login?x=1", "example.org/login?x=1"),
            ("δείτε https://παράδειγμα.ελ/α·", "https://παράδειγμα.ελ/α"),
        ] {
            found(text, Kind::Url, value);
        }
        found_as(
            "host mail.example.co.uk said",
            Kind::Url,
            "DOMAIN_NAME",
            "mail.example.co.uk",
        );
        found_as(
            "visit example.com.",
            Kind::Url,
            "DOMAIN_NAME",
            "example.com",
        );
    }

    #[test]
    fn dotted_things_that_are_no_domain() {
        for text in [
            "main.rs",
            "setup.py",
            "report.zip",
            "e.g. this",
            "1.2.3.4",
            "end.Next word",
            "std.io.x9",
            "obj.method()",
            "README.md",
            "ada@example.org",
            "key.value=3",
            "://x",
            "foo://bar",
        ] {
            none(text, Kind::Url);
        }
    }
}
