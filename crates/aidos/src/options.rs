//! Options that several commands share, and the plans they become.

use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use aidos_core::analysis::own::Own;
use aidos_core::clean::zone::Zone;
use aidos_core::compose::ObjectRules;
use aidos_core::extract::mapped::{Mapped, Mapping};
use aidos_core::extract::{NatRule, Provider};
use aidos_engine::plan::{Input, Providers, Reading};
use aidos_model::Tlp;
use anyhow::Context as _;
use clap::Args;

use crate::config::{self, Config, Given};
use crate::ui::usage;

/// How raw logs are read.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "How inputs are read")]
pub(crate) struct ReadingArgs {
    /// Whose logs all inputs are; each file's own is found without it
    #[arg(long, value_name = "P")]
    provider: Option<String>,

    /// Zone of time stamps that name none, such as Europe/Athens or +02:00 [default: UTC]
    #[arg(long, value_name = "Z", allow_hyphen_values = true)]
    timezone: Option<String>,

    /// Latest year of time stamps that name none [default: from earlier stamps, else the file's time]
    #[arg(long, value_name = "Y")]
    year: Option<String>,

    /// Which address of a NAT clause is the translated one: semantic or last-ip [default: semantic]
    #[arg(long, value_name = "RULE")]
    nat: Option<String>,

    /// A file that describes a log of another provider; may be given again
    #[arg(long, value_name = "FILE")]
    mapping: Vec<String>,

    /// Worker threads [default: the cores]
    #[arg(long, value_name = "N")]
    threads: Option<String>,

    /// Memory to keep to, such as 224MiB or 1GiB [default: 224MiB]
    #[arg(long, value_name = "SIZE")]
    memory: Option<String>,
}

/// What is ours, and how it may be shared.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "What is made of it")]
pub(crate) struct SharingArgs {
    /// An address, network or e-mail domain of our own; may be given again
    #[arg(long, value_name = "X", value_delimiter = ',')]
    pub(crate) own: Vec<String>,

    /// TLP 2.0 label: clear, green, amber, amber+strict or red [default: amber]
    #[arg(long, value_name = "L")]
    pub(crate) tlp: Option<String>,

    /// Rules for which fields become which STIX objects (TOML)
    #[arg(long, value_name = "FILE")]
    pub(crate) objects: Option<String>,
}

/// An option that may be absent, as values.
pub(crate) fn maybe(value: Option<&String>) -> Vec<String> {
    value.cloned().into_iter().collect()
}

impl ReadingArgs {
    /// As the command line's layer.
    pub(crate) fn given(&self) -> Given {
        vec![
            ("provider", maybe(self.provider.as_ref())),
            ("timezone", maybe(self.timezone.as_ref())),
            ("year", maybe(self.year.as_ref())),
            ("nat", maybe(self.nat.as_ref())),
            ("mapping", self.mapping.clone()),
            ("threads", maybe(self.threads.as_ref())),
            ("memory", maybe(self.memory.as_ref())),
        ]
    }
}

impl SharingArgs {
    /// As the command line's layer.
    pub(crate) fn given(&self) -> Given {
        vec![
            ("own", self.own.clone()),
            ("tlp", maybe(self.tlp.as_ref())),
            ("objects", maybe(self.objects.as_ref())),
        ]
    }
}

/// Inputs as they were named; none means standard input.
pub(crate) fn inputs(named: &[PathBuf]) -> Vec<Input> {
    if named.is_empty() {
        return vec![Input::Stdin];
    }
    named.iter().map(|path| input(path)).collect()
}

/// An input as it was named.
pub(crate) fn input(path: &Path) -> Input {
    if path.as_os_str() == "-" {
        Input::Stdin
    } else {
        Input::Path(path.to_owned())
    }
}

/// How inputs are read, after all layers.
pub(crate) fn reading(config: &Config, inputs: Vec<Input>) -> anyhow::Result<Reading> {
    let providers = providers(config)?;
    let provider = config.one("provider").map(|name| providers.find(name)).transpose()?;
    let nat = match config.one("nat") {
        Some("last-ip") => NatRule::LastIp,
        _ => NatRule::Semantic,
    };
    let default = Reading::default();
    Ok(Reading {
        inputs,
        provider,
        providers,
        zone: config.read("timezone", Zone::parse)?.unwrap_or(Zone::UTC),
        zone_name: config.one("timezone").map(str::to_owned),
        year: config.read("year", config::year)?,
        nat,
        threads: config.read("threads", config::threads)?.unwrap_or(default.threads),
        memory: config.read("memory", config::memory)?.unwrap_or(default.memory),
        limits: default.limits,
    })
}

/// The providers of the program and of the mapping files.
pub(crate) fn providers(config: &Config) -> anyhow::Result<Providers> {
    let mut mapped: Vec<Box<dyn Provider>> = Vec::new();
    for file in config.list("mapping") {
        let text = fs::read_to_string(file).with_context(|| format!("cannot read mapping `{file}`"))?;
        let mapping = Mapping::parse_file(file, &text).map_err(|error| usage(error.to_string()))?;
        if mapped.iter().any(|other| other.name() == mapping.name()) {
            return Err(usage(format!(
                "two mappings are called `{}`; give one of them another name",
                mapping.name()
            )));
        }
        mapped.push(Box::new(Mapped::new(mapping)));
    }
    Ok(Providers::with(mapped))
}

/// What is our own.
pub(crate) fn own(config: &Config) -> anyhow::Result<Own> {
    Own::parse(config.list("own").iter().map(String::as_str)).map_err(|error| usage(error.to_string()))
}

/// The label of what is written.
pub(crate) fn tlp(config: &Config) -> anyhow::Result<Tlp> {
    Ok(config.read("tlp", Tlp::from_str)?.unwrap_or_default())
}

/// Which fields become which STIX objects, and the text that says so.
pub(crate) fn objects(config: &Config) -> anyhow::Result<(ObjectRules, Option<String>)> {
    let Some(file) = config.one("objects") else {
        return Ok((ObjectRules::default(), None));
    };
    let text = fs::read_to_string(file).with_context(|| format!("cannot read object rules `{file}`"))?;
    let rules = ObjectRules::parse(&text).map_err(|error| usage(format!("`{file}`: {error}")))?;
    Ok((rules, Some(text)))
}
