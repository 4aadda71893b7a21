//! Tables of known columns: five generators (customers, patients, payments, traffic, indicators) in eight locales.

use super::digits;
use super::world::{Day, LOCALES, Locale, Rng};

/// A column: the type it is, what a table of this kind calls it, and its cells.
pub(crate) struct Made {
    pub(crate) truth: &'static str,
    pub(crate) name: String,
    pub(crate) cells: Vec<String>,
}

/// A person, whose columns belong together.
struct Person {
    woman: bool,
    first: String,
    last: String,
    born: (i64, i64, i64),
    died: Option<(i64, i64, i64)>,
}

fn person(rng: &mut Rng, l: &Locale) -> Person {
    let woman = rng.chance(51);
    let born = (rng.range(1938, 2004), rng.range(1, 12), rng.range(1, 28));
    let died = rng.chance(18).then(|| {
        (
            (born.0 + 30 + rng.range(0, 55)).clamp(2005, 2024),
            rng.range(1, 12),
            rng.range(1, 28),
        )
    });
    let mut first = rng.skewed(if woman { l.women } else { l.men }).to_owned();
    if rng.chance(6) {
        first = first.to_uppercase();
    }
    Person {
        woman,
        first,
        last: rng.skewed(l.last).replace('-', " "),
        born,
        died,
    }
}

/// A pattern: `9` a digit, `A` a digit that is not 0 or 1.
fn fill(rng: &mut Rng, pattern: &str, letters: bool) -> String {
    let one = |c: char| match c {
        '9' => rng.digits(1),
        'A' if letters => rng
            .pick(&["A", "B", "C", "E", "G", "H", "K", "N", "P", "X", "Z"])
            .to_owned(),
        'A' => rng.range(2, 9).to_string(),
        c => c.to_string(),
    };
    pattern.chars().map(one).collect()
}

fn day(l: &Locale, (year, month, day): (i64, i64, i64)) -> String {
    match l.day {
        Day::Iso => format!("{year}-{month:02}-{day:02}"),
        Day::Point => format!("{day:02}.{month:02}.{year}"),
        Day::Slash => format!("{day:02}/{month:02}/{year}"),
        Day::American => format!("{month}/{day}/{year}"),
    }
}

fn ascii(text: &str) -> String {
    let greek = [
        ("α", "a"),
        ("ε", "e"),
        ("η", "i"),
        ("ι", "i"),
        ("ο", "o"),
        ("π", "p"),
        ("δ", "d"),
        ("σ", "s"),
        ("λ", "l"),
        ("μ", "m"),
        ("ν", "n"),
        ("γ", "g"),
        ("ρ", "r"),
        ("κ", "k"),
        ("τ", "t"),
        ("β", "v"),
        ("χ", "ch"),
        ("φ", "f"),
        ("θ", "th"),
        ("ζ", "z"),
        ("ξ", "x"),
        ("υ", "y"),
        ("ω", "o"),
        ("ς", "s"),
        ("ά", "a"),
        ("έ", "e"),
        ("ή", "i"),
        ("ί", "i"),
        ("ό", "o"),
        ("ύ", "y"),
        ("ώ", "o"),
        ("ü", "ue"),
        ("ö", "oe"),
        ("ä", "ae"),
        ("ß", "ss"),
        ("é", "e"),
        ("è", "e"),
        ("ë", "e"),
        ("ç", "c"),
        ("ô", "o"),
        ("ñ", "n"),
        ("í", "i"),
        ("ó", "o"),
        ("á", "a"),
        ("ò", "o"),
        ("ı", "i"),
        ("ï", "i"),
        ("ş", "s"),
        ("ú", "u"),
    ];
    let mut text = text.to_lowercase();
    for (from, to) in greek {
        text = text.replace(from, to);
    }
    text.chars().filter(char::is_ascii_alphanumeric).collect()
}

/// What a column of customers and patients holds in one row.
fn personal(truth: &str, rng: &mut Rng, l: &Locale, p: &Person, row: usize) -> String {
    let parts = |list: &str, rng: &mut Rng| {
        let all: Vec<&str> = list.split('|').collect();
        rng.pick(&all).to_owned()
    };
    match truth {
        "FIRST_NAME" => p.first.clone(),
        "LAST_NAME" => p.last.clone(),
        "PERSON" if row % 40 == 7 => format!("{}, {}", p.last, p.first),
        "PERSON" => format!("{} {}", p.first, p.last),
        "TITLE" => {
            if rng.chance(7) {
                "Dr.".into()
            } else {
                l.titles[usize::from(p.woman)].to_owned()
            }
        }
        "GENDER" => l.gender[usize::from(p.woman)].to_owned(),
        "BIRTHDAY" => day(l, p.born),
        "AGE" => (2024 - p.born.0).to_string(),
        "DECEASED" => if p.died.is_some() { "yes" } else { "no" }.to_owned(),
        "DECEASED_DATE" => p.died.map(|d| day(l, d)).unwrap_or_default(),
        "WEIGHT" => {
            let kilograms = rng
                .normal(if p.woman { 67.0 } else { 82.0 }, 12.0)
                .max(41.0);
            if l.code == "us" {
                format!("{kilograms:.0}")
            } else {
                format!("{kilograms:.1}")
            }
        }
        "HEIGHT" => {
            let cm = rng.normal(if p.woman { 165.0 } else { 178.0 }, 7.0);
            if l.code == "it" {
                format!("{:.2}", cm / 100.0)
            } else {
                format!("{cm:.0}")
            }
        }
        "BLOOD_TYPE" => rng
            .pick(&["A+", "0+", "O+", "A-", "B+", "AB+", "O-", "B-"])
            .to_owned(),
        "SMOKING" => parts(l.smoking, rng),
        "MARITAL_STATUS" => parts(l.marital, rng),
        "NATIONALITY" => parts(l.nationality, rng),
        "LANGUAGE" => parts(l.languages, rng),
        "JOB_TITLE" => parts(l.jobs, rng),
        "ORGANIZATION" => parts(l.firms, rng),
        "DIAGNOSIS" => parts(l.illness, rng),
        "MEDICATION" => rng
            .pick(&[
                "Metformin",
                "Ramipril",
                "Amlodipine",
                "Atorvastatin",
                "Ibuprofen",
                "Pantoprazole",
                "Bisoprolol",
                "Levothyroxine",
                "Enalapril",
                "Rosuvastatin",
                "Salbutamol",
            ])
            .to_owned(),
        "ADDRESS" => {
            let (street, number) = (parts(l.streets, rng), rng.range(1, 180));
            if l.number_first {
                format!("{number} {street}")
            } else {
                format!("{street} {number}")
            }
        }
        "CITY" => parts(l.cities, rng),
        "COUNTRY" => parts(l.countries, rng),
        "ZIP_CODE" => fill(rng, l.zip, true),
        "PHONE_NUMBER" => {
            let pattern = if rng.chance(50) { l.phone } else { l.mobile };
            fill(rng, pattern, false)
        }
        "EMAIL_ADDRESS" => format!(
            "{}.{}{}@{}",
            ascii(&p.first),
            ascii(&p.last),
            rng.below(60),
            rng.pick(&[
                "example.org",
                "mail.example.com",
                "posta.example",
                "kontakt.example.net"
            ])
        ),
        "USER_NAME" => {
            let (first, last) = (ascii(&p.first), ascii(&p.last));
            match rng.below(3) {
                0 => format!("{}{}", &first[..1], last),
                1 => format!("{first}.{last}"),
                _ => format!("{first}{}", rng.range(1, 99)),
            }
        }
        "US_SSN" => digits::ssn(rng),
        "UK_NHS" => digits::nhs(rng),
        "DE_TAX_ID" => digits::steuer_id(rng),
        "ES_NIF" => digits::nif(rng),
        "IT_FISCAL_CODE" => digits::codice_fiscale(rng, p.born, p.woman),
        "GR_AFM" => digits::afm(rng),
        "GR_AMKA" => digits::amka(rng, p.born),
        "NL_BSN" => digits::bsn(rng),
        "CREDIT_CARD" => digits::card(rng),
        "IBAN_CODE" => digits::iban(rng),
        other => technical(other, rng, row),
    }
}

/// What a column of machines holds in one row.
fn technical(truth: &str, rng: &mut Rng, row: usize) -> String {
    let host = |rng: &mut Rng| {
        let name = rng.pick(&[
            "update",
            "cdn-node",
            "login-portal",
            "static",
            "mx",
            "news",
            "office-files",
            "track",
        ]);
        let zone = rng.pick(&[
            "example.com",
            "example.net",
            "badcorp.info",
            "invalid-shop.biz",
            "weather.example.org",
            "kino.de",
            "taverna.gr",
        ]);
        format!("{name}{}.{zone}", rng.below(90))
    };
    match truth {
        "IP_ADDRESS" => match rng.below(20) {
            0 => format!("2001:db8:{:x}::{:x}", rng.below(65_535), rng.below(9_999)),
            _ => format!(
                "{}.{}.{}.{}",
                rng.range(1, 223),
                rng.below(256),
                rng.below(256),
                rng.below(256)
            ),
        },
        "MAC_ADDRESS" => {
            let octets: Vec<String> = (0..6).map(|_| rng.hex(2)).collect();
            octets.join(":")
        }
        "HOST_NAME" => match rng.below(4) {
            0 => format!(
                "SRV-{}-{:02}",
                rng.pick(&["WEB", "SQL", "DC", "MAIL"]),
                rng.below(30)
            ),
            1 => format!("laptop-{}", rng.digits(4)),
            2 => format!(
                "{}{:02}.corp.local",
                rng.pick(&["db", "web", "app", "proxy"]),
                rng.below(20)
            ),
            _ => format!("DESKTOP-{}", rng.hex(7).to_uppercase()),
        },
        "DOMAIN_NAME" => host(rng),
        "URL" => format!(
            "http{}://{}/{}?id={}",
            if rng.chance(50) { "s" } else { "" },
            host(rng),
            rng.pick(&["a/b", "index.php", "wp-login.php", "x/y.html"]),
            rng.below(999)
        ),
        "HASH" => {
            let many = if row.is_multiple_of(3) { 64 } else { 32 };
            rng.hex(many)
        }
        "UUID" => format!(
            "{}-{}-4{}-a{}-{}",
            rng.hex(8),
            rng.hex(4),
            rng.hex(3),
            rng.hex(3),
            rng.hex(12)
        ),
        "STIX_ID" => format!(
            "{}--{}-{}-4{}-b{}-{}",
            rng.pick(&["indicator", "malware", "ipv4-addr", "threat-actor"]),
            rng.hex(8),
            rng.hex(4),
            rng.hex(3),
            rng.hex(3),
            rng.hex(12)
        ),
        "PORT" => {
            if rng.chance(70) {
                rng.pick(&["22", "80", "443", "3389", "445", "23", "8080", "53"])
                    .to_owned()
            } else {
                rng.range(1024, 65_535).to_string()
            }
        }
        "PROTOCOL" => rng.pick(&["TCP", "UDP", "ICMP", "TCP"]).to_owned(),
        "HTTP_METHOD" => rng
            .pick(&["GET", "GET", "POST", "HEAD", "OPTIONS"])
            .to_owned(),
        "HTTP_STATUS" => rng
            .pick(&["200", "200", "404", "301", "500", "403"])
            .to_owned(),
        "USER_AGENT" => rng
            .pick(&[
                "Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0",
                "curl/8.1.2",
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120.0",
                "python-requests/2.31.0",
            ])
            .to_owned(),
        "FILE_PATH" => match rng.below(3) {
            0 => format!("C:\\Windows\\Temp\\{}.exe", rng.hex(6)),
            1 => format!("/var/tmp/.{}/run.sh", rng.hex(4)),
            _ => format!("Rechnung_{}.docm", rng.digits(4)),
        },
        "ASN" => format!("AS{}", rng.range(1000, 64_000)),
        "CVE" => format!("CVE-{}-{}", rng.range(2012, 2024), rng.range(1000, 39_999)),
        "ATTACK_TECHNIQUE" => {
            if rng.chance(40) {
                format!("T{}.00{}", rng.range(1001, 1620), rng.range(1, 9))
            } else {
                format!("T{}", rng.range(1001, 1620))
            }
        }
        "TLP" => rng
            .pick(&["TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:RED"])
            .to_owned(),
        "SEVERITY" => rng.pick(&["low", "medium", "high", "critical"]).to_owned(),
        "MALWARE" => rng
            .pick(&[
                "Emotet",
                "QakBot",
                "AgentTesla",
                "LockBit",
                "Formbook",
                "Mirai",
                "IcedID",
                "Lumma",
                "Latrodectus",
                "SystemBC",
                "PrivateLoader",
                "XWorm",
            ])
            .to_owned(),
        "DATE_TIME" => format!(
            "2024-{:02}-{:02}T{:02}:{:02}:{:02}Z",
            rng.range(1, 9),
            rng.range(1, 28),
            rng.below(24),
            rng.below(60),
            rng.below(60)
        ),
        "AMOUNT" => format!("{}.{:02}", rng.range(1, 9000), rng.below(100)),
        "CURRENCY" => rng.pick(&["EUR", "USD", "GBP", "CHF"]).to_owned(),
        "BIC" => format!(
            "{}{}{}",
            rng.pick(&["DEUT", "BNPA", "INGB", "ETHN", "CRBA"]),
            rng.pick(&["DEFF", "FRPP", "NL2A", "GRAA"]),
            rng.pick(&["", "XXX"])
        ),
        "CRYPTO" => format!("0x{}", rng.hex(40)),
        "LATITUDE" => format!("{:.5}", rng.normal(46.0, 6.0)),
        "LONGITUDE" => format!("{:.5}", rng.normal(9.0, 8.0)),
        "SECRET" => format!(
            "{}{}{}!{}",
            rng.pick(&["Sommer", "pAss", "Qw3rty", "Tiger"]),
            rng.digits(3),
            rng.pick(&["#", "$", "%"]),
            rng.hex(3)
        ),
        "IDENTIFIER" => (10_000 + row * 3).to_string(),
        "INTEGER" => (rng.below(40) * rng.below(900) + rng.below(50)).to_string(),
        "BOOLEAN" => rng.pick(&["true", "false"]).to_owned(),
        "TEXT" => {
            let words = [
                "the caller asked about an order",
                "no answer, try again on monday",
                "device was replaced after the storm",
                "see the note of last week please",
                "invoice sent by post, closed",
                "needs a second look by the team",
            ];
            format!("{} ({})", rng.pick(&words), rng.below(500))
        }
        other => unreachable!("no generator for {other}"),
    }
}

/// What the generators call their columns, by locale: `type=name|name…`, English for all as well.
const NAMES: &[(&str, &str)] = &[
    (
        "us",
        "FIRST_NAME=first_name|fname|givenName;LAST_NAME=last_name|lname|surname;PERSON=full_name|customerName;TITLE=salutation;GENDER=gender|gndr|SEX;BIRTHDAY=dob|date_of_birth|BirthDate;AGE=age|patient_age;DECEASED=deceased|is_deceased;DECEASED_DATE=date_of_death|deceasedDate;WEIGHT=weight|weight_kg;HEIGHT=height_cm|height;BLOOD_TYPE=blood_type;SMOKING=smoking_status|smoker;MARITAL_STATUS=marital_status|maritalStatus;NATIONALITY=nationality|citizenship;LANGUAGE=language|preferred_language;JOB_TITLE=job_title|occupation;ORGANIZATION=company|employer;DIAGNOSIS=diagnosis|dx_code;MEDICATION=medication|drug_name;ADDRESS=street_address|addr_line_1;CITY=city|home.city;COUNTRY=country|country_of_birth;ZIP_CODE=zip|postal_code;PHONE_NUMBER=phone|mobile_no|phoneNumber;EMAIL_ADDRESS=email|e-mail|contact.emailAddress;USER_NAME=username|login;US_SSN=ssn|SocialSecurityNumber;UK_NHS=nhs_number;DE_TAX_ID=steuer_id;ES_NIF=nif;IT_FISCAL_CODE=codice_fiscale;GR_AFM=afm;GR_AMKA=amka;NL_BSN=bsn;CREDIT_CARD=ccno|card_number;IBAN_CODE=iban|bank_account;IP_ADDRESS=src_ip|source.ip|clientIp;MAC_ADDRESS=mac|src_mac;HOST_NAME=hostname|computer_name;DOMAIN_NAME=domain|qname;URL=url|request_uri;HASH=sha256|file_hash;UUID=uuid|event_guid;STIX_ID=stix_id|object_ref;PORT=dst_port|dport;PROTOCOL=proto|protocol;HTTP_METHOD=http_method|method;HTTP_STATUS=status_code|http_status;USER_AGENT=user_agent|userAgent;FILE_PATH=file_name|process_path;ASN=asn|as_number;CVE=cve|cve_id;ATTACK_TECHNIQUE=technique_id|mitre_technique;TLP=tlp|tlp_marking;SEVERITY=severity|alert_level;MALWARE=malware_family|malware;DATE_TIME=timestamp|first_seen|createdAt;AMOUNT=amount|transaction_amount;CURRENCY=currency|ccy;BIC=bic|swift_code;CRYPTO=wallet_address|eth_address;LATITUDE=latitude|lat;LONGITUDE=longitude|lon;SECRET=password|pwd;IDENTIFIER=id|row_id;INTEGER=packets|visit_count;BOOLEAN=is_active|verified;TEXT=comment|notes",
    ),
    (
        "de",
        "FIRST_NAME=Vorname;LAST_NAME=Nachname|Familienname;PERSON=Kundenname;TITLE=Anrede;GENDER=Geschlecht;BIRTHDAY=Geburtsdatum|GebDatum;AGE=Alter;WEIGHT=Gewicht;HEIGHT=Groesse|Größe;SMOKING=Raucherstatus;MARITAL_STATUS=Familienstand;NATIONALITY=Staatsangehörigkeit;LANGUAGE=Muttersprache;JOB_TITLE=Beruf;ORGANIZATION=Arbeitgeber;DIAGNOSIS=Hauptdiagnose;MEDICATION=Medikament;ADDRESS=Straße|Anschrift;CITY=Wohnort|Ort;COUNTRY=Land;ZIP_CODE=PLZ|Postleitzahl;PHONE_NUMBER=Telefon|Handynummer;EMAIL_ADDRESS=E-Mail-Adresse;USER_NAME=Benutzername;CREDIT_CARD=Kreditkartennummer;AMOUNT=Betrag;CURRENCY=Währung;DATE_TIME=Zeitstempel|Buchungsdatum;DECEASED_DATE=Sterbedatum;DECEASED=verstorben;BLOOD_TYPE=Blutgruppe",
    ),
    (
        "fr",
        "FIRST_NAME=prénom;LAST_NAME=nom_de_famille;PERSON=nom_complet;TITLE=civilité;GENDER=sexe;BIRTHDAY=date_naissance;AGE=âge;WEIGHT=poids;HEIGHT=taille;SMOKING=fumeur;MARITAL_STATUS=situation_familiale;NATIONALITY=nationalité;LANGUAGE=langue;JOB_TITLE=profession;ORGANIZATION=entreprise;DIAGNOSIS=diagnostic;MEDICATION=médicament;ADDRESS=adresse;CITY=ville|commune;COUNTRY=pays;ZIP_CODE=code_postal|cp;PHONE_NUMBER=téléphone;EMAIL_ADDRESS=courriel;AMOUNT=montant;DATE_TIME=horodatage;DECEASED_DATE=date_de_décès",
    ),
    (
        "es",
        "FIRST_NAME=nombre_de_pila;LAST_NAME=apellidos;PERSON=nombre_completo;TITLE=tratamiento;GENDER=género|sexo;BIRTHDAY=fecha_nacimiento;AGE=edad;WEIGHT=peso;HEIGHT=estatura;SMOKING=tabaquismo;MARITAL_STATUS=estado_civil;NATIONALITY=nacionalidad;LANGUAGE=idioma;JOB_TITLE=profesión;ORGANIZATION=empresa;DIAGNOSIS=diagnóstico;MEDICATION=medicamento;ADDRESS=dirección;CITY=ciudad|localidad;COUNTRY=país;ZIP_CODE=código_postal;PHONE_NUMBER=teléfono|móvil;EMAIL_ADDRESS=correo_electrónico;AMOUNT=importe;DATE_TIME=fecha_hora;DECEASED_DATE=fecha_defunción",
    ),
    (
        "it",
        "FIRST_NAME=prenome;LAST_NAME=cognome;PERSON=nome_e_cognome;TITLE=titolo;GENDER=sesso;BIRTHDAY=data_di_nascita;AGE=età;WEIGHT=peso;HEIGHT=altezza;SMOKING=fumatore;MARITAL_STATUS=stato_civile;NATIONALITY=cittadinanza;LANGUAGE=lingua;JOB_TITLE=professione;ORGANIZATION=azienda;DIAGNOSIS=diagnosi;MEDICATION=farmaco;ADDRESS=indirizzo;CITY=comune|città;COUNTRY=paese;ZIP_CODE=CAP;PHONE_NUMBER=cellulare|telefono;EMAIL_ADDRESS=indirizzo_email;AMOUNT=importo;DATE_TIME=data_ora;DECEASED_DATE=data_decesso",
    ),
    (
        "gr",
        "FIRST_NAME=Όνομα|ONOMA;LAST_NAME=Επώνυμο|ΕΠΩΝΥΜΟ|eponymo;PERSON=Ονοματεπώνυμο;TITLE=Προσφώνηση;GENDER=Φύλο|fylo;BIRTHDAY=Ημερομηνία Γέννησης;AGE=Ηλικία;WEIGHT=Βάρος;HEIGHT=Ύψος;SMOKING=Κάπνισμα;MARITAL_STATUS=Οικογενειακή Κατάσταση;NATIONALITY=Υπηκοότητα;LANGUAGE=Γλώσσα;JOB_TITLE=Επάγγελμα;ORGANIZATION=Εταιρεία;DIAGNOSIS=Διάγνωση;MEDICATION=Φάρμακο;ADDRESS=Διεύθυνση|odos;CITY=Πόλη;COUNTRY=Χώρα;ZIP_CODE=ΤΚ|Τ.Κ.;PHONE_NUMBER=Τηλέφωνο|Κινητό;EMAIL_ADDRESS=email;GR_AFM=ΑΦΜ|afm;GR_AMKA=ΑΜΚΑ;AMOUNT=Ποσό;DATE_TIME=Ημερομηνία;DECEASED_DATE=Ημερομηνία θανάτου",
    ),
    (
        "nl",
        "FIRST_NAME=voornaam;LAST_NAME=achternaam;PERSON=volledige_naam;TITLE=aanhef;GENDER=geslacht;BIRTHDAY=geboortedatum;AGE=leeftijd;WEIGHT=gewicht;HEIGHT=lengte;SMOKING=roker;MARITAL_STATUS=burgerlijke_staat;NATIONALITY=nationaliteit;LANGUAGE=taal;JOB_TITLE=beroep;ORGANIZATION=werkgever;DIAGNOSIS=diagnose;MEDICATION=geneesmiddel;ADDRESS=adres;CITY=woonplaats;COUNTRY=land;ZIP_CODE=postcode;PHONE_NUMBER=telefoonnummer;EMAIL_ADDRESS=mailadres;AMOUNT=bedrag;DATE_TIME=tijdstip;DECEASED_DATE=overlijdensdatum",
    ),
];

fn named(truth: &str, code: &str, rng: &mut Rng) -> String {
    let find = |code: &str| {
        let list = NAMES.iter().find(|(known, _)| *known == code)?.1;
        list.split(';')
            .find_map(|entry| entry.split_once('=').filter(|(kind, _)| *kind == truth))
    };
    let (_, names) = find(code)
        .or_else(|| find("us"))
        .unwrap_or_else(|| panic!("no name for {truth}"));
    let all: Vec<&str> = names.split('|').collect();
    rng.pick(&all).to_owned()
}

const CUSTOMERS: &[&str] = &[
    "IDENTIFIER",
    "TITLE",
    "FIRST_NAME",
    "LAST_NAME",
    "GENDER",
    "BIRTHDAY",
    "ADDRESS",
    "ZIP_CODE",
    "CITY",
    "COUNTRY",
    "PHONE_NUMBER",
    "EMAIL_ADDRESS",
    "USER_NAME",
    "SECRET",
    "JOB_TITLE",
    "ORGANIZATION",
    "BOOLEAN",
];
const PATIENTS: &[&str] = &[
    "UUID",
    "PERSON",
    "GENDER",
    "BIRTHDAY",
    "AGE",
    "WEIGHT",
    "HEIGHT",
    "BLOOD_TYPE",
    "SMOKING",
    "MARITAL_STATUS",
    "NATIONALITY",
    "LANGUAGE",
    "DIAGNOSIS",
    "MEDICATION",
    "DECEASED",
    "DECEASED_DATE",
    "NATIONAL",
    "TEXT",
];
const PAYMENTS: &[&str] = &[
    "IDENTIFIER",
    "PERSON",
    "CREDIT_CARD",
    "IBAN_CODE",
    "BIC",
    "AMOUNT",
    "CURRENCY",
    "DATE_TIME",
    "ORGANIZATION",
    "CRYPTO",
    "COUNTRY",
    "NATIONAL",
    "INTEGER",
];
const TRAFFIC: &[&str] = &[
    "DATE_TIME",
    "IP_ADDRESS",
    "PORT",
    "PROTOCOL",
    "MAC_ADDRESS",
    "HOST_NAME",
    "HTTP_METHOD",
    "HTTP_STATUS",
    "USER_AGENT",
    "URL",
    "USER_NAME",
    "ASN",
    "LATITUDE",
    "LONGITUDE",
    "INTEGER",
    "BOOLEAN",
];
const INDICATORS: &[&str] = &[
    "STIX_ID",
    "DOMAIN_NAME",
    "HASH",
    "URL",
    "MALWARE",
    "ATTACK_TECHNIQUE",
    "CVE",
    "TLP",
    "SEVERITY",
    "DATE_TIME",
    "FILE_PATH",
    "EMAIL_ADDRESS",
    "IP_ADDRESS",
    "TEXT",
];

/// The generators.
pub(crate) const GENERATORS: &[(&str, &[&str])] = &[
    ("customers", CUSTOMERS),
    ("patients", PATIENTS),
    ("payments", PAYMENTS),
    ("traffic", TRAFFIC),
    ("indicators", INDICATORS),
];

/// One table. Columns are shuffled a little, some cells are empty and a few are wrong.
pub(crate) fn table(kinds: &[&'static str], l: &Locale, headers: bool, seed: u64) -> Vec<Made> {
    let rng = &mut Rng::new(seed);
    let national = match l.code {
        "us" => "US_SSN",
        "gb" => "UK_NHS",
        "de" => "DE_TAX_ID",
        "es" => "ES_NIF",
        "it" => "IT_FISCAL_CODE",
        "gr" if seed.is_multiple_of(2) => "GR_AFM",
        "gr" => "GR_AMKA",
        "nl" => "NL_BSN",
        _ => "IBAN_CODE",
    };
    let rows = usize::try_from(rng.range(120, 320)).unwrap();
    let people: Vec<Person> = (0..rows).map(|_| person(rng, l)).collect();
    let mut made: Vec<Made> = Vec::new();
    for (at, &kind) in kinds.iter().enumerate() {
        let truth = if kind == "NATIONAL" { national } else { kind };
        if made.iter().any(|m| m.truth == truth) {
            continue;
        }
        let opaque = [
            format!("col{at}"),
            format!("x{at}"),
            format!("field_{at}"),
            format!("V{at}"),
            format!("c_{at:03}"),
        ];
        let name = if headers {
            named(truth, l.code, rng)
        } else {
            opaque[usize::try_from(seed % 5).unwrap()].clone()
        };
        let empty = if truth == "IDENTIFIER" || truth == "DECEASED" {
            0
        } else {
            rng.below(20)
        };
        let cells = people
            .iter()
            .enumerate()
            .map(|(row, p)| {
                let cell = personal(truth, rng, l, p, row);
                match rng.below(100) {
                    n if n < empty => String::new(),
                    99 if truth != "IDENTIFIER" && truth != "DECEASED_DATE" => {
                        rng.pick(&["unknown", "n/a", "see file", "xxx"]).to_owned()
                    }
                    _ => cell,
                }
            })
            .collect();
        made.push(Made { truth, name, cells });
    }
    made
}

/// All locales.
pub(crate) fn locales() -> &'static [Locale] {
    LOCALES
}
