//! Words of STIX's vocabularies (section 10), and names of public catalogues: what a property of words may hold.

/// All of the vocabularies' words, in order; one list, as a word in the wrong property says nothing of anyone.
const WORDS: &str = "\
aarch64 access accidental accounting acquires activist adware aerospace afrinic agent agriculture alpha amplification anonymization anonymous-proxy \
anomalous-activity apnic arin arm attack-pattern attack-signature attributed-to authored-by automotive backdoor based-on beacons-to benign \
bootkit bot botnet c c# c++ campaign capability chemical class club coercion command-and-control commercial communicates-with \
communications community-targets compromised compromised-infrastructure compromised-pki-certificate consists-of construction contest controls \
credential-exploitation crime-syndicate criminal data-leak dam ddos defence defense degrades delivers denial-of-service derived-from detected \
destruction dirs director disagree dominance downloader downloads drops dropper duplicate-of education ego elf emergency-services energy \
entertainment expert exfiltrates-to exploit-kit exploitation exploits facebook facilities-management file-hash-watchlist financial-gain \
financial-services fingerprinting fraud germanium get-help government government-local government-national government-public-services \
government-regional group groups hacker has healthcare host-characteristics hosting hosting-malware hosting-target-lists hosts \
hospitality-leisure icmp icmp6 ideology impersonates independent-activist indicates indicator individual information-gathering infiltrates \
infrastructure infrastructure-architect infrastructure-operator innovator insider-accidental insider-disgruntled installation insurance \
intermediate intrusion-set investigated-by ip ipv4 ipv6 java javascript keylogger lacnic ldap legal linux located-at lua malicious \
malicious-activity malware malware-author malware-analysis manufacturing maritime media mining minimal mitigates mirc mips mitre-attack \
nation-state network-capture network-sniffing nis none non-profit notoriety novice observed-data openid opinion organization organizational-gain \
originates-from overlaps-with owns password-cracking peripheral personal-gain personal-satisfaction persists-after-system-reboot pharmaceuticals \
phishing php point-of-sale-malware powerpc powershell practitioner probes proxy python radius ransomware reconnaissance related-to \
remediates remote-access remote-access-trojan report resolves-to resource-exploitation retail revenge ripe rogue-security-software rootkit ruby \
scala scans screen-capture self-propagating sensationalist signifies-compromise skype solo space sparc sponsor spy spyware static \
steganography strategic strongly-agree strongly-disagree suspicious suspicious-activity system tacacs targets tcp team technology \
telecommunications terrorist threat-actor threat-report tls tool toolkit tor transportation trojan twitter typescript udp unix \
unpredictable unwitting-agent unknown uses utilities variant-of violates-operational-integrity-of virus visualbasic vulnerability vulnerability-scanning \
warez water watering-hole wda webshell windows-domain windows-local wiper worm x86 x86-64 africa eastern-africa middle-africa \
northern-africa southern-africa western-africa americas caribbean central-america latin-america-caribbean northern-america south-america \
asia central-asia eastern-asia southern-asia south-eastern-asia western-asia europe eastern-europe northern-europe southern-europe \
western-europe oceania antarctica australia-new-zealand melanesia micronesia polynesia agree neutral http https dns smtp smtps imap imaps pop3 \
ftp ssh telnet rdp smb ntp snmp ospf gre esp ah igmp sctp vrrp ipencap rsvp stix pcre sigma snort suricata yara \
reg_none reg_sz reg_expand_sz reg_binary reg_dword reg_dword_big_endian reg_dword_little_endian reg_link reg_multi_sz reg_resource_list \
reg_full_resource_description reg_resource_requirements_list reg_qword reg_invalid_type aes-256-gcm chacha20-poly1305 mime-type-indicated \
indicator-pattern organisation company \
anti-debugging anti-disassembly anti-emulation anti-memory-forensics anti-sandbox anti-vm captures-input-peripherals captures-output-peripherals \
captures-system-state-data cleans-traces-of-infection commits-fraud communicates-with-c2 compromises-data-availability \
compromises-data-integrity compromises-system-availability controls-local-machine degrades-security-software degrades-system-updates \
determines-c2-server emails-spam escalates-privileges evades-av exfiltrates-data fingerprints-host hides-artifacts hides-executing-code \
infects-files infects-remote-machines installs-other-components persists-after-system-reboot prevents-artifact-access \
prevents-artifact-deletion probes-network-environment self-modifies steals-authentication-credentials violates-system-operational-integrity";

/// Whether a text is one of these words, or a number of a protocol.
pub(super) fn is_word(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    if !lower.is_empty() && lower.len() <= 3 && lower.bytes().all(|byte| byte.is_ascii_digit()) {
        return true;
    }
    !lower.contains(' ') && WORDS.split(' ').any(|word| word == lower)
}

/// Catalogues that everyone has: their names and numbers tell of nobody.
pub(super) const CATALOGUES: [&str; 12] = [
    "capec",
    "cve",
    "cwe",
    "mitre-attack",
    "mitre-ics-attack",
    "mitre-mobile-attack",
    "mitre-pre-attack",
    "mitre-d3fend",
    "veris",
    "nvd",
    "atlas",
    "ics-cert",
];

/// Hosts of the catalogues.
pub(super) const CATALOGUE_HOSTS: [&str; 6] = [
    "attack.mitre.org",
    "capec.mitre.org",
    "cve.mitre.org",
    "cwe.mitre.org",
    "nvd.nist.gov",
    "www.cve.org",
];

/// Names of hash algorithms.
pub(super) const ALGORITHMS: [&str; 8] = [
    "MD5", "SHA-1", "SHA-256", "SHA-512", "SHA3-256", "SHA3-512", "SSDEEP", "TLSH",
];

/// Types of media that a file may be said to be.
pub(super) fn is_media_type(text: &str) -> bool {
    let Some((class, rest)) = text.split_once('/') else {
        return false;
    };
    let known = [
        "application",
        "audio",
        "font",
        "image",
        "message",
        "model",
        "multipart",
        "text",
        "video",
    ];
    let kinds = [
        "octet-stream",
        "pdf",
        "zip",
        "json",
        "xml",
        "html",
        "plain",
        "csv",
        "rtf",
        "x-msdownload",
        "x-dosexec",
        "x-elf",
        "x-sh",
        "javascript",
        "x-msi",
        "msword",
        "gzip",
        "x-7z-compressed",
        "x-rar-compressed",
        "png",
        "jpeg",
        "gif",
        "mpeg",
        "mp4",
        "mixed",
        "alternative",
        "related",
        "form-data",
        "rfc822",
        "x-executable",
        "java-archive",
        "bmp",
        "svg+xml",
        "x-httpd-php",
        "x-python",
        "x-iso9660-image",
        "vnd.ms-excel",
        "vnd.ms-powerpoint",
    ];
    known.contains(&class)
        && (kinds.contains(&rest)
            || rest.starts_with("vnd.openxmlformats-officedocument.")
                && rest.len() < 80
                && rest
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte == b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_the_standard_are_known() {
        for word in [
            "malicious-activity",
            "tcp",
            "47",
            "Organization",
            "x86-64",
            "based-on",
            "REG_SZ",
        ] {
            assert!(is_word(word), "{word}");
        }
        for word in ["", "zorvan", "tcp udp", "1234"] {
            assert!(!is_word(word), "{word}");
        }
        assert!(is_media_type("application/pdf") && !is_media_type("application/zorvan"));
    }
}
