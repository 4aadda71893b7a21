//! What is said of a person in words: gender, marital status, smoking, weight, language,
//! nationality, religion, form of address, death. Only where other words vouch for it.

use crate::pii::check::number;
use crate::pii::window::{Report, Window, char_at};
use crate::pii::words::{Hit, Topic, topic};
use crate::pii::{Kind, Proof};

/// A report by a word and the words near it.
fn said(kind: Kind, detector: &'static str, score: f32) -> Report {
    let why = "a word of this type, and words near it that make it a person's";
    Report {
        kind,
        subtype: None,
        detector,
        score,
        proof: Proof::Context,
        why,
    }
}

/// Whether a key stands right before a word: `gender: male`, `"sex": "f"`, `sex is male`.
fn keyed(w: &Window<'_>, key: Topic, start: usize) -> bool {
    w.nearest_before(key, start).is_some_and(|gap| {
        let between = w.slice(start - gap, start);
        let marks = between.iter().all(|b| b" :=\"'\t|,;->".contains(b));
        marks && gap <= 6
            || gap <= 8 && [b" is " as &[u8], b" ist ", b" est ", b" es "].contains(&between)
    })
}

/// Looks at a word of gender: a letter or a noun counts only behind its key.
pub(crate) fn gender(w: &mut Window<'_>, hit: Hit) {
    let word = w
        .text
        .get(hit.start..hit.end)
        .unwrap_or_default()
        .to_lowercase();
    if keyed(w, topic::GENDER_KEY, hit.start) {
        w.report(hit.start, hit.end, said(Kind::Gender, "gender", 0.9));
        return;
    }
    // In running text only words that are said of people and little else.
    let person = w
        .nearest_before(topic::PERSON, hit.start)
        .is_some_and(|gap| gap <= 24)
        || w.nearest_before(topic::AGE_UNIT, hit.start)
            .is_some_and(|gap| gap <= 4)
        || w.before(hit.start) == b' '
            && w.nearest_after(topic::PERSON, hit.end)
                .is_some_and(|gap| gap <= 2);
    let sure = [
        "male",
        "female",
        "non-binary",
        "non binary",
        "nonbinary",
        "transgender",
        "männlich",
        "weiblich",
        "άρρεν",
        "θήλυ",
    ];
    if person && sure.contains(&word.as_str()) {
        w.report(hit.start, hit.end, said(Kind::Gender, "gender", 0.7));
    }
}

/// Looks at a word of marital status.
pub(crate) fn marital(w: &mut Window<'_>, hit: Hit) {
    if keyed(w, topic::MARITAL_KEY, hit.start) {
        w.report(
            hit.start,
            hit.end,
            said(Kind::MaritalStatus, "marital_status", 0.9),
        );
        return;
    }
    // `single` and `separated` say many things; the others are said of people.
    let word = w
        .text
        .get(hit.start..hit.end)
        .unwrap_or_default()
        .to_lowercase();
    let vague = [
        "single",
        "separated",
        "separado",
        "separada",
        "separato",
        "separata",
        "séparé",
        "séparée",
        "engaged",
        "ledig",
        "ελεύθερος",
        "ελεύθερη",
        "casado",
    ];
    let person = w
        .nearest_before(topic::PERSON, hit.start)
        .is_some_and(|gap| gap <= 24);
    if person && !vague.contains(&word.as_str()) {
        w.report(
            hit.start,
            hit.end,
            said(Kind::MaritalStatus, "marital_status", 0.7),
        );
    }
}

/// Looks at a plain answer behind a question about smoking.
pub(crate) fn smoking(w: &mut Window<'_>, hit: Hit) {
    if keyed(w, topic::SMOKING_KEY, hit.start) {
        w.report(hit.start, hit.end, said(Kind::Smoking, "smoking", 0.85));
    }
}

/// Looks at a word that tells a smoking habit by itself.
pub(crate) fn smoker(w: &mut Window<'_>, hit: Hit) {
    // Not where it is the key of an answer.
    if !matches!(w.at(hit.end), b':' | b'=' | b'"') && w.at(hit.end) != b'_' {
        w.report(hit.start, hit.end, said(Kind::Smoking, "smoking", 0.75));
    }
}

/// Looks for a weight before its unit: `82 kg`, where a person's weight is spoken of.
pub(crate) fn weight(w: &mut Window<'_>, hit: Hit) {
    let end = if w.before(hit.start) == b' ' {
        hit.start - 1
    } else {
        hit.start
    };
    let mut start = end;
    while end - start < 6
        && (w.before(start).is_ascii_digit() || matches!(w.before(start), b'.' | b','))
    {
        start -= 1;
    }
    weight_at(w, start, end, hit.end);
}

/// Looks for a weight behind its key, without or with the unit glued on: `weight: 82`, `82kg`.
pub(crate) fn weight_key(w: &mut Window<'_>, hit: Hit) {
    let mut start = hit.end;
    while start - hit.end < 4 && matches!(w.at(start), b' ' | b':' | b'=' | b'"') {
        start += 1;
    }
    let mut end = w.digits(start, 4);
    if matches!(w.at(end), b'.' | b',') && w.at(end + 1).is_ascii_digit() {
        end = w.digits(end + 1, 2);
    }
    let kg = w.slice(end, end + 2).eq_ignore_ascii_case(b"kg")
        || w.slice(end, end + 2).eq_ignore_ascii_case(b"lb");
    // `weight=100` alone is also said of routes and of tests.
    let whose = w.nearest_before(topic::PERSON, hit.start).is_some()
        || w.nearest_before(topic::AGE_KEY, hit.start).is_some();
    if kg && !w.word_at(end + 2) {
        weight_at(w, start, end, end + 2);
    } else if whose && !w.word_at(end) && w.at(end) != b'%' {
        weight_at(w, start, end, end);
    }
}

fn weight_at(w: &mut Window<'_>, start: usize, end: usize, span_end: usize) {
    let whole = w
        .slice(start, end)
        .split(|b| matches!(b, b'.' | b','))
        .next()
        .and_then(number);
    let plausible = whole.is_some_and(|n| (2..=700).contains(&n)) && w.at(start).is_ascii_digit();
    let near = w
        .nearest_before(topic::WEIGHT_KEY, start)
        .is_some_and(|gap| gap <= 32)
        // `52 years old, 84 kg`.
        || w.nearest_before(topic::AGE_UNIT, start)
            .is_some_and(|gap| gap <= 4);
    if plausible && near && !w.word_before(start) {
        // The number with its unit only where they are one token.
        let end = if span_end > end && w.at(end) != b' ' {
            span_end
        } else {
            end
        };
        w.report(start, end, said(Kind::Weight, "weight", 0.8));
    }
}

/// Looks at the name of a language.
pub(crate) fn language(w: &mut Window<'_>, hit: Hit) {
    let near = w
        .nearest_before(topic::LANGUAGE_KEY, hit.start)
        .is_some_and(|gap| gap <= 40)
        || w.nearest_after(topic::LANGUAGE_KEY, hit.end)
            .is_some_and(|gap| gap <= 1);
    let nation = w
        .nearest_before(topic::NATION_KEY, hit.start)
        .is_some_and(|gap| gap <= 4);
    if near && !nation {
        w.report(hit.start, hit.end, said(Kind::Language, "language", 0.8));
    }
}

/// Looks at a nationality.
pub(crate) fn nation(w: &mut Window<'_>, hit: Hit) {
    let before = w.nearest_before(topic::NATION_KEY, hit.start);
    let behind = w
        .nearest_after(topic::NATION_KEY, hit.end)
        .is_some_and(|gap| gap <= 1);
    let spoken = w
        .nearest_before(topic::LANGUAGE_KEY, hit.start)
        .is_some_and(|gap| before.is_none_or(|b| gap < b));
    if !spoken && (before.is_some_and(|gap| gap <= 24) || behind) {
        let score = if before.is_some_and(|gap| gap <= 6) || behind {
            0.85
        } else {
            0.6
        };
        w.report(
            hit.start,
            hit.end,
            Report {
                subtype: Some("NATIONALITY"),
                ..said(Kind::Nrp, "nationality", score)
            },
        );
    }
}

/// Looks at a religious or political group.
pub(crate) fn group(w: &mut Window<'_>, hit: Hit) {
    if w.nearest_before(topic::PERSON, hit.start)
        .is_some_and(|gap| gap <= 12)
    {
        w.report(hit.start, hit.end, said(Kind::Nrp, "group", 0.6));
    }
}

/// Looks at a form of address: a name in capitals must follow.
pub(crate) fn title(w: &mut Window<'_>, hit: Hit) {
    let word = w.text.get(hit.start..hit.end).unwrap_or_default();
    let dotted = word.ends_with('.');
    // `Mr.` is in the lists with its dot; the short word then waits for the long one.
    if !dotted
        && w.at(hit.end) == b'.'
        && w.slice(hit.end + 1, hit.end + 2) == b" "
        && word.chars().count() <= 4
    {
        let name = char_at(w.text, hit.end + 2).is_some_and(char::is_uppercase);
        if name
            && word
                .chars()
                .next()
                .is_some_and(|c| c.is_uppercase() || !c.is_ascii())
        {
            w.report(hit.start, hit.end + 1, said(Kind::Title, "title", 0.85));
        }
        return;
    }
    let gap = usize::from(w.at(hit.end) == b' ');
    let next = char_at(w.text, hit.end + gap);
    let capital = word.chars().next().is_some_and(char::is_uppercase);
    // A capital before the name; small ones only where the list has no capital form (`κ.`, `don`).
    let small = word.starts_with('κ')
        || matches!(
            word,
            "señor" | "señora" | "don" | "doña" | "monsieur" | "madame" | "signor" | "signora"
        );
    let initial = word.chars().count() <= 2 && dotted && !word.starts_with('κ');
    let second = w
        .text
        .get(hit.end + gap..)
        .unwrap_or_default()
        .chars()
        .nth(1);
    // `M. Dupont`, never `M. 5` or an initial before `A.`.
    let named = next.is_some_and(char::is_uppercase) && second.is_some_and(char::is_lowercase);
    // A letter with a dot also numbers a chapter: it must stand within a sentence.
    let within = w.before(hit.start) == b' '
        && hit
            .start
            .checked_sub(1)
            .is_some_and(|blank| w.word_before(blank) || matches!(w.before(blank), b',' | b':'));
    let sure = named && (!initial || within || hit.start == 0);
    if (capital || small) && sure && gap == 1 {
        let score = if initial { 0.55 } else { 0.85 };
        w.report(hit.start, hit.end, said(Kind::Title, "title", score));
    }
}

/// Looks at a statement that a person is dead, or at the answer behind such a key.
pub(crate) fn dead(w: &mut Window<'_>, hit: Hit) {
    w.report(hit.start, hit.end, said(Kind::Deceased, "deceased", 0.7));
}

/// Looks at a plain answer behind a key that asks whether a person is dead.
pub(crate) fn answer(w: &mut Window<'_>, hit: Hit) {
    if keyed(w, topic::ALIVE, hit.start) {
        w.report(hit.start, hit.end, said(Kind::Deceased, "deceased", 0.85));
    }
}

#[cfg(test)]
mod tests {
    use crate::pii::Kind;
    use crate::pii::scanner::tests::{found, found_as, none};

    #[test]
    fn what_is_said_of_people_in_six_languages() {
        for (text, kind, value) in [
            ("Gender: male", Kind::Gender, "male"),
            ("\"sex\": \"F\"", Kind::Gender, "F"),
            ("Φύλο: γυναίκα", Kind::Gender, "γυναίκα"),
            ("Geschlecht: weiblich", Kind::Gender, "weiblich"),
            ("sexe : homme", Kind::Gender, "homme"),
            ("the patient is female", Kind::Gender, "female"),
            ("Marital status: divorced", Kind::MaritalStatus, "divorced"),
            ("she is married", Kind::MaritalStatus, "married"),
            (
                "Οικογενειακή κατάσταση: έγγαμος",
                Kind::MaritalStatus,
                "έγγαμος",
            ),
            ("Familienstand: ledig", Kind::MaritalStatus, "ledig"),
            ("estado civil: soltera", Kind::MaritalStatus, "soltera"),
            ("Smoking status: never", Kind::Smoking, "never"),
            ("he is a non-smoker", Kind::Smoking, "non-smoker"),
            ("sie ist Nichtraucherin", Kind::Smoking, "Nichtraucherin"),
            ("η ασθενής είναι καπνίστρια", Kind::Smoking, "καπνίστρια"),
            ("weight: 82 kg", Kind::Weight, "82"),
            ("she weighs 64kg", Kind::Weight, "64kg"),
            ("male, 52 years old, 84 kg", Kind::Weight, "84"),
            ("ζυγίζει 82 κιλά", Kind::Weight, "82"),
            ("pèse 70,5 kg", Kind::Weight, "70,5"),
            ("speaks Greek and German", Kind::Language, "German"),
            ("Muttersprache: Deutsch", Kind::Language, "Deutsch"),
            ("μιλάει ελληνικά", Kind::Language, "ελληνικά"),
            ("Dear Mr Smith", Kind::Title, "Mr"),
            ("Dr. Müller", Kind::Title, "Dr."),
            ("Frau Schmidt", Kind::Title, "Frau"),
            ("ο κ. Παπαδόπουλος", Kind::Title, "κ."),
            ("Mme Dupont", Kind::Title, "Mme"),
            ("Deceased: yes", Kind::Deceased, "yes"),
            ("religion: Catholic", Kind::Nrp, "Catholic"),
        ] {
            found(text, kind, value);
        }
        found_as("nationality: Greek", Kind::Nrp, "NATIONALITY", "Greek");
        found_as("a French citizen", Kind::Nrp, "NATIONALITY", "French");
        found_as(
            "Staatsangehörigkeit: deutsch",
            Kind::Nrp,
            "NATIONALITY",
            "deutsch",
        );
        found_as("υπηκοότητα: ελληνική", Kind::Nrp, "NATIONALITY", "ελληνική");
    }

    #[test]
    fn the_same_words_of_other_things() {
        for (text, kind) in [
            ("a single packet", Kind::MaritalStatus),
            ("female connector", Kind::Gender),
            ("file m saved", Kind::Gender),
            ("never seen", Kind::Smoking),
            ("weight 10 on route", Kind::Weight),
            ("load 82 kg crate", Kind::Weight),
            ("German keyboard", Kind::Language),
            ("the Greek alphabet", Kind::Nrp),
            ("ms 500", Kind::Title),
            ("dr dobbs", Kind::Title),
            ("yes and no", Kind::Deceased),
        ] {
            none(text, kind);
        }
    }
}
