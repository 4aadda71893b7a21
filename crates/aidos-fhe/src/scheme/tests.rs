//! Every step against `fhe` 0.1.1 itself.

use super::*;
use crate::set::{IP4_S1, STR_S1, TOY};
use crate::{EvaluationKey, SecretKey, server};
use fhe::bfv::{self, BfvParameters, BfvParametersBuilder, Encoding, Plaintext};
use fhe_traits::{DeserializeParametrized, FheDecoder, FheDecrypter, FheEncoder, FheEncrypter};
use rand_chacha::rand_core::SeedableRng;

/// The same parameters and the same secret in the library, and keys of ours.
pub(crate) struct Oracle {
    pub(crate) key: EvaluationKey,
    pub(crate) secret: SecretKey,
    pub(crate) parameters: Arc<BfvParameters>,
    theirs: bfv::SecretKey,
    pub(crate) stream: Stream,
}

impl Oracle {
    pub(crate) fn new(set: &'static Set) -> Self {
        let mut stream = Stream::seed_from_u64(11);
        let (secret, key) = SecretKey::generate_from(set, &mut stream).unwrap();
        let parameters = BfvParametersBuilder::new()
            .set_degree(set.degree)
            .set_plaintext_modulus(set.plaintext)
            .set_moduli(set.limbs)
            .build_arc()
            .unwrap();
        // A protocol buffer with one field of packed, zigzag-coded numbers, each on one byte.
        let mut bytes = vec![0x0a];
        let mut length = set.degree;
        while length >= 128 {
            bytes.push(u8::try_from(length % 128).unwrap() | 128);
            length /= 128;
        }
        bytes.push(u8::try_from(length).unwrap());
        let zigzag = |c: &i64| u8::try_from((c << 1) ^ (c >> 63)).unwrap();
        bytes.extend(secret.coefficients.iter().map(zigzag));
        let theirs = bfv::SecretKey::from_bytes(&bytes, &parameters).unwrap();
        Self {
            key,
            secret,
            parameters,
            theirs,
            stream,
        }
    }

    pub(crate) fn scheme(&self) -> &Scheme {
        &self.key.public.scheme
    }

    pub(crate) fn random_slots(&mut self) -> Vec<u64> {
        let t = self.scheme().set.plaintext;
        (0..self.scheme().set.degree)
            .map(|_| self.stream.next_u64() % t)
            .collect()
    }

    pub(crate) fn encrypt(&mut self, slots: &[u64]) -> [Poly; 2] {
        let mut slots = slots.to_vec();
        let scheme = &self.key.public.scheme;
        scheme
            .encrypt(&self.key.public.pair, &mut slots, &mut self.stream)
            .unwrap()
    }

    /// What the library decrypts these parts to, as slots of ours.
    pub(crate) fn decrypt(&self, parts: &[Poly]) -> Vec<u64> {
        let parts = parts
            .iter()
            .map(|part| {
                let mut part = part.clone();
                part.change_representation(Representation::Ntt);
                part
            })
            .collect();
        let ciphertext = bfv::Ciphertext::new(parts, &self.parameters).unwrap();
        let plain = self.theirs.try_decrypt(&ciphertext).unwrap();
        let mut slots = Vec::<u64>::try_decode(&plain, Encoding::poly()).unwrap();
        self.scheme().decode(&mut slots);
        slots
    }

    /// The library's own encryption of slots of ours.
    pub(crate) fn theirs(&mut self, slots: &[u64]) -> bfv::Ciphertext {
        let mut slots = slots.to_vec();
        self.scheme().encode(&mut slots);
        let level = Encoding::poly();
        let plain = Plaintext::try_encode(&slots, level, &self.parameters).unwrap();
        self.theirs.try_encrypt(&plain, &mut self.stream).unwrap()
    }
}

/// What the holder reads of a result's parts, not transformed.
pub(crate) fn opened(set: &'static Set, secret: &SecretKey, c0: &Poly, c1: &Poly) -> Opened {
    let opener = Opener::new(set, 1).unwrap();
    let key = opener.key(&secret.coefficients).unwrap();
    let mut phase = opener.times(Vec::from(c1), &key).unwrap();
    *phase += c0;
    opener.open(&phase)
}

/// Results of one, two and three limbs, at zero, at the ends, and beside the half of q, where the sign turns.
#[test]
fn an_opener_joins_and_divides_exactly() {
    for (set, parties) in [(&IP4_S1, 1), (&IP4_S1, 2), (&STR_S1, 1), (&STR_S1, 2)] {
        let opener = Opener::new(set, parties).unwrap();
        let (first, upper) = (opener.first(), opener.upper);
        // The larger of the two halves of q − 1 and q.
        let half = Wide {
            high: (upper - 1) / 2,
            low: (first - 1) / 2,
        };
        let above = opener.negated(half);
        let mut last = half;
        last.low += 1;
        assert_eq!(above, last, "q is twice its half, and one");
        let ends = [
            (0, 0),
            (0, 1),
            (0, first - 1),
            (upper - 1, 0),
            (upper - 1, first - 1),
        ];
        let ends = ends.map(|(high, low)| Wide { high, low });
        let mut stream = Stream::seed_from_u64(7);
        let random = (0..1000).map(|_| Wide {
            high: (u128::from(stream.next_u64()) << 64 | u128::from(stream.next_u64())) % upper,
            low: stream.next_u64() % first,
        });
        let residue = |modulus: &Modulus, number: Wide| {
            let high = modulus.mul(modulus.reduce_u128(number.high), modulus.reduce(first));
            modulus.add(high, modulus.reduce(number.low))
        };
        let moduli = opener.moduli().to_vec();
        for number in ends.into_iter().chain([half, above]).chain(random) {
            let of = |limb: usize| Some((moduli.get(limb)?, residue(moduli.get(limb)?, number)));
            assert_eq!(opener.joined([of(0), of(1), of(2)]), number);
            let negative = opener.negated(number);
            for modulus in &moduli {
                assert_eq!(
                    modulus.add(residue(modulus, number), residue(modulus, negative)),
                    0
                );
            }
            // What is measured is never the larger one.
            if (number.high, number.low) > (half.high, half.low) {
                continue;
            }
            let (quotient, rest) = opener.divided(number);
            assert!(rest < u128::from(set.plaintext));
            for modulus in &moduli {
                let quotient = modulus.reduce_u128(quotient);
                let product = modulus.mul(quotient, modulus.reduce(set.plaintext));
                let back = modulus.add(product, modulus.reduce_u128(rest));
                assert_eq!(back, residue(modulus, number));
            }
        }
    }
}

#[test]
fn slots_multiply_slot_by_slot() {
    let scheme = Scheme::new(&TOY).unwrap();
    let mut slots: Vec<u64> = (0..64).collect();
    scheme.encode(&mut slots);
    // Twice the polynomial is twice each slot.
    scheme.plain.scalar_mul_vec(&mut slots, 2);
    scheme.decode(&mut slots);
    assert_eq!(slots, (0..64).map(|slot| 2 * slot).collect::<Vec<u64>>());
}

#[test]
fn what_we_encrypt_the_library_decrypts() {
    for set in [&TOY, &IP4_S1] {
        let mut oracle = Oracle::new(set);
        let slots = oracle.random_slots();
        let ours = oracle.encrypt(&slots);
        assert_eq!(oracle.decrypt(&ours), slots, "{set}");
        assert_ne!(oracle.encrypt(&slots)[0], ours[0]);
    }
}

#[test]
fn our_relinearisation_fits_the_products_of_the_library() {
    let mut oracle = Oracle::new(&TOY);
    let (a, b) = (oracle.random_slots(), oracle.random_slots());
    let product = &oracle.theirs(&a) * &oracle.theirs(&b);
    let expected: Vec<u64> = a.iter().zip(&b).map(|(a, b)| a * b % 257).collect();
    assert_eq!(oracle.decrypt(&product), expected);
    let [mut c0, mut c1, c2] = [0, 1, 2].map(|part| product[part].clone());
    let scheme = oracle.scheme();
    scheme
        .relinearise(&oracle.key.digits, c2, &mut c0, &mut c1)
        .unwrap();
    assert_eq!(oracle.decrypt(&[c0, c1]), expected);
}

/// Zero stays zero and nothing else becomes it, in the library's eyes and in ours, within the bounds.
#[test]
fn what_the_server_hides_decrypts_to_the_same_zeros() {
    for set in [&TOY, &IP4_S1, &STR_S1] {
        let mut oracle = Oracle::new(set);
        let mut slots = oracle.random_slots();
        slots.iter_mut().step_by(5).for_each(|slot| *slot = 0);
        let [c0, c1] = oracle.encrypt(&slots);
        let zero = vec![0; set.degree * set.limbs.len()];
        let sum = [(&c0).into(), (&c1).into(), zero];
        let mask = crate::mask::mask(set, &mut oracle.stream);
        let hidden = server::hide(&oracle.key, sum, None, mask, &mut oracle.stream).unwrap();
        let zeros = |slots: &[u64]| slots.iter().map(|s| *s == 0).collect::<Vec<_>>();
        assert_eq!(zeros(&oracle.decrypt(&hidden)), zeros(&slots));
        let [c0, c1] = &hidden;
        let opened = opened(set, &oracle.secret, c0, c1);
        assert_eq!(zeros(&opened.slots), zeros(&slots));
        // The flood is what is measured: as wide as it says, ten bits under the room.
        #[expect(clippy::cast_precision_loss)]
        let noise = opened.noise as f64;
        let bounds = set.bounds();
        assert!(
            noise <= bounds.result && noise >= bounds.result / 2.0,
            "{set}: {noise}"
        );
        assert!(bounds.result_room / noise >= 1024.0);
    }
}

#[test]
fn small_numbers_are_as_wide_as_they_should_be() {
    let secret = sample_secret(&IP4_S1, &mut Stream::seed_from_u64(1));
    let square: i64 = secret.iter().map(|c| c * c).sum();
    let variance = square / 8192;
    assert!((9..=10).contains(&variance), "{variance}");
    assert!(secret.iter().all(|c| c.abs() <= 20));
    assert!(secret.iter().sum::<i64>().abs() < 1500);
}

#[test]
fn the_transform_is_the_one_of_this_version() {
    let scheme = Scheme::new(&IP4_S1).unwrap();
    let mut poly = scheme.secret(&(0..8192).collect::<Vec<u64>>()).unwrap();
    poly.change_representation(Representation::Ntt);
    let mut hasher = blake3::Hasher::new();
    let coefficients: Vec<u64> = (&*poly).into();
    for c in coefficients {
        hasher.update(&c.to_le_bytes());
    }
    for seed in [[0; 32], [255; 32]] {
        let uniform: Vec<u64> = (&scheme.uniform(seed)).into();
        for c in uniform {
            hasher.update(&c.to_le_bytes());
        }
    }
    // Files of another version would be silently unreadable: change VERSION with it.
    assert_eq!(
        hasher.finalize().to_hex().as_str(),
        "e1bbc642223e8d0697bfb41b189b5167dd40f1e9f136072dcf160706866ff7dd"
    );
}
