//! `text`: types and signatures in one spelling: paths as users write them, no attributes, no names that only the body needs.

use quote::ToTokens;
use syn::visit_mut::{self, VisitMut};

use super::list::Face;

/// Tokens as one line, without the blanks that are not written by hand.
pub fn text(tokens: &impl ToTokens) -> String {
    let mut text = tokens.to_token_stream().to_string().replace('\n', " ");
    let pairs = [
        (" < ", "<"),
        (" <", "<"),
        ("< ", "<"),
        (" >", ">"),
        (" :: ", "::"),
        (":: ", "::"),
        (" ,", ","),
        (" (", "("),
        ("( ", "("),
        (" )", ")"),
        ("[ ", "["),
        (" ]", "]"),
        ("& ", "&"),
        (" : ", ": "),
        (" ;", ";"),
    ];
    for (from, to) in pairs {
        text = text.replace(from, to);
    }
    text.replace("->", " -> ").replace("  ->", " ->").replace("->  ", "-> ").replace(",)", ")").replace(",>", ">")
}

/// Rewrites the paths of a module as users write them.
pub struct Spelling<'f, 'c> {
    pub face: &'f Face<'c>,
    pub module: usize,
}

impl VisitMut for Spelling<'_, '_> {
    fn visit_attributes_mut(&mut self, attributes: &mut Vec<syn::Attribute>) {
        attributes.clear();
    }

    fn visit_receiver_mut(&mut self, receiver: &mut syn::Receiver) {
        // `mut self`, which only the body needs.
        receiver.mutability = None;
        visit_mut::visit_receiver_mut(self, receiver);
    }

    fn visit_pat_ident_mut(&mut self, pattern: &mut syn::PatIdent) {
        (pattern.mutability, pattern.by_ref) = (None, None);
    }

    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        visit_mut::visit_path_mut(self, path);
        let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if names.first().is_none_or(|first| first == "Self") {
            return;
        }
        for length in (1..=names.len()).rev() {
            let Some(shown) = self.face.shown(self.module, &names[..length]) else { continue };
            let mut rest = path.segments.iter().skip(length - 1).cloned();
            let arguments = rest.next().map(|segment| segment.arguments).unwrap_or_default();
            let mut segments: syn::punctuated::Punctuated<syn::PathSegment, syn::Token![::]> = shown
                .iter()
                .map(|name| syn::PathSegment::from(syn::Ident::new(name, proc_macro2::Span::call_site())))
                .collect();
            if let Some(last) = segments.last_mut() {
                last.arguments = arguments;
            }
            segments.extend(rest);
            *path = syn::Path { leading_colon: None, segments };
            return;
        }
    }
}
