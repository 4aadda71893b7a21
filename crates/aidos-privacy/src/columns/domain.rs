//! What a table is about: health, finance, threat intelligence, or none of them.

use serde::Serialize;

use super::header;
use super::judge::Evidence;
use super::judge::Source;
use super::kind::Type;
use super::report::{ColumnFound, rounded};
use crate::pii::Kind;

/// A domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Domain {
    /// Patients, diagnoses, medicines.
    Health,
    /// Accounts, cards, payments.
    Finance,
    /// Indicators, malware, vulnerabilities, traffic.
    ThreatIntelligence,
    /// None of them.
    None,
}

impl Domain {
    /// As reports write it.
    pub fn word(self) -> &'static str {
        match self {
            Domain::Health => "health",
            Domain::Finance => "finance",
            Domain::ThreatIntelligence => "threat_intelligence",
            Domain::None => "none",
        }
    }
}

/// A domain and why.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DomainFound {
    /// The domain.
    pub name: Domain,
    /// How sure that is, 0 to 1.
    #[serde(serialize_with = "rounded")]
    pub confidence: f64,
    /// What speaks for it, the strongest first; for none, what spoke for others.
    pub evidence: Vec<Evidence>,
}

/// What types say.
fn of_type(kind: Type) -> &'static [(Domain, f64)] {
    use Domain::{Finance, Health, ThreatIntelligence};
    match kind {
        Type::Diagnosis | Type::Medication => &[(Health, 3.5)],
        Type::BloodType => &[(Health, 3.0)],
        Type::Smoking | Type::Weight | Type::Height => &[(Health, 1.5)],
        Type::Deceased | Type::DeceasedDate => &[(Health, 1.2)],
        Type::Number(Kind::UkNhs | Kind::MedicalLicense | Kind::AuMedicare, _) => &[(Health, 2.5)],
        Type::Iban | Type::Card | Type::Bic => &[(Finance, 3.0)],
        Type::Currency => &[(Finance, 2.0)],
        Type::Amount => &[(Finance, 1.5)],
        Type::Number(Kind::UsBankNumber, _) => &[(Finance, 2.5)],
        Type::Crypto => &[(Finance, 1.0), (ThreatIntelligence, 1.0)],
        Type::Cve | Type::Technique | Type::StixId | Type::Malware | Type::Tlp => {
            &[(ThreatIntelligence, 3.0)]
        }
        Type::Hash => &[(ThreatIntelligence, 2.0)],
        Type::Ip | Type::Port => &[(ThreatIntelligence, 1.2)],
        Type::Domain | Type::Asn | Type::Protocol | Type::UserAgent => &[(ThreatIntelligence, 0.9)],
        Type::Mac | Type::HostName | Type::Url | Type::FilePath | Type::Severity => {
            &[(ThreatIntelligence, 0.5)]
        }
        _ => &[],
    }
}

/// What words of names say, without accents.
const WORDS: &[(Domain, f64, &str)] = &[
    (
        Domain::Health,
        1.6,
        "patient diagnosis hospital clinic ward doctor physician nurse medication drug dose dosage symptom treatment therapy surgery admission discharge blood glucose cholesterol bmi pulse systolic diastolic icd allergy vaccine vaccination disease medical health clinical insulin heart lab hemoglobin triage encounter prescription hba1c mrn ασθενησ διαγνωση νοσοκομειο φαρμακο ιατροσ patienten diagnose krankenhaus arzt medikament behandlung hopital maladie medecin traitement paciente hospital enfermedad medico tratamiento paziente ospedale malattia farmaco ziekenhuis behandeling doente",
    ),
    (
        Domain::Finance,
        1.6,
        "account balance transaction payment loan credit debit iban bic swift currency amount invoice salary income interest mortgage bank card merchant deposit withdrawal portfolio stock price tax fee revenue payee payer ledger λογαριασμοσ ποσο υπολοιπο δανειο πληρωμη konto betrag saldo zahlung kredit uberweisung rechnung compte montant solde paiement cuenta importe pago prestamo conto importo pagamento mutuo rekening bedrag betaling conta pagamento",
    ),
    (
        Domain::ThreatIntelligence,
        1.5,
        "ioc indicator malware threat attack attacker sighting stix misp tlp cve hash md5 sha sha256 sha1 c2 botnet phishing src dst sport dport proto protocol firewall ids alert signature payload ttp technique campaign ransomware blocklist exploit vulnerability honeypot scan intrusion severity actor confidence observed rule victim family compromise",
    ),
];

/// Classifies a table by its columns.
pub(crate) fn classify(columns: &[ColumnFound]) -> DomainFound {
    const ALL: [Domain; 3] = [Domain::Health, Domain::Finance, Domain::ThreatIntelligence];
    let mut found: Vec<(Domain, f64, Vec<Evidence>)> =
        ALL.iter().map(|d| (*d, -2.2, Vec::new())).collect();
    let mut say = |domain: Domain, source: Source, why: String, log_odds: f64| {
        let Some((_, score, evidence)) = found.iter_mut().find(|(known, ..)| *known == domain)
        else {
            return;
        };
        if evidence.iter().any(|e| e.why == why) {
            return;
        }
        // What comes again says less: five columns of addresses are one kind of table.
        let again = evidence.iter().filter(|e| e.source == source).count();
        let log_odds = log_odds * 0.85f64.powi(i32::try_from(again).unwrap_or(9).min(9));
        *score += log_odds;
        evidence.push(Evidence {
            source,
            why,
            log_odds,
        });
    };
    for column in columns {
        for &(domain, log_odds) in of_type(column.kind.0) {
            let why = format!("a column of {}", column.kind.0.own_word());
            say(domain, Source::Values, why, log_odds * column.confidence);
        }
        for token in header::tokens(&column.name) {
            for &(domain, log_odds, words) in WORDS {
                if words.split(' ').any(|w| w == token) {
                    say(
                        domain,
                        Source::Header,
                        format!("a name holds `{token}`"),
                        log_odds,
                    );
                }
            }
        }
    }
    let sum: f64 = 1.0
        + found
            .iter()
            .map(|(_, score, _)| score.min(50.0).exp())
            .sum::<f64>();
    let sort = |evidence: &mut Vec<Evidence>| {
        evidence.sort_by(|a, b| b.log_odds.total_cmp(&a.log_odds));
        evidence.truncate(8);
    };
    let best = found
        .iter()
        .enumerate()
        .max_by(|a, b| a.1.1.total_cmp(&b.1.1))
        .map(|(at, _)| at);
    let best = best.map(|at| found.swap_remove(at));
    match best {
        Some((name, score, mut evidence)) if score > 0.0 => {
            sort(&mut evidence);
            DomainFound {
                name,
                confidence: score.min(50.0).exp() / sum,
                evidence,
            }
        }
        best => {
            let mut evidence = best.map(|(_, _, evidence)| evidence).unwrap_or_default();
            sort(&mut evidence);
            DomainFound {
                name: Domain::None,
                confidence: 1.0 / sum,
                evidence,
            }
        }
    }
}
