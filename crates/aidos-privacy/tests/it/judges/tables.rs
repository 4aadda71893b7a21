//! k, l and t by pycanon, risks by pandas, on tables of several shapes, as they are and after suppression.

use aidos_privacy::technique::anonymity::{Distance, Table, Wanted};
use serde_json::{Value, json};

use super::ask;
use crate::canary::Dice;

/// What tables are made like: how many rows at most, and how many values a cell may have.
struct Shape {
    name: &'static str,
    rows: u64,
    quasi: usize,
    values: u64,
    categories: u64,
    numbers: u64,
    /// Small numbers are more likely.
    skewed: bool,
    /// A class has one category.
    follows: bool,
}

const PLAIN: Shape = Shape {
    name: "few classes",
    rows: 300,
    quasi: 2,
    values: 3,
    categories: 5,
    numbers: 8,
    skewed: false,
    follows: false,
};

const SHAPES: [Shape; 10] = [
    PLAIN,
    Shape {
        name: "many classes",
        quasi: 3,
        values: 9,
        numbers: 40,
        ..PLAIN
    },
    Shape {
        name: "nearly all alone",
        rows: 60,
        quasi: 1,
        values: 2_000,
        ..PLAIN
    },
    Shape {
        name: "one class",
        values: 1,
        numbers: 30,
        ..PLAIN
    },
    Shape {
        name: "one sensitive value",
        categories: 1,
        numbers: 1,
        ..PLAIN
    },
    Shape {
        name: "the class tells the category",
        follows: true,
        ..PLAIN
    },
    Shape {
        name: "skewed",
        values: 12,
        categories: 12,
        numbers: 60,
        skewed: true,
        ..PLAIN
    },
    Shape {
        name: "five quasi-identifiers",
        quasi: 5,
        values: 2,
        ..PLAIN
    },
    Shape {
        name: "larger",
        rows: 900,
        values: 6,
        categories: 9,
        ..PLAIN
    },
    Shape {
        name: "a row or a few",
        rows: 4,
        ..PLAIN
    },
];

const SEEDS: u64 = 5;

/// Texts that are easily taken for one another, or for nothing.
const CELLS: [&str; 12] = [
    "40-49",
    "",
    " ",
    "a",
    "A",
    "ä",
    "a\u{308}",
    "Αθήνα",
    "1",
    "01",
    "1.0",
    "nan",
];

fn cell(number: u64) -> String {
    usize::try_from(number)
        .ok()
        .and_then(|at| CELLS.get(at))
        .map_or_else(|| format!("v{number}"), |text| (*text).to_owned())
}

/// A number in one of its spellings.
fn spelled(dice: &mut Dice, number: u64) -> String {
    // Some below zero, some with a fraction.
    let (whole, fraction) = (number / 2, if number % 2 == 1 { ".5" } else { "" });
    let sign = if number % 5 == 4 { "-" } else { "" };
    match dice.below(4) {
        0 if fraction.is_empty() => format!("{sign}{whole}.0"),
        1 => format!(" {sign}{whole}{fraction}"),
        2 => format!("{sign}{whole}{fraction}e0"),
        _ => format!("{sign}{whole}{fraction}"),
    }
}

/// A table whose columns are category, quasi-identifiers, number; and a population with its quasi-identifiers.
fn made(shape: &Shape, seed: u64) -> (Vec<Vec<String>>, Vec<Vec<String>>) {
    let mut dice = Dice::new(seed);
    let draw = |dice: &mut Dice, bound: u64| {
        let bound = if shape.skewed {
            1 + dice.below(bound)
        } else {
            bound
        };
        dice.below(bound)
    };
    let mut rows = Vec::new();
    for _ in 0..=dice.below(shape.rows) {
        let quasi: Vec<u64> = (0..shape.quasi)
            .map(|_| draw(&mut dice, shape.values))
            .collect();
        let category = if shape.follows {
            quasi.iter().sum::<u64>() % shape.categories
        } else {
            draw(&mut dice, shape.categories)
        };
        let number = draw(&mut dice, shape.numbers);
        let mut row = vec![cell(category)];
        row.extend(quasi.into_iter().map(cell));
        row.push(spelled(&mut dice, number));
        rows.push(row);
    }
    // It lacks some of the sample, as a register that is not whole, and has others besides.
    let mut population = Vec::new();
    for row in &rows {
        if dice.below(4) > 0 {
            population.push(row[1..=shape.quasi].to_vec());
        }
        if dice.below(2) > 0 {
            population.push(
                (0..shape.quasi)
                    .map(|_| cell(draw(&mut dice, shape.values)))
                    .collect(),
            );
        }
    }
    (rows, population)
}

fn question(rows: &[Vec<String>], quasi: &[usize], population: &[Vec<String>]) -> Value {
    json!({"rows": rows, "quasi": quasi, "category": 0, "number": quasi.len() + 1, "population": population})
}

fn is(name: &str, what: &str, ours: f64, theirs: &Value) {
    let number = theirs[what].as_f64();
    let number = number.unwrap_or_else(|| panic!("{name}: no {what} in {theirs}"));
    assert!(
        (ours - number).abs() < 1e-9,
        "{name}: {what} is {ours} here and {number} there"
    );
}

#[allow(clippy::cast_precision_loss)] // counts are small
fn compare(name: &str, table: &Table<'_>, numbers: usize, population: &Table<'_>, theirs: &Value) {
    let entropy = table.entropy_l(0).unwrap();
    let risk = table.risk();
    let mut pairs = vec![
        ("k", table.k() as f64),
        ("l", table.l(0).unwrap() as f64),
        ("entropy", entropy),
        ("t_equal", table.t(0, Distance::Equal).unwrap()),
        ("t_ordered", table.t(numbers, Distance::Ordered).unwrap()),
        ("classes", table.classes().len() as f64),
        ("largest", risk.largest),
        ("mean", risk.mean),
        ("unique", risk.unique),
    ];
    if !theirs["journalist_mean"].is_null() {
        let risk = table.risk_in(population);
        pairs.extend([
            ("journalist_largest", risk.largest),
            ("journalist_mean", risk.mean),
            ("journalist_unique", risk.unique),
        ]);
    }
    for (what, ours) in pairs {
        is(name, what, ours, theirs);
    }
    // Cut to a whole number: where the entropy is nearly one, either neighbour is right.
    let whole = theirs["entropy_whole"].as_f64().unwrap();
    assert!(
        [(entropy - 1e-9).floor(), (entropy + 1e-9).floor()]
            .iter()
            .any(|ours| (ours - whole).abs() < 0.5),
        "{name}: the entropy is {entropy} here and {whole} there"
    );
}

#[test]
fn the_numbers_of_tables_are_those_of_pycanon_and_pandas() {
    let made: Vec<_> = SHAPES
        .iter()
        .flat_map(|shape| {
            (1..=SEEDS).map(move |seed| {
                let (rows, population) = made(shape, seed);
                let quasi: Vec<usize> = (1..=shape.quasi).collect();
                (
                    format!("{}, seed {seed}", shape.name),
                    rows,
                    quasi,
                    population,
                )
            })
        })
        .collect();
    let wanted = Wanted {
        k: 3,
        l: 2,
        t: 0.35,
    };
    let mut questions = Vec::new();
    let mut left = Vec::new();
    for (_, rows, quasi, population) in &made {
        let gone = Table::new(rows, quasi)
            .unwrap()
            .suppress(0, Distance::Equal, wanted)
            .unwrap();
        let rest: Vec<Vec<String>> = rows
            .iter()
            .enumerate()
            .filter(|(at, _)| !gone.contains(at))
            .map(|(_, row)| row.clone())
            .collect();
        questions.push(question(rows, quasi, population));
        if !rest.is_empty() {
            questions.push(question(&rest, quasi, &[]));
        }
        left.push(rest);
    }
    let Some(answers) = ask("tables", &questions) else {
        return;
    };
    let mut answers = answers.iter();
    let mut suppressed = 0;
    for ((name, rows, quasi, population), rest) in made.iter().zip(&left) {
        let numbers = quasi.len() + 1;
        let own: Vec<usize> = (0..quasi.len()).collect();
        let population = Table::new(population, &own).unwrap();
        let table = Table::new(rows, quasi).unwrap();
        compare(name, &table, numbers, &population, answers.next().unwrap());
        if !rest.is_empty() {
            let theirs = answers.next().unwrap();
            let name = format!("{name}, after suppression");
            let table = Table::new(rest, quasi).unwrap();
            compare(&name, &table, numbers, &population, theirs);
            assert!(theirs["k"].as_u64().unwrap() >= 3, "{name}: {theirs}");
            assert!(theirs["l"].as_u64().unwrap() >= 2, "{name}: {theirs}");
            assert!(
                theirs["t_equal"].as_f64().unwrap() <= wanted.t + 1e-9,
                "{name}: {theirs}"
            );
            suppressed += usize::from(rest.len() < rows.len());
        }
    }
    assert!(suppressed > 5, "suppression was tried {suppressed} times");
}
