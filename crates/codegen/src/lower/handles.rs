//! The place of each operation on the handles: which handle has a method for it, and what the method is called.
//!
//! The overlay says `x-handle: area.method`. An area alone (`x-handle: chat`) means that the method is written by hand. An operation
//! without the word goes by its first tag: `Decisions` and `listDecisions` give `decisions.list`.

use super::names::{member, snake, words};
use super::schema::operations_mut;
use crate::error::Error;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// On an operation, where its method is: in the overlay `area.method(arguments)`, after this pass `{area, method, arguments}`.
pub const HANDLE: &str = "x-handle";
/// On the document, what is known of each area: `struct`, `feature`, `tag`, `methods`.
pub const AREAS: &str = "x-areas";

/// Methods of `Client` that are written by hand: no area can have such a name.
const OF_CLIENT: [&str; 9] =
    ["builder", "compatibility", "from_env", "generate", "many", "raw", "request", "resume", "without_api_key"];

/// Gives every operation its place; returns how many went by their tag.
///
/// # Errors
/// When `x-handle` has another form, or two operations have one method.
pub fn place(doc: &mut Value) -> Result<usize, Error> {
    let mut areas = doc.get(AREAS).and_then(Value::as_object).cloned().unwrap_or_default();
    let mut taken: BTreeSet<(String, String)> = BTreeSet::new();
    for (area, facts) in &areas {
        let methods = facts.get("methods").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        taken.extend(methods.map(|method| (area.clone(), method.to_owned())));
    }
    let mut problem = None;
    operations_mut(doc, &mut |path, method, operation| {
        let Some(text) = operation.get(HANDLE).and_then(Value::as_str) else { return };
        let here = |error: Error| error.at(format!("$.paths['{path}'].{method}['{HANDLE}']"));
        match Written::read(text) {
            Err(error) => drop(problem.get_or_insert(here(error))),
            Ok(place) => {
                if let Some(method) = &place.method
                    && !taken.insert((place.area.clone(), method.clone()))
                {
                    problem.get_or_insert(here(Error::new("another method of the handle has this name").found(text)));
                }
                operation[HANDLE] = place.into_value();
            }
        }
    });
    let mut by_tag = 0;
    operations_mut(doc, &mut |path, _, operation| {
        if operation.get(HANDLE).is_none() {
            by_tag += 1;
            let place = of_tag(path, operation, &areas, &taken);
            taken.extend(place.method.clone().map(|method| (place.area.clone(), method)));
            operation[HANDLE] = place.into_value();
        }
        if let Some(area) = operation[HANDLE]["area"].as_str() {
            areas.entry(area.to_owned()).or_insert_with(|| json!({}));
        }
    });
    doc[AREAS] = Value::Object(areas);
    problem.map_or(Ok(by_tag), Err)
}

/// A place as the overlay writes it.
struct Written {
    area: String,
    method: Option<String>,
    arguments: Vec<String>,
}

impl Written {
    /// `area`, `area.method` or `area.method(first, second)`.
    fn read(text: &str) -> Result<Self, Error> {
        let wrong = || Error::new("not a method of a handle").found(text).help("write area.method(arguments) or area");
        let (place, arguments) = match text.split_once('(') {
            Some((place, rest)) => (place, rest.strip_suffix(')').ok_or_else(wrong)?),
            None => (text, ""),
        };
        let (area, method) = match place.split_once('.') {
            Some((area, method)) => (area, Some(method)),
            None => (place, None),
        };
        let is_name = |name: &str| member(name) == name;
        if !is_name(area) || method.is_some_and(|method| !is_name(method)) {
            return Err(wrong());
        }
        let arguments = arguments.split(',').map(str::trim).filter(|name| !name.is_empty());
        Ok(Self {
            area: area.to_owned(),
            method: method.map(str::to_owned),
            arguments: arguments.map(str::to_owned).collect(),
        })
    }

    fn into_value(self) -> Value {
        json!({"area": self.area, "method": self.method, "arguments": self.arguments})
    }
}

/// The handle of an operation's tag, and a method called like the operation without the words of the area.
fn of_tag(path: &str, operation: &Value, areas: &Map<String, Value>, taken: &BTreeSet<(String, String)>) -> Written {
    let tag = operation.pointer("/tags/0").and_then(Value::as_str);
    let tag = tag.map(|tag| tag.split('(').next().unwrap_or_default().trim()).filter(|tag| !tag.is_empty());
    let known = areas.iter().find(|(_, facts)| tag.is_some() && facts["tag"].as_str() == tag);
    let area = match known {
        Some((area, _)) => area.clone(),
        None => {
            let name = tag.or_else(|| path.split('/').find(|part| !part.is_empty())).unwrap_or("api");
            let name = member(name);
            if OF_CLIENT.contains(&name.as_str()) { format!("{name}_api") } else { name }
        }
    };
    let id = operation["operationId"].as_str().unwrap_or_default();
    let own = words(&area);
    let is_own = |word: &String| own.iter().any(|own| own == word || super::names::singular(own) == *word);
    let short: Vec<String> = words(id).into_iter().filter(|word| !is_own(word)).collect();
    let is_free = |name: &String| !taken.contains(&(area.clone(), name.clone()));
    let names = [short.join("_"), snake(id), format!("{}_operation", snake(id))];
    let method = names.iter().filter(|name| !name.is_empty()).map(|name| member(name)).find(is_free);
    Written { area, method, arguments: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(paths: Value, areas: Value) -> Result<Value, Error> {
        let mut doc = json!({"paths": paths, AREAS: areas});
        place(&mut doc)?;
        Ok(doc)
    }

    fn by_tag(tag: &str, id: &str) -> (String, String) {
        let operation = json!({"operationId": id, "tags": [tag]});
        let doc = placed(
            json!({"/a": {"get": operation}}),
            json!({"images": {"tag": "Image"}, "models": {"methods": ["list"]}}),
        )
        .unwrap();
        let place = &doc["paths"]["/a"]["get"][HANDLE];
        (place["area"].as_str().unwrap().to_owned(), place["method"].as_str().unwrap().to_owned())
    }

    #[test]
    fn an_operation_goes_by_its_tag() {
        for (tag, id, area, method) in [
            ("Decisions", "listDecisions", "decisions", "list"),
            ("Decisions", "getDecisionById", "decisions", "get_by_id"),
            ("Decisions", "decisions", "decisions", "decisions"),
            ("API Keys", "createApiKey", "api_keys", "create"),
            ("Responses (Alpha)", "createResponse", "responses", "create"),
            ("Image", "enhanceImage", "images", "enhance"),
            ("Models", "listModels", "models", "list_models"),
            ("Request", "newRequest", "request_api", "new_"),
            ("", "trim", "a", "trim"),
        ] {
            assert_eq!(by_tag(tag, id), (area.to_owned(), method.to_owned()), "{tag} {id}");
        }
    }

    #[test]
    fn the_overlay_names_handle_method_and_arguments() {
        let get = |text: &str| json!({"/a": {"get": {"operationId": "a", HANDLE: text}}});
        let of = |text: &str| placed(get(text), json!({})).unwrap()["paths"]["/a"]["get"][HANDLE].clone();
        assert_eq!(of("wicks.trim"), json!({"area": "wicks", "method": "trim", "arguments": []}));
        assert_eq!(of("wicks.trim(a, type)"), json!({"area": "wicks", "method": "trim", "arguments": ["a", "type"]}));
        assert_eq!(of("wicks"), json!({"area": "wicks", "method": null, "arguments": []}), "written by hand");
        for wrong in ["", "Wicks.trim", "wicks.", "wicks.trim(a", "wicks.type", "wicks.trim.more"] {
            assert!(placed(get(wrong), json!({})).is_err(), "{wrong}");
        }
    }

    #[test]
    fn two_operations_with_one_method_are_an_error_and_a_tag_gives_way() {
        let paths =
            |second: Value| json!({"/a": {"get": {"operationId": "a", HANDLE: "wicks.trim"}}, "/b": {"get": second}});
        let same = placed(paths(json!({"operationId": "b", HANDLE: "wicks.trim"})), json!({}));
        assert!(same.unwrap_err().to_string().contains("$.paths['/b'].get['x-handle']"));
        let doc = placed(paths(json!({"operationId": "trimWick", "tags": ["Wicks"]})), json!({})).unwrap();
        assert_eq!(doc["paths"]["/b"]["get"][HANDLE]["method"], "trim_wick");
        assert_eq!(doc[AREAS], json!({"wicks": {}}));
    }
}
