//! The face of the crate: what each role does, with the real parameter sets.

use std::collections::BTreeSet;
use std::io::Cursor;
use std::net::Ipv4Addr;

use aidos_fhe::codec::{self, Artefact, Maker, Plan, Signer};
use aidos_fhe::hash::HashKey;
use aidos_fhe::normalise::Kind;
use aidos_fhe::{Entries, Error, EvaluationKey, ListOptions, PublicKey, SecretKey};

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
    let maker = Maker::new(&signer, threads);
    let (mut asked, mut listed) = (Cursor::new(Vec::new()), Cursor::new(Vec::new()));
    let plan = Plan::new(1)?;
    let map = aidos_fhe::encrypt_query(&public, &key, query, &plan, &maker, &mut asked)?;
    let mut entries = Entries::new(&public, &key);
    for text in list {
        entries.add(text, 0).expect("of the type");
    }
    let options = ListOptions::default();
    let plan = Plan::new(1)?;
    aidos_fhe::encrypt_list(
        &public,
        &key,
        &mut entries,
        options,
        &plan,
        &maker,
        &mut listed,
    )?;

    let server = EvaluationKey::read(&server)?;
    let (asked, listed) = (asked.into_inner(), listed.into_inner());
    let asked = Artefact::open(&asked, codec::Kind::Query)?;
    let lists = [Artefact::open(&listed, codec::Kind::List)?];
    let mut result = Cursor::new(Vec::new());
    aidos_fhe::correlate(&server, &asked, &lists, &Plan::new(1)?, &maker, &mut result)?;

    let result = result.into_inner();
    let result = Artefact::open(&result, codec::Kind::Result)?;
    let hits = aidos_fhe::decrypt(&secret, &result, &maker)?;
    let lines = aidos_fhe::report(&map, &hits)?;
    let found = lines.iter().filter(|line| line.is_match);
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

/// Wide networks are compared in pieces of fixed lengths, and asked for by address.
#[test]
fn addresses_are_found_in_wide_networks() {
    let query = [
        "10.1.2.3",
        "11.1.2.3",
        "172.16.0.1",
        "172.32.0.1",
        "192.0.2.1",
        "0.0.0.0",
    ];
    let list = ["10.0.0.0/8", "172.16.0.0/12", "198.16.0.0/13"];
    assert_eq!(
        job(Kind::Cidr, &query, &list).unwrap(),
        ["10.1.2.3", "172.16.0.1"]
    );
}

/// Networks of up to 4,096 addresses become these.
#[test]
fn addresses_are_found_in_narrow_networks() {
    let query = ["192.0.2.255", "192.0.3.0", "198.51.100.7", "198.51.100.8"];
    let list = ["192.0.2.0/24", "198.51.100.7"];
    assert_eq!(
        job(Kind::Ipv4, &query, &list).unwrap(),
        ["192.0.2.255", "198.51.100.7"]
    );
}
