//! Runs of words that look like the name of a person or an organisation: for who rather hides too much.

/// Words with a capital that begin sentences or belong to the field, and so to no name.
const COMMON: [&str; 133] = [
    "a",
    "access",
    "active",
    "actor",
    "admin",
    "after",
    "all",
    "also",
    "an",
    "analysis",
    "and",
    "android",
    "api",
    "apple",
    "april",
    "apt",
    "as",
    "at",
    "attack",
    "august",
    "backdoor",
    "before",
    "botnet",
    "but",
    "by",
    "c2",
    "campaign",
    "center",
    "chrome",
    "cisco",
    "cloud",
    "command",
    "control",
    "credential",
    "cve",
    "cyber",
    "data",
    "december",
    "defender",
    "denial",
    "detected",
    "directory",
    "domain",
    "during",
    "email",
    "event",
    "exchange",
    "explorer",
    "february",
    "file",
    "firefox",
    "firewall",
    "for",
    "friday",
    "from",
    "google",
    "group",
    "hash",
    "he",
    "host",
    "http",
    "https",
    "if",
    "in",
    "incident",
    "indicator",
    "initial",
    "internet",
    "ioc",
    "ios",
    "it",
    "january",
    "july",
    "june",
    "linux",
    "login",
    "mac",
    "macos",
    "malicious",
    "malware",
    "march",
    "may",
    "microsoft",
    "monday",
    "network",
    "no",
    "not",
    "november",
    "observed",
    "october",
    "of",
    "office",
    "on",
    "operation",
    "or",
    "outlook",
    "payload",
    "phishing",
    "please",
    "port",
    "powershell",
    "ransomware",
    "received",
    "remote",
    "report",
    "saturday",
    "script",
    "security",
    "see",
    "sent",
    "september",
    "server",
    "service",
    "she",
    "spam",
    "subject",
    "sunday",
    "system",
    "task",
    "the",
    "their",
    "this",
    "threat",
    "thursday",
    "to",
    "trojan",
    "tuesday",
    "unix",
    "user",
    "victim",
    "vpn",
    "was",
    "wednesday",
];

/// Words that the list above would need but that stand at its end.
const MORE: [&str; 16] = [
    "we", "web", "were", "when", "while", "who", "wi-fi", "windows", "with", "word", "worm",
    "yara", "you", "your", "zero", "zip",
];

/// The places of two or more words in a row that each begin with a capital and go on in small letters.
///
/// Words of the field and words that begin sentences end a run. Linear in the text.
pub(super) fn find(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut run: Option<(usize, usize, usize)> = None;
    let mut close = |run: &mut Option<(usize, usize, usize)>| {
        if let Some((start, end, words)) = run.take()
            && words >= 2
        {
            found.push((start, end));
        }
    };
    let is_letter = |letter: char| letter.is_alphabetic() || matches!(letter, '\'' | '’');
    let mut at = 0;
    while let Some(rest) = text.get(at..) {
        let Some(first) = rest.chars().next() else {
            break;
        };
        if !is_letter(first) {
            // One blank or a hyphen joins two names, an initial's stop as well; anything else ends a run.
            let joined = matches!(first, ' ' | '-' | '\u{a0}')
                && run
                    .as_ref()
                    .is_some_and(|(_, end, _)| *end == at || text.get(*end..at) == Some("."));
            let stop = first == '.' && run.as_ref().is_some_and(|(_, end, _)| *end == at);
            if !joined && !stop {
                close(&mut run);
            }
            at += first.len_utf8();
            continue;
        }
        let length = rest.find(|letter| !is_letter(letter)).unwrap_or(rest.len());
        let word = rest.get(..length).unwrap_or_default();
        let end = at + length;
        if is_name(word) {
            // Beyond a stop only an initial's run goes on.
            let goes_on = run.as_ref().is_some_and(|(_, last, _)| at - *last <= 2);
            match &mut run {
                Some((_, last, words)) if goes_on => {
                    *last = end;
                    *words += 1;
                }
                _ => {
                    close(&mut run);
                    run = Some((at, end, 1));
                }
            }
        } else {
            close(&mut run);
        }
        at = end;
    }
    close(&mut run);
    found
}

fn is_name(word: &str) -> bool {
    let mut letters = word.chars();
    if !letters.next().is_some_and(char::is_uppercase) {
        return false;
    }
    // McCarthy and O'Neill have two capitals; what has no small letter is an acronym or an initial.
    let small = letters.filter(|letter| letter.is_lowercase()).count();
    let lower = word.to_lowercase();
    let length = word.chars().count();
    (small > 0 && 2 * small >= length)
        && COMMON.binary_search(&lower.as_str()).is_err()
        && MORE.binary_search(&lower.as_str()).is_err()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_runs_of_capitals() {
        assert!(COMMON.is_sorted() && MORE.is_sorted());
        let names =
            |text| -> Vec<&str> { find(text).into_iter().map(|(a, b)| &text[a..b]).collect() };
        assert_eq!(
            names("The mail of Ada Lovelace-Byron, and Zoë O'Neill."),
            ["Ada Lovelace-Byron", "Zoë O'Neill"]
        );
        assert_eq!(
            names("Γιώργος Παπαδόπουλος wrote"),
            ["Γιώργος Παπαδόπουλος"]
        );
        for none in [
            "The Windows Server was",
            "SMB Port",
            "emotet Qakbot",
            "One. two",
            "",
            "X",
        ] {
            assert!(names(none).is_empty(), "{none}");
        }
        assert!(
            names("Cobalt Strike").len() == 1,
            "only the document can tell a tool from a person"
        );
    }
}
