//! Clean firewall lines hold addresses, hardware addresses, times and users of interfaces, and
//! nothing else is found in them.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use aidos_privacy::pii::Kind;
use aidos_simulate::{Files, Plan, simulate};

use crate::scan;

/// Keeps one file in memory.
struct Keep {
    name: &'static str,
    bytes: Arc<Mutex<Vec<u8>>>,
}

struct Page(Option<Arc<Mutex<Vec<u8>>>>);

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(page) = &self.0 {
            page.lock().unwrap().extend_from_slice(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Files for Keep {
    fn create(&mut self, name: &str) -> io::Result<Box<dyn Write>> {
        Ok(Box::new(Page(
            (name == self.name).then(|| Arc::clone(&self.bytes)),
        )))
    }
}

/// One file of the simulator, without damage.
pub(crate) fn made(name: &'static str) -> String {
    let bytes = Arc::new(Mutex::new(Vec::new()));
    let plan = Plan {
        seed: 11,
        size: 400_000,
        dirt: 0.0,
    };
    simulate(
        &plan,
        &mut Keep {
            name,
            bytes: Arc::clone(&bytes),
        },
        &mut |_| true,
    )
    .unwrap();
    let bytes = bytes.lock().unwrap();
    String::from_utf8(bytes.clone()).unwrap()
}

#[test]
fn firewall_lines_hold_only_addresses_and_times() {
    let text = made("8bells.log");
    let mut lines = 0;
    for line in text.lines() {
        for finding in scan(line) {
            let value = &line[finding.start..finding.end];
            let user = line[..finding.start].ends_with("<pppoe-") || line.contains("user ");
            let expected = matches!(
                finding.kind,
                Kind::IpAddress | Kind::MacAddress | Kind::DateTime
            ) || finding.kind == Kind::UserName && user;
            assert!(expected, "{:?} {value:?} in {line}", finding.kind);
        }
        lines += 1;
    }
    assert!(lines > 1000, "{lines} lines");
}

#[test]
fn every_address_of_a_mail_log_is_found() {
    let text = made("dpc.csv");
    let mut addresses = 0;
    for line in text.lines() {
        let found = scan(line);
        for (at, _) in line.match_indices('@') {
            let covered = found
                .iter()
                .any(|f| f.kind == Kind::EmailAddress && f.start < at && at < f.end);
            assert!(covered, "the @ at {at} in {line}");
            addresses += 1;
        }
    }
    assert!(addresses > 500, "{addresses} addresses");
}
