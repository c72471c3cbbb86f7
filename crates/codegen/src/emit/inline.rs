//! `#[inline]` on every function that the compiler would otherwise translate whether it is called or not.
//!
//! A program calls a few of the operations. What is inline is compiled where it is used: the user pays for that, and not for the rest.
//! Generic functions are compiled where they are used anyway.

use syn::{ImplItem, Item};

/// Marks the functions of a file.
pub fn inline(items: &mut [Item]) {
    for item in items {
        match item {
            Item::Mod(module) => inline(module.content.as_mut().map_or(&mut [], |(_, items)| items)),
            Item::Impl(item) => item.items.iter_mut().for_each(mark),
            _ => {}
        }
    }
}

fn mark(item: &mut ImplItem) {
    if let ImplItem::Fn(function) = item
        && !is_generic(&function.sig)
    {
        function.attrs.push(syn::parse_quote! { #[inline] });
    }
}

fn is_generic(signature: &syn::Signature) -> bool {
    let of_types = signature.generics.type_params().next().is_some();
    let takes_impl = signature.inputs.iter().any(|input| match input {
        syn::FnArg::Typed(input) => matches!(*input.ty, syn::Type::ImplTrait(_)),
        syn::FnArg::Receiver(_) => false,
    });
    of_types || takes_impl
}
