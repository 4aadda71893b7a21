//! The marking definitions of TLP 2.0.
//!
//! Source: OASIS CTI TC, "STIX 2.1 TLP 2.0 marking definition" in `cti-stix-common-objects`. They are
//! fixed objects; everyone who marks TLP 2.0 refers to the same ids.

use super::{Kind, StixId, Uuid};
use crate::Tlp;

/// The extension that carries the label, with its property `tlp_2_0`.
pub const EXTENSION: &str = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d";

impl Tlp {
    /// The id of the label's marking definition.
    ///
    /// ```
    /// # use aidos_model::Tlp;
    /// assert_eq!(
    ///     Tlp::Clear.stix_id().to_string(),
    ///     "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487"
    /// );
    /// ```
    pub const fn stix_id(self) -> StixId {
        let uuid = match self {
            Self::Clear => 0x9486_8c89_83c2_464b_929b_a1a8_aa3c_8487_u128,
            Self::Green => 0xbab4_a63c_aed9_4cf5_a766_dfca_5aba_c2bb,
            Self::Amber => 0x55d9_20b0_5e8b_4f79_9ee9_91f8_68d9_b421,
            Self::AmberStrict => 0x939a_9414_2ddd_4d32_a0cd_375e_a402_b003,
            Self::Red => 0xe828_b379_4e03_4974_9ac4_e53a_884c_97c1,
        };
        StixId {
            kind: Kind::MarkingDefinition,
            uuid: Uuid(uuid.to_be_bytes()),
        }
    }

    /// Appends the label's marking definition, the published object in canonical JSON.
    pub fn push_marking(self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"created\":\"2022-10-01T00:00:00.000Z\",\"extensions\":{\"");
        out.extend_from_slice(EXTENSION.as_bytes());
        out.extend_from_slice(b"\":{\"extension_type\":\"property-extension\",\"tlp_2_0\":\"");
        out.extend_from_slice(self.word().as_bytes());
        out.extend_from_slice(b"\"}},\"id\":\"");
        self.stix_id().push(out);
        out.extend_from_slice(b"\",\"name\":\"");
        out.extend_from_slice(self.to_string().as_bytes());
        out.extend_from_slice(b"\",\"spec_version\":\"2.1\",\"type\":\"marking-definition\"}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stix::{canonical, id_of};

    #[test]
    fn every_label_is_a_canonical_object_of_its_published_id() {
        for (tlp, id) in Tlp::ALL.into_iter().zip([
            "94868c89-83c2-464b-929b-a1a8aa3c8487",
            "bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
            "55d920b0-5e8b-4f79-9ee9-91f868d9b421",
            "939a9414-2ddd-4d32-a0cd-375ea402b003",
            "e828b379-4e03-4974-9ac4-e53a884c97c1",
        ]) {
            let mut out = Vec::new();
            tlp.push_marking(&mut out);
            let value: serde_json::Value = serde_json::from_slice(&out).unwrap();
            let mut again = Vec::new();
            canonical::push(&mut again, &value);
            assert_eq!(out, again);
            assert_eq!(value["id"], format!("marking-definition--{id}"));
            assert_eq!(value["extensions"][EXTENSION]["tlp_2_0"], tlp.word());
            assert_eq!(id_of(value.as_object().unwrap()), Some(tlp.stix_id()));
        }
    }
}
