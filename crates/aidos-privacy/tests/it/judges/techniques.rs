//! Presidio's operators on many texts, and the cipher of `encrypt` opened by another program.

use aidos_privacy::key::MasterKey;
use aidos_privacy::technique::Technique;
use aidos_privacy::technique::hash::{Function, Salted};
use aidos_privacy::technique::mask::Mask;
use serde_json::{Value, json};

use super::ask;
use crate::canary::{Dice, hex};

/// Letters of one to four bytes, marks, controls, and what is no letter.
const LETTERS: [char; 20] = [
    'a',
    'Z',
    '7',
    ' ',
    '@',
    '.',
    '-',
    '\n',
    '\0',
    '"',
    '\\',
    'é',
    'ß',
    'ς',
    'Я',
    '漢',
    '\u{301}',
    '\u{200d}',
    '👩',
    '\u{10ffff}',
];

fn text(dice: &mut Dice) -> String {
    let length = dice.below(40);
    (0..length)
        .map(|_| LETTERS[dice.place(LETTERS.len())])
        .collect()
}

/// A technique of ours and Presidio's operator with the same parameters.
fn pair(dice: &mut Dice) -> (Technique, &'static str, Value) {
    match dice.below(5) {
        0 => (Technique::Redact, "redact", json!({})),
        1 => {
            let with = text(dice);
            let params = json!({"new_value": with});
            (Technique::Replace { with: Some(with) }, "replace", params)
        }
        2 => (
            Technique::Replace { with: None },
            "replace",
            json!({"new_value": ""}),
        ),
        3 => {
            let mask = Mask {
                character: LETTERS[dice.place(LETTERS.len())],
                count: i64::try_from(dice.below(50)).unwrap() - 4,
                from_end: dice.below(2) == 1,
            };
            let params = json!({"masking_char": mask.character, "chars_to_mask": mask.count, "from_end": mask.from_end});
            (Technique::Mask(mask), "mask", params)
        }
        _ => {
            let (function, word) = if dice.below(2) == 1 {
                (Function::Sha256, "sha256")
            } else {
                (Function::Sha512, "sha512")
            };
            // Some too short: both refuse them.
            let salt: String = std::iter::repeat_with(|| text(dice)).take(3).collect();
            let params = json!({"hash_type": word, "salt": salt});
            (Technique::Salted(Salted { function, salt }), "hash", params)
        }
    }
}

#[test]
fn operators_write_what_presidio_writes() {
    let key = MasterKey::from_bytes([3; 32]).community("judges");
    let mut dice = Dice::new(11);
    let cases: Vec<_> = (0..2_000)
        .map(|_| {
            let (technique, operator, params) = pair(&mut dice);
            let text = text(&mut dice);
            let question =
                json!({"operator": operator, "kind": "PERSON", "text": text, "params": params});
            (technique, text, question)
        })
        .collect();
    let mut questions: Vec<Value> = cases.iter().map(|case| case.2.clone()).collect();
    // Its `encrypt` writes another text each time: there is nothing to be equal to.
    let random = json!({"operator": "encrypt", "kind": "PERSON", "text": "Ada", "params": {"key": "0123456789abcdef"}});
    questions.extend([random.clone(), random]);
    let Some(mut answers) = ask("operators", &questions) else {
        return;
    };
    let (one, other) = (answers.pop().unwrap(), answers.pop().unwrap());
    assert!(one["text"].is_string() && one != other, "{one} {other}");
    let (mut refused, mut equal) = (0, 0);
    for ((technique, text, question), theirs) in cases.iter().zip(&answers) {
        match technique.apply("PERSON", text, &key) {
            Ok(hidden) => {
                assert_eq!(theirs["text"], hidden.text, "{question}: {theirs}");
                equal += 1;
            }
            Err(error) => {
                assert!(theirs["error"].is_string(), "{question}: {error}; {theirs}");
                refused += 1;
            }
        }
    }
    assert!(
        equal > 1_800 && refused > 0,
        "{equal} equal, {refused} refused"
    );
}

#[test]
fn what_is_encrypted_another_program_reads() {
    let key = MasterKey::from_bytes([3; 32]).community("judges");
    let bytes = hex(key.export().as_slice());
    let mut dice = Dice::new(12);
    let kinds = ["PERSON", "EMAIL_ADDRESS", "", "Ὄνομα"];
    let cases: Vec<(String, Value)> = (0..500)
        .map(|_| {
            let (kind, text) = (kinds[dice.place(kinds.len())], text(&mut dice));
            let hidden = Technique::Encrypt.apply(kind, &text, &key).unwrap().text;
            let question =
                json!({"key": bytes, "technique": "aes-siv", "kind": kind, "hidden": hidden});
            (text, question)
        })
        .collect();
    let mut questions: Vec<Value> = cases.iter().map(|case| case.1.clone()).collect();
    // Under another kind nothing opens.
    let mut moved = questions[0].clone();
    moved["kind"] = "OTHER".into();
    questions.push(moved);
    let Some(answers) = ask("ciphers", &questions) else {
        return;
    };
    for ((text, question), theirs) in cases.iter().zip(&answers) {
        assert_eq!(theirs["text"], text.as_str(), "{question}: {theirs}");
    }
    let moved = answers.last().unwrap();
    assert!(
        moved["error"].as_str().unwrap().starts_with("InvalidTag"),
        "{moved}"
    );
}
