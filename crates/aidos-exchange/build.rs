//! Checks the queries to OpenCTI against the excerpt of its schema: a query that names what is not there does not build.
//!
//! What is checked: that every field, argument, type and value of an enumeration exists, that what must be given is given,
//! that variables are declared, used and of the right type, and that objects are selected from and leaves are not. Our
//! queries hold no fragments; one that did would not be checked and is refused. The tests check all of it again with the
//! validator of another project.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use graphql_parser::query::{
    self, Definition, OperationDefinition, Selection, SelectionSet, Type, Value, VariableDefinition,
};
use graphql_parser::schema::{self, InputValue, TypeDefinition};

const FOLDER: &str = "src/opencti";

fn main() -> Result<(), Box<dyn Error>> {
    writeln!(
        std::io::stdout(),
        "cargo::rerun-if-changed={FOLDER}/schema.graphql"
    )?;
    writeln!(
        std::io::stdout(),
        "cargo::rerun-if-changed={FOLDER}/queries"
    )?;
    let folder = Path::new(FOLDER);
    let text = fs::read_to_string(folder.join("schema.graphql"))?;
    let schema = Schema::read(&text).map_err(|error| format!("schema.graphql: {error}"))?;
    let mut seen = 0;
    for entry in fs::read_dir(folder.join("queries"))? {
        let path = entry?.path();
        let text = fs::read_to_string(&path)?;
        schema
            .check(&text)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        seen += 1;
    }
    if seen == 0 {
        return Err("there are no queries".into());
    }
    Ok(())
}

/// Arguments of a field, or fields of an input type, by name.
type Inputs = BTreeMap<String, (Type<'static, String>, bool)>;

#[derive(Default)]
struct Schema {
    /// Fields of objects and interfaces: type → field → its type and arguments.
    fields: BTreeMap<String, BTreeMap<String, (Type<'static, String>, Inputs)>>,
    inputs: BTreeMap<String, Inputs>,
    enums: BTreeMap<String, BTreeSet<String>>,
    scalars: BTreeSet<String>,
    query: String,
    mutation: String,
}

impl Schema {
    fn read(text: &str) -> Result<Self, Box<dyn Error>> {
        let document = schema::parse_schema::<String>(text)?.into_static();
        let mut all = Self::default();
        for name in ["ID", "Int", "Float", "String", "Boolean"] {
            all.scalars.insert(name.into());
        }
        for definition in document.definitions {
            match definition {
                schema::Definition::SchemaDefinition(own) => {
                    all.query = own.query.unwrap_or_default();
                    all.mutation = own.mutation.unwrap_or_default();
                }
                schema::Definition::TypeDefinition(TypeDefinition::Scalar(own)) => {
                    all.scalars.insert(own.name);
                }
                schema::Definition::TypeDefinition(TypeDefinition::Enum(own)) => {
                    let values = own.values.into_iter().map(|value| value.name).collect();
                    all.enums.insert(own.name, values);
                }
                schema::Definition::TypeDefinition(TypeDefinition::InputObject(own)) => {
                    all.inputs.insert(own.name, inputs(own.fields));
                }
                schema::Definition::TypeDefinition(TypeDefinition::Object(own)) => {
                    all.fields.insert(own.name, fields(own.fields));
                }
                schema::Definition::TypeDefinition(TypeDefinition::Interface(own)) => {
                    all.fields.insert(own.name, fields(own.fields));
                }
                _ => return Err("a definition that the check does not know".into()),
            }
        }
        all.closed()?;
        Ok(all)
    }

    /// Every type that is named is there.
    fn closed(&self) -> Result<(), Box<dyn Error>> {
        let outputs = self.fields.values().flat_map(BTreeMap::values);
        for (kind, arguments) in outputs {
            let name = base(kind);
            if !self.fields.contains_key(name) && !self.is_leaf(name) {
                return Err(format!("no type `{name}`").into());
            }
            for (kind, _) in arguments.values() {
                self.is_input(base(kind))?;
            }
        }
        for (kind, _) in self.inputs.values().flat_map(BTreeMap::values) {
            self.is_input(base(kind))?;
        }
        Ok(())
    }

    fn is_leaf(&self, name: &str) -> bool {
        self.scalars.contains(name) || self.enums.contains_key(name)
    }

    fn is_input(&self, name: &str) -> Result<(), Box<dyn Error>> {
        if self.is_leaf(name) || self.inputs.contains_key(name) {
            return Ok(());
        }
        Err(format!("no input type `{name}`").into())
    }

    fn check(&self, text: &str) -> Result<(), Box<dyn Error>> {
        let document = query::parse_query::<String>(text)?.into_static();
        let [Definition::Operation(operation)] = document.definitions.as_slice() else {
            return Err("one operation a file, without fragments".into());
        };
        let (root, variables, selection) = match operation {
            OperationDefinition::Query(own) => {
                (&self.query, &own.variable_definitions, &own.selection_set)
            }
            OperationDefinition::Mutation(own) => (
                &self.mutation,
                &own.variable_definitions,
                &own.selection_set,
            ),
            _ => return Err("a query or a mutation with a name is expected".into()),
        };
        for variable in variables {
            self.is_input(base(&variable.var_type))?;
        }
        let mut used = BTreeSet::new();
        self.selection(root, selection, variables, &mut used)?;
        for variable in variables {
            if !used.contains(&variable.name) {
                return Err(format!("variable `${}` is not used", variable.name).into());
            }
        }
        Ok(())
    }

    fn selection(
        &self,
        of: &str,
        selection: &SelectionSet<'static, String>,
        variables: &[VariableDefinition<'static, String>],
        used: &mut BTreeSet<String>,
    ) -> Result<(), Box<dyn Error>> {
        let fields = self
            .fields
            .get(of)
            .ok_or_else(|| format!("no type `{of}`"))?;
        if selection.items.is_empty() {
            return Err(format!("nothing is selected of `{of}`").into());
        }
        for item in &selection.items {
            let Selection::Field(field) = item else {
                return Err("fragments are not checked".into());
            };
            let name = &field.name;
            let (kind, arguments) = fields
                .get(name)
                .ok_or_else(|| format!("`{of}` has no field `{name}`"))?;
            for (argument, value) in &field.arguments {
                let (kind, _) = arguments
                    .get(argument)
                    .ok_or_else(|| format!("`{of}.{name}` has no argument `{argument}`"))?;
                self.value(value, kind, variables, used)
                    .map_err(|error| format!("`{of}.{name}({argument}:)`: {error}"))?;
            }
            given(&field.arguments, arguments)
                .map_err(|error| format!("`{of}.{name}`: {error}"))?;
            if self.is_leaf(base(kind)) {
                if !field.selection_set.items.is_empty() {
                    return Err(format!("`{of}.{name}` holds nothing to select from").into());
                }
            } else {
                self.selection(base(kind), &field.selection_set, variables, used)?;
            }
        }
        Ok(())
    }

    fn value(
        &self,
        value: &Value<'static, String>,
        kind: &Type<'static, String>,
        variables: &[VariableDefinition<'static, String>],
        used: &mut BTreeSet<String>,
    ) -> Result<(), Box<dyn Error>> {
        if let Value::Variable(name) = value {
            used.insert(name.clone());
            let declared = variables
                .iter()
                .find(|own| own.name == *name)
                .ok_or_else(|| format!("`${name}` is not declared"))?;
            return if fits(&declared.var_type, kind) {
                Ok(())
            } else {
                Err(format!("`${name}` is `{}`, not `{kind}`", declared.var_type).into())
            };
        }
        match (kind, value) {
            (Type::NonNullType(_), Value::Null) => Err("it must not be null".into()),
            (Type::NonNullType(inner), _) => self.value(value, inner, variables, used),
            (_, Value::Null) => Ok(()),
            (Type::ListType(inner), Value::List(items)) => items
                .iter()
                .try_for_each(|item| self.value(item, inner, variables, used)),
            (Type::ListType(inner), _) => self.value(value, inner, variables, used),
            (Type::NamedType(name), Value::Object(members)) => {
                let fields = self
                    .inputs
                    .get(name)
                    .ok_or_else(|| format!("`{name}` is no input"))?;
                let members: Vec<_> = members.clone().into_iter().collect();
                for (member, value) in &members {
                    let (kind, _) = fields
                        .get(member)
                        .ok_or_else(|| format!("`{name}` has no field `{member}`"))?;
                    self.value(value, kind, variables, used)?;
                }
                Ok(given(&members, fields)?)
            }
            (Type::NamedType(name), value) => {
                let right = match (name.as_str(), value) {
                    ("Int", Value::Int(_))
                    | ("Float", Value::Int(_) | Value::Float(_))
                    | ("String", Value::String(_))
                    | ("ID", Value::String(_) | Value::Int(_))
                    | ("Boolean", Value::Boolean(_)) => true,
                    (_, Value::Enum(word)) => self
                        .enums
                        .get(name)
                        .is_some_and(|words| words.contains(word)),
                    _ => false,
                };
                if right {
                    Ok(())
                } else {
                    Err(format!("`{value}` is no `{name}`").into())
                }
            }
        }
    }
}

/// What must be given is given.
fn given(given: &[(String, Value<'static, String>)], wanted: &Inputs) -> Result<(), String> {
    for (name, (kind, has_default)) in wanted {
        let must = matches!(kind, Type::NonNullType(_)) && !has_default;
        if must && !given.iter().any(|(own, _)| own == name) {
            return Err(format!("`{name}` is missing"));
        }
    }
    Ok(())
}

/// Whether a variable of this type may stand where that one is expected.
fn fits(own: &Type<'static, String>, wanted: &Type<'static, String>) -> bool {
    match (own, wanted) {
        (Type::NonNullType(own), Type::NonNullType(wanted))
        | (Type::ListType(own), Type::ListType(wanted)) => fits(own, wanted),
        (Type::NonNullType(own), wanted) => fits(own, wanted),
        (Type::NamedType(own), Type::NamedType(wanted)) => own == wanted,
        _ => false,
    }
}

fn base<'t>(kind: &'t Type<'static, String>) -> &'t str {
    match kind {
        Type::NamedType(name) => name,
        Type::ListType(inner) | Type::NonNullType(inner) => base(inner),
    }
}

fn inputs(values: Vec<InputValue<'static, String>>) -> Inputs {
    values
        .into_iter()
        .map(|value| {
            (
                value.name,
                (value.value_type, value.default_value.is_some()),
            )
        })
        .collect()
}

fn fields(
    fields: Vec<schema::Field<'static, String>>,
) -> BTreeMap<String, (Type<'static, String>, Inputs)> {
    fields
        .into_iter()
        .map(|field| (field.name, (field.field_type, inputs(field.arguments))))
        .collect()
}
