//! One firewall record.
//!
//! The same pass serves clean and damaged lines. As `STRICT` it gives up at the first thing that the
//! grammar does not ask for, before anything was allocated or noted; otherwise it repairs and goes on.

use std::net::IpAddr;

use aidos_model::{Category, Defect, Defects, Endpoint, Event, Kind, Mac, Message, RouterOs};

use super::{EightBells, LOGIN, head, nat, render};
use crate::clean::ip;
use crate::extract::{Context, Sink, Year, apply_stamp};

/// An address with its port, and what is wrong with it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Address {
    pub(super) ip: Option<IpAddr>,
    pub(super) port: Option<u16>,
    pub(super) problem: Option<Defect>,
    /// A v4-mapped address or one with a zone: the text is not the value's own.
    pub(super) respelt: bool,
}

impl Address {
    pub(super) fn of(side: &Endpoint) -> Self {
        Self {
            ip: side.ip,
            port: side.port,
            ..Self::default()
        }
    }

    pub(super) fn same(&self, other: &Self) -> bool {
        self.same_ip(other) && self.port == other.port
    }

    pub(super) fn same_ip(&self, other: &Self) -> bool {
        self.ip.is_some() && self.ip == other.ip
    }
}

/// Where an address may end.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ends {
    /// In the main tuple.
    Tuple,
    /// In a NAT clause: at a parenthesis too.
    Nat,
}

/// Reads an address with an optional port; returns it and the bytes it takes (0: none is there).
#[inline]
pub(super) fn endpoint(bytes: &[u8], ends: Ends) -> (Address, usize) {
    if let Some((v4, mut at)) = ip::v4_prefix(bytes) {
        let mut port = None;
        if bytes.get(at) == Some(&b':') {
            let digits = bytes[at + 1..]
                .iter()
                .take(6)
                .take_while(|b| b.is_ascii_digit())
                .count();
            let number = bytes[at + 1..=at + digits]
                .iter()
                .fold(0u32, |sum, byte| sum * 10 + u32::from(byte - b'0'));
            if let (1..=5, Ok(number)) = (digits, u16::try_from(number)) {
                port = Some(number);
                at += digits + 1;
            }
        }
        let goes_on = matches!(bytes.get(at), Some(b'0'..=b'9' | b'.' | b':'));
        if !goes_on {
            let address = Address {
                ip: Some(IpAddr::V4(v4)),
                port,
                ..Address::default()
            };
            return (address, at);
        }
    }
    odd_endpoint(bytes, ends)
}

/// IPv6 and what is damaged.
#[cold]
fn odd_endpoint(bytes: &[u8], ends: Ends) -> (Address, usize) {
    let end = (0..bytes.len())
        .find(|&at| match bytes[at] {
            b',' | b' ' => true,
            b'-' => bytes.get(at + 1) == Some(&b'>'),
            b'(' | b')' => ends == Ends::Nat,
            _ => false,
        })
        .unwrap_or(bytes.len());
    let Ok(text) = std::str::from_utf8(&bytes[..end]) else {
        return (
            Address {
                problem: Some(Defect::BadIp),
                ..Address::default()
            },
            end,
        );
    };
    let (host, port_text) = if let Some(close) = text.find(']') {
        (&text[..=close], text[close + 1..].strip_prefix(':'))
    } else if text.matches(':').count() > 1 {
        (text, None)
    } else {
        text.split_once(':')
            .map_or((text, None), |(host, port)| (host, Some(port)))
    };
    let mut address = Address {
        ip: ip::parse(host),
        ..Address::default()
    };
    address.respelt =
        host.contains('%') || (host.contains(':') && matches!(address.ip, Some(IpAddr::V4(_))));
    if address.ip.is_none() {
        address.problem = Some(if ip::is_masked(host) {
            Defect::MaskedIp
        } else {
            Defect::BadIp
        });
    }
    if let Some(port_text) = port_text {
        address.port = ip::port(port_text);
        if address.port.is_none() && address.problem.is_none() {
            address.problem = Some(Defect::BadPort);
        }
    }
    (address, end)
}

/// The text in lower case, without allocation for the usual protocols.
#[inline]
fn transport<'a>(word: &'a str, sink: &Sink<'a>) -> &'a str {
    match word {
        "TCP" => "tcp",
        "UDP" => "udp",
        "ICMP" => "icmp",
        "ICMPv6" => "icmpv6",
        "GRE" => "gre",
        _ if word.bytes().any(|byte| byte.is_ascii_uppercase()) => {
            let lower = sink.arena.alloc_str(word);
            lower.make_ascii_lowercase();
            lower
        }
        _ => word,
    }
}

/// What the pass has found of a record.
#[derive(Default)]
pub(super) struct Record<'a> {
    pub(super) chain: &'a str,
    pub(super) ingress: Option<&'a str>,
    pub(super) egress: Option<&'a str>,
    pub(super) mark: Option<&'a str>,
    pub(super) packet_mark: Option<&'a str>,
    pub(super) state: Option<&'a str>,
    /// The state without the blanks in its list, where it has some.
    pub(super) spaced_state: bool,
    pub(super) mac: Option<Mac>,
    /// The hardware address as it stands.
    pub(super) mac_text: Option<&'a str>,
    pub(super) protocol: Option<&'a str>,
    /// What stands in parentheses behind the protocol.
    pub(super) detail: Option<&'a str>,
    pub(super) source: Address,
    pub(super) source_text: &'a str,
    pub(super) arrow: bool,
    pub(super) destination: Address,
    pub(super) destination_text: &'a str,
    pub(super) nat: Option<nat::Clause>,
    pub(super) nat_text: Option<&'a str>,
    pub(super) len: Option<u64>,
    /// Text that belongs to no field.
    pub(super) rest: Option<&'a str>,
    pub(super) defects: Defects,
    /// Whether the row must be written anew although it has no defect.
    pub(super) respelt: bool,
}

/// A cursor over a record.
struct Pass<'a> {
    text: &'a str,
    at: usize,
}

/// What the strict pass says where the line is not clean: the tolerant pass will look.
struct NotClean;

type Step<T> = Result<T, NotClean>;

impl<'a> Pass<'a> {
    #[inline]
    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    #[inline]
    fn has(&self, what: &str) -> bool {
        self.rest().starts_with(what.as_bytes())
    }

    #[inline]
    fn eat(&mut self, what: &str) -> bool {
        let found = self.has(what);
        if found {
            self.at += what.len();
        }
        found
    }

    #[inline]
    fn slice(&self, from: usize) -> &'a str {
        self.text.get(from..self.at).unwrap_or_default()
    }

    fn at_end(&self) -> bool {
        self.at >= self.text.len()
    }

    /// Moves to the first byte of the set, or to the end; returns what was passed.
    #[inline]
    fn until(&mut self, set: &[u8]) -> &'a str {
        let from = self.at;
        let rest = self.rest();
        self.at += rest
            .iter()
            .position(|byte| set.contains(byte))
            .unwrap_or(rest.len());
        self.slice(from)
    }

    /// Passes commas and blanks where a comma and a blank belong; notes what is odd.
    #[cold]
    fn separator(&mut self, comma: Comma, defects: &mut Defects) {
        let (mut commas, mut blanks) = (0, 0);
        while let Some(byte) = self.rest().first() {
            match byte {
                b',' => commas += 1,
                b' ' => blanks += 1,
                _ => break,
            }
            self.at += 1;
        }
        if self.at_end() {
            // Nothing follows; a comma at the end is one too many.
            if commas > 0 {
                defects.add(Defect::ExtraComma);
            }
            return;
        }
        match comma {
            Comma::Wanted if commas == 0 => defects.add(Defect::MissingComma),
            Comma::Unwanted if commas > 0 => defects.add(Defect::ExtraComma),
            _ if commas > 1 => defects.add(Defect::ExtraComma),
            _ => {}
        }
        if blanks == 0 {
            defects.add(Defect::MissingSpace);
        } else if blanks > 1 && commas == 0 {
            defects.add(Defect::ExtraSpace);
        }
    }
}

#[derive(Clone, Copy)]
enum Comma {
    Wanted,
    Unwanted,
    Either,
}

/// Words that begin an attribute or the protocol.
const KEYWORDS: [&str; 4] = ["connection-", "src-mac", "packet-mark", "proto"];

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

/// Whether the interface is RouterOS's way to say none: `(unknown 0)`, `(none)`, also misspelt.
#[inline]
fn no_interface(name: &str) -> bool {
    name.is_empty() || (name.starts_with('(') && (name.starts_with("(un") || name == "(none)"))
}

/// Reads a clean line to its end; false, with nothing pushed, when it is not clean.
#[inline]
pub(super) fn read_clean<'a>(
    provider: &EightBells,
    line: u64,
    text: &'a str,
    anchor: usize,
    context: &Context<'a>,
    sink: &mut Sink<'a>,
) -> bool {
    // A NUL, an escape sequence or a tab may stand inside a name, where no step would stumble over it.
    if memchr::memchr3(0, 0x1b, b'\t', text.as_bytes()).is_some() {
        return false;
    }
    match pass::<true>(provider, text, anchor) {
        Ok(Some(record)) => {
            let start = anchor - record.chain.len();
            // A log-in merged with this record would read as its prefix.
            if start > LOGIN.len() && provider.log_in.find(&text.as_bytes()[..start]).is_some() {
                return false;
            }
            let head = head::read(&text[..start]);
            // A word joined to the stamp would be joined to its `Z` in the message.
            if head.stamp.is_some() && text.as_bytes().get(head.after_stamp) != Some(&b' ') {
                return false;
            }
            push(
                line,
                text,
                &head,
                &record,
                Defects::default(),
                context,
                sink,
            );
            true
        }
        _ => false,
    }
}

/// Reads a line that may be damaged; false, with nothing pushed, when it is no record.
pub(super) fn read<'a>(
    provider: &EightBells,
    line: u64,
    text: &'a str,
    anchor: usize,
    given: Defects,
    context: &Context<'a>,
    sink: &mut Sink<'a>,
) -> bool {
    let Ok(Some(record)) = pass::<false>(provider, text, anchor) else {
        return false;
    };
    let start = anchor - record.chain.len();
    let head = head::read(&text[..start]);
    push(line, text, &head, &record, given, context, sink);
    true
}

/// Finds the colon of a chain whose `in:` is missing or misplaced, where `proto` follows.
pub(super) fn loose_anchor(text: &str) -> Option<usize> {
    text.match_indices(':').map(|(at, _)| at).find(|&at| {
        let rest = text[at + 1..].trim_start();
        let chain = text[..at].ends_with(|c: char| c.is_ascii_alphanumeric());
        let interface = ["in:", "out:", "out ", "in "]
            .iter()
            .any(|word| rest.starts_with(word));
        chain && interface && rest.contains("proto")
    })
}

#[inline]
fn pass<'a, const STRICT: bool>(
    provider: &EightBells,
    text: &'a str,
    anchor: usize,
) -> Step<Option<Record<'a>>> {
    let mut record = Record::default();
    let before = &text.as_bytes()[..anchor];
    let start = before
        .iter()
        .rposition(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')))
        .map_or(0, |at| at + 1);
    record.chain = text.get(start..anchor).unwrap_or_default();
    if record.chain.is_empty() {
        return Ok(None);
    }
    let mut pass = Pass {
        text,
        at: anchor + 1,
    };
    interfaces::<STRICT>(provider, &mut pass, &mut record)?;
    if !attributes::<STRICT>(&mut pass, &mut record)? {
        return Ok(None);
    }
    protocol::<STRICT>(&mut pass, &mut record)?;
    tuple::<STRICT>(&mut pass, &mut record)?;
    tail::<STRICT>(&mut pass, &mut record)?;
    Ok(Some(record))
}

/// `in:ether1 out:bridge, `.
#[inline]
fn interfaces<'a, const STRICT: bool>(
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
                || (name.contains(' ') && KEYWORDS.iter().any(|word| name.contains(word)))
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

/// The first keyword behind a blank or comma, or the end.
fn keyword(rest: &str) -> usize {
    let behind = |at: &usize| *at == 0 || matches!(rest.as_bytes()[at - 1], b' ' | b',' | b')');
    KEYWORDS
        .iter()
        .filter_map(|word| rest.match_indices(word).map(|(at, _)| at).find(behind))
        .min()
        .unwrap_or(rest.len())
}

/// Marks, state and hardware address, up to `proto `; false when there is no `proto`.
#[inline]
fn attributes<'a, const STRICT: bool>(pass: &mut Pass<'a>, record: &mut Record<'a>) -> Step<bool> {
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
        let mac = Mac::parse(text).filter(|mac| mac.text() == *text.as_bytes());
        pass.at += 17;
        record.mac = Some(mac.ok_or(NotClean)?);
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

/// `TCP (SYN), ` or `UDP, `.
#[inline]
fn protocol<'a, const STRICT: bool>(pass: &mut Pass<'a>, record: &mut Record<'a>) -> Step<()> {
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
            if detail.contains(':') {
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
fn tuple<'a, const STRICT: bool>(pass: &mut Pass<'a>, record: &mut Record<'a>) -> Step<()> {
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
fn tail<'a, const STRICT: bool>(pass: &mut Pass<'a>, record: &mut Record<'a>) -> Step<()> {
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

/// Digits, at most 18 of them.
#[inline]
fn number(pass: &mut Pass<'_>) -> Option<u64> {
    let digits = pass
        .rest()
        .iter()
        .take(19)
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    if digits == 0 || digits > 18 {
        return None;
    }
    let value = pass.rest()[..digits]
        .iter()
        .fold(0u64, |sum, byte| sum * 10 + u64::from(byte - b'0'));
    pass.at += digits;
    Some(value)
}

/// Makes the entry of a record and pushes it.
#[inline]
fn push<'a>(
    line: u64,
    text: &'a str,
    head: &head::Head<'a>,
    record: &Record<'a>,
    given: Defects,
    context: &Context<'a>,
    sink: &mut Sink<'a>,
) {
    let mut defects = given;
    defects.extend(record.defects);
    let source = &record.source;
    let destination = &record.destination;
    let mut event = Event {
        provider: context.provider,
        kind: Kind::Event,
        category: Category::NETWORK,
        source: Endpoint {
            ip: source.ip,
            port: source.port,
            mac: record.mac,
            ..Endpoint::default()
        },
        destination: Endpoint {
            ip: destination.ip,
            port: destination.port,
            ..Endpoint::default()
        },
        transport: record.protocol.map(|word| transport(word, sink)),
        bytes: record.len,
        ingress: record.ingress,
        egress: record.egress,
        hostname: head.host,
        priority: head.priority,
        path: context.path,
        line,
        defects,
        routeros: RouterOs {
            topics: head.topics,
            prefix: head.prefix,
            chain: Some(record.chain),
            state: record.state,
            mark: record.mark,
            flags: None,
            icmp: None,
        },
        ..Event::default()
    };
    if record.spaced_state
        && let Some(state) = record.state
    {
        let mut tight = bumpalo::collections::String::with_capacity_in(state.len(), sink.arena);
        tight.extend(state.chars().filter(|c| *c != ' '));
        event.routeros.state = Some(tight.into_bump_str());
    }
    if let Some(detail) = record.detail {
        match icmp(detail, sink) {
            Some(icmp) => event.routeros.icmp = Some(icmp),
            None => event.routeros.flags = Some(detail),
        }
    }
    if let Some(translation) = record
        .nat
        .as_ref()
        .and_then(|clause| clause.translation(&event, context.nat))
        && translation.address.ip.is_some()
    {
        let side = if translation.of_source {
            &mut event.source
        } else {
            &mut event.destination
        };
        side.nat_ip = translation.address.ip;
        side.nat_port = translation.address.port;
    }
    event.extra = render::extra(record, sink.arena);
    let mut year = Year::None;
    if let Some((stamp, stamp_text)) = head.stamp {
        year = apply_stamp(&mut event, stamp.when(context.zone), stamp_text, sink);
    }
    let own = !record.defects.is_empty();
    let needs_nil = head.needs_nil_host && head.prefix.is_some();
    let after = &text[head.after_stamp..];
    event.message = Message {
        before: head.priority_text,
        stamp: head.stamp.map(|(_, stamp_text)| stamp_text),
        after: if own || record.respelt || record.spaced_state || needs_nil {
            render::row(&event, record, needs_nil, head.stamp.is_some(), sink.arena)
        } else {
            after.trim_end()
        },
    };
    if own {
        note(text, &event, record, sink);
    }
    sink.entry(event, year);
}

/// `type 8, code 0` → `8/0`.
#[inline]
fn icmp<'a>(detail: &'a str, sink: &Sink<'a>) -> Option<&'a str> {
    let numbers = detail.strip_prefix("type ")?;
    let (kind, code) = numbers.split_once(',')?;
    let code = code.trim_start().strip_prefix("code ")?;
    let fine = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !fine(kind) || !fine(code) {
        return None;
    }
    // The one that fills most logs needs no allocation.
    if (kind, code) == ("8", "0") {
        return Some("8/0");
    }
    Some(bumpalo::format!(in sink.arena, "{}/{}", kind, code).into_bump_str())
}

/// One repair for each defect of the record.
#[cold]
fn note<'a>(text: &'a str, event: &Event<'a>, record: &Record<'a>, sink: &mut Sink<'a>) {
    for defect in record.defects.iter() {
        let (field, before, after) = match defect {
            Defect::BadMac => (
                Some("source.mac"),
                record.mac_text.unwrap_or_default(),
                None,
            ),
            Defect::MissingInterface => (Some("observer"), text, None),
            Defect::BadIp | Defect::MaskedIp | Defect::BadPort => {
                let of = |address: &Address| address.problem == Some(defect);
                if of(&record.source) {
                    (Some("source"), record.source_text, None)
                } else if of(&record.destination) {
                    (Some("destination"), record.destination_text, None)
                } else {
                    (Some("nat"), record.nat_text.unwrap_or_default(), None)
                }
            }
            Defect::ExtraText => (None, record.rest.unwrap_or_default(), None),
            Defect::Truncated => (None, text, None),
            _ => (None, text, Some(event.message.after)),
        };
        sink.repair(defect, field, before, after);
    }
}
