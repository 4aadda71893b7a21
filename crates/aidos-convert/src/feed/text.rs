//! Lists: a value or more a line.

use std::net::{IpAddr, Ipv4Addr};

use super::{Feed, Item, comment};
use crate::indicator::{Kind, scan, whole_value};

/// Networks that a range may become; a range of addresses that do not fit is left out.
const MOST_NETWORKS: usize = 64;

pub(super) fn read(bytes: &[u8], feed: &mut Feed) {
    for (number, line) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
        let line = String::from_utf8_lossy(line);
        let line = line.trim_matches(|sign: char| sign.is_whitespace() || sign == '\u{feff}');
        if line.is_empty() || line.starts_with(['#', ';']) || line.starts_with("//") {
            continue;
        }
        let (value, remark) = split(line);
        let mut found = false;
        let mut add = |kind: Kind, value: String| {
            found = true;
            feed.add(Item {
                kind,
                value,
                seen: None,
                comment: remark.and_then(comment),
                place: number,
            });
        };
        if let Some(networks) = range(value) {
            for network in networks {
                let kind = if network.contains('/') {
                    Kind::Cidr
                } else {
                    Kind::Ipv4
                };
                add(kind, network);
            }
        } else {
            // `0.0.0.0 name`, `value count`, `value,remark`: each word that is a value; else what stands in the line.
            let words =
                value.split(|sign: char| sign.is_whitespace() || sign == ',' || sign == '"');
            for word in words.filter(|word| !word.is_empty()).take(16) {
                if let Some((kind, value)) = whole_value(word) {
                    add(kind, value);
                } else {
                    scan(word.as_bytes(), &mut |find| {
                        add(find.kind, find.value.into_owned());
                    });
                }
            }
        }
        feed.unread += u64::from(!found);
    }
}

/// The value, and the comment behind it.
fn split(line: &str) -> (&str, Option<&str>) {
    let at = [" #", "\t#", " ;", "\t;", " //", "\t//"]
        .iter()
        .filter_map(|mark| line.find(mark))
        .min();
    match at {
        Some(at) => {
            let remark = line[at..].trim_start_matches(|sign: char| {
                sign.is_whitespace() || matches!(sign, '#' | ';' | '/')
            });
            (line[..at].trim_end(), Some(remark))
        }
        None => (line, None),
    }
}

/// `a-b`, also behind a name and a colon, as the fewest networks.
fn range(text: &str) -> Option<Vec<String>> {
    let (left, right) = text.split_once('-')?;
    let left = left.rsplit([':', ' ']).find(|part| !part.is_empty())?;
    let first: Ipv4Addr = left.trim().parse().ok()?;
    let last: Ipv4Addr = right.split_whitespace().next()?.parse().ok()?;
    networks(first, last)
}

/// The fewest networks between two addresses, both in.
fn networks(first: Ipv4Addr, last: Ipv4Addr) -> Option<Vec<String>> {
    let (mut from, to) = (u64::from(u32::from(first)), u64::from(u32::from(last)));
    let mut out = Vec::new();
    while from <= to {
        if out.len() == MOST_NETWORKS {
            return None;
        }
        // As large as the begin is aligned and the end allows.
        let mut size = 0;
        while size < 32 && from & ((1 << (size + 1)) - 1) == 0 && from + (1 << (size + 1)) - 1 <= to
        {
            size += 1;
        }
        let ip = Ipv4Addr::from(u32::try_from(from).ok()?);
        out.push(if size == 0 {
            IpAddr::V4(ip).to_string()
        } else {
            format!("{ip}/{}", 32 - size)
        });
        from += 1 << size;
    }
    (!out.is_empty()).then_some(out)
}
