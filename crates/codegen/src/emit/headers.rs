//! Accessors of `Meta`: one a reply header of the document.

use super::{docs, ident};
use crate::model::Model;
use proc_macro2::TokenStream;
use quote::quote;

pub fn emit(model: &Model) -> TokenStream {
    let accessors = model.headers.iter().map(|header| {
        let (wire, name) = (&header.wire, ident(&header.name));
        let doc = docs::doc(&header.doc.clone().unwrap_or_else(|| format!("The reply header `{wire}`.")));
        let (ty, read) = match header.kind.as_str() {
            "boolean" => (quote! { bool }, quote! { flag }),
            "integer" => (quote! { Option<u64> }, quote! { number }),
            _ => (quote! { Option<&str> }, quote! { text }),
        };
        quote! {
            #doc
            pub fn #name(&self) -> #ty {
                self.#read(#wire)
            }
        }
    });
    quote! {
        /// Reply headers of the API's document.
        impl crate::runtime::meta::Meta {
            #(#accessors)*
        }
    }
}
