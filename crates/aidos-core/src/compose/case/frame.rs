//! The bundle around the objects of a case.

use aidos_model::stix::{Kind, Namer, OURS, StixId};

/// Computes the id of a bundle from the ids of its objects, in their order.
///
/// ```
/// # use aidos_core::compose::case::BundleId;
/// # use aidos_model::{Tlp, stix};
/// let mut id = BundleId::new();
/// id.object(&Tlp::Amber.stix_id());
/// let mut object = Vec::new();
/// Tlp::Amber.push_marking(&mut object);
/// let bundle = serde_json::json!({
///     "type": "bundle",
///     "objects": [serde_json::from_slice::<serde_json::Value>(&object)?],
/// });
/// assert_eq!(bundle.as_object().and_then(stix::id_of), Some(id.finish()));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone)]
pub struct BundleId {
    name: Namer,
    text: Vec<u8>,
    is_empty: bool,
}

impl BundleId {
    /// Begins with no objects.
    #[must_use]
    pub fn new() -> Self {
        let mut name = Namer::new(OURS);
        name.update(b"{");
        Self {
            name,
            text: Vec::new(),
            is_empty: true,
        }
    }

    /// Takes the next object.
    pub fn object(&mut self, id: &StixId) {
        self.text.clear();
        self.text.extend_from_slice(if self.is_empty {
            b"\"objects\":[\""
        } else {
            b",\""
        });
        id.push(&mut self.text);
        self.text.push(b'"');
        self.name.update(&self.text);
        self.is_empty = false;
    }

    /// The id.
    #[must_use]
    pub fn finish(mut self) -> StixId {
        self.name.update(if self.is_empty { b"" } else { b"]," });
        self.name.update(b"\"type\":\"bundle\"}");
        StixId {
            kind: Kind::Bundle,
            uuid: self.name.finish(),
        }
    }
}

impl Default for BundleId {
    fn default() -> Self {
        Self::new()
    }
}

/// Appends what stands before the first object of a bundle; a comma belongs between two.
pub fn bundle_open(id: &StixId, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"id\":\"");
    id.push(out);
    out.extend_from_slice(b"\",\"objects\":[");
}

/// Appends what stands after the last object, and a newline.
pub fn bundle_close(out: &mut Vec<u8>) {
    out.extend_from_slice(b"],\"type\":\"bundle\"}\n");
}
