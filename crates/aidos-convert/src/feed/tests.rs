use super::*;

fn feed(form: &str, rest: &str) -> Definition {
    let text = format!(
        "[[feed]]\nname = \"t\"\nurl = \"https://feeds.site.com/x\"\nform = \"{form}\"\n{rest}\n"
    );
    definitions(&text).unwrap().remove(0)
}

fn values(feed: &Feed) -> Vec<&str> {
    feed.items().map(|item| item.value.as_str()).collect()
}

fn day(text: &str) -> Timestamp {
    Timestamp::parse(&format!("{text}T00:00:00Z")).unwrap()
}

#[test]
fn lists() {
    let list = "\u{feff}# head\n; other\n// third\n\n45.33.32.156:443 # a port\n45.33.32.0/24\r\nnet:45.33.0.1-45.33.0.2\n\
                0.0.0.0 evil.foobar\n10.0.0.1\nhxxp://bad[.]com/x\nd41d8cd98f00b204e9800998ecf8427e\nnothing at all\n";
    let read = parse(&feed("text", ""), list.as_bytes()).unwrap();
    assert_eq!(
        values(&read),
        [
            "45.33.0.1",
            "45.33.0.2",
            "45.33.32.156",
            "45.33.32.0/24",
            "evil.foobar",
            "http://bad.com/x",
            "d41d8cd98f00b204e9800998ecf8427e"
        ]
    );
    assert_eq!((read.private, read.unread), (2, 1));
    let port = read
        .items()
        .find(|item| item.value == "45.33.32.156")
        .unwrap();
    assert_eq!((port.comment.as_deref(), port.place), (Some("a port"), 5));
}

#[test]
fn tables() {
    let table = "# c\nid,url,dateadded,threat\n1,http://evil.com/a,2026-03-07 10:38:03,\"x, y\"\n2,nothing,,\n";
    let by_name = feed(
        "csv",
        "columns = { value = \"URL\", date = \"dateadded\", comment = \"threat\" }",
    );
    let by_number = feed("csv", "columns = { value = 2, date = 3, comment = 4 }");
    for definition in [by_name, by_number] {
        let read = parse(&definition, table.as_bytes()).unwrap();
        let item = read.items().next().unwrap();
        assert_eq!(
            (item.value.as_str(), item.comment.as_deref()),
            ("http://evil.com/a", Some("x, y"))
        );
        assert_eq!(item.seen, Timestamp::parse("2026-03-07T10:38:03Z"));
    }
    for (rest, what) in [
        (
            "columns = { value = \"ip\" }",
            "feed `t`, line 2: there is no column `ip`; correct its definition",
        ),
        (
            "columns = { value = 9 }",
            "feed `t`, line 2: there is no column 9, the row has 4; correct its definition",
        ),
    ] {
        let error = parse(&feed("csv", rest), table.as_bytes()).unwrap_err();
        assert_eq!(error.to_string(), what);
    }
}

#[test]
fn documents() {
    let text = r#"{"data":{"items":[{"ioc":"45.33.32.156","at":1772879883},{"ioc":["evil.com","bad.org"]},{"x":1}]}}"#;
    let definition = feed(
        "json",
        "list = \"/data/items\"\ncolumns = { value = \"/ioc\", date = \"/at\" }",
    );
    let read = parse(&definition, text.as_bytes()).unwrap();
    assert_eq!(values(&read), ["45.33.32.156", "bad.org", "evil.com"]);
    assert_eq!(read.unread, 1);
    assert!(read.items().next().unwrap().seen.is_some());
    for (text, what) in [
        (
            "{",
            "feed `t`, line 1 column 1: no JSON; correct its definition",
        ),
        (
            "{}",
            "feed `t`, `/data/items`: it is not there; correct its definition",
        ),
        (
            "{\"data\":{\"items\":3}}",
            "feed `t`, `/data/items`: it is no list; correct its definition",
        ),
    ] {
        assert_eq!(
            parse(&definition, text.as_bytes()).unwrap_err().to_string(),
            what
        );
    }
}

const RSS: &str = "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>x</title><link>https://blog.site.com/</link>\
<item><title>Evil &amp; co</title><link>https://blog.site.com/post</link><pubDate>Sat, 07 Mar 2026 10:38:03 GMT</pubDate>\
<description><![CDATA[C2 is <b>evil[.]com</b>, see https://blog.site.com/more and <a href=\"http://bad.org/a?b&amp;c\">x</a>]]></description></item>\
<item><title>none</title><description>&lt;p&gt;45.33.32.156&lt;/p&gt;</description></item></channel></rss>";

#[test]
fn news() {
    let read = parse(&feed("rss", ""), RSS.as_bytes()).unwrap();
    assert_eq!(
        values(&read),
        ["45.33.32.156", "evil.com", "http://bad.org/a?b&c"]
    );
    let item = read.items().nth(1).unwrap();
    assert_eq!(
        (item.comment.as_deref(), item.place),
        (Some("Evil & co"), 1)
    );
    assert_eq!(item.seen, Timestamp::parse("2026-03-07T10:38:03Z"));
    let atom = "<feed xmlns=\"http://www.w3.org/2005/Atom\"><entry><title>a</title><link href=\"https://s.net/1\"/>\
                <updated>2026-03-07T10:38:03Z</updated><content type=\"html\">evil.com s.net</content></entry></feed>";
    let read = parse(&feed("rss", ""), atom.as_bytes()).unwrap();
    assert_eq!(values(&read), ["evil.com"]);
    assert!(read.items().next().unwrap().seen.is_some());
    for broken in ["<rss><item></rss>", "no xml", "<rss><item><title>x"] {
        assert!(
            parse(&feed("rss", ""), broken.as_bytes()).is_err(),
            "{broken}"
        );
    }
}

#[test]
fn the_same_feed_twice_adds_nothing() {
    let definition = feed(
        "text",
        "confidence = 60\ntlp = \"green\"\nlabels = [\"scanner\"]\nage = 30",
    );
    let list = b"45.33.32.156\nevil.com\n1BoatSLRHtKNngkdXEeobR76b53LETtpyT\n";
    let read = parse(&definition, list).unwrap();
    let made = |on: &str, before: &dyn Fn(Uuid) -> Option<Timestamp>| -> Value {
        let mut text = Vec::new();
        assert_eq!(
            read.write(&definition, day(on), before, &mut text).unwrap(),
            2
        );
        serde_json::from_slice(&text).unwrap()
    };
    let one = made("2026-03-07", &|_| None);
    let two = made("2026-03-08", &|_| Some(day("2026-03-07")));
    // What was made before keeps its beginning; it was listed again, so it ends later.
    for (early, late) in one["objects"]
        .as_array()
        .unwrap()
        .iter()
        .zip(two["objects"].as_array().unwrap())
    {
        assert_eq!(early["created"], late["created"]);
        if late["type"] == "indicator" {
            assert_eq!(late["modified"], "2026-03-08T00:00:00.000Z");
            assert_eq!(late["valid_from"], "2026-03-07T00:00:00.000Z");
            assert_eq!(late["valid_until"], "2026-04-07T00:00:00.000Z");
        }
    }
    let ids = |bundle: &Value| {
        let objects = bundle["objects"].as_array().unwrap();
        objects
            .iter()
            .map(|it| it["id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(&one), ids(&two));
    let indicators: Vec<&Value> = one["objects"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|it| it["type"] == "indicator")
        .collect();
    assert_eq!(indicators.len(), 2);
    for indicator in indicators {
        assert_eq!(indicator["confidence"], 60);
        assert_eq!(indicator["labels"], json!(["scanner"]));
        assert_eq!(indicator["valid_from"], "2026-03-07T00:00:00.000Z");
        assert_eq!(indicator["valid_until"], "2026-04-06T00:00:00.000Z");
        assert!(ids(&one).contains(&indicator["created_by_ref"].as_str().unwrap().to_owned()));
        assert!(indicator["object_marking_refs"].is_array());
    }
}

#[test]
fn definitions_are_refused_with_their_line() {
    let head = "[[feed]]\nname = \"a\"\nurl = \"https://x.example/\"\n";
    for (rest, what) in [
        (
            "form = \"text\"\nconfidence = 101",
            "line 1 of the feeds: the confidence of `a` is above 100",
        ),
        (
            "form = \"text\"\ncolour = 1",
            "line 5 of the feeds: unknown field",
        ),
        (
            "form = \"text\"\ntlp = \"blue\"",
            "line 1 of the feeds: `blue` is no TLP",
        ),
        (
            "form = \"json\"",
            "line 1 of the feeds: `a` is JSON and needs",
        ),
        (
            "form = \"json\"\ncolumns = { value = 1 }",
            "line 1 of the feeds: columns of `a` are JSON pointers",
        ),
        (
            "form = \"csv\"\ncolumns = { value = 0 }",
            "line 1 of the feeds: columns of `a` are numbered from 1",
        ),
        (
            "form = \"rss\"\ncolumns = { value = 1 }",
            "line 1 of the feeds: `a` has no columns",
        ),
    ] {
        let error = definitions(&format!("{head}{rest}\n"))
            .unwrap_err()
            .to_string();
        assert!(error.starts_with(what), "{error}");
        assert!(!error.contains('\n'));
    }
    for (rest, what) in [
        (
            "form = \"misp\"\nage = 3",
            "line 1 of the feeds: `a` is events or a bundle",
        ),
        (
            "form = \"csv\"\nkey-env = \"A\"\nkey-file = \"b\"",
            "line 1 of the feeds: `a` has both key-env and key-file",
        ),
    ] {
        let error = definitions(&format!("{head}{rest}\n"))
            .unwrap_err()
            .to_string();
        assert!(error.starts_with(what), "{error}");
    }
    for name in ["", "../a", ".a", "a b", "a.state", "a.bundle"] {
        let text =
            format!("[[feed]]\nname = \"{name}\"\nurl = \"https://x.example/\"\nform = \"text\"\n");
        assert!(definitions(&text).is_err(), "{name}");
    }
    assert!(definitions("").is_err());
    assert!(definitions("[[feed]]\nname = \"a\"\nurl = \"/srv/a\"\nform = \"text\"\n").is_err());
    let folder =
        definitions("[[feed]]\nname = \"a\"\nurl = \"/srv/a\"\nform = \"misp\"\n").unwrap();
    assert_eq!(
        (folder[0].form, folder[0].max_bytes),
        (Form::Misp, 64 << 20)
    );
    let twice = format!("{head}form = \"text\"\n{head}form = \"text\"\n");
    assert!(
        definitions(&twice)
            .unwrap_err()
            .to_string()
            .starts_with("line 5 of the feeds: the name `a` is used twice")
    );
}
