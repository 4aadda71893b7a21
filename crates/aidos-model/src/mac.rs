//! Hardware addresses.

use std::fmt;

/// An EUI-48 address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mac(pub [u8; 6]);

/// The value of each hexadecimal digit; 255 for what is none.
const DIGITS: [u8; 256] = {
    let mut table = [u8::MAX; 256];
    let mut value = 0;
    while value < 16 {
        table[b"0123456789abcdef"[value as usize] as usize] = value;
        table[b"0123456789ABCDEF"[value as usize] as usize] = value;
        value += 1;
    }
    table
};

impl Mac {
    /// Reads twelve hexadecimal digits in one of the usual spellings.
    ///
    /// `aa:bb:cc:dd:ee:ff`, `AA-BB-CC-DD-EE-FF`, `aabb.ccdd.eeff` and `aabbccddeeff` are the same
    /// address. Short groups such as `1:1:1:1:1:1` are refused: padding them would be a guess.
    ///
    /// ```
    /// # use aidos_model::Mac;
    /// assert_eq!(Mac::parse("AA-BB-CC-DD-EE-FF"), Mac::parse("aabb.ccdd.eeff"));
    /// assert_eq!(Mac::parse("1:1:1:1:"), None);
    /// ```
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if let Ok(bytes) = <&[u8; 17]>::try_from(bytes)
            && let Some(mac) = Self::parse_pairs(bytes)
        {
            return Some(mac);
        }
        let step = match (bytes.len(), bytes.get(2), bytes.get(4)) {
            (17, Some(b':' | b'-'), _) => 2,
            (14, _, Some(b'.')) => 4,
            (12, ..) => 12,
            _ => return None,
        };
        let separator = if step == 12 { 0 } else { bytes[step] };
        let mut mac = [0; 6];
        let mut digits = 0;
        for (index, &byte) in bytes.iter().enumerate() {
            if step != 12 && index % (step + 1) == step {
                if byte != separator {
                    return None;
                }
                continue;
            }
            let nibble = match byte {
                b'0'..=b'9' => byte - b'0',
                b'a'..=b'f' => byte - b'a' + 10,
                b'A'..=b'F' => byte - b'A' + 10,
                _ => return None,
            };
            let slot = mac.get_mut(digits / 2)?;
            *slot = (*slot << 4) | nibble;
            digits += 1;
        }
        (digits == 12).then_some(Self(mac))
    }

    /// The usual spelling: pairs with a colon between them.
    #[inline]
    fn parse_pairs(text: &[u8; 17]) -> Option<Self> {
        let mut mac = [0; 6];
        // Bits that no digit has gather here, so that one test at the end does.
        let mut bad = 0;
        for (index, byte) in mac.iter_mut().enumerate() {
            let high = DIGITS[usize::from(text[index * 3])];
            let low = DIGITS[usize::from(text[index * 3 + 1])];
            bad |= high | low;
            *byte = high << 4 | low & 15;
        }
        (bad < 16 && (0..5).all(|index| text[index * 3 + 2] == b':')).then_some(Self(mac))
    }

    /// The lower-case text with colons, 17 bytes of ASCII.
    pub fn text(self) -> [u8; 17] {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        let mut text = [b':'; 17];
        for (index, byte) in self.0.iter().enumerate() {
            text[index * 3] = HEX[usize::from(byte >> 4)];
            text[index * 3 + 1] = HEX[usize::from(byte & 15)];
        }
        text
    }
}

impl fmt::Display for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.text()).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_is_the_same_address() {
        let mac = Mac([0xaa, 0xbb, 0xcc, 0x0d, 0xee, 0x0f]);
        for text in [
            "aa:bb:cc:0d:ee:0f",
            "AA-BB-CC-0D-EE-0F",
            "aabb.cc0d.ee0f",
            "AABBCC0DEE0F",
        ] {
            assert_eq!(Mac::parse(text), Some(mac), "{text}");
        }
        assert_eq!(mac.text(), *b"aa:bb:cc:0d:ee:0f");
        assert_eq!(mac.to_string(), "aa:bb:cc:0d:ee:0f");
    }

    #[test]
    fn what_is_damaged_is_refused() {
        for text in [
            "",
            "1:1:1:1:",
            "----",
            "aa:bb:cc:dd:ee",
            "aa:bb:cc:dd-ee:ff",
            "gg:bb:cc:dd:ee:ff",
            "aabbccddeef",
            "éabbccddeef",
        ] {
            assert_eq!(Mac::parse(text), None, "{text}");
        }
    }
}
