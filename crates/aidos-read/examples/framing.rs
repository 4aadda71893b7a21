//! Measures framing: how fast the sequential part is, without and with splitting.
//!
//! `cargo run --release -p aidos-read --example framing`

use std::{
    hint::black_box,
    io::{Read, Write},
    time::Instant,
};

use aidos_read::{Chunks, Format, Item, Limits, csv_records, json_values, lines, sniff};

/// Gives the same block again and again, without holding more.
struct Repeat<'a> {
    block: &'a [u8],
    at: usize,
    left: usize,
}

impl Read for Repeat<'_> {
    fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
        let n = room.len().min(self.left).min(self.block.len() - self.at);
        room[..n].copy_from_slice(&self.block[self.at..self.at + n]);
        self.at = (self.at + n) % self.block.len();
        self.left -= n;
        Ok(n)
    }
}

/// Seconds of processor time of this process where Linux tells them, else of the clock: other work on
/// the machine must not count.
fn seconds(started: Instant) -> f64 {
    let told = std::fs::read_to_string("/proc/self/schedstat").ok();
    let nanos = told.and_then(|text| text.split_whitespace().next()?.parse::<f64>().ok());
    nanos.map_or_else(|| started.elapsed().as_secs_f64(), |nanos| nanos / 1e9)
}

fn main() {
    let began = Instant::now();
    let total = 1usize << 30;
    let megabytes = 1073.74;
    let text = "2024-05-01 10:00:00 firewall,info forward: in:ether1 out:bridge, src-mac \
                aa:bb:cc:dd:ee:ff, proto TCP (SYN), 203.0.113.7:51234->10.0.0.8:443, len 52\n";
    let greek = "2024-05-01 10:00:00 Αποτυχία σύνδεσης του χρήστη από τη διεύθυνση 203.0.113.7\n";
    let csv =
        "2024-05-01T10:00:00,\"Doe, John <j@x.org>\",\"a@x.org;b@y.org\",\"said \"\"hi\"\"\",42\n";
    let json = "{\"ts\":\"2024-05-01T10:00:00Z\",\"source\":{\"ip\":\"203.0.113.7\",\"port\":51234},\
                \"attack\":\"sql injection\",\"payload\":\"' or \\\"1\\\"=\\\"1\",\"n\":[1,2,3]},\n";
    let cases = [
        ("text", "a.log", text.repeat(4096)),
        ("text, Greek", "a.log", greek.repeat(4096)),
        (
            "csv, quoted",
            "a.csv",
            format!("time,from,to,said,n\n{}", csv.repeat(4096)),
        ),
        (
            "csv, plain",
            "a.csv",
            "2024-05-01T10:00:00,a@x.org,b@y.org,c@z.org\n".repeat(8192),
        ),
        (
            "json lines",
            "a.json",
            json.replace(",\n", "\n").repeat(4096),
        ),
        ("json array", "a.json", format!("[\n{}", json.repeat(4096))),
        (
            "json one line",
            "a.json",
            format!("[{}", json.replace('\n', "").repeat(4096)),
        ),
    ];
    let mut out = std::io::stdout().lock();
    for (name, file, block) in cases {
        let found = sniff(file, &block.as_bytes()[..block.len().min(64 << 10)]);
        for split in [false, true] {
            let started = seconds(began);
            let reader = Repeat {
                block: block.as_bytes(),
                at: 0,
                left: total,
            };
            let mut chunks = Chunks::new(reader, &found, &Limits::default(), 1 << 20);
            let (mut records, mut fields) = (0usize, 0usize);
            while let Some(Item::Chunk(chunk)) = chunks.next().expect("memory does not fail") {
                if split {
                    records += match &found.format {
                        Format::Csv(dialect) => {
                            let mut row = Vec::new();
                            csv_records(&chunk, dialect)
                                .map(|r| {
                                    r.fields(&mut row);
                                    fields += row.len();
                                })
                                .count()
                        }
                        Format::Json(shape) => json_values(&chunk, shape).count(),
                        _ => lines(&chunk).count(),
                    };
                }
                chunks.recycle(black_box(chunk).text);
            }
            let rate = megabytes / (seconds(began) - started);
            let what = if split {
                "framing and splitting"
            } else {
                "framing"
            };
            writeln!(
                out,
                "{name:14} {what:22} {rate:7.0} MB/s  {records} records {fields} fields"
            )
            .expect("standard output is open");
        }
    }
}
