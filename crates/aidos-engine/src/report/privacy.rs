//! The chapter of what partners would see.

use aidos_privacy::gate::State;
use aidos_privacy::policy::Policy;
use aidos_privacy::utility::Share;
use aidos_view::report::{AttackCounts, Privacy};

use crate::plan::RunPlan;
use crate::protect::Protected;

/// What partners would see, as the page shows it.
pub(super) fn privacy(plan: &RunPlan, protected: &Protected) -> Privacy {
    let policy = plan.protection.as_ref().map(|own| &own.policy);
    let of = |word: fn(&Policy) -> &str| policy.map_or("", |own| word(own));
    let verdict = match protected.state {
        State::Released => "may leave",
        State::Waiting => "waits for a person",
        State::Refused => "must not leave",
    };
    let utility = &protected.utility;
    let kept = &utility.kept;
    let share = |name: &'static str, own: Share| (name.into(), own.of, own.kept);
    let hidden = protected.statistics.hidden.iter();
    Privacy {
        community: of(|own| &own.community).into(),
        policy: of(|own| &own.name).into(),
        verdict: verdict.into(),
        reasons: protected
            .reasons
            .iter()
            .map(|own| own.as_str().into())
            .collect(),
        findings: protected
            .findings
            .iter()
            .map(|(kind, count)| ((*kind).into(), *count))
            .collect(),
        hidden: hidden
            .flat_map(|(kind, row)| {
                row.iter().map(move |(technique, count)| {
                    (kind.as_str().into(), (*technique).into(), *count)
                })
            })
            .collect(),
        kept: vec![
            (
                "entries".into(),
                utility.entries + utility.suppressed,
                utility.entries,
            ),
            (
                "attackers".into(),
                utility.attackers,
                utility.attackers_shared,
            ),
            ("targets".into(), utility.targets, utility.targets_shared),
            (
                "pairs of fields with the same value".into(),
                kept.correlation.kept + kept.correlation.lost,
                kept.correlation.kept,
            ),
            share("common prefixes of addresses", kept.prefixes),
            share("order of times", kept.order),
            share("gaps between times", kept.gaps),
        ],
        attack: AttackCounts {
            values: protected.attack.values - protected.attack.canaries,
            canaries: protected.attack.canaries,
            bytes: protected.attack.bytes,
            found: protected.attack.found,
        },
        samples: protected
            .samples
            .iter()
            .map(|pair| (pair.before.as_str().into(), pair.after.as_str().into()))
            .collect(),
    }
}
