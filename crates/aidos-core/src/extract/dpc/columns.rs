//! What the names of columns say of their cells.

/// What a cell is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// The time of the row.
    Stamp,
    /// Addresses of senders.
    From,
    /// Addresses of recipients.
    To,
    /// Addresses of no known role.
    Address,
    /// The subject of the mail.
    Subject,
    /// Something of this name that may hold addresses.
    Other,
    /// Something of this name that holds none, even where it looks so: the id of a message.
    Opaque,
}

/// Whether the header says no more than that a stamp and addresses follow.
pub(super) fn are_usual(header: &[&str]) -> bool {
    header
        .iter()
        .enumerate()
        .all(|(index, _)| match role(header, index) {
            Role::Stamp => index == 0,
            Role::Address => index > 0,
            _ => false,
        })
}

/// The role of a column. A row may be longer than its header: what follows is as its last column where
/// that holds addresses.
pub(super) fn role(header: &[&str], index: usize) -> Role {
    // A first row with addresses is no header, whoever took it for one.
    if header.is_empty() || header.iter().any(|name| name.contains('@') && name.len() > 1 && !name.starts_with('@')) {
        return if index == 0 { Role::Stamp } else { Role::Address };
    }
    match header.get(index) {
        Some(name) => match named(name) {
            Role::Stamp if is_later_stamp(header, index) => Role::Other,
            role => role,
        },
        None => match header.last().map(|name| named(name)) {
            Some(role @ (Role::From | Role::To)) => role,
            _ => Role::Address,
        },
    }
}

fn is_later_stamp(header: &[&str], index: usize) -> bool {
    header
        .iter()
        .take(index)
        .any(|name| named(name) == Role::Stamp)
}

/// The role that a name stands for.
pub(super) fn named(name: &str) -> Role {
    let mut folded = [0u8; 24];
    let mut len = 0;
    let name = name.trim_matches(|char: char| char.is_whitespace() || char == '\u{feff}');
    for byte in name.bytes() {
        if matches!(byte, b'_' | b'-' | b'.' | b' ' | b'@' | b'#') {
            continue;
        }
        let Some(slot) = folded.get_mut(len) else {
            return Role::Other;
        };
        *slot = byte.to_ascii_lowercase();
        len += 1;
    }
    let folded = folded.get(..len).unwrap_or_default();
    // `to1`, `recipient_2` and the like.
    let digits = folded.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    match folded.get(..len - digits).unwrap_or_default() {
        b"timestamp" | b"time" | b"date" | b"datetime" | b"ts" | b"senttime" | b"sentat"
        | b"senton" | b"datesent" | b"received" | b"receivedat" | b"eventtime" => Role::Stamp,
        b"from" | b"sender" | b"mailfrom" | b"fromaddress" | b"senderaddress" | b"emailfrom"
        | b"fromemail" | b"senderemail" | b"envelopefrom" => Role::From,
        b"to" | b"recipient" | b"recipients" | b"cc" | b"bcc" | b"rcpt" | b"rcptto" | b"toaddress"
        | b"recipientaddress" | b"recipientaddresses" | b"emailto" | b"toemail"
        | b"recipientemail" | b"envelopeto" => Role::To,
        b"address" | b"addresses" | b"email" | b"emails" | b"mail" | b"mails" | b"emailaddress"
        | b"emailaddresses" | b"mailaddress" | b"participants" => Role::Address,
        b"subject" => Role::Subject,
        b"messageid" | b"msgid" | b"inreplyto" | b"references" | b"id" | b"uuid" | b"url" | b"size"
        | b"body" | b"text" | b"attachment" | b"attachments" => Role::Opaque,
        _ => Role::Other,
    }
}
