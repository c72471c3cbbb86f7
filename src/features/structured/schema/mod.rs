//! JSON Schemas of Rust types, in the strict form that models are held to.
//!
//! `schemars` describes what `serde` reads. The API wants less than that (section "Structured outputs" of its guides): every property
//! is required, no object is open, nothing is a reference. And behind the API stand providers that refuse, each, other keywords: one
//! has no `oneOf` and no `minLength`, the next no `minimum`. So what only narrows a value down is told in its description, where every
//! model reads it, and checked when the answer is read.

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
use self::node::{Member, Node, NodeForm};
pub(crate) use self::read::Unfit;

/// What an answer looks like that is a value of a type.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    name: String,
    root: Node,
    /// The type is no object, and its value is the only member of one.
    is_wrapped: bool,
}

/// The member that a value is in which is no object.
const WRAPPER: &str = "value";

impl Shape {
    /// Fails where a strict schema cannot say what the type is: it holds itself, has members with any name, or may be anything.
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
            true => Node::plain(NodeForm::Object(vec![Member::required(WRAPPER, root)])),
            false => root,
        };
        Ok(Self { name: sanitised(name), root, is_wrapped })
    }

    /// The type's name, of the characters and the length that the API allows: `[A-Za-z0-9_-]{1,64}`.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The schema; it describes an object.
    pub(crate) fn to_schema(&self) -> Map<String, Value> {
        self.root.to_schema()
    }
}

/// The strict schema of a type that is an object, as the arguments of a function are. [`Shape::read`] reads them: where a member may
/// be left out, the strict form has null.
#[cfg(any(test, feature = "tools"))]
pub(crate) fn strict_schema<T: JsonSchema + ?Sized>() -> Result<Map<String, Value>, SchemaError> {
    let shape = Shape::of::<T>()?;
    match shape.is_wrapped {
        true => Err(SchemaError::new("is no object; a struct with named fields is one").of_type(&T::schema_name())),
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
