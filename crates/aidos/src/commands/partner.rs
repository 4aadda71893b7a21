//! What commands that speak with a partner have in common: how it is reached, what may be sent to it, how failures end.

use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::time::Duration;

use aidos_engine::Exit;
use aidos_engine::release;
use aidos_exchange::Error;
use aidos_exchange::http::{self, Auth, Secret, Settings, Stop};
use aidos_exchange::pulled::Form;
use aidos_exchange::released::Released;
use aidos_model::Tlp;
use aidos_model::stix::{OURS, Uuid};

use super::run::now;
use crate::cli::Session;
use crate::config::Config;
use crate::options;
use crate::ui::{ended, usage};

/// Seconds for a request and its answer, where nobody says otherwise.
pub(crate) const TIMEOUT: u64 = 60;

/// Where the partner is, and how it is reached.
#[derive(clap::Args, Debug)]
#[command(next_help_heading = "How the partner is reached")]
pub(crate) struct ConnectionArgs {
    /// Its address
    #[arg(long, value_name = "URL")]
    pub(crate) url: String,

    /// A token, alone in a file that its owner alone may read [default: from the environment]
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,

    /// Certificates (PEM) of the authorities to trust, in place of the usual ones
    #[arg(long, value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,

    /// A client certificate with its chain (PEM), for mutual TLS
    #[arg(long, value_name = "FILE", requires = "client_key")]
    pub(crate) client_cert: Option<PathBuf>,

    /// Its private key (PEM)
    #[arg(long, value_name = "FILE", requires = "client_cert")]
    pub(crate) client_key: Option<PathBuf>,

    /// Let plain HTTP go to other machines: everyone on the way can read and change what is sent
    #[arg(long)]
    pub(crate) insecure_http: bool,

    /// Seconds for a request and its answer
    #[arg(long, value_name = "SECONDS", default_value_t = TIMEOUT)]
    pub(crate) timeout: u64,
}

impl ConnectionArgs {
    /// The token of the file, or of this environment variable.
    pub(crate) fn token(&self, variable: &str) -> anyhow::Result<Option<Secret>> {
        secret(self.token_file.as_deref(), variable)
    }

    /// How is asked.
    pub(crate) fn settings(&self, auth: Auth, session: &Session<'_>) -> Settings {
        let mut settings = Settings {
            auth,
            ca_file: self.ca_file.clone(),
            client_certificate: self.client_cert.clone().zip(self.client_key.clone()),
            insecure_http: self.insecure_http,
            stop: Stop::over(session.cancel.flag()),
            ..Settings::default()
        };
        settings.timeouts.whole = Duration::from_secs(self.timeout.max(1));
        settings
    }
}

/// A secret of a file, else of an environment variable, else none.
pub(crate) fn secret(file: Option<&Path>, variable: &str) -> anyhow::Result<Option<Secret>> {
    if let Some(file) = file {
        return Ok(Some(
            Secret::from_file(file).map_err(|error| failed(error.into()))?,
        ));
    }
    if std::env::var_os(variable).is_none_or(|text| text.is_empty()) {
        return Ok(None);
    }
    Ok(Some(
        Secret::from_env(variable).map_err(|error| failed(error.into()))?,
    ))
}

/// How pulled objects are written.
#[derive(clap::ValueEnum, Clone, Copy, Debug)]
pub(crate) enum Format {
    /// One STIX bundle
    Bundle,
    /// An object a line
    Ndjson,
}

impl From<Format> for Form {
    fn from(format: Format) -> Self {
        match format {
            Format::Bundle => Self::Bundle,
            Format::Ndjson => Self::Lines,
        }
    }
}

/// Reads `--ceiling`.
pub(crate) fn ceiling(text: &str) -> Result<Tlp, String> {
    let tlp = Tlp::from_str(text).map_err(|error| error.to_string())?;
    if tlp == Tlp::Red {
        return Err("TLP:RED is for the recipients who are named, and no platform is one; use clear, green, amber or amber+strict".into());
    }
    Ok(tlp)
}

/// Opens what the gate released of a case, for a receiver that takes labels up to `ceiling`.
pub(crate) fn released(
    case: &Path,
    ceiling: Tlp,
    config: &Config,
    session: &Session<'_>,
) -> anyhow::Result<Released> {
    let protection = options::protection(config, session.ui)?;
    let shareable = release::open(case, &protection, now())?;
    Released::open(&shareable, case, ceiling).map_err(failed)
}

/// Where it is remembered what of a case was sent to whom, where nobody names a file: beside the case.
pub(crate) fn sent_beside(case: &Path, to: &str) -> anyhow::Result<PathBuf> {
    let case = case
        .canonicalize()
        .map_err(|error| usage(format!("cannot read `{}`: {error}", case.display())))?;
    let mut name = case.into_os_string();
    let short = Uuid::v5(OURS, to.as_bytes()).to_string();
    name.push(format!(".{}.sent", short.get(..8).unwrap_or_default()));
    Ok(name.into())
}

/// A file beside another: its name with an ending more.
pub(crate) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// The failure of a transfer, with its exit code.
pub(crate) fn failed(error: Error) -> anyhow::Error {
    let exit = match &error {
        error if error.is_stopped() => Exit::Cancelled,
        error if error.is_refusal() => Exit::Refused,
        error if error.is_partners() => Exit::Partner,
        Error::Http(
            http::Error::Address { .. }
            | http::Error::Secret { .. }
            | http::Error::Certificate { .. },
        )
        | Error::State { .. } => Exit::Usage,
        _ => Exit::Failed,
    };
    let message = match error {
        Error::Http(http::Error::Stopped) => {
            "stopped on request; what is done is kept, go on with the same command".into()
        }
        other => other.to_string(),
    };
    ended(exit, message)
}
