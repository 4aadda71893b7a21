//! `8bells.log`: RouterOS firewall lines and log-in failures.
//!
//! Rows are distinct by construction: a row claims a key within its second and is drawn again
//! where the key is taken; a row that dirt will damage beyond repair gets a source port and length
//! that no other damaged row of its second has, and one that loses its stamp a pair that no other
//! such row of the file has. So two damaged rows differ in what is left of them.

mod background;
mod dirt;
mod ends;
mod packet;
mod render;
mod style;

use crate::campaign::{Strike, War};
use crate::clock::{Clock, Moment, SECOND};
use crate::ledger::{Fate, Ledger};
use crate::random::{Random, mix};
use crate::unique::Second;
use crate::{Error, Setting};
use dirt::Kind;
use packet::{Body, Nat, Origin, Packet};
use style::{Stamp, Style};

/// Rows kept for repetition.
const KEPT: usize = 64;

/// Writes the log.
pub(crate) fn write(
    setting: &Setting,
    ledger: &mut Ledger<'_>,
    war: &mut War,
) -> Result<(), Error> {
    let mut writer = Writer {
        seed: setting.seed,
        random: Random::new(setting.seed, 1),
        clock: Clock::new(),
        pool: background::pool(ledger.budget() / 190),
        shown: 0,
        second: Second::default(),
        timeless: 0,
        kept: Vec::with_capacity(KEPT),
        rows: 0,
    };
    // A line is about 186 bytes: stop where the next would overshoot more than it fills.
    while ledger.left() > 95 {
        // The first lines are clean: a stamp without year needs an earlier one with it.
        if ledger.lines() >= 4 && setting.dirty(&mut writer.random) {
            writer.dirty(ledger, war)?;
        } else {
            let (packet, style, blow) = writer.row(ledger, war);
            writer.clean(ledger, war, packet, style, blow.as_ref())?;
        }
    }
    Ok(())
}

struct Writer {
    seed: u64,
    random: Random,
    clock: Clock,
    pool: u32,
    /// The latest stamp in the file; none that is right is earlier.
    shown: Moment,
    second: Second,
    /// Rows that lost their stamp.
    timeless: u64,
    /// Clean rows to repeat.
    kept: Vec<(Packet, Style)>,
    rows: usize,
}

impl Writer {
    /// The next row, with its clean style, claimed and shown.
    fn row(&mut self, ledger: &Ledger<'_>, war: &mut War) -> (Packet, Style, Option<Strike>) {
        let now = self.clock.at(ledger.written(), ledger.budget());
        let blow = if war.next_at().is_some_and(|at| at <= now) {
            war.strike()
        } else {
            None
        };
        let at = blow.map_or(now, |blow| blow.at);
        let (packet, style) = self.drawn(at, blow.as_ref());
        (packet, style, blow)
    }

    fn drawn(&mut self, at: Moment, blow: Option<&Strike>) -> (Packet, Style) {
        let (origin, style) = self.form();
        let fraction = matches!(origin, Origin::Relay(_));
        let mut at = if fraction { at } else { at / SECOND * SECOND };
        if at < self.shown {
            at = if fraction {
                self.shown
            } else {
                self.shown.div_ceil(SECOND) * SECOND
            };
        }
        let number = self.random.skewed(self.pool);
        let mut packet = if let Some(blow) = blow {
            background::strike(&mut self.random, blow, at)
        } else {
            background::packet(&mut self.random, self.seed, number, at)
        };
        packet.origin = origin;
        let mut tries = 0;
        while !self.second.claim(packet.second(), packet.key()) {
            tries += 1;
            if tries % 8 == 0 {
                // A busy second: the next one has room.
                packet.at = (packet.second() + 1) * SECOND;
            }
            match packet.body {
                Body::Login(_, service) => {
                    let users = crate::cast::USERS.len() as u32;
                    packet.body = Body::Login(self.random.below(users) as u8, service);
                }
                Body::Packet => {
                    packet.len = background::length(&mut self.random, packet.protocol);
                    if packet.protocol.has_ports() && packet.source_port >= 1024 {
                        let port = 32_768 + self.random.below(28_000) as u16;
                        packet.source_port = port;
                        if let Nat::Source(address, _) = packet.nat {
                            packet.nat = Nat::Source(address, port);
                        }
                    }
                }
            }
        }
        self.shown = packet.at;
        (packet, style)
    }

    /// Where the row was kept and how its stamp is written when clean.
    fn form(&mut self) -> (Origin, Style) {
        let (origin, stamp) = match self.random.below(100) {
            0..80 => (Origin::Local, Stamp::Usual),
            80..86 => (Origin::Local, Stamp::Iso),
            86..89 => (Origin::Local, Stamp::Lower),
            89 => (Origin::Local, Stamp::Rfc3339),
            90 => (Origin::Local, Stamp::Epoch),
            _ => (Origin::Relay(self.random.below(4) as u8), Stamp::Usual),
        };
        (
            origin,
            Style {
                stamp,
                ..Style::default()
            },
        )
    }

    fn clean(
        &mut self,
        ledger: &mut Ledger<'_>,
        war: &mut War,
        packet: Packet,
        style: Style,
        blow: Option<&Strike>,
    ) -> Result<(), Error> {
        ledger.put(
            Fate::Entry(1),
            &[],
            false,
            |o| render::line(&packet, &style, o),
            |o| packet.truth(o),
        )?;
        if let Some(blow) = blow {
            war.observe(blow, packet.at, packet.body == Body::Packet);
        }
        self.rows += 1;
        if self.rows.is_multiple_of(8) {
            self.keep(packet, style);
        }
        // The same packet, seen in a second chain, is another row.
        if packet.chain == 1 && packet.body == Body::Packet && self.random.below(64) == 0 {
            let twin = Packet { chain: 6, ..packet };
            if self.second.claim(twin.second(), twin.key()) {
                return ledger.put(
                    Fate::Entry(1),
                    &[],
                    false,
                    |o| render::line(&twin, &style, o),
                    |o| twin.truth(o),
                );
            }
        }
        Ok(())
    }

    fn keep(&mut self, packet: Packet, style: Style) {
        if self.kept.len() < KEPT {
            self.kept.push((packet, style));
        } else {
            let slot = self.rows / 8 % KEPT;
            self.kept[slot] = (packet, style);
        }
    }

    fn dirty(&mut self, ledger: &mut Ledger<'_>, war: &mut War) -> Result<(), Error> {
        match self.random.below(100) {
            0..12 if !self.kept.is_empty() => self.repeat(ledger),
            12..15 => ledger.put(
                Fate::Skip,
                &["blank_line"],
                false,
                |o| o.push(b'\n'),
                |_| {},
            ),
            15..17 => self.comment(ledger),
            17..24 => self.garbage(ledger),
            24..32 if ledger.left() > 2_000 => self.merged(ledger, war),
            _ => self.damaged(ledger, war),
        }
    }

    /// An earlier row again, sometimes spelt otherwise.
    fn repeat(&mut self, ledger: &mut Ledger<'_>) -> Result<(), Error> {
        let (mut packet, mut style) = self.kept[self.random.below(self.kept.len() as u32) as usize];
        if self.random.percent(60) {
            return ledger.put(
                Fate::Duplicate,
                &["duplicate"],
                false,
                |o| render::line(&packet, &style, o),
                |o| packet.truth(o),
            );
        }
        let kind = Kind::draw(&mut self.random, &packet, true);
        kind.apply(&mut self.random, &mut packet, &mut style, true);
        ledger.put(
            Fate::Duplicate,
            &["duplicate", kind.word()],
            false,
            |o| render::line(&packet, &style, o),
            |o| packet.truth(o),
        )
    }

    fn comment(&mut self, ledger: &mut Ledger<'_>) -> Result<(), Error> {
        let shown = self.shown;
        ledger.put(
            Fate::Skip,
            &["comment"],
            false,
            |o| {
                o.extend_from_slice(b"# mar/");
                crate::clock::day(o, shown);
                o.extend_from_slice(b"/2023 ");
                crate::clock::time_of_day(o, shown);
                o.extend_from_slice(b" by RouterOS 7.8\n");
            },
            |_| {},
        )
    }

    /// A line that is no row: other topics of the router, noise, the head of a cut line.
    fn garbage(&mut self, ledger: &mut Ledger<'_>) -> Result<(), Error> {
        let (choice, bits, shown) = (self.random.below(6), self.random.next(), self.shown);
        let kind = if choice == 5 { "truncated" } else { "garbage" };
        ledger.put(
            Fate::Reject,
            &[kind],
            choice == 5,
            |o| {
                if choice != 3 && choice != 4 {
                    o.extend_from_slice(b"Mar/");
                    crate::clock::day(o, shown);
                    o.extend_from_slice(b"/2023 ");
                    crate::clock::time_of_day(o, shown);
                }
                let text = match choice {
                    0 => format!(" interface,info ether{} link up (speed 1G)", bits % 8),
                    1 => format!(" dhcp,info dhcp1 lease {bits:x} expired"),
                    2 => format!(
                        " script,warning backup job {} took too long",
                        bits % 100_000
                    ),
                    3 => format!("@@@ sync lost {bits:016x} @@@"),
                    4 => format!("\u{fffd}\u{fffd}{:x}~~^{:x}", bits >> 32, bits & 0xffff),
                    _ => " firewall,info forward: in:ether1-WAN ou".to_owned(),
                };
                o.extend_from_slice(text.as_bytes());
                o.push(b'\n');
            },
            |_| {},
        )
    }

    /// Two rows on one line. The second has a stamp that begins with a letter, so that no digit of
    /// the first row's length can be taken for it.
    fn merged(&mut self, ledger: &mut Ledger<'_>, war: &mut War) -> Result<(), Error> {
        let (first, style, blow) = self.row(ledger, war);
        if first.body != Body::Packet {
            return self.clean(ledger, war, first, style, blow.as_ref());
        }
        let (mut second, mut other) = self.drawn(self.shown, None);
        if second.origin != Origin::Local {
            // Whole seconds, as the router itself writes them; the key does not see the origin.
            second.origin = Origin::Local;
            second.at = second.at.div_ceil(SECOND) * SECOND;
            let mut tries = 0_u32;
            while !self.second.claim(second.second(), second.key()) {
                tries += 1;
                second.at += SECOND * u64::from(tries > 1);
                second.len = 40 + tries;
            }
            self.shown = second.at;
        }
        other.stamp = if self.random.percent(80) {
            Stamp::Usual
        } else {
            Stamp::Lower
        };
        let blank = self.random.percent(25);
        ledger.put(
            Fate::Entry(2),
            &["merged_line"],
            false,
            |o| {
                render::record(&first, &style, o);
                if blank {
                    o.push(b' ');
                }
                render::line(&second, &other, o);
            },
            |o| {
                first.truth(o);
                o.push(b',');
                second.truth(o);
            },
        )?;
        if let Some(blow) = blow {
            war.observe(&blow, first.at, true);
        }
        Ok(())
    }

    /// A row with one kind of dirt or two.
    fn damaged(&mut self, ledger: &mut Ledger<'_>, war: &mut War) -> Result<(), Error> {
        let (mut packet, mut style, blow) = self.row(ledger, war);
        let kind = Kind::draw(&mut self.random, &packet, false);
        kind.apply(&mut self.random, &mut packet, &mut style, false);
        if kind.beyond_repair() {
            self.set_apart(&mut packet, kind);
        }
        let companion = kind.companion(&mut self.random, &packet);
        if let Some(second) = companion {
            second.apply(&mut self.random, &mut packet, &mut style, false);
        }
        let words = [kind.word(), companion.map_or("", Kind::word)];
        ledger.put(
            Fate::Entry(1),
            if companion.is_some() {
                &words
            } else {
                &words[..1]
            },
            kind.beyond_repair(),
            |o| render::line(&packet, &style, o),
            |o| packet.truth(o),
        )?;
        if let Some(blow) = blow
            && !kind.beyond_repair()
        {
            war.observe(&blow, packet.at, packet.body == Body::Packet);
        }
        Ok(())
    }

    /// Gives a row that will be damaged a port and length of its own.
    ///
    /// Either of both is left by every kind of damage, and rows that lose different fields differ
    /// by that alone. Clean rows draw their ports from 32,768 up, so the three ranges never meet.
    fn set_apart(&mut self, packet: &mut Packet, kind: Kind) {
        let (port, len) = if kind.loses_time() {
            self.timeless += 1;
            (1_024 + self.timeless % 15_000, 40 + self.timeless / 15_000)
        } else {
            let second = packet.second();
            let number = u64::from(self.second.damaged(second));
            let start = mix(second ^ self.seed) >> 8;
            (
                17_000 + (start + number * 13) % 15_000,
                40 + (start + number) % 1_400,
            )
        };
        packet.source_port = port as u16;
        packet.len = len as u32;
        if let Nat::Source(address, _) = packet.nat {
            packet.nat = Nat::Source(address, packet.source_port);
        }
    }
}
