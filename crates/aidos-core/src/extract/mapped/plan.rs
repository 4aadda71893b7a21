//! A mapping that was checked and made ready: what [`Mapping::parse`] returns.

use std::collections::HashMap;

use regex::{Regex, RegexSet};

use super::error::{MappingError, Wrong, position};
use super::field::{Target, Type, long_name, related};
use super::file::{Apart, Case, File, Format, Head, Setting};
use super::pairs::Style;
use super::template::{expand, to_regex};

/// How the rows of one kind of log become events; made from a TOML file.
///
/// ```
/// # use aidos_core::extract::mapped::Mapping;
/// let mapping = Mapping::parse(r#"
/// name = "door"
/// format = "text"
/// [[pattern]]
/// template = "{time} {user} entered from {ip}"
/// "#)?;
/// assert_eq!(mapping.name(), "door");
/// # Ok::<(), aidos_core::extract::mapped::MappingError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Mapping {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) format: Format,
    pub(super) certainty: f64,
    pub(super) head: Option<HeadFields>,
    pub(super) contains: Vec<String>,
    pub(super) skip: RegexSet,
    pub(super) absent: Vec<String>,
    pub(super) time_formats: Vec<String>,
    pub(super) separator: Option<char>,
    pub(super) header: Vec<String>,
    pub(super) fields: Vec<Field>,
    pub(super) pairs: Option<Pairs>,
    pub(super) patterns: Vec<Pattern>,
    pub(super) set: RegexSet,
}

/// Index into [`Mapping::fields`].
pub(super) type FieldId = usize;

/// More fields than this do not fit the set of those that are filled.
pub(super) const MOST_FIELDS: usize = 256;

/// A field and what is done to its values.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) path: String,
    pub(super) target: Target,
    pub(super) case: Option<Case>,
    pub(super) map: HashMap<String, String>,
    pub(super) has_default: bool,
    pub(super) unescape: bool,
}

/// The fields that a syslog header fills.
#[derive(Clone, Copy, Debug)]
pub(super) struct HeadFields {
    pub(super) time: FieldId,
    pub(super) priority: FieldId,
    pub(super) host: FieldId,
    pub(super) program: FieldId,
    pub(super) pid: FieldId,
}

/// Where a piece of a row goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Goal {
    Nowhere,
    Field(FieldId),
    /// It is read as `key=value` pairs.
    Pairs,
    /// The date of a stamp whose clock time stands elsewhere.
    Date,
    /// The clock time of such a stamp.
    Clock,
}

/// What is done with the value of a column, path or key.
#[derive(Clone, Debug)]
pub(super) enum Use {
    Whole(Vec<Goal>),
    Apart {
        regex: Regex,
        groups: Vec<Vec<Goal>>,
        otherwise: Vec<Goal>,
    },
}

/// How pairs are read and where their values go.
#[derive(Clone, Debug)]
pub(super) struct Pairs {
    pub(super) style: Style,
    pub(super) keys: HashMap<String, Use>,
}

/// A fixed value for a field that the row leaves open.
#[derive(Clone, Debug)]
pub(super) struct Constant {
    pub(super) field: FieldId,
    pub(super) texts: Vec<String>,
    pub(super) json: String,
}

/// A condition on a column or path.
#[derive(Clone, Debug)]
pub(super) enum Test {
    Present,
    Exact(String),
    Begins(String),
    Matches(Regex),
}

impl Test {
    pub(super) fn holds(&self, value: &str) -> bool {
        match self {
            Self::Present => true,
            Self::Exact(text) => value == text,
            Self::Begins(text) => value.starts_with(text.as_str()),
            Self::Matches(regex) => regex.is_match(value),
        }
    }
}

/// One shape of row.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    pub(super) regex: Option<Regex>,
    pub(super) groups: Vec<Vec<Goal>>,
    pub(super) program: Vec<Test>,
    pub(super) when: Vec<(String, Vec<Test>)>,
    pub(super) uses: Vec<(String, Use)>,
    pub(super) constants: Vec<Constant>,
    pub(super) skip: bool,
    pub(super) name: String,
}

impl Mapping {
    /// Reads and checks a mapping.
    ///
    /// # Errors
    ///
    /// [`MappingError`] names the line or key and what to write instead: unknown keys, expressions that
    /// do not compile, fields that do not exist or stand in each other's way, groups for the time that
    /// would not read a cleansed message again.
    pub fn parse(toml: &str) -> Result<Self, MappingError> {
        Self::parse_file("mapping.toml", toml)
    }

    /// Reads and checks a mapping; errors name this file.
    pub fn parse_file(file: &str, toml: &str) -> Result<Self, MappingError> {
        let raw: File = toml::from_str(toml).map_err(|error| {
            let (line, column) = position(toml, error.span().map_or(0, |span| span.start));
            MappingError::Toml {
                file: file.to_owned(),
                line,
                column,
                message: error.message().trim().replace('\n', " "),
            }
        })?;
        Builder::new(&raw)
            .and_then(|builder| builder.build(raw))
            .map_err(|wrong| wrong.of(file, toml))
    }

    /// The name, which becomes `event.provider` unless the caller names the provider.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the mapping is for, in words.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// What the rows are.
    pub fn format(&self) -> Format {
        self.format
    }

    /// The names of the shapes of row it knows, in the order in which they are tried; empty where a
    /// shape has no name.
    pub fn shapes(&self) -> impl Iterator<Item = &str> {
        self.patterns.iter().map(|pattern| pattern.name.as_str())
    }

    /// The ECS fields that the mapping may fill, sorted.
    pub fn fields(&self) -> Vec<&str> {
        let mut fields: Vec<&str> = self.fields.iter().map(|f| f.path.as_str()).collect();
        fields.sort_unstable();
        fields
    }
}

/// What is collected while the keys of a file are walked through.
struct Builder {
    fields: Vec<Field>,
    settings: Vec<(String, Setting)>,
    names: Vec<(String, Vec<String>)>,
    parts: Vec<(String, String)>,
    has_formats: bool,
    has_pairs: bool,
}

impl Builder {
    fn new(file: &File) -> Result<Self, Wrong> {
        let mut settings = Vec::new();
        flatten(&file.fields, "", &mut |path, value| {
            let key = format!("fields.{path}");
            let is_setting = value.as_table().is_some_and(|table| {
                table.get("map").is_some_and(toml::Value::is_table)
                    || table.get("type").is_some_and(toml::Value::is_str)
                    || table.get("case").is_some_and(toml::Value::is_str)
                    || table.get("unescape").is_some_and(toml::Value::is_bool)
            });
            if !is_setting {
                if value.is_table() {
                    return Ok(false);
                }
                return Err(Wrong::new(
                    key,
                    "is no setting of a field",
                    "write `map`, `case`, `type` or `unescape` below the field's name",
                ));
            }
            let setting: Setting = value.clone().try_into().map_err(|error: toml::de::Error| {
                Wrong::new(
                    &key,
                    error.message().replace('\n', " "),
                    "write `map`, `case` or `type`",
                )
            })?;
            settings.push((long_name(path).to_owned(), setting));
            Ok(true)
        })?;
        Ok(Self {
            fields: Vec::new(),
            settings,
            names: file
                .names
                .iter()
                .map(|(name, fields)| (name.clone(), fields.as_slice().to_vec()))
                .collect(),
            parts: file.parts.clone().into_iter().collect(),
            has_formats: !file.time_formats.is_empty(),
            has_pairs: file.pairs.is_some(),
        })
    }

    fn build(mut self, file: File) -> Result<Mapping, Wrong> {
        check_keys(&file)?;
        for (name, fields) in &self.names {
            for field in fields {
                Target::of(long_name(field), &format!("names.{name}"))?;
            }
        }
        let head = match file.head {
            Head::None => None,
            Head::Syslog => {
                let mut field = |path| self.field(path, "head");
                Some(HeadFields {
                    time: field("@timestamp")?,
                    priority: field("log.syslog.priority")?,
                    host: field("log.syslog.hostname")?,
                    program: field("process.name")?,
                    pid: field("process.pid")?,
                })
            }
        };
        let pairs = match &file.pairs {
            None => None,
            Some(pairs) => Some(self.pairs(pairs)?),
        };
        let common = self.uses(&file.columns, "columns")?;
        let common_paths = self.uses(&file.paths, "paths")?;
        let common_constants = self.constants(&file.constants, "constants")?;
        let common_when = tests(&file.when, "when")?;
        let mut patterns = Vec::new();
        for (index, raw) in file.pattern.iter().enumerate() {
            let key = |last: &str| format!("pattern.{}.{last}", index + 1);
            let source = match (&raw.expression, &raw.template) {
                (Some(_), Some(_)) => {
                    return Err(Wrong::new(
                        key("match"),
                        "stands beside `template`",
                        "keep one of the two",
                    ));
                }
                (Some(expression), None) => Some((
                    expand(expression, &self.parts, &key("match"))?,
                    key("match"),
                )),
                (None, Some(template)) => {
                    let at = key("template");
                    let (names, parts) = (&self.names, &self.parts);
                    Some((to_regex(template, names, parts, self.has_formats, &at)?, at))
                }
                (None, None) => None,
            };
            let (regex, groups) = match source {
                None => (None, Vec::new()),
                Some((source, at)) => {
                    let (regex, groups) = self.regex(&source, &at)?;
                    (Some(regex), groups)
                }
            };
            let mut uses = self.uses(&raw.columns, &key("columns"))?;
            uses.extend(self.uses(&raw.paths, &key("paths"))?);
            // What a pattern does with a column or path goes instead of what all do with it.
            let rest = common.iter().chain(&common_paths);
            let rest: Vec<_> = rest
                .filter(|(path, _)| !uses.iter().any(|(own, _)| own == path))
                .cloned()
                .collect();
            uses.extend(rest);
            let mut constants = self.constants(&raw.constants, &key("constants"))?;
            constants.extend(common_constants.iter().cloned());
            let mut when = tests(&raw.when, &key("when"))?;
            when.extend(common_when.iter().cloned());
            patterns.push(Pattern {
                regex,
                groups,
                program: if raw.program.is_empty() {
                    &file.program
                } else {
                    &raw.program
                }
                .iter()
                .map(|text| glob(text))
                .collect(),
                when,
                uses,
                constants,
                skip: raw.skip,
                name: raw.name.clone(),
            });
            if file.format == Format::Text && raw.expression.is_none() && raw.template.is_none() {
                return Err(Wrong::new(
                    format!("pattern.{}", index + 1),
                    "says not what its lines look like",
                    "add `template` or `match`",
                ));
            }
        }
        for format in &file.time_formats {
            super::time::check(format).map_err(|problem| {
                Wrong::new(
                    "time_formats",
                    format!("holds `{format}`, which cannot be used: {problem}"),
                    "write it as strptime does, for example `%d.%m.%Y %H:%M:%S`",
                )
            })?;
        }
        if patterns.is_empty() {
            let mut uses = common;
            uses.extend(common_paths);
            patterns.push(Pattern {
                regex: None,
                groups: Vec::new(),
                program: Vec::new(),
                when: common_when,
                uses,
                constants: common_constants,
                skip: false,
                name: String::new(),
            });
        }
        let unused = self
            .settings
            .iter()
            .find(|(path, _)| !self.fields.iter().any(|field| field.path == *path));
        if let Some((path, _)) = unused {
            return Err(Wrong::new(
                format!("fields.{path}"),
                "sets a field that nothing fills",
                "correct the name, or leave the setting out",
            ));
        }
        let set = RegexSet::new(
            patterns
                .iter()
                .filter_map(|pattern| pattern.regex.as_ref())
                .map(Regex::as_str),
        )
        .map_err(|error| {
            Wrong::new(
                "pattern",
                format!("is too large together: {error}"),
                "shorten the expressions",
            )
        })?;
        let skip = RegexSet::new(&file.skip).map_err(|error| bad_regex("skip", &error))?;
        Ok(Mapping {
            name: file.name,
            description: file.description,
            format: file.format,
            certainty: file.certainty,
            head,
            contains: file.contains,
            skip,
            absent: file.absent,
            time_formats: file.time_formats,
            separator: file
                .separator
                .as_deref()
                .and_then(|text| text.chars().next()),
            header: file.header,
            fields: self.fields,
            pairs,
            patterns,
            set,
        })
    }

    /// The field of a path, checked against all others.
    fn field(&mut self, path: &str, key: &str) -> Result<FieldId, Wrong> {
        let path = long_name(path);
        if let Some(id) = self.fields.iter().position(|field| field.path == path) {
            return Ok(id);
        }
        let mut target = Target::of(path, key)?;
        if let Some(other) = self.fields.iter().find(|field| related(&field.path, path)) {
            return Err(Wrong::new(
                key,
                format!(
                    "fills `{path}`, but the mapping also fills `{}`",
                    other.path
                ),
                "no field may be the beginning of another: rename one of the two",
            ));
        }
        if self.fields.len() >= MOST_FIELDS {
            return Err(Wrong::new(
                key,
                format!("is field number {}", MOST_FIELDS + 1),
                format!("a mapping fills at most {MOST_FIELDS} fields: split it"),
            ));
        }
        let setting = self
            .settings
            .iter()
            .find(|(of, _)| of == path)
            .map(|(_, setting)| setting);
        if let (Target::Extra(_), Some(kind)) = (target, setting.and_then(|setting| setting.kind)) {
            target = Target::Extra(kind);
        }
        let map: HashMap<String, String> = setting
            .map(|setting| setting.map.clone().into_iter().collect())
            .unwrap_or_default();
        self.fields.push(Field {
            path: path.to_owned(),
            target,
            case: setting.and_then(|setting| setting.case),
            has_default: map.contains_key("*"),
            unescape: setting.is_some_and(|setting| setting.unescape),
            map,
        });
        Ok(self.fields.len() - 1)
    }

    /// Where a named piece goes.
    fn goals(&mut self, name: &str, key: &str) -> Result<Vec<Goal>, Wrong> {
        if let Some((_, fields)) = self.names.iter().find(|(own, _)| own == name) {
            let fields = fields.clone();
            return fields
                .iter()
                .map(|field| self.field(field, key).map(Goal::Field))
                .collect();
        }
        let goal = match name {
            _ if name.starts_with('_') => Ok(Goal::Nowhere),
            "pairs" if self.has_pairs => Ok(Goal::Pairs),
            "pairs" => Err(Wrong::new(
                key,
                "names `pairs`, but the mapping does not say how they are read",
                "add the table `[pairs]` with its `keys`",
            )),
            "date" => Ok(Goal::Date),
            "clock" => Ok(Goal::Clock),
            _ => self.field(name, key).map(Goal::Field),
        };
        Ok(vec![goal?])
    }

    /// Compiles an expression and finds a goal for each of its groups.
    fn regex(&mut self, source: &str, key: &str) -> Result<(Regex, Vec<Vec<Goal>>), Wrong> {
        let regex = Regex::new(source).map_err(|error| bad_regex(key, &error))?;
        let names: Vec<Option<String>> = regex
            .capture_names()
            .map(|name| name.map(str::to_owned))
            .collect();
        let mut groups = Vec::with_capacity(names.len());
        for name in names {
            let Some(name) = name else {
                groups.push(Vec::new());
                continue;
            };
            let goals = self.goals(&name, key)?;
            let is_time = |goal: &Goal| {
                matches!(goal, Goal::Field(id)
                    if self.fields.get(*id).is_some_and(|field| field.target == Target::Time))
            };
            if goals.iter().any(is_time) {
                reads_again(source, &name, key)?;
            }
            groups.push(goals);
        }
        Ok((regex, groups))
    }

    fn uses(&mut self, table: &toml::Table, key: &str) -> Result<Vec<(String, Use)>, Wrong> {
        let mut uses = Vec::new();
        flatten(table, "", &mut |path, value| {
            let at = format!("{key}.{path}");
            let found = match value {
                toml::Value::String(name) => Use::Whole(self.goals(name, &at)?),
                toml::Value::Array(names) => {
                    let mut goals = Vec::new();
                    for name in names {
                        let name = name.as_str().ok_or_else(|| no_use(&at))?;
                        goals.extend(self.goals(name, &at)?);
                    }
                    Use::Whole(goals)
                }
                toml::Value::Table(inner)
                    if inner.get("match").is_some_and(toml::Value::is_str) =>
                {
                    let apart: Apart =
                        inner.clone().try_into().map_err(|error: toml::de::Error| {
                            let message = error.message().replace('\n', " ");
                            Wrong::new(&at, message, "write `match` and, where needed, `else`")
                        })?;
                    let source = expand(&apart.expression, &self.parts, &at)?;
                    let (regex, groups) = self.regex(&source, &at)?;
                    let otherwise = match &apart.otherwise {
                        Some(name) => self.goals(name, &at)?,
                        None => Vec::new(),
                    };
                    Use::Apart {
                        regex,
                        groups,
                        otherwise,
                    }
                }
                // Dotted keys without quotation marks are tables within tables.
                toml::Value::Table(_) => return Ok(false),
                _ => return Err(no_use(&at)),
            };
            uses.push((path.to_owned(), found));
            Ok(true)
        })?;
        Ok(uses)
    }

    fn pairs(&mut self, raw: &super::file::Pairs) -> Result<Pairs, Wrong> {
        for (key, text) in [("separator", &raw.separator), ("assign", &raw.assign)] {
            if text.is_empty() {
                return Err(Wrong::new(
                    format!("pairs.{key}"),
                    "is empty",
                    "write the characters that stand there, or leave the key out",
                ));
            }
        }
        Ok(Pairs {
            style: Style {
                separator: raw.separator.clone(),
                assign: raw.assign.clone(),
                trim: raw.trim.chars().collect(),
                open_ended: raw.open_ended,
            },
            keys: self.uses(&raw.keys, "pairs.keys")?.into_iter().collect(),
        })
    }

    fn constants(&mut self, table: &toml::Table, key: &str) -> Result<Vec<Constant>, Wrong> {
        let mut constants = Vec::new();
        flatten(table, "", &mut |path, value| {
            let at = format!("{key}.{path}");
            if value.is_table() {
                return Ok(false);
            }
            let field = self.field(path, &at)?;
            let texts: Vec<String> = match value {
                toml::Value::Array(items) => items.iter().map(text_of).collect(),
                other => vec![text_of(other)],
            };
            let target = self.fields.get(field).map(|field| field.target);
            if let Some(expected) = target.and_then(|target| unfit(target, &texts)) {
                return Err(Wrong::new(
                    at,
                    "holds another value",
                    format!("write {expected}"),
                ));
            }
            let json = serde_json::to_string(value).unwrap_or_default();
            constants.push(Constant { field, texts, json });
            Ok(true)
        })?;
        Ok(constants)
    }
}

/// What a constant for this field must be, where it is not.
fn unfit(target: Target, texts: &[String]) -> Option<&'static str> {
    let each = |fits: fn(&str) -> bool| texts.iter().all(|text| fits(text));
    let one = texts.len() == 1;
    let (fits, expected) = match target {
        Target::Kind => (
            one && each(|t| t == "event" || t == "alert"),
            "`event` or `alert`",
        ),
        Target::Outcome => (
            one && each(|t| matches!(t, "success" | "failure" | "unknown")),
            "`success`, `failure` or `unknown`",
        ),
        Target::Severity => (one && each(|t| t.parse::<i64>().is_ok()), "a number"),
        Target::Bytes | Target::Priority => (one && each(|t| t.parse::<u64>().is_ok()), "a number"),
        Target::Port(_) | Target::NatPort(_) => (
            one && each(|t| crate::clean::ip::port(t).is_some()),
            "a port, 0 to 65535",
        ),
        Target::Ip(_) | Target::NatIp(_) => (
            one && each(|t| crate::clean::ip::parse(t).is_some()),
            "an address",
        ),
        Target::Mac(_) => (
            one && each(|t| aidos_model::Mac::parse(t).is_some()),
            "a hardware address",
        ),
        Target::Time => (false, "another field: a log's time is no constant"),
        Target::Category | Target::From | Target::To | Target::Addresses | Target::Extra(_) => {
            (true, "")
        }
        _ => (one, "one text"),
    };
    (!fits).then_some(expected)
}

fn text_of(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn no_use(key: &str) -> Wrong {
    Wrong::new(
        key,
        "says not where its value goes",
        "write a field, a list of fields, or `{ match = '…', else = \"field\" }`",
    )
}

fn bad_regex(key: &str, error: &regex::Error) -> Wrong {
    // The last line of the report says what is wrong, the others draw the place.
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default();
    Wrong::new(
        key,
        format!(
            "is no regular expression: {}",
            last.trim_start_matches("error: ")
        ),
        "correct it (syntax of the Rust crate `regex`), or write a `template`",
    )
}

/// Shows each leaf of nested tables with its dotted path; `show` says whether a table is a leaf.
fn flatten(
    table: &toml::Table,
    prefix: &str,
    show: &mut dyn FnMut(&str, &toml::Value) -> Result<bool, Wrong>,
) -> Result<(), Wrong> {
    for (key, value) in table {
        let path = if prefix.is_empty() {
            key.clone()
        } else {
            format!("{prefix}.{key}")
        };
        if show(&path, value)? {
            continue;
        }
        if let toml::Value::Table(inner) = value {
            flatten(inner, &path, show)?;
        }
    }
    Ok(())
}

/// `text`, `text*` (begins so), `/expression/`.
fn glob(text: &str) -> Test {
    match text.strip_suffix('*') {
        Some(start) => Test::Begins(start.to_owned()),
        None => Test::Exact(text.to_owned()),
    }
}

fn tests(table: &toml::Table, key: &str) -> Result<Vec<(String, Vec<Test>)>, Wrong> {
    let mut all = Vec::new();
    flatten(table, "", &mut |path, value| {
        let at = format!("{key}.{path}");
        let one = |value: &toml::Value| -> Result<Test, Wrong> {
            match value {
                toml::Value::Boolean(true) => Ok(Test::Present),
                toml::Value::String(text) => {
                    match text
                        .strip_prefix('/')
                        .and_then(|text| text.strip_suffix('/'))
                    {
                        Some(source) => Regex::new(source)
                            .map(Test::Matches)
                            .map_err(|error| bad_regex(&at, &error)),
                        None => Ok(glob(text)),
                    }
                }
                _ => Err(Wrong::new(
                    &at,
                    "is no condition",
                    "write a text, `text*`, `/expression/`, a list of these, or `true` for \"is there\"",
                )),
            }
        };
        let found = match value {
            toml::Value::Table(_) => return Ok(false),
            toml::Value::Array(values) => values.iter().map(one).collect::<Result<_, _>>()?,
            value => vec![one(value)?],
        };
        all.push((path.to_owned(), found));
        Ok(true)
    })?;
    Ok(all)
}

/// Keys that mean nothing in the file's format are mistakes.
fn check_keys(file: &File) -> Result<(), Wrong> {
    if file.name.is_empty() || file.name.chars().any(|c| c.is_control() || c == '/') {
        return Err(Wrong::new(
            "name",
            "is no name",
            "write a short word such as `sshd`; it becomes `event.provider`",
        ));
    }
    if !(0.0..=1.0).contains(&file.certainty) {
        return Err(Wrong::new(
            "certainty",
            "is not from 0 to 1",
            "write for example `0.9`",
        ));
    }
    let text = file.format == Format::Text;
    if text && file.pattern.is_empty() {
        return Err(Wrong::new(
            "format",
            "is `text`, but no line's shape is given",
            "add a table `[[pattern]]` with `template` or `match`",
        ));
    }
    let any = |given: fn(&super::file::Pattern) -> bool| file.pattern.iter().any(given);
    let csv = file.format == Format::Csv;
    let json = file.format == Format::Json;
    let strange = [
        (
            "columns",
            !csv && (!file.columns.is_empty() || any(|p| !p.columns.is_empty())),
            "csv",
        ),
        ("header", !csv && !file.header.is_empty(), "csv"),
        ("separator", !csv && file.separator.is_some(), "csv"),
        (
            "paths",
            !json && (!file.paths.is_empty() || any(|p| !p.paths.is_empty())),
            "json",
        ),
        (
            "when",
            text && (!file.when.is_empty() || any(|p| !p.when.is_empty())),
            "csv or json",
        ),
        ("match", !text && any(|p| p.expression.is_some()), "text"),
        ("template", !text && any(|p| p.template.is_some()), "text"),
        (
            "program",
            !text && (!file.program.is_empty() || any(|p| !p.program.is_empty())),
            "text",
        ),
        ("head", !text && file.head != Head::None, "text"),
    ];
    if let Some((key, _, format)) = strange.into_iter().find(|(_, is_strange, _)| *is_strange) {
        return Err(Wrong::new(
            key,
            "means nothing in this format",
            format!("it belongs to `format = \"{format}\"`; leave it out or change the format"),
        ));
    }
    if file.head == Head::None && (!file.program.is_empty() || any(|p| !p.program.is_empty())) {
        return Err(Wrong::new(
            "program",
            "needs the header in which the program is named",
            "add `head = \"syslog\"`",
        ));
    }
    if csv && file.columns.is_empty() && !any(|p| !p.columns.is_empty()) {
        return Err(Wrong::new(
            "columns",
            "is missing",
            "name the columns and their fields",
        ));
    }
    if json && file.paths.is_empty() && !any(|p| !p.paths.is_empty()) {
        return Err(Wrong::new(
            "paths",
            "is missing",
            "name the paths and their fields",
        ));
    }
    if file
        .separator
        .as_deref()
        .is_some_and(|text| text.chars().count() != 1)
    {
        return Err(Wrong::new(
            "separator",
            "is not one character",
            "write for example `separator = \"\\t\"`",
        ));
    }
    Ok(())
}

/// The group for the time must take RFC 3339 too: so the cleansed message has it.
fn reads_again(source: &str, group: &str, key: &str) -> Result<(), Wrong> {
    let Some(inner) = group_source(source, group) else {
        return Ok(());
    };
    let fits = Regex::new(&format!("^(?:{inner})$")).is_ok_and(|regex| {
        regex.is_match("2023-03-07T10:38:03Z") && regex.is_match("2023-03-07T10:38:03.25Z")
    });
    if fits {
        return Ok(());
    }
    Err(Wrong::new(
        key,
        format!("has a group `{group}` that does not take `2023-03-07T10:38:03.25Z`"),
        "cleansed messages hold the time in that form and must be read again: write `(?<time>%{stamp})`, \
         or add the form to the group",
    ))
}

/// The expression inside a named group.
fn group_source<'s>(source: &'s str, group: &str) -> Option<&'s str> {
    let open = [format!("(?<{group}>"), format!("(?P<{group}>")];
    let start = open
        .iter()
        .find_map(|open| source.find(open.as_str()).map(|at| at + open.len()))?;
    let rest = source.get(start..)?;
    let mut depth = 0usize;
    let mut in_class = false;
    let mut escaped = false;
    for (index, byte) in rest.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'[' => in_class = true,
            b']' => in_class = false,
            b'(' if !in_class => depth += 1,
            b')' if !in_class && depth == 0 => return rest.get(..index),
            b')' if !in_class => depth -= 1,
            _ => {}
        }
    }
    None
}

/// The type under which JSON values of a field are kept, for [`Type::Auto`] as they stand.
pub(super) fn keeps_json(target: Target) -> bool {
    matches!(target, Target::Extra(Type::Auto))
}
