//! Helpers for types of progenitor's syntax tree: what is inside them, and how a reader writes them.

use syn::visit_mut::{self, VisitMut};

/// The type inside an `Option`.
pub fn option(ty: &syn::Type) -> Option<&syn::Type> {
    argument(ty, "Option")
}

/// The type inside `Name<…>`.
pub fn argument<'a>(ty: &'a syn::Type, name: &str) -> Option<&'a syn::Type> {
    let syn::Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == name)?;
    let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.last()? {
        syn::GenericArgument::Type(ty) => Some(ty),
        _ => None,
    }
}

/// Writes `::std::option::Option<&'a ::std::string::String>` as `Option<&String>`.
pub struct Short;

impl VisitMut for Short {
    fn visit_type_reference_mut(&mut self, reference: &mut syn::TypeReference) {
        visit_mut::visit_type_reference_mut(self, reference);
        reference.lifetime = None;
    }

    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        visit_mut::visit_path_mut(self, path);
        let Some(last) = path.segments.last().cloned() else { return };
        let first = path.segments.first().map(|segment| segment.ident.to_string());
        if path.segments.len() > 1 && ["Option", "String", "Vec", "Box"].iter().any(|name| last.ident == name) {
            path.leading_colon = None;
            path.segments = std::iter::once(last).collect();
        } else if matches!(first.as_deref(), Some("std" | "serde_json")) {
            path.leading_colon = None;
        }
    }
}
