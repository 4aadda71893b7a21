//! The rule of each property of each type of STIX 2.1 (sections 3 to 7): what has none is left out.

use aidos_model::stix::Kind;

/// What becomes of a property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// A flag.
    Flag,
    /// A number.
    Number,
    /// A time.
    Time,
    /// A word of a vocabulary, or a list of them; others are left out.
    Word,
    /// A version: `2.1`.
    Version,
    /// A type of media.
    Media,
    /// Prose.
    Prose,
    /// Prose without which the object is none.
    NeededProse,
    /// A name or a list of names, read as text; without it the object is none.
    Name,
    /// A name of lesser weight, or a list: labels, aliases, goals.
    Label,
    /// The name of an identity.
    Identity,
    /// A value of this kind that the object is about.
    Value(&'static str),
    /// A value of this kind beside it, or a list.
    Beside(&'static str),
    /// A text of the machine: command lines, keys of registries.
    Machine,
    /// A reference or a list; without it the object stays.
    Refs,
    /// A reference or a list without which the object is none.
    NeededRefs,
    /// A pattern.
    Pattern,
    /// Hashes.
    Hashes,
    /// References to catalogues and reports.
    External,
    /// Phases of a kill chain.
    Phases,
    /// Values of a key of the registry.
    Registry,
}

/// The rules of properties that all domain and relationship objects have.
const COMMON: &[(&str, Rule)] = &[
    ("created_by_ref", Rule::Refs),
    ("created", Rule::Time),
    ("modified", Rule::Time),
    ("revoked", Rule::Flag),
    ("labels", Rule::Label),
    ("confidence", Rule::Number),
    ("external_references", Rule::External),
];

/// The rule of a property; `None` leaves it out. `type`, `id`, `spec_version` and markings are not asked.
pub(super) fn rule(kind: Kind, property: &str) -> Option<Rule> {
    use Rule::{
        Beside, Flag, Hashes, Identity, Label, Machine, Media, Name, NeededProse, NeededRefs,
        Number, Pattern, Phases, Prose, Refs, Registry, Time, Value, Version, Word,
    };
    let own: &[(&str, Rule)] = match kind {
        Kind::AttackPattern | Kind::Vulnerability | Kind::Incident | Kind::CourseOfAction => &[
            ("name", Name),
            ("description", Prose),
            ("aliases", Label),
            ("kill_chain_phases", Phases),
        ],
        Kind::Campaign => &[
            ("name", Name),
            ("description", Prose),
            ("aliases", Label),
            ("first_seen", Time),
            ("last_seen", Time),
            ("objective", Prose),
        ],
        Kind::Grouping => &[
            ("name", Label),
            ("description", Prose),
            ("context", Word),
            ("object_refs", NeededRefs),
        ],
        Kind::Identity => &[
            ("name", Identity),
            ("description", Prose),
            ("identity_class", Word),
            ("sectors", Word),
            ("roles", Word),
        ],
        Kind::Indicator => &[
            ("name", Label),
            ("description", Prose),
            ("indicator_types", Word),
            ("pattern", Pattern),
            ("pattern_type", Word),
            ("pattern_version", Version),
            ("valid_from", Time),
            ("valid_until", Time),
            ("kill_chain_phases", Phases),
        ],
        Kind::Infrastructure => &[
            ("name", Name),
            ("description", Prose),
            ("infrastructure_types", Word),
            ("aliases", Label),
            ("kill_chain_phases", Phases),
            ("first_seen", Time),
            ("last_seen", Time),
        ],
        Kind::IntrusionSet => &[
            ("name", Name),
            ("description", Prose),
            ("aliases", Label),
            ("first_seen", Time),
            ("last_seen", Time),
            ("goals", Label),
            ("resource_level", Word),
            ("primary_motivation", Word),
            ("secondary_motivations", Word),
        ],
        Kind::Location => &[
            ("description", Prose),
            ("region", Word),
            ("country", Beside("COUNTRY")),
            ("city", Beside("CITY")),
            ("administrative_area", Beside("CITY")),
            ("street_address", Beside("ADDRESS")),
            ("postal_code", Beside("ZIP_CODE")),
            ("name", Beside("LOCATION")),
        ],
        Kind::Malware => &[
            ("name", Label),
            ("description", Prose),
            ("malware_types", Word),
            ("is_family", Flag),
            ("aliases", Label),
            ("kill_chain_phases", Phases),
            ("first_seen", Time),
            ("last_seen", Time),
            ("operating_system_refs", Refs),
            ("architecture_execution_envs", Word),
            ("implementation_languages", Word),
            ("capabilities", Word),
            ("sample_refs", Refs),
        ],
        Kind::MalwareAnalysis => &[
            ("product", Name),
            ("version", Version),
            ("host_vm_ref", Refs),
            ("operating_system_ref", Refs),
            ("installed_software_refs", Refs),
            ("configuration_version", Version),
            ("modules", Label),
            ("analysis_engine_version", Version),
            ("analysis_definition_version", Version),
            ("submitted", Time),
            ("analysis_started", Time),
            ("analysis_ended", Time),
            ("result_name", Label),
            ("result", Word),
            ("analysis_sco_refs", Refs),
            ("sample_ref", Refs),
        ],
        Kind::Note => &[
            ("abstract", Prose),
            ("content", NeededProse),
            ("authors", Beside("PERSON")),
            ("object_refs", NeededRefs),
        ],
        Kind::ObservedData => &[
            ("first_observed", Time),
            ("last_observed", Time),
            ("number_observed", Number),
            ("object_refs", NeededRefs),
        ],
        Kind::Opinion => &[
            ("explanation", Prose),
            ("authors", Beside("PERSON")),
            ("opinion", Word),
            ("object_refs", NeededRefs),
        ],
        Kind::Report => &[
            ("name", NeededProse),
            ("description", Prose),
            ("report_types", Word),
            ("published", Time),
            ("object_refs", NeededRefs),
        ],
        Kind::ThreatActor => &[
            ("name", Name),
            ("description", Prose),
            ("threat_actor_types", Word),
            ("aliases", Label),
            ("first_seen", Time),
            ("last_seen", Time),
            ("roles", Word),
            ("goals", Label),
            ("sophistication", Word),
            ("resource_level", Word),
            ("primary_motivation", Word),
            ("secondary_motivations", Word),
            ("personal_motivations", Word),
        ],
        Kind::Tool => &[
            ("name", Name),
            ("description", Prose),
            ("tool_types", Word),
            ("aliases", Label),
            ("kill_chain_phases", Phases),
            ("tool_version", Version),
        ],
        Kind::Relationship => &[
            ("relationship_type", Word),
            ("description", Prose),
            ("source_ref", NeededRefs),
            ("target_ref", NeededRefs),
            ("start_time", Time),
            ("stop_time", Time),
        ],
        Kind::Sighting => &[
            ("description", Prose),
            ("first_seen", Time),
            ("last_seen", Time),
            ("count", Number),
            ("sighting_of_ref", NeededRefs),
            ("observed_data_refs", Refs),
            ("where_sighted_refs", Refs),
            ("summary", Flag),
        ],
        Kind::Artifact => &[
            ("mime_type", Media),
            ("url", Value("URL")),
            ("hashes", Hashes),
            ("encryption_algorithm", Word),
        ],
        Kind::AutonomousSystem => &[
            ("number", Number),
            ("name", Beside("ORGANIZATION")),
            ("rir", Word),
        ],
        Kind::Directory => &[
            ("path", Value("PATH")),
            ("ctime", Time),
            ("mtime", Time),
            ("atime", Time),
            ("contains_refs", Refs),
        ],
        Kind::DomainName => &[("value", Value("DOMAIN_NAME")), ("resolves_to_refs", Refs)],
        Kind::EmailAddr => &[
            ("value", Value("EMAIL_ADDRESS")),
            ("display_name", Beside("PERSON")),
            ("belongs_to_ref", Refs),
        ],
        Kind::EmailMessage => &[
            ("is_multipart", Flag),
            ("date", Time),
            ("content_type", Media),
            ("from_ref", Refs),
            ("sender_ref", Refs),
            ("to_refs", Refs),
            ("cc_refs", Refs),
            ("bcc_refs", Refs),
            ("subject", Prose),
            ("body", Prose),
            ("raw_email_ref", Refs),
        ],
        Kind::File => &[
            ("hashes", Hashes),
            ("size", Number),
            ("name", Beside("FILE_NAME")),
            ("mime_type", Media),
            ("ctime", Time),
            ("mtime", Time),
            ("atime", Time),
            ("parent_directory_ref", Refs),
            ("contains_refs", Refs),
            ("content_ref", Refs),
        ],
        Kind::Ipv4Addr | Kind::Ipv6Addr => &[
            ("value", Value("IP_ADDRESS")),
            ("resolves_to_refs", Refs),
            ("belongs_to_refs", Refs),
        ],
        Kind::MacAddr => &[("value", Value("MAC_ADDRESS"))],
        Kind::Mutex => &[("name", Value("MUTEX"))],
        Kind::NetworkTraffic => &[
            ("start", Time),
            ("end", Time),
            ("is_active", Flag),
            ("src_ref", Refs),
            ("dst_ref", Refs),
            ("src_port", Number),
            ("dst_port", Number),
            ("protocols", Word),
            ("src_byte_count", Number),
            ("dst_byte_count", Number),
            ("src_packets", Number),
            ("dst_packets", Number),
            ("src_payload_ref", Refs),
            ("dst_payload_ref", Refs),
            ("encapsulates_refs", Refs),
            ("encapsulated_by_ref", Refs),
        ],
        Kind::Process => &[
            ("is_hidden", Flag),
            ("pid", Number),
            ("created_time", Time),
            ("cwd", Beside("PATH")),
            ("command_line", Machine),
            ("opened_connection_refs", Refs),
            ("creator_user_ref", Refs),
            ("image_ref", Refs),
            ("parent_ref", Refs),
            ("child_refs", Refs),
        ],
        Kind::Software => &[
            ("name", Name),
            ("cpe", Machine),
            ("languages", Word),
            ("vendor", Label),
            ("version", Version),
        ],
        Kind::Url => &[("value", Value("URL"))],
        Kind::UserAccount => &[
            ("user_id", Beside("USER_NAME")),
            ("account_login", Beside("USER_NAME")),
            ("account_type", Word),
            ("display_name", Beside("PERSON")),
            ("is_service_account", Flag),
            ("is_privileged", Flag),
            ("can_escalate_privs", Flag),
            ("is_disabled", Flag),
            ("account_created", Time),
            ("account_expires", Time),
            ("credential_last_changed", Time),
            ("account_first_login", Time),
            ("account_last_login", Time),
        ],
        Kind::WindowsRegistryKey => &[
            ("key", Machine),
            ("values", Registry),
            ("modified_time", Time),
            ("creator_user_ref", Refs),
            ("number_of_subkeys", Number),
        ],
        Kind::X509Certificate => &[
            ("is_self_signed", Flag),
            ("hashes", Hashes),
            ("version", Version),
            ("serial_number", Beside("HASH")),
            ("issuer", Machine),
            ("subject", Machine),
            ("validity_not_before", Time),
            ("validity_not_after", Time),
        ],
        Kind::Bundle
        | Kind::ExtensionDefinition
        | Kind::LanguageContent
        | Kind::MarkingDefinition => &[],
    };
    let is_observable = kind.group() == aidos_model::stix::Group::Observable;
    let common = if is_observable {
        &[("defanged", Flag)]
    } else {
        COMMON
    };
    own.iter()
        .chain(common)
        .find(|(name, _)| *name == property)
        .map(|(_, rule)| *rule)
}

/// Properties of which an object needs at least one.
pub(super) fn needs(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Location => &["region", "country"],
        Kind::Artifact => &["url"],
        Kind::File => &["hashes", "name"],
        Kind::UserAccount => &["user_id", "account_login", "display_name"],
        Kind::Process => &[
            "pid",
            "command_line",
            "cwd",
            "image_ref",
            "created_time",
            "is_hidden",
        ],
        Kind::X509Certificate => &["hashes", "serial_number", "issuer", "subject"],
        Kind::WindowsRegistryKey => &["key"],
        Kind::AutonomousSystem => &["number"],
        Kind::NetworkTraffic => &["src_ref", "dst_ref"],
        Kind::Relationship => &["relationship_type"],
        Kind::Indicator => &["pattern"],
        _ => &[],
    }
}
