//! `exus.json`: one event of an intrusion sensor a line, in the schemas of eight versions.
//!
//! Events are distinct by construction, as in [`crate::firewall`]: a key claimed in its second, and
//! for damaged events a source port that no other damaged event of the second has, or, where the
//! stamp is lost, a pair of ports that no other such event of the file has.

mod event;
mod payload;
mod render;

use crate::campaign::{Deed, Strike, War};
use crate::clock::{Clock, Moment, SECOND};
use crate::ledger::{Fate, Ledger};
use crate::random::{Random, mix};
use crate::unique::Second;
use crate::{Error, Setting, cast};
use event::{Event, attack};
use render::{Harm, VERSIONS, Version, object};

/// Events kept for repetition.
const KEPT: usize = 32;

/// Writes the file.
pub(crate) fn write(
    setting: &Setting,
    ledger: &mut Ledger<'_>,
    war: &mut War,
) -> Result<(), Error> {
    let doublings = (ledger.budget() / 330 / 64).max(2).ilog2();
    let mut writer = Writer {
        seed: setting.seed,
        random: Random::new(setting.seed, 3),
        clock: Clock::new(),
        pool: 500 * doublings,
        shown: 0,
        second: Second::default(),
        timeless: 0,
        kept: Vec::with_capacity(KEPT),
        rows: 0,
    };
    // A file from a system that marks its files begins with the mark.
    let mut mark = setting.dirt > 0;
    while ledger.left() > 160 {
        if mark {
            mark = false;
            let drawn = writer.row(ledger, war);
            Writer::put(
                ledger,
                war,
                &drawn,
                &["bom"],
                Harm::None,
                b"\xef\xbb\xbf",
                b"\n",
            )?;
        } else if ledger.lines() >= 4 && setting.dirty(&mut writer.random) {
            writer.dirty(ledger, war)?;
        } else {
            let drawn = writer.row(ledger, war);
            Writer::put(ledger, war, &drawn, &[], Harm::None, b"", b"\n")?;
            writer.keep(drawn.event);
        }
    }
    Ok(())
}

/// An event with how it is written.
struct Drawn {
    event: Event,
    version: &'static Version,
    spelling: u8,
    blow: Option<Strike>,
}

struct Writer {
    seed: u64,
    random: Random,
    clock: Clock,
    pool: u32,
    shown: Moment,
    second: Second,
    timeless: u64,
    kept: Vec<Event>,
    rows: usize,
}

impl Writer {
    fn row(&mut self, ledger: &Ledger<'_>, war: &mut War) -> Drawn {
        let now = self.clock.at(ledger.written(), ledger.budget());
        let blow = if war.next_at().is_some_and(|at| at <= now) {
            war.strike()
        } else {
            None
        };
        self.drawn(blow.map_or(now, |blow| blow.at), blow, None)
    }

    /// Draws an event, claims and shows it.
    fn drawn(
        &mut self,
        at: Moment,
        blow: Option<Strike>,
        version: Option<&'static Version>,
    ) -> Drawn {
        let mut bits = self.random.next();
        let version = version.unwrap_or(&VERSIONS[(bits % 8) as usize]);
        let grain = version.grain();
        let at = (at / grain * grain).max(self.shown.div_ceil(grain) * grain);
        let mut event = match &blow {
            Some(blow) => self.strike(blow, at),
            None => self.ordinary(at),
        };
        if event.attack != attack::SQL_INJECTION && (bits >> 8).is_multiple_of(8) {
            // The sensor does not always know.
            event.severity = 0;
        }
        let mut tries = 0;
        while !self.second.claim(event.second(), event.key()) {
            tries += 1;
            if tries % 8 == 0 {
                event.at = (event.second() + 1) * SECOND;
            }
            event.source_port = Some(self.ephemeral());
        }
        self.shown = event.at;
        bits = mix(bits);
        Drawn {
            event,
            version,
            spelling: bits as u8,
            blow,
        }
    }

    fn ephemeral(&mut self) -> u16 {
        32_768 + self.random.below(28_000) as u16
    }

    fn strike(&mut self, blow: &Strike, at: Moment) -> Event {
        let (attack, severity) = match blow.deed {
            Deed::SqlInjection => (attack::SQL_INJECTION, 8 + blow.number % 2),
            Deed::Scan => (attack::PORT_SCAN, 3 + blow.number % 3),
            Deed::BruteForce => (attack::BRUTE_FORCE, 5 + blow.number % 3),
            Deed::Botnet if blow.campaign.is_multiple_of(2) => (attack::DDOS, 9),
            Deed::Botnet => (attack::BOTNET, 8),
        };
        let payload = match blow.deed {
            Deed::SqlInjection => payload::sql_injection(&mut self.random),
            Deed::Botnet if self.random.percent(20) => payload::ordinary(&mut self.random),
            _ => String::new(),
        };
        let user = match blow.deed {
            Deed::BruteForce => self.random.pick(&cast::USERS),
            _ => "",
        };
        Event {
            at,
            source: blow.source,
            source_port: Some(self.ephemeral()),
            source_mac: None,
            destination: blow.target,
            destination_port: Some(blow.port),
            transport: if blow.port == 53 { 2 } else { 1 },
            attack,
            payload,
            user,
            severity: severity as u8,
        }
    }

    /// An event of the everyday: a stranger who tries once, or an own host that looks odd.
    fn ordinary(&mut self, at: Moment) -> Event {
        let n = self.random.skewed(self.pool);
        let bits = mix(self.seed ^ mix(u64::from(n) ^ 0xe5));
        let (low, high) = (bits as u32 >> 8, (bits >> 40) as u32);
        let from_inside = high % 8 == 0;
        let source = if from_inside {
            cast::exus_server(low)
        } else {
            cast::attacker(self.seed, cast::EXUS_NOISE + n)
        };
        let mut event = Event {
            at,
            source,
            source_port: Some(self.ephemeral()),
            source_mac: (from_inside || high % 5 == 0).then(|| cast::card(source)),
            destination: if high % 3 == 0 {
                cast::exus_public(low)
            } else {
                cast::exus_server(low >> 8)
            },
            destination_port: Some([80, 443, 8080, 22, 25, 3389, 445, 53][low as usize % 8]),
            transport: 1,
            attack: attack::PORT_SCAN,
            payload: String::new(),
            user: "",
            severity: 1 + (high >> 8) as u8 % 10,
        };
        if event.destination == source {
            event.destination = cast::exus_server((low >> 8) + 1);
        }
        match bits % 10 {
            0..3 => {
                event.attack = attack::XSS;
                event.payload = payload::script(&mut self.random);
                event.destination_port = Some(443);
            }
            3 | 4 => {
                event.attack = attack::PATH_TRAVERSAL;
                event.payload = payload::path(&mut self.random);
                event.destination_port = Some(80);
            }
            5 | 6 => {
                event.attack = 0;
                event.payload = payload::ordinary(&mut self.random);
                event.user = self.random.pick(&["", "", "maria.k", "nikos", "web"]);
            }
            7 => {
                // ICMP has no ports.
                event.transport = 3;
                event.source_port = None;
                event.destination_port = None;
            }
            8 => event.transport = if high & 16 == 0 { 0 } else { 2 },
            _ => {
                event.attack = attack::BRUTE_FORCE;
                event.user = self.random.pick(&cast::USERS);
                event.destination_port = Some(22);
            }
        }
        event
    }

    fn put(
        ledger: &mut Ledger<'_>,
        war: &mut War,
        drawn: &Drawn,
        dirt: &[&str],
        harm: Harm,
        before: &[u8],
        after: &[u8],
    ) -> Result<(), Error> {
        let beyond = !matches!(harm, Harm::None | Harm::TrailingComma);
        ledger.put(
            Fate::Entry(1),
            dirt,
            beyond,
            |o| {
                o.extend_from_slice(before);
                object(&drawn.event, drawn.version, drawn.spelling, harm, o);
                o.extend_from_slice(after);
            },
            |o| drawn.event.truth(o),
        )?;
        if let Some(blow) = &drawn.blow
            && !beyond
        {
            war.observe(blow, drawn.event.at, true);
        }
        Ok(())
    }

    fn keep(&mut self, event: Event) {
        self.rows += 1;
        if !self.rows.is_multiple_of(8) {
            return;
        }
        if self.kept.len() < KEPT {
            self.kept.push(event);
        } else {
            self.kept[self.rows / 8 % KEPT] = event;
        }
    }

    fn dirty(&mut self, ledger: &mut Ledger<'_>, war: &mut War) -> Result<(), Error> {
        match self.random.below(100) {
            0..16 if !self.kept.is_empty() => self.repeat(ledger),
            16..21 => ledger.put(
                Fate::Skip,
                &["blank_line"],
                false,
                |o| o.push(b'\n'),
                |_| {},
            ),
            21..29 => self.garbage(ledger),
            29..44 if ledger.left() > 2_000 => self.merged(ledger, war),
            _ => self.damaged(ledger, war),
        }
    }

    /// An earlier event again, as another version would write it.
    fn repeat(&mut self, ledger: &mut Ledger<'_>) -> Result<(), Error> {
        let event = &self.kept[self.random.below(self.kept.len() as u32) as usize];
        let (mut at, spelling) = (self.random.below(8) as usize, self.random.next() as u8);
        // A version that can write the time exactly; the fifth can write every time.
        if !event.at.is_multiple_of(VERSIONS[at].grain()) {
            at = 4;
        }
        let comma = self.random.percent(20);
        let harm = if comma {
            Harm::TrailingComma
        } else {
            Harm::None
        };
        let words = ["duplicate", "trailing_comma"];
        ledger.put(
            Fate::Duplicate,
            &words[..=usize::from(comma)],
            false,
            |o| {
                object(event, &VERSIONS[at], spelling, harm, o);
                o.push(b'\n');
            },
            |o| event.truth(o),
        )
    }

    fn garbage(&mut self, ledger: &mut Ledger<'_>) -> Result<(), Error> {
        let (choice, bits) = (self.random.below(5), self.random.next());
        ledger.put(
            Fate::Reject,
            &["garbage"],
            false,
            |o| {
                let text = match choice {
                    0 => format!("sensor restarted, pid {}", bits % 65_536),
                    1 => format!("-- {:08x} --", bits >> 32),
                    2 => format!("<html><body>502 Bad Gateway {}</body></html>", bits % 1_000),
                    3 => format!("WARN queue full, {} events waiting", bits % 10_000),
                    _ => format!("\"{:x}", bits >> 40),
                };
                o.extend_from_slice(text.as_bytes());
                o.push(b'\n');
            },
            |_| {},
        )
    }

    /// Two objects on a line.
    fn merged(&mut self, ledger: &mut Ledger<'_>, war: &mut War) -> Result<(), Error> {
        let first = self.row(ledger, war);
        let second = self.drawn(self.shown, None, None);
        let between: &[u8] = self.random.pick(&[b"".as_slice(), b" ", b","]);
        ledger.put(
            Fate::Entry(2),
            &["merged_line"],
            false,
            |o| {
                object(&first.event, first.version, first.spelling, Harm::None, o);
                o.extend_from_slice(between);
                object(
                    &second.event,
                    second.version,
                    second.spelling,
                    Harm::None,
                    o,
                );
                o.push(b'\n');
            },
            |o| {
                first.event.truth(o);
                o.push(b',');
                second.event.truth(o);
            },
        )?;
        if let Some(blow) = &first.blow {
            war.observe(blow, first.event.at, true);
        }
        Ok(())
    }

    fn damaged(&mut self, ledger: &mut Ledger<'_>, war: &mut War) -> Result<(), Error> {
        let mut drawn = self.row(ledger, war);
        let choice = self.random.below(10);
        let octet = 256 + self.random.below(744) as u16;
        let v4 = !drawn.event.source.is_v6();
        let (word, harm) = match choice {
            3 => {
                return Self::put(ledger, war, &drawn, &["crlf"], Harm::None, b"", b"\r\n");
            }
            // Time, source and port are the first three members of the first version; there are at
            // least six.
            4 | 5 => ("truncated", Harm::Cut(3 + self.random.below(3) as usize)),
            6 if drawn.event.source_mac.is_some() => ("bad_mac", Harm::Mac),
            7 if v4 => ("bad_ip", Harm::Source(octet)),
            8 if v4 => ("bad_ip", Harm::Destination(octet)),
            9 => ("bad_date", Harm::Time(self.random.below(3) as u8)),
            _ => ("trailing_comma", Harm::TrailingComma),
        };
        if harm == Harm::TrailingComma {
            return Self::put(ledger, war, &drawn, &[word], harm, b"", b"\n");
        }
        if let Harm::Cut(_) = harm {
            drawn.version = &VERSIONS[0];
            // Whole seconds are all that this version writes.
            drawn.event.at = drawn.event.at.div_ceil(SECOND) * SECOND;
            self.shown = drawn.event.at;
        }
        self.set_apart(&mut drawn.event, harm);
        Self::put(ledger, war, &drawn, &[word], harm, b"", b"\n")
    }

    /// Gives an event that will be damaged ports of its own; clean events have theirs from 32,768
    /// up.
    fn set_apart(&mut self, event: &mut Event, harm: Harm) {
        if let Harm::Time(_) = harm {
            self.timeless += 1;
            event.source_port = Some((1_024 + self.timeless % 15_000) as u16);
            if self.timeless >= 15_000 {
                // No other event goes to ports this high.
                let port = 60_000 + self.timeless / 15_000 % 5_000;
                event.destination_port = Some(port as u16);
            }
        } else {
            let number = u64::from(self.second.damaged(event.second()));
            let start = mix(event.second() ^ self.seed) >> 8;
            event.source_port = Some((17_000 + (start + number * 13) % 15_000) as u16);
        }
        if event.transport == 3 {
            // Ports need a transport that has them.
            event.transport = 1;
            event.destination_port = event.destination_port.or(Some(80));
        }
    }
}
