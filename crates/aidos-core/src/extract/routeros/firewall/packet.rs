//! What was on the wire: protocol, addresses, their translation, length.

use aidos_model::Defect;

use super::address::{Address, Ends, endpoint};
use super::cursor::{Comma, Pass, number};
use super::{NotClean, Record, Step, nat};

/// `TCP (SYN), ` or `UDP, `.
#[inline]
pub(super) fn protocol<'a, const STRICT: bool>(
    pass: &mut Pass<'a>,
    record: &mut Record<'a>,
) -> Step<()> {
    if !STRICT {
        while pass.eat(" ") {
            record.defects.add(Defect::ExtraSpace);
        }
    }
    let word = pass.until(b" ,(");
    record.protocol = (!word.is_empty()).then_some(word);
    if STRICT {
        if word.is_empty() {
            return Err(NotClean);
        }
        if pass.eat(" (") {
            let detail = pass.until(b")");
            if detail.as_bytes().contains(&b':') {
                return Err(NotClean); // the parenthesis is not closed before the addresses
            }
            record.detail = Some(detail);
            pass.at += 1;
        }
        return if pass.eat(", ") {
            Ok(())
        } else {
            Err(NotClean)
        };
    }
    loose_detail(pass, record);
    Ok(())
}

#[cold]
fn loose_detail<'a>(pass: &mut Pass<'a>, record: &mut Record<'a>) {
    if pass.at_end() {
        // A word at the end of the line may be cut.
        record.defects.add(Defect::Truncated);
        record.rest = record.protocol.take().or(record.rest);
        return;
    }
    let blanks = pass.rest().iter().take_while(|byte| **byte == b' ').count();
    if pass.rest().get(blanks) == Some(&b'(') {
        match blanks {
            0 => record.defects.add(Defect::MissingSpace),
            1 => {}
            _ => record.defects.add(Defect::ExtraSpace),
        }
        pass.at += blanks + 1;
        let from = pass.at;
        let rest = &pass.text[from..];
        let arrow = rest.find("->").unwrap_or(rest.len());
        if let Some(close) = rest.find(')').filter(|&close| close < arrow) {
            record.detail = Some(&rest[..close]);
            pass.at = from + close + 1;
        } else {
            record.defects.add(Defect::UnbalancedParen);
            let len = open_detail(rest);
            record.detail =
                Some(rest[..len].trim_end_matches([',', ' '])).filter(|d| !d.is_empty());
            pass.at = from + len;
            if pass.at_end() {
                record.defects.add(Defect::Truncated);
            }
        }
    }
    pass.separator(Comma::Wanted, &mut record.defects);
}

/// How far a detail goes whose parenthesis is not closed: `type 8, code 0` or flags in capitals.
fn open_detail(rest: &str) -> usize {
    if let Some(numbers) = rest.strip_prefix("type ") {
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let kind = digits(numbers);
        let after = &numbers[kind..];
        let skip = after.len() - after.trim_start_matches([',', ' ']).len();
        if let Some(code) = after[skip..].strip_prefix("code ") {
            return 5 + kind + skip + 5 + digits(code);
        }
        return 5 + kind;
    }
    rest.bytes()
        .take_while(|byte| byte.is_ascii_uppercase() || *byte == b',')
        .count()
}

/// `198.51.100.7:41000->192.0.2.10:22`.
#[inline]
pub(super) fn tuple<'a, const STRICT: bool>(
    pass: &mut Pass<'a>,
    record: &mut Record<'a>,
) -> Step<()> {
    let from = pass.at;
    let (source, taken) = endpoint(pass.rest(), Ends::Tuple);
    pass.at += taken;
    record.source = source;
    record.source_text = pass.slice(from);
    record.arrow = pass.eat("->");
    let from = pass.at;
    if record.arrow {
        let (destination, taken) = endpoint(pass.rest(), Ends::Tuple);
        pass.at += taken;
        record.destination = destination;
        record.destination_text = pass.slice(from);
    }
    if STRICT {
        let fine = |address: &Address| {
            address.ip.is_some() && address.problem.is_none() && !address.respelt
        };
        let both = fine(&record.source) && fine(&record.destination);
        // One port without the other is a line cut short.
        let even = record.source.port.is_some() == record.destination.port.is_some();
        return if both && even { Ok(()) } else { Err(NotClean) };
    }
    loose_tuple(pass, record);
    Ok(())
}

#[cold]
fn loose_tuple(pass: &Pass<'_>, record: &mut Record<'_>) {
    let cut = pass.at_end();
    if cut && (!record.arrow || record.destination_text.is_empty()) {
        record.defects.add(Defect::Truncated);
        if !record.arrow {
            // The last address of a cut line may lack digits.
            record.source.ip = None;
            record.source.port = None;
            record.source.problem = None;
        }
        record.destination.problem = None;
    } else if cut
        && record.source.port.is_some()
        && record.destination.port.is_none()
        && record.destination.problem != Some(Defect::BadPort)
    {
        record.defects.add(Defect::Truncated);
        record.destination = Address::default();
    }
    for address in [&record.source, &record.destination] {
        if let Some(problem) = address.problem {
            record.defects.add(problem);
        }
        record.respelt |= address.respelt;
    }
}

/// NAT clause, length, and what else RouterOS appends.
#[inline]
pub(super) fn tail<'a, const STRICT: bool>(
    pass: &mut Pass<'a>,
    record: &mut Record<'a>,
) -> Step<()> {
    if STRICT {
        if pass.at_end() {
            return Ok(());
        }
        if !pass.eat(", ") {
            return Err(NotClean);
        }
        if pass.eat("NAT ") {
            let from = pass.at;
            let (clause, taken) = nat::read(pass.rest()).ok_or(NotClean)?;
            pass.at += taken;
            record.nat_text = Some(pass.slice(from));
            if clause
                .members()
                .any(|member| member.problem.is_some() || member.ip.is_none())
            {
                return Err(NotClean);
            }
            record.nat = Some(clause);
            if pass.at_end() {
                return Ok(());
            }
            if !pass.eat(", ") {
                return Err(NotClean);
            }
        }
        if !pass.eat("len ") {
            return Err(NotClean);
        }
        record.len = Some(number(pass).ok_or(NotClean)?);
        return if pass.at_end() { Ok(()) } else { Err(NotClean) };
    }
    loose_tail(pass, record);
    Ok(())
}

#[cold]
fn loose_tail<'a>(pass: &mut Pass<'a>, record: &mut Record<'a>) {
    let mut rest_from = None;
    while !pass.at_end() {
        pass.separator(Comma::Wanted, &mut record.defects);
        if pass.at_end() {
            break;
        }
        let from = pass.at;
        if record.nat.is_none() && pass.eat("NAT") {
            if !pass.eat(" ") {
                record.defects.add(Defect::MissingSpace);
            }
            while pass.eat(" ") {
                record.defects.add(Defect::ExtraSpace);
            }
            let clause_from = pass.at;
            if let Some((clause, taken)) = nat::read(pass.rest()) {
                pass.at += taken;
                record.nat_text = Some(pass.slice(clause_from));
                for problem in clause.members().filter_map(|member| member.problem) {
                    record.defects.add(problem);
                }
                record.nat = Some(clause);
                continue;
            }
            record.defects.add(Defect::Truncated);
        } else if record.len.is_none() && pass.eat("len") {
            if !pass.eat(" ") {
                record.defects.add(if pass.at_end() {
                    Defect::Truncated
                } else {
                    Defect::MissingSpace
                });
            }
            while pass.eat(" ") {
                record.defects.add(Defect::ExtraSpace);
            }
            record.len = number(pass);
            if record.len.is_some() || pass.at_end() {
                if record.len.is_none() {
                    record.defects.add(Defect::Truncated);
                }
                continue;
            }
        }
        // Anything else up to the next comma.
        rest_from.get_or_insert(from);
        pass.at = from;
        pass.until(b",");
        if pass.at == from {
            break;
        }
        if pass.at_end() && ["l", "le", "N", "NA"].contains(&pass.slice(from).trim()) {
            record.defects.add(Defect::Truncated);
            rest_from = None;
        } else if !pass.slice(from).starts_with("prio ") {
            record.defects.add(Defect::ExtraText);
        }
        record.rest = rest_from
            .and_then(|from| pass.text.get(from..pass.at))
            .map(str::trim)
            .or(record.rest);
        rest_from = None;
    }
}
