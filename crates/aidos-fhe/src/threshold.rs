//! A key of several parties: none of them has the secret, and all must help to read a result.
//!
//! **Claim.** A server that follows the protocol and any N − 1 of N parties, all of them together, learn nothing of what was
//! encrypted beyond the bits that a result says. One party that keeps away blocks every decryption, for ever: there is no
//! quorum, and no copy of a share but the one its party sealed. Parties are held to what they committed to and signed, but
//! nobody proves that his shares are well made: who spoils his own gives a key that does not work, or a result that is refused
//! by its noise. Nobody has audited this.
//!
//! The scheme is the multiparty BFV of Mouchet, Troncoso-Pastoriza, Bossuat and Hubaux (2021, eprint 2020/304), sections
//! IV-B to IV-D, with the digits of this crate. Joint secret s = ∑ sᵢ; `docs/design/encrypted-match.md` derives the bounds.
//!
//! # The session
//!
//! Each step reads the messages of all parties so far and writes one, signed, with the hash of all messages before it.
//!
//! | step | reads | writes |
//! |---|---|---|
//! | `commit` | | Cᵢ, a commitment to a random contribution |
//! | `reveal` | all Cᵢ, whose hash gives every common polynomial | the contribution, and Dᵢ, a commitment to what the next step shows |
//! | `relin1` | all Dᵢ | bᵢ = eᵢ − a·sᵢ; for each digit −uᵢ·a + sᵢ·g + e₀ᵢ and sᵢ·a + e₁ᵢ |
//! | `relin2` | all shares, each compared with its Dᵢ; sums h₀, h₁ | for each digit sᵢ·h₀ + (uᵢ − sᵢ)·h₁ + e₂ᵢ + e₃ᵢ |
//! | `finish` | all of that | the joint keys, and its own secret share |
//!
//! **Why in this order.** A party answers h₀ with sᵢ·h₀ and something small. Who may choose his part of h₀ after he saw the
//! others', the last speaker, makes h₀ a large constant and reads sᵢ; who may choose bᵢ so, makes the joint public key his own.
//! So both are committed to before any is shown. They cannot be committed to in the first step, as they rest on common
//! polynomials, which must not be known before the session: therefore the contributions, whose commitments give these. It does
//! no harm that the last to commit can try many: each try gives other uniform polynomials, and nobody finds a bad one among
//! them. Opening a contribution shows that its commitment was made from no other party's. Five steps are the fewest: one
//! for the randomness, two for commit and reveal, one that needs the sums of these, and the end.
//!
//! **Everybody checks everything**: that each message is by a party of this session and that there is one of each; that it
//! answers the very messages that he sees, so nobody shows different things to different parties; that what is shown
//! opens what was committed to. He adds all shares up himself.
//!
//! **A step is done for one set of messages.** Shares come from a seed and the hash of the first messages, so a step that is
//! done again writes the same; but a party who shows his shares, and then accepts another Dⱼ in place of one, has let j choose
//! after him. [`Party`] remembers what it answered and refuses another; keep its newest state, and keep it before the
//! message leaves.
//!
//! # Results
//!
//! [`SecretShare::share`] gives hᵢ = sᵢ·c₁ + eᵢ, with eᵢ uniform and so wide that what is left of the noise, which is a function of
//! the lists and of all secrets, does not show ([`Bounds::share_bits`](crate::noise::Bounds::share_bits)). It does so only for
//! results that a server signed whom the party names: a share for a c₁ that another chose gives sᵢ away. Each share of
//! the same result has a fresh eᵢ, so do not answer one result often: 2ᵏ shares of it are worth k bits of the width.
//! [`combine`] adds all of them to the result, and refuses the whole job if one coefficient's noise is above the bound. Whoever
//! has the result and all shares reads it: they go to him who may read, and never to the server.

mod party;
mod session;
mod share;
#[cfg(test)]
mod tests;

pub use party::Party;
pub(crate) use session::STEPS;
pub use session::{Board, Session};
pub use share::{SecretShare, combine};
