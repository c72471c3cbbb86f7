//! `record`: the text of `spec/names.yaml`, from what is generated.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use venice_ai_codegen::model::{Kind, Type};
use venice_ai_codegen::names::endpoint;

use crate::{Generated, yaml_out};

const HEADER: &str = "\
# The Rust names of operations, types, enum values and union arms. Written by `cargo xtask spec check --update` and `spec bump`, reviewed
# by people: to rename something, change its name here. `places` and `fields` say by what a type is known when its schema moves.
# README.md beside this file explains the entries.
";

/// The names of what is generated, with the places where its schemas are used.
pub fn record(generated: &Generated) -> String {
    let operations = generated.model.operations.iter();
    let mut operations: Vec<(String, Value)> = operations
        .map(|operation| (operation.id.clone(), endpoint(&operation.method, &operation.path).into()))
        .collect();
    operations.sort_by(|one, other| one.0.cmp(&other.0));
    let types = generated.model.types.iter().map(|(name, kind)| (name.clone(), entry(generated, name, kind)));
    let names = json!({
        "operations": operations.into_iter().collect::<Map<_, _>>(),
        "types": types.collect::<Map<_, _>>(),
    });
    format!("{HEADER}{}", yaml_out::write(&names))
}

fn entry(generated: &Generated, name: &str, kind: &Type) -> Value {
    let mut entry = Map::new();
    if let Some(places) = generated.places.get(name) {
        entry.insert("places".to_owned(), places.clone().into());
    }
    let variants = |variants: &mut dyn Iterator<Item = (&String, &String)>| -> Value {
        variants.map(|(key, name)| (key.clone(), Value::from(name.as_str()))).collect::<Map<_, _>>().into()
    };
    let (key, members) = match &kind.kind {
        Kind::Struct(object) => {
            let mut fields: Vec<&str> = object.fields.iter().map(|field| field.wire.as_str()).collect();
            fields.extend(object.fields.iter().flat_map(|field| &field.aliases).map(String::as_str));
            fields.extend(object.constants.iter().map(|(name, _)| name.as_str()));
            fields.sort_unstable();
            ("fields", fields.into())
        }
        Kind::Enum(values) => ("values", variants(&mut values.iter().map(|value| (&value.wire, &value.name)))),
        Kind::Union(union) => ("arms", variants(&mut union.arms.iter().map(|arm| (&arm.key, &arm.name)))),
    };
    entry.insert(key.to_owned(), members);
    entry.into()
}

/// The places that are those of a type of another name now, a line each: `Old is New (place)`.
pub fn renamed(before: &Generated, after: &Generated) -> Vec<String> {
    let places = |generated: &Generated| -> BTreeMap<String, String> {
        let places = generated.places.iter();
        places.flat_map(|(name, places)| places.iter().map(move |place| (place.clone(), name.clone()))).collect()
    };
    let (old, new) = (places(before), places(after));
    let mut renamed: BTreeMap<(&str, &str), &str> = BTreeMap::new();
    for (place, name) in &old {
        if let Some(now) = new.get(place).filter(|now| *now != name) {
            renamed.entry((name, now)).or_insert(place);
        }
    }
    renamed.into_iter().map(|((old, new), place)| format!("{old} is {new} ({place})")).collect()
}
