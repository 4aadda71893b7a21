//! Keys, tokens and passwords: by the prefix that their maker gave them, or behind a key.

use crate::pii::window::{Report, Run, Window};
use crate::pii::words::Hit;
use crate::pii::{Kind, Proof};

const FOUND: Report = Report {
    kind: Kind::Secret,
    subtype: None,
    detector: "secret",
    score: 0.95,
    proof: Proof::Checked,
    why: "the prefix and length of a known kind of key",
};

/// Prefixes, what they are, and the least number of bytes behind them.
const PREFIXES: &[(&[u8], &str, usize)] = &[
    (b"AKIA", "AWS_KEY", 16),
    (b"ASIA", "AWS_KEY", 16),
    (b"ghp_", "GITHUB_TOKEN", 30),
    (b"gho_", "GITHUB_TOKEN", 30),
    (b"ghu_", "GITHUB_TOKEN", 30),
    (b"ghs_", "GITHUB_TOKEN", 30),
    (b"ghr_", "GITHUB_TOKEN", 30),
    (b"github_pat_", "GITHUB_TOKEN", 22),
    (b"glpat-", "GITLAB_TOKEN", 20),
    (b"xoxb-", "SLACK_TOKEN", 10),
    (b"xoxp-", "SLACK_TOKEN", 10),
    (b"xoxa-", "SLACK_TOKEN", 10),
    (b"xoxr-", "SLACK_TOKEN", 10),
    (b"xoxs-", "SLACK_TOKEN", 10),
    (b"AIza", "GOOGLE_KEY", 35),
    (b"ya29.", "GOOGLE_TOKEN", 20),
    (b"sk_live_", "STRIPE_KEY", 16),
    (b"sk_test_", "STRIPE_KEY", 16),
    (b"rk_live_", "STRIPE_KEY", 16),
    (b"sk-", "API_KEY", 32),
    (b"npm_", "NPM_TOKEN", 30),
    (b"hf_", "API_KEY", 30),
    (b"SG.", "SENDGRID_KEY", 40),
    (b"dop_v1_", "API_KEY", 60),
];

/// The longest key in PEM form that is followed.
const PEM: usize = 8192;
/// The longest value behind a key that may also mean something else; bounds the work on a text of keys alone.
const VALUE: usize = 256;
/// The longest token.
const TOKEN: usize = 4096;

/// Looks for a key by its prefix at a run.
pub(crate) fn at_run(w: &mut Window<'_>, run: Run) {
    /// The letters that one of them begins with.
    const FIRST: u128 = {
        let (letters, mut bits, mut at) = (b"AgxdsrBynhSe", 0, 0);
        while at < letters.len() {
            bits |= 1 << letters[at];
            at += 1;
        }
        bits
    };
    let first = w.at(run.start);
    if FIRST >> (first & 0x7f) & 1 == 0 {
        return;
    }
    // Two letters turn nearly all words away.
    let known = matches!(
        (first, w.at(run.start + 1)),
        (b'A', b'K' | b'S' | b'I')
            | (b'g', b'h' | b'i' | b'l')
            | (b'x' | b'd', b'o')
            | (b's' | b'r', b'k')
            | (b'B', b'E')
            | (b'y', b'a')
            | (b'n', b'p')
            | (b'h', b'f')
            | (b'S', b'G')
            | (b'e', b'y')
    );
    if !known || !w.wants(Kind::Secret) {
        return;
    }
    if w.word_before(run.start) {
        return;
    }
    if first == b'B' {
        pem(w, run);
        return;
    }
    if first == b'e' {
        jwt(w, run);
        return;
    }
    let rest = w.slice(run.start, (run.start + 12).min(w.bytes.len()));
    let Some((prefix, subtype, least)) = PREFIXES.iter().find(|(p, _, _)| rest.starts_with(p))
    else {
        return;
    };
    let end = token_end(w, run.start + prefix.len(), b"_-.");
    if end - run.start - prefix.len() >= *least {
        w.report(
            run.start,
            end,
            Report {
                subtype: Some(subtype),
                ..FOUND
            },
        );
    }
}

/// Where letters, digits and some more bytes end; a final stop is no part.
fn token_end(w: &Window<'_>, start: usize, more: &[u8]) -> usize {
    let mut end = start;
    while end - start < TOKEN
        && (w.at(end).is_ascii_alphanumeric() || more.contains(&w.at(end)) && w.at(end) != 0)
    {
        end += 1;
    }
    while end > start && w.before(end) == b'.' {
        end -= 1;
    }
    end
}

/// A JSON web token (RFC 7519): two parts of JSON in base64, which begin with `eyJ`, and a third.
fn jwt(w: &mut Window<'_>, run: Run) {
    // Within a token that began before, so that none is read twice.
    let inner = matches!(w.before(run.start), b'.' | b'_' | b'-');
    if inner || w.slice(run.start, run.start + 3) != b"eyJ" {
        return;
    }
    let end = token_end(w, run.start, b"_-.");
    let parts = w.slice(run.start, end).split(|&b| b == b'.');
    let long = parts.clone().filter(|p| p.len() >= 4).count();
    if long >= 2 && parts.count() == 3 {
        let why = "three parts of a JSON web token";
        w.report(
            run.start,
            end,
            Report {
                subtype: Some("JWT"),
                why,
                ..FOUND
            },
        );
    }
}

/// A private key in PEM form (RFC 7468), whole or cut.
fn pem(w: &mut Window<'_>, run: Run) {
    let dashes = run
        .start
        .checked_sub(5)
        .filter(|&from| w.slice(from, run.start) == b"-----");
    let Some(start) = dashes.filter(|_| w.slice(run.start, run.end) == b"BEGIN") else {
        return;
    };
    let head = w.slice(run.end, (run.end + 40).min(w.bytes.len()));
    let needle = b"PRIVATE KEY";
    if !head.windows(needle.len()).any(|part| part == needle) {
        return;
    }
    let limit = (run.end + PEM).min(w.bytes.len());
    let body = w.slice(run.end, limit);
    let close = b"PRIVATE KEY-----";
    let mut ends = body
        .windows(close.len())
        .enumerate()
        .filter(|(_, part)| part == close)
        .map(|(place, _)| place + close.len());
    let (opening, closing) = (ends.next(), ends.next());
    let mut end = run.end + closing.or(opening).unwrap_or(head.len());
    while !w.text.is_char_boundary(end) {
        end -= 1;
    }
    w.report(
        start,
        end,
        Report {
            subtype: Some("PRIVATE_KEY"),
            why: "a private key in PEM form",
            ..FOUND
        },
    );
}

/// Looks for a secret behind its key: `password=…`, `"api_key": "…"`, `Bearer …`.
pub(crate) fn after_key(w: &mut Window<'_>, hit: Hit) {
    if !w.wants(Kind::Secret) {
        return;
    }
    let key = w
        .text
        .get(hit.start..hit.end)
        .unwrap_or_default()
        .to_lowercase();
    let (mut start, sign) = super::account::value(w, hit.end);
    // A key within a password is a part of it.
    if start == hit.end || start < w.password_end {
        return;
    }
    let password = !matches!(
        key.as_str(),
        "token" | "secret" | "bearer" | "pass" | "clave" | "community string"
    );
    for scheme in ["Bearer ", "bearer ", "Basic "] {
        if w.text.get(start..).is_some_and(|t| t.starts_with(scheme)) {
            start += scheme.len();
        }
    }
    let spoken = !sign
        && ["is ", "ist ", "est ", "es ", "είναι "].iter().any(|link| {
            let linked = w.text.get(start..).is_some_and(|t| t.starts_with(link));
            if linked {
                start = w.skip_blanks(start + link.len(), 2);
            }
            linked
        });
    // A password is followed to its end: of one that is cut the rest would stay.
    let most = if sign && password { usize::MAX } else { VALUE };
    let mut end = start;
    while end < w.bytes.len() && end - start < most {
        match w.at(end) {
            0..=b' '
            | b'"'
            | b'\''
            | b';'
            | b','
            | b'<'
            | b'>'
            | b'`'
            | b')'
            | b']'
            | b'}'
            | 0x7F => break,
            // `&` parts the fields of a query; a spoken password may hold it.
            b'&' if w.before(start) == b'=' => break,
            0x80.. if !w.word_at(end) => break,
            b => end += super::url::char_len(b),
        }
    }
    end = end.min(w.bytes.len());
    while end > start && matches!(w.before(end), b'.' | b':') {
        end -= 1;
    }
    let value = w.text.get(start..end).unwrap_or_default();
    let letters = value.bytes().any(|b| b.is_ascii_alphabetic() || b >= 0x80);
    let others = value.bytes().any(|b| !b.is_ascii_alphabetic() && b < 0x80);
    // Placeholders and the words that follow "password:" in prose and in code.
    let hollow = [
        "null",
        "none",
        "true",
        "false",
        "required",
        "incorrect",
        "invalid",
        "expired",
        "string",
        "redacted",
        "yes",
        "no",
        "changed",
        "authentication",
        "reset",
    ];
    let masked = value
        .bytes()
        .all(|b| matches!(b, b'*' | b'x' | b'X' | b'.' | b'-'));
    if masked
        || hollow.iter().any(|h| h.eq_ignore_ascii_case(value))
        || matches!(w.at(start), b'$' | b'{' | b'%' | b'/' | b'(') && value.len() < 24
    {
        return;
    }
    let glued = w.before(start) != b' ';
    let bearer = key == "bearer" && !sign && value.len() >= 16;
    let score = match (sign, spoken) {
        (true, _) if value.len() >= 4 && password => 0.85,
        (true, _) if value.len() >= 6 && (glued || others && letters) => 0.75,
        (_, true) if value.len() >= 4 && letters && others => 0.7,
        _ if bearer => 0.85,
        _ => return,
    };
    let why = "a value behind a key that names a secret";
    // Behind `password=` all of it is one: an address that stands within is a part of the password, and what would be left
    // of it a leak.
    let proof = if sign && password {
        w.password_end = end;
        Proof::Checked
    } else {
        Proof::Context
    };
    w.report(
        start,
        end,
        Report {
            score,
            proof,
            why,
            ..FOUND
        },
    );
}

#[cfg(test)]
mod tests {
    use crate::pii::Kind;
    use crate::pii::scanner::tests::{found, none};

    // Made here, in pieces: no key of anyone, and no alarm of those who look for keys.
    fn made(prefix: &str, len: usize) -> String {
        prefix
            .chars()
            .chain("Ab1Cd2Ef3Gh4Ij5Kl6Mn7Op8Qr9St0Uv".chars().cycle().take(len))
            .collect()
    }

    #[test]
    fn keys_by_their_prefix() {
        for value in [
            "AKIAIOSFODNN7EXAMPLE".to_owned(),
            made("ghp_", 36),
            made("xoxb-", 24),
            made("AIza", 35),
            made("sk_live_", 24),
            made("glpat-", 20),
            format!("{}.{}.{}", made("eyJ", 20), made("eyJ", 30), made("", 27)),
        ] {
            found(&format!("key {value}, end"), Kind::Secret, &value);
        }
        let pem = "-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----";
        found(&format!("x\n{pem}\n"), Kind::Secret, pem);
    }

    #[test]
    fn values_behind_their_key() {
        for (text, value) in [
            ("password=hunter2", "hunter2"),
            // Found by the fuzz target `anonymise`: the URL alone was hidden.
            ("password=relahttps://u:peA z", "relahttps://u:peA"),
            ("pwd: x203.0.113.7 z", "x203.0.113.7"),
            ("\"api_key\": \"abcd1234efgh\"", "abcd1234efgh"),
            (
                "Authorization: Bearer abcdefgh12345678XYZ",
                "abcdefgh12345678XYZ",
            ),
            ("my password is S3cret!x", "S3cret!x"),
            ("Passwort: geheim123", "geheim123"),
            ("κωδικός: μυστικό1", "μυστικό1"),
            ("mot de passe : azerty12", "azerty12"),
            ("pwd=x1y2&next=1", "x1y2"),
            ("Password: Tr0ub4dor&3 now", "Tr0ub4dor&3"),
        ] {
            found(text, Kind::Secret, value);
        }
    }

    #[test]
    fn a_password_is_found_to_its_end() {
        let long = "k9-password=".repeat(100);
        found(&format!("password={long} next"), Kind::Secret, &long);
    }

    #[test]
    fn words_that_are_no_secret() {
        for text in [
            "Failed password for root",
            "password: ********",
            "token ring",
            "the secret is out",
            "password required",
            "password=null",
            "AKIA",
            "eyJ.x",
            "BEGIN CERTIFICATE",
            "sk-short",
        ] {
            none(text, Kind::Secret);
        }
    }
}
