//! `aidos inspect`: what a file is.

use std::fmt::Write as _;
use std::io::{Read, Write as _};
use std::path::PathBuf;

use aidos_engine::inspect::{Column, Found};
use aidos_engine::plan::Input;
use aidos_engine::{Error, Exit};

use crate::cli::Session;
use crate::options::{self, ReadingArgs};
use crate::ui::{count, plain};

/// What is this file? Format, encoding, provider with reasons, columns with types
///
/// Looks at a file, and in an archive at each file of it, and says what `aidos run` would take it for and make
/// of its first rows. Shows counts and types, never values; writes nothing.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos inspect router.log\n  \
    aidos inspect evidence.zip --json\n  \
    aidos inspect unknown.log --mapping mine.toml --rows 100000")]
pub(crate) struct Args {
    /// A file, folder or archive; - or nothing for standard input
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,

    /// Rows of each file to look at
    #[arg(long, value_name = "K", default_value_t = 10_000)]
    rows: u64,

    #[command(flatten)]
    reading: ReadingArgs,
}

/// Looks at a file.
pub(crate) fn run(args: &Args, session: &Session<'_>) -> anyhow::Result<Exit> {
    let config = session.config([args.reading.given()])?;
    let input = args.file.as_deref().map_or(Input::Stdin, options::input);
    let reading = options::reading(&config, Vec::new())?;
    let stdin = (input == Input::Stdin).then(|| Box::new(session.stdin()) as Box<dyn Read + Send>);
    let mut out = session.ui.out();
    let json = session.ui.json();
    let scratch = std::env::temp_dir();
    let progress = session.ui.progress();
    let result = aidos_engine::inspect::inspect(
        &input,
        stdin,
        &reading,
        args.rows,
        &scratch,
        (&progress, &session.cancel),
        &mut |found| {
            let result = progress.pause(|| {
                if json {
                    serde_json::to_writer(&mut out, &found)
                        .map_err(std::io::Error::from)
                        .and_then(|()| out.write_all(b"\n"))
                } else {
                    out.write_all(describe(&found).as_bytes())
                }
            });
            result.map_err(|source| Error::File {
                deed: "write",
                path: PathBuf::from("standard output"),
                source,
            })
        },
    );
    drop(progress);
    result?;
    out.flush()?;
    Ok(Exit::Done)
}

/// A file in words, for a person.
fn describe(found: &Found) -> String {
    let mut text = format!("{}\n", plain(&found.path));
    // Writing to a string cannot fail.
    let mut line = |key: &str, value: &str| {
        let _ = writeln!(text, "  {key:<10} {}", plain(value));
    };
    match &found.layout {
        Some(layout) => line("format", &format!("{}, {layout}", found.format)),
        None => line("format", found.format),
    }
    if let Some(encoding) = found.encoding {
        let sure = if found.encoding_certain {
            ""
        } else {
            ", guessed"
        };
        let mark = if found.byte_order_mark {
            ", with byte order mark"
        } else {
            ""
        };
        line("encoding", &format!("{encoding}{sure}{mark}"));
    }
    if !found.why.is_empty() {
        line("because", &found.why);
    }
    if let Some(reason) = &found.refused {
        line("refused", reason);
    }
    if !found.scores.is_empty() || found.provider.is_some() {
        line(
            "provider",
            found.provider.as_deref().unwrap_or("not recognised"),
        );
    }
    for score in found.scores.iter().filter(|score| score.score > 0.0) {
        line(
            "",
            &format!("{:.2} {}: {}", score.score, score.provider, score.why),
        );
    }
    match found.format {
        "zip" => line("holds", &format!("{} entries", count(found.rows))),
        "xlsx" => line("holds", &format!("{} sheets", count(found.rows))),
        _ if found.rows > 0 => {
            let all = if found.whole {
                ", all there are"
            } else {
                ", the first ones"
            };
            line("rows", &format!("{}{all}", count(found.rows)));
        }
        _ => {}
    }
    if let Some(outcome) = &found.outcome {
        line(
            "would give",
            &format!(
                "{} entries ({} repaired; duplicates counted), {} rejected, {} skipped",
                count(outcome.entries),
                count(outcome.repaired),
                count(outcome.rejected),
                count(outcome.skipped)
            ),
        );
    }
    table(&mut text, "columns", &found.columns);
    if let Some(outcome) = &found.outcome {
        table(&mut text, "fields", &outcome.fields);
    }
    text.push('\n');
    text
}

fn table(text: &mut String, title: &str, columns: &[Column]) {
    if columns.is_empty() {
        return;
    }
    let names: Vec<String> = columns.iter().map(|column| plain(&column.name)).collect();
    let longest = names.iter().map(|name| name.chars().count()).max();
    let width = longest.unwrap_or(0).clamp(title.len(), 40);
    let _ = writeln!(
        text,
        "\n  {title:<width$}  {:<9} {:>6} {:>10} {:>10}",
        "type", "share", "filled", "distinct"
    );
    for (name, column) in names.iter().zip(columns) {
        let _ = writeln!(
            text,
            "  {name:<width$}  {:<9} {:>5.0}% {:>10} {:>10}",
            column.kind.word(),
            column.share * 100.0,
            count(column.filled),
            count(column.distinct)
        );
    }
}
