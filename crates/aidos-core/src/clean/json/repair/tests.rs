use super::*;
use proptest::prelude::*;

fn made(text: &str) -> (String, usize, Option<String>) {
    let arena = Bump::new();
    let repaired = repair(text, &arena).unwrap();
    (
        repaired.json.to_owned(),
        repaired.fixes.len(),
        repaired.cut.map(str::to_owned),
    )
}

#[test]
fn what_was_meant_is_written() {
    for (text, json) in [
        (r#"{'a': 'b'}"#, r#"{"a":"b"}"#),
        (r#"{'a': 'it's "x"'}"#, r#"{"a":"it's \"x\""}"#),
        (r"{a: 1, b_c: x y}", r#"{"a":1,"b_c":"x y"}"#),
        (r"{a: 10.0.0.1, b: +5, c: 05}", r#"{"a":"10.0.0.1","b":5,"c":"05"}"#),
        (r#"{"a":1,}"#, r#"{"a":1}"#),
        (r#"{"a":[1,2,],"b":{},}"#, r#"{"a":[1,2],"b":{}}"#),
        (r#"{"a":1,,"b":2}"#, r#"{"a":1,"b":2}"#),
        (r#"{,"a":1}"#, r#"{"a":1}"#),
        (r#"{"a":1 "b":2}"#, r#"{"a":1,"b":2}"#),
        (r#"{"a":"1" "b":2}"#, r#"{"a":"1","b":2}"#),
        (r#"{"a":NaN,"b":-Infinity,"c":None,"d":True}"#, r#"{"a":null,"b":null,"c":null,"d":true}"#),
        (r#"{"a":"' or "1"="1","b":2}"#, r#"{"a":"' or \"1\"=\"1","b":2}"#),
        (r#"{"a":"say "hi", bob"}"#, r#"{"a":"say \"hi\", bob"}"#),
        ("{\"a\":\"x\u{1b}\ty\"}", r#"{"a":"x\u001b\ty"}"#),
        (r#"{"a":"C:\Users\x41\'"}"#, r#"{"a":"C:\\Users\u0041'"}"#),
        (r#"{"\ud800":"\ud83d\ude00"}"#, "{\"\u{fffd}\":\"\\ud83d\\ude00\"}"),
        (r#"{"a":[1,2},"b":3}"#, r#"{"a":[1,2]}"#),
        (r#"{"a":}"#, r#"{"a":null}"#),
        (r#"{"a"=>1,b=2}"#, r#"{"a":1,"b":2}"#),
        (r#"{"a":1} garbage"#, r#"{"a":1}"#),
        (r#"{"a":1;"b":2}"#, r#"{"a":1,"b":2}"#),
        (r#"{"a":"1"; "b":2}"#, r#"{"a":"1","b":2}"#),
    ] {
        let (made, fixes, cut) = made(text);
        assert_eq!((made.as_str(), cut), (json, None), "{text}");
        assert!(fixes > 0, "{text}");
    }
}

#[test]
fn an_end_in_the_middle_takes_the_open_member() {
    for (text, json, cut) in [
        (r#"{"a":1,"b":"x"#, r#"{"a":1}"#, r#""b":"x"#),
        (r#"{"a":1,"b":22"#, r#"{"a":1}"#, r#""b":22"#),
        (r#"{"a":1,"b""#, r#"{"a":1}"#, r#""b""#),
        (r#"{"a":1,"b":"x""#, r#"{"a":1,"b":"x"}"#, ""),
        (r#"{"a":1,"#, r#"{"a":1}"#, ""),
        (r#"{"a":{"b":1,"c":[1,2"#, r#"{"a":{"b":1,"c":[1]}}"#, "2"),
        (r#"{"a":"x\"#, "{}", r#""a":"x\"#),
        (r#"{"a":"x\u00"#, "{}", r#""a":"x\u00"#),
        ("{", "{}", ""),
        ("", "null", ""),
    ] {
        assert_eq!(made(text), (json.into(), 0, Some(cut.into())), "{text}");
    }
}

#[test]
fn what_is_valid_is_not_touched() {
    for text in [
        r#"{"a":[1,-2.5e3,{"b":null}],"c":"\"\\\/\b\u0041","d":{}}"#,
        r#"{"a":"x, y: {z}"} "#,
        r#"{"a":1},"#,
    ] {
        let (json, fixes, cut) = made(text);
        assert_eq!((json.as_str(), fixes, cut), (text.trim_end_matches([' ', ',']), 0, None));
    }
}

#[test]
fn depth_is_limited() {
    let arena = Bump::new();
    assert!(repair(&"[".repeat(128), &arena).is_ok());
    assert!(matches!(repair(&"[".repeat(129), &arena), Err(TooDeep)));
    assert!(repair(&"{a:".repeat(1_000_000), &arena).is_err());
}

#[test]
fn hostile_texts_take_linear_time() {
    let arena = Bump::new();
    for unit in ["\"", "'", ",", "\\", "a", ":", "]", "\" ", "\",", "{}", "\"a", "\u{a0}"] {
        let text = format!("{{\"k\":\"{}", unit.repeat(500_000));
        let made = repair(&text, &arena).unwrap();
        assert!(made.fixes.len() <= TOLD);
        let text = format!("{{{}", unit.repeat(500_000));
        assert!(repair(&text, &arena).is_ok());
    }
}

proptest! {
    #[test]
    fn any_text_becomes_valid(parts in prop::collection::vec(prop::sample::select(vec![
        "{", "}", "[", "]", ":", ",", "\"", "'", "\\", "\\u", "\\ud800", "00", "a", "1", "-", ".", "e",
        "null", "NaN", " ", "\n", "\u{0}", "\u{3b1}", "=", ";", "\u{a0}", "\"k\":", "\"v\"",
    ]), 0..24)) {
        let arena = Bump::new();
        let text = parts.concat();
        let made = repair(&text, &arena).unwrap();
        let value: Result<serde_json::Value, _> = serde_json::from_str(made.json);
        // Half a surrogate pair is no text for serde, but a valid string.
        prop_assert!(value.is_ok(), "{:?} made {:?}", text, made.json);
    }

    #[test]
    fn each_beginning_of_an_object_is_read_as_far_as_it_goes(cut in 0usize..63) {
        let whole = r#"{"a":1,"b":{"c":"x\u00e9","d":[true,null]},"e":"y, \"z\"","f":2}"#;
        let arena = Bump::new();
        let made = repair(whole.get(..cut).unwrap(), &arena).unwrap();
        let value: serde_json::Value = serde_json::from_str(made.json).unwrap();
        let all: serde_json::Value = serde_json::from_str(whole).unwrap();
        prop_assert!(made.cut.is_some() && made.fixes.is_empty());
        for (key, value) in value.as_object().into_iter().flatten() {
            if !value.is_object() {
                prop_assert_eq!(value, &all[key]);
            }
        }
    }
}
