//! Words of open classes: organisations, occupations, streets, diagnoses, medicines, malware. These stand
//! inside values (`Example Holdings Ltd`), so a value counts when one of its words does.

use super::super::kind::Type;

/// The type, the share of its values that hold such a word, the share of other values that do by chance, and the
/// words. A word that begins with `~` is an ending: `~straße` is in `Hauptstraße`.
pub(in super::super) const LISTS: &[(Type, f64, f64, &str)] = &[
    (
        Type::Organization,
        0.6,
        0.01,
        "inc|ltd|llc|plc|corp|corporation|company|co|gmbh|ag|kg|ohg|gbr|se|ug|e.v|sa|sas|sarl|eurl|snc|scp|sl|s.l|s.a|s.l.u|srl|spa|s.p.a|s.r.l|sas|bv|b.v|nv|n.v|vof|lda|oy|ab|as|a/s|aps|asa|kft|zrt|sp|z.o.o|doo|d.o.o|sro|s.r.o|α.ε|αε|επε|ε.π.ε|ο.ε|οε|ε.ε|ικε|ι.κ.ε|group|holding|holdings|partners|associates|industries|enterprises|solutions|systems|technologies|technology|tech|software|services|consulting|logistics|bank|banca|banque|banco|insurance|capital|ventures|foundation|institute|university|universität|université|universidad|università|college|hospital|klinik|klinikum|clinic|medical|center|centre|pharma|pharmaceuticals|energy|telecom|communications|media|labs|laboratories|international|global|society|association|ministry|agency|council|authority|trust|stiftung|verein|werke|company|& sons|and sons|gruppe|hermanos|hijos|fratelli|fils|networks|electronics|motors|airlines|foods|retail|stores|τράπεζα|πανεπιστήμιο|νοσοκομείο|όμιλος|εταιρεία|ασφαλιστική|υιοί|αφοί",
    ),
    (
        Type::JobTitle,
        0.8,
        0.004,
        "engineer|developer|programmer|manager|director|analyst|consultant|designer|architect|administrator|officer|assistant|secretary|accountant|auditor|nurse|doctor|physician|surgeon|dentist|pharmacist|therapist|psychologist|psychiatrist|teacher|lecturer|professor|tutor|scientist|researcher|technician|mechanic|electrician|plumber|carpenter|welder|driver|pilot|cashier|clerk|salesperson|seller|agent|broker|banker|trader|lawyer|attorney|solicitor|barrister|judge|paralegal|police|firefighter|soldier|guard|chef|cook|waiter|waitress|bartender|baker|butcher|farmer|fisherman|gardener|cleaner|janitor|journalist|editor|writer|author|photographer|artist|musician|actor|librarian|translator|interpreter|receptionist|supervisor|coordinator|specialist|representative|operator|foreman|worker|laborer|labourer|builder|surveyor|planner|estimator|buyer|recruiter|trainer|coach|student|retired|unemployed|intern|apprentice|executive|president|ceo|cfo|cto|ciso|owner|founder|partner|associate|lead|head|chief|veterinarian|paramedic|midwife|optician|radiographer|chemist|biologist|physicist|geologist|statistician|economist|actuary|sociologist|historian|archaeologist|hairdresser|barber|beautician|tailor|courier|postman|conductor|steward|machinist|~ingenieur|~in|ingenieur|lehrer|lehrerin|arzt|ärztin|krankenschwester|krankenpfleger|verkäufer|verkäuferin|kaufmann|kauffrau|mechaniker|elektriker|fahrer|koch|köchin|bäcker|anwalt|rechtsanwalt|richter|buchhalter|buchhalterin|informatiker|entwickler|berater|beamter|beamtin|rentner|rentnerin|ingénieur|professeur|médecin|infirmier|infirmière|vendeur|vendeuse|comptable|avocat|avocate|cuisinier|chauffeur|agriculteur|étudiant|retraité|informaticien|directeur|technicien|ouvrier|ingeniero|ingeniera|profesor|profesora|médico|médica|enfermero|enfermera|abogado|abogada|contable|camarero|camarera|cocinero|conductor|agricultor|estudiante|jubilado|programador|administrativo|técnico|obrero|ingegnere|insegnante|medico|infermiere|infermiera|avvocato|commesso|commessa|cuoco|autista|agricoltore|studente|pensionato|impiegato|impiegata|operaio|ragioniere|programmatore|δικηγόρος|γιατρός|ιατρός|νοσηλευτής|νοσηλεύτρια|δάσκαλος|δασκάλα|καθηγητής|καθηγήτρια|μηχανικός|λογιστής|λογίστρια|υπάλληλος|πωλητής|πωλήτρια|οδηγός|μάγειρας|αγρότης|συνταξιούχος|φοιτητής|προγραμματιστής|ηλεκτρολόγος|υδραυλικός|έμπορος|άνεργος|οικοδόμος|leraar|verpleegkundige|arts|advocaat|verkoper|boekhouder|chauffeur|kok",
    ),
    (
        Type::Address,
        0.85,
        0.01,
        "street|st|road|rd|avenue|ave|boulevard|blvd|lane|ln|drive|dr|court|ct|square|sq|place|pl|terrace|way|highway|hwy|parkway|pkwy|circle|cir|close|crescent|trail|row|alley|plaza|suite|apt|apartment|unit|flat|floor|box|crossing|ridge|mews|gardens|grove|walk|wharf|turnpike|loop|heights|hollow|junction|knoll|manor|meadow|path|pike|shore|station|summit|valley|view|village|vista|~straße|~strasse|~str|~weg|~platz|~gasse|~allee|~ring|~damm|~ufer|straße|strasse|str|weg|platz|gasse|allee|ring|hof|rue|avenue|chemin|allée|impasse|quai|cours|place|boulevard|route|passage|calle|c/|avenida|avda|av|plaza|paseo|camino|carretera|ronda|travesía|callejón|urbanización|piso|via|viale|piazza|corso|largo|vicolo|strada|contrada|lungomare|borgo|~straat|~laan|~weg|~plein|~gracht|~kade|~dijk|~steeg|~pad|~singel|rua|avenida|travessa|praça|largo|estrada|alameda|ulica|ul|aleja|al|plac|pl|osiedle|οδός|λεωφόρος|λεωφ|πλατεία|πλ|~gatan|~vägen|~gade|~vej|~gata|~veien|~tie|~katu|~utca|strada|bulevardul|ulice|náměstí|trg|bulevar",
    ),
    (
        Type::Diagnosis,
        0.7,
        0.002,
        "diabetes|hypertension|asthma|cancer|carcinoma|melanoma|leukemia|lymphoma|pneumonia|bronchitis|copd|influenza|covid-19|covid|infection|sepsis|stroke|infarction|failure|fibrillation|angina|arrhythmia|anemia|anaemia|arthritis|osteoarthritis|osteoporosis|fracture|sprain|migraine|epilepsy|dementia|alzheimer's|alzheimer|parkinson's|parkinson|depression|anxiety|schizophrenia|bipolar|insomnia|obesity|hepatitis|cirrhosis|gastritis|ulcer|reflux|gerd|appendicitis|pancreatitis|colitis|crohn's|nephritis|disease|disorder|syndrome|tuberculosis|hiv|malaria|psoriasis|eczema|dermatitis|allergy|sinusitis|otitis|tonsillitis|glaucoma|cataract|hypothyroidism|hyperthyroidism|hyperlipidemia|hypercholesterolemia|thrombosis|embolism|tumor|tumour|sclerosis|neuropathy|gout|anorexia|preeclampsia|concussion|hernia|scoliosis|sciatica|lupus|measles|~itis|~osis|~emia|~oma|~pathy|bluthochdruck|hypertonie|krebs|lungenentzündung|herzinfarkt|schlaganfall|grippe|~krankheit|hypertension|diabète|asthme|infarctus|pneumonie|grippe|hipertensión|neumonía|infarto|asma|depresión|ipertensione|diabete|polmonite|influenza|υπέρταση|διαβήτης|άσθμα|πνευμονία|καρκίνος|γρίπη|κατάθλιψη",
    ),
    (
        Type::Medication,
        0.7,
        0.001,
        "aspirin|ibuprofen|paracetamol|acetaminophen|metformin|insulin|lisinopril|amlodipine|atorvastatin|simvastatin|omeprazole|pantoprazole|levothyroxine|amoxicillin|azithromycin|ciprofloxacin|doxycycline|prednisone|prednisolone|albuterol|salbutamol|losartan|metoprolol|bisoprolol|ramipril|furosemide|hydrochlorothiazide|warfarin|clopidogrel|heparin|sertraline|fluoxetine|citalopram|escitalopram|diazepam|lorazepam|alprazolam|zolpidem|morphine|codeine|tramadol|oxycodone|fentanyl|gabapentin|pregabalin|naproxen|diclofenac|cetirizine|loratadine|montelukast|tamoxifen|methotrexate|hydroxychloroquine|penicillin|cephalexin|~mycin|~cillin|~pril|~sartan|~olol|~statin|~prazole|~azepam|~oxacin|~mab|~tinib|~vir|~dipine|~azole|~ine hydrochloride|~gliptin|~formin",
    ),
    (
        Type::Malware,
        0.6,
        0.0005,
        "emotet|trickbot|qakbot|qbot|dridex|ryuk|conti|lockbit|revil|sodinokibi|blackcat|alphv|clop|cl0p|wannacry|notpetya|petya|mirai|gafgyt|mozi|zeus|zbot|gozi|ursnif|icedid|agenttesla|agent tesla|formbook|xloader|remcos|njrat|asyncrat|nanocore|redline|raccoon|vidar|lumma|lokibot|azorult|smokeloader|cobalt strike|cobaltstrike|metasploit|mimikatz|sliver|brute ratel|plugx|shadowpad|poison ivy|gh0st|darkcomet|quasar|bumblebee|gootloader|socgholish|hancitor|amadey|danabot|guloader|snake keylogger|stealc|pikabot|darkgate|maze|netwalker|darkside|blackmatter|hive|royal|black basta|akira|play|medusa|ragnar|babuk|phobos|dharma|gandcrab|cerber|locky|stuxnet|duqu|flame|industroyer|triton|xmrig|coinminer|tsunami|kinsing|trojan|ransomware|backdoor|worm|rootkit|spyware|adware|keylogger|stealer|botnet|dropper|loader|~bot|~rat|win32|win64|trojan.|~locker|~stealer|~loader|~crypt",
    ),
];
