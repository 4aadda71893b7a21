//! Names of accounts and machines where logs and paths show them.

use crate::pii::check::number;
use crate::pii::window::{Report, Window};
use crate::pii::words::{Hit, topic};
use crate::pii::{Kind, Proof};

const USER: Report = Report {
    kind: Kind::UserName,
    subtype: None,
    detector: "user_name",
    score: 0.85,
    proof: Proof::Context,
    why: "a value behind a key that names an account",
};

const HOST: Report = Report {
    kind: Kind::HostName,
    subtype: None,
    detector: "host_name",
    score: 0.75,
    proof: Proof::Context,
    why: "a value behind a key that names a machine",
};

/// The longest name between angles; bounds the work on a text of open angles alone.
const LONGEST: usize = 1024;

/// Where a name that starts at a place ends. However long it is: of one that is cut the rest would stay. No part of a name
/// begins another, so nothing is read twice.
fn name_end(w: &Window<'_>, start: usize) -> usize {
    let mut end = start;
    while end < w.bytes.len() {
        let b = w.at(end);
        if b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'$' | b'@' | b'+') {
            end += 1;
        } else if b >= 0x80 && w.word_at(end) {
            end += super::url::char_len(b);
        } else {
            break;
        }
    }
    while end > start && matches!(w.before(end), b'.' | b'-' | b'@') {
        end -= 1;
    }
    end
}

/// Where the value behind a key starts, and whether `=` or `:` stood between.
pub(crate) fn value(w: &Window<'_>, key_end: usize) -> (usize, bool) {
    let mut place = key_end;
    if matches!(w.at(place), b'"' | b'\'') {
        place += 1;
    }
    place = w.skip_blanks(place, 1);
    let sign = matches!(w.at(place), b'=' | b':');
    if sign {
        place += 1;
    }
    place = w.skip_blanks(place, 2);
    if matches!(w.at(place), b'"' | b'\'' | b'[' | b'<' | b'`') {
        place += 1;
    }
    (place, sign)
}

/// Whether a word is no name of anyone.
fn is_filler(word: &str) -> bool {
    const FILLERS: &[&str] = &[
        "unknown",
        "null",
        "none",
        "nil",
        "n/a",
        "not",
        "name",
        "id",
        "is",
        "was",
        "has",
        "had",
        "from",
        "the",
        "a",
        "an",
        "and",
        "or",
        "for",
        "to",
        "in",
        "on",
        "of",
        "with",
        "agent",
        "account",
        "can",
        "must",
        "will",
        "may",
        "should",
        "does",
        "did",
        "defined",
        "undefined",
        "true",
        "false",
        "experience",
        "interface",
        "guide",
        "mode",
        "space",
        "input",
        "data",
        "group",
        "list",
        "password",
        "login",
        "logged",
        "session",
        "please",
        "who",
        "that",
        "this",
        "your",
        "our",
        "their",
        "unit",
        "invalid",
        "user",
        "at",
        "by",
        "via",
        "http",
        "https",
    ];
    FILLERS.iter().any(|f| f.eq_ignore_ascii_case(word))
}

/// What follows the name of an account in a log.
const VERBS: &[&str] = &[
    "from",
    "logged",
    "via",
    "authenticated",
    "failed",
    "port",
    "on",
    "at",
    "has",
    "in",
    "out",
    "by",
    "connected",
    "disconnected",
    "denied",
    "rejected",
    "locked",
    "created",
    "deleted",
    "added",
    "removed",
    "changed",
    "tried",
];

/// Looks for the name of an account behind its key.
pub(crate) fn after_user_key(w: &mut Window<'_>, hit: Hit) {
    let (start, sign) = value(w, hit.end);
    let end = name_end(w, start);
    let word = w.text.get(start..end).unwrap_or_default();
    if start == hit.end
        || end - start < 2
        || is_filler(word)
        || number(word.as_bytes()).is_some()
        || w.at(end) == b'('
    {
        return;
    }
    if w.at(hit.end) == b'-'
        || w.at(end) == b':' && w.at(end + 1) == b'/'
        || matches!(w.at(end), b'=')
    {
        return;
    }
    let key = w
        .text
        .get(hit.start..hit.end)
        .unwrap_or_default()
        .to_ascii_lowercase();
    // What follows tells a log from prose, where no `=` or `:` does.
    // The word is looked for in a few bytes, so that a text of keys alone stays cheap.
    let behind = w.slice(end, (end + 24).min(w.bytes.len()));
    let mut words = behind
        .split(|b| !b.is_ascii_alphabetic())
        .filter(|word| !word.is_empty());
    let parted = behind.first().is_some_and(|b| b" \"'>]`".contains(b));
    let verb = parted
        && words
            .next()
            .is_some_and(|next| VERBS.iter().any(|v| v.as_bytes() == next));
    let quoted = matches!(w.before(start), b'"' | b'\'' | b'<' | b'`');
    let phrase = key.contains(' ') && key != "user name" && key != "account name";
    let score = match (sign, phrase) {
        (true, _) if w.before(start) != b' ' => 0.85,
        (true, _) => 0.7,
        (false, true) => 0.75,
        (false, false) if verb || quoted => 0.65,
        (false, false) => return,
    };
    w.report(start, end, Report { score, ..USER });
}

/// Looks for the name of a machine behind its key.
pub(crate) fn after_host_key(w: &mut Window<'_>, hit: Hit) {
    let (start, sign) = value(w, hit.end);
    let end = name_end(w, start);
    let word = w.text.get(start..end).unwrap_or_default();
    // `The machine: Aidos opens …` is prose: after a blank the value must end its clause.
    let prose = w.before(start) == b' ' && w.at(end) == b' ' && w.at(end + 1).is_ascii_lowercase();
    let letter = word.bytes().any(|b| b.is_ascii_alphabetic());
    let address = word.parse::<std::net::IpAddr>().is_ok();
    if sign
        && !prose
        && letter
        && !address
        && end - start >= 2
        && !is_filler(word)
        && !(w.at(end) == b':' && w.at(end + 1) == b'/')
    {
        let score = if w.before(start) == b' ' {
            0.6
        } else {
            HOST.score
        };
        w.report(start, end, Report { score, ..HOST });
    }
}

/// Looks for a machine's name of the forms that Windows makes: `DESKTOP-4F2K9QX`.
pub(crate) fn windows_host(w: &mut Window<'_>, start: usize, dash: usize) {
    let made = [b"DESKTOP" as &[u8], b"LAPTOP", b"WIN"].contains(&w.slice(start, dash));
    if made && !w.word_before(start) {
        let mut end = dash + 1;
        while end - dash < 16 && (w.at(end).is_ascii_uppercase() || w.at(end).is_ascii_digit()) {
            end += 1;
        }
        if (8..=13).contains(&(end - dash)) && !w.word_at(end) {
            w.report(
                start,
                end,
                Report {
                    score: 0.85,
                    why: "a machine's name of the form that Windows makes",
                    ..HOST
                },
            );
        }
    }
}

/// Looks for the user of a dynamic interface at `<`: `<pppoe-USER>`.
pub(crate) fn at_angle(w: &mut Window<'_>, open: usize) {
    for kind in [
        b"pppoe-" as &[u8],
        b"l2tp-",
        b"pptp-",
        b"sstp-",
        b"ovpn-",
        b"ppp-",
    ] {
        let start = open + 1 + kind.len();
        if w.slice(open + 1, start).eq_ignore_ascii_case(kind) {
            let inside = w.slice(start, (start + LONGEST + 1).min(w.bytes.len()));
            let Some(len) = inside.iter().position(|b| matches!(b, b'>' | b'\n')) else {
                return;
            };
            let name = inside.get(..len).unwrap_or_default();
            let is_name = name.iter().any(|b| b.is_ascii_alphanumeric() || *b >= 0x80);
            if is_name && w.at(start + len) == b'>' {
                let why = "the user of a dynamic interface";
                w.report(
                    start,
                    start + len,
                    Report {
                        score: 0.95,
                        why,
                        proof: Proof::Checked,
                        ..USER
                    },
                );
            }
            return;
        }
    }
}

/// Looks for the owner of a home folder at a slash: `/home/NAME/`, `C:\Users\NAME\`.
pub(crate) fn at_slash(w: &mut Window<'_>, slash: usize) {
    let sign = w.at(slash);
    let Some(folder) = [b"home" as &[u8], b"users", b"Documents and Settings"]
        .into_iter()
        .find(|folder| {
            w.slice(slash + 1, slash + 1 + folder.len())
                .eq_ignore_ascii_case(folder)
        })
    else {
        return;
    };
    let mut start = slash + 1 + folder.len();
    if w.at(start) != sign
        || sign == b'/' && folder == b"users" && w.word_before(slash) && w.before(slash) != b':'
    {
        return;
    }
    // JSON doubles each backslash.
    while w.at(start) == sign && start - slash < 28 {
        start += 1;
    }
    let mut end = name_end(w, start);
    // Windows allows blanks: only where the path goes on.
    if sign == b'\\' && w.at(end) == b' ' {
        let rest = w.slice(end, (end + 32).min(w.bytes.len()));
        if let Some(len) = rest
            .iter()
            .position(|b| !(b.is_ascii_alphanumeric() || matches!(b, b' ' | b'.' | b'-' | b'_')))
            && rest.get(len) == Some(&b'\\')
        {
            end += len;
        }
    }
    let word = w.text.get(start..end).unwrap_or_default();
    let shared = [
        "public",
        "default",
        "all users",
        "shared",
        "linuxbrew",
        "runner",
    ];
    if !word.is_empty() && !shared.iter().any(|s| s.eq_ignore_ascii_case(word)) {
        w.report(
            start,
            end,
            Report {
                score: 0.8,
                why: "the owner of a home folder",
                proof: Proof::Checked,
                ..USER
            },
        );
    }
}

/// Looks for the account behind a Windows domain: `CORP\alice`, where a word speaks of users.
pub(crate) fn at_backslash(w: &mut Window<'_>, slash: usize) {
    let mut start = slash;
    while slash - start < 16
        && (w.before(start).is_ascii_uppercase()
            || w.before(start).is_ascii_digit()
            || w.before(start) == b'-')
    {
        start -= 1;
    }
    let from = if w.at(slash + 1) == b'\\' {
        slash + 2
    } else {
        slash + 1
    };
    let end = name_end(w, from);
    if slash - start >= 2
        && !w.word_before(start)
        && end - from >= 2
        && w.at(end) != b'\\'
        && w.nearest_before(topic::USER_KEY, start)
            .is_some_and(|gap| gap <= 16)
    {
        w.report(
            from,
            end,
            Report {
                score: 0.8,
                why: "an account of a Windows domain",
                ..USER
            },
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::pii::Kind;
    use crate::pii::scanner::tests::{found, none};

    #[test]
    fn accounts_in_logs_and_paths() {
        for (text, value) in [
            ("user=alice", "alice"),
            ("\"username\": \"alice.s\"", "alice.s"),
            ("sasl_username=alice", "alice"),
            ("Invalid user alice from 203.0.113.7", "alice"),
            ("Failed password for alice from 203.0.113.7", "alice"),
            (
                "login failure for user alice from 203.0.113.7 via ssh",
                "alice",
            ),
            ("user alice logged in", "alice"),
            ("in:<pppoe-alice> out:ether1", "alice"),
            (&format!("<pppoe-{}>", "q".repeat(300)), &"q".repeat(300)),
            (r"C:\Users\alice\Desktop\x.doc", "alice"),
            (r"C:\\Users\\alice\\x", "alice"),
            (r"C:\Users\Alice Smith\x", "Alice Smith"),
            (&format!("/home/{}/x", "q".repeat(300)), &"q".repeat(300)),
            ("/home/alice/.ssh/id", "alice"),
            (r"User: CORP\alice", "alice"),
            ("Benutzer: müller", "müller"),
            ("χρήστης: γιώργος", "γιώργος"),
            ("utilisateur=dupont", "dupont"),
        ] {
            found(text, Kind::UserName, value);
        }
    }

    #[test]
    fn words_behind_user_that_are_no_name() {
        for text in [
            "user unknown",
            "the user is happy",
            "user-agent: x",
            "uid=0",
            "user space",
            "user guide for all",
            r"C:\Users\Public\x",
            "<ether1>",
            // Found by the fuzz target `anonymise`: each such byte of the text was taken for the name.
            "<pppoe-\0>",
            "every user in the list",
            "user=null",
        ] {
            none(text, Kind::UserName);
        }
    }

    #[test]
    fn machines() {
        found("hostname=web-01", Kind::HostName, "web-01");
        found(
            "\"host\": {\"x\":1}, \"computer_name\": \"PC-ADA\"",
            Kind::HostName,
            "PC-ADA",
        );
        found(
            "seen DESKTOP-4F2K9QX today",
            Kind::HostName,
            "DESKTOP-4F2K9QX",
        );
        found("Rechner: buero-pc", Kind::HostName, "buero-pc");
        none("host=10.0.0.1", Kind::HostName);
        none("the host is down", Kind::HostName);
        none("Your machine: it opens nothing", Kind::HostName);
    }
}
