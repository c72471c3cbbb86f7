//! What an operation takes of files: the overlay's `x-file` on a field of a request, as constants and as one list of all files.

use super::ident;
use crate::lower::bodies::LIMITS;
use crate::lower::names::screaming;
use crate::lower::schema::{ref_name, type_of};
use crate::model::{Kind, Model, Struct};
use proc_macro2::TokenStream;
use quote::quote;
use serde_json::Value;

/// The limits of the files of a type, and the list of them; nothing for a type without such files.
pub fn emit(name: &str, object: &Struct, model: &Model) -> Option<TokenStream> {
    if !has_files(name, model, &mut Vec::new()) {
        return None;
    }
    let ty = ident(name);
    let mut constants = TokenStream::new();
    let mut found = TokenStream::new();
    for field in &object.fields {
        let (member, wire) = (ident(&field.rust), &field.wire);
        if let Some(facts) = field.schema.get(LIMITS) {
            let (constant, limits) = (ident(&screaming(&field.rust)), limits(facts));
            let (doc, field_place) = (format!(" What is taken as `{wire}`."), format!("{{place}}{wire}"));
            constants.extend(quote! {
                #[doc = #doc]
                #[allow(dead_code)]
                pub(crate) const #constant: crate::runtime::media::limits::FileLimits = #limits;
            });
            found.extend(quote! {
                crate::runtime::media::limits::FileField::find(&self.#member, format!(#field_place), Self::#constant, found);
            });
        } else if inner(&field.schema).is_some_and(|inner| has_files(inner, model, &mut Vec::new())) {
            let place = format!("{{place}}{wire}.");
            found
                .extend(quote! { crate::runtime::media::limits::Files::find(&self.#member, &format!(#place), found); });
        }
    }
    Some(quote! {
        impl #ty {
            #constants
        }
        impl crate::runtime::media::limits::Files for #ty {
            fn find<'f>(&'f self, place: &str, found: &mut crate::runtime::media::limits::FoundFiles<'f>) {
                #found
            }
        }
    })
}

/// Whether a request of this type has files with limits.
pub fn has_files(name: &str, model: &Model, seen: &mut Vec<String>) -> bool {
    let kind = model.types.get(name).filter(|kind| kind.in_request && !kind.in_reply);
    let Some(Kind::Struct(object)) = kind.map(|kind| &kind.kind) else { return false };
    if seen.iter().any(|known| known == name) {
        return false;
    }
    seen.push(name.to_owned());
    object.fields.iter().any(|field| {
        field.schema.get(LIMITS).is_some() || inner(&field.schema).is_some_and(|inner| has_files(inner, model, seen))
    })
}

/// The type that a field holds one of, or a list of.
fn inner(schema: &Value) -> Option<&str> {
    let schema = if type_of(schema) == Some("array") { schema.get("items")? } else { schema };
    ref_name(schema)
}

fn limits(facts: &Value) -> TokenStream {
    let number = |name: &str| facts.get(name).and_then(Value::as_u64);
    let bytes = number("max-bytes").map(|bytes| quote! { .most_bytes(#bytes) });
    let media: Vec<&str> = facts["media"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let media = (!media.is_empty()).then(|| quote! { .media(&[#(#media),*]) });
    let (least, most, side) = (number("min-pixels"), number("max-pixels"), number("min-side"));
    let image = (least.is_some() || most.is_some() || side.is_some()).then(|| {
        let (least, most) = (least.unwrap_or(0), most.unwrap_or(u64::MAX));
        let side = u32::try_from(side.unwrap_or(1)).unwrap_or(u32::MAX);
        quote! { .image(crate::runtime::media::limits::ImageLimits { pixels: (#least, #most), least_side: #side }) }
    });
    quote! { crate::runtime::media::limits::FileLimits::new() #bytes #media #image }
}
