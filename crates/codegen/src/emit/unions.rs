//! Unions: progenitor's declarations with the model's names, and a variant that keeps what fits none as raw JSON.

use super::structs::attributes;
use super::syntax::argument;
use super::validate::{self, Needs};
use super::{docs, ident, structs};
use crate::error::Error;
use crate::lower::schema::ref_name;
use crate::model::{Arm, Kind, Model, Type, Union};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use std::collections::BTreeSet;

pub fn emit(
    name: &str,
    kind: &Type,
    union: &Union,
    item: &syn::ItemEnum,
    model: &Model,
    needs: &Needs,
) -> Result<TokenStream, Error> {
    let unexpected = |found: String| {
        Error::new("progenitor's union has an unexpected form").at(format!("$.components.schemas.{name}")).found(found)
    };
    if item.variants.len() != union.arms.len() {
        return Err(unexpected(format!("{} arms of {}", item.variants.len(), union.arms.len())));
    }
    let mut item = item.clone();
    let type_name = item.ident.clone();
    let mut froms = TokenStream::new();
    let mut writes = TokenStream::new();
    let mut checks = TokenStream::new();
    let mut seen = BTreeSet::new();
    for (made, arm) in item.variants.iter_mut().zip(&union.arms) {
        let variant = ident(&arm.name);
        made.ident = variant.clone();
        made.attrs = attributes(docs::doc(&arm_doc(union, arm, model)));
        made.discriminant = None;
        if arm.unit {
            made.fields = syn::Fields::Unit;
            let (tag, value) = (union.tag.as_deref().unwrap_or_default(), arm.tag.as_deref().unwrap_or_default());
            writes.extend(quote! { Self::#variant => crate::runtime::wire::tag(serializer, #tag, #value), });
            continue;
        }
        let held = match &made.fields {
            syn::Fields::Unnamed(fields) if fields.unnamed.len() == 1 => &fields.unnamed[0].ty,
            other => return Err(unexpected(format!("{} {}", arm.name, other.to_token_stream()))),
        };
        // An arm that holds the union again would have no size.
        let (ty, value) = match argument(held, "Box") {
            Some(ty) => (ty, quote! { Box::new(value) }),
            None => (held, quote! { value }),
        };
        writes.extend(quote! { Self::#variant(value) => value.serialize(serializer), });
        if seen.insert(ty.to_token_stream().to_string()) {
            froms.extend(
                quote! { impl From<#ty> for #type_name { fn from(value: #ty) -> Self { Self::#variant(#value) } } },
            );
            if is_text(ty) {
                froms.extend(quote! { impl From<&str> for #type_name { fn from(value: &str) -> Self { Self::#variant(value.to_owned()) } } });
            }
            if let Some(item) = argument(ty, "Vec").filter(|_| kind.in_request) {
                froms.extend(from_arrays(&type_name, &variant, item));
            }
        }
        let check = if ref_name(&arm.schema).is_some_and(|name| needs.check(name)) {
            quote! { value.check(checker); }
        } else {
            validate::check("", &arm.schema, &quote! { Some(value) }, needs)
        };
        if !check.is_empty() {
            checks.extend(quote! { if let Self::#variant(value) = self { #check } });
        }
    }
    item.variants.push(syn::parse_quote! {
        /// A form that this version of the crate does not know, as raw JSON. It is sent as it stands.
        Unknown(serde_json::Value)
    });
    let doc = docs::doc(kind.doc.as_deref().unwrap_or(&format!("One of the forms of `{name}`.")));
    item.attrs = attributes(quote! { #doc #[derive(Clone, Debug, PartialEq)] #[non_exhaustive] });
    let check = (kind.in_request && needs.check(name)).then(|| {
        quote! {
            impl crate::runtime::validation::Check for #type_name {
                fn check(&self, checker: &mut crate::runtime::validation::Checker) {
                    #checks
                }
            }
        }
    });
    let write = structs::serialises(name, model).then(|| {
        quote! {
            impl serde::Serialize for #type_name {
                fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    match self { #writes Self::Unknown(value) => value.serialize(serializer), }
                }
            }
        }
    });
    let read = structs::is_readable(name, model).then(|| read(&type_name, union, kind, model));
    Ok(quote! {
        #item
        #froms
        #check
        #write
        #read
    })
}

fn is_text(ty: &syn::Type) -> bool {
    matches!(ty, syn::Type::Path(path) if path.path.is_ident("String"))
}

/// Its documentation, or else the summary of its type, or what kind of JSON it is.
fn arm_doc(union: &Union, arm: &Arm, model: &Model) -> String {
    let kind = match arm.kind {
        "string" => "A string.",
        "array" => "A list.",
        "integer" | "number" => "A number.",
        "boolean" => "A boolean.",
        "object" => "An object.",
        _ => "Any JSON.",
    };
    let held = ref_name(&arm.schema).and_then(|name| model.types.get(name)?.doc.as_ref()?.lines().next());
    match (&union.tag, &arm.tag, arm.doc.as_deref().or(held)) {
        (_, _, Some(summary)) => summary.to_owned(),
        (Some(tag), Some(value), None) => format!("`{tag}` is `{value}`."),
        (_, _, None) => kind.to_owned(),
    }
}

/// Reading goes through a JSON value: the tag or the kind says which arm it is, and what does not fit stays raw.
fn read(type_name: &Ident, union: &Union, kind: &Type, model: &Model) -> TokenStream {
    let tagged = union.tag.as_ref().map(|tag| {
        let arms = union.arms.iter().filter_map(|arm| {
            let (variant, value) = (ident(&arm.name), arm.tag.as_ref()?);
            Some(if arm.unit {
                quote! { Some(#value) => return Self::#variant, }
            } else {
                quote! { Some(#value) => crate::runtime::wire::arm(&value).map(Self::#variant), }
            })
        });
        quote! {
            let known = match value.get(#tag).and_then(serde_json::Value::as_str) { #(#arms)* _ => None };
            if let Some(known) = known { return known; }
        }
    });
    let by_kind = union.arms.iter().filter(|arm| arm.tag.is_none()).map(|arm| {
        let variant = ident(&arm.name);
        // The text of an answer can be long: it is moved and not copied.
        if arm.kind == "string" && ref_name(&arm.schema).is_none() {
            return quote! {
                let value = match value {
                    serde_json::Value::String(text) => return Self::#variant(text),
                    value => value,
                };
            };
        }
        let test = match arm.kind {
            "string" => quote! { value.is_string() },
            "array" => quote! { value.is_array() },
            "integer" => quote! { value.is_i64() },
            "number" => quote! { value.is_number() },
            "boolean" => quote! { value.is_boolean() },
            "object" => quote! { value.is_object() },
            _ => quote! { true },
        };
        // A lenient object takes any object, so its constants have to tell whether it is the right one.
        let kinds = constants(arm, model)
            .map(|(member, constant)| quote! { && crate::runtime::wire::items_are(&value, #member, #constant) });
        quote! { if #test #(#kinds)* && let Some(known) = crate::runtime::wire::arm(&value) { return Self::#variant(known); } }
    });
    let of_reply = kind.in_reply.then(|| {
        quote! {
            impl From<serde_json::Value> for #type_name {
                fn from(value: serde_json::Value) -> Self {
                    crate::runtime::wire::Union::of(value)
                }
            }
            crate::runtime::wire::union_default!(#type_name);
        }
    });
    quote! {
        impl crate::runtime::wire::Union for #type_name {
            fn of(value: serde_json::Value) -> Self {
                #tagged
                #(#by_kind)*
                Self::Unknown(value)
            }
        }
        crate::runtime::wire::union_impls!(#type_name);
        #of_reply
    }
}

/// The constants of the objects in a list.
fn constants<'a>(arm: &Arm, model: &'a Model) -> impl Iterator<Item = &'a (String, String)> + use<'a> {
    let item = arm.schema.get("items").and_then(ref_name).and_then(|name| model.types.get(name));
    let object = item.and_then(|item| if let Kind::Struct(object) = &item.kind { Some(object) } else { None });
    object.into_iter().flat_map(|object| &object.constants)
}

/// A list may be written down: `["a", "b"]`.
fn from_arrays(type_name: &Ident, variant: &Ident, item: &syn::Type) -> TokenStream {
    let mut froms = quote! {
        impl<const N: usize> From<[#item; N]> for #type_name {
            fn from(value: [#item; N]) -> Self { Self::#variant(value.into()) }
        }
    };
    if is_text(item) {
        froms.extend(quote! {
            impl<const N: usize> From<[&str; N]> for #type_name {
                fn from(value: [&str; N]) -> Self { Self::#variant(value.map(str::to_owned).into()) }
            }
        });
    }
    froms
}
