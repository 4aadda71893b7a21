//! Attacks on the two providers that log addresses: who strikes what, when, and what came of it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::AttackRecord;
use crate::clock::{Moment, PERIOD, SECOND};
use crate::random::{Random, mix};
use crate::text::{self, Address};
use crate::{cast, clock};

/// What a campaign does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deed {
    /// One source, many ports of one target, or one port of many targets.
    Scan,
    /// One source, one service, many tries.
    BruteForce,
    /// Forty and more sources on one port of one target within minutes.
    Botnet,
    /// One source, one web server, hostile parameters.
    SqlInjection,
}

impl Deed {
    /// The word in `attacks.json`.
    fn word(self) -> &'static str {
        match self {
            Self::Scan => "scan",
            Self::BruteForce => "brute_force",
            Self::Botnet => "botnet",
            Self::SqlInjection => "sql_injection",
        }
    }
}

/// Which provider is attacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Victim {
    /// The firewall.
    Bells,
    /// The sensor.
    Exus,
}

/// One blow of a campaign.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Strike {
    /// When it is due.
    pub(crate) at: Moment,
    /// Its campaign, for [`War::observe`].
    pub(crate) campaign: usize,
    /// Its number in the campaign.
    pub(crate) number: u32,
    /// What is done.
    pub(crate) deed: Deed,
    /// Who does it.
    pub(crate) source: Address,
    /// To whom.
    pub(crate) target: Address,
    /// On which port.
    pub(crate) port: u16,
    source_index: u32,
    target_index: u32,
    port_index: u32,
}

#[derive(Debug)]
struct Campaign {
    deed: Deed,
    start: Moment,
    step: Moment,
    total: u32,
    first_source: u32,
    sources: u32,
    first_target: u32,
    targets: u32,
    first_port: u16,
    ports: u32,
    v6: bool,
    public: bool,
    seen_sources: Vec<bool>,
    seen_targets: Vec<bool>,
    seen_ports: Vec<bool>,
    seen: Option<(Moment, Moment)>,
}

/// All campaigns against one provider, in the order of their blows.
#[derive(Debug)]
pub(crate) struct War {
    seed: u64,
    victim: Victim,
    campaigns: Vec<Campaign>,
    due: BinaryHeap<Reverse<(Moment, usize, u32)>>,
}

/// The ports that scanners try first.
const COMMON: [u16; 40] = [
    22, 23, 80, 443, 3389, 8291, 21, 25, 8080, 445, 139, 135, 110, 143, 993, 995, 1433, 3306, 5432,
    5900, 6379, 27017, 8443, 8728, 53, 111, 389, 636, 873, 1723, 2049, 2375, 5060, 5985, 7001,
    8000, 8888, 9200, 11211, 50000,
];

/// The services that are guessed at.
const GUESSED: [u16; 4] = [22, 23, 3389, 8291];

impl War {
    /// Plans the campaigns for a file of about `lines` lines.
    ///
    /// Their number grows with the logarithm of `lines` and their length makes up the rest, so that
    /// distinct conversations grow far slower than the file.
    pub(crate) fn plan(seed: u64, victim: Victim, lines: u64) -> Self {
        let mut random = Random::new(seed, 100 + victim as u64);
        let level = lines.max(2048).ilog2() - 11;
        let counts: &[(Deed, u32, u64)] = match victim {
            Victim::Bells => &[
                (Deed::Scan, 2 + 6 * level, 1),
                (Deed::BruteForce, 2 + 4 * level, 2),
                (Deed::Botnet, 1 + 2 * level, 2),
            ],
            Victim::Exus => &[
                (Deed::SqlInjection, 3 + 5 * level, 2),
                (Deed::Scan, 1 + 2 * level, 1),
                (Deed::BruteForce, 1 + 2 * level, 1),
                (Deed::Botnet, 1 + level, 1),
            ],
        };
        let weights: u64 = counts
            .iter()
            .map(|&(_, n, weight)| u64::from(n) * weight)
            .sum();
        // About a fifth of the firewall's lines and two fifths of the sensor's are hostile.
        let share = match victim {
            Victim::Bells => lines / 5,
            Victim::Exus => lines * 2 / 5,
        };
        let mut campaigns = Vec::new();
        for &(deed, count, weight) in counts {
            for i in 0..count {
                let volume = (share * weight / weights) as u32;
                // Half to one and a half of the mean.
                let volume = volume / 2 + random.below(volume.max(1));
                campaigns.push(campaign(&mut random, victim, deed, i, volume, level));
            }
        }
        let due = campaigns
            .iter()
            .enumerate()
            .map(|(i, c)| Reverse((c.start, i, 0)))
            .collect();
        Self {
            seed,
            victim,
            campaigns,
            due,
        }
    }

    /// The moment of the next blow.
    pub(crate) fn next_at(&self) -> Option<Moment> {
        self.due.peek().map(|next| next.0.0)
    }

    /// Takes the next blow.
    pub(crate) fn strike(&mut self) -> Option<Strike> {
        let Reverse((at, index, number)) = self.due.pop()?;
        let campaign = self.campaigns.get(index)?;
        if number + 1 < campaign.total {
            self.due
                .push(Reverse((at + campaign.step, index, number + 1)));
        }
        let source_index = number % campaign.sources;
        let target_index = number % campaign.targets;
        let port_index = number % campaign.ports;
        Some(Strike {
            at,
            campaign: index,
            number,
            deed: campaign.deed,
            source: self.source(campaign, source_index),
            target: self.target(campaign, target_index),
            port: port(campaign, port_index),
            source_index,
            target_index,
            port_index,
        })
    }

    /// Notes that a blow stands readable in the log, shown at `shown`; `aimed` says whether its row
    /// names target and port (a failed log-in does not).
    pub(crate) fn observe(&mut self, strike: &Strike, shown: Moment, aimed: bool) {
        let Some(campaign) = self.campaigns.get_mut(strike.campaign) else {
            return;
        };
        mark(&mut campaign.seen_sources, strike.source_index);
        if aimed {
            mark(&mut campaign.seen_targets, strike.target_index);
            mark(&mut campaign.seen_ports, strike.port_index);
        }
        let (first, last) = campaign.seen.unwrap_or((shown, shown));
        campaign.seen = Some((first.min(shown), last.max(shown)));
    }

    fn source(&self, campaign: &Campaign, index: u32) -> Address {
        cast::attacker(self.seed, campaign.first_source + index)
    }

    fn target(&self, campaign: &Campaign, index: u32) -> Address {
        let n = campaign.first_target + index;
        match (self.victim, campaign.v6, campaign.public) {
            (Victim::Bells, true, _) => cast::bells_server6(n),
            (Victim::Bells, false, true) => cast::bells_public(n),
            (Victim::Bells, false, false) => cast::bells_scanned(n),
            (Victim::Exus, true, _) => cast::exus_server6(n),
            (Victim::Exus, false, true) => cast::exus_public(n),
            (Victim::Exus, false, false) => cast::exus_server(n),
        }
    }

    /// The members of the shared pool that were seen, each with its targets and times.
    fn shared_seen(&self, n: u32) -> Option<(Vec<Address>, Moment, Moment)> {
        let mut found: Option<(Vec<Address>, Moment, Moment)> = None;
        for campaign in self
            .campaigns
            .iter()
            .filter(|c| c.first_source == n && n < cast::SHARED)
        {
            let Some((first, last)) = campaign.seen else {
                continue;
            };
            let entry = found.get_or_insert_with(|| (Vec::new(), first, last));
            entry.1 = entry.1.min(first);
            entry.2 = entry.2.max(last);
            entry.0.extend(self.seen_targets(campaign));
        }
        found
    }

    fn seen_targets<'a>(&'a self, campaign: &'a Campaign) -> impl Iterator<Item = Address> + 'a {
        seen(&campaign.seen_targets).map(|i| self.target(campaign, i))
    }

    fn provider(&self) -> &'static str {
        match self.victim {
            Victim::Bells => "8bells",
            Victim::Exus => "exus",
        }
    }

    /// What stands in the log of each campaign, in the order of first blows.
    pub(crate) fn records(&self) -> Vec<AttackRecord> {
        let mut campaigns: Vec<&Campaign> = self.campaigns.iter().collect();
        campaigns.sort_by_key(|c| c.seen);
        campaigns
            .into_iter()
            .filter_map(|campaign| {
                let (first, last) = campaign.seen?;
                let sources = seen(&campaign.seen_sources).map(|i| self.source(campaign, i));
                Some(AttackRecord {
                    kind: campaign.deed.word(),
                    provider: self.provider(),
                    sources: texts(sources),
                    targets: texts(self.seen_targets(campaign)),
                    ports: sorted(seen(&campaign.seen_ports).map(|i| port(campaign, i))),
                    first: stamp(first),
                    last: stamp(last),
                })
            })
            .collect()
    }
}

/// One record a provider for the attackers that both wars show.
pub(crate) fn shared(wars: [&War; 2]) -> Vec<AttackRecord> {
    let both: Vec<u32> = (0..cast::SHARED)
        .filter(|&n| wars.iter().all(|war| war.shared_seen(n).is_some()))
        .collect();
    if both.is_empty() {
        return Vec::new();
    }
    wars.iter()
        .map(|war| {
            let mut targets = Vec::new();
            let (mut first, mut last) = (PERIOD, 0);
            for (found, from, to) in both.iter().filter_map(|&n| war.shared_seen(n)) {
                targets.extend(found);
                first = first.min(from);
                last = last.max(to);
            }
            AttackRecord {
                kind: "shared",
                provider: war.provider(),
                sources: texts(both.iter().map(|&n| cast::attacker(war.seed, n))),
                targets: texts(targets.into_iter()),
                ports: Vec::new(),
                first: stamp(first),
                last: stamp(last),
            }
        })
        .collect()
}

fn campaign(
    random: &mut Random,
    victim: Victim,
    deed: Deed,
    number: u32,
    volume: u32,
    level: u32,
) -> Campaign {
    let (own, bots) = match victim {
        Victim::Bells => (cast::BELLS_ONLY, cast::BELLS_BOTS),
        Victim::Exus => (cast::EXUS_ONLY, cast::EXUS_BOTS),
    };
    // The first of each kind comes from the shared pool, so that the smallest file has shared
    // attackers too: the two providers draw the same members in the same order.
    let single = match deed {
        Deed::Scan if number == 0 => 0,
        Deed::BruteForce if number == 0 => 1,
        _ if random.percent(50) => random.below(cast::SHARED),
        _ => own + random.below(500),
    };
    let (first_source, sources) = if deed == Deed::Botnet {
        let sources = 40 + random.below(1 + (level * 40).min(360));
        (bots + random.below(cast::BOTS - sources), sources)
    } else {
        (single, 1)
    };
    let v6 = deed != Deed::Botnet && first_source % 16 == 15;
    let wide = deed == Deed::Scan && number % 2 == 1;
    let many = 20 + random.below(1 + (level * 25).min(180));
    let (targets, ports) = match deed {
        Deed::Scan if wide => (many.min(120), 1),
        Deed::Scan => (1, many),
        _ => (1, 1),
    };
    let first_port = match deed {
        Deed::Scan if !wide => 1024 + random.below(40_000) as u16,
        Deed::Scan => random.pick(&COMMON),
        Deed::BruteForce => random.pick(&GUESSED),
        Deed::Botnet => random.pick(&[80, 443, 53, 8080]),
        Deed::SqlInjection => random.pick(&[80, 443, 8080, 8443]),
    };
    let least = match deed {
        Deed::BruteForce => 24,
        Deed::SqlInjection => 6,
        _ => sources.max(targets).max(ports),
    };
    let total = volume.max(least);
    let start = u64::from(random.below(1_000_000)) * (PERIOD * 88 / 100 / 1_000_000);
    let longest = match deed {
        Deed::Botnet => u64::from(120 + random.below(150)) * SECOND,
        Deed::Scan => 6 * 3600 * SECOND,
        _ => 10 * 3600 * SECOND,
    };
    let pace = match deed {
        Deed::Botnet => longest,
        Deed::Scan => 240 * SECOND / u64::from(least),
        Deed::BruteForce => u64::from(300 + random.below(9_000)) * 1_000,
        Deed::SqlInjection => u64::from(2_000 + random.below(60_000)) * 1_000,
    };
    Campaign {
        deed,
        start,
        step: pace.min(longest / u64::from(total)),
        total,
        first_source,
        sources,
        first_target: random.below(120),
        targets,
        first_port,
        ports,
        v6,
        public: !v6 && targets == 1 && random.percent(30),
        seen_sources: vec![false; sources as usize],
        seen_targets: vec![false; targets as usize],
        seen_ports: vec![false; ports as usize],
        seen: None,
    }
}

fn port(campaign: &Campaign, index: u32) -> u16 {
    if campaign.ports == 1 {
        return campaign.first_port;
    }
    match COMMON.get(index as usize) {
        Some(&port) => port,
        // Above the common ports, a stride that meets none of them twice.
        None => 10_000 + ((u64::from(campaign.first_port) + u64::from(index) * 17) % 1_000) as u16,
    }
}

fn mark(flags: &mut [bool], index: u32) {
    if let Some(flag) = flags.get_mut(index as usize) {
        *flag = true;
    }
}

fn seen(flags: &[bool]) -> impl Iterator<Item = u32> + '_ {
    (0_u32..)
        .zip(flags)
        .filter(|(_, seen)| **seen)
        .map(|(i, _)| i)
}

fn texts(addresses: impl Iterator<Item = Address>) -> Vec<String> {
    let mut texts: Vec<String> = addresses
        .map(|address| {
            let mut out = Vec::new();
            text::ip(&mut out, address);
            String::from_utf8_lossy(&out).into_owned()
        })
        .collect();
    texts.sort();
    texts.dedup();
    texts
}

fn sorted(ports: impl Iterator<Item = u16>) -> Vec<u16> {
    let mut ports: Vec<u16> = ports.collect();
    ports.sort_unstable();
    ports.dedup();
    ports
}

/// A moment in the form of the truth.
pub(crate) fn stamp(moment: Moment) -> String {
    let mut out = Vec::new();
    clock::stix(&mut out, moment);
    String::from_utf8_lossy(&out).into_owned()
}

/// A draw that depends on a blow only, so that its rows look alike whatever else is written.
pub(crate) fn of_strike(strike: &Strike) -> u64 {
    mix((strike.campaign as u64) << 32 | u64::from(strike.number))
}
