//! What the data owners do: who asks, and who lists.

use std::io::Write as _;
use std::path::PathBuf;
use std::str::FromStr as _;

use aidos_engine::Exit;
use aidos_engine::matching::{
    self, Choice, Encrypted, Fingerprint, Format, Keys, ListOptions, Segmented, Taken,
};

use super::{PassphraseArgs, SignerArgs, ThreadArgs, at_desk, kind, passphrase};
use crate::cli::Session;
use crate::options::maybe;
use crate::size;
use crate::ui::{count, counted, plain, usage};

/// Make the key that both data owners share (hash.key)
///
/// 32 random bytes and how values of this type are normalised, sealed under the passphrase. Hand it to the other data owner
/// with the passphrase, by a way that neither server nor key holder sees.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos match hash-key --out hash.key --passphrase-file pass.txt\n  \
    aidos match hash-key --out mail.key --type email --passphrase-file pass.txt")]
pub(super) struct HashKey {
    /// The file to make
    #[arg(long, short, value_name = "FILE")]
    out: PathBuf,

    /// The type of the values: ipv4, ipv6, cidr, domain, email, url or file-hash
    #[arg(long = "type", value_name = "T", default_value = "ipv4")]
    kind: String,

    #[command(flatten)]
    passphrase: PassphraseArgs,
}

/// The keys that a data owner encrypts with.
#[derive(clap::Args, Debug)]
struct KeyArgs {
    /// The holder's public key
    #[arg(long, value_name = "FILE")]
    public_key: PathBuf,

    /// The fingerprint that the holder's keygen printed: who can replace a public key reads all
    #[arg(long, value_name = "FINGERPRINT")]
    holder: String,

    /// What both data owners share
    #[arg(long, value_name = "FILE")]
    hash_key: PathBuf,

    #[command(flatten)]
    passphrase: PassphraseArgs,

    #[command(flatten)]
    signers: SignerArgs,

    #[command(flatten)]
    threads: ThreadArgs,
}

/// Encrypt what you want to know about: the addresses of a case, a bundle or a list
///
/// Of a case, a STIX bundle or a MISP event the values of the hash key's type, attackers and victims; of a table one column; of
/// a plain list each line. Writes the query for the server, and a sealed map that stays here: without it nobody can tell which
/// answer belongs to which value.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos match encrypt-cti --public-key public.key --holder $FINGERPRINT --hash-key hash.key \\\n      \
        --out query.aidos --map query.local --passphrase-file pass.txt out/evidence\n  \
    aidos match encrypt-cti --public-key public.key --holder $FINGERPRINT --hash-key hash.key \\\n      \
        --out query.aidos --map query.local --column source.ip --passphrase-file pass.txt march.csv")]
pub(super) struct EncryptCti {
    #[command(flatten)]
    keys: KeyArgs,

    /// The query for the server
    #[arg(long, short, value_name = "FILE")]
    out: PathBuf,

    /// The map that stays here
    #[arg(long, value_name = "FILE")]
    map: PathBuf,

    /// The column of a table, by name or number [default: the one that has most values of the type]
    #[arg(long, value_name = "NAME")]
    column: Option<String>,

    /// A case's folder, STIX or MISP, text, CSV or JSON; - for standard input
    #[arg(value_name = "INPUT")]
    input: PathBuf,
}

/// Encrypt a list for others to compare with
///
/// Text, CSV, JSON, STIX or a MISP feed's event. In a list of IPv4 addresses a network of up to 4,096 addresses becomes
/// these; wider ones go into a list of networks (a hash key of type cidr). What is none of the type is counted and said.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos match encrypt-blocklist --public-key public.key --holder $FINGERPRINT --hash-key hash.key \\\n      \
        --out list.aidos --passphrase-file pass.txt blocklist.txt\n  \
    aidos match encrypt-blocklist --public-key public.key --holder $FINGERPRINT --hash-key hash.key \\\n      \
        --out scored.aidos --labels score --name scored --passphrase-file pass.txt scored.csv")]
pub(super) struct EncryptBlocklist {
    #[command(flatten)]
    keys: KeyArgs,

    /// The list for the server
    #[arg(long, short, value_name = "FILE", required_unless_present = "segments")]
    out: Option<PathBuf>,

    /// Keep the list in segments in this folder: what was added becomes a new one, one that lost entries is encrypted anew, and
    /// all others stay. The server sees which change
    #[arg(long, value_name = "DIR", conflicts_with_all = ["out", "manifest"])]
    segments: Option<PathBuf>,

    /// Make the segments one, in a new order
    #[arg(long, requires = "segments")]
    merge: bool,

    /// Write the list's manifest, by which others check that a result is of this list
    #[arg(long, value_name = "FILE")]
    manifest: Option<PathBuf>,

    /// A name of up to 32 bytes that server, holder and those who ask will read
    #[arg(long, value_name = "NAME", default_value = "")]
    name: String,

    /// Let a match be told to be of this list where a job has several
    #[arg(long)]
    attribute: bool,

    /// Encrypt a label of 0 to 65535 with each value, shown on a match: the column that has it, by name or number; of
    /// a plain list the second word of a line
    #[arg(long, value_name = "COLUMN")]
    labels: Option<String>,

    /// The column of a table, by name or number [default: the one that has most values of the type]
    #[arg(long, value_name = "NAME")]
    column: Option<String>,

    /// STIX or MISP, text, CSV or JSON; - for standard input
    #[arg(value_name = "INPUT")]
    input: PathBuf,
}

/// Read the answers to your query
///
/// A table of those that match; CSV and JSON hold each distinct value in the order of the input; STIX holds an indicator
/// and a sighting for each match.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos match report --map query.local --hits hits.aidos --passphrase-file pass.txt\n  \
    aidos match report --map query.local --hits hits.aidos --format csv --passphrase-file pass.txt > answers.csv")]
pub(super) struct Report {
    /// The map that stayed here
    #[arg(long, value_name = "FILE")]
    map: PathBuf,

    /// What the holder gave back
    #[arg(long, value_name = "FILE")]
    hits: PathBuf,

    /// How the answers are written
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: FormatArg,

    /// A list owner's manifest that must be among the lists; may be given again
    #[arg(long, value_name = "FILE")]
    manifest: Vec<PathBuf>,

    /// TLP 2.0 label of the bundle: clear, green, amber, amber+strict or red [default: amber]
    #[arg(long, value_name = "L")]
    tlp: Option<String>,

    #[command(flatten)]
    passphrase: PassphraseArgs,

    #[command(flatten)]
    signers: SignerArgs,
}

/// How answers are written.
#[derive(clap::ValueEnum, Clone, Copy, Debug)]
pub(super) enum FormatArg {
    Table,
    Csv,
    Json,
    Stix,
}

impl From<FormatArg> for Format {
    fn from(format: FormatArg) -> Self {
        match format {
            FormatArg::Table => Self::Table,
            FormatArg::Csv => Self::Csv,
            FormatArg::Json => Self::Json,
            FormatArg::Stix => Self::Stix,
        }
    }
}

pub(super) fn hash_key(args: &HashKey, session: &Session<'_>) -> anyhow::Result<Exit> {
    let config = session.config([args.passphrase.given()])?;
    let written = matching::hash_key(kind(&args.kind)?, &args.out, &passphrase(&config, session)?)?;
    session.ui.say(&format!(
        "{}: the key that both data owners share, sealed; give it to the other one, and to nobody else",
        plain(&written.path.display().to_string())
    ));
    if session.ui.json() {
        session.ui.object(&written)?;
    }
    Ok(Exit::Done)
}

/// Calls `work` with a data owner's keys.
fn with_keys<T>(
    args: &KeyArgs,
    session: &Session<'_>,
    work: impl FnOnce(&Keys<'_>, &matching::Desk<'_>) -> Result<T, aidos_engine::Error>,
) -> anyhow::Result<T> {
    let config = session.config([
        args.passphrase.given(),
        args.signers.given(),
        args.threads.given(),
    ])?;
    let holder =
        Fingerprint::from_str(&args.holder).map_err(|error| usage(format!("--holder: {error}")))?;
    let passphrase = passphrase(&config, session)?;
    let keys = Keys {
        public_key: &args.public_key,
        holder,
        hash_key: &args.hash_key,
        passphrase: &passphrase,
    };
    at_desk(&config, session, |desk| work(&keys, desk))
}

pub(super) fn encrypt_cti(args: &EncryptCti, session: &Session<'_>) -> anyhow::Result<Exit> {
    let choice = Choice {
        column: args.column.as_deref(),
        labels: None,
    };
    let done = with_keys(&args.keys, session, |keys, desk| {
        matching::encrypt_query(&args.input, &choice, keys, &args.out, &args.map, desk)
    })?;
    tell(&done, session)?;
    session.ui.say(&format!(
        "{}: the map, sealed; it stays here",
        plain(&args.map.display().to_string())
    ));
    Ok(Exit::Done)
}

pub(super) fn encrypt_blocklist(
    args: &EncryptBlocklist,
    session: &Session<'_>,
) -> anyhow::Result<Exit> {
    let choice = Choice {
        column: args.column.as_deref(),
        labels: args.labels.as_deref(),
    };
    let options = ListOptions {
        name: &args.name,
        attributed: args.attribute,
        labels: args.labels.is_some(),
    };
    if let Some(folder) = &args.segments {
        let done = with_keys(&args.keys, session, |keys, desk| {
            matching::encrypt_segments(
                &args.input,
                &choice,
                keys,
                options,
                folder,
                args.merge,
                desk,
            )
        })?;
        return segments(&done, session);
    }
    let manifest = args.manifest.as_deref();
    let Some(out) = &args.out else {
        return Err(usage(
            "name the list for the server with --out, or a folder with --segments",
        ));
    };
    let done = with_keys(&args.keys, session, |keys, desk| {
        matching::encrypt_list(&args.input, &choice, keys, options, out, manifest, desk)
    })?;
    tell(&done, session)?;
    Ok(Exit::Done)
}

/// What changed of a list in segments.
fn segments(done: &Segmented, session: &Session<'_>) -> anyhow::Result<Exit> {
    let ui = session.ui;
    taken(&done.taken, done.kind, session);
    ui.say(&format!(
        "{} added, {} removed; {} encrypted, {} taken away, {} now, in {} s",
        counted(done.added, "entry", "entries"),
        count(done.removed),
        counted(done.encrypted.len() as u64, "segment", "segments"),
        count(done.gone.len() as u64),
        count(done.segments.len() as u64),
        done.seconds
    ));
    for segment in &done.segments {
        ui.say(&format!("  {}", plain(&segment.display().to_string())));
    }
    if ui.json() {
        ui.object(done)?;
    }
    Ok(Exit::Done)
}

/// What was taken, what was dropped, and what leaves.
fn tell(done: &Encrypted, session: &Session<'_>) -> anyhow::Result<()> {
    let ui = session.ui;
    taken(&done.taken, done.kind, session);
    ui.say(&format!(
        "{}: {}, encrypted as one of up to {}; {} in {} s",
        plain(&done.file.path.display().to_string()),
        counted(done.distinct, "distinct value", "distinct values"),
        count(done.size),
        size::show(done.file.bytes),
        done.seconds
    ));
    if ui.json() {
        ui.object(done)?;
    }
    Ok(())
}

pub(super) fn taken(taken: &Taken, kind: &str, session: &Session<'_>) {
    let ui = session.ui;
    let mut line = format!(
        "{} of type {kind}",
        counted(taken.values, "value", "values")
    );
    if let Some(column) = &taken.column {
        line.push_str(&format!(" of column `{}`", plain(column)));
    }
    line.push_str(&format!(", taken of {}", size::show(taken.bytes)));
    if taken.others > 0 {
        line.push_str(&format!(
            "; {} of other types stay here",
            count(taken.others)
        ));
    }
    ui.say(&line);
    if !taken.dropped.is_empty() {
        ui.say(&format!(
            "  {} stay here: {}",
            counted(taken.dropped.len() as u64, "column", "columns"),
            plain(&taken.dropped.join(", "))
        ));
    }
    if taken.left_out > 0 {
        ui.say(&format!(
            "  {} left out, as none is of the type:",
            counted(taken.left_out, "place was", "places were")
        ));
        for place in &taken.places {
            ui.say(&format!(
                "    line {}: {}",
                place.place,
                plain(&place.reason)
            ));
        }
        if taken.left_out > taken.places.len() as u64 {
            ui.say("    …");
        }
    }
}

pub(super) fn report(args: &Report, session: &Session<'_>) -> anyhow::Result<Exit> {
    let config = session.config([
        args.passphrase.given(),
        args.signers.given(),
        vec![("tlp", maybe(args.tlp.as_ref()))],
    ])?;
    let passphrase = passphrase(&config, session)?;
    let answers = at_desk(&config, session, |desk| {
        matching::report(&args.map, &passphrase, &args.hits, &args.manifest, desk)
    })?;
    let format = if session.ui.json() {
        Format::Json
    } else {
        args.format.into()
    };
    let mut out = session.ui.out();
    answers.write(format, crate::options::tlp(&config)?, &mut out)?;
    out.flush()?;
    Ok(Exit::Done)
}
