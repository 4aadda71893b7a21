//! What a damaged file must meet, for the tests of every kind of it.

use rand_chacha::rand_core::SeedableRng;

use crate::Error;
use crate::codec::{Artefact, Kind};
use crate::entropy::{Stream, below};

/// Reads all records of a file, as who takes it does.
pub(crate) fn every_record(file: &Artefact<'_>) -> Result<(), Error> {
    let mut buffer = Vec::new();
    let mut records = 0..file.header().records();
    records.try_for_each(|index| file.records(index, 1, &mut buffer))
}

/// Changes every byte that is no payload and 10,000 random ones that are, and cuts the file in every way; `read` takes
/// it wholly and has to refuse each.
pub(crate) fn all_damage_is_refused(
    kind: Kind,
    file: &[u8],
    read: impl Fn(&[u8]) -> Result<(), Error>,
) {
    read(file).unwrap();
    let mut stream = Stream::seed_from_u64(17);
    let header = Artefact::open(&file, kind).unwrap().header().clone();
    let start = usize::try_from(header.start()).unwrap();
    let payload = usize::try_from(header.records()).unwrap() * header.record_bytes();
    let end = start + payload;
    let name = kind.name();
    let mut changed = file.to_vec();
    for at in (0..start).chain(end..file.len()) {
        changed[at] ^= 1 << below(&mut stream, 8);
        assert!(read(&changed).is_err(), "{name} byte {at}");
        changed[at] = file[at];
    }
    // A record is read when it is used, and refused then.
    let mut buffer = Vec::new();
    for _ in 0..10_000 {
        let at = start + below(&mut stream, u32::try_from(payload).unwrap()) as usize;
        changed[at] ^= 1 << below(&mut stream, 8);
        let opened = Artefact::open(&changed, kind).unwrap();
        let index = ((at - start) / header.record_bytes()) as u64;
        let refused = opened.records(index, 1, &mut buffer);
        let refused = matches!(refused, Err(Error::Record { .. }));
        assert!(refused, "{name} byte {at}");
        changed[at] = file[at];
    }
    let cuts = (0..start + 100).chain(end.saturating_sub(100)..file.len());
    for cut in cuts.chain((start..end).step_by(payload / 200 + 1)) {
        assert!(read(&file[..cut]).is_err(), "{name} cut at {cut}");
    }
    changed.push(0);
    assert!(read(&changed).is_err(), "{name} with a byte more");
}
