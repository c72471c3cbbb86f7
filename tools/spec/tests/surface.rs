//! `spec/api.txt` is the public surface that generation yields, reviewed like code.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

#[path = "../../../crates/codegen/tests/generated/spec.rs"]
#[allow(dead_code)]
mod spec;

use std::sync::OnceLock;
use venice_ai_spec::{Generated, Mode, generate};

/// The lines of the generated surface.
fn api() -> &'static [String] {
    static GENERATED: OnceLock<Generated> = OnceLock::new();
    let read = || generate(&spec::document(), &spec::inputs(), Mode::Strict).unwrap_or_else(|error| panic!("{error}"));
    &GENERATED.get_or_init(read).api
}

/// The first line in which the two differ.
fn difference(committed: &str, generated: &[String]) -> Option<String> {
    let committed: Vec<&str> = committed.lines().collect();
    let gone = committed.iter().find(|line| !generated.iter().any(|new| new == *line)).map(|line| format!("- {line}"));
    let new = generated.iter().find(|line| !committed.contains(&line.as_str())).map(|line| format!("+ {line}"));
    gone.or(new).or_else(|| {
        (committed.len() != generated.len() || committed.iter().zip(generated).any(|(a, b)| a != b))
            .then(|| "the order of the lines".to_owned())
    })
}

#[test]
fn the_committed_surface_is_the_generated_one() {
    let committed = std::fs::read_to_string(spec::path("api.txt")).unwrap_or_default();
    let generated = api();
    println!("{} public items", generated.len());
    if let Some(first) = difference(&committed, generated) {
        panic!(
            "spec/api.txt is stale: run `cargo xtask spec check --update` and review the difference; the first one is\n  {first}"
        );
    }
}

#[test]
fn the_surface_is_sorted_and_complete() {
    let api = api();
    assert!(api.is_sorted());
    let file = spec::code();
    let types = spec::types(&file);
    let structs = types.iter().filter(|item| matches!(item, syn::Item::Struct(_))).count();
    let enums = types.iter().filter(|item| matches!(item, syn::Item::Enum(_))).count();
    let listed = |prefix: &str| {
        api.iter().filter(|line| line.strip_prefix(prefix).is_some_and(|name| !name.contains(['.', ':']))).count()
    };
    assert_eq!((listed("struct types::"), listed("enum types::")), (structs, enums));
    assert!(api.iter().any(|line| line.starts_with("impl Raw<'_>: ")), "methods of Raw are missing");
}

#[test]
fn the_traits_of_every_type_are_listed() {
    let api = api();
    let traits = |name: &str| api.iter().find_map(|line| line.strip_prefix(&format!("traits types::{name}: ")));
    let file = spec::code();
    for item in spec::types(&file) {
        let (syn::Item::Struct(syn::ItemStruct { ident, .. }) | syn::Item::Enum(syn::ItemEnum { ident, .. })) = item
        else {
            continue;
        };
        let listed = traits(&ident.to_string()).unwrap_or_else(|| panic!("{ident} is not listed"));
        for name in ["Clone", "Debug", "PartialEq"] {
            assert!(listed.split(", ").any(|one| one == name), "{ident}: {listed}");
        }
    }
    assert_eq!(traits("ApiKeyType"), Some("Clone, Debug, Eq, Hash, PartialEq, open_enum_impls!"));
    assert!(traits("ApiKey").unwrap().ends_with("Serialize, object_impls!"));
}

#[test]
fn a_stale_surface_is_found() {
    let generated = ["a".to_owned(), "b".to_owned()];
    assert_eq!(difference("a\nb\n", &generated), None);
    assert_eq!(difference("a\n", &generated).as_deref(), Some("+ b"));
    assert_eq!(difference("a\nb\nc\n", &generated).as_deref(), Some("- c"));
    assert!(difference("b\na\n", &generated).is_some());
}
