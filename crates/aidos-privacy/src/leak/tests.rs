use super::*;
use proptest::prelude::*;
use sha2::{Digest, Sha256};

fn forms(values: &[&str], text: &str) -> Vec<Form> {
    let mut forms: Vec<Form> = Search::new(values)
        .unwrap()
        .find(text.as_bytes())
        .into_iter()
        .map(|leak| leak.form)
        .collect();
    forms.sort();
    forms.dedup();
    forms
}

#[test]
fn every_form_is_found() {
    let value = "Zoë.Quibble+x@snark.example";
    for (text, form) in [
        ("a zOë.quibble+X@snark.example b", Form::Exact),
        ("zoe-quibble x snark example", Form::Folded),
        ("the QUIBBL of", Form::Part),
        ("Wm_Dqy5RdWliYmxlK3hAc25hcmsuZXhhbXBsZQ==", Form::Base64),
        (
            "xx5a6fc3ab2e51756962626c652b7840736e61726b2e6578616d706c65",
            Form::Hex,
        ),
        ("?m=Zo%C3%AB.Quibble%2Bx%40snark.example", Form::Escaped),
        ("\"Zo\\u00eb.Quibble+x@snark.example\"", Form::Escaped),
    ] {
        assert!(forms(&[value], text).contains(&form), "{form:?} in {text}");
    }
    let digest = crate::technique::hex(&Sha256::digest("zoë.quibble+x@snark.example"));
    assert_eq!(forms(&[value], &digest.to_uppercase()), [Form::Sha256]);
    // ipv4-addr of the standard's namespace, as the example in `StixId::observable`.
    assert_eq!(
        forms(
            &["198.51.100.3"],
            "ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4"
        ),
        [Form::Uuid]
    );
    assert_eq!(
        forms(&["+30 210 123-4567"], "302101234567"),
        [Form::Folded, Form::Part]
    );
    assert!(
        forms(&["GB82 WEST 1234 5698 7654 32"], "82 1234 5698 7654 32").contains(&Form::Digits)
    );
}

#[test]
fn what_is_no_leak_is_none() {
    assert!(forms(&["203.0.113.7"], "203.0.113.77 and 203.0.11.37 12030113 7").is_empty());
    assert!(
        forms(
            &["ada@lovelace.example"],
            "ada.example.org love ---- lace: adalo"
        )
        .is_empty()
    );
    assert!(forms(&["al"], "al").is_empty());
    assert!(forms(&["1.2.3.24"], "\"line\":12324").is_empty());
    // Six digits stand in some UUID of a million.
    let uuid = "5c123456-97ab-5d82-8f50-b5facade07c4";
    assert!(forms(&["123456"], uuid).is_empty() && forms(&["facade"], uuid).is_empty());
    assert!(!forms(&["facade"], "login facade failed").is_empty());
    assert!(forms(&["02:17:10:88:bc:02"], "\"count\":21710880").is_empty());
    assert!(forms(&["10.20.3.151"], "\"entries\":[10203151]").is_empty());
    assert_eq!(forms(&["10.20.100.128"], "1020100128"), [Form::Folded]);
    assert!(Search::new(Vec::<&str>::new()).unwrap().is_empty());
    assert!(forms(&["Ada"], "adamant").is_empty());
    assert_eq!(forms(&["Ada"], "x (ADA)"), [Form::Exact, Form::Folded]);
}

proptest! {
    #[test]
    fn a_planted_value_is_found_and_in_its_place(
        value in "[a-zA-Z0-9@. -]{3,20}|\\PC{3,12}",
        before in "\\PC{0,9}",
    ) {
        let trimmed = value.trim();
        prop_assume!(trimmed.chars().filter(|letter| letter.is_alphanumeric()).count() >= 3);
        let text = format!("{before} {trimmed} ");
        let search = Search::whole([&value]).unwrap();
        prop_assert!(!search.find(text.as_bytes()).is_empty());
    }

    #[test]
    fn any_bytes_are_searched(bytes: Vec<u8>, value in "\\PC{0,20}") {
        let search = Search::new([value]).unwrap();
        for leak in search.find(&bytes) {
            prop_assert!(leak.start <= leak.end && leak.end <= bytes.len());
        }
    }

    #[test]
    fn pieces_of_a_text_hold_what_the_text_holds(
        parts in prop::collection::vec("ada@lovelace\\.example|ADA LOVELACE EXAMPLE|203\\.0\\.113\\.77|\\PC{0,9}", 0..20),
        piece in 1usize..80,
    ) {
        let text = parts.join("-");
        let search = Search::new(["ada@lovelace.example", "203.0.113.77"]).unwrap();
        prop_assert_eq!(search.by_pieces(text.as_bytes(), piece), search.find_at_once(text.as_bytes()));
    }

    #[test]
    fn letters_are_those_of_the_projection(text in "[ -~\n]{0,80}") {
        let quick: Vec<u8> = letters(text.as_bytes()).collect();
        prop_assert_eq!(quick, Projection::of(text.as_bytes()).text);
    }

    #[test]
    fn base64_is_found_at_any_alignment(value in "[a-z]{8,20}", before in "[a-z]{0,7}", after in "[a-z]{0,7}") {
        use std::fmt::Write;
        let text = format!("{before}{value}{after}");
        let mut bits = String::new();
        text.bytes().for_each(|byte| write!(bits, "{byte:08b}").unwrap());
        while !bits.len().is_multiple_of(6) { bits.push('0'); }
        let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let encoded: Vec<u8> = (0..bits.len() / 6)
            .map(|at| alphabet[usize::from_str_radix(&bits[at * 6..at * 6 + 6], 2).unwrap()])
            .collect();
        let search = Search::new([value]).unwrap();
        prop_assert!(search.find(&encoded).iter().any(|leak| leak.form == Form::Base64));
    }
}
