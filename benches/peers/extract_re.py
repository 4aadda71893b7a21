"""The peer of `aidos extract` in Python: one pattern of `re` a line, `json` out.

    extract_re.py FILE > entries.jsonl
"""

import datetime
import ipaddress
import json
import re
import sys

PATTERN = re.compile(
    r"""^(?:<[0-9]+>)?
    (?P<stamp>
        [A-Z][a-z]{2}/[0-9][0-9]/[0-9]{4}\ [0-9][0-9]:[0-9][0-9]:[0-9][0-9]
      | [0-9]{4}-[0-9][0-9]-[0-9][0-9][\ T][0-9][0-9]:[0-9][0-9]:[0-9][0-9](?:\.[0-9]+)?(?:Z|[+-][0-9][0-9]:[0-9][0-9])?
    )
    (?:\ (?P<host>[0-9A-Za-z.:_-]+))??
    \ (?P<topics>[a-z]+(?:,[a-z]+)*)
    \ (?:(?P<prefix>.+?)\ )??
    (?P<chain>[0-9A-Za-z_-]+):
    \ in:(?P<in>.+?)\ out:(?P<out>.+?),
    \ (?:connection-mark:(?P<mark>[^\ ]+)\ )?
    (?:connection-state:(?P<state>[a-z,]+)\ )?
    (?:src-mac\ (?P<mac>[0-9A-Fa-f:]{17}),\ )?
    proto\ (?P<proto>[0-9A-Za-z-]+)(?:\ \((?P<detail>[^)]*)\))?,
    \ (?P<src>\[[0-9A-Fa-f:.]+\]|[0-9.]+|[0-9A-Fa-f:]+?)(?::(?P<sport>[0-9]{1,5}))?
    ->(?P<dst>\[[0-9A-Fa-f:.]+\]|[0-9.]+|[0-9A-Fa-f:]+?)(?::(?P<dport>[0-9]{1,5}))?
    (?:,\ NAT\ (?P<nat>[^\ ]+))?
    ,\ len\ (?P<len>[0-9]+)$""",
    re.VERBOSE,
)
UTC = datetime.timezone.utc


def timestamp(text):
    if text[3] == "/":
        time = datetime.datetime.strptime(text, "%b/%d/%Y %H:%M:%S").replace(tzinfo=UTC)
    else:
        time = datetime.datetime.fromisoformat(text)
        time = time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    return time.isoformat().replace("+00:00", "Z")


def end(ip, port):
    ip = str(ipaddress.ip_address(ip.strip("[]")))
    return {"ip": ip} if port is None else {"ip": ip, "port": int(port)}


def main():
    path = sys.argv[1]
    matched = number = 0
    match, dumps, write = PATTERN.match, json.dumps, sys.stdout.write
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            line = line.rstrip("\r\n")
            found = match(line)
            if not found:
                continue
            get = found.groupdict()
            try:
                time = timestamp(get["stamp"])
                source, destination = end(get["src"], get["sport"]), end(get["dst"], get["dport"])
            except ValueError:  # no such date or address
                continue
            if get["mac"]:
                source["mac"] = get["mac"]
            rest = ("topics", "prefix", "chain", "state", "detail", "mark", "nat")
            entry = {
                "@timestamp": time,
                "event": {"provider": "8bells", "kind": "event", "category": ["network"]},
                "source": source,
                "destination": destination,
                "network": {"transport": get["proto"].lower(), "bytes": int(get["len"])},
                "observer": {"ingress": get["in"], "egress": get["out"]},
                "related": {"ip": [source["ip"], destination["ip"]]},
                "log": {"path": path, "line": number},
                "aidos": {key: get[key] for key in rest if get[key] is not None},
                "message": line,
            }
            write(dumps(entry, separators=(",", ":")))
            write("\n")
            matched += 1
    print(f"{matched} of {number} lines", file=sys.stderr)


main()
