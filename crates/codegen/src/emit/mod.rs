//! Finishes progenitor's output: its types become open and documented, with constructors, setters, validation, reading and writing; its client
//! stays as it is; methods that make calls of its requests, and the operation table, come beside it.

pub mod docs;
mod enums;
mod files;
mod handles;
mod headers;
mod inline;
mod methods;
mod operations;
pub mod round_trips;
mod structs;
mod syntax;
mod unions;
mod validate;

use crate::error::Error;
use crate::model::{Kind, Model, Operation};
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use std::collections::BTreeMap;
use syn::Item;
use syn::visit_mut::VisitMut;

/// Turns progenitor's file into the file that the SDK includes.
///
/// # Errors
/// When progenitor's output has not the form that is expected of it.
pub fn emit(file: &syn::File, model: &Model) -> Result<syn::File, Error> {
    let (declarations, client) = split(file);
    let missing = |name: &str| {
        let error = Error::new("progenitor made another type than the document has, or none");
        error.at(format!("$.components.schemas.{name}"))
    };
    let needs = validate::Needs::of(model);
    let mut types = TokenStream::new();
    for (name, kind) in &model.types {
        if !is_declared(model, name) {
            continue;
        }
        types.extend(match (&kind.kind, declarations.get(name)) {
            (Kind::Struct(object), Some(Item::Struct(item))) => structs::emit(name, kind, object, item, model, &needs)?,
            (Kind::Enum(values), Some(Item::Enum(item))) => enums::emit(name, kind, values, item)?,
            (Kind::Union(union), Some(Item::Enum(item))) => unions::emit(name, kind, union, item, model, &needs)?,
            _ => return Err(missing(name)),
        });
        if let Kind::Struct(object) = &kind.kind {
            types.extend(files::emit(name, object, model));
        }
    }
    let methods = methods::emit(&client, model, &needs)?;
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

        /// progenitor's client, as it comes but for `#[inline]`. Its methods build the requests; [`Raw`] takes these and makes calls of them.
        #[allow(dead_code, clippy::all, clippy::unwrap_used)]
        pub(crate) mod client {
            use super::types;

            #(#client)*
        }

        #methods
    };
    let file = syn::parse2(tokens);
    let mut file: syn::File =
        file.map_err(|error| Error::new("the generated code is not Rust").found(error.to_string()))?;
    let (handles, headers) = (handles::emit(&file, model), headers::emit(model));
    let more = syn::parse2::<syn::File>(quote! { #handles #headers });
    file.items.extend(more.map_err(|error| Error::new("the generated handles are not Rust").found(error))?.items);
    inline::inline(&mut file.items);
    Ok(file)
}

/// The declarations of progenitor's module `types`, by name and as readers write them, and everything else of its output.
fn split(file: &syn::File) -> (BTreeMap<String, Item>, Vec<&Item>) {
    let (mut declarations, mut client) = (BTreeMap::new(), Vec::new());
    for item in &file.items {
        let Item::Mod(syn::ItemMod { ident, content: Some((_, types)), .. }) = item else {
            client.push(item);
            continue;
        };
        if ident != "types" {
            client.push(item);
            continue;
        }
        for item in types {
            let name = match item {
                Item::Struct(item) => item.ident.to_string(),
                Item::Enum(item) => item.ident.to_string(),
                _ => continue,
            };
            let mut item = item.clone();
            syntax::Short.visit_item_mut(&mut item);
            declarations.insert(name, item);
        }
    }
    (declarations, client)
}

/// Whether a type is declared: a struct without members that is an arm of a union is a variant without payload.
fn is_declared(model: &Model, name: &str) -> bool {
    let is_used =
        |operation: &Operation| [&operation.body, &operation.reply].iter().any(|used| used.as_deref() == Some(name));
    !model.is_unit(name) || model.operations.iter().any(is_used)
}

fn ident(name: &str) -> Ident {
    Ident::new(name, Span::call_site())
}
