//! Every string enum is open, and so is every union.

use crate::{none, spec};
use std::collections::BTreeMap;
use venice_ai_codegen::model::Kind;

/// The enums of a module, with the number of variants that their `open_enum_impls!` lists.
fn listed(items: &[&syn::Item]) -> BTreeMap<String, usize> {
    let macros = items.iter().filter_map(|item| match item {
        syn::Item::Macro(item) if item.mac.path.segments.last().is_some_and(|last| last.ident == "open_enum_impls") => {
            Some(item.mac.tokens.clone())
        }
        _ => None,
    });
    macros
        .map(|tokens| {
            let text = tokens.to_string();
            let name = text.split(['{', ' ']).next().unwrap_or_default().to_owned();
            (name, text.matches('=').count())
        })
        .collect()
}

/// What an enum keeps of a value that it does not know.
fn unknown(item: &syn::ItemEnum) -> Option<String> {
    let variant = item.variants.iter().find(|variant| variant.ident == "Unknown")?;
    variant.fields.iter().next().map(|field| quote::ToTokens::to_token_stream(&field.ty).to_string())
}

/// How many string enums and unions there are, and which are closed.
fn closed(items: &[&syn::Item]) -> (usize, usize, Vec<String>) {
    let listed = listed(items);
    let (mut enums, mut unions, mut found) = (0, 0, Vec::new());
    for item in items.iter().filter_map(|item| if let syn::Item::Enum(item) = item { Some(item) } else { None }) {
        let name = item.ident.to_string();
        if !item.attrs.iter().any(|attribute| attribute.path().is_ident("non_exhaustive")) {
            found.push(format!("{name} is not #[non_exhaustive]"));
        }
        match unknown(item).as_deref() {
            Some("String") => {
                enums += 1;
                if listed.get(&name) != Some(&(item.variants.len() - 1)) {
                    found.push(format!(
                        "{name}: {} variants, {:?} with a text on the wire",
                        item.variants.len(),
                        listed.get(&name)
                    ));
                }
            }
            Some("serde_json :: Value") => unions += 1,
            other => found.push(format!("{name} keeps no unknown value: {other:?}")),
        }
    }
    (enums, unions, found)
}

#[test]
fn every_string_enum_keeps_what_it_does_not_know() {
    let file = spec::code();
    let (enums, unions, found) = closed(&spec::types(&file));
    println!("{enums} string enums, {unions} unions");
    none("closed enums", &found);
    let kinds =
        |wanted: fn(&Kind) -> bool| spec::generated().model.types.values().filter(|kind| wanted(&kind.kind)).count();
    assert_eq!(enums, kinds(|kind| matches!(kind, Kind::Enum(_))));
    assert_eq!(unions, kinds(|kind| matches!(kind, Kind::Union(_))));
    assert!(enums > 20 && unions > 5, "the code was not read");
}

#[test]
fn the_rule_finds_closed_enums() {
    let file = crate::bad(
        "enum A { X } #[non_exhaustive] enum B { X, Unknown(String) } #[non_exhaustive] enum C { X, Unknown(String) } \
         crate::runtime::wire::open_enum_impls!(C { X = \"x\", });",
    );
    let items: Vec<_> = file.items.iter().collect();
    let (enums, unions, found) = closed(&items);
    assert_eq!((enums, unions, found.len()), (2, 0, 3), "{found:?}");
}
