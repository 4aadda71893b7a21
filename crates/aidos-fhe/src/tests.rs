//! The whole way on the toy set: every value of its domain, every role, every refusal between roles.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use crate::codec::{self, Artefact, Signer};
use crate::entropy::{Stream, below};
use crate::hash::HashKey;
use crate::normalise::Kind;
use crate::scheme::sample_secret;
use crate::set::TOY;
use crate::{
    Error, EvaluationKey, Hits, QueryMap, SecretKey, correlate, decrypt, encrypt_list,
    encrypt_query, report,
};
use rand_chacha::rand_core::SeedableRng;

struct Cast {
    secret: SecretKey,
    server: EvaluationKey,
    hash: HashKey,
    signer: Signer,
}

fn cast() -> Cast {
    let (secret, server) = SecretKey::generate(&TOY).unwrap();
    Cast {
        secret,
        server,
        hash: HashKey::generate(Kind::Ipv4).unwrap(),
        signer: Signer::generate().unwrap(),
    }
}

fn texts(numbers: impl IntoIterator<Item = u32>) -> Vec<String> {
    let text = |number| Ipv4Addr::from_bits(number).to_string();
    numbers.into_iter().map(text).collect()
}

impl Cast {
    fn query(&self, texts: &[String]) -> (Vec<u8>, QueryMap) {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let mut file = Vec::new();
        let public = self.server.public();
        let map = encrypt_query(public, &self.hash, &texts, &self.signer, 1, 2, &mut file).unwrap();
        (file, map)
    }

    fn list(&self, texts: &[String]) -> Vec<u8> {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let mut file = Vec::new();
        let public = self.server.public();
        encrypt_list(public, &self.hash, &texts, &self.signer, 1, 2, &mut file).unwrap();
        file
    }

    fn result(&self, query: &[u8], list: &[u8]) -> Result<Vec<u8>, Error> {
        let query = Artefact::open(&query, codec::Kind::Query)?;
        let list = Artefact::open(&list, codec::Kind::List)?;
        let mut file = Vec::new();
        correlate(&self.server, &query, &list, &self.signer, 1, 2, &mut file)?;
        Ok(file)
    }

    fn hits(&self, result: &[u8]) -> Result<Hits, Error> {
        decrypt(
            &self.secret,
            &Artefact::open(&result, codec::Kind::Result)?,
            2,
        )
    }

    fn matches(&self, query: &[String], list: &[String]) -> Vec<String> {
        let (query, map) = self.query(query);
        let result = self.result(&query, &self.list(list)).unwrap();
        let hits = self.hits(&result).unwrap();
        let lines = report(&map, &hits).unwrap();
        let found = lines.iter().filter(|line| line.is_match);
        assert_eq!(found.clone().count(), hits.count(), "dummies never match");
        found.map(|line| line.value.to_owned()).collect()
    }
}

#[test]
fn every_value_of_the_domain_gets_its_right_bit() {
    let cast = cast();
    let mut stream = Stream::seed_from_u64(3);
    let all = texts(0..4096);
    for count in [1, 20, 21, 400] {
        let list: BTreeSet<u32> = (0..count).map(|_| below(&mut stream, 4096)).collect();
        let list: Vec<String> = texts(list.into_iter().chain([0, 4095]).collect::<BTreeSet<_>>())
            .into_iter()
            .take(400)
            .collect();
        let expected: Vec<&String> = all.iter().filter(|text| list.contains(text)).collect();
        assert_eq!(
            cast.matches(&all, &list).iter().collect::<Vec<_>>(),
            expected,
            "{count}"
        );
    }
}

#[test]
fn empty_lists_and_queries_have_no_match() {
    let cast = cast();
    let some = texts([0, 5, 4095]);
    for (query, list) in [
        (&some, &Vec::new()),
        (&Vec::new(), &some),
        (&Vec::new(), &Vec::new()),
    ] {
        assert!(cast.matches(query, list).is_empty());
    }
    assert_eq!(cast.matches(&some, &some), some);
}

#[test]
fn sizes_say_the_rung_and_nothing_more() {
    let cast = cast();
    assert_eq!(cast.list(&[]).len(), cast.list(&texts(0..20)).len());
    assert_eq!(cast.query(&[]).0.len(), cast.query(&texts(7..30)).0.len());
    assert!(cast.list(&texts(0..21)).len() > cast.list(&[]).len());
}

#[test]
fn two_runs_share_nothing() {
    let cast = cast();
    let some = texts(0..20);
    let (query, list) = (cast.query(&some).0, cast.list(&some));
    let results = [0, 1].map(|_| cast.result(&query, &list).unwrap());
    let pairs = [
        [query.clone(), cast.query(&some).0],
        [list.clone(), cast.list(&some)],
        results,
    ];
    for [one, other] in pairs {
        let blocks = |file: &[u8]| -> BTreeSet<Vec<u8>> {
            // Behind the header and before the signer, which are the same.
            file[codec::HEADER..file.len() - 96]
                .windows(32)
                .step_by(8)
                .map(<[u8]>::to_vec)
                .collect()
        };
        assert!(blocks(&one).is_disjoint(&blocks(&other)));
        assert_ne!(one[codec::HEADER..][..64], other[codec::HEADER..][..64]);
    }
}

#[test]
fn files_of_different_jobs_are_refused() {
    let (ours, theirs) = (cast(), cast());
    let some = texts(0..20);
    let (query, map) = ours.query(&some);
    let list = ours.list(&some);
    // Another key.
    assert!(matches!(
        theirs.result(&query, &list),
        Err(Error::Fingerprint { .. })
    ));
    let result = ours.result(&query, &list).unwrap();
    assert!(matches!(
        theirs.hits(&result),
        Err(Error::Fingerprint { .. })
    ));
    // Another hash key.
    let other = Cast {
        hash: HashKey::generate(Kind::Ipv4).unwrap(),
        ..ours
    };
    let mixed = other.result(&query, &other.list(&some));
    assert!(matches!(mixed, Err(Error::Mixed { what: "hash keys" })));
    // Another query's hits, and files in each other's place.
    let hits = other.hits(&result).unwrap();
    assert!(report(&map, &hits).is_ok());
    let (_, stranger) = other.query(&some);
    assert!(matches!(report(&stranger, &hits), Err(Error::Mixed { .. })));
    assert!(matches!(
        other.result(&list, &query),
        Err(Error::Kind { .. })
    ));
    assert!(matches!(other.hits(&query), Err(Error::Kind { .. })));
}

/// A key that is not the one the result was made for gives noise without bound, and the job is refused whole.
#[test]
fn a_wrong_secret_is_refused_by_its_noise() {
    let mut cast = cast();
    let (query, _) = cast.query(&texts(0..20));
    let result = cast.result(&query, &cast.list(&texts(0..20))).unwrap();
    cast.secret.coefficients = sample_secret(&TOY, &mut Stream::seed_from_u64(9));
    assert!(matches!(cast.hits(&result), Err(Error::Noise { .. })));
}

#[test]
fn hits_and_maps_come_back() {
    let cast = cast();
    let some = texts([1, 2, 3, 2, 4095]);
    let (query, map) = cast.query(&some);
    assert_eq!(map.len(), 4, "values of one meaning are one");
    let result = cast.result(&query, &cast.list(&texts([3]))).unwrap();
    let hits = cast.hits(&result).unwrap();
    let mut file = Vec::new();
    hits.write(&cast.signer, 2, &mut file).unwrap();
    let hits = Hits::read(&file).unwrap();
    let map = QueryMap::open(&map.seal(b"x", crate::seal::Cost::CHEAP).unwrap(), b"x").unwrap();
    let lines = report(&map, &hits).unwrap();
    let shown: Vec<_> = lines
        .iter()
        .map(|line| (line.value, line.is_match))
        .collect();
    assert_eq!(
        shown,
        [
            ("0.0.0.1", false),
            ("0.0.0.2", false),
            ("0.0.0.3", true),
            ("0.0.15.255", false)
        ]
    );
}

/// Any byte of any record changed, and the result is refused before it is used.
#[test]
fn changed_records_are_refused_on_the_way() {
    let cast = cast();
    let (query, _) = cast.query(&texts(0..3));
    let list = cast.list(&texts(0..3));
    let result = cast.result(&query, &list).unwrap();
    for (is_query, file) in [(true, &query), (false, &list)] {
        for at in (codec::HEADER..file.len()).step_by(file.len() / 60) {
            let mut changed = file.clone();
            changed[at] ^= 1;
            let outcome = if is_query {
                cast.result(&changed, &list)
            } else {
                cast.result(&query, &changed)
            };
            assert!(outcome.is_err(), "byte {at}");
        }
    }
    for at in (0..result.len()).step_by(result.len() / 200) {
        let mut changed = result.clone();
        changed[at] ^= 1;
        assert!(cast.hits(&changed).is_err(), "byte {at}");
    }
}
