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

/// The roles of all columns.
pub(super) struct Columns {
    roles: Vec<Role>,
    /// What follows the last named column: as that column where it holds addresses of a role.
    rest: Role,
}

impl Columns {
    /// Reads a header; none at all, or a first row that was taken for one, says that a stamp and addresses
    /// follow.
    pub(super) fn of(header: &[&str]) -> Self {
        if header.is_empty() || holds_addresses(header) {
            return Self {
                roles: vec![Role::Stamp],
                rest: Role::Address,
            };
        }
        let mut has_stamp = false;
        let roles: Vec<Role> = header
            .iter()
            .map(|name| match named(name) {
                Role::Stamp if has_stamp => Role::Other,
                role => {
                    has_stamp |= role == Role::Stamp;
                    role
                }
            })
            .collect();
        let rest = match roles.last() {
            Some(role @ (Role::From | Role::To)) => *role,
            _ => Role::Address,
        };
        Self { roles, rest }
    }

    /// The role of a column, from 0.
    pub(super) fn role(&self, index: usize) -> Role {
        self.roles.get(index).copied().unwrap_or(self.rest)
    }
}

/// Whether the header says no more than that a stamp and addresses follow.
pub(super) fn are_usual(header: &[&str]) -> bool {
    match header {
        [] => true,
        [first, rest @ ..] => {
            holds_addresses(header)
                || (named(first) == Role::Stamp
                    && rest.iter().all(|name| named(name) == Role::Address))
        }
    }
}

/// Whether a row that was taken for a header holds addresses; `@timestamp` is a name.
fn holds_addresses(header: &[&str]) -> bool {
    header
        .iter()
        .any(|name| name.find('@').is_some_and(|at| at > 0))
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
    let digits = folded
        .iter()
        .rev()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    match folded.get(..len - digits).unwrap_or_default() {
        b"timestamp" | b"time" | b"date" | b"datetime" | b"ts" | b"senttime" | b"sentat"
        | b"senton" | b"datesent" | b"received" | b"receivedat" | b"eventtime" => Role::Stamp,
        b"from" | b"sender" | b"mailfrom" | b"fromaddress" | b"senderaddress" | b"emailfrom"
        | b"fromemail" | b"senderemail" | b"envelopefrom" => Role::From,
        b"to"
        | b"recipient"
        | b"recipients"
        | b"cc"
        | b"bcc"
        | b"rcpt"
        | b"rcptto"
        | b"toaddress"
        | b"recipientaddress"
        | b"recipientaddresses"
        | b"emailto"
        | b"toemail"
        | b"recipientemail"
        | b"envelopeto" => Role::To,
        b"address" | b"addresses" | b"email" | b"emails" | b"mail" | b"mails" | b"emailaddress"
        | b"emailaddresses" | b"mailaddress" | b"participants" => Role::Address,
        b"subject" => Role::Subject,
        b"messageid" | b"msgid" | b"inreplyto" | b"references" | b"id" | b"uuid" | b"url"
        | b"size" | b"body" | b"text" | b"attachment" | b"attachments" => Role::Opaque,
        _ => Role::Other,
    }
}
