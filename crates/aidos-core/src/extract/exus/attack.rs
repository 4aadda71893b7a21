//! Names of attacks, one spelling for each.

use bumpalo::Bump;
use bumpalo::collections::String as ArenaString;

/// The canonical name: lower snake case, known other names resolved. `None` where nothing is named.
///
/// `SQL Injection`, `sqli`, `SQL_INJECTION` and `sqlInjection` are `sql_injection`; a name that is not
/// known is kept in its own words: `Log4Shell probe` is `log4_shell_probe`.
pub(super) fn canonical<'a>(name: &'a str, arena: &'a Bump) -> Option<&'a str> {
    if let Some(known) = known(name) {
        return Some(known);
    }
    let is_canonical = name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'))
        && !name.starts_with('_')
        && !name.ends_with('_')
        && !name.contains("__");
    let name = if is_canonical { name } else { snake(name, arena) };
    (!name.is_empty()).then_some(name)
}

/// The names that are known by their letters alone.
fn known(name: &str) -> Option<&'static str> {
    let mut folded = [0u8; 32];
    let mut len = 0;
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() {
            *folded.get_mut(len)? = byte.to_ascii_lowercase();
            len += 1;
        } else if !byte.is_ascii() {
            return None;
        }
    }
    Some(match folded.get(..len)? {
        b"sqlinjection" | b"sqli" | b"sqlinj" => "sql_injection",
        b"portscan" | b"portscanning" => "port_scan",
        b"bruteforce" | b"bruteforceattack" => "brute_force",
        b"ddos" | b"distributeddenialofservice" => "ddos",
        b"dos" | b"denialofservice" => "dos",
        b"xss" | b"crosssitescripting" => "xss",
        b"botnet" | b"bot" => "botnet",
        b"pathtraversal" | b"directorytraversal" | b"dirtraversal" => "path_traversal",
        // Only their blanks differ.
        b"commandinjection" => "command_injection",
        b"codeinjection" => "code_injection",
        b"remotecodeexecution" => "remote_code_execution",
        b"passwordspray" => "password_spray",
        b"credentialstuffing" => "credential_stuffing",
        b"synflood" => "syn_flood",
        b"udpflood" => "udp_flood",
        b"icmpflood" => "icmp_flood",
        b"dnstunneling" => "dns_tunneling",
        _ => return None,
    })
}

/// Lower snake case: a word begins at each sign that is no letter or digit, and at each ASCII capital
/// behind a small letter or before one.
fn snake<'a>(name: &str, arena: &'a Bump) -> &'a str {
    let mut out = ArenaString::with_capacity_in(name.len() + 4, arena);
    let mut previous = ' ';
    let mut chars = name.chars().peekable();
    while let Some(char) = chars.next() {
        if char.is_ascii() && !char.is_ascii_alphanumeric() || char.is_whitespace() || char.is_control() {
            previous = ' ';
            continue;
        }
        let starts_word = previous == ' '
            || char.is_ascii_uppercase()
                && (!previous.is_ascii_uppercase()
                    || chars.peek().is_some_and(char::is_ascii_lowercase));
        if starts_word && !out.is_empty() {
            out.push('_');
        }
        out.extend(char.to_lowercase());
        previous = char;
    }
    out.into_bump_str()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_spelling_is_one_name() {
        let arena = Bump::new();
        for (name, spellings) in [
            ("sql_injection", "sqli|SQL Injection|SQL_INJECTION|sql-injection|SQLInjection|sqlInjection|SQLi"),
            ("port_scan", "portscan|Port Scan|PORT-SCAN|PortScan|port_scan"),
            ("brute_force", "BruteForce|brute force|Brute-Force|bruteforce"),
            ("ddos", "DDoS|DDOS|Distributed Denial of Service"),
            ("dos", "DoS|dos|Denial-of-Service"),
            ("xss", "XSS|Cross Site Scripting|cross-site-scripting"),
            ("botnet", "Botnet|bot|BOTNET"),
            ("path_traversal", "Path Traversal|directory traversal|PathTraversal"),
            ("malware", "Malware|malware|MALWARE"),
            ("http_response_splitting", "HTTPResponseSplitting|http response splitting"),
            ("log4_shell_probe", "Log4Shell probe"),
            ("\u{3c3}\u{3ac}\u{3c1}\u{3c9}\u{3c3}\u{3b7}", "\u{3a3}\u{3ac}\u{3c1}\u{3c9}\u{3c3}\u{3b7}"),
        ] {
            for spelling in spellings.split('|') {
                assert_eq!(canonical(spelling, &arena), Some(name), "{spelling}");
            }
        }
        assert_eq!(canonical(" -- ", &arena), None);
    }

    proptest! {
        #[test]
        fn a_canonical_name_is_its_own(name in "\\PC{0,16}|[A-Za-z0-9_ -]{0,16}|(S|s)(Q|q)(L|l)[ _-]?(i|I)nj") {
            let arena = Bump::new();
            if let Some(once) = canonical(&name, &arena) {
                prop_assert_eq!(canonical(once, &arena), Some(once));
            }
        }
    }
}
