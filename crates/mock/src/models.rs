//! Handlers of the model list, traits and compatibility mapping.

use serde_json::{Map, Value, json};
use venice_ai::types::ModelType;

use super::errors::error;
use super::parsed_request::ParsedRequest;
use super::reply::Reply;
use super::state::State;

/// The text model that has the trait `default`.
pub(super) const DEFAULT: &str = "gondola-9b";

/// The image model with the trait `default`.
pub(super) const DEFAULT_IMAGE: &str = "murano-image";

/// Other vendors' model ids, with the model that each maps to and its type.
const COMPATIBLE: &[(&str, &str, &str)] = &[
    ("gpt-4o", DEFAULT, "text"),
    ("gpt-4o-mini", "squero-small", "text"),
    ("claude-3-5-sonnet-20241022", "arsenale-coder", "text"),
    ("dall-e-3", DEFAULT_IMAGE, "image"),
    ("text-embedding-ada-002", "altana-embedding", "embedding"),
];

/// All models, as the API lists them.
pub(super) fn catalogue() -> Vec<Value> {
    // An invalid file would be found by the first test that lists models.
    let mut models: Vec<Value> = serde_json::from_str(include_str!("models.json")).unwrap_or_default();
    for kind in ModelType::KNOWN {
        let is_missing = models.iter().all(|model| model["type"] != *kind);
        if let Some(other) = models.last().filter(|_| is_missing) {
            // The type is new in the document.
            let mut model = named(other.clone(), &format!("lagoon-{kind}"));
            model["type"] = (*kind).into();
            models.push(model);
        }
    }
    models
}

/// The model of this type with this name: its id, a trait, or another vendor's model id.
pub(super) fn resolve(kind: &str, name: &str) -> Option<Value> {
    let name = name.strip_prefix("venice-").unwrap_or(name);
    let alias = COMPATIBLE.iter().find(|row| row.0 == name).map(|row| row.1);
    let has_trait = |model: &Value| traits_of(model).any(|known| known == name);
    let mut models = catalogue().into_iter().filter(|model| model["type"] == kind);
    models.find(|model| model["id"] == name || has_trait(model) || alias.is_some_and(|alias| model["id"] == alias))
}

/// Like [`resolve`], for the model of a request. A tested program uses the models that it really needs, so an unknown one is answered like
/// the first of its type, unless the test turns that off.
pub(super) fn wanted(request: &ParsedRequest<'_>, kind: &str, name: &str) -> Result<Value, Reply> {
    if let Some(model) = resolve(kind, name) {
        return Ok(model);
    }
    let others: Vec<Value> = catalogue().into_iter().filter(|model| model["type"] == kind).take(2).collect();
    if name.is_empty() || request.checks_models {
        let others: Vec<&str> = others.iter().filter_map(|model| model["id"].as_str()).collect();
        return Err(error(404, &format!("Specified model not found: {name}. Did you mean: {}?", others.join(", "))));
    }
    Ok(named(others.into_iter().next().unwrap_or_default(), name))
}

/// The same model with another id.
pub(super) fn named(mut model: Value, name: &str) -> Value {
    model["id"] = name.into();
    model["model_spec"]["name"] = name.into();
    model
}

fn traits_of(model: &Value) -> impl Iterator<Item = &str> {
    model["model_spec"]["traits"].as_array().into_iter().flatten().filter_map(Value::as_str)
}

pub(super) fn list(_: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    let kind = kind(request);
    let wanted = |model: &Value| match kind.as_str() {
        "all" => true,
        "code" => model["model_spec"]["capabilities"]["optimizedForCode"] == true,
        kind => model["type"] == kind,
    };
    let data: Vec<Value> = catalogue().into_iter().filter(wanted).collect();
    Ok(Reply::json(200, &json!({"object": "list", "type": kind, "data": data})))
}

pub(super) fn traits(_: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    let kind = kind(request);
    let mut data = Map::new();
    for model in catalogue().iter().filter(|model| model["type"] == kind.as_str()) {
        data.extend(traits_of(model).map(|name| (name.to_owned(), model["id"].clone())));
    }
    Ok(Reply::json(200, &json!({"object": "list", "type": kind, "data": data})))
}

pub(super) fn compatibility_mapping(_: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    let kind = kind(request);
    let rows = COMPATIBLE.iter().filter(|row| row.2 == kind);
    let data: Map<String, Value> = rows.map(|row| (row.0.to_owned(), row.1.into())).collect();
    Ok(Reply::json(200, &json!({"object": "list", "type": kind, "data": data})))
}

/// The requested type. Default: `text`.
fn kind(request: &ParsedRequest<'_>) -> String {
    request.route.query("type").unwrap_or("text").to_owned()
}
