//! Plain expressions against the dispatcher: what one finds, the other must.

use aidos_privacy::pii::Kind;
use regex::Regex;

use crate::scan;

/// Numbers from a seed, so that a failure comes back.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }

    fn pick<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[usize::try_from(self.below(all.len() as u64)).unwrap()]
    }
}

/// Compares over many made lines: the spans of a type must be those of an expression.
fn same(kind: Kind, pattern: &str, make: impl Fn(&mut Chance) -> String) {
    let oracle = Regex::new(pattern).unwrap();
    let mut chance = Chance(7);
    let mut total = 0;
    for _ in 0..3000 {
        let mut line = String::new();
        for _ in 0..4 {
            line.push_str(chance.pick(&[
                "from ",
                "to ",
                "in:ether1 ",
                "(",
                "[",
                "-> ",
                "x=",
                "ok ",
                "\"",
                "λόγος ",
            ]));
            line.push_str(&make(&mut chance));
            line.push_str(chance.pick(&[" ", ", ", ") ", "] ", "; ", "\" ", " ok "]));
        }
        let wanted: Vec<(usize, usize)> = oracle
            .captures_iter(&line)
            .map(|c| c.get(1).unwrap())
            .map(|m| (m.start(), m.end()))
            .collect();
        let found: Vec<(usize, usize)> = scan(&line)
            .iter()
            .filter(|f| f.kind == kind)
            .map(|f| (f.start, f.end))
            .collect();
        assert_eq!(found, wanted, "{line}");
        total += wanted.len();
    }
    assert!(total > 1000, "the oracle found only {total}");
}

#[test]
fn addresses_of_version_4() {
    let octet = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
    let pattern = format!(r"(?:^|[^0-9A-Za-z.])({octet}(?:\.{octet}){{3}})(?:$|[^0-9A-Za-z.])");
    same(Kind::IpAddress, &pattern, |chance| {
        let octets: Vec<String> = (0..3 + chance.below(3))
            .map(|_| chance.below(300).to_string())
            .collect();
        octets.join(".")
    });
}

#[test]
fn hardware_addresses() {
    let pattern = r"(?:^|[^0-9A-Za-z:])([0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5})(?:$|[^0-9A-Za-z:])";
    same(Kind::MacAddress, pattern, |chance| {
        let octets: Vec<String> = (0..5 + chance.below(3))
            .map(|_| format!("{:02x}", chance.below(256)))
            .collect();
        octets.join(":")
    });
}

#[test]
fn mail_addresses() {
    let pattern = r"(?:^|[^0-9A-Za-z._+-])([0-9A-Za-z][0-9A-Za-z._+-]*@[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*\.[a-z]{2,})(?:$|[^0-9A-Za-z._-])";
    same(Kind::EmailAddress, pattern, |chance| {
        let (name, host) = (
            chance.pick(&["ada", "a.b", "x+y", "j_d", "a-1"]),
            chance.pick(&["example", "mail.example", "x-y"]),
        );
        format!(
            "{name}@{host}.{}",
            chance.pick(&["org", "co.uk", "c", "gr", "1"])
        )
    });
}
