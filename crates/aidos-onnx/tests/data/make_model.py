#!/usr/bin/env python3
"""Makes the model of the tests: a folder as `aidos pii scan --model` takes it.

    python3 -m venv venv && venv/bin/pip install onnx==1.22.0 numpy
    venv/bin/python crates/aidos-onnx/tests/data/make_model.py

The model is a table: each token has a label by itself, whatever stands beside it. That is no good model of
names; but its graph, tokenizer and configuration have the form of real ones, and what it answers is known. The same script
gives the same bytes. `strange.onnx` is the same with an operator that nobody knows.
"""

import json
import pathlib

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

FOLDER = pathlib.Path(__file__).parent / "names"
LABELS = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC", "B-ORG", "I-ORG", "B-MISC", "I-MISC"]
# What stands in no word of names is O; `##` continues a word.
WORDS = {
    "B-PER": ["Maria", "Papa", "O"],
    "I-PER": ["Rossi", "##dopou", "##lou", "Neil"],
    "B-LOC": ["Berlin", "Ἀθή", "New"],
    "I-LOC": ["##να", "York"],
    "B-ORG": ["Acme"],
    "I-ORG": ["Ltd"],
    "B-MISC": ["English"],
    "O": ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "call", "lives", "in", "of", ".", ",", "'", "-"],
}
# The score of a token's own label; the others have 0.
SCORE = 4.0
LONGEST = 32


def tokens():
    """The vocabulary: special tokens first, as BERT has them."""
    words = WORDS["O"] + [word for label, words in WORDS.items() if label != "O" for word in words]
    return {word: number for number, word in enumerate(words)}


def graph(vocabulary, last):
    """Looks each token up, and hides what the mask hides; `last` is the operator that ends it."""
    table = numpy.zeros((len(vocabulary), len(LABELS)), dtype=numpy.float32)
    for label, words in WORDS.items():
        for word in words:
            table[vocabulary[word], LABELS.index(label)] = SCORE
    numbers = lambda name: helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "length"])
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["scores"], axis=0),
        helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["mask", "axes"], ["column"]),
        helper.make_node(last, ["scores", "column"], ["logits"]),
    ]
    made = helper.make_graph(
        nodes,
        "names",
        [numbers("input_ids"), numbers("attention_mask")],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", "length", len(LABELS)])],
        [numpy_helper.from_array(table, "table"), numpy_helper.from_array(numpy.array([2]), "axes")],
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 13)], producer_name="aidos")
    # Old enough for every runner.
    model.ir_version = 8
    return model


def tokenizer(vocabulary):
    """A cased WordPiece tokenizer of BERT's kind, as Hugging Face writes it."""
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    one = lambda word: {"id": word, "ids": [vocabulary[word]], "tokens": [word]}
    return {
        "version": "1.0",
        # Training set a limit; Aidos must not cut texts by it.
        "truncation": {"direction": "Right", "max_length": 8, "strategy": "LongestFirst", "stride": 0},
        "padding": None,
        "added_tokens": [{"id": vocabulary[word], "content": word, **flags} for word in special],
        "normalizer": {
            "type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True,
            "strip_accents": None, "lowercase": False,
        },
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [
                {"SpecialToken": {"id": "[CLS]", "type_id": 0}},
                {"Sequence": {"id": "A", "type_id": 0}},
                {"SpecialToken": {"id": "[SEP]", "type_id": 0}},
            ],
            "pair": [
                {"SpecialToken": {"id": "[CLS]", "type_id": 0}},
                {"Sequence": {"id": "A", "type_id": 0}},
                {"SpecialToken": {"id": "[SEP]", "type_id": 0}},
                {"Sequence": {"id": "B", "type_id": 1}},
                {"SpecialToken": {"id": "[SEP]", "type_id": 1}},
            ],
            "special_tokens": {word: one(word) for word in ["[CLS]", "[SEP]"]},
        },
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
        "model": {
            "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100, "vocab": vocabulary,
        },
    }


def main():
    FOLDER.mkdir(exist_ok=True)
    vocabulary = tokens()
    model = graph(vocabulary, "Mul")
    onnx.checker.check_model(model, full_check=True)
    (FOLDER / "model.onnx").write_bytes(model.SerializeToString(deterministic=True))
    strange = graph(vocabulary, "NoSuchOperator").SerializeToString(deterministic=True)
    (FOLDER.parent / "strange.onnx").write_bytes(strange)
    config = {
        "architectures": ["BertForTokenClassification"],
        "model_type": "bert",
        "max_position_embeddings": LONGEST,
        "id2label": {str(number): label for number, label in enumerate(LABELS)},
    }
    for name, value in [("config.json", config), ("tokenizer.json", tokenizer(vocabulary))]:
        text = json.dumps(value, ensure_ascii=False, indent=1) + "\n"
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
