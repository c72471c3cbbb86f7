//! `Reply`: what a method gives of a reply, and what the reply must hold.

use super::super::{ident, syntax};
use super::source::Source;
use crate::lower::names::snake;
use crate::model::Operation;
use crate::model::handles::{placeholders, sibling};
use proc_macro2::{Ident, TokenStream};
use quote::quote;

/// What a method gives of a reply.
pub struct Reply {
    /// The type of what is given.
    pub ty: TokenStream,
    whole: Ident,
    /// The value, and the result of an opening.
    value: TokenStream,
    result: TokenStream,
    checks: TokenStream,
    can_fail: bool,
}

impl Reply {
    /// The call that gives it. These are the combinators of `Call` that generated code uses.
    pub fn open(&self, call: TokenStream, operation: &Operation) -> TokenStream {
        if self.can_fail {
            let opener = opener_name(operation);
            quote! { #call.and_then(#opener) }
        } else {
            let value = &self.value;
            quote! { #call.map(|reply| #value) }
        }
    }
}

fn opener_name(operation: &Operation) -> Ident {
    ident(&format!("open_{}", snake(&operation.id)))
}

/// The function that opens the reply of an operation, for its method, be it generated or not.
pub fn opener(operation: &Operation, source: &Source<'_>) -> Option<TokenStream> {
    let Reply { ty, whole, result, checks, .. } = of(operation, source).filter(|reply| reply.can_fail)?;
    let (name, doc) = (opener_name(operation), format!(" Opens the reply of `{}`.", operation.id));
    let feature = source.model.areas.get(&operation.handle.area).and_then(super::feature_of);
    Some(quote! {
        #[doc = #doc]
        #feature
        #[inline]
        pub(crate) fn #name(reply: types::#whole) -> Result<#ty, crate::runtime::error::Error> {
            #checks
            #result
        }
    })
}

/// The type that a method makes of what it takes from a reply.
fn made(operation: &Operation) -> Option<TokenStream> {
    let path: Vec<Ident> = operation.handle.opening.becomes.iter().map(|step| ident(step)).collect();
    (!path.is_empty()).then(|| quote! { crate::api::#(#path)::* })
}

/// What the method of a handle gives, and the call that gives it.
pub fn opened(
    call: TokenStream,
    raw: &syn::ImplItemFn,
    operation: &Operation,
    source: &Source<'_>,
) -> Option<(TokenStream, TokenStream)> {
    if let Some(reply) = of(operation, source) {
        let (ty, call) = (&reply.ty, reply.open(call, operation));
        return Some((quote! { crate::runtime::call::Call<#ty> }, call));
    }
    if let Some(ty) = made(operation) {
        return Some((quote! { crate::runtime::call::Call<#ty> }, quote! { #call.and_then(#ty::of) }));
    }
    if let Some(reply) = operation.reply.as_ref().filter(|_| operation.handle.opening.as_json) {
        let (ty, form) = (ident(reply), quote! { crate::runtime::transport::ReplyForm::Json });
        let call = quote! { #call.read(#form, |reply| reply.json()) };
        return Some((quote! { crate::runtime::call::Call<types::#ty> }, call));
    }
    let syn::ReturnType::Type(_, ty) = &raw.sig.output else { return None };
    let ty = source.qualified(ty);
    Some((quote! { #ty }, call))
}

/// What the overlay says of the reply; nothing for the reply as it is.
fn of(operation: &Operation, source: &Source<'_>) -> Option<Reply> {
    let opening = &operation.handle.opening;
    if opening.unwrap.is_empty() && !opening.is_checked() {
        return None;
    }
    let name = source.model.opened(operation)?;
    let mut checks = TokenStream::new();
    if let Some((steps, words)) = &opening.envelope {
        let (member, path) = (member(name, steps, source)?, steps.join("."));
        let status = operation.statuses.iter().find(|status| (200..300).contains(*status)).unwrap_or(&200);
        let mut problem = format!("the API answered {status} and `{path}: false`");
        problem.extend(words.iter().flat_map(|words| ["; ", words]));
        let path = member.path;
        let is_true = if member.is_optional {
            quote! { Some(true) }
        } else {
            quote! { true }
        };
        checks.extend(quote! { if #path != #is_true { return Err(crate::runtime::error::Error::decode(#problem)); } });
    }
    for (steps, words) in &opening.present {
        let path = member(name, steps, source)?.path;
        let default = || format!("the reply holds no `{}`", steps.last().map_or("content", String::as_str));
        let problem = problem(&words.clone().unwrap_or_else(default), name, steps, source)?;
        checks.extend(quote! { if crate::runtime::wire::is_empty(&#path) { return Err(crate::runtime::error::Error::decode(#problem)); } });
    }
    let whole = ident(name);
    let made = made(operation);
    let can_fail = opening.is_checked() || made.is_some();
    if opening.unwrap.is_empty() {
        let (ty, value) = if opening.envelope.is_some() {
            (quote! { () }, quote! { () })
        } else {
            (quote! { types::#whole }, quote! { reply })
        };
        let (ty, result) = match made {
            Some(made) => (made.clone(), quote! { #made::of(#value) }),
            None => (ty, quote! { Ok(#value) }),
        };
        return Some(Reply { ty, whole, result, value, checks, can_fail });
    }
    let Member { path, ty, is_optional } = member(name, &opening.unwrap, source)?;
    let (ty, result) = match (syntax::option(&ty).filter(|_| is_optional), made) {
        (Some(inner), made) => {
            let absent = format!("the reply has no `{}`", opening.unwrap.join("."));
            let result = quote! { #path.ok_or_else(|| crate::runtime::error::Error::decode(#absent)) };
            match made {
                Some(made) => (made.clone(), quote! { #result.and_then(#made::of) }),
                None => (quote! { #inner }, result),
            }
        }
        (None, Some(made)) => (made.clone(), quote! { #made::of(#path) }),
        (None, None) => (quote! { #ty }, quote! { Ok(#path) }),
    };
    Some(Reply { ty, whole, value: path, result, checks, can_fail: can_fail || is_optional })
}

/// A member of a reply.
struct Member {
    path: TokenStream,
    ty: syn::Type,
    is_optional: bool,
}

fn member(reply: &str, steps: &[String], source: &Source<'_>) -> Option<Member> {
    let name = ident(reply);
    let mut found = Member { path: quote! { reply }, ty: syn::parse_quote! { types::#name }, is_optional: false };
    for (owner, field) in source.model.path(reply, steps)? {
        let (path, name) = (found.path, ident(&field.rust));
        found = Member {
            path: quote! { #path.#name },
            ty: source.field(&owner, &field.rust)?,
            is_optional: !field.required,
        };
    }
    Some(found)
}

/// The text of an error. `{id}` in it is the value of the member `id` beside the one that is missing.
fn problem(words: &str, reply: &str, steps: &[String], source: &Source<'_>) -> Option<TokenStream> {
    let names = placeholders(words);
    if names.is_empty() {
        return Some(quote! { #words });
    }
    let values: Option<Vec<TokenStream>> =
        names.iter().map(|name| Some(member(reply, &sibling(steps, name), source)?.path)).collect();
    let values = values?;
    let text = names.iter().fold(words.to_owned(), |text, name| text.replace(&format!("{{{name}}}"), "{:?}"));
    Some(quote! { format!(#text, #(#values),*) })
}
