//! Names of persons, places and organisations, addresses, nationalities and titles, by a model that
//! ships in the program.
//!
//! A [gate](self) that counts letters lets lines of prose, forms and addresses through; they are cut into
//! tokens, each token gives some 36 hashed features (its spelling, shape and endings, the lists
//! that hold it, its neighbours), their weights add up to a score for each label, and the best
//! sequence of labels is found (Viterbi). The weights were learned by an averaged structured perceptron
//! (Collins 2002) from generated texts in six languages; `docs/reference/tagger.md` is the model card.
//!
//! ```
//! use aidos_privacy::pii::tagger::Tagger;
//! use aidos_privacy::pii::{Kind, Options, Scanner};
//!
//! let scanner = Scanner::new(Options::default())?.with_pass(Box::new(Tagger::shipped()?));
//! let text = "Please forward this to Maria Rossi, she is back tomorrow.";
//! let mut found = Vec::new();
//! scanner.scan(text, &mut found);
//! let person = found.iter().find(|f| f.kind == Kind::Person).ok_or("nobody")?;
//! assert_eq!(&text[person.start..person.end], "Maria Rossi");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod decode;
mod feature;
mod gate;
mod label;
mod lexicon;
mod model;
mod token;

use std::borrow::Cow;

pub use decode::{LANES, Lattice, Scores, Transitions};
pub use feature::{Token, UNKNOWN, features, phrase};
pub use label::{LABELS, Label};
pub use lexicon::{Mask, fold, key, list, phrase_key};
pub use model::{BadModel, Parts, check, row};
pub use token::{Class, Piece, pieces};

use model::Model;

use super::{Candidate, Finding, Kind, Kinds, Pass, Proof};

/// The model that ships with the program.
static SHIPPED: &[u8] = include_bytes!("../../model/tagger.bin");

/// The types that the tagger finds.
pub const KINDS: [Kind; 5] = [
    Kind::Person,
    Kind::Location,
    Kind::Organization,
    Kind::Nrp,
    Kind::Title,
];

/// What an organisation's labels gain at each token. Generated texts hold organisations in words that are theirs more often than
/// texts of people do; found on the hand-labelled texts, where 25 to 40 do the same: fewer are missed, and of all types
/// fewer findings are false (60 finds no more and is wrong more often).
const LEAN: i32 = 30;

/// Finds names by a model. It changes nothing while it works, so threads may share it.
#[derive(Clone)]
pub struct Tagger {
    model: Model,
}

impl std::fmt::Debug for Tagger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tagger").finish_non_exhaustive()
    }
}

/// A name that the model found, before it becomes a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Name {
    /// The first token.
    pub first: usize,
    /// The token after the last one.
    pub end: usize,
    /// What it is.
    pub kind: Kind,
    /// What it is more finely.
    pub subtype: Option<&'static str>,
    /// How much worse the best reading is that does not take it for one.
    pub margin: i32,
}

impl Tagger {
    /// The tagger of the model that ships with the program. Reads some hundred bytes of it.
    ///
    /// # Errors
    /// When the program was built with a file that is no model.
    pub fn shipped() -> Result<Tagger, BadModel> {
        Tagger::from_bytes(Cow::Borrowed(SHIPPED))
    }

    /// The tagger of a model of one's own, as `aidos-train` writes them.
    ///
    /// # Errors
    /// When the bytes are no model.
    pub fn from_bytes(bytes: Cow<'static, [u8]>) -> Result<Tagger, BadModel> {
        Model::new(bytes).map(|model| Tagger { model })
    }

    /// Whether any of the types that the tagger finds is wanted.
    pub fn serves(kinds: Kinds) -> bool {
        KINDS.into_iter().any(|kind| kinds.has(kind))
    }

    /// The tokens of a part of a text as the model sees them.
    pub fn tokens(&self, text: &str, start: usize, end: usize) -> Vec<Token> {
        let mut cut = Vec::new();
        pieces(text, start, end, &mut cut);
        let mut tokens = Vec::with_capacity(cut.len());
        feature::tokens(text, &cut, &self.model.lexicon(), &mut tokens);
        tokens
    }

    /// The names among tokens, in order.
    pub fn names(&self, tokens: &[Token]) -> Vec<Name> {
        self.names_with(tokens, LEAN)
    }

    /// The names among tokens, where an organisation's labels gain `lean` at each token.
    pub fn names_with(&self, tokens: &[Token], lean: i32) -> Vec<Name> {
        let mut scores = Vec::with_capacity(tokens.len());
        self.model.score(tokens, &mut scores);
        for (scores, token) in scores.iter_mut().zip(tokens) {
            for (score, label) in scores.iter_mut().zip(Label::ALL) {
                if matches!(label, Label::Organization | Label::InOrganization) {
                    *score += lean;
                }
            }
            bar(token.piece.class, scores);
        }
        let mut lattice = Lattice::default();
        lattice.decode(&scores, &self.model.transitions);
        let mut names: Vec<Name> = Vec::new();
        for (place, &label) in lattice.path.iter().enumerate() {
            match names.last_mut() {
                Some(name) if label.goes_on() && name.end == place => name.end += 1,
                _ => {
                    if let Some((kind, subtype)) = label.kind() {
                        names.push(Name {
                            first: place,
                            end: place + 1,
                            kind,
                            subtype,
                            margin: i32::MAX,
                        });
                    }
                }
            }
        }
        if !names.is_empty() {
            lattice.look_back(&scores, &self.model.transitions);
        }
        for name in &mut names {
            let same = |label: Label| label.kind().is_some_and(|(kind, _)| kind == name.kind);
            for place in name.first..name.end {
                name.margin = name.margin.min(lattice.margin(place, same));
            }
        }
        names
    }

    /// Adds the findings in a part of a text.
    fn part(&self, text: &str, start: usize, end: usize, out: &mut Vec<Candidate>) {
        let tokens = self.tokens(text, start, end);
        for name in self.names(&tokens) {
            let Some(own) = tokens
                .get(name.first..name.end)
                .and_then(|own| trim(text, own, name.kind))
            else {
                continue;
            };
            let (Some(first), Some(last)) = (own.first(), own.last()) else {
                continue;
            };
            let (why, proof) = reason(&name, own);
            let finding = Finding {
                start: first.piece.start,
                end: last.piece.end,
                kind: name.kind,
                subtype: name.subtype.map(Cow::Borrowed),
                score: self.model.probability(name.kind, name.margin),
                detector: Cow::Borrowed("tagger"),
                why: Cow::Borrowed(why),
            };
            out.push(Candidate { finding, proof });
        }
    }
}

impl Pass for Tagger {
    /// Adds the names in a text. Time grows with its length; memory with 12 KiB of it at most.
    fn find(&self, text: &str, out: &mut Vec<Candidate>) {
        gate::parts(text, |start, end| self.part(text, start, end, out));
    }
}

/// Takes away what a token of a class cannot be: an end of a line is a part of an address or of nothing, and no person, group or
/// title is written in digits.
pub fn bar(class: Class, scores: &mut Scores) {
    for (score, label) in scores.iter_mut().zip(Label::ALL) {
        let free = match class {
            Class::Line | Class::Blank => matches!(label, Label::Outside | Label::InAddress),
            Class::Number => !matches!(
                label.kind(),
                Some((Kind::Person | Kind::Nrp | Kind::Title, _))
            ),
            _ => true,
        };
        if !free {
            *score = -(1 << 20);
        }
    }
}

/// The tokens of a name without what does not belong to it at its ends: marks and ends of lines.
fn trim<'t>(text: &str, own: &'t [Token], kind: Kind) -> Option<&'t [Token]> {
    let stop = |token: &Token| text.as_bytes().get(token.piece.start) == Some(&b'.');
    let edge = |token: &&Token| match token.piece.class {
        Class::Line | Class::Blank | Class::Mark => !(kind == Kind::Title && stop(token)),
        _ => false,
    };
    let from = own.iter().take_while(edge).count();
    let to = own.len() - own.iter().rev().take_while(edge).count();
    let own = own.get(from..to)?;
    (!own.is_empty()).then_some(own)
}

/// Why a name was found, in words, and how well it is proved.
fn reason(name: &Name, own: &[Token]) -> (&'static str, Proof) {
    let known = |mask: Mask| own.iter().any(|token| token.mask & mask != 0);
    let phrased = own
        .iter()
        .any(|token| token.phrase & !(phrase::BEGIN | phrase::OTHER) != 0);
    let numbered = own
        .iter()
        .any(|token| matches!(token.piece.class, Class::Number | Class::Mixed));
    let whole = own.len() > 1;
    match name.kind {
        Kind::Person => match (known(list::GIVEN), known(list::FAMILY)) {
            (true, true) if whole => (
                "tagger: a known given name and a known family name, in words that fit",
                Proof::Context,
            ),
            (true, _) => (
                "tagger: a known given name, in words that fit a person",
                proof(whole),
            ),
            (_, true) => (
                "tagger: a known family name, in words that fit a person",
                proof(whole),
            ),
            _ => (
                "tagger: unknown words, written as a name in words that fit a person",
                proof(whole),
            ),
        },
        Kind::Location => match name.subtype {
            // A whole address has a grammar of its own: its postal code does not stand alone.
            Some("ADDRESS") if known(list::STREET) && numbered && own.len() > 3 => (
                "tagger: the words and numbers of a postal address",
                Proof::Checked,
            ),
            Some("ADDRESS") if known(list::STREET) => {
                ("tagger: a street of a postal address", Proof::Context)
            }
            Some("ADDRESS") => ("tagger: written as postal addresses are", proof(whole)),
            _ if phrased || known(list::CITY | list::COUNTRY | list::PLACE) => {
                ("tagger: a known place, in words that fit one", Proof::Shape)
            }
            _ => (
                "tagger: an unknown word, in words that fit a place",
                Proof::Shape,
            ),
        },
        Kind::Organization => {
            if known(list::LEGAL_FORM) {
                (
                    "tagger: a name with a legal form of companies",
                    Proof::Context,
                )
            } else if phrased || known(list::ORGANIZATION | list::KIND_OF_ORGANIZATION) {
                (
                    "tagger: words known from names of organisations",
                    Proof::Shape,
                )
            } else {
                (
                    "tagger: unknown words, in words that fit an organisation",
                    Proof::Shape,
                )
            }
        }
        Kind::Nrp => (
            "tagger: a nationality or another group of people",
            Proof::Shape,
        ),
        _ => ("tagger: a form of address before a name", Proof::Shape),
    }
}

fn proof(whole: bool) -> Proof {
    if whole { Proof::Context } else { Proof::Shape }
}
