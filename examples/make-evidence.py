#!/usr/bin/env python3
"""Packs the simulator's logs as examples/evidence.zip; the same logs give the same bytes.

    cargo run -- simulate --seed 7 --size 1500KB --out /tmp/evidence
    python3 examples/make-evidence.py /tmp/evidence examples/evidence.zip
"""

import sys
import zipfile
from pathlib import Path

logs, target = map(Path, sys.argv[1:])
with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
    for name in ("8bells.log", "dpc.csv", "exus.json"):
        # A fixed time: an archive remembers when its members were changed.
        member = zipfile.ZipInfo(name, (2023, 3, 15, 8, 0, 0))
        member.compress_type = zipfile.ZIP_DEFLATED
        member.external_attr = 0o100644 << 16
        archive.writestr(member, (logs / name).read_bytes(), compresslevel=9)
print(target, target.stat().st_size, "bytes")
