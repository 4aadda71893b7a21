//! Times of each role by size, in memory:
//! `cargo run --release -p aidos-fhe --example correlate_speed [THREADS [ROW]]`, a row being one of 0 to 4.
//!
//! Everything the server does is in its time: reading, checking hashes and coefficients, masking, flooding, switching,
//! signing. Memory is the resident peak of the whole process, in which all roles and files live.

#![expect(clippy::print_stdout, reason = "a measurement for people")]

use std::io::Cursor;
use std::net::Ipv4Addr;
use std::time::Instant;

use aidos_fhe::codec::{self, Artefact, Maker, Plan, Signer};
use aidos_fhe::hash::HashKey;
use aidos_fhe::normalise::Kind;
use aidos_fhe::{Entries, EvaluationKey, ListOptions, SecretKey};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let threads = std::env::args().nth(1).map_or(Ok(2), |text| text.parse())?;
    let only: Option<usize> = std::env::args()
        .nth(2)
        .map(|text| text.parse())
        .transpose()?;
    println!(
        "{threads} threads; seconds of wall time, best of 5 for the server, and its mean CPU time"
    );
    println!(
        "{:<22} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8}  bytes of query, list, result; peak",
        "", "query", "list", "setup", "server", "CPU", "decrypt"
    );
    let rows = [
        (Kind::Ipv4, 1_000, 10_000, false),
        (Kind::Ipv4, 5_000, 100_000, false),
        (Kind::Ipv4, 5_000, 1_000_000, false),
        (Kind::Email, 5_000, 1_000_000, false),
        (Kind::Ipv4, 5_000, 1_000_000, true),
    ];
    for (number, (kind, queries, entries, labels)) in rows.into_iter().enumerate() {
        if only.is_none_or(|only| only == number) {
            row(kind, queries, entries, labels, threads)?;
        }
    }
    Ok(())
}

fn row(
    kind: Kind,
    queries: u32,
    entries: u32,
    labels: bool,
    threads: usize,
) -> Result<(), Box<dyn std::error::Error>> {
    let text = |number: u32| match kind {
        Kind::Ipv4 => Ipv4Addr::from_bits(number.wrapping_mul(2_654_435_761)).to_string(),
        _ => format!("user{number}@example.org"),
    };
    // A tenth of the query is in the list.
    let asked: Vec<String> = (0..queries)
        .map(|n| text(n + entries - queries / 10))
        .collect();
    let listed: Vec<String> = (0..entries).map(text).collect();
    let asked: Vec<&str> = asked.iter().map(String::as_str).collect();
    let listed: Vec<&str> = listed.iter().map(String::as_str).collect();

    let (secret, evaluation) = SecretKey::generate(kind.set())?;
    let (key, signer) = (HashKey::generate(kind)?, Signer::generate()?);
    let mut server = Vec::new();
    evaluation.write(&signer, 0, &mut server)?;
    let public = evaluation.public();

    let maker = Maker::new(&signer, threads);
    let (mut query, mut list) = (Cursor::new(Vec::new()), Cursor::new(Vec::new()));
    let (map, query_time) = timed(|| {
        aidos_fhe::encrypt_query(public, &key, &asked, &Plan::new(0)?, &maker, &mut query)
    })?;
    let options = ListOptions {
        labels,
        ..ListOptions::default()
    };
    let ((), list_time) = timed(|| {
        let mut entries = Entries::new(public, &key);
        for text in &listed {
            entries.add(text, 7)?;
        }
        let plan = Plan::new(0)?;
        aidos_fhe::encrypt_list(
            public,
            &key,
            &mut entries,
            options,
            &plan,
            &maker,
            &mut list,
        )?;
        Ok::<_, Box<dyn std::error::Error>>(())
    })?;
    let (query, list) = (query.into_inner(), list.into_inner());

    let (evaluation, setup) = timed(|| EvaluationKey::read(&server, 1))?;
    let (mut best, before) = (f64::MAX, cpu());
    let mut result = Vec::new();
    for _ in 0..5 {
        result.clear();
        let (_, time) = timed(|| {
            let query = Artefact::open(&query, codec::Kind::Query)?;
            let lists = [Artefact::open(&list, codec::Kind::List)?];
            let draft = Cursor::new(&mut result);
            aidos_fhe::correlate(&evaluation, &query, &lists, &Plan::new(0)?, &maker, draft)
        })?;
        best = best.min(time);
    }
    let used = (cpu() - before) / 5.0;
    let opened = Artefact::open(&result, codec::Kind::Result)?;
    let (hits, decrypt) = timed(|| aidos_fhe::decrypt(&secret, &opened, &maker))?;
    let lines = aidos_fhe::report(&map, &hits)?;
    let right = lines
        .iter()
        .zip(0..)
        .all(|(line, number)| line.is_match == (number < queries / 10));
    println!(
        "{:<22} {query_time:8.3} {list_time:8.3} {setup:8.3} {best:8.3} {used:8.3} {decrypt:8.3}  {:.1} MB, {:.1} MB, {:.2} MB; {} MiB{}",
        format!(
            "{queries} × {entries} {kind}{}",
            if labels { " +label" } else { "" }
        )
        .replace(" address", ""),
        megabytes(&query),
        megabytes(&list),
        megabytes(&result),
        peak(),
        if right { "" } else { "  WRONG" }
    );
    Ok(())
}

fn timed<T, E>(work: impl FnOnce() -> Result<T, E>) -> Result<(T, f64), E> {
    #[expect(clippy::disallowed_methods, reason = "a measurement")]
    let start = Instant::now();
    let done = work()?;
    Ok((done, start.elapsed().as_secs_f64()))
}

#[expect(clippy::cast_precision_loss, reason = "printed with one digit")]
fn megabytes(file: &[u8]) -> f64 {
    file.len() as f64 / 1e6
}

/// The resident peak of this process in MiB, as Linux tells it.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    number.unwrap_or(0) / 1024
}

/// Seconds of processor time that this process used so far, in hundredths.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks = fields.split_whitespace().skip(11).take(2);
    ticks
        .filter_map(|ticks| ticks.parse::<f64>().ok())
        .sum::<f64>()
        / 100.0
}
