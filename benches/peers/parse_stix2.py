"""The peer of reading bundles: `stix2.parse` of OASIS.

    parse_stix2.py BUNDLES

BUNDLES holds a bundle a line. The CPU seconds of parsing alone go to standard error.
"""

import json
import sys
import time

import stix2


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        bundles = file.readlines()
    begun = time.process_time()
    for text in bundles:
        stix2.parse(text, allow_custom=True)
    print(json.dumps({"seconds": time.process_time() - begun}), file=sys.stderr)


main()
