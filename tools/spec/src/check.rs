//! What must hold before a document is imported or anything is generated from it.

pub(crate) mod operations;
mod references;

use serde_json::Value;

use venice_ai_codegen::Error;
use venice_ai_codegen::document::Place;

/// Checks that the document is OpenAPI 3.0 and consistent in itself.
///
/// # Errors
/// The first thing that is wrong: not an object, another version of OpenAPI, no title, version or paths, a path that does
/// not begin with `/`, an operation without responses, an `operationId` that occurs twice, a path
/// parameter that is not in the path or the other way round, a `$ref` that leads nowhere or out of the document.
pub fn check(doc: &Value) -> Result<(), Error> {
    head(doc)?;
    operations::check(doc)?;
    references::check(doc)
}

fn head(doc: &Value) -> Result<(), Error> {
    let root = Place::Root;
    let Some(members) = doc.as_object() else {
        return Err(Error::new("the document is not an object")
            .at(root)
            .found(doc)
            .help("give an OpenAPI 3.0 document as YAML or JSON"));
    };
    version(doc)?;
    let info_place = root.key("info");
    for (name, what) in [("title", "title"), ("version", "version")] {
        let place = info_place.key(name);
        match doc.get("info").and_then(|info| info.get(name)) {
            Some(Value::String(_)) => {}
            Some(other) => {
                return Err(Error::new(format!("the API's {what} is not a string"))
                    .at(place)
                    .found(other)
                    .help("quote it"));
            }
            None => {
                return Err(Error::new(format!("the document does not say its {what}"))
                    .at(place)
                    .help(format!("add `{name}` to `info`")));
            }
        }
    }
    match members.get("paths") {
        Some(Value::Object(_)) => Ok(()),
        Some(other) => Err(Error::new("`paths` is not an object").at(root.key("paths")).found(other)),
        None => Err(Error::new("the document has no `paths`")
            .at(root.key("paths"))
            .help("give the whole document, not a part of it")),
    }
}

fn version(doc: &Value) -> Result<(), Error> {
    let root = Place::Root;
    if let Some(swagger) = doc.get("swagger") {
        return Err(Error::new("the document is Swagger 2, not OpenAPI 3.0")
            .at(root.key("swagger"))
            .found(swagger)
            .help("convert it to OpenAPI 3.0 first"));
    }
    let place = root.key("openapi");
    let Some(openapi) = doc.get("openapi") else {
        return Err(Error::new("the document is not OpenAPI: it has no `openapi` member")
            .at(place)
            .help("give an OpenAPI 3.0 document"));
    };
    let Some(text) = openapi.as_str() else {
        return Err(Error::new("`openapi` is not a string")
            .at(place)
            .found(openapi)
            .help("write it as `openapi: 3.0.0`"));
    };
    if text == "3.0" || text.starts_with("3.0.") {
        return Ok(());
    }
    let error = Error::new(format!("the document is OpenAPI {text}; only 3.0 is read, and 3.1 is imported as 3.0"));
    Err(error.at(place).found(openapi).help("ask for the 3.0 document, or convert it"))
}
