#!/usr/bin/env python3
"""Compares the MISP feed that we write with that of PyMISP, over the same events.

    .ci/check-feed.py [--python PYTHON]

Makes .ci/.venv-misp with tests/oracles/requirements-misp.txt unless it is there (or --python names another Python that has pymisp),
makes an event of every attribute type, events by object templates, tags and references, and runs `cargo test -p aidos-exchange --test it
feeds_are_those_of_pymisp` with AIDOS_FEED_EVENTS and AIDOS_FEED_OUT. Events, manifest and hashes have to be equal.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WANTED = ROOT / "tests/oracles/requirements-misp.txt"


def environment() -> Path:
    folder = ROOT / ".ci/.venv-misp"
    python = folder / "bin/python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "-r", WANTED], check=True)
    return python


def uuid(number: int) -> str:
    return f"5f1b3e1c-0000-4000-8000-{number:012}"


def events() -> list[dict]:
    """Events as a MISP gives them: numbers as text, an event a category, objects of many templates."""
    from pymisp import AbstractMISP, MISPEvent

    describe = MISPEvent().describe_types
    number = 0

    def next_uuid() -> str:
        nonlocal number
        number += 1
        return uuid(number)

    def attribute(kind: str, category: str, value: str, relation: str | None = None) -> dict:
        out = {
            "uuid": next_uuid(), "type": kind, "category": category, "value": value, "to_ids": number % 2 == 0,
            "timestamp": str(1772359200 + number), "comment": "" if number % 3 else "a remark", "distribution": "5",
            "disable_correlation": number % 5 == 0, "event_id": "7",
        }
        if number % 4 == 0:
            out["first_seen"] = "2026-03-01T10:00:00.250000+00:00"
            out["last_seen"] = "2026-03-02T10:00:00Z"
        if number % 6 == 0:
            out["Tag"] = [{"name": "tlp:green", "colour": "#339900", "id": "3"}]
        if number % 7 == 0:
            out["deleted"] = True
        if relation:
            out["object_relation"] = relation
        return out

    def event(info: str, attributes: list[dict], objects: list[dict]) -> dict:
        own = next_uuid()
        return {"Event": {
            "uuid": own, "info": info, "date": "2026-03-01", "timestamp": str(1772359200 + number), "analysis": "1",
            "threat_level_id": "3", "published": True, "publish_timestamp": "1772370000", "distribution": "3",
            "event_creator_email": "a@example.org", "Org": {"name": "x", "uuid": uuid(999), "id": "1"},
            "Orgc": {"name": "CERT Ω", "uuid": uuid(998), "id": "2"}, "extends_uuid": "",
            "Tag": [{"name": "tlp:amber", "colour": "#ffc000", "id": "9"}, {"name": "type:OSINT"}],
            "Attribute": attributes, "Object": objects,
        }}

    made = []
    for category, kinds in describe["category_type_mappings"].items():
        rows = []
        for kind in kinds:
            if kind in ("attachment", "malware-sample", "datetime", "boolean", "counter", "float", "integer", "port", "size-in-bytes"):
                continue
            value = "|".join(f"v{part}-{number}" for part in range(kind.count("|") + 1))
            rows.append(attribute(kind, category, value))
        made.append(event(f"all of {category}", rows, []))
    templates = sorted((Path(AbstractMISP().misp_objects_path)).glob("*/definition.json"))
    for chunk in range(0, min(len(templates), 120), 4):
        objects = []
        for path in templates[chunk:chunk + 4]:
            definition = json.loads(path.read_text())
            rows = [
                attribute(row["misp-attribute"], describe["sane_defaults"][row["misp-attribute"]]["default_category"], f"o{number}", relation)
                for relation, row in sorted(definition["attributes"].items())[:6]
                if row["misp-attribute"] not in ("attachment", "malware-sample", "datetime", "boolean", "counter", "float", "port", "size-in-bytes")
                and "|" not in row["misp-attribute"]
            ]
            own = next_uuid()
            objects.append({
                "uuid": own, "name": definition["name"], "meta-category": definition["meta-category"],
                "description": definition["description"], "template_uuid": definition["uuid"],
                "template_version": str(definition["version"]), "timestamp": str(1772359200 + number), "comment": "",
                "distribution": "5", "Attribute": rows,
                "ObjectReference": [{
                    "uuid": next_uuid(), "object_uuid": own, "referenced_uuid": uuid(1), "relationship_type": "related-to",
                    "timestamp": "1772359200", "comment": "", "id": "4",
                }],
            })
        made.append(event(f"objects {chunk}", [], objects))
    return made


def compare(given: Path, out: Path) -> int:
    from pymisp import MISPEvent

    manifest, hashes, wrong, attributes = {}, [], 0, 0
    for path in sorted(given.glob("*.json")):
        event = MISPEvent()
        event.load_file(str(path))
        theirs = json.loads(json.dumps(event.to_feed()))
        ours_path = out / f"{event.uuid}.json"
        ours = json.loads(ours_path.read_text())
        attributes += len(event.attributes) + sum(len(own.attributes) for own in event.objects)
        if ours != theirs:
            wrong += 1
            print(f"{path.name}: our event is another than PyMISP's", file=sys.stderr)
            for key in theirs["Event"].keys() | ours["Event"].keys():
                mine, other = ours["Event"].get(key), theirs["Event"].get(key)
                if mine != other:
                    pairs = zip(mine, other) if isinstance(mine, list) and isinstance(other, list) else [(mine, other)]
                    print(key, next(((a, b) for a, b in pairs if a != b), "length"), file=sys.stderr)
        again = MISPEvent()
        again.load_file(str(ours_path))
        manifest.update(json.loads(json.dumps(event.manifest)))
        hashes += [f"{value},{event.uuid}" for value in event.attributes_hashes("md5")]
    if json.loads((out / "manifest.json").read_text()) != manifest:
        wrong += 1
        print("our manifest is another than PyMISP's", file=sys.stderr)
    if sorted((out / "hashes.csv").read_text().split()) != sorted(hashes):
        wrong += 1
        print("our hashes are others than PyMISP's", file=sys.stderr)
    print(f"{len(manifest)} events, {attributes} attributes, {len(hashes)} hashes: {wrong} differences")
    return 1 if wrong or len(manifest) < 30 or attributes < 500 else 0


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--python", type=Path)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if not arguments.inside:
        python = arguments.python or environment()
        return subprocess.run([python, __file__, "--inside"], check=False).returncode
    with tempfile.TemporaryDirectory() as folder:
        given, out = Path(folder) / "given", Path(folder) / "out"
        given.mkdir()
        for number, event in enumerate(events()):
            (given / f"{number:04}.json").write_text(json.dumps(event))
        names = {"AIDOS_FEED_EVENTS": str(given), "AIDOS_FEED_OUT": str(out)}
        run = ["cargo", "test", "-q", "-p", "aidos-exchange", "--test", "it", "feeds_are_those_of_pymisp"]
        if subprocess.run(run, cwd=ROOT, env=os.environ | names, check=False).returncode:
            return 1
        return compare(given, out)


if __name__ == "__main__":
    sys.exit(main())
