"""The peer of `aidos pii scan --jsonl`: presidio-analyzer with its recognisers by pattern.

    scan_presidio.py FILE [LINES] > spans.jsonl

FILE holds `{"id", "text"}` a line. The pipeline is blank (tokens, no model), as nothing is downloaded; so no names are
found, and no time is spent on them. Standard error ends with one JSON line: lines and bytes of text, CPU seconds of the
scan alone, those before it (imports and engine), findings, and bytes and seconds for each id.
"""

import collections
import itertools
import json
import sys
import time

import spacy
import tldextract

# It would ask the network for the list of public suffixes at the first address, and wait where there is none.
tldextract.extract = tldextract.TLDExtract(cache_dir=None, suffix_list_urls=())

from presidio_analyzer import AnalyzerEngine  # noqa: E402  (after the line above)
from presidio_analyzer.nlp_engine import SpacyNlpEngine  # noqa: E402


class Blank(SpacyNlpEngine):
    """The usual engine with an empty pipeline in place of a model."""

    def __init__(self):
        super().__init__()
        self.nlp = {"en": spacy.blank("en")}

    def load(self):
        """Nothing is to be loaded."""


def main():
    path = sys.argv[1]
    most = int(sys.argv[2]) if len(sys.argv) > 2 else None
    analyzer = AnalyzerEngine(nlp_engine=Blank(), supported_languages=["en"])
    analyzer.analyze("a first text", language="en")
    begun = time.process_time()
    lines = findings = size = 0
    kinds = collections.defaultdict(lambda: [0, 0.0])
    with open(path, encoding="utf-8") as file:
        for line in itertools.islice(file, most):
            asked = json.loads(line)
            text = asked["text"]
            before = time.process_time()
            found = analyzer.analyze(text, language="en")
            spans = [
                {"start": one.start, "end": one.end, "type": one.entity_type, "score": one.score} for one in found
            ]
            sys.stdout.write(json.dumps({"id": asked["id"], "spans": spans}) + "\n")
            kind = kinds[asked["id"]]
            kind[0] += len(text.encode())
            kind[1] += time.process_time() - before
            lines += 1
            findings += len(spans)
            size += len(text.encode())
    told = {
        "lines": lines,
        "bytes": size,
        "seconds": time.process_time() - begun,
        "start": begun,
        "findings": findings,
        "kinds": kinds,
    }
    print(json.dumps(told), file=sys.stderr)


main()
