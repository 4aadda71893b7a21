//! Addresses, identifiers and paths of machines and of threat intelligence.

use std::net::IpAddr;

use aidos_model::tld::{Sure, sureness};

pub(super) fn is_ip(value: &str) -> bool {
    let bare = value.trim_matches(['[', ']']);
    if bare.parse::<IpAddr>().is_ok() {
        return true;
    }
    if let Some((host, bits)) = value.split_once('/') {
        return bits.parse::<u8>().is_ok_and(|b| b <= 128) && host.parse::<IpAddr>().is_ok();
    }
    let with_port = value.rsplit_once(':').is_some_and(|(host, port)| {
        port.parse::<u16>().is_ok()
            && (host.parse::<std::net::Ipv4Addr>().is_ok()
                || host.starts_with('[') && host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok())
    });
    // As shared between analysts: `203.0.113[.]7`.
    with_port || value.contains("[.]") && value.replace("[.]", ".").parse::<IpAddr>().is_ok()
}

pub(super) fn is_email(value: &str) -> bool {
    let inner = match (value.rfind('<'), value.strip_suffix('>')) {
        (Some(at), Some(head)) => head.get(at + 1..).unwrap_or_default(),
        _ => value,
    };
    inner.rsplit_once('@').is_some_and(|(local, domain)| {
        let fine = |c: char| c.is_alphanumeric() || "!#$%&'*+/=?^_`{|}~.-".contains(c);
        !local.is_empty()
            && local.chars().all(fine)
            && (is_host(&domain.replace("[.]", ".")) || !domain.is_ascii() && domain.contains('.'))
    })
}

pub(super) fn is_url(value: &str) -> bool {
    if let Some((scheme, rest)) = value.split_once("://") {
        let fine = |b: u8| b.is_ascii_alphanumeric() || b"+.-".contains(&b);
        return !scheme.is_empty()
            && scheme.len() <= 20
            && scheme.bytes().all(fine)
            && !rest.is_empty()
            && !value.contains(' ');
    }
    value.starts_with("www.") && !value.contains(' ') && value.contains('/')
}

/// A host's name that is no account's: `anna.papadopoulos` is one of those rather than a domain.
pub(super) fn is_domain(value: &str) -> bool {
    let value = value.replace("[.]", ".");
    let value = value.strip_suffix('.').unwrap_or(&value);
    is_host(value)
        && value.rsplit_once('.').is_some_and(|(head, top)| {
            // RFC 2606 keeps `example` for documents; logs that were made for a try are full of it.
            let known = || sureness(top.to_ascii_lowercase().as_bytes()) != Sure::No;
            top.chars().count() <= 6 || head.contains('.') || top == "example" || known()
        })
}

/// Two labels at least, the last of letters.
fn is_host(value: &str) -> bool {
    let fine = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && label
                .chars()
                .all(|c| c.is_alphanumeric() || c == '-' || c == '_')
    };
    let top = value.rsplit_once('.').map_or("", |(_, top)| top);
    value.len() <= 253
        && value.split('.').all(fine)
        && (top.starts_with("xn--") || top.len() >= 2 && top.chars().all(char::is_alphabetic))
}

pub(super) fn is_uuid(value: &str) -> bool {
    let value = value.trim_matches(['{', '}']);
    value.len() == 36
        && value.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

pub(super) fn is_cve(value: &str) -> bool {
    let upper = value.to_ascii_uppercase();
    let mut parts = upper.split('-');
    parts.next() == Some("CVE")
        && parts
            .next()
            .is_some_and(|y| y.len() == 4 && y.parse::<u16>().is_ok())
        && parts
            .next()
            .is_some_and(|n| (4..=7).contains(&n.len()) && n.parse::<u32>().is_ok())
        && parts.next().is_none()
}

pub(super) fn is_technique(value: &str) -> bool {
    let Some(rest) = value.strip_prefix(['T', 't']) else {
        return value.len() == 6
            && value.starts_with("TA")
            && value.get(2..).is_some_and(all_digits);
    };
    let (main, sub) = rest.split_once('.').unwrap_or((rest, "000"));
    let tactic = rest.strip_prefix(['A', 'a']);
    main.len() == 4 && all_digits(main) && sub.len() == 3 && all_digits(sub)
        || tactic.is_some_and(|t| t.len() == 4 && all_digits(t))
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

pub(super) fn is_stix_id(value: &str) -> bool {
    value.split_once("--").is_some_and(|(kind, uuid)| {
        !kind.is_empty()
            && kind
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && is_uuid(uuid)
    })
}

pub(super) fn is_asn(value: &str) -> bool {
    let rest = value
        .strip_prefix("AS")
        .or_else(|| value.strip_prefix("as"));
    rest.is_some_and(|rest| {
        let rest = rest.strip_prefix('N').unwrap_or(rest).trim();
        let number = rest.split(' ').next().unwrap_or_default();
        all_digits(number) && number.len() <= 10
    })
}

pub(super) fn is_json(value: &str) -> bool {
    (value.starts_with('{') && value.ends_with('}') && value.contains(':') && value.contains('"'))
        || (value.starts_with('[') && value.ends_with(']') && value.contains(['"', ',']))
}

pub(super) fn is_user_agent(value: &str) -> bool {
    let browsers = [
        "Mozilla/",
        "Opera/",
        "Dalvik/",
        "curl/",
        "Wget/",
        "python-requests/",
        "Go-http-client/",
        "okhttp/",
        "Java/",
        "Googlebot",
        "PostmanRuntime/",
        "libwww-perl/",
        "Apache-HttpClient/",
        "axios/",
        "masscan/",
        "zgrab/",
        "sqlmap/",
        "Microsoft-CryptoAPI/",
        "WhatsApp/",
        "Python-urllib/",
    ];
    browsers.iter().any(|b| value.starts_with(b))
}

/// Endings of names of files.
const ENDINGS: &[&str] = &[
    "exe", "dll", "sys", "bat", "cmd", "ps1", "vbs", "js", "jar", "pdf", "doc", "docx", "docm",
    "xls", "xlsx", "xlsm", "ppt", "pptx", "txt", "log", "csv", "json", "xml", "html", "htm", "php",
    "zip", "rar", "7z", "gz", "tar", "iso", "img", "lnk", "tmp", "dat", "bin", "png", "jpg",
    "jpeg", "gif", "svg", "mp3", "mp4", "avi", "cfg", "conf", "ini", "bak", "db", "sqlite", "elf",
    "apk", "msi", "scr", "hta", "rtf", "eml", "msg", "pcap", "rs", "c", "h", "cpp", "java", "asp",
    "aspx", "jsp", "yml", "yaml", "toml", "md", "odt", "ods", "key", "pem", "so", "dylib", "class",
    "swf", "wsf", "one", "py", "sh", "pl", "rb",
];

pub(super) fn is_file(value: &str) -> bool {
    if value.contains("://") {
        return false;
    }
    let bytes = value.as_bytes();
    let drive = bytes.get(1) == Some(&b':') && matches!(bytes.get(2), Some(b'\\' | b'/'));
    let unix = value.starts_with('/') && value.len() > 2 && !value.contains(' ');
    if drive
        || value.starts_with("\\\\")
        || value.starts_with("~/")
        || value.starts_with('%') && value.contains('\\')
    {
        return true;
    }
    if unix && value.bytes().skip(1).any(|b| b == b'/' || b == b'.') {
        return true;
    }
    value.rsplit_once('.').is_some_and(|(stem, ending)| {
        let ambiguous = ["sh", "pl", "py", "rs", "so", "md", "one"];
        let ending = ending.to_ascii_lowercase();
        let dots = stem.contains('.') && !stem.contains(['_', ' ']);
        let known = ENDINGS.contains(&ending.as_str());
        let host = dots && ambiguous.contains(&ending.as_str());
        known && !host && !stem.is_empty() && !value.contains('@')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_may_end_in_a_long_word() {
        for mail in [
            "ada@asklepion.example",
            "a@b.technology",
            "Ada <ada@mail.example>",
            "ada@evil[.]example",
        ] {
            assert!(is_email(mail), "{mail}");
        }
        assert!(is_domain("asklepion.example") && is_domain("evil.technology"));
        assert!(!is_domain("anna.papadopoulos") && !is_email("anna@papadopoulos"));
    }
}
