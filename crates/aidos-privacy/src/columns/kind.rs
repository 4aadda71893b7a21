//! What a column can be: the types of personal data, and what else tables hold.

use crate::pii::Kind;

/// Declares [`Type`], its words and its list from one table, so that none is forgotten.
macro_rules! types {
    ($($name:ident = $kind:expr, $word:literal, $personal:literal : $doc:literal;)*) => {
        /// The type of a column.
        ///
        /// [`word`](Type::word) is that of a [`Kind`] where one covers the thing; what is finer stands in
        /// [`subtype`](Type::subtype). Numbers of states and firms are [`Type::Number`], which carries
        /// the kind and subtype of its detector.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Type {
            $(#[doc = $doc] $name,)*
            /// A number that a state or a firm gives, by kind and subtype: `US_SSN`, `TAX_ID`/`GR_AFM`.
            Number(Kind, Option<&'static str>),
        }

        impl Type {
            /// All types but [`Type::Number`], in the order of the table.
            pub const ALL: &'static [Type] = &[$(Type::$name,)*];

            /// The kind of personal data that covers the type; `None` for what is none.
            pub fn kind(self) -> Option<Kind> {
                match self {
                    $(Type::$name => $kind,)*
                    Type::Number(kind, _) => Some(kind),
                }
            }

            /// Its own word, finer than the kind's: `FIRST_NAME`, `EMAIL_ADDRESS`, `PORT`.
            pub fn own_word(self) -> &'static str {
                match self {
                    $(Type::$name => $word,)*
                    Type::Number(kind, subtype) => subtype.unwrap_or(kind.word()),
                }
            }

            /// Whether the values are of persons, or lead to one.
            pub fn is_personal(self) -> bool {
                match self {
                    $(Type::$name => $personal,)*
                    Type::Number(..) => true,
                }
            }
        }
    };
}

types! {
    Person = Some(Kind::Person), "PERSON", true: "Whole names of persons.";
    FirstName = Some(Kind::Person), "FIRST_NAME", true: "First names.";
    LastName = Some(Kind::Person), "LAST_NAME", true: "Last names.";
    Title = Some(Kind::Title), "TITLE", true: "Forms of address: Mr, Dr.";
    Gender = Some(Kind::Gender), "GENDER", true: "Genders, in words or letters.";
    Age = Some(Kind::Age), "AGE", true: "Ages in years.";
    Birthday = Some(Kind::DateTime), "BIRTHDAY", true: "Dates of birth.";
    Weight = Some(Kind::Weight), "WEIGHT", true: "Weights of persons.";
    Height = None, "HEIGHT", true: "Heights of persons.";
    BloodType = None, "BLOOD_TYPE", true: "Blood groups.";
    Smoking = Some(Kind::Smoking), "SMOKING", true: "Whether persons smoke.";
    Language = Some(Kind::Language), "LANGUAGE", true: "Languages, by name or ISO 639 code.";
    Nationality = Some(Kind::Nrp), "NATIONALITY", true: "Nationalities.";
    Religion = Some(Kind::Nrp), "RELIGION", true: "Religions.";
    Ethnicity = Some(Kind::Nrp), "ETHNICITY", true: "Ethnic groups.";
    MaritalStatus = Some(Kind::MaritalStatus), "MARITAL_STATUS", true: "Whether persons are married.";
    Deceased = Some(Kind::Deceased), "DECEASED", true: "Whether persons have died.";
    DeceasedDate = Some(Kind::DateTime), "DECEASED_DATE", true: "Dates of death.";
    JobTitle = None, "JOB_TITLE", true: "Occupations.";
    Diagnosis = None, "DIAGNOSIS", true: "Diagnoses, in words or ICD-10 codes.";
    Medication = None, "MEDICATION", true: "Medicines.";
    RecordNumber = None, "RECORD_NUMBER", true: "Numbers of patients, customers, accounts.";
    Address = Some(Kind::Location), "ADDRESS", true: "Postal addresses, or street and number.";
    City = Some(Kind::Location), "CITY", true: "Cities.";
    Region = Some(Kind::Location), "REGION", true: "States and provinces.";
    Country = Some(Kind::Location), "COUNTRY", true: "Countries, by name or ISO 3166 code.";
    Latitude = Some(Kind::Location), "LATITUDE", true: "Geographic latitudes in degrees.";
    Longitude = Some(Kind::Location), "LONGITUDE", true: "Geographic longitudes in degrees.";
    Zip = Some(Kind::ZipCode), "ZIP_CODE", true: "Postal codes.";
    Phone = Some(Kind::PhoneNumber), "PHONE_NUMBER", true: "Telephone numbers.";
    Email = Some(Kind::EmailAddress), "EMAIL_ADDRESS", true: "E-mail addresses.";
    UserName = Some(Kind::UserName), "USER_NAME", true: "Names of accounts.";
    Secret = Some(Kind::Secret), "SECRET", true: "Passwords, keys, tokens.";
    Card = Some(Kind::CreditCard), "CREDIT_CARD", true: "Numbers of payment cards.";
    Iban = Some(Kind::IbanCode), "IBAN_CODE", true: "International bank account numbers.";
    Crypto = Some(Kind::Crypto), "CRYPTO", true: "Addresses of wallets.";
    Ip = Some(Kind::IpAddress), "IP_ADDRESS", true: "IPv4 and IPv6 addresses, with port or prefix too.";
    Mac = Some(Kind::MacAddress), "MAC_ADDRESS", true: "Hardware addresses.";
    HostName = Some(Kind::HostName), "HOST_NAME", true: "Names of machines.";
    Url = Some(Kind::Url), "URL", true: "URLs.";
    Domain = Some(Kind::Url), "DOMAIN_NAME", false: "Domain names.";
    Organization = Some(Kind::Organization), "ORGANIZATION", false: "Names of organisations.";
    Time = Some(Kind::DateTime), "DATE_TIME", false: "Dates and times, also as seconds since 1970.";
    Year = None, "YEAR", false: "Calendar years.";
    Hash = None, "HASH", false: "MD5, SHA-1, SHA-256 or SHA-512 digests in hexadecimal.";
    Uuid = None, "UUID", false: "UUIDs.";
    Port = None, "PORT", false: "Port numbers.";
    Protocol = None, "PROTOCOL", false: "Network protocols.";
    HttpMethod = None, "HTTP_METHOD", false: "Methods of HTTP.";
    HttpStatus = None, "HTTP_STATUS", false: "Status codes of HTTP.";
    UserAgent = None, "USER_AGENT", false: "User agents of browsers and programs.";
    FilePath = None, "FILE_PATH", false: "Names and paths of files.";
    Asn = None, "ASN", false: "Numbers of autonomous systems.";
    Cve = None, "CVE", false: "CVE identifiers.";
    Technique = None, "ATTACK_TECHNIQUE", false: "Techniques of MITRE ATT&CK.";
    StixId = None, "STIX_ID", false: "Identifiers of STIX objects.";
    Tlp = None, "TLP", false: "TLP labels.";
    Severity = None, "SEVERITY", false: "Severities.";
    Malware = None, "MALWARE", false: "Names of malware.";
    Amount = None, "AMOUNT", false: "Amounts of money.";
    Currency = None, "CURRENCY", false: "Currencies, by ISO 4217 code.";
    Bic = None, "BIC", false: "Bank identifier codes (ISO 9362).";
    Identifier = None, "IDENTIFIER", false: "Numbers of rows: each once, or rising.";
    Boolean = None, "BOOLEAN", false: "Plain yes or no.";
    Json = None, "JSON", false: "JSON objects and arrays.";
    Integer = None, "INTEGER", false: "Whole numbers.";
    Decimal = None, "DECIMAL", false: "Numbers with a fraction.";
    Category = None, "CATEGORY", false: "Few words that come again and again.";
    Text = None, "TEXT", false: "Anything else in words.";
    Empty = None, "EMPTY", false: "There are no values.";
}

impl Type {
    /// The word of the type: that of its kind, or its own where it has none.
    ///
    /// ```
    /// use aidos_privacy::columns::Type;
    /// assert_eq!((Type::City.word(), Type::City.subtype()), ("LOCATION", Some("CITY")));
    /// assert_eq!((Type::Port.word(), Type::Port.subtype()), ("PORT", None));
    /// ```
    pub fn word(self) -> &'static str {
        self.kind().map_or_else(|| self.own_word(), Kind::word)
    }

    /// What it is more finely, where its kind is coarser.
    pub fn subtype(self) -> Option<&'static str> {
        let own = self.own_word();
        (own != self.word()).then_some(own)
    }

    /// The type that a word names, whatever its case: its own word (`city`), that of its kind with a
    /// subtype (`LOCATION/CITY`), or a kind's alone (`us_ssn`). `None` for a word that names none.
    pub fn parse(word: &str) -> Option<Type> {
        let word = word.trim();
        let last = word.rsplit('/').next().unwrap_or(word);
        let named = |of: fn(Type) -> &'static str| {
            Type::ALL
                .iter()
                .find(|t| of(**t).eq_ignore_ascii_case(last))
                .copied()
        };
        let found = named(Type::own_word).or_else(|| {
            let number = super::number::types().find(|t| t.own_word().eq_ignore_ascii_case(last));
            number.or_else(|| Kind::parse(last).map(|kind| Type::Number(kind, None)))
        })?;
        let head = word.split_once('/').map(|(head, _)| head);
        head.is_none_or(|head| found.word().eq_ignore_ascii_case(head))
            .then_some(found)
    }

    /// Whether the type alone does not name a person, but several of them together can: they
    /// need header or vocabulary and few different values to be flagged.
    pub fn is_quasi_identifier(self) -> bool {
        matches!(
            self,
            Type::Gender
                | Type::Age
                | Type::Birthday
                | Type::Weight
                | Type::Height
                | Type::BloodType
                | Type::Smoking
                | Type::Language
                | Type::Nationality
                | Type::Religion
                | Type::Ethnicity
                | Type::MaritalStatus
                | Type::Deceased
                | Type::DeceasedDate
                | Type::JobTitle
                | Type::Title
                | Type::City
                | Type::Region
                | Type::Country
                | Type::Zip
        )
    }

    /// Whether the type only says what the values look like, not what they mean.
    pub(crate) fn is_plain(self) -> bool {
        matches!(
            self,
            Type::Identifier
                | Type::Boolean
                | Type::Json
                | Type::Integer
                | Type::Decimal
                | Type::Category
                | Type::Text
                | Type::Empty
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back() {
        for &kind in Type::ALL {
            assert_eq!(Type::parse(kind.own_word()), Some(kind));
            let both = format!("{}/{}", kind.word(), kind.own_word());
            assert_eq!(Type::parse(&both.to_lowercase()), Some(kind));
        }
        for number in super::super::number::types() {
            let found = Type::parse(number.own_word()).map(Type::own_word);
            assert_eq!(found, Some(number.own_word()));
        }
        assert_eq!(Type::parse("NRP/CITY"), None);
        assert_eq!(Type::parse("SHOE_SIZE"), None);
        assert_eq!(Type::parse("EMAIL_ADDRESS"), Some(Type::Email));
    }
}
