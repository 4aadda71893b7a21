//! What services may be asked about: `[ask]` of a policy.

use aidos_model::Tlp;
use serde::Serialize;

use super::Pap;

/// What reputation services may be asked about.
///
/// A question tells a service, and whoever reads its logs, what was seen. PAP:AMBER by its definition admits online checks
/// at third parties, and nobody is asked unless a person names the service; where its customers see that somebody asked, a policy can
/// say PAP:GREEN.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Asking {
    /// The strictest TLP label of what may be asked about. Never red.
    #[serde(serialize_with = "super::word_of_tlp")]
    pub tlp: Tlp,
    /// The strictest PAP label of what may be asked about. Never red.
    pub pap: Pap,
    /// Whether values may be asked about of which nobody knows whose they are.
    pub unknown: bool,
}

impl Default for Asking {
    /// TLP:AMBER, PAP:AMBER, attackers' values alone.
    fn default() -> Self {
        Self {
            tlp: Tlp::Amber,
            pap: Pap::Amber,
            unknown: false,
        }
    }
}

impl Asking {
    /// Whether nobody changed anything: policies without `[ask]` keep their digest.
    #[allow(clippy::trivially_copy_pass_by_ref)] // the signature that serde asks for
    pub(super) fn is_default(&self) -> bool {
        *self == Self::default()
    }
}
