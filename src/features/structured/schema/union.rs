//! `of`: combines several alternatives in one node.

use serde_json::Value;

use super::error::SchemaError;
use super::node::{Kind, Node, NodeForm};

/// Any of `nodes`, without duplicates. Constants of one type become one list of values: shorter than alternatives, and supported by every
/// provider.
pub(super) fn of(nodes: Vec<Node>) -> Result<Node, SchemaError> {
    let mut groups: Vec<Group> = Vec::new();
    for node in nodes {
        let kind = constant(&node);
        match groups.iter_mut().find(|group| kind.is_some() && group.kind == kind || group.nodes.contains(&node)) {
            Some(group) if group.nodes.contains(&node) => {}
            Some(group) => group.nodes.push(node),
            None => groups.push(Group { kind, nodes: vec![node] }),
        }
    }
    let mut nodes: Vec<Node> = groups.into_iter().filter_map(Group::into_node).collect();
    match nodes.len() {
        0 => Err(SchemaError::new("has no value at all")),
        1 => Ok(nodes.remove(0)),
        _ => Ok(Node::plain(NodeForm::AnyOf(nodes))),
    }
}

/// A single node, or constants of one type.
struct Group {
    kind: Option<Kind>,
    nodes: Vec<Node>,
}

/// The type of constants.
fn constant(node: &Node) -> Option<Kind> {
    match &node.form {
        NodeForm::Scalar { kind, values, .. } if !values.is_empty() => Some(*kind),
        _ => None,
    }
}

impl Group {
    fn into_node(mut self) -> Option<Node> {
        if self.nodes.len() == 1 {
            return self.nodes.pop();
        }
        let mut lines = Vec::new();
        let mut all: Vec<Value> = Vec::new();
        for Node { description, form } in self.nodes {
            let NodeForm::Scalar { values, .. } = form else { continue };
            lines.extend(description.map(|description| line(&values, &description)));
            all.extend(values);
        }
        let description = (!lines.is_empty()).then(|| lines.join("\n"));
        Some(Node { description, form: NodeForm::Scalar { kind: self.kind?, format: None, values: all } })
    }
}

/// The line that describes one value.
fn line(values: &[Value], description: &str) -> String {
    let name = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let names: Vec<String> = values.iter().map(name).collect();
    format!("- {}: {description}", names.join(", "))
}
