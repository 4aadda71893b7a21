//! Patterns of STIX (section 9): the constants in them are values, their kinds told by the object paths before them.

/// A constant in a pattern.
pub(super) struct Constant {
    /// The first byte inside of the quotation marks.
    pub(super) start: usize,
    /// The byte of the closing quotation mark.
    pub(super) end: usize,
    /// Its kind; `None` for what is text.
    pub(super) kind: Option<&'static str>,
    /// Whether it is a hash.
    pub(super) is_hash: bool,
    /// Whether it is a time: `t'…'`.
    pub(super) is_time: bool,
    /// Whether it is where traffic goes to, in a pattern that says where it comes from too.
    pub(super) is_target: bool,
}

/// The constants of a pattern, in order. What is no pattern has some or none; nothing fails.
pub(super) fn constants(pattern: &str) -> Vec<Constant> {
    let bytes = pattern.as_bytes();
    let has_source = pattern.contains("src_ref.value");
    let mut found = Vec::new();
    let mut path = String::new();
    let mut word = String::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if byte == b'\'' {
            let start = at + 1;
            let mut end = start;
            while let Some(&inner) = bytes.get(end) {
                match inner {
                    b'\\' => end += 2,
                    b'\'' => break,
                    _ => end += 1,
                }
            }
            let end = end.min(bytes.len());
            // `hashes.'SHA-256'` is a step of a path, no constant.
            if word.ends_with('.') {
                word.push_str(pattern.get(start..end).unwrap_or_default());
            } else {
                let is_time = word == "t";
                if !is_time && word.contains(':') {
                    path.clone_from(&word);
                }
                let (kind, is_hash) = kind_of(&path);
                found.push(Constant {
                    start,
                    end,
                    kind,
                    is_hash,
                    is_time,
                    is_target: has_source && path.contains("dst_ref"),
                });
                word.clear();
            }
            at = end + 1;
            continue;
        }
        if byte.is_ascii_alphanumeric()
            || matches!(byte, b':' | b'-' | b'_' | b'.' | b'[' | b']' | b'*')
        {
            if word.is_empty() || is_open(bytes, at) {
                word.push(char::from(byte));
            }
        } else {
            if word.contains(':') {
                word.trim_start_matches('[').clone_into(&mut path);
            }
            word.clear();
        }
        at += 1;
    }
    found
}

/// A pattern without its constants: paths and operators.
pub(super) fn outside(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut done = 0;
    for constant in constants(pattern) {
        out.push_str(pattern.get(done..constant.start).unwrap_or_default());
        done = constant.end;
    }
    out.push_str(pattern.get(done..).unwrap_or_default());
    out
}

/// Whether a byte goes on with the word before it: it always does, but for a bracket that opens an observation.
fn is_open(bytes: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| bytes.get(before));
    bytes.get(at) != Some(&b'[') || before.is_some_and(u8::is_ascii_alphanumeric)
}

/// The kind of the values at an object path, and whether they are hashes.
fn kind_of(path: &str) -> (Option<&'static str>, bool) {
    let path = path.trim_start_matches(['[', '(']);
    let Some((object, steps)) = path.split_once(':') else {
        return (None, false);
    };
    if steps.contains("hashes") {
        return (None, true);
    }
    let last = steps.rsplit('.').next().unwrap_or_default();
    let kind = match (object, steps, last) {
        ("ipv4-addr" | "ipv6-addr", "value", _) => "IP_ADDRESS",
        ("domain-name", "value", _) => "DOMAIN_NAME",
        ("url", "value", _) => "URL",
        ("email-addr", "value", _) => "EMAIL_ADDRESS",
        ("mac-addr", "value", _) => "MAC_ADDRESS",
        ("user-account", "user_id" | "account_login", _) => "USER_NAME",
        ("user-account" | "email-addr", "display_name", _) => "PERSON",
        ("file", "name", _) => "FILE_NAME",
        ("directory", "path", _) | ("file", "parent_directory_ref.path", _) => "PATH",
        ("mutex", "name", _) => "MUTEX",
        ("email-message" | "network-traffic", _, "value") => {
            if steps.contains("src_ref") || steps.contains("dst_ref") {
                "IP_ADDRESS"
            } else {
                "EMAIL_ADDRESS"
            }
        }
        _ => return (None, false),
    };
    (Some(kind), false)
}

/// A constant as it reads.
pub(super) fn unescaped(constant: &str) -> String {
    let mut out = String::with_capacity(constant.len());
    let mut letters = constant.chars();
    while let Some(letter) = letters.next() {
        if letter == '\\' {
            out.extend(letters.next());
        } else {
            out.push(letter);
        }
    }
    out
}

/// A text as a constant is written.
pub(super) fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\'', "\\'")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn constants_have_the_kind_of_their_path() {
        let pattern = r"([ipv4-addr:value = '203.0.113.7' OR email-message:from_ref.value IN ('a@b.c', 'it\'s')] AND [file:hashes.'SHA-256' = 'ab' AND file:name LIKE 'x%']) START t'2024-01-01T00:00:00Z' STOP t'2024-02-01T00:00:00Z'";
        let found: Vec<_> = constants(pattern)
            .iter()
            .map(|found| {
                (
                    &pattern[found.start..found.end],
                    found.kind,
                    found.is_hash,
                    found.is_time,
                )
            })
            .collect();
        assert_eq!(
            found,
            [
                ("203.0.113.7", Some("IP_ADDRESS"), false, false),
                ("a@b.c", Some("EMAIL_ADDRESS"), false, false),
                (r"it\'s", Some("EMAIL_ADDRESS"), false, false),
                ("ab", None, true, false),
                ("x%", Some("FILE_NAME"), false, false),
                ("2024-01-01T00:00:00Z", Some("FILE_NAME"), false, true),
                ("2024-02-01T00:00:00Z", Some("FILE_NAME"), false, true),
            ]
        );
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "[a-z:'\\\\.\\[\\] =é]{0,40}") {
            for found in constants(&text) {
                prop_assert!(text.get(found.start..found.end).is_some());
            }
        }

        #[test]
        fn escapes_read_back(text in "\\PC{0,20}") {
            prop_assert_eq!(unescaped(&escaped(&text)), text);
        }
    }
}
