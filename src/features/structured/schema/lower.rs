//! `node`: converts a schema of `schemars` to a strict one.

use serde_json::Value;

use super::error::SchemaError;
use super::node::{Field, Kind, Node, NodeForm};
use super::part::{Choice, Subschema};
use super::union;

const MAP: &str = "has arbitrary keys, like a map; a strict schema lists all fields. Use a list of structs, each with a \
                   key and a value";
const ANYTHING: &str = "may be any JSON, and a strict schema says what a value is. Use a struct, an enum, or a `String` that \
                        holds JSON";
const CONSTANT: &str = "is a constant list or object, which strict schemas do not support";

pub(super) fn node(schema: &Value) -> Result<Node, SchemaError> {
    let Choice { description, parts } = Choice::of(schema)?;
    let (nulls, mut parts): (Vec<Subschema>, Vec<Subschema>) =
        parts.into_iter().partition(|part| part.kind == Some(Kind::Null));
    if parts.is_empty() && !nulls.is_empty() {
        return Ok(Node { description, ..Node::null() });
    }
    // The description of a field takes precedence over that of its type.
    let description = match parts.as_mut_slice() {
        [only] => {
            only.description = description.or(only.description.take());
            None
        }
        _ => description,
    };
    let nodes = parts.into_iter().map(of_part).collect::<Result<Vec<_>, _>>()?;
    let node = union::of(nodes)?.introduced(description);
    Ok(if nulls.is_empty() { node } else { node.or_null() })
}

fn of_part(mut part: Subschema) -> Result<Node, SchemaError> {
    part.settle_format();
    let Some(kind) = part.kind else { return Err(SchemaError::new(ANYTHING)) };
    let form = match kind {
        Kind::Object | Kind::List if part.values.is_some() => return Err(SchemaError::new(CONSTANT)),
        Kind::Object if part.is_map => return Err(SchemaError::new(MAP)),
        Kind::Object => NodeForm::Object(fields(&part)?),
        Kind::List => NodeForm::List(Box::new(items(&mut part)?)),
        _ => NodeForm::Scalar { kind, format: part.format, values: part.values.unwrap_or_default() },
    };
    Ok(Node { description: described(part.description, &part.hints), form })
}

fn fields(part: &Subschema) -> Result<Vec<Field>, SchemaError> {
    let field = |(name, schema): (&String, &Value)| {
        let node = node(schema).map_err(|error| error.below(name))?;
        let is_required = part.required.iter().any(|required| required == name.as_str());
        Ok(if is_required { Field::required(name, node) } else { Field::optional(name, node) })
    };
    part.properties.iter().map(field).collect()
}

/// The items of a list. Providers do not support lists whose items differ by position (`prefixItems`): any of them is allowed anywhere, and
/// the order is in the description.
fn items(part: &mut Subschema) -> Result<Node, SchemaError> {
    let below = |error: SchemaError| error.below("[]");
    if part.prefix.is_empty() {
        return node(part.items.as_ref().unwrap_or(&Value::Bool(true))).map_err(below);
    }
    let nodes = part.prefix.iter().map(node).collect::<Result<Vec<_>, _>>().map_err(below)?;
    let alike = nodes.iter().all(|node| Some(node) == nodes.first());
    if !alike {
        let order = nodes.iter().map(Node::summary).collect::<Vec<_>>().join(", ");
        part.hints.push(format!("items in this order: {order}"));
    }
    union::of(nodes).map_err(below)
}

/// `A rating. (minimum: 1, maximum: 5)`.
fn described(description: Option<String>, hints: &[String]) -> Option<String> {
    if hints.is_empty() {
        return description;
    }
    let hints = format!("({})", hints.join(", "));
    Some(match description {
        Some(description) => format!("{description} {hints}"),
        None => hints,
    })
}
