//! What no mapping may say.

use regex::Regex;

use super::error::Wrong;
use super::field::Target;
use super::file::{File, Format, Head};

/// Keys that mean nothing in the file's format are mistakes.
pub(super) fn check_keys(file: &File) -> Result<(), Wrong> {
    if file.name.is_empty() || file.name.chars().any(|c| c.is_control() || c == '/') {
        return Err(Wrong::new(
            "name",
            "is no name",
            "write a short word such as `sshd`; it becomes `event.provider`",
        ));
    }
    if !(0.0..=1.0).contains(&file.certainty) {
        return Err(Wrong::new(
            "certainty",
            "is not from 0 to 1",
            "write for example `0.9`",
        ));
    }
    let text = file.format == Format::Text;
    if text && file.pattern.is_empty() {
        return Err(Wrong::new(
            "format",
            "is `text`, but no line's shape is given",
            "add a table `[[pattern]]` with `template` or `match`",
        ));
    }
    check_format(file)?;
    check_patterns(file)?;
    check_formats(file)
}

/// Keys that mean something in another format only.
fn check_format(file: &File) -> Result<(), Wrong> {
    let text = file.format == Format::Text;
    let any = |given: fn(&super::file::Pattern) -> bool| file.pattern.iter().any(given);
    let csv = file.format == Format::Csv;
    let json = file.format == Format::Json;
    let strange = [
        (
            "columns",
            !csv && (!file.columns.is_empty() || any(|p| !p.columns.is_empty())),
            "csv",
        ),
        ("header", !csv && !file.header.is_empty(), "csv"),
        ("separator", !csv && file.separator.is_some(), "csv"),
        (
            "paths",
            !json && (!file.paths.is_empty() || any(|p| !p.paths.is_empty())),
            "json",
        ),
        (
            "when",
            text && (!file.when.is_empty() || any(|p| !p.when.is_empty())),
            "csv or json",
        ),
        ("match", !text && any(|p| p.expression.is_some()), "text"),
        ("template", !text && any(|p| p.template.is_some()), "text"),
        (
            "program",
            !text && (!file.program.is_empty() || any(|p| !p.program.is_empty())),
            "text",
        ),
        ("head", !text && file.head != Head::None, "text"),
    ];
    if let Some((key, _, format)) = strange.into_iter().find(|(_, is_strange, _)| *is_strange) {
        return Err(Wrong::new(
            key,
            "means nothing in this format",
            format!("it belongs to `format = \"{format}\"`; leave it out or change the format"),
        ));
    }
    if file.head == Head::None && (!file.program.is_empty() || any(|p| !p.program.is_empty())) {
        return Err(Wrong::new(
            "program",
            "needs the header in which the program is named",
            "add `head = \"syslog\"`",
        ));
    }
    if csv && file.columns.is_empty() && !any(|p| !p.columns.is_empty()) {
        return Err(Wrong::new(
            "columns",
            "is missing",
            "name the columns and their fields",
        ));
    }
    if json && file.paths.is_empty() && !any(|p| !p.paths.is_empty()) {
        return Err(Wrong::new(
            "paths",
            "is missing",
            "name the paths and their fields",
        ));
    }
    if file
        .separator
        .as_deref()
        .is_some_and(|text| text.chars().count() != 1)
    {
        return Err(Wrong::new(
            "separator",
            "is not one character",
            "write for example `separator = \"\\t\"`",
        ));
    }
    Ok(())
}

/// Each pattern of a text says once what its lines look like.
fn check_patterns(file: &File) -> Result<(), Wrong> {
    let text = file.format == Format::Text;
    let mut shapes = file.pattern.iter().enumerate();
    let doubtful = shapes.find(|(_, p)| text && p.expression.is_some() == p.template.is_some());
    if let Some((index, pattern)) = doubtful {
        let key = format!("pattern.{}", index + 1);
        return Err(if pattern.expression.is_some() {
            let key = format!("{key}.match");
            Wrong::new(key, "stands beside `template`", "keep one of the two")
        } else {
            let problem = "says not what its lines look like";
            Wrong::new(key, problem, "add `template` or `match`")
        });
    }
    Ok(())
}

fn check_formats(file: &File) -> Result<(), Wrong> {
    for format in &file.time_formats {
        super::time::check(format).map_err(|problem| {
            Wrong::new(
                "time_formats",
                format!("holds `{format}`, which cannot be used: {problem}"),
                "write it as strptime does, for example `%d.%m.%Y %H:%M:%S`",
            )
        })?;
    }
    Ok(())
}

/// The group for the time must take RFC 3339 too: so the cleansed message has it.
pub(super) fn reads_again(source: &str, group: &str, key: &str) -> Result<(), Wrong> {
    let Some(inner) = group_source(source, group) else {
        return Ok(());
    };
    let fits = Regex::new(&format!("^(?:{inner})$")).is_ok_and(|regex| {
        regex.is_match("2023-03-07T10:38:03Z") && regex.is_match("2023-03-07T10:38:03.25Z")
    });
    if fits {
        return Ok(());
    }
    Err(Wrong::new(
        key,
        format!("has a group `{group}` that does not take `2023-03-07T10:38:03.25Z`"),
        "cleansed messages hold the time in that form and must be read again: write `(?<time>%{stamp})`, \
         or add the form to the group",
    ))
}

/// The expression inside a named group.
fn group_source<'s>(source: &'s str, group: &str) -> Option<&'s str> {
    let open = [format!("(?<{group}>"), format!("(?P<{group}>")];
    let start = open
        .iter()
        .find_map(|open| source.find(open.as_str()).map(|at| at + open.len()))?;
    let rest = source.get(start..)?;
    let mut depth = 0usize;
    let mut in_class = false;
    let mut escaped = false;
    for (index, byte) in rest.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'[' => in_class = true,
            b']' => in_class = false,
            b'(' if !in_class => depth += 1,
            b')' if !in_class && depth == 0 => return rest.get(..index),
            b')' if !in_class => depth -= 1,
            _ => {}
        }
    }
    None
}

/// What a constant for this field must be, where it is not.
pub(super) fn unfit(target: Target, texts: &[String]) -> Option<&'static str> {
    let each = |fits: fn(&str) -> bool| texts.iter().all(|text| fits(text));
    let one = texts.len() == 1;
    let (fits, expected) = match target {
        Target::Kind => (
            one && each(|t| t == "event" || t == "alert"),
            "`event` or `alert`",
        ),
        Target::Outcome => (
            one && each(|t| matches!(t, "success" | "failure" | "unknown")),
            "`success`, `failure` or `unknown`",
        ),
        Target::Severity => (one && each(|t| t.parse::<i64>().is_ok()), "a number"),
        Target::Bytes | Target::Priority => (one && each(|t| t.parse::<u64>().is_ok()), "a number"),
        Target::Port(_) | Target::NatPort(_) => (
            one && each(|t| crate::clean::ip::port(t).is_some()),
            "a port, 0 to 65535",
        ),
        Target::Ip(_) | Target::NatIp(_) => (
            one && each(|t| crate::clean::ip::parse(t).is_some()),
            "an address",
        ),
        Target::Mac(_) => (
            one && each(|t| aidos_model::Mac::parse(t).is_some()),
            "a hardware address",
        ),
        Target::Time => (false, "another field: a log's time is no constant"),
        Target::Category | Target::From | Target::To | Target::Addresses | Target::Extra(_) => {
            (true, "")
        }
        _ => (one, "one text"),
    };
    (!fits).then_some(expected)
}

pub(super) fn bad_regex(key: &str, error: &regex::Error) -> Wrong {
    // The last line of the report says what is wrong, the others draw the place.
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default();
    Wrong::new(
        key,
        format!(
            "is no regular expression: {}",
            last.trim_start_matches("error: ")
        ),
        "correct it (syntax of the Rust crate `regex`), or write a `template`",
    )
}
