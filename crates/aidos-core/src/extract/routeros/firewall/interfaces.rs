//! The interfaces behind a chain.

use aidos_model::Defect;

use super::attributes::{KEYWORDS, keyword};
use super::cursor::{Comma, Pass};
use super::{EightBells, NotClean, Record, Step};

/// How RouterOS writes that there is no interface.
const NONE: &str = "(unknown 0)";

/// `in:ether1 out:bridge, `.
#[inline]
pub(super) fn interfaces<'a, const STRICT: bool>(
    provider: &EightBells,
    pass: &mut Pass<'a>,
    record: &mut Record<'a>,
) -> Step<()> {
    if STRICT {
        pass.at += " in:".len();
        let rest = pass.rest();
        let out = provider.egress_of.find(rest).ok_or(NotClean)?;
        let ingress = pass.text.get(pass.at..pass.at + out).ok_or(NotClean)?;
        pass.at += out + " out:".len();
        let egress = pass.until(b",");
        let odd = |name: &str| {
            name.ends_with([',', ' '])
                || name.starts_with(' ')
                || (name != NONE
                    && name.as_bytes().contains(&b' ')
                    && KEYWORDS.iter().any(|word| name.contains(word)))
        };
        if odd(ingress) || odd(egress) || !pass.eat(", ") {
            return Err(NotClean);
        }
        record.ingress = (!no_interface(ingress)).then_some(ingress);
        record.egress = (!no_interface(egress)).then_some(egress);
        return Ok(());
    }
    loose_interfaces(pass, record);
    Ok(())
}

#[cold]
fn loose_interfaces<'a>(pass: &mut Pass<'a>, record: &mut Record<'a>) {
    let blanks = pass.rest().iter().take_while(|byte| **byte == b' ').count();
    pass.at += blanks;
    if pass.eat("in:") {
        if blanks == 0 {
            record.defects.add(Defect::MissingSpace);
        }
        let from = pass.at;
        // The direction ends the name; a name may hold blanks.
        let out = pass.text[from..].find("out:").map(|out| from + out);
        let end = name_end(pass.text, from).min(out.unwrap_or(usize::MAX));
        if let Some(out) = out.filter(|&out| out <= name_end_skipping_commas(pass.text, from)) {
            let name = &pass.text[from..out];
            if !name.ends_with(' ') {
                record.defects.add(Defect::MissingSpace);
            }
            record.ingress = tidy(name, record);
            pass.at = out;
        } else {
            record.ingress = tidy(&pass.text[from..end], record);
            pass.at = end;
        }
    } else {
        record.defects.add(Defect::MissingInterface);
    }
    if pass.eat("out:") {
        let from = pass.at;
        let end = name_end(pass.text, from);
        record.egress = tidy(&pass.text[from..end], record);
        pass.at = end;
    } else {
        record.defects.add(Defect::MissingInterface);
        let _ = pass.eat("out") || pass.eat("in");
        // A direction without an interface is followed by a blank, not by a comma.
        while pass.has(" ") || pass.has(",") {
            pass.at += 1;
        }
        return;
    }
    pass.separator(Comma::Wanted, &mut record.defects);
}

/// Trims an interface's name; notes a comma that stood at its end.
fn tidy<'a>(name: &'a str, record: &mut Record<'a>) -> Option<&'a str> {
    let trimmed = name.trim_matches([' ', ',']);
    if name.contains(',') {
        record.defects.add(Defect::ExtraComma);
    } else if name.trim_end_matches(' ').len() + 1 < name.len() || name.starts_with(' ') {
        record.defects.add(Defect::ExtraSpace);
    }
    (!no_interface(trimmed)).then_some(trimmed)
}

/// Where a name ends: at a comma or before a keyword.
fn name_end(text: &str, from: usize) -> usize {
    let rest = &text[from..];
    let comma = rest.find(',').unwrap_or(rest.len());
    from + comma.min(keyword(rest))
}

/// Where the attributes begin, commas passed over.
fn name_end_skipping_commas(text: &str, from: usize) -> usize {
    from + keyword(&text[from..])
}

/// Whether the interface is RouterOS's way to say none: `(unknown 0)`, `(none)`, also misspelt.
#[inline]
fn no_interface(name: &str) -> bool {
    name.is_empty() || (name.starts_with('(') && (name.starts_with("(un") || name == "(none)"))
}
