//! The built binary, as people and scripts meet it.
#![allow(
    clippy::format_collect,
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    reason = "helpers of tests fail by panicking"
)]

mod anonymise;
mod convert;
mod defence;
mod enrich;
mod house;
mod jobs;
mod matching;
mod misp;
mod model;
mod partner;
mod pii;
mod release;
mod words;

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// The binary, in a folder, without the environment of whoever runs the tests.
pub fn aidos(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aidos"));
    command
        .env_clear()
        .env("HOME", folder)
        .env("TMPDIR", folder)
        .current_dir(folder)
        .stdin(Stdio::null());
    command
}

/// Runs the binary with these words.
pub fn run(folder: &Path, words: &[&str]) -> Output {
    aidos(folder).args(words).output().unwrap()
}

/// Runs the binary with these words and this standard input.
pub fn feed(folder: &Path, words: &[&str], input: &[u8]) -> Output {
    let mut child = aidos(folder)
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    // A command that needs no input may be gone before it is written.
    let _ = writer.join().unwrap();
    output
}

/// Standard output as text.
pub fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// Standard error as text.
pub fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The last line of standard output as JSON.
pub fn summary(output: &Output) -> serde_json::Value {
    let text = out(output);
    serde_json::from_str(text.lines().next_back().unwrap_or_default())
        .unwrap_or_else(|error| panic!("{error}: {text}\n{}", err(output)))
}

/// The exit code.
pub fn code(output: &Output) -> i32 {
    output.status.code().unwrap_or(-1)
}

/// A folder for one test.
pub fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

/// Some lines of a RouterOS firewall.
pub fn firewall(lines: u32) -> String {
    (0..lines)
        .map(|number| {
            format!(
                "2023-03-0{} 10:{:02}:{:02} firewall,info input: in:ether1 out:(unknown 0), src-mac \
                 00:1a:2b:3c:4d:5e, proto TCP (SYN), 198.51.100.{}:{}->192.0.2.1:22, len 60\n",
                1 + number % 3,
                number / 60 % 60,
                number % 60,
                number % 200,
                1024 + number,
            )
        })
        .collect()
}
