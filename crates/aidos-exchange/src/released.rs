//! A released bundle, opened to be sent: the only thing that a push takes.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use aidos_model::Tlp;
use aidos_model::json::hex;
use aidos_privacy::gate::{Manifest, Shareable};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::objects::{Broken, Objects};
use crate::{Error, marks, order};

/// The file of a release that is sent.
const BUNDLE: &str = "bundle.json";

/// A released bundle whose labels the receiver may have.
///
/// It stays on disk: of each object its place, a digest and what it points to are held, some 50 bytes. Each object is held
/// against its digest when it is read again, so that what is sent is what was released and looked at.
#[derive(Debug)]
pub struct Released {
    file: File,
    path: PathBuf,
    places: Vec<Place>,
    points: Vec<Vec<u32>>,
    community: String,
}

#[derive(Clone, Copy, Debug)]
struct Place {
    at: u64,
    len: u32,
    print: Print,
}

/// 16 bytes of the SHA-256 of an object's bytes.
pub type Print = [u8; 16];

impl Released {
    /// Opens the bundle of what the gate released, which lies in `case`, for a receiver that takes labels up to `ceiling`.
    ///
    /// An object without a marking carries the label of the release.
    ///
    /// # Errors
    /// [`Error::Label`] and [`Error::Marking`] where an object is above the ceiling or may be: then nothing of it is sent.
    /// [`Error::Changed`] where the file is not what was released.
    pub fn open(released: &Shareable<Manifest>, case: &Path, ceiling: Tlp) -> Result<Self, Error> {
        let manifest = released.item();
        let sealed = manifest.files.iter().find(|file| file.path == BUNDLE);
        let sealed = sealed.ok_or_else(|| Error::NoBundle {
            case: manifest.case.clone(),
        })?;
        let path = case.join("shareable").join(BUNDLE);
        let file = File::open(&path).map_err(Error::file("read", &path))?;
        let mut hashed = Hashed {
            inner: &file,
            digest: Sha256::new(),
        };
        let mut look = Look::default();
        look.all(&mut hashed, &path)?;
        // What stands behind the bundle's end counts as well.
        io::copy(&mut hashed, &mut io::sink()).map_err(Error::file("read", &path))?;
        let digest = hashed.digest.finalize();
        if !hex(&digest).eq(sealed.sha256.bytes()) {
            return Err(Error::Changed { path });
        }
        look.labels(released.marking().tlp, ceiling)?;
        let points = look.points();
        Ok(Self {
            file,
            path,
            places: look.places,
            points,
            community: manifest.community.clone(),
        })
    }

    /// The number of objects.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there is nothing to send.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The community that it was released for.
    pub fn community(&self) -> &str {
        &self.community
    }

    /// The objects in an order in which none points ahead; objects that point to each other in a circle stand together.
    pub fn order(&self) -> Vec<Vec<u32>> {
        order::groups(&self.points)
    }

    /// What stands for an object in the lists of what was sent.
    pub fn print(&self, number: u32) -> Option<Print> {
        Some(self.places.get(number as usize)?.print)
    }

    /// The bytes of an object.
    ///
    /// # Errors
    /// [`Error::Changed`] where they are not what was opened.
    pub fn bytes(&self, number: u32) -> Result<Vec<u8>, Error> {
        let changed = || Error::Changed {
            path: self.path.clone(),
        };
        let place = self.places.get(number as usize).ok_or_else(changed)?;
        let mut bytes = vec![0; place.len as usize];
        self.file
            .read_exact_at(&mut bytes, place.at)
            .map_err(Error::file("read", &self.path))?;
        if print(&bytes) == place.print {
            Ok(bytes)
        } else {
            Err(changed())
        }
    }

    /// An object.
    ///
    /// # Errors
    /// As [`Self::bytes`].
    pub fn object(&self, number: u32) -> Result<Map<String, Value>, Error> {
        let bytes = self.bytes(number)?;
        serde_json::from_slice(&bytes).map_err(|_| Error::Changed {
            path: self.path.clone(),
        })
    }
}

/// The digest of an object's bytes.
fn print(bytes: &[u8]) -> Print {
    let digest = Sha256::digest(bytes);
    let mut print = [0; 16];
    print.copy_from_slice(&digest[..16]);
    print
}

/// What a first pass finds.
#[derive(Default)]
struct Look {
    places: Vec<Place>,
    /// Hash of an id → its object. Two ids of one hash would put an object later than it has to be, and no harm done.
    numbers: HashMap<u64, u32>,
    pointed: Vec<Vec<u64>>,
    /// Markings of an object → objects that carry these.
    carried: BTreeMap<Vec<String>, u64>,
    defined: BTreeMap<String, Option<Tlp>>,
}

impl Look {
    fn all(&mut self, bundle: impl Read, path: &Path) -> Result<(), Error> {
        let mut objects = Objects::new(bundle);
        let mut bytes = Vec::new();
        loop {
            let at = objects.read(&mut bytes).map_err(|source| match source {
                Broken::Io(source) => Error::file("read", path)(source),
                source @ Broken::Form { .. } => Error::Bundle {
                    path: path.to_owned(),
                    source,
                },
            })?;
            let Some(at) = at else { break };
            let number = self.places.len();
            let wrong = |why| Error::Object {
                path: path.to_owned(),
                number: number + 1,
                why,
            };
            let object: Map<String, Value> =
                serde_json::from_slice(&bytes).map_err(|_| wrong("no JSON"))?;
            let id = object.get("id").and_then(Value::as_str);
            let id = id.ok_or_else(|| wrong("it has no id"))?;
            let number = u32::try_from(number).map_err(|_| wrong("too many objects"))?;
            self.numbers.insert(hash(id), number);
            let mut pointed = Vec::new();
            order::references(&object, &mut |id| pointed.push(hash(id)));
            self.pointed.push(pointed);
            self.mark(id, &object);
            self.places.push(Place {
                at,
                len: u32::try_from(bytes.len()).map_err(|_| wrong("it is too large"))?,
                print: print(&bytes),
            });
        }
        Ok(())
    }

    fn mark(&mut self, id: &str, object: &Map<String, Value>) {
        let kind = object.get("type").and_then(Value::as_str);
        if kind == Some("marking-definition") {
            self.defined.insert(id.to_owned(), marks::given(object));
            return;
        }
        if kind != Some("extension-definition") {
            let mut markings = Vec::new();
            marks::of(object, |marking| markings.push(marking.to_owned()));
            *self.carried.entry(markings).or_default() += 1;
        }
    }

    /// Says no where an object carries a stricter label than the ceiling, or may.
    fn labels(&self, release: Tlp, ceiling: Tlp) -> Result<(), Error> {
        let mut above = 0;
        let mut strictest = ceiling;
        for (markings, objects) in &self.carried {
            let mut own = None;
            for id in markings {
                let label = match (marks::published(id), self.defined.get(id)) {
                    (Some(label), _) => Some(label),
                    // A statement is no label.
                    (None, Some(label)) => *label,
                    (None, None) => {
                        return Err(Error::Marking {
                            id: id.clone(),
                            objects: *objects,
                        });
                    }
                };
                own = own.max(label);
            }
            let label = own.unwrap_or(release);
            if label > ceiling {
                above += objects;
                strictest = strictest.max(label);
            }
        }
        if above > 0 {
            return Err(Error::Label {
                label: strictest,
                ceiling,
                objects: above,
            });
        }
        Ok(())
    }

    fn points(&mut self) -> Vec<Vec<u32>> {
        let pointed = std::mem::take(&mut self.pointed);
        pointed
            .into_iter()
            .map(|pointed| {
                let known = pointed.iter().filter_map(|id| self.numbers.get(id));
                known.copied().collect()
            })
            .collect()
    }
}

fn hash(id: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish()
}

/// Hashes what is read.
struct Hashed<R> {
    inner: R,
    digest: Sha256,
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let len = self.inner.read(into)?;
        self.digest.update(into.get(..len).unwrap_or_default());
        Ok(len)
    }
}
