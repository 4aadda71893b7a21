//! What `docs/guides/write-a-mapping.md` shows is so.

use super::*;

const GUIDE: &str = include_str!("../../../../../../docs/guides/write-a-mapping.md");

/// The blocks of the guide in this language, in order.
fn blocks(language: &str) -> Vec<&'static str> {
    let mut parts = GUIDE.split("```");
    let mut blocks = Vec::new();
    while let (Some(_), Some(block)) = (parts.next(), parts.next()) {
        blocks.extend(block.strip_prefix(language).map(str::trim));
    }
    blocks
}

#[test]
fn the_worked_example_works() {
    let toml = blocks("toml")[0];
    let door = Mapped::new(Mapping::parse_file("door.toml", toml).unwrap());
    let found: Vec<String> = blocks("text")[0]
        .lines()
        .flat_map(|line| read(&door, &[], line))
        .collect();
    let place = r#""log":{"file":{"path":"a.log"},"origin":{"file":{"line":7}}},"#;
    assert_eq!(found[0].replace(place, "").trim(), blocks("json")[0]);
    assert!(found[1].contains(r#""outcome":"failure""#) && !found[1].contains("user"));
    assert_eq!(found[2], "skip");
    for line in blocks("text")[0].lines() {
        reads_again(&door, &[], line);
        let damaged = line.replace("192.0.2.17", "192.0.2.999");
        reads_again(&door, &[], &damaged);
    }
    let damaged = blocks("text")[0]
        .lines()
        .next()
        .unwrap()
        .replace("192.0.2.17", "192.0.2.999");
    assert!(read(&door, &[], &damaged)[0].contains(r#""defects":["bad_ip"]"#));
    assert_eq!(read(&door, &[], "something else"), ["reject unknown_shape"]);
}

#[test]
fn the_error_that_is_shown_is_the_error() {
    let toml = blocks("toml")[0].replace("{verdict:word}", "{verdikt:word}");
    let error = Mapping::parse_file("door.toml", &toml)
        .unwrap_err()
        .to_string();
    let shown = blocks("text")[1].replace('\n', " ");
    assert_eq!(error, shown);
    assert!(Mapping::parse(blocks("toml")[1]).is_ok());
}

#[test]
fn the_examples_of_the_reference_parse() {
    let reference = include_str!("../../../../../../docs/reference/mappings.md");
    let example = reference
        .split("```")
        .nth(1)
        .unwrap()
        .strip_prefix("toml")
        .unwrap();
    let toml = format!("name = \"x\"\nformat = \"json\"\n{example}");
    let provider = Mapped::new(Mapping::parse(&toml).unwrap());
    let line =
        r#"{"client":"192.0.2.1:80","dns":{"answers":[{"rdata":"a","ttl":5},{"rdata":"b"}]}}"#;
    let found = read(&provider, &[], line);
    assert!(
        found[0].contains(r#""source":{"ip":"192.0.2.1","port":80}"#),
        "{found:?}"
    );
    assert!(
        found[0].contains(r#""dns":{"answers":{"data":["a","b"],"ttl":5}}"#),
        "{found:?}"
    );
    // Every key that a file may have is described.
    let error = Mapping::parse("nonsense = 1").unwrap_err().to_string();
    let keys = error
        .split("expected one of ")
        .nth(1)
        .unwrap()
        .split(';')
        .next()
        .unwrap();
    for key in keys
        .split('`')
        .filter(|key| key.chars().any(char::is_alphabetic))
    {
        let is_described = [
            format!("| `{key}` |"),
            format!("| `[{key}]` |"),
            format!("| `[[{key}]]` |"),
        ]
        .iter()
        .any(|row| reference.contains(row.as_str()));
        assert!(is_described, "{key}");
    }
}
