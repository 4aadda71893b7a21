//! Names of members: decoded, and safe or refused.

use super::Reason;

/// Upper half of IBM code page 437, the encoding of names without the UTF-8 flag (APPNOTE D.1).
const CP437: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧\
                     ╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";

/// Longest name in bytes; what file systems take.
const LONGEST: usize = 4096;

/// Decodes a name; `None` if it is no text.
///
/// Many packers write UTF-8 without saying so, and hardly any valid UTF-8 is meant as code page 437.
pub(super) fn decode(raw: &[u8], says_utf8: bool) -> Option<String> {
    let name = match std::str::from_utf8(raw) {
        Ok(name) => name.to_owned(),
        Err(_) if says_utf8 => return None,
        Err(_) => raw
            .iter()
            .map(|byte| match byte.checked_sub(128) {
                None => Some(char::from(*byte)),
                Some(high) => CP437.chars().nth(usize::from(high)),
            })
            .collect::<Option<String>>()?,
    };
    let ok = !name.is_empty() && name.len() <= LONGEST && !name.chars().any(char::is_control);
    ok.then_some(name)
}

/// Gives the name without `.` and empty parts, and whether it stays inside its folder.
pub(super) fn check(name: &str) -> (String, Result<(), Reason>) {
    let parts: Vec<_> = name
        .split('/')
        .filter(|part| !matches!(*part, "" | "."))
        .collect();
    let clean = parts.join("/");
    let verdict = if name.starts_with('/') {
        Err(Reason::Absolute)
    } else if name.contains('\\') || parts.iter().any(|part| has_drive(part)) {
        Err(Reason::Drive)
    } else if parts.contains(&"..") {
        Err(Reason::Traversal)
    } else if clean.is_empty() {
        Err(Reason::Name)
    } else {
        Ok(())
    };
    if verdict.is_ok() {
        (clean, verdict)
    } else {
        (name.to_owned(), verdict)
    }
}

/// `C:` in front; a colon elsewhere is an honest character (`12:30.log`).
fn has_drive(part: &str) -> bool {
    let mut chars = part.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic()) && chars.next() == Some(':')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes() {
        assert_eq!(CP437.chars().count(), 128);
        assert_eq!(decode(b"a/b.log", false).as_deref(), Some("a/b.log"));
        assert_eq!(
            decode("ημερολόγιο.log".as_bytes(), false).as_deref(),
            Some("ημερολόγιο.log")
        );
        assert_eq!(decode(b"\x81ber.log", false).as_deref(), Some("über.log"));
        assert_eq!(decode(b"\x81ber.log", true), None);
        assert_eq!(decode(b"a\0b", false), None);
        assert_eq!(decode(b"", false), None);
    }

    #[test]
    fn refuses_what_leaves_the_folder() {
        assert_eq!(check("./a//b"), ("a/b".to_owned(), Ok(())));
        assert_eq!(check("12:30.log").1, Ok(()));
        assert_eq!(check("a..b").1, Ok(()));
        assert_eq!(check("a/../../b").1, Err(Reason::Traversal));
        assert_eq!(check("/etc/passwd").1, Err(Reason::Absolute));
        assert_eq!(check("C:/a").1, Err(Reason::Drive));
        assert_eq!(check("a\\..\\b").1, Err(Reason::Drive));
        assert_eq!(check("./").1, Err(Reason::Name));
    }
}
