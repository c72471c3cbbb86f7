//! Structs: progenitor's members and types, our constructors, setters, reading and writing.

use super::validate::Needs;
use super::{docs, ident, validate};
use crate::error::Error;
use crate::model::{Field, Kind, Model, Struct, Type};
use proc_macro2::{Ident, TokenStream};
use quote::quote;
use std::collections::BTreeMap;
use syn::visit_mut::{self, VisitMut};

/// A member with its Rust name and type.
struct Member<'a> {
    field: &'a Field,
    ident: Ident,
    ty: syn::Type,
    /// What an `Option` member holds.
    inner: Option<syn::Type>,
}

pub fn emit(
    name: &str,
    kind: &Type,
    object: &Struct,
    item: Option<&syn::ItemStruct>,
    model: &Model,
    needs: &Needs,
) -> Result<TokenStream, Error> {
    let members = members(name, object, item)?;
    let type_name = ident(name);
    let doc = docs::doc(kind.doc.as_deref().unwrap_or(&format!("The object `{name}`.")));
    let fields = members.iter().map(|member| {
        let (ident, ty) = (&member.ident, &member.ty);
        let doc = docs::doc(&docs::field(member.field));
        let deprecated = deprecated(member.field);
        quote! { #doc #deprecated pub #ident: #ty }
    });
    let extra = object.open.then(|| {
        quote! {
            /// Members that this version of the crate does not know, as they came; they are sent back unchanged.
            pub extra: serde_json::Map<String, serde_json::Value>,
        }
    });
    let derive_default =
        (kind.in_reply || members.iter().all(|member| member.inner.is_some())).then(|| quote! { Default, });
    let checked = kind.in_request && needs.check(name);
    let build = kind.in_request.then(|| build(&type_name, &members, object, checked));
    let validate = checked.then(|| validate::object(&type_name, object, needs));
    let form = multipart(name, model).then(|| form(name, &type_name, &members, model));
    let write = serialises(name, model).then(|| write(&type_name, &members, object));
    let read = kind.in_reply.then(|| read(&type_name, &members, object));
    Ok(quote! {
        #doc
        #[derive(Clone, Debug, PartialEq, #derive_default)]
        #[non_exhaustive]
        pub struct #type_name {
            #(#fields,)*
            #extra
        }
        #build
        #validate
        #write
        #read
        #form
    })
}

fn members<'a>(name: &str, object: &'a Struct, item: Option<&syn::ItemStruct>) -> Result<Vec<Member<'a>>, Error> {
    let missing = |found: String| {
        Error::new("progenitor left out a type or a member").at(format!("$.components.schemas.{name}")).found(found)
    };
    if object.fields.is_empty() {
        return Ok(Vec::new());
    }
    let item = item.ok_or_else(|| missing(name.to_owned()))?;
    let types: BTreeMap<String, &syn::Type> =
        item.fields.iter().filter_map(|field| Some((wire_name(field)?, &field.ty))).collect();
    object
        .fields
        .iter()
        .map(|field| {
            let mut ty = (*types.get(&field.wire).ok_or_else(|| missing(field.wire.clone()))?).clone();
            Short { keep_module: false }.visit_type_mut(&mut ty);
            // progenitor gives a required list no Option, and an optional list none either: an empty list would look unset.
            let inner = option(&ty).cloned();
            let (ty, inner) = match inner {
                None if !field.required => (syn::parse_quote! { Option<#ty> }, Some(ty)),
                Some(inner) if field.required => (inner, None),
                inner => (ty, inner),
            };
            let (ty, inner) = match inner {
                // Unset, null and a value are three things to say.
                Some(inner) if is_clearable(field) => {
                    (syn::parse_quote! { Option<Option<#inner>> }, Some(syn::parse_quote! { Option<#inner> }))
                }
                inner => (ty, inner),
            };
            Ok(Member { field, ident: ident(&field.rust), ty, inner })
        })
        .collect()
}

fn wire_name(field: &syn::Field) -> Option<String> {
    let mut name = None;
    for attribute in field.attrs.iter().filter(|attribute| attribute.path().is_ident("serde")) {
        let _ = attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("rename") {
                name = Some(meta.value()?.parse::<syn::LitStr>()?.value());
            } else if meta.input.peek(syn::Token![=]) {
                meta.value()?.parse::<syn::Expr>()?;
            }
            Ok(())
        });
    }
    name.or_else(|| field.ident.as_ref().map(|ident| ident.to_string().trim_start_matches("r#").to_owned()))
}

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

/// `::std::option::Option<&'a ::std::string::String>` reads as `Option<&String>`.
pub struct Short {
    pub keep_module: bool,
}

impl VisitMut for Short {
    fn visit_type_reference_mut(&mut self, reference: &mut syn::TypeReference) {
        visit_mut::visit_type_reference_mut(self, reference);
        reference.lifetime = None;
    }

    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        visit_mut::visit_path_mut(self, path);
        shorten(path, self.keep_module);
    }
}

/// Drops the part of a path that a reader does not need; inside the module `types` its own name is such a part.
fn shorten(path: &mut syn::Path, keep_module: bool) {
    let Some(last) = path.segments.last().cloned() else { return };
    let first = path.segments.first().map(|segment| segment.ident.to_string());
    let known = ["Option", "String", "Vec", "Box"].iter().any(|name| last.ident == name);
    if path.segments.len() > 1 && (known || (!keep_module && first.as_deref() == Some("types"))) {
        path.leading_colon = None;
        path.segments = std::iter::once(last).collect();
    } else if matches!(first.as_deref(), Some("std" | "serde_json")) {
        path.leading_colon = None;
    }
}

fn deprecated(field: &Field) -> TokenStream {
    if field.deprecated {
        quote! { #[deprecated = "the API document marks this member as deprecated"] }
    } else {
        TokenStream::new()
    }
}

/// How a value of `ty` is taken from a caller: the parameter's type and the expression that makes the value.
fn parameter(ident: &Ident, ty: &syn::Type) -> (TokenStream, TokenStream) {
    if let Some(item) = argument(ty, "Vec") {
        return (
            quote! { impl IntoIterator<Item = impl Into<#item>> },
            quote! { #ident.into_iter().map(Into::into).collect() },
        );
    }
    if let Some(inner) = argument(ty, "Box") {
        return (quote! { impl Into<#inner> }, quote! { Box::new(#ident.into()) });
    }
    if let Some(value) = argument(ty, "BTreeMap") {
        let items = quote! { impl IntoIterator<Item = (impl Into<String>, impl Into<#value>)> };
        return (items, quote! { #ident.into_iter().map(|(name, value)| (name.into(), value.into())).collect() });
    }
    if argument(ty, "Option").is_some() {
        return (quote! { impl Into<#ty> }, quote! { #ident.into() });
    }
    let plain = ["bool", "i64", "f64", "u64"]
        .iter()
        .any(|name| matches!(ty, syn::Type::Path(path) if path.path.is_ident(name)));
    if plain { (quote! { #ty }, quote! { #ident }) } else { (quote! { impl Into<#ty> }, quote! { #ident.into() }) }
}

/// `new(required…)` and one setter an optional member.
fn build(type_name: &Ident, members: &[Member<'_>], object: &Struct, checked: bool) -> TokenStream {
    let mut required: Vec<&Member<'_>> = members.iter().filter(|member| member.inner.is_none()).collect();
    // The document lists members by the alphabet or by chance; what a call is made to comes first everywhere.
    required.sort_by_key(|member| member.field.rust != "model");
    let arguments = required.iter().map(|member| {
        let ident = &member.ident;
        let (ty, _) = parameter(ident, &member.ty);
        quote! { #ident: #ty }
    });
    let values = members.iter().map(|member| {
        let ident = &member.ident;
        if member.inner.is_some() {
            quote! { #ident: None }
        } else {
            let (_, value) = parameter(ident, &member.ty);
            // `name: name` would be said shorter.
            if *ident == value.to_string() {
                quote! { #ident }
            } else {
                quote! { #ident: #value }
            }
        }
    });
    let extra = object.open.then(|| quote! { extra: Default::default(), });
    let new_doc = if required.is_empty() {
        " An object with nothing set."
    } else {
        " An object with its required members; everything else is unset and not sent."
    };
    let setters = members.iter().filter_map(|member| {
        let (ident, inner) = (&member.ident, member.inner.as_ref()?);
        let (ty, value) = parameter(ident, inner);
        let doc = docs::doc(&setter_doc(member.field));
        let deprecated = deprecated(member.field);
        Some(quote! {
            #doc
            #deprecated
            #[must_use]
            pub fn #ident(mut self, #ident: #ty) -> Self {
                self.#ident = Some(#value);
                self
            }
        })
    });
    let validate = checked.then(|| {
        quote! {
            /// Checks the values against the limits of the API document, as every call does before it sends anything.
            ///
            /// # Errors
            /// The first member that is out of its limits, with what is allowed.
            pub fn validate(&self) -> Result<(), crate::runtime::validation::ValidationError> {
                crate::runtime::validation::run(self)
            }
        }
    });
    // An object that needs one text can stand wherever that text does.
    let is_text = |member: &&Member<'_>| matches!(&member.ty, syn::Type::Path(path) if path.path.is_ident("String"));
    let from_text = match required.as_slice() {
        [only] if is_text(only) => quote! {
            impl From<&str> for #type_name {
                fn from(text: &str) -> Self {
                    Self::new(text)
                }
            }
            impl From<String> for #type_name {
                fn from(text: String) -> Self {
                    Self::new(text)
                }
            }
        },
        _ => TokenStream::new(),
    };
    quote! {
        #from_text
        impl #type_name {
            #[doc = #new_doc]
            #[must_use]
            pub fn new(#(#arguments),*) -> Self {
                Self { #(#values,)* #extra }
            }
            #(#setters)*
            #validate
        }
    }
}

fn setter_doc(field: &Field) -> String {
    let first =
        field.doc.as_deref().and_then(|text| text.lines().next()).map(|line| format!(" {line}")).unwrap_or_default();
    format!("Sets the member [`{0}`](Self#structfield.{0}).{first}", field.rust)
}

/// Writing: constants, then what is set, then unknown members.
fn write(type_name: &Ident, members: &[Member<'_>], object: &Struct) -> TokenStream {
    let constants = object.constants.iter().map(|(name, value)| quote! { map.serialize_entry(#name, #value)?; });
    let entries = members.iter().map(|member| {
        let (ident, wire) = (&member.ident, &member.field.wire);
        if member.inner.is_some() {
            quote! { crate::runtime::wire::entry(&mut map, #wire, &self.#ident)?; }
        } else if is_secret(member.field) {
            quote! { map.serialize_entry(#wire, self.#ident.expose())?; }
        } else {
            quote! { map.serialize_entry(#wire, &self.#ident)?; }
        }
    });
    let extra = object.open.then(|| quote! { crate::runtime::wire::extra(&mut map, &self.extra)?; });
    quote! {
        impl serde::Serialize for #type_name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut map = serializer.serialize_map(None)?;
                #(#constants)*
                #(#entries)*
                #extra
                map.end()
            }
        }
    }
}

/// Reading: member by member, in any order, leniently.
fn read(type_name: &Ident, members: &[Member<'_>], object: &Struct) -> TokenStream {
    let name = type_name.to_string();
    let arms = members.iter().map(|member| {
        let (ident, wire) = (&member.ident, &member.field.wire);
        let aliases = &member.field.aliases;
        let read = if member.inner.is_some() {
            quote! { optional }
        } else {
            quote! { required }
        };
        quote! { #wire #(| #aliases)* => crate::runtime::wire::#read(&mut self.#ident, map), }
    });
    let constants = object.constants.iter().map(|(name, _)| quote! { #name => crate::runtime::wire::ignore(map), });
    let rest = if object.open {
        quote! { crate::runtime::wire::keep(&mut self.extra, name, map) }
    } else {
        quote! { crate::runtime::wire::ignore(map) }
    };
    quote! {
        impl crate::runtime::wire::Object for #type_name {
            const NAME: &'static str = #name;
            fn member<'de, A: serde::de::MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
                match name {
                    #(#arms)*
                    #(#constants)*
                    _ => #rest,
                }
            }
        }
        crate::runtime::wire::object_impls!(#type_name);
    }
}

fn multipart(name: &str, model: &Model) -> bool {
    model.operations.iter().any(|operation| {
        operation.body.as_deref() == Some(name)
            && operation.request_media.iter().any(|media| media.starts_with("multipart/form-data"))
    })
}

/// The parts of a multipart body, in document order; the JSON form when all of it is text.
fn form(name: &str, type_name: &Ident, members: &[Member<'_>], model: &Model) -> TokenStream {
    let parts = members.iter().map(|member| {
        let (ident, wire) = (&member.ident, &member.field.wire);
        let object = refs(&member.field.schema)
            .iter()
            .any(|name| matches!(model.types.get(name).map(|kind| &kind.kind), Some(Kind::Struct(_) | Kind::Union(_))));
        match (object, member.inner.is_some()) {
            (true, true) => quote! { form.json(#wire, &self.#ident); },
            (true, false) => quote! { form.json(#wire, &Some(&self.#ident)); },
            (false, _) => quote! { form.part(#wire, &self.#ident); },
        }
    });
    let json = if serialises(name, model) {
        quote! { builder.json(self) }
    } else {
        quote! { builder }
    };
    quote! {
        impl crate::runtime::media::form::Multipart for #type_name {
            fn parts(&self, form: &mut crate::runtime::media::form::Form) {
                #(#parts)*
            }
        }
        impl crate::runtime::media::form::MaybeJson for #type_name {
            fn json(&self, builder: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
                #json
            }
        }
    }
}

/// Whether a request can say null: it takes away what was set before, and is not the same as leaving the member out.
pub fn is_clearable(field: &Field) -> bool {
    field.schema.get("x-clearable") == Some(&serde_json::Value::Bool(true))
}

/// Whether a member holds a text that is never printed.
pub fn is_secret(field: &Field) -> bool {
    crate::lower::schema::ref_name(&field.schema) == Some(crate::lower::SECRET)
}

/// Whether a type can be written: a file cannot, and a secret only in a request, which is where it must go.
pub fn serialises(name: &str, model: &Model) -> bool {
    fn inner(name: &str, model: &Model, request: bool, seen: &mut Vec<String>) -> bool {
        if seen.iter().any(|known| known == name) {
            return true;
        }
        seen.push(name.to_owned());
        match model.types.get(name).map(|kind| &kind.kind) {
            Some(Kind::Struct(object)) => object
                .fields
                .iter()
                .all(|field| refs(&field.schema).iter().all(|name| inner(name, model, request, seen))),
            Some(Kind::Union(union)) => {
                union.arms.iter().all(|arm| refs(&arm.schema).iter().all(|name| inner(name, model, request, seen)))
            }
            Some(Kind::Enum(_)) => true,
            None => {
                [crate::lower::FILE_INPUT, crate::lower::AMOUNT].contains(&name)
                    || (request && name == crate::lower::SECRET)
            }
        }
    }
    let request = model.types.get(name).is_some_and(|kind| kind.in_request && !kind.in_reply);
    inner(name, model, request, &mut Vec::new())
}

/// The component names that a schema mentions.
pub fn refs(schema: &serde_json::Value) -> Vec<String> {
    let mut names = Vec::new();
    let mut copy = schema.clone();
    crate::lower::schema::walk_mut(&mut copy, &mut |schema| {
        names.extend(crate::lower::schema::ref_name(schema).map(str::to_owned))
    });
    names
}
