//! From an answer to the value of a type.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::node::{Member, Node, NodeForm};
use super::{Shape, WRAPPER};

/// Why an answer is not a value of the type.
#[derive(Debug)]
pub(crate) enum Unfit {
    /// It is no JSON.
    Syntax(serde_json::Error),
    /// It is another JSON. What was read, and what is wrong with it.
    Data(String, serde_json::Error),
}

impl Shape {
    /// The value that an answer is, taken out of what the strict form of the schema put around it.
    pub(crate) fn read<T: DeserializeOwned>(&self, json: &str) -> Result<T, Unfit> {
        if !self.is_wrapped && !self.root.has_absent() {
            return typed(json);
        }
        let mut value: Value = serde_json::from_str(json).map_err(Unfit::Syntax)?;
        self.settle(&mut value);
        // Only what is wrong has to be found again in a text. Numbers would not become better by it.
        T::deserialize(&value).or_else(|_| typed(&value.to_string()))
    }

    /// The value in a document, which may be the only member of it.
    pub(crate) fn inner<'v>(&self, document: &'v Value) -> Option<&'v Value> {
        match document {
            Value::Object(members) if self.is_wrapped => members.get(WRAPPER),
            document => Some(document),
        }
    }

    /// Takes a value, whole or in part, out of what the strict form put around it: the object around what is none, and the nulls
    /// that stand for nothing.
    pub(crate) fn settle(&self, value: &mut Value) {
        if self.root.has_absent() {
            self.root.settle(value);
        }
        if self.is_wrapped
            && let Some(members) = value.as_object_mut()
            && members.len() == 1
            && let Some(inner) = members.remove(WRAPPER)
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
    /// Whether null stands for nothing anywhere in it.
    fn has_absent(&self) -> bool {
        match &self.form {
            NodeForm::Scalar { .. } => false,
            NodeForm::List(items) => items.has_absent(),
            NodeForm::Object(members) => members.iter().any(|member| member.absent_if_null || member.node.has_absent()),
            NodeForm::AnyOf(nodes) => nodes.iter().any(Self::has_absent),
        }
    }

    fn settle(&self, value: &mut Value) {
        match (&self.form, value) {
            (NodeForm::List(of_items), Value::Array(items)) => items.iter_mut().for_each(|item| of_items.settle(item)),
            (NodeForm::Object(members), Value::Object(values)) => {
                values.retain(|name, value| {
                    let Some(member) = members.iter().find(|member| member.name == *name) else { return true };
                    member.node.settle(value);
                    !(value.is_null() && member.absent_if_null)
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

    /// Whether it is what a value was made by.
    pub(super) fn takes(&self, value: &Value) -> bool {
        match (&self.form, value) {
            (NodeForm::Scalar { kind, values, .. }, value) => {
                kind.takes(value) && (values.is_empty() || values.contains(value))
            }
            (NodeForm::List(of_items), Value::Array(items)) => items.iter().all(|item| of_items.takes(item)),
            (NodeForm::Object(members), Value::Object(values)) => {
                let takes = |member: &Member| values.get(&member.name).is_some_and(|value| member.node.takes(value));
                members.len() == values.len() && members.iter().all(takes)
            }
            (NodeForm::AnyOf(nodes), value) => nodes.iter().any(|node| node.takes(value)),
            _ => false,
        }
    }
}
