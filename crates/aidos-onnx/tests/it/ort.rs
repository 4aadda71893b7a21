//! Models run by ONNX Runtime. `AIDOS_ONNXRUNTIME` names its library, for example the one of PyPI's `onnxruntime`
//! (`onnxruntime/capi/libonnxruntime.so.*`); without it these tests say that they were skipped.

use std::path::PathBuf;

use aidos_onnx::{Recogniser, Runtime};

use super::data;

fn library() -> Option<PathBuf> {
    let named = std::env::var_os("AIDOS_ONNXRUNTIME").filter(|name| !name.is_empty());
    if named.is_none() {
        println!("skipped: AIDOS_ONNXRUNTIME names no libonnxruntime");
    }
    named.map(PathBuf::from)
}

#[test]
#[cfg(feature = "rten")]
fn both_runners_find_the_same() {
    use super::{found, texts};

    let Some(library) = library() else { return };
    let folder = data().join("names");
    let one = Recogniser::open(&folder, &Runtime::Rten).unwrap();
    let other = Recogniser::open(&folder, &Runtime::Ort(library)).unwrap();
    let mut all = 0;
    for text in texts() {
        let (one, other) = (found(&one, &text), found(&other, &text));
        assert_eq!(one.len(), other.len());
        for (a, b) in one.iter().zip(&other) {
            assert_eq!((&a.0, a.1), (&b.0, b.1));
            assert!((a.2 - b.2).abs() < 1e-5, "{a:?} {b:?}");
        }
        all += one.len();
    }
    println!("the same {all} findings by both runners");
    assert!(all > 3_000);
}

#[test]
fn what_does_not_fit_is_told() {
    let Some(library) = library() else { return };
    let runtime = Runtime::Ort(library);
    let folder = tempfile::tempdir().unwrap();
    for name in ["tokenizer.json", "config.json"] {
        std::fs::copy(data().join("names").join(name), folder.path().join(name)).unwrap();
    }
    let open = |runtime: &Runtime| {
        let error = Recogniser::open(folder.path(), runtime).unwrap_err();
        error.to_string()
    };
    assert!(open(&runtime).contains("model.onnx`: No such file"));
    std::fs::copy(
        data().join("strange.onnx"),
        folder.path().join("model.onnx"),
    )
    .unwrap();
    let error = open(&runtime);
    assert!(
        error.contains("ONNX Runtime cannot open") && error.contains("NoSuchOperator"),
        "{error}"
    );
    let error = open(&Runtime::Ort(folder.path().join("lib.so")));
    assert!(error.contains("lib.so`: No such file"), "{error}");
}
