//! `hold`: checks that the overlay's rules are about fields that exist. A rule about another one would never be broken, or always.

use venice_ai_codegen::Error;
use venice_ai_codegen::lower::handles::HANDLE;
use venice_ai_codegen::lower::hoist::{EXCLUDES, NOT_BEFORE, REQUIRED_WHEN};
use venice_ai_codegen::model::handles::{READ_AS, UNWRAP};
use venice_ai_codegen::model::{ESSENTIAL, Model, Operation};

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
