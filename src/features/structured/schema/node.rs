//! `Node`: a value in a strict schema.

use serde_json::{Map, Value, json};

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    pub(super) description: Option<String>,
    pub(super) form: NodeForm,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum NodeForm {
    /// Neither a list nor an object; one of `values`, unless that is empty.
    Scalar {
        kind: Kind,
        format: Option<String>,
        values: Vec<Value>,
    },
    List(Box<Node>),
    Object(Vec<Field>),
    AnyOf(Vec<Node>),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) node: Node,
    /// Null means absent: a strict schema has no optional fields, but the type has.
    pub(super) absent_if_null: bool,
}

/// The types of JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    Boolean,
    Integer,
    Number,
    String,
    List,
    Object,
}

impl Kind {
    const ALL: [Self; 7] =
        [Self::Null, Self::Boolean, Self::Integer, Self::Number, Self::String, Self::List, Self::Object];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::String => "string",
            Self::List => "array",
            Self::Object => "object",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    pub(super) fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(_) => Self::Boolean,
            Value::Number(number) if number.is_f64() => Self::Number,
            Value::Number(_) => Self::Integer,
            Value::String(_) => Self::String,
            Value::Array(_) => Self::List,
            Value::Object(_) => Self::Object,
        }
    }

    /// The type of values that have both types.
    pub(super) fn and(self, other: Self) -> Option<Self> {
        match (self, other) {
            (Self::Integer, Self::Number) | (Self::Number, Self::Integer) => Some(Self::Integer),
            (one, other) => (one == other).then_some(one),
        }
    }

    pub(super) fn takes(self, value: &Value) -> bool {
        self == Self::of(value)
            || self == Self::Number && value.is_number()
            || self == Self::Integer && value.as_f64().is_some_and(|number| number.fract() == 0.0)
    }
}

impl Node {
    pub(super) fn plain(form: NodeForm) -> Self {
        Self { description: None, form }
    }

    pub(super) fn null() -> Self {
        Self::plain(NodeForm::Scalar { kind: Kind::Null, format: None, values: Vec::new() })
    }

    pub(super) fn is_null(&self) -> bool {
        matches!(self.form, NodeForm::Scalar { kind: Kind::Null, .. })
    }

    pub(super) fn takes_null(&self) -> bool {
        match &self.form {
            NodeForm::AnyOf(nodes) => nodes.iter().any(Self::takes_null),
            _ => self.is_null(),
        }
    }

    /// The same, or null.
    pub(super) fn or_null(self) -> Self {
        match self.form {
            _ if self.takes_null() => self,
            NodeForm::AnyOf(mut nodes) => {
                nodes.push(Self::null());
                Self { form: NodeForm::AnyOf(nodes), ..self }
            }
            _ => Self::plain(NodeForm::AnyOf(vec![self, Self::null()])),
        }
    }

    /// The same with a text before its description.
    pub(super) fn introduced(self, text: Option<String>) -> Self {
        let description = match (text, self.description) {
            (Some(text), Some(own)) => Some(format!("{text}\n{own}")),
            (text, own) => text.or(own),
        };
        Self { description, ..self }
    }

    /// A short description of the type.
    pub(super) fn summary(&self) -> String {
        match &self.form {
            NodeForm::Scalar { kind, .. } => kind.name().to_owned(),
            NodeForm::List(items) => format!("array of {}", items.summary()),
            NodeForm::Object(fields) => {
                let names: Vec<&str> = fields.iter().map(|field| &*field.name).collect();
                format!("object with {}", names.join(" and "))
            }
            NodeForm::AnyOf(nodes) => nodes.iter().map(Self::summary).collect::<Vec<_>>().join(" or "),
        }
    }

    pub(super) fn to_schema(&self) -> Map<String, Value> {
        let mut schema = self.form.to_schema();
        if let Some(description) = &self.description {
            schema.insert("description".to_owned(), description.as_str().into());
        }
        schema
    }
}

impl NodeForm {
    fn to_schema(&self) -> Map<String, Value> {
        match self {
            Self::Scalar { kind, format, values } => {
                let mut schema = object([("type", kind.name().into())]);
                if let Some(format) = format {
                    schema.insert("format".to_owned(), format.as_str().into());
                }
                if !values.is_empty() {
                    schema.insert("enum".to_owned(), values.as_slice().into());
                }
                schema
            }
            Self::List(items) => object([("type", "array".into()), ("items", items.to_schema().into())]),
            Self::Object(fields) => {
                let properties = fields.iter().map(|field| (field.name.clone(), field.node.to_schema().into()));
                object([
                    ("type", "object".into()),
                    ("properties", Value::Object(properties.collect())),
                    ("required", fields.iter().map(|field| field.name.as_str()).collect()),
                    ("additionalProperties", false.into()),
                ])
            }
            Self::AnyOf(nodes) => match nodes.as_slice() {
                // The API's recommended form of an optional value.
                [one @ Node { form: Self::Scalar { kind, values, .. }, .. }, null]
                    if null.is_null() && values.is_empty() =>
                {
                    let mut schema = one.to_schema();
                    schema.insert("type".to_owned(), json!([kind.name(), "null"]));
                    schema
                }
                nodes => object([("anyOf", nodes.iter().map(Node::to_schema).map(Value::Object).collect())]),
            },
        }
    }
}

impl Field {
    pub(super) fn required(name: impl Into<String>, node: Node) -> Self {
        Self { name: name.into(), node, absent_if_null: false }
    }

    /// An optional one.
    pub(super) fn optional(name: impl Into<String>, node: Node) -> Self {
        Self { name: name.into(), absent_if_null: !node.takes_null(), node: node.or_null() }
    }
}

fn object<const N: usize>(fields: [(&str, Value); N]) -> Map<String, Value> {
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
