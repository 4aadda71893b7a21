//! Numbers that link to their evidence, and evidence that links back.

use std::cell::RefCell;
use std::collections::BTreeSet;

use maud::Markup;

use super::limits;
use super::model::{Count, EvidenceId, Report};
use crate::chart::{Figure, Link};

/// Knows which blocks of evidence the page shows, and which were cited so far.
///
/// A number whose block was cut off is drawn without a link. The first number that cites a block gets
/// an `id`, so that the block can lead back to it; this needs the body to be drawn before the blocks.
pub(super) struct Citations {
    shown: usize,
    cited: RefCell<BTreeSet<EvidenceId>>,
}

impl Citations {
    pub(super) fn new(report: &Report) -> Self {
        Self {
            shown: report.evidence.len().min(limits::EVIDENCE),
            cited: RefCell::default(),
        }
    }

    /// The link to a block, if the page shows it.
    pub(super) fn link(&self, evidence: Option<EvidenceId>) -> Option<Link> {
        let id = evidence.filter(|id| (1..=self.shown).contains(&id.0))?;
        let link = Link::fragment(&anchor(id));
        Some(if self.cited.borrow_mut().insert(id) {
            link.named(&mark(id))
        } else {
            link
        })
    }

    /// A number for a chart.
    pub(super) fn figure(&self, count: Count) -> Figure {
        Figure {
            value: count.value,
            link: self.link(count.evidence),
        }
    }

    /// A number for a sentence or a table.
    pub(super) fn number(&self, count: Count) -> Markup {
        self.figure(count).draw()
    }

    /// Forgets the numbers that were made but not drawn in `body`, such as those of columns that were
    /// added up; nothing may lead back to them.
    pub(super) fn keep_drawn(&self, body: &str) {
        // Foreign text holds no bare quote, so only our own attributes are found.
        let drawn = |rest: &str| {
            rest.split('"')
                .next()
                .and_then(|n| n.parse().ok())
                .map(EvidenceId)
        };
        *self.cited.borrow_mut() = body.split(" id=\"c-").skip(1).filter_map(drawn).collect();
    }

    /// The link from a block back to the first number that cites it.
    pub(super) fn back(&self, id: EvidenceId) -> Option<Link> {
        self.cited
            .borrow()
            .contains(&id)
            .then(|| Link::fragment(&mark(id)))
    }
}

/// The `id` of a block.
pub(super) fn anchor(id: EvidenceId) -> String {
    format!("e-{}", id.0)
}

/// The `id` of the first number that cites a block.
fn mark(id: EvidenceId) -> String {
    format!("c-{}", id.0)
}
