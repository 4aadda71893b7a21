#!/usr/bin/env python3
"""Makes texts.jsonl: an independent evaluation set for detectors of personal data, all types, six languages.

    python3 make.py [--seed N] [--out texts.jsonl] [--show N]      (needs Faker 40.54.0)

Same seed and same Faker, same bytes. Templates are in templates/<language>.txt:

    === domain [none]       starts a template; `none` says that the text bears no personal data at all
    ((a|b|c))               one of these, drawn
    [[slot]] [[slot:args]]  a value drawn by the function of that name below, e.g. [[city]] [[num:3-90]]
    [[slot#1]]              the same value each time that this very tag is met in one text
    [[p1.full]]             a part of person 1 (p2, p3 ...; p1m and p1f force the gender): see Person
    [[p1.g:he|she]]         a word by the gender of the person (no label)
    {{TYPE:value}}          a labelled span; slots expand to these, fixed values in templates are written so

PERSON is without title; a street with the ZIP code and city behind it is one LOCATION, a ZIP code elsewhere is its own;
DATE_TIME takes in a time which follows directly (blank, comma or T between, not "at"); AGE is the
number; a TITLE has its dot; PHONE_NUMBER has its extension; ports are not part of IP_ADDRESS.
Lines: {"id","language","domain","text","spans":[{"start","end","type"}]}, in Unicode code points, end exclusive.
"""

import argparse
import hashlib
import json
import os
import random
import re
import string
import sys
import unicodedata
from collections import Counter
from pathlib import Path

from faker import Faker

HERE = Path(__file__).resolve().parent
COUNTS = {"en": 600, "el": 120, "de": 120, "fr": 120, "es": 120, "it": 120}
EMPTY = 0.15
TYPES = ("PERSON LOCATION ORGANIZATION NRP TITLE AGE ZIP_CODE DATE_TIME PHONE_NUMBER EMAIL_ADDRESS URL IP_ADDRESS "
         "CREDIT_CARD IBAN_CODE US_SSN CRYPTO").split()
LOCALES = ("en_US en_GB en_IN en_AU en_CA de_DE de_AT fr_FR es_ES it_IT el_GR pl_PL nl_NL sv_SE tr_TR").split()

R = random.Random()
FAKERS = {}


def start(seed):
    R.seed(seed)
    random.seed(seed)
    for place, locale in enumerate(LOCALES):
        FAKERS[locale] = Faker(locale, use_weighting=True)
        FAKERS[locale].seed_instance(seed * 1000 + place)


def tag(kind, value):
    value = value.strip()
    assert "}}" not in value and value, (kind, value)
    return "{{%s:%s}}" % (kind, value)


def pick(words):
    """One of the words; a string is split at `|`."""
    return R.choice(words.split("|") if isinstance(words, str) else words)


def digits(n):
    return "".join(R.choice(string.digits) for _ in range(n))


def fill(pattern):
    """Puts a digit for each `#`, one from 2 to 9 for each `%`, an American area code for `@@@`."""
    pattern = pattern.replace("@@@", pick(AREAS)) if "@@@" in pattern else pattern
    return "".join(R.choice("0123456789") if c == "#" else R.choice("23456789") if c == "%" else c for c in pattern)


def plain(word):
    """For mail addresses: lower case ASCII letters."""
    for a, b in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss"), ("ø", "o"), ("ł", "l"), ("ı", "i")):
        word = word.lower().replace(a, b)
    greek = dict(zip("αβγδεζηθικλμνξοπρσςτυφχψω",
                     "a v g d e z i th i k l m n x o p r s s t y f ch ps o".split()))
    word = unicodedata.normalize("NFD", word)
    word = "".join(greek.get(c, c) for c in word)
    return re.sub("[^a-z]", "", word)


# ---------------------------------------------------------------------------------------------------- people

# Names from elsewhere that Faker's locales here do not have: (first, last, gender)
ABROAD = [tuple(line.split(",")) for line in """Wei,Zhang,m;Mei Ling,Tan,f;Minh,Nguyen,m;Thuy,Tran,f;Hiroshi,Tanaka,m
Yuki,Watanabe,f;Ji-woo,Park,f;Seung-ho,Kim,m;Fatima,Al-Sayed,f;Omar,Haddad,m;Layla,Benali,f;Youssef,El Amrani,m
Chinonso,Okafor,m;Ngozi,Adeyemi,f;Kwame,Mensah,m;Abena,Owusu,f;Thabo,Dlamini,m;Nomvula,Khumalo,f;Oksana,Shevchenko,f
Dmytro,Kovalenko,m;Jovana,Petrović,f;Ivan,Horvat,m;Andreea,Popescu,f;Mihai,Ionescu,m;Zsófia,Nagy,f;Bence,Tóth,m
Eleni,Papadaki,f;Stavros,Kyriakou,m;Vasiliki,Dimitriou,f;Siobhán,O'Sullivan,f;Cormac,Mac Giolla,m;Saoirse,Byrne,f
João,Ferreira da Silva,m;Beatriz,Carvalho,f;Thiago,Nascimento,m;Xiomara,Quispe,f;Ximena,Ortega,f;Tiina,Virtanen,f
Mikko,Korhonen,m;Lars,van den Heuvel,m;Ahmet,Yıldız,m;Parisa,Rahimi,f;Farid,Noorzai,m;Marisol,Dela Cruz,f;Rodel,Bautista,m
Dmitri,Volkov,m;Nadezhda,Sokolova,f;Tamar,Gelashvili,f;Aroha,Ngata,f;Tane,Parata,m;Eilidh,MacLeod,f;Rhys,Llewellyn,m"""
          .replace("\n", ";").split(";")]

NAME_LOCALES = {
    "en": "en_US " * 8 + "en_GB " * 6 + "en_IN " * 3 + "en_AU " * 2 + "en_CA " * 2
          + "de_DE fr_FR es_ES it_IT pl_PL nl_NL sv_SE tr_TR abroad abroad abroad abroad",
    "de": "de_DE " * 10 + "de_AT " * 4 + "tr_TR pl_PL it_IT abroad",
    "fr": "fr_FR " * 14 + "es_ES pl_PL abroad abroad",
    "es": "es_ES " * 15 + "fr_FR it_IT abroad",
    "it": "it_IT " * 15 + "de_DE es_ES abroad",
    "el": "el_GR " * 6 + "own " * 8,
}

# Greek given names and surnames (man's, woman's form) whose cases follow simple rules
GREEK_M = "Γιώργος|Νίκος|Πέτρος|Σπύρος|Μάριος|Γιάννης|Δημήτρης|Κώστας|Θανάσης|Μιχάλης|Στέλιος|Λευτέρης|Τάσος|Ηλίας|Ανδρέας|Παναγιώτης|Βασίλης|Χρήστος|Σταύρος|Λουκάς"
GREEK_F = "Μαρία|Ελένη|Κατερίνα|Σοφία|Αγγελική|Ιωάννα|Δέσποινα|Βασιλική|Γεωργία|Ευαγγελία|Άννα|Φωτεινή|Χριστίνα|Παρασκευή|Ζωή|Αναστασία|Δήμητρα|Στυλιανή|Ραφαέλα|Μυρτώ"
GREEK_LAST = "Παπαδόπουλος,Παπαδοπούλου|Οικονόμου,Οικονόμου|Νικολαΐδης,Νικολαΐδου|Γεωργίου,Γεωργίου|Αντωνιάδης,Αντωνιάδου|Καραγιάννης,Καραγιάννη|Βλάχος,Βλάχου|Μακρής,Μακρή|Δημητρίου,Δημητρίου|Χατζηδάκης,Χατζηδάκη|Σταθόπουλος,Σταθοπούλου|Ζαφειρίου,Ζαφειρίου|Κουτσός,Κουτσού|Τσιρίγος,Τσιρίγου|Λαμπρινός,Λαμπρινού|Μπακόπουλος,Μπακοπούλου|Αλεξίου,Αλεξίου|Ρήγας,Ρήγα|Σαμαράς,Σαμαρά|Βασιλάκης,Βασιλάκη|Φραγκούλης,Φραγκούλη|Καλογεράκης,Καλογεράκη|Πετρίδης,Πετρίδου|Μαυρομάτης,Μαυρομάτη"


def greek_case(name, case, woman, last):
    """A Greek name in the genitive, accusative or vocative."""
    if woman:
        if case == "gen" and not last and name[-1] in "αηάή":
            return name + "ς"
        return name
    for end, cases in (("ος", ("ου", "ο", "ε" if last else "ο")), ("ός", ("ού", "ό", "έ" if last else "έ")),
                       ("ης", ("η", "η", "η")), ("ής", ("ή", "ή", "ή")), ("ας", ("α", "α", "α")),
                       ("άς", ("ά", "ά", "ά"))):
        if name.endswith(end):
            return name[:-2] + cases[("gen", "acc", "voc").index(case)]
    return name


class Person:
    """A person of a text. Parts: full first last FULL low lowfirst rev init fi gen acc voc genl accl vocl t dr email"""

    def __init__(self, language, gender):
        self.language = language
        self.woman = (gender or R.choice("mf")) == "f"
        locale = R.choice(NAME_LOCALES[language].split())
        self.locale = locale
        if locale == "abroad":
            pool = [p for p in ABROAD if (p[2] == "f") == self.woman]
            self.first, self.last = R.choice(pool)[:2]
        elif locale == "own":
            self.first = pick(GREEK_F if self.woman else GREEK_M)
            self.last = pick(GREEK_LAST).split(",")[self.woman]
        else:
            fake = FAKERS[locale]
            self.first = fake.first_name_female() if self.woman else fake.first_name_male()
            draw = getattr(fake, "last_name_female" if self.woman else "last_name_male", fake.last_name)
            self.last = draw()
            if locale == "es_ES" and R.random() < 0.6:
                self.last += " " + fake.last_name()
        middle = ""
        if language == "en" and R.random() < 0.1:
            middle = R.choice("ABCDEFGHJKLMNPRSTW") + ". "
        elif R.random() < 0.04 and locale not in ("abroad", "own"):
            other = FAKERS[locale]
            middle = (other.first_name_female() if self.woman else other.first_name_male()) + " "
        self.whole = f"{self.first} {middle}{self.last}"
        self.mail = None

    def part(self, word, ctx):
        last = self.last
        values = {
            "full": self.whole, "first": self.first, "last": last, "FULL": self.whole.upper(),
            "LAST": last.upper(), "FIRST": self.first.upper(),
            "low": self.whole.lower(), "lowfirst": self.first.lower(), "rev": f"{last}, {self.first}",
            "REV": f"{last.upper()}, {self.first.upper()}", "REVFR": f"{last.upper()} {self.first}",
            "init": f"{self.first[0]}. {last}", "fi": f"{self.first} {last[0]}", "two": f"{self.first} {last}",
        }
        if word in values:
            return tag("PERSON", values[word])
        if word in ("gen", "acc", "voc"):
            return tag("PERSON", greek_case(self.first, word, self.woman, False) + " "
                       + greek_case(last, word, self.woman, True))
        if word in ("genl", "accl", "vocl"):
            return tag("PERSON", greek_case(last, word[:3], self.woman, True))
        if word in ("genf", "accf", "vocf"):
            return tag("PERSON", greek_case(self.first, word[:3], self.woman, False))
        if word == "t":
            pools = {"en": ("Mr|Mr.|Mr", "Ms|Mrs|Ms.|Mrs.|Miss"), "de": ("Herr", "Frau"), "fr": ("M.|Monsieur|M.", "Mme|Madame|Mme"),
                     "es": ("Sr.|D.|don|Sr.", "Sra.|Dña.|doña|Sra."), "it": ("Sig.|Signor|Sig.", "Sig.ra|Signora|Sig.ra"),
                     "el": ("κ.|κος|κ.", "κα|κα|κ.")}
            return tag("TITLE", pick(pools[self.language][self.woman]))
        if word == "dr":
            pools = {"en": ("Dr|Dr.|Prof.|Dr.", "Dr|Dr.|Prof.|Dr."), "de": ("Dr.|Prof.|Dr. med.", "Dr.|Prof.|Dr. med."),
                     "fr": ("Dr|Pr|Docteur|Dr", "Dr|Pr|Docteur|Dr"), "es": ("Dr.|Prof.", "Dra.|Prof."),
                     "it": ("Dott.|Dr.|Prof.", "Dott.ssa|Dr.ssa|Prof.ssa"), "el": ("Δρ.|Δρ|Καθ.", "Δρ.|Δρ|Καθ.")}
            return tag("TITLE", pick(pools[self.language][self.woman]))
        if word == "email":
            self.mail = self.mail or mailbox(self)
            return tag("EMAIL_ADDRESS", self.mail)
        raise KeyError(word)


DOMAINS = """brightfen.com|northgate-legal.co.uk|calderstone.org|hexaphase.io|tulipwood.net|vantorex.com|ostermoor.eu
kestrelhouse.co.uk|lumen-dental.com|gruenwerk-bau.de|stadtwerke-altenfeld.de|praxis-lindenhof.de|hofer-technik.at
cabinet-morvan.fr|ateliers-duval.fr|mairie-valbrune.fr|clinicasanroque.es|talleresbaena.es|consultora-ebro.com
studiolegalerossetti.it|edilferri.it|osteria-delponte.it|technodomi.gr|iatreio-pagrati.gr|naftiliaki-ae.gr|pinewell.ca
quollworks.com.au|shantinagar-clinic.in|redgumlogistics.com.au|tessellate.dev|orbisfreight.nl|polskietarasy.pl""".replace("\n", "|")
FREE = "gmail.com|gmail.com|outlook.com|yahoo.co.uk|yahoo.com|icloud.com|proton.me|hotmail.com|gmx.de|web.de|orange.fr|laposte.net|libero.it|hotmail.it|terra.es|hotmail.es|otenet.gr|btinternet.com|rediffmail.com|bigpond.com"
BY_LANGUAGE = {"de": r"\.(de|at|eu|com)$", "fr": r"\.(fr|eu|com|net)$", "es": r"\.(es|com|eu)$", "it": r"\.(it|com|eu)$",
               "el": r"\.(gr|com|eu)$", "en": "."}


def mailbox(person):
    first, last = plain(person.first), plain(person.last) or "info"
    first = first or "mail"
    local = R.choice([f"{first}.{last}", f"{first[0]}.{last}", f"{first[0]}{last}", f"{first}{last[0]}{R.randint(1, 99)}",
                      f"{last}.{first}", f"{first}_{last}", f"{first}-{last}", f"{last}{R.randint(60, 99)}",
                      f"{first}.{last}+{R.choice(['news', 'shop', 'bills'])}", first])
    fits = [d for d in (FREE + "|" + DOMAINS).split("|") if re.search(BY_LANGUAGE[person.language], d)]
    mail = f"{local}@{R.choice(fits)}"
    return R.choice([mail] * 12 + [mail.upper(), first.capitalize() + "." + last.capitalize() + "@" + mail.split("@")[1]])


# ---------------------------------------------------------------------------------------------------- places

COUNTRY_OF = {"en": "US US US GB GB GB IN AU CA IE", "de": "DE DE DE DE AT", "fr": "FR FR FR FR BE", "es": "ES",
              "it": "IT", "el": "GR"}
US = "Columbus,OH,432|Tucson,AZ,857|Boise,ID,837|Madison,WI,537|Savannah,GA,314|Fresno,CA,937|Tulsa,OK,741|Rochester,NY,146|Spokane,WA,992|El Paso,TX,799|Chattanooga,TN,374|Duluth,MN,558|Baton Rouge,LA,708|St. Louis,MO,631|Newark,NJ,071|Portland,ME,041|Des Moines,IA,503|Santa Fe,NM,875|Fort Wayne,IN,468|Chicago,IL,606"
US_STATES = "Ohio|Arizona|Idaho|Wisconsin|Georgia|California|Oklahoma|New York|Texas|Tennessee|Minnesota|Louisiana|Oregon|Nebraska|North Carolina|New Mexico"
GB = "Leeds|Norwich|Swansea|Dundee|Bristol|Reading|Stoke-on-Trent|Milton Keynes|Hull|Aberdeen|Exeter|Wolverhampton|Carlisle|Bath|Newport|Sheffield|King's Lynn|Ipswich|Manchester|Derby"
GB_COUNTIES = "Norfolk|Kent|Lancashire|West Yorkshire|Cornwall|Devon|Suffolk|Fife|Powys|Surrey"
IN = "Bengaluru,Karnataka,5600|Pune,Maharashtra,4110|Kochi,Kerala,6820|Jaipur,Rajasthan,3020|Hyderabad,Telangana,5000|Chennai,Tamil Nadu,6000|Lucknow,Uttar Pradesh,2260|Indore,Madhya Pradesh,4520"
AU = "Fitzroy,VIC,3065|Newtown,NSW,2042|Toowoomba,QLD,4350|Fremantle,WA,6160|Hobart,TAS,7000|Geelong,VIC,3220|Wollongong,NSW,2500|Norwood,SA,5067|Cairns,QLD,4870"
CA = "Toronto,ON,M5V|Halifax,NS,B3J|Saskatoon,SK,S7K|Kelowna,BC,V1Y|Moncton,NB,E1C|Winnipeg,MB,R3C|Guelph,ON,N1H|Calgary,AB,T2P"
IE = "Galway,H91|Cork,T12|Limerick,V94|Sligo,F91|Waterford,X91|Tralee,V92"
CITIES = {
    "US": [c.split(",")[0] for c in US.split("|")], "GB": GB.split("|"), "IN": [c.split(",")[0] for c in IN.split("|")],
    "AU": [c.split(",")[0] for c in AU.split("|")], "CA": [c.split(",")[0] for c in CA.split("|")],
    "IE": [c.split(",")[0] for c in IE.split("|")],
    "DE": "Berlin|Hamburg|München|Köln|Leipzig|Bielefeld|Göttingen|Freiburg|Kassel|Würzburg|Rostock|Nürnberg|Mönchengladbach|Ulm|Bad Homburg|Frankfurt am Main|Trier|Jena|Osnabrück|Fürth".split("|"),
    "AT": "Wien|Graz|Linz|Salzburg|Innsbruck|Klagenfurt|Villach|St. Pölten|Dornbirn".split("|"),
    "FR": "Lyon|Nantes|Rennes|Grenoble|Clermont-Ferrand|Montpellier|Saint-Étienne|Lille|Dijon|Aix-en-Provence|Brest|Nancy|Toulouse|Annecy|Besançon|Paris|Bordeaux|Perpignan|Limoges".split("|"),
    "BE": "Liège|Namur|Charleroi|Mons|Tournai|Bruxelles".split("|"),
    "ES": "Madrid|Valencia|Sevilla|Zaragoza|Bilbao|Murcia|Salamanca|Vigo|Gijón|Córdoba|San Sebastián|Badajoz|Logroño|Alicante|Cádiz|Santiago de Compostela|Huesca|Granada".split("|"),
    "IT": "Milano|Torino|Bologna|Padova|Bari|Reggio Emilia|Perugia|Trieste|Cagliari|Bergamo|Lecce|Pescara|Verona|Genova|Napoli|Parma|Siracusa|Udine".split("|"),
    "GR": "Αθήνα|Θεσσαλονίκη|Πάτρα|Λάρισα|Καλαμάτα|Καβάλα|Κέρκυρα|Ξάνθη|Κοζάνη|Λαμία|Τρίπολη|Χαλκίδα|Κομοτηνή|Ελευσίνα|Νέα Σμύρνη|Γλυφάδα|Καλλιθέα|Ρόδο".split("|")[:-1],
}
WORLD = "Rotterdam|Gdańsk|Lisbon|Vienna|Lagos|Nairobi|Osaka|Singapore|Copenhagen|Kraków|Dubai|Warsaw|Athens|Munich|Barcelona|Marseille|São Paulo|Izmir|Malmö|Tbilisi"
COUNTRIES = {
    "en": "Canada|Portugal|Kenya|Poland|Australia|Greece|Vietnam|the|Switzerland|Nigeria|South Korea|Norway|Brazil|India|Germany|Ireland|New Zealand|Croatia".replace("the|", ""),
    "de": "Polen|Portugal|Österreich|Spanien|Kanada|Griechenland|Norwegen|Indien|Kroatien|Frankreich|Dänemark|Japan",
    "fr": "Espagne|Belgique|Pologne|Italie|Norvège|Grèce|Suisse|Allemagne|Tunisie|Irlande",
    "es": "Portugal|Francia|Alemania|Chile|Marruecos|Italia|Colombia|Suecia|Argentina|Polonia",
    "it": "Francia|Germania|Svizzera|Albania|Spagna|Austria|Norvegia|Romania|Slovenia|Grecia",
    "el": "Γερμανία|Κύπρος|Ιταλία|Γαλλία|Βουλγαρία|Ισπανία|Σουηδία|Αλβανία|Ολλανδία|Πορτογαλία".replace("Κύπρος", "Κύπρο"),
}
REGIONS = {
    "en": US_STATES + "|" + GB_COUNTIES + "|Ontario|Queensland|Kerala|Bavaria|Tuscany|Crete",
    "de": "Bayern|Sachsen|Hessen|Niedersachsen|Brandenburg|Tirol|Kärnten|Schleswig-Holstein|Thüringen",
    "fr": "Bretagne|Normandie|Provence|Occitanie|Bourgogne|Alsace|Auvergne|Lorraine",
    "es": "Andalucía|Galicia|Extremadura|Navarra|Aragón|Cataluña|Asturias|Cantabria",
    "it": "Toscana|Lombardia|Puglia|Umbria|Liguria|Calabria|Sardegna|Basilicata",
    "el": "Κρήτη|Μακεδονία|Θεσσαλία|Ήπειρο|Πελοπόννησο|Θράκη|Αττική|Εύβοια",
}
STREETS = {
    "DE": "Hauptstraße|Bahnhofstr.|Goethestraße|Am Alten Markt|Lindenweg|Karl-Marx-Allee|An der Mühle|Berliner Straße|Schillerplatz|Kirchgasse|Rosenstr.|Im Winkel|Friedrich-Ebert-Straße|Gartenweg|Zur Eiche",
    "AT": "Mariahilfer Straße|Landstraßer Hauptstraße|Grazbachgasse|Lindengasse|Alpenstraße|Südbahnstraße|Neubaugasse",
    "FR": "rue des Lilas|avenue Jean Jaurès|boulevard Voltaire|rue de la République|impasse des Acacias|place du Marché|chemin des Vignes|allée des Tilleuls|rue Victor-Hugo|quai de la Fosse|cours Gambetta|rue du Faubourg Saint-Martin",
    "ES": "Calle Mayor|C/ Alcalá|Avda. de la Constitución|Paseo de la Castellana|Plaza de España|Calle San Vicente|C/ Doctor Fleming|Ronda de Atocha|Calle de las Huertas|Camino Viejo|Av. Diagonal|Calle Río Duero",
    "IT": "Via Garibaldi|Via Roma|Corso Vittorio Emanuele II|Piazza della Libertà|Viale Europa|Via dei Mille|Via XX Settembre|Largo Augusto|Vicolo Stretto|Via San Giovanni Bosco|Strada Provinciale|Viale Monza".replace("Strada Provinciale|", ""),
    "GR": "Ερμού|Πανεπιστημίου|Λεωφόρος Κηφισίας|Λ. Αλεξάνδρας|Τσιμισκή|Πατησίων|Αγίου Δημητρίου|Βασιλίσσης Σοφίας|Σόλωνος|Εγνατία|Κολοκοτρώνη|25ης Μαρτίου|Ελευθερίου Βενιζέλου|Αριστοτέλους|Λεωφ. Συγγρού|Μεγάλου Αλεξάνδρου",
    "US": "Maple Ave|Oak Street|N Lincoln Blvd|Pine Ridge Rd|5th Ave|W 34th St|Cedar Lane|Old Mill Road|Jefferson Drive|SE Hawthorne Blvd|County Road 12|Sycamore Ct|Martin Luther King Jr Blvd|Harbor View Terrace",
    "GB": "Larch Road|Church Lane|Victoria Terrace|High Street|Kingsway|St John's Road|Mill Hill|Albert Street|The Crescent|Meadow View|Queen's Gardens|Orchard Close|Station Approach|Barnfield Avenue",
    "IN": "MG Road|Nehru Street|Station Road|Linking Road|Gandhi Marg|Church Street|Sardar Patel Road|Lake View Road|4th Cross, 2nd Main",
    "AU": "Wattle Street|Beaufort St|Bourke Road|Kookaburra Court|Sturt Parade|Rosella Crescent|King William Rd|Jacaranda Drive",
    "CA": "Queen St W|Rue Principale|Barrington Street|Bathurst St|Jasper Avenue|Lakeshore Rd E|Birchmount Cres|8th Street SW",
    "IE": "Shop Street|Patrick's Quay|O'Connell Avenue|Castle Road|Main Street|Salthill Park",
    "BE": "rue Haute|rue de la Station|avenue des Combattants|chaussée de Namur",
}


def nation(ctx):
    if "country" not in ctx:
        ctx["country"] = R.choice(COUNTRY_OF[ctx["language"]].split())
    return ctx["country"]


def street_of(country):
    """The street part of an address, with its number."""
    n, road = R.randint(1, 240), pick(STREETS[country])
    if country == "US":
        if R.random() < 0.35:
            road = FAKERS["en_US"].street_name()
        n = R.choice([n, n * 10 + 4, n * 47])
        return f"{n} {road}" + R.choice(["", "", "", f", Apt {R.randint(1, 40)}{pick('A|B|C|')}", f" #{R.randint(2, 90)}", f", Suite {R.randint(100, 900)}"])
    if country == "GB":
        if R.random() < 0.35:
            road = FAKERS["en_GB"].street_name()
        return R.choice(["", "", "", "", f"Flat {R.randint(1, 30)}, "]) + f"{n}{pick('||||a|B')} {road}"
    if country == "IN":
        return R.choice([f"{n}, {road}", f"Flat {R.randint(1, 9)}0{R.randint(1, 8)}, Lakshmi Residency, {n} {road}", f"#{n}, {road}", f"No. {n}/{R.randint(1, 9)}, {road}"])
    if country == "AU":
        return R.choice(["", "", f"Unit {R.randint(1, 20)}, ", f"{R.randint(1, 20)}/"]) + f"{n} {road}"
    if country == "CA":
        return R.choice(["", "", f"{R.randint(101, 2400)}-"]) + f"{n * 7} {road}"
    if country == "IE":
        return R.choice(["", "Apartment 3, "]) + f"{R.randint(1, 90)} {road}"
    if country == "DE":
        if R.random() < 0.3:
            road = FAKERS["de_DE"].street_name()
        return f"{road} {R.randint(1, 180)}{pick('||||a|b| c')}" if R.random() > .03 else f"{road} 12-14"
    if country == "AT":
        return f"{road} {R.randint(1, 120)}" + R.choice(["", "", f"/{R.randint(1, 30)}", f"/{R.randint(1, 4)}/{R.randint(1, 30)}"])
    if country in ("FR", "BE"):
        if country == "FR" and R.random() < 0.3:
            road = FAKERS["fr_FR"].street_name()
        n = R.randint(1, 180)
        return f"{road} {n}" if country == "BE" else f"{n}{pick('||||| bis| ter')}{pick(' | | |, ')}{road}"
    if country == "ES":
        n = R.randint(1, 160)
        return R.choice([f"{road}, {n}", f"{road} {n}", f"{road}, {n}, {R.randint(1, 8)}º {pick('A|B|C|dcha.|izq.')}"]).rstrip(".")
    if country == "IT":
        n = R.randint(1, 160)
        return R.choice([f"{road} {n}", f"{road}, {n}", f"{road} n. {n}", f"{road} {n}/{pick('A|B|C')}"])
    if country == "GR":
        return f"{road} {R.randint(1, 190)}{pick('||||Α|Β')}"
    raise KeyError(country)


def parts_of(country):
    """(zip, city, region or None)"""
    fake_city = R.random() < 0.25
    if country == "US":
        city, state, area = pick(US).split(",")
        if fake_city:
            city = FAKERS["en_US"].city()
        if R.random() < 0.2:
            state = pick(US_STATES)
        return area + digits(2) + R.choice(["", "", "", "-" + digits(4)]), city, state
    if country == "GB":
        city = FAKERS["en_GB"].city() if fake_city else pick(GB)
        code = (pick("LS|NR|SA|DD|BS|RG|ST|MK|HU|AB|EX|WV|CA|BA|NP|S|PE|IP|M|DE|L|B|G") + str(R.randint(1, 9)) + pick("||1|2")
                + " " + fill("%") + "".join(R.choice("ABDEFGHJLNPQRSTUWXYZ") for _ in "ab"))
        return code, city, pick(GB_COUNTIES) if R.random() < .2 else None
    if country == "IN":
        city, state, area = pick(IN).split(",")
        code = area + digits(2)
        return R.choice([code, code[:3] + " " + code[3:]]), city, state if R.random() < .5 else None
    if country == "AU":
        city, state, code = pick(AU).split(",")
        return code, city, state
    if country == "CA":
        city, state, area = pick(CA).split(",")
        return area + " " + fill("%") + R.choice("ABCEGHJKLMNPRSTVWXYZ") + fill("#"), city, state
    if country == "IE":
        city, area = pick(IE).split(",")
        return area + " " + R.choice("ACDEFHKNPRTVWXY") + digits(2) + R.choice("ACDEFHKNPRTVWXY"), city, None
    locale = {"DE": "de_DE", "AT": "de_AT", "FR": "fr_FR", "ES": "es_ES", "IT": "it_IT"}.get(country)
    city = R.choice(CITIES[country])
    if fake_city and country in ("DE", "AT", "FR", "IT"):
        city = FAKERS[locale].city()
    if country in ("AT", "BE"):
        return fill("%###") if country == "AT" else fill("%##0"), city, None
    if country == "GR":
        return fill(R.choice(["1####", "5####", "1####", "8####"]))[:5] if R.random() < .4 else fill(R.choice(["1## ##", "54# ##", "11# ##", "26# ##"])), city, None
    code = {"DE": R.choice(["0%###", "%####", "1####"]), "FR": R.choice(["0%##0", "%%##0", "75001", "69003"]), "ES": R.choice(["28###", "08###", "41###", "4####"]),
            "IT": R.choice(["20###", "00###", "10###", "40###", "7####"])}[country]
    return fill(code), city, pick("MI|TO|BO|BA|PD|NA") if country == "IT" and R.random() < .25 else None


def address(country, gap=", "):
    """A whole address: street, ZIP and city are spans of their own."""
    code, city, region = parts_of(country)
    road = tag("LOCATION", street_of(country))
    code, city = tag("ZIP_CODE", code), tag("LOCATION", city)
    region = tag("LOCATION", region) if region else None
    if country == "US":
        return f"{road}{gap}{city}, {region} {code}"
    if country == "GB":
        return road + gap + city + (gap + region if region else "") + (gap if gap == "\n" else pick(" |, ")) + code
    if country == "IN":
        return road + gap + city + pick(" - | |-") + code + (", " + region if region else "")
    if country == "AU":
        return f"{road}{gap}{city} {region} {code}"
    if country == "CA":
        return f"{road}{gap}{city}{pick(', | ')}{region} {code}"
    if country == "IE":
        return f"{road}{gap}{city}{gap}{code}"
    if country == "IT" and region:
        return f"{road}{gap}{code} {city} ({region})"
    if country == "GR" and gap == ", ":
        return road + pick(", |, Τ.Κ. |, ΤΚ ") + code + pick(" |, ") + city
    return f"{road}{gap}{code} {city}"


# ---------------------------------------------------------------------------------------------------- numbers

PHONES = {
    "US": "(@@@) %##-####|@@@-%##-####|+1 @@@-%##-####|@@@.%##.####|1-@@@-%##-####|+1 (@@@) %##-####|+1@@@%######|@@@%######|(@@@)%##-####|@@@ %## ####|@@@-%##-#### ext. ##|(@@@) %##-#### x###|+1-@@@-%##-#### ext ####",
    "GB": "020 7### ####|07%## ######|+44 7%## ######|+44 20 7### ####|0161 %## ####|(0113) %## ####|01603 ######|+44 (0)1632 ######|07%########|+447%########|0044 20 8### ####|0117-%##-####|020 7### #### ext 2##|+44 131 %## ####",
    "IN": "+91 98### #####|+91-9%########|09%## ######|98########|+91 80 4### ####|(022) 2### ####|080-2%######|+9199########",
    "AU": "04%# ### ###|(02) 9### ####|+61 4%# ### ###|+61 2 8### ####|1300 ### ###|03 9### ####|(07) 3### #### ext 14",
    "CA": "(416) %##-####|604-%##-####|+1 514 %##-####|902.%##.####|1 (780) %##-####|+1-613-%##-#### ext. 3##",
    "IE": "+353 8% ### ####|08% ### ####|01 6## ####|(091) 5#####|+353 (0)21 4## ####",
    "DE": "0176 ########|+49 30 ########|0%21/#######|(0221) ### ## ##|+49 (0)89 ######-##|0151-########|+49 171 #######|030 / 2## ## ##|0049 711 ######|040 ######-0|+4917########0|0521 ######|089/#######",
    "AT": "+43 664 #######|0664/### ## ##|+43 1 ### ## ##|0316 ######|(0512) ### ###|+43 (0)732 ####-##",
    "FR": "06 ## ## ## ##|01 4# ## ## ##|+33 6 ## ## ## ##|07.##.##.##.##|06########|+33 (0)4 ## ## ## ##|04-##-##-##-##|0033 1 ## ## ## ##|+336########|02 ## ## ## ## poste ##",
    "BE": "+32 4## ## ## ##|0475 ## ## ##|02 5## ## ##|+32 (0)4 2## ## ##|081/## ## ##",
    "ES": "6## ### ###|+34 6## ## ## ##|91 ### ## ##|93 ### ## ##|+34 9%# ### ###|6########|6##-###-###|(+34) 6## ### ###|0034 6########|954 ## ## ##|6##.###.###|91 ### ## ## ext. ###",
    "IT": "34% #######|+39 34% ### ####|06 ########|02 #### ####|+39 02 #######|33%-#######|051/######|(081) #######|0039 32% #######|+3934%#######|347 ## ## ###|011 ####### int. ##",
    "GR": "210 #######|69########|+30 69# ### ####|2310 ######|+30 210 #######|69## ### ###|210-#######|0030 2610 ######|(210) ### ####|+30 2810-######|6977 ## ## ##|210 ####### εσωτ. ##",
}
AREAS = "212|213|303|305|312|404|415|512|602|617|702|713|718|808|916|206|214|313|608|614|520|208|912|559|918|585|509|915|423|218|225|314|973|207"
IBANS = {"en": "GB GB GB IE NL DE", "de": "DE DE DE AT", "fr": "FR FR BE", "es": "ES", "it": "IT", "el": "GR"}


def luhn(body):
    total = sum(int(c) if i % 2 else sum(divmod(2 * int(c), 10)) for i, c in enumerate(reversed(body)))
    return str(-total % 10)


def card():
    kind = R.choice("vvvmma")
    if kind == "a":
        body = R.choice(["34", "37"]) + digits(12)
    else:
        body = (("4" + digits(2)) if kind == "v" else str(R.randint(510, 559))) + digits(12)
    body += luhn(body)
    gap = R.choice(["", "", " ", " ", " ", "-"])
    if kind == "a":
        return gap.join([body[:4], body[4:10], body[10:]])
    return gap.join(body[i:i + 4] for i in range(0, 16, 4))


def number_of(letters):
    return int("".join(str(int(c, 36)) for c in letters))


def iban(country):
    if country == "FR":
        bank, desk, account = digits(5), digits(5), digits(11)
        key = 97 - (89 * int(bank) + 15 * int(desk) + 3 * int(account)) % 97
        body = f"{bank}{desk}{account}{key:02d}"
    elif country == "ES":
        bank, account = digits(8), digits(10)
        weigh = lambda d: str({11: 0, 10: 1}.get(11 - sum(int(c) * w for c, w in zip(d, (1, 2, 4, 8, 5, 10, 9, 7, 3, 6))) % 11,
                                                11 - sum(int(c) * w for c, w in zip(d, (1, 2, 4, 8, 5, 10, 9, 7, 3, 6))) % 11))
        body = bank + weigh("00" + bank) + weigh(account) + account
    elif country == "IT":
        rest = digits(22)
        odd = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21]
        total = sum(odd[int(c)] if i % 2 == 0 else int(c) for i, c in enumerate(rest))
        body = chr(65 + total % 26) + rest
    elif country == "BE":
        ten = digits(10)
        body = f"{ten}{int(ten) % 97 or 97:02d}"
    elif country in ("GB", "IE"):
        body = pick("BARC|LOYD|MIDL|NWBK" if country == "GB" else "AIBK|BOFI") + digits(14)
    elif country == "NL":
        body = pick("INGB|ABNA|RABO") + "0" + digits(9)
    elif country == "GR":
        body = "0" + pick("14|11|72|26") + digits(20)
    else:
        body = digits({"DE": 18, "AT": 16}[country])
    whole = f"{country}{98 - number_of(body + country + '00') % 97:02d}{body}"
    return R.choice([whole, " ".join(whole[i:i + 4] for i in range(0, len(whole), 4))])


def ssn():
    area = R.choice([n for n in range(1, 900) if n != 666])
    return R.choice(["{:03d}-{:02d}-{:04d}"] * 4 + ["{:03d} {:02d} {:04d}"]).format(area, R.randint(1, 99), R.randint(1, 9999))


def keccak(data):
    """Keccak-256 as Ethereum uses it (padding 0x01)."""
    mask = (1 << 64) - 1
    turn = lambda v, n: ((v << n) | (v >> (64 - n))) & mask if n else v
    lanes = [[0] * 5 for _ in range(5)]
    data = bytearray(data) + b"\x01"
    data += bytes(-len(data) % 136)
    data[-1] |= 0x80
    for at in range(0, len(data), 136):
        for i in range(17):
            lanes[i % 5][i // 5] ^= int.from_bytes(data[at + 8 * i:at + 8 * i + 8], "little")
        state = 1
        for _ in range(24):
            c = [lanes[x][0] ^ lanes[x][1] ^ lanes[x][2] ^ lanes[x][3] ^ lanes[x][4] for x in range(5)]
            d = [c[(x + 4) % 5] ^ turn(c[(x + 1) % 5], 1) for x in range(5)]
            lanes = [[lanes[x][y] ^ d[x] for y in range(5)] for x in range(5)]
            x, y, now = 1, 0, lanes[1][0]
            for t in range(24):
                x, y = y, (2 * x + 3 * y) % 5
                now, lanes[x][y] = lanes[x][y], turn(now, (t + 1) * (t + 2) // 2 % 64)
            for y in range(5):
                row = [lanes[x][y] for x in range(5)]
                for x in range(5):
                    lanes[x][y] = row[x] ^ (~row[(x + 1) % 5] & mask & row[(x + 2) % 5])
            for j in range(7):
                state = ((state << 1) ^ ((state >> 7) * 0x71)) % 256
                if state & 2:
                    lanes[0][0] ^= 1 << ((1 << j) - 1)
    return b"".join(lanes[i][0].to_bytes(8, "little") for i in range(4))


def checked_ether(low):
    sums = keccak(low.encode()).hex()
    return "0x" + "".join(c.upper() if int(s, 16) > 7 else c for c, s in zip(low, sums))


def base58(version, body):
    raw = bytes([version]) + body
    raw += hashlib.sha256(hashlib.sha256(raw).digest()).digest()[:4]
    letters, n, out = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz", int.from_bytes(raw, "big"), ""
    while n:
        n, rest = divmod(n, 58)
        out = letters[rest] + out
    return "1" * (len(raw) - len(raw.lstrip(b"\0"))) + out


def bech32(body):
    """A segwit address of version 0 on the main net."""
    bits = "".join(f"{b:08b}" for b in body)
    bits += "0" * (-len(bits) % 5)
    data = [0] + [int(bits[i:i + 5], 2) for i in range(0, len(bits), 5)]

    def polymod(values):
        c = 1
        for v in values:
            top, c = c >> 25, (c & 0x1FFFFFF) << 5 ^ v
            for i, g in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
                c ^= g if top >> i & 1 else 0
        return c
    hrp = [3, 3, 0, 2, 3]  # "bc"
    check = polymod(hrp + data + [0] * 6) ^ 1
    return "bc1" + "".join("qpzry9x8gf2tvdw0s3jn54khce6mua7l"[v] for v in data + [check >> 5 * (5 - i) & 31 for i in range(6)])


def coin():
    body = R.randbytes(20)
    kind = R.choice("ppsbbee")
    if kind == "e":
        return checked_ether(body.hex())
    return bech32(body) if kind == "b" else base58(0 if kind == "p" else 5, body)


# ---------------------------------------------------------------------------------------------------- dates

MONTHS = {
    "en": "January February March April May June July August September October November December".split(),
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split(),
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split(),
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split(),
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre".split(),
    "el": "Ιανουαρίου Φεβρουαρίου Μαρτίου Απριλίου Μαΐου Ιουνίου Ιουλίου Αυγούστου Σεπτεμβρίου Οκτωβρίου Νοεμβρίου Δεκεμβρίου".split(),
}
SHORT_EL = "Ιαν Φεβ Μαρ Απρ Μαΐ Ιουν Ιουλ Αυγ Σεπ Οκτ Νοε Δεκ".split()


def nth(n):
    return f"{n}" + ("th" if 10 < n < 14 else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th"))


def date_of(ctx, first, last, words=None):
    language = ctx["language"]
    d, m, y = R.randint(1, 28), R.randint(1, 12), R.randint(first, last)
    name, s = MONTHS[language][m - 1], f"{y % 100:02d}"
    if language == "en":
        a, b = (m, d) if nation(ctx) in ("US",) else (d, m)
        short = name[:3]
        word = [f"{name} {nth(d)} {y}", f"{name} {nth(d)}, {y}", f"{name} {d}, {y}", f"{d} {name} {y}", f"{nth(d)} {name} {y}",
                f"{d} {short} {s}", f"{d} {short} {y}", f"{short} {d}, {y}", f"{nth(d)} of {name} {y}", f"{short}. {d}, {y}" if len(name) > 4 else f"{name} {d}, {y}"]
        number = [f"{y}-{m:02d}-{d:02d}", f"{y}-{m:02d}-{d:02d}", f"{a:02d}/{b:02d}/{y}", f"{a}/{b}/{y}", f"{a}/{b}/{s}", f"{d:02d}-{short}-{y}",
                  f"{d:02d}.{m:02d}.{y}", f"{y}/{m:02d}/{d:02d}", f"{a:02d}-{b:02d}-{y}"]
    elif language == "de":
        short = f"{name[:3]}." if len(name) > 4 else name
        word = [f"{d}. {name} {y}", f"{d:02d}. {name} {y}", f"{d}. {short} {y}", f"{d}. {name} {y}"]
        number = [f"{d:02d}.{m:02d}.{y}", f"{d:02d}.{m:02d}.{y}", f"{d}.{m}.{y}", f"{d}.{m}.{s}", f"{d:02d}.{m:02d}.{s}", f"{y}-{m:02d}-{d:02d}", f"{d}. {m}. {y}", f"{d:02d}/{m:02d}/{y}"]
    elif language == "fr":
        word = [f"{d if d > 1 else '1er'} {name} {y}", f"{d if d > 1 else '1er'} {name} {y}", f"{d:02d} {name} {y}"]
        number = [f"{d:02d}/{m:02d}/{y}", f"{d:02d}/{m:02d}/{y}", f"{d}/{m}/{s}", f"{d:02d}-{m:02d}-{y}", f"{d:02d}.{m:02d}.{y}", f"{y}-{m:02d}-{d:02d}", f"{d:02d}/{m:02d}/{s}"]
    elif language == "es":
        word = [f"{d} de {name} de {y}", f"{d} de {name} de {y}", f"{d} {name} {y}", f"{d} de {name} del {y}", f"{d} {name[:3]} {y}"]
        number = [f"{d:02d}/{m:02d}/{y}", f"{d}/{m}/{y}", f"{d}-{m}-{s}", f"{d:02d}-{m:02d}-{y}", f"{d:02d}.{m:02d}.{y}", f"{y}-{m:02d}-{d:02d}"]
    elif language == "it":
        word = [f"{d if d > 1 else '1º'} {name} {y}", f"{d} {name} {y}", f"{d:02d} {name} {y}", f"{d} {name[:3]} {y}"]
        number = [f"{d:02d}/{m:02d}/{y}", f"{d}/{m}/{y}", f"{d}.{m}.{y}", f"{d:02d}-{m:02d}-{y}", f"{d}/{m}/{s}", f"{y}-{m:02d}-{d:02d}"]
    else:
        word = [f"{d} {name} {y}", f"{d}η {name} {y}", f"{d} {SHORT_EL[m - 1]} {y}", f"{d} {name} {y}"]
        number = [f"{d}/{m}/{y}", f"{d:02d}/{m:02d}/{y}", f"{d:02d}-{m:02d}-{y}", f"{d}.{m}.{y}", f"{d}/{m}/{s}", f"{y}-{m:02d}-{d:02d}"]
    return R.choice({True: word, False: number}.get(words, word + number))


def time_of(ctx):
    h, m = R.randint(6, 21), R.choice([0, 0, 15, 30, 45, 5, 20, 50, R.randint(1, 59)])
    if ctx["language"] == "en" and R.random() < .45:
        half, hour = ("am", "pm")[h > 11], (h - 1) % 12 + 1
        return R.choice([f"{hour}:{m:02d} {half}", f"{hour}:{m:02d}{half}", f"{hour}:{m:02d} {half.upper()}"])
    if ctx["language"] == "fr" and R.random() < .5:
        return f"{h}h{m:02d}"
    return R.choice([f"{h:02d}:{m:02d}", f"{h}:{m:02d}"])


# ---------------------------------------------------------------------------------------------------- words

ORGS = {
    "en": """Brightwater Mutual|Calder & Finch LLP|Northfield General Hospital|Tessera Logistics|Pinewell Credit Union|Harbour Lane Dental
University of Leeds|Barclays|Siemens|Ofcom|Red Cross|Wexham Housing Association|Quollworks Pty Ltd|Kestrel House Academy|Halvorsen Shipping
HMRC|Tata Steel|Infosys|Medtronic|Aviva|Maersk|Deloitte|St Brigid's Primary School|Oxfam|Vodafone|Gruber & Söhne|Commonwealth Bank|Scotiabank|FedEx
State Farm|Cedar Valley Clinic|World Health Organization|Lockheed Martin|Northgate Legal|Hexaphase Inc.|Bluebell Nurseries Ltd|Riverton Water Company|Ostermoor Energy|National Rail|Unilever""",
    "de": """Sparkasse Altenfeld|Gruber & Söhne KG|Deutsche Bahn|AOK Plus|Stadtwerke Göttingen|Klinikum Lindenhof|Siemens|Allianz|Bosch|TU Dresden|Finanzamt Kassel
Hofer Technik GmbH|Volksbank Ostwest|DHL|Techniker Krankenkasse|Caritas|Goethe-Gymnasium|Baustoffe Reinhardt GmbH & Co. KG|Telekom|Universität Graz|Wiener Linien|Lufthansa""",
    "fr": """SNCF|EDF|Crédit Agricole|Cabinet Morvan|Ateliers Duval SARL|CHU de Nantes|La Poste|Université de Rennes|Boulangerie Perrin|Orange|MAIF|Renault
Clinique Sainte-Anne|Lycée Jean-Moulin|CPAM|Transports Lemoine SAS|Michelin|BNP Paribas|Secours populaire|Mutuelle du Rhône""",
    "es": """Repsol|Banco Sabadell|Talleres Baena S.L.|Hospital San Roque|Mapfre|Correos|Universidad de Salamanca|Iberdrola|Consultora Ebro|Renfe|CaixaBank|Telefónica
Colegio Santa Teresa|Clínica Dental Levante|Construcciones Arnedo S.A.|Cáritas|Inditex|Gestoría Maldonado|Seguros Atlántida|Naturgy""",
    "it": """Enel|Poste Italiane|Edilferri S.r.l.|Ospedale San Raffaele|Studio Legale Rossetti|Intesa Sanpaolo|Trenitalia|Università di Padova|Barilla|INPS|UniCredit
Officine Galli S.p.A.|Liceo Galilei|Caritas|Generali|Farmacia Centrale|Agenzia delle Entrate|Cooperativa Arcobaleno|TIM|Fastweb""",
    "el": """ΔΕΗ|ΟΤΕ|Εθνική Τράπεζα|Τεχνοδομή Α.Ε.|Cosmote|Alpha Bank|ΕΛΤΑ|ΕΦΚΑ|Τράπεζα Πειραιώς|ΕΥΔΑΠ|Φαρμακεία Λυκούδη|Μεταφορική Βορρά ΑΕ|Aegean|Eurobank
Ιατρικό Κέντρο Παγκρατίου|Εκδόσεις Κύμα|Ναυτιλιακή Αιγαίου ΑΕ|Σκλαβενίτης|Motor Oil|ΕΡΤ""",
}
ORG_LOCALES = {"en": "en_US en_US en_GB en_IN en_AU en_CA de_DE nl_NL it_IT", "de": "de_DE de_AT", "fr": "fr_FR", "es": "es_ES", "it": "it_IT"}
NRP = {  # of people, as adjective or noun: masculine and feminine
    "en": ["Polish|Syrian|Portuguese|Nigerian|Irish|Vietnamese|Brazilian|Greek|Ukrainian|Turkish|Canadian|Dutch|Filipino|Catholic|Muslim|Jewish|Hindu|Sikh|Lutheran|Quaker|Kurdish|Buddhist|Romanian|Somali"] * 2,
    "de": ["polnischer|syrischer|österreichischer|portugiesischer|ukrainischer|türkischer|italienischer|griechischer|kroatischer", "polnische|syrische|österreichische|portugiesische|ukrainische|türkische|italienische|griechische|kroatische"],
    "fr": ["polonais|marocain|portugais|syrien|espagnol|belge|tunisien|allemand|vietnamien", "polonaise|marocaine|portugaise|syrienne|espagnole|belge|tunisienne|allemande|vietnamienne"],
    "es": ["marroquí|colombiano|rumano|portugués|italiano|chileno|ucraniano|senegalés", "marroquí|colombiana|rumana|portuguesa|italiana|chilena|ucraniana|senegalesa"],
    "it": ["rumeno|albanese|tedesco|marocchino|ucraino|spagnolo|peruviano|polacco", "rumena|albanese|tedesca|marocchina|ucraina|spagnola|peruviana|polacca"],
    "el": ["Έλληνας|Γερμανός|Αλβανός|Ουκρανός|Ιταλός|Βούλγαρος|Γάλλος", "Ελληνίδα|Γερμανίδα|Αλβανίδα|Ουκρανή|Ιταλίδα|Βουλγάρα|Γαλλίδα"],
}
STATES = {  # nationality, as forms have it
    "en": "Polish|Syrian|Portuguese|Nigerian|Irish|Vietnamese|Brazilian|Greek|Ukrainian|Turkish|Canadian|Dutch|Filipino|Romanian|British|American",
    "de": "deutsch|polnisch|türkisch|österreichisch|kroatisch|syrisch|italienisch",
    "el": "Ελληνική|Αλβανική|Γερμανική|Ουκρανική|Ιταλική|Κυπριακή",
}
FAITH = {"en": "Roman Catholic|Muslim|Hindu|Sikh|Jewish|Methodist|Buddhist|Greek Orthodox|Anglican|Baptist", "de": "römisch-katholisch|evangelisch|muslimisch|jüdisch|griechisch-orthodox|buddhistisch",
         "fr": "catholique|musulmane|juive|protestante|bouddhiste", "es": "católica|musulmana|evangélica|judía|budista",
         "it": "cattolica|musulmana|ebraica|valdese|buddista|ortodossa", "el": "Χριστιανός Ορθόδοξος|Καθολικός|Μουσουλμάνος"}
DAYS = {"en": "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday", "de": "Montag|Dienstag|Mittwoch|Donnerstag|Freitag", "fr": "lundi|mardi|mercredi|jeudi|vendredi",
        "es": "lunes|martes|miércoles|jueves|viernes", "it": "lunedì|martedì|mercoledì|giovedì|venerdì", "el": "Δευτέρα|Τρίτη|Τετάρτη|Πέμπτη|Παρασκευή"}


def org(ctx):
    language = ctx["language"]
    if language in ORG_LOCALES and R.random() < .45:
        return FAKERS[R.choice(ORG_LOCALES[language].split())].company().replace("é.", "é")
    return pick(ORGS[language].replace("\n", "|"))


def url(ctx):
    host = R.choice([d for d in DOMAINS.split("|") if re.search(BY_LANGUAGE[ctx["language"]], d)])
    path = pick("/|/login|/track/" + digits(8) + "|/en/contact|/docs/v2/setup.html|/shop/item?id=" + digits(5) + "|/a/" + digits(3) + "#top||/~archive/report.pdf|/r/" + "".join(R.choice(string.ascii_letters) for _ in range(7)))
    return R.choice([f"https://{host}{path}", f"https://www.{host}{path}", f"http://{host}:8080{path}", f"www.{host}{path.rstrip('/')}", f"https://portal.{host}{path}"])


def ip():
    return R.choice([lambda: f"{R.choice([10, 172, 192])}.{R.choice([16, 168, 20])}.{R.randint(0, 255)}.{R.randint(1, 254)}",
                     lambda: f"{R.randint(11, 223)}.{R.randint(0, 255)}.{R.randint(0, 255)}.{R.randint(1, 254)}",
                     lambda: f"{R.randint(45, 213)}.{R.randint(0, 255)}.{R.randint(0, 255)}.{R.randint(1, 254)}"])()


def ip6():
    h = lambda: f"{R.randint(1, 65535):x}"
    return R.choice([f"2001:db8:{h()}::{h()}", f"fe80::{h()}:{h()}:{h()}:{h()}", f"2a02:{h()}:{h()}:{h()}:{h()}:{h()}:{h()}:{h()}", f"2a01:{h()}:{h()}::1"])


def reference():
    return R.choice([lambda: f"{pick('TK|INC|CASE|RMA|PO|REF|ORD|AB|CL')}-{digits(R.choice([5, 6]))}", lambda: f"{pick('A|B|K|Q|Z')}{digits(2)}/{digits(4)}",
                     lambda: f"#{digits(R.choice([4, 5, 6]))}", lambda: f"{digits(3)}{pick('X|K|P')}{digits(3)}", lambda: f"{R.randint(2015, 2026)}/{digits(5)}"])()


def slot(name, args, ctx):
    language = ctx["language"]
    country = nation(ctx)
    if name in ("street", "addr", "addrl", "phone") and language == "en" and R.random() < .1:
        country = R.choice("DE FR ES IT AT".split())
    if name == "city":
        if language == "en" and R.random() < .3:
            return tag("LOCATION", R.choice(WORLD.split("|")))
        return tag("LOCATION", R.choice(CITIES["GR" if language == "el" else country]))
    low, high = (map(int, args.split("-")) if args and re.fullmatch(r"\d+-\d+", args) else (2, 90))
    makers = {
        "country": lambda: tag("LOCATION", pick(COUNTRIES[language])),
        "region": lambda: tag("LOCATION", pick(REGIONS[language])),
        "street": lambda: tag("LOCATION", street_of(country)),
        "zip": lambda: tag("ZIP_CODE", parts_of(country)[0]),
        "addr": lambda: address(country), "addrl": lambda: address(country, "\n"),
        "org": lambda: tag("ORGANIZATION", org(ctx)),
        "ORG": lambda: tag("ORGANIZATION", org(ctx).upper()),
        "date": lambda: tag("DATE_TIME", date_of(ctx, 2016, 2026)),
        "datew": lambda: tag("DATE_TIME", date_of(ctx, 2016, 2026, True)),
        "daten": lambda: tag("DATE_TIME", date_of(ctx, 2016, 2026, False)),
        "dob": lambda: tag("DATE_TIME", date_of(ctx, 1938, 2006)),
        "dobn": lambda: tag("DATE_TIME", date_of(ctx, 1938, 2006, False)),
        "dm": lambda: tag("DATE_TIME", day_month(ctx)),
        "dt": lambda: tag("DATE_TIME", date_of(ctx, 2018, 2026, R.random() < .3) + pick(" | |, ") + time_of(ctx)),
        "iso": lambda: tag("DATE_TIME", f"{R.randint(2019, 2026)}-{R.randint(1, 12):02d}-{R.randint(1, 28):02d}{pick('T| ')}{R.randint(0, 23):02d}:{digits(0)}{R.randint(10, 59)}:{R.randint(10, 59)}" + pick("|Z|")),
        "age": lambda: tag("AGE", str(R.randint(low, high) if args else R.randint(18, 93))),
        "ageyo": lambda: tag("AGE", f"{R.randint(18, 93)}{pick('yo|y/o|yo')}"),
        "phone": lambda: tag("PHONE_NUMBER", fill(pick(PHONES[country]))),
        "url": lambda: tag("URL", url(ctx)),
        "domain": lambda: tag("URL", R.choice([d for d in DOMAINS.split("|") if re.search(BY_LANGUAGE[language], d)])),
        "ip": lambda: tag("IP_ADDRESS", ip()), "ip6": lambda: tag("IP_ADDRESS", ip6()),
        "card": lambda: tag("CREDIT_CARD", card()),
        "iban": lambda: tag("IBAN_CODE", iban(R.choice(IBANS[language].split()))),
        "ssn": lambda: tag("US_SSN", ssn()), "coin": lambda: tag("CRYPTO", coin()),
        "nrp": lambda: tag("NRP", pick(NRP[language][0])), "nrpf": lambda: tag("NRP", pick(NRP[language][1])),
        "nat": lambda: tag("NRP", pick(STATES[language])),
        "faith": lambda: tag("NRP", pick(FAITH[language])),
        "rolemail": lambda: tag("EMAIL_ADDRESS", pick("info|support|billing|hr|no-reply|office|press" if language == "en" else "info|contact|office|service|admin") + "@" + R.choice([d for d in DOMAINS.split("|") if re.search(BY_LANGUAGE[language], d)])),
        # values without labels
        "num": lambda: str(R.randint(low, high)), "ref": reference, "time": lambda: time_of(ctx), "day": lambda: pick(DAYS[language]),
        "ver": lambda: f"{R.randint(0, 14)}.{R.randint(0, 40)}" + pick(f".{R.randint(0, 30)}|.{R.randint(0, 9)}-rc{R.randint(1, 4)}|"),
        "money": lambda: f"{R.randint(3, 980)}{'.' if language == 'en' else ','}{digits(2)}",
        "big": lambda: f"{R.randint(2, 98)}{',' if language == 'en' else '.'}{digits(3)}",
        "dec": lambda: f"{R.randint(0, 60)}{'.' if language == 'en' else ','}{R.randint(1, 9)}",
        "d": lambda: digits(int(args)), "hex": lambda: f"{R.getrandbits(4 * int(args)):0{int(args)}x}",
        "year": lambda: str(R.randint(1994, 2025)),
    }
    return makers[name]()


def day_month(ctx):
    d, m, language = R.randint(1, 28), R.randint(0, 11), ctx["language"]
    name = MONTHS[language][m]
    return {"en": lambda: R.choice([f"{d} {name}", f"{name} {d}", f"{name} {nth(d)}", f"{nth(d)} {name}"]), "de": lambda: R.choice([f"{d}. {name}", f"{d:02d}. {name}"]),
            "fr": lambda: f"{d if d > 1 else '1er'} {name}", "es": lambda: f"{d} de {name}", "it": lambda: f"{d} {name}", "el": lambda: f"{d} {name}"}[language]()


# ---------------------------------------------------------------------------------------------------- texts

def render(template, language):
    """The text and spans that a template gives."""
    ctx = {"language": language}
    people, kept = {}, {}

    def one(match):
        word = match.group(1)
        if word in kept:
            return kept[word]
        name = word.split("#")[0]
        person = re.fullmatch(r"(p\d)([mf]?)\.(\w+)(?::(.*))?", name, re.S)
        if person:
            key, gender, part, args = person.groups()
            if key not in people:
                people[key] = Person(language, gender)
            if part == "g":
                return args.split("|")[people[key].woman]
            return people[key].part(part, ctx)
        name, _, args = name.partition(":")
        value = slot(name, args, ctx)
        if "#" in word:
            kept[word] = value
        return value

    # the gender that any tag forces holds for the whole text
    for key, gender in re.findall(r"\[\[(p\d)([mf])\.", template):
        if key not in people:
            people[key] = Person(language, gender)
    text = re.sub(r"\(\((.*?)\)\)", lambda m: R.choice(m.group(1).split("|")), template, flags=re.S)
    text = re.sub(r"\[\[(.*?)\]\]", one, text, flags=re.S)
    text = re.sub(r"\.\}\}\.(?!\.)", ".}}", text)  # "Inc." at the end of a sentence has one dot
    out, spans, filled = "", [], []
    for at, piece in enumerate(re.split(r"\{\{([A-Z_]+:.*?)\}\}", text, flags=re.S)):
        if at % 2:
            kind, value = piece.split(":", 1)
            assert kind in TYPES, piece
            spans.append({"start": len(out), "end": len(out) + len(value), "type": kind})
            filled.append(value)
            out += value
        else:
            out += piece
    check(out, spans, filled)
    return out, joined(out, spans)


def joined(text, spans):
    """An address is one place: its street takes in the ZIP code, city and country that follow."""
    out = []
    for span in spans:
        last = out[-1] if out else None
        if last and last["type"] == "LOCATION" and re.search(r"\d", text[last["start"]:last["end"]]) \
                and span["type"] in ("LOCATION", "ZIP_CODE") \
                and re.fullmatch(r"[\s,;·|/()–-]{0,4}", text[last["end"]:span["start"]]):
            last["end"] = span["end"]
            if "(" in text[last["start"]:last["end"]] and text[last["end"]:last["end"] + 1] == ")":
                last["end"] += 1
            continue
        out.append(dict(span))
    return out


def check(text, spans, filled):
    """Each span's text is what was filled in; spans are in order, apart, and neither blank nor ragged."""
    end = 0
    for span, value in zip(spans, filled):
        got = text[span["start"]:span["end"]]
        assert got == value and got, (got, value)
        assert span["start"] >= end, text
        assert got[0] not in " \n\"'«“,;:" and got[-1] not in " \n\"'»”,;:", repr(got)
        assert not got.endswith(".") or span["type"] in ("TITLE", "ORGANIZATION", "DATE_TIME", "PERSON"), (span, got)
        end = span["end"]
    assert not re.search(r"\[\[|\]\]|\{\{|\}\}|\(\(|\)\)", text), text


def templates(language):
    blocks = re.split(r"^=== *", (HERE / "templates" / f"{language}.txt").read_text(encoding="utf-8"), flags=re.M)[1:]
    full, none = [], []
    for block in blocks:
        head, body = block.split("\n", 1)
        words = head.split()
        (none if "none" in words[1:] else full).append((words[0], body.strip("\n")))
    return full, none


def draw(pool, count, language, seen):
    made = []
    while len(made) < count:
        order = list(range(len(pool)))
        R.shuffle(order)
        for at in order[:count - len(made)]:
            domain, template = pool[at]
            for _ in range(50):
                text, spans = render(template, language)
                if text not in seen:
                    break
            else:
                continue  # a template without slots is used once
            seen.add(text)
            made.append((domain, text, spans))
    return made


def self_check():
    assert keccak(b"").hex() == "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
    assert checked_ether("5aaeb6053f3e94c9b9a09f33669435e7ef1beaed") == "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
    assert bech32(bytes.fromhex("751e76e8199196d454941c45d1b3a323f1433bd6")) == "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"
    assert base58(0, bytes.fromhex("62e907b15cbf27d5425399ebf6f0fb50ebb88f18")) == "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"
    assert luhn("7992739871") == "3"


def main():
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("--seed", type=int, default=20417)
    parse.add_argument("--out", default=str(HERE / "texts.jsonl"))
    args = parse.parse_args()
    if os.environ.get("PYTHONHASHSEED") != "0":  # some of Faker's lists go through sets
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "PYTHONHASHSEED": "0"})
    start(args.seed)
    self_check()
    lines, by_type, used = [], {}, {}
    seen = set()
    for language, count in COUNTS.items():
        full, none = templates(language)
        used[language] = (len(full), len(none))
        empty = round(count * EMPTY)
        made = draw(full, count - empty, language, seen) + draw(none, empty, language, seen)
        R.shuffle(made)
        for at, (domain, text, spans) in enumerate(made, 1):
            lines.append({"id": f"{language}-{domain}-{at:04d}", "language": language, "domain": domain, "text": text, "spans": spans})
            for span in spans:
                value = text[span["start"]:span["end"]]
                flat = re.sub(r"[^A-Za-z0-9]", "", value)
                if span["type"] == "CREDIT_CARD":
                    assert luhn(flat[:-1]) == flat[-1]
                if span["type"] == "IBAN_CODE":
                    assert number_of(flat[4:] + flat[:4]) % 97 == 1, value
                by_type.setdefault(span["type"], Counter())[language] += 1
            if not spans:
                by_type.setdefault("(texts without labels)", Counter())[language] += 1
    with open(args.out, "w", encoding="utf-8") as out:
        for line in lines:
            out.write(json.dumps(line, ensure_ascii=False) + "\n")
    # read again: what is on disk is what was meant
    for line in map(json.loads, open(args.out, encoding="utf-8")):
        end = 0
        for span in line["spans"]:
            assert end <= span["start"] < span["end"] <= len(line["text"]) and span["type"] in TYPES
            end = span["end"]
    assert len({line["id"] for line in lines}) == len(lines) == len(seen)
    print("templates (with data, without):", used)
    print(f"{'':24}{'all':>6}" + "".join(f"{l:>6}" for l in COUNTS))
    print(f"{'texts':24}{len(lines):>6}" + "".join(f"{n:>6}" for n in COUNTS.values()))
    for kind in [*TYPES, "(texts without labels)"]:
        row = by_type.get(kind, Counter())
        print(f"{kind:24}{sum(row.values()):>6}" + "".join(f"{row[l]:>6}" for l in COUNTS))


if __name__ == "__main__":
    main()
