//! Phishing: one sender of a look-alike or disposable domain, many of the own staff.

use super::address::{DISPOSABLE, DOMAINS, LOOKALIKE, Mailbox};
use crate::AttackRecord;
use crate::campaign::stamp;
use crate::clock::{Moment, PERIOD, SECOND};
use crate::random::Random;

/// Own addresses that a campaign writes to at most.
const VICTIMS: u32 = 400;

#[derive(Debug)]
struct Campaign {
    sender: Mailbox,
    next: Moment,
    step: Moment,
    left: u32,
    first_victim: u32,
    /// A hundred and more recipients in each mail instead of a few.
    mass: bool,
    seen: Vec<Mailbox>,
    times: Option<(Moment, Moment)>,
}

/// All campaigns of the file.
#[derive(Debug)]
pub(super) struct Phishing {
    campaigns: Vec<Campaign>,
}

impl Phishing {
    /// Plans the campaigns of a file of about `rows` rows.
    pub(super) fn plan(seed: u64, rows: u64) -> Self {
        let mut random = Random::new(seed, 200);
        let level = rows.max(32).ilog2() - 5;
        let count = 2 + 3 * level;
        // About a twelfth of the rows.
        let mails = (rows / 12 / u64::from(count)).clamp(3, 1 << 30) as u32;
        let campaigns = (0..count)
            .map(|i| {
                let mass = i % 4 == 3;
                let domain = if i % 2 == 0 {
                    LOOKALIKE + random.below(u32::from(DISPOSABLE - LOOKALIKE)) as u8
                } else {
                    let disposable = DOMAINS.len() as u32 - u32::from(DISPOSABLE);
                    DISPOSABLE + random.below(disposable) as u8
                };
                let left = if mass {
                    (mails / 20).max(1)
                } else {
                    mails / 2 + random.below(mails)
                };
                let hours = u64::from(1 + random.below(10));
                Campaign {
                    // Numbered names, so that no two campaigns share a sender.
                    sender: Mailbox::sender(4_000 + i * 2_000 + random.below(2_000), domain),
                    next: u64::from(random.below(1_000_000)) * (PERIOD * 88 / 100 / 1_000_000),
                    step: (hours * 3600 * SECOND / u64::from(left)).clamp(1, 120 * SECOND),
                    left,
                    first_victim: random.below(2_500),
                    mass,
                    seen: Vec::new(),
                    times: None,
                }
            })
            .collect();
        Self { campaigns }
    }

    /// The campaign whose next mail is due by `now`, and when it was.
    pub(super) fn due(&mut self, now: Moment) -> Option<(usize, Moment)> {
        let (index, campaign) = self
            .campaigns
            .iter_mut()
            .enumerate()
            .filter(|(_, campaign)| campaign.left > 0)
            .min_by_key(|(_, campaign)| campaign.next)?;
        let at = campaign.next;
        if at > now {
            return None;
        }
        campaign.next += campaign.step;
        campaign.left -= 1;
        Some((index, at))
    }

    /// Appends the addresses of a mail.
    pub(super) fn fill(
        &self,
        campaign: usize,
        random: &mut Random,
        most: u32,
        boxes: &mut Vec<Mailbox>,
    ) {
        let Some(campaign) = self.campaigns.get(campaign) else {
            return;
        };
        boxes.push(campaign.sender);
        let count = if campaign.mass {
            60 + random.below(140)
        } else {
            1 + random.below(4)
        };
        let count = count.min(most.saturating_sub(1)).max(1);
        // Neighbours in a list that was bought somewhere.
        let start = random.below(VICTIMS - count.min(VICTIMS - 1));
        for i in 0..count {
            boxes.push(Mailbox::staff(campaign.first_victim + start + i));
        }
    }

    /// Notes that a mail stands readable in the file.
    pub(super) fn observe(&mut self, campaign: usize, boxes: &[Mailbox], at: Moment) {
        let Some(campaign) = self.campaigns.get_mut(campaign) else {
            return;
        };
        for &mailbox in boxes.iter().skip(1) {
            if let Err(place) = campaign.seen.binary_search(&mailbox) {
                campaign.seen.insert(place, mailbox);
            }
        }
        let (first, last) = campaign.times.unwrap_or((at, at));
        campaign.times = Some((first.min(at), last.max(at)));
    }

    /// What stands in the file of each campaign, in the order of first mails.
    pub(super) fn records(&self) -> Vec<AttackRecord> {
        let text = |mailbox: Mailbox| {
            let mut out = Vec::new();
            mailbox.write(&mut out);
            String::from_utf8_lossy(&out).into_owned()
        };
        let mut campaigns: Vec<&Campaign> = self.campaigns.iter().collect();
        campaigns.sort_by_key(|campaign| campaign.times);
        campaigns
            .into_iter()
            .filter_map(|campaign| {
                let (first, last) = campaign.times?;
                let mut targets: Vec<String> = campaign.seen.iter().copied().map(text).collect();
                targets.sort();
                Some(AttackRecord {
                    kind: "phishing",
                    provider: "dpc",
                    sources: vec![text(campaign.sender)],
                    targets,
                    ports: Vec::new(),
                    first: stamp(first),
                    last: stamp(last),
                })
            })
            .collect()
    }
}
