//! Names that a person would give.

use crate::{none, spec};
use std::collections::BTreeSet;

/// Types, and variants and members with their type.
fn names(items: &[&syn::Item]) -> (BTreeSet<String>, Vec<(String, String)>) {
    let mut types = BTreeSet::new();
    let mut members = Vec::new();
    for item in items {
        match item {
            syn::Item::Struct(item) => {
                types.insert(item.ident.to_string());
                members.extend(
                    item.fields
                        .iter()
                        .filter_map(|field| Some((item.ident.to_string(), field.ident.as_ref()?.to_string()))),
                );
            }
            syn::Item::Enum(item) => {
                types.insert(item.ident.to_string());
                members.extend(item.variants.iter().map(|variant| (item.ident.to_string(), variant.ident.to_string())));
            }
            _ => {}
        }
    }
    (types, members)
}

/// `ToolWebSearch` as `Tool`, `Web`, `Search`.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for c in name.chars() {
        match words.last_mut() {
            Some(word) if !c.is_ascii_uppercase() => word.push(c),
            _ => words.push(c.to_string()),
        }
    }
    words
}

fn numbered(name: &str, stem: &str) -> bool {
    name.split(stem).skip(1).any(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

fn bad_names(items: &[&syn::Item]) -> (usize, Vec<String>) {
    let (types, members) = names(items);
    let mut found = Vec::new();
    for name in &types {
        let words = words(name);
        if ["Variant", "Subtype", "Item", "Inner"].iter().any(|stem| numbered(name, stem)) || name.contains("ArrayItem")
        {
            found.push(format!("{name}: a number or a place of the document stands for a name"));
        }
        if name.ends_with(|c: char| c.is_ascii_digit()) {
            found.push(format!("{name}: told apart by a number"));
        }
        if words.windows(2).any(|pair| pair[0] == pair[1]) {
            found.push(format!("{name}: a word twice"));
        }
        if words.windows(2).any(|pair| pair[0] == "Body" || (pair[0] == "Response" && pair[1] == "Data")) {
            found.push(format!("{name}: a place of the document stands for a name"));
        }
    }
    for (owner, name) in &members {
        if ["Variant", "Subtype", "variant_", "subtype_"].iter().any(|stem| numbered(name, stem))
            || name.ends_with("OtherOther")
        {
            found.push(format!("{owner}::{name}: a number stands for a name"));
        }
    }
    (types.len() + members.len(), found)
}

#[test]
fn no_name_is_a_number_or_a_path() {
    let file = spec::code();
    let (count, found) = bad_names(&spec::types(&file));
    println!("{count} names read");
    assert!(count > 1000, "the code was not read");
    none("names", &found);
}

#[test]
fn the_rule_finds_names_that_generators_give() {
    let file = crate::bad(
        "struct ToolWebSearch2; struct InputArrayItemVariant2Type; struct FunctionCallOutputOutput; struct CreateKeyBodyKind; \
         enum Content { Variant0(String), Subtype1 } struct Options { subtype_0: String } struct Good { ratio_16x9: String }",
    );
    let items: Vec<_> = file.items.iter().collect();
    let (_, found) = bad_names(&items);
    for name in [
        "ToolWebSearch2",
        "InputArrayItemVariant2Type",
        "FunctionCallOutputOutput",
        "CreateKeyBodyKind",
        "Content::Variant0",
        "Content::Subtype1",
        "Options::subtype_0",
    ] {
        assert!(found.iter().any(|line| line.starts_with(name)), "{name} not in {found:?}");
    }
    assert!(!found.iter().any(|line| line.contains("Good")), "{found:?}");
}
