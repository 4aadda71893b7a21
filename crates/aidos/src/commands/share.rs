//! `aidos run --share`: what the gate released goes on to partners.
//!
//! Partners are named in a file of their own. All of it is read and its secrets are looked for before a case is made, so that a
//! mistake shows in the first second and not after an hour.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use aidos_engine::Exit;
use aidos_model::Tlp;
use serde::Deserialize;

use super::partner::{self, ConnectionArgs};
use super::{misp, opencti, taxii};
use crate::cli::Session;
use crate::config::{self, Config};
use crate::options::PolicyArgs;
use crate::ui::{exit_of, plain, usage};

/// Where partners are named, unless `--partners` says otherwise.
const FILE: &str = "partners.toml";

/// What a partner is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Misp,
    Taxii,
    OpenCti,
}

impl Kind {
    fn of(name: &str) -> Option<Self> {
        match name {
            "misp" => Some(Self::Misp),
            "taxii" => Some(Self::Taxii),
            "opencti" => Some(Self::OpenCti),
            _ => None,
        }
    }
}

/// A table of the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Row {
    kind: Option<Kind>,
    url: String,
    ceiling: String,
    token_file: Option<PathBuf>,
    ca_file: Option<PathBuf>,
    client_cert: Option<PathBuf>,
    client_key: Option<PathBuf>,
    #[serde(default)]
    insecure_http: bool,
    timeout: Option<u64>,
    // Of a MISP.
    distribution: Option<u8>,
    publish: Option<bool>,
    tag: Option<Vec<String>>,
    // Of a TAXII server.
    collection: Option<String>,
    user: Option<String>,
    password_file: Option<PathBuf>,
}

/// A partner that is there to be sent to.
#[derive(Debug)]
struct Partner {
    name: String,
    push: Push,
}

#[derive(Debug)]
enum Push {
    Misp(Box<misp::Push>),
    Taxii(Box<taxii::Push>),
    OpenCti(Box<opencti::Push>),
}

/// Who gets what the gate releases.
#[derive(Debug)]
pub(crate) struct Partners(Vec<Partner>);

impl Partners {
    /// The partners of these names; none where there are no names.
    ///
    /// Their files and secrets are read here, and nobody is contacted.
    pub(crate) fn read(
        names: &[String],
        config: &Config,
        case: &Path,
        policy: &PolicyArgs,
        session: &Session<'_>,
    ) -> anyhow::Result<Self> {
        if names.is_empty() {
            return Ok(Self(Vec::new()));
        }
        let path = match config.one("partners") {
            Some(path) => PathBuf::from(path),
            None => config::folder(&|name| std::env::var_os(name))
                .ok_or_else(|| usage("--share wants a file of partners; name it with --partners"))?
                .join(FILE),
        };
        let shown = plain(&path.display().to_string());
        let text = std::fs::read_to_string(&path).map_err(|error| {
            usage(format!(
                "cannot read the partners `{shown}`: {error}; docs/guides/share.md shows such a file"
            ))
        })?;
        let mut rows: BTreeMap<String, Row> = toml::from_str(&text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            let before = text.get(..at).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            usage(format!("{shown}:{line}: {}", error.message().trim()))
        })?;
        let mut partners = Vec::new();
        for name in names {
            let row = rows.remove(name).ok_or_else(|| {
                let known: Vec<&str> = rows.keys().map(String::as_str).collect();
                usage(format!(
                    "no partner of `{shown}` is called `{}`, or --share names it twice; there are: {}",
                    plain(name),
                    plain(&known.join(", "))
                ))
            })?;
            let folder = path.parent().unwrap_or(Path::new(""));
            let push = row
                .push(name, folder, case, policy)
                .map_err(|why| usage(format!("{shown}: [{}]: {why}", plain(name))))?;
            push.check(session)?;
            partners.push(Partner {
                name: name.clone(),
                push,
            });
        }
        Ok(Self(partners))
    }

    /// Sends the released case to each; a partner that fails does not stop the others.
    ///
    /// # Errors
    /// Where the gate says no, which holds for all of them.
    pub(crate) fn send(&self, session: &Session<'_>) -> anyhow::Result<Exit> {
        let mut exit = Exit::Done;
        for partner in &self.0 {
            session
                .ui
                .say(&format!("share with {}:", plain(&partner.name)));
            let sent = match &partner.push {
                Push::Misp(push) => misp::push(push, session),
                Push::Taxii(push) => taxii::push_to(push, session),
                Push::OpenCti(push) => opencti::push_to(push, session),
            };
            match sent {
                Ok(Exit::Done) => {}
                Ok(other) => exit = other,
                Err(error) => match exit_of(&error) {
                    Exit::Partner => {
                        session
                            .ui
                            .say(&format!("  {}", plain(&format!("{error:#}"))));
                        exit = Exit::Partner;
                    }
                    _ => return Err(error),
                },
            }
        }
        Ok(exit)
    }
}

impl Row {
    /// The command that sends to it; paths are seen from the file's folder.
    fn push(
        self,
        name: &str,
        folder: &Path,
        case: &Path,
        policy: &PolicyArgs,
    ) -> Result<Push, String> {
        let kind = self
            .kind
            .or_else(|| Kind::of(name))
            .ok_or("say what it is: kind = \"misp\", \"taxii\" or \"opencti\"")?;
        let ceiling: Tlp = partner::ceiling(&self.ceiling)?;
        let beside = |path: Option<PathBuf>| path.map(|path| folder.join(path));
        if self.client_cert.is_some() != self.client_key.is_some() {
            return Err("client-cert and client-key go together".into());
        }
        let only = |is_there: bool, field: &str, kinds: &str| {
            if is_there {
                return Err(format!("{field} is for {kinds}"));
            }
            Ok(())
        };
        if kind != Kind::Misp {
            only(self.distribution.is_some(), "distribution", "a MISP")?;
            only(self.publish.is_some(), "publish", "a MISP")?;
            only(self.tag.is_some(), "tag", "a MISP")?;
        }
        if kind != Kind::Taxii {
            only(self.collection.is_some(), "collection", "a TAXII server")?;
            only(self.user.is_some(), "user", "a TAXII server")?;
            only(
                self.password_file.is_some(),
                "password-file",
                "a TAXII server",
            )?;
        }
        let connection = ConnectionArgs {
            url: self.url,
            token_file: beside(self.token_file),
            ca_file: beside(self.ca_file),
            client_cert: beside(self.client_cert),
            client_key: beside(self.client_key),
            insecure_http: self.insecure_http,
            timeout: self.timeout.unwrap_or(partner::TIMEOUT),
        };
        let (case, policy) = (case.to_owned(), policy.clone());
        Ok(match kind {
            Kind::Misp => {
                let distribution = self.distribution.unwrap_or(0);
                if distribution > 3 {
                    return Err("distribution is 0 to 3".into());
                }
                Push::Misp(Box::new(misp::Push::of(
                    case,
                    connection,
                    ceiling,
                    (distribution, self.publish.unwrap_or(false)),
                    self.tag.unwrap_or_default(),
                    policy,
                )))
            }
            Kind::Taxii => {
                let collection = self
                    .collection
                    .ok_or("name the collection: its id, alias or title")?;
                let user = taxii::UserArgs {
                    user: self.user,
                    password_file: beside(self.password_file),
                };
                Push::Taxii(Box::new(taxii::Push::of(
                    case, connection, user, collection, ceiling, policy,
                )))
            }
            Kind::OpenCti => Push::OpenCti(Box::new(opencti::Push::of(
                case, connection, ceiling, policy,
            ))),
        })
    }
}

impl Push {
    /// Whether it could be reached: its address, secrets and certificates are read.
    fn check(&self, session: &Session<'_>) -> anyhow::Result<()> {
        match self {
            Self::Misp(push) => push.check(session),
            Self::Taxii(push) => push.check(session),
            Self::OpenCti(push) => push.check(session),
        }
    }
}
