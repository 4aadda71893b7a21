//! The table of types and their properties.

use serde::de::MapAccess;
use serde_json::Value;

use super::parts::{Hashes, KillChainPhase};
use super::{Filled, Property, Target, objects};
use crate::json::shape::{Fields, Members, Shape, Slot, key};
use crate::stix::Kind;

const ANY: Target = Target::Any;
const SCO: Target = Target::Observable;
const SDO: Target = Target::Domain;
const IP_OR_NAME: Target = Target::Kinds(&[
    Kind::DomainName,
    Kind::Ipv4Addr,
    Kind::Ipv6Addr,
    Kind::MacAddr,
]);
const ADDRESS: Target = Target::Kinds(&[Kind::EmailAddr]);
const ARTIFACT: Target = Target::Kinds(&[Kind::Artifact]);
const DIRECTORY: Target = Target::Kinds(&[Kind::Directory]);
const SOFTWARE: Target = Target::Kinds(&[Kind::Software]);
const TRAFFIC: Target = Target::Kinds(&[Kind::NetworkTraffic]);
const SAMPLE: Target = Target::Kinds(&[Kind::Artifact, Kind::File, Kind::NetworkTraffic]);

objects! {
    /// Binary data, or where it is (section 6.1).
    Artifact {
        may mime_type: String;
        may payload_bin: String;
        may url: String;
        may hashes: Hashes;
        may encryption_algorithm: String;
        may decryption_key: String;
    }
    /// A way to attack (4.1).
    AttackPattern {
        must name: String;
        may description: String;
        may aliases: Vec<String>;
        may kill_chain_phases: Vec<KillChainPhase>;
    }
    /// A network of the Internet (6.2).
    AutonomousSystem {
        must number: i64;
        may name: String;
        may rir: String;
    }
    /// Attacks with one goal over a time (4.2).
    Campaign {
        must name: String;
        may description: String;
        may aliases: Vec<String>;
        may first_seen: String;
        may last_seen: String;
        may objective: String;
    }
    /// What to do about something (4.3).
    CourseOfAction {
        must name: String;
        may description: String;
        may action: Value;
    }
    /// A folder (6.3).
    Directory {
        must path: String;
        may path_enc: String;
        may ctime: String;
        may mtime: String;
        may atime: String;
        may contains_refs: Vec<String> => Target::Kinds(&[Kind::Directory, Kind::File]);
    }
    /// A domain name (6.4).
    DomainName {
        must value: String;
        may resolves_to_refs: Vec<String> => IP_OR_NAME;
    }
    /// An address of e-mail (6.5).
    EmailAddr {
        must value: String;
        may display_name: String;
        may belongs_to_ref: String => Target::Kinds(&[Kind::UserAccount]);
    }
    /// A message of e-mail (6.6).
    EmailMessage {
        must is_multipart: bool;
        may date: String;
        may content_type: String;
        may from_ref: String => ADDRESS;
        may sender_ref: String => ADDRESS;
        may to_refs: Vec<String> => ADDRESS;
        may cc_refs: Vec<String> => ADDRESS;
        may bcc_refs: Vec<String> => ADDRESS;
        may message_id: String;
        may subject: String;
        may received_lines: Vec<String>;
        may additional_header_fields: Fields;
        may body: String;
        may body_multipart: Vec<Value>;
        may raw_email_ref: String => ARTIFACT;
    }
    /// What an extension of STIX is (7.3).
    ExtensionDefinition {
        must name: String;
        may description: String;
        must schema: String;
        must version: String;
        must extension_types: Vec<String>;
        may extension_properties: Vec<String>;
    }
    /// A file (6.7).
    File {
        may hashes: Hashes;
        may size: i64;
        may name: String;
        may name_enc: String;
        may magic_number_hex: String;
        may mime_type: String;
        may ctime: String;
        may mtime: String;
        may atime: String;
        may parent_directory_ref: String => DIRECTORY;
        may contains_refs: Vec<String> => SCO;
        may content_ref: String => ARTIFACT;
    }
    /// Objects that belong together (4.4).
    Grouping {
        may name: String;
        may description: String;
        must context: String;
        must object_refs: Vec<String> => ANY;
    }
    /// A person, an organisation, or a group of them (4.5).
    Identity {
        must name: String;
        may description: String;
        may roles: Vec<String>;
        may identity_class: String;
        may sectors: Vec<String>;
        may contact_information: String;
    }
    /// An incident (4.6).
    Incident {
        must name: String;
        may description: String;
        may kill_chain_phases: Vec<KillChainPhase>;
    }
    /// A pattern of what is suspicious (4.7).
    Indicator {
        may name: String;
        may description: String;
        may indicator_types: Vec<String>;
        must pattern: String;
        must pattern_type: String;
        may pattern_version: String;
        must valid_from: String;
        may valid_until: String;
        may kill_chain_phases: Vec<KillChainPhase>;
    }
    /// Systems that serve an attack or a defence (4.8).
    Infrastructure {
        must name: String;
        may description: String;
        may infrastructure_types: Vec<String>;
        may aliases: Vec<String>;
        may kill_chain_phases: Vec<KillChainPhase>;
        may first_seen: String;
        may last_seen: String;
    }
    /// Attackers who act alike (4.9).
    IntrusionSet {
        must name: String;
        may description: String;
        may aliases: Vec<String>;
        may first_seen: String;
        may last_seen: String;
        may goals: Vec<String>;
        may resource_level: String;
        may primary_motivation: String;
        may secondary_motivations: Vec<String>;
    }
    /// An address of IPv4, or a network (6.8).
    Ipv4Addr {
        must value: String;
        may resolves_to_refs: Vec<String> => Target::Kinds(&[Kind::MacAddr]);
        may belongs_to_refs: Vec<String> => Target::Kinds(&[Kind::AutonomousSystem]);
    }
    /// An address of IPv6, or a network (6.9).
    Ipv6Addr {
        must value: String;
        may resolves_to_refs: Vec<String> => Target::Kinds(&[Kind::MacAddr]);
        may belongs_to_refs: Vec<String> => Target::Kinds(&[Kind::AutonomousSystem]);
    }
    /// Texts of an object in other languages (7.1).
    LanguageContent {
        must object_ref: String => ANY;
        may object_modified: String;
        must contents: Fields;
    }
    /// A place (4.10).
    Location {
        may name: String;
        may description: String;
        may latitude: Value;
        may longitude: Value;
        may precision: Value;
        may region: String;
        may country: String;
        may administrative_area: String;
        may city: String;
        may street_address: String;
        may postal_code: String;
    }
    /// An address of a network card (6.10).
    MacAddr {
        must value: String;
    }
    /// Malware, or a family of it (4.11).
    Malware {
        may name: String;
        may description: String;
        may malware_types: Vec<String>;
        must is_family: bool;
        may aliases: Vec<String>;
        may kill_chain_phases: Vec<KillChainPhase>;
        may first_seen: String;
        may last_seen: String;
        may operating_system_refs: Vec<String> => SOFTWARE;
        may architecture_execution_envs: Vec<String>;
        may implementation_languages: Vec<String>;
        may capabilities: Vec<String>;
        may sample_refs: Vec<String> => Target::Kinds(&[Kind::Artifact, Kind::File]);
    }
    /// What an analysis of malware found (4.12).
    MalwareAnalysis {
        must product: String;
        may version: String;
        may host_vm_ref: String => SOFTWARE;
        may operating_system_ref: String => SOFTWARE;
        may installed_software_refs: Vec<String> => SOFTWARE;
        may configuration_version: String;
        may modules: Vec<String>;
        may analysis_engine_version: String;
        may analysis_definition_version: String;
        may submitted: String;
        may analysis_started: String;
        may analysis_ended: String;
        may result_name: String;
        may result: String;
        may analysis_sco_refs: Vec<String> => SCO;
        may sample_ref: String => SAMPLE;
    }
    /// How marked objects may be used (7.2).
    MarkingDefinition {
        may name: String;
        may definition_type: String;
        may definition: Value;
    }
    /// A mutex (6.11).
    Mutex {
        must name: String;
    }
    /// Traffic between two ends (6.12).
    NetworkTraffic {
        may start: String;
        may end: String;
        may is_active: bool;
        may src_ref: String => IP_OR_NAME;
        may dst_ref: String => IP_OR_NAME;
        may src_port: i64;
        may dst_port: i64;
        must protocols: Vec<String>;
        may src_byte_count: i64;
        may dst_byte_count: i64;
        may src_packets: i64;
        may dst_packets: i64;
        may ipfix: Fields;
        may src_payload_ref: String => ARTIFACT;
        may dst_payload_ref: String => ARTIFACT;
        may encapsulates_refs: Vec<String> => TRAFFIC;
        may encapsulated_by_ref: String => TRAFFIC;
    }
    /// Words about other objects (4.13).
    Note {
        may abstract_ as "abstract": String;
        must content: String;
        may authors: Vec<String>;
        must object_refs: Vec<String> => ANY;
    }
    /// What was seen (4.14); `objects` is how STIX 2.0 said it.
    ObservedData {
        must first_observed: String;
        must last_observed: String;
        must number_observed: i64;
        may objects: Fields;
        may object_refs: Vec<String> => ANY;
    }
    /// What somebody thinks of other objects (4.15).
    Opinion {
        may explanation: String;
        may authors: Vec<String>;
        must opinion: String;
        must object_refs: Vec<String> => ANY;
    }
    /// A running program (6.13).
    Process {
        may is_hidden: bool;
        may pid: i64;
        may created_time: String;
        may cwd: String;
        may command_line: String;
        may environment_variables: Fields;
        may opened_connection_refs: Vec<String> => TRAFFIC;
        may creator_user_ref: String => Target::Kinds(&[Kind::UserAccount]);
        may image_ref: String => Target::Kinds(&[Kind::File]);
        may parent_ref: String => Target::Kinds(&[Kind::Process]);
        may child_refs: Vec<String> => Target::Kinds(&[Kind::Process]);
    }
    /// That one object has to do with another (5.1).
    Relationship {
        must relationship_type: String;
        may description: String;
        must source_ref: String => ANY;
        must target_ref: String => ANY;
        may start_time: String;
        may stop_time: String;
    }
    /// What an analyst tells (4.16).
    Report {
        must name: String;
        may description: String;
        may report_types: Vec<String>;
        must published: String;
        must object_refs: Vec<String> => ANY;
    }
    /// That something was seen (5.2).
    Sighting {
        may description: String;
        may first_seen: String;
        may last_seen: String;
        may count: i64;
        must sighting_of_ref: String => SDO;
        may observed_data_refs: Vec<String> => Target::Kinds(&[Kind::ObservedData]);
        may where_sighted_refs: Vec<String> => Target::Kinds(&[Kind::Identity, Kind::Location]);
        may summary: bool;
    }
    /// A product (6.14).
    Software {
        must name: String;
        may cpe: String;
        may swid: String;
        may languages: Vec<String>;
        may vendor: String;
        may version: String;
    }
    /// Somebody who attacks (4.17).
    ThreatActor {
        must name: String;
        may description: String;
        may threat_actor_types: Vec<String>;
        may aliases: Vec<String>;
        may first_seen: String;
        may last_seen: String;
        may roles: Vec<String>;
        may goals: Vec<String>;
        may sophistication: String;
        may resource_level: String;
        may primary_motivation: String;
        may secondary_motivations: Vec<String>;
        may personal_motivations: Vec<String>;
    }
    /// Legitimate software that attackers use (4.18).
    Tool {
        must name: String;
        may description: String;
        may tool_types: Vec<String>;
        may aliases: Vec<String>;
        may kill_chain_phases: Vec<KillChainPhase>;
        may tool_version: String;
    }
    /// An address of the Web (6.15).
    Url {
        must value: String;
    }
    /// An account (6.16).
    UserAccount {
        may user_id: String;
        may credential: String;
        may account_login: String;
        may account_type: String;
        may display_name: String;
        may is_service_account: bool;
        may is_privileged: bool;
        may can_escalate_privs: bool;
        may is_disabled: bool;
        may account_created: String;
        may account_expires: String;
        may credential_last_changed: String;
        may account_first_login: String;
        may account_last_login: String;
    }
    /// A weakness of a product (4.19).
    Vulnerability {
        must name: String;
        may description: String;
    }
    /// A key of the Windows registry (6.17).
    WindowsRegistryKey {
        may key: String;
        may values: Vec<Value>;
        may modified_time: String;
        may creator_user_ref: String => Target::Kinds(&[Kind::UserAccount]);
        may number_of_subkeys: i64;
    }
    /// A certificate (6.18).
    X509Certificate {
        may is_self_signed: bool;
        may hashes: Hashes;
        may version: String;
        may serial_number: String;
        may signature_algorithm: String;
        may issuer: String;
        may validity_not_before: String;
        may validity_not_after: String;
        may subject: String;
        may subject_public_key_algorithm: String;
        may subject_public_key_modulus: String;
        may subject_public_key_exponent: i64;
        may x509_v3_extensions: Fields;
    }
}
