//! Options in layers: command line, then environment, then file, then what the program takes by itself.
//!
//! [`SETTINGS`] is the one list of what can be set and how; every layer is checked against it, and each value
//! keeps its [`Origin`], so that `aidos config show --origin` and errors can name it.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use aidos_core::analysis::own::Own;
use aidos_core::clean::zone::Zone;
use aidos_engine::plan::{DEFAULT_MEMORY, LEAST_MEMORY};
use aidos_model::Tlp;
use aidos_privacy::policy::Pap;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::size;
use crate::ui::usage;

/// How the values of an option are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// One value.
    One,
    /// Several; in the environment they are apart by this character.
    List(char),
    /// Several paths, apart by `:`; in the file they are relative to its folder.
    Paths,
    /// One path, in the file relative to its folder.
    Path,
    /// On or off.
    Switch,
}

/// Says why a value does not fit.
type Fits = fn(&str) -> Result<(), String>;

/// An option that can stand on the command line, in the environment and in the file.
#[derive(Debug)]
pub(crate) struct Setting {
    /// Its name on the command line (after `--`) and in the file.
    pub(crate) key: &'static str,
    /// Its environment variable.
    pub(crate) env: &'static str,
    /// What holds where nobody sets it; empty where that is nothing or depends on the computer.
    default: &'static str,
    pub(crate) shape: Shape,
    check: Fits,
}

const fn setting(
    key: &'static str,
    env: &'static str,
    default: &'static str,
    shape: Shape,
    check: Fits,
) -> Setting {
    Setting {
        key,
        env,
        default,
        shape,
        check,
    }
}

/// Everything that can be set.
pub(crate) const SETTINGS: &[Setting] = &[
    setting("out", "AIDOS_OUT", "out", Shape::One, any),
    setting("provider", "AIDOS_PROVIDER", "", Shape::One, any),
    setting("timezone", "AIDOS_TIMEZONE", "", Shape::One, |text| {
        reads(Zone::parse(text))
    }),
    setting("year", "AIDOS_YEAR", "", Shape::One, |text| {
        reads(year(text))
    }),
    setting("nat", "AIDOS_NAT", "semantic", Shape::One, |text| {
        one_of(text, &["semantic", "last-ip"])
    }),
    setting("mapping", "AIDOS_MAPPING", "", Shape::Paths, any),
    setting("objects", "AIDOS_OBJECTS", "", Shape::Path, any),
    setting("own", "AIDOS_OWN", "", Shape::List(','), |text| {
        reads(Own::parse([text]))
    }),
    setting("tlp", "AIDOS_TLP", "amber", Shape::One, |text| {
        reads(Tlp::from_str(text))
    }),
    setting("pap", "AIDOS_PAP", "amber", Shape::One, |text| {
        reads(Pap::from_str(text))
    }),
    setting("policy", "AIDOS_POLICY", "", Shape::Path, any),
    setting("decisions", "AIDOS_DECISIONS", "", Shape::Path, any),
    setting("model", "AIDOS_MODEL", "", Shape::Path, any),
    setting("onnxruntime", "AIDOS_ONNXRUNTIME", "", Shape::Path, any),
    setting("community", "AIDOS_COMMUNITY", "", Shape::One, any),
    setting("key-file", "AIDOS_KEY_FILE", "", Shape::Path, any),
    setting(
        "passphrase-file",
        "AIDOS_PASSPHRASE_FILE",
        "",
        Shape::Path,
        any,
    ),
    setting("signers", "AIDOS_SIGNERS", "", Shape::Path, any),
    setting("partners", "AIDOS_PARTNERS", "", Shape::Path, any),
    setting(
        "shareable",
        "AIDOS_SHAREABLE",
        "true",
        Shape::Switch,
        |text| reads(switch(text)),
    ),
    setting("threads", "AIDOS_THREADS", "", Shape::One, |text| {
        reads(threads(text))
    }),
    setting("memory", "AIDOS_MEMORY", "", Shape::One, |text| {
        reads(memory(text))
    }),
    setting(
        "compress",
        "AIDOS_COMPRESS",
        "false",
        Shape::Switch,
        |text| reads(switch(text)),
    ),
    setting("fail-on", "AIDOS_FAIL_ON", "", Shape::One, |text| {
        one_of(text, &["rejects"])
    }),
];

fn any(text: &str) -> Result<(), String> {
    if text.is_empty() {
        return Err("it is empty; give a value or leave the option out".to_owned());
    }
    Ok(())
}

fn reads<T, E: fmt::Display>(result: Result<T, E>) -> Result<(), String> {
    result.map(drop).map_err(|error| error.to_string())
}

fn one_of(text: &str, words: &[&str]) -> Result<(), String> {
    if words.contains(&text) {
        return Ok(());
    }
    Err(match nearest(text, words.iter().copied()) {
        Some(word) => format!("`{text}` is not known; did you mean `{word}`?"),
        None => format!("`{text}` is not known; use {}", words.join(" or ")),
    })
}

/// Reads `--year`.
pub(crate) fn year(text: &str) -> Result<i16, String> {
    text.parse()
        .ok()
        .filter(|year| (1970..=2261).contains(year))
        .ok_or_else(|| format!("`{text}` is no year; use one from 1970 to 2261"))
}

/// Reads `--threads`.
pub(crate) fn threads(text: &str) -> Result<usize, String> {
    text.parse()
        .ok()
        .filter(|threads| (1..=1024).contains(threads))
        .ok_or_else(|| format!("`{text}` is no number of threads; use one from 1 to 1024"))
}

/// Reads `--memory`.
pub(crate) fn memory(text: &str) -> Result<u64, String> {
    let bytes = size::parse(text)?;
    if bytes < LEAST_MEMORY {
        let least = size::exact(LEAST_MEMORY);
        return Err(format!(
            "`{text}` is too little to work in; give {least} or more"
        ));
    }
    Ok(bytes)
}

/// Reads a switch.
pub(crate) fn switch(text: &str) -> Result<bool, String> {
    match text {
        "true" | "1" | "yes" | "on" => Ok(true),
        "false" | "0" | "no" | "off" => Ok(false),
        _ => Err(format!("`{text}` is neither true nor false")),
    }
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The command line.
    CommandLine,
    /// This environment variable.
    Environment(&'static str),
    /// This line of the configuration file.
    File(PathBuf, usize),
    /// The program.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CommandLine => f.write_str("command line"),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::File(path, line) => write!(f, "{}:{line}", path.display()),
            Self::Default => f.write_str("default"),
        }
    }
}

/// The values of one option, and where they come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Chosen {
    pub(crate) values: Vec<String>,
    pub(crate) origin: Origin,
}

/// Options as a command line gives them: key and values.
pub(crate) type Given = Vec<(&'static str, Vec<String>)>;

/// Looks up an environment variable.
type Env<'e> = &'e dyn Fn(&str) -> Option<OsString>;

/// All options, the layers put together.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    chosen: Vec<(&'static Setting, Chosen)>,
}

impl Config {
    /// Puts the layers together: what was given on the command line, the environment, and the file.
    ///
    /// `file` is the file that was named; without one the usual file is read if it is there.
    pub(crate) fn load(given: Given, file: Option<&Path>) -> anyhow::Result<Self> {
        let env = |name: &str| std::env::var_os(name);
        let from_file = match file_path(file, &env) {
            Some((path, must_be)) => read_file(&path, must_be)?,
            None => Vec::new(),
        };
        Self::layer(given, &env, from_file)
    }

    fn layer(
        mut given: Given,
        env: Env<'_>,
        mut file: Vec<(&'static str, Chosen)>,
    ) -> anyhow::Result<Self> {
        let mut chosen = Vec::with_capacity(SETTINGS.len());
        for setting in SETTINGS {
            let on_line = given
                .iter_mut()
                .find(|(key, values)| *key == setting.key && !values.is_empty())
                .map(|(_, values)| Chosen {
                    values: std::mem::take(values),
                    origin: Origin::CommandLine,
                });
            let in_file = file
                .iter()
                .position(|(key, _)| *key == setting.key)
                .map(|at| file.swap_remove(at).1);
            let value = match on_line {
                Some(value) => value,
                None => match from_environment(setting, env)? {
                    Some(value) => value,
                    None => in_file.unwrap_or_else(|| Chosen {
                        values: default_of(setting),
                        origin: Origin::Default,
                    }),
                },
            };
            if value.origin != Origin::Default {
                for text in &value.values {
                    (setting.check)(text)
                        .map_err(|why| not_fitting(setting, &value.origin, &why))?;
                }
            }
            chosen.push((setting, value));
        }
        Ok(Self { chosen })
    }

    /// Each option with its values and origin.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'static Setting, &Chosen)> {
        self.chosen
            .iter()
            .map(|(setting, chosen)| (*setting, chosen))
    }

    /// The values of an option; none where nobody set it and there is no default value.
    pub(crate) fn list(&self, key: &str) -> &[String] {
        self.chosen
            .iter()
            .find(|(setting, _)| setting.key == key)
            .map_or(&[], |(_, chosen)| chosen.values.as_slice())
    }

    /// The value of an option.
    pub(crate) fn one(&self, key: &str) -> Option<&str> {
        self.list(key).last().map(String::as_str)
    }

    /// The value of an option, read; the error names where the text stands.
    pub(crate) fn read<T, E: fmt::Display>(
        &self,
        key: &str,
        read: impl Fn(&str) -> Result<T, E>,
    ) -> anyhow::Result<Option<T>> {
        let Some((setting, chosen)) = self.iter().find(|(setting, _)| setting.key == key) else {
            return Ok(None);
        };
        chosen
            .values
            .last()
            .map(|text| {
                read(text).map_err(|e| not_fitting(setting, &chosen.origin, &e.to_string()))
            })
            .transpose()
    }
}

fn not_fitting(setting: &Setting, origin: &Origin, why: &str) -> anyhow::Error {
    usage(match origin {
        Origin::CommandLine => format!("--{}: {why}", setting.key),
        Origin::Environment(name) => format!("environment variable {name}: {why}"),
        Origin::File(..) | Origin::Default => format!("{origin}: {}: {why}", setting.key),
    })
}

fn default_of(setting: &Setting) -> Vec<String> {
    match setting.key {
        "threads" => {
            let cores = std::thread::available_parallelism().map_or(1, usize::from);
            vec![cores.to_string()]
        }
        "memory" => vec![size::exact(DEFAULT_MEMORY)],
        _ if setting.default.is_empty() => Vec::new(),
        _ => vec![setting.default.to_owned()],
    }
}

fn from_environment(setting: &Setting, env: Env<'_>) -> anyhow::Result<Option<Chosen>> {
    let Some(value) = env(setting.env).filter(|value| !value.is_empty()) else {
        return Ok(None);
    };
    let text = value.into_string().map_err(|_| {
        usage(format!(
            "environment variable {} is no UTF-8 text",
            setting.env
        ))
    })?;
    let apart = |by: char| {
        text.split(by)
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let values = match setting.shape {
        Shape::List(by) => apart(by),
        Shape::Paths => apart(':'),
        Shape::One | Shape::Path | Shape::Switch => vec![text.trim().to_owned()],
    };
    Ok(Some(Chosen {
        values,
        origin: Origin::Environment(setting.env),
    }))
}

/// The configuration file, and whether it must be there.
pub(crate) fn file_path(named: Option<&Path>, env: Env<'_>) -> Option<(PathBuf, bool)> {
    let set = |name| {
        env(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    if let Some(path) = named.map(Path::to_owned).or_else(|| set("AIDOS_CONFIG")) {
        return Some((path, true));
    }
    Some((folder(env)?.join("config.toml"), false))
}

/// The folder of configuration and keys.
pub(crate) fn folder(env: Env<'_>) -> Option<PathBuf> {
    let set = |name| {
        env(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    // The XDG base directory specification: a relative path there is not to be used.
    let folder = set("XDG_CONFIG_HOME")
        .filter(|path| path.is_absolute())
        .or_else(|| Some(set("HOME")?.join(".config")))?;
    Some(folder.join("aidos"))
}

fn read_file(path: &Path, must_be: bool) -> anyhow::Result<Vec<(&'static str, Chosen)>> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if !must_be && error.kind() == std::io::ErrorKind::NotFound => {
            return Ok(Vec::new());
        }
        Err(error) => {
            return Err(usage(format!(
                "cannot read the configuration `{}`: {error}",
                path.display()
            )));
        }
    };
    parse_file(path, &text)
}

fn parse_file(path: &Path, text: &str) -> anyhow::Result<Vec<(&'static str, Chosen)>> {
    let line_of = |offset: usize| {
        let before = text.get(..offset).unwrap_or(text);
        before.matches('\n').count() + 1
    };
    let place = |offset| format!("{}:{}", path.display(), line_of(offset));
    let table = DeTable::parse(text).map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start);
        usage(format!("{}: {}", place(offset), error.message().trim()))
    })?;
    let mut found = Vec::new();
    for (key, value) in table.get_ref() {
        let name = key.get_ref().as_ref();
        let Some(setting) = SETTINGS.iter().find(|setting| setting.key == name) else {
            let known = SETTINGS.iter().map(|setting| setting.key);
            let hint = match nearest(name, known) {
                Some(key) => format!("did you mean `{key}`?"),
                None => "`aidos config show` lists all".to_owned(),
            };
            return Err(usage(format!(
                "{}: there is no option `{name}`; {hint}",
                place(key.span().start)
            )));
        };
        let values = values_of(setting, value)
            .map_err(|why| usage(format!("{}: {name}: {why}", place(value.span().start))))?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let values = match setting.shape {
            Shape::Paths | Shape::Path => values
                .into_iter()
                .map(|value| folder.join(value).to_string_lossy().into_owned())
                .collect(),
            _ => values,
        };
        let origin = Origin::File(path.to_owned(), line_of(key.span().start));
        found.push((setting.key, Chosen { values, origin }));
    }
    Ok(found)
}

/// The values of a key of the file, as text.
fn values_of(setting: &Setting, value: &Spanned<DeValue<'_>>) -> Result<Vec<String>, String> {
    let scalar = |value: &DeValue<'_>| match (setting.shape, value) {
        (Shape::Switch, DeValue::Boolean(on)) => Some(on.to_string()),
        (Shape::Switch, _) => None,
        (_, DeValue::String(text)) => Some(text.to_string()),
        (_, DeValue::Integer(number)) => Some(number.to_string()),
        _ => None,
    };
    let many = matches!(setting.shape, Shape::List(_) | Shape::Paths);
    let wanted = match setting.shape {
        Shape::Switch => "it is true or false, without quotation marks",
        Shape::List(_) | Shape::Paths => "it is a list of texts: [\"a\", \"b\"]",
        Shape::One | Shape::Path => "it is one text in quotation marks",
    };
    let values = match value.get_ref() {
        DeValue::Array(items) if many => items
            .iter()
            .map(|item| scalar(item.get_ref()))
            .collect::<Option<Vec<_>>>(),
        value => scalar(value).map(|value| vec![value]),
    };
    values.ok_or_else(|| wanted.to_owned())
}

/// The word that was probably meant.
fn nearest<'w>(text: &str, words: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    let text = text.to_lowercase().replace('_', "-");
    words
        .map(|word| (strsim::damerau_levenshtein(&text, word), word))
        .min()
        .filter(|(distance, word)| *distance <= 2.max(word.len() / 3))
        .map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variable(env: &[(&str, &str)], name: &str) -> Option<OsString> {
        env.iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| OsString::from(*value))
    }

    fn layer(given: Given, env: &[(&str, &str)], file: &str) -> anyhow::Result<Config> {
        let file = parse_file(Path::new("/etc/c.toml"), file)?;
        Config::layer(given, &|name| variable(env, name), file)
    }

    fn origin(config: &Config, key: &str) -> String {
        config
            .iter()
            .find(|(setting, _)| setting.key == key)
            .map(|(_, chosen)| chosen.origin.to_string())
            .unwrap()
    }

    #[test]
    fn the_nearer_layer_wins() {
        let file = "# mine\ntlp = \"green\"\nown = [\"a.org\", \"192.0.2.0/24\"]\nyear = 2020\ncompress = true\n";
        let given = vec![("year", vec!["2023".to_owned()]), ("own", Vec::new())];
        let config = layer(given, &[("AIDOS_TLP", "red"), ("AIDOS_YEAR", "2021")], file).unwrap();
        assert_eq!(config.one("year"), Some("2023"));
        assert_eq!(origin(&config, "year"), "command line");
        assert_eq!(config.one("tlp"), Some("red"));
        assert_eq!(origin(&config, "tlp"), "environment AIDOS_TLP");
        assert_eq!(config.list("own"), ["a.org", "192.0.2.0/24"]);
        assert_eq!(origin(&config, "own"), "/etc/c.toml:3");
        assert_eq!(config.read("compress", switch).unwrap(), Some(true));
        assert_eq!(config.one("nat"), Some("semantic"));
        assert_eq!(origin(&config, "nat"), "default");
        assert_eq!(config.one("memory"), Some("224MiB"));
        assert_eq!(config.one("provider"), None);
    }

    #[test]
    fn paths_of_the_file_are_relative_to_it() {
        let config = layer(
            Vec::new(),
            &[("AIDOS_OBJECTS", "o.toml"), ("AIDOS_OWN", "a.org, b.org,")],
            "mapping = [\"m.toml\", \"/abs.toml\"]\nobjects = \"p.toml\"\nout = \"cases\"",
        )
        .unwrap();
        assert_eq!(config.list("mapping"), ["/etc/m.toml", "/abs.toml"]);
        assert_eq!(config.one("objects"), Some("o.toml"));
        assert_eq!(config.one("out"), Some("cases"));
        assert_eq!(config.list("own"), ["a.org", "b.org"]);
    }

    #[test]
    fn mistakes_are_named_with_their_place() {
        let error =
            |env: &[(&str, &str)], file| layer(Vec::new(), env, file).unwrap_err().to_string();
        assert_eq!(
            error(&[], "tlp = \"red\"\n\ntimezon = \"UTC\""),
            "/etc/c.toml:3: there is no option `timezon`; did you mean `timezone`?"
        );
        assert_eq!(
            error(&[], "fail_on = \"rejects\""),
            "/etc/c.toml:1: there is no option `fail_on`; did you mean `fail-on`?"
        );
        assert!(error(&[], "surprise = 1").contains("lists all"));
        assert!(error(&[], "[out]\na = 1").contains("one text"));
        assert!(error(&[], "own = [1.5]").contains("list of texts"));
        assert!(error(&[], "x =").starts_with("/etc/c.toml:1: "));
        assert!(error(&[], "compress = \"true\"").contains("without quotation marks"));
        assert!(error(&[], "\nmemory = \"1MiB\"").starts_with("/etc/c.toml:2: memory: "));
        assert!(error(&[("AIDOS_NAT", "last_ip")], "").contains("did you mean `last-ip`?"));
        assert!(error(&[("AIDOS_TIMEZONE", "Mars/Olympus")], "").contains("AIDOS_TIMEZONE"));
        for (key, value) in [
            ("threads", "0"),
            ("year", "99999"),
            ("tlp", "blue"),
            ("own", "local host"),
            ("compress", "maybe"),
            ("out", ""),
        ] {
            let given = vec![(key, vec![value.to_owned()])];
            let error = layer(given, &[], "").unwrap_err().to_string();
            assert!(error.starts_with(&format!("--{key}: ")), "{error}");
        }
    }

    #[test]
    fn the_file_is_found_the_xdg_way() {
        let at = |named: Option<&str>, env: &[(&str, &str)]| {
            file_path(named.map(Path::new), &|name| variable(env, name))
                .map(|(path, must_be)| (path.to_string_lossy().into_owned(), must_be))
        };
        let usual = Some(("/h/.config/aidos/config.toml".to_owned(), false));
        let home = ("HOME", "/h");
        assert_eq!(at(None, &[home]), usual);
        assert_eq!(
            at(None, &[home, ("XDG_CONFIG_HOME", "/x")]),
            Some(("/x/aidos/config.toml".into(), false))
        );
        assert_eq!(at(None, &[home, ("XDG_CONFIG_HOME", "x")]), usual);
        let named = ("AIDOS_CONFIG", "/c.toml");
        assert_eq!(at(None, &[home, named]), Some(("/c.toml".into(), true)));
        assert_eq!(at(Some("d.toml"), &[named]), Some(("d.toml".into(), true)));
        assert_eq!(at(None, &[]), None);
    }
}
