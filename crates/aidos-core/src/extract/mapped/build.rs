//! From the keys of a file to a [`Mapping`].

use std::collections::HashMap;

use regex::{Regex, RegexSet};

use super::check::{bad_regex, check_keys, reads_again, unfit};
use super::error::Wrong;
use super::field::{Target, long_name, related};
use super::file::{Apart, File, Head, Pattern as RawPattern, Setting};
use super::groups::Groups;
use super::pairs::Style;
use super::plan::{
    Constant, Field, FieldId, Goal, HeadFields, MOST_FIELDS, Mapping, Pairs, Pattern, Test, Use,
};
use super::template::{expand, to_regex};

/// Checks a file and makes it ready.
pub(super) fn build(file: File) -> Result<Mapping, Wrong> {
    Builder::new(&file)?.build(file)
}

/// What the keys outside of patterns say for all of them.
struct Common {
    uses: Vec<(String, Use)>,
    constants: Vec<Constant>,
    when: Vec<(String, Vec<Test>)>,
    program: Vec<String>,
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

    fn build(mut self, mut file: File) -> Result<Mapping, Wrong> {
        check_keys(&file)?;
        for (name, fields) in &self.names {
            for field in fields {
                Target::of(long_name(field), &format!("names.{name}"))?;
            }
        }
        let head = match file.head {
            Head::None => None,
            Head::Syslog => Some(self.head()?),
        };
        let pairs = match &file.pairs {
            None => None,
            Some(pairs) => Some(self.pairs(pairs)?),
        };
        let mut uses = self.uses(&file.columns, "columns")?;
        uses.extend(self.uses(&file.paths, "paths")?);
        let common = Common {
            uses,
            constants: self.constants(&file.constants, "constants")?,
            when: tests(&file.when, "when")?,
            program: std::mem::take(&mut file.program),
        };
        if file.pattern.is_empty() {
            file.pattern.push(RawPattern::default());
        }
        let mut patterns = Vec::new();
        for (index, raw) in file.pattern.iter().enumerate() {
            patterns.push(self.pattern(raw, index + 1, &common)?);
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
        let sources = patterns
            .iter()
            .filter_map(|pattern| pattern.groups.as_ref());
        let set = RegexSet::new(sources.map(Groups::as_str)).map_err(|error| {
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

    fn head(&mut self) -> Result<HeadFields, Wrong> {
        let mut field = |path| self.field(path, "head");
        Ok(HeadFields {
            time: field("@timestamp")?,
            priority: field("log.syslog.priority")?,
            host: field("log.syslog.hostname")?,
            program: field("process.name")?,
            pid: field("process.pid")?,
        })
    }

    /// One pattern, counted from 1, with what holds for all of them.
    fn pattern(
        &mut self,
        raw: &RawPattern,
        number: usize,
        common: &Common,
    ) -> Result<Pattern, Wrong> {
        let key = |last: &str| format!("pattern.{number}.{last}");
        let source = match (&raw.expression, &raw.template) {
            (Some(expression), _) => Some((
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
        let (groups, goals) = match source {
            None => (None, Vec::new()),
            Some((source, at)) => {
                let (groups, goals) = self.groups(&source, &at)?;
                (Some(groups), goals)
            }
        };
        let mut uses = self.uses(&raw.columns, &key("columns"))?;
        uses.extend(self.uses(&raw.paths, &key("paths"))?);
        // What a pattern does with a column or path goes instead of what all do with it.
        let is_own = |path: &String| uses.iter().any(|(own, _)| own == path);
        let rest = common.uses.iter().filter(|(path, _)| !is_own(path));
        let rest: Vec<_> = rest.cloned().collect();
        uses.extend(rest);
        let mut constants = self.constants(&raw.constants, &key("constants"))?;
        constants.extend(common.constants.iter().cloned());
        let mut when = tests(&raw.when, &key("when"))?;
        when.extend(common.when.iter().cloned());
        let program = if raw.program.is_empty() {
            &common.program
        } else {
            &raw.program
        };
        Ok(Pattern {
            groups,
            goals,
            program: program.iter().map(|text| glob(text)).collect(),
            when,
            uses,
            constants,
            skip: raw.skip,
            name: raw.name.clone(),
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
    fn groups(&mut self, source: &str, key: &str) -> Result<(Groups, Vec<Vec<Goal>>), Wrong> {
        let regex = Regex::new(source).map_err(|error| bad_regex(key, &error))?;
        let groups = Groups::new(regex);
        let mut all = Vec::new();
        for name in groups.names() {
            let Some(name) = name else {
                all.push(Vec::new());
                continue;
            };
            let goals = self.goals(name, key)?;
            let is_time = |goal: &Goal| {
                matches!(goal, Goal::Field(id)
                    if self.fields.get(*id).is_some_and(|field| field.target == Target::Time))
            };
            if goals.iter().any(is_time) {
                reads_again(source, name, key)?;
            }
            all.push(goals);
        }
        Ok((groups, all))
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
                    let (groups, goals) = self.groups(&source, &at)?;
                    let otherwise = match &apart.otherwise {
                        Some(name) => self.goals(name, &at)?,
                        None => Vec::new(),
                    };
                    Use::Apart {
                        groups,
                        goals,
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
