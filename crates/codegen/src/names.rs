//! `Names`: the Rust names of operations, types, enum values and union arms, from `spec/names.yaml`.
//!
//! A type is known by the places where its schema is used: `createChat.request.messages.*` is the item of the list `messages` in
//! the request of the operation `createChat`, whether its schema is written there or behind a reference. So a schema keeps its
//! name when it moves into a component or out of one, and when it gains a field or a value. The file has the places of all types:
//! `cargo xtask spec check --update` names what is new, and checks the file.

use crate::document;
use crate::error::Error;
use crate::lower::hoist::Namer;
use crate::lower::schema::operations_mut;
use crate::lower::site::{Position, Site};
use serde_json::{Map, Value};
use std::collections::{BTreeSet, HashMap};

/// The entries of `spec/names.yaml`.
#[derive(Debug, Clone, Default)]
pub struct Names {
    doc: Value,
    places: HashMap<String, String>,
}

impl Names {
    /// Takes `{operations: {id: METHOD /path}, types: {Name: {places, fields | values | arms}}}`.
    #[must_use]
    pub fn new(doc: Value) -> Self {
        let mut places = HashMap::new();
        for (name, entry) in doc["types"].as_object().into_iter().flatten() {
            let at = entry["places"].as_array().into_iter().flatten().filter_map(Value::as_str);
            places.extend(at.map(|place| (place.to_owned(), name.clone())));
        }
        Self { doc, places }
    }

    /// The file.
    #[must_use]
    pub fn doc(&self) -> &Value {
        &self.doc
    }

    /// The name of the type at the first known one of some places.
    #[must_use]
    pub fn at(&self, places: &[String]) -> Option<&str> {
        places.iter().find_map(|place| self.places.get(place)).map(String::as_str)
    }

    /// The variant names of an enum's values, by their text, or of a union's arms, by their key.
    #[must_use]
    pub fn variants(&self, name: &str) -> Option<&Value> {
        let entry = self.doc["types"].get(name)?;
        entry.get("values").or_else(|| entry.get("arms"))
    }

    /// Gives an operation the id that its endpoint has here, so that it keeps its name when the vendor renames it.
    pub fn keep_operation_ids(&self, doc: &mut Value) {
        let known = self.doc["operations"].as_object().into_iter().flat_map(Map::iter);
        let known: HashMap<&str, &String> = known.filter_map(|(id, endpoint)| Some((endpoint.as_str()?, id))).collect();
        let ids = document::operations(doc).filter_map(|operation| operation.id().map(str::to_owned));
        let mut used: BTreeSet<String> = ids.collect();
        operations_mut(doc, &mut |path, method, operation| {
            let Some(known) = known.get(endpoint(method, path).as_str()) else { return };
            if let Some(object) = operation.as_object_mut().filter(|_| used.insert((*known).clone())) {
                object.insert("operationId".to_owned(), Value::String((*known).clone()));
            }
        });
    }

    fn named(&self, places: &[String]) -> Result<String, Error> {
        self.at(places).map(str::to_owned).ok_or_else(|| unnamed("a schema", places.join(", ")))
    }
}

impl Namer for &Names {
    fn name(&mut self, site: &Site<'_>, _body: &Value) -> Result<String, Error> {
        self.named(&site.places)
    }

    fn within(&mut self, component: &str, position: Position) -> Result<String, Error> {
        self.named(&[position.place_of(component)])
    }
}

/// The error about what is not in the file.
pub(crate) fn unnamed(what: &str, found: String) -> Error {
    let error = Error::new(format!("{what} has no name")).in_file("spec/names.yaml").found(found);
    error.help("run `cargo xtask spec check --update`")
}

/// How an operation's endpoint is written.
#[must_use]
pub fn endpoint(method: &str, path: &str) -> String {
    format!("{} {path}", method.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_type_is_found_by_any_of_its_places() {
        let names = Names::new(
            json!({"types": {"Wick": {"places": ["listWicks.reply.data.*", "$Wick.reply"], "fields": ["a"]}}}),
        );
        assert_eq!(names.at(&["getWick.reply".into(), "$Wick.reply".into()]), Some("Wick"));
        assert_eq!(names.at(&["getWick.reply".into()]), None);
    }

    #[test]
    fn an_operation_keeps_its_id_unless_another_has_it() {
        let names = Names::new(json!({"operations": {"listWicks": "GET /wicks", "burn": "POST /burn"}}));
        let mut doc = json!({"paths": {
            "/wicks": {"get": {"operationId": "wicksList"}},
            "/burn": {"post": {}},
            "/new": {"get": {"operationId": "getNew"}},
        }});
        names.keep_operation_ids(&mut doc);
        assert_eq!(doc["paths"]["/wicks"]["get"]["operationId"], "listWicks");
        assert_eq!(doc["paths"]["/burn"]["post"]["operationId"], "burn");
        assert_eq!(doc["paths"]["/new"]["get"]["operationId"], "getNew");
        let mut moved =
            json!({"paths": {"/wicks": {"get": {"operationId": "x"}}, "/all": {"get": {"operationId": "listWicks"}}}});
        let before = moved.clone();
        names.keep_operation_ids(&mut moved);
        assert_eq!(moved, before, "the operation moved, and another has its endpoint");
    }
}
