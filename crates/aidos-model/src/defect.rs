//! What can be wrong with a row of a log.

macro_rules! defects {
    ($($(#[doc = $doc:literal])+ $name:ident = $word:literal, $kind:ident;)+) => {
        /// One kind of damage, found in a row and repaired, or found and left open.
        ///
        /// The words are a contract: they stand in `aidos.defects` and as `rule` in `changes.jsonl`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Defect { $($(#[doc = $doc])+ $name,)+ }

        impl Defect {
            /// Every defect, in the order in which an entry lists them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The word that stands in `aidos.defects`.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)+ }
            }

            /// What was wrong and what was done, in one sentence for people.
            pub const fn explanation(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc),+).trim_ascii(),)+ }
            }

            /// Whether the row's true value was restored; otherwise it is lost and the field absent.
            pub const fn is_repair(self) -> bool {
                match self { $(Self::$name => defects!(@$kind),)+ }
            }
        }
    };
    (@repaired) => { true };
    (@lost) => { false };
}

defects! {
    /// A hardware address was cut or malformed; it is left out, never padded.
    BadMac = "bad_mac", lost;
    /// An interface that the line names by its direction is missing.
    MissingInterface = "missing_interface", lost;
    /// The stamp has a clock time only; the date is unknown and no time is given.
    NoDate = "no_date", lost;
    /// The stamp has no year, and neither an option nor an earlier stamp gives one.
    NoYear = "no_year", lost;
    /// The stamp names a date that does not exist, or cannot be read; no time is given.
    BadDate = "bad_date", lost;
    /// The clock of the zone showed this time twice; the earlier one is taken.
    AmbiguousTime = "ambiguous_time", repaired;
    /// The clock of the zone skipped this time; it is read with the offset before the gap.
    SkippedTime = "skipped_time", repaired;
    /// An address was masked (`x.x.x.x`) before the log was handed over.
    MaskedIp = "masked_ip", lost;
    /// An address is malformed, for example with an octet above 255; it is left out.
    BadIp = "bad_ip", lost;
    /// A port is not a number from 0 to 65535; it is left out.
    BadPort = "bad_port", lost;
    /// A number is not a number; it is left out.
    BadNumber = "bad_number", lost;
    /// A comma between two fields was missing; the fields were told apart by their names.
    MissingComma = "missing_comma", repaired;
    /// A comma stood where none belongs; it was dropped.
    ExtraComma = "extra_comma", repaired;
    /// A blank between two words was lost; the words were told apart.
    MissingSpace = "missing_space", repaired;
    /// Blanks were doubled or replaced by tabs; they were made one blank.
    ExtraSpace = "extra_space", repaired;
    /// A parenthesis was not closed; it was closed where the next field begins.
    UnbalancedParen = "unbalanced_paren", repaired;
    /// Two records stood on one line; they were split.
    MergedLine = "merged_line", repaired;
    /// The row ends in the middle; what follows is lost.
    Truncated = "truncated", lost;
    /// Control characters stood in the row; they were taken out.
    ControlCharacters = "control_characters", repaired;
    /// Bytes that are no text in the file's encoding were replaced by U+FFFD.
    BadEncoding = "bad_encoding", lost;
    /// Characters stood around a value (`<`, `>`, `<-`, a final stop, `mailto:`); they were dropped.
    StrayCharacters = "stray_characters", repaired;
    /// An address was written so that machines do not read it (`a [at] x.org`); it was read.
    Obfuscated = "obfuscated", repaired;
    /// A MIME encoded word was decoded.
    EncodedWord = "encoded_word", repaired;
    /// Where one address ends and the next begins cannot be told; nothing was guessed.
    AmbiguousAddress = "ambiguous_address", lost;
    /// An e-mail address is malformed; it is left out.
    BadAddress = "bad_address", lost;
    /// A quotation mark stood alone; it was read as a character.
    StrayQuote = "stray_quote", repaired;
    /// The JSON text was malformed; what could be read was kept.
    BadJson = "bad_json", repaired;
    /// The same key stood twice in an object; the last value was taken.
    DuplicateKey = "duplicate_key", repaired;
    /// A value had another type than its field; it was kept as it stands.
    BadType = "bad_type", lost;
    /// Words at the end of the row belong to no field; they are kept in the message.
    ExtraText = "extra_text", repaired;
}

/// A set of defects, ordered as [`Defect::ALL`].
///
/// ```
/// # use aidos_model::{Defect, Defects};
/// let mut defects = Defects::default();
/// defects.add(Defect::MergedLine);
/// defects.add(Defect::BadMac);
/// let words: Vec<_> = defects.iter().map(Defect::word).collect();
/// assert_eq!(words, ["bad_mac", "merged_line"]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Defects(u64);

const _: () = assert!(Defect::ALL.len() <= 64, "a defect is a bit of a u64");

impl Defects {
    /// Adds one.
    pub const fn add(&mut self, defect: Defect) {
        self.0 |= 1 << defect as u8;
    }

    /// Adds all of another set.
    pub const fn extend(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// Takes one out.
    pub const fn remove(&mut self, defect: Defect) {
        self.0 &= !(1 << defect as u8);
    }

    /// Whether this one is in the set.
    pub const fn contains(self, defect: Defect) -> bool {
        self.0 & (1 << defect as u8) != 0
    }

    /// Whether nothing was wrong.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those in the set, in order.
    pub fn iter(self) -> impl Iterator<Item = Defect> {
        Defect::ALL
            .iter()
            .copied()
            .filter(move |&defect| self.contains(defect))
    }
}

impl Defect {
    /// The defect of this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|defect| defect.word() == word)
    }
}
