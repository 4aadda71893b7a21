//! URLs: a known scheme, `://`, a host that can be one, and what belongs to it.

use super::walk::Line;
use super::{Kind, Reach, host};

const SCHEMES: [&[u8]; 18] = [
    b"http", b"https", b"ftp", b"ftps", b"sftp", b"tftp", b"ssh", b"telnet", b"tcp", b"udp", b"ws",
    b"wss", b"smb", b"ldap", b"ldaps", b"rdp", b"rmi", b"dns",
];

/// Reads the first URL that begins in a word, and gives back where it ends.
pub(super) fn read(line: &mut Line<'_, '_>, start: usize, end: usize) -> Option<usize> {
    let colon = start + memchr::memmem::find(&line.text[start..end], b"://")?;
    let scheme_len = line.text[start..colon]
        .iter()
        .rev()
        .take_while(|byte| byte.is_ascii_alphabetic())
        .count();
    let from = colon - scheme_len;
    let scheme = line.text[from..colon].to_ascii_lowercase();
    if !SCHEMES.contains(&scheme.as_slice()) {
        return None;
    }
    let host_from = colon + 3;
    let rest = &line.text[host_from..];
    let authority = rest
        .iter()
        .position(|&byte| {
            ends(byte) || matches!(byte, b'/' | b'?' | b'#' | b',' | b'(' | b')' | b';')
        })
        .unwrap_or(rest.len());
    let (host, reach) = authority_of(&rest[..authority])?;
    let mut to = host_from + authority;
    let behind = line.byte(to);
    if matches!(behind, b'/' | b'?' | b'#') {
        let rest = &line.text[to..];
        to += rest
            .iter()
            .position(|&byte| ends(byte))
            .unwrap_or(rest.len());
    }
    let to = trimmed(&line.text[..to], host_from);
    // A text in another encoding has no URL that could be asked for.
    let path = std::str::from_utf8(line.text.get((host_from + authority).min(to)..to)?).ok()?;
    let scheme = String::from_utf8_lossy(&scheme);
    let value = format!("{scheme}://{host}{path}");
    line.found(Kind::Url, from, to, value.into(), reach);
    Some(to.max(end.min(to + 1)))
}

/// What cannot stand in a URL of a text.
fn ends(byte: u8) -> bool {
    byte <= b' '
        || matches!(
            byte,
            b'"' | b'<' | b'>' | b'`' | b'{' | b'}' | b'|' | b'\\' | b'^' | b'\'' | 0x7f
        )
}

/// Without the marks of the sentence around it; a bracket is kept where it was opened.
fn trimmed(text: &[u8], from: usize) -> usize {
    let mut to = text.len();
    let count = |sign: u8| memchr::memchr_iter(sign, &text[from..]).count();
    // Each counted once: a line of brackets alone must not cost its square.
    let (mut round, mut square) = (None, None);
    while to > from {
        let (open, close, counts) = match text[to - 1] {
            b'.' | b',' | b';' | b':' | b'!' | b'?' | b'*' | b'_' => {
                to -= 1;
                continue;
            }
            b')' => (b'(', b')', &mut round),
            b']' => (b'[', b']', &mut square),
            _ => break,
        };
        let (opened, closed) = counts.get_or_insert_with(|| (count(open), count(close)));
        if *closed <= *opened {
            break;
        }
        *closed -= 1;
        to -= 1;
    }
    to
}

/// `user@host:port` with the host in its one spelling.
fn authority_of(text: &[u8]) -> Option<(String, Reach)> {
    let text = std::str::from_utf8(text).ok()?;
    let text = text.trim_end_matches(['.', ':', '!', '*', '_', ']'].as_slice());
    let (user, rest) = match text.rsplit_once('@') {
        Some((user, rest)) => (format!("{user}@"), rest),
        None => (String::new(), text),
    };
    let (name, port) = match rest.strip_prefix('[') {
        Some(rest) => {
            let (name, port) = rest.split_once(']').unwrap_or((rest, ""));
            let ip: std::net::Ipv6Addr = name.parse().ok()?;
            let port = if port.is_empty() {
                None
            } else {
                Some(port.strip_prefix(':')?)
            };
            return finish(
                &user,
                &format!("[{ip}]"),
                port,
                host::reach_of_ip(ip.into()),
            );
        }
        None => match rest.split_once(':') {
            Some((name, port)) => (name, Some(port)),
            None => (rest, None),
        },
    };
    if let Some(ip) = host::octets(name.as_bytes()) {
        return finish(&user, &ip.to_string(), port, host::reach_of_ip(ip.into()));
    }
    let name = host::lawful_name(name.as_bytes())?;
    let reach = host::reach_of_name(&name);
    finish(&user, &name, port, reach)
}

fn finish(user: &str, host: &str, port: Option<&str>, reach: Reach) -> Option<(String, Reach)> {
    Some(match port {
        None => (format!("{user}{host}"), reach),
        Some(port) => {
            let number: u16 = port.parse().ok()?;
            (format!("{user}{host}:{number}"), reach)
        }
    })
}
