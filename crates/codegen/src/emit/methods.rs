//! Methods: progenitor's way from arguments to a request stays; sending it becomes the caller's, as a `Call`.

use super::validate::{Needs, check};
use super::{docs, ident, structs};
use crate::error::Error;
use crate::lower::names::{member, screaming};
use crate::model::{Model, Operation};
use proc_macro2::TokenStream;
use quote::quote;
use std::collections::BTreeMap;
use syn::visit_mut::{self, VisitMut};

pub fn emit(file: &syn::File, model: &Model, needs: &Needs) -> Result<TokenStream, Error> {
    let functions = functions(file);
    let methods = model
        .operations
        .iter()
        .map(|operation| {
            let function = functions.get(&member(&operation.id)).ok_or_else(|| {
                Error::new("progenitor made no method for an operation")
                    .at(format!("$.paths['{}']", operation.path))
                    .found(&operation.id)
            })?;
            method(function, operation, model, needs)
        })
        .collect::<Result<Vec<_>, _>>()?;
    Ok(quote! {
        #[allow(unused_imports)]
        use crate::runtime::url::percent_encoded as encode_path;

        /// One method an operation, named after it. A method makes a [`Call`](crate::Call) and sends nothing.
        ///
        /// The resource handles of [`Client`](crate::Client) are the friendlier way to the same calls.
        #[derive(Clone, Copy, Debug)]
        pub struct Raw<'c> {
            pub(crate) client: &'c reqwest::Client,
            pub(crate) owner: &'c crate::runtime::client::Client,
        }

        #[allow(deprecated)]
        impl Raw<'_> {
            #(#methods)*
        }
    })
}

/// progenitor's async methods, by name.
fn functions(file: &syn::File) -> BTreeMap<String, &syn::ImplItemFn> {
    let items = file.items.iter().filter_map(|item| match item {
        syn::Item::Impl(item) if item.trait_.is_none() => Some(&item.items),
        _ => None,
    });
    items
        .flatten()
        .filter_map(|item| match item {
            syn::ImplItem::Fn(function) if function.sig.asyncness.is_some() => {
                Some((function.sig.ident.to_string(), function))
            }
            _ => None,
        })
        .collect()
}

fn method(
    function: &syn::ImplItemFn,
    operation: &Operation,
    model: &Model,
    needs: &Needs,
) -> Result<TokenStream, Error> {
    let unexpected = |what: &str| {
        Error::new("progenitor's method has an unexpected form").at(operation.id.clone()).found(what.to_owned())
    };
    let name = &function.sig.ident;
    let row = ident(&screaming(&operation.id));
    let url = local(function, "url").ok_or_else(|| unexpected("no url"))?;
    let url = below(&url, function, operation).ok_or_else(|| unexpected("a url that cannot be read"))?;
    let mut request = local(function, "request").ok_or_else(|| unexpected("no request"))?;
    if let syn::Expr::Try(inner) = request {
        request = *inner.expr;
    }
    Chain {
        multipart: is_multipart(operation),
        json: operation.request_media.iter().any(|media| media.starts_with("application/json")),
    }
    .visit_expr_mut(&mut request);
    let (arguments, prelude) = arguments(function, operation);
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
    let checks = checks(operation, model, needs);
    let headers = operation.headers.iter().map(|header| {
        let argument = ident(&member(header));
        quote! { .header_if(#header, #argument) }
    });
    let header_arguments = operation.headers.iter().map(|header| {
        let argument = ident(&member(header));
        quote! { , #argument: Option<&str> }
    });
    let doc = docs::doc(&method_doc(operation));
    let deprecated =
        operation.deprecated.then(|| quote! { #[deprecated = "the API document marks this operation as deprecated"] });
    let (built, form) = match is_multipart(operation) {
        true => (quote! { (request, form) }, quote! { form }),
        false => (quote! { request }, quote! { None }),
    };
    Ok(quote! {
        #doc
        #deprecated
        pub fn #name(&self #(, #arguments)* #(#header_arguments)*) -> crate::runtime::call::Call<#reply> {
            #prelude
            let url = #url;
            let #built = #request;
            let built = crate::runtime::transport::built(request, #form);
            crate::runtime::call::Call::#make(self.owner, &operations::#row, built) #(#headers)* #checks
        }
    })
}

fn is_multipart(operation: &Operation) -> bool {
    operation.request_media.iter().any(|media| media.starts_with("multipart/form-data"))
}

fn method_doc(operation: &Operation) -> String {
    let text = operation.doc.clone().unwrap_or_else(|| format!("The operation `{}`.", operation.id));
    format!("{}\n\n`{} {}` (operation `{}`).", text.trim_end(), operation.method, operation.path, operation.id)
}

/// The value that `let name = …` or `let mut name = …` binds.
fn local(function: &syn::ImplItemFn, name: &str) -> Option<syn::Expr> {
    function.block.stmts.iter().find_map(|statement| match statement {
        syn::Stmt::Local(local) => match &local.pat {
            syn::Pat::Ident(pattern) if pattern.ident == name => local.init.as_ref().map(|init| (*init.expr).clone()),
            _ => None,
        },
        _ => None,
    })
}

/// progenitor writes the whole URL anew for each request and copies each path argument before it encodes it. The base URL is
/// parsed already, and a text can be encoded where it is.
fn below(url: &syn::Expr, function: &syn::ImplItemFn, operation: &Operation) -> Option<TokenStream> {
    if !operation.path.contains('{') {
        let path = &operation.path;
        return Some(quote! { self.owner.url(#path) });
    }
    let mut text = quote! { #url }.to_string();
    for input in &function.sig.inputs {
        if let syn::FnArg::Typed(argument) = input
            && let syn::Pat::Ident(pattern) = &*argument.pat
            && matches!(&*argument.ty, syn::Type::Reference(_))
        {
            let name = &pattern.ident;
            text = text.replace(&quote! { &#name.to_string() }.to_string(), &name.to_string());
        }
    }
    let path = text.replacen("\"{}/", "\"/", 1).replacen(&quote! { self.baseurl, }.to_string(), "", 1);
    let path: syn::Expr = syn::parse_str(&path).ok()?;
    Some(quote! { self.owner.url(&#path) })
}

/// Takes headers out of the chain (the transport sets them), lets multipart bodies choose their form, names the methods for which
/// `reqwest` has no function of their own, and writes query parameters with a function of the crate.
struct Chain {
    multipart: bool,
    json: bool,
}

impl VisitMut for Chain {
    fn visit_expr_mut(&mut self, expr: &mut syn::Expr) {
        visit_mut::visit_expr_mut(self, expr);
        if let syn::Expr::Call(call) = expr
            && is_query_param(&call.func)
        {
            *call.func = syn::parse_quote! { crate::runtime::wire::query_pairs };
        }
        let syn::Expr::MethodCall(call) = expr else { return };
        let receiver = &call.receiver;
        match call.method.to_string().as_str() {
            "header" | "headers" => *expr = (**receiver).clone(),
            "json" if self.multipart => {
                let json = self.json;
                *expr = syn::parse_quote! { crate::runtime::media::form::attach(#receiver, body, #json) };
            }
            method @ ("options" | "trace") => {
                let (method, arguments) = (ident(&method.to_ascii_uppercase()), &call.args);
                *expr = syn::parse_quote! { #receiver.request(reqwest::Method::#method, #arguments) };
            }
            _ => {}
        }
    }
}

/// Whether it is `progenitor_client::QueryParam::new`, so that programs do not need that crate.
fn is_query_param(function: &syn::Expr) -> bool {
    let syn::Expr::Path(path) = function else { return false };
    let segments = path.path.segments.iter().map(|segment| segment.ident.to_string());
    segments.eq(["progenitor_client", "QueryParam", "new"])
}

/// progenitor's arguments without lifetimes; with a parameter struct its query arguments become that struct.
fn arguments(function: &syn::ImplItemFn, operation: &Operation) -> (Vec<TokenStream>, TokenStream) {
    let query: Vec<String> = match &operation.params {
        Some(_) => operation
            .parameters
            .iter()
            .filter(|field| !operation.path.contains(&format!("{{{}}}", field.wire)))
            .map(|field| field.rust.clone())
            .collect(),
        None => Vec::new(),
    };
    let mut arguments = Vec::new();
    let mut body = None;
    for input in &function.sig.inputs {
        let syn::FnArg::Typed(argument) = input else { continue };
        let mut argument = argument.clone();
        structs::Short { keep_module: true }.visit_pat_type_mut(&mut argument);
        let name = match &*argument.pat {
            syn::Pat::Ident(pattern) => pattern.ident.to_string(),
            _ => String::new(),
        };
        if name == "body" {
            body = Some(quote! { #argument });
        } else if !query.contains(&name) {
            arguments.push(quote! { #argument });
        }
    }
    let mut prelude = TokenStream::new();
    if let Some(params) = &operation.params {
        let params = ident(params);
        arguments.push(quote! { params: &types::#params });
        for name in &query {
            let name = ident(name);
            prelude.extend(quote! { let #name = &params.#name; });
        }
    }
    arguments.extend(body);
    (arguments, prelude)
}

/// What is checked before sending: the body, the parameter struct, and each path or query argument.
fn checks(operation: &Operation, model: &Model, needs: &Needs) -> TokenStream {
    let mut checks = TokenStream::new();
    for (argument, name) in [("params", &operation.params), ("body", &operation.body)] {
        if let Some(name) = name.as_ref().filter(|name| needs.check(name)) {
            let _ = model.object(name);
            let argument = ident(argument);
            checks.extend(quote! { crate::runtime::validation::Check::check(#argument, checker); });
        }
    }
    for field in &operation.parameters {
        let in_path = operation.path.contains(&format!("{{{}}}", field.wire));
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
