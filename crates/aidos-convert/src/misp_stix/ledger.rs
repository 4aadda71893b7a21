//! What does not survive a conversion.

use std::fmt::{self, Display};

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

/// A place in the input, which is spelt only where a loss is noted there.
#[derive(Clone, Copy)]
pub(super) struct Path<'p> {
    above: Option<&'p Path<'p>>,
    name: &'static str,
    at: Option<usize>,
}

impl Path<'_> {
    /// A member of the document.
    pub(super) const fn root(name: &'static str) -> Self {
        let (above, at) = (None, None);
        Self { above, name, at }
    }

    /// A member of what stands here.
    pub(super) const fn member(&self, name: &'static str) -> Path<'_> {
        let (above, at) = (Some(self), None);
        Path { above, name, at }
    }

    /// An item of a list in what stands here.
    pub(super) const fn item(&self, name: &'static str, at: usize) -> Path<'_> {
        let (above, at) = (Some(self), Some(at));
        Path { above, name, at }
    }
}

impl Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(above) = self.above {
            above.fmt(f)?;
        }
        write!(f, "/{}", self.name)?;
        self.at.map_or(Ok(()), |at| write!(f, "/{at}"))
    }
}

/// Notes a loss.
pub(super) fn note(
    ledger: &mut Ledger,
    path: &(impl Display + ?Sized),
    name: &str,
    reason: &'static str,
) {
    let mut path = path.to_string();
    if !name.is_empty() {
        path.push('/');
        path.push_str(&name.replace('~', "~0").replace('/', "~1"));
    }
    ledger.push(Loss { path, reason });
}

/// Empties a field that does not go along, and notes it where it was there.
pub(super) fn leave<T>(
    ledger: &mut Ledger,
    path: &(impl Display + ?Sized),
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
