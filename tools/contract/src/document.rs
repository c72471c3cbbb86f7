//! The API's document, as the SDK's types are made from it.

use std::fs;
use std::path::Path;

use serde_json::Value;
use venice_ai_codegen::{Inputs, lower_document, overlay::Mode, yaml};

use crate::failure::Failure;

/// References that lead to references; more than that is a circle.
const LONGEST_CHAIN: usize = 8;
const METHODS: [&str; 5] = ["get", "put", "post", "delete", "patch"];

pub struct Document(Value);

/// An operation of the document.
#[derive(Debug, Clone, Copy)]
pub struct Operation<'d> {
    pub id: &'d str,
    pub path: &'d str,
    pub method: &'d str,
    pub described: &'d Value,
}

impl Document {
    /// Reads `swagger.yaml` of a folder like `spec/`, corrected by its overlay.
    pub fn read(folder: &Path) -> Result<Self, Failure> {
        let spec = parsed(&folder.join("swagger.yaml"))?;
        let inputs = Inputs::read(|name| parsed(&folder.join(name)))?;
        Ok(Self(lower_document(&spec, &inputs, Mode::Strict)?.document))
    }

    #[cfg(test)]
    pub fn from_value(document: Value) -> Self {
        Self(document)
    }

    /// The version of the API.
    pub fn version(&self) -> &str {
        self.0["info"]["version"].as_str().unwrap_or_default()
    }

    pub fn operations(&self) -> impl Iterator<Item = Operation<'_>> {
        let paths = self.0["paths"].as_object().into_iter().flatten();
        paths.flat_map(|(path, item)| {
            METHODS.into_iter().filter_map(move |method| {
                let described = item.get(method)?;
                Some(Operation { id: described["operationId"].as_str()?, path, method, described })
            })
        })
    }

    /// Which operation a request asks for. Where several fit, the one with fewer parameters is meant.
    pub fn operation(&self, method: &str, path: &str) -> Option<Operation<'_>> {
        self.operations()
            .filter(|operation| operation.method.eq_ignore_ascii_case(method))
            .filter_map(|operation| {
                Some((operation, venice_ai::Operation::path_parameters(operation.path, path)?.len()))
            })
            .min_by_key(|(_, parameters)| *parameters)
            .map(|(operation, _)| operation)
    }

    /// A schema, or what it refers to.
    pub fn resolved<'d>(&'d self, mut schema: &'d Value) -> &'d Value {
        for _ in 0..LONGEST_CHAIN {
            let Some(reference) = schema["$ref"].as_str() else { break };
            let Some(target) = self.0.pointer(reference.trim_start_matches('#')) else { break };
            schema = target;
        }
        schema
    }

    /// The description of a reply with this status.
    pub fn reply<'d>(&'d self, operation: Operation<'d>, status: u16) -> Option<&'d Value> {
        let replies = &operation.described["responses"];
        let found = [status.to_string(), format!("{}XX", status / 100), "default".to_owned()];
        found.iter().find_map(|status| replies.get(status)).map(|reply| self.resolved(reply))
    }

    /// The members of a request's body and the parameters of its query, each with whether it has to be there.
    pub fn members<'d>(&'d self, operation: Operation<'d>, media: &str) -> Vec<(&'d str, bool)> {
        let mut found = Vec::new();
        let body = self.resolved(&operation.described["requestBody"]);
        if let Some(content) = body["content"].get(media) {
            self.properties(&content["schema"], &mut found);
        }
        for parameter in operation.described["parameters"].as_array().into_iter().flatten() {
            let parameter = self.resolved(parameter);
            if parameter["in"] == "query"
                && let Some(name) = parameter["name"].as_str()
            {
                found.push((name, parameter["required"] == true));
            }
        }
        found
    }

    /// Whether any schema names a member so.
    pub fn has_member(&self, name: &str) -> bool {
        names_member(&self.0, name)
    }

    /// The media types of a request's body.
    pub fn request_media<'d>(&'d self, operation: Operation<'d>) -> Vec<&'d str> {
        let body = self.resolved(&operation.described["requestBody"]);
        body["content"].as_object().into_iter().flatten().map(|(media, _)| media.as_str()).collect()
    }

    fn properties<'d>(&'d self, schema: &'d Value, found: &mut Vec<(&'d str, bool)>) {
        let schema = self.resolved(schema);
        let is_required =
            |name: &str| schema["required"].as_array().is_some_and(|all| all.iter().any(|one| one == name));
        for name in schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name.as_str()) {
            if !found.iter().any(|(known, _)| *known == name) {
                found.push((name, is_required(name)));
            }
        }
        for keyword in ["allOf", "anyOf", "oneOf"] {
            for part in schema[keyword].as_array().into_iter().flatten() {
                self.properties(part, found);
            }
        }
    }
}

fn parsed(path: &Path) -> Result<Value, Failure> {
    let failed = |error| Failure::new(format!("cannot read {}: {error}", path.display()), "check --spec");
    let text = fs::read_to_string(path).map_err(failed)?;
    Ok(yaml::parse(&text).map_err(|error| error.in_file(path.display().to_string()))?)
}

fn names_member(value: &Value, name: &str) -> bool {
    match value {
        Value::Object(members) => {
            members.get("properties").is_some_and(|properties| properties.get(name).is_some())
                || members.values().any(|member| names_member(member, name))
        }
        Value::Array(items) => items.iter().any(|item| names_member(item, name)),
        _ => false,
    }
}
