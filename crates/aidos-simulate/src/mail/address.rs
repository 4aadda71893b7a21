//! Mailboxes: a number for the person, a number for the domain.

use crate::random::{Random, mix};

/// The provider's own domain comes first, then its partners.
pub(super) const DOMAINS: [&str; 40] = [
    "asklepion.example",
    "mail.asklepion.example",
    // Partners, of the reserved names of RFC 2606 and RFC 6761.
    "example.org",
    "example.com",
    "example.net",
    "lab.example.org",
    "clinic-north.example",
    "clinic-south.example",
    "insurer.example.com",
    "pharma.example.net",
    "university.example",
    "registry.example",
    "ministry.example",
    "supplier.example.com",
    "it-service.example.net",
    "press.example.org",
    "hospital-east.example",
    "research.example.org",
    "bank.example",
    "courier.example.com",
    "xn--exmple-cua.example",
    // Look-alikes, from LOOKALIKE.
    "asklepi0n.example",
    "askiepion.example",
    "asklepion-support.example",
    "asklepion.example.com",
    "aslkepion.example",
    "asklepiion.example",
    "asklepion-login.example.net",
    "aksklepion.example",
    // Disposable, from DISPOSABLE.
    "mailinator.com",
    "10minutemail.com",
    "guerrillamail.com",
    "trashmail.com",
    "yopmail.com",
    "sharklasers.com",
    "maildrop.cc",
    "getnada.com",
    "dispostable.com",
    "temp-mail.org",
    "mohmal.com",
];

/// Domains of ordinary mail.
const ORDINARY: u32 = 21;
/// First look-alike domain.
pub(super) const LOOKALIKE: u8 = 21;
/// First disposable domain.
pub(super) const DISPOSABLE: u8 = 29;

const FIRST: [&str; 40] = [
    "maria", "nikos", "eleni", "giorgos", "anna", "dimitris", "sofia", "kostas", "katerina",
    "yannis", "john", "jane", "peter", "paul", "laura", "julia", "thomas", "martin", "sara",
    "emma", "lucas", "leon", "marta", "pedro", "ines", "carlos", "luigi", "paola", "marco",
    "chiara", "jan", "piotr", "ewa", "ivan", "olga", "mehmet", "ayse", "omar", "fatima", "li",
];

const LAST: [&str; 50] = [
    "papadopoulos",
    "georgiou",
    "nikolaou",
    "smith",
    "jones",
    "brown",
    "meyer",
    "schmidt",
    "weber",
    "fischer",
    "martin",
    "bernard",
    "dubois",
    "rossi",
    "russo",
    "ferrari",
    "garcia",
    "lopez",
    "silva",
    "santos",
    "kowalski",
    "nowak",
    "novak",
    "horvat",
    "ivanov",
    "petrov",
    "yilmaz",
    "kaya",
    "haddad",
    "khan",
    "chen",
    "wang",
    "nguyen",
    "kim",
    "sato",
    "larsen",
    "hansen",
    "berg",
    "lind",
    "virtanen",
    "oconnor",
    "murphy",
    "kelly",
    "evans",
    "dekker",
    "devries",
    "peeters",
    "janssens",
    "moreau",
    "costa",
];

/// People with a plain name: first × last.
const PEOPLE: u32 = 2_000;
/// First number of the addresses that stand nowhere else.
const TICKETS: u32 = 1 << 24;

/// One address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Mailbox {
    /// Who: a name, a name with a number from 2,000 up, a ticket from 2²⁴ up.
    person: u32,
    /// Index into [`DOMAINS`].
    domain: u8,
}

impl Mailbox {
    /// A member of the own staff.
    pub(super) fn staff(n: u32) -> Self {
        Self {
            person: n % 3_000,
            domain: u8::from(n.is_multiple_of(13)),
        }
    }

    /// A sender of a campaign.
    pub(super) fn sender(person: u32, domain: u8) -> Self {
        Self { person, domain }
    }

    /// An own address used once.
    pub(super) fn ticket(n: u32) -> Self {
        Self {
            person: TICKETS + n,
            domain: 0,
        }
    }

    /// A number that tells mailboxes apart.
    pub(super) fn key(self) -> u64 {
        mix(u64::from(self.person) << 8 | u64::from(self.domain))
    }

    /// The domain's text.
    pub(super) fn domain(self) -> &'static str {
        DOMAINS[usize::from(self.domain)]
    }

    /// Appends the local part.
    pub(super) fn local(self, o: &mut Vec<u8>) {
        if self.person >= TICKETS {
            o.extend_from_slice(b"ticket-");
            crate::text::int(o, u64::from(self.person - TICKETS));
            return;
        }
        let n = self.person % PEOPLE;
        o.extend_from_slice(FIRST[(n % 40) as usize].as_bytes());
        o.push(if n.is_multiple_of(7) { b'_' } else { b'.' });
        o.extend_from_slice(LAST[(n / 40) as usize].as_bytes());
        if self.person >= PEOPLE {
            // A few use plus addressing.
            if n.is_multiple_of(11) {
                o.push(b'+');
            }
            crate::text::int(o, u64::from(self.person / PEOPLE));
        }
    }

    /// Appends the true form: the local part as it is, the domain in lower case.
    pub(super) fn write(self, o: &mut Vec<u8>) {
        self.local(o);
        o.push(b'@');
        o.extend_from_slice(self.domain().as_bytes());
    }

    /// Last and first name, for a display name.
    pub(super) fn names(self) -> (&'static str, &'static str) {
        let n = self.person % PEOPLE;
        (LAST[(n / 40) as usize], FIRST[(n % 40) as usize])
    }
}

/// Appends the addresses of an ordinary mail: one sender, mostly few recipients, the own domain on
/// at least one side; now and then a circular to many.
pub(super) fn ordinary(random: &mut Random, most: u32, boxes: &mut Vec<Mailbox>) {
    let partner = |random: &mut Random| Mailbox {
        person: random.skewed(6_000),
        domain: 2 + random.skewed(ORDINARY - 2) as u8,
    };
    let recipients = match random.below(1_000) {
        0..600 => 1,
        600..800 => 2,
        800..940 => 3 + random.below(4),
        940..997 => 7 + random.below(8),
        _ => 50 + random.below(150),
    };
    let recipients = recipients.min(most.saturating_sub(1)).max(1);
    let inbound = random.percent(45);
    // A row in ten passes through without the own domain.
    let foreign = random.percent(10);
    boxes.push(if inbound || foreign {
        partner(random)
    } else {
        Mailbox::staff(random.skewed(3_000))
    });
    for _ in 0..recipients {
        let own = !foreign && (inbound || random.percent(50));
        boxes.push(if own {
            Mailbox::staff(random.skewed(3_000))
        } else {
            partner(random)
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn mailboxes_differ_and_their_domains_are_lower_case() {
        let mut seen = HashSet::new();
        for person in (0..8_000).chain(TICKETS..TICKETS + 9) {
            for domain in [0, LOOKALIKE + 1, DISPOSABLE] {
                let mailbox = Mailbox { person, domain };
                let mut text = Vec::new();
                mailbox.write(&mut text);
                assert!(
                    !mailbox
                        .domain()
                        .bytes()
                        .any(|byte| byte.is_ascii_uppercase())
                );
                assert!(seen.insert(text));
            }
        }
    }

    #[test]
    fn rows_hold_at_most_what_they_may() {
        let mut random = Random::new(1, 1);
        for _ in 0..5_000 {
            let mut boxes = Vec::new();
            ordinary(&mut random, 20, &mut boxes);
            assert!((2..=20).contains(&boxes.len()));
        }
    }
}
