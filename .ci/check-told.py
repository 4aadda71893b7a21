#!/usr/bin/env python3
"""Makes bundles of everything that is no bundle: lists, tables, JSON, RSS and MISP feeds by `feeds fetch`, texts, tables, CEF, EVE and
mails by `convert --from`, notes by `enrich`; and events of MISP of the same. Others' tools judge them then.

    .ci/check-told.py AIDOS CASE FOLDER

FOLDER gets `*.bundle.json` (for check_stix.py) and `events.jsonl` (for check_interop.py load). A server on loopback gives the feeds.
"""

import functools
import http.server
import json
import os
import pathlib
import subprocess
import sys
import threading

TEXTS = {
    "text": "See hxxp://bad[.]com/x and 45.33.32.156, 45.33.32.0/24, CVE-2024-3400, T1059.001, AS15139, a@evil.com,\n"
    "d41d8cd98f00b204e9800998ecf8427e, C:\\Windows\\Temp\\x.exe, HKLM\\Software\\A, d2:fb:49:24:37:18, invoice.pdf.exe\n",
    "csv": "time,src,dst,url,comment\n2026-03-07 10:38:03.123456,45.33.32.156,10.0.0.5,http://evil.com/a?b=c,scan\n",
    "cef": "<134>2026-03-07T10:38:03Z fw CEF:0|V|P|1|100|Bad|9|src=45.33.32.156 dst=10.0.0.5 request=http://evil.com/a suser=a@evil.com\n",
    "eve": '{"timestamp":"2026-03-07T10:38:03.123456+0000","event_type":"alert","src_ip":"45.33.32.156","dest_ip":"10.0.0.5",'
    '"alert":{"signature":"x","signature_id":1,"severity":1},"http":{"hostname":"evil.com","url":"/a"}}\n',
    "email": "From: John <john@evil.com>\nTo: me@hospital.org\nSubject: Your invoice\nDate: Sat, 07 Mar 2026 10:38:03 +0200\n"
    "Received: from mail.evil.com (45.33.32.156) by mx.hospital.org\n\nClick http://evil.com/pay now.\n",
}
FEEDS = {
    "list.txt": ("text", TEXTS["text"], 'confidence = 60\ntlp = "green"\nage = 30\nlabels = ["scanner"]'),
    "t.csv": ("csv", 'url,added,why\nhttp://evil.com/a,2026-03-07 10:38:03,"x, y"\n',
              'columns = { value = "url", date = "added", comment = "why" }'),
    "a.json": ("json", '{"data":[{"ioc":"45.33.32.156","at":1772879883},{"ioc":["evil.com","bad.org"]}]}',
               'list = "/data"\ncolumns = { value = "/ioc", date = "/at" }\ntlp = "amber"'),
    "rss.xml": ("rss", '<rss version="2.0"><channel><title>t</title><link>https://blog.org/</link><item><title>About evil.com</title>'
                "<pubDate>Sat, 07 Mar 2026 10:38:03 GMT</pubDate><description>45.33.32.156</description></item></channel></rss>", ""),
    "old.json": ("stix", json.dumps({
        "type": "bundle", "id": "bundle--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f", "spec_version": "2.0", "objects": [{
            "type": "indicator", "id": "indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f", "created": "2017-01-01T00:00:00.000Z",
            "modified": "2017-01-01T00:00:00.000Z", "labels": ["anonymization"], "pattern": "[url:value = 'http://evil.com/']",
            "valid_from": "2017-01-01T00:00:00Z"}]}), ""),
}
EVENT = {"Event": {
    "uuid": "5f1b3e1c-0000-4000-8000-000000000001", "info": "x", "date": "2026-03-07", "threat_level_id": "2", "analysis": "0",
    "timestamp": "1772359200", "Attribute": [{"uuid": "5f1b3e1c-0000-4000-8000-000000000002", "type": "ip-dst",
                                              "category": "Network activity", "value": "45.33.32.156", "timestamp": "1772359200"}]}}


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Says nothing of who asks."""

    def log_message(self, *_: object) -> None:
        pass


def main() -> None:
    aidos, case, folder = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
    web = folder / "web"
    (web / "misp").mkdir(parents=True)
    environment = dict(os.environ, XDG_CONFIG_HOME=str(folder / "config"), XDG_CACHE_HOME=str(folder / "cache"))

    def run(*words: object) -> str:
        done = subprocess.run([aidos, *map(str, words)], capture_output=True, text=True, env=environment, check=False)
        assert done.returncode == 0, f"{words}: {done.returncode}\n{done.stderr}"
        return done.stdout

    events = []
    for form, text in TEXTS.items():
        path = folder / f"input.{form}"
        path.write_text(text)
        run("convert", path, "--from", form, "--to", "stix", "--out", folder / f"{form}.bundle.json", "-q")
        events.append(run("convert", path, "--from", form, "--to", "misp", "-q"))

    for name, (_, text, _) in FEEDS.items():
        (web / name).write_text(text)
    uuid = EVENT["Event"]["uuid"]
    (web / "misp/manifest.json").write_text(json.dumps({uuid: {"timestamp": 1772359200}}))
    (web / f"misp/{uuid}.json").write_text(json.dumps(EVENT))
    handler = functools.partial(Quiet, directory=str(web))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    definitions = [f'[[feed]]\nname = "misp"\nurl = "{address}/misp"\nform = "misp"\n']
    for name, (form, _, rest) in FEEDS.items():
        definitions.append(f'[[feed]]\nname = "feed-{form}"\nurl = "{address}/{name}"\nform = "{form}"\n{rest}\n')
    (folder / "feeds.toml").write_text("\n".join(definitions))
    # The second time nothing is new, and the first bundle's times are taken over.
    for _ in range(2):
        run("feeds", "fetch", "--list", folder / "feeds.toml", "--out", folder, "-q")
    server.shutdown()
    bundles = (folder / "misp.bundles.jsonl").read_text().splitlines()
    assert len(bundles) == 1, bundles
    (folder / "misp.bundle.json").write_text(bundles[0])

    # What is known of a case's attackers: notes with their observables, and objects of MISP in an event.
    entries = [json.loads(line) for line in (pathlib.Path(case) / "entries.jsonl").read_text().splitlines()[:2000]]
    addresses = sorted({entry.get("source", {}).get("ip", "") for entry in entries} - {""})
    (folder / "seen.txt").write_text("\n".join(addresses) + "\n")
    run("enrich", case, "--list", folder / "seen.txt", "-q")
    lines = [json.loads(line) for line in (pathlib.Path(case) / "enrichment.jsonl").read_text().splitlines()]
    notes = {note["id"]: note for line in lines for note in line["stix"]}
    assert notes, "no value is on the list of those that were seen"
    objects = list(notes.values())
    whole = json.loads((pathlib.Path(case) / "bundle.json").read_text())["objects"]
    objects += [one for one in whole if one["type"] == "marking-definition"]
    for line in lines:
        if line["stix"]:
            (ref,) = line["stix"][0]["object_refs"]
            objects.append({"type": line["type"], "spec_version": "2.1", "id": ref, "value": line["value"]})
    bundle = {"type": "bundle", "id": "bundle--5f1b3e1c-0000-4000-8000-000000000003", "objects": objects}
    (folder / "notes.bundle.json").write_text(json.dumps(bundle))
    (folder / "events.jsonl").write_text("".join(json.dumps(json.loads(event)) + "\n" for event in events))
    made = sorted(path.name for path in folder.glob("*.bundle.json"))
    print(f"{len(made)} bundles ({', '.join(made)}), {len(notes)} notes, {len(events)} events")


main()
