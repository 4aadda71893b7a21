//! The whole way of three parties, and each way in which one of them can cheat.

use std::collections::BTreeSet;
use std::io::Cursor;
use std::net::Ipv4Addr;

use fhe_math::rq::Poly;
use rand_chacha::rand_core::SeedableRng;

use super::session::STEPS;
use super::share::sum;
use super::*;
use crate::codec::{self, Artefact, Header, Maker, Plan, Seal, Signer, Writer};
use crate::damage::{all_damage_is_refused, every_record};
use crate::entropy::{Stream, below};
use crate::hash::HashKey;
use crate::keys::packed;
use crate::normalise::Kind;
use crate::seal::Cost;
use crate::set::{IP4_S1, STR_S1, TOY};
use crate::{
    Entries, Error, EvaluationKey, Hits, ListOptions, PublicKey, QueryMap, SecretKey, Set,
    correlate, encrypt_list, encrypt_query, report,
};

/// Parties and their messages of each step.
struct Group {
    signers: Vec<Signer>,
    session: Session,
    parties: Vec<Party>,
    messages: Vec<Vec<u8>>,
}

fn signers(count: u8) -> Vec<Signer> {
    (1..=count)
        .map(|byte| Signer::from_bytes(&[byte; 32]))
        .collect()
}

fn open(message: &Vec<u8>) -> Artefact<'_> {
    let (_, kind) = codec::identify(message).unwrap();
    Artefact::open(message, kind.unwrap()).unwrap()
}

fn board<'a>(session: &'a Session, messages: &'a [Vec<u8>]) -> Result<Board<'a>, Error> {
    session.board(messages.iter().map(open).collect())
}

/// What a party writes in a step.
fn step(
    party: &mut Party,
    number: usize,
    messages: &[Vec<u8>],
    signer: &Signer,
) -> Result<Vec<u8>, Error> {
    let (session, mut out) = (party.session().clone(), Vec::new());
    let board = board(&session, messages)?;
    match number {
        0 => party.commit(signer, 1, &mut out)?,
        1 => party.reveal(&board, signer, 1, &mut out)?,
        2 => party.relin1(&board, signer, 1, &mut out)?,
        _ => party.relin2(&board, signer, 1, &mut out)?,
    };
    Ok(out)
}

impl Group {
    fn new(set: &'static Set, count: u8) -> Self {
        let signers = signers(count);
        let ids: Vec<_> = signers.iter().map(Signer::id).collect();
        let session = Session::new("spring", set, &ids).unwrap();
        let join = |id| Party::join(session.clone(), id).unwrap();
        Self {
            parties: ids.into_iter().map(join).collect(),
            session,
            signers,
            messages: Vec::new(),
        }
    }

    /// All parties do the next step.
    fn step(&mut self) -> Result<(), Error> {
        let number = self.messages.len() / self.signers.len();
        let all = self.parties.iter_mut().zip(&self.signers);
        let messages = all
            .map(|(party, signer)| {
                // Between the steps a state is kept sealed.
                *party = Party::open(&party.seal(b"x", Cost::CHEAP)?, b"x")?;
                step(party, number, &self.messages, signer)
            })
            .collect::<Result<Vec<_>, _>>()?;
        self.messages.extend(messages);
        Ok(())
    }

    fn steps(mut self, count: usize) -> Self {
        (0..count).for_each(|_| self.step().unwrap());
        self
    }

    /// The message of a party for a step.
    fn message(&mut self, number: usize, party: usize) -> &mut Vec<u8> {
        &mut self.messages[number * self.signers.len() + party]
    }

    fn keys(&self) -> (Vec<SecretShare>, EvaluationKey) {
        let board = board(&self.session, &self.messages).unwrap();
        let (mut shares, mut keys) = (Vec::new(), Vec::new());
        for (party, signer) in self.parties.iter().zip(&self.signers) {
            let (share, key) = party.finish(&board).unwrap();
            let file = share.seal(b"x", Cost::CHEAP).unwrap();
            shares.push(SecretShare::open(&file, b"x").unwrap());
            let mut file = Vec::new();
            key.write(signer, 1, &mut file).unwrap();
            keys.push(EvaluationKey::read(&file, 1).unwrap());
        }
        let key = keys.pop().unwrap();
        for other in keys {
            assert_eq!(other.public().fingerprint(), key.public().fingerprint());
            let halves = |key: &EvaluationKey| -> Vec<Poly> {
                let pairs = key.digits.iter();
                pairs.flat_map(|p| [p.a.clone(), p.b.clone()]).collect()
            };
            assert!(halves(&other) == halves(&key));
        }
        (shares, key)
    }
}

/// A key of three parties, two data owners, and a server.
struct Cast {
    group: Group,
    shares: Vec<SecretShare>,
    key: EvaluationKey,
    hash: HashKey,
    server: Signer,
}

impl Cast {
    fn new(set: &'static Set, kind: Kind) -> Self {
        let group = Group::new(set, 3).steps(4);
        let (shares, key) = group.keys();
        Self {
            group,
            shares,
            key,
            hash: HashKey::generate(kind).unwrap(),
            server: Signer::from_bytes(&[99; 32]),
        }
    }

    fn maker(&self) -> Maker<'_> {
        Maker::new(&self.server, 2)
    }

    fn result(&self, asked: &[String], listed: &[String], labels: bool) -> (QueryMap, Vec<u8>) {
        let mut file = Vec::new();
        self.key.public().write(&self.server, 1, &mut file).unwrap();
        let public = PublicKey::read(&file, self.shares[0].fingerprint()).unwrap();
        let asked: Vec<&str> = asked.iter().map(String::as_str).collect();
        let maker = self.maker();
        let (mut query, mut list) = (Cursor::new(Vec::new()), Cursor::new(Vec::new()));
        let mut result = Cursor::new(Vec::new());
        let plan = || Plan::new(1).unwrap();
        let map = encrypt_query(&public, &self.hash, &asked, &plan(), &maker, &mut query);
        let mut entries = Entries::new(&public, &self.hash);
        for (label, text) in (1..).zip(listed) {
            entries.add(text, label).unwrap();
        }
        let options = ListOptions {
            labels,
            ..ListOptions::default()
        };
        encrypt_list(
            &public,
            &self.hash,
            &mut entries,
            options,
            &plan(),
            &maker,
            &mut list,
        )
        .unwrap();
        let (query, list) = (query.into_inner(), list.into_inner());
        let lists = [Artefact::open(&list, codec::Kind::List).unwrap()];
        let query = Artefact::open(&query, codec::Kind::Query).unwrap();
        correlate(&self.key, &query, &lists, &plan(), &maker, &mut result).unwrap();
        (map.unwrap(), result.into_inner())
    }

    fn share(&self, party: usize, result: &Vec<u8>) -> Result<Vec<u8>, Error> {
        let (result, mut out) = (open(result), Vec::new());
        let maker = Maker::new(&self.group.signers[party], 2);
        let server = self.server.id();
        self.shares[party].share(&result, server, 1, &maker, &mut out)?;
        Ok(out)
    }

    fn shares(&self, result: &Vec<u8>) -> Vec<Vec<u8>> {
        let all = 0..self.shares.len();
        all.map(|party| self.share(party, result).unwrap())
            .collect()
    }

    fn combine(&self, result: &Vec<u8>, shares: &[Vec<u8>]) -> Result<Hits, Error> {
        let shares: Vec<_> = shares.iter().map(open).collect();
        combine(&self.group.session, &open(result), &shares, &self.maker())
    }

    /// The sum of all secrets, which nobody has.
    fn secret(&self) -> Vec<i64> {
        let zero = vec![0; self.group.session.set().degree];
        self.shares.iter().fold(zero, |sum, share| {
            let pairs = sum.iter().zip(share.coefficients());
            pairs.map(|(sum, c)| sum + c).collect()
        })
    }

    /// What the lists have of what was asked for.
    fn found(&self, asked: &[String], listed: &[String]) -> Vec<String> {
        let (map, result) = self.result(asked, listed, false);
        let hits = self.combine(&result, &self.shares(&result)).unwrap();
        let lines = report(&map, &hits).unwrap();
        let found = lines.iter().filter(|line| line.is_match);
        let found: Vec<_> = found.map(|line| line.value.to_owned()).collect();
        let canaries = map.canaries.iter().filter(|(_, is_listed)| *is_listed);
        assert_eq!(hits.count(), found.len() + canaries.count());
        found
    }
}

fn texts(numbers: impl IntoIterator<Item = u32>) -> Vec<String> {
    let text = |number| Ipv4Addr::from_bits(number).to_string();
    numbers.into_iter().map(text).collect()
}

/// Every value of the domain against lists of both sizes.
#[test]
fn three_parties_read_every_bit_rightly() {
    let cast = Cast::new(&TOY, Kind::Ipv4);
    let mut stream = Stream::seed_from_u64(5);
    let all = texts(0..4096);
    for count in [1, 20, 400] {
        let drawn = (0..count).map(|_| below(&mut stream, 4096));
        let listed = texts(drawn.collect::<BTreeSet<_>>());
        let found = cast.found(&all, &listed);
        assert_eq!(
            found.iter().collect::<BTreeSet<_>>(),
            listed.iter().collect()
        );
    }
}

#[test]
fn three_parties_read_addresses_with_the_default_set() {
    let cast = Cast::new(&IP4_S1, Kind::Ipv4);
    let asked = texts((0..400).map(|n: u32| n.wrapping_mul(0x9e37_79b9)));
    let listed: Vec<_> = asked.iter().step_by(7).cloned().collect();
    assert_eq!(cast.found(&asked, &listed), listed);
}

/// The hits are, to the byte, those of one who has the sum of all secrets.
#[test]
fn hits_are_those_of_the_joint_secret() {
    let cast = Cast::new(&TOY, Kind::Ipv4);
    let (_, result) = cast.result(&texts(0..60), &texts(5..19), true);
    let hits = cast.combine(&result, &cast.shares(&result)).unwrap();
    let opener = crate::scheme::Opener::new(&TOY, 3).unwrap();
    let secret = opener.key(&cast.secret()).unwrap();
    let file = open(&result);
    let single = crate::decrypt::hits(&opener, &file, &cast.maker(), |_, _, c1| {
        opener.times(c1, &secret)
    });
    let bytes = |hits: &Hits| {
        let mut file = Vec::new();
        hits.write(&cast.server, 2, &mut file).unwrap();
        file
    };
    assert_eq!(bytes(&hits), bytes(&single.unwrap()));
    assert_eq!(Hits::read(&bytes(&hits)).unwrap().header().parties, 3);
    // Even he does not read it as if he were one holder.
    let secret = SecretKey {
        set: &TOY,
        fingerprint: cast.shares[0].fingerprint(),
        coefficients: cast.secret().into(),
    };
    let refused = crate::decrypt(&secret, &file, &cast.maker());
    assert!(matches!(refused, Err(Error::Mixed { what: "parties" })));
}

/// The same answers and labels as one holder gets, at three limbs.
#[test]
fn three_parties_read_texts_and_labels() {
    let cast = Cast::new(&STR_S1, Kind::Email);
    let asked: Vec<_> = (0..40).map(|n| format!("u{n}@example.org")).collect();
    let listed: Vec<_> = asked.iter().step_by(3).cloned().collect();
    let (map, result) = cast.result(&asked, &listed, true);
    let hits = cast.combine(&result, &cast.shares(&result)).unwrap();
    for (number, line) in report(&map, &hits).unwrap().iter().enumerate() {
        let is_match = number % 3 == 0;
        let label = is_match.then(|| u16::try_from(number / 3 + 1).unwrap());
        assert_eq!((line.is_match, line.label), (is_match, label), "{number}");
    }
}

/// Two of three are refused, and their sum alone is noise.
#[test]
fn two_of_three_read_nothing() {
    let cast = Cast::new(&TOY, Kind::Ipv4);
    let (_, result) = cast.result(&texts(0..20), &texts(5..9), false);
    let shares = cast.shares(&result);
    for absent in 0..3 {
        let mut two = shares.clone();
        two.remove(absent);
        assert!(matches!(
            cast.combine(&result, &two),
            Err(Error::Missing { .. })
        ));
        let opened: Vec<_> = two.iter().map(open).collect();
        let read = sum(&open(&result), &opened, &cast.maker());
        assert!(matches!(read, Err(Error::Noise { .. })));
        two.push(two[0].clone());
        assert!(matches!(
            cast.combine(&result, &two),
            Err(Error::Twice { .. })
        ));
    }
}

/// A share of another result, by a stranger, of another party's secret, with changed numbers; and a result that is none.
#[test]
fn wrong_shares_of_a_result_are_refused() {
    let cast = Cast::new(&TOY, Kind::Ipv4);
    let (_, result) = cast.result(&texts(0..20), &texts(5..9), false);
    let (_, other) = cast.result(&texts(0..20), &texts(5..9), false);
    let shares = cast.shares(&result);
    assert!(cast.combine(&result, &shares).is_ok());
    // Each share has a fresh flood, and any of a party's serves.
    let again = cast.share(1, &result).unwrap();
    assert_ne!(
        again[codec::HEADER..][..64],
        shares[1][codec::HEADER..][..64]
    );
    let with = |share: Vec<u8>| {
        let mut all = shares.clone();
        all[1] = share;
        cast.combine(&result, &all)
    };
    let stray = cast.share(1, &other).unwrap();
    assert!(matches!(with(stray), Err(Error::Mixed { what: "results" })));
    assert!(with(again).is_ok());
    let resigned = |bytes: &Vec<u8>, signer: &Signer, change: fn(&mut Vec<u8>)| {
        let share = open(bytes);
        let header = share.header().clone();
        let (mut out, records) = (Vec::new(), header.records());
        let mut writer = Writer::new(&mut out, header, &[]).unwrap();
        for index in 0..records {
            let mut record = Vec::new();
            share.records(index, 1, &mut record).unwrap();
            change(&mut record);
            writer.record(&Seal::new(index, record)).unwrap();
        }
        writer.finish(signer).unwrap();
        out
    };
    let stranger = resigned(&shares[1], &cast.server, |_| ());
    assert!(matches!(with(stranger), Err(Error::Stranger { .. })));
    // Signed by the right party, of the wrong secret.
    let ours = &cast.group.signers[1];
    let theirs = resigned(&shares[0], ours, |_| ());
    assert!(matches!(with(theirs), Err(Error::Noise { .. })));
    // One bit of one limb, which moves the whole number by a quarter of q′.
    let changed = resigned(&shares[1], ours, |record| record[0] ^= 1);
    assert!(matches!(with(changed), Err(Error::Noise { .. })));
    let over = resigned(&shares[1], ours, |record| record.fill(0xff));
    assert!(matches!(with(over), Err(Error::Coefficient { .. })));
    let mut cut = shares[1].clone();
    cut.pop();
    assert!(Artefact::open(&cut, codec::Kind::Share).is_err());
    // No share for a result that the server did not sign, of another key, or with another's signer.
    let maker = Maker::new(ours, 1);
    let share = |result: &Vec<u8>, server, maker: &Maker<'_>| {
        let out = Vec::new();
        cast.shares[1].share(&open(result), server, 1, maker, out)
    };
    let refused = share(&result, ours.id(), &maker);
    assert!(matches!(refused, Err(Error::Signer { .. })));
    let refused = share(&result, cast.server.id(), &cast.maker());
    assert!(matches!(refused, Err(Error::Signer { .. })));
    let stranger = Cast::new(&TOY, Kind::Ipv4);
    let (_, foreign) = stranger.result(&texts(0..2), &texts(0..2), false);
    let refused = share(&foreign, cast.server.id(), &maker);
    assert!(matches!(refused, Err(Error::Fingerprint { .. })));
    let refused = share(&shares[0], cast.group.signers[0].id(), &maker);
    assert!(matches!(refused, Err(Error::Kind { .. })));
}

/// Each kind of message of a session, and a share of a result.
#[test]
fn any_changed_byte_of_any_message_is_refused() {
    let cast = Cast::new(&TOY, Kind::Ipv4);
    let (_, result) = cast.result(&texts(0..20), &texts(5..9), true);
    let share = cast.share(1, &result).unwrap();
    let messages = cast.group.messages.iter().step_by(3);
    for (kind, file) in STEPS
        .into_iter()
        .chain([codec::Kind::Share])
        .zip(messages.chain([&share]))
    {
        all_damage_is_refused(kind, file, |file| {
            every_record(&Artefact::open(&file, kind)?)
        });
    }
}

/// A share without its party's secret part is a flood alone: as wide as it says, never wider.
#[test]
fn shares_are_flooded_within_their_bound() {
    for set in [&IP4_S1, &STR_S1] {
        let bounds = set.bounds_for(3);
        let opener = crate::scheme::Opener::new(set, 3).unwrap();
        let mut stream = crate::entropy::fresh().unwrap();
        let flood = opener.flood(bounds.share_bits, &mut stream).unwrap();
        // The message of a phase that is noise alone is zero: what is measured is the flood, less a message that t divides.
        let noise = opener.open(&flood).noise;
        let width = 1_u128 << bounds.share_bits;
        assert!(noise <= width / 2 && noise > width / 4, "{set}");
        #[expect(clippy::cast_precision_loss)]
        let all = 3.0 * width as f64 / 2.0;
        assert!(all < bounds.result && bounds.result_budget() >= 1024.0);
    }
}

/// What is measured of an honest result stays below the bound for three parties, and above the flood of the server alone.
#[test]
fn the_noise_of_three_parties_is_within_its_bound() {
    let cast = Cast::new(&IP4_S1, Kind::Ipv4);
    let (_, result) = cast.result(&texts(0..9), &texts(5..9), false);
    let shares = cast.shares(&result);
    let (result, shares): (_, Vec<_>) = (open(&result), shares.iter().map(open).collect());
    let limbs = result.header().result_limbs();
    assert_eq!(limbs.len(), 2);
    let opener = crate::scheme::Opener::new(&IP4_S1, 3).unwrap();
    let part = IP4_S1.poly_bytes(2);
    let mut buffer = Vec::new();
    result.records(0, 1, &mut buffer).unwrap();
    let poly = |bytes: &[u8]| {
        let poly = result.poly(0, bytes, limbs).unwrap();
        opener.part(poly).unwrap()
    };
    let mut phase = poly(&buffer[..part]);
    for share in &shares {
        share.records(0, 1, &mut buffer).unwrap();
        *phase += &*poly(&buffer);
    }
    #[expect(clippy::cast_precision_loss)]
    let noise = opener.open(&phase).noise as f64;
    let bounds = IP4_S1.bounds_for(3);
    assert!(noise <= bounds.result && noise > bounds.result / 4.0);
}

/// The joint secret is the sum of all shares: keys and digits are encryptions under it, with errors below the bounds.
#[test]
fn joint_keys_are_of_the_sum_of_all_secrets() {
    let group = Group::new(&TOY, 3).steps(4);
    let (shares, key) = group.keys();
    assert_eq!(key.public().parties(), 3);
    let mut sum = vec![0_i64; TOY.degree];
    for share in &shares {
        let plain = share.coefficients();
        sum.iter_mut().zip(plain).for_each(|(sum, c)| *sum += c);
    }
    let scheme = &key.public().scheme;
    let secret = scheme.key(&sum).unwrap();
    let widest = |pair: &crate::scheme::Pair| {
        let mut error = &pair.b + &(&pair.a * &*secret);
        error.change_representation(fhe_math::rq::Representation::PowerBasis);
        let error: Vec<u64> = (&error).into();
        let limbs = error.chunks_exact(TOY.degree).zip(TOY.limbs);
        limbs
            .map(|(row, q)| row.iter().map(|c| *c.min(&(q - c))).max().unwrap())
            .collect::<Vec<_>>()
    };
    assert!(widest(&key.public().pair).iter().all(|e| *e <= 60));
    let square = &*secret * &*secret;
    for (limb, digit) in key.digits.iter().enumerate() {
        let mut lifted = vec![0; TOY.degree * TOY.limbs.len()];
        let rows: Vec<u64> = (&square).into();
        let range = limb * TOY.degree..(limb + 1) * TOY.degree;
        lifted[range.clone()].copy_from_slice(&rows[range]);
        let lifted = scheme
            .public(lifted, fhe_math::rq::Representation::Ntt)
            .unwrap();
        let without = crate::scheme::Pair {
            b: &digit.b - &lifted,
            a: digit.a.clone(),
        };
        // 2n(NB)² + 2NB.
        let bound = 2 * 64 * 60 * 60 + 2 * 60;
        assert!(widest(&without).iter().all(|e| *e <= bound));
    }
    // No party's share alone is the secret, nor a key of another session.
    assert!(shares.iter().all(|share| share.coefficients() != sum));
    let other = Group::new(&TOY, 3).steps(4).keys().1;
    assert_ne!(
        other.public().fingerprint(),
        key.public().fingerprint(),
        "the same name and parties, other contributions"
    );
    assert!(other.public().pair.a != key.public().pair.a);
}

/// A message that a cheating party signs: with its own header, and with records that were changed.
fn forged(message: &Vec<u8>, signer: &Signer, change: impl Fn(u64, &mut Vec<u8>)) -> Vec<u8> {
    let file = open(message);
    forged_with(message, signer, file.header().clone(), change)
}

fn forged_with(
    message: &Vec<u8>,
    signer: &Signer,
    header: Header,
    change: impl Fn(u64, &mut Vec<u8>),
) -> Vec<u8> {
    let file = open(message);
    let mut out = Vec::new();
    let mut writer = Writer::new(&mut out, header, &[]).unwrap();
    for index in 0..file.header().records() {
        let mut record = Vec::new();
        file.records(index, 1, &mut record).unwrap();
        change(index, &mut record);
        writer.record(&Seal::new(index, record)).unwrap();
    }
    writer.finish(signer).unwrap();
    out
}

/// The last to speak takes off what the others' shares of the public key are, so that the joint key is his alone.
#[test]
fn a_rogue_public_key_share_is_refused() {
    let mut group = Group::new(&TOY, 3).steps(3);
    let (_, own) = SecretKey::generate(&TOY).unwrap();
    let mut rogue = own.public().pair.b.clone();
    for party in [0, 1] {
        let mut record = Vec::new();
        let message = group.message(2, party).clone();
        let file = open(&message);
        file.records(0, 1, &mut record).unwrap();
        rogue -= &crate::keys::half(&file, &own.public().scheme, 0, &record).unwrap();
    }
    let bytes = packed(&TOY, &rogue);
    let signer = Signer::from_bytes(&[3; 32]);
    let message = group.message(2, 2);
    *message = forged(message, &signer, |index, record| {
        if index == 0 {
            record.copy_from_slice(&bytes);
        }
    });
    assert!(
        matches!(group.step(), Err(Error::Opening { party, .. }) if party == signer.id().to_string())
    );
}

/// The last to speak makes h₀ what he likes: the others would answer with their secrets times that.
#[test]
fn a_last_speaker_in_the_first_round_is_refused() {
    for index in 1..9 {
        let mut group = Group::new(&TOY, 3).steps(3);
        let signer = Signer::from_bytes(&[3; 32]);
        let message = group.message(2, 2);
        *message = forged(message, &signer, |at, record| {
            if at == index {
                record.fill(0);
            }
        });
        assert!(
            matches!(group.step(), Err(Error::Opening { .. })),
            "{index}"
        );
    }
}

/// He lets a party show its shares, and then commits anew: the message before it has changed, and the party stays silent.
#[test]
fn a_party_answers_once() {
    let mut group = Group::new(&TOY, 3).steps(3);
    let shown = group.messages.clone();
    // Another party 3, whose contribution is the same and whose shares are not.
    let signer = Signer::from_bytes(&[3; 32]);
    let opening = group.message(1, 2);
    *opening = forged(opening, &signer, |_, record| record[40] ^= 1);
    let early = group.messages[..6].to_vec();
    let mut party = group.parties.remove(0);
    let signer = &group.signers[0];
    let again = step(&mut party, 2, &early, signer);
    assert!(matches!(again, Err(Error::Answered)));
    // The same once more is the same, but for nothing.
    assert_eq!(step(&mut party, 2, &shown[..6], signer).unwrap(), shown[6]);
    // Nor does he answer in a later step what he did not in this.
    let mut fresh = Party::join(group.session.clone(), signer.id()).unwrap();
    assert!(step(&mut fresh, 3, &shown, signer).is_err());
    // A state from before the step does not know better; finish wants all.
    assert!(matches!(
        party.finish(&board(&group.session, &shown).unwrap()),
        Err(Error::Missing { .. })
    ));
}

/// Different messages to different parties.
#[test]
fn a_party_that_shows_two_faces_is_found() {
    for number in [0, 1, 2] {
        let mut group = Group::new(&TOY, 3).steps(number + 1);
        let signer = Signer::from_bytes(&[3; 32]);
        let honest = group.message(number, 2).clone();
        // The same, made a second later.
        let header = Header {
            created: 2,
            ..open(&honest).header().clone()
        };
        let other = forged_with(&honest, &signer, header, |_, _| ());
        let mut theirs = group.messages.clone();
        *theirs.last_mut().unwrap() = other;
        let ours = group.messages.clone();
        let seen = [ours.clone(), theirs, ours];
        let mut next = Vec::new();
        for ((party, signer), seen) in group.parties.iter_mut().zip(&group.signers).zip(&seen) {
            next.push(step(party, number + 1, seen, signer).unwrap());
        }
        group.messages.extend(next);
        if number < 2 {
            assert!(matches!(group.step(), Err(Error::Transcript { .. })));
        } else {
            let board = board(&group.session, &group.messages).unwrap();
            let finished = group.parties[0].finish(&board);
            assert!(matches!(finished, Err(Error::Transcript { .. })));
        }
    }
}

/// Missing, twice, strangers', of another session, of another step, changed, or opened otherwise.
#[test]
fn messages_that_do_not_belong_are_refused() {
    let mut group = Group::new(&TOY, 3).steps(2);
    let (session, all) = (group.session.clone(), group.messages.clone());
    let signer = group.signers[0].id();
    let mut party = group.parties.remove(0);
    let mut answer = |messages: &[Vec<u8>]| {
        let signer = Signer::from_bytes(&[1; 32]);
        step(&mut party, 2, messages, &signer).map(|_| ())
    };
    let without = |at: usize| {
        let mut some = all.clone();
        some.remove(at);
        some
    };
    for at in 0..6 {
        assert!(
            matches!(answer(&without(at)), Err(Error::Missing { .. })),
            "{at}"
        );
    }
    let with = |message: Vec<u8>| {
        let mut some = all.clone();
        some.push(message);
        some
    };
    let twice = with(all[4].clone());
    assert!(matches!(answer(&twice), Err(Error::Twice { .. })));
    let stranger = forged(&all[4], &Signer::from_bytes(&[9; 32]), |_, _| ());
    assert!(matches!(
        answer(&with(stranger)),
        Err(Error::Stranger { .. })
    ));
    // Another name, other parties, another set.
    let ids = session.parties();
    for other in [
        Session::new("autumn", &TOY, ids).unwrap(),
        Session::new("spring", &IP4_S1, ids).unwrap(),
        Session::new("spring", &TOY, &ids[..2]).unwrap(),
    ] {
        let board = board(&other, &all);
        assert!(matches!(board, Err(Error::Mixed { what: "sessions" })));
    }
    // No message of a session.
    let (_, key) = SecretKey::generate(&TOY).unwrap();
    let mut file = Vec::new();
    key.public().write(&group.signers[0], 1, &mut file).unwrap();
    assert!(matches!(answer(&with(file)), Err(Error::Kind { .. })));
    // A contribution that is not the committed one; his own that he did not make.
    for (at, byte) in [(4, 0), (3, 40)] {
        let mut some = all.clone();
        let signer = Signer::from_bytes(&[u8::try_from(at - 2).unwrap(); 32]);
        let by = group
            .signers
            .iter()
            .find(|s| s.id() == open(&all[at]).signer());
        some[at] = forged(&all[at], by.unwrap_or(&signer), |_, record| {
            record[byte] ^= 1;
        });
        assert!(matches!(answer(&some), Err(Error::Opening { .. })), "{at}");
    }
    // Changed and unsigned.
    let mut changed = all[4].clone();
    changed[codec::HEADER] ^= 1;
    let opened = session.board(vec![open(&changed)]).unwrap();
    assert!(opened.check(0).is_ok());
    let mut some = all.clone();
    some[4] = changed;
    assert!(matches!(answer(&some), Err(Error::Record { .. })));
    let mut unsigned = all[4].clone();
    *unsigned.last_mut().unwrap() ^= 1;
    assert!(Artefact::open(&unsigned, codec::Kind::Opening).is_err());
    assert!(answer(&all).is_ok());
    // Another's signer.
    let mut party = Party::join(session.clone(), signer).unwrap();
    let wrong = step(&mut party, 0, &[], &Signer::from_bytes(&[2; 32]));
    assert!(matches!(wrong, Err(Error::Signer { .. })));
}

/// Numbers that are not below their modulus, committed to and signed.
#[test]
fn a_committed_share_that_is_none_is_refused() {
    let mut group = Group::new(&TOY, 2).steps(2);
    // The cheat commits to what he will show; the other's check of coefficients finds it.
    let signer = Signer::from_bytes(&[2; 32]);
    let honest = step(&mut group.parties[1], 2, &group.messages, &signer).unwrap();
    let bad = |message: &Vec<u8>| forged(message, &signer, |_, record| record.fill(0xff));
    let first = open(&honest).header().first;
    assert_ne!(first, [0; 32]);
    let transcripts = board(&group.session, &group.messages)
        .unwrap()
        .check(1)
        .unwrap();
    let digest = open(&bad(&honest)).manifest().records;
    let shares = group.session.shares(signer.id(), &transcripts[0], &digest);
    let opening = group.message(1, 1);
    *opening = forged(opening, &signer, |_, record| {
        record[32..].copy_from_slice(&shares);
    });
    let transcripts = board(&group.session, &group.messages)
        .unwrap()
        .check(2)
        .unwrap();
    let ours = Signer::from_bytes(&[1; 32]);
    let shown = step(&mut group.parties[0], 2, &group.messages, &ours).unwrap();
    let header = Header {
        first: transcripts[1],
        ..open(&honest).header().clone()
    };
    let theirs = forged_with(&honest, &signer, header, |_, record| record.fill(0xff));
    group.messages.extend([shown, theirs]);
    let refused = step(&mut group.parties[0], 3, &group.messages, &ours);
    assert!(matches!(refused, Err(Error::Coefficient { .. })));
}

#[test]
fn a_session_has_a_name_and_two_to_eight_parties() {
    let ids: Vec<_> = signers(9).iter().map(Signer::id).collect();
    let make = |name: &str, ids: &[_]| Session::new(name, &TOY, ids);
    assert!(make("x", &ids[..1]).is_err() && make("x", &ids).is_err());
    assert!(make("x", &[ids[0], ids[1], ids[0]]).is_err());
    assert!(make("", &ids[..2]).is_err() && make("a\nb", &ids[..2]).is_err());
    assert!(make(&"x".repeat(65), &ids[..2]).is_err());
    let session = make("x", &[ids[1], ids[0]]).unwrap();
    assert_eq!(session, make("x", &ids[..2]).unwrap());
    assert!(Party::join(session.clone(), ids[2]).is_err());
    let bytes = session.bytes();
    assert_eq!(Session::read(&bytes), Some((session, [].as_slice())));
    for cut in 0..bytes.len() {
        assert!(Session::read(&bytes[..cut]).is_none(), "{cut}");
    }
    assert_eq!(STEPS.len(), 4);
}

#[test]
fn eight_parties_make_a_key_that_works() {
    let group = Group::new(&TOY, 8).steps(4);
    let (shares, key) = group.keys();
    let cast = Cast {
        hash: HashKey::generate(Kind::Ipv4).unwrap(),
        server: Signer::from_bytes(&[99; 32]),
        group,
        shares,
        key,
    };
    assert_eq!(cast.found(&texts(0..40), &texts(30..50)), texts(30..40));
}

/// Who relays a key cannot say that fewer or more share it: results would be read otherwise.
#[test]
fn the_number_of_parties_is_part_of_the_name() {
    let (_, mut key) = Group::new(&TOY, 2).steps(4).keys();
    let holder = key.public().fingerprint();
    let mut read = |parties| {
        let mut file = Vec::new();
        key.public.parties = parties;
        key.public().write(&signers(1)[0], 1, &mut file).unwrap();
        PublicKey::read(&file, holder)
    };
    assert_eq!(read(2).unwrap().parties(), 2);
    for parties in [1, 3] {
        assert!(matches!(read(parties), Err(Error::Fingerprint { .. })));
    }
    assert!(matches!(read(9), Err(Error::Shape { .. })));
}

/// Known answer: the same seeds give the same messages and the same key, whoever changes what.
#[test]
fn fixed_seeds_give_a_known_session() {
    let mut group = Group::new(&TOY, 2);
    let session = &group.session;
    let party = |signer: &Signer| Party::seeded(session.clone(), signer.id(), signer.id().0);
    group.parties = group.signers.iter().map(party).collect();
    let group = group.steps(4);
    let mut file = Vec::new();
    group
        .keys()
        .1
        .write(&group.signers[0], 1, &mut file)
        .unwrap();
    let mut hasher = blake3::Hasher::new();
    for message in group.messages.iter().chain([&file]) {
        hasher.update(message);
    }
    assert_eq!(
        hasher.finalize().to_hex().as_str(),
        "e8f009c8cad467a592493bca6d27200aef1baeb21d25a6d5f457d083412ee2a3"
    );
}

#[test]
fn secrets_do_not_show() {
    let group = Group::new(&TOY, 2).steps(4);
    let (shares, _) = group.keys();
    let shown = format!("{:?}", shares[0]);
    assert!(shown.starts_with("SecretShare(") && shown.ends_with(", …)"));
    assert_eq!(shown.len(), "SecretShare(, , …)".len() + 2 * 64);
    let shown = format!("{:?}", group.parties[0]);
    assert_eq!(shown.len(), "Party(\"spring\", , …)".len() + 64);
    let file = shares[0].seal(b"x", Cost::CHEAP).unwrap();
    assert!(SecretShare::open(&file, b"y").is_err());
    assert!(Party::open(&file, b"x").is_err());
    let opened = SecretShare::open(&file, b"x").unwrap();
    assert_eq!(opened.coefficients(), shares[0].coefficients());
}
