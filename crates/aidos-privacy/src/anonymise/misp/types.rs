//! The types of MISP's attributes, and what a value of each is made of.

/// A part of a value; composite types such as `filename|md5` have two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// A value of this kind.
    Value(&'static str),
    /// A hash of a file.
    Hash,
    /// A number: a port, a size.
    Number,
    /// A time.
    Time,
    /// A name or a text of the machine.
    Machine,
    /// Prose.
    Prose,
}

use Part::{Hash, Machine, Number, Prose, Time, Value};

/// The parts of a type; `None` for a type that MISP does not have.
pub(super) fn parts(kind: &str) -> Option<(Part, Option<Part>)> {
    if let Some((first, second)) = kind.split_once('|') {
        return match (single(first), single(second)) {
            (Some(first), Some(second)) => Some((first, Some(second))),
            // `regkey|value`
            (Some(first), None) if second == "value" => Some((first, Some(Machine))),
            _ => None,
        };
    }
    if kind == "malware-sample" {
        return Some((Value("FILE_NAME"), Some(Hash)));
    }
    single(kind).map(|part| (part, None))
}

fn single(kind: &str) -> Option<Part> {
    Some(match kind {
        "ip-src" | "ip-dst" | "ip" => Value("IP_ADDRESS"),
        "domain" | "onion-address" => Value("DOMAIN_NAME"),
        "hostname" | "target-machine" => Value("HOST_NAME"),
        "url" | "link" | "uri" | "github-repository" => Value("URL"),
        "email"
        | "email-src"
        | "email-dst"
        | "email-reply-to"
        | "target-email"
        | "whois-registrant-email"
        | "dns-soa-email"
        | "jabber-id"
        | "eppn" => Value("EMAIL_ADDRESS"),
        "mac-address" | "mac-eui-64" => Value("MAC_ADDRESS"),
        "filename" | "email-attachment" | "attachment" | "pdb" => Value("FILE_NAME"),
        "mutex" | "named pipe" => Value("MUTEX"),
        "md5"
        | "sha1"
        | "sha224"
        | "sha256"
        | "sha384"
        | "sha512"
        | "sha512/224"
        | "sha512/256"
        | "sha3-224"
        | "sha3-256"
        | "sha3-384"
        | "sha3-512"
        | "ssdeep"
        | "imphash"
        | "impfuzzy"
        | "authentihash"
        | "pehash"
        | "tlsh"
        | "vhash"
        | "cdhash"
        | "telfhash"
        | "gene"
        | "git-commit-id"
        | "x509-fingerprint-md5"
        | "x509-fingerprint-sha1"
        | "x509-fingerprint-sha256"
        | "ja3-fingerprint-md5"
        | "hassh-md5"
        | "hasshserver-md5"
        | "jarm-fingerprint"
        | "dkim-signature"
        | "favicon-mmh3"
        | "dom-hash"
        | "email-thread-index" => Hash,
        "port" | "size-in-bytes" | "counter" | "float" | "boolean" | "integer" | "AS" => Number,
        "datetime" | "whois-creation-date" => Time,
        "user-agent"
        | "regkey"
        | "http-method"
        | "mime-type"
        | "cpe"
        | "windows-scheduled-task"
        | "windows-service-name"
        | "windows-service-displayname"
        | "mobile-application-id"
        | "vulnerability"
        | "weakness"
        | "malware-type"
        | "threat-actor"
        | "campaign-name"
        | "campaign-id"
        | "yara"
        | "sigma"
        | "snort"
        | "suricata"
        | "bro"
        | "zeek"
        | "stix2-pattern"
        | "pattern-in-file"
        | "pattern-in-traffic"
        | "pattern-in-memory"
        | "kusto-query"
        | "cortex"
        | "email-x-mailer"
        | "email-mime-boundary"
        | "email-message-id"
        | "cookie"
        | "community-id"
        | "process-state"
        | "chrome-extension-id"
        | "edge-extension-id"
        | "azure-application-id"
        | "dkim"
        | "uuid"
        | "whois-registrar"
        | "hex"
        | "filename-pattern"
        | "domain-fqdn" => Machine,
        "target-user" | "github-username" | "twitter-id" | "telegram-id" => Value("USER_NAME"),
        "target-org" | "whois-registrant-org" | "github-organisation" | "bic" | "bin" => {
            Value("ORGANIZATION")
        }
        "target-location"
        | "place-of-birth"
        | "primary-residence"
        | "place-port-of-original-embarkation"
        | "place-port-of-clearance"
        | "place-port-of-onward-foreign-destination" => Value("ADDRESS"),
        "target-external"
        | "first-name"
        | "middle-name"
        | "last-name"
        | "full-name"
        | "whois-registrant-name"
        | "email-src-display-name"
        | "email-dst-display-name" => Value("PERSON"),
        "phone-number" | "whois-registrant-phone" | "prtn" => Value("PHONE_NUMBER"),
        "date-of-birth" => Value("BIRTHDAY"),
        "gender" => Value("GENDER"),
        "nationality" | "country-of-residence" | "passport-country" => Value("NATIONALITY"),
        "passport-number"
        | "identity-card-number"
        | "visa-number"
        | "redress-number"
        | "frequent-flyer-number"
        | "passenger-name-record-locator-number"
        | "special-service-request"
        | "travel-details"
        | "payment-details"
        | "passport-expiration"
        | "issue-date-of-the-visa"
        | "ssh-fingerprint"
        | "pgp-public-key"
        | "pgp-private-key" => Value("SECRET"),
        "iban" | "bank-account-nr" | "aba-rtn" => Value("IBAN_CODE"),
        "cc-number" => Value("CREDIT_CARD"),
        "btc" | "xmr" | "dash" => Value("CRYPTO"),
        "comment" | "text" | "other" | "email-subject" | "email-body" | "email-header"
        | "anonymised" => Prose,
        _ => return None,
    })
}

/// MISP's categories.
pub(super) const CATEGORIES: [&str; 16] = [
    "Antivirus detection",
    "Artifacts dropped",
    "Attribution",
    "External analysis",
    "Financial fraud",
    "Internal reference",
    "Network activity",
    "Other",
    "Payload delivery",
    "Payload installation",
    "Payload type",
    "Persistence mechanism",
    "Person",
    "Social network",
    "Support Tool",
    "Targeting data",
];

/// Categories of an object's template.
pub(super) const META: [&str; 8] = [
    "financial",
    "file",
    "internal",
    "misc",
    "network",
    "attack-pattern",
    "followthemoney",
    "vulnerability",
];

/// Namespaces of tags that are public taxonomies of few words.
pub(super) const TAXONOMIES: [&str; 12] = [
    "tlp",
    "pap",
    "admiralty-scale",
    "estimative-language",
    "workflow",
    "misp",
    "type",
    "enisa",
    "veris",
    "kill-chain",
    "circl",
    "osint",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn composite_types_have_two_parts() {
        assert_eq!(
            parts("filename|sha256"),
            Some((Value("FILE_NAME"), Some(Hash)))
        );
        assert_eq!(
            parts("ip-dst|port"),
            Some((Value("IP_ADDRESS"), Some(Number)))
        );
        assert_eq!(
            parts("domain|ip"),
            Some((Value("DOMAIN_NAME"), Some(Value("IP_ADDRESS"))))
        );
        assert_eq!(parts("regkey|value"), Some((Machine, Some(Machine))));
        assert_eq!(parts("no such"), None);
        assert_eq!(parts("a|b|c"), None);
    }
}
