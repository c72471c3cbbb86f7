//! `Source`: what handles are made from: the methods of `Raw` and the fields of the types.

use crate::model::Model;
use proc_macro2::Ident;
use std::collections::BTreeMap;
use syn::visit_mut::{self, VisitMut};

pub struct Source<'a> {
    pub model: &'a Model,
    /// The methods of `Raw`, by name.
    pub raw: BTreeMap<String, &'a syn::ImplItemFn>,
    fields: BTreeMap<(String, String), &'a syn::Type>,
}

impl<'a> Source<'a> {
    /// Reads a finished file.
    pub fn read(file: &'a syn::File, model: &'a Model) -> Self {
        let mut source = Self { model, raw: BTreeMap::new(), fields: BTreeMap::new() };
        for item in &file.items {
            match item {
                syn::Item::Impl(item) => source.raw.extend(item.items.iter().filter_map(|item| match item {
                    syn::ImplItem::Fn(method) => Some((method.sig.ident.to_string(), method)),
                    _ => None,
                })),
                syn::Item::Mod(syn::ItemMod { ident, content: Some((_, items)), .. }) if ident == "types" => {
                    for item in items {
                        let syn::Item::Struct(item) = item else { continue };
                        let name = |field: &syn::Field| field.ident.as_ref().map(Ident::to_string).unwrap_or_default();
                        let fields = item.fields.iter().map(|field| ((item.ident.to_string(), name(field)), &field.ty));
                        source.fields.extend(fields);
                    }
                }
                _ => {}
            }
        }
        source
    }

    /// The type of a field, as it is written outside of the module `types`.
    pub fn field(&self, owner: &str, name: &str) -> Option<syn::Type> {
        let ty = self.fields.get(&(owner.to_owned(), name.to_owned()))?;
        Some(self.qualified(ty))
    }

    /// A type as it is written outside of the module `types`.
    pub fn qualified(&self, ty: &syn::Type) -> syn::Type {
        let mut ty = ty.clone();
        Qualified(self.model).visit_type_mut(&mut ty);
        ty
    }
}

struct Qualified<'a>(&'a Model);

impl VisitMut for Qualified<'_> {
    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        visit_mut::visit_path_mut(self, path);
        let only = path.get_ident().filter(|only| self.0.types.contains_key(&only.to_string())).cloned();
        if let Some(only) = only {
            *path = syn::parse_quote! { types::#only };
        }
    }
}
