//! Structs: progenitor's declarations with their fields in the document's order and documented; constructors, setters, reading and writing
//! beside them.

use super::syntax::{argument, option};
use super::validate::Needs;
use super::{docs, ident, validate};
use crate::error::Error;
use crate::generate::EXTRA;
use crate::lower::schema::ref_name;
use crate::lower::{FILE_INPUT, SECRET, UPLOAD};
use crate::model::{Field, Kind, Model, Struct, Type, references};
use proc_macro2::{Ident, TokenStream};
use quote::quote;

/// The trait in `src/api` by which the constructor accepts a required field.
pub const ARGUMENT: &str = "x-argument";

/// A field with its Rust name and type.
struct Member<'a> {
    field: &'a Field,
    ident: Ident,
    ty: syn::Type,
    /// The type inside the `Option` of an optional field.
    inner: Option<syn::Type>,
}

pub fn emit(
    name: &str,
    kind: &Type,
    object: &Struct,
    item: &syn::ItemStruct,
    model: &Model,
    needs: &Needs,
) -> Result<TokenStream, Error> {
    let mut item = item.clone();
    let members = finish_fields(name, object, &mut item)?;
    let type_name = item.ident.clone();
    let derive_default =
        (kind.in_reply || members.iter().all(|member| member.inner.is_some())).then(|| quote! { Default, });
    let doc = docs::doc(kind.doc.as_deref().unwrap_or(&format!("The object `{name}`.")));
    item.attrs = attributes(quote! { #doc #[derive(Clone, Debug, PartialEq, #derive_default)] #[non_exhaustive] });
    let checked = kind.in_request && needs.check(name);
    let build = kind.in_request.then(|| build(&type_name, &members, object, checked));
    let validate = checked.then(|| validate::object(&type_name, object, needs));
    let form = multipart(name, model).then(|| form(name, &type_name, &members, model));
    let write = serialises(name, model).then(|| write(&type_name, &members, object));
    let read = is_readable(name, model).then(|| read(&type_name, &members, object, kind));
    Ok(quote! {
        #item
        #build
        #validate
        #write
        #read
        #form
    })
}

/// Puts the fields of progenitor's struct into the document's order, and gives each its documentation and its name and type in full.
fn finish_fields<'a>(name: &str, object: &'a Struct, item: &mut syn::ItemStruct) -> Result<Vec<Member<'a>>, Error> {
    let mut made: Vec<syn::Field> = std::mem::replace(&mut item.fields, syn::Fields::Unit).into_iter().collect();
    let mut take = |wanted: &str| {
        // A word of Rust ends in `_`, for progenitor as for us; `new_` does for us alone.
        let plain = |name: &str| name.trim_end_matches('_').to_owned();
        let is_it =
            |field: &syn::Field| field.ident.as_ref().is_some_and(|ident| plain(&ident.to_string()) == plain(wanted));
        let place = made.iter().position(is_it).ok_or_else(|| {
            let error = Error::new("progenitor left out a field").at(format!("$.components.schemas.{name}"));
            error.found(wanted.to_owned())
        })?;
        Ok(made.remove(place))
    };
    let mut members = Vec::new();
    let mut fields = syn::punctuated::Punctuated::new();
    for field in &object.fields {
        let mut made = take(&field.rust)?;
        let (ty, inner) = finish_type(made.ty, field);
        let ident = ident(&field.rust);
        let (doc, deprecated) = (docs::doc(&docs::field(field)), deprecated(field));
        made.attrs = attributes(quote! { #doc #deprecated });
        made.ident = Some(ident.clone());
        made.ty = ty.clone();
        fields.push(made);
        members.push(Member { field, ident, ty, inner });
    }
    if object.open {
        let mut made = take(EXTRA)?;
        made.attrs = attributes(quote! {
            /// Fields that this version of the crate does not know, as they came. They are sent back unchanged.
        });
        fields.push(made);
    }
    item.fields = syn::Fields::Named(syn::FieldsNamed { brace_token: Default::default(), named: fields });
    Ok(members)
}

/// The type of a field, and what is inside the `Option` of an optional one.
fn finish_type(ty: syn::Type, field: &Field) -> (syn::Type, Option<syn::Type>) {
    // progenitor breaks a circle of types at any place of it.
    let ty = match argument(&ty, "Box").and_then(option) {
        Some(inner) => syn::parse_quote! { Option<Box<#inner>> },
        None => ty,
    };
    let inner = match (option(&ty), field.required) {
        (_, true) => return (ty, None),
        (Some(inner), false) => inner.clone(),
        // Free JSON may be null by itself; left out is something else.
        (None, false) => ty,
    };
    // Unset, null and a value are three things to say.
    let inner: syn::Type = if is_clearable(field) {
        syn::parse_quote! { Option<#inner> }
    } else {
        inner
    };
    (syn::parse_quote! { Option<#inner> }, Some(inner))
}

pub fn attributes(tokens: TokenStream) -> Vec<syn::Attribute> {
    let parsed: syn::ItemStruct = syn::parse_quote! { #tokens struct A; };
    parsed.attrs
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
    let plain = ["bool", "i64", "f64", "u32", "u64"]
        .iter()
        .any(|name| matches!(ty, syn::Type::Path(path) if path.path.is_ident(name)));
    if plain { (quote! { #ty }, quote! { #ident }) } else { (quote! { impl Into<#ty> }, quote! { #ident.into() }) }
}

/// `new(required…)` and one setter an optional member.
fn build(type_name: &Ident, members: &[Member<'_>], object: &Struct, checked: bool) -> TokenStream {
    let member = |field: &Field| members.iter().find(|member| member.field.rust == field.rust);
    let required: Vec<&Member<'_>> = object.required().into_iter().filter_map(member).collect();
    let arguments = required.iter().map(|member| {
        let ident = &member.ident;
        let ty = match argument_trait(member.field) {
            Some((path, _)) => quote! { impl #path<K> },
            None => parameter(ident, &member.ty).0,
        };
        quote! { #ident: #ty }
    });
    let kind = required.iter().any(|member| argument_trait(member.field).is_some()).then(|| quote! { <K> });
    let values = members.iter().map(|member| {
        let ident = &member.ident;
        if member.inner.is_some() {
            quote! { #ident: None }
        } else {
            let value = match argument_trait(member.field) {
                Some((_, convert)) => quote! { #ident.#convert() },
                None => parameter(ident, &member.ty).1,
            };
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
        " Creates a value with no field set."
    } else {
        " Creates a value from its required fields. The others are unset and not sent."
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
            /// Checks the fields against the limits of the API document, as every call does before it sends anything.
            ///
            /// # Errors
            /// The fields that are out of their limits, with what is allowed.
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
            pub fn new #kind(#(#arguments),*) -> Self {
                Self { #(#values,)* #extra }
            }
            #(#setters)*
            #validate
        }
    }
}

/// The trait by which a constructor accepts a field, and its method: the overlay's `x-argument`, `chat::IntoMessages` with `into_messages`.
fn argument_trait(field: &Field) -> Option<(syn::Path, Ident)> {
    let path: syn::Path = syn::parse_str(&format!("crate::api::{}", field.schema.get(ARGUMENT)?.as_str()?)).ok()?;
    let method = crate::lower::names::snake(&path.segments.last()?.ident.to_string());
    Some((path, ident(&method)))
}

fn setter_doc(field: &Field) -> String {
    let first =
        field.doc.as_deref().and_then(|text| text.lines().next()).map(|line| format!(" {line}")).unwrap_or_default();
    format!("Sets [`{0}`](Self#structfield.{0}).{first}", field.rust)
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

/// Reading: member by member, in any order; leniently unless it is only ever sent.
fn read(type_name: &Ident, members: &[Member<'_>], object: &Struct, kind: &Type) -> TokenStream {
    let name = type_name.to_string();
    let arms = members.iter().map(|member| {
        let (ident, wire) = (&member.ident, &member.field.wire);
        let aliases = &member.field.aliases;
        let read = match (&member.inner, kind.in_reply) {
            (Some(_), _) if is_clearable(member.field) => quote! { clearable },
            (Some(_), _) => quote! { optional },
            (None, true) => quote! { required },
            (None, false) => quote! { given },
        };
        quote! { #wire #(| #aliases)* => crate::runtime::wire::#read(&mut self.#ident, map), }
    });
    let constants = object.constants.iter().map(|(name, _)| quote! { #name => crate::runtime::wire::ignore(map), });
    let rest = if object.open {
        quote! { crate::runtime::wire::keep(&mut self.extra, name, map) }
    } else {
        quote! { crate::runtime::wire::ignore(map) }
    };
    let needed = |member: &&Member<'_>| !kind.in_reply && member.inner.is_none();
    let needed: Vec<_> = members.iter().filter(needed).map(|member| &member.field.wire).collect();
    let required = (!needed.is_empty()).then(|| quote! { const REQUIRED: &'static [&'static str] = &[#(#needed),*]; });
    let empty = if needed.is_empty() {
        quote! { Self::default() }
    } else {
        let values = members.iter().map(|member| {
            let ident = &member.ident;
            match member.inner {
                Some(_) => quote! { #ident: None },
                None => quote! { #ident: crate::runtime::wire::Field::blank() },
            }
        });
        let extra = object.open.then(|| quote! { extra: Default::default(), });
        quote! { Self { #(#values,)* #extra } }
    };
    quote! {
        impl crate::runtime::wire::Object for #type_name {
            const NAME: &'static str = #name;
            #required
            fn empty() -> Self {
                #empty
            }
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
    model.operations.iter().any(|operation| operation.body.as_deref() == Some(name) && operation.is_form())
}

/// The parts of a multipart body, in document order; the JSON form when all of it is text.
fn form(name: &str, type_name: &Ident, members: &[Member<'_>], model: &Model) -> TokenStream {
    let parts = members.iter().map(|member| {
        let (ident, wire) = (&member.ident, &member.field.wire);
        let object = references(&member.field.schema)
            .iter()
            .any(|name| matches!(model.types.get(name).map(|kind| &kind.kind), Some(Kind::Struct(_) | Kind::Union(_))));
        match (object, member.inner.is_some()) {
            (true, true) => quote! { form.json(#wire, &self.#ident); },
            (true, false) => quote! { form.json(#wire, &Some(&self.#ident)); },
            (false, _) => quote! { form.part(#wire, &self.#ident); },
        }
    });
    let json = if serialises(name, model) {
        quote! { serde_json::to_vec(self).ok() }
    } else {
        quote! { None }
    };
    quote! {
        impl crate::runtime::media::form::Multipart for #type_name {
            fn parts(&self, form: &mut crate::runtime::media::form::Form) {
                #(#parts)*
            }
        }
        impl crate::runtime::media::form::MaybeJson for #type_name {
            fn json(&self) -> Option<Vec<u8>> {
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
    ref_name(&field.schema) == Some(SECRET)
}

/// Whether a type can be written: a file cannot, and a secret only in a request, which is where it must go.
pub fn serialises(name: &str, model: &Model) -> bool {
    let is_asked = |kind: &Type| kind.in_request && !kind.in_reply;
    let can = |kind: &Type| !kind.holds.contains(UPLOAD) && (is_asked(kind) || !kind.holds.contains(SECRET));
    model.types.get(name).is_some_and(can)
}

/// Whether a type can be read: a file cannot.
pub fn is_readable(name: &str, model: &Model) -> bool {
    let files = [UPLOAD, FILE_INPUT];
    model.types.get(name).is_some_and(|kind| !files.iter().any(|file| kind.holds.contains(*file)))
}
