//! Values that must not show themselves.

/// Raw evidence: text of a log, which may name people.
///
/// It has neither `Display` nor `Serialize`, and its `Debug` shows the length alone, so that no error,
/// log line or metric carries it by accident. The case writer, which writes for the evidence's owner,
/// takes the value out by [`Raw::reveal`]; a search for that word finds every place that does.
///
/// ```
/// # use aidos_model::Raw;
/// let row = Raw::new("login failure for user maria");
/// assert_eq!(format!("{row:?}"), "Raw(28 bytes)");
/// assert_eq!(row.reveal().len(), 28);
/// ```
///
/// ```compile_fail
/// # use aidos_model::Raw;
/// println!("{}", Raw::new("maria")); // no Display
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Raw<T>(T);

impl<T> Raw<T> {
    /// Wraps raw evidence.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The evidence itself, for its owner's eyes.
    pub const fn reveal(&self) -> &T {
        &self.0
    }
}

impl<T: AsRef<[u8]>> std::fmt::Debug for Raw<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Raw({} bytes)", self.0.as_ref().len())
    }
}
