//! Handles: what is written by hand is known to the overlay, so that no generated method takes its name.

use crate::spec;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use venice_ai_codegen::lower::names::pascal;

type Methods = BTreeMap<String, BTreeSet<String>>;

/// The public methods of inherent blocks, by type. A handle borrows the client: `Audio<'_>`.
fn methods(items: &[syn::Item], found: &mut Methods) {
    for item in items {
        match item {
            syn::Item::Mod(module) => methods(module.content.as_ref().map_or(&[], |(_, items)| items), found),
            syn::Item::Impl(item) if item.trait_.is_none() => {
                let syn::Type::Path(path) = &*item.self_ty else { continue };
                let Some(last) = path.path.segments.last().filter(|last| borrows(last)) else { continue };
                let name = last.ident.to_string();
                let functions = item.items.iter().filter_map(|item| match item {
                    syn::ImplItem::Fn(function) if matches!(function.vis, syn::Visibility::Public(_)) => {
                        Some(function.sig.ident.to_string())
                    }
                    _ => None,
                });
                found.entry(name).or_default().extend(functions);
            }
            _ => {}
        }
    }
}

fn borrows(segment: &syn::PathSegment) -> bool {
    let syn::PathArguments::AngleBracketed(arguments) = &segment.arguments else { return false };
    arguments.args.iter().any(|argument| matches!(argument, syn::GenericArgument::Lifetime(_)))
}

fn of_folder(folder: &Path, found: &mut Methods) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            of_folder(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            methods(&syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display())).items, found);
        }
    }
}

#[test]
fn the_overlay_lists_the_methods_that_are_written_by_hand() {
    let mut written = Methods::new();
    of_folder(&spec::path("../src"), &mut written);
    let areas = spec::generated().document["x-areas"].as_object().unwrap();
    for name in spec::generated().model.areas.keys() {
        let listed = areas.get(name).and_then(|area| area["methods"].as_array()).into_iter().flatten();
        let listed: BTreeSet<String> = listed.filter_map(|name| name.as_str()).map(str::to_owned).collect();
        let written = written.remove(&pascal(name)).unwrap_or_default();
        assert_eq!(listed, written, "`methods` of the area {name} in spec/overlay.yaml");
    }
}

#[test]
fn each_operation_is_a_method_or_its_area_has_some_by_hand() {
    let model = &spec::generated().model;
    let (generated, by_hand): (Vec<_>, Vec<_>) =
        model.operations.iter().partition(|operation| operation.handle.method.is_some());
    println!("{} operations have a generated method, {} one that is written by hand", generated.len(), by_hand.len());
    assert!(generated.len() >= 24, "fewer handles are generated than were");
    let areas = &spec::generated().document["x-areas"];
    for operation in by_hand {
        let area = &operation.handle.area;
        assert!(areas[area]["methods"].as_array().is_some_and(|methods| !methods.is_empty()), "{}", operation.id);
    }
}
