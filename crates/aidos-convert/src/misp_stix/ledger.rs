//! What does not survive a conversion.

use serde::Serialize;

/// A field of the input that does not come back on the way home.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Loss {
    /// Where: a JSON pointer (RFC 6901) into the input. What is below it is lost, too.
    pub path: String,
    /// Why, in words; never a value.
    pub reason: &'static str,
}

/// All losses of one conversion, in the order in which they were found.
pub type Ledger = Vec<Loss>;

/// Notes a loss.
pub(super) fn note(ledger: &mut Ledger, path: &str, name: &str, reason: &'static str) {
    let mut path = path.to_owned();
    if !name.is_empty() {
        path.push('/');
        path.push_str(&name.replace('~', "~0").replace('/', "~1"));
    }
    ledger.push(Loss { path, reason });
}

/// Empties a field that does not go along, and notes it where it was there.
pub(super) fn leave<T>(
    ledger: &mut Ledger,
    path: &str,
    name: &str,
    field: &mut Option<T>,
    reason: &'static str,
) {
    if field.take().is_some() {
        note(ledger, path, name, reason);
    }
}

/// A number of a row on one server.
pub(super) const ROW: &str = "a number of one server's database";
/// Who shares with whom.
pub(super) const ROSTER: &str = "who is in a sharing group is for its members";
/// A user.
pub(super) const PERSON: &str = "it names a user of one server";
/// What the server works out.
pub(super) const DERIVED: &str = "the server works it out from other data";
/// Not for others.
pub(super) const LOCAL: &str = "it is marked to stay on its server";
/// Not agreed.
pub(super) const PROPOSAL: &str = "a proposal that nobody accepted yet";
