//! What values are made of: parts that tell of the whole, paths, natural persons.

use crate::key::CommunityKey;
use crate::policy::defaults::is_national;
use crate::role::{address_of, host_of};
use crate::technique::pseudonym::pseudonym;

/// Providers of mail for everyone: their domains tell of nobody.
const FREE: [&str; 24] = [
    "gmail.com",
    "googlemail.com",
    "outlook.com",
    "hotmail.com",
    "live.com",
    "msn.com",
    "yahoo.com",
    "icloud.com",
    "me.com",
    "aol.com",
    "gmx.de",
    "gmx.net",
    "web.de",
    "t-online.de",
    "orange.fr",
    "free.fr",
    "libero.it",
    "protonmail.com",
    "proton.me",
    "mail.ru",
    "yandex.ru",
    "yandex.com",
    "qq.com",
    "163.com",
];

/// Names of mailboxes, machines and accounts that tell of nobody.
const GENERIC: [&str; 50] = [
    "abuse",
    "account",
    "accounts",
    "admin",
    "administrator",
    "alert",
    "alerts",
    "billing",
    "contact",
    "daemon",
    "default",
    "dns",
    "ftp",
    "guest",
    "hello",
    "help",
    "helpdesk",
    "host",
    "hostmaster",
    "hr",
    "imap",
    "info",
    "invoice",
    "invoices",
    "mail",
    "mailer",
    "marketing",
    "news",
    "newsletter",
    "nobody",
    "noreply",
    "notification",
    "office",
    "orders",
    "payment",
    "postmaster",
    "reply",
    "root",
    "sales",
    "security",
    "server",
    "service",
    "smtp",
    "support",
    "system",
    "team",
    "test",
    "user",
    "webmaster",
    "www",
];

/// Endings of file names that say what a file is and nothing else.
const ENDINGS: [&str; 40] = [
    "7z", "apk", "bat", "bin", "cmd", "csv", "dat", "dll", "doc", "docm", "docx", "elf", "eml",
    "exe", "gif", "gz", "hta", "htm", "html", "img", "iso", "jar", "jpg", "js", "json", "lnk",
    "log", "msg", "msi", "pdf", "png", "ps1", "py", "rar", "rtf", "sh", "txt", "vbs", "xlsx",
    "zip",
];

/// Whether a word names nobody.
pub(super) fn is_generic(word: &str) -> bool {
    GENERIC
        .binary_search(&word.to_ascii_lowercase().as_str())
        .is_ok()
}

/// Whether a value names or reaches one natural person, as far as its shape tells.
///
/// Names, telephones, numbers that states and banks give; accounts of persons; an e-mail address of two words of
/// letters (`first.last@…`) of which neither is a mailbox of an office.
pub(super) fn is_natural(kind: &str, value: &str) -> bool {
    match kind {
        "EMAIL_ADDRESS" => {
            let local = value
                .trim()
                .rsplit_once('@')
                .map_or(value, |(local, _)| local);
            let mut words = local.split(['.', '_', '-']).filter(|word| !word.is_empty());
            let is_name = |word: &str| {
                word.chars().count() >= 2
                    && word.chars().all(char::is_alphabetic)
                    && !is_generic(word)
            };
            match (words.next(), words.next(), words.next()) {
                (Some(first), Some(last), None) => is_name(first) && is_name(last),
                _ => false,
            }
        }
        "PERSON" | "PHONE_NUMBER" | "BIRTHDAY" | "DECEASED_DATE" | "ADDRESS" | "AGE" | "WEIGHT"
        | "GENDER" | "TAX_ID" | "MEDICAL_LICENSE" | "CREDIT_CARD" | "NATIONALITY" | "NRP"
        | "SMOKING" | "MARITAL_STATUS" | "DECEASED" => true,
        _ => is_national(kind),
    }
}

/// The parts of a value by which the whole can be told: names' words, mailboxes, domains, the machine's own label.
pub(super) fn parts(kind: &str, value: &str, say: &mut impl FnMut(&'static str, &str)) {
    let long = |word: &str| {
        word.chars()
            .filter(|letter| letter.is_alphanumeric())
            .count()
            >= 5
    };
    match kind {
        "PERSON" => {
            for word in value.split(|letter: char| !letter.is_alphanumeric()) {
                if long(word) && word != value {
                    say("PERSON", word);
                }
            }
        }
        "EMAIL_ADDRESS" => {
            let Some((local, domain)) = value.rsplit_once('@') else {
                return;
            };
            if long(local) && !is_generic(local) {
                say("USER_NAME", local);
            }
            for word in local.split(|letter: char| !letter.is_alphabetic()) {
                if long(word) && word != local && !is_generic(word) {
                    say("USER_NAME", word);
                }
            }
            if is_private(domain) {
                say("DOMAIN_NAME", domain);
                label(domain, say);
            }
        }
        "URL" => {
            if let Some(host) = private_host(value) {
                let kind = if address_of(&host).is_some() {
                    "IP_ADDRESS"
                } else {
                    "DOMAIN_NAME"
                };
                say(kind, &host);
                label(&host, say);
            }
        }
        "HOST_NAME" | "DOMAIN_NAME" => label(value, say),
        _ => {}
    }
}

/// The label of a host that names it: the first of three and more, or a long one with a digit or a hyphen.
fn label(host: &str, say: &mut impl FnMut(&'static str, &str)) {
    let mut labels = host.split('.');
    let Some(first) = labels.next() else { return };
    let is_long = first
        .chars()
        .filter(|letter| letter.is_alphanumeric())
        .count()
        >= 5;
    if is_long && labels.next().is_some() && !is_generic(first) && address_of(host).is_none() {
        say("HOST_NAME", first);
    }
}

/// The host of a URL or e-mail address, in lower case, unless it is everyone's. `None` where there is no host.
pub(super) fn private_host(value: &str) -> Option<String> {
    if !value.contains(['@', '/', ':', '.']) {
        return None;
    }
    let host = host_of(value).trim_end_matches('.').to_lowercase();
    is_private(&host).then_some(host)
}

fn is_private(domain: &str) -> bool {
    domain.contains(['.', ':']) && !FREE.contains(&domain.to_lowercase().as_str())
}

/// Whether a text looks at all like a value of its kind; of other kinds than those of addresses it always does.
pub(super) fn is_shaped(kind: &str, text: &str) -> bool {
    let text = text.trim();
    let is_solid = !text.contains(char::is_whitespace);
    match kind {
        "EMAIL_ADDRESS" => is_solid && text.contains('@'),
        "URL" => is_solid,
        "DOMAIN_NAME" | "HOST_NAME" => text
            .chars()
            .all(|letter| letter.is_alphanumeric() || matches!(letter, '.' | '-' | '_' | '*')),
        "IP_ADDRESS" => text
            .split('/')
            .next()
            .is_some_and(|ip| address_of(ip).is_some()),
        _ => true,
    }
}

/// Whether a text ends like the name of a file, which reads as a host's: `payload.sh`.
pub(super) fn is_file_name(text: &str) -> bool {
    let ending = text.rsplit_once('.').map(|(_, ending)| ending);
    ending.is_some_and(|ending| ENDINGS.contains(&ending.to_ascii_lowercase().as_str()))
        && !text.contains('/')
}

/// A path, each of its names a token of its own; separators, drive letters and well-known endings stay.
pub(super) fn path(value: &str, key: &CommunityKey) -> String {
    let mut out = String::with_capacity(value.len() + 32);
    for piece in value.split_inclusive(['/', '\\']) {
        let name = piece.trim_end_matches(['/', '\\']);
        let is_drive = matches!(name.as_bytes(), [letter, b':'] if letter.is_ascii_alphabetic());
        if name.is_empty() || is_drive || name == "." || name == ".." || name == "~" {
            out.push_str(piece);
            continue;
        }
        let (stem, ending) = match name.rsplit_once('.') {
            Some((stem, ending)) if ENDINGS.contains(&ending.to_ascii_lowercase().as_str()) => {
                (stem, Some(ending))
            }
            _ => (name, None),
        };
        if !stem.is_empty() {
            out.push_str(&pseudonym("FILE", stem, key));
        }
        if let Some(ending) = ending {
            out.push('.');
            out.push_str(&ending.to_ascii_lowercase());
        }
        out.push_str(piece.get(name.len()..).unwrap_or_default());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted() {
        assert!(GENERIC.is_sorted());
    }

    #[test]
    fn natural_persons_are_told_by_shape() {
        for value in ["john.smith@evil.example", "Ada_Lovelace@x.org"] {
            assert!(is_natural("EMAIL_ADDRESS", value), "{value}");
        }
        for value in [
            "billing@x.org",
            "security-alert@x.org",
            "a.b@x.org",
            "no.reply.now@x.org",
            "x7.smith@x.org",
        ] {
            assert!(!is_natural("EMAIL_ADDRESS", value), "{value}");
        }
        assert!(
            is_natural("PERSON", "Ada")
                && is_natural("US_SSN", "")
                && !is_natural("IP_ADDRESS", "")
        );
    }

    #[test]
    fn values_have_the_shape_of_their_kind() {
        for (kind, value) in [
            ("EMAIL_ADDRESS", "billing@evil.example"),
            ("URL", "hxxp://evil[.]example/a"),
            ("DOMAIN_NAME", "*.παράδειγμα.example"),
            ("HOST_NAME", "evil-1"),
            ("IP_ADDRESS", "203.0.113.0/24"),
            ("IP_ADDRESS", "2001:db8::1"),
            ("IP_ADDRESS", "203.0.113.7:8443"),
            ("FILE_NAME", "any thing"),
        ] {
            assert!(is_shaped(kind, value), "{kind} {value}");
        }
        for (kind, value) in [
            ("EMAIL_ADDRESS", "seen (203.0.113.7) there"),
            ("EMAIL_ADDRESS", "203.0.113.7"),
            ("URL", "see http://evil.example/"),
            ("DOMAIN_NAME", "https://files.example/x"),
            ("HOST_NAME", "a b"),
            ("IP_ADDRESS", "evil.example"),
        ] {
            assert!(!is_shaped(kind, value), "{kind} {value}");
        }
        assert!(is_file_name("payload.SH") && !is_file_name("evil.example"));
    }

    #[test]
    fn paths_keep_their_shape() {
        let key = CommunityKey::from_bytes([7; 32]);
        let hidden = path(r"C:\Users\ada\taxes 2024.PDF", &key);
        assert!(
            hidden.starts_with(r"C:\file-") && hidden.strip_suffix(".pdf").is_some(),
            "{hidden}"
        );
        assert_eq!(hidden.matches('\\').count(), 3);
        assert_eq!(path(&hidden, &key), hidden);
        assert_eq!(path("../", &key), "../");
    }

    #[test]
    fn parts_tell_of_the_whole() {
        let of = |kind: &str, value: &str| {
            let mut out = Vec::new();
            parts(kind, value, &mut |kind, part| {
                out.push(format!("{kind} {part}"));
            });
            out
        };
        assert_eq!(of("PERSON", "Ada Lovelace"), ["PERSON Lovelace"]);
        assert_eq!(
            of("EMAIL_ADDRESS", "ada.lovelace@corp7.example"),
            [
                "USER_NAME ada.lovelace",
                "USER_NAME lovelace",
                "DOMAIN_NAME corp7.example",
                "HOST_NAME corp7"
            ]
        );
        assert!(of("EMAIL_ADDRESS", "info@gmail.com").is_empty());
        assert_eq!(of("URL", "http://10.2.3.4/x"), ["IP_ADDRESS 10.2.3.4"]);
    }
}
