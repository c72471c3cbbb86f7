//! Free-form JSON only where the API really has it: at the places of a reviewed list, each with its reason.

use crate::{none, spec};
use std::collections::BTreeSet;
use std::path::Path;

/// `Type.member` and `Type::Variant` for every place whose type mentions `serde_json`, and the classes that stand for many.
fn places(items: &[&syn::Item]) -> BTreeSet<String> {
    let free = |ty: &syn::Type| quote::ToTokens::to_token_stream(ty).to_string().contains("serde_json");
    let mut places = BTreeSet::new();
    for item in items {
        match item {
            syn::Item::Struct(item) => {
                for field in item.fields.iter().filter(|field| free(&field.ty)) {
                    let name = field.ident.as_ref().map(ToString::to_string).unwrap_or_default();
                    places.insert(if name == "extra" {
                        "*.extra".to_owned()
                    } else {
                        format!("{}.{name}", item.ident)
                    });
                }
            }
            syn::Item::Enum(item) => {
                for variant in item.variants.iter().filter(|variant| variant.fields.iter().any(|field| free(&field.ty)))
                {
                    let name = variant.ident.to_string();
                    places.insert(if name == "Unknown" {
                        "*::Unknown".to_owned()
                    } else {
                        format!("{}::{name}", item.ident)
                    });
                }
            }
            _ => {}
        }
    }
    places
}

/// Places that are not on the list, entries without a place, and entries without a reason. What is documented from the document's facts
/// alone has not been looked at by anybody yet.
fn compare(places: &BTreeSet<String>, list: &serde_json::Value, is_documented: impl Fn(&str) -> bool) -> Vec<String> {
    let entries = list.as_object().cloned().unwrap_or_default();
    let missing = places
        .iter()
        .filter(|place| !entries.contains_key(*place) && is_documented(place))
        .map(|place| format!("{place} is free-form JSON and not on the list"));
    let stale = entries
        .keys()
        .filter(|entry| !places.contains(*entry))
        .map(|entry| format!("{entry} is on the list and not (or no longer) free-form JSON"));
    let bare = entries
        .iter()
        .filter(|(_, reason)| reason.as_str().is_none_or(|reason| reason.len() < 10))
        .map(|(entry, _)| format!("{entry} has no reason"));
    missing.chain(stale).chain(bare).collect()
}

#[test]
fn free_form_json_stands_only_where_it_was_reviewed() {
    let file = spec::code();
    let places = places(&spec::types(&file));
    println!("{} places of free-form JSON", places.len());
    let list = spec::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/json_values.yaml"));
    let model = &spec::generated().model;
    let is_documented = |place: &str| {
        let Some((name, field)) = place.split_once('.') else { return true };
        let fields = model.object(name).map(|object| object.fields.as_slice()).unwrap_or_default();
        fields.iter().find(|known| known.rust == field).is_none_or(|known| known.doc.is_some())
    };
    none("crates/codegen/tests/fixtures/json_values.yaml", &compare(&places, &list, is_documented));
}

#[test]
fn the_rule_finds_new_and_stale_places() {
    let file = crate::bad(
        "struct A { b: Option<Vec<serde_json::Value>>, c: String, extra: serde_json::Map<String, serde_json::Value> } enum D { E(serde_json::Value), Unknown(serde_json::Value) }",
    );
    let items: Vec<_> = file.items.iter().collect();
    let places = places(&items);
    assert_eq!(places.iter().map(String::as_str).collect::<Vec<_>>(), ["*.extra", "*::Unknown", "A.b", "D::E"]);
    let list = serde_json::json!({"A.b": "a list of whatever the caller sent", "*.extra": "members of later versions", "*::Unknown": "forms of later versions", "A.c": "stale entry", "D::E": ""});
    assert_eq!(compare(&places, &list, |_| true).len(), 2, "A.c is stale, D::E has no reason");
}
