//! What a reputation service may be asked.
//!
//! A question says what was seen: the service learns the value, when it was asked and by whose key; some services show
//! their customers what others ask. So a question passes the gate like a release, and only [`Asker::ask`] makes one
//! [`Shareable`].

use std::collections::BTreeSet;
use std::fmt;
use std::net::IpAddr;

use aidos_model::Tlp;

use super::{Marking, Shareable, is_global, is_public_name};
use crate::policy::{Pap, Policy};
use crate::role::{AddressSet, Assets, Clues, Judge, Role, host_of};

/// What a value is of which a service can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// An address, IPv4 or IPv6.
    Ip,
    /// The name of a host.
    Domain,
    /// An e-mail address.
    Email,
    /// MD5, SHA-1 or SHA-256 of a file.
    Hash,
}

impl Subject {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Ip, Self::Domain, Self::Email, Self::Hash];

    /// The word for it, as files and folders have it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ip => "ip",
            Self::Domain => "domain",
            Self::Email => "email",
            Self::Hash => "hash",
        }
    }

    /// The type that policies and detectors use.
    const fn kind(self) -> &'static str {
        match self {
            Self::Ip => "IP_ADDRESS",
            Self::Domain => "DOMAIN_NAME",
            Self::Email => "EMAIL_ADDRESS",
            Self::Hash => "HASH",
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A question about one value. `Debug` shows no value.
#[derive(Clone, PartialEq, Eq)]
pub struct Question {
    /// What the value is.
    pub subject: Subject,
    /// The value. What the gate lets through is in its normal form.
    pub value: String,
    /// Whose it is; `None` where nobody knows.
    pub role: Option<Role>,
    /// The label of where it comes from.
    pub tlp: Tlp,
    /// The permission label of where it comes from.
    pub pap: Pap,
}

impl fmt::Debug for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Question")
            .field("subject", &self.subject)
            .field("role", &self.role)
            .field("tlp", &self.tlp)
            .field("pap", &self.pap)
            .finish_non_exhaustive()
    }
}

/// Why something is not asked. Holds no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotAsked {
    /// It is no value of its kind.
    #[error("it is no {0}")]
    Malformed(Subject),
    /// TLP:RED: never.
    #[error("it is TLP:RED, which leaves for nobody")]
    TlpRed,
    /// PAP:RED: never.
    #[error("it is PAP:RED: nothing may be done that can be seen")]
    PapRed,
    /// Above the policy's ceiling.
    #[error(
        "it is {asked}, services are asked up to {allowed}; raise `tlp` in `[ask]` of the policy"
    )]
    Tlp {
        /// Of the question.
        asked: Tlp,
        /// Of the policy.
        allowed: Tlp,
    },
    /// Above the policy's ceiling.
    #[error(
        "it is {asked}, services are asked up to {allowed}; raise `pap` in `[ask]` of the policy"
    )]
    Pap {
        /// Of the question.
        asked: Pap,
        /// Of the policy.
        allowed: Pap,
    },
    /// A victim's, an own or a bystander's.
    #[error("it is of a {0}, and only attackers' values are asked about")]
    Protected(Role),
    /// Nobody knows whose it is.
    #[error("nobody knows whose it is; `unknown = true` in `[ask]` of the policy lets it be asked")]
    UnknownRole,
    /// Private, reserved, for documentation.
    #[error("it is private, reserved or for documentation")]
    Special,
    /// An own address, network or domain.
    #[error("it is our own")]
    Own,
    /// The policy always hides it.
    #[error("the policy hides it always")]
    Denied,
    /// An e-mail address that may be a person's.
    #[error(
        "it may be a natural person's; `attacker_persons = true` in the policy lets it be asked"
    )]
    Person,
}

impl NotAsked {
    /// The word that files use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Malformed(_) => "malformed",
            Self::TlpRed | Self::Tlp { .. } => "tlp",
            Self::PapRed | Self::Pap { .. } => "pap",
            Self::Protected(_) => "role",
            Self::UnknownRole => "unknown_role",
            Self::Special => "special",
            Self::Own => "own",
            Self::Denied => "denied",
            Self::Person => "person",
        }
    }
}

/// The gate for questions, with all that is known of who is to be protected.
///
/// ```
/// use aidos_model::Tlp;
/// use aidos_privacy::gate::{Asker, NotAsked, Question, Subject};
/// use aidos_privacy::policy::{Pap, Policy};
/// use aidos_privacy::role::{AddressSet, Assets, Role};
///
/// let asker = Asker::new(&Policy::default(), Assets::parse(["9.9.9.0/24"])?, AddressSet::default());
/// let question = |value: &str, role| Question {
///     subject: Subject::Ip, value: value.into(), role, tlp: Tlp::Amber, pap: Pap::Green,
/// };
/// let asked = asker.ask(question("::ffff:8.8.4.4", Some(Role::Attacker)))?;
/// assert_eq!(asked.item().value, "8.8.4.4");
/// assert_eq!(asker.ask(question("8.8.4.4", Some(Role::Victim))).unwrap_err(), NotAsked::Protected(Role::Victim));
/// assert_eq!(asker.ask(question("9.9.9.9", Some(Role::Attacker))).unwrap_err(), NotAsked::Own);
/// assert_eq!(asker.ask(question("10.0.0.1", Some(Role::Attacker))).unwrap_err(), NotAsked::Special);
/// assert_eq!(asker.ask(question("8.8.4.4", None)).unwrap_err(), NotAsked::UnknownRole);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Asker {
    policy: Policy,
    judge: Judge,
    victims: AddressSet,
    denied: BTreeSet<String>,
}

impl Asker {
    /// The gate under a policy, for one to whom these assets belong, with the addresses that somebody attacks.
    pub fn new(policy: &Policy, assets: Assets, victims: AddressSet) -> Self {
        let denied = policy.deny.iter().map(|denied| normal(&denied.value));
        Self {
            judge: Judge::new(assets).with_overrides(policy.overrides.clone()),
            victims,
            denied: denied.collect(),
            policy: policy.clone(),
        }
    }

    /// Lets a question through, its value in normal form, or says why not.
    ///
    /// # Errors
    /// The first reason that speaks against it; no reason can be approved away but by the policy itself.
    pub fn ask(&self, question: Question) -> Result<Shareable<Question>, NotAsked> {
        self.labels(&question)?;
        let (value, ip) = read(question.subject, &question.value)?;
        let clues = Clues::of(question.subject.kind(), &value);
        match self.judge.decided(&clues).or(question.role) {
            Some(Role::Attacker) => {}
            Some(role) => return Err(NotAsked::Protected(role)),
            None if self.policy.ask.unknown => {}
            None => return Err(NotAsked::UnknownRole),
        }
        let host = match question.subject {
            Subject::Ip | Subject::Hash => value.as_str(),
            Subject::Domain | Subject::Email => host_of(&value),
        };
        let is_special = match (question.subject, ip) {
            (_, Some(ip)) => !is_global(ip),
            (Subject::Hash, None) => false,
            _ => !is_public_name(host),
        };
        if is_special {
            return Err(NotAsked::Special);
        }
        if self.judge.assets().holds(&value) || self.judge.assets().holds(host) {
            return Err(NotAsked::Own);
        }
        if ip.is_some_and(|ip| self.victims.holds(ip)) {
            return Err(NotAsked::Protected(Role::Victim));
        }
        if self.denied.contains(&normal(&value)) || self.denied.contains(&normal(host)) {
            return Err(NotAsked::Denied);
        }
        if question.subject == Subject::Email {
            let local = value.rsplit_once('@').map_or("", |(local, _)| local);
            self.within(local)?;
            if !self.policy.attacker_persons && (is_person(&value) || names_mailbox(local)) {
                return Err(NotAsked::Person);
            }
        }
        let marking = Marking {
            community: self.policy.community.clone(),
            tlp: question.tlp,
            pap: question.pap,
        };
        let mut item = question;
        item.value = value;
        Ok(Shareable { item, marking })
    }

    /// Looks for own and protected values inside of a local part: who sends in bulk writes there whom he wrote to,
    /// `bounce+ada=corp.example@…`.
    fn within(&self, local: &str) -> Result<(), NotAsked> {
        let bytes = local.as_bytes();
        let is_word = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphanumeric);
        let is_edge = |at: &usize| !is_word(*at) || at.checked_sub(1).is_none_or(|at| !is_word(at));
        let edges: Vec<usize> = (0..=local.len()).filter(is_edge).collect();
        let pieces = edges
            .iter()
            .flat_map(|from| edges.iter().filter_map(|to| local.get(*from..*to)))
            .filter(|piece| !piece.is_empty());
        for piece in pieces {
            if self.judge.assets().holds(piece) {
                return Err(NotAsked::Own);
            }
            if piece.parse().is_ok_and(|ip| self.victims.holds(ip)) {
                return Err(NotAsked::Protected(Role::Victim));
            }
            if self.denied.contains(&normal(piece)) {
                return Err(NotAsked::Denied);
            }
        }
        Ok(())
    }

    fn labels(&self, question: &Question) -> Result<(), NotAsked> {
        let allowed = self.policy.ask;
        if question.tlp == Tlp::Red {
            return Err(NotAsked::TlpRed);
        }
        if question.pap == Pap::Red {
            return Err(NotAsked::PapRed);
        }
        if question.tlp > allowed.tlp {
            return Err(NotAsked::Tlp {
                asked: question.tlp,
                allowed: allowed.tlp,
            });
        }
        if question.pap > allowed.pap {
            return Err(NotAsked::Pap {
                asked: question.pap,
                allowed: allowed.pap,
            });
        }
        Ok(())
    }
}

fn normal(value: &str) -> String {
    let value = value.trim();
    value.parse::<IpAddr>().map_or_else(
        |_| value.trim_end_matches('.').to_ascii_lowercase(),
        |ip| ip.to_canonical().to_string(),
    )
}

/// The normal form of a value, and its address where it is one.
fn read(subject: Subject, value: &str) -> Result<(String, Option<IpAddr>), NotAsked> {
    let bad = NotAsked::Malformed(subject);
    let value = value.trim();
    match subject {
        Subject::Ip => {
            let ip: IpAddr = value.parse().map_err(|_| bad)?;
            let ip = ip.to_canonical();
            Ok((ip.to_string(), Some(ip)))
        }
        Subject::Domain => {
            let name = value.trim_end_matches('.').to_ascii_lowercase();
            if name.parse::<IpAddr>().is_ok() || name.contains(['/', '@', ':']) {
                return Err(bad);
            }
            Ok((name, None))
        }
        Subject::Email => {
            let (local, domain) = value.rsplit_once('@').ok_or(bad)?;
            let lawful =
                |letter: char| letter.is_ascii_graphic() && !matches!(letter, '@' | '/' | '"');
            if !(1..=64).contains(&local.len())
                || !local.chars().all(lawful)
                || domain.contains(':')
            {
                return Err(bad);
            }
            let domain = domain.trim_end_matches('.').to_ascii_lowercase();
            Ok((format!("{local}@{domain}"), None))
        }
        Subject::Hash => {
            let hexadecimal = value.bytes().all(|byte| byte.is_ascii_hexdigit());
            if !hexadecimal || !matches!(value.len(), 32 | 40 | 64) {
                return Err(bad);
            }
            Ok((value.to_ascii_lowercase(), None))
        }
    }
}

/// Whether a local part reads as the name of a person: two words of letters.
fn is_person(address: &str) -> bool {
    let local = address.rsplit_once('@').map_or(address, |(local, _)| local);
    let mut words = local
        .split('+')
        .next()
        .unwrap_or_default()
        .split(['.', '_', '-']);
    let is_word =
        |word: &str| !word.is_empty() && word.chars().all(|letter| letter.is_ascii_alphabetic());
    let (Some(first), Some(second)) = (words.next(), words.next()) else {
        return false;
    };
    is_word(first) && is_word(second) && words.all(is_word)
}

/// Whether a local part holds another mailbox, as bounces and forwards do: `bounce+ada=isp.example`, `SRS0=x=y=isp.example=ada`,
/// `ada%isp.example`.
fn names_mailbox(local: &str) -> bool {
    let mut pieces = local.split(['=', '%', '!', '#']);
    let first = pieces.next().unwrap_or_default();
    let mut some = false;
    let rest = pieces.any(|piece| {
        some = true;
        let name = piece.split(['+', '/', '~']).next().unwrap_or_default();
        is_public_name(name)
    });
    // `isp.example!ada`
    rest || (some && is_public_name(first))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy;

    fn asker(toml: &str) -> Asker {
        let assets = Assets::parse(["corp.gr", "62.1.2.0/24"]).unwrap();
        let victims: AddressSet = ["62.9.9.9".parse::<IpAddr>().unwrap()]
            .into_iter()
            .collect();
        Asker::new(&Policy::parse(toml).unwrap(), assets, victims)
    }

    fn question(subject: Subject, value: &str) -> Question {
        Question {
            subject,
            value: value.into(),
            role: Some(Role::Attacker),
            tlp: Tlp::Green,
            pap: Pap::Green,
        }
    }

    #[test]
    fn only_an_attackers_public_value_is_asked_about() {
        use NotAsked::{Denied, Malformed, Own, Person, Protected, Special};
        let asker = asker(
            "[[deny]]\nkind = \"IP_ADDRESS\"\nvalue = \"45.1.1.1\"\n[[override]]\nnetwork = \"45.2.0.0/16\"\nrole = \"bystander\"",
        );
        for (subject, value, said) in [
            (Subject::Ip, "62.1.2.3", Err(Own)),
            (Subject::Ip, "62.9.9.9", Err(Protected(Role::Victim))),
            (Subject::Ip, "::ffff:62.9.9.9", Err(Protected(Role::Victim))),
            (Subject::Ip, "45.1.1.1", Err(Denied)),
            (Subject::Ip, "45.2.1.1", Err(Protected(Role::Bystander))),
            (Subject::Ip, "203.0.113.5", Err(Special)),
            (Subject::Ip, "8.8.8.8/24", Err(Malformed(Subject::Ip))),
            (Subject::Ip, " 45.3.1.1 ", Ok("45.3.1.1")),
            (Subject::Domain, "mail.corp.gr", Err(Own)),
            (Subject::Domain, "MAIL.Corp.GR.", Err(Own)),
            (Subject::Domain, "printer.local", Err(Special)),
            (
                Subject::Domain,
                "http://evil.gr/x",
                Err(Malformed(Subject::Domain)),
            ),
            (Subject::Domain, "Evil.GR.", Ok("evil.gr")),
            (Subject::Email, "info@corp.gr", Err(Own)),
            (Subject::Email, "info@mail.corp.gr.", Err(Own)),
            (Subject::Email, "ada.byron@evil.gr", Err(Person)),
            (Subject::Email, "ada.byron+x@evil.gr", Err(Person)),
            (Subject::Email, "a@[10.0.0.1]", Err(Special)),
            (
                Subject::Email,
                "x@y@evil.gr",
                Err(Malformed(Subject::Email)),
            ),
            (
                Subject::Email,
                "x y@evil.gr",
                Err(Malformed(Subject::Email)),
            ),
            (Subject::Email, "Spam7@Evil.GR", Ok("Spam7@evil.gr")),
            // Whom a bounce is about.
            (Subject::Email, "b-1+ada=corp.gr@evil.gr", Err(Own)),
            (
                Subject::Email,
                "SRS0=x=Y=Mail.Corp.GR=ada@evil.gr",
                Err(Own),
            ),
            (Subject::Email, "bounce-ada-corp.gr-17@evil.gr", Err(Own)),
            (Subject::Email, "x_62.1.2.9_y@evil.gr", Err(Own)),
            (
                Subject::Email,
                "x-62.9.9.9@evil.gr",
                Err(Protected(Role::Victim)),
            ),
            (Subject::Email, "x-45.1.1.1@evil.gr", Err(Denied)),
            (Subject::Email, "b-1+ada=isp.gr@evil.gr", Err(Person)),
            (Subject::Email, "ada%isp.gr@evil.gr", Err(Person)),
            (Subject::Email, "isp.gr!ada@evil.gr", Err(Person)),
            (Subject::Email, "a=b@evil.gr", Ok("a=b@evil.gr")),
            (
                Subject::Email,
                "7notcorp.gr@evil.gr",
                Ok("7notcorp.gr@evil.gr"),
            ),
            // Who reads numbers in hexadecimal sees a private address.
            (Subject::Domain, "10.0.0.0x1", Err(Special)),
            (Subject::Domain, "mail.1e", Err(Special)),
            (
                Subject::Hash,
                "D41D8CD98F00B204E9800998ECF8427E",
                Ok("d41d8cd98f00b204e9800998ecf8427e"),
            ),
            (Subject::Hash, "d41d", Err(Malformed(Subject::Hash))),
        ] {
            let got = asker.ask(question(subject, value));
            let got = got.map(|asked| asked.item().value.clone());
            assert_eq!(
                got.as_deref(),
                said.as_ref().map(|text: &&str| *text),
                "{value}"
            );
        }
    }

    #[test]
    fn labels_and_roles_have_ceilings_that_a_policy_may_move_up_to_red() {
        let labelled = |tlp, pap, role| Question {
            role,
            tlp,
            pap,
            ..question(Subject::Ip, "45.3.1.1")
        };
        let attacker = Some(Role::Attacker);
        let strict = asker("[ask]\npap = \"green\"");
        let open = asker("[ask]\ntlp = \"amber+strict\"\npap = \"amber\"\nunknown = true");
        for asker in [&strict, &open] {
            for pap in [Pap::Clear, Pap::Red] {
                let said = asker.ask(labelled(Tlp::Red, pap, attacker)).unwrap_err();
                assert_eq!(said, NotAsked::TlpRed);
            }
            let said = asker
                .ask(labelled(Tlp::Clear, Pap::Red, attacker))
                .unwrap_err();
            assert_eq!(said, NotAsked::PapRed);
            for role in [Role::Victim, Role::Own, Role::Bystander] {
                let said = asker.ask(labelled(Tlp::Clear, Pap::Clear, Some(role)));
                assert_eq!(said.unwrap_err(), NotAsked::Protected(role));
            }
        }
        for (tlp, pap, role) in [
            (Tlp::AmberStrict, Pap::Green, attacker),
            (Tlp::Amber, Pap::Amber, attacker),
            (Tlp::Amber, Pap::Green, None),
        ] {
            assert!(strict.ask(labelled(tlp, pap, role)).is_err());
            assert!(open.ask(labelled(tlp, pap, role)).is_ok());
        }
        for (asker, pap) in [(&strict, Pap::Green), (&asker(""), Pap::Amber)] {
            assert!(asker.ask(labelled(Tlp::Amber, pap, attacker)).is_ok());
        }
    }

    #[test]
    fn no_policy_lets_red_be_asked_about_and_its_digest_stays() {
        for (toml, line) in [
            ("name = \"x\"\n[ask]\ntlp = \"red\"", 3),
            ("[ask]\n\npap = \"red\"", 3),
        ] {
            let error: policy::Error = Policy::parse(toml).unwrap_err();
            assert_eq!(error.line, line);
            assert!(error.problem.contains("never"), "{error}");
        }
        let plain = Policy::parse("name = \"x\"").unwrap();
        let same = Policy::parse("name = \"x\"\n[ask]\npap = \"amber\"").unwrap();
        let other = Policy::parse("name = \"x\"\n[ask]\npap = \"green\"").unwrap();
        assert_eq!(plain.digest(), same.digest());
        assert_ne!(plain.digest(), other.digest());
    }

    #[test]
    fn nothing_shows_a_value() {
        let asker = asker("");
        let question = question(Subject::Email, "ada.byron@evil.gr");
        let said = format!("{question:?} {:?} {asker:?}", asker.ask(question.clone()));
        assert!(!said.contains("byron"), "{said}");
        assert!(
            !asker
                .ask(question)
                .unwrap_err()
                .to_string()
                .contains("byron")
        );
    }
}
