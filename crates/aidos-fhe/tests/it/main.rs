//! The face of the crate: what each role does, with the real parameter sets.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use aidos_fhe::codec::{self, Artefact, Signer};
use aidos_fhe::hash::HashKey;
use aidos_fhe::normalise::Kind;
use aidos_fhe::{Error, EvaluationKey, PublicKey, SecretKey};

/// The job of a query and a list by all roles, each reading what the other wrote; gives the values that match.
fn job(kind: Kind, query: &[&str], list: &[&str]) -> Result<Vec<String>, Error> {
    let threads = 2;
    let (secret, evaluation) = SecretKey::generate(kind.set())?;
    let signer = Signer::generate()?;
    let (mut public, mut server) = (Vec::new(), Vec::new());
    evaluation.public().write(&signer, 1, &mut public)?;
    evaluation.write(&signer, 1, &mut server)?;

    let key = HashKey::generate(kind)?;
    let public = PublicKey::read(&public, secret.fingerprint())?;
    let (mut asked, mut listed) = (Vec::new(), Vec::new());
    let map = aidos_fhe::encrypt_query(&public, &key, query, &signer, 1, threads, &mut asked)?;
    aidos_fhe::encrypt_list(&public, &key, list, &signer, 1, threads, &mut listed)?;

    let server = EvaluationKey::read(&server)?;
    let asked = Artefact::open(&asked, codec::Kind::Query)?;
    let listed = Artefact::open(&listed, codec::Kind::List)?;
    let mut result = Vec::new();
    aidos_fhe::correlate(&server, &asked, &listed, &signer, 1, threads, &mut result)?;

    let result = Artefact::open(&result, codec::Kind::Result)?;
    let hits = aidos_fhe::decrypt(&secret, &result, threads)?;
    let lines = aidos_fhe::report(&map, &hits)?;
    let found = lines.iter().filter(|line| line.is_match);
    assert_eq!(found.clone().count(), hits.count(), "dummies never match");
    Ok(found.map(|line| line.value.to_owned()).collect())
}

/// Numbers that look random and are the same in every run (Steele, Vigna: `SplitMix64`).
fn numbers(seed: u64) -> impl Iterator<Item = u32> {
    (1_u64..).map(move |count| {
        let mut x = seed.wrapping_add(count.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let [a, b, c, d, ..] = (x ^ (x >> 31)).to_be_bytes();
        u32::from_be_bytes([a, b, c, d])
    })
}

fn addresses(numbers: impl IntoIterator<Item = u32>) -> Vec<String> {
    let text = |number| Ipv4Addr::from_bits(number).to_string();
    numbers.into_iter().map(text).collect()
}

fn borrowed(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}

/// All addresses of 203.0.0.0/16 against a list that has some of them, the ends of all addresses and others.
#[test]
fn all_of_a_network_against_a_random_part_of_it() {
    let network = 0xcb00_0000_u32;
    let edges = [0, u32::MAX, 1, network, network | 0xffff];
    let asked: BTreeSet<u32> = (network..=network | 0xffff).chain(edges).collect();
    let inside = numbers(1).take(3_000).map(|number| network | number >> 16);
    let listed: BTreeSet<u32> = numbers(2).take(6_000).chain(inside).chain(edges).collect();
    let expected = addresses(asked.intersection(&listed).copied());
    assert!(expected.len() > 2_900);
    let (asked, listed) = (addresses(asked), addresses(listed));
    assert_eq!(
        job(Kind::Ipv4, &borrowed(&asked), &borrowed(&listed)).unwrap(),
        expected
    );
}

#[test]
fn texts_of_each_type_are_found_in_any_spelling() {
    let mail: Vec<String> = numbers(3)
        .take(9_000)
        .map(|n| format!("u{n}@example.org"))
        .collect();
    let mut query = borrowed(&mail[..100]);
    query.extend(["Nobody@example.org", "X@EXAMPLE.org", "x@example.org"]);
    let mut list = borrowed(&mail[50..]);
    list.push("x@Example.ORG");
    let mut expected = mail[50..100].to_vec();
    expected.push("X@EXAMPLE.org".to_owned());
    assert_eq!(job(Kind::Email, &query, &list).unwrap(), expected);
}
