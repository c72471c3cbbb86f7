//! `Shape`: the strict JSON Schema of a Rust type.
//!
//! `schemars` describes what `serde` reads. The API supports less (section "Structured outputs" of its guides): every property is required,
//! objects are closed, references are not allowed. The providers behind it reject further keywords, each others: one has no `oneOf` and no
//! `minLength`, another no `minimum`. So constraints are put into the description, which every model reads, and are validated when the
//! answer is parsed.

mod error;
mod lower;
mod node;
mod part;
mod read;
mod union;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

pub(crate) use self::error::SchemaError;
use self::node::{Field, Node, NodeForm};
pub(crate) use self::read::Unfit;

/// The strict schema of a type.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    name: String,
    root: Node,
    /// The type is not an object, so its value is the only field of one.
    is_wrapped: bool,
}

/// The field that wraps a value which is not an object.
const WRAPPER: &str = "value";

impl Shape {
    /// Fails for a type without a strict schema: it is recursive, has arbitrary keys, or may be any value.
    pub(crate) fn of<T: JsonSchema + ?Sized>() -> Result<Self, SchemaError> {
        let name = T::schema_name();
        let settings = SchemaSettings::draft2020_12().with(|settings| {
            settings.inline_subschemas = true;
            settings.meta_schema = None;
        });
        let mut schema = settings.into_generator().into_root_schema_for::<T>();
        schema.remove("$defs");
        Self::from_schema(&name, schema.as_value())
    }

    fn from_schema(name: &str, schema: &Value) -> Result<Self, SchemaError> {
        let root = lower::node(schema).map_err(|error| error.of_type(name))?;
        let is_wrapped = !matches!(root.form, NodeForm::Object(_));
        let root = match is_wrapped {
            true => Node::plain(NodeForm::Object(vec![Field::required(WRAPPER, root)])),
            false => root,
        };
        Ok(Self { name: sanitised(name), root, is_wrapped })
    }

    /// The type's name, in the characters and the length that the API allows: `[A-Za-z0-9_-]{1,64}`.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The schema, of an object.
    pub(crate) fn to_schema(&self) -> Map<String, Value> {
        self.root.to_schema()
    }
}

/// The strict schema of a type that is an object, for the arguments of a function. [`Shape::read`] reads them: an absent field is null in
/// the strict form.
#[cfg(any(test, feature = "tools"))]
pub(crate) fn strict_schema<T: JsonSchema + ?Sized>() -> Result<Map<String, Value>, SchemaError> {
    let shape = Shape::of::<T>()?;
    match shape.is_wrapped {
        true => Err(SchemaError::new("is not an object; use a struct with named fields").of_type(&T::schema_name())),
        false => Ok(shape.to_schema()),
    }
}

fn sanitised(name: &str) -> String {
    const LONGEST: usize = 64;
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let name: String = name.chars().map(|c| if allowed(c) { c } else { '_' }).take(LONGEST).collect();
    if name.is_empty() { "answer".to_owned() } else { name }
}

#[cfg(test)]
mod tests;
