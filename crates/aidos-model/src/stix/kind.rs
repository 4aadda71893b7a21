//! The types of STIX 2.1 objects.

use std::fmt;

/// What sort of object a type is (STIX 2.1 section 1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Domain object: has `created`, `modified`, versions.
    Domain,
    /// Cyber observable: has a deterministic id and no times of its own.
    Observable,
    /// Relationship object.
    Relation,
    /// Marking, extension, language.
    Meta,
    /// The envelope.
    Bundle,
}

macro_rules! kinds {
    ($($name:ident = $word:literal, $group:ident;)+) => {
        /// A type of object, ordered as its word is.
        ///
        /// ```
        /// # use aidos_model::stix::Kind;
        /// assert_eq!(Kind::parse("ipv4-addr"), Some(Kind::Ipv4Addr));
        /// assert!(Kind::Bundle < Kind::Identity);
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Kind { $(#[doc = concat!("`", $word, "`.")] $name,)+ }

        impl Kind {
            /// Every type, in the order of their words.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The word that stands in `type` and before `--` in an id.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)+ }
            }

            /// What sort of object it is.
            pub const fn group(self) -> Group {
                match self { $(Self::$name => Group::$group,)+ }
            }
        }
    };
}

kinds! {
    Artifact = "artifact", Observable;
    AttackPattern = "attack-pattern", Domain;
    AutonomousSystem = "autonomous-system", Observable;
    Bundle = "bundle", Bundle;
    Campaign = "campaign", Domain;
    CourseOfAction = "course-of-action", Domain;
    Directory = "directory", Observable;
    DomainName = "domain-name", Observable;
    EmailAddr = "email-addr", Observable;
    EmailMessage = "email-message", Observable;
    ExtensionDefinition = "extension-definition", Meta;
    File = "file", Observable;
    Grouping = "grouping", Domain;
    Identity = "identity", Domain;
    Incident = "incident", Domain;
    Indicator = "indicator", Domain;
    Infrastructure = "infrastructure", Domain;
    IntrusionSet = "intrusion-set", Domain;
    Ipv4Addr = "ipv4-addr", Observable;
    Ipv6Addr = "ipv6-addr", Observable;
    LanguageContent = "language-content", Meta;
    Location = "location", Domain;
    MacAddr = "mac-addr", Observable;
    Malware = "malware", Domain;
    MalwareAnalysis = "malware-analysis", Domain;
    MarkingDefinition = "marking-definition", Meta;
    Mutex = "mutex", Observable;
    NetworkTraffic = "network-traffic", Observable;
    Note = "note", Domain;
    ObservedData = "observed-data", Domain;
    Opinion = "opinion", Domain;
    Process = "process", Observable;
    Relationship = "relationship", Relation;
    Report = "report", Domain;
    Sighting = "sighting", Relation;
    Software = "software", Observable;
    ThreatActor = "threat-actor", Domain;
    Tool = "tool", Domain;
    Url = "url", Observable;
    UserAccount = "user-account", Observable;
    Vulnerability = "vulnerability", Domain;
    WindowsRegistryKey = "windows-registry-key", Observable;
    X509Certificate = "x509-certificate", Observable;
}

impl Kind {
    /// The type of this word; `None` for a custom one.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL
            .binary_search_by(|kind| kind.word().cmp(word))
            .ok()
            .and_then(|at| Self::ALL.get(at).copied())
    }

    /// The properties that make an observable's id (section 6 of the standard, each "ID Contributing
    /// Properties"); empty for `process`, whose id is random, and for what is no observable.
    pub const fn contributing(self) -> &'static [&'static str] {
        match self {
            Self::Artifact => &["hashes", "payload_bin"],
            Self::AutonomousSystem => &["number"],
            Self::Directory => &["path"],
            Self::DomainName
            | Self::EmailAddr
            | Self::Ipv4Addr
            | Self::Ipv6Addr
            | Self::MacAddr
            | Self::Url => &["value"],
            Self::EmailMessage => &["from_ref", "subject", "body"],
            Self::File => &["hashes", "name", "parent_directory_ref", "extensions"],
            Self::Mutex => &["name"],
            Self::NetworkTraffic => &[
                "start",
                "end",
                "src_ref",
                "dst_ref",
                "src_port",
                "dst_port",
                "protocols",
                "extensions",
            ],
            Self::Software => &["name", "cpe", "swid", "vendor", "version"],
            Self::UserAccount => &["account_type", "user_id", "account_login"],
            Self::WindowsRegistryKey => &["key", "values"],
            Self::X509Certificate => &["hashes", "serial_number"],
            _ => &[],
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_ordered_and_reads_back() {
        assert!(Kind::ALL.windows(2).all(|pair| {
            let [before, after] = pair else { return false };
            before.word() < after.word()
        }));
        for kind in Kind::ALL {
            assert_eq!(Kind::parse(kind.word()), Some(*kind));
            assert!(kind.contributing().is_empty() || kind.group() == Group::Observable);
        }
        assert_eq!(Kind::parse("x-custom"), None);
    }
}
