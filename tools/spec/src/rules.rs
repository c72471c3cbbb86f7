//! `hold`: checks that the overlay's rules are about fields that exist. A rule about another one would never be broken, or always.
//! `words`: checks the form of the overlay's words on operations, which the generator takes for granted.

use serde_json::Value;
use venice_ai_codegen::Error;
use venice_ai_codegen::document::operations;
use venice_ai_codegen::lower::handles::HANDLE;
use venice_ai_codegen::lower::hoist::{EXCLUDES, NOT_BEFORE, REQUIRED_WHEN};
use venice_ai_codegen::model::content::{CARRIES, SENDS_ON};
use venice_ai_codegen::model::handles::{BECOMES, ENVELOPE, PRESENT, READ_AS, UNWRAP};
use venice_ai_codegen::model::{ESSENTIAL, Model, Operation, RETRY};

/// Checks the fields that other fields' rules name, those that a reply cannot do without, and those that handles open.
///
/// # Errors
/// The first rule about a field that does not exist.
pub fn hold(model: &Model) -> Result<(), Error> {
    for name in model.types.keys() {
        let fields = model.object(name).map(|object| object.fields.as_slice()).unwrap_or_default();
        let there = |other: &String| fields.iter().any(|field| field.wire == *other);
        for field in fields {
            let rules = [
                (REQUIRED_WHEN, field.required_when.as_slice()),
                (EXCLUDES, field.excludes.as_slice()),
                (NOT_BEFORE, field.not_before.as_slice()),
            ];
            let mut named = rules.into_iter().flat_map(|(rule, others)| others.iter().map(move |other| (rule, other)));
            if let Some((rule, other)) = named.find(|(_, other)| !there(other)) {
                let problem = format!("a rule of `{}` names a field that `{name}` does not have", field.wire);
                let place = format!("$.components.schemas.{name}.properties.{}['{rule}']", field.wire);
                return Err(Error::new(problem).in_file("spec/overlay.yaml").at(place).found(other));
            }
        }
    }
    model.operations.iter().try_for_each(|operation| of_operation(model, operation))
}

fn of_operation(model: &Model, operation: &Operation) -> Result<(), Error> {
    let wrong = |problem: &str, word: &str| {
        let place = format!("$.paths['{}'].{}['{word}']", operation.path, operation.method.to_lowercase());
        Error::new(problem).in_file("spec/overlay.yaml").at(place)
    };
    if let Some(reply) = operation.reply.as_ref().and_then(|reply| model.object(reply)) {
        let there = |name: &String| reply.fields.iter().any(|field| field.wire == *name);
        if let Some(lost) = operation.essential.iter().find(|field| !there(&field.name)) {
            let error = wrong("the reply does not have a field that it cannot do without", ESSENTIAL);
            return Err(error.found(lost.name.clone()));
        }
    }
    let opening = &operation.handle.opening;
    if (opening.is_checked() || !opening.unwrap.is_empty()) && model.opened(operation).is_none() {
        return Err(wrong("the reply does not surely have a member that the handle opens", UNWRAP));
    }
    if opening.as_json && operation.reply.is_none() {
        return Err(wrong("the reply has no JSON form", READ_AS));
    }
    if !operation.handle.arguments.is_empty() && !model.takes_arguments(operation) {
        return Err(wrong("the arguments are not the parameters that must be sent", HANDLE));
    }
    Ok(())
}

/// A word, whether it has its form, and what that is.
type Word = (&'static str, fn(&Value) -> bool, &'static str);

const WORDS: [Word; 8] = [
    (
        RETRY,
        |word| ["safe", "inference", "once", "payment"].iter().any(|class| word == class),
        "safe, inference, once or payment",
    ),
    (CARRIES, is_carrier, "`nothing`, `{models: [model], types: [text]}` or `{others: a search engine}`"),
    (SENDS_ON, |word| members(word).all(|(_, facts)| facts["to"].is_string()), "fields with `{to: a search engine}`"),
    (UNWRAP, Value::is_string, "a member"),
    (
        ENVELOPE,
        |word| word.is_string() || (members(word).count() == 1 && are_texts(word)),
        "one member, or `{member: text of the error}`",
    ),
    (
        PRESENT,
        |word| word.is_string() || word.is_array() || are_texts(word),
        "a list of members, or a map with the texts of the errors",
    ),
    (
        BECOMES,
        |word| word.as_str().is_some_and(|path| path.split("::").all(is_name)),
        "the path of a type, as module::Type",
    ),
    (READ_AS, |word| word == "json", "json"),
];

/// Checks the words of a corrected document.
///
/// # Errors
/// The first word that has another form than it should.
pub fn words(document: &Value) -> Result<(), Error> {
    for operation in operations(document) {
        for (name, is_right, form) in WORDS {
            if let Some(word) = operation.value.get(name).filter(|word| !is_right(word)) {
                let error =
                    Error::new(format!("`{name}` has another form than it should")).in_file("spec/overlay.yaml");
                return Err(error
                    .at(format!("{}['{name}']", operation.place()))
                    .found(word)
                    .help(format!("write {form}")));
            }
        }
    }
    Ok(())
}

fn is_carrier(word: &Value) -> bool {
    let has_texts = |key: &str| word[key].as_array().is_some_and(|texts| !texts.is_empty());
    match (word.as_str(), word.get("models"), word.get("others")) {
        (Some(text), ..) => text == "nothing",
        (None, Some(models), None) => models.is_array() && has_texts("types"),
        (None, None, Some(others)) => others.is_string(),
        _ => false,
    }
}

fn members(word: &Value) -> impl Iterator<Item = (&String, &Value)> {
    word.as_object().into_iter().flatten()
}

fn are_texts(word: &Value) -> bool {
    word.is_object() && members(word).all(|(_, text)| text.is_string())
}

fn is_name(step: &str) -> bool {
    !step.is_empty() && step.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_word_of_another_form_is_refused_with_its_place() {
        let check = |operation: Value| words(&json!({"paths": {"/lanterns/{id}": {"post": operation}}}));
        for wrong in [
            json!({"x-retry": "twice"}),
            json!({"x-carries": "model"}),
            json!({"x-carries": {"models": ["model"]}}),
            json!({"x-carries": {"models": [], "types": ["text"], "others": "x"}}),
            json!({"x-carries": {}}),
            json!({"x-sends-on": {"search": true}}),
            json!({"x-envelope": {"a": "b", "c": "d"}}),
            json!({"x-present": {"a": 1}}),
            json!({"x-becomes": "a-b"}),
            json!({"x-read-as": "xml"}),
        ] {
            let error = check(wrong.clone()).unwrap_err().to_string();
            let (name, word) = wrong.as_object().unwrap().iter().next().unwrap();
            assert!(error.contains(&format!("$.paths['/lanterns/{{id}}'].post['{name}']")), "{error}");
            assert!(
                error.contains(&format!(
                    "found: {}",
                    word.as_str().map_or(word.to_string(), |text| format!("\"{text}\""))
                )),
                "{error}"
            );
        }
        check(json!({
            "x-retry": "safe", "x-carries": {"models": [], "types": ["text"]}, "x-sends-on": {"search": {"to": "a lighthouse"}},
            "x-envelope": {"success": "no"}, "x-present": ["a"], "x-becomes": "price::Price", "x-read-as": "json", "x-unwrap": "a.b",
        }))
        .unwrap();
    }
}
