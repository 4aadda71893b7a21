//! Answers on disk: `<folder>/<service>/<subject>/<name>.json`, for their owner alone.
//!
//! A file holds the value, the time and the bytes as they came. Raw answers leave this folder for nobody.

use std::path::{Path, PathBuf};

use aidos_model::Timestamp;
use aidos_model::stix::{OURS, Uuid};
use aidos_privacy::gate::{Question, Shareable};
use serde::{Deserialize, Serialize};

use super::{Answer, Service, field};
use crate::Error;
use crate::keep::{self, make};

/// The largest file: JSON inside of JSON needs a stroke more for each quotation mark, and a few words stand around it.
const LARGEST: u64 = field::LARGEST as u64 * 2 + 4096;

/// The folder.
#[derive(Clone, Debug)]
pub struct Cache {
    folder: PathBuf,
}

/// An answer that was kept.
#[derive(Clone, Debug)]
pub struct Kept {
    /// What it says.
    pub answer: Answer,
    /// When it was asked.
    pub at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    schema: u32,
    value: String,
    at: String,
    status: u16,
    body: String,
}

impl Cache {
    /// The cache in a folder, which is made when the first answer is kept.
    pub fn at(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
        }
    }

    /// The folder of a service.
    pub(super) fn of(&self, service: Service) -> PathBuf {
        self.folder.join(service.word())
    }

    /// The answer that a service at this address gave to a question. What cannot be read any more is no answer.
    ///
    /// # Errors
    /// When a file is there and cannot be read.
    pub fn get(
        &self,
        service: Service,
        address: &str,
        question: &Shareable<Question>,
    ) -> Result<Option<Kept>, Error> {
        let path = self.path(service, address, question);
        let bytes = match keep::read(&path, LARGEST) {
            Ok(Some(bytes)) => bytes,
            // What is larger than we write is none of ours.
            Ok(None) | Err(Error::Form { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let entry = serde_json::from_slice::<Entry>(&bytes).ok();
        let subject = question.item().subject;
        Ok(entry.and_then(|entry| {
            // Names are digests: the value says whether it is the same.
            let same = entry.schema == 1 && entry.value == question.item().value;
            let at = Timestamp::parse(&entry.at).filter(|_| same)?;
            let answer = service
                .read(subject, entry.status, entry.body.as_bytes(), at)
                .ok()?;
            Some(Kept { answer, at })
        }))
    }

    /// Keeps the bytes of an answer.
    pub(super) fn put(
        &self,
        service: Service,
        address: &str,
        question: &Shareable<Question>,
        status: u16,
        body: &[u8],
        at: Timestamp,
    ) -> Result<(), Error> {
        let path = self.path(service, address, question);
        if let Some(folder) = path.parent() {
            make(folder)?;
        }
        let entry = Entry {
            schema: 1,
            value: question.item().value.clone(),
            at: at.to_string(),
            status,
            body: String::from_utf8_lossy(body).into_owned(),
        };
        keep::remember(&path, &entry)
    }

    fn path(&self, service: Service, address: &str, question: &Shareable<Question>) -> PathBuf {
        let question = question.item();
        let name = Uuid::v5(OURS, format!("{address}\0{}", question.value).as_bytes());
        let folder = self.of(service).join(question.subject.word());
        folder.join(format!("{name}.json"))
    }
}
