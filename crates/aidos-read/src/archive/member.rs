//! The content of one member, counted while it is unpacked.

use std::io::{self, BufReader, Read, Seek};

use flate2::{Crc, read::DeflateDecoder};
use zip::read::ZipFile;

use super::{Member, Place};
use crate::{Limits, ReadError};

/// Most bytes unpacked between two looks at the limits.
const STEP: usize = 64 << 10;

/// Reads one member and holds it to the limits by what it really unpacks to.
///
/// After the last byte the checksum and the size are compared; only a `read` that gives 0 says that
/// they are right. After an error every further `read` fails too.
pub struct MemberReader<'a, R: Read + Seek> {
    source: Source<'a, R>,
    name: String,
    crc: Crc,
    crc_declared: u32,
    size_declared: u64,
    compressed: u64,
    limits: Limits,
    /// Bytes given out.
    out: u64,
    /// Bytes that the archive unpacked, all members together.
    total: &'a mut u64,
    state: State,
}

enum Source<'a, R: Read + Seek> {
    Stored(ZipFile<'a, R>),
    Deflate(Box<DeflateDecoder<BufReader<ZipFile<'a, R>>>>),
}

#[derive(PartialEq)]
enum State {
    Reading,
    Verified,
    Failed,
}

impl<'a, R: Read + Seek> MemberReader<'a, R> {
    pub(super) fn new(
        file: ZipFile<'a, R>,
        member: &Member,
        place: &Place,
        limits: &Limits,
        total: &'a mut u64,
    ) -> Self {
        let source = if place.method == 0 {
            Source::Stored(file)
        } else {
            let buffered = BufReader::with_capacity(64 << 10, file);
            Source::Deflate(Box::new(DeflateDecoder::new(buffered)))
        };
        Self {
            source,
            name: member.name.clone(),
            crc: Crc::new(),
            crc_declared: place.crc,
            size_declared: member.size_declared,
            compressed: member.compressed,
            limits: limits.clone(),
            out: 0,
            total,
            state: State::Reading,
        }
    }

    fn step(&mut self, room: &mut [u8]) -> Result<usize, ReadError> {
        // However large the caller's buffer is, the limits are looked at in between.
        let len = room.len().min(STEP);
        let room = room.get_mut(..len).unwrap_or_default();
        let read = match &mut self.source {
            Source::Stored(file) => file.read(room),
            Source::Deflate(decoder) => decoder.read(room),
        };
        let read = match read {
            Ok(0) => {
                self.verify()?;
                return Ok(0);
            }
            Ok(read) => read.min(room.len()),
            Err(error) => return Err(self.explain(error)),
        };
        self.out += read as u64;
        *self.total = self.total.saturating_add(read as u64);
        let most = self.compressed.saturating_mul(self.limits.archive_ratio);
        if self.out > most.max(self.limits.ratio_floor) {
            return Err(ReadError::Ratio {
                name: self.name.clone(),
                packed: self.compressed,
                unpacked: self.out,
                limit: self.limits.archive_ratio,
            });
        }
        if *self.total > self.limits.archive_bytes {
            return Err(ReadError::Limit {
                what: "the number of unpacked bytes",
                name: self.name.clone(),
                limit: self.limits.archive_bytes,
                found: *self.total,
                way_out: "split the archive or raise the limit",
            });
        }
        self.crc.update(room.get(..read).unwrap_or_default());
        Ok(read)
    }

    fn verify(&mut self) -> Result<(), ReadError> {
        let broken = |what: String| ReadError::BrokenMember {
            name: self.name.clone(),
            what,
        };
        if let Source::Deflate(decoder) = &self.source
            && decoder.total_in() < self.compressed
        {
            return Err(broken("its data goes on after its end".to_owned()));
        }
        if self.out != self.size_declared {
            let what = format!(
                "it holds {} bytes instead of {}",
                self.out, self.size_declared
            );
            return Err(broken(what));
        }
        if self.crc.sum() != self.crc_declared {
            return Err(ReadError::Crc {
                name: self.name.clone(),
                expected: self.crc_declared,
                found: self.crc.sum(),
            });
        }
        self.state = State::Verified;
        Ok(())
    }

    fn explain(&self, error: io::Error) -> ReadError {
        let what = match error.kind() {
            io::ErrorKind::UnexpectedEof => "its data ends early",
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => "its data is damaged",
            _ => return error.into(),
        };
        ReadError::BrokenMember {
            name: self.name.clone(),
            what: what.to_owned(),
        }
    }
}

impl<R: Read + Seek> Read for MemberReader<'_, R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        match self.state {
            State::Verified => return Ok(0),
            State::Failed => {
                let what = "its data is damaged".to_owned();
                return Err(ReadError::BrokenMember {
                    name: self.name.clone(),
                    what,
                }
                .into());
            }
            State::Reading if room.is_empty() => return Ok(0),
            State::Reading => {}
        }
        match self.step(room) {
            Ok(read) => Ok(read),
            Err(ReadError::Io(error)) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => {
                self.state = State::Failed;
                Err(error.into())
            }
        }
    }
}
