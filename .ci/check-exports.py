"""Checks rules of `aidos export` with what others wrote.

    check-exports.py AIDOS CASE

AIDOS is the program, CASE a case's folder or a STIX bundle. Needs pySigma (`pip install pysigma`); Suricata is asked too where
it is installed.
"""

import ipaddress
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from sigma.collection import SigmaCollection


def export(aidos, case, form, *options):
    done = subprocess.run(
        [aidos, "export", case, "--format", form, *options], check=True, capture_output=True, text=True
    )
    return done.stdout


def main():
    aidos, case = sys.argv[1:]

    rules = export(aidos, case, "sigma")
    if any(not line.startswith("#") for line in rules.splitlines()):
        loaded = SigmaCollection.from_yaml(rules, collect_errors=True)
        errors = [str(error) for error in loaded.errors]
        errors += [str(error) for rule in loaded.rules for error in rule.errors]
        assert not errors, errors
        ids = [rule.id for rule in loaded.rules]
        assert len(ids) == len(set(ids)), "two Sigma rules with one id"
        print(f"sigma: {len(ids)} rules load")

    plain = [line for line in export(aidos, case, "blocklist").splitlines() if not line.startswith("#")]
    wide = [line for line in export(aidos, case, "blocklist", "--collapse").splitlines() if not line.startswith("#")]

    def networks(lines):
        for version in (4, 6):
            found = []
            for line in lines:
                try:
                    network = ipaddress.ip_network(line)
                except ValueError:
                    continue
                if network.version == version:
                    found.append(network)
            yield list(ipaddress.collapse_addresses(found))

    assert list(networks(plain)) == list(networks(wide)), "--collapse changed what is blocked"
    mine = [line for line in wide if "/" in line or line[:1].isdigit()]
    print(f"blocklist: {len(plain)} values, {len(mine)} networks, as Python's ipaddress collapses them")

    if shutil.which("suricata"):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "aidos.rules"
            path.write_text(export(aidos, case, "suricata"))
            done = subprocess.run(
                ["suricata", "-T", "-S", str(path), "-l", folder], capture_output=True, text=True
            )
            assert done.returncode == 0, done.stdout + done.stderr
            print("suricata: the rules load")
    else:
        print("suricata: not installed, skipped")


main()
