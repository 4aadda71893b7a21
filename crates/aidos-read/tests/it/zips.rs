//! Archives from people who mean harm.

use std::io::{Cursor, Read, Write};

use aidos_read::{Archive, Limits, ReadError, Reason, Verdict, fuzzing};
use proptest::prelude::*;
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::make::{archive, archive_with, central, deflated, patch, stored};

fn open(bytes: Vec<u8>) -> Result<Archive<Cursor<Vec<u8>>>, ReadError> {
    Archive::open(Cursor::new(bytes), &Limits::default())
}

fn read(archive: &mut Archive<Cursor<Vec<u8>>>, index: usize) -> Result<Vec<u8>, ReadError> {
    let mut content = Vec::new();
    archive.open_member(index)?.read_to_end(&mut content)?;
    Ok(content)
}

fn verdicts(bytes: Vec<u8>) -> Vec<Verdict> {
    open(bytes)
        .unwrap()
        .members()
        .iter()
        .map(|m| m.verdict.clone())
        .collect()
}

fn refused(reason: Reason) -> Verdict {
    Verdict::Refused(reason)
}

/// The number at `at` of `bytes`, little-endian, replaced.
fn put(bytes: &mut [u8], at: usize, value: &[u8]) {
    bytes[at..at + value.len()].copy_from_slice(value);
}

#[test]
fn reads_an_honest_archive() {
    let time = zip::DateTime::from_date_and_time(2024, 5, 1, 10, 20, 30).unwrap();
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.add_directory("sub/", deflated()).unwrap();
    for (name, options) in [("sub/a.log", deflated()), ("ημερολόγιο.log", stored())] {
        zip.start_file(name, options.last_modified_time(time))
            .unwrap();
        zip.write_all(name.repeat(1000).as_bytes()).unwrap();
    }
    let mut archive = open(zip.finish().unwrap().into_inner()).unwrap();
    let names: Vec<_> = archive.members().iter().map(|m| m.name.clone()).collect();
    assert_eq!(
        names,
        ["sub/a.log", "ημερολόγιο.log"],
        "folders are not listed"
    );
    for (index, name) in names.iter().enumerate() {
        assert_eq!(archive.members()[index].verdict, Verdict::Ok);
        assert_eq!(
            archive.members()[index].modified,
            Some((2024, 5, 1, 10, 20, 30))
        );
        assert_eq!(
            read(&mut archive, index).unwrap(),
            name.repeat(1000).as_bytes()
        );
    }
    let total = names.iter().map(|n| n.len() as u64 * 1000).sum::<u64>();
    assert_eq!(archive.bytes_unpacked(), total);
    assert_eq!(archive.bytes_left(), (64 << 30) - total);
    assert!(matches!(
        archive.open_member(9),
        Err(ReadError::NotFound { .. })
    ));
}

#[test]
fn reads_an_archive_behind_a_program() {
    let bytes = [b"#!/bin/sh\n".repeat(10), archive(&[("a.log", b"hello")])].concat();
    assert_eq!(read(&mut open(bytes).unwrap(), 0).unwrap(), b"hello");
}

#[test]
fn a_bomb_stops_at_its_ratio() {
    let zeros = vec![0; 30 << 20];
    let honest = archive(&[("bomb", &zeros)]);
    assert_eq!(
        verdicts(honest.clone()),
        [refused(Reason::Ratio)],
        "it says so itself"
    );
    // One that lies about its size.
    let mut liar = honest;
    let size = u32::try_from(zeros.len()).unwrap().to_le_bytes();
    assert!(patch(&mut liar, &size, &1000u32.to_le_bytes()) >= 1);
    let mut archive = open(liar).unwrap();
    assert_eq!(archive.members()[0].verdict, Verdict::Ok);
    let error = read(&mut archive, 0).unwrap_err();
    let ReadError::Ratio {
        packed,
        unpacked,
        limit: 200,
        ..
    } = error
    else {
        panic!("{error}")
    };
    assert!(
        unpacked <= packed * 200 + (1 << 20),
        "{unpacked} bytes were unpacked"
    );
    assert!(archive.bytes_unpacked() < 8 << 20);
}

#[test]
fn small_files_may_be_very_compressible() {
    let bytes = archive(&[("zeros", &vec![0; 1 << 20])]);
    assert_eq!(read(&mut open(bytes).unwrap(), 0).unwrap().len(), 1 << 20);
}

#[test]
fn all_members_together_stay_below_the_total() {
    let text = b"0123456789".repeat(1000);
    let bytes = archive_with(&[("a", &text), ("b", &text), ("c", &text)], stored());
    let limits = Limits::default().with_archive_bytes(25_000);
    let mut archive = Archive::open(Cursor::new(bytes), &limits).unwrap();
    let ok = (0..2).all(|i| read(&mut archive, i).is_ok());
    assert!(ok);
    let error = read(&mut archive, 2).unwrap_err();
    assert!(
        matches!(error, ReadError::Limit { limit: 25_000, .. }),
        "{error}"
    );
}

/// Fifield's construction, simplified: many entries, one piece of data.
#[test]
fn overlapping_data_is_refused_before_reading() {
    let mut bytes = archive(&[("a", b"aaaaaaaa"), ("b", b"aaaaaaaa"), ("c", b"cccc")]);
    let second = central(&bytes, 1);
    let first = central(&bytes, 0);
    let offset = bytes[first + 42..first + 46].to_vec();
    put(&mut bytes, second + 42, &offset);
    // Its name must match that of the header which it shares.
    bytes[second + 46] = b'a';
    let found = verdicts(bytes);
    assert_eq!(
        found[..2],
        [refused(Reason::Overlap), refused(Reason::Overlap)]
    );
    assert_eq!(found[2], Verdict::Ok);
}

#[test]
fn data_that_reaches_into_the_directory_is_refused() {
    let mut bytes = archive_with(&[("a", b"aaaa"), ("b", b"bbbb")], stored());
    let second = central(&bytes, 1);
    put(&mut bytes, second + 20, &400u32.to_le_bytes());
    put(&mut bytes, second + 24, &400u32.to_le_bytes());
    assert_eq!(verdicts(bytes), [Verdict::Ok, refused(Reason::Overlap)]);
}

#[test]
fn names_that_leave_the_folder_are_refused() {
    // Written with harmless names of the same length, because writers refuse the others too.
    for (harmless, hostile, reason) in [
        ("aa/bb.log", "../bb.log", Reason::Traversal),
        ("aa/bb/c.log", "aa/../c.log", Reason::Traversal),
        ("aetc/passwd", "/etc/passwd", Reason::Absolute),
        ("Cx/windows", "C:/windows", Reason::Drive),
        ("aaxxbb.log", "..\\\\bb.log", Reason::Drive),
        ("nul.log", "n\0l.log", Reason::Name),
    ] {
        let mut bytes = archive(&[(harmless, b"x")]);
        assert_eq!(
            patch(&mut bytes, harmless.as_bytes(), hostile.as_bytes()),
            2
        );
        assert_eq!(verdicts(bytes), [refused(reason)], "{hostile:?}");
    }
}

#[test]
fn links_and_special_files_are_refused() {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.add_symlink("link", "/etc/passwd", SimpleFileOptions::default())
        .unwrap();
    zip.start_file("pipe", deflated()).unwrap();
    let mut bytes = zip.finish().unwrap().into_inner();
    let pipe = central(&bytes, 1);
    put(&mut bytes, pipe + 38, &(0o010_644u32 << 16).to_le_bytes());
    assert_eq!(
        verdicts(bytes),
        [refused(Reason::Link), refused(Reason::Special)]
    );
}

#[test]
fn encrypted_members_are_refused() {
    let mut bytes = archive(&[("a", b"secret"), ("b", b"plain")]);
    let at = central(&bytes, 0);
    bytes[at + 8] |= 1;
    bytes[6] |= 1;
    assert_eq!(verdicts(bytes), [refused(Reason::Encrypted), Verdict::Ok]);
}

#[test]
fn other_methods_are_refused() {
    let mut bytes = archive_with(&[("a", b"x")], stored());
    let at = central(&bytes, 0);
    bytes[at + 10] = 12;
    bytes[8] = 12;
    assert_eq!(verdicts(bytes), [refused(Reason::Method(12))]);
}

#[test]
fn duplicate_names_are_refused_all() {
    let mut bytes = archive(&[("a.log", b"one"), ("b.log", b"two"), ("c.log", b"three")]);
    assert_eq!(patch(&mut bytes, b"b.log", b"a.log"), 2);
    let found = verdicts(bytes);
    // The `zip` crate lists one of the two only; ours sees both.
    assert!(
        found[..2].iter().all(|v| matches!(v, Verdict::Refused(_))),
        "{found:?}"
    );
    assert_eq!(found[2], Verdict::Ok);
    let mut bytes = archive(&[("a/b", b"one"), ("a//b", b"two")]);
    assert_eq!(patch(&mut bytes, b"zzz", b"zzz"), 0);
    assert_eq!(
        verdicts(bytes),
        [refused(Reason::Duplicate), refused(Reason::Duplicate)]
    );
}

#[test]
fn headers_that_contradict_the_directory_are_refused() {
    let mut bytes = archive(&[("good.log", b"x")]);
    bytes[30] = b'f';
    assert_eq!(verdicts(bytes), [refused(Reason::Mismatch)]);
}

#[test]
fn a_wrong_checksum_is_told_at_the_end() {
    let mut bytes = archive_with(&[("a.log", b"hello world")], stored());
    assert_eq!(patch(&mut bytes, b"hello", b"hullo"), 1);
    let mut archive = open(bytes).unwrap();
    let mut reader = archive.open_member(0).unwrap();
    let mut content = Vec::new();
    let error = ReadError::from(reader.read_to_end(&mut content).unwrap_err());
    assert!(matches!(error, ReadError::Crc { .. }), "{error}");
    assert_eq!(content, b"hullo world");
    assert!(
        reader.read(&mut [0; 8]).is_err(),
        "it does not look like an end afterwards"
    );
}

#[test]
fn damaged_and_cut_data_is_told() {
    let text: Vec<u8> = (0..20_000u32).flat_map(u32::to_le_bytes).collect();
    let mut bytes = archive(&[("a.log", &text)]);
    put(&mut bytes, 200, &[0xFF; 400]);
    let error = read(&mut open(bytes).unwrap(), 0).unwrap_err();
    assert!(matches!(error, ReadError::BrokenMember { .. }), "{error}");
    // A size that is too small hides data; one too large has none.
    for size in [10u32, 90_000] {
        let mut bytes = archive(&[("a.log", &text)]);
        let at = central(&bytes, 0);
        put(&mut bytes, at + 24, &size.to_le_bytes());
        let error = read(&mut open(bytes).unwrap(), 0).unwrap_err();
        assert!(matches!(error, ReadError::BrokenMember { .. }), "{error}");
    }
}

#[test]
fn a_cut_archive_is_refused() {
    let bytes = archive(&[("a.log", &b"hello ".repeat(1000))]);
    for keep in [0, 1, 21, 50, bytes.len() / 2, bytes.len() - 1] {
        let error = open(bytes[..keep].to_vec()).err().unwrap();
        assert!(
            matches!(error, ReadError::BrokenArchive { .. }),
            "{keep}: {error}"
        );
    }
}

#[test]
fn too_many_entries_are_refused_by_their_count() {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for i in 0..100_000u32 {
        zip.start_file(format!("{i}"), stored()).unwrap();
    }
    let mut bytes = zip.finish().unwrap().into_inner();
    let error = open(bytes.clone()).err().unwrap();
    let ReadError::Limit {
        limit: 10_000,
        found: 100_000,
        ..
    } = &error
    else {
        panic!("{error}")
    };
    assert!(error.to_string().contains("10000"), "{error}");
    // A directory that says it holds ten.
    let end = bytes.len() - 22;
    put(&mut bytes, end + 8, &10u16.to_le_bytes());
    put(&mut bytes, end + 10, &10u16.to_le_bytes());
    let error = open(bytes).err().unwrap();
    assert!(
        matches!(
            error,
            ReadError::Limit { .. } | ReadError::BrokenArchive { .. }
        ),
        "{error}"
    );
}

#[test]
fn a_directory_with_hidden_entries_is_refused() {
    let mut bytes = archive(&[("a", b"x"), ("b", b"y"), ("c", b"z")]);
    let end = bytes.len() - 22;
    put(&mut bytes, end + 8, &2u16.to_le_bytes());
    put(&mut bytes, end + 10, &2u16.to_le_bytes());
    assert!(matches!(open(bytes), Err(ReadError::BrokenArchive { .. })));
}

#[test]
fn two_directories_are_refused() {
    // An archive in the comment of another: readers differ in which one they see.
    let inner = archive(&[("inner", b"evil")]);
    let mut bytes = archive(&[("outer", b"good")]);
    let end = bytes.len();
    put(
        &mut bytes,
        end - 2,
        &u16::try_from(inner.len()).unwrap().to_le_bytes(),
    );
    bytes.extend_from_slice(&inner);
    match open(bytes) {
        Err(ReadError::BrokenArchive { .. }) => {}
        Err(error) => panic!("{error}"),
        // Where it opens, the one that all readers see was taken.
        Ok(archive) => assert_eq!(archive.members()[0].name, "inner"),
    }
}

#[test]
fn archives_lie_one_deep_and_no_deeper() {
    let inner = archive(&[("a.log", b"hello"), ("more.zip", b"PK")]);
    let mut outer = open(archive(&[("inner.ZIP", &inner)])).unwrap();
    assert_eq!(outer.members()[0].verdict, Verdict::Ok);
    let content = read(&mut outer, 0).unwrap();
    let limits = Limits::default().with_archive_bytes(outer.bytes_left());
    let nested = Archive::open_nested(Cursor::new(content.clone()), &limits, 1).unwrap();
    assert_eq!(nested.members()[1].verdict, refused(Reason::NestedTooDeep));
    let deep = Archive::open_nested(Cursor::new(content), &limits, 2);
    assert!(matches!(
        deep,
        Err(ReadError::Nested { found: 2, limit: 1 })
    ));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// Changed bytes anywhere: an error or the right content, never a panic or more than allowed.
    #[test]
    fn mutated(changes in prop::collection::vec((any::<u32>(), any::<u8>()), 1..8), keep in 0usize..2000) {
        let mut bytes = archive(&[("sub/a.log", &b"hello ".repeat(50)), ("b.log", b"x"), ("c/", b"")]);
        for (at, byte) in changes {
            let at = at as usize % bytes.len();
            bytes[at] = byte;
        }
        bytes.truncate(keep.max(bytes.len() / 2));
        fuzzing::zip(&bytes);
    }
}
