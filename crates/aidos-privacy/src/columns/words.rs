//! The lists: names of columns in eight languages, closed vocabularies, and the most common names, places
//! and words of open ones. A list is natural writing; case and accents are folded when it is read.

mod closed;
mod names;
mod places;
mod work;

pub(super) use closed::LISTS as CLOSED;
pub(super) use names::{FIRST, LAST};
pub(super) use places::LISTS as PLACES;
pub(super) use work::LISTS as WORK;

use super::kind::Type;

/// Words of column names: the type, how surely they name it (1 is surely), the words. English, Greek (also
/// in Latin letters), German, French, Spanish, Italian, Dutch, Portuguese.
pub(super) const HEADERS: &[(Type, f64, &str)] = &[
    (
        Type::Person,
        1.0,
        "full name|fullname|person name|patient name|customer name|client name|employee name|contact name|display name|person|patient|holder name|cardholder|cardholder name|account holder|beneficiary|author name|contact person|real name|ονοματεπώνυμο|onomateponymo|vollständiger name|vor und nachname|name vorname|patientenname|kundenname|ansprechpartner|kontoinhaber|nom complet|nom et prénom|nom prénom|titulaire|nombre completo|nombre y apellidos|titular|nome completo|nome e cognome|intestatario|nominativo|volledige naam|naam|nome do cliente|nome do paciente|physician|doctor name|doctor|attending physician|provider name|supervisor|guardian name|victim name|insured name|payee name",
    ),
    (
        Type::Person,
        0.45,
        "name|nome|nombre|nom|όνομα χρήστη πλήρες|contact|employee|customer|client|author|owner|assignee|manager|recipient name|sender name|insured|payee|payer",
    ),
    (
        Type::FirstName,
        1.0,
        "first name|firstname|fname|given name|givenname|forename|christian name|first|gname|given|middle name|middlename|mname|όνομα|onoma|μικρό όνομα|vorname|rufname|prénom|prenom|primer nombre|nombre de pila|nombre propio|nome di battesimo|prenome|voornaam|roepnaam|nome próprio|primeiro nome|name first|nombres",
    ),
    (Type::FirstName, 0.4, "name|nombre|nome"),
    (
        Type::LastName,
        1.0,
        "last name|lastname|lname|surname|family name|familyname|sname|last|maiden name|second name|επώνυμο|επίθετο|eponymo|epitheto|nachname|familienname|zuname|geburtsname|nom de famille|nom de naissance|apellido|apellidos|primer apellido|segundo apellido|cognome|achternaam|familienaam|apelido|sobrenome|último nome|name last",
    ),
    (Type::LastName, 0.45, "nom|name"),
    (
        Type::Title,
        0.9,
        "title|salutation|honorific|name prefix|courtesy title|prefix|προσφώνηση|τίτλος|prosfonisi|anrede|titel|civilité|tratamiento|titolo|appellativo|aanhef|tratamento",
    ),
    (
        Type::Gender,
        1.0,
        "gender|sex|gndr|gender identity|gender code|sex code|φύλο|fylo|geschlecht|genre|sexe|sexo|género|sesso|genere|geslacht|gênero|sex at birth",
    ),
    (
        Type::Age,
        1.0,
        "age|age years|age in years|patient age|age at diagnosis|age at admission|age at death|yrs old|ηλικία|ilikia|alter|lebensalter|âge|edad|età|eta|anni|leeftijd|idade",
    ),
    (
        Type::Birthday,
        1.0,
        "dob|date of birth|birth date|birthdate|birthday|bday|d o b|born|born on|birth dt|dt of birth|dobirth|ημερομηνία γέννησης|ημ γέννησης|ημνια γέννησης|γέννηση|imerominia gennisis|geburtsdatum|geburtstag|geb datum|gebdat|geboren|geboren am|date de naissance|né le|naissance|date naissance|ddn|fecha de nacimiento|fecha nacimiento|nacimiento|fnac|data di nascita|data nascita|nascita|nato il|geboortedatum|geboortedag|data de nascimento|nascimento|birth",
    ),
    (
        Type::Weight,
        1.0,
        "weight|weight kg|weight lb|weight lbs|body weight|bodyweight|wt|wt kg|mass kg|βάρος|varos|σωματικό βάρος|gewicht|körpergewicht|poids|peso|peso corporal|lichaamsgewicht|peso kg",
    ),
    (
        Type::Height,
        1.0,
        "height|height cm|height m|body height|stature|hgt|ht cm|ύψος|ypsos|ανάστημα|größe|körpergröße|körperhöhe|taille|estatura|talla|altura|altezza|statura|lengte|lichaamslengte",
    ),
    (
        Type::BloodType,
        1.0,
        "blood type|blood group|bloodtype|bloodgroup|abo|abo rh|ομάδα αίματος|blutgruppe|groupe sanguin|grupo sanguíneo|gruppo sanguigno|bloedgroep|tipo sanguíneo",
    ),
    (
        Type::Smoking,
        1.0,
        "smoking|smoker|smoking status|is smoker|smokes|tobacco|tobacco use|tobacco status|cigarettes|κάπνισμα|καπνιστής|kapnisma|kapnistis|raucher|raucherstatus|rauchen|rauchverhalten|fumeur|tabagisme|statut tabagique|fumador|tabaquismo|fuma|fumatore|tabagismo|fumo|roker|rookt|rookstatus|fumante",
    ),
    (
        Type::Language,
        1.0,
        "language|lang|languages|spoken language|mother tongue|native language|preferred language|language code|locale language|γλώσσα|glossa|μητρική γλώσσα|sprache|muttersprache|langue|langue maternelle|idioma|lengua|lengua materna|lingua|lingua madre|taal|moedertaal|língua|correspondence language",
    ),
    (
        Type::Nationality,
        1.0,
        "nationality|citizenship|citizen of|nat|nationality code|υπηκοότητα|εθνικότητα|ypikootita|ithageneia|ιθαγένεια|nationalität|staatsangehörigkeit|staatsbürgerschaft|nationalité|citoyenneté|nacionalidad|ciudadanía|nazionalità|cittadinanza|nationaliteit|nacionalidade|cidadania",
    ),
    (
        Type::Religion,
        1.0,
        "religion|religious affiliation|faith|denomination|confession|θρησκεία|θρήσκευμα|thriskeia|konfession|religionszugehörigkeit|religión|religione|godsdienst|religie|religião",
    ),
    (
        Type::Ethnicity,
        1.0,
        "ethnicity|ethnic group|ethnic origin|race|race ethnicity|εθνότητα|ethnizität|ethnische herkunft|ethnie|origine ethnique|etnia|raza|origen étnico|etniciteit|raça",
    ),
    (
        Type::MaritalStatus,
        1.0,
        "marital status|maritalstatus|marital|married|civil status|civilstatus|relationship status|οικογενειακή κατάσταση|oikogeneiaki katastasi|familienstand|personenstand|état civil|situation familiale|situation matrimoniale|estado civil|stato civile|stato civile|burgerlijke staat|burgerlijke stand|mrtl stat|marstat",
    ),
    (
        Type::Deceased,
        1.0,
        "deceased|is deceased|dead|is dead|deceased flag|died|alive|is alive|vital status|living status|death flag|deceased indicator|θανών|αποβιώσας|αποβιώσασα|verstorben|tot|vitalstatus|décédé|statut vital|fallecido|estado vital|deceduto|stato in vita|overleden|falecido|mortality",
    ),
    (
        Type::DeceasedDate,
        1.0,
        "date of death|death date|deceased date|dod|deathdate|died on|date deceased|time of death|deceased on|deceased at|ημερομηνία θανάτου|imerominia thanatou|sterbedatum|todesdatum|todestag|gestorben am|date de décès|date décès|fecha de defunción|fecha de fallecimiento|fecha fallecimiento|data di morte|data decesso|data del decesso|overlijdensdatum|data de óbito|data de falecimento|defunción|fallecimiento|décès|decesso|óbito|falecimento|overlijden|sterbe datum|θανάτου|day of death|dth dt",
    ),
    (
        Type::JobTitle,
        1.0,
        "job title|jobtitle|job|occupation|profession|position|role title|employment|work title|designation|επάγγελμα|epaggelma|θέση εργασίας|beruf|berufsbezeichnung|tätigkeit|stelle|métier|fonction|poste|emploi|profesión|ocupación|puesto|cargo|professione|occupazione|mansione|qualifica|beroep|functie|profissão|ocupação",
    ),
    (Type::JobTitle, 0.4, "title|role"),
    (
        Type::Diagnosis,
        1.0,
        "diagnosis|diagnoses|dx|icd|icd 10|icd10|icd code|icd 10 code|icd9|primary diagnosis|condition|disease|illness|diagnosis code|medical condition|διάγνωση|diagnosi|νόσος|ασθένεια|diagnose|erkrankung|hauptdiagnose|krankheit|diagnostic|maladie|diagnóstico|enfermedad|diagnosi|malattia|patologia|ziekte|aandoening|doença",
    ),
    (
        Type::Medication,
        1.0,
        "medication|medications|drug|drug name|medicine|prescription|prescribed drug|rx|substance|φάρμακο|farmako|φαρμακευτική αγωγή|medikament|arzneimittel|medikation|médicament|traitement|medicamento|fármaco|medicación|farmaco|medicinale|medicatie|geneesmiddel",
    ),
    (
        Type::RecordNumber,
        1.0,
        "mrn|medical record number|patient id|patientid|patient number|record number|chart number|customer id|customer number|customer no|client id|client number|member id|member number|membership number|policy number|policy no|insurance number|insurance id|account id|account number|account no|acct no|acctnum|acct|employee id|employee number|emp id|staff id|student id|personnel number|person id|subject id|case number|αριθμός μητρώου|αρ μητρώου|αριθμός ασθενή|κωδικός πελάτη|patientennummer|patienten id|kundennummer|versichertennummer|versicherungsnummer|mitgliedsnummer|personalnummer|kontonummer|numéro patient|numéro client|numéro de dossier|matricule|número de cliente|número de paciente|historia clínica|nhc|codice cliente|codice paziente|matricola|numero cliente|klantnummer|patiëntnummer|rekeningnummer|número do cliente|número do paciente|beneficiary id|visit id|encounter id",
    ),
    (
        Type::Address,
        1.0,
        "address|street|street address|address line|address line 1|address line 2|addr|addr line|postal address|mailing address|home address|residence|residential address|streetname|street name|billing address|shipping address|delivery address|διεύθυνση|dieuthinsi|dieythynsi|οδός|odos|διεύθυνση κατοικίας|adresse|anschrift|straße|strasse|str|wohnadresse|postanschrift|straße und hausnummer|adresse postale|rue|domicile|dirección|calle|domicilio|indirizzo|via|residenza|indirizzo di residenza|adres|straat|straatnaam|woonadres|endereço|morada|rua|house address",
    ),
    (
        Type::City,
        1.0,
        "city|town|municipality|city name|place of birth|birthplace|birth place|city of birth|hometown|home town|locality|suburb|place of residence|πόλη|poli|δήμος|τόπος γέννησης|stadt|ort|wohnort|gemeinde|geburtsort|ville|commune|lieu de naissance|ciudad|localidad|municipio|población|lugar de nacimiento|città|citta|comune|luogo di nascita|località|stad|plaats|woonplaats|gemeente|geboorteplaats|cidade|município|localidade|naturalidade|village",
    ),
    (
        Type::Region,
        1.0,
        "state|province|region|state province|county|state code|state name|district|prefecture|νομός|περιφέρεια|νομοσ|nomos|bundesland|kanton|landkreis|région|département|provincia|comunidad autónoma|región|regione|provincie|distrito|estado|us state",
    ),
    (
        Type::Country,
        1.0,
        "country|country code|country name|nation|country of birth|country of residence|country of origin|birth country|residence country|iso country|geo country|country iso|cc|cntry|ctry|χώρα|chora|xora|χώρα γέννησης|land|staat|herkunftsland|geburtsland|wohnsitzland|pays|pays de naissance|pays de résidence|país|pais|país de nacimiento|paese|nazione|stato|paese di nascita|country iso code|geoip country|country iso 2|country iso 3|geo country iso code|geboorteland|país de origem",
    ),
    (
        Type::Latitude,
        1.0,
        "latitude|lat|geo lat|gps lat|location lat|y coord|γεωγραφικό πλάτος|breitengrad|latitud|latitudine|breedtegraad",
    ),
    (
        Type::Longitude,
        1.0,
        "longitude|lon|lng|long|geo lon|geo lng|gps lon|location lon|x coord|γεωγραφικό μήκος|längengrad|longitud|longitudine|lengtegraad",
    ),
    (
        Type::Zip,
        1.0,
        "zip|zip code|zipcode|postal code|postalcode|postcode|post code|postal|zip plus 4|zip4|zip 5|τκ|τ κ|ταχυδρομικός κώδικας|tk|plz|postleitzahl|code postal|cp|codigo postal|código postal|cap|codice postale|codice di avviamento postale|postcode|pc|cep",
    ),
    (
        Type::Phone,
        1.0,
        "phone|phone number|phonenumber|telephone|telephone number|tel|tel no|telno|mobile|mobile number|mobile phone|mobileno|cell|cell phone|cellphone|cell number|fax|fax number|contact number|home phone|work phone|landline|msisdn|caller|callee|calling number|called number|whatsapp|τηλέφωνο|tilefono|κινητό|kinito|σταθερό|τηλ|αριθμός τηλεφώνου|telefon|telefonnummer|handy|handynummer|mobil|mobilnummer|rufnummer|téléphone|numéro de téléphone|portable|téléphone portable|teléfono|número de teléfono|móvil|celular|telefono|numero di telefono|cellulare|telefoon|telefoonnummer|mobiel|gsm|telefone|telemóvel|phone no|emergency contact phone",
    ),
    (
        Type::Email,
        1.0,
        "email|e mail|mail|email address|emailaddress|e mail address|mail address|emailaddr|email addr|contact email|work email|sender|recipient|mail from|mail to|rcpt to|rcpt|email from|email to|from address|to address|reply to|return path|ηλεκτρονικό ταχυδρομείο|ηλ διεύθυνση|email διεύθυνση|emailadresse|e mail adresse|mailadresse|courriel|adresse email|adresse électronique|adresse mail|mél|correo|correo electrónico|correo e|dirección de correo|posta elettronica|indirizzo email|e mailadres|mailadres|endereço de email|correio eletrónico|electronic mail",
    ),
    (Type::Email, 0.4, "from|to|reporter|contact"),
    (
        Type::UserName,
        1.0,
        "user name|username|user|login|login name|loginname|uid|userid|user id|account name|sam account name|samaccountname|screen name|handle|nick|nickname|logon|logon name|logonid|target user name|subject user name|unix user|user account|όνομα χρήστη|χρήστης|xristis|benutzername|benutzer|anmeldename|benutzerkennung|kennung|nom d utilisateur|utilisateur|identifiant|pseudo|usuario|nombre de usuario|utente|nome utente|gebruiker|gebruikersnaam|utilizador|nome de utilizador|usr|uname|twitter handle|owner login",
    ),
    (Type::UserName, 0.5, "account|actor|operator"),
    (
        Type::Secret,
        1.0,
        "password|passwd|pwd|pass|passphrase|secret|api key|apikey|api token|token|access token|auth token|access key|secret key|private key|client secret|bearer|session token|refresh token|credential|credentials|pin|pin code|otp|cvv|cvc|κωδικός πρόσβασης|συνθηματικό|passwort|kennwort|geheimnis|mot de passe|contraseña|clave|parola d ordine|wachtwoord|senha|palavra passe|csrf token|webhook secret",
    ),
    (
        Type::Card,
        1.0,
        "credit card|credit card number|creditcard|card number|cardnumber|card no|cardno|ccno|cc no|cc num|ccnum|cc number|card|pan number|payment card|debit card|card pan|primary account number|αριθμός κάρτας|πιστωτική κάρτα|kreditkarte|kreditkartennummer|kartennummer|carte bancaire|numéro de carte|carte de crédit|cb|tarjeta|número de tarjeta|tarjeta de crédito|carta di credito|numero carta|kaartnummer|creditcardnummer|cartão|número do cartão|bank card",
    ),
    (
        Type::Iban,
        1.0,
        "iban|iban code|iban number|bank account|bank account number|bankaccount|creditor account|debtor account|account iban|λογαριασμός τράπεζας|τραπεζικός λογαριασμός|bankverbindung|bankkonto|compte bancaire|rib|cuenta bancaria|cuenta|conto corrente|conto bancario|coordinate bancarie|bankrekening|bankrekeningnummer|conta bancária|nib|payer iban|counterparty iban",
    ),
    (
        Type::Crypto,
        1.0,
        "wallet|wallet address|bitcoin|btc|btc address|bitcoin address|eth address|ethereum|eth|crypto address|crypto wallet|monero|xmr|ransom wallet|payment address|πορτοφόλι|bitcoin adresse|portefeuille|monedero|portafoglio|wallet addr|blockchain address|crypto",
    ),
    (
        Type::Ip,
        1.0,
        "ip|ip address|ipaddress|ipaddr|ip addr|ipv4|ipv6|ip v4|ip v6|src ip|dst ip|source ip|destination ip|srcip|dstip|sip|dip|client ip|clientip|remote ip|remote addr|remote address|remote host ip|src addr|dst addr|saddr|daddr|source address|destination address|c ip|s ip|host ip|id orig h|id resp h|orig h|resp h|local ip|peer ip|attacker ip|victim ip|nat ip|διεύθυνση ip|ip adresse|adresse ip|dirección ip|indirizzo ip|ip adres|endereço ip|x forwarded for|xff|a record|gateway|nameserver ip|network|cidr|subnet|ipv4 addr|ipv6 addr|last login ip|signup ip|c2 ip",
    ),
    (
        Type::Ip,
        0.4,
        "source|src|destination|dst|dest|address|addr|peer|remote|client|indicator|ioc",
    ),
    (
        Type::Mac,
        1.0,
        "mac|mac address|macaddress|macaddr|mac addr|hardware address|hwaddr|hw addr|ethernet address|src mac|dst mac|source mac|destination mac|physical address|bssid|station mac|ether|eth addr|διεύθυνση mac|mac adresse|hardwareadresse|adresse mac|dirección mac|indirizzo mac|mac adres|wlan mac|chaddr",
    ),
    (
        Type::HostName,
        1.0,
        "host|hostname|host name|computer|computer name|computername|machine|machine name|machinename|workstation|workstation name|server|server name|node|node name|device name|device|endpoint name|asset name|asset|observer hostname|netbios name|dns hostname|όνομα υπολογιστή|υπολογιστής|rechner|rechnername|computername|ordinateur|nom d hôte|hôte|equipo|nombre de host|nome host|computernaam|pc name|agent hostname|dvchost|shost|dhost",
    ),
    (
        Type::Url,
        1.0,
        "url|uri|link|website|web site|homepage|home page|webpage|web page|web address|request url|referrer|referer|landing page|c2 url|phishing url|malicious url|ιστοσελίδα|ιστότοπος|webseite|internetadresse|site web|lien|página web|sitio web|enlace|sito web|sito|webadres|endereço web|permalink|callback url|download url|profile url|avatar url|href|reference",
    ),
    (
        Type::Domain,
        1.0,
        "domain|domain name|domainname|fqdn|dns name|dns domain|qname|query name|dns query|dns question name|dns rrname|rrname|registered domain|tld domain|root domain|sni|server name indication|malicious domain|c2 domain|τομέας|όνομα τομέα|domäne|domaine|nom de domaine|dominio|nombre de dominio|nome di dominio|domein|domeinnaam|domínio|email domain|sender domain|mx|cname|zone",
    ),
    (Type::Domain, 0.4, "query|site|indicator|ioc"),
    (
        Type::Organization,
        1.0,
        "company|company name|organization|organisation|organization name|organisation name|org|org name|employer|business name|firm|institution|vendor|supplier|manufacturer|agency|hospital|hospital name|bank name|bank|university|school|merchant|merchant name|affiliation|insurer|insurance company|εταιρεία|εταιρία|etaireia|επωνυμία|οργανισμός|εργοδότης|νοσοκομείο|τράπεζα|firma|firmenname|unternehmen|arbeitgeber|organisation|krankenhaus|krankenkasse|entreprise|société|employeur|raison sociale|hôpital|banque|empresa|compañía|razón social|organización|empleador|azienda|società|ragione sociale|datore di lavoro|ente|bedrijf|bedrijfsnaam|werkgever|organisatie|organização|empregador|isp|registrar|as org|victim organization|target organization|corporation|facility",
    ),
    (
        Type::Time,
        1.0,
        "timestamp|time|date|datetime|date time|ts|created|created at|created on|created date|creation date|updated|updated at|modified|modified at|last modified|last seen|first seen|first observed|last observed|valid from|valid until|event time|eventtime|event date|start|start time|end|end time|start date|end date|begin|published|date added|dateadded|received|received at|sent|sent at|login time|logged at|log time|last login|expires|expiry|expires at|expiry date|admission date|discharge date|visit date|appointment|hire date|transaction date|booking date|value date|order date|due date|invoice date|epoch|unix time|utc time|observed at|ημερομηνία|imerominia|ημερομηνία ώρα|ώρα|χρόνος|ημερομηνία εισαγωγής|datum|uhrzeit|zeit|zeitstempel|zeitpunkt|erstellt|erstellt am|aufnahmedatum|buchungsdatum|horodatage|date heure|date de création|date d admission|heure|fecha|fecha hora|hora|fecha de creación|fecha de ingreso|marca de tiempo|data|data ora|ora|orario|data di creazione|data ricovero|tijd|tijdstip|datum tijd|aanmaakdatum|data hora|carimbo de data hora|signup date|registered|registered at|registration date|enrolled|death time stamp|detected at|seen|when|dt|collected at|sample date|payment date|membership start",
    ),
    (
        Type::Year,
        1.0,
        "year|yr|fiscal year|model year|graduation year|έτος|etos|jahr|baujahr|année|año|anno|jaar|ano|year built",
    ),
    (
        Type::Hash,
        1.0,
        "hash|md5|sha1|sha 1|sha256|sha 256|sha512|sha 512|sha2|file hash|filehash|imphash|digest|checksum|hash md5|hash sha1|hash sha256|file sha256|file md5|fingerprint sha1|fingerprint|tlsh|ssdeep|sha256 hash|md5 hash|sha1 hash|prüfsumme|somme de contrôle|certificate sha1|ja3",
    ),
    (
        Type::Uuid,
        1.0,
        "uuid|guid|correlation id|request id|trace id|session uuid|event uuid|attribute uuid",
    ),
    (
        Type::Port,
        1.0,
        "port|src port|dst port|source port|destination port|sport|dport|srcport|dstport|spt|dpt|local port|remote port|id orig p|id resp p|orig p|resp p|port number|server port|client port|θύρα|quellport|zielport|puerto|porta|poort|nat port|c2 port",
    ),
    (
        Type::Protocol,
        1.0,
        "protocol|proto|transport|network transport|ip protocol|app proto|application protocol|service|network protocol|πρωτόκολλο|protokoll|protocole|protocolo|protocollo|l4 proto",
    ),
    (
        Type::HttpMethod,
        1.0,
        "method|http method|request method|http request method|verb|cs method",
    ),
    (
        Type::HttpStatus,
        1.0,
        "http status|status code|statuscode|response code|http status code|sc status|http response status code|http code",
    ),
    (Type::HttpStatus, 0.5, "status|code"),
    (
        Type::UserAgent,
        1.0,
        "user agent|useragent|http user agent|ua|browser|cs user agent|agent string|user agent original",
    ),
    (
        Type::FilePath,
        1.0,
        "file|filename|file name|path|file path|filepath|image path|process path|command line|image|executable|full path|attachment|attachment name|document name|αρχείο|όνομα αρχείου|datei|dateiname|dateipfad|pfad|fichier|nom de fichier|chemin|archivo|fichero|nombre de archivo|ruta|nome file|percorso|bestand|bestandsnaam|ficheiro|process name|process|parent image|target filename|dropped file",
    ),
    (
        Type::Asn,
        1.0,
        "asn|as number|as num|autonomous system|as|source as|origin as|as no",
    ),
    (
        Type::Cve,
        1.0,
        "cve|cve id|cves|vulnerability|vulnerability id|vuln id|vuln|cve number|exploited vulnerability",
    ),
    (
        Type::Technique,
        1.0,
        "technique|technique id|attack technique|mitre|mitre id|mitre technique|mitre attack|attack id|ttp|ttps|attack pattern|mitre attack id|tactic id|external id",
    ),
    (
        Type::StixId,
        1.0,
        "stix id|stix object|object ref|source ref|target ref|created by ref|object refs|sighting of ref|id stix|stix ref|stixid",
    ),
    (
        Type::Tlp,
        1.0,
        "tlp|tlp marking|marking|traffic light protocol|tlp level|sharing level|markings|tlp label|classification",
    ),
    (
        Type::Severity,
        1.0,
        "severity|priority|criticality|risk level|threat level|risk|alert level|log level|loglevel|level|impact|urgency|severity level|σοβαρότητα|προτεραιότητα|schweregrad|priorität|sévérité|gravité|priorité|gravedad|severidad|prioridad|gravità|severità|priorità|ernst|prioriteit|triage level",
    ),
    (
        Type::Malware,
        1.0,
        "malware|malware family|malware name|family|threat name|malware printable|signature|virus|virus name|ransomware|threat|tool|av label|botnet|threat family|schadsoftware|trojan|malware alias",
    ),
    (
        Type::Amount,
        1.0,
        "amount|amt|price|salary|income|balance|total amount|payment|payment amount|cost|fee|fees|wage|revenue|charge|charges|transaction amount|loan amount|premium|turnover|net pay|gross pay|ποσό|poso|μισθός|misthos|υπόλοιπο|τιμή|εισόδημα|betrag|preis|gehalt|lohn|einkommen|saldo|kontostand|montant|prix|salaire|revenu|solde|importe|monto|precio|salario|sueldo|ingresos|importo|prezzo|stipendio|reddito|bedrag|prijs|salaris|inkomen|montante|preço|billing amount|limit|credit limit|usd amount|eur|budget",
    ),
    (
        Type::Currency,
        1.0,
        "currency|currency code|ccy|curr|νόμισμα|nomisma|währung|devise|moneda|divisa|valuta|munt|moeda|payment currency",
    ),
    (
        Type::Bic,
        1.0,
        "bic|swift|swift code|bic code|swift bic|bank code|bank identifier|bic swift|swiftcode|bank bic|codice bic|code bic",
    ),
    (
        Type::Identifier,
        0.7,
        "id|row|row id|row number|index|idx|key|record id|seq|sequence|line|line number|no|nr|α α|αα|lfd nr|ordinal|unnamed|pk|entry id|serial",
    ),
    (
        Type::Boolean,
        0.6,
        "flag|is active|active|enabled|verified|to ids|confirmed|subscribed|consent|opt in|is valid|has|blocked|allowed|success",
    ),
    (
        Type::Text,
        0.6,
        "message|msg|description|comment|comments|note|notes|remarks|text|body|content|subject|summary|details|free text|log message|raw|σχόλια|περιγραφή|παρατηρήσεις|bemerkung|bemerkungen|beschreibung|kommentar|notiz|notizen|commentaire|remarques|observaciones|descripción|comentario|nota|notas|osservazioni|descrizione|commento|opmerking|opmerkingen|omschrijving|observações|comentários|clinical notes|anamnese|history|event original",
    ),
    (
        Type::Category,
        0.6,
        "category|type|kind|class|group|department|ward|event type|action|outcome|status|state|stage|plan|tier|segment|κατηγορία|τμήμα|kategorie|abteilung|catégorie|service hospitalier|categoría|departamento|categoria|reparto|afdeling",
    ),
    (
        Type::Integer,
        0.6,
        "count|quantity|qty|number of|total|hits|visits|packets|bytes|duration|length|size|attempts|πλήθος|anzahl|menge|quantité|cantidad|quantità|aantal|quantidade|ttl|score",
    ),
];

/// Names of numbers of states, by their own word.
pub(super) const NUMBERS: &[(&str, &str)] = &[
    (
        "US_SSN",
        "ssn|social security number|social security|social security no|ss number|soc sec no|us ssn|socialsecuritynumber",
    ),
    ("US_ITIN", "itin|individual taxpayer"),
    (
        "US_PASSPORT",
        "passport|passport number|passport no|us passport",
    ),
    (
        "US_DRIVER_LICENSE",
        "driver license|drivers license|driver licence|driving licence|driving license|dl number|license number",
    ),
    ("US_BANK_NUMBER", "us bank number|bank acct"),
    ("ABA_ROUTING", "routing|routing number|aba|aba number|rtn"),
    ("US_EIN", "ein|employer identification number|fein"),
    ("NPI", "npi|national provider identifier|provider npi"),
    ("MEDICAL_LICENSE", "dea|dea number|medical license"),
    ("UK_NHS", "nhs|nhs number|nhs no|nhsno"),
    (
        "UK_NINO",
        "nino|ni number|national insurance number|national insurance|insurance no ni",
    ),
    (
        "DE_TAX_ID",
        "steuer id|steueridentifikationsnummer|steuer identifikationsnummer|idnr|steuernummer|steuer idnr",
    ),
    (
        "FR_NIR",
        "nir|numéro de sécurité sociale|n ss|numero securite sociale|insee number",
    ),
    ("FR_SPI", "spi|numéro fiscal"),
    ("ES_NIF", "nif|dni|dni nif|documento nacional de identidad"),
    ("ES_NIE", "nie"),
    (
        "IT_FISCAL_CODE",
        "codice fiscale|cod fiscale|codicefiscale|cf",
    ),
    ("IT_VAT_CODE", "partita iva|p iva|piva"),
    ("GR_AFM", "afm|αφμ|α φ μ|αριθμός φορολογικού μητρώου"),
    ("GR_AMKA", "amka|αμκα|α μ κ α"),
    (
        "GR_ID_CARD",
        "αδτ|αρ ταυτότητας|αριθμός ταυτότητας|δελτίο ταυτότητας|adt",
    ),
    ("NL_BSN", "bsn|burgerservicenummer|sofinummer"),
    ("PL_PESEL", "pesel|numer pesel"),
    ("PL_NIP", "nip"),
    ("PT_NIF", "contribuinte|número de contribuinte|nif pt"),
    ("SE_PERSONNUMMER", "personnummer|personal number se|pnr"),
    ("FI_PERSONAL_IDENTITY_CODE", "henkilötunnus|hetu"),
    ("DK_CPR", "cpr|cpr nummer"),
    ("NO_FNR", "fødselsnummer|fnr"),
    ("BE_RRN", "rijksregisternummer|numéro national|niss"),
    ("CH_AHV", "ahv|ahv nummer|avs"),
    ("AT_SVNR", "svnr|sozialversicherungsnummer"),
    ("BR_CPF", "cpf"),
    ("CA_SIN", "social insurance number|ca sin"),
    ("IN_AADHAAR", "aadhaar|aadhar|uidai"),
    ("IN_PAN", "pan|pan card"),
    ("AU_TFN", "tfn|tax file number"),
    ("AU_ABN", "abn"),
    ("AU_MEDICARE", "medicare|medicare number"),
    (
        "TAX_ID",
        "tax id|taxid|tin|tax number|tax identification number|vat|vat number|vat id|fiscal number|steuer nr|ust id|numéro tva|cif|rfc|tax no|taxpayer id|national id|national identity number|identity number|id card number|identification number",
    ),
];
