//! Patterns of STIX (section 9), as far as they are comparisons for equality, or ask whether an address is of a network.

/// One comparison: `file:hashes.'SHA-256' = 'aa…'`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Comparison {
    /// Type of the object.
    pub(super) kind: String,
    /// Path in it, its steps apart by `/`, without quotation marks.
    pub(super) path: String,
    /// The value.
    pub(super) value: String,
}

/// What a pattern is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Parsed {
    /// One observation of comparisons that all hold.
    All(Vec<Comparison>),
    /// One observation of comparisons of which one holds.
    Any(Vec<Comparison>),
}

/// Reads a pattern of one observation whose comparisons are equalities, all joined by AND or all by OR.
///
/// That an address is of a network, `ISSUBSET`, is read as a value that is the network: MISP writes networks as addresses.
pub(super) fn parse(text: &str) -> Option<Parsed> {
    let inner = text.trim().strip_prefix('[')?.strip_suffix(']')?;
    let mut rest = inner.trim();
    let mut found = Vec::new();
    let mut word: Option<&str> = None;
    loop {
        let (one, tail) = comparison(rest)?;
        found.push(one);
        rest = tail.trim_start();
        if rest.is_empty() {
            break;
        }
        let (joint, tail) = rest.split_at_checked(rest.find(char::is_whitespace)?)?;
        if !matches!(joint, "AND" | "OR") || word.is_some_and(|word| word != joint) {
            return None;
        }
        word = Some(joint);
        rest = tail.trim_start();
    }
    Some(match word {
        Some("OR") => Parsed::Any(found),
        _ => Parsed::All(found),
    })
}

/// Whether a text is a pattern that we understand whole.
pub(super) fn is_sound(text: &str) -> bool {
    parse(text).is_some()
}

fn comparison(text: &str) -> Option<(Comparison, &str)> {
    let (kind, mut rest) = text.split_once(':')?;
    let good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if kind.is_empty() || !kind.bytes().all(good) {
        return None;
    }
    let mut path = String::new();
    loop {
        if rest.starts_with('\'') {
            let (name, tail) = quoted(rest)?;
            path.push_str(&name);
            rest = tail;
        } else {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-')?;
            let (name, tail) = rest.split_at_checked(end)?;
            if name.is_empty() {
                return None;
            }
            path.push_str(name);
            rest = tail;
        }
        if let Some(tail) = rest.strip_prefix('[') {
            let (index, tail) = tail.split_once(']')?;
            if index != "*" && index.parse::<u32>().is_err() {
                return None;
            }
            path.push_str("[*]");
            rest = tail;
        }
        let Some(tail) = rest.strip_prefix('.') else {
            break;
        };
        path.push('/');
        rest = tail;
    }
    rest = rest.trim_start();
    let of_network = rest.strip_prefix("ISSUBSET ");
    rest = match of_network {
        Some(tail) => tail.trim_start(),
        None => rest.strip_prefix('=')?.trim_start(),
    };
    let (value, rest) = if rest.starts_with('\'') {
        quoted(rest)?
    } else {
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let (value, tail) = rest.split_at_checked(end)?;
        if value.parse::<i64>().is_err() && !matches!(value, "true" | "false") {
            return None;
        }
        (value.to_owned(), tail)
    };
    let is_address = path == "value" && matches!(kind, "ipv4-addr" | "ipv6-addr");
    if of_network.is_some() && !is_address {
        return None;
    }
    let kind = kind.to_owned();
    Some((Comparison { kind, path, value }, rest))
}

/// A text in quotation marks, its escapes undone, and what is behind it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let inner = text.strip_prefix('\'')?;
    let mut out = String::new();
    let mut chars = inner.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\'' => return Some((out, inner.get(at + 1..)?)),
            '\\' => out.push(chars.next()?.1),
            c => out.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equalities_are_read() {
        let text = r"[file:name = 'a\'b\\c' AND file:hashes.'SHA-256' = 'aa' AND network-traffic:dst_port = 80]";
        let Some(Parsed::All(found)) = parse(text) else {
            panic!("{text}")
        };
        let shown: Vec<_> = found
            .iter()
            .map(|one| (one.path.as_str(), one.value.as_str()))
            .collect();
        assert_eq!(
            shown,
            [
                ("name", r"a'b\c"),
                ("hashes/SHA-256", "aa"),
                ("dst_port", "80")
            ]
        );
        assert!(
            matches!(parse("[url:value = 'a' OR url:value = 'b']"), Some(Parsed::Any(both)) if both.len() == 2)
        );
        let network = parse("[ipv4-addr:value ISSUBSET '198.51.100.0/24']");
        assert!(matches!(network, Some(Parsed::All(one)) if one[0].value == "198.51.100.0/24"));
        let refs = parse("[domain-name:resolves_to_refs[*].value = '1']");
        assert!(
            matches!(refs, Some(Parsed::All(one)) if one[0].path == "resolves_to_refs[*]/value")
        );
    }

    #[test]
    fn others_are_not() {
        for text in [
            "",
            "[]",
            "[url:value LIKE 'a%']",
            "[url:value ISSUBSET '198.51.100.0/24']",
            "[ipv4-addr:value ISSUBSET'198.51.100.0/24']",
            "[a:b = 'c'] AND [a:b = 'd']",
            "[a:b = 'c' AND a:b = 'd' OR a:b = 'e']",
            "[(a:b = 'c')]",
            "[a:b = 'c",
            "[a:b = ]",
            "[A:b = 'c']",
            "[a:b = 'c'] WITHIN 5 SECONDS",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
