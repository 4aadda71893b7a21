#!/usr/bin/env python3
"""Checks conversions between MISP and STIX with tools that others wrote.

    check_interop.py corpus COUNT > events.jsonl            (PyMISP) events of every type and of all templates
    check_interop.py convert PROGRAM FORM FILE LOSSES > made  by `PROGRAM convert`, a document at a time; LOSSES has a list a line
    check_interop.py load FILE...                            (PyMISP) every event loads, without a warning, and strictly
    check_interop.py home EVENTS LOSSES HOME                  what is not in HOME is in LOSSES
    check_interop.py export EVENTS > bundles.jsonl           (misp-stix) events to bundles
    check_interop.py import BUNDLES > events.jsonl           (misp-stix) bundles to events
    check_interop.py compare EVENTS OTHERS                   attributes of two files of events, differences counted by kind
    check_interop.py bundles BUNDLES OTHERS                  observables and patterns of two files of bundles, the same

Each file holds one document a line. Exit code 1 where something is wrong; `compare` and `bundles` only count.
"""

import collections
import json
import logging
import random
import sys
import uuid

UNSAID = ("", None, [], {})


def lines(path):
    with open(path, encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


# ---- corpus


class Maker:
    def __init__(self, seed):
        self.dice = random.Random(seed)

    def uuid(self):
        return str(uuid.UUID(int=self.dice.getrandbits(128), version=4))

    def hex(self, length):
        return f"{self.dice.getrandbits(4 * length):0{length}x}"

    def value(self, kind):
        if kind == "regkey|value":
            return f"{self.value('regkey')}|data"
        if "|" in kind:
            return "|".join(self.value(part) for part in kind.split("|"))
        n = self.dice.randrange(1, 65536)
        hexes = {
            "md5": 32, "imphash": 32, "authentihash": 64, "x509-fingerprint-md5": 32, "ja3-fingerprint-md5": 32,
            "hassh-md5": 32, "hasshserver-md5": 32, "pehash": 40, "sha1": 40, "x509-fingerprint-sha1": 40, "cdhash": 40,
            "git-commit-id": 40, "sha224": 56, "sha512/224": 56, "sha3-224": 56, "sha256": 64, "sha512/256": 64,
            "sha3-256": 64, "x509-fingerprint-sha256": 64, "sha384": 96, "sha3-384": 96, "sha512": 128, "sha3-512": 128,
            "tlsh": 70, "telfhash": 70, "dom-hash": 32, "jarm-fingerprint": 62,
        }  # fmt: skip
        if kind in hexes:
            return self.hex(hexes[kind])
        if kind in ("ip-src", "ip-dst", "ip"):
            return f"2001:db8::{n:x}" if n % 4 == 0 else f"198.51.{n % 256}.{n // 256}"
        if kind in ("email", "email-src", "email-dst", "email-reply-to", "target-email", "dns-soa-email", "whois-registrant-email", "eppn"):
            return f"user{n}@example.org"
        fixed = {
            "domain": f"h{n}.example.org", "hostname": f"h{n}.example.org", "url": f"https://h{n}.example.org/a?b={n}",
            "uri": f"https://h{n}.example.org/{n}", "link": f"https://h{n}.example.org/l{n}", "port": str(n), "AS": f"AS{n}",
            "mac-address": f"00:1a:2b:3c:{n % 256:02x}:{n // 256:02x}", "mac-eui-64": "00:1a:2b:ff:fe:3c:00:01",
            "regkey": f"HKEY_LOCAL_MACHINE\\Software\\A{n}", "filename": f"file {n}.exe", "mime-type": "application/x-dosexec",
            "vulnerability": f"CVE-2024-{n}", "weakness": f"CWE-{n}", "cpe": f"cpe:2.3:a:vendor:product:{n}:*:*:*:*:*:*:*",
            "datetime": f"2024-01-0{1 + n % 9}T00:00:00.000000+00:00", "uuid": self.uuid(), "boolean": str(n % 2),
            "stix2-pattern": f"[url:value = 'https://h{n}.example.org/']", "yara": f"rule r{n} {{ condition: true }}",
            "sigma": f"title: t{n}\nlogsource:\n  category: a\n", "float": f"{n}.5", "integer": str(n), "counter": str(n),
            "size-in-bytes": str(n), "ssdeep": f"96:{self.hex(30)}:{self.hex(20)}", "impfuzzy": f"96:{self.hex(30)}:{self.hex(20)}",
            "iban": "GR1601101250000000012300695", "phone-number": f"+3021000{n}", "http-method": "POST",
            "malware-sample": f"a{n}.exe|{self.hex(32)}", "attachment": f"a{n}.pdf",
            "whois-creation-date": "2024-01-01T00:00:00.000000+00:00", "date-of-birth": "1970-01-01",
        }  # fmt: skip
        return fixed.get(kind, f"a value {n} of {kind}")


def corpus(count):
    import pathlib

    import pymisp
    from pymisp import MISPAttribute

    folder = pathlib.Path(pymisp.__file__).parent / "data/misp-objects/objects"
    templates = {path.parent.name: json.loads(path.read_text()) for path in sorted(folder.glob("*/definition.json"))}
    types = MISPAttribute().describe_types
    make = Maker(7)
    names, kinds = list(templates), types["types"]
    template_at = type_at = 0

    def attribute(kind):
        defaults = types["sane_defaults"][kind]
        made = {
            "uuid": make.uuid(), "type": kind, "category": defaults["default_category"], "value": make.value(kind),
            "to_ids": bool(defaults["to_ids"]) and make.dice.random() < 0.8, "timestamp": str(1_700_000_000 + make.dice.randrange(10**7)),
            "distribution": "5", "comment": make.dice.choice(["", "seen"]), "deleted": False, "disable_correlation": False,
        }  # fmt: skip
        if kind in ("attachment", "malware-sample"):
            made["data"] = "aGVsbG8gd29ybGQ="
        if make.dice.random() < 0.2:
            made["Tag"] = [{"name": make.dice.choice(["tlp:green", "tlp:amber", "admiralty-scale:source-reliability=\"a\""])}]
        return made

    for number in range(count):
        attributes, objects = [], []
        for _ in range(4):
            attributes.append(attribute(kinds[type_at % len(kinds)]))
            type_at += 1
        name = names[template_at % len(names)]
        template = templates[name]
        template_at += 1
        wanted = set(template.get("required", [])) | set(template.get("requiredOneOf", [])[:1])
        inner = []
        for relation, what in sorted(template["attributes"].items()):
            if relation not in wanted and make.dice.random() < 0.5:
                continue
            one = attribute(what["misp-attribute"])
            one["object_relation"] = relation
            if what.get("values_list"):
                one["value"] = what["values_list"][0]
            inner.append(one)
        objects.append(
            {
                "uuid": make.uuid(), "name": name, "meta-category": template["meta-category"], "description": template["description"],
                "template_uuid": template["uuid"], "template_version": str(template["version"]), "timestamp": "1700000000",
                "distribution": "5", "comment": "", "deleted": False, "Attribute": inner,
                "ObjectReference": [{"uuid": make.uuid(), "object_uuid": "", "referenced_uuid": attributes[0]["uuid"],
                                     "relationship_type": "related-to", "comment": "", "timestamp": "1700000000"}],
            }  # fmt: skip
        )
        objects[0]["ObjectReference"][0]["object_uuid"] = objects[0]["uuid"]
        event = {
            "uuid": make.uuid(), "info": f"event {number}", "date": "2024-01-02", "threat_level_id": "2", "analysis": "1",
            "published": number % 2 == 0, "timestamp": "1705000000", "publish_timestamp": "1705000001", "distribution": "1",
            "Orgc": {"name": "ORG", "uuid": "55f6ea5e-2c60-40e5-964f-47a8950d2100"},
            "Tag": [{"name": "tlp:clear"}, {"name": "type:OSINT"}], "Attribute": attributes, "Object": objects,
        }  # fmt: skip
        print(json.dumps({"Event": event}))
    return 0


# ---- Aidos


def convert(program, form, path, losses):
    import os
    import subprocess
    import tempfile

    lost = os.path.join(tempfile.mkdtemp(), "losses.jsonl")
    with open(path, "rb") as documents, open(losses, "w", encoding="utf-8") as all_losses:
        for document in documents:
            command = [program, "convert", "-", "--to", form, "--losses", lost, "--quiet"]
            sys.stdout.buffer.write(subprocess.run(command, input=document, stdout=subprocess.PIPE, check=True).stdout)
            print(json.dumps(list(lines(lost))), file=all_losses)
    return 0


# ---- PyMISP


def load(paths):
    from pymisp import MISPAttribute, MISPEvent

    said = []

    class Listener(logging.Handler):
        def emit(self, record):
            said.append(record.getMessage())

    for name in ("pymisp", "root", None):
        logging.getLogger(name).addHandler(Listener(logging.WARNING))
    wrong = events = count = 0
    for path in paths:
        for document in lines(path):
            events += 1
            said.clear()
            try:
                event = MISPEvent()
                event.load(json.dumps(document))
                again = MISPEvent()
                again.load(event.to_json())
                inner = [a for o in document["Event"].get("Object", []) for a in o.get("Attribute", [])]
                for attribute in [*document["Event"].get("Attribute", []), *inner]:
                    count += 1
                    MISPAttribute(strict=True).from_dict(**json.loads(json.dumps(attribute)))
            except Exception as error:  # PyMISP raises a class a fault
                said.append(f"{type(error).__name__}: {error}")
            if said:
                wrong += 1
                if wrong <= 10:
                    print(f"{path}: event {events}: {said[:2]}", file=sys.stderr)
    print(f"{events} events, {count} attributes loaded by PyMISP, {wrong} with warnings or errors")
    return 1 if wrong or not events else 0


# ---- there and back


def leaves(value, path=""):
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, f"{path}/{name.replace('~', '~0').replace('/', '~1')}")
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from leaves(inner, f"{path}/{at}")
    elif value is not None:
        yield path, str(int(value)) if isinstance(value, bool) else str(value)


def home(before, losses, after):
    wrong = compared = listed = 0
    for number, (one, lost, two) in enumerate(zip(lines(before), lines(losses), lines(after), strict=True)):
        paths = {loss["path"] for loss in lost}
        listed += len(paths)
        there = dict(leaves(two))
        for path, value in leaves(one):
            compared += 1
            parts = path.split("/")
            if there.get(path) != value and not any("/".join(parts[: n + 1]) in paths for n in range(len(parts))):
                wrong += 1
                if wrong <= 10:
                    print(f"document {number}: {path}", file=sys.stderr)
    print(f"{compared} fields compared, {listed} losses listed, {wrong} fields lost that are not listed")
    return 1 if wrong or not compared else 0


# ---- misp-stix


def export(path):
    logging.disable(logging.CRITICAL)
    from misp_stix_converter import MISPtoSTIX21Parser
    from pymisp import MISPEvent

    for document in lines(path):
        event = MISPEvent()
        event.load(json.dumps(document))
        parser = MISPtoSTIX21Parser()
        parser.parse_misp_event(event)
        print(parser.bundle.serialize())
    return 0


def import_(path):
    logging.disable(logging.CRITICAL)
    import stix2
    from misp_stix_converter import ExternalSTIX2toMISPParser, InternalSTIX2toMISPParser

    for document in lines(path):
        bundle = stix2.parse(document, allow_custom=True)
        ours = any("x-misp-" in thing["type"] or "misp:" in str(thing.get("labels", "")) for thing in document["objects"])
        parser = (InternalSTIX2toMISPParser if ours else ExternalSTIX2toMISPParser)()
        parser.load_stix_bundle(bundle)
        try:
            parser.parse_stix_bundle(single_event=True)
            print(json.dumps({"Event": json.loads(parser.misp_event.to_json())}))
        except Exception as error:
            print(json.dumps({"Event": {"error": f"{type(error).__name__}: {error}"}}))
    return 0


def attributes(document):
    event = document["Event"]
    for attribute in event.get("Attribute") or []:
        yield "attribute", attribute
    for thing in event.get("Object") or []:
        for attribute in thing.get("Attribute") or []:
            yield f"{thing.get('name')}", attribute


def compare(one, two):
    """Counts by type: how many values of the one are in the other, and which fields differ."""
    kinds, fields = collections.defaultdict(collections.Counter), collections.Counter()
    failed = 0
    for before, after in zip(lines(one), lines(two), strict=True):
        failed += "error" in after["Event"]
        there = collections.defaultdict(list)
        for where, attribute in attributes(after):
            there[attribute.get("type"), attribute.get("value")].append((where, attribute))
        for where, attribute in attributes(before):
            key = "attributes" if where == "attribute" else "of objects"
            found = there[attribute["type"], attribute["value"]]
            if not found:
                kinds[key][attribute["type"] if key == "attributes" else where] += 1
                fields[f"{key}: missing"] += 1
                continue
            other = found.pop()[1]
            fields[f"{key}: found"] += 1
            for field in ("uuid", "category", "to_ids", "comment", "timestamp"):
                have, wanted = other.get(field), attribute.get(field)
                if have in UNSAID and wanted in UNSAID:
                    continue
                if field == "timestamp":
                    have, wanted = str(have), str(wanted)
                if have != wanted:
                    fields[f"{key}: {field} differs"] += 1
    for name, number in sorted(fields.items()):
        print(f"  {name}: {number}")
    for key, missing in kinds.items():
        print(f"  missing {key}: " + ", ".join(f"{kind} {number}" for kind, number in missing.most_common(40)))
    if failed:
        print(f"  documents that could not be read: {failed}")
    return 0


def facts(bundle):
    """What a bundle says, without ids: values of observables, patterns, names."""
    for thing in bundle["objects"]:
        kind = thing["type"]
        if kind == "indicator":
            yield "pattern", thing["pattern"]
        for name in ("value", "path", "key", "number", "subject", "x_misp_value"):
            if name in thing:
                yield f"{kind}:{name}", str(thing[name])
        if kind in ("file", "mutex", "software", "vulnerability", "attack-pattern", "course-of-action") and "name" in thing:
            yield f"{kind}:name", thing["name"]
        for algorithm, value in (thing.get("hashes") or {}).items():
            yield f"{kind}:hashes", f"{algorithm} {value}"


def bundles(one, two):
    found = collections.Counter()
    for ours, theirs in zip(lines(one), lines(two), strict=True):
        mine, other = set(facts(ours)), set(facts(theirs))
        found.update(f"both {kind}" for kind, _ in mine & other)
        found.update(f"ours alone {kind}" for kind, _ in mine - other)
        found.update(f"misp-stix alone {kind}" for kind, _ in other - mine)
    for name, number in sorted(found.items()):
        print(f"  {name}: {number}")
    return 0


def main():
    verbs = {
        "corpus": lambda args: corpus(int(args[0])), "load": load, "convert": lambda args: convert(*args), "home": lambda args: home(*args),
        "export": lambda args: export(*args), "import": lambda args: import_(*args),
        "compare": lambda args: compare(*args), "bundles": lambda args: bundles(*args),
    }  # fmt: skip
    if len(sys.argv) < 3 or sys.argv[1] not in verbs:
        print(__doc__, file=sys.stderr)
        return 2
    return verbs[sys.argv[1]](sys.argv[2:])


if __name__ == "__main__":
    sys.exit(main())
