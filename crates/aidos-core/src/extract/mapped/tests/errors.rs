//! What is refused when a mapping is loaded, and with which words.

use super::*;

fn refused(toml: &str) -> String {
    match Mapping::parse_file("door.toml", toml) {
        Ok(_) => panic!("not refused:\n{toml}"),
        Err(error) => error.to_string(),
    }
}

/// A mapping of one pattern, with more keys before it.
fn text(keys: &str, pattern: &str) -> String {
    format!("name = \"door\"\nformat = \"text\"\n{keys}\n[[pattern]]\n{pattern}\n")
}

#[test]
fn what_a_file_says_does_not_end_the_line_of_a_message() {
    for toml in [
        "name = 'x'\nformat = 'json'\n[paths]\nmail = \"emaito.address\\na\"\n",
        "name = 'x'\nformat = 'json'\n\"a\\u001b[31m\" = 1\n",
        "name = 'x'\nformat = 'text'\n[[pattern]]\nmatch = \"(\\n\"\n",
    ] {
        let message = refused(toml);
        assert!(!message.contains(char::is_control), "{message:?}");
    }
}

#[test]
fn errors_name_file_place_and_way_out() {
    assert_eq!(
        refused("name = \"door\"\nformat = \"text\"\nskipp = ['#']\n"),
        "cannot read mapping `door.toml`: line 3, column 1: unknown field `skipp`, expected one of `name`, \
         `description`, `format`, `certainty`, `head`, `program`, `contains`, `skip`, `absent`, \
         `time_formats`, `separator`, `header`, `parts`, `names`, `constants`, `when`, `columns`, `paths`, \
         `pairs`, `fields`, `pattern`; see docs/reference/mappings.md for every key"
    );
    assert_eq!(
        refused(&text(
            "[constants]\nsource = 'x'",
            "template = '{user} {ip}'"
        )),
        "cannot use mapping `door.toml`: line 4: `constants.source` fills `source`, which cannot stand beside \
         the field `source.ip`; write `source.ip` itself, or a field that is not above or below it"
    );
    assert_eq!(
        refused(&text("", "match = '(?<time>[0-9]{10}) (?<ip>.*)'")),
        "cannot use mapping `door.toml`: line 5: `pattern.1.match` has a group `time` that does not take \
         `2023-03-07T10:38:03.25Z`; cleansed messages hold the time in that form and must be read again: \
         write `(?<time>%{stamp})`, or add the form to the group"
    );
}

#[test]
fn mistakes_are_refused() {
    let cases = [
        (text("", "match = '('"), "no regular expression"),
        (
            text("", "match = '(?<nosuch>.)'"),
            "names `nosuch`, which is no field",
        ),
        (
            text("", "match = '(?<aidos.a>.)(?<aidos.a.b>.)'"),
            "no field may be the beginning of another",
        ),
        (
            text("", "match = 'a'\ntemplate = 'b'"),
            "keep one of the two",
        ),
        (text("", "name = 'x'"), "add `template` or `match`"),
        (text("", "template = '{pairs}'"), "add the table `[pairs]`"),
        (
            text("", "template = '{ip}'\nwhen = { a = 'b' }"),
            "means nothing in this format",
        ),
        (
            text("", "template = '{ip}'\nprogram = ['x']"),
            "add `head = \"syslog\"`",
        ),
        (
            text("", "template = '{ip}'\nnonsense = 1"),
            "unknown field `nonsense`",
        ),
        (
            text(
                "",
                "template = '{ip} %'\n[pattern.constants]\nevent.kind = 'alarm'",
            ),
            "write `event` or `alert`",
        ),
        (
            text("", "template = '{ip}'\n[pattern.constants]\nmessage = 'x'"),
            "filled by the program itself",
        ),
        (
            text(
                "[fields]\n'url.path' = { case = 'lower' }",
                "template = '{ip}'",
            ),
            "a field that nothing fills",
        ),
        (
            text(
                "[fields]\n'source.ip' = { cases = 'lower' }",
                "template = '{ip}'",
            ),
            "no setting of a field",
        ),
        (
            text("time_formats = ['%H:%M']", "template = '{time} {ip}'"),
            "cannot be used",
        ),
        (text("certainty = 2.0", "template = '{ip}'"), "from 0 to 1"),
        (
            text("[names]\nx = 'y'", "template = '{x}'"),
            "names `y`, which is no field",
        ),
        (
            text("skip = ['(']", "template = '{ip}'"),
            "no regular expression",
        ),
        ("name = ''\nformat = 'text'".to_owned(), "is no name"),
        (
            "name = 'x'\nformat = 'text'".to_owned(),
            "add a table `[[pattern]]`",
        ),
        ("name = 'x'\nformat = 'csv'".to_owned(), "name the columns"),
        ("name = 'x'\nformat = 'json'".to_owned(), "name the paths"),
        (
            "name = 'x'\nformat = 'xml'".to_owned(),
            "unknown variant `xml`",
        ),
        (
            "name = 'x'\nformat = 'csv'\nseparator = ', '\n[columns]\na = 'source.ip'".to_owned(),
            "not one character",
        ),
        (
            "name = 'x'\nformat = 'json'\n[paths]\na = 1".to_owned(),
            "says not where its value goes",
        ),
        (
            "name = 'x'\nformat = 'json'\n[paths]\na = { match = 'x', els = 'b' }".to_owned(),
            "unknown field `els`",
        ),
        (
            "name = 'x'\nformat = 'json'\n[when]\na = 1\n[paths]\na = 'source.ip'".to_owned(),
            "is no condition",
        ),
        ("name = 'x".to_owned(), "line 1"),
    ];
    for (toml, words) in cases {
        let error = refused(&toml);
        assert!(error.contains(words), "{error}");
    }
}

#[test]
fn too_many_fields_are_refused() {
    let paths: Vec<String> = (0..300).map(|n| format!("a{n} = 'aidos.x.f{n}'")).collect();
    let paths = paths.join("\n");
    assert!(
        refused(&format!("name = 'x'\nformat = 'json'\n[paths]\n{paths}")).contains("split it")
    );
}
