//! Which types and templates of MISP are which objects of STIX.

use aidos_model::stix::Kind;

/// What a value or an object of MISP is in STIX.
#[derive(Clone, Copy, Debug)]
pub(super) enum Main {
    /// One type.
    Kind(Kind),
    /// An address of IPv4 or IPv6, by its value.
    Address,
}

/// Where the parts of an attribute's value stand.
///
/// A place is a property (`name`), a member of one (`hashes/MD5`), an object of its own that a reference leads to (`src_ref@` of
/// that value, `image_ref/name` of that property), one more of a list of those (`to_refs@`), or a word of a list (`protocols+`).
pub(super) struct Plan {
    pub(super) main: Main,
    pub(super) parts: &'static [&'static str],
    /// Properties that go with the type.
    pub(super) fixed: &'static [(&'static str, &'static str)],
}

const fn plan(kind: Kind, parts: &'static [&'static str]) -> Plan {
    Plan {
        main: Main::Kind(kind),
        parts,
        fixed: &[],
    }
}

/// The plan of a type; `None` where STIX has no object for it.
pub(super) fn attribute(kind: &str) -> Option<Plan> {
    Some(match kind {
        "AS" => plan(Kind::AutonomousSystem, &["number"]),
        "attachment" | "filename" => plan(Kind::File, &["name"]),
        "domain" | "hostname" => plan(Kind::DomainName, &["value"]),
        "domain|ip" => plan(Kind::DomainName, &["value", "resolves_to_refs@"]),
        "email"
        | "email-dst"
        | "email-reply-to"
        | "email-src"
        | "dns-soa-email"
        | "target-email"
        | "whois-registrant-email" => plan(Kind::EmailAddr, &["value"]),
        "email-body" => plan(Kind::EmailMessage, &["body"]),
        "email-message-id" => plan(Kind::EmailMessage, &["message_id"]),
        "email-subject" => plan(Kind::EmailMessage, &["subject"]),
        "email-x-mailer" => plan(Kind::EmailMessage, &["additional_header_fields/X-Mailer"]),
        "filename|md5" | "malware-sample" => plan(Kind::File, &["name", "hashes/MD5"]),
        "filename|sha1" => plan(Kind::File, &["name", "hashes/SHA-1"]),
        "filename|sha256" => plan(Kind::File, &["name", "hashes/SHA-256"]),
        "filename|sha512" => plan(Kind::File, &["name", "hashes/SHA-512"]),
        "filename|sha3-256" => plan(Kind::File, &["name", "hashes/SHA3-256"]),
        "filename|sha3-512" => plan(Kind::File, &["name", "hashes/SHA3-512"]),
        "filename|ssdeep" => plan(Kind::File, &["name", "hashes/SSDEEP"]),
        "filename|tlsh" => plan(Kind::File, &["name", "hashes/TLSH"]),
        "github-username" => Plan {
            main: Main::Kind(Kind::UserAccount),
            parts: &["account_login"],
            fixed: &[("account_type", "github")],
        },
        "hostname|port" | "ip-dst|port" => plan(Kind::NetworkTraffic, &["dst_ref@", "dst_port"]),
        "ip-dst" | "ip-src" => Plan {
            main: Main::Address,
            parts: &["value"],
            fixed: &[],
        },
        "ip-src|port" => plan(Kind::NetworkTraffic, &["src_ref@", "src_port"]),
        "jabber-id" => Plan {
            main: Main::Kind(Kind::UserAccount),
            parts: &["user_id"],
            fixed: &[("account_type", "jabber")],
        },
        "link" | "uri" | "url" => plan(Kind::Url, &["value"]),
        "mac-address" => plan(Kind::MacAddr, &["value"]),
        "md5" => plan(Kind::File, &["hashes/MD5"]),
        "mutex" => plan(Kind::Mutex, &["name"]),
        "regkey" => plan(Kind::WindowsRegistryKey, &["key"]),
        "regkey|value" => plan(Kind::WindowsRegistryKey, &["key", "values/0/data"]),
        "sha1" => plan(Kind::File, &["hashes/SHA-1"]),
        "sha256" => plan(Kind::File, &["hashes/SHA-256"]),
        "sha3-256" => plan(Kind::File, &["hashes/SHA3-256"]),
        "sha3-512" => plan(Kind::File, &["hashes/SHA3-512"]),
        "sha512" => plan(Kind::File, &["hashes/SHA-512"]),
        "ssdeep" => plan(Kind::File, &["hashes/SSDEEP"]),
        "tlsh" => plan(Kind::File, &["hashes/TLSH"]),
        "twitter-id" => Plan {
            main: Main::Kind(Kind::UserAccount),
            parts: &["user_id"],
            fixed: &[("account_type", "twitter")],
        },
        "vulnerability" => plan(Kind::Vulnerability, &["name"]),
        "x509-fingerprint-md5" => plan(Kind::X509Certificate, &["hashes/MD5"]),
        "x509-fingerprint-sha1" => plan(Kind::X509Certificate, &["hashes/SHA-1"]),
        "x509-fingerprint-sha256" => plan(Kind::X509Certificate, &["hashes/SHA-256"]),
        _ => return None,
    })
}

/// The language of a type that is itself a pattern.
pub(super) fn language(kind: &str) -> Option<&'static str> {
    match kind {
        "sigma" => Some("sigma"),
        "snort" => Some("snort"),
        "stix2-pattern" => Some("stix"),
        "suricata" => Some("suricata"),
        "yara" => Some("yara"),
        _ => None,
    }
}

/// The object of a template, and where each relation stands; `None` where STIX has no object for it.
pub(super) fn template(name: &str) -> Option<(Kind, &'static [(&'static str, &'static str)])> {
    TEMPLATES
        .iter()
        .find(|(known, _, _)| *known == name)
        .map(|(_, kind, places)| (*kind, *places))
}

type Row = (&'static str, Kind, &'static [(&'static str, &'static str)]);

const TEMPLATES: &[Row] = &[
    (
        "artifact",
        Kind::Artifact,
        &[
            ("payload_bin", "payload_bin"),
            ("url", "url"),
            ("mime_type", "mime_type"),
            ("md5", "hashes/MD5"),
            ("sha1", "hashes/SHA-1"),
            ("sha256", "hashes/SHA-256"),
            ("sha512", "hashes/SHA-512"),
        ],
    ),
    (
        "asn",
        Kind::AutonomousSystem,
        &[("asn", "number"), ("description", "name")],
    ),
    (
        "attack-pattern",
        Kind::AttackPattern,
        &[("name", "name"), ("summary", "description")],
    ),
    (
        "course-of-action",
        Kind::CourseOfAction,
        &[("name", "name"), ("description", "description")],
    ),
    (
        "credential",
        Kind::UserAccount,
        &[("username", "user_id"), ("password", "credential")],
    ),
    (
        "directory",
        Kind::Directory,
        &[
            ("path", "path"),
            ("creation-time", "ctime"),
            ("modification-time", "mtime"),
            ("access-time", "atime"),
        ],
    ),
    (
        "domain-ip",
        Kind::DomainName,
        &[
            ("domain", "value"),
            ("hostname", "value"),
            ("ip", "resolves_to_refs@"),
        ],
    ),
    (
        "email",
        Kind::EmailMessage,
        &[
            ("subject", "subject"),
            ("email-body", "body"),
            ("message-id", "message_id"),
            ("send-date", "date"),
            ("from", "from_ref@"),
            ("to", "to_refs@"),
            ("cc", "cc_refs@"),
            ("bcc", "bcc_refs@"),
            ("x-mailer", "additional_header_fields/X-Mailer"),
            ("reply-to", "additional_header_fields/Reply-To"),
        ],
    ),
    (
        "file",
        Kind::File,
        &[
            ("filename", "name"),
            ("md5", "hashes/MD5"),
            ("sha1", "hashes/SHA-1"),
            ("sha256", "hashes/SHA-256"),
            ("sha512", "hashes/SHA-512"),
            ("sha3-256", "hashes/SHA3-256"),
            ("sha3-512", "hashes/SHA3-512"),
            ("ssdeep", "hashes/SSDEEP"),
            ("tlsh", "hashes/TLSH"),
            ("size-in-bytes", "size"),
            ("mimetype", "mime_type"),
            ("path", "parent_directory_ref/path"),
            ("creation-time", "ctime"),
            ("modification-time", "mtime"),
            ("access-time", "atime"),
        ],
    ),
    (
        "geolocation",
        Kind::Location,
        &[
            ("countrycode", "country"),
            ("region", "administrative_area"),
            ("city", "city"),
            ("address", "street_address"),
            ("zipcode", "postal_code"),
        ],
    ),
    (
        "ip-port",
        Kind::NetworkTraffic,
        &[
            ("ip-src", "src_ref@"),
            ("ip-dst", "dst_ref@"),
            ("ip", "dst_ref@"),
            ("hostname", "dst_ref@"),
            ("domain", "dst_ref@"),
            ("src-port", "src_port"),
            ("dst-port", "dst_port"),
            ("first-seen", "start"),
            ("last-seen", "end"),
            ("protocol", "protocols+"),
        ],
    ),
    ("mutex", Kind::Mutex, &[("name", "name")]),
    ("netflow", Kind::NetworkTraffic, CONNECTION),
    ("network-connection", Kind::NetworkTraffic, CONNECTION),
    ("network-socket", Kind::NetworkTraffic, CONNECTION),
    (
        "network-traffic",
        Kind::NetworkTraffic,
        &[
            ("src_ip", "src_ref@"),
            ("dst_ip", "dst_ref@"),
            ("src_hostname", "src_ref@"),
            ("dst_hostname", "dst_ref@"),
            ("src_port", "src_port"),
            ("dst_port", "dst_port"),
            ("src_bytes_count", "src_byte_count"),
            ("dst_bytes_count", "dst_byte_count"),
            ("src_packets", "src_packets"),
            ("dst_packets", "dst_packets"),
            ("start_time", "start"),
            ("end_time", "end"),
            ("protocol", "protocols+"),
        ],
    ),
    (
        "process",
        Kind::Process,
        &[
            ("pid", "pid"),
            ("command-line", "command_line"),
            ("current-directory", "cwd"),
            ("creation-time", "created_time"),
            ("image", "image_ref/name"),
        ],
    ),
    (
        "registry-key",
        Kind::WindowsRegistryKey,
        &[
            ("key", "key"),
            ("name", "values/0/name"),
            ("data", "values/0/data"),
            ("data-type", "values/0/data_type"),
            ("last-modified", "modified_time"),
        ],
    ),
    (
        "software",
        Kind::Software,
        &[
            ("name", "name"),
            ("cpe", "cpe"),
            ("vendor", "vendor"),
            ("version", "version"),
            ("swid", "swid"),
        ],
    ),
    ("url", Kind::Url, &[("url", "value")]),
    (
        "user-account",
        Kind::UserAccount,
        &[
            ("user-id", "user_id"),
            ("username", "account_login"),
            ("display-name", "display_name"),
            ("account-type", "account_type"),
            ("password", "credential"),
            ("created", "account_created"),
            ("expires", "account_expires"),
            ("first_login", "account_first_login"),
            ("last_login", "account_last_login"),
            ("password_last_changed", "credential_last_changed"),
        ],
    ),
    (
        "vulnerability",
        Kind::Vulnerability,
        &[("id", "name"), ("summary", "description")],
    ),
    (
        "x509",
        Kind::X509Certificate,
        &[
            ("x509-fingerprint-md5", "hashes/MD5"),
            ("x509-fingerprint-sha1", "hashes/SHA-1"),
            ("x509-fingerprint-sha256", "hashes/SHA-256"),
            ("serial-number", "serial_number"),
            ("issuer", "issuer"),
            ("subject", "subject"),
            ("signature_algorithm", "signature_algorithm"),
            ("version", "version"),
            ("validity-not-before", "validity_not_before"),
            ("validity-not-after", "validity_not_after"),
            ("pubkey-info-algorithm", "subject_public_key_algorithm"),
            ("pubkey-info-modulus", "subject_public_key_modulus"),
            ("pubkey-info-exponent", "subject_public_key_exponent"),
        ],
    ),
];

const CONNECTION: &[(&str, &str)] = &[
    ("ip-src", "src_ref@"),
    ("ip-dst", "dst_ref@"),
    ("hostname-src", "src_ref@"),
    ("hostname-dst", "dst_ref@"),
    ("src-port", "src_port"),
    ("dst-port", "dst_port"),
    ("src-bytes-count", "src_byte_count"),
    ("dst-bytes-count", "dst_byte_count"),
    ("src-packets-count", "src_packets"),
    ("dst-packets-count", "dst_packets"),
    ("first-packet-seen", "start"),
    ("last-packet-seen", "end"),
    ("layer3-protocol", "protocols+"),
    ("layer4-protocol", "protocols+"),
    ("layer7-protocol", "protocols+"),
    ("protocol", "protocols+"),
];

/// The type of STIX for the clusters of a galaxy.
pub(super) fn galaxy(kind: &str) -> Option<Kind> {
    if let Some(word) = kind.strip_prefix("stix-2.1-") {
        return Kind::parse(word).filter(|kind| CLUSTERS.contains(kind));
    }
    Some(match kind {
        "cmtmf-attack-pattern"
        | "mitre-attack-pattern"
        | "mitre-enterprise-attack-attack-pattern"
        | "mitre-ics-techniques"
        | "mitre-mobile-attack-attack-pattern"
        | "mitre-pre-attack-attack-pattern" => Kind::AttackPattern,
        "mitre-course-of-action"
        | "mitre-enterprise-attack-course-of-action"
        | "mitre-mobile-attack-course-of-action" => Kind::CourseOfAction,
        "mitre-enterprise-attack-intrusion-set"
        | "mitre-intrusion-set"
        | "mitre-mobile-attack-intrusion-set"
        | "mitre-pre-attack-intrusion-set" => Kind::IntrusionSet,
        "android"
        | "backdoor"
        | "banker"
        | "cryptominers"
        | "malpedia"
        | "mitre-enterprise-attack-malware"
        | "mitre-ics-software"
        | "mitre-malware"
        | "mitre-mobile-attack-malware"
        | "ransomware"
        | "stealer" => Kind::Malware,
        "360net-threat-actor"
        | "microsoft-activity-group"
        | "mitre-ics-groups"
        | "threat-actor" => Kind::ThreatActor,
        "botnet"
        | "rat"
        | "exploit-kit"
        | "tds"
        | "tool"
        | "mitre-tool"
        | "mitre-enterprise-attack-tool"
        | "mitre-mobile-attack-tool" => Kind::Tool,
        "branded-vulnerability" => Kind::Vulnerability,
        "sector" => Kind::Identity,
        _ => return None,
    })
}

/// The types that become clusters.
pub(super) const CLUSTERS: &[Kind] = &[
    Kind::AttackPattern,
    Kind::Campaign,
    Kind::CourseOfAction,
    Kind::Identity,
    Kind::Infrastructure,
    Kind::IntrusionSet,
    Kind::Malware,
    Kind::ThreatActor,
    Kind::Tool,
    Kind::Vulnerability,
];
