//! String enums: every known value a variant, any other text kept in `Unknown`.

use super::{docs, ident};
use crate::model::{EnumValue, Type};
use proc_macro2::TokenStream;
use quote::quote;

pub fn emit(name: &str, kind: &Type, values: &[EnumValue]) -> TokenStream {
    let type_name = ident(name);
    let doc = docs::doc(kind.doc.as_deref().unwrap_or(&format!("The values of `{name}` that are known.")));
    let variants: Vec<_> = values.iter().map(|value| ident(&value.name)).collect();
    let wires: Vec<_> = values.iter().map(|value| &value.wire).collect();
    let variant_docs =
        values.iter().map(|value| docs::doc(value.doc.as_deref().unwrap_or(&format!("`{}` on the wire.", value.wire))));
    quote! {
        #doc
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum #type_name {
            #(#variant_docs #variants,)*
            /// A value that this version of the crate does not know. It is sent as it stands.
            Unknown(String),
        }
        crate::runtime::wire::open_enum_impls!(#type_name { #(#variants = #wires,)* });
    }
}
