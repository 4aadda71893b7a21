//! The whole way on the toy set: every value of its domain, every role, every refusal between roles.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use std::io::Cursor;
use std::ops::ControlFlow;

use crate::codec::{self, Artefact, Maker, Plan, Signer};
use crate::damage::{all_damage_is_refused, every_record};
use crate::entropy::{Stream, below};
use crate::hash::HashKey;
use crate::normalise::Kind;
use crate::scheme::sample_secret;
use crate::set::TOY;
use crate::{
    Entries, Error, EvaluationKey, Hits, Line, ListOptions, PublicKey, QueryMap, SecretKey,
    correlate, decrypt, encrypt_list, encrypt_query, report,
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
    fn maker(&self) -> Maker<'_> {
        Maker::new(&self.signer, 2)
    }

    fn query(&self, texts: &[String]) -> (Vec<u8>, QueryMap) {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let mut file = Cursor::new(Vec::new());
        let plan = Plan::new(1).unwrap();
        let public = self.server.public();
        let map = encrypt_query(public, &self.hash, &texts, &plan, &self.maker(), &mut file);
        (file.into_inner(), map.unwrap())
    }

    fn entries(&self, texts: &[String]) -> Entries {
        let mut entries = Entries::new(self.server.public(), &self.hash);
        for (label, text) in (1..).zip(texts) {
            entries.add(text, label).unwrap();
        }
        entries
    }

    fn list_with(&self, texts: &[String], options: ListOptions<'_>) -> Vec<u8> {
        let mut file = Cursor::new(Vec::new());
        let plan = Plan::new(1).unwrap();
        let (public, mut entries) = (self.server.public(), self.entries(texts));
        let maker = self.maker();
        encrypt_list(
            public,
            &self.hash,
            &mut entries,
            options,
            &plan,
            &maker,
            &mut file,
        )
        .unwrap();
        file.into_inner()
    }

    fn list(&self, texts: &[String]) -> Vec<u8> {
        self.list_with(texts, ListOptions::default())
    }

    fn result_of(&self, query: &[u8], lists: &[&[u8]]) -> Result<Vec<u8>, Error> {
        let query = Artefact::open(&query, codec::Kind::Query)?;
        let open = |list| Artefact::open(list, codec::Kind::List);
        let lists = lists
            .iter()
            .map(|list| open(list))
            .collect::<Result<Vec<_>, _>>()?;
        let mut file = Cursor::new(Vec::new());
        let plan = Plan::new(1)?;
        correlate(
            &self.server,
            &query,
            &lists,
            &plan,
            &self.maker(),
            &mut file,
        )?;
        Ok(file.into_inner())
    }

    fn result(&self, query: &[u8], list: &[u8]) -> Result<Vec<u8>, Error> {
        self.result_of(query, &[list])
    }

    fn hits(&self, result: &[u8]) -> Result<Hits, Error> {
        let result = Artefact::open(&result, codec::Kind::Result)?;
        decrypt(&self.secret, &result, &self.maker())
    }

    fn matches(&self, query: &[String], list: &[String]) -> Vec<String> {
        let (query, map) = self.query(query);
        let result = self.result(&query, &self.list(list)).unwrap();
        let hits = self.hits(&result).unwrap();
        let lines = report(&map, &hits).unwrap();
        let found = lines.iter().filter(|line| line.is_match);
        let canaries = map.canaries.iter().filter(|(_, is_listed)| *is_listed);
        let expected = found.clone().count() + canaries.count();
        assert_eq!(hits.count(), expected, "dummies never match");
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
        // Behind header and manifests and before the signer, which are the same.
        let parents = u16::from_le_bytes([one[28], one[29]]);
        let start = codec::HEADER + usize::from(parents) * codec::Manifest::BYTES;
        let blocks = |file: &[u8]| -> BTreeSet<Vec<u8>> {
            file[start..file.len() - 96]
                .windows(32)
                .step_by(8)
                .map(<[u8]>::to_vec)
                .collect()
        };
        assert!(blocks(&one).is_disjoint(&blocks(&other)));
        assert_ne!(one[start..][..64], other[start..][..64]);
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

/// Every list answers for itself if its owner lets it, the others as one; labels come with the match.
#[test]
fn several_lists_answer_together_or_apart() {
    let cast = cast();
    let (query, map) = cast.query(&texts(0..8));
    let options = |name, attributed| ListOptions {
        name,
        attributed,
        labels: true,
    };
    let lists = [
        cast.list_with(&texts([1, 2]), options("one", false)),
        cast.list_with(&texts([2, 3, 4]), options("two", true)),
        cast.list_with(&texts((4..40).rev()), options("three", false)),
        cast.list_with(&texts([7]), options("four", true)),
    ];
    let lists: Vec<&[u8]> = lists.iter().map(Vec::as_slice).collect();
    let hits = cast.hits(&cast.result_of(&query, &lists).unwrap()).unwrap();
    let mut file = Vec::new();
    hits.write(&cast.signer, 2, &mut file).unwrap();
    let hits = Hits::read(&file).unwrap();
    let names: Vec<_> = hits.parents()[1..]
        .iter()
        .map(|list| list.header().name())
        .collect();
    assert_eq!(names, ["one", "two", "three", "four"].map(Some));
    let line = |line: &Line<'_>| (line.is_match, line.label, line.lists.clone());
    let lines: Vec<_> = report(&map, &hits).unwrap().iter().map(line).collect();
    let expected = [
        (false, None, vec![]),
        (true, Some(1), vec![]),
        (true, Some(2), vec![1]),
        (true, Some(2), vec![1]),
        (true, Some(36), vec![1]),
        (true, Some(35), vec![]),
        (true, Some(34), vec![]),
        (true, Some(33), vec![3]),
    ];
    assert_eq!(lines, expected);
    // Labelled and other lists do not go together.
    let other = cast.list(&texts([1]));
    let mixed = cast.result_of(&query, &[lists[0], &other]);
    assert!(matches!(mixed, Err(Error::Mixed { what: "labels" })));
    assert!(matches!(
        cast.result_of(&query, &[]),
        Err(Error::Lists { found: 0, .. })
    ));
}

/// A server that answers from another list than it says, or from none, is found by the canaries.
#[test]
fn a_lazy_server_is_found() {
    let cast = cast();
    let (query, map) = cast.query(&texts(0..8));
    let list = cast.list(&texts([1]));
    let hits = cast.hits(&cast.result(&query, &list).unwrap()).unwrap();
    report(&map, &hits).unwrap();
    assert!(map.canaries.len() > 20);
    for bit in [false, true] {
        let lazy = hits.answering(bit);
        assert!(matches!(report(&map, &lazy), Err(Error::Canary { .. })));
    }
}

/// Makes a file, or goes on with it.
type Make<'m> = dyn Fn(&Plan, &Maker<'_>, &mut Cursor<Vec<u8>>) -> Result<(), Error> + 'm;

/// Each maker is stopped after each unit, and the file that was gone on with answers like any other.
#[test]
fn interrupted_files_are_gone_on_with() {
    let cast = cast();
    let (asked, listed) = (texts(0..60), texts((0..60).step_by(7)));
    let asked_texts: Vec<&str> = asked.iter().map(String::as_str).collect();
    let public = cast.server.public();
    // Calls `make` again and again, each time for one unit more and with a few bytes of the next one lost.
    let resumed = |make: &Make<'_>| {
        let plan = Plan::new(1).unwrap();
        let stop = |_| ControlFlow::Break(());
        let maker = Maker {
            watch: &stop,
            ..cast.maker()
        };
        let (mut file, mut rounds) = (Cursor::new(Vec::new()), 0);
        loop {
            match make(&Plan::from_bytes(&plan.bytes()), &maker, &mut file) {
                Err(Error::Stopped) => rounds += 1,
                done => break done.unwrap(),
            }
            file.get_mut().extend([7; 100]);
            assert!(rounds < 1000);
        }
        assert!(rounds > 1);
        file.into_inner()
    };
    let query = resumed(&|plan, maker, file| {
        encrypt_query(public, &cast.hash, &asked_texts, plan, maker, file).map(|_| ())
    });
    let list = resumed(&|plan, maker, file| {
        let (mut entries, options) = (cast.entries(&listed), ListOptions::default());
        encrypt_list(public, &cast.hash, &mut entries, options, plan, maker, file).map(|_| ())
    });
    let result = resumed(&|plan, maker, file| {
        let query = Artefact::open(&query, codec::Kind::Query)?;
        let lists = [Artefact::open(&list, codec::Kind::List)?];
        correlate(&cast.server, &query, &lists, plan, maker, file).map(|_| ())
    });
    assert!(cast.hits(&result).is_ok());
    // The map of a query that was gone on with fits it.
    let plan = Plan::new(1).unwrap();
    let mut file = Cursor::new(Vec::new());
    let make = |file: &mut Cursor<Vec<u8>>| {
        encrypt_query(public, &cast.hash, &asked_texts, &plan, &cast.maker(), file).unwrap()
    };
    make(&mut file);
    file.get_mut().truncate(codec::HEADER + 5_000);
    let map = make(&mut file);
    let hits = cast
        .hits(&cast.result(&file.into_inner(), &list).unwrap())
        .unwrap();
    let lines = report(&map, &hits).unwrap();
    let found: Vec<_> = lines
        .iter()
        .filter(|line| line.is_match)
        .map(|line| line.value)
        .collect();
    assert_eq!(found, listed);
    // A plan of another file is refused.
    let (mut file, other) = (Cursor::new(list.clone()), Plan::new(1).unwrap());
    let (mut entries, options) = (cast.entries(&listed), ListOptions::default());
    let mixed = encrypt_list(
        public,
        &cast.hash,
        &mut entries,
        options,
        &other,
        &cast.maker(),
        &mut file,
    );
    assert!(matches!(mixed, Err(Error::Mixed { .. })));
}

/// Each kind of file of one holder.
#[test]
fn any_changed_byte_of_any_file_is_refused() {
    let cast = cast();
    let some = texts(0..20);
    let (mut public, mut server) = (Vec::new(), Vec::new());
    cast.server
        .public()
        .write(&cast.signer, 1, &mut public)
        .unwrap();
    cast.server.write(&cast.signer, 1, &mut server).unwrap();
    let options = ListOptions {
        name: "a name",
        attributed: true,
        labels: true,
    };
    let (query, _) = cast.query(&some);
    let list = cast.list_with(&some, options);
    let result = cast.result(&query, &list).unwrap();
    let mut hits = Vec::new();
    cast.hits(&result)
        .unwrap()
        .write(&cast.signer, 1, &mut hits)
        .unwrap();
    for (kind, file) in codec::Kind::ALL
        .into_iter()
        .zip([public, server, query, list, result, hits])
    {
        let key = cast.secret.fingerprint();
        all_damage_is_refused(kind, &file, |file| match kind {
            codec::Kind::PublicKey => PublicKey::read(&file, key).map(|_| ()),
            codec::Kind::EvaluationKey => EvaluationKey::read(&file, 1).map(|_| ()),
            codec::Kind::Hits => Hits::read(&file).map(|_| ()),
            _ => every_record(&Artefact::open(&file, kind)?),
        });
    }
}

/// The noise of honest results stays far below the bound, over a thousand of them.
#[test]
fn a_thousand_results_keep_ten_bits() {
    let cast = cast();
    let (query, _) = cast.query(&texts(0..60));
    let list = cast.list(&texts(0..400));
    let most = TOY.bounds().result;
    let mut results = 0;
    while results < 1_000 {
        let result = cast.result(&query, &list).unwrap();
        let opened = Artefact::open(&result, codec::Kind::Result).unwrap();
        results += opened.header().records();
        let noise = crate::decrypt::noise(&cast.secret, &opened).unwrap();
        #[expect(clippy::cast_precision_loss)]
        let noise = noise as f64;
        assert!(
            noise <= most && noise * 1024.0 <= TOY.bounds().result_room,
            "{noise}"
        );
    }
}
