//! Templates and named parts to regular expressions.
//!
//! `{time} {host} sshd[{pid}]: Failed password for {?invalid user ?}{user} from {ip} port {port}` is
//! easier to write than the expression it stands for. `%{part}` puts a named part into an expression.

use super::error::Wrong;
use super::field::{Target, Type, long_name};

/// Every form of stamp that [`crate::clean::stamp::read`] knows; RFC 3339 in UTC among them, so that a
/// cleansed message is read again.
const STAMP: &str = concat!(
    r"(?:[0-9]{4}[-/][0-9]{2}[-/][0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.,][0-9]+)?",
    r"(?:Z|z| ?[+-][0-9]{2}:?[0-9]{2}| UTC| GMT)?",
    r"|[A-Za-z]{3}(?:/[0-9]{2}(?:/[0-9]{4})?| {1,2}[0-9]{1,2}(?: [0-9]{4})?)",
    r" [0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.,][0-9]+)?(?: UTC| GMT)?",
    r"|[0-9]{2}/(?:[0-9]{2}|[A-Za-z]{3})/[0-9]{4}[-: ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.,][0-9]+)?",
    r"(?: ?[+-][0-9]{2}:?[0-9]{2})?",
    r"|[A-Za-z]{3}, [0-9]{1,2} [A-Za-z]{3} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2}(?: [+-][0-9]{4}| GMT)?",
    r"|[A-Za-z]{3} [A-Za-z]{3} {1,2}[0-9]{1,2} [0-9]{2}:[0-9]{2}:[0-9]{2} [0-9]{4}",
    r"|(?:[0-9]{2}-[0-9]{2} )?[0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.,][0-9]+)?",
    r"|[0-9]{8}T[0-9]{6}(?:[.,][0-9]+)?Z?",
    r"|[0-9]{19}|[0-9]{16}|[0-9]{13}|[0-9]{10}(?:\.[0-9]+)?)"
);

/// Parts that every mapping may use.
const PARTS: &[(&str, &str)] = &[
    ("stamp", STAMP),
    ("word", r"[^ \t]+"),
    ("rest", r".*"),
    ("int", r"[0-9]+"),
    // As wide as damaged addresses are: a bad octet is a defect of the entry, not another shape.
    ("ip", r"\[?[0-9A-Fa-fxX.:*]+(?:%[0-9A-Za-z.]+)?\]?"),
    ("mac", r"[0-9A-Fa-f:.-]+"),
    ("quoted", r#""(?:[^"\\]|\\.)*""#),
];

/// Replaces each `%{part}` by its expression, and `%{part:field}` by a group of that name around it.
pub(super) fn expand(text: &str, parts: &[(String, String)], key: &str) -> Result<String, Wrong> {
    expand_at(text, parts, key, 0)
}

fn expand_at(
    text: &str,
    parts: &[(String, String)],
    key: &str,
    depth: usize,
) -> Result<String, Wrong> {
    if depth > 8 {
        return Err(Wrong::new(
            key,
            "uses parts that use one another in a circle",
            "write one of them out in `[parts]`",
        ));
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("%{") {
        out.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            return Err(Wrong::new(
                key,
                "holds `%{` without its `}`",
                "close it, or write `%\\{` for the characters themselves",
            ));
        };
        let (part, group) = match name.split_once(':') {
            Some((part, group)) => (part, Some(group)),
            None => (name, None),
        };
        let own = parts.iter().find(|(own, _)| own == part);
        let expression = match own {
            Some((_, own)) => expand_at(own, parts, key, depth + 1)?,
            None => builtin(part).map(str::to_owned).ok_or_else(|| {
                Wrong::new(
                    key,
                    format!("uses the part `{part}`, which is not known"),
                    "define it in `[parts]`, or use stamp, word, rest, int, ip, mac or quoted",
                )
            })?,
        };
        match group {
            Some(group) => {
                out.push_str("(?<");
                out.push_str(group_name(group));
                out.push('>');
            }
            None => out.push_str("(?:"),
        }
        out.push_str(&expression);
        out.push(')');
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

fn builtin(name: &str) -> Option<&'static str> {
    PARTS
        .iter()
        .find(|(part, _)| *part == name)
        .map(|(_, expression)| *expression)
}

/// Regular expressions allow no `@` in the name of a group.
fn group_name(field: &str) -> &str {
    if field == "@timestamp" { "time" } else { field }
}

/// Makes a regular expression of a template.
///
/// - `{field}` takes what stands up to the next fixed text; `{field:part}` what the part takes;
///   `{_}` anything, unnamed.
/// - `{?…?}` may be missing; fields may stand in it.
/// - `{{` and `}}` are braces. A blank stands for one or more blanks or tabs.
pub(super) fn to_regex(
    template: &str,
    names: &[(String, Vec<String>)],
    parts: &[(String, String)],
    has_formats: bool,
    key: &str,
) -> Result<String, Wrong> {
    let mut out = String::from("^");
    let mut rest = template;
    let mut open = 0u32;
    while let Some(first) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("{{") {
            out.push_str(r"\{");
            rest = after;
        } else if let Some(after) = rest.strip_prefix("}}") {
            out.push_str(r"\}");
            rest = after;
        } else if let Some(after) = rest.strip_prefix("{?") {
            out.push_str("(?:");
            open += 1;
            rest = after;
        } else if let Some(after) = rest.strip_prefix("?}").filter(|_| open > 0) {
            out.push_str(")?");
            open -= 1;
            rest = after;
        } else if let Some(after) = rest.strip_prefix('{') {
            let Some((inside, after)) = after.split_once('}') else {
                return Err(Wrong::new(
                    key,
                    "holds `{` without its `}`",
                    "close it, or write `{{` for the character itself",
                ));
            };
            push_field(
                &mut out,
                inside,
                after.is_empty(),
                names,
                parts,
                has_formats,
                key,
            )?;
            rest = after;
        } else if first == ' ' || first == '\t' {
            out.push_str(r"[ \t]+");
            rest = rest.trim_start_matches([' ', '\t']);
        } else {
            out.push_str(&regex::escape(first.encode_utf8(&mut [0; 4])));
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
        }
    }
    if open > 0 {
        return Err(Wrong::new(
            key,
            "opens an optional part with `{?` and does not close it",
            "close it with `?}`",
        ));
    }
    out.push_str(r"[ \t]*$");
    Ok(out)
}

fn push_field(
    out: &mut String,
    inside: &str,
    is_last: bool,
    names: &[(String, Vec<String>)],
    parts: &[(String, String)],
    has_formats: bool,
    key: &str,
) -> Result<(), Wrong> {
    let (name, part) = match inside.split_once(':') {
        Some((name, part)) => (name, Some(part)),
        None => (inside, None),
    };
    if name.is_empty() {
        return Err(Wrong::new(
            key,
            "holds a field without a name, `{}`",
            "write `{_}` for text that is left out, or `{{}}` for the characters themselves",
        ));
    }
    let own = names.iter().find(|(own, _)| own == name);
    let field = own
        .and_then(|(_, fields)| fields.first())
        .map_or_else(|| long_name(name), |field| long_name(field));
    let expression = match part {
        Some(part) => expand(&format!("%{{{part}}}"), parts, key)?,
        None if name.starts_with('_') || matches!(name, "pairs" | "date" | "clock") => {
            (if is_last { ".*" } else { ".*?" }).to_owned()
        }
        None => match Target::of(field, key)? {
            Target::Time if !has_formats => STAMP.to_owned(),
            Target::Ip(_)
            | Target::Port(_)
            | Target::Mac(_)
            | Target::NatIp(_)
            | Target::NatPort(_)
            | Target::Bytes
            | Target::Hostname
            | Target::Priority
            | Target::Extra(Type::Ip | Type::Mac | Type::Integer) => r"[^ \t]+?".to_owned(),
            _ => ".+?".to_owned(),
        },
    };
    if name == "_" {
        out.push_str(&format!("(?:{expression})"));
    } else {
        out.push_str(&format!("(?<{}>{expression})", group_name(name)));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn regex(template: &str) -> regex::Regex {
        regex::Regex::new(&to_regex(template, &[], &[], false, "template").unwrap()).unwrap()
    }

    #[test]
    fn a_template_reads_a_line() {
        let regex = regex(
            "{time} {host} sshd[{pid}]: Failed password for {?invalid user ?}{user} from {ip} port {port} ssh2",
        );
        let line = "Mar  7 10:38:03 mx sshd[411]: Failed password for invalid user a b from 192.0.2.9 port 51 ssh2";
        let found = regex.captures(line).unwrap();
        assert_eq!(&found["time"], "Mar  7 10:38:03");
        assert_eq!(&found["pid"], "411");
        assert_eq!(&found["user"], "a b");
        assert_eq!(&found["ip"], "192.0.2.9");
        assert!(regex.is_match(&line.replace("Mar  7 10:38:03", "2023-03-07T10:38:03.5Z")));
        assert!(regex.is_match(&line.replace("invalid user ", "")));
        assert!(!regex.is_match("Mar  7 10:38:03 mx sshd[411]: Accepted"));
    }

    #[test]
    fn stamps_of_every_form_are_taken() {
        let regex = regex("{time}|{ip}");
        for stamp in [
            "Mar/07/2023 10:38:03",
            "mar/07 10:38:03",
            "2023-03-07 10:38:03",
            "03-07 10:38:03",
            "10:38:03",
            "2023-03-07T10:38:03.5+01:00",
            "2023-03-07T10:38:03Z",
            "Mar  7 10:38:03",
            "Mar 7 2023 10:38:03",
            "07/Mar/2023:10:38:03 +0100",
            "03/07/2023-10:38:03.123456",
            "Tue, 7 Mar 2023 10:38:03 +0100",
            "Tue Mar  7 10:38:03 2023",
            "1678185483",
            "1678185483.25",
            "1678185483000",
            "1678185483000000",
            "20230307T103803Z",
        ] {
            let line = format!("{stamp}|192.0.2.1");
            assert_eq!(&regex.captures(&line).unwrap()["time"], stamp);
        }
    }

    #[test]
    fn parts_expand_and_circles_are_refused() {
        let parts = [
            ("at".to_owned(), "%{ip:source.ip}@%{int}".to_owned()),
            ("loop".to_owned(), "%{loop}".to_owned()),
        ];
        let text = expand("^%{at}$", &parts, "match").unwrap();
        let regex = regex::Regex::new(&text).unwrap();
        assert_eq!(
            &regex.captures("192.0.2.1@5").unwrap()["source.ip"],
            "192.0.2.1"
        );
        assert!(expand("%{loop}", &parts, "match").is_err());
        assert!(expand("%{none}", &parts, "match").is_err());
        assert!(expand("%{ip", &parts, "match").is_err());
        for wrong in ["{a", "{}", "{?x", "{nofield}"] {
            assert!(
                to_regex(wrong, &[], &[], false, "template").is_err(),
                "{wrong}"
            );
        }
    }
}
