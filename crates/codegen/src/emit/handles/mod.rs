//! Handles: one struct an area, whose methods call those of `Raw` and open the reply.
//!
//! Read from the finished file: what a method takes is what the method of `Raw` takes, in the form that is easy for callers.

mod arguments;
mod reply;
mod source;

use self::source::Source;
use super::{docs, ident};
use crate::lower::names::{member, pascal};
use crate::model::handles::{Area, Handle};
use crate::model::{Model, Operation};
use proc_macro2::TokenStream;
use quote::quote;

/// The items of the handles, for the file that they are made from.
pub fn emit(file: &syn::File, model: &Model) -> TokenStream {
    let source = Source::read(file, model);
    let mut items = TokenStream::new();
    let mut accessors = TokenStream::new();
    for (name, area) in &model.areas {
        let feature = feature_of(area);
        let (owner, accessor) = (ident(&pascal(name)), ident(name));
        let text = area_doc(name, area, model);
        let place = if area.handwritten {
            let floor = ident(if area.feature.is_some() { "features" } else { "api" });
            quote! { crate::#floor::#accessor::#owner }
        } else {
            let (doc, summary) = (docs::doc(&text), docs::doc(text.split("\n\n").next().unwrap_or_default()));
            items.extend(quote! {
                #doc
                #feature
                #[derive(Clone, Copy, Debug)]
                pub struct #owner<'c> {
                    pub(crate) client: &'c crate::runtime::client::Client,
                }
            });
            accessors.extend(quote! {
                #summary
                #feature
                #[must_use]
                pub fn #accessor(&self) -> handles::#owner<'_> {
                    handles::#owner { client: self }
                }
            });
            quote! { #owner }
        };
        let methods: Vec<TokenStream> =
            of_area(model, name).filter_map(|operation| method(operation, &source)).collect();
        if !methods.is_empty() {
            items.extend(quote! { #feature #[allow(deprecated)] impl #place<'_> { #(#methods)* } });
        }
    }
    items.extend(model.operations.iter().filter_map(|operation| reply::opener(operation, &source)));
    quote! {
        /// One handle an area of the API.
        ///
        /// A handle is made by a method of [`Client`](crate::Client), is free to make and to copy, and its methods make
        /// [`Call`](crate::Call)s: nothing is sent before a call is awaited.
        pub mod handles {
            #[allow(unused_imports)]
            use super::types;

            #items
        }

        impl crate::runtime::client::Client {
            #accessors
        }
    }
}

fn of_area<'m>(model: &'m Model, area: &'m str) -> impl Iterator<Item = &'m Operation> {
    model.operations.iter().filter(move |operation| operation.handle.area == area)
}

/// The attributes of what is behind the feature of an area.
fn feature_of(area: &Area) -> Option<TokenStream> {
    let feature = area.feature.as_ref()?;
    Some(quote! { #[cfg(feature = #feature)] #[cfg_attr(docsrs, doc(cfg(feature = #feature)))] })
}

fn area_doc(name: &str, area: &Area, model: &Model) -> String {
    let tag = of_area(model, name).map(|operation| operation.tag.as_str()).find(|tag| !tag.is_empty());
    area.doc.clone().unwrap_or_else(|| format!("The operations of the area {}.", tag.unwrap_or(name)))
}

/// The method of a handle, as a link in the documentation of the generated module.
pub fn link(handle: &Handle, model: &Model) -> Option<String> {
    let area = model.areas.get(&handle.area)?;
    let name = format!("{}::{}", pascal(&handle.area), handle.method.as_ref()?);
    (!area.handwritten && area.feature.is_none()).then(|| format!("[`{name}`](handles::{name})"))
}

fn method(operation: &Operation, source: &Source<'_>) -> Option<TokenStream> {
    let name = ident(operation.handle.method.as_ref()?);
    let raw = source.raw.get(&member(&operation.id))?;
    let arguments::Arguments { declared, passed, before, checks } = arguments::of(raw, operation, source);
    let raw_name = &raw.sig.ident;
    let call = quote! { self.client.raw().#raw_name(#(#passed),*) #checks };
    let (ty, call) = reply::opened(call, raw, operation, source)?;
    let doc = match operation.doc() {
        Some(text) => docs::doc(&text),
        None => docs::doc(&format!("The operation `{}`: `{} {}`.", operation.id, operation.method, operation.path)),
    };
    let deprecated =
        operation.deprecated.then(|| quote! { #[deprecated = "the API document marks this operation as deprecated"] });
    Some(quote! {
        #doc
        #deprecated
        pub fn #name(&self #(, #declared)*) -> #ty {
            #before
            #call
        }
    })
}
