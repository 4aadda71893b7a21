use super::*;
use proptest::prelude::*;

fn read_cell(cell: &str) -> (String, String) {
    let arena = Bump::new();
    let mut out = Vec::new();
    let defects = clean(cell, &arena, &mut out);
    let pieces: Vec<String> = out
        .iter()
        .map(|piece| match piece {
            Piece::Address(text) => (*text).to_owned(),
            Piece::Ambiguous(text) => format!("ambiguous:{text}"),
            Piece::Bad(text) => format!("bad:{text}"),
            Piece::Text(text) => format!("text:{text}"),
        })
        .collect();
    let words: Vec<&str> = defects.iter().map(Defect::word).collect();
    (pieces.join(" | "), words.join(","))
}

#[test]
fn each_way_of_writing_is_read() {
    for (cell, pieces, defects) in [
        ("a@x.org", "a@x.org", ""),
        (" a@x.org ", "a@x.org", ""),
        ("A.B@X.ORG", "A.B@x.org", ""),
        ("<a@x.org>", "a@x.org", "stray_characters"),
        ("<<a@x.org>>", "a@x.org", "stray_characters"),
        ("<a@x.org", "a@x.org", "stray_characters"),
        (
            "a@x.org <- b@y.org;c@z.org",
            "a@x.org | b@y.org | c@z.org",
            "stray_characters",
        ),
        ("a@x.org;b@y.org|c@z.org,d@w.org", "a@x.org | b@y.org | c@z.org | d@w.org", ""),
        ("a@x.org b@y.org", "a@x.org | b@y.org", "missing_comma"),
        ("\"Doe, John\" <j@x.org>", "j@x.org", "stray_characters"),
        ("Doe, John <j@x.org>", "j@x.org", "stray_characters"),
        ("John O'Neil <j@x.org>", "j@x.org", "stray_characters"),
        ("\"j@x.org\" <j@x.org>", "j@x.org", "stray_characters"),
        ("'j@x.org'", "j@x.org", "stray_characters"),
        ("\"j@x.org\"", "j@x.org", "stray_characters"),
        ("mailto:A@X.ORG", "A@x.org", "stray_characters"),
        ("mailto:a@x.org?subject=hi", "a@x.org", "stray_characters"),
        ("a@x.org.", "a@x.org", "stray_characters"),
        ("a [at] x.org", "a@x.org", "obfuscated"),
        ("a(at)x.org", "a@x.org", "obfuscated"),
        ("a@x[.]org", "a@x.org", "obfuscated"),
        ("a [ AT ] x (dot) org", "a@x.org", "obfuscated"),
        ("=?UTF-8?B?zpnPiQ==?= <a@x.org>", "a@x.org", "stray_characters,encoded_word"),
        ("=?utf-8?Q?a=40b.org?= <a@x.org>", "a@x.org", "stray_characters,encoded_word"),
        ("=?UTF-8?B?YUB4Lm9yZw==?=", "a@x.org", "encoded_word"),
        ("\u{a0}a@x.org\u{a0}", "a@x.org", "stray_characters"),
        ("\u{feff}a@x.org", "a@x.org", "stray_characters"),
        ("a@x.org\u{0}", "a@x.org", "control_characters"),
        ("\ta@x.org\r\n", "a@x.org", ""),
        ("a@\u{3b1}\u{3b2}.gr", "a@xn--mxac.gr", ""),
        ("a@B\u{dc}CHER.de", "a@xn--bcher-kva.de", ""),
        ("\u{3b9}\u{3c9}@x.org", "\u{3b9}\u{3c9}@x.org", ""),
        ("\"john doe\"@x.org", "\"john doe\"@x.org", ""),
        ("\"a,b@c\"@X.org", "\"a,b@c\"@x.org", ""),
        ("o'brien+tag@x.org", "o'brien+tag@x.org", ""),
        ("a@[192.0.2.1]", "a@[192.0.2.1]", ""),
        ("a@localhost", "a@localhost", ""),
        ("a@x.org (John)", "a@x.org", "stray_characters"),
        ("a@x.org/b@y.org", "a@x.org | b@y.org", "stray_characters"),
        ("", "", ""),
        ("-", "", ""),
    ] {
        assert_eq!(read_cell(cell), (pieces.into(), defects.into()), "{cell:?}");
    }
}

#[test]
fn nothing_is_guessed() {
    for (cell, pieces, defects) in [
        ("a@x.orgb@y.org", "ambiguous:a@x.orgb@y.org", "ambiguous_address"),
        (
            "c@z.org;a@x.orgb@y.org",
            "c@z.org | ambiguous:a@x.orgb@y.org",
            "ambiguous_address",
        ),
        ("a@x.org_b@y.org", "ambiguous:a@x.org_b@y.org", "ambiguous_address"),
        ("a@@x.org", "ambiguous:a@@x.org", "ambiguous_address"),
        ("a@", "bad:a@", "bad_address"),
        ("@x.org", "bad:@x.org", "bad_address"),
        ("a@x", "bad:a@x", "bad_address"),
        ("a@x.o", "bad:a@x.o", "bad_address"),
        ("a..b@x.org", "bad:a..b@x.org", "bad_address"),
        ("a@x..org", "bad:a@x..org", "bad_address"),
        ("a@-x.org", "bad:a@-x.org", "bad_address"),
        ("a@x_y.org", "bad:a@x_y.org", "bad_address"),
        ("a@1.2.3.4", "bad:a@1.2.3.4", "bad_address"),
        ("hello world", "text:hello world", "extra_text"),
        ("a@x.org see below", "a@x.org | text:see below", "extra_text"),
        ("undisclosed-recipients:;", "text:undisclosed-recipients:", "extra_text"),
    ] {
        assert_eq!(read_cell(cell), (pieces.into(), defects.into()), "{cell:?}");
    }
}

#[test]
fn hostile_cells_take_linear_time() {
    let arena = Bump::new();
    for unit in ["\"", "\"\\", "(", "=?", "[at]", "@", "a@x.org<", "\\\"("] {
        let cell = unit.repeat(1_000_000 / unit.len());
        let mut out = Vec::new();
        clean(&cell, &arena, &mut out);
        assert!(out.len() < 200_000, "{unit}");
    }
}

/// Texts of the characters that matter here.
fn hostile() -> impl Strategy<Value = String> {
    let part = prop::sample::select(vec![
        "a", "B", "x.org", "@", "@", ".", " ", "<", ">", "\"", "'", ",", ";", "(", ")", "[at]",
        "(dot)", "[", "]", ":", "mailto:", "=?UTF-8?Q?", "?=", "=?UTF-8?B?YUB4Lm9yZw==?=", "\\",
        "\u{a0}", "\u{feff}", "\u{0}", "\u{3b1}", "\u{200c}", "/", "-", "|", "xn--mxa", "\u{ff20}",
        "localhost", "[192.0.2.1]", "{at}", "<-", "\u{130}", "\u{3002}",
    ]);
    prop_oneof![
        prop::collection::vec(part, 0..14).prop_map(|parts| parts.concat()),
        "\\PC{0,40}",
    ]
}

proptest! {
    #[test]
    fn what_is_found_reads_back(cell in hostile()) {
        let arena = Bump::new();
        let mut out = Vec::new();
        clean(&cell, &arena, &mut out);
        for piece in out {
            if let Piece::Address(text) = piece {
                let mut again = Vec::new();
                prop_assert!(clean(text, &arena, &mut again).is_empty(), "{:?}", text);
                prop_assert_eq!(&again, &[piece], "{:?}", text);
            }
        }
    }

    #[test]
    fn the_fast_path_is_the_slow_path(cell in "[a-z0-9._+%-]{0,6}@[a-z0-9.-]{0,9}(@x|)") {
        let arena = Bump::new();
        let mut out = Vec::new();
        let defects = read(&cell, &arena, &mut out);
        let one = matches!(out.as_slice(), [Piece::Address(text)] if *text == cell);
        if is_plain(cell.as_bytes()) {
            prop_assert!(one && defects.is_empty(), "{:?}", out);
        }
    }
}
