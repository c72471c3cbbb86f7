//! `Shape::read`: deserialises an answer as a value of the type.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::node::{Field, Node, NodeForm};
use super::{Shape, WRAPPER};

/// Why an answer is not a value of the type.
#[derive(Debug)]
pub(crate) enum Unfit {
    /// Not JSON.
    Syntax(serde_json::Error),
    /// JSON of another form: what was read, and the error.
    Data(String, serde_json::Error),
}

impl Shape {
    /// Deserialises an answer, unwrapped from its strict form.
    pub(crate) fn read<T: DeserializeOwned>(&self, json: &str) -> Result<T, Unfit> {
        if !self.is_wrapped && !self.root.has_absent() {
            return typed(json);
        }
        let mut value: Value = serde_json::from_str(json).map_err(Unfit::Syntax)?;
        self.settle(&mut value);
        // Read from a text only on error, for its position. Numbers could lose precision.
        T::deserialize(&value).or_else(|_| typed(&value.to_string()))
    }

    /// The value in a document, which may be its only field.
    pub(crate) fn inner<'v>(&self, document: &'v Value) -> Option<&'v Value> {
        match document {
            Value::Object(fields) if self.is_wrapped => fields.get(WRAPPER),
            document => Some(document),
        }
    }

    /// Unwraps a value, complete or partial, from its strict form: the wrapping object, and nulls of absent fields.
    pub(crate) fn settle(&self, value: &mut Value) {
        if self.root.has_absent() {
            self.root.settle(value);
        }
        if self.is_wrapped
            && let Some(fields) = value.as_object_mut()
            && fields.len() == 1
            && let Some(inner) = fields.remove(WRAPPER)
        {
            *value = inner;
        }
    }
}

fn typed<T: DeserializeOwned>(json: &str) -> Result<T, Unfit> {
    serde_json::from_str(json).map_err(|error| match error.is_data() {
        true => Unfit::Data(json.to_owned(), error),
        false => Unfit::Syntax(error),
    })
}

impl Node {
    /// Whether it contains fields whose null means absent.
    fn has_absent(&self) -> bool {
        match &self.form {
            NodeForm::Scalar { .. } => false,
            NodeForm::List(items) => items.has_absent(),
            NodeForm::Object(fields) => fields.iter().any(|field| field.absent_if_null || field.node.has_absent()),
            NodeForm::AnyOf(nodes) => nodes.iter().any(Self::has_absent),
        }
    }

    fn settle(&self, value: &mut Value) {
        match (&self.form, value) {
            (NodeForm::List(of_items), Value::Array(items)) => items.iter_mut().for_each(|item| of_items.settle(item)),
            (NodeForm::Object(fields), Value::Object(values)) => {
                values.retain(|name, value| {
                    let Some(field) = fields.iter().find(|field| field.name == *name) else { return true };
                    field.node.settle(value);
                    !(value.is_null() && field.absent_if_null)
                });
            }
            (NodeForm::AnyOf(nodes), value) => {
                if let Some(node) = nodes.iter().find(|node| node.takes(value)) {
                    node.settle(value);
                }
            }
            _ => {}
        }
    }

    /// Whether a value matches the node.
    pub(super) fn takes(&self, value: &Value) -> bool {
        match (&self.form, value) {
            (NodeForm::Scalar { kind, values, .. }, value) => {
                kind.takes(value) && (values.is_empty() || values.contains(value))
            }
            (NodeForm::List(of_items), Value::Array(items)) => items.iter().all(|item| of_items.takes(item)),
            (NodeForm::Object(fields), Value::Object(values)) => {
                let takes = |field: &Field| values.get(&field.name).is_some_and(|value| field.node.takes(value));
                fields.len() == values.len() && fields.iter().all(takes)
            }
            (NodeForm::AnyOf(nodes), value) => nodes.iter().any(|node| node.takes(value)),
            _ => false,
        }
    }
}
