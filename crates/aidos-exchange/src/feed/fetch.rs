//! Lists are fetched when they have changed, and kept with their age.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use aidos_convert::feed::{Definition, Form, definitions};
use aidos_model::Timestamp;
use serde::{Deserialize, Serialize};

use super::read::{Feed, Taken};
use crate::http::{self, Auth, Client, Request, Secret, Settings, split};
use crate::misp::into_folder;
use crate::{Error, keep};

/// The longest list of feeds that is read.
const LONGEST: u64 = 4 << 20;

/// Reads which feeds a person wants: TOML, a table `[[feed]]` each.
///
/// # Errors
/// When the file cannot be read, or is no such list: [`Error::Form`] with the line.
pub fn list(path: &Path) -> Result<Vec<Definition>, Error> {
    let refuse = |why: String| Error::Form {
        path: path.to_owned(),
        why,
    };
    let bytes = keep::read(path, LONGEST)?
        .ok_or_else(|| Error::file("read", path)(io::ErrorKind::NotFound.into()))?;
    let text = String::from_utf8(bytes).map_err(|_| refuse("it is no UTF-8".into()))?;
    definitions(&text).map_err(|error| refuse(error.to_string()))
}

/// Fetches feeds into a folder.
#[derive(Clone, Debug)]
pub struct Fetcher {
    /// Where they go: `<name>.txt` and the like, `<name>/` for MISP feeds, and what is remembered of each in `<name>.state`.
    pub out: PathBuf,
    /// Nobody is asked; what lies in the folder is all there is.
    pub offline: bool,
    /// Asks although what lies there is young enough.
    pub anew: bool,
    /// How is asked.
    pub settings: Settings,
}

/// How a feed was had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "how")]
pub enum How {
    /// Its bytes came.
    Fetched {
        /// How many.
        bytes: u64,
    },
    /// It has not changed.
    Unchanged,
    /// What lies here is young enough, or nobody may be asked.
    Kept {
        /// Seconds since it was asked for.
        age: u64,
    },
    /// Events of a MISP feed.
    Events(Taken),
}

/// A feed that was had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fetched {
    /// Its name.
    pub name: String,
    /// What it is.
    pub form: Form,
    /// Where it lies now.
    pub path: PathBuf,
    /// When its partner was asked last.
    #[serde(skip)]
    pub asked: Timestamp,
    /// How.
    #[serde(flatten)]
    pub how: How,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct State {
    url: String,
    etag: Option<String>,
    modified: Option<String>,
    /// Seconds since 1970 at which the partner was asked last.
    asked: i64,
}

impl Fetcher {
    /// What would be asked, without asking: method and address without its query, and what the partner would learn.
    pub fn plan(&self, entry: &Definition) -> String {
        let address = entry.url.split('?').next().unwrap_or_default();
        if self.offline {
            return format!("{}: nobody is asked (--offline)", entry.name);
        }
        match (entry.form, split(&entry.url)) {
            (Form::Misp, None) => format!("{}: reads the folder {address}", entry.name),
            (Form::Misp, _) => format!(
                "{}: GET {address}/manifest.json, then each event that is new",
                entry.name
            ),
            _ => format!("{}: GET {address}", entry.name),
        }
    }

    /// Has a feed: asks for it unless what lies here is young enough.
    ///
    /// A download lies in the folder whole or not at all; the one before stays when this one fails.
    ///
    /// # Errors
    /// Of the partner and of files; [`Error::Form`] where nobody may be asked and nothing lies here.
    pub fn fetch(&self, entry: &Definition) -> Result<Fetched, Error> {
        fs::create_dir_all(&self.out).map_err(Error::file("create", &self.out))?;
        if entry.form == Form::Misp {
            return self.events(entry);
        }
        let path = self
            .out
            .join(format!("{}.{}", entry.name, entry.form.ending()));
        let had = |asked, how| Fetched {
            name: entry.name.clone(),
            form: entry.form,
            path: path.clone(),
            asked: Timestamp::from_seconds(asked).unwrap_or(Timestamp(0)),
            how,
        };
        let remembered = self.out.join(format!("{}.state", entry.name));
        let mut state: State = keep::recall(&remembered)?;
        if state.url != entry.url || !path.is_file() {
            state = State {
                url: entry.url.clone(),
                ..State::default()
            };
        }
        let now = self.settings.clock.now();
        let age = u64::try_from(now.seconds().saturating_sub(state.asked)).unwrap_or(0);
        let here = path.is_file() && state.asked != 0;
        if here && (self.offline || (!self.anew && age < u64::from(entry.max_age_hours) * 3600)) {
            return Ok(had(state.asked, How::Kept { age }));
        }
        if self.offline {
            return Err(Error::Form {
                path,
                why: "nobody may be asked (--offline), and nothing was fetched before".into(),
            });
        }
        let (client, ask) = self.client(entry)?;
        let mut request = Request::get(ask).limit(entry.max_bytes);
        if here {
            if let Some(etag) = &state.etag {
                request = request.header("If-None-Match", etag.clone());
            }
            if let Some(modified) = &state.modified {
                request = request.header("If-Modified-Since", modified.clone());
            }
        }
        let how = self.download(&client, &request, &path, &mut state)?;
        state.asked = now.seconds();
        keep::remember(&remembered, &state)?;
        Ok(had(state.asked, how))
    }

    fn download(
        &self,
        client: &Client,
        request: &Request,
        path: &Path,
        state: &mut State,
    ) -> Result<How, Error> {
        let attempts = self.settings.retry.attempts.max(1);
        for attempt in 1..=attempts {
            let mut stream = client.stream(request)?;
            if stream.status() == 304 {
                return Ok(How::Unchanged);
            }
            stream = stream.success()?;
            let header = |name: &str| stream.header(name).map(str::to_owned);
            let (etag, modified) = (header("etag"), header("last-modified"));
            let part = PathBuf::from(format!("{}.part", path.display()));
            let mut file = OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(true)
                .mode(0o600)
                .open(&part)
                .map_err(Error::file("write", &part))?;
            let copied = copy(&mut stream, &mut file).map_err(|side| match side {
                Side::Here(error) => Error::file("write", &part)(error),
                Side::There(error) => stream.error(error).into(),
            });
            match copied {
                Ok(bytes) => {
                    file.sync_all().map_err(Error::file("write", &part))?;
                    fs::rename(&part, path).map_err(Error::file("write", path))?;
                    (state.etag, state.modified) = (etag, modified);
                    return Ok(How::Fetched { bytes });
                }
                Err(error) => {
                    let _ = fs::remove_file(&part);
                    let passing = matches!(&error, Error::Http(error) if error.is_passing());
                    let pause =
                        self.settings
                            .retry
                            .pause(attempt, None, self.settings.clock.as_ref());
                    match pause.filter(|_| passing) {
                        Some(pause) => self.settings.clock.wait(pause, &self.settings.stop),
                        None => return Err(error),
                    }
                }
            }
        }
        Err(http::Error::Stopped.into())
    }

    fn events(&self, entry: &Definition) -> Result<Fetched, Error> {
        let path = self.out.join(&entry.name);
        let remembered = self.out.join(format!("{}.state", entry.name));
        let feed = if split(&entry.url).is_some() {
            if self.offline {
                let age = fs::metadata(&path)
                    .and_then(|about| about.modified())
                    .ok()
                    .and_then(|time| time.elapsed().ok())
                    .map_or(0, |age: Duration| age.as_secs());
                return Ok(Fetched {
                    name: entry.name.clone(),
                    form: entry.form,
                    path,
                    asked: self.settings.clock.now(),
                    how: How::Kept { age },
                });
            }
            Feed::Web(Client::new(
                entry.url.trim_end_matches('/'),
                self.settings_of(entry)?,
            )?)
        } else {
            Feed::Folder(PathBuf::from(&entry.url))
        };
        let mut write = into_folder(&path)?;
        let taken = feed.take(&remembered, &mut write)?;
        Ok(Fetched {
            name: entry.name.clone(),
            form: entry.form,
            path,
            asked: self.settings.clock.now(),
            how: How::Events(taken),
        })
    }

    fn client(&self, entry: &Definition) -> Result<(Client, String), Error> {
        let (host, path) = split(&entry.url).ok_or(http::Error::Address {
            address: entry.name.clone(),
            why: "its url is none; write https://host/path",
        })?;
        Ok((
            Client::new(host, self.settings_of(entry)?)?,
            path.to_owned(),
        ))
    }

    fn settings_of(&self, entry: &Definition) -> Result<Settings, Error> {
        let mut settings = self.settings.clone();
        let key = match (&entry.key_env, &entry.key_file) {
            (Some(name), _) => Some(Secret::from_env(name)?),
            (None, Some(path)) => Some(Secret::from_file(path)?),
            (None, None) => None,
        };
        if let Some(key) = key {
            settings.auth = match &entry.key_header {
                Some(header) => Auth::header(header.clone(), key),
                None => Auth::Bearer(key),
            };
        }
        Ok(settings)
    }
}

/// Whose fault it is.
enum Side {
    Here(io::Error),
    There(io::Error),
}

fn copy(from: &mut impl io::Read, to: &mut impl Write) -> Result<u64, Side> {
    let mut buffer = vec![0; 64 << 10];
    let mut sum = 0;
    loop {
        let read = match from.read(&mut buffer) {
            Ok(0) => return Ok(sum),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(Side::There(error)),
        };
        to.write_all(&buffer[..read]).map_err(Side::Here)?;
        sum += read as u64;
    }
}
