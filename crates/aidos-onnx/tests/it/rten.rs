//! Models run by `rten`.

use std::fs;
use std::path::Path;

use aidos_onnx::{Recogniser, Runtime};
use aidos_privacy::pii::{Kind, Kinds, Options, Pass as _, Scanner};

use super::{copy, data, found, texts};

fn open(folder: &Path) -> Result<Recogniser, String> {
    Recogniser::open(folder, &Runtime::Rten).map_err(|error| error.to_string())
}

fn names() -> Recogniser {
    open(&data().join("names")).unwrap()
}

/// What a token's own label is likely by: the softmax of 4 beside eight zeros, and the other label of its type.
fn likely() -> f32 {
    let own = 4.0_f32.exp();
    (own + 1.0) / (own + 8.0)
}

#[test]
fn names_are_found_as_whole_words_with_their_probability() {
    let model = names();
    assert_eq!(model.ignored(), ["MISC"]);
    let text = "call Maria Rossi of Acme Ltd, lives in Berlin. English Papadopoulou in Ἀθήνα";
    let all = found(&model, text);
    let words: Vec<(&str, Kind)> = all
        .iter()
        .map(|(text, kind, _)| (text.as_str(), *kind))
        .collect();
    assert_eq!(
        words,
        [
            ("Maria Rossi", Kind::Person),
            ("Acme Ltd", Kind::Organization),
            ("Berlin", Kind::Location),
            ("Papadopoulou", Kind::Person),
            ("Ἀθήνα", Kind::Location),
        ]
    );
    for (word, _, score) in all {
        assert!((score - likely()).abs() < 1e-4, "{word}: {score}");
    }
}

#[test]
fn marks_inside_names_and_spelled_special_tokens_are_text() {
    let model = names();
    let words = |text: &str| -> Vec<String> {
        found(&model, text)
            .into_iter()
            .map(|(word, _, _)| word)
            .collect()
    };
    assert_eq!(
        words("O'Neil-Rossi, in New York"),
        ["O'Neil-Rossi", "New York"]
    );
    assert_eq!(words("user=Maria"), ["Maria"]);
    // Spelled, they neither end the text nor hide what follows.
    assert_eq!(
        words("[CLS] Maria [SEP] Berlin [PAD] York"),
        ["Maria", "Berlin", "York"]
    );
    assert_eq!(words("7 203.0.113.7 -"), Vec::<String>::new());
}

#[test]
fn a_long_text_is_read_in_windows_and_says_what_its_lines_say() {
    let model = names();
    // The model takes 32 tokens, and the lines have 9: names stand at all places of a window.
    let line = "call Maria Rossi of Acme in New York.\n";
    let once = found(&model, line);
    assert_eq!(once.len(), 3);
    for lines in [3, 7, 400, 2_000] {
        let all = found(&model, &line.repeat(lines));
        assert_eq!(all.len(), lines * once.len(), "{lines}");
        for (one, like) in all.iter().zip(once.iter().cycle()) {
            assert_eq!((&one.0, one.1), (&like.0, like.1));
        }
    }
}

#[test]
fn whatever_the_text_places_are_lawful_and_nothing_fails() {
    let model = names();
    for text in texts() {
        let mut out = Vec::new();
        model.find(&text, &mut out);
        assert_eq!(model.failure(), None);
        let mut end = 0;
        for one in out.iter().map(|one| &one.finding) {
            assert!(end <= one.start && one.start < one.end, "{one:?}");
            assert!(text.get(one.start..one.end).is_some(), "{one:?}");
            assert!((0.0..=1.0).contains(&one.score), "{one:?}");
            end = one.end;
        }
    }
}

#[test]
fn threads_share_a_model_and_find_the_same() {
    let model = names();
    let texts = texts();
    let one: Vec<_> = texts.iter().map(|text| found(&model, text)).collect();
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let again: Vec<_> = texts.iter().map(|text| found(&model, text)).collect();
                assert_eq!(one, again);
            });
        }
    });
}

#[test]
fn it_is_a_pass_of_the_scanner() {
    let model = names();
    assert!(model.serves(Kinds::ALL));
    assert!(!model.serves([Kind::IbanCode].into_iter().collect()));
    let scanner = Scanner::new(Options::default())
        .unwrap()
        .with_pass(Box::new(model));
    let mut out = Vec::new();
    scanner.scan("call Maria Rossi at ada@example.org", &mut out);
    let kinds: Vec<_> = out
        .iter()
        .map(|one| (one.kind, one.detector.as_ref()))
        .collect();
    assert_eq!(
        kinds,
        [(Kind::Person, "onnx"), (Kind::EmailAddress, "email")]
    );
}

#[test]
fn a_map_of_labels_changes_what_is_found() {
    let folder = copy();
    let map = "MISC = \"LANGUAGE\"\nLOC = \"\"\nPER = \"PERSON\"\n";
    fs::write(folder.path().join("labels.toml"), map).unwrap();
    let model = open(folder.path()).unwrap();
    assert_eq!(model.ignored(), ["LOC"]);
    let kinds: Vec<Kind> = found(&model, "Maria in Berlin, English")
        .into_iter()
        .map(|(_, kind, _)| kind)
        .collect();
    assert_eq!(kinds, [Kind::Person, Kind::Language]);
}

#[test]
fn what_does_not_fit_is_told_with_its_file_and_a_way_out() {
    let says = |damage: &dyn Fn(&Path), words: &[&str]| {
        let folder = copy();
        damage(folder.path());
        let error = open(folder.path()).unwrap_err();
        for word in words {
            assert!(error.contains(word), "{word:?} is not in: {error}");
        }
    };
    let remove =
        |name: &'static str| move |folder: &Path| fs::remove_file(folder.join(name)).unwrap();
    let write = |name: &'static str, text: &'static str| {
        move |folder: &Path| fs::write(folder.join(name), text).unwrap()
    };
    let holds = "the folder of a model holds model.onnx, tokenizer.json and config.json";
    says(&remove("model.onnx"), &["model.onnx`: No such file", holds]);
    says(
        &remove("tokenizer.json"),
        &["tokenizer.json`: No such file", holds],
    );
    says(
        &remove("config.json"),
        &["config.json`: No such file", holds],
    );
    says(
        &write("tokenizer.json", "{}"),
        &["cannot use `", "tokenizer.json`", "fast one"],
    );
    says(
        &write("model.onnx", "no model"),
        &["rten cannot open `", "model.onnx`"],
    );
    says(
        &write("model.onnx", ""),
        &["rten cannot open `", "model.onnx`"],
    );
    // One label less than the model has.
    let fewer = |folder: &Path| {
        let path = folder.join("config.json");
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, text.replace(",\n  \"8\": \"I-MISC\"", "")).unwrap();
    };
    says(
        &fewer,
        &["gives 9 numbers a token, and config.json names 8 labels"],
    );
    let strange = |folder: &Path| {
        fs::copy(data().join("strange.onnx"), folder.join("model.onnx")).unwrap();
    };
    says(
        &strange,
        &["NoSuchOperator", "another opset", "--onnxruntime"],
    );
    // A name of an input that nobody gives.
    let input = |folder: &Path| {
        let path = folder.join("model.onnx");
        let bytes = fs::read(&path).unwrap();
        fs::write(
            &path,
            replaced(&bytes, b"attention_mask", b"attention_musk"),
        )
        .unwrap();
    };
    says(
        &input,
        &[
            "wants the input `attention_musk`",
            "takes input_ids, attention_mask",
        ],
    );
    // Numbers that no token has are an error of the model, and no panic.
    let beyond = |folder: &Path| {
        let path = folder.join("tokenizer.json");
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, text.replace("\"Berlin\": ", "\"Berlin\": 9")).unwrap();
    };
    says(
        &beyond,
        &["model.onnx` failed at ", "max_position_embeddings"],
    );
}

#[test]
fn a_text_that_cannot_be_read_is_no_text_without_names() {
    let folder = copy();
    let path = folder.path().join("tokenizer.json");
    let text = fs::read_to_string(&path).unwrap();
    // A token that the model has no row for, and that is not among those it is tried with.
    fs::write(&path, text.replace("\"York\": ", "\"York\": 9")).unwrap();
    let model = open(folder.path()).unwrap();
    let mut out = Vec::new();
    model.find("Maria", &mut out);
    assert_eq!((out.len(), model.failure()), (1, None));
    model.find("Maria in New York", &mut out);
    let why = model.failure().unwrap();
    assert!(why.contains("model.onnx` failed at 6 tokens"), "{why}");
    // Nothing of that text was added, and nothing more is.
    model.find("Maria", &mut out);
    assert_eq!(out.len(), 1);
    let scanner = Scanner::new(Options::default())
        .unwrap()
        .with_pass(Box::new(model));
    assert_eq!(scanner.failure(), Some(why));
}

/// Bytes with others in place of some of the same length.
fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    while let Some(at) = bytes.windows(from.len()).position(|own| own == from) {
        bytes[at..at + from.len()].copy_from_slice(to);
    }
    bytes
}

#[test]
#[cfg(not(feature = "ort"))]
fn a_program_without_onnx_runtime_says_so() {
    let folder = data().join("names");
    let error = Recogniser::open(&folder, &Runtime::Ort("lib.so".into())).unwrap_err();
    assert!(error.to_string().contains("--features ort"), "{error}");
}
