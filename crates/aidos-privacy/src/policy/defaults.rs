//! What becomes of a value when the policy file says nothing: the safe table.
//!
//! | kinds | attacker | victim, own, bystander | irreversible |
//! |---|---|---|---|
//! | `IP_ADDRESS` | keep | `ip`, prefixes kept | /16, /32 |
//! | `MAC_ADDRESS` | keep | `mac`, vendor kept | replace |
//! | names, accounts, e-mail, hosts, URLs, telephones, organisations | keep | pseudonym | replace |
//! | cards, accounts, wallets, national numbers, secrets | keep | replace | replace |
//! | gender, health, marital status, nationality … | keep | replace | replace |
//! | `AGE`, `WEIGHT`, `ZIP_CODE`, `BIRTHDAY`, `DECEASED_DATE` | keep | generalise | generalise |
//! | `DATE_TIME`, `TITLE`, `COUNTRY`, `AS` | keep | keep | month; keep |
//! | `HASH` (of a file) | keep | redact | redact |
//! | anything else | keep | pseudonym | replace |

use crate::role::Role;
use crate::technique::Technique;
use crate::technique::generalise::{Ladder, To};

/// The technique of the table above. `irreversible` takes its last column.
pub fn technique(kind: &str, role: Role, irreversible: bool) -> Technique {
    if role == Role::Attacker {
        return Technique::Keep;
    }
    let replace = Technique::Replace { with: None };
    match kind {
        "IP_ADDRESS" if irreversible => Technique::Generalise(Ladder::Ip { v4: 16, v6: 32 }),
        "IP_ADDRESS" => Technique::Ip,
        "MAC_ADDRESS" if !irreversible => Technique::Mac,
        "DATE_TIME" if irreversible => Technique::Generalise(Ladder::Date { to: To::Month }),
        "DATE_TIME" | "TITLE" | "COUNTRY" | "AS" => Technique::Keep,
        "BIRTHDAY" | "DECEASED_DATE" => Technique::Generalise(Ladder::Date { to: To::Decade }),
        "AGE" => Technique::Generalise(Ladder::Age { width: 10, top: 90 }),
        "WEIGHT" => Technique::Generalise(Ladder::Number { width: 10 }),
        "ZIP_CODE" => Technique::Generalise(Ladder::Zip { keep: 2 }),
        "HASH" => Technique::Redact,
        "CREDIT_CARD" | "IBAN_CODE" | "CRYPTO" | "MEDICAL_LICENSE" | "SECRET" | "TAX_ID"
        | "GENDER" | "SMOKING" | "MARITAL_STATUS" | "DECEASED" | "NRP" | "NATIONALITY"
        | "LANGUAGE" | "LOCATION" | "ADDRESS" | "CITY" => replace,
        kind if is_national(kind) => replace,
        _ if irreversible => replace,
        _ => Technique::Pseudonym,
    }
}

/// Whether a kind is a number that a state gave: `US_SSN`, `KR_RRN`, …
pub(crate) fn is_national(kind: &str) -> bool {
    // Presidio's names begin with the two letters of the country. `IP_ADDRESS` is none.
    kind.as_bytes().get(2) == Some(&b'_') && !kind.starts_with("IP_")
}
