//! `aidos config`: which options hold, and where they come from.

use std::fmt::Write as _;
use std::io::Write as _;

use aidos_engine::Exit;
use clap::Subcommand;
use serde_json::json;

use crate::cli::Session;
use crate::config::{Config, Given, Shape};
use crate::options::{ModelArgs, ReadingArgs, SharingArgs, maybe};
use crate::ui::plain;

/// Which options hold, and where each comes from
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos config show --origin\n  \
    AIDOS_TLP=green aidos config show --origin --year 2023")]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    Show(Show),
}

/// Show all options as the next job would take them
///
/// The command line wins over the environment (AIDOS_*), that over the file (aidos/config.toml in the folder
/// of configurations, usually ~/.config), that over what the program takes by itself.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos config show --origin\n  \
    aidos config show --json\n  \
    aidos config show > ~/.config/aidos/config.toml    a file to begin with")]
struct Show {
    /// Say where each value comes from
    #[arg(long)]
    origin: bool,

    /// As of `aidos run`
    #[arg(long, value_name = "DIR")]
    out: Option<String>,

    /// As of `aidos run`
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    compress: Option<String>,

    /// As of `aidos run`
    #[arg(long, value_name = "WHAT")]
    fail_on: Option<String>,

    #[command(flatten)]
    sharing: SharingArgs,

    #[command(flatten)]
    model: ModelArgs,

    #[command(flatten)]
    reading: ReadingArgs,
}

impl Show {
    fn given(&self) -> Given {
        vec![
            ("out", maybe(self.out.as_ref())),
            ("compress", maybe(self.compress.as_ref())),
            ("fail-on", maybe(self.fail_on.as_ref())),
        ]
    }
}

/// Shows the options.
pub(crate) fn run(args: &Args, session: &Session<'_>) -> anyhow::Result<Exit> {
    let What::Show(show) = &args.what;
    let config = session.config([
        show.given(),
        show.sharing.given(),
        show.model.given(),
        show.reading.given(),
    ])?;
    let text = if session.ui.json() {
        objects(&config)
    } else {
        toml(&config, show.origin)
    };
    let mut out = session.ui.out();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(Exit::Done)
}

/// The options as a configuration file: what nobody set stands as a comment.
fn toml(config: &Config, origin: bool) -> String {
    let mut text = String::new();
    for (setting, chosen) in config.iter() {
        let quoted = |value: &String| {
            // JSON's strings are TOML's, too.
            serde_json::Value::from(value.as_str()).to_string()
        };
        let value = match (setting.shape, chosen.values.as_slice()) {
            (Shape::List(_) | Shape::Paths, values) => {
                format!(
                    "[{}]",
                    values.iter().map(quoted).collect::<Vec<_>>().join(", ")
                )
            }
            (_, []) => String::new(),
            (Shape::Switch, [value, ..]) => {
                crate::config::switch(value).unwrap_or(false).to_string()
            }
            (_, [value, ..]) => quoted(value),
        };
        let mark = if value.is_empty() { "# " } else { "" };
        let line = format!("{mark}{} = {value}", setting.key);
        // Writing to a string cannot fail.
        let _ = if origin {
            writeln!(
                text,
                "{:<40} # {}",
                line.trim_end(),
                plain(&chosen.origin.to_string())
            )
        } else {
            writeln!(text, "{}", line.trim_end())
        };
    }
    text
}

/// The options for scripts, one object a line.
fn objects(config: &Config) -> String {
    let mut text = String::new();
    for (setting, chosen) in config.iter() {
        let value = match setting.shape {
            Shape::List(_) | Shape::Paths => json!(chosen.values),
            Shape::One | Shape::Path | Shape::Switch => json!(chosen.values.last()),
        };
        let line = json!({
            "option": setting.key,
            "value": value,
            "origin": chosen.origin.to_string(),
            "environment": setting.env,
        });
        let _ = writeln!(text, "{line}");
    }
    text
}
