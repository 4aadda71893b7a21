//! Values as patterns of STIX 2.1 (section 9), and back.

use super::Kind;

/// What a pattern looks at, by kind.
const PATHS: [(Kind, &str); 12] = [
    (Kind::Ipv4, "ipv4-addr:value"),
    (Kind::Ipv6, "ipv6-addr:value"),
    (Kind::Domain, "domain-name:value"),
    (Kind::Url, "url:value"),
    (Kind::Email, "email-addr:value"),
    (Kind::Md5, "file:hashes.MD5"),
    (Kind::Sha1, "file:hashes.'SHA-1'"),
    (Kind::Sha256, "file:hashes.'SHA-256'"),
    (Kind::Sha512, "file:hashes.'SHA-512'"),
    (Kind::Ssdeep, "file:hashes.SSDEEP"),
    (Kind::Mac, "mac-addr:value"),
    (Kind::FileName, "file:name"),
];

/// The pattern that matches a value; `None` for kinds that STIX has no observable for.
///
/// ```
/// # use aidos_convert::indicator::{Kind, pattern_of};
/// assert_eq!(pattern_of(Kind::Sha1, "da39").as_deref(), Some("[file:hashes.'SHA-1' = 'da39']"));
/// assert_eq!(
///     pattern_of(Kind::Cidr, "198.51.100.0/24").as_deref(),
///     Some("[ipv4-addr:value ISSUBSET '198.51.100.0/24']")
/// );
/// assert_eq!(pattern_of(Kind::Bitcoin, "1Boat"), None);
/// ```
pub fn pattern_of(kind: Kind, value: &str) -> Option<String> {
    let text = quoted(value);
    if let Some((_, path)) = PATHS.iter().find(|(known, _)| *known == kind) {
        return Some(format!("[{path} = {text}]"));
    }
    match kind {
        Kind::Cidr => {
            let family = if value.contains(':') { "ipv6" } else { "ipv4" };
            Some(format!("[{family}-addr:value ISSUBSET {text}]"))
        }
        Kind::Asn => {
            let number: u32 = value.strip_prefix("AS")?.parse().ok()?;
            Some(format!("[autonomous-system:number = {number}]"))
        }
        Kind::RegistryKey => Some(format!(
            "[windows-registry-key:key = {}]",
            quoted(&whole_hive(value))
        )),
        Kind::FilePath => {
            let (folder, name) = value.rsplit_once(['\\', '/'])?;
            let folder = if folder.is_empty() { "/" } else { folder };
            Some(format!(
                "[file:name = {} AND file:parent_directory_ref.path = {}]",
                quoted(name),
                quoted(folder)
            ))
        }
        _ => None,
    }
}

/// A registry key with its hive in full: STIX forbids the short forms (section 6.18).
///
/// ```
/// # use aidos_convert::indicator::whole_hive;
/// assert_eq!(whole_hive(r"HKLM\Software\A"), r"HKEY_LOCAL_MACHINE\Software\A");
/// ```
pub fn whole_hive(key: &str) -> String {
    const HIVES: [(&str, &str); 5] = [
        ("HKLM", "HKEY_LOCAL_MACHINE"),
        ("HKCU", "HKEY_CURRENT_USER"),
        ("HKCR", "HKEY_CLASSES_ROOT"),
        ("HKCC", "HKEY_CURRENT_CONFIG"),
        ("HKU", "HKEY_USERS"),
    ];
    let (hive, rest) = key.split_at(key.find('\\').unwrap_or(key.len()));
    HIVES
        .iter()
        .find(|(short, _)| hive.eq_ignore_ascii_case(short))
        .map_or_else(|| key.to_owned(), |(_, whole)| format!("{whole}{rest}"))
}

/// A text between single quotes, `\` and `'` escaped.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// The values of which any one fulfils a pattern: equalities joined by `OR`, in one bracket or several.
///
/// A pattern that asks for more (`AND`, `NOT`, `FOLLOWEDBY`, qualifiers, other operators) has none: one of its values alone
/// says nothing.
///
/// ```
/// # use aidos_convert::indicator::{Kind, values_of};
/// let values = values_of("[ipv4-addr:value = '198.51.100.7' OR domain-name:value = 'evil.example']");
/// assert_eq!(values.len(), 2);
/// assert_eq!(values[1], (Kind::Domain, "evil.example".to_owned()));
/// assert!(values_of("[ipv4-addr:value = '198.51.100.7'] FOLLOWEDBY [url:value = 'x']").is_empty());
/// ```
pub fn values_of(pattern: &str) -> Vec<(Kind, String)> {
    read(pattern).unwrap_or_default()
}

fn read(pattern: &str) -> Option<Vec<(Kind, String)>> {
    let mut rest = pattern.trim();
    let mut values = Vec::new();
    loop {
        rest = rest.strip_prefix('[')?.trim_start();
        loop {
            let (value, behind) = comparison(rest)?;
            values.push(value);
            rest = behind.trim_start();
            match rest.strip_prefix("OR") {
                Some(behind) => rest = behind.trim_start(),
                None => break,
            }
        }
        rest = rest.strip_prefix(']')?.trim_start();
        if rest.is_empty() {
            return Some(values);
        }
        rest = rest.strip_prefix("OR")?.trim_start();
    }
}

fn comparison(text: &str) -> Option<((Kind, String), &str)> {
    let path = &text[..text.find([' ', '='])?];
    let rest = text.get(path.len()..)?.trim_start();
    let (network, rest) = match rest.strip_prefix('=') {
        Some(rest) => (false, rest.trim_start()),
        None => (true, rest.strip_prefix("ISSUBSET")?.trim_start()),
    };
    if path == "autonomous-system:number" {
        let len = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number: u32 = rest.get(..len)?.parse().ok()?;
        return Some(((Kind::Asn, format!("AS{number}")), rest.get(len..)?));
    }
    let mut value = String::new();
    let mut signs = rest.strip_prefix('\'')?.char_indices();
    let end = loop {
        match signs.next()? {
            (at, '\'') => break at,
            (_, '\\') => value.push(signs.next()?.1),
            (_, sign) => value.push(sign),
        }
    };
    let behind = rest.get(end + 2..)?;
    let kind = match path {
        "file:hashes.'MD5'" => Kind::Md5,
        "windows-registry-key:key" => Kind::RegistryKey,
        _ => PATHS.iter().find(|(_, known)| *known == path)?.0,
    };
    let address = matches!(kind, Kind::Ipv4 | Kind::Ipv6);
    let kind = match (address, network || value.contains('/')) {
        (true, true) => Kind::Cidr,
        (false, true) if network => return None,
        _ => kind,
    };
    Some(((kind, value), behind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_read_back() {
        for (kind, value) in [
            (Kind::Ipv4, "198.51.100.7"),
            (Kind::Cidr, "2001:db8::/32"),
            (Kind::Url, r"http://a.example/it's\x"),
            (Kind::Md5, "d41d8cd98f00b204e9800998ecf8427e"),
            (Kind::Sha512, "ab"),
            (Kind::Asn, "AS15139"),
            (Kind::RegistryKey, r"HKEY_USERS\A B\c"),
            (Kind::FileName, "a.exe"),
        ] {
            let pattern = pattern_of(kind, value).unwrap();
            assert_eq!(values_of(&pattern), [(kind, value.to_owned())], "{pattern}");
        }
    }

    #[test]
    fn what_asks_for_more_has_no_values() {
        for pattern in [
            "",
            "[",
            "[url:value = 'x",
            "[url:value = 'x' AND url:value = 'y']",
            "[url:value != 'x']",
            "[NOT url:value = 'x']",
            "[url:value LIKE 'x']",
            "[url:value = 'x'] WITHIN 5 SECONDS",
            "[process:pid = 5]",
        ] {
            assert!(values_of(pattern).is_empty(), "{pattern}");
        }
    }
}
