#!/usr/bin/env python3
"""Says what tools of others make of the questions that the tests of `aidos-privacy` ask.

    judge_privacy.py tables|operators|ciphers|kinds|events < QUESTIONS > ANSWERS

A question is one JSON value a line, its answer one JSON value a line, in order. What a judge refuses is answered by
`{"error": …}`. All questions are read before the first answer is written.

tables     {"rows", "quasi", "category", "number", "population"}: texts; indices of columns. k, l and t by pycanon, sizes of
           classes and risks by pandas. `population` is a table of the quasi-identifiers alone, in their order.
operators  {"operator", "kind", "text", "params"}: {"text"} by presidio-anonymizer.
ciphers    {"key", "technique", "kind", "hidden"}: {"text"}: what `encrypt` hid under a community's key, found with HKDF and
           AES-SIV of the `cryptography` package; "salt" and so on as in the source of `key` and `encrypt`.
kinds      anything: the types of each category that PyMISP knows.
events     {"Event": …}: {"attributes", "objects"} read, by PyMISP; an error where it reads other than what stands there.
"""

import base64
import json
import sys


def tables(question):
    import numpy
    import pandas
    from pycanon import anonymity

    names = [f"c{at}" for at in range(len(question["rows"][0]))]
    table = pandas.DataFrame(question["rows"], columns=names, dtype=object)
    quasi = [names[at] for at in question["quasi"]]
    category, number = names[question["category"]], names[question["number"]]
    table[number] = table[number].astype(float)
    classes = table.groupby(quasi)
    sizes = classes.size()
    alone = 1 / classes[category].transform("size")
    # pycanon cuts the entropy's exp to a whole number; this is the number before.
    shares = table.groupby([*quasi, category]).size() / sizes
    entropy = -(shares * numpy.log(shares)).groupby(level=list(range(len(quasi)))).sum()
    # Where all numbers are equal, pycanon divides by zero.
    ordered = anonymity.t_closeness(table, quasi, [number]) if table[number].nunique() > 1 else 0.0
    answer = {
        "k": anonymity.k_anonymity(table, quasi),
        "l": anonymity.l_diversity(table, quasi, [category]),
        "entropy_whole": anonymity.entropy_l_diversity(table, quasi, [category]),
        "entropy": float(numpy.exp(entropy.min())),
        "t_equal": float(anonymity.t_closeness(table, quasi, [category])),
        "t_ordered": float(ordered),
        "classes": len(sizes),
        "largest": float(alone.max()),
        "mean": float(alone.mean()),
        "unique": float((alone == 1).mean()),
    }
    if question.get("population"):
        known = pandas.DataFrame(question["population"], columns=quasi, dtype=object).groupby(quasi).size()
        known = known.rename("known").reset_index()
        joined = table[quasi].merge(known, on=quasi, how="left")["known"].fillna(0)
        # Nobody is harder to find in a population than in the sample of it.
        journalist = 1 / numpy.maximum(joined.to_numpy(), classes[category].transform("size").to_numpy())
        answer |= {
            "journalist_largest": float(journalist.max()),
            "journalist_mean": float(journalist.mean()),
            "journalist_unique": float((journalist == 1).mean()),
        }
    return answer


def operators(question):
    from presidio_anonymizer.operators import OperatorsFactory, OperatorType

    operator = OperatorsFactory().create_operator_class(question["operator"], OperatorType.Anonymize)
    params = {**question["params"], "entity_type": question["kind"]}
    operator.validate(params)
    return {"text": operator.operate(question["text"], params)}


def ciphers(question):
    from cryptography.hazmat.primitives.ciphers.aead import AESSIV
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

    info = b""
    for label in ("aidos-privacy/1", "use", question["technique"], question["kind"]):
        info += len(label.encode()).to_bytes(8, "big") + label.encode()
    key = HKDFExpand(SHA256(), 64, info).derive(bytes.fromhex(question["key"]))
    word, letters = question["hidden"].split("-", 1)
    if word != "enc":
        raise ValueError(f"{word} is another word")
    sealed = base64.b32decode(letters.upper() + "=" * (-len(letters) % 8))
    padded = AESSIV(key).decrypt(sealed, [question["kind"].encode()])
    return {"text": padded.rstrip(b"\0").removesuffix(b"\x80").decode()}


def attributes_of(thing):
    """All attributes of an event as JSON, those of objects and proposals among them."""
    for attribute in thing.get("Attribute", []):
        yield attribute
        yield from attribute.get("ShadowAttribute", [])
    for inner in thing.get("Object", []):
        yield from attributes_of(inner)
    yield from thing.get("ShadowAttribute", [])


def kinds(_):
    from pymisp import MISPAttribute

    return MISPAttribute().describe_types["category_type_mappings"]


def events(question):
    import logging
    import uuid

    from pymisp import MISPAttribute, MISPEvent, MISPObject

    said = []

    class Listener(logging.Handler):
        def emit(self, record):
            said.append(record.getMessage())

    logger, listener = logging.getLogger("pymisp"), Listener(logging.WARNING)
    logger.addHandler(listener)
    try:
        event = MISPEvent()
        event.load(json.dumps(question))
        # What PyMISP writes, it reads, and writes again.
        written = event.to_json(sort_keys=True)
        again = MISPEvent()
        again.load(written)
        if again.to_json(sort_keys=True) != written:
            raise ValueError("what PyMISP writes is not what it reads")
        attributes = list(attributes_of(question["Event"]))
        for attribute in attributes:
            # Not strict, PyMISP puts another category in place of one that does not go with the type.
            strict = MISPAttribute(strict=True)
            strict.from_dict(**json.loads(json.dumps(attribute)))
        for thing in question["Event"].get("Object", []):
            # Who names a template keeps to it.
            if "template_uuid" in thing:
                strict = MISPObject(thing["name"], strict=True)
                strict.from_dict(**json.loads(json.dumps(thing)))
                strict.to_json()
    finally:
        logger.removeHandler(listener)
    if said:
        raise ValueError("; ".join(said))
    read = json.loads(written)
    wanted = {one["uuid"]: one for one in attributes}
    found = {one["uuid"]: one for one in attributes_of(read)}
    if len(wanted) != len(attributes) or wanted.keys() != found.keys():
        raise ValueError(f"{len(attributes)} attributes, {len(wanted)} uuids, {len(found)} read")
    for name, attribute in wanted.items():
        uuid.UUID(name)
        for field in ("type", "category", "value", "to_ids", "object_relation", "comment"):
            # A moment is read as one, and written in another of its spellings.
            moment = field == "value" and attribute["type"] == "datetime"
            if field in attribute and not moment and found[name].get(field) != attribute[field]:
                raise ValueError(f"{field} of a {attribute['type']} is read as {found[name].get(field)!r}")
    counts = {}
    for field in ("Object", "EventReport", "Tag", "Galaxy", "Note", "Opinion", "Relationship"):
        counts[field] = len(question["Event"].get(field, []))
        if counts[field] != len(read.get(field, [])):
            raise ValueError(f"{len(read.get(field, []))} of {counts[field]} in {field} are read")
    return {"attributes": len(attributes), "objects": counts["Object"]}


def main():
    judges = {"tables": tables, "operators": operators, "ciphers": ciphers, "kinds": kinds, "events": events}
    if len(sys.argv) != 2 or sys.argv[1] not in judges:
        print(__doc__, file=sys.stderr)
        return 2
    judge = judges[sys.argv[1]]
    questions = [json.loads(line) for line in sys.stdin.buffer.read().split(b"\n") if line.strip()]
    for question in questions:
        try:
            answer = judge(question)
        except Exception as error:  # each package raises classes of its own
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main())
