//! Canonical JSON: the JSON Canonicalization Scheme (RFC 8785).
//!
//! No blanks, members sorted by the UTF-16 code units of their names, text escaped only where JSON
//! demands it, numbers as ECMAScript writes them. Ids of STIX objects are hashes of it.

use serde_json::Value;

use crate::json::{push_i64, push_u64};

/// Pushes the text with quotation marks as RFC 8785 section 3.2.2.2 escapes it.
///
/// Unlike [`crate::json::push_str`] it uses `\b` and `\f` and leaves DEL alone.
#[inline]
pub fn push_str(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let bytes = text.as_bytes();
    // Plain is narrower than need be: it leaves out DEL, which stands as it is here.
    if crate::json::is_plain(bytes) {
        out.extend_from_slice(bytes);
    } else {
        push_escaped(out, bytes);
    }
    out.push(b'"');
}

fn push_escaped(out: &mut Vec<u8>, bytes: &[u8]) {
    for &byte in bytes {
        let short = match byte {
            b'"' | b'\\' => byte,
            0x08 => b'b',
            0x09 => b't',
            0x0a => b'n',
            0x0c => b'f',
            0x0d => b'r',
            0..0x20 => {
                out.extend_from_slice(b"\\u00");
                out.extend(crate::json::hex(&[byte]));
                continue;
            }
            _ => {
                out.push(byte);
                continue;
            }
        };
        out.push(b'\\');
        out.push(short);
    }
}

/// Pushes a value in canonical form.
///
/// ```
/// # use aidos_model::stix::canonical;
/// let mut out = Vec::new();
/// canonical::push(&mut out, &serde_json::json!({"b": 1.0, "a": ["é\n", 1e21]}));
/// assert_eq!(out, "{\"a\":[\"é\\n\",1e+21],\"b\":1}".as_bytes());
/// ```
pub fn push(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Number(number) => push_number(out, number),
        Value::String(text) => push_str(out, text),
        Value::Array(items) => {
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                push(out, item);
            }
            out.push(b']');
        }
        Value::Object(members) => push_members(out, members.iter()),
    }
}

/// Pushes an object of these members in canonical form; no name may stand twice.
pub fn push_members<'a, N: AsRef<str> + 'a>(
    out: &mut Vec<u8>,
    members: impl Iterator<Item = (&'a N, &'a Value)>,
) {
    let mut sorted: Vec<_> = members
        .map(|(name, value)| (name.as_ref(), value))
        .collect();
    sorted.sort_unstable_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
    out.push(b'{');
    for (index, (name, value)) in sorted.into_iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        push_str(out, name);
        out.push(b':');
        push(out, value);
    }
    out.push(b'}');
}

/// Integers up to 2^53 as they are, all other numbers as the double nearest to them.
fn push_number(out: &mut Vec<u8>, number: &serde_json::Number) {
    const SAFE: u64 = 1 << 53;
    if let Some(signed) = number.as_i64()
        && signed.unsigned_abs() <= SAFE
    {
        push_i64(out, signed);
    } else if let Some(double) = number.as_f64() {
        push_f64(out, double);
    }
}

/// `Number::toString` of ECMAScript (section 6.1.6.1.20), which RFC 8785 section 3.2.2.3 prescribes.
fn push_f64(out: &mut Vec<u8>, number: f64) {
    // Rust's `{:e}` gives the shortest digits that read back, as ECMAScript wants them.
    let text = format!("{number:e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let (sign, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", mantissa),
    };
    let digits: Vec<u8> = mantissa.bytes().filter(|byte| *byte != b'.').collect();
    if digits == b"0" {
        out.push(b'0'); // minus zero too
        return;
    }
    out.extend_from_slice(sign.as_bytes());
    // The value is 0.digits × 10^point.
    let point = exponent + 1;
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    let zeros = |out: &mut Vec<u8>, number: i32| {
        out.extend(std::iter::repeat_n(
            b'0',
            usize::try_from(number).unwrap_or_default(),
        ));
    };
    let (whole, fraction) = digits.split_at(
        usize::try_from(point.clamp(0, count))
            .unwrap_or_default()
            .min(digits.len()),
    );
    if (1..=21).contains(&point) {
        out.extend_from_slice(whole);
        zeros(out, point - count);
        if !fraction.is_empty() {
            out.push(b'.');
            out.extend_from_slice(fraction);
        }
    } else if (-5..=0).contains(&point) {
        out.extend_from_slice(b"0.");
        zeros(out, -point);
        out.extend_from_slice(&digits);
    } else {
        let (first, rest) = digits.split_at(1);
        out.extend_from_slice(first);
        if !rest.is_empty() {
            out.push(b'.');
            out.extend_from_slice(rest);
        }
        out.push(b'e');
        out.push(if exponent < 0 { b'-' } else { b'+' });
        push_u64(out, u64::from(exponent.unsigned_abs()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn number(double: f64) -> String {
        let mut out = Vec::new();
        push_f64(&mut out, double);
        String::from_utf8(out).unwrap()
    }

    /// RFC 8785 appendix B.
    #[test]
    fn numbers_of_the_rfc() {
        for (bits, text) in [
            (0x0000_0000_0000_0000, "0"),
            (0x8000_0000_0000_0000, "0"),
            (0x0000_0000_0000_0001, "5e-324"),
            (0x8000_0000_0000_0001, "-5e-324"),
            (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
            (0x4340_0000_0000_0000, "9007199254740992"),
            (0xc340_0000_0000_0000, "-9007199254740992"),
            (0x4430_0000_0000_0000, "295147905179352830000"),
            (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
            (0x44b5_2d02_c7e1_4af6, "1e+23"),
            (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
            (0x444b_1ae4_d6e2_ef50, "1e+21"),
            (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
            (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
            (0x41b3_de43_5555_5553, "333333333.3333332"),
            (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
        ] {
            assert_eq!(number(f64::from_bits(bits)), text);
        }
    }

    /// RFC 8785 section 3.2.3: sorted by UTF-16, not by code point.
    #[test]
    fn members_sort_by_utf16() {
        let value: Value = serde_json::from_str(
            r#"{"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7}"#,
        )
        .unwrap();
        let mut out = Vec::new();
        push(&mut out, &value);
        let order: Vec<u8> = out.iter().copied().filter(u8::is_ascii_digit).collect();
        assert_eq!(
            order,
            b"214".iter().chain(b"67153").copied().collect::<Vec<_>>()
        );
    }

    #[test]
    fn text_is_escaped_as_little_as_possible() {
        let mut out = Vec::new();
        push_str(&mut out, "\u{20ac}$\u{f}\nA'B\"\\\u{8}\u{c}/\u{7f}");
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "\"\u{20ac}$\\u000f\\nA'B\\\"\\\\\\b\\f/\u{7f}\""
        );
    }

    proptest! {
        #[test]
        fn doubles_read_back(double in any::<f64>().prop_filter("finite", |d| d.is_finite())) {
            // Minus zero is written as zero.
            let read: f64 = number(double).parse().unwrap();
            prop_assert_eq!(read.to_bits(), (double + 0.0).to_bits());
        }

        #[test]
        fn text_reads_back(text in "\\PC{0,40}|[\\x00-\\x7f]{0,40}") {
            let mut out = Vec::new();
            push_str(&mut out, &text);
            prop_assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), text);
        }
    }
}
