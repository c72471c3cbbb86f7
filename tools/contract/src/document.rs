//! The API's document, as the SDK's types are made from it.

use std::fs;
use std::path::Path;

use serde_json::Value;
use venice_ai_codegen::{Inputs, correct, document, yaml};
use venice_ai_mock::schema::Schemas;

use crate::failure::Failure;

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
        Ok(Self(correct(&spec, &inputs)?))
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
        document::operations(&self.0).filter_map(|operation| {
            let document::Operation { path, method, value: described, .. } = operation;
            Some(Operation { id: described["operationId"].as_str()?, path, method, described })
        })
    }

    /// Which operation a request asks for.
    pub fn operation(&self, method: &str, path: &str) -> Option<Operation<'_>> {
        let of_method = self.operations().filter(|operation| operation.method.eq_ignore_ascii_case(method));
        let found = venice_ai::Operation::of_path(of_method.map(|operation| (operation.path, operation)), path);
        found.map(|(operation, _)| operation)
    }

    /// The document's schemas.
    pub fn schemas(&self) -> Schemas<'_> {
        Schemas(&self.0)
    }

    /// A schema, parameter or reply, or what it refers to.
    fn resolved<'d>(&'d self, schema: &'d Value) -> &'d Value {
        self.schemas().resolved(schema)
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
        for part in self.schemas().alternatives(schema) {
            let is_required =
                |name: &str| part["required"].as_array().is_some_and(|all| all.iter().any(|one| one == name));
            for name in part["properties"].as_object().into_iter().flatten().map(|(name, _)| name.as_str()) {
                if !found.iter().any(|(known, _)| *known == name) {
                    found.push((name, is_required(name)));
                }
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
