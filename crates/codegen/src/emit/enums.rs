//! String enums: progenitor's declarations, and a variant that keeps any other text.

use super::structs::attributes;
use super::{docs, ident};
use crate::error::Error;
use crate::model::{EnumValue, Type};
use proc_macro2::TokenStream;
use quote::quote;

pub fn emit(name: &str, kind: &Type, values: &[EnumValue], item: &syn::ItemEnum) -> Result<TokenStream, Error> {
    if item.variants.len() != values.len() {
        let error = Error::new("progenitor left out a value").at(format!("$.components.schemas.{name}"));
        return Err(error.found(format!("{} of {}", item.variants.len(), values.len())));
    }
    let mut item = item.clone();
    for (variant, value) in item.variants.iter_mut().zip(values) {
        variant.ident = ident(&value.name);
        let doc = value.doc.clone().unwrap_or_else(|| format!("`{}` on the wire.", value.wire));
        variant.attrs = attributes(docs::doc(&doc));
    }
    item.variants.push(syn::parse_quote! {
        /// A value that this version of the crate does not know. It is sent as it stands.
        Unknown(String)
    });
    let doc = docs::doc(kind.doc.as_deref().unwrap_or(&format!("The values of `{name}` that are known.")));
    item.attrs = attributes(quote! { #doc #[derive(Clone, Debug, PartialEq, Eq, Hash)] #[non_exhaustive] });
    let type_name = &item.ident;
    let variants = values.iter().map(|value| ident(&value.name));
    let wires = values.iter().map(|value| &value.wire);
    Ok(quote! {
        #item
        crate::runtime::wire::open_enum_impls!(#type_name { #(#variants = #wires,)* });
    })
}
