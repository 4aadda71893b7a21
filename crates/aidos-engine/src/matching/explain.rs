//! What a file is, without a key; and who learns what in its job, computed from what it says of itself.

use std::path::{Path, PathBuf};

use aidos_fhe::codec::{self, Artefact, Header, Kind, Manifest};
use aidos_fhe::set::IP4_S1;
use serde::Serialize;

use super::outcome::name;
use super::roles::hex;
use super::{about, file};
use crate::Error;

/// What a file says of itself. Public, all of it.
#[derive(Clone, Debug, Serialize)]
pub struct Facts {
    /// Its path.
    pub path: PathBuf,
    /// What it is.
    pub kind: &'static str,
    /// Its length in bytes.
    pub bytes: u64,
    /// Whether it can only be opened with a passphrase; then nothing else is known.
    pub sealed: bool,
    /// The rest, by name.
    pub facts: Vec<(&'static str, String)>,
}

/// Says what a file is, and checks what can be checked without a key: its length, its signature, its counts.
///
/// # Errors
/// It cannot be read, is none of ours, or is damaged.
pub fn inspect(path: &Path) -> Result<Facts, Error> {
    let start = file::start(path)?;
    let (kind, open) = codec::identify(&start).ok_or_else(|| {
        Error::Usage(format!(
            "`{}` is no file of encrypted correlation; `aidos inspect` knows others",
            path.display()
        ))
    })?;
    let bytes = path.metadata().map_err(Error::file("read", path))?.len();
    let mut facts = Facts {
        path: path.to_owned(),
        kind,
        bytes,
        sealed: open.is_none(),
        facts: Vec::new(),
    };
    let Some(open) = open else {
        return Ok(facts);
    };
    if open == Kind::List && bytes == Manifest::BYTES as u64 {
        let bytes = std::fs::read(path).map_err(Error::file("read", path))?;
        let manifest = Manifest::read(&bytes, open).map_err(about(path))?;
        facts.kind = "manifest of an encrypted list";
        facts.facts = of(manifest.header(), &manifest);
        return Ok(facts);
    }
    let source = file::open(path)?;
    let artefact = file::artefact(&source, path, open)?;
    facts.facts = of(artefact.header(), &artefact.manifest());
    for parent in artefact.parents() {
        let (what, text) = match parent.header().kind {
            Kind::Query => ("query", String::new()),
            _ => ("list", format!("{}, ", name(parent))),
        };
        let (root, signer) = (hex(&parent.root()), parent.signer());
        facts
            .facts
            .push((what, format!("{text}root {root}, signed by {signer}")));
    }
    Ok(facts)
}

fn of(header: &Header, manifest: &Manifest) -> Vec<(&'static str, String)> {
    let mut facts = vec![("parameters", header.set.to_string())];
    if let Some(values) = header.values {
        facts.push(("values", values.to_string()));
    }
    if let Some(name) = header.name() {
        facts.push(("name", name.escape_debug().to_string()));
    }
    if let Some(entries) = header.entries() {
        facts.push(("entries", format!("up to {entries}")));
        facts.push(("labels", yes(header.labels)));
        facts.push(("told apart from other lists", yes(header.attributed)));
    }
    if header.sets > 0 {
        let most = header.capacity();
        facts.push((
            "query sets",
            format!("{}, of up to {most} values together", header.sets),
        ));
    }
    facts.push(("created", seconds(header.created)));
    facts.push(("job", hex(&header.job)));
    facts.push(("holder", header.key.to_string()));
    facts.push(("root", hex(&manifest.root())));
    facts.push(("signed by", manifest.signer().to_string()));
    facts
}

fn counted(number: u64, one: &str) -> String {
    format!("{number} {one}{}", if number == 1 { "" } else { "s" })
}

fn yes(is: bool) -> String {
    if is { "yes" } else { "no" }.to_owned()
}

fn seconds(created: u64) -> String {
    let created = i64::try_from(created).ok();
    let time = created.and_then(aidos_model::Timestamp::from_seconds);
    // What a maker says may be no date.
    time.map_or_else(|| "no date".to_owned(), |time| time.to_string())
}

/// Who learns what from the job of these files: of a result or hits alone, or of a query and the lists it is to be compared
/// with. One sentence a line.
///
/// # Errors
/// A file cannot be read, is damaged, or is of another kind.
pub fn explain(paths: &[PathBuf]) -> Result<Vec<String>, Error> {
    let sources = paths
        .iter()
        .map(|path| file::open(path))
        .collect::<Result<Vec<_>, _>>()?;
    let mut manifests: Vec<Manifest> = Vec::new();
    for (source, path) in sources.iter().zip(paths) {
        let kind = codec::identify(&file::start(path)?).and_then(|(_, kind)| kind);
        let kind = kind.filter(|kind| !matches!(kind, Kind::PublicKey | Kind::EvaluationKey));
        let kind = kind.ok_or_else(|| {
            Error::Usage(format!(
                "`{}` is no query, list, result or hits; name the files of a job",
                path.display()
            ))
        })?;
        let artefact: Artefact<'_> = file::artefact(source, path, kind)?;
        match artefact.parents() {
            [] => manifests.push(artefact.manifest()),
            parents => manifests.extend_from_slice(parents),
        }
    }
    let (queries, lists): (Vec<&Manifest>, Vec<&Manifest>) = manifests
        .iter()
        .partition(|manifest| manifest.header().kind == Kind::Query);
    let Some(first) = manifests.first().map(Manifest::header) else {
        return Ok(Vec::new());
    };
    let sets: u64 = queries
        .iter()
        .map(|query| u64::from(query.header().sets))
        .sum();
    let entries: u64 = lists
        .iter()
        .filter_map(|list| list.header().entries())
        .sum();
    let parts: u64 = lists
        .iter()
        .map(|list| u64::from(list.header().parts))
        .sum();
    let groups = if first.set == &IP4_S1 { 2 } else { 1 };
    let units = sets * parts * groups;
    let values = first
        .values
        .map_or_else(String::new, |kind| kind.to_string());
    let mut lines = vec![
        format!(
            "The server learns: that values of type {values} are compared; {}, so at most {} values; {} of up to {entries} \
             entries together; whether they have labels; who signed them, and when. No value and no answer.",
            counted(sets, "query set"),
            sets * 6_000,
            counted(lists.len() as u64, "list")
        ),
        format!(
            "The holder of the secret key learns: one bit for each of {} places of the query, which are pseudonyms: the same value \
             under the same hash key has the same places. No value, unless he has the hash key: do not give it to him.",
            sets * 16_384
        ),
        "The query owner learns: which of the values asked for are listed. Nothing of the rest of the list.".to_owned(),
        "The list owner learns: nothing.".to_owned(),
        "Server and holder together read both lists, and so does the holder who gets the uploaded files: that is inherent in \
         one key. A data owner who holds the key can read the other's list: give the key to a third party."
            .to_owned(),
    ];
    let apart = lists.iter().filter(|list| list.header().attributed).count();
    if apart > 0 {
        lines.push(format!(
            "{apart} of {} lists may be told apart: holder and query owner learn which of these has a value.",
            lists.len()
        ));
    }
    if lists.iter().any(|list| list.header().labels) {
        lines.push("Holder and query owner learn the label of each match.".to_owned());
    }
    if units > 0 {
        #[expect(clippy::cast_precision_loss, reason = "a logarithm for people")]
        let bits = (first.set.bounds().hiding / units as f64).log2();
        lines.push(format!(
            "What the results of this job say of the lists beyond the bits is hidden with a statistical distance of 2^-{bits:.0} \
             ({}), in the worst case.",
            counted(units, "answer")
        ));
    }
    if first.set == &IP4_S1 {
        lines.push("Answers for IPv4 addresses are exact.".to_owned());
    } else if sets > 0 && entries > 0 {
        #[expect(clippy::cast_precision_loss, reason = "a logarithm for people")]
        let bits = 72.0 - (sets as f64 * 6_000.0).log2() - (entries as f64).log2();
        lines.push(format!(
            "The chance of any false match in this job is below 2^-{bits:.1} (values asked for times entries, over 2^72)."
        ));
    }
    lines.push(
        "128 bits of security against classical computers, fewer against quantum ones. Neither this program nor the library \
         below it has been audited."
            .to_owned(),
    );
    Ok(lines)
}
