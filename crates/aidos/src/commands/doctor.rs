//! `aidos doctor`: is everything there that a job needs?

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use aidos_core::clean::zone::Zone;
use aidos_core::extract::mapped::SHIPPED;
use aidos_engine::Exit;
use serde::Serialize;

use crate::cli::Session;
use crate::config::{self, Config};
use crate::options::{self, maybe};
use crate::size;
use crate::ui::plain;

/// Check that everything is there that a job needs
///
/// Ends with exit code 1 when a check fails.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    aidos doctor\n  \
    aidos doctor --out /data/cases --json")]
pub(crate) struct Args {
    /// The folder of cases [default: out]
    #[arg(long, short, value_name = "DIR")]
    out: Option<String>,
}

/// One check.
#[derive(Debug, Serialize)]
struct Check {
    #[serde(rename = "check")]
    name: &'static str,
    ok: bool,
    found: String,
}

/// A job fills a disk with a multiple of its input; below this not even a small one is sure to end.
const LEAST_DISK: u64 = 256 << 20;

/// Runs all checks.
pub(crate) fn run(args: &Args, session: &Session<'_>) -> anyhow::Result<Exit> {
    let mut checks = vec![Check {
        name: "version",
        ok: true,
        found: format!(
            "aidos {} on {} {}",
            env!("CARGO_PKG_VERSION"),
            std::env::consts::OS,
            std::env::consts::ARCH
        ),
    }];
    let config = match session.config([vec![("out", maybe(args.out.as_ref()))]]) {
        Ok(config) => {
            let file = config::file_path(None, &|name| std::env::var_os(name));
            let found = match file {
                Some((path, _)) if path.is_file() => path.display().to_string(),
                _ => "no file; what the program takes by itself holds".to_owned(),
            };
            checks.push(check("configuration", Ok(found)));
            Some(config)
        }
        Err(error) => {
            checks.push(check("configuration", Err(error.to_string())));
            None
        }
    };
    let out = match config.as_ref().and_then(|config| config.one("out")) {
        Some(out) => PathBuf::from(out),
        None => PathBuf::from(args.out.as_deref().unwrap_or("out")),
    };
    let scratch = std::env::temp_dir();
    checks.push(check("output folder", writable(&out)));
    checks.push(check("output disk", space(&out)));
    checks.push(check("scratch folder", writable(&scratch)));
    checks.push(check("scratch disk", space(&scratch)));
    checks.push(check("memory", memory(config.as_ref())));
    checks.push(check("time zones", zones()));
    checks.push(check("providers", providers(config.as_ref())));
    checks.push(check("processor", Ok(processor())));
    let ok = checks.iter().all(|check| check.ok);
    let mut out = session.ui.out();
    for check in &checks {
        if session.ui.json() {
            serde_json::to_writer(&mut out, check)?;
            out.write_all(b"\n")?;
        } else {
            let word = if check.ok { "ok  " } else { "FAIL" };
            writeln!(out, "{word}  {:<14}  {}", check.name, plain(&check.found))?;
        }
    }
    out.flush()?;
    Ok(if ok { Exit::Done } else { Exit::Failed })
}

fn check(name: &'static str, result: Result<String, String>) -> Check {
    let ok = result.is_ok();
    let found = result.unwrap_or_else(|why| why);
    Check { name, ok, found }
}

/// The folder, or the nearest one above that is there.
fn nearest(folder: &Path) -> PathBuf {
    let whole = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    whole
        .ancestors()
        .find(|path| path.exists())
        .map_or_else(|| PathBuf::from("/"), Path::to_owned)
}

/// Tries to write, and leaves nothing behind.
fn writable(folder: &Path) -> Result<String, String> {
    let there = nearest(folder);
    let path = there.join(format!(".aidos-doctor-{}", std::process::id()));
    let tried = File::create_new(&path)
        .and_then(|mut file| file.write_all(b"x"))
        .and_then(|()| fs::remove_file(&path));
    let shown = folder.display();
    match tried {
        Ok(()) if there == std::path::absolute(folder).unwrap_or_default() => {
            Ok(format!("`{shown}` can be written to"))
        }
        Ok(()) => Ok(format!("`{shown}` can be made")),
        Err(error) => {
            fs::remove_file(&path).ok();
            Err(format!(
                "cannot write to `{shown}`: {error}; choose another folder with --out or TMPDIR"
            ))
        }
    }
}

fn space(folder: &Path) -> Result<String, String> {
    let disk = rustix::fs::statvfs(nearest(folder)).map_err(|error| error.to_string())?;
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    let text = format!("{} free", size::show(free));
    if free < LEAST_DISK {
        return Err(format!(
            "{text}; make room, {} at the least",
            size::show(LEAST_DISK)
        ));
    }
    Ok(text)
}

fn memory(config: Option<&Config>) -> Result<String, String> {
    let wanted = config
        .and_then(|config| config.read("memory", config::memory).ok().flatten())
        .unwrap_or(aidos_engine::plan::DEFAULT_MEMORY);
    let wanted_text = size::show(wanted);
    match available() {
        Ok(free) if free < wanted => Err(format!(
            "a job keeps to {wanted_text}, but only {} are available; end other programs, or give a job \
             less with --memory",
            size::show(free)
        )),
        Ok(free) => Ok(format!(
            "a job keeps to {wanted_text}, {} are available",
            size::show(free)
        )),
        Err(_) => Ok(format!("a job keeps to {wanted_text}")),
    }
}

/// Memory that programs can have, as Linux tells it.
fn available() -> io::Result<u64> {
    let text = fs::read_to_string("/proc/meminfo")?;
    let kib = text
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"))
        .and_then(|rest| rest.trim().strip_suffix("kB"))
        .and_then(|number| number.trim().parse::<u64>().ok());
    kib.map(|kib| kib << 10)
        .ok_or_else(|| io::ErrorKind::NotFound.into())
}

fn zones() -> Result<String, String> {
    match Zone::parse("Europe/Athens") {
        Ok(_) => Ok("the zones of the program itself".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

fn providers(config: Option<&Config>) -> Result<String, String> {
    let Some(config) = config else {
        return Err("the configuration cannot be read, see above".to_owned());
    };
    let providers = options::providers(config).map_err(|error| format!("{error:#}"))?;
    let count = providers.iter().count();
    // Each shipped mapping is a provider, unless it does not parse.
    if count < SHIPPED.len() {
        return Err(format!("only {count} load; please report it"));
    }
    Ok(format!("{count} load"))
}

/// What speeds up digests and ciphers. Nothing depends on it.
fn processor() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut text = format!("{cores} threads");
    #[cfg(target_arch = "x86_64")]
    for (has, name) in [
        (std::is_x86_feature_detected!("sha"), "SHA"),
        (std::is_x86_feature_detected!("aes"), "AES"),
        (std::is_x86_feature_detected!("avx2"), "AVX2"),
    ] {
        text.push_str(if has { ", " } else { ", no " });
        text.push_str(name);
    }
    text
}
