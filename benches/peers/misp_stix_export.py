"""The peer of `aidos convert --to stix`: events to bundles by misp-stix.

    misp_stix_export.py EVENTS

EVENTS holds an event a line. What is timed is loading by PyMISP, conversion and writing; the CPU seconds go to standard error.
"""

import json
import logging
import sys
import time

logging.disable(logging.CRITICAL)

from misp_stix_converter import MISPtoSTIX21Parser  # noqa: E402
from pymisp import MISPEvent  # noqa: E402


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        events = file.readlines()
    begun = time.process_time()
    for text in events:
        event = MISPEvent()
        event.load(text)
        parser = MISPtoSTIX21Parser()
        parser.parse_misp_event(event)
        sys.stdout.write(parser.bundle.serialize() + "\n")
    print(json.dumps({"seconds": time.process_time() - begun}), file=sys.stderr)


main()
