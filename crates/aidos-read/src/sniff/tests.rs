use super::*;
use crate::Quoting;

fn format(name: &str, text: &str) -> Format {
    sniff(name, text.as_bytes()).format
}

fn csv(name: &str, text: &str) -> Option<(char, Option<Vec<String>>)> {
    match format(name, text) {
        Format::Csv(dialect) => {
            assert_eq!(dialect.quoting, Quoting::Repair);
            Some((char::from(dialect.delimiter), dialect.header))
        }
        _ => None,
    }
}

fn header(names: &[&str]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}

fn json(name: &str, text: &str) -> Option<Shape> {
    match format(name, text) {
        Format::Json(shape) => Some(shape),
        _ => None,
    }
}

#[test]
fn log_lines_with_commas_are_text() {
    let logs = [
        "May/01/2024 10:00:00 firewall,info forward: in:ether1 out:bridge, src-mac \
         aa:bb:cc:dd:ee:ff, proto TCP (SYN), 203.0.113.7:51234->10.0.0.8:443, len 52\n",
        "Jul 11 22:12:11 gw system,error,critical login failure for user admin from 192.0.2.1 via ssh\n",
        "forward: in:a out:b, proto UDP, 192.0.2.1:53->192.0.2.2:53, len 60\n",
        "date=2024-05-01,time=10:00:00,devname=fw,srcip=192.0.2.1,dstip=192.0.2.2\n",
        "Hello, world. This is prose, and it goes on, line by line.\n",
        "[2024-05-01] something happened\n",
        "[admin@MikroTik] > /ip firewall print\n",
        "192.0.2.1 - - [01/May/2024:10:00:00 +0000] \"GET /?a=1,2,3 HTTP/1.1\" 200 12\n",
    ];
    for line in logs {
        for name in ["a.log", "a.txt", "a"] {
            let found = sniff(name, line.repeat(20).as_bytes());
            assert_eq!(found.format, Format::Text, "{line} {}", found.why);
        }
    }
}

#[test]
fn zeek_is_text() {
    let text = "#separator \\x09\n#fields\tts\tuid\tid.orig_h\n1714557600.1\tC1\t192.0.2.1\n";
    assert_eq!(format("conn.log", text), Format::Text);
}

#[test]
fn csv_by_its_header() {
    let ragged = "timestamp,addresses\n2024-05-01,a@x.org\n2024-05-02,a@x.org,b@y.org,c@z.org\n";
    assert_eq!(
        csv("a.txt", ragged),
        Some((',', Some(header(&["timestamp", "addresses"]))))
    );
    let semicolons = "Datum;Src IP;Dst IP\n1.5.2024;192.0.2.1,192.0.2.9;192.0.2.2\n";
    assert_eq!(
        csv("a", semicolons),
        Some((';', Some(header(&["Datum", "Src IP", "Dst IP"]))))
    );
    let tabs = "time\tuser\tmessage\n10:00\tann\thello, you, there\n";
    assert_eq!(
        csv("a", tabs),
        Some(('\t', Some(header(&["time", "user", "message"]))))
    );
    assert_eq!(
        csv("a", "from,to\n"),
        Some((',', Some(header(&["from", "to"])))),
        "a header alone"
    );
    let quoted = "\"time\",\"from\"\n\"2024-05-01\",\"Doe, John <j@x.org>\"\n";
    assert_eq!(
        csv("a", quoted),
        Some((',', Some(header(&["time", "from"]))))
    );
}

#[test]
fn csv_by_its_regularity() {
    let rows = "2024-05-01T10:00:00,a@x.org,b@y.org\n".repeat(3);
    assert_eq!(csv("a", &rows), Some((',', None)));
    assert_eq!(
        csv("a", &"2024-05-01T10:00:00,a@x.org\n".repeat(2)),
        None,
        "two are too few"
    );
    assert_eq!(csv("a", &"1\t2\t3 4 5\n".repeat(3)), Some(('\t', None)));
}

#[test]
fn csv_by_its_name() {
    assert_eq!(csv("a.csv", "2024-05-01,a@x.org\n"), Some((',', None)));
    assert_eq!(csv("A.CSV", "1;2\n3;4\n"), Some((';', None)));
    assert_eq!(csv("a.tsv", "1\t2\n"), Some(('\t', None)));
    assert_eq!(
        csv("a.csv", "email\na@x.org\nb@y.org\n"),
        Some((',', Some(header(&["email"]))))
    );
    assert_eq!(
        csv("a.csv", "sep=;\nx;y\n1;2\n"),
        Some((';', Some(header(&["x", "y"]))))
    );
    assert!(
        json("a.csv", "{\"a\":1}\n{\"a\":2}\n").is_some(),
        "the content counts"
    );
}

#[test]
fn a_header_cut_by_the_head_is_no_matter() {
    let text = format!(
        "time,from,to\n{}",
        "2024-05-01,a@x.org,b@y.org\n".repeat(5000)
    );
    assert_eq!(
        csv("a", &text),
        Some((',', Some(header(&["time", "from", "to"]))))
    );
}

#[test]
fn shapes_of_json() {
    let wrapped = |key: &str| {
        Some(Shape::Wrapped {
            key: key.to_owned(),
        })
    };
    assert_eq!(json("a", "{\"a\":1}\n{\"a\":2}\n"), Some(Shape::Lines));
    assert_eq!(json("a", "{\"a\":1}\n"), Some(Shape::Lines));
    assert_eq!(
        json("a", "{\"a\":1}\n{\"a\":\n{\"a\":3}\n{\"a\":4}\n"),
        Some(Shape::Lines)
    );
    assert_eq!(json("a", "[{\"a\":1},{\"a\":2}]"), Some(Shape::Array));
    assert_eq!(
        json("a", "\n [\n  {\n   \"a\": 1\n  }\n ]"),
        Some(Shape::Array)
    );
    assert_eq!(json("a", "[]"), Some(Shape::Array));
    assert_eq!(
        json("a", "{\n \"a\": 1\n}\n{\n \"a\": 2\n}"),
        Some(Shape::Concatenated)
    );
    assert_eq!(
        json("a", "{\"n\":1,\"events\":[{\"a\":1}]}"),
        wrapped("events")
    );
    assert_eq!(
        json("a", "{\"Records\":[{\"a\":1},{\"a\":2}]}"),
        wrapped("Records")
    );
    assert_eq!(
        json(
            "a",
            "{\"vorfälle\":[{\"a\":\"text\"},{\"a\":\"text\"}],\"n\":2}"
        ),
        wrapped("vorfälle")
    );
    let open = format!(
        "{{\"meta\":{{}},\"angriffe\":[{}",
        "{\"a\":\"some text\"},".repeat(9000)
    );
    assert_eq!(json("a", &open), wrapped("angriffe"));
    let batches = "{\"events\":[{\"a\":1}]}\n{\"events\":[{\"a\":2}]}\n";
    assert_eq!(json("a", batches), wrapped("events"));
}

#[test]
fn events_that_hold_arrays_are_no_wrappers() {
    let dns = "{\"ts\":1,\"query\":\"x.org\",\"answers\":[{\"a\":1}],\"id\":5}\n";
    assert_eq!(json("a", dns), Some(Shape::Lines));
    assert_eq!(json("a", &dns.repeat(3)), Some(Shape::Lines));
}

#[test]
fn json_behind_a_broken_first_line() {
    assert_eq!(
        json("a.log", "oops\n{\"a\":1}\n{\"a\":2}\n"),
        Some(Shape::Lines)
    );
    assert_eq!(json("a.log", "oops\noops\noops\n{\"a\":1}\n"), None);
    assert_eq!(
        json("a.json", "oops\noops\noops\n{\"a\":1}\n"),
        Some(Shape::Lines)
    );
}

#[test]
fn containers_and_binaries() {
    let found = sniff("a", b"PK\x03\x04....[Content_Types].xml....xl/workbook.xml");
    assert_eq!(found.format, Format::Xlsx);
    assert_eq!(sniff("a.xlsx", b"PK\x03\x04....").format, Format::Xlsx);
    assert_eq!(
        sniff("a.docx", b"PK\x03\x04[Content_Types].xml word/x").format,
        Format::Zip
    );
    assert_eq!(sniff("a", b"PK\x05\x06").format, Format::Zip);
    for (bytes, word) in [
        (b"\x1f\x8b\x08".as_slice(), "gzip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "password"),
        (b"\xff\xfe\0\0a\0\0\0", "UTF-32"),
        (b"\x01\x02\x03\x04\x05\x06\x07abc", "no text"),
    ] {
        let found = sniff("a.log", bytes);
        assert_eq!(found.format, Format::Binary);
        assert!(found.why.contains(word), "{}", found.why);
    }
}
