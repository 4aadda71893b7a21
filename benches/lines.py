"""The lines in which personal data is sought: logs of the simulator, and between them texts as people write them.

Kinds of lines: `firewall`, `mail` and `events` of the simulator (with its dirt), and `texts`: mails, tickets and notes,
filled from short lists, in English and four more languages. A fifth of all lines are texts, the rest in equal parts logs.
The same seed gives the same lines.
"""

import itertools
import json
import random

LOGS = {"firewall": "8bells.log", "mail": "dpc.csv", "events": "exus.json"}
KINDS = (*LOGS, "texts")

FIRST = "Ada Maria Giorgos Anna Jean Lucía Paolo Eleni Thomas Sophie Marta Dimitris Claire Hans Elif Nina".split()
LAST = "Lovelace Papadopoulos Schmidt Dubois García Rossi Nowak Jansen Virtanen Smith Kaya Moreau Conti Weber".split()
PLACES = ["Athens", "Berlin", "Lyon", "Sevilla", "Torino", "Leeds", "Utrecht", "Thessaloniki", "Graz", "Porto"]
FIRMS = ["Acme Ltd", "Nordwind GmbH", "Banco del Sol", "Delta Systems Inc.", "Helios S.A.", "Rossi & Figli S.p.A."]
TEXTS = [
    "Hello {first}, please call me back on {phone} before {date}; my mail is {mail}. Regards, {person}",
    "Ticket {number}: user {user} of {firm} cannot log in since {date} {time} from {ip}, host {host}.",
    "{person} (born {date}) lives in {place}, card {card}, and asked to be removed from the list.",
    "The transfer of {amount} EUR from {iban} to {firm} was held; {person} in {place} must confirm it.",
    "We saw {ip} contact http://{host}/gate.php?id={number} three times on {date}; the sender was {mail}.",
    "Nothing new this week: the backup ran, the disks are fine and the certificates were renewed in time.",
    "As discussed, the release moves to next Tuesday. Documentation and tests are ready; the review is open.",
    "Der Benutzer {user} meldet am {date}, dass {person} aus {place} unter {phone} nicht erreichbar ist.",
    "Bonjour, {person} de {firm} à {place} attend une réponse à {mail} avant le {date}.",
    "La señora {person}, de {place}, llamó desde el {phone} por la factura {number} de {firm}.",
    "Il signor {person} di {firm}, {place}, ha pagato con la carta {card} il {date}.",
]


def card(dice):
    digits = [4] + [dice.randrange(10) for _ in range(14)]
    doubled = sum(sum(divmod(d * 2, 10)) if at % 2 == 0 else d for at, d in enumerate(digits))
    digits.append(-doubled % 10)
    return "".join(map(str, digits))


def iban(dice):
    account = "".join(str(dice.randrange(10)) for _ in range(18))
    # D is 13 and E is 14 where the check digits are computed (ISO 7064, mod 97-10).
    check = 98 - int(account + "131400") % 97
    return f"DE{check:02}{account}"


def text(dice):
    """A text as people write it; every number in it is made up, its check digits are right."""
    first, last = dice.choice(FIRST), dice.choice(LAST)
    user = f"{first}.{last}".lower()
    host = f"host{dice.randrange(900)}.example.{dice.choice(['com', 'net', 'org'])}"
    return dice.choice(TEXTS).format(
        first=first,
        person=f"{first} {last}",
        user=user,
        host=host,
        mail=f"{user}@{host}",
        place=dice.choice(PLACES),
        firm=dice.choice(FIRMS),
        phone=dice.choice(["+30 69{:08}", "+49 30 {:08}", "+44 20 {:08}"]).format(dice.randrange(10**8)),
        date=f"{dice.randrange(1, 29):02}/{dice.randrange(1, 13):02}/{dice.randrange(1950, 2026)}",
        time=f"{dice.randrange(24):02}:{dice.randrange(60):02}",
        ip=".".join(str(dice.randrange(1, 255)) for _ in range(4)),
        number=dice.randrange(10**4, 10**6),
        amount=dice.randrange(10, 90_000),
        card=card(dice),
        iban=iban(dice),
    )


def rows(path):
    """The lines of a log, without their ends; what is no UTF-8 is shown as such."""
    with open(path, encoding="utf-8", errors="replace", newline="\n") as lines:
        for line in lines:
            if line.strip():
                yield line.rstrip("\r\n")


def make(work, count, seed=7):
    """Pairs of kind and line, mixed, as many as wanted; fewer where a log ends."""
    dice = random.Random(seed)
    logs = {kind: rows(work / name) for kind, name in LOGS.items()}
    logs["texts"] = (text(dice) for _ in itertools.count())
    for _ in range(count):
        kind = dice.choice(list(LOGS)) if dice.random() < 0.8 else "texts"
        line = next(logs[kind], None)
        if line is None:
            return
        yield kind, line


def write(target, pairs):
    """Writes what `aidos pii scan --jsonl` reads; the lines and their bytes."""
    count = size = 0
    with open(target, "w", encoding="utf-8") as out:
        for kind, line in pairs:
            json.dump({"id": kind, "text": line}, out, ensure_ascii=False, separators=(",", ":"))
            out.write("\n")
            count += 1
            size += len(line.encode())
    return count, size
