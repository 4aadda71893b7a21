//! The types of personal data, under the names of `contract.md`.

/// Declares [`Kind`], its words and its list from one table, so that none is forgotten.
macro_rules! kinds {
    ($($name:ident = $word:literal : $doc:literal;)*) => {
        /// A type of personal data.
        ///
        /// Its [`word`](Kind::word) is Presidio's name where Presidio covers the thing.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind { $(#[doc = $doc] $name,)* }

        impl Kind {
            /// All types, in the order of the table.
            pub const ALL: &'static [Kind] = &[$(Kind::$name,)*];

            /// The name that scripts and reports use: `EMAIL_ADDRESS`.
            pub fn word(self) -> &'static str {
                match self { $(Kind::$name => $word,)* }
            }
        }
    };
}

kinds! {
    Person = "PERSON": "A person's name, without title.";
    Location = "LOCATION": "A place; finer as `ADDRESS`, `CITY`, `COUNTRY`.";
    Organization = "ORGANIZATION": "The name of an organisation.";
    Nrp = "NRP": "A nationality, religious or political group; finer as `NATIONALITY`.";
    DateTime = "DATE_TIME": "A date or a time; finer as `BIRTHDAY`, `DECEASED_DATE`.";
    PhoneNumber = "PHONE_NUMBER": "A telephone number.";
    EmailAddress = "EMAIL_ADDRESS": "An e-mail address.";
    Url = "URL": "A URL, or a bare domain (`DOMAIN_NAME`).";
    IpAddress = "IP_ADDRESS": "An IPv4 or IPv6 address.";
    CreditCard = "CREDIT_CARD": "A payment card's number.";
    IbanCode = "IBAN_CODE": "An international bank account number.";
    Crypto = "CRYPTO": "A wallet's address.";
    MedicalLicense = "MEDICAL_LICENSE": "A licence to practise medicine.";
    Age = "AGE": "A person's age, the number.";
    Title = "TITLE": "A form of address: Mr, Dr.";
    ZipCode = "ZIP_CODE": "A postal code.";
    MacAddress = "MAC_ADDRESS": "A hardware address.";
    Gender = "GENDER": "A person's gender.";
    Weight = "WEIGHT": "A person's weight.";
    Smoking = "SMOKING": "Whether a person smokes.";
    Language = "LANGUAGE": "A language that a person speaks.";
    MaritalStatus = "MARITAL_STATUS": "Whether a person is married.";
    Deceased = "DECEASED": "Whether a person has died.";
    TaxId = "TAX_ID": "A tax or social security number that Presidio has no name for.";
    UserName = "USER_NAME": "The name of an account.";
    HostName = "HOST_NAME": "The name of a machine.";
    Secret = "SECRET": "A key, token or password.";
    UsSsn = "US_SSN": "A social security number of the United States.";
    UsItin = "US_ITIN": "A taxpayer number of the United States for those without an SSN.";
    UsPassport = "US_PASSPORT": "A passport number of the United States.";
    UsDriverLicense = "US_DRIVER_LICENSE": "A driver's licence of the United States.";
    UsBankNumber = "US_BANK_NUMBER": "A bank account number of the United States.";
    UkNhs = "UK_NHS": "A number of the British health service.";
    UkNino = "UK_NINO": "A British national insurance number.";
    EsNif = "ES_NIF": "A Spanish tax number of a citizen.";
    EsNie = "ES_NIE": "A Spanish number of a foreigner.";
    ItFiscalCode = "IT_FISCAL_CODE": "An Italian fiscal code.";
    ItDriverLicense = "IT_DRIVER_LICENSE": "An Italian driving licence.";
    ItVatCode = "IT_VAT_CODE": "An Italian VAT number.";
    ItPassport = "IT_PASSPORT": "An Italian passport.";
    ItIdentityCard = "IT_IDENTITY_CARD": "An Italian identity card.";
    PlPesel = "PL_PESEL": "A Polish personal number.";
    SgNricFin = "SG_NRIC_FIN": "A Singaporean registration number of a person.";
    SgUen = "SG_UEN": "A Singaporean number of an entity.";
    AuAbn = "AU_ABN": "An Australian business number.";
    AuAcn = "AU_ACN": "An Australian company number.";
    AuTfn = "AU_TFN": "An Australian tax file number.";
    AuMedicare = "AU_MEDICARE": "An Australian Medicare number.";
    InPan = "IN_PAN": "An Indian permanent account number.";
    InAadhaar = "IN_AADHAAR": "An Indian identity number.";
    InVehicleRegistration = "IN_VEHICLE_REGISTRATION": "An Indian number plate.";
    InVoter = "IN_VOTER": "An Indian voter's number.";
    InPassport = "IN_PASSPORT": "An Indian passport.";
    InGstin = "IN_GSTIN": "An Indian goods and services tax number.";
    FiPersonalIdentityCode = "FI_PERSONAL_IDENTITY_CODE": "A Finnish personal identity code.";
    KrRrn = "KR_RRN": "A Korean resident registration number.";
    KrFrn = "KR_FRN": "A Korean foreigner registration number.";
    KrBrn = "KR_BRN": "A Korean business registration number.";
    KrDriverLicense = "KR_DRIVER_LICENSE": "A Korean driver's licence.";
    KrPassport = "KR_PASSPORT": "A Korean passport.";
    ThTnin = "TH_TNIN": "A Thai identity number.";
    Custom = "CUSTOM": "What a custom detector finds that no other type covers; its name is the subtype.";
}

impl Kind {
    /// The type that a word names, whatever its case; `None` for a word that names none.
    ///
    /// ```
    /// use aidos_privacy::pii::Kind;
    /// assert_eq!(Kind::parse("iban_code"), Some(Kind::IbanCode));
    /// assert_eq!(Kind::parse("shoe_size"), None);
    /// ```
    pub fn parse(word: &str) -> Option<Kind> {
        let mut all = Kind::ALL.iter();
        all.find(|kind| kind.word().eq_ignore_ascii_case(word))
            .copied()
    }

    fn bit(self) -> u128 {
        // The table holds fewer than 128 types; a test says so.
        1u128.checked_shl(self as u32).unwrap_or(0)
    }
}

/// A set of [`Kind`]s.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kinds(u128);

impl Kinds {
    /// Every type.
    pub const ALL: Kinds = Kinds(u128::MAX);
    /// No type.
    pub const NONE: Kinds = Kinds(0);

    /// Whether the set holds a type.
    pub fn has(self, kind: Kind) -> bool {
        self.0 & kind.bit() != 0
    }

    /// The set with one type more.
    #[must_use]
    pub fn with(self, kind: Kind) -> Kinds {
        Kinds(self.0 | kind.bit())
    }

    /// The set with one type less.
    #[must_use]
    pub fn without(self, kind: Kind) -> Kinds {
        Kinds(self.0 & !kind.bit())
    }
}

impl FromIterator<Kind> for Kinds {
    fn from_iter<I: IntoIterator<Item = Kind>>(kinds: I) -> Kinds {
        kinds.into_iter().fold(Kinds::NONE, Kinds::with)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_own_bit_and_word() {
        assert!(Kind::ALL.len() < 128);
        let mut seen = Kinds::NONE;
        for &kind in Kind::ALL {
            assert!(!seen.has(kind), "{kind:?} shares its bit");
            seen = seen.with(kind);
            assert_eq!(Kind::parse(kind.word()), Some(kind));
        }
        assert!(!seen.without(Kind::Age).has(Kind::Age));
    }
}
