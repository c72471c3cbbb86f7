//! A program compiles the operations that it calls and no others.

use crate::{none, spec};

/// Functions that are compiled with the crate; and how many were read.
fn compiled_for_all(items: &[syn::Item]) -> (Vec<String>, usize) {
    let (mut found, mut read) = (Vec::new(), 0);
    for item in items {
        match item {
            syn::Item::Mod(module) => {
                let (inside, count) = compiled_for_all(module.content.as_ref().map_or(&[], |(_, items)| items));
                found.extend(inside);
                read += count;
            }
            syn::Item::Impl(item) => {
                for function in item.items.iter().filter_map(|item| match item {
                    syn::ImplItem::Fn(function) => Some(function),
                    _ => None,
                }) {
                    read += 1;
                    let signature = quote::ToTokens::to_token_stream(&function.sig).to_string();
                    let is_inline = function.attrs.iter().any(|attribute| attribute.path().is_ident("inline"));
                    let is_generic = signature.contains(": impl ") || function.sig.generics.type_params().count() > 0;
                    if is_inline == is_generic {
                        found.push(signature);
                    }
                }
            }
            // Those that open replies are inline and call nothing else.
            syn::Item::Fn(function) if !function.attrs.iter().any(|attribute| attribute.path().is_ident("inline")) => {
                found.push(function.sig.ident.to_string());
            }
            _ => {}
        }
    }
    (found, read)
}

#[test]
fn what_is_not_generic_is_inline() {
    let (found, read) = compiled_for_all(&spec::code().items);
    println!("{read} functions read");
    assert!(read > 1000, "the code was not read");
    none("functions that are compiled for all", &found);
}

#[test]
fn the_rule_finds_what_is_compiled_for_all() {
    let file = crate::bad(
        "mod types { impl A { fn plain(self) {} #[inline] fn generic<T>(self) {} #[inline] fn taken(self, x: impl Into<B>) {} } } fn free() {} \
         impl B { #[inline] fn plain(self) {} fn generic<T>(self) {} fn taken(self, x: impl Into<B>) {} fn borrowed(self, x: &A) {} }",
    );
    assert_eq!(compiled_for_all(&file.items).0.len(), 5, "plain, generic, taken, free, borrowed");
}
