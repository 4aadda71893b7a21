//! `attacks.json`: what it lists stands in the logs.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use crate::{Made, made};

/// Holds for every plan: known words, sources that appear, at the times listed.
pub(crate) fn check(made: &Made) {
    let attacks: Value = serde_json::from_str(made.text("attacks.json")).expect("JSON");
    let attacks = attacks.as_array().expect("a list");
    assert_eq!(attacks.len() as u64, made.summary.attacks);
    // By provider and source: targets, and times.
    let mut seen: HashMap<(String, String), (BTreeSet<String>, BTreeSet<String>)> = HashMap::new();
    for line in made.text("truth.jsonl").lines() {
        let truth: Value = serde_json::from_str(line).expect("JSON");
        if truth["fate"] != "entry" || truth["beyond_repair"] == true {
            continue;
        }
        for entry in truth["entries"].as_array().expect("a list") {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let provider = text(&entry["event"]["provider"]);
            let addresses = entry["aidos"]["email_addresses"].as_array();
            let source = addresses.map_or(&entry["source"]["ip"], |list| &list[0]);
            let place = seen.entry((provider, text(source))).or_default();
            match addresses {
                Some(list) => place.0.extend(list.iter().skip(1).map(text)),
                None => drop(place.0.insert(text(&entry["destination"]["ip"]))),
            }
            place.1.insert(text(&entry["@timestamp"]));
        }
    }
    for attack in attacks {
        let word = |key: &str| attack[key].as_str().expect("a word").to_owned();
        let list = |key: &str| -> Vec<String> {
            let list = attack[key].as_array().expect("a list");
            list.iter()
                .map(|value| value.as_str().expect("a word").to_owned())
                .collect()
        };
        let provider = word("provider");
        let (sources, targets) = (list("sources"), list("targets"));
        assert!(!sources.is_empty() && sources.is_sorted() && targets.is_sorted());
        let (mut met, mut begun, mut ended) = (BTreeSet::new(), false, false);
        for source in &sources {
            let place = seen.get(&(provider.clone(), source.clone()));
            let (reached, times) = place.unwrap_or_else(|| panic!("{source} is not in {provider}"));
            met.extend(reached.iter().cloned());
            begun |= times.contains(&word("first"));
            ended |= times.contains(&word("last"));
        }
        assert!(begun && ended, "no row at the times of {attack}");
        for target in &targets {
            assert!(met.contains(target), "{target} was not met in {attack}");
        }
    }
}

fn of_kind<'a>(attacks: &'a Value, kind: &str) -> Vec<&'a Value> {
    attacks
        .as_array()
        .expect("a list")
        .iter()
        .filter(|attack| attack["kind"] == kind)
        .collect()
}

#[test]
fn every_kind_of_attack_occurs_with_its_shape() {
    let made = made(21, 4 << 20, 0.05);
    check(&made);
    let attacks: Value = serde_json::from_str(made.text("attacks.json")).expect("JSON");
    let size = |attack: &Value, key: &str| attack[key].as_array().map_or(0, Vec::len);
    for kind in [
        "scan",
        "brute_force",
        "botnet",
        "sql_injection",
        "phishing",
        "shared",
    ] {
        assert!(!of_kind(&attacks, kind).is_empty(), "no {kind}");
    }
    for botnet in of_kind(&attacks, "botnet") {
        assert!(size(botnet, "sources") >= 30 && size(botnet, "targets") == 1);
        let minutes = |key: &str| {
            let text = botnet[key].as_str().expect("a time");
            let number = |from: usize| text[from..from + 2].parse::<u32>().expect("digits");
            number(8) * 1440 + number(11) * 60 + number(14)
        };
        assert!(minutes("last") - minutes("first") <= 6, "{botnet}");
    }
    for scan in of_kind(&attacks, "scan") {
        assert_eq!(size(scan, "sources"), 1);
        assert!(
            size(scan, "ports") >= 12 || size(scan, "targets") >= 12,
            "{scan}"
        );
    }
    let shared = of_kind(&attacks, "shared");
    assert_eq!(shared.len(), 2);
    assert_eq!(shared[0]["sources"], shared[1]["sources"]);
    assert_ne!(shared[0]["provider"], shared[1]["provider"]);
    let phishing = of_kind(&attacks, "phishing");
    assert!(phishing.iter().any(|attack| size(attack, "targets") >= 40));
}

#[test]
fn nobody_is_shared_by_chance() {
    let made = made(22, 4 << 20, 0.05);
    let attacks: Value = serde_json::from_str(made.text("attacks.json")).expect("JSON");
    let listed: BTreeSet<&str> = of_kind(&attacks, "shared")[0]["sources"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let mut sources: HashMap<String, BTreeSet<String>> = HashMap::new();
    for line in made.text("truth.jsonl").lines() {
        let truth: Value = serde_json::from_str(line).expect("JSON");
        if truth["beyond_repair"] == true {
            continue;
        }
        for entry in truth["entries"].as_array().expect("a list") {
            if let Some(source) = entry["source"]["ip"].as_str() {
                let provider = entry["event"]["provider"].to_string();
                sources
                    .entry(source.to_owned())
                    .or_default()
                    .insert(provider);
            }
        }
    }
    let both: BTreeSet<&str> = sources
        .iter()
        .filter(|(_, by)| by.len() > 1)
        .map(|(source, _)| source.as_str())
        .collect();
    assert_eq!(both, listed);
}

#[test]
fn own_domain_is_in_most_rows() {
    let made = made(23, 2 << 20, 0.0);
    let lines = made.lines("dpc.csv");
    let own = lines
        .iter()
        .filter(|line| line.contains("@asklepion.example"))
        .count();
    assert!(own * 2 > lines.len(), "{own} of {}", lines.len());
    let longest = lines.iter().map(|line| line.matches('@').count()).max();
    assert!(
        longest.is_some_and(|most| (100..=200).contains(&most)),
        "{longest:?}"
    );
}
