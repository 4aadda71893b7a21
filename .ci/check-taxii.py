#!/usr/bin/env python3
"""Runs the tests of the TAXII client against medallion, the TAXII 2.1 server of OASIS, on loopback.

    .ci/check-taxii.py [--python PYTHON]

Makes .ci/.venv-taxii with tests/oracles/requirements-taxii.txt unless it is there (or --python names another Python that has
medallion), starts a server with its memory backend and fresh collections, and runs `cargo test -p aidos-exchange --test it
medallion` with AIDOS_MEDALLION set to its address. Ends with the exit code of the tests.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WANTED = ROOT / "tests/oracles/requirements-taxii.txt"
USER, PASSWORD = "aidos", "loopback-only"
OBJECTS = 450


def environment() -> Path:
    folder = ROOT / ".ci/.venv-taxii"
    made = folder / "made-of.txt"
    python = folder / "bin/python"
    if not made.exists() or made.read_text() != WANTED.read_text():
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--requirement", WANTED], check=True)
        made.write_text(WANTED.read_text())
    return python


def collection(number: int, title: str, filled: bool) -> dict:
    """A collection; every fifth object is of another type, and ten share a moment."""
    objects, manifest = [], []
    for at in range(OBJECTS if filled else 0):
        kind = "malware" if at % 5 == 0 else "indicator"
        own = {
            "type": kind,
            "spec_version": "2.1",
            "id": f"{kind}--{at:08x}-0000-4000-8000-000000000000",
            "created": "2026-03-01T00:00:00.000Z",
            "modified": "2026-03-01T00:00:00.000Z",
            "name": f"object {at}",
        }
        objects.append(own)
        manifest.append({
            "id": own["id"],
            "date_added": f"2026-03-01T00:{at // 10:02}:00.000000Z",
            "version": own["modified"],
            "media_type": "application/stix+json;version=2.1",
        })
    return {
        "id": f"{number:08x}-0000-4000-8000-00000000000c",
        "title": title,
        "can_read": True,
        "can_write": True,
        "media_types": ["application/stix+json;version=2.1"],
        "objects": objects,
        "manifest": manifest,
    }


def data(address: str) -> dict:
    return {
        "/discovery": {
            "title": "medallion of the tests",
            "default": f"{address}/api1/",
            "api_roots": [f"{address}/api1/"],
        },
        "api1": {
            "information": {
                "title": "API root",
                "versions": ["application/taxii+json;version=2.1"],
                "max_content_length": 20000,
            },
            "status": [],
            "collections": [
                collection(1, "filled", True),
                collection(2, "inbox", False),
            ],
        },
    }


def wait_for(address: str, server: subprocess.Popen) -> None:
    for _ in range(100):
        if server.poll() is not None:
            sys.exit("medallion ended before it answered")
        try:
            urllib.request.urlopen(f"{address}/taxii2/", timeout=1)
        except urllib.error.HTTPError:
            return  # It wants a password: it is there.
        except OSError:
            time.sleep(0.1)
    sys.exit("medallion does not answer")


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--python", type=Path, help="a Python that has medallion")
    python = arguments.parse_args().python or environment()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        content = Path(folder, "data.json")
        content.write_text(json.dumps(data(address)))
        config = Path(folder, "config.json")
        config.write_text(json.dumps({
            "backend": {
                "module": "medallion.backends.memory_backend",
                "module_class": "MemoryBackend",
                "filename": str(content),
            },
            "users": {USER: PASSWORD},
            "taxii": {"max_page_size": 100},
        }))
        server = subprocess.Popen(
            [python, "-m", "medallion.scripts.run", "--host", "127.0.0.1", "--port", str(port), config],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_for(address, server)
            told = dict(
                os.environ,
                AIDOS_MEDALLION=address,
                AIDOS_MEDALLION_USER=USER,
                AIDOS_MEDALLION_PASSWORD=PASSWORD,
            )
            command = ["cargo", "test", "--locked", "-p", "aidos-exchange", "--test", "it", "medallion", "--", "--nocapture"]
            return subprocess.run(command, cwd=ROOT, env=told).returncode
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    sys.exit(main())
