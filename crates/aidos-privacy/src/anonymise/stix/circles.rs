//! Circles of references: whose id cannot be made before that of the others.

#![allow(clippy::indexing_slicing)] // every place is of a graph of this module's own making

/// The parts of a graph whose members all lead to each other, one member alone being a part too. A part comes after those it
/// leads to.
///
/// `edges` has for each member those it leads to. Tarjan's algorithm (SIAM J. Comput. 1(2), 1972) without recursion: time and
/// memory grow with members and edges.
pub(super) fn parts(edges: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut walk = Walk {
        seen: vec![None; edges.len()],
        low: vec![0; edges.len()],
        is_open: vec![false; edges.len()],
        open: Vec::new(),
        entered: 0,
    };
    let mut parts = Vec::new();
    for root in 0..edges.len() {
        if walk.seen[root].is_some() {
            continue;
        }
        walk.enter(root);
        // Where we are, and how many of its edges were taken.
        let mut path = vec![(root, 0)];
        while let Some((at, taken)) = path.last_mut() {
            let at = *at;
            if let Some(&to) = edges[at].get(*taken) {
                *taken += 1;
                match walk.seen[to] {
                    None => {
                        walk.enter(to);
                        path.push((to, 0));
                    }
                    Some(when) if walk.is_open[to] => walk.low[at] = walk.low[at].min(when),
                    Some(_) => {}
                }
                continue;
            }
            path.pop();
            if let Some((before, _)) = path.last() {
                walk.low[*before] = walk.low[*before].min(walk.low[at]);
            }
            if walk.seen[at] == Some(walk.low[at]) {
                parts.push(walk.leave(at));
            }
        }
    }
    parts
}

struct Walk {
    /// The turn in which each member was entered.
    seen: Vec<Option<usize>>,
    /// The earliest turn that each member leads back to.
    low: Vec<usize>,
    is_open: Vec<bool>,
    /// Members that were entered and are of no part yet.
    open: Vec<usize>,
    entered: usize,
}

impl Walk {
    fn enter(&mut self, member: usize) {
        self.seen[member] = Some(self.entered);
        self.low[member] = self.entered;
        self.is_open[member] = true;
        self.open.push(member);
        self.entered += 1;
    }

    /// The part that was entered with this member.
    fn leave(&mut self, first: usize) -> Vec<usize> {
        let from = self.open.iter().rposition(|member| *member == first);
        let part = self.open.split_off(from.unwrap_or_default());
        for member in &part {
            self.is_open[*member] = false;
        }
        part
    }
}

#[cfg(test)]
mod tests {
    use super::parts;
    use proptest::prelude::*;

    #[test]
    fn a_circle_is_one_part_after_what_it_leads_to() {
        // 0 → 1 → 2 → 0, 2 → 3, 4 → 4.
        let mut found = parts(&[vec![1], vec![2], vec![0, 3], vec![], vec![4]]);
        for part in &mut found {
            part.sort_unstable();
        }
        assert_eq!(found, [vec![3], vec![0, 1, 2], vec![4]]);
    }

    #[test]
    fn a_long_chain_needs_no_deep_stack() {
        let edges: Vec<Vec<usize>> = (0..200_000).map(|at| vec![(at + 1) % 200_000]).collect();
        assert_eq!(parts(&edges).len(), 1);
    }

    proptest! {
        /// Against what leads where, computed the slow way.
        #[test]
        fn parts_are_those_that_lead_to_each_other(edges in prop::collection::vec(prop::collection::vec(0..8_usize, 0..3), 8)) {
            let mut leads = [[false; 8]; 8];
            for (from, to) in edges.iter().enumerate() {
                leads[from][from] = true;
                for to in to {
                    leads[from][*to] = true;
                }
            }
            for by in 0..8 {
                let further = leads[by];
                for own in leads.iter_mut().filter(|own| own[by]) {
                    for (to, more) in own.iter_mut().zip(further) {
                        *to |= more;
                    }
                }
            }
            let found = parts(&edges);
            let part_of = |member: usize| found.iter().position(|part| part.contains(&member));
            prop_assert_eq!(found.iter().map(Vec::len).sum::<usize>(), 8);
            for (from, own) in leads.iter().enumerate() {
                for (to, leads_to) in own.iter().enumerate() {
                    prop_assert_eq!(part_of(from) == part_of(to), *leads_to && leads[to][from]);
                    prop_assert!(!leads_to || part_of(to) <= part_of(from));
                }
            }
        }
    }
}
