"""The peer of `aidos stix`: the same objects made and written by the `stix2` library of OASIS.

    bundle_stix2.py BUNDLES COUNT > bundles.jsonl

Takes the values from the first COUNT bundles of a `bundles.jsonl`. What is timed is what the library does, not
the reading of its input; the CPU seconds go to standard error.
"""

import itertools
import json
import sys
import time

import stix2.v21 as stix

CLASSES = {**stix.OBJ_MAP, **stix.OBJ_MAP_OBSERVABLE}


def build(objects):
    made = []
    for properties in objects:
        properties = dict(properties)
        kind = CLASSES.get(properties.pop("type"))
        if kind is not None:  # none that a bundle of Aidos holds
            made.append(kind(**properties))
    return stix.Bundle(made).serialize()


def main():
    with open(sys.argv[1], encoding="utf-8") as lines:
        bundles = [json.loads(line)["objects"] for line in itertools.islice(lines, int(sys.argv[2]))]
    begun = time.process_time()
    for objects in bundles:
        sys.stdout.write(build(objects))
        sys.stdout.write("\n")
    print(json.dumps({"bundles": len(bundles), "seconds": time.process_time() - begun}), file=sys.stderr)


main()
