//! What a foreign file may cost.

/// How much of everything a foreign file may hold before it is refused.
///
/// All sizes are bytes. The defaults are meant for evidence of many gigabytes on a machine with little
/// memory; every field may be set by hand or by the `with_` methods.
///
/// ```
/// let limits = aidos_read::Limits::default().with_record_bytes(64 << 10);
/// assert_eq!(limits.record_bytes, 65_536);
/// assert_eq!(limits.archive_entries, 10_000);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Most entries of one archive, directories included. Default 10,000.
    pub archive_entries: u64,
    /// Most unpacked bytes for one packed byte. Default 200. See [`Limits::ratio_floor`].
    pub archive_ratio: u64,
    /// A member below this many unpacked bytes is never refused for its ratio. Default 1 MiB.
    pub ratio_floor: u64,
    /// Most bytes that one archive may unpack to, all members together. Default 64 GiB.
    pub archive_bytes: u64,
    /// Most bytes of an archive's directory (names, comments, extra fields). Default 16 MiB.
    pub directory_bytes: u64,
    /// How many archives may lie inside one another below the outermost one. Default 1.
    pub nesting: u32,
    /// Largest record that is held in memory; a larger one is hashed and reported. Default 4 MiB.
    pub record_bytes: usize,
    /// Deepest nesting of JSON objects and arrays inside one record. Default 128.
    pub json_depth: u32,
    /// Most fields that a CSV record is split into. Default 16,384.
    pub csv_fields: usize,
    /// Most unpacked bytes of a workbook's shared strings, and of what they take in memory. Default
    /// 64 MiB.
    pub xlsx_shared_strings_bytes: u64,
    /// Most unpacked bytes of a workbook's other parts that are held whole (styles, relations, the
    /// list of sheets), all together. Default 16 MiB.
    pub xlsx_parts_bytes: u64,
    /// Most cells of a sheet, the empty ones between filled ones included. Default 200 million.
    pub xlsx_cells: u64,
    /// Most sheets of a workbook. Default 1,000.
    pub xlsx_sheets: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            archive_entries: 10_000,
            archive_ratio: 200,
            ratio_floor: 1 << 20,
            archive_bytes: 64 << 30,
            directory_bytes: 16 << 20,
            nesting: 1,
            record_bytes: 4 << 20,
            json_depth: 128,
            csv_fields: 16_384,
            xlsx_shared_strings_bytes: 64 << 20,
            xlsx_parts_bytes: 16 << 20,
            xlsx_cells: 200_000_000,
            xlsx_sheets: 1_000,
        }
    }
}

impl Limits {
    /// Sets the largest record held in memory, in bytes.
    #[must_use]
    pub fn with_record_bytes(mut self, bytes: usize) -> Self {
        self.record_bytes = bytes;
        self
    }

    /// Sets the most entries of one archive.
    #[must_use]
    pub fn with_archive_entries(mut self, entries: u64) -> Self {
        self.archive_entries = entries;
        self
    }

    /// Sets the most bytes one archive may unpack to. For an archive inside another give what
    /// [`crate::Archive::bytes_left`] of the outer one says.
    #[must_use]
    pub fn with_archive_bytes(mut self, bytes: u64) -> Self {
        self.archive_bytes = bytes;
        self
    }

    /// Sets the deepest nesting inside one JSON record.
    #[must_use]
    pub fn with_json_depth(mut self, depth: u32) -> Self {
        self.json_depth = depth;
        self
    }
}
