//! The operation table: what retry, authentication, coverage and mocks read.

use super::ident;
use crate::lower::names::screaming;
use crate::model::Model;
use crate::model::content::Carries;
use proc_macro2::TokenStream;
use quote::quote;

pub fn emit(model: &Model) -> TokenStream {
    let rows = model.operations.iter().map(|operation| {
        let name = ident(&screaming(&operation.id));
        let doc = format!(" `{} {}`.", operation.method, operation.path);
        let (id, method, path, tag) = (&operation.id, &operation.method, &operation.path, &operation.tag);
        let (retry, auth) = (ident(operation.retry), ident(operation.auth));
        let once_with = match &operation.once_with {
            Some(member) => quote!(Some(#member)),
            None => quote!(None),
        };
        let (request, reply) = (&operation.request_media, &operation.reply_media);
        let statuses = &operation.statuses;
        let deprecated = operation.deprecated;
        let error_inside = operation.error_inside;
        let essential = operation.essential.iter().map(|field| {
            let (name, filled) = (&field.name, field.filled);
            quote! { Essential { name: #name, filled: #filled } }
        });
        let carries = match &operation.carries {
            Carries::Unclassified => quote!(Carries::Unclassified),
            Carries::Nothing => quote!(Carries::Nothing),
            Carries::Models { fields, types, characters } => quote! {
                Carries::Models { fields: &[#(#fields),*], types: &[#(#types),*], characters: &[#(#characters),*] }
            },
            Carries::Others(others) => quote!(Carries::Others(#others)),
        };
        let sends_on = operation.sends_on.iter().map(|field| {
            let (name, to, unless) = (&field.field, &field.to, &field.unless);
            quote! { SendsOn { field: #name, to: #to, unless: &[#(#unless),*] } }
        });
        quote! {
            #[doc = #doc]
            pub const #name: Operation = Operation {
                id: #id,
                method: #method,
                path: #path,
                tag: #tag,
                retry: RetryClass::#retry,
                once_with: #once_with,
                auth: AuthScheme::#auth,
                request_media: &[#(#request),*],
                reply_media: &[#(#reply),*],
                statuses: &[#(#statuses),*],
                deprecated: #deprecated,
                essential: &[#(#essential),*],
                error_inside: #error_inside,
                carries: #carries,
                sends_on: &[#(#sends_on),*],
            };
        }
    });
    let harmless = &model.harmless;
    let names = model.operations.iter().map(|operation| ident(&screaming(&operation.id)));
    quote! {
        use crate::runtime::operation::{AuthScheme, Carries, Essential, Operation, RetryClass, SendsOn};

        #(#rows)*

        /// Every operation.
        pub static ALL: &[&Operation] = &[#(&#names),*];

        /// The names of fields of requests that send nothing to anybody else than the recipient, sorted.
        #[cfg(feature = "privacy")]
        pub(crate) static HARMLESS: &[&str] = &[#(#harmless),*];
    }
}
