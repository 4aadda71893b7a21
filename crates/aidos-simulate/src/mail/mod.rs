//! `dpc.csv`: a stamp and any number of e-mail addresses a row.
//!
//! Rows of one second differ in their list of addresses; a row that dirt will damage beyond repair
//! begins with an address that stands nowhere else.

mod address;
mod dirt;
mod phishing;

use crate::clock::{self, Clock, Moment, SECOND};
use crate::ledger::{Fate, Ledger};
use crate::random::{Random, mix};
use crate::unique::Second;
use crate::{AttackRecord, Error, Setting};
use address::Mailbox;
use dirt::Kind;
use phishing::Phishing;

/// Rows kept for repetition.
const KEPT: usize = 32;
/// The most addresses in a row.
const MOST: u64 = 200;

/// One row before any dirt.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Row {
    at: Moment,
    boxes: Vec<Mailbox>,
}

impl Row {
    fn key(&self) -> u64 {
        self.boxes
            .iter()
            .fold(0, |key, mailbox| mix(key ^ mailbox.key()))
    }

    fn truth(&self, o: &mut Vec<u8>) {
        o.extend_from_slice(b"{\"@timestamp\":\"");
        clock::stix(o, self.at);
        o.extend_from_slice(
            b"\",\"event\":{\"provider\":\"dpc\",\"kind\":\"event\",\"category\":[\"email\"]},\
              \"aidos\":{\"email_addresses\":[",
        );
        for (i, mailbox) in self.boxes.iter().enumerate() {
            o.extend_from_slice(if i == 0 { b"\"" } else { b",\"" });
            mailbox.write(o);
            o.push(b'"');
        }
        o.extend_from_slice(b"]}}");
    }

    fn stamp(&self, o: &mut Vec<u8>) {
        clock::iso(o, self.at, b' ', 0);
    }

    /// The row without its line end.
    fn record(&self, o: &mut Vec<u8>) {
        self.stamp(o);
        for mailbox in &self.boxes {
            o.push(b',');
            mailbox.write(o);
        }
    }

    fn line(&self, o: &mut Vec<u8>) {
        self.record(o);
        o.push(b'\n');
    }
}

/// Writes the file; gives the phishing that stands in it.
pub(crate) fn write(
    setting: &Setting,
    ledger: &mut Ledger<'_>,
) -> Result<Vec<AttackRecord>, Error> {
    let mut writer = Writer {
        random: Random::new(setting.seed, 2),
        clock: Clock::new(),
        // A row must not be a large share of a small file.
        most: (ledger.budget() / 700).min(MOST) as u32,
        phishing: Phishing::plan(setting.seed, ledger.budget() / 160),
        shown: 0,
        second: Second::default(),
        tickets: 0,
        kept: Vec::with_capacity(KEPT),
        rows: 0,
        row: Row::default(),
    };
    ledger.put(
        Fate::Skip,
        &[],
        false,
        |o| o.extend_from_slice(b"timestamp,addresses\n"),
        |_| {},
    )?;
    while ledger.left() > 70 {
        if ledger.lines() >= 4 && setting.dirty(&mut writer.random) {
            writer.dirty(ledger)?;
        } else {
            let lure = writer.next(ledger);
            writer.clean(ledger, lure)?;
        }
    }
    Ok(writer.phishing.records())
}

struct Writer {
    random: Random,
    clock: Clock,
    most: u32,
    phishing: Phishing,
    shown: Moment,
    second: Second,
    /// Addresses that stand nowhere else.
    tickets: u32,
    kept: Vec<Row>,
    rows: usize,
    /// The present row; its list is used again and again.
    row: Row,
}

impl Writer {
    /// Draws the next row into `self.row`; gives its phishing campaign.
    fn next(&mut self, ledger: &Ledger<'_>) -> Option<usize> {
        let now = self.clock.at(ledger.written(), ledger.budget());
        let lure = self.phishing.due(now);
        let at = lure.map_or(now, |(_, at)| at) / SECOND * SECOND;
        self.row.at = at.max(self.shown);
        let most = self.most;
        self.draw(lure.map(|(campaign, _)| campaign), most);
        lure.map(|(campaign, _)| campaign)
    }

    /// Fills the list and claims it, moving on to the next second where this one is taken.
    fn draw(&mut self, lure: Option<usize>, most: u32) {
        self.row.boxes.clear();
        match lure {
            Some(campaign) => {
                self.phishing
                    .fill(campaign, &mut self.random, most, &mut self.row.boxes);
            }
            None => address::ordinary(&mut self.random, most, &mut self.row.boxes),
        }
        while !self.second.claim(self.row.at / SECOND, self.row.key()) {
            self.row.at += SECOND;
        }
        self.shown = self.row.at;
    }

    fn clean(&mut self, ledger: &mut Ledger<'_>, lure: Option<usize>) -> Result<(), Error> {
        let row = &self.row;
        ledger.put(
            Fate::Entry(1),
            &[],
            false,
            |o| row.line(o),
            |o| row.truth(o),
        )?;
        self.observe(lure);
        self.rows += 1;
        if self.rows.is_multiple_of(8) && self.row.boxes.len() <= 12 {
            if self.kept.len() < KEPT {
                self.kept.push(self.row.clone());
            } else {
                self.kept[self.rows / 8 % KEPT].clone_from(&self.row);
            }
        }
        Ok(())
    }

    fn observe(&mut self, lure: Option<usize>) {
        if let Some(campaign) = lure {
            self.phishing
                .observe(campaign, &self.row.boxes, self.row.at);
        }
    }

    fn dirty(&mut self, ledger: &mut Ledger<'_>) -> Result<(), Error> {
        match self.random.below(100) {
            0..12 if !self.kept.is_empty() => self.repeat(ledger),
            12..16 => ledger.put(
                Fate::Skip,
                &["blank_line"],
                false,
                |o| o.push(b'\n'),
                |_| {},
            ),
            16..22 => self.without_address(ledger),
            22..30 if ledger.left() > 2_000 => self.merged(ledger),
            _ => self.damaged(ledger),
        }
    }

    fn repeat(&mut self, ledger: &mut Ledger<'_>) -> Result<(), Error> {
        let row = self.kept[self.random.below(self.kept.len() as u32) as usize].clone();
        if self.random.percent(50) {
            return ledger.put(
                Fate::Duplicate,
                &["duplicate"],
                false,
                |o| row.line(o),
                |o| row.truth(o),
            );
        }
        let kind = Kind::draw(&mut self.random, &row.boxes, true);
        let random = &mut self.random;
        ledger.put(
            Fate::Duplicate,
            &["duplicate", kind.word()],
            false,
            |o| dirt::line(random, kind, &row, o),
            |o| row.truth(o),
        )
    }

    /// A row that has a stamp and no address.
    fn without_address(&mut self, ledger: &mut Ledger<'_>) -> Result<(), Error> {
        let (choice, bits) = (self.random.below(4), self.random.next());
        let row = Row {
            at: self.shown,
            boxes: Vec::new(),
        };
        ledger.put(
            Fate::Reject,
            &["no_address"],
            false,
            |o| {
                if choice < 3 {
                    row.stamp(o);
                }
                let text = match choice {
                    0 => String::new(),
                    1 => ",,,".to_owned(),
                    2 => format!(",undisclosed recipients {}", bits % 10_000),
                    _ => format!("--- export interrupted, code {} ---", bits % 10_000),
                };
                o.extend_from_slice(text.as_bytes());
                o.push(b'\n');
            },
            |_| {},
        )
    }

    /// Two rows on a line: an address ends in letters, so the second stamp stands out.
    fn merged(&mut self, ledger: &mut Ledger<'_>) -> Result<(), Error> {
        let lure = self.next(ledger);
        self.observe(lure);
        let first = self.row.clone();
        self.draw(None, 6);
        let second = &self.row;
        ledger.put(
            Fate::Entry(2),
            &["merged_line"],
            false,
            |o| {
                first.record(o);
                second.line(o);
            },
            |o| {
                first.truth(o);
                o.push(b',');
                second.truth(o);
            },
        )
    }

    fn damaged(&mut self, ledger: &mut Ledger<'_>) -> Result<(), Error> {
        let lure = self.next(ledger);
        let kind = Kind::draw(&mut self.random, &self.row.boxes, false);
        if kind.beyond_repair() {
            self.tickets += 1;
            self.row.boxes.insert(0, Mailbox::ticket(self.tickets));
        } else {
            self.observe(lure);
        }
        let (row, random) = (&self.row, &mut self.random);
        ledger.put(
            Fate::Entry(1),
            &[kind.word()],
            kind.beyond_repair(),
            |o| dirt::line(random, kind, row, o),
            |o| row.truth(o),
        )
    }
}
