//! Methods: each takes the arguments of progenitor's method, captures the request that it makes, and returns it as a `Call`.

use super::syntax::{Short, option};
use super::validate::{Needs, check};
use super::{docs, ident};
use crate::error::Error;
use crate::lower::names::{member, screaming};
use crate::lower::schema::ref_name;
use crate::model::{Field, Model, Operation};
use proc_macro2::{Ident, TokenStream};
use quote::quote;
use std::collections::BTreeMap;
use syn::visit_mut::VisitMut;

pub fn emit(client: &[&syn::Item], model: &Model, needs: &Needs) -> Result<TokenStream, Error> {
    let signatures = signatures(client);
    let methods = model
        .operations
        .iter()
        .map(|operation| {
            let signature = signatures.get(member(&operation.id).trim_end_matches('_')).ok_or_else(|| {
                let error = Error::new("progenitor made no method for an operation");
                error.at(format!("$.paths['{}']", operation.path)).found(&operation.id)
            })?;
            method(signature, operation, model, needs)
        })
        .collect::<Result<Vec<_>, _>>()?;
    Ok(quote! {
        /// One method an operation, named after it. A method makes a [`Call`](crate::Call) and sends nothing.
        ///
        /// The resource handles of [`Client`](crate::Client) are the friendlier way to the same calls.
        #[derive(Clone, Copy, Debug)]
        pub struct Raw<'c> {
            pub(crate) owner: &'c crate::runtime::client::Client,
        }

        #[allow(deprecated)]
        impl Raw<'_> {
            #(#methods)*
        }
    })
}

/// The signatures of progenitor's async methods, by name.
fn signatures<'a>(client: &[&'a syn::Item]) -> BTreeMap<String, &'a syn::Signature> {
    let methods = client.iter().flat_map(|item| match item {
        syn::Item::Impl(item) if item.trait_.is_none() => item.items.as_slice(),
        _ => &[],
    });
    methods
        .filter_map(|item| match item {
            syn::ImplItem::Fn(method) if method.sig.asyncness.is_some() => {
                Some((method.sig.ident.to_string().trim_end_matches('_').to_owned(), &method.sig))
            }
            _ => None,
        })
        .collect()
}

fn method(
    signature: &syn::Signature,
    operation: &Operation,
    model: &Model,
    needs: &Needs,
) -> Result<TokenStream, Error> {
    let (captured, name) = (&signature.ident, ident(&member(&operation.id)));
    let row = ident(&screaming(&operation.id));
    let Arguments { taken, passed } = arguments(signature, operation)?;
    let mut built = quote! { crate::api::capture::capture(self.owner.generated().#captured(#(#passed),*)) };
    if matches!(&*operation.method, "OPTIONS" | "TRACE") {
        let method = ident(&operation.method);
        built = quote! {
            #built.map(|(mut request, form)| {
                *request.method_mut() = reqwest::Method::#method;
                request.url_mut().set_fragment(None);
                (request, form)
            })
        };
    }
    if operation.is_form() && operation.body.is_some() {
        let json = operation.request_media.iter().any(|media| media.starts_with("application/json"));
        built = quote! { crate::runtime::media::form::attach(#built, body, #json) };
    }
    let typed = !operation.reply_media.is_empty()
        && operation
            .reply_media
            .iter()
            .all(|media| media.starts_with("application/json") || media == "text/event-stream");
    let (reply, make) = match &operation.reply {
        Some(reply) if typed => {
            let reply = ident(reply);
            (quote! { types::#reply }, quote! { json })
        }
        _ => (quote! { crate::runtime::reply::RawReply }, quote! { raw }),
    };
    let checks = checks(operation, needs);
    let doc = docs::doc(&method_doc(operation, model));
    let deprecated =
        operation.deprecated.then(|| quote! { #[deprecated = "the API document marks this operation as deprecated"] });
    Ok(quote! {
        #doc
        #deprecated
        pub fn #name(&self #(, #taken)*) -> crate::runtime::call::Call<#reply> {
            let built = #built;
            crate::runtime::call::Call::#make(self.owner, &operations::#row, built) #checks
        }
    })
}

/// What a handle has a method for is documented there.
fn method_doc(operation: &Operation, model: &Model) -> String {
    let mut text = operation.doc().unwrap_or_else(|| format!("The operation `{}`.", operation.id));
    if let Some(link) = super::handles::link(&operation.handle, model) {
        text.truncate(text.find("\n\n").unwrap_or(text.len()));
        text.push_str(&format!("\n\nSee {link}."));
    }
    format!("{}\n\n`{} {}` (operation `{}`).", text.trim_end(), operation.method, operation.path, operation.id)
}

/// The arguments that a method takes, and those that it passes to progenitor's.
struct Arguments {
    taken: Vec<TokenStream>,
    passed: Vec<TokenStream>,
}

/// A parameter in the path or, if there is no struct of them, in the query is an argument; the body and the headers come last.
fn arguments(signature: &syn::Signature, operation: &Operation) -> Result<Arguments, Error> {
    let plain = |name: &str| name.trim_end_matches('_').to_owned();
    let (mut taken, mut bodies, mut headers, mut passed) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for input in &signature.inputs {
        let syn::FnArg::Typed(argument) = input else { continue };
        let syn::Pat::Ident(pattern) = &*argument.pat else { continue };
        let mut ty = (*argument.ty).clone();
        Short.visit_type_mut(&mut ty);
        let name = pattern.ident.to_string();
        let is_it = |wire: &String| plain(&member(wire)) == plain(&name);
        if name == "body" {
            bodies.push(quote! { body: #ty });
            passed.push(quote! { body });
        } else if let Some(header) = operation.headers.iter().find(|header| is_it(header)) {
            let argument = ident(&member(header));
            headers.push(quote! { #argument: #ty });
            passed.push(quote! { #argument });
        } else if let Some(field) = operation.parameters.iter().find(|field| is_it(&field.wire)) {
            let argument = ident(&field.rust);
            if operation.params.is_some() && !operation.is_in_path(field) {
                passed.push(from_params(field, &ty));
                continue;
            }
            let (ty, value) = if operation.is_in_path(field) {
                in_path(&argument, field, &ty)
            } else {
                by_reference(quote! { #argument }, &ty)
            };
            taken.push(quote! { #argument: #ty });
            passed.push(value);
        } else {
            let error = Error::new("progenitor's method has an argument that the operation does not have");
            return Err(error.at(operation.id.clone()).found(name));
        }
    }
    if let Some(params) = &operation.params {
        let params = ident(params);
        taken.push(quote! { params: &types::#params });
    }
    // progenitor's method of a form has no body.
    if let Some(body) = operation.body.as_ref().filter(|_| operation.is_form()) {
        let body = ident(body);
        bodies.push(quote! { body: &types::#body });
    }
    taken.extend(bodies);
    taken.extend(headers);
    Ok(Arguments { taken, passed })
}

/// The type of an argument in the path, and what is passed for it. progenitor would leave a `\` in it, which a URL takes for a `/`: a text is
/// encoded before, and `capture` undoes progenitor's encoding of that.
fn in_path(argument: &Ident, field: &Field, ty: &syn::Type) -> (TokenStream, TokenStream) {
    let encoded = |text: TokenStream| quote! { &crate::runtime::url::percent_encoded(#text) };
    match ref_name(&field.schema).map(ident) {
        Some(name) => (quote! { &types::#name }, encoded(quote! { #argument.as_str() })),
        None if is_str(ty) => (quote! { #ty }, encoded(quote! { #argument })),
        None => (quote! { #ty }, quote! { #argument }),
    }
}

fn is_str(ty: &syn::Type) -> bool {
    let is_str = |ty: &syn::Type| matches!(ty, syn::Type::Path(path) if path.path.is_ident("str"));
    matches!(ty, syn::Type::Reference(reference) if is_str(&reference.elem))
}

/// Whether progenitor passes a type of ours by value: its enums are `Copy`, and ours keep unknown values.
fn is_enum(ty: &syn::Type) -> bool {
    matches!(ty, syn::Type::Path(path) if path.path.segments.first().is_some_and(|first| first.ident == "types"))
}

/// The type of an argument, and what is passed to progenitor's method for it.
fn by_reference(argument: TokenStream, ty: &syn::Type) -> (TokenStream, TokenStream) {
    match option(ty) {
        Some(inner) if is_enum(inner) => (quote! { Option<&#inner> }, quote! { #argument.cloned() }),
        None if is_enum(ty) => (quote! { &#ty }, quote! { #argument.clone() }),
        _ => (quote! { #ty }, argument),
    }
}

/// What is passed to progenitor's method for a field of a parameter struct.
fn from_params(field: &Field, ty: &syn::Type) -> TokenStream {
    let member = ident(&field.rust);
    match option(ty).unwrap_or(ty) {
        inner if is_enum(inner) => quote! { params.#member.clone() },
        inner if option(ty).is_some() && is_str(inner) => quote! { params.#member.as_deref() },
        syn::Type::Reference(_) if option(ty).is_some() => quote! { params.#member.as_ref() },
        syn::Type::Reference(_) => quote! { &params.#member },
        _ => quote! { params.#member },
    }
}

/// What is checked before sending: the body, the parameter struct, and each path or query argument.
fn checks(operation: &Operation, needs: &Needs) -> TokenStream {
    let mut checks = TokenStream::new();
    for (argument, name) in [("params", &operation.params), ("body", &operation.body)] {
        if name.as_ref().is_some_and(|name| needs.check(name)) {
            let argument = ident(argument);
            checks.extend(quote! { crate::runtime::validation::Check::check(#argument, checker); });
        }
    }
    for field in &operation.parameters {
        let in_path = operation.is_in_path(field);
        let (argument, wire) = (ident(&field.rust), &field.wire);
        let kind = field.schema.get("type").and_then(serde_json::Value::as_str);
        let text = kind == Some("string");
        if in_path {
            checks.extend(match kind {
                Some("string") => quote! { checker.segment(#wire, #argument); },
                // These are never empty, and no dot segments.
                Some("integer" | "number" | "boolean") => TokenStream::new(),
                // An open enum takes any text.
                _ => quote! { checker.segment(#wire, &#argument.to_string()); },
            });
        } else if operation.params.is_some() {
            continue;
        } else if field.required && text {
            checks.extend(quote! { checker.not_blank(#wire, Some(#argument)); });
        }
        let value = match (field.required, text) {
            (true, true) => quote! { Some(#argument) },
            (true, false) => quote! { Some(&#argument) },
            (false, true) => quote! { #argument },
            (false, false) => quote! { #argument.as_ref() },
        };
        checks.extend(check(wire, &field.schema, &value, needs));
    }
    if checks.is_empty() {
        return TokenStream::new();
    }
    quote! { .checked(crate::runtime::validation::run_with(|checker| { #checks })) }
}
