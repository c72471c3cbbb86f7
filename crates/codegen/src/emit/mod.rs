//! progenitor's tokens become the SDK's code: open enums, unions, constructors, setters, validation, calls, the operation table.

pub mod docs;
mod enums;
mod inline;
mod methods;
mod operations;
mod structs;
mod unions;
mod validate;

use crate::error::Error;
use crate::model::{Kind, Model};
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use std::collections::BTreeMap;

/// Turns progenitor's file into the file that the SDK includes.
///
/// # Errors
/// When progenitor's output has not the form that is expected of it.
pub fn emit(file: &syn::File, model: &Model) -> Result<syn::File, Error> {
    let structs = structs_of(file);
    let needs = validate::Needs::of(model);
    let mut types = TokenStream::new();
    for (name, kind) in &model.types {
        types.extend(match &kind.kind {
            Kind::Struct(_) if model.is_unit(name) && !is_reply_or_body(model, name) => continue,
            Kind::Struct(object) => structs::emit(name, kind, object, structs.get(name).copied(), model, &needs)?,
            Kind::Enum(values) => enums::emit(name, kind, values),
            Kind::Union(union) => unions::emit(name, kind, union, model, &needs)?,
        });
    }
    let methods = methods::emit(file, model, &needs)?;
    let table = operations::emit(model);
    let version = &model.version;
    let tokens = quote! {
        /// The version of the API document that this crate was generated from.
        pub const API_VERSION: &str = #version;

        /// Every request and reply type of the API, generated from its document.
        ///
        /// Reply types read what the server sends leniently: a member that is missing or null reads as its empty value or
        /// as `None`, a new member is ignored (or kept in `extra` where the type has one), a new enum value is kept in
        /// `Unknown`. Request types send what was set and nothing else.
        // A large arm of a union is read once; a pointer to it would be in everybody's way.
        #[allow(deprecated, clippy::large_enum_variant)]
        pub mod types {
            use serde::ser::SerializeMap as _;

            #types
        }

        /// The facts of each operation, in the document's order.
        pub mod operations {
            #table
        }

        #methods
    };
    let file = syn::parse2(tokens);
    let mut file: syn::File =
        file.map_err(|error| Error::new("the generated code is not Rust").found(error.to_string()))?;
    inline::inline(&mut file.items);
    Ok(file)
}

/// The structs of progenitor's `types` module, by name.
fn structs_of(file: &syn::File) -> BTreeMap<String, &syn::ItemStruct> {
    let modules = file.items.iter().filter_map(|item| match item {
        syn::Item::Mod(module) if module.ident == "types" => module.content.as_ref(),
        _ => None,
    });
    modules
        .flat_map(|(_, items)| items)
        .filter_map(|item| match item {
            syn::Item::Struct(item) => Some((item.ident.to_string(), item)),
            _ => None,
        })
        .collect()
}

fn is_reply_or_body(model: &Model, name: &str) -> bool {
    model
        .operations
        .iter()
        .any(|operation| [&operation.body, &operation.reply].iter().any(|used| used.as_deref() == Some(name)))
}

fn ident(name: &str) -> Ident {
    Ident::new(name, Span::call_site())
}
