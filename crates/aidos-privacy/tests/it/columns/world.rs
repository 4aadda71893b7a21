//! A made-up world: people, firms and machines of eight locales. Written apart from the profiler's lists: names
//! and places were chosen by country, common and rare ones as they come in a telephone book.

/// A generator of random numbers (xorshift64*), so that each table is the same in every run.
pub(crate) struct Rng(u64);

impl Rng {
    pub(crate) fn new(seed: u64) -> Rng {
        Rng(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11
    }

    /// A number below `many`.
    pub(crate) fn below(&mut self, many: u64) -> u64 {
        self.next() % many.max(1)
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn range(&mut self, low: i64, high: i64) -> i64 {
        low + i64::try_from(self.below(u64::try_from(high - low + 1).unwrap())).unwrap()
    }

    pub(crate) fn pick<'a, T: ?Sized>(&mut self, list: &[&'a T]) -> &'a T {
        list[usize::try_from(self.below(list.len() as u64)).unwrap()]
    }

    /// The first ones come more often, as in life: the square of an even number, so that a quarter of a list
    /// makes half of the cells.
    pub(crate) fn skewed<'a>(&mut self, list: &'a str) -> &'a str {
        let all: Vec<&str> = list.split(' ').collect();
        let many = all.len() as u64;
        let part = self.below(1_000);
        let at = part * part * many / 1_000_000;
        all[usize::try_from(at).unwrap()]
    }

    pub(crate) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn digits(&mut self, many: usize) -> String {
        (0..many)
            .map(|_| char::from(b'0' + u8::try_from(self.below(10)).unwrap()))
            .collect()
    }

    pub(crate) fn hex(&mut self, many: usize) -> String {
        (0..many)
            .map(|_| char::from(b"0123456789abcdef"[usize::try_from(self.below(16)).unwrap()]))
            .collect()
    }

    /// Roughly normal: the sum of twelve even numbers.
    pub(crate) fn normal(&mut self, mean: f64, spread: f64) -> f64 {
        let sum: f64 = (0..12)
            .map(|_| f64::from(u32::try_from(self.below(1_000_000)).unwrap()) / 1e6)
            .sum();
        mean + spread * (sum - 6.0)
    }
}

/// What differs between countries.
pub(crate) struct Locale {
    pub(crate) code: &'static str,
    pub(crate) men: &'static str,
    pub(crate) women: &'static str,
    pub(crate) last: &'static str,
    /// Apart by `|`.
    pub(crate) cities: &'static str,
    pub(crate) streets: &'static str,
    /// `9` a digit, `A` a letter.
    pub(crate) zip: &'static str,
    pub(crate) phone: &'static str,
    pub(crate) mobile: &'static str,
    pub(crate) gender: [&'static str; 2],
    pub(crate) marital: &'static str,
    pub(crate) smoking: &'static str,
    pub(crate) titles: [&'static str; 2],
    pub(crate) jobs: &'static str,
    pub(crate) firms: &'static str,
    pub(crate) nationality: &'static str,
    pub(crate) countries: &'static str,
    pub(crate) languages: &'static str,
    pub(crate) illness: &'static str,
    /// The house number stands before the street.
    pub(crate) number_first: bool,
    /// How days are written.
    pub(crate) day: Day,
}

/// Orders of a date.
#[derive(Clone, Copy)]
pub(crate) enum Day {
    Iso,
    Point,
    Slash,
    American,
}

pub(crate) const LOCALES: &[Locale] = &[
    Locale {
        code: "us",
        men: "James Michael Robert John David Liam Tyrone Wyatt Dwayne Brandon Curtis Rodney Clarence Marvin Leroy Terrence Milton Gilbert Cedric Preston Damon Lamar Ramon Stuart Rex Otis Elmer Horace Ignacio Xander",
        women: "Mary Jennifer Linda Patricia Elizabeth Ashley Kendra Latasha Bonnie Peggy Marjorie Tabitha Gwendolyn Krista Myra Priscilla Shawna Yesenia Loretta Maribel Roxanne Kaitlyn Brianna Aliyah Guadalupe Ofelia Delia Nettie",
        last: "Smith Johnson Williams Brown Jones Garcia Johnson Washington Nguyen Rodriguez Gallegos Whitfield Abernathy Pruitt Stubblefield Kowalski Okafor Villanueva Trujillo Hendrix Mcmillan Purvis Bautista Sweeney Zamora Cherry Ledbetter Thornton Vance Dupree Hatfield Bowden",
        cities: "Columbus|Tucson|Boise|Scranton|Duluth|Wichita|Eugene|Portland|Peoria|Topeka|Macon|Yonkers|Fargo|Chicago|Houston|Springfield|Erie|Amarillo|Savannah|Dayton",
        streets: "Maple Avenue|Oak Street|Elm Drive|Washington Blvd|Sycamore Lane|Hickory Court|5th Street|Sunset Road|Lakeview Terrace|Kings Highway",
        zip: "99999",
        phone: "(A99) A99-9999",
        mobile: "+1-A99-A99-9999",
        gender: ["Male", "Female"],
        marital: "Single|Married|Divorced|Widowed|Separated",
        smoking: "Never|Former|Current|Never|Never",
        titles: ["Mr.", "Ms."],
        jobs: "Registered Nurse|Civil Engineer|Accountant|Retail Manager|Truck Driver|Elementary School Teacher|Paralegal|Software Developer|Financial Analyst|Electrician|Dental Assistant|Claims Adjuster",
        firms: "Cascade Freight Inc|Bluebonnet Credit Union|Ridgeline Software LLC|Harbor & Pine Partners|Midstate Insurance Group|Copperfield Foods Corp|Tri-County Hospital|Northgate Systems|Lakeshore Dental Associates|Ironwood Capital",
        nationality: "American|Mexican|Canadian|Filipino|Vietnamese|Indian|Cuban",
        countries: "United States|Mexico|Canada|Philippines|India|Vietnam|El Salvador",
        languages: "English|Spanish|Tagalog|Vietnamese|Chinese|Korean",
        illness: "Type 2 diabetes mellitus|Essential hypertension|Asthma|Acute bronchitis|Low back pain|Major depression|Migraine|Osteoarthritis of knee|Urinary tract infection|Atrial fibrillation",
        number_first: true,
        day: Day::American,
    },
    Locale {
        code: "gb",
        men: "David John Thomas Jack George Alistair Nigel Gareth Callum Rupert Hamish Clive Dafydd Barnaby Imran Fergus Lewis Harry Oliver Desmond Ewan Tristan Iestyn Rory Kieran",
        women: "Margaret Sarah Emily Olivia Susan Imogen Bronwen Gillian Philippa Rhiannon Saffron Morag Beatrix Harriet Nicola Zara Parveen Elspeth Sian Ottilie Jemima Cerys Lorna Maisie",
        last: "Smith Jones Taylor Brown Williams Evans Smith Thwaite Ramsbottom Ogilvie Patel Llewellyn Fairclough Begum Sutherland Kershaw Entwistle Trevelyan Cartwright Bannister Mcalister Haigh Birtwistle Hussain Pritchard Ackroyd Whittle Dyer",
        cities: "Leeds|Swindon|Dundee|Bolton|Truro|Wrexham|Norwich|Stockport|Luton|Hull|Cardiff|London|Barnsley|Crewe|Inverness|Oxford|Worthing",
        streets: "High Street|Station Road|Church Lane|Victoria Road|Mill Lane|Queensway|The Crescent|Albert Terrace|Kingsley Avenue|Orchard Close",
        zip: "LS9 9AA",
        phone: "0113 496 0999",
        mobile: "+44 7700 900999",
        gender: ["M", "F"],
        marital: "single|married|divorced|widowed|civil partnership|cohabiting",
        smoking: "smoker|non-smoker|ex-smoker|non-smoker",
        titles: ["Mr", "Mrs"],
        jobs: "Solicitor|Quantity surveyor|Midwife|Plumber|Primary school teacher|Civil servant|Chartered accountant|Shop assistant|Social worker|Bricklayer|Pharmacist",
        firms: "Thornbury Logistics Ltd|Pennine Water plc|Castlegate Solicitors LLP|Brambles Bakery Ltd|Severn Valley Motors|Kestrel Consulting Group|Westfield Trust|Humber Energy plc",
        nationality: "British|Irish|Polish|Indian|Pakistani|Romanian|Nigerian",
        countries: "United Kingdom|Ireland|Poland|India|Pakistan|Romania|Nigeria",
        languages: "en|pl|ur|cy|pa|ro|bn",
        illness: "Asthma|COPD|Type 1 diabetes|Coeliac disease|Depression|Angina|Eczema|Gout|Iron deficiency anaemia|Epilepsy",
        number_first: true,
        day: Day::Slash,
    },
    Locale {
        code: "de",
        men: "Thomas Michael Andreas Peter Leon Detlef Jürgen Kevin Leander Ruprecht Siegfried Malte Thorben Bastian Hartmut Eckhard Mehmet Korbinian Lothar Arne Gottfried Ansgar Rüdiger Lukas Jannik Bernd",
        women: "Maria Sabine Anna Petra Emma Annegret Wiebke Swantje Roswitha Gudrun Svenja Friederike Ayşe Mechthild Carola Sieglinde Antje Lieselotte Annika Ramona Hannelore Ulrike Fenja Marlies",
        last: "Schmidt Schneider Fischer Weber Becker Müller Grünewald Obermeier Yıldırım Petersen Brinkmann Kowalczyk Wiesinger Dörfler Hinrichs Trautmann Eichhorn Stadler Nagel Rademacher Schlüter Küppers Behrendt Wendt Drescher Ostermann Schreiner",
        cities: "Gütersloh|Bamberg|Hamburg|Flensburg|Görlitz|Kassel|Tübingen|Bochum|Stralsund|Wetzlar|Passau|Köln|Celle|Leipzig|Ravensburg|Marburg|Cottbus",
        streets: "Lindenstraße|Am Markt|Schillerstr.|Bahnhofstraße|Kirchweg|Goetheplatz|Mühlengasse|Ringallee|Bergstraße|Birkenweg",
        zip: "99999",
        phone: "0221 4711999",
        mobile: "+49 151 23999999",
        gender: ["männlich", "weiblich"],
        marital: "ledig|verheiratet|geschieden|verwitwet",
        smoking: "Raucher|Nichtraucher|Ex-Raucher|Nichtraucher",
        titles: ["Herr", "Frau"],
        jobs: "Krankenpfleger|Bürokauffrau|Maschinenbauingenieur|Lehrerin|Erzieherin|Bäckermeister|Rechtsanwalt|Steuerberater|Elektriker|Fachinformatiker|Arzt|Verkäuferin",
        firms: "Nordwind Logistik GmbH|Sparkasse Oberland|Weber & Söhne KG|Rheintal Maschinenbau AG|Stadtwerke Lindenau GmbH|Klinikum Ostufer|Havelbräu GmbH & Co. KG|Pfalz Versicherung AG",
        nationality: "deutsch|türkisch|polnisch|syrisch|italienisch|rumänisch|griechisch",
        countries: "Deutschland|Türkei|Polen|Syrien|Italien|Rumänien|Österreich",
        languages: "Deutsch|Türkisch|Polnisch|Englisch|Russisch|Arabisch",
        illness: "J45.9|E11.9|I10|M54.5|F32.1|K21.0|N39.0|G43.1|I48.0|J06.9|E78.0|M17.1",
        number_first: false,
        day: Day::Point,
    },
    Locale {
        code: "fr",
        men: "Jean Pierre Michel Nicolas Lucas Gaëtan Thibaut Loïc Yannick Ludovic Rémi Cyril Fabrice Mathéo Gwenaël Mamadou Étienne Jean-Luc Bastien Norbert Gérald Pierrick Kévin Jérémy",
        women: "Marie Nathalie Isabelle Camille Emma Maëlys Solène Gwenaëlle Bérengère Ghislaine Océane Fatou Josette Anaïs Noémie Eugénie Marie-Claude Capucine Laurence Coralie Maud Ségolène Perrine",
        last: "Martin Bernard Dubois Thomas Moreau Lefebvre Bourdon Kerbrat Delacroix Guillot Marchal Benali Traoré Pelletier Hubert Besson Charpentier Le-Gall Vasseur Cordier Jacquet Monnier Poulain Tessier Bouvier Camara Pons",
        cities: "Quimper|Roubaix|Albi|Angoulême|Lyon|Colmar|Bayonne|Nevers|Chartres|Béziers|Rennes|Vannes|Troyes|Épinal|Lorient|Arles|Nantes",
        streets: "rue de la Paix|avenue Jean Jaurès|chemin des Vignes|boulevard Voltaire|place du Marché|impasse des Lilas|rue Pasteur|quai de la Gare",
        zip: "99999",
        phone: "01 99 99 99 99",
        mobile: "+33 6 99 99 99 99",
        gender: ["Homme", "Femme"],
        marital: "célibataire|marié|divorcé|veuf|pacsé",
        smoking: "fumeur|non-fumeur|ancien fumeur|non-fumeur",
        titles: ["M.", "Mme"],
        jobs: "Infirmière|Comptable|Professeur des écoles|Ingénieur qualité|Boulanger|Agent de sécurité|Chauffeur routier|Avocate|Médecin généraliste|Technicien de maintenance",
        firms: "Transports Kerouac SARL|Boulangerie Lambert et Fils|Crédit du Littoral SA|Clinique des Acacias|Atelier Numérique SAS|Mutuelle Horizon|Vignobles Castel Roc SA|Groupe Mercure",
        nationality: "française|algérienne|marocaine|portugaise|italienne|sénégalaise|belge",
        countries: "France|Algérie|Maroc|Portugal|Italie|Sénégal|Belgique",
        languages: "français|arabe|portugais|anglais|italien|espagnol",
        illness: "J45.0|E11.9|I10|M54.5|F41.1|K29.7|G43.9|I25.1|J20.9|L20.9",
        number_first: true,
        day: Day::Slash,
    },
    Locale {
        code: "es",
        men: "Antonio Manuel José Javier Daniel Gonzalo Anselmo Iker Xavier Nicanor Cayetano Unai Jordi Lisardo Eusebio Borja Álvaro Ramiro José-Luis Aitor Saúl Hilario Fermín Pau Isaac",
        women: "María Carmen Ana Laura Lucía Itziar Remedios Montserrat Nerea Amaia Rosario Milagros Leire Candela Aurora Macarena Noelia Vanesa Aitana Purificación Ainhoa Blanca Maite Carla",
        last: "González Rodríguez Fernández López Martínez García Etxeberria Puigdemont Valverde Carrión Belmonte Pons Ordóñez Quintana Zabala Trujillo Espinosa Olmedo Barrios Salinas Cuesta Roldán Bustos Casado Montes Gálvez Aranda",
        cities: "Teruel|Gijón|Mataró|Algeciras|Ponferrada|Bilbao|Reus|Cuenca|Talavera de la Reina|Madrid|Lorca|Sevilla|Avilés|Huesca|Zamora|Linares|Getafe",
        streets: "Calle Mayor|Avenida de la Constitución|Plaza de España|Calle del Carmen|Paseo Marítimo|Camino Viejo|Ronda Norte|Travesía del Sol",
        zip: "99999",
        phone: "91 999 99 99",
        mobile: "+34 6A9 99 99 99",
        gender: ["Hombre", "Mujer"],
        marital: "soltero|casado|divorciado|viudo|pareja de hecho",
        smoking: "fumador|no fumador|exfumador|no fumador",
        titles: ["Sr.", "Sra."],
        jobs: "Enfermera|Camarero|Administrativo|Abogada|Ingeniero industrial|Profesora de primaria|Electricista|Contable|Conductor de autobús|Médico de familia|Programador",
        firms: "Aceites Sierra Alta S.L.|Banco del Sur S.A.|Talleres Hermanos Ruano|Hospital San Telmo|Construcciones Ebro S.A.|Editorial Cierzo S.L.|Grupo Almenara|Transportes Tajo S.L.U.",
        nationality: "española|marroquí|rumana|colombiana|ecuatoriana|italiana|venezolana",
        countries: "España|Marruecos|Rumanía|Colombia|Ecuador|Italia|Venezuela",
        languages: "español|catalán|gallego|inglés|árabe|rumano",
        illness: "hipertensión arterial|diabetes tipo 2|asma|neumonía|artritis reumatoide|depresión|migraña|bronquitis aguda|anemia|hipotiroidismo",
        number_first: false,
        day: Day::Slash,
    },
    Locale {
        code: "it",
        men: "Giuseppe Marco Antonio Francesco Luca Gaetano Ottavio Ciro Samuele Ettore Agostino Diego Cosimo Rocco Manuel Gerardo Nicolò Saverio Elia Gianmarco Tiziano Calogero Fulvio Dario",
        women: "Maria Anna Francesca Giulia Sara Assunta Graziella Noemi Ornella Mirella Nunzia Arianna Marisa Loredana Greta Filomena Viola Giuseppina Sabrina Donatella Immacolata Carlotta Irene Veronica",
        last: "Russo Ferrari Esposito Bianchi Romano Rossi Zanetti Cocco Sorrentino Pinna Bassi De-Rosa Battaglia Cirillo Brambilla Piras Locatelli Trevisan Tedesco Melis Ruggiero Tosi Basile Guidi Bellini Pozzi Negri",
        cities: "Bergamo|Matera|Asti|Torino|Viterbo|Caserta|Sanremo|Crotone|Belluno|Empoli|Ragusa|Rovigo|Napoli|Imola|Savona|Nuoro|Lodi",
        streets: "Via Garibaldi|Viale dei Mille|Piazza Dante|Corso Italia|Via San Rocco|Via Verdi|Largo Augusto|Strada Vecchia",
        zip: "99999",
        phone: "02 9999 9999",
        mobile: "+39 34A 999 9999",
        gender: ["Maschio", "Femmina"],
        marital: "celibe|nubile|coniugato|divorziato|vedovo|separato",
        smoking: "fumatore|non fumatore|ex fumatore|non fumatore",
        titles: ["Sig.", "Sig.ra"],
        jobs: "Infermiere|Impiegata|Avvocato|Operaio|Insegnante|Ragioniere|Autista|Geometra|Commessa|Medico di base|Ingegnere civile",
        firms: "Officine Ferrante S.r.l.|Banca Popolare di Langa|Pastificio Fratelli Neri|Clinica Santa Lucia|Edilnova S.p.A.|Agenzia Viaggi Sole S.a.s.|Gruppo Tirreno S.p.A.",
        nationality: "italiana|rumena|albanese|marocchina|cinese|ucraina|filippina",
        countries: "Italia|Romania|Albania|Marocco|Cina|Ucraina|Germania",
        languages: "it|ro|sq|ar|zh|en",
        illness: "ipertensione|diabete mellito|asma bronchiale|polmonite|artrite|depressione maggiore|emicrania|gastrite cronica|anemia sideropenica",
        number_first: false,
        day: Day::Slash,
    },
    Locale {
        code: "gr",
        men: "Γεώργιος Κωνσταντίνος Ιωάννης Χρήστος Νικόλαος Γιώργος Λάμπρος Αχιλλέας Ορέστης Παύλος Κυριάκος Δημήτρης Θωμάς Ανέστης Ιάσονας Μανώλης Νίκος Λεωνίδας Φίλιππος Βαγγέλης Σάββας",
        women: "Αικατερίνη Βασιλική Σοφία Άννα Ιωάννα Μαρία Καλλιόπη Ελένη Στυλιανή Μυρτώ Αφροδίτη Ζωή Ελευθερία Κατερίνα Όλγα Πηνελόπη Μαρίνα Χαρά Σταυρούλα Θάλεια Νίκη",
        last: "Παππάς Οικονόμου Παπαδημητρίου Νικολάου Αθανασίου Παπαδόπουλος Βλαχάκης Καραμανλής Στεφανίδης Τσιρίγος Γεωργίου Μανωλάκης Κουκουλάκης Πετρίδης Λιάπης Σαρρής Δημητρίου Ξενάκης Ρούσσος Κατσαρός Φραγκιαδάκης Χατζηδάκης Τζανετάκος",
        cities: "Αθήνα|Θεσσαλονίκη|Πάτρα|Άργος|Λάρισα|Ναύπακτος|Χαλκίδα|Ιωάννινα|Σπάρτη|Καβάλα|Χανιά|Έδεσσα|Βόλος|Πρέβεζα|Κιλκίς",
        streets: "Ερμού|Λεωφόρος Κηφισίας|Πατησίων|Οδός Σταδίου|Βενιζέλου|Τσιμισκή|Αγίου Δημητρίου|Λεωφόρος Αλεξάνδρας",
        zip: "999 99",
        phone: "210 9999999",
        mobile: "+30 69A 999 9999",
        gender: ["Άνδρας", "Γυναίκα"],
        marital: "άγαμος|έγγαμος|διαζευγμένος|χήρος",
        smoking: "καπνιστής|μη καπνιστής|πρώην καπνιστής",
        titles: ["κ.", "κα"],
        jobs: "Δικηγόρος|Λογιστής|Ηλεκτρολόγος|Νοσηλεύτρια|Πολιτικός μηχανικός|Καθηγητής|Ιδιωτικός υπάλληλος|Συνταξιούχος|Οδηγός ταξί|Φαρμακοποιός",
        firms: "Αφοί Μαυρίδη Ο.Ε.|Ναυτιλιακή Αιγαίου Α.Ε.|Τράπεζα Μακεδονίας|Θεσσαλικά Τυριά ΕΠΕ|Όμιλος Ήφαιστος|Ιατρικό Κέντρο Πεντέλης ΑΕ|Τεχνική Δόμηση Ι.Κ.Ε.",
        nationality: "Ελληνική|Αλβανική|Κυπριακή|Βουλγαρική|Ρουμανική|Γεωργιανή",
        countries: "Ελλάδα|Κύπρος|Αλβανία|Γερμανία|Βουλγαρία|Ηνωμένο Βασίλειο",
        languages: "Ελληνικά|Αγγλικά|Αλβανικά|Γερμανικά|Ρωσικά",
        illness: "I10|E11.9|J45.9|K21.9|M54.5|F32.9|N18.3|E78.5|I25.9",
        number_first: false,
        day: Day::Slash,
    },
    Locale {
        code: "nl",
        men: "Jan Hendrik Pieter Daan Thomas Sjoerd Wouter Teun Gijs Jelle Marnix Ruben Stijn Hidde Koen Bart Freek Jurriaan Pim Mohamed Rutger Thijmen Cas",
        women: "Maria Anna Johanna Emma Lotte Marloes Willemijn Fenna Roos Sietske Jolanda Liesbeth Maud Nienke Aleida Tessa Wendy Hanneke Janneke Mieke Evelien Fatima",
        last: "Bakker Visser Smit Mulder Bos Jansen Hoogendoorn Zijlstra Kuipers Postma Terpstra Wiersma Boersma Schipper Veenstra Molenaar Blom Huisman Drost Verbeek Kramer Bouwman Timmermans Goossens",
        cities: "Zwolle|Hengelo|Delft|Roosendaal|Utrecht|Assen|Venlo|Hoorn|Deventer|Breda|Gouda|Emmen|Amsterdam|Helmond|Sneek",
        streets: "Dorpsstraat|Kerklaan|Prinsengracht|Molenweg|Stationsplein|Beatrixlaan|Havenkade|Parallelweg",
        zip: "9999 AA",
        phone: "020 999 9999",
        mobile: "+31 6 99999999",
        gender: ["man", "vrouw"],
        marital: "ongehuwd|gehuwd|gescheiden|samenwonend|weduwe",
        smoking: "roker|niet-roker|ex-roker",
        titles: ["dhr.", "mevr."],
        jobs: "Verpleegkundige|Boekhouder|Leraar|Vrachtwagenchauffeur|Advocaat|Huisarts|Verkoper|Software engineer|Kok|Accountmanager",
        firms: "De Vries Bloemen B.V.|Noordzee Logistiek B.V.|Stichting Welzijn Oost|Bakkerij Terpstra VOF|Rijnland Verzekeringen N.V.|Delta Systems B.V.",
        nationality: "Nederlandse|Belgische|Turkse|Marokkaanse|Poolse|Surinaamse",
        countries: "NL|BE|DE|TR|MA|PL",
        languages: "nl|en|tr|ar|pl|de",
        illness: "J45.9|E11.9|I10|M54.5|F32.1|K21.0|N39.0|G43.1|I48.0",
        number_first: false,
        day: Day::Iso,
    },
];
