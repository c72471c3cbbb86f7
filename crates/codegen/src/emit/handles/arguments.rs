//! `Arguments`: what the method of `Raw` takes, in the form that is easy for callers.

use super::super::{files, ident, syntax};
use super::source::Source;
use crate::lower::names::member;
use crate::model::{Operation, Struct};
use proc_macro2::{Ident, TokenStream};
use quote::quote;
use std::collections::BTreeMap;

/// What a method takes, what it passes on to `Raw`, and what it does before.
#[derive(Default)]
pub struct Arguments {
    pub declared: Vec<TokenStream>,
    pub passed: Vec<TokenStream>,
    pub before: TokenStream,
    /// The checks of the files of the body.
    pub checks: TokenStream,
}

/// The arguments of an operation's method.
pub fn of(raw: &syn::ImplItemFn, operation: &Operation, source: &Source<'_>) -> Arguments {
    let mut arguments = Arguments::default();
    let listed = if source.model.takes_arguments(operation) { operation.handle.arguments.as_slice() } else { &[] };
    for input in &raw.sig.inputs {
        let syn::FnArg::Typed(argument) = input else { continue };
        let syn::Pat::Ident(pattern) = &*argument.pat else { continue };
        let name = pattern.ident.to_string();
        if operation.headers.iter().any(|header| member(header) == name) {
            // Headers are options of the call.
            arguments.passed.push(quote! { None });
            continue;
        }
        if let Some(params) = operation.params.as_ref().filter(|_| name == "params" && !listed.is_empty()) {
            arguments.members(params, listed, source);
            continue;
        }
        let ty = source.qualified(&argument.ty);
        let ident = if name == "body" { ident("request") } else { pattern.ident.clone() };
        let (declared, passed) = match syntax::option(&ty).filter(|_| listed.contains(&name)) {
            Some(inner) => {
                let (declared, passed) = taken(&ident, inner);
                (declared, quote! { Some(#passed) })
            }
            None => taken(&ident, &ty),
        };
        arguments.declared.push(quote! { #ident: #declared });
        if let (syn::Type::Reference(reference), true) = (&ty, has_files(&name, operation, source)) {
            let ty = &reference.elem;
            arguments.before.extend(quote! { let #ident: #ty = #ident.into(); });
            arguments.checks = quote! { .checked_files(&#ident) };
            arguments.passed.push(quote! { &#ident });
        } else {
            arguments.passed.push(passed);
        }
    }
    arguments
}

fn has_files(argument: &str, operation: &Operation, source: &Source<'_>) -> bool {
    let body = operation.body.as_ref().filter(|_| argument == "body");
    body.is_some_and(|body| files::has_files(body, source.model, &mut Vec::new()))
}

/// How an argument that `Raw` takes as `ty` is taken from a caller, and how it is passed on.
fn taken(name: &Ident, ty: &syn::Type) -> (TokenStream, TokenStream) {
    match ty {
        syn::Type::Reference(reference) if is_str(&reference.elem) => {
            (quote! { impl AsRef<str> }, quote! { #name.as_ref() })
        }
        syn::Type::Reference(reference) => {
            let inner = &reference.elem;
            (quote! { impl Into<#inner> }, quote! { &#name.into() })
        }
        other => (quote! { #other }, quote! { #name }),
    }
}

fn is_str(ty: &syn::Type) -> bool {
    matches!(ty, syn::Type::Path(path) if path.path.is_ident("str"))
}

impl Arguments {
    /// Members of the parameter struct as arguments of their own.
    fn members(&mut self, params: &str, listed: &[String], source: &Source<'_>) {
        let mut required = BTreeMap::new();
        let mut set = TokenStream::new();
        for name in listed {
            let Some(ty) = source.field(params, name) else { continue };
            let argument = ident(name);
            let inner = syntax::option(&ty);
            let value = if matches!(inner.unwrap_or(&ty), syn::Type::Path(path) if path.path.is_ident("String")) {
                self.declared.push(quote! { #argument: impl AsRef<str> });
                quote! { #argument.as_ref() }
            } else {
                let inner = inner.unwrap_or(&ty);
                self.declared.push(quote! { #argument: #inner });
                quote! { #argument }
            };
            match inner {
                Some(_) => set.extend(quote! { .#argument(#value) }),
                None => drop(required.insert(name.as_str(), value)),
            }
        }
        let object = source.model.object(params);
        let new = object.into_iter().flat_map(Struct::required).filter_map(|field| required.get(field.rust.as_str()));
        let ty = ident(params);
        self.before = quote! { let params = types::#ty::new(#(#new),*)#set; };
        self.passed.push(quote! { &params });
    }
}
