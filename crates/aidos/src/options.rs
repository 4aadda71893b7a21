//! Options that several commands share, and the plans they become.

use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use aidos_core::analysis::own::Own;
use aidos_core::clean::zone::Zone;
use aidos_core::compose::ObjectRules;
use aidos_core::extract::mapped::{Mapped, Mapping};
use aidos_core::extract::{NatRule, Provider};
use aidos_engine::decisions::Ledger;
use aidos_engine::keys::Keys;
use aidos_engine::names::{Model, Names};
use aidos_engine::plan::{Input, Providers, Reading};
use aidos_engine::protect::Protection;
use aidos_model::Tlp;
use aidos_privacy::policy::{Pap, Policy};
use clap::Args;
use zeroize::Zeroizing;

use crate::config::{self, Config, Given, Origin};
use crate::ui::{Ui, plain, usage};

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

/// What partners would see, and under which key it is hidden.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "What may leave")]
pub(crate) struct PolicyArgs {
    /// What may leave, and how each value is hidden (TOML) [default: the safe policy]
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<String>,

    /// The community that it is for; names the key [default: the policy's, else local]
    #[arg(long, value_name = "NAME")]
    pub(crate) community: Option<String>,

    /// The community's key [default: made once, in the configuration's folder]
    #[arg(long, value_name = "FILE")]
    pub(crate) key_file: Option<String>,

    /// The passphrase that seals the key, alone in a file
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<String>,

    /// What receivers may do: clear, green, amber or red [default: amber]
    #[arg(long, value_name = "L")]
    pub(crate) pap: Option<String>,

    /// Where findings were accepted and rejected: what was rejected stays as it is [default: decisions.jsonl]
    #[arg(long, value_name = "FILE")]
    pub(crate) decisions: Option<String>,
}

impl PolicyArgs {
    /// As the command line's layer.
    pub(crate) fn given(&self) -> Given {
        vec![
            ("policy", maybe(self.policy.as_ref())),
            ("community", maybe(self.community.as_ref())),
            ("key-file", maybe(self.key_file.as_ref())),
            ("passphrase-file", maybe(self.passphrase_file.as_ref())),
            ("pap", maybe(self.pap.as_ref())),
            ("decisions", maybe(self.decisions.as_ref())),
        ]
    }
}

/// A model of the user's own.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "How names are found")]
pub(crate) struct ModelArgs {
    /// A model of your own beside the tagger: a folder with model.onnx, tokenizer.json and config.json
    #[arg(long, value_name = "FOLDER")]
    pub(crate) model: Option<String>,

    /// The libonnxruntime that runs it [default: it runs inside the program]
    #[arg(long, value_name = "FILE")]
    pub(crate) onnxruntime: Option<String>,
}

impl ModelArgs {
    /// As the command line's layer.
    pub(crate) fn given(&self) -> Given {
        vec![
            ("model", maybe(self.model.as_ref())),
            ("onnxruntime", maybe(self.onnxruntime.as_ref())),
        ]
    }
}

/// How names are found: by the tagger, and by a model where one is named. That is opened and tried now, before any work.
pub(crate) fn names(config: &Config, ui: &Ui) -> anyhow::Result<Names> {
    let Some(folder) = config.one("model") else {
        let mut all = config.iter();
        if all.any(|(setting, chosen)| {
            setting.key == "onnxruntime" && chosen.origin == Origin::CommandLine
        }) {
            return Err(usage(
                "--onnxruntime runs a model of your own; name that one with --model FOLDER",
            ));
        }
        return Ok(Names::default());
    };
    let library = config.one("onnxruntime").map(Path::new);
    let model = Model::open(Path::new(folder), library)?;
    if !model.ignored().is_empty() {
        ui.say(&format!(
            "note: labels of the model that are left out: {}; labels.toml in its folder can say what they are",
            plain(&model.ignored().join(", "))
        ));
    }
    Ok(Names {
        model: Some(model),
        ..Names::default()
    })
}

/// Where decisions about findings are looked for.
const DECISIONS: &str = "decisions.jsonl";

/// The community of who names none.
const LOCAL: &str = "local";

/// The policy, its community filled in.
pub(crate) fn policy(config: &Config) -> anyhow::Result<Policy> {
    let mut policy = match config.one("policy") {
        Some(file) => {
            let text = text_of(file, "policy")?;
            Policy::parse(&text).map_err(|error| usage(format!("`{file}`: {error}")))?
        }
        None => Policy::default(),
    };
    match config.one("community") {
        Some(named) if !policy.community.is_empty() && named != policy.community => {
            return Err(usage(format!(
                "--community {named}: the policy is for `{}`; leave one of them out",
                policy.community
            )));
        }
        Some(named) => named.clone_into(&mut policy.community),
        None if policy.community.is_empty() => LOCAL.clone_into(&mut policy.community),
        None => {}
    }
    Ok(policy)
}

/// The passphrase of the key: of a file, or of the environment, which others on the machine may read.
pub(crate) fn passphrase(config: &Config, ui: &Ui) -> anyhow::Result<Option<Zeroizing<Vec<u8>>>> {
    if let Some(file) = config.one("passphrase-file") {
        let text = Zeroizing::new(text_of(file, "passphrase")?);
        let line = text.lines().next().unwrap_or_default();
        return Ok(Some(Zeroizing::new(line.as_bytes().to_vec())));
    }
    let Some(text) = std::env::var_os("AIDOS_PASSPHRASE").filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    ui.say("note: the passphrase is in the environment, where other programs of yours can read it; --passphrase-file is safer");
    Ok(Some(Zeroizing::new(text.into_encoded_bytes())))
}

/// Policy and keys; names are found by the tagger. The community's key and this installation's are made where they are missing.
pub(crate) fn protection(config: &Config, ui: &Ui) -> anyhow::Result<Protection> {
    let policy = policy(config)?;
    let keys = keys()?;
    let passphrase = passphrase(config, ui)?;
    let community = keys.community(
        &policy.community,
        config.one("key-file").map(Path::new),
        passphrase.as_deref().map(Vec::as_slice),
    )?;
    if community.made {
        ui.say(&format!(
            "note: made a key for community `{}`: {}; members who are to see the same pseudonyms need a copy of it",
            plain(&policy.community),
            plain(&community.path.display().to_string())
        ));
    }
    Ok(Protection {
        key: community.key,
        installation: keys.installation()?,
        pap: config.read("pap", Pap::from_str)?.unwrap_or_default(),
        decisions: Ledger::at(Path::new(config.one("decisions").unwrap_or(DECISIONS))).read()?,
        names: Names::default(),
        policy,
    })
}

/// Where keys are.
pub(crate) fn keys() -> anyhow::Result<Keys> {
    let folder = config::folder(&|name| std::env::var_os(name))
        .ok_or_else(|| usage("there is no folder for keys: set HOME or XDG_CONFIG_HOME"))?;
    Ok(Keys::of(&folder.join("keys")))
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
    let provider = config
        .one("provider")
        .map(|name| providers.find(name))
        .transpose()?;
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
        threads: config
            .read("threads", config::threads)?
            .unwrap_or(default.threads),
        memory: config
            .read("memory", config::memory)?
            .unwrap_or(default.memory),
        limits: default.limits,
    })
}

/// The providers of the program and of the mapping files.
pub(crate) fn providers(config: &Config) -> anyhow::Result<Providers> {
    let mut mapped: Vec<Box<dyn Provider>> = Vec::new();
    for file in config.list("mapping") {
        let (mapping, _) = mapping(file)?;
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

/// A mapping of the user's, and its text.
pub(crate) fn mapping(file: &str) -> anyhow::Result<(Mapping, String)> {
    let text = text_of(file, "mapping")?;
    let mapping = Mapping::parse_file(file, &text).map_err(|error| usage(error.to_string()))?;
    Ok((mapping, text))
}

/// The text of a file that an option names.
fn text_of(file: &str, what: &str) -> anyhow::Result<String> {
    fs::read_to_string(file)
        .map_err(|error| usage(format!("cannot read the {what} `{file}`: {error}")))
}

/// What is our own.
pub(crate) fn own(config: &Config) -> anyhow::Result<Own> {
    Own::parse(config.list("own").iter().map(String::as_str))
        .map_err(|error| usage(error.to_string()))
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
    let text = text_of(file, "object rules")?;
    let rules = ObjectRules::parse(&text).map_err(|error| usage(format!("`{file}`: {error}")))?;
    Ok((rules, Some(text)))
}
