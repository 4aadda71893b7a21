#!/usr/bin/env python3
"""Checks STIX 2.1 bundles with tools that others wrote, and ids with its own code.

    check_stix.py [--workers N] [--plain] [--any-order] [--own-ids] FILE...

FILE is `bundle.json` (one bundle) or `bundles.jsonl` (one bundle a line). For each bundle:

1. stix2-validator with default options: MUST errors fail, SHOULD warnings are counted by their code;
2. `stix2.parse(allow_custom=False)`;
3. ids of observables, recomputed from their contributing properties (RFC 8785, UUIDv5); ids of everything
   else, recomputed in the namespace of Aidos (not with --own-ids: objects of others have ids of their own);
4. order by type and id (not with --any-order), no id twice, and every `*_ref` and `*_refs` found inside the bundle.

Prints totals; exit code 1 on any error, 2 on a file that cannot be read.

A bundle of more than SPLIT objects is validated in pieces; 3 and 4 always look at the whole. Schemas are read
once instead of once an object, and an object that was found valid is not looked at again by 1 and 2; with
--plain neither is done.
"""

import argparse
import collections
import copy
import functools
import json
import multiprocessing
import pathlib
import sys
import uuid

import referencing
import stix2
from stix2validator import ValidationOptions, validate_instance, validator

OBSERVABLES = uuid.UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")
OURS = uuid.uuid5(uuid.NAMESPACE_URL, "https://github.com/aidos-cti/aidos")
TLP_EXTENSION = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"
TLP = {
    "clear": "94868c89-83c2-464b-929b-a1a8aa3c8487",
    "green": "bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
    "amber": "55d920b0-5e8b-4f79-9ee9-91f868d9b421",
    "amber+strict": "939a9414-2ddd-4d32-a0cd-375ea402b003",
    "red": "e828b379-4e03-4974-9ac4-e53a884c97c1",
}
CONTRIBUTING = {
    "artifact": ["hashes", "payload_bin"],
    "autonomous-system": ["number"],
    "directory": ["path"],
    "domain-name": ["value"],
    "email-addr": ["value"],
    "email-message": ["from_ref", "subject", "body"],
    "file": ["hashes", "name", "parent_directory_ref", "extensions"],
    "ipv4-addr": ["value"],
    "ipv6-addr": ["value"],
    "mac-addr": ["value"],
    "mutex": ["name"],
    "network-traffic": [
        "start", "end", "src_ref", "dst_ref", "src_port", "dst_port", "protocols", "extensions",
    ],
    "process": [],
    "software": ["name", "cpe", "swid", "vendor", "version"],
    "url": ["value"],
    "user-account": ["account_type", "user_id", "account_login"],
    "windows-registry-key": ["key", "values"],
    "x509-certificate": ["hashes", "serial_number"],
}
SPLIT = 500
CHUNK = 200
SHOWN = 20


def canonical(value):
    """RFC 8785, for what STIX objects of ours hold: no number but integers."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        if abs(value) > 2**53:
            raise ValueError(f"{value} is no exact number of JSON")
        return str(value)
    if isinstance(value, float):
        raise ValueError(f"{value} is no integer")
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return "[" + ",".join(canonical(item) for item in value) + "]"
    members = sorted(value.items(), key=lambda member: member[0].encode("utf-16-be"))
    return "{" + ",".join(canonical(name) + ":" + canonical(item) for name, item in members) + "}"


def uuid5(namespace, name):
    # Python 3.11 takes the name as str and encodes it in UTF-8.
    return str(uuid.uuid5(namespace, name))


def expected_id(thing):
    """The id that an object should have; None where it may be any."""
    kind = thing["type"]
    if kind in CONTRIBUTING:
        parts = {name: thing[name] for name in CONTRIBUTING[kind] if name in thing}
        if "hashes" in parts:
            known = ["MD5", "SHA-1", "SHA-256", "SHA-512"]
            name = next((n for n in known if n in parts["hashes"]), min(parts["hashes"]))
            parts["hashes"] = {name: parts["hashes"][name]}
        return f"{kind}--{uuid5(OBSERVABLES, canonical(parts))}" if parts else None
    if kind == "extension-definition":
        return None
    if kind == "marking-definition" and TLP_EXTENSION in thing.get("extensions", {}):
        return f"{kind}--{TLP[thing['extensions'][TLP_EXTENSION]['tlp_2_0']]}"
    shown = {name: value for name, value in thing.items() if name != "id"}
    if kind == "bundle" and "objects" in thing:
        shown["objects"] = [inner["id"] for inner in thing["objects"]]
    return f"{kind}--{uuid5(OURS, canonical(shown))}"


def references(value):
    """Every value of a `*_ref` or `*_refs` property, at any depth."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name.endswith("_ref") and isinstance(inner, str):
                yield name, inner
            elif name.endswith("_refs") and isinstance(inner, list):
                yield from ((name, item) for item in inner)
            else:
                yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def own_checks(bundle):
    """What is wrong with ids, order and references."""
    objects = bundle.get("objects", [])
    ids = [thing["id"] for thing in objects]
    known = set(ids)
    if len(known) != len(ids):
        twice = [i for i, n in collections.Counter(ids).items() if n > 1]
        yield f"ids stand twice: {twice[:3]}"
    order = [(thing["type"], thing["id"]) for thing in objects]
    if not ANY_ORDER and order != sorted(order):
        yield "objects are not ordered by type and id"
    for thing in [bundle, *objects]:
        expected = expected_id(thing)
        if OWN_IDS and thing["type"] not in CONTRIBUTING:
            expected = None
        if expected is not None and thing["id"] != expected:
            yield f"{thing['id']} should be {expected}"
        if not thing["id"].startswith(thing["type"] + "--"):
            yield f"{thing['id']} is of type {thing['type']}"
    for thing in objects:
        for name, target in references(thing):
            if target not in known:
                yield f"{thing['id']}: {name} {target} is not in the bundle"


def read_schemas_once():
    """Lets the validator keep the schemas that it read; what it checks stays as it is."""
    find_schema, retrieve = validator.find_schema, validator.retrieve_from_filesystem
    paths, registries, loaded = {}, {}, {}

    def find(schema_dir, name):
        key = (schema_dir, name)
        if key not in paths:
            paths[key] = find_schema(schema_dir, name)
        return paths[key]

    def registry_of(schema_dir):
        # A registry is immutable: what a lookup fetches is forgotten after it. So all is fetched before.
        if schema_dir not in registries:
            fetch = functools.partial(retrieve, schema_dir=schema_dir)
            uris = [path.as_uri() for path in pathlib.Path(schema_dir).rglob("*.json")]
            registries[schema_dir] = (
                referencing.Registry(retrieve=fetch)
                .with_resources((uri, fetch(uri)) for uri in uris)
                .crawl()
            )
        return registries[schema_dir]

    def load(schema_path, schema, schema_dir):
        if schema_path not in loaded:
            schema = validator.patch_schema(schema, schema_path)
            resource = validator.DRAFT202012.create_resource(schema)
            loaded[schema_path] = validator.STIXValidator(
                schema,
                registry=registry_of(schema_dir).with_resource(schema_path, resource).crawl(),
                format_checker=validator.Draft202012Validator.FORMAT_CHECKER,
            )
        return loaded[schema_path]

    validator.find_schema = find
    validator.load_validator = load


VALID = set()
PLAIN = False
ANY_ORDER = False
OWN_IDS = False


def prepare(plain, any_order, own_ids):
    global PLAIN, ANY_ORDER, OWN_IDS
    PLAIN, ANY_ORDER, OWN_IDS = plain, any_order, own_ids
    if not plain:
        read_schemas_once()


def foreign_checks(objects, bundle_id):
    """(errors, warnings by code) of the validator and of stix2."""
    errors, warnings = [], collections.Counter()
    fresh = objects
    if not PLAIN:
        texts = [json.dumps(thing, sort_keys=True) for thing in objects]
        fresh = [thing for thing, text in zip(objects, texts) if text not in VALID]
    bundle = {"type": "bundle", "id": bundle_id, "objects": fresh}
    if not fresh:
        return errors, warnings
    result = validate_instance(copy.deepcopy(bundle), ValidationOptions(version="2.1"))
    errors += [f"validator: {error}" for error in result.errors or []]
    for warning in result.warnings or []:
        text = str(warning)
        warnings[text[text.find("{") : text.find("}") + 1] or "{other}"] += 1
    try:
        # In a bundle, stix2 takes neither a type that an extension makes nor a reference to one: these go alone.
        alone = [thing for thing in fresh if is_extended(thing) or any(ref.startswith("x-") for _, ref in references(thing))]
        for thing in alone:
            stix2.parse(thing, allow_custom=not is_extended(thing))
        bundle["objects"] = [thing for thing in fresh if thing not in alone]
        if bundle["objects"] or not fresh:
            stix2.parse(bundle, allow_custom=False)
    except Exception as error:  # stix2 raises a class a fault
        errors.append(f"stix2: {type(error).__name__}: {error}")
    if not PLAIN and not errors:
        VALID.update(text for text in texts if len(VALID) < 200_000)
    return errors, warnings


def is_extended(thing):
    """Whether an object is of a type that an extension makes (section 7.3)."""
    return any(inner.get("extension_type") == "new-sdo" for inner in thing.get("extensions", {}).values())


def check(task):
    """Checks some bundles, given as (place, text), or a piece of one, given as (place, its id, objects).

    Of a bundle that is given as (place, text, None) others look at the pieces.
    """
    count, warnings, errors = collections.Counter(), collections.Counter(), []
    for place, given, *more in task:
        if more and more[0] is not None:
            found, weak = foreign_checks(more[0], given)
            warnings += weak
            errors += [f"{place}: {error}" for error in found]
            continue
        try:
            bundle = json.loads(given)
            if bundle.get("type") != "bundle":
                raise ValueError("this is no bundle")
            found = list(own_checks(bundle))
        except Exception as error:
            errors.append(f"{place}: {type(error).__name__}: {error}")
            continue
        objects = bundle.get("objects", [])
        count["bundles"] += 1
        count.update(thing["type"] for thing in objects)
        for start in range(0, 0 if more else max(len(objects), 1), SPLIT):
            wrong, weak = foreign_checks(objects[start : start + SPLIT], bundle["id"])
            found += wrong
            warnings += weak
        errors += [f"{place}: {error}" for error in found]
    return count, warnings, errors


def one_bundle(path, text):
    """The tasks of a file that is one bundle: the whole, and its pieces for other workers."""
    try:
        bundle = json.loads(text)
        name, objects = bundle["id"], bundle["objects"]
        starts = range(0, len(objects), SPLIT) if isinstance(objects, list) else []
    except (ValueError, KeyError, TypeError):  # whoever looks at the whole says what is wrong
        starts = []
    if len(starts) < 2:
        yield [(path, text)]
        return
    yield [(path, text, None)]
    for start in starts:
        yield [(path, name, objects[start : start + SPLIT])]


def tasks(paths):
    """Chunks of bundles; a file that is one JSON text is one bundle."""
    for path in paths:
        with open(path, encoding="utf-8") as file:
            first = file.readline()
            rest = file.readline()
            file.seek(0)
            try:
                json.loads(first)
                is_one = not rest
            except ValueError:
                is_one = True
            if is_one:
                yield from one_bundle(path, file.read())
                continue
            chunk = []
            for number, line in enumerate(file, 1):
                if line.strip():
                    chunk.append((f"{path}:{number}", line))
                if len(chunk) >= CHUNK:
                    yield chunk
                    chunk = []
            if chunk:
                yield chunk


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("files", nargs="+", metavar="FILE")
    arguments.add_argument("--workers", type=int, default=2)
    arguments.add_argument("--plain", action="store_true", help="take no short cuts")
    arguments.add_argument("--any-order", action="store_true", help="objects may stand in any order")
    arguments.add_argument("--own-ids", action="store_true", help="objects other than observables have ids of their own")
    options = arguments.parse_args()
    count, warnings, wrong = collections.Counter(), collections.Counter(), 0
    try:
        with multiprocessing.Pool(options.workers, prepare, (options.plain, options.any_order, options.own_ids)) as pool:
            for part, weak, errors in pool.imap(check, tasks(options.files)):
                count += part
                warnings += weak
                for error in errors:
                    wrong += 1
                    if wrong <= SHOWN:
                        print(error, file=sys.stderr)
    except OSError as error:
        print(f"cannot read bundles: {error}", file=sys.stderr)
        return 2
    bundles = count.pop("bundles", 0)
    print(f"{bundles} bundles, {sum(count.values())} objects, {wrong} errors")
    for kind, number in sorted(count.items()):
        print(f"  {kind}: {number}")
    if warnings:
        shown = ", ".join(f"{code} {number}" for code, number in sorted(warnings.items()))
        print(f"warnings (SHOULD), each distinct object once: {shown}")
    return 1 if wrong or not bundles else 0


if __name__ == "__main__":
    sys.exit(main())
