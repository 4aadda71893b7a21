//! What stands between interfaces and protocol: marks, state, hardware address.

use aidos_model::{Defect, Mac};

use super::cursor::{Comma, Pass};
use super::{NotClean, Record, Step};

/// Words that begin an attribute or the protocol.
pub(super) const KEYWORDS: [&str; 4] = ["connection-", "src-mac", "packet-mark", "proto"];

/// The connection states of RouterOS.
const STATES: [&str; 7] = [
    "established",
    "related",
    "new",
    "invalid",
    "untracked",
    "snat",
    "dnat",
];

/// Marks, state and hardware address, up to `proto `; false when there is no `proto`.
#[inline]
pub(super) fn attributes<'a, const STRICT: bool>(
    pass: &mut Pass<'a>,
    record: &mut Record<'a>,
) -> Step<bool> {
    loop {
        if pass.eat("proto ") {
            return Ok(true);
        }
        if pass.eat("connection-state:") {
            state::<STRICT>(pass, record)?;
        } else if pass.eat("src-mac") {
            mac::<STRICT>(pass, record)?;
        } else if pass.eat("connection-mark:") {
            record.mark = Some(pass.until(b" ,"));
            either::<STRICT>(pass, record)?;
        } else if pass.eat("packet-mark:") {
            if STRICT {
                return Err(NotClean);
            }
            record.packet_mark = Some(pass.until(b" ,"));
            either::<STRICT>(pass, record)?;
        } else if STRICT {
            return Err(NotClean);
        } else if pass.eat("proto") {
            record.defects.add(Defect::MissingSpace);
            return Ok(true);
        } else {
            // Unknown text before the protocol: kept, and passed over.
            let from = pass.at;
            let Some(proto) = pass.text.get(from..).and_then(|rest| rest.find("proto")) else {
                return Ok(false);
            };
            let known = keyword(&pass.text[from..]);
            pass.at = from + if known > 0 { known.min(proto) } else { proto };
            if pass.at == from {
                return Ok(false);
            }
            let unknown = pass.slice(from).trim_matches([' ', ',']);
            if !unknown.is_empty() {
                record.defects.add(Defect::ExtraText);
                record.rest = Some(unknown);
            }
        }
    }
}

/// A blank, or a comma and a blank.
#[inline]
fn either<const STRICT: bool>(pass: &mut Pass<'_>, record: &mut Record<'_>) -> Step<()> {
    if STRICT {
        return if pass.eat(" ") || pass.eat(", ") {
            Ok(())
        } else {
            Err(NotClean)
        };
    }
    pass.separator(Comma::Either, &mut record.defects);
    Ok(())
}

/// `established,snat`, without a comma before `src-mac`, with or without one before `proto`.
#[inline]
fn state<'a, const STRICT: bool>(pass: &mut Pass<'a>, record: &mut Record<'a>) -> Step<()> {
    let from = pass.at;
    if STRICT {
        let rest = pass.rest();
        let end = rest.iter().position(|&byte| byte == b' ').ok_or(NotClean)?;
        let list = &rest[..end];
        let (list, comma) = match list {
            [list @ .., b','] => (list, true),
            list => (list, false),
        };
        if list.is_empty()
            || !list
                .iter()
                .all(|byte| byte.is_ascii_lowercase() || *byte == b',')
        {
            return Err(NotClean);
        }
        let follows = &rest[end + 1..];
        // `new, dnat` is a list with a blank in it, `new, src-mac` has a comma too many.
        if comma && !follows.starts_with(b"proto ") {
            return Err(NotClean);
        }
        pass.at += list.len();
        record.state = Some(pass.slice(from));
        pass.at += usize::from(comma) + 1;
        return Ok(());
    }
    loose_state(pass, record, from);
    Ok(())
}

#[cold]
fn loose_state<'a>(pass: &mut Pass<'a>, record: &mut Record<'a>, from: usize) {
    let mut end = from;
    loop {
        let rest = &pass.text[pass.at..];
        let Some(word) = STATES.iter().find(|word| rest.starts_with(**word)) else {
            // A state of a later version: a word up to a blank, a comma or a keyword.
            let word = rest.bytes().take_while(u8::is_ascii_lowercase).count();
            if end == from {
                pass.at += word.min(keyword(rest));
                end = pass.at;
            }
            break;
        };
        pass.at += word.len();
        end = pass.at;
        let gap = pass
            .rest()
            .iter()
            .take_while(|byte| matches!(byte, b',' | b' '))
            .count();
        let next = pass.text.get(pass.at + gap..).unwrap_or_default();
        if pass.has(",") && STATES.iter().any(|word| next.starts_with(word)) {
            record.spaced_state |= gap > 1;
            pass.at += gap;
        } else {
            break;
        }
    }
    pass.at = end;
    record.state = Some(&pass.text[from..end]).filter(|state| !state.is_empty());
    let follows = pass.text[end..].trim_start_matches([' ', ',']);
    let comma = if follows.starts_with("proto") {
        Comma::Either
    } else {
        Comma::Unwanted
    };
    pass.separator(comma, &mut record.defects);
}

/// ` 00:17:10:88:bc:02, `.
#[inline]
fn mac<'a, const STRICT: bool>(pass: &mut Pass<'a>, record: &mut Record<'a>) -> Step<()> {
    if STRICT {
        if !pass.eat(" ") {
            return Err(NotClean);
        }
        let text = pass.text.get(pass.at..pass.at + 17).ok_or(NotClean)?;
        pass.at += 17;
        record.mac = Some(Mac::parse_canonical(text).ok_or(NotClean)?);
        record.mac_text = Some(text);
        return if pass.eat(", ") {
            Ok(())
        } else {
            Err(NotClean)
        };
    }
    loose_mac(pass, record);
    Ok(())
}

#[cold]
fn loose_mac<'a>(pass: &mut Pass<'a>, record: &mut Record<'a>) {
    if !(pass.eat(" ") || pass.eat(":")) {
        record.defects.add(Defect::MissingSpace);
    }
    while pass.eat(" ") {
        record.defects.add(Defect::ExtraSpace);
    }
    let from = pass.at;
    let token = pass.until(b" ,");
    // `aa:bb:cc:dd:ee:ffproto`: the address ends where its digits end.
    let glued = token.find("proto");
    let token = glued.map_or(token, |end| &token[..end]);
    pass.at = from + token.len();
    record.mac_text = Some(token);
    record.mac = Mac::parse(token);
    match record.mac {
        Some(mac) => record.respelt |= mac.text() != *token.as_bytes(),
        None => record.defects.add(Defect::BadMac),
    }
    pass.separator(Comma::Wanted, &mut record.defects);
}

/// The first keyword behind a blank or comma, or the end.
pub(super) fn keyword(rest: &str) -> usize {
    let mut begins = true;
    for (at, byte) in rest.bytes().enumerate() {
        let rest = &rest.as_bytes()[at..];
        if begins
            && KEYWORDS
                .iter()
                .any(|word| rest.starts_with(word.as_bytes()))
        {
            return at;
        }
        begins = matches!(byte, b' ' | b',' | b')');
    }
    rest.len()
}
