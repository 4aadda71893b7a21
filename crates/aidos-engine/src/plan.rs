//! What is to be done: arguments become a plan once, then the plan runs.

use std::path::PathBuf;
use std::sync::Arc;

use aidos_core::analysis::own::Own;
use aidos_core::clean::zone::Zone;
use aidos_core::compose::ObjectRules;
use aidos_core::extract::dpc::Dpc;
use aidos_core::extract::exus::Exus;
use aidos_core::extract::mapped::shipped;
use aidos_core::extract::routeros::EightBells;
use aidos_core::extract::{NatRule, Provider};
use aidos_model::Tlp;

use crate::Error;
use crate::protect::Protection;

/// An input as it was named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A file, or a folder with all that is in it.
    Path(PathBuf),
    /// Standard input, `-`.
    Stdin,
}

impl Input {
    /// Its name without folders, as people call it: `evidence.zip`, `-`.
    pub fn name(&self) -> String {
        match self {
            Self::Path(path) => path
                .file_name()
                .or_else(|| {
                    path.components()
                        .next_back()
                        .map(std::path::Component::as_os_str)
                })
                .map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
            Self::Stdin => "-".to_owned(),
        }
    }
}

/// Who makes logs: the providers of a job, ordered by name.
#[derive(Clone)]
pub struct Providers(Arc<Vec<Box<dyn Provider>>>);

impl Providers {
    /// The providers that come with the program, and these.
    pub fn with(more: Vec<Box<dyn Provider>>) -> Self {
        let mut all: Vec<Box<dyn Provider>> = vec![
            Box::new(EightBells::default()),
            Box::new(Dpc),
            Box::new(Exus),
        ];
        all.extend(
            shipped()
                .into_iter()
                .map(|mapped| Box::new(mapped) as Box<dyn Provider>),
        );
        // A mapping of the user's replaces a provider of the same name.
        all.retain(|own| more.iter().all(|new| new.name() != own.name()));
        all.extend(more);
        all.sort_by(|a, b| a.name().cmp(b.name()));
        Self(Arc::new(all))
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &dyn Provider> {
        self.0.iter().map(AsRef::as_ref)
    }

    /// The provider of this number.
    pub fn get(&self, number: u8) -> &dyn Provider {
        self.0[usize::from(number)].as_ref()
    }

    /// The number of the provider of this name or alias.
    ///
    /// # Errors
    /// [`Error::NoProvider`].
    pub fn find(&self, name: &str) -> Result<u8, Error> {
        let wanted = if name == "dbc" { "dpc" } else { name };
        self.0
            .iter()
            .position(|provider| provider.name() == wanted)
            .and_then(|at| u8::try_from(at).ok())
            .ok_or_else(|| Error::NoProvider {
                name: name.to_owned(),
            })
    }
}

impl Default for Providers {
    fn default() -> Self {
        Self::with(Vec::new())
    }
}

impl std::fmt::Debug for Providers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list()
            .entries(self.iter().map(Provider::name))
            .finish()
    }
}

/// How inputs are read.
#[derive(Clone, Debug)]
pub struct Reading {
    /// What is read, in this order.
    pub inputs: Vec<Input>,
    /// The providers to choose from.
    pub providers: Providers,
    /// The provider of all inputs, where it was given.
    pub provider: Option<u8>,
    /// Zone of stamps that name none.
    pub zone: Zone,
    /// The zone as it was given; `None` means that UTC is assumed.
    pub zone_name: Option<String>,
    /// Latest year of stamps that name none.
    pub year: Option<i16>,
    /// Which address of a NAT clause is the translated one.
    pub nat: NatRule,
    /// What foreign files may cost.
    pub limits: aidos_read::Limits,
    /// Worker threads, at least 1.
    pub threads: usize,
    /// Memory to keep to, in bytes.
    pub memory: u64,
}

/// The least memory that a job can keep to.
pub const LEAST_MEMORY: u64 = 96 << 20;
/// The memory that a job keeps to by default.
pub const DEFAULT_MEMORY: u64 = 224 << 20;

impl Default for Reading {
    fn default() -> Self {
        Self {
            inputs: Vec::new(),
            providers: Providers::default(),
            provider: None,
            zone: Zone::UTC,
            zone_name: None,
            year: None,
            nat: NatRule::Semantic,
            limits: aidos_read::Limits::default(),
            threads: 1,
            memory: DEFAULT_MEMORY,
        }
    }
}

/// The main job.
#[derive(Clone, Debug, Default)]
pub struct RunPlan {
    /// How inputs are read.
    pub reading: Reading,
    /// The folder of cases.
    pub out: PathBuf,
    /// The case's name; the first input's without extension where it is `None`.
    pub case: Option<String>,
    /// What is the organisations' own.
    pub own: Own,
    /// The label of what is written.
    pub tlp: Tlp,
    /// Which fields become which STIX objects.
    pub objects: ObjectRules,
    /// Text of the file that `objects` came from, where one was given.
    pub objects_text: Option<String>,
    /// How what partners would see is made; `None` where it is not wanted.
    pub protection: Option<Arc<Protection>>,
    /// Whether NDJSON files are compressed.
    pub compress: bool,
    /// Whether a begun case goes on.
    pub resume: bool,
    /// Whether another case of the same name is replaced.
    pub force: bool,
}

impl RunPlan {
    /// The case's name.
    ///
    /// # Errors
    /// [`Error::Usage`] when it is no name of a folder.
    pub fn case_name(&self) -> Result<String, Error> {
        let name = match (&self.case, self.reading.inputs.first()) {
            (Some(name), _) => name.clone(),
            (None, Some(Input::Path(path))) => {
                let path = path.canonicalize().unwrap_or_else(|_| path.clone());
                path.file_stem()
                    .map_or_else(String::new, |stem| stem.to_string_lossy().into_owned())
            }
            (None, _) => "stdin".to_owned(),
        };
        let bad = name.is_empty()
            || name.starts_with('.')
            || name.contains(['/', '\\', '\0'])
            || name.len() > 200;
        if bad {
            return Err(Error::Usage(format!(
                "`{}` is no name for a case; pass --case NAME without slashes or a dot in front",
                name.escape_debug()
            )));
        }
        Ok(name)
    }
}
