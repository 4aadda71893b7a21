//! The face of the crate: what each role does, with the real parameter sets.

use std::collections::BTreeSet;
use std::io::Cursor;
use std::net::Ipv4Addr;

use aidos_fhe::codec::{self, Artefact, Maker, Plan, Signer};
use aidos_fhe::hash::HashKey;
use aidos_fhe::normalise::Kind;
use aidos_fhe::threshold::{Party, Session, combine};
use aidos_fhe::{Entries, Error, EvaluationKey, Hits, ListOptions, PublicKey, QueryMap, SecretKey};

/// The job of a query and a list by all roles, each reading what the other wrote; gives the values that match.
fn job(kind: Kind, query: &[&str], list: &[&str]) -> Result<Vec<String>, Error> {
    let (secret, evaluation) = SecretKey::generate(kind.set())?;
    let signer = Signer::generate()?;
    let (map, result) = result(kind, &evaluation, &signer, query, list)?;
    let result = Artefact::open(&result, codec::Kind::Result)?;
    let hits = aidos_fhe::decrypt(&secret, &result, &Maker::new(&signer, 2))?;
    found(&map, &hits)
}

/// What the server computes under this key, and what the query owner keeps.
fn result(
    kind: Kind,
    evaluation: &EvaluationKey,
    signer: &Signer,
    query: &[&str],
    list: &[&str],
) -> Result<(QueryMap, Vec<u8>), Error> {
    let (mut public, mut server) = (Vec::new(), Vec::new());
    evaluation.public().write(signer, 1, &mut public)?;
    evaluation.write(signer, 1, &mut server)?;

    let key = HashKey::generate(kind)?;
    let public = PublicKey::read(&public, evaluation.public().fingerprint())?;
    let maker = Maker::new(signer, 2);
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

    let server = EvaluationKey::read(&server, 1)?;
    let (asked, listed) = (asked.into_inner(), listed.into_inner());
    let asked = Artefact::open(&asked, codec::Kind::Query)?;
    let lists = [Artefact::open(&listed, codec::Kind::List)?];
    let mut result = Cursor::new(Vec::new());
    aidos_fhe::correlate(&server, &asked, &lists, &Plan::new(1)?, &maker, &mut result)?;
    Ok((map, result.into_inner()))
}

fn found(map: &QueryMap, hits: &Hits) -> Result<Vec<String>, Error> {
    let lines = aidos_fhe::report(map, hits)?;
    let found = lines.iter().filter(|line| line.is_match);
    Ok(found.map(|line| line.value.to_owned()).collect())
}

/// Two organisations make a key in five steps, and read a result that neither can read alone.
#[test]
fn two_parties_make_a_key_and_read_a_result() -> Result<(), Error> {
    let signers = [Signer::generate()?, Signer::generate()?];
    let ids = signers.each_ref().map(Signer::id);
    let session = Session::new("spring", Kind::Ipv4.set(), &ids)?;
    let mut parties = [
        Party::join(session.clone(), ids[0])?,
        Party::join(session.clone(), ids[1])?,
    ];
    let steps = [
        codec::Kind::Commitment,
        codec::Kind::Opening,
        codec::Kind::FirstRound,
        codec::Kind::SecondRound,
    ];
    let mut messages: Vec<(codec::Kind, Vec<u8>)> = Vec::new();
    for (number, kind) in steps.into_iter().enumerate() {
        let mut written = Vec::new();
        for (party, signer) in parties.iter_mut().zip(&signers) {
            let read = messages
                .iter()
                .map(|(kind, file)| Artefact::open(file, *kind));
            let board = session.board(read.collect::<Result<_, _>>()?)?;
            let mut out = Vec::new();
            match number {
                0 => party.commit(signer, 1, &mut out)?,
                1 => party.reveal(&board, signer, 1, &mut out)?,
                2 => party.relin1(&board, signer, 1, &mut out)?,
                _ => party.relin2(&board, signer, 1, &mut out)?,
            };
            written.push((kind, out));
        }
        messages.extend(written);
    }
    let read = messages
        .iter()
        .map(|(kind, file)| Artefact::open(file, *kind));
    let board = session.board(read.collect::<Result<_, _>>()?)?;
    let (first, key) = parties[0].finish(&board)?;
    let (second, _) = parties[1].finish(&board)?;

    let server = Signer::generate()?;
    let (query, list) = (["192.0.2.1", "192.0.2.2"], ["192.0.2.2", "192.0.2.3"]);
    let (map, result) = result(Kind::Ipv4, &key, &server, &query, &list)?;
    let result = Artefact::open(&result, codec::Kind::Result)?;
    let mut files = Vec::new();
    for (share, signer) in [&first, &second].into_iter().zip(&signers) {
        let mut file = Vec::new();
        share.share(&result, server.id(), 1, &Maker::new(signer, 2), &mut file)?;
        files.push(file);
    }
    let shares = files
        .iter()
        .map(|file| Artefact::open(file, codec::Kind::Share));
    let shares = shares.collect::<Result<Vec<_>, _>>()?;
    let maker = Maker::new(&server, 2);
    let hits = combine(&session, &result, &shares, &maker)?;
    assert_eq!(found(&map, &hits)?, ["192.0.2.2"]);
    assert!(combine(&session, &result, &shares[..1], &maker).is_err());
    Ok(())
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
