//! Domain names and e-mail addresses.

const LABELS: &str = "it is no domain name: labels of 1 to 63 letters, digits, - and _, 253 in all";

/// A name in lower case without its final dot. Names beyond ASCII are given as A-labels (`xn--…`).
pub(super) fn domain(text: &str) -> Result<String, &'static str> {
    let name = text.strip_suffix('.').unwrap_or(text);
    if !name.is_ascii() {
        return Err("it has letters beyond ASCII; write its A-label, xn--…");
    }
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    if name.len() > 253 || !name.split('.').all(is_label) {
        return Err(LABELS);
    }
    Ok(name.to_ascii_lowercase())
}

/// An address in lower case. Nearly no provider tells apart what differs in case only (RFC 5321, section 2.4, lets
/// them); dots and what follows a `+` stay, as providers differ in them.
pub(super) fn email(text: &str) -> Result<String, &'static str> {
    let (local, host) = text.rsplit_once('@').ok_or("it has no @")?;
    let is_plain = |c: char| !c.is_whitespace() && !c.is_control() && !"@\"(),:;<>[]\\".contains(c);
    if local.is_empty() || local.len() > 64 || !local.chars().all(is_plain) {
        return Err("its local part is empty, longer than 64 bytes, or quoted; leave it out");
    }
    Ok(format!("{}@{}", local.to_lowercase(), domain(host)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_checked() {
        assert_eq!(domain("_dmarc.Example.org.").unwrap(), "_dmarc.example.org");
        for bad in [
            "",
            ".",
            "a..b",
            "a b.example",
            "bücher.example",
            "a.example/",
            &"a".repeat(64),
        ] {
            assert!(domain(bad).is_err(), "{bad}");
        }
        assert!(domain(&["a"; 128].join(".")).is_err());
    }

    #[test]
    fn mail_keeps_its_tags() {
        assert_eq!(
            email("J.Doe+Tag@Example.org").unwrap(),
            "j.doe+tag@example.org"
        );
        for bad in [
            "@example.org",
            "a@",
            "a",
            "a b@example.org",
            "\"a\"@example.org",
            "a@b@c.org",
        ] {
            assert!(email(bad).is_err(), "{bad}");
        }
    }
}
