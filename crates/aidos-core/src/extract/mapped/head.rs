//! The header of a syslog line (RFC 3164 as it is found in the wild, RFC 5424).

use crate::clean::stamp;

/// What stands before the message proper. Everything may be missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::extract) struct Head<'a> {
    pub(in crate::extract) priority: Option<&'a str>,
    pub(in crate::extract) stamp: Option<&'a str>,
    pub(in crate::extract) host: Option<&'a str>,
    pub(in crate::extract) program: Option<&'a str>,
    pub(in crate::extract) pid: Option<&'a str>,
    pub(in crate::extract) body: &'a str,
}

/// Reads the header; where there is none, all of the text is the body.
pub(in crate::extract) fn read(text: &str) -> Head<'_> {
    let mut head = Head {
        body: text,
        ..Head::default()
    };
    let mut rest = text.trim_start();
    if let Some((number, after)) = rest
        .strip_prefix('<')
        .and_then(|inside| inside.split_once('>'))
        .filter(|(number, _)| number.len() <= 3 && number.bytes().all(|b| b.is_ascii_digit()))
    {
        head.priority = Some(number);
        rest = after;
        head.body = rest;
        if let Some(after) = rest.strip_prefix("1 ") {
            return modern(head, after);
        }
    }
    // IOS marks a clock that is not synchronised.
    let start = rest.trim_start_matches(['*', ' ']);
    let Some((_, len)) = stamp::read(start) else {
        // A tag may stand without stamp and host, as in the output of some collectors.
        let (program, pid, body) = tag(rest);
        return Head {
            program,
            pid,
            body,
            ..head
        };
    };
    let (stamp, after) = split_at(start, len);
    let (stamp, after) = with_zone_word(start, stamp, after);
    head.stamp = Some(stamp);
    if let Some(body) = after.strip_prefix(':') {
        head.body = body.trim_start();
        return head;
    }
    let after = after.trim_start();
    let (token, next) = token(after);
    let is_host = !token.is_empty()
        && !token.ends_with(':')
        && !token.contains(['[', '|'])
        && !token.starts_with('%')
        && !token.contains('=');
    let rest = if is_host {
        head.host = Some(token);
        next
    } else {
        after
    };
    let rest = rest.strip_prefix(": ").unwrap_or(rest);
    (head.program, head.pid, head.body) = tag(rest);
    head
}

/// Where a blank is missing: between a stamp at the start and a word that was joined to it.
pub(in crate::extract) fn missing_blank(text: &str) -> Option<usize> {
    let start = text.find('>').filter(|_| text.starts_with('<'));
    let start = start.map_or(0, |close| close + 1);
    let (_, len) = stamp::read(text.get(start..)?)?;
    let at = start + len;
    let bytes = text.as_bytes();
    // The zone of RFC 3339 belongs to the stamp, also where a word is joined to it.
    let is_zone = bytes.get(at) == Some(&b'Z') && bytes.get(start + 10) == Some(&b'T');
    let at = at + usize::from(is_zone);
    bytes.get(at)?.is_ascii_alphabetic().then_some(at)
}

/// RFC 5424, after its version: stamp, host, program, process, message id, structured data.
fn modern<'a>(mut head: Head<'a>, text: &'a str) -> Head<'a> {
    let mut rest = text;
    let mut next = || {
        let (token, after) = token(rest);
        rest = after;
        (!token.is_empty() && token != "-").then_some(token)
    };
    head.stamp = next();
    head.host = next();
    head.program = next();
    head.pid = next();
    next();
    if let Some(after) = rest.strip_prefix('-') {
        head.body = after.trim_start();
        return head;
    }
    while rest.starts_with('[') {
        let Some(end) = element_end(rest) else { break };
        rest = rest.get(end..).unwrap_or_default();
    }
    head.body = rest.trim_start().trim_start_matches('\u{feff}');
    head
}

/// Where an element of structured data ends: at the first `]` that is not escaped.
fn element_end(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (index, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b']' => return Some(index + 1),
            _ => {}
        }
    }
    None
}

/// `name[pid]: body`, `name: body`; all is body where there is no such tag.
fn tag(text: &str) -> (Option<&str>, Option<&str>, &str) {
    let none = (None, None, text);
    let (token, _) = token(text);
    let Some(token) = token.strip_suffix(':') else {
        return none;
    };
    let (name, pid) = match token
        .strip_suffix(']')
        .and_then(|open| open.split_once('['))
    {
        Some((name, pid)) => (name, Some(pid)),
        None => (token, None),
    };
    let plain =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_' | b'.');
    let starts = name.bytes().next().is_some_and(|b| b.is_ascii_alphabetic());
    if !starts
        || !name.bytes().all(plain)
        || pid.is_some_and(|pid| !pid.bytes().all(|b| b.is_ascii_digit()))
    {
        return none;
    }
    let body = text.get(token.len() + 1..).unwrap_or_default().trim_start();
    (Some(name), pid, body)
}

/// A zone written as the word UTC or GMT belongs to the stamp.
fn with_zone_word<'a>(start: &'a str, stamp: &'a str, after: &'a str) -> (&'a str, &'a str) {
    for word in [" UTC", " GMT"] {
        if let Some(rest) = after.strip_prefix(word)
            && !rest.starts_with(|c: char| c.is_ascii_alphanumeric())
        {
            return split_at(start, stamp.len() + word.len());
        }
    }
    (stamp, after)
}

fn token(text: &str) -> (&str, &str) {
    text.split_once([' ', '\t'])
        .map_or((text, ""), |(token, rest)| (token, rest.trim_start()))
}

fn split_at(text: &str, at: usize) -> (&str, &str) {
    text.split_at_checked(at).unwrap_or((text, ""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn heads_of_every_kind() {
        let h = read("<22>Mar  7 10:38:03 mx postfix/smtpd[411]: connect from x");
        assert_eq!(
            h,
            Head {
                priority: Some("22"),
                stamp: Some("Mar  7 10:38:03"),
                host: Some("mx"),
                program: Some("postfix/smtpd"),
                pid: Some("411"),
                body: "connect from x"
            }
        );
        let h = read("2023-03-07T10:38:03.5+01:00 mx kernel: IN=eth0");
        assert_eq!(
            (h.host, h.program, h.body),
            (Some("mx"), Some("kernel"), "IN=eth0")
        );
        let h = read("<165>1 2023-03-07T10:38:03Z mx app 7 ID [a@1 x=\"q\\]\"][b] body text");
        assert_eq!(
            (h.host, h.program, h.pid, h.body),
            (Some("mx"), Some("app"), Some("7"), "body text")
        );
        let h = read("<165>1 2023-03-07T10:38:03Z mx - - - - CEF:0|x");
        assert_eq!((h.program, h.body), (None, "CEF:0|x"));
        for text in [
            "Mar 07 2023 10:38:03: %ASA-6-302013: Built",
            "Mar 07 2023 10:38:03 fw : %ASA-6-302013: Built",
            "Mar  7 10:38:03 fw %ASA-6-302013: Built",
            "*Mar  7 10:38:03 UTC: %ASA-6-302013: Built",
        ] {
            assert_eq!(read(text).body, "%ASA-6-302013: Built", "{text}");
        }
        let h = read("connect from x");
        assert_eq!((h.program, h.body), (None, "connect from x"));
    }

    #[test]
    fn joined_words_are_seen() {
        assert_eq!(missing_blank("<3>Mar  7 10:38:03mx sshd: x"), Some(18));
        assert_eq!(missing_blank("Mar  7 10:38:03 mx"), None);
        assert_eq!(missing_blank("2023-03-07T10:38:03Zmx"), Some(20));
        assert_eq!(missing_blank("2023-03-07T10:38:03Z: x"), None);
        assert_eq!(missing_blank("x"), None);
    }

    proptest! {
        #[test]
        fn the_body_is_an_end_of_the_text(text in "\\PC{0,60}|[<>0-9A-Za-z:\\[\\] ./-]{0,60}") {
            prop_assert!(text.ends_with(read(&text).body));
        }
    }
}
