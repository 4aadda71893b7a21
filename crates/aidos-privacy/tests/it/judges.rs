//! Programs of others asked live: pycanon and pandas of tables, presidio-anonymizer of its operators, the `cryptography`
//! package of the cipher, `PyMISP` of events.
//!
//! They run in the Python that `AIDOS_PRIVACY_PYTHON` names (`.ci/run python` makes its environment and `.ci/run tests`
//! names it); without it these tests say that they are skipped.

mod events;
mod tables;
mod techniques;

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value;

const SCRIPT: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../tests/oracles/judge_privacy.py"
);

/// A judge's answers, one a question, in their order; `None` where there is nobody to ask.
#[allow(clippy::print_stdout)] // a test says what it skips
fn ask(judge: &str, questions: &[Value]) -> Option<Vec<Value>> {
    let Some(python) = std::env::var_os("AIDOS_PRIVACY_PYTHON") else {
        println!("skipped: AIDOS_PRIVACY_PYTHON is not set");
        return None;
    };
    let mut child = Command::new(python)
        .args(["-W", "ignore", SCRIPT, judge])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut asked = child.stdin.take().unwrap();
    // It reads everything before it answers, so neither waits for the other.
    for question in questions {
        asked.write_all(format!("{question}\n").as_bytes()).unwrap();
    }
    drop(asked);
    let done = child.wait_with_output().unwrap();
    assert!(done.status.success(), "the judge of {judge} failed");
    let text = String::from_utf8(done.stdout).unwrap();
    let answers: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(answers.len(), questions.len());
    Some(answers)
}
