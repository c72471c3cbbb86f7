//! The committed document and what is generated from it, once for all tests.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use venice_ai_codegen::{Error, Generated, Inputs, Value, generate, yaml};

/// A file of `spec/`.
pub fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec").join(name)
}

/// The document in `spec/swagger.yaml`.
pub fn document() -> Value {
    read(&path("swagger.yaml"))
}

pub fn read(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    yaml::parse(&text).unwrap_or_else(|error| panic!("{}", error.in_file(path.display().to_string())))
}

/// What the build generates.
pub fn generated() -> &'static Generated {
    static GENERATED: OnceLock<Generated> = OnceLock::new();
    GENERATED.get_or_init(|| generate(&document(), &inputs()).unwrap_or_else(|error| panic!("{error}")))
}

/// What `spec/` has beside the document.
pub fn inputs() -> Inputs {
    Inputs::read(|name| Ok::<_, Error>(read(&path(name)))).unwrap_or_else(|error| panic!("{error}"))
}

/// The generated code as a tree.
pub fn code() -> syn::File {
    syn::parse_file(&generated().code).unwrap_or_else(|error| panic!("{error}"))
}

/// The items of `mod types`.
pub fn types(file: &syn::File) -> Vec<&syn::Item> {
    let modules = file.items.iter().filter_map(|item| match item {
        syn::Item::Mod(module) if module.ident == "types" => module.content.as_ref(),
        _ => None,
    });
    modules.flat_map(|(_, items)| items).collect()
}
